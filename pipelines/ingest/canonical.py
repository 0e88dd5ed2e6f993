"""One delivered table of texts into canonical rows by its contract: each row is kept, a duplicate, or quarantined.

Reading the texts out of a file is in ``sources``; the reader for large plain files of readings, which casts with the
same expressions, is in ``plain``.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import duckdb
import polars as pl

from pipelines.contracts import Column, Contract
from pipelines.ingest import certificate_codes, edits
from pipelines.ingest.casts import LARGEST, Check, checks, loses_digits, typed
from pipelines.ingest.store import READINGS
from pipelines.reference_tables import identifier, literal

JUDGED = "judged"
"""Temporary table that ``judge`` leaves: the contract's columns typed, ``line``, ``raw``, ``row`` (its place in the
texts), ``is_bad``, ``is_duplicate``, ``loses_digits``."""
FAULTS = "faults"
"""Temporary table beside it: ``line``, ``raw``, ``reason``, ``sentence`` of the bad rows, and ``refusal``: the sentence
for which the whole file is refused."""

GOOD = f"select * from {JUDGED} where not is_bad and not is_duplicate"
BAD = f"select line, raw, reason, sentence from {FAULTS}"
_FAULT_COLUMNS = "line uinteger, raw varchar, reason varchar, sentence varchar, refusal varchar"
_DAYS = (("valid_from", "valid_to"), ("period_from", "period_to"))
"""Columns of the first and the last day of a period, both part of it."""
_MOMENTS = ("from", "to")
"""Columns of the moments between which a period lies."""
_SERIALS = ("serial_from", "serial_to")
"""Columns of the ends of a range of certificates, both part of it."""
_NAMED_LINES = 5


@dataclass(frozen=True)
class Judgement:
    """What became of the rows of a table. ``refused``: the sentence for which nothing of the file is loaded."""

    rows_loaded: int
    rows_duplicate: int
    rows_quarantined: int
    refused: str | None
    warnings: tuple[str, ...]


def missing_columns(columns: Collection[str], contract: Contract) -> str | None:
    """The sentence that refuses a file without a column that every row needs; null if all are there."""
    for column in contract.columns:
        if column.required and column.name not in columns:
            others = f" (or {', '.join(column.aliases)})" if column.aliases else ""
            return f"the column {column.name}{others} is missing, which {contract.table} needs"
    if contract.alternatives and not any(set(group) <= set(columns) for group in contract.alternatives):
        return f"{contract.table} needs the columns {_either(contract)}"
    return None


def judge(con: duckdb.DuckDBPyConnection, frame: pl.DataFrame, contract: Contract, *, more: bool = False) -> Judgement:
    """Casts and judges every row of a table of texts; leaves ``JUDGED`` and ``FAULTS`` in the connection.

    ``frame``: the contract's columns that the file has, all String, ``line`` UInt32 and ``raw`` String. A blank has the
    contract's default. A row that equals an earlier one in every column is a duplicate, except in ``meter_readings``,
    where repetitions within and across files are found together by a later model.
    ``more``: the rows are added to those judged before, of the same file, and the judgement is on all of them.
    """
    before = con.execute(f"select count(*) from {JUDGED}").fetchall()[0][0] if more else 0
    _create(con, JUDGED, frame.with_row_index("row", offset=before), _judging(contract, frame.columns), more=more)
    bad = con.execute(f"select row - {before} from {JUDGED} where is_bad and row >= {before} order by row").fetchall()
    if not more:
        con.execute(f"create or replace temp table {FAULTS} ({_FAULT_COLUMNS})")
    if bad:
        _create(con, FAULTS, frame[[row for (row,) in bad]], _explaining(contract, frame.columns), more=True)
    loaded, duplicate, quarantined, rounded, repeated = con.execute(
        "select count(*) filter (where not is_bad and not is_duplicate),"
        " count(*) filter (where not is_bad and is_duplicate),"
        " count(*) filter (where is_bad),"
        " count(*) filter (where not is_bad and loses_digits),"
        f" list(line order by line) filter (where not is_bad and is_duplicate) from {JUDGED}"
    ).fetchall()[0]
    refusals = con.execute(f"select refusal from {FAULTS} where refusal is not null order by line limit 1").fetchall()
    refused = refusals[0][0] if refusals else None
    return Judgement(loaded, duplicate, quarantined, refused, tuple(_warnings(rounded, repeated or [])))


def _create(con: duckdb.DuckDBPyConnection, table: str, frame: pl.DataFrame, query: str, *, more: bool) -> None:
    con.register("delivered", frame)
    con.execute(f"insert into {table} {query}" if more else f"create or replace temp table {table} as {query}")
    con.unregister("delivered")


def _warnings(rounded: int, repeated: Sequence[int]) -> list[str]:
    found = []
    if rounded:
        found.append(rounded_warning(rounded))
    if repeated:
        lines = ", ".join(str(line) for line in repeated[:_NAMED_LINES])
        more = ", …" if len(repeated) > _NAMED_LINES else ""
        if len(repeated) == 1:
            found.append(f"1 row equals an earlier row in every column and counts once (line {lines})")
        else:
            several = f"{len(repeated)} rows equal an earlier row in every column and count once"
            found.append(f"{several} (lines {lines}{more})")
    return found


def rounded_warning(rows: int) -> str:
    """The warning for values with more digits than are kept."""
    what = (
        "1 value has more than 12 decimals and was"
        if rows == 1
        else f"{rows} values have more than 12 decimals and were"
    )
    return f"{what} rounded half up to 12"


def _judging(contract: Contract, delivered: Collection[str]) -> str:
    """SELECT of ``JUDGED``. Which fault a bad row has is asked later, of the few that have one."""
    names = ", ".join(identifier(name) for name in contract.column_names)
    fails = " or ".join(f"({c.fails})" for c in _row_checks(contract, delivered) if not c.is_covered)
    rounding = " or ".join(loses_digits(c, _text(c)) for c in contract.columns if c.rounds) or "false"
    repeated = "false"
    if contract.table != READINGS:
        repeated = f"row_number() over (partition by is_bad, {names} order by line) > 1"
    return f"""
        {_casted(contract, delivered, "row, line, raw")},
        checked as (
            select row, line, raw, {names}, coalesce({fails}, false) as is_bad,
                coalesce({rounding}, false) as loses_digits
            from casted
        )
        select *, {repeated} as is_duplicate from checked"""


def _explaining(contract: Contract, delivered: Collection[str]) -> str:
    """SELECT of ``FAULTS``, for bad rows."""
    found = _row_checks(contract, delivered)
    unknown_units = [check for c in contract.columns if c.refuses_file for check in _enum_checks(c)]
    return f"""
        {_casted(contract, delivered, "line, raw")}
        select line, raw,
            {_cases([(c.fails, literal(c.reason)) for c in found])} as reason,
            {_cases([(c.fails, c.sentence) for c in found])} as sentence,
            {_cases([(c.fails, f"{c.sentence} || ' (line ' || line || ')'") for c in unknown_units])} as refusal
        from casted"""


def _casted(contract: Contract, delivered: Collection[str], place: str) -> str:
    """WITH clause of ``casted``: the columns ``place``, every column's text as ``~name`` and its value as ``name``."""
    given = {
        name: f"nullif(trim({identifier(name)}), '')" if name in delivered else "cast(null as varchar)"
        for name in contract.column_names
    }
    texts = certificate_codes.split({name: identifier(name) for name in given}, delivered)
    values = ", ".join(f"{typed(c, _text(c))} as {identifier(c.name)}" for c in contract.columns)
    return f"""
        with given as (select {place}, {_as(given)} from delivered),
        texts as (select {place}, {_as_texts(contract, texts)} from given),
        casted as (select *, {values} from texts)"""


