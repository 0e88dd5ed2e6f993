"""What goes wrong in a random world: readings that never come or cannot be; what registers, bills, edits say instead.

The worlds are in ``vee_worlds``. Nothing here judges; several faults may meet.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from tests.property.vee_worlds import Row, World

HOLIDAYS = [(date(2026, 1, 1), 3), (date(2026, 2, 15), 9), (date(2026, 5, 1), 5), (date(2026, 2, 14), 1)]


def spoil(world: World, crossing: bool = False) -> None:
    """Delivers the readings of every meter with faults in them, and sometimes totals and edits.

    ``crossing``: registers are read without regard to the ends of months.
    """
    for meter_id, wh in world.wh.items():
        world.came[meter_id] = dict(wh)
        _Faults(world, meter_id).plant()
    _no_import(world)
    for meter_id in world.wh:
        versions = [row for row in world.rows("meters") if row["meter_id"] == meter_id]
        if len(versions) == 1 and world.chance(0.55):
            _known_totals(world, versions[0], crossing)
        if world.chance(0.1):
            _edit(world, versions[0])
    for meter_id in world.wh:
        _deliver(world, meter_id)


class _Faults:
    """Spoils one meter. ``place`` is a random interval, ``came`` what is left of the truth."""

    def __init__(self, world: World, meter_id: str) -> None:
        self.world, self.random, self.meter_id = world, world.random, meter_id
        self.starts = sorted(world.wh[meter_id])
        self.came = world.came[meter_id]
        self.meter = next(row for row in world.rows("meters") if row["meter_id"] == meter_id)
        self.top = self.meter["size_kw"] * 1000 * world.minutes // 60

    def plant(self) -> None:
        kinds: list[Callable[[], None]] = [
            *(self.short, self.short, self.too_long, self.some_days, self.some_days, self.weeks, self.at_an_end),
            *(self.month_end, self.month_end, self.holiday, self.holiday, self.near_gaps, self.bad_neighbour),
            *(self.nulls, self.negative, self.over_capacity, self.spike, self.spike, self.at_night, self.night_gap),
            *(self.zeros, self.flat, self.jump, self.same_hour, self.nearly_all),
            *(self.at_change, self.at_change, self.same_hour, self.at_an_end),
            *(self.high_neighbours, self.high_neighbours),
        ]  # fmt: skip
        for _ in range(self.random.choice([1, 2, 3, 4, 6])):
            self.random.choice(kinds)()
        if self.world.chance(0.3):
            self.ragged()

    def lose(self, begin: int, count: int) -> None:
        """Takes intervals away, from the one at ``begin`` on."""
        for start in self.starts[max(begin, 0) : max(begin + count, 0)]:
            self.came.pop(start, None)

    def put(self, place: int, wh: int | None) -> None:
        if 0 <= place < len(self.starts):
            self.came[self.starts[place]] = wh

    @property
    def place(self) -> int:
        return self.random.randrange(len(self.starts))

    @property
    def two_hours(self) -> int:
        return max(120 // self.world.minutes, 1)

    def index(self, day: date) -> int:
        """Where a day begins among the starts; it may lie outside."""
        return int((datetime.combine(day, time()) - self.starts[0]) / self.world.length)

    def short(self) -> None:
        self.lose(self.place, self.random.randint(1, self.two_hours))

    def too_long(self) -> None:
        self.lose(self.place, self.two_hours + self.random.randint(1, 3))

    def some_days(self) -> None:
        day = self.starts[self.place].date()
        self.lose(
            self.index(day) + self.random.choice([0, 0, 1, -1, 3]), self.world.per_day * self.random.randint(1, 3)
        )

    def weeks(self) -> None:
        self.lose(self.place, self.world.per_day * self.random.choice([7, 9, 20]))

    def at_an_end(self) -> None:
        count = self.random.choice([1, 2, self.two_hours, self.world.per_day, 2 * self.world.per_day])
        self.lose(self.random.choice([0, len(self.starts) - count]), count)

    def month_end(self) -> None:
        middle = self.index(self.random.choice([date(2026, n, 1) for n in range(1, 6)]))
        before = self.random.randint(0, self.two_hours)
        self.lose(middle - before, before + self.random.choice([0, 1, 2, self.world.per_day]))

    def holiday(self) -> None:
        day, count = self.random.choice(HOLIDAYS)
        self.lose(self.index(day), self.world.per_day * self.random.randint(1, count))

    def near_gaps(self) -> None:
        place, count = self.place, self.random.randint(1, self.two_hours)
        self.lose(place, count)
        self.lose(place + count + 1, self.random.randint(1, self.two_hours))

    def bad_neighbour(self) -> None:
        place, count = self.place, self.random.randint(1, max(self.two_hours - 1, 1))
        self.lose(place, count)
        self.put(
            self.random.choice([place - 1, place + count]), self.random.choice([None, -self.top // 3, self.top * 2])
        )

    def high_neighbours(self) -> None:
        """Days with three high values stand in for a lost hour of one that has none: the estimate stands out."""
        wednesdays = [start.date() for start in self.starts if start.weekday() == 2][1:-1]
        if not wednesdays or self.world.per_day < 24:
            return
        day, hour = self.index(self.random.choice(wednesdays)), self.random.randrange(self.world.per_day)
        for n in range(-7, 8):
            for k in range(self.world.per_day):
                self.put(day + n * self.world.per_day + k, self.top // 40 + k % 2)
            for k in (0, self.world.per_day // 3, self.world.per_day // 2) if n else ():
                self.put(day + n * self.world.per_day + (hour + k) % self.world.per_day, self.top // 10)
        self.lose(day + hour, self.two_hours + 1)

    def nulls(self) -> None:
        place = self.place
        for n in range(self.random.choice([1, 3, self.world.per_day])):
            self.put(place + n, None)

    def negative(self) -> None:
        self.put(self.place, -self.random.randint(1, self.top))

    def over_capacity(self) -> None:
        place = self.place
        for n in range(self.random.choice([1, 1, 2, 5])):
            self.put(place + n, self.top * self.random.choice([11, 12, 15]) // 10 + self.random.choice([0, 1]))

    def spike(self) -> None:
        """A value, or two equal ones, far above the third highest of the day; or just not far enough."""
        day = self.world.per_day * (self.place // self.world.per_day)
        values = sorted(
            wh for n in range(self.world.per_day) if (wh := self.came.get(self._start(day + n))) is not None
        )
        high = values[-1] * self.random.choice([2, 3, 4]) if values else self.top
        if values and len(values) > 2 and self.world.chance(0.3):
            high = max(values[-2] * 14 // 5 + self.random.choice([0, 1]), values[-1])
        for _ in range(self.random.choice([1, 1, 2, 3])):
            self.put(day + self.random.randrange(self.world.per_day), high)

    def _start(self, place: int) -> datetime:
        return self.starts[min(place, len(self.starts) - 1)]

    def at_night(self) -> None:
        """Around the limit of the night and its first and last intervals."""
        day = self.world.per_day * (self.place // self.world.per_day)
        minute = self.random.choice([0, 60, 180, 210, 225, 240, 22 * 60 - 15, 22 * 60 - 60, 22 * 60, 23 * 60])
        limit = self.top * 5 // 1000
        self.put(day + minute // self.world.minutes, self.random.choice([limit, limit + 1, limit * 3]))

    def night_gap(self) -> None:
        """Lost at night beside values that a line would carry into the night."""
        day = self.world.per_day * (self.place // self.world.per_day)
        dawn = day + 240 // self.world.minutes
        self.put(dawn, self.top // 5)
        self.lose(dawn - 1, 1)

    def zeros(self) -> None:
        place = self.place
        for n in range(self.random.choice([15, 16, 17, 40])):
            self.put(place + n, 0)

    def flat(self) -> None:
        place, wh = self.place, self.top // 3
        for n in range(self.random.choice([15, 16, 17, 40])):
            self.put(place + n, wh)
        if self.world.chance(0.3):
            self.lose(place + 12, 1)

    def jump(self) -> None:
        place, low = self.place, self.random.choice([0, self.top // 20])
        self.put(place, low)
        self.put(place + 1, self.random.choice([low * 4, low * 4 + 1, low + self.top // 5, low + self.top // 5 + 1]))

    def same_hour(self) -> None:
        """One time of day is lost on every day for weeks, so that no day is whole."""
        place = self.place
        for n in range(self.random.choice([30, 100])):
            self.lose(place + n * self.world.per_day, 1)
        self.lose(place + 7 * self.world.per_day, self.two_hours + 2)

    def ragged(self) -> None:
        """No day is whole, and the meter ends with a lost interval, often on a day far below those before it."""
        last = self.index(self.starts[-1].date())
        lost = last + self.random.randrange(self.world.per_day)
        if self.world.chance(0.5):
            for n in range(last, len(self.starts)):
                self.put(n, self.top // 40 + n % 2)
        for n in range(lost % self.world.per_day, len(self.starts), self.world.per_day):
            self.lose(n, 1)
        self.lose(len(self.starts) - 1, 1)

    def at_change(self) -> None:
        """Around the day on which the meter's ratio changes or another meter takes its place."""
        days = [row["valid_from"] for row in self.world.rows("meters") if row["valid_from"] != self.world.first]
        if days:
            before = self.random.choice([1, self.two_hours // 2, self.world.per_day])
            self.lose(self.index(self.random.choice(days)) - before, 2 * before)

    def nearly_all(self) -> None:
        self.lose(
            self.random.choice([self.world.per_day, 0]),
            len(self.starts) - self.random.choice([1, 2, 5]) * self.world.per_day,
        )


def _no_import(world: World) -> None:
    """Where a park also exports, nothing comes in for a while."""
    points = {row["point"] for row in world.rows("meters")}
    for row in world.rows("meters"):
        if row["point"] == "grid_import" and "grid_export" in points:
            faults = _Faults(world, row["meter_id"])
            faults.zeros()
            faults.zeros()


def _known_totals(world: World, meter: Row, crossing: bool) -> None:
    """Register reads at some moments, or bills between them, that agree with the truth or in one place do not."""
    random, starts = world.random, sorted(world.wh[meter["meter_id"]])
    every, first = (
        random.choice([1, 1, 7, 10, 31]) * world.per_day,
        random.choice([0, 0, random.randrange(world.per_day)]),
    )
    cuts = starts[first::every] + ([starts[-1] + world.length] if random.random() < 0.5 else [])
    if random.random() < 0.3:
        cuts = sorted(random.sample(starts, min(len(starts), random.randint(2, 12))))
    if not crossing:
        cuts = sorted({*cuts, *(start for start in starts if start.day == 1 and start.time() == time())})
    energies: list[int] = [
        sum(world.wh[meter["meter_id"]][start] for start in starts if begin <= start < end)
        for begin, end in pairwise(cuts)
    ]
    if energies:
        odd = random.randrange(len(energies))
        off = random.choice([Fraction(1), Fraction(1), Fraction(1), Fraction(10003, 10000), Fraction(2, 3)])
        energies[odd] = int(energies[odd] * off)
    (_bills if random.random() < 0.25 else _reads)(world, meter, cuts, energies)


def _bills(world: World, meter: Row, cuts: Sequence[datetime], energies: Sequence[int]) -> None:
    """A bill is only a check where something was read in its period; else it would be all there is."""
    came = world.came[meter["meter_id"]]
    for (begin, end), wh in zip(pairwise(cuts), energies, strict=True):
        if any(begin <= start < end for start in came):
            row = {"meter_id": meter["meter_id"], "from": begin, "to": end, "kind": "total"}
            world.add("meter_periods", **row, energy=_exact(Fraction(wh, 1000)))


def _reads(world: World, meter: Row, cuts: Sequence[datetime], energies: Sequence[int]) -> None:
    """A register cut to its step, where it has one."""
    step, shown = Fraction(meter["register_step"] or Fraction(1, 10**6)), Fraction(world.random.randint(0, 10**6))
    for cut, wh in zip(cuts, [0, *energies], strict=True):
        shown += Fraction(wh) / _ratio(meter)
        world.add("meter_registers", meter_id=meter["meter_id"], read_at=cut, value=_exact(shown // step * step))


def _ratio(meter: Row) -> Fraction:
    """Wh in one kWh of a reading."""
    return Fraction((meter["multiplier"] or 1) * 1000)


def _edit(world: World, meter: Row) -> None:
    """A person's value for some intervals, lost or not, within what the meter can carry."""
    starts = sorted(world.wh[meter["meter_id"]])
    most = meter["size_kw"] * world.minutes * 8 // (60 * 2 * (meter["multiplier"] or 1))
    begin = world.random.choice(starts)
    world.add(
        "reading_edits",
        meter_id=meter["meter_id"],
        **{"from": begin, "to": begin + world.random.choice([1, 2, 5, world.per_day]) * world.length},
        value=Decimal(world.random.randint(0, most)) / 8,
        reason="test",
        document_sha256="0" * 64,
        author="a",
        approver="b",
    )


def _deliver(world: World, meter_id: str) -> None:
    """The readings as rows, in the ratio of the master row in force."""
    versions = [row for row in world.rows("meters") if row["meter_id"] == meter_id]
    estimated = world.chance(0.15)
    for start, wh in sorted(world.came[meter_id].items()):
        meter = next(row for row in reversed(versions) if row["valid_from"] <= start.date())
        value = None if wh is None else _exact(wh / _ratio(meter))
        flag = "N" if wh is None else "E" if estimated and world.chance(0.02) else None
        world.add("meter_readings", meter_id=meter_id, interval_end=start + world.length, value=value, flag=flag)


def _exact(value: Fraction) -> Decimal:
    """A decimal of a value whose denominator has no factors but 2 and 5."""
    return Decimal(value.numerator) / Decimal(value.denominator)
