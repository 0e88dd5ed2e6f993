"""What makes a publication the one it is: hashes of inputs, code, contracts, method, factors and rows; its manifest.

Nothing here knows when, where or with how many threads something ran: that is the catalog's (``catalog``).
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from pipelines import METHOD_VERSION, reference_tables
from pipelines.contracts import Contract
from pipelines.lake import Lake, fingerprint, sha256_file
from pipelines.resources import CONTRACTS, REFERENCE, SQL

MANIFEST = "manifest.json"
AUDIT = "audit.json"
AUDIT_PAGE = "audit.html"
"""The verdicts of ``audit.json`` as a page."""
CHECKER = "check_certificates.py"
"""The stand-alone checker of uniqueness proofs: in this package, and a copy of it in every publication."""
DATABASE = "parks.duckdb"

STAMP = ("method_version", "factor_release", "publication_id")
"""The columns every published table ends with; the publisher adds them to what the models give."""

PLANNING = frozenset({"plan_costs"})
"""Reference tables that only plans read: another price is no other publication."""

_PACKAGE = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Identity:
    """Everything a publication is a function of.

    ``inputs`` are (file_id, sha256) of every file in the ledger; ``content`` a hash of the rows of each table, through
    which the order of arrival enters where, and only where, it decided between two values; ``engine`` the version of
    the database that computed, whose arithmetic is as much a part of the result as the code.
    """

    method_version: str
    factor_release: str
    year: int
    cutoff: date
    engine: str
    code: str
    sql: str
    contracts: str
    inputs: tuple[tuple[str, str], ...]
    content: Mapping[str, str]

    @property
    def publication_id(self) -> str:
        return fingerprint(asdict(self))


def default_cutoff(year: int) -> date:
    """The reporting cut-off of a year where none is given: 31 December of the year after."""
    return date(year + 1, 12, 31)


def hash_files(root: Path, *patterns: str) -> str:
    """A fingerprint of the relative names and bytes of all files below ``root`` that match a pattern."""
    paths = sorted({path for pattern in patterns for path in root.rglob(pattern) if path.is_file()})
    return fingerprint([(path.relative_to(root).as_posix(), sha256_file(path)) for path in paths])


def code_hash() -> str:
    """A fingerprint of the package's code, the page of verdicts included: it is a file of the publication."""
    return hash_files(_PACKAGE, "*.py", "publish/*.jinja")


def factor_release(lake: Lake, package: Path = REFERENCE) -> str:
    """A fingerprint of all reference data in force, the package's and the operator's, but for what no figure reads.

    ``package``: the folder whose files say which tables there are, where they are those of another time.
    """
    names = sorted({path.stem for path in package.glob("*.csv")} - PLANNING)
    return fingerprint({name: reference_tables.find(lake, name).digest for name in names})


def content_hash(con: duckdb.DuckDBPyConnection, relation: str) -> str:
    """A hash of a relation's columns, their types, its rows and how often each occurs, whatever their order."""
    columns = [(row[0], row[1]) for row in con.execute(f"describe select * from {relation}").fetchall()]
    row = con.execute(
        "select coalesce(sha256(string_agg(digest, '' order by digest)), '') "
        f"from (select sha256(cast(t as varchar)) as digest from {relation} as t)"
    ).fetchone()
    return fingerprint(columns, row)


def identify(
    lake: Lake, year: int, cutoff: date | None, inputs: Iterable[tuple[str, str]], content: Mapping[str, str]
) -> Identity:
    """The identity of a publication of these rows by the code, SQL, contracts and factors as they are now."""
    return Identity(
        method_version=METHOD_VERSION,
        factor_release=factor_release(lake),
        year=year,
        cutoff=cutoff or default_cutoff(year),
        engine=f"duckdb {duckdb.__version__}",
        code=code_hash(),
        sql=hash_files(SQL, "*.sql"),
        contracts=hash_files(CONTRACTS, "*.yaml"),
        inputs=tuple(sorted(inputs)),
        content=dict(content),
    )


