"""The quality command: how far the data of the parks can be trusted, and what to deliver to make it better.

Everything shown is read from the published tables ``quality.*``; the formulas are the statements in ``quality.scores``.
"""

import re
from typing import TYPE_CHECKING, Any

from pipelines.commands import formatting, quality_queries, set_aside
from pipelines.commands.output import Output
from pipelines.commands.published import chosen_id, find_park, find_year, note_generated, open_current, query_rows
from pipelines.errors import UserError
from pipelines.settings import Settings

if TYPE_CHECKING:
    import duckdb

MAX_STRETCHES = 30
"""Gaps that are shown as a table; JSON has them all."""
MAX_SOURCES = 8
"""Sources of uncertainty that are shown as a table; JSON has them all."""

Rows = list[dict[str, Any]]


def month_of(value: str | None, year: int | None, output: Output) -> tuple[int | None, str | None]:
    """The year and the month ``YYYY-MM`` of ``--month``, a number or ``YYYY-MM``.

    Raises ``UserError`` for another form, or for a month of another year than ``--year``.
    """
    if value is None:
        return year, None
    found = re.fullmatch(r"(?:(\d{4})-)?(0?[1-9]|1[0-2])", value)
    if not found or (found[1] is None and year is None) or (found[1] and year and int(found[1]) != year):
        raise UserError(output.text("bad_month", value=value))
    chosen = int(found[1] or year or 0)
    return chosen, f"{chosen:04d}-{int(found[2]):02d}"


def coverage_cell(value: float | None) -> str:
    """A share in per cent, rounded down: what is not whole never reads 100 %."""
    return formatting.NOTHING if value is None else f"{int(value * 10000) / 100:.2f}%"


def quality(
    settings: Settings,
    park: str | None,
    *,
    year: int | None,
    month: str | None,
    with_sql: bool,
    as_of: str | None,
    output: Output,
) -> None:
    """Prints the quality of all parks, or of one with its meters, findings and gaps; ``with_sql`` with the statements.

    Raises ``UserError`` where nothing is published, or for an unknown park, year or month.
    """
    wanted_year, wanted_month = month_of(month, year, output)
    with open_current(settings, output, chosen_id(settings, output, as_of=as_of, year=wanted_year)) as con:
        _check_tables(con, output)
        shown = find_year(con, wanted_year, output)
        park_id = find_park(con, park, output) if park else None
        note_generated(con, output)
        scores = query_rows(con, "select score, sentence, statement from quality.scores order by score", [])
        if park_id:
            detail = _park(con, park_id, shown, wanted_month)
            _print_park(detail, park_id, wanted_month or str(shown), output)
        else:
            detail = {
                "parks": query_rows(con, quality_queries.PARKS, [shown, wanted_month]),
                "set_aside": set_aside.totals(con),
            }
            _print_parks(detail["parks"], wanted_month or str(shown), output)
            if not output.as_json:
                set_aside.show(detail["set_aside"], settings, output)
    if with_sql:
        _print_scores(scores, output)
    if output.as_json:
        output.json({"year": shown, "month": wanted_month} | detail | ({"scores": scores} if with_sql else {}))


def _check_tables(con: "duckdb.DuckDBPyConnection", output: Output) -> None:
    """Raises ``UserError`` for a publication from before there were these tables."""
    found = con.execute(
        "select count(*) from duckdb_tables()"
        " where (schema_name, table_name) in (('quality', 'scores'), ('metrics', 'uncertainty_sources'))"
    ).fetchone()
    if found != (2,):
        raise UserError(output.text("no_quality"))


def _park(con: "duckdb.DuckDBPyConnection", park_id: str, year: int, month: str | None) -> dict[str, Any]:
    """Everything that is shown of one park, as rows."""
    values: list[object] = [park_id, year, month]
    statements = {
        "months": quality_queries.MONTHS,
        "meters": quality_queries.METERS,
        "findings": quality_queries.FINDINGS,
        "to_deliver": quality_queries.STRETCHES,
    }
    # the interval is one of the whole year
    sources = query_rows(con, quality_queries.SOURCES, [park_id, year]) if month is None else []
    rows = {name: query_rows(con, statement, values) for name, statement in statements.items()}
    return {"park_id": park_id} | rows | {"uncertainty_sources": sources}


