"""A set to hand on: the whole publication for those who may see enterprises, or its public part for anybody.

What is public is said by the contracts (``Contract.level``, ``Column.level``) and by nothing else; a table or column
that no contract of today knows is left out. The set is made from the publication's own files, so it needs neither
the models nor the home folder; checking one is in ``verify_level``.
"""

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from pipelines import warehouse
from pipelines.contracts import Contract, load
from pipelines.errors import UserError
from pipelines.lake import sha256_file, write_json
from pipelines.publish import candidate
from pipelines.publish.manifest import (
    AUDIT,
    CHECKER,
    MANIFEST,
    STAMP,
    content_hash,
    is_intact,
    read_manifest,
    table_path,
)
from pipelines.reference_tables import identifier, literal
from pipelines.settings import Settings

VERDICT_ENTRIES = (
    "check", "table", "subject", "severity", "passed", "offending", "demand", "remedy", "reads", "parks", "months",
)  # fmt: skip
"""What the public set says of a verdict: the rule and whose rows broke it, and none of the rows."""


@dataclass(frozen=True)
class HandedOn:
    """A set that was written: ``tables`` are rows by table, ``left_out`` what of the publication is not in it."""

    level: str
    publication_id: str
    path: Path
    tables: Mapping[str, int]
    left_out: Mapping[str, Any]


def public_contracts(contracts: Mapping[str, Contract]) -> dict[str, Contract]:
    """The contracts of the public set: public tables with their public columns, and the rules that these can keep."""
    return {table: _public(contract) for table, contract in contracts.items() if contract.level == "public"}


def _public(contract: Contract) -> Contract:
    hidden = {column.name for column in contract.columns if column.level == "restricted"}
    return replace(
        contract,
        key=tuple(name for name in contract.key if name not in hidden),
        columns=tuple(column for column in contract.columns if column.name not in hidden),
        expectations=(),
    )


def hand_on(settings: Settings, publication: Path, level: str, out: Path) -> HandedOn:
    """Writes the set of ``level`` of the publication in the folder ``publication`` to the new folder ``out``.

    Raises ``UserError`` if ``out`` holds something already or cannot be written, or if the publication is damaged.
    """
    if not is_intact(publication):
        raise UserError(f"{publication} is not a whole publication, nothing is handed on; see `zcp verify`")
    with _new_folder(out) as folder:
        if level == "restricted":
            shutil.copytree(publication, folder, dirs_exist_ok=True, copy_function=shutil.copyfile)
        else:
            _write_public(settings, publication, folder)
    manifest = read_manifest(out) or {}
    return HandedOn(
        level=level,
        publication_id=manifest["id"],
        path=out,
        tables={table: entry["rows"] for table, entry in manifest["tables"].items()},
        left_out=manifest.get("left_out", {}),
    )


