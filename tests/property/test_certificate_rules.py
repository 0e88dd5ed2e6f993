"""The certificate models against the rules in their own words: small random ledgers, judged serial by serial.

The model below keeps each line as a set of serials and compares every line with every other. It shares nothing with
the SQL but the text of the rules.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date
from random import Random

import pytest

from tests.property.ledgers import (
    ALWAYS,
    CUTOFFS,
    ENTERPRISES,
    LEDGERS,
    NEVER_ENDS,
    OWN_PROJECTS,
    RENEWABLE,
    RUN_YEAR,
    Line,
    random_ledgers,
)
from tests.sql.harness import Case, Rows


class Judge:
    """The rules of the method, one by one, on sets of serials."""

    def __init__(self, trades: list[Line], cancellations: list[Line]) -> None:
        self.trades, self.cancellations = trades, cancellations

    def rule_1(self, line: Line, table: list[Line]) -> str | None:
        if line.first > line.last or line.first < 0 or line.last < 0:
            return "bad_range"
        return "overlap" if any(line.touches(other) for other in table if other is not line) else None

    def cancellation(self, line: Line, year: int) -> tuple[str | None, bool]:
        """The first rule broken and whether the range is contested."""
        touching = [trade for trade in self.trades if line.touches(trade)]
        parks = [park for start, end, park in rows_in_year(line.who, year) if start <= line.day <= end]
        bought = [t for t in touching if t.who == line.who and t.day <= line.day]
        held = covers(line, [t for t in bought if self.rule_1(t, self.trades) is None])
        elsewhere = any(t.channel in ("green_power", "own_use") for t in touching) or (
            (*parks[:1], line.project) in OWN_PROJECTS
        )
        reason = None
        if broken := self.rule_1(line, self.cancellations):
            reason = broken
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

    def trade(self, line: Line, year: int, park: str) -> tuple[str | None, int, int]:
        """The first rule broken, how many certificates count, and how many of them are not cancelled in time."""
        lost = union(c for c in self.cancellations if line.touches(c) and c.who != line.who) & line.serials
        reason = None
        if broken := self.rule_1(line, self.trades):
            reason = broken
        elif line.technology not in RENEWABLE:
            reason = "not_renewable"
        elif line.year != year:
            reason = "other_year"
        elif line.day > CUTOFFS[year]:
            reason = "expired_or_late"
        elif (park, line.project) in OWN_PROJECTS:
            reason = "counted_elsewhere"
        elif lost:
            reason = "not_held"
        counted = line.serials - lost if reason in (None, "not_held") else set()
        in_time = union(c for c in self.cancellations if line.touches(c) and c.day <= CUTOFFS[year])
        return reason, len(counted), len(counted - in_time)


def union(lines: Iterable[Line]) -> set[int]:
    return set().union(*(line.serials for line in lines))


def covers(line: Line, purchases: list[Line]) -> bool:
    return line.serials <= union(purchases)


def accounts(line: Line) -> list[int]:
    """The run year takes every line; the base year its own."""
    return [year for year in CUTOFFS if year in (line.year, RUN_YEAR)]


def rows_of(who: str, first: date, last: date) -> list[tuple[date, date, str]]:
    """The rows of an enterprise that are valid at some time from ``first`` to ``last``, latest first."""
    rows = [(start, end, park) for name, park, start, end in ENTERPRISES if name == who]
    return sorted((row for row in rows if row[0] <= last and row[1] >= first), reverse=True)


def rows_in_year(who: str, year: int) -> list[tuple[date, date, str]]:
    return rows_of(who, date(year, 1, 1), date(year, 12, 31))


def park_of_cancellation(line: Line, year: int) -> str | None:
    """Of the parks in the account's year that on the day, else the latest; else the latest of all."""
    in_year = rows_in_year(line.who, year)
    valid = [row for row in in_year if row[0] <= line.day <= row[1]]
    found = valid or in_year or rows_of(line.who, ALWAYS, NEVER_ENDS)
    return found[0][2] if found else None


def park_of_trade(line: Line, year: int) -> str | None:
    """Of the parks in the account's year that on the first day of the generation month, else the latest."""
    in_year = rows_in_year(line.who, year)
    first_day = date.fromisoformat(f"{line.month}-01")
    valid = [row for row in in_year if row[0] <= first_day <= row[1]]
    return (valid or in_year)[0][2] if in_year else None


