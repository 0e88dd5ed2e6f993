"""Texts by a contract into typed rows: what is kept, what is set aside and why, what refuses the file."""

from datetime import date, datetime
from decimal import Decimal

import duckdb
import polars as pl
import pytest

from pipelines.contracts import load
from pipelines.ingest.canonical import FAULTS, JUDGED, judge, missing_columns

INPUTS = load("inputs")
FUEL = {"park_id": "p", "month": "2026-01", "fuel": "diesel", "activity": "final_use", "quantity": "1", "unit": "t"}
METER = {"meter_id": "m", "park_id": "p", "point": "use", "measure": "interval_energy", "unit": "kWh"}
HEAT = {"park_id": "p", "month": "2026-01", "direction": "in", "kind": "fossil"}
CANCELLATION = {"cancellation_id": "c", "cancelled_on": "2026-06-01", "beneficiary_enterprise_id": "e"}
PROJECT = {"project_id": "s", "park_id": "p", "technology": "solar", "relation": "onsite"}
RANGE = {"project_code": "007", "generation_month": "2026-05", "serial_from": "1", "serial_to": "9"}
READING = {"meter_id": "m", "interval_end": "2026-01-01T00:15", "value": "1", "flag": None}


@pytest.fixture
def con():
    with duckdb.connect() as con:
        con.execute("set timezone = 'Asia/Shanghai'")
        yield con


def table(rows):
    columns = {name: [row.get(name) for row in rows] for name in dict.fromkeys(n for row in rows for n in row)}
    schema = dict.fromkeys(columns, pl.String) | {"line": pl.UInt32, "raw": pl.String}
    lines = list(range(2, len(rows) + 2))
    return pl.DataFrame(columns | {"line": lines, "raw": [f"row {line}" for line in lines]}, schema=schema)


def judged(con, name, *rows):
    """The judgement, and the first row's values and reason."""
    judgement = judge(con, table(rows), INPUTS[name])
    first = con.sql(f"select * exclude (raw) from {JUDGED} order by line limit 1").pl().row(0, named=True)
    (fault,) = con.execute(f"select reason, sentence from {FAULTS} where line = 2").fetchall() or [(None, None)]
    return judgement, first | dict(zip(("reason", "sentence"), fault, strict=True))


def value(con, name, row, column):
    judgement, first = judged(con, name, row)
    assert first["reason"] is None, first["sentence"]
    assert judgement.rows_loaded == 1
    return first[column]


def reason(con, name, row):
    judgement, first = judged(con, name, row)
    assert (judgement.rows_loaded, judgement.rows_quarantined) == (0, 1)
    return first["reason"], first["sentence"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", "1"),
        ("+1.50", "1.5"),
        ("0.123456789", "0.123456789"),
        ("999999999999.999999999", "999999999999.999999999"),
        ("1e3", "1000"),
        ("25E-9", "0.000000025"),
        (".5", "0.5"),
        (" 7 ", "7"),
        ("0.1000000000000000", "0.1"),
    ],
)
def test_quantities_are_exact(con, text, expected):
    assert value(con, "fuel_use", FUEL | {"quantity": text}, "quantity") == Decimal(expected)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1,234", "not_a_number"),
        ("nan", "not_a_number"),
        ("inf", "not_a_number"),
        ("0x1F", "not_a_number"),
        ("12 t", "not_a_number"),
        ("--", "not_a_number"),
        ("1000000000000", "number_out_of_range"),
        ("0.1234567891", "number_out_of_range"),
        ("2.5e-9", "number_out_of_range"),
        ("999999999999.9999999999", "number_out_of_range"),
        ("1e40", "number_out_of_range"),
        ("-1", "out_of_range"),
        (None, "missing_value"),
    ],
)
def test_a_bad_quantity_is_set_aside_with_its_reason(con, text, code):
    found, sentence = reason(con, "fuel_use", FUEL | {"quantity": text})
    assert found == code
    assert "quantity" in sentence
    assert text is None or text in sentence


