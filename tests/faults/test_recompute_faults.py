"""A recompute that is killed leaves a folder that the next one, or a prune, removes; one that runs is left alone."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.errors import UserError
from pipelines.lake import Lake
from pipelines.publish.retention import prune
from pipelines.publish.scratch import leftovers, scratch_home

WORK = """
import sys, time
from pathlib import Path
from pipelines.lake import Lake
from pipelines.publish.scratch import scratch_home
with scratch_home(Lake(Path(sys.argv[1]))) as home:
    (home / "raw").mkdir()
    print(home, flush=True)
    time.sleep(60)
"""


@pytest.fixture
def killed(tmp_path: Path) -> Path:
    """A home folder in which a recompute was killed while another one ran, and saw it run."""
    process = subprocess.Popen([sys.executable, "-c", WORK, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    home = Path(process.stdout.readline().strip())
    try:
        assert leftovers(Lake(tmp_path)) == []
        with scratch_home(Lake(tmp_path)) as other:
            assert other != home
            assert home.is_dir()
        assert not other.exists()
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert leftovers(Lake(tmp_path)) == [home]
    return tmp_path


def test_the_next_one_removes_what_a_killed_one_left(killed: Path) -> None:
    with scratch_home(Lake(killed)) as home:
        assert list((killed / "tmp" / "recompute").iterdir()) == [home]
    assert list((killed / "tmp" / "recompute").iterdir()) == []


def test_prune_removes_what_a_killed_one_left(killed: Path) -> None:
    (item,) = prune(Lake(killed)).items
    assert (item.kind, item.path.rpartition("/")[0]) == ("leftover", "tmp/recompute")
    assert list((killed / "tmp" / "recompute").iterdir()) == []


def test_a_home_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "tmp").write_bytes(b"")
    with pytest.raises(UserError, match="name a folder with --keep"), scratch_home(Lake(tmp_path)):
        pass
