"""The audit of a candidate: every verdict is about the bytes that would be shipped, read back from its files.

Structure against the contracts, then the SQL checks, the database against the Parquet files, and Great Expectations
(through ``expectations``, imported only here and only when it is needed). What a failure leads to is in ``publisher``.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from pipelines.contracts import Column, Contract
from pipelines.publish import offenders
from pipelines.publish.candidate import parquet, qualified
from pipelines.publish.checks import SqlCheck
from pipelines.publish.manifest import DATABASE, Identity, content_hash, table_path
from pipelines.publish.offenders import Offenders
from pipelines.publish.verdicts import Verdict, passed
from pipelines.reference_tables import identifier, literal

if TYPE_CHECKING:
    from pipelines.publish.expectations import Judgement


def load_candidate(
    con: duckdb.DuckDBPyConnection, contracts: Mapping[str, Contract], folder: Path, identity: Identity
) -> None:
    """Reads the candidate's Parquet files into tables of their names, and what it is into ``run.publication``."""
    for table in contracts:
        con.execute(f"create schema if not exists {identifier(table.partition('.')[0])}")
        con.execute(f"create table {qualified(table)} as select * from {parquet(table_path(folder, table))}")
    con.execute("create schema if not exists run")
    con.execute(
        "create table run.publication as select cast(? as varchar) as publication_id, cast(? as integer) as year, "
        "cast(? as date) as cutoff",
        [identity.publication_id, identity.year, identity.cutoff],
    )


def judge_structure(con: duckdb.DuckDBPyConnection, contracts: Mapping[str, Contract]) -> list[Verdict]:
    """Names, order and types of the columns; values where they are required; known values; one row for each key.

    A fault of structure is led to no park: tables that are not as contracted say nothing reliable about parks either.
    """
    return [verdict for contract in contracts.values() for verdict in _judge_table(con, contract)]


def _judge_table(con: duckdb.DuckDBPyConnection, contract: Contract) -> Iterator[Verdict]:
    table = qualified(contract.table)
    found = [(row[0], row[1]) for row in con.execute(f"describe {table}").fetchall()]
    expected = [(column.name, column.physical_type) for column in contract.columns]
    columns = _structure("columns", contract.table, "The columns have the names, order and types of the contract.")
    if found != expected:
        yield replace(columns, passed=False, sentence=_difference(found, expected))
        return
    yield passed(columns)
    rules = {column.name: _column_rule(column) for column in contract.columns}
    rules = {name: rule for name, rule in rules.items() if rule}
    counted = con.execute(
        f"select {', '.join(f'count(*) filter (where {rule})' for rule in rules.values())} from {table}"
    ).fetchone()
    broken = [name for name, count in zip(rules, counted or (), strict=True) if count]
    values = _structure("values", contract.table, "Required columns are never empty and hold known values only.")
    for name in broken:
        rule = replace(values, subject=name, sentence=f"{name} is empty or an unknown value.")
        yield _judge(con, rule, f"select * from {table} where {rules[name]}", lead=False)
    if not broken:
        yield passed(values)
    if contract.key:
        key = ", ".join(identifier(name) for name in contract.key)
        unique = f"{', '.join(contract.key)} must be unique."
        rule = replace(_structure("key", contract.table, unique), sentence=unique)
        repeated = f"select {key}, count(*) as occurrences from {table} group by {key} having count(*) > 1"
        yield _judge(con, rule, repeated, lead=False)


def _structure(what: str, table: str, demand: str) -> Verdict:
    """A verdict on structure before it is reached."""
    remedy = f"Bring sql/{table.replace('.', '/')}.sql and data_contracts/outputs/{table}.yaml into step."
    return Verdict(f"structure.{what}", table, "critical", True, demand=demand, remedy=remedy, reads=(table,))


def _difference(found: list[tuple[str, str]], expected: list[tuple[str, str]]) -> str:
    """The first column in which a table differs from its contract."""
    for position, (have, want) in enumerate(zip(found, expected, strict=False), start=1):
        if have != want:
            return f"column {position} is {have[0]} {have[1]}, the contract says {want[0]} {want[1]}."
    extra = found[len(expected) :] or expected[len(found) :]
    relation = "is not in the contract" if len(found) > len(expected) else "of the contract is missing"
    return f"column {extra[0][0]} {extra[0][1]} {relation}."


