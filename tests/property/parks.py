"""Small random parks of a few days, so that a person can follow a counterexample: master data and meters.

Same seed, same park. Only what the specification decides is generated; readings are in ``values``, documents and
ledgers in ``papers``.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

SPANS = [
    (date(2026, 1, 1), date(2026, 1, 2)),
    (date(2026, 1, 31), date(2026, 2, 1)),
    (date(2026, 2, 28), date(2026, 3, 2)),
    (date(2025, 12, 31), date(2026, 1, 1)),
    (date(2025, 11, 30), date(2025, 12, 1)),
    (date(2025, 12, 1), date(2025, 12, 2)),
    (date(2026, 3, 1), date(2026, 3, 1)),
    (date(2026, 12, 31), date(2026, 12, 31)),
]
LONG_SPANS = [(date(2026, 1, 30), date(2026, 3, 2)), (date(2025, 11, 28), date(2026, 2, 3))]
GREEN = ["solar", "wind", "hydro", "biomass", "geothermal", "ocean"]
OTHER = ["waste_heat", "waste_pressure", "coal", "gas", "oil", "waste"]
TABLES = [
    *("parks", "enterprises", "projects", "meters", "meter_readings", "meter_periods"),
    *("expected_inputs", "baselines"),
    *("fuel_use", "heat_flows", "process_outputs", "curtailment", "offsets", "gec_trades", "gec_cancellations"),
    *("gec_issuances", "green_power_settlements", "gec_recognition"),
]
Row = dict[str, Any]


@dataclass
class Park:
    """A park being made. ``typical_wh`` is the size of a reading; ``minutes`` the interval lengths that occur.

    A clean park draws little and burns nothing; in a park of ``coarse_use`` only use comes at the longer intervals.
    """

    random: Random
    key: str
    first: date
    last: date
    typical_wh: int
    minutes: list[int]
    provinces: Sequence[str]
    clean: bool
    coarse_use: bool
    tables: dict[str, list[Row]] = field(default_factory=dict)

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def add(self, table: str, /, **row: object) -> Row:
        self.tables.setdefault(table, []).append(row)
        return row

    def rows(self, table: str) -> list[Row]:
        return self.tables.get(table, [])

    def some_day(self) -> date:
        return self.first + timedelta(days=self.random.randint(0, (self.last - self.first).days))

    @property
    def months(self) -> list[str]:
        return sorted({f"{self.first + timedelta(days=n):%Y-%m}" for n in range((self.last - self.first).days + 1)})


def make_park(seed: str, provinces: Sequence[str]) -> Park:
    """A park with its projects and meters; ``seed`` becomes its id."""
    random = Random(seed)
    daily = random.random() < 0.2
    first, last = random.choice(LONG_SPANS if daily else SPANS)
    minutes = (
        [1440]
        if daily
        else random.choice([[15], [30], [60], [60], [15, 60], [15, 30, 60], [60, 1440], [15, 30], [20, 60]])
    )
    typical = random.choice([7, 400, 10**6, 10**6, 3 * 10**10, 3 * 10**10, 10**11])
    if daily and typical > 10**7:
        typical = 10**12 // 3
    clean = random.random() < 0.15
    if clean:
        typical = 10**11 if not daily else 10**12 // 2
    park = Park(random, seed, first, last, typical, minutes, provinces, clean, coarse_use=random.random() < 0.2)
    _master(park)
    _gates(park)
    onsite = random.choice([0, 0, 1, 1, 2, 3])
    for number in range(onsite):
        _onsite(park, number, may_be_nuclear=onsite == 1)
    for number in range(random.choice([0, 0, 1, 2, 3])):
        _line(park, number)
    _others(park)
    _cut_validity(park)
    return park


def merged(parks: Iterable[Park]) -> dict[str, list[Row]]:
    """One delivery of many parks."""
    delivery: dict[str, list[Row]] = {}
    for park in parks:
        for table, rows in park.tables.items():
            delivery.setdefault(table, []).extend(rows)
    return delivery


def _master(park: Park) -> None:
    park.add(
        "parks",
        park_id=park.key,
        name_zh=park.key,
        province_zh=park.random.choice(park.provinces),
        base_year=park.random.choice([None, 2025, 2025]),
        valid_from=park.first,
        valid_to=park.last,
    )
    for number in range(park.random.choice([0, 1, 1, 1, 2, 2, 3])):
        park.add("enterprises", enterprise_id=f"{park.key}-e{number}", park_id=park.key, name=f"e{number}")


def _meter(park: Park, point: str, minutes: Sequence[int] = (), **owner: object) -> Row:
    """A meter at one of the park's interval lengths, or of the given ones."""
    random, number = park.random, len(park.rows("meters"))
    if park.coarse_use:
        minutes = [max(park.minutes)] if point == "use" else [min(park.minutes)]
    power = random.random() < 0.15
    meter = park.add(
        "meters",
        meter_id=f"{park.key}-m{number}",
        park_id=park.key,
        point=point,
        measure="mean_power" if power else "interval_energy",
        unit=random.choice(["kW", "MW"] if power else ["kWh", "kWh", "MWh", "万kWh"]),
        multiplier=random.choice([None, 1, 1, 60, Decimal("1.5"), 12000]),
        interval_minutes=random.choice(minutes or park.minutes),
        **owner,
    )
    if meter["interval_minutes"] == 15 and park.chance(0.3):
        meter["interval_minutes"] = None
    return meter


