"""NEM13, register reads of the Australian market, into a grid of reads and the periods that the provider published.

A meter is one register of one device in one direction, ``NMI-register-serial-direction`` (``NEM1311002-1-11002-E``), so
that registers of a connection point, or the directions of one register, never mix. A 250 record gives two rows, its
previous and its current read, and a row of ``meter_periods`` with the quantity as published, also where that is
negative or not the difference of the reads: which of them is right is judged when all deliveries are known.
"""

import re
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import polars as pl

from pipelines.ingest.encodings import NEM13
from pipelines.ingest.exchange import check_instructions, in_kwh, listed
from pipelines.ingest.grid import FileUnreadable, Grid, cell
from pipelines.ingest.nem import Record, Rejects, exponent_of, flag, in_local_time, is_quality, moment_of, records
from pipelines.ingest.spec import FileSpec

_HEADER = ("meter_id", "read_at", "value", "flag")
_PERIODS = "meter_periods"
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)")
_LARGEST, _MOST_DECIMALS = Decimal(10**12), 9
# Positions in a 250 record.
_NMI, _REGISTER, _SUFFIX, _SERIAL, _DIRECTION = 1, 3, 4, 6, 7
_PREVIOUS, _CURRENT, _QUANTITY, _UNIT = 8, 13, 18, 19
_NUMBERS = ((_PREVIOUS, "previous read"), (_CURRENT, "current read"), (_QUANTITY, "quantity"))
_READS = pl.Schema(
    {
        "line": pl.UInt32,
        "raw": pl.String,
        "meter": pl.String,
        "exponent": pl.Int64,
        "previous": pl.String,
        "previous_at": pl.String,
        "previous_flag": pl.String,
        "current": pl.String,
        "current_at": pl.String,
        "current_flag": pl.String,
        "quantity": pl.String,
    }
)


@dataclass
class _Reader:
    """What the records so far have said."""

    rejects: Rejects
    reads: list[tuple[object, ...]] = field(default_factory=list)
    reactive: dict[str, None] = field(default_factory=dict)
    has_data: bool = False
    ended: bool = False

    def take(self, record: Record) -> None:
        """Takes in the next record."""
        kind = record.cells[0]
        if self.ended and kind != "100":
            self.rejects.add(record, "record_order", "the record stands behind the 900 record, which ends the data")
        elif kind == "250":
            self.has_data = True
            self._read(record)
        elif kind in ("100", "900"):
            self.ended = kind == "900"
        elif kind != "550":
            self.rejects.add(record, "unknown_value", f"{kind!r} is no record of NEM13 (100, 250, 550, 900)")

    def _read(self, record: Record) -> None:
        names = [record.cell(_NMI), record.cell(_REGISTER) or record.cell(_SUFFIX), record.cell(_SERIAL)]
        direction = record.cell(_DIRECTION)
        meter = "-".join(name for name in (*names, direction) if name)
        fault = _fault(record, names, direction)
        if fault:
            self.rejects.add(record, *fault)
            return
        exponent = exponent_of(record.cell(_UNIT), meter)
        if exponent is None:
            self.reactive[f"{meter} ({record.cell(_UNIT)})"] = None
            self.rejects.add(record, "not_active_energy", f"values in {record.cell(_UNIT)} are not active energy")
            return
        sides = (
            (record.cell(i), moment_of(record.cell(i + 1)), flag(record.cell(i + 2))) for i in (_PREVIOUS, _CURRENT)
        )
        previous, current = sides
        self.reads.append((record.line, record.raw, meter, exponent, *previous, *current, record.cell(_QUANTITY)))

    def warnings(self) -> tuple[str, ...]:
        """What the ledger says beside the rows."""
        found = [] if self.ended else ["the file has no 900 record, which ends it; it may be cut off"]
        if self.reactive:
            found.append(f"registers that do not measure active energy were set aside: {listed(self.reactive)}")
        return tuple(found)


