"""Where the time of the last run of a home folder went, read from what the run itself left behind."""

import time
from pathlib import Path

from pipelines.defs.instance import open_instance
from pipelines.settings import Settings


def stage_seconds(home: Path, started: float, seconds: float) -> dict[str, float]:
    """Seconds by part of the run that started at ``started`` (seconds since the epoch) and took ``seconds``.

    ``land`` lasts from the first new raw file or arrival to the last ledger entry; the steps are Dagster's; what is
    left is imports, Dagster itself and printing.
    """
    stages: dict[str, float] = {}
    landed = _modified_since(home / "raw", started) + _modified_since(home / "parsed", started)
    if landed:
        stages["land"] = max(landed) - min(landed)
    with open_instance(Settings.from_env(home)) as instance:
        (run,) = instance.get_runs(limit=1)
        for step in sorted(instance.get_run_step_stats(run.run_id), key=lambda step: step.start_time or 0.0):
            stages[step.step_key] = (step.end_time or time.time()) - (step.start_time or time.time())
    stages["imports, Dagster, printing"] = seconds - sum(stages.values())
    return stages


def _modified_since(folder: Path, moment: float) -> list[float]:
    """The times of the files under a folder that were written after a moment."""
    return [t for path in folder.rglob("*") if path.is_file() and (t := path.stat().st_mtime) >= moment]
