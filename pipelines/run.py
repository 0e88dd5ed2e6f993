"""``zcp run`` after landing, and ``zcp ui``: the Dagster definitions in this process, or served on this machine.

What is computed is in the assets of ``defs``; here is only how a run of them is started and what comes out of it.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from pipelines.errors import UserError
from pipelines.lake import Lake
from pipelines.model_runner import ModelResult
from pipelines.settings import Settings

if TYPE_CHECKING:
    import dagster as dg

    from pipelines.defs.session import Report, Session
    from pipelines.publish.publisher import PublishResult


class MonthsOutsideScope(UserError):
    """None of the months that were asked for lies in the ``years`` that the run covers."""

    def __init__(self, months: tuple[str, ...], year: int, years: tuple[int, ...]) -> None:
        asked = f"{months[0]}..{months[-1]}"
        super().__init__(f"the months {asked} lie outside the run of {year}, which covers {years}")
        self.months, self.years = months, years


@dataclass(frozen=True)
class PipelineResult:
    """What a run did. ``seconds`` by part: imports, opening, models (each layer), publish, and the rest of Dagster."""

    publication: "PublishResult"
    models: tuple[ModelResult, ...]
    months: tuple[str, ...]
    seconds: dict[str, float]

    @property
    def publication_id(self) -> str:
        return self.publication.publication_id


def run_pipeline(
    settings: Settings,
    year: int | None = None,
    cutoff: date | None = None,
    months: tuple[str, ...] | None = None,
    report: "Report | None" = None,
    *,
    as_of: datetime | None = None,
    announce: bool = False,
) -> PipelineResult:
    """Builds, audits and publishes what is landed, as one Dagster run in this process.

    ``months`` narrows the months that are rebuilt. With ``as_of`` what was known at that moment is published beside the
    current publication; pointers, ``current`` and Dagster's history of the present state stay as they are.
    ``announce``: what the gate finds is sent as an alert, as the settings say.

    Raises what the parts raise: ``UserError`` with one sentence, ``InputRefused``, ``AuditFailed``; a second writer on
    the home folder gets ``UserError`` at once, and so does who asks for months of which the run covers none
    (``MonthsOutsideScope``).
    """
    started = time.perf_counter()
    from pipelines.defs.session import Session, silent

    with Lake(settings.home).writing():
        session = Session(settings, year, cutoff, months, report or silent, as_of, announce)
        with closing(session), _own_pointers(session.lake):
            return _execute(session, started)


@contextmanager
def _own_pointers(lake: Lake) -> Iterator[None]:
    """Gives a past state pointers of its own, which go when it is published: the outputs they name are found again."""
    if lake.as_of is None:
        yield
        return
    shutil.rmtree(lake.pointers, ignore_errors=True)
    try:
        yield
    finally:
        shutil.rmtree(lake.pointers, ignore_errors=True)


@contextmanager
def _instance(session: "Session") -> "Iterator[dg.DagsterInstance]":
    """Where Dagster writes this run down: in the home folder, or nowhere for a past state.

    As an event there it would pass for the newest state of every asset.
    """
    import dagster as dg

    from pipelines.defs.instance import open_instance

    with dg.DagsterInstance.ephemeral() if session.as_of else open_instance(session.settings) as instance:
        yield instance


def _execute(session: "Session", started: float) -> PipelineResult:
    from pipelines.definitions import defs
    from pipelines.defs.tags import month_range

    imported = time.perf_counter()
    _check_months(session)
    months = _months_to_show(session)
    opened = time.perf_counter()
    with _instance(session) as instance:
        ready = time.perf_counter()
        defs.resolve_job_def("account").execute_in_process(
            instance=instance,
            resources={"session": session},
            tags=month_range(months),
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        )
    if session.publication is None:
        raise RuntimeError("the run ended without a publication and without an error")
    finished = time.perf_counter()
    models = _by_layer(session.results)
    seconds = {
        "imports": imported - started,
        "scope": opened - imported,
        "dagster_instance": ready - opened,
        **models,
        "publish": session.publication.seconds,
        "dagster_run": finished - ready - session.publication.seconds - sum(models.values()),
    }
    return PipelineResult(
        publication=session.publication,
        models=tuple(session.results),
        months=session.context.months,
        seconds={part: round(value, 3) for part, value in seconds.items()},
    )


def _check_months(session: "Session") -> None:
    """Raises ``MonthsOutsideScope`` where ``session.months`` are all of years that the run does not cover."""
    accounts = session.context.sources.accounts
    (year,) = (account.year for account in accounts if account.is_run_year)
    years = tuple(sorted({year - 1, *(account.year for account in accounts)}))
    if session.months and not any(int(month[:4]) in years for month in session.months):
        raise MonthsOutsideScope(session.months, year, years)


def _months_to_show(session: "Session") -> tuple[str, ...]:
    """The months this run will probably rebuild, for Dagster's record; at least the last one in scope.

    The asset itself finds out month by month, so a guess that is too small costs nothing but a later line in the log.
    Raises ``UserError`` for a year that is no partition.
    """
    from pipelines.defs.models import MONTHS

    context = session.context
    for month in context.months:
        if not MONTHS.has_partition_key(month):
            raise UserError(f"{month} is outside the years that can be run, 2015 to 2036; check --year")
    wanted = session.build_months()
    return tuple(month for month in wanted if context.is_stale(month)) or context.months[-1:]


def _by_layer(results: list[ModelResult]) -> dict[str, float]:
    """Seconds spent in models, by the schema they are in."""
    layers: dict[str, float] = {}
    for result in results:
        layer = f"models_{result.name.partition('.')[0]}"
        layers[layer] = layers.get(layer, 0.0) + result.seconds
    return layers


def serve_ui(settings: Settings, port: int) -> None:
    """Serves the Dagster UI, sensors and schedule of the home folder on 127.0.0.1 until it is interrupted.

    Raises ``UserError`` if the server ends by itself, as it does when the port is taken.
    """
    from pipelines.defs.instance import instance_folder

    command = [sys.executable, "-m", "dagster", "dev", "--module-name", "pipelines.definitions"]
    environment = os.environ | {
        "PYTHONWARNINGS": "ignore:Function `dev_command`",
        "DAGSTER_HOME": str(instance_folder(settings)),
        "ZCP_HOME": str(settings.home.absolute()),
    }
    server = subprocess.Popen([*command, "--host", "127.0.0.1", "--port", str(port)], env=environment)
    # A service manager ends this process only; the server ends its own processes when it is told.
    signal.signal(signal.SIGTERM, lambda *_: server.terminate())
    try:
        code = server.wait()
    except KeyboardInterrupt:
        # The terminal has sent the same signal to the server.
        code = server.wait()
    if code > 0:
        raise UserError(f"the Dagster server ended with code {code}; is port {port} in use? Try --port {port + 1}")
