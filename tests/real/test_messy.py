"""Hostile files in State Grid layouts, landed: what their reference answers say, and nothing lost without a row.

What the registers of ``f2`` mean (rollover, replacement, reads that fall) is tested where readings are made of them.
"""

import csv
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from pipelines.ingest.landing import land
from pipelines.ingest.ledger import LedgerEntry
from pipelines.settings import Settings

FOLDER = "18_messy_derived"


@dataclass(frozen=True)
class Landed:
    """A delivery in a new home folder: the ledger by file name, and its parsed tables."""

    home: Path
    ledger: dict[str, LedgerEntry]

    def rows(self, sql: str, table: str, file_name: str = "") -> list[tuple]:
        """Rows of a query on ``t``, a parsed table of one file with ``place``, the order of its rows."""
        name = file_name or next(iter(self.ledger))
        path = self.home / "parsed" / self.ledger[name].file_id / f"{table}.parquet"
        with duckdb.connect() as con:
            con.execute(f"create view t as select *, file_row_number as place from read_parquet('{path}')")
            return con.execute(sql).fetchall()

    def set_aside(self, file_name: str = "") -> list[tuple]:
        """Line, reason and sentence of the rows set aside."""
        return self.rows("select line, reason, sentence from t order by line", "quarantine", file_name)


Land = Callable[..., Landed]


@pytest.fixture(scope="module")
def landed(delivery) -> Iterator[Land]:
    with tempfile.TemporaryDirectory() as homes:

        def make(instructions: str | None, pattern: str) -> Landed:
            home = Path(tempfile.mkdtemp(dir=homes))
            entries = land([delivery(instructions, f"{FOLDER}/{pattern}")], Settings(home=home, duckdb_threads=1))
            return Landed(home, {entry.file_name: entry for entry in entries})

        yield make


@pytest.fixture(scope="module")
def answers(real_data) -> Callable[[str], list[dict[str, str]]]:
    def read(name: str) -> list[dict[str, str]]:
        with (real_data / FOLDER / "reference" / name).open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))

    return read


STANDING = """
    select *, strftime(interval_end - interval 1 second, '%Y-%m-%d') as day from t
    qualify place = max(place) over (partition by meter_id, interval_end)
"""


@pytest.fixture(scope="module")
def curve(landed) -> Landed:
    return landed("messy_curve", "f1_*")


def test_days_of_96_points_have_their_energy_and_their_gaps(curve, answers):
    """Points blank or written as ``--``, ``NULL``, ``－`` are no zeros; the later capture of a day counts."""
    found = curve.rows(
        f"""
        select meter_id, day, sum(value * multiplier), count(*) filter (value is null and flag = 'N')
        from ({STANDING}) group by all order by all
        """,
        "meter_readings",
    )
    expected = {
        (row["meter"], row["date"]): (Decimal(row["kwh_from_present_points"]), int(row["missing_points"]))
        for row in answers("f1_daily_kwh.csv")
    }
    lost = {key: value for key, value in expected.items() if value[1] == 96}
    assert set(lost) == {("DB0002", "2018-03-14")}
    assert {(meter, day): (kw / 4, gaps) for meter, day, kw, gaps in found} == {
        key: value for key, value in expected.items() if key not in lost
    }


def test_blank_points_stand_where_the_reference_says(curve, answers):
    point = "epoch(interval_end - cast(day as timestamp)) / 900"
    sql = f"select meter_id, day, cast({point} as integer) from ({STANDING}) where value is null order by all"
    expected = {
        (row["meter"], row["date"], int(row["point_1_to_96"]))
        for row in answers("f1_missing.csv")
        if row["why"] == "blank cell"
    }
    assert set(curve.rows(sql, "meter_readings")) == expected


