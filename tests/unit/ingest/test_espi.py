"""Green Button: what each reading type gives, what is set aside, and XML that is refused."""

import tracemalloc

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.contracts import load
from pipelines.ingest import espi_xml
from pipelines.ingest.landing import land
from pipelines.ingest.sources import FileUnreadable, read_table
from pipelines.ingest.spec import FileSpec, parse_delivery
from pipelines.settings import Settings

READINGS, REGISTERS = load("inputs")["meter_readings"], load("inputs")["meter_registers"]
START = 1767196800  # 2026-01-01T00:00 in Asia/Shanghai
POINT = "/espi/1_1/resource/Subscription/1/UsagePoint/UP"
ENERGY = "park_id: p, point: use, measure: interval_energy, unit: kWh"
CHOICES = ((None, START, START + 900), (None, 5, "x"), (None, 0, 900, 3600), ("M", "N", "Z"))
NAMESPACES = 'xmlns="http://www.w3.org/2005/Atom" xmlns:espi="http://naesb.org/espi"'
SAYS = {"accumulationBehaviour": 4, "commodity": 1, "flowDirection": 1, "powerOfTenMultiplier": 0, "uom": 72}


def entry(content, own="", up="", related=(), ident="", title=""):
    links = {"self": [own], "up": [up], "related": related}
    addresses = "".join(f'<link rel="{rel}" href="{href}"/>' for rel, to in links.items() for href in to if href)
    return f"<entry><id>{ident}</id>{addresses}<title>{title}</title><content>{content}</content></entry>\n"


def tags(**texts):
    return "".join(f"<espi:{name}>{text}</espi:{name}>" for name, text in texts.items())


def reading_type(ident="T", **says):
    fields = tags(**(SAYS | says))
    return entry(f"<espi:ReadingType>{fields}</espi:ReadingType>", f"/espi/1_1/resource/ReadingType/{ident}")


def point(service=0):
    kind = f"<espi:ServiceCategory><espi:kind>{service}</espi:kind></espi:ServiceCategory>"
    return entry(f"<espi:UsagePoint>{kind}</espi:UsagePoint>", POINT, title="Front meter")


def meter(ident="M", of="T"):
    own = f"{POINT}/MeterReading/{ident}"
    related = (f"{own}/IntervalBlock", f"/espi/1_1/resource/ReadingType/{of}")
    return entry("<espi:MeterReading/>", own, f"{POINT}/MeterReading", related, title="Quarter hours")


def reading(start=START, value=1500, duration=900, quality=()):
    said = "".join(f"<espi:ReadingQuality>{tags(quality=code)}</espi:ReadingQuality>" for code in quality)
    period = tags(**{k: v for k, v in (("duration", duration), ("start", start)) if v is not None})
    values = "" if value is None else tags(value=value)
    return f"<espi:IntervalReading>{said}<espi:timePeriod>{period}</espi:timePeriod>{values}</espi:IntervalReading>\n"


def block(*readings, of="M"):
    content = f"<espi:IntervalBlock>{tags(interval=tags(duration=86400, start=START))}{''.join(readings)}"
    above = f"{POINT}/MeterReading/{of}/IntervalBlock"
    return entry(f"{content}</espi:IntervalBlock>", f"{above}/1", above)


def feed(*entries, start='<?xml version="1.0"?>\n'):
    return f"{start}<feed {NAMESPACES}><id>f</id><title>Feed</title>\n{''.join(entries)}</feed>"


def read(tmp_path, text, contract=READINGS, said=""):
    path = tmp_path / "x.xml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    spec = parse_delivery(f"files:\n- {{{said}}}".encode(), "delivery.yaml").files[0] if said else FileSpec()
    return read_table(path, spec.model_copy(update={"table": contract.table}), contract)


def aside(table):
    return table.rejected.select("line", "reason", "sentence").rows()


def simple(*readings, **says):
    return feed(point(), meter(), reading_type(**says), block(*readings))


def test_a_reading_ends_where_its_time_does_and_becomes_kwh(tmp_path):
    text = simple(reading(), reading(START + 900, -7, quality=[8]))
    table = read(tmp_path, text)
    assert table.frame.select("meter_id", "interval_end", "value", "flag", "line").rows() == [
        ("UP-M", "2026-01-01T00:15:00", "1.500", "A", 6),
        ("UP-M", "2026-01-01T00:30:00", "-0.007", "E", 7),
    ]
    assert table.frame["raw"][1] == f"start={START + 900},duration=900,value=-7,quality=8"
    assert (table.rows_read, table.warnings) == (2, ())


