"""Plans of a made-up park: cheapest, exact, never charging and discharging at once, and a sentence where there is none.

The grid below knows nothing of linear programs: it tries sizes and every dispatch of its steps by enumeration.
"""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import product
from math import ceil

import numpy as np
import pytest
from plan_samples import COSTS, MWH, day_costs, park, question, wh

from pipelines.errors import UserError
from pipelines.scenario import plan_at_once
from pipelines.scenario.plan import solve
from pipelines.scenario.plan_dispatch import offtakes
from pipelines.scenario.plan_model import Margins, formulate, read
from pipelines.scenario.plan_problem import Enterprise, Limits, Plan, Profile, Question
from pipelines.scenario.plan_variables import Rules


def annuity(investment: Decimal, years: Decimal, rate: Decimal) -> float:
    """The equal yearly payment, as the sum of what each year's payment is worth today."""
    worth = sum(float(1 + rate) ** -year for year in range(1, int(years) + 1))
    return float(investment) / worth


def cost_of(asked: Question, mw: tuple[float, float, float, float], generated: float, bought: int) -> float:
    """CNY a year of solar, wind, storage MW and MWh, of what is generated (MWh) and of certificates."""
    costs = asked.costs
    rows = (
        (costs.solar_investment, costs.solar_lifetime),
        (costs.wind_investment, costs.wind_lifetime),
        (costs.storage_power_investment, costs.storage_lifetime),
        (costs.storage_energy_investment, costs.storage_lifetime),
    )
    built = sum(size * 1000 * annuity(*row, costs.discount_rate) for size, row in zip(mw, rows, strict=True))
    return built + generated * float(costs.direct_operation) + bought * float(costs.certificate_price)


def dispatches(
    asked: Question, solar: float, wind: float, power: float, energy: float, *, step: float
) -> set[tuple[float, float]]:
    """For every MWh lost in all hours the most MWh supplied, of all dispatches with the storage filled by steps.

    The storage begins with any filling and ends with the same; all that is not charged is used.
    """
    inward, outward = float(asked.costs.charge_efficiency), float(asked.costs.discharge_efficiency)
    able = np.zeros(asked.park.intervals)
    for profile, size in ((asked.solar, solar), (asked.wind, wind)):
        able = able + (profile.per_unit() * size if profile else 0)
    imports = asked.park.import_wh / MWH
    levels, found = int(energy / step + 1e-9), set[tuple[float, float]]()
    for start in range(levels + 1):
        reached: dict[int, dict[float, float]] = {start: {0.0: 0.0}}
        for plant, wanted in zip(able.tolist(), imports.tolist(), strict=True):
            after: dict[int, dict[float, float]] = {}
            for level, to in product(reached, range(levels + 1)):
                charge, discharge = max(to - level, 0) * step / inward, max(level - to, 0) * step * outward
                if charge > min(power, plant) + 1e-12 or discharge > min(power, wanted) + 1e-12:
                    continue
                supplied = min(plant - charge, wanted - discharge) + discharge
                most = after.setdefault(to, {})
                for lost, before in reached[level].items():
                    total = round(lost + charge - discharge, 9)
                    most[total] = max(most.get(total, 0.0), before + supplied)
            reached = after
        found |= {(supplied, lost) for lost, supplied in reached.get(start, {}).items()}
    return found


def grid_costs(asked: Question, sizes: Iterator[tuple[float, float, float, float]], step: float) -> list[float]:
    """Costs of points of the grid that pass both tests, with the fewest whole certificates they need, the least among
    them: sizes that alone cost more than a point found before are left out."""
    terms, found = asked.park, list[float]()
    limit, factor = float(terms.limit or 0), float(terms.residual_factor)
    for built, mw in sorted((cost_of(asked, mw, 0.0, 0), mw) for mw in sizes):
        if found and built >= min(found):
            break
        for supplied, lost in dispatches(asked, *mw, step=step):
            use = terms.use_wh / MWH + lost
            if terms.direct_wh / MWH + supplied < float(terms.minimum_share) * use - 1e-9:
                continue
            draw = terms.inflow_wh / MWH - supplied
            allowed = (limit * (float(terms.energy_tce) + lost * float(terms.c_eq)) - float(terms.other_tco2)) / factor
            bought = max(ceil(draw - allowed - 1e-9), 0)
            if allowed < -1e-9 or bought > ceil(draw):
                continue
            found.append(cost_of(asked, mw, supplied + lost, bought))
    return found


