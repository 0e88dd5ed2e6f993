"""Every format in which an operator may send readings: file name, bytes, ``delivery.yaml`` entry.

A format that cannot say something (a flag, a reading without a value) is not written for readings that need it.
"""

import csv
import io
import json
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import xlsxwriter

from tests.property.readings import SHANGHAI, Delivered, Reading, Readings


def _end_of_day(moment: datetime, form: str, at_24: str) -> str:
    """A time text in which midnight is the 24th hour of the day before; ``at_24`` is that text's form."""
    return f"{moment - timedelta(days=1):{at_24}}" if (moment.hour, moment.minute) == (0, 0) else f"{moment:{form}}"


def _table(header: list[str], rows: Iterator[list[str]] | list[list[str]], separator: str = ",") -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator="\n")
    writer.writerows([header, *rows])
    return text.getvalue()


def _long(
    readings: Readings, label: Callable[[Reading], list[str]], number: Callable[[str], str] = str
) -> list[list[str]]:
    ratio = [] if readings.multiplier is None else [number(f"{readings.multiplier:f}")]
    return [[row.meter, *label(row), number(row.text), row.flag, *ratio] for row in readings.rows]


def _ratio(readings: Readings) -> list[str]:
    return [] if readings.multiplier is None else ["multiplier"]


def _zone(readings: Readings, **more: Any) -> dict[str, Any]:
    return {"timestamp": {"timezone": readings.zone, **more}}


def long_plain(readings: Readings) -> Delivered:
    """UTF-8, commas, contract headers, local time of China: the plain file that needs no instructions."""
    rows = _long(readings, lambda row: [_end_of_day(row.end, "%Y-%m-%dT%H:%M", "%Y-%m-%dT24:00")])
    header = ["meter_id", "interval_end", "value", "flag", *_ratio(readings)]
    return Delivered("meter_readings.csv", _table(header, rows).encode())


def long_offset(readings: Readings) -> Delivered:
    """Times with the offset of the readings' own zone, tabs, a byte order mark."""
    zone = ZoneInfo(readings.zone)
    rows = _long(readings, lambda row: [row.end.astimezone(zone).isoformat()])
    header = ["meter_id", "interval_end", "value", "flag", *_ratio(readings)]
    return Delivered("meter_readings.tsv", _table(header, rows, "\t").encode("utf-8-sig"))


def long_gb18030(readings: Readings) -> Delivered:
    """GB18030, semicolons, Chinese headers, unpadded dates, full-width digits."""
    wide = str.maketrans("0123456789.-", "０１２３４５６７８９．－")
    rows = _long(
        readings,
        lambda row: [f"{row.end.year}/{row.end.month}/{row.end.day} {row.end:%H:%M:%S}"],
        lambda t: t.translate(wide),
    )
    header = ["表计编号", "数据时间", "电量（kWh）", "flag", *_ratio(readings)]
    return Delivered("meter_readings.csv", _table(header, rows, ";").encode("gb18030"))


def long_utf16(encoding: str) -> Callable[[Readings], Delivered]:
    """Tabs, ``="0007"``, the day and the clock up to ``2400`` in columns of their own; with or without a mark."""

    def write(readings: Readings) -> Delivered:
        lines = ["\t".join(["电表编号", "日期", "时间", "电量", "flag", *_ratio(readings)])]
        for meter, *cells in _long(readings, lambda row: [_end_of_day(row.end, "%Y%m%d\t%H%M", "%Y%m%d\t2400")]):
            quoted = meter.replace('"', '""')
            lines.append("\t".join([f'="{quoted}"', *cells]))
        said = {"timestamp": {"column": ["日期", "时间"]}}
        return Delivered("meter_readings.txt", "\r\n".join(lines).encode(encoding), said)

    return write


def long_decimal_comma(readings: Readings) -> Delivered:
    """Semicolons, decimal commas, local labels that mark the start, the words of another system for the flags."""
    form = "%d.%m.%Y %H:%M"
    rows = _long(
        readings, lambda row: [f"{readings.local(row, start=True):{form}}"], lambda text: text.replace(".", ",")
    )
    rows = [[*cells[:3], {"A": "W", "E": "E", "N": "-"}[cells[3]], *cells[4:]] for cells in rows]
    said = {
        "columns": {"Zähler": "meter_id", "von": "interval_end", "Wert": "value", "Status": "flag"},
        "words": {"flag": {"W": "A", "-": "N"}},
        "decimal": ",",
        **_zone(readings, format=form, marks="start", interval_minutes=readings.minutes),
    }
    header = ["Zähler", "von", "Wert", "Status", *_ratio(readings)]
    return Delivered("meter_readings.csv", _table(header, rows, ";").encode(), said)


