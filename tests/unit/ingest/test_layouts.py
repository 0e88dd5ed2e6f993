"""Layouts, meters and their masters: what delivery.yaml makes of a table of readings."""

import pytest
import yaml

from pipelines.contracts import load
from pipelines.ingest.sources import FileUnreadable, read_table
from pipelines.ingest.spec import DeliverySpec, parse_delivery, spec_for

READINGS = load("inputs")["meter_readings"]
MASTER = {"park_id": "p", "point": "use", "measure": "interval_energy", "unit": "kWh", "interval_minutes": 1440}


def read(tmp_path, text: str, contract=READINGS, **keys):
    path = tmp_path / "export.csv"
    path.write_text(text, encoding="utf-8")
    content = yaml.safe_dump({"files": [{"table": contract.table, **keys}]}, allow_unicode=True)
    return read_table(path, parse_delivery(content.encode(), "delivery.yaml").files[0], contract)


def readings(table) -> list[tuple]:
    return sorted(table.frame.select("meter_id", "interval_end", "value", "flag").rows())


def test_column_per_meter_with_daily_values(tmp_path):
    table = read(
        tmp_path,
        "record_date,1,2,total\n2015/1/1,1135,1,1136\n2015-01-02,570,,570\nsum,1,2,3\n",
        layout="wide_meters",
        timestamp={"column": "record_date", "marks": "start"},
        meter_prefix="yz-",
        meters=MASTER | {"enterprise": "from_meter", "valid_from": "2015-01-01"},
        nulls=["1"],
        ignore="total",
    )
    assert readings(table) == [
        ("yz-1", "2015-01-02T00:00:00", "1135", None),
        ("yz-1", "2015-01-03T00:00:00", "570", None),
        ("yz-2", "2015-01-02T00:00:00", None, "N"),
        ("yz-2", "2015-01-03T00:00:00", None, "N"),
    ]
    assert table.frame["raw"][0] == "2015/1/1,1=1135"
    assert table.rejected.rows() == [(4, "sum,1,2,3", "bad_timestamp", "the time sum is not understood")]
    assert table.rows_read == 5
    meters, enterprises = table.masters["meters"], table.masters["enterprises"]
    columns = ("meter_id", "enterprise_id", "unit", "interval_minutes", "valid_from", "line")
    assert meters.select(columns).row(1) == ("yz-2", "yz-2", "kWh", "1440", "2015-01-01", 2)
    assert enterprises.select("enterprise_id", "park_id", "name", "valid_from").row(0) == (
        "yz-1",
        "p",
        "yz-1",
        "2015-01-01",
    )


@pytest.mark.parametrize(
    ("header", "marks", "first", "last"),
    [
        ([f"P{i}" for i in range(1, 97)], "end", "2026-01-01T00:15:00", "2026-01-02T00:00:00"),
        ([f"P{i:02}" for i in range(1, 25)], "start", "2026-01-01T01:00:00", "2026-01-02T00:00:00"),
        ([f"{i // 4:02}:{i % 4 * 15:02}" for i in range(1, 97)], "end", "2026-01-01T00:15:00", "2026-01-02T00:00:00"),
        ([f"{i}:00" for i in range(24)], "start", "2026-01-01T01:00:00", "2026-01-02T00:00:00"),
    ],
)
def test_row_per_meter_and_day(tmp_path, header, marks, first, last):
    values = [str(i) for i in range(len(header))]
    text = ",".join(["表计编号", "日期", "倍率", *header]) + "\n" + ",".join(["A", "20260101", "40", *values])
    table = read(
        tmp_path,
        text,
        layout="wide_day",
        columns={"倍率": "multiplier"},
        timestamp={"marks": marks, "format": "%Y%m%d"},
    )
    rows = readings(table)
    assert (rows[0][1:3], rows[-1][1:3]) == ((first, "0"), (last, values[-1]))
    assert len(rows) == len({row[1] for row in rows}) == len(header) == table.rows_read
    assert table.frame["multiplier"].unique().to_list() == ["40"]


