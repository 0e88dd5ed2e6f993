"""Records of AEMO's meter data file format, which NEM12 and NEM13 share: lines, units, quality flags, times.

What the records of each format mean is in ``nem12`` and ``nem13``. The parsers that PyPI has were tried on the market's
certification files and on damaged ones and are not used: ``nemreader`` 0.9 drops a record of the wrong length with no
more than a log line, takes the first values of one that is too long, turns text among the values into "no value" and
everything into binary floats; ``aemo-mdff-reader`` 2.2 reads a blank value as 0, passes over the quality of 400 records
and gives up the whole file at its first fault. Neither keeps the lines of the file.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import polars as pl

from pipelines.ingest.encodings import decode
from pipelines.ingest.grid import REJECTED_SCHEMA, FileUnreadable
from pipelines.ingest.spec import FileSpec
from pipelines.ingest.timestamps import LOCAL_ZONE, TimeRule, interval_ends

MARKET_ZONE = "+10:00"
"""Australian market time: one offset for all states, no daylight saving."""
_LOCAL_OFFSET = "+08:00"
_QUALITY = re.compile(r"([AEFNSV])\d*")
_FLAGS = {"A": "A", "E": "E", "F": "E", "S": "E", "N": "N"}
# The power of ten that makes the unit a kWh.
_ENERGY = {"WH": -3, "KWH": 0, "MWH": 3, "GWH": 6}
_OTHER_UNITS = {
    *(prefix + unit for prefix in ("", "K", "M") for unit in ("VARH", "VAR", "W", "VAH", "VA", "V", "A")),
    "PF",
}


@dataclass(frozen=True)
class Record:
    """One line: ``cells`` without blanks around them, the record indicator first."""

    line: int
    raw: str
    cells: list[str]

    def cell(self, position: int) -> str:
        """The cell at a position, empty where the record is shorter."""
        return self.cells[position] if position < len(self.cells) else ""


@dataclass
class Rejects:
    """Records that are set aside, with the reason of each."""

    rows: list[tuple[int, str, str, str]] = field(default_factory=list)

    def add(self, record: Record, reason: str, sentence: str) -> None:
        """Sets a record aside."""
        self.rows.append((record.line, record.raw, reason, sentence))

    def frame(self) -> pl.DataFrame:
        """The rejected rows of a ``Grid``."""
        return pl.DataFrame(self.rows, schema=REJECTED_SCHEMA, orient="row")


def records(path: Path, spec: FileSpec, version: str, rejects: Rejects) -> Iterator[Record]:
    """The records of a file without its blank lines; the first is its 100 record.

    Lines that are not text in the file's encoding are set aside. Raises ``FileUnreadable`` where the file does not
    begin with the 100 record of ``version`` (``NEM12``), or holds another version behind it.
    """
    text, encoding, _ = decode(path.read_bytes(), spec.encoding)
    is_first = True
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), start=1):
        if not line.strip(" ,"):
            continue
        cells = next(csv.reader([line])) if '"' in line else line.split(",")
        record = Record(number, line, [cell.strip() for cell in cells])
        if is_first and record.cells[0] != "100":
            raise FileUnreadable(
                f"the file begins with a {record.cells[0]} record (line {number}); the 100 record that {version} "
                "begins with is missing"
            )
        if record.cells[0] == "100" and record.cell(1).upper() != version:
            raise FileUnreadable(f"the file begins as {version} and goes on as {record.cell(1) or 'no version'}")
        is_first = False
        if "\ufffd" in line:
            rejects.add(record, "bad_encoding", f"the record holds bytes that are not {encoding} text")
        else:
            yield record


def exponent_of(unit: str, meter: str) -> int | None:
    """The power of ten that makes a unit of energy a kWh; null for a unit of something else.

    Raises ``FileUnreadable`` for a unit that nobody knows.
    """
    name = unit.upper()
    if name in _ENERGY:
        return _ENERGY[name]
    if name in _OTHER_UNITS:
        return None
    raise FileUnreadable(f"the unit {unit!r} of {meter} is not known; known are Wh, kWh, MWh, GWh")


def small_number(text: str) -> int | None:
    """A whole number of up to nine digits without a sign; null for every other text."""
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else None


def is_quality(text: str) -> bool:
    """Whether a cell is a quality and method: A, E, F, N, S or V and the digits of a method."""
    return _QUALITY.fullmatch(text) is not None


def flag(quality: str) -> str:
    """``A``, ``E`` or ``N`` for the quality of one value; substituted values (S, F) are estimates."""
    return _FLAGS[quality[0]]


def flags(qualities: pl.Expr) -> pl.Expr:
    """``flag`` for a column."""
    return qualities.str.slice(0, 1).replace_strict(_FLAGS, return_dtype=pl.String)


def day_of(text: str) -> str | None:
    """ISO date of ``YYYYMMDD``; null where there is no such day."""
    try:
        return date.fromisoformat(text).isoformat() if re.fullmatch(r"\d{8}", text) else None
    except ValueError:
        return None


def moment_of(text: str) -> str | None:
    """ISO moment, in the file's own time, of ``YYYYMMDD``, ``…hhmm`` or ``…hhmmss``; null where there is none."""
    form = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}.get(len(text))
    try:
        return datetime.strptime(text, form).isoformat() if form and text.isdigit() else None  # noqa: DTZ007
    except ValueError:
        return None


def in_local_time(texts: pl.Series, spec: FileSpec) -> pl.Series:
    """Moments in the file's time as Asia/Shanghai ISO texts with their offset, null where there is no such moment.

    The file's time is market time unless ``timestamp.timezone`` names another zone than the default.
    """
    zone = MARKET_ZONE if spec.timestamp.timezone == LOCAL_ZONE else spec.timestamp.timezone
    return interval_ends(texts, TimeRule(zone=zone)) + _LOCAL_OFFSET