def expected(trades: list[Line], cancellations: list[Line]) -> dict[str, object]:
    judge = Judge(trades, cancellations)
    exclusions: set[tuple] = set()
    amounts: dict[tuple, list[int]] = defaultdict(lambda: [0, 0])
    contested: dict[tuple, set] = defaultdict(set)
    uncancelled: dict[str, int] = {}
    for line in cancellations:
        for year in accounts(line):
            park = park_of_cancellation(line, year)
            if not park:
                continue
            reason, disputed = judge.cancellation(line, year)
            if reason:
                exclusions.add((line.name, year, line.who, park, reason, len(line.serials)))
            else:
                amounts[line.who, park, line.month][1] += len(line.serials)
            if disputed:
                contested[line.who, park, line.month, "usable"] |= {(line.project, s) for s in line.serials}
    for line in trades:
        for year in accounts(line) if line.channel == "green_power" else []:
            park = park_of_trade(line, year)
            if not park:
                continue
            reason, counted, open_mwh = judge.trade(line, year, park)
            if reason:
                exclusions.add((line.name, year, line.who, park, reason, len(line.serials) - counted))
            amounts[line.who, park, line.month][0] += counted
            uncancelled[f"{line.name} {year}"] = open_mwh
            if reason == "overlap" and line.year == year:
                contested[line.who, park, line.month, "trade"] |= {(line.project, s) for s in line.serials}
    keys = {key for key, value in amounts.items() if any(value)} | {key[:3] for key in contested}
    return {
        "exclusions": exclusions,
        "certificates": {
            (*key, *amounts[key], len(contested[(*key, "trade")]), len(contested[(*key, "usable")])) for key in keys
        },
        "uncancelled": uncancelled,
        "sold_elsewhere": sold_elsewhere([*trades, *cancellations]),
        "own_use": own_use(judge),
    }


def in_park(who: str, park: str, year: int) -> bool:
    return any(row[2] == park for row in rows_in_year(who, year))


def sold_elsewhere(lines: list[Line]) -> dict[tuple, int]:
    sold: dict[tuple, set] = defaultdict(set)
    for park, project in OWN_PROJECTS:
        for line in lines:
            if line.project == project and line.serials and not in_park(line.who, park, line.year):
                sold[park, line.month] |= {(project, serial) for serial in line.serials}
    return {key: len(serials) for key, serials in sold.items()}


def own_use(judge: Judge) -> dict[tuple, int]:
    came: dict[tuple, int] = defaultdict(int)
    for line in judge.trades:
        sound = judge.rule_1(line, judge.trades) is None and line.technology in RENEWABLE
        if line.channel == "own_use" and sound and line.day <= CUTOFFS[line.year]:
            for (park, project), project_id in OWN_PROJECTS.items():
                if line.project == project and in_park(line.who, park, line.year):
                    came[park, project_id, line.month] += len(line.serials)
    return dict(came)


def table(lines: list[Line], columns: dict[str, str]) -> Rows:
    """The lines as text under the column names of a ledger; ``columns`` maps them to fields of ``Line``."""
    rows = [[asdict(line)[field] for field in columns.values()] for line in lines]
    return list(columns), [[None if value is None else str(value) for value in row] for row in rows]


def built(trades: list[Line], cancellations: list[Line]) -> dict[str, object]:
    common = {"project_code": "project", "generation_month": "month", "serial_from": "first", "serial_to": "last"}
    traded = {"trade_id": "name", "trade_date": "day", "buyer_enterprise_id": "who"}
    kinds = {name: name for name in ("channel", "technology", "tradable")}
    cancelled = {"cancellation_id": "name", "cancelled_on": "day", "beneficiary_enterprise_id": "who"}
    given_tables: dict[str, Rows] = {
        "run.years": (["year", "cutoff"], [[str(year), str(day)] for year, day in CUTOFFS.items()]),
        "parsed.enterprises": (
            ["enterprise_id", "park_id", "valid_from", "valid_to"],
            [[who, park, first.isoformat(), last.isoformat()] for who, park, first, last in ENTERPRISES],
        ),
        "parsed.projects": (
            ["project_id", "park_id", "gec_project_code"],
            [[project_id, park, code] for (park, code), project_id in OWN_PROJECTS.items()],
        ),
        "parsed.gec_trades": table(trades, traded | kinds | common),
        "parsed.gec_cancellations": table(cancellations, cancelled | common),
    }
    with Case(given_tables) as case:

        def rows(columns: str, name: str) -> list[tuple]:
            case.build(name)
            return case.con.execute(f"select {columns} from {name}").fetchall()

        amounts = "trade_mwh, usable_mwh, contested_trade_mwh, contested_usable_mwh"
        columns = f"enterprise_id, park_id, generation_month, {amounts}"
        certificates = rows(columns, "certificates.enterprise_certificates")
        uncancelled = rows("trade_id, year, not_cancelled_mwh", "certificates.judged_trades")
        return {
            "exclusions": set(rows("ledger_id, year, enterprise_id, park_id, reason, mwh", "certificates.exclusions")),
            "certificates": {row for row in certificates if any(row[3:])},
            "uncancelled": {f"{trade} {year}": mwh for trade, year, mwh in uncancelled},
            "sold_elsewhere": {row[:2]: row[2] for row in rows("*", "certificates.sold_elsewhere")},
            "own_use": {row[:3]: row[3] for row in rows("*", "certificates.own_use_month")},
        }


@pytest.mark.parametrize("seed", range(10))
def test_models_judge_as_the_rules_say(seed: int) -> None:
    draw = Random(seed)
    drawn = [random_ledgers(draw, number) for number in range(LEDGERS)]
    trades = [line for ledger, _ in drawn for line in ledger]
    cancellations = [line for _, ledger in drawn for line in ledger]
    assert built(trades, cancellations) == expected(trades, cancellations)
