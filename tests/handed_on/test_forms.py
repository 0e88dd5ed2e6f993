"""Energy and emissions of the forms: every number, cell by cell, is the publication's by SQL, formulas too."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from pipelines.forms.words import ELECTRICITY, HEAT, carrier_names
from pipelines.lake import Lake
from tests.handed_on.marked_park import BASE_YEAR, YEAR
from tests.handed_on.reading_forms import CARRIERS, Sheets

SHIFTS = {"万吨": -4, "万立方米": -1, "万千瓦时": -1, "万吉焦": -4}
"""From the published unit to the form's."""


def test_energy_supply(sheets: Sheets, ask: Any) -> None:
    sheet, names = sheets["表1"], carrier_names(Lake(Path()))
    years = {BASE_YEAR: "GHI", YEAR: "JKL"}
    supplies = ("external", "own", "sent_out")
    totals = f"select year, supply, sum(quantity) {CARRIERS} and carrier = 'electricity' group by all"
    for year, supply, quantity in ask(totals):
        letter = years[year][supplies.index(supply)]
        sheet.check(f"{letter}{sheet.row('电力')}", quantity.scaleb(-1), formula=True)
    for year, item, supply, quantity in ask(
        f"select year, item, supply, quantity {CARRIERS} and carrier = 'electricity'"
    ):
        rows = sheet.rows(ELECTRICITY[item])
        assert rows or quantity == 0
        for row in rows:
            sheet.check(f"{years[year][supplies.index(supply)]}{row}", quantity.scaleb(-1))
    fuels = f"""
        with q as (
            select year, carrier,
                sum(quantity) filter (use_kind <> 'recovered' and item <> 'conversion_output') as used,
                sum(quantity) filter (item = 'conversion_output') as made,
                sum(quantity) filter (item = 'recovered_energy') as recovered
            {CARRIERS} and use_kind not in ('electricity', 'heat') group by all
        )
        select year, carrier, greatest(coalesce(used, 0) - coalesce(made, 0), 0),
            coalesce(made, 0) + coalesce(recovered, 0), greatest(coalesce(made, 0) - coalesce(used, 0), 0)
        from q
    """
    for year, carrier, *quantities in ask(fuels):
        row = sheet.row(names[carrier])
        for letter, quantity in zip(years[year], quantities, strict=True):
            sheet.check(f"{letter}{row}", quantity.scaleb(SHIFTS[sheet.values[f"C{row}"].value]))
    for year, carrier, item, quantity in ask(f"select year, carrier, item, quantity {CARRIERS} and use_kind = 'heat'"):
        letter = years[year][0 if item == "heat_in" else 2]
        sheet.check(f"{letter}{sheet.row(HEAT[carrier])}", quantity.scaleb(-4))
    sheet.check(f"D{sheet.row('电力')}", None)
    sheet.all_checked()


