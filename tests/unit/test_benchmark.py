"""The benchmark's own material: the generated year is whole and balanced, and the plain scripts agree on its totals."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from benchmarks import deliveries

ROOT = Path(__file__).resolve().parents[2]
INTERVALS = 365 * 96


@pytest.fixture(scope="module")
def generated(tmp_path_factory):
    return deliveries.make(tmp_path_factory.mktemp("bench") / "data", parks=1, scale=0.6)


def script(name, *arguments):
    command = [sys.executable, "-m", f"benchmarks.{name}", *map(str, arguments)]
    return json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout)


def test_every_meter_has_every_quarter_hour_of_the_year(generated):
    readings = duckdb.sql(f"from read_csv({[str(path) for path in generated.readings]})")
    counts = readings.aggregate(
        "meter_id, count(distinct interval_end), min(interval_end), max(interval_end)"
    ).fetchall()
    assert len(counts) == 6
    for _, count, first, last in counts:
        assert (count, str(first), str(last)) == (INTERVALS, "2026-01-01 00:15:00", "2027-01-01 00:00:00")


def test_the_gate_closes_the_balance_of_every_interval(generated):
    signs = (
        "case when meter_id like '%import' or meter_id like '%solar' or meter_id like '%discharge' then 1 else -1 end"
    )
    open_intervals = duckdb.sql(
        f"""select interval_end from read_csv({[str(path) for path in generated.readings]},
                                             types = {{'value': 'DECIMAL(18, 2)'}})
            group by interval_end having sum(value * {signs}) <> 0"""
    )
    assert open_intervals.fetchall() == []


def test_the_plain_scripts_agree(generated):
    pandas, polars = script("plain_pandas", generated.root), script("plain_polars", generated.root)
    assert pandas.keys() == polars.keys() == {"bench-001"}
    assert pandas["bench-001"] == pytest.approx(polars["bench-001"], rel=1e-9)


def test_the_floors_read_every_reading(generated, tmp_path):
    assert script("floors", generated.root, tmp_path / "floor.parquet")["readings"] == 6 * INTERVALS


def test_the_correction_changes_one_meter_of_its_month(generated):
    (original,) = (generated.root / "2026-06").glob("*.csv")
    (corrected,) = generated.corrected_month.glob("*.csv")
    with original.open() as before, corrected.open() as after:
        changed = {a["meter_id"] for a, b in zip(csv.DictReader(before), csv.DictReader(after), strict=True) if a != b}
    assert changed == {"bench-001-use001"}
