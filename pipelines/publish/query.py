"""Reading what is published: a connection to a publication, and SQL that a user wrote.

Readers need no lock: a publication never changes, and ``current`` is resolved once, when it is opened.
"""

import io
import json
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb

from pipelines import warehouse
from pipelines.errors import UserError
from pipelines.lake import Lake
from pipelines.publish import catalog, sandbox
from pipelines.publish.manifest import DATABASE

TIMEOUT_SECONDS = 60.0
MAX_ROWS = 100_000
"""Rows that a query may return; more belongs into a tool that opens the file itself."""
MAX_RESULT_BYTES = 64 << 20
MEMORY = "1GiB"
"""What DuckDB may use for a query of a user."""
ADDRESS_BYTES = 3 << 30
"""What the process of such a query may use beyond its start: DuckDB's memory, and values that DuckDB does not count."""
THREADS = 2

_ENVIRONMENT = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH")
_VALUES = frozenset({"datetime", "decimal", "uuid", "pytz"})


def open_current(lake: Lake, publication_id: str | None = None) -> duckdb.DuckDBPyConnection:
    """A read-only connection to a publication, by default the current one; close it after use.

    Raises ``UserError`` if nothing is published yet, or if there is no publication of that id.
    """
    return warehouse.open_published(_database(lake, publication_id))


def run_sql(
    lake: Lake, text: str, publication_id: str | None = None, timeout_seconds: float = TIMEOUT_SECONDS
) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Column names and rows of one SELECT of a user on a publication, in a process that has nothing but this file.

    It cannot reach other files, the network, settings or this process, and its time, memory, threads, rows and bytes
    are bound (``sandbox``). Raises ``UserError`` for anything but one statement that reads, for an error in it, and
    where it exceeds ``timeout_seconds`` or another limit. Queries of the program itself need no such care: use
    ``open_current``.
    """
    request = {
        "path": str(_database(lake, publication_id)),
        "config": warehouse.published_config(MEMORY) | {"threads": str(THREADS)},
        "text": text,
        "seconds": timeout_seconds,
        "address_bytes": ADDRESS_BYTES,
        "rows": MAX_ROWS,
        "result_bytes": MAX_RESULT_BYTES,
    }
    first, *chunks = _parts(_run(request, timeout_seconds))
    if isinstance(first, str):
        raise UserError(first)
    return first, [row for chunk in chunks for row in chunk]


def _run(request: Mapping[str, Any], timeout_seconds: float) -> bytes:
    """What the sandbox answers. Raises ``UserError`` if it was stopped or gave up."""
    done = subprocess.run(
        [sys.executable, "-P", str(Path(sandbox.__file__))],
        input=json.dumps(request).encode(),
        capture_output=True,
        check=False,
        # Where its imports are, and nothing else of this process.
        env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
    )
    if done.returncode == -signal.SIGALRM:
        raise UserError(f"the query took longer than {timeout_seconds:g} s and was stopped")
    if done.returncode < 0:
        raise UserError("the query was stopped: it needs more memory than it may have")
    if done.returncode:
        raise RuntimeError(f"the sandbox failed: {done.stderr.decode(errors='replace')}")
    return done.stdout


class _Values(pickle.Unpickler):
    """Reads a part of an answer, of which only values can come: an object of any other kind is an error."""

    def find_class(self, module: str, name: str) -> Any:
        if module not in _VALUES:
            raise pickle.UnpicklingError(f"{module}.{name} is no value of a row")
        return super().find_class(module, name)


def _parts(answer: bytes) -> Iterator[Any]:
    stream = io.BytesIO(answer)
    while stream.tell() < len(answer):
        yield _Values(stream).load()


def _database(lake: Lake, publication_id: str | None) -> Path:
    wanted = publication_id or catalog.current_id(lake)
    if wanted is None:
        raise UserError(f"nothing is published in {lake.home} yet; run `zcp run --input PATH` or `zcp demo` first")
    known = catalog.publication_ids(lake)
    if wanted not in known:
        raise UserError(f"there is no publication {wanted} in {lake.home}; there are: {', '.join(known) or 'none'}")
    return lake.published / wanted / DATABASE
