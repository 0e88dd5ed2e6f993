"""What else in a publication speaks of its tables, against them: manifest, certificates' root, database.

The tables themselves are looked at in ``verify_tables``, the audit in ``verify_audit``.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import closing
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from pipelines import warehouse
from pipelines.contracts import load
from pipelines.errors import UserError
from pipelines.lake import Lake
from pipelines.publish import candidate, proof
from pipelines.publish.candidate import qualified
from pipelines.publish.manifest import AUDIT, CHECKER, DATABASE, MANIFEST, content_hash, table_path
from pipelines.publish.publisher import manifest_from
from pipelines.publish.verification import Check, Problem, Stated
from pipelines.publish.verify_tables import first_line, loaded_tables
from pipelines.reference_tables import identifier, literal

_OBJECTS = """
    select schema_name || '.' || table_name as object, 'table' as kind, comment as text from duckdb_tables()
    where not internal
    union all
    select schema_name || '.' || view_name, 'view', sql || coalesce(comment, '') from duckdb_views() where not internal
    union all
    select schema_name || '.' || table_name || '.' || column_name, data_type, comment from duckdb_columns()
    where not internal
    union all
    select schema_name || '.' || function_name, function_type, macro_definition from duckdb_functions()
    where not internal
    union all
    select schema_name || '.' || sequence_name, 'sequence', sql from duckdb_sequences()
    union all
    select schema_name || '.' || index_name, 'index', sql from duckdb_indexes()
    union all
    select schema_name || '.' || type_name, 'type', logical_type from duckdb_types() where not internal
    order by all
"""
"""Everything a database defines: tables, views, columns with their comments, and what else could hide in one."""


_OF_TABLE = ("rows", "sha256", "contract", "content")
"""Entries of a table in the manifest that are looked at where the table is."""


def check_manifest(
    con: duckdb.DuckDBPyConnection, stated: Stated, certificates: Mapping[str, Any], problems: tuple[Problem, ...]
) -> Check:
    """Each entry of the manifest against what the files give. ``problems``: those found in its text.

    ``certificates``: the entry of that name as the tables give it. Hashes of files, rows and contents of tables are
    looked at elsewhere; what an older or newer version of the code added to manifests is a note.
    """
    contracts, same = load("outputs"), stated.made_by_today("code", "contracts")
    try:
        given = manifest_from(
            con,
            {table: contracts[table] for table in stated.tables if table in contracts},
            stated.identity,
            stated.folder,
            rows={table: entry["rows"] for table, entry in stated.manifest["tables"].items()},
            summary=json.loads((stated.folder / AUDIT).read_bytes())["summary"],
            certificates=certificates,
        )
    except (LookupError, OSError, ValueError, TypeError, duckdb.Error) as error:
        problem = Problem("manifest_not_compared", MANIFEST, same, {"why": first_line(error)})
        return Check("manifest", 1, (*problems, problem))
    expected = json.loads(json.dumps(given | {"id": stated.manifest["id"]}))
    elsewhere = {"audit.sha256", *(f"files.{name}" for name in expected["files"].keys() & stated.manifest["files"])}
    elsewhere |= {f"tables.{table}.{name}" for table in stated.tables for name in _OF_TABLE}
    found = [
        Problem("manifest_differs", MANIFEST, same or _is_of_rows(entry, values), values)
        for entry, values in _differences(expected, stated.manifest, "")
        if entry not in elsewhere
    ]
    return Check("manifest", len(stated.manifest), (*problems, *found))


def _is_of_rows(entry: str, values: Mapping[str, object]) -> bool:
    """Whether an entry repeats rows of a table, whatever code wrote it; not one that only one of two versions has."""
    return entry.startswith(("inputs", "factors")) and "null" not in values.values()


def _differences(expected: Any, stated: Any, entry: str) -> Iterator[tuple[str, dict[str, object]]]:
    """The entries in which two JSON values differ, the innermost ones, with both values."""
    if isinstance(expected, dict) and isinstance(stated, dict):
        for name in sorted(expected.keys() | stated.keys()):
            path = f"{entry}.{name}".lstrip(".")
            yield from _differences(expected.get(name), stated.get(name), path)
    elif isinstance(expected, list) and isinstance(stated, list) and len(expected) == len(stated):
        for place, (one, other) in enumerate(zip(expected, stated, strict=True), start=1):
            yield from _differences(one, other, f"{entry}[{place}]")
    elif expected != stated or type(expected) is not type(stated):
        yield entry, {"entry": entry, "stated": _short(stated), "found": _short(expected)}


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else text[:77] + "..."


def certificates_of(
    con: duckdb.DuckDBPyConnection, stated: Stated, lake: Lake | None, *, sound: bool
) -> tuple[dict[str, Any], Check]:
    """The entry ``certificates`` as the tables give it, and the check of its root.

    The root is computed where the ledger files that the salts come from lie in a home folder; elsewhere it is taken as
    stated, and only the number of ranges and what counts of them can be checked. Where the structure of the tables is
    not ``sound`` there is nothing to compute it from.
    """
    told = dict(stated.manifest["certificates"])
    if not sound:
        return told, Check("certificates", 0, (Problem("root_needs_tables", MANIFEST, fails=False),))
    problems = list[Problem]()
    key = b""
    if lake is None:
        problems.append(Problem("root_needs_home", MANIFEST, fails=False))
    else:
        try:
            key = proof.salt_key(lake, stated.manifest["inputs"])
        except UserError as error:
            problems.append(Problem("root_needs_files", MANIFEST, fails=False, values={"why": str(error)}))
    try:
        given = proof.commitment(con, key)
    except duckdb.Error:
        return told, Check("certificates", 0, (*problems, Problem("root_needs_tables", MANIFEST, fails=False)))
    if problems:
        given["root"] = told["root"]
    elif given["root"] != told["root"]:
        problems.append(Problem("root_differs", MANIFEST, values={"stated": told["root"], "found": given["root"]}))
        given["root"] = told["root"]
    return given, Check("certificates", given["ranges"], tuple(problems))


def check_checker(stated: Stated) -> tuple[Problem, ...]:
    """The program that checks proofs is the package's own, byte for byte, where the code is."""
    own, shipped = Path(__file__).with_name(CHECKER), stated.folder / CHECKER
    if not stated.made_by_today("code") or not shipped.is_file() or own.read_bytes() == shipped.read_bytes():
        return ()
    return (Problem("checker_other", CHECKER),)


