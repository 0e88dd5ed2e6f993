"""Delimited text: encodings, delimiters, quotes, ragged rows, and files that are not what their name says."""

import csv
import io
import zipfile

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.contracts import load
from pipelines.ingest.delimited import read_delimited
from pipelines.ingest.grid import BLANKS
from pipelines.ingest.sources import FileUnreadable, read_table
from pipelines.ingest.spec import FileSpec

READINGS = load("inputs")["meter_readings"]
FUEL = load("inputs")["fuel_use"]


def read(tmp_path, content: str | bytes, name: str = "meter_readings.csv", contract=READINGS, **keys):
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_table(path, FileSpec(table=contract.table, **keys), contract)


CHINESE = "表计编号,数据时间,电量（kWh）\nA1,2026-01-01 00:15,1.50\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_encodings_delimiters_and_line_ends(tmp_path, encoding, delimiter, ending):
    text = CHINESE.replace(",", delimiter).replace("\n", ending)
    table = read(tmp_path, text.encode(encoding))
    assert table.frame.drop("raw").rows() == [("A1", "2026-01-01T00:15:00", "1.50", None, 2)]
    assert table.unknown_columns == ()


def test_quoted_cells_with_delimiters_quotes_and_line_breaks(tmp_path):
    text = 'meter_id,interval_end,value,note\n"A,1",2026-01-01T00:15,1,"say ""no""\nmore"\nB,2026-01-01T00:15, "2" ,x\n'
    table = read(tmp_path, text)
    assert table.frame.select("meter_id", "value", "line").rows() == [("A,1", "1", 2), ("B", "2", 4)]
    assert table.unknown_columns == ("note",)
    assert table.frame["raw"][0].endswith('"say ""no""\nmore"')


def test_ragged_rows_are_rejected_by_line_and_the_rest_loads(tmp_path):
    rows = ["A,2026-01-01T00:15,1", "A,2026-01-01T00:30", "", "A,2026-01-01T00:45,3,9", "A,2026-01-01T01:00,4,", ",,"]
    table = read(tmp_path, "\n".join(["meter_id,interval_end,value", *rows, 'B",2026-01-01T00:15,5']))
    assert table.frame["line"].to_list() == [2, 6]
    assert table.frame["value"].to_list() == ["1", "4"]
    assert table.rejected.select("line", "reason", "sentence").rows() == [
        (3, "ragged_row", "the row has 2 cells where the header has 3"),
        (5, "ragged_row", "the row has 4 cells where the header has 3"),
        (8, "ragged_row", "the quotation marks in the row do not enclose whole cells"),
    ]
    assert table.rows_read == 5


def test_bytes_of_another_encoding_cost_only_their_row(tmp_path):
    good = "表计编号,时间,电量\n园区电表一,2026-01-01T00:15,1\n园区电表二,2026-01-01T00:15,2\n".encode("gb18030")
    table = read(tmp_path, good + b"\xb5,2026-01-01T00:30,3\n\xb5", contract=READINGS)
    assert table.frame["meter_id"].to_list() == ["园区电表一", "园区电表二"]
    assert table.rejected["reason"].to_list() == ["bad_encoding", "bad_encoding"]
    assert table.rows_read == 4


def test_excel_text_wrapping_and_blanks(tmp_path):
    table = read(tmp_path, 'meter_id\tinterval_end\tvalue\n="0\t07"\t2026-01-01 0:15\t\u3000 1.5 \n')
    assert table.frame.select("meter_id", "value").row(0) == ("0\t07", "1.5")
    assert table.frame["raw"][0].startswith('="0\t07"')


def test_skip_rows_header_rows_and_a_declared_delimiter(tmp_path):
    text = "# export\n\nmeter|reading|\nmeter_id|interval_end|value\nA|2026-01-01T00:15|1\n"
    columns = {"meter meter_id": "meter_id", "reading interval_end": "interval_end", "reading value": "value"}
    table = read(tmp_path, text, skip_rows=2, header_rows=2, delimiter="|", columns=columns)
    assert table.frame.select("meter_id", "value", "line").row(0) == ("A", "1", 5)


def test_decimal_comma(tmp_path):
    table = read(tmp_path, "meter_id;interval_end;value\nA,1;2026-01-01T00:15;60,030\n", decimal=",")
    assert table.frame.select("meter_id", "value").row(0) == ("A,1", "60.030")


