"""Readings to integer Wh per meter and interval, and which intervals are due and missing (documents 1 and 2).

What the energy means is in ``balance``.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction

from tests.property.oracle.delivery import Delivery, Row, covers, days, half_up

WH = {"kWh": 10**3, "MWh": 10**6, "万kWh": 10**7, "kW": 10**3, "MW": 10**6}
"""Wh in one unit of energy, W in one unit of power."""


@dataclass(frozen=True)
class Flow:
    """What one meter counted in one of its own intervals; ``meter`` is the master row in force on that day."""

    meter: Row
    start: datetime
    wh: int


@dataclass
class Metered:
    """The readings of a park that count.

    ``meters`` are the master rows in force, by day; ``missing`` the days with a due interval that is not there.
    """

    flows: list[Flow] = field(default_factory=list)
    meters: dict[date, list[Row]] = field(default_factory=dict)
    missing: set[date] = field(default_factory=set)
    due: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    valid: dict[int, int] = field(default_factory=lambda: defaultdict(int))


def in_force(versions: Iterable[Row], moment: date) -> Row | None:
    """The master row that holds on a day: the one whose ``valid_from`` came last, unless it has ended."""
    begun = [row for row in versions if row.get("valid_from") is None or row["valid_from"] <= moment]
    if not begun:
        return None
    latest = max(begun, key=lambda row: row.get("valid_from") or date.min)
    return latest if covers(latest, moment) else None


def metered(delivery: Delivery, park: Row, years: Iterable[int]) -> Metered:
    """Everything the park's meters counted in these years, within the validity of park, owner, project and meter."""
    versions: dict[str, list[Row]] = defaultdict(list)
    for row in delivery["meters"]:
        if row["park_id"] == park["park_id"]:
            versions[row["meter_id"]].append(row)
    readings: dict[str, dict[datetime, Row]] = defaultdict(dict)
    for row in delivery["meter_readings"]:
        if row["meter_id"] in versions:
            readings[row["meter_id"]][row["interval_end"]] = row
    owners = {("enterprise_id", row["enterprise_id"]): row for row in delivery["enterprises"]}
    owners |= {("project_id", row["project_id"]): row for row in delivery["projects"]}

    found = Metered()
    for year in years:
        for moment in days(date(year, 1, 1), date(year, 12, 31)):
            if not covers(park, moment):
                continue
            found.meters[moment] = []
            for meter_id in sorted(versions):
                meter = in_force(versions[meter_id], moment)
                if meter and all(covers(owner, moment) for owner in _owners(meter, owners)):
                    found.meters[moment].append(meter)
                    _count_day(found, meter, moment, readings[meter_id])
    return found


def _owners(meter: Row, owners: dict[tuple[str, str], Row]) -> list[Row]:
    keys = [(column, meter.get(column)) for column in ("enterprise_id", "project_id")]
    return [owners[column, key] for column, key in keys if key is not None]


def _count_day(found: Metered, meter: Row, moment: date, readings: dict[datetime, Row]) -> None:
    minutes = meter.get("interval_minutes") or 15
    midnight = datetime(moment.year, moment.month, moment.day)
    for number in range(1440 // minutes):
        start = midnight + timedelta(minutes=number * minutes)
        found.due[moment.year] += 1
        reading = readings.get(start + timedelta(minutes=minutes))
        if reading is None or reading.get("value") is None or reading.get("flag") == "N":
            found.missing.add(moment)
            continue
        found.valid[moment.year] += 1
        multiplier = next(m for m in (reading.get("multiplier"), meter.get("multiplier"), 1) if m is not None)
        amount = Fraction(reading["value"]) * Fraction(multiplier) * WH[meter["unit"]]
        if meter["measure"] == "mean_power":
            amount *= Fraction(minutes, 60)
        found.flows.append(Flow(meter, start, half_up(amount)))
