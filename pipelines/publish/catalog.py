"""What happened when: the publications in their order, those of past states, and the link ``current``.

The catalog stands outside the publications, so that these depend on nothing but their inputs: the publication of a past
state is the one that a home folder with only the files of then would have, and only the catalog calls it past.
"""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipelines.lake import Lake, append_line, fsync_path, read_lines

CURRENT = "current"


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


def entries(lake: Lake) -> list[dict[str, Any]]:
    """The lines of the catalog, oldest first: id, created_at, year, cutoff, supersedes, reason."""
    return read_lines(catalog_path(lake))


def as_of_entries(lake: Lake) -> list[dict[str, Any]]:
    """The publications of past states, oldest first: id, created_at, year, cutoff, as_of, state (see ``as_of``)."""
    return read_lines(as_of_path(lake))


def note_as_of(lake: Lake, publication_id: str, year: int, cutoff: str, state: str) -> None:
    """Writes down that a publication shows what was known at ``lake.as_of``; ``current`` stays where it is.

    Raises ``ValueError`` for a lake of the present.
    """
    if lake.as_of is None:
        raise ValueError("only a past state is noted here")
    append_line(
        as_of_path(lake),
        {
            "id": publication_id,
            "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "year": year,
            "cutoff": cutoff,
            "as_of": lake.as_of.isoformat(),
            "state": state,
        },
    )


def make_current(lake: Lake, publication_id: str, year: int, cutoff: str, reason: str) -> None:
    """Switches ``current`` atomically and writes the catalog's line; does nothing that is done already.

    The link goes first: a crash between the two leaves a line missing, and the next run of the same inputs adds it.
    """
    before = current_id(lake)
    if before != publication_id:
        link = lake.published / f".{CURRENT}-{os.getpid()}"
        link.unlink(missing_ok=True)
        link.symlink_to(publication_id)
        link.replace(lake.published / CURRENT)
        fsync_path(lake.published)
    known = entries(lake)
    if known and known[-1]["id"] == publication_id:
        return
    append_line(
        catalog_path(lake),
        {
            "id": publication_id,
            "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "year": year,
            "cutoff": cutoff,
            "supersedes": before if before != publication_id else (known[-1]["id"] if known else None),
            "reason": reason,
        },
    )
