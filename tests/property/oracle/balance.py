"""Section 2 of the method: the electricity balance of a park, interval by interval.

Sums over the year, certificates and emissions are elsewhere.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.property.oracle.delivery import Delivery, Row, month_of, shares
from tests.property.oracle.readings import ON_SITE, PLANT, Flow, Metered

GREEN = {"solar", "wind", "hydro", "biomass", "geothermal", "ocean", "nuclear"}
RECOVERED = {"waste_heat", "waste_pressure"}
LINES = {"direct_line", "incremental_grid"}
GATES = {"grid_import", "grid_export"}

Energy = dict[Any, int]


def _energy() -> Energy:
    return defaultdict(int)


@dataclass
class Interval:
    """One interval of the balance. The first group is metered, by project or enterprise; the second is derived; Wh.

    ``worst_import_of`` and ``worst_use`` are the part of import and use that is a conservative estimate; ``uncovered``
    is what of the inflow comes from them, which no certificate covers.
    """

    start: datetime
    import_of: Energy = field(default_factory=_energy)
    worst_import_of: Energy = field(default_factory=_energy)
    exported: int = 0
    near: Energy = field(default_factory=_energy)
    far: Energy = field(default_factory=_energy)
    generation: Energy = field(default_factory=_energy)
    charge: Energy = field(default_factory=_energy)
    discharge: Energy = field(default_factory=_energy)
    use: Energy = field(default_factory=_energy)
    worst_use: int = 0

    imported: int = 0
    direct: Energy = field(default_factory=_energy)
    load: int = 0
    net: Energy = field(default_factory=_energy)
    green: int = 0
    green_export: int = 0
    recovered_export: int = 0
    fossil_export: int = 0
    pass_through: int = 0
    uncovered: int = 0
    used: int = 0
    direct_used: int = 0
    lines: Energy = field(default_factory=_energy)

    @property
    def month(self) -> str:
        return month_of(self.start.date())


@dataclass
class Balance:
    """The intervals of a park in order; ``use_minutes`` is, by month, the interval at which use is shared out."""

    intervals: list[Interval]
    use_minutes: dict[str, int]
    generation_kind: dict[str, str]


def kind_of(project: Row | None) -> str:
    """green, recovered or fossil; a source without a name is none of them."""
    if project is None:
        return "unnamed"
    technology = project["technology"]
    return "green" if technology in GREEN else "recovered" if technology in RECOVERED else "fossil"


def balance(delivery: Delivery, metered: Metered) -> Balance:
    """The electricity balance of one park over all its metered days."""
    projects = {row["project_id"]: row for row in delivery["projects"]}
    has_gate = any(meter["point"] in GATES for meters in metered.meters.values() for meter in meters)
    balance_minutes, use_minutes = _lengths(metered, projects, has_gate)

    intervals: dict[datetime, Interval] = {}
    for flow in metered.flows:
        minutes = balance_minutes.get(month_of(flow.start.date()))
        if minutes:
            start = floor_to(flow.start, minutes)
            _add(intervals.setdefault(start, Interval(start)), flow, projects)
    ordered = [intervals[start] for start in sorted(intervals)]
    for one in ordered:
        _gate(one, has_gate)
    _green_supply(ordered, projects)
    for one in ordered:
        _split(one, projects)
        worst = sum(one.worst_import_of.values()) if has_gate else one.worst_use
        one.uncovered = min(worst, max(one.imported - one.pass_through, 0))
    return Balance(ordered, use_minutes, {key: kind_of(project) for key, project in projects.items()})


def floor_to(moment: datetime, minutes: int) -> datetime:
    """The start of the interval of that length in which a moment lies; the first one of a day starts at midnight."""
    of_day = moment.hour * 60 + moment.minute
    start = of_day // minutes * minutes
    return moment.replace(hour=start // 60, minute=start % 60)


def _lengths(metered: Metered, projects: dict[str, Row], has_gate: bool) -> tuple[dict[str, int], dict[str, int]]:
    """By month the longest interval of the balance's meters, and of these and the use meters together."""
    of_balance: dict[str, int] = defaultdict(int)
    with_use: dict[str, int] = defaultdict(int)
    for moment, meters in metered.meters.items():
        month = month_of(moment)
        for meter in meters:
            minutes = meter.get("interval_minutes") or 15
            is_use = meter["point"] == "use"
            if _in_balance(meter, projects) or (is_use and not has_gate):
                of_balance[month] = max(of_balance[month], minutes)
            if _in_balance(meter, projects) or is_use:
                with_use[month] = max(with_use[month], minutes)
    return of_balance, with_use


