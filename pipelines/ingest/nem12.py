"""NEM12, interval data of the Australian market, into a grid of readings: one row for each interval value.

A meter is a channel of a connection point, ``NMI-suffix`` (``NEM1201002-E1``), whatever device measures it. Times are
the ends of the intervals in market time. A record that cannot be split into its values is set aside as one row, as is
every record of a channel that does not measure active energy.
"""

from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from pipelines.ingest.encodings import NEM12
from pipelines.ingest.exchange import check_instructions, counted, creates_master, in_kwh, listed, stated_minutes
from pipelines.ingest.grid import FileUnreadable, Grid, cell
from pipelines.ingest.headers import is_ignored
from pipelines.ingest.nem import (
    Record,
    Rejects,
    day_of,
    exponent_of,
    flags,
    in_local_time,
    is_quality,
    moment_of,
    records,
    small_number,
)
from pipelines.ingest.spec import FileSpec

_HEADER = ("meter_id", "interval_end", "value", "flag")
_CAPTURED = "captured_at"
"""When the provider last changed a day: given where a file has two records of a day, to decide between them."""
# Values that become a frame at a time: the frames are far smaller than what makes them.
_BATCH_VALUES = 200_000
_DAY_MINUTES = 1440
_MIXED = "V"
# Place of the update time in a 300 record, behind its values: indicator, day, quality, reason, description before it.
_UPDATED = 5
_DAYS: dict[str, pl.DataType | type[pl.DataType]] = {
    "line": pl.UInt32,
    "meter": pl.String,
    "day": pl.String,
    "minutes": pl.Int64,
    "exponent": pl.Int64,
    "captured": pl.String,
    "values": pl.String,
    "qualities": pl.List(pl.String),
}


@dataclass(frozen=True)
class _Channel:
    """A 200 record. ``exponent``: null where the channel does not measure active energy."""

    meter: str
    unit: str
    minutes: int
    exponent: int | None

    @property
    def values(self) -> int:
        """Intervals of a day."""
        return _DAY_MINUTES // self.minutes


@dataclass
class _Day:
    """A 300 record whose values are not judged yet; ``qualities`` null where no 400 record has spoken yet."""

    record: Record
    channel: _Channel
    day: str
    quality: str
    qualities: list[str | None]
    fault: str | None = None


