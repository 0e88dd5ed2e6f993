"""Estimates brought to the total that a register or a bill states, to the Wh."""

from collections.abc import Sequence
from datetime import datetime

from tests.property.oracle_vee.ladder import Estimate, Ladder
from tests.property.oracle_vee.totals import KnownTotal


def fit(ladder: Ladder, totals: Sequence[KnownTotal]) -> None:
    """Scales or spreads, within each known total, what is neither measured nor taken from an alternate meter."""
    fitted: set[datetime] = set()
    for total in sorted(totals, key=lambda total: (total.end - total.begin, total.begin)):
        starts = total.intervals(ladder.one)
        free = [start for start in starts if _fixed(ladder, start) is None]
        if not free or fitted & set(starts):
            continue
        rest = total.wh - sum(wh for start in starts if (wh := _fixed(ladder, start)) is not None)
        if rest < 0:
            ladder.tried["scaled: less than was measured"] += 1
            continue
        _share(ladder, free, rest, total.source)
        fitted |= set(free)


def _fixed(ladder: Ladder, start: datetime) -> int | None:
    """What stands whatever the total says."""
    estimate = ladder.found.get(start)
    if estimate is not None and estimate.method == "alternate":
        return estimate.wh
    return ladder.one.valid(start)


def _share(ladder: Ladder, free: Sequence[datetime], rest: int, source: str) -> None:
    shape = [ladder.found[start].wh if start in ladder.found else None for start in free]
    if None in shape or not sum(wh for wh in shape if wh is not None):
        n = len(free)
        parts = [rest * k // n - rest * (k - 1) // n for k in range(1, n + 1)]
        method = f"{source}_spread"
    else:
        known = [wh for wh in shape if wh is not None]
        parts = [rest * wh // sum(known) for wh in known]
        parts[-1] += rest - sum(parts)
        method = "scaled"
    ladder.tried[f"{method}: estimates"] += 1
    ladder.found |= {start: Estimate(method, wh) for start, wh in zip(free, parts, strict=True)}
    ladder.open = [start for start in ladder.open if start not in ladder.found]
