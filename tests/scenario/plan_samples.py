"""A made-up park of a few hours for the tests of plans."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np

from pipelines.scenario.plan_problem import Costs, Enterprise, Limits, Park, Profile, Question

MWH = 1_000_000
COSTS = Costs(
    solar_investment=Decimal(2900),
    wind_investment=Decimal(4200),
    storage_power_investment=Decimal(300),
    storage_energy_investment=Decimal(800),
    direct_operation=Decimal(32),
    certificate_price=Decimal("5.15"),
    grid_energy_price=Decimal(0),
    discount_rate=Decimal("0.06"),
    solar_lifetime=Decimal(25),
    wind_lifetime=Decimal(20),
    storage_lifetime=Decimal(15),
    charge_efficiency=Decimal("0.9"),
    discharge_efficiency=Decimal("0.95"),
)


def wh(*values: float) -> np.ndarray:
    """MWh as integer Wh."""
    return np.array([round(value * MWH) for value in values], dtype=np.int64)


def day_costs(days: int, **changed: Decimal) -> Costs:
    """Costs of which a year's payment falls on so many days, so that a few hours weigh as much as they do in a year."""
    share = Decimal(days) / 365
    names = ("solar_investment", "wind_investment", "storage_power_investment", "storage_energy_investment")
    return replace(COSTS, **({name: getattr(COSTS, name) * share for name in names} | changed))


def park(imports: np.ndarray, **changed: Any) -> Park:
    """A park that imports all it uses, with one enterprise, E = 0.8325 x N + other, C = 0.3 x use."""
    total = int(imports.sum())
    zero = np.zeros(len(imports), dtype=np.int64)
    values: dict[str, Any] = {
        "minutes": zero + 60,
        "import_wh": imports,
        "room_wh": imports,
        "users_wh": None,
        "use_wh": total,
        "inflow_wh": total,
        "direct_wh": 0,
        "uncounted_wh": 0,
        "sold_wh": 0,
        "fossil_export_wh": 0,
        "other_tco2": Decimal("0.5"),
        "energy_tce": Decimal(total) / MWH * Decimal("0.3"),
        "residual_factor": Decimal("0.8325"),
        "c_eq": Decimal("0.3"),
        "limit": Decimal("0.2"),
        "minimum_share": Decimal("0.5"),
        "enterprises": (Enterprise("e1", total, 0, 0, imports),),
    }
    return Park(**(values | changed))


def question(**changed: Any) -> Question:
    """Up to six hours of a park with sun at noon and wind in the night."""
    terms = changed.get("park") or park(wh(8, 10, 12, 12, 10, 8))
    made: dict[str, Any] = {
        "park": terms,
        "solar": Profile(wh(0, 0.3, 0.8, 0.7, 0.2, 0)[: terms.intervals], MWH),
        "wind": Profile(wh(0.6, 0.4, 0.1, 0.2, 0.5, 0.7)[: terms.intervals], MWH),
        "costs": day_costs(1),
        "limits": Limits(),
    }
    return Question(**(made | changed))