def identity_of(manifest: Mapping[str, Any]) -> Identity:
    """The identity that a manifest states; unless something was altered, its fingerprint is the manifest's id.

    Raises ``KeyError``, ``TypeError`` or ``ValueError`` for a mapping of another form than ``manifest_of`` gives.
    """
    return Identity(
        method_version=manifest["method_version"],
        factor_release=manifest["factor_release"],
        year=manifest["year"],
        cutoff=date.fromisoformat(manifest["cutoff"]),
        engine=manifest["engine"],
        code=manifest["hashes"]["code"],
        sql=manifest["hashes"]["sql"],
        contracts=manifest["hashes"]["contracts"],
        inputs=tuple(sorted((entry["file_id"], entry["sha256"]) for entry in manifest["inputs"])),
        content={table: entry["content"] for table, entry in manifest["tables"].items()},
    )


def inputs_of(con: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """What a manifest says about the input files: the rows of ``quality.file_ledger`` without their stamp."""
    return _rows(con, f"select * exclude ({', '.join(STAMP)}) from quality.file_ledger order by all")


def factors_of(con: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """What a manifest says about factors: every factor that entered a term of some park's account, with its source."""
    return _rows(
        con,
        "select distinct term, factor, cast(value as varchar) as value, unit, "
        "cast(valid_from as varchar) as valid_from, source, status from evidence.factors_used order by all",
    )


def _rows(con: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    found = con.execute(query)
    names = [str(column[0]) for column in found.description or []]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def manifest_of(
    identity: Identity,
    contracts: Mapping[str, Contract],
    folder: Path,
    *,
    rows: Mapping[str, int],
    inputs: list[dict[str, Any]],
    factors: list[dict[str, Any]],
    audit: Mapping[str, Any],
    certificates: Mapping[str, Any],
) -> dict[str, Any]:
    """The manifest of the candidate in ``folder``: what it was made from and the hash of each of its files."""
    tables = {
        name: {
            "rows": rows[name],
            "sha256": sha256_file(table_path(folder, name)),
            "contract": contract.version,
            "content": identity.content[name],
        }
        for name, contract in contracts.items()
    }
    return {
        "id": identity.publication_id,
        "method_version": identity.method_version,
        "factor_release": identity.factor_release,
        "year": identity.year,
        "cutoff": identity.cutoff.isoformat(),
        "engine": identity.engine,
        "hashes": {"code": identity.code, "sql": identity.sql, "contracts": identity.contracts},
        "tables": tables,
        "files": {name: sha256_file(folder / name) for name in (AUDIT_PAGE, CHECKER)},
        "certificates": certificates,
        "inputs": inputs,
        "factors": factors,
        "audit": {**audit, "sha256": sha256_file(folder / AUDIT)},
    }


def table_path(folder: Path, table: str) -> Path:
    """Where ``schema.table`` lies in a publication."""
    schema, _, name = table.partition(".")
    return folder / schema / f"{name}.parquet"


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """The manifest of a publication; None if the folder holds none."""
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return manifest


def published_files(lake: Lake) -> frozenset[str]:
    """The parsed files that went into the current publication; none before the first one."""
    manifest = read_manifest(lake.published / "current") or {"inputs": []}
    return frozenset(entry["file_id"] for entry in manifest["inputs"])


def is_intact(folder: Path) -> bool:
    """Whether a publication is whole: every file of its manifest is there with its hash, and the database exists."""
    manifest = read_manifest(folder)
    if manifest is None or not (folder / DATABASE).is_file():
        return False
    expected = {table_path(folder, name): entry["sha256"] for name, entry in manifest["tables"].items()}
    expected[folder / AUDIT] = manifest["audit"]["sha256"]
    expected |= {folder / name: digest for name, digest in manifest["files"].items()}
    return all(path.is_file() and sha256_file(path) == digest for path, digest in expected.items())
