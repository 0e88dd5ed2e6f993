"""Fuel, heat, process, curtailment and indicator documents of the example, month by month. No electricity readings."""

import numpy as np

from pipelines.samples.balance import ParkYear, random_for
from pipelines.samples.masters import GENERATED, Row
from pipelines.samples.meters import enterprise_ids
from pipelines.samples.plans import ParkPlan
from pipelines.samples.shapes import Series

TCE_PER_UNIT = {"natural_gas": 1.3284, "bituminous": 0.7917, "coke": 0.9706, "diesel": 1.4785}
"""Energy of a unit of fuel in tce, to size the example's quantities; the pipeline reads its own from fuels.csv."""
TCE_PER_MWH_ELECTRICITY = 0.3
TCE_PER_MWH_GENERATED = {"natural_gas": 0.21, "bituminous": 0.33}
UNITS = {"natural_gas": "1000_m3"}


def _monthly_mwh(balance: ParkYear, series: Series) -> Series:
    """Sums of an interval series by month, MWh."""
    return np.bincount(balance.clock.month, weights=series, minlength=13)[1:] / 1000


def _months(balance: ParkYear) -> list[str]:
    return [f"{balance.clock.year}-{month:02d}" for month in range(1, 13)]


def fuel_rows(plan: ParkPlan, balance: ParkYear, seed: int) -> list[Row]:
    """Final use by the first enterprise, fuel of the co-generation by the second, feedstock by the last."""
    kind, ids, random = plan.kind, enterprise_ids(plan), random_for(seed, plan, balance.clock.year + 100)
    load = _monthly_mwh(balance, balance.load)
    generated = _monthly_mwh(balance, balance.generation["chp"])
    final = load * TCE_PER_MWH_ELECTRICITY * kind.fuel / TCE_PER_UNIT[kind.fuel_name]
    rows: list[Row] = []

    def add(month: str, fuel: str, activity: str, quantity: float, enterprise: str) -> None:
        rows.append(
            {
                "park_id": plan.park_id,
                "month": month,
                "fuel": fuel,
                "activity": activity,
                "quantity": f"{quantity:.2f}",
                "unit": UNITS.get(fuel, "t"),
                "enterprise_id": enterprise,
                "document_id": f"example-{plan.number:02d}-{activity}-{month}",
            }
        )

    for index, month in enumerate(_months(balance)):
        add(month, kind.fuel_name, "final_use", final[index] * random.uniform(0.93, 1.07), ids[0])
        if kind.cogeneration:
            rate = TCE_PER_MWH_GENERATED[kind.cogeneration_fuel] / TCE_PER_UNIT[kind.cogeneration_fuel]
            quantity = generated[index] * rate * random.uniform(0.98, 1.02)
            add(month, kind.cogeneration_fuel, "power_generation", quantity, ids[1])
        if kind.feedstock:
            add(month, "natural_gas", "feedstock", load[index] / 1000 * kind.feedstock, ids[-1])
    return rows


def heat_rows(plan: ParkPlan, balance: ParkYear) -> list[Row]:
    """Bought heat by month; some suppliers state a measured factor."""
    load = _monthly_mwh(balance, balance.load)
    return [
        {
            "park_id": plan.park_id,
            "month": month,
            "direction": "in",
            "kind": kind,
            "quantity_gj": f"{load[index] * gj_per_mwh:.1f}",
            "factor_tco2_per_gj": "0.098" if kind == "fossil" and plan.number % 2 else "",
            "document_id": f"example-{plan.number:02d}-heat-{kind}-{month}",
        }
        for index, month in enumerate(_months(balance))
        for kind, gj_per_mwh in (("fossil", plan.kind.fossil_heat), ("nonfossil", plan.kind.nonfossil_heat))
        if gj_per_mwh
    ]


def process_rows(plan: ParkPlan, balance: ParkYear) -> list[Row]:
    """Lime, and the product that the feedstock goes into."""
    load = _monthly_mwh(balance, balance.load) / 1000
    products = (("lime", plan.kind.lime, "0.683"), ("synthesis_gas", plan.kind.feedstock, "0.12"))
    return [
        {
            "park_id": plan.park_id,
            "month": month,
            "product": product,
            "quantity_t": f"{load[index] * t_per_gwh:.1f}",
            "factor_tco2_per_t": factor,
            "factor_source": GENERATED,
            "enterprise_id": enterprise_ids(plan)[-1],
            "document_id": f"example-{plan.number:02d}-{product}-{month}",
        }
        for index, month in enumerate(_months(balance))
        for product, t_per_gwh, factor in products
        if t_per_gwh
    ]


def curtailment_rows(plan: ParkPlan, balance: ParkYear) -> list[Row]:
    """What the plants of parks without export held back."""
    return [
        {
            "project_id": f"{plan.park_id}-p-{suffix}",
            "month": month,
            "curtailed_mwh": f"{mwh:.3f}",
            "document_id": f"example-{plan.number:02d}-curtailment-{month}",
        }
        for suffix, series in balance.curtailed.items()
        if series.any()
        for month, mwh in zip(_months(balance), _monthly_mwh(balance, series), strict=True)
    ]


def indicator_rows(plan: ParkPlan, year: int) -> list[Row]:
    """The guiding indicators as shares of 1."""
    values = {
        "waste_heat_use": 0.42 + 0.007 * plan.number,
        "solid_waste_use": 0.70 + 0.005 * plan.number,
        "water_reuse": 0.66 + 0.006 * plan.number,
        "product_energy_level_2": 0.80 + 0.003 * plan.number,
    }
    return [
        {"park_id": plan.park_id, "year": year, "indicator": name, "value": f"{value:.3f}",
         "document_id": f"example-{plan.number:02d}-{name}-{year}"}
        for name, value in values.items()
    ]  # fmt: skip
