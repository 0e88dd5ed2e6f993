"""Where the energy of a park's month came from and went, as plain sums over the intervals of ``balance``."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from tests.property.oracle.balance import Interval, floor_to


def conservation(intervals: Sequence[Interval], use_minutes: Mapping[str, int]) -> dict[str, dict[str, int]]:
    """The published row of each month, in Wh; that nothing was lost is in the equation of ``is_conserved``."""
    months: dict[str, list[Interval]] = defaultdict(list)
    for one in intervals:
        months[one.month].append(one)
    return {month: _row(of_month, use_minutes.get(month, 15)) for month, of_month in months.items()}


def is_conserved(row: Mapping[str, int]) -> bool:
    entering = ("import", "line_sent", "generation", "discharge", "missing")
    leaving = ("metered_use", "unmetered", "charge", "export", "line_loss")
    return sum(row[f"{name}_mwh"] for name in entering) == sum(row[f"{name}_mwh"] for name in leaving)


def _row(intervals: Sequence[Interval], minutes: int) -> dict[str, int]:
    sent = [sum((one.far if key in one.far else one.near)[key] for key in {*one.near, *one.far}) for one in intervals]
    used = sum(sum(one.use.values()) for one in intervals)
    green, use = defaultdict(int), defaultdict(int)
    for one in intervals:
        green[floor_to(one.start, minutes)] += one.used
        use[floor_to(one.start, minutes)] += sum(one.use.values())
    shared = sum(min(green[start], use[start]) for start in green)
    return {
        "import_mwh": sum(one.imported for one in intervals),
        "line_sent_mwh": sum(sent),
        "generation_mwh": sum(sum(one.generation.values()) for one in intervals),
        "discharge_mwh": sum(sum(one.discharge.values()) for one in intervals),
        "missing_mwh": sum(max(-_signed_load(one), 0) for one in intervals),
        "metered_use_mwh": used,
        "unmetered_mwh": sum(max(_signed_load(one), 0) for one in intervals) - used,
        "charge_mwh": sum(sum(one.charge.values()) for one in intervals),
        "export_mwh": sum(one.exported for one in intervals),
        "line_loss_mwh": sum(sent) - sum(sum(one.direct.values()) for one in intervals),
        "shared_direct_mwh": sum(one.direct_used for one in intervals),
        "shared_onsite_mwh": sum(one.used - one.direct_used for one in intervals),
        "shared_green_mwh": shared,
        "unshared_mwh": sum(one.used for one in intervals) - shared,
    }


def _signed_load(one: Interval) -> int:
    inside = sum(one.direct.values()) + sum(one.generation.values()) + sum(one.discharge.values())
    return one.imported + inside - sum(one.charge.values()) - one.exported
