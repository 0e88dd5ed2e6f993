"""What of a home folder may go: old publications, outputs of models that no pointer names, what dead writers left.

Never: raw and parsed files, the catalog, reference data, the publication that is current, those that a locked year or a
park without good figures of its own rests on, and candidates that may still be approved.
"""

import json
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pipelines.errors import UserError
from pipelines.lake import Lake, fsync_path
from pipelines.model_runner import output_path
from pipelines.publish import catalog, restatement, scratch
from pipelines.publish.locks import locks

KEEP = 12
"""Publications that are kept where nobody says how many: a year of monthly ones."""

SPILL_SECONDS = 86_400
"""Age at which a file that DuckDB spilled to ``tmp/`` belongs to no command any more; readers take no lock."""

_PRUNED = ".pruned-"
_LEFT_PUBLISHED = (".candidate-", ".broken-", ".current-", _PRUNED)
"""What writers that died leave in ``published/``. A failed candidate (``.failed-``) is kept to be looked at."""

Kind = Literal["publication", "model_output", "leftover"]
Report = Callable[[str, int, int | None], None]


@dataclass(frozen=True)
class Item:
    """Something that goes: its path below the home folder, and how many bytes its files have."""

    kind: Kind
    path: str
    bytes: int


@dataclass(frozen=True)
class Pruning:
    """What went, or would go; and the publications that stay, each with the reasons (``current``, ``newest``, …)."""

    items: tuple[Item, ...]
    kept: dict[str, tuple[str, ...]]

    @property
    def bytes(self) -> int:
        return sum(item.bytes for item in self.items)


def prune(lake: Lake, keep: int = KEEP, report: Report | None = None, *, dry_run: bool = False) -> Pruning:
    """Removes what may go, the ``keep`` newest publications and all that others rest on staying.

    A publication first loses its name, so that none is ever seen in part; who has one open reads on. Killed at any
    moment it leaves a home folder that is valid, and doing it again completes it. Raises ``UserError`` for a ``keep``
    below 1 and while another process writes.
    """
    if keep < 1:
        raise UserError(f"--keep {keep} would keep no publication; give 1 or more")
    with lake.writing():
        kept = kept_publications(lake, keep)
        items = [*_publications(lake, kept), *_model_outputs(lake), *_leftovers(lake)]
        for done, item in enumerate(() if dry_run else items):
            if report:
                report(item.path, done, len(items))
            _remove(lake, item)
        if not dry_run:
            _remove_empty(lake.models)
    return Pruning(tuple(items), kept)


def kept_publications(lake: Lake, keep: int) -> dict[str, tuple[str, ...]]:
    """The publications on disk that stay, by id, each with why."""
    on_disk = catalog.publication_ids(lake)
    newest = [publication_id for publication_id in _by_age(lake) if publication_id in on_disk]
    why: dict[str, list[str]] = {}

    def stay(ids: Iterable[str | None], reason: str) -> None:
        for publication_id in ids:
            if publication_id in on_disk and reason not in why.setdefault(publication_id, []):
                why[publication_id].append(reason)

    stay([catalog.current_id(lake)], "current")
    stay((lock.publication_id for lock in locks(lake).values()), "locked_year")
    stay((c.publication_id for c in restatement.candidates(lake) if c.state == "open"), "candidate")
    stay(newest[-keep:], "newest")
    stay(set(on_disk) - set(newest), "not_in_log")
    stay(_rested_on(lake, why), "last_good")
    return {publication_id: tuple(reasons) for publication_id, reasons in sorted(why.items())}


def _by_age(lake: Lake) -> list[str]:
    """The ids of all publications that the logs name, that named longest ago first."""
    lines = sorted([*catalog.events(lake), *catalog.as_of_entries(lake)], key=lambda line: str(line["created_at"]))
    last = {line["id"]: place for place, line in enumerate(lines) if "id" in line}
    return sorted(last, key=lambda publication_id: last[publication_id])


def _rested_on(lake: Lake, kept: Iterable[str]) -> list[str]:
    """The publications that have the last good figures of a park which one of those kept holds back."""
    stays = set(kept)
    lines: list[dict[str, Any]] = [line for line in catalog.events(lake) if line.get("id") in stays]
    return sorted({good for line in lines for good in line.get("last_good", {}).values()})


def _publications(lake: Lake, kept: Iterable[str]) -> Iterator[Item]:
    for publication_id in sorted(set(catalog.publication_ids(lake)) - set(kept)):
        yield _item(lake, "publication", lake.published / publication_id)


def _model_outputs(lake: Lake) -> Iterator[Item]:
    """Outputs of models that no pointer names, and what is not even an output of one."""
    named = set()
    for pointer in lake.pointers.glob("*.json"):
        name, _, month = pointer.stem.partition("@")
        digest = json.loads(pointer.read_text(encoding="utf-8"))["fingerprint"]
        named.add(output_path(lake, name, month or None, digest))
    for path in sorted(lake.models.rglob("*")):
        if path not in named and not path.is_dir():
            yield _item(lake, "model_output", path)


def _leftovers(lake: Lake) -> Iterator[Item]:
    """What processes that died left. The write lock says that no writer is at work; what readers use is left alone."""
    temporary = lake.home / "tmp"
    found = [path for path in _entries(lake.published) if path.name.startswith(_LEFT_PUBLISHED)]
    found += [path for path in _entries(lake.pointers) if path.name.endswith(".tmp")]
    found += [path for path in (temporary / "landing", temporary / "as-of") if path.exists()]
    found += scratch.leftovers(lake)
    old = time.time() - SPILL_SECONDS
    found += [p for p in _entries(temporary) if p.name.startswith("duckdb_temp_") and p.stat().st_mtime < old]
    yield from (_item(lake, "leftover", path) for path in found)


def _entries(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _item(lake: Lake, kind: Kind, path: Path) -> Item:
    files = [path] if path.is_symlink() or path.is_file() else [p for p in path.rglob("*") if not p.is_dir()]
    return Item(kind, path.relative_to(lake.home).as_posix(), sum(file.lstat().st_size for file in files))


def _remove(lake: Lake, item: Item) -> None:
    path = lake.home / item.path
    if item.kind == "publication":
        path = path.rename(path.with_name(f"{_PRUNED}{path.name}"))
        fsync_path(lake.published)
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def _remove_empty(folder: Path) -> None:
    """Removes the folders below ``folder`` in which nothing is left."""
    for path in sorted((p for p in folder.rglob("*") if p.is_dir()), reverse=True):
        if not any(path.iterdir()):
            path.rmdir()
