"""Time texts into the local moment that closes the interval."""

import polars as pl
import pytest

from pipelines.ingest.timestamps import KNOWN_PATTERNS, TimeRule, format_pattern, interval_ends, iso_dates, iso_months


def end(text: str, **rule) -> str | None:
    return interval_ends(pl.Series([text], dtype=pl.String), TimeRule(**rule)).item()


def formatted(text: str, form: str, **rule) -> str | None:
    return end(text, patterns=(format_pattern(form),), **rule)


@pytest.mark.parametrize(
    "text",
    [
        "2018-03-01T00:15",
        "2018-03-01 00:15:00",
        "2018-3-1 0:15",
        "2018/3/1 0:15",
        "2018.03.01 00:15:00.000",
        "2018年3月1日0:15",
        "2018年3月1日 0时15分",
        "20180301 0015",
        "201803010015",
        "20180301T001500",
        "2018-02-28T16:15Z",
        "2018-02-28T16:15:00+00:00",
        "2018-03-01T01:15+0900",
    ],
)
def test_one_moment_in_many_writings(text):
    assert end(text) == "2018-03-01T00:15:00"


@pytest.mark.parametrize("text", ["2018-02-28T24:00", "20180228 2400", "2018/2/28 24:00:00", "2018-03-01"])
def test_24_hours_are_the_next_midnight(text):
    assert end(text) == "2018-03-01T00:00:00"


@pytest.mark.parametrize(
    "text",
    ["2018-02-29 00:15", "2018-13-01", "2018-03-01 24:15", "2018-03-01 25:00", "2018-03-01 00:60", "1/3/2018", "x", ""],
)
def test_what_is_no_moment_is_null(text):
    assert end(text) is None


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("1/3/2018 0:15", "%d/%m/%Y %H:%M"),
        ("01/03/2018  00:15", "%d/%m/%Y %H:%M"),
        ("20180301", "%Y%m%d"),
        ("180301001500", "%y%m%d%H%M%S"),
        ("03/01/2018 12:15 am", "%m/%d/%Y %I:%M %p"),
        ("2018-03-01 01:15 +09:00", "%Y-%m-%d %H:%M %z"),
    ],
)
def test_declared_format(text, form):
    expected = "2018-03-01T00:00:00" if form == "%Y%m%d" else "2018-03-01T00:15:00"
    assert formatted(text, form) == expected


def test_declared_format_is_kept_to_and_knows_24_hours():
    assert formatted("2018-03-01 0:15", "%d/%m/%Y %H:%M") is None
    assert formatted("28/02/2018 24:00", "%d/%m/%Y %H:%M") == "2018-03-01T00:00:00"
    assert formatted("2018031", "%Y%m%d") is None


@pytest.mark.parametrize("form", ["%Y-%m", "%Y-%m-%d %j", "%Y-%m-%d %Y", "%H:%M"])
def test_formats_that_cannot_give_a_moment(form):
    with pytest.raises(ValueError, match="time format"):
        format_pattern(form)


def test_start_marks_and_daily_values():
    assert end("2018-03-01 23:45", start_minutes=15) == "2018-03-02T00:00:00"
    assert end("2018/3/1", start_minutes=1440) == "2018-03-02T00:00:00"


def test_midnight_that_closes_its_own_day():
    assert end("2018-03-01 0:00", midnight_ends_day=True) == "2018-03-02T00:00:00"
    assert end("2018-03-01 0:15", midnight_ends_day=True) == "2018-03-01T00:15:00"


@pytest.mark.parametrize("zone", ["Asia/Seoul", "+09:00", "UTC+9"])
def test_zone_of_texts_without_offset(zone):
    assert end("2018-03-01 00:00", zone=zone) == "2018-02-28T23:00:00"
    assert end("2018-03-01 00:00Z", zone=zone) == "2018-03-01T08:00:00"


def test_day_of_a_zone_with_summer_time_has_its_own_length():
    assert end("2018-10-28", zone="Europe/Berlin", start_minutes=1440) == "2018-10-29T07:00:00"


def test_repeated_hour_goes_by_the_order_of_each_meter():
    texts = pl.Series(["2018-10-28 02:00", "2018-10-28 02:00", "2018-10-28 02:00", "2018-10-28 03:00"])
    meters = pl.Series(["a", "b", "a", "a"])
    ends = interval_ends(texts, TimeRule(KNOWN_PATTERNS, zone="Europe/Berlin"), meters)
    assert ends.to_list() == [
        "2018-10-28T08:00:00",
        "2018-10-28T08:00:00",
        "2018-10-28T09:00:00",
        "2018-10-28T10:00:00",
    ]
    assert end("2018-03-25 02:30", zone="Europe/Berlin") is None


def test_the_repeated_hour_that_is_sent_again_has_both_its_moments_again():
    texts = pl.Series(["2018-10-28 02:00"] * 4)
    ends = interval_ends(texts, TimeRule(zone="Europe/Berlin"), pl.Series(["a"] * 4))
    assert ends.to_list() == ["2018-10-28T08:00:00", "2018-10-28T09:00:00"] * 2


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2018-03-31", "2018-04-01T00:00:00"),
        ("20180331", "2018-04-01T00:00:00"),
        ("2018年3月31日", "2018-04-01T00:00:00"),
        ("20180331 2400", "2018-04-01T00:00:00"),
        ("2018-03-31 00:00", "2018-03-31T00:00:00"),
    ],
)
def test_a_date_that_includes_its_day(text, moment):
    assert end(text, date_includes_day=True) == moment


def test_a_date_of_a_declared_format_includes_its_day():
    assert formatted("31.03.2018", "%d.%m.%Y", date_includes_day=True) == "2018-04-01T00:00:00"
    assert formatted("31.03.2018 00:00", "%d.%m.%Y %H:%M", date_includes_day=True) == "2018-03-31T00:00:00"
    assert formatted("31.03.2018 12:00 am", "%d.%m.%Y %I:%M %p", date_includes_day=True) == "2018-03-31T00:00:00"


def test_full_width_times():
    assert end("２０１８／３／１　００：１５") == "2018-03-01T00:15:00"


def test_dates_and_months_in_other_writings():
    dates = ["2018-03-01", "2018/3/1", "20180301", "2018年3月1日", "2018-03-01 00:00:00", "2018-03-01T08:00", "soon"]
    months = ["2018-03", "2018/3", "201803", "2018年3月", "2018-03-01", "2018-03-01 00:00:00", "2018-03-02"]
    frame = pl.DataFrame({"d": dates, "m": months}).select(iso_dates(pl.col("d")), iso_months(pl.col("m")))
    assert frame["d"].to_list() == ["2018-03-01"] * 5 + ["2018-03-01T08:00", "soon"]
    assert frame["m"].to_list() == ["2018-03"] * 6 + ["2018-03-02"]
