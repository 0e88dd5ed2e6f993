"""How one delivered text becomes a value of its contract's type, and why it cannot: SQL expressions, no data.

Every path from a delivered file to a canonical table casts with these. Which rows are kept is in ``canonical``.
"""

import re
from dataclasses import dataclass

from pipelines.contracts import Column
from pipelines.reference_tables import literal

# Exact to 26 decimals with the 12 digits before the point that quantities may have; NULL beyond, and for no number.
_EXACT = "decimal(38, 26)"
_NUMBER = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?"
_WHOLE = r"[+-]?\d+(\.0*)?"
_DATE = r"\d{4}-\d\d-\d\d([T ][0-9:.]+)?"
_MONTH = r"(19|20|21)\d\d-(0[1-9]|1[0-2])"
_FIRST_DAY = _MONTH + r"-01([T ]00:00(:00)?)?"
_MOMENT_WITH_OFFSET = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:?\d\d)"
_TRUE = ("true", "1", "是")
_FALSE = ("false", "0", "否")
_PLAIN_CODE = "[0-9A-Z_./-]*"
_ASCII = "".join(map(chr, range(0x21, 0x7F)))
_FULL_WIDTH = "".join(chr(ord(sign) + 0xFEE0) for sign in _ASCII)
LARGEST = 10**12
"""Quantities are below this, so that products and sums of them stay inside DECIMAL(38)."""


@dataclass(frozen=True)
class Check:
    """A reason to set a row aside: ``fails`` is SQL for the condition, ``sentence`` SQL for the text a user reads.

    ``is_covered``: a later check of the same list fails for these rows too; this one only says more exactly why.
    """

    fails: str
    reason: str
    sentence: str
    is_covered: bool = False


def _texts(values: tuple[str, ...]) -> str:
    return ", ".join(literal(value) for value in values)


def moment(text: str) -> str:
    """SQL for a TIMESTAMP in Asia/Shanghai wall time; 24:00 is the next day; NULL where it is no ISO moment.

    DuckDB's plain cast would drop an offset without a word, so only texts that have none reach it.
    """
    return (
        f"case when {text} like '____-__-_____:__' or {text} like '____-__-_____:__:__'"
        f" then try_cast({text} as timestamp)"
        f" when regexp_full_match({text}, {literal(_MOMENT_WITH_OFFSET)})"
        f" then timezone('Asia/Shanghai', try_cast({text} as timestamptz)) end"
    )


def code(text: str) -> str:
    """SQL for the one spelling of a code: without blanks and invisible signs, capitals, ASCII instead of full width.

    Else a serial sold once as ``ab1`` and once as ``AB1`` would be two certificates. Leading zeros are part of a code.
    """
    narrow = f"translate({text}, {literal(_FULL_WIDTH)}, {literal(_ASCII)})"
    shown = (
        f"upper(regexp_replace(regexp_replace({narrow}, '[\\p{{Z}}\\p{{C}}]', '', 'g'), '[\\p{{Pd}}\u2212]', '-', 'g'))"
    )
    plain = f"regexp_full_match({text}, {literal(_PLAIN_CODE)})"
    return f"case when {plain} then {text} else coalesce(nullif({shown}, ''), {text}) end"


def typed(column: Column, text: str) -> str:
    """SQL for the value of a column's type that a text (SQL, no blanks around it) stands for; NULL if none."""
    kind = column.physical_type
    if kind == "MONTH":
        months = f"when regexp_full_match({text}, {literal(_MONTH)}) then {text}"
        return f"case {months} when regexp_full_match({text}, {literal(_FIRST_DAY)}) then left({text}, 7) end"
    if kind == "DATE":
        day = f"try_cast({text} as date)"
        return f"case when regexp_full_match({text}, {literal(_DATE)}) and {day} >= date '1900-01-01' then {day} end"
    if kind == "TIMESTAMP":
        return moment(text)
    if kind == "BOOLEAN":
        word = f"lower({text})"
        return f"case when {word} in ({_texts(_TRUE)}) then true when {word} in ({_texts(_FALSE)}) then false end"
    if _is_whole(kind):
        digits = f"try_cast(split_part({text}, '.', 1) as {kind})"
        return f"case when regexp_full_match({text}, {literal(_WHOLE)}) then {digits} end"
    if kind.startswith("DECIMAL"):
        return _decimal(column, text)
    if column.is_code:
        return code(text)
    return f"case {text} {_synonyms(column)} else {text} end" if column.synonyms else text


