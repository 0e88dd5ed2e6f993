"""Registers, bills, replacements and edits as they land: times, periods, names, and what sets a row aside."""

import json

import duckdb
import pytest

from pipelines.ingest.landing import land
from pipelines.settings import Settings

HASH = "0123456789abcdef" * 4


def landed(tmp_path, name: str, text: str, **said):
    """The ledger entry, the rows of the table without raw text and file_id, and line and reason of those set aside."""
    folder = tmp_path / "delivery"
    folder.mkdir()
    (folder / name).write_text(text, encoding="utf-8")
    if said:
        (folder / "delivery.yaml").write_text(json.dumps({"files": [said]}), encoding="utf-8")
    home = tmp_path / "home"
    (entry,) = land([folder], Settings(home=home, duckdb_threads=1))
    assert entry.refused_reason is None
    parsed = home / "parsed" / entry.file_id
    with duckdb.connect() as con:
        rows = con.sql(f"select * exclude (raw, file_id) from read_parquet('{parsed / entry.table}.parquet')")
        aside = con.sql(f"select line, reason from read_parquet('{parsed / 'quarantine'}.parquet')")
        return entry, rows.pl().rows(named=True), aside.fetchall()


def times(rows, *names):
    return [tuple(f"{row[name]:%Y-%m-%dT%H:%M}" for name in names) for row in rows]


def test_registers_with_chinese_headers_and_the_24th_hour(tmp_path):
    text = """表计编号,抄表时间,正向有功总,采集时间
A,2026/01/31 24:00,9999.99,2026-02-01 00:07
A,2026-02-01T01:00,0.25,
A,2026-02-01T02:00,,
"""
    entry, rows, aside = landed(tmp_path, "meter_registers_02.csv", text)
    assert times(rows, "read_at") == [("2026-02-01T00:00",), ("2026-02-01T01:00",)]
    assert [(row["line"], float(row["value"]), row["flag"]) for row in rows] == [(2, 9999.99, "A"), (3, 0.25, "A")]
    assert f"{rows[0]['captured_at']:%H:%M}" == "00:07"
    assert aside == [(4, "missing_value")]
    assert entry.warnings == ()


def test_registers_of_many_meters_in_columns(tmp_path):
    text = "zeit;A;B;Summe\n01.02.2026;1,5;;1,5\n02.02.2026;2,5;7,25;9,75\n"
    said = {
        "match": "*",
        "table": "meter_registers",
        "layout": "wide_meters",
        "timestamp": {"column": "zeit", "format": "%d.%m.%Y", "timezone": "Europe/Berlin"},
        "ignore": "Summe",
        "meter_prefix": "p-",
    }
    _, rows, aside = landed(tmp_path, "stand.csv", text, **said)
    assert [(row["meter_id"], row["value"] and float(row["value"]), row["flag"]) for row in rows] == [
        ("p-A", 1.5, "A"),
        ("p-B", None, "N"),
        ("p-A", 2.5, "A"),
        ("p-B", 7.25, "A"),
    ]
    assert times(rows, "read_at")[0] == ("2026-02-01T07:00",)
    assert aside == []


def test_reads_of_a_day_in_one_row(tmp_path):
    text = "meter_id,date,P1,P2\nA,2026-01-01,1,2\n"
    said = {"match": "*", "layout": "wide_day"}
    _, rows, _ = landed(tmp_path, "meter_registers.csv", text, **said)
    assert times(rows, "read_at") == [("2026-01-01T12:00",), ("2026-01-02T00:00",)]


def test_the_same_read_twice_counts_once_and_two_reads_of_one_moment_both_stay(tmp_path):
    text = "meter_id,read_at,value\nA,2026-01-01T01:00,5\nA,2026-01-01T01:00,5.0\nA,2026-01-01T01:00,6\n"
    entry, rows, _ = landed(tmp_path, "meter_registers.csv", text)
    assert [row["line"] for row in rows] == [2, 4]
    assert (entry.rows_read, entry.rows_loaded, entry.rows_duplicate) == (3, 2, 1)


def test_a_bill_by_days_includes_its_last_day_and_one_by_moments_ends_there(tmp_path):
    text = """电表编号,开始日期,结束日期,电量(kWh),kind
A,2026-01-01,2026-01-31,100,total
A,2026年1月1日,2026/1/31,40,峰
A,2026-01-01T00:00,2026-01-31T00:00,90,total
A,2025-12-31T16:00Z,2026-01-31T24:00,100,flat
"""
    _, rows, aside = landed(tmp_path, "meter_periods.csv", text)
    january = ("2026-01-01T00:00", "2026-02-01T00:00")
    assert times(rows, "from", "to") == [january, january, ("2026-01-01T00:00", "2026-01-31T00:00"), january]
    assert [row["kind"] for row in rows] == ["total", "peak", "total", "flat"]
    assert aside == []


