"""Builds SQL models on the plain data of a golden case; how a case folder looks is in ``sql/README.md``.

A table that a model reads is, in this order: the case's ``<schema>.<table>.csv``; for a model, the model itself, built
on the same case; for ``parsed``, the contract's columns without rows; for ``reference`` and ``run.params``, what the
package ships; for ``lake.files``, every file_id of the case, later by name. Nothing here judges a result.
"""

import csv
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path

import duckdb

from pipelines import model_inputs, reference_tables
from pipelines.ingest.ledger import ledger_table
from pipelines.lake import Lake
from pipelines.models import SOURCES, Model
from pipelines.reference_tables import identifier, literal
from pipelines.resources import SQL

ROOT = Path(__file__).parent

# What a case leaves out of these is told from what it gives.
_RUN_DEFAULTS = {
    "run.years": {
        "year": ("INTEGER", "null"),
        "cutoff": ("DATE", "make_date(cast(year as int) + 1, 12, 31)"),
        "is_run_year": ("BOOLEAN", "cast(year as int) = max(cast(year as int)) over ()"),
        "first_day": ("DATE", "make_date(cast(year as int), 1, 1)"),
        "last_day": ("DATE", "make_date(cast(year as int), 12, 31)"),
    },
    "run.month": {
        "month": ("VARCHAR", "null"),
        "first_day": ("DATE", "cast(month || '-01' as date)"),
        "last_day": ("DATE", "last_day(cast(month || '-01' as date))"),
        "start": ("TIMESTAMP", "cast(month || '-01' as timestamp)"),
        "end": ("TIMESTAMP", "cast(month || '-01' as timestamp) + interval 1 month"),
    },
}
_PARSED_DEFAULTS = {"file_id": "'f1'", "line": "row_number() over ()"}
_LOCATED = {
    "file_id": "VARCHAR",
    "meter_id": "VARCHAR",
    "interval_end": "TIMESTAMP",
    "line": "INTEGER",
    "raw": "VARCHAR",
}
EMPTY_LAKE = Lake(ROOT)

Rows = tuple[Sequence[str], Sequence[Sequence[str | None]]]
"""A table as text: header cells ``name`` or ``name:TYPE``, and rows in which None is NULL."""


def read_csv(path: Path) -> Rows:
    """A CSV file; an empty cell is NULL. Raises ``ValueError`` for a row of the wrong length."""
    with path.open(encoding="utf-8", newline="") as stream:
        header, *rows = list(csv.reader(stream))
    for number, row in enumerate(rows, start=2):
        if len(row) != len(header):
            raise ValueError(f"{path} line {number}: {len(row)} cells under {len(header)} columns")
    return header, [[cell or None for cell in row] for row in rows]


def given_tables(case: Path) -> dict[str, Rows]:
    """The inputs a case folder gives, by table name."""
    return {path.stem: read_csv(path) for path in sorted(case.glob("*.*.csv"))}


@cache
def find_model(name: str) -> Model | None:
    """The model ``schema.table``, read alone so that an unfinished file elsewhere spoils no case; None for a source."""
    path = SQL / f"{name.replace('.', '/')}.sql"
    return Model.load(path) if path.is_file() else None


def upstream(name: str) -> set[str]:
    """Every table that stands before a model, itself left out."""
    found: set[str] = set()
    pending = [name]
    while pending:
        model = find_model(pending.pop())
        fresh = set(model.inputs if model else ()) - found
        found |= fresh
        pending += fresh
    return found


@cache
def _empty() -> "Case":
    """One database on which models are built without a row, each once."""
    return Case({})


@cache
def columns_of(name: str) -> Mapping[str, str]:
    """The columns of a model with their types, which are the same on any rows."""
    model = find_model(name)
    if model is None:
        raise ValueError(f"there is no model {name}")
    _empty().build(name)
    return {column: kind for column, kind, *_ in _empty().con.execute(f"describe {model.sql}").fetchall()}


