"""Random histories of certificates, small enough to walk serial by serial, and the ways in which they can be delivered.

What becomes of them is in ``certificate_lives``; every history is a project of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from random import Random

from tests.property.certificate_lives import History, Issuance, Move

# Around the issue of the months and the ends of their validity, each with the days beside it.
DAYS = {
    "2026-03": [
        *(date(2026, 2, 20), date(2026, 3, 1), date(2026, 3, 31), date(2026, 4, 10), date(2026, 4, 11)),
        *(date(2026, 5, 1), date(2026, 5, 2), date(2026, 12, 31), date(2028, 2, 29), date(2028, 3, 1)),
    ],
    "2023-11": [date(2023, 10, 31), date(2023, 12, 15), date(2023, 12, 16), date(2025, 12, 31), date(2026, 1, 1)],
}
ISSUED = {"2026-03": date(2026, 4, 10), "2023-11": date(2023, 12, 15)}
BUYERS = ["a", "a", "b", "b", "c"]
CHANNELS = ["unbundled"] * 4 + ["provincial_transfer", "green_power", "green_power", "own_use"]
BASES = [0, 0, 0, 1, 2**31 - 6, 2**63 - 8, 10**29]
"""Where the serials of a history begin: also where 63 bits end within it, and where 30 digits nearly do."""


def random_history(draw: Random, name: str) -> History:
    """Trades one after another or on top of each other, resold, cancelled whole, in part, too soon, too late."""
    month = draw.choice(["2026-03", "2026-03", "2026-03", "2023-11"])
    base, days = draw.choice(BASES), DAYS[month]

    def length() -> int:
        return draw.choice([1, 1, 2, 3, 4, 6])

    trades: list[Move] = []
    place = base
    for number in range(draw.randint(0, 4)):
        first = place + draw.choice([0, 0, 0, 0, 0, 1, 1, -1])
        last = first + length() - 1
        channel, day = draw.choice(CHANNELS), draw.choice([*[ISSUED[month]] * 6, *days])
        tradable = draw.choice([None, None, None, True, True, True, False])
        trades.append(Move(f"{name}-t{number}", day, first, last, draw.choice(BUYERS), channel, tradable))
        place = last + 1
    if trades and draw.random() < 0.15:
        sold = draw.choice(trades)
        part = draw.choice([sold.first, sold.last])
        trades.append(replace(sold, name=f"{name}-again", first=part, last=part, who="c", day=draw.choice(days)))
    if draw.random() < 0.03:
        trades.append(Move(f"{name}-odd", days[1], *draw.choice([(5, 3), (-4, -2), (-2, 2)]), "a", "unbundled"))

    cancellations: list[Move] = []
    for number, sold in enumerate(trades):
        first = sold.first + draw.choice([0, 0, 0, 1])
        for part in range(draw.choice([0, 1, 1, 2])):
            last = min(first + length() - 1, sold.last + draw.choice([0, 0, 0, 0, 2]))
            if last < first:
                break
            day = draw.choice([*[sold.day] * 3, *(later for later in days if later > sold.day), *days[-3:], *days])
            who = draw.choice([*[sold.who] * 5, *BUYERS])
            cancellations.append(Move(f"{name}-c{number}{part}", day, first, last, who))
            first = last + draw.choice([1, 1, 1, 0])
    if draw.random() < 0.1:
        cancellations.append(Move(f"{name}-alone", draw.choice(days), base, base + length() - 1, draw.choice(BUYERS)))

    issuances = []
    if draw.random() < 0.5:
        place = base + draw.choice([0, 0, 0, 1])
        for _ in range(draw.randint(1, 3)):
            last = place + draw.choice([1, 3, 8])
            issuances.append(Issuance(place, last, draw.choice([ISSUED[month], ISSUED[month], *days])))
            place = last + draw.choice([1, 1, 2, 0])
        if draw.random() < 0.03:
            issuances.append(Issuance(9, 8, ISSUED[month]))
    power = [line.name for line in trades if line.channel == "green_power"]
    settled = frozenset(trade for trade in power if draw.random() < 0.4)
    return History(month, tuple(dict.fromkeys(issuances)), tuple(trades), tuple(cancellations), settled)


@dataclass(frozen=True)
class Delivered:
    """A line as a file brings it; of several of one name the one with the highest ``rank`` stands."""

    line: Move
    rank: int


def deliveries(draw: Random, lines: Sequence[Move]) -> list[Delivered]:
    """The lines in any order and any files; some of them came first as something else, or come twice."""
    found = []
    for line in lines:
        rank = draw.randint(2, 4)
        found.append(Delivered(line, rank))
        if draw.random() < 0.1:
            wrong = replace(line, first=line.first - 1, last=line.last + draw.choice([1, -1]), who=draw.choice(BUYERS))
            found.append(Delivered(wrong, rank - 1))
        if draw.random() < 0.1:
            found.append(Delivered(line, draw.randint(rank, 5)))
    draw.shuffle(found)
    return found
