"""One command as a subprocess: how long it took, how much memory its process tree held at most, what it printed.

The tree is sampled every 20 ms; where the kernel tells the process's own high-water mark, that counts if it is higher.
(``ru_maxrss`` does not: a child starts with that of the process that forked it.)
"""

import os
import re
import subprocess
import sys
import threading
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import psutil

SAMPLE_SECONDS = 0.02


@dataclass(frozen=True)
class Measured:
    """``started`` since the epoch, ``seconds`` of wall time, ``cpu_seconds`` of user and system time, peak memory."""

    started: float
    seconds: float
    cpu_seconds: float
    peak_mib: int
    output: str


def _high_water_bytes(process: psutil.Process) -> int:
    status = Path(f"/proc/{process.pid}/status")
    found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text()) if status.exists() else None
    return int(found[1]) << 10 if found else 0


def _tree_bytes(root: psutil.Process) -> int:
    total = 0
    for process in [root, *root.children(recursive=True)]:
        try:
            total += process.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return total


def run(*command: str, env: dict[str, str] | None = None) -> Measured:
    """Runs ``command``; raises ``RuntimeError`` with its last words if it fails."""
    began, started = time.time(), time.perf_counter()
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ | (env or {})
    )
    watched, peak = psutil.Process(process.pid), 0
    printed: dict[str, str] = {}

    def read(name: str) -> None:
        stream = process.stdout if name == "out" else process.stderr
        assert stream is not None
        printed[name] = stream.read()

    readers = [threading.Thread(target=read, args=(name,)) for name in ("out", "err")]
    for reader in readers:
        reader.start()
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            break
        try:
            peak = max(peak, _tree_bytes(watched), _high_water_bytes(watched))
        except (psutil.NoSuchProcess, ProcessLookupError, FileNotFoundError):
            continue
        time.sleep(SAMPLE_SECONDS)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    for reader in readers:
        reader.join()
    if process.returncode:
        raise RuntimeError(f"{' '.join(command[:6])} …: exit {process.returncode}\n{printed['err'][-2000:]}")
    return Measured(began, seconds, usage.ru_utime + usage.ru_stime, peak >> 20, printed["out"])


def import_milliseconds(*command: str) -> dict[str, float]:
    """Self time of the imports that a Python command makes, summed by top-level package, largest first.

    Measured with ``-X importtime``, which itself slows imports down by some tenths.
    """
    done = subprocess.run([sys.executable, "-X", "importtime", *command], capture_output=True, text=True, check=True)
    by_package: dict[str, float] = defaultdict(float)
    for own, module in re.findall(r"import time:\s+(\d+) \|\s+\d+ \|\s+([\w.]+)", done.stderr):
        by_package[module.split(".")[0]] += int(own) / 1000
    return dict(sorted(by_package.items(), key=lambda item: -item[1]))


def folder_mib(folder: Path) -> float:
    """Size of the files under a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / (1 << 20)
