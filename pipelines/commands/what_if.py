"""The command what-if: a park's published year beside the same year with something changed.

What a change does is in ``pipelines.scenario``; here options become changes, and two rows a table.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.text import Text

from pipelines.commands import chinese, formatting
from pipelines.commands.output import Output
from pipelines.commands.published import find_park, find_year, note_generated, open_current
from pipelines.errors import UserError
from pipelines.lake import Lake
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.scenario.changes import Change
    from pipelines.scenario.run import Outcome

FIGURES = (
    "intensity_tco2_per_tce", "limit_tco2_per_tce", "margin_tco2_per_tce", "direct_supply_share", "direct_line_share",
    "green_share", "nonfossil_energy_share", "electricity_use_mwh", "grid_import_mwh", "grid_export_mwh",
    "direct_supply_mwh", "onsite_nonfossil_mwh", "green_trade_mwh", "gec_mwh", "residual_grid_mwh", "curtailed_mwh",
    "storage_loss_mwh", "electricity_tco2", "total_tco2", "location_based_tco2", "energy_tce",
    "reduction_from_base_year",
)  # fmt: skip
"""The columns of ``metrics.park_year`` that are shown; JSON has all."""
VERDICTS = {"core_verdict": "h_core", "direct_supply_verdict": "h_direct_verdict", "overall_verdict": "h_verdict"}
OF_METERING = frozenset({"intensity_uncertain", "prolonged_estimate_year"})
"""Reasons that rest on estimates. A changed meter has none, as its standing values are delivered like readings, and how
well the others are estimated is told from the park's own meters alone."""


@dataclass(frozen=True)
class Asked:
    """The options as they were given; None where one was not."""

    add_direct_mw: float | None = None
    technology: str | None = None
    relation: str | None = None
    profile: Path | None = None
    full_load_hours: float | None = None
    curtail: bool = False
    storage_mw: float | None = None
    storage_mwh: float | None = None
    storage_efficiency: float | None = None
    certificates_mwh: int | None = None
    enterprise: str | None = None
    efficiency: Decimal | None = None
    parameters: Sequence[str] = ()


def changes_of(asked: Asked, output: Output) -> list["Change"]:
    """The changes that the options mean.

    Raises ``UserError`` where nothing changes, for options that need another one, and what the changes raise.
    """
    from pipelines.scenario.changes import Certificates, DirectSupply, Efficiency, Parameter, Storage

    _check_together(asked, output)
    changes: list[Change] = [Parameter.parse(text) for text in asked.parameters]
    if asked.add_direct_mw is not None:
        changes.append(
            DirectSupply(
                asked.add_direct_mw,
                asked.technology or "solar",
                asked.relation or "direct_line",
                asked.profile,
                asked.full_load_hours,
                not asked.curtail,
            )
        )
    if asked.storage_mw is not None and asked.storage_mwh is not None:
        size = (asked.storage_mw, asked.storage_mwh)
        changes.append(Storage(*size) if asked.storage_efficiency is None else Storage(*size, asked.storage_efficiency))
    if asked.certificates_mwh is not None:
        changes.append(Certificates(asked.certificates_mwh, asked.enterprise))
    if asked.efficiency is not None:
        changes.append(Efficiency(asked.efficiency))
    if not changes:
        raise UserError(output.text("what_if_nothing"))
    return changes


def _check_together(asked: Asked, output: Output) -> None:
    """Raises ``UserError`` for an option that says nothing without another."""
    if (asked.storage_mw is None) != (asked.storage_mwh is None):
        raise UserError(output.text("storage_needs_both"))
    if asked.storage_efficiency is not None and asked.storage_mw is None:
        raise UserError(output.text("only_with_storage"))
    if asked.enterprise is not None and asked.certificates_mwh is None:
        raise UserError(output.text("only_with_certificates"))
    of_plant = {
        "--technology": asked.technology is not None,
        "--relation": asked.relation is not None,
        "--profile": asked.profile is not None,
        "--full-load-hours": asked.full_load_hours is not None,
        "--curtail": asked.curtail,
    }
    for option, given in of_plant.items():
        if given and asked.add_direct_mw is None:
            raise UserError(output.text("only_with_plant", option=option))


