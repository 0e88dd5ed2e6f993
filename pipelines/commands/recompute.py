"""The recompute command: a publication made again from its raw files, and what of it is the same."""

from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.commands.output import Output
from pipelines.commands.verify import on_disk
from pipelines.errors import AuditFailed, UserError
from pipelines.lake import Lake
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.publish.comparing import FileComparison
    from pipelines.publish.recompute import Recomputation

SHOWN_DIGITS = 12
"""Digits of a sha256 that a table shows; JSON has all."""


def recompute(
    settings: Settings, publication: str | None, *, threads: int | None, keep: Path | None, output: Output
) -> None:
    """Makes a publication again and prints each file with its hashes, and the first row that differs in a table.

    Raises ``AuditFailed`` where something is not the same that should be, or a raw file is not what it was.
    """
    from pipelines.publish import catalog
    from pipelines.publish import recompute as recomputing

    lake = Lake(settings.home)
    wanted = publication or catalog.current_id(lake)
    if wanted is None:
        raise UserError(output.text("nothing_published", home=settings.home))
    work = settings if threads is None else settings.model_copy(update={"duckdb_threads": threads})
    with output.progress("working_recompute") as report:
        found = recomputing.recompute(work, lake, on_disk(lake, wanted, output), keep, report)
    _show(found, output)
    if output.as_json:
        output.json(_record(found))
    if not found.holds:
        different = [f for f in found.comparison.files if f.state == "different" and (f.table or not found.differing)]
        names = ", ".join(file.table or file.name for file in different[:5]) + (", …" if len(different) > 5 else "")
        raise AuditFailed(output.text("recompute_failed", id=wanted, names=names))


def _show(found: "Recomputation", output: Output) -> None:
    headings = [output.text(key) for key in ("h_file", "h_rows", "h_was", "h_is", "h_result")]
    rows = [_row(file, output) for file in found.comparison.files]
    title = output.text("recompute_title", id=found.publication_id, threads=found.threads)
    output.say(title, style="bold")
    output.table("", headings, rows)
    for file in found.comparison.files:
        if file.first:
            output.say(output.text("first_difference", table=file.table, row=file.first))
    for part in found.differing:
        output.say(output.text("recompute_other", part=output.text(f"part_{part}")))
    if found.holds:
        key = "recompute_figures" if found.differing else "recompute_same"
        digest = found.comparison.manifest.computed
        output.say(output.text(key, id=found.publication_id, digest=digest, seconds=found.seconds), style="green")


def _row(file: "FileComparison", output: Output) -> list[str]:
    rows, state = "" if file.rows is None else f"{file.rows:,}", output.text(f"state_{_state(file)}")
    return [file.table or file.name, rows, _short(file.published), _short(file.computed), state]


def _state(file: "FileComparison") -> str:
    if file.published is None or file.computed is None:
        return "only_computed" if file.published is None else "only_published"
    return file.state


def _short(digest: str | None) -> str:
    return digest[:SHOWN_DIGITS] if digest else "–"


def _record(found: "Recomputation") -> dict[str, object]:
    return {
        "publication_id": found.publication_id,
        "computed_id": found.comparison.computed_id,
        "holds": found.holds,
        "same_bytes": found.comparison.same_bytes,
        "same_figures": found.comparison.same_figures,
        "differing": found.differing,
        "threads": found.threads,
        "seconds": round(found.seconds, 1),
        "files": [
            {
                "file": file.name,
                "table": file.table,
                "rows": file.rows,
                "sha256": file.published,
                "computed_sha256": file.computed,
                "state": _state(file),
                "first_difference": file.first,
            }
            for file in found.comparison.files
        ],
    }
