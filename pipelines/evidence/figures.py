"""What a figure of ``metrics.park_year`` is made of: its formula computed again, its leaves, what it rests on.

A figure that its formula does not give, or whose leaves do not add up to it, is an error and never shown.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pipelines.contracts import load
from pipelines.errors import AuditFailed
from pipelines.evidence.account import BALANCE_ROLES, Account, Formula, Leaf, Row, unit_of

INTERVAL_TERMS = frozenset({
    "direct_supply_mwh", "onsite_nonfossil_mwh", "uncounted_green_mwh", "uncounted_direct_mwh", "nuclear_green_mwh",
    "fossil_export_mwh", "recovered_export_mwh",
})  # fmt: skip
"""Figures whose leaves the balance makes interval by interval: all its meters enter each of them."""

Key = tuple[int, str]
"""Year and column of a figure."""


@dataclass(frozen=True)
class Step:
    """A leaf with its formula and parts where it is computed from other figures."""

    leaf: Leaf
    formula: Formula | None


@dataclass(frozen=True)
class Constant:
    """A parameter or factor: its name, value as text, unit and source."""

    name: str
    value: str
    unit: str
    source: str


@dataclass(frozen=True)
class Figure:
    """One published value and all that it is made of.

    ``agreement``: ``exact``, or ``close`` where only nine digits of a ratio agree. ``parts``: figures it rests on, its
    steps' included; ``constants`` of it and its steps; ``rows`` of another table (uncertainty, quality, findings);
    ``meters``: the year of each meter that entered it.
    """

    year: int
    column: str
    value: Any
    formula: Formula
    agreement: str
    steps: tuple[Step, ...]
    parts: tuple[Key, ...]
    constants: tuple[Constant, ...]
    rows: tuple[Row, ...]
    meters: tuple[Row, ...]

    @property
    def key(self) -> Key:
        return self.year, self.column

    @property
    def unit(self) -> str:
        return unit_of(self.column)

    @property
    def file_ids(self) -> frozenset[str]:
        """The files that its leaves and meters came from."""
        named = {step.leaf.file_id for step in self.steps if step.leaf.file_id}
        return frozenset(named.union(*(meter["file_ids"] for meter in self.meters)))


def columns(account: Account) -> tuple[str, ...]:
    """The columns of ``metrics.park_year`` that the publication explains, in their order there."""
    (row, *_) = account.years.values()
    return tuple(name for name in row if (name, "") in account.formulas)


def explain(account: Account, year: int, *wanted: str) -> dict[Key, Figure]:
    """The figures of these columns and all that they rest on, down to the leaves; each figure once.

    Raises ``AuditFailed`` where a figure is not what its formula or its leaves give.
    """
    found: dict[Key, Figure] = {}
    waiting = [(year, column) for column in reversed(wanted)]
    while waiting:
        key = waiting.pop()
        if key not in found:
            found[key] = _figure(account, *key)
            waiting.extend(reversed(found[key].parts))
    return found


def _figure(account: Account, year: int, column: str) -> Figure:
    formula = account.formulas[column, ""]
    value = account.years[year][column]
    leaves = account.leaves.get((year, column), ())
    steps = tuple(Step(leaf, account.formulas.get((column, leaf.source))) for leaf in leaves)
    if unit_of(column) in ("MWh", "tCO2", "tce"):
        agreement = _sum_agrees(account, year, column, leaves)
    else:
        agreement = _agrees(account, year, formula, value)
    for step in steps:
        if step.formula:
            _agrees(account, year, step.formula, step.leaf.amount)
    entering = [part for f in (formula, *(s.formula for s in steps if s.formula)) for part in f.parts]
    return Figure(
        year=year,
        column=column,
        value=value,
        formula=formula,
        agreement=agreement,
        steps=steps,
        parts=tuple(dict.fromkeys(_keys(account, year, entering))),
        constants=tuple(dict.fromkeys(_constants(account, year, column, entering))),
        rows=tuple(row for part in formula.parts for row in _rows(account, year, part)),
        meters=_meters(account, year, column, leaves),
    )


def _sum_agrees(account: Account, year: int, column: str, leaves: tuple[Leaf, ...]) -> str:
    """Whether the leaves add up to the figure to the last digit; none are needed for zero or no value."""
    value = account.years[year][column]
    total = sum((leaf.amount for leaf in leaves), Decimal(0))
    if total != (value or 0):
        raise AuditFailed(_broken(account, year, column, value, total))
    return "exact"


def _agrees(account: Account, year: int, formula: Formula, value: object) -> str:
    """Computes ``formula`` again and compares; ratios may differ beyond the ninth digit."""
    found = account.con.execute(
        f"select value from ({formula.statement}) where park_id = $1 and year = $2", [account.park_id, year]
    ).fetchone()
    given = found[0] if found else None
    if given == value:
        return "exact"
    if isinstance(given, float) and isinstance(value, float) and math.isclose(given, value, abs_tol=1e-12):
        return "close"
    raise AuditFailed(_broken(account, year, f"{formula.figure} {formula.step}".strip(), value, given))


def _broken(account: Account, year: int, name: str, value: object, given: object) -> str:
    return (
        f"{name} of {account.park_id} in {year} is published as {value}, what it is made of gives {given}; "
        "the publication was altered or made by a faulty version: run `zcp verify`"
    )


def _keys(account: Account, year: int, entering: list[str]) -> Iterator[Key]:
    for part in entering:
        name, _, column = part.partition(".")
        if not column:
            yield year, part
        elif name == "base_year" and account.base_year is not None:
            yield account.base_year, column


def _constants(account: Account, year: int, column: str, entering: list[str]) -> Iterator[Constant]:
    """Parameters and factors by the names in ``entering``, and the factors of the leaves of ``column``."""
    units = {c.name: c.unit or "" for c in load("outputs")["reference.params"].columns}
    sources = {row["factor"]: row["source"] for row in account.factors if row["year"] == year}
    terms, named = [column], set[str]()
    for part in entering:
        kind, _, name = part.partition(".")
        if kind == "params" and name not in named:
            named.add(name)
            value = account.parameters[year][name]
            yield Constant(name, f"{Decimal(value):f}", units.get(name, ""), sources.get(name, "method parameters"))
        elif kind == "factors":
            terms.append(name)
    for row in account.factors:
        if row["year"] == year and row["term"] in terms and row["factor"] not in named:
            yield Constant(row["factor"], f"{row['value']:f}", row["unit"], f"{row['source']} ({row['status']})")


def _rows(account: Account, year: int, part: str) -> list[Row]:
    """The rows of another table that a formula names."""
    if part == "metrics.uncertainty_sources":
        return account.rows(
            "select source_kind, meter_id, method, basis, energy_mwh, half_width_mwh, bias_mwh, "
            "half_width_tco2_per_tce, bias_tco2_per_tce from metrics.uncertainty_sources "
            "where park_id = $1 and year = $2 order by half_width_tco2_per_tce desc nulls last, meter_id, method",
            account.park_id,
            year,
        )
    if part == "quality.findings":
        return account.rows(
            "select code, severity, sentence from quality.findings where park_id = $1 and year = $2 and month is null "
            "and meter_id is null and list_contains($3, code) order by all",
            account.park_id,
            year,
            account.years[year]["reasons"],
        )
    return []


def _meters(account: Account, year: int, column: str, leaves: tuple[Leaf, ...]) -> tuple[Row, ...]:
    """The meters behind the leaves, with what their intervals rest on."""
    sources = {leaf.source for leaf in leaves if leaf.kind in ("meter", "estimate")}
    # A step of the ladder, or the day a heat meter's part begins, stands behind the meter and a colon.
    named = sources | {source.rpartition(":")[0] for source in sources}
    due = column in ("coverage", "estimated_share")
    found: Mapping[Key, Row] = account.meters
    return tuple(
        row | {"file_ids": account.meter_files.get(key, ())}
        for key, row in found.items()
        if key[0] == year
        and (
            row["meter_id"] in named
            or (due and row["role"] not in ("check", "outside"))
            or (bool(leaves) and column in INTERVAL_TERMS and row["role"] in BALANCE_ROLES)
        )
    )
