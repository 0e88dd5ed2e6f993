"""The shape every delivered file has once its format is behind it: named columns of text with their line numbers.

What the columns mean (headers, layouts, times) does not belong here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

REJECTED_SCHEMA = pl.Schema({"line": pl.UInt32, "raw": pl.String, "reason": pl.String, "sentence": pl.String})

# Blanks that Chinese exports put around cells: the ideographic and the no-break space, and a stray byte order mark.
BLANKS = " \t\r\n\u3000\u00a0\ufeff"


class FileUnreadable(Exception):
    """The whole file is refused; the message is the sentence that the file ledger shows beside the file's name."""


@dataclass(frozen=True)
class Grid:
    """A delivered table before its columns have a meaning.

    ``header``: delivered column names. ``cells``: ``line`` UInt32, ``raw`` String, then ``c0``, ``c1``, … String, one
    for each name; blank cells are null, no cell has blanks around it. ``rejected``: rows that could not be split
    (``REJECTED_SCHEMA``). ``native_times``: dates and times came as such from the file and are ISO texts here, whatever
    format the file's text columns use. ``separator``: what stands between the cells of a text file, null for others.

    Formats that describe themselves also give: ``warnings``; ``interval_minutes``, the length of the interval by meter
    where every one of its rows has that length; ``further``, rows of other tables that the file's own rows lead to, by
    table, with the contract's columns, ``line`` and ``raw``, their times with an offset.
    """

    header: tuple[str, ...]
    cells: pl.DataFrame
    rejected: pl.DataFrame
    native_times: bool = False
    separator: str | None = None
    warnings: tuple[str, ...] = ()
    interval_minutes: Mapping[str, int] = field(default_factory=dict)
    further: Mapping[str, pl.DataFrame] = field(default_factory=dict)


def cell(index: int) -> str:
    """The name of a grid's column by its position."""
    return f"c{index}"


def no_rejects() -> pl.DataFrame:
    """An empty table of rejected rows."""
    return pl.DataFrame(schema=REJECTED_SCHEMA)


def tidy(columns: pl.Expr) -> pl.Expr:
    """Cell texts without blanks around them and without Excel's ``="0007"`` wrapping; blank becomes null."""
    stripped = columns.str.strip_chars(BLANKS)
    wrapped = stripped.str.starts_with('="') & stripped.str.ends_with('"')
    plain = pl.when(wrapped).then(stripped.str.slice(2, stripped.str.len_chars() - 3)).otherwise(stripped)
    return plain.replace("", None)


def join_raw(width: int) -> pl.Expr:
    """The row as text: its cells joined by commas, blank ones included, for formats without lines of text."""
    return pl.concat_str([pl.col(cell(i)).fill_null("") for i in range(width)], separator=",").alias("raw")


def join_header(rows: list[list[str | None]]) -> tuple[str, ...]:
    """One name per column from several header rows, their texts joined by one space, line breaks within a cell too.

    A text that repeats the one above it (a merged cell that was filled) counts once. Columns without a name are
    called ``(column 3)`` by their position.
    """
    names = []
    for position in range(max((len(row) for row in rows), default=0)):
        parts: list[str] = []
        for row in rows:
            text = " ".join((row[position] or "").strip(BLANKS).split()) if position < len(row) else ""
            if text and parts[-1:] != [text]:
                parts.append(text)
        names.append(" ".join(parts) or f"(column {position + 1})")
    return tuple(names)


def is_nameless(name: str) -> bool:
    """Whether a header name was made up by ``join_header``."""
    return name.startswith("(column ")
