"""A park's rows of a publication as text with one hash, so that a few pages can be tied to the whole.

The text of a table is CSV: a line of column names, then a line for each row, sorted as text. Every value stands in
double quotes (a quote in it is doubled), no value is nothing between the commas; columns are those of the table, values
as the database writes them. The hash of a park is the SHA-256 over a line ``table sha256`` for each table, in
the order of their names; tables without a row of the park count with their line of names. The manifest has it for every
park, so who holds the manifest can tell a park's true rows from others without the rest of the publication.
"""

import hashlib
from collections.abc import Iterable, Mapping

import duckdb

from pipelines.publish.candidate import qualified
from pipelines.reference_tables import identifier

COMMON = ("evidence.formulas", "reference.params")
"""Tables that are no park's own and go with every one."""


def columns_of(con: duckdb.DuckDBPyConnection, tables: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The columns of those ``tables`` whose rows name a park or that go with every park, in order of the tables' names.

    They are read from the tables themselves, so that an old publication is read as it was made.
    """
    found = {}
    for table in sorted(tables):
        columns = tuple(str(row[0]) for row in con.execute(f"describe {qualified(table)}").fetchall())
        if "park_id" in columns or table in COMMON:
            found[table] = columns
    return found


def park_digests(con: duckdb.DuckDBPyConnection, tables: Iterable[str]) -> dict[str, str]:
    """The hash of every park that has a row in ``metrics.park_year``; ``con`` has the published ``tables``."""
    parks = [row[0] for row in con.execute("select distinct park_id from metrics.park_year order by 1").fetchall()]
    lines: dict[str, list[str]] = {park: [] for park in parks}
    for table, columns in columns_of(con, tables).items():
        digests = _table_digests(con, table, columns)
        empty = hashlib.sha256(_names(columns).encode()).hexdigest()
        for park in parks:
            lines[park].append(f"{table} {digests.get(None, digests.get(park, empty))}\n")
    return {park: hashlib.sha256("".join(found).encode()).hexdigest() for park, found in lines.items()}


def digest_of(texts: Mapping[str, bytes]) -> str:
    """The hash of a park from the texts of its tables."""
    lines = (f"{table} {hashlib.sha256(texts[table]).hexdigest()}\n" for table in sorted(texts))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def park_texts(con: duckdb.DuckDBPyConnection, tables: Iterable[str], park_id: str) -> dict[str, bytes]:
    """The text of each of a park's tables."""
    found = columns_of(con, tables)
    return {table: _text(con, table, columns, park_id).encode() for table, columns in found.items()}


def condition(table: str) -> str:
    """What holds for the rows that go with the park ``$1``."""
    return "$1 is not null" if table in COMMON else "park_id = $1"


def _text(con: duckdb.DuckDBPyConnection, table: str, columns: tuple[str, ...], park_id: str) -> str:
    query = f"select {_line(columns)} as line from {qualified(table)} where {condition(table)} order by line"
    rows = con.execute(query, [park_id]).fetchall()
    return _names(columns) + "".join(f"{row[0]}\n" for row in rows)


def _table_digests(con: duckdb.DuckDBPyConnection, table: str, columns: tuple[str, ...]) -> dict[str | None, str]:
    """The hash of each park's text of a table; under None that of a table which goes with every park."""
    park = "null" if table in COMMON else "park_id"
    # The rows of one table at a time, and only as hashes of its parks: no text leaves the database.
    return dict(
        con.execute(
            f"select park_id, sha256($1 || string_agg(line || chr(10), '' order by line)) from "
            f"(select {park} as park_id, {_line(columns)} as line from {qualified(table)}) group by park_id",
            [_names(columns)],
        ).fetchall()
    )


def _names(columns: Iterable[str]) -> str:
    return ",".join(columns) + "\n"


def _line(columns: Iterable[str]) -> str:
    cells = (
        f"""coalesce('"' || replace(cast({identifier(name)} as varchar), '"', '""') || '"', '')""" for name in columns
    )
    return " || ',' || ".join(cells)
