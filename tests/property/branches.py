"""Which branches of the method a park's year goes through, by name: a test counts them, so that none is left untried.

It reads what the oracle worked out and judges nothing.
"""

from collections.abc import Iterator
from itertools import pairwise

from tests.property.oracle.account import Account, Parts
from tests.property.oracle.balance import Interval, kind_of
from tests.property.oracle.delivery import Delivery, Row
from tests.property.oracle.lines import WH_PER_MWH, Line
from tests.property.oracle.readings import ON_SITE

_NAMES = {
    "storage": (
        *("charged in the month", "charged in an earlier month", "never charged before"),
        *("of the grid", "of a plant that is not green"),
    ),
    "line": (
        *("direct_line", "incremental_grid", "recovered", "fossil", "unnamed", "nuclear", "not traced"),
        *("other owner, covered", "other owner, covered in part", "other owner, not covered"),
        *("other owner, certificates carried", "lower at the park", "lower at the far end", "several share D"),
    ),
    "plant": ("nuclear", "others"),
    "project": (
        *("line loss", "own use before the end of a line", "own use on site", "own use beyond its own power"),
        *("metered at the far end only", "kept more than was used", "curtailment not told", "curtailment told in part"),
        *("curtailment told", "conditions met", "conditions missed"),
    ),
    "export": ("green", "recovered", "fossil", "passes through", "more passes through than comes in"),
    "load": ("less than the green supply", "would be negative"),
    "boundary from use": ("import", "export"),
    "draw": (
        *("case a", "case b", "case b, several", "case b, some passes through"),
        *("case c", "case c, several", "case c, some passes through", "case d", "use metered at a longer interval"),
    ),
    "estimate": ("alternate", "linear", "like_day", "scaled", "conservative", "period_spread", "sender"),
    "uncovered import": (
        *("case a", "case b", "case c", "case d", "from use", "more than comes in", "beside measured import"),
        "certificates reach no further",
    ),
    "meter": (
        *("below one at the same point", "below one elsewhere", "below one that ends or begins", "changed on a day"),
        *(f"{point} of a plant that feeds in all" for point in ("generation", "storage_charge", "storage_discharge")),
        *(f"{point} of a plant that feeds in all" for point in ("curtailment", "auxiliary")),
    ),
    "trade": ("counts", "beyond the draw"),
    "certificates": ("count", "beyond the draw", "none usable", "not issued", "not settled", "not recognised"),
    "sold elsewhere": ("a part", "all that counts"),
    "fuel": (
        *("final_use", "power_generation", "heat_supply", "recovered_energy", "feedstock", "feedstock left out"),
        *("bunker", "conversion_input", "conversion_output"),
    ),
    "conversion": ("above zero", "below zero"),
    "heat": (
        f"{direction} {kind} {proof} document"
        for direction in ("in", "out")
        for kind in ("fossil", "nonfossil", "waste_heat")
        for proof in ("with", "without")
    ),
    "process": ("counts",),
    "missing": (
        *("readings", "readings, others estimated", "a meter never read", "an owed row"),
        "below the floor all the same",
    ),
    "core": ("pass", "fail", "undecided", "not_applicable"),
    "direct supply": ("pass", "fail", "undecided", "not_applicable"),
    "size": ("below_floor", "standard", "large"),
    "reason": (
        *("fuel_missing", "outflow_credit", "size_class_uncertain", "prolonged_estimate_year", "intensity_uncertain"),
    ),
    "base year": ("computed", "declared"),
}
ALL = frozenset(f"{part}: {name}" for part, names in _NAMES.items() for name in names)
"""Every name there is."""


def branches(delivery: Delivery, account: Account) -> set[str]:
    """The names of everything that this year of a park tried."""
    parts = account.parts
    projects = {row["project_id"]: row for row in delivery["projects"]}
    of_year = [one for one in parts.intervals if one.start.year == parts.year]
    plants = [row for row in delivery["projects"] if row["relation"] in ON_SITE and kind_of(row) == "green"]
    return {
        *_storage(parts, projects),
        *(name for one in of_year for name in _of_interval(one)),
        *(f"line: {name}" for line in parts.lines if line.used for name in _of_line(line)),
        *(
            f"plant: {'nuclear' if row['technology'] == 'nuclear' else 'others'}"
            for row in plants
            if parts.terms.onsite
        ),
        *_projects(account, of_year),
        *_meters(delivery, of_year),
        *_estimates(parts),
        *_shares(parts, of_year),
        *_uncovered(parts, of_year),
        *_certificates(parts),
        *_documents(delivery, parts),
        *_verdicts(account),
    }


