"""Delimited text (CSV, TSV) into a grid: lines, quoted cells, ragged rows. Encodings are in ``encodings``.

Every line is kept to account for: what cannot be split is rejected by line number and the rest of the file goes on.
"""

import csv
import io
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import polars as pl

from pipelines.ingest.encodings import decode
from pipelines.ingest.grid import BLANKS, REJECTED_SCHEMA, FileUnreadable, Grid, cell, is_nameless, join_header, tidy

# Stands for a quoted cell while separators are counted; no text file has this character.
_MARK = "\x01"
_DELIMITERS = (",", ";", "\t")


def read_delimited(path: Path, encoding: str | None, delimiter: str | None, skip_rows: int, header_rows: int) -> Grid:
    """Reads a text file. ``skip_rows`` counts lines of the file; lines and rows without any text are not rows.

    Rejects rows with another number of cells than the header (``ragged_row``; blank cells too many are let through)
    and rows whose bytes are not in the file's encoding (``bad_encoding``). Raises ``FileUnreadable`` for content that
    is not text and for a file without a header.
    """
    text, used_encoding, intact = decode(path.read_bytes(), encoding)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    records = _records(text).filter((pl.col("line") > skip_rows) & (pl.col("raw").str.strip_chars(BLANKS) != ""))
    if records.height < header_rows:
        raise FileUnreadable("the file has no header row")
    top = records["raw"].head(header_rows).to_list()
    separator = delimiter or _guess(top[-1])
    header_cells = list(csv.reader(top, delimiter=separator))
    header = join_header(_fill_right(header_cells))
    rows = records.slice(header_rows).with_columns(pl.lit(None, pl.String).alias("problem"))
    if not intact:
        rows = rows.with_columns(problem=pl.when(pl.col("raw").str.contains("\ufffd")).then(pl.lit("bad_encoding")))
    rows = _measure(rows, separator, len(header))
    cells = _split(rows.filter(pl.col("problem").is_null()), separator, len(header))
    return _trimmed(Grid(header, cells, _rejects(rows, len(header), used_encoding), separator=separator))


def _records(text: str) -> pl.DataFrame:
    """Records as ``line`` (of their first line) and ``raw``; a quoted cell may hold line breaks.

    Quotes that do not pair up over the whole file cannot mark such cells, so every line is then a record of its own.
    """
    lines = pl.DataFrame({"raw": pl.Series([text]).str.split("\n").explode()}).with_row_index("line", offset=1)
    quotes = pl.col("raw").str.count_matches('"', literal=True)
    if '"' not in text or text.count('"') % 2 or not lines.select((quotes % 2 == 1).any()).item():
        return lines
    opened = (quotes.cum_sum() - quotes) % 2 == 1
    return (
        lines.with_columns(record=(~opened).cum_sum())
        .group_by("record", maintain_order=True)
        .agg(pl.col("line").first(), pl.col("raw").str.join("\n"))
        .drop("record")
    )


def _guess(header: str) -> str:
    bare = "".join(header.split('"')[::2])
    return max(_DELIMITERS, key=bare.count)


def _fill_right(rows: list[list[str]]) -> list[list[str | None]]:
    """Text has no merged cells: in every header row but the last, a blank cell belongs to the group at its left.

    Only where the cell below has a text and the group has texts below too; a heading of its own is not a group.
    """
    filled: list[list[str | None]] = [[text.strip(BLANKS) for text in row] for row in rows]
    for row, below in reversed(list(pairwise(filled))):
        for i in range(1, min(len(row), len(below))):
            if not row[i] and below[i] and below[i - 1]:
                row[i] = row[i - 1]
    return filled


