"""Two publications side by side: which files have the same bytes, which tables the same rows, which row differs first.

Why they may differ is for the caller (``recompute``) to know; what a change of a figure consists of is in ``effects``.
"""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines import warehouse
from pipelines.contracts import load
from pipelines.lake import sha256_file
from pipelines.publish.candidate import parquet
from pipelines.publish.manifest import MANIFEST, STAMP, content_hash, read_manifest, table_path
from pipelines.publish.verify_files import expected_files
from pipelines.reference_tables import identifier
from pipelines.settings import Settings

SHOWN_COLUMNS = 6
"""Columns of a differing row that are told, of its key and of the others."""
SHOWN_SIGNS = 60
"""Signs of a value that are told."""


@dataclass(frozen=True)
class FileComparison:
    """A file by its hashes, None where one of the two has it not.

    ``state``: ``same`` bytes; ``figures`` the same rows in other bytes, as where only the id in them differs;
    ``different``. ``rows`` of a table in the first publication; ``first`` tells the first row that differs.
    """

    name: str
    table: str | None
    published: str | None
    computed: str | None
    state: str
    rows: int | None = None
    first: str = ""


@dataclass(frozen=True)
class Comparison:
    """Everything that two publications have, file by file but for the databases, whose bytes are not repeatable."""

    computed_id: str
    files: tuple[FileComparison, ...]

    @property
    def same_bytes(self) -> bool:
        return all(file.state == "same" for file in self.files)

    @property
    def same_figures(self) -> bool:
        """Whether every table that both have holds the same rows, whatever stands around them."""
        return all(file.state != "different" for file in self.files if file.table and file.published and file.computed)

    @property
    def manifest(self) -> FileComparison:
        return next(file for file in self.files if file.name == MANIFEST)


def compare(settings: Settings, published: Path, computed: Path) -> Comparison:
    """Compares a publication with one that was made again; both have a manifest."""
    manifests = [read_manifest(folder) or {} for folder in (published, computed)]
    tables = {table_path(Path(), table).as_posix(): table for manifest in manifests for table in manifest["tables"]}
    expected = [{name for name, digest in expected_files(manifest).items() if digest} for manifest in manifests]
    names = [MANIFEST, *sorted(expected[0] | expected[1], key=lambda name: (name not in tables, name))]
    with closing(warehouse.connect(settings)) as con:
        files = tuple(_compare(con, published, computed, name, tables.get(name)) for name in names)
    return Comparison(str(manifests[1]["id"]), files)


def _compare(
    con: duckdb.DuckDBPyConnection, published: Path, computed: Path, name: str, table: str | None
) -> FileComparison:
    paths = (published / name, computed / name)
    one, other = (sha256_file(path) if path.is_file() else None for path in paths)
    state, first, rows = "same" if one == other else "different", "", None
    if table and one:
        rows = _number(con, f"select count(*) from {parquet(paths[0])}")
    if table and one and other and one != other:
        columns = [_columns(con, path) for path in paths]
        queries = [f"select {_list(columns[n])} from {parquet(paths[n])}" for n in (0, 1)]
        if content_hash(con, f"({queries[0]})") == content_hash(con, f"({queries[1]})"):
            state = "figures"
        else:
            first = _first_difference(con, table, paths, [c for c in columns[0] if c in columns[1]])
    return FileComparison(name, table, one, other, state, rows, first)


def _columns(con: duckdb.DuckDBPyConnection, path: Path) -> list[str]:
    """The columns of a table but for the stamp."""
    found = con.execute(f"describe select * from {parquet(path)}").fetchall()
    return [str(row[0]) for row in found if row[0] not in STAMP]


def _list(columns: list[str]) -> str:
    return ", ".join(map(identifier, columns))


def _first_difference(con: duckdb.DuckDBPyConnection, table: str, paths: tuple[Path, Path], columns: list[str]) -> str:
    """The first row, in order of the key, that only one of the two has, and in which columns the other's differs."""
    contract = load("outputs").get(table)
    key = [name for name in (contract.key if contract else ()) if name in columns] or columns
    order = _list([*key, "side", *(name for name in columns if name not in key)])
    sides = [f"select {_list(columns)} from {parquet(path)}" for path in paths]
    only = f"""
        select * from (
            select 0 as side, * from ({sides[0]} except all {sides[1]})
            union all
            select 1 as side, * from ({sides[1]} except all {sides[0]})
        ) order by {order} limit 2
    """
    rows = [dict(zip(["side", *columns], row, strict=True)) for row in con.execute(only).fetchall()]
    if not rows:
        return "the columns differ, the rows of those that both have do not"
    one, *more = rows
    place = ", ".join(f"{name}={_short(one[name])}" for name in key[:SHOWN_COLUMNS] if one[name] is not None)
    if more and more[0]["side"] != one["side"] and key != columns and all(more[0][name] == one[name] for name in key):
        changed = [name for name in columns if one[name] != more[0][name]]
        return f"{place}: " + "; ".join(_values(changed, one, more[0]))
    return f"{place}: only {'published' if one['side'] == 0 else 'computed'}"


def _values(changed: list[str], one: dict[str, object], other: dict[str, object]) -> Iterator[str]:
    for name in changed[:SHOWN_COLUMNS]:
        yield f"{name} {_short(one[name])} → {_short(other[name])}"
    if len(changed) > SHOWN_COLUMNS:
        yield "…"


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= SHOWN_SIGNS else f"{text[:SHOWN_SIGNS]}…"


def _number(con: duckdb.DuckDBPyConnection, query: str) -> int:
    found = con.execute(query).fetchone()
    return int(found[0]) if found else 0
