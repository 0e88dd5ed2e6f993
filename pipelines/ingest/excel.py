"""Excel workbooks (.xlsx) into a grid, through fastexcel (Rust). Everything becomes the text a person would read.

Numbers are shortest round-trip decimals (3.17, 12), dates and times ISO (a time of day without a date ``00:15:00``,
24 hours ``24:00:00``), error cells blank. Merged header cells count for every column and row they cover.
"""

import re
import zipfile
import zlib
from decimal import Decimal
from pathlib import Path

import fastexcel
import polars as pl

from pipelines.ingest.grid import (
    BLANKS,
    FileUnreadable,
    Grid,
    cell,
    is_nameless,
    join_header,
    join_raw,
    no_rejects,
    tidy,
)

# A full sheet (1 048 576 rows) of a dozen columns is about 0.5 GB of XML; what unpacks to more than this is no report.
MAX_UNPACKED_BYTES = 1 << 30
_CHUNK = 1 << 20
# fastexcel writes at most this many decimals into a number's text.
_TEXT_DECIMALS = 9
# Excel counts days from here, so a bare time of day comes as this date, and 24:00 as the day after.
_NO_DATE = r"^1899-12-31[ T](\d\d:\d\d:\d\d)(?:\.0+)?$"
_NO_DATE_24 = r"^1900-01-01[ T]00:00:00(?:\.0+)?$"


def read_excel(path: Path, sheet: str | None, skip_rows: int, header_rows: int) -> Grid:
    """Reads one sheet (by name or position from 1; the first by default); ``skip_rows`` counts rows of the sheet.

    ``line`` is the row of the sheet. Empty rows, and columns without a name and values, are left out. Raises
    ``FileUnreadable`` for a damaged workbook, one that unpacks to more than ``MAX_UNPACKED_BYTES``, a sheet that does
    not exist, and a sheet without a header.
    """
    _check_size(path)
    try:
        workbook = fastexcel.read_excel(path)
        position = _sheet_position(workbook.sheet_names, sheet)
        texts, first_column = _texts(workbook, position)
    except fastexcel.FastExcelError as error:
        raise FileUnreadable(f"the file cannot be read as an Excel workbook: {str(error).splitlines()[0]}") from None
    rows = texts.with_row_index("line", offset=1).filter(pl.col("line") > skip_rows)
    rows = rows.filter(pl.any_horizontal(pl.exclude("line").is_not_null()))
    if rows.height < header_rows:
        raise FileUnreadable(f"sheet {workbook.sheet_names[position]!r} has no header row")
    top = [list(row[1:]) for row in rows.head(header_rows).rows()]
    if header_rows > 1:
        _fill_merged(top, rows["line"].head(header_rows).to_list(), first_column, _merged_ranges(path, position))
    header = join_header(top)
    body = rows.slice(header_rows)
    kept = [i for i, name in enumerate(header) if not is_nameless(name) or body[cell(i)].null_count() < body.height]
    cells = body.select("line", *(pl.col(cell(i)).alias(cell(n)) for n, i in enumerate(kept)))
    cells = _without_midnights(cells)
    cells = cells.select("line", join_raw(len(kept)), pl.exclude("line"))
    return Grid(tuple(header[i] for i in kept), cells, no_rejects(), native_times=True)


def _check_size(path: Path) -> None:
    """Unpacks every member to nowhere: the sizes in a zip directory are claims, and ``zipfile`` checks them."""
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(member.file_size for member in archive.infolist()) > MAX_UNPACKED_BYTES:
                raise FileUnreadable(f"the file unpacks to more than {MAX_UNPACKED_BYTES >> 30} GiB; deliver CSV")
            for member in archive.infolist():
                with archive.open(member) as stream:
                    while stream.read(_CHUNK):
                        pass
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise FileUnreadable(f"the file is a damaged or protected workbook: {error}") from None


def _sheet_position(names: list[str], sheet: str | None) -> int:
    if sheet is None:
        return 0
    if sheet in names:
        return names.index(sheet)
    if sheet.isdecimal() and 1 <= int(sheet) <= len(names):
        return int(sheet) - 1
    raise FileUnreadable(f"the file has no sheet {sheet!r}; its sheets are {', '.join(names)}")


