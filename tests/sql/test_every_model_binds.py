"""Every model runs on the installed DuckDB without a single input row, and its columns are such as Parquet holds."""

from collections.abc import Iterator

import pytest

from pipelines.models import LAYERS
from pipelines.resources import SQL
from tests.sql.harness import Case, find_model

NAMES = [f"{layer}.{path.stem}" for layer in LAYERS for path in sorted((SQL / layer).glob("*.sql"))]


@pytest.fixture(scope="module")
def empty() -> Iterator[Case]:
    """One database for all models: each is built once, on the empty outputs of those before it."""
    with Case({}) as case:
        yield case


@pytest.mark.parametrize("name", NAMES)
def test_model_binds(name: str, empty: Case) -> None:
    model = find_model(name)
    assert model
    empty.build(name)
    columns = {column: kind for column, kind, *_ in empty.con.execute(f"describe {name}").fetchall()}
    assert set(model.order) <= set(columns), f"{model.path}: Order names a column that the SELECT does not give"
    inexact = [column for column, kind in columns.items() if model.kept and "HUGEINT" in kind]
    assert not inexact, f"{model.path}: Parquet stores HUGEINT as DOUBLE; cast {inexact} to BIGINT or DECIMAL(38, 0)"
