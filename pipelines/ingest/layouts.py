"""The three layouts of readings into one: a row per meter and time. What a time text means is in ``timestamps``.

Output columns: ``line`` UInt32, ``raw`` String, ``(time)`` String where the table has a time, and the contract's
columns that the file has, all String.
"""

import polars as pl

from pipelines.ingest.grid import FileUnreadable, Grid, cell
from pipelines.ingest.headers import Naming
from pipelines.ingest.spec import FileSpec

TIME = "(time)"
_LABEL = "(label)"
# Parts of a meter's name from several columns.
KEY_SEPARATOR = "/"
_DAY_MINUTES = 1440
_MIDNIGHT = r"[T\s]+0?0:00(?::00(?:\.0+)?)?$"


def to_rows(grid: Grid, naming: Naming, spec: FileSpec) -> pl.DataFrame:
    """One row per reading (for other tables, per delivered row). Raises ``FileUnreadable`` for an odd wide layout."""
    if spec.layout == "wide_meters":
        return _wide_meters(grid, naming, spec)
    if spec.layout == "wide_day":
        return _wide_day(grid, naming, spec)
    return grid.cells.select("line", "raw", *_time(naming, spec), *_columns(naming))


def _columns(naming: Naming) -> list[pl.Expr]:
    columns = [pl.col(cell(i)).alias(name) for name, i in naming.columns.items()]
    if naming.key:
        key = pl.concat_str([pl.col(cell(i)) for i in naming.key], separator=KEY_SEPARATOR)
        columns.append(key.alias("meter_id"))
    return columns


def _time(naming: Naming, spec: FileSpec) -> list[pl.Expr]:
    """The time's texts joined by a space, behind the fixed day where the file has times of day only."""
    parts = [pl.col(cell(i)) for i in naming.time]
    if not parts:
        return []
    if spec.timestamp.date:
        parts.insert(0, pl.lit(spec.timestamp.date))
    return [pl.concat_str(parts, separator=" ").alias(TIME)]


def _unpivot(rows: pl.DataFrame, naming: Naming) -> pl.DataFrame:
    """A row per cell; its raw text is the time, the column's label and the cell."""
    labels = {cell(i): label for i, label in naming.series}
    index = [name for name in rows.columns if name not in labels]
    long = rows.unpivot(on=list(labels), index=index, variable_name=_LABEL, value_name="value")
    long = long.with_columns(pl.col(_LABEL).replace_strict(labels, return_dtype=pl.String))
    text = pl.concat_str(TIME, pl.lit(","), _LABEL, pl.lit("="), pl.col("value").fill_null(""), ignore_nulls=True)
    return long.with_columns(text.alias("raw"))


def _wide_meters(grid: Grid, naming: Naming, spec: FileSpec) -> pl.DataFrame:
    series = [cell(i) for i, _ in naming.series]
    rows = grid.cells.select("line", *_time(naming, spec), *_columns(naming), *series)
    return _unpivot(rows, naming).rename({_LABEL: "meter_id"})


def _wide_day(grid: Grid, naming: Naming, spec: FileSpec) -> pl.DataFrame:
    minutes = day_interval_minutes(naming)
    series = [cell(i) for i, _ in naming.series]
    days = [day.str.replace(_MIDNIGHT, "") for day in _time(naming, spec)]
    rows = _unpivot(grid.cells.select("line", *days, *_columns(naming), *series), naming)
    clocks = {label: _clock(label, minutes, spec.timestamp.marks == "start") for _, label in naming.series}
    clock = pl.col(_LABEL).replace_strict(clocks, return_dtype=pl.String)
    return rows.with_columns(pl.concat_str(TIME, clock, separator=" ").alias(TIME)).drop(_LABEL)


def day_interval_minutes(naming: Naming) -> int:
    """The length of the interval of a daily row, from the number of its columns; raises ``FileUnreadable`` if odd."""
    points = len(naming.series)
    highest = max((int(label[1:]) for _, label in naming.series if label.startswith("P")), default=points)
    if _DAY_MINUTES % points or highest != points:
        raise FileUnreadable(f"the row of a day has {points} columns up to P{highest}; expected 24, 48, 96 or 288")
    return _DAY_MINUTES // points


def _clock(label: str, minutes: int, marks_start: bool) -> str:
    """The time of day that a column stands for, as the file's labels do: P1 is the first interval of the day."""
    if not label.startswith("P"):
        return label
    total = (int(label[1:]) - marks_start) * minutes
    return f"{total // 60:02}:{total % 60:02}"
