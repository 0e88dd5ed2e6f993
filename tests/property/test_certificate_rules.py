"""The certificate models against the rules in their own words: small random ledgers, judged serial by serial.

The rules stand in ``certificate_judge``; here is what becomes of the judged lines in an account.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import asdict
from fractions import Fraction
from random import Random
from typing import Any

import pytest

from pipelines.resources import SQL
from tests.property.certificate_judge import (
    Judge,
    park_of_cancellation,
    park_of_trade,
    rows_in_year,
    union,
)
from tests.property.ledgers import (
    CUTOFFS,
    ENTERPRISES,
    LEDGERS,
    OWN_PROJECTS,
    PLANT_PROVINCE,
    PROVINCES,
    RUN_YEAR,
    Ledgers,
    Line,
    random_ledgers,
    random_recognition,
)
from tests.sql.harness import Case, Rows

WH_PER_MWH = 1_000_000


class Account:
    """What the judged lines come to, under the names of the models that must say the same."""

    def __init__(self, ledgers: Ledgers) -> None:
        self.ledgers, self.judge = ledgers, Judge(ledgers)
        self.exclusions: set[tuple] = set()
        self.amounts: dict[tuple, list[int]] = defaultdict(lambda: [0, 0])
        self.contested: dict[tuple, set] = defaultdict(set)
        self.uncancelled: dict[str, int] = {}
        self.ranges: dict[tuple, set] = {}
        self.scoped: dict[tuple, int] = defaultdict(int)
        self.delivered: dict[tuple, int] = defaultdict(int)
        self.claims: list[tuple[str, Line, frozenset[int]]] = []
        for line in ledgers.cancellations:
            for year in accounts(line):
                if park := park_of_cancellation(line, year):
                    self._cancel(line, year, park)
        for line in ledgers.trades:
            for year in accounts(line) if line.channel == "green_power" else []:
                if park := park_of_trade(line, year):
                    self._trade(line, year, park)

    def _cancel(self, line: Line, year: int, park: str) -> None:
        reason, disputed = self.judge.cancellation(line, year)
        self.delivered[line.who, year, "cancellation"] += len(line.serials)
        if reason:
            self.exclusions.add((line.name, year, line.who, park, reason, len(line.serials)))
        else:
            self.amounts[line.who, park, line.month][1] += len(line.serials)
            self.claims.append((park, line, frozenset(line.serials)))
            for scope, mwh in self.judge.scopes(line, park).items():
                self.scoped[line.who, year, scope, line.month, park] += mwh
        if disputed:
            self.contested[line.who, park, line.month, "usable"] |= {(line.project, s) for s in line.serials}

    def _trade(self, line: Line, year: int, park: str) -> None:
        found = self.judge.trade(line, year, park)
        self.delivered[line.who, year, "green_power"] += len(line.serials)
        parts = {"not_held": found.lost, "not_settled": found.unsettled}
        if found.reason and found.reason not in parts:
            parts = {found.reason: frozenset(line.serials)}
        for reason, serials in parts.items():
            if serials or reason == found.reason:
                self.exclusions.add((line.name, year, line.who, park, reason, len(serials)))
        self.amounts[line.who, park, line.month][0] += len(found.counted)
        self.claims.append((park, line, found.counted))
        self.uncancelled[f"{line.name} {year}"] = found.open_serials
        if found.counted:
            self.ranges[line.name, year] = set(found.counted)
        if found.reason == "overlap" and line.year == year:
            self.contested[line.who, park, line.month, "trade"] |= {(line.project, s) for s in line.serials}

    def certificates(self) -> set[tuple]:
        keys = {key for key, value in self.amounts.items() if any(value)} | {key[:3] for key in self.contested}
        return {
            (*key, *self.amounts[key], len(self.contested[(*key, "trade")]), len(self.contested[(*key, "usable")]))
            for key in keys
        }

    def not_recognised(self) -> dict[tuple, int]:
        """Wh above the recognised amounts by enterprise, park and month; a month uses up what those before it left."""
        cut: dict[tuple, int] = defaultdict(int)
        for (who, year, scope), amount in self.ledgers.recognised.items():
            left = int(amount * WH_PER_MWH)
            mine = [(key[3:], mwh) for key, mwh in self.scoped.items() if key[:3] == (who, year, scope)]
            for (month, park), mwh in sorted(mine):
                used = min(left, mwh * WH_PER_MWH)
                left -= used
                cut[who, park, month] += mwh * WH_PER_MWH - used
        return {key: wh for key, wh in cut.items() if wh}

    def purchases(self) -> dict[tuple, int]:
        """Certificates bought otherwise than with green power, by enterprise, year, kind of line and where they are."""
        found: dict[tuple, int] = defaultdict(int)
        for line in self.ledgers.trades:
            if line.channel == "green_power" or not park_of_trade(line, line.year):
                continue
            broken = self.judge.rule_1(line, self.ledgers.trades)
            touching = [] if broken else [c for c in self.ledgers.cancellations if line.touches(c)]
            mine = union(c for c in touching if c.who == line.who) & line.serials
            others = (union(touching) & line.serials) - mine
            status = "not_proven"
            if self.judge.own_use_project(line):
                status, mine, others = "own_use", set(), set()
            elif line.channel != "own_use" and not broken:
                status = "held"
            rest = line.serials - mine - others
            for place, serials in (("cancelled", mine), ("others", others), (status, rest)):
                found[line.who, line.year, line.channel, place] += len(serials)
            self.delivered[line.who, line.year, line.channel] += len(line.serials)
        return {key: mwh for key, mwh in found.items() if mwh}


def accounts(line: Line) -> list[int]:
    """The run year takes every line; the base year its own."""
    return [year for year in CUTOFFS if year in (line.year, RUN_YEAR)]


def expected(ledgers: Ledgers) -> dict[str, object]:
    account = Account(ledgers)
    return {
        "exclusions": account.exclusions,
        "certificates": account.certificates(),
        "not_recognised": account.not_recognised(),
        "uncancelled": account.uncancelled,
        "ranges": account.ranges,
        "sold_elsewhere": sold_elsewhere([*ledgers.trades, *ledgers.cancellations], account.claims),
        "own_use": own_use(account.judge),
        "purchases": account.purchases(),
        "delivered": {key: mwh for key, mwh in account.delivered.items() if mwh},
        "certificates without a place": [],
    }


def in_park(who: str, park: str, year: int) -> bool:
    return any(row[2] == park for row in rows_in_year(who, year))


def sold_elsewhere(lines: list[Line], claims: list[tuple[str, Line, frozenset[int]]]) -> dict[tuple, int]:
    """What strangers bought or cancelled, and what counts in another park for an enterprise that moved there."""
    sold: dict[tuple, set] = defaultdict(set)
    for park, project in OWN_PROJECTS:
        for claimed_in, line, serials in claims:
            if line.project == project and claimed_in != park and serials:
                sold[park, line.month] |= {(project, serial) for serial in serials}
        for line in lines:
            if line.project == project and line.serials and not in_park(line.who, park, line.year):
                sold[park, line.month] |= {(project, serial) for serial in line.serials}
    return {key: len(serials) for key, serials in sold.items()}


def own_use(judge: Judge) -> dict[tuple, int]:
    came: dict[tuple, int] = defaultdict(int)
    for line in judge.trades:
        if found := judge.own_use_project(line):
            came[*found, line.month] += len(line.serials)
    return dict(came)


def table(lines: list[Line], columns: dict[str, str]) -> Rows:
    """The lines as text under the column names of a ledger; ``columns`` maps them to fields of ``Line``."""
    rows = [[asdict(line)[field] for field in columns.values()] for line in lines]
    return list(columns), [[None if value is None else str(value) for value in row] for row in rows]


def decimal(value: Fraction) -> str:
    return f"{float(value):.1f}"


def given(ledgers: Ledgers) -> dict[str, Rows]:
    """The tables that the models start from."""
    common = {"project_code": "project", "generation_month": "month", "serial_from": "first", "serial_to": "last"}
    traded = {"trade_id": "name", "trade_date": "day", "buyer_enterprise_id": "who", "province_zh": "province"}
    kinds = {name: name for name in ("channel", "technology", "tradable")}
    cancelled = {"cancellation_id": "name", "cancelled_on": "day", "beneficiary_enterprise_id": "who"}
    amounts = ("contract_mwh", "generation_mwh", "use_mwh")
    return {
        "run.years": (["year", "cutoff"], [[str(year), str(day)] for year, day in CUTOFFS.items()]),
        "parsed.parks": (["park_id", "province_zh"], [[park, province] for park, province in PROVINCES.items()]),
        "parsed.enterprises": (
            ["enterprise_id", "park_id", "valid_from", "valid_to"],
            [[who, park, first.isoformat(), last.isoformat()] for who, park, first, last in ENTERPRISES],
        ),
        "parsed.projects": (
            ["project_id", "park_id", "gec_project_code", "province_zh"],
            [[project_id, park, code, PLANT_PROVINCE] for (park, code), project_id in OWN_PROJECTS.items()],
        ),
        "parsed.gec_trades": table(ledgers.trades, traded | kinds | common),
        "parsed.gec_cancellations": table(ledgers.cancellations, cancelled | common | {"use_park_id": "use_park"}),
        "parsed.gec_issuances": table(ledgers.issuances, common),
        "parsed.green_power_settlements": (
            ["trade_id", "month", *amounts],
            [[s.trade, s.month, *(decimal(amount) for amount in s.amounts)] for s in ledgers.settlements],
        ),
        "parsed.gec_recognition": (
            ["enterprise_id", "year", "scope", "recognised_mwh"],
            [[who, str(year), scope, decimal(mwh)] for (who, year, scope), mwh in ledgers.recognised.items()],
        ),
        # No meter: what counts of the certificates is not the matter here.
        "metrics.enterprise_year": (["enterprise_id"], []),
    }


def built(ledgers: Ledgers) -> dict[str, object]:
    with Case(given(ledgers)) as case:

        def rows(columns: str, name: str) -> list[tuple]:
            case.build(name)
            return case.con.execute(f"select {columns} from {name}").fetchall()

        amounts = "trade_mwh, usable_mwh, contested_trade_mwh, contested_usable_mwh"
        place = "enterprise_id, park_id, generation_month"
        certificates = rows(f"{place}, {amounts}", "certificates.enterprise_certificates")
        recognised = rows(f"{place}, not_recognised_wh", "certificates.enterprise_certificates")
        uncancelled = rows("trade_id, year, not_cancelled_mwh", "certificates.judged_trades")
        exclusions = rows("ledger_id, year, enterprise_id, park_id, reason, mwh", "certificates.exclusions")
        assert len(exclusions) == len(set(exclusions))
        return {
            "exclusions": set(exclusions),
            "certificates": {row for row in certificates if any(row[3:])},
            "not_recognised": {row[:3]: int(row[3]) for row in recognised if row[3]},
            "uncancelled": {f"{trade} {year}": mwh for trade, year, mwh in uncancelled},
            "ranges": serials_of(rows("trade_id, year, serial_from, serial_to", "certificates.counted_trade_ranges")),
            "sold_elsewhere": {row[:2]: row[2] for row in rows("*", "certificates.sold_elsewhere")},
            "own_use": {row[:3]: row[3] for row in rows("*", "certificates.own_use_month")},
            **balance(rows),
            "certificates without a place": rows("*", "certificates.position")
            and case.con.execute((SQL / "checks" / "every_certificate_has_one_place.sql").read_text()).fetchall(),
        }


def serials_of(ranges: list[tuple]) -> dict[tuple, set]:
    found: dict[tuple, set] = {}
    for trade, year, first, last in ranges:
        part = set(range(int(first), int(last) + 1))
        assert part
        assert not part & found.setdefault((trade, year), set())
        found[trade, year] |= part
    return found


def balance(rows: Callable[[str, str], list[tuple]]) -> dict[str, Any]:
    places = ("cancelled", "others", "held", "own_use", "not_proven")
    columns = ", ".join(f"{place}_mwh" for place in places)
    lines = rows(f"enterprise_id, year, kind, delivered_mwh, {columns}", "certificates.line_balance")
    return {
        "delivered": {row[:3]: row[3] for row in lines if row[3]},
        "purchases": {(*row[:3], p): mwh for row in lines for p, mwh in zip(places, row[4:], strict=True) if mwh},
    }


@pytest.mark.parametrize("seed", range(10))
def test_models_judge_as_the_rules_say(seed: int) -> None:
    draw = Random(seed)
    ledgers = Ledgers(recognised=random_recognition(draw))
    for number in range(LEDGERS):
        ledgers.add(random_ledgers(draw, number))
    assert built(ledgers) == expected(ledgers)
