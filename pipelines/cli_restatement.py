"""The options of the commands about changed figures: lock, candidates, approve, diff. Their work is in ``commands``."""

from typing import Annotated

import typer

from pipelines.cli_options import Home, Json, Lang, described, help_text

restatement = typer.Typer(context_settings={"help_option_names": ["-h", "--help"]})


@restatement.command(help=described("help_lock", 'zcp lock 2026 --reason "submitted to the ministry" --by "Li Wei"'))
def lock(
    year: Annotated[int, typer.Argument(metavar="YEAR", min=2000, max=2100, help=help_text("arg_lock_year"))],
    *,
    reason: Annotated[str, typer.Option("--reason", help=help_text("opt_reason"))],
    by: Annotated[str, typer.Option("--by", help=help_text("opt_by"))],
    home: Home = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    from pipelines.commands.output import Output
    from pipelines.commands.restatement import lock as command
    from pipelines.settings import Settings

    command(Settings.from_env(home), year, reason, by, Output(lang, as_json))


@restatement.command(help=described("help_candidates", "zcp candidates"))
def candidates(home: Home = None, lang: Lang = None, as_json: Json = False) -> None:
    from pipelines.commands.output import Output
    from pipelines.commands.restatement import candidates as command
    from pipelines.settings import Settings

    command(Settings.from_env(home), Output(lang, as_json))


@restatement.command(
    help=described(
        "help_approve", 'zcp approve 0123456789abcdef --reason "meter 7 read twice" --by "Li Wei" --by "Wang Fang"'
    )
)
def approve(
    publication: Annotated[str, typer.Argument(metavar="ID", help=help_text("arg_candidate"))],
    *,
    reason: Annotated[str, typer.Option("--reason", help=help_text("opt_reason"))],
    by: Annotated[list[str], typer.Option("--by", help=help_text("opt_by_two"))],
    home: Home = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    from pipelines.commands.output import Output
    from pipelines.commands.restatement import approve as command
    from pipelines.settings import Settings

    command(Settings.from_env(home), publication, reason, by, Output(lang, as_json))


@restatement.command(help=described("help_diff", "zcp diff 0123456789abcdef fedcba9876543210 beijing-etda"))
def diff(
    before: Annotated[str, typer.Argument(metavar="A", help=help_text("arg_before"))],
    after: Annotated[str, typer.Argument(metavar="B", help=help_text("arg_after"))],
    park: Annotated[str | None, typer.Argument(help=help_text("arg_park"))] = None,
    *,
    year: Annotated[int | None, typer.Option("--year", metavar="YEAR", help=help_text("opt_diff_year"))] = None,
    home: Home = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    from pipelines.commands.diff import diff as command
    from pipelines.commands.output import Output
    from pipelines.settings import Settings

    command(Settings.from_env(home), before, after, park=park, year=year, output=Output(lang, as_json))
