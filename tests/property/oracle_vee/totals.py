"""What registers and bills say was the energy between two moments, and the rule that compares it with the intervals."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from itertools import pairwise

from tests.property.oracle.delivery import Delivery, Row, half_up
from tests.property.oracle.readings import WH
from tests.property.oracle_vee.series import Series

RELATIVE_TOLERANCE = Fraction(2, 10_000)


@dataclass(frozen=True)
class KnownTotal:
    """Energy of a meter between two moments; ``source`` is ``register`` or ``period`` (a bill)."""

    meter_id: str
    begin: datetime
    end: datetime
    wh: int
    source: str
    tolerance_wh: Fraction

    def intervals(self, one: Series) -> list[datetime]:
        """The intervals that fill it exactly; none where it does not lie on the meter's grid or beyond its days."""
        first = bisect_left(one.due, self.begin)
        inside = one.due[first : bisect_right(one.due, self.end - one.length)]
        return inside if len(inside) * one.length == self.end - self.begin else []


def known_totals(delivery: Delivery) -> list[KnownTotal]:
    """The advances between neighbouring reads of each register, and the bills of kind total.

    The energy of a bill has the multiplier in it already. Registers that roll over, are reset or replaced, and meters
    that have nothing but bills, are tested elsewhere.
    """
    meters = {row["meter_id"]: row for row in delivery["meters"]}
    reads: dict[str, list[Row]] = defaultdict(list)
    for row in delivery.get("meter_registers", ()):
        reads[row["meter_id"]].append(row)
    found = []
    for meter_id, rows in sorted(reads.items()):
        ratio = _ratio(meters[meter_id])
        step = 2 * Fraction(meters[meter_id].get("register_step") or 0) * ratio
        for before, after in pairwise(sorted(rows, key=lambda row: row["read_at"])):
            wh = half_up((Fraction(after["value"]) - Fraction(before["value"])) * ratio)
            tolerance = max(step, RELATIVE_TOLERANCE * wh)
            found.append(KnownTotal(meter_id, before["read_at"], after["read_at"], wh, "register", tolerance))
    for row in delivery.get("meter_periods", ()):
        wh = half_up(Fraction(row["energy"]) * WH[meters[row["meter_id"]]["unit"]])
        found.append(KnownTotal(row["meter_id"], row["from"], row["to"], wh, "period", RELATIVE_TOLERANCE * wh))
    return found


def _ratio(meter: Row) -> Fraction:
    return Fraction(1 if meter.get("multiplier") is None else meter["multiplier"]) * WH[meter["unit"]]


def fail_register_sums(one: Series, totals: list[KnownTotal]) -> list[KnownTotal]:
    """The totals whose whole period was measured otherwise; its intervals fail and have to be estimated."""
    broken = []
    for total in totals:
        starts = total.intervals(one)
        values = [one.valid(start) for start in starts]
        measured = sum(wh for wh in values if wh is not None)
        if starts and None not in values and abs(measured - total.wh) > total.tolerance_wh:
            broken.append(total)
    for total in broken:
        one.status |= dict.fromkeys(total.intervals(one), "register_sum")
    return broken
