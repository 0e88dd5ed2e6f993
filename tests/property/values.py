"""Readings of a random park's meters: what they counted, and what of it is lost, wrong, or contradicted by a bill.

The park and its meters are in ``parks``.
"""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from decimal import Decimal
from random import Random

from tests.property.oracle.readings import WH
from tests.property.parks import Park, Row


def add_readings(park: Park) -> None:
    """Adds what every meter counted, as far as it was delivered."""
    for meter_id in dict.fromkeys(meter["meter_id"] for meter in park.rows("meters")):
        _read(park, meter_id)
    for meter_id in sorted(_chosen(park)):
        _lose(park, meter_id)


def _chosen(park: Park) -> set[str]:
    """The meters that lose something: more often those at the gate, or what it follows from, and those under check."""
    meters = park.rows("meters")
    ids = [meter["meter_id"] for meter in meters]
    gates = [meter["meter_id"] for meter in meters if meter["point"] == "grid_import"]
    ids += 4 * (gates or [meter["meter_id"] for meter in meters if meter["point"] == "use"])
    ids += 3 * [meter["parent_meter_id"] for meter in meters if "parent_meter_id" in meter]
    count = park.random.choice([0, 1, 1, 2])
    return set(park.random.choices(ids, k=count)) if ids else set()


def _versions(park: Park, meter_id: str) -> list[Row]:
    return [meter for meter in park.rows("meters") if meter["meter_id"] == meter_id]


def _rows(park: Park, meter_id: str) -> list[Row]:
    return [row for row in park.rows("meter_readings") if row["meter_id"] == meter_id]


def _read(park: Park, meter_id: str) -> None:
    """Readings of a meter on every day of the park, sometimes on a day around it too."""
    random = park.random
    versions = _versions(park, meter_id)
    if _repeats(park, versions):
        return
    minutes = versions[0]["interval_minutes"] or 15
    scale = park.typical_wh * minutes // min(park.minutes) * random.choice([1, 1, 2, 3])
    if versions[0]["point"] == "grid_export":
        scale = scale // 4
    if versions[0]["point"] == "grid_import" and park.clean:
        scale = scale // random.choice([4, 8, 15, 40])
    empty = random.choice([0.0, 0.2, 0.6])
    idle = {month for month in park.months if versions[0]["point"] == "storage_charge" and park.chance(0.35)}
    stated = park.chance(0.05)
    day = park.first - timedelta(days=park.chance(0.1))
    last = park.last + timedelta(days=park.chance(0.1))
    while day <= last:
        begun = [m for m in versions if m.get("valid_from") is None or m["valid_from"] <= day]
        meter = begun[-1] if begun else versions[0]
        for number in range(1440 // minutes):
            end = datetime.combine(day, time()) + timedelta(minutes=(number + 1) * minutes)
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


def _repeats(park: Park, versions: Sequence[Row]) -> bool:
    """Mostly a meter below another at the same point shows about what that one shows, unless either changes."""
    above = _versions(park, versions[0].get("parent_meter_id", ""))
    if len(versions) > 1 or len(above) != 1 or above[0]["point"] != versions[0]["point"] or park.chance(0.3):
        return False
    for key in ("measure", "unit", "multiplier", "interval_minutes"):
        versions[0][key] = above[0][key]
    off = Decimal(1) + Decimal(park.random.choice([0, 0, 4, -9, 70])) / 1000
    for row in _rows(park, above[0]["meter_id"]):
        value = (row["value"] * off).quantize(Decimal("0.000001"))
        park.add("meter_readings", **row | {"meter_id": versions[0]["meter_id"], "value": value})
    return True


def _lose(park: Park, meter_id: str) -> None:
    """Takes readings away, or makes them say nothing or what cannot be; a bill may know what they summed to."""
    random, rows = park.random, _rows(park, meter_id)
    bill = _bill(park, meter_id, rows) if park.chance(0.3) else None
    first = random.randrange(len(rows))
    some = [row for row in rows if park.chance(0.2)]
    half = park.first + (park.last - park.first + timedelta(days=2)) // 2
    later = [row for row in rows if row["interval_end"] > datetime.combine(half, time())]
    earlier = [row for row in rows if row["interval_end"] <= datetime.combine(half, time())]
    run = rows[first : first + random.choice([1, 2, 4, 10])]
    lost = random.choice([run, run, some, later, later, later, later, earlier, rows])
    fault = random.choice(["not there", "not there", "not there", "null", "negative", "far too high", "by the sender"])
    for row in lost:
        if fault == "not there":
            park.rows("meter_readings").remove(row)
        elif fault == "null":
            row["flag"] = "N"
        elif fault == "negative":
            row["value"] = -row["value"] - 1
        elif fault == "far too high":
            row["value"] *= 30
        else:
            row["flag"] = "E"
    # Without a single reading the bill would be what the meter's intervals come from, and no check of them.
    if bill is not None and any(bill["from"] < row["interval_end"] <= bill["to"] for row in _rows(park, meter_id)):
        park.add("meter_periods", **bill)


def _bill(park: Park, meter_id: str, rows: Sequence[Row]) -> Row | None:
    """What a bill says that a meter counted on the park's days; few bills are wrong. The ratio is in it already."""
    versions = _versions(park, meter_id)
    if len(versions) > 1 or versions[0]["measure"] != "interval_energy":
        return None
    begin, end = datetime.combine(park.first, time()), datetime.combine(park.last + timedelta(days=1), time())
    ratio = versions[0]["multiplier"] or 1
    energy = sum(row["value"] * row.get("multiplier", ratio) for row in rows if begin < row["interval_end"] <= end)
    energy *= park.random.choice([1, 1, 1, 1, 2])
    return {"meter_id": meter_id, "from": begin, "to": end, "energy": round(energy, 6), "kind": "total"}
