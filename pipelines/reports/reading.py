"""What the pages need of a publication, read once: rows of its tables by park. Nothing is computed or worded here."""

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import duckdb

from pipelines.contracts import Contract, load
from pipelines.errors import UserError
from pipelines.lake import Lake, sha256_file
from pipelines.publish import query
from pipelines.publish.level import public_contracts
from pipelines.publish.manifest import MANIFEST, read_manifest

Row = dict[str, Any]
Level = Literal["public", "restricted"]

_BY_PARK = {
    "months": (
        "select * from metrics.park_month where year = $1 and window_kind in ('month', 'year_to_date') order by month"
    ),
    "quality": "select * from quality.park_month where year = $1 order by month",
    "projects": "select * from metrics.project_year where year = $1 order by project_id",
    "matching": "select * from metrics.matching where year = $1 order by basis",
    "sensitivity": "select * from metrics.sensitivity where year = $1 order by parameter, value",
    "indicators": "select * from metrics.guiding_indicators where year = $1 order by indicator",
    "outlook": (
        "select * from metrics.trajectory where year = $1"
        " qualify row_number() over (partition by park_id order by month desc) = 1 order by park_id"
    ),
    "findings": (
        "select * from quality.findings where year = $1 or year is null"
        " order by array_position(['fail', 'warn', 'info'], severity), code, month nulls first, meter_id, sentence"
    ),
    "exclusions": (
        "select park_id, reason, count(*) as lines, sum(mwh) as mwh, min(sentence) as sentence"
        " from certificates.exclusions where year = $1 group by all order by mwh desc, reason"
    ),
    "claimed": (
        "select park_id, kind, count(*) as ranges, sum(mwh) as mwh, count(distinct project_code) as projects"
        " from certificates.claimed_ranges where year = $1 group by all order by kind"
    ),
    "position": (
        "select e.park_id, p.status, sum(p.count_mwh) as mwh, count(distinct p.enterprise_id) as enterprises"
        " from certificates.position as p join metrics.enterprise_year as e using (enterprise_id, year)"
        " where p.year = $1 group by all order by p.status"
    ),
    "factors": "select * from evidence.factors_used where year = $1 order by term, factor, valid_from",
    "leaves": (
        "select park_id, term, source_kind, count(*) as leaves, sum(emission_tco2) as emission_tco2,"
        " sum(energy_tce) as energy_tce from evidence.contributions where year = $1"
        " and (emission_tco2 is not null or energy_tce is not null) group by all order by term, source_kind"
    ),
    "files": (
        "select distinct c.park_id, f.file_name, f.delivery, f.table_name, f.sha256 from evidence.contributions as c"
        " join quality.file_ledger as f using (file_id) where c.year = $1 order by all"
    ),
    "held": "select * from quality.held_parks order by check_name",
}
"""Rows of each park by the name that the pages use, as a query for one year; none where the set lacks a table of it."""

_DAYS = """
    select day, balance_minutes,
        cast(load_mwh_by_hour as double[]) as load_mwh,
        cast(green_used_mwh_by_hour as double[]) as green_mwh
    from metrics.park_day where park_id = $1 and year = $2 order by day
"""


@dataclass(frozen=True)
class Published:
    """One publication as the pages show it.

    ``parks``: the rows of metrics.park_year of the year with names and province, by park_id. ``rows``: what
    ``_BY_PARK`` names, by name and park_id. ``tables``: the tables that this set has; a public one lacks load curves
    and enterprises. ``params``: the row of reference.params. ``generated``: the values are invented (examples).
    """

    publication_id: str
    year: int
    level: Level
    manifest: Mapping[str, Any]
    manifest_sha256: str
    parks: Mapping[str, Row]
    rows: Mapping[str, Mapping[str, list[Row]]]
    tables: Collection[str]
    params: Row
    generated: bool
    con: duckdb.DuckDBPyConnection = field(repr=False)

    def of(self, name: str, park_id: str) -> list[Row]:
        """The rows of a park under the name ``name``; none where the set lacks the table."""
        return self.rows[name].get(park_id, [])

    def days(self, park_id: str) -> list[Row]:
        """Day, balance_minutes, 24 hours of load_mwh and green_mwh (DOUBLE, for drawing only)."""
        return select(self.con, _DAYS, [park_id, self.year]) if "metrics.park_day" in self.tables else []


def select(con: duckdb.DuckDBPyConnection, statement: str, parameters: Sequence[object] = ()) -> list[Row]:
    """The rows of a query as dictionaries."""
    cursor = con.execute(statement, list(parameters))
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]


def read(lake: Lake, publication_id: str | None = None, level: Level = "restricted") -> Published:
    """A publication, by default the current one; close its ``con`` after use. ``public`` takes its public part only.

    Raises ``UserError`` if nothing is published, there is no publication of that id, or it has no parks.
    """
    con = query.open_current(lake, publication_id)
    stamp = con.execute("select any_value(publication_id), max(year) from metrics.park_year").fetchone()
    if stamp is None or stamp[0] is None:
        con.close()
        raise UserError(f"the publication in {lake.home} has no parks; deliver the table parks")
    folder = lake.published / stamp[0]
    manifest = read_manifest(folder) or {}
    year = int(manifest.get("year", stamp[1]))
    there = frozenset(
        f"{schema}.{name}"
        for schema, name in con.execute("select schema_name, table_name from duckdb_tables()").fetchall()
    )
    contracts = load("outputs")
    tables = there if level == "restricted" else there & public_contracts(contracts).keys()
    return Published(
        publication_id=str(stamp[0]),
        year=year,
        level=level,
        manifest=manifest,
        manifest_sha256=sha256_file(folder / MANIFEST),
        parks=_parks(con, year),
        rows={name: _by_park(con, year, name, tables, _left_out(name, contracts, level)) for name in _BY_PARK},
        tables=tables,
        params=next(iter(select(con, "select * from reference.params where year = $1", [year])), {}),
        generated=_is_generated(con, there),
        con=con,
    )


def _tables_of(statement: str) -> list[str]:
    return re.findall(r"(?:from|join) (\w+\.\w+)", statement)


def _left_out(name: str, contracts: Mapping[str, Contract], level: Level) -> Row:
    """Columns that are blank at this level."""
    columns = [column for table in _tables_of(_BY_PARK[name]) for column in contracts[table].columns]
    return {column.name: None for column in columns if level == "public" and column.level == "restricted"}


def _parks(con: duckdb.DuckDBPyConnection, year: int) -> dict[str, Row]:
    found = select(
        con,
        "select p.* exclude (method_version, factor_release, publication_id), y.* from metrics.park_year as y"
        " left join reference.parks as p using (park_id) where y.year = $1 order by y.park_id",
        [year],
    )
    return {row["park_id"]: row for row in found}


def _by_park(
    con: duckdb.DuckDBPyConnection, year: int, name: str, tables: Collection[str], left_out: Row
) -> dict[str, list[Row]]:
    statement = _BY_PARK[name]
    grouped: dict[str, list[Row]] = defaultdict(list)
    if set(_tables_of(statement)) <= set(tables):
        for row in select(con, statement, [year] if "$1" in statement else []):
            grouped[row["park_id"]].append(row | left_out)
    return dict(grouped)


def _is_generated(con: duckdb.DuckDBPyConnection, tables: Collection[str]) -> bool:
    """Whether the publication rests on example deliveries, as `zcp demo` makes them."""
    if "quality.file_ledger" not in tables:
        return False
    statement = "select 1 from quality.file_ledger where regexp_matches(delivery, '(^|/)example-\\d') limit 1"
    return con.execute(statement).fetchone() is not None
