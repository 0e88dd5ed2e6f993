"""Writes the results into docs/questions.md: each query of the page, run on the publication of a home folder.

    zcp demo --parks 5 --home HOME && python docs/answers.py HOME

The words and the queries are written by hand. A test runs the queries on the same example and compares.
"""

import re
import sys
from pathlib import Path
from typing import Any

import duckdb

from pipelines.lake import Lake
from pipelines.publish import query

PAGE = Path(__file__).resolve().parent / "questions.md"
_EXAMPLE = re.compile(r"(```sql\n(.*?)\n```\n)\n*((?:\|[^\n]*\n)*)\n*", re.DOTALL)


def queries(text: str) -> list[tuple[str, str]]:
    """The page's queries with their results as they stand there."""
    return [(match[2], match[3]) for match in _EXAMPLE.finditer(text)]


def table(names: list[str], rows: list[tuple[Any, ...]]) -> str:
    """A result as a table of the page; a cell is empty where the value is not known."""
    lines = [names, ["---"] * len(names), *([_cell(value) for value in row] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text.replace("|", "\\|")


def answer(con: duckdb.DuckDBPyConnection, statement: str) -> str:
    """The result of a query on a publication, as the page shows it."""
    found = con.execute(statement)
    return table([column[0] for column in found.description], found.fetchall())


def answered(text: str, con: duckdb.DuckDBPyConnection) -> str:
    """The page with every result as the publication gives it."""
    return _EXAMPLE.sub(lambda found: f"{found[1]}\n{answer(con, found[2])}\n", text).rstrip() + "\n"


if __name__ == "__main__":
    with query.open_current(Lake(Path(sys.argv[1]))) as publication:
        PAGE.write_text(answered(PAGE.read_text(encoding="utf-8"), publication), encoding="utf-8")
