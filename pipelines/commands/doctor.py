"""The doctor: whether this environment and this home folder are fit for work."""

import importlib.metadata
import os
import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from pipelines.commands.output import Output
from pipelines.errors import UserError
from pipelines.lake import Lake
from pipelines.settings import Settings

PACKAGES = (
    "zero-carbon-parks",
    "duckdb",
    "polars",
    "dagster",
    "dagster-webserver",
    "great-expectations",
    "pandas",
    "pyarrow",
    "typer",
)
OLDEST_PYTHON = (3, 11)
LEAST_FREE_BYTES = 5 << 30
"""Less free disk than this cannot hold a year of 52 parks at 15 minutes with its intermediate results."""


@dataclass(frozen=True)
class Check:
    """One line of the doctor; ``ok`` is None where there is nothing to judge."""

    name: str
    value: str
    ok: bool | None = None


def _environment() -> Iterator[Check]:
    yield Check("python", platform.python_version(), sys.version_info[:2] >= OLDEST_PYTHON)
    yield Check("platform", platform.platform())
    yield Check("locale", f"{os.environ.get('LC_ALL') or os.environ.get('LANG') or '–'}, {sys.stdout.encoding}")
    for package in PACKAGES:
        try:
            yield Check(package, importlib.metadata.version(package), True)
        except importlib.metadata.PackageNotFoundError:
            # A checkout on PYTHONPATH runs without being installed; its dependencies cannot be missing.
            yield Check(package, "not installed", None if package == PACKAGES[0] else False)


def _limits(settings: Settings) -> Iterator[Check]:
    yield Check("duckdb memory", settings.duckdb_memory)
    yield Check("duckdb threads", str(settings.duckdb_threads))


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that exists."""
    return next(path for path in (folder, *folder.parents) if path.exists())


def _home(settings: Settings) -> Iterator[Check]:
    ground = _existing(settings.home)
    yield Check("home", str(settings.home), ground.is_dir() and os.access(ground, os.W_OK))
    free = shutil.disk_usage(ground).free
    yield Check("disk free", f"{free / (1 << 30):.1f} GiB", free >= LEAST_FREE_BYTES)
    yield Check("lock", *_lock(settings.home))
    size = sum(path.stat().st_size for path in settings.home.rglob("*") if path.is_file() and not path.is_symlink())
    yield Check("home size", f"{size / (1 << 20):.1f} MiB")


def _lock(home: Path) -> tuple[str, bool]:
    """Whether a command is writing to the home folder; a folder that does not exist is free and stays absent."""
    if not home.exists():
        return "free", True
    try:
        with Lake(home).writing():
            return "free", True
    except UserError as held:
        return str(held), False


def _data(settings: Settings) -> Iterator[Check]:
    from pipelines.contracts import load
    from pipelines.resources import CONTRACTS, SQL

    lake = Lake(settings.home)
    yield Check("sql", str(SQL), any(SQL.rglob("*.sql")))
    yield Check("contracts", f"{len(load('inputs'))} in, {len(load('outputs'))} out ({CONTRACTS})", True)
    entries = list(lake.ledgers())
    refused = sum(1 for entry in entries if entry["refused_reason"])
    yield Check("files landed", f"{len(entries)} ({refused} refused)")
    yield Check("dagster instance", _instance(settings.home / "dagster"))


def _instance(folder: Path) -> str:
    if os.environ.get("ZCP_POSTGRES_URL"):
        return "PostgreSQL (ZCP_POSTGRES_URL)"
    return f"SQLite in {folder}" if folder.is_dir() else f"SQLite, to be made in {folder}"


def _publication(settings: Settings) -> Iterator[Check]:
    from pipelines.publish import catalog, query

    lake = Lake(settings.home)
    current = catalog.current_id(lake)
    yield Check("publications", str(len(catalog.publication_ids(lake))))
    if current is None:
        yield Check("current publication", "none yet")
        return
    with query.open_current(lake) as con:
        row = con.execute("select count(*), min(year), max(year) from metrics.park_year").fetchone()
    assert row is not None
    rows, first, last = row
    yield Check("current publication", f"{current}: park_year of {first} to {last}, rows: {rows}", rows > 0)


def checks(settings: Settings) -> list[Check]:
    """All checks, in the order they are shown."""
    parts = (_environment(), _limits(settings), _home(settings), _data(settings), _publication(settings))
    return [check for part in parts for check in part]


def doctor(settings: Settings, output: Output) -> None:
    """Prints the checks. Raises ``UserError`` naming those that failed."""
    found = checks(settings)
    if output.as_json:
        output.json([asdict(check) for check in found])
    state = {True: output.text("ok"), False: output.text("attention"), None: ""}
    headings = [output.text("h_check"), output.text("h_value"), output.text("h_status")]
    output.table("", headings, [[check.name, check.value, state[check.ok]] for check in found])
    if failed := [check.name for check in found if check.ok is False]:
        raise UserError(output.text("doctor_failed", names=", ".join(failed)))
