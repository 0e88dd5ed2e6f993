"""What starts runs by itself under ``dagster dev`` or ``zcp ui``: the inbox, what was landed, and the calendar.

Sensors look at the state of the home folder, not at what they did, so a run that failed or was missed is asked for
again once something changes; the run key keeps one state from being asked for twice. Looking after runs that are under
way is in ``watching``.
"""

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg

from pipelines.defs.checks import PUBLICATION
from pipelines.defs.models import DELIVERIES, MONTHS
from pipelines.defs.tags import month_range
from pipelines.ingest.ledger import standing_entries, withdrawn
from pipelines.lake import Lake, fingerprint
from pipelines.settings import Settings

SHANGHAI = ZoneInfo("Asia/Shanghai")
_WAITING = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
]

land_job = dg.define_asset_job(
    "land", selection=dg.AssetSelection.assets(DELIVERIES), description="Takes deliveries in; builds nothing."
)
account_job = dg.define_asset_job(
    "account",
    selection=dg.AssetSelection.assets(PUBLICATION).upstream(),
    description="Brings every model up to date, audits and publishes.",
)


def _home() -> Lake:
    return Lake(Settings.from_env().home)


@dg.sensor(job=land_job, minimum_interval_seconds=30, default_status=dg.DefaultSensorStatus.RUNNING)
def inbox_sensor(context: dg.SensorEvaluationContext) -> dg.SensorResult:
    """Asks to land each folder or file in HOME/inbox that is new or has changed; the inbox itself is left as it is.

    What looks as it did at the look before is complete; what still changes is being copied and waits.
    """
    inbox = _home().home / "inbox"
    entries = sorted(inbox.iterdir()) if inbox.is_dir() else []
    states = {entry: fingerprint(entry.name, state) for entry in entries if (state := _state(entry))}
    before = set(json.loads(context.cursor or "[]"))
    requests = [
        dg.RunRequest(
            run_key=f"land-{state}",
            run_config=dg.RunConfig(ops={"raw__deliveries": {"config": {"paths": [str(entry)]}}}),
        )
        for entry, state in states.items()
        if state in before
    ]
    skipped = f"{inbox} holds no delivery" if not states else "what is new in the inbox is looked at once more"
    return dg.SensorResult(
        run_requests=requests,
        skip_reason=None if requests else dg.SkipReason(skipped),
        cursor=json.dumps(sorted(states.values())),
    )


def _state(entry: Path) -> list[tuple[str, int, int]]:
    """Names, sizes and times of the files of a delivery."""
    files = sorted(path for path in (entry.rglob("*") if entry.is_dir() else [entry]) if path.is_file())
    return [(str(path.relative_to(entry)), path.stat().st_size, path.stat().st_mtime_ns) for path in files]


@dg.sensor(job=account_job, minimum_interval_seconds=30, default_status=dg.DefaultSensorStatus.RUNNING)
def landed_sensor(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """Asks for a run over the months of files that are landed and not published, or published and withdrawn.

    Not while another run is under way: it may land more, or publish what is landed already.
    """
    from pipelines.publish.manifest import published_files

    lake = _home()
    published, away = published_files(lake), withdrawn(lake)
    changed = [entry for entry in lake.ledgers() if (entry["file_id"] in published) == (entry["file_id"] in away)]
    if not changed:
        return dg.SkipReason("everything that is landed is published")
    if context.instance.get_run_ids(dg.RunsFilter(statuses=_WAITING), limit=1):
        return dg.SkipReason("another run is under way")
    months = sorted({m for entry in changed for m in entry["months"] if MONTHS.has_partition_key(m)})
    # With the decisions that stand: a file may be withdrawn, taken back and withdrawn again.
    decided = [(entry["file_id"], away[entry["file_id"]].at if entry["file_id"] in away else "") for entry in changed]
    return dg.RunRequest(
        run_key=f"account-{fingerprint(decided)}", tags=month_range(tuple(months) or latest_month(lake))
    )


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
