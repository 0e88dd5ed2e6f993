"""Whether a publication is what it says it is: its files, rows and statements held against each other.

``verify_files`` looks at files, manifest and id, ``verify_tables`` at rows, contracts and checks, ``verify_audit`` and
``verify_copies`` at what else speaks of the tables. Computing the figures again from the raw files is ``recompute``.
"""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from pipelines import warehouse
from pipelines.contracts import load
from pipelines.lake import Lake
from pipelines.publish import audit, chain
from pipelines.publish.manifest import identity_of
from pipelines.publish.verification import Check, Problem, Report, Stated, Verification, silent
from pipelines.publish.verify_audit import check_audit
from pipelines.publish.verify_copies import certificates_of, check_checker, check_database, check_manifest
from pipelines.publish.verify_files import check_files, check_identity, check_manifest_text, read_stated
from pipelines.publish.verify_level import is_public, verify_public
from pipelines.publish.verify_tables import check_content, check_contracts, check_expectations, check_sql, load_tables
from pipelines.settings import Settings

PARTS = 10
"""Checks of a publication whose manifest can be read."""


def verify(folder: Path, settings: Settings, lake: Lake | None = None, report: Report = silent) -> Verification:
    """Holds everything in a publication's folder against everything else in it; nothing there is changed.

    ``lake``: the home folder it belongs to, from whose ledger files the root of the certificates is computed again;
    None for a folder that stands alone. ``settings`` give memory and threads; DuckDB spills to a temporary folder.
    Where the manifest cannot be understood there is that one check only. A set of the public level is looked at as one.
    """
    if is_public(folder):
        return verify_public(folder, settings, report)
    manifest, wrong = read_stated(folder)
    if manifest is None:
        return Verification(folder, None, (Check("manifest", 1, wrong),))
    stated = Stated.of(folder, manifest, identity_of(manifest), lake or Lake(settings.home))
    checks = list[Check]()
    with TemporaryDirectory(prefix="zcp-verify-") as scratch:
        for check in _checks(stated, settings, lake, Path(scratch)):
            checks.append(check)
            report(check.name, len(checks), PARTS)
    return Verification(folder, manifest["id"], tuple(checks))


def _checks(stated: Stated, settings: Settings, lake: Lake | None, scratch: Path) -> Iterator[Check]:
    files = check_files(stated)
    yield Check("files", files.examined, (*files.problems, *check_checker(stated)))
    if any(p.code == "file_link" and not (stated.folder / p.subject).is_file() for p in files.problems):
        # A pipe or device in place of a file: reading it may never end.
        return
    yield check_identity(stated, in_home=lake is not None)
    # By way of a link: a folder that somebody copied may have a name in which DuckDB sees a pattern.
    folder = scratch / "set"
    folder.symlink_to(stated.folder.absolute(), target_is_directory=True)
    with closing(warehouse.connect(settings.model_copy(update={"home": scratch}))) as con:
        unreadable = load_tables(con, stated, folder)
        content = check_content(con, stated, unreadable)
        yield content
        contracts, structure = check_contracts(con, stated)
        yield contracts
        sql, rules = check_sql(con, stated)
        yield sql
        expectations, judged = check_expectations(con, stated)
        yield expectations
        copies = check_database(con, stated)
        yield copies
        sound = not unreadable and all(verdict.passed for verdict in structure)
        certificates, root = certificates_of(con, stated, lake, sound=sound)
        yield root
        whole = all(check.state != "failed" for check in (content, contracts, sql, expectations, copies))
        same = [audit.copy_verdict(table, same=True) for table in load("outputs")]
        verdicts = (*structure, *rules, *same, *judged) if whole else None
        yield check_audit(con, stated, verdicts)
        yield check_manifest(con, stated, certificates, check_manifest_text(stated))


def check_catalog(lake: Lake, head: str | None = None) -> Check:
    """The log of a home folder's publications; ``head`` is the hash of a line that was noted outside it."""
    problems = [
        Problem("log_broken", "catalog", values={"sentence": found}) for found in chain.broken_links(lake, head)
    ]
    return Check("log", len(list(lake.catalog.glob("*.jsonl"))), tuple(problems))
