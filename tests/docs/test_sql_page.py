"""docs/sql.md: its examples run on a publication, in this process and in the DuckDB command line."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.contracts import load
from pipelines.lake import Lake
from pipelines.publish import audit
from pipelines.publish.publisher import publish
from tests.pipeline.publishing import YEAR, home
from tests.pipeline.zcp_command import ROOT, zcp

PAGE = (ROOT / "docs" / "sql.md").read_text(encoding="utf-8")
EXAMPLES = dict(re.findall(r"^## With (\w+)$.*?^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))
OLDEST = ROOT / ".venv-duckdb15"
"""DuckDB 1.5 alone, as `make test` sets it up."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``zcp-data`` in it, as the examples assume."""
    folder = tmp_path_factory.mktemp("sql")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(audit, "judge_expectations", lambda con, contracts: [])
        settings, lake = home(folder / "zcp-data")
        publish(settings, lake, YEAR)
    return folder


def run(folder: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.chdir(folder)
    found: dict[str, Any] = {}
    exec(EXAMPLES[name], found)
    return found


def test_duckdb(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = run(folder, "DuckDB", monkeypatch)
    assert [park for park, _ in found["league"]] == ["park-a", "park-b"]
    assert dict(found["words"])["energy_tce"].endswith("[tce]")


@pytest.mark.parametrize("name", ["pandas", "Polars"])
def test_data_frames(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    found = run(folder, name, monkeypatch)
    assert list(found["parks"]["park_id"]) == ["park-a", "park-b"]
    assert str(found["parks"]["total_tco2"][0]) == "25.975001"
    assert found["unit"] == "tce"


def test_the_command_line_of_duckdb(folder: Path) -> None:
    (command,) = re.findall(r'^duckdb (-readonly) (\S+) "(.+)"$', PAGE, re.MULTILINE)
    program = shutil.which("duckdb", path=Path(sys.executable).parent) or shutil.which("duckdb")
    if program is None:
        pytest.skip("the DuckDB command line (duckdb-cli of the dev group) is not installed")
    done = subprocess.run(
        [program, "-json", *command], cwd=folder, capture_output=True, check=True, timeout=60, encoding="utf-8"
    )
    rows = json.loads(done.stdout)
    assert [(row["park_id"], row["overall_verdict"]) for row in rows] == [("park-a", "fail"), ("park-b", "fail")]


@pytest.mark.skipif(not OLDEST.is_dir(), reason="`make test` installs DuckDB 1.5 into .venv-duckdb15")
def test_the_oldest_duckdb_reads_tables_views_and_comments(folder: Path) -> None:
    program = """if True:
        import duckdb, sys
        assert duckdb.__version__.startswith("1.5."), duckdb.__version__
        con = duckdb.connect(sys.argv[1], read_only=True)
        for schema, name in con.sql("select schema_name, view_name from duckdb_views() where not internal").fetchall():
            con.execute(f"from {schema}.{name}").fetchall()
        print(con.sql("select count(*) from duckdb_columns() where not internal and comment is null").fetchone()[0])
    """
    done = subprocess.run(
        [sys.executable, "-c", program, str(folder / "zcp-data" / "published" / "current" / "parks.duckdb")],
        env={"PYTHONPATH": str(OLDEST)},
        capture_output=True,
        check=False,
        encoding="utf-8",
    )
    assert (done.returncode, done.stdout) == (0, "0\n"), done.stderr


def test_parquet_files_carry_the_words_of_the_contracts(folder: Path) -> None:
    current = folder / "zcp-data" / "published" / "current"
    with duckdb.connect() as con:
        for table, contract in load("outputs").items():
            path = current / f"{table.replace('.', '/', 1)}.parquet"
            found = con.execute("select decode(key), decode(value) from parquet_kv_metadata(?)", [str(path)]).fetchall()
            words = dict(found)
            assert (words["table"], words["contract_version"]) == (table, contract.version)
            assert words["description"] == contract.description
            columns = json.loads(words["columns"])
            assert list(columns) == list(contract.column_names)
            for column in contract.columns:
                assert columns[column.name]["description"] == column.description
                assert columns[column.name].get("unit") == column.unit
                assert tuple(columns[column.name].get("values", ())) == column.enum


def test_the_examples_of_the_command_run_and_the_limits_are_those_of_the_page(folder: Path) -> None:
    from pipelines.publish import query

    assert f"{query.TIMEOUT_SECONDS:g} seconds" in PAGE
    assert f"{query.MAX_ROWS:,} rows and {query.MAX_RESULT_BYTES >> 20} MiB".replace(",", " ") in PAGE
    assert f"{query.MEMORY.removesuffix('GiB')} GiB for DuckDB, {query.ADDRESS_BYTES >> 30} GiB" in PAGE
    assert f"| {query.THREADS} threads |" in PAGE
    for statement in re.findall(r'^zcp sql "(.+?)"', PAGE, re.MULTILINE):
        assert query.run_sql(Lake(folder / "zcp-data"), statement)[0]
    shown = zcp("sql", "from views.league_table", "--json", home=folder / "zcp-data")
    assert [row["park_id"] for row in json.loads(shown.stdout)] == ["park-a", "park-b"]
