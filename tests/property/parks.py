"""Small random parks: master data, meters and readings of a few days, so that a person can follow a counterexample.

Same seed, same park. Only what the specification decides is generated; documents and ledgers are in ``papers``.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from tests.property.oracle.readings import WH

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
    *("parks", "enterprises", "projects", "meters", "meter_readings", "expected_inputs", "baselines"),
    *("fuel_use", "heat_flows", "process_outputs", "curtailment", "offsets", "gec_trades", "gec_cancellations"),
]
Row = dict[str, Any]


@dataclass
class Park:
    """A park being made. ``typical_wh`` is the size of a reading; ``minutes`` the interval lengths that occur."""

    random: Random
    key: str
    first: date
    last: date
    typical_wh: int
    minutes: list[int]
    provinces: Sequence[str]
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
    """A park with its projects, meters and readings; ``seed`` becomes its id."""
    random = Random(seed)
    daily = random.random() < 0.2
    first, last = random.choice(LONG_SPANS if daily else SPANS)
    minutes = [1440] if daily else random.choice([[15], [30], [60], [60], [15, 60], [15, 30, 60], [60, 1440], [15, 30]])
    typical = random.choice([7, 400, 10**6, 10**6, 3 * 10**10, 3 * 10**10, 10**11])
    if daily and typical > 10**7:
        typical = 10**12 // 3
    park = Park(random, seed, first, last, typical, minutes, provinces)
    _master(park)
    _gates(park)
    for number in range(random.choice([0, 0, 1, 1, 2, 3])):
        _onsite(park, number)
    for number in range(random.choice([0, 0, 1, 2, 3])):
        _line(park, number)
    _others(park)
    _cut_validity(park)
    for meter_id in dict.fromkeys(meter["meter_id"] for meter in park.rows("meters")):
        _read(park, meter_id)
    _lose_readings(park)
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
    if not in_use or park.chance(0.85):
        named = enterprises and park.chance(0.4)
        for _ in range(park.random.choice([1, 1, 2, 3])):
            owner = park.random.choice(enterprises) if named and park.chance(0.9) else None
            _meter(park, "grid_import", enterprise_id=owner)
        if park.chance(0.6):
            _meter(park, "grid_export")
    for enterprise_id in enterprises if in_use else ():
        for _ in range(park.random.choice([0, 1, 1, 2])):
            parent = _meter(park, "use", enterprise_id=enterprise_id)
            if park.chance(0.1):
                below = {"enterprise_id": enterprise_id, "parent_meter_id": parent["meter_id"]}
                _meter(park, "use", [min(park.minutes)], **below)


def _onsite(park: Park, number: int) -> None:
    random = park.random
    technology = random.choice(random.choice([GREEN, GREEN, OTHER]))
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
    if park.chance(0.2):
        _meter(park, park.random.choice(["auxiliary", "resale"]), [min(park.minutes)])


def _cut_validity(park: Park) -> None:
    """Validity that begins or ends inside the park's days, and meters whose ratio or unit changes on a day."""
    parents = {meter.get("parent_meter_id") for meter in park.rows("meters")}
    gates = [meter for meter in park.rows("meters") if meter["point"].startswith("grid_")]
    kept_gate = gates[0]["meter_id"] if gates else None
    for table, column in (("enterprises", "enterprise_id"), ("projects", "project_id"), ("meters", "meter_id")):
        for row in list(park.rows(table)):
            if row[column] in parents or row[column] == kept_gate or _holds(park, row, kept_gate, parents):
                continue
            if park.chance(0.1):
                row["valid_from" if park.chance(0.5) else "valid_to"] = park.some_day()
            elif table == "meters" and park.chance(0.12):
                _swap(park, row)


def _holds(park: Park, owner: Row, kept_gate: str | None, parents: set[str | None]) -> bool:
    """Whether a meter that must stay valid names this enterprise or project."""
    kept = [meter for meter in park.rows("meters") if meter["meter_id"] in {kept_gate, *parents}]
    ids = {meter.get("enterprise_id") for meter in kept} | {meter.get("project_id") for meter in kept}
    return not {owner.get("enterprise_id"), owner.get("project_id")}.isdisjoint(ids - {None})


def _swap(park: Park, meter: Row) -> None:
    """From a day on another ratio and unit."""
    moment = park.some_day()
    later = dict(meter) | {"valid_from": moment, "multiplier": park.random.choice([1, 80, Decimal("0.25")])}
    if meter["measure"] == "interval_energy":
        later["unit"] = park.random.choice(["kWh", "MWh", "万kWh"])
    if park.chance(0.5):
        meter["valid_to"] = moment - timedelta(days=1)
    park.add("meters", **later)


def _read(park: Park, meter_id: str) -> None:
    """Readings of a meter on every day of the park, sometimes on a day around it too."""
    random = park.random
    versions = [meter for meter in park.rows("meters") if meter["meter_id"] == meter_id]
    minutes = versions[0]["interval_minutes"] or 15
    scale = park.typical_wh * minutes // min(park.minutes) * random.choice([1, 1, 2, 3])
    if versions[0]["point"] == "grid_export":
        scale = scale // 4
    empty = random.choice([0.0, 0.2, 0.6])
    idle = {month for month in park.months if versions[0]["point"] == "storage_charge" and park.chance(0.35)}
    stated = park.chance(0.05)
    day = park.first - timedelta(days=park.chance(0.1))
    last = park.last + timedelta(days=park.chance(0.1))
    while day <= last:
        begun = [m for m in versions if m.get("valid_from") is None or m["valid_from"] <= day]
        meter = begun[-1] if begun else versions[0]
        for number in range(1440 // minutes):
            end = datetime(day.year, day.month, day.day) + timedelta(minutes=(number + 1) * minutes)
            none = park.chance(empty) or f"{day:%Y-%m}" in idle
            value = _value(random, 0 if none else scale, meter, minutes, stated)
            row = {"meter_id": meter_id, "interval_end": end, "value": value}
            park.add("meter_readings", **row, **({"multiplier": 1} if stated else {}))
        day += timedelta(days=1)


def _value(random: Random, scale: int, meter: Row, minutes: int, stated: bool) -> Decimal:
    """A reading of up to ``scale`` Wh in the unit and ratio of the meter, cut to a few decimals."""
    ratio = Decimal(1 if stated else meter["multiplier"] or 1)
    per_unit = ratio * WH[meter["unit"]] * (Decimal(minutes) / 60 if meter["measure"] == "mean_power" else 1)
    return (Decimal(random.randint(0, scale)) / per_unit).quantize(Decimal(10) ** -random.choice([3, 6, 6]))


def _lose_readings(park: Park) -> None:
    """Sometimes a reading is not there, or all of a meter, or the meter is one that no term needs."""
    ids = list(dict.fromkeys(meter["meter_id"] for meter in park.rows("meters")))
    if not ids or not park.chance(0.12):
        return
    meter_id, whole = park.random.choice(ids), park.chance(0.15)
    for row in [row for row in park.rows("meter_readings") if row["meter_id"] == meter_id]:
        if whole or park.chance(0.2):
            if park.chance(0.5):
                park.rows("meter_readings").remove(row)
            else:
                row["flag"] = "N"
