"""Which files of the paths a user names are deliveries, and by which instructions each is to be read.

Of the data no more than the first bytes of a file are read, which tell the formats that need no name.
"""

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from pipelines import contracts
from pipelines.errors import InputRefused, UserError
from pipelines.ingest.exchange import table_of
from pipelines.ingest.spec import FILE_NAME, DeliverySpec, FileSpec, load_delivery, spec_for, unused_matches

# Notes that stand beside data, files that operating systems and Excel leave behind.
_NOT_DATA = (".", "~$", "readme", "source.", "license", "thumbs.db", "desktop.ini", FILE_NAME)
_NOT_DATA_SUFFIXES = (".md", ".py")
# What editors and habit make of the name of the instructions; in lower case, as other cases are not it either.
_MISNAMED = (FILE_NAME, "delivery.yml", f"{FILE_NAME}.txt", "delivery.yml.txt")
_KINDS = ((stat.S_ISFIFO, "a named pipe"), (stat.S_ISSOCK, "a socket"), (stat.S_ISDIR, "a folder"))


@dataclass(frozen=True)
class Found:
    """A file of a delivery.

    ``spec``: null where no table is known. ``delivery``: its folder, or its own name. ``refused``: why there are no
    bytes to read, where the name is that of a pipe, a broken link or the like. ``notes``: warnings about the delivery.
    """

    path: Path
    delivery: str
    delivered_at: str | None
    spec: FileSpec | None
    refused: str | None = None
    notes: tuple[str, ...] = ()


def find(path: Path, home: Path) -> list[Found]:
    """The data files of a folder and the folders in it, or the one file; sorted. Nothing but a regular file is opened.

    Links are followed, and every folder is entered once. The home folder is passed over. Instructions that apply to no
    file are ``notes`` of the first file found. Raises ``UserError`` for a path that does not exist or cannot be read,
    ``InputRefused`` for a folder without data files, for a path that is neither folder nor file, and for a
    ``delivery.yaml`` that is broken or not called so.
    """
    if not path.exists():
        raise UserError(f"{path} does not exist")
    if not path.is_dir():
        if why := _why_not_a_file(path):
            raise InputRefused(f"{path}: {why}")
        _refuse_misnamed(path.parent, _names(path.parent))
        return _with_instructions(load_delivery(path), [path], path.name)
    root = path.resolve()
    found, notes = [], []
    for folder, files in _folders(root, home.resolve()):
        said = load_delivery(folder)
        delivery = folder.relative_to(root.parent).as_posix()
        found += _with_instructions(said, files, delivery)
        notes += [f"{FILE_NAME} in {delivery}: {note}" for note in _notes(said, files)]
    if not found:
        raise InputRefused(f"{path} holds no data files; a delivery has CSV, Excel or Parquet files")
    return [replace(found[0], notes=tuple(notes)), *found[1:]]


def _with_instructions(said: DeliverySpec, files: list[Path], delivery: str) -> list[Found]:
    known = contracts.load("inputs").keys()
    found = []
    for file in files:
        refused = _why_not_a_file(file)
        by_content = None if refused else _table_of(file)
        found.append(Found(file, delivery, said.delivered_at, spec_for(said, file, known, by_content), refused))
    return found


def _table_of(file: Path) -> str | None:
    try:
        return table_of(file)
    except OSError as error:
        raise UserError(f"{file} cannot be read: {error.strerror}") from error


def _notes(said: DeliverySpec, files: list[Path]) -> list[str]:
    """What the instructions of a folder say in vain."""
    if not files and said != DeliverySpec():
        return ["it says nothing about files in other folders, and there is none beside it"]
    return [f"no file beside it fits match: {match}" for match in unused_matches(said, files)]


def _folders(root: Path, home: Path) -> Iterator[tuple[Path, list[Path]]]:
    """Every folder with data files (sorted) or instructions."""
    entered = {root}

    def enter(folder: Path) -> bool:
        real = folder.resolve()
        if folder.name.startswith(".") or real == home or real in entered:
            return False
        entered.add(real)
        return True

    for name, folders, names in os.walk(root, onerror=_unreadable, followlinks=True):
        folder = Path(name)
        folders[:] = [inner for inner in sorted(folders) if enter(folder / inner)]
        _refuse_misnamed(folder, names)
        files = [folder / file for file in sorted(names) if _is_data(file.lower())]
        if files or FILE_NAME in names:
            yield folder, files


def _names(folder: Path) -> list[str]:
    try:
        return [path.name for path in folder.iterdir()]
    except OSError as error:
        raise UserError(f"{folder} cannot be read: {error.strerror}") from error


def _refuse_misnamed(folder: Path, names: Iterable[str]) -> None:
    for name in sorted(names):
        if name != FILE_NAME and name.lower() in _MISNAMED:
            raise InputRefused(f"{folder / name} would not be read: rename it to {FILE_NAME}")


def _unreadable(error: OSError) -> None:
    raise UserError(f"{error.filename} cannot be read: {error.strerror}")


def _why_not_a_file(path: Path) -> str | None:
    """The sentence that refuses what is not a file with bytes to read, null for a file. Opens nothing: a pipe hangs."""
    try:
        mode = path.stat().st_mode
    except OSError as error:
        what = f"the link to {path.readlink()}" if path.is_symlink() else "the file"
        return f"{what} cannot be followed ({error.strerror}); deliver the file itself"
    if stat.S_ISREG(mode):
        return None
    kind = next((name for is_kind, name in _KINDS if is_kind(mode)), "a device")
    return f"this is {kind}, not a file; save its content as a file and deliver that"


def _is_data(name: str) -> bool:
    return not name.startswith(_NOT_DATA) and not name.endswith(_NOT_DATA_SUFFIXES)
