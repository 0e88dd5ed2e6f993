"""What a new plant gives in each interval: a file of the user, the park's own plants, or a typical shape.

Sizes and what becomes of the energy do not belong here.
"""

import csv
import hashlib
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipelines.errors import UserError
from pipelines.resources import REFERENCE
from pipelines.samples import shapes
from pipelines.scenario.base import Base
from pipelines.scenario.changes import DirectSupply, Energies

TYPICAL_HOURS = {"solar": 1200.0, "wind": 2100.0, "hydro": 3400.0}
"""Full-load hours of a year where neither the park's plants nor the user say better: round values of Chinese plants."""

_SAMPLE_YEAR = 2026
"""A year that the generator of samples knows; it has 365 days."""
_REGIONS = {
    "华北": "North",
    "东北": "Northeast",
    "华东": "East",
    "华中": "Central",
    "南方": "South",
    "西南": "Southwest",
    "西北": "Northwest",
}
"""The grid regions of ``provinces.csv`` as ``samples.shapes`` calls them."""

Shape = NDArray[np.float64]


def supply(base: Base, change: DirectSupply, option: str = "--profile") -> tuple[Energies, str]:
    """The output of a new plant in each row of ``base.intervals`` (Wh), and in a word where its course comes from.

    ``given`` by the caller, ``file``, ``own_plants`` of the technology, or ``synthetic``: the typical shape of the
    sample generator. Nothing is above the capacity. Raises ``UserError`` for a file that cannot be used, by the name
    of the ``option`` that gave it.
    """
    if change.energy_wh is not None:
        return change.energy_wh, "given"
    most_wh = change.mw * 1e6 * base.intervals["minutes"].to_numpy() / 60
    if change.profile is not None:
        return _whole(_from_file(change.profile, base, option) * most_wh, most_wh), "file"
    shape, wh_per_mw, source = _own_plants(base, change) or _typical(base, change)
    if change.full_load_hours is not None:
        wh_per_mw = _wh_per_mw(base, change.full_load_hours)
    return _whole(shape * (change.mw * wh_per_mw / shape.sum()), most_wh), source


def _whole(energy: Shape, most_wh: Shape) -> Energies:
    return np.floor(np.minimum(energy, most_wh) + 1e-9).astype(np.int64)


def _wh_per_mw(base: Base, full_load_hours: float) -> float:
    """What a MW gives in the intervals of the base, which may be a part of a year."""
    return 1e6 * full_load_hours * float(base.intervals["minutes"].sum()) / (365 * 1440)


def _own_plants(base: Base, change: DirectSupply) -> tuple[Shape, float, str] | None:
    """The course of the park's plants of the technology, and what a MW of them gave; None where it has none."""
    own = base.generation((change.technology,))
    joined = base.intervals.select("start").join(own, on="start", how="left", maintain_order="left")
    shape = joined["energy_wh"].fill_null(0).to_numpy().astype(np.float64)
    if not shape.sum():
        return None
    capacity_kw = sum(float(p["capacity_kw"] or 0) for p in base.projects if p["technology"] == change.technology)
    typical = _wh_per_mw(base, TYPICAL_HOURS[change.technology])
    return shape, 1000 * float(shape.sum()) / capacity_kw if capacity_kw else typical, "own_plants"


def _typical(base: Base, change: DirectSupply) -> tuple[Shape, float, str]:
    """A generated year of the technology in the park's region; the same park has the same year every time."""
    minutes = math.gcd(*base.intervals["minutes"].unique().to_list())
    seed = hashlib.sha256(f"{base.park_id}/{change.technology}".encode()).digest()
    random = np.random.default_rng(int.from_bytes(seed[:8], "big"))
    clock = shapes.Clock(_SAMPLE_YEAR, minutes)
    made: dict[str, Callable[[], Shape]] = {
        "solar": lambda: shapes.solar(clock, _region(base), random),
        "wind": lambda: shapes.wind(clock, random),
        "hydro": lambda: shapes.hydro(clock, random),
    }
    running = np.concatenate([[0.0], np.cumsum(made[change.technology]())])
    start = base.intervals["start"]
    # Every year takes the days of the sample year in their order; 31 December of a leap year repeats the last one.
    day = np.minimum(start.dt.ordinal_day().to_numpy().astype(np.int64) - 1, clock.days - 1)
    first = (
        day * clock.per_day
        + (start.dt.hour().to_numpy().astype(np.int64) * 60 + start.dt.minute().to_numpy()) // minutes
    )
    shape = running[first + base.intervals["minutes"].to_numpy() // minutes] - running[first]
    return shape, _wh_per_mw(base, TYPICAL_HOURS[change.technology]), "synthetic"


def _region(base: Base) -> str:
    """The region of the park's province, as the sample generator calls it."""
    with (REFERENCE / "provinces.csv").open(encoding="utf-8", newline="") as stream:
        regions = {row["province_zh"]: row["grid_region"] for row in csv.DictReader(stream)}
    parks = base.delivered("parks").filter(pl.col("park_id") == base.park_id)
    return _REGIONS.get(regions.get(parks["province_zh"][-1], ""), "Central")


def _from_file(path: Path, base: Base, option: str) -> Shape:
    """The share of its capacity that the plant gives in each interval, the mean of the file's rows in it."""
    rows = _read(path, option)
    intervals = base.intervals.select("start", end=pl.col("start") + pl.duration(minutes="minutes"))
    found = (
        rows.with_columns(at=pl.col("interval_end") - pl.duration(microseconds=1))
        .sort("at")
        .join_asof(intervals.sort("start"), left_on="at", right_on="start", strategy="backward")
        .filter(pl.col("at") < pl.col("end"))
        .group_by("start")
        .agg(pl.col("value").mean())
    )
    shares = intervals.join(found, on="start", how="left", maintain_order="left")
    missing = shares.filter(pl.col("value").is_null())
    if missing.height:
        raise UserError(f"{option} {path} has no value for the interval that ends at {missing['end'][0]}")
    return shares["value"].to_numpy()


def _read(path: Path, option: str) -> pl.DataFrame:
    """The rows of a profile: interval_end (Asia/Shanghai) and value (0 to 1). Raises ``UserError`` for others."""
    try:
        if path.suffix in (".parquet", ".pq"):
            frame = pl.read_parquet(path, columns=["interval_end", "value"])
        else:
            text = pl.read_csv(path, columns=["interval_end", "value"], infer_schema=False)
            moment = pl.col("interval_end").str.replace(" ", "T", literal=True).str.to_datetime(time_unit="us")
            frame = text.with_columns(moment)
        rows = frame.select(pl.col("interval_end").cast(pl.Datetime("us")), pl.col("value").cast(pl.Float64))
    except (pl.exceptions.PolarsError, OSError) as error:
        why = str(error).splitlines()[0]
        raise UserError(f"{option} {path} is no file with the columns interval_end and value: {why}") from error
    if wrong := rows.filter(~pl.col("value").is_between(0, 1) | pl.col("value").is_null()).rows():
        raise UserError(f"{option} {path}: {wrong[0][1]} at {wrong[0][0]} is no share of the capacity (0 to 1)")
    return rows
