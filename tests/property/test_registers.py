"""What registers counted, worked out a second time: random registers with every fault, read by hand with fractions.

The rules are written here from their description, one meter and one read after the other; the SQL sees all at once.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from random import Random

import pytest

from tests.sql.harness import Case, Rows

START = datetime(2026, 1, 1)
FACTOR = Fraction(11, 10)
METERS = 250


@dataclass
class Register:
    """A meter, its reads in order of time, and the replacements between them (moment, last value, first value)."""

    name: str
    modulus: int | None
    capacity_kw: int | None
    ratio: Fraction
    reads: list[tuple[datetime, Fraction]] = field(default_factory=list)
    replacements: list[tuple[datetime, Fraction, Fraction]] = field(default_factory=list)

    def limit_wh(self, begin: datetime, end: datetime) -> Fraction | None:
        if self.capacity_kw is None:
            return None
        return FACTOR * self.capacity_kw * 1000 * Fraction((end - begin) // timedelta(seconds=1), 3600)

    def wh(self, value: Fraction) -> int:
        return (2 * value * self.ratio * 1000 + 1) // 2


def random_register(number: int, random: Random) -> Register:
    """Hourly reads of a true count, some hours missing, some values wrong; it may roll over and be replaced."""
    modulus = random.choice([None, 100, 10_000])
    ratio = random.choice([Fraction(1), Fraction(60), Fraction("1.5")])
    step = Fraction(random.randint(1, 900), 100)
    # Half of the registers have a capacity, the true count well within it.
    capacity = random.choice([None, int(10 * ratio) + 1])
    register = Register(f"M{number:03d}", modulus, capacity, ratio)
    value = Fraction(random.randint(0, modulus or 5_000))
    for hour in range(24):
        moment = START + timedelta(hours=hour, minutes=random.choice([0, 0, 0, 20]))
        if random.random() < 0.04:
            fresh = Fraction(random.randint(0, 50))
            register.replacements.append((moment - timedelta(minutes=7), value, fresh))
            value = fresh
        if random.random() < 0.9:
            shown = random.choice([Fraction(0), value - 1, value + 700, value / 2]) if random.random() < 0.08 else value
            register.reads.append((moment, max(shown, Fraction(0))))
        value += step
        if modulus:
            value %= modulus
    if modulus and random.random() < 0.2:
        backward = [(START + timedelta(hours=24), Fraction(1)), (START + timedelta(hours=25), Fraction(modulus - 2))]
        register.reads += backward
    return register


def segments(register: Register) -> list[list[tuple[datetime, Fraction, bool]]]:
    """The points of each of the meter's registers in order; true for a read, false for what a replacement states."""
    found: list[list[tuple[datetime, Fraction, bool]]] = [[]]
    pending = list(register.replacements)
    for moment, value in register.reads:
        while pending and pending[0][0] < moment:
            at, last, first = pending.pop(0)
            found[-1].append((at, last, False))
            found.append([(at, first, False)])
        found[-1].append((moment, value, True))
    for at, last, first in pending:
        found[-1].append((at, last, False))
        found.append([(at, first, False)])
    return found


def without_zeros(points: list[tuple[datetime, Fraction, bool]]) -> list[tuple[datetime, Fraction, bool]]:
    kept = []
    for place, (at, value, is_read) in enumerate(points):
        before = next((v for _, v, _ in reversed(points[:place]) if v), None)
        after = next((v for _, v, _ in points[place + 1 :] if v), None)
        if not (is_read and value == 0 and before is not None and after is not None and after >= before):
            kept.append((at, value, is_read))
    return kept


def believed(register: Register, points: list[tuple[datetime, Fraction, bool]]) -> list[tuple[datetime, Fraction]]:
    """The points without the reads that fell and came back, or rose and came back."""
    points = without_zeros(points)
    kept = []
    for place, (at, value, is_read) in enumerate(points):
        if is_read and 0 < place < len(points) - 1:
            (at_before, before, _), (at_after, after, _) = points[place - 1], points[place + 1]
            if value < before <= after:
                continue
            later = points[place + 2][1] if place + 2 < len(points) else None
            if before <= after < value and not (later is not None and later >= value):
                rise, up = value - before, register.limit_wh(at_before, at)
                limit, down = register.limit_wh(at, at_after), value - after
                scale = register.ratio * 1000
                modulus = register.modulus
                impossible = rise * scale > up if up is not None else bool(modulus and 2 * rise > modulus)
                if modulus is None:
                    rolls = False
                else:
                    rolls = (modulus - down) * scale <= limit if limit is not None else 2 * down >= modulus
                if impossible or not rolls:
                    continue
        kept.append((at, value))
    return kept


