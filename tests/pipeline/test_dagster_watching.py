"""Looking after runs: what failed is told, what is gone is ended, what may pass is tried again, the rest is not."""

import errno
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import dagster as dg
import pytest

from pipelines.defs import raw
from pipelines.defs.automation import monthly_schedule
from pipelines.defs.published import FRESH
from pipelines.defs.raw import deliveries
from pipelines.defs.session import Accounting, Session
from pipelines.defs.watching import abandoned_run_sensor, failed_run_alert
from pipelines.errors import UserError
from pipelines.lake import Lake
from pipelines.settings import Settings
from tests.pipeline.receivers import web_server


@pytest.fixture
def instance():
    with dg.DagsterInstance.ephemeral() as found:
        yield found


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ZCP_HOME", str(tmp_path))
    monkeypatch.setattr(raw, "RETRY_SECONDS", 0)
    return tmp_path


def take_in(home, instance: dg.DagsterInstance, monkeypatch, *failures: Exception) -> tuple[int, dg.DagsterRun]:
    """Lands with these failures first; how often it was tried, and the run."""
    left = list(failures)
    tried = []

    def land(paths, settings, report):
        tried.append(paths)
        if left:
            raise left.pop(0)

    monkeypatch.setattr("pipelines.ingest.landing.land", land)
    job = dg.Definitions([deliveries], resources={"session": Accounting()}).resolve_implicit_global_asset_job_def()
    job.execute_in_process(
        instance=instance,
        raise_on_error=False,
        resources={"session": Session(Settings(home=home))},
        run_config={"ops": {"raw__deliveries": {"config": {"paths": ["inbox/a"]}}}},
    )
    return len(tried), instance.get_runs(limit=1)[0]


def unkept(number: int) -> UserError:
    """As landing says that a file could not be read."""
    error = UserError("inbox/a/readings.csv cannot be kept")
    error.__cause__ = OSError(number, "away")
    return error


def test_a_network_folder_that_is_away_for_a_while_is_tried_again(home, instance, monkeypatch):
    tried, run = take_in(home, instance, monkeypatch, OSError(errno.ESTALE, "stale"), unkept(errno.EHOSTDOWN))
    assert (tried, run.status) == (3, dg.DagsterRunStatus.SUCCESS)


def test_a_folder_that_stays_away_ends_the_run_after_four_tries(home, instance, monkeypatch):
    tried, run = take_in(home, instance, monkeypatch, *[unkept(errno.ETIMEDOUT)] * 9)
    assert (tried, run.status) == (4, dg.DagsterRunStatus.FAILURE)


@pytest.mark.parametrize("mistake", [UserError("there is no inbox/a"), unkept(errno.EACCES), unkept(errno.ENOSPC)])
def test_a_mistake_is_not_tried_again_but_told(home, instance, monkeypatch, mistake):
    tried, run = take_in(home, instance, monkeypatch, mistake)
    assert (tried, run.status) == (1, dg.DagsterRunStatus.FAILURE)
    records = instance.get_records_for_run(run.run_id, of_type=dg.DagsterEventType.RUN_FAILURE).records
    event = records[0].event_log_entry.dagster_event
    with web_server() as (url, posted):
        monkeypatch.setenv("ZCP_ALERT_WEBHOOK", url)
        context = dg.build_run_status_sensor_context("failed_run_alert", event, instance, run)
        failed_run_alert(context.for_run_failure())
    (alert,) = posted
    assert alert["event"] == "run_failed"
    assert alert["details"] == [str(mistake)]
    assert alert["facts"]["run"] == run.run_id


def look(instance: dg.DagsterInstance, cursor: str | None) -> str | None:
    tick = abandoned_run_sensor.evaluate_tick(dg.build_sensor_context(instance, cursor=cursor))
    return tick.cursor


def test_a_run_without_a_process_is_ended_at_the_second_look(home, instance):
    run = dg.DagsterRun("account", status=dg.DagsterRunStatus.STARTED)
    instance.add_run(run)
    with Lake(home).writing():
        cursor = look(instance, None)
    # The test's own lock counts as free for the process that holds it; the second look is what ends a run.
    assert instance.get_run_by_id(run.run_id).status == dg.DagsterRunStatus.STARTED
    look(instance, cursor)
    assert instance.get_run_by_id(run.run_id).status == dg.DagsterRunStatus.FAILURE


def test_a_run_is_left_alone_while_somebody_writes_to_the_home_folder(home, instance, monkeypatch):
    run = dg.DagsterRun("account", status=dg.DagsterRunStatus.STARTED)
    instance.add_run(run)
    monkeypatch.setattr("pipelines.defs.watching._is_free", lambda lake: False)
    cursor = look(instance, look(instance, None))
    assert instance.get_run_by_id(run.run_id).status == dg.DagsterRunStatus.STARTED
    monkeypatch.undo()
    assert cursor == "[]"


def test_the_monthly_schedule_falls_within_what_counts_as_fresh():
    zone = ZoneInfo("Asia/Shanghai")
    deadline = datetime(2026, 3, 10, 12, tzinfo=zone)
    assert (FRESH.deadline_cron, FRESH.timezone) == ("0 12 10 * *", zone.key)
    assert deadline - FRESH.lower_bound_delta == datetime(2026, 3, 1, tzinfo=zone)
    assert (monthly_schedule.cron_schedule, monthly_schedule.execution_timezone) == ("0 6 5 * *", zone.key)
    assert FRESH.lower_bound_delta > timedelta(days=5)
