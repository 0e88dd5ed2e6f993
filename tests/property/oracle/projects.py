"""Section 6 of the method: the year of each green project against the conditions of notices 650 and 688.

Each interval is taken apart by itself; the balance of the park is in ``balance``, D_x in ``lines``.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from tests.property.oracle.balance import Interval, kind_of
from tests.property.oracle.delivery import Delivery, Row, covers, first_day, month_of, shares
from tests.property.oracle.lines import WH_PER_MWH, Line
from tests.property.oracle.readings import Flow


@dataclass
class Month:
    """What one project did in a month, Wh. ``lost`` left the far end of a line and did not arrive."""

    generated: int = 0
    charged: int = 0
    discharged: int = 0
    lost: int = 0
    exported: int = 0
    kept_inside: int = 0
    has_near: bool = False
    has_far: bool = False
    curtailed: Fraction | None = None
    auxiliary: int = 0


@dataclass
class Project:
    """The months of a project in the year, and its part of D_x."""

    project_id: str
    months: dict[str, Month] = field(default_factory=lambda: defaultdict(Month))
    uncounted: int = 0

    def columns(self, use: int, users: int, p: Mapping[str, Fraction], is_open: bool) -> dict[str, Any]:
        """The published row; ``use`` is U of the park, ``users`` are its enterprises that used something."""
        months = self.months.values()
        balanced = [m for m in months if m.has_near or m.has_far or m.generated or m.charged]
        generated = sum(m.generated for m in months)
        told = [m.curtailed for m in months if m.curtailed is not None]
        silent = [m for m in balanced if m.generated > 0 and m.curtailed is None]
        available = generated + sum(told)
        auxiliary = [(min(m.auxiliary, m.lost), m) for m in months]
        lost = sum(m.lost - of_line for of_line, m in auxiliary)
        own_use = sum(of_line + min(m.auxiliary - of_line, m.kept_inside) for of_line, m in auxiliary)
        charged, discharged = sum(m.charged for m in months), sum(m.discharged for m in months)
        exported: int | None = sum(m.exported for m in months)
        self_use: int | None = generated - charged + discharged - sum(m.exported for m in months) - lost - own_use
        is_blind = any(m.has_far and not m.has_near for m in months)
        if is_blind:
            exported, self_use = None, None
        waits = is_open or is_blind
        return {
            "users": Fraction(users) if users else None,
            "generation_mwh": generated,
            "curtailed_mwh": int(sum(told)) if told else None,
            "curtailment_record": "none" if not told else "partial" if silent else "complete",
            "available_mwh": int(available),
            "green_charge_mwh": charged,
            "green_discharge_mwh": discharged,
            "line_loss_mwh": lost if any(m.has_far for m in months) and not is_blind else None,
            "auxiliary_mwh": own_use,
            "export_mwh": exported,
            "self_use_mwh": self_use,
            "uncounted_mwh": self.uncounted,
            "self_use_of_generation": _ratio(self_use, available),
            "self_use_of_consumption": _ratio(self_use, use),
            "export_of_generation": _ratio(exported, available),
            "self_use_of_generation_verdict": _verdict(
                waits, available, self_use, p["self_use_of_generation_min"], at_least=True
            ),
            "self_use_of_consumption_verdict": _verdict(
                waits, use, self_use, p["self_use_of_consumption_min"], at_least=True
            ),
            "export_of_generation_verdict": _verdict(
                waits, available, exported, p["export_of_generation_max"], at_least=False
            ),
        }


def _ratio(part: int | None, whole: Fraction | int) -> Fraction | None:
    return Fraction(part) / whole if part is not None and whole else None


def _verdict(waits: bool, whole: Fraction | int, part: int | None, limit: Fraction, at_least: bool) -> str:
    if waits or part is None:
        return "undecided"
    if whole == 0:
        return "not_applicable"
    return "pass" if (part >= limit * whole if at_least else part <= limit * whole) else "fail"


def project_years(
    delivery: Delivery,
    park: Row,
    intervals: Sequence[Interval],
    flows: Iterable[Flow],
    by_line: Sequence[Line],
    year: int,
) -> dict[str, Project]:
    """The green projects of a park with power in the balance of the year."""
    mine = {row["project_id"]: row for row in delivery["projects"] if row["park_id"] == park["park_id"]}
    green = {key for key, row in mine.items() if kind_of(row) == "green"}
    found: dict[str, Project] = {}
    for one in intervals:
        kept = one.green - one.green_export
        kept_direct = kept * sum(one.direct.values()) // one.green if one.green else 0
        of_lines = shares(kept_direct, sorted(one.direct.items(), key=lambda item: item[0] or ""))
        of_plants = shares(kept - kept_direct, sorted(one.net.items()))
        sources = {*one.near, *one.far, *one.generation, *one.charge, *one.discharge}
        for key in sources & green:
            month = found.setdefault(key, Project(key)).months[one.month]
            sent = one.far[key] if key in one.far else one.near.get(key, 0)
            arrived, inside = one.direct.get(key, 0), one.generation.get(key, 0)
            net = one.net.get(key, 0)
            charged = min(one.charge.get(key, 0), inside)
            month.generated += sent + inside
            month.charged += charged
            month.discharged += net - inside + charged if key in one.net else 0
            month.lost += sent - arrived
            month.exported += arrived + net - of_lines.get(key, 0) - of_plants.get(key, 0)
            month.kept_inside += of_plants.get(key, 0)
            month.has_near |= key in one.near
            month.has_far |= key in one.far
    for key, project in found.items():
        project.uncounted = sum(line.uncounted for line in by_line if line.project is mine[key])
        for flow in flows:
            if flow.meter.get("project_id") == key and flow.start.year == year:
                month = project.months[month_of(flow.start.date())]
                if flow.meter["point"] == "auxiliary":
                    month.auxiliary += flow.wh
                elif flow.meter["point"] == "curtailment":
                    month.curtailed = (month.curtailed or 0) + Fraction(flow.wh)
        for row in delivery.get("curtailment", ()):
            moment = first_day(row["month"])
            if row["project_id"] == key and moment.year == year and _is_inside(moment, mine[key], park):
                month = project.months[row["month"]]
                month.curtailed = (month.curtailed or 0) + Fraction(row["curtailed_mwh"]) * WH_PER_MWH
    return found


def _is_inside(moment: date, project: Row, park: Row) -> bool:
    return covers(project, moment) and covers(park, moment)
