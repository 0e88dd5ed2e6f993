"""Runs the `zcp` command as a user does, in a process of its own, for the tests of this folder."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def zcp(
    *arguments: str, home: Path | None = None, locale: str = "C.UTF-8", timeout_seconds: float = 120
) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("ZCP_", "LC_", "LANG"))}
    environment |= {"PYTHONPATH": str(ROOT), "LANG": locale, "COLUMNS": "160"}
    if home:
        environment["ZCP_HOME"] = str(home)
    command = [sys.executable, "-m", "pipelines.cli", *arguments]
    return subprocess.run(
        command, check=False, capture_output=True, env=environment, timeout=timeout_seconds, encoding="utf-8"
    )


def one_sentence(done: subprocess.CompletedProcess[str], code: int) -> str:
    """The message of a command that ended with ``code``, after checking that it is one line and no traceback."""
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.strip().count("\n") == 0, done.stderr
    return done.stderr.strip()