def check_database(con: duckdb.DuckDBPyConnection, stated: Stated) -> Check:
    """``parks.duckdb`` against the Parquet files: each table's rows, and all that it defines.

    Its bytes are not repeatable, so they are not compared.
    """
    tables = loaded_tables(con)
    try:
        with closing(warehouse.open_published(stated.folder / DATABASE)) as product:
            problems = [p for table in sorted(tables) for p in _copy(con, product, table)]
            problems += _definitions(product, stated, tables)
    except duckdb.Error as error:
        problems = [Problem("database_unreadable", DATABASE, values={"why": first_line(error)})]
    return Check("database", len(tables), tuple(problems))


def _copy(con: duckdb.DuckDBPyConnection, product: duckdb.DuckDBPyConnection, table: str) -> Iterator[Problem]:
    schema, _, name = table.partition(".")
    kind = product.execute(
        "select table_type from information_schema.tables where table_schema = ? and table_name = ?", [schema, name]
    ).fetchone()
    if kind is None or kind[0] != "BASE TABLE":
        yield Problem("database_lacks", table)
    elif content_hash(product, qualified(table)) != content_hash(con, qualified(table)):
        yield Problem("database_rows", table)


def _definitions(product: duckdb.DuckDBPyConnection, stated: Stated, tables: set[str]) -> Iterator[Problem]:
    """What the database defines and should not, or the other way round; made by another version, only its tables."""
    found = set(product.execute(_OBJECTS).fetchall())
    extra = {name for name, kind, _ in found if kind == "table"} - set(stated.tables)
    yield from (Problem("database_extra", table) for table in sorted(extra))
    if not stated.made_by_today("code", "sql", "contracts", "engine") or tables != set(load("outputs")):
        yield Problem("database_not_compared", DATABASE, fails=False)
        return
    wanted = _wanted_definitions()
    strange = {name for name, _, _ in found ^ wanted} - extra
    yield from (Problem("database_defines", name) for name in sorted(strange))


@cache
def _wanted_definitions() -> frozenset[tuple[str, str, str]]:
    """What a database of today defines, from one without rows."""
    contracts = load("outputs")
    with TemporaryDirectory(prefix="zcp-verify-") as name, closing(duckdb.connect()) as con:
        folder = Path(name)
        for table, contract in contracts.items():
            path = table_path(folder, table)
            path.parent.mkdir(exist_ok=True)
            columns = ", ".join(
                f"cast(null as {column.physical_type}) as {identifier(column.name)}" for column in contract.columns
            )
            con.execute(f"copy (select {columns} where false) to {literal(str(path))} ({candidate.STORAGE})")
        candidate.write_database(con, contracts, folder)
        with closing(warehouse.open_published(folder / DATABASE)) as empty:
            return frozenset(empty.execute(_OBJECTS).fetchall())
