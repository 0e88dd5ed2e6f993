"""The XML of Green Button files, read once from front to back: entries, their links, reading types, blocks, readings.

What they mean together is in ``espi``. The parser is expat, which Python brings: it reads in pieces, so that memory
grows with the readings and not with the text, and it says the line of every element. A document type declaration ends
the reading where it begins, before anything in it counts, so there are no entities but the five of XML itself; nothing
is ever fetched. Parsers of Green Button on PyPI build the whole tree, take numbers as binary floats and know no lines.
Namespaces vary between portals and versions: elements go by their local names.
"""

import re
from array import array
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from pipelines.ingest.grid import FileUnreadable

MAX_BYTES = 256 << 20
"""A larger file is refused. A reading takes about 300 bytes of XML, so this holds twenty meters for a year."""
MAX_DEPTH = 64
MAX_TEXT = 10_000
_CHUNK = 1 << 20
_MOST_UNFINISHED = 8 << 20
_NO_NUMBER = -1
_SEPARATOR = " "
_OF_TYPE = frozenset(
    {
        "accumulationBehaviour",
        "commodity",
        "dataQualifier",
        "defaultQuality",
        "flowDirection",
        "intervalLength",
        "powerOfTenMultiplier",
        "uom",
    }
)
_OF_READING = frozenset({"value", "start", "duration", "quality"})
_SUMMARIES = frozenset({"UsageSummary", "ElectricPowerUsageSummary"})


@dataclass
class Readings:
    """Interval readings in columns, as they stand in the file.

    ``block``: number of the interval block. ``start`` and ``duration`` in seconds, -1 where there is none. ``value``:
    null where there is none. ``quality``: the codes, joined by a blank.
    """

    block: "array[int]" = field(default_factory=lambda: array("q"))
    line: "array[int]" = field(default_factory=lambda: array("q"))
    start: "array[int]" = field(default_factory=lambda: array("q"))
    duration: "array[int]" = field(default_factory=lambda: array("q"))
    value: list[str | None] = field(default_factory=list)
    quality: list[str] = field(default_factory=list)


@dataclass
class Entry:
    """One Atom entry: what it is about, its own address and its links to others, and what stood in it.

    ``kinds``: the ESPI elements in it. ``reading_type``: the fields of a ReadingType. ``service``: the kind of a
    service category. ``blocks``: line of each IntervalBlock by its number.
    """

    line: int
    kinds: set[str] = field(default_factory=set)
    ident: str = ""
    title: str = ""
    own: str = ""
    up: str = ""
    related: list[str] = field(default_factory=list)
    reading_type: dict[str, str] | None = None
    service: str | None = None
    blocks: dict[int, int] = field(default_factory=dict)


@dataclass
class Feed:
    """A whole file. ``summaries``: how many usage summaries it has."""

    entries: list[Entry] = field(default_factory=list)
    readings: Readings = field(default_factory=Readings)
    summaries: int = 0


def read_feed(path: Path) -> Feed:
    """Reads a file. Raises ``FileUnreadable`` for one that is too large, that is not complete well-formed XML, that has
    a document type declaration, or whose elements lie deeper or texts are longer than any of Green Button.
    """
    if (size := path.stat().st_size) > MAX_BYTES:
        raise FileUnreadable(f"the file has {size >> 20} MiB of XML; at most {MAX_BYTES >> 20} MiB are read, divide it")
    scan = _Scan()
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                scan.parser.Parse(chunk, False)
                # Old versions of expat read an unfinished tag again with every piece of it.
                if stream.tell() - scan.parser.CurrentByteIndex > _MOST_UNFINISHED:
                    raise FileUnreadable(f"line {scan.parser.CurrentLineNumber} begins a tag or comment without an end")
            scan.parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise FileUnreadable(f"the file is not complete, well-formed XML: {error}") from None
    return scan.feed


