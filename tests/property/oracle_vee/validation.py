"""The rules of validation, interval by interval: what fails, and what is only listed for review.

Thresholds are those of document 3, section 1. The rule that compares with a register is in ``totals``.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from fractions import Fraction

from tests.property.oracle.delivery import month_of
from tests.property.oracle_vee.series import Series

OVER_CAPACITY = Fraction(11, 10)
NIGHT = Fraction(5, 1000)
SPIKE = Fraction(18, 10)
RUN = 16
JUMP_RATIO = 3
JUMP_OF_CAPACITY = Fraction(2, 10)
EXPORTING = Fraction(1, 2)


def validate(one: Series) -> None:
    """Fills ``status`` of every delivered interval. A person's value stands, and is one of its day."""
    for start, wh in one.delivered.items():
        one.status[start] = "valid" if start in one.edited else _alone(one, start, wh)
    numbers = {start: wh for start, wh in one.delivered.items() if wh is not None}
    for start in spikes(one, numbers):
        if one.status[start] == "valid" and start not in one.edited:
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


def spikes(one: Series, values: Mapping[datetime, int]) -> set[datetime]:
    """The starts of the values that stand out of their day, where days have a profile."""
    days = {day: starts for day, starts in _by_day(values).items() if month_of(day) in one.profiled}
    highest = {
        day: max(values[start] for start in starts) for day, starts in days.items() if _stands_out(values, starts)
    }
    return {start for day, wh in highest.items() for start in days[day] if values[start] == wh}


def _by_day(values: Iterable[datetime]) -> dict[date, list[datetime]]:
    found: dict[date, list[datetime]] = defaultdict(list)
    for start in values:
        found[start.date()].append(start)
    return found


def _stands_out(values: Mapping[datetime, int], starts: Iterable[datetime]) -> bool:
    """Whether the highest value of a day is far above the third highest."""
    highest = sorted((values[start] for start in starts), reverse=True)
    return len(highest) >= 3 and highest[2] > 0 and highest[0] - highest[2] > SPIKE * highest[2]


def warnings(one: Series, park: Iterable[Series]) -> Iterator[tuple[str, datetime, datetime]]:
    """Rules that only warn: the code, and the start of the first and of the last interval. ``park``: all its meters.

    What a person has set is not looked at, but for the days that stand out where that is no fault (``spike_kept``, with
    the first interval of the day).
    """
    valid = {start: wh for start in one.due if (wh := one.valid(start)) is not None}
    for day, starts in _by_day(valid).items():
        if month_of(day) not in one.profiled and _stands_out(valid, starts):
            yield "spike_kept", one.day(day)[0], one.day(day)[0]
    read = {start: wh for start, wh in valid.items() if start not in one.edited}
    for wh, starts in _runs(one, read):
        if len(starts) >= RUN and wh:
            yield "flat_line", starts[0], starts[-1]
        elif len(starts) >= RUN and one.meter["point"] == "use":
            yield "zero_run", starts[0], starts[-1]
    for zeros, is_explained in import_zeros(one, park):
        if not is_explained:
            yield "zero_run", zeros[0], zeros[-1]
    for start, wh in read.items():
        before = read.get(start - one.length)
        if before is None or one.capacity_kw is None:
            continue
        change = abs(wh - before)
        if change > JUMP_RATIO * before and change > one.at_power(JUMP_OF_CAPACITY * one.capacity_kw):
            yield "jump", start, start


def import_zeros(one: Series, park: Iterable[Series]) -> Iterator[tuple[Sequence[datetime], bool]]:
    """Runs of zeros of an import meter, and whether the park sends energy out for half of the time: then zero is right.

    A run is judged in each month by what lies in it and in the sixteen intervals before it.
    """
    if one.meter["point"] != "grid_import":
        return
    read = {start: wh for start in one.due if start not in one.edited and (wh := one.valid(start)) is not None}
    exports = [other for other in park if other.meter["point"] == "grid_export"]
    for run in (starts for wh, starts in _runs(one, read) if not wh):
        for month in sorted({month_of(start) for start in run}):
            begin = datetime.fromisoformat(f"{month}-01") - RUN * one.length
            near = [start for start in run if begin <= start and month_of(start) <= month]
            if len(near) >= RUN:
                sent = sum(any(other.valid(start) for other in exports) for start in near)
                yield near, sent >= EXPORTING * len(near)


def _runs(one: Series, read: Mapping[datetime, int]) -> Iterator[tuple[int, list[datetime]]]:
    """Equal values in a row, with the starts of their intervals."""
    run: list[datetime] = []
    for start, wh in read.items():
        if run and (run[-1] + one.length != start or read[run[-1]] != wh):
            yield read[run[0]], run
            run = []
        run.append(start)
    if run:
        yield read[run[0]], run
