"""The options of the commands that hand results on: forms, publish. What they do is in ``commands``."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from pipelines.cli_options import Home, Json, Lang, described, help_text

handing_on = typer.Typer(context_settings={"help_option_names": ["-h", "--help"]})

Publication = Annotated[str | None, typer.Option("--publication", help=help_text("opt_publication"))]


@handing_on.command(help=described("help_forms", "zcp forms beijing-etda 2026 --out beijing-etda-2026.xlsx"))
def forms(
    park: Annotated[str, typer.Argument(help=help_text("arg_park_or_name"))],
    year: Annotated[int, typer.Argument(help=help_text("opt_year"))],
    *,
    out: Annotated[Path, typer.Option("--out", metavar="FILE.xlsx", dir_okay=False, help=help_text("opt_forms_out"))],
    publication: Publication = None,
    home: Home = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    from pipelines.commands.forms import forms as command
    from pipelines.commands.output import Output
    from pipelines.settings import Settings

    command(Settings.from_env(home), park, year, out=out, publication=publication, output=Output(lang, as_json))


@handing_on.command(help=described("help_publish", "zcp publish --level public --out ./public-set"))
def publish(
    *,
    level: Annotated[Literal["public", "restricted"], typer.Option("--level", help=help_text("opt_level"))],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", file_okay=False, help=help_text("opt_set_out"))],
    publication: Publication = None,
    home: Home = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    from pipelines.commands.output import Output
    from pipelines.commands.publish import publish as command
    from pipelines.settings import Settings

    command(Settings.from_env(home), level, out=out, publication=publication, output=Output(lang, as_json))
