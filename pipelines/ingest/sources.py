"""A delivered file of any kind into a table of texts with the contract's column names.

Casting the texts to the contract's types and judging rows by the contract is done afterwards, in ``canonical``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from pipelines.contracts import Contract
from pipelines.ingest.delimited import read_delimited
from pipelines.ingest.encodings import ESPI, NEM12, NEM13, file_kind
from pipelines.ingest.espi import read_espi
from pipelines.ingest.excel import read_excel
from pipelines.ingest.exchange import with_minutes
from pipelines.ingest.grid import FileUnreadable, Grid, no_rejects
from pipelines.ingest.headers import CAPTURED, Naming, is_of_meters, name_columns, time_column
from pipelines.ingest.layouts import TIME, day_interval_minutes, to_rows
from pipelines.ingest.meters import BARE, create_masters, name_meters, split_signs
from pipelines.ingest.nem12 import read_nem12
from pipelines.ingest.nem13 import read_nem13
from pipelines.ingest.numbers import plain_numbers
from pipelines.ingest.parquet import read_parquet
from pipelines.ingest.spec import FileSpec, Timestamp
from pipelines.ingest.timestamps import (
    KNOWN_PATTERNS,
    TimeRule,
    format_pattern,
    interval_ends,
    iso_dates,
    iso_months,
)

__all__ = ["FileUnreadable", "TextTable", "read_table"]

_NUMERIC = ("DECIMAL", "DOUBLE", "INTEGER", "BIGINT", "HUGEINT", "UINTEGER", "SMALLINT")


@dataclass(frozen=True)
class TextTable:
    """A delivered table as texts.

    ``frame``: the contract's columns that the file has, all String, and ``line`` UInt32, ``raw`` String; times are
    naive Asia/Shanghai ISO texts of the interval's end, "no data" is null with flag N. ``unknown_columns``: delivered
    names that were left out. ``rejected``: ``line``, ``raw``, ``reason``, ``sentence`` of rows that could not be split
    or placed in time. ``rows_read`` = rows of ``frame`` + ``rejected``: delivered rows, or readings where a row holds
    several (wide layouts) or a value makes two (``split_sign``). ``masters``: rows of other tables in the same form:
    of ``meters`` and ``enterprises`` that ``delivery.yaml`` creates, and those that the file's own rows lead to.
    """

    frame: pl.DataFrame
    unknown_columns: tuple[str, ...]
    rejected: pl.DataFrame
    rows_read: int
    masters: Mapping[str, pl.DataFrame]
    warnings: tuple[str, ...]


def read_table(path: Path, spec: FileSpec, contract: Contract) -> TextTable:
    """Reads one file by its instructions. Raises ``FileUnreadable`` where the file as a whole is to be refused."""
    _check(spec, contract)
    grid = _grid(path, spec)
    spec = with_minutes(spec, grid.interval_minutes)
    naming = name_columns(grid.header, spec, contract)
    rows, warnings = _rows(grid, naming, spec, contract)
    rule = _time_rule(spec, naming, grid.native_times)
    rows = _in_order_of_capture(rows, contract, rule)
    rows, rejected = _place_in_time(rows, rule, contract, grid)
    rows = _plain_texts(rows, contract, rule)
    masters, more = create_masters(rows, spec)
    frame = rows.select(*(name for name in contract.column_names if name in rows.columns), "line", "raw")
    rejected = pl.concat([grid.rejected, rejected]).sort("line", maintain_order=True)
    return TextTable(
        frame=frame,
        unknown_columns=naming.unknown,
        rejected=rejected,
        rows_read=frame.height + rejected.height,
        masters={**masters, **_further(grid, spec)},
        warnings=(*grid.warnings, *naming.warnings, *warnings, *more),
    )


def _check(spec: FileSpec, contract: Contract) -> None:
    """Instructions that the table has no use for are refused: left aside in silence they would change the result."""
    columns = contract.column_names
    about_readings = {"layout": spec.layout != "long", "meters": spec.meters, "split_sign": spec.split_sign}
    about_meters = {"meter_key": spec.meter_key, "meter_prefix": spec.meter_prefix}
    for instructions, what, has in (
        (about_readings, "meter readings", is_of_meters(contract)),
        (about_meters, "meters", "meter_id" in columns),
    ):
        if not has and (used := next((key for key, value in instructions.items() if value), None)):
            raise FileUnreadable(f"delivery.yaml: {used} is about {what}; {contract.table} has none")
    if spec.unit and not spec.meters and "unit" not in columns:
        raise FileUnreadable(
            "delivery.yaml: unit cannot be applied: the unit of a reading is that of its meter's master row; "
            "describe the meters here (meters: …) or correct the unit in the table meters"
        )
    if spec.values == "primary" and "multiplier" not in columns:
        raise FileUnreadable(f"delivery.yaml: values: primary needs a multiplier; {contract.table} has none")
    if time_column(contract) is None:
        _check_timestamp(spec.timestamp, contract)
    for key, names in (("constants", spec.constants), ("words", spec.words)):
        if wrong := next((name for name in names if name not in columns), None):
            raise FileUnreadable(f"delivery.yaml: {key}: {contract.table} has no column {wrong!r}")


def _check_timestamp(said: Timestamp, contract: Contract) -> None:
    """Of tables with two times or none: how two are written can be said, and nothing else."""
    if said == Timestamp():
        return
    if not any(column.physical_type == "TIMESTAMP" for column in contract.columns):
        raise FileUnreadable(f"delivery.yaml: timestamp: {contract.table} has no column of times")
    if said != Timestamp(format=said.format, timezone=said.timezone):
        raise FileUnreadable(f"delivery.yaml: timestamp: {contract.table} has two times; say format or timezone only")


def _grid(path: Path, spec: FileSpec) -> Grid:
    kind = file_kind(path)
    if kind == NEM12:
        return read_nem12(path, spec)
    if kind == NEM13:
        return read_nem13(path, spec)
    if kind == ESPI:
        return read_espi(path, spec)
    if kind == "excel":
        return read_excel(path, spec.sheet, spec.skip_rows, spec.header_rows)
    if kind == "parquet":
        return read_parquet(path)
    return read_delimited(path, spec.encoding, spec.delimiter, spec.skip_rows, spec.header_rows)


def _further(grid: Grid, spec: FileSpec) -> dict[str, pl.DataFrame]:
    """Rows of other tables that the file leads to, with the names of meters that ``delivery.yaml`` gives."""
    return {table: name_meters(rows, spec)[0].drop(BARE) for table, rows in grid.further.items()}


def _rows(grid: Grid, naming: Naming, spec: FileSpec, contract: Contract) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Rows in the contract's columns, before their times are understood, and warnings."""
    rows = to_rows(grid, naming, spec)
    if clash := next((name for name in spec.constants if name in rows.columns), None):
        raise FileUnreadable(f"delivery.yaml: constants: the file has a column {clash} of its own; map or ignore it")
    fixed = dict(spec.constants)
    if spec.unit and not spec.meters:
        fixed["unit"] = spec.unit
    if spec.values == "primary":
        fixed["multiplier"] = "1"
    rows = rows.with_columns(pl.lit(text).alias(name) for name, text in fixed.items())
    rows = _words_and_nulls(rows, spec, contract)
    numeric = [c.name for c in contract.columns if c.name in rows.columns and c.physical_type.startswith(_NUMERIC)]
    rows, warnings = plain_numbers(rows, numeric, spec.decimal, grid.separator)
    if "meter_id" not in rows.columns:
        return rows, warnings
    rows, left_out = name_meters(rows, spec)
    rows_were = "row of an ignored meter was" if left_out == 1 else "rows of ignored meters were"
    if left_out:
        warnings = (*warnings, f"{left_out} {rows_were} left out")
    return split_signs(rows, spec) if "value" in rows.columns else rows, warnings


