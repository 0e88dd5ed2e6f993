"""Which publication becomes current: at once, or, where it would change a locked year, after two persons have agreed.

A publication that waits is a candidate: complete and on disk like any other, with what it changes in the catalog. What
is locked is in ``locks``, how the switch is made in ``catalog``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from pipelines.errors import UserError
from pipelines.lake import Lake
from pipelines.publish import catalog, effects
from pipelines.publish.effects import Effect
from pipelines.publish.locks import LOCK, locks, names, said
from pipelines.publish.manifest import is_intact

CANDIDATE, APPROVAL, UNFINISHED = "candidate", "approval", "unfinished"

State = Literal["open", "outdated", "pruned"]


@dataclass(frozen=True)
class Candidate:
    """A publication that waits for approval because it changes figures of ``locked_years``.

    ``based_on``: the publication that was current when it was made. ``tables``: rows that differ in the locked years,
    by table. ``state``: ``outdated`` once another publication has become current or a year was locked, ``pruned`` when
    it is not on disk.
    """

    publication_id: str
    created_at: str
    year: int
    cutoff: str
    based_on: str
    locked_years: tuple[int, ...]
    tables: Mapping[str, int]
    effects: tuple[Effect, ...]
    last_good: Mapping[str, str]
    state: State


def switch(
    lake: Lake,
    publication_id: str,
    year: int,
    cutoff: str,
    reason: str,
    *,
    last_good: Mapping[str, str] | None = None,
) -> Candidate | None:
    """Makes a good publication current, or notes it as a candidate where it changes a locked year; returns that.

    ``last_good``: the parks whose figures it holds back, and the publication that has their last good ones; those parks
    change nothing. Doing it again does nothing. The caller holds the write lock.
    """
    _note_unfinished(lake, publication_id)
    held, current, stands = dict(last_good or {}), catalog.current_id(lake), catalog.standing(lake)
    approval = _approval(lake, publication_id, current)
    # What stands is what the catalog says: a link that was taken away or set by hand lets nothing through.
    if approval is None and publication_id != stands:
        tables = {y: _changes(lake, lock.publication_id, publication_id, y, held) for y, lock in locks(lake).items()}
        if locked := [y for y, changed in sorted(tables.items()) if changed]:
            if stands in catalog.publication_ids(lake):
                catalog.point(lake, str(stands))
            _note_candidate(lake, publication_id, year=year, cutoff=cutoff, locked=locked, tables=tables, held=held)
            return next(c for c in candidates(lake) if c.publication_id == publication_id)
    before = _superseded(lake, publication_id)
    catalog.make_current(
        lake,
        publication_id,
        year,
        cutoff,
        approval["reason"] if approval else reason,
        approved_by=approval["by"] if approval else (),
        last_good=held,
        locked_years=approval["locked_years"] if approval else (),
        changes=[effect.as_json() for effect in effects.effects(lake, before, publication_id)] if before else (),
    )
    return None


def candidates(lake: Lake) -> list[Candidate]:
    """The publications that wait for approval or have waited in vain, oldest first; not those that became current."""
    found: dict[str, Candidate] = {}
    on_disk, current = set(catalog.publication_ids(lake)), catalog.current_id(lake)
    for line in catalog.events(lake):
        if line["event"] == catalog.PUBLISHED:
            found.pop(line["id"], None)
        elif line["event"] == LOCK:
            # What they change of that year has not been told.
            found = {i: replace(c, state="outdated") if c.state == "open" else c for i, c in found.items()}
        elif line["event"] == CANDIDATE:
            state: State = "open" if line["based_on"] == current else "outdated"
            found[line["id"]] = Candidate(
                publication_id=line["id"],
                created_at=line["created_at"],
                year=line["year"],
                cutoff=line["cutoff"],
                based_on=line["based_on"],
                locked_years=tuple(line["locked_years"]),
                tables=line["tables"],
                effects=tuple(map(Effect.from_json, line["effects"])),
                last_good=line["last_good"],
                state=state if line["id"] in on_disk else "pruned",
            )
    return list(found.values())


def approve(lake: Lake, publication_id: str, reason: str, by: list[str]) -> Candidate:
    """Makes a candidate current and locks its years at the new figures; returns what it was.

    Raises ``UserError`` for a blank reason or name, fewer than two different names, an id that is no candidate, one
    that is not on disk any more, was altered there or is outdated, and while another process writes.
    """
    reason, people = said("--reason", reason), names(by)
    if len(people) < 2:
        raise UserError("a restatement needs two persons: give --by twice, with two different names")
    with lake.writing():
        known = {candidate.publication_id: candidate for candidate in candidates(lake)}
        if publication_id not in known:
            raise UserError(f"there is no candidate {publication_id}; {_listed(known)}")
        candidate = known[publication_id]
        if candidate.state == "pruned":
            raise UserError(f"the candidate {publication_id} is not on disk any more; use `zcp run` to build it again")
        if candidate.state == "outdated":
            raise UserError(
                f"the candidate {publication_id} was made before another publication became current or another year "
                "was locked; use `zcp run`, and approve what that gives"
            )
        if not _as_noted(lake, publication_id):
            raise UserError(
                f"the candidate {publication_id} was altered on disk after it was noted; remove "
                f"{lake.published / publication_id} and use `zcp run` to build it again"
            )
        # The decision is written down first: a crash after it costs no more than another `zcp run`.
        catalog.note(
            lake,
            APPROVAL,
            id=publication_id,
            reason=reason,
            by=list(people),
            based_on=candidate.based_on,
            locked_years=list(candidate.locked_years),
            manifest_sha256=catalog.manifest_hash(lake, publication_id),
        )
        switch(lake, publication_id, candidate.year, candidate.cutoff, reason, last_good=candidate.last_good)
    return candidate


def _as_noted(lake: Lake, publication_id: str) -> bool:
    """Whether a candidate on disk is the one whose effect is told in the catalog."""
    lines = [e for e in catalog.events(lake) if e["event"] == CANDIDATE and e["id"] == publication_id]
    same = catalog.manifest_hash(lake, publication_id) == lines[-1]["manifest_sha256"]
    return same and is_intact(lake.published / publication_id)


def _listed(known: Mapping[str, Candidate]) -> str:
    return f"there are: {', '.join(known)}" if known else "none waits for approval"


def _approval(lake: Lake, publication_id: str, current: str | None) -> dict[str, Any] | None:
    """The approval of a publication that is yet to take effect, wholly or in its line of the catalog."""
    found = None
    for line in catalog.events(lake):
        if line["event"] == catalog.PUBLISHED:
            found = None
        elif line["event"] == APPROVAL and line["id"] == publication_id:
            found = line
    return found if found and current in (publication_id, found["based_on"]) else None


def _changes(lake: Lake, locked: str, publication_id: str, year: int, held: Mapping[str, str]) -> dict[str, int]:
    """The tables in which a publication differs from the one that a year is locked at; all, if that is gone."""
    if locked not in catalog.publication_ids(lake):
        return {"all": 0}
    return effects.changed_tables(lake, locked, publication_id, year, held)


def _superseded(lake: Lake, publication_id: str) -> str | None:
    """The publication before, where it is another one and still on disk to be compared with."""
    before = catalog.standing(lake)
    return before if before != publication_id and before in catalog.publication_ids(lake) else None


def _note_candidate(
    lake: Lake,
    publication_id: str,
    *,
    year: int,
    cutoff: str,
    locked: list[int],
    tables: Mapping[int, Mapping[str, int]],
    held: Mapping[str, str],
) -> None:
    """Writes the candidate's line, unless the last line says the same of it."""
    current = catalog.current_id(lake)
    if any(c.publication_id == publication_id and c.state == "open" for c in candidates(lake)):
        return
    standing = locks(lake)
    on_disk = set(catalog.publication_ids(lake))
    changed = [
        effect.as_json()
        for y in locked
        if standing[y].publication_id in on_disk
        for effect in effects.effects(lake, standing[y].publication_id, publication_id, [y])
        if effect.park_id not in held
    ]
    rows = {t: sum(tables[y].get(t, 0) for y in locked) for t in sorted({t for y in locked for t in tables[y]})}
    catalog.note(
        lake,
        CANDIDATE,
        id=publication_id,
        year=year,
        cutoff=cutoff,
        based_on=current,
        locked_years=locked,
        tables=rows,
        effects=changed,
        last_good=dict(held),
        manifest_sha256=catalog.manifest_hash(lake, publication_id),
    )


def _note_unfinished(lake: Lake, publication_id: str) -> None:
    """Writes down publications that a run which was cut off left without a line, but for the one published now."""
    named = {line.get("id") for line in [*catalog.events(lake), *catalog.as_of_entries(lake)]}
    for left in catalog.publication_ids(lake):
        if left not in named and left != publication_id and (lake.published / left / "manifest.json").is_file():
            catalog.note(lake, UNFINISHED, id=left, manifest_sha256=catalog.manifest_hash(lake, left))
