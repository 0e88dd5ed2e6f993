"""What changed between two publications, and why: each figure's change as a sum of five parts.

The figures of A are taken to those of B one cause after the other, each step a run of the models with what was so far:
by today's code (method), with B's factors (factor), with B's ledgers of certificates and its cut-off (certificates),
with B's intervals where one of the two had estimated (data quality), with all other files of B (activity). A part is
the difference of two such states, none is what is left over; together they are the change to the last digit. How a
state is built is in ``diff_states``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from pipelines.contracts import load
from pipelines.errors import UserError
from pipelines.lake import Lake
from pipelines.publish import catalog
from pipelines.publish.diff_intervals import INTERVALS, put_intervals
from pipelines.publish.diff_states import (
    CERTIFICATES,
    PARK_YEAR,
    Figures,
    Inputs,
    Report,
    State,
    Workshop,
    inputs_of,
    published_figures,
)
from pipelines.publish.effects import VERDICTS
from pipelines.publish.manifest import table_path
from pipelines.scenario.run import needed_for
from pipelines.settings import Settings

PARTS = ("activity", "data_quality", "factor", "method", "certificates")
_NUMERIC = ("DECIMAL", "DOUBLE")


@dataclass(frozen=True)
class Change:
    """A figure of a park that changed. ``parts``: by cause, summing exactly to ``after - before``.

    None where one of the publications has no figure. ``unclear``: causes whose step has no figure (an undecided year in
    between); what they changed is in the part of the next step that has one.
    """

    park_id: str
    column: str
    before: Decimal | None
    after: Decimal | None
    parts: Mapping[str, Decimal] | None
    unclear: tuple[str, ...] = ()

    @property
    def total(self) -> Decimal | None:
        """``after - before``; None where one of the publications has no figure."""
        return None if self.before is None or self.after is None else self.after - self.before


@dataclass(frozen=True)
class VerdictChange:
    """A verdict that changed, and the causes at whose step it did."""

    park_id: str
    column: str
    before: str | None
    after: str | None
    causes: tuple[str, ...]


@dataclass(frozen=True)
class Difference:
    """What changed from publication ``before`` to ``after`` in ``year``.

    ``computed``: for each part whether its step was computed; not where hashes show that nothing of the kind changed.
    """

    before: str
    after: str
    year: int
    changes: tuple[Change, ...]
    verdicts: tuple[VerdictChange, ...]
    only_before: tuple[str, ...]
    only_after: tuple[str, ...]
    computed: Mapping[str, bool]


def compare(
    settings: Settings,
    lake: Lake,
    before: str,
    after: str,
    *,
    park_id: str | None = None,
    year: int | None = None,
    report: Report = lambda _what, _done, _total: None,
) -> Difference:
    """The change of every figure of ``metrics.park_year`` from one publication to another, split into its causes.

    ``before``, ``after``: ids, or ``current``. ``year``: by default the latest that both have. Raises ``UserError`` for
    a publication, year or park that is not there, and for files or factors of a publication that are gone.
    """
    before, after = (_resolve(lake, publication_id) for publication_id in (before, after))
    (old, old_is_today), (new, new_is_today) = inputs_of(lake, before), inputs_of(lake, after)
    chosen = _year(lake, before, after, year)
    by_id = {publication_id: published_figures(lake, publication_id, chosen) for publication_id in (before, after)}
    figures = (by_id[before], by_id[after])
    parks = [park for park in sorted(figures[0].keys() & figures[1].keys()) if park_id in (None, park)]
    if park_id and not parks:
        raise UserError(f"the publications {before} and {after} do not both have figures of {park_id} for {chosen}")
    published = {
        inputs.key: State(found)
        for inputs, found, is_today in ((old, figures[0], old_is_today), (new, figures[1], new_is_today))
        if is_today
    }
    with TemporaryDirectory(prefix="zcp-diff-") as scratch:
        workshop = Workshop(settings, lake, chosen, Path(scratch), report)
        states = _states(workshop, old, new, published)
    path = (figures[0], *states, figures[1])
    return Difference(
        before=before,
        after=after,
        year=chosen,
        changes=tuple(change for park in parks for change in _changes(park, path)),
        verdicts=tuple(change for park in parks for change in _verdicts(park, path)),
        only_before=tuple(sorted(figures[0].keys() - figures[1].keys())),
        only_after=tuple(sorted(figures[1].keys() - figures[0].keys())),
        computed=_computed(path),
    )


_STEPS = ("method", "factor", "certificates", "data_quality", "activity", "method")
"""The cause of each step along the path; the last is what other code than today's made of the later publication."""


