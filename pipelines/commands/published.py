"""Commands that read what is published: show, sql, publications."""

import difflib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pipelines.commands import chinese, formatting
from pipelines.commands.output import Output
from pipelines.errors import UserError
from pipelines.lake import Lake
from pipelines.settings import Settings

if TYPE_CHECKING:
    import duckdb

MAX_TABLE_ROWS = 200
"""Rows of a query that are shown as a table; JSON has them all."""
WIDE_ENOUGH = 120
"""Columns of a terminal in which the whole league table is readable."""

Rows = list[dict[str, Any]]


def open_current(settings: Settings, output: Output, publication_id: str | None = None) -> "duckdb.DuckDBPyConnection":
    """A read-only connection to a publication, by default the current one.

    Raises ``UserError`` where nothing is published yet.
    """
    from pipelines.publish import catalog, query

    lake = Lake(settings.home)
    if publication_id is None and catalog.current_id(lake) is None:
        raise UserError(output.text("nothing_published", home=settings.home))
    return query.open_current(lake, publication_id)


def chosen_id(
    settings: Settings,
    output: Output,
    *,
    publication: str | None = None,
    as_of: str | None = None,
    year: int | None = None,
) -> str | None:
    """The publication that the options name: one by its id, or that of a past moment, which is built if need be.

    None for the current one. Raises ``UserError`` for both options at once or a moment that is none.
    """
    from pipelines.commands.building import parse_moment, publication_at

    if publication and as_of:
        raise UserError(output.text("publication_or_as_of"))
    moment = parse_moment(as_of, output)
    return publication_at(settings, moment, year, output) if moment else publication


def query_rows(con: "duckdb.DuckDBPyConnection", statement: str, parameters: list[object]) -> Rows:
    """The result of a query as dictionaries."""
    cursor = con.execute(statement, parameters)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]


def find_year(con: "duckdb.DuckDBPyConnection", year: int | None, output: Output) -> int:
    """``year`` if the publication has results for it; the latest it has if None."""
    years = [found for (found,) in con.execute("select distinct year from metrics.park_year order by 1").fetchall()]
    wanted: int = years[-1] if year is None and years else (year or 0)
    if wanted not in years:
        raise UserError(output.text("no_year", year=wanted, years=", ".join(map(str, years)) or formatting.NOTHING))
    return wanted


def note_generated(con: "duckdb.DuckDBPyConnection", output: Output) -> bool:
    """Says that the values are generated where the publication rests on example deliveries; True if it does."""
    found = con.execute(
        "select 1 from quality.file_ledger where regexp_matches(delivery, '(^|/)example-\\d') limit 1"
    ).fetchone()
    if found:
        output.warn(output.text("generated"))
    return found is not None


def league_rows(con: "duckdb.DuckDBPyConnection", year: int) -> Rows:
    """``metrics.park_year`` of one year with the parks' names, best verdict first, then by intensity."""
    return query_rows(
        con,
        """
        select y.*, p.name_zh, p.name_en
        from metrics.park_year as y
        left join reference.parks as p using (park_id)
        where y.year = $1
        order by
            array_position(['pass', 'undecided', 'fail', 'not_applicable'], y.overall_verdict),
            y.intensity_tco2_per_tce nulls last,
            y.park_id
        """,
        [year],
    )


def print_league(rows: Rows, year: int, output: Output) -> None:
    """The league table; on a narrow terminal without the reasons, which are in ``zcp show PARK`` too."""
    shown = None if output.width >= WIDE_ENOUGH else formatting.NARROW_LEAGUE
    cells = [formatting.league_row(row, output.language)[:shown] for row in rows]
    headings = [output.text(heading) for heading in formatting.LEAGUE_HEADINGS[:shown]]
    output.table(output.text("league_title", year=year), headings, cells)


def find_park(con: "duckdb.DuckDBPyConnection", wanted: str, output: Output) -> str:
    """The id of the park that ``wanted`` names by id or by name."""
    parks = con.execute(
        "select distinct y.park_id, p.name_zh, p.name_en"
        " from metrics.park_year as y left join reference.parks as p using (park_id)"
    ).fetchall()
    by_name = {name.casefold(): park[0] for park in parks for name in park if name}
    if wanted.casefold() in by_name:
        return str(by_name[wanted.casefold()])
    near = difflib.get_close_matches(wanted.casefold(), by_name, n=3, cutoff=0.5)
    hint = output.text("did_you_mean", names=", ".join(dict.fromkeys(by_name[name] for name in near))) if near else ""
    raise UserError(output.text("unknown_park", park=wanted, hint=hint))


def park_detail(con: "duckdb.DuckDBPyConnection", park_id: str, year: int) -> dict[str, Any]:
    """Everything that ``zcp show PARK`` shows, as rows of the published tables."""
    return {
        "metrics": next(row for row in league_rows(con, year) if row["park_id"] == park_id),
        "certificates": query_rows(
            con,
            "select p.status, sum(p.count_mwh) as count_mwh from certificates.position as p"
            " join metrics.enterprise_year as e using (enterprise_id, year)"
            " where e.park_id = $1 and p.year = $2 group by 1 order by 1",
            [park_id, year],
        ),
        "exclusions": query_rows(
            con,
            "select x.ledger_id, x.enterprise_id, x.mwh, x.reason, x.sentence from certificates.exclusions as x"
            " join metrics.enterprise_year as e using (enterprise_id, year)"
            " where e.park_id = $1 and x.year = $2 order by x.ledger_id, x.reason",
            [park_id, year],
        ),
        "findings": query_rows(
            con,
            "select code, severity, month, meter_id, sentence, evidence from quality.findings"
            " where park_id = $1 and (year = $2 or year is null)"
            " order by array_position(['fail', 'warn', 'info'], severity), code, month, meter_id",
            [park_id, year],
        ),
    }


