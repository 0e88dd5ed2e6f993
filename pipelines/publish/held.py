"""The gate, park by park: whose figures a failed audit stops, and which publication has their last good ones.

A critical verdict all of whose rows lead to parks stops these parks, one with a row that leads to none the publication.
What becomes of the rows of a stopped park is in ``held_tables``.
"""

from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import duckdb

from pipelines import warehouse
from pipelines.lake import Lake
from pipelines.publish import catalog
from pipelines.publish.candidate import parquet
from pipelines.publish.manifest import table_path
from pipelines.publish.offenders import ParkRows
from pipelines.publish.verdicts import AuditReport, Verdict
from pipelines.settings import Settings

TABLE, CLAIMS = "quality.held_parks", "certificates.claimed_ranges"

SHARED = Verdict(
    check="held.shared_enterprise",
    table="",
    severity="critical",
    passed=False,
    demand="The figures of every park in which an enterprise is in a year are sound: its certificates are one account.",
    sentence="An enterprise of the park is in another one too, whose figures are held back.",
    remedy="Repair the other park; this one is published with it.",
    reads=("metrics.enterprise_year",),
)
"""Why a park is stopped with another one that shares an enterprise with it in a year."""

_NEIGHBOURS = """
    select a.park_id, b.park_id as other_park_id, a.enterprise_id
    from metrics.enterprise_year as a
    inner join metrics.enterprise_year as b
        on a.enterprise_id = b.enterprise_id and a.year = b.year and a.park_id <> b.park_id
    group by all
    order by all
"""

_TOUCHED = """
    select 1
    from standing as s
    inner join {claims} as c
        on s.project_code = c.project_code
            and s.generation_month = c.generation_month
            and s.serial_from <= c.serial_to
            and s.serial_to >= c.serial_from
    where c.park_id = $1
    limit 1
"""


def parks_of(verdicts: Iterable[Verdict]) -> tuple[str, ...]:
    """The parks that the verdicts are about, sorted."""
    return tuple(sorted({park for verdict in verdicts for park in verdict.parks}))


def checks_of(verdicts: Iterable[Verdict], park_id: str) -> tuple[str, ...]:
    """The checks that stop a park."""
    return tuple(dict.fromkeys(verdict.name for verdict in verdicts if park_id in verdict.parks))


def stopped(
    con: duckdb.DuckDBPyConnection, report: AuditReport, before: tuple[Verdict, ...]
) -> tuple[Verdict, ...] | None:
    """The verdicts that stop parks, those of earlier attempts (``before``) among them; none where the audit passed.

    None where holding parks back does not help: a failure is nobody's, nothing new has failed, or no park is left.
    """
    if not report.failures:
        return before
    if any(verdict.stops_everything for verdict in report.failures):
        return None
    known = {(park, verdict.name) for verdict in before for park in verdict.parks}
    new = [
        _only(verdict, {park for park in verdict.parks if (park, verdict.name) not in known})
        for verdict in report.failures
    ]
    new = [verdict for verdict in new if verdict.parks]
    if not new:
        return None
    found = [*before, *new]
    found += _with_shared_enterprises(con, parks_of(found))
    everyone = {str(row[0]) for row in con.execute("select park_id from reference.parks").fetchall()}
    return None if everyone <= set(parks_of(found)) else tuple(found)


def _only(verdict: Verdict, parks: set[str]) -> Verdict:
    return replace(verdict, by_park=tuple(park for park in verdict.by_park if park.park_id in parks))


