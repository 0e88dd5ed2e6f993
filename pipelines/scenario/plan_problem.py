"""What a plan is asked for and what it answers, as values: a park's intervals, the terms of its account, costs, the
plan.

No solver and no files here. Energy is integer Wh, power W, emissions and coal equivalents exact decimals; costs are
CNY.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal

import numpy as np
import numpy.typing as npt

Wh = npt.NDArray[np.int64]
MWH = 1_000_000
"""Wh in a MWh, W in a MW."""


@dataclass(frozen=True)
class Profile:
    """Output of a plant of ``capacity_w`` in each interval."""

    energy_wh: Wh
    capacity_w: int

    def per_unit(self) -> npt.NDArray[np.float64]:
        """MWh of one MW in each interval."""
        return self.energy_wh / self.capacity_w

    def output_wh(self, power_w: int) -> Wh:
        """What ``power_w`` would give in each interval, rounded down to Wh; exact, whatever the sizes."""
        if power_w * int(self.energy_wh.max(initial=0)) < 2**62:
            return self.energy_wh * power_w // self.capacity_w
        exact = [int(value) * power_w // self.capacity_w for value in self.energy_wh]
        return np.array(exact, dtype=np.int64)


@dataclass(frozen=True)
class Enterprise:
    """What the certificate rules say of one enterprise before the plan, in Wh.

    ``offtake_wh``: its own draw from the grid (F); ``trade_wh``: green-power trade that may count; ``usable_wh``:
    certificates that may count. ``weight``: its part of the park's draw in each hour, of the sum of all weights.
    """

    enterprise_id: str
    offtake_wh: int
    trade_wh: int
    usable_wh: int
    weight: Wh


@dataclass(frozen=True)
class Park:
    """A park's year as the plan sees it; one value for each interval of at most an hour in the arrays.

    ``minutes``: length of the interval. ``import_wh``: import that new supply can take the place of; 0 where it
    would be of no use (see ``plan_park``).
    ``room_wh``: load that no green supply meets yet. ``users_wh``: what the enterprises draw at most (their use),
    None where the draw is not shared by use. ``direct_wh``: green supply that counts for the direct-supply test,
    before what others hold certificates of; ``sold_wh``: certificates that others hold of the park's own output
    beyond its green export. ``other_tco2``: E without electricity; ``energy_tce``: C. ``limit``: tCO2/tce, None
    below the floor, where storage may lose ``loss_limit_wh`` before there is one. ``reserve_tco2``, ``reserve_wh``:
    how much better than the limits the plan must be.
    """

    minutes: Wh
    import_wh: Wh
    room_wh: Wh
    users_wh: Wh | None
    use_wh: int
    inflow_wh: int
    direct_wh: int
    uncounted_wh: int
    sold_wh: int
    fossil_export_wh: int
    other_tco2: Decimal
    energy_tce: Decimal
    residual_factor: Decimal
    c_eq: Decimal
    limit: Decimal | None
    minimum_share: Decimal
    enterprises: tuple[Enterprise, ...]
    loss_limit_wh: int | None = None
    reserve_tco2: Decimal = Decimal(0)
    reserve_wh: int = 0

    @property
    def intervals(self) -> int:
        return len(self.import_wh)


@dataclass(frozen=True)
class Costs:
    """Costs as inputs, in the units of ``reference/plan_costs.csv``."""

    solar_investment: Decimal
    wind_investment: Decimal
    storage_power_investment: Decimal
    storage_energy_investment: Decimal
    direct_operation: Decimal
    certificate_price: Decimal
    grid_energy_price: Decimal
    discount_rate: Decimal
    solar_lifetime: Decimal
    wind_lifetime: Decimal
    storage_lifetime: Decimal
    charge_efficiency: Decimal
    discharge_efficiency: Decimal

    @classmethod
    def names(cls) -> tuple[str, ...]:
        return tuple(found.name for found in fields(cls))

    def yearly(self, investment: Decimal, lifetime: Decimal) -> Decimal:
        """The equal yearly payment of an investment: x r / (1 - (1 + r)^-n); x / n without interest."""
        rate = self.discount_rate
        return investment / lifetime if rate == 0 else investment * rate / (1 - (1 + rate) ** -lifetime)

    def per_mw(self) -> dict[str, Decimal]:
        """CNY a year of one MW (MWh) of each kind of capacity."""
        solar = self.yearly(self.solar_investment, self.solar_lifetime)
        wind = self.yearly(self.wind_investment, self.wind_lifetime)
        power = self.yearly(self.storage_power_investment, self.storage_lifetime)
        energy = self.yearly(self.storage_energy_investment, self.storage_lifetime)
        found = {"solar": solar, "wind": wind, "storage_power": power, "storage_energy": energy}
        return {name: value * 1000 for name, value in found.items()}


@dataclass(frozen=True)
class Limits:
    """The most that may be built: W of solar, wind and storage power, Wh of storage; None: no limit of the user's."""

    solar_w: int | None = None
    wind_w: int | None = None
    storage_w: int | None = None
    storage_wh: int | None = None
    certificates: int | None = None


@dataclass(frozen=True)
class Question:
    """A park, profiles of new plants (None: none of that kind), costs and limits."""

    park: Park
    solar: Profile | None
    wind: Profile | None
    costs: Costs
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True)
class Dispatch:
    """What new plants and storage do in each interval, in Wh: ``generation = direct + charge``, ``supply = direct
    + discharge``."""

    direct_wh: Wh
    charge_wh: Wh
    discharge_wh: Wh

    @property
    def generation_wh(self) -> Wh:
        return self.direct_wh + self.charge_wh

    @property
    def supply_wh(self) -> Wh:
        return self.direct_wh + self.discharge_wh

    @property
    def loss_wh(self) -> int:
        return int(self.charge_wh.sum() - self.discharge_wh.sum())


@dataclass(frozen=True)
class Account:
    """The park's account under a plan, exact."""

    use_wh: int
    direct_wh: int
    residual_wh: int
    total_tco2: Decimal
    energy_tce: Decimal
    within_limit: bool
    enough_direct: bool

    @property
    def passes(self) -> bool:
        return self.within_limit and self.enough_direct


@dataclass(frozen=True)
class Plan:
    """The cheapest mix found, what it costs a year, and how far it can be from the cheapest there is.

    ``bound_cny``: no plan of the model costs less; ``gap`` = (cost - bound) / cost. The prices of the last unit:
    ``intensity_cny_per_tco2`` and ``direct_cny_per_mwh`` of the two tests, ``draw_cny_per_mwh`` by enterprise (a MWh
    more of draw that certificates may cover). ``binding``: the tests that hold without slack. ``branched``: intervals
    for which a search chose between charging and discharging; 0 where the linear program alone forbade both.
    """

    solar_w: int
    wind_w: int
    storage_w: int
    storage_wh: int
    certificates: Mapping[str, int]
    dispatch: Dispatch
    start_wh: int
    account: Account
    cost_split_cny: Mapping[str, Decimal]
    bound_cny: float
    intensity_cny_per_tco2: float
    direct_cny_per_mwh: float
    draw_cny_per_mwh: Mapping[str, float]
    binding: tuple[str, ...]
    branched: int
    status: str
    seconds: float
    iterations: int

    @property
    def cost_cny(self) -> Decimal:
        return sum(self.cost_split_cny.values(), Decimal(0))

    @property
    def gap(self) -> float:
        """Relative duality gap; never below 0."""
        cost = float(self.cost_cny)
        return max(cost - self.bound_cny, 0.0) / max(abs(cost), 1.0)
