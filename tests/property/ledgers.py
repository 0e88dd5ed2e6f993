"""Small random certificate ledgers, with the parks, enterprises and projects that they are judged by.

How the lines are judged is in ``test_certificate_rules``.
"""

from dataclasses import dataclass, replace
from datetime import date
from random import Random

ALWAYS, NEVER_ENDS = date(1, 1, 1), date(9999, 12, 31)
CUTOFFS = {2025: date(2026, 12, 31), 2026: date(2027, 6, 30)}
RUN_YEAR = 2026
RENEWABLE = {"solar", "wind", "hydro", "biomass", "geothermal", "ocean"}
# v moves to another park in August 2026; x belongs to one from June to December 2026; zz to none.
ENTERPRISES = [
    ("u", "p", ALWAYS, NEVER_ENDS),
    ("v", "p", ALWAYS, date(2026, 7, 31)),
    ("v", "q", date(2026, 8, 1), NEVER_ENDS),
    ("x", "q", date(2026, 6, 1), date(2026, 12, 31)),
]
LEDGERS = 40
"""How many ledgers, of projects of their own, share a database; the statement is made for each of them at once."""
OWN_PROJECTS = {("p", f"OWN{number}"): f"roof{number}" for number in range(LEDGERS)}


@dataclass(frozen=True)
class Line:
    """A line of either ledger; ``day`` is its trade_date or cancelled_on, ``who`` its buyer or beneficiary."""

    name: str
    day: date
    project: str
    month: str
    first: int
    last: int
    who: str
    channel: str = ""
    technology: str = ""
    tradable: bool | None = None

    @property
    def year(self) -> int:
        return int(self.month[:4])

    @property
    def serials(self) -> set[int]:
        return set(range(self.first, self.last + 1))

    def touches(self, other: "Line") -> bool:
        return (self.project, self.month) == (other.project, other.month) and bool(self.serials & other.serials)


DAYS = [date(2026, 7, 1), date(2026, 12, 31), date(2027, 1, 1), date(2027, 6, 30), date(2027, 7, 1)]
PEOPLE = ["u", "u", "v", "x", "zz"]


def random_ledgers(draw: Random, number: int) -> tuple[list[Line], list[Line]]:
    """Some trade lines, often one right after another, and cancellations that mostly take them or parts of them up."""

    def line(name: str) -> Line:
        first = draw.choice([-1, *range(40)])
        return Line(
            name=f"{number}-{name}",
            day=draw.choice([DAYS[0], DAYS[0], *DAYS]),
            project=f"{draw.choice(['P', 'P', 'OWN'])}{number}",
            month=draw.choice(["2026-05", "2026-05", "2026-05", "2026-06", "2025-12"]),
            first=first,
            last=first + draw.choice([-1, *range(8)]),
            who=draw.choice(PEOPLE),
            channel=draw.choice(["unbundled", "unbundled", "unbundled", "green_power", "green_power", "own_use"]),
            technology=draw.choice([*["wind"] * 9, "nuclear", "waste_heat"]),
            tradable=draw.choice([None, True, True, True, False]),
        )

    def after(name: str, bought: Line) -> Line:
        first = bought.last + draw.choice([1, 1, 1, 0, 2])
        return replace(bought, name=f"{number}-{name}", first=first, last=first + draw.randint(0, 5))

    def taken_up(name: str, bought: Line) -> Line:
        first, last = bought.first + draw.choice([0, 0, 0, 1]), bought.last + draw.choice([0, 0, 0, 1, 4, -1])
        who = draw.choice([*[bought.who] * 6, *PEOPLE])
        return replace(bought, name=f"{number}-{name}", day=draw.choice(DAYS), first=first, last=last, who=who)

    trades = [line(f"t{i}") for i in range(draw.randint(1, 4))]
    trades += [after(f"a{i}", draw.choice(trades)) for i in range(draw.randint(0, 2))]
    cancellations = [taken_up(f"k{i}", draw.choice(trades)) for i in range(draw.randint(0, 3))]
    return trades, cancellations + [line(f"j{i}") for i in range(draw.randint(0, 1))]
