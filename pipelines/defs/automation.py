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
from pipelines.ingest.ledger import standing_entries, withdrawn
from pipelines.lake import Lake, fingerprint
from pipelines.settings import Settings

SHANGHAI = ZoneInfo("Asia/Shanghai")
LATE_MONTHS = "zcp/late_months"
"""The run tag that names the published months which late deliveries and withdrawals change."""

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
    """Asks for a run over the months of files that are landed and not published, or published and withdrawn."""
    from pipelines.publish.manifest import published_files

    settings = Settings.from_env()
    lake = Lake(settings.home)
    published, away = published_files(lake), withdrawn(lake)
    changed = [entry for entry in lake.ledgers() if (entry["file_id"] in published) == (entry["file_id"] in away)]
    if not changed:
        yield dg.SkipReason("everything that is landed is published")
        return
    months = sorted({m for entry in changed for m in entry["months"] if MONTHS.has_partition_key(m)})
    # With the decisions that stand: a file may be withdrawn, taken back and withdrawn again.
    decided = [(entry["file_id"], away[entry["file_id"]].at if entry["file_id"] in away else "") for entry in changed]
    yield dg.RunRequest(
        run_key=f"account-{fingerprint(decided)}",
        tags=month_range(tuple(months) or latest_month(lake)) | late_tags(settings),
    )


def late_tags(settings: Settings) -> dict[str, str]:
    """The tag for a run that changes published months later than the late window; none where it does not."""
    from pipelines.ingest.late import late_changes
    from pipelines.publish.manifest import published_files

    lake = Lake(settings.home)
    changes = late_changes(lake, published_files(lake), settings.late_window_days)
    months = sorted({month for change in changes for month in change.months})
    return {LATE_MONTHS: ",".join(months)} if months else {}


def latest_month(lake: Lake) -> tuple[str, ...]:
    """The latest month with readings, for a run that no new reading asks for; the last full month if there is none."""
    months = sorted({m for entry in standing_entries(lake) for m in entry["months"] if MONTHS.has_partition_key(m)})
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
    if not any(True for _ in standing_entries(_home())):
        return dg.SkipReason("nothing is landed yet")
    month = f"{_day_of_last_month(context.scheduled_execution_time.date()):%Y-%m}"
    return dg.RunRequest(run_key=f"month-{month}", tags=month_range((month,)))
