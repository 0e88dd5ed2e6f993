"""What a publication's tables hold against its id, the contracts, the SQL checks and the expectations.

The tables are read from their Parquet files once; every rule is the one that publishing uses. What else speaks of them
(manifest, audit, database) is looked at in ``verify_copies``.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

import duckdb

from pipelines.contracts import load
from pipelines.publish import audit
from pipelines.publish.candidate import parquet, qualified
from pipelines.publish.checks import load_checks
from pipelines.publish.manifest import STAMP, content_hash, table_path
from pipelines.publish.verdicts import Verdict
from pipelines.publish.verification import Check, Problem, Stated
from pipelines.reference_tables import identifier


def load_tables(con: duckdb.DuckDBPyConnection, stated: Stated, folder: Path) -> tuple[Problem, ...]:
    """Reads every table of the manifest from ``folder`` under its name, and what the publication is, as the audit does.

    The problems are those of files that are no tables; they are not there afterwards.
    """
    problems = []
    for table in stated.tables:
        try:
            con.execute(f"create schema if not exists {identifier(table.partition('.')[0])}")
            con.execute(f"create table {qualified(table)} as select * from {parquet(table_path(folder, table))}")
        except duckdb.Error as error:
            problems.append(Problem("table_unreadable", table, values={"why": first_line(error)}))
    audit.load_candidate(con, {}, folder, stated.identity)
    return tuple(problems)


def check_content(con: duckdb.DuckDBPyConnection, stated: Stated, unreadable: tuple[Problem, ...]) -> Check:
    """Each table has the rows that the id was made from, as many as the manifest says, with the stamp of the id."""
    gone = {problem.subject for problem in unreadable}
    found = [problem for table in stated.tables if table not in gone for problem in _content(con, stated, table)]
    return Check("content", len(stated.tables), (*unreadable, *found))


def _content(con: duckdb.DuckDBPyConnection, stated: Stated, table: str) -> Iterator[Problem]:
    entry, name = stated.manifest["tables"][table], qualified(table)
    columns = {row[0] for row in con.execute(f"describe {name}").fetchall()}
    if missing := [column for column in STAMP if column not in columns]:
        yield Problem("stamp_missing", table, values={"column": missing[0]})
        return
    rows = _number(con, f"select count(*) from {name}")
    if rows != entry["rows"]:
        yield Problem("rows_differ", table, values={"stated": entry["rows"], "found": rows})
    if content_hash(con, f"(select * exclude ({', '.join(STAMP)}) from {name})") != entry["content"]:
        yield Problem("content_differs", table)
    identity = stated.identity
    wanted = [identity.method_version, identity.factor_release, stated.manifest["id"]]
    strange = " or ".join(f"cast({column} as varchar) is distinct from ?" for column in STAMP)
    if rows := _number(con, f"select count(*) from {name} where {strange}", wanted):
        yield Problem("stamp_differs", table, values={"rows": rows})


def check_contracts(con: duckdb.DuckDBPyConnection, stated: Stated) -> tuple[Check, list[Verdict]]:
    """Structure against the contracts; where those of today are others, a difference is a note."""
    contracts, there = load("outputs"), loaded_tables(con)
    fails = stated.made_by_today("contracts")
    problems = [Problem("no_contract", table, fails) for table in stated.tables if table not in contracts]
    problems += [Problem("no_table", table, fails) for table in contracts if table not in stated.tables]
    for table in sorted(there & contracts.keys()):
        version = stated.manifest["tables"][table]["contract"]
        if version != contracts[table].version:
            values = {"stated": version, "today": contracts[table].version}
            problems.append(Problem("contract_version", table, fails, values))
    verdicts = audit.judge_structure(con, {t: c for t, c in contracts.items() if t in there})
    problems += _broken(verdicts, "contract_broken", fails=fails)
    return Check("contracts", len(verdicts), tuple(problems)), verdicts


def check_sql(con: duckdb.DuckDBPyConnection, stated: Stated) -> tuple[Check, list[Verdict]]:
    """All SQL checks of today once more; where they or the tables are others than then, a difference is a note."""
    fails, checks = stated.made_by_today("sql", "contracts"), load_checks()
    verdicts, problems = list[Verdict](), list[Problem]()
    for check in checks:
        try:
            verdicts += audit.judge_sql(con, [check])
        except duckdb.Error as error:
            problems.append(Problem("check_impossible", f"sql.{check.name}", fails, {"why": first_line(error)}))
    problems += _broken(verdicts, "check_broken", fails=fails)
    return Check("sql", len(checks), tuple(problems)), verdicts


def check_expectations(con: duckdb.DuckDBPyConnection, stated: Stated) -> tuple[Check, list[Verdict]]:
    """The expectations of the contracts on all rows, as ``check_contracts`` judges them."""
    fails, there = stated.made_by_today("contracts"), loaded_tables(con)
    contracts = {table: contract for table, contract in load("outputs").items() if table in there}
    try:
        verdicts = audit.judge_expectations(con, contracts)
    except duckdb.Error as error:
        problem = Problem("check_impossible", "expectations", fails, {"why": first_line(error)})
        return Check("expectations", 0, (problem,)), []
    return Check("expectations", len(verdicts), tuple(_broken(verdicts, "check_broken", fails=fails))), verdicts


def _broken(verdicts: Iterable[Verdict], code: str, *, fails: bool) -> Iterator[Problem]:
    """What critical verdicts say. Warnings stand in the audit, with which they are compared there."""
    for verdict in verdicts:
        if not verdict.passed and verdict.severity == "critical":
            yield Problem(code, verdict.table or verdict.check, fails, {"line": verdict.line})


def loaded_tables(con: duckdb.DuckDBPyConnection) -> set[str]:
    """The publication's tables that could be read."""
    found = con.execute(
        "select schema_name || '.' || table_name from duckdb_tables() where not temporary and schema_name != 'run'"
    )
    return {str(row[0]) for row in found.fetchall()}


def _number(con: duckdb.DuckDBPyConnection, query: str, values: Iterable[object] = ()) -> int:
    found = con.execute(query, list(values)).fetchone()
    return int(found[0]) if found else 0


def first_line(error: Exception) -> str:
    """What DuckDB says, without its drawing of where."""
    return str(error).strip().splitlines()[0]
