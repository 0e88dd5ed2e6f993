"""The evidence pack of one park and year: a zip that an auditor checks without this program, with ``verify.py`` in it.

The same publication gives the same bytes. What is proven and how is in ``verify.py`` and in the README of the pack.
"""

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pipelines import warehouse
from pipelines.errors import UserError
from pipelines.evidence import excerpt, explanation
from pipelines.evidence.account import Account
from pipelines.evidence.figures import Figure, Key
from pipelines.publish.candidate import STORAGE, parquet, qualified
from pipelines.publish.manifest import MANIFEST, table_path
from pipelines.reference_tables import literal
from pipelines.settings import Settings

VERIFIER = "verify.py"
README = "README.md"
README_TEMPLATE = "pack_readme.md"
ABOUT = "pack.json"

MAIN = (
    "intensity_tco2_per_tce", "intensity_low", "intensity_high", "limit_tco2_per_tce", "direct_supply_share",
    "green_share", "core_verdict", "direct_supply_verdict", "overall_verdict", "reasons", "reduction_from_base_year",
)  # fmt: skip
"""Figures whose explanation is also given as text."""

PUBLICATION = ("id", "method_version", "factor_release", "year", "cutoff", "engine", "hashes", "tables", "certificates")
"""What a pack repeats of the manifest."""

_EPOCH = (1980, 1, 1, 0, 0, 0)
_READABLE = 0o100644 << 16


@dataclass(frozen=True)
class Source:
    """The publication that a pack is cut out of."""

    settings: Settings
    folder: Path


def build(
    source: Source, account: Account, year: int, *, figures: Mapping[Key, Figure], texts: Mapping[str, str]
) -> dict[str, bytes]:
    """The files of a pack by name. ``figures``: all of the year, explained; ``texts``: further files for people.

    Raises ``UserError`` if the rows of the publication are not those whose hash its manifest names.
    """
    manifest = (source.folder / MANIFEST).read_bytes()
    published = json.loads(manifest)
    tables = excerpt.park_texts(account.con, published["tables"], account.park_id)
    digest = excerpt.digest_of(tables)
    if digest != published["parks"].get(account.park_id):
        raise UserError(
            f"the rows of {account.park_id} are not those whose hash is in the manifest of publication "
            f"{published['id']}; run `zcp verify`"
        )
    files = {f"tables/{table}.csv": text for table, text in tables.items()}
    files |= {f"tables/{table}.parquet": data for table, data in _parquet(source, tables, account.park_id).items()}
    files |= {name: text.encode() for name, text in texts.items()}
    files["inputs.csv"] = _inputs(account, published)
    shown = [explanation.record(figures, key) for key in sorted(figures)]
    files["explanation.json"] = _json({"park_id": account.park_id, "year": year, "figures": shown})
    files[VERIFIER] = Path(__file__).with_name(VERIFIER).read_bytes()
    readme = Path(__file__).with_name(README_TEMPLATE).read_text(encoding="utf-8")
    files[README] = readme.format(park=account.park_id, year=year, publication=published["id"]).encode()
    files[ABOUT] = _json(
        {
            "park_id": account.park_id,
            "year": year,
            "park_sha256": digest,
            "manifest_sha256": sha256(manifest).hexdigest(),
            "publication": {name: published[name] for name in PUBLICATION},
            "files": {name: sha256(data).hexdigest() for name, data in sorted(files.items())},
        }
    )
    return files


def write(files: Mapping[str, bytes], target: Path) -> None:
    """Writes the zip, in order of the names and with a fixed time, so that the same files give the same bytes."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for name, data in sorted(files.items()):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 3, _READABLE
            packed.writestr(entry, data)


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _parquet(source: Source, tables: Iterable[str], park_id: str) -> dict[str, bytes]:
    """The same rows as in the text of each table, cut out of the published Parquet files; empty ones are left out."""
    found = {}
    with TemporaryDirectory() as scratch, closing(warehouse.connect(source.settings, threads=1)) as con:
        target = Path(scratch) / "table.parquet"
        for table in tables:
            rows = f"select * from {parquet(table_path(source.folder, table))}"
            chosen = rows if table in excerpt.COMMON else f"{rows} where park_id = {literal(park_id)}"
            copied = con.execute(f"copy ({chosen} order by all) to {literal(str(target))} ({STORAGE})").fetchone()
            if copied and copied[0]:
                found[table] = target.read_bytes()
    return found


def _inputs(account: Account, published: Mapping[str, Any]) -> bytes:
    """The ledger of the files that any row of the park names, as in the manifest."""
    columns = excerpt.columns_of(account.con, published["tables"])
    tables = [table for table, names in columns.items() if "file_id" in names]
    union = " union ".join(f"select file_id from {qualified(table)} where park_id = $1" for table in tables)
    named = {row[0] for row in account.con.execute(union, [account.park_id]).fetchall()}
    inputs = published["inputs"]
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(inputs[0]) if inputs else ["file_id"], lineterminator="\n")
    writer.writeheader()
    writer.writerows(entry for entry in inputs if entry["file_id"] in named)
    return text.getvalue().encode()
