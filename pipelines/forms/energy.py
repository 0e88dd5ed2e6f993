"""Tables 1 and 2: where the park's energy came from and what it was used for, after annex 2, chapter 1 (3)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from pipelines.forms.account import Account, Row
from pipelines.forms.layout import UNDER, Cell, Page, absent, column, figure, sum_of
from pipelines.forms.words import ELECTRICITY, HEAT, UNITS, Unit, wan

ALWAYS_SHOWN = ("grid_residual", "direct_line", "onsite_green")
"""Origins of electricity that have a line also where they are zero."""
SUPPLIES = ("external", "own", "sent_out")
NOTHING_STATED = "—"
FINAL = ("final_use", "feedstock_as_fuel")
COLUMNS_OF_USE = (FINAL, ("power_generation",), ("heat_supply",), ("bunker",), ("conversion_input",),
                  ("conversion_output",), ("feedstock",), ("recovered_energy",))  # fmt: skip
"""The items of fuels that stand in each column of table 2."""
ZERO = Decimal(0)


@dataclass
class Fuel:
    """The entries of one fuel and unit in one year, by item."""

    items: dict[str, Row] = field(default_factory=dict)

    def quantity(self, items: Iterable[str]) -> Decimal | None:
        """The sum over the items; None where none of them was stated."""
        found = [self.items[item]["quantity"] for item in items if item in self.items]
        return sum(found, ZERO) if found else None

    @property
    def net(self) -> Decimal:
        """What is burnt, put in or used as feedstock, less what conversions put out: what had to come from outside."""
        return sum((_signed(row) for row in self.items.values() if row["use_kind"] != "recovered"), ZERO)

    @property
    def counted(self) -> Decimal:
        """Of ``net`` what counts in the energy consumption: feedstock does not where its tce is left out."""
        return sum((_signed(row) for row in self.items.values() if row["energy_tce"]), ZERO)


def _signed(row: Row) -> Decimal:
    quantity: Decimal = row["quantity"]
    return -quantity if row["item"] == "conversion_output" else quantity


def fuels_of(rows: Iterable[Row]) -> dict[tuple[str, str], Fuel]:
    """Fuels by carrier and unit."""
    found: dict[tuple[str, str], Fuel] = {}
    for row in rows:
        if row["use_kind"] not in ("electricity", "heat"):
            found.setdefault((row["carrier"], row["unit"]), Fuel()).items[row["item"]] = row
    return found


def of_carrier(rows: Iterable[Row], carrier: str) -> dict[str, Row]:
    """The rows of electricity or of one kind of heat, by item."""
    return {row["item"]: row for row in rows if row["carrier"] == carrier}


def shown_fuels(account: Account, years: Iterable[int], names: Mapping[str, str]) -> list[tuple[str, str]]:
    """Carrier and unit of every fuel in one of the years, by name."""
    found = {key for year in years for key in fuels_of(account.carriers.get(year, ()))}
    return sorted(found, key=lambda key: (names.get(key[0], key[0]), key))


def unit_of(unit: str) -> Unit:
    """The form's unit of a published unit; one that it does not know stays what it is."""
    return UNITS.get(unit) or Unit(unit, 0, f"tce/{unit}", 0)


def supply_page(account: Account, names: Mapping[str, str]) -> Page:
    """Table 1: every carrier from outside, own and sent out, in the last three years."""
    page = Page("表1 能源供应", (6, 27, 11) + (12.5,) * 9)
    page.line(f"表1  分能源品种供应情况（{account.years[0]}—{account.year}年）", "title", 34)
    page.line(f"园区：{account.park['name_zh']}（{account.park['park_id']}）", "subtitle")
    first = page.add(
        Cell("序号", "head", down=2), Cell("能源品种及来源", "head", down=2), Cell("计量单位", "head", down=2),
        *(Cell(f"{year}年", "head", 3) for year in account.years), height=22,
    )  # fmt: skip
    page.add(
        *(UNDER,) * 3, *(Cell(text, "head") for _ in account.years for text in ("外购", "自供", "外送")), height=22
    )
    page.repeated = (first, first + 1)
    _electricity_supply(page, account)
    number = 2
    for carrier, unit in shown_fuels(account, account.years, names):
        cells = [cell for year in account.years for cell in _fuel_supply(account, year, carrier, unit)]
        page.add(_count(number), Cell(names.get(carrier, carrier), "label"), Cell(unit_of(unit).name, "center"), *cells)
        number += 1
    for carrier in HEAT:
        if any(of_carrier(rows, carrier) for rows in account.carriers.values()):
            cells = [cell for year in account.years for cell in _heat_supply(account, year, carrier)]
            page.add(_count(number), Cell(names[carrier], "label"), Cell(UNITS["GJ"].name, "center"), *cells)
            number += 1
    page.line(
        "注：外购指由园区外供入，含公共电网电力和绿电直供（附件4将其列为受入电力）；自供指园区内发电、加工转换产出和回收能。"
        "燃料外购量＝用作燃料、加工转换投入与用作原料之和－加工转换产出（报送数据不区分燃料来源，不含库存变动），为负时列入外送。"
        "“—”表示该年未报送该品种。",
        height=44,
    )
    return page