def _as(expressions: dict[str, str]) -> str:
    return ", ".join(f"{sql} as {identifier(name)}" for name, sql in expressions.items())


def _as_texts(contract: Contract, texts: dict[str, str]) -> str:
    filled = {
        f"~{c.name}": f"coalesce({texts[c.name]}, {literal(c.default)})" if c.default is not None else texts[c.name]
        for c in contract.columns
    }
    return _as(filled)


def _text(column: Column) -> str:
    return identifier(f"~{column.name}")


def _cases(cases: Sequence[tuple[str, str]]) -> str:
    """The value of the first condition that holds; null if none does."""
    if not cases:
        return "cast(null as varchar)"
    return "case " + " ".join(f"when {condition} then {value}" for condition, value in cases) + " end"


def _enum_checks(column: Column) -> list[Check]:
    found = checks(column, _text(column), identifier(column.name))
    return [check for check in found if check.reason == "unknown_value"]


def _row_checks(contract: Contract, delivered: Collection[str]) -> list[Check]:
    """Everything that sets a row aside, in the order in which it is told."""
    found = certificate_codes.checks(delivered)
    for column in contract.columns:
        value = identifier(column.name)
        if column.required:
            # A reading may say that it has no value.
            may_lack = column.name == "value" and "flag" in contract.column_names
            unless = " and flag is distinct from 'N'" if may_lack else ""
            blank = f"{_text(column)} is null{unless}"
            found.append(Check(blank, "missing_value", literal(f"{column.name} is blank")))
        found.extend(checks(column, _text(column), value))
    if contract.alternatives:
        complete = (" and ".join(f"{identifier(n)} is not null" for n in group) for group in contract.alternatives)
        none = " and ".join(f"not ({group})" for group in complete)
        found.append(Check(none, "missing_value", literal(f"needed are {_either(contract)}")))
    for first, last in _DAYS:
        if {first, last} <= set(contract.column_names):
            found.append(Check(f"{last} < {first}", "period_reversed", literal(f"{last} is before {first}")))
    if set(_MOMENTS) <= set(contract.column_names):
        found.append(Check('"to" <= "from"', "period_reversed", literal("to is not after from")))
    if set(_SERIALS) <= set(contract.column_names):
        wide = f"a range of serials holds fewer than {LARGEST} certificates, of one MWh each"
        found.append(Check(f"serial_to - serial_from >= {LARGEST} - 1", "number_out_of_range", literal(wide)))
    return found + edits.checks(contract)


def _either(contract: Contract) -> str:
    return " or ".join(", ".join(group) for group in contract.alternatives)