def test_a_bill_of_a_declared_format_and_zone(tmp_path):
    text = "meter_id,from,to,energy,kind\nA,01.01.2026,31.01.2026,1,total\n"
    said = {"match": "*", "timestamp": {"format": "%d.%m.%Y", "timezone": "Europe/Berlin"}, "meter_prefix": "p-"}
    _, rows, _ = landed(tmp_path, "meter_periods.csv", text, **said)
    assert times(rows, "from", "to") == [("2026-01-01T07:00", "2026-02-01T07:00")]
    assert rows[0]["meter_id"] == "p-A"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("A,2026-02-01,2026-01-31,1,total", "period_reversed"),
        ("A,2026-02-01T00:00,2026-02-01T00:00,1,total", "period_reversed"),
        ("A,2026-01-01,soon,1,total", "bad_timestamp"),
        ("A,2026-01-01,2026-01-31,,total", "missing_value"),
        ("A,2026-01-01,2026-01-31,1,night", "unknown_value"),
        (",2026-01-01,2026-01-31,1,total", "missing_value"),
    ],
)
def test_a_bill_that_cannot_be_is_set_aside_and_the_others_load(tmp_path, row, reason):
    text = f"meter_id,from,to,energy,kind\nB,2026-01-01,2026-01-31,1,total\n{row}\n"
    _, rows, aside = landed(tmp_path, "meter_periods.csv", text)
    assert ([row["meter_id"] for row in rows], aside) == (["B"], [(3, reason)])


def test_a_replacement(tmp_path):
    text = (
        "表计编号,换表时间,旧表止码,新表起码,multiplier\nA,2026-03-21 01:00,487.44,12.50,60\nA,2026-04-01 01:00,5,0,\n"
    )
    _, rows, aside = landed(tmp_path, "meter_replacements.csv", text)
    assert times(rows, "at") == [("2026-03-21T01:00",), ("2026-04-01T01:00",)]
    assert [(float(r["old_final"]), float(r["new_initial"]), r["multiplier"]) for r in rows] == [
        (487.44, 12.5, 60),
        (5, 0, None),
    ]
    assert aside == []


EDIT = {
    "meter_id": "A",
    "from": "2026-01-01",
    "to": "2026-01-01",
    "value": "2.5",
    "reason": "display read by hand",
    "document_sha256": HASH,
    "author": "Li Na",
    "approver": "Wang Wei",
}


def edits(tmp_path, *changes):
    rows = [",".join((EDIT | change).values()) for change in changes]
    return landed(tmp_path, "reading_edits.csv", "\n".join([",".join(EDIT), *rows]))


def test_an_edit_with_two_names_a_reason_and_a_document(tmp_path):
    _, (row,), aside = edits(tmp_path, {})
    assert times([row], "from", "to") == [("2026-01-01T00:00", "2026-01-02T00:00")]
    assert (float(row["value"]), row["reason"], row["author"]) == (2.5, "display read by hand", "Li Na")
    assert aside == []


@pytest.mark.parametrize("field", EDIT)
def test_an_edit_that_lacks_anything_is_set_aside(tmp_path, field):
    entry, rows, aside = edits(tmp_path, {}, {field: " "}, {"meter_id": "C"})
    assert [row["meter_id"] for row in rows] == ["A", "C"]
    assert aside == [(3, "missing_value")]
    assert (entry.rows_read, entry.rows_loaded, entry.rows_quarantined) == (3, 2, 1)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"approver": "LI NA "}, "edit_self_approved"),
        ({"approver": "\u3000li na"}, "edit_self_approved"),
        ({"document_sha256": HASH[:-1]}, "bad_document_hash"),
        ({"document_sha256": f"{HASH[:-1]}g"}, "bad_document_hash"),
        ({"to": "2025-12-31"}, "period_reversed"),
        ({"from": "yesterday"}, "bad_timestamp"),
        ({"value": "about 3"}, "not_a_number"),
    ],
)
def test_an_edit_that_may_not_stand_is_set_aside_with_its_reason(tmp_path, change, reason):
    _, rows, aside = edits(tmp_path, {"meter_id": "B"}, change)
    assert ([row["meter_id"] for row in rows], aside) == (["B"], [(3, reason)])


def test_a_file_of_edits_without_approvers_is_refused(tmp_path):
    columns = [name for name in EDIT if name != "approver"]
    path = tmp_path / "reading_edits.csv"
    path.write_text("\n".join([",".join(columns), ",".join(EDIT[name] for name in columns)]), encoding="utf-8")
    (entry,) = land([path], Settings(home=tmp_path / "home", duckdb_threads=1))
    assert entry.refused_reason == "the column approver is missing, which reading_edits needs"
