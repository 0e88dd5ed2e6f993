"""A landing whose process is killed at any point leaves nothing half done, and landing again completes it."""

import json
import os
import subprocess
import sys

import duckdb
import pytest

from pipelines.ingest.landing import land, ledger_table
from pipelines.lake import Lake
from pipelines.settings import Settings

FILES = {
    "fuel_use.csv": "park_id,month,fuel,activity,quantity,unit\np,2026-01,diesel,final_use,1,t\n",
    "meter_readings_1.csv": "meter_id,interval_end,value\nm,2026-01-01T00:15,1\n",
    "meter_readings_2.csv": "meter_id,interval_end,value\nm,2026-01-01T00:30,x\n",
}
# Kills the process, as a power cut would, in front of the n-th of the calls that change the disk.
KILLED = """
import os, pathlib, signal, sys
from pipelines.ingest.landing import land
from pipelines.settings import Settings
left = int(sys.argv[3])
def counting(call):
    def counted(*args, **options):
        global left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return call(*args, **options)
    return counted
for owner, name in ((os, "fsync"), (pathlib.Path, "replace"), (pathlib.Path, "mkdir")):
    setattr(owner, name, counting(getattr(owner, name)))
land([pathlib.Path(sys.argv[1])], Settings(home=pathlib.Path(sys.argv[2]), duckdb_threads=1))
print(left)
"""


@pytest.fixture(scope="module")
def delivery(tmp_path_factory):
    folder = tmp_path_factory.mktemp("killed") / "delivery"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text)
    return folder


def run(delivery, home, calls):
    command = [sys.executable, "-c", KILLED, delivery, home, str(calls)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ)


def parsed(home):
    return {
        path.relative_to(home).as_posix(): path.read_bytes()
        for folder in ("parsed", "raw")
        for path in (home / folder).rglob("*")
        if path.is_file()
    }


def calls_of_a_landing(delivery, home):
    done = run(delivery, home, 10_000)
    assert done.returncode == 0, done.stderr
    return 10_000 - int(done.stdout)


def test_killed_anywhere(delivery, tmp_path):
    calls = calls_of_a_landing(delivery, tmp_path / "whole")
    expected = parsed(tmp_path / "whole")
    assert calls > 20
    # One in three points, another third in the folder's next run would cost seconds and show the same.
    for point in range(0, calls, 3):
        home = tmp_path / f"killed-{point}"
        assert run(delivery, home, point).returncode == -9
        with duckdb.connect() as con:
            ledger_table(Lake(home), con)
            known = {row[0] for row in con.execute("select file_id from lake.files").fetchall()}
        # What can be seen is complete, and has an arrival.
        assert {json.loads(path.read_text())["file_id"] for path in home.glob("parsed/*/ledger.json")} == known
        assert all(expected[name] == content for name, content in parsed(home).items())
        land([delivery], Settings(home=home, duckdb_threads=1))
        assert parsed(home) == expected
        assert not (home / "tmp" / "landing").exists()