def _with_shared_enterprises(con: duckdb.DuckDBPyConnection, parks: tuple[str, ...]) -> list[Verdict]:
    """A verdict on the parks that share an enterprise with these, or with one that does; none where there are none."""
    pairs = [(str(a), str(b), str(e)) for a, b, e in con.execute(_NEIGHBOURS).fetchall()]
    reached = set(parks)
    while more := {park for park, other, _ in pairs if other in reached and park not in reached}:
        reached |= more
    shared = []
    for park in sorted(reached - set(parks)):
        examples = tuple(
            {"enterprise_id": enterprise, "park_id": park, "other_park_id": other}
            for mine, other, enterprise in pairs
            if mine == park and other in reached
        )
        shared.append(ParkRows(park, len(examples), examples))
    return [replace(SHARED, by_park=tuple(shared), offending=sum(park.rows for park in shared))] if shared else []


def held_parks(con: duckdb.DuckDBPyConnection) -> dict[str, tuple[str, ...]]:
    """The parks that a publication holds back, each with the sentences that say why; none in an older one."""
    there = con.execute(
        "select 1 from duckdb_tables() where schema_name = 'quality' and table_name = 'held_parks'"
    ).fetchone()
    if not there:
        return {}
    rows = con.execute(
        f"select park_id, list(distinct sentence order by sentence) from {TABLE} group by park_id order by park_id"
    ).fetchall()
    return {str(park): tuple(sentences) for park, sentences in rows}


def last_good(lake: Lake, publication_id: str) -> dict[str, str]:
    """The parks that a publication holds back, and the publication that has their last good figures.

    Without those that had none when it was made, and those whose publication is no longer on disk.
    """
    on_disk = set(catalog.publication_ids(lake))
    lines = [e["last_good"] for e in catalog.events(lake) if e.get("id") == publication_id and "last_good" in e]
    return {park: found for park, found in (lines[-1] if lines else {}).items() if found in on_disk}


def find_last_good(
    settings: Settings, lake: Lake, publication_id: str, year: int, parks: tuple[str, ...]
) -> dict[str, str]:
    """For each park that a new publication holds back the newest one of the same year that has figures of it.

    Figures that count a certificate which the new publication counts for somebody else are good no longer, nor are
    those that count one which the last good figures of a park before it count.
    """
    if not parks:
        return {}
    on_disk = set(catalog.publication_ids(lake)) - {publication_id}
    past = [e["id"] for e in reversed(catalog.entries(lake)) if e["year"] == year and e["id"] in on_disk]
    found: dict[str, str] = {}
    with closing(warehouse.connect(settings, threads=1)) as con:
        con.execute(f"create temp table standing as {_claims(lake, publication_id)}")
        for park in parks:
            good = (other for other in dict.fromkeys(past) if _has_good_figures(con, lake, other, park, year))
            if chosen := next(good, None):
                found[park] = chosen
                con.execute(f"insert into standing {_claims(lake, chosen)} where park_id = $1", [park])
    return found


def _claims(lake: Lake, publication_id: str) -> str:
    """A query for the claimed ranges of a publication; an older one may have other columns beside these."""
    claims = _table(lake, publication_id, CLAIMS)
    return f"select park_id, project_code, generation_month, serial_from, serial_to from {claims}"


def _table(lake: Lake, publication_id: str, table: str) -> str:
    return parquet(table_path(lake.published / publication_id, table))


def _has_good_figures(con: duckdb.DuckDBPyConnection, lake: Lake, publication_id: str, park: str, year: int) -> bool:
    """Whether a publication has figures of a park's year, and nobody in ``standing`` has their certificates."""
    folder: Path = lake.published / publication_id
    if table_path(folder, TABLE).is_file():
        held = _table(lake, publication_id, TABLE)
        if con.execute(f"select 1 from {held} where park_id = $1 limit 1", [park]).fetchone():
            return False
    there = f"select 1 from {_table(lake, publication_id, 'metrics.park_year')} where park_id = $1 and year = $2"
    if not con.execute(there, [park, year]).fetchone():
        return False
    if not table_path(folder, CLAIMS).is_file():
        return False
    touched = _TOUCHED.format(claims=_table(lake, publication_id, CLAIMS))
    return con.execute(touched, [park]).fetchone() is None
