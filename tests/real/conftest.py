"""Deliveries of real measurements, run by the command ``zcp run``.

The data are not part of the project: ``ZCP_REAL_DATA`` names their folder, and without it these tests are skipped.
A test's ``delivery.yaml`` stands in ``deliveries/``; the small master tables are written by the test.
"""

import io
import json
import os
import shutil
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.commands.output import Output
from pipelines.commands.run import run as run_command
from pipelines.settings import Settings

DELIVERIES = Path(__file__).with_name("deliveries")


@dataclass(frozen=True)
class Run:
    """A home folder after one ``zcp run``: its output, its publication, its lake."""

    home: Path
    output: dict[str, Any]

    @property
    def ledger(self) -> dict[str, dict[str, Any]]:
        """The ledger entries of the run by file name."""
        return {entry["file_name"]: entry for entry in self.output["ledger"]}

    def published(self, sql: str) -> list[tuple]:
        """Rows of a query on the current publication."""
        with duckdb.connect(str(self.home / "published/current/parks.duckdb"), read_only=True) as con:
            return con.execute(sql).fetchall()

    def parsed(self, sql: str, file_name: str = "") -> list[tuple]:
        """Rows of a query on ``readings``: the canonical readings of one landed file, or of all."""
        folder = self.ledger[file_name]["file_id"] if file_name else "*"
        with duckdb.connect() as con:
            files = self.home / "parsed" / folder / "meter_readings.parquet"
            con.execute(f"create view readings as from read_parquet('{files}', union_by_name = true)")
            return con.execute(sql).fetchall()


@pytest.fixture(scope="session")
def real_data() -> Path:
    folder = os.environ.get("ZCP_REAL_DATA")
    if not folder:
        pytest.skip("ZCP_REAL_DATA is not set: it names the folder of the real measurements")
    return Path(folder).absolute()


@pytest.fixture(scope="module")
def delivery(tmp_path_factory: pytest.TempPathFactory, real_data: Path) -> Callable[..., Path]:
    """Makes a delivery folder of instructions from ``deliveries/``, data files (globs), and tables given as text."""

    def make(instructions: str | None = None, *patterns: str, **tables: str) -> Path:
        folder = tmp_path_factory.mktemp("delivery")
        if instructions:
            shutil.copy(DELIVERIES / f"{instructions}.yaml", folder / "delivery.yaml")
        for pattern in patterns:
            for path in real_data.glob(pattern):
                (folder / path.name).symlink_to(path)
        for table, text in tables.items():
            (folder / f"{table}.csv").write_text(text, encoding="utf-8")
        return folder

    return make


@pytest.fixture(scope="module")
def zcp(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Run]:
    """Runs ``zcp run`` on delivery folders in a new home folder.

    The command itself, but in this process: a process for each of these runs would spend seconds on imports alone.
    """

    def run(year: int, *folders: Path) -> Run:
        home = tmp_path_factory.mktemp("home")
        with redirect_stdout(io.StringIO()) as printed:
            run_command(
                Settings.from_env(home),
                folders,
                year=year,
                cutoff=None,
                months=None,
                as_of=None,
                output=Output("en", as_json=True),
            )
        return Run(home, json.loads(printed.getvalue()))

    return run