def _with_text(rows: pl.DataFrame, separator: str) -> pl.DataFrame:
    """Adds ``text``, the row to be split, and ``bare``, in which each quoted cell is only a mark.

    Blanks outside the quotation marks, and the ``=`` before them by which Excel keeps ``="0007"`` as text, are
    taken out. A quotation mark that is left over in ``bare`` stands inside a cell, or is not closed.
    """
    start, quoted = rf"(^|{re.escape(separator)})", r'"(?:[^"]|"")*"'
    text = pl.col("raw")
    if rows.select(text.str.contains('"', literal=True).any()).item():
        text = text.str.replace_all(rf"{start} *=?({quoted}) *", "${1}${2}")
    return rows.with_columns(
        text.alias("text"), text.str.replace_all(f"{start}{quoted}", f"${{1}}{_MARK}").alias("bare")
    )


def _measure(rows: pl.DataFrame, separator: str, width: int) -> pl.DataFrame:
    """Adds ``text`` and ``cells``, sets ``problem`` where the row cannot be split; drops rows of blanks only."""
    rows = _with_text(rows.filter(pl.col("raw").str.strip_chars(separator + BLANKS) != ""), separator)
    bare, text = pl.col("bare"), pl.col("text")
    rows = rows.with_columns(cells=bare.str.count_matches(separator, literal=True) + 1)
    if rows.select((pl.col("cells") > width).any()).item():
        # Cells beyond the header that hold nothing are an export's habit, not a fault.
        kept = bare.str.strip_chars_end(separator).str.count_matches(separator, literal=True) + 1
        padding = pl.lit(separator).repeat_by((width - kept.cast(pl.Int64)).clip(0)).list.join("")
        harmless = (pl.col("cells") > width) & (kept <= width)
        rows = rows.with_columns(
            text=pl.when(harmless).then(text.str.strip_chars_end(separator) + padding).otherwise(text),
            cells=pl.when(harmless).then(pl.lit(width, pl.UInt32)).otherwise("cells"),
        )
    wrong = (
        pl.when(bare.str.contains(f'"|{_MARK}[^{re.escape(separator)}]'))
        .then(pl.lit("bad_quotes"))
        .when(pl.col("cells") != width)
        .then(pl.lit("ragged_row"))
    )
    return rows.with_columns(problem=pl.coalesce("problem", wrong))


def _rejects(rows: pl.DataFrame, width: int, encoding: str) -> pl.DataFrame:
    reasons = {
        "bad_encoding": pl.lit(f"the row holds bytes that are not {encoding} text"),
        "bad_quotes": pl.lit("the quotation marks in the row do not enclose whole cells"),
        "ragged_row": pl.format("the row has {} cells where the header has {}", "cells", pl.lit(width)),
    }
    problem = pl.col("problem")
    sentence = pl.coalesce(*(pl.when(problem == code).then(text) for code, text in reasons.items()))
    return (
        rows.filter(problem.is_not_null())
        .select("line", "raw", problem.replace("bad_quotes", "ragged_row").alias("reason"), sentence.alias("sentence"))
        .cast(REJECTED_SCHEMA)
    )


def _split(rows: pl.DataFrame, separator: str, width: int) -> pl.DataFrame:
    names = [cell(i) for i in range(width)]
    if rows.is_empty():
        return pl.DataFrame(schema={"line": pl.UInt32, "raw": pl.String, **dict.fromkeys(names, pl.String)})
    body = rows["text"].str.join("\n").item()
    cells = pl.read_csv(
        io.BytesIO(body.encode()),
        has_header=False,
        separator=separator,
        quote_char='"' if '"' in body else None,
        schema=dict.fromkeys(names, pl.String),
        infer_schema=False,
    )
    split = rows.select(pl.col("line").cast(pl.UInt32), "raw").hstack(cells.select(tidy(pl.all())))
    return split.filter(pl.any_horizontal(pl.col(names).is_not_null()))


def _trimmed(grid: Grid) -> Grid:
    """Without the columns at the end that have neither a name nor a value."""
    header, cells = grid.header, grid.cells
    width = len(header)
    while width and is_nameless(header[width - 1]) and cells[cell(width - 1)].null_count() == cells.height:
        width -= 1
    names = [cell(i) for i in range(width)]
    return replace(grid, header=header[:width], cells=cells.select("line", "raw", *names))
