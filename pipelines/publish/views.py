"""The views of ``sql/views``: what their headers say, and their creation with comments in a published database.

::

    -- What a row is, and what is not obvious about it.
    -- 中文: The question it answers, in Chinese.
    -- Columns:
    -- margin_share: What the column says. [1]
    select …

A column that ``Columns:`` does not describe has the words of the contract of the first table that has it, so that a
figure is described once. What a table holds is its contract's (``contracts``), not said here.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import duckdb
import sqlglot
from sqlglot import exp

from pipelines.contracts import Contract, comment_of, load
from pipelines.reference_tables import identifier, literal
from pipelines.resources import SQL

_COLUMN = re.compile(r"([a-z][a-z0-9_]*): (.+)")
_CHINESE = "中文:"


@dataclass(frozen=True)
class View:
    """One view: its own descriptions of ``columns``, the ``tables`` it reads and all column names that it ``uses``."""

    name: str
    sql: str
    description: str
    question_zh: str
    columns: Mapping[str, str]
    tables: tuple[str, ...]
    uses: frozenset[str]

    @property
    def comment(self) -> str:
        """What the view's comment says in the published database."""
        return f"{self.description} {self.question_zh}".strip()

    def comments(self, names: Iterable[str], contracts: Mapping[str, Contract]) -> dict[str, str]:
        """The comments of the view's columns ``names``: its own words, else those of a contract; none for the rest."""
        inherited: dict[str, str] = {}
        for table in self.tables:
            for column in contracts[table].columns:
                inherited.setdefault(column.name, comment_of(column))
        words = inherited | dict(self.columns)
        return {name: words[name] for name in names if name in words}


@cache
def load_views(folder: Path = SQL / "views") -> tuple[View, ...]:
    """All views in order of name."""
    return tuple(_view(path.stem, path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.sql")))


def _view(name: str, text: str) -> View:
    sql = text.strip().rstrip(";")
    header = [line.removeprefix("--").strip() for line in sql.splitlines() if line.startswith("--")]
    split = header.index("Columns:") if "Columns:" in header else len(header)
    words, columns = header[:split], _columns(header[split + 1 :])
    tree = sqlglot.parse_one(sql, read="duckdb")
    # find_all goes level by level; the order of the text is that of the reader.
    tables = dict.fromkeys(f"{table.db}.{table.name}" for table in tree.find_all(exp.Table, bfs=False) if table.db)
    return View(
        name=name,
        sql=sql,
        description=" ".join(line for line in words if not line.startswith(_CHINESE)),
        question_zh="".join(line.removeprefix(_CHINESE).strip() for line in words if line.startswith(_CHINESE)),
        columns=columns,
        tables=tuple(tables),
        uses=frozenset(column.name for column in tree.find_all(exp.Column)),
    )


def _columns(lines: Iterable[str]) -> dict[str, str]:
    """``name: text`` by line; a line of another form continues the one before."""
    found: dict[str, str] = {}
    name = ""
    for line in lines:
        if match := _COLUMN.fullmatch(line):
            name = match[1]
            found[name] = match[2]
        else:
            found[name] = f"{found[name]} {line}"
    return found


def create_views(con: duckdb.DuckDBPyConnection, contracts: Mapping[str, Contract]) -> None:
    """Creates the schema ``views`` in the current database, with every view that ``contracts`` can fill.

    A set without the restricted tables and columns has no view of them. Raises ``duckdb.Error`` if a view does not fit.
    """
    con.execute("create schema if not exists views")
    for view in load_views():
        if not _can_fill(contracts, view):
            continue
        name = f"views.{identifier(view.name)}"
        con.execute(f"create view {name} as\n{view.sql}")
        con.execute(f"comment on view {name} is {literal(view.comment)}")
        names = [row[0] for row in con.execute(f"describe {name}").fetchall()]
        for column, comment in view.comments(names, contracts).items():
            con.execute(f"comment on column {name}.{identifier(column)} is {literal(comment)}")


def _can_fill(contracts: Mapping[str, Contract], view: View) -> bool:
    """Whether the tables of a view are there, with every column of theirs that it uses."""
    complete = load("outputs")
    return all(
        table not in complete
        or (
            table in contracts
            and view.uses.isdisjoint({*complete[table].column_names} - {*contracts[table].column_names})
        )
        for table in view.tables
    )
