"""The options of the commands that look ahead: what-if, plan, trajectory. What they do is in ``commands``."""

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli_options import AsOf, Home, Json, Lang, described, help_text
from pipelines.errors import UserError

scenarios = typer.Typer(context_settings={"help_option_names": ["-h", "--help"]})


def _decimal(value: str) -> Decimal:
    """A number as it was written. Raises ``UserError`` if it is none."""
    try:
        return Decimal(value)
    except InvalidOperation:
        raise UserError(f"--efficiency {value} is not a number; write 5 for five per cent") from None


@scenarios.command(
    "what-if",
    help=described(
        "help_what_if", "zcp what-if beijing-etda --add-direct-mw 20 --technology solar --storage-mw 5 --storage-mwh 20"
    ),
)
def what_if(
    park: Annotated[str, typer.Argument(help=help_text("arg_park"))],
    *,
    add_direct_mw: Annotated[float | None, typer.Option(help=help_text("opt_add_direct"))] = None,
    technology: Annotated[str | None, typer.Option(help=help_text("opt_technology"))] = None,
    relation: Annotated[str | None, typer.Option(help=help_text("opt_relation"))] = None,
    profile: Annotated[Path | None, typer.Option(help=help_text("opt_profile"))] = None,
    full_load_hours: Annotated[float | None, typer.Option(help=help_text("opt_full_load_hours"))] = None,
    curtail: Annotated[bool, typer.Option("--curtail", help=help_text("opt_curtail"))] = False,
    storage_mw: Annotated[float | None, typer.Option(help=help_text("opt_storage_mw"))] = None,
    storage_mwh: Annotated[float | None, typer.Option(help=help_text("opt_storage_mwh"))] = None,
    storage_efficiency: Annotated[float | None, typer.Option(help=help_text("opt_storage_efficiency"))] = None,
    certificates_mwh: Annotated[int | None, typer.Option(help=help_text("opt_certificates"))] = None,
    enterprise: Annotated[str | None, typer.Option(help=help_text("opt_certificates_for"))] = None,
    efficiency: Annotated[str | None, typer.Option(metavar="PERCENT", help=help_text("opt_efficiency"))] = None,
    parameters: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help=help_text("opt_set"))
    ] = None,
    year: Annotated[int | None, typer.Option("--year", metavar="YEAR", help=help_text("opt_year"))] = None,
    keep: Annotated[Path | None, typer.Option(metavar="DIR", help=help_text("opt_keep"))] = None,
    home: Home = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    from pipelines.commands.output import Output
    from pipelines.commands.what_if import Asked
    from pipelines.commands.what_if import what_if as command
    from pipelines.settings import Settings

    asked = Asked(
        add_direct_mw=add_direct_mw,
        technology=technology,
        relation=relation,
        profile=profile,
        full_load_hours=full_load_hours,
        curtail=curtail,
        storage_mw=storage_mw,
        storage_mwh=storage_mwh,
        storage_efficiency=storage_efficiency,
        certificates_mwh=certificates_mwh,
        enterprise=enterprise,
        efficiency=None if efficiency is None else _decimal(efficiency),
        parameters=parameters or (),
    )
    command(Settings.from_env(home), park, asked, year=year, keep=keep, output=Output(lang, as_json))


@scenarios.command(help=described("help_plan", "zcp plan beijing-etda --year 2026 --wind-max-mw 0"))
def plan(
    park: Annotated[str, typer.Argument(help=help_text("arg_park"))],
    *,
    solar_max_mw: Annotated[float | None, typer.Option(help=help_text("opt_solar_max"))] = None,
    wind_max_mw: Annotated[float | None, typer.Option(help=help_text("opt_wind_max"))] = None,
    storage_max_mw: Annotated[float | None, typer.Option(help=help_text("opt_storage_max_mw"))] = None,
    storage_max_mwh: Annotated[float | None, typer.Option(help=help_text("opt_storage_max_mwh"))] = None,
    certificates_max: Annotated[int | None, typer.Option(help=help_text("opt_certificates_max"))] = None,
    certificate_price: Annotated[
        str | None, typer.Option(metavar="CNY", help=help_text("opt_certificate_price"))
    ] = None,
    grid_price: Annotated[str | None, typer.Option(metavar="CNY", help=help_text("opt_grid_price"))] = None,
    costs: Annotated[list[str] | None, typer.Option("--cost", metavar="NAME=VALUE", help=help_text("opt_cost"))] = None,
    solar_profile: Annotated[Path | None, typer.Option(help=help_text("opt_solar_profile"))] = None,
    wind_profile: Annotated[Path | None, typer.Option(help=help_text("opt_wind_profile"))] = None,
    year: Annotated[int | None, typer.Option("--year", metavar="YEAR", help=help_text("opt_year"))] = None,
    keep: Annotated[Path | None, typer.Option(metavar="DIR", help=help_text("opt_keep_plan"))] = None,
    home: Home = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    from pipelines.commands.output import Output
    from pipelines.commands.plan import Asked
    from pipelines.commands.plan import plan as command
    from pipelines.settings import Settings

    asked = Asked(
        solar_max_mw=solar_max_mw,
        wind_max_mw=wind_max_mw,
        storage_max_mw=storage_max_mw,
        storage_max_mwh=storage_max_mwh,
        certificates_max=certificates_max,
        certificate_price=certificate_price,
        grid_price=grid_price,
        costs=costs or (),
        solar_profile=solar_profile,
        wind_profile=wind_profile,
    )
    command(Settings.from_env(home), park, asked, year=year, keep=keep, output=Output(lang, as_json))


@scenarios.command(help=described("help_trajectory", "zcp trajectory beijing-etda --through 2026-08"))
def trajectory(
    park: Annotated[str, typer.Argument(help=help_text("arg_trajectory_park"))],
    *,
    year: Annotated[int | None, typer.Option("--year", metavar="YEAR", help=help_text("opt_year"))] = None,
    through: Annotated[str | None, typer.Option("--through", metavar="MONTH", help=help_text("opt_through"))] = None,
    as_of: AsOf = None,
    home: Home = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    from pipelines.commands.output import Output
    from pipelines.commands.trajectory import trajectory as command
    from pipelines.settings import Settings

    command(Settings.from_env(home), park, year=year, through=through, as_of=as_of, output=Output(lang, as_json))