def _texts(workbook: fastexcel.ExcelReader, position: int) -> tuple[pl.DataFrame, int]:
    """All rows from the first of the sheet as texts ``c0`` …, and the sheet's column that ``c0`` is (from 0)."""
    sheet = workbook.load_sheet(position, header_row=None, skip_rows=0, dtypes="string")
    texts = sheet.to_polars()
    if not texts.width:
        return texts, 0
    first_column = sheet.selected_columns[0].absolute_index
    names = [cell(i) for i in range(texts.width)]
    texts.columns = names
    numbers = workbook.load_sheet(position, header_row=None, skip_rows=0, dtypes="float").to_polars()
    numbers.columns = names
    return pl.DataFrame([_exact(texts[name], numbers[name]) for name in names]), first_column


def _exact(texts: pl.Series, numbers: pl.Series) -> pl.Series:
    """The texts, with the number's own shortest decimals where fastexcel rounded or padded them; times made plain."""
    frame = pl.DataFrame({"text": texts, "number": numbers})
    text, number = pl.col("text"), pl.col("number")
    padded = text.str.contains(rf"\.\d{{{_TEXT_DECIMALS},}}$")
    inexact = padded | (text.cast(pl.Float64, strict=False) != number)
    short = pl.when(number.is_not_null() & inexact).then(decimal_text(number)).otherwise(text)
    time = short.str.replace(_NO_DATE, "${1}").str.replace(_NO_DATE_24, "24:00:00")
    return frame.select(tidy(time).alias(texts.name)).to_series()


def decimal_text(number: pl.Expr) -> pl.Expr:
    """The shortest decimal text that reads back as the same double: ``3.17``, ``12``, never an exponent."""
    text = number.cast(pl.String).str.replace(r"\.0$", "")
    return pl.when(text.str.contains("e", literal=True)).then(_without_exponent(text)).otherwise(text)


def _without_exponent(text: pl.Expr) -> pl.Expr:
    return text.map_elements(lambda value: f"{Decimal(value):f}" if "e" in value else value, return_dtype=pl.String)


def _without_midnights(cells: pl.DataFrame) -> pl.DataFrame:
    """Columns of nothing but midnights as dates: Excel knows no dates, only moments that are shown as such."""
    midnight = r"^\d{4}-\d\d-\d\d 00:00:00$"
    dates = cells.select(pl.exclude("line").str.contains(midnight).all()).row(0, named=True) if cells.height else {}
    found = [name for name, is_date in dates.items() if is_date and cells[name].null_count() < cells.height]
    return cells.with_columns(pl.col(name).str.head(10) for name in found)


def _merged_ranges(path: Path, position: int) -> list[tuple[int, int, int, int]]:
    """The merged cells of a sheet as (first row, first column, last row, last column), all from 1.

    fastexcel does not tell them; they are the ``mergeCell`` elements of the sheet's own XML.
    """
    with zipfile.ZipFile(path) as archive:
        book = archive.read("xl/workbook.xml").decode("utf-8", "replace")
        relations = archive.read("xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
        key = re.findall(r'<(?:\w+:)?sheet\b[^>]*?\br:id="([^"]+)"', book)[position]
        target = next(
            match[1]
            for element in re.findall(r"<Relationship\b[^>]*>", relations)
            if f'Id="{key}"' in element and (match := re.search(r'Target="([^"]+)"', element))
        )
        member = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
        xml = archive.read(member)
    found = re.findall(rb'<(?:\w+:)?mergeCell\b[^>]*?\bref="([A-Z]+)(\d+):([A-Z]+)(\d+)"', xml)
    return [(int(r1), _column_number(c1), int(r2), _column_number(c2)) for c1, r1, c2, r2 in found]


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


def _fill_merged(
    top: list[list[str | None]], lines: list[int], first_column: int, ranges: list[tuple[int, int, int, int]]
) -> None:
    """Writes the text of a merged cell into every header cell that it covers, to the right and down."""
    for first_row, left, last_row, right in ranges:
        if first_row not in lines or not 0 <= left - 1 - first_column < len(top[0]):
            continue
        text = top[lines.index(first_row)][left - 1 - first_column]
        for row, line in zip(top, lines, strict=True):
            if first_row <= line <= last_row:
                for column in range(left, min(right, first_column + len(row)) + 1):
                    row[column - 1 - first_column] = (text or "").strip(BLANKS) or None
