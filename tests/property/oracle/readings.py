"""Readings and estimates to integer Wh per meter and interval, and which intervals are due and open (documents 1 to 3).

How an estimate comes about is in ``oracle_vee``; here it is given. What the energy means is in ``balance``.
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


LADDER = {"alternate", "linear", "like_day", "scaled", "conservative"}
"""Steps of the estimation ladder. What a bill or a register spreads over the intervals is not one of them."""


@dataclass(frozen=True)
class Estimate:
    """What stands in the place of a reading that does not count; ``wh`` and ``method`` are None where nothing does."""

    method: str | None
    wh: int | None


Estimates = Mapping[tuple[str, datetime], Estimate]
"""Estimates by meter and start of the interval."""


@dataclass(frozen=True)
class Flow:
    """What one meter counted in one of its own intervals; ``meter`` is the master row in force on that day.

    ``method`` is None for a reading, else how the energy was estimated, ``sender`` for an estimate that was delivered.
    """

    meter: Row
    start: datetime
    wh: int
    is_due: bool = True
    method: str | None = None

    @property
    def length(self) -> timedelta:
        return _length(self.meter)

    @property
    def is_measured(self) -> bool:
        return self.method in (None, "sender")

    @property
    def is_conservative(self) -> bool:
        return self.method == "conservative"


@dataclass
class Metered:
    """The readings of a park that count.

    ``meters`` are the master rows that hold, by day. ``flows`` go by day, those of a meter in order of time; meters
    below a valid one at the same point give none. ``open`` counts due intervals of which nothing is known, by meter and
    month.
    """

    flows: list[Flow] = field(default_factory=list)
    meters: dict[date, list[Row]] = field(default_factory=dict)
    open: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))

    def due(self, year: int) -> list[Flow]:
        """The flows of a year that its figures need."""
        return [flow for flow in self.flows if flow.is_due and flow.start.year == year]

    def open_intervals(self, year: int) -> int:
        """How many due intervals of a year nothing is known of."""
        return sum(count for (_, month), count in self.open.items() if month.startswith(str(year)))

    def share_valid(self, year: int) -> Fraction | None:
        """Measured intervals of a year by those that are due; what the sender estimated counts as measured."""
        known, unknown = self.due(year), self.open_intervals(year)
        measured = sum(flow.is_measured for flow in known)
        return Fraction(measured, len(known) + unknown) if known or unknown else None

    def share_estimated(self, year: int) -> Fraction | None:
        """Energy that the sender or the ladder estimated by all that is known."""
        total = sum(flow.wh for flow in self.due(year))
        estimated = sum(flow.wh for flow in self.due(year) if flow.method in LADDER | {"sender"})
        return Fraction(estimated, total) if total else None

    def longest_estimate(self, year: int) -> timedelta:
        """The longest time on end, reaching into the year, in which all that a due meter counted is from the ladder."""
        runs: dict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
        for flow in self.flows:
            if flow.is_due and flow.method in LADDER:
                mine = runs[flow.meter["meter_id"]]
                begun = mine.pop()[0] if mine and mine[-1][1] == flow.start else flow.start
                mine.append((begun, flow.start + flow.length))
        first, after = datetime(year, 1, 1), datetime(year + 1, 1, 1)
        reaching = [end - begun for mine in runs.values() for begun, end in mine if begun < after and end > first]
        return max(reaching, default=timedelta(0))

    def open_wh(self, year: int) -> Fraction | None:
        """About what the open intervals of a year hold; None where nothing tells it.

        An open interval counts as the mean of those that the meter has in the month, else in any month. That a meter
        stood still in other months does not tell that it stood still in one that was not read at all.
        """
        total = Fraction(0)
        for (meter_id, month), count in self.open.items():
            if count == 0 or not month.startswith(str(year)):
                continue
            mine = [flow for flow in self.flows if flow.meter["meter_id"] == meter_id]
            of_month = [flow for flow in mine if month_of(flow.start) == month]
            known = [flow.wh for flow in of_month or mine]
            if not known or (sum(known) == 0 and not any(flow.is_measured for flow in of_month)):
                return None
            total += Fraction(count * sum(known), len(known))
        return total


def in_force(versions: Iterable[Row], moment: date) -> Row | None:
    """The master row that holds on a day: the one whose ``valid_from`` came last, unless it has ended."""
    begun = [row for row in versions if row.get("valid_from") is None or row["valid_from"] <= moment]
    if not begun:
        return None
    latest = max(begun, key=lambda row: row.get("valid_from") or date.min)
    return latest if covers(latest, moment) else None


def metered(delivery: Delivery, park: Row, years: Iterable[int], estimates: Estimates) -> Metered:
    """Everything the park's meters counted in these years, within the validity of park, owner, project and meter.

    Where there is an estimate it comes before a reading, which then is one that failed.
    """
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
                    _count_day(found, meter, moment, readings[meter_id], estimates, not is_outside)
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


def _count_day(
    found: Metered, meter: Row, moment: date, readings: dict[datetime, Row], estimates: Estimates, is_due: bool
) -> None:
    length = _length(meter)
    midnight = datetime(moment.year, moment.month, moment.day)
    for start in (midnight + number * length for number in range(timedelta(days=1) // length)):
        reading = readings.get(start + length)
        estimate = estimates.get((meter["meter_id"], start))
        if estimate is not None:
            wh, method = estimate.wh, estimate.method
        elif reading is None or reading.get("value") is None or reading.get("flag") == "N" or reading["value"] < 0:
            wh, method = None, None
        else:
            wh, method = _energy(meter, reading, length), "sender" if reading.get("flag") == "E" else None
        if wh is None:
            found.open[meter["meter_id"], month_of(moment)] += is_due
        else:
            found.flows.append(Flow(meter, start, wh, is_due, method))


def _length(meter: Row) -> timedelta:
    return timedelta(minutes=meter.get("interval_minutes") or 15)


def _energy(meter: Row, reading: Row, length: timedelta) -> int:
    multiplier = next(m for m in (reading.get("multiplier"), meter.get("multiplier"), 1) if m is not None)
    amount = Fraction(reading["value"]) * Fraction(multiplier) * WH[meter["unit"]]
    if meter["measure"] == "mean_power":
        amount *= Fraction(length // timedelta(minutes=1), 60)
    return half_up(amount)