def test_rows_of_days_sent_twice_are_all_kept_and_the_total_is_set_aside(curve):
    (entry,) = curve.ledger.values()
    assert (entry.rows_read, entry.rows_loaded, entry.rows_quarantined) == (94 * 96 + 1, 94 * 96, 1)
    assert curve.set_aside() == [(98, "bad_timestamp", "the time (blank) is not understood")]
    day = "strftime(interval_end - interval 1 second, '%Y-%m-%d')"
    twice = f"select meter_id, {day} from t group by all having count(*) = 192 order by all"
    assert curve.rows(twice, "meter_readings") == [("DB0001", "2018-03-08"), ("DB0002", "2018-03-19")]


@pytest.fixture(scope="module")
def registers(landed) -> Landed:
    return landed("messy_registers", "f2_*")


def test_registers_of_a_point_whose_meter_was_replaced(registers, answers):
    expected = {row["item"]: row["value"] for row in answers("f2_expected.csv")}
    entry = registers.ledger["f2_小时示值.csv"]
    assert entry.rows_read == int(expected["rows_in_file"])
    assert (entry.rows_duplicate, entry.rows_quarantined) == (int(expected["exact_duplicate_rows"]), 0)
    reads = "meter_registers", "f2_小时示值.csv"
    ends = "select min(read_at)::text, max(read_at)::text, arg_min(value, line), arg_max(value, line) from t"
    first, last = Decimal(expected["first_register"]), Decimal(expected["last_register"])
    assert registers.rows(ends, *reads) == [("2018-03-01 00:00:00", "2018-04-01 00:00:00", first, last)]
    missing = 31 * 24 + 1 - registers.rows("select count(distinct read_at) from t", *reads)[0][0]
    assert missing == int(expected["missing_hourly_reads"])


def test_of_conflicting_reads_the_file_says_which_was_captured_later(registers, answers):
    at = next(row["value"] for row in answers("f2_expected.csv") if row["item"] == "conflict_at")
    sql = f"select value::double, captured_at::text from t where read_at = timestamp '{at}' order by captured_at"
    assert registers.rows(sql, "meter_registers", "f2_小时示值.csv") == [
        (49.0, "2018-03-12 07:02:00"),
        (46.0, "2018-03-12 07:07:00"),
    ]


def test_the_replacement_of_the_meter(registers):
    sql = 'select meter_id, "at"::text, old_final::double, new_initial::double, multiplier::integer from t'
    assert registers.rows(sql, "meter_replacements", "f2_换表记录.csv") == [
        ("MP-01", "2018-03-21 01:00:00", 487.44, 12.5, 60)
    ]


@pytest.fixture(scope="module")
def workbook(landed) -> Callable[[str], Landed]:
    return lambda part: landed(f"messy_workbook_{part}", "f3_*")


def test_bills_out_of_a_report_with_merged_headers(workbook, answers):
    report = workbook("power")
    found = report.rows('select meter_id, energy * 10000, "from"::text, "to"::text from t', "meter_periods")
    assert found == [
        (row["enterprise"], Decimal(row["kwh"]), "2018-03-01 00:00:00", "2018-04-01 00:00:00")
        for row in answers("f3_expected.csv")
    ]
    assert report.set_aside() == [
        (11, "missing_value", "energy is blank"),
        (13, "missing_value", "meter_id is blank"),
    ]


def test_full_width_digits_and_dates_that_include_their_day(workbook):
    sql = """select energy::double, "from"::text, "to"::text, kind from t where meter_id = '企业03'"""
    assert workbook("peak").rows(sql, "meter_periods") == [
        (0.7973, "2018-03-01 00:00:00", "2018-04-01 00:00:00", "peak")
    ]


def test_gas_stored_as_text(workbook, answers):
    found = workbook("gas").rows("select enterprise_id, quantity * 10000 from t where unit = '10000_m3'", "fuel_use")
    assert found == [(row["enterprise"], Decimal(row["gas_m3"])) for row in answers("f3_expected.csv")]


