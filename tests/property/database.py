"""Runs the project's own models on a delivery that a test holds in memory, and reads what they give.

The rows go to a home folder as canonical Parquet, the models are built by the real runner; parsing and publishing are
tested elsewhere.
"""

import csv
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from pipelines.lake import Lake
from pipelines.model_inputs import Account, ParsedFile, Sources, parsed_types
from pipelines.model_runner import BuildContext, output_path, read_pointer, run_step
from pipelines.model_scope import accounts_of, months_in_scope
from pipelines.models import Model, all_models, plan
from pipelines.reference_tables import identifier
from pipelines.settings import Settings
from tests.property.oracle import Row

FILE_TYPES = {
    "file_id": "VARCHAR",
    "sha256": "VARCHAR",
    "file_name": "VARCHAR",
    "delivery": "VARCHAR",
    "table_name": "VARCHAR",
    "rows_read": "BIGINT",
    "rows_loaded": "BIGINT",
    "rows_duplicate": "BIGINT",
    "rows_quarantined": "BIGINT",
    "refused_reason": "VARCHAR",
    "rank": "BIGINT",
}


def run(home: Path, delivery: Mapping[str, Sequence[Row]], year: int, tables: Iterable[str]) -> dict[str, list[Row]]:
    """The rows of the given models for a run of ``year`` with the default cut-off."""
    lake = Lake(home)
    con = duckdb.connect(config={"threads": "1"})
    files = tuple(
        _write(con, lake, table, rows, rank) for rank, (table, rows) in enumerate(sorted(delivery.items()), start=1)
    )
    read = sorted({month for file in files for month in file.months})
    others = {row["base_year"] for row in delivery["parks"] if row.get("base_year") is not None}
    others |= {int(month[:4]) for month in read} & {year - 1}
    accounts: tuple[Account, ...] = accounts_of(year, None, others)
    months = months_in_scope(accounts, read)
    models = _with_upstream(tables)
    settings = Settings(home=home, duckdb_threads=1, duckdb_memory="500MiB")
    with BuildContext(settings, models, Sources(lake, accounts, files, FILE_TYPES), months) as context:
        for step in plan(models):
            for month in months if step.partitioned else (None,):
                run_step(step, context, month)
    return {table: _read(con, lake, table, months if models[table].partitioned else (None,)) for table in tables}


def _with_upstream(tables: Iterable[str]) -> dict[str, Model]:
    """The models of these tables and everything they read, every one after its inputs."""
    models, wanted, pending = all_models(), set(), list(tables)
    while pending:
        model = models[pending.pop()]
        wanted.add(model.name)
        pending += [other.name for other in model.upstream(models)]
    return {name: model for name, model in models.items() if name in wanted}


def _write(con: duckdb.DuckDBPyConnection, lake: Lake, table: str, rows: Sequence[Row], rank: int) -> ParsedFile:
    """One canonical file of a table, as the parsers leave it."""
    folder = lake.parsed / table
    folder.mkdir(parents=True, exist_ok=True)
    # The place of a row is told by who reads the file, not written in it.
    types = {name: kind for name, kind in parsed_types(table).items() if name != "file_row_number"}
    columns = [name for name in types if name not in ("file_id", "line", "raw")]
    path = folder / "rows.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["line", *columns])
        writer.writerows([number, *(_text(row.get(name)) for name in columns)] for number, row in enumerate(rows, 2))
    given = {"file_id": f"'{table}'", "raw": "''"}
    selected = ", ".join(
        f"cast({given.get(n, identifier(n))} as {kind}) as {identifier(n)}" for n, kind in types.items()
    )
    order = "order by meter_id, interval_end" if table == "meter_readings" else ""
    con.execute(
        f"copy (select {selected} from read_csv('{path}', header = true, all_varchar = true) {order}) "
        f"to '{folder / table}.parquet'"
    )
    path.unlink()
    row = dict.fromkeys(FILE_TYPES) | {"file_id": table, "sha256": table, "file_name": f"{table}.csv"}
    row |= {"delivery": "test", "table_name": table, "rows_read": len(rows), "rows_loaded": len(rows), "rank": rank}
    row |= {"rows_duplicate": 0, "rows_quarantined": 0}
    months = {_month(r["interval_end"]) for r in rows} if table == "meter_readings" else set()
    return ParsedFile(table, row, frozenset({table}), frozenset(months))


def _month(interval_end: Any) -> str:
    return f"{interval_end - timedelta(seconds=1):%Y-%m}"


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) else str(value)


def _read(con: duckdb.DuckDBPyConnection, lake: Lake, table: str, months: Iterable[str | None]) -> list[Row]:
    rows: list[Row] = []
    for month in months:
        pointer = read_pointer(lake, table, month)
        assert pointer is not None, f"{table} was not built"
        found = con.read_parquet(str(output_path(lake, table, month, pointer["fingerprint"])))
        rows += [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]
    return rows
