"""The values that verifying a publication gives: problems, checks, the whole; and what is known of the publication.

What is looked at is in ``verify`` and the modules it names; the sentences are in ``texts.verify``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipelines.lake import Lake
from pipelines.publish.manifest import Identity, identify

Report = Callable[[str, int, int | None], None]
"""Called with what is done now, how much is done, and how much there is."""


@dataclass(frozen=True)
class Problem:
    """One thing that does not hold or, where ``fails`` is false, cannot be held against the publication.

    ``code`` names its sentence, ``subject`` is the file, table or entry of the manifest that it is about, ``values``
    fill the sentence.
    """

    code: str
    subject: str
    fails: bool = True
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Check:
    """One part of a verification: how many things were looked at, and what was found."""

    name: str
    examined: int
    problems: tuple[Problem, ...] = ()

    @property
    def state(self) -> str:
        """``failed``, ``note`` where something could not be judged, else ``ok``."""
        if any(problem.fails for problem in self.problems):
            return "failed"
        return "note" if self.problems else "ok"


@dataclass(frozen=True)
class Verification:
    """All that was found about the publication in ``folder``; ``publication_id`` as its manifest says, if it does."""

    folder: Path
    publication_id: str | None
    checks: tuple[Check, ...]

    @property
    def failures(self) -> tuple[Problem, ...]:
        return tuple(problem for check in self.checks for problem in check.problems if problem.fails)

    @property
    def holds(self) -> bool:
        return not self.failures


PARTS = ("code", "sql", "contracts", "engine", "method_version")
"""What computes, beside inputs and factors."""


@dataclass(frozen=True)
class Stated:
    """A publication as its manifest states it, and the parts of today's program that are not those it was made by."""

    folder: Path
    manifest: Mapping[str, Any]
    identity: Identity
    differing: tuple[str, ...]

    @classmethod
    def of(cls, folder: Path, manifest: Mapping[str, Any], identity: Identity, lake: Lake) -> "Stated":
        """``lake``: any home folder; what is compared does not depend on it."""
        now = identify(lake, identity.year, identity.cutoff, (), {})
        differing = tuple(part for part in PARTS if getattr(now, part) != getattr(identity, part))
        return cls(folder, manifest, identity, differing)

    @property
    def tables(self) -> tuple[str, ...]:
        return tuple(sorted(self.manifest["tables"]))

    def made_by_today(self, *parts: str) -> bool:
        """Whether these of ``PARTS`` are today's, so that what they do may be expected of the publication."""
        return not set(parts) & set(self.differing)


def silent(_what: str, _done: int, _total: int | None) -> None:
    """A report to nobody."""
