"""Green-certificate trades and cancellations of the example, in one ledger over all parks: no serial is used twice.

Amounts follow the enterprises' grid draw; the deliberate mistakes are in ``faults``.
"""

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np

from pipelines.samples.balance import ParkYear
from pipelines.samples.masters import Row, project_code
from pipelines.samples.meters import enterprise_ids
from pipelines.samples.plans import CERTIFIED_IN_2025, ParkPlan
from pipelines.samples.shapes import Series

SELLERS = 12
"""Wind and solar farms outside the parks that sell certificates; each has its own project code."""
UNBUNDLED_MONTHS = (3, 5, 8, 10)
OVERBOUGHT = "chongqing-liangjiang"
"""The park whose first enterprise cancels more certificates than it draws from the grid: the rest is surplus."""
CLOSE_CALL = "baise-strategic-emerging-ip"
"""The park whose first enterprise bought so few certificates that the park's intensity is next to its limit."""
NOT_BOUGHT = 6150
SOLD_ITS_OWN = "yinchuan-suyin-ip"
"""The park that sold the certificates of its own solar plant, so that part of that power no longer counts."""


@dataclass(frozen=True)
class Lot:
    """Certificates of one project and generation month with consecutive serial numbers, both ends included."""

    project_code: str
    technology: str
    generation_month: str
    serial_from: int
    serial_to: int

    def columns(self) -> Row:
        """The columns that trades and cancellations share."""
        return {
            "project_code": self.project_code,
            "generation_month": self.generation_month,
            "serial_from": self.serial_from,
            "serial_to": self.serial_to,
        }


@dataclass
class CertificateLedger:
    """Trades and cancellations in the order they were made; hands out serial numbers without overlap."""

    trades: list[Row] = field(default_factory=list)
    cancellations: list[Row] = field(default_factory=list)
    _next: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(lambda: 1))

    def issue(self, code: str, technology: str, month: str, count: int) -> Lot:
        """The next ``count`` serial numbers of a project and generation month that nobody has yet."""
        first = self._next[code, month]
        self._next[code, month] = first + count
        return Lot(code, technology, month, first, first + count - 1)

    def trade(self, channel: str, lot: Lot, buyer: str) -> str:
        """Adds a trade made on the tenth of the second month after generation; gives its id."""
        trade_id = f"example-t{len(self.trades) + 1:05d}"
        self.trades.append(
            {
                "trade_id": trade_id,
                "trade_date": f"{_later(lot.generation_month, 2)}-10",
                "channel": channel,
                "technology": lot.technology,
                **lot.columns(),
                "buyer_enterprise_id": buyer,
                "seller": f"example-seller-{lot.project_code[-2:]}",
                "platform": "example",
                "tradable": "true",
                "price_cny_per_mwh": "5.20",
            }
        )
        return trade_id

    def cancel(self, lot: Lot, beneficiary: str, day: str) -> str:
        """Adds a cancellation on ``day``; gives its id."""
        cancellation_id = f"example-c{len(self.cancellations) + 1:05d}"
        self.cancellations.append(
            {
                "cancellation_id": cancellation_id,
                "cancelled_on": day,
                **lot.columns(),
                "beneficiary_enterprise_id": beneficiary,
                "purpose": "example",
            }
        )
        return cancellation_id


def _later(month: str, months: int) -> str:
    year, number = divmod(int(month[:4]) * 12 + int(month[5:]) - 1 + months, 12)
    return f"{year}-{number + 1:02d}"


def seller_code(index: int) -> str:
    """The project code of one of the farms outside the parks."""
    return f"98{index % SELLERS + 1:015d}"


def _grid_draw_mwh(balance: ParkYear) -> list[float]:
    """Each enterprise's own draw from the grid, by its share of use in every interval."""
    total = np.sum(balance.use, axis=0)
    return [float((balance.grid_import * use / total).sum()) / 1000 for use in balance.use]


def add_park(ledger: CertificateLedger, plan: ParkPlan, balance: ParkYear) -> None:
    """Buys and cancels the park's certificates of one year: monthly green-power trades, unbundled ones by quarter."""
    year = balance.clock.year
    covered = plan.kind.certificates * (CERTIFIED_IN_2025 if year == 2025 else 1.0)
    for index, (enterprise, draw) in enumerate(zip(enterprise_ids(plan), _grid_draw_mwh(balance), strict=True)):
        wanted = int(draw * covered) if covered else 0
        if plan.park_id == OVERBOUGHT and index == 0 and year == 2026:
            wanted = int(draw * 1.08)
        if plan.park_id == CLOSE_CALL and index == 0 and year == 2026:
            wanted -= NOT_BOUGHT
        code, technology = seller_code(plan.number + index), ("wind", "solar")[(plan.number + index) % SELLERS % 2]
        monthly = int(wanted * plan.kind.traded) // 12
        for month in range(1, 13) if monthly else ():
            lot = ledger.issue(code, technology, f"{year}-{month:02d}", monthly)
            ledger.trade("green_power", lot, enterprise)
        remaining = wanted - 12 * monthly
        for position, month in enumerate(UNBUNDLED_MONTHS):
            count = remaining // 4 + (remaining % 4 if position == 3 else 0)
            if count:
                lot = ledger.issue(code, technology, f"{year}-{month:02d}", count)
                ledger.trade("unbundled", lot, enterprise)
                ledger.cancel(lot, enterprise, f"{year + 1}-02-20")
    if not plan.line_owner_is_user:
        _own_use(ledger, plan, balance)
    if plan.park_id == SOLD_ITS_OWN and year == 2026:
        _sell_own(ledger, plan, balance)


def _monthly_certificates(balance: ParkYear, energy_kwh: Series, part: float) -> list[tuple[str, int]]:
    sums = np.bincount(balance.clock.month, weights=energy_kwh, minlength=13)
    return [(f"{balance.clock.year}-{month:02d}", int(sums[month] / 1000 * part)) for month in range(1, 13)]


def _own_use(ledger: CertificateLedger, plan: ParkPlan, balance: ParkYear) -> None:
    """A line that somebody else owns counts only as far as its own-use certificates came to the park."""
    code = project_code(plan, 9)
    for month, count in _monthly_certificates(balance, balance.direct, 0.8):
        lot = ledger.issue(code, plan.kind.direct_technology, month, count)
        ledger.trade("own_use", lot, enterprise_ids(plan)[0])


def _sell_own(ledger: CertificateLedger, plan: ParkPlan, balance: ParkYear) -> None:
    code = project_code(plan, 1)
    for month, count in _monthly_certificates(balance, balance.generation["pv"], 0.5):
        ledger.trade("unbundled", ledger.issue(code, "solar", month, count), "example-outside-buyer")
