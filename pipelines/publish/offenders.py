"""Whom a broken rule is about: the parks, the months and the first examples of the rows that broke it.

A row leads to a park by its own ``park_id``, or by the enterprise, project or meter that it names. What a verdict then
stops is decided in ``held``.
"""

import re
from dataclasses import dataclass
from typing import Any

import duckdb

from pipelines.reference_tables import identifier

EXAMPLES = 3
"""Offending rows that are shown of a verdict, and of each park in it."""

PLACES = {
    "enterprise_id": "metrics.enterprise_year",
    "project_id": "metrics.project_year",
    "meter_id": "quality.meter_month",
}
"""Which published table says in which parks an enterprise, a project or a meter is."""

MONTH_COLUMNS = ("month", "period")
LEADING = ("park_id", *PLACES, *MONTH_COLUMNS)
"""The columns by which a row is led to its park and month."""

_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")

Example = dict[str, str]


@dataclass(frozen=True)
class ParkRows:
    """The rows of one park that broke a rule: how many, and the first of them."""

    park_id: str
    rows: int
    examples: tuple[Example, ...]


@dataclass(frozen=True)
class Offenders:
    """The rows that broke a rule. ``unplaced`` of them lead to no park; a row may lead to several."""

    rows: int
    examples: tuple[Example, ...] = ()
    parks: tuple[ParkRows, ...] = ()
    unplaced: int = 0
    months: tuple[str, ...] = ()


def find(con: duckdb.DuckDBPyConnection, query: str, *, lead: bool = True) -> Offenders:
    """Runs a query for rows that break a rule and leads them to parks, for which all tables must be as contracted.

    The order of rows and examples is that of their values, so that it depends on nothing else.
    """
    con.execute(f"create or replace temp table broken as\n{query}")
    rows = int(_one(con, "select count(*) from broken"))
    if not rows:
        return Offenders(0)
    names = [str(row[0]) for row in con.execute("describe broken").fetchall()]
    order = ", ".join(map(identifier, names))
    numbered = f"select row_number() over (order by {order}) as row_no, * from broken"
    con.execute(f"create or replace temp table offending as {numbered}")
    columns = ", ".join(f"o.{identifier(name)}" for name in names)
    first = con.execute(f"select {columns} from offending as o order by row_no limit {EXAMPLES}").fetchall()
    if not lead:
        return Offenders(rows, _examples(names, first), unplaced=rows)
    con.execute(f"create or replace temp table led as {_led(names)}")
    shown = con.execute(
        f"select l.park_id, l.park_rows, {columns} from ("
        "select *, count(*) over (partition by park_id) as park_rows, "
        "row_number() over (partition by park_id order by row_no) as place from led"
        f") as l inner join offending as o using (row_no) where l.place <= {EXAMPLES} order by l.park_id, l.row_no"
    ).fetchall()
    counts = {str(park): int(count) for park, count, *_ in shown}
    return Offenders(
        rows=rows,
        examples=_examples(names, first),
        parks=tuple(
            ParkRows(park, count, _examples(names, [row[2:] for row in shown if row[0] == park]))
            for park, count in counts.items()
        ),
        unplaced=int(_one(con, "select count(*) from offending where row_no not in (select row_no from led)")),
        months=_months(con, names),
    )


def _led(names: list[str]) -> str:
    """A query for (row_no, park_id): by the row's own park where it names one, else by what else it names."""
    own = "select row_no, park_id from offending where park_id is not null"
    nameless = "and o.park_id is null" if "park_id" in names else ""
    ways = [own] if "park_id" in names else []
    ways += [
        f"select distinct o.row_no, t.park_id from offending as o inner join {table} as t using ({column}) "
        f"where t.park_id is not null {nameless}"
        for column, table in PLACES.items()
        if column in names
    ]
    return " union ".join(ways) or "select row_no, cast(null as varchar) as park_id from offending where false"


def _months(con: duckdb.DuckDBPyConnection, names: list[str]) -> tuple[str, ...]:
    found: set[str] = set()
    for name in MONTH_COLUMNS:
        if name in names:
            found |= {str(row[0]) for row in con.execute(f"select distinct {name} from offending").fetchall()}
    return tuple(sorted(month for month in found if _MONTH.fullmatch(month)))


def _examples(names: list[str], rows: list[tuple[Any, ...]]) -> tuple[Example, ...]:
    return tuple({n: str(v) for n, v in zip(names, row, strict=True) if v is not None} for row in rows)


def _one(con: duckdb.DuckDBPyConnection, query: str) -> Any:
    row = con.execute(query).fetchone()
    return row[0] if row else 0