def test_header_without_rows_is_an_empty_table(tmp_path):
    table = read(tmp_path, "meter_id,interval_end,value\n")
    assert (table.rows_read, table.frame.columns) == (0, ["meter_id", "interval_end", "value", "flag", "line", "raw"])


def zipped(member: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(member, "x")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.csv", b"", "is empty"),
        ("a.csv", b"\n\n", "no header row"),
        ("a.csv", zipped("a.txt"), "a zip archive"),
        ("a.csv", zipped("xl/workbook.xml"), "an Excel workbook"),
        ("a.csv", b"PK\x03\x04 cut off", "a damaged zip archive"),
        ("a.csv", b"\x89PNG\r\n\x1a\n", "a PNG image"),
        ("a.csv", b"%PDF-1.7", "a PDF document"),
        ("a.csv", b"PAR1....PAR1", "a Parquet file"),
        ("a.csv", b"meter_id,value\nA,\x00\n", "byte 18 is NUL"),
        ("a.csv", b"<!DOCTYPE html><html>", "an HTML page"),
        ("a.xlsx", b"meter_id,value\n", "not an Excel workbook as its name says but text"),
        ("a.xlsx", b"<html><table>", "an HTML page"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old or password-protected"),
        ("a.parquet", b"meter_id,value\n", "not a Parquet file"),
        ("a.parquet", b"PAR1garbagePAR1", "damaged Parquet"),
        ("a.docx", b"text", "of a kind that is not read"),
    ],
)
def test_files_that_are_not_what_they_say_are_refused_in_one_sentence(tmp_path, name, content, says):
    with pytest.raises(FileUnreadable) as refusal:
        read(tmp_path, content, name)
    assert says in str(refusal.value)
    assert name not in str(refusal.value)  # the ledger shows it beside the sentence
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_byte_order_mark(tmp_path, encoding):
    lines = CHINESE + "".join(f"A1,2026-01-01 {hour:02}:00,{hour}\n" for hour in range(1, 9))
    assert read(tmp_path, lines.encode(encoding)).frame["value"].to_list()[:2] == ["1.50", "1"]


@pytest.mark.parametrize("encoding", ["ascii", "latin-42"])
def test_declared_encoding_that_does_not_fit(tmp_path, encoding):
    with pytest.raises(FileUnreadable, match="encoding"):
        read(tmp_path, CHINESE, encoding=encoding)


def test_parquet_values_become_exact_texts(tmp_path):
    frame = pl.DataFrame(
        {
            "meter_id": [7],
            "interval_end": pl.Series(["2025-12-31T16:15:00Z"]).str.to_datetime(time_zone="UTC"),
            "value": pl.Series(["123456789012345678901234.123456789012"]).cast(pl.Decimal(38, 12)),
            "multiplier": [1e-7],
        }
    )
    frame.write_parquet(tmp_path / "r.parquet")
    table = read_table(tmp_path / "r.parquet", FileSpec(table="meter_readings"), READINGS)
    expected = ("7", "2026-01-01T00:15:00", "123456789012345678901234.123456789012", None, "0.0000001", 1)
    assert table.frame.drop("raw").row(0) == expected


def test_dates_and_months_of_other_tables(tmp_path):
    text = "园区编号,月份,能源品种,用途,数量,单位,period_from\np,2026年3月,diesel,final_use,1,t,2026/3/1\n"
    frame = read(tmp_path, text, contract=FUEL).frame
    assert frame.select("park_id", "month", "period_from").row(0) == ("p", "2026-03", "2026-03-01")


TRICKY = st.text(alphabet=" ,;\"\n\t=ab'1\u3000电", max_size=6)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.lists(TRICKY, min_size=3, max_size=3), max_size=5), delimiter=st.sampled_from(",;\t"))
def test_whatever_a_csv_writer_writes_is_read_back(tmp_path, rows, delimiter):
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter, lineterminator="\n").writerows([["a", "b", "c"], *rows])
    (tmp_path / "x.csv").write_text(buffer.getvalue(), encoding="utf-8")
    grid = read_delimited(tmp_path / "x.csv", None, None, 0, 1)

    def plain(text: str) -> str | None:
        text = text.strip(BLANKS)
        return (text[2:-1] if text.startswith('="') and text.endswith('"') else text) or None

    expected = [[plain(text) for text in row] for row in rows]
    assert [list(row[2:]) for row in grid.cells.rows()] == [row for row in expected if any(row)]
    assert grid.rejected.is_empty()
