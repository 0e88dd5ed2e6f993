"""What is wrong in the interval readings of some meters of 2026, written on purpose, and which finding must name it.

``DEFECTS`` is the whole list. Faults of files, rows and certificates are in ``faults``, registers and bills in
``registers``.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from pipelines.samples.faults import PlantedFault
from pipelines.samples.formats import Readings
from pipelines.samples.plans import ParkPlan
from pipelines.samples.shapes import Clock, Series

LOST = math.nan


@dataclass(frozen=True)
class Defect:
    """One stretch of one meter's readings that is wrong: what is sent is the reading ``back`` intervals before, times
    ``factor``, plus ``offset``; nothing where ``factor`` is ``LOST``.

    ``label`` is the meter's name inside its park, ``start`` the moment at which the stretch begins. ``code`` is the
    finding that names it, about the meter, or about the park where it ``decides`` the year. ``anywhere`` moves it to
    the first import meter of the last park where the demo is cut short before its own park.
    """

    park_id: str
    label: str
    start: str
    hours: int
    factor: float
    code: str
    what_zh: str
    what_en: str
    back: int = 0
    offset: float = 0.0
    decides: bool = False
    anywhere: bool = False

    def apply(self, values: Series, clock: Clock, decimals: int) -> None:
        """Spoils the readings of a meter in place; their resolution stays."""
        start = np.datetime64(self.start, "m")
        places = np.flatnonzero((clock.ends > start) & (clock.ends <= start + np.timedelta64(self.hours, "h")))
        values[places] = np.round(values[places - self.back] * self.factor + self.offset, decimals)


DEFECTS = (
    Defect("beijing-etda", "use2", "2026-03-11T10:00", 1, 12, "spike",
           "用电表一小时读数放大十二倍", "an hour of a use meter twelve times too high"),
    Defect("beijing-etda", "in1", "2026-07-08T14:00", 1, 10, "over_capacity",
           "关口表一小时读数超出变压器容量", "an hour of grid import beyond the transformer's capacity"),
    Defect("tianjin-teda", "pv1", "2026-05-20T23:00", 1, 1, "solar_at_night",
           "光伏表把13时的读数记在23时", "a solar plant's value of 13 h also stamped 23 h", back=10),
    Defect("tianjin-port-ftz", "pv1", "2026-04-16T02:00", 2, 0, "negative",
           "光伏发电表夜间出现负值", "a solar plant's own use at night, sent as negative generation",
           offset=-0.012),
    Defect("tianjin-port-ftz", "use1", "2026-10-21T14:00", 2, LOST, "missing",
           "用电表中断两小时", "a use meter silent for two hours"),
    Defect("baoding-hidz", "pv1", "2026-06-09T00:00", 72, LOST, "missing",
           "光伏发电表中断三天", "a solar plant's meter silent for three days"),
    Defect("baoding-hidz", "in2", "2026-10-12T09:00", 96, LOST, "missing",
           "关口表中断四天，但有月初示值", "four days of grid import missing between monthly reads of the register"),
    Defect("cangzhou-cangdong-edz", "use2", "2026-04-01T00:00", 720, 0.001, "unit_slip",
           "一个月的读数以MWh报送，主数据为kWh", "a month sent in MWh by a meter that is declared in kWh"),
    Defect("xuancheng-guangde-edz", "in1", "2026-08-03T00:00", 24, LOST, "missing",
           "关口电量缺失一天", "a day of grid import missing", anywhere=True),
    Defect("dali-xiangyun-etdz", "in1", "2026-03-03T08:00", 960, LOST, "prolonged_estimate_year",
           "关口电量连续缺失四十天", "forty days of grid import missing", decides=True, anywhere=True),
    Defect("baise-strategic-emerging-ip", "in1", "2026-07-05T17:00", 168, LOST, "intensity_uncertain",
           "强度接近限值，关口电量又缺失七天", "an intensity near its limit, and a week of grid import missing",
           decides=True),
)  # fmt: skip


def _defects(plan: ParkPlan, plans: list[ParkPlan], readings: Readings) -> Iterator[Defect]:
    """The defects that this park has in a demo of ``plans``."""
    there = {other.park_id for other in plans}
    last = next((other for other in reversed(plans) if other.metered_at_gate), None)
    for defect in DEFECTS:
        if defect.park_id == plan.park_id:
            yield defect
        elif defect.anywhere and defect.park_id not in there and plan is last:
            label = next(meter.label for meter, _ in readings if meter.point == "grid_import")
            yield replace(defect, park_id=plan.park_id, label=label)


def spoil(
    readings: Readings, clock: Clock, plan: ParkPlan, plans: list[ParkPlan]
) -> tuple[Readings, list[PlantedFault]]:
    """The readings of one park with its defects in them, and these as planted faults."""
    mine = list(_defects(plan, plans, readings))
    sent = {meter.label: values.copy() for meter, values in readings}
    for meter, _ in readings:
        for defect in mine:
            if defect.label == meter.label:
                defect.apply(sent[meter.label], clock, meter.decimals)
    return [(meter, sent[meter.label]) for meter, _ in readings], [_planted(defect, plan) for defect in mine]


def _planted(defect: Defect, plan: ParkPlan) -> PlantedFault:
    subject = plan.park_id if defect.decides else f"{plan.park_id}-{defect.label}"
    return PlantedFault(
        "quality.findings", "", defect.code, subject, 1,
        f"{plan.name_zh}：{defect.what_zh}", f"{plan.name_en}: {defect.what_en}",
        month="" if defect.decides else defect.start[:7],
    )  # fmt: skip
