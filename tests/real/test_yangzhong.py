"""A real park in Jiangsu: 1 454 enterprises by day, two exports of it, and totals that a third party wrote down."""

from pathlib import Path

import polars as pl
import pytest

FOLDER = "01_tianchi_yangzhong_daily"
FULL = "power_wide_2015-01_2016-05.csv"
HALF = "power_wide_2015-01_2015-06_second_copy.csv"
PARKS = "park_id,name_zh,province_zh\nyangzhong,扬中高新区,江苏省\n"


@pytest.fixture(scope="module")
def run(delivery, zcp):
    half = delivery("yangzhong_half_year", f"{FOLDER}/{HALF}")
    full = delivery("yangzhong_full", f"{FOLDER}/{FULL}", parks=PARKS)
    return zcp(2015, full, half)


@pytest.fixture(scope="module")
def cells(real_data: Path) -> pl.DataFrame:
    """Both exports cell by cell, read without any of the project's code: meter, day, full, half (null: not in it)."""
    full = pl.read_csv(real_data / FOLDER / FULL).drop("total")
    half = pl.read_csv(real_data / FOLDER / HALF)
    long = [
        table.unpivot(index="record_date", variable_name="meter", value_name=name).with_columns(
            pl.col("record_date").str.replace_all("/", "-").str.to_date("%Y-%-m-%-d").alias("day")
        )
        for table, name in ((full, "full"), (half, "half"))
    ]
    return long[0].join(long[1], on=["meter", "day"], how="left").select("meter", "day", "full", "half")


def test_every_cell_is_loaded_and_every_user_is_an_enterprise(run):
    for name, days in ((FULL, 517), (HALF, 181)):
        entry = run.ledger[name]
        readings = [entry[f"rows_{kind}"] for kind in ("duplicate", "quarantined")]
        assert readings == [0, 0]
        assert run.parsed("select count(*), count(distinct meter_id) from readings", name) == [(days * 1454, 1454)]
    assert run.published("select count(*) from metrics.enterprise_year where year = 2015") == [(1454,)]


def test_placeholders_are_no_values(run, cells):
    placeholders = cells.filter(pl.col("full") == 1).height
    assert placeholders > 100_000
    assert run.parsed("select count(*) from readings where value is null and flag = 'N'", FULL) == [(placeholders,)]
    assert run.parsed("select count(*) from readings where value = 1", FULL) == [(0,)]


def test_published_means_of_the_park_count_the_placeholders(run, real_data):
    means = run.parsed(
        """
        with days as (
            select interval_end - interval 1 day as day, sum(coalesce(value, 1)) as kwh from readings group by day
        )
        select strftime(day, '%Y-%m'), floor(sum(kwh) / count(*))::bigint from days group by 1 order by 1
        """,
        FULL,
    )
    published = pl.read_csv(real_data / FOLDER / "published_park_daily_mean_by_month.csv")
    assert means == published.rows()


def test_published_totals_of_october_2015(run, real_data):
    days = run.parsed(
        """
        select strftime(interval_end - interval 1 day, '%Y-%m-%d'), sum(coalesce(value, 1))::bigint
        from readings where interval_end > '2015-10-01' and interval_end <= '2015-11-01' group by 1 order by 1
        """,
        FULL,
    )
    assert days == pl.read_csv(real_data / FOLDER / "published_park_daily_total_2015-10.csv").rows()


def test_cells_in_which_the_exports_disagree_are_corrections(run, cells):
    """The half-year export is the earlier delivery: its value is the old one; 1 is no value on either side."""
    differing = cells.filter(pl.col("full") != pl.col("half")).select(
        pl.lit("yz-") + pl.col("meter"),
        pl.col("day").dt.offset_by("1d").dt.strftime("%Y-%m-%d"),
        pl.col("half").replace(1, None).cast(pl.Float64),
        pl.col("full").replace(1, None).cast(pl.Float64),
    )
    assert differing.height == 7
    corrections = run.published(
        """
        select meter_id, strftime(interval_end, '%Y-%m-%d'), old_value::double, new_value::double
        from quality.corrections
        """
    )
    assert sorted(corrections, key=str) == sorted(differing.rows(), key=str)


def test_measured_use_of_the_year_is_the_park_total_without_the_placeholders(run, cells):
    """What stands in place of placeholders is listed cell by cell, and the use of the enterprises holds it too."""
    year = cells.filter(pl.col("day").dt.year() == 2015)
    measured = run.published("select sum(actual_mwh) * 1000, sum(intervals_valid) from quality.meter_month")
    assert measured == [(year.filter(pl.col("full") != 1)["full"].sum(), year.filter(pl.col("full") != 1).height)]
    listed = "select count(*), coalesce(sum(estimate_mwh), 0) * 1000 from quality.estimates"
    ((placeholders, estimated),) = run.published(listed)
    assert placeholders == year.filter(pl.col("full") == 1).height
    use = "select sum(use_mwh) * 1000 from metrics.enterprise_year where year = 2015"
    assert run.published(use)[0][0] == measured[0][0] + estimated
