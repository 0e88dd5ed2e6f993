"""How canonical rows lie in Parquet: columns, order, row groups. Which rows those are is not decided here."""

from pathlib import Path

import duckdb

from pipelines.contracts import Contract
from pipelines.reference_tables import identifier, literal

READINGS = "meter_readings"
NARROW = "decimal(18, 6)"
WIDE = "decimal(38, 12)"
MONTH = "date_trunc('month', interval_end - interval 1 microsecond)"
"""SQL: the month of a reading, that of the moment just before its interval ends."""

_EQUAL = "value, flag, multiplier"
# Ten days of quarter hours of 32 meters; small enough that a query for one month of a year's file skips the rest.
_ROW_GROUP_ROWS = 30_720


def _copy(con: duckdb.DuckDBPyConnection, select: str, target: Path) -> int:
    query = f"copy ({select}) to {literal(str(target))} (format parquet, row_group_size {_ROW_GROUP_ROWS})"
    return int(con.execute(query).fetchall()[0][0])


def copy_readings(
    con: duckdb.DuckDBPyConnection, source: str, value_type: str, file_id: str, target: Path, *, repeated: str = _EQUAL
) -> int:
    """Writes readings in their canonical order and returns how many.

    ``source``: SQL with the columns of ``meter_readings``, typed. ``repeated``: what orders readings of one interval,
    so that the last of them stands: their place in the file. Without one they are equal, or the caller finds out that
    they are not; then every column is named, so that the bytes do not depend on threads.
    """
    columns = {
        "meter_id": "meter_id",
        "interval_end": "interval_end",
        "value": f"cast(value as {value_type})",
        "flag": "flag",
        "multiplier": f"cast(multiplier as {NARROW})",
    }
    # DuckDB marks a column as never null where it happens to know; the bytes must not tell from where the rows came.
    nullable = ", ".join(f"case when meter_id <> '' then {sql} end as {name}" for name, sql in columns.items())
    select = (
        f"select {nullable}, {literal(file_id)} as file_id from ({source})"
        f" order by {MONTH}, meter_id, interval_end, {repeated}"
    )
    return _copy(con, select, target)


def copy_rows(con: duckdb.DuckDBPyConnection, source: str, contract: Contract, file_id: str, target: Path) -> int:
    """Writes rows of any other table in the order of their lines and returns how many.

    ``source``: SQL with the contract's columns, typed, ``line``, ``raw`` and ``row``, the place among rows of one line.
    """
    columns = ", ".join(identifier(name) for name in contract.column_names)
    select = (
        f"select {columns}, {literal(file_id)} as file_id, cast(line as integer) as line, raw from ({source})"
        " order by line, row"
    )
    return _copy(con, select, target)


def copy_quarantine(con: duckdb.DuckDBPyConnection, source: str, table: str, file_id: str, target: Path) -> int:
    """Writes the rows set aside, in the order of their lines, and returns how many.

    ``source``: SQL with ``line``, ``raw``, ``reason``, ``sentence``.
    """
    select = (
        f"select {literal(file_id)} as file_id, {literal(table)} as table_name, cast(line as integer) as line, raw,"
        f" reason, sentence from ({source}) order by line, raw, reason"
    )
    return _copy(con, select, target)
