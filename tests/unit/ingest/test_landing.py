"""Landing: what a delivery leaves in the home folder, and that repetition, order and bad files change nothing else."""

import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.errors import InputRefused, UserError
from pipelines.ingest import landing, ledger
from pipelines.ingest.landing import land, ledger_table
from pipelines.ingest.ledger import Arrival, LedgerEntry, delivered
from pipelines.lake import Lake, append_lines, read_lines
from pipelines.settings import Settings

READINGS = "meter_id,interval_end,value\nm,2026-01-01T00:15,1\nm,2026-01-01T00:30,2\n"
FUEL = "park_id,month,fuel,activity,quantity,unit\np,2026-01,diesel,final_use,1,t\n"
DELIVERY = {"meter_readings.csv": READINGS, "fuel_use.csv": FUEL}


def settings_of(home):
    return Settings(home=home, duckdb_memory="500MiB", duckdb_threads=2)


def write(folder, files):
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def take_in(tmp_path, files, home="home"):
    """Lands one delivery; the entries by file name."""
    entries = land([write(tmp_path / "delivery", files)], settings_of(tmp_path / home))
    return {entry.file_name: entry for entry in entries}


def tree(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def files_table(home):
    with duckdb.connect() as con:
        ledger_table(Lake(home), con)
        return con.sql("select * from lake.files order by rank").fetchall()


def rows(home, entry, table):
    path = home / "parsed" / entry.file_id / f"{table}.parquet"
    found = duckdb.sql(f"select * from read_parquet('{path}')")
    return [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]


def counts(entry):
    return (entry.rows_read, entry.rows_loaded, entry.rows_duplicate, entry.rows_quarantined)


def test_a_delivery_leaves_its_bytes_its_rows_and_its_ledger(tmp_path):
    entries = take_in(tmp_path, DELIVERY)
    home = tmp_path / "home"
    assert {path.read_text() for path in (home / "raw").iterdir()} == {READINGS, FUEL}
    readings, fuel = entries["meter_readings.csv"], entries["fuel_use.csv"]
    assert (readings.rows_read, readings.rows_loaded, readings.months) == (2, 2, ("2026-01",))
    assert rows(home, readings, "meter_readings")[0] == {
        "meter_id": "m",
        "interval_end": datetime(2026, 1, 1, 0, 15),
        "value": 1,
        "flag": "A",
        "multiplier": None,
        "file_id": readings.file_id,
    }
    (row,) = rows(home, fuel, "fuel_use")
    assert (row["quantity"], row["line"], row["raw"]) == (1, 2, "p,2026-01,diesel,final_use,1,t")
    assert rows(home, fuel, "quarantine") == []
    assert not (home / "tmp" / "landing").exists()


def test_bad_rows_are_set_aside_with_line_text_and_reason_and_the_rest_loads(tmp_path):
    bad = READINGS + "m,2026-01-01T00:45,x\n\nm,2026-01-01T01:00\n,2026-01-01T01:15,3\n"
    entry = take_in(tmp_path, {"meter_readings.csv": bad})["meter_readings.csv"]
    assert counts(entry) == (5, 2, 0, 3)
    found = rows(tmp_path / "home", entry, "quarantine")
    assert [(row["line"], row["raw"], row["reason"], row["table_name"]) for row in found] == [
        (4, "m,2026-01-01T00:45,x", "not_a_number", "meter_readings"),
        (6, "m,2026-01-01T01:00", "ragged_row", "meter_readings"),
        (7, ",2026-01-01T01:15,3", "missing_value", "meter_readings"),
    ]


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("fuel_use.csv", FUEL.replace("quantity", "amount"), "the column quantity (or 数量, 消费量) is missing"),
        ("fuel_use.csv", FUEL.replace(",t", ",lb"), "lb (line 2)"),
        ("meter_readings.csv", b"\x89PNG\r\n\x1a\n" + bytes(50), "is not CSV text as its name says but a PNG image"),
        ("meter_readings.xlsx", b"PK\x03\x04" + bytes(50), "damaged"),
        ("meter_readings.parquet", b"PAR1" + bytes(40), "damaged Parquet"),
        ("meter_readings.csv", b"", "is empty"),
        ("invoice.csv", "a,b\n1,2\n", "belongs to no known table"),
        ("fuel_use.pdf", b"%PDF-1.4", "kind that is not read"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_whole_and_the_others_load(tmp_path, name, content, why):
    entries = take_in(tmp_path, {"parks.csv": "park_id,name_zh,province_zh\np,园,省\n", name: content})
    refused, other = entries[name], entries["parks.csv"]
    assert why in refused.refused_reason
    assert refused.rows_loaded == 0
    assert refused.tables == {}
    parsed = tmp_path / "home" / "parsed" / refused.file_id
    assert sorted(path.name for path in parsed.iterdir()) == ["ledger.json", "quarantine.parquet"]
    assert len(rows(tmp_path / "home", refused, "quarantine")) == refused.rows_quarantined == refused.rows_read
    assert (other.refused_reason, other.rows_loaded) == (None, 1)


def test_the_rows_of_a_file_with_an_unknown_unit_are_all_set_aside(tmp_path):
    entry = take_in(tmp_path, {"fuel_use.csv": FUEL + "p,2026-02,diesel,final_use,1,lb\n"})["fuel_use.csv"]
    assert counts(entry) == (2, 0, 0, 2)
    assert {row["reason"] for row in rows(tmp_path / "home", entry, "quarantine")} == {"file_refused"}


def test_the_right_suffix_gives_refused_bytes_another_chance(tmp_path):
    assert take_in(tmp_path, {"fuel_use.xlsx": FUEL})["fuel_use.xlsx"].refused_reason
    assert take_in(tmp_path, {"fuel_use.csv": FUEL})["fuel_use.csv"].rows_loaded == 1


def test_unknown_columns_are_named(tmp_path):
    entry = take_in(
        tmp_path,
        {
            "meter_readings.csv": READINGS.replace("value", "value,note,备注")
            .replace("1\n", "1,,\n")
            .replace("2\n", "2,,\n")
        },
    )["meter_readings.csv"]
    assert entry.warnings == ("unknown columns were left out: note, 备注",)
    assert entry.rows_loaded == 2


@pytest.mark.parametrize(("name", "text"), [("meter_readings.csv", READINGS), ("fuel_use.csv", FUEL)])
def test_a_file_without_rows_loads_nothing_and_says_so(tmp_path, name, text):
    entry = take_in(tmp_path, {name: text.splitlines()[0] + "\n"})[name]
    assert (counts(entry), entry.refused_reason) == ((0, 0, 0, 0), None)
    assert entry.warnings == ("the file has a header and no rows",)
    assert entry.months == ()


def test_the_home_folder_may_be_a_relative_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (entry,) = land([write(Path("delivery"), {"fuel_use.csv": FUEL})], settings_of(Path("home")))
    assert entry.rows_loaded == 1


def test_delivery_yaml_creates_master_rows_beside_the_readings(tmp_path):
    said = """
delivered_at: 2026-02-03T09:00+08:00
files:
  - match: export.csv
    table: meter_readings
    columns: {表: meter_id}
    meters: {park_id: p, point: use, measure: interval_energy, unit: MWh, interval_minutes: 30, enterprise: from_meter}
"""
    export = READINGS.replace("meter_id", "表")
    entry = take_in(tmp_path, {"delivery.yaml": said, "export.csv": export})["export.csv"]
    assert dict(entry.tables) == {"meter_readings": 2, "meters": 1, "enterprises": 1}
    (meter,) = rows(tmp_path / "home", entry, "meters")
    assert (meter["meter_id"], meter["unit"], meter["interval_minutes"], meter["multiplier"]) == ("m", "MWh", 30, 1)
    assert (entry.delivered_at, entry.decided_by_arrival) == ("2026-02-03T09:00:00+08:00", False)


def test_master_rows_that_the_contract_refuses_refuse_the_file(tmp_path):
    said = """
files:
  - match: "*.csv"
    meters: {park_id: p, point: use, measure: interval_energy, unit: kWh, interval_minutes: 7}
"""
    entry = take_in(tmp_path, {"delivery.yaml": said, "meter_readings.csv": READINGS})["meter_readings.csv"]
    assert entry.refused_reason == "delivery.yaml: meters: interval_minutes does not divide 1440: 7"
    assert entry.tables == {}


def test_landing_again_adds_an_arrival_and_changes_nothing_else(tmp_path):
    first = take_in(tmp_path, DELIVERY)
    home = tmp_path / "home"
    before, ranked = tree(home), files_table(home)
    assert take_in(tmp_path, DELIVERY) == first
    after = tree(home)
    log = "catalog/arrivals.jsonl"
    assert {k: v for k, v in after.items() if k != log} == {k: v for k, v in before.items() if k != log}
    assert after[log].startswith(before[log])
    assert [line["sequence"] for line in read_lines(home / log)] == [1, 2, 3, 4]
    assert files_table(home) == ranked


def test_the_same_bytes_under_two_names_are_parsed_once(tmp_path):
    entries = take_in(tmp_path, {"fuel_use_b.csv": FUEL, "fuel_use_a.csv": FUEL})
    assert entries["fuel_use_a.csv"].file_id == entries["fuel_use_b.csv"].file_id
    entry = entries["fuel_use_b.csv"]
    assert files_table(tmp_path / "home") == [
        (entry.file_id, entry.sha256, "fuel_use_a.csv", "delivery", "fuel_use", 1, 1, 0, 0, None, None, 1)
    ]


def test_folders_are_searched_and_notes_hidden_files_and_the_home_folder_passed_over(tmp_path):
    files = {
        "a/fuel_use.csv": FUEL,
        "b/c/meter_readings.csv": READINGS,
        "b/README.md": "x",
        "SOURCE.md": "x",
        "make.py": "x",
        ".hidden/fuel_use_2.csv": FUEL,
        "b/.fuel_use.csv.swp": "x",
        "b/~$fuel_use.xlsx": "x",
    }
    folder = write(tmp_path / "delivery", files)
    entries = land([folder], settings_of(folder / "zcp-data"))
    again = land([folder], settings_of(folder / "zcp-data"))
    assert entries == again
    assert [(entry.delivery, entry.file_name) for entry in entries] == [
        ("delivery/a", "fuel_use.csv"),
        ("delivery/b/c", "meter_readings.csv"),
    ]


def test_a_single_file_is_a_delivery(tmp_path):
    folder = write(tmp_path / "delivery", DELIVERY)
    (entry,) = land([folder / "fuel_use.csv"], settings_of(tmp_path / "home"))
    assert (entry.delivery, entry.rows_loaded) == ("fuel_use.csv", 1)


@pytest.mark.parametrize(
    ("files", "path", "error", "why"),
    [
        ({}, "delivery", InputRefused, "holds no data files"),
        ({"README.md": "x"}, "delivery", InputRefused, "holds no data files"),
        ({}, "nowhere", UserError, "does not exist"),
        ({"fuel_use.csv": FUEL, "delivery.yaml": "files: ["}, "delivery", InputRefused, "delivery.yaml"),
        ({"x.csv": FUEL, "delivery.yaml": "files: [{table: fule}]"}, "delivery", InputRefused, "does not exist"),
    ],
)
def test_what_cannot_be_a_delivery_is_an_error_and_leaves_nothing(tmp_path, files, path, error, why):
    write(tmp_path / "delivery", files)
    with pytest.raises(error, match=why):
        land([tmp_path / path], settings_of(tmp_path / "home"))
    assert not (tmp_path / "home" / "catalog").exists()


def test_two_landings_at_once_on_one_home_folder(tmp_path):
    folder = write(tmp_path / "delivery", DELIVERY)
    home = tmp_path / "home"
    other = Lake(home / ".." / "home")
    assert take_in(tmp_path, DELIVERY)
    code = (
        "import sys, pathlib, pipelines.ingest.landing as l, pipelines.settings as s, pipelines.errors as e\n"
        "try: l.land([pathlib.Path(sys.argv[1])], s.Settings(home=pathlib.Path(sys.argv[2])))\n"
        "except e.UserError as error: print(error)"
    )
    with other.writing():
        done = subprocess.run([sys.executable, "-c", code, folder, home], capture_output=True, text=True, check=True)
    assert "another zcp command is writing" in done.stdout


def test_progress_counts_every_file_twice(tmp_path):
    seen = []
    folder = write(tmp_path / "delivery", DELIVERY)
    land([folder], settings_of(tmp_path / "home"), lambda what, done, total: seen.append((done, total)))
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_order_of_landing_and_threads_do_not_change_what_is_parsed(tmp_path):
    files = DELIVERY | {"fuel_use_2.csv": FUEL.replace("diesel", "gasoline"), "meter_readings_2.csv": READINGS + "x\n"}
    folder = write(tmp_path / "delivery", files)
    land([folder], settings_of(tmp_path / "one"))
    for name in sorted(files, reverse=True):
        land([folder / name], Settings(home=tmp_path / "other", duckdb_threads=1))
    # The name of the delivery is that of the folder or of the file; nothing else may differ.
    one, other = tree(tmp_path / "one" / "parsed"), tree(tmp_path / "other" / "parsed")
    assert one.keys() == other.keys()
    for name, content in one.items():
        if name.endswith("ledger.json"):
            assert json.loads(content) | {"delivery": ""} == json.loads(other[name]) | {"delivery": ""}
        else:
            assert content == other[name], name


def test_a_large_file_gives_the_same_bytes_as_a_small_one(tmp_path, monkeypatch):
    take_in(tmp_path, DELIVERY, "small")
    monkeypatch.setattr(landing, "LARGE_BYTES", 1)
    take_in(tmp_path, DELIVERY, "large")
    assert tree(tmp_path / "small" / "parsed") == tree(tmp_path / "large" / "parsed")


def test_a_large_file_with_a_bad_row_is_read_in_pieces_with_its_own_line_numbers(tmp_path, monkeypatch):
    monkeypatch.setattr("pipelines.ingest.pieces.LARGE_BYTES", 1)
    monkeypatch.setattr("pipelines.ingest.pieces._BLOCK_BYTES", 60)
    lines = [f"m,2026-01-01T{hour:02}:00,{hour}" for hour in range(1, 20)]
    lines[2:2], lines[9], lines[-1] = [""], "m,x,1", "m,2026-01-02T00:00,x"
    content = "meter_id,interval_end,value\r\n" + "\r\n".join(lines)
    entry = take_in(tmp_path, {"meter_readings.csv": content})["meter_readings.csv"]
    assert counts(entry) == (19, 17, 0, 2)
    found = rows(tmp_path / "home", entry, "quarantine")
    assert [(row["line"], row["reason"]) for row in found] == [(11, "bad_timestamp"), (21, "not_a_number")]


def arrival(name, arrived_at, delivered_at=None, file_id="f"):
    return Arrival(file_id, "s", name, "d", delivered_at, arrived_at, 1)


def test_a_declared_time_decides_else_the_first_arrival():
    first, second = arrival("a", "2026-02-01T00:00:00+00:00"), arrival("a", "2026-03-01T00:00:00+00:00")
    assert delivered([second, first]) == "2026-02-01T00:00:00.000000+00:00"
    declared = arrival("a", "2026-03-01T00:00:00+00:00", "2026-01-05T09:00+08:00")
    later = arrival("a", "2026-03-02T00:00:00+00:00", "2026-01-06T09:00")
    assert delivered([first, declared]) == "2026-01-05T01:00:00.000000+00:00"
    assert (
        delivered([first, later, declared]) == delivered([declared, first, later]) == "2026-01-06T01:00:00.000000+00:00"
    )


def test_rank_follows_the_declared_time_whatever_came_first(tmp_path):
    for day, quantity in (("05", "1"), ("03", "2")):
        files = {
            "delivery.yaml": f"delivered_at: 2026-02-{day}T09:00+08:00",
            "fuel_use.csv": FUEL.replace(",1,", f",{quantity},"),
        }
        land([write(tmp_path / day, files)], settings_of(tmp_path / "home"))
    assert [(row[3], row[-1]) for row in files_table(tmp_path / "home")] == [("03", 1), ("05", 2)]


def test_a_clock_that_was_set_back_does_not_make_a_later_arrival_the_earlier(tmp_path):
    folder = write(tmp_path / "delivery", DELIVERY)
    home = tmp_path / "home"
    land([folder / "fuel_use.csv"], settings_of(home))
    log = ledger.arrivals_path(Lake(home))
    (line,) = read_lines(log)
    log.write_text(json.dumps(line | {"arrived_at": "2999-01-01T00:00:00.000000+00:00"}) + "\n")
    land([folder / "meter_readings.csv"], settings_of(home))
    assert [row[2] for row in files_table(home)] == ["fuel_use.csv", "meter_readings.csv"]


def test_a_torn_line_of_the_log_is_cut_off_by_the_next_append(tmp_path):
    log = tmp_path / "log.jsonl"
    append_lines(log, [{"a": 1}])
    with log.open("a") as stream:
        stream.write('{"a": 2')
    append_lines(log, [{"a": 3}, {"a": 4}])
    assert read_lines(log) == [{"a": 1}, {"a": 3}, {"a": 4}]


def test_an_entry_that_does_not_balance_cannot_be_made():
    with pytest.raises(ValueError, match="does not balance"):
        LedgerEntry("f", "s", "n", "d", "parks", 3, 1, 0, 1)


@pytest.mark.parametrize(("multiplier", "loaded"), [("10000000", 1), ("10000000.000001", 0), ("0", 0)])
@pytest.mark.parametrize(
    ("name", "header", "row"),
    [
        ("meter_readings.csv", "meter_id,interval_end,value,multiplier", "m,2026-01-01T00:15,1,"),
        ("meters.csv", "meter_id,park_id,point,measure,unit,multiplier", "m,p,use,interval_energy,kWh,"),
    ],
)
def test_multipliers_that_the_energy_model_cannot_hold_are_set_aside(tmp_path, name, header, row, multiplier, loaded):
    entry = take_in(tmp_path, {name: f"{header}\n{row}{multiplier}\n"})[name]
    assert counts(entry) == (1, loaded, 0, 1 - loaded)
    limit = "not above 0" if multiplier == "0" else "above 10000000"
    found = [(bad["reason"], bad["sentence"]) for bad in rows(tmp_path / "home", entry, "quarantine")]
    assert found == ([] if loaded else [("out_of_range", f"multiplier is {limit}: {multiplier}")])


def test_an_entry_survives_json(tmp_path):
    entry = next(iter(take_in(tmp_path, DELIVERY).values()))
    assert LedgerEntry.from_json(json.loads(json.dumps(entry.to_json()))) == entry


CELLS = st.text(st.characters(blacklist_categories=["Cs"], max_codepoint=0x9FFF), max_size=6) | st.sampled_from(
    ["m", "2026-01-01T00:15", "1", "kWh", "2026-01", "t", '"', ",", "\n", "\r", "\0", "p"]
)
JUNK = st.one_of(
    st.binary(max_size=120),
    st.binary(max_size=60).map(lambda junk: READINGS.encode() + junk),
    st.lists(CELLS, max_size=12).map(lambda cells: (READINGS + ",".join(cells)).encode()),
    st.lists(CELLS, max_size=12).map(lambda cells: (FUEL + ",".join(cells)).encode("gb18030")),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    files=st.dictionaries(
        st.sampled_from(["fuel_use.csv", "meter_readings.csv", "meters_1.csv", "meter_readings.parquet", "parks.xlsx"]),
        JUNK,
        min_size=1,
        max_size=4,
    )
)
def test_the_ledger_balances_for_any_content(tmp_path_factory, files):
    tmp_path = tmp_path_factory.mktemp("junk")
    for name, entry in take_in(tmp_path, files).items():
        assert entry.rows_read == entry.rows_loaded + entry.rows_duplicate + entry.rows_quarantined
        home = tmp_path / "home"
        assert len(rows(home, entry, "quarantine")) == entry.rows_quarantined
        assert all(len(rows(home, entry, table)) == number for table, number in entry.tables.items())
        assert Path(home / "raw" / entry.sha256).read_bytes() == files[name]
