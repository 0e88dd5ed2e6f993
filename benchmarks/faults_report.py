"""What the rules of validation find of the faults that ``faults`` plants: recall and false alarms by rule.

``python -m benchmarks.faults_report [--out FOLDER]`` plants them, runs the pipeline in this process and prints a table.
An interval is clean if no fault of any rule covers it, a month of a meter or park if none touches it.
"""

import argparse
import json
import shutil
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import duckdb
from rich.console import Console

from benchmarks import faults
from benchmarks.fault_kinds import Fault
from benchmarks.faults import YEAR, Planted
from benchmarks.report import Score, print_scores
from pipelines.ingest.landing import land
from pipelines.lake import Lake
from pipelines.model_runner import output_path, read_pointer
from pipelines.run import run_pipeline
from pipelines.settings import Settings

BY_INTERVAL = ("missing", "no_value", "negative", "over_capacity", "spike", "solar_at_night", "register_sum")
WARNINGS = ("zero_run", "flat_line", "jump")
BY_MONTH = ("balance", "unit_slip", "prolonged_estimate", "register_rollover", "register_reset")
HARMLESS = {
    *("off_grid", "duplicate", "missing", "no_value", "negative", "over_capacity", "spike", "solar_at_night"),
    *("register_rollover", "register_reset"),
}
"""Faults after which a balance closes all the same: what is set aside, estimated or beside it."""


class Place(NamedTuple):
    """An interval or row of a meter by its start or stamp, or a month of a meter or park by its first moment."""

    subject: str
    moment: datetime


def measure(work: Path, planted: Planted | None = None) -> list[Score]:
    """Plants the faults under ``work`` unless they are given, runs the pipeline there and scores every rule."""
    planted = planted or faults.make(work / "faults")
    shutil.rmtree(work / "faults-home", ignore_errors=True)
    settings = Settings.from_env(work / "faults-home")
    for folder in (planted.first, planted.later):
        land([folder], settings)
    run_pipeline(settings, YEAR)
    lake = Lake(settings.home)
    with duckdb.connect(str(lake.home / "published" / "current" / "parks.duckdb"), read_only=True) as con:
        con.execute("set enable_progress_bar = false")
        return list(_scores(con, lake, planted))


def _scores(con: duckdb.DuckDBPyConnection, lake: Lake, planted: Planted) -> Iterator[Score]:
    lengths = {channel.meter_id: timedelta(minutes=channel.clock.interval_minutes) for channel in planted.channels}
    due = {
        Place(c.meter_id, start)
        for c in planted.channels
        for start in _starts(c.clock.ends.tolist(), lengths[c.meter_id])
    }
    by_rule = {
        rule: {place for fault in planted.truth if fault.rule == rule for place in _intervals(fault, lengths)}
        for rule in {fault.rule for fault in planted.truth}
    }
    clean = due.difference(*by_rule.values())
    found = _replaced(con) | _warned(con, lake)
    for rule in (*BY_INTERVAL, *WARNINGS):
        yield _score(rule, "intervals", by_rule[rule], found.get(rule, set()), clean)
    meters = {*lengths, *(f"{park}-own" for park in planted.parks)}
    for rule in BY_MONTH:
        codes = (rule, "scale_change") if rule == "unit_slip" else (rule,)
        subjects = planted.parks if rule == "balance" else sorted(meters)
        wanted = {_month(fault) for fault in planted.truth if fault.rule == rule}
        yield _score(rule, "months", wanted, _months_found(con, codes), _clean_months(planted.truth, subjects, rule))
    stamps = {Place(fault.subject, fault.begin) for fault in planted.truth if fault.rule == "off_grid"}
    beside = _off_grid(con)
    yield Score("off_grid", "rows", len(stamps), len(stamps & beside), len(clean), len(beside - stamps))
    yield _score("correction", "rows", by_rule["correction"], _corrected(con, lengths), clean)
    again, sent = _repeated(con), len(by_rule["duplicate"])
    yield Score("duplicate", "rows", sent, min(again, sent), len(clean), max(again - sent, 0))


def _score(rule: str, unit: str, planted: set[Place], found: set[Place], clean: set[Place]) -> Score:
    return Score(rule, unit, len(planted), len(planted & found), len(clean), len(found & clean))


def _starts(ends: list[datetime], length: timedelta) -> list[datetime]:
    return [end - length for end in ends]


