"""Five buildings by the hour over two years: missing readings written as 0, and a gas meter that changes scale.

The times are UTC, so the first eight hours of 2018 in China are not in the files; every other hour of both years is.
"""

import json
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

FOLDER = "03_cambridge_estates_elec_gas"
BUILDINGS = ("b0", "b19", "b24", "b40", "b57")
PARKS = "park_id,name_zh,province_zh\ncambridge,剑桥大学园区,江苏省\n"
RUN_HOURS = 16
HOUR = timedelta(hours=1)
# The first hour of the files of 2019.
FIRST_HOUR_OF_2019 = datetime(2019, 1, 1, 8)

Hours = dict[datetime, Decimal]
"""kWh by start of the hour in Asia/Shanghai."""


def files(real_data: Path, carrier: str, years: tuple[int, ...]) -> dict[str, Path]:
    """The publisher's files by a name of their own: there they are all called after their year."""
    root = real_data / FOLDER
    return {
        f"{building}_{carrier}_{year}.csv": root / f"UCam_Building_{building}" / carrier / f"{year}.csv"
        for building in BUILDINGS
        for year in years
    }


def linked(folder: Path, paths: dict[str, Path]) -> Path:
    for name, path in paths.items():
        (folder / name).symlink_to(path)
    return folder


@pytest.fixture(scope="module")
def run(delivery, zcp, real_data):
    paths = files(real_data, "electricity", (2018, 2019)) | files(real_data, "gas", (2018, 2019))
    return zcp(2019, linked(delivery("cambridge", parks=PARKS), paths))


@pytest.fixture(scope="module")
def zeros_as_gaps(delivery, zcp, real_data):
    """The electricity of 2019 once more, with the zeros read as what they are."""
    return zcp(2019, linked(delivery("cambridge_zeros", parks=PARKS), files(real_data, "electricity", (2019,))))


@pytest.fixture(scope="module")
def delivered(real_data) -> dict[str, Hours]:
    """What every meter reads in each hour, without the project's code."""
    meters: dict[str, Hours] = {}
    for carrier in ("electricity", "gas"):
        for name, path in files(real_data, carrier, (2018, 2019)).items():
            table = pl.read_csv(path, infer_schema=False)
            starts = [datetime.fromisoformat(text) + 8 * HOUR for text in table.to_series(0)]
            values = [Decimal(text) for text in table.to_series(1)]
            meters.setdefault(f"{name.split('_')[0]}-{carrier}", {}).update(zip(starts, values, strict=True))
    return meters


def of_year(hours: Hours, year: int) -> Hours:
    return {start: kwh for start, kwh in hours.items() if start.year == year}


def zero_runs(hours: Hours) -> list[tuple[datetime, datetime]]:
    """Beginning and end of each run of at least 16 zeros that lies in the hours."""
    runs: list[tuple[datetime, datetime]] = []
    for start in sorted(start for start, kwh in hours.items() if not kwh):
        if runs and runs[-1][1] == start:
            runs[-1] = (runs[-1][0], start + HOUR)
        else:
            runs.append((start, start + HOUR))
    return [(first, after) for first, after in runs if after - first >= RUN_HOURS * HOUR]


