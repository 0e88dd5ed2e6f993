"""The methods of the ladder that need no total: what each would put in place of an interval (document 3, section 2)."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction
from math import inf

from tests.property.oracle.delivery import half_up, month_of
from tests.property.oracle_vee.ladder import Tried
from tests.property.oracle_vee.series import Series
from tests.property.oracle_vee.validation import OVER_CAPACITY, SPIKE

LINEAR_MINUTES = 120
LIKE_DAYS, LIKE_DISTANCE = 3, 35
CONSERVATIVE_DAYS = 90
ALTERNATE_DIFFERENCE = Fraction(2, 100)
HIGHEST = {"grid_import", "storage_charge", "heat_import", "auxiliary", "resale", "curtailment"}
FOSSIL = {"coal", "gas", "oil", "waste"}


def alternates(one: Series, park: Sequence[Series], tried: Tried) -> dict[datetime, int]:
    """What the only check meter below this one measured, in the months in which the two do not disagree."""
    checks = [
        other
        for other in park
        if other.role == "check"
        and other.meter["parent_meter_id"] == one.meter_id
        and other.meter["point"] == one.meter["point"]
    ]
    tried["alternate: several"] += len(checks) > 1
    if len(checks) != 1 or checks[0].minutes != one.minutes:
        return {}
    found: dict[datetime, int] = {}
    (other,) = checks
    for starts in one.month.values():
        theirs = {start: wh for start in starts if (wh := other.valid(start)) is not None}
        both = [(wh, theirs[start]) for start in starts if start in theirs and (wh := one.valid(start)) is not None]
        mine, its = sum(a for a, _ in both), sum(b for _, b in both)
        if abs(mine - its) <= ALTERNATE_DIFFERENCE * max(mine, its):
            found |= theirs
        tried["alternate: differs"] += abs(mine - its) > ALTERNATE_DIFFERENCE * max(mine, its)
        tried["alternate: nothing to compare"] += bool(theirs) and not both
    return found


def linear(one: Series, gap: Sequence[datetime], tried: Tried) -> dict[datetime, int]:
    """The straight line between the valid neighbours of a short gap."""
    if len(gap) * one.minutes > LINEAR_MINUTES:
        tried["linear: gap too long"] += 1
        return {}
    a, b = one.valid(gap[0] - one.length), one.valid(gap[-1] + one.length)
    if a is None or b is None:
        tried["linear: a neighbour is missing"] += 1
        return {}
    tried["linear: over the end of a month"] += (gap[0] - one.length).month != (gap[-1] + one.length).month
    parts = len(gap) + 1
    return {start: half_up(a + Fraction(k * (b - a), parts)) for k, start in enumerate(gap, 1)}


def like_days(
    one: Series, wanted: set[date], types: Mapping[date, str], tried: Tried
) -> Callable[[datetime], int | None]:
    """The mean of the three nearest whole days of its type; where three are not, of days valid where it is not."""
    due_days = sorted({start.date() for start in one.due})
    whole = [d for d in due_days if all(one.valid(start) is not None for start in one.day(d))]
    donors: dict[date, list[date]] = {}
    for moment in wanted:
        alike = [d for d in due_days if types[d] == types[moment] and 0 < abs(d - moment).days <= LIKE_DISTANCE]
        near = [d for d in alike if d in whole]
        if len(near) < LIKE_DAYS:
            lacking = [start for start in one.day(moment) if one.valid(start) is None]
            near = [d for d in alike if all(one.valid(start + (d - moment)) is not None for start in lacking)]
            tried["like_day: days valid at the gap"] += len(near) >= LIKE_DAYS
        donors[moment] = sorted(near, key=lambda d: (abs(d - moment), d))[:LIKE_DAYS]
        tried["like_day: too few days"] += len(near) < LIKE_DAYS
        tried["like_day: a holiday"] += len(near) >= LIKE_DAYS and types[moment] == "sunday" and moment.weekday() != 6
        tried["like_day: a working weekend"] += (
            len(near) >= LIKE_DAYS and types[moment] not in ("saturday", "sunday") and moment.weekday() > 4
        )

    def guess(start: datetime) -> int | None:
        chosen = donors[start.date()]
        if len(chosen) < LIKE_DAYS:
            return None
        values = [one.valid(start + (d - start.date())) for d in chosen]
        return half_up(Fraction(sum(wh for wh in values if wh is not None), LIKE_DAYS))

    return guess


def conservative(one: Series, park: Sequence[Series], tried: Tried) -> Callable[[datetime], int | None]:
    """Of the same time of day in the last 90 days the value that cannot help the claim."""

    def guess(start: datetime) -> int | None:
        direction = _direction(one, park, start)
        earlier = [one.valid(start - timedelta(days=n)) for n in range(1, CONSERVATIVE_DAYS + 1)]
        values = [wh for wh in earlier if wh is not None and wh <= _limit(one, start)]
        if direction is None or not values:
            tried["conservative: no side is safe" if values else "conservative: nothing to go by"] += 1
            return None
        tried[f"conservative: {'highest' if direction is max else 'lowest'} of {one.role}"] += 1
        return direction(values)

    return guess


def _limit(one: Series, start: datetime) -> Fraction | float:
    """The most that is neither above the capacity nor a spike among the valid values of the day."""
    limits: list[Fraction | float] = [inf]
    if one.capacity_kw is not None:
        limits.append(one.at_power(OVER_CAPACITY * one.capacity_kw))
    of_day = sorted((wh for s in one.day(start.date()) if (wh := one.valid(s)) is not None), reverse=True)
    if month_of(start) in one.profiled and len(of_day) > 1 and of_day[1] > 0:
        limits.append(max(of_day[0], (1 + SPIKE) * of_day[1]))
    return min(limits)


def _direction(one: Series, park: Sequence[Series], start: datetime) -> Callable[[Sequence[int]], int] | None:
    month = month_of(start)
    in_month = {other.role for other in park if month in other.month}
    if one.role in HIGHEST or (one.role == "use" and not in_month & {"grid_import", "grid_export"}):
        return max  # where a park has no meter at its gate, its import is what it uses
    if one.role != "grid_export":
        return min
    made = {
        other.role == "generation" and other.project is not None and other.project["technology"] in FOSSIL
        for other in park
        if other.role in ("generation", "direct_import") and month in other.month
    }
    if made == {True, False}:
        return None
    return min if made == {True} else max
