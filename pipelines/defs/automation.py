"""What starts runs by itself under ``dagster dev`` or ``zcp ui``: the inbox, what was landed, and the calendar.

Sensors look at the state of the home folder, not at a cursor, so a run that failed or was missed is asked for again
once something changes; the run key keeps one state from being asked for twice.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg

from pipelines.defs.checks import PUBLICATION
from pipelines.defs.models import DELIVERIES, MONTHS
from pipelines.lake import Lake, fingerprint
from pipelines.settings import Settings

SHANGHAI = ZoneInfo("Asia/Shanghai")
RANGE_START, RANGE_END = "dagster/asset_partition_range_start", "dagster/asset_partition_range_end"

land_job = dg.define_asset_job(
    "land", selection=dg.AssetSelection.assets(DELIVERIES), description="Takes deliveries in; builds nothing."
)
account_job = dg.define_asset_job(
    "account",
    selection=dg.AssetSelection.assets(PUBLICATION).upstream(),
    description="Brings every model up to date, audits and publishes.",
)


def month_range(months: tuple[str, ...]) -> dict[str, str]:
    """The run tags that ask for the months from the first to the last of these."""
    return {RANGE_START: months[0], RANGE_END: months[-1]}


def _home() -> Lake:
    return Lake(Settings.from_env().home)


@dg.sensor(job=land_job, minimum_interval_seconds=30, default_status=dg.DefaultSensorStatus.RUNNING)
def inbox_sensor() -> dg.SensorResult:
    """Asks to land each folder or file in HOME/inbox that is new or has changed; the inbox itself is left as it is."""
    inbox = _home().home / "inbox"
    entries = sorted(inbox.iterdir()) if inbox.is_dir() else []
    requests = [
        dg.RunRequest(
            run_key=f"land-{fingerprint(entry.name, state)}",
            run_config=dg.RunConfig(ops={"raw__deliveries": {"config": {"paths": [str(entry)]}}}),
        )
        for entry in entries
        if (state := _state(entry))
    ]
    return dg.SensorResult(
        run_requests=requests, skip_reason=None if requests else dg.SkipReason(f"{inbox} holds no delivery")
    )


def _state(entry: Path) -> list[tuple[str, int, int]]:
    """Names, sizes and times of the files of a delivery."""
    files = sorted(path for path in (entry.rglob("*") if entry.is_dir() else [entry]) if path.is_file())
    return [(str(path.relative_to(entry)), path.stat().st_size, path.stat().st_mtime_ns) for path in files]


@dg.sensor(job=account_job, minimum_interval_seconds=30, default_status=dg.DefaultSensorStatus.RUNNING)
def landed_sensor() -> Iterator[dg.RunRequest | dg.SkipReason]:
    """Asks for a run over the months that files touch which are landed, but not in the current publication."""
    lake = _home()
    published = published_files(lake)
    waiting = [entry for entry in lake.ledgers() if entry["file_id"] not in published]
    if not waiting:
        yield dg.SkipReason("everything that is landed is published")
        return
    months = sorted({m for entry in waiting for m in entry["months"] if MONTHS.has_partition_key(m)})
    yield dg.RunRequest(
        run_key=f"account-{fingerprint([entry['file_id'] for entry in waiting])}",
        tags=month_range(tuple(months) or latest_month(lake)),
    )


def published_files(lake: Lake) -> frozenset[str]:
    """The parsed files that went into the current publication."""
    from pipelines.publish.manifest import read_manifest

    manifest = read_manifest(lake.published / "current") or {"inputs": []}
    return frozenset(entry["file_id"] for entry in manifest["inputs"])


def latest_month(lake: Lake) -> tuple[str, ...]:
    """The latest month with readings, for a run that no new reading asks for; the last full month if there is none."""
    months = sorted({month for entry in lake.ledgers() for month in entry["months"] if MONTHS.has_partition_key(month)})
    return (months[-1] if months else f"{_day_of_last_month(datetime.now(SHANGHAI).date()):%Y-%m}",)


def _day_of_last_month(day: date) -> date:
    return day.replace(day=1) - timedelta(days=1)


@dg.schedule(
    job=account_job,
    cron_schedule="0 6 5 * *",
    execution_timezone=SHANGHAI.key,
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
def monthly_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """On the fifth of each month asks for the month before, when meters and bills of it are in."""
    if not any(True for _ in _home().ledgers()):
        return dg.SkipReason("nothing is landed yet")
    month = f"{_day_of_last_month(context.scheduled_execution_time.date()):%Y-%m}"
    return dg.RunRequest(run_key=f"month-{month}", tags=month_range((month,)))