def _storage(parts: Parts, projects: dict[str, Row]) -> Iterator[str]:
    charged: dict[str | None, set[str]] = {}
    for one in parts.intervals:
        for key, energy in one.charge.items():
            if energy:
                charged.setdefault(key, set()).add(one.month)
    for one in parts.intervals:
        for key, energy in one.discharge.items():
            if not energy or one.start.year != parts.year:
                continue
            if key is None:
                yield "storage: of the grid"
            elif kind_of(projects[key]) != "green" or projects[key]["relation"] not in ON_SITE:
                yield "storage: of a plant that is not green"
            elif one.month in charged.get(key, ()):
                yield "storage: charged in the month"
            elif min(charged.get(key, {"9999"})) < one.month:
                yield "storage: charged in an earlier month"
            else:
                yield "storage: never charged before"


def _of_interval(one: Interval) -> Iterator[str]:
    delivering = [energy for energy in one.direct.values() if energy]
    tried = {
        "line: lower at the park": any(0 < near < one.far[key] for key, near in one.near.items() if key in one.far),
        "line: lower at the far end": any(one.far[key] < near for key, near in one.near.items() if key in one.far),
        "line: several share D": len(delivering) > 1 and 0 < one.direct_used < sum(delivering),
        "export: green": one.green_export > 0,
        "export: recovered": one.recovered_export > 0,
        "export: fossil": one.fossil_export > 0,
        "export: passes through": one.pass_through > 0,
        "export: more passes through than comes in": one.pass_through > one.imported,
        "load: less than the green supply": one.green - one.green_export > one.load > 0,
        "load: would be negative": one.load == 0 < one.exported and one.used == 0 < one.green - one.green_export,
    }
    return (name for name, is_tried in tried.items() if is_tried)


def _of_line(line: Line) -> Iterator[str]:
    if line.project is None:
        yield "unnamed"
        return
    yield {"green": line.project["relation"]}.get(kind_of(line.project), kind_of(line.project))
    if line.project["technology"] == "nuclear":
        yield "nuclear"
    if line.project.get("interval_traced") is False:
        yield "not traced"
    elif line.project.get("same_owner") is False and kind_of(line.project) != "fossil":
        yield "other owner, covered" if line.uncounted == 0 else "other owner, not covered"
        if 0 < line.uncounted < line.used:
            yield "other owner, covered in part"
        if line.was_carried:
            yield "other owner, certificates carried"


def _projects(account: Account, of_year: list[Interval]) -> Iterator[str]:
    told = {"none": "curtailment not told", "partial": "curtailment told in part", "complete": "curtailment told"}
    own_use = {
        flow.meter.get("project_id")
        for flow in account.parts.readings.flows
        if flow.meter["point"] == "auxiliary" and flow.wh and flow.start.year == account.parts.year
    }
    for key, row in account.projects.items() if account.has_all_readings else ():
        verdicts = {value for name, value in row.items() if name.endswith("verdict")}
        tried = {
            "line loss": row["line_loss_mwh"],
            "own use before the end of a line": row["auxiliary_mwh"] and row["line_loss_mwh"] is not None,
            "own use on site": row["auxiliary_mwh"] and row["line_loss_mwh"] is None,
            "own use beyond its own power": key in own_use and row["self_use_mwh"] == 0,
            "metered at the far end only": row["self_use_mwh"] is None,
            "conditions met": "pass" in verdicts,
            "conditions missed": "fail" in verdicts,
            told[row["curtailment_record"]]: True,
        }
        yield from (f"project: {name}" for name, is_tried in tried.items() if is_tried)
    if account.projects and any(one.green - one.green_export > one.used for one in of_year):
        yield "project: kept more than was used"


def _meters(delivery: Delivery, of_year: list[Interval]) -> Iterator[str]:
    feed_in = {row["project_id"] for row in delivery["projects"] if row.get("grid_mode") == "full_feed_in"}
    points = {meter["meter_id"]: meter["point"] for meter in delivery["meters"]}
    for meter in delivery["meters"] if of_year else ():
        above = [m for m in delivery["meters"] if m["meter_id"] == meter.get("parent_meter_id")]
        if above:
            is_same = above[0]["point"] == meter["point"]
            yield "meter: below one at the same point" if is_same else "meter: below one elsewhere"
            if is_same and len(above) == 1 and ("valid_from" in above[0] or "valid_to" in above[0]):
                yield "meter: below one that ends or begins"
        if meter.get("project_id") in feed_in:
            yield f"meter: {meter['point']} of a plant that feeds in all"
        if any(meter["meter_id"] == m["meter_id"] and m.get("valid_from") for m in delivery["meters"]):
            yield "meter: changed on a day"
    if not any(point in ("grid_import", "grid_export") for point in points.values()):
        yield from ("boundary from use: import" for one in of_year if one.imported > 0)
        yield from ("boundary from use: export" for one in of_year if one.exported > 0)