@pytest.mark.parametrize(("power", "value"), [("0", "1.500"), ("3", "1500"), ("-3", "0.001500"), ("6", "1500000")])
def test_the_power_of_ten_counts_exactly(tmp_path, power, value):
    table = read(tmp_path, simple(reading(), powerOfTenMultiplier=power))
    assert table.frame["value"].item() == value


@pytest.mark.parametrize(
    ("codes", "flag"),
    [
        ([], "A"),
        *(([code], "A") for code in (0, 14, 17, 18, 19)),
        *(([code], "E") for code in (7, 8, 9, 10, 11, 12, 13, 15, 16)),
        ([0, 9], "E"),
        ([14, 19], "A"),
        ([99], "quality 99"),
    ],
)
def test_the_worst_quality_of_a_reading_counts(tmp_path, codes, flag):
    table = read(tmp_path, simple(reading(quality=codes)))
    assert table.frame["flag"].item() == flag


def test_the_default_quality_is_that_of_readings_without_one(tmp_path):
    table = read(tmp_path, simple(reading(), reading(START + 900, quality=[0]), defaultQuality=8))
    assert table.frame["flag"].to_list() == ["E", "A"]


def test_a_quality_that_nobody_knows_and_a_reading_without_value_or_time_are_set_aside(tmp_path):
    readings = [reading(), reading(START + 900, quality=[99]), reading(START + 1800, None), reading(None), reading("x")]
    (tmp_path / "f.xml").write_text(simple(*readings))
    (found,) = land([tmp_path / "f.xml"], Settings(home=tmp_path / "home", duckdb_threads=1))
    assert (found.table, found.rows_read, found.rows_loaded, found.rows_quarantined) == ("meter_readings", 5, 1, 4)


def test_meters_do_not_mix_and_types_may_stand_behind_the_readings(tmp_path):
    text = feed(
        block(reading(), of="M"),
        block(reading(value=2), of="N"),
        meter("N", "R"),
        meter(),
        reading_type("R"),
        reading_type(),
    )
    table = read(tmp_path, text)
    assert table.frame.select("meter_id", "value").rows() == [("UP-M", "1.500"), ("UP-N", "0.002")]


def test_namespaces_vary(tmp_path):
    text = simple(reading()).replace("espi:", "").replace(NAMESPACES, 'xmlns="urn:other"')
    assert read(tmp_path, text).frame["meter_id"].item() == "UP-M"
    assert read(tmp_path, simple(reading()).replace("espi:", "ns9:").replace(":espi=", ":ns9=")).rows_read == 1


def test_a_meter_without_an_address_goes_by_its_id_and_a_type_may_stand_in_it(tmp_path):
    inner = f"<espi:ReadingType>{tags(**SAYS)}</espi:ReadingType><espi:IntervalBlock>{reading()}</espi:IntervalBlock>"
    text = feed(entry(f"<espi:MeterReading>{inner}</espi:MeterReading>", ident="urn:uuid:7A", title="Main"))
    assert read(tmp_path, text).frame["meter_id"].item() == "7A"
    assert read(tmp_path, text.replace("urn:uuid:7A", "")).frame["meter_id"].item() == "Main"


@pytest.mark.parametrize(
    ("says", "sentence"),
    [
        ({"uom": 169}, "the unit is 169 (uom): not active energy of electricity"),
        ({"uom": 73}, "the unit is 73 (uom): not active energy of electricity"),
        ({"uom": 38}, "the unit is 38 (uom): not active energy of electricity"),
        ({"commodity": 7}, "the commodity is 7 (commodity): not active energy of electricity"),
        ({"flowDirection": 2}, "the flow direction is 2 (flowDirection): not active energy of electricity"),
        ({"dataQualifier": 8}, "the data qualifier is 8 (dataQualifier): not active energy of electricity"),
        (
            {"accumulationBehaviour": 12},
            "the accumulation is 12 (accumulationBehaviour): not active energy of electricity",
        ),
        (
            {"accumulationBehaviour": ""},
            "the accumulation is not stated (accumulationBehaviour): not active energy of electricity",
        ),
    ],
)
def test_readings_of_something_else_are_set_aside_by_block_and_named(tmp_path, says, sentence):
    text = feed(
        meter(),
        reading_type(),
        block(reading()),
        meter("N", "R"),
        reading_type("R", **says),
        block(reading(), reading(), of="N"),
    )
    table = read(tmp_path, text)
    assert aside(table) == [(9, "not_active_energy", sentence)]
    assert table.rejected["raw"].item() == "IntervalBlock of 2 readings, UP-N"
    assert table.warnings == (f"set aside: UP-N ({sentence})",)
    assert table.frame.height == 1
    ignored = read(tmp_path, text, said="ignore: [UP-N]")
    assert (aside(ignored), ignored.warnings) == ([], ())


