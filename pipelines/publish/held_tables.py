"""The published tables without the figures of stopped parks, and what they say of these instead.

- ``metrics.park_year`` keeps a row for each year of the park, without figures, undecided for the reason ``held_back``;
- the account of what was delivered stays, so that it can be repaired: ``KEPT``, tables without park and enterprise (the
  register, the scores), and ``PROFILES`` unless the check that failed reads them;
- every other row of the park goes, and every row about certificates of its enterprises, in the years they are in it;
- ``quality.held_parks`` and a finding say why.

Everything here is text of queries over the models' outputs: what is written is audited again, like any candidate.
"""

import json
from collections.abc import Mapping
from typing import Any

from pipelines.contracts import Column, Contract
from pipelines.publish.candidate import order_of
from pipelines.publish.held import TABLE, parks_of
from pipelines.publish.manifest import STAMP
from pipelines.publish.verdicts import Verdict
from pipelines.reference_tables import identifier, literal

REASON = "held_back"

KEPT = frozenset(
    {
        "reference.parks",
        "quality.corrections",
        "quality.file_ledger",
        "quality.quarantine",
        "certificates.illegal_moves",
    }
)
"""What tells of deliveries, not of figures."""

PROFILES = frozenset({"quality.park_month", "quality.meter_month", "quality.estimates"})
"""How good the deliveries of a park are, which its manager needs to repair them."""

JUDGEMENTS = ("intensity_above_limit", "direct_supply_below_minimum")
"""Findings that do no more than compare a figure which is held back."""

_PARK_YEAR, _ENTERPRISES, _FINDINGS = "metrics.park_year", "metrics.enterprise_year", "quality.findings"


def without(
    queries: Mapping[str, str], contracts: Mapping[str, Contract], verdicts: tuple[Verdict, ...], year: int
) -> dict[str, str]:
    """The query of each published table once the parks of these verdicts are stopped in the publication of ``year``."""
    if not verdicts:
        return dict(queries)
    rows = held_rows(verdicts)
    found = {}
    for table, query in queries.items():
        if table == TABLE:
            cut = _rows(contracts[table], rows)
        elif table == _PARK_YEAR:
            cut = _park_years(query, queries["reference.parks"], contracts[table], parks_of(verdicts), year)
        elif table == _FINDINGS:
            cut = _findings(query, contracts[table], rows)
        else:
            cut = _cut(table, query, contracts, queries[_ENTERPRISES], verdicts)
        order = order_of(contracts[table], [column.name for column in _columns(contracts[table])])
        found[table] = cut if cut == query else f"select * from ({cut}) order by {order}"
    return found


def _cut(
    table: str, query: str, contracts: Mapping[str, Contract], enterprises: str, verdicts: tuple[Verdict, ...]
) -> str:
    """The rows of a table that stay."""
    names = {column.name for column in _columns(contracts[table])}
    parks = parks_of(verdicts)
    if table in PROFILES:
        parks = parks_of(verdict for verdict in verdicts if table in verdict.reads)
    if table in KEPT or not parks:
        return query
    if {"enterprise_id", "year"} <= names and table != _ENTERPRISES:
        theirs = (
            f"select 1 from ({enterprises}) as e where e.enterprise_id = t.enterprise_id and e.year = t.year "
            f"and e.park_id in ({_list(parks)})"
        )
        return f"select * from ({query}) as t where not exists ({theirs})"
    if "park_id" in names:
        return f"select * from ({query}) where park_id is null or park_id not in ({_list(parks)})"
    return query


def _park_years(query: str, master: str, contract: Contract, parks: tuple[str, ...], year: int) -> str:
    """The years of all parks; those of stopped ones, the year of the publication among them, without figures."""
    held = f"park_id in ({_list(parks)})"
    years = (
        f"select park_id, year from ({query}) where {held} union select park_id, {year} from ({master}) where {held}"
    )
    empty = ", ".join(_empty(column) for column in _columns(contract))
    return (
        f"select * from ({query}) where not {held} union all "
        f"select {empty} from ({years}) where park_id in (select park_id from ({master}))"
    )


def _empty(column: Column) -> str:
    """A column of a stopped park's year."""
    name = identifier(column.name)
    if column.name in ("park_id", "year"):
        return name
    value = "null"
    if column.name == "reasons":
        value = f"[{literal(REASON)}]"
    elif column.name.endswith("_verdict"):
        value = literal("undecided")
    return f"cast({value} as {column.physical_type}) as {name}"


def _findings(query: str, contract: Contract, rows: list[dict[str, Any]]) -> str:
    """The findings without those that compare a figure which is held back, and with one for each check that failed."""
    parks = tuple(sorted({row["park_id"] for row in rows}))
    told = [
        {
            "code": REASON,
            "severity": "fail",
            "sentence": f"Held back by {row['check_name']}: {row['sentence']} What to do: {row['remedy']}",
            "evidence": json.dumps({"check": row["check_name"], "rows": row["offending_rows"]}),
            "park_id": row["park_id"],
        }
        for row in rows
    ]
    judgements = f"park_id in ({_list(parks)}) and code in ({_list(JUDGEMENTS)})"
    return f"select * from ({query}) where ({judgements}) is not true union all {_rows(contract, told)}"


def held_rows(verdicts: tuple[Verdict, ...]) -> list[dict[str, Any]]:
    """The rows of ``quality.held_parks`` for the verdicts that stop parks, without their stamp."""
    return [
        {
            "park_id": park.park_id,
            "check_name": verdict.name,
            "severity": verdict.severity,
            "offending_rows": park.rows,
            "sentence": verdict.demand,
            "remedy": verdict.remedy,
            "evidence": json.dumps(park.examples, ensure_ascii=False),
        }
        for verdict in verdicts
        for park in verdict.by_park
    ]


def _rows(contract: Contract, rows: list[dict[str, Any]]) -> str:
    """Literal rows of a table; columns left out are null."""
    return " union all ".join(
        f"select {', '.join(_value(c, row.get(c.name)) for c in _columns(contract))}" for row in rows
    )


def _value(column: Column, value: object) -> str:
    written = "null" if value is None else literal(str(value))
    return f"cast({written} as {column.physical_type}) as {identifier(column.name)}"


def _columns(contract: Contract) -> tuple[Column, ...]:
    return tuple(column for column in contract.columns if column.name not in STAMP)


def _list(values: tuple[str, ...]) -> str:
    return ", ".join(literal(value) for value in values)
