"""A steel plant by quarter hour: Korean time, days without leading zeros, and 0:00 at the end of its own day."""

from datetime import datetime, timedelta

import polars as pl
import pytest

FILE = "steel_2018_H1.csv"


@pytest.fixture(scope="module")
def run(delivery, zcp):
    parks = "park_id,name_zh,province_zh\ngwangyang,光阳钢铁园区,山东省\n"
    return zcp(2018, delivery("steel", f"02_steel_korea_15min/{FILE}", parks=parks))


@pytest.fixture(scope="module")
def rows(real_data) -> list[tuple[datetime, float]]:
    """Interval ends in Asia/Shanghai and kWh, by position: row n closes the (n + 1)th quarter hour of 2018 in Korea."""
    table = pl.read_csv(real_data / "02_steel_korea_15min" / FILE, columns=["Usage_kWh"])
    start = datetime(2018, 1, 1) - timedelta(hours=1)
    return [(start + timedelta(minutes=15) * (n + 1), kwh) for n, kwh in enumerate(table.to_series())]


def test_every_row_closes_its_own_quarter_hour(run, rows):
    found = run.parsed("select interval_end, value::double from readings order by 1")
    assert found == rows


def replaced(run) -> list[tuple[str, int, float, float]]:
    """By month: values that the rules do not let stand, their kWh, and the kWh that stand there instead."""
    return run.published(
        """
        select strftime(interval_start, '%Y-%m'), count(*), sum(delivered_mwh)::double * 1000,
            coalesce(sum(estimate_mwh), 0)::double * 1000
        from quality.estimates where replaces = 'spike' group by 1
        """
    )


def test_month_totals(run, rows):
    """Two quarter hours of idle days stand far above the rest: they count as spikes, with what was delivered beside."""
    months: dict[str, float] = {}
    for end, kwh in rows:
        month = (end - timedelta(minutes=1)).strftime("%Y-%m")
        months[month] = months.get(month, 0) + kwh
    changed = replaced(run)
    assert sum(count for _, count, *_ in changed) <= 2
    for month, _, delivered, estimated in changed:
        months[month] += estimated - delivered
    published = run.published(
        """
        select month, grid_import_mwh::double * 1000 from metrics.park_month
        where park_id = 'gwangyang' and window_kind = 'month' and year = 2018 and grid_import_mwh > 0 order by month
        """
    )
    expected = [(month, pytest.approx(kwh)) for month, kwh in sorted(months.items()) if month >= "2018"]
    assert published == expected


def test_nothing_is_missing_but_the_hour_that_is_next_year_in_china(run):
    entry = run.ledger[FILE]
    assert (entry["rows_read"], entry["rows_quarantined"], entry["warnings"]) == (17376, 0, [])
    missing = run.published(
        """
        select month, intervals_expected - intervals_valid - intervals_spike from quality.meter_month
        where meter_id = 'steel-gate' and year = 2018 and month < '2018-07' order by month
        """
    )
    assert missing == [(f"2018-0{month}", 0) for month in range(1, 6)] + [("2018-06", 4)]