@dataclass
class _Reader:
    """What the records before the current one have said."""

    spec: FileSpec
    rejects: Rejects
    days: list[tuple[object, ...]] = field(default_factory=list)
    batches: list[pl.DataFrame] = field(default_factory=list)
    waiting: int = 0
    seen: set[tuple[str, str]] = field(default_factory=set)
    is_repeated: bool = False
    lengths: dict[str, dict[int, str]] = field(default_factory=dict)
    reactive: dict[str, None] = field(default_factory=dict)
    ignored: int = 0
    index_reads: int = 0
    has_data: bool = False
    ended: bool = False
    channel: _Channel | None = None
    day: _Day | None = None
    # Why the 300 record before is not to be had, so that its 400 records go with it.
    is_lost: bool = False

    def take(self, record: Record) -> None:
        """Takes in the next record."""
        kind = record.cells[0]
        if kind != "400":
            self.close_day()
        if self.ended and kind != "100":
            self.rejects.add(record, "record_order", "the record stands behind the 900 record, which ends the data")
        elif kind == "100":
            self.ended, self.channel = False, None
        elif kind == "200":
            self.channel, self.has_data = self._channel(record), True
        elif kind == "300":
            self.has_data = True
            self.day = self._day(record)
            self.is_lost = self.day is None
        elif kind == "400":
            self._event(record)
        elif kind == "500":
            self.index_reads += bool(record.cell(4))
        elif kind == "900":
            self.ended = True
        else:
            self.rejects.add(record, "unknown_value", f"{kind!r} is no record of NEM12 (100, 200, 300, 400, 500, 900)")

    def _channel(self, record: Record) -> _Channel | None:
        nmi, suffix, unit = record.cell(1), record.cell(4) or record.cell(3), record.cell(7)
        if not nmi or not suffix or not unit:
            missing = "NMI" if not nmi else "suffix" if not suffix else "unit"
            self.rejects.add(record, "missing_value", f"the channel has no {missing}")
            return None
        minutes = small_number(record.cell(8))
        if not minutes or _DAY_MINUTES % minutes:
            length = record.cell(8)[:60]
            self.rejects.add(record, "out_of_range", f"the interval length does not divide 1440 minutes: {length}")
            return None
        meter = f"{nmi}-{suffix}"
        return _Channel(meter, unit, minutes, exponent_of(unit, meter))

    def _day(self, record: Record) -> _Day | None:
        channel = self.channel
        if channel is None:
            self.rejects.add(record, "record_order", "the record follows no 200 record that names its channel")
            return None
        if channel.exponent is None:
            self._leave_out(record, channel)
            return None
        found = next((i for i, text in enumerate(record.cells[2:]) if is_quality(text)), None)
        day = day_of(record.cell(1))
        if found != channel.values:
            has = "no quality flag behind its values" if found is None else f"{found} values"
            needs = f"{channel.values} of {channel.minutes} minutes are needed"
            self.rejects.add(record, "ragged_row", f"the record has {has}; {needs} by its 200 record")
        elif day is None:
            self.rejects.add(record, "bad_date", f"the day is not a date YYYYMMDD: {record.cell(1)[:60]}")
        elif self._fits_master(record, channel, day):
            quality = record.cells[2 + found]
            whole = None if quality[0] == _MIXED else quality
            return _Day(record, channel, day, quality, [whole] * channel.values)
        return None

    def _leave_out(self, record: Record, channel: _Channel) -> None:
        """A channel of something else than energy: set aside, or nothing at all where ``ignore`` names it."""
        if any(is_ignored(name, self.spec.ignore) for name in (channel.meter, self.spec.meter_prefix + channel.meter)):
            self.ignored += 1
            return
        self.reactive[f"{channel.meter} ({channel.unit})"] = None
        self.rejects.add(record, "not_active_energy", f"values in {channel.unit} are not active energy")

    def _fits_master(self, record: Record, channel: _Channel, day: str) -> bool:
        """One master row has one length of interval: values of another length would be taken for something else."""
        seen = self.lengths.setdefault(channel.meter, {})
        wanted = stated_minutes(self.spec, channel.meter) or next(iter(seen), channel.minutes)
        if channel.minutes != wanted and creates_master(self.spec, channel.meter):
            self.rejects.add(
                record,
                "interval_length",
                f"the intervals have {channel.minutes} minutes, the meter that delivery.yaml describes has {wanted}; "
                "deliver the table meters instead, with a row for each length (valid_from, valid_to)",
            )
            return False
        seen.setdefault(channel.minutes, day)
        return True

    def _event(self, record: Record) -> None:
        """A 400 record: the quality of a range of the intervals of the day before it."""
        day = self.day
        if day is None:
            if not self.is_lost:
                self.rejects.add(record, "record_order", "the record follows no 300 record that it could be about")
            return
        first, last = small_number(record.cell(1)) or 0, small_number(record.cell(2)) or 0
        quality = record.cell(3)
        if not 0 < first <= last <= len(day.qualities):
            said = f"{record.cell(1)[:20]} to {record.cell(2)[:20]}"
            day.fault = f"a 400 record has no range of the {len(day.qualities)} intervals: {said}"
        elif not is_quality(quality) or quality[0] == _MIXED:
            day.fault = f"a 400 record has no quality flag A, E, F, N or S: {quality[:60]}"
        elif day.quality == _MIXED and any(day.qualities[first - 1 : last]):
            day.fault = f"a 400 record gives a quality to intervals that have one already: {first} to {last}"
        else:
            day.qualities[first - 1 : last] = [quality] * (last - first + 1)

    def close_day(self) -> None:
        """Judges the qualities of the day before, which 400 records may have added to."""
        day, self.day, self.is_lost = self.day, None, False
        if day is None:
            return
        if day.fault is None and None in day.qualities:
            without = day.qualities.index(None) + 1
            day.fault = f"no 400 record gives the quality of interval {without}, which quality V needs"
        if day.fault:
            self.rejects.add(day.record, "bad_quality", day.fault)
            return
        channel, values = day.channel, day.record.cells[2 : 2 + day.channel.values]
        captured = moment_of(day.record.cell(_UPDATED + channel.values))
        row = (day.record.line, channel.meter, day.day, channel.minutes, channel.exponent, captured)
        self.days.append((*row, ",".join(values), day.qualities))
        self.is_repeated |= (channel.meter, day.day) in self.seen
        self.seen.add((channel.meter, day.day))
        self.waiting += channel.values
        if self.waiting >= _BATCH_VALUES:
            self.flush()

    def flush(self) -> None:
        """Turns the days so far into rows."""
        self.batches.append(_cells(pl.DataFrame(self.days, schema=_DAYS, orient="row"), self.spec))
        self.days, self.waiting = [], 0

    def warnings(self) -> tuple[str, ...]:
        """What the ledger says beside the rows."""
        found = []
        if not self.ended:
            found.append("the file has no 900 record, which ends it; it may be cut off")
        if self.reactive:
            found.append(f"channels that do not measure active energy were set aside: {listed(self.reactive)}")
        if self.ignored:
            found.append(
                f"{counted(self.ignored, 'record of ignored channels', 'records of ignored channels')} left out"
            )
        if self.index_reads:
            reads = counted(self.index_reads, "register read of a 500 record", "register reads of 500 records")
            found.append(f"{reads} left out; registers are read from NEM13 or meter_registers")
        for meter, lengths in self.lengths.items():
            if len(lengths) > 1:
                parts = " and ".join(f"{minutes} minutes (from {day})" for minutes, day in lengths.items())
                found.append(f"{meter} comes in intervals of {parts}: the table meters needs a row for each length")
        return tuple(found)


