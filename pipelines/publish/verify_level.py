"""Whether a public set is what it says it is, and holds nothing but what the contracts call public.

A whole publication is looked at in ``verify``; a restricted set is one, byte for byte. Making sets is in ``level``.
"""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from pipelines import warehouse
from pipelines.contracts import load
from pipelines.lake import Lake, json_text
from pipelines.publish import audit_page
from pipelines.publish.candidate import qualified
from pipelines.publish.level import park_names, public_contracts, public_identity, public_report
from pipelines.publish.manifest import AUDIT, AUDIT_PAGE, DATABASE, MANIFEST, content_hash
from pipelines.publish.verification import Check, Problem, Report, Stated, Verification, silent
from pipelines.publish.verify_files import check_files, check_manifest_text
from pipelines.publish.verify_tables import check_content, first_line, load_tables
from pipelines.reference_tables import literal
from pipelines.settings import Settings

PARTS = 6
"""Checks of a public set."""


def is_public(folder: Path) -> bool:
    """Whether the manifest in a folder says that it is that of a public set."""
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(manifest, dict) and manifest.get("level") == "public"


def verify_public(folder: Path, settings: Settings, report: Report = silent) -> Verification:
    """Holds the files of a public set against its manifest, its rows against its files, and its columns against levels.

    ``settings`` give memory and threads. Call it where ``is_public``.
    """
    manifest = json.loads((folder / MANIFEST).read_bytes())
    try:
        stated = Stated.of(folder, manifest, public_identity(manifest), Lake(settings.home))
    except (LookupError, TypeError, ValueError) as error:
        why = {"entry": MANIFEST, "why": first_line(error)}
        return Verification(folder, None, (Check("manifest", 1, (Problem("manifest_form", MANIFEST, values=why),)),))
    checks = list[Check]()
    with TemporaryDirectory(prefix="zcp-verify-") as scratch:
        for check in _checks(stated, settings, Path(scratch)):
            checks.append(check)
            report(check.name, len(checks), PARTS)
    return Verification(folder, manifest["id"], tuple(checks))


def _checks(stated: Stated, settings: Settings, scratch: Path) -> Iterator[Check]:
    yield check_files(stated)
    # By way of a link: a folder that somebody copied may have a name in which DuckDB sees a pattern.
    folder = scratch / "set"
    folder.symlink_to(stated.folder.absolute(), target_is_directory=True)
    with closing(warehouse.connect(settings.model_copy(update={"home": scratch}))) as con:
        unreadable = load_tables(con, stated, folder)
        yield check_content(con, stated, unreadable)
        yield _check_level(con, stated)
        yield _check_database(con, stated, folder, {problem.subject for problem in unreadable})
        yield _check_audit(con, stated)
    yield Check("manifest", 1, check_manifest_text(stated))


def _check_level(con: duckdb.DuckDBPyConnection, stated: Stated) -> Check:
    """No table and no column that the contracts do not call public; where they are not those of then, a note."""
    public, fails = public_contracts(load("outputs")), stated.made_by_today("contracts")
    found = con.execute(
        "select schema_name || '.' || table_name, column_name from duckdb_columns() where not internal "
        "and schema_name not in ('main', 'run') order by all"
    ).fetchall()
    problems = [
        Problem("not_public", f"{table}.{column}", fails)
        for table, column in found
        if table not in public or column not in public[table].column_names
    ]
    return Check("level", len(found), tuple(problems))


def _check_database(con: duckdb.DuckDBPyConnection, stated: Stated, folder: Path, unreadable: set[str]) -> Check:
    """``parks.duckdb`` has the tables of the manifest with their rows, and no other."""
    try:
        con.execute(f"attach {literal(str(folder / DATABASE))} as product (read_only)")
    except duckdb.Error as error:
        return Check("database", 1, (Problem("database_unreadable", DATABASE, values={"why": first_line(error)}),))
    names = con.execute(
        "select schema_name || '.' || table_name from duckdb_tables() where database_name = 'product'"
    ).fetchall()
    found = {str(name) for (name,) in names}
    problems = [Problem("database_lacks", table) for table in stated.tables if table not in found]
    problems += [Problem("database_extra", table) for table in sorted(found - set(stated.tables))]
    problems += [
        Problem("database_rows", table)
        for table in stated.tables
        if table in found - unreadable
        and content_hash(con, f"product.{qualified(table)}") != content_hash(con, f"memory.{qualified(table)}")
    ]
    con.execute("detach product")
    return Check("database", len(stated.tables), tuple(problems))


def _check_audit(con: duckdb.DuckDBPyConnection, stated: Stated) -> Check:
    """The verdicts show no rows, the manifest sums them up, and the page says the same."""
    try:
        told = json.loads((stated.folder / AUDIT).read_bytes())
        report = public_report(told)
        names = park_names(con, "reference.parks")
    except (OSError, ValueError, LookupError, TypeError, duckdb.Error) as error:
        return Check("audit", 1, (Problem("audit_unreadable", AUDIT, values={"why": first_line(error)}),))
    problems = []
    if json.loads(json_text(report.as_json())) != told:
        problems.append(Problem("audit_other", AUDIT))
    if report.summary() != {name: value for name, value in stated.manifest["audit"].items() if name != "sha256"}:
        problems.append(Problem("audit_summary", AUDIT))
    page = stated.folder / AUDIT_PAGE
    same = page.is_file() and page.read_bytes() == audit_page.render(report, stated.identity, names).encode()
    if stated.made_by_today("code", "sql") and not same:
        problems.append(Problem("page_other", AUDIT_PAGE))
    return Check("audit", len(report.verdicts) + len(report.held), tuple(problems))
