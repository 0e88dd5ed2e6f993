"""The program that runs one query of a user, in a process of its own; ``query`` starts it and reads its answer.

DuckDB shuts out files, network and settings by itself, but one call of a function can take gigabytes or minutes that no
memory limit counts and no interrupt reaches. So the process has limits of its own, from the operating system, and what
exceeds them ends here and nowhere else. Nothing of this package is imported: the start is paid for by every query.
"""

import json
import pickle
import resource
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import duckdb

READING = frozenset({"SELECT", "EXPLAIN", "MULTI"})
"""Kinds of statement that only read; DuckDB calls a PIVOT ``MULTI``."""

CHUNK_ROWS = 2048
_ELSE = "open the parks.duckdb file itself"


class Refused(Exception):
    """What the user is told instead of rows."""


def main() -> None:
    """Reads the request from standard input and writes the answer to standard output, pickled.

    A request (JSON) has ``path``, ``config``, ``text`` and the limits ``seconds``, ``address_bytes``, ``rows`` and
    ``result_bytes``. The answer is a sentence, or the list of names followed by lists of rows.
    """
    request = json.load(sys.stdin)
    _limit(request["seconds"], request["address_bytes"])
    try:
        parts = answer(request)
    except Refused as refused:
        parts = [pickle.dumps(str(refused))]
    except MemoryError:
        parts = [pickle.dumps("the query was stopped: it needs more memory than it may have")]
    sys.stdout.buffer.write(b"".join(parts))


def _limit(seconds: float, address_bytes: int) -> None:
    """No files, no new memory beyond ``address_bytes``, an end after ``seconds`` whatever an operator is doing."""
    signal.setitimer(signal.ITIMER_REAL, seconds)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        now = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (now + address_bytes, now + address_bytes))


def answer(request: Mapping[str, Any]) -> list[bytes]:
    """The pickled parts of an answer: names, then rows by the chunk. Raises ``Refused`` with a sentence.

    The limits of the process are not set here.
    """
    with duckdb.connect(request["path"], read_only=True, config=request["config"]) as con:
        found = _asked(lambda: con.execute(_one_statement(con, request["text"])))
        parts = [pickle.dumps([str(column[0]) for column in found.description or []])]
        rows, size = 0, 0
        while chunk := _asked(lambda: found.fetchmany(CHUNK_ROWS)):
            parts.append(pickle.dumps(chunk))
            rows, size = rows + len(chunk), size + len(parts[-1])
            if rows > request["rows"]:
                raise Refused(f"the query gives more than {request['rows']} rows; add a LIMIT, or {_ELSE}")
            if size > request["result_bytes"]:
                raise Refused(f"the query gives more than {request['result_bytes']} bytes; add a LIMIT, or {_ELSE}")
    return parts


def _asked(work: Callable[[], Any]) -> Any:
    try:
        return work()
    except duckdb.Error as error:
        raise Refused(f"the query failed: {_sentence(error)}") from error


def _one_statement(con: duckdb.DuckDBPyConnection, text: str) -> duckdb.Statement:
    statements = con.extract_statements(text)
    if len(statements) != 1 or statements[0].type.name not in READING:
        raise Refused("a query is one SELECT; publications are read-only")
    return statements[0]


def _sentence(error: duckdb.Error) -> str:
    """What DuckDB says, without the drawing of where in the text; its hint is kept."""
    text = str(error).split("\n\nLINE ")[0]
    return " ".join(line.strip() for line in text.splitlines() if line.strip())


if __name__ == "__main__":
    main()
