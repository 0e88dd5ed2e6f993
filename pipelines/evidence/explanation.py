"""Explained figures as JSON, and the check that is said with each: how many leaves add up to it.

Decimals are exact and become text. What a figure is made of is found in ``figures``; how it looks is in ``commands``.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pipelines.evidence.account import Leaf, Row
from pipelines.evidence.figures import Constant, Figure, Key, Step

Figures = Mapping[Key, Figure]


def text_of(value: object) -> Any:
    """A published value as JSON holds it: decimals and ratios as text without loss, lists and counts as they are."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {name: text_of(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return [text_of(entry) for entry in value]
    return value


def bottom(figures: Figures, key: Key, sign: int = 1) -> Iterator[tuple[Decimal, Leaf]]:
    """The leaves that add up to an additive figure, through steps that are other figures as they stand.

    A product (energy by factor) is a leaf: it is rounded there, and what it is made of has another unit.
    """
    for step in figures[key].steps:
        same = same_figure(figures, key, step)
        if same is None:
            yield sign * step.leaf.amount, step.leaf
        else:
            part, direction = same
            yield from bottom(figures, part, sign * direction)


def same_figure(figures: Figures, key: Key, step: Step) -> tuple[Key, int] | None:
    """The figure that a step repeats, and with which sign; None where it is a leaf."""
    if step.formula is None:
        return None
    parts = [(key[0], part) for part in step.formula.parts if "." not in part]
    if len(parts) != 1:
        return None
    part = figures[parts[0]]
    if part.unit != figures[key].unit or abs(step.leaf.amount) != abs(part.value or 0):
        return None
    return part.key, 1 if step.leaf.amount == part.value else -1


def check_of(figures: Figures, key: Key) -> tuple[int, Decimal] | None:
    """How many leaves add up to a figure, and to how much; None for a ratio, a verdict or a figure without value."""
    figure = figures[key]
    if figure.value is None or figure.unit not in ("MWh", "tCO2", "tce"):
        return None
    amounts = [amount for amount, _ in bottom(figures, key)]
    total = sum(amounts, Decimal(0))
    if total != figure.value:
        raise ValueError(f"the leaves of {key} give {total}, not {figure.value}")
    return len(amounts), total


def record(figures: Figures, key: Key) -> Row:
    """One figure as JSON; the figures it rests on are named by year and column."""
    figure = figures[key]
    check = check_of(figures, key)
    return {
        "figure": figure.column,
        "year": figure.year,
        "value": text_of(figure.value),
        "unit": figure.unit,
        "formula": figure.formula.formula,
        "statement": figure.formula.statement,
        "agreement": figure.agreement,
        "check": None if check is None else {"leaves": check[0], "sum": text_of(check[1])},
        "leaves": [_leaf(step) for step in figure.steps],
        "constants": [_constant(constant) for constant in figure.constants],
        "rows": text_of(figure.rows),
        "meters": text_of(figure.meters),
        "parts": [_name(part) for part in figure.parts],
    }


def tree(figures: Figures, key: Key) -> Row:
    """A figure as JSON with everything below it in place of the names of its parts."""
    return record(figures, key) | {"parts": [tree(figures, part) for part in figures[key].parts]}


def _name(key: Key) -> str:
    return f"{key[0]}/{key[1]}"


def _constant(constant: Constant) -> Row:
    return {"name": constant.name, "value": constant.value, "unit": constant.unit, "source": constant.source}


def _leaf(step: Step) -> Row:
    leaf = step.leaf
    found = {
        "kind": leaf.kind,
        "source": leaf.source,
        "month": leaf.month,
        "file_id": leaf.file_id,
        "amount": text_of(leaf.amount),
        "sentence": leaf.sentence,
    }
    if step.formula:
        found |= {
            "formula": step.formula.formula,
            "parts": list(step.formula.parts),
            "statement": step.formula.statement,
        }
    return found


def files_of(figures: Figures, ledger: Mapping[str, Row]) -> list[Row]:
    """The files behind all figures, as in the file ledger, by file_id."""
    named = frozenset[str]().union(*(figure.file_ids for figure in figures.values()))
    return [ledger[file_id] for file_id in sorted(named)]
