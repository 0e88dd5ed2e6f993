"""Deliveries with every fault of validation planted at known places, for measuring what the rules find.

Clean series are those of the example's generator, for a few parks of unlike load; ``fault_kinds`` spoils one meter and
month at a time. A month of a meter has faults of one rule only, and most have none. Finding them is in
``faults_report``.
"""

import csv
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.fault_kinds import KINDS, Channel, Fault
from pipelines.samples import masters
from pipelines.samples.balance import ParkYear, park_year
from pipelines.samples.formats import write_rows
from pipelines.samples.meters import Meter, metered_series
from pipelines.samples.plans import ParkPlan, park_plans
from pipelines.samples.shapes import Clock, Series

YEAR, SEED = 2026, 910
PARKS = {
    "beijing-etda": 60,
    "datong-etdz": 60,
    "shanghai-lingang-zero-carbon-bay": 15,
    "liaoyuan-hidz": 60,
    "ordos-mengsu-edz": 60,
    "xuancheng-guangde-edz": 60,
    "jingmen-hidz": 60,
}
"""Interval in minutes by park: shift work, leaders with storage and export, a data centre, a beginner, chemistry."""
UNTOUCHED = {"xuancheng-guangde-edz", "jingmen-hidz"}
"""Parks in which nothing is planted but at registers and in later files."""
BROKEN = 2
"""Months of each park whose balance does not close."""
CELLS = 8
"""Months of meters that each rule gets."""
TIGHT, ROOMY = 1.15, 4.0
"""Capacity of a meter by its highest power."""
NOISE = 0.002
"""Standard deviation of a reading."""
MODULUS = 100_000
MONTHS = range(1, 13)
STAMP = "%Y-%m-%dT%H:%M"
DROPPED, ADDED = 0.4, 1.6
"""What a balance is broken with: a use meter counts so much of what it should."""


@dataclass(frozen=True)
class Planted:
    """Folders to land one after the other, and what is in them.

    ``channels`` are all meters with intervals.
    """

    first: Path
    later: Path
    truth: list[Fault]
    channels: list[Channel]
    parks: list[str]


def make(root: Path, seed: int = SEED, parks: dict[str, int] | None = None) -> Planted:
    """Writes the deliveries of one year under ``root``, replacing older ones; the same seed plants the same faults."""
    shutil.rmtree(root, ignore_errors=True)
    found = Planted(root / "first", root / "later", [], [], [])
    found.first.mkdir(parents=True)
    found.later.mkdir()
    random = np.random.Generator(np.random.PCG64(seed))
    wanted = PARKS if parks is None else parks
    plans = [
        replace(plan, interval_minutes=wanted[plan.park_id], style="kwh")
        for plan in park_plans()
        if plan.park_id in wanted
    ]
    tables: dict[str, list[masters.Row]] = {"parks": masters.parks_rows(plans)}
    for plan in plans:
        balance = park_year(plan, YEAR, seed)
        channels, meters = _channels(random, plan, balance)
        found.channels.extend(channels)
        found.parks.append(plan.park_id)
        _add(tables, "meters", meters)
        _add(tables, "enterprises", masters.enterprises_rows(plan))
        _add(tables, "projects", masters.projects_rows(plan, balance))
        for table, rows in _registers(random, plan, channels, found.truth):
            _add(tables, table, rows)
    free = _break_balances(random, found)
    found.truth.extend(_plant(random, [(c, month) for c in found.channels for month in free[c.park_id]]))
    for table, rows in tables.items():
        write_rows(found.first / f"{table}.csv", rows)
    for channel in found.channels:
        _write(found.first / f"meter_readings_{channel.meter_id}.csv", channel)
    found.truth.extend(_send_again(random, found))
    _write_truth(root / "truth.csv", found.truth)
    return found


def _add(tables: dict[str, list[masters.Row]], table: str, rows: list[masters.Row]) -> None:
    tables.setdefault(table, []).extend(rows)


