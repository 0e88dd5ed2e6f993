"""Reading what is published: which publications there are, a connection to one, and SQL that a user wrote.

Readers need no lock: a publication never changes, and ``current`` is resolved once, when it is opened.
"""

import threading
from typing import Any

import duckdb

from pipelines import warehouse
from pipelines.errors import UserError
from pipelines.lake import Lake
from pipelines.publish import catalog
from pipelines.publish.manifest import DATABASE

TIMEOUT_SECONDS = 60.0
MAX_ROWS = 100_000
"""Rows that a query may return; more belongs into a tool that opens the file itself."""

_ALLOWED = {"SELECT", "EXPLAIN", "MULTI"}
"""Kinds of statement that only read; DuckDB calls a PIVOT ``MULTI``."""


def open_current(lake: Lake, publication_id: str | None = None) -> duckdb.DuckDBPyConnection:
    """A read-only connection to a publication, by default the current one; close it after use.

    Raises ``UserError`` if nothing is published yet, or if there is no publication of that id.
    """
    wanted = publication_id or catalog.current_id(lake)
    if wanted is None:
        raise UserError(f"nothing is published in {lake.home} yet; run `zcp run --input PATH` or `zcp demo` first")
    known = catalog.publication_ids(lake)
    if wanted not in known:
        raise UserError(f"there is no publication {wanted} in {lake.home}; there are: {', '.join(known) or 'none'}")
    return warehouse.open_published(lake.published / wanted / DATABASE)


def run_sql(
    lake: Lake, text: str, publication_id: str | None = None, timeout_seconds: float = TIMEOUT_SECONDS
) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Column names and rows of one SELECT on a publication, without access to files, network or settings.

    Raises ``UserError`` for anything but one statement that reads, for an error in it, and where it takes longer than
    ``timeout_seconds``, more memory than the connection allows or gives more than ``MAX_ROWS`` rows.
    """
    with open_current(lake, publication_id) as con:
        statement = _one_statement(con, text)
        timer = threading.Timer(timeout_seconds, con.interrupt)
        timer.start()
        try:
            found = con.execute(statement)
            names = [str(column[0]) for column in found.description or []]
            rows = found.fetchmany(MAX_ROWS + 1)
        except duckdb.InterruptException as error:
            raise UserError(f"the query took longer than {timeout_seconds:g} s and was stopped") from error
        except duckdb.Error as error:
            raise UserError(f"the query failed: {_sentence(error)}") from error
        finally:
            timer.cancel()
    if len(rows) > MAX_ROWS:
        raise UserError(f"the query gives more than {MAX_ROWS} rows; add a LIMIT, or open the parks.duckdb file itself")
    return names, rows


def _one_statement(con: duckdb.DuckDBPyConnection, text: str) -> duckdb.Statement:
    try:
        statements = con.extract_statements(text)
    except duckdb.Error as error:
        raise UserError(f"the query failed: {_sentence(error)}") from error
    if len(statements) != 1 or statements[0].type.name not in _ALLOWED:
        raise UserError("a query is one SELECT; publications are read-only")
    return statements[0]


def _sentence(error: duckdb.Error) -> str:
    """What DuckDB says, without the drawing of where in the text; its hint is kept."""
    text = str(error).split("\n\nLINE ")[0]
    return " ".join(line.strip() for line in text.splitlines() if line.strip())


def list_publications(lake: Lake) -> list[dict[str, Any]]:
    """The catalog, oldest first: id, created_at, year, cutoff, supersedes, reason, current, on_disk (false if pruned).

    A publication that was made current again has several lines, of which only the last can be ``current``. That of a
    past state has the moment in ``as_of``, elsewhere null, and supersedes nothing.
    """
    current, known = catalog.current_id(lake), set(catalog.publication_ids(lake))
    lines = catalog.entries(lake)
    last = {entry["id"]: position for position, entry in enumerate(lines)}
    present = [
        entry | {"as_of": None, "current": entry["id"] == current and last[current] == position}
        for position, entry in enumerate(lines)
    ]
    past = [
        {name: value for name, value in entry.items() if name != "state"}
        | {"supersedes": None, "reason": "as_of", "current": False}
        for entry in catalog.as_of_entries(lake)
    ]
    found = sorted([*present, *past], key=lambda entry: str(entry["created_at"]))
    return [entry | {"on_disk": entry["id"] in known} for entry in found]
