"""Every model keeps its grain on the example: the columns that sort an output are unique, so its bytes are too."""

import json

import duckdb
import pytest

from pipelines.ingest.landing import land
from pipelines.lake import Lake
from pipelines.model_runner import output_path, run_step
from pipelines.model_scope import open_context
from pipelines.models import Model, all_models, plan
from pipelines.samples.demo import generate
from pipelines.settings import Settings

KEPT = {name: model for name, model in all_models().items() if model.kept}


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Lake:
    """The first six parks of the example, landed and built."""
    folder = tmp_path_factory.mktemp("grain")
    settings = Settings(home=folder / "home")
    land(generate(folder / "deliveries", parks=6).deliveries, settings)
    with open_context(settings, 2026) as context:
        for step in plan(context.models):
            for month in context.months if step.partitioned else (None,):
                run_step(step, context, month)
    return Lake(settings.home)


def outputs(lake: Lake, model: Model) -> list[str]:
    """The current files of a model, one for each month where it is partitioned."""
    pointers = [*lake.pointers.glob(f"{model.name}.json"), *lake.pointers.glob(f"{model.name}@*.json")]
    assert pointers
    return [
        str(
            output_path(
                lake, model.name, path.stem.partition("@")[2] or None, json.loads(path.read_text())["fingerprint"]
            )
        )
        for path in pointers
    ]


@pytest.mark.parametrize("name", KEPT)
def test_grain_and_order_are_unique(built, name):
    model = KEPT[name]
    for columns in (model.order, tuple(part.strip() for part in model.grain.split(","))):
        keys = ", ".join(f'"{column}"' for column in columns)
        grouped = f"from read_parquet(?, filename = true) group by {keys}, filename having count(*) > 1"
        repeated = duckdb.execute(f"select {keys}, count(*) {grouped}", [outputs(built, model)]).fetchall()
        assert repeated == [], columns
