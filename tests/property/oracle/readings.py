"""Readings to integer Wh per meter and interval, and which intervals are due and missing (documents 1 and 2).

What the energy means is in ``balance``.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction

from tests.property.oracle.delivery import Delivery, Row, covers, days, half_up, month_of

WH = {"kWh": 10**3, "MWh": 10**6, "万kWh": 10**7, "kW": 10**3, "MW": 10**6}
"""Wh in one unit of energy, W in one unit of power."""

ON_SITE = {"onsite", "microgrid", "source_grid_load_storage"}
PLANT = {"generation", "storage_charge", "storage_discharge"}


@dataclass(frozen=True)
class Flow:
    """What one meter counted in one of its own intervals; ``meter`` is the master row in force on that day."""

    meter: Row
    start: datetime
    wh: int


@dataclass
class Metered:
    """The readings of a park that count.

    ``meters`` are the master rows that hold, by day. Meters below a valid one at the same point give no flows.
    ``valid`` and ``missing`` count due intervals by meter and month.
    """

    flows: list[Flow] = field(default_factory=list)
    meters: dict[date, list[Row]] = field(default_factory=dict)
    valid: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    missing: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))

    def share_valid(self, year: int) -> Fraction | None:
        """Valid intervals of a year by those that are due."""
        valid, missing = _of_year(self.valid, year), _of_year(self.missing, year)
        return Fraction(valid, valid + missing) if valid + missing else None

    def is_whole(self, year: int) -> bool:
        return _of_year(self.missing, year) == 0

    def missing_wh(self, year: int) -> Fraction | None:
        """About what the missing intervals of a year hold; None where nothing tells it.

        A missing interval counts as the mean of those that the meter has in the month, else in any month. That a meter
        stood still in other months does not tell that it stood still in one that was not read at all.
        """
        energy: dict[tuple[str, str], int] = defaultdict(int)
        for flow in self.flows:
            energy[flow.meter["meter_id"], month_of(flow.start)] += flow.wh
        total = Fraction(0)
        for (meter_id, month), count in self.missing.items():
            if count == 0 or not month.startswith(str(year)):
                continue
            months = [(meter_id, month)]
            if not self.valid.get(months[0]):
                months = [key for key in self.valid if key[0] == meter_id]
            valid, read = sum(self.valid[key] for key in months), sum(energy[key] for key in months)
            if valid == 0 or (read == 0 and months != [(meter_id, month)]):
                return None
            total += Fraction(count * read, valid)
        return total


def _of_year(counts: Mapping[tuple[str, str], int], year: int) -> int:
    return sum(count for (_, month), count in counts.items() if month.startswith(str(year)))


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
    feed_in = {
        row["project_id"]
        for row in delivery["projects"]
        if row["relation"] in ON_SITE and row.get("grid_mode") == "full_feed_in"
    }
    for year in years:
        for moment in days(date(year, 1, 1), date(year, 12, 31)):
            if not covers(park, moment):
                continue
            valid = _valid(versions, owners, moment)
            found.meters[moment] = list(valid.values())
            for meter_id, meter in valid.items():
                if not _is_check(meter, valid, versions):
                    is_outside = meter["point"] in PLANT and meter.get("project_id") in feed_in
                    _count_day(found, meter, moment, readings[meter_id], not is_outside)
    return found


def _valid(versions: Mapping[str, Sequence[Row]], owners: dict[tuple[str, str], Row], moment: date) -> dict[str, Row]:
    """The master rows of the meters that count on a day, in order of id."""
    rows = {meter_id: in_force(versions[meter_id], moment) for meter_id in sorted(versions)}
    return {
        meter_id: row
        for meter_id, row in rows.items()
        if row is not None and all(covers(owner, moment) for owner in _owners(row, owners))
    }


def _is_check(meter: Row, valid: Mapping[str, Row], versions: Mapping[str, Sequence[Row]]) -> bool:
    """Whether a valid meter above this one, at the same point, holds its energy already."""
    parent_id = meter.get("parent_meter_id")
    while parent_id is not None:
        if parent_id in valid and valid[parent_id]["point"] == meter["point"]:
            return True
        parent_id = versions[parent_id][0].get("parent_meter_id")
    return False


def _owners(meter: Row, owners: dict[tuple[str, str], Row]) -> list[Row]:
    keys = [(column, meter.get(column)) for column in ("enterprise_id", "project_id")]
    return [owners[column, key] for column, key in keys if key is not None]


def _count_day(found: Metered, meter: Row, moment: date, readings: dict[datetime, Row], is_due: bool) -> None:
    minutes = meter.get("interval_minutes") or 15
    place = meter["meter_id"], month_of(moment)
    midnight = datetime(moment.year, moment.month, moment.day)
    for number in range(1440 // minutes):
        start = midnight + timedelta(minutes=number * minutes)
        reading = readings.get(start + timedelta(minutes=minutes))
        if reading is None or reading.get("value") is None or reading.get("flag") == "N":
            found.missing[place] += is_due
            continue
        found.valid[place] += is_due
        multiplier = next(m for m in (reading.get("multiplier"), meter.get("multiplier"), 1) if m is not None)
        amount = Fraction(reading["value"]) * Fraction(multiplier) * WH[meter["unit"]]
        if meter["measure"] == "mean_power":
            amount *= Fraction(minutes, 60)
        found.flows.append(Flow(meter, start, half_up(amount)))
