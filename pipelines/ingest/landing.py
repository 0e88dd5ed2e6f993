"""Taking deliveries in: keep every file's bytes, note its arrival, have it parsed once.

Which files those are is in ``finding``, what is read out of one in ``parsing``, the ledger it leaves in ``ledger``.
"""

import hashlib
import os
import shutil
import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from json import loads
from pathlib import Path

import duckdb

from pipelines import warehouse
from pipelines.errors import UserError
from pipelines.ingest.finding import Found, find
from pipelines.ingest.ledger import Arrival, LedgerEntry, arrivals_path, ledger_table, read_arrivals
from pipelines.ingest.parsing import LandedFile, parse
from pipelines.ingest.pieces import LARGE_BYTES
from pipelines.lake import Lake, append_lines, fsync_path, sha256_file
from pipelines.settings import Settings

__all__ = ["Progress", "land", "ledger_table", "read_again"]

Progress = Callable[[str, int, int], None]
"""Called with what was done, how many steps are done and how many there are."""

_CHUNK_BYTES = 1 << 20


def land(paths: Sequence[Path], settings: Settings, progress: Progress | None = None) -> list[LedgerEntry]:
    """Takes in folders and single files and returns the ledger entry of every file, in order of path.

    A folder is searched with the folders in it; each may have a ``delivery.yaml`` for the files beside it. Landing the
    same again adds lines to the log of arrivals and nothing else. A file that cannot be read is an entry with
    ``refused_reason``; the others are taken in. What is not a file at all (a pipe, a broken link) is such an entry in
    this list only, as there are no bytes to keep. If the process dies, landing again completes what is missing.

    Raises ``UserError`` for a path that does not exist or cannot be read and while another process writes to the home
    folder, ``InputRefused`` for a folder without data files and a broken ``delivery.yaml``. Nothing is taken in then.
    """
    lake = Lake(settings.home)
    found = [file for path in paths for file in find(path, lake.home)]
    files = [file for file in found if not file.refused]
    steps = _Steps(progress, 2 * len(files))
    with lake.writing(), _scratch(lake) as scratch:
        landed = _keep(files, lake, scratch, settings, steps)
        # Before anything is parsed: what can be seen in parsed/ has an arrival, whenever the process dies.
        _note_arrivals(lake, landed)
        _parse_missing(landed, lake, scratch, settings, steps)
    entries = (_entry(lake, file) for file in landed)
    reported = (_no_file(file, file.refused) if file.refused else next(entries) for file in found)
    return [replace(e, warnings=(*file.notes, *e.warnings)) for file, e in zip(found, reported, strict=True)]


def read_again(files: Sequence[LandedFile], settings: Settings, progress: Progress | None = None) -> None:
    """Parses files that are in ``raw/`` of the home folder, as landing them did; those parsed already stay as they are.

    Arrivals are the caller's to write: this is for a folder in which a past state is built again. Raises ``UserError``
    while another process writes to the home folder.
    """
    lake = Lake(settings.home)
    with lake.writing(), _scratch(lake) as scratch:
        _parse_missing(list(files), lake, scratch, settings, _Steps(progress, len(files)))


class _Steps:
    """Counts the steps that several threads finish, for the caller's progress bar."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self._progress, self._total, self._done = progress, total, 0
        self._lock = threading.Lock()

    def done(self, what: str) -> None:
        with self._lock:
            self._done += 1
            if self._progress:
                self._progress(what, self._done, self._total)


@contextmanager
def _scratch(lake: Lake) -> Iterator[Path]:
    """An empty folder on the lake's file system; whatever a process that died left there is gone."""
    folder = lake.home / "tmp" / "landing"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def _keep(found: list[Found], lake: Lake, scratch: Path, settings: Settings, steps: _Steps) -> list[LandedFile]:
    """Copies every file into ``raw/`` under its sha256."""
    lake.raw.mkdir(parents=True, exist_ok=True)
    known_sizes = {path.stat().st_size for path in lake.raw.iterdir()}

    def keep(file: Found) -> LandedFile:
        try:
            digest = _keep_bytes(file.path, lake.raw, scratch, known_sizes)
        except OSError as error:
            raise UserError(f"{file.path} cannot be kept: {error.strerror}") from error
        steps.done(file.path.name)
        return LandedFile(lake.raw / digest, digest, file.path.name, file.delivery, file.delivered_at, file.spec)

    with ThreadPoolExecutor(settings.duckdb_threads) as pool:
        landed = list(pool.map(keep, found))
    fsync_path(lake.raw)
    return landed


