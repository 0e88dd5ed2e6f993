"""How ``run_pipeline`` begins: what it refuses before anything is built."""

import subprocess
import sys

import pytest

from pipelines.errors import InputRefused, UserError
from pipelines.lake import Lake
from pipelines.run import run_pipeline
from pipelines.settings import Settings

HOLD = "import sys, time; from pathlib import Path; from pipelines.lake import Lake\n" + (
    "with Lake(Path(sys.argv[1])).writing():\n    print('held', flush=True)\n    time.sleep(60)"
)


@pytest.fixture
def settings(tmp_path):
    return Settings(home=tmp_path, duckdb_threads=1, duckdb_memory="200MiB")


def test_without_a_year_there_must_be_readings(settings):
    with pytest.raises(InputRefused, match="no readings are landed"):
        run_pipeline(settings)


def test_a_year_outside_the_partitions_is_named(settings):
    with pytest.raises(UserError, match="2040-01 is outside the years that can be run"):
        run_pipeline(settings, 2040)


def test_a_second_run_on_one_home_folder_is_told_at_once(settings):
    first = subprocess.Popen([sys.executable, "-c", HOLD, str(settings.home)], stdout=subprocess.PIPE, text=True)
    try:
        assert first.stdout.readline() == "held\n"
        with pytest.raises(UserError, match="another zcp command is writing"):
            run_pipeline(settings, 2026)
    finally:
        first.kill()
        first.wait()


def test_a_run_that_dagster_starts_waits_for_the_home_folder(settings):
    hold = HOLD.replace("60", "1")
    first = subprocess.Popen([sys.executable, "-c", hold, str(settings.home)], stdout=subprocess.PIPE, text=True)
    try:
        assert first.stdout.readline() == "held\n"
        with Lake(settings.home).writing(wait_seconds=30):
            assert first.wait(10) == 0
    finally:
        first.kill()
        first.wait()
