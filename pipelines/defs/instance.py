"""Where Dagster keeps runs and events: SQLite under the home folder, PostgreSQL where ``ZCP_POSTGRES_URL`` is set."""

import importlib.util
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
import sqlalchemy
import yaml
from dagster._core.instance.ref import InstanceRef
from sqlalchemy.exc import ArgumentError, DBAPIError

from pipelines.errors import UserError
from pipelines.settings import Settings

POSTGRES_URL = "ZCP_POSTGRES_URL"
_DRIVER = "postgresql+psycopg2"
_NO_URL = f"{POSTGRES_URL} must be a PostgreSQL URL such as postgresql://user:password@localhost:5432/dagster"
_USABLE = "select to_regclass('runs') is not null or coalesce(has_schema_privilege(current_schema(), 'create'), false)"
_MARK = "# Written by zcp at each start; remove this line to keep your own settings.\n"
_QUIET = {
    "compute_logs": {"module": "dagster._core.storage.noop_compute_log_manager", "class": "NoOpComputeLogManager"}
}
"""Within ``zcp run`` standard output belongs to the command, so Dagster must not redirect it to files."""


_COMMON: dict[str, Any] = {
    "telemetry": {"enabled": False},
    "nux": {"enabled": False},  # no invitation to a newsletter over an operator's first look
    # One run at a time, for a run holds the home folder's write lock; the others wait in the queue.
    "concurrency": {"runs": {"max_concurrent_runs": 1}},
    # A run that hangs must not keep the queue waiting for ever. Ten years of 52 parks take minutes.
    "run_monitoring": {"enabled": True, "start_timeout_seconds": 300, "max_runtime_seconds": 6 * 3600},
    # A run whose process died is started once more and takes up what is complete. A run that failed by itself would
    # fail again: what can pass by itself is retried where it happens (see ``raw``).
    "run_retries": {"enabled": True, "max_retries": 1, "retry_on_asset_or_op_failure": False},
    # Ticks that found nothing are kept for days, those that started a run for as long as anybody may ask.
    "retention": {
        "schedule": {"purge_after_days": 400},
        "sensor": {"purge_after_days": {"skipped": 3, "success": 400, "failure": 90}},
    },
}


def instance_folder(settings: Settings) -> Path:
    """``HOME/dagster`` with its ``dagster.yaml``, what Dagster calls DAGSTER_HOME.

    Where PostgreSQL is asked for, the URL in the environment is completed with its driver, for this process and those
    it starts. Raises ``UserError`` if dagster-postgres is not installed, the database cannot be used, or
    an operator's own file asks for it without the URL.
    """
    folder = (settings.home / "dagster").absolute()
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / "dagster.yaml"
    postgres_url = os.environ.get(POSTGRES_URL)
    text = _MARK + yaml.safe_dump(instance_settings(folder, postgres_url), sort_keys=False)
    if postgres_url:
        os.environ[POSTGRES_URL] = url_with_driver(postgres_url)
        check_database(os.environ[POSTGRES_URL])
    before = target.read_text(encoding="utf-8") if target.exists() else _MARK
    if not postgres_url and POSTGRES_URL in before and not before.startswith(_MARK):
        raise UserError(f"{target} keeps runs in PostgreSQL: set {POSTGRES_URL} as the other services have it")
    if before.startswith(_MARK) and before != text:
        target.write_text(text, encoding="utf-8")
    return folder


def instance_settings(folder: Path, postgres_url: str | None) -> dict[str, Any]:
    """The content of ``dagster.yaml``. The URL itself stays in the environment."""
    common = _COMMON
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


def url_with_driver(postgres_url: str) -> str:
    """The URL with psycopg2 named, which dagster-postgres needs; SQLAlchemy 2.1 alone would take another driver.

    Raises ``UserError`` if it is no PostgreSQL URL or names another driver. The URL is not repeated: it has a password.
    """
    try:
        url = sqlalchemy.make_url(postgres_url)
    except (ArgumentError, ValueError):  # ValueError: a port that is no number
        raise UserError(_NO_URL) from None
    if url.drivername not in ("postgresql", "postgres", _DRIVER):
        raise UserError(_NO_URL)
    return url.set(drivername=_DRIVER).render_as_string(hide_password=False)


def check_database(url: str) -> None:
    """Raises ``UserError`` if the database does not answer or Dagster's tables neither exist nor may be created."""
    # A host that drops packets would hold the command for minutes.
    engine = sqlalchemy.create_engine(url, poolclass=sqlalchemy.NullPool, connect_args={"connect_timeout": 10})
    try:
        with engine.connect() as connection:
            usable = connection.execute(sqlalchemy.text(_USABLE)).scalar_one()
    except DBAPIError as failed:
        # The driver's first line says what failed, without the password; the others are advice.
        reason = str(failed.orig).strip().partition("\n")[0]
        raise UserError(f"the database of {POSTGRES_URL} cannot be opened: {reason}") from None
    if not usable:
        raise UserError(
            f"the user of {POSTGRES_URL} may not create tables in the database; make that user the database's owner"
        )


@contextmanager
def open_instance(settings: Settings) -> Iterator[dg.DagsterInstance]:
    """The instance of the home folder, for a run inside this process."""
    ref = InstanceRef.from_dir(str(instance_folder(settings)), overrides=_QUIET)
    with dg.DagsterInstance.from_ref(ref) as instance:
        yield instance
