"""Releases of the contracts: each change is classified and asks for the version and the line that it needs."""

import random
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines import contract_release
from pipelines.contract_changes import changes
from pipelines.contract_release import Contracts, broken, current, newest, parts, read, release, snapshot
from pipelines.contracts import Column, Contract
from pipelines.errors import UserError

NOW = current()
CONTRACTS = [(folder == "inputs", contract) for folder, found in NOW.items() for contract in found.values()]

Edit = Callable[[Contract, random.Random], Contract | None]


def one_column(edit: Callable[[Column, random.Random], Column | None]) -> Edit:
    """An edit of the first column, in a random order, to which it can be done."""

    def done(contract: Contract, chance: random.Random) -> Contract | None:
        for position in chance.sample(range(len(contract.columns)), len(contract.columns)):
            if changed := edit(contract.columns[position], chance):
                columns = (*contract.columns[:position], changed, *contract.columns[position + 1 :])
                return replace(contract, columns=columns)
        return None

    return done


def new_column(required: bool) -> Edit:
    def done(contract: Contract, chance: random.Random) -> Contract:
        column = Column("added_by_test", "VARCHAR", "A column.", required=required)
        position = chance.randint(0, len(contract.columns))
        return replace(contract, columns=(*contract.columns[:position], column, *contract.columns[position:]))

    return done


def without_one(contract: Contract, chance: random.Random) -> Contract:
    gone = chance.choice(contract.column_names)
    return replace(contract, columns=tuple(c for c in contract.columns if c.name != gone))


def renamed(column: Column, chance: random.Random) -> Column:
    return replace(column, name=f"{column.name}_{chance.randint(1, 9)}")


def turned(contract: Contract, chance: random.Random) -> Contract:
    return replace(contract, columns=tuple(reversed(contract.columns)))


def other_key(contract: Contract, chance: random.Random) -> Contract:
    return replace(contract, key=contract.key[:-1] if contract.key else contract.column_names[:1])


def other_level(contract: Contract, chance: random.Random) -> Contract:
    return replace(contract, level="public" if contract.level == "restricted" else "restricted")


def with_enum(edit: Callable[[tuple[str, ...]], tuple[str, ...]], had: bool) -> Edit:
    return one_column(lambda c, _: replace(c, enum=edit(c.enum)) if bool(c.enum) == had else None)


# What a change is: does it break who relies on a published table, and who delivers an input?
EDITS: dict[str, tuple[Edit, bool, bool]] = {
    "column gone": (without_one, True, True),
    "column renamed": (one_column(renamed), True, True),
    "column added": (new_column(False), False, False),
    "required column added": (new_column(True), False, True),
    "columns in another order": (turned, False, False),
    "type": (one_column(lambda c, _: replace(c, physical_type=f"{c.physical_type}[]")), True, True),
    "unit": (one_column(lambda c, _: replace(c, unit="furlong")), True, True),
    "level of a column": (one_column(lambda c, _: replace(c, level="restricted")), True, True),
    "level": (other_level, True, True),
    "key": (other_key, True, True),
    "required": (one_column(lambda c, _: None if c.required else replace(c, required=True)), False, True),
    "optional": (one_column(lambda c, _: replace(c, required=False) if c.required else None), True, False),
    "word added": (with_enum(lambda words: (*words, "zz"), True), True, False),
    "word gone": (
        one_column(lambda c, _: replace(c, enum=c.enum[:-1]) if len(c.enum) > 1 else None), True, True),
    "words where any was allowed": (with_enum(lambda words: ("zz",), False), False, True),
    "any word where some were allowed": (with_enum(lambda words: (), True), True, False),
    "alias added": (one_column(lambda c, _: replace(c, aliases=(*c.aliases, "列"))), True, False),
    "alias gone": (one_column(lambda c, _: replace(c, aliases=c.aliases[1:]) if c.aliases else None), False, True),
    "spelling with another meaning": (
        one_column(lambda c, _: replace(c, synonyms=dict.fromkeys(c.synonyms, "zz")) if c.synonyms else None),
        True,
        True,
    ),
    "meaning of a blank": (one_column(lambda c, _: replace(c, default="zz")), True, True),
    "higher least value": (
        one_column(lambda c, _: replace(c, minimum=f"9{c.minimum}") if c.minimum and c.minimum[0] != "-" else None),
        False,
        True,
    ),
    "no largest value": (one_column(lambda c, _: replace(c, maximum=None) if c.maximum else None), True, False),
    "words of a description": (one_column(lambda c, _: replace(c, description="Else.")), False, False),
}  # fmt: skip
UNNOTICED = {"words of a description"}


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(EDITS)), st.sampled_from(CONTRACTS), st.integers(0, 2**32))
def test_a_change_is_classified_by_who_notices_it(name: str, found: tuple[bool, Contract], seed: int) -> None:
    delivered, contract = found
    edit, breaks_readers, breaks_senders = EDITS[name]
    if (changed := edit(contract, random.Random(seed))) is None or changed == contract:
        return
    judged = changes(contract, changed, delivered=delivered)
    assert bool(judged) == (name not in UNNOTICED)
    assert any(change.breaking for change in judged) == (breaks_senders if delivered else breaks_readers)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(sorted(EDITS)), min_size=2, max_size=4), st.sampled_from(CONTRACTS), st.integers(0, 99))