def _count(number: int) -> Cell:
    return Cell(number, "count")


def _electricity_supply(page: Page, account: Account) -> None:
    """Electricity: a line of sums, and a line for each origin below it."""
    by_year = {year: of_carrier(rows, "electricity") for year, rows in account.carriers.items()}
    shown = [
        item for item in ELECTRICITY
        if item in ALWAYS_SHOWN or any(rows[item]["quantity"] for rows in by_year.values() if item in rows)
    ]  # fmt: skip
    total = page.next_row
    lines = range(total + 1, total + 1 + len(shown))
    cells = []
    columns = [(year, supply) for year in account.years for supply in SUPPLIES]
    for place, (year, supply) in enumerate(columns):
        rows = by_year.get(year)
        letter = column(4 + place)
        if not rows:
            cells.append(absent(account.lacking(year)))
            continue
        amount = sum((row["quantity"] for row in rows.values() if row["supply"] == supply), ZERO)
        cells.append(Cell(UNITS["MWh"].amount(amount), "total", formula=sum_of(letter, lines)))
    page.add(_count(1), Cell("电力", "total_label"), Cell(UNITS["MWh"].name, "center"), *cells)
    for item in shown:
        cells = []
        for year in account.years:
            row = by_year.get(year, {}).get(item)
            for supply in SUPPLIES:
                if row is None:
                    cells.append(absent(account.lacking(year)))
                elif row["supply"] == supply:
                    cells.append(Cell(UNITS["MWh"].amount(row["quantity"]), "number"))
                else:
                    cells.append(Cell(NOTHING_STATED, "center"))
        page.add(Cell("", "center"), Cell(ELECTRICITY[item], "indent"), Cell(UNITS["MWh"].name, "center"), *cells)


def _fuel_supply(account: Account, year: int, carrier: str, unit: str) -> list[Cell]:
    """External, own and sent out of one fuel and year."""
    if not account.carriers.get(year):
        return [absent(account.lacking(year))] * 3
    fuel = fuels_of(account.carriers[year]).get((carrier, unit))
    if fuel is None:
        return [Cell(NOTHING_STATED, "center")] * 3
    own = fuel.quantity(("recovered_energy", "conversion_output")) or ZERO
    amount = unit_of(unit).amount
    return [Cell(amount(value), "number") for value in (max(fuel.net, ZERO), own, max(-fuel.net, ZERO))]


def _heat_supply(account: Account, year: int, carrier: str) -> list[Cell]:
    if not account.carriers.get(year):
        return [absent(account.lacking(year))] * 3
    rows, amount = of_carrier(account.carriers[year], carrier), UNITS["GJ"].amount
    quantities = [rows[item]["quantity"] if item in rows else None for item in ("heat_in", "heat_out")]
    external, out = (Cell(NOTHING_STATED, "center") if q is None else Cell(amount(q), "number") for q in quantities)
    return [external, Cell(NOTHING_STATED, "center"), out]


def use_page(account: Account, names: Mapping[str, str]) -> Page:
    """Table 2: what every carrier was used for, in physical units and in tce, a block for each of three years."""
    page = Page("表2 能源消费", (6, 18, 10) + (11.5,) * 9 + (11, 12.5, 13, 13))
    page.line(f"表2  分能源品种消费情况（{account.years[0]}—{account.year}年）", "title", 34)
    page.line(f"园区：{account.park['name_zh']}（{account.park['park_id']}）", "subtitle")
    for year in reversed(account.years):
        if year != account.year and account.carriers.get(year):
            page.new_sheet_of_paper()
        _use_block(page, account, year, names)
    page.line(
        "注：消费合计＝终端消费＋火力发电＋供热＋国际航空航海＋加工转换投入－加工转换产出＋用作原料；回收能只列示，不计入能耗和排放。"
        "折标系数＝折标量÷计入能耗的实物量，电力按等价值；用作原料的能源按方法参数不计入综合能源消费量时，其折标量为零。"
        "自备化石能源发电与余热余压发电的自用电量含在电力消费量中，其折标量随所用燃料计入或不重复计入；热力为受入减送出。",
        height=58,
    )
    return page


