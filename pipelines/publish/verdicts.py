"""What an audit says: one verdict for each check, and all of them on a candidate. Reaching them is in ``audit``."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from pipelines.publish.offenders import Example, ParkRows


@dataclass(frozen=True)
class Verdict:
    """One check, of the columns ``subject`` of a table or of all tables that it ``reads``.

    ``demand`` says what must hold, ``sentence`` what is wrong, ``remedy`` what to do. ``offending`` rows broke it,
    ``examples`` are the first of them; ``by_park`` says whose they are, ``unplaced`` how many are nobody's, ``months``
    of which months they are.
    """

    check: str
    table: str
    severity: str
    passed: bool
    offending: int = 0
    examples: tuple[Example, ...] = ()
    demand: str = ""
    sentence: str = ""
    remedy: str = ""
    subject: str = ""
    reads: tuple[str, ...] = ()
    by_park: tuple[ParkRows, ...] = ()
    unplaced: int = 0
    months: tuple[str, ...] = ()

    @property
    def parks(self) -> tuple[str, ...]:
        return tuple(park.park_id for park in self.by_park)

    @property
    def stops_everything(self) -> bool:
        """Whether it is critical and about something that no park can be held back for."""
        return not self.passed and self.severity == "critical" and (self.unplaced > 0 or not self.by_park)

    @property
    def name(self) -> str:
        """The check with its table and columns: what tells it from every other check of a publication."""
        return ".".join(part for part in (self.check, self.table, self.subject) if part)

    @property
    def line(self) -> str:
        """The verdict in one line for a person: check, rows, the first offending ones, what to do."""
        shown = "; ".join(", ".join(f"{k}={v}" for k, v in row.items()) for row in self.examples)
        rows = f" ({self.offending} row{'s' if self.offending != 1 else ''})" if self.offending else ""
        said = " ".join(part for part in (self.sentence, self.remedy) if part)
        return f"{self.check}{f' on {self.table}' if self.table else ''}{rows}: {said}" + (
            f" First: {shown}" if shown else ""
        )

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"parks": list(self.parks)}

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> "Verdict":
        """The verdict of an entry that ``as_json`` gave. Raises ``LookupError`` or ``TypeError`` for another form."""
        values: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in entry.items()}
        del values["parks"]
        values["by_park"] = tuple(ParkRows(**{**s, "examples": tuple(s["examples"])}) for s in entry["by_park"])
        return cls(**values)


def passed(verdict: Verdict) -> Verdict:
    """The verdict as one that holds: there is nothing to say and nothing to do."""
    return replace(verdict, passed=True, sentence="", remedy="")


@dataclass(frozen=True)
class AuditReport:
    """All verdicts on one candidate, and those (``held``) for which the figures of some parks were taken out of it."""

    verdicts: tuple[Verdict, ...]
    held: tuple[Verdict, ...] = ()

    @property
    def failures(self) -> tuple[Verdict, ...]:
        return tuple(v for v in self.verdicts if not v.passed and v.severity == "critical")

    @property
    def warnings(self) -> tuple[Verdict, ...]:
        return tuple(v for v in self.verdicts if not v.passed and v.severity != "critical")

    def summary(self) -> dict[str, Any]:
        """What the manifest says about the audit."""
        return {
            "checks": len(self.verdicts),
            "failures": len(self.failures),
            "held_parks": sorted({park for verdict in self.held for park in verdict.parks}),
            "warnings": [verdict.line for verdict in self.warnings],
        }

    def as_json(self) -> dict[str, Any]:
        """What ``audit.json`` holds: ``verdicts`` on the tables as published, ``held`` on what was taken out."""
        return {
            "summary": self.summary(),
            "held": [verdict.as_json() for verdict in self.held],
            "verdicts": [verdict.as_json() for verdict in self.verdicts],
        }
