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
from pipelines.publish import audit_page, candidate
from pipelines.publish.manifest import (
    AUDIT,
    AUDIT_PAGE,
    CHECKER,
    MANIFEST,
    STAMP,
    Identity,
    content_hash,
    identity_of,
    is_intact,
    read_manifest,
    table_path,
)
from pipelines.publish.verdicts import AuditReport, Verdict
from pipelines.reference_tables import identifier, literal
from pipelines.settings import Settings


@dataclass(frozen=True)
class PublicIdentity(Identity):
    """A publication's identity as far as it is public: without inputs and rows, so its id is that of the manifest."""

    stated_id: str

    @property
    def publication_id(self) -> str:
        return self.stated_id


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
        names = park_names(con, candidate.parquet(table_path(folder, "reference.parks")))
    report = public_report(json.loads((publication / AUDIT).read_text(encoding="utf-8")))
    write_json(folder / AUDIT, report.as_json())
    (folder / AUDIT_PAGE).write_text(audit_page.render(report, public_identity(complete), names), encoding="utf-8")
    shutil.copyfile(publication / CHECKER, folder / CHECKER)
    write_json(folder / MANIFEST, _public_manifest(complete, publication, folder, report, known=known, tables=tables))


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
    query = f"select {columns} from {source} order by {candidate.order_of(contract, contract.column_names)}"
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


def public_report(told: Mapping[str, Any]) -> AuditReport:
    """The report that ``audit.json`` of the publication tells, without the rows that broke a rule and words on them.

    Which check failed, for which parks and how often, is public: these parks are held back.
    """
    verdicts, held = (
        tuple(_without_rows(Verdict.from_json(entry)) for entry in told[part]) for part in ("verdicts", "held")
    )
    return AuditReport(verdicts, held)


def _without_rows(verdict: Verdict) -> Verdict:
    return replace(
        verdict,
        examples=(),
        by_park=tuple(replace(share, examples=()) for share in verdict.by_park),
        sentence="" if verdict.passed else verdict.demand,
    )


def public_identity(manifest: Mapping[str, Any]) -> PublicIdentity:
    """What the manifest of a publication or a public set states of its identity. Raises as ``identity_of``."""
    public = identity_of({**manifest, "inputs": [], "tables": {}})
    return PublicIdentity(**vars(public), stated_id=str(manifest["id"]))


def park_names(con: duckdb.DuckDBPyConnection, source: str) -> dict[str, tuple[str, str]]:
    """The Chinese and English name of each park in ``source``, as the page of verdicts shows them."""
    rows = con.execute(f"select park_id, name_zh, name_en from {source}").fetchall()
    return {park: (chinese or "", english or "") for park, chinese, english in rows}


def _public_manifest(
    complete: Mapping[str, Any],
    publication: Path,
    folder: Path,
    report: AuditReport,
    *,
    known: Mapping[str, Contract],
    tables: Mapping[str, Mapping[str, Any]],
) -> dict[str, Any]:
    """The manifest of a public set in ``folder``: which publication it is of, what it holds and what it leaves out.

    Of the inputs it has the hashes alone, and of the factors those that no park measured: names of files and documents
    are the parks' own. It has no ``parks.duckdb``: the bytes of a database are not repeatable, its content is.
    """
    same = ("id", "method_version", "factor_release", "year", "cutoff", "engine", "hashes", "certificates")
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
        "files": {name: sha256_file(folder / name) for name in (AUDIT_PAGE, CHECKER)},
        "inputs": [{"sha256": digest} for digest in sorted({entry["sha256"] for entry in complete["inputs"]})],
        "factors": [entry for entry in complete["factors"] if entry["status"] != "measured"],
        "audit": {**report.summary(), "sha256": sha256_file(folder / AUDIT)},
    }
