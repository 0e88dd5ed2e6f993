"""Small random worlds of meters with holes: a park, its meters, what they counted, and what went wrong on the way.

Same seed, same world. Each has one to four meters of one interval length over one to four months. Only what the
specification decides is generated; what was lost is in ``vee_faults``.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from math import pi, sin
from random import Random
from typing import Any

Row = dict[str, Any]

WINDOWS = {
    15: ["2025-12-20 2026-01-12", "2026-01-24 2026-02-28", "2026-02-20 2026-03-14", "2026-04-20 2026-05-20"],
    30: ["2025-12-10 2026-01-31", "2026-02-01 2026-03-15", "2026-04-01 2026-05-17"],
    60: ["2025-12-01 2026-01-31", "2025-12-15 2026-03-31", "2026-01-10 2026-04-20", "2026-03-20 2026-05-31"],
    1440: ["2025-12-01 2026-03-31", "2026-01-01 2026-04-30", "2026-02-03 2026-05-31"],
}
"""First and last day by interval length: over the year's end, the spring festival, month ends, the May holidays."""

POINTS = [
    *(["grid_import"], ["grid_import", "generation"], ["use"], ["grid_import", "use"], ["use", "line_end"]),
    *(["grid_import", "grid_export", "generation"], ["grid_export"], ["grid_export", "fossil"], ["direct_import"]),
    *(["grid_export", "generation", "fossil"], ["grid_export", "fossil", "direct_import"]),
    *(["storage_charge", "storage_discharge"], ["curtailment", "resale", "auxiliary"], ["grid_import", "auxiliary"]),
]
"""What the meters of a world measure; ``fossil`` and ``line_end`` are generation. Worlds take them in turn."""
TABLES = [
    *("parks", "enterprises", "projects", "meters", "meter_readings"),
    *("meter_registers", "meter_periods", "reading_edits"),
]


@dataclass
class World:
    """A world being made; ``wh`` holds what each meter truly counted, by start, and ``came`` what was delivered."""

    random: Random
    key: str
    minutes: int
    first: date
    last: date
    tables: dict[str, list[Row]] = field(default_factory=dict)
    wh: dict[str, dict[datetime, int]] = field(default_factory=dict)
    came: dict[str, dict[datetime, int | None]] = field(default_factory=dict)

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def add(self, table: str, /, **row: object) -> Row:
        self.tables.setdefault(table, []).append(row)
        return row

    def rows(self, table: str) -> list[Row]:
        return self.tables.get(table, [])

    @property
    def length(self) -> timedelta:
        return timedelta(minutes=self.minutes)

    @property
    def per_day(self) -> int:
        return 1440 // self.minutes

    def starts(self, first: date, last: date) -> list[datetime]:
        """The starts of the intervals of these days."""
        midnight = datetime(first.year, first.month, first.day)
        return [midnight + n * self.length for n in range(((last - first).days + 1) * self.per_day)]


def make_world(seed: str) -> World:
    """The master data of a world and what its meters truly counted; nothing has gone wrong yet.

    ``seed`` ends in a number, as ``v-12``.
    """
    random = Random(seed)
    minutes = random.choice([15, 30, 60, 60, 60, 1440])
    first, last = (date.fromisoformat(day) for day in random.choice(WINDOWS[minutes]).split())
    world = World(random, seed, minutes, first, last)
    world.add("parks", park_id=seed, name_zh=seed, province_zh="江苏省", valid_from=first, valid_to=last)
    for point in POINTS[int(seed.rpartition("-")[2]) % len(POINTS)]:
        _meter(world, point)
    for meter in list(world.rows("meters")):
        _vary(world, meter)
    for meter in world.rows("meters"):
        if meter["meter_id"] not in world.wh:
            _count(world, meter)
    return world


