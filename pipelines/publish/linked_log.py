"""Append-only logs in which every line holds the hash of the one before it: writing one, and finding what breaks one.

What the lines say belongs to ``catalog``, whether they fit what is on disk to ``chain``.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pipelines.errors import UserError
from pipelines.lake import append_line

PREVIOUS = "previous"
"""SHA-256 of the bytes of the line before, without its line end; null in the first line of a log."""
OWN = "line_sha256"
"""SHA-256 of the line as it would be without this field."""
_SINCE = frozenset({PREVIOUS, OWN, "event", "manifest_sha256"})
"""Fields that no line had before there was a chain."""


def append(log: Path, entry: Mapping[str, Any]) -> None:
    """Appends ``entry`` to a log as the next link of its chain, durably; the caller holds the write lock.

    A log that has lines from before there was a chain goes on with the hash of the last of them.
    """
    lines = raw_lines(log)
    linked = {**entry, PREVIOUS: line_hash(lines[-1]) if lines else None}
    append_line(log, {**linked, OWN: line_hash(_text(linked))})


def read(log: Path) -> list[dict[str, Any]]:
    """What the lines of a log say, oldest first. Raises ``UserError`` naming a line that is no JSON object."""
    entries = [parsed(line) for line in raw_lines(log)]
    for number, entry in enumerate(entries, start=1):
        if entry is None:
            raise UserError(
                f"{log} line {number} cannot be read: it was changed after it was written, see `zcp verify`"
            )
    return [entry for entry in entries if entry is not None]


def raw_lines(log: Path) -> list[bytes]:
    """The whole lines of a log; what a crash left of one without its line end was never acknowledged."""
    return log.read_bytes().split(b"\n")[:-1] if log.exists() else []


def line_hash(line: bytes) -> str:
    """The hash that the next line holds of this one."""
    return hashlib.sha256(line).hexdigest()


def parsed(line: bytes) -> dict[str, Any] | None:
    """What a line says; None where it is no JSON object."""
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    return entry if isinstance(entry, dict) else None


def broken_lines(log: Path) -> Iterator[str]:
    """One sentence for each line that was changed or does not follow on the one before it.

    The chain begins with the first line that has a field of one, so a log is broken where all hashes were taken off.
    Lines cut off at the end leave a chain that holds.
    """
    lines = raw_lines(log)
    entries = [parsed(line) for line in lines]
    names = [f"line {number} ({(entry or {}).get('id', '–')})" for number, entry in enumerate(entries, start=1)]
    first = next((n for n, entry in enumerate(entries) if entry and _SINCE & set(entry)), len(lines))
    sound = True
    for place, (line, entry) in enumerate(zip(lines, entries, strict=True)):
        was_sound, sound = sound, entry is not None and (place < first or _is_as_written(line, entry))
        if not sound or entry is None:
            yield f"catalog/{log.name} {names[place]} was changed after it was written"
        elif was_sound and place >= first and entry[PREVIOUS] != (line_hash(lines[place - 1]) if place else None):
            yield (
                f"catalog/{log.name} {names[place]} was not written after {names[place - 1] if place else 'nothing'}: "
                "a line here was rewritten, is missing, was added or stands in another place"
            )


def _is_as_written(line: bytes, entry: Mapping[str, Any]) -> bool:
    told = {name: value for name, value in entry.items() if name != OWN}
    return PREVIOUS in entry and entry.get(OWN) == line_hash(_text(told)) and _text(entry) == line


def _text(entry: Mapping[str, Any]) -> bytes:
    """The bytes of a line, as ``lake.append_line`` writes them."""
    return json.dumps(entry, sort_keys=True, ensure_ascii=False).encode()