@contextmanager
def _new_folder(out: Path) -> Iterator[Path]:
    """A folder beside ``out`` that takes its place when it is written; nothing of it is left if that fails."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UserError(f"{out} exists and is not an empty folder; name another one with --out")
    folder = out.with_name(f".{out.name}.partial")
    try:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        yield folder
        folder.replace(out)
    except OSError as error:
        raise UserError(f"{out} cannot be written: {error.strerror}; name another folder with --out") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _write_public(settings: Settings, publication: Path, folder: Path) -> None:
    complete = read_manifest(publication) or {}
    known = {table: contract for table, contract in load("outputs").items() if table in complete["tables"]}
    contracts = public_contracts(known)
    # One thread, so that the rows of a file keep their order.
    with closing(warehouse.connect(settings, threads=1)) as con:
        contracts = {table: _there(con, contract, publication) for table, contract in contracts.items()}
        tables = {table: _write_table(con, contract, publication, folder) for table, contract in contracts.items()}
        candidate.write_database(con, contracts, folder)
    shutil.copyfile(publication / CHECKER, folder / CHECKER)
    write_json(folder / AUDIT, _public_audit(_read_audit(publication)))
    write_json(folder / MANIFEST, _public_manifest(complete, publication, folder, known=known, tables=tables))


def _there(con: duckdb.DuckDBPyConnection, contract: Contract, publication: Path) -> Contract:
    """The contract without what an older publication does not have."""
    source = candidate.parquet(table_path(publication, contract.table))
    found = {row[0] for row in con.execute(f"describe select * from {source}").fetchall()}
    return replace(
        contract,
        key=tuple(name for name in contract.key if name in found),
        columns=tuple(column for column in contract.columns if column.name in found),
    )


def _write_table(con: duckdb.DuckDBPyConnection, contract: Contract, publication: Path, folder: Path) -> dict[str, Any]:
    """Writes the public columns of a table; returns its entry in the manifest."""
    source = candidate.parquet(table_path(publication, contract.table))
    columns = ", ".join(identifier(column.name) for column in contract.columns)
    # Sorted by what is shown: the order of rows must not tell what is left out.
    order = ", ".join(identifier(name) for name in dict.fromkeys([*contract.key, *contract.column_names]))
    query = f"select {columns} from {source} order by {order}"
    target = table_path(folder, contract.table)
    target.parent.mkdir(parents=True, exist_ok=True)
    copied = con.execute(f"copy ({query}) to {literal(str(target))} ({candidate.storage(contract)})").fetchone()
    unstamped = f"(select * exclude ({', '.join(STAMP)}) from {candidate.parquet(target)})"
    return {
        "rows": int(copied[0]) if copied else 0,
        "sha256": sha256_file(target),
        "contract": contract.version,
        "content": content_hash(con, unstamped),
    }


def _read_audit(publication: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((publication / AUDIT).read_text(encoding="utf-8"))
    return found


def _public_audit(complete: Mapping[str, Any]) -> dict[str, Any]:
    """The verdicts of the whole publication without the rows that broke a rule and what was said about them."""
    return {
        "summary": _public_summary(complete["summary"]),
        **{
            part: [{name: verdict[name] for name in VERDICT_ENTRIES if name in verdict} for verdict in complete[part]]
            for part in ("held", "verdicts")
            if part in complete
        },
    }


def _public_summary(complete: Mapping[str, Any]) -> dict[str, Any]:
    """A summary of verdicts; the lines of warnings show rows, so they are only counted."""
    return {**complete, "warnings": len(complete["warnings"])}


def _public_manifest(
    complete: Mapping[str, Any],
    publication: Path,
    folder: Path,
    *,
    known: Mapping[str, Contract],
    tables: Mapping[str, Mapping[str, Any]],
) -> dict[str, Any]:
    """The manifest of a public set in ``folder``: which publication it is of, what it holds and what it leaves out.

    Of the inputs it has the hashes alone, and of the factors those that no park measured: names of files and documents
    are the parks' own. It has no ``parks.duckdb``: the bytes of a database are not repeatable, its content is.
    """
    same = ("id", "method_version", "factor_release", "year", "cutoff", "engine", "hashes", "certificates")
    summary = _public_summary({name: value for name, value in complete["audit"].items() if name != "sha256"})
    return {
        **{name: complete[name] for name in same},
        "level": "public",
        "of": {"id": complete["id"], "manifest_sha256": sha256_file(publication / MANIFEST)},
        "tables": dict(tables),
        "left_out": {
            "tables": sorted(known.keys() - tables.keys()),
            "columns": {
                table: hidden
                for table in tables
                if (hidden := [column.name for column in known[table].columns if column.level == "restricted"])
            },
        },
        "files": {CHECKER: sha256_file(folder / CHECKER)},
        "inputs": [{"sha256": digest} for digest in sorted({entry["sha256"] for entry in complete["inputs"]})],
        "factors": [entry for entry in complete["factors"] if entry["status"] != "measured"],
        "audit": {**summary, "sha256": sha256_file(folder / AUDIT)},
    }
