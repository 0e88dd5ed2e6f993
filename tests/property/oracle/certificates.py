"""Section 4 of the method: which certificates and trades are usable, whom own-use certificates cover, what was sold.

The caps by the enterprises' own draw are in ``account``. Nothing here counts contested ranges.
"""

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import floor

from tests.property.oracle.delivery import Delivery, Row, covers, first_day

_RENEWABLE = {"solar", "wind", "hydro", "biomass", "geothermal", "ocean"}
_WH_PER_MWH = 1_000_000
Range = tuple[int, int]


@dataclass(frozen=True)
class Ledger:
    """The two ledgers and what the master says about buyers and projects."""

    trades: tuple[Row, ...]
    cancellations: tuple[Row, ...]
    issuances: tuple[Row, ...]
    settlements: tuple[Row, ...]
    recognised: tuple[Row, ...]
    provinces: dict[str, str]
    enterprises: dict[str, Row]
    projects: tuple[Row, ...]
    year: int
    cutoff: date
    renewable: frozenset[str]

    def usable_wh(self, enterprise_id: str) -> int:
        """Cancelled certificates that keep rules 1 to 6 for this enterprise, within its recognised amounts."""
        found: dict[str | None, int] = {}
        for line in self.cancellations:
            if line["beneficiary_enterprise_id"] == enterprise_id and self._keeps_rules(line):
                for trade in self.trades:
                    if _touch(trade, line):
                        scope = self._scope(trade, enterprise_id)
                        shared = _covered(_range(line), [_range(trade)])
                        found[scope] = found.get(scope, 0) + shared * _WH_PER_MWH
        caps = {
            row["scope"]: int(row["recognised_mwh"] * _WH_PER_MWH)
            for row in self.recognised
            if (row["enterprise_id"], row["year"]) == (enterprise_id, self.year)
        }
        return sum(min(wh, caps.get(scope or "", wh)) for scope, wh in found.items())

    def trade_mwh(self, enterprise_id: str) -> int:
        """Green-power trade that counts: rules 1, 2, 3, the cut-off, own projects; less what others cancelled, and of
        lines with settlements no more than is settled."""
        park_id = self.enterprises[enterprise_id]["park_id"]
        lines = [
            line
            for line in self.trades
            if line["channel"] == "green_power"
            and line["buyer_enterprise_id"] == enterprise_id
            and self._rule_1(line, self.trades)
            and self._issued(line)
            and self._rule_2(line)
            and self._rule_3(line)
            and line["trade_date"] <= self.cutoff
            and line["project_code"] not in self._own_codes(park_id)
        ]
        free = [line for line in lines if not self._settlements_of(line)]
        total = sum(_count(_range(line)) - self._lost(line) for line in free)
        for code in {line["project_code"] for line in lines}:
            carried = Fraction(0)
            for month in sorted({line["generation_month"] for line in lines}):
                of_month = [
                    line
                    for line in lines
                    if (line["project_code"], line["generation_month"]) == (code, month) and self._settlements_of(line)
                ]
                rows = [row for line in of_month for row in self._settlements_of(line) if row["month"] == month]
                least = (min(row["contract_mwh"], row["generation_mwh"], row["use_mwh"]) for row in rows)
                carried += sum(map(Fraction, least))
                lost = sum(self._lost(line) for line in of_month)
                left = sum(_count(_range(line)) for line in of_month) - lost
                total += min(max(floor(carried) - lost, 0), left)
                carried -= floor(carried)
        return total

    def left_out(self, enterprise_id: str) -> set[str]:
        """Which of the rules beside 1 to 6 leave out something that the enterprise bought or cancelled in the year."""
        mine = [line for line in self.trades if line["buyer_enterprise_id"] == enterprise_id and self._rule_3(line)]
        found = {"not issued" for line in mine if not self._issued(line)}
        without_caps = dataclasses.replace(self, recognised=())
        if without_caps.usable_wh(enterprise_id) > self.usable_wh(enterprise_id):
            found.add("not recognised")
        if dataclasses.replace(self, settlements=()).trade_mwh(enterprise_id) > self.trade_mwh(enterprise_id):
            found.add("not settled")
        return found

    def own_use_mwh(self, project: Row, month: str) -> int:
        """Own-use certificates of a project and month that came to enterprises of its park."""
        return sum(
            _count(_range(line))
            for line in self.trades
            if line["channel"] == "own_use"
            and project.get("gec_project_code") is not None
            and line["project_code"] == project["gec_project_code"]
            and line["generation_month"] == month
            and line["trade_date"] <= self.cutoff
            and self._rule_1(line, self.trades)
            and self._issued(line)
            and self._rule_2(line)
            and self._is_of_park(line["buyer_enterprise_id"], project["park_id"])
        )

    def sold_mwh(self, park_id: str) -> int:
        """Z: distinct serials of the park's projects, generated in the year, in the hands of somebody else."""
        lines: dict[tuple[str, str], list[Range]] = {}
        for column, ledger in (
            ("buyer_enterprise_id", self.trades),
            ("beneficiary_enterprise_id", self.cancellations),
        ):
            for line in ledger:
                foreign = not self._is_of_park(line[column], park_id)
                if foreign and line["project_code"] in self._own_codes(park_id) and self._rule_3(line):
                    lines.setdefault((line["project_code"], line["generation_month"]), []).append(_range(line))
        return sum(_covered((min(r)[0], max(last for _, last in r)), r) for r in lines.values())

    def _keeps_rules(self, line: Row) -> bool:
        touching = [trade for trade in self.trades if _touch(trade, line)]
        beneficiary = self.enterprises[line["beneficiary_enterprise_id"]]
        bought = [
            _range(trade)
            for trade in touching
            if self._rule_1(trade, self.trades)
            and trade["trade_date"] <= line["cancelled_on"]
            and trade["buyer_enterprise_id"] == line["beneficiary_enterprise_id"]
        ]
        return (
            self._rule_1(line, self.cancellations)
            and self._issued(line)
            and all(self._rule_2(trade) for trade in touching)
            and self._rule_3(line)
            and line["cancelled_on"] <= self.cutoff
            and line["cancelled_on"] <= _valid_until(line["generation_month"])
            and _covered(_range(line), bought) == _count(_range(line))
            and covers(beneficiary, line["cancelled_on"])
            and not any(trade["channel"] in ("green_power", "own_use") for trade in touching)
            and line["project_code"] not in self._own_codes(beneficiary["park_id"])
        )

    def _rule_1(self, line: Row, ledger: tuple[Row, ...]) -> bool:
        first, last = _range(line)
        return 0 <= first <= last and not any(other is not line and _touch(line, other) for other in ledger)

    def _rule_2(self, trade: Row) -> bool:
        locked = trade["channel"] == "unbundled" and trade.get("tradable") is False
        return trade["technology"] in self.renewable and not locked

    def _rule_3(self, line: Row) -> bool:
        return bool(line["generation_month"][:4] == str(self.year))

    def _issued(self, line: Row) -> bool:
        """Whether every serial of a line was issued; nothing is known where nothing was delivered."""
        told = [_range(row) for row in self.issuances if _of_one_month(row, line)]
        return not told or _covered(_range(line), told) == _count(_range(line))

    def _settlements_of(self, line: Row) -> list[Row]:
        return [row for row in self.settlements if row["trade_id"] == line["trade_id"]]

    def _lost(self, line: Row) -> int:
        """How many of a trade line's certificates were cancelled for somebody else."""
        buyer = line["buyer_enterprise_id"]
        others = (c for c in self.cancellations if c["beneficiary_enterprise_id"] != buyer)
        return _covered(_range(line), [_range(other) for other in others if _touch(line, other)])

    def _scope(self, trade: Row, enterprise_id: str) -> str | None:
        """In or across provinces; None for what a province transferred, which has no cap."""
        if trade["channel"] == "provincial_transfer":
            return None
        home = self.provinces[self.enterprises[enterprise_id]["park_id"]]
        return "in_province" if trade.get("province_zh") == home else "cross_province"

    def _own_codes(self, park_id: str) -> set[str]:
        return {p["gec_project_code"] for p in self.projects if p["park_id"] == park_id and p.get("gec_project_code")}

    def _is_of_park(self, enterprise_id: str, park_id: str) -> bool:
        return enterprise_id in self.enterprises and self.enterprises[enterprise_id]["park_id"] == park_id


