"""The plan as a linear program: which variables and rows there are, in MWh, MW and CNY; how to read its solution.

``direct`` + ``charge`` is what new plants give in an hour (the rest of what they could give is curtailed), ``direct`` +
``discharge`` what arrives and takes the place of import. Storage is charged by the new plants alone and has in the
end what it had in the beginning. Whole Wh and whole certificates are made in ``plan_dispatch``.
"""

from dataclasses import dataclass

import numpy as np

from pipelines.scenario.plan_problem import MWH, Park, Question
from pipelines.scenario.plan_program import Floats, Indices, Program, Solution, Term
from pipelines.scenario.plan_variables import Rules, Variables, groups, make_variables, positions

_AT_ONCE_MWH = 1e-6
"""Charge and discharge of one hour that count as both at once."""


@dataclass(frozen=True)
class Margins:
    """How much better than needed the linear program must be, so that rounding to Wh cannot break a test."""

    direct_mwh: float
    intensity_tco2: float


@dataclass(frozen=True)
class Model:
    """A program, its variables, and the rows that matter afterwards; ``relaxed``: their bounds without the margins."""

    program: Program
    variables: Variables
    direct_row: int
    intensity_row: int | None
    draw_rows: tuple[int, ...]
    relaxed: dict[int, tuple[float, float]]


@dataclass(frozen=True)
class Reading:
    """A solution in MWh and MW, one value an interval for the flows; never charge and discharge at once.

    ``net``: the change of what is stored; ``at_once``: intervals in which the program did both.
    """

    solar_mw: float
    wind_mw: float
    energy_mwh: float
    direct: Floats
    charge: Floats
    discharge: Floats
    start_mwh: float
    net: Floats
    at_once: Indices


def formulate(question: Question, margins: Margins, rules: Rules) -> Model:
    """The program of a question."""
    program = Program()
    variables = make_variables(program, question, rules)
    _physics(program, question, variables, rules.chosen)
    if question.park.enterprises:
        most = np.inf if question.limits.certificates is None else float(question.limits.certificates)
        program.row([(variables.bought, 1.0)], rules.certificates[0], min(rules.certificates[1], most))
    used, loss = _used(program, question, variables), _loss(variables)
    direct_row, direct_side = _direct_test(program, question, variables, used=used, loss=loss, margins=margins)
    relaxed = {direct_row: (direct_side, np.inf)}
    draw_rows, counted = _certificates(program, question, variables)
    intensity_row = None
    if question.park.limit is not None:
        intensity_row, side = _intensity_test(program, question, variables, counted=counted, loss=loss, margins=margins)
        relaxed[intensity_row] = (-np.inf, side)
    elif question.park.loss_limit_wh is not None:
        program.row([*loss], -np.inf, question.park.loss_limit_wh / MWH)
    return Model(program, variables, direct_row, intensity_row, draw_rows, relaxed)


def read(solution: Solution, variables: Variables, question: Question) -> Reading:
    """The values of a solution. Charging and discharging in one hour is replaced by the one of both that changes the
    storage as much: what is delivered stays, less is generated and lost, nothing costs more."""
    value = np.maximum(solution.value, 0.0)
    both = float(question.costs.charge_efficiency), float(question.costs.discharge_efficiency)

    def hourly(which: Indices, hours: Indices) -> Floats:
        found = np.zeros(question.park.intervals)
        found[hours] = value[which]
        return found

    direct = hourly(variables.direct, variables.hours_direct)
    charge = hourly(variables.charge, variables.hours_charge)
    discharge = hourly(variables.discharge, variables.hours_discharge)
    at_once = np.flatnonzero(np.minimum(charge, discharge) > _AT_ONCE_MWH)
    stored = charge * both[0] - discharge / both[1]
    supply = direct + discharge
    overlap = np.minimum(charge, discharge) > 0
    charge = np.where(overlap, np.maximum(stored, 0.0) / both[0], charge)
    discharge = np.where(overlap, np.maximum(-stored, 0.0) * both[1], discharge)
    start = float(value[variables.state[-1]]) if len(variables.state) else 0.0
    return Reading(
        solar_mw=float(value[variables.solar].sum()),
        wind_mw=float(value[variables.wind].sum()),
        energy_mwh=float(value[variables.energy].sum()),
        direct=supply - discharge,
        charge=charge,
        discharge=discharge,
        start_mwh=start,
        net=stored,
        at_once=at_once,
    )