def _column_rule(column: Column) -> str:
    """A condition that holds for rows in which the column breaks its contract; empty if it cannot."""
    name = identifier(column.name)
    rules = [f"{name} is null"] if column.required else []
    if column.enum:
        rules.append(f"{name} not in ({', '.join(literal(value) for value in column.enum)})")
    return " or ".join(rules)


def judge_sql(con: duckdb.DuckDBPyConnection, checks: Iterable[SqlCheck]) -> list[Verdict]:
    """Runs the SQL checks on the loaded candidate."""
    return [
        _judge(
            con,
            Verdict(
                f"sql.{check.name}",
                "",
                check.severity,
                True,
                demand=check.description,
                sentence=check.description,
                remedy=check.remedy,
                reads=check.reads,
            ),
            check.sql,
        )
        for check in checks
    ]


def _judge(con: duckdb.DuckDBPyConnection, rule: Verdict, query: str, *, lead: bool = True) -> Verdict:
    """Reaches the verdict by a query that returns the rows which break the rule, and leads them to their parks."""
    found = offenders.find(con, query, lead=lead)
    return _broken(rule, found) if found.rows else passed(rule)


def _broken(rule: Verdict, found: Offenders) -> Verdict:
    return replace(
        rule,
        passed=False,
        offending=found.rows,
        examples=found.examples,
        by_park=found.parks,
        unplaced=found.unplaced,
        months=found.months,
    )


def judge_database(con: duckdb.DuckDBPyConnection, contracts: Mapping[str, Contract], folder: Path) -> list[Verdict]:
    """Compares ``parks.duckdb`` with the Parquet files: each table must hold the same rows, as often."""
    con.execute(f"attach {literal(str(folder / DATABASE))} as product (read_only)")
    try:
        return [
            copy_verdict(
                table, same=content_hash(con, f"product.{qualified(table)}") == content_hash(con, qualified(table))
            )
            for table in contracts
        ]
    finally:
        con.execute("detach product")


def copy_verdict(table: str, *, same: bool) -> Verdict:
    """The verdict on a table of the database whose rows are, or are not, the ``same`` as in its Parquet file."""
    rule = Verdict(
        "database.content",
        table,
        "critical",
        same,
        demand=f"{DATABASE} holds the rows of the Parquet file.",
        sentence=f"{DATABASE} holds other rows than the Parquet file.",
        remedy="Run again; if it stays, the disk or this version of DuckDB cannot be trusted.",
        reads=(table,),
    )
    return passed(rule) if same else rule


def judge_expectations(con: duckdb.DuckDBPyConnection, contracts: Mapping[str, Contract]) -> list[Verdict]:
    """Judges each table by the Great Expectations rules of its contract, on all its rows."""
    from pipelines.publish import expectations

    frames = {}
    for table, contract in contracts.items():
        columns = ", ".join(identifier(name) for name in expectations.columns_needed(contract))
        frames[table] = (
            con.execute(f"select rowid, {columns} from {qualified(table)}").df().set_index("rowid").rename_axis(None)
        )
    return [
        _expected(con, contracts[judgement.table], judgement) for judgement in expectations.judge(frames, contracts)
    ]


def _expected(con: duckdb.DuckDBPyConnection, contract: Contract, judgement: "Judgement") -> Verdict:
    model = f"sql/{judgement.table.replace('.', '/')}.sql"
    rule = Verdict(
        check=f"expectations.{judgement.rule}",
        table=judgement.table,
        severity=judgement.severity,
        passed=judgement.passed,
        offending=judgement.unexpected,
        demand=judgement.demand,
        sentence=f"{judgement.subject or 'the table'}: {judgement.problem}",
        remedy=f"Look at {model}; the rule stands in data_contracts/outputs/{judgement.table}.yaml.",
        subject=judgement.subject,
        reads=(judgement.table,),
    )
    if judgement.passed or not judgement.rows:
        return passed(rule) if judgement.passed else rule
    columns = [*contract.key, *judgement.subject.split(", "), *offenders.LEADING]
    shown = ", ".join(identifier(name) for name in dict.fromkeys(columns) if name in contract.column_names)
    rowids = json.dumps(judgement.rows)
    query = f"select {shown} from {qualified(contract.table)} where rowid in (select unnest({rowids}::bigint[]))"
    return _broken(rule, offenders.find(con, query))
