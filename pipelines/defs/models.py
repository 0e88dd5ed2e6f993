"""The models of ``sql/`` as assets: one asset for each, but the many models by month share two.

Each event of a run costs milliseconds in Dagster's storage, and a model by month has one for each month; so the months
show as ``energy/month_readings`` (what was measured), ``energy/month_gaps`` (what the ladder makes of the rest),
``energy/month_flows`` and ``energy/month_balance``, with their models in the metadata.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import dagster as dg

from pipelines import contracts
from pipelines.contracts import Contract
from pipelines.defs.session import Session
from pipelines.defs.tags import tag_run
from pipelines.lake import fingerprint
from pipelines.model_runner import ModelResult
from pipelines.models import Model, Step, plan

Materialized = dg.MaterializeResult[Any]
OWNERS = ["team:zero-carbon-parks"]
KINDS = {"duckdb", "sql", "parquet"}
MONTHS = dg.MonthlyPartitionsDefinition(
    start_date="2015-01", end_date="2037-01", fmt="%Y-%m", timezone="Asia/Shanghai", end_offset=264
)
"""Fixed, 2015-01 to 2036-12: what has been delivered decides which months can be built, not the clock."""

PUBLISHED_TAG = "zcp/published"
"""The tag of a model whose table is published; its value is the table's level, public or restricted."""

COVERAGE_MODEL = "energy.meter_month"
"""The model by month that counts, for each meter, the intervals that are missing and the energy that is estimated."""

DELIVERIES = dg.AssetKey(["raw", "deliveries"])
PARAMETERS = dg.AssetKey(["reference", "method_parameters"])


def column_schema(contract: Contract) -> dg.TableSchema:
    """A contract's columns for the asset's page."""
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                column.name,
                column.physical_type,
                column.description + (f" [{column.unit}]" if column.unit else ""),
                constraints=dg.TableColumnConstraints(nullable=not column.required),
            )
            for column in contract.columns
        ]
    )


def asset_key(model: Model, models: Mapping[str, Model]) -> dg.AssetKey:
    """The asset that shows a model."""
    if not model.partitioned:
        return dg.AssetKey([model.schema, model.table])
    steps = [step for step in plan(models) if step.partitioned]
    early = [name for name, step in zip(("readings", "gaps"), steps[:-1], strict=False) if model in step.kept]
    return dg.AssetKey(["energy", f"month_{early[0] if early else _half(model, models)}"])


def _half(model: Model, models: Mapping[str, Model]) -> str:
    """Of what is built of the measured intervals: ``balance`` for what depends on the months before, else ``flows``."""
    upstream = [other for other in model.upstream(models) if other.partitioned]
    behind = bool(model.history) or any(_half(other, models) == "balance" for other in upstream)
    return "balance" if behind else "flows"


def model_assets(models: Mapping[str, Model]) -> list[dg.AssetsDefinition]:
    """The assets of all kept models, in as few ops as their order allows.

    The ops are ``sources`` (what needs no month), ``month``, ``accounts`` (what is behind the months).
    """
    keys = {model.name: asset_key(model, models) for model in models.values()}
    assets: list[dg.AssetsDefinition] = []
    waiting: list[Step] = []
    names = _names(["sources", "accounts"])
    for step in plan(models):
        if step.partitioned:
            assets += [_unpartitioned(next(names), waiting, models, keys)] if waiting else []
            assets.append(_by_month(step, models, keys))
            waiting = []
        else:
            waiting.append(step)
    return assets + ([_unpartitioned(next(names), waiting, models, keys)] if waiting else [])


def _names(first: Sequence[str]) -> Iterator[str]:
    yield from first
    number = 2
    while True:
        yield f"{first[-1]}_{number}"
        number += 1


def _dependencies(model: Model, models: Mapping[str, Model], keys: Mapping[str, dg.AssetKey]) -> set[dg.AssetKey]:
    """The assets that a model reads; behind a model that is not kept stand those that it reads."""
    found: set[dg.AssetKey] = set()
    upstream = {other.name: other for other in model.upstream(models)}
    for name in model.inputs:
        other = upstream.get(name)
        if other is not None:
            found |= {keys[name]} if other.kept else _dependencies(other, models, keys)
        elif name.startswith("lake."):
            found.add(DELIVERIES)
        elif name == "run.params":
            found.add(PARAMETERS)
        elif not name.startswith("run.") and name != model.name:  # reference.parks reads the list of that name
            found.add(dg.AssetKey(name.split(".")))
    return found


