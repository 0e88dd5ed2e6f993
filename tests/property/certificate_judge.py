"""The certificate rules in their own words, on sets of serials: slow and obvious, for small ledgers.

Each line is a set of serials and is compared with every other line. It shares nothing with the SQL but the text of the
rules. What becomes of a judged line in an account is in ``test_certificate_rules``.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import floor

from tests.property.ledgers import (
    ALWAYS,
    CUTOFFS,
    ENTERPRISES,
    NEVER_ENDS,
    OWN_PROJECTS,
    PLANT_PROVINCE,
    PROVINCES,
    RENEWABLE,
    Ledgers,
    Line,
)


@dataclass(frozen=True)
class Counted:
    """What a green-power line counts for: the first rule broken, and its serials by what becomes of them."""

    reason: str | None
    counted: frozenset[int]
    lost: frozenset[int]
    unsettled: frozenset[int]
    open_serials: int


class Judge:
    """The rules of the method, one by one."""

    def __init__(self, ledgers: Ledgers) -> None:
        self.trades, self.cancellations = ledgers.trades, ledgers.cancellations
        self.ledgers = ledgers
        self.issued: dict[tuple[str, str], set[int]] = defaultdict(set)
        for line in ledgers.issuances:
            self.issued[line.project, line.month] |= line.serials

    def rule_1(self, line: Line, table: list[Line]) -> str | None:
        if line.first > line.last or line.first < 0 or line.last < 0:
            return "bad_range"
        return "overlap" if any(line.touches(other) for other in table if other is not line) else None

    def was_issued(self, line: Line) -> bool:
        """True where nothing is known of the project and month."""
        issued = self.issued.get((line.project, line.month))
        return issued is None or line.serials <= issued

    def cancellation(self, line: Line, year: int) -> tuple[str | None, bool]:
        """The first rule broken and whether the range is contested."""
        touching = [trade for trade in self.trades if line.touches(trade)]
        parks = parks_on_the_day(line, year)
        bought = [t for t in touching if t.who == line.who and t.day <= line.day]
        held = covers(line, [t for t in bought if self.rule_1(t, self.trades) is None])
        elsewhere = any(t.channel in ("green_power", "own_use") for t in touching) or (
            (*parks[:1], line.project) in OWN_PROJECTS
        )
        reason = None
        if broken := self.rule_1(line, self.cancellations):
            reason = broken
        elif not self.was_issued(line):
            reason = "not_issued"
        elif any(t.technology not in RENEWABLE for t in touching):
            reason = "not_renewable"
        elif any(t.channel == "unbundled" and t.tradable is False for t in touching):
            reason = "not_tradable"
        elif line.year != year:
            reason = "other_year"
        elif line.day > CUTOFFS[year]:  # the validity of 24 months ends later for every month drawn
            reason = "expired_or_late"
        elif not (held and parks):
            reason = "not_held"
        elif elsewhere:
            reason = "counted_elsewhere"
        disputed = covers(line, [t for t in bought if self.rule_1(t, self.trades) != "bad_range"])
        contested = reason == "overlap" or (reason == "not_held" and bool(parks) and disputed and not elsewhere)
        return reason, contested and line.year == year

    def scopes(self, line: Line, park: str) -> dict[str | None, int]:
        """How many serials of a usable range were bought inside and across provinces; None is without a cap."""
        found: dict[str | None, int] = defaultdict(int)
        for trade in self.trades:
            if line.touches(trade):
                known = trade.province or (PLANT_PROVINCE if trade.project.startswith("OWN") else "")
                scope = "in_province" if PROVINCES[park].startswith(known) and known else "cross_province"
                found[None if trade.channel == "provincial_transfer" else scope] += len(line.serials & trade.serials)
        return dict(found)

    def trade(self, line: Line, year: int, park: str) -> Counted:
        """What counts of a green-power line in an account, and how much of it is not cancelled in time."""
        lost = union(c for c in self.cancellations if line.touches(c) and c.who != line.who) & line.serials
        reason = self._reason_of_trade(line, year, park) or ("not_held" if lost else None)
        if reason not in (None, "not_held"):
            return Counted(reason, frozenset(), frozenset(), frozenset(), 0)
        left = sorted(line.serials - lost)
        counted = set(left[: self.settled(line, year)])
        if reason is None and len(counted) < len(left):
            reason = "not_settled"
        in_time = union(c for c in self.cancellations if line.touches(c) and c.day <= CUTOFFS[year])
        return Counted(
            reason, frozenset(counted), frozenset(lost), frozenset(set(left) - counted), len(counted - in_time)
        )

    def _reason_of_trade(self, line: Line, year: int, park: str) -> str | None:
        if broken := self.rule_1(line, self.trades):
            return broken
        if not self.was_issued(line):
            return "not_issued"
        if line.technology not in RENEWABLE:
            return "not_renewable"
        if line.year != year:
            return "other_year"
        if line.day > CUTOFFS[year]:
            return "expired_or_late"
        return "counted_elsewhere" if (park, line.project) in OWN_PROJECTS else None

    def settled(self, line: Line, year: int) -> int | None:
        """How many certificates of a line its settlements cover; None where there are none for its trade.

        Month by month the settled energy of the buyer's lines of the project joins what is left from before; whole MWh
        are given out, first to what was cancelled for others, then to the lines in order of their id.
        """
        peers = [
            t
            for t in self.trades
            if (t.who, t.project, t.year, t.channel) == (line.who, line.project, year, "green_power")
            and any(s.trade == t.name for s in self.ledgers.settlements)
            and not self._reason_of_trade(t, year, park_of_trade(t, year) or "")
        ]
        carried = Fraction(0)
        for month in sorted({t.month for t in peers}):
            of_month = sorted((t for t in peers if t.month == month), key=lambda t: t.name)
            names = {t.name for t in of_month}
            here = [min(s.amounts) for s in self.ledgers.settlements if s.trade in names and s.month == month]
            available = carried + sum(here, Fraction(0))
            carried = available - floor(available)
            lost = {t.name: union(c for c in self.cancellations if t.touches(c) and c.who != t.who) for t in of_month}
            whole = floor(available) - sum(len(lost[t.name] & t.serials) for t in of_month)
            for peer in of_month:
                served = min(max(whole, 0), len(peer.serials - lost[peer.name]))
                if peer is line:
                    return served
                whole -= served
        return None

    def own_use_project(self, line: Line) -> tuple[str, str] | None:
        """The park and project whose direct power an own-use line proves."""
        sound = self.rule_1(line, self.trades) is None and self.was_issued(line) and line.technology in RENEWABLE
        if line.channel == "own_use" and sound and line.day <= CUTOFFS[line.year]:
            for (park, project), project_id in OWN_PROJECTS.items():
                if line.project == project and any(row[2] == park for row in rows_in_year(line.who, line.year)):
                    return park, project_id
        return None


def union(lines: Iterable[Line]) -> set[int]:
    return set().union(*(line.serials for line in lines))


def covers(line: Line, purchases: list[Line]) -> bool:
    return line.serials <= union(purchases)


def rows_of(who: str, first: date, last: date) -> list[tuple[date, date, str]]:
    """The rows of an enterprise that are valid at some time from ``first`` to ``last``, latest first."""
    rows = [(start, end, park) for name, park, start, end in ENTERPRISES if name == who]
    return sorted((row for row in rows if row[0] <= last and row[1] >= first), reverse=True)


def rows_in_year(who: str, year: int) -> list[tuple[date, date, str]]:
    return rows_of(who, date(year, 1, 1), date(year, 12, 31))


def parks_on_the_day(line: Line, year: int) -> list[str]:
    """The parks of a beneficiary in the year and on the day of cancellation; only the park of use, if one is named."""
    parks = [park for start, end, park in rows_in_year(line.who, year) if start <= line.day <= end]
    return [park for park in parks if line.use_park in (None, park)]


def park_of_cancellation(line: Line, year: int) -> str | None:
    """The park on the day; else of those in the account's year, else of all, the one named, or else the latest."""
    if parks := parks_on_the_day(line, year):
        return parks[0]
    rows = rows_in_year(line.who, year) or rows_of(line.who, ALWAYS, NEVER_ENDS)
    named = [row for row in rows if row[2] == line.use_park]
    return (named or rows)[0][2] if rows else None


def park_of_trade(line: Line, year: int) -> str | None:
    """Of the parks in the account's year that on the first day of the generation month, else the latest."""
    in_year = rows_in_year(line.who, year)
    first_day = date.fromisoformat(f"{line.month}-01")
    valid = [row for row in in_year if row[0] <= first_day <= row[1]]
    return (valid or in_year)[0][2] if in_year else None
