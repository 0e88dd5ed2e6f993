"""The `zcp` command as a user types it: help, wrong usage, languages. Whole runs are in test_cli_demo."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest
from zcp_command import ROOT, one_sentence, zcp

from pipelines.commands.output import Output
from pipelines.commands.run import check_year
from pipelines.errors import InputRefused
from pipelines.lake import Lake, write_json

COMMANDS = ("demo", "run", "land", "withdraw", "show", "quality", "sql", "publications", "ui", "doctor")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(command: str) -> None:
    done = zcp(command, "--help")
    assert done.returncode == 0
    assert f"Example: zcp {command}" in done.stdout
    assert "--home" in done.stdout


def test_help_speaks_chinese_by_option_and_by_locale() -> None:
    for done in (zcp("--help", locale="zh_CN.UTF-8"), zcp("land", "--lang", "zh", "--help")):
        assert "接收" in done.stdout


def test_help_imports_none_of_the_heavy_libraries() -> None:
    heavy = ("dagster", "duckdb", "great_expectations", "numpy", "pandas", "polars", "pydantic", "sqlglot")
    program = f"import sys, pipelines.cli; print([m for m in {heavy} if m in sys.modules])"
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.strip() == "[]"


def test_a_wrong_option_is_wrong_usage() -> None:
    done = zcp("run", "--yaer", "2026")
    assert done.returncode == 2
    assert "--yaer" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("land", "nowhere/at-all.csv"), "nowhere/at-all.csv"),
        (("run", "--input", "nowhere", "--year", "2026"), "nowhere"),
        (("run", "--cutoff", "31.12.2026"), "--cutoff 31.12.2026"),
        (("run", "--months", "2026-12..2026-01"), "--months 2026-12..2026-01"),
        (("run", "--months", "2026-13"), "--months 2026-13"),
        (("run", "--as-of", "31.12.2026"), "--as-of 31.12.2026"),
        (("run", "--as-of", "2026-03-31", "--months", "2026-01"), "--months and --as-of"),
        (("sql", "select 1", "--as-of", "2026-03-31", "--publication", "x"), "not both"),
        (("withdraw", "march.csv", "--reason", "r", "--by", "b"), "march.csv"),
        (("show",), "zcp demo"),
        (("sql", "select 1"), "zcp demo"),
    ],
)
def test_a_mistake_is_one_sentence_that_names_it(tmp_path: Path, arguments: tuple[str, ...], named: str) -> None:
    assert named in one_sentence(zcp(*arguments, home=tmp_path), 2)


def test_a_home_that_is_a_file_is_wrong_usage(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for command in (("show",), ("doctor",), ("run", "--year", "2026")):
        done = zcp(*command, home=tmp_path / "file")
        assert done.returncode == 2
        assert "Traceback" not in done.stderr
        assert "--home" in done.stderr


def test_a_mistake_is_told_in_chinese(tmp_path: Path) -> None:
    assert one_sentence(zcp("land", "nowhere", "--lang", "zh", home=tmp_path), 2).startswith("错误：找不到")


def test_a_run_without_parks_is_refused_and_publishes_nothing(tmp_path: Path) -> None:
    message = one_sentence(zcp("run", "--year", "2026", home=tmp_path), 3)
    assert "parks" in message
    assert not (tmp_path / "published").exists()


@pytest.mark.parametrize(
    ("table", "column"), [("fuel_use", "month"), ("heat_flows", "month"), ("gec_cancellations", "generation_month")]
)
def test_one_row_of_the_year_is_something_to_account(tmp_path: Path, table: str, column: str) -> None:
    lake = Lake(tmp_path)
    entry = {"file_id": "f", "refused_reason": None, "months": ["2025-12"], "tables": {table: 2}}
    write_json(lake.parsed / "f" / "ledger.json", entry)
    pl.DataFrame({column: ["2013-12", "2014-07"]}).write_parquet(lake.parsed / "f" / f"{table}.parquet")
    for year in (2013, 2014, 2025):
        check_year(lake, year, Output("en"))
    with pytest.raises(InputRefused, match="nothing of 2015"):
        check_year(lake, 2015, Output("en"))


def test_a_file_that_is_not_what_its_name_says_is_refused(tmp_path: Path) -> None:
    picture = tmp_path / "meter_readings_2026.csv"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    done = zcp("run", "--input", str(picture), "--year", "2026", home=tmp_path / "home")
    assert done.returncode == 3
    assert "meter_readings_2026.csv" in done.stderr
    assert "PNG" in done.stderr
    assert not (tmp_path / "home" / "published").exists()


def test_an_empty_delivery_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    message = one_sentence(zcp("land", str(tmp_path / "empty"), home=tmp_path / "home"), 3)
    assert "empty" in message


def test_publications_of_an_empty_home_are_an_empty_list(tmp_path: Path) -> None:
    done = zcp("publications", "--json", home=tmp_path)
    assert (done.returncode, json.loads(done.stdout)) == (0, [])


def test_the_doctor_reports_versions_and_leaves_no_home_behind(tmp_path: Path) -> None:
    home = tmp_path / "none"
    done = zcp("doctor", "--json", home=home)
    checks = {check["name"]: check for check in json.loads(done.stdout)}
    assert {"python", "duckdb", "polars", "dagster", "lock", "disk free", "current publication"} <= set(checks)
    assert checks["home"]["value"] == str(home)
    assert not home.exists()


def test_start_up_is_quick() -> None:
    times = []
    for _ in range(3):
        started = time.monotonic()
        zcp("--help")
        times.append(time.monotonic() - started)
    assert min(times) < 1.0
