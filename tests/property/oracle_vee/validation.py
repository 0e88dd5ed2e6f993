"""The rules of validation, interval by interval: what fails, and what is only listed for review.

Thresholds are those of document 3, section 1. The rule that compares with a register is in ``totals``.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from fractions import Fraction
from itertools import groupby, pairwise

from tests.property.oracle_vee.series import Series

OVER_CAPACITY = Fraction(11, 10)
NIGHT = Fraction(5, 1000)
SPIKE = Fraction(18, 10)
RUN = 16
JUMP_RATIO = 3
JUMP_OF_CAPACITY = Fraction(2, 10)


def validate(one: Series) -> None:
    """Fills ``status`` of every delivered interval."""
    for start, wh in one.delivered.items():
        one.status[start] = _alone(one, start, wh)
    numbers = {start: wh for start, wh in one.delivered.items() if wh is not None}
    for start in spikes(numbers):
        if one.status[start] == "valid":
            one.status[start] = "spike"


def _alone(one: Series, start: datetime, wh: int | None) -> str:
    """What is wrong with an interval by itself."""
    if wh is None:
        return "no_value"
    if wh < 0:
        return "negative"
    return breaks(one, start, wh) or "valid"


def breaks(one: Series, start: datetime, wh: int) -> str | None:
    """The rule of capacity or of the night that a value breaks."""
    if one.capacity_kw is not None and wh > one.at_power(OVER_CAPACITY * one.capacity_kw):
        return "over_capacity"
    if one.is_solar and one.plant_capacity_kw is not None and is_night(one, start):
        return "solar_at_night" if wh > one.at_power(NIGHT * one.plant_capacity_kw) else None
    return None


def is_night(one: Series, start: datetime) -> bool:
    """Whether the whole interval lies between 22:00 and 04:00."""
    begins = start.hour * 60 + start.minute
    return begins >= 22 * 60 or begins + one.minutes <= 4 * 60


def spikes(values: Mapping[datetime, int]) -> set[datetime]:
    """The starts of the values that stand out of their day."""
    by_day: dict[date, list[datetime]] = defaultdict(list)
    for start in values:
        by_day[start.date()].append(start)
    found: set[datetime] = set()
    for starts in by_day.values():
        highest = sorted((values[start] for start in starts), reverse=True)
        if len(highest) >= 3 and highest[2] > 0 and highest[0] - highest[2] > SPIKE * highest[2]:
            found |= {start for start in starts if values[start] == highest[0]}
    return found


def warnings(one: Series) -> Iterator[tuple[str, datetime, datetime]]:
    """Rules that only warn: the code, and the start of the first and of the last interval."""
    for wh, starts in _runs(one):
        if len(starts) >= RUN and wh:
            yield "flat_line", starts[0], starts[-1]
        elif len(starts) >= RUN and one.meter["point"] in ("use", "grid_import"):
            yield "zero_run", starts[0], starts[-1]
    for before, after in pairwise(one.due):
        a, b = one.valid(before), one.valid(after)
        if a is None or b is None or one.capacity_kw is None or after - before != one.length:
            continue
        if abs(b - a) > JUMP_RATIO * a and abs(b - a) > JUMP_OF_CAPACITY * one.at_power(one.capacity_kw):
            yield "jump", after, after


def _runs(one: Series) -> Iterator[tuple[int, list[datetime]]]:
    """Equal valid values in a row, with the starts of their intervals."""
    usable = [start for start in one.due if one.valid(start) is not None]
    place = {start: start - number * one.length for number, start in enumerate(usable)}
    for (_, wh), group in groupby(usable, key=lambda start: (place[start], one.valid(start))):
        assert wh is not None
        yield wh, list(group)