def merged(worlds: Iterable[World]) -> dict[str, list[Row]]:
    """One delivery of many worlds."""
    delivery: dict[str, list[Row]] = {table: [] for table in TABLES}
    for world in worlds:
        for table, rows in world.tables.items():
            delivery[table].extend(rows)
    return delivery


def _meter(world: World, point: str) -> None:
    """A meter, with the plant it belongs to."""
    random, number = world.random, len(world.rows("meters"))
    owner = {}
    technology = {"generation": random.choice(["solar", "solar", "wind"]), "fossil": "gas", "line_end": "wind"}.get(
        point
    )
    size = random.choice([40, 1_000, 25_000])
    if technology is not None:
        project = world.add(
            "projects",
            project_id=f"{world.key}-p{number}",
            park_id=world.key,
            technology=technology,
            relation="direct_line" if point == "line_end" else "onsite",
            capacity_kw=random.choice([None, size, size]),
        )
        owner = {"project_id": project["project_id"]}
    world.add(
        "meters",
        meter_id=f"{world.key}-m{number}",
        park_id=world.key,
        point={"fossil": "generation", "line_end": "generation"}.get(point, point),
        measure="interval_energy",
        unit="kWh",
        multiplier=random.choice([None, 1, 1, 40]),
        interval_minutes=world.minutes,
        capacity_kw=random.choice([None, size, size, size]),
        register_step=random.choice([None, Decimal("0.01"), Decimal("0.1")]),
        valid_from=world.first,
        valid_to=world.last,
        size_kw=size,
        technology=technology,
        **owner,
    )


def _vary(world: World, meter: Row) -> None:
    """Sometimes a meter is swapped for another, gets another ratio in the middle, or is checked by one or two."""
    day = world.first + timedelta(days=world.random.randint(3, (world.last - world.first).days - 3))
    if world.chance(0.2):
        before, after = {"valid_to": day}, {"valid_from": day + timedelta(days=1)}
        is_swap = world.chance(0.6)
        other = dict(meter) | after
        meter |= before
        if is_swap:
            other["meter_id"] += "b"
        else:
            _count(world, meter | {"valid_to": world.last})
            other["multiplier"] = (meter["multiplier"] or 1) * 2
            meter["capacity_kw"] = other["capacity_kw"] = None
        world.tables["meters"].append(other)
        return
    if world.chance(0.3):
        for number in range(world.random.choice([1, 1, 1, 1, 2])):
            child = dict(meter) | {"meter_id": f"{meter['meter_id']}c{number}", "parent_meter_id": meter["meter_id"]}
            world.tables["meters"].append(child)
            if meter["meter_id"] not in world.wh:
                _count(world, meter)
            off = world.random.choice([0, 0.004, -0.01, 0.07])
            world.wh[child["meter_id"]] = {
                start: round(wh * (1 + off)) for start, wh in world.wh[meter["meter_id"]].items()
            }


def _count(world: World, meter: Row) -> None:
    """What a meter truly counts: steady, in shifts, idle, or by the sun; at most its size."""
    random, top = world.random, meter["size_kw"] * 1000 * world.minutes // 60
    kind = "solar" if meter["technology"] == "solar" else random.choice(["shift", "shift", "shift", "steady", "idle"])
    level = random.choice([0.3, 0.55, 0.9])
    counted = {}
    for start in world.starts(meter["valid_from"], meter["valid_to"]):
        hour = start.hour + start.minute / 60
        shape = {
            "solar": max(sin((hour - 6) / 12 * pi), 0) if world.minutes < 1440 else 0.2,
            "shift": 0.7 + 0.25 * sin((hour - 8) / 12 * pi) - 0.2 * (start.weekday() > 4),
            "steady": 0.8,
            "idle": 0.5 * (random.random() < 0.5),
        }[kind]
        noise = 1 if kind == "steady" and random.random() < 0.7 else random.uniform(0.85, 1.1)
        counted[start] = int(top * level * shape * noise)
    world.wh[meter["meter_id"]] = counted