@pytest.mark.parametrize(
    ("text", "expected"), [("2026-01", "2026-01"), ("2026-01-01", "2026-01"), ("2026-12-01T00:00:00", "2026-12")]
)
def test_months(con, text, expected):
    assert value(con, "fuel_use", FUEL | {"month": text}, "month") == expected


@pytest.mark.parametrize("text", ["2026-13", "2026-1", "2026-01-02", "January", "0001-01"])
def test_other_texts_are_no_months(con, text):
    assert reason(con, "fuel_use", FUEL | {"month": text})[0] == "bad_month"


@pytest.mark.parametrize("text", ["2026-02-30", "infinity", "epoch", "0001-01-01", "1 May"])
def test_texts_that_are_no_dates(con, text):
    assert reason(con, "meters", METER | {"valid_from": text})[0] == "bad_date"


def test_an_open_end_in_the_far_future_is_a_date(con):
    assert value(con, "meters", METER | {"valid_to": "9999-12-31"}, "valid_to") == date(9999, 12, 31)


def test_a_period_that_ends_before_it_begins_is_set_aside(con):
    row = METER | {"valid_from": "2026-05-02", "valid_to": "2026-05-01"}
    assert reason(con, "meters", row) == ("period_reversed", "valid_to is before valid_from")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("true", True), ("FALSE", False), ("1", True), ("0", False), ("是", True), ("否", False), (None, True)],
)
def test_booleans_and_their_default(con, text, expected):
    row = {"project_id": "x", "park_id": "p", "technology": "wind", "relation": "onsite", "same_owner": text}
    assert value(con, "projects", row, "same_owner") is expected


def test_neither_true_nor_false(con):
    row = {"project_id": "x", "park_id": "p", "technology": "wind", "relation": "onsite", "same_owner": "maybe"}
    assert reason(con, "projects", row)[0] == "not_true_or_false"


def test_defaults_stand_for_blanks_and_for_columns_that_are_not_delivered(con):
    _, first = judged(con, "meters", METER | {"multiplier": ""})
    assert (first["multiplier"], first["interval_minutes"]) == (Decimal(1), 15)


@pytest.mark.parametrize(
    ("minutes", "good"), [("15", True), ("1440", True), ("7", False), ("0", False), ("1.5", False)]
)
def test_the_interval_divides_the_day(con, minutes, good):
    judgement, _ = judged(con, "meters", METER | {"interval_minutes": minutes})
    assert judgement.rows_loaded == good


@pytest.mark.parametrize(
    ("text", "serial"),
    [("9" * 30, 10**30 - 1), ("-5", -5), ("000012", 12), ("12.0", 12)],
)
def test_serials_are_kept_exactly_however_long(con, text, serial):
    row = CANCELLATION | RANGE | {"serial_from": text}
    judge(con, table([row]), INPUTS["gec_cancellations"])
    assert con.execute(f"select serial_from from {JUDGED}").fetchall() == [(Decimal(serial),)]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1.5", "not_a_whole_number"),
        ("1e3", "not_a_whole_number"),
        ("1" * 31, "number_out_of_range"),
        ("x", "not_a_number"),
    ],
)
def test_texts_that_are_no_serials(con, text, code):
    assert reason(con, "gec_cancellations", CANCELLATION | RANGE | {"serial_to": text})[0] == code


@pytest.mark.parametrize(("first", "last"), [("0", "9" * 30), ("-" + "9" * 29, "0"), ("1", "1000000000000")])
def test_ranges_that_would_break_a_sum_are_set_aside(con, first, last):
    row = CANCELLATION | RANGE | {"serial_from": first, "serial_to": last}
    assert reason(con, "gec_cancellations", row)[0] == "number_out_of_range"
    narrower = row | {"serial_from": str(int(last) - 10**12 + 2)}
    assert value(con, "gec_cancellations", narrower, "serial_to") == Decimal(last)


