"""One meter as a series: the intervals that are due, and the Wh that were delivered for them.

Which values can be used is in ``validation``, what takes the place of the others in ``estimation``.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import cached_property

from tests.property.oracle.delivery import Delivery, Row, covers, days, half_up, month_of
from tests.property.oracle.readings import ON_SITE, PLANT, WH, in_force

PROFILED = {"use", "generation", "direct_import", "heat_import", "heat_export", "auxiliary"}
OF_WEATHER = {"wind", "ocean"}
OWN_SUPPLY = {"grid_export", "direct_import", "generation", "storage_charge", "storage_discharge"}


@dataclass
class Series:
    """A meter through time; ``meter`` is its last master row, ``project`` that of its plant.

    ``role`` is the meter's point, or ``check`` below a valid meter of the same point, ``outside`` the balance, or
    ``line_end``. ``due`` holds the starts of the expected intervals in order; ``delivered`` has a key for each of them
    that came, with None where no value came along; ``edited`` are those that two persons answer for; ``status`` is
    filled by the rules, for the keys of ``delivered``. ``profiled`` are the months in which a value far above the
    others of its day is wrong: wind, and what is left over or switched (exports, storage) have them by nature.
    """

    meter: Row
    project: Row | None
    role: str
    minutes: int
    due: list[datetime]
    delivered: dict[datetime, int | None] = field(default_factory=dict)
    edited: set[datetime] = field(default_factory=set)
    status: dict[datetime, str] = field(default_factory=dict)
    profiled: set[str] = field(default_factory=set)

    @property
    def meter_id(self) -> str:
        return str(self.meter["meter_id"])

    @cached_property
    def length(self) -> timedelta:
        return timedelta(minutes=self.minutes)

    @property
    def per_day(self) -> int:
        return 1440 // self.minutes

    @cached_property
    def capacity_kw(self) -> Fraction | None:
        """The meter's own; a blank one is not filled from the plant."""
        return _fraction(self.meter.get("capacity_kw"))

    @cached_property
    def plant_capacity_kw(self) -> Fraction | None:
        """The meter's own, else the plant's."""
        own = self.capacity_kw
        return own if own is not None or self.project is None else _fraction(self.project.get("capacity_kw"))

    @cached_property
    def is_solar(self) -> bool:
        plant = self.project
        return self.meter["point"] == "generation" and plant is not None and plant["technology"] == "solar"

    def valid(self, start: datetime) -> int | None:
        """The measured Wh of an interval that passed every rule, else None."""
        return self.delivered[start] if self.status.get(start) == "valid" else None

    def day(self, moment: date) -> list[datetime]:
        """The starts of a day's intervals."""
        midnight = datetime(moment.year, moment.month, moment.day)
        return [midnight + number * self.length for number in range(self.per_day)]

    @cached_property
    def month(self) -> dict[str, list[datetime]]:
        """The due intervals by month."""
        found: dict[str, list[datetime]] = defaultdict(list)
        for start in self.due:
            found[month_of(start)].append(start)
        return found

    def at_power(self, power_kw: Fraction) -> Fraction:
        """Wh of one interval at a power."""
        return power_kw * 1000 * self.minutes / 60


def _fraction(value: object) -> Fraction | None:
    return None if value is None else Fraction(str(value))


def series_of(delivery: Delivery, months: Iterable[str]) -> dict[str, Series]:
    """Every meter of a park by id with what was delivered for it in these months (``YYYY-MM``), within its validity.

    Edits that stand replace the reading of each interval they cover. A multiplier is that of the master row in force.
    """
    wanted = set(months)
    versions: dict[str, list[Row]] = defaultdict(list)
    for row in delivery["meters"]:
        versions[row["meter_id"]].append(row)
    readings: dict[str, list[tuple[datetime, Row]]] = defaultdict(list)
    for row in delivery["meter_readings"]:
        readings[row["meter_id"]].append((row["interval_end"], row))
    projects = {row["project_id"]: row for row in delivery["projects"]}
    first = min(days(date.fromisoformat(f"{month}-01"), date.fromisoformat(f"{month}-01"))[0] for month in wanted)
    last = max(date.fromisoformat(f"{month}-28") for month in wanted) + timedelta(days=4)

    found: dict[str, Series] = {}
    for meter_id, rows in sorted(versions.items()):
        minutes = rows[0].get("interval_minutes") or 15
        valid_days = [d for d in days(first, last) if f"{d:%Y-%m}" in wanted and in_force(rows, d) is not None]
        project = projects.get(rows[-1].get("project_id"))
        one = Series(rows[-1], project, _role(rows[-1], project, versions), minutes, [])
        one.due = [start for moment in valid_days for start in one.day(moment)]
        ratios = {moment: _ratio(in_force(rows, moment)) for moment in valid_days}
        edits = [row for row in delivery.get("reading_edits", ()) if row["meter_id"] == meter_id]
        _fill(one, readings[meter_id], ratios, edits)
        found[meter_id] = one
    for one in found.values():
        one.profiled = {month for month in one.month if _has_profile(one, month, found.values())}
    return found


def _has_profile(one: Series, month: str, park: Iterable[Series]) -> bool:
    points = {other.meter["point"] for other in park if month in other.month}
    if one.project is not None and one.project["technology"] in OF_WEATHER:
        return False
    return one.meter["point"] in PROFILED or (one.meter["point"] == "grid_import" and not points & OWN_SUPPLY)


def _fill(
    one: Series, readings: Sequence[tuple[datetime, Row]], ratios: Mapping[date, Fraction], edits: Sequence[Row]
) -> None:
    due = set(one.due)
    for end, row in readings:
        start = end - one.length
        if start in due:
            value = None if row.get("flag") == "N" else row.get("value")
            one.delivered[start] = None if value is None else half_up(Fraction(value) * ratios[start.date()])
    for edit in edits:
        for start in one.due:
            if edit["from"] <= start and start + one.length <= edit["to"]:
                one.delivered[start] = half_up(Fraction(edit["value"]) * ratios[start.date()])
                one.edited.add(start)


def _ratio(meter: Row | None) -> Fraction:
    """Wh in one unit of a reading. Meters of mean power are tested with the method itself."""
    assert meter is not None
    return Fraction(1 if meter.get("multiplier") is None else meter["multiplier"]) * WH[meter["unit"]]


def _role(meter: Row, project: Row | None, versions: Mapping[str, Sequence[Row]]) -> str:
    """Where the energy of a meter enters the balance. A check meter here has its parent valid for as long as itself."""
    parent = versions.get(meter.get("parent_meter_id") or "")
    if parent and parent[0]["point"] == meter["point"] and covers(parent[0], meter["valid_from"]):
        return "check"
    if project is not None and meter["point"] == "generation" and project["relation"] not in ON_SITE:
        return "line_end"
    if project is not None and meter["point"] in PLANT and project.get("grid_mode") == "full_feed_in":
        return "outside"
    return str(meter["point"])
