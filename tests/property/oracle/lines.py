"""Direct power of each line, and how much of it does not count as green: D_x of section 2.

What the lines deliver in an interval is in ``balance``.
"""

from dataclasses import dataclass

from tests.property.oracle.balance import Balance, kind_of
from tests.property.oracle.certificates import Ledger
from tests.property.oracle.delivery import Delivery, Row

WH_PER_MWH = 10**6


@dataclass(frozen=True)
class Line:
    """A line and year: its part of D, the part of that in D_x, and what own-use certificates carried on, in Wh."""

    project: Row | None
    used: int
    uncounted: int
    was_carried: bool

    @property
    def nuclear(self) -> int:
        """The counted part, if the line is nuclear."""
        is_nuclear = self.project is not None and self.project["technology"] == "nuclear"
        return self.used - self.uncounted if is_nuclear else 0


def lines(delivery: Delivery, bal: Balance, judged: Ledger) -> list[Line]:
    """The lines that delivered something in the year."""
    by_month: dict[str | None, dict[str, int]] = {}
    for one in bal.intervals:
        for key, energy in one.lines.items():
            months = by_month.setdefault(key, {})
            months[one.month] = months.get(one.month, 0) + energy
    projects = {row["project_id"]: row for row in delivery["projects"]}
    return [_line(projects.get(key or ""), months, judged) for key, months in by_month.items()]


def _line(project: Row | None, months: dict[str, int], judged: Ledger) -> Line:
    used = sum(months.values())
    if project is None or kind_of(project) == "fossil" or project.get("interval_traced") is False:
        return Line(project, used, used, was_carried=False)
    if project.get("same_owner") is not False:
        return Line(project, used, 0, was_carried=False)
    lost, left, was_carried = 0, 0, False
    for number in range(1, 13):
        month = f"{judged.year}-{number:02d}"
        new = judged.own_use_mwh(project, month) * WH_PER_MWH
        covered = min(months.get(month, 0), left + new)
        was_carried |= covered > new
        left += new - covered
        lost += months.get(month, 0) - covered
    return Line(project, used, lost, was_carried)
