"""The state of knowledge of a past moment: it is what a home folder with only the files of then publishes.

Three deliveries at different times, then a withdrawal; every past state is asked for after all of it was landed.
"""

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.commands import building, published
from pipelines.commands.building import parse_moment
from pipelines.commands.output import Output
from pipelines.errors import InputRefused, UserError
from pipelines.ingest.ledger import standing_entries
from pipelines.ingest.withdrawing import withdraw
from pipelines.lake import Lake
from pipelines.publish import audit, catalog, history, query
from pipelines.run import run_pipeline
from tests.pipeline.small_park import MASTERS, YEAR, Deliveries, kwh, one_day, readings

USE = "select cast(electricity_use_mwh * 1000000 as bigint) as wh from metrics.park_year"
MONTHS = 1000 * (sum(kwh(1, day) for day in range(1, 32)) + sum(kwh(2, day) for day in range(1, 29)))
CORRECTION = 1000 * (5000 - kwh(1, 15))
FIRST, CORRECTED, LATE = f"{YEAR}-03-03T09:00", f"{YEAR}-03-20T09:00", f"{YEAR}-05-03T09:00"


@pytest.fixture(scope="module", autouse=True)
def without_great_expectations():
    """It takes seconds to load, and what it judges is not in question here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(audit, "judge_expectations", lambda con, contracts: [])
        yield


def deliver(world: Deliveries) -> list[Path]:
    """January and February but for 10 February, a correction of 15 January, and what was missing."""
    return [
        world.write("first", FIRST, **MASTERS, meter_readings_01=readings(1), meter_readings_02=readings(2, [10])),
        world.write("corrected", CORRECTED, meter_readings_fixed=one_day(1, 15, value=5000)),
        world.write("late", LATE, meter_readings_late=one_day(2, 10)),
    ]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Deliveries:
    """Everything landed, the latest delivery first, and published."""
    world = Deliveries(tmp_path_factory.mktemp("as-of"))
    world.take_in(*reversed(deliver(world)))
    run_pipeline(world.settings, YEAR)
    return world


def digests(folder: Path) -> dict[str, str]:
    """The bytes of all files but the database, whose own bytes are not repeatable."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".duckdb")
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def present(lake: Lake) -> dict[str, object]:
    """All that a question about the past must leave alone."""
    runs = lake.home / "dagster" / "events" / "index.db"
    return {
        "current": catalog.current_id(lake),
        "publications": catalog.catalog_path(lake).read_bytes(),
        "pointers": {path.name: path.read_bytes() for path in lake.pointers.iterdir()},
        "dagster": hashlib.sha256(runs.read_bytes()).hexdigest() if runs.exists() else None,
    }


def test_a_past_state_is_what_a_folder_with_the_files_of_then_publishes(world, tmp_path):
    lake = Lake(world.settings.home)
    before = present(lake)
    past = run_pipeline(world.settings, YEAR, as_of=parse_moment(f"{YEAR}-03-19", Output("en")))
    assert present(lake) == before
    only = Deliveries(tmp_path)
    only.take_in(*deliver(only)[:1])
    then = run_pipeline(only.settings, YEAR)
    assert past.publication_id == then.publication_id != before["current"]
    assert digests(past.publication.path) == digests(then.publication.path)
    assert not (lake.home / "tmp" / "as-of").exists()


def test_a_past_state_is_built_by_who_asks_for_it_first(world, tmp_path, capsys):
    lake = Lake(world.settings.home)
    before = present(lake)
    published.sql(world.settings, USE, None, Output("en", as_json=True), f"{YEAR}-03-20")
    told = capsys.readouterr()
    assert "is not built yet" in told.err
    # 10 February is estimated from the three nearest Mondays that were none of the festival: 17 February, 27 January,
    # 24 February. The 3rd of February was a day off.
    estimate = (1000 * (kwh(2, 17) + kwh(1, 27) + kwh(2, 24)) + 1) // 3
    assert json.loads(told.out) == [{"wh": MONTHS + CORRECTION - 1000 * kwh(2, 10) + estimate}]
    lines = len(catalog.as_of_entries(lake))
    # No file came between the two moments, so both are one state.
    published.sql(world.settings, USE, None, Output("en", as_json=True), f"{YEAR}-04-01T12:00")
    assert capsys.readouterr().err == ""
    assert len(catalog.as_of_entries(lake)) == lines
    assert present(lake) == before
    only = Deliveries(tmp_path)
    only.take_in(*deliver(only)[:2])
    assert run_pipeline(only.settings, YEAR).publication_id == catalog.as_of_entries(lake)[-1]["id"]


def test_now_is_what_is_current(world):
    lake = Lake(world.settings.home)
    past = building.publication_at(world.settings, datetime.now(UTC), YEAR, Output("en"))
    assert past == catalog.current_id(lake)
    assert query.run_sql(lake, USE)[1][0][0] == MONTHS + CORRECTION


def test_past_publications_are_listed_with_their_moment(world):
    listed = history.list_publications(Lake(world.settings.home))
    past = [entry for entry in listed if entry["as_of"]]
    assert past
    assert {entry["current"] for entry in past} == {False}
    assert [entry["id"] for entry in listed if entry["current"]] == [catalog.current_id(Lake(world.settings.home))]


def test_before_the_first_delivery_there_is_nothing(world):
    with pytest.raises(InputRefused, match="no parks table had been delivered by"):
        building.publication_at(world.settings, datetime(YEAR, 1, 1, tzinfo=UTC), YEAR, Output("en"))


def test_a_withdrawal_is_known_from_the_moment_it_was_made(tmp_path):
    world = Deliveries(tmp_path)
    ids = world.take_in(world.write("first", FIRST, meter_readings_01=readings(1)))
    before = datetime.now(UTC)
    at = datetime.fromisoformat(withdraw(Lake(world.settings.home), "meter_readings_01.csv", "r", "b").at)
    known = {
        moment: {e["file_id"] for e in standing_entries(Lake(world.settings.home, moment))} for moment in (before, at)
    }
    assert known == {before: set(ids.values()), at: set()}


def test_a_file_without_a_declared_time_was_delivered_when_it_came(tmp_path):
    world = Deliveries(tmp_path)
    folder = world.write("first", FIRST, meter_readings_01=readings(1))
    (folder / "delivery.yaml").unlink()
    before = datetime.now(UTC)
    world.take_in(folder)
    assert list(standing_entries(Lake(world.settings.home, before))) == []
    assert list(standing_entries(Lake(world.settings.home, datetime.now(UTC))))


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-31", "2026-03-31T15:59:59.999999+00:00"),
        ("2026-03-31T18:00", "2026-03-31T10:00:00+00:00"),
        ("2026-03-31T18:00:00+00:00", "2026-03-31T18:00:00+00:00"),
        ("2026-12-31 23:59", "2026-12-31T15:59:00+00:00"),
    ],
)
def test_a_date_means_its_end_in_shanghai(text, moment):
    found = parse_moment(text, Output("en"))
    assert found is not None
    assert found.astimezone(UTC).isoformat() == moment


@pytest.mark.parametrize("text", ["yesterday", "2026-02-30", "31.12.2026", "2026-13", "", "9999-12-31"])
def test_what_is_no_moment_is_refused(text):
    with pytest.raises(UserError, match="--as-of"):
        parse_moment(text, Output("en"))


def test_options_that_contradict_each_other_are_refused(world):
    with pytest.raises(UserError, match="not both"):
        published.chosen_id(world.settings, Output("en"), publication="x", as_of="2026-01-01")
