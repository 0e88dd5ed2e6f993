"""A solution as a plan in whole units, and what it costs a year."""

from dataclasses import dataclass
from decimal import Decimal

from pipelines.scenario.plan_dispatch import Cover, Sizes, account, certificates, dispatch, sizes
from pipelines.scenario.plan_model import Reading
from pipelines.scenario.plan_problem import MWH, Account, Dispatch, Question

_SPARE_W = (0, 2, 8, 32, 128, 512, 2048)
"""W that capacities are rounded up by, one after the other: room for what whole Wh need more than the solution."""


@dataclass(frozen=True)
class Candidate:
    """A solution made whole, and its exact account."""

    size: Sizes
    flows: Dispatch
    cover: Cover
    account: Account
    costs: dict[str, Decimal]

    @property
    def cost(self) -> float:
        return float(sum(self.costs.values(), Decimal(0)))


def whole(reading: Reading, question: Question) -> Candidate:
    """A solution in whole W, Wh and certificates; with a few W more where rounding would fail a test or cost one."""
    made = [_made(reading, question, spare) for spare in _SPARE_W]
    return min(made, key=lambda candidate: (not candidate.account.passes, candidate.cost))


def _made(reading: Reading, question: Question, spare: int) -> Candidate:
    size = sizes(reading, question, spare)
    flows = dispatch(reading, size, question, spare)
    cover = certificates(question.park, flows, question.limits.certificates)
    found = account(question.park, flows, cover)
    return Candidate(size, flows, cover, found, cost_split(question, size, flows, cover))


def cost_split(question: Question, size: Sizes, flows: Dispatch, cover: Cover) -> dict[str, Decimal]:
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
