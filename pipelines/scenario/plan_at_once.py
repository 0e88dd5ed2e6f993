"""Storage that never charges and discharges at once: what is done where the linear program does both.

Both at once wastes energy, which raises use and C and with it the emissions allowed. The program is tempted only where
certificates cover all the draw there is and fuel alone is near the limit. A first answer fixes a direction for each
interval (a linear program again, feasible but not always cheapest), a better one is searched for with whole numbers
where few intervals are in question.
"""

from dataclasses import dataclass, replace

import numpy as np

from pipelines.scenario.plan_model import Margins, Model, Reading, formulate, read
from pipelines.scenario.plan_problem import Question
from pipelines.scenario.plan_program import Indices, Solution
from pipelines.scenario.plan_variables import Rules
from pipelines.scenario.plan_whole import Candidate, whole

GAP = 1e-6
"""Relative gap from which charging and discharging at once is searched for instead of being netted."""
_SEARCHES = 4
"""Searches one after the other, each over more intervals; what still does both then is netted, and the gap says so."""
_SEARCHABLE = 200
"""Most intervals with both at once for which whole numbers are searched."""


@dataclass(frozen=True)
class Answer:
    """The best candidate of a program, what no plan can cost less than, and the linear solution with its prices."""

    found: Candidate
    bound: float
    model: Model
    solution: Solution
    branched: int

    @property
    def gap(self) -> float:
        return max(self.found.cost - self.bound, 0.0) / max(abs(self.bound), 1.0)


def one_way(question: Question, margins: Margins, relaxed: Answer, reading: Reading, rules: Rules) -> Answer | str:
    """The best plan found that never does both; ``at_once`` where none was found."""
    fixed = _fixed(question, margins, relaxed, reading, rules)
    if len(reading.at_once) > _SEARCHABLE or (isinstance(fixed, Answer) and fixed.gap <= GAP):
        return fixed
    searched = _search(question, margins, relaxed, reading.at_once, rules)
    found = [one for one in (searched, fixed) if isinstance(one, Answer)]
    if not found:
        return "at_once"
    best = min(found, key=lambda one: (not one.found.account.passes, one.found.cost))
    return replace(best, bound=max(one.bound for one in found))


def _fixed(question: Question, margins: Margins, relaxed: Answer, reading: Reading, rules: Rules) -> Answer | str:
    """Each interval keeps the direction in which the relaxed plan moved more; idle ones stay free until they do
    both."""
    directions = np.zeros(question.park.intervals, dtype=np.int64)
    for last in (False,) * (_SEARCHES - 1) + (True,):
        moved = np.sign(np.round(reading.net, 9)).astype(np.int64)
        directions = np.where(directions == 0, moved, directions)
        directions[reading.at_once] = np.where(directions[reading.at_once] == 0, 1, directions[reading.at_once])
        if last:
            directions[directions == 0] = 1
        model = formulate(question, margins, replace(rules, directions=directions))
        solution = model.program.solve()
        if solution.status != "optimal":
            return "at_once"
        reading = read(solution, model.variables, question)
        if not len(reading.at_once):
            break
    return replace(relaxed, found=whole(reading, question), branched=int(np.count_nonzero(directions)))


def _search(question: Question, margins: Margins, relaxed: Answer, chosen: Indices, rules: Rules) -> Answer | str:
    """Branch and bound over the intervals in which the linear program did both, and over those that come to it.

    ``at_once`` where no plan was found that does not.
    """
    for round_number in range(1, _SEARCHES + 1):
        model = formulate(question, margins, replace(rules, chosen=chosen))
        integers = np.concatenate([model.variables.choices, model.variables.bought])
        solution = model.program.solve(integers)
        if not solution.is_feasible:
            return "at_once"
        reading = read(solution, model.variables, question)
        more = np.setdiff1d(reading.at_once, chosen)
        if not len(more) or round_number == _SEARCHES:
            free = formulate(question, Margins(0.0, 0.0), replace(rules, chosen=chosen))
            bound = max(free.program.solve(integers).bound, relaxed.bound)
            return replace(relaxed, found=whole(reading, question), bound=bound, branched=len(chosen))
        chosen = np.union1d(chosen, more)
    return "at_once"
