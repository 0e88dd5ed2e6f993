"""The fast path: well-formed files of readings, a row per meter and interval, straight through DuckDB's readers.

A file that is not plain, or in which any row is not, is left to ``sources`` and ``canonical``, which say line by line
what is wrong. Nothing is decided here that would come out otherwise there.
"""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import duckdb

from pipelines.contracts import Column, Contract
from pipelines.ingest.canonical import rounded_warning
from pipelines.ingest.casts import loses_digits, moment, typed
from pipelines.ingest.grid import BLANKS
from pipelines.ingest.headers import captured_names, plain
from pipelines.ingest.store import MONTH, NARROW, WIDE, copy_readings
from pipelines.reference_tables import identifier, literal

_DELIMITERS = (",", ";", "\t")
# A header longer than this is not one of readings.
_HEADER_BYTES = 1 << 16


@dataclass(frozen=True)
class PlainFile:
    """A file that the fast path may try.

    ``relation``: SQL that reads it, every column VARCHAR under the contract's name. ``columns``: those it has.
    ``unknown_columns``: delivered names that are left out.
    """

    relation: str
    columns: frozenset[str]
    unknown_columns: tuple[str, ...]


@dataclass(frozen=True)
class PlainResult:
    """What was written: rows, the months they touch (``YYYY-MM``, sorted), warnings."""

    rows: int
    months: tuple[str, ...]
    warnings: tuple[str, ...]


def open_plain(con: duckdb.DuckDBPyConnection, path: Path, contract: Contract) -> PlainFile | None:
    """How to read the file if its name and header are those of a plain file of readings; else null."""
    suffix = path.suffix.lower()
    if suffix in (".csv", ".txt", ".tsv"):
        return _open_csv(path, contract)
    if suffix in (".parquet", ".pq"):
        return _open_parquet(con, path, contract)
    return None


def _open_csv(path: Path, contract: Contract) -> PlainFile | None:
    line = _first_line(path)
    if line is None:
        return None
    for delimiter in _DELIMITERS:
        header = next(csv.reader([line], delimiter=delimiter))
        named = _name(header, contract)
        if named is not None:
            positions, unknown = named
            columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(len(header)))
            chosen = ", ".join(f"c{i} as {identifier(name)}" for name, i in positions.items())
            read = (
                f"read_csv({literal(str(path))}, auto_detect = false, header = true, delim = {literal(delimiter)},"
                f""" quote = '"', escape = '"', nullstr = '', columns = {{{columns}}})"""
            )
            return PlainFile(f"select {chosen} from {read}", frozenset(positions), unknown)
    return None


def _first_line(path: Path) -> str | None:
    """The header of a UTF-8 text; null for other files and for lines that the CSV reader would not take."""
    with path.open("rb") as stream:
        head = stream.readline(_HEADER_BYTES)
    try:
        line = head.decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError:
        return None
    return line if line and "\r" not in line and "\0" not in line else None


def _open_parquet(con: duckdb.DuckDBPyConnection, path: Path, contract: Contract) -> PlainFile | None:
    read = f"read_parquet({literal(str(path))})"
    try:
        described = con.execute(f"describe select * from {read}").fetchall()
    except duckdb.Error:
        # No Parquet file at all: the careful path says what it is.
        return None
    named = _name([name for name, *_ in described], contract)
    if named is None:
        return None
    positions, unknown = named
    chosen = []
    for name, i in positions.items():
        column, kind = identifier(described[i][0]), described[i][1]
        local = f"timezone('Asia/Shanghai', {column})" if kind == "TIMESTAMP WITH TIME ZONE" else column
        chosen.append(f"nullif(cast({local} as varchar), '') as {identifier(name)}")
    return PlainFile(f"select {', '.join(chosen)} from {read}", frozenset(positions), unknown)


def _name(header: list[str], contract: Contract) -> tuple[dict[str, int], tuple[str, ...]] | None:
    """The position of each contract column and the unknown names; null where a column is missing, twice or nameless."""
    known = {plain(name): column.name for column in contract.columns for name in (*column.aliases, column.name)}
    # Asked for only by rows that contradict each other, which the careful path reads.
    left_out = captured_names(contract)
    positions: dict[str, int] = {}
    unknown = []
    for i, name in enumerate(header):
        column = known.get(plain(name))
        if plain(name) in left_out:
            continue
        if column is None:
            unknown.append(name.strip(BLANKS))
        elif column in positions:
            return None
        else:
            positions[column] = i
    complete = all(column.name in positions for column in contract.columns if column.required)
    distinct = len({plain(name) for name in header}) == len(header)
    return (positions, tuple(unknown)) if complete and distinct and all(unknown) else None


def copy_plain(
    con: duckdb.DuckDBPyConnection, source: PlainFile, contract: Contract, file_id: str, target: Path
) -> PlainResult | None:
    """Writes the file's readings to ``target``; null, and nothing to be used there, if any row needs the careful path.

    Tried first with the casts that nearly every file needs only, then with all of them.
    """
    columns = {column.name: column for column in contract.columns}
    for attempt in (_copy_usual, _copy_any):
        try:
            result = attempt(con, source, columns, file_id, target)
        except duckdb.OutOfMemoryException:
            raise
        except duckdb.Error:
            # Ragged rows, another encoding, a damaged Parquet file: the careful path reads it again and says what.
            return None
        if result is not None:
            return result
    return None


