"""Green certificates of the example, in one ledger over all parks: issued, traded, settled, cancelled, recognised.

No serial is used twice. Amounts follow the enterprises' grid draw; the deliberate mistakes are in ``faults``.
"""

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np

from pipelines.samples.balance import ParkYear
from pipelines.samples.masters import Row, project_code
from pipelines.samples.meters import enterprise_ids
from pipelines.samples.plans import CERTIFIED_IN_2025, ParkPlan
from pipelines.samples.shapes import Series

SELLER_PROVINCES = (
    "内蒙古自治区", "甘肃省", "新疆维吾尔自治区", "青海省", "宁夏回族自治区", "河北省",
    "山西省", "吉林省", "山东省", "江苏省", "云南省", "四川省",
)  # fmt: skip
"""Where the wind and solar farms outside the parks stand that sell certificates; each has its own project code."""
SELLERS = len(SELLER_PROVINCES)
UNBUNDLED_MONTHS = (3, 5, 8, 10)
OVERBOUGHT = "chongqing-liangjiang"
"""The park whose first enterprise cancels more certificates than it draws from the grid: the rest is surplus."""
CLOSE_CALL = "baise-strategic-emerging-ip"
"""The park whose first enterprise bought so few certificates that the park's intensity is next to its limit."""
NOT_BOUGHT = 6150
SOLD_ITS_OWN = "yinchuan-suyin-ip"
"""The park that sold the certificates of its own solar plant, so that part of that power no longer counts."""
RECOGNISED_EVERY = 5
"""The first enterprise of every fifth park, from the first on, has recognised amounts for 2026."""
RECOGNISED_SHORT, RECOGNISED_AMPLE = -40, 250
"""How far the recognised amount of the first such park lies below its certificates, and of the others above."""


@dataclass(frozen=True)
class Lot:
    """Certificates of one project and generation month with consecutive serial numbers, both ends included."""

    project_code: str
    technology: str
    generation_month: str
    serial_from: int
    serial_to: int
    province_zh: str

    @property
    def count(self) -> int:
        """How many certificates these are."""
        return self.serial_to - self.serial_from + 1

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
    """All tables in the order they were written; hands out serial numbers without overlap."""

    trades: list[Row] = field(default_factory=list)
    cancellations: list[Row] = field(default_factory=list)
    settlements: list[Row] = field(default_factory=list)
    recognised: list[Row] = field(default_factory=list)
    _next: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(lambda: 1))

    def issue(self, code: str, technology: str, month: str, count: int, province_zh: str) -> Lot:
        """The next ``count`` serial numbers of a project and generation month that nobody has yet."""
        first = self._next[code, month]
        self._next[code, month] = first + count
        return Lot(code, technology, month, first, first + count - 1, province_zh)

    def issue_by(self, seller: int, month: str, count: int) -> Lot:
        """The next serial numbers of one of the farms outside the parks."""
        technology = ("wind", "solar")[seller % SELLERS % 2]
        return self.issue(seller_code(seller), technology, month, count, SELLER_PROVINCES[seller % SELLERS])

    def issuances(self) -> list[Row]:
        """What the register issued: all serials handed out, a range for each project and month.

        The energy is that of the certificates and a remainder below 1 MWh.
        """
        return [
            {
                "project_code": code,
                "generation_month": month,
                "serial_from": 1,
                "serial_to": following - 1,
                "energy_mwh": f"{following - 1}.{following * 7919 % 1000:03d}",
                "issued_on": f"{_later(month, 1)}-25",
            }
            for (code, month), following in sorted(self._next.items())
            if following > 1
        ]

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
                "province_zh": lot.province_zh,
                "tradable": "true",
                "price_cny_per_mwh": "5.20",
            }
        )
        return trade_id

    def trade_with_energy(self, lot: Lot, buyer: str, settled_mwh: float) -> str:
        """Adds a green-power trade and its settlement, in which the use of the buyer decides; gives the trade's id."""
        trade_id = self.trade("green_power", lot, buyer)
        self.settlements.append(
            {
                "trade_id": trade_id,
                "month": lot.generation_month,
                "contract_mwh": f"{lot.count * 1.02:.3f}",
                "generation_mwh": f"{lot.count * 1.05:.3f}",
                "use_mwh": f"{settled_mwh:.3f}",
            }
        )
        return trade_id

    def recognise(self, enterprise: str, plan: ParkPlan, bought: list[Lot], margin: int) -> None:
        """Adds the amounts of a year that are recognised: the certificates bought of each scope and a margin."""
        for scope, inside in (("in_province", True), ("cross_province", False)):
            count = sum(lot.count for lot in bought if (lot.province_zh == plan.province_zh) is inside)
            self.recognised.append(
                {
                    "enterprise_id": enterprise,
                    "year": bought[0].generation_month[:4],
                    "scope": scope,
                    "recognised_mwh": max(count + margin, 0),
                    "document_id": f"example-recognised-{enterprise}",
                }
            )

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
        seller = plan.number + index
        monthly = int(wanted * plan.kind.traded) // 12
        for month in range(1, 13) if monthly else ():
            lot = ledger.issue_by(seller, f"{year}-{month:02d}", monthly)
            ledger.trade_with_energy(lot, enterprise, _settled_mwh(lot.count, month))
        bought = _buy_unbundled(ledger, seller, enterprise, year, wanted - 12 * monthly)
        if bought and index == 0 and year == 2026 and plan.number % RECOGNISED_EVERY == 1:
            ledger.recognise(enterprise, plan, bought, RECOGNISED_SHORT if plan.number == 1 else RECOGNISED_AMPLE)
    if not plan.line_owner_is_user:
        _own_use(ledger, plan, balance)
    if plan.park_id == SOLD_ITS_OWN and year == 2026:
        _sell_own(ledger, plan, balance)