def _physics(program: Program, question: Question, found: Variables, chosen: Indices) -> None:
    """What plants can give, what the park takes, and what the storage holds."""
    park, costs = question.park, question.costs
    at_direct, at_charge, at_discharge = (positions(hours, park.intervals) for hours in (
        found.hours_direct, found.hours_charge, found.hours_discharge))  # fmt: skip
    giving = np.union1d(found.hours_charge, found.hours_direct)
    for hours, terms in groups(giving, [(found.direct, at_direct), (found.charge, at_charge)]):
        rows = [*terms]
        for capacity, profile in ((found.solar, question.solar), (found.wind, question.wind)):
            if profile is not None:
                rows.append((np.repeat(capacity, len(hours)), -profile.per_unit()[hours]))
        program.block(rows, -np.inf, 0.0)
    both = np.intersect1d(found.hours_direct, found.hours_discharge)
    if len(both):
        taken: list[Term] = [(found.direct[at_direct[both]], 1.0), (found.discharge[at_discharge[both]], 1.0)]
        program.block(taken, -np.inf, park.import_wh[both] / MWH)
    flows = [(found.charge, at_charge, -float(costs.charge_efficiency)),
             (found.discharge, at_discharge, 1.0 / float(costs.discharge_efficiency))]  # fmt: skip
    before = np.roll(found.state, 1)
    for hours, terms in groups(np.arange(park.intervals), [(which, at) for which, at, _ in flows]):
        factors = [factor for which, at, factor in flows if np.all(at[hours] >= 0)]
        moved: list[Term] = [(which, factor) for (which, _), factor in zip(terms, factors, strict=True)]
        program.block([(found.state[hours], 1.0), (before[hours], -1.0), *moved], 0.0, 0.0)
        if terms:
            program.block([*terms, (np.repeat(found.power, len(hours)), -park.minutes[hours] / 60)], -np.inf, 0.0)
    program.block([(found.state, 1.0), (np.repeat(found.energy, park.intervals), -1.0)], -np.inf, 0.0)
    if len(chosen):
        most = program.upper_of(found.charge[at_charge[chosen]])
        program.block([(found.charge[at_charge[chosen]], 1.0), (found.choices, -most)], -np.inf, 0.0)
        most = program.upper_of(found.discharge[at_discharge[chosen]])
        program.block([(found.discharge[at_discharge[chosen]], 1.0), (found.choices, most)], -np.inf, most)


def _loss(found: Variables) -> list[tuple[Indices, float]]:
    """Storage losses, which are use: charge less discharge."""
    return [(found.charge, 1.0), (found.discharge, -1.0)]


def _used(program: Program, question: Question, found: Variables) -> list[Term]:
    """New green supply that is used: all of it, but in hours in which less load than import is left (grid storage
    charges)."""
    park = question.park
    tight = park.room_wh < park.import_wh
    direct, discharge = tight[found.hours_direct], tight[found.hours_discharge]
    terms: list[Term] = [(found.direct[~direct], 1.0), (found.discharge[~discharge], 1.0)]
    hours = np.flatnonzero(tight)
    if len(hours):
        used = program.variables(len(hours), park.room_wh[hours] / MWH)
        kinds = [(found.direct, positions(found.hours_direct, park.intervals)),
                 (found.discharge, positions(found.hours_discharge, park.intervals))]  # fmt: skip
        place = positions(hours, park.intervals)
        for some, supplied in groups(hours, kinds):
            arriving: list[Term] = [(which, -1.0) for which, _ in supplied]
            program.block([(used[place[some]], 1.0), *arriving], -np.inf, 0.0)
        terms.append((used, 1.0))
    return terms


