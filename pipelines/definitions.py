"""The one entry point of Dagster: ``dagster dev -m pipelines.definitions``, ``zcp ui`` and ``zcp run``."""

from collections.abc import Mapping

import dagster as dg

from pipelines.defs.automation import account_job, inbox_sensor, land_job, landed_sensor, monthly_schedule
from pipelines.defs.checks import month_checks
from pipelines.defs.models import model_assets
from pipelines.defs.published import publication_asset
from pipelines.defs.raw import deliveries, parsed_tables
from pipelines.defs.reference import reference_tables
from pipelines.defs.session import Accounting
from pipelines.defs.watching import abandoned_run_sensor, failed_run_alert
from pipelines.models import Model, all_models


def definitions(models: Mapping[str, Model]) -> dg.Definitions:
    """Everything Dagster knows of the project, around these models."""
    built = model_assets(models)
    keys = {key for assets in built for key in assets.keys}
    return dg.Definitions(
        assets=[deliveries, *parsed_tables(), *reference_tables(keys), *built, publication_asset(models)],
        asset_checks=month_checks(models),
        jobs=[land_job, account_job],
        sensors=[inbox_sensor, landed_sensor, failed_run_alert, abandoned_run_sensor],
        schedules=[monthly_schedule],
        resources={"session": Accounting()},
        # A process for each step would cost seconds of imports, and the home folder has one writer anyway.
        executor=dg.in_process_executor,
    )


defs = definitions(all_models())
