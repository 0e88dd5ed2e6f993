"""Folders in which publications are made again: taken, held by a lock, removed; what a crash left is found again."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import mkdtemp

import filelock

from pipelines.errors import UserError
from pipelines.lake import Lake

FOLDER = "recompute"
"""Below ``tmp/`` of the home folder. Every folder in it is a home folder whose write lock its process holds."""


@contextmanager
def scratch_home(lake: Lake) -> Iterator[Path]:
    """An empty home folder below ``tmp/`` with its write lock held; it goes when the block ends.

    What a process that died left there goes first. Raises ``UserError`` where no folder can be made.
    """
    with ExitStack() as stack:
        try:
            root = _root(lake)
            root.mkdir(parents=True, exist_ok=True)
            # One process at a time looks for leftovers and takes a folder, so that none is taken for a leftover.
            with _taking(lake):
                for folder in _free_folders(lake):
                    shutil.rmtree(folder)
                home = Path(mkdtemp(dir=root))
                stack.callback(shutil.rmtree, home)
                stack.enter_context(Lake(home).writing())
        except OSError as error:
            raise UserError(f"{root} cannot be written ({error.strerror}); name a folder with --keep") from error
        yield home


def leftovers(lake: Lake) -> list[Path]:
    """The folders that processes that died left, sorted; those of running ones are not among them."""
    with _taking(lake):
        return _free_folders(lake)


def _free_folders(lake: Lake) -> list[Path]:
    root = _root(lake)
    return [folder for folder in sorted(root.iterdir()) if folder.is_dir() and _free(folder)] if root.is_dir() else []


def _free(folder: Path) -> bool:
    try:
        with Lake(folder).writing():
            return True
    except UserError:
        return False


def _root(lake: Lake) -> Path:
    return lake.home / "tmp" / FOLDER


def _taking(lake: Lake) -> filelock.BaseFileLock:
    root = _root(lake)
    root.parent.mkdir(parents=True, exist_ok=True)
    return filelock.FileLock(root.with_suffix(".lock"))
