"""Which files of the paths a user names are deliveries, and by which instructions each is to be read. Opens no data."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipelines import contracts
from pipelines.errors import InputRefused, UserError
from pipelines.ingest.spec import FILE_NAME, FileSpec, load_delivery, spec_for

# Notes that stand beside data, files that operating systems and Excel leave behind.
_NOT_DATA = (".", "~$", "readme", "source.", "license", "thumbs.db", "desktop.ini", FILE_NAME, "delivery.yml")
_NOT_DATA_SUFFIXES = (".md", ".py")


@dataclass(frozen=True)
class Found:
    """A file of a delivery. ``spec``: null where no table is known; ``delivery``: its folder, or its own name."""

    path: Path
    delivery: str
    delivered_at: str | None
    spec: FileSpec | None


def find(path: Path, home: Path) -> list[Found]:
    """The data files of a folder and the folders in it, or the one file; sorted.

    Raises ``UserError`` for a path that does not exist or cannot be read, ``InputRefused`` for a folder without data
    files and for a broken ``delivery.yaml``. The home folder is passed over.
    """
    if not path.exists():
        raise UserError(f"{path} does not exist")
    if path.is_file():
        return _with_instructions(path, [path], path.name)
    root = path.resolve()
    found = []
    for folder, files in _data_files(root, home.resolve()):
        found += _with_instructions(folder, files, folder.relative_to(root.parent).as_posix())
    if not found:
        raise InputRefused(f"{path} holds no data files; a delivery has CSV, Excel or Parquet files")
    return found


def _with_instructions(folder_or_file: Path, files: list[Path], delivery: str) -> list[Found]:
    said = load_delivery(folder_or_file)
    known = contracts.load("inputs").keys()
    return [Found(file, delivery, said.delivered_at, spec_for(said, file, known)) for file in files]


def _data_files(root: Path, home: Path) -> Iterator[tuple[Path, list[Path]]]:
    for folder, folders, names in os.walk(root, onerror=_unreadable):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and Path(folder, name) != home)
        if files := [Path(folder, name) for name in sorted(names) if _is_data(name.lower())]:
            yield Path(folder), files


def _unreadable(error: OSError) -> None:
    raise UserError(f"{error.filename} cannot be read: {error.strerror}")


def _is_data(name: str) -> bool:
    return not name.startswith(_NOT_DATA) and not name.endswith(_NOT_DATA_SUFFIXES)