def test_project_codes_keep_their_leading_zeros(con):
    assert value(con, "gec_cancellations", CANCELLATION | RANGE, "project_code") == "007"


@pytest.mark.parametrize(
    "text",
    [
        "AB-1",
        "ab-1",
        "ＡＢ－１",
        "ａb-1",
        " AB -1 ",
        "A\u3000B-1",
        "AB-\u200b1",
        "\ufeffAB-1\t",
        "AB\u20131",
        "ab\u22121",
    ],
)
def test_spellings_of_a_project_code_are_one_code(con, text):
    for table_name, row, column in (
        ("gec_cancellations", CANCELLATION | RANGE | {"project_code": text}, "project_code"),
        ("projects", PROJECT | {"gec_project_code": text}, "gec_project_code"),
    ):
        assert value(con, table_name, row, column) == "AB-1"


CODE = "00000000000000941" + "202605" + "000000001"


def test_certificate_codes_give_project_month_and_serials(con):
    codes = {"certificate_from": CODE, "certificate_to": CODE[:-3] + "250"}
    _, first = judged(con, "gec_cancellations", CANCELLATION | codes)
    found = [
        first[name] for name in ("project_code", "generation_month", "serial_from", "serial_to", "certificate_from")
    ]
    assert found == [CODE[:17], "2026-05", 1, 250, CODE]


def test_a_row_may_give_its_range_and_its_codes(con):
    both = RANGE | {"project_code": CODE[:17], "serial_from": "1.0", "serial_to": "01"}
    codes = {"certificate_from": CODE, "certificate_to": CODE}
    assert value(con, "gec_cancellations", CANCELLATION | both | codes, "serial_to") == 1


@pytest.mark.parametrize(
    "codes",
    [
        {"certificate_from": CODE[1:], "certificate_to": CODE},
        {"certificate_from": CODE, "certificate_to": "1" + CODE[1:]},
        {"certificate_from": CODE, "certificate_to": CODE, "project_code": "other"},
        {"certificate_from": CODE, "certificate_to": CODE, "generation_month": "2026-04"},
        {"certificate_from": CODE, "certificate_to": CODE, "serial_from": "0"},
        {"certificate_from": CODE, "certificate_to": CODE, "serial_to": "2"},
    ],
    ids=["31 digits", "another project", "not the project of the row", "month", "first serial", "last serial"],
)
def test_certificate_codes_that_name_no_range(con, codes):
    assert reason(con, "gec_cancellations", CANCELLATION | codes)[0] == "bad_certificate_code"


def test_a_certificate_needs_its_range_or_its_codes(con):
    assert reason(con, "gec_cancellations", CANCELLATION | RANGE | {"serial_to": None})[0] == "missing_value"


@pytest.mark.parametrize(
    ("row", "good"),
    [
        ({"quantity_gj": "5"}, True),
        ({"quantity": "5", "unit": "t", "enthalpy_gj_per_t": "2.8"}, True),
        ({"quantity": "5", "unit": "t"}, False),
        ({}, False),
    ],
)
def test_heat_comes_in_gigajoules_or_as_steam(con, row, good):
    row = {"quantity_gj": None, "quantity": None, "unit": None, "enthalpy_gj_per_t": None} | row
    judgement, _ = judged(con, "heat_flows", HEAT | row)
    assert judgement.rows_loaded == good


def test_an_unknown_unit_refuses_the_file_and_names_the_line(con):
    judgement, _ = judged(con, "fuel_use", FUEL, FUEL | {"unit": "lb"})
    assert "unit is not one of t, kg" in judgement.refused
    assert judgement.refused.endswith("lb (line 3)")


def test_a_blank_unit_is_a_bad_row_and_not_a_bad_file(con):
    judgement, _ = judged(con, "fuel_use", FUEL | {"unit": ""}, FUEL)
    assert (judgement.refused, judgement.rows_loaded, judgement.rows_quarantined) == (None, 1, 1)