def _spec(model: Model, models: Mapping[str, Model], keys: Mapping[str, dg.AssetKey]) -> dg.AssetSpec:
    contract = contracts.load("outputs").get(model.name)
    metadata: dict[str, Any] = {"grain": model.grain, "sql": dg.MetadataValue.md(f"```sql\n{model.sql}\n```")}
    tags: dict[str, str] = {}
    if contract:
        metadata |= {"dagster/column_schema": column_schema(contract), "contract_version": contract.version}
        tags = {PUBLISHED_TAG: contract.level}
    return dg.AssetSpec(
        keys[model.name],
        deps=sorted(_dependencies(model, models, keys)),
        description=f"{contract.description}\n\n{model.description}" if contract else model.description,
        metadata=metadata,
        group_name=model.schema,
        code_version=fingerprint(model.sql),
        kinds=KINDS,
        owners=OWNERS,
        tags=tags,
    )


def _unpartitioned(
    name: str, steps: Sequence[Step], models: Mapping[str, Model], keys: Mapping[str, dg.AssetKey]
) -> dg.AssetsDefinition:
    built = list(steps)

    @dg.multi_asset(name=name, specs=[_spec(m, models, keys) for step in built for m in step.kept], can_subset=True)
    def build(context: dg.AssetExecutionContext, session: dg.ResourceParam[Session]) -> Iterator[Materialized]:
        tag_run(context, session)
        for step in built:
            key = keys[step.kept[0].name]
            if key in context.selected_asset_keys:
                (result,) = session.run(step)
                yield dg.MaterializeResult(
                    asset_key=key, metadata=metadata_of([result]), data_version=dg.DataVersion(result.sha256)
                )

    return build


def _by_month(step: Step, models: Mapping[str, Model], keys: Mapping[str, dg.AssetKey]) -> dg.AssetsDefinition:
    groups: dict[dg.AssetKey, list[Model]] = {}
    for model in step.kept:
        groups.setdefault(keys[model.name], []).append(model)

    @dg.multi_asset(
        name=step.name.split("/")[-1],
        specs=[_month_spec(key, group, models, keys) for key, group in groups.items()],
        partitions_def=MONTHS,
        backfill_policy=dg.BackfillPolicy.single_run(),
        can_subset=True,  # Dagster refuses a backfill over two assets that it must run together
    )
    def build(context: dg.AssetExecutionContext, session: dg.ResourceParam[Session]) -> Iterator[Materialized]:
        tag_run(context, session)
        asked = set(context.partition_keys)
        wanted = {key: group for key, group in groups.items() if key in context.selected_asset_keys}
        # All months in scope, asked for or not: the accounts behind read all, and a current month costs no reading.
        for month in session.build_months():
            results = {result.name: result for result in session.run(step, month)}
            for key, group in wanted.items():
                mine = [results[model.name] for model in group]
                shown = metadata_of(mine) | _figures(session, mine)
                if month in asked:
                    context.add_asset_metadata(shown, asset_key=key, partition_key=month)
                elif not all(result.reused for result in mine):
                    context.instance.report_runless_asset_event(
                        dg.AssetMaterialization(key, partition=month, metadata=shown)
                    )
        for key in wanted:
            yield dg.MaterializeResult(asset_key=key)

    return build


def _figures(session: Session, results: Iterable[ModelResult]) -> dict[str, Any]:
    """How complete a month is, where one of these outputs says so."""
    from pipelines.defs.figures import month_figures

    found = [month_figures(session.context, result) for result in results if result.name == COVERAGE_MODEL]
    return found[0] if found else {}


def _month_spec(
    key: dg.AssetKey, group: Sequence[Model], models: Mapping[str, Model], keys: Mapping[str, dg.AssetKey]
) -> dg.AssetSpec:
    lines = "\n".join(f"- **{model.name}**: {model.description}" for model in group)
    deps = {found for model in group for found in _dependencies(model, models, keys)} - {key}
    return dg.AssetSpec(
        key,
        deps=sorted(deps),
        description=f"What is computed of each month:\n\n{lines}",
        group_name=key.path[0],
        code_version=fingerprint([model.sql for model in group]),
        kinds=KINDS,
        owners=OWNERS,
    )


def metadata_of(results: Iterable[ModelResult]) -> dict[str, Any]:
    """Rows, seconds, peak memory of the process, and where each output lies."""
    found = list(results)
    return {
        "dagster/row_count": sum(result.rows for result in found),
        "seconds": round(sum(result.seconds for result in found), 3),
        "peak_memory_mib": max(result.peak_memory_bytes for result in found) >> 20,
        "reused": all(result.reused for result in found),
        "outputs": {result.name: {"rows": result.rows, "fingerprint": result.fingerprint} for result in found},
    }
