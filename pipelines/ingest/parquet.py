"""Parquet into a grid: every value as the exact text a person would write, whatever its type."""

from pathlib import Path

import polars as pl

from pipelines.ingest.excel import decimal_text
from pipelines.ingest.grid import FileUnreadable, Grid, cell, join_raw, no_rejects, tidy


def read_parquet(path: Path) -> Grid:
    """Reads a Parquet file; ``line`` counts its rows from 1. Moments with a zone keep it as an offset.

    Raises ``FileUnreadable`` for a damaged file and for columns that are not single values.
    """
    try:
        frame = pl.read_parquet(path)
    except (pl.exceptions.ComputeError, OSError, ValueError) as error:
        raise FileUnreadable(f"the file is a damaged Parquet file: {str(error).splitlines()[0]}") from None
    texts = [_text(name, dtype).alias(cell(i)) for i, (name, dtype) in enumerate(frame.schema.items())]
    cells = frame.select(texts).with_row_index("line", offset=1)
    cells = cells.select(pl.col("line").cast(pl.UInt32), join_raw(frame.width), pl.exclude("line"))
    return Grid(tuple(frame.columns), cells, no_rejects(), native_times=True)


def _text(name: str, dtype: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if dtype.is_nested() or dtype == pl.Binary:
        raise FileUnreadable(f"the column {name!r} is of type {dtype}; a value per row is needed")
    if dtype.is_float():
        return decimal_text(column)
    if isinstance(dtype, pl.Datetime):
        if dtype.time_zone is None:
            return column.dt.strftime("%Y-%m-%dT%H:%M:%S%.f")
        return column.dt.convert_time_zone("UTC").dt.strftime("%Y-%m-%dT%H:%M:%S%.fZ")
    if dtype == pl.Time:
        return column.dt.strftime("%H:%M:%S")
    text = column.cast(pl.String)
    return tidy(text) if dtype == pl.String else text
