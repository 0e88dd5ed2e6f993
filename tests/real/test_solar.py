"""Two photovoltaic stations of the State Grid, original workbooks: times as text and as dates, sentinels, negatives."""

import fastexcel
import pytest

FOLDER = "04_cn_stategrid_solar_15min"
SITE_1 = "Solar station site 1 (Nominal capacity-50MW).xlsx"
SITE_3 = "Solar station site 3 (Nominal capacity-30MW).xlsx"
PARKS = "park_id,name_zh,province_zh\nsolar,光伏园区,河北省\n"
PROJECTS = (
    "project_id,park_id,technology,relation,capacity_kw\n"
    "site-1,solar,solar,onsite,50000\nsite-3,solar,solar,onsite,30000\n"
)


@pytest.fixture(scope="module")
def run(delivery, zcp):
    return zcp(
        2019,
        delivery("solar_site_1", f"{FOLDER}/Solar station site 1*", parks=PARKS, projects=PROJECTS),
        delivery("solar_site_3", f"{FOLDER}/Solar station site 3*"),
    )


def powers(real_data, name: str) -> list[float]:
    """The power column as Excel has it, in MW; binary noise beyond the 12 decimals of a reading is rounded off."""
    sheet = fastexcel.read_excel(real_data / FOLDER / name).load_sheet(0, use_columns=[7], dtypes="float")
    return [round(value, 12) for value in sheet.to_polars().to_series()]


def test_every_row_of_both_workbooks_is_loaded(run):
    found = {name: (entry["rows_read"], entry["rows_quarantined"]) for name, entry in run.ledger.items()}
    assert found[SITE_1] == (70_176, 0)
    assert found[SITE_3] == (2 * 52_608, 0)


@pytest.mark.parametrize(
    ("name", "meter", "rows", "last"),
    [(SITE_1, "pv-1", 70_176, "2021-01-01 00:00:00"), (SITE_3, "pv-3-generation", 52_608, "2020-07-02 00:00:00")],
)
def test_rows_are_a_gapless_series_from_the_first_quarter_hour(run, name, meter, rows, last):
    sql = f"""
        select count(distinct interval_end), strftime(min(interval_end), '%c'), max(interval_end)::varchar
        from readings where meter_id = '{meter}'
    """
    assert run.parsed(sql, name) == [(rows, "2019-01-01 00:15:00", last)]


def test_powers_are_those_of_the_workbook_to_the_last_decimal(run, real_data):
    one = run.parsed("select value::double from readings order by interval_end", SITE_1)
    assert [value for (value,) in one] == powers(real_data, SITE_1)


def test_negative_nights_become_use_of_their_own(run, real_data):
    delivered = powers(real_data, SITE_3)
    assert sum(value < 0 for value in delivered) == 25_652
    pairs = run.parsed(
        """
        select g.value::double, u.value::double
        from readings g join readings u on g.interval_end = u.interval_end
        where g.meter_id = 'pv-3-generation' and u.meter_id = 'pv-3-night-use' order by g.interval_end
        """,
        SITE_3,
    )
    assert pairs == [(max(value, 0), max(-value, 0)) for value in delivered]


def test_energy_of_the_year_is_the_mean_power_by_the_quarter_hour(run, real_data):
    quarter_hours_of_2019 = 365 * 96
    generated = run.published("select project_id, generation_mwh::double from metrics.project_year order by project_id")
    expected = [
        (project, pytest.approx(sum(max(value, 0) for value in powers(real_data, name)[:quarter_hours_of_2019]) / 4))
        for project, name in (("site-1", SITE_1), ("site-3", SITE_3))
    ]
    assert generated == expected
