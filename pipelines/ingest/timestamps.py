"""Delivered time texts into the naive Asia/Shanghai ISO text of the moment in which the interval ends; dates, months.

Works on the distinct texts of a column only, with one regular expression per format, so that ``24:00``, unpadded days
and offsets are understood in every format alike. A text that is not understood becomes null here.
"""

import re
from dataclasses import dataclass
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import polars as pl

from pipelines.ingest.numbers import ascii_digits

LOCAL_ZONE = "Asia/Shanghai"
_LOCAL_OFFSET_MINUTES = 8 * 60
_DAY_MINUTES = 1440
_OFFSET = r"\s*(?P<z>Z|z|[+-]\d{2}:?\d{2})"
_CLOCK = r"(?P<H>\d{1,2})[:：时]?(?P<M>\d{2})分?(?:[:：]?(?P<S>\d{2})秒?(?:[.,](?P<f>\d+))?)?"
_TIME = rf"{_CLOCK}(?:{_OFFSET})?"
_ISO = rf"^(?P<Y>\d{{4}})[-/.年](?P<m>\d{{1,2}})[-/.月](?P<d>\d{{1,2}})(?:日?\s*$|(?:日\s*|[T\s]+){_TIME}\s*$)"
_COMPACT = rf"^(?P<Y>\d{{4}})(?P<m>\d{{2}})(?P<d>\d{{2}})(?:[T\s]*{_TIME})?\s*$"
KNOWN_PATTERNS = (_ISO, _COMPACT)
_MONTH = r"^(\d{4})[-/.年]?(\d{1,2})(?:月|[-/.月]0?1日?(?:[T\s]+00:00:00)?)?$"
_DIRECTIVES = {"Y": 4, "y": 2, "m": 2, "d": 2, "H": 2, "I": 2, "M": 2, "S": 2}


def format_pattern(text: str) -> str:
    """The regular expression of a ``strptime`` format, whole text, with a group per directive.

    Directives next to each other (``%Y%m%d``) have their full width, others may be without leading zeros. Raises
    ``ValueError`` for a directive other than ``%Y %y %m %d %H %I %M %S %f %p %z`` and for one used twice.
    """
    pieces = re.findall(r"%.|[^%]+|%$", text)
    pattern, seen = "", set[str]()
    for position, piece in enumerate(pieces):
        if not piece.startswith("%"):
            pattern += re.sub(r"(?:\\\s)+|\s+", r"\\s+", re.escape(piece))
            continue
        letter = piece[1:]
        if letter in seen:
            raise ValueError(f"the time format {text!r} has %{letter} twice")
        seen.add(letter)
        if letter in _DIRECTIVES:
            width = _DIRECTIVES[letter]
            alone = not any(
                0 <= i < len(pieces) and pieces[i][:1] == "%" and pieces[i][1:] in _DIRECTIVES
                for i in (position - 1, position + 1)
            )
            pattern += rf"(?P<{letter}>\d{{{1 if alone and width == 2 else width},{width}}})"
        elif letter in {"f", "p", "z"}:
            pattern += {"f": r"(?P<f>\d+)", "p": r"(?P<p>[AaPp][Mm])", "z": _OFFSET}[letter]
        else:
            raise ValueError(f"the time format {text!r} has {piece}; known are %Y %y %m %d %H %I %M %S %f %p %z")
    if not {"m", "d"} <= seen or not seen & {"Y", "y"}:
        raise ValueError(f"the time format {text!r} needs a year, a month and a day (%Y %m %d)")
    return rf"^{pattern}\s*$"


def check_zone(zone: str) -> str:
    """The zone as given. Raises ``ValueError`` unless it is an IANA name or an offset such as ``+09:00``."""
    if _offset_minutes(zone) is None:
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"{zone!r} is no time zone; write a name such as Asia/Seoul or +09:00") from None
    return zone


def _offset_minutes(zone: str) -> int | None:
    match = re.fullmatch(r"(?:UTC|GMT)?([+-])(\d{1,2}):?(\d{2})?", zone)
    if not match:
        return None
    sign, hours, minutes = match.groups()
    return (-1 if sign == "-" else 1) * (int(hours) * 60 + int(minutes or 0))


@dataclass(frozen=True)
class TimeRule:
    """How a column of time texts is to be understood.

    ``patterns``: tried in turn. ``start_minutes``: length of the interval whose start the text marks, 0 where it marks
    the end. ``zone``: of texts without an offset. ``midnight_ends_day``: a label 0:00 closes the day that it names.
    ``date_includes_day``: a date without a time is the end of that day.
    """

    patterns: tuple[str, ...] = KNOWN_PATTERNS
    start_minutes: int = 0
    zone: str = LOCAL_ZONE
    midnight_ends_day: bool = False
    date_includes_day: bool = False


def interval_ends(texts: pl.Series, rule: TimeRule, meters: pl.Series | None = None) -> pl.Series:
    """``YYYY-MM-DDTHH:MM:SS`` (Asia/Shanghai, no offset) for each text, null where it is not understood.

    Where clocks are set back, a label stands for two moments: of a meter's rows with it, the first is the earlier one
    and the second the later one; where the rows are repeated, so is that order.
    """
    distinct = pl.DataFrame({"text": texts.unique().drop_nulls()})
    distinct = distinct.with_columns(written=ascii_digits(pl.col("text")))
    distinct = distinct.with_columns(first=_moment(rule, "earliest"), second=_moment(rule, "latest"))
    rows = pl.DataFrame({"text": texts}).join(distinct, on="text", how="left", maintain_order="left")
    end = pl.col("first")
    if distinct.select((pl.col("first") != pl.col("second")).any()).item():
        rows = rows.with_columns(meter=meters if meters is not None else pl.lit(""))
        end = pl.when(pl.int_range(pl.len()).over("meter", "text") % 2 == 0).then("first").otherwise("second")
    return rows.select(end.dt.strftime("%Y-%m-%dT%H:%M:%S").alias(texts.name)).to_series()