def _estimates(parts: Parts) -> Iterator[str]:
    known = parts.readings.due(parts.year)
    yield from (f"estimate: {flow.method}" for flow in known if flow.method)
    if parts.gap.is_open and any(flow.method for flow in known):
        yield "missing: readings, others estimated"


def _uncovered(parts: Parts, of_year: list[Interval]) -> Iterator[str]:
    for one in of_year:
        if one.uncovered:
            yield f"uncovered import: case {parts.offtake.case}"
            if not one.worst_import_of:
                yield "uncovered import: from use"
            if one.uncovered < one.imported - one.pass_through:
                yield "uncovered import: beside measured import"
        if one.uncovered < sum(one.worst_import_of.values()):
            yield "uncovered import: more than comes in"
    if any(one.uncovered for one in of_year):
        for key, one in parts.offtake.enterprises.items():
            if parts.ledger.trade_mwh(key) * WH_PER_MWH + parts.ledger.usable_wh(key) > one.drawn > 0:
                yield "uncovered import: certificates reach no further"


def _shares(parts: Parts, of_year: list[Interval]) -> Iterator[str]:
    drawing = [one for one in parts.offtake.enterprises.values() if one.drawn]
    yield f"draw: case {parts.offtake.case}" + (", several" if len(drawing) > 1 else "")
    if len(drawing) > 1 and any(one.pass_through for one in of_year):
        yield f"draw: case {parts.offtake.case}, some passes through"
    starts = sorted(one.start for one in of_year)
    shortest = min((later - sooner for sooner, later in pairwise(starts)), default=None)
    if shortest and any(parts.use_minutes[month] * 60 > shortest.total_seconds() for month in parts.use_minutes):
        yield "draw: use metered at a longer interval"


def _certificates(parts: Parts) -> Iterator[str]:
    for key, one in parts.offtake.enterprises.items():
        trade, usable = parts.ledger.trade_mwh(key) * WH_PER_MWH, parts.ledger.usable_wh(key)
        if one.drawn and trade:
            yield "trade: beyond the draw" if trade > one.drawn else "trade: counts"
        if one.drawn > trade and usable:
            yield "certificates: beyond the draw" if usable > one.drawn - trade else "certificates: count"
        for rule in parts.ledger.left_out(key):
            yield f"certificates: {rule}"
    mine = [
        line for line in parts.ledger.cancellations if line["beneficiary_enterprise_id"] in parts.offtake.enterprises
    ]
    if mine and sum(parts.ledger.usable_wh(key) for key in parts.offtake.enterprises) == 0:
        yield "certificates: none usable"
    t = parts.terms
    if t.uncounted_onsite:
        is_all = t.uncounted_onsite == t.direct + t.onsite - t.uncounted_direct
        yield "sold elsewhere: all that counts" if is_all else "sold elsewhere: a part"


def _documents(delivery: Delivery, parts: Parts) -> Iterator[str]:
    for row in delivery["fuel_use"]:
        if row["month"].startswith(str(parts.year)):
            yield f"fuel: {row['activity']}"
    for row in delivery["heat_flows"]:
        if row["month"].startswith(str(parts.year)):
            proof = "with" if row.get("document_id") else "without"
            yield f"heat: {row['direction']} {row['kind']} {proof} document"
    found = parts.terms.leaves
    tried = {
        "fuel: feedstock left out": found.feedstock_tce > 0,
        "conversion: below zero": parts.terms.conversion is None,
        "conversion: above zero": bool(parts.terms.conversion),
        "process: counts": found.process > 0,
        "missing: readings": parts.gap.is_open,
        "missing: a meter never read": parts.gap.open_wh is None,
        "missing: an owed row": parts.gap.rows_missing,
    }
    yield from (name for name, is_tried in tried.items() if is_tried)


def _verdicts(account: Account) -> Iterator[str]:
    row = account.park
    yield f"core: {row['core_verdict']}"
    yield f"direct supply: {row['direct_supply_verdict']}"
    yield f"size: {row['size_class']}"
    yield from (f"reason: {code}" for code in row["reasons"])
    if account.parts.gap.is_open and row["core_verdict"] == "not_applicable":
        yield "missing: below the floor all the same"
    if row["baseline_base_year_kind"]:
        yield f"base year: {row['baseline_base_year_kind']}"