def _direct_test(
    program: Program,
    question: Question,
    found: Variables,
    *,
    used: list[Term],
    loss: list[tuple[Indices, float]],
    margins: Margins,
) -> tuple[int, float]:
    """direct + used - sold >= minimum x (use + losses), and its right-hand side without the margin."""
    park, minimum = question.park, float(question.park.minimum_share)
    side = (minimum * park.use_wh - park.direct_wh + park.sold_wh + park.reserve_wh) / MWH
    terms = [*used, *((which, -minimum * sign) for which, sign in loss), (found.direct_short, 1.0)]
    return program.row(terms, side + margins.direct_mwh, np.inf), side


def _intensity_test(
    program: Program,
    question: Question,
    found: Variables,
    *,
    counted: list[Term],
    loss: list[tuple[Indices, float]],
    margins: Margins,
) -> tuple[int, float]:
    """E <= limit x C, and its right-hand side without the margin."""
    park, factor, side = question.park, float(question.park.residual_factor), intensity_side(question.park)
    limit = float(park.limit or 0) * float(park.c_eq)
    terms: list[Term] = [(found.direct, -factor), (found.discharge, -factor), (found.intensity_short, -1.0)]
    terms += [(which, -factor) for which, _ in counted]
    terms += [(which, -limit * sign) for which, sign in loss]
    return program.row(terms, -np.inf, side - margins.intensity_tco2), side


def intensity_side(park: Park) -> float:
    """limit x C - E of the park if nothing of its draw were green, in tCO2; what new supply and certificates add to."""
    assert park.limit is not None
    grid = park.inflow_wh + park.uncounted_wh + park.sold_wh - park.fossil_export_wh
    side = park.limit * park.energy_tce - park.other_tco2 - park.reserve_tco2
    return float(side - park.residual_factor * grid / MWH)


def _certificates(program: Program, question: Question, found: Variables) -> tuple[tuple[int, ...], list[Term]]:
    """T + G <= F of each enterprise, G <= usable + bought; returns the rows of the first and the variables T and G."""
    park = question.park
    total = np.sum([one.weight for one in park.enterprises], axis=0) if park.enterprises else np.zeros(park.intervals)
    clipped = np.flatnonzero(_clipped(park))
    draw = program.variables(len(clipped), (park.users_wh[clipped] if park.users_wh is not None else 0.0) / MWH)
    if len(clipped):
        kinds = [(found.direct, positions(found.hours_direct, park.intervals)),
                 (found.discharge, positions(found.hours_discharge, park.intervals))]  # fmt: skip
        place = positions(clipped, park.intervals)
        for some, terms in groups(clipped, kinds):
            program.block([(draw[place[some]], 1.0), *terms], -np.inf, park.import_wh[some] / MWH)
    rows, counted = [], list[Term]()
    for number, one in enumerate(park.enterprises):
        share = np.divide(one.weight, total, out=np.zeros(park.intervals), where=total > 0)
        traded = program.variables(1, one.trade_wh / MWH)
        certified = program.variables(1, max(one.offtake_wh, 0) / MWH)
        free_direct, free_discharge = (~_clipped(park)[hours] for hours in (found.hours_direct, found.hours_discharge))
        before = float(np.sum(share[clipped] * draw_limit(park)[clipped])) / MWH
        terms = [
            (traded, 1.0),
            (certified, 1.0),
            (found.direct[free_direct], share[found.hours_direct[free_direct]]),
            (found.discharge[free_discharge], share[found.hours_discharge[free_discharge]]),
            (draw, -share[clipped]),
        ]
        rows.append(program.row(terms, -np.inf, one.offtake_wh / MWH - before))
        program.row([(certified, 1.0), (found.bought[number : number + 1], -1.0)], -np.inf, one.usable_wh / MWH)
        counted += [(traded, 1.0), (certified, 1.0)]
    return tuple(rows), counted


def _clipped(park: Park) -> np.ndarray:
    """Hours in which the enterprises use less than the park imports: the draw falls only below their use."""
    none = np.zeros(park.intervals, dtype=bool)
    return none if park.users_wh is None else park.import_wh > park.users_wh


def draw_limit(park: Park) -> np.ndarray:
    """The draw that is shared among the enterprises in each hour before the plan, in Wh."""
    return park.import_wh if park.users_wh is None else np.minimum(park.import_wh, park.users_wh)
