"""Reads a workbook of forms back: its numbers, and its formulas computed from their cells with exact decimals."""

import re
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from openpyxl.utils import range_boundaries
from openpyxl.worksheet.worksheet import Worksheet

from pipelines.forms.account import Account
from pipelines.forms.words import carrier_names
from pipelines.forms.workbook import write
from pipelines.lake import Lake

CARRIERS = "from metrics.energy_by_carrier where park_id = $1"
RED = "FFC00000"
Sheets = dict[str, "Sheet"]


class Sheet:
    """A sheet as values and as formulas; ``checked`` are the cells that a test compared."""

    def __init__(self, values: Worksheet, formulas: Worksheet) -> None:
        self.values, self.formulas = values, formulas
        self.checked: set[str] = set()

    def rows(self, label: str, column: str = "B") -> list[int]:
        return [cell.row for cell in self.values[column] if cell.value == label]

    def row(self, label: str, column: str = "B") -> int:
        (row,) = self.rows(label, column)
        return row

    def numbers(self) -> dict[str, float]:
        """Every number but those of lines, in the first column."""
        cells = (cell for row in self.values.iter_rows(min_col=2) for cell in row)
        return {cell.coordinate: cell.value for cell in cells if isinstance(cell.value, int | float)}

    def evaluate(self, formula: str) -> Decimal:
        """A formula from the cells it names, each the decimal that it shows. Text counts in a sum alone, as nothing."""
        code = re.sub(r"SUM\(([^)]*)\)", lambda m: f"Decimal('{self._sum(m[1])}')", formula.removeprefix("="))
        code = re.sub(r"\b([A-Z]+[0-9]+)\b", lambda m: f"Decimal('{self._exact(m[1])}')", code)
        result: Decimal = eval(code, {"Decimal": Decimal})
        return result

    def _exact(self, at: str) -> Decimal:
        """The value of a cell; of one that sums, what its formula gives."""
        formula, value = self.formulas[at].value, self.values[at].value
        if isinstance(formula, str) and formula.startswith("="):
            return self.evaluate(formula)
        assert isinstance(value, int | float), f"{at} is {value!r}"
        return Decimal(repr(value))

    def _sum(self, parts: str) -> Decimal:
        total = Decimal(0)
        for part in parts.split(","):
            left, top, right, bottom = range_boundaries(part)
            for row in self.values.iter_rows(top, bottom, left, right):
                total += sum((self._exact(c.coordinate) for c in row if isinstance(c.value, int | float)), Decimal(0))
        return total

    def check(self, at: str, expected: Decimal | float | None, formula: bool = False) -> None:
        """The cell at ``at`` is the number, or a formula that gives it; a word where there is no number."""
        value, text = self.values[at].value, self.formulas[at].value
        if expected is None:
            assert isinstance(value, str), f"{self.values.title}!{at} is {value!r}"
            return
        where = f"{self.values.title}!{at}"
        assert isinstance(value, int | float), f"{where} is {value!r}, not {expected}"
        exact = float(f"{float(expected):.16G}")
        assert value == (exact if isinstance(expected, Decimal) else pytest.approx(expected, rel=1e-14, abs=0)), where
        assert formula == (isinstance(text, str) and text.startswith("=")), where
        if formula:
            computed = self.evaluate(str(text))
            exact = isinstance(expected, Decimal) and "/" not in str(text)
            assert computed == expected if exact else float(computed) == pytest.approx(float(expected), rel=1e-14), (
                where
            )
        self.checked.add(at)

    def all_checked(self) -> None:
        assert self.numbers().keys() == self.checked


def written(account: Account, path: Path) -> Sheets:
    write(account, carrier_names(Lake(path.parent)), path)
    values, formulas = openpyxl.load_workbook(path, data_only=True), openpyxl.load_workbook(path)
    return {name.split()[0]: Sheet(values[name], formulas[name]) for name in values.sheetnames}


def red_words(sheets: Sheets) -> set[str]:
    cells = (cell for sheet in sheets.values() for row in sheet.values.iter_rows() for cell in row)
    return {str(cell.value) for cell in cells if cell.value and cell.font.color and cell.font.color.rgb == RED}
