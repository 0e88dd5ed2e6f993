"""The wheel: it carries the SQL, the contracts and the reference data, no tests, and works away from the checkout."""

import os
import re
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    out = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """Runs a command of the wheel, installed alone into an environment that borrows this one's libraries."""
    home = tmp_path_factory.mktemp("venv")
    venv.create(home, with_pip=False)
    python = home / "bin" / "python"
    libraries = Path(sysconfig.get_path("purelib", vars={"base": str(home)}))
    # Added by a .pth file, a folder's own .pth files are not read: the checkout stays out of sight.
    (libraries / "borrowed.pth").write_text(sysconfig.get_path("purelib"))
    install = [sys.executable, "-m", "pip", "--python", str(python), "install", "--no-index", "--no-deps", str(wheel)]
    subprocess.run(install, check=True, capture_output=True)

    def run(*command: str) -> str:
        clean = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "ZCP_HOME")}
        done = subprocess.run(
            [str(home / "bin" / command[0]), *command[1:]],
            capture_output=True,
            text=True,
            cwd=home,
            env=clean,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


def committed(folder: str, suffix: str) -> set[str]:
    return {p.relative_to(ROOT).as_posix() for p in (ROOT / folder).rglob(f"*{suffix}")}


def test_the_wheel_carries_sql_contracts_and_reference_data_and_no_tests(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    data = committed("sql", ".sql") | committed("data_contracts", ".yaml")
    assert {f"pipelines/_data/{name}" for name in data} <= names
    assert set().union(*(committed("pipelines", kind) for kind in (".csv", ".py", ".html", ".css", ".js"))) <= names
    assert {name.split("/")[0] for name in names} == {"pipelines", wheel.name.split("-py3")[0] + ".dist-info"}


def test_the_installed_package_finds_its_data_inside_itself(installed):
    seen = installed("python", "-c", "import pipelines.resources as r; print(r.SQL, r.CONTRACTS, r.REFERENCE)")
    assert str(ROOT) not in seen
    assert re.search(r"pipelines/_data/sql .*pipelines/_data/data_contracts .*pipelines/reference", seen)


def test_the_installed_command_runs(installed):
    assert "Usage" in installed("zcp", "--help")
    installed("zcp", "doctor")
