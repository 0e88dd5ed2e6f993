"""The year of a park: sections 2 to 5 and 7 put together, one dictionary for each row that is published.

The interval balance, the leaves and the ledgers are worked out elsewhere; here are sums, caps and verdicts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from tests.property.oracle.balance import Balance, Interval, balance
from tests.property.oracle.certificates import Ledger, ledger
from tests.property.oracle.delivery import Delivery, Reference, Row, covers, first_day, micro
from tests.property.oracle.leaves import is_inside, leaves
from tests.property.oracle.lines import WH_PER_MWH, Line, lines
from tests.property.oracle.offtake import Enterprise, Offtake, offtake
from tests.property.oracle.projects import project_years
from tests.property.oracle.readings import ON_SITE, Estimates, Flow, Metered, metered
from tests.property.oracle.verdicts import Bounds, Gap, Terms, judge


@dataclass(frozen=True)
class Account:
    """Published rows of one park and year; energies in Wh, emissions and tce in millionths, ratios as fractions.

    ``has_all_readings`` is false where a due interval is open: then only the verdicts are said.
    ``unsaid`` are columns on which the specification is silent. ``is_possible`` is false where the meters contradict
    each other so far that use, inflow or a draw of the year is negative; no formula is meant for that. ``parts`` is
    what the rows were made from.
    """

    park: dict[str, Any]
    enterprises: dict[str, dict[str, int]]
    projects: dict[str, dict[str, Any]]
    has_all_readings: bool
    unsaid: frozenset[str]
    is_possible: bool
    parts: "Parts"


@dataclass(frozen=True)
class Parts:
    """The steps of an account. ``intervals`` begin before the year, for what a storage still holds."""

    year: int
    readings: Metered
    intervals: Sequence[Interval]
    use_minutes: Mapping[str, int]
    terms: Terms
    gap: Gap
    ledger: Ledger
    lines: Sequence[Line]
    offtake: Offtake


def account(
    delivery: Delivery,
    park: Row,
    year: int,
    cutoff: date,
    references: Mapping[int, Reference],
    estimates: Estimates,
    bounds: Bounds | None,
) -> Account:
    """One park and year. Months before the year are read for what a storage still holds.

    ``estimates`` and the ``bounds`` of the intensity are not worked out here.
    """
    reference = references[year]
    readings = metered(delivery, park, sorted(references), estimates)
    whole = balance(delivery, readings)
    of_year = Balance(
        [one for one in whole.intervals if one.start.year == year], whole.use_minutes, whole.generation_kind
    )
    judged = ledger(delivery, year, cutoff, bool(reference.parameters["nuclear_trade_is_green"]))
    drawn = offtake(delivery, park, of_year, _meters_of(readings.meters, year), year)
    by_line = lines(delivery, of_year, judged)
    terms = _terms(delivery, park, year, reference, of_year, judged, drawn, by_line)
    whole_year = readings.open_intervals(year) == 0
    rows_missing = _owed_rows_missing(delivery, park, year)
    gap = Gap(not whole_year, readings.open_wh(year), rows_missing, readings.longest_estimate(year))
    verdict = judge(terms, reference, gap, bounds)
    row = _park_row(delivery, park, year, reference, terms) | verdict.columns()
    row["curtailed_mwh"] = _curtailed(delivery, park, year, readings.flows)
    row["coverage"] = readings.share_valid(year)
    row["estimated_share"] = readings.share_estimated(year)
    plants = project_years(delivery, park, of_year.intervals, readings.flows, by_line, year)
    users = sum(one.use > 0 for one in drawn.enterprises.values())
    baselines, is_sure = _baselines(delivery, park, year, references, estimates, row)
    unsaid = set() if is_sure else set(baselines) - {"baseline_average_tco2_per_tce", "ratio_to_average"}
    return Account(
        park=row | baselines,
        enterprises={key: _enterprise_row(one, judged) for key, one in drawn.enterprises.items()},
        projects={
            key: one.columns(terms.use, users, reference.parameters, not whole_year) for key, one in plants.items()
        },
        has_all_readings=whole_year,
        unsaid=frozenset(unsaid),
        is_possible=min(terms.use, terms.drawn, *(one.drawn for one in drawn.enterprises.values())) >= 0,
        parts=Parts(year, readings, whole.intervals, whole.use_minutes, terms, gap, judged, by_line, drawn),
    )


def _meters_of(meters: Mapping[date, list[Row]], year: int) -> list[Row]:
    return [meter for moment, of_day in meters.items() if moment.year == year for meter in of_day]


def _terms(
    delivery: Delivery,
    park: Row,
    year: int,
    reference: Reference,
    bal: Balance,
    judged: Ledger,
    drawn: Offtake,
    by_line: Sequence[Line],
) -> Terms:
    """The sums of the year."""
    intervals = bal.intervals

    def generated(kind: str) -> int:
        return sum(wh for one in intervals for key, wh in one.generation.items() if bal.generation_kind[key] == kind)

    use = sum(i.imported + sum(i.direct.values()) + sum(i.generation.values()) - i.exported for i in intervals)
    drawn_in = sum(i.imported - i.pass_through for i in intervals)
    direct = sum(i.direct_used for i in intervals)
    onsite = sum(i.used - i.direct_used for i in intervals)
    uncounted_direct = sum(line.uncounted for line in by_line)
    sold = judged.sold_mwh(park["park_id"]) * WH_PER_MWH
    uncounted_onsite = min(max(sold - sum(i.green_export for i in intervals), 0), direct + onsite - uncounted_direct)
    counted = [_counted(one, judged) for one in drawn.enterprises.values()]
    return Terms(
        use=use,
        drawn=drawn_in,
        exported=sum(i.exported for i in intervals),
        fossil_export=sum(i.fossil_export for i in intervals),
        recovered_export=sum(i.recovered_export for i in intervals),
        fossil_generation=generated("fossil"),
        recovered_generation=generated("recovered"),
        direct=direct,
        onsite=onsite,
        uncounted_direct=uncounted_direct,
        uncounted_onsite=uncounted_onsite,
        nuclear=sum(line.nuclear for line in by_line) + (onsite if _is_nuclear(delivery, park) else 0),
        trade=sum(trade for trade, _ in counted),
        certificates=sum(gec for _, gec in counted),
        storage_loss=sum(sum(i.charge.values()) - sum(i.discharge.values()) for i in intervals),
        leaves=leaves(delivery, park, year, reference),
        parameters=reference.parameters,
    )


def _is_nuclear(delivery: Delivery, park: Row) -> bool:
    """Whether the plants inside the gate are nuclear; how S falls to several kinds of them, nothing says."""
    plants = [p for p in delivery["projects"] if p["park_id"] == park["park_id"] and p["relation"] in ON_SITE]
    kinds = {plant["technology"] == "nuclear" for plant in plants}
    if len(kinds) > 1:
        raise NotImplementedError("nuclear and other plants in one park")
    return kinds == {True}


def _counted(one: Enterprise, judged: Ledger) -> tuple[int, int]:
    """T_u and G_u."""
    trade = min(judged.trade_mwh(one.enterprise_id) * WH_PER_MWH, one.drawn)
    return trade, min(judged.usable_wh(one.enterprise_id), one.drawn - trade)


def _enterprise_row(one: Enterprise, judged: Ledger) -> dict[str, int]:
    trade, certificates = _counted(one, judged)
    usable = judged.usable_wh(one.enterprise_id)
    return {
        "use_mwh": one.use,
        "direct_share_mwh": one.direct_share,
        "grid_offtake_mwh": one.drawn,
        "green_trade_mwh": trade,
        "green_trade_surplus_mwh": judged.trade_mwh(one.enterprise_id) * WH_PER_MWH - trade,
        "gec_usable_mwh": usable,
        "gec_counted_mwh": certificates,
        "gec_surplus_mwh": usable - certificates,
    }


def _owed_rows_missing(delivery: Delivery, park: Row, year: int) -> bool:
    """Whether a fuel row that the park said it owes, by the month or by the year, is not there or lies outside."""
    for owed in delivery.get("expected_inputs", ()):
        if owed["park_id"] != park["park_id"]:
            continue
        months = [f"{year}-{number:02d}" for number in range(1, 13)]
        due = {m for m in months if covers(park, first_day(m)) and covers(owed, first_day(m))}
        given = {
            row["month"]
            for row in delivery[owed["table"]]
            if row["fuel"] == owed["key"] and row["month"] in due and is_inside(row, park, year, delivery)
        }
        if (due - given) if owed["frequency"] == "month" else (due and not given):
            return True
    return False


def _park_row(delivery: Delivery, park: Row, year: int, reference: Reference, t: Terms) -> dict[str, Any]:
    counted = t.direct + t.onsite - t.uncounted_direct - t.uncounted_onsite
    green = counted + t.trade + t.certificates
    total, energy = t.total, t.energy()
    factor = _grid_factor(park, year, reference)
    offsets = sum(
        micro(Fraction(row["quantity_t"]))
        for row in delivery.get("offsets", ())
        if row["park_id"] == park["park_id"] and row["year"] == year
    )
    c_eq = reference.parameters["electricity_coal_equivalent"]
    return {
        "electricity_use_mwh": t.use,
        "grid_import_mwh": t.drawn,
        "grid_export_mwh": t.exported,
        "fossil_export_mwh": t.fossil_export,
        "direct_supply_mwh": t.direct,
        "onsite_nonfossil_mwh": t.onsite,
        "uncounted_green_mwh": t.uncounted_direct + t.uncounted_onsite,
        "own_fossil_generation_mwh": t.fossil_generation,
        "green_trade_mwh": t.trade,
        "gec_mwh": t.certificates,
        "residual_grid_mwh": t.residual,
        "storage_loss_mwh": t.storage_loss,
        "fuel_tco2": t.leaves.fuel,
        "conversion_tco2": t.conversion,
        "electricity_tco2": t.electricity,
        "heat_tco2": t.leaves.heat_in - t.leaves.heat_out,
        "process_tco2": t.leaves.process,
        "bunker_tco2": t.leaves.bunker,
        "total_tco2": total,
        "energy_tce": energy,
        "energy_calorific_tce": t.energy(reference.parameters["electricity_calorific_equivalent"]),
        "intensity_tco2_per_tce": t.intensity,
        "direct_supply_share": t.direct_share,
        "direct_line_share": Fraction(t.direct - t.uncounted_direct, t.use) if t.use else None,
        "green_share": Fraction(green, t.use) if t.use else None,
        "nonfossil_energy_share": (green * c_eq + t.leaves.nonfossil_heat_tce) / energy if energy else None,
        "location_based_tco2": None if total is None else total - t.electricity + micro_signed(t.drawn, factor),
        "net_tco2": None if total is None else total - offsets,
    }


def micro_signed(wh: int, factor: Fraction) -> int:
    """A leaf of electricity; one of a negative energy is rounded like its opposite."""
    return micro(abs(wh) * factor / WH_PER_MWH) * (1 if wh >= 0 else -1)


def _grid_factor(park: Row, year: int, reference: Reference) -> Fraction:
    """tCO2/MWh of the park's province in the latest year up to y, or of its region where the province has none."""
    province, region = reference.provinces[park["province_zh"]]
    for scope, name in (("provincial", province), ("regional", region)):
        known = {
            int(row["year"]): Fraction(row["kg_co2_per_kwh"])
            for row in reference.electricity_factors
            if row["scope"] == scope and row["region"] == name and int(row["year"]) <= year
        }
        if known:
            return known[max(known)]
    raise LookupError(f"no factor for {park['province_zh']}")