def _is_whole(kind: str) -> bool:
    return kind in ("INTEGER", "BIGINT") or bool(re.fullmatch(r"DECIMAL\(\d+, ?0\)", kind))


def _decimal(column: Column, text: str) -> str:
    """Exact: a text with more digits than the type holds is NULL, unless the column rounds (half up)."""
    kind = column.physical_type
    if column.rounds:
        rounded = f"try_cast({text} as {kind})"
        return f"case when abs({rounded}) < {LARGEST} then {rounded} end"
    exact = f"try_cast({text} as {_EXACT})"
    return f"case when try_cast(try_cast({exact} as {kind}) as {_EXACT}) = {exact} then try_cast({exact} as {kind}) end"


def loses_digits(column: Column, text: str) -> str:
    """SQL: whether a number has digits beyond the type, which ``typed`` rounds."""
    return f"try_cast({text} as {_EXACT}) <> try_cast(try_cast({text} as {column.physical_type}) as {_EXACT})"


def _synonyms(column: Column) -> str:
    return " ".join(f"when {literal(other)} then {literal(meant)}" for other, meant in column.synonyms.items())


def _sentence(column: Column, text: str, problem: str) -> str:
    return f"{literal(f'{column.name} {problem}: ')} || left({text}, 60)"


def checks(column: Column, text: str, value: str) -> list[Check]:
    """What can be wrong with a column, given SQL for its text (NULL if blank) and for its typed value.

    Blanks are not judged here: which columns a row needs depends on the table.
    """
    found = [
        Check(f"{value} is null and {condition}", reason, _sentence(column, text, problem), condition != _given(text))
        for reason, problem, condition in _cast_faults(column, text)
    ]
    if column.enum:
        known = f"is not one of {', '.join(column.enum)}"
        found.append(Check(f"{value} not in ({_texts(column.enum)})", "unknown_value", _sentence(column, text, known)))
    for bound, operator, problem in (
        (column.minimum, "<", "is below"),
        (column.exclusive_minimum, "<=", "is not above"),
        (column.maximum, ">", "is above"),
    ):
        if bound is not None:
            limit = f"timestamp {literal(bound)}" if column.physical_type == "TIMESTAMP" else bound
            found.append(
                Check(f"{value} {operator} {limit}", "out_of_range", _sentence(column, text, f"{problem} {bound}"))
            )
    if column.divides:
        problem = f"does not divide {column.divides}"
        fails = f"{column.divides} % nullif({value}, 0) <> 0"
        found.append(Check(fails, "out_of_range", _sentence(column, text, problem)))
    return found


def _given(text: str) -> str:
    return f"{text} is not null"


def _cast_faults(column: Column, text: str) -> list[tuple[str, str, str]]:
    """Reason code, problem and SQL condition for each way in which a text is no value of the column's type."""
    kind = column.physical_type
    given = _given(text)
    number = f"regexp_full_match({text}, {literal(_NUMBER)})"
    if kind == "MONTH":
        return [("bad_month", "is not a month YYYY-MM", given)]
    if kind == "DATE":
        return [("bad_date", "is not a date YYYY-MM-DD", given)]
    if kind == "TIMESTAMP":
        return [("bad_timestamp", "is not a time YYYY-MM-DDTHH:MM", given)]
    if kind == "BOOLEAN":
        return [("not_true_or_false", "is neither true nor false", given)]
    if _is_whole(kind):
        whole = f"regexp_full_match({text}, {literal(_WHOLE)})"
        return [
            ("number_out_of_range", "has too many digits", whole),
            ("not_a_whole_number", "is not a whole number", number),
            ("not_a_number", "is not a number", given),
        ]
    if kind.startswith("DECIMAL"):
        decimals = kind.rstrip(")").partition(",")[2].strip()
        limit = "is 10^12 or more" if column.rounds else f"is 10^12 or more, or has more than {decimals} decimals"
        return [("number_out_of_range", limit, number), ("not_a_number", "is not a number", given)]
    return []