Ambiguous = Literal["earliest", "latest"]
"""Which of the two moments a label of the repeated hour means, when clocks go back."""


def _moment(rule: TimeRule, ambiguous: Ambiguous) -> pl.Expr:
    return pl.coalesce(*(_parsed(pattern, rule, ambiguous) for pattern in rule.patterns))


def _parsed(pattern: str, rule: TimeRule, ambiguous: Ambiguous) -> pl.Expr:
    """The local moment that a text means under one pattern, as naive Datetime; null if it does not fit."""
    names = set(re.compile(pattern).groupindex)
    groups = pl.col("written").str.extract_groups(pattern)

    def number(name: str) -> pl.Expr:
        return groups.struct.field(name).cast(pl.Int64).fill_null(0) if name in names else pl.lit(0, pl.Int64)

    year = groups.struct.field("Y") if "Y" in names else pl.lit("20") + groups.struct.field("y")
    day = pl.concat_str(
        year, groups.struct.field("m").str.zfill(2), groups.struct.field("d").str.zfill(2), separator="-"
    ).str.to_date("%Y-%m-%d", strict=False)
    clock = next((name for name in ("H", "I") if name in names), None)
    hours = number("H")
    if "I" in names:
        afternoon = groups.struct.field("p").str.to_lowercase() == "pm" if "p" in names else pl.lit(value=False)
        hours = number("I") % 12 + pl.when(afternoon).then(12).otherwise(0)
    seconds = hours * 3600 + number("M") * 60 + number("S")
    valid = (number("M") < 60) & (number("S") < 60) & (seconds <= 86400) & (number("f") == 0)
    if rule.midnight_ends_day:
        seconds = pl.when(seconds == 0).then(86400).otherwise(seconds)
    if rule.date_includes_day:
        has_time = groups.struct.field(clock).is_not_null() if clock else pl.lit(value=False)
        seconds = pl.when(has_time).then(seconds).otherwise(86400)
    # A daily value covers a calendar day of its own zone; a shorter interval has a fixed length.
    before, after = (rule.start_minutes, 0) if rule.start_minutes >= _DAY_MINUTES else (0, rule.start_minutes)
    named = day.cast(pl.Datetime("us")) + pl.duration(seconds=seconds, minutes=before)
    local = pl.when(valid).then(named).otherwise(None)
    shifted = _to_shanghai(local, rule.zone, ambiguous)
    if "z" in names:
        offset = groups.struct.field("z")
        digits = pl.when(offset.str.to_lowercase() == "z").then(pl.lit("+0000")).otherwise(offset.str.replace(":", ""))
        minutes = digits.str.slice(1, 2).cast(pl.Int64) * 60 + digits.str.slice(3, 2).cast(pl.Int64)
        signed = pl.when(digits.str.starts_with("-")).then(-minutes).otherwise(minutes)
        moved = local + pl.duration(minutes=_LOCAL_OFFSET_MINUTES - signed)
        shifted = pl.when(offset.is_null()).then(shifted).otherwise(moved)
    return shifted + pl.duration(minutes=after)


def _to_shanghai(local: pl.Expr, zone: str, ambiguous: Ambiguous) -> pl.Expr:
    if zone == LOCAL_ZONE:
        return local
    if (offset := _offset_minutes(zone)) is not None:
        return local + pl.duration(minutes=_LOCAL_OFFSET_MINUTES - offset)
    aware = local.dt.replace_time_zone(zone, ambiguous=ambiguous, non_existent="null")
    return aware.dt.convert_time_zone(LOCAL_ZONE).dt.replace_time_zone(None)


def iso_dates(texts: pl.Expr) -> pl.Expr:
    """``YYYY-MM-DD`` for dates written another way (2018/3/1, 20180301, 2018年3月1日, a date at 0:00); others as is."""
    groups = [ascii_digits(texts).str.extract_groups(pattern) for pattern in KNOWN_PATTERNS]
    return pl.coalesce(*(_plain_date(group) for group in groups), texts).alias(texts.meta.output_name())


def _plain_date(group: pl.Expr) -> pl.Expr:
    time = pl.concat_str([group.struct.field(name).fill_null("") for name in ("H", "M", "S", "f", "z")])
    parts = [group.struct.field("Y"), *(group.struct.field(name).str.zfill(2) for name in ("m", "d"))]
    return pl.when(time.str.contains("^0*$")).then(pl.concat_str(parts, separator="-"))


def iso_months(texts: pl.Expr) -> pl.Expr:
    """``YYYY-MM`` for months written another way (2018年3月, 2018/3, 201803) or as their first day; others as is."""
    written = ascii_digits(texts)
    parts = written.str.extract(_MONTH, 1) + "-" + written.str.extract(_MONTH, 2).str.zfill(2)
    return pl.coalesce(parts, texts).alias(texts.meta.output_name())
