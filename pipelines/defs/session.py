"""What the assets of one run share: the home folder under its write lock, the account, and what was built so far.

The same object serves ``zcp run``, which makes it, and runs that Dagster starts, which get it from ``Accounting``.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

import dagster as dg
from pydantic import Field

from pipelines.errors import UserError
from pipelines.lake import Lake
from pipelines.model_inputs import Account
from pipelines.model_runner import BuildContext, ModelResult, run_step
from pipelines.models import Step
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.publish.publisher import PublishResult

Report = Callable[[str, int, int | None], None]
"""Called with what is done now, how much is done, and how much there is."""


def silent(_what: str, _done: int, _total: int | None) -> None:
    """A report to nobody."""


@dataclass
class Session:
    """One run. ``months`` narrows the months that are rebuilt, None for all; ``results`` fills as models are built.

    ``as_of``: the run builds what was known at that moment, aside from the present state. ``announce``: what the gate
    finds is sent as an alert; a question about the past or a scenario has nothing to announce. ``tagged``: the run in
    Dagster carries its tags.
    """

    settings: Settings
    year: int | None = None
    cutoff: date | None = None
    months: tuple[str, ...] | None = None
    report: Report = silent
    as_of: datetime | None = None
    announce: bool = False
    tagged: bool = False
    results: list[ModelResult] = field(default_factory=list)
    publication: "PublishResult | None" = None
    _context: BuildContext | None = None

    @property
    def lake(self) -> Lake:
        return Lake(self.settings.home, self.as_of)

    @property
    def context(self) -> BuildContext:
        """What models are built with; opened at first use, that is after landing."""
        if self._context is None:
            from pipelines.model_scope import open_context

            self._context = open_context(self.settings, self.year, self.cutoff, self.as_of)
        return self._context

    @property
    def run_year(self) -> Account:
        """The account of the year that is published."""
        return next(account for account in self.context.sources.accounts if account.is_run_year)

    def build_months(self) -> tuple[str, ...]:
        """The months in scope that this run brings up to date: those wanted, and any that was never built."""
        context = self.context
        if self.months is None:
            return context.months
        return tuple(month for month in context.months if month in self.months or not context.is_built(month))

    def run(self, step: Step, month: str | None = None) -> list[ModelResult]:
        """Brings a step up to date and reports it."""
        context = self.context
        total = sum(len(model_months(model.partitioned, context)) for model in context.models.values() if model.kept)
        self.report(f"{step.name} {month or ''}".strip(), len(self.results), total)
        results = run_step(step, context, month)
        self.results += results
        return results

    def close(self) -> None:
        if self._context is not None:
            self._context.close()
            self._context = None


def model_months(partitioned: bool, context: BuildContext) -> tuple[str | None, ...]:
    """The months for which a model has an output; None for one that is not built by month."""
    return context.months if partitioned else (None,)


class Accounting(dg.ConfigurableResource[Session]):
    """The session of a run that Dagster starts. What is not given here comes from the environment (``ZCP_HOME``)."""

    year: int | None = Field(default=None, description="The year to account; by default the latest with readings.")
    cutoff: str | None = Field(
        default=None, description="Reporting cut-off, YYYY-MM-DD; by default 31 December of y+1."
    )
    wait_minutes: float = Field(
        default=60, ge=0, description="How long the run waits for a command that is writing to the home folder."
    )

    @contextmanager
    def yield_for_execution(self, _context: dg.InitResourceContext) -> Iterator[Session]:
        """Holds the home folder's write lock for the whole run; nobody is there to start a run again that gave up.

        Raises ``UserError`` if another process has it for longer than ``wait_minutes``.
        """
        session = Session(Settings.from_env(), self.year, _day(self.cutoff), announce=True)
        with session.lake.writing(wait_seconds=60 * self.wait_minutes):
            try:
                yield session
            finally:
                session.close()


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise UserError(f"the cut-off {text!r} is not a date YYYY-MM-DD") from None