def expected_zero_runs(delivered: dict[str, Hours]) -> dict[tuple[str, str], list[tuple[datetime, datetime]]]:
    """By meter and month: runs in the month and the last 16 hours before it that reach into the month."""
    found = {}
    for meter in (f"{building}-electricity" for building in BUILDINGS):
        for year in (2018, 2019):
            for month in range(1, 13):
                begin = datetime(year, month, 1)
                end = datetime(year + month // 12, month % 12 + 1, 1)
                near = {s: kwh for s, kwh in delivered[meter].items() if begin - RUN_HOURS * HOUR <= s < end}
                if runs := [(first, after) for first, after in zero_runs(near) if after > begin]:
                    found[meter, f"{begin:%Y-%m}"] = runs
    return found


def test_every_hour_of_electricity_counts_as_it_was_delivered(run, delivered):
    """Zeros and all: a warning changes nothing. Only the hours before the first file are estimated."""
    measured = run.published(
        "select meter_id, year, sum(actual_mwh) * 1000 from quality.meter_month where point = 'use' group by all"
    )
    assert {(meter, year): kwh for meter, year, kwh in measured} == {
        (f"{building}-electricity", year): sum(of_year(delivered[f"{building}-electricity"], year).values())
        for building in BUILDINGS
        for year in (2018, 2019)
    }
    estimated = run.published(
        """
        select meter_id, replaces, count(*), min(interval_start), max(interval_start) from quality.estimates
        where point = 'use' group by all order by meter_id
        """
    )
    before = ("missing", 8, datetime(2018, 1, 1), datetime(2018, 1, 1, 7))
    assert estimated == [(f"{building}-electricity", *before) for building in BUILDINGS]


def test_what_was_delivered_of_gas_counts_or_is_listed_beside_its_estimate(run, delivered):
    found = run.published(
        """
        select m.meter_id, m.year, sum(m.actual_mwh) * 1000, coalesce(any_value(e.delivered_gj), 0) / 0.0036,
            sum(m.intervals_valid) + coalesce(any_value(e.intervals), 0)
        from quality.meter_month as m
        left join (
            select meter_id, year(interval_start) as year, sum(delivered_gj) as delivered_gj,
                count(delivered_gj) as intervals
            from quality.estimates group by all
        ) as e on m.meter_id = e.meter_id and m.year = e.year
        where m.point = 'heat_import' group by all order by all
        """
    )
    assert len(found) == 2 * len(BUILDINGS)
    for meter, year, actual_kwh, replaced_kwh, hours in found:
        expected = of_year(delivered[meter], year)
        assert hours == len(expected), meter
        # kJ are whole, and each month is rounded to the Wh of heat.
        assert float(actual_kwh) + float(replaced_kwh) == pytest.approx(float(sum(expected.values())), abs=0.01), meter


def test_runs_of_zeros_are_named(run, delivered):
    found = run.published("select meter_id, month, evidence from quality.findings where code = 'zero_run'")
    told = {(meter, month): json.loads(evidence) for meter, month, evidence in found}
    expected = expected_zero_runs(delivered)
    assert {key: (entry["times"], entry["intervals"]) for key, entry in told.items()} == {
        key: (len(runs), sum((after - first) // HOUR for first, after in runs)) for key, runs in expected.items()
    }
    for key, runs in expected.items():
        stretches = [f"{first:%Y-%m-%d %H:%M} to {after:%Y-%m-%d %H:%M}" for first, after in runs]
        assert sorted(told[key]["largest"].split("; ")) == stretches
    assert told["b19-electricity", "2019-10"]["intervals"] == 46
    assert ("b40-electricity", "2018-05") not in told


def test_the_gas_meter_that_changes_scale_is_told_in_the_months_of_its_old_scale(run, delivered):
    """Until 10 May 2018 b40 reads hundreds of kWh in steps of 100, after an outage of 25 days ones in steps of 1."""
    found = run.published(
        """
        select month from quality.findings
        where code in ('scale_change', 'unit_slip') and meter_id = 'b40-gas' order by month
        """
    )
    assert [month for (month,) in found] == [f"2018-{month:02}" for month in range(1, 6)]
    hours = of_year(delivered["b40-gas"], 2018)
    (outage,) = [run for run in zero_runs(hours) if run[1] - run[0] > 20 * 24 * HOUR]
    assert all(kwh % 100 == 0 for start, kwh in hours.items() if start < outage[0])
    assert any(kwh % 100 for start, kwh in hours.items() if start >= outage[1])
    assert run.published("select count(*) from quality.estimates where meter_id = 'b40-gas'") == [(8,)]


def test_no_building_changes_the_scale_of_its_electricity(run):
    """Not even b57, whose use falls by 40 %."""
    sql = "select * from quality.findings where code in ('scale_change', 'unit_slip') and meter_id like '%electricity'"
    assert run.published(sql) == []


def test_zeros_that_are_no_readings_are_estimated_one_by_one(zeros_as_gaps, delivered):
    found = zeros_as_gaps.published(
        """
        select meter_id, interval_start, delivered_mwh, method is not null, estimate_mwh > 0 from quality.estimates
        where replaces = 'no_value' order by meter_id, interval_start
        """
    )
    expected = [
        (f"{building}-electricity", start, None, True, True)
        for building in BUILDINGS
        for start, kwh in sorted(of_year(delivered[f"{building}-electricity"], 2019).items())
        if not kwh and start >= FIRST_HOUR_OF_2019
    ]
    assert found == expected
    assert len(found) == 46 + 279
    assert zeros_as_gaps.published("select * from quality.findings where code = 'zero_run'") == []


def test_the_figures_differ_by_the_estimates(zeros_as_gaps, run, delivered):
    """b19 uses about as much in its 46 hours as in others; nothing is added to meters without a gap."""
    sql = """
        select meter_id, sum(energy_mwh) * 1000 from quality.meter_month
        where year = 2019 and point = 'use' group by all
    """
    whole, with_zeros = dict(zeros_as_gaps.published(sql)), dict(run.published(sql))
    estimated = "select meter_id, sum(estimate_mwh) * 1000 from quality.estimates group by meter_id"
    estimates = dict(zeros_as_gaps.published(estimated))
    for meter, kwh in whole.items():
        hours = of_year(delivered[meter], 2019)
        assert kwh == sum(hours[start] for start in hours if start >= FIRST_HOUR_OF_2019) + estimates[meter], meter
    gained = {meter: whole[meter] - with_zeros[meter] for meter in whole}
    mean = sum(of_year(delivered["b19-electricity"], 2019).values()) / (8760 - 46)
    assert gained["b19-electricity"] / 46 == pytest.approx(mean, rel=Decimal("0.1"))
    total = "select electricity_use_mwh * 1000 from metrics.park_year where year = 2019"
    assert zeros_as_gaps.published(total)[0][0] - run.published(total)[0][0] == sum(gained.values())
    assert gained["b24-electricity"] > 279 * 10
