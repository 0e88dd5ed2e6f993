"""Which file a withdrawal means, what is written down, and what starts a run afterwards. Rebuilding: test_late_data."""

import json
from pathlib import Path

import dagster as dg
import pytest
from zcp_command import one_sentence, zcp

from pipelines.commands.landing import take_in
from pipelines.commands.output import Output
from pipelines.defs.automation import landed_sensor
from pipelines.errors import UserError
from pipelines.ingest.ledger import standing_entries, withdrawals_path, withdrawn
from pipelines.ingest.withdrawing import withdraw
from pipelines.lake import Lake, read_lines, write_json
from tests.pipeline.small_park import MASTERS, YEAR, Deliveries, readings


@pytest.fixture
def world(tmp_path: Path) -> Deliveries:
    return Deliveries(tmp_path)


@pytest.fixture
def ids(world: Deliveries) -> dict[str, str]:
    """Two deliveries, each with a file of the same name that holds other readings."""
    first = world.take_in(world.write("first", f"{YEAR}-02-03T09:00", **MASTERS, meter_readings=readings(1)))
    second = world.take_in(world.write("second", f"{YEAR}-03-03T09:00", meter_readings=readings(2)))
    return {"first": first["meter_readings.csv"], "second": second["meter_readings.csv"], "parks": first["parks.csv"]}


@pytest.fixture
def lake(world: Deliveries, ids: dict[str, str]) -> Lake:
    return Lake(world.settings.home)


def standing(lake: Lake) -> set[str]:
    return {entry["file_id"] for entry in standing_entries(lake)}


def test_a_withdrawn_file_does_not_count_and_nothing_is_deleted(lake, ids):
    before = sorted(path for path in lake.home.rglob("*") if path.is_file())
    decision = withdraw(lake, "parks.csv", "wrong park", "Li Wei")
    assert standing(lake) == {entry["file_id"] for entry in lake.ledgers()} - {ids["parks"]}
    assert (decision.file_id, decision.reason, decision.by, decision.counts) == (
        ids["parks"],
        "wrong park",
        "Li Wei",
        False,
    )
    assert set(before) <= set(lake.home.rglob("*"))


def test_a_file_is_named_by_id_by_sha256_or_by_delivery_and_name(lake, ids):
    sha256 = {entry["file_id"]: entry["sha256"] for entry in lake.ledgers()}
    for wanted in (
        ids["second"],
        sha256[ids["second"]],
        sha256[ids["second"]][:8].upper(),
        "second/meter_readings.csv",
    ):
        assert withdraw(lake, wanted, "r", "b").file_id == ids["second"]
        withdraw(lake, wanted, "r", "b", undo=True)
    assert [line["counts"] for line in read_lines(withdrawals_path(lake))] == [False, True] * 4
    assert withdrawn(lake) == {}


def test_a_name_that_two_files_have_is_refused_with_both_ids(lake, ids):
    with pytest.raises(UserError, match="fits 2 files") as told:
        withdraw(lake, "meter_readings.csv", "r", "b")
    assert ids["first"] in str(told.value)
    assert ids["second"] in str(told.value)
    assert not withdrawals_path(lake).exists()


def test_where_one_of_two_is_withdrawn_the_name_means_the_other(lake, ids):
    withdraw(lake, ids["first"], "r", "b")
    assert withdraw(lake, "meter_readings.csv", "r", "b").file_id == ids["second"]


@pytest.mark.parametrize("wanted", ["nothing.csv", "meter_readings", "abc", "third/meter_readings.csv"])
def test_a_name_that_no_file_has_is_refused(lake, wanted):
    with pytest.raises(UserError, match="no landed file is called"):
        withdraw(lake, wanted, "r", "b")


def test_withdrawing_twice_says_when_by_whom_and_why(lake):
    withdraw(lake, "parks.csv", "wrong park", "Li Wei")
    with pytest.raises(UserError, match=r"withdrawn already, at .* by Li Wei: wrong park"):
        withdraw(lake, "parks.csv", "again", "Wang Fang")
    with pytest.raises(UserError, match="is not withdrawn"):
        withdraw(lake, "meters.csv", "r", "b", undo=True)


@pytest.mark.parametrize(("reason", "by", "named"), [(" ", "b", "--reason"), ("r", "", "--by")])
def test_a_decision_without_reason_or_name_is_refused(lake, reason, by, named):
    with pytest.raises(UserError, match=named):
        withdraw(lake, "parks.csv", reason, by)


def test_the_same_bytes_again_stay_withdrawn_and_landing_says_so(world, lake, ids):
    withdraw(lake, ids["second"], "wrong meter", "Li Wei")
    (entry,) = take_in(world.settings, [world.root / "deliveries" / "second"], Output("en"))
    assert "withdrawn by Li Wei (wrong meter)" in entry["warnings"][-1]
    assert ids["second"] not in standing(lake)


def requests() -> list[dg.RunRequest]:
    with dg.DagsterInstance.ephemeral() as instance:
        return landed_sensor.evaluate_tick(dg.build_sensor_context(instance)).run_requests


def test_a_withdrawal_and_its_undoing_each_ask_for_the_months_of_the_file(lake, ids, monkeypatch):
    monkeypatch.setenv("ZCP_HOME", str(lake.home))

    def publish() -> None:
        write_json(lake.published / "current" / "manifest.json", {"inputs": [{"file_id": i} for i in standing(lake)]})

    publish()
    assert requests() == []
    keys = []
    for undo in (False, True, False):
        withdraw(lake, ids["second"], "r", "b", undo=undo)
        (request,) = requests()
        assert request.tags["dagster/asset_partition_range_start"] == f"{YEAR}-02"
        keys.append(request.run_key)
        publish()
        assert requests() == []
    assert keys[0] != keys[2], "a run key is run once"


def test_the_command_withdraws_and_is_told_in_json(world, ids):
    home = world.settings.home
    done = zcp("withdraw", ids["parks"], "--reason", "错误", "--by", "李伟", "--json", home=home)
    assert json.loads(done.stdout)["file_id"] == ids["parks"]
    assert "withdrawn already" in one_sentence(zcp("withdraw", "parks.csv", "--reason", "r", "--by", "b", home=home), 2)
    assert "parks" in one_sentence(zcp("run", "--year", str(YEAR), home=home), 3)
