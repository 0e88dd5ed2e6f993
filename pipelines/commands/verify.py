"""The verify command: whether a publication, or all of a home folder with their log, is what it says it is."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.commands.output import Output
from pipelines.errors import AuditFailed, UserError
from pipelines.lake import Lake
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.publish.verification import Check, Problem, Verification

_HASH = re.compile("[0-9a-f]{64}")


def verify(settings: Settings, target: str | None, *, head: str | None, every: bool, output: Output) -> None:
    """Prints what was looked at and each thing that does not hold. Raises ``AuditFailed`` if there is any.

    ``target``: an id, or the path of a folder that holds a publication; such a folder is taken alone, without the log
    of a home folder. Raises ``UserError`` where nothing fits the target.
    """
    from pipelines.publish import chain
    from pipelines.publish.verify import check_catalog
    from pipelines.publish.verify import verify as examine

    if head and not _HASH.fullmatch(head):
        raise UserError(output.text("bad_head", value=head))
    lake = Lake(settings.home)
    folders, alone = _folders(lake, target, every=every, output=output)
    if alone and head:
        raise UserError(output.text("head_needs_home"))
    found = []
    with output.progress("working_verify") as report:
        for folder in folders:
            found.append(examine(folder, settings, None if alone else lake, report))
        log = None if alone else check_catalog(lake, head)
    last_line = None if alone else chain.head(lake)
    if output.as_json:
        output.json(_record(found, log, last_line, output))
    for verification in found:
        _show(verification, output)
    if log:
        _table(output.text("verify_log_title"), (log,), output)
    if last_line:
        output.say(output.text("verify_head", head=last_line))
    failures = [problem for verification in found for problem in verification.failures]
    failures += [problem for problem in (log.problems if log else ()) if problem.fails]
    if failures:
        raise AuditFailed(output.text("verify_failed", count=len(failures), first=sentence(failures[0], output)))


def _folders(lake: Lake, target: str | None, *, every: bool, output: Output) -> tuple[list[Path], bool]:
    """The folders to look at, and whether they stand alone."""
    from pipelines.publish import catalog

    if every and target:
        raise UserError(output.text("verify_all_alone"))
    known = catalog.publication_ids(lake)
    if target and target not in known and ("/" in target or Path(target).exists()):
        if not Path(target).is_dir():
            raise UserError(output.text("no_folder", path=target))
        return [Path(target).resolve()], True
    wanted = target or catalog.current_id(lake)
    if wanted is None:
        raise UserError(output.text("nothing_published", home=lake.home))
    if every:
        return [lake.published / publication_id for publication_id in known], False
    return [lake.published / on_disk(lake, wanted, output)], False


def on_disk(lake: Lake, wanted: str, output: Output) -> str:
    """``wanted`` if it is the id of a publication on disk. Raises ``UserError`` that says whether it ever was one."""
    from pipelines.publish import catalog

    known = catalog.publication_ids(lake)
    if wanted in known:
        return wanted
    if wanted in {entry["id"] for entry in (*catalog.entries(lake), *catalog.as_of_entries(lake))}:
        raise UserError(output.text("pruned_publication", id=wanted))
    raise UserError(output.text("no_publication", id=wanted, home=lake.home, known=", ".join(known) or "–"))


def sentence(problem: "Problem", output: Output) -> str:
    """What a problem says in the output's language."""
    return output.text(f"v_{problem.code}", subject=problem.subject, **problem.values)


def _show(verification: "Verification", output: Output) -> None:
    title = output.text("verify_title", id=verification.publication_id or "?", folder=verification.folder)
    _table(title, verification.checks, output)
    if verification.holds:
        output.say(output.text("verify_holds", id=verification.publication_id), style="green")


def _table(title: str, checks: "tuple[Check, ...]", output: Output) -> None:
    headings = [output.text("h_check"), output.text("h_examined"), output.text("h_result")]
    rows = [[output.text(f"vc_{c.name}"), f"{c.examined:,}", output.text(f"state_{c.state}")] for c in checks]
    output.say(title, style="bold")
    output.table("", headings, rows)
    for problem in (problem for check in checks for problem in check.problems):
        output.say(f"  {sentence(problem, output)}", style="red" if problem.fails else "")


def _record(
    found: "list[Verification]", log: "Check | None", last_line: str | None, output: Output
) -> dict[str, object]:
    return {
        "holds": all(verification.holds for verification in found) and (log is None or log.state != "failed"),
        "publications": [
            {
                "publication_id": verification.publication_id,
                "folder": verification.folder,
                "holds": verification.holds,
                "checks": [_check_record(check, output) for check in verification.checks],
            }
            for verification in found
        ],
        "log": _check_record(log, output) | {"head": last_line} if log else None,
    }


def _check_record(check: "Check", output: Output) -> dict[str, Any]:
    return {
        "check": check.name,
        "examined": check.examined,
        "state": check.state,
        "problems": [
            {"code": p.code, "subject": p.subject, "fails": p.fails, "sentence": sentence(p, output)}
            for p in check.problems
        ],
    }
