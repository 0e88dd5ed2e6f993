"""Readings found again in the raw files, by line and text."""

from datetime import datetime

import polars as pl
import pytest

from pipelines.ingest.landing import land
from pipelines.ingest.locate import locate
from pipelines.lake import Lake
from pipelines.settings import Settings

KEYS = pl.DataFrame({"meter_id": ["m", "n"], "interval_end": [datetime(2026, 1, 1, 0, 15), datetime(2026, 1, 1)]})
LONG = """meter_id,interval_end,value

o,2026-01-01T00:15,1
m,2026-01-01T00:15,2
n,2025-12-31T24:00,3
n,2026-01-01T00:30,4
m,2025-12-31T16:15Z,5
"""
WIDE = """日期,m,n
2025-12-31 23:45,1,2
2026-01-01 00:00,3,4
2026-01-01 00:15,5,6
"""
WIDE_SAID = """
files:
  - {match: "*.csv", layout: wide_meters, timestamp: {column: 日期}}
"""


def found(tmp_path, files, keys=KEYS):
    folder = tmp_path / "delivery"
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    (entry,) = land([folder], Settings(home=tmp_path / "home", duckdb_threads=1))
    return locate(Lake(tmp_path / "home"), entry.file_id, keys).select("meter_id", "line", "raw", "value").rows()


def test_a_plain_file(tmp_path):
    assert found(tmp_path, {"meter_readings.csv": LONG}) == [
        ("m", 4, "m,2026-01-01T00:15,2", "2"),
        ("n", 5, "n,2025-12-31T24:00,3", "3"),
        ("m", 7, "m,2025-12-31T16:15Z,5", "5"),
    ]


def test_a_large_plain_file_in_pieces(tmp_path, monkeypatch):
    monkeypatch.setattr("pipelines.ingest.pieces.LARGE_BYTES", 1)
    monkeypatch.setattr("pipelines.ingest.pieces._BLOCK_BYTES", 30)
    assert [line for _, line, *_ in found(tmp_path, {"meter_readings.csv": LONG})] == [4, 5, 7]


def test_a_file_that_needs_its_instructions_to_be_read(tmp_path):
    assert found(tmp_path, {"meter_readings.csv": WIDE, "delivery.yaml": WIDE_SAID}) == [
        ("n", 3, "2026-01-01 00:00,n=4", "4"),
        ("m", 4, "2026-01-01 00:15,m=5", "5"),
    ]


def test_a_row_of_a_whole_day_is_told_by_its_point(tmp_path):
    clocks = [f"{k // 4:02}:{k % 4 * 15:02}" for k in range(1, 97)]
    days = [",".join([meter, "2025-12-31", *(str(k) for k in range(1, 97))]) for meter in ("m", "n")]
    days.append(",".join(["m", "2026-01-01", *(str(k) for k in range(101, 197))]))
    text = "\n".join([",".join(["meter_id", "date", *clocks]), *days])
    assert found(tmp_path, {"meter_readings_96.csv": text}) == [
        ("n", 3, "2025-12-31,24:00=96", "96"),
        ("m", 4, "2026-01-01,00:15=101", "101"),
    ]


@pytest.mark.parametrize("keys", [KEYS.clear(), KEYS.with_columns(meter_id=pl.lit("x"))], ids=["none", "unknown"])
def test_nothing_to_be_found(tmp_path, keys):
    assert found(tmp_path, {"meter_readings.csv": LONG}, keys) == []
