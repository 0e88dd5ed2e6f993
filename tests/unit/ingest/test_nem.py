"""NEM12 and NEM13: what a record gives, what sets it aside, and how the files are recognised."""

import duckdb
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.contracts import load
from pipelines.ingest.landing import land
from pipelines.ingest.locate import locate
from pipelines.ingest.sources import FileUnreadable, read_table
from pipelines.ingest.spec import FileSpec, parse_delivery
from pipelines.lake import Lake
from pipelines.settings import Settings

READINGS, REGISTERS = load("inputs")["meter_readings"], load("inputs")["meter_registers"]
HEADER = "100,NEM12,202601050900,MDP,RET\n"
CHANNEL = "200,NMI1,E1,1,E1,N1,SER1,kWh,480,\n"
DAY = "300,20260104,1.5,2,3,A,,,20260105010101,\n"
ENERGY = "park_id: p, point: use, measure: interval_energy, unit: kWh"


def day(*values, date="20260104", quality="A", tail=",,,20260105010101,"):
    return ",".join(("300", date, *map(str, values), quality)) + f"{tail}\n"


def read(tmp_path, text, contract=READINGS, said="", name="x"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    spec = parse_delivery(f"files:\n- {{{said}}}".encode(), "delivery.yaml").files[0] if said else FileSpec()
    return read_table(path, spec.model_copy(update={"table": contract.table}), contract)


def readings(table):
    return table.frame.select("meter_id", "interval_end", "value", "flag").rows()


def aside(table):
    return table.rejected.select("line", "reason", "sentence").rows()


def test_market_time_becomes_local_time_and_the_labels_are_ends(tmp_path):
    table = read(tmp_path, HEADER + CHANNEL + DAY + "900\n")
    assert readings(table) == [
        ("NMI1-E1", "2026-01-04T06:00:00", "1.5", "A"),
        ("NMI1-E1", "2026-01-04T14:00:00", "2", "A"),
        ("NMI1-E1", "2026-01-04T22:00:00", "3", "A"),
    ]
    assert table.frame["line"].to_list() == [3, 3, 3]
    assert table.frame["raw"].to_list() == ["2026-01-04,1=1.5,A", "2026-01-04,2=2,A", "2026-01-04,3=3,A"]
    assert (table.rows_read, table.warnings, table.unknown_columns) == (3, (), ())


def test_another_zone_is_said_in_delivery_yaml(tmp_path):
    table = read(tmp_path, HEADER + CHANNEL + DAY + "900\n", said="timestamp: {timezone: '+08:00'}")
    assert table.frame["interval_end"][2] == "2026-01-05T00:00:00"


@pytest.mark.parametrize(
    ("unit", "values"),
    [("Wh", ["0.0015", "0.002"]), ("KWH", ["1.5", "2"]), ("mwh", ["1500", "2000"]), ("GWh", ["1500000", "2000000"])],
)
def test_values_become_kwh_exactly(tmp_path, unit, values):
    table = read(tmp_path, HEADER + CHANNEL.replace("kWh", unit) + day("1.5", "2", "-0.123456789") + "900\n")
    assert table.frame["value"].to_list()[:2] == values
    assert table.frame["value"][2].replace("0", "").replace(".", "") == "-123456789"


@pytest.mark.parametrize(("quality", "flag"), [("A", "A"), ("S14", "E"), ("F18", "E"), ("E52", "E"), ("S", "E")])
def test_the_quality_of_a_day(tmp_path, quality, flag):
    table = read(tmp_path, HEADER + CHANNEL + day(1, 2, 3, quality=quality) + "900\n")
    assert table.frame["flag"].to_list() == [flag] * 3


def test_the_quality_of_ranges_and_a_value_that_is_none(tmp_path):
    ranges = "400,1,1,S14,76,Fault\n400,2,2,A,,\n400,3,3,N,,\n"
    table = read(tmp_path, HEADER + CHANNEL + day(1, 2, 3, quality="V") + ranges + "900\n")
    assert table.frame.select("value", "flag").rows() == [("1", "E"), ("2", "A"), (None, "N")]


def test_a_range_also_speaks_where_the_day_has_one_quality(tmp_path):
    table = read(tmp_path, HEADER + CHANNEL + day(1, 2, 3) + "400,2,3,S,1,\n900\n")
    assert table.frame["flag"].to_list() == ["A", "E", "E"]


@pytest.mark.parametrize(
    ("ranges", "sentence"),
    [
        ("", "no 400 record gives the quality of interval 1, which quality V needs"),
        ("400,1,2,A,,\n", "no 400 record gives the quality of interval 3, which quality V needs"),
        ("400,1,4,A,,\n", "a 400 record has no range of the 3 intervals: 1 to 4"),
        ("400,0,3,A,,\n", "a 400 record has no range of the 3 intervals: 0 to 3"),
        ("400,1,3,V,,\n", "a 400 record has no quality flag A, E, F, N or S: V"),
        ("400,1,3,A,,\n400,3,3,E52,,\n", "a 400 record gives a quality to intervals that have one already: 3 to 3"),
    ],
)
def test_a_day_whose_qualities_are_not_known_is_set_aside(tmp_path, ranges, sentence):
    text = HEADER + CHANNEL + day(1, 2, 3, quality="V") + ranges + DAY.replace("0104", "0105") + "900\n"
    table = read(tmp_path, text)
    assert aside(table) == [(3, "bad_quality", sentence)]
    assert table.rejected["raw"].item() == day(1, 2, 3, quality="V").strip()
    assert table.frame.height == 3
    assert table.rows_read == 4


@pytest.mark.parametrize(
    ("record", "reason", "sentence"),
    [
        (
            day(1, 2),
            "ragged_row",
            "the record has 2 values; 3 of 480 minutes are needed by its 200 record",
        ),
        (
            day(1, 2, 3, 4, quality="V"),
            "ragged_row",
            "the record has 4 values; 3 of 480 minutes are needed by its 200 record",
        ),
        (
            "300,20260104,1,2,3\n",
            "ragged_row",
            "the record has no quality flag behind its values; 3 of 480 minutes are needed by its 200 record",
        ),
        (day(1, 2, 3, date="20260230"), "bad_date", "the day is not a date YYYYMMDD: 20260230"),
        (day(1, 2, 3, date="2026-01-04"), "bad_date", "the day is not a date YYYYMMDD: 2026-01-04"),
        ("310,x\n", "unknown_value", "'310' is no record of NEM12 (100, 200, 300, 400, 500, 900)"),
        (
            "900\n" + day(1, 2, 3),
            "record_order",
            "the record stands behind the 900 record, which ends the data",
        ),
        ("200,,E1,1,E1,N1,S,kWh,480,\n", "missing_value", "the channel has no NMI"),
        ("200,N,E1,,,N1,S,kWh,480,\n", "missing_value", "the channel has no suffix"),
        ("200,N,E1,1,E1,N1,S,,480,\n", "missing_value", "the channel has no unit"),
        ("200,N,E1,1,E1,N1,S,kWh,-5,\n", "out_of_range", "the interval length does not divide 1440 minutes: -5"),
        (
            f"200,N,E1,1,E1,N1,S,kWh,{'9' * 5000},\n",
            "out_of_range",
            f"the interval length does not divide 1440 minutes: {'9' * 60}",
        ),
        ("200,N,E1,1,E1,N1,S,kWh,25,\n", "out_of_range", "the interval length does not divide 1440 minutes: 25"),
    ],
)
def test_a_record_that_cannot_be_read_is_set_aside_and_the_rest_loads(tmp_path, record, reason, sentence):
    table = read(tmp_path, HEADER + CHANNEL + DAY + record + ("" if "900" in record else "900\n"))
    line = 5 if record.startswith("900") else 4
    assert aside(table) == [(line, reason, sentence)]
    assert table.rejected["raw"].item() == record.strip().splitlines()[-1]
    assert (table.frame.height, table.rows_read) == (3, 4)


def test_records_out_of_order(tmp_path):
    table = read(tmp_path, HEADER + DAY + CHANNEL + "400,1,3,A,,\n" + DAY + "500,O,S1,20260104101010,12\n900\n")
    assert aside(table) == [
        (2, "record_order", "the record follows no 200 record that names its channel"),
        (4, "record_order", "the record follows no 300 record that it could be about"),
    ]
    assert table.frame.height == 3
    assert table.warnings == (
        "1 register read of a 500 record was left out; registers are read from NEM13 or meter_registers",
    )


def test_the_ranges_of_a_day_set_aside_go_with_it(tmp_path):
    text = HEADER + CHANNEL + day(1, 2, quality="V") + "400,1,1,A,,\n400,2,2,E52,,\n" + DAY + "900\n"
    assert [line for line, *_ in aside(read(tmp_path, text))] == [3]


def test_a_file_that_is_cut_off(tmp_path):
    text = HEADER + CHANNEL + DAY + DAY.replace("0104", "0105")[:20]
    table = read(tmp_path, text)
    assert [(line, reason) for line, reason, _ in aside(table)] == [(4, "ragged_row")]
    assert table.warnings == ("the file has no 900 record, which ends it; it may be cut off",)


def test_what_is_not_active_energy_is_set_aside_by_record_and_named(tmp_path):
    reactive = CHANNEL.replace("E1,1,E1", "E1,2,Q1").replace("kWh", "kVArh")
    text = HEADER + CHANNEL + DAY + reactive + DAY + "400,1,3,A,,\n" + DAY.replace("0104", "0105") + "900\n"
    table = read(tmp_path, text)
    sentence = "values in kVArh are not active energy"
    assert aside(table) == [(5, "not_active_energy", sentence), (7, "not_active_energy", sentence)]
    assert table.warnings == ("channels that do not measure active energy were set aside: NMI1-Q1 (kVArh)",)
    ignored = read(tmp_path, text, said="ignore: ['*-Q1']")
    assert (aside(ignored), ignored.warnings) == ([], ("2 records of ignored channels were left out",))


def test_delivery_yaml_names_and_describes_the_meters_and_the_file_their_interval(tmp_path):
    table = read(
        tmp_path, HEADER + CHANNEL + DAY + "900\n", said=f"meter_prefix: au-, meters: {{{ENERGY}, multiplier: '40'}}"
    )
    assert set(table.frame["meter_id"]) == {"au-NMI1-E1"}
    (row,) = table.masters["meters"].rows(named=True)
    assert (row["meter_id"], row["unit"], row["interval_minutes"], row["multiplier"]) == (
        "au-NMI1-E1",
        "kWh",
        "480",
        "40",
    )


def test_channels_of_several_lengths_get_a_master_of_their_own_length(tmp_path):
    other = CHANNEL.replace("E1,1,E1", "E1,1,B1").replace("480", "720")
    masters = f"meters: {{'*': {{{ENERGY}}}, NMI1-B1: {{point: grid_export}}}}"
    said = masters + ", split_sign: {positive: '{meter}', negative: '{meter}-r'}"
    table = read(tmp_path, HEADER + CHANNEL + DAY + other + day(1, -2) + "900\n", said=said)
    lengths = dict(table.masters["meters"].select("meter_id", "interval_minutes").rows())
    assert lengths == {"NMI1-E1": "480", "NMI1-E1-r": "480", "NMI1-B1": "720", "NMI1-B1-r": "720"}


def test_a_channel_that_changes_its_interval(tmp_path):
    changed = CHANNEL.replace("480", "720") + day(4, 5, date="20260105")
    text = HEADER + CHANNEL + DAY + changed + "900\n"
    table = read(tmp_path, text)
    assert (table.frame.height, table.rejected.height) == (5, 0)
    assert table.warnings == (
        "NMI1-E1 comes in intervals of 480 minutes (from 2026-01-04) and 720 minutes (from 2026-01-05): "
        "the table meters needs a row for each length",
    )
    one_master = read(tmp_path, text, said=f"meters: {{{ENERGY}}}")
    ((line, reason, sentence),) = aside(one_master)
    assert (line, reason) == (5, "interval_length")
    assert sentence.startswith("the intervals have 720 minutes, the meter that delivery.yaml describes has 480;")
    stated = read(tmp_path, text, said=f"meters: {{{ENERGY}, interval_minutes: 720}}")
    assert [line for line, *_ in aside(stated)] == [3]
    assert stated.masters["meters"]["interval_minutes"].to_list() == ["720"]


@pytest.mark.parametrize(
    ("text", "said", "sentence"),
    [
        (
            CHANNEL + DAY,
            "",
            "the file begins with a 200 record (line 1); the 100 record that NEM12 begins with is missing",
        ),
        (HEADER + "900\n", "", "the file holds no channel and no data: NEM12 with a header only"),
        (
            HEADER + CHANNEL.replace("kWh", "therm") + DAY,
            "",
            "the unit 'therm' of NMI1-E1 is not known; known are Wh, kWh, MWh, GWh",
        ),
        (HEADER + "900\n100,NEM13,1,A,B\n", "", "the file begins as NEM12 and goes on as NEM13"),
        (
            HEADER + DAY,
            "layout: wide_day",
            "delivery.yaml: layout does not apply to NEM12, which says itself how it is read",
        ),
        (
            HEADER + DAY,
            "timestamp: {marks: start}",
            "delivery.yaml: timestamp does not apply to NEM12, which says itself how it is read",
        ),
        (
            HEADER + DAY,
            f"meters: {{{ENERGY.replace('kWh', 'MWh')}}}",
            "delivery.yaml: meters: values of NEM12 are loaded as interval_energy in kWh, "
            "not as interval_energy in MWh",
        ),
    ],
)
def test_a_file_that_is_refused(tmp_path, text, said, sentence):
    with pytest.raises(FileUnreadable) as refused:
        read(tmp_path, text, said=said)
    assert str(refused.value) == sentence


@pytest.mark.parametrize("name", ["meters_NEM12.csv", "NEM12_X.V01", "nodot", "x.txt"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_file_is_known_by_its_content_whatever_its_name(tmp_path, name, encoding):
    folder = tmp_path / "delivery"
    folder.mkdir()
    (folder / name).write_bytes(("\r\n" + HEADER + CHANNEL + DAY + "900").replace("\n", "\r\n").encode(encoding))
    (entry,) = land([folder], Settings(home=tmp_path / "home", duckdb_threads=1))
    assert (entry.table, entry.rows_loaded, entry.months) == ("meter_readings", 3, ("2026-01",))


def test_a_reading_is_found_again_on_the_line_of_its_day(tmp_path):
    (tmp_path / "file.V01").write_text(HEADER + CHANNEL + DAY + DAY.replace("0104", "0105") + "900\n")
    home = Settings(home=tmp_path / "home", duckdb_threads=1)
    (entry,) = land([tmp_path / "file.V01"], home)
    with duckdb.connect() as con:
        path = tmp_path / "home/parsed" / entry.file_id / "meter_readings.parquet"
        keys = con.sql(f"select meter_id, interval_end from '{path}' order by 2").pl()[4:5]
    found = locate(Lake(tmp_path / "home"), entry.file_id, keys)
    assert found.select("line", "raw", "value").rows() == [(4, "2026-01-05,2=2,A", "2")]


def test_a_large_file_is_read_in_pieces_with_the_same_result(tmp_path, monkeypatch):
    channels = "".join(
        CHANNEL.replace("NMI1", f"NMI{i}") + day(i, 2, 3) + day(i, 2) + day(i, 5, 6, quality="V") + "400,1,3,S,,\n"
        for i in range(20)
    )
    text = HEADER + channels + "900\n" + CHANNEL + DAY
    (tmp_path / "file.V01").write_text(text)
    found = []
    for size in (1 << 20, 100):
        monkeypatch.setattr("pipelines.ingest.pieces._NEM12_BYTES", size)
        home = Settings(home=tmp_path / f"home{size}", duckdb_threads=1)
        (entry,) = land([tmp_path / "file.V01"], home)
        parsed = home.home / "parsed" / entry.file_id
        tables = [(parsed / f"{name}.parquet").read_bytes() for name in ("meter_readings", "quarantine")]
        found.append((*tables, (parsed / "ledger.json").read_text()))
        assert (entry.rows_loaded, entry.rows_quarantined, entry.warnings) == (120, 22, ())
    assert found[0] == found[1]


def test_of_two_records_of_a_day_the_one_changed_last_stands_last(tmp_path):
    late = day(7, 8, 9, tail=",,,20260301000000,")
    table = read(tmp_path, HEADER + CHANNEL + late + DAY + "900\n")
    assert table.frame["value"].to_list() == ["1.5", "2", "3", "7", "8", "9"]


numbers = st.decimals(-(10**6), 10**6, allow_nan=False, allow_infinity=False, places=6)


@given(st.lists(st.tuples(st.dates(), st.lists(numbers, min_size=3, max_size=3)), max_size=5), st.data())
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_value_of_every_record_is_loaded_or_in_a_row_set_aside(tmp_path, days, data):
    broken = data.draw(st.sets(st.integers(0, 4)))
    records = [
        day(*(values[:2] if i in broken else values), date=f"{date:%Y%m%d}".zfill(8))
        for i, (date, values) in enumerate(days)
    ]
    table = read(tmp_path, HEADER + CHANNEL + DAY + "".join(records) + "900\n")
    good = [str(value) for i, (_, values) in enumerate(days) for value in values if i not in broken]
    assert sorted(table.frame["value"]) == sorted(["1.5", "2", "3", *good])
    assert table.rejected["line"].to_list() == [4 + i for i in range(len(days)) if i in broken]
    assert table.rows_read == table.frame.height + table.rejected.height


def read_250(
    previous="100", previous_at="20260101093000", current="150.5", current_at="20260201", quantity="50.5", **other
):
    fields = {"nmi": "NMI1", "register": "1", "serial": "S1", "direction": "E", "unit": "kWh", "q1": "A", "q2": "E62"}
    f = fields | other
    return (
        f"250,{f['nmi']},11,{f['register']},11,11,{f['serial']},{f['direction']},{previous},{previous_at},{f['q1']},,,"
        f"{current},{current_at},{f['q2']},,,{quantity},{f['unit']},20260301,20260202010101,\n"
    )


HEADER_13 = HEADER.replace("NEM12", "NEM13")


def test_a_register_record_is_two_reads_and_a_period(tmp_path):
    table = read(tmp_path, HEADER_13 + read_250() + "550,N,,E,\n900\n", REGISTERS, "meter_prefix: au-")
    assert table.frame.select("meter_id", "read_at", "value", "flag", "line").rows() == [
        ("au-NMI1-1-S1-E", "2026-01-01T07:30:00", "100", "A", 2),
        ("au-NMI1-1-S1-E", "2026-01-31T22:00:00", "150.5", "E", 2),
    ]
    (period,) = table.masters["meter_periods"].rows(named=True)
    assert period == {
        "line": 2,
        "raw": read_250().strip(),
        "meter_id": "au-NMI1-1-S1-E",
        "from": "2026-01-01T07:30:00+08:00",
        "to": "2026-01-31T22:00:00+08:00",
        "energy": "50.5",
        "kind": "total",
    }


def test_registers_devices_and_directions_do_not_mix(tmp_path):
    records = [{}, {"register": "2"}, {"serial": "S2"}, {"direction": "I"}, {"register": "", "serial": ""}]
    table = read(tmp_path, HEADER_13 + "".join(read_250(**other) for other in records) + "900\n", REGISTERS)
    names = ["NMI1-1-S1-E", "NMI1-2-S1-E", "NMI1-1-S2-E", "NMI1-1-S1-I", "NMI1-11-E"]
    assert table.frame["meter_id"].to_list() == [name for name in names for _ in range(2)]


@pytest.mark.parametrize(
    ("record", "reason", "sentence"),
    [
        (read_250(previous="x"), "not_a_number", "the previous read is not a number: x"),
        (read_250(current=""), "not_a_number", "the current read is not a number: "),
        (read_250(quantity="1e3"), "not_a_number", "the quantity is not a number: 1e3"),
        (
            read_250(current="1000000000000"),
            "number_out_of_range",
            "the current read is 10^12 or more, or has more than 9 decimals",
        ),
        (
            read_250(quantity="0.1234567891"),
            "number_out_of_range",
            "the quantity is 10^12 or more, or has more than 9 decimals",
        ),
        (
            read_250(previous_at="20260101256000"),
            "bad_timestamp",
            "the time of the read is not YYYYMMDDhhmmss: 20260101256000",
        ),
        (
            read_250(current_at="20260101093000"),
            "period_reversed",
            "the current read is not later than the previous one",
        ),
        (read_250(q1="V"), "bad_quality", "the quality of the read is not A, E, F, N or S: V"),
        (read_250(direction="X"), "unknown_value", "the direction is neither E nor I: X"),
        (read_250(nmi=""), "missing_value", "the record has no NMI"),
        (read_250(unit=""), "missing_value", "the record has no unit"),
        (read_250(unit="KVARH"), "not_active_energy", "values in KVARH are not active energy"),
        ("250,NMI1,11\n", "ragged_row", "the record has 3 fields; 20 are needed"),
        ("300,20260104,1\n", "unknown_value", "'300' is no record of NEM13 (100, 250, 550, 900)"),
    ],
)
def test_a_register_record_that_cannot_be_read_is_set_aside(tmp_path, record, reason, sentence):
    table = read(tmp_path, HEADER_13 + read_250() + record + "900\n", REGISTERS)
    assert aside(table) == [(3, reason, sentence)]
    assert (table.rows_read, table.masters["meter_periods"].height) == (3, 1)


def test_registers_in_other_units_and_reads_without_a_value(tmp_path):
    table = read(tmp_path, HEADER_13 + read_250(unit="MWh", q2="N", quantity="-0.5") + "900\n", REGISTERS)
    assert table.frame.select("value", "flag").rows() == [("100000", "A"), (None, "N")]
    assert table.masters["meter_periods"]["energy"].to_list() == ["-500"]


def test_the_same_read_twice_is_one(tmp_path):
    second = read_250("150.50", "20260201000000", "160", "20260301", "9.5", q1="S61")
    (tmp_path / "file.V01").write_text(HEADER_13 + read_250() + second + "900\n")
    (entry,) = land([tmp_path / "file.V01"], Settings(home=tmp_path / "home", duckdb_threads=1))
    assert (entry.rows_read, entry.rows_loaded, entry.rows_duplicate) == (4, 3, 1)
    assert entry.tables == {"meter_registers": 3, "meter_periods": 2}


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("table: meter_periods", "the file is NEM13, which is read as meter_registers, not as meter_periods"),
        (
            "values: primary",
            "delivery.yaml: meter_periods has no multiplier; state it in the master rows of the meters",
        ),
        (
            f"meters: {{{ENERGY}}}",
            "delivery.yaml: meters: values of NEM13 are loaded as register in kWh, not as interval_energy in kWh",
        ),
    ],
)
def test_a_register_file_that_is_refused(tmp_path, said, sentence):
    folder = tmp_path / "delivery"
    folder.mkdir()
    (folder / "meter_readings.csv").write_text(HEADER_13 + read_250() + "900\n")
    (folder / "delivery.yaml").write_text(f"files:\n- {{match: '*.csv', {said}}}\n")
    (entry,) = land([folder], Settings(home=tmp_path / "home", duckdb_threads=1))
    assert entry.refused_reason == sentence


def test_no_frame_has_columns_of_other_types(tmp_path):
    table = read(tmp_path, HEADER + CHANNEL + day(1, 2) + "900\n")
    assert table.frame.is_empty()
    assert set(table.frame.drop("line").dtypes) == {pl.String}