def _states(workshop: Workshop, old: Inputs, new: Inputs, published: Mapping[str, State]) -> list[Figures]:
    """The figures after each step but the last; the same object where nothing of the kind of a step changed."""
    with_factors = Inputs(old.files, old.tables, new.release, old.year, old.cutoff)
    kept, ledgers = with_factors.of(CERTIFICATES, others=True), new.of(CERTIFICATES)
    with_ledgers = Inputs(kept | ledgers, {**old.tables, **new.tables}, new.release, new.year, new.cutoff)

    if any(inputs.key not in published for inputs in (old, with_factors, with_ledgers, new)):
        workshop.check(old, new)

    def state(inputs: Inputs) -> State:
        return published.get(inputs.key) or workshop.build(inputs)

    first, second, third, last = (state(inputs) for inputs in (old, with_factors, with_ledgers, new))
    mixed = third
    if _tells_of_intervals(with_ledgers, workshop) != _tells_of_intervals(new, workshop):
        one, other = workshop.build(with_ledgers).lake, workshop.build(new).lake
        if one is None or other is None:
            raise RuntimeError("a built state has no folder")
        mixed = workshop.build_on(with_ledgers, one, lambda lake: put_intervals(lake, other), INTERVALS) or third
    elif with_ledgers.key == new.key:
        mixed = last
    return [found.figures for found in (first, second, third, mixed, last)]


def _tells_of_intervals(inputs: Inputs, workshop: Workshop) -> list[tuple[str, str]]:
    """The files that decide what an interval held, in order of delivery."""
    needed = needed_for(INTERVALS, workshop.models)
    names = {name.partition(".")[2] for m in needed.values() for name in m.inputs if name.startswith("parsed.")}
    return inputs.order(inputs.of(names))


def _resolve(lake: Lake, publication_id: str) -> str:
    if publication_id != catalog.CURRENT:
        return publication_id
    current = catalog.current_id(lake)
    if current is None:
        raise UserError(f"nothing is published in {lake.home} yet; use `zcp run` first")
    return current


def _year(lake: Lake, before: str, after: str, year: int | None) -> int:
    """``year``, or the latest that both publications have. Raises ``UserError`` where they do not both have it."""
    with duckdb.connect() as con:
        years = [
            {row[0] for row in con.execute("select distinct year from read_parquet(?)", [str(path)]).fetchall()}
            for path in (table_path(lake.published / p, PARK_YEAR) for p in (before, after))
        ]
    both = sorted(years[0] & years[1])
    if not both or year not in (None, *both):
        shared = ", ".join(map(str, both)) or "none"
        raise UserError(f"{before} and {after} do not both have figures of that year; both have: {shared}")
    return both[-1] if year is None else year


def _changes(park: str, path: Sequence[Figures]) -> list[Change]:
    columns = [c.name for c in load("outputs")[PARK_YEAR].columns if c.physical_type.startswith(_NUMERIC)]
    found = []
    for column in columns:
        values = [figures.get(park, {}).get(column) for figures in path]
        if values[0] != values[-1]:
            found.append(_change(park, column, values))
    return found


def _change(park: str, column: str, values: list[Decimal | None]) -> Change:
    before, after = values[0], values[-1]
    if before is None or after is None:
        return Change(park, column, before, after, None)
    parts, unclear, last = dict.fromkeys(PARTS, Decimal(0)), [], before
    for cause, value in zip(_STEPS, values[1:], strict=True):
        if value is None:
            unclear.append(cause)
            continue
        parts[cause] += value - last
        last = value
    return Change(park, column, before, after, parts, tuple(unclear))


def _verdicts(park: str, path: Sequence[Figures]) -> list[VerdictChange]:
    found = []
    for column in VERDICTS:
        values = [figures.get(park, {}).get(column) for figures in path]
        if values[0] != values[-1]:
            pairs = zip(_STEPS, values, values[1:], strict=False)
            causes = tuple(dict.fromkeys(cause for cause, one, other in pairs if one != other))
            found.append(VerdictChange(park, column, values[0], values[-1], causes))
    return found


def _computed(path: Sequence[Figures]) -> dict[str, bool]:
    pairs = list(zip(_STEPS, path, path[1:], strict=False))
    return {part: any(one is not other for cause, one, other in pairs if cause == part) for part in PARTS}
