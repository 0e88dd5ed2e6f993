"""One raw file into its folder under ``parsed/``: canonical tables, quarantine, ledger entry.

Where the file comes from and when is in ``landing``. Everything written here depends on the file's bytes and its
instructions only, so that parsing again gives the same bytes.
"""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import duckdb
import polars as pl

from pipelines import contracts
from pipelines.contracts import Contract
from pipelines.ingest.canonical import BAD, GOOD, JUDGED, judge, missing_columns
from pipelines.ingest.grid import no_rejects
from pipelines.ingest.ledger import LedgerEntry
from pipelines.ingest.pieces import pieces
from pipelines.ingest.plain import copy_plain, fits_narrow, open_plain
from pipelines.ingest.sources import FileUnreadable, read_table
from pipelines.ingest.spec import FileSpec
from pipelines.ingest.store import MONTH, NARROW, READINGS, WIDE, copy_quarantine, copy_readings, copy_rows
from pipelines.lake import fingerprint, fsync_path, write_json
from pipelines.reference_tables import literal
from pipelines.stretches import STRETCHES, told_months

PARSER_VERSION = "3"
"""Part of every file_id: raise it when the same file would be read differently than before."""

_NOTHING_IN_IT = "the file has a header and no rows"
_NO_ROWS = "select 0 as line, '' as raw, '' as reason, '' as sentence where false"


@dataclass(frozen=True)
class LandedFile:
    """A delivered file that is in ``raw/``. ``spec``: null where no table is known for it."""

    raw: Path
    sha256: str
    file_name: str
    delivery: str
    delivered_at: str | None
    spec: FileSpec | None

    @cached_property
    def file_id(self) -> str:
        """The same for the same bytes with the same instructions; the suffix says how to read the bytes."""
        table = self.spec.table if self.spec else None
        version = f"{PARSER_VERSION}/{contracts.load('inputs')[table].version}" if table else PARSER_VERSION
        return fingerprint(self.sha256, table, Path(self.file_name).suffix.lower(), self.instructions, version)

    @cached_property
    def instructions(self) -> dict[str, object] | None:
        """The effective ``delivery.yaml`` entry as JSON: what differs from the defaults, without ``match``."""
        return self.spec.model_dump(mode="json", exclude={"match"}, exclude_defaults=True) if self.spec else None


@dataclass(frozen=True)
class _Outcome:
    """What a file gave, beside the files written."""

    rows_read: int = 0
    rows_loaded: int = 0
    rows_duplicate: int = 0
    rows_quarantined: int = 0
    refused: str | None = None
    warnings: tuple[str, ...] = ()
    tables: Mapping[str, int] = field(default_factory=dict)
    months: tuple[str, ...] = ()


def parse(con: duckdb.DuckDBPyConnection, landed: LandedFile, folder: Path) -> LedgerEntry:
    """Reads a landed file and fills ``folder`` (empty, to be renamed by the caller), durably.

    A file that cannot be read is an entry with ``refused_reason``, never an error.
    """
    outcome = _refused(con, landed, folder, _no_table()) if landed.spec is None else _read(con, landed, folder)
    entry = LedgerEntry(
        file_id=landed.file_id,
        sha256=landed.sha256,
        file_name=landed.file_name,
        delivery=landed.delivery,
        table=landed.spec.table if landed.spec else None,
        rows_read=outcome.rows_read,
        rows_loaded=outcome.rows_loaded,
        rows_duplicate=outcome.rows_duplicate,
        rows_quarantined=outcome.rows_quarantined,
        refused_reason=outcome.refused,
        warnings=outcome.warnings if outcome.rows_read or outcome.refused else (*outcome.warnings, _NOTHING_IN_IT),
        delivered_at=landed.delivered_at,
        tables=outcome.tables,
        months=outcome.months,
        decided_by_arrival=landed.delivered_at is None,
        instructions=landed.instructions,
    )
    write_json(folder / "ledger.json", entry.to_json())
    for path in (*folder.glob("*.parquet"), folder):
        fsync_path(path)
    return entry


@contextmanager
def under_its_name(raw: Path, file_name: str) -> Iterator[Path]:
    """A path with the delivered name to a file in ``raw/``: readers go by the suffix and quote the name."""
    with tempfile.TemporaryDirectory(prefix="zcp-") as folder:
        path = Path(folder) / file_name
        path.symlink_to(raw.resolve())
        yield path


def _no_table() -> str:
    known = ", ".join(sorted(contracts.load("inputs")))
    return (
        f"the file belongs to no known table: begin its name with that of its table ({known}), "
        "or name the table in delivery.yaml"
    )


def _read(con: duckdb.DuckDBPyConnection, landed: LandedFile, folder: Path) -> _Outcome:
    spec = landed.spec
    assert spec is not None
    contract = contracts.load("inputs")[spec.table]
    with under_its_name(landed.raw, landed.file_name) as path:
        if spec.is_plain and spec.table == READINGS and (outcome := _plain(con, path, contract, landed, folder)):
            return outcome
        try:
            return _careful(con, path, spec, landed, folder)
        except FileUnreadable as error:
            return _refused(con, landed, folder, str(error))


