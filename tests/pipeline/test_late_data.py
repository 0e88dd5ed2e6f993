"""Readings that come late, are corrected or taken back: each rebuilds the months it touches, and nothing else.

The steps follow each other in one home folder; what they come to is compared with a folder that got everything at once.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipelines.defs.tags import LATE_MONTHS, late_tags
from pipelines.ingest.late import LateChange, late_changes
from pipelines.ingest.withdrawing import withdraw
from pipelines.lake import Lake
from pipelines.publish import audit
from pipelines.publish.manifest import published_files, read_manifest
from pipelines.publish.query import open_current
from pipelines.run import PipelineResult, run_pipeline
from tests.pipeline.small_park import MASTERS, YEAR, Deliveries, kwh, one_day, readings

BEHIND_THE_READINGS = ("energy.interval_balance", "energy.park_month", "energy.enterprise_month", "energy.meter_month")
"""Models by month whose output depends on this park's month alone: no month here takes an estimate from another."""


@dataclass
class Step:
    """A run after a change: its result, and what would have been announced before it."""

    result: PipelineResult
    announced: list[LateChange]
    tags: dict[str, str]

    @property
    def months(self) -> set[str | None]:
        """The months of which something behind the readings was computed."""
        return {m.month for m in self.result.models if m.name in BEHIND_THE_READINGS and not m.reused}

    def fingerprints(self) -> dict[tuple[str, str | None], str]:
        return {(m.name, m.month): m.sha256 for m in self.result.models if m.name in BEHIND_THE_READINGS}


def monthly_files(world: Deliveries) -> list[Path]:
    """January to March, each delivered on the 3rd of the next month; in March a file for each meter."""
    march = {f"meter_readings_03_{meter}": readings(3, meters=[meter]) for meter in ("in", "use")}
    return [
        world.write("m1", f"{YEAR}-02-03T09:00", meter_readings_01=readings(1)),
        world.write("m2", f"{YEAR}-03-03T09:00", meter_readings_02=readings(2, without=[10])),
        world.write("m3", f"{YEAR}-04-03T09:00", **march),
    ]


def run(world: Deliveries) -> Step:
    lake = Lake(world.settings.home)
    announced = late_changes(lake, published_files(lake), world.settings.late_window_days)
    tags = late_tags(world.settings)
    return Step(run_pipeline(world.settings, YEAR), announced, tags)


@pytest.fixture(scope="module", autouse=True)
def without_great_expectations():
    """It takes seconds to load, and what it judges is not in question here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(audit, "judge_expectations", lambda con, contracts: [])
        yield


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Deliveries:
    return Deliveries(tmp_path_factory.mktemp("late"))


@pytest.fixture(scope="module")
def steps(world: Deliveries) -> dict[str, Step]:
    """The story: months, a reading 40 days late, a corrected day long after, a withdrawn file, and that undone."""
    world.take_in(world.write("masters", f"{YEAR}-01-03T09:00", **MASTERS), *monthly_files(world))
    steps = {"months": run(world)}
    # 9 April is 40 days after the end of February.
    world.take_in(world.write("late", f"{YEAR}-04-09T09:00", meter_readings_late=one_day(2, 10)))
    steps["late"] = run(world)
    world.take_in(world.write("fixed", f"{YEAR}-06-20T09:00", meter_readings_fixed=one_day(1, 15, value=2000)))
    steps["corrected"] = run(world)
    withdraw(Lake(world.settings.home), "m3/meter_readings_03_use.csv", "another park's meter", "Li Wei")
    steps["withdrawn"] = run(world)
    withdraw(Lake(world.settings.home), "meter_readings_03_use.csv", "it was ours", "Li Wei", undo=True)
    steps["restored"] = run(world)
    return steps


def test_the_first_run_builds_every_month_and_nothing_of_it_is_late(steps):
    assert steps["months"].months == {f"{YEAR}-{month:02d}" for month in range(1, 4)}
    assert steps["months"].announced == []


@pytest.mark.parametrize(
    ("step", "month"), [("late", f"{YEAR}-02"), ("corrected", f"{YEAR}-01"), ("withdrawn", f"{YEAR}-03")]
)
def test_a_change_rebuilds_exactly_the_months_that_it_touches(steps, step, month):
    assert steps[step].months == {month}


def test_an_undone_withdrawal_computes_nothing_it_has_computed_before(steps):
    assert steps["restored"].months == set()
    assert steps["restored"].fingerprints() == steps["corrected"].fingerprints()
    assert steps["restored"].result.publication_id == steps["corrected"].result.publication_id


def test_forty_days_are_within_the_window_and_four_months_are_not(steps):
    assert steps["late"].announced == []
    assert steps["late"].tags == {}
    (late,) = steps["corrected"].announced
    assert (late.delivery, late.months, late.days, late.withdrawn) == ("fixed", (f"{YEAR}-01",), 140, False)
    assert steps["corrected"].tags == {LATE_MONTHS: f"{YEAR}-01"}


def test_a_late_withdrawal_is_announced_too(steps):
    (gone,) = steps["withdrawn"].announced
    assert (gone.file_name, gone.months, gone.withdrawn) == ("meter_readings_03_use.csv", (f"{YEAR}-03",), True)


def test_the_window_is_a_setting(steps, world):
    lake = Lake(world.settings.home)
    first = {entry["file_id"] for entry in lake.ledgers() if entry["delivery"] in ("masters", "m1", "m2", "m3")}
    assert [change.delivery for change in late_changes(lake, first, 62)] == ["fixed"]
    assert {change.delivery for change in late_changes(lake, first, 39)} == {"fixed", "late"}


def published(world: Deliveries, query: str) -> list[tuple]:
    with open_current(Lake(world.settings.home)) as con:
        return con.execute(query).fetchall()


def test_the_late_reading_and_the_correction_count(steps, world):
    measured = sum(kwh(month, day) for month, days in ((1, 31), (2, 28), (3, 31)) for day in range(1, days + 1))
    (row,) = published(world, "select electricity_use_mwh * 1000 from metrics.park_year")
    assert row[0] == measured + 2000 - kwh(1, 15)
    corrections = published(world, "select meter_id, old_value, new_value from quality.corrections order by 1")
    assert [(meter, int(old), int(new)) for meter, old, new in corrections] == [
        ("in", kwh(1, 15), 2000),
        ("use", kwh(1, 15), 2000),
    ]


def test_the_withdrawn_file_is_in_no_table_of_its_publication(steps, world):
    path = Lake(world.settings.home).published
    names = {
        step: {entry["file_name"] for entry in read_manifest(path / steps[step].result.publication_id)["inputs"]}
        for step in ("corrected", "withdrawn")
    }
    assert names["corrected"] - names["withdrawn"] == {"meter_readings_03_use.csv"}


def test_it_comes_to_what_a_folder_has_that_got_everything_at_once(steps, world, tmp_path):
    fresh = Deliveries(tmp_path)
    fresh.take_in(*sorted((world.root / "deliveries").iterdir(), reverse=True))
    assert run(fresh).result.publication_id == steps["restored"].result.publication_id


def test_a_withdrawn_file_leaves_what_a_folder_has_that_never_got_it(steps, world, tmp_path):
    fresh = Deliveries(tmp_path)
    copy = shutil.copytree(world.root / "deliveries", tmp_path / "deliveries")
    (copy / "m3" / "meter_readings_03_use.csv").unlink()
    fresh.take_in(*sorted(copy.iterdir()))
    assert run(fresh).result.publication_id == steps["withdrawn"].result.publication_id
