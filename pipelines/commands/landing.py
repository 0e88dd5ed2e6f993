"""Commands that take deliveries in: land, and the first half of run."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pipelines.commands import formatting
from pipelines.commands.output import Output
from pipelines.errors import InputRefused, UserError
from pipelines.lake import Lake
from pipelines.settings import Settings

Entries = list[dict[str, Any]]
MAX_LEDGER_ROWS = 60
"""Files that are shown as a table; of more only those with something to say."""
MAX_QUARANTINED = 5
"""Quarantined rows of each file that are shown; the publication lists all."""


def check_paths(paths: Sequence[Path], output: Output) -> None:
    """Raises ``UserError`` for the first path that does not exist."""
    for path in paths:
        if not path.exists():
            raise UserError(output.text("no_such_path", path=path))


def take_in(settings: Settings, paths: Sequence[Path], output: Output) -> Entries:
    """Lands the paths with progress; gives the ledger entries of this arrival.

    Raises ``InputRefused`` where there was no file, or none that could be used.
    """
    check_paths(paths, output)
    from pipelines.ingest.landing import land

    with output.progress("step_land") as report:
        entries = [asdict(entry) for entry in land(list(paths), settings, report)]
    if not entries:
        raise InputRefused(output.text("no_files", path=", ".join(map(str, paths))))
    _note_withdrawn(Lake(settings.home), entries, output)
    return entries


def _note_withdrawn(lake: Lake, entries: Entries, output: Output) -> None:
    """Adds a warning to every entry of a file that is withdrawn: arriving again does not bring it back."""
    from pipelines.ingest.ledger import withdrawn

    away = withdrawn(lake)
    for entry in entries:
        if decision := away.get(entry["file_id"]):
            told = output.text("stays_withdrawn", by=decision.by, reason=decision.reason, file_id=decision.file_id)
            entry["warnings"] = (*entry["warnings"], told)


def print_late(settings: Settings, lake: Lake, output: Output) -> None:
    """Says which files change published months that ended longer ago than the late window, before a run does so."""
    from pipelines.ingest.late import late_changes
    from pipelines.publish.manifest import published_files

    for change in late_changes(lake, published_files(lake), settings.late_window_days):
        output.say(
            output.text(
                "late_withdrawal" if change.withdrawn else "late_file",
                file=f"{change.delivery}/{change.file_name}",
                months=", ".join(change.months),
                days=change.days,
            ),
            style="yellow",
        )


def refuse_if_nothing_is_left(entries: Entries, output: Output) -> None:
    """Raises ``InputRefused`` if every file was refused."""
    refused = [entry for entry in entries if entry["refused_reason"]]
    if refused and len(refused) == len(entries):
        first = {"file": refused[0]["file_name"], "reason": refused[0]["refused_reason"]}
        key = "one_refused" if len(refused) == 1 else "all_refused"
        raise InputRefused(output.text(key, count=len(refused), **first))


def add_quarantined(settings: Settings, entries: Entries) -> None:
    """Adds ``quarantined`` to every entry: its first quarantined rows, each with line, reason, sentence and raw text.

    Empty for a refused file: none of its rows was judged, and ``refused_reason`` says why.
    """
    import polars as pl

    parsed = Lake(settings.home).parsed
    for entry in entries:
        entry["quarantined"] = []
        if entry["rows_quarantined"] and not entry["refused_reason"]:
            rows = pl.scan_parquet(parsed / entry["file_id"] / "quarantine.parquet").sort("line", maintain_order=True)
            found = rows.select("line", "reason", "sentence", "raw").head(MAX_QUARANTINED).collect()
            entry["quarantined"] = found.to_dicts()


def print_quarantined(entries: Entries, output: Output) -> None:
    """The first quarantined rows of each file, and how many more there are."""
    if rows := [row for entry in entries for row in formatting.quarantined_rows(entry, output.language)]:
        headings = [output.text(heading) for heading in formatting.QUARANTINE_HEADINGS]
        output.table(output.text("rows_title", limit=MAX_QUARANTINED), headings, rows)
    usable = [entry for entry in entries if not entry["refused_reason"]]
    if more := sum(entry["rows_quarantined"] for entry in usable) - len(rows):
        output.say(output.text("more_quarantined", count=more))


def print_ledger(entries: Entries, output: Output, every_file: bool) -> None:
    """The ledger as a table (all files, or those with duplicates, quarantine or refusal), warnings, and the sums."""
    shown = [
        entry
        for entry in entries
        if (every_file and len(entries) <= MAX_LEDGER_ROWS)
        or entry["refused_reason"]
        or entry["rows_quarantined"]
        or entry["rows_duplicate"]
    ]
    if shown:
        headings = [output.text(heading) for heading in formatting.LEDGER_HEADINGS]
        output.table(output.text("ledger_title"), headings, [formatting.ledger_row(entry) for entry in shown])
    for entry in entries:
        for warning in entry["warnings"]:
            output.say(f"{formatting.file_label(entry)}: {warning}", style="yellow")
    output.say(output.text("ledger_summary", **formatting.ledger_totals(entries)))


def land(settings: Settings, paths: Sequence[Path], output: Output) -> None:
    """Takes deliveries in and prints the file ledger."""
    entries = take_in(settings, paths, output)
    add_quarantined(settings, entries)
    if output.as_json:
        output.json(entries)
    print_ledger(entries, output, every_file=True)
    print_quarantined(entries, output)
    output.say(output.text("judged_later"))
    refuse_if_nothing_is_left(entries, output)
