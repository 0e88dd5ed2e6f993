"""Workbooks: cells as a person reads them, merged headers, sheets, and archives that are made to hurt."""

import datetime as dt
import zipfile

import pytest
import xlsxwriter

from pipelines.contracts import load
from pipelines.ingest import excel
from pipelines.ingest.sources import FileUnreadable, read_table
from pipelines.ingest.spec import FileSpec

READINGS = load("inputs")["meter_readings"]


@pytest.fixture
def workbook(tmp_path):
    book = xlsxwriter.Workbook(tmp_path / "r.xlsx")
    yield book
    if not book.fileclosed:
        book.close()


def read(book, **keys):
    book.close()
    return read_table(book.filename, FileSpec(table="meter_readings", **keys), READINGS)


def grid(book, **keys):
    book.close()
    arguments = {"sheet": None, "skip_rows": 0, "header_rows": 1} | keys
    return excel.read_excel(book.filename, **arguments)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3.17, "3.17"),
        (12.0, "12"),
        (-0.0357, "-0.0357"),
        (1.23456789012345, "1.23456789012345"),
        (12345678.12345678, "12345678.12345678"),
        (1e-12, "0.000000000001"),
        (1e15, "1000000000000000"),
        ("007", "007"),
        ("1.50", "1.50"),
        ("12345678901234567890123", "12345678901234567890123"),
        ("\u3000x ", "x"),
        (True, "true"),
    ],
)
def test_cell_texts(workbook, value, text):
    sheet = workbook.add_worksheet()
    sheet.write_row(0, 0, ["a", "b"])
    sheet.write(1, 0, "row")
    write = sheet.write_string if isinstance(value, str) else sheet.write
    write(1, 1, value)
    assert grid(workbook).cells.row(0) == (2, f"row,{text}", "row", text)


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (dt.datetime(2026, 1, 1, 0, 15), "yyyy-mm-dd hh:mm", "2026-01-01 00:15:00"),
        (dt.datetime(2026, 1, 1), "yyyy/m/d", "2026-01-01"),
        (dt.time(0, 15), "hh:mm", "00:15:00"),
        (1.0, "hh:mm", "24:00:00"),
        (46023.0104166666, "yyyy-mm-dd hh:mm", "2026-01-01 00:15:00"),
    ],
)
def test_dates_and_times_of_day(workbook, value, form, text):
    sheet = workbook.add_worksheet()
    sheet.write(0, 0, "t")
    cell_format = workbook.add_format({"num_format": form})
    if isinstance(value, float):
        sheet.write_number(1, 0, value, cell_format)
    else:
        sheet.write_datetime(1, 0, value, cell_format)
    assert grid(workbook).cells["c0"].to_list() == [text]


def test_a_midnight_among_other_times_keeps_its_time(workbook):
    sheet = workbook.add_worksheet()
    sheet.write_row(0, 0, ["day", "time"])
    form = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    for row, hour in enumerate((0, 1), start=1):
        sheet.write_datetime(row, 0, dt.datetime(2026, 1, row), form)
        sheet.write_datetime(row, 1, dt.datetime(2026, 1, row, hour), form)
    cells = grid(workbook).cells
    assert cells["c0"].to_list() == ["2026-01-01", "2026-01-02"]
    assert cells["c1"].to_list() == ["2026-01-01 00:00:00", "2026-01-02 01:00:00"]


def merged_sheet(book, sheet):
    sheet.merge_range(0, 0, 0, 4, "说明：单位 kWh")
    sheet.merge_range(1, 0, 2, 0, "数据时间")
    sheet.merge_range(1, 1, 1, 2, "园区A")
    sheet.write(1, 3, "备注")
    sheet.write_row(2, 1, ["光伏", "风电"])
    sheet.write_row(2, 4, ["总计"])
    day = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    sheet.write_datetime(3, 0, dt.datetime(2026, 1, 1, 1), day)
    sheet.write_row(3, 1, [1.5, "2.50", "", 4])
    sheet.write_blank(6, 7, None, day)


def test_merged_header_rows_a_note_above_and_empty_ends(workbook):
    merged_sheet(workbook, workbook.add_worksheet())
    found = grid(workbook, skip_rows=1, header_rows=2)
    assert found.header == ("数据时间", "园区A 光伏", "园区A 风电", "备注", "总计")
    assert found.cells.rows() == [
        (4, "2026-01-01 01:00:00,1.5,2.50,,4", "2026-01-01 01:00:00", "1.5", "2.50", None, "4")
    ]


def test_workbook_as_readings(workbook):
    workbook.add_worksheet("首页").write(0, 0, "请看下一页")
    merged_sheet(workbook, workbook.add_worksheet("数据"))
    table = read(workbook, sheet="2", skip_rows=1, header_rows=2, layout="wide_meters", ignore=["备注", "总计"])
    assert table.frame.select("meter_id", "interval_end", "value", "line").rows() == [
        ("园区A 光伏", "2026-01-01T01:00:00", "1.5", 4),
        ("园区A 风电", "2026-01-01T01:00:00", "2.50", 4),
    ]


def test_sheet_that_starts_away_from_the_corner(workbook):
    sheet = workbook.add_worksheet()
    sheet.merge_range(3, 2, 3, 3, "组")
    sheet.write_row(4, 2, ["a", "b"])
    sheet.write_row(6, 2, [1, 2])
    found = grid(workbook, header_rows=2)
    assert (found.header, found.cells["line"].to_list()) == (("组 a", "组 b"), [7])


@pytest.mark.parametrize(("sheet", "says"), [("3", "no sheet '3'; its sheets are 一, 二"), ("二", "no header row")])
def test_sheets_that_cannot_be_read(workbook, sheet, says):
    workbook.add_worksheet("一").write(0, 0, "a")
    workbook.add_worksheet("二")
    with pytest.raises(FileUnreadable, match=says):
        grid(workbook, sheet=sheet)


def test_workbook_that_unpacks_to_too_much_is_refused(workbook, monkeypatch):
    workbook.add_worksheet().write(0, 0, "a")
    monkeypatch.setattr(excel, "MAX_UNPACKED_BYTES", 1000)
    with pytest.raises(FileUnreadable, match="unpacks to more than"):
        read(workbook)


def test_directory_that_lies_about_sizes_is_found_out(workbook):
    workbook.add_worksheet().write_column(0, 0, ["a" * 30_000] * 3)
    workbook.close()
    with zipfile.ZipFile(workbook.filename) as archive:
        real = archive.getinfo("xl/sharedStrings.xml").file_size
    content = workbook.filename.read_bytes()
    lie = content.replace(real.to_bytes(4, "little"), (100).to_bytes(4, "little"))
    assert lie != content
    workbook.filename.write_bytes(lie)
    with pytest.raises(FileUnreadable, match="damaged"):
        excel.read_excel(workbook.filename, None, 0, 1)


def test_truncated_workbook_is_refused(workbook):
    workbook.add_worksheet().write(0, 0, "a")
    workbook.close()
    workbook.filename.write_bytes(workbook.filename.read_bytes()[:-200])
    with pytest.raises(FileUnreadable, match="damaged"):
        read_table(workbook.filename, FileSpec(table="meter_readings"), READINGS)