def test_a_point_that_does_not_deliver_electricity(tmp_path):
    table = read(tmp_path, feed(point(1), meter(), reading_type(), block(reading())))
    assert aside(table)[0][1:] == ("not_active_energy", "the service is not electricity (ServiceCategory 1)")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (feed(meter(), block(reading())), "the file has no ReadingType, or several, for the readings"),
        (feed(reading_type(), block(reading())), "the MeterReading of the block is not in the file"),
        (feed(meter(), reading_type(), block(reading(), of="Z")), "the MeterReading of the block is not in the file"),
        (feed(meter(), reading_type(), reading()), "the readings stand in no IntervalBlock"),
    ],
)
def test_readings_that_nothing_describes_are_set_aside(tmp_path, text, sentence):
    assert [(reason, said) for _, reason, said in aside(read(tmp_path, text))] == [("missing_value", sentence)]


def test_readings_of_another_length_are_set_aside(tmp_path):
    daily = reading(START, 100, 86400)
    table = read(tmp_path, simple(reading(), daily, reading(START + 900), intervalLength=900))
    sentence = "the reading covers 86400 seconds, those of the meter 900; bills come in the table meter_periods"
    assert aside(table) == [(7, "interval_length", sentence)]
    assert table.frame.height == 2
    first = read(tmp_path, simple(daily, reading()))
    assert [line for line, *_ in aside(first)] == [7]
    stated = read(tmp_path, simple(daily, reading()), said=f"meters: {{{ENERGY}, interval_minutes: 15}}")
    assert [line for line, *_ in aside(stated)] == [6]


@pytest.mark.parametrize("seconds", [2592000, 90, 5400 - 300, 0])
def test_a_length_that_no_interval_has(tmp_path, seconds):
    table = read(tmp_path, simple(reading(duration=seconds)))
    assert [reason for _, reason, _ in aside(table)] == ["interval_length"]
    assert table.rows_read == 1


def test_a_reading_without_a_length_has_that_of_its_meter(tmp_path):
    for first in ("intervalLength", None):
        says = {"intervalLength": 900} if first else {}
        table = read(tmp_path, simple(reading(START + 900, duration=None), reading(), **says))
        assert sorted(table.frame["interval_end"]) == ["2026-01-01T00:15:00", "2026-01-01T00:30:00"]
    none = read(tmp_path, simple(reading(duration=None)))
    assert ([reason for _, reason, _ in aside(none)], none.rows_read) == (["interval_length"], 1)


def test_numbers_that_are_too_long_to_be_any(tmp_path):
    long = "9" * 5000
    table = read(tmp_path, simple(reading(), reading(long), reading(value=f"1e{long}"), intervalLength=long))
    assert (table.frame.height, table.rejected["reason"].to_list()) == (2, ["bad_timestamp"])


def test_a_register_read_without_a_length_counts_at_its_start(tmp_path):
    text = simple(reading(duration=None), reading(START, 2), accumulationBehaviour=9)
    assert read(tmp_path, text, REGISTERS).frame["read_at"].to_list() == ["2026-01-01T00:00:00", "2026-01-01T00:15:00"]


@given(st.lists(st.tuples(*(st.sampled_from(values) for values in CHOICES)), min_size=1, max_size=8))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_reading_is_loaded_or_in_a_row_set_aside(tmp_path, made):
    readings = [reading(start, value, duration) for start, value, duration, _ in made]
    blocks = [block(text, of=of) for text, (*_, of) in zip(readings, made, strict=True)]
    types = (reading_type(), reading_type("R", uom=73))
    table = read(tmp_path, feed(meter(), meter("N", "R"), *types, *blocks))
    assert table.frame.height + table.rejected.height == table.rows_read == len(made)


def test_the_master_row_has_the_interval_of_the_file(tmp_path):
    table = read(tmp_path, simple(reading(duration=3600)), said=f"meter_prefix: gb-, meters: {{{ENERGY}}}")
    assert table.masters["meters"].select("meter_id", "interval_minutes", "unit").rows() == [("gb-UP-M", "60", "kWh")]


def test_register_reads_are_another_table_of_the_same_file(tmp_path):
    registers = (meter("N", "R"), reading_type("R", accumulationBehaviour=1), block(reading(START, 5, 0), of="N"))
    text = feed(meter(), reading_type(), block(reading()), *registers)
    table = read(tmp_path, text)
    sentence = "the readings belong to meter_registers: deliver the file again with table: meter_registers"
    assert [said for _, _, said in aside(table)] == [sentence]
    read_at = read(tmp_path, text, REGISTERS)
    assert read_at.frame.select("meter_id", "read_at", "value").rows() == [("UP-N", "2026-01-01T00:00:00", "0.005")]
    with pytest.raises(
        FileUnreadable, match=r"belong to meter_registers; say so in delivery.yaml \(table: meter_registers"
    ):
        read(tmp_path, feed(*registers))


