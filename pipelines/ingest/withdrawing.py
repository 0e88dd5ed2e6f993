"""Withdrawing a delivered file, and taking the withdrawal back: decisions of a person, written down, nothing deleted.

What a withdrawal does to an account is in ``ledger``: a file that is withdrawn is not among those that count.
"""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from pipelines.errors import UserError
from pipelines.ingest.ledger import Withdrawal, read_arrivals, withdrawals_path, withdrawn
from pipelines.lake import Lake, append_line, read_lines

SHOWN = 5
"""Candidates that an ambiguous name lists."""


def withdraw(lake: Lake, wanted: str, reason: str, by: str, *, undo: bool = False) -> Withdrawal:
    """Withdraws one file, or with ``undo`` lets a withdrawn one count again; returns what was written down.

    ``wanted``: a file_id, the sha256 of the bytes (or its first 8 digits or more), a file name, or delivery/file name.
    Raises ``UserError`` for a reason or person left blank, for a name that fits no file or several that could be meant,
    for a file that is withdrawn already (or, with ``undo``, is not), and while another process writes.
    """
    for option, text in (("--reason", reason), ("--by", by)):
        if not text.strip():
            raise UserError(f"{option} is blank; a withdrawal needs a reason and the name of who decides")
    with lake.writing():
        entry = _find(lake, wanted, undo)
        decision = Withdrawal(
            file_id=entry["file_id"],
            file_name=entry["file_name"],
            counts=undo,
            reason=reason.strip(),
            by=by.strip(),
            at=_now(lake),
        )
        append_line(withdrawals_path(lake), asdict(decision))
    return decision


def _now(lake: Lake) -> str:
    """The time of a decision; a clock that was set back must not make a later decision the earlier one."""
    now = datetime.now(UTC)
    if before := read_lines(withdrawals_path(lake)):
        now = max(now, datetime.fromisoformat(before[-1]["at"]) + timedelta(microseconds=1))
    return now.isoformat(timespec="microseconds")


def _find(lake: Lake, wanted: str, undo: bool) -> dict[str, Any]:
    """The ledger entry of the one file that is meant."""
    named = {a.file_id for a in read_arrivals(lake) if wanted in (a.file_name, f"{a.delivery}/{a.file_name}")}
    found = [entry for entry in lake.ledgers() if entry["file_id"] in named or _is_id(entry, wanted)]
    if not found:
        raise UserError(
            f"no landed file is called {wanted}; give a file_id, sha256 or file_name as `zcp land` shows them"
        )
    away = withdrawn(lake)
    fitting = [entry for entry in found if (entry["file_id"] in away) == undo]
    if len(fitting) > 1:
        raise UserError(f"{wanted} fits {len(fitting)} files; give the file_id of one: {_listed(fitting)}")
    if fitting:
        return fitting[0]
    if undo:
        raise UserError(f"{wanted} is not withdrawn, so there is nothing to undo")
    done = away[found[0]["file_id"]]
    raise UserError(f"{wanted} was withdrawn already, at {done.at[:16]}Z by {done.by}: {done.reason}")


def _is_id(entry: dict[str, Any], wanted: str) -> bool:
    return entry["file_id"] == wanted or (len(wanted) >= 8 and entry["sha256"].startswith(wanted.lower()))


def _listed(entries: Iterable[dict[str, Any]]) -> str:
    """File ids with what tells the files apart."""
    shown = [f"{e['file_id']} ({e['delivery']}/{e['file_name']}, {e['table']})" for e in entries]
    return ", ".join(shown[:SHOWN]) + (", …" if len(shown) > SHOWN else "")
