"""The faults of validation, each as a function that spoils one meter's month and says where.

Series and deliveries are in ``faults``. A place is always far enough from the ends of the month that the fault stays in
it; the same random generator gives the same places.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pipelines.samples.shapes import Clock, Series

UNIT_SLIPS = (1000.0, 1 / 1000, 1e4, 1 / 1e4, 3.6, 1 / 3.6)
"""A factor of 1000 (MWh read as kWh), of 10 000 (万kWh), of 3.6 (MJ): each in both directions."""
LATE_MINUTES = 7


@dataclass(frozen=True)
class Fault:
    """One fault: the code of its rule, the meter (or park) it befell, and from when until when."""

    rule: str
    subject: str
    begin: datetime
    end: datetime


@dataclass
class Channel:
    """What a meter sends, kWh per interval; NaN was never sent, ``nulls`` were sent without a value.

    ``capacity_kwh`` is what the meter's capacity makes in one interval; ``roomy`` if that is several times its peak.
    ``registered``: a register is read beside it, which would find other faults too. ``off_grid`` are rows with a stamp
    beside the grid. ``profiled``: the days have a shape, so that the rule of spikes applies.
    """

    meter_id: str
    park_id: str
    point: str
    clock: Clock
    values: Series
    capacity_kwh: float
    roomy: bool
    is_solar: bool
    registered: bool
    profiled: bool
    nulls: NDArray[np.bool_]
    off_grid: list[tuple[datetime, float]]

    def month(self, number: int) -> tuple[int, int]:
        """First interval of a month and the one after its last."""
        inside = np.flatnonzero(self.clock.month == number)
        return int(inside[0]), int(inside[-1]) + 1

    def fault(self, rule: str, first: int, after: int) -> Fault:
        """A fault of this meter from an interval on, until another."""
        length = np.timedelta64(self.clock.interval_minutes, "m")
        begin, end = (
            (self.clock.ends[0] + (place - 1) * length).astype("datetime64[s]").item() for place in (first, after)
        )
        return Fault(rule, self.meter_id, begin, end)


Plant = Callable[[np.random.Generator, Channel, int], Iterator[Fault]]


def _places(random: np.random.Generator, channel: Channel, month: int, count: int, room: int) -> list[int]:
    """Some intervals of a month, at least ``room`` apart from each other and from its ends."""
    first, after = channel.month(month)
    parts = np.linspace(first + room, after - room, count + 1).astype(int)
    return [int(random.integers(a, max(b - room, a + 1))) for a, b in pairwise(parts)]


def _daylight(random: np.random.Generator, channel: Channel, month: int, count: int) -> list[int]:
    """Some intervals of different days in which the meter runs at a good part of what it does in that month."""
    first, after = channel.month(month)
    values = channel.values[first:after]
    usable = np.flatnonzero(values > 0.5 * np.nanmax(values)) + first
    days = random.permutation(np.unique(channel.clock.day[usable]))[:count]
    return [int(random.choice(usable[channel.clock.day[usable] == day])) for day in days]


def missing(random: np.random.Generator, channel: Channel, month: int) -> Iterator[Fault]:
    """Three runs that never came."""
    for place in _places(random, channel, month, 3, 60):
        count = int(random.integers(1, 50))
        channel.values[place : place + count] = np.nan
        yield channel.fault("missing", place, place + count)


def no_value(random: np.random.Generator, channel: Channel, month: int) -> Iterator[Fault]:
    """Three runs sent as null."""
    for place in _places(random, channel, month, 3, 60):
        count = int(random.integers(1, 50))
        channel.nulls[place : place + count] = True
        yield channel.fault("no_value", place, place + count)


def negative(random: np.random.Generator, channel: Channel, month: int) -> Iterator[Fault]:
    """A sign turned round."""
    for place in _daylight(random, channel, month, 4):
        channel.values[place] *= -1
        yield channel.fault("negative", place, place + 1)


def over_capacity(random: np.random.Generator, channel: Channel, month: int) -> Iterator[Fault]:
    """A little or far more than the meter can carry."""
    for place in _daylight(random, channel, month, 4):
        channel.values[place] = round(channel.capacity_kwh * random.choice([1.12, 1.5, 20.0]) + 1)
        yield channel.fault("over_capacity", place, place + 1)


def spike(random: np.random.Generator, channel: Channel, month: int) -> Iterator[Fault]:
    """A value of three times the highest of its day, on a meter whose capacity allows it."""
    for place in _daylight(random, channel, month, 4):
        of_day = channel.clock.day == channel.clock.day[place]
        channel.values[place] = round(float(np.nanmax(channel.values[of_day])) * random.uniform(2.9, 3.4) + 1)
        yield channel.fault("spike", place, place + 1)


def solar_at_night(random: np.random.Generator, channel: Channel, month: int) -> Iterator[Fault]:
    """A plant that seems to run at 1 to 20 % between 22:00 and 04:00."""
    first, after = channel.month(month)
    night = np.flatnonzero((channel.clock.hour[first:after] > 22) | (channel.clock.hour[first:after] < 4)) + first
    for place in sorted(random.choice(night, 6, replace=False)):
        channel.values[place] = round(channel.capacity_kwh * random.uniform(0.01, 0.2) + 1)
        yield channel.fault("solar_at_night", int(place), int(place) + 1)


def zero_run(random: np.random.Generator, channel: Channel, month: int) -> Iterator[Fault]:
    """Missing values written as 0."""
    for place in _places(random, channel, month, 2, 70):
        count = int(random.integers(16, 60))
        channel.values[place : place + count] = 0
        yield channel.fault("zero_run", place, place + count)


def flat_line(random: np.random.Generator, channel: Channel, month: int) -> Iterator[Fault]:
    """A meter that hangs."""
    for place in _places(random, channel, month, 2, 70):
        count = int(random.integers(16, 60))
        channel.values[place : place + count] = max(channel.values[place], 1)
        yield channel.fault("flat_line", place, place + count)


def jump(random: np.random.Generator, channel: Channel, month: int) -> Iterator[Fault]:
    """A value that falls to a sixth, so that the next one jumps."""
    for place in _daylight(random, channel, month, 4):
        if channel.values[place] > 0.3 * channel.capacity_kwh:
            channel.values[place - 1] = round(channel.values[place] / 6)
            yield channel.fault("jump", place, place + 1)


def unit_slip(random: np.random.Generator, channel: Channel, month: int) -> Iterator[Fault]:
    """A month in another unit."""
    first, after = channel.month(month)
    channel.values[first:after] = np.round(channel.values[first:after] * random.choice(UNIT_SLIPS), 4)
    yield channel.fault("unit_slip", first, after)


def prolonged_estimate(random: np.random.Generator, channel: Channel, month: int) -> Iterator[Fault]:
    """More than a week without a reading."""
    first, _ = channel.month(month)
    days = int(random.integers(8, 16))
    place, after = first + channel.clock.per_day * 3, first + channel.clock.per_day * (3 + days)
    channel.values[place:after] = np.nan
    yield channel.fault("prolonged_estimate", place, after)


def off_grid(random: np.random.Generator, channel: Channel, month: int) -> Iterator[Fault]:
    """Rows between two interval ends."""
    for place in _places(random, channel, month, 3, 10):
        found = channel.fault("off_grid", place, place + 1)
        stamp = found.begin.replace(minute=found.begin.minute + LATE_MINUTES)
        channel.off_grid.append((stamp, float(np.nan_to_num(channel.values[place]))))
        yield Fault("off_grid", channel.meter_id, stamp, stamp)


def _any(_: Channel) -> bool:
    return True


KINDS: dict[str, tuple[Plant, Callable[[Channel], bool]]] = {
    "missing": (missing, _any),
    "no_value": (no_value, _any),
    "negative": (negative, _any),
    "over_capacity": (over_capacity, lambda channel: not channel.roomy),
    "spike": (spike, lambda channel: channel.roomy and channel.profiled),
    "solar_at_night": (solar_at_night, lambda channel: channel.is_solar),
    "zero_run": (zero_run, lambda channel: channel.point in ("use", "grid_import")),
    "flat_line": (flat_line, lambda channel: channel.point in ("use", "grid_import")),
    "jump": (jump, lambda channel: not channel.roomy and channel.point in ("use", "grid_import", "direct_import")),
    "unit_slip": (unit_slip, lambda channel: channel.point in ("use", "grid_import", "direct_import")),
    "prolonged_estimate": (prolonged_estimate, _any),
    "off_grid": (off_grid, _any),
}
"""How each fault is planted, and on which meters it can be."""
