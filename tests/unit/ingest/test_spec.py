"""delivery.yaml: keys, tables by name, and refusals that name the line."""

from pathlib import Path

import pytest

from pipelines.contracts import load
from pipelines.errors import InputRefused
from pipelines.ingest.spec import DeliverySpec, MeterMaster, load_delivery, parse_delivery, spec_for

TABLES = ("meters", "meter_readings", "parks", "fuel_use")
METERS = "{park_id: p, point: use, measure: interval_energy, unit: kWh}"


def parse(text: str) -> DeliverySpec:
    return parse_delivery(text.encode(), "delivery.yaml")


@pytest.mark.parametrize(
    ("name", "table", "layout"),
    [
        ("meter_readings_2026-02.csv", "meter_readings", "long"),
        ("meter_readings_96_feb.csv", "meter_readings", "wide_day"),
        ("meters.xlsx", "meters", "long"),
        ("parks_jiangsu.parquet", "parks", "long"),
    ],
)
def test_table_is_the_longest_name_that_the_file_begins_with(name, table, layout):
    spec = spec_for(DeliverySpec(), Path(name), TABLES)
    assert (spec.table, spec.layout, spec.is_plain) == (table, layout, layout == "long")


def test_file_of_no_table_has_no_instructions():
    assert spec_for(DeliverySpec(), Path("notes.csv"), TABLES) is None


def test_first_matching_entry_wins_and_makes_the_file_not_plain():
    delivery = parse("files:\n- {match: 'power_*.csv', table: fuel_use, skip_rows: 2}\n- {match: '*', table: parks}")
    assert spec_for(delivery, Path("power_1.csv"), TABLES).skip_rows == 2
    assert not spec_for(delivery, Path("power_1.csv"), TABLES).is_plain
    assert spec_for(delivery, Path("other.csv"), TABLES).is_plain


def test_scalars_stay_texts_as_they_are_written():
    delivery = parse("files:\n- {nulls: [1, no, 24:00, 007, ''], sheet: 2, ignore: total}")
    assert delivery.files[0].nulls == ("1", "no", "24:00", "007", "")
    assert delivery.files[0].sheet == "2"
    assert delivery.files[0].ignore == ("total",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-02-03T09:00+08:00", "2026-02-03T09:00:00+08:00"),
        ("2026-02-03T01:00:00Z", "2026-02-03T09:00:00+08:00"),
        ("2026-02-03", "2026-02-03T00:00:00+08:00"),
    ],
)
def test_delivered_at_compares_as_text(text, expected):
    assert parse(f"delivered_at: {text}").delivered_at == expected


def test_masters_share_fields_and_take_the_unit_of_the_file():
    delivery = parse(
        "files:\n- unit: MWh\n  meters:\n    '*': {park_id: p, measure: mean_power}\n"
        "    a: {point: generation}\n    b: {point: use, unit: kW}\n"
    )
    spec = delivery.files[0]
    assert (spec.master("x-a", "a").point, spec.master("b").unit) == ("generation", "MWh")
    assert spec.master("c") is None


def test_master_fields_are_columns_of_the_table_meters():
    fields = set(MeterMaster.model_fields) - {"enterprise"} | {"enterprise_id"}
    assert fields == set(load("inputs")["meters"].column_names) - {"meter_id"}


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("files:\n- match: a\n  layuot: long\n", 3, "layuot: no such key"),
        ("files:\n- match: a\n  timestamp:\n    marks: begin\n", 4, "timestamp.marks"),
        ("files:\n- timestamp: {column: t,\n    timezone: Asia/Seol}\n", 3, "no time zone"),
        ("files:\n- timestamp: {column: t, format: '%Y-%m-%d %Q'}\n", 2, "%Q"),
        (f"files:\n- meters: {METERS.replace('kWh', 'kwatt')}\n", 2, "unit"),
        (f"files:\n- meters: {METERS}\n  unit: horse\n", 2, "'horse' is not known"),
        ("files:\n- match: b\n- meters: {park_id: p, point: use}\n", 3, "measure, unit missing"),
        ("files:\n- match: [a\n  table: b: c\n", 3, "not valid YAML"),
        ("delivered_at: yesterday\n", 1, "delivered_at"),
    ],
)
def test_broken_instructions_name_line_and_key(text, line, says):
    with pytest.raises(InputRefused) as refusal:
        parse(text)
    assert f"delivery.yaml, line {line}: " in str(refusal.value)
    assert says in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_unknown_table_is_refused():
    delivery = parse("files:\n- {match: '*', table: meter_reading}")
    with pytest.raises(InputRefused, match=r"'meter_reading' of a\.csv does not exist; known: fuel_use"):
        spec_for(delivery, Path("a.csv"), TABLES)


def test_instructions_stand_in_the_folder_or_beside_the_file(tmp_path):
    (tmp_path / "delivery.yaml").write_text("delivered_at: 2026-01-01", encoding="utf-8")
    (tmp_path / "parks.csv").write_text("park_id\n", encoding="utf-8")
    assert load_delivery(tmp_path) == load_delivery(tmp_path / "parks.csv") == parse("delivered_at: 2026-01-01")
    (tmp_path / "sub").mkdir()
    assert load_delivery(tmp_path / "sub") == DeliverySpec()


def test_instructions_in_another_encoding_are_refused(tmp_path):
    (tmp_path / "delivery.yaml").write_bytes("files:\n- match: 电量\n".encode("gb18030"))
    with pytest.raises(InputRefused, match="not UTF-8"):
        load_delivery(tmp_path)