def _words_and_nulls(rows: pl.DataFrame, spec: FileSpec, contract: Contract) -> pl.DataFrame:
    """Words that ``delivery.yaml`` translates; texts that mean "no data" as null, such a reading with flag N.

    A blank cell of a wide layout, which has no place for a flag, says the same. A blank in a long row does so only
    where ``nulls`` has the empty text.
    """
    present = [name for name in contract.column_names if name in rows.columns]
    is_reading = is_of_meters(contract)
    rows = rows.with_columns(pl.col(name).replace(words) for name, words in spec.words.items() if name in present)
    blank = pl.col("value").is_null() & (spec.layout != "long" or "" in spec.nulls)
    no_data = (pl.col("value").is_in(spec.nulls) | blank).fill_null(value=False)
    if is_reading and "value" in present:
        delivered = pl.col("flag") if "flag" in present else pl.lit(None, pl.String)
        rows = rows.with_columns(flag=pl.when(no_data).then(pl.lit("N")).otherwise(delivered))
    if spec.nulls:
        affected = ["value"] if is_reading else present
        rows = rows.with_columns(
            pl.when(pl.col(name).is_in(spec.nulls)).then(None).otherwise(pl.col(name)).alias(name)
            for name in affected
            if name in present
        )
    return rows


def _in_order_of_capture(rows: pl.DataFrame, contract: Contract, rule: TimeRule) -> pl.DataFrame:
    """Rows as they were taken in, where the file says when; the last of a meter and moment is the one that stands."""
    if CAPTURED not in rows.columns or CAPTURED in contract.column_names:
        return rows
    captured = interval_ends(rows[CAPTURED], TimeRule(zone=rule.zone))
    return rows.with_columns(captured).sort(CAPTURED, nulls_last=False, maintain_order=True)


