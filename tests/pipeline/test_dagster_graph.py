"""The whole graph as Dagster has it: every asset explained, published tables by their contracts, months together."""

import dagster as dg
import pytest

from pipelines import contracts
from pipelines.definitions import defs
from pipelines.defs.checks import PUBLICATION
from pipelines.defs.models import COVERAGE_MODEL, MONTHS, PUBLISHED_TAG, asset_key
from pipelines.models import all_models


@pytest.fixture(scope="module")
def graph():
    return defs.resolve_asset_graph()


def test_every_asset_is_explained_and_in_a_group(graph):
    bare = {key.to_user_string() for key in graph.get_all_asset_keys() if not graph.get(key).description}
    assert bare == set()
    assert {graph.get(key).group_name for key in graph.get_all_asset_keys()} == {
        *("raw", "staging", "energy", "certificates", "emissions", "metrics", "quality", "evidence", "reference"),
        "published",
    }


@pytest.mark.parametrize("kind", ["inputs", "outputs"])
def test_tables_with_a_contract_show_its_description_and_columns(graph, kind):
    for contract in contracts.load(kind).values():
        key = dg.AssetKey(["parsed", contract.table] if kind == "inputs" else contract.table.split("."))
        node = graph.get(key)
        assert contract.description in node.description
        shown = {column.name: column.description for column in node.metadata["dagster/column_schema"].columns}
        assert list(shown) == list(contract.column_names)
        assert all(f"[{column.unit}]" in shown[column.name] for column in contract.columns if column.unit)
        if kind == "outputs":
            assert node.tags[PUBLISHED_TAG] == contract.level


def test_the_publication_stands_behind_every_published_table_and_must_be_fresh_each_month(graph):
    node = graph.get(PUBLICATION)
    assert {key.to_user_string().replace("/", ".") for key in node.parent_keys} == set(contracts.load("outputs"))
    assert [key for key in graph.get_all_asset_keys() if graph.get(key).freshness_policy] == [PUBLICATION]


def test_a_backfill_of_months_is_one_run_over_assets_that_can_be_chosen_freely(graph):
    months = [graph.get(key) for key in graph.get_all_asset_keys() if graph.get(key).partitions_def]
    assert len(months) == 4
    assert all(node.partitions_def == MONTHS for node in months)
    assert all(node.backfill_policy == dg.BackfillPolicy.single_run() for node in months)
    # Dagster refuses a backfill of two assets that it must execute together.
    assert all(node.execution_set_asset_keys == {node.key} for node in months)


def test_each_month_has_its_two_verdicts(graph):
    month = asset_key(all_models()[COVERAGE_MODEL], all_models())
    assert {key.name for key in graph.asset_check_keys if key.asset_key == month} == {"readings_complete", "audit"}