def _table(title: str, headings: str, rows: list[list[Any]], output: Output) -> None:
    output.table(title, [output.text(f"h_{heading}") for heading in headings.split()], rows)


def _print_parks(rows: Rows, when: str, output: Output) -> None:
    cells = [
        [
            formatting.park_name(row, output.language),
            coverage_cell(row["coverage"]),
            formatting.percent(row["estimated_share"]),
            formatting.number(row["intervals_open"], 0),
            formatting.number(row["open_mwh"]),
            formatting.number(row["days_late_latest"], 0),
            str(row["findings_fail"]),
            str(row["findings_warn"]),
        ]
        for row in rows
    ]
    headings = "park coverage estimated open open_mwh late fail_count warn_count"
    _table(output.text("quality_title", when=when), headings, cells, output)


def _print_park(detail: dict[str, Any], park_id: str, when: str, output: Output) -> None:
    output.say(f"{park_id} {when}", style="bold")
    _table(output.text("s_months"), "month coverage measured estimated spread open late documented findings", [
        [
            row["month"],
            coverage_cell(row["coverage"]),
            formatting.percent(row["actual_share"]),
            formatting.percent(row["estimated_share"]),
            formatting.percent(row["spread_share"]),
            formatting.number(row["intervals_open"], 0),
            formatting.number(row["days_late_latest"], 0),
            formatting.percent(row["documented_share"]),
            row["findings"] or "",
        ]
        for row in detail["months"]
    ], output)  # fmt: skip
    meters = "meter point expected valid estimated_count open estimated_mwh spread_mwh open_mwh methods"
    _table(output.text("s_meters"), meters, [
        [
            row["meter_id"] if row["due"] else f"({row['meter_id']})",
            row["point"],
            *(formatting.number(row[f"intervals_{what}"], 0) for what in ("expected", "valid", "estimated", "open")),
            *(formatting.number(row[f"{what}_mwh"]) for what in ("estimated", "spread", "open")),
            row["methods"] or "",
        ]
        for row in detail["meters"]
    ], output)  # fmt: skip
    findings = formatting.finding_rows(detail["findings"], output.language)
    _table(output.text("s_findings"), "severity code lines sentence", findings, output)
    _print_sources(detail["uncertainty_sources"], output)
    _print_stretches(detail["to_deliver"], output)


def _print_sources(rows: Rows, output: Output) -> None:
    """What widens the interval of the intensity, the widest first; what widens nothing is left to JSON."""
    wide = [row for row in rows if row["half_width_tco2_per_tce"] or row["bias_tco2_per_tce"]]
    if not wide:
        return
    cells = [
        [
            row["meter_id"],
            row["method"],
            row["basis"],
            formatting.number(row["energy_mwh"]),
            formatting.number(row["half_width_mwh"]),
            formatting.number(row["half_width_tco2_per_tce"], 6),
            formatting.percent(row["variance_share"]),
        ]
        for row in wide[:MAX_SOURCES]
    ]
    _table(output.text("s_sources"), "meter method basis energy_mwh half_width_mwh half_width variance", cells, output)
    if len(wide) > MAX_SOURCES:
        output.say(output.text("more_rows", count=len(wide) - MAX_SOURCES))


def _print_stretches(rows: Rows, output: Output) -> None:
    """What to deliver: gaps that leave the year open first, then what is only estimated, the longest first."""
    if not rows:
        output.say(output.text("nothing_to_deliver"), style="green")
        return
    cells = [
        [
            row["meter_id"],
            f"{row['from_at']:%Y-%m-%d %H:%M}",
            f"{row['to_at']:%Y-%m-%d %H:%M}",
            formatting.number(row["intervals"], 0),
            output.text(f"gap_{row['state']}"),
            row["reasons"],
        ]
        for row in rows[:MAX_STRETCHES]
    ]
    _table(output.text("s_to_deliver"), "meter from to intervals now code", cells, output)
    if len(rows) > MAX_STRETCHES:
        output.say(output.text("more_rows", count=len(rows) - MAX_STRETCHES))


def _print_scores(scores: Rows, output: Output) -> None:
    output.say(output.text("scores_title"), style="bold")
    for row in scores:
        output.say(f"\n{row['score']}: {row['sentence']}")
        output.say(f"  {row['statement']}", style="dim")
