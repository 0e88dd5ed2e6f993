"""What the schemas ``parsed``, ``reference``, ``lake`` and ``run`` stand for when a model is built.

Each input is a ``Relation``: the query that reads it, and a digest of what it reads which costs no reading. Outputs of
other models are not here (``model_runner``).
"""

import calendar
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import duckdb

from pipelines import contracts, reference_tables
from pipelines.errors import UserError
from pipelines.ingest import located
from pipelines.lake import Lake, fingerprint
from pipelines.reference_tables import identifier, literal

QUARANTINE_TYPES = {
    "file_id": "VARCHAR",
    "table_name": "VARCHAR",
    "line": "INTEGER",
    "raw": "VARCHAR",
    "reason": "VARCHAR",
    "sentence": "VARCHAR",
}
_ROW_TYPES = {"file_id": "VARCHAR", "line": "INTEGER", "raw": "VARCHAR"}
_READINGS_TYPES = {
    "meter_id": "VARCHAR",
    "interval_end": "TIMESTAMP",
    "value": "DECIMAL(38,12)",
    "flag": "VARCHAR",
    "multiplier": "DECIMAL(18,6)",
    "file_id": "VARCHAR",
    # The place in the canonical file: of two readings of one interval in one file, the later row is the later reading.
    "file_row_number": "BIGINT",
}


@dataclass(frozen=True)
class Account:
    """A year that is accounted: the one that was asked for, or the base year of a park."""

    year: int
    cutoff: date
    is_run_year: bool


@dataclass(frozen=True)
class ParsedFile:
    """One parsed file: its row in ``lake.files``, the tables it holds and the months its readings touch."""

    file_id: str
    row: Mapping[str, Any]
    tables: frozenset[str]
    months: frozenset[str]


@dataclass(frozen=True)
class Relation:
    """An input: ``query`` makes its SELECT when it is needed, ``digest`` changes whenever its rows may have."""

    digest: object
    query: Callable[[duckdb.DuckDBPyConnection], str]


@dataclass(frozen=True)
class Sources:
    """All inputs that are not models, for one home folder and one run.

    ``files`` in order of ``lake.files.rank``; ``file_types`` the columns of ``lake.files``.
    """

    lake: Lake
    accounts: tuple[Account, ...]
    files: tuple[ParsedFile, ...]
    file_types: Mapping[str, str]
    _cache: dict[object, Relation] = field(default_factory=dict)

    def relation(self, name: str, month: str | None, neighbours: Iterable[str] = ()) -> Relation:
        """The input ``schema.table`` of a model that is built for ``month`` (None: for all months).

        ``neighbours`` are the other inputs of the model: ``lake.files`` shows it only the files these are read from,
        ranked anew, so that a delivery of something else does not reach it. Raises ``UserError`` if unknown.
        """
        tables = tuple(sorted(n.partition(".")[2] for n in neighbours if n.startswith("parsed.")))
        key = (name, month if name in ("run.month", "parsed.meter_readings", "lake.files") else None, tables)
        if key not in self._cache:
            self._cache[key] = self._resolve(name, month, tables)
        return self._cache[key]

    def _resolve(self, name: str, month: str | None, tables: tuple[str, ...]) -> Relation:
        schema, _, table = name.partition(".")
        if schema == "reference":
            found = reference_tables.find(self.lake, table)
            return Relation(found.digest, found.query)
        if schema == "parsed":
            return self._parsed(table, month)
        if name == "lake.files":
            return self._ledger(month, tables)
        if name == "lake.located_readings":
            return Relation(located.digest(self.lake), lambda con: located.query(self.lake, con))
        if name == "run.years":
            return _values(_YEAR_TYPES, [_year_row(account) for account in self.accounts])
        if name == "run.params":
            return self._params()
        if name == "run.month" and month:
            return _values(_MONTH_TYPES, [_month_row(month)])
        raise UserError(f"{name} is not an input that a model can read")

    def holding(self, table: str, month: str | None) -> tuple[ParsedFile, ...]:
        """The parsed files that hold a table, for readings only those that touch the month."""
        if table == "quarantine":
            return tuple(file for file in self.files if file.row["rows_quarantined"])
        return tuple(
            file
            for file in self.files
            if table in file.tables and (month is None or table != "meter_readings" or month in file.months)
        )

    def _parsed(self, table: str, month: str | None) -> Relation:
        files = sorted(file.file_id for file in self.holding(table, month))
        if not files:
            return Relation([], lambda _: _empty(parsed_types(table)))
        paths = ", ".join(literal(str(self.lake.parsed / file_id / f"{table}.parquet")) for file_id in files)
        place = ", file_row_number = true" if table == "meter_readings" else ""
        query = f"select * from read_parquet([{paths}], union_by_name = true{place})"
        if table == "meter_readings" and month:
            row = _month_row(month)
            query += f" where interval_end > {row['start']} and interval_end <= {row['end']}"
        return Relation(files, lambda _: query)

    def _ledger(self, month: str | None, tables: tuple[str, ...]) -> Relation:
        wanted = {file.file_id for table in tables for file in self.holding(table, month)}
        files = [file for file in self.files if not tables or file.file_id in wanted]
        rows = [dict(file.row) | {"rank": rank} for rank, file in enumerate(files, start=1)]
        return _values(self.file_types, [{name: _constant(value) for name, value in row.items()} for row in rows])

    def _params(self) -> Relation:
        rows = [
            {"year": str(account.year), **reference_tables.parameters_of(account.year, self._versions)}
            for account in self.accounts
        ]
        names = list(dict.fromkeys(name for row in rows for name in row))
        types = {name: "INTEGER" if name == "year" else reference_tables.NUMBER for name in names}
        return _values(types, rows)

    @cached_property
    def _versions(self) -> tuple[reference_tables.ParameterVersion, ...]:
        return reference_tables.parameter_versions(self.lake)


