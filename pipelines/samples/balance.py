"""The electricity of one park and year as consistent series: what is used, generated, stored, imported and exported.

Energy per interval in kWh (float); rounding to a meter's resolution happens in ``masters``. Storage shifts only own
green power; a surplus is exported where the park may, else curtailed. Files do not belong here.
"""

from dataclasses import dataclass, field

import numpy as np

from pipelines.samples import shapes
from pipelines.samples.plans import GREEN_BUILT_IN_2025, USE_IN_2025, ParkPlan
from pipelines.samples.shapes import Clock, Series

ROUND_TRIP = 0.88
"""Energy out of a battery per energy in."""
INNER_LOSS = 0.015
"""Part of the park's load that its inner grid loses before the enterprises' use meters."""
LINE_LOSS = 0.02


@dataclass
class ParkYear:
    """Series of one park and year, kWh per interval. ``use`` holds one series per enterprise, summing to ``load``
    less the inner losses; ``curtailed`` by project suffix; absent equipment is an all-zero series."""

    clock: Clock
    load: Series
    use: list[Series]
    generation: dict[str, Series] = field(default_factory=dict)
    direct: Series = field(default_factory=lambda: np.zeros(0))
    direct_sent: Series = field(default_factory=lambda: np.zeros(0))
    charge: Series = field(default_factory=lambda: np.zeros(0))
    discharge: Series = field(default_factory=lambda: np.zeros(0))
    grid_import: Series = field(default_factory=lambda: np.zeros(0))
    export: Series = field(default_factory=lambda: np.zeros(0))
    curtailed: dict[str, Series] = field(default_factory=dict)


def build_factor(year: int) -> float:
    """The part of the 2026 green equipment that stands in ``year``."""
    return GREEN_BUILT_IN_2025 if year == 2025 else 1.0


def random_for(seed: int, plan: ParkPlan, year: int) -> np.random.Generator:
    """A generator that depends on nothing but seed, park and year, so one park can be made without the others."""
    return np.random.Generator(np.random.PCG64([seed, plan.number, year]))


def _storage(clock: Clock, solar: Series, load: Series, hours: float) -> tuple[Series, Series]:
    """Charges around noon from solar and gives ``ROUND_TRIP`` of it back between 18 and 23 h, day by day."""
    if not hours or not solar.any():
        return np.zeros(clock.count), np.zeros(clock.count)
    capacity = solar.mean() * hours * 60 / clock.interval_minutes
    noon = (clock.hour > 9) & (clock.hour < 17)
    offered = (np.minimum(solar, capacity / 3) * noon * 0.9).reshape(clock.days, clock.per_day)
    filled = np.minimum(np.cumsum(offered, axis=1), capacity)
    charge = np.diff(filled, axis=1, prepend=0.0)
    evening = ((clock.hour > 18) & (clock.hour < 23)).reshape(clock.days, clock.per_day)
    returned = evening * (charge.sum(axis=1, keepdims=True) * ROUND_TRIP / evening.sum(axis=1, keepdims=True))
    # A battery never pushes power out through the park's gate.
    return charge.ravel(), np.minimum(returned.ravel(), 0.5 * load)


def _shares(plan: ParkPlan, clock: Clock, random: np.random.Generator) -> list[Series]:
    """How the load divides among the enterprises, interval by interval; sums to 1."""
    weights = [
        (plan.enterprises - k + 1) * (1 + 0.08 * shapes.weather(clock, random, 48)) for k in range(plan.enterprises)
    ]
    total = np.sum(weights, axis=0)
    return [weight / total for weight in weights]


def park_year(plan: ParkPlan, year: int, seed: int) -> ParkYear:
    """All series of ``plan`` in ``year``; import + supply + discharge − charge − export equals the load exactly."""
    kind, random = plan.kind, random_for(seed, plan, year)
    clock = Clock(year, plan.interval_minutes)
    mean_kwh = plan.use_gwh * 1e6 * (USE_IN_2025 if year == 2025 else 1.0) / clock.count
    built = build_factor(year)

    load = mean_kwh * shapes.load(clock, kind.load, random)
    solar = mean_kwh * kind.solar * built * shapes.solar(clock, plan.grid_region, random)
    wind = mean_kwh * kind.onsite_wind * built * shapes.wind(clock, random)
    river_or_wind = shapes.wind(clock, random) if kind.direct_technology == "wind" else shapes.hydro(clock, random)
    offered = mean_kwh * kind.direct * built * river_or_wind
    steady = mean_kwh * shapes.steady(clock, random)
    charge, discharge = _storage(clock, solar, load, kind.storage_hours)

    need = load + charge - discharge - steady * (kind.cogeneration + kind.waste_heat)
    green = solar + wind
    direct = offered if kind.export else np.clip(need - green, 0.0, offered)
    kept = np.ones(clock.count)
    if not kind.export:
        kept = np.clip(np.divide(np.maximum(need, 0), green, out=np.ones(clock.count), where=green > 0), 0, 1)
    net = need - green * kept - direct
    shares = _shares(plan, clock, random)
    return ParkYear(
        clock=clock,
        load=load,
        use=[load * (1 - INNER_LOSS) * share for share in shares],
        generation={
            "pv": solar * kept,
            "wind": wind * kept,
            "chp": steady * kind.cogeneration,
            "whr": steady * kind.waste_heat,
        },
        direct=direct,
        direct_sent=direct * (1 + LINE_LOSS),
        charge=charge,
        discharge=discharge,
        grid_import=np.maximum(net, 0.0),
        export=np.maximum(-net, 0.0),
        curtailed={"pv": solar * (1 - kept), "wind": wind * (1 - kept), "line": offered - direct},
    )