def _gates(park: Park) -> None:
    enterprises = [row["enterprise_id"] for row in park.rows("enterprises")]
    in_use = len(enterprises) > 0 and park.chance(0.65)
    if not in_use or park.chance(0.75):
        named = enterprises and park.chance(0.55)
        for _ in range(park.random.choice([1, 1, 2, 3])):
            owner = park.random.choice(enterprises) if named and park.chance(0.9) else None
            _meter(park, "grid_import", enterprise_id=owner)
        if park.chance(0.6):
            _meter(park, "grid_export")
    for enterprise_id in enterprises if in_use else ():
        for _ in range(park.random.choice([0, 1, 1, 2])):
            parent = _meter(park, "use", enterprise_id=enterprise_id)
            gates = [meter for meter in park.rows("meters") if meter["point"] == "grid_import"]
            if gates and park.chance(0.15):
                parent["parent_meter_id"] = gates[0]["meter_id"]
            if park.chance(0.1):
                below = {"enterprise_id": enterprise_id, "parent_meter_id": parent["meter_id"]}
                child = _meter(park, "use", [min(park.minutes)], **below)
                if park.chance(0.3):
                    below["parent_meter_id"] = child["meter_id"]
                    _meter(park, "use", [min(park.minutes)], **below)


def _onsite(park: Park, number: int, may_be_nuclear: bool) -> None:
    """A plant with its storage. How several share S is not said, so a nuclear one is the only plant."""
    random = park.random
    technology = random.choice(GREEN if park.clean else random.choice([GREEN, GREEN, OTHER]))
    if may_be_nuclear and park.chance(0.1):
        technology = "nuclear"
    project_id = f"{park.key}-p{number}"
    feed_in = technology in GREEN and park.chance(0.1)
    park.add(
        "projects",
        project_id=project_id,
        park_id=park.key,
        technology=technology,
        relation=random.choice(["onsite", "onsite", "microgrid", "source_grid_load_storage"]),
        grid_mode="full_feed_in" if feed_in else random.choice([None, "surplus", "none"]),
        gec_project_code=f"{project_id}-code" if park.chance(0.4) else None,
    )
    finest = [min(park.minutes)]
    for _ in range(random.choice([1, 1, 2])):
        parent = _meter(park, "generation", finest if feed_in else (), project_id=project_id)
        if park.chance(0.1):
            _meter(park, "generation", finest, project_id=project_id, parent_meter_id=parent["meter_id"])
    if park.chance(0.6):
        for point in ("storage_charge", "storage_discharge", *["storage_charge"] * park.chance(0.2)):
            _meter(park, point, finest if feed_in else (), project_id=project_id)
    if park.chance(0.15):
        _meter(park, "curtailment", finest, project_id=project_id)


def _line(park: Park, number: int) -> None:
    random = park.random
    project_id = f"{park.key}-line{number}"
    park.add(
        "projects",
        project_id=project_id,
        park_id=park.key,
        technology=random.choice([*GREEN, "nuclear", "nuclear", "gas", "waste_heat", "waste_pressure"]),
        relation=random.choice(["direct_line", "direct_line", "incremental_grid"]),
        same_owner=random.choice([None, True, False, False]),
        interval_traced=random.choice([None, True, True, False]),
        gec_project_code=f"{project_id}-code" if park.chance(0.8) else None,
    )
    near = park.random.choice([0, 1, 1, 1, 2])
    for _ in range(near):
        _meter(park, "direct_import", project_id=project_id)
    if near == 0 or park.chance(0.4):
        _meter(park, "generation", () if near else [min(park.minutes)], project_id=project_id)


def _others(park: Park) -> None:
    if park.chance(0.1):
        _meter(park, "direct_import")
    if park.chance(0.25):
        for point in ("storage_charge", "storage_discharge"):
            _meter(park, point)
    if park.chance(0.3):
        plant = park.random.choice([None, *(row["project_id"] for row in park.rows("projects"))])
        _meter(park, park.random.choice(["auxiliary", "auxiliary", "resale"]), [min(park.minutes)], project_id=plant)


def _cut_validity(park: Park) -> None:
    """Validity that begins or ends inside the park's days, and meters whose ratio or unit changes on a day.

    One meter stays at the gate: whether a park is without them for a while, nothing says.
    """
    gates = [meter for meter in park.rows("meters") if meter["point"].startswith("grid_")]
    kept: Row = gates[0] if gates else {}
    for table, column in (("enterprises", "enterprise_id"), ("projects", "project_id"), ("meters", "meter_id")):
        for row in list(park.rows(table)):
            if row[column] == kept.get(column):
                continue
            if park.chance(0.1):
                row["valid_from" if park.chance(0.5) else "valid_to"] = park.some_day()
            elif table == "meters" and park.chance(0.12):
                _swap(park, row)


def _swap(park: Park, meter: Row) -> None:
    """From a day on another ratio and unit."""
    moment = park.some_day()
    later = dict(meter) | {"valid_from": moment, "multiplier": park.random.choice([1, 80, Decimal("0.25")])}
    if meter["measure"] == "interval_energy":
        later["unit"] = park.random.choice(["kWh", "MWh", "万kWh"])
    if park.chance(0.5):
        meter["valid_to"] = moment - timedelta(days=1)
    park.add("meters", **later)