def _intervals(fault: Fault, lengths: dict[str, timedelta]) -> Iterator[Place]:
    """The intervals that a fault covers; of a park all of its meters', none for a meter that has only a register."""
    for meter_id, length in lengths.items():
        if meter_id == fault.subject or (fault.rule == "balance" and meter_id.startswith(fault.subject)):
            count = (fault.end - fault.begin) // length
            yield from (Place(meter_id, fault.begin + n * length) for n in range(count))


def _month(fault: Fault) -> Place:
    return Place(fault.subject, datetime(fault.begin.year, fault.begin.month, 1))  # noqa: DTZ001


def _clean_months(truth: list[Fault], subjects: list[str], rule: str) -> set[Place]:
    """Months in which nothing that the rule could notice was planted in the meter, for the balance in the park."""
    spoiled = {_month(fault) for fault in truth if rule != "balance" or fault.rule not in HARMLESS}
    months = [datetime(YEAR, month, 1) for month in range(1, 13)]  # noqa: DTZ001
    return {
        Place(subject, month)
        for subject in subjects
        for month in months
        if not any(place.moment == month and place.subject.startswith(subject) for place in spoiled)
    }


def _replaced(con: duckdb.DuckDBPyConnection) -> dict[str, set[Place]]:
    """The intervals that failed, by rule."""
    found: dict[str, set[Place]] = {}
    for rule, meter_id, start in con.execute(
        "select replaces, meter_id, interval_start from quality.estimates"
    ).fetchall():
        found.setdefault(rule, set()).add(Place(meter_id, start))
    return found


def _warned(con: duckdb.DuckDBPyConnection, lake: Lake) -> dict[str, set[Place]]:
    """The intervals that are only listed, by rule; the findings name the largest of a month, the model has them all."""
    found: dict[str, set[Place]] = {}
    for month in (f"{YEAR}-{number:02}" for number in range(1, 13)):
        paths = {}
        for table in ("energy.reading_warning", "energy.month_meters"):
            pointer = read_pointer(lake, table, month)
            if pointer is None:
                raise RuntimeError(f"{table} of {month} was not built")
            paths[table] = str(output_path(lake, table, month, pointer["fingerprint"]))
        query = """
            select
                w.code, k.meter_id,
                cast(w.month || '-01' as timestamp) + to_minutes(w.from_minute + n * k.interval_minutes)
            from (select *, unnest(range(intervals)) as n from read_parquet(?)) as w
            inner join read_parquet(?) as k on w.slot = k.slot
        """
        for rule, meter_id, start in con.execute(query, list(paths.values())).fetchall():
            found.setdefault(rule, set()).add(Place(meter_id, start))
    return found


def _months_found(con: duckdb.DuckDBPyConnection, codes: tuple[str, ...]) -> set[Place]:
    query = (
        "select coalesce(meter_id, park_id), strptime(month || '-01', '%Y-%m-%d') from quality.findings where code in ?"
    )
    return {Place(subject, month) for subject, month in con.execute(query, [list(codes)]).fetchall()}


def _off_grid(con: duckdb.DuckDBPyConnection) -> set[Place]:
    rows = con.execute("select raw from quality.quarantine where reason = 'off_grid'").fetchall()
    cells = [raw.split(",") for (raw,) in rows]
    return {Place(meter_id, datetime.fromisoformat(stamp)) for meter_id, stamp, *_ in cells}


def _repeated(con: duckdb.DuckDBPyConnection) -> int:
    """Rows that had come before; the ledger counts them and names no interval."""
    ((rows,),) = con.execute("select coalesce(sum(rows_duplicate), 0) from quality.file_ledger").fetchall()
    return int(rows)


def _corrected(con: duckdb.DuckDBPyConnection, lengths: dict[str, timedelta]) -> set[Place]:
    rows = con.execute("select meter_id, interval_end from quality.corrections").fetchall()
    return {Place(meter_id, end - lengths[meter_id]) for meter_id, end in rows}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.faults_report", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("bench-data"), help="folder for deliveries and home")
    parser.add_argument("--json", action="store_true", help="print the scores as JSON")
    arguments = parser.parse_args()
    scores = measure(arguments.out)
    if arguments.json:
        print(json.dumps([asdict(score) for score in scores]))
    else:
        print_scores(Console(width=120), scores)


if __name__ == "__main__":
    main()
