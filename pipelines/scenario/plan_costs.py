"""The costs of a plan: the package's table, the operator's rows before it, and what the user says for one question."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

import duckdb

from pipelines import reference_tables
from pipelines.errors import UserError
from pipelines.lake import Lake
from pipelines.scenario.plan_problem import Costs

_TABLE = "plan_costs"
_ABOVE_ZERO = ("solar_lifetime", "wind_lifetime", "storage_lifetime", "charge_efficiency", "discharge_efficiency")
_AT_MOST_ONE = ("charge_efficiency", "discharge_efficiency", "discount_rate")


@dataclass(frozen=True)
class CostRow:
    """One cost as it is used: its name, value, unit, and where it comes from."""

    cost: str
    value: Decimal
    unit: str
    source: str


def cost_rows(lake: Lake, year: int, given: Mapping[str, Decimal]) -> tuple[CostRow, ...]:
    """The costs in force on 31 December of ``year``, by name; ``given`` by the user goes before the operator's file.

    Raises ``UserError`` for an unknown name, a value that cannot be, and a file that does not fit.
    """
    rows = _rows(lake, date(year, 12, 31))
    for name, value in given.items():
        if name not in rows:
            near = difflib.get_close_matches(name, rows, n=1)
            hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(rows)}"
            raise UserError(f"--cost {name}: there is no such cost; {hint}")
        rows[name] = CostRow(name, value, rows[name].unit, "given for this plan")
    for row in rows.values():
        _check(row)
    return tuple(rows.values())


def costs_of(rows: Sequence[CostRow]) -> Costs:
    """The costs as values for the program."""
    return Costs(**{row.cost: row.value for row in rows})


def parse_cost(text: str) -> tuple[str, Decimal]:
    """``NAME=VALUE``. Raises ``UserError`` for anything else."""
    name, equals, value = text.partition("=")
    if not (name.strip() and equals):
        raise UserError(f"--cost {text} is not NAME=VALUE; write --cost solar_investment=2700")
    return name.strip(), parse_amount(f"--cost {name.strip()}", value)


def parse_amount(option: str, value: str) -> Decimal:
    """The number of an option. Raises ``UserError`` if it is none."""
    try:
        return Decimal(value.strip())
    except InvalidOperation:
        raise UserError(f"{option} {value} is not a number") from None


def _rows(lake: Lake, day: date) -> dict[str, CostRow]:
    """The rows in force on a day: the operator's before the package's, the later before the earlier."""
    table = reference_tables.find(lake, _TABLE)
    with duckdb.connect() as con:
        found = con.execute(
            f"select cost, value, unit, source from ({table.query(con)}) "
            "where cost is not null and value is not null and coalesce(valid_from <= $1, true)"
            " and coalesce(valid_to >= $1, true) "
            "qualify row_number() over (partition by cost order by origin = 'operator' desc, valid_from desc) = 1",
            [day],
        ).fetchall()
    rows = {name: CostRow(name, Decimal(value), unit or "", source or "") for name, value, unit, source in found}
    if missing := [name for name in Costs.names() if name not in rows]:
        raise UserError(f"reference/{_TABLE}.csv has no value of {missing[0]} for {day}; add a row or give --cost")
    if unknown := [name for name in rows if name not in Costs.names()]:
        raise UserError(f"{table.operator} has the cost {unknown[0]}, which is none of: {', '.join(Costs.names())}")
    return {name: rows[name] for name in Costs.names()}


def _check(row: CostRow) -> None:
    least = "above 0" if row.cost in _ABOVE_ZERO else "at least 0"
    most = " and at most 1" if row.cost in _AT_MOST_ONE else ""
    wrong = not row.value.is_finite() or row.value < 0 or (row.cost in _ABOVE_ZERO and row.value == 0)
    if wrong or (row.cost in _AT_MOST_ONE and row.value > 1):
        raise UserError(f"the cost {row.cost} is {row.value}, and must be {least}{most}")
