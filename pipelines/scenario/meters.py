"""Meters of a scenario: new ones with their readings, less through those that are there, edits where a rule would err.

Frames of readings have the columns of ``Base.readings``. How much passes is in ``flows``.
"""

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import polars as pl

from pipelines.scenario.changes import Energies

_AUTHORS = {"author": "scenario", "approver": "zcp what-if"}
_DOCUMENT = hashlib.sha256(b"scenario").hexdigest()


@dataclass(frozen=True)
class NewMeter:
    """A meter that the scenario adds: electricity in kWh, without a ratio, valid over the days of the intervals."""

    meter_id: str
    park_id: str
    point: str
    project_id: str | None

    def row(self, intervals: pl.DataFrame) -> dict[str, Any]:
        """Its row in the master."""
        return {
            "meter_id": self.meter_id,
            "park_id": self.park_id,
            "point": self.point,
            "measure": "interval_energy",
            "unit": "kWh",
            "project_id": self.project_id,
            "interval_minutes": step_minutes(intervals),
            "valid_from": intervals["start"][0].date(),
            "valid_to": intervals["start"][-1].date(),
        }


def step_minutes(intervals: pl.DataFrame) -> int:
    """The interval of new meters: it divides that of the balance in every month, so that they make none coarser."""
    return math.gcd(*intervals["minutes"].unique().to_list())


def new_readings(meter: NewMeter, intervals: pl.DataFrame, energy_wh: Energies) -> pl.DataFrame:
    """The readings of a new meter from midnight of the first day to that after the last; 0 where there is no interval.

    The energy of a longer interval is spread evenly over its steps, to the Wh.
    """
    step = step_minutes(intervals)
    parts = intervals["minutes"].to_numpy() // step
    place = np.arange(parts.sum()) - np.repeat(np.cumsum(parts) - parts, parts)
    energy, count = np.repeat(energy_wh, parts), np.repeat(parts, parts)
    whole, rest = energy // count, energy % count
    start = np.repeat(intervals["start"].to_numpy(), parts) + place * np.timedelta64(step, "m")
    known = pl.DataFrame(
        {"start": start, "energy_wh": whole + rest * (place + 1) // count - rest * place // count}
    ).with_columns(pl.col("start").cast(pl.Datetime("us")))
    first, last = intervals["start"][0].date(), intervals["start"][-1].date() + timedelta(days=1)
    grid = pl.datetime_range(first, last, f"{step}m", closed="left", time_unit="us", eager=True).alias("start")
    return (
        grid.to_frame()
        .join(known, on="start", how="left", maintain_order="left")
        .with_columns(
            meter_id=pl.lit(meter.meter_id),
            point=pl.lit(meter.point),
            minutes=pl.lit(step, pl.Int32),
            energy_wh=pl.col("energy_wh").fill_null(0),
            is_estimated=pl.lit(value=True),
        )
    )


def cut(readings: pl.DataFrame, cuts: pl.DataFrame) -> pl.DataFrame:
    """The readings with ``cut_wh`` of each interval (``start``) taken off those in it, in proportion to their energy.

    By differences of the rounded-down running sum in order of meter and time: the parts add up to the cut, and none is
    above the reading it is taken from.
    """
    wide = pl.Int128
    rows = (
        readings.join(cuts.rename({"start": "balance_start"}), on="balance_start", how="left")
        .with_columns(pl.col("cut_wh").fill_null(0))
        .sort("balance_start", "meter_id", "start")
        .with_columns(upto=pl.col("energy_wh").cum_sum().over("balance_start"))
        .with_columns(total=pl.col("energy_wh").sum().over("balance_start"))
    )
    divisor = pl.when(pl.col("total") == 0).then(1).otherwise(pl.col("total")).cast(wide)
    taken_upto = pl.col("cut_wh").cast(wide) * pl.col("upto").cast(wide) // divisor
    before = pl.col("cut_wh").cast(wide) * (pl.col("upto") - pl.col("energy_wh")).cast(wide) // divisor
    left = (pl.col("energy_wh").cast(wide) - taken_upto + before).cast(pl.Int64)
    return rows.with_columns(energy_wh=left).select(readings.columns)


def edits_against_rules(
    readings: pl.DataFrame, parameters: Mapping[str, Decimal], solar_capacity_kw: Mapping[str, Decimal]
) -> list[dict[str, Any]]:
    """Rows of ``reading_edits`` that keep values which a rule for readings would reject: spikes, and sun at night.

    What a person has set is not judged by these rules. A scenario knows its values: that what a line gives falls to
    zero when it is curtailed, or import when a battery takes over, is no fault of a meter.
    """
    highest = pl.col("energy_wh").sort(descending=True)
    factor, parts = parameters["spike_excess_factor"].as_integer_ratio()
    days = readings.group_by("meter_id", pl.col("start").dt.date().alias("day")).agg(
        first=highest.first(), third=highest.get(2, null_on_oob=True)
    )
    spiky = days.filter(
        (pl.col("third") > 0)
        & ((pl.col("first") - pl.col("third")).cast(pl.Int128) * parts > pl.col("third").cast(pl.Int128) * factor)
    )
    spikes = readings.join(
        spiky.select("meter_id", "day", energy_wh="first"),
        left_on=["meter_id", pl.col("start").dt.date(), "energy_wh"],
        right_on=["meter_id", "day", "energy_wh"],
        how="semi",
    )
    minute = pl.col("start").dt.hour().cast(pl.Int32) * 60 + pl.col("start").dt.minute()
    night = (minute >= int(parameters["night_start_minute"])) | (
        minute + pl.col("minutes") <= int(parameters["night_end_minute"])
    )
    share = float(parameters["night_generation_share"])
    frames = [spikes]
    for meter_id, capacity_kw in solar_capacity_kw.items():
        most_wh = pl.col("minutes") * (float(capacity_kw) * 1000 / 60 * share)
        frames.append(
            readings.filter((pl.col("meter_id") == meter_id) & night & (pl.col("energy_wh") > most_wh.floor()))
        )
    rows = pl.concat(frames).unique(["meter_id", "start"]).sort("meter_id", "start")
    return [
        {
            "meter_id": row["meter_id"],
            "from": row["start"].isoformat(),
            "to": (row["start"] + timedelta(minutes=row["minutes"])).isoformat(),
            "value": Decimal(row["energy_wh"]) / 1000,
            "reason": "scenario",
            "document_sha256": _DOCUMENT,
        }
        | _AUTHORS
        for row in rows.iter_rows(named=True)
    ]
