"""The publish command: writes a publication as a set to hand on, public or restricted."""

from pathlib import Path

from pipelines.commands.output import Output
from pipelines.errors import UserError
from pipelines.lake import Lake
from pipelines.settings import Settings


def publish(settings: Settings, level: str, *, out: Path, publication: str | None, output: Output) -> None:
    """Writes the set of ``level`` to the folder ``out`` and prints its tables.

    Raises ``UserError`` where nothing is published, for an unknown publication, and for a folder that is not empty.
    """
    from pipelines.publish import catalog
    from pipelines.publish.level import hand_on

    lake = Lake(settings.home)
    known = catalog.publication_ids(lake)
    chosen = publication or catalog.current_id(lake)
    if chosen is None:
        raise UserError(output.text("nothing_published", home=settings.home))
    if chosen not in known:
        raise UserError(output.text("publish_unknown", id=chosen, known=", ".join(known)))
    with output.progress("working_publish"):
        made = hand_on(settings, lake.published / chosen, level, out)
    if output.as_json:
        output.json(
            {"level": level, "publication_id": chosen, "folder": out, "tables": made.tables, "left_out": made.left_out}
        )
    headings = [output.text("h_table"), output.text("h_rows")]
    rows = [[table, f"{count:,}"] for table, count in made.tables.items()]
    output.table(output.text(f"publish_title_{level}", id=chosen), headings, rows)
    if made.left_out:
        hidden = sum(len(columns) for columns in made.left_out["columns"].values())
        output.say(output.text("publish_left_out", tables=len(made.left_out["tables"]), columns=hidden))
    output.say(output.text("publish_written", path=out), style="green")
