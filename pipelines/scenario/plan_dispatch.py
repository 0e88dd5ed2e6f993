"""From a solution in MWh to whole W, Wh and certificates, and the exact account of the park under them.

What passes here passes the formulas of the method on integers and decimals; the pipeline is asked again in
``plan_check``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import ceil, floor

import numpy as np

from pipelines.scenario.plan_model import Reading, draw_limit
from pipelines.scenario.plan_problem import MWH, Account, Dispatch, Park, Profile, Question, Wh

_LEAF = Decimal("0.000001")


@dataclass(frozen=True)
class Sizes:
    """Capacities in W and Wh, and what the storage holds as the year begins."""

    solar_w: int
    wind_w: int
    storage_w: int
    storage_wh: int
    start_wh: int


def sizes(reading: Reading, question: Question, spare_w: int) -> Sizes:
    """The capacities of a solution, rounded up and ``spare_w`` more; what is not worth a W is nothing.

    No limit of the user is passed.
    """
    limits = question.limits
    moved = float(reading.charge.sum()) * MWH >= 1.0
    solar, wind = _whole(reading.solar_mw, limits.solar_w, spare_w), _whole(reading.wind_mw, limits.wind_w, spare_w)
    if not moved:
        return Sizes(solar, wind, 0, 0, 0)
    moving = np.maximum(reading.charge, reading.discharge) * 60 / question.park.minutes
    power = _whole(float(moving.max()), limits.storage_w, spare_w)
    energy = _whole(reading.energy_mwh, limits.storage_wh, spare_w)
    return Sizes(solar, wind, power, energy, min(floor(reading.start_mwh * MWH), energy))


def _whole(value: float, limit: int | None, spare: int) -> int:
    if value * MWH < 0.5:
        return 0
    found = ceil(value * MWH - 1e-3) + spare
    return found if limit is None else min(found, limit)


def dispatch(reading: Reading, size: Sizes, question: Question, spare_wh: int) -> Dispatch:
    """The flows in whole Wh: what a solution charges and discharges, with errors carried to the next interval.

    Plants give at most what they can, the storage holds between nothing and its size and ends with at least what it
    began with, never charges and discharges in one hour, and what arrives is at most the import it takes the place of.
    """
    able = available(question.solar, size.solar_w, question.park) + available(question.wind, size.wind_w, question.park)
    charge, discharge = _stored(reading, size, question, able)
    park = question.park
    most = np.minimum(able - charge, park.import_wh - discharge)
    direct = np.minimum(np.floor(reading.direct * MWH).astype(np.int64) + 1 + spare_wh, most)
    return Dispatch(np.maximum(direct, 0), charge, discharge)


def available(profile: Profile | None, power_w: int, park: Park) -> Wh:
    """What a plant could give in each hour."""
    return np.zeros(park.intervals, dtype=np.int64) if profile is None else profile.output_wh(power_w)


def _stored(reading: Reading, size: Sizes, question: Question, able: Wh) -> tuple[Wh, Wh]:
    """Charge and discharge in whole Wh. The state is kept in integers: so many times ``unit`` of a Wh."""
    park, costs = question.park, question.costs
    inward, outward = Fraction(costs.charge_efficiency), 1 / Fraction(costs.discharge_efficiency)
    unit = inward.denominator * outward.denominator
    per_charge, per_discharge = int(inward * unit), int(outward * unit)
    full, state = size.storage_wh * unit, size.start_wh * unit
    charge, discharge = np.zeros(park.intervals, dtype=np.int64), np.zeros(park.intervals, dtype=np.int64)
    power = size.storage_w * park.minutes // 60
    owed_in = owed_out = 0.0
    for hour in np.flatnonzero((reading.charge > 0) | (reading.discharge > 0)):
        if reading.charge[hour] > 0:
            owed_in += float(reading.charge[hour]) * MWH
            most = min(int(able[hour]), int(power[hour]), (full - state) // per_charge)
            moved = max(min(floor(owed_in), most), 0)
            owed_in, state, charge[hour] = owed_in - moved, state + moved * per_charge, moved
        else:
            owed_out += float(reading.discharge[hour]) * MWH
            most = min(int(park.import_wh[hour]), int(power[hour]), state // per_discharge)
            moved = max(min(floor(owed_out), most), 0)
            owed_out, state, discharge[hour] = owed_out - moved, state - moved * per_discharge, moved
    missing = max(-((state - size.start_wh * unit) // per_discharge), 0)
    for hour in np.flatnonzero(discharge)[::-1]:
        given_back = min(missing, int(discharge[hour]))
        discharge[hour] -= given_back
        missing -= given_back
    return charge, discharge


def offtakes(park: Park, flows: Dispatch) -> dict[str, int]:
    """The draw of each enterprise (F) under a plan, shared hour by hour by running sums as the method does."""
    before = draw_limit(park)
    rest = park.import_wh - flows.supply_wh
    after = rest if park.users_wh is None else np.minimum(rest, park.users_wh)
    running: Wh = np.zeros(park.intervals, dtype=np.int64)
    total: Wh = sum((one.weight for one in park.enterprises), running)
    found = {}
    for one in park.enterprises:
        lost = _part(before, running, running + one.weight, total) - _part(after, running, running + one.weight, total)
        found[one.enterprise_id] = max(one.offtake_wh - lost, 0)
        running = running + one.weight
    return found


def _part(energy: Wh, low: Wh, high: Wh, total: Wh) -> int:
    """The sum over hours of floor(energy x high / total) - floor(energy x low / total); 0 where total is 0."""
    some = total > 0
    energy, low, high, total = (values[some] for values in (energy, low, high, total))
    if int(energy.max(initial=0)) * int(high.max(initial=0)) >= 2**62:
        energy, low, high, total = (values.astype(object) for values in (energy, low, high, total))
    return int((energy * high // total - energy * low // total).sum())


@dataclass(frozen=True)
class Cover:
    """Certificates to buy by enterprise, whole, and what covers the draw of all: trade and certificates, in Wh."""

    bought: Mapping[str, int]
    covered_wh: int


def certificates(park: Park, flows: Dispatch, most: int | None) -> Cover:
    """The fewest whole certificates that bring E to the limit, first where each covers a whole MWh of draw.

    Where all draw that certificates may cover is not enough, all of it is covered. ``most``: certificates there are.
    """
    draws = offtakes(park, flows)
    open_wh, covered = {}, 0
    for one in park.enterprises:
        draw = draws[one.enterprise_id]
        free = min(one.trade_wh, draw)
        free += min(one.usable_wh, draw - free)
        covered, open_wh[one.enterprise_id] = covered + free, draw - free
    inflow = park.inflow_wh - int(flows.supply_wh.sum())
    needed = max(inflow - residual_most(park, flows.loss_wh) - covered, 0)
    bought = dict.fromkeys(open_wh, 0)
    left = needed
    for who, draw in open_wh.items():
        bought[who] = min(draw // MWH, -(-left // MWH))
        left = max(left - bought[who] * MWH, 0)
    parts = sorted((who for who in open_wh if bought[who] * MWH < open_wh[who]), key=lambda who: -(open_wh[who] % MWH))
    for who in parts:
        if left > 0:
            bought[who] += 1
            left = max(left - (open_wh[who] - (bought[who] - 1) * MWH), 0)
    if most is not None and sum(bought.values()) > most:
        bought = _cut(bought, sum(bought.values()) - most)
    counted = sum(min(count * MWH, open_wh[who]) for who, count in bought.items())
    return Cover(bought, covered + counted)


def _cut(bought: Mapping[str, int], excess: int) -> dict[str, int]:
    """The certificates without ``excess`` of them, the last enterprises first."""
    found = dict(bought)
    for one in reversed(list(found)):
        less = min(excess, found[one])
        found[one] -= less
        excess -= less
    return found


def residual_most(park: Park, loss_wh: int) -> int:
    """The residual grid power N, in Wh, with which E just meets the limit; the inflow where there is no limit."""
    if park.limit is None:
        return park.inflow_wh
    other = park.other_tco2 + park.reserve_tco2 + _fixed_tco2(park)
    room = park.limit * (park.energy_tce + _tce(loss_wh, park)) - other - _LEAF
    return int((room / park.residual_factor * MWH).to_integral_value(ROUND_FLOOR))


def account(park: Park, flows: Dispatch, cover: Cover) -> Account:
    """E, C and both tests under a plan, with the leaves of the method: each rounded half up to six decimals."""
    used = int(np.minimum(flows.supply_wh, park.room_wh).sum())
    use_wh = park.use_wh + flows.loss_wh
    direct = park.direct_wh + used
    direct -= min(park.sold_wh, max(direct, 0))
    residual = park.inflow_wh - int(flows.supply_wh.sum()) - cover.covered_wh
    total = park.other_tco2 + _leaf(residual, park) + _fixed_tco2(park)
    energy = park.energy_tce + _tce(flows.loss_wh, park)
    within = park.limit is None or total + park.reserve_tco2 <= park.limit * energy
    if park.limit is None and park.loss_limit_wh is not None:
        within = flows.loss_wh <= park.loss_limit_wh
    enough = direct - park.reserve_wh >= park.minimum_share * use_wh
    return Account(use_wh, direct, residual, total, energy, within, enough)


def _fixed_tco2(park: Park) -> Decimal:
    return _leaf(park.uncounted_wh + park.sold_wh, park) - _leaf(park.fossil_export_wh, park)


def _leaf(energy_wh: int, park: Park) -> Decimal:
    return (Decimal(energy_wh) / MWH * park.residual_factor).quantize(_LEAF, ROUND_HALF_UP)


def _tce(energy_wh: int, park: Park) -> Decimal:
    return (Decimal(energy_wh) / MWH * park.c_eq).quantize(_LEAF, ROUND_HALF_UP)
