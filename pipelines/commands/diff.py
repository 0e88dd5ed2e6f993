"""The command diff: what changed between two publications, and why. The method is in ``publish.diff``."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pipelines.commands import chinese, formatting
from pipelines.commands.output import Output
from pipelines.lake import Lake
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.publish.diff import Change, Difference

AMOUNT_DECIMALS, RATIO_DECIMALS = 3, 6
"""Digits that the table shows; JSON has all."""
_AMOUNTS = ("_mwh", "_tco2", "_tce")


def diff(settings: Settings, before: str, after: str, *, park: str | None, year: int | None, output: Output) -> None:
    """Prints the change of the main figures of each park, split by cause; as JSON of all figures.

    Raises ``UserError`` for a publication, park or year that is not there, and for files or factors that are gone.
    """
    from pipelines.publish.diff import compare

    with output.progress("step_diff") as report:
        found = compare(settings, Lake(settings.home), before, after, park_id=park, year=year, report=report)
    if output.as_json:
        output.json(_as_json(found))
        return
    _show(found, output)


def _as_json(found: "Difference") -> dict[str, Any]:
    """Numbers as text, digit by digit, so that they add up for every reader."""
    return {
        "before": found.before,
        "after": found.after,
        "year": found.year,
        "computed": dict(found.computed),
        "only_before": found.only_before,
        "only_after": found.only_after,
        "changes": [
            {
                "park_id": change.park_id,
                "column": change.column,
                "before": _digits(change.before),
                "after": _digits(change.after),
                "change": _digits(change.total),
                "parts": change.parts and {part: _digits(value) for part, value in change.parts.items()},
                "unclear": change.unclear,
            }
            for change in found.changes
        ],
        "verdicts": [
            {name: getattr(verdict, name) for name in ("park_id", "column", "before", "after", "causes")}
            for verdict in found.verdicts
        ],
    }


def _digits(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")


def _show(found: "Difference", output: Output) -> None:
    from pipelines.publish.diff import PARTS
    from pipelines.publish.effects import FIGURES

    shown = [change for change in found.changes if change.column in FIGURES]
    split = [change for change in shown if change.parts is not None]
    if not shown:
        output.say(output.text("diff_same", year=found.year))
    if split:
        headings = [
            "h_park",
            "h_metric",
            "h_figure_before",
            "h_figure_after",
            "h_figure_change",
            *(f"h_part_{part}" for part in PARTS),
        ]
        title = output.text("diff_title", year=found.year, before=found.before, after=found.after)
        rows = [_row(change, output) for change in split]
        output.table(title, [output.text(heading) for heading in headings], rows)
    for verdict in found.verdicts:
        output.say(
            output.text(
                "diff_verdict",
                park=verdict.park_id,
                column=chinese.column(verdict.column, output.language),
                before=formatting.verdict(verdict.before, output.language),
                after=formatting.verdict(verdict.after, output.language),
                causes=_listed(verdict.causes, output),
            )
        )
    for change in shown:
        told = {"park": change.park_id, "column": chinese.column(change.column, output.language)}
        if change.parts is None:
            before, after = (formatting.cell(value) for value in (change.before, change.after))
            output.warn(output.text("diff_no_figure", **told, before=before, after=after))
        elif change.unclear:
            output.warn(output.text("diff_unclear", **told, causes=_listed(change.unclear, output)))
    for publication_id, parks in ((found.before, found.only_before), (found.after, found.only_after)):
        if parks:
            output.say(output.text("diff_only", publication_id=publication_id, parks=", ".join(parks)))


def _row(change: "Change", output: Output) -> list[str]:
    is_ratio = "_per_" in change.column or not change.column.endswith(_AMOUNTS)
    decimals = RATIO_DECIMALS if is_ratio else AMOUNT_DECIMALS
    figures = [formatting.number(value, decimals) for value in (change.before, change.after)]
    changes = [change.total, *(change.parts or {}).values()]
    shown = [f"{value:+,.{decimals}f}" if value else formatting.NOTHING for value in changes]
    return [change.park_id, chinese.column(change.column, output.language), *figures, *shown]


def _listed(causes: tuple[str, ...], output: Output) -> str:
    return ", ".join(output.text(f"h_part_{cause}") for cause in dict.fromkeys(causes))
