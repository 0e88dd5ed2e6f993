"""The options of the commands that show and hand out evidence: explain, pack. What they do is in ``commands``."""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli_options import Home, Json, Lang, described, help_text

evidence = typer.Typer(context_settings={"help_option_names": ["-h", "--help"]})


@evidence.command(help=described("help_explain", "zcp explain beijing-etda 2026 total_tco2"))
def explain(
    park: Annotated[str, typer.Argument(help=help_text("arg_evidence_park"))],
    year: Annotated[int, typer.Argument(help=help_text("arg_evidence_year"))],
    column: Annotated[str, typer.Argument(help=help_text("arg_column"))],
    *,
    everything: Annotated[bool, typer.Option("--all", help=help_text("opt_all_leaves"))] = False,
    publication: Annotated[str | None, typer.Option("--publication", help=help_text("opt_publication"))] = None,
    home: Home = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    from pipelines.commands.explain import explain as command
    from pipelines.commands.output import Output
    from pipelines.settings import Settings

    settings, output = Settings.from_env(home), Output(lang, as_json)
    command(settings, park, year, column, publication=publication, everything=everything, output=output)


@evidence.command(help=described("help_pack", "zcp pack beijing-etda 2026 --out pack.zip"))
def pack(
    park: Annotated[str, typer.Argument(help=help_text("arg_evidence_park"))],
    year: Annotated[int, typer.Argument(help=help_text("arg_evidence_year"))],
    *,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", dir_okay=False, help=help_text("opt_pack_out"))],
    publication: Annotated[str | None, typer.Option("--publication", help=help_text("opt_publication"))] = None,
    home: Home = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    from pipelines.commands.output import Output
    from pipelines.commands.pack import pack as command
    from pipelines.settings import Settings

    command(Settings.from_env(home), park, year, out=out, publication=publication, output=Output(lang, as_json))
