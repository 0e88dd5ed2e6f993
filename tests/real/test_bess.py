"""Five batteries by the half-hour: one signed series of mean MW is a meter that charges and one that discharges.

The file holds 41 621 rows; 4 800 of them are readings, the others are events at any second and have no reading.
"""

from datetime import datetime, timedelta
from decimal import Decimal

import pandas as pd
import pytest

FILE = "bess_activity_2024-09-01_20.csv"
OUTPUT = "Actual Output (settlement metered, delayed)"
PARKS = "park_id,name_zh,province_zh\nbess,储能园区,江苏省\n"
UNITS = ("2__BFSEN005", "E_DOLLB-1", "E_PILLB-2", "T_COVNB-1", "T_WISHB-1")
# The hours of China that lie before the first of the file, which is in UTC.
BEFORE = 16


@pytest.fixture(scope="module")
def run(delivery, zcp):
    meters = ["meter_id,park_id,point,measure,unit,interval_minutes"]
    meters += [f"{unit}-{way},bess,storage_{way},mean_power,MW,30" for unit in UNITS for way in ("charge", "discharge")]
    tables = {"parks": PARKS, "meters": "\n".join(meters) + "\n"}
    return zcp(2024, delivery("bess", f"06_bess_gb_halfhourly/{FILE}", **tables))


@pytest.fixture(scope="module")
def delivered(real_data) -> pd.DataFrame:
    return pd.read_csv(real_data / "06_bess_gb_halfhourly" / FILE, parse_dates=["Time"])


@pytest.fixture(scope="module")
def outputs(delivered) -> pd.DataFrame:
    """The metered half-hours: unit, start in Asia/Shanghai, MWh charged and discharged."""
    rows = delivered.dropna(subset=[OUTPUT])
    mwh = rows[OUTPUT] / 2
    return pd.DataFrame(
        {
            "unit": rows["BMU_ID"],
            "start": rows["Time"] + timedelta(hours=8),
            "charge": (-mwh).clip(lower=0),
            "discharge": mwh.clip(lower=0),
        }
    )


def test_rows_without_a_reading_are_set_aside_and_no_reading_is(run, delivered, outputs):
    """Each row speaks of two meters, so it counts twice."""
    entry = run.ledger[FILE]
    assert (entry["rows_read"], entry["rows_loaded"]) == (2 * len(delivered), 2 * len(outputs))
    blank = delivered[OUTPUT].isna()
    assert run.published(
        "select reason, count(*), count(distinct line), min(line) from quality.quarantine group by 1"
    ) == [("missing_value", 2 * blank.sum(), blank.sum(), 2 + blank.idxmax())]
    assert len(outputs) == len(UNITS) * 20 * 48


def test_a_half_hour_is_energy_of_one_meter_and_zero_of_the_other(run, outputs):
    found = run.parsed("select meter_id, interval_end, value::double from readings order by all")
    expected = sorted(
        (f"{row.unit}-{way}", row.start.to_pydatetime() + timedelta(minutes=30), 2 * getattr(row, way))
        for row in outputs.itertuples()
        for way in ("charge", "discharge")
    )
    assert [row[:2] for row in found] == [row[:2] for row in expected]
    assert [value for *_, value in found] == pytest.approx([value for *_, value in expected])
    both = [min(charge, discharge) for charge, discharge in zip(outputs["charge"], outputs["discharge"], strict=True)]
    assert max(both) == 0


def test_energy_of_each_unit(run, outputs):
    found = run.published(
        """
        select meter_id, point, sum(actual_mwh), sum(intervals_valid) from quality.meter_month
        where month = '2024-09' group by all
        """
    )
    sums = outputs.groupby("unit")[["charge", "discharge"]].sum()
    expected = {
        (f"{unit}-{way}", f"storage_{way}"): (round(Decimal(sums.loc[unit, way]), 6), 20 * 48)
        for unit in UNITS
        for way in ("charge", "discharge")
    }
    assert {(meter, point): tuple(rest) for meter, point, *rest in found} == expected


def test_what_was_not_delivered_is_estimated_where_days_are_alike_and_else_open(run):
    """Eight hours of the first day; the last ten days of September have not been delivered and stay open."""
    estimated = run.published(
        """
        select meter_id, replaces, count(*), min(interval_start), max(interval_start) from quality.estimates
        group by all
        """
    )
    assert sorted(estimated) == [
        (f"{unit}-{way}", "missing", BEFORE, datetime(2024, 9, 1), datetime(2024, 9, 1, 7, 30))
        for unit in UNITS
        for way in ("charge", "discharge")
    ]
    still_open = "select distinct intervals_open from quality.meter_month where month = '2024-09'"
    assert run.published(still_open) == [(30 * 48 - 20 * 48 - BEFORE,)]


def test_what_the_batteries_lose_is_use(run, outputs):
    """Charged less discharged, measured and estimated: no other flow is metered, so it is all that the park uses."""
    ((loss, use),) = run.published("select storage_loss_mwh, electricity_use_mwh from metrics.park_year")
    estimated = dict(
        run.published(
            "select point, sum(estimate_mwh) from quality.estimates where replaces = 'missing' group by point"
        )
    )
    measured = Decimal(outputs["charge"].sum() - outputs["discharge"].sum())
    expected = measured + estimated["storage_charge"] - estimated["storage_discharge"]
    assert loss == use == round(expected, 6)
    # About an eighth of what goes in does not come out.
    assert measured / Decimal(outputs["charge"].sum()) == pytest.approx(Decimal("0.13"), abs=Decimal("0.01"))