def check_physics(asked: Question, found: Plan) -> None:
    """Plants give what they can, the storage keeps its books and does one thing at a time, in exact Wh."""
    flows, terms = found.dispatch, asked.park
    able = sum(
        (p.output_wh(w) for p, w in ((asked.solar, found.solar_w), (asked.wind, found.wind_w)) if p),
        np.zeros(terms.intervals, dtype=np.int64),
    )
    assert (flows.direct_wh >= 0).all()
    assert (flows.generation_wh <= able).all()
    assert (flows.supply_wh <= terms.import_wh).all()
    assert not ((flows.charge_wh > 0) & (flows.discharge_wh > 0)).any()
    assert (np.maximum(flows.charge_wh, flows.discharge_wh) * 60 <= found.storage_w * terms.minutes).all()
    inward, outward = Fraction(asked.costs.charge_efficiency), Fraction(asked.costs.discharge_efficiency)
    state = Fraction(found.start_wh)
    for charge, discharge in zip(flows.charge_wh.tolist(), flows.discharge_wh.tolist(), strict=True):
        state += charge * inward - discharge / outward
        assert 0 <= state <= found.storage_wh
    assert state >= found.start_wh


def check_tests(asked: Question, found: Plan) -> None:
    """Both tests by the formulas of the method, in fractions, from the flows and certificates alone."""
    terms, flows = asked.park, found.dispatch
    loss = int(flows.charge_wh.sum() - flows.discharge_wh.sum())
    used = int(np.minimum(flows.supply_wh, terms.room_wh).sum())
    covered, draws = 0, offtakes(terms, flows)
    for one in terms.enterprises:
        traded = min(one.trade_wh, draws[one.enterprise_id])
        bought = found.certificates[one.enterprise_id]
        covered += traded + min(one.usable_wh + bought * MWH, draws[one.enterprise_id] - traded)
    residual = terms.inflow_wh - int(flows.supply_wh.sum()) - covered
    grid = Fraction(residual + terms.uncounted_wh + terms.sold_wh - terms.fossil_export_wh, MWH)
    emitted = Fraction(terms.other_tco2) + grid * Fraction(terms.residual_factor)
    energy = Fraction(terms.energy_tce) + Fraction(loss, MWH) * Fraction(terms.c_eq)
    assert terms.limit is None or emitted <= Fraction(terms.limit) * energy + Fraction(1, 10**5)
    direct = terms.direct_wh + used - terms.sold_wh
    assert direct >= Fraction(terms.minimum_share) * (terms.use_wh + loss)
    assert residual == found.account.residual_wh


def answered(asked: Question) -> Plan:
    """The plan of a question, after all checks that hold for every plan."""
    found = solve(asked)
    check_physics(asked, found)
    check_tests(asked, found)
    assert found.account.passes
    assert found.bound_cny <= float(found.cost_cny) + 0.01
    return found


def sizes(**steps: tuple[float, ...]) -> Iterator[tuple[float, float, float, float]]:
    return product(*(steps.get(name, (0.0,)) for name in ("solar", "wind", "power", "energy")))  # type: ignore[return-value]


def steps(most: float, count: int) -> tuple[float, ...]:
    return tuple(most * number / count for number in range(count + 1))


