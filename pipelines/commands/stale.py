"""The last good figures of parks that a publication holds back, marked stale, in place of its empty rows."""

from typing import TYPE_CHECKING, Any

from pipelines.commands import published
from pipelines.commands.output import Output
from pipelines.lake import Lake

if TYPE_CHECKING:
    import duckdb

REASON = "held_back"


def last_good_of(con: "duckdb.DuckDBPyConnection", lake: Lake) -> dict[str, str | None]:
    """The parks that a publication holds back, each with the publication that has its last good figures, if any."""
    from pipelines.publish import held

    parks = held.held_parks(con)
    if not parks:
        return {}
    (publication_id,) = con.execute("select publication_id from quality.held_parks limit 1").fetchone() or ("",)
    good = held.last_good(lake, str(publication_id))
    return {park: good.get(park) for park in parks}


def league_rows(con: "duckdb.DuckDBPyConnection", lake: Lake, year: int) -> published.Rows:
    """The rows of a year, those of parks that are held back as they last were good.

    Each row says ``stale`` and ``last_good_publication_id``; a stale one has ``held_back`` before its own reasons.
    """
    good = last_good_of(con, lake)
    rows = [row | {"stale": False, "last_good_publication_id": None} for row in published.league_rows(con, year)]
    return [_stale(row, lake, found) if (found := good.get(row["park_id"])) else row for row in rows]


def _stale(row: dict[str, Any], lake: Lake, publication_id: str) -> dict[str, Any]:
    """The row of that park and year in another publication; the given one where that has none."""
    from pipelines.publish import query

    with query.open_current(lake, publication_id) as con:
        rows = published.league_rows(con, row["year"])
    old = next((found for found in rows if found["park_id"] == row["park_id"]), None)
    if old is None:
        return row
    reasons = [REASON, *(old["reasons"] or [])]
    return row | old | {"reasons": reasons, "stale": True, "last_good_publication_id": publication_id}


def park_detail(con: "duckdb.DuckDBPyConnection", lake: Lake, park_id: str, year: int) -> dict[str, Any]:
    """Everything that is shown of a park: of one that is held back its last good figures, and why it is held back."""
    from pipelines.publish import query

    detail = published.park_detail(con, park_id, year)
    metrics = next(row for row in league_rows(con, lake, year) if row["park_id"] == park_id)
    if metrics["stale"]:
        with query.open_current(lake, metrics["last_good_publication_id"]) as good:
            old = published.park_detail(good, park_id, year)
        detail |= {part: old[part] for part in ("certificates", "exclusions")}
    held = (
        published.query_rows(
            con,
            "select check_name, offending_rows, sentence, remedy, evidence from quality.held_parks where park_id = $1"
            " order by check_name",
            [park_id],
        )
        if REASON in metrics["reasons"]
        else []
    )
    return detail | {"metrics": metrics, "held_back": held}


def note(con: "duckdb.DuckDBPyConnection", lake: Lake, output: Output) -> list[dict[str, Any]]:
    """One line for each park that is held back, and the same as records: park, checks, last good publication."""
    told = []
    for park, publication_id in last_good_of(con, lake).items():
        rows = con.execute(
            "select check_name from quality.held_parks where park_id = $1 order by check_name", [park]
        ).fetchall()
        checks = [str(row[0]) for row in rows]
        key = "held_stale" if publication_id else "held_none"
        output.warn(output.text(key, park=park, checks=", ".join(checks), publication_id=publication_id))
        told.append({"park_id": park, "checks": checks, "last_good_publication_id": publication_id})
    return told