def _channels(
    random: np.random.Generator, plan: ParkPlan, balance: ParkYear
) -> tuple[list[Channel], list[masters.Row]]:
    """The park's meters, every second one with a capacity far above its peak, and their master rows.

    A meter never counts quite what flows, so that a plant at its limit does not show equal values for hours.
    """
    channels, rows = [], []
    for number, (meter, kwh) in enumerate(metered_series(plan, balance)):
        metered = kwh * (1 + NOISE * random.standard_normal(balance.clock.count))
        values: Series = meter.raw_values(metered, balance.clock)
        capacity_kw = np.ceil(values.max() * 60 / plan.interval_minutes * (ROOMY if number % 2 else TIGHT))
        channels.append(
            Channel(
                meter_id=meter.meter_id,
                park_id=plan.park_id,
                point=meter.point,
                clock=balance.clock,
                values=values,
                capacity_kwh=float(capacity_kw) * plan.interval_minutes / 60,
                roomy=number % 2 == 1,
                is_solar=meter.label.startswith("pv"),
                registered=meter.label == f"use{plan.enterprises}",
                profiled=meter.point == "use" or meter.label.startswith("pv"),
                nulls=np.zeros(balance.clock.count, dtype=np.bool_),
                off_grid=[],
            )
        )
        rows += [row | _nameplate(float(capacity_kw)) for row in meter.master_rows()]
    return channels, rows


def _nameplate(capacity_kw: float, register: bool = False) -> masters.Row:
    return {
        "capacity_kw": int(capacity_kw),
        "register_step": 1 if register else "",
        "register_modulus": MODULUS if register else "",
    }


def _plant(random: np.random.Generator, free: list[tuple[Channel, int]]) -> Iterator[Fault]:
    """Gives every rule some months of meters that no other rule has, and plants its faults there."""
    free = [(channel, month) for channel, month in free if not channel.registered]
    for plant, fits in KINDS.values():
        possible = [place for place in free if fits(place[0])]
        for number in sorted(random.choice(len(possible), min(CELLS, len(possible)), replace=False)):
            channel, month = possible[number]
            free.remove((channel, month))
            yield from plant(random, channel, month)


def _break_balances(random: np.random.Generator, found: Planted) -> dict[str, list[int]]:
    """In some months of each park a use meter counts far too little or too much; gives the other months by park."""
    free: dict[str, list[int]] = {}
    for park in found.parks:
        if park in UNTOUCHED:
            free[park] = []
            continue
        months = sorted(random.choice(list(MONTHS), BROKEN, replace=False).tolist())
        free[park] = [month for month in MONTHS if month not in months]
        largest = max(
            (c for c in found.channels if c.park_id == park and c.point == "use"), key=lambda c: c.values.sum()
        )
        for month in months:
            first, after = largest.month(month)
            largest.values[first:after] = np.round(largest.values[first:after] * random.choice([DROPPED, ADDED]))
            found.truth.append(replace(largest.fault("balance", first, after), subject=park))
    return free


def _registers(
    random: np.random.Generator, plan: ParkPlan, channels: list[Channel], truth: list[Fault]
) -> Iterator[tuple[str, list[masters.Row]]]:
    """A register beside the last use meter, read monthly, and a meter that has nothing but a register."""
    (checked,) = (channel for channel in channels if channel.registered)
    wrong = set(random.choice(list(MONTHS), 2, replace=False).tolist())
    total, rows = 1000.0, [_read(checked.meter_id, datetime(YEAR, 1, 1), 1000.0)]  # noqa: DTZ001
    for month in MONTHS:
        first, after = checked.month(month)
        fault = checked.fault("register_sum", first, after)
        total += float(checked.values[first:after].sum()) * (1.01 if month in wrong else 1)
        rows.append(_read(checked.meter_id, fault.end, total))
        truth.extend([fault] if month in wrong else [])
    yield "meter_registers", rows
    meter = Meter(f"{plan.park_id}-own", plan.park_id, "auxiliary", "register", "kWh", "", "", 60, (("", "", 1),), 0)
    yield "meters", [row | _nameplate(200, register=True) for row in meter.master_rows()]
    yield "meter_registers", list(_turning(random, meter, truth))


