"""The register of certificates serial by serial: a state machine for each certificate, in plain Python.

It shares nothing with the SQL but the words of the rules: every certificate walks through the days on which anything
happens to it, and each move is allowed or refused by the state it finds. Slow, and right if it reads right.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

FOR_EVER = date(9999, 12, 31)
BOUND = ("green_power", "own_use")


@dataclass(frozen=True)
class Issuance:
    """A line of the issuance ledger."""

    first: int
    last: int
    day: date

    @property
    def serials(self) -> set[int]:
        return set(range(self.first, self.last + 1)) if self.first >= 0 else set()


@dataclass(frozen=True)
class Move:
    """A line of the trade ledger (with a channel) or of the cancellation ledger (without)."""

    name: str
    day: date
    first: int
    last: int
    who: str
    channel: str = ""
    tradable: bool | None = None

    @property
    def serials(self) -> set[int]:
        return set(range(self.first, self.last + 1))


@dataclass(frozen=True)
class History:
    """What is delivered of one project and month; ``settled`` are the trades with a settlement for the month."""

    month: str
    issuances: Sequence[Issuance]
    trades: Sequence[Move]
    cancellations: Sequence[Move]
    settled: frozenset[str] = frozenset()


Stretch = tuple[str, str | None, date, date, str | None, str | None]
"""State, holder, first and last day, trade, cancellation."""


@dataclass
class Expected:
    """The stretches of each serial's life, and of each refused line and code its serials."""

    lives: dict[int, list[Stretch]] = field(default_factory=dict)
    refused: dict[tuple[str, str], set[int]] = field(default_factory=lambda: defaultdict(set))


@dataclass
class Certificate:
    """One certificate on its way; a move is answered with the rule it breaks, None where it was carried out.

    Where no issuance is known (not ``is_known``) a certificate that moves must have been there.
    """

    exists: bool
    is_known: bool
    issued_on: date
    last_day: date
    state: str | None = None
    holder: str | None = None
    trade: Move | None = None
    cancellation: str | None = None
    issued: bool = False
    lapsed: bool = False

    def lapse(self) -> None:
        self.lapsed = True
        if self.issued and self.state != "cancelled":
            self.state = "expired"

    def issue(self, unsettled: set[str]) -> None:
        if self.issued:
            return
        self.issued = True
        if self.lapsed:
            self.state = "expired"
        elif self.trade is None:
            self.state = "issued"
        else:
            self.state = "pending" if self.trade.name in unsettled else "assigned"

    def sell(self, line: Move, unsettled: set[str]) -> str | None:
        if not self.exists:
            return "not_issued"
        if line.channel == "unbundled" and line.tradable is False:
            return "not_tradable"
        if not self.issued and line.channel not in BOUND:
            if self.is_known:
                return "before_issue"
            self.issued = True
        if self.lapsed or self.issued_on > self.last_day:
            return "expired"
        self.trade, self.holder = line, line.who
        if line.channel not in BOUND:
            self.state = "held"
        else:
            self.state = "assigned" if self.issued and line.name not in unsettled else "pending"
        return None

    def cancel(self, line: Move) -> str | None:
        if not self.exists:
            return "not_issued"
        if not self.issued and self.is_known:
            return "before_issue"
        if self.lapsed:
            return "expired"
        if self.trade is None:
            return "not_bought"
        if self.trade.who != line.who:
            return "bound_to_another" if self.trade.channel in BOUND else "wrong_beneficiary"
        self.state, self.cancellation, self.issued = "cancelled", line.name, True
        return None


def sound(lines: Sequence[Move], twice: str, expected: Expected) -> list[Move]:
    """The lines that keep rule 1; of the others every certificate is refused."""
    kept = []
    for line in lines:
        if line.first > line.last or line.first < 0:
            expected.refused[line.name, "bad_range"] = line.serials
        elif any(other.serials & line.serials for other in lines if other is not line):
            expected.refused[line.name, twice] = line.serials
        else:
            kept.append(line)
    return kept


def issue_days(issuances: Iterable[Issuance]) -> dict[int, date]:
    """The day on which each serial was issued; lines that share serials are one, issued with the first of them."""
    groups: list[tuple[set[int], date]] = []
    for line in issuances:
        serials, day = line.serials, line.day
        if serials:
            for group in [group for group in groups if group[0] & serials]:
                groups.remove(group)
                serials, day = serials | group[0], min(day, group[1])
            groups.append((serials, day))
    return {serial: day for serials, day in groups for serial in serials}


def last_day_of(month: str) -> date:
    """24 months from the generation month, that month included; what was generated before 2024 to the end of 2025."""
    year, number = map(int, month.split("-"))
    return date(2025, 12, 31) if year < 2024 else date(year + 2, number, 1) - timedelta(days=1)


def walk(serial: int, certificate: Certificate, moves: list[tuple[date, int, str, Move]], unsettled: set[str],
         expected: Expected) -> None:  # fmt: skip
    """One certificate through all its days; what happens on one day happens in the order of the second field."""
    days: list[tuple[date, int, str, Move | None]] = [
        *moves,
        (certificate.last_day + timedelta(days=1), 0, "lapse", None),
    ]
    if certificate.exists:
        days.append((certificate.issued_on, 1, "issue", None))
    seen: list[tuple[date, tuple[str, str | None, str | None, str | None]]] = []
    for day, _, what, line in sorted(days, key=lambda happening: happening[:2]):
        refusal = None
        if what == "lapse":
            certificate.lapse()
        elif what == "issue":
            certificate.issue(unsettled)
        elif line and what == "trade":
            refusal = certificate.sell(line, unsettled)
        elif line:
            refusal = certificate.cancel(line)
        if line and refusal:
            expected.refused[line.name, refusal].add(serial)
        if certificate.state:
            trade = certificate.trade.name if certificate.trade else None
            now = (certificate.state, certificate.holder, trade, certificate.cancellation)
            if seen and seen[-1][0] == day:
                seen.pop()
            if not seen or seen[-1][1] != now:
                seen.append((day, now))
    ends = [day - timedelta(days=1) for day, _ in seen[1:]] + [FOR_EVER]
    if seen:
        expected.lives[serial] = [
            (state, holder, day, end, trade, gone)
            for (day, (state, holder, trade, gone)), end in zip(seen, ends, strict=True)
        ]


def expected_of(history: History) -> Expected:
    """The whole register of one project and month."""
    expected = Expected()
    trades = sound(history.trades, "sold_twice", expected)
    cancellations = sound(history.cancellations, "cancelled_twice", expected)
    issued = issue_days(history.issuances)
    settled_buyers = {line.who for line in history.trades if line.name in history.settled}
    unsettled = {
        line.name
        for line in trades
        if line.channel == "green_power" and line.who in settled_buyers and line.name not in history.settled
    }
    for serial in set(issued).union(*(line.serials for line in [*trades, *cancellations])):
        moves = [(line.day, 2, "trade", line) for line in trades if serial in line.serials]
        moves += [(line.day, 3, "cancellation", line) for line in cancellations if serial in line.serials]
        certificate = Certificate(
            exists=serial in issued or not issued,
            is_known=bool(issued),
            issued_on=issued.get(serial, date.fromisoformat(f"{history.month}-01")),
            last_day=last_day_of(history.month),
        )
        walk(serial, certificate, moves, unsettled, expected)
    return expected