def _fault(record: Record, names: list[str], direction: str) -> tuple[str, str] | None:
    """Why a 250 record cannot be read: reason and sentence; null if it can."""
    if len(record.cells) <= _UNIT:
        return "ragged_row", f"the record has {len(record.cells)} fields; {_UNIT + 1} are needed"
    if not names[0] or not names[1]:
        return "missing_value", f"the record has no {'register' if names[0] else 'NMI'}"
    if direction not in ("E", "I"):
        return "unknown_value", f"the direction is neither E nor I: {direction[:60]}"
    if not record.cell(_UNIT):
        return "missing_value", "the record has no unit"
    for position, what in _NUMBERS:
        if not _NUMBER.fullmatch(record.cell(position)):
            return "not_a_number", f"the {what} is not a number: {record.cell(position)[:60]}"
        number = Decimal(record.cell(position))
        if abs(number) >= _LARGEST or -int(number.as_tuple().exponent) > _MOST_DECIMALS:
            return "number_out_of_range", f"the {what} is 10^12 or more, or has more than {_MOST_DECIMALS} decimals"
    for position in (_PREVIOUS, _CURRENT):
        when, quality = record.cell(position + 1), record.cell(position + 2)
        if moment_of(when) is None:
            return "bad_timestamp", f"the time of the read is not YYYYMMDDhhmmss: {when[:60]}"
        if not is_quality(quality) or quality[0] == "V":
            return "bad_quality", f"the quality of the read is not A, E, F, N or S: {quality[:60]}"
    if (moment_of(record.cell(_PREVIOUS + 1)) or "") >= (moment_of(record.cell(_CURRENT + 1)) or ""):
        return "period_reversed", "the current read is not later than the previous one"
    return None


def read_nem13(path: Path, spec: FileSpec) -> Grid:
    """Reads accumulation data: columns ``meter_id``, ``read_at`` (with offset), ``value`` (kWh), ``flag``.

    ``further`` holds ``meter_periods``. ``raw`` is the 250 record. Raises ``FileUnreadable`` for a file without the 100
    record, without any 250 record, or with an unknown unit.
    """
    check_instructions(spec, NEM13)
    if spec.values == "primary" or "multiplier" in spec.constants:
        raise FileUnreadable(f"delivery.yaml: {_PERIODS} has no multiplier; state it in the master rows of the meters")
    reader = _Reader(Rejects())
    for record in records(path, spec, "NEM13", reader.rejects):
        reader.take(record)
    if not reader.has_data:
        raise FileUnreadable("the file holds no 250 record: NEM13 with a header and no data")
    reads = pl.DataFrame(reader.reads, schema=_READS, orient="row")
    reads = reads.with_columns(
        *(in_kwh(reads[name], reads["exponent"]) for name in ("previous", "current", "quantity")),
        *(in_local_time(reads[name], spec) for name in ("previous_at", "current_at")),
    )
    further = {_PERIODS: _periods(reads)}
    return Grid(_HEADER, _cells(reads), reader.rejects.frame(), warnings=reader.warnings(), further=further)


def _cells(reads: pl.DataFrame) -> pl.DataFrame:
    """The previous and the current read of each record, in the order of the records."""
    sides = [
        reads.select(
            "line",
            "raw",
            pl.col("meter").alias(cell(0)),
            pl.col(f"{side}_at").alias(cell(1)),
            pl.when(pl.col(f"{side}_flag") != "N").then(pl.col(side)).alias(cell(2)),
            pl.col(f"{side}_flag").alias(cell(3)),
        )
        for side in ("previous", "current")
    ]
    return pl.concat(sides).sort("line", maintain_order=True)


def _periods(reads: pl.DataFrame) -> pl.DataFrame:
    return reads.select(
        "line",
        "raw",
        pl.col("meter").alias("meter_id"),
        pl.col("previous_at").alias("from"),
        pl.col("current_at").alias("to"),
        pl.col("quantity").alias("energy"),
        pl.lit("total").alias("kind"),
    )