def test_steam_in_another_unit_is_set_aside_with_its_text(workbook, answers):
    report = workbook("steam")
    expected = {row["enterprise"]: Decimal(row["steam_t"]) for row in answers("f3_expected.csv")}
    wrong = expected.pop("企业05")
    assert report.rows("select quantity from t", "heat_flows") == [(tons,) for tons in expected.values()]
    line, reason, sentence = report.set_aside()[0]
    assert (line, reason) == (9, "not_a_number")
    assert sentence == f"quantity is not a number: {wrong * 1000:,.2f}kg"


def test_the_night_in_which_clocks_go_back_has_25_hours(landed, answers):
    """Labels from 02:00 to 02:45 come twice: the first is summer time, the second winter time."""
    profile = landed("messy_berlin", "f4_*")
    start = "timezone('Asia/Shanghai', interval_end) - interval 15 minute"
    for zone, name, energy in (
        ("Europe/Berlin", "f4_local_daily.csv", "local_day_kwh"),
        ("UTC", "f4_utc_daily.csv", "kwh"),
    ):
        day = f"strftime(timezone('{zone}', {start}), '%Y-%m-%d')"
        found = profile.rows(f"select {day}, sum(value), count(*) from t group by all order by all", "meter_readings")
        expected = answers(name)
        assert [(day, kwh) for day, kwh, _ in found] == [(row[""], Decimal(row[energy])) for row in expected]
        if zone == "Europe/Berlin":
            assert [count for *_, count in found] == [int(row["intervals"]) for row in expected]
    assert profile.rows("select flag, count(*) from t group by all order by all", "meter_readings") == [
        ("A", 377),
        ("E", 11),
    ]
    assert profile.set_aside() == []


def test_utf16_with_times_up_to_2400(landed, answers):
    found = landed("messy_utf16", "f5_*").rows(
        f"select meter_id, day, sum(value), count(*) from ({STANDING}) group by all order by all", "meter_readings"
    )
    assert found == [("0007", row["date"], Decimal(row["kwh"]), 96) for row in answers("f5_daily.csv")]


@pytest.fixture(scope="module")
def junk(landed) -> Landed:
    return landed("messy_junk", "f6_junk/*")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("binary.csv", "the file is binary, not text: byte 115 is NUL"),
        ("zero_bytes.csv", "the file is empty (0 bytes)"),
    ],
)
def test_what_is_no_text_is_refused(junk, name, reason):
    entry = junk.ledger[name]
    assert (entry.refused_reason, entry.rows_read) == (reason, 0)


@pytest.mark.parametrize(
    ("name", "values", "set_aside"),
    [
        ("header_only.csv", [], []),
        ("formula_injection.csv", [1, 1.5, 2], []),
        ("truncated_multibyte_gbk.csv", [3.1], [(3, "bad_encoding")]),
        ("mixed_line_ends_ragged.csv", [1, 3], [(3, "ragged_row"), (4, "ragged_row")]),
        (
            "numbers.csv",
            [-5.2, 7, 0.5],
            [
                (2, "not_a_number"),
                (3, "not_a_number"),
                (4, "number_out_of_range"),
                (6, "not_a_number"),
                (9, "bad_timestamp"),
                (10, "out_of_range"),
                (11, "out_of_range"),
            ],
        ),
    ],
)
def test_of_junk_each_row_is_loaded_or_set_aside(junk, name, values, set_aside):
    assert junk.ledger[name].refused_reason is None
    found = junk.rows("select value::double from t order by interval_end", "meter_readings", name)
    assert [value for (value,) in found] == values
    told = junk.set_aside(name)
    assert [(line, reason) for line, reason, _ in told] == set_aside
    assert all(sentence for *_, sentence in told)


def test_text_that_looks_like_a_formula_stays_text(junk):
    found = junk.rows("select distinct meter_id from t order by all", "meter_readings", "formula_injection.csv")
    assert found == [("@SUM(A1)",), ("DB9",)]
