"""The publications of a home folder as a list: which there are, what each is now, why it came about."""

from typing import Any

from pipelines.lake import Lake
from pipelines.publish import catalog, restatement

AS_OF = "as_of"
"""The ``event`` of a publication of a past state."""

_MISSING: dict[str, Any] = {
    **dict.fromkeys(
        ("id", "event", "created_at", "year", "cutoff", "supersedes", "reason", "as_of", "manifest_sha256")
    ),
    "approved_by": [],
    "last_good": {},
    "locked_years": [],
}
"""What is told of a publication, and what stands where its line says nothing of it."""


def list_publications(lake: Lake) -> list[dict[str, Any]]:
    """The publications, oldest first: the columns of ``_MISSING``, ``current``, and ``on_disk`` (false if pruned).

    ``event`` is ``published``, ``candidate`` (waits for approval, or has waited in vain) or ``as_of``, which has the
    moment of the past state in ``as_of``. A publication that was made current again has several lines, of which only
    the last can be ``current``.
    """
    current, known = catalog.current_id(lake), set(catalog.publication_ids(lake))
    waiting = {(candidate.publication_id, candidate.created_at) for candidate in restatement.candidates(lake)}
    lines = [line for line in catalog.events(lake) if line["event"] == catalog.PUBLISHED or _key(line) in waiting]
    lines += [line | {"event": AS_OF, "reason": AS_OF} for line in catalog.as_of_entries(lake)]
    last = {line["id"]: place for place, line in enumerate(lines) if line["event"] == catalog.PUBLISHED}
    found = [
        {name: line.get(name, missing) for name, missing in _MISSING.items()}
        | {"current": line["id"] == current and last.get(current) == place, "on_disk": line["id"] in known}
        for place, line in enumerate(lines)
    ]
    return sorted(found, key=lambda line: str(line["created_at"]))


def _key(line: dict[str, Any]) -> tuple[str, str] | None:
    return (line["id"], line["created_at"]) if line["event"] == restatement.CANDIDATE else None
