"""A publication's ``audit.json`` and ``audit.html`` against what is found when its tables are judged once more."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import duckdb

from pipelines.publish import audit_page
from pipelines.publish.held_tables import held_rows
from pipelines.publish.manifest import AUDIT, AUDIT_PAGE, STAMP
from pipelines.publish.offenders import Example
from pipelines.publish.verdicts import AuditReport, Verdict
from pipelines.publish.verification import Check, Problem, Stated
from pipelines.publish.verify_tables import first_line

_HELD = f"select * exclude ({', '.join(STAMP)}) from quality.held_parks"


def check_audit(con: duckdb.DuckDBPyConnection, stated: Stated, verdicts: Iterable[Verdict] | None) -> Check:
    """The audit says what was found; its page, the manifest and ``quality.held_parks`` say what the audit says.

    ``verdicts``: what was found; None where not all could be judged. The verdicts for which figures were taken out
    (``held``) cannot be reached again from what is left; they are compared with the table that tells of them.
    """
    try:
        told = json.loads((stated.folder / AUDIT).read_bytes())
        summary, entries = dict(told["summary"]), list(told["verdicts"])
        comparable = verdicts is not None and stated.made_by_today("code", "sql", "contracts", "engine")
        held = tuple(map(Verdict.from_json, told["held"])) if comparable else ()
    except (OSError, ValueError, LookupError, TypeError) as error:
        return Check("audit", 1, (Problem("audit_unreadable", AUDIT, values={"why": first_line(error)}),))
    problems = []
    if summary != {name: value for name, value in stated.manifest["audit"].items() if name != "sha256"}:
        problems.append(Problem("audit_summary", AUDIT))
    if verdicts is None or not comparable:
        return Check("audit", 1, (*problems, Problem("audit_not_compared", AUDIT, fails=False)))
    table = _table(con)
    held = tuple(_in_column_order(verdict, table) for verdict in held)
    report = AuditReport(tuple(verdicts), held)
    found = json.loads(json.dumps(report.as_json()))
    here, there = _by_name(found["verdicts"]), _by_name(entries)
    strange = [name for name in sorted(here.keys() | there.keys()) if here.get(name) != there.get(name)]
    problems += [Problem("audit_differs", AUDIT, values={"check": name}) for name in strange]
    if _rows(held_rows(held)) != _rows(table):
        problems.append(Problem("held_differs", AUDIT))
    if not problems and found != told:
        problems.append(Problem("audit_other", AUDIT))
    if not _shows(con, stated, report):
        problems.append(Problem("page_other", AUDIT_PAGE))
    return Check("audit", len(found["verdicts"]) + len(held), tuple(problems))


def _by_name(verdicts: Iterable[object]) -> dict[str, list[object]]:
    named = dict[str, list[object]]()
    for verdict in verdicts:
        named.setdefault(_name(verdict), []).append(verdict)
    return named


def _name(verdict: object) -> str:
    if not isinstance(verdict, dict):
        return str(verdict)
    return " ".join(str(verdict[name]) for name in ("check", "table", "subject") if verdict.get(name))


def _table(con: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    found = con.execute(_HELD)
    names = [str(column[0]) for column in found.description or []]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _in_column_order(verdict: Verdict, table: Iterable[Mapping[str, Any]]) -> Verdict:
    """The verdict with the values of its examples in the order of their columns, which ``audit.json`` has not."""
    known = [example for row in table if row["check_name"] == verdict.name for example in _evidence(row)]

    def ordered(examples: Iterable[Example]) -> tuple[Example, ...]:
        return tuple(next((other for other in known if other == example), example) for example in examples)

    shares = tuple(replace(share, examples=ordered(share.examples)) for share in verdict.by_park)
    return replace(verdict, examples=ordered(verdict.examples), by_park=shares)


def _evidence(row: Mapping[str, Any]) -> list[Any]:
    """The examples of a row of ``quality.held_parks``; none where that is not what stands there."""
    try:
        examples = json.loads(row["evidence"])
    except ValueError:
        return []
    return examples if isinstance(examples, list) else []


def _rows(rows: Iterable[Mapping[str, Any]]) -> list[list[tuple[str, str]]]:
    """Rows in an order and a form in which they can be compared."""
    return sorted(sorted((name, str(value)) for name, value in row.items()) for row in rows)


def _shows(con: duckdb.DuckDBPyConnection, stated: Stated, report: AuditReport) -> bool:
    """Whether the page is the one that the verdicts give, byte for byte."""
    path = stated.folder / AUDIT_PAGE
    names = con.execute("select park_id, name_zh, name_en from reference.parks").fetchall()
    page = audit_page.render(report, stated.identity, {park: (zh or "", en or "") for park, zh, en in names})
    return path.is_file() and path.read_bytes() == page.encode()
