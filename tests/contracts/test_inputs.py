"""The contracts of delivered tables say what the specification says, and are well-formed Open Data Contracts."""

import re

import duckdb
import pytest
import yaml

from pipelines.contracts import load
from pipelines.resources import CONTRACTS

INPUTS = load("inputs")
FILES = sorted((CONTRACTS / "inputs").glob("*.yaml"))
# Keys of the standard (v3.1) that these contracts use, by level.
DOCUMENT = {"apiVersion", "kind", "id", "name", "version", "status", "schema"}
TABLE = {"name", "logicalType", "physicalType", "description", "properties", "customProperties", "quality"}
PROPERTY = {
    "name",
    "logicalType",
    "logicalTypeOptions",
    "physicalType",
    "primaryKey",
    "primaryKeyPosition",
    "required",
    "description",
    "customProperties",
}
CUSTOM = {
    "unit",
    "aliases",
    "enum",
    "synonyms",
    "refusesFile",
    "default",
    "divides",
    "roundsExcessDigits",
    "dateIncludesDay",
    "code",
}
LOGICAL = {
    "VARCHAR": "string",
    "MONTH": "string",
    "DATE": "date",
    "TIMESTAMP": "timestamp",
    "BOOLEAN": "boolean",
    "INTEGER": "integer",
    "DECIMAL(30,0)": "integer",
}
REQUIRED = {
    "parks": "park_id name_zh province_zh",
    "enterprises": "enterprise_id park_id name",
    "projects": "project_id park_id technology relation",
    "meters": "meter_id park_id point measure unit",
    "expected_inputs": "park_id table key frequency",
    "baselines": "park_id year tco2_per_tce source",
    "meter_readings": "meter_id interval_end value",
    # Its points are columns of a layout, which has 24, 48, 96 or 288 of them; a point may be blank.
    "meter_readings_96": "meter_id date",
    "meter_registers": "meter_id read_at value",
    "meter_periods": "meter_id from to energy kind",
    "reading_edits": "meter_id from to value reason document_sha256 author approver",
    "meter_replacements": "meter_id at old_final new_initial",
    "fuel_use": "park_id month fuel activity quantity unit",
    "heat_flows": "park_id month direction kind",
    "process_outputs": "park_id month product quantity_t factor_tco2_per_t",
    "curtailment": "project_id month curtailed_mwh",
    "indicators": "park_id year indicator value",
    "gec_trades": "trade_id trade_date channel technology buyer_enterprise_id",
    "gec_cancellations": "cancellation_id cancelled_on beneficiary_enterprise_id",
    "gec_issuances": "",
    "green_power_settlements": "trade_id month contract_mwh generation_mwh use_mwh",
    "gec_recognition": "enterprise_id year scope recognised_mwh document_id",
    "offsets": "park_id year quantity_t registry serial vintage retired_on beneficiary document_id",
}
ALIASES = {
    "表计编号": ("meters", "meter_id"),
    "电表编号": ("meter_readings", "meter_id"),
    "冻结时间": ("meter_readings", "interval_end"),
    "电量(kWh)": ("meter_readings", "value"),
    "日期": ("meter_readings_96", "date"),
    "数据日期": ("meter_readings_96", "date"),
    "示值": ("meter_registers", "value"),
    "正向有功总": ("meter_registers", "value"),
    "抄表时间": ("meter_registers", "read_at"),
    "园区编号": ("parks", "park_id"),
    "企业编号": ("enterprises", "enterprise_id"),
    "月份": ("heat_flows", "month"),
    "能源品种": ("fuel_use", "fuel"),
    "用途": ("fuel_use", "activity"),
    "消费量": ("fuel_use", "quantity"),
    "单位": ("fuel_use", "unit"),
    "凭证号": ("process_outputs", "document_id"),
    "交易编号": ("gec_trades", "trade_id"),
    "交易日期": ("gec_trades", "trade_date"),
    "项目代码": ("gec_cancellations", "project_code"),
    "生产年月": ("gec_trades", "generation_month"),
    "起始编号": ("gec_trades", "serial_from"),
    "截止编号": ("gec_cancellations", "serial_to"),
    "受益企业": ("gec_cancellations", "beneficiary_enterprise_id"),
    "核销编号": ("gec_cancellations", "cancellation_id"),
    "核销日期": ("gec_cancellations", "cancelled_on"),
}


