"""A delivery as plain rows, the reference data as exact numbers, and the small arithmetic that all parts share.

Nothing of the method itself is here.
"""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

Row = Mapping[str, Any]
"""A row of an input table: dates, numbers (int or Decimal), booleans, text; blank is None or left out."""

Delivery = Mapping[str, Sequence[Row]]
"""Rows by table name, as document 2 names the tables."""


@dataclass(frozen=True)
class Reference:
    """Numbers that stand in tables: ``parameters`` by name, and the rows of the factor tables as text."""

    parameters: Mapping[str, Fraction]
    fuels: Sequence[Mapping[str, str]]
    units: Mapping[str, tuple[str, Fraction]]
    electricity_factors: Sequence[Mapping[str, str]]
    provinces: Mapping[str, tuple[str, str]]
    baseline_average: Fraction | None

    @classmethod
    def load(
        cls, folder: Path, year: int, overrides: Mapping[str, Decimal], more_fuels: Iterable[Mapping[str, str]] = ()
    ) -> "Reference":
        """The reference data in force in a year; ``overrides`` replaces parameters by name."""
        last_day = date(year, 12, 31)
        parameters = {
            row["parameter"]: number(row["value"])
            for row in read_table(folder / "method_parameters.csv")
            if covers({key: day(row[key]) for key in ("valid_from", "valid_to")}, last_day)
        }
        averages = [
            number(row["tco2_per_tce"])
            for row in read_table(folder / "baselines.csv")
            if row["scope"] == "national_average_of_existing_parks"
        ]
        return cls(
            parameters=parameters | {name: Fraction(value) for name, value in overrides.items()},
            fuels=[*read_table(folder / "fuels.csv"), *more_fuels],
            units={r["unit"]: (r["base"], number(r["base_per_unit"])) for r in read_table(folder / "units.csv")},
            electricity_factors=read_table(folder / "electricity_factors.csv"),
            provinces={
                r["province_zh"]: (r["factor_region"], r["grid_region"]) for r in read_table(folder / "provinces.csv")
            },
            baseline_average=averages[0] if averages else None,
        )


def read_table(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file as text."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def number(text: str) -> Fraction:
    """``0.300`` or ``44/12``."""
    above, _, below = text.partition("/")
    return Fraction(above) / Fraction(below or 1)


def day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def covers(row: Row, moment: date) -> bool:
    """Whether a day lies within ``valid_from`` and ``valid_to``, both included, blank is open."""
    first, last = row.get("valid_from"), row.get("valid_to")
    return (first is None or first <= moment) and (last is None or moment <= last)


def first_day(month: str) -> date:
    return date.fromisoformat(f"{month}-01")


def month_of(moment: date) -> str:
    return f"{moment:%Y-%m}"


def days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def half_up(amount: Fraction) -> int:
    """The nearest integer, halves up; amounts here are never negative."""
    return (2 * amount.numerator + amount.denominator) // (2 * amount.denominator)


def micro(amount: Fraction) -> int:
    """A leaf: an amount in millionths, halves up. A leaf that is taken off is rounded first and taken off then."""
    return half_up(amount * 10**6)


def shares(amount: int, weights: Sequence[tuple[Any, int]]) -> dict[Any, int]:
    """``amount`` in parts by the running sum of the weights, in their order; the parts sum to it exactly.

    Weights that are all zero give zero to everybody.
    """
    total = sum(weight for _, weight in weights)
    parts: dict[Any, int] = {}
    running, before = 0, 0
    for key, weight in weights:
        running += weight
        now = amount * running // total if total else 0
        parts[key] = now - before
        before = now
    return parts