def _in_balance(meter: Row, projects: dict[str, Row]) -> bool:
    project = projects.get(meter.get("project_id", ""))
    if meter["point"] in PLANT and project and project["relation"] in ON_SITE:
        return project.get("grid_mode") != "full_feed_in"
    return meter["point"] in {*GATES, *PLANT, "direct_import"}


def _add(one: Interval, flow: Flow, projects: dict[str, Row]) -> None:
    if flow.meter["point"] != "use" and not _in_balance(flow.meter, projects):
        return
    point, project_id = flow.meter["point"], flow.meter.get("project_id")
    enterprise_id = flow.meter.get("enterprise_id")
    if point == "grid_import":
        one.import_of[enterprise_id] += flow.wh
        one.worst_import_of[enterprise_id] += flow.wh if flow.is_conservative else 0
    elif point == "grid_export":
        one.exported += flow.wh
    elif point == "direct_import":
        one.near[project_id] += flow.wh
    elif point == "storage_charge":
        one.charge[project_id] += flow.wh
    elif point == "storage_discharge":
        one.discharge[project_id] += flow.wh
    elif point == "use":
        one.use[enterprise_id] += flow.wh
        one.worst_use += flow.wh if flow.is_conservative else 0
    elif point == "generation":
        ends = one.far if projects[project_id]["relation"] in LINES else one.generation
        ends[project_id] += flow.wh


def _gate(one: Interval, has_gate: bool) -> None:
    """Direct power, import and export of an interval, and the load."""
    for project_id, near in one.near.items():
        one.direct[project_id] = min(near, one.far[project_id]) if project_id in one.far else near
    inside = sum(one.direct.values()) + sum(one.generation.values()) + sum(one.discharge.values())
    if has_gate:
        one.imported = sum(one.import_of.values())
    else:
        need = sum(one.use.values()) + sum(one.charge.values()) - inside
        one.imported, one.exported = max(need, 0), max(-need, 0)
    one.load = max(one.imported + inside - sum(one.charge.values()) - one.exported, 0)


def _green_supply(intervals: list[Interval], projects: dict[str, Row]) -> None:
    """``green`` of every interval: what green on-site projects give beside and through their storage, and the lines."""
    origin: dict[tuple[str, str], tuple[int, int]] = {}
    for one in intervals:
        for project_id, charge in one.charge.items():
            green, whole = origin.get((project_id, one.month), (0, 0))
            own = min(charge, one.generation.get(project_id, 0))
            origin[project_id, one.month] = (green + own, whole + charge)
    for one in intervals:
        for project_id, project in projects.items():
            if kind_of(project) != "green" or project["relation"] not in ON_SITE:
                continue
            generation = one.generation.get(project_id, 0)
            green, whole = _origin(origin, project_id, one.month)
            one.net[project_id] += generation - min(one.charge.get(project_id, 0), generation)
            one.net[project_id] += one.discharge.get(project_id, 0) * green // whole
        one.green = max(sum(one.net.values()), 0) + sum(one.direct.values())


def _origin(origin: dict[tuple[str, str], tuple[int, int]], project_id: str, month: str) -> tuple[int, int]:
    """A and B of a storage in a month, or of the last month before in which it was charged, or 0 of 1."""
    charged = [key[1] for key, (_, whole) in origin.items() if key[0] == project_id and key[1] <= month and whole > 0]
    return origin[project_id, max(charged)] if charged else (0, 1)


def _split(one: Interval, projects: dict[str, Row]) -> None:
    """The export in its order, then the green use and the part of it that came over each line."""
    kinds = dict.fromkeys(("green", "recovered", "fossil"), 0)
    for project_id, energy in one.generation.items():
        kinds[kind_of(projects[project_id])] += energy
    rest = one.exported
    one.green_export = min(rest, one.green)
    rest -= one.green_export
    one.recovered_export = min(rest, kinds["recovered"])
    rest -= one.recovered_export
    one.fossil_export = min(rest, kinds["fossil"])
    one.pass_through = rest - one.fossil_export

    one.used = min(one.green - one.green_export, one.load)
    direct = sum(one.direct.values())
    one.direct_used = one.used * direct // one.green if one.green else 0
    lines = sorted(one.direct.items(), key=lambda item: item[0] or "")
    one.lines = shares(one.direct_used, lines)
