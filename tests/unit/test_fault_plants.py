"""The planted faults: at the places the truth names, the same for the same seed, and nothing beside them."""

import csv
from datetime import datetime, timedelta

import pytest

from benchmarks import faults
from benchmarks.fault_kinds import KINDS
from benchmarks.report import Score

PARKS = {"liaoyuan-hidz": 60, "datong-etdz": 60, "xuancheng-guangde-edz": 60}
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    return faults.make(tmp_path_factory.mktemp("faults") / "data", parks=PARKS)


def sent(folder, meter_id):
    """The rows of a meter by the end of the interval."""
    with (folder / f"meter_readings_{meter_id}.csv").open() as stream:
        return {datetime.fromisoformat(row["interval_end"]): row for row in csv.DictReader(stream)}


def ends(fault):
    return [fault.begin + (n + 1) * HOUR for n in range((fault.end - fault.begin) // HOUR)]


def of_rule(planted, rule):
    return [(fault, sent(planted.first, fault.subject)) for fault in planted.truth if fault.rule == rule]


def test_every_rule_is_tried(planted):
    other = {"register_sum", "register_rollover", "register_reset", "balance", "duplicate", "correction"}
    assert {fault.rule for fault in planted.truth} == {*KINDS, *other}


def test_the_same_seed_plants_the_same(planted, tmp_path):
    again = faults.make(tmp_path / "again", parks=PARKS)
    assert again.truth == planted.truth
    for path in planted.first.iterdir():
        assert path.read_bytes() == (again.first / path.name).read_bytes()


def test_missing_runs_are_not_sent_and_nulls_have_no_value(planted):
    for fault, rows in of_rule(planted, "missing"):
        assert not set(ends(fault)) & set(rows)
    for fault, rows in of_rule(planted, "no_value"):
        assert {(rows[end]["value"], rows[end]["flag"]) for end in ends(fault)} == {("", "N")}


def test_values_that_cannot_be(planted):
    capacity = {channel.meter_id: channel.capacity_kwh for channel in planted.channels}
    for fault, rows in of_rule(planted, "negative"):
        assert float(rows[fault.end]["value"]) < 0
    for fault, rows in of_rule(planted, "over_capacity"):
        assert float(rows[fault.end]["value"]) > 1.1 * capacity[fault.subject]
    for fault, rows in of_rule(planted, "spike"):
        of_day = [float(row["value"]) for end, row in rows.items() if (end - HOUR).date() == fault.begin.date()]
        first, _, third = sorted(of_day, reverse=True)[:3]
        assert float(rows[fault.end]["value"]) == first
        assert 2.8 * third < first <= 1.1 * capacity[fault.subject]


def test_runs_hold_one_value(planted):
    for rule, is_zero in (("zero_run", True), ("flat_line", False)):
        for fault, rows in of_rule(planted, rule):
            (value,) = {float(rows[end]["value"]) for end in ends(fault)}
            assert (value == 0) is is_zero
            assert len(ends(fault)) >= 16


def test_nothing_is_lost_beside_the_faults(planted):
    lost = {}
    for fault in planted.truth:
        if fault.rule in ("missing", "prolonged_estimate"):
            lost.setdefault(fault.subject, set()).update(ends(fault))
    for channel in planted.channels:
        whole = {end.item() for end in channel.clock.ends.astype("datetime64[s]")}
        stamps = set(sent(planted.first, channel.meter_id))
        assert whole - stamps == lost.get(channel.meter_id, set())
        assert len(stamps - whole) == len(channel.off_grid)


def test_a_score_needs_recall_and_few_false_alarms():
    assert Score("spike", "intervals", 100, 95, 1000, 10).met
    assert not Score("spike", "intervals", 100, 94, 1000, 0).met
    assert not Score("spike", "intervals", 100, 100, 1000, 11).met
