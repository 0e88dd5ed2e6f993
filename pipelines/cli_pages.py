"""The options of the command that writes the HTML pages. What it does is in ``commands.report``."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from pipelines.cli_options import Home, Json, Lang, described, help_text

pages = typer.Typer(context_settings={"help_option_names": ["-h", "--help"]})


@pages.command(help=described("help_report", "zcp report --out ./pages"))
def report(
    park: Annotated[str | None, typer.Argument(help=help_text("arg_park"))] = None,
    *,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help=help_text("opt_report_out"))],
    publication: Annotated[str | None, typer.Option("--publication", help=help_text("opt_publication"))] = None,
    level: Annotated[
        Literal["public", "restricted"], typer.Option("--level", help=help_text("opt_report_level"))
    ] = "restricted",
    home: Home = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    from pipelines.commands.output import Output
    from pipelines.commands.report import report as command
    from pipelines.settings import Settings

    command(Settings.from_env(home), park, out, publication=publication, level=level, output=Output(lang, as_json))
