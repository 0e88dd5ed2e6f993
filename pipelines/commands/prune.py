"""The prune command: what of a home folder went, or would go, and why each publication that stays does."""

from dataclasses import asdict
from typing import TYPE_CHECKING

from pipelines.commands.output import Output
from pipelines.lake import Lake
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.publish.retention import Item

KINDS = ("publication", "model_output", "leftover")


def prune(settings: Settings, keep: int | None, *, dry_run: bool, output: Output) -> None:
    """Removes what may go, or with ``dry_run`` only tells it."""
    from pipelines.publish import retention

    with output.progress("working_prune") as report:
        found = retention.prune(Lake(settings.home), keep or retention.KEEP, report, dry_run=dry_run)
    if output.as_json:
        items = [asdict(item) for item in found.items]
        output.json({"dry_run": dry_run, "bytes": found.bytes, "removed": items, "kept": found.kept})
    headings = [output.text(key) for key in ("h_kind", "h_path", "h_size")]
    shown = [item for item in found.items if item.kind != "model_output"]
    rows = [[output.text(f"kind_{item.kind}"), item.path, size(item.bytes)] for item in shown]
    output.table(
        output.text("prune_title_dry" if dry_run else "prune_title"), headings, rows + _models(found.items, output)
    )
    headings = [output.text(key) for key in ("h_publication", "h_reason")]
    kept = [[name, ", ".join(output.text(f"kept_{why}") for why in reasons)] for name, reasons in found.kept.items()]
    output.table(output.text("prune_kept"), headings, kept)
    output.say(output.text("prune_total_dry" if dry_run else "prune_total", size=size(found.bytes)))


def _models(items: "tuple[Item, ...]", output: Output) -> list[list[str]]:
    """One row for all outputs of models: there may be thousands."""
    found = [item.bytes for item in items if item.kind == "model_output"]
    what = output.text("prune_models", count=len(found))
    return [[output.text("kind_model_output"), what, size(sum(found))]] if found else []


def size(count: int) -> str:
    """Bytes as a person reads them."""
    return f"{count:,} B" if count < 1 << 20 else f"{count / (1 << 20):,.1f} MiB"
