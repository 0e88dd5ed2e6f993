"""Chinese workbooks: merged header rows under a note, full-width brackets, and times of day without a date."""

import openpyxl
import pytest

FOLDER = "14_diangongbei_park_xlsx"
RATED_KW = {"solar-a": 750, "wind-b": 1000, "solar-c": 600, "wind-c": 500}


@pytest.fixture(scope="module")
def run(delivery, zcp):
    parks = "".join(f"park-{letter},园区{letter.upper()},江苏省\n" for letter in "abc")
    projects = "".join(
        f"{name},park-{name[-1]},{name.split('-')[0]},onsite,{rated}\n" for name, rated in RATED_KW.items()
    )
    folder = delivery(
        "park_workbooks",
        f"{FOLDER}/附件*.xlsx",
        parks="park_id,name_zh,province_zh\n" + parks,
        projects="project_id,park_id,technology,relation,capacity_kw\n" + projects,
    )
    return zcp(2024, folder)


def columns(real_data, pattern: str, first_row: int) -> list[list[float]]:
    path = next((real_data / FOLDER).glob(pattern))
    sheet = openpyxl.load_workbook(path, read_only=True).active
    rows = [row[1:] for row in sheet.iter_rows(min_row=first_row, max_row=first_row + 23, values_only=True)]
    return [[float(value) for value in column] for column in zip(*rows, strict=True) if None not in column]


def test_typical_days_stand_on_the_declared_day(run):
    sql = "select count(distinct meter_id), count(*), min(interval_end)::text, max(interval_end)::text from readings"
    assert run.parsed(sql) == [(7, 7 * 24, "2024-06-15 01:00:00", "2024-06-16 00:00:00")]


@pytest.mark.parametrize(
    ("pattern", "first_row", "meters"),
    [("附件1*", 2, ["load-a", "load-b", "load-c"]), ("附件2*", 4, ["solar-a", "wind-b", "solar-c", "wind-c"])],
)
def test_each_column_is_its_meter(run, real_data, pattern, first_row, meters):
    for meter, delivered in zip(meters, columns(real_data, pattern, first_row), strict=True):
        sql = f"select value::double from readings where meter_id = '{meter}' order by interval_end"
        assert [value for (value,) in run.parsed(sql)] == delivered


def test_energy_of_the_day_with_the_rated_power_as_multiplier(run, real_data):
    loads = columns(real_data, "附件1*", 2)
    imported = run.published(
        "select park_id, grid_import_mwh::double from metrics.park_year where park_id like 'park-_' order by 1"
    )
    assert imported == [
        (f"park-{letter}", pytest.approx(sum(load) / 1000)) for letter, load in zip("abc", loads, strict=True)
    ]
    units = dict(zip(RATED_KW, columns(real_data, "附件2*", 4), strict=True))
    generated = run.published("select project_id, generation_mwh::double from metrics.project_year")
    assert dict(generated) == {name: pytest.approx(sum(units[name]) * rated / 1000) for name, rated in RATED_KW.items()}