class Case:
    """One in-memory database that holds what a case gives and the models built on it."""

    def __init__(self, given: Mapping[str, Rows]) -> None:
        self.con = duckdb.connect(":memory:", config={"threads": "1"})
        self.con.execute("set timezone = 'Asia/Shanghai'")
        self._given = given
        self._ready: set[str] = set()
        self._given_by_month: dict[str, str] = {}

    def __enter__(self) -> "Case":
        return self

    def __exit__(self, *_: object) -> None:
        self.con.close()

    def build(self, name: str) -> None:
        """Makes the table ``schema.table`` exist, with everything it reads."""
        if name in self._ready:
            return
        self._ready.add(name)
        self.con.execute(f"create schema if not exists {identifier(name.partition('.')[0])}")
        if model := find_model(name):
            self._build_model(model, given=name in self._given)
        else:
            self._build_source(name)

    def _build_model(self, model: Model, given: bool) -> None:
        """The model's own text on its inputs; where the case gives the rows, only their columns come from the text."""
        if given and model.schema not in SOURCES:
            columns = columns_of(model.name)
            if model.partitioned:
                self._load_months(model, columns)
            else:
                self._load(model.name, columns, {})
            return
        for table in model.inputs:
            if table == model.name:  # reference.parks is made from the reference table of the same name
                self._build_source(table)
            else:
                self.build(table)
        self._show_months(model)
        self.con.execute(f"create or replace table {model.name} as\n{model.sql}")

    def _load_months(self, model: Model, columns: Mapping[str, str]) -> None:
        """The rows a case gives of a model by month, which is its own column only where the model has it."""
        self.build("run.month")
        self._load(model.name, {**columns, "month": "VARCHAR"}, {"month": "(select month from run.month)"})
        self.con.execute("create schema if not exists all_months")
        self.con.execute(f"create table {_all_months(model.name)} as select * from {model.name}")
        self._given_by_month[model.name] = "*" if "month" in columns else "* exclude (month)"

    def _show_months(self, model: Model) -> None:
        """Of the months that a case gives of another model, shows those that the pipeline would show to this one."""
        for name in set(model.inputs) & set(self._given_by_month):
            condition = "true"
            if model.partitioned:
                before, after = model.around.get(name, (10_000 if name in model.history else 0, 0))
                first = f"(select first_day - interval {before} month from run.month)"
                last = f"(select first_day + interval {after} month from run.month)"
                condition = f"coalesce(cast(month || '-01' as date) between {first} and {last}, true)"
            chosen = f"select {self._given_by_month[name]} from {_all_months(name)} where {condition}"
            self.con.execute(f"create or replace table {name} as {chosen}")

    def _build_source(self, name: str) -> None:
        schema, _, table = name.partition(".")
        if name == "lake.files":
            ledger_table(EMPTY_LAKE, self.con)
            columns = self.con.execute("describe lake.files").fetchall()
            self._load(name, {column: kind for column, kind, *_ in columns}, {}, self._all_files())
        elif name == "lake.located_readings":
            self._load(name, _LOCATED, {})
        elif name == "run.params":
            self._build_params()
        elif schema == "run":
            defaults = _RUN_DEFAULTS[name]
            self._load(name, {c: kind for c, (kind, _) in defaults.items()}, {c: e for c, (_, e) in defaults.items()})
        elif schema == "reference" and name not in self._given:
            query = reference_tables.find(EMPTY_LAKE, table).query(self.con)
            self.con.execute(f"create table {name} as {query}")
        elif schema == "reference":
            self._load(name, {}, {})
        else:
            self._load(name, model_inputs.parsed_types(table), _PARSED_DEFAULTS)

    def _build_params(self) -> None:
        """One row for each year, the package's parameters but for those the case gives."""
        self.build("run.years")
        self.build("run.month")
        years = [
            row[0]
            for row in self.con.execute(
                "select year from run.years union select year(first_day) from run.month order by year"
            ).fetchall()
        ]
        versions = reference_tables.parameter_versions(EMPTY_LAKE)
        header, rows = self._given.get("run.params", (["year"], []))
        given = {int(row[0] or 0): dict(zip(header, row, strict=True)) for row in rows}
        merged = [reference_tables.parameters_of(y, versions) | given.get(y, {}) | {"year": str(y)} for y in years]
        # The columns do not depend on the year, so any year names them where the case has none.
        names = ["year", *reference_tables.parameters_of(2026, versions)]
        types = {name: "INTEGER" if name == "year" else reference_tables.NUMBER for name in names}
        self._load("run.params", types, {}, (names, [[row[name] for name in names] for row in merged]))

    def _all_files(self) -> Rows:
        """``lake.files`` for the files that the case's rows name: a later name is a later delivery."""
        if "lake.files" in self._given:
            return self._given["lake.files"]
        ids = {"f1"}
        for header, rows in (rows for name, rows in self._given.items() if name.startswith("parsed.")):
            if "file_id" in header:
                ids |= {row[list(header).index("file_id")] or "f1" for row in rows}
        return ["file_id", "rank"], [[file_id, str(rank)] for rank, file_id in enumerate(sorted(ids), start=1)]

    def _load(self, name: str, types: Mapping[str, str], defaults: Mapping[str, str], rows: Rows | None = None) -> None:
        """Creates a table of the given columns and, NULL or default, of the others in ``types``."""
        header, cells = rows or self._given.get(name, ([], []))
        declared = dict(cell.partition(":")[::2] for cell in header)
        names = [*types, *(column for column in declared if column not in types)]
        selected = []
        for column in names:
            kind = declared.get(column) or types.get(column)
            if not kind:
                raise ValueError(f"{name}: the type of {column} is not known; write {column}:TYPE in the header")
            source = identifier(column) if column in declared else defaults.get(column, "null")
            selected.append(f"cast({source} as {kind}) as {identifier(column)}")
        text = f"select {', '.join(selected)} from {_as_values(declared, cells)}"
        self.con.execute(f"create or replace table {name} as {text}")


def _all_months(name: str) -> str:
    """Where all months of a model that the case gives are kept."""
    return f"all_months.{identifier(name)}"


def _as_values(columns: Iterable[str], rows: Sequence[Sequence[str | None]]) -> str:
    """A FROM item of text columns."""
    names = ", ".join(identifier(column) for column in columns)
    if not rows:
        empty = ", ".join(f"cast(null as varchar) as {identifier(column)}" for column in columns)
        return f"(select {empty or '1'} where false)"
    lines = ", ".join("(" + ", ".join("null" if v is None else literal(v) for v in row) + ")" for row in rows)
    return f"(values {lines}) as given ({names})"
