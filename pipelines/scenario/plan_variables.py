"""The variables of a plan's program: which intervals have which, how large they may be, and what they cost."""

from dataclasses import dataclass, field

import numpy as np

from pipelines.scenario.plan_problem import MWH, Question
from pipelines.scenario.plan_program import Indices, Program, Term

_CAPACITY_BOUND = 100.0
"""Most MW of any capacity for each MW of the largest import, where the user gives no limit; a bound needs one."""


@dataclass(frozen=True)
class Variables:
    """Indices of the variables; ``hours_*``: the hours that have one of the kind."""

    solar: Indices
    wind: Indices
    power: Indices
    energy: Indices
    direct: Indices
    charge: Indices
    discharge: Indices
    state: Indices
    bought: Indices
    direct_short: Indices
    intensity_short: Indices
    hours_direct: Indices
    hours_charge: Indices
    hours_discharge: Indices
    choices: Indices


@dataclass(frozen=True)
class Rules:
    """What a program is asked beyond the question.

    ``certificates``: the fewest and the most of them. ``chosen``: intervals in which a whole number decides between
    charging and discharging. ``directions``: 1 where storage may only charge, -1 only discharge, 0 both.
    ``elastic``: both tests may fall short, and the sum of what is missing (MWh and tCO2) is what is minimised.
    """

    certificates: tuple[float, float] = (0.0, np.inf)
    chosen: Indices = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    directions: Indices | None = None
    elastic: bool = False


def make_variables(program: Program, question: Question, rules: Rules) -> Variables:
    """The variables of a question."""
    park, costs, limits = question.park, question.costs, question.limits
    price = {name: float(value) for name, value in costs.per_mw().items()}
    most = _CAPACITY_BOUND * max(float(park.import_wh.max(initial=0)) / MWH, 1.0)
    imports = park.import_wh / MWH

    def capacity(name: str, there: bool, limit_w: int | None, bound: float) -> Indices:
        return program.variables(int(there), bound if limit_w is None else min(limit_w / MWH, bound), price[name])

    able = np.zeros(park.intervals, dtype=bool)
    for profile in (question.solar, question.wind):
        able |= profile.energy_wh > 0 if profile else False
    directions = np.zeros(park.intervals) if rules.directions is None else rules.directions
    hours_discharge = np.flatnonzero((park.import_wh > 0) & (directions <= 0))
    hours_direct, hours_charge = np.flatnonzero(able & (park.import_wh > 0)), np.flatnonzero(able & (directions >= 0))
    solar = capacity("solar", question.solar is not None, limits.solar_w, most)
    wind = capacity("wind", question.wind is not None, limits.wind_w, most)
    power = capacity("storage_power", True, limits.storage_w, most)
    energy = capacity("storage_energy", True, limits.storage_wh, most * len(imports))
    operation, saved = float(costs.direct_operation), float(costs.grid_energy_price)
    weight = 0.0 if rules.elastic else 1.0
    drawn = float(park.inflow_wh) / MWH + len(park.enterprises)
    variables = Variables(
        solar=solar,
        wind=wind,
        power=power,
        energy=energy,
        direct=program.variables(len(hours_direct), imports[hours_direct], weight * (operation - saved)),
        charge=program.variables(len(hours_charge), most, weight * operation),
        discharge=program.variables(len(hours_discharge), imports[hours_discharge], -weight * saved),
        state=program.variables(park.intervals, most * len(imports)),
        bought=program.variables(len(park.enterprises), drawn, weight * float(costs.certificate_price)),
        direct_short=program.variables(int(rules.elastic), 1e12, 1.0),
        intensity_short=program.variables(int(rules.elastic), 1e12, 1.0),
        hours_direct=hours_direct,
        hours_charge=hours_charge,
        hours_discharge=hours_discharge,
        choices=program.variables(len(rules.chosen), 1.0),
    )
    if rules.elastic:
        program.free_of_cost(np.concatenate([solar, wind, power, energy]))
    return variables


def positions(hours: Indices, count: int) -> Indices:
    """For each hour its place in ``hours``, -1 where it is not there."""
    found = np.full(count, -1)
    found[hours] = np.arange(len(hours))
    return found


def groups(hours: Indices, kinds: list[tuple[Indices, Indices]]) -> list[tuple[Indices, list[Term]]]:
    """Hours by which kinds of variables they have, and these variables with the coefficient 1."""
    pattern = np.zeros(len(hours), dtype=int)
    for place, (_, at) in enumerate(kinds):
        pattern += (at[hours] >= 0) << place
    groups = []
    for wanted in np.unique(pattern):
        some = hours[pattern == wanted]
        terms: list[Term] = [(which[at[some]], 1.0) for place, (which, at) in enumerate(kinds) if wanted >> place & 1]
        groups.append((some, terms))
    return groups
