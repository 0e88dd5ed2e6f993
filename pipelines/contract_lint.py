"""Whether contracts, SQL and a publication say the same: what ``zcp contracts lint`` looks at.

Judging rows is the audit's. Here are only documents, columns and types: each contract against the standard's schema,
against the last release, against the model that fills the table, and against a publication's tables and comments.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import yaml
from jsonschema import Draft201909Validator

from pipelines import warehouse
from pipelines.contract_release import FOLDERS, lint_release
from pipelines.contracts import LOADER, Contract, comment_of, expectations_of, load, read_contract, written_rules
from pipelines.errors import UserError
from pipelines.lake import Lake
from pipelines.model_runner import run_step
from pipelines.model_scope import open_context
from pipelines.models import plan
from pipelines.publish import candidate
from pipelines.publish.manifest import DATABASE, STAMP
from pipelines.resources import CONTRACTS, SQL
from pipelines.settings import Settings

ANY_YEAR = 2026
"""The account for which the models are built on nothing; their columns are the same in every year."""


@dataclass(frozen=True)
class Problem:
    """One thing that does not fit. ``file`` is the contract below ``data_contracts``, or the model below ``sql``."""

    file: str
    sentence: str


def lint(publication: Path | None = None) -> tuple[Problem, ...]:
    """All problems: of documents, versions, models, and of a publication's ``parks.duckdb`` if one is given.

    Documents that do not keep the standard are told alone, for nothing can be read from them.
    """
    if wrong := tuple(_documents()):
        return wrong
    contracts = load("outputs")
    drift = (*(Problem(found.file, found.sentence) for found in lint_release()), *judge_models(contracts))
    return drift + (tuple(judge_publication(contracts, publication)) if publication else ())


@cache
def _standard() -> Draft201909Validator:
    text = files("open_data_contract_standard").joinpath("schema.json").read_text(encoding="utf-8")
    return Draft201909Validator(json.loads(text))


def _documents() -> Iterator[Problem]:
    for folder in FOLDERS:
        for path in sorted((CONTRACTS / folder).glob("*.yaml")):
            yield from judge_document(f"{folder}/{path.name}", path.read_text(encoding="utf-8"))


def judge_document(file: str, text: str) -> Iterator[Problem]:
    """What is wrong with one contract: no YAML, not the standard's form, another table than its name, no level, a rule
    that stands there twice.
    """
    try:
        document = yaml.load(text, Loader=LOADER)
    except yaml.YAMLError as wrong:
        yield Problem(file, f"this is no YAML: {' '.join(str(wrong).split())}")
        return
    errors = sorted(_standard().iter_errors(document), key=lambda e: e.json_path)
    for error in errors:
        yield Problem(file, f"{error.json_path}: {error.message}")
    if not errors:
        yield from _names(file, document)
        try:
            contract = read_contract(document)
        except UserError as wrong:
            yield Problem(file, str(wrong))
        else:
            yield from _repeated(file, contract, document["schema"][0])


def _repeated(file: str, contract: Contract, schema: Mapping[str, Any]) -> Iterator[Problem]:
    """Rules in ``quality`` that key and columns state already: one of the two would be forgotten some day."""
    stated = expectations_of(contract.key, contract.columns)
    for rule in written_rules(schema):
        if any(rule["type"] == own["type"] and rule["kwargs"] == own["kwargs"] for own in stated):
            yield Problem(file, f"quality: {rule['type']} follows from the key or an enum already, take it out")


def _names(file: str, document: Mapping[str, Any]) -> Iterator[Problem]:
    folder, _, name = file.partition("/")
    table = name.removesuffix(".yaml")
    given = (document.get("id"), document.get("name"), *(schema.get("name") for schema in document.get("schema", ())))
    if given != (wanted := (f"zcp.{folder}.{table}", table, table)):
        yield Problem(
            file, f"id, name and the one table must be {', '.join(wanted)}; they are {', '.join(map(str, given))}"
        )


def judge_models(contracts: Mapping[str, Contract]) -> Iterator[Problem]:
    """Where what the models give differs from what the contracts promise; the models are built on an empty home."""
    for table in contracts:
        if not (SQL / f"{table.replace('.', '/', 1)}.sql").is_file():
            yield Problem(
                f"outputs/{table}.yaml", f"sql/{table.replace('.', '/', 1)}.sql, which fills the table, is missing"
            )
            return
    with TemporaryDirectory() as scratch:
        settings = Settings(home=Path(scratch), duckdb_threads=1)
        with open_context(settings, ANY_YEAR) as context:
            for step in plan(context.models):
                for month in context.months if step.partitioned else (None,):
                    run_step(step, context, month)
        outputs = candidate.model_outputs(Lake(settings.home), contracts)
        with closing(warehouse.connect(settings, threads=1)) as con:
            for table, path in outputs.items():
                query = candidate.published_query(con, path, contracts[table])
                yield from _columns(contracts[table], described(con, query), stamped=False)


def described(con: duckdb.DuckDBPyConnection, query: str) -> dict[str, str]:
    """The columns of a query and their types, in order."""
    return {row[0]: row[1] for row in con.execute(f"describe {query}").fetchall()}


def _columns(contract: Contract, given: Mapping[str, str], *, stamped: bool) -> Iterator[Problem]:
    file = f"outputs/{contract.table}.yaml"
    wanted = {c.name: c.physical_type for c in contract.columns if stamped or c.name not in STAMP}
    for name, kind in wanted.items():
        if name not in given:
            yield Problem(file, f"the column {name} is promised and not there")
        elif given[name] != kind:
            yield Problem(file, f"the column {name} is {given[name]}, promised is {kind}")
    for name in given:
        if name not in wanted:
            yield Problem(file, f"the column {name} is there and in no contract")


def judge_publication(contracts: Mapping[str, Contract], folder: Path) -> Iterator[Problem]:
    """Where a publication's database differs from the contracts: tables, columns, types, comments.

    Raises ``UserError`` if the folder holds no database that can be opened.
    """
    path = folder / DATABASE
    try:
        con = duckdb.connect(str(path), read_only=True)
    except duckdb.Error as error:
        raise UserError(f"{path} cannot be opened as a publication: {str(error).splitlines()[0]}") from error
    with closing(con):
        tables = {
            f"{schema}.{name}": comment
            for schema, name, comment in con.execute(
                "select schema_name, table_name, comment from duckdb_tables()"
            ).fetchall()
        }
        for table in sorted(tables.keys() - contracts.keys()):
            yield Problem(f"outputs/{table}.yaml", "the publication has this table and there is no contract for it")
        for table, contract in contracts.items():
            if table not in tables:
                yield Problem(f"outputs/{table}.yaml", "the publication lacks this table")
                continue
            if tables[table] != contract.description:
                yield Problem(f"outputs/{table}.yaml", "the table's comment is not the contract's description")
            yield from _columns(contract, described(con, candidate.qualified(table)), stamped=True)
            yield from _comments(con, contract)


def _comments(con: duckdb.DuckDBPyConnection, contract: Contract) -> Iterator[Problem]:
    schema, _, name = contract.table.partition(".")
    found = con.execute(
        "select column_name, comment from duckdb_columns() where schema_name = ? and table_name = ?", [schema, name]
    ).fetchall()
    comments = dict(found)
    for column in contract.columns:
        if column.name in comments and comments[column.name] != comment_of(column):
            yield Problem(
                f"outputs/{contract.table}.yaml", f"the comment of {column.name} is not the contract's description"
            )
