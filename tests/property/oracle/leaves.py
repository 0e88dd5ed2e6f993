"""Sections 1 and 3 of the method for everything but electricity: fuels, conversion, heat, process, as leaves.

A leaf is one row of a document, in millionths of a ton. Totals and verdicts are in ``account``.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from tests.property.oracle.delivery import Delivery, Reference, Row, covers, day, first_day, micro, number


@dataclass
class Leaves:
    """Sums of leaves of a park and year, in millionths of tCO2 and of tce."""

    fuel: int = 0
    bunker: int = 0
    for_power_and_heat: int = 0
    conversion: dict[str | None, int] = field(default_factory=lambda: defaultdict(int))
    heat_in: int = 0
    heat_out: int = 0
    process: int = 0
    fuel_tce: int = 0
    power_fuel_tce: int = 0
    feedstock_tce: int = 0
    heat_tce: int = 0
    nonfossil_heat_tce: int = 0


def leaves(delivery: Delivery, park: Row, year: int, reference: Reference) -> Leaves:
    """All leaves of a park and year; rows outside the validity of park or enterprise do not count."""
    rows = {
        table: [row for row in delivery.get(table, ()) if is_inside(row, park, year, delivery)]
        for table in ("fuel_use", "heat_flows", "process_outputs")
    }
    found = Leaves()
    makers = _makers(rows)
    for row in rows["fuel_use"]:
        _add_fuel(found, row, makers, reference)
    for row in rows["heat_flows"]:
        _add_heat(found, row, reference)
    for row in rows["process_outputs"]:
        found.process += micro(Fraction(row["quantity_t"]) * Fraction(row["factor_tco2_per_t"]))
    return found


def is_inside(row: Row, park: Row, year: int, delivery: Delivery) -> bool:
    """Whether a row is of this park and year and lies in the validity of park and enterprise."""
    if row["park_id"] != park["park_id"] or int(row["month"][:4]) != year:
        return False
    owners = [e for e in delivery["enterprises"] if e["enterprise_id"] == row.get("enterprise_id")]
    return all(covers(one, first_day(row["month"])) for one in [park, *owners])


def _makers(rows: dict[str, list[Row]]) -> set[str]:
    """Enterprises with a process output or a conversion stream above zero in the year; blank is nobody."""
    made = [row for row in rows["process_outputs"] if row["quantity_t"] > 0]
    made += [row for row in rows["fuel_use"] if row["activity"].startswith("conversion") and row["quantity"] > 0]
    return {row["enterprise_id"] for row in made if row.get("enterprise_id")}


def _add_fuel(found: Leaves, row: Row, makers: set[str], reference: Reference) -> None:
    tco2, tce = _burnt(row, reference)
    activity = row["activity"]
    if activity == "recovered_energy":
        return
    if activity == "feedstock" and row.get("enterprise_id") in makers:
        found.feedstock_tce += tce
    elif activity in ("conversion_input", "conversion_output"):
        sign = 1 if activity == "conversion_input" else -1
        found.conversion[row.get("enterprise_id")] += sign * tco2
        found.fuel_tce += sign * tce
    else:
        found.fuel += tco2
        found.fuel_tce += tce
        found.bunker += tco2 if activity == "bunker" else 0
        found.for_power_and_heat += tco2 if activity in ("power_generation", "heat_supply") else 0
        found.power_fuel_tce += tce if activity == "power_generation" else 0


def _burnt(row: Row, reference: Reference) -> tuple[int, int]:
    """The leaf of a fuel row in tCO2 and in tce; in conversion all carbon counts."""
    month = first_day(row["month"])
    factor = next(
        f
        for f in reference.fuels
        if f["fuel"] == row["fuel"] and covers({k: day(f[k]) for k in ("valid_from", "valid_to")}, month)
    )
    quantity = Fraction(row["quantity"]) * _units(row["unit"], factor, reference)
    ncv = _content(row, factor, "ncv_gj_per_unit", reference)
    if factor["tco2_per_unit"]:
        tco2 = quantity * number(factor["tco2_per_unit"])
    else:
        oxidation = 1 if row["activity"].startswith("conversion") else number(factor["oxidation_factor"])
        carbon = _content(row, factor, "carbon_tc_per_gj", reference)
        tco2 = quantity * (ncv or 0) * (carbon or 0) * oxidation * Fraction(44, 12)
    per_unit = ncv / reference.parameters["energy_per_tce"] if ncv is not None else number(factor["tce_per_unit"])
    return micro(tco2), micro(quantity * per_unit)


def _content(row: Row, factor: Mapping[str, str], column: str, reference: Reference) -> Fraction | None:
    """Calorific value or carbon content: measured, where that is allowed and has a document, else of the table."""
    measured = row.get(column)
    if measured is not None and row.get("document_id") is not None and reference.parameters["measured_fuel_factors"]:
        return Fraction(measured)
    return number(factor[column]) if factor[column] else None


def _units(unit: str, factor: Mapping[str, str], reference: Reference) -> Fraction:
    """How many units of the factor table one delivered unit is."""
    base, per_unit = reference.units[unit]
    wanted, per_wanted = reference.units[factor["unit"]]
    if base == "L" and wanted == "kg":
        per_unit *= number(factor["density_kg_per_l"])
    return per_unit / per_wanted


def _add_heat(found: Leaves, row: Row, reference: Reference) -> None:
    if row.get("quantity_gj") is not None:
        quantity = Fraction(row["quantity_gj"])
    else:
        per_unit = {"GJ": Fraction(1), "MJ": Fraction(1, 1000)}.get(row["unit"])
        quantity = Fraction(row["quantity"]) * (per_unit or Fraction(row["enthalpy_gj_per_t"]))
    default = reference.parameters["fossil_heat_factor_default"]
    inflow = row["direction"] == "in"
    documented = row.get("document_id") is not None or not inflow
    if row["kind"] == "nonfossil":
        factor = reference.parameters["nonfossil_heat_factor"] if documented else default
    else:
        measured = row.get("factor_tco2_per_gj")
        factor = default if measured is None else Fraction(measured)
    tco2 = micro(quantity * factor)
    tce = micro(quantity * reference.parameters["heat_coal_equivalent"])
    if inflow and row["kind"] == "nonfossil" and documented:
        found.nonfossil_heat_tce += tce
    if inflow:
        found.heat_in += tco2
        found.heat_tce += tce
    else:
        found.heat_out += tco2
        found.heat_tce -= tce
