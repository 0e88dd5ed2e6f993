"""The rules of ``sql/README.md`` that can be read off a SQL file without running it.

That every model runs on an empty lake is in ``tests/sql/test_every_model_binds.py``, what it computes in its golden
cases.
"""

from functools import cache
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

from pipelines.models import LAYERS, Model
from pipelines.resources import SQL

FILES = sorted(SQL.rglob("*.sql"))
MODELS = [path for path in FILES if path.parent.name in LAYERS]

# What sqlglot cannot carry to Spark SQL, by file. Complete in both directions: a new exception is written down here,
# and one that has gone is struck off.
NOT_ON_SPARK: dict[str, set[str]] = {
    "checks/contributions_add_up.sql": {"star"},
    "checks/park_day_adds_up.sql": {"list_sum"},
    "emissions/fuel_leaves.sql": {"hugeint"},
    "energy/conservative_estimate.sql": {"max_n"},
    "energy/edited_interval.sql": {"hugeint"},
    "energy/enterprise_month.sql": {"hugeint"},
    "energy/fitted_interval.sql": {"hugeint", "to_minutes"},
    "energy/estimated_stretch.sql": {"to_minutes"},
    "energy/gap_run.sql": {"generate_subscripts"},
    "energy/interval_balance.sql": {"hugeint", "to_minutes"},
    "energy/like_day_estimate.sql": {"bitstring_agg"},
    "energy/line_month.sql": {"hugeint"},
    "energy/measured_interval.sql": {"max_n"},
    "energy/meter_day.sql": {"bitstring_agg", "max_n"},
    "energy/meter_month.sql": {"hugeint"},
    "energy/month_meters.sql": {"gcd", "hugeint", "lcm"},
    "energy/park_window.sql": {"hugeint"},
    "energy/project_use_month.sql": {"hugeint"},
    "energy/read_interval.sql": {"epoch_us", "hugeint"},
    "energy/reading_corrections.sql": {"to_minutes"},
    "energy/register_check.sql": {"epoch_us", "to_minutes"},
    "energy/register_interval.sql": {"epoch_us", "hugeint"},
    "energy/repeated_readings.sql": {"bitstring_agg"},
    "energy/sound_estimate.sql": {"max_n"},
    "energy/supply_interval.sql": {"hugeint"},
    "metrics/energy_by_carrier.sql": {"hugeint"},
    "metrics/enterprise_window.sql": {"hugeint"},
    "metrics/enterprise_year.sql": {"hugeint"},
    "metrics/park_window.sql": {"star"},
    "metrics/uncertainty_sources.sql": {"hugeint", "to_minutes"},
    "quality/direct_supply_findings.sql": {"printf"},
    "quality/estimates.sql": {"to_minutes"},
    "quality/estimation_error.sql": {"hugeint"},
    "quality/findings.sql": {"printf"},
    "quality/register_findings.sql": {"printf"},
    "quality/scale_findings.sql": {"printf"},
    "quality/uncertainty_findings.sql": {"printf"},
    "quality/vee_findings.sql": {"printf", "to_minutes"},
    "staging/enterprises.sql": {"star"},
    "staging/parks.sql": {"star"},
    "staging/period_advances.sql": {"hugeint"},
    "staging/projects.sql": {"star"},
    "staging/register_advances.sql": {"hugeint"},
    "staging/register_ratios.sql": {"gcd", "hugeint"},
}


def relative(path: Path) -> str:
    return str(path.relative_to(SQL))


@cache
def tree_of(path: Path) -> exp.Expr:
    (statement,) = sqlglot.parse(path.read_text(encoding="utf-8"), read="duckdb")
    assert statement
    return statement


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_one_select(path: Path) -> None:
    assert isinstance(tree_of(path), exp.Query)


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_opens_with_its_description(path: Path) -> None:
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith("-- "), "the first line is a comment that says what a row is"
    assert not first.startswith(("-- Grain:", "-- Order:"))


@pytest.mark.parametrize("path", MODELS, ids=relative)
def test_header_names_grain_and_order(path: Path) -> None:
    model = Model.load(path)
    assert model.description
    assert model.grain
    assert model.order or not model.kept
    columns = tree_of(path).named_selects
    if "*" not in columns:
        assert set(model.order) <= set(columns)


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_inputs_are_schema_qualified(path: Path) -> None:
    tree = tree_of(path)
    own = {cte.alias for cte in tree.find_all(exp.CTE)}
    bare = {table.name for table in tree.find_all(exp.Table) if table.name and not table.db}
    assert bare <= own


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_pastes_into_the_shell(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "{{" not in text
    assert "{%" not in text
    assert not list(tree_of(path).find_all(exp.Placeholder, exp.Parameter)), "parameters come from run.params"


def not_carried_to_spark(path: Path) -> set[str]:
    """What sqlglot writes into the Spark text though Spark does not know it: functions, types, stars that replace."""
    tree = tree_of(path).copy()
    stars = {"star" for star in tree.find_all(exp.Star) if star.args.get("replace") or star.args.get("except_")}
    types = {"hugeint" for kind in tree.find_all(exp.DataType) if kind.this == exp.DataType.Type.INT128}
    highest = {"max_n" for largest in tree.find_all(exp.Max) if largest.args.pop("count", None)}
    spark = tree.sql(dialect="spark", unsupported_level=sqlglot.ErrorLevel.RAISE)
    functions = {function.name.lower() for function in sqlglot.parse_one(spark, read="spark").find_all(exp.Anonymous)}
    return functions | stars | types | highest


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_spark_exceptions_are_known(path: Path) -> None:
    assert not_carried_to_spark(path) == NOT_ON_SPARK.get(relative(path), set())


def test_spark_exceptions_name_files() -> None:
    assert set(NOT_ON_SPARK) <= {relative(path) for path in FILES}
