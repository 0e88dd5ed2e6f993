"""A park whose every hour is known, delivered in several states: whole, with gaps, with faults, with an edit.

The readings are made up; what is true of them is computed here, in plain arithmetic, and never by the project's models.
"""

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import pi, sin

YEAR = 2025
HOURS = 8760
METERS = ("gate", "solar", "use")
# The worked example of the method: 20 000 x 1000 m3 of natural gas.
GAS_TCO2, GAS_TCE = 43_243.776, 26_567.171
GRID_FACTOR, COAL_EQUIVALENT = 0.8325, 0.3

Hours = Mapping[int, int | None]
"""kWh by hour of the year; None is a blank."""


def start_of(hour: int) -> datetime:
    return datetime(YEAR, 1, 1) + timedelta(hours=hour)


def _load(rng: random.Random) -> list[int]:
    """A works with shifts: by the hour, the day of the week and the season, and weather that lasts for days."""
    weather, values = 0.0, []
    for hour in range(HOURS):
        at = start_of(hour)
        weather = 0.97 * weather + rng.gauss(0, 0.01)
        shift = 1.0 if 7 <= at.hour < 22 else 0.72
        rest = 0.8 if at.weekday() == 6 else 0.9 if at.weekday() == 5 else 1.0
        season = 1 + 0.08 * sin(2 * pi * (hour / HOURS - 0.2))
        values.append(round(120_000 * shift * rest * season * (1 + weather + rng.gauss(0, 0.02))))
    return values


def _sun(rng: random.Random) -> list[int]:
    values, cloud = [], 1.0
    for hour in range(HOURS):
        at = start_of(hour)
        cloud = rng.uniform(0.5, 1) if at.hour == 0 else cloud
        height = max(sin(pi * (at.hour + 0.5 - 6) / 12), 0) if 6 <= at.hour < 18 else 0
        values.append(round(60_000 * height * cloud * (0.9 + 0.1 * sin(2 * pi * (hour / HOURS - 0.25)))))
    return values


def whole_year(seed: int) -> dict[str, list[int]]:
    """kWh of every hour of the year by meter: what is used, what the sun gives, and the rest from the grid."""
    rng = random.Random(seed)
    load, sun = _load(rng), _sun(rng)
    return {"gate": [a - b for a, b in zip(load, sun, strict=True)], "solar": sun, "use": load}


def random_hours(rng: random.Random, share: float) -> set[int]:
    """Single hours, as many as ``share`` of the year."""
    return set(rng.sample(range(HOURS), round(HOURS * share)))


def long_hours(rng: random.Random, share: float) -> set[int]:
    """Stretches of one to four days, together ``share`` of the year."""
    left, hours = round(HOURS * share), set[int]()
    while left > 0:
        length = min(rng.randint(24, 96), left)
        first = rng.randrange(24 * 20, HOURS - 24 * 20)
        if not hours & set(range(first - 1, first + length + 1)):
            hours |= set(range(first, first + length))
            left -= length
    return hours


@dataclass(frozen=True)
class Park:
    """A park as it is delivered. ``residual_mwh``: what certificates leave of the true import from the grid."""

    park_id: str
    true: Mapping[str, list[int]]
    residual_mwh: int
    lost: Mapping[str, set[int]] = field(default_factory=dict)
    faults: Mapping[str, Hours] = field(default_factory=dict)
    """Values in the place of the true ones, by meter and hour."""
    edits: Mapping[str, tuple[int, int, int]] = field(default_factory=dict)
    """First hour, hour after the last, kWh of each: set by two persons."""
    accuracy_class: str = ""

    def name(self, meter: str) -> str:
        return f"{self.park_id}-{meter}"

    @property
    def certificates(self) -> int:
        return round(sum(self.true["gate"]) / 1000) - self.residual_mwh

    @property
    def true_intensity(self) -> float:
        """tCO2/tce of what really happened."""
        imported, used = sum(self.true["gate"]) / 1000, sum(self.true["use"]) / 1000
        emissions = GAS_TCO2 + GRID_FACTOR * (imported - self.certificates)
        return emissions / (GAS_TCE + COAL_EQUIVALENT * used)

    def delivered(self, meter: str) -> dict[int, int | None]:
        """kWh by hour as they stand in the delivery."""
        lost, faults = self.lost.get(meter, set()), self.faults.get(meter, {})
        return {h: faults.get(h, kwh) for h, kwh in enumerate(self.true[meter]) if h not in lost}

    @property
    def serials(self) -> int:
        """Where the serial numbers of the park's certificates begin; no two parks share any."""
        return 10_000_000 * int.from_bytes(self.park_id.encode())


