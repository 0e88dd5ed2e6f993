"""Altering a publication as somebody might, and what verifying then finds; for the tests of this folder."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

from pipelines.lake import Lake, json_text, sha256_file
from pipelines.publish.manifest import MANIFEST, identity_of, table_path
from pipelines.publish.verification import Stated, Verification
from pipelines.publish.verify_files import check_identity, read_stated


def found(verified: Verification) -> set[tuple[str, str]]:
    """Code and subject of everything that does not hold."""
    return {(problem.code, problem.subject) for problem in verified.failures}


def stated_by(folder: Path) -> Stated:
    manifest, wrong = read_stated(folder)
    assert manifest is not None, wrong
    return Stated.of(folder, manifest, identity_of(manifest), Lake(folder))


def identity_faults(folder: Path) -> set[tuple[str, str]]:
    return {(p.code, p.subject) for p in check_identity(stated_by(folder), in_home=False).problems if p.fails}


def flip(path: Path, place: float) -> None:
    """Changes one bit at a place between 0 (the first byte) and 1 (the last)."""
    content = bytearray(path.read_bytes())
    content[round(place * (len(content) - 1))] ^= 1
    path.write_bytes(content)


def edit(path: Path, change: Callable[[Any], object]) -> None:
    """Changes a JSON file and writes it as publishing does."""
    value = json.loads(path.read_text(encoding="utf-8"))
    change(value)
    path.write_text(json_text(value), encoding="utf-8")


def rewrite(folder: Path, table: str, query: str) -> None:
    """Makes the rows of ``query`` (over ``t``) the table's, with the hash of the new file in the manifest."""
    path = table_path(folder, table)
    with duckdb.connect() as con:
        con.execute("create table t as select * from read_parquet($1)", [[str(path)]])
        con.execute(f"create table changed as {query}")
        path.unlink()
        con.execute("set file_search_path = ''")
        written = path.parent.parent.parent / "changed.parquet"
        con.execute(f"copy changed to '{written}' (format parquet)")
    written.rename(path)
    edit(folder / MANIFEST, lambda manifest: manifest["tables"][table].update(sha256=sha256_file(path)))


def set_entry(*path: str | int, value: object) -> Callable[[Any], None]:
    def change(manifest: Any) -> None:
        for name in path[:-1]:
            manifest = manifest[name]
        manifest[path[-1]] = value

    return change
