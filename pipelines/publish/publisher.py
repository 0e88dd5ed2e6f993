"""Candidate → audit → switch: the only way a figure becomes public.

The candidate is written aside and audited as it lies there; only what passed is renamed into place, and only then does
``current`` move, in one step. The caller holds the home folder's write lock; readers need none.
"""

import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from pipelines import warehouse
from pipelines.contracts import Contract, load
from pipelines.errors import AuditFailed
from pipelines.lake import Lake, fsync_path, write_json
from pipelines.publish import as_of, audit, candidate, catalog, proof
from pipelines.publish.audit import AuditReport
from pipelines.publish.checks import load_checks
from pipelines.publish.manifest import (
    AUDIT,
    CHECKER,
    MANIFEST,
    Identity,
    content_hash,
    factors_of,
    identify,
    inputs_of,
    is_intact,
    manifest_of,
    read_manifest,
)
from pipelines.settings import Settings

_CANDIDATE, _FAILED, _BROKEN = ".candidate-", ".failed-", ".broken-"


@dataclass(frozen=True)
class PublishResult:
    """What was published. ``tables``: rows by table; ``warnings``: one line for each check that warns.

    ``reused``: the same inputs were published before, and that publication was taken.
    """

    publication_id: str
    path: Path
    tables: dict[str, int]
    warnings: tuple[str, ...]
    seconds: float
    reused: bool


def publish(
    settings: Settings, lake: Lake, year: int, cutoff: date | None = None, reason: str = "run"
) -> PublishResult:
    """Publishes the current outputs of the models for ``year``; those of a past state (``lake.as_of``) aside.

    Raises ``AuditFailed`` if a critical check fails: ``current`` stays as it is, and the candidate is kept under
    ``published/.failed-<id>``. Raises ``UserError`` if a table has not been built.
    """
    started = time.perf_counter()
    lake.published.mkdir(parents=True, exist_ok=True)
    _remove(lake, _CANDIDATE, _BROKEN)
    contracts = load("outputs")
    # One thread: the tables are small, and the order of rows in the files is then beyond doubt.
    with closing(warehouse.connect(settings, threads=1)) as con:
        outputs = candidate.model_outputs(lake, contracts)
        queries = {table: candidate.published_query(con, path, contracts[table]) for table, path in outputs.items()}
        content = {table: content_hash(con, f"({query})") for table, query in queries.items()}
        identity = identify(lake, year, cutoff, _inputs(con, outputs), content)
        target = lake.published / identity.publication_id
        reused = is_intact(target)
        if not reused:
            with _scratch(lake.published / f"{_CANDIDATE}{identity.publication_id}") as folder:
                rows = candidate.write_tables(con, queries, identity, folder)
                shutil.copyfile(Path(__file__).with_name(CHECKER), folder / CHECKER)
                report = _audit(con, contracts, identity, folder)
                write_json(folder / AUDIT, report.as_json())
                if report.failures:
                    raise AuditFailed(_refusal(report, _put_aside(lake, folder, identity)))
                _write_manifest(con, contracts, identity, folder, lake=lake, rows=rows, report=report)
                _move_into_place(lake, folder, target)
    cutoff_day = identity.cutoff.isoformat()
    if lake.as_of:
        catalog.note_as_of(lake, identity.publication_id, year, cutoff_day, as_of.state(settings, lake, year))
    else:
        catalog.make_current(lake, identity.publication_id, year, cutoff_day, reason)
    _remove(lake, _FAILED)
    manifest = read_manifest(target) or {}
    return PublishResult(
        publication_id=identity.publication_id,
        path=target,
        tables={table: entry["rows"] for table, entry in manifest["tables"].items()},
        warnings=tuple(manifest["audit"]["warnings"]),
        seconds=time.perf_counter() - started,
        reused=reused,
    )


def _inputs(con: duckdb.DuckDBPyConnection, outputs: Mapping[str, Path]) -> list[tuple[str, str]]:
    source = candidate.parquet(outputs["quality.file_ledger"])
    return con.execute(f"select file_id, sha256 from {source} order by all").fetchall()


@contextmanager
def _scratch(folder: Path) -> Iterator[Path]:
    """A candidate's folder; whatever of it was not moved away is removed, also when writing it fails."""
    try:
        yield folder
    finally:
        if folder.exists():
            shutil.rmtree(folder)


def _put_aside(lake: Lake, folder: Path, identity: Identity) -> Path:
    """Keeps a failed candidate for inspection, in place of the one before."""
    _remove(lake, _FAILED)
    return folder.rename(lake.published / f"{_FAILED}{identity.publication_id}")


def _write_manifest(
    con: duckdb.DuckDBPyConnection,
    contracts: Mapping[str, Contract],
    identity: Identity,
    folder: Path,
    *,
    lake: Lake,
    rows: Mapping[str, int],
    report: AuditReport,
) -> None:
    inputs = inputs_of(con)
    manifest = manifest_of(
        identity,
        contracts,
        folder,
        rows=rows,
        inputs=inputs,
        factors=factors_of(con),
        audit=report.summary(),
        certificates=proof.commitment(con, proof.salt_key(lake, inputs)),
    )
    write_json(folder / MANIFEST, manifest)


def _audit(
    con: duckdb.DuckDBPyConnection, contracts: Mapping[str, Contract], identity: Identity, folder: Path
) -> AuditReport:
    """All verdicts; where the structure is wrong only those on structure, for the rest could not be computed."""
    audit.load_candidate(con, contracts, folder, identity)
    structure = AuditReport(tuple(audit.judge_structure(con, contracts)))
    if structure.failures:
        return structure
    candidate.write_database(con, contracts, folder)
    return AuditReport(
        (
            *structure.verdicts,
            *audit.judge_sql(con, load_checks()),
            *audit.judge_database(con, contracts, folder),
            *audit.judge_expectations(con, contracts),
        )
    )


def _refusal(report: AuditReport, kept: Path) -> str:
    first, *others = report.failures
    more = f" And {len(others)} more: {', '.join(dict.fromkeys(v.check for v in others))}." if others else ""
    return (
        f"the audit failed, nothing new is published and the last good publication stays current: {first.line}{more} "
        f"All verdicts: {kept / AUDIT}"
    )


def _move_into_place(lake: Lake, folder: Path, target: Path) -> None:
    """Makes a candidate durable, shuts it against writing and renames it to its id."""
    folders = [folder, *(path for path in folder.iterdir() if path.is_dir())]
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            path.chmod(0o444)
            fsync_path(path)
    for path in folders:
        fsync_path(path)
    if target.exists():
        # A damaged publication of the same id; what replaces it holds the same rows.
        target.rename(lake.published / f"{_BROKEN}{target.name}")
    folder.rename(target)
    fsync_path(lake.published)
    _remove(lake, _BROKEN)


def _remove(lake: Lake, *prefixes: str) -> None:
    """Removes what is left of candidates with these prefixes; the write lock makes sure that nobody works on them."""
    for path in sorted(lake.published.iterdir()):
        if path.name.startswith(prefixes):
            shutil.rmtree(path)