@pytest.mark.parametrize("points", [24, 48, 96, 288])
def test_the_daily_form_is_known_by_its_name_and_marks_ends(tmp_path, points):
    path = tmp_path / "meter_readings_96_2026.csv"
    header = ["电表编号", "数据日期", "multiplier", *(f"P{k}" for k in range(1, points + 1))]
    path.write_text(",".join(header) + "\nA,2026/1/1,40" + ",1" * points, encoding="utf-8")
    table = read_table(path, spec_for(DeliverySpec(), path, load("inputs")), READINGS)
    ends = table.frame["interval_end"].sort()
    assert (ends[0][11:16], ends[-1]) == (f"{24 // points:02}:{1440 // points % 60:02}", "2026-01-02T00:00:00")
    assert table.frame.select("meter_id", "value", "multiplier").unique().rows() == [("A", "1", "40")]


def test_of_rows_for_one_reading_the_last_is_the_one_captured_last(tmp_path):
    rows = ["A,2026-01-01T00:15,1,2026-01-02 09:15", "A,2026-01-01T00:15,2,2026-01-02 00:30", "A,2026-01-01T00:15,3,"]
    table = read(tmp_path, "\n".join(["meter_id,interval_end,value,采集时间", *rows]))
    assert table.frame["value"].to_list() == ["3", "2", "1"]
    assert table.frame["line"].to_list() == [4, 3, 2]
    assert table.unknown_columns == ()
    assert "captured_at" not in table.frame.columns


def test_words_of_another_system_are_translated(tmp_path):
    text = "meter_id,interval_end,value,Status\nA,2026-01-01T00:15,1,W\nA,2026-01-01T00:30,2,E\nA,2026-01-01T00:45,3,\n"
    table = read(tmp_path, text, columns={"Status": "flag"}, words={"flag": {"W": "A"}})
    assert table.frame["flag"].to_list() == ["A", "E", None]


def test_several_columns_make_the_meter_and_the_time(tmp_path):
    table = read(
        tmp_path,
        "表号,数据项,日,时,电量\n7,正向,1/3/2018,0:00,5\n7,反向,1/3/2018,0:15,6\n8,正向,1/3/2018,0:15,7\n",
        meter_key=["表号", "数据项"],
        meter_prefix="k-",
        timestamp={"column": ["日", "时"], "format": "%d/%m/%Y %H:%M", "midnight": "end_of_day"},
        ignore="8/*",
        values="primary",
    )
    assert readings(table) == [
        ("k-7/反向", "2018-03-01T00:15:00", "6", None),
        ("k-7/正向", "2018-03-02T00:00:00", "5", None),
    ]
    assert table.frame["multiplier"].to_list() == ["1", "1"]
    assert table.warnings == ("1 row of an ignored meter was left out",)


def test_signed_series_becomes_two_meters(tmp_path):
    table = read(
        tmp_path,
        "time,bat\n2026-01-01T01:00,5\n2026-01-01T02:00,-0.50\n2026-01-01T03:00,--\n2026-01-01T04:00,x\n",
        layout="wide_meters",
        timestamp={"column": "time"},
        nulls="--",
        split_sign={"positive": "{meter}-out", "negative": "{meter}-in"},
        meters={
            "*": {"park_id": "p", "measure": "mean_power", "unit": "MW", "interval_minutes": 60},
            "bat-out": {"point": "storage_discharge"},
            "bat-in": {"point": "storage_charge"},
        },
    )
    assert [(meter, value, flag) for meter, _, value, flag in readings(table)] == [
        ("bat-in", "0", None),
        ("bat-in", "0.50", None),
        ("bat-in", None, "N"),
        ("bat-in", "x", None),
        ("bat-out", "5", None),
        ("bat-out", "0", None),
        ("bat-out", None, "N"),
        ("bat-out", "x", None),
    ]
    assert table.rows_read == 8
    assert dict(table.masters["meters"].select("meter_id", "point").rows()) == {
        "bat-in": "storage_charge",
        "bat-out": "storage_discharge",
    }


def test_single_meter_by_constant_and_times_of_day_on_a_fixed_day(tmp_path):
    table = read(
        tmp_path,
        "hour,load\n0:00,1\n23:00,2\n",
        columns={"load": "value"},
        constants={"meter_id": "m", "flag": "E"},
        timestamp={"column": "hour", "date": "2024-06-15", "marks": "start", "interval_minutes": 60},
    )
    assert readings(table) == [("m", "2024-06-15T01:00:00", "1", "E"), ("m", "2024-06-16T00:00:00", "2", "E")]


