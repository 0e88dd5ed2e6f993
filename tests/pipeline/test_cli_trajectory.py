"""The trajectory command as a user runs it: on a park of which four months are delivered, and on a closed year."""

import calendar
import json
from pathlib import Path
from typing import Any

import pytest
from zcp_command import one_sentence, zcp

from pipelines.publish import audit
from pipelines.publish.publisher import publish
from tests.pipeline.publishing import YEAR, Rows
from tests.pipeline.publishing import home as made_up
from tests.pipeline.small_park import MASTERS, Deliveries

MWH_A_DAY = 3000


def readings(months: range) -> str:
    """Days of equal use but for Sundays of a half, in kWh, all of it from the grid."""
    lines = ["meter_id,interval_end,value"]
    for month in months:
        for day in range(1, calendar.monthrange(2026, month)[1] + 1):
            half = 1 + (calendar.weekday(2026, month, day) != calendar.SUNDAY)
            lines += [f"{meter},2026-{month:02d}-{day:02d}T24:00,{MWH_A_DAY * 500 * half}" for meter in ("in", "use")]
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published year under way; the operator says when the construction period ends."""
    world = Deliveries(tmp_path_factory.mktemp("trajectory"))
    (world.settings.home / "reference").mkdir(parents=True)
    (world.settings.home / "reference" / "parks.csv").write_text("park_id,build_end\np,2029\n", encoding="utf-8")
    delivery = world.write("all", "2026-05-03T09:00", **MASTERS, meter_readings=readings(range(1, 5)))
    done = zcp("run", "--input", str(delivery), home=world.settings.home)
    assert done.returncode == 0, done.stderr
    return world.settings.home


def as_json(home: Path, *arguments: str) -> dict[str, Any]:
    done = zcp("trajectory", "p", *arguments, "--json", home=home)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_the_year_under_way_is_forecast_from_the_months_that_are_closed(home: Path) -> None:
    found = as_json(home)
    forecast = found["forecast"]
    assert (found["year"], forecast["month"], forecast["months_closed"]) == (2026, "2026-04", 4)
    outlooks = (forecast["pattern"], forecast["core_outlook"], forecast["direct_supply_outlook"])
    assert outlooks == ("days", "fail", "fail")
    # 17 Sundays in the 120 days to April
    assert forecast["grid_import_mwh"] == pytest.approx(MWH_A_DAY * 365 * (120 - 17 / 2) / 120)
    assert forecast["intensity_tco2_per_tce"] == pytest.approx(0.8325 / 0.3)
    assert forecast["total_low_tco2"] < forecast["total_tco2"] < forecast["total_high_tco2"]
    gap_mwh = (forecast["total_tco2"] - 0.2 * forecast["energy_tce"]) / 0.8325
    assert forecast["limit_gap_mwh"] == pytest.approx(gap_mwh, rel=1e-6)
    path = found["path"]
    assert (path["state"], path["build_end"]) == ("open", 2029)
    assert [year["year"] for year in path["years"]] == [2027, 2028, 2029]
    assert path["years"][-1]["steps_intensity"] == pytest.approx(0.2)


def test_tables_for_people_in_both_languages(home: Path) -> None:
    said = zcp("trajectory", "p", home=home).stdout
    assert "No year before to go by" in said
    assert "4 months known" in said
    assert "by 2027-12-31" in said
    assert "in 2029, energy consumption unchanged" in said
    early = zcp("trajectory", "p", "--through", "2026-02", home=home).stdout
    assert "fewer than 3 months" in early
    assert "不足 3 个" in zcp("trajectory", "p", "--through", "2026-02", "--lang", "zh", home=home).stdout


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made-up publication: park-a is closed and below its limit, with a forecast without amounts after August.

    Of park-b no month of the year is closed, but the year before is.
    """

    def one_park_behind(rows: Rows) -> None:
        rows["metrics.trajectory"] = [
            row if row["park_id"] == "park-a" else row | {"year": YEAR - 1, "month": f"{YEAR - 1}-12"}
            for row in rows["metrics.trajectory"]
            if row["park_id"] == "park-a" or row["pattern"] == "closed"
        ]
        rows["reference.params"].append(rows["reference.params"][0] | {"year": YEAR - 1})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(audit, "judge_expectations", lambda con, contracts: [])
        settings, lake = made_up(tmp_path_factory.mktemp("closed"), one_park_behind)
        publish(settings, lake, YEAR)
    return settings.home


def test_a_closed_year_at_its_limit_has_no_path(closed: Path) -> None:
    said = zcp("trajectory", "park-a", home=closed).stdout
    for part in (f"{YEAR}: every month is closed", "35 MWh, of which 5 beyond", "48,017 MWh of grid power to spare"):
        assert part in said
    assert "already; no path is needed" in said


def test_where_there_is_no_intensity_it_says_so(closed: Path) -> None:
    done = zcp("trajectory", "park-a", "--through", f"{YEAR}-08", home=closed)
    assert (done.returncode, done.stderr) == (0, "")
    assert "There is no intensity to go from" in done.stdout


def test_the_closed_year_stands_in_where_no_month_of_the_year_is_closed(closed: Path) -> None:
    said = zcp("trajectory", "park-b", home=closed).stdout
    assert f"No month of {YEAR} is closed yet; this is the closed year {YEAR - 1}." in said
    assert f"park-b {YEAR - 1}: every month is closed" in said
    message = one_sentence(zcp("trajectory", "park-b", "--through", f"{YEAR}-03", home=closed), 2)
    assert f"the latest closed month of {YEAR}: –" in message


def test_a_park_of_which_nothing_is_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "judge_expectations", lambda con, contracts: [])
    settings, lake = made_up(tmp_path, lambda rows: rows["metrics.trajectory"].clear())
    publish(settings, lake, YEAR)
    assert "zcp quality park-a" in one_sentence(zcp("trajectory", "park-a", home=tmp_path), 2)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("q",), "q"),
        (("p", "--year", "2031"), "2031"),
        (("p", "--year", "2026", "--through", "2026-13"), "--through 2026-13"),
        (("p", "--through", "September"), "--through September"),
        (("p", "--through", "2026-05"), "the latest closed month of 2026: 2026-04"),
    ],
)
def test_a_mistake_is_one_sentence(home: Path, arguments: tuple[str, ...], named: str) -> None:
    assert named in one_sentence(zcp("trajectory", *arguments, home=home), 2)


def test_nothing_published_yet(tmp_path: Path) -> None:
    assert "zcp demo" in one_sentence(zcp("trajectory", "p", home=tmp_path), 2)
