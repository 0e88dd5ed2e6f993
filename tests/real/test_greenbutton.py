"""Green Button files of the alliance's test resources: every reading, against the file read as plainly as can be."""

import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import duckdb
import pytest

from pipelines.ingest.landing import land
from pipelines.ingest.locate import locate
from pipelines.lake import Lake
from pipelines.settings import Settings

FOLDER = "11_greenbutton_espi"
METER = "5446AF3F-01"
ESPI = "{http://naesb.org/espi}"


@pytest.fixture(scope="module")
def landed(real_data, tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    entries = land([real_data / FOLDER], Settings(home=home, duckdb_threads=1))
    return home, {entry.file_name: entry for entry in entries}


def readings(home, entry):
    path = home / "parsed" / entry.file_id / "meter_readings.parquet"
    with duckdb.connect() as con:
        return con.execute(f"select meter_id, interval_end, value, flag from '{path}' order by interval_end").fetchall()


def delivered(path):
    """Local end of the interval, kWh and flag of every reading."""
    for element in ET.parse(path).getroot().iter(f"{ESPI}IntervalReading"):
        period = element.find(f"{ESPI}timePeriod")
        seconds = int(period.findtext(f"{ESPI}start")) + int(period.findtext(f"{ESPI}duration"))
        end = datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None) + timedelta(hours=8)
        quality = element.findtext(f"{ESPI}ReadingQuality/{ESPI}quality")
        value = Decimal(element.findtext(f"{ESPI}value")) / 1000
        yield METER, end, value, "E" if quality in ("7", "8") else "A"


@pytest.mark.parametrize(("name", "count"), [("test_usage_data_01.xml", 96), ("test_usage_data_1.xml", 480)])
def test_every_reading_in_kwh_with_its_flag_at_its_local_end(landed, real_data, name, count):
    home, ledger = landed
    entry = ledger[name]
    found = readings(home, entry)
    assert found == sorted(delivered(real_data / FOLDER / name), key=lambda row: row[1])
    assert (len(found), entry.rows_read, entry.rows_loaded, entry.rows_quarantined) == (count, count, count, 0)
    assert sum(flag == "E" for *_, flag in found) == 2
    assert entry.warnings == ("1 usage summary was left out; bills come in the table meter_periods",)


def test_the_days_follow_each_other_without_a_gap(landed):
    home, ledger = landed
    ends = [end for _, end, *_ in readings(home, ledger["test_usage_data_1.xml"])]
    assert {later - earlier for earlier, later in pairwise(ends)} == {timedelta(minutes=15)}
    assert ends[0] == datetime(2012, 3, 1, 13, 15)


def test_a_reading_is_found_again_on_its_line(landed, real_data):
    home, ledger = landed
    entry = ledger["test_usage_data_01.xml"]
    with duckdb.connect() as con:
        keys = con.sql(f"select '{METER}' as meter_id, timestamp '2012-03-01 13:30:00' as interval_end").pl()
    ((line, raw),) = locate(Lake(home), entry.file_id, keys).select("line", "raw").rows()
    text = (real_data / FOLDER / "test_usage_data_01.xml").read_text("utf-8").splitlines()
    assert text[line - 1].strip() == "<IntervalReading>"
    assert text[line].strip() == "<cost>965</cost>"
    assert raw == "start=1330578900,duration=900,value=323,quality=7"


def test_a_feed_without_readings_is_refused(landed):
    _, ledger = landed
    reason = "the file holds no IntervalReading; Green Button files without interval data are not read"
    assert ledger["Usage-Subscription-Feed-Anonymized.xml"].refused_reason == reason
