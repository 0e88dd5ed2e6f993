"""The meters of a park: their master rows, and balance series as the raw values those meters would show.

A meter rounds to its own resolution; its unit and multiplier are those of the master row. File formats do not belong
here.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from pipelines.samples.balance import ParkYear
from pipelines.samples.plans import ParkPlan
from pipelines.samples.shapes import Clock, Series

CT_SWAP_DAY = "2026-05-14"
"""The day on which the import meters of some parks got other current transformers."""
SWAPPED_PARKS = ("tangshan-laoting-edz", "baoding-hidz")
GATE_MULTIPLIER = 132_000
"""Voltage ratio 110 kV / 100 V times current ratio 600 A / 5 A."""
GATE_MULTIPLIER_AFTER_SWAP = 176_000
INNER_MULTIPLIER = 21_000
"""Voltage ratio 35 kV / 100 V times current ratio 300 A / 5 A."""
CAPACITY_MARGIN = 1.25
"""Transformers are built that much larger than the highest load."""


@dataclass(frozen=True)
class Meter:
    """One meter. ``multipliers`` holds (valid_from, valid_to, multiplier) with blanks for open ends; ``decimals`` is
    the resolution of the raw values. What the master does not state is blank, a capacity None."""

    meter_id: str
    park_id: str
    point: str
    measure: str
    unit: str
    enterprise_id: str
    project_id: str
    interval_minutes: int
    multipliers: tuple[tuple[str, str, int], ...]
    decimals: int
    accuracy_class: str = ""
    capacity_kw: int | None = None
    register_modulus: str = ""
    register_step: str = ""

    @property
    def label(self) -> str:
        """The meter's name inside its park."""
        return self.meter_id.removeprefix(self.park_id + "-")

    def master_rows(self) -> Iterator[dict[str, object]]:
        """Rows of ``meters.csv``, one for each validity."""
        for valid_from, valid_to, multiplier in self.multipliers:
            yield {
                "meter_id": self.meter_id,
                "park_id": self.park_id,
                "point": self.point,
                "measure": self.measure,
                "unit": self.unit,
                "enterprise_id": self.enterprise_id,
                "project_id": self.project_id,
                "multiplier": multiplier,
                "interval_minutes": self.interval_minutes,
                "register_modulus": self.register_modulus,
                "register_step": self.register_step,
                "capacity_kw": "" if self.capacity_kw is None else self.capacity_kw,
                "accuracy_class": self.accuracy_class,
                "valid_from": valid_from,
                "valid_to": valid_to,
            }

    def raw_values(self, energy_kwh: Series, clock: Clock) -> Series:
        """What the meter shows for ``energy_kwh`` per interval, rounded to its resolution."""
        per_kwh = {"kWh": 1.0, "万kWh": 1e-4, "MW": 1e-3 * 60 / self.interval_minutes}[self.unit]
        multiplier = np.full(clock.count, float(self.multipliers[0][2]))
        if len(self.multipliers) > 1:
            swapped = clock.ends > np.datetime64(self.multipliers[1][0])
            multiplier[swapped] = self.multipliers[1][2]
        shown: Series = np.round(energy_kwh * per_kwh / multiplier, self.decimals)
        return shown


def _measure(style: str) -> tuple[str, str, int]:
    """Measure, unit and decimals of a unit style."""
    return {
        "kwh": ("interval_energy", "kWh", 0),
        "ct": ("interval_energy", "kWh", 4),
        "wan": ("interval_energy", "万kWh", 4),
        "mw": ("mean_power", "MW", 3),
    }[style]


def _accuracy_class(plan: ParkPlan, point: str) -> str:
    """Class of GB/T 17215 on the name plate: S classes where power is bought, sold or made, 1 or 2 at the users.

    Every sixth park has not stated its classes.
    """
    if plan.number % 6 == 3:
        return ""
    if point == "use":
        return "2" if plan.number % 5 == 0 else "1"
    return "0.2S" if point.startswith("grid") and plan.use_gwh >= 1000 else "0.5S"


def _capacity_kw(plan: ParkPlan, peak_kwh: float) -> int | None:
    """The power of the transformers before an import meter, for the highest load behind it, as ``peak_kwh``.

    They have to carry the whole load when sun and wind are away. Parks that live mainly from the grid state it.
    """
    if plan.kind.direct + plan.kind.onsite_wind > 0.25 or not peak_kwh:
        return None
    return math.ceil(peak_kwh * 60 / plan.interval_minutes * CAPACITY_MARGIN / 1000) * 1000


def _meter(
    plan: ParkPlan, label: str, point: str, enterprise: str = "", project: str = "", *, peak_kwh: float = 0.0
) -> Meter:
    measure, unit, decimals = _measure(plan.style)
    multipliers: tuple[tuple[str, str, int], ...] = (("", "", 1),)
    if plan.style == "ct":
        multipliers = (("", "", GATE_MULTIPLIER if point.startswith("grid") else INNER_MULTIPLIER),)
    if point == "grid_import" and plan.park_id in SWAPPED_PARKS:
        multipliers = (("", "2026-05-13", GATE_MULTIPLIER), (CT_SWAP_DAY, "", GATE_MULTIPLIER_AFTER_SWAP))
    return Meter(
        meter_id=f"{plan.park_id}-{label}",
        park_id=plan.park_id,
        point=point,
        measure=measure,
        unit=unit,
        enterprise_id=enterprise,
        project_id=f"{plan.park_id}-p-{project}" if project else "",
        interval_minutes=plan.interval_minutes,
        multipliers=multipliers,
        decimals=decimals,
        accuracy_class=_accuracy_class(plan, point),
        capacity_kw=_capacity_kw(plan, peak_kwh),
    )


def enterprise_ids(plan: ParkPlan) -> list[str]:
    return [f"{plan.park_id}-e{k}" for k in range(1, plan.enterprises + 1)]


def metered_series(plan: ParkPlan, balance: ParkYear) -> list[tuple[Meter, Series]]:
    """Every meter of the park that exists, with its energy in kWh per interval of one year."""
    found: list[tuple[Meter, Series]] = []
    ids = enterprise_ids(plan)
    if plan.metered_at_gate and plan.use_meters:
        meter = _meter(plan, "in1", "grid_import", peak_kwh=float(balance.load.max()))
        found.append((meter, balance.grid_import))
    elif plan.metered_at_gate:
        total = np.sum(balance.use, axis=0)
        for k, enterprise in enumerate(ids):
            part = balance.grid_import * balance.use[k] / total
            meter = _meter(plan, f"in{k + 1}", "grid_import", enterprise, peak_kwh=float(balance.use[k].max()))
            found.append((meter, part))
    if plan.metered_at_gate and plan.kind.export:
        found.append((_meter(plan, "out1", "grid_export"), balance.export))
    if plan.kind.direct:
        found.append((_meter(plan, "line1", "direct_import", project="line"), balance.direct))
        if plan.line_metered_twice:
            found.append((_meter(plan, "line1-far", "generation", project="line"), balance.direct_sent))
    for suffix, series in balance.generation.items():
        if series.any():
            found.append((_meter(plan, f"{suffix}1", "generation", project=suffix), series))
    if plan.kind.storage_hours:
        found.append((_meter(plan, "charge1", "storage_charge", project="pv"), balance.charge))
        found.append((_meter(plan, "discharge1", "storage_discharge", project="pv"), balance.discharge))
    if plan.use_meters:
        found += [(_meter(plan, f"use{k + 1}", "use", enterprise), balance.use[k]) for k, enterprise in enumerate(ids)]
    return found