def _turning(random: np.random.Generator, meter: Meter, truth: list[Fault]) -> Iterator[masters.Row]:
    """Hourly reads of about 100 kW, so that the register rolls over every six weeks; twice it is reset in between."""
    clock = Clock(YEAR, 60)
    stamps = [stamp.astype("datetime64[s]").item() for stamp in clock.ends]
    resets = set(random.choice(np.arange(500, clock.count - 500), 2, replace=False).tolist())
    shown = 50_000
    for place, used in enumerate(random.integers(60, 140, clock.count).tolist()):
        before, shown = shown, (shown + used) % MODULUS
        if place in resets and before > 2000:
            shown = used // 2
        if shown < before:
            rule = "register_reset" if place in resets else "register_rollover"
            truth.append(Fault(rule, meter.meter_id, stamps[place - 1], stamps[place]))
        yield _read(meter.meter_id, stamps[place], shown)


def _read(meter_id: str, moment: datetime, value: float) -> masters.Row:
    return {"meter_id": meter_id, "read_at": f"{moment:{STAMP}}", "value": f"{value:.0f}"}


def _frame(channel: Channel, values: Series) -> pl.DataFrame:
    """Rows as they are sent: NaN not at all, nulls without a value, and those beside the grid."""
    frame = pl.DataFrame(
        {
            "meter_id": pl.repeat(channel.meter_id, channel.clock.count, eager=True),
            "interval_end": pl.Series(channel.clock.ends, dtype=pl.Datetime("us")),
            "value": pl.Series(values),
            "flag": pl.Series(np.where(channel.nulls, "N", "")),
        }
    )
    frame = frame.filter(pl.col("value").is_not_nan())
    sent = frame.with_columns(pl.when(pl.col("flag") == "N").then(None).otherwise(pl.col("value")).alias("value"))
    beside = [(channel.meter_id, stamp, value, "") for stamp, value in channel.off_grid]
    return pl.concat([sent, pl.DataFrame(beside, schema=sent.schema, orient="row")])


def _write(path: Path, channel: Channel) -> None:
    _frame(channel, channel.values).write_csv(path, datetime_format=STAMP, float_precision=4)


def _send_again(random: np.random.Generator, found: Planted) -> Iterator[Fault]:
    """A later file of each park: a day of one meter as it was before, and a day of another with other values."""
    for park in found.parks:
        same, other = (found.channels[n] for n in random.choice(_of_park(found, park), 2, replace=False))
        for rule, channel, factor in (("duplicate", same, 1.0), ("correction", other, 1.05)):
            day = int(random.integers(20, 340)) * channel.clock.per_day
            fault = channel.fault(rule, day, day + channel.clock.per_day)
            rows = _frame(channel, np.round(channel.values * factor + (factor - 1) * 10, 4))
            of_day = rows.filter(
                pl.col("interval_end").is_between(fault.begin, fault.end, closed="right"), pl.col("flag") == ""
            )
            of_day = of_day.filter(pl.col("interval_end").dt.minute() % channel.clock.interval_minutes == 0)
            of_day.write_csv(
                found.later / f"meter_readings_{rule}_{channel.meter_id}.csv", datetime_format=STAMP, float_precision=4
            )
            yield fault


def _of_park(found: Planted, park: str) -> list[int]:
    """The meters of a park that may be corrected, by number."""
    return [n for n, channel in enumerate(found.channels) if channel.park_id == park and not channel.registered]


def _write_truth(path: Path, truth: list[Fault]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["rule", "subject", "from", "to"])
        writer.writerows((f.rule, f.subject, f.begin.isoformat(), f.end.isoformat()) for f in truth)
