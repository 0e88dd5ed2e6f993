"""The end of the graph: one publication of all contracted tables, audited before it becomes current."""

from collections.abc import Iterator, Mapping

import dagster as dg

from pipelines import contracts
from pipelines.defs.checks import PUBLICATION, audit_specs, failed_audit, verdict_results
from pipelines.defs.models import OWNERS, Materialized
from pipelines.defs.session import Session
from pipelines.errors import AuditFailed
from pipelines.models import Model


def publication_asset(models: Mapping[str, Model]) -> dg.AssetsDefinition:
    """The asset ``published/current``, behind every model that a contract publishes."""
    published = sorted(name for name in contracts.load("outputs") if name in models)

    @dg.multi_asset(
        name="publication",
        specs=[
            dg.AssetSpec(
                PUBLICATION,
                deps=[dg.AssetKey(name.split(".")) for name in published],
                description=(
                    "The immutable set of published tables and parks.duckdb that `published/current` names. "
                    "A candidate that fails its audit leaves the one before current."
                ),
                group_name="published",
                kinds={"duckdb", "parquet"},
                owners=OWNERS,
            )
        ],
        check_specs=audit_specs(),
    )
    def publish_tables(
        session: dg.ResourceParam[Session],
    ) -> Iterator[Materialized | dg.AssetCheckResult]:
        from pipelines.publish.publisher import publish

        run_year = next(account for account in session.context.sources.accounts if account.is_run_year)
        session.report("publish", len(session.results), None)
        try:
            published = publish(session.settings, session.lake, run_year.year, run_year.cutoff)
        except AuditFailed:
            yield from verdict_results(failed_audit(session.lake))
            raise
        session.publication = published
        yield dg.MaterializeResult(
            asset_key=PUBLICATION,
            metadata={
                "publication_id": published.publication_id,
                "year": run_year.year,
                "path": dg.MetadataValue.path(published.path),
                "dagster/row_count": sum(published.tables.values()),
                "rows_by_table": published.tables,
                "seconds": round(published.seconds, 3),
                "reused": published.reused,
            },
            data_version=dg.DataVersion(published.publication_id),
        )
        yield from verdict_results(published.path)

    return publish_tables
