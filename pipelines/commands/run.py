"""The command that publishes: land, build, audit, publish; the present state, or that of a past moment beside it."""

import time
from collections.abc import Sequence
from pathlib import Path

from pipelines.commands import landing, published, restatement, set_aside, stale
from pipelines.commands.building import (
    build_and_publish,
    check_year,
    parse_cutoff,
    parse_moment,
    parse_months,
    year_to_run,
)
from pipelines.commands.output import Output
from pipelines.errors import UserError
from pipelines.lake import Lake
from pipelines.settings import Settings


def run(
    settings: Settings,
    paths: Sequence[Path],
    *,
    year: int | None,
    cutoff: str | None,
    months: str | None,
    as_of: str | None,
    output: Output,
) -> None:
    """Lands what is given, runs, publishes; prints ledger, league table and where the publication is."""
    started = time.monotonic()
    cutoff_day, chosen_months = parse_cutoff(cutoff, output), parse_months(months, output)
    moment = parse_moment(as_of, output)
    if moment and chosen_months:
        raise UserError(output.text("months_as_of"))
    entries: landing.Entries = []
    if paths:
        entries = landing.take_in(settings, paths, output)
        landing.print_ledger(entries, output, every_file=False)
        landing.refuse_if_nothing_is_left(entries, output)
    lake = Lake(settings.home, moment)
    chosen_year = year_to_run(lake, year, output)
    check_year(lake, chosen_year, output)
    if moment is None:
        landing.print_late(settings, lake, output)
    result = build_and_publish(settings, chosen_year, cutoff_day, chosen_months, output, as_of=moment)
    with published.open_current(settings, output, result.publication_id) as con:
        rows = stale.league_rows(con, lake, chosen_year)
        held = stale.note(con, lake, output)
        totals = set_aside.totals(con)
        if output.as_json:
            candidate = not moment and restatement.waiting(lake, result.publication_id) is not None
            found = {"publication_id": result.publication_id, "candidate": candidate, "ledger": entries}
            output.json(found | {"set_aside": totals, "held_parks": held, "park_year": rows})
        published.note_generated(con, output)
        published.print_league(rows, chosen_year, output)
    path = lake.published / result.publication_id
    if moment:
        output.say(
            output.text(
                "published_past",
                publication_id=result.publication_id,
                path=path,
                moment=moment.isoformat(timespec="seconds"),
            )
        )
    else:
        set_aside.show(totals, settings, output)
        say_published(lake, result.publication_id, output)
    output.say(output.text("took", seconds=time.monotonic() - started))


def say_published(lake: Lake, publication_id: str, output: Output) -> None:
    """Says where the publication is or, where it would change a locked year, what it waits for."""
    from pipelines.publish import catalog

    if candidate := restatement.waiting(lake, publication_id):
        current, years = catalog.current_id(lake), restatement.years(candidate)
        output.say(output.text("waits", publication_id=publication_id, current=current, years=years))
        return
    output.say(output.text("published", publication_id=publication_id, path=lake.published / publication_id))
