"""Tables 3 and 7: the emissions by the terms of annex 4 in three years, and the factors with their sources."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from pipelines.forms.account import Account, Row
from pipelines.forms.energy import NOTHING_STATED, ZERO
from pipelines.forms.factor_words import FACTOR_PARTS, FACTORS, TERMS, source_in_chinese
from pipelines.forms.layout import Cell, Page, column, figure, sum_of
from pipelines.forms.words import ELECTRICITY, STATUS, wan

FIRST_YEAR = 3
"""The column of the first of the three years in table 3."""


@dataclass(frozen=True)
class Line:
    """A line of table 3: tCO2 by year, and the lines below it. ``beside``: it is shown, and is part of no sum."""

    number: str
    name: str
    tco2: Mapping[int, Decimal | None]
    below: Sequence["Line"] = ()
    beside: bool = False

    def flat(self) -> Iterator["Line"]:
        yield self
        for line in self.below:
            yield from line.flat()


def emissions_page(account: Account, names: Mapping[str, str]) -> Page:
    """Table 3: every term of annex 4 in each of the last three years, and the emissions per energy consumed."""
    page = Page("表3 碳排放", (8, 44, 17, 17, 17, 13))
    page.line(f"表3  园区碳排放核算结果（{account.years[0]}—{account.year}年）", "title", 34)
    page.line(f"园区：{account.park['name_zh']}（{account.park['park_id']}）    单位：万吨二氧化碳", "subtitle")
    page.head("序号", "排放源", *(f"{year}年" for year in account.years), f"占{account.year}年\n合计比重")
    page.repeated = (3, 3)
    parts = [_energy(account, names), Line("二", "工业生产过程碳排放", _terms(account, "process"))]
    lines = [line for part in parts for line in part.flat()]
    rows = {id(line): page.next_row + place for place, line in enumerate(lines)}
    total = page.next_row + len(lines)
    for line in lines:
        below = [rows[id(part)] for part in line.below if not part.beside]
        _add(page, account, line, below, total)
    _add(page, account, Line("三", "碳排放总量", _terms(account, "total")), [rows[id(part)] for part in parts], total)
    _intensity(page, account, total)
    page.line(
        "注：按附件4核算，仅计二氧化碳。绿电直供、绿电交易和已核销绿证对应的电力排放因子为0；"
        "其余电力按全国化石能源电力排放因子计算；送出的化石能源电力和热力为负。抵消与碳汇不计入。",
        height=44,
    )
    return page


def _terms(account: Account, *terms: str) -> dict[int, Decimal | None]:
    """The sum of terms of ``metrics.park_year`` by year; None where one of them is not known."""
    found = {year: [row[f"{term}_tco2"] for term in terms] for year, row in account.results.items()}
    return {year: None if None in values else sum(values, ZERO) for year, values in found.items()}


def _energy(account: Account, names: Mapping[str, str]) -> Line:
    """Annex 4, part two: fuels burnt, conversion, and what electricity and heat that came in have emitted."""
    bunker = Line("", "其中：国际航空航海（单列，不扣减）", _terms(account, "bunker"), beside=True)
    fuels = _lines(account, names, lambda row: row["carrier"] if row["use_kind"] == "fuel" else None)
    converted = _lines(account, names, lambda row: row["carrier"] if row["use_kind"] == "conversion" else None)
    power = _lines(account, ELECTRICITY, lambda row: row["item"] if row["carrier"] == "electricity" else None)
    heat = _lines(account, names, lambda row: row["carrier"] if row["use_kind"] == "heat" else None)
    emitting = [line for line in power if any(line.tco2.values())]
    indirect = [
        Line("1", "电力", _terms(account, "electricity"), emitting),
        Line("2", "热力", _terms(account, "heat"), heat),
    ]
    below = [
        Line("（一）", "化石能源用作燃料", _terms(account, "fuel"), [*fuels, bunker]),
        Line("（二）", "能源加工转换", _terms(account, "conversion"), converted),
        Line("（三）", "电力与热力净受入（间接）", _terms(account, "electricity", "heat"), indirect),
    ]
    return Line("一", "能源活动碳排放", _terms(account, "fuel", "conversion", "electricity", "heat"), below)


def _lines(account: Account, names: Mapping[str, str], wanted: Callable[[Row], str | None]) -> list[Line]:
    """Emissions by what ``wanted`` calls a row (None: not here), in the order of ``names``; zero in a year without."""
    codes = {code for rows in account.carriers.values() for row in rows if (code := wanted(row))}
    places = {code: place for place, code in enumerate(names)}
    return [
        Line(
            "",
            names.get(code, code),
            {
                year: sum((row["emission_tco2"] for row in rows if wanted(row) == code), ZERO)
                for year, rows in account.carriers.items()
                if rows
            },
        )
        for code in sorted(codes, key=lambda code: (places.get(code, len(places)), code))
    ]


def _add(page: Page, account: Account, line: Line, below: Sequence[int], total: int) -> None:
    """Writes a line; with rows ``below`` it is their sum. ``total``: the row of which its share is told."""
    row = page.next_row
    cells = []
    for place, year in enumerate(account.years):
        found = None if account.is_held(year) else wan(line.tco2.get(year))
        if found is None:
            cells.append(figure(None, account.lacking(year)))
        elif below:
            cells.append(Cell(found, "total", formula=sum_of(column(FIRST_YEAR + place), below)))
        else:
            cells.append(Cell(found, "number"))
    whole, part = account.result["total_tco2"], line.tco2.get(account.year)
    letter = column(FIRST_YEAR + len(account.years) - 1)
    share = Cell(NOTHING_STATED, "center")
    if whole and part is not None:
        share = Cell(part / whole, "share", formula=f"={letter}{row}/{letter}{total}")
    label = "total_label" if below else "label" if line.number else "indent"
    page.add(Cell(line.number, "center"), Cell(line.name, label), *cells, share)


def _intensity(page: Page, account: Account, total: int) -> None:
    """Energy consumption, and emissions per energy: the core indicator."""
    energy, nothing = page.next_row, Cell(NOTHING_STATED, "center")
    rows = {year: account.results.get(year, {}) for year in account.years}
    consumed = [figure(wan(row.get("energy_tce")), account.lacking(year)) for year, row in rows.items()]
    page.add(Cell("四", "center"), Cell("综合能源消费量（万吨标准煤，电力按等价值）", "label"), *consumed, nothing)
    cells = []
    for place, (year, row) in enumerate(rows.items()):
        letter, value = column(FIRST_YEAR + place), row.get("intensity_tco2_per_tce")
        formula = f"={letter}{total}/{letter}{energy}"
        cells.append(figure(None, account.lacking(year)) if value is None else Cell(value, "ratio", formula=formula))
    page.add(Cell("五", "center"), Cell("单位能耗碳排放（吨/吨标准煤）", "total_label"), *cells, nothing)


def factors_page(account: Account, names: Mapping[str, str]) -> Page:
    """Table 7: every factor of the form's year with its value, unit, status and source."""
    page = Page("表7 排放因子", (6, 20, 38, 15, 17, 12, 12, 52))
    page.line(f"表7  核算采用的排放因子与折标系数（{account.year}年）", "title", 34)
    page.line(f"园区：{account.park['name_zh']}（{account.park['park_id']}）", "subtitle")
    page.head("序号", "用于", "因子", "数值", "单位", "性质", "生效日期", "来源")
    page.repeated = (3, 3)
    for number, row in enumerate(account.factors, start=1):
        source = source_in_chinese(row["source"]) + (f" 等{row['sources']}份" if row["sources"] > 1 else "")
        page.add(
            Cell(number, "count"),
            Cell(TERMS.get(row["term"], row["term"]), "text"),
            Cell(_factor_name(row["factor"], names), "text"),
            Cell(row["value"], "factor"),
            Cell(row["unit"], "center"),
            Cell(STATUS.get(row["status"], row["status"]), "center"),
            Cell("" if row["valid_from"] is None else str(row["valid_from"]), "center"),
            Cell(source, "text"),
        )
    if not account.factors:
        page.nothing(account.lacking(account.year), f"该园区{account.year}年采用的因子")
    page.line(
        "注：“缺省值”为行业指南缺省值，国家温室气体排放因子数据库的数值录入后以其为准；“实测”为园区报送并附凭证的数值。",
        height=30,
    )
    return page


def _factor_name(factor: str, names: Mapping[str, str]) -> str:
    """The name of a factor in Chinese where there is one; ``fuel.part`` in both its parts."""
    if factor in FACTORS:
        return FACTORS[factor]
    if kind := names.get(f"heat_{factor.removesuffix('_heat')}"):
        return f"{kind}排放因子"
    carrier, _, part = factor.rpartition(".")
    if carrier == "average_grid_factor":
        return f"{part}电网平均排放因子"
    if part in FACTOR_PARTS:
        return f"{names.get(carrier, carrier)} {FACTOR_PARTS[part]}"
    return f"{names.get(factor, factor)} 排放因子"
