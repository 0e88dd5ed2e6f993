"""Looking after runs: an alert for one that failed, and an end for one whose process is gone."""

import json

import dagster as dg
from dagster_shared.error import SerializableErrorInfo

from pipelines.alerts import Alert, send
from pipelines.defs.tags import ALERTED, YEAR
from pipelines.errors import UserError
from pipelines.lake import Lake
from pipelines.settings import Settings


@dg.run_failure_sensor(minimum_interval_seconds=30, default_status=dg.DefaultSensorStatus.RUNNING)
def failed_run_alert(context: dg.RunFailureSensorContext) -> dg.SkipReason | None:
    """Sends an alert for a run that failed, unless the gate has told of it already."""
    run = context.dagster_run
    # Asked for anew: the gate tags a run after it began, and the run in the event is that of its beginning.
    now = context.instance.get_run_by_id(run.run_id) or run
    if now.tags.get(ALERTED):
        return dg.SkipReason(f"{now.tags[ALERTED]} was told when it was found")
    settings = Settings.from_env()
    errors = [event.step_failure_data.error for event in context.get_step_failure_events()]
    causes = [_sentence(error) for error in errors if error]
    details = tuple(dict.fromkeys(causes)) or (context.failure_event.message or "The run failed.",)
    facts = {"home": str(settings.home), "job": run.job_name, "run": run.run_id, "year": now.tags.get(YEAR, "")}
    send(Alert("run_failed", details, facts), settings.alerts, context.log)
    return None


def _sentence(error: SerializableErrorInfo) -> str:
    """What went wrong within Dagster's own errors, without the traceback; of a user's mistake the sentence alone."""
    while error.cause and (error.cls_name or "").startswith("Dagster"):
        error = error.cause
    return error.message.strip().removeprefix(f"pipelines.errors.{error.cls_name}: ")


@dg.sensor(minimum_interval_seconds=60, default_status=dg.DefaultSensorStatus.RUNNING)
def abandoned_run_sensor(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """Ends runs that Dagster believes to go on although nobody holds the home folder's lock.

    After a power cut, or where ``zcp run`` was killed, nobody tells Dagster, and the queue would wait for hours. A run
    holds the lock from its beginning to its end, or waits for who has it; so one that goes on at two looks while the
    lock is free has no process any more.
    """
    started = context.instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED]))
    if started and not _is_free(Lake(Settings.from_env().home)):
        started = []
    seen = set(json.loads(context.cursor or "[]"))
    gone = [run for run in started if run.run_id in seen]
    for run in gone:
        context.instance.report_run_failed(run, "The process of the run is gone: nobody holds the home folder's lock.")
    context.update_cursor(json.dumps(sorted({run.run_id for run in started} - {run.run_id for run in gone})))
    return dg.SkipReason(f"ended {', '.join(run.run_id for run in gone)}" if gone else "no run is abandoned")


def _is_free(lake: Lake) -> bool:
    try:
        with lake.writing():
            return True
    except UserError:
        return False