NIGHT_USE = park(wh(8, 10, 12, 12, 10, 8), minimum_share=Decimal("0.7"))
CASES = {
    "sun and wind": (
        question(),
        {"solar": steps(24, 48), "wind": steps(24, 48)},
    ),
    "sun and storage": (
        question(park=NIGHT_USE, wind=None, costs=day_costs(1, charge_efficiency=Decimal("0.8"))),
        {"solar": steps(30, 30), "power": steps(10, 8), "energy": steps(10, 5)},
    ),
    "dear certificates": (
        question(costs=day_costs(1, certificate_price=Decimal(400))),
        {"solar": steps(40, 40), "wind": steps(40, 40)},
    ),
    "losses that help": (
        question(park=park(wh(8, 10, 12, 12, 10, 8), other_tco2=Decimal("3.7")), wind=None),
        {"solar": steps(24, 24), "power": steps(8, 16), "energy": steps(12, 6)},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_no_point_of_a_fine_grid_is_cheaper(case: str) -> None:
    asked, grid = CASES[case]
    found = answered(asked)
    costs = grid_costs(asked, sizes(**grid), step=2.0)
    assert costs
    assert float(found.cost_cny) <= min(costs) * (1 + 1e-6)
    assert min(costs) <= float(found.cost_cny) * 1.15, "the grid comes near the plan, or it shows nothing"
    assert found.gap <= 1e-5


@pytest.mark.parametrize("seed", range(6))
def test_no_point_of_a_grid_is_cheaper_for_random_parks(seed: int) -> None:
    random = np.random.default_rng(seed)
    imports = wh(*random.integers(2, 15, 5))
    asked = question(
        park=park(
            imports,
            direct_wh=int(imports.sum() * random.uniform(0, 0.3)),
            other_tco2=Decimal(str(round(random.uniform(0, 2.5), 3))),
            enterprises=(Enterprise("e", int(imports.sum()), 3 * MWH, 2 * MWH + 1, imports),),
        ),
        solar=Profile(wh(*random.choice([0, 0.2, 0.5, 0.9], 5)), MWH),
        wind=Profile(wh(*random.uniform(0.05, 0.8, 5)), MWH),
        costs=day_costs(1, certificate_price=Decimal(str(round(random.uniform(3, 500), 2)))),
    )
    found = answered(asked)
    free = 5 * MWH + 1
    terms = replace(asked.park, inflow_wh=asked.park.inflow_wh - free)
    costs = grid_costs(
        replace(asked, park=terms),
        sizes(solar=steps(30, 12), wind=steps(30, 12), power=(0.0, 4.0), energy=(0.0, 4.0)),
        step=2.0,
    )
    # Trade and certificates in hand cover draw at no cost; grid points with less draw than that are left out.
    assert not costs or float(found.cost_cny) <= min(costs) * (1 + 1e-6)


def test_the_linear_program_alone_would_waste_energy_to_raise_the_allowance() -> None:
    """All draw is covered and fuel is above the limit: only more use helps, and storage that runs both ways at once is
    the cheapest way to use more. The plan may not, so it costs more than the program without the rule."""
    asked, _ = CASES["losses that help"]
    model = formulate(asked, Margins(0.0, 0.0), Rules())
    relaxed = model.program.solve()
    assert len(read(relaxed, model.variables, asked).at_once)
    found = answered(asked)
    assert found.branched
    assert float(found.cost_cny) > relaxed.objective * 1.0001
    assert found.gap < 1e-6


def test_fixed_directions_give_a_plan_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where too many intervals are in question to be searched: never cheaper than the searched plan, and sound."""
    asked, _ = CASES["losses that help"]
    searched = answered(asked)
    monkeypatch.setattr(plan_at_once, "_SEARCHABLE", 0)
    fixed = answered(asked)
    assert float(fixed.cost_cny) >= float(searched.cost_cny) - 0.05
    assert fixed.bound_cny <= float(searched.cost_cny)


def test_certificates_are_split_within_the_draw_of_each_enterprise() -> None:
    """By use, 3 : 1; the small one has more trade than it draws, which nobody else may use."""
    imports = wh(8, 10, 12, 12, 10, 8)
    big, small = imports * 3 // 4, imports - imports * 3 // 4
    users = imports + 2 * MWH
    asked = question(
        park=park(
            imports,
            users_wh=users,
            other_tco2=Decimal("3.59"),
            enterprises=(
                Enterprise("big", int(big.sum()), 0, 3 * MWH + 5, big),
                Enterprise("small", int(small.sum()), 40 * MWH, 0, small),
            ),
        )
    )
    found = answered(asked)
    draws = offtakes(asked.park, found.dispatch)
    assert found.certificates["small"] == 0
    assert 0 < found.certificates["big"] * MWH < draws["big"] + MWH
    assert sum(draws.values()) <= int((imports - found.dispatch.supply_wh).sum()) + 2


def test_the_draw_falls_only_below_what_enterprises_use() -> None:
    """Half of the import is nobody's use: cutting that leaves the enterprise's draw and certificates alone."""
    imports = wh(10, 10, 10, 10)
    one = Enterprise("e", 20 * MWH, 0, 0, wh(5, 5, 5, 5))
    asked = question(
        park=park(imports, users_wh=wh(5, 5, 5, 5), enterprises=(one,), other_tco2=Decimal("0.3")),
        solar=Profile(wh(0.5, 0.5, 0.5, 0.5), MWH),
        wind=None,
    )
    found = answered(asked)
    assert offtakes(asked.park, found.dispatch) == {"e": 20 * MWH}
    assert found.solar_w == 10 * MWH
    assert found.certificates == {"e": 18}


def test_a_supply_that_only_charges_grid_storage_is_no_direct_supply() -> None:
    """In the first hour 10 MWh are imported and 4 used; the rest charges. New supply beyond 4 MWh there is none."""
    imports = wh(10, 4)
    asked = question(
        park=park(imports, room_wh=wh(4, 4), use_wh=16 * MWH, minimum_share=Decimal("0.4")),
        solar=Profile(wh(1, 0.1), MWH),
        wind=None,
        limits=Limits(storage_w=0),
        costs=day_costs(1, certificate_price=Decimal("0.01")),
    )
    found = answered(asked)
    assert found.account.direct_wh == ceil(0.4 * 16 * MWH)
    assert found.solar_w == 24 * MWH


def test_a_quarter_hour_moves_a_quarter_of_the_power() -> None:
    asked = question(
        park=replace(park(wh(8, 10, 12, 12, 10, 8), minimum_share=Decimal("0.7")), minutes=np.full(6, 15)), wind=None
    )
    found = answered(asked)
    moved = max(found.dispatch.charge_wh.max(), found.dispatch.discharge_wh.max())
    assert 4 * moved <= found.storage_w <= 4 * moved + 4096


def test_a_plan_is_the_same_every_time() -> None:
    first, second = (solve(CASES["sun and storage"][0]) for _ in range(2))
    assert first.cost_split_cny == second.cost_split_cny
    assert (first.dispatch.direct_wh == second.dispatch.direct_wh).all()
    assert first.bound_cny == second.bound_cny


def test_prices_are_what_the_last_unit_costs() -> None:
    """A MWh less of direct supply saves its price; a tonne more is what certificates cost for it."""
    asked = question(wind=None)
    found = solve(asked)
    less = solve(replace(asked, park=replace(asked.park, direct_wh=100_000)))
    assert float(found.cost_cny - less.cost_cny) == pytest.approx(found.direct_cny_per_mwh * 0.1, rel=0.35)
    assert found.intensity_cny_per_tco2 == pytest.approx(5.15 / 0.8325)


def test_a_park_that_passes_needs_nothing() -> None:
    found = answered(question(park=park(wh(8, 10), direct_wh=100 * MWH, other_tco2=Decimal(-30))))
    assert found.cost_cny == 0
    assert found.bound_cny == 0


def test_below_the_floor_only_direct_supply_is_planned_and_losses_stay_below_it() -> None:
    terms = replace(NIGHT_USE, limit=None, loss_limit_wh=100_000)
    found = answered(question(park=terms, wind=None))
    assert found.dispatch.loss_wh <= 100_000
    assert sum(found.certificates.values()) == 0


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (question(park=park(wh(8, 10), other_tco2=Decimal(9))), "fuel, heat and process emissions alone are 9.0 t"),
        (question(limits=Limits(solar_w=2 * MWH, wind_w=0)), "direct supply reaches at most 6.7% of the"),
        (question(limits=Limits(certificates=3, solar_w=15 * MWH, wind_w=MWH)), "tCO2 above the limit of 0.2"),
    ],
)  # fmt: skip
def test_no_plan_is_explained_in_one_sentence(asked: Question, sentence: str) -> None:
    with pytest.raises(UserError) as error:
        solve(asked)
    assert sentence in str(error.value)
    assert "\n" not in str(error.value)


def test_the_cost_of_a_year_is_the_annuity() -> None:
    rate = COSTS.discount_rate
    assert float(COSTS.yearly(Decimal(2900), Decimal(25))) == pytest.approx(annuity(Decimal(2900), Decimal(25), rate))
    assert replace(COSTS, discount_rate=Decimal(0)).yearly(Decimal(2500), Decimal(25)) == 100