def parsed_types(table: str) -> Mapping[str, str]:
    """The columns of ``parsed.<table>``, from its contract. Raises ``UserError`` if no contract has that table."""
    if table == "quarantine":
        return QUARANTINE_TYPES
    if table == "meter_readings":
        return _READINGS_TYPES
    contract = contracts.load("inputs").get(table)
    if contract is None:
        raise UserError(f"parsed.{table} is not an input that a model can read: no contract describes it")
    types = {c.name: "VARCHAR" if c.physical_type == "MONTH" else c.physical_type for c in contract.columns}
    return types | _ROW_TYPES


def month_bounds(month: str) -> tuple[date, date]:
    """First and last day of a month ``YYYY-MM``."""
    year, number = int(month[:4]), int(month[5:7])
    return date(year, number, 1), date(year, number, calendar.monthrange(year, number)[1])


def month_number(month: str) -> int:
    """Months since year 0, so that neighbours differ by one."""
    return int(month[:4]) * 12 + int(month[5:7])


def months_of(year: int) -> tuple[str, ...]:
    """The twelve months of a year, ``YYYY-MM``."""
    return tuple(f"{year:04d}-{number:02d}" for number in range(1, 13))


_YEAR_TYPES = {"year": "INTEGER", "cutoff": "DATE", "is_run_year": "BOOLEAN", "first_day": "DATE", "last_day": "DATE"}
_MONTH_TYPES = {
    "month": "VARCHAR",
    "first_day": "DATE",
    "last_day": "DATE",
    "start": "TIMESTAMP",
    "end": "TIMESTAMP",
}


def _year_row(account: Account) -> dict[str, str]:
    return {
        "year": str(account.year),
        "cutoff": _constant(account.cutoff),
        "is_run_year": _constant(account.is_run_year),
        "first_day": f"date '{account.year:04d}-01-01'",
        "last_day": f"date '{account.year:04d}-12-31'",
    }


def _month_row(month: str) -> dict[str, str]:
    """A row of ``run.month``; ``end`` is the moment at which the next month starts."""
    first, last = month_bounds(month)
    return {
        "month": literal(month),
        "first_day": _constant(first),
        "last_day": _constant(last),
        "start": f"timestamp '{first}'",
        "end": f"timestamp '{last + timedelta(days=1)}'",
    }


def _constant(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    return literal(str(value))


def _values(types: Mapping[str, str], rows: list[dict[str, str]]) -> Relation:
    """A small table written out in the query; ``rows`` hold SQL constants."""
    if not rows:
        return Relation([], lambda _: _empty(types))
    lines = ", ".join("(" + ", ".join(row.get(name, "null") for name in types) + ")" for row in rows)
    columns = ", ".join(f"cast({identifier(name)} as {kind}) as {identifier(name)}" for name, kind in types.items())
    names = ", ".join(identifier(name) for name in types)
    query = f"select {columns} from (values {lines}) as given({names})"
    return Relation(fingerprint(query), lambda _: query)


def _empty(types: Mapping[str, str]) -> str:
    columns = ", ".join(f"cast(null as {kind}) as {identifier(name)}" for name, kind in types.items())
    return f"select {columns} where false"