def tables(parks: Iterable[Park]) -> dict[str, str]:
    """Every table of the delivery as text."""
    parks = list(parks)
    rows = {table: [header] for table, header in _HEADERS.items()}
    for park in parks:
        for table, lines in _rows(park).items():
            rows[table] += lines
    return {table: "\n".join(lines) + "\n" for table, lines in rows.items()}


_HEADERS = {
    "parks": "park_id,name_zh,province_zh",
    "enterprises": "enterprise_id,park_id,name",
    "projects": "project_id,park_id,technology,relation,capacity_kw",
    "meters": "meter_id,park_id,point,measure,unit,enterprise_id,project_id,interval_minutes,accuracy_class",
    "meter_readings": "meter_id,interval_end,value,flag",
    "fuel_use": "park_id,month,fuel,activity,quantity,unit,enterprise_id,document_id",
    "gec_trades": "trade_id,trade_date,channel,project_code,technology,generation_month,serial_from,serial_to,"
    "buyer_enterprise_id",
    "gec_cancellations": "cancellation_id,cancelled_on,project_code,generation_month,serial_from,serial_to,"
    "beneficiary_enterprise_id",
    "reading_edits": "meter_id,from,to,value,reason,document_sha256,author,approver",
}


def _rows(park: Park) -> dict[str, list[str]]:
    name, owner = park.park_id, f"{park.park_id}-e"
    last = park.serials + park.certificates - 1
    places = {
        "gate": ("grid_import", owner, ""),
        "solar": ("generation", "", f"{name}-roof"),
        "use": ("use", owner, ""),
    }
    ends = [f"{start_of(hour + 1):%Y-%m-%dT%H:%M}" for hour in range(HOURS)]
    return {
        "parks": [f"{name},园区,江苏省"],
        "enterprises": [f"{owner},{name},企业"],
        "projects": [f"{name}-roof,{name},solar,onsite,80000"],
        "meters": [
            f"{park.name(meter)},{name},{point},interval_energy,kWh,{enterprise},{project},60,{park.accuracy_class}"
            for meter, (point, enterprise, project) in places.items()
        ],
        "meter_readings": [
            f"{park.name(meter)},{ends[hour]},{',N' if kwh is None else f'{kwh},A'}"
            for meter in METERS
            for hour, kwh in park.delivered(meter).items()
        ],
        "fuel_use": [f"{name},{YEAR}-12,natural_gas,final_use,20000,1000_m3,{owner},gas-{name}"],
        "gec_trades": [
            f"{name}-t,{YEAR}-11-01,unbundled,WIND,wind,{YEAR}-06,{park.serials},{last},{owner}",
        ],
        "gec_cancellations": [f"{name}-c,{YEAR + 1}-02-01,WIND,{YEAR}-06,{park.serials},{last},{owner}"],
        "reading_edits": [
            f"{park.name(meter)},{start_of(first):%Y-%m-%dT%H:%M},{start_of(after):%Y-%m-%dT%H:%M},{kwh},"
            f"meter tested,{'ab' * 32},Li Wei,Zhang Min"
            for meter, (first, after, kwh) in park.edits.items()
        ],
    }
