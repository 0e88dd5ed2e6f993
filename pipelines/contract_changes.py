"""What changed between two versions of a contract, and whether somebody who relied on the older one notices.

A published contract is a promise to readers: less of a promise breaks them. An input contract is a demand on senders:
more of a demand breaks them. Which version a change needs is in ``contract_release``; the table of all this is in
``data_contracts/README.md``.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from pipelines.contracts import Column, Contract


class Way(Enum):
    """Which way a rule went: it allows less than before, allows more, means something else, or only says more."""

    STRICTER = "stricter"
    LOOSER = "looser"
    OTHER = "other"
    MORE = "more"


@dataclass(frozen=True)
class Change:
    """One change, in words that name the column."""

    breaking: bool
    sentence: str


def changes(old: Contract, new: Contract, *, delivered: bool) -> tuple[Change, ...]:
    """All changes from ``old`` to ``new``, two versions of one table; ``delivered`` where it is an input.

    Descriptions and expectations are no part of it: they say and check, but promise no other data.
    """
    found = [*_table(old, new), *_columns(old, new, delivered)]
    return tuple(Change(_breaks(way, delivered=delivered), sentence) for way, sentence in found)


def _breaks(way: Way, *, delivered: bool) -> bool:
    return way is Way.OTHER or way is (Way.STRICTER if delivered else Way.LOOSER)


Found = Iterator[tuple[Way, str]]


def _table(old: Contract, new: Contract) -> Found:
    if old.key != new.key:
        yield Way.OTHER, f"the key is {', '.join(new.key)}, it was {', '.join(old.key)}"
    if old.level != new.level:
        yield Way.OTHER, f"the table is {new.level}, it was {old.level}"
    if way := _choice({*old.alternatives}, {*new.alternatives}):
        yield way, "other groups of columns are required"
    common = [name for name in old.column_names if name in new.column_names]
    if common != [name for name in new.column_names if name in old.column_names]:
        # Files and tables are read by name.
        yield Way.MORE, "the columns stand in another order"


def _columns(old: Contract, new: Contract, delivered: bool) -> Found:
    before, after = ({column.name: column for column in contract.columns} for contract in (old, new))
    for name in sorted(before.keys() - after.keys()):
        yield Way.OTHER, f"the column {name} is gone"
    for name in sorted(after.keys() - before.keys()):
        yield Way.STRICTER if after[name].required else Way.MORE, f"the column {name} is new"
    for name in sorted(before.keys() & after.keys()):
        for way, sentence in _column(before[name], after[name], delivered):
            yield way, f"{name}: {sentence}"


def _column(old: Column, new: Column, delivered: bool) -> Found:
    meanings = ("physical_type", "unit", "default", "divides", "date_includes_day", "is_code", "level")
    for aspect in meanings:
        before, after = getattr(old, aspect), getattr(new, aspect)
        if before != after:
            yield Way.OTHER, f"{aspect} is {after}, it was {before}"
    for aspect, way in (("required", Way.STRICTER), ("refuses_file", Way.STRICTER), ("rounds", Way.LOOSER)):
        before, after = getattr(old, aspect), getattr(new, aspect)
        if before != after:
            yield way if after else _opposite(way), f"{aspect} is {after}, it was {before}"
    if choice := _choice({*old.enum}, {*new.enum}):
        # Who reads a table has a branch for each word: one that is never written again is missed as well.
        way = Way.OTHER if old.enum and new.enum and not delivered else choice
        yield way, f"the words are {', '.join(new.enum) or 'any'}, they were {', '.join(old.enum) or 'any'}"
    yield from _spellings(old, new)
    for aspect, sign in (("minimum", 1), ("exclusive_minimum", 1), ("maximum", -1)):
        before, after = getattr(old, aspect), getattr(new, aspect)
        if before != after:
            yield _bound(before, after, sign), f"{aspect} is {after}, it was {before}"


def _opposite(way: Way) -> Way:
    return Way.LOOSER if way is Way.STRICTER else Way.STRICTER


def _choice(old: Collection[object], new: Collection[object]) -> Way | None:
    """Which way a choice went, where no entries mean that anything goes."""
    before, after = set(old), set(new)
    if before == after:
        return None
    if not before or (after and after < before):
        return Way.STRICTER
    if not after or before < after:
        return Way.LOOSER
    return Way.OTHER


def _spellings(old: Column, new: Column) -> Found:
    """Headers and words that are understood: one more is harmless, one less or one that means something else is not."""
    before = {**dict.fromkeys(old.aliases, "its header"), **old.synonyms}
    after = {**dict.fromkeys(new.aliases, "its header"), **new.synonyms}
    for word in sorted(before.keys() - after.keys()):
        yield Way.STRICTER, f"{word} is not understood any more"
    for word in sorted(after.keys() - before.keys()):
        yield Way.LOOSER, f"{word} is understood too"
    for word in sorted(before.keys() & after.keys()):
        if before[word] != after[word]:
            yield Way.OTHER, f"{word} means {after[word]}, it meant {before[word]}"


def _bound(old: str | None, new: str | None, sign: int) -> Way:
    """Which way a bound went; ``sign`` is 1 for a least value, -1 for a largest. Bounds are numbers or days."""
    if old is None or new is None:
        return Way.STRICTER if old is None else Way.LOOSER
    days = "-" in old[1:]
    higher = new > old if days else Decimal(new) > Decimal(old)
    return Way.STRICTER if higher == (sign > 0) else Way.LOOSER
