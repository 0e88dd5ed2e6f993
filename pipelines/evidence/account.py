"""One park's account as a publication holds it: rows of the published tables, each read when it is first needed.

Nothing is judged here; what a figure is made of is in ``figures``.
"""

from collections.abc import Mapping
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

import duckdb

Row = dict[str, Any]

BALANCE_ROLES = (
    "grid_import", "grid_export", "direct_import", "line_end", "generation", "storage_charge", "storage_discharge",
)  # fmt: skip
"""Roles of the meters that the balance of each interval is made of."""


class Formula(NamedTuple):
    """A row of ``evidence.formulas``; ``step`` is empty for the figure itself."""

    figure: str
    step: str
    formula: str
    parts: tuple[str, ...]
    statement: str


class Leaf(NamedTuple):
    """A row of ``evidence.contributions``; ``amount`` is in the unit of its term."""

    kind: str
    source: str
    month: str | None
    file_id: str | None
    amount: Decimal
    sentence: str | None


def unit_of(column: str) -> str:
    """The unit that the name of a column of ``metrics.park_year`` promises; empty for a word or a ratio."""
    if column.endswith("_tco2_per_tce") or column in ("intensity_low", "intensity_high"):
        return "tCO2/tce"
    for suffix, unit in (("_mwh", "MWh"), ("_tco2", "tCO2"), ("_tce", "tce")):
        if column.endswith(suffix):
            return unit
    return ""


class Account:
    """What a publication says of one park. ``con`` is a connection to it that stays open."""

    def __init__(self, con: duckdb.DuckDBPyConnection, park_id: str) -> None:
        self.con, self.park_id = con, park_id

    def rows(self, query: str, *parameters: object) -> list[Row]:
        """The rows of a query as dictionaries."""
        cursor = self.con.execute(query, list(parameters))
        names = [str(column[0]) for column in cursor.description or []]
        return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]

    @cached_property
    def years(self) -> Mapping[int, Row]:
        """The park's rows of ``metrics.park_year``."""
        found = self.rows("select * from metrics.park_year where park_id = $1 order by year", self.park_id)
        return {row["year"]: row for row in found}

    @cached_property
    def base_year(self) -> int | None:
        """The base year of the park's master, if it has an account here."""
        found = self.rows("select base_year from reference.parks where park_id = $1", self.park_id)
        year = found[0]["base_year"] if found else None
        return year if year in self.years else None

    @cached_property
    def formulas(self) -> Mapping[tuple[str, str], Formula]:
        """All formulas of the publication, by figure and step."""
        found = self.con.execute("select figure, step, formula, parts, statement from evidence.formulas order by all")
        formulas = (Formula(row[0], row[1], row[2], tuple(row[3]), row[4]) for row in found.fetchall())
        return {(formula.figure, formula.step): formula for formula in formulas}

    @cached_property
    def leaves(self) -> Mapping[tuple[int, str], tuple[Leaf, ...]]:
        """The park's contributions by year and term, in their published order."""
        found = self.con.execute(
            "select year, term, source_kind, source_id, month, file_id, "
            "case when ends_with(term, '_mwh') then energy_mwh when ends_with(term, '_tce') then energy_tce "
            "else emission_tco2 end, sentence from evidence.contributions where park_id = $1 order by all",
            [self.park_id],
        )
        leaves: dict[tuple[int, str], list[Leaf]] = {}
        for year, term, *leaf in found.fetchall():
            leaves.setdefault((year, term), []).append(Leaf(*leaf))
        return {key: tuple(rows) for key, rows in leaves.items()}

    @cached_property
    def factors(self) -> tuple[Row, ...]:
        """The park's rows of ``evidence.factors_used``."""
        return tuple(
            self.rows(
                "select year, term, factor, value, unit, valid_from, source, status from evidence.factors_used "
                "where park_id = $1 order by all",
                self.park_id,
            )
        )

    @cached_property
    def parameters(self) -> Mapping[int, Row]:
        """The rows of ``reference.params``."""
        return {row["year"]: row for row in self.rows("select * from reference.params order by year")}

    @cached_property
    def files(self) -> Mapping[str, Row]:
        """sha256, name and delivery of every file of the ledger."""
        found = self.rows("select file_id, sha256, file_name, delivery from quality.file_ledger order by all")
        return {row["file_id"]: row for row in found}

    @cached_property
    def meters(self) -> Mapping[tuple[int, str], Row]:
        """Each meter's year: intervals expected, measured, estimated by method, open; its energy; its role."""
        found = self.rows(
            """
            with methods as (
                select meter_id, year(interval_start) as year, method, count(*) as intervals
                from quality.estimates
                where park_id = $1 and method is not null
                group by all
            )
            select
                m.year, m.meter_id, min(m.role) as role,
                cast(sum(m.intervals_expected) as bigint) as intervals_expected,
                cast(sum(m.intervals_valid) as bigint) as intervals_measured,
                cast(sum(m.intervals_estimated) as bigint) as intervals_estimated,
                cast(sum(m.intervals_open) as bigint) as intervals_open,
                sum(m.energy_mwh) as energy_mwh,
                any_value(e.by_method) as by_method
            from quality.meter_month as m
            left join (
                select meter_id, year, map_from_entries(list((method, intervals) order by method)) as by_method
                from methods
                group by all
            ) as e on m.meter_id = e.meter_id and m.year = e.year
            where m.park_id = $1
            group by m.year, m.meter_id
            order by m.year, m.meter_id
            """,
            self.park_id,
        )
        return {(row.pop("year"), row["meter_id"]): row | {"by_method": row["by_method"] or {}} for row in found}

    @cached_property
    def meter_files(self) -> Mapping[tuple[int, str], tuple[str, ...]]:
        """The files whose readings of a meter count, by year and meter."""
        found: dict[tuple[int, str], set[str]] = {}
        for (year, _), leaves in self.leaves.items():
            for leaf in leaves:
                if leaf.kind == "meter" and leaf.file_id:
                    found.setdefault((year, leaf.source), set()).add(leaf.file_id)
        return {key: tuple(sorted(files)) for key, files in found.items()}