def test_several_changes_break_if_one_does_and_the_way_back_is_noticed(
    names: list[str], found: tuple[bool, Contract], seed: int
) -> None:
    delivered, contract = found
    changed = contract
    for name in names:
        changed = EDITS[name][0](changed, random.Random(seed)) or changed
    there = changes(contract, changed, delivered=delivered)
    back = changes(changed, contract, delivered=delivered)
    assert bool(there) == bool(back)
    if not there:
        assert [replace(c, description="") for c in changed.columns] == [
            replace(c, description="") for c in contract.columns
        ]


def with_version(contract: Contract, version: str) -> Contract:
    return replace(contract, version=version)


TABLE = "metrics.park_year"
OLD = with_version(NOW["outputs"][TABLE], "1.2.0")
RELEASED: Contracts = {"inputs": {}, "outputs": {TABLE: OLD}}
LINE = f"- `{TABLE}` 2.0.0: without a column."


@pytest.mark.parametrize(
    ("name", "version", "changelog", "wanted"),
    [
        ("column gone", "2.0.0", LINE, None),
        ("column gone", "1.3.0", LINE, "needs version 2.0.0, for the column"),
        ("column gone", "1.2.0", LINE, "needs version 2.0.0"),
        ("column gone", "2.0.0", "", rf"CHANGELOG.md needs a line that names `{TABLE}` and 2\.0\.0"),
        ("column gone", "2.0.0", LINE.replace("2.0.0", "2.0.01"), "CHANGELOG.md needs a line"),
        ("column gone", "2.0.0", LINE.replace(TABLE, "metrics.park_years"), "CHANGELOG.md needs a line"),
        ("column added", "1.3.0", "", None),
        ("column added", "2.0.0", "", None),
        ("column added", "1.2.1", "", "needs version 1.3.0, for the column added_by_test is new; it is 1.2.1"),
        ("words of a description", "1.2.0", "", None),
        ("words of a description", "1.2.1", "", None),
        ("words of a description", "1.1.9", "", r"the version 1.1.9 is older than the released 1.2.0"),
    ],
)
def test_the_version_and_the_changelog_tell_a_change(
    name: str, version: str, changelog: str, wanted: str | None
) -> None:
    changed = EDITS[name][0](OLD, random.Random(1))
    assert changed
    now: Contracts = {"inputs": {}, "outputs": {TABLE: with_version(changed, version)}}
    found = list(broken(RELEASED, now, changelog))
    assert len(found) == (wanted is not None)
    for problem in found:
        assert problem.file == f"outputs/{TABLE}.yaml"
        assert re.search(str(wanted), problem.sentence)


def test_a_table_that_goes_is_told_and_one_that_comes_is_free() -> None:
    gone: Contracts = {"inputs": {}, "outputs": {}}
    assert [problem.sentence for problem in broken(RELEASED, gone, "")] == [
        f"the table was released and is gone; CHANGELOG.md needs a line: `{TABLE}` removed"
    ]
    assert list(broken(RELEASED, gone, f"- `{TABLE}` removed: nobody read it.")) == []
    assert list(broken(gone, RELEASED, "")) == []


def test_a_snapshot_says_all_that_a_release_promises() -> None:
    text = snapshot("0.1.0", NOW)
    assert text == snapshot("0.1.0", current())
    back = read(text)
    assert {folder: set(found) for folder, found in back.items()} == {
        folder: set(found) for folder, found in NOW.items()
    }
    for delivered, contract in CONTRACTS:
        old = back["inputs" if delivered else "outputs"][contract.table]
        assert changes(old, contract, delivered=delivered) == ()
        assert (old.version, old.level, old.alternatives) == (contract.version, contract.level, contract.alternatives)


def test_a_release_is_written_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = release(tmp_path / "releases")
    assert newest(path.parent) == read(path.read_text(encoding="utf-8"))
    assert release(path.parent) == path
    monkeypatch.setattr(contract_release, "current", lambda: RELEASED)
    with pytest.raises(UserError, match=r"is released already, with other contracts"):
        release(path.parent)
    (path.parent / "0.10.0.json").write_text(snapshot("0.10.0", RELEASED), encoding="utf-8")
    (path.parent / "0.9.0.json").write_text(snapshot("0.9.0", NOW), encoding="utf-8")
    assert list((newest(path.parent) or NOW)["outputs"]) == [TABLE]
    with pytest.raises(UserError, match=r"1\.x is no version"):
        parts("1.x")


def test_the_contracts_are_in_step_with_the_last_release() -> None:
    assert list(contract_release.lint_release()) == []
