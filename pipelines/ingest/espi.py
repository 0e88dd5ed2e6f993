"""Green Button (NAESB ESPI) into a grid: which reading belongs to which meter, what it measures, and from when to when.

A meter is a MeterReading of a UsagePoint, named by the last parts of its address (``5446AF3F-01``; without such an
address by its Atom id, else its title). Its ReadingType says what it measures: active energy of electricity, either as
energy of intervals (``meter_readings``) or as the state of a register (``meter_registers``). Everything else is set
aside, one row for each interval block. The XML itself is read in ``espi_xml``.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from pipelines.ingest.encodings import ESPI
from pipelines.ingest.espi_xml import Entry, Feed, Readings, read_feed
from pipelines.ingest.exchange import check_instructions, counted, in_kwh, listed, stated_minutes
from pipelines.ingest.grid import REJECTED_SCHEMA, FileUnreadable, Grid, cell, no_rejects
from pipelines.ingest.headers import is_ignored
from pipelines.ingest.spec import FileSpec
from pipelines.ingest.store import READINGS

_REGISTERS = "meter_registers"
_OTHER = "other_measure"
_ADDRESS = re.compile(r"(.*/UsagePoint/([^/]+))/MeterReading/([^/]+)$")
_DAY_MINUTES = 1440
_SHOWN = ("start", "duration", "value", "quality")
_WATT_HOUR, _KILO = "72", 3
_ELECTRICITY = ("", "0", "1", "2")
# Forward, reverse, net and total energy; the others are reactive.
_ACTIVE_DIRECTIONS = ("", "0", "1", "4", "19", "20")
_PLAIN_QUALIFIERS = ("", "0", "12")
# deltaData; bulkQuantity, cumulative and summation.
_TABLES = {"4": READINGS, "1": _REGISTERS, "3": _REGISTERS, "9": _REGISTERS}
# Valid, raw, validated, verified, revenue quality.
_ACTUAL = frozenset({"0", "14", "17", "18", "19"})
# Edited, estimated (two ways), questionable, derived, projected, mixed, normalized for weather, other.
_ESTIMATED = frozenset({"7", "8", "9", "10", "11", "12", "13", "15", "16"})


@dataclass(frozen=True)
class _Meter:
    """What is known about the readings of an interval block.

    ``minutes``: length of the interval by the reading type, null where it says none. ``quality``: of readings without
    one. ``fault``: reason and sentence for which nothing of it is loaded.
    """

    name: str
    table: str = ""
    exponent: int = 0
    minutes: int | None = None
    quality: str = ""
    fault: tuple[str, str] | None = None


def read_espi(path: Path, spec: FileSpec) -> Grid:
    """Reads the readings of one table (``spec.table``): ``meter_id``, time of the table, ``value`` (kWh), ``flag``.

    Times have an offset. ``line`` is that of the element; ``raw`` its times in epoch seconds, value and quality as
    delivered. Raises ``FileUnreadable`` for XML that is not to be read, for a file without interval readings, for one
    whose two meters have one name, and for one with readings of the other table only.
    """
    check_instructions(spec, ESPI)
    feed = read_feed(path)
    if not feed.readings.line:
        raise FileUnreadable("the file holds no IntervalReading; Green Button files without interval data are not read")
    meters = {number: _for_table(meter, spec) for number, meter in _meters_of_blocks(feed).items()}
    lengths = _lengths(meters, feed.readings, spec)
    rows = _rows(feed.readings).join(lengths, on="block", how="left", maintain_order="left")
    lasts = pl.col("seconds") if spec.table == READINGS else pl.lit(0)
    rows = rows.with_columns(lasts=pl.col("duration").fill_null(lasts))
    loaded = rows.filter(pl.col("meter").is_not_null())
    odd = pl.lit(value=False)
    if spec.table == READINGS:
        odd = (pl.col("lasts") != pl.col("seconds")) | ~_is_interval(pl.col("seconds"))
    rejected = pl.concat([_blocks_aside(feed, meters, rows, spec), _odd_lengths(loaded.filter(odd))])
    minutes = loaded.filter(~odd).select("meter", pl.col("seconds") // 60).unique().rows()
    return Grid(
        ("meter_id", "interval_end" if spec.table == READINGS else "read_at", "value", "flag"),
        _cells(loaded.filter(~odd)),
        rejected,
        warnings=_warnings(feed, meters.values(), spec),
        interval_minutes=dict(minutes) if spec.table == READINGS else {},
    )


def _for_table(meter: _Meter, spec: FileSpec) -> _Meter:
    """The meter with a fault where its readings belong to the other table."""
    if meter.fault or meter.table == spec.table:
        return meter
    sentence = f"the readings belong to {meter.table}: deliver the file again with table: {meter.table}"
    return replace(meter, fault=(_OTHER, sentence))


def _meters_of_blocks(feed: Feed) -> dict[int, _Meter]:
    """The meter of every interval block by its number; block 0 holds readings outside any block."""
    meter_readings = [entry for entry in feed.entries if "MeterReading" in entry.kinds]
    known = {id(entry): _meter(entry, feed.entries) for entry in meter_readings}
    names = [meter.name for meter in known.values()]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise FileUnreadable(f"two MeterReading elements of the file are called {twice!r}")
    found = {0: _Meter("", fault=("missing_value", "the readings stand in no IntervalBlock"))}
    for entry in feed.entries:
        for number in entry.blocks:
            owner = _owner(entry, meter_readings)
            lost = _Meter(entry.own, fault=("missing_value", "the MeterReading of the block is not in the file"))
            found[number] = known[id(owner)] if owner else lost
    return found


def _owner(block: Entry, meter_readings: list[Entry]) -> Entry | None:
    """The MeterReading of an entry with interval blocks: its own, or the one that the addresses lead to."""
    if "MeterReading" in block.kinds:
        return block
    above = {address.rpartition("/IntervalBlock")[0] for address in (block.up, block.own)} - {""}
    addresses = {block.up, block.own} - {""}
    found = [entry for entry in meter_readings if entry.own in above or addresses & set(entry.related)]
    if not addresses:
        found = meter_readings
    return found[0] if len(found) == 1 else None


def _meter(entry: Entry, entries: list[Entry]) -> _Meter:
    name = _name(entry)
    address = _ADDRESS.match(entry.own)
    points = [e for e in entries if "UsagePoint" in e.kinds and address and e.own == address[1]]
    if points and points[0].service not in (None, "0"):
        service = points[0].service
        return _Meter(name, fault=("not_active_energy", f"the service is not electricity (ServiceCategory {service})"))
    types = [e.reading_type for e in entries if e.reading_type is not None and (e is entry or e.own in entry.related)]
    if not types and not entry.related:
        types = [e.reading_type for e in entries if e.reading_type is not None]
    if len(types) != 1 or types[0] is None:
        return _Meter(name, fault=("missing_value", "the file has no ReadingType, or several, for the readings"))
    return _typed(name, types[0])


def _name(entry: Entry) -> str:
    if address := _ADDRESS.match(entry.own):
        return f"{address[2]}-{address[3]}"
    return entry.ident.removeprefix("urn:uuid:") or entry.title or "meter"


def _typed(name: str, said: Mapping[str, str]) -> _Meter:
    """The meter by the fields of its reading type."""
    for field, usable, what in (
        ("uom", (_WATT_HOUR,), "unit"),
        ("commodity", _ELECTRICITY, "commodity"),
        ("flowDirection", _ACTIVE_DIRECTIONS, "flow direction"),
        ("dataQualifier", _PLAIN_QUALIFIERS, "data qualifier"),
        ("accumulationBehaviour", tuple(_TABLES), "accumulation"),
    ):
        if (code := said.get(field, "")) not in usable:
            sentence = f"the {what} is {code or 'not stated'} ({field}): not active energy of electricity"
            return _Meter(name, fault=("not_active_energy", sentence))
    power = said.get("powerOfTenMultiplier") or "0"
    if not re.fullmatch(r"[+-]?\d{1,2}", power):
        return _Meter(name, fault=("unknown_value", f"powerOfTenMultiplier is no power of ten: {power[:60]}"))
    length = said.get("intervalLength", "")
    seconds = int(length) if re.fullmatch(r"[0-9]{1,9}", length) else 0
    minutes = seconds // 60 if seconds and seconds % 60 == 0 else None
    table = _TABLES[said["accumulationBehaviour"]]
    return _Meter(name, table, int(power) - _KILO, minutes, said.get("defaultQuality", ""))


def _rows(readings: Readings) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "block": pl.Series(readings.block, dtype=pl.Int64),
            "line": pl.Series(readings.line, dtype=pl.UInt32),
            "start": pl.Series(readings.start, dtype=pl.Int64),
            "duration": pl.Series(readings.duration, dtype=pl.Int64),
            "value": pl.Series(readings.value, dtype=pl.String),
            "quality": pl.Series(readings.quality, dtype=pl.String),
        }
    ).with_columns(pl.col("start", "duration").replace(-1, None))


def _lengths(meters: Mapping[int, _Meter], readings: Readings, spec: FileSpec) -> pl.DataFrame:
    """By block: meter, exponent, default quality, and the length in seconds that each of its readings should have.

    That is what ``delivery.yaml`` states, else the reading type, else the length of the meter's first reading that has
    one; 0 where none does. A reading without a length has the meter's.
    """
    first = dict[str, int]()
    for block, duration in zip(readings.block, readings.duration, strict=True):
        if duration > 0:
            first.setdefault(meters[block].name, duration)
    rows = []
    for number, meter in meters.items():
        if meter.fault is None:
            stated = stated_minutes(spec, meter.name) or meter.minutes
            seconds = stated * 60 if stated else first.get(meter.name, 0)
            rows.append((number, meter.name, meter.exponent, meter.quality, seconds))
    schema = {"block": pl.Int64, "meter": pl.String, "exponent": pl.Int64, "default": pl.String, "seconds": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _is_interval(seconds: pl.Expr) -> pl.Expr:
    minutes = seconds // 60
    return (
        (seconds % 60 == 0)
        & (minutes > 0)
        & (_DAY_MINUTES % pl.when(minutes > 0).then(minutes) == 0).fill_null(value=False)
    )


def _raw() -> pl.Expr:
    parts = [pl.format(f"{name}={{}}", pl.col(name).cast(pl.String).fill_null("")) for name in _SHOWN]
    return pl.concat_str(parts, separator=",").alias("raw")


def _odd_lengths(rows: pl.DataFrame) -> pl.DataFrame:
    sentence = pl.format(
        "the reading covers {} seconds, those of the meter {}; bills come in the table meter_periods",
        pl.col("duration").cast(pl.String).fill_null("no"),
        pl.col("seconds"),
    )
    return rows.select("line", _raw(), pl.lit("interval_length").alias("reason"), sentence.alias("sentence"))


def _blocks_aside(feed: Feed, meters: Mapping[int, _Meter], rows: pl.DataFrame, spec: FileSpec) -> pl.DataFrame:
    """A row for each block of which nothing is loaded, unless ``ignore`` names its meter."""
    lines = {number: line for entry in feed.entries for number, line in entry.blocks.items()}
    counted = rows.group_by("block").agg(pl.len(), pl.col("line").min()).sort("block").rows()
    aside = []
    for block, readings, line in counted:
        meter = meters[block]
        if meter.fault and not _is_ignored(meter, spec):
            aside.append((lines.get(block, line), f"IntervalBlock of {readings} readings, {meter.name}", *meter.fault))
    if aside and len(aside) == len(counted) and all(reason == _OTHER for _, _, reason, _ in aside):
        other = next(meter.table for meter in meters.values() if meter.fault and meter.table)
        raise FileUnreadable(f"all readings of the file belong to {other}; say so in delivery.yaml (table: {other})")
    return pl.DataFrame(aside, schema=REJECTED_SCHEMA, orient="row") if aside else no_rejects()


def _is_ignored(meter: _Meter, spec: FileSpec) -> bool:
    return any(is_ignored(name, spec.ignore) for name in (meter.name, spec.meter_prefix + meter.name))


def _cells(rows: pl.DataFrame) -> pl.DataFrame:
    end = pl.from_epoch(pl.col("start") + pl.col("lasts"), "s").dt.offset_by("8h")
    codes = pl.when(pl.col("quality") == "").then("default").otherwise("quality")
    distinct = rows.select(codes.unique().alias("codes"))["codes"].to_list()
    flags = {code: _flag(code) for code in distinct}
    return rows.select(
        "line",
        _raw(),
        pl.col("meter").alias(cell(0)),
        end.dt.strftime("%Y-%m-%dT%H:%M:%S+08:00").alias(cell(1)),
        in_kwh(rows["value"], rows["exponent"]).alias(cell(2)),
        codes.replace_strict(flags, return_dtype=pl.String).alias(cell(3)),
    )


def _flag(codes: str) -> str:
    """``A`` or ``E`` for quality codes, of which the worst counts; a code that nobody knows stays for the contract."""
    found = set(codes.split())
    if unknown := sorted(found - _ACTUAL - _ESTIMATED):
        return f"quality {unknown[0]}"
    return "E" if found & _ESTIMATED else "A"


def _warnings(feed: Feed, meters: Iterable[_Meter], spec: FileSpec) -> tuple[str, ...]:
    aside = [f"{m.name or 'unnamed'} ({m.fault[1]})" for m in meters if m.fault and m.name and not _is_ignored(m, spec)]
    found = [f"set aside: {listed(aside)}"] if aside else []
    if feed.summaries:
        summaries = counted(feed.summaries, "usage summary", "usage summaries")
        found.append(f"{summaries} left out; bills come in the table meter_periods")
    return tuple(found)