def what_if(
    settings: Settings, park: str, asked: Asked, *, year: int | None, keep: Path | None, output: Output
) -> None:
    """Prints the main figures of a park's year as published and with the changes, their difference, and why.

    Raises ``UserError`` where nothing is published, for an unknown park, year, parameter or enterprise, sizes below
    zero, a profile that cannot be read, a folder to keep that is not empty, and where files came after the publication.
    """
    started = time.monotonic()
    changes = changes_of(asked, output)
    from pipelines.scenario.base import load_base
    from pipelines.scenario.run import run_scenario

    with open_current(settings, output) as con:
        shown = find_year(con, year, output)
        park_id = find_park(con, park, output)
        generated = note_generated(con, output)
    base = load_base(settings, Lake(settings.home), park_id, shown)
    with output.progress("step_scenario") as report:
        outcome = run_scenario(base, changes, report, keep=keep)
    before, after = dict(base.published), dict(outcome.park_year)
    notes = _notes(before, outcome, keep, output)
    if output.as_json:
        output.json(
            {
                "park_id": park_id,
                "year": shown,
                "publication_id": base.publication_id,
                "generated": generated,
                "changes": [{"kind": type(change).__name__} | _said(change) for change in changes],
                "before": {name: before[name] for name in after if name in before},
                "after": after,
                "change": _differences(before, after),
                "flows_mwh": outcome.effects.totals_mwh,
                "notes": notes,
                "seconds": round(outcome.seconds, 1),
            }
        )
        return
    headings = [output.text(heading) for heading in ("h_metric", "h_before", "h_after", "h_change")]
    title = output.text("what_if_title", park=park_id, year=shown)
    output.table(title, headings, [*_verdict_rows(before, after, output), *_figure_rows(before, after, output)])
    if outcome.effects.totals_mwh:
        flows = [
            [output.text(f"flow_{name}"), formatting.number(amount)]
            for name, amount in outcome.effects.totals_mwh.items()
            if amount
        ]
        output.table(output.text("s_flows"), [output.text("h_metric"), "MWh"], flows)
    for note in notes:
        output.say(note)
    output.say(output.text("note_unchanged"))
    output.say(output.text("took", seconds=time.monotonic() - started))


def _said(change: "Change") -> dict[str, Any]:
    return {name: value for name, value in vars(change).items() if value is not None}


def _differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """After minus before of every number that both have."""
    return {
        name: after[name] - before[name]
        for name in after
        if name in before and _is_number(before[name]) and _is_number(after[name]) and name != "year"
    }


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _verdict_rows(before: Mapping[str, Any], after: Mapping[str, Any], output: Output) -> list[list[str | Text]]:
    language = output.language
    rows: list[list[str | Text]] = [
        [
            output.text(heading),
            formatting.verdict(before[name], language),
            formatting.verdict(after[name], language),
            "",
        ]
        for name, heading in VERDICTS.items()
    ]
    reasons = [_reasons(row, output) for row in (before, after)]
    return [*rows, [output.text("h_reasons"), *reasons, ""]]


def _reasons(row: Mapping[str, Any], output: Output) -> str:
    language = output.language
    return "\n".join(
        chinese.standard_sentence(code, language) or code if language == "zh" else code for code in row["reasons"] or ()
    )


def _figure_rows(before: Mapping[str, Any], after: Mapping[str, Any], output: Output) -> list[list[str | Text]]:
    differences = _differences(before, after)
    rows: list[list[str | Text]] = []
    for name in FIGURES:
        decimals = 4 if isinstance(after[name], float) else 3
        change = differences.get(name)
        shown = "" if not change else f"{'+' if change > 0 else ''}{formatting.number(change, decimals)}"
        values = [formatting.number(row[name], decimals) for row in (before, after)]
        rows.append([chinese.column(name, output.language), *values, shown])
    return rows


def _notes(before: Mapping[str, Any], outcome: "Outcome", keep: Path | None, output: Output) -> list[str]:
    """What the reader must know about the scenario, in sentences."""
    effects = outcome.effects
    notes = [output.text(f"note_{source}") for source in effects.profiles if source != "given"]
    if effects.storage_project is not None:
        key = "note_storage_of" if effects.storage_project else "note_storage_grid"
        notes.append(output.text(key, project=effects.storage_project))
    changed = sorted(OF_METERING & ({*before["reasons"]} ^ {*outcome.park_year["reasons"]}))
    if changed:
        notes.append(output.text("note_of_metering", reasons=", ".join(changed)))
    if keep is not None:
        notes.append(output.text("note_kept", folder=keep))
    return notes
