"""F_u, use and share of green supply of every enterprise of a park (section 4, cases a to d).

Import that was put in as the least favourable value is nobody's draw: it stays in N (document 3, step 5). Certificates
and their caps are in ``account``.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from tests.property.oracle.balance import Balance, Interval, floor_to
from tests.property.oracle.delivery import Delivery, Row, shares


@dataclass
class Enterprise:
    """Use, share of green supply and own draw from the grid of a year, in Wh."""

    enterprise_id: str
    use: int = 0
    direct_share: int = 0
    drawn: int = 0


@dataclass(frozen=True)
class Offtake:
    """The enterprises of a year by id, and which case of section 4 gave their draw: a, b, c or d."""

    case: str
    enterprises: dict[str, Enterprise]


def offtake(delivery: Delivery, park: Row, bal: Balance, meters: Sequence[Row], year: int) -> Offtake:
    """The enterprises of a park whose validity touches the year, with what falls to each."""
    ids = sorted(
        row["enterprise_id"]
        for row in delivery["enterprises"]
        if row["park_id"] == park["park_id"] and _touches(row, year)
    )
    found = {key: Enterprise(key) for key in ids}
    with_use = any(meter["point"] == "use" for meter in meters)
    importers = [meter.get("enterprise_id") for meter in meters if meter["point"] == "grid_import"]
    if len(ids) == 1 and not with_use:
        _whole(found[ids[0]], bal)
        return Offtake("a", found)
    if with_use:
        _by_use(found, bal)
    if importers and all(key is not None for key in importers):
        _by_import(found, bal)
        return Offtake("b", found)
    return Offtake("c" if with_use else "d", found)


def _touches(row: Row, year: int) -> bool:
    first, last = row.get("valid_from") or date.min, row.get("valid_to") or date.max
    return bool(first <= date(year, 12, 31) and last >= date(year, 1, 1))


def _whole(one: Enterprise, bal: Balance) -> None:
    """Case a."""
    one.use = sum(i.load for i in bal.intervals)
    one.direct_share = sum(i.used for i in bal.intervals)
    one.drawn = sum(i.imported - i.pass_through - i.uncovered for i in bal.intervals)


def _by_use(found: dict[str, Enterprise], bal: Balance) -> None:
    """Case c: everything summed to the longest interval of balance and use meters, then shared by use."""
    together: dict[datetime, list[Interval]] = defaultdict(list)
    for one in bal.intervals:
        together[floor_to(one.start, bal.use_minutes[one.month])].append(one)
    for parts in together.values():
        use = [(key, sum(part.use.get(key, 0) for part in parts)) for key in found]
        total = sum(wh for _, wh in use)
        drawn = shares(min(sum(part.imported - part.pass_through - part.uncovered for part in parts), total), use)
        green = shares(min(sum(part.used for part in parts), total), use)
        for key, wh in use:
            found[key].use += wh
            found[key].drawn += drawn[key]
            found[key].direct_share += green[key]


def _by_import(found: dict[str, Enterprise], bal: Balance) -> None:
    """Case b: own import less the own share of what only passed through, and less what was put in for the worst."""
    for one in found.values():
        one.drawn = 0
    for one in bal.intervals:
        imported = [(key, one.import_of.get(key, 0)) for key in found]
        passed = shares(one.pass_through, imported)
        for key, wh in imported:
            own = wh - passed[key]
            found[key].drawn += own - min(one.worst_import_of.get(key, 0), max(own, 0))
