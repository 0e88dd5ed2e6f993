"""The cheapest plan for a park: solve, forbid charging and discharging at once, round to whole units, state the gap.

The program itself is in ``plan_model``, rounding and the exact account in ``plan_dispatch``, why there is no plan in
``plan_explain``; where the park comes from is not known here.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from math import ceil, floor

import numpy as np

from pipelines.scenario.plan_at_once import GAP, Answer, one_way
from pipelines.scenario.plan_explain import no_plan
from pipelines.scenario.plan_model import Margins, formulate, read
from pipelines.scenario.plan_problem import MWH, Account, Plan, Question
from pipelines.scenario.plan_variables import Rules
from pipelines.scenario.plan_whole import whole

_WHOLE_GAP = 1e-5
"""Relative gap from which the best whole number of certificates is looked for on both sides of the best number."""
_ATTEMPTS = 6
_BINDING = 1e-4
"""Share of a test's right-hand side within which it holds without slack."""

Report = Callable[[str], None]


def solve(question: Question, report: Report = lambda _: None) -> Plan:
    """The cheapest mix of solar, wind, storage and certificates with which the park passes both tests.

    ``report`` is told what is done. Raises ``UserError`` that says in one sentence why there is none.
    """
    report("solve")
    begun = time.perf_counter()
    answer = _answer(question, Rules(), report)
    if isinstance(answer, str):
        raise no_plan(question, answer)
    count = float(answer.solution.value[answer.model.variables.bought].sum())
    if answer.gap <= _WHOLE_GAP or abs(count - round(count)) < 1e-6:
        return _plan(question, answer, time.perf_counter() - begun)
    # A whole number is at most the one below the best number, or at least the one above.
    report("whole certificates")
    sides = [
        _answer(question, Rules(certificates=limits), report) for limits in ((0.0, floor(count)), (ceil(count), np.inf))
    ]
    answers = [side for side in sides if isinstance(side, Answer)]
    best = min([answer, *answers], key=lambda side: side.found.cost)
    decided = all(isinstance(side, Answer) or side == "infeasible" for side in sides)
    bound = min((side.bound for side in answers), default=answer.bound) if decided else answer.bound
    best = replace(answer, found=best.found, bound=max(bound, answer.bound), branched=best.branched)
    return _plan(question, best, time.perf_counter() - begun)


def _answer(question: Question, rules: Rules, report: Report) -> Answer | str:
    """The best plan by the rules; the word for why there is none."""
    margins, first, best_bound = Margins(0.0, 0.0), None, -np.inf
    for _ in range(_ATTEMPTS):
        model = formulate(question, margins, rules)
        solution = model.program.solve()
        if solution.status != "optimal":
            return solution.status
        best_bound = max(best_bound, model.program.bound(solution.row_dual, model.relaxed))
        reading = read(solution, model.variables, question)
        first = first or Answer(whole(reading, question), best_bound, model, solution, 0)
        answer = replace(first, found=whole(reading, question), bound=best_bound)
        if len(reading.at_once) and not (answer.found.account.passes and answer.gap <= GAP):
            report("search")
            searched = one_way(question, margins, answer, reading, rules)
            if isinstance(searched, str):
                return searched
            answer = searched
        if answer.found.account.passes:
            return answer
        short = _shortfall(question, answer.found.account)
        margins = Margins(margins.direct_mwh + 2 * short[0], margins.intensity_tco2 + 2 * short[1])
    return "rounding"


def _shortfall(question: Question, found: Account) -> tuple[float, float]:
    """MWh missing to the direct-supply test and tCO2 above the limit."""
    park = question.park
    direct = float(park.minimum_share * found.use_wh - found.direct_wh + park.reserve_wh) / MWH
    over = 0.0 if park.limit is None else float(found.total_tco2 + park.reserve_tco2 - park.limit * found.energy_tce)
    return max(direct, 0.0), max(over, 0.0)


def _plan(question: Question, answer: Answer, seconds: float) -> Plan:
    found, model = answer.found, answer.model
    prices = np.abs(answer.solution.row_dual).tolist()
    return Plan(
        solar_w=found.size.solar_w,
        wind_w=found.size.wind_w,
        storage_w=found.size.storage_w,
        storage_wh=found.size.storage_wh,
        certificates=found.cover.bought,
        dispatch=found.flows,
        start_wh=found.size.start_wh,
        account=found.account,
        cost_split_cny=found.costs,
        bound_cny=answer.bound,
        intensity_cny_per_tco2=0.0 if model.intensity_row is None else prices[model.intensity_row],
        direct_cny_per_mwh=prices[model.direct_row],
        draw_cny_per_mwh={
            one.enterprise_id: prices[row] for one, row in zip(question.park.enterprises, model.draw_rows, strict=True)
        },
        binding=_binding(question, found.account),
        branched=answer.branched,
        status=answer.solution.status,
        seconds=seconds,
        iterations=answer.solution.iterations,
    )


def _binding(question: Question, found: Account) -> tuple[str, ...]:
    """The tests that hold with (almost) nothing to spare."""
    park = question.park
    needed = float(park.minimum_share * found.use_wh + park.reserve_wh)
    names = ["direct_supply"] if found.direct_wh - needed <= _BINDING * needed else []
    if park.limit is not None:
        most = float(park.limit * found.energy_tce - park.reserve_tco2)
        names += ["intensity"] if most - float(found.total_tco2) <= _BINDING * abs(most) else []
    return tuple(names)
