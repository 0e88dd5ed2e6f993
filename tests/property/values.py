"""Readings of a random park's meters; some are lost.

The park and its meters are in ``parks``.
"""

from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from tests.property.oracle.readings import WH
from tests.property.parks import Park, Row


def add_readings(park: Park) -> None:
    """Adds what every meter counted."""
    for meter_id in dict.fromkeys(meter["meter_id"] for meter in park.rows("meters")):
        _read(park, meter_id)
    _lose_readings(park)


def _read(park: Park, meter_id: str) -> None:
    """Readings of a meter on every day of the park, sometimes on a day around it too."""
    random = park.random
    versions = [meter for meter in park.rows("meters") if meter["meter_id"] == meter_id]
    minutes = versions[0]["interval_minutes"] or 15
    scale = park.typical_wh * minutes // min(park.minutes) * random.choice([1, 1, 2, 3])
    if versions[0]["point"] == "grid_export":
        scale = scale // 4
    if versions[0]["point"] == "grid_import" and park.clean:
        scale = scale // 40
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
