"""What ``run`` and every question about a past state share: options as values, the year, and one build.

What is printed about a build is in ``run`` and ``published``.
"""

import re
from datetime import date, datetime, timedelta
from typing import Any

from pipelines.commands.output import Output
from pipelines.errors import InputRefused, UserError
from pipelines.ingest.ledger import SHANGHAI, standing_entries
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


def parse_moment(value: str | None, output: Output) -> datetime | None:
    """The moment that ``--as-of`` names: a day to its end, a time without an offset, both in Asia/Shanghai.

    Raises ``UserError`` for anything else.
    """
    if value is None:
        return None
    try:
        if len(value) == len("2026-03-31"):
            next_day = datetime.fromisoformat(value) + timedelta(days=1)
            return next_day.replace(tzinfo=SHANGHAI) - timedelta(microseconds=1)
        moment = datetime.fromisoformat(value)
    except (ValueError, OverflowError):
        raise UserError(output.text("bad_moment", value=value)) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)


def year_to_run(lake: Lake, year: int | None, output: Output) -> int:
    """``year``, or the latest one with readings.

    Raises ``InputRefused`` where there is no parks table, ``UserError`` where no reading says which year.
    """
    ledgers = [entry for entry in standing_entries(lake) if not entry["refused_reason"]]
    if not any(entry["table"] == "parks" and entry["rows_loaded"] for entry in ledgers):
        if lake.as_of:
            raise InputRefused(output.text("no_parks_then", moment=lake.as_of.isoformat(timespec="seconds")))
        raise InputRefused(output.text("no_parks"))
    if year is not None:
        return year
    months = [month for entry in ledgers for month in entry["months"]]
    if not months:
        raise UserError(output.text("no_readings"))
    return int(max(months)[:4])


def check_year(lake: Lake, year: int, output: Output) -> None:
    """Raises ``InputRefused`` unless a reading, a register, a bill, a document or a certificate is of ``year``."""
    ledgers = [entry for entry in standing_entries(lake) if not entry["refused_reason"]]
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
    settings: Settings,
    year: int,
    cutoff: date | None,
    months: tuple[str, ...] | None,
    output: Output,
    *,
    as_of: datetime | None = None,
) -> Any:
    """One in-process Dagster run with progress. Raises ``AuditFailed`` where the candidate is not good."""
    from pipelines.run import MonthsOutsideScope, run_pipeline

    try:
        with output.progress("step_run") as report:
            return run_pipeline(settings, year, cutoff, months, report, as_of=as_of, announce=True)
    except MonthsOutsideScope as outside:
        asked = "..".join(dict.fromkeys((outside.months[0], outside.months[-1])))
        years = ", ".join(map(str, outside.years))
        raise UserError(output.text("months_outside", months=asked, year=year, years=years)) from None


def publication_at(settings: Settings, moment: datetime, year: int | None, output: Output) -> str:
    """The id of the publication that shows what was known at ``moment``; it is built now if there is none yet.

    ``year``: by default the latest with readings then. Raises ``InputRefused`` where nothing was known of it, and what
    a build raises.
    """
    from pipelines.publish import as_of

    lake = Lake(settings.home, moment)
    chosen = year_to_run(lake, year, output)
    found = as_of.find(settings, lake, chosen)
    if found is None:
        check_year(lake, chosen, output)
        output.warn(output.text("building_past", moment=moment.isoformat(timespec="seconds"), year=chosen))
        found = str(build_and_publish(settings, chosen, None, None, output, as_of=moment).publication_id)
    return found