def _copy_usual(
    con: duckdb.DuckDBPyConnection, source: PlainFile, columns: dict[str, Column], file_id: str, target: Path
) -> PlainResult | None:
    """Values with at most six decimals, none blank, times without an offset.

    The two patterns keep out what DuckDB would round: more than six characters behind the point, and exponents below 0.
    """
    value = f"case when value not like '%._______%' and value not like '_%-%' then try_cast(value as {NARROW}) end"
    cast = _casted(source, columns, value, "value is not null")
    copy_readings(con, cast, NARROW, file_id, target)
    return _result(con, target, columns["interval_end"], lambda: ())


def _copy_any(
    con: duckdb.DuckDBPyConnection, source: PlainFile, columns: dict[str, Column], file_id: str, target: Path
) -> PlainResult | None:
    """Also values with more digits, as wide as the file needs, blank ones with flag N, and times with an offset."""
    value = typed(columns["value"], "value")
    cast = _casted(source, columns, value, "(value is not null or value_text is null and flag = 'N')")
    copy_readings(con, cast, WIDE, file_id, target)
    result = _result(con, target, columns["interval_end"], lambda: _lost_digits(con, source, columns["value"]))
    if result is None or not fits_narrow(con, f"read_parquet({literal(str(target))})"):
        return result
    wide = target.with_name(f"{target.name}.wide")
    target.rename(wide)
    copy_readings(con, f"select * from read_parquet({literal(str(wide))})", NARROW, file_id, target)
    wide.unlink()
    return result


def fits_narrow(con: duckdb.DuckDBPyConnection, source: str) -> bool:
    """Whether every value of a source of readings fits the narrow type exactly."""
    query = f"select coalesce(bool_and(value is not distinct from try_cast(value as {NARROW})), true) from {source}"
    return bool(con.execute(query).fetchall()[0][0])


def _casted(source: PlainFile, columns: dict[str, Column], value: str, has_value: str) -> str:
    """SQL with the canonical columns; ``meter_id`` is null in every row that is not good, whatever the fault."""
    good = f"interval_end is not null and {has_value}"
    optional = {"flag": "cast(null as varchar)", "multiplier": "cast(null as varchar)"}
    if "flag" in source.columns:
        optional["flag"] = "flag"
        good += " and coalesce(flag, 'A') in ('A', 'E', 'N')"
    if "multiplier" in source.columns:
        optional["multiplier"] = "multiplier"
        bound = columns["multiplier"]
        within = f"multiplier > {bound.exclusive_minimum} and multiplier <= {bound.maximum}"
        good += f" and (multiplier_text is null or {within})"
    return f"""
        select case when {good} then meter_id end as meter_id, interval_end, value,
            coalesce(flag, 'A') as flag, multiplier
        from (
            select meter_id, {moment("interval_end")} as interval_end, {value} as value, value as value_text,
                {optional["flag"]} as flag, {typed(columns["multiplier"], optional["multiplier"])} as multiplier,
                {optional["multiplier"]} as multiplier_text
            from ({source.relation})
        )"""


def _result(
    con: duckdb.DuckDBPyConnection, written: Path, time: Column, warnings: Callable[[], tuple[str, ...]]
) -> PlainResult | None:
    """Looks at what was written: null if a row was not good, a meter's name untidy or a time out of range.

    Also null if the file gives two values for one interval: which of them came later is not known here.
    """
    readings = f"read_parquet({literal(str(written))})"
    found = con.execute(
        f"select count(*), min(interval_end), max(interval_end), list(distinct meter_id) from ({_contested(readings)})"
        " having count(*) = count(meter_id) and not bool_or(is_contested)"
        f" and min(interval_end) >= timestamp '{time.minimum}' and max(interval_end) <= timestamp '{time.maximum}'"
    ).fetchall()
    if not found:
        return None
    ((rows, first, last, meters),) = found
    if not all(meter_id and _is_tidy(meter_id) for meter_id in meters):
        return None
    months = {_month_of(first), _month_of(last)}
    if len(months) > 1:
        touched = con.execute(f"select distinct strftime({MONTH}, '%Y-%m') from {readings}").fetchall()
        months = {month for (month,) in touched}
    return PlainResult(rows, tuple(sorted(months)), warnings())


def _contested(readings: str) -> str:
    """SQL: which readings differ from the one before, though of the same meter and interval, in their written order."""
    same = " and ".join(f"{name} = lag({name}) over ()" for name in ("meter_id", "interval_end"))
    other = " or ".join(f"{name} is distinct from lag({name}) over ()" for name in ("value", "flag", "multiplier"))
    return f"select meter_id, interval_end, coalesce({same} and ({other}), false) as is_contested from {readings}"


def _month_of(interval_end: datetime) -> str:
    """The month of a reading as ``MONTH`` says it in SQL."""
    return f"{interval_end - timedelta(microseconds=1):%Y-%m}"


def _is_tidy(meter_id: str) -> bool:
    """Whether the careful path would leave a meter's name as it is."""
    return meter_id == meter_id.strip(BLANKS) and meter_id.isprintable() and not meter_id.startswith('="')


def _lost_digits(con: duckdb.DuckDBPyConnection, source: PlainFile, value: Column) -> tuple[str, ...]:
    rounds = loses_digits(value, "value")
    rows = con.execute(f"select count(*) from ({source.relation}) where {rounds}").fetchall()[0][0]
    return (rounded_warning(rows),) if rows else ()
