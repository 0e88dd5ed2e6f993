"""Locked years: from a decision on, another figure of that year is published only with a reason and two names.

Locks are lines of the catalog. What happens to a publication that would change a locked year is in ``restatement``.
"""

import unicodedata
from dataclasses import dataclass

from pipelines.errors import UserError
from pipelines.lake import Lake
from pipelines.publish import catalog
from pipelines.publish.query import open_current

LOCK = "lock"
"""The ``event`` of a line that locks a year."""


@dataclass(frozen=True)
class Lock:
    """A locked year. ``publication_id`` has the figures that it is locked at; ``created_at`` is ISO 8601."""

    year: int
    publication_id: str
    reason: str
    by: tuple[str, ...]
    created_at: str


def locks(lake: Lake) -> dict[int, Lock]:
    """The locked years, each at the figures of the publication that stands: that of the lock, or one approved since.

    Their publications are not to be pruned.
    """
    found: dict[int, Lock] = {}
    for line in catalog.events(lake):
        if line["event"] == LOCK:
            found[line["year"]] = Lock(line["year"], line["id"], line["reason"], tuple(line["by"]), line["created_at"])
        elif line["event"] == catalog.PUBLISHED:
            for year in line.get("locked_years", ()):
                by = tuple(line["approved_by"])
                found[year] = Lock(year, line["id"], line["reason"], by, line["created_at"])
    return found


def lock(lake: Lake, year: int, reason: str, by: str) -> Lock:
    """Locks ``year`` at the figures of the current publication; returns the lock.

    Raises ``UserError`` for a blank reason or name, where the current publication has no figures of that year or is
    not the one that the catalog says, where the year is locked already, and while another process writes. There is no
    unlocking.
    """
    reason, (name,) = said("--reason", reason), names([by])
    with lake.writing():
        if before := locks(lake).get(year):
            raise UserError(
                f"{year} has been locked since {before.created_at[:10]} by {', '.join(before.by)}: {before.reason}"
            )
        current = str(catalog.current_id(lake))
        if catalog.current_id(lake) and catalog.standing(lake) != current:
            raise UserError(
                f"published/current names {current}, which the catalog does not; see `zcp verify`, or use `zcp run`"
            )
        with open_current(lake) as con:
            years = [row[0] for row in con.execute("select distinct year from metrics.park_year order by 1").fetchall()]
        if year not in years:
            raise UserError(
                f"the current publication has no figures of {year}, only of {', '.join(map(str, years))}; "
                f"use `zcp run --year {year}` first"
            )
        digest = catalog.manifest_hash(lake, current)
        catalog.note(lake, LOCK, id=current, year=year, reason=reason, by=[name], manifest_sha256=digest)
        return locks(lake)[year]


def said(option: str, value: str) -> str:
    """What an option says, without blanks around it. Raises ``UserError`` if that is nothing, or no text."""
    shown = " ".join(value.split())
    if not shown or not shown.isprintable():
        raise UserError(f"{option} is blank or no readable text; a decision needs its reason and who took it")
    return shown


def names(given: list[str]) -> tuple[str, ...]:
    """The names of ``--by``, each once: case, blanks, punctuation and full-width forms make no other name.

    Raises ``UserError`` for one that is blank, holds invisible signs or has neither letter nor digit.
    """
    people = [said("--by", name) for name in given]
    if strange := next((name for name in people if not _bare(name)), None):
        raise UserError(f"--by {strange} is no name")
    return tuple({_bare(name): name for name in reversed(people)}.values())[::-1]


def _bare(name: str) -> str:
    """A name as it is compared: its letters and digits, but for the Hangul fillers, letters that nobody sees."""
    signs = unicodedata.normalize("NFKC", name).casefold()
    return "".join(sign for sign in signs if sign.isalnum() and sign not in "\u115f\u1160")