def column(table, name):
    return next(c for c in INPUTS[table].columns if c.name == name)


def test_every_table_that_is_due_has_a_contract():
    assert set(INPUTS) == set(REQUIRED)


@pytest.mark.parametrize("table", sorted(REQUIRED))
def test_required_columns_are_those_of_the_specification(table):
    assert [c.name for c in INPUTS[table].columns if c.required] == REQUIRED[table].split()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_document_is_an_open_data_contract(path):
    document = yaml.safe_load(path.read_text("utf-8"))
    assert set(document) == DOCUMENT
    assert (document["apiVersion"], document["kind"]) == ("v3.1.0", "DataContract")
    assert document["name"] == path.stem == document["schema"][0]["name"]
    (table,) = document["schema"]
    assert set(table) <= TABLE
    for entry in table["properties"]:
        assert set(entry) <= PROPERTY, entry["name"]
        assert {p["property"] for p in entry.get("customProperties", [])} <= CUSTOM
        assert entry["logicalType"] == LOGICAL.get(entry["physicalType"], "number")
        assert entry["description"].endswith(".")


@pytest.mark.parametrize("table", sorted(REQUIRED))
def test_types_are_of_duckdb_and_keys_are_columns(table):
    contract = INPUTS[table]
    con = duckdb.connect()
    for c in contract.columns:
        con.execute(f"select cast(null as {'varchar' if c.physical_type == 'MONTH' else c.physical_type})")
    assert contract.key
    assert set(contract.key) <= set(contract.column_names)
    assert "HUGEINT" not in {c.physical_type for c in contract.columns}  # Parquet would keep it as DOUBLE


@pytest.mark.parametrize("alias", ALIASES)
def test_chinese_headers_are_known(alias):
    table, name = ALIASES[alias]
    assert alias in column(table, name).aliases


@pytest.mark.parametrize("table", sorted(REQUIRED))
def test_a_header_means_one_column(table):
    names = [name for c in INPUTS[table].columns for name in (c.name, *c.aliases)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("table", ["fuel_use", "meters", "heat_flows"])
def test_an_unknown_unit_refuses_the_file_and_spellings_lead_to_known_ones(table):
    unit = column(table, "unit")
    assert unit.refuses_file
    assert set(unit.synonyms.values()) <= set(unit.enum)
    assert not set(unit.synonyms) & set(unit.enum)


def test_blanks_mean_what_the_specification_says():
    said = {(t, c.name): c.default for t, contract in INPUTS.items() for c in contract.columns if c.default is not None}
    assert said == {
        ("projects", "same_owner"): "true",
        ("projects", "interval_traced"): "true",
        ("projects", "grid_mode"): "surplus",
        ("meters", "multiplier"): "1",
        ("meters", "interval_minutes"): "15",
        ("meter_readings", "flag"): "A",
        ("meter_registers", "flag"): "A",
        ("gec_trades", "tradable"): "true",
    }
    for (table, name), default in said.items():
        assert re.search(rf"blank means {default}\.", column(table, name).description)


def test_enums_are_text_and_not_what_yaml_makes_of_them():
    for contract in INPUTS.values():
        for c in contract.columns:
            assert all(isinstance(value, str) for value in (*c.enum, *c.aliases)), c.name
    assert column("meter_readings", "flag").enum == ("A", "E", "N")
    assert column("projects", "grid_mode").enum == ("surplus", "none", "full_feed_in")


def test_the_daily_form_has_96_points_and_what_its_readings_have():
    daily = [c.name for c in INPUTS["meter_readings_96"].columns]
    assert [name for name in daily if name.startswith("P")] == [f"P{k}" for k in range(1, 97)]
    assert set(daily[:3]) - {"date"} <= set(INPUTS["meter_readings"].column_names)


@pytest.mark.parametrize("table", ["meter_periods", "reading_edits"])
def test_a_period_includes_the_day_on_which_it_ends(table):
    included = [c.name for c in INPUTS[table].columns if c.date_includes_day]
    assert included == ["to"]
