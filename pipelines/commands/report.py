"""The report command: writes the HTML pages of a publication and says where they are."""

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.commands.output import Output
from pipelines.commands.published import find_park, open_current
from pipelines.errors import UserError
from pipelines.lake import Lake
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.reports.reading import Level


def report(
    settings: Settings, park: str | None, out: Path, *, publication: str | None, level: "Level", output: Output
) -> None:
    """Writes the pages to ``out``. Raises ``UserError`` for an unknown park or publication, or a file in its place."""
    from pipelines.reports import pages

    if out.exists() and not out.is_dir():
        raise UserError(output.text("report_no_folder", path=out))
    park_id = None
    with closing(open_current(settings, output, publication)) as con:
        if park is not None:
            park_id = find_park(con, park, output)
    with output.progress("working_report") as progress:
        written = pages.write(
            Lake(settings.home),
            out,
            publication_id=publication,
            park_id=park_id,
            level=level,
            language=output.language,
            progress=progress,
        )
    if output.as_json:
        output.json({"publication_id": written.publication_id, "pages": written.pages, "first": written.first})
    output.say(output.text("report_written", id=written.publication_id, pages=written.pages, path=written.first))
