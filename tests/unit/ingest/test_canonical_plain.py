"""The fast path for plain files of readings: what it takes, what it leaves alone, and that both paths agree."""

from datetime import datetime
from decimal import Decimal

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.contracts import load
from pipelines.ingest.canonical import GOOD, judge
from pipelines.ingest.plain import copy_plain, open_plain
from pipelines.ingest.sources import FileUnreadable, read_table
from pipelines.ingest.spec import FileSpec

CONTRACT = load("inputs")["meter_readings"]
HEADER = "meter_id,interval_end,value\n"


@pytest.fixture(scope="module")
def con():
    with duckdb.connect(config={"threads": "1"}) as con:
        con.execute("set timezone = 'Asia/Shanghai'")
        yield con


def fast(con, path):
    """The rows that the fast path writes, and its result; null where it leaves the file alone."""
    source = open_plain(con, path, CONTRACT)
    target = path.with_suffix(".out.parquet")
    result = source and copy_plain(con, source, CONTRACT, "id", target)
    return (con.sql(f"select * from read_parquet('{target}')").fetchall(), result) if result else (None, source)


def read(con, tmp_path, text, name="meter_readings.csv"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return fast(con, path)


def careful(con, path):
    """The good rows of the careful path, in the canonical order, and whether all of the file's rows are good."""
    table = read_table(path, FileSpec(table="meter_readings"), CONTRACT)
    judgement = judge(con, table.frame, CONTRACT)
    rows = con.sql(f"select meter_id, interval_end, value, flag, multiplier from ({GOOD}) order by all").fetchall()
    return rows, judgement.rows_quarantined == 0 and table.rejected.is_empty()


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_delimiters_line_ends_and_a_byte_order_mark(con, tmp_path, delimiter, newline):
    lines = ["meter_id,interval_end,value", "m,2026-01-01T00:15,1.5", "", "m,2026-01-01T00:30:00,-2", ""]
    text = "\ufeff" + newline.join(lines).replace(",", delimiter)
    rows, result = read(con, tmp_path, text)
    assert [row[:3] for row in rows] == [
        ("m", datetime(2026, 1, 1, 0, 15), Decimal("1.5")),
        ("m", datetime(2026, 1, 1, 0, 30), Decimal("-2")),
    ]
    assert result.rows == 2


def test_chinese_headers_in_any_order_and_unknown_columns(con, tmp_path):
    text = "电量（kWh）,备注,数据时间,电表编号\n7,x,2026-01-01T24:00,m\n"
    rows, _ = read(con, tmp_path, text)
    assert rows == [("m", datetime(2026, 1, 2), Decimal(7), "A", None, "id")]
    assert open_plain(con, tmp_path / "meter_readings.csv", CONTRACT).unknown_columns == ("备注",)


def test_flags_multipliers_and_readings_without_a_value(con, tmp_path):
    text = "meter_id,interval_end,value,flag,multiplier\nm,2026-01-01T00:15,,N,\nm,2026-01-01T00:30,2,E,60\n"
    rows, _ = read(con, tmp_path, text)
    assert [row[2:5] for row in rows] == [(None, "N", None), (Decimal(2), "E", Decimal(60))]


@pytest.mark.parametrize(
    ("value", "kind", "stored"),
    [
        ("999999999999.999999", "DECIMAL(18,6)", "999999999999.999999"),
        ("1.1234567", "DECIMAL(38,12)", "1.1234567"),
        ("1.1000000000", "DECIMAL(18,6)", "1.1"),
        ("1.5e-7", "DECIMAL(38,12)", "0.00000015"),
        ("1.5e3", "DECIMAL(18,6)", "1500"),
        ("0.30000000000000004", "DECIMAL(18,6)", "0.3"),
        ("5.55e-17", "DECIMAL(18,6)", "0"),
    ],
)
def test_the_column_is_as_wide_as_the_file_needs(con, tmp_path, value, kind, stored):
    rows, result = read(con, tmp_path, f"{HEADER}m,2026-01-01T00:15,1\nm,2026-01-01T00:30,{value}\n")
    found = con.execute(f"describe select value from read_parquet('{tmp_path}/meter_readings.out.parquet')").fetchall()
    assert (found[0][1], rows[1][2]) == (kind, Decimal(stored))
    assert bool(result.warnings) == (value in ("0.30000000000000004", "5.55e-17"))


@pytest.mark.parametrize(
    "row",
    [
        "m,2026-01-01T00:15,x",
        "m,2026-01-01T00:15,",
        "m,2026-01-01T00:15,nan",
        "m,2026-01-01T00:15,1000000000000",
        'm,2026-01-01T00:15,"1,5"',
        "m,2026-01-01,1",
        "m,2026-02-30T00:15,1",
        "m,0026-01-01T00:15,1",
        "m,2026-01-01T00:15",
        "m,2026-01-01T00:15,1,2",
        ",2026-01-01T00:15,1",
        " m,2026-01-01T00:15,1",
        '="0007",2026-01-01T00:15,1',
        "m\u3000,2026-01-01T00:15,1",
    ],
)
def test_a_row_that_is_not_plain_leaves_the_file_to_the_careful_path(con, tmp_path, row):
    rows, _ = read(con, tmp_path, f"{HEADER}m,2026-01-01T00:30,1\n{row}\n")
    assert rows is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\nmeter_id,interval_end,value\n",
        b"meter_id,interval_end\nm,2026-01-01T00:15\n",
        b"meter_id,meter_id,interval_end,value\nm,m,2026-01-01T00:15,1\n",
        "电表编号,数据时间,电量\nm,2026-01-01T00:15,1\n".encode("gb18030"),
        HEADER.encode() + "表,2026-01-01T00:15,1\n".encode("gb18030"),
        b"meter_id,interval_end,value\rm,2026-01-01T00:15,1\r",
        b"\x89PNG\r\n\x1a\n\x00\x00",
    ],
    ids=["empty", "blank first line", "no value", "twice", "gb18030 header", "gb18030 row", "CR only", "image"],
)
def test_files_that_are_not_plain(con, tmp_path, content):
    assert read(con, tmp_path, content)[0] is None


