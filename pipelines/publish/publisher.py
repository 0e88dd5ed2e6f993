"""Candidate → audit → switch: the only way a figure becomes public.

The candidate is written aside and audited as it lies there; only what passed is renamed into place, and only then does
``current`` move, in one step. The caller holds the home folder's write lock; readers need none.
"""

import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from pipelines import warehouse
from pipelines.contracts import Contract, load
from pipelines.errors import AuditFailed
from pipelines.evidence import excerpt
from pipelines.lake import Lake, fsync_path, write_json
from pipelines.publish import (
    as_of,
    audit,
    audit_page,
    candidate,
    catalog,
    held,
    held_tables,
    proof,
    reference_release,
    restatement,
)
from pipelines.publish.checks import load_checks
from pipelines.publish.manifest import (
    AUDIT,
    AUDIT_PAGE,
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
from pipelines.publish.verdicts import AuditReport, Verdict
from pipelines.settings import Settings

_CANDIDATE, _FAILED, _BROKEN = ".candidate-", ".failed-", ".broken-"


@dataclass(frozen=True)
class PublishResult:
    """What was published. ``tables``: rows by table; ``warnings``: one line for each check that warns.

    ``held``: the parks whose figures are held back, each with the checks that found fault; ``last_good``: the
    publication with their last good ones, where there is one. ``reused``: the same inputs were published before, and
    that publication was taken.
    """

    publication_id: str
    path: Path
    tables: dict[str, int]
    warnings: tuple[str, ...]
    held: dict[str, tuple[str, ...]]
    last_good: dict[str, str]
    seconds: float
    reused: bool


@dataclass(frozen=True)
class _Work:
    """What is to be published: the query of each table, and (file_id, sha256) of the files behind them."""

    year: int
    cutoff: date | None
    contracts: Mapping[str, Contract]
    queries: Mapping[str, str]
    inputs: list[tuple[str, str]]


@dataclass(frozen=True)
class _Made:
    """A good publication on disk, without the figures of the parks that ``held`` is about."""

    identity: Identity
    held: tuple[Verdict, ...]
    reused: bool


def publish(
    settings: Settings, lake: Lake, year: int, cutoff: date | None = None, reason: str = "run"
) -> PublishResult:
    """Publishes the current outputs of the models for ``year``; those of a past state (``lake.as_of``) aside.

    A critical check whose rows lead to parks holds the figures of these back, and the others are published. Raises
    ``AuditFailed`` where one leads to no park, or to every park: ``current`` stays as it is, and the candidate is kept
    under ``published/.failed-<id>``. Raises ``UserError`` if a table has not been built.
    """
    started = time.perf_counter()
    lake.published.mkdir(parents=True, exist_ok=True)
    _remove(lake, _CANDIDATE, _BROKEN)
    made = _make(settings, lake, _work(settings, lake, year, cutoff))
    publication_id, cutoff_day = made.identity.publication_id, made.identity.cutoff.isoformat()
    reference_release.store(lake)
    last_good: dict[str, str] = {}
    if lake.as_of:
        catalog.note_as_of(lake, publication_id, year, cutoff_day, as_of.state(settings, lake, year))
    else:
        last_good = held.find_last_good(settings, lake, publication_id, year, held.parks_of(made.held))
        restatement.switch(lake, publication_id, year, cutoff_day, reason, last_good=last_good)
    _remove(lake, _FAILED)
    target = lake.published / publication_id
    manifest = read_manifest(target) or {}
    return PublishResult(
        publication_id=publication_id,
        path=target,
        tables={table: entry["rows"] for table, entry in manifest["tables"].items()},
        warnings=tuple(manifest["audit"]["warnings"]),
        held={park: held.checks_of(made.held, park) for park in held.parks_of(made.held)},
        last_good=last_good,
        seconds=time.perf_counter() - started,
        reused=made.reused,
    )


def _work(settings: Settings, lake: Lake, year: int, cutoff: date | None) -> _Work:
    contracts = load("outputs")
    outputs = candidate.model_outputs(lake, contracts)
    with closing(warehouse.connect(settings, threads=1)) as con:
        return _Work(
            year=year,
            cutoff=cutoff,
            contracts=contracts,
            queries={t: candidate.published_query(con, path, contracts[t]) for t, path in outputs.items()},
            inputs=con.execute(
                f"select file_id, sha256 from {candidate.parquet(outputs['quality.file_ledger'])} order by all"
            ).fetchall(),
        )


def _make(settings: Settings, lake: Lake, work: _Work) -> _Made:
    """Writes and audits candidates, each without the parks that the ones before stopped, until one passes."""
    stopped: tuple[Verdict, ...] = ()
    while True:
        queries = held_tables.without(work.queries, work.contracts, stopped, work.year)
        # One thread: the tables are small, and the order of rows in the files is then beyond doubt.
        with closing(warehouse.connect(settings, threads=1)) as con:
            content = {table: content_hash(con, f"({query})") for table, query in queries.items()}
            identity = identify(lake, work.year, work.cutoff, work.inputs, content)
            target = lake.published / identity.publication_id
            if is_intact(target):
                return _Made(identity, stopped, reused=True)
            with _scratch(lake.published / f"{_CANDIDATE}{identity.publication_id}") as folder:
                rows = candidate.write_tables(con, queries, work.contracts, identity, folder)
                shutil.copyfile(Path(__file__).with_name(CHECKER), folder / CHECKER)
                report = replace(_audit(con, work.contracts, identity, folder), held=stopped)
                write_json(folder / AUDIT, report.as_json())
                further = held.stopped(con, report, stopped)
                audit_page.write(folder / AUDIT_PAGE, report, identity, con, refused=further is None)
                if further is None:
                    raise AuditFailed(_refusal(report, _put_aside(lake, folder, identity)))
                if not report.failures:
                    root = proof.commitment(con, proof.salt_key(lake, inputs_of(con)))
                    manifest = manifest_from(
                        con, work.contracts, identity, folder, rows=rows, summary=report.summary(), certificates=root
                    )
                    write_json(folder / MANIFEST, manifest)
                    _move_into_place(lake, folder, target)
                    return _Made(identity, stopped, reused=False)
                stopped = further


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


def manifest_from(
    con: duckdb.DuckDBPyConnection,
    contracts: Mapping[str, Contract],
    identity: Identity,
    folder: Path,
    *,
    rows: Mapping[str, int],
    summary: Mapping[str, Any],
    certificates: Mapping[str, Any],
) -> dict[str, Any]:
    """The manifest of the publication in ``folder`` whose tables are open in ``con``.

    ``rows`` of each table, ``summary`` of the audit; ``certificates`` as ``proof.commitment`` gives it.
    """
    manifest = manifest_of(
        identity,
        contracts,
        folder,
        rows=rows,
        inputs=inputs_of(con),
        factors=factors_of(con),
        audit=summary,
        certificates=certificates,
    )
    return manifest | {"parks": excerpt.park_digests(con, contracts)}


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
    first, *others = sorted(report.failures, key=lambda verdict: not verdict.stops_everything)
    more = f" And {len(others)} more: {', '.join(dict.fromkeys(v.check for v in others))}." if others else ""
    return (
        f"the audit failed, nothing new is published and the last good publication stays current: {first.line}{more} "
        f"All verdicts: {kept / AUDIT_PAGE}"
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
