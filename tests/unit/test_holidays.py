"""Holidays of China as reference data: the dates of the notices, and the day types that estimation reads off them."""

import csv
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from pipelines import reference_tables
from pipelines.lake import Lake
from pipelines.resources import REFERENCE, SQL

PLAIN = ["monday", *["tuesday_to_thursday"] * 3, "friday", "saturday", "sunday"]
ROWS = list(csv.DictReader((REFERENCE / "holidays.csv").read_text("utf-8").splitlines()))


def day_types(lake: Lake, *years: int) -> dict[date, tuple[str, str | None, bool]]:
    """``staging.day_types`` for accounts of these years: day_type, special, is_known by day."""
    con = duckdb.connect()
    con.execute("create schema run; create schema reference")
    con.execute(
        "create table run.years as select year, make_date(year, 1, 1) as first_day, make_date(year, 12, 31) as last_day"
        " from (select unnest(cast(? as integer[])) as year)",
        [list(years)],
    )
    con.execute(f"create view reference.holidays as {reference_tables.find(lake, 'holidays').query(con)}")
    found = con.execute((SQL / "staging" / "day_types.sql").read_text("utf-8"))
    assert [column[0] for column in found.description] == ["day", "day_type", "special", "is_known"]
    rows = found.fetchall()
    assert len({row[0] for row in rows}) == len(rows)
    return {row[0]: row[1:] for row in rows}


def test_every_date_is_there_once():
    assert len({row["day"] for row in ROWS}) == len(ROWS)
    assert {row["kind"] for row in ROWS} == {"holiday", "working_weekend"}
    assert all(row["source"] and row["name_zh"] for row in ROWS)


def test_a_holiday_counts_as_sunday_and_a_working_weekend_as_the_day_it_stands_in_for():
    off = {row["day"]: row for row in ROWS if row["kind"] == "holiday"}
    assert {row["counts_as"] for row in off.values()} == {"sunday"}
    swaps = [row for row in ROWS if row["kind"] == "working_weekend"]
    assert len({row["stands_in_for"] for row in swaps}) == len(swaps)
    for row in swaps:
        day, given = date.fromisoformat(row["day"]), date.fromisoformat(row["stands_in_for"])
        assert day.weekday() >= 5
        assert given.weekday() < 5
        assert off[row["stands_in_for"]]["name_zh"] == row["name_zh"], "the day off belongs to the same holiday"
        assert abs(day - given) < timedelta(days=21)
        assert row["counts_as"] == PLAIN[given.weekday()]


def test_a_year_has_as_many_days_off_as_its_notice_says():
    # Days named in the notices, weekends that they name included; weekends that merely adjoin a holiday are not.
    days = Counter(row["day"][:4] for row in ROWS if row["kind"] == "holiday")
    assert days == Counter(
        {"2015": 26, "2016": 24, "2017": 24, "2018": 25, "2019": 22, "2020": 30}
        | {"2021": 31, "2022": 32, "2023": 26, "2024": 28, "2025": 28, "2026": 33}
    )


def test_2026_as_notice_7_of_2025_says(tmp_path: Path):
    found = day_types(Lake(tmp_path), 2026)
    off = sorted(day for day, (_, special, _) in found.items() if special == "holiday" and day.year == 2026)
    assert [day for day in off if day.month == 2] == [date(2026, 2, number) for number in range(15, 24)]
    swaps = {day: kind for day, (kind, special, _) in found.items() if special == "working_weekend"}
    assert {day: kind for day, kind in swaps.items() if day.year == 2026} == {
        date(2026, 1, 4): "friday",
        date(2026, 2, 14): "friday",
        date(2026, 2, 28): "monday",
        date(2026, 5, 9): "tuesday_to_thursday",
        date(2026, 9, 20): "tuesday_to_thursday",
        date(2026, 10, 10): "tuesday_to_thursday",
    }
    assert {kind for kind, special, _ in found.values() if special == "holiday"} == {"sunday"}


def test_other_days_are_what_their_weekday_says_and_no_date_is_missing(tmp_path: Path):
    found = day_types(Lake(tmp_path), 2025, 2026)
    assert min(found) == date(2024, 1, 1)
    assert max(found) == date(2027, 12, 31)
    assert len(found) == (max(found) - min(found)).days + 1
    plain = {day: kind for day, (kind, special, _) in found.items() if special is None}
    assert all(kind == PLAIN[day.weekday()] for day, kind in plain.items())
    assert plain[date(2026, 3, 4)] == "tuesday_to_thursday"


def test_a_year_without_a_notice_has_plain_days_and_is_not_known(tmp_path: Path):
    found = day_types(Lake(tmp_path), 2026)
    assert {is_known for day, (_, _, is_known) in found.items() if day.year == 2027} == {False}
    assert {is_known for day, (_, _, is_known) in found.items() if day.year < 2027} == {True}
    assert found[date(2027, 1, 1)][0] == "friday"


def test_the_operator_adds_a_year_and_changes_a_day(tmp_path: Path):
    lake = Lake(tmp_path)
    lake.reference.mkdir()
    (lake.reference / "holidays.csv").write_text(
        "day,kind,name_zh,counts_as,stands_in_for,year,source\n"
        "2027-01-01,holiday,元旦,sunday,,2027,notice\n"
        "2026-05-09,holiday,劳动节,sunday,,2026,changed\n",
        "utf-8",
    )
    found = day_types(lake, 2026)
    assert found[date(2027, 1, 1)] == ("sunday", "holiday", True)
    assert found[date(2026, 5, 9)] == ("sunday", "holiday", True)


@pytest.mark.parametrize("year", [2014, 2027])
def test_the_years_of_the_package_are_2015_to_2026(year: int):
    assert str(year) not in {row["year"] for row in ROWS}
