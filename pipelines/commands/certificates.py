"""The certificates command: what stands where, what expires soon, which trades nobody has cancelled yet.

Everything is read from one publication; the rules are those of the models in ``sql/certificates``.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from pipelines.commands import chinese, formatting
from pipelines.commands.output import Output
from pipelines.commands.published import chosen_id, find_park, find_year, note_generated, open_current, query_rows
from pipelines.commands.statement import check_tables
from pipelines.errors import UserError
from pipelines.ingest.ledger import SHANGHAI
from pipelines.settings import Settings

if TYPE_CHECKING:
    import duckdb

MAX_ROWS = 30
"""Ranges and trades that are shown as a table; JSON has them all."""

POSITION = """
    select enterprise_id, status, count_mwh
    from certificates.position
    where
        year = $1
        and ($2 is null or enterprise_id in (select enterprise_id from metrics.enterprise_year where park_id = $2))
    order by enterprise_id, status
"""
"""Where the certificates of the enterprises stand in the account of year $1, of park $2 or of all."""
HELD = """
    with parks as (
        select enterprise_id, arg_max(park_id, year) as park_id
        from metrics.enterprise_year
        group by enterprise_id
    )
    select
        r.holder_enterprise_id as enterprise_id,
        p.park_id,
        r.state,
        r.trade_id,
        r.project_code,
        r.generation_month,
        r.serial_from,
        r.serial_to,
        r.mwh,
        x.valid_from - 1 as expires_on
    from certificates.register as r
    join parks as p on r.holder_enterprise_id = p.enterprise_id
    join certificates.register as x
        on
            r.project_code = x.project_code
            and r.generation_month = x.generation_month
            and r.serial_from = x.serial_from
            and x.state = 'expired'
    where
        r.state in ('held', 'pending', 'assigned', 'expired')
        and $1 between r.valid_from and r.valid_to
        and ($2 is null or p.park_id = $2)
    order by expires_on, p.park_id, enterprise_id, r.trade_id, r.project_code, r.generation_month, r.serial_from
"""
"""What enterprises of park $2, or of all, held on day $1 and nobody cancelled since; the park is their latest."""

Rows = list[dict[str, Any]]


def certificates(
    settings: Settings,
    park: str | None,
    *,
    year: int | None,
    on: str | None,
    within_days: int,
    output: Output,
    as_of: str | None = None,
) -> None:
    """Prints the position, what expires within ``within_days`` of the day ``on``, and the trades not yet cancelled.

    The register gives the state on that day; what the publication knows to be cancelled later is left out. Raises
    ``UserError`` where nothing is published, for an unknown park or year, or for a day that is none.
    """
    first = _day(on, output)
    last = date.fromordinal(min(first.toordinal() + within_days, date.max.toordinal()))
    with open_current(settings, output, chosen_id(settings, output, as_of=as_of, year=year)) as con:
        check_tables(con, output)
        shown = find_year(con, year, output)
        park_id = find_park(con, park, output) if park else None
        note_generated(con, output)
        found = _rows(con, park_id, shown, first, last)
    if output.as_json:
        output.json({"park_id": park_id, "year": shown, "on": first, "until": last} | found)
        return
    _print(found, shown, first, last, output)


def _day(value: str | None, output: Output) -> date:
    """The day of ``--on``, by default today in Asia/Shanghai. Raises ``UserError`` if it is no ISO date."""
    if value is None:
        return datetime.now(SHANGHAI).date()
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise UserError(output.text("bad_day", value=value)) from None


def _rows(con: "duckdb.DuckDBPyConnection", park_id: str | None, year: int, first: date, last: date) -> dict[str, Any]:
    """Everything that is shown: position, expiring ranges, trades still open, and what expired before."""
    held = query_rows(con, HELD, [first, park_id])
    valid = [row for row in held if row["state"] != "expired"]
    return {
        "position": query_rows(con, POSITION, [year, park_id]),
        "expiring": [row for row in valid if row["expires_on"] <= last],
        "not_cancelled": _by_trade(valid),
        "expired_mwh": _sum(row for row in held if row["state"] == "expired"),
    }


def _sum(rows: Iterable[Mapping[str, Any]]) -> Any:
    return sum(row["mwh"] for row in rows)


def _by_trade(rows: Rows) -> Rows:
    """One row for each trade and state, with what of it is open; it keeps the order of the rows."""
    trades: dict[tuple[str, str], dict[str, Any]] = {}
    kept = ("trade_id", "enterprise_id", "park_id", "state", "project_code", "generation_month", "expires_on")
    for row in rows:
        trade = trades.setdefault(
            (row["trade_id"], row["state"]), {name: row[name] for name in kept} | {"mwh": 0, "ranges": 0}
        )
        trade["mwh"] += row["mwh"]
        trade["ranges"] += 1
    return list(trades.values())


def _print(found: dict[str, Any], year: int, first: date, last: date, output: Output) -> None:
    totals: dict[str, Any] = dict.fromkeys(("usable", "counted", "surplus"), 0)
    for row in found["position"]:
        totals[row["status"]] = totals.get(row["status"], 0) + row["count_mwh"]
    position = [[chinese.value(status, output.language), formatting.number(mwh)] for status, mwh in totals.items()]
    output.table(output.text("position_title", year=year), _headings("status mwh", output), position)
    title = output.text("expiring_title", first=first, last=last, mwh=formatting.number(_sum(found["expiring"]), 0))
    _table(title, "enterprise status trade project generation serials mwh expires", [
        [
            row["enterprise_id"],
            chinese.value(row["state"], output.language),
            row["trade_id"],
            row["project_code"],
            row["generation_month"],
            f"{row['serial_from']}-{row['serial_to']}",
            formatting.number(row["mwh"], 0),
            f"{row['expires_on']}",
        ]
        for row in found["expiring"]
    ], output)  # fmt: skip
    title = output.text("open_title", mwh=formatting.number(_sum(found["not_cancelled"]), 0))
    _table(title, "enterprise status trade project generation mwh expires", [
        [
            row["enterprise_id"],
            chinese.value(row["state"], output.language),
            row["trade_id"],
            row["project_code"],
            row["generation_month"],
            formatting.number(row["mwh"], 0),
            f"{row['expires_on']}",
        ]
        for row in found["not_cancelled"]
    ], output)  # fmt: skip
    if found["expired_mwh"]:
        mwh = formatting.number(found["expired_mwh"], 0)
        output.say(output.text("expired_note", first=first, mwh=mwh), style="yellow")


def _headings(names: str, output: Output) -> list[str]:
    return [output.text(f"h_{name}") for name in names.split()]


def _table(title: str, headings: str, rows: list[list[str]], output: Output) -> None:
    """The first rows as a table, and how many more there are."""
    output.table(title, _headings(headings, output), rows[:MAX_ROWS])
    if len(rows) > MAX_ROWS:
        output.say(output.text("more_rows", count=len(rows) - MAX_ROWS))
