"""Where Dagster keeps runs and events: SQLite under the home folder, PostgreSQL where ``ZCP_POSTGRES_URL`` is set."""

import importlib.util
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
import yaml
from dagster._core.instance.ref import InstanceRef

from pipelines.errors import UserError
from pipelines.settings import Settings

POSTGRES_URL = "ZCP_POSTGRES_URL"
_MARK = "# Written by zcp at each start; remove this line to keep your own settings.\n"
_QUIET = {
    "compute_logs": {"module": "dagster._core.storage.noop_compute_log_manager", "class": "NoOpComputeLogManager"}
}
"""Within ``zcp run`` standard output belongs to the command, so Dagster must not redirect it to files."""


def instance_folder(settings: Settings) -> Path:
    """``HOME/dagster`` with its ``dagster.yaml``, what Dagster calls DAGSTER_HOME.

    Raises ``UserError`` if PostgreSQL is asked for and dagster-postgres is not installed.
    """
    folder = (settings.home / "dagster").absolute()
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / "dagster.yaml"
    text = _MARK + yaml.safe_dump(instance_settings(folder, os.environ.get(POSTGRES_URL)), sort_keys=False)
    before = target.read_text(encoding="utf-8") if target.exists() else _MARK
    if before.startswith(_MARK) and before != text:
        target.write_text(text, encoding="utf-8")
    return folder


def instance_settings(folder: Path, postgres_url: str | None) -> dict[str, Any]:
    """The content of ``dagster.yaml``. The URL itself stays in the environment."""
    # One run at a time, for a run holds the home folder's write lock.
    common = {
        "telemetry": {"enabled": False},
        "nux": {"enabled": False},  # no invitation to a newsletter over an operator's first look
        "concurrency": {"runs": {"max_concurrent_runs": 1}},
    }
    if not postgres_url:
        storage = {
            "module": "pipelines.defs.event_log",
            "class": "OpenSqliteEventLogStorage",
            "config": {"base_dir": str(folder / "events")},
        }
        return common | {"event_log_storage": storage}
    if importlib.util.find_spec("dagster_postgres") is None:
        raise UserError(f"{POSTGRES_URL} is set, but dagster-postgres is missing; install zero-carbon-parks[postgres]")
    return common | {"storage": {"postgres": {"postgres_url": {"env": POSTGRES_URL}}}}


@contextmanager
def open_instance(settings: Settings) -> Iterator[dg.DagsterInstance]:
    """The instance of the home folder, for a run inside this process."""
    ref = InstanceRef.from_dir(str(instance_folder(settings)), overrides=_QUIET)
    with dg.DagsterInstance.from_ref(ref) as instance:
        yield instance