def test_parquet_of_any_column_types(con, tmp_path):
    path = tmp_path / "meter_readings.parquet"
    con.execute(
        "copy (select 'm' as meter_id, timestamptz '2026-01-01 00:15:00+09' as interval_end, 0.1::double as value"
        f" union all select 'm', timestamptz '2026-01-01 00:30:00+09', 2) to '{path}'"
    )
    rows, _ = fast(con, path)
    assert [row[1:3] for row in rows] == [
        (datetime(2025, 12, 31, 23, 15), Decimal("0.1")),
        (datetime(2025, 12, 31, 23, 30), Decimal(2)),
    ]


@pytest.mark.parametrize("cut", [4, 20, -30, -1])
def test_a_damaged_parquet_file_is_left_alone(con, tmp_path, cut):
    path = tmp_path / "meter_readings.parquet"
    con.execute(f"copy (select 'm' as meter_id, timestamp '2026-01-01' as interval_end, 1 as value) to '{path}'")
    whole = path.read_bytes()
    path.write_bytes(whole[:cut] + b"\xff" * 8 + whole[cut:][12:] if cut == 4 else whole[:cut])
    assert fast(con, path)[0] is None


def test_rows_lie_by_month_then_meter_then_time_whatever_the_order_in_the_file(con, tmp_path):
    lines = ["b,2026-02-01T00:00,1", "a,2026-02-01T00:15,2", "a,2026-01-31T24:00,3", "a,2026-01-01T00:15,4"]
    rows, result = read(con, tmp_path, HEADER + "\n".join(lines))
    assert [int(row[2]) for row in rows] == [4, 3, 1, 2]
    assert result.months == ("2026-01", "2026-02")


@pytest.mark.parametrize(
    ("again", "is_plain"),
    [
        ("m,2026-01-01T00:15,1.0,", True),
        ("m,2026-01-01T00:15,1,A", True),
        ("m,2026-01-01T00:15,2,", False),
        ("m,2026-01-01T00:15,1,E", False),
        ("n,2026-01-01T00:15,2,", True),
        ("m,2026-02-01T00:15,2,", True),
    ],
)
def test_two_values_of_one_interval_are_left_to_the_careful_path_which_knows_their_order(
    con, tmp_path, again, is_plain
):
    rows, _ = read(
        con, tmp_path, "\n".join([f"{HEADER[:-1]},flag", "m,2026-01-01T00:15,1,", "l,2026-01-01T00:15,3,", again])
    )
    assert (rows is not None) is is_plain


MOMENTS = st.sampled_from(
    ["2026-01-01T00:15", "2026-01-01 24:00", "2026-01-01T00:15Z", "2026-01-01T00:15:00+09:00", "2026-1-1 0:15", "x", ""]
)
VALUES = st.one_of(
    st.decimals(allow_nan=False, allow_infinity=False, places=7, min_value=-(10**12), max_value=10**12).map(str),
    st.floats(-1e11, 1e11).map(repr),
    st.sampled_from(["1", "1_0", " 2 ", "", "1e3", "1e-13", "1,5", "0x1"]),
)
READINGS = st.lists(
    st.tuples(st.sampled_from(["m", "n", "表1", "表1", " m"]), MOMENTS, VALUES, st.sampled_from(["", "A", "E", "N"])),
    min_size=1,
    max_size=4,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=READINGS)
def test_whatever_the_fast_path_takes_the_careful_path_reads_the_same(con, tmp_path, rows):
    quoted = [(meter, moment, f'"{value}"' if "," in value else value, flag) for meter, moment, value, flag in rows]
    text = "meter_id,interval_end,value,flag\n" + "".join(",".join(row) + "\n" for row in quoted)
    found, _ = read(con, tmp_path, text)
    expected, all_good = careful(con, tmp_path / "meter_readings.csv")
    if found is not None:
        assert all_good
        assert sorted(row[:5] for row in found if row[2] is not None) == [r for r in expected if r[2] is not None]
        assert len(found) == len(expected)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=200) | st.binary(max_size=80).map(lambda junk: HEADER.encode() + junk))
def test_no_bytes_break_either_path(con, tmp_path, content):
    found, _ = read(con, tmp_path, content)
    try:
        expected, _ = careful(con, tmp_path / "meter_readings.csv") if found is not None else (None, False)
    except FileUnreadable:
        expected = None
    assert found is None or len(found) == len(expected)
