"""The same readings in any format give the same canonical bytes."""

import hashlib
import tempfile
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pipelines import contracts
from pipelines.ingest.exchange import table_of
from pipelines.ingest.parsing import LandedFile, parse
from pipelines.ingest.spec import parse_delivery, spec_for
from tests.property.format_writers import every_format, instructions
from tests.property.readings import SHANGHAI, Delivered, Reading, Readings

# Days on which clocks change, and one on which none does.
ZONES = {
    "Asia/Shanghai": date(2026, 2, 28),
    "Europe/Berlin": date(2025, 10, 25),
    "America/New_York": date(2026, 3, 7),
    "Australia/Sydney": date(2026, 4, 4),
    "Asia/Kolkata": date(2025, 12, 31),
}
NAMES = ("NEM1200001-E1", "0007-总", "园区 甲-1", "A;b-2")


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": "1"}) as con:
        con.execute("set timezone = 'Asia/Shanghai'")
        yield con


@st.composite
def made_readings(draw: st.DrawFn) -> Readings:
    """A few meters over up to three local days with a day left out, values of up to six decimals, some missing."""
    zone = draw(st.sampled_from(sorted(ZONES)))
    minutes = draw(st.sampled_from([15, 30, 60]))
    meters = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique=True))
    days = draw(st.lists(st.integers(0, 3), min_size=1, max_size=3, unique=True))
    multiplier = draw(st.none() | st.sampled_from([Decimal("40"), Decimal("0.5")]))
    may_be_estimated, may_be_null = draw(st.booleans()), draw(st.booleans())
    digits = draw(st.sampled_from([0, 3, 6]))
    random = draw(st.randoms(use_true_random=False))
    rows = []
    for meter in meters:
        for end in _ends(zone, minutes, sorted(days)):
            value = Decimal(random.choice([0, 1, -1, 1]) * random.randrange(10**9)).scaleb(-digits)
            flag = "E" if may_be_estimated and random.random() < 0.2 else "A"
            is_null = may_be_null and random.random() < 0.2
            rows.append(Reading(meter, end, None if is_null else value, "N" if is_null else flag))
    return Readings(tuple(rows), minutes, zone, multiplier)


def _ends(zone: str, minutes: int, days: list[int]) -> Iterator[datetime]:
    """The ends of all intervals of local days, a day of 23 or 25 hours among them."""
    utc, local = ZoneInfo("UTC"), ZoneInfo(zone)
    for day in days:
        first = datetime.combine(ZONES[zone] + timedelta(days=day), datetime.min.time(), local).astimezone(utc)
        last = datetime.combine(ZONES[zone] + timedelta(days=day + 1), datetime.min.time(), local).astimezone(utc)
        for k in range(1, (last - first) // timedelta(minutes=minutes) + 1):
            yield (first + timedelta(minutes=k * minutes)).astimezone(SHANGHAI)


def canonical(con: duckdb.DuckDBPyConnection, delivered: Delivered) -> bytes:
    """The canonical Parquet of a delivered file with the file_id of every other; nothing of it may be set aside."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / delivered.file_name
        path.write_bytes(delivered.content)
        said = parse_delivery(instructions(delivered), "delivery.yaml")
        spec = spec_for(said, path, contracts.load("inputs"), table_of(path))
        sha256 = hashlib.sha256(delivered.content).hexdigest()
        landed = LandedFile(path, sha256, path.name, "d", None, spec)
        landed.__dict__["file_id"] = "the same"
        parsed = folder / "parsed"
        parsed.mkdir()
        entry = parse(con, landed, parsed)
        assert entry.refused_reason is None, entry.refused_reason
        quarantine = con.execute("select sentence from read_parquet(?)", [str(parsed / "quarantine.parquet")])
        assert (entry.rows_quarantined, quarantine.fetchall()) == (0, [])
        return (parsed / "meter_readings.parquet").read_bytes()


def _one(zone: str, day: int) -> Readings:
    """Every quarter hour of a day, estimated in turns."""
    rows = (Reading("0007-总", end, Decimal(k), "A") for k, end in enumerate(_ends(zone, 15, [day])))
    return Readings(tuple(rows), 15, zone, None)


@given(readings=made_readings())
@example(readings=_one("Asia/Shanghai", 0))
@example(readings=_one("Europe/Berlin", 1))
@example(readings=_one("America/New_York", 1))
@settings(max_examples=20, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_same_readings_in_any_format_give_the_same_bytes(con, readings):
    first, *others = every_format(readings)
    expected = canonical(con, first)
    for delivered in others:
        assert canonical(con, delivered) == expected, (delivered.file_name, delivered.said)
