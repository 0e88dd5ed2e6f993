"""The command that publishes: land, build, audit, publish."""

import re
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from pipelines.commands import landing, published, set_aside
from pipelines.commands.output import Output
from pipelines.errors import InputRefused, UserError
from pipelines.lake import Lake
from pipelines.settings import Settings

_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_MONTH_COLUMNS = {
    "fuel_use": "month",
    "heat_flows": "month",
    "process_outputs": "month",
    "gec_trades": "generation_month",
    "gec_cancellations": "generation_month",
}
"""The tables besides the readings that give an account something to count, and the column of their month."""


def parse_cutoff(value: str | None, output: Output) -> date | None:
    """The cut-off day. Raises ``UserError`` if it is no ISO date."""
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise UserError(output.text("bad_cutoff", value=value)) from None


def parse_months(value: str | None, output: Output) -> tuple[str, ...] | None:
    """The months of ``A..B``, both included, or of one month alone. Raises ``UserError`` for anything else."""
    if value is None:
        return None
    first, _, last = value.partition("..")
    last = last or first
    if not (_MONTH.fullmatch(first) and _MONTH.fullmatch(last) and first <= last):
        raise UserError(output.text("bad_months", value=value))
    numbers = range(int(first[:4]) * 12 + int(first[5:]) - 1, int(last[:4]) * 12 + int(last[5:]))
    return tuple(f"{number // 12}-{number % 12 + 1:02d}" for number in numbers)


def year_to_run(lake: Lake, year: int | None, output: Output) -> int:
    """``year``, or the latest one with readings.

    Raises ``InputRefused`` where no parks table was ever landed, ``UserError`` where no reading says which year.
    """
    ledgers = [entry for entry in lake.ledgers() if not entry["refused_reason"]]
    if not any(entry["table"] == "parks" and entry["rows_loaded"] for entry in ledgers):
        raise InputRefused(output.text("no_parks"))
    if year is not None:
        return year
    months = [month for entry in ledgers for month in entry["months"]]
    if not months:
        raise UserError(output.text("no_readings"))
    return int(max(months)[:4])


def check_year(lake: Lake, year: int, output: Output) -> None:
    """Raises ``InputRefused`` if no reading, fuel, heat, process row or certificate of ``year`` was ever landed."""
    ledgers = [entry for entry in lake.ledgers() if not entry["refused_reason"]]
    if any(month.startswith(f"{year:04d}-") for entry in ledgers for month in entry["months"]):
        return
    import polars as pl

    for entry in ledgers:
        for table in _MONTH_COLUMNS.keys() & entry["tables"].keys():
            rows = pl.scan_parquet(lake.parsed / entry["file_id"] / f"{table}.parquet")
            of_year = pl.col(_MONTH_COLUMNS[table]).cast(pl.String).str.starts_with(f"{year:04d}-")
            if rows.filter(of_year).head(1).collect().height:
                return
    raise InputRefused(output.text("empty_year", year=year))


def build_and_publish(
    settings: Settings, year: int, cutoff: date | None, months: tuple[str, ...] | None, output: Output
) -> Any:
    """One in-process Dagster run with progress. Raises ``AuditFailed`` where the candidate is not good."""
    from pipelines.run import MonthsOutsideScope, run_pipeline

    try:
        with output.progress("step_run") as report:
            return run_pipeline(settings, year, cutoff, months, report)
    except MonthsOutsideScope as outside:
        asked = "..".join(dict.fromkeys((outside.months[0], outside.months[-1])))
        years = ", ".join(map(str, outside.years))
        raise UserError(output.text("months_outside", months=asked, year=year, years=years)) from None


def run(
    settings: Settings,
    paths: Sequence[Path],
    *,
    year: int | None,
    cutoff: str | None,
    months: str | None,
    output: Output,
) -> None:
    """Lands what is given, runs, publishes; prints ledger, league table and where the publication is."""
    started = time.monotonic()
    cutoff_day, chosen_months = parse_cutoff(cutoff, output), parse_months(months, output)
    entries: landing.Entries = []
    if paths:
        entries = landing.take_in(settings, paths, output)
        landing.print_ledger(entries, output, every_file=False)
        landing.refuse_if_nothing_is_left(entries, output)
    lake = Lake(settings.home)
    chosen_year = year_to_run(lake, year, output)
    check_year(lake, chosen_year, output)
    result = build_and_publish(settings, chosen_year, cutoff_day, chosen_months, output)
    with published.open_current(settings, output) as con:
        rows = published.league_rows(con, chosen_year)
        totals = set_aside.totals(con)
        if output.as_json:
            found = {"publication_id": result.publication_id, "ledger": entries}
            output.json(found | {"set_aside": totals, "park_year": rows})
        published.note_generated(con, output)
        published.print_league(con, chosen_year, output)
    set_aside.show(totals, settings, output)
    path = lake.published / result.publication_id
    output.say(output.text("published", publication_id=result.publication_id, path=path))
    output.say(output.text("took", seconds=time.monotonic() - started))
