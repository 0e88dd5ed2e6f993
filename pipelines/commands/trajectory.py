"""The trajectory command: a park's year in the forecast, and the path to the end of its construction period.

The forecast is read from the published ``metrics.trajectory``; the years of the path are in ``scenario.trajectory``.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from pipelines.commands import chinese, formatting
from pipelines.commands.output import Output
from pipelines.commands.published import chosen_id, find_park, find_year, note_generated, open_current, query_rows
from pipelines.errors import UserError
from pipelines.scenario.trajectory import Path, path_of
from pipelines.settings import Settings

if TYPE_CHECKING:
    import duckdb

Row = Mapping[str, Any]

_ROWS = """
    select * exclude (method_version, factor_release, publication_id)
    from metrics.trajectory
    where park_id = $1 and (year = $2 or year < $2 and pattern = 'closed')
    order by year desc, month desc
"""
_PARAMETERS = """
    select residual_electricity_factor, forecast_months_min, direct_supply_share_min
    from reference.params
    where year = $1
"""


def trajectory(
    settings: Settings, park: str, *, year: int | None, through: str | None, as_of: str | None, output: Output
) -> None:
    """Prints the forecast of ``year`` (the latest published) from the months up to ``through``, and the path from it.

    Where no month of the year is closed, the latest closed year before it stands instead. Raises ``UserError`` where
    nothing is published, for an unknown park or year, and for a month that is none or is not closed.
    """
    if year is None and through and re.fullmatch(r"\d{4}-\d\d", through):
        year = int(through[:4])
    with open_current(settings, output, chosen_id(settings, output, as_of=as_of, year=year)) as con:
        _check_table(con, output)
        wanted = find_year(con, year, output)
        park_id = find_park(con, park, output)
        note_generated(con, output)
        row = _chosen(query_rows(con, _ROWS, [park_id, wanted]), park_id, wanted, through, output)
        (parameters,) = query_rows(con, _PARAMETERS, [row["year"]])
    path = path_of(row, float(parameters["residual_electricity_factor"]))
    if output.as_json:
        output.json({"park_id": park_id, "year": wanted, "forecast": row, "path": asdict(path)})
        return
    if row["year"] != wanted:
        output.say(output.text("path_from_closed", year=wanted, closed=row["year"]), style="yellow")
    _print_forecast(row, parameters, output)
    _print_certificates(row, parameters, output)
    _print_path(row, path, output)


def _check_table(con: "duckdb.DuckDBPyConnection", output: Output) -> None:
    """Raises ``UserError`` for a publication from before there were forecasts."""
    if not con.execute("select 1 from duckdb_tables() where table_name = 'trajectory'").fetchone():
        raise UserError(output.text("no_trajectory"))


def _chosen(rows: list[dict[str, Any]], park_id: str, year: int, through: str | None, output: Output) -> Row:
    """The row of ``through``, else the latest of ``rows`` (newest first)."""
    if through is None:
        if not rows:
            raise UserError(output.text("nothing_closed", park=park_id))
        return rows[0]
    if not re.fullmatch(rf"{year:04d}-(0[1-9]|1[0-2])", through):
        raise UserError(output.text("bad_through", value=through, year=year))
    of_year = [row for row in rows if row["year"] == year]
    found = [row for row in of_year if row["month"] == through]
    if not found:
        last = of_year[0]["month"] if of_year else formatting.NOTHING
        raise UserError(output.text("through_not_closed", value=through, park=park_id, year=year, last=last))
    return found[0]


def _print_forecast(row: Row, parameters: Row, output: Output) -> None:
    language = output.language
    closed = row["pattern"] == "closed"
    title = "trajectory_closed" if closed else "trajectory_title"
    output.say(output.text(title, park=row["park_id"], year=row["year"], month=row["month"]), style="bold")
    if not closed:
        output.say(output.text(f"pattern_{row['pattern']}", months=row["months_closed"]))
        if row["months_closed"] < parameters["forecast_months_min"]:
            output.say(output.text("no_band", least=int(parameters["forecast_months_min"])), style="yellow")
    limit, minimum = formatting.number(row["limit_tco2_per_tce"], 1), float(parameters["direct_supply_share_min"])
    cells: list[list[Any]] = [
        [chinese.column(name, language), *(formatting.number(row[key], 0) for key in (name, low, high)), "", ""]
        for name, low, high in (
            ("total_tco2", "total_low_tco2", "total_high_tco2"),
            ("energy_tce", "energy_low_tce", "energy_high_tce"),
        )
    ]
    intensities = ("intensity_tco2_per_tce", "intensity_low", "intensity_high")
    shares = ("direct_supply_share", "direct_supply_low", "direct_supply_high")
    cells += [
        [chinese.column(intensities[0], language), *(formatting.number(row[key], 4) for key in intensities),
         f"≤ {limit}", formatting.verdict(row["core_outlook"], language)],
        [chinese.column(shares[0], language), *(formatting.percent(row[key]) for key in shares),
         f"≥ {formatting.percent(minimum)}", formatting.verdict(row["direct_supply_outlook"], language)],
    ]  # fmt: skip
    headings = ("h_metric", "h_forecast", "h_low", "h_high", "h_limit", "h_outlook")
    section = output.text("s_closed_year" if closed else "s_forecast")
    output.table(section, [output.text(heading) for heading in headings], cells)


def _print_certificates(row: Row, parameters: Row, output: Output) -> None:
    """What stands, and what is missing to the limit: certificates in whole MWh, beyond them tCO2."""
    standing, surplus, residual, gap = (
        row[name]
        for name in ("certificates_standing_mwh", "certificates_surplus_mwh", "residual_grid_mwh", "limit_gap_mwh")
    )
    amounts = {"standing": standing, "surplus": surplus, "residual": residual}
    output.say(
        output.text("standing_certificates", **{name: formatting.number(mwh, 0) for name, mwh in amounts.items()})
    )
    if gap is None:
        return
    if gap <= 0:
        output.say(output.text("headroom", mwh=formatting.number(math.floor(-gap), 0)), style="green")
    elif gap <= residual:
        output.say(output.text("to_cancel", mwh=formatting.number(math.ceil(gap), 0), cutoff=row["cutoff"]))
    else:
        tco2 = (gap - residual) * parameters["residual_electricity_factor"]
        output.say(
            output.text("cannot_cancel", residual=formatting.number(residual, 0), tco2=formatting.number(tco2, 0))
        )


def _print_path(row: Row, path: Path, output: Output) -> None:
    if path.state != "open":
        output.say(output.text(f"path_{path.state}", year=path.from_year, build_end=path.build_end))
        return
    cells = [
        [
            str(year.year),
            formatting.number(year.steps_intensity, 4),
            formatting.number(year.steps_tco2, 0),
            formatting.number(year.steps_mwh, 0),
            formatting.number(year.factor_intensity, 4),
            formatting.number(year.factor_tco2, 0),
            formatting.number(year.factor_mwh, 0),
        ]
        for year in path.years
    ]
    columns = [f"{path}_{what}" for path in ("steps", "factor") for what in ("intensity", "tco2", "mwh")]
    title = output.text("s_path", build_end=path.build_end, limit=formatting.number(row["limit_tco2_per_tce"], 1))
    output.table(title, [output.text(f"h_{column}") for column in ("year", *columns)], cells)
    factor, step = row["path_factor"], row["path_step_tco2_per_tce"]
    shown = {"factor": formatting.number(factor, 4), "percent": formatting.percent(1 - factor)}
    output.say(output.text("path_factor", **shown, step=formatting.number(step, 4)))
    if row["limit_gap_mwh"] > row["residual_grid_mwh"]:
        needed, residual = formatting.number(row["limit_gap_mwh"], 0), formatting.number(row["residual_grid_mwh"], 0)
        output.say(output.text("path_beyond_power", needed=needed, residual=residual), style="yellow")