def wide_meters(readings: Readings) -> Delivered:
    """A column per meter, local times, a total that is left out, ``--`` for no value."""
    by_time: dict[datetime, dict[str, str]] = {}
    for row in readings.rows:
        by_time.setdefault(row.end, {})[row.meter] = row.text or "--"
    header = ["zeit", *readings.meters, "total"]
    rows = []
    for end, values in by_time.items():
        local = readings.local(Reading("", end, None, ""))
        rows.append([f"{local:%Y-%m-%d %H:%M}", *(values[meter] for meter in readings.meters), "1"])
    said: dict[str, Any] = {"layout": "wide_meters", "nulls": ["--"], "ignore": ["total"]}
    said |= _zone(readings, column="zeit")
    if readings.multiplier is not None:
        said["constants"] = {"multiplier": f"{readings.multiplier:f}"}
    return Delivered("meter_readings_wide.csv", _table(header, rows).encode(), said)


def _days(readings: Readings) -> dict[tuple[str, date], list[Reading]]:
    """The readings of each meter and local day, in order."""
    found: dict[tuple[str, date], list[Reading]] = {}
    for row in readings.rows:
        found.setdefault((row.meter, readings.local(row, start=True).date()), []).append(row)
    return found


def wide_day(readings: Readings, points: list[str]) -> str:
    """A row per meter and day under the names of its points."""
    ratio = [] if readings.multiplier is None else [f"{readings.multiplier:f}"]
    rows = [[meter, str(day), *ratio, *(row.text for row in rows)] for (meter, day), rows in _days(readings).items()]
    return _table(["meter_id", "date", *_ratio(readings), *points], rows)


