"""The uniqueness proof: the claimed ranges of a publication as a Merkle tree over salted leaves.

How a proof is judged is in ``check_certificates``, which stands alone and is copied into every publication. What is
written here has the form that is read there. Which ranges are claimed is decided by ``certificates.claimed_ranges``.

The hash of a range is ``sha256(0, salt, range)``, of two branches with equally many ranges ``sha256(1, left, right)``;
the root is ``sha256(2, number of ranges, branches left)``. No branch is ever doubled to make a number even, which would
give two lists one root (CVE-2012-2459). The salts are HMACs; ``salt_key`` says under which key.
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from pipelines.errors import UserError
from pipelines.lake import Lake

LEDGERS = ("gec_trades", "gec_cancellations")
"""The input tables whose files the salts come from: those that every claimed range stands in."""

_LABEL = b"zcp certificate salts\0"
_BATCH = 10_000

Entry = list[Any]
"""A line of a proof: a range with its salt, a hidden branch, or the summary."""


class Claim(NamedTuple):
    """A claimed range as the texts that are hashed."""

    project_code: str
    generation_month: str
    serial_from: str
    serial_to: str
    park_id: str
    kind: str

    @property
    def mwh(self) -> int:
        """Certificates in the range, one for each MWh."""
        return int(self.serial_to) - int(self.serial_from) + 1

    def holds(self, project_code: str, generation_month: str, serial: int) -> bool:
        """Whether this certificate is in the range."""
        series = (self.project_code, self.generation_month) == (project_code, generation_month)
        return series and int(self.serial_from) <= serial <= int(self.serial_to)


def read_claims(con: duckdb.DuckDBPyConnection) -> Iterator[Claim]:
    """The rows of ``certificates.claimed_ranges`` in the order of the proof."""
    found = con.cursor().execute(
        "select project_code, generation_month, cast(serial_from as varchar), cast(serial_to as varchar), park_id, "
        "kind from certificates.claimed_ranges order by project_code, generation_month, serial_from"
    )
    while rows := found.fetchmany(_BATCH):
        yield from map(Claim._make, rows)


def salt_key(lake: Lake, inputs: Iterable[Mapping[str, Any]]) -> bytes:
    """The key of the salts: a hash over the bytes of all ledger files among ``inputs`` (entries of a manifest).

    The same inputs give the same key, so the root can stand in a publication whose bytes are repeatable. The published
    sha256 of the files do not give it away: it takes their bytes, and who has those knows every range. Raises
    ``UserError`` if one of the files is not in the home folder.
    """
    digests = {entry["sha256"] for entry in inputs if entry["table_name"] in LEDGERS}
    return hashlib.sha256(_LABEL + b"".join(sorted(_content_key(lake.raw / digest) for digest in digests))).digest()


def _content_key(path: Path) -> bytes:
    digest = hashlib.sha256(_LABEL)
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(1 << 20):
                digest.update(chunk)
    except FileNotFoundError:
        raise UserError(
            f"{path} is missing; a proof needs the ledger files from which the publication was made"
        ) from None
    return digest.digest()


def salt_and_leaf(key: bytes, claim: Claim) -> tuple[bytes, bytes]:
    """The salt of a range and its hash: nobody without the key can try out what a hidden hash stands for."""
    text = json.dumps(claim).encode()
    salt = hmac.digest(key, text, "sha256")
    return salt, hashlib.sha256(b"\0" + salt + text).digest()


def entries(claims: Iterable[Claim], key: bytes, shown: Callable[[Claim], bool]) -> Iterator[Entry]:
    """The lines of a proof that shows the ranges for which ``shown`` holds and hides the others behind their branches.

    Memory grows with the logarithm of the number of ranges, whatever is shown.
    """
    peaks: list[tuple[int, bytes]] = []
    hidden: list[tuple[int, bytes]] = []
    sums: dict[tuple[str, str, str], int] = {}
    count = 0
    for count, claim in enumerate(claims, start=1):
        salt, leaf = salt_and_leaf(key, claim)
        _add(peaks, count, leaf)
        if not shown(claim):
            _add(hidden, count, leaf)
            continue
        yield from ([str(size), digest.hex()] for size, digest in hidden)
        hidden.clear()
        year = (claim.park_id, claim.generation_month[:4], claim.kind)
        sums[year] = sums.get(year, 0) + claim.mwh
        yield [*claim, salt.hex()]
    yield from ([str(size), digest.hex()] for size, digest in hidden)
    root = hashlib.sha256(b"\2" + count.to_bytes(16, "big") + b"".join(digest for _, digest in peaks)).hexdigest()
    yield [str(count), root, [[*year, str(mwh)] for year, mwh in sorted(sums.items())]]


def _add(branches: list[tuple[int, bytes]], end: int, leaf: bytes) -> None:
    """Puts the leaf of the range number ``end`` (from 1) to the right of ``branches`` and joins those of one size.

    Two branches are joined only where the tree of all ranges joins them too: where the size of both divides ``end``.
    """
    size, digest = 1, leaf
    while branches and branches[-1][0] == size and end % (2 * size) == 0:
        size, digest = 2 * size, hashlib.sha256(b"\1" + branches.pop()[1] + digest).digest()
    branches.append((size, digest))


def commitment(con: duckdb.DuckDBPyConnection, key: bytes) -> dict[str, Any]:
    """What a manifest says about the certificates of the publication open in ``con``.

    ``root`` and number of the claimed ``ranges``, and ``counted_wh``: park, year, kind and the Wh that count in
    ``metrics.park_year``, so that a proof can be held against the published figures without a database.
    """
    *_, (count, root, _) = entries(read_claims(con), key, lambda _: False)
    counted = con.execute(
        "select park_id, cast(year as varchar), kind, mwh from metrics.park_year "
        "unpivot (mwh for kind in (gec_mwh as cancelled, green_trade_mwh as green_power)) where mwh > 0 order by all"
    ).fetchall()
    return {
        "root": root,
        "ranges": int(count),
        "counted_wh": [[park, year, kind, int(mwh.scaleb(6))] for park, year, kind, mwh in counted],
    }
