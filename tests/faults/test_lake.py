"""The home folder under faults: writers that die, torn lines, files that vanish, two writers at once."""

import json
import os
import signal
import subprocess
import sys
from datetime import date

import duckdb
import pytest

from pipelines.errors import UserError
from pipelines.lake import Lake, append_line, atomic_path, read_lines, write_json
from pipelines.model_inputs import Account, Sources
from pipelines.model_runner import BuildContext, output_path, read_pointer, run_step
from pipelines.models import load_models, plan
from pipelines.settings import Settings

HOLD_THE_LOCK = """
import sys, time
from pathlib import Path
from pipelines.lake import Lake
with Lake(Path(sys.argv[1])).writing():
    print("held", flush=True)
    time.sleep(60)
"""


def hold(home) -> subprocess.Popen:
    process = subprocess.Popen([sys.executable, "-c", HOLD_THE_LOCK, str(home)], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_writer_is_told_at_once_and_a_dead_one_frees_the_lock(tmp_path):
    first = hold(tmp_path)
    try:
        with pytest.raises(UserError, match="another zcp command is writing"), Lake(tmp_path).writing():
            pass
    finally:
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
    with Lake(tmp_path).writing():
        pass


def test_the_same_process_may_nest_writing(tmp_path):
    with Lake(tmp_path).writing(), Lake(tmp_path).writing():
        pass
    second = hold(tmp_path)
    second.kill()
    second.wait()


def test_a_write_that_fails_leaves_what_was_there(tmp_path):
    target = tmp_path / "pointer.json"
    write_json(target, {"a": 1})
    with pytest.raises(TypeError):
        write_json(target, {"a": {1, 2}})
    assert json.loads(target.read_text()) == {"a": 1}
    with pytest.raises(FileNotFoundError), atomic_path(target):
        pass
    assert json.loads(target.read_text()) == {"a": 1}
    assert list(tmp_path.iterdir()) == [target]


def test_a_torn_last_line_was_never_acknowledged(tmp_path):
    log = tmp_path / "catalog" / "arrivals.jsonl"
    append_line(log, {"sequence": 1})
    with log.open("a") as stream:
        stream.write('{"sequence": 2')
    assert read_lines(log) == [{"sequence": 1}]
    append_line(log, {"sequence": 3})
    assert read_lines(log) == [{"sequence": 1}, {"sequence": 3}]


@pytest.fixture
def build(tmp_path):
    """Builds one model; gives its rows, read from what its pointer names."""
    sql = tmp_path / "sql" / "staging"
    sql.mkdir(parents=True)
    lake = Lake(tmp_path / "home")

    def run(text: str = "select * from range(3) as r(k)") -> list[tuple]:
        (sql / "a.sql").write_text(f"-- What.\n-- Grain: k\n-- Order: k\n{text}")
        models = load_models(sql.parent)
        sources = Sources(lake, (Account(2026, date(2027, 12, 31), True),), (), {})
        settings = Settings(home=lake.home, duckdb_threads=1, duckdb_memory="200MiB")
        with BuildContext(settings, models, sources, ("2026-01",)) as context:
            run_step(plan(models)[0], context)
        return duckdb.read_parquet(str(current(lake))).fetchall()

    run.lake = lake
    return run


def current(lake: Lake):
    return output_path(lake, "staging.a", None, read_pointer(lake, "staging.a")["fingerprint"])


def test_a_pointer_whose_output_vanished_is_no_pointer(build):
    rows = build()
    current(build.lake).unlink()
    assert read_pointer(build.lake, "staging.a") is None
    assert build() == rows


def test_an_output_without_a_pointer_is_taken_up_again(build):
    rows = build()
    path = current(build.lake)
    written = path.stat().st_mtime_ns
    (build.lake.pointers / "staging.a.json").unlink()
    assert build() == rows
    assert path.stat().st_mtime_ns == written


def test_a_model_that_fails_midway_leaves_the_last_output_current(build):
    rows = build()
    with pytest.raises(UserError, match=r"a\.sql"):
        build("select cast(case when k = 90000 then 'x' else '1' end as integer) as k from range(100000) as r(k)")
    assert duckdb.read_parquet(str(current(build.lake))).fetchall() == rows
    assert not list(build.lake.home.rglob("*.tmp"))


def test_what_a_killed_writer_left_half_written_is_never_read(build):
    rows = build()
    path = current(build.lake)
    path.with_name(f".{path.name}.1.tmp").write_bytes(b"PAR1")
    assert build() == rows
