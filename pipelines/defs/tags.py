"""The tags of a run, by which it is found in Dagster: what it accounts, by which code, what came of it."""

import dagster as dg

import pipelines
from pipelines.defs.session import Session
from pipelines.lake import Lake
from pipelines.settings import Settings

YEAR, CUTOFF, MONTHS = "zcp/year", "zcp/cutoff", "zcp/months"
CODE, METHOD = "zcp/code", "zcp/method"
"""As ``hashes.code`` and ``method_version`` of the manifest."""

LATE_MONTHS = "zcp/late_months"
"""The run tag that names the published months which late deliveries and withdrawals change."""

PUBLICATION = "zcp/publication"
ALERTED = "zcp/alerted"
"""The run tag that names what the gate has sent an alert for, so that nobody is told twice."""

RANGE_START, RANGE_END = "dagster/asset_partition_range_start", "dagster/asset_partition_range_end"


def month_range(months: tuple[str, ...]) -> dict[str, str]:
    """The run tags that ask for the months from the first to the last of these."""
    return {RANGE_START: months[0], RANGE_END: months[-1]}


def tag_run(context: dg.AssetExecutionContext, session: Session) -> None:
    """Tags the run with what it accounts, once, as soon as that is known; before anything is published."""
    if session.tagged:
        return
    from pipelines.publish.manifest import code_hash

    session.tagged = True
    account = session.run_year
    months = session.build_months()
    tags = {
        YEAR: str(account.year),
        CUTOFF: account.cutoff.isoformat(),
        MONTHS: f"{months[0]}..{months[-1]}" if months else "",
        CODE: code_hash(),
        METHOD: pipelines.METHOD_VERSION,
    }
    late = {} if session.as_of else late_tags(session.settings)
    context.instance.add_run_tags(context.run.run_id, {name: value for name, value in (tags | late).items() if value})


def late_tags(settings: Settings) -> dict[str, str]:
    """The tag for a run that changes published months later than the late window; none where it does not."""
    from pipelines.ingest.late import late_changes
    from pipelines.publish.manifest import published_files

    lake = Lake(settings.home)
    changes = late_changes(lake, published_files(lake), settings.late_window_days)
    months = sorted({month for change in changes for month in change.months})
    return {LATE_MONTHS: ",".join(months)} if months else {}