def _plain(
    con: duckdb.DuckDBPyConnection, path: Path, contract: Contract, landed: LandedFile, folder: Path
) -> _Outcome | None:
    source = open_plain(con, path, contract)
    result = source and copy_plain(con, source, contract, landed.file_id, folder / f"{READINGS}.parquet")
    if not source or not result:
        return None
    _quarantine(con, landed, folder)
    warnings = (*_unknown(source.unknown_columns), *result.warnings)
    return _Outcome(result.rows, result.rows, warnings=warnings, tables={READINGS: result.rows}, months=result.months)


def _unknown(columns: tuple[str, ...]) -> tuple[str, ...]:
    return (f"unknown columns were left out: {', '.join(columns)}",) if columns else ()


def _careful(con: duckdb.DuckDBPyConnection, path: Path, spec: FileSpec, landed: LandedFile, folder: Path) -> _Outcome:
    """Row by row, with the line and the reason of each that is set aside. Raises ``FileUnreadable``."""
    contract = contracts.load("inputs")[spec.table]
    rows_read, rejected, tables = 0, [no_rejects()], dict[str, int]()
    warnings: dict[str, None] = {}
    for part, (piece, lines_before) in enumerate(pieces(path, spec)):
        table = read_table(piece, spec, contract)
        if missing := missing_columns(table.frame.columns, contract):
            raise FileUnreadable(missing)
        tables |= {name: _write_master(con, name, rows, landed, folder) for name, rows in table.masters.items()}
        frame, bad = (part.with_columns(pl.col("line") + lines_before) for part in (table.frame, table.rejected))
        judgement = judge(con, frame, contract, more=part > 0)
        rows_read += table.rows_read
        rejected.append(bad)
        warnings |= dict.fromkeys((*_unknown(table.unknown_columns), *table.warnings))
    set_aside = pl.concat(rejected)
    if judgement.refused:
        return _refused(con, landed, folder, judgement.refused, set_aside)
    tables[contract.table], months = _write_good(con, contract, landed, folder)
    return _Outcome(
        rows_read=rows_read,
        rows_loaded=judgement.rows_loaded,
        rows_duplicate=judgement.rows_duplicate,
        rows_quarantined=_quarantine(con, landed, folder, BAD, set_aside),
        warnings=(*warnings, *judgement.warnings),
        tables=tables,
        months=months,
    )


def _write_master(
    con: duckdb.DuckDBPyConnection, name: str, rows: pl.DataFrame, landed: LandedFile, folder: Path
) -> int:
    """The master rows that ``delivery.yaml`` creates, and how many; raises ``FileUnreadable`` unless all are good."""
    contract = contracts.load("inputs")[name]
    judge(con, rows, contract)
    for (sentence,) in con.execute(f"select sentence from ({BAD}) order by line limit 1").fetchall():
        raise FileUnreadable(f"delivery.yaml: {name}: {sentence}")
    return copy_rows(con, GOOD, contract, landed.file_id, folder / f"{name}.parquet")


def _write_good(
    con: duckdb.DuckDBPyConnection, contract: Contract, landed: LandedFile, folder: Path
) -> tuple[int, tuple[str, ...]]:
    """Writes the good rows; their number, and the months of whose energy they tell."""
    target = folder / f"{contract.table}.parquet"
    if contract.table != READINGS:
        months = told_months(con, contract.table, f"({GOOD})") if contract.table in STRETCHES else ()
        return copy_rows(con, GOOD, contract, landed.file_id, target), months
    value_type = NARROW if fits_narrow(con, f"({GOOD})") else WIDE
    rows = copy_readings(con, GOOD, value_type, landed.file_id, target, repeated="row")
    touched = con.execute(f"select distinct strftime({MONTH}, '%Y-%m') from ({GOOD}) order by all").fetchall()
    return rows, tuple(month for (month,) in touched)


def _quarantine(
    con: duckdb.DuckDBPyConnection,
    landed: LandedFile,
    folder: Path,
    judged: str | None = None,
    rejected: pl.DataFrame | None = None,
) -> int:
    """Writes the rows set aside: those of the query ``judged`` and those ``rejected`` before; how many."""
    sources = [judged or _NO_ROWS]
    if rejected is not None and rejected.height:
        con.register("rejected", rejected)
        sources.append("select line, raw, reason, sentence from rejected")
    table = landed.spec.table if landed.spec else ""
    return copy_quarantine(con, " union all ".join(sources), table, landed.file_id, folder / "quarantine.parquet")


def _refused(
    con: duckdb.DuckDBPyConnection,
    landed: LandedFile,
    folder: Path,
    sentence: str,
    rejected: pl.DataFrame | None = None,
) -> _Outcome:
    """Nothing of the file is loaded. Rows that were judged (then ``rejected`` is given) are all in the quarantine."""
    for path in folder.glob("*.parquet"):
        path.unlink()
    judged = None
    if rejected is not None:
        judged = f"select line, raw, 'file_refused' as reason, {literal(sentence)} as sentence from {JUDGED}"
    rows = _quarantine(con, landed, folder, judged, rejected)
    return _Outcome(rows_read=rows, rows_quarantined=rows, refused=sentence)
