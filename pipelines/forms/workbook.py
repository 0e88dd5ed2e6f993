"""Writes the pages of a form as an Excel workbook; the same publication gives the same bytes."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter

from pipelines.forms.account import Account
from pipelines.forms.cover import cover_page, notes_page
from pipelines.forms.emissions import emissions_page, factors_page
from pipelines.forms.energy import supply_page, use_page
from pipelines.forms.layout import Cell, Page
from pipelines.forms.results import green_page, indicators_page, quality_page
from pipelines.lake import atomic_path

CREATED = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
"""The date in every workbook: when one is written is no part of it."""

A4 = 9
TEXT, HEADING = "宋体", "黑体"
_BOX = {"font_name": TEXT, "font_size": 10, "border": 1, "valign": "vcenter", "text_wrap": True}
_FREE = {"font_name": TEXT, "font_size": 10, "valign": "vcenter", "text_wrap": True}
_RED = {"font_color": "#C00000", "bold": True}
SHOWN, SMALL = "#,##0.0000", "0.0000######"
"""Four decimals, and as many as there are for an amount that would show as zero; the cell holds the exact value."""
LEAST_SHOWN = 0.00005
STYLES: Mapping[str, Mapping[str, object]] = {
    "title": {**_FREE, "font_name": HEADING, "font_size": 18, "align": "center"},
    "subtitle": {**_FREE, "font_size": 11, "align": "center"},
    "unit": {**_FREE, "font_name": HEADING, "font_size": 11, "align": "left"},
    "head": {**_BOX, "font_name": HEADING, "align": "center", "bg_color": "#EDEDED"},
    "label": {**_BOX, "align": "left"},
    "indent": {**_BOX, "align": "left", "indent": 2},
    "text": {**_BOX, "align": "left"},
    "center": {**_BOX, "align": "center"},
    "total_label": {**_BOX, "align": "left", "bold": True},
    "number": {**_BOX, "align": "right", "num_format": SHOWN},
    "total": {**_BOX, "align": "right", "bold": True, "num_format": SHOWN},
    "ratio": {**_BOX, "align": "right", "num_format": "0.00000"},
    "factor": {**_BOX, "align": "right", "num_format": SMALL},
    "share": {**_BOX, "align": "right", "num_format": "0.00%"},
    "count": {**_BOX, "align": "center", "num_format": "#,##0"},
    "red": {**_BOX, **_RED, "align": "center"},
    "red_text": {**_FREE, **_RED, "font_size": 12, "align": "center"},
    "note": {**_FREE, "font_size": 9, "align": "left", "valign": "top"},
    "blank": {},
}


def pages_of(account: Account, names: Mapping[str, str]) -> list[Page]:
    """All pages of the forms of an account. ``names``: Chinese names of the carriers."""
    tables = [
        supply_page(account, names),
        use_page(account, names),
        emissions_page(account, names),
        indicators_page(account),
        green_page(account),
        quality_page(account),
        factors_page(account, names),
    ]
    notes = notes_page()
    return [cover_page(account, [page.name for page in (*tables, notes)]), *tables, notes]


def write(account: Account, names: Mapping[str, str], target: Path) -> None:
    """Writes the workbook of an account to ``target``, which it replaces when it is whole. Raises ``OSError``."""
    with atomic_path(target) as temporary:
        book = xlsxwriter.Workbook(str(temporary))
        title = f"{account.park['name_zh']} {account.year}年 能源消费与碳排放数据表"
        book.set_properties({"title": title, "subject": account.manifest["id"], "created": CREATED})
        formats = {name: book.add_format(dict(style)) for name, style in STYLES.items()}
        for page in pages_of(account, names):
            _write_page(book, formats, page, account)
        book.close()


def _write_page(book: Any, formats: Mapping[str, Any], page: Page, account: Account) -> None:
    sheet = book.add_worksheet(page.name)
    for place, width in enumerate(page.widths):
        sheet.set_column(place, place, width)
    for row, (cells, height) in enumerate(page.rows):
        if height is not None:
            sheet.set_row(row, height)
        _write_row(sheet, formats, row, cells)
    sheet.set_paper(A4)
    if page.landscape:
        sheet.set_landscape()
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    sheet.center_horizontally()
    sheet.fit_to_pages(1, 0)
    sheet.set_h_pagebreaks(page.breaks)
    sheet.set_footer(
        f"&L{_plain(account.park['name_zh'])} {account.year}年&C第&P页 共&N页&R发布 {account.manifest['id']}"
    )
    if page.repeated:
        first, last = page.repeated
        sheet.repeat_rows(first - 1, last - 1)
        sheet.freeze_panes(last, 0)
    sheet.hide_gridlines(2)


def _plain(text: str) -> str:
    """Text for a footer, in which an ampersand begins a code."""
    return text.replace("&", "&&")


def _write_row(sheet: Any, formats: Mapping[str, Any], row: int, cells: Iterable[Cell]) -> None:
    place = 0
    for cell in cells:
        if cell.style != "under":
            if cell.span > 1 or cell.down > 1:
                bottom, right = row + cell.down - 1, place + cell.span - 1
                sheet.merge_range(row, place, bottom, right, "", formats[cell.style])
            small = cell.style == "number" and cell.value and abs(float(cell.value)) < LEAST_SHOWN
            _write_cell(sheet, row, place, cell, formats["factor" if small else cell.style])
        place += cell.span


def _write_cell(sheet: Any, row: int, place: int, cell: Cell, style: Any) -> None:
    """Text as text, whatever it begins with; numbers as the nearest double of the exact value."""
    value = float(cell.value) if isinstance(cell.value, Decimal) else cell.value
    if cell.formula:
        sheet.write_formula(row, place, cell.formula, style, value)
    elif value is None or value == "":
        sheet.write_blank(row, place, None, style)
    elif isinstance(value, str):
        sheet.write_string(row, place, value, style)
    else:
        sheet.write_number(row, place, value, style)
