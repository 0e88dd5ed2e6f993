"""The cheapest plan for a park: solve, forbid charging and discharging at once, round to whole units, state the gap.

The program itself is in ``plan_model``, rounding and the exact account in ``plan_dispatch``, why there is no plan in
``plan_explain``; where the park comes from is not known here.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from math import ceil, floor

import numpy as np

from pipelines.scenario import plan_dispatch
from pipelines.scenario.plan_explain import no_plan
from pipelines.scenario.plan_model import Margins, Model, Reading, formulate, read
from pipelines.scenario.plan_problem import MWH, Account, Dispatch, Plan, Question
from pipelines.scenario.plan_program import Indices, Solution

GAP = 1e-6
"""Relative gap from which charging and discharging at once is searched for instead of being netted."""
_WHOLE_GAP = 1e-5
"""Relative gap from which the best whole number of certificates is looked for on both sides of the best number."""
_ATTEMPTS = 6
_SPARE_W = (0, 2, 8, 32, 128, 512, 2048)
"""W that capacities are rounded up by, one after the other: room for what whole Wh need more than the solution."""
_BINDING = 1e-4
"""Share of a test's right-hand side within which it holds without slack."""

Report = Callable[[str], None]


@dataclass(frozen=True)
class Candidate:
    """A solution made whole, and its exact account."""

    size: plan_dispatch.Sizes
    flows: Dispatch
    cover: plan_dispatch.Cover
    account: Account
    costs: dict[str, Decimal]

    @property
    def cost(self) -> float:
        return float(sum(self.costs.values(), Decimal(0)))


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


def solve(question: Question, report: Report = lambda _: None) -> Plan:
    """The cheapest mix of solar, wind, storage and certificates with which the park passes both tests.

    ``report`` is told what is done. Raises ``UserError`` that says in one sentence why there is none.
    """
    report("solve")
    answer = _answer(question, (0.0, np.inf), report)
    if isinstance(answer, str):
        raise no_plan(question, answer)
    count = float(answer.solution.value[answer.model.variables.bought].sum())
    if answer.gap <= _WHOLE_GAP or abs(count - round(count)) < 1e-6:
        return _plan(question, answer)
    # The least cost is convex in the number of certificates: the best whole number is next to the best number.
    report("whole certificates")
    sides = [_answer(question, limits, report) for limits in ((0.0, floor(count)), (ceil(count), np.inf))]
    answers = [side for side in sides if isinstance(side, Answer)]
    best = min([answer, *answers], key=lambda side: side.found.cost)
    bound = min([side.bound for side in answers], default=answer.bound)
    return _plan(question, replace(answer, found=best.found, bound=max(bound, answer.bound), branched=best.branched))


def _answer(question: Question, certificates: tuple[float, float], report: Report) -> Answer | str:
    """The best plan with so many certificates; the word for why there is none."""
    margins = Margins(0.0, 0.0)
    for _ in range(_ATTEMPTS):
        model = formulate(question, margins, np.zeros(0, dtype=np.int64), certificates=certificates)
        solution = model.program.solve()
        if solution.status != "optimal":
            return solution.status
        bound = model.program.bound(solution.row_dual, model.relaxed)
        reading = read(solution, model.variables, question)
        answer = Answer(whole(reading, question), bound, model, solution, 0)
        if len(reading.at_once) and not (answer.found.account.passes and answer.gap <= GAP):
            report("search")
            answer = _search(question, margins, reading.at_once, answer, certificates)
        if answer.found.account.passes:
            return answer
        short = _shortfall(question, answer.found.account)
        margins = Margins(margins.direct_mwh + 2 * short[0], margins.intensity_tco2 + 2 * short[1])
    return "rounding"


def _search(
    question: Question, margins: Margins, chosen: Indices, relaxed: Answer, certificates: tuple[float, float]
) -> Answer:
    """Branch and bound over the intervals in which the linear program did both, and over those that come to it."""
    while True:
        model = formulate(question, margins, chosen, certificates=certificates)
        integers = np.concatenate([model.variables.choices, model.variables.bought])
        solution = model.program.solve(integers)
        reading = read(solution, model.variables, question)
        more = np.setdiff1d(reading.at_once, chosen)
        if not len(more):
            free = formulate(question, Margins(0.0, 0.0), chosen, certificates=certificates)
            bound = max(free.program.solve(integers).bound, relaxed.bound)
            return replace(relaxed, found=whole(reading, question), bound=bound, branched=len(chosen))
        chosen = np.union1d(chosen, more)


def whole(reading: Reading, question: Question) -> Candidate:
    """A solution in whole W, Wh and certificates; with a few W more where rounding would fail a test or cost one."""
    made = [_made(reading, question, spare) for spare in _SPARE_W]
    return min(made, key=lambda candidate: (not candidate.account.passes, candidate.cost))


def _made(reading: Reading, question: Question, spare: int) -> Candidate:
    size = plan_dispatch.sizes(reading, question, spare)
    flows = plan_dispatch.dispatch(reading, size, question, spare)
    cover = plan_dispatch.certificates(question.park, flows, question.limits.certificates)
    found = plan_dispatch.account(question.park, flows, cover)
    return Candidate(size, flows, cover, found, cost_split(question, size, flows, cover))


def cost_split(
    question: Question, size: plan_dispatch.Sizes, flows: Dispatch, cover: plan_dispatch.Cover
) -> dict[str, Decimal]:
    """CNY a year by kind; ``grid_energy`` is what is saved, not above 0."""
    costs, price = question.costs, question.costs.per_mw()
    exact = {
        "solar": price["solar"] * size.solar_w / MWH,
        "wind": price["wind"] * size.wind_w / MWH,
        "storage_power": price["storage_power"] * size.storage_w / MWH,
        "storage_energy": price["storage_energy"] * size.storage_wh / MWH,
        "direct_operation": costs.direct_operation * int(flows.generation_wh.sum()) / MWH,
        "certificates": costs.certificate_price * sum(cover.bought.values()),
        "grid_energy": -costs.grid_energy_price * int(flows.supply_wh.sum()) / MWH,
    }
    return {name: value.quantize(Decimal("0.01")) for name, value in exact.items()}


def _shortfall(question: Question, found: Account) -> tuple[float, float]:
    """MWh missing to the direct-supply test and tCO2 above the limit."""
    park = question.park
    direct = float(park.minimum_share * found.use_wh - found.direct_wh + park.reserve_wh) / MWH
    over = 0.0 if park.limit is None else float(found.total_tco2 + park.reserve_tco2 - park.limit * found.energy_tce)
    return max(direct, 0.0), max(over, 0.0)


def _plan(question: Question, answer: Answer) -> Plan:
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
        seconds=answer.solution.seconds,
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