def test_blank_of_a_long_row_is_left_to_the_contract_unless_declared(tmp_path):
    text = "meter_id,interval_end,value\nA,2026-01-01T00:15,\n"
    assert readings(read(tmp_path, text)) == [("A", "2026-01-01T00:15:00", None, None)]
    assert readings(read(tmp_path, text, nulls=[""])) == [("A", "2026-01-01T00:15:00", None, "N")]


def test_meter_without_a_description_is_named(tmp_path):
    table = read(
        tmp_path,
        "时间,a,b\n2026-01-01,1,2\n",
        layout="wide_meters",
        meters={"a": MASTER},
        columns={"c": "value"},
    )
    assert table.warnings == (
        "delivery.yaml maps the column 'c', which the file does not have",
        "delivery.yaml does not describe the meters b (1 in all)",
    )
    assert table.masters["meters"]["meter_id"].to_list() == ["a"]


def test_unit_fills_the_unit_column_of_other_tables(tmp_path):
    fuel = load("inputs")["fuel_use"]
    table = read(tmp_path, "park_id,month,fuel,activity,quantity\np,2026-01,coal,final_use,1\n", fuel, unit="t")
    assert table.frame["unit"].to_list() == ["t"]


WIDE = "时间,a\n2026-01-01,1\n"
LONG = "meter_id,interval_end,value\nA,2026-01-01T00:15,1\n"


@pytest.mark.parametrize(
    ("text", "keys", "says"),
    [
        (LONG, {"unit": "kWh"}, "unit cannot be applied"),
        (LONG, {"timestamp": {"marks": "start"}}, "needs the length of the interval"),
        (LONG, {"timestamp": {"column": "zeit"}}, "'zeit' (timestamp.column), which the file does not have"),
        (LONG, {"meter_key": ["zähler"]}, "'zähler' (meter_key), which the file does not have"),
        (LONG, {"columns": {"value": "energy"}}, "maps 'value' to 'energy', which meter_readings does not have"),
        (LONG, {"constants": {"meter_id": "B"}}, "the file has a column meter_id of its own"),
        (LONG, {"constants": {"metre_id": "B"}}, "has no column 'metre_id'"),
        (LONG, {"words": {"status": {"W": "A"}}}, "words: meter_readings has no column 'status'"),
        (LONG.replace("value", "value,电量"), {}, "would both be value"),
        (LONG.replace("value", "value,Value"), {}, "the header has two columns 'Value'"),
        (LONG, {"layout": "wide_day", "timestamp": {"column": "interval_end"}}, "the file has none"),
        ("date,P1,P2,P4,P5\n2026-01-01,1,2,4,5\n", {"layout": "wide_day"}, "4 columns up to P5"),
        ("a,b\n1,2\n", {"layout": "wide_meters"}, "no column of times"),
        (
            WIDE.replace("a", "a,b"),
            {"layout": "wide_meters", "split_sign": {"positive": "x", "negative": "y"}},
            "{meter}",
        ),
    ],
)
def test_instructions_that_do_not_fit_the_file_refuse_it(tmp_path, text, keys, says):
    if "split_sign" in keys:
        text = "时间,a,b\n2026-01-01,1,2\n"
    with pytest.raises(FileUnreadable) as refusal:
        read(tmp_path, text, **keys)
    assert says in str(refusal.value)
    assert "export.csv" not in str(refusal.value)  # the ledger shows it beside the sentence


@pytest.mark.parametrize("keys", [{"meters": MASTER}, {"layout": "wide_day"}, {"timestamp": {"column": "month"}}])
def test_instructions_about_readings_do_not_fit_other_tables(tmp_path, keys):
    with pytest.raises(FileUnreadable, match="fuel_use has no"):
        read(tmp_path, "park_id,month\np,2026-01\n", load("inputs")["fuel_use"], **keys)


@pytest.mark.parametrize("keys", [{"layout": "wide_day"}, {"meters": MASTER}, {"timestamp": {"marks": "start"}}])
def test_bills_have_neither_layouts_nor_one_time(tmp_path, keys):
    text = "meter_id,from,to,energy,kind\nA,2026-01-01,2026-01-31,1,total\n"
    with pytest.raises(FileUnreadable, match=r"meter_periods has (none|two times)"):
        read(tmp_path, text, load("inputs")["meter_periods"], **keys)