def _keep_bytes(source: Path, raw: Path, scratch: Path, known_sizes: set[int]) -> str:
    """The sha256 of a file that is in ``raw/`` when this returns: read once, and written unless it is known."""
    if source.stat().st_size in known_sizes and (raw / (known := sha256_file(source))).exists():
        return known
    digest = hashlib.sha256()
    copy = scratch / uuid.uuid4().hex
    with source.open("rb") as reader, copy.open("wb") as writer:
        while chunk := reader.read(_CHUNK_BYTES):
            digest.update(chunk)
            writer.write(chunk)
        writer.flush()
        os.fsync(writer.fileno())
    copy.replace(raw / digest.hexdigest())
    return digest.hexdigest()


def _note_arrivals(lake: Lake, landed: list[LandedFile]) -> None:
    """One line for each file. What is landed together has one time, so that the order of paths decides nothing."""
    before = read_arrivals(lake)
    now = datetime.now(UTC)
    if before:
        # A clock that was set back must not make a later arrival the earlier one.
        now = max(now, datetime.fromisoformat(before[-1].arrived_at) + timedelta(microseconds=1))
    arrived_at = now.isoformat(timespec="microseconds")
    arrivals = (
        Arrival(file.file_id, file.sha256, file.file_name, file.delivery, file.delivered_at, arrived_at, sequence)
        for sequence, file in enumerate(landed, start=len(before) + 1)
    )
    append_lines(arrivals_path(lake), [asdict(arrival) for arrival in arrivals])


def _parse_missing(landed: list[LandedFile], lake: Lake, scratch: Path, settings: Settings, steps: _Steps) -> None:
    """Parses every file that is not parsed yet, and makes its folder visible when it is complete.

    Large files one at a time with all threads, others side by side with one thread each.
    """
    lake.parsed.mkdir(parents=True, exist_ok=True)
    missing: dict[str, LandedFile] = {}
    for file in landed:
        if file.file_id in missing or (lake.parsed / file.file_id).exists():
            steps.done(file.file_name)
        else:
            missing[file.file_id] = file

    def parse_one(con: duckdb.DuckDBPyConnection, file: LandedFile) -> None:
        folder = scratch / file.file_id
        folder.mkdir()
        parse(con, file, folder)
        folder.replace(lake.parsed / file.file_id)
        steps.done(file.file_name)

    large = [file for file in missing.values() if file.raw.stat().st_size > LARGE_BYTES]
    if large:
        with warehouse.connect(settings) as con:
            for file in large:
                parse_one(con, file)
    worker = threading.local()

    def parse_small(file: LandedFile) -> None:
        if not hasattr(worker, "con"):
            worker.con = warehouse.connect(settings, threads=1)
        parse_one(worker.con, file)

    with ThreadPoolExecutor(settings.duckdb_threads) as pool:
        list(pool.map(parse_small, [file for file in missing.values() if file not in large]))
    fsync_path(lake.parsed)


def _no_file(file: Found, refused: str) -> LedgerEntry:
    table = file.spec.table if file.spec else None
    return LedgerEntry("", "", file.path.name, file.delivery, table, 0, 0, 0, 0, refused)


def _entry(lake: Lake, file: LandedFile) -> LedgerEntry:
    """The entry of a parsed file, with the name and delivery of this arrival."""
    entry = LedgerEntry.from_json(loads((lake.parsed / file.file_id / "ledger.json").read_text("utf-8")))
    return replace(
        entry,
        file_name=file.file_name,
        delivery=file.delivery,
        delivered_at=file.delivered_at,
        decided_by_arrival=file.delivered_at is None,
    )
