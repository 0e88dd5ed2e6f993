"""Releases of the contracts: a snapshot of what each promised, and the version that a change since then needs.

``python -m pipelines.contract_release`` writes the snapshot of the version in ``pyproject.toml`` to
``data_contracts/releases``; it is never written a second time. Which changes break is in ``contract_changes``.
"""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, asdict, dataclass, fields
from pathlib import Path
from typing import Any

from pipelines.contract_changes import changes
from pipelines.contracts import Column, Contract, load
from pipelines.errors import UserError
from pipelines.resources import CONTRACTS

FOLDERS = ("inputs", "outputs")
RELEASES = CONTRACTS / "releases"
_CHECKOUT = CONTRACTS.parent
"""Where the changelog and ``pyproject.toml`` are; an installed package has neither and changes no contract."""

Contracts = Mapping[str, Mapping[str, Contract]]
"""The contracts by folder and table."""


@dataclass(frozen=True)
class Broken:
    """A contract whose version or changelog does not tell what changed since a release."""

    file: str
    sentence: str


def current() -> Contracts:
    """The contracts as they are now."""
    return {folder: load(folder) for folder in FOLDERS}


def snapshot(release: str, contracts: Contracts) -> str:
    """What a release promises, as JSON: version, level, key and columns of each table, without the words."""
    tables = {
        folder: {table: _plain(contract) for table, contract in sorted(found.items())}
        for folder, found in contracts.items()
    }
    return json.dumps({"release": release, **tables}, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _plain(contract: Contract) -> dict[str, Any]:
    return {
        "version": contract.version,
        "level": contract.level,
        "key": contract.key,
        "alternatives": contract.alternatives,
        "columns": [_given(column) for column in contract.columns],
    }


def _given(column: Column) -> dict[str, Any]:
    """What a column states, without its description and what is as by default."""
    defaults = {f.name: f.default_factory() if f.default_factory is not MISSING else f.default for f in fields(Column)}
    return {name: value for name, value in asdict(column).items() if name != "description" and value != defaults[name]}


def read(text: str) -> Contracts:
    """The contracts of a snapshot, without descriptions and expectations."""
    found = json.loads(text)
    return {folder: {table: _contract(table, plain) for table, plain in found[folder].items()} for folder in FOLDERS}


def _contract(table: str, plain: Mapping[str, Any]) -> Contract:
    return Contract(
        table=table,
        version=plain["version"],
        description="",
        key=tuple(plain["key"]),
        columns=tuple(_column(column) for column in plain["columns"]),
        alternatives=tuple(tuple(group) for group in plain["alternatives"]),
        level=plain["level"],
    )


def _column(plain: Mapping[str, Any]) -> Column:
    given: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in plain.items()}
    return Column(description="", **given)


def newest(folder: Path = RELEASES) -> Contracts | None:
    """The contracts of the newest release; None before the first."""
    paths = sorted(folder.glob("*.json"), key=lambda path: parts(path.stem))
    return read(paths[-1].read_text(encoding="utf-8")) if paths else None


def parts(version: str) -> tuple[int, int, int]:
    """A version as three numbers. Raises ``UserError`` if it is none."""
    if not (found := re.fullmatch(r"(\d+)\.(\d+)\.(\d+)", version)):
        raise UserError(f"{version} is no version; write three numbers such as 1.2.0")
    major, minor, patch = found.groups()
    return int(major), int(minor), int(patch)


def lint_release(folder: Path = RELEASES) -> Iterator[Broken]:
    """What the contracts lack against the newest release; nothing before the first, and in an installed package."""
    changelog = _CHECKOUT / "CHANGELOG.md"
    if changelog.is_file() and (released := newest(folder)):
        yield from broken(released, current(), changelog.read_text(encoding="utf-8"))


def broken(released: Contracts, now: Contracts, changelog: str) -> Iterator[Broken]:
    """Contracts whose version did not rise as their changes need, or whose breaking change the changelog leaves out."""
    for folder in FOLDERS:
        for table, old in released[folder].items():
            file = f"{folder}/{table}.yaml"
            if table in now[folder]:
                yield from _judged(file, old, now[folder][table], changelog)
            elif not _told(changelog, table, "removed"):
                yield Broken(file, f"the table was released and is gone; CHANGELOG.md needs a line: `{table}` removed")


def _judged(file: str, old: Contract, new: Contract, changelog: str) -> Iterator[Broken]:
    found = changes(old, new, delivered=file.startswith("inputs/"))
    breaking = [change.sentence for change in found if change.breaking]
    before, after = parts(old.version), parts(new.version)
    if breaking and after[0] <= before[0]:
        yield Broken(file, f"needs version {before[0] + 1}.0.0, for {breaking[0]}; it is {new.version}")
    elif breaking and not _told(changelog, new.table, new.version):
        yield Broken(file, f"CHANGELOG.md needs a line that names `{new.table}` and {new.version}: {breaking[0]}")
    elif found and after[:2] <= before[:2]:
        yield Broken(file, f"needs version {before[0]}.{before[1] + 1}.0, for {found[0].sentence}; it is {new.version}")
    elif after < before:
        yield Broken(file, f"the version {new.version} is older than the released {old.version}")


def _told(changelog: str, table: str, word: str) -> bool:
    """Whether a line of the changelog names a table, in code, and a word or version."""
    return any(
        f"`{table}`" in line and re.search(rf"(?<![\w.]){re.escape(word)}(?![\w.]*\w)", line)
        for line in changelog.splitlines()
    )


def release(folder: Path = RELEASES) -> Path:
    """Writes the snapshot of this version and returns its path.

    Raises ``UserError`` if the contracts changed since the last release without the version that this needs, or if
    this version was released with other contracts.
    """
    with (_CHECKOUT / "pyproject.toml").open("rb") as stream:
        version = str(tomllib.load(stream)["project"]["version"])
    path, text = folder / f"{version}.json", snapshot(version, current())
    if path.is_file() and path.read_text(encoding="utf-8") != text:
        raise UserError(f"{version} is released already, with other contracts; raise the version in pyproject.toml")
    if wrong := list(lint_release(folder)):
        raise UserError(f"{wrong[0].file}: {wrong[0].sentence}; see data_contracts/README.md")
    folder.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


if __name__ == "__main__":
    print(release())