def _use_block(page: Page, account: Account, year: int, names: Mapping[str, str]) -> None:
    page.line(f"{year}年", "unit", 22)
    rows = account.carriers.get(year)
    if not rows:
        page.nothing(account.lacking(year), f"该园区{year}年的分品种数据")
        return
    page.add(
        *(Cell(text, "head", down=2) for text in ("序号", "能源品种", "计量单位")),
        Cell("用作燃料", "head", 4), Cell("加工转换", "head", 2),
        *(Cell(text, "head", down=2) for text in ("用作原料", "回收能\n（列示）", "消费合计", "折标系数", "系数单位")),
        Cell("折标量\n（万吨标准煤）", "head", down=2), Cell("碳排放量\n（万吨）", "head", down=2),
        height=22,
    )  # fmt: skip
    under = ("终端消费", "火力发电", "供热", "国际航空\n航海", "投入", "产出")
    page.add(UNDER, UNDER, UNDER, *(Cell(text, "head") for text in under), *(UNDER,) * 7, height=30)
    fuels = fuels_of(rows)
    used = [_electricity(account, year, names["electricity"])]
    used += [_fuel(names.get(c, c), unit_of(u), fuels[c, u]) for c, u in shown_fuels(account, (year,), names)]
    used += [_heat(names[kind], heat) for kind in HEAT if (heat := of_carrier(rows, kind))]
    lines = [_line(page, number, line) for number, line in enumerate(used, start=1)]
    result = account.results[year]
    energy = [result[f"{term}_tco2"] for term in ("fuel", "conversion", "electricity", "heat")]
    emitted = None if None in energy else wan(sum(energy, ZERO))
    page.add(
        Cell("合计", "total_label", 3), *(Cell(NOTHING_STATED, "center"),) * 11,
        _total(wan(result["energy_tce"]), column(15), lines, account.lacking(year)),
        _total(emitted, column(16), lines, account.lacking(year)),
    )  # fmt: skip


def _total(value: Decimal | None, letter: str, lines: Sequence[int], lacking: str) -> Cell:
    """A sum that is the account's figure; the reason why there is none instead, although its parts are there."""
    return figure(None, lacking) if value is None else Cell(value, "total", formula=sum_of(letter, lines))


@dataclass(frozen=True)
class Used:
    """A line of table 2: what a carrier was used for in eight columns, ``net`` of them, and tce in a unit of it."""

    name: str
    unit: Unit
    uses: Sequence[Decimal | None]
    net: Decimal
    rate: Decimal | None
    rows: Sequence[Row]


def _line(page: Page, number: int, used: Used) -> int:
    row, amount = page.next_row, used.unit.amount
    nothing = Cell(NOTHING_STATED, "center")
    return page.add(
        _count(number), Cell(used.name, "label"), Cell(used.unit.name, "center"),
        *(nothing if quantity is None else Cell(amount(quantity), "number") for quantity in used.uses),
        Cell(amount(used.net), "number", formula=f"=SUM(D{row}:H{row},J{row})-SUM(I{row})"),
        nothing if used.rate is None else Cell(used.rate, "ratio"), Cell(used.unit.per_unit, "center"),
        *(Cell(wan(_sum(used.rows, name)), "number") for name in ("energy_tce", "emission_tco2")),
    )  # fmt: skip


def _sum(rows: Iterable[Row], name: str) -> Decimal:
    return sum((row[name] for row in rows), ZERO)


def _electricity(account: Account, year: int, name: str) -> Used:
    rows = list(of_carrier(account.carriers[year], "electricity").values())
    used = _sum((row for row in rows if row["supply"] != "sent_out"), "quantity")
    unit = UNITS["MWh"]
    rate = unit.rate(account.params[year]["electricity_coal_equivalent"], Decimal(1))
    return Used(name, unit, [used, *(None,) * 7], used, rate, rows)


def _fuel(name: str, unit: Unit, fuel: Fuel) -> Used:
    rows = list(fuel.items.values())
    rate = unit.rate(_sum(rows, "energy_tce"), fuel.counted) if fuel.counted else None
    return Used(name, unit, [fuel.quantity(items) for items in COLUMNS_OF_USE], fuel.net, rate, rows)


def _heat(name: str, rows: Mapping[str, Row]) -> Used:
    unit = UNITS["GJ"]
    net = sum((row["quantity"] if item == "heat_in" else -row["quantity"] for item, row in rows.items()), ZERO)
    rate = unit.rate(_sum(rows.values(), "energy_tce"), net) if net else None
    return Used(name, unit, [net, *(None,) * 7], net, rate, list(rows.values()))
