"""The file ledger: what became of every delivered file, and which of two deliveries is the later one.

Entries are written by ``parsing``, arrivals by ``landing``; here they are values, and the table ``lake.files``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import duckdb

from pipelines.lake import Lake, read_lines

_SHANGHAI = timezone(timedelta(hours=8))
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


def arrivals_path(lake: Lake) -> Path:
    """The append-only log of arrivals."""
    return lake.catalog / "arrivals.jsonl"


def read_arrivals(lake: Lake) -> list[Arrival]:
    """All arrivals in the order in which they came."""
    return [Arrival(**line) for line in read_lines(arrivals_path(lake))]


def utc(text: str) -> str:
    """An ISO 8601 time in UTC, with microseconds, so that texts compare as moments do; without offset it is +08:00."""
    moment = datetime.fromisoformat(text)
    aware = moment if moment.tzinfo else moment.replace(tzinfo=_SHANGHAI)
    return aware.astimezone(UTC).isoformat(timespec="microseconds")


def delivered(arrivals: Iterable[Arrival]) -> str:
    """When a file counts as delivered (UTC): the latest declared time of its arrivals, else the first arrival.

    Declared times do not depend on the order of arrival, and the first arrival does not change when a file comes again.
    """
    arrivals = list(arrivals)
    declared = [utc(arrival.delivered_at) for arrival in arrivals if arrival.delivered_at]
    return max(declared) if declared else min(utc(arrival.arrived_at) for arrival in arrivals)


def ledger_table(lake: Lake, con: duckdb.DuckDBPyConnection) -> None:
    """Makes the table ``lake.files``: one row for each parsed file; a higher ``rank`` is later (from 1, no gaps).

    A file that arrived under several names has the first of them in alphabetical order, whichever came first.
    """
    arrivals: dict[str, list[Arrival]] = {}
    for arrival in read_arrivals(lake):
        arrivals.setdefault(arrival.file_id, []).append(arrival)
    entries = [LedgerEntry.from_json(entry) for entry in lake.ledgers() if entry["file_id"] in arrivals]
    entries.sort(key=lambda entry: (delivered(arrivals[entry.file_id]), entry.file_id))
    rows: list[tuple[object, ...]] = []
    for rank, entry in enumerate(entries, start=1):
        name, delivery = min((a.file_name, a.delivery) for a in arrivals[entry.file_id])
        counts = (entry.rows_read, entry.rows_loaded, entry.rows_duplicate, entry.rows_quarantined)
        rows.append((entry.file_id, entry.sha256, name, delivery, entry.table, *counts, entry.refused_reason, rank))
    columns = ", ".join(f"{name} {kind}" for name, kind in _COLUMNS.items())
    con.execute("create schema if not exists lake")
    con.execute(f"create or replace table lake.files ({columns})")
    if rows:
        # A list for each column in one statement: a statement for each row takes seconds for a year of deliveries.
        values = ", ".join(f"unnest(cast(? as {kind}[]))" for kind in _COLUMNS.values())
        con.execute(f"insert into lake.files select {values}", [list(column) for column in zip(*rows, strict=True)])