def _curtailed(delivery: Delivery, park: Row, year: int, flows: Sequence[Flow]) -> int:
    """Curtailment meters and records, in Wh."""
    total = Fraction(sum(f.wh for f in flows if f.meter["point"] == "curtailment" and f.start.year == year))
    projects = {row["project_id"]: row for row in delivery["projects"] if row["park_id"] == park["park_id"]}
    for row in delivery.get("curtailment", ()):
        month = first_day(row["month"])
        project = projects.get(row["project_id"])
        if project and month.year == year and covers(project, month) and covers(park, month):
            total += Fraction(row["curtailed_mwh"]) * WH_PER_MWH
    return int(total)


def _baselines(
    delivery: Delivery,
    park: Row,
    year: int,
    references: Mapping[int, Reference],
    estimates: Estimates,
    row: dict[str, Any],
) -> tuple[dict[str, Any], bool]:
    """Both baselines and how the year stands to them, and whether the base year is sure.

    The base year is computed where it can be, else as declared; what a base year with gaps is worth, nothing says.
    """
    intensity, average = row["intensity_tco2_per_tce"], references[year].baseline_average
    base, kind, is_sure = None, None, True
    base_year = park.get("base_year")
    if base_year in references and base_year < year:
        first = account(delivery, park, base_year, date(base_year + 1, 12, 31), references, estimates, None)
        base, is_sure = first.park["intensity_tco2_per_tce"], first.has_all_readings and first.is_possible
    elif base_year == year:
        base = intensity
    if base is not None:
        kind = "computed"
    for declared in delivery.get("baselines", ()):
        if base is None and declared["park_id"] == park["park_id"] and declared["year"] == base_year:
            base, kind = Fraction(declared["tco2_per_tce"]), "declared"
    return {
        "baseline_average_tco2_per_tce": average,
        "baseline_base_year_tco2_per_tce": base,
        "baseline_base_year_kind": kind,
        "ratio_to_average": intensity / average if intensity is not None and average else None,
        "reduction_from_base_year": 1 - intensity / base if intensity is not None and base else None,
    }, is_sure