class _Scan:
    """The handlers of one parser and what they have gathered."""

    def __init__(self) -> None:
        self.feed = Feed()
        self.parser = expat.ParserCreate(namespace_separator=_SEPARATOR)
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self._path: list[str] = []
        self._parts: list[str] | None = None
        self._length = 0
        self._entry: Entry | None = None
        self._blocks = 0
        self._reading: dict[str, str] | None = None
        self._line = 0

    def _doctype(self, *_: object) -> None:
        raise FileUnreadable(
            f"the file declares a document type (line {self.parser.CurrentLineNumber}); "
            "XML with a DOCTYPE, which can define entities, is not read"
        )

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(_SEPARATOR)[2]
        self._path.append(local)
        if len(self._path) > MAX_DEPTH:
            raise FileUnreadable(f"the XML is nested deeper than {MAX_DEPTH} elements, which no Green Button file is")
        line = self.parser.CurrentLineNumber
        if local == "entry" or self._entry is None:
            # A file may also be one resource without an entry around it.
            self._entry = Entry(line)
            self.feed.entries.append(self._entry)
        entry = self._entry
        if local == "link":
            self._link(entry, attributes)
        elif local in ("UsagePoint", "MeterReading", "ReadingType", "IntervalBlock"):
            entry.kinds.add(local)
            if local == "ReadingType":
                entry.reading_type = {}
            elif local == "IntervalBlock":
                self._blocks += 1
                entry.blocks[self._blocks] = line
        elif local == "IntervalReading":
            self._reading, self._line = {}, line
        elif local in _SUMMARIES:
            self.feed.summaries += 1
        self._parts, self._length = [], 0

    def _link(self, entry: Entry, attributes: dict[str, str]) -> None:
        relation, address = attributes.get("rel"), attributes.get("href", "").strip().rstrip("/")
        if relation == "self":
            entry.own = address
        elif relation == "up":
            entry.up = address
        elif relation == "related" and address:
            entry.related.append(address)

    def _text(self, text: str) -> None:
        if self._parts is None:
            return
        self._length += len(text)
        if self._length > MAX_TEXT:
            line = self.parser.CurrentLineNumber
            raise FileUnreadable(
                f"a text is longer than {MAX_TEXT} characters (line {line}), as in no Green Button file"
            )
        self._parts.append(text)

    def _end(self, name: str) -> None:
        local = name.rpartition(_SEPARATOR)[2]
        self._path.pop()
        # Text directly in an element that has elements too is only the space between them.
        text = "".join(self._parts).strip() if self._parts is not None else ""
        self._parts = None
        above = self._path[-1] if self._path else ""
        entry = self._entry
        if entry is None:
            return
        if self._reading is not None:
            self._end_in_reading(local, text)
        elif above == "ReadingType" and entry.reading_type is not None and local in _OF_TYPE:
            entry.reading_type[local] = text
        elif above == "ServiceCategory" and local == "kind":
            entry.service = text
        elif above == "entry" and local == "title":
            entry.title = text
        elif above == "entry" and local == "id":
            entry.ident = text
        elif local == "entry":
            self._entry = None

    def _end_in_reading(self, local: str, text: str) -> None:
        reading = self._reading
        assert reading is not None
        if local != "IntervalReading":
            if local in _OF_READING:
                reading[local] = f"{reading[local]} {text}" if local == "quality" and local in reading else text
            return
        columns = self.feed.readings
        columns.block.append(self._blocks if "IntervalBlock" in self._path else 0)
        columns.line.append(self._line)
        columns.start.append(_whole(reading.get("start", "")))
        columns.duration.append(_whole(reading.get("duration", "")))
        columns.value.append(reading.get("value") or None)
        columns.quality.append(reading.get("quality", ""))
        self._reading = None


def _whole(text: str) -> int:
    """Seconds, up to the year 5138; -1 for every other text."""
    return int(text) if re.fullmatch(r"[0-9]{1,11}", text) else _NO_NUMBER