def _settled_mwh(count: int, month: int) -> float:
    """Energy behind ``count`` certificates: every second month lacks what the month before has left over."""
    return count + (0.5 if month % 2 else -0.5)


def _buy_unbundled(ledger: CertificateLedger, seller: int, enterprise: str, year: int, wanted: int) -> list[Lot]:
    """Buys by quarter what is wanted beside the green-power trade, and cancels it in the next February."""
    bought = []
    for position, month in enumerate(UNBUNDLED_MONTHS):
        count = wanted // 4 + (wanted % 4 if position == 3 else 0)
        if count:
            lot = ledger.issue_by(seller, f"{year}-{month:02d}", count)
            ledger.trade("unbundled", lot, enterprise)
            ledger.cancel(lot, enterprise, f"{year + 1}-02-20")
            bought.append(lot)
    return bought


def _monthly_certificates(balance: ParkYear, energy_kwh: Series, part: float) -> list[tuple[str, int]]:
    sums = np.bincount(balance.clock.month, weights=energy_kwh, minlength=13)
    return [(f"{balance.clock.year}-{month:02d}", int(sums[month] / 1000 * part)) for month in range(1, 13)]


def _own_use(ledger: CertificateLedger, plan: ParkPlan, balance: ParkYear) -> None:
    """A line that somebody else owns counts only as far as its own-use certificates came to the park."""
    code = project_code(plan, 9)
    for month, count in _monthly_certificates(balance, balance.direct, 0.8):
        lot = ledger.issue(code, plan.kind.direct_technology, month, count, plan.province_zh)
        ledger.trade("own_use", lot, enterprise_ids(plan)[0])


def _sell_own(ledger: CertificateLedger, plan: ParkPlan, balance: ParkYear) -> None:
    code = project_code(plan, 1)
    for month, count in _monthly_certificates(balance, balance.generation["pv"], 0.5):
        lot = ledger.issue(code, "solar", month, count, plan.province_zh)
        ledger.trade("unbundled", lot, "example-outside-buyer")
