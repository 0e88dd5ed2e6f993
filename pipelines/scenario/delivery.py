"""A scenario's delivery: the park's rows as they were delivered, with those of changed meters replaced, as files.

Each file of the home folder becomes one folder with the rows of it that matter, and says when it was delivered by its
place in the order, so that what stood before stands again: gaps stay gaps and are estimated by the same rules. Masters
and ledgers are those of all parks, because a certificate may be judged by a line of another park. What a change does to
a meter is decided in ``flows``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.contracts import load
from pipelines.scenario.base import Base

_MASTERS = frozenset({"parks", "enterprises", "projects"})
"""Masters that are delivered for all parks: the owners of the lines in the ledgers."""
_READ_FROM_METERS = ("meter_readings", "meter_registers", "meter_periods", "reading_edits", "meter_replacements")
_FIRST = datetime(2000, 1, 1, tzinfo=UTC)
_STANDING = ("meter_id", "start", "minutes", "energy_wh", "is_estimated")
Rows = dict[str, list[dict[str, Any]]]
"""Rows by table, each with the columns of the table's contract."""


@dataclass(frozen=True)
class Changed:
    """What differs from what was delivered.

    ``meters``: those of which nothing that was delivered counts any more, but their masters. ``readings``: meter_id,
    start, minutes, energy_wh, is_estimated of these for all months built, and of new meters. ``rows``: further rows by
    table, as their contracts say.
    """

    meters: frozenset[str] = frozenset()
    readings: pl.DataFrame | None = None
    rows: Rows = field(default_factory=dict)


def write_delivery(base: Base, changed: Changed, folder: Path) -> Path:
    """Writes the delivery of a scenario below ``folder``, which is made, and returns it.

    The files lie in folders ``00001`` and so on in order of delivery; the last, ``scenario``, holds what was changed.
    """
    projects = [row["project_id"] for row in base.projects]
    others = frozenset(base.last_elsewhere["meter_id"])
    plain = changed.meters | others
    for rank, file in enumerate(base.files, start=1):
        tables = {}
        for table in sorted(file.tables):
            frame = pl.read_parquet(base.lake.parsed / file.file_id / f"{table}.parquet")
            kept = _without(table, _of_park(table, frame, base, projects, others), plain)
            if kept.height:
                names = [name for name in load("inputs")[table].column_names if name in kept.columns]
                tables[table] = kept.select(names)
        _write(folder / f"{rank:05d}", tables, rank)
    added = {table: _frame(table, rows) for table, rows in changed.rows.items() if rows}
    readings = [base.last_elsewhere, *([] if changed.readings is None else [changed.readings])]
    added |= _as_files(pl.concat([frame.select(_STANDING) for frame in readings]))
    _write(folder / "scenario", added, len(base.files) + 1)
    return folder


def _of_park(table: str, frame: pl.DataFrame, base: Base, projects: list[str], others: frozenset[str]) -> pl.DataFrame:
    """The rows of a table that the park's account rests on; ``others``: meters of other parks that count too."""
    if table in _MASTERS:
        return frame
    if "meter_id" in frame.columns:
        return frame.filter(pl.col("meter_id").is_in([*base.meter_ids, *others]))
    if "park_id" in frame.columns:
        return frame.filter(pl.col("park_id") == base.park_id)
    if "project_id" in frame.columns:
        return frame.filter(pl.col("project_id").is_in(projects))
    return frame


def _without(table: str, frame: pl.DataFrame, meters: frozenset[str]) -> pl.DataFrame:
    """The rows of a table without those of changed meters, whose masters now describe plain readings in kWh."""
    if not meters:
        return frame
    is_changed = pl.col("meter_id").is_in(sorted(meters))
    if table in _READ_FROM_METERS:
        return frame.filter(~is_changed)
    if table != "meters":
        return frame
    plain: dict[str, str | int | None] = {
        "measure": "interval_energy",
        "unit": "kWh",
        "multiplier": 1,
        "capacity_kw": None,
        "register_modulus": None,
        "register_step": None,
    }
    return frame.with_columns(
        pl.when(is_changed).then(pl.lit(value)).otherwise(pl.col(name)).cast(frame.schema[name]).alias(name)
        for name, value in plain.items()
    )


def _as_files(readings: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Readings by name of their file, one for each year: a year that two scenarios share is then built once."""
    year = pl.col("start").dt.year()
    years = readings.select(year.unique().sort()).to_series().to_list()
    return {f"meter_readings_{one}": _as_kwh(readings.filter(year == one)) for one in years}


def _as_kwh(readings: pl.DataFrame) -> pl.DataFrame:
    """Readings in Wh as exact kWh."""
    thousandth = pl.lit("0.001").cast(pl.Decimal(38, 3))
    value = (pl.col("energy_wh").cast(pl.Decimal(38, 0)) * thousandth).cast(pl.Decimal(38, 3))
    end = pl.col("start") + pl.duration(minutes="minutes")
    flag = pl.when("is_estimated").then(pl.lit("E")).otherwise(pl.lit("A"))
    return readings.select("meter_id", interval_end=end, value=value, flag=flag).sort("meter_id", "interval_end")


def _frame(table: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Rows as texts in the columns of the table's contract."""
    names = [name for name in load("inputs")[table].column_names if any(row.get(name) is not None for row in rows)]
    return pl.DataFrame(
        {name: [None if row.get(name) is None else _text(row[name]) for row in rows] for name in names},
        schema=dict.fromkeys(names, pl.String),
    )


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _write(folder: Path, files: Mapping[str, pl.DataFrame], rank: int) -> None:
    """Writes one folder of the delivery, files by name; nothing where no row is left."""
    if not files:
        return
    folder.mkdir(parents=True)
    moment = _FIRST + timedelta(seconds=rank)
    (folder / "delivery.yaml").write_text(f"delivered_at: {moment.isoformat()}\n", encoding="utf-8")
    for name, frame in files.items():
        frame.write_parquet(folder / f"{name}.parquet")
