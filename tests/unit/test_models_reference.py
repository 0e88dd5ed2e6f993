"""Reference tables with the operator's additions, and the parameters of a year."""

from datetime import date

import duckdb
import pytest

from pipelines import reference_tables
from pipelines.errors import UserError
from pipelines.lake import Lake
from pipelines.reference_tables import ParameterVersion, parameters_of


def load(lake: Lake, name: str) -> duckdb.DuckDBPyRelation:
    con = duckdb.connect()
    return con.sql(reference_tables.find(lake, name).query(con))


def addition(lake: Lake, name: str, text: str) -> None:
    lake.reference.mkdir(parents=True, exist_ok=True)
    (lake.reference / f"{name}.csv").write_text(text, "utf-8")


def test_types_are_exact_and_an_empty_column_has_one(tmp_path):
    fuels = load(Lake(tmp_path), "fuels")
    types = dict(zip(fuels.columns, map(str, fuels.types), strict=True))
    assert types["ncv_gj_per_unit"] == types["tco2_per_unit"] == "DECIMAL(18,9)"
    assert types["valid_from"] == types["valid_to"] == "DATE"
    assert types["fuel"] == types["source"] == "VARCHAR"
    years = load(Lake(tmp_path), "baselines")
    assert dict(zip(years.columns, map(str, years.types), strict=True))["year"] == "BIGINT"


def test_the_operator_adds_rows(tmp_path):
    lake = Lake(tmp_path)
    before = reference_tables.find(lake, "fuels").digest
    addition(lake, "fuels", "fuel,unit,ncv_gj_per_unit,valid_from,source\nstraw,t,14.5,2025-01-01,own lab\n")
    rows = load(lake, "fuels").filter("origin = 'operator'").project("fuel, ncv_gj_per_unit, carbon_tc_per_gj")
    assert [(f, str(n), c) for f, n, c in rows.fetchall()] == [("straw", "14.500000000", None)]
    assert reference_tables.find(lake, "fuels").digest != before


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("fuel,ncv_gj_per_unit\nstraw,14.5\nchaff,many\n", "fuels.csv line 3: 'many' in the column ncv_gj_per_unit"),
        ("fuel,colour\nstraw,yellow\n", "fuels.csv has the column colour"),
        ("", "fuels.csv is empty"),
    ],
)
def test_an_addition_that_does_not_fit_is_named(tmp_path, text, sentence):
    lake = Lake(tmp_path)
    addition(lake, "fuels", text)
    with pytest.raises(UserError) as caught:
        load(lake, "fuels")
    assert sentence in str(caught.value)


def version(value: str, valid_from: str, valid_to: str = "9999-12-31", by_operator: bool = False) -> ParameterVersion:
    return ParameterVersion("p", value, date.fromisoformat(valid_from), date.fromisoformat(valid_to), by_operator)


@pytest.mark.parametrize(
    ("year", "expected"),
    [(2024, "0.30"), (2025, "0.30"), (2029, "0.30"), (2030, "0.35"), (2040, "0.35")],
)
def test_the_version_at_the_end_of_the_year_counts(year, expected):
    versions = [version("0.30", "2025-05-21", "2029-12-31"), version("0.35", "2030-01-01", "2035-12-31")]
    assert parameters_of(year, versions) == {"p": expected}


def test_the_operators_valid_version_wins(tmp_path):
    package = version("0", "2025-01-01")
    assert parameters_of(2026, [version("1", "2025-01-01", by_operator=True), package]) == {"p": "1"}
    assert parameters_of(2026, [version("1", "2027-01-01", by_operator=True), package]) == {"p": "0"}


def test_a_fraction_keeps_both_numbers(tmp_path):
    versions = reference_tables.parameter_versions(Lake(tmp_path))
    parameters = parameters_of(2026, versions)
    assert (parameters["carbon_to_co2_numerator"], parameters["carbon_to_co2_denominator"]) == ("44", "12")
    assert "carbon_to_co2" not in parameters


def test_a_parameter_that_is_no_number_is_named(tmp_path):
    lake = Lake(tmp_path)
    addition(lake, "method_parameters", "parameter,value,valid_from\nfeedstock_in_energy,yes,2025-01-01\n")
    with pytest.raises(UserError, match=r"method_parameters\.csv line 2"):
        reference_tables.parameter_versions(lake)