def _time_rule(spec: FileSpec, naming: Naming, native_times: bool) -> TimeRule:
    said = spec.timestamp
    form = said.format
    if form and spec.layout == "wide_day":
        form = f"{form} %H:%M"
    patterns = KNOWN_PATTERNS if form is None else (format_pattern(form), *(KNOWN_PATTERNS if native_times else ()))
    rule = TimeRule(patterns, 0, said.timezone, said.midnight == "end_of_day")
    if said.marks == "end":
        return rule
    lengths = {said.interval_minutes} if said.interval_minutes else {m.interval_minutes for m in spec.meters.values()}
    lengths.discard(None)
    if spec.layout == "wide_day":
        lengths = {day_interval_minutes(naming)}
    if len(lengths) != 1:
        raise FileUnreadable(
            "delivery.yaml: marks: start needs the length of the interval; state timestamp.interval_minutes"
        )
    return replace(rule, start_minutes=lengths.pop() or 0)


def _place_in_time(
    rows: pl.DataFrame, rule: TimeRule, contract: Contract, grid: Grid
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Understands the time of each row; those without one are rejected (``bad_timestamp``).

    A delivered row of which nothing can be placed is rejected once, as delivered.
    """
    if TIME not in rows.columns:
        return rows, no_rejects()
    name = time_column(contract)
    ends = interval_ends(rows[TIME], rule, rows["meter_id"] if "meter_id" in rows.columns else None)
    rows = rows.with_columns(ends.alias(name or TIME))
    lost = pl.col(name or TIME).is_null()
    kept, cells = rows.filter(~lost), rows.filter(lost)
    wholly = ~pl.col("line").is_in(kept["line"].unique().implode())
    once = cells.filter(wholly).unique("line", keep="first").drop("raw").join(grid.cells, on="line")
    sentence = pl.format("the time {} is not understood", pl.col(TIME).fill_null("(blank)"))
    columns = ("line", "raw", pl.lit("bad_timestamp").alias("reason"), sentence.alias("sentence"))
    return kept, pl.concat([once.select(columns), cells.filter(~wholly).select(columns)])


def _plain_texts(rows: pl.DataFrame, contract: Contract, rule: TimeRule) -> pl.DataFrame:
    """Dates, months and times that are not the time of the row in ISO form, where they are understood."""
    done = time_column(contract) if TIME in rows.columns else None
    for column in contract.columns:
        if column.name not in rows.columns or column.name == done:
            continue
        texts = pl.col(column.name)
        if column.physical_type == "DATE":
            rows = rows.with_columns(iso_dates(texts))
        elif column.physical_type == "MONTH":
            rows = rows.with_columns(iso_months(texts))
        elif column.physical_type.startswith("TIMESTAMP"):
            patterns = rule.patterns if column.name in contract.key else KNOWN_PATTERNS
            said = TimeRule(patterns, zone=rule.zone, date_includes_day=column.date_includes_day)
            ends = interval_ends(rows[column.name], said)
            rows = rows.with_columns(pl.coalesce(ends, rows[column.name]).alias(column.name))
    return rows
