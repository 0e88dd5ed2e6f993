"""The end of the graph: one publication of all contracted tables, audited before it becomes current.

A published table is not an asset of its own here: the model of its name is, tagged ``zcp/published``, with the
columns of its contract. What is behind all of them is one step, the gate, and one asset.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta

import dagster as dg

from pipelines import contracts
from pipelines.alerts import Alert, send
from pipelines.defs.checks import PUBLICATION, audit_specs, failed_audit, verdict_results
from pipelines.defs.models import OWNERS, Materialized
from pipelines.defs.session import Session
from pipelines.defs.tags import ALERTED, tag_run
from pipelines.defs.tags import PUBLICATION as PUBLICATION_TAG
from pipelines.errors import AuditFailed
from pipelines.models import Model

FRESH = dg.FreshnessPolicy.cron(
    deadline_cron="0 12 10 * *", lower_bound_delta=timedelta(days=9, hours=12), timezone="Asia/Shanghai"
)
"""By noon of the tenth something was published since the first: the schedule runs on the fifth, with days to repair.

Looked at once a month, so one late day is no alarm; a month that brings nothing is one.
"""

_DESCRIPTION = """
The immutable set of published tables and parks.duckdb that `published/current` names.

A critical check holds back the figures of the parks it is about; a fault that is of no park leaves the publication
before it current. A change to a locked year waits for approval.

"""


def publication_asset(models: Mapping[str, Model]) -> dg.AssetsDefinition:
    """The asset ``published/current``, behind every model that a contract publishes."""
    published = {name: contract for name, contract in sorted(contracts.load("outputs").items()) if name in models}
    tables = "\n".join(f"- **{name}** ({found.level}): {found.description}" for name, found in published.items())

    @dg.multi_asset(
        name="publication",
        specs=[
            dg.AssetSpec(
                PUBLICATION,
                deps=[dg.AssetKey(name.split(".")) for name in published],
                description=_DESCRIPTION + tables,
                group_name="published",
                kinds={"duckdb", "parquet"},
                owners=OWNERS,
                freshness_policy=FRESH,
            )
        ],
        check_specs=audit_specs(),
    )
    def publish_tables(
        context: dg.AssetExecutionContext, session: dg.ResourceParam[Session]
    ) -> Iterator[Materialized | dg.AssetCheckResult]:
        from pipelines.publish.publisher import publish

        tag_run(context, session)
        run_year = session.run_year
        session.report("publish", len(session.results), None)
        try:
            published = publish(session.settings, session.lake, run_year.year, run_year.cutoff)
        except AuditFailed as failed:
            _announce(context, session, "audit_failed", (str(failed),))
            yield from verdict_results(failed_audit(session.lake))
            raise
        session.publication = published
        context.instance.add_run_tags(context.run.run_id, {PUBLICATION_TAG: published.publication_id})
        yield _materialized(context, session)
        yield from verdict_results(published.path)

    return publish_tables


def _materialized(context: dg.AssetExecutionContext, session: Session) -> Materialized:
    """What Dagster shows of the publication, and the alerts that it gives cause for."""
    from pipelines.defs.figures import held_parks, publication_figures
    from pipelines.model_runner import peak_memory_bytes

    published = session.publication
    if published is None:
        raise RuntimeError("there is no publication to show")
    con = session.context.connection()
    waits = _waits(session, published.publication_id)
    if not published.reused:  # what was published before has been told before
        held = held_parks(con, published.path)
        _announce(context, session, "parks_held", tuple(f"{park}: {why}" for park, why in held.items()))
    _announce(context, session, "candidate", waits)
    return dg.MaterializeResult(
        asset_key=PUBLICATION,
        metadata={
            "publication_id": published.publication_id,
            "year": session.run_year.year,
            "path": dg.MetadataValue.path(published.path),
            "dagster/row_count": sum(published.tables.values()),
            "rows_by_table": published.tables,
            "seconds": round(published.seconds, 3),
            "peak_memory_mib": peak_memory_bytes() >> 20,
            "reused": published.reused,
            "waits_for_approval": bool(waits),
            **publication_figures(con, published.path, session.run_year.year),
        },
        data_version=dg.DataVersion(published.publication_id),
    )


def _waits(session: Session, publication_id: str) -> tuple[str, ...]:
    """The sentence on a publication that did not become current, as it changes a locked year; nothing for any other."""
    from pipelines.publish.catalog import current_id

    if session.as_of or current_id(session.lake) == publication_id:
        return ()
    return (
        f"{publication_id} changes a locked year and is not current: `zcp candidates` shows what it changes, "
        f"`zcp approve {publication_id}` needs a reason and two names.",
    )


def _announce(context: dg.AssetExecutionContext, session: Session, event: str, details: tuple[str, ...]) -> None:
    """Sends an alert about what the gate found, if there is anything, and notes on the run that it did."""
    if not details or not session.announce or session.as_of:
        return
    facts = {"home": str(session.lake.home), "year": str(session.run_year.year), "run": context.run.run_id}
    send(Alert(event, details, facts), session.settings.alerts, context.log)
    context.instance.add_run_tags(context.run.run_id, {ALERTED: event})
