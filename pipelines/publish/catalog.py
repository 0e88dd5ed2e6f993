"""What happened when: the publications in their order, those of past states, and the link ``current``.

The catalog stands outside the publications, so that these depend on nothing but their inputs: the publication of a past
state is the one that a home folder with only the files of then would have, and only the catalog calls it past. How its
lines hold together is in ``linked_log`` and ``chain``, which publication may become current in ``restatement``.
"""

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipelines.lake import Lake, fsync_path, sha256_file
from pipelines.publish.linked_log import append, read
from pipelines.publish.manifest import MANIFEST

CURRENT = "current"
PUBLISHED = "published"
"""The ``event`` of a line that tells of a publication that became current."""


def catalog_path(lake: Lake) -> Path:
    return lake.catalog / "publications.jsonl"


def as_of_path(lake: Lake) -> Path:
    return lake.catalog / "as_of.jsonl"


def current_id(lake: Lake) -> str | None:
    """The id of the publication that ``current`` names; None before the first one."""
    try:
        return (lake.published / CURRENT).readlink().name
    except FileNotFoundError:
        return None


def publication_ids(lake: Lake) -> list[str]:
    """The ids of all publications on disk, sorted; candidates and failed ones are hidden and do not count."""
    if not lake.published.is_dir():
        return []
    return sorted(
        path.name
        for path in lake.published.iterdir()
        if path.is_dir() and not path.is_symlink() and not path.name.startswith(".")
    )


def events(lake: Lake) -> list[dict[str, Any]]:
    """All lines of the catalog, oldest first: publications and what was decided about them.

    ``event`` says what a line tells of: ``published``, ``candidate``, ``approval``, ``lock``, ``unfinished`` (a
    publication that a run left without a line). Lines from before there was a chain have none and are publications.
    """
    return [{"event": PUBLISHED} | line for line in read(catalog_path(lake))]


def entries(lake: Lake) -> list[dict[str, Any]]:
    """The publications that became current, oldest first.

    id, created_at, year, cutoff, supersedes, reason, approved_by, last_good (park: id of the publication that has its
    last good figures), locked_years (locked anew by it), changes (see ``effects``), manifest_sha256.
    """
    missing: dict[str, Any] = {
        "approved_by": [],
        "last_good": {},
        "locked_years": [],
        "changes": [],
        "manifest_sha256": None,
    }
    return [missing | line for line in events(lake) if line["event"] == PUBLISHED]


def standing(lake: Lake) -> str | None:
    """The publication that became current last, as the catalog says."""
    known = entries(lake)
    return str(known[-1]["id"]) if known else None


def as_of_entries(lake: Lake) -> list[dict[str, Any]]:
    """The publications of past states, oldest first: id, created_at, year, cutoff, as_of, state (see ``as_of``)."""
    return read(as_of_path(lake))


def note(lake: Lake, event: str, **values: Any) -> dict[str, Any]:
    """Appends a line to the catalog with the time; returns it. The caller holds the write lock."""
    line = {"event": event, "created_at": _now(), **values}
    append(catalog_path(lake), line)
    return line


def note_as_of(lake: Lake, publication_id: str, year: int, cutoff: str, state: str) -> None:
    """Writes down that a publication shows what was known at ``lake.as_of``; ``current`` stays where it is.

    Raises ``ValueError`` for a lake of the present.
    """
    if lake.as_of is None:
        raise ValueError("only a past state is noted here")
    append(
        as_of_path(lake),
        {
            "id": publication_id,
            "created_at": _now(),
            "year": year,
            "cutoff": cutoff,
            "as_of": lake.as_of.isoformat(),
            "state": state,
            "manifest_sha256": manifest_hash(lake, publication_id),
        },
    )


def manifest_hash(lake: Lake, publication_id: str) -> str:
    """The SHA-256 of a publication's manifest, and so of all its files."""
    return sha256_file(lake.published / publication_id / MANIFEST)


def point(lake: Lake, publication_id: str) -> None:
    """Moves the link ``current`` in one step, without a word in the catalog."""
    if current_id(lake) == publication_id:
        return
    link = lake.published / f".{CURRENT}-{os.getpid()}"
    link.unlink(missing_ok=True)
    link.symlink_to(publication_id)
    link.replace(lake.published / CURRENT)
    fsync_path(lake.published)


def make_current(
    lake: Lake,
    publication_id: str,
    year: int,
    cutoff: str,
    reason: str,
    *,
    approved_by: Sequence[str] = (),
    last_good: Mapping[str, str] | None = None,
    locked_years: Sequence[int] = (),
    changes: Sequence[Mapping[str, Any]] = (),
) -> None:
    """Switches ``current`` atomically and writes the catalog's line; does nothing that is done already.

    The link goes first: a crash between the two leaves a line missing, and the next run of the same inputs adds it.
    """
    before = current_id(lake)
    point(lake, publication_id)
    known = entries(lake)
    if known and known[-1]["id"] == publication_id:
        return
    note(
        lake,
        PUBLISHED,
        id=publication_id,
        year=year,
        cutoff=cutoff,
        supersedes=before if before != publication_id else (known[-1]["id"] if known else None),
        reason=reason,
        approved_by=list(approved_by),
        last_good=dict(last_good or {}),
        locked_years=list(locked_years),
        changes=list(changes),
        manifest_sha256=manifest_hash(lake, publication_id),
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
