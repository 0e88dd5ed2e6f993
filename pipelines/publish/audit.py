"""The audit of a candidate: every verdict is about the bytes that would be shipped, read back from its files.

Structure against the contracts, then the SQL checks, the database against the Parquet files, and Great Expectations
(through ``expectations``, imported only here and only when it is needed). What a failure leads to is in ``publisher``.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from pipelines.contracts import Column, Contract
from pipelines.publish import offenders
from pipelines.publish.candidate import parquet, qualified
from pipelines.publish.checks import SqlCheck
from pipelines.publish.manifest import DATABASE, Identity, content_hash, table_path
from pipelines.publish.offenders import Example, Offenders, ParkRows
from pipelines.reference_tables import identifier, literal

if TYPE_CHECKING:
    from pipelines.publish.expectations import Judgement


@dataclass(frozen=True)
class Verdict:
    """One check, of the columns ``subject`` of a table or of all tables that it ``reads``.

    ``offending`` rows broke it, ``examples`` are the first of them; ``by_park`` says whose they are, ``unplaced`` how
    many are nobody's, ``months`` of which months they are. ``sentence`` says what is wrong, ``remedy`` what to do.
    """

    check: str
    table: str
    severity: str
    passed: bool
    offending: int = 0
    examples: tuple[Example, ...] = ()
    sentence: str = ""
    remedy: str = ""
    subject: str = ""
    reads: tuple[str, ...] = ()
    by_park: tuple[ParkRows, ...] = ()
    unplaced: int = 0
    months: tuple[str, ...] = ()

    @property
    def parks(self) -> tuple[str, ...]:
        return tuple(park.park_id for park in self.by_park)

    @property
    def stops_everything(self) -> bool:
        """Whether it is critical and about something that no park can be held back for."""
        return not self.passed and self.severity == "critical" and (self.unplaced > 0 or not self.by_park)

    @property
    def name(self) -> str:
        """The check with its table and columns: what tells it from every other check of a publication."""
        return ".".join(part for part in (self.check, self.table, self.subject) if part)

    @property
    def line(self) -> str:
        """The verdict in one line for a person: check, rows, the first offending ones, what to do."""
        shown = "; ".join(", ".join(f"{k}={v}" for k, v in row.items()) for row in self.examples)
        rows = f" ({self.offending} row{'s' if self.offending != 1 else ''})" if self.offending else ""
        said = " ".join(part for part in (self.sentence, self.remedy) if part)
        return f"{self.check}{f' on {self.table}' if self.table else ''}{rows}: {said}" + (
            f" First: {shown}" if shown else ""
        )

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"parks": list(self.parks)}


@dataclass(frozen=True)
class AuditReport:
    """All verdicts on one candidate, and those (``held``) for which the figures of some parks were taken out of it."""

    verdicts: tuple[Verdict, ...]
    held: tuple[Verdict, ...] = ()

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
            "held_parks": sorted({park for verdict in self.held for park in verdict.parks}),
            "warnings": [verdict.line for verdict in self.warnings],
        }

    def as_json(self) -> dict[str, Any]:
        """A check that holds parks back stands as it failed, not as it passed once their figures were gone."""
        held = {verdict.name for verdict in self.held}
        others = [verdict for verdict in self.verdicts if verdict.name not in held]
        return {"summary": self.summary(), "verdicts": [verdict.as_json() for verdict in (*self.held, *others)]}


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
        yield _judge(con, rule, f"select * from {table} where {rules[name]}", lead=False)
    if not broken:
        yield Verdict("structure.values", contract.table, "critical", True)
    if contract.key:
        key = ", ".join(identifier(name) for name in contract.key)
        rule = _critical("structure.key", contract.table, f"{', '.join(contract.key)} must be unique.")
        repeated = f"select {key}, count(*) as occurrences from {table} group by {key} having count(*) > 1"
        yield _judge(con, rule, repeated, lead=False)


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
            Verdict(
                f"sql.{check.name}",
                "",
                check.severity,
                True,
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
    return _broken(rule, found) if found.rows else replace(rule, sentence="", remedy="")


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
        frames[table] = con.execute(f"select rowid, {columns} from {qualified(table)}").df().set_index("rowid").rename_axis(None)
    return [_expected(con, contracts[judgement.table], judgement) for judgement in expectations.judge(frames, contracts)]


def _expected(con: duckdb.DuckDBPyConnection, contract: Contract, judgement: "Judgement") -> Verdict:
    rule = Verdict(
        check=f"expectations.{judgement.rule}",
        table=judgement.table,
        severity=judgement.severity,
        passed=judgement.passed,
        offending=judgement.unexpected,
        sentence=f"{judgement.subject or 'the table'}: {judgement.problem}" if judgement.problem else "",
        subject=judgement.subject,
        reads=(judgement.table,),
    )
    if judgement.passed or not judgement.rows:
        return rule
    columns = [*contract.key, *judgement.subject.split(", "), *offenders.LEADING]
    shown = ", ".join(identifier(name) for name in dict.fromkeys(columns) if name in contract.column_names)
    rowids = json.dumps(judgement.rows)
    query = f"select {shown} from {qualified(contract.table)} where rowid in (select unnest({rowids}::bigint[]))"
    return _broken(rule, offenders.find(con, query))
