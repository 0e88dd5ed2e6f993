"""Certification files of the Australian market: every value, flag and register of them, against a reading of the text.

The expectations come from the files themselves, read here as plainly as can be, and from the published quantities that
``register_vectors_nem13.csv`` lists.
"""

import csv
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from decimal import Decimal

import duckdb
import pytest

from pipelines.ingest.landing import land
from pipelines.settings import Settings

FOLDER = "10_nem12_nem13"
KWH = {"WH": Decimal("0.001"), "KWH": Decimal(1)}
INTERVALS, EXAMPLES, REGISTERS, INVALID = "nem12", "aguinane_examples", "nem13", "invalid"
MIXED_LENGTHS = {"NEM1205082-E1", "NEM1205083-E1", "NEM1205084-E1", "NEM1205086-E1", "NEM1205087-E1", "NEM1205090-E1"}


class Landed:
    """The files of the folder after landing: ledger entries by name, and their tables."""

    def __init__(self, home, data):
        folders = [data / FOLDER / name for name in (INTERVALS, EXAMPLES, REGISTERS, INVALID)]
        entries = land(folders, Settings(home=home, duckdb_threads=1))
        self.parsed = home / "parsed"
        self.ledger = {entry.file_name: entry for entry in entries}

    def rows(self, table: str, name: str, select: str) -> list[tuple]:
        path = self.parsed / self.ledger[name].file_id / f"{table}.parquet"
        with duckdb.connect() as con:
            return con.execute(f"select {select} from read_parquet('{path}')").fetchall()


@pytest.fixture(scope="module")
def landed(real_data, tmp_path_factory):
    return Landed(tmp_path_factory.mktemp("home"), real_data)


def records(path):
    with path.open(encoding="ascii", newline="") as stream:
        return [[cell.strip() for cell in row] for row in csv.reader(stream) if row]


def expected(path):
    """By channel: intervals, their sum in kWh, and how many have each flag; other channels: records."""
    sums, flags, other = defaultdict(Decimal), defaultdict(Counter), Counter()
    name = unit = last = None
    for row in records(path):
        if row[0] == "200":
            name, unit, points = f"{row[1]}-{row[4] or row[3]}", row[7].upper(), 1440 // int(row[8])
        elif row[0] == "300" and unit not in KWH:
            other[name] += 1
            last = None
        elif row[0] == "300":
            sums[name] += sum(map(Decimal, row[2 : 2 + points])) * KWH[unit]
            last = Counter({row[2 + points][0]: points})
            flags[name, row[1]] = last
        elif row[0] == "400" and last is not None:
            count = int(row[2]) - int(row[1]) + 1
            last["V" if last["V"] else "A"] -= count
            last[row[3][0]] += count
    return sums, flags, other


def interval_files(data):
    return [
        path
        for folder in (INTERVALS, EXAMPLES)
        for path in sorted((data / FOLDER / folder).iterdir())
        if path.read_text("ascii").startswith("100,NEM12")
    ]


def test_every_interval_of_every_channel_is_there_with_its_energy_and_its_flag(landed, real_data):
    files = interval_files(real_data)
    assert len(files) == 54
    for path in files:
        sums, flags, other = expected(path)
        entry = landed.ledger[path.name]
        found = landed.rows("meter_readings", path.name, "meter_id, value, flag")
        per_meter = defaultdict(Decimal)
        for meter, value, _ in found:
            per_meter[meter] += value
        assert per_meter == sums, path.name
        estimated = sum(day[flag] for day in flags.values() for flag in "SFE")
        by_flag = Counter({"A": sum(day["A"] for day in flags.values()), "E": estimated})
        assert Counter(flag for *_, flag in found) == +by_flag, path.name
        assert not any(day["V"] for day in flags.values())
        assert (entry.rows_loaded, entry.rows_quarantined, entry.refused_reason) == (
            len(found),
            sum(other.values()),
            None,
        )


def test_market_time_is_two_hours_ahead_of_local_time(landed):
    name = "NEM12_000000000000001_CNRGYMDP_NEMMCO.csv"
    found = landed.rows("meter_readings", name, "min(interval_end)::text, max(interval_end)::text")
    assert found == [("2005-03-14 22:30:00", "2005-03-18 22:00:00")]