def ledger(delivery: Delivery, year: int, cutoff: date, nuclear_is_green: bool) -> Ledger:
    """The ledgers of a delivery, to be judged for one year."""
    return Ledger(
        trades=tuple(delivery.get("gec_trades", ())),
        cancellations=tuple(delivery.get("gec_cancellations", ())),
        issuances=tuple(delivery.get("gec_issuances", ())),
        settlements=tuple(delivery.get("green_power_settlements", ())),
        recognised=tuple(delivery.get("gec_recognition", ())),
        provinces={row["park_id"]: row["province_zh"] for row in delivery["parks"]},
        enterprises={row["enterprise_id"]: row for row in delivery["enterprises"]},
        projects=tuple(delivery["projects"]),
        year=year,
        cutoff=cutoff,
        renewable=frozenset(_RENEWABLE | ({"nuclear"} if nuclear_is_green else set())),
    )


def _valid_until(generation_month: str) -> date:
    """The last day of the 24 months that begin with the generation month; before 2024 the end of 2025."""
    if generation_month < "2024-01":
        return date(2025, 12, 31)
    start = first_day(generation_month)
    return date.fromordinal(start.replace(year=start.year + 2).toordinal() - 1)


def _range(line: Row) -> Range:
    return line["serial_from"], line["serial_to"]


def _count(one: Range) -> int:
    return one[1] - one[0] + 1


def _touch(a: Row, b: Row) -> bool:
    return _of_one_month(a, b) and a["serial_from"] <= b["serial_to"] and b["serial_from"] <= a["serial_to"]


def _of_one_month(a: Row, b: Row) -> bool:
    return bool(a["project_code"] == b["project_code"] and a["generation_month"] == b["generation_month"])


def _covered(one: Range, others: Iterable[Range]) -> int:
    """How many serials of a range lie in at least one of the others."""
    found, position = 0, one[0]
    for first, last in sorted(others):
        start, end = max(first, position), min(last, one[1])
        if start <= end:
            found += end - start + 1
            position = end + 1
    return found