def test_two_meters_of_one_name_are_refused(tmp_path):
    with pytest.raises(FileUnreadable, match="two MeterReading elements of the file are called 'UP-M'"):
        read(tmp_path, feed(meter(), meter(), reading_type(), block(reading())))


BOMB = """<!DOCTYPE feed [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>\n"""
EXTERNAL = '<!DOCTYPE feed [<!ENTITY x SYSTEM "file:///etc/passwd">]>\n'
REFUSED = "the file declares a document type (line 2); XML with a DOCTYPE, which can define entities, is not read"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (feed(entry("&b;"), start='<?xml version="1.0"?>\n' + BOMB), REFUSED),
        (feed(entry("&x;"), start='<?xml version="1.0"?>\n' + EXTERNAL), REFUSED),
        (feed(start='<?xml version="1.0"?>\n<!DOCTYPE feed SYSTEM "http://example.org/x.dtd">\n'), REFUSED),
        (feed(entry("&b;")), "the file is not complete, well-formed XML: undefined entity: line 3, column"),
        (simple(reading())[:-100], "the file is not complete, well-formed XML: no element found: line 6, column"),
        (
            simple(reading()).replace("</espi:value>", "</espi:valu>"),
            "the file is not complete, well-formed XML: mismatched",
        ),
        (feed("<a>" * 70 + "</a>" * 70), "the XML is nested deeper than 64 elements, which no Green Button file is"),
        (feed(entry("x" * 10_001)), "a text is longer than 10000 characters (line 3), as in no Green Button file"),
        (
            feed(point(), meter(), reading_type()),
            "the file holds no IntervalReading; Green Button files without interval",
        ),
    ],
    ids=["bomb", "external", "dtd", "entity", "truncated", "mismatch", "deep", "long", "empty"],
)
def test_xml_that_is_refused_whole_in_one_sentence(tmp_path, text, sentence):
    (tmp_path / "f.xml").write_text(text)
    (found,) = land([tmp_path / "f.xml"], Settings(home=tmp_path / "home", duckdb_threads=1))
    assert found.refused_reason is not None
    assert found.refused_reason.startswith(sentence)
    assert (found.rows_loaded, found.tables) == (0, {})


def test_a_file_that_is_too_large_is_refused_unread(tmp_path, monkeypatch):
    monkeypatch.setattr(espi_xml, "MAX_BYTES", 1 << 10)
    with pytest.raises(FileUnreadable, match="MiB of XML; at most"):
        read(tmp_path, simple(*[reading()] * 20))


def test_a_tag_without_an_end_is_refused_early(tmp_path, monkeypatch):
    monkeypatch.setattr(espi_xml, "_CHUNK", 1 << 10)
    monkeypatch.setattr(espi_xml, "_MOST_UNFINISHED", 1 << 12)
    with pytest.raises(FileUnreadable, match="line 3 begins a tag or comment without an end"):
        read(tmp_path, feed('<entry a="' + "x" * (1 << 16)))
    assert read(tmp_path, simple(*[reading()] * 100)).rows_read == 100


def test_memory_grows_with_the_readings_not_with_the_text(tmp_path):
    path = tmp_path / "x.xml"
    path.write_text(feed(*[entry("<espi:other>" + "<a>text</a>" * 1000 + "</espi:other>")] * 100, block(reading())))
    tracemalloc.start()
    espi_xml.read_feed(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * espi_xml._CHUNK


@pytest.mark.parametrize("key", ["timestamp: {timezone: '+09:00'}", "encoding: gb18030", "layout: wide_day"])
def test_instructions_that_the_format_has_no_use_for(tmp_path, key):
    with pytest.raises(FileUnreadable, match=f"{key.partition(':')[0]} does not apply to Green Button XML"):
        read(tmp_path, simple(reading()), said=key)


def test_usage_summaries_are_named(tmp_path):
    text = feed(meter(), reading_type(), block(reading()), entry("<espi:UsageSummary/>"))
    assert read(tmp_path, text).warnings == ("1 usage summary was left out; bills come in the table meter_periods",)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_other_encodings_that_xml_knows(tmp_path, encoding):
    (tmp_path / "download").write_bytes(simple(reading()).encode(encoding))
    (found,) = land([tmp_path / "download"], Settings(home=tmp_path / "home", duckdb_threads=1))
    assert (found.table, found.rows_loaded) == ("meter_readings", 1)