def test_quality_by_range(landed):
    name = "NEM12_05050200008000000_GLOBALM_NEMMCO"
    flags = landed.rows("meter_readings", name, "interval_end, flag")
    start = datetime(2004, 12, 31, 22)
    estimated = sorted((end - start) // timedelta(minutes=15) for end, flag in flags if flag == "E")
    assert estimated == [6, 7, 8, 21, 22, 23, 24, 25, 26, 96 + 23, 96 + 24, 96 + 31]


def test_reactive_channels_are_set_aside_by_day_and_named(landed):
    name = "NEM12_000000000000003_CNRGYMDP_NEMMCO.csv"
    assert landed.ledger[name].warnings == (
        "channels that do not measure active energy were set aside: NEM1203042-Q1 (KVARH)",
    )
    found = landed.rows("quarantine", name, "line, reason")
    assert found == [(line, "not_active_energy") for line in (8, 18, 28, 38)]


def test_a_meter_that_changes_its_interval_is_named(landed):
    named = {
        warning.split()[0] for entry in landed.ledger.values() for warning in entry.warnings if "comes in" in warning
    }
    assert named == MIXED_LENGTHS


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("Example_NEM12_empty.csv", "the file holds no channel and no data: NEM12 with a header only"),
        (
            "Example_NEM12_missing_header.csv",
            "the file begins with a 200 record (line 2); the 100 record that NEM12 begins with is missing",
        ),
        ("Example_empty_file.csv", "the file belongs to no known table"),
    ],
)
def test_invalid_files_are_refused(landed, name, sentence):
    assert landed.ledger[name].refused_reason.startswith(sentence)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        (
            "Example_NEM12_15min_200_30min_300.csv",
            "the record has 48 values; 96 of 15 minutes are needed by its 200 record",
        ),
        (
            "Example_NEM12_30min_200_15min_300.csv",
            "the record has 96 values; 48 of 30 minutes are needed by its 200 record",
        ),
    ],
)
def test_days_of_the_wrong_length_are_set_aside(landed, name, sentence):
    assert landed.ledger[name].rows_loaded == 0
    assert landed.rows("quarantine", name, "line, reason, sentence") == [(3, "ragged_row", sentence)]


def local(text):
    """A moment of market time in local time."""
    return datetime.strptime(text, "%Y%m%d%H%M%S") - timedelta(hours=2)


def test_every_register_row_is_there_with_its_reads_and_its_published_quantity(landed, real_data):
    with (real_data / FOLDER / "register_vectors_nem13.csv").open(encoding="utf-8", newline="") as stream:
        vectors = list(csv.DictReader(stream))
    assert len(vectors) == 54
    for name in {vector["file"] for vector in vectors}:
        ours = [vector for vector in vectors if vector["file"] == name]
        periods = landed.rows("meter_periods", name, '"from", "to", energy, kind')
        reads = landed.rows("meter_registers", name, "read_at, value, flag")
        wanted = {
            (local(v["previous_time"]), local(v["current_time"]), Decimal(v["published_quantity"]), "total")
            for v in ours
        }
        assert set(periods) == wanted, name
        assert set(reads) == {
            (local(v[f"{side}_time"]), Decimal(v[f"{side}_read"]), "A" if v[f"{side}_quality"] == "A" else "E")
            for v in ours
            for side in ("previous", "current")
        }, name
        entry = landed.ledger[name]
        assert (entry.rows_read, entry.rows_quarantined) == (2 * len(ours), 0)
        assert len(reads) == entry.rows_loaded == entry.rows_read - entry.rows_duplicate


def test_the_registers_of_a_point_do_not_mix(landed):
    name = "NEM13_Scenario18_ETSAMDP_NEMMCO.csv"
    meters = Counter(landed.rows("meter_registers", name, "meter_id"))
    assert meters == {("NEM1318151-1-18151-E",): 4, ("NEM1318151-2-18151-E",): 4}
    both = {meter for (meter,) in landed.rows("meter_registers", "aemo_mdff_reader_sample_nem13.csv", "meter_id")}
    assert both == {
        "NMI1234567-E1-METER000001-I",
        "NMI1234567-E1-METER000001-E",
        "NMI7654321-B1-METER000002-I",
    }