def _print_park(detail: Mapping[str, Any], minimum_share: float, output: Output) -> None:
    language, row = output.language, detail["metrics"]
    output.say(f"{formatting.park_name(row, language)} ({row['park_id']}) {row['year']}", style="bold")
    if detail["held_back"]:
        key = "held_shown_stale" if row["stale"] else "held_shown_empty"
        output.say(output.text(key, publication_id=row["last_good_publication_id"]), style="yellow")
        output.table(
            output.text("s_held_back"),
            [output.text("h_check"), output.text("h_rows"), output.text("h_sentence")],
            formatting.held_rows(detail["held_back"], language),
        )
    output.table(
        output.text("s_verdicts"),
        ["", output.text("h_value"), output.text("h_limit"), output.text("h_margin"), output.text("h_verdict")],
        formatting.margin_rows(row, minimum_share, language),
    )
    for section, names in formatting.SECTIONS.items():
        headings = [output.text("h_metric"), output.text("h_value")]
        output.table(output.text(section), headings, formatting.section_rows(row, names, language))
    output.table(
        output.text("s_certificates"),
        [output.text("h_status"), "MWh"],
        [
            [chinese.value(found["status"], language), formatting.number(found["count_mwh"])]
            for found in detail["certificates"]
        ],
    )
    if detail["exclusions"]:
        output.table(
            output.text("s_exclusions"),
            [output.text("h_code"), output.text("h_lines"), "MWh", output.text("h_sentence")],
            formatting.exclusion_rows(detail["exclusions"], language),
        )
    output.table(
        output.text("s_findings"),
        [output.text("h_severity"), output.text("h_code"), output.text("h_lines"), output.text("h_sentence")],
        formatting.finding_rows(detail["findings"], language),
    )


def show(settings: Settings, park: str | None, year: int | None, output: Output, as_of: str | None = None) -> None:
    """Prints the league table, or one park with margins, reasons, certificates and findings; now or at a past moment.

    Raises ``UserError`` where nothing is published, or for an unknown park or year.
    """
    from pipelines.commands import stale
    from pipelines.reference_tables import parameter_versions, parameters_of

    lake = Lake(settings.home)
    with open_current(settings, output, chosen_id(settings, output, as_of=as_of, year=year)) as con:
        shown = find_year(con, year, output)
        park_id = find_park(con, park, output) if park else None
        note_generated(con, output)
        if park_id is None:
            rows = stale.league_rows(con, lake, shown)
            if output.as_json:
                output.json(rows)
            print_league(rows, shown, output)
            stale.note(con, lake, output)
            return
        detail = stale.park_detail(con, lake, park_id, shown)
        if output.as_json:
            output.json(detail)
            return
        minimum = float(parameters_of(shown, parameter_versions(lake))["direct_supply_share_min"])
        _print_park(detail, minimum, output)


def sql(settings: Settings, statement: str, publication: str | None, output: Output, as_of: str | None = None) -> None:
    """Prints the rows of a query on a publication, by default the current one."""
    from pipelines.publish import query

    wanted = chosen_id(settings, output, publication=publication, as_of=as_of)
    names, rows = query.run_sql(Lake(settings.home), statement, wanted)
    if output.as_json:
        output.json([dict(zip(names, row, strict=True)) for row in rows])
        return
    shown = [[formatting.cell(value) for value in row] for row in rows[:MAX_TABLE_ROWS]]
    output.table("", names, shown)
    if len(rows) > MAX_TABLE_ROWS:
        output.warn(output.text("more_rows", count=len(rows) - MAX_TABLE_ROWS))


def publications(settings: Settings, output: Output) -> None:
    """Prints the publications, newest last, and which one is current."""
    from pipelines.publish.history import list_publications
    from pipelines.publish.locks import locks

    lake = Lake(settings.home)
    found = list_publications(lake)
    if output.as_json:
        output.json(found)
        return
    rows = [
        [
            str(entry["id"]),
            str(entry["created_at"]),
            str(entry["year"]),
            _state(entry, output),
            str(entry["reason"] or ""),
            ", ".join(entry["approved_by"]),
        ]
        for entry in found
    ]
    headings = ["h_publication", "h_created", "opt_year", "h_status", "h_reason", "h_approved_by"]
    output.table("", [output.text(heading) for heading in headings], rows)
    if locked := locks(lake):
        headings = ["opt_year", "h_publication", "h_created", "h_reason", "h_approved_by"]
        rows = [[str(k.year), k.publication_id, k.created_at, k.reason, ", ".join(k.by)] for k in locked.values()]
        output.table(output.text("locked_title"), [output.text(heading) for heading in headings], rows)


def _state(entry: Mapping[str, Any], output: Output) -> str:
    """What a publication is now: current, a candidate, or of a past state, whose moment is told."""
    if entry["current"]:
        return output.text("current")
    if entry["event"] == "candidate":
        return output.text("candidate")
    return str(entry["as_of"] or "")[:19]
