"""The contracts of the published tables: complete, in step with the parameters and with the SQL that fills them."""

import csv
from pathlib import Path

import duckdb
import pytest

from pipelines.contracts import Contract, load
from pipelines.publish import expectations
from pipelines.publish.candidate import published_query
from pipelines.publish.manifest import STAMP
from pipelines.reference_tables import identifier
from pipelines.resources import CONTRACTS, REFERENCE
from tests.sql.harness import Case, find_model

OUTPUTS = load("outputs")
DUE = {
    "metrics.park_year",
    "metrics.park_month",
    "metrics.project_year",
    "metrics.energy_by_carrier",
    "metrics.energy_conservation",
    "metrics.enterprise_year",
    "metrics.electricity_not_assigned",
    "metrics.matching",
    "metrics.matching_profile",
    "metrics.park_day",
    "metrics.sensitivity",
    "metrics.uncertainty_sources",
    "metrics.trajectory",
    "certificates.position",
    "certificates.exclusions",
    "certificates.line_balance",
    "certificates.claimed_ranges",
    "certificates.register",
    "certificates.illegal_moves",
    "quality.file_ledger",
    "quality.quarantine",
    "quality.findings",
    "quality.corrections",
    "quality.park_month",
    "quality.meter_month",
    "quality.estimates",
    "quality.scores",
    "quality.held_parks",
    "quality.estimation_error",
    "evidence.factors_used",
    "evidence.contributions",
    "evidence.formulas",
    "metrics.guiding_indicators",
    "reference.parks",
    "reference.params",
}
# Suffix of a name and the unit it promises.
UNITS = {"_mwh": "MWh", "_tco2": "tCO2", "_tce": "tce", "_tco2_per_tce": "tCO2/tce", "_share": "1"}

every_table = pytest.mark.parametrize("contract", OUTPUTS.values(), ids=OUTPUTS.keys())


def test_every_due_table_has_a_contract_in_the_file_of_its_name() -> None:
    assert set(OUTPUTS) == DUE == {path.stem for path in (CONTRACTS / "outputs").glob("*.yaml")}


@every_table
def test_types_are_duckdb_types_as_duckdb_writes_them(contract: Contract) -> None:
    columns = ", ".join(f"{identifier(c.name)} {c.physical_type}" for c in contract.columns)
    with duckdb.connect() as con:
        con.execute(f"create table t ({columns})")
        described = [(row[0], row[1]) for row in con.execute("describe t").fetchall()]
    assert described == [(c.name, c.physical_type) for c in contract.columns]


@every_table
def test_columns_are_described_and_carry_the_unit_that_their_name_promises(contract: Contract) -> None:
    assert all(column.description.endswith((".", "?")) for column in contract.columns)
    for column in contract.columns:
        promised = [
            unit for suffix, unit in sorted(UNITS.items(), key=lambda u: -len(u[0])) if column.name.endswith(suffix)
        ]
        if promised and contract.table != "reference.params":
            assert column.unit == promised[0], column.name
        if column.name.endswith(("_mwh", "_tco2")):
            assert column.physical_type == "DECIMAL(38,6)", column.name


@every_table
def test_keys_are_required_and_the_stamp_ends_every_table(contract: Contract) -> None:
    assert {c.name for c in contract.columns if c.required} >= {*contract.key, *STAMP}
    assert contract.column_names[-3:] == STAMP


@every_table
def test_great_expectations_can_judge_every_rule(contract: Contract) -> None:
    columns = ", ".join(f"cast(null as {c.physical_type}) as {identifier(c.name)}" for c in contract.columns)
    with duckdb.connect() as con:
        frame = con.execute(f"select {columns}").df()
    assert set(expectations.columns_needed(contract)) <= set(contract.column_names)
    judged = expectations.judge({contract.table: frame}, OUTPUTS)
    assert [j.rule for j in judged] == [rule["type"] for rule in contract.expectations] != []
    assert [j.problem for j in judged if not j.passed] == []


def test_published_parameters_are_those_of_the_method() -> None:
    with (REFERENCE / "method_parameters.csv").open(encoding="utf-8") as stream:
        given = {row["parameter"]: row for row in csv.DictReader(stream)}
    published = {}
    for column in OUTPUTS["reference.params"].columns[1:-3]:
        name = column.name.removesuffix("_numerator").removesuffix("_denominator")
        published[name] = column.unit
    assert published == {name: row["unit"] for name, row in given.items()}


@every_table
def test_the_model_gives_what_is_published(contract: Contract, tmp_path: Path) -> None:
    assert find_model(contract.table)
    with Case({}) as case:
        case.build(contract.table)
        target = tmp_path / "model.parquet"
        case.con.execute(f"copy {contract.table} to '{target}' (format parquet)")
        query = published_query(case.con, target, contract)
        given = [(row[0], row[1]) for row in case.con.execute(f"describe {query}").fetchall()]
    assert given == [(c.name, c.physical_type) for c in contract.columns if c.name not in STAMP]