def test_energy_use(sheets: Sheets, ask: Any) -> None:
    sheet, names = sheets["表2"], carrier_names(Lake(Path()))
    columns = dict(zip("DEFGHIJK", ("final_use", "power_generation", "heat_supply", "bunker", "conversion_input",
                                    "conversion_output", "feedstock", "recovered_energy"), strict=True))  # fmt: skip
    places = {year: sheet.row(f"{year}年", "A") for year in (YEAR, BASE_YEAR)}
    ends = {YEAR: places[BASE_YEAR], BASE_YEAR: sheet.values.max_row}
    for year, place in places.items():

        def line(label: str, column: str = "B", first: int = place, last: int = ends[year]) -> int:
            (found,) = (row for row in sheet.rows(label, column) if first < row < last)
            return found

        ((used, tce, tco2, c_eq),) = ask(
            "select y.electricity_use_mwh, sum(c.energy_tce), sum(c.emission_tco2), "
            "any_value(p.electricity_coal_equivalent) from metrics.park_year as y "
            "join metrics.energy_by_carrier as c using (park_id, year) "
            "join reference.params as p using (year) where park_id = $1 and year = $2 and carrier = 'electricity' "
            "group by all", year,
        )  # fmt: skip
        row = line("电力")
        sheet.check(f"D{row}", used.scaleb(-1))
        sheet.check(f"L{row}", used.scaleb(-1), formula=True)
        sheet.check(f"M{row}", c_eq * 10)
        sheet.check(f"O{row}", tce.scaleb(-4))
        sheet.check(f"P{row}", tco2.scaleb(-4))
        fuels = f"select carrier, item, quantity {CARRIERS} and year = $2 and use_kind not in ('electricity', 'heat')"
        for carrier, item, quantity in ask(fuels, year):
            row = line(names[carrier])
            letter = next(letter for letter, name in columns.items() if name == item)
            sheet.check(f"{letter}{row}", quantity.scaleb(SHIFTS[sheet.values[f"C{row}"].value]))
        sums = f"""
            with q as (
                select carrier, use_kind = 'heat' as is_heat, use_kind, energy_tce, emission_tco2,
                    case when item in ('conversion_output', 'heat_out') then -quantity else quantity end as net
                {CARRIERS} and year = $2 and use_kind <> 'electricity'
            )
            select carrier, is_heat, coalesce(sum(net) filter (use_kind <> 'recovered'), 0),
                sum(net) filter (energy_tce <> 0), sum(energy_tce), sum(emission_tco2)
            from q group by carrier, is_heat
        """
        for carrier, is_heat, net, counted, tce, tco2 in ask(sums, year):
            row = line(names[carrier])
            shift = SHIFTS[sheet.values[f"C{row}"].value]
            sheet.check(f"L{row}", net.scaleb(shift), formula=True)
            if is_heat:
                sheet.check(f"D{row}", net.scaleb(shift))
            rate = None if counted is None else tce / (counted.scaleb(-1) if shift == -1 else counted)
            sheet.check(f"M{row}", rate)
            sheet.check(f"O{row}", tce.scaleb(-4))
            sheet.check(f"P{row}", tco2.scaleb(-4))
        ((energy, emitted),) = ask(
            "select energy_tce, total_tco2 - process_tco2 from metrics.park_year where park_id = $1 and year = $2", year
        )
        row = line("合计", "A")
        sheet.check(f"O{row}", energy.scaleb(-4), formula=True)
        sheet.check(f"P{row}", emitted.scaleb(-4), formula=True)
    assert str(sheet.values[f"A{sheet.row(f'{YEAR - 2}年', 'A') + 1}"].value).startswith("无数据")
    sheet.all_checked()


def test_emissions(sheets: Sheets, ask: Any) -> None:
    sheet, names = sheets["表3"], carrier_names(Lake(Path()))
    terms = {
        "能源活动碳排放": ("total_tco2 - process_tco2", True),
        "化石能源用作燃料": ("fuel_tco2", True),
        "其中：国际航空航海（单列，不扣减）": ("bunker_tco2", False),
        "能源加工转换": ("conversion_tco2", True),
        "电力与热力净受入（间接）": ("electricity_tco2 + heat_tco2", True),
        "电力": ("electricity_tco2", True),
        "热力": ("heat_tco2", True),
        "工业生产过程碳排放": ("process_tco2", False),
        "碳排放总量": ("total_tco2", True),
        "综合能源消费量（万吨标准煤，电力按等价值）": ("energy_tce", False),
    }
    ((total,),) = ask("select total_tco2 from metrics.park_year where park_id = $1 and year = $2", YEAR)
    lines = {label: (sheet.row(label), amount, is_sum) for label, (amount, is_sum) in terms.items()}
    for label, (row, amount, is_sum) in lines.items():
        for letter, year in (("D", BASE_YEAR), ("E", YEAR)):
            ((value,),) = ask(f"select {amount} from metrics.park_year where park_id = $1 and year = $2", year)
            sheet.check(f"{letter}{row}", value.scaleb(-4), formula=is_sum)
        sheet.check(f"C{row}", None)
        if not label.startswith("综合"):
            sheet.check(f"F{row}", float(value / total), formula=True)
    emitted = f"""
        select year, case when use_kind = 'electricity' then item else carrier end, use_kind, sum(emission_tco2)
        {CARRIERS} and use_kind not in ('recovered', 'feedstock') group by all
    """
    shown: dict[int, dict[int, Decimal]] = {}
    for year, code, use_kind, tco2 in ask(emitted):
        rows = sheet.rows(ELECTRICITY.get(code) or names[code])
        assert rows or (use_kind == "electricity" and tco2 == 0), code
        for row in rows:
            shown.setdefault(row, {})[year] = tco2
    for row, by_year in shown.items():
        for letter, year in (("D", BASE_YEAR), ("E", YEAR)):
            sheet.check(f"{letter}{row}", by_year.get(year, Decimal(0)).scaleb(-4))
        sheet.check(f"F{row}", float(by_year.get(YEAR, Decimal(0)) / total), formula=True)
    for letter, year in (("D", BASE_YEAR), ("E", YEAR)):
        ((value,),) = ask("select intensity_tco2_per_tce from metrics.park_year where park_id = $1 and year = $2", year)
        sheet.check(f"{letter}{sheet.row('单位能耗碳排放（吨/吨标准煤）')}", value, formula=True)
    sheet.all_checked()
