"""A Chinese region by quarter hour over three years: byte order mark, full-width header, unpadded times, real gaps."""

from datetime import datetime, timedelta

import polars as pl
import pytest

FOLDER = "15_taidi_region_15min"


@pytest.fixture(scope="module")
def run(delivery, zcp):
    parks = "park_id,name_zh,province_zh\nregion,某地区,广东省\n"
    return zcp(2018, delivery("region", f"{FOLDER}/附件1*.csv", parks=parks))


@pytest.fixture(scope="module")
def delivered(real_data) -> dict[datetime, float]:
    """Start of each delivered quarter hour and its mean kW, read without the project's code."""
    table = pl.read_csv(next((real_data / FOLDER).glob("附件1*.csv")), new_columns=["time", "kw"])
    starts = table["time"].str.to_datetime("%Y-%-m-%-d %-H:%M")
    return dict(zip(starts, table["kw"], strict=True))


def test_every_row_is_loaded(run, delivered):
    (entry,) = [entry for name, entry in run.ledger.items() if name.startswith("附件1")]
    assert (entry["rows_read"], entry["rows_quarantined"], entry["rows_duplicate"]) == (105_131, 0, 0)
    found = run.parsed("select interval_end - interval 15 minutes, value::double from readings")
    assert dict(found) == delivered


def test_the_gaps_of_the_three_years_are_the_85_slots_that_were_not_delivered(run, delivered):
    slots = [datetime(2018, 1, 1) + timedelta(minutes=15) * n for n in range(1096 * 96)]
    gaps = [slot for slot in slots if slot not in delivered]
    assert len(gaps) == 85
    found = run.parsed(
        """
        select s from generate_series(timestamp '2018-01-01', timestamp '2020-12-31 23:45', interval 15 minutes) t(s)
        anti join readings on interval_end = s + interval 15 minutes order by s
        """
    )
    assert [slot for (slot,) in found] == gaps


def test_missing_intervals_of_the_year_are_published_by_month(run, delivered):
    slots = [datetime(2018, 1, 1) + timedelta(minutes=15) * n for n in range(365 * 96)]
    by_month = {f"2018-{month:02}": 0 for month in range(1, 13)}
    for slot in slots:
        by_month[f"{slot:%Y-%m}"] += slot not in delivered
    published = run.published(
        "select month, intervals_open from metrics.park_month where window_kind = 'month' and park_id = 'region'"
    )
    assert dict(published) == by_month


def test_energy_of_the_year_is_what_was_delivered(run, delivered):
    mwh = sum(kw for start, kw in delivered.items() if start.year == 2018) / 4000
    published = run.published("select grid_import_mwh::double from metrics.park_year where park_id = 'region'")
    assert published == [(pytest.approx(mwh),)]
