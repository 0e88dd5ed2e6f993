"""The home folder: its layout, atomic writes, fingerprints, and the lock that keeps it to one writer at a time.

What a file *means* does not belong here; parsing is in ``ingest``, the models in ``models``.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import filelock

from pipelines.errors import UserError


def sha256_file(path: Path) -> str:
    """The sha256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def fingerprint(*parts: object) -> str:
    """A 16-digit fingerprint of values that JSON can hold, independent of the order of mapping keys."""
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def fsync_path(path: Path) -> None:
    """Makes a written file, or a folder's entries, survive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def atomic_path(target: Path) -> Iterator[Path]:
    """Gives a temporary path beside ``target`` and renames it into place when the block ends without an error."""
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        yield temporary
        fsync_path(temporary)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def json_text(value: object) -> str:
    """The text of a JSON file, keys sorted, so that the same value has the same bytes."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, indent=1) + "\n"


def write_json(target: Path, value: object) -> None:
    """Writes JSON atomically, as ``json_text`` gives it."""
    with atomic_path(target) as temporary:
        temporary.write_text(json_text(value), encoding="utf-8")


def append_lines(target: Path, values: Iterable[object]) -> None:
    """Appends JSON lines to an append-only log and makes them durable; a line torn by a crash before is cut off."""
    target.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(json.dumps(value, sort_keys=True, ensure_ascii=False) + "\n" for value in values)
    with target.open("ab+") as stream:
        stream.seek(0)
        stream.truncate(stream.read().rfind(b"\n") + 1)
        stream.write(text.encode())
        stream.flush()
        os.fsync(stream.fileno())


def append_line(target: Path, value: object) -> None:
    """Appends one JSON line, as ``append_lines`` does."""
    append_lines(target, [value])


def read_lines(target: Path) -> list[dict[str, Any]]:
    """The entries of an append-only log; a last line torn by a crash was never acknowledged and is left out."""
    if not target.exists():
        return []
    lines = target.read_text(encoding="utf-8").split("\n")
    return [json.loads(line) for line in lines[:-1] if line]


@dataclass(frozen=True)
class Lake:
    """Paths of one home folder; with ``as_of`` (with an offset) the folder as it was known at that moment.

    ==================  =============================================================================
    raw/                every file that was delivered, by sha256
    parsed/<file_id>/   what was read out of it: ``<table>.parquet``, ``quarantine.parquet``, ``ledger.json``
    models/             outputs of SQL models, by fingerprint
    pointers/           which output of a model is current
    published/          immutable publications, and ``current``
    catalog/            append-only logs of what happened when: arrivals, withdrawals, publications
    reference/          the operator's own additions to the reference data
    ==================  =============================================================================
    """

    home: Path
    as_of: datetime | None = None

    @property
    def raw(self) -> Path:
        return self.home / "raw"

    @property
    def parsed(self) -> Path:
        return self.home / "parsed"

    @property
    def models(self) -> Path:
        return self.home / "models"

    @property
    def pointers(self) -> Path:
        """Which outputs are current. A past state has pointers of its own for the time of its run."""
        return self.home / "tmp" / "as-of" if self.as_of else self.home / "pointers"

    @property
    def published(self) -> Path:
        return self.home / "published"

    @property
    def catalog(self) -> Path:
        return self.home / "catalog"

    @property
    def reference(self) -> Path:
        return self.home / "reference"

    def ledgers(self) -> Iterable[dict[str, Any]]:
        """The ledger entry of every parsed file, in order of file_id."""
        for path in sorted(self.parsed.glob("*/ledger.json")):
            yield json.loads(path.read_text(encoding="utf-8"))

    @contextmanager
    def writing(self, wait_seconds: float = 0) -> Iterator[None]:
        """Holds the home folder's one write lock; the operating system frees it if the process dies.

        A process that holds it may take it again: landing inside a run is the same writer. Raises ``UserError`` if
        another process still holds it after ``wait_seconds``.
        """
        self.home.mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(self.home / "lock", is_singleton=True)
        try:
            lock.acquire(timeout=wait_seconds, poll_interval=0.5)
        except filelock.Timeout:
            raise UserError(
                f"another zcp command is writing to {self.home}; wait for it to end, or use another --home"
            ) from None
        try:
            yield
        finally:
            lock.release()
