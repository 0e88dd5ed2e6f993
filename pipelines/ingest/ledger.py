"""The file ledger: what became of every delivered file, which of them count, and which of two deliveries is later.

Entries are written by ``parsing``, arrivals by ``landing``, withdrawals by ``withdrawing``; here they are values, and
the table ``lake.files``. What counts at a past moment is decided here and nowhere else (``Lake.as_of``).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import duckdb

from pipelines.lake import Lake, read_lines

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
"""The zone of times without an offset; it has had no daylight saving since 1991."""

_COLUMNS = {
    "file_id": "varchar",
    "sha256": "varchar",
    "file_name": "varchar",
    "delivery": "varchar",
    "table_name": "varchar",
    "rows_read": "bigint",
    "rows_loaded": "bigint",
    "rows_duplicate": "bigint",
    "rows_quarantined": "bigint",
    "refused_reason": "varchar",
    "delivered_at": "timestamp",
    "rank": "bigint",
}


@dataclass(frozen=True)
class LedgerEntry:
    """One parsed file, as ``ledger.json`` holds it.

    ``table``: null where the file belongs to none. ``tables``: rows by canonical table. ``instructions``: the
    effective ``delivery.yaml`` entry, so that the file can be read again. ``rows_duplicate`` counts whole rows repeated
    in the file, except for readings: those are compared across files by a later model.
    """

    file_id: str
    sha256: str
    file_name: str
    delivery: str
    table: str | None
    rows_read: int
    rows_loaded: int
    rows_duplicate: int
    rows_quarantined: int
    refused_reason: str | None = None
    warnings: tuple[str, ...] = ()
    delivered_at: str | None = None
    tables: Mapping[str, int] = field(default_factory=dict)
    months: tuple[str, ...] = ()
    decided_by_arrival: bool = True
    instructions: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        """Raises ``ValueError`` for an entry that does not balance: a row of the file would be lost."""
        if self.rows_read != self.rows_loaded + self.rows_duplicate + self.rows_quarantined:
            raise ValueError(f"the ledger of {self.file_name} does not balance: {self}")

    def to_json(self) -> dict[str, Any]:
        """A mapping that JSON can hold."""
        return asdict(self)

    @classmethod
    def from_json(cls, source: Mapping[str, Any]) -> "LedgerEntry":
        """The entry of a ``ledger.json``."""
        values = {f.name: source[f.name] for f in fields(cls)}
        return cls(**values | {"warnings": tuple(source["warnings"]), "months": tuple(source["months"])})


@dataclass(frozen=True)
class Arrival:
    """One coming of a file: under which name, in which delivery, when. Times are ISO 8601."""

    file_id: str
    sha256: str
    file_name: str
    delivery: str
    delivered_at: str | None
    arrived_at: str
    sequence: int


@dataclass(frozen=True)
class Withdrawal:
    """One decision that a file no longer counts or, where ``counts``, that it counts again. ``at`` is ISO 8601."""

    file_id: str
    file_name: str
    counts: bool
    reason: str
    by: str
    at: str


def arrivals_path(lake: Lake) -> Path:
    """The append-only log of arrivals."""
    return lake.catalog / "arrivals.jsonl"


def read_arrivals(lake: Lake) -> list[Arrival]:
    """The arrivals in the order in which they came; as of a past moment those delivered by then.

    An arrival without a declared time of delivery was delivered when it came.
    """
    arrivals = [Arrival(**line) for line in read_lines(arrivals_path(lake))]
    return [arrival for arrival in arrivals if _known(lake, arrival.delivered_at or arrival.arrived_at)]


def withdrawals_path(lake: Lake) -> Path:
    """The append-only log of withdrawals."""
    return lake.catalog / "withdrawals.jsonl"


def withdrawn(lake: Lake) -> dict[str, Withdrawal]:
    """The files that are withdrawn, by file_id, each with the decision that stands; as of a past moment those by then.

    The same bytes arriving again do not undo a withdrawal.
    """
    decisions = (Withdrawal(**line) for line in read_lines(withdrawals_path(lake)))
    last = {decision.file_id: decision for decision in decisions if _known(lake, decision.at)}
    return {file_id: decision for file_id, decision in last.items() if not decision.counts}


def _known(lake: Lake, at: str) -> bool:
    return lake.as_of is None or datetime.fromisoformat(utc(at)) <= lake.as_of


def standing_entries(lake: Lake) -> Iterator[dict[str, Any]]:
    """The ledger entries of the files that count, in order of file_id: not withdrawn, and delivered by ``as_of``."""
    away = withdrawn(lake)
    known = None if lake.as_of is None else {arrival.file_id for arrival in read_arrivals(lake)}
    for entry in lake.ledgers():
        if entry["file_id"] not in away and (known is None or entry["file_id"] in known):
            yield entry


def utc(text: str) -> str:
    """An ISO 8601 time in UTC, with microseconds, so that texts compare as moments do; without offset it is +08:00."""
    moment = datetime.fromisoformat(text)
    aware = moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)
    return aware.astimezone(UTC).isoformat(timespec="microseconds")


def delivered(arrivals: Iterable[Arrival]) -> str:
    """When a file counts as delivered (UTC): the latest declared time of its arrivals, else the first arrival.

    Declared times do not depend on the order of arrival, and the first arrival does not change when a file comes again.
    """
    arrivals = list(arrivals)
    declared = [utc(arrival.delivered_at) for arrival in arrivals if arrival.delivered_at]
    return max(declared) if declared else min(utc(arrival.arrived_at) for arrival in arrivals)


def first_declared(arrivals: Iterable[Arrival]) -> datetime | None:
    """The earliest declared time of delivery as Asia/Shanghai wall time; None where only the arrival is known.

    It says how late a file was: bytes that are sent again did not come later for that.
    """
    declared = [utc(arrival.delivered_at) for arrival in arrivals if arrival.delivered_at]
    return datetime.fromisoformat(min(declared)).astimezone(SHANGHAI).replace(tzinfo=None) if declared else None


def ledger_table(lake: Lake, con: duckdb.DuckDBPyConnection) -> None:
    """Makes the table ``lake.files``: one row for each file that counts; a higher ``rank`` is later (from 1, no gaps).

    ``delivered_at`` is the first declared time of delivery. A file that arrived under several names has the first of
    them in alphabetical order, whichever came first.
    """
    arrivals: dict[str, list[Arrival]] = {}
    for arrival in read_arrivals(lake):
        arrivals.setdefault(arrival.file_id, []).append(arrival)
    entries = [LedgerEntry.from_json(entry) for entry in standing_entries(lake) if entry["file_id"] in arrivals]
    entries.sort(key=lambda entry: (delivered(arrivals[entry.file_id]), entry.file_id))
    rows: list[tuple[object, ...]] = []
    for rank, entry in enumerate(entries, start=1):
        name, delivery = min((a.file_name, a.delivery) for a in arrivals[entry.file_id])
        counts = (entry.rows_read, entry.rows_loaded, entry.rows_duplicate, entry.rows_quarantined)
        declared = first_declared(arrivals[entry.file_id])
        told = (entry.refused_reason, declared, rank)
        rows.append((entry.file_id, entry.sha256, name, delivery, entry.table, *counts, *told))
    columns = ", ".join(f"{name} {kind}" for name, kind in _COLUMNS.items())
    con.execute("create schema if not exists lake")
    con.execute(f"create or replace table lake.files ({columns})")
    if rows:
        # A list for each column in one statement: a statement for each row takes seconds for a year of deliveries.
        values = ", ".join(f"unnest(cast(? as {kind}[]))" for kind in _COLUMNS.values())
        con.execute(f"insert into lake.files select {values}", [list(column) for column in zip(*rows, strict=True)])