def test_units_in_chinese_are_understood(con):
    assert value(con, "fuel_use", FUEL | {"unit": "万m3"}, "unit") == "10000_m3"


def test_an_unknown_word_lists_the_known_ones(con):
    code, sentence = reason(con, "fuel_use", FUEL | {"activity": "heating"})
    assert code == "unknown_value"
    assert sentence.endswith("conversion_input, conversion_output: heating")


def test_equal_rows_count_once_and_rows_that_differ_all_count(con):
    judgement, _ = judged(con, "fuel_use", FUEL, FUEL | {"quantity": "2"}, FUEL | {"quantity": "1.000"})
    assert (judgement.rows_loaded, judgement.rows_duplicate, judgement.rows_quarantined) == (2, 1, 0)
    assert judgement.warnings == ("1 row equals an earlier row in every column and counts once (line 4)",)


def test_repeated_readings_stay_for_the_model_that_compares_all_files(con):
    judgement, _ = judged(con, "meter_readings", READING, READING)
    assert (judgement.rows_loaded, judgement.rows_duplicate) == (2, 0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-01T00:15", datetime(2026, 1, 1, 0, 15)),
        ("2026-01-01 00:15:00", datetime(2026, 1, 1, 0, 15)),
        ("2026-12-31T24:00", datetime(2027, 1, 1)),
        ("2026-01-01T00:15Z", datetime(2026, 1, 1, 8, 15)),
        ("2026-01-01T00:15:00+09:00", datetime(2025, 12, 31, 23, 15)),
        ("2026-01-01T24:00+08:00", datetime(2026, 1, 2)),
    ],
)
def test_moments_are_shanghai_wall_time(con, text, expected):
    assert value(con, "meter_readings", READING | {"interval_end": text}, "interval_end") == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2026-02-30T00:15", "bad_timestamp"),
        ("2026-01-01T24:15", "bad_timestamp"),
        ("infinity", "bad_timestamp"),
        ("2026-01-01T00:15 UTC", "bad_timestamp"),
        ("2400", "bad_timestamp"),
        ("0026-01-01T00:15", "out_of_range"),
        ("9026-01-01T00:15", "out_of_range"),
    ],
)
def test_texts_that_are_no_moments(con, text, code):
    assert reason(con, "meter_readings", READING | {"interval_end": text})[0] == code


def test_a_reading_may_say_that_it_has_no_value(con):
    assert value(con, "meter_readings", READING | {"value": None, "flag": "N"}, "value") is None
    assert reason(con, "meter_readings", READING | {"value": None, "flag": "E"})[0] == "missing_value"


def test_readings_round_half_up_beyond_twelve_decimals_and_say_so(con):
    rows = [READING | {"value": v} for v in ("0.1234567890125", "-0.1234567890125", "0.5")]
    judgement, first = judged(con, "meter_readings", *rows)
    assert first["value"] == Decimal("0.123456789013")
    assert judgement.warnings == ("2 values have more than 12 decimals and were rounded half up to 12",)


def test_missing_columns_are_named_with_their_chinese_headers():
    assert missing_columns(["meter_id", "interval_end"], INPUTS["meter_readings"]) == (
        "the column value (or 电量, 电量(kWh), 数值) is missing, which meter_readings needs"
    )
    without_range = [*CANCELLATION, "project_code"]
    assert "certificate_from, certificate_to" in missing_columns(without_range, INPUTS["gec_cancellations"])
    assert missing_columns([*CANCELLATION, *RANGE], INPUTS["gec_cancellations"]) is None


@pytest.mark.parametrize("name", sorted(INPUTS))
def test_every_contract_judges_an_empty_table_and_a_blank_row(con, name):
    contract = INPUTS[name]
    blank = dict.fromkeys(contract.column_names)
    assert judge(con, table([blank]).clear(), contract).rows_loaded == 0
    assert reason(con, name, blank)[0] == "missing_value"