def advance(register: Register, begin: datetime, before: Fraction, end: datetime, after: Fraction) -> tuple:
    """Status, energy and whether the register rolled over."""
    limit = register.limit_wh(begin, end)
    modulus = register.modulus if register.modulus and register.modulus >= max(before, after) else None
    rise = after - before
    if rise < 0:
        if modulus is None:
            return "register_reset", None, False
        turned = register.wh(modulus + rise)
        if turned <= limit if limit is not None else 2 * (modulus + rise) <= modulus:
            return "valid", turned, True
        return "register_reset", None, False
    energy = register.wh(rise)
    if energy <= limit if limit is not None else (modulus is None or 2 * rise <= modulus):
        return "valid", energy, False
    if modulus is not None and (limit is None or register.wh(modulus - rise) <= limit):
        return "register_backward", None, False
    return "over_capacity", energy, False


def expected(register: Register) -> set[tuple]:
    return {
        (register.name, begin, end, *advance(register, begin, before, end, after))
        for points in segments(register)
        for (begin, before), (end, after) in pairwise(believed(register, points))
    }


def text(value: object) -> str | None:
    if value is None:
        return None
    return f"{float(value):.6f}" if isinstance(value, Fraction) else str(value)


def tables(registers: list[Register]) -> dict[str, Rows]:
    def rows(header: str, cells: list[list[object]]) -> Rows:
        return header.split(","), [[text(cell) for cell in row] for row in cells]

    masters: list[list[object]] = [
        [r.name, "P", "use", "register", "kWh", 60, r.ratio, r.modulus, r.capacity_kw] for r in registers
    ]
    return {
        "parsed.parks": (["park_id", "name_zh", "province_zh"], [["P", "园区", "江苏"]]),
        "parsed.meters": rows(
            "meter_id,park_id,point,measure,unit,interval_minutes,multiplier,register_modulus,capacity_kw", masters
        ),
        "parsed.meter_registers": rows(
            "meter_id,read_at,value", [[r.name, *read] for r in registers for read in r.reads]
        ),
        "parsed.meter_replacements": rows(
            "meter_id,at,old_final,new_initial", [[r.name, *swap] for r in registers for swap in r.replacements]
        ),
        "run.years": (["year"], [["2026"]]),
        "run.month": (["month"], [["2026-01"]]),
    }


@pytest.fixture(scope="module", params=[1, 2])
def case(request):
    random = Random(request.param)
    registers = [random_register(number, random) for number in range(METERS)]
    with Case(tables(registers)) as built:
        built.build("energy.register_interval")
        yield registers, built.con


def test_every_advance_is_what_the_rules_say(case):
    registers, con = case
    found = con.execute(
        "select meter_id, from_at, to_at, status, energy_wh, is_rollover from staging.register_advances"
    ).fetchall()
    assert set(found) == set().union(*map(expected, registers))
    statuses = {status for _, _, _, status, _, _ in found}
    assert statuses == {"valid", "register_reset", "register_backward", "over_capacity"}
    assert any(rolled for *_, rolled in found)


def test_every_interval_has_its_share_of_the_advances_that_fill_it(case):
    registers, con = case
    slots = dict(con.execute("select meter_id, slot from energy.month_meters").fetchall())
    found = {
        (s, m): wh
        for s, m, wh in con.execute("select slot, minute, energy_wh from energy.register_interval").fetchall()
    }
    wanted: dict[tuple[int, int], int] = {}
    for register in registers:
        advances = [row[1:] for row in expected(register)]
        for hour in range(25):
            begin, end = START + timedelta(hours=hour), START + timedelta(hours=hour + 1)
            parts = [
                (
                    min(to, end) - max(since, begin),
                    share(wh, since, to, min(to, end)) - share(wh, since, to, max(since, begin)),
                )
                for since, to, status, wh, _ in advances
                if since < end
                and to > begin
                and (status == "valid" or (since, to, status) == (begin, end, "over_capacity"))
            ]
            if sum((length for length, _ in parts), timedelta()) == timedelta(hours=1):
                wanted[slots[register.name], hour * 60] = sum(wh for _, wh in parts)
    assert found == wanted
    assert len(wanted) > METERS * 15


def share(wh: int, since: datetime, to: datetime, moment: datetime) -> int:
    """What of an advance has passed by a moment within it."""
    return wh * ((moment - since) // timedelta(seconds=1)) // ((to - since) // timedelta(seconds=1))
