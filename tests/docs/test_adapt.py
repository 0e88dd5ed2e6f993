"""The worked example of docs/adapt.md: its commands, run as they stand, in an empty folder."""

import os
import re
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

PAGE = Path(__file__).resolve().parents[2] / "docs" / "adapt.md"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    work = tmp_path_factory.mktemp("adapt")
    blocks = re.findall(r"^```sh\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env = {name: value for name, value in os.environ.items() if name != "ZCP_HOME"}
    env |= {"PATH": path, "LANG": "C.UTF-8", "COLUMNS": "160"}
    outputs = []
    for block in blocks:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", block], cwd=work, env=env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{block}\n{done.stdout}{done.stderr}"
        outputs.append(done.stdout)
    return work, outputs


def test_the_first_run_estimates_the_missing_day_and_shows_how(folder):
    _, outputs = folder
    first, quality = outputs[3], outputs[4]
    assert "undecided" not in first
    line = next(line for line in quality.splitlines() if "gate-in" in line and "grid_import" in line)
    assert "2,280.000" in line
    assert "like_day" in line


def test_the_late_delivery_takes_the_place_of_the_estimate(folder):
    work, outputs = folder
    assert "1 reading corrected" in outputs[5]
    use_mwh = sum(2 * (1500 + n % 5 * 20) for n in range(365))
    with duckdb.connect(str(work / "zcp-data/published/current/parks.duckdb"), read_only=True) as con:
        query = (
            "select electricity_use_mwh, core_verdict, overall_verdict from metrics.park_year where park_id = 'my-park'"
        )
        assert con.execute(query).fetchone() == (use_mwh, "fail", "fail")
        assert con.execute("select count(*) from quality.estimates").fetchone() == (0,)
        assert con.execute("select old_value, new_value from quality.corrections").fetchall() == [(None, 2400)]


def test_the_parameter_of_the_home_folder_is_used_and_shown(folder):
    _, outputs = folder
    assert "provincial bulletin" in outputs[6]