def read_nem12(path: Path, spec: FileSpec) -> Grid:
    """Reads interval data: ``meter_id``, ``interval_end``, ``value`` (kWh), ``flag``, ``captured_at`` where needed.

    Times have an offset. ``raw`` of a reading is day, number of the interval, value and quality as delivered. Raises
    ``FileUnreadable`` for a file without the 100 record, without a 200 or 300 record, or with an unknown unit.
    """
    check_instructions(spec, NEM12)
    reader = _Reader(spec, Rejects())
    for record in records(path, spec, "NEM12", reader.rejects):
        reader.take(record)
    reader.close_day()
    if not reader.has_data:
        raise FileUnreadable("the file holds no channel and no data: NEM12 with a header only")
    reader.flush()
    lengths = {meter: next(iter(found)) for meter, found in reader.lengths.items() if len(found) == 1}
    cells = pl.concat(reader.batches)
    header = (*_HEADER, _CAPTURED) if reader.is_repeated else _HEADER
    return Grid(
        header,
        cells.select("line", "raw", *map(cell, range(len(header)))),
        reader.rejects.frame(),
        warnings=reader.warnings(),
        interval_minutes=lengths,
    )


def _cells(days: pl.DataFrame, spec: FileSpec) -> pl.DataFrame:
    """A row for each value of the days."""
    values = pl.col("values").str.split(",")
    rows = days.with_columns(value=values, interval=pl.int_ranges(1, values.list.len() + 1)).drop("values")
    rows = rows.explode("value", "qualities", "interval").rename({"qualities": "quality"})
    minute = pl.col("interval") * pl.col("minutes")
    clock = [(part.cast(pl.String).str.zfill(2)) for part in (minute // 60, minute % 60)]
    rows = rows.with_columns(
        flag=flags(pl.col("quality")),
        end=pl.concat_str(pl.col("day"), pl.lit("T"), clock[0], pl.lit(":"), clock[1]),
        raw=pl.format("{},{}={},{}", "day", "interval", "value", "quality"),
    )
    energy = in_kwh(rows["value"], rows["exponent"]).replace("", None)
    return rows.select(
        "line",
        "raw",
        pl.col("meter").alias(cell(0)),
        in_local_time(rows["end"], spec).alias(cell(1)),
        pl.when(pl.col("flag") != "N").then(energy).alias(cell(2)),
        pl.col("flag").alias(cell(3)),
        in_local_time(rows["captured"], spec).alias(cell(4)),
    )
