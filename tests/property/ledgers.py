"""Small random certificate ledgers, with the parks, enterprises and projects that they are judged by.

How the lines are judged is in ``certificate_judge`` and ``test_certificate_rules``.
"""

from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
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
PROVINCES = {"p": "江苏省", "q": "宁夏回族自治区"}
PLANT_PROVINCE = "江苏"
"""Where the master says that the own projects stand."""


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
    province: str | None = None
    use_park: str | None = None

    @property
    def year(self) -> int:
        return int(self.month[:4])

    @property
    def serials(self) -> set[int]:
        return set(range(self.first, self.last + 1))

    def touches(self, other: "Line") -> bool:
        return (self.project, self.month) == (other.project, other.month) and bool(self.serials & other.serials)


@dataclass(frozen=True)
class Settlement:
    """What a month of a trade settles: contract, generation and use in MWh."""

    trade: str
    month: str
    amounts: tuple[Fraction, Fraction, Fraction]


@dataclass
class Ledgers:
    """Everything that is delivered. ``issuances`` are lines of which only project, month and serials matter."""

    trades: list[Line] = field(default_factory=list)
    cancellations: list[Line] = field(default_factory=list)
    issuances: list[Line] = field(default_factory=list)
    settlements: list[Settlement] = field(default_factory=list)
    recognised: dict[tuple[str, int, str], Fraction] = field(default_factory=dict)

    def add(self, other: "Ledgers") -> None:
        self.trades += other.trades
        self.cancellations += other.cancellations
        self.issuances += other.issuances
        self.settlements += other.settlements


DAYS = [date(2026, 7, 1), date(2026, 12, 31), date(2027, 1, 1), date(2027, 6, 30), date(2027, 7, 1)]
PEOPLE = ["u", "u", "v", "x", "zz"]
CHANNELS = [*["unbundled"] * 3, "provincial_transfer", *["green_power"] * 3, "own_use"]


def _line(draw: Random, number: int, name: str) -> Line:
    first = draw.choice([-1, *range(40)])
    return Line(
        name=f"{number}-{name}",
        day=draw.choice([DAYS[0], DAYS[0], *DAYS]),
        project=f"{draw.choice(['P', 'P', 'OWN'])}{number}",
        month=draw.choice(["2026-05", "2026-05", "2026-05", "2026-06", "2025-12"]),
        first=first,
        last=first + draw.choice([-1, *range(8)]),
        who=draw.choice(PEOPLE),
        channel=draw.choice(CHANNELS),
        technology=draw.choice([*["wind"] * 9, "nuclear", "waste_heat"]),
        tradable=draw.choice([None, True, True, True, False]),
        province=draw.choice([None, "江苏", "江苏省", "宁夏"]),
    )


def _trade_lines(draw: Random, number: int) -> list[Line]:
    """Some trade lines, often one right after another or the same in the next month."""

    def after(name: str, bought: Line) -> Line:
        first = bought.last + draw.choice([1, 1, 1, 0, 2])
        return replace(bought, name=f"{number}-{name}", first=first, last=first + draw.randint(0, 5))

    trades = [_line(draw, number, f"t{i}") for i in range(draw.randint(1, 4))]
    trades += [after(f"a{i}", draw.choice(trades)) for i in range(draw.randint(0, 2))]
    months = [draw.choice(trades) for _ in range(draw.randint(0, 2))]
    return trades + [replace(t, name=f"{number}-n{i}", month=f"2026-{7 + i:02d}") for i, t in enumerate(months)]


def _issuances(draw: Random, trades: list[Line]) -> list[Line]:
    """For about a third of the projects and months what was issued, which now and then leaves something out."""
    found = []
    for project, month in sorted({(line.project, line.month) for line in trades}):
        if draw.random() < 0.35:
            middle = draw.randint(0, 45)
            ranges = [(0, middle), (middle + draw.choice([1, 1, 0, 2, 6]), draw.choice([80, 80, 30]))]
            found += [replace(trades[0], project=project, month=month, first=a, last=b) for a, b in ranges]
    return found


def _settlements(draw: Random, trades: list[Line]) -> list[Settlement]:
    """Of some green-power lines what was settled, around their number of certificates."""
    found = []
    for line in trades:
        if line.channel == "green_power" and draw.random() < 0.6:
            exact = Fraction(len(line.serials)) + draw.choice(
                [Fraction(k, 10) for k in (-30, -16, -6, -5, -4, -3, 0, 6)]
            )
            least = max(exact, Fraction(0))
            others = [least + draw.choice([0, Fraction(1, 2), 40]) for _ in range(2)]
            amounts = draw.sample([least, *others], 3)
            month = draw.choice([*[line.month] * 7, "2026-04"])
            found.append(Settlement(line.name, month, (amounts[0], amounts[1], amounts[2])))
    return found


def _sound_ledgers(draw: Random, number: int) -> Ledgers:
    """Lines one behind the other, cancelled whole by their buyer: what counts, but for settlements and caps."""
    found, first = Ledgers(), 0
    for i in range(draw.randint(2, 5)):
        last = first + draw.randint(0, 6)
        drawn = _line(draw, number, f"s{i}")
        month = draw.choice(["2026-05", "2026-06", "2026-07", "2025-12"])
        sound = replace(drawn, day=DAYS[0], project=f"P{number}", month=month, first=first, last=last)
        bought = replace(
            sound, technology="wind", tradable=None, channel=draw.choice(CHANNELS[:-1]), who=draw.choice("uvx")
        )
        found.trades.append(bought)
        if bought.channel != "green_power":
            found.cancellations.append(replace(bought, name=f"{number}-c{i}", day=DAYS[1]))
        first = last + 1
    found.issuances, found.settlements = _issuances(draw, found.trades), _settlements(draw, found.trades)
    return found


def random_ledgers(draw: Random, number: int) -> Ledgers:
    """Trade lines of two projects, cancellations that mostly take them or parts of them up, and what tells of them."""

    def taken_up(name: str, bought: Line) -> Line:
        first, last = bought.first + draw.choice([0, 0, 0, 1]), bought.last + draw.choice([0, 0, 0, 1, 4, -1])
        who = draw.choice([*[bought.who] * 6, *PEOPLE])
        park = draw.choice([*[None] * 8, "p", "q", "elsewhere"])
        day = draw.choice([*[max(bought.day, DAYS[1])] * 4, *DAYS])
        return replace(bought, name=f"{number}-{name}", day=day, first=first, last=last, who=who, use_park=park)

    if draw.random() < 0.3:
        return _sound_ledgers(draw, number)
    trades = _trade_lines(draw, number)
    cancellations = [taken_up(f"k{i}", draw.choice(trades)) for i in range(draw.randint(0, 3))]
    cancellations += [_line(draw, number, f"j{i}") for i in range(draw.randint(0, 1))]
    return Ledgers(trades, cancellations, _issuances(draw, trades), _settlements(draw, trades))


def random_recognition(draw: Random) -> dict[tuple[str, int, str], Fraction]:
    """Recognised amounts of some enterprises, years and scopes, in MWh; each is shared by all ledgers."""
    return {
        (who, year, scope): Fraction(draw.randint(0, 80), 10)
        for who in ("u", "v", "x")
        for year in CUTOFFS
        for scope in ("in_province", "cross_province")
        if draw.random() < 0.6
    }
