"""The commands lock, candidates and approve. What they decide is in ``publish.locks`` and ``publish.restatement``."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.text import Text

from pipelines.commands import chinese, formatting
from pipelines.commands.output import Output
from pipelines.lake import Lake
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.publish.restatement import Candidate


def lock(settings: Settings, year: int, reason: str, by: str, output: Output) -> None:
    """Locks a year at the figures of the current publication and says so."""
    from pipelines.publish.locks import lock as decide

    locked = decide(Lake(settings.home), year, reason, by)
    if output.as_json:
        output.json(asdict(locked))
    output.say(
        output.text(
            "locked", year=year, publication_id=locked.publication_id, by=", ".join(locked.by), reason=locked.reason
        )
    )


def candidates(settings: Settings, output: Output) -> None:
    """Prints the publications that wait for approval with the figures that they change."""
    from pipelines.publish import restatement

    found = restatement.candidates(Lake(settings.home))
    if output.as_json:
        output.json([_as_json(candidate) for candidate in found])
        return
    if not found:
        output.say(output.text("no_candidates"))
    for candidate in found:
        _show(candidate, output)


def approve(settings: Settings, publication_id: str, reason: str, by: list[str], output: Output) -> None:
    """Makes a candidate current and says so."""
    from pipelines.publish import restatement
    from pipelines.publish.locks import names

    approved = restatement.approve(Lake(settings.home), publication_id, reason, by)
    if output.as_json:
        output.json(_as_json(approved) | {"state": "approved", "reason": reason, "approved_by": list(names(by))})
    output.say(output.text("approved", publication_id=publication_id, years=years(approved), by=", ".join(names(by))))


def waiting(lake: Lake, publication_id: str) -> "Candidate | None":
    """The candidate of that id that waits for approval; None where the publication became current."""
    from pipelines.publish import restatement

    found = restatement.candidates(lake)
    return next((c for c in found if c.publication_id == publication_id and c.state == "open"), None)


def years(candidate: "Candidate") -> str:
    """The locked years that a candidate changes, for a sentence."""
    return ", ".join(map(str, candidate.locked_years))


def _as_json(candidate: "Candidate") -> dict[str, Any]:
    return asdict(candidate) | {"effects": [effect.as_json() for effect in candidate.effects]}


def _show(candidate: "Candidate", output: Output) -> None:
    told = asdict(candidate) | {"years": years(candidate)}
    if candidate.state != "open":
        output.warn(output.text(f"candidate_{candidate.state}", **told))
    rows = [
        [effect.park_id, str(effect.year), chinese.column(name, output.language), *_cells(name, values, output)]
        for effect in candidate.effects
        for name, values in effect.changed.items()
    ]
    if not rows:
        tables = ", ".join(f"{table} ({count})" for table, count in candidate.tables.items())
        output.say(output.text("candidate_no_main_figure", **told | {"tables": tables}))
        return
    headings = ["h_park", "opt_year", "h_metric", "h_figure_before", "h_figure_after"]
    output.table(output.text("candidate_title", **told), [output.text(heading) for heading in headings], rows)


def _cells(name: str, values: "tuple[str | None, str | None]", output: Output) -> list[str | Text]:
    if name.endswith("_verdict"):
        return [formatting.verdict(value, output.language) for value in values]
    return [formatting.NOTHING if value is None else value for value in values]
