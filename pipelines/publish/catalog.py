"""What happened when: the publications in their order, and the link ``current``.

The catalog stands outside the publications, so that these depend on nothing but their inputs.
"""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipelines.lake import Lake, append_line, fsync_path, read_lines

CURRENT = "current"


def catalog_path(lake: Lake) -> Path:
    return lake.catalog / "publications.jsonl"


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
