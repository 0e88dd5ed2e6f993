"""Validation and estimation against their second writing: every interval of small random worlds of meters, to the Wh.

The second implementation is in ``oracle_vee``, the worlds in ``vee_worlds`` and ``vee_faults``. A failure names the
seed of the world; ``worlds([seed])`` makes it again.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from pipelines.resources import REFERENCE
from tests.property import database
from tests.property.oracle.delivery import Row, read_table
from tests.property.oracle_vee import (
    Series,
    Tried,
    day_types,
    estimates,
    fail_register_sums,
    known_totals,
    series_of,
    validate,
    warnings,
)
from tests.property.vee_branches import ALL, RARE, judgements, shapes
from tests.property.vee_faults import spoil
from tests.property.vee_worlds import TABLES, World, make_world, merged

METERS, MEASURED = "energy.month_meters", "energy.measured_interval"
WARNINGS, ESTIMATED = "energy.reading_warning", "energy.estimated_interval"
NOT_ESTIMATED = {"check", "outside"}
"""Roles whose gaps need no estimate."""


class Interval(NamedTuple):
    """What is said of an interval and its Wh: its status, the rule that warns, or why and how it was estimated."""

    meter_id: str
    start: datetime
    said: str
    wh: int | None


def worlds(seeds: Sequence[str], crossing: bool = False) -> list[World]:
    """The worlds of these seeds; ``crossing``: with registers read without regard to the ends of months."""
    made = [make_world(seed) for seed in seeds]
    for world in made:
        spoil(world, crossing)
    return made


def expected(world: World, months: Sequence[str], moved: Mapping[date, str], tried: Tried) -> Iterator[Interval]:
    """What the second writing says of every interval."""
    delivery = {table: world.rows(table) for table in TABLES}
    park = list(series_of(delivery, months).values())
    types = day_types({start.date() for one in park for start in one.due}, moved)
    totals = {one.meter_id: [t for t in known_totals(delivery) if t.meter_id == one.meter_id] for one in park}
    for one in park:
        validate(one)
    for one in park:
        yield from (Interval(one.meter_id, start, said, one.delivered[start]) for start, said in one.status.items())
        yield from (i for code, first, last in warnings(one, park) for i in _listed(one, code, first, last))
        tried.update(judgements(one, park))
    for one in park:
        fail_register_sums(one, totals[one.meter_id])
    for one in park:
        tried.update([*judgements(one, park), *shapes(one, delivery["meters"], moved)])
        if one.role not in NOT_ESTIMATED:
            ladder = estimates(one, park, types, totals[one.meter_id], tried)
            for start in (*ladder.found, *ladder.open):
                by = ladder.found.get(start)
                said = f"{one.status.get(start, 'missing')} by {by.method if by else None}"
                yield Interval(one.meter_id, start, said, by.wh if by else None)


def _listed(one: Series, code: str, first: datetime, last: datetime) -> Iterator[Interval]:
    """The intervals of a warning. A run over the end of a month is listed twice, so that intervals are compared."""
    yield from (Interval(one.meter_id, start, code, None) for start in one.due if first <= start <= last)


def built(got: Mapping[str, Sequence[Row]]) -> Iterator[Interval]:
    """What the models say of every interval."""
    meters = {row["slot"]: row for row in got[METERS]}

    def interval(row: Row, minute: int, said: str, wh: int | None) -> Interval:
        meter = meters[row["slot"]]
        start = datetime.fromisoformat(f"{meter['month']}-01") + timedelta(minutes=minute)
        return Interval(meter["meter_id"], start, said, wh)

    for row in got[MEASURED]:
        yield interval(row, row["minute"], row["status"], row["energy_wh"])
    for row in got[WARNINGS]:
        for number in range(row["intervals"]):
            minutes = meters[row["slot"]]["interval_minutes"]
            yield interval(row, row["from_minute"] + number * minutes, row["code"], None)
    for row in got[ESTIMATED]:
        if meters[row["slot"]]["role"] not in NOT_ESTIMATED:
            yield interval(row, row["minute"], f"{row['replaces']} by {row['method']}", row["energy_wh"])


def compare(home: Path, made: Sequence[World]) -> tuple[list[str], Tried]:
    """Every difference between the models and the second writing, and how many worlds tried which branch."""
    got = database.run(home, merged(made), 2026, [METERS, MEASURED, WARNINGS, ESTIMATED])
    months = sorted({row["month"] for row in got[METERS]})
    moved = {date.fromisoformat(row["day"]): row["counts_as"] for row in read_table(REFERENCE / "holidays.csv")}
    want, tried = set[Interval](), Tried()
    for world in made:
        own = Tried()
        want.update(expected(world, months, moved, own))
        tried.update(name for name, count in own.items() if count)
    have = set(built(got))
    lines = [(line, "expected") for line in want - have] + [(line, "built") for line in have - want]
    return [f"{side}: {one.meter_id} {one.start} {one.said} {one.wh}" for one, side in sorted(lines, key=str)], tried


def test_the_models_agree_with_the_second_writing(tmp_path: Path) -> None:
    differing, tried = compare(tmp_path / "home", worlds([f"u-{number}" for number in range(70)]))
    assert differing == []
    assert ALL - set(tried) == set(), "no world tries these"
    assert set(tried) <= ALL | RARE


def test_totals_over_the_end_of_a_month(tmp_path: Path) -> None:
    differing, _ = compare(tmp_path / "home", worlds([f"u-{number}" for number in range(6, 12)], crossing=True))
    assert differing == []


@pytest.mark.slow
@pytest.mark.parametrize("batch", range(10))
def test_the_models_agree_with_the_second_writing_on_many_worlds(tmp_path: Path, batch: int) -> None:
    differing, _ = compare(tmp_path / "home", worlds([f"slow-{batch}-{number}" for number in range(150)]))
    assert differing == []
