"""Sets to hand on: nothing restricted in the public one by any reading of its bytes, and each is what it says it is."""

import json
import re
import shutil
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from pipelines.contracts import load
from pipelines.errors import UserError
from pipelines.lake import sha256_file, write_json
from pipelines.publish.level import hand_on, public_contracts
from pipelines.publish.manifest import AUDIT, DATABASE, MANIFEST, read_manifest
from pipelines.publish.verify import verify
from pipelines.settings import Settings
from tests.handed_on.marked_park import MARK, METERS, PARK, SERIAL, days, wh
from tests.pipeline.zcp_command import one_sentence, zcp

NUMBER = re.compile(r"\d+(?:\.\d+)?")
SERIALS = range(SERIAL, SERIAL + 10_000)


@cache
def load_values() -> frozenset[Decimal]:
    """What any meter counted on any day, in Wh, kWh and MWh."""
    counted = {Decimal(wh(meter, day)) for meter in METERS for day in days()}
    return frozenset(value.scaleb(-shift).normalize() for value in counted for shift in (0, 3, 6))


@pytest.fixture(scope="module")
def public(home: Settings, publication: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hand_on(home, publication, "public", tmp_path_factory.mktemp("sets") / "public").path


def holds_number(content: bytes, numbers: "np.ndarray[Any, Any]") -> bool:
    """Whether the eight bytes of one of the numbers stand anywhere in the content."""
    for start in range(8):
        words = np.frombuffer(content, numbers.dtype, (len(content) - start) // 8, start) if len(content) > 16 else ()
        if np.isin(words, numbers).any():
            return True
    return False


def markers_in_bytes(folder: Path) -> set[tuple[str, str]]:
    """File and kind of every marker that the raw bytes hold."""
    counted = [wh(meter, day) for meter in METERS for day in days()]
    integers, doubles = np.array([*counted, SERIAL], "<i8"), np.array(counted, "<f8") / 1000
    found = set()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            content, name = path.read_bytes(), path.relative_to(folder).as_posix()
            if MARK.encode() in content.lower() or MARK in name:
                found.add((name, "mark"))
            if str(SERIAL)[:8].encode() in content:
                found.add((name, "serial"))
            if holds_number(content, integers) or holds_number(content, doubles.view("<i8")):
                found.add((name, "load"))
    return found


def texts_of(folder: Path) -> Iterator[tuple[str, str]]:
    """Everything that Parquet files and the database say when they are read: values, names, comments, metadata."""
    with duckdb.connect() as con:
        for path in sorted(folder.rglob("*.parquet")):
            name = path.relative_to(folder).as_posix()
            for (row,) in con.execute(f"select cast(t as varchar) from read_parquet('{path}') as t").fetchall():
                yield name, row
            told = con.execute(f"select decode(key) || decode(value) from parquet_kv_metadata('{path}')").fetchall()
            yield from ((name, text) for (text,) in told)
        con.execute(f"attach '{folder / DATABASE}' as product (read_only)")
        tables = "select schema_name || '.' || table_name from duckdb_tables() where database_name = 'product'"
        for (table,) in con.execute(tables).fetchall():
            for (row,) in con.execute(f"select cast(t as varchar) from product.{table} as t").fetchall():
                yield DATABASE, row
        for kind in ("tables", "columns", "views", "schemas"):
            told = con.execute(f"select cast(t as varchar) from duckdb_{kind}() as t").fetchall()
            yield from ((DATABASE, text.replace(str(folder), "")) for (text,) in told)


def markers_in_values(folder: Path) -> set[tuple[str, str]]:
    """File and kind of every marker that its values show."""
    found, numbers = set[tuple[str, str]](), set[tuple[str, str]]()
    for file, text in texts_of(folder):
        if MARK in text.lower():
            found.add((file, "mark"))
        numbers |= {(file, number) for number in NUMBER.findall(text)}
    for file, number in numbers:
        value = Decimal(number)
        if value in SERIALS:
            found.add((file, "serial"))
        elif value.normalize() in load_values():
            found.add((file, "load"))
    return found


def test_nothing_of_an_enterprise_or_a_load_curve_is_in_the_public_set(public: Path, publication: Path) -> None:
    assert markers_in_bytes(public) == set()
    assert markers_in_values(public) == set()
    # The same search finds them where they are.
    whole = markers_in_values(publication)
    assert {kind for file, kind in markers_in_bytes(publication) if file == DATABASE} == {"mark", "load", "serial"}
    assert {kind for file, kind in whole if file == DATABASE} == {"mark", "serial", "load"}
    marked = {file.removesuffix(".parquet").replace("/", ".") for file, _ in whole if file != DATABASE}
    assert marked >= {
        "certificates.exclusions",
        "evidence.contributions",
        "evidence.factors_used",
        "metrics.enterprise_year",
        "metrics.guiding_indicators",
        "quality.corrections",
        "quality.estimates",
        "quality.file_ledger",
        "quality.findings",
        "quality.quarantine",
    }
    restricted = {table for table, contract in load("outputs").items() if contract.level == "restricted"}
    hidden = {
        table for table, contract in load("outputs").items() if any(c.level != "public" for c in contract.columns)
    }
    assert marked <= restricted | hidden


def test_a_public_set_says_what_it_is_of_and_what_it_leaves_out(public: Path, publication: Path) -> None:
    whole, manifest = read_manifest(publication), read_manifest(public)
    assert whole is not None
    assert manifest is not None
    assert manifest["level"] == "public"
    assert manifest["of"] == {"id": whole["id"], "manifest_sha256": sha256_file(publication / MANIFEST)}
    contracts = public_contracts(load("outputs"))
    assert set(manifest["tables"]) == set(contracts)
    assert set(manifest["tables"]) | set(manifest["left_out"]["tables"]) == set(whole["tables"])
    assert manifest["left_out"]["columns"]["quality.findings"] == ["sentence", "evidence", "meter_id"]
    assert {tuple(entry) for entry in manifest["inputs"]} == {("sha256",)}
    assert {entry["sha256"] for entry in manifest["inputs"]} == {entry["sha256"] for entry in whole["inputs"]}
    with duckdb.connect(str(public / DATABASE), read_only=True) as con, duckdb.connect() as parquet:
        for table, contract in contracts.items():
            rows = con.execute(f"select * from {table}").fetchall()
            assert rows == parquet.execute(f"select * from '{public}/{table.replace('.', '/', 1)}.parquet'").fetchall()
            assert len(rows) == manifest["tables"][table]["rows"] == whole["tables"][table]["rows"]
            assert [row[0] for row in con.execute(f"describe {table}").fetchall()] == list(contract.column_names)
        league = con.execute("select park_id from views.league_table").fetchall()
        views = {name for (name,) in con.execute("select view_name from duckdb_views() where not internal").fetchall()}
    assert (PARK,) in league
    assert "certificate_holdings" not in views
    verdicts = json.loads((public / AUDIT).read_text("utf-8"))["verdicts"]
    assert {verdict["check"] for verdict in verdicts} >= {"sql.energy_by_carrier_adds_up", "structure.key"}
    assert not any(verdict["examples"] for verdict in verdicts)


def test_the_same_publication_gives_the_same_bytes(home: Settings, public: Path, publication: Path, tmp_path) -> None:
    again = hand_on(home, publication, "public", tmp_path / "again").path
    files = {path.relative_to(public) for path in public.rglob("*") if path.is_file()}
    assert files == {path.relative_to(again) for path in again.rglob("*") if path.is_file()}
    differing = {str(file) for file in files if (public / file).read_bytes() != (again / file).read_bytes()}
    assert differing <= {DATABASE}


def test_a_restricted_set_is_a_whole_copy(home: Settings, publication: Path, tmp_path: Path) -> None:
    made = hand_on(home, publication, "restricted", tmp_path / "copy")
    assert {p.relative_to(publication): p.read_bytes() for p in publication.rglob("*") if p.is_file()} == {
        p.relative_to(made.path): p.read_bytes() for p in made.path.rglob("*") if p.is_file()
    }
    with pytest.raises(UserError, match="not an empty folder"):
        hand_on(home, publication, "public", made.path)
    (made.path / AUDIT).write_text("{}", encoding="utf-8")
    with pytest.raises(UserError, match="not a whole publication"):
        hand_on(home, made.path, "public", tmp_path / "other")
    assert not (tmp_path / "other").exists()


def alter_table(folder: Path) -> None:
    target = folder / "metrics" / "park_year.parquet"
    with duckdb.connect() as con:
        con.execute(f"create table t as select * replace (total_tco2 + 1 as total_tco2) from '{target}'")
        con.execute(f"copy t to '{target}' (format parquet)")


def alter_with_hash(folder: Path) -> None:
    """A column that is not public, in step with the manifest."""
    target, manifest = folder / "quality" / "findings.parquet", read_manifest(folder) or {}
    with duckdb.connect() as con:
        con.execute(f"create table t as select *, 'meter' as meter_id from '{target}'")
        con.execute(f"copy t to '{target}' (format parquet)")
    manifest["tables"]["quality.findings"]["sha256"] = sha256_file(target)
    write_json(folder / MANIFEST, manifest)


def alter_database(folder: Path) -> None:
    with duckdb.connect(str(folder / DATABASE)) as con:
        con.execute("update metrics.park_year set coverage = 1")
        con.execute("create table metrics.enterprise_year as select 'e' as enterprise_id")


@pytest.mark.parametrize(
    ("alter", "codes"),
    [
        (alter_table, {"file_changed", "content_differs", "database_rows"}),
        (alter_with_hash, {"content_differs", "database_rows", "not_public"}),
        (alter_database, {"database_rows", "database_extra"}),
        (lambda folder: (folder / "notes.txt").write_text("x"), {"file_extra"}),
        (lambda folder: (folder / "audit.html").write_text("<html>"), {"file_changed", "page_other"}),
    ],
)
def test_an_altered_public_set_is_told(home, public, tmp_path, alter, codes) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(public, copy)
    assert verify(copy, home).holds
    alter(copy)
    assert {problem.code for problem in verify(copy, home).failures} == codes


def test_the_command_writes_a_set_and_says_what_it_left_out(home: Settings, tmp_path: Path) -> None:
    target = tmp_path / "set"
    done = zcp("publish", "--level", "public", "--out", str(target), home=home.home)
    assert done.returncode == 0, done.stderr
    assert "metrics.park_year" in done.stdout
    assert "restricted tables" in done.stdout
    assert (read_manifest(target) or {})["level"] == "public"
    sentence = one_sentence(zcp("publish", "--level", "public", "--out", str(target), home=home.home), 2)
    assert "is not an empty folder" in sentence
