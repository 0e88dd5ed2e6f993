"""The audit of a candidate: every verdict is about the bytes that would be shipped, read back from its files.

Structure against the contracts, then the SQL checks, the database against the Parquet files, and Great Expectations
(through ``expectations``, imported only here and only when it is needed). What a failure leads to is in ``publisher``.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from pipelines.contracts import Column, Contract
from pipelines.publish.candidate import parquet, qualified
from pipelines.publish.checks import SqlCheck
from pipelines.publish.manifest import DATABASE, Identity, content_hash, table_path
from pipelines.reference_tables import identifier, literal

EXAMPLES = 3
"""Offending rows that a verdict shows."""


@dataclass(frozen=True)
class Verdict:
    """One check. ``offending`` rows broke it, ``examples`` are the first of them, ``sentence`` says what is wrong."""

    check: str
    table: str
    severity: str
    passed: bool
    offending: int = 0
    examples: tuple[Mapping[str, str], ...] = ()
    sentence: str = ""

    @property
    def line(self) -> str:
        """The verdict in one line for a person: check, rows, the first offending ones, what to do."""
        shown = "; ".join(", ".join(f"{k}={v}" for k, v in row.items()) for row in self.examples)
        rows = f" ({self.offending} row{'s' if self.offending != 1 else ''})" if self.offending else ""
        return f"{self.check}{f' on {self.table}' if self.table else ''}{rows}: {self.sentence}" + (
            f" First: {shown}" if shown else ""
        )


@dataclass(frozen=True)
class AuditReport:
    """All verdicts on one candidate."""

    verdicts: tuple[Verdict, ...]

    @property
    def failures(self) -> tuple[Verdict, ...]:
        return tuple(v for v in self.verdicts if not v.passed and v.severity == "critical")

    @property
    def warnings(self) -> tuple[Verdict, ...]:
        return tuple(v for v in self.verdicts if not v.passed and v.severity != "critical")

    def summary(self) -> dict[str, Any]:
        """What the manifest says about the audit."""
        return {
            "checks": len(self.verdicts),
            "failures": len(self.failures),
            "warnings": [verdict.line for verdict in self.warnings],
        }

    def as_json(self) -> dict[str, Any]:
        return {"summary": self.summary(), "verdicts": [asdict(verdict) for verdict in self.verdicts]}


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
    """Names, order and types of the columns; values where they are required; known values; one row for each key."""
    return [verdict for contract in contracts.values() for verdict in _judge_table(con, contract)]


def _judge_table(con: duckdb.DuckDBPyConnection, contract: Contract) -> Iterator[Verdict]:
    table = qualified(contract.table)
    found = [(row[0], row[1]) for row in con.execute(f"describe {table}").fetchall()]
    expected = [(column.name, column.physical_type) for column in contract.columns]
    if found != expected:
        yield Verdict("structure.columns", contract.table, "critical", False, sentence=_difference(found, expected))
        return
    yield Verdict("structure.columns", contract.table, "critical", True)
    rules = {column.name: _column_rule(column) for column in contract.columns}
    rules = {name: rule for name, rule in rules.items() if rule}
    counted = con.execute(
        f"select {', '.join(f'count(*) filter (where {rule})' for rule in rules.values())} from {table}"
    ).fetchone()
    broken = [name for name, count in zip(rules, counted or (), strict=True) if count]
    for name in broken:
        rule = _critical("structure.values", contract.table, f"{name} is empty or an unknown value.")
        yield _judge(con, rule, f"select * from {table} where {rules[name]}")
    if not broken:
        yield Verdict("structure.values", contract.table, "critical", True)
    if contract.key:
        key = ", ".join(identifier(name) for name in contract.key)
        rule = _critical("structure.key", contract.table, f"{', '.join(contract.key)} must be unique.")
        yield _judge(
            con, rule, f"select {key}, count(*) as occurrences from {table} group by {key} having count(*) > 1"
        )


def _critical(check: str, table: str, sentence: str) -> Verdict:
    """A verdict before it is reached, with the sentence that it says if the check fails."""
    return Verdict(check, table, "critical", True, sentence=sentence)


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
            Verdict(f"sql.{check.name}", "", check.severity, True, sentence=f"{check.description} {check.remedy}"),
            check.sql,
        )
        for check in checks
    ]


def _judge(con: duckdb.DuckDBPyConnection, rule: Verdict, query: str) -> Verdict:
    """Reaches the verdict by a query that returns the rows which break the rule."""
    con.execute(f"create or replace temp table offending as\n{query}")
    counted = con.execute("select count(*) from offending").fetchone()
    offending = int(counted[0]) if counted else 0
    if not offending:
        return replace(rule, sentence="")
    shown = con.execute(f"select * from offending order by all limit {EXAMPLES}")
    names = [str(column[0]) for column in shown.description or []]
    rows = tuple({n: str(v) for n, v in zip(names, row, strict=True) if v is not None} for row in shown.fetchall())
    return replace(rule, passed=False, offending=offending, examples=rows)


def judge_database(con: duckdb.DuckDBPyConnection, contracts: Mapping[str, Contract], folder: Path) -> list[Verdict]:
    """Compares ``parks.duckdb`` with the Parquet files: each table must hold the same rows, as often."""
    con.execute(f"attach {literal(str(folder / DATABASE))} as product (read_only)")
    try:
        return [_judge_copy(con, table) for table in contracts]
    finally:
        con.execute("detach product")


def _judge_copy(con: duckdb.DuckDBPyConnection, table: str) -> Verdict:
    same = content_hash(con, f"product.{qualified(table)}") == content_hash(con, qualified(table))
    sentence = "" if same else f"{DATABASE} holds other rows than the Parquet file."
    return Verdict("database.content", table, "critical", same, sentence=sentence)


def judge_expectations(con: duckdb.DuckDBPyConnection, contracts: Mapping[str, Contract]) -> list[Verdict]:
    """Judges each table by the Great Expectations rules of its contract, on all its rows."""
    from pipelines.publish import expectations

    frames = {}
    for table, contract in contracts.items():
        columns = ", ".join(identifier(name) for name in expectations.columns_needed(contract))
        frames[table] = con.execute(f"select {columns} from {qualified(table)}").df()
    return [
        Verdict(
            check=f"expectations.{judgement.rule}",
            table=judgement.table,
            severity=judgement.severity,
            passed=judgement.passed,
            offending=judgement.unexpected,
            sentence=f"{judgement.subject or 'the table'}: {judgement.problem}" if judgement.problem else "",
        )
        for judgement in expectations.judge(frames, contracts)
    ]
