"""Large plain text in pieces, so that reading a file line by line needs memory for a piece of it, not for all."""

import os
import re
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from pipelines.ingest.encodings import NEM12, exchange_format
from pipelines.ingest.spec import FileSpec
from pipelines.ingest.store import READINGS

LARGE_BYTES = 64 << 20
_BLOCK_BYTES = 32 << 20
# A byte of NEM12 makes far more of a row than one of a table does.
_NEM12_BYTES = 4 << 20
_ENDS = re.compile(rb"^900", re.MULTILINE)
_TEXT = (".csv", ".txt", ".tsv")


def pieces(path: Path, spec: FileSpec) -> Iterator[tuple[Path, int]]:
    """Files to be read one after the other in place of ``path``, each with what its line numbers are short by.

    Mostly the file itself, with 0. A large plain text of readings without quotation marks, in which every line is a
    row, comes as files of the same name that hold the header and some of the lines; each is gone when the next is asked
    for. Large NEM12 comes likewise, with whole channels. Instructions that look at a file as a whole (meters, signs,
    encodings) keep it whole.
    """
    if spec.is_plain and spec.table == READINGS:
        if exchange_format(path) == NEM12:
            blocks = _channels if _is_large_nem12(path) else None
        else:
            blocks = _whole_lines if path.suffix.lower() in _TEXT and _is_large_and_simple(path) else None
        if blocks:
            yield from _in_blocks(path, blocks, b"900\n" if blocks is _channels else b"")
            return
    yield path, 0


def _in_blocks(path: Path, next_block: Callable[[BinaryIO], bytes], end: bytes) -> Iterator[tuple[Path, int]]:
    """Pieces of header and block; behind all but the last block stands ``end``."""
    with path.open("rb") as stream, tempfile.TemporaryDirectory(prefix="zcp-") as folder:
        header, lines = stream.readline(), 0
        while block := next_block(stream):
            piece = Path(folder) / path.name
            is_last = stream.tell() == path.stat().st_size
            piece.write_bytes(header + block + (b"" if is_last else end))
            yield piece, lines
            lines += block.count(b"\n")


def _whole_lines(stream: BinaryIO) -> bytes:
    return stream.read(_BLOCK_BYTES) + stream.readline()


def _channels(stream: BinaryIO) -> bytes:
    """Records up to the next channel; from a 900 record on, which ends the data, all that is left."""
    lines = [stream.read(_NEM12_BYTES) + stream.readline()]
    ended = _ENDS.search(lines[0]) is not None
    while line := stream.readline():
        ended = ended or line.startswith(b"900")
        if line.startswith(b"200,") and not ended:
            stream.seek(-len(line), os.SEEK_CUR)
            break
        lines.append(line)
    return b"".join(lines)


def _is_large_nem12(path: Path) -> bool:
    with path.open("rb") as stream:
        return path.stat().st_size > 2 * _NEM12_BYTES and stream.read(4) == b"100,"


def _is_large_and_simple(path: Path) -> bool:
    if path.stat().st_size <= LARGE_BYTES:
        return False
    with path.open("rb") as stream:
        start = stream.readline(_BLOCK_BYTES)
        if not start.endswith(b"\n") or b"\0" in start:
            return False
        stream.seek(0)
        return all(b'"' not in block for block in iter(lambda: stream.read(_BLOCK_BYTES), b""))
