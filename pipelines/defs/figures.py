"""Numbers of a run that Dagster plots over time: of each month as it is built, and of each publication.

They are read back from what was written, and shown only: nothing is decided by them.
"""

from pathlib import Path
from typing import Any

import duckdb

from pipelines.defs.checks import read_verdicts
from pipelines.model_runner import BuildContext, ModelResult, output_path
from pipelines.publish.manifest import table_path

_MONTH = """
select
    count(*) as meters,
    cast(sum(intervals_open) as bigint) as intervals_open,
    sum(intervals_valid) / nullif(sum(intervals_expected), 0) as coverage,
    sum(cast(
        sender_estimated_wh + alternate_wh + linear_wh + like_day_wh + scaled_wh + conservative_wh as double
    )) / nullif(sum(cast(energy_wh as double)), 0) as estimated_share
from read_parquet(?)
"""

_PARKS = """
select
    count(*) as parks,
    count(*) filter (where overall_verdict = 'pass') as parks_pass,
    count(*) filter (where overall_verdict = 'fail') as parks_fail,
    count(*) filter (where overall_verdict = 'undecided') as parks_undecided,
    cast(median(intensity_tco2_per_tce) as double) as intensity_median_tco2_per_tce
from read_parquet(?)
where year = ?
"""

_QUALITY = """
select
    sum(intervals_valid) / nullif(sum(intervals_expected), 0) as coverage,
    sum(estimated_share * cast(energy_mwh as double)) / nullif(sum(cast(energy_mwh as double)), 0) as estimated_share
from read_parquet(?)
where year = ?
"""

_HELD = """
select park_id, string_agg(concat_ws(' ', check_name || ':', sentence, remedy), ' ' order by check_name)
from read_parquet(?)
group by park_id
order by park_id
"""


def month_figures(context: BuildContext, built: ModelResult) -> dict[str, Any]:
    """Meters, open intervals, coverage and estimated share of a month's ``COVERAGE_MODEL``."""
    path = output_path(context.lake, built.name, built.month, built.fingerprint)
    return _row(context.connection(), _MONTH, [str(path)])


def publication_figures(con: duckdb.DuckDBPyConnection, folder: Path, year: int) -> dict[str, Any]:
    """Parks by verdict, held parks, median intensity, coverage and estimated share of the year, failed checks."""
    broken = [verdict for verdict in read_verdicts(folder) if not verdict["passed"]]
    critical = sum(verdict["severity"] == "critical" for verdict in broken)
    return {
        **_row(con, _PARKS, [str(table_path(folder, "metrics.park_year")), year]),
        "parks_held": len(held_parks(con, folder)),
        **_row(con, _QUALITY, [str(table_path(folder, "quality.park_month")), year]),
        "checks_failed": critical,
        "checks_warned": len(broken) - critical,
    }


def held_parks(con: duckdb.DuckDBPyConnection, folder: Path) -> dict[str, str]:
    """The parks whose figures a publication holds back, each with the checks that found fault with them."""
    return dict(con.execute(_HELD, [str(table_path(folder, "quality.held_parks"))]).fetchall())


def _row(con: duckdb.DuckDBPyConnection, query: str, values: list[Any]) -> dict[str, Any]:
    """The one row of a query by column, without what is unknown: Dagster plots numbers only."""
    found = con.execute(query, values)
    names = [str(column[0]) for column in found.description or []]
    row = found.fetchone() or ()
    return {name: value for name, value in zip(names, row, strict=True) if value is not None}
