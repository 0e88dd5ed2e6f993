"""Cells and pages of a form, before there is a workbook. What is on a page belongs to the modules that make it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

NO_DATA = "无数据"

Value = str | int | float | Decimal | None

STYLES = (
    "title", "subtitle", "unit", "head", "label", "indent", "text", "center", "total_label", "number", "total",
    "ratio", "factor", "share", "count", "red", "red_text", "note", "blank", "under",
)  # fmt: skip
"""Names of the styles that ``workbook`` knows."""


@dataclass(frozen=True)
class Cell:
    """One cell, over ``span`` columns and ``down`` rows. ``formula`` is what Excel computes, ``value`` its result."""

    value: Value
    style: str = "text"
    span: int = 1
    down: int = 1
    formula: str = ""


UNDER = Cell(None, "under")
"""The place of a cell of the row above that reaches down to here."""


def figure(value: Value, lacking: str, style: str = "number") -> Cell:
    """A figure, or the word that says why there is none: an empty cell would read as zero."""
    return absent(lacking) if value is None else Cell(value, style)


def absent(lacking: str) -> Cell:
    """The word for a figure that there is not; red unless there simply are no data."""
    return Cell(lacking, "center" if lacking == NO_DATA else "red")


@dataclass
class Page:
    """A sheet under construction: rows of cells from the first column on. ``widths`` are in characters.

    ``repeated``: the first and last row that stand on every printed page. ``breaks``: rows after which one ends.
    """

    name: str
    widths: Sequence[float]
    landscape: bool = True
    rows: list[tuple[Sequence[Cell], float | None]] = field(default_factory=list)
    repeated: tuple[int, int] | None = None
    breaks: list[int] = field(default_factory=list)

    def add(self, *cells: Cell, height: float | None = None) -> int:
        """Adds a row and returns its number, 1 for the first."""
        self.rows.append((cells, height))
        return len(self.rows)

    def line(self, text: str, style: str = "note", height: float | None = None) -> int:
        """Adds a row with one text over all columns."""
        return self.add(Cell(text, style, len(self.widths)), height=height)

    def nothing(self, lacking: str, what: str) -> int:
        """Adds a row that says why a table has no rows; red unless there simply are no data."""
        return self.line(f"{lacking}：本次发布没有{what}。", "note" if lacking == NO_DATA else "red_text", 24)

    def head(self, *texts: str) -> int:
        """Adds a row of headings."""
        return self.add(*(Cell(text, "head") for text in texts), height=30)

    @property
    def next_row(self) -> int:
        return len(self.rows) + 1

    def new_sheet_of_paper(self) -> None:
        """The next row starts a new printed page."""
        if self.rows:
            self.breaks.append(len(self.rows))


def column(number: int) -> str:
    """The letter of a column below 27, 1 is ``A``."""
    return chr(ord("A") + number - 1)


def sum_of(letter: str, rows: Sequence[int]) -> str:
    """A formula that adds the cells of one column; runs of rows become ranges."""
    parts: list[str] = []
    for row in rows:
        first, _, last = parts[-1].partition(":") if parts else ("", "", "")
        if parts and int((last or first)[1:]) == row - 1:
            parts[-1] = f"{first}:{letter}{row}"
        else:
            parts.append(f"{letter}{row}")
    return f"=SUM({','.join(parts)})" if parts else "=0"
