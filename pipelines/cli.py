"""The `zcp` command: its options, and nothing else. What a command does is in ``commands``.

Only what `--help` needs is imported here; each command imports its own part when it runs.
"""

import sys
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli_evidence import evidence
from pipelines.cli_forms import handing_on
from pipelines.cli_options import HELP_LANGUAGE as _HELP_LANGUAGE
from pipelines.cli_options import AsOf, Home, Json, Lang
from pipelines.cli_options import described as _described
from pipelines.cli_options import help_text as _help
from pipelines.cli_pages import pages
from pipelines.cli_restatement import restatement
from pipelines.cli_scenarios import scenarios
from pipelines.cli_verify import verification
from pipelines.errors import UserError
from pipelines.texts import text

app = typer.Typer(
    name="zcp",
    help=_help("help_app"),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.command(help=_described("help_demo", "zcp demo --home ./zcp-demo"))
def demo(
    parks: Annotated[int | None, typer.Option("--parks", min=1, max=52, help=_help("opt_parks"))] = None,
    home: Home = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    from pipelines.commands.demo import demo as command
    from pipelines.commands.output import Output
    from pipelines.settings import Settings

    command(Settings.from_env(home), parks, Output(lang, as_json))


@app.command(help=_described("help_run", "zcp run --input ./deliveries --year 2026 --cutoff 2027-06-30"))
def run(
    *,
    inputs: Annotated[list[Path] | None, typer.Option("--input", help=_help("opt_input"))] = None,
    year: Annotated[
        int | None, typer.Option("--year", metavar="YEAR", min=2000, max=2100, help=_help("opt_year_default"))
    ] = None,
    cutoff: Annotated[str | None, typer.Option("--cutoff", metavar="DATE", help=_help("opt_cutoff"))] = None,
    months: Annotated[str | None, typer.Option("--months", metavar="A..B", help=_help("opt_months"))] = None,
    as_of: AsOf = None,
    home: Home = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    from pipelines.commands.output import Output
    from pipelines.commands.run import run as command
    from pipelines.settings import Settings

    command(
        Settings.from_env(home),
        inputs or [],
        year=year,
        cutoff=cutoff,
        months=months,
        as_of=as_of,
        output=Output(lang, as_json),
    )


@app.command(help=_described("help_land", "zcp land ./deliveries/2026-02 late.csv"))
def land(
    paths: Annotated[list[Path], typer.Argument(help=_help("arg_paths"))],
    home: Home = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    from pipelines.commands.landing import land as command
    from pipelines.commands.output import Output
    from pipelines.settings import Settings

    command(Settings.from_env(home), paths, Output(lang, as_json))


@app.command(help=_described("help_withdraw", 'zcp withdraw march.csv --reason "wrong meter" --by "Li Wei"'))
def withdraw(
    file: Annotated[str, typer.Argument(help=_help("arg_withdraw"))],
    *,
    reason: Annotated[str, typer.Option("--reason", help=_help("opt_reason"))],
    by: Annotated[str, typer.Option("--by", help=_help("opt_by"))],
    undo: Annotated[bool, typer.Option("--undo", help=_help("opt_undo"))] = False,
    home: Home = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    from pipelines.commands.output import Output
    from pipelines.commands.withdraw import withdraw as command
    from pipelines.settings import Settings

    command(Settings.from_env(home), file, reason, by, undo=undo, output=Output(lang, as_json))


@app.command(help=_described("help_show", "zcp show beijing-etda --year 2026"))
def show(
    park: Annotated[str | None, typer.Argument(help=_help("arg_park"))] = None,
    *,
    year: Annotated[int | None, typer.Option("--year", metavar="YEAR", help=_help("opt_year"))] = None,
    as_of: AsOf = None,
    home: Home = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    from pipelines.commands.output import Output
    from pipelines.commands.published import show as command
    from pipelines.settings import Settings

    command(Settings.from_env(home), park, year, Output(lang, as_json), as_of)


@app.command(help=_described("help_quality", "zcp quality beijing-etda --month 2026-03"))
def quality(
    park: Annotated[str | None, typer.Argument(help=_help("arg_park"))] = None,
    *,
    year: Annotated[int | None, typer.Option("--year", metavar="YEAR", help=_help("opt_year"))] = None,
    month: Annotated[str | None, typer.Option("--month", metavar="MONTH", help=_help("opt_month"))] = None,
    with_sql: Annotated[bool, typer.Option("--sql", help=_help("opt_sql"))] = False,
    as_of: AsOf = None,
    home: Home = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    from pipelines.commands.output import Output
    from pipelines.commands.quality import quality as command
    from pipelines.settings import Settings

    output = Output(lang, as_json)
    command(Settings.from_env(home), park, year=year, month=month, with_sql=with_sql, as_of=as_of, output=output)


@app.command(help=_described("help_statement", "zcp statement beijing-etda-e1 --year 2026 --out statement.csv"))
def statement(
    enterprise: Annotated[str, typer.Argument(help=_help("arg_enterprise"))],
    *,
    year: Annotated[int | None, typer.Option("--year", metavar="YEAR", help=_help("opt_year"))] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", dir_okay=False, help=_help("opt_out"))] = None,
    as_of: AsOf = None,
    home: Home = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    from pipelines.commands.output import Output
    from pipelines.commands.statement import statement as command
    from pipelines.settings import Settings

    command(Settings.from_env(home), enterprise, year=year, out=out, output=Output(lang, as_json), as_of=as_of)


@app.command(help=_described("help_certificates", "zcp certificates beijing-etda --on 2027-09-30 --within 90"))
def certificates(
    park: Annotated[str | None, typer.Argument(help=_help("arg_park"))] = None,
    *,
    year: Annotated[int | None, typer.Option("--year", metavar="YEAR", help=_help("opt_year"))] = None,
    on: Annotated[str | None, typer.Option("--on", metavar="DATE", help=_help("opt_on"))] = None,
    within: Annotated[int, typer.Option("--within", metavar="DAYS", min=0, max=3660, help=_help("opt_within"))] = 90,
    as_of: AsOf = None,
    home: Home = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    from pipelines.commands.certificates import certificates as command
    from pipelines.commands.output import Output
    from pipelines.settings import Settings

    output = Output(lang, as_json)
    command(Settings.from_env(home), park, year=year, on=on, within_days=within, output=output, as_of=as_of)


@app.command(help=_described("help_sql", 'zcp sql "select park_id, overall_verdict from metrics.park_year"'))
def sql(
    statement: Annotated[str, typer.Argument(metavar="SELECT", help=_help("arg_sql"))],
    *,
    publication: Annotated[str | None, typer.Option("--publication", help=_help("opt_publication"))] = None,
    as_of: AsOf = None,
    home: Home = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    from pipelines.commands.output import Output
    from pipelines.commands.published import sql as command
    from pipelines.settings import Settings

    command(Settings.from_env(home), statement, publication, Output(lang, as_json), as_of)


@app.command(help=_described("help_prove", "zcp prove --out proof.jsonl"))
def prove(
    *,
    publication: Annotated[str | None, typer.Option("--publication", help=_help("opt_publication"))] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", dir_okay=False, help=_help("opt_prove_out"))
    ] = None,
    member: Annotated[
        tuple[str, str, str] | None,
        typer.Option("--member", metavar="PROJECT MONTH SERIAL", help=_help("opt_member")),
    ] = None,
    check: Annotated[
        Path | None, typer.Option("--check", metavar="FILE", exists=True, dir_okay=False, help=_help("opt_check"))
    ] = None,
    home: Home = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    from pipelines.commands.output import Output
    from pipelines.commands.prove import prove as command
    from pipelines.settings import Settings

    settings = Settings.from_env(home)
    command(settings, publication, member=member, out=out, check=check, output=Output(lang, as_json))


app.add_typer(scenarios)
app.add_typer(handing_on)
app.add_typer(evidence)
app.add_typer(pages)
app.add_typer(restatement)
app.add_typer(verification)


@app.command(help=_described("help_publications", "zcp publications --json"))
def publications(home: Home = None, lang: Lang = None, as_json: Json = False) -> None:
    from pipelines.commands.output import Output
    from pipelines.commands.published import publications as command
    from pipelines.settings import Settings

    command(Settings.from_env(home), Output(lang, as_json))


@app.command(help=_described("help_ui", "zcp ui --port 3000"))
def ui(
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help=_help("opt_port"))] = 3000,
    home: Home = None,
    lang: Lang = None,
) -> None:
    from pipelines.commands.output import Output
    from pipelines.run import serve_ui
    from pipelines.settings import Settings

    Output(lang).say(text("serving", lang or _HELP_LANGUAGE, port=port))
    serve_ui(Settings.from_env(home), port)


contracts = typer.Typer(no_args_is_help=True, help=_help("help_contracts"))
app.add_typer(contracts, name="contracts")


@contracts.command("lint", help=_described("help_contracts_lint", "zcp contracts lint"))
def contracts_lint(home: Home = None, lang: Lang = None, as_json: Json = False) -> None:
    from pipelines.commands.contracts import lint as command
    from pipelines.commands.output import Output
    from pipelines.settings import Settings

    command(Settings.from_env(home), Output(lang, as_json))


@app.command(help=_described("help_doctor", "zcp doctor --json"))
def doctor(home: Home = None, lang: Lang = None, as_json: Json = False) -> None:
    from pipelines.commands.doctor import doctor as command
    from pipelines.commands.output import Output
    from pipelines.settings import Settings

    command(Settings.from_env(home), Output(lang, as_json))


def main() -> None:
    """Runs the command; a user's mistake becomes one sentence on standard error and its exit code."""
    try:
        app(prog_name="zcp")
    except UserError as mistake:
        from pipelines.commands.output import Output

        Output(_HELP_LANGUAGE).error(str(mistake))
        sys.exit(mistake.exit_code)
    except PermissionError as forbidden:
        from pipelines.commands.output import Output

        Output(_HELP_LANGUAGE).error(text("no_permission", _HELP_LANGUAGE, path=forbidden.filename))
        sys.exit(UserError.exit_code)


if __name__ == "__main__":
    main()
