"""Large plain text in pieces, so that reading a file line by line needs memory for a piece of it, not for all."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from pipelines.ingest.encodings import exchange_format
from pipelines.ingest.spec import FileSpec
from pipelines.ingest.store import READINGS

LARGE_BYTES = 64 << 20
_BLOCK_BYTES = 32 << 20
_TEXT = (".csv", ".txt", ".tsv")


def pieces(path: Path, spec: FileSpec) -> Iterator[tuple[Path, int]]:
    """Files to be read one after the other in place of ``path``, each with what its line numbers are short by.

    Mostly the file itself, with 0. A large plain text of readings without quotation marks, in which every line is a
    row, comes as files of the same name that hold the header and some of the lines; each is gone when the next is asked
    for. Instructions that look at a file as a whole (meters, signs, encodings) keep it whole.
    """
    is_plain = spec.is_plain and spec.table == READINGS and path.suffix.lower() in _TEXT
    if not (is_plain and _is_large_and_simple(path) and exchange_format(path) is None):
        yield path, 0
        return
    with path.open("rb") as stream, tempfile.TemporaryDirectory(prefix="zcp-") as folder:
        header, lines = stream.readline(), 0
        while block := _whole_lines(stream):
            piece = Path(folder) / path.name
            piece.write_bytes(header + block)
            yield piece, lines
            lines += block.count(b"\n")


def _whole_lines(stream: BinaryIO) -> bytes:
    return stream.read(_BLOCK_BYTES) + stream.readline()


def _is_large_and_simple(path: Path) -> bool:
    if path.stat().st_size <= LARGE_BYTES:
        return False
    with path.open("rb") as stream:
        start = stream.readline(_BLOCK_BYTES)
        if not start.endswith(b"\n") or b"\0" in start:
            return False
        stream.seek(0)
        return all(b'"' not in block for block in iter(lambda: stream.read(_BLOCK_BYTES), b""))
