"""What a file really is, by its first bytes, and how its text is encoded. Splitting the text is in ``delimited``."""

import codecs
import re
import zipfile
from pathlib import Path

from pipelines.ingest.grid import FileUnreadable

# First bytes of the formats that turn up under a wrong name.
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"PAR1", "a Parquet file"),
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90\x00", "a program"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old or password-protected Office file (.xls)"),
)
_TEXT = "text"
_XLSX = "an Excel workbook"
_PARQUET = "a Parquet file"
_EXPECTED = {
    ".csv": _TEXT,
    ".txt": _TEXT,
    ".tsv": _TEXT,
    ".xlsx": _XLSX,
    ".xlsm": _XLSX,
    ".parquet": _PARQUET,
    ".pq": _PARQUET,
}
_KINDS = {_TEXT: "text", _XLSX: "excel", _PARQUET: "parquet"}
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
# Text with more damaged places than this share of its characters is some other encoding, not text with a few bad rows.
_DAMAGE_LIMIT = 0.05
# In UTF-16 of the wrong byte order, and in binary data, far fewer characters than this share are of a table of numbers.
_TABLE_CHARACTERS = "0123456789.,;:-\t\n\r "
_TABLE_SHARE = 0.3

NEM12, NEM13, ESPI = "nem12", "nem13", "espi"
# Portals put long comments before the first element of an XML file.
_HEAD_BYTES = 1 << 16
_NEM = re.compile(r'\s*"?100"?\s*,\s*"?NEM(1[23])\b', re.IGNORECASE)
# No table has a header that begins so: an exchange file that lost its first record, which its reader then says.
_NEM_HEADLESS = re.compile(r"\s*(?:(200|300)|250)(?:,[^,\r\n]*){8}")
_ESPI = re.compile(
    r"\s*(?>(?:<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>)\s*)*+"
    r"<(?:[\w.-]+:)?(?:feed|entry|UsagePoint|MeterReading|IntervalBlock)[\s/>]",
    re.DOTALL,
)


def exchange_format(path: Path) -> str | None:
    """``NEM12``, ``NEM13`` or ``ESPI`` where the file begins as one of these formats, whatever its name; else null."""
    with path.open("rb") as stream:
        head = stream.read(_HEAD_BYTES)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = head.decode("utf-16", "ignore")
    else:
        text = head.decode("utf-8-sig", "ignore")
    if match := _NEM.match(text):
        return NEM12 if match[1] == "12" else NEM13
    if match := _NEM_HEADLESS.match(text):
        return NEM12 if match[1] else NEM13
    return ESPI if _ESPI.match(text) else None


def file_kind(path: Path) -> str:
    """What the file is to be read as: ``exchange_format`` by its content, else ``text``, ``excel`` or ``parquet``.

    The latter by the file's name and its content together. Raises ``FileUnreadable`` where the name and the content
    disagree (with what the content is), and for empty files and unknown suffixes.
    """
    if exchange := exchange_format(path):
        return exchange
    expected = _EXPECTED.get(path.suffix.lower())
    if expected is None:
        raise FileUnreadable(
            "the file is of a kind that is not read; deliver CSV (.csv, .tsv, .txt), Excel (.xlsx) or .parquet"
        )
    if path.stat().st_size == 0:
        raise FileUnreadable("the file is empty (0 bytes)")
    found = _content(path)
    if found != expected:
        raise FileUnreadable(f"the file is not {_called(expected)} as its name says but {found}; deliver it again")
    return _KINDS[expected]


def _called(expected: str) -> str:
    return "CSV text" if expected == _TEXT else expected


def _content(path: Path) -> str:
    with path.open("rb") as stream:
        head = stream.read(1024)
    if head.startswith(b"PK\x03\x04"):
        return _zip_content(path)
    for magic, name in _MAGIC:
        if head.startswith(magic):
            return name
    start = head.removeprefix(codecs.BOM_UTF8).lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html", b"<table")):
        return "an HTML page"
    if start.startswith((b"<?xml", b"<report", b"<feed")):
        return "an XML document"
    return _TEXT


def _zip_content(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError):
        return "a damaged zip archive or workbook"
    if "xl/workbook.xml" in names:
        return _XLSX
    return "a Word document" if "word/document.xml" in names else "a zip archive"


def decode(data: bytes, declared: str | None) -> tuple[str, str, bool]:
    """The text of a file, the name of its encoding, and whether every byte was understood.

    Declared encodings are kept to; without one a byte order mark decides, then UTF-8 if the bytes are valid, then
    GB18030; bytes with NUL among them may be UTF-16. Places that are not valid become U+FFFD, so that only their rows
    are lost. Raises ``FileUnreadable`` for binary content (NUL bytes), an unknown encoding name, and text that is
    damaged throughout.
    """
    if declared:
        return _lenient(data, declared)
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _lenient(data.removeprefix(mark), encoding)
    if (position := data.find(b"\0")) >= 0:
        if found := _unmarked_utf16(data):
            return found
        raise FileUnreadable(f"the file is binary, not text: byte {position + 1} is NUL")
    for encoding in ("utf-8", "gb18030"):
        try:
            return data.decode(encoding), encoding, True
        except UnicodeDecodeError:
            continue
    tries = [(data.decode(encoding, "replace").count("\ufffd"), encoding) for encoding in ("utf-8", "gb18030")]
    return _lenient(data, min(tries)[1])


def _unmarked_utf16(data: bytes) -> tuple[str, str, bool] | None:
    """UTF-16 without its mark, in the byte order in which the text is a table: mostly digits, separators, line ends."""
    for encoding in ("utf-16-le", "utf-16-be"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text and sum(map(text.count, _TABLE_CHARACTERS)) > _TABLE_SHARE * len(text):
            return text, encoding, True
    return None


def _lenient(data: bytes, encoding: str) -> tuple[str, str, bool]:
    try:
        text = data.decode(encoding, "replace")
    except LookupError:
        raise FileUnreadable(
            f"delivery.yaml names the encoding {encoding!r}, which does not exist; try gb18030 or utf-8"
        ) from None
    damaged = text.count("\ufffd")
    if damaged > _DAMAGE_LIMIT * len(text):
        raise FileUnreadable(f"the file is not text in {encoding}; name its encoding in delivery.yaml (encoding: …)")
    if (position := text.find("\0")) >= 0:
        raise FileUnreadable(f"the file is binary, not text in {encoding}: character {position + 1} is NUL")
    return text.removeprefix("\ufeff"), encoding, damaged == 0