def daily_points(readings: Readings) -> Delivered:
    """The daily form by the file's name alone, points ``P1`` …"""
    points = [f"P{k + 1}" for k in range(1440 // readings.minutes)]
    return Delivered("meter_readings_96.csv", wide_day(readings, points).encode())


def daily_clocks(readings: Readings) -> Delivered:
    """The daily form with the ends of the intervals, up to ``24:00``, in GB18030."""
    ends = [(k + 1) * readings.minutes for k in range(1440 // readings.minutes)]
    points = [f"{end // 60:02}:{end % 60:02}" for end in ends]
    return Delivered("meter_readings_96_a.csv", wide_day(readings, points).encode("gb18030"))


def daily_starts(readings: Readings) -> Delivered:
    """The daily form of another name with the starts of the intervals, from ``0:00``."""
    starts = [k * readings.minutes for k in range(1440 // readings.minutes)]
    points = [f"{start // 60}:{start % 60:02}" for start in starts]
    said = {"table": "meter_readings", "layout": "wide_day", "timestamp": {"marks": "start"}}
    return Delivered("curve.csv", wide_day(readings, points).encode(), said)


def _frame(readings: Readings) -> pl.DataFrame:
    rows = [(row.meter, row.end, row.value, row.flag, readings.multiplier) for row in readings.rows]
    schema = {
        "meter_id": pl.String,
        "interval_end": pl.Datetime("us", "Asia/Shanghai"),
        "value": pl.Decimal(18, 6),
        "flag": pl.String,
        "multiplier": pl.Decimal(18, 6),
    }
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    return frame if readings.multiplier is not None else frame.drop("multiplier")


def _parquet(frame: pl.DataFrame) -> bytes:
    content = io.BytesIO()
    frame.write_parquet(content)
    return content.getvalue()


def parquet_decimals(readings: Readings) -> Delivered:
    """Parquet with decimal values and moments that know their zone."""
    return Delivered("meter_readings.parquet", _parquet(_frame(readings)))


def parquet_doubles(readings: Readings) -> Delivered:
    """Parquet with binary floats, naive times and another order of rows and columns."""
    naive = pl.col("interval_end").dt.replace_time_zone(None)
    frame = _frame(readings).with_columns(naive, pl.col("value").cast(pl.Float64)).reverse()
    return Delivered("meter_readings.pq", _parquet(frame.select(reversed(frame.columns))))


def excel(readings: Readings) -> Delivered:
    """A workbook: numbers as Excel keeps them, times as its own, two header rows with a merged cell under a title."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        time = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        sheet.write(0, 0, "导出")
        header = ["meter_id", "interval_end", "value", "flag", *_ratio(readings)]
        sheet.merge_range(1, 0, 1, len(header) - 1, "读数")
        sheet.write_row(2, 0, header)
        for line, row in enumerate(readings.rows, start=3):
            sheet.write_string(line, 0, row.meter)
            sheet.write_datetime(line, 1, row.end.replace(tzinfo=None), time)
            if row.value is not None:
                sheet.write_number(line, 2, float(row.value))
            sheet.write_string(line, 3, row.flag)
            if readings.multiplier is not None:
                sheet.write_number(line, 4, float(readings.multiplier))
    said = {"skip_rows": 1, "header_rows": 2, "columns": {f"读数 {name}": name for name in header}}
    return Delivered("meter_readings.xlsx", content.getvalue(), said)


def nem12(readings: Readings) -> Delivered:
    """NEM12: a channel per meter, values in MWh, the quality of a mixed day interval by interval."""
    lines = ["100,NEM12,202601010000,SENDER,RECEIVER"]
    last = ""
    for (meter, day), rows in _days(readings).items():
        nmi, _, suffix = meter.rpartition("-")
        if meter != last:
            lines.append(f"200,{nmi},{suffix},1,{suffix},N1,1,MWh,{readings.minutes},")
        last = meter
        values = ["" if row.value is None else f"{row.value.scaleb(-3):f}" for row in rows]
        lines.append(",".join(["300", f"{day:%Y%m%d}", *values, "V", "", "", "20260101000000", ""]))
        lines += [f"400,{k},{k},{row.flag},," for k, row in enumerate(rows, start=1)]
    said: dict[str, Any] = {"timestamp": {"timezone": "+08:00"}}
    if readings.multiplier is not None:
        said["constants"] = {"multiplier": f"{readings.multiplier:f}"}
    return Delivered("market.csv", "\n".join([*lines, "900", ""]).encode(), said)


def green_button(readings: Readings) -> Delivered:
    """Green Button: a usage point per meter, thousandths of a Wh, estimates by their quality code."""
    entries = []
    for number, meter in enumerate(readings.meters):
        point, _, reading = meter.rpartition("-")
        base = f"https://data.example/UsagePoint/{point}/MeterReading/{reading}"
        entries.append(
            f'<entry><link rel="self" href="{base}"/><link rel="related" href="https://data.example/ReadingType/{number}"/>'
            "<content><MeterReading/></content></entry>"
            f'<entry><link rel="self" href="https://data.example/ReadingType/{number}"/><content><ReadingType>'
            "<accumulationBehaviour>4</accumulationBehaviour><commodity>1</commodity><flowDirection>1</flowDirection>"
            f"<intervalLength>{readings.minutes * 60}</intervalLength><powerOfTenMultiplier>-3</powerOfTenMultiplier>"
            "<uom>72</uom></ReadingType></content></entry>"
            f'<entry><link rel="self" href="{base}/IntervalBlock/1"/><content><IntervalBlock>'
            + "".join(_interval(row, readings.minutes) for row in readings.rows if row.meter == meter)
            + "</IntervalBlock></content></entry>"
        )
    feed = f'<feed xmlns="http://naesb.org/espi">{"".join(entries)}</feed>'
    said = {}
    if readings.multiplier is not None:
        said["constants"] = {"multiplier": f"{readings.multiplier:f}"}
    return Delivered("usage.xml", f'<?xml version="1.0" encoding="UTF-8"?>\n{feed}'.encode(), said)


def _interval(row: Reading, minutes: int) -> str:
    assert row.value is not None
    start = int(row.end.timestamp()) - minutes * 60
    quality = {"A": "0", "E": "8"}[row.flag]
    return (
        f"<IntervalReading><ReadingQuality><quality>{quality}</quality></ReadingQuality>"
        f"<timePeriod><duration>{minutes * 60}</duration><start>{start}</start></timePeriod>"
        f"<value>{int(row.value * 10**6)}</value></IntervalReading>"
    )


ALWAYS = (
    long_plain,
    long_offset,
    long_gb18030,
    long_utf16("utf-16"),
    long_utf16("utf-16-be"),
    long_decimal_comma,
    parquet_decimals,
    parquet_doubles,
    excel,
)
WITHOUT_FLAGS = (wide_meters,)
WITHOUT_FLAGS_IN_CHINESE_DAYS = (daily_points, daily_clocks, daily_starts)
IN_CHINESE_DAYS = (nem12,)
WITHOUT_NULLS = (green_button,)


def every_format(readings: Readings) -> list[Delivered]:
    """The readings in every format that can say them."""
    writers = [*ALWAYS]
    chinese = readings.zone == SHANGHAI.key
    writers += () if readings.has_flags else WITHOUT_FLAGS
    writers += WITHOUT_FLAGS_IN_CHINESE_DAYS if chinese and not readings.has_flags else ()
    writers += IN_CHINESE_DAYS if chinese else ()
    writers += () if readings.has_nulls else WITHOUT_NULLS
    return [write(readings) for write in writers]


def instructions(delivered: Delivered) -> bytes:
    """The ``delivery.yaml`` beside a file (JSON is YAML)."""
    return json.dumps({"files": [delivered.said]} if delivered.said else {}, ensure_ascii=False).encode()
