"""Which branches of validation and estimation a world of meters goes through, by name, so that none is left untried.

Most names are noted by ``oracle_vee`` on its way; those of the shape of gaps are told here. Nothing is judged.
"""

from collections.abc import Container, Iterable, Iterator, Sequence
from datetime import date

from tests.property.oracle.delivery import Row
from tests.property.oracle_vee import Series, import_zeros, warnings
from tests.property.oracle_vee.ladder import gaps_of

_NAMES = {
    "status": (
        *("valid", "no_value", "negative", "over_capacity", "solar_at_night", "spike", "register_sum"),
        *("a person's value",),
    ),
    "warning": ("zero_run", "flat_line", "jump", "spike_kept"),
    "zeros of import": ("while the park exports", "while it does not"),
    "gap": (
        *("at the meter's first interval", "at its last interval", "over the year's end", "over a public holiday"),
        *("at a swap of meters", "over a change of the multiplier", "one interval from another", "of a week or more"),
        *("within a day", "of a whole day", "missing beside a value that fails"),
    ),
    "alternate": ("estimates", "differs", "several", "nothing to compare"),
    "linear": (
        *("estimates", "gap too long", "a neighbour is missing", "over the end of a month"),
        *("estimate breaks solar_at_night",),
    ),
    "like_day": (
        *("estimates", "too few days", "days valid at the gap", "a holiday", "a working weekend"),
        *("estimate breaks spike",),
    ),
    "scaled": ("estimates", "less than was measured"),
    "register_spread": ("estimates",),
    "period_spread": ("estimates",),
    "conservative": (
        *("estimates", "no side is safe", "nothing to go by"),
        *(f"highest of {role}" for role in ("grid_import", "storage_charge", "auxiliary", "resale", "curtailment")),
        *("highest of grid_export", "lowest of grid_export", "highest of use", "lowest of use"),
        *(f"lowest of {role}" for role in ("generation", "direct_import", "line_end", "storage_discharge")),
    ),
}
ALL = frozenset(f"{part}: {name}" for part, names in _NAMES.items() for name in names)
"""Every name that some worlds have to try."""
RARE = frozenset(
    f"{method}: estimate breaks {rule}"
    for method in ("alternate", "linear", "like_day", "conservative")
    for rule in ("over_capacity", "solar_at_night", "spike")
)
"""What happens too seldom to be asked for."""


def shapes(one: Series, meters: Sequence[Row], holidays: Container[date]) -> Iterator[str]:
    """The names of the kinds of gaps that a meter has; ``meters`` are the master rows of its park."""
    changes = {row["valid_from"] for row in meters if row["meter_id"] == one.meter_id}
    is_swapped = one.meter_id.endswith("b") or any(row["meter_id"] == f"{one.meter_id}b" for row in meters)
    edges = one.due[0], one.due[-1]
    gaps = gaps_of(one)
    begins = {gap[0] for gap in gaps}
    for gap in gaps:
        said = {one.status.get(start, "missing") for start in gap}
        tried = {
            "at the meter's first interval": gap[0] == edges[0],
            "at its last interval": gap[-1] == edges[1],
            "over the year's end": gap[0].year != gap[-1].year,
            "over a public holiday": any(start.date() in holidays for start in gap),
            "at a swap of meters": is_swapped and (gap[0] == edges[0] or gap[-1] == edges[1]),
            "over a change of the multiplier": gap[0].date() != gap[-1].date() and gap[-1].date() in changes,
            "one interval from another": gap[-1] + 2 * one.length in begins,
            "missing beside a value that fails": "missing" in said and len(said) > 1,
            "of a week or more": len(gap) >= 7 * one.per_day,
            "of a whole day": len(gap) == one.per_day,
            "within a day": len(gap) < one.per_day,
        }
        yield from (f"gap: {name}" for name, is_tried in tried.items() if is_tried)


def judgements(one: Series, park: Iterable[Series]) -> Iterator[str]:
    """The names of what validation said of a meter of a park."""
    yield from (f"status: {said}" for said in set(one.status.values()))
    yield from (f"warning: {code}" for code, *_ in warnings(one, park))
    for _, is_explained in import_zeros(one, park):
        yield f"zeros of import: {'while the park exports' if is_explained else 'while it does not'}"
    if one.edited:
        yield "status: a person's value"
