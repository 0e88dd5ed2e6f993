"""The package's holidays against the calendar that came with the readings of a real park, 2015 and 2016."""

import csv
from datetime import date
from pathlib import Path

from pipelines.resources import REFERENCE

CALENDAR = "01_tianchi_yangzhong_daily/calendar_cn_2015-2016.csv"
WRONG_IN_THE_CALENDAR = {date(2015, 9, 28), date(2016, 4, 5), date(2016, 5, 3)}
"""Days off by the calendar only. The notices give no day in lieu for the first, and another one for the other two."""


def test_days_off_agree_but_for_three_which_the_notices_contradict(real_data: Path) -> None:
    with (real_data / CALENDAR).open(encoding="utf-8", newline="") as stream:
        days = {date.fromisoformat(row["record_date"]): row["is_holiday"] == "1" for row in csv.DictReader(stream)}
    assert len(days) == 670
    with (REFERENCE / "holidays.csv").open(encoding="utf-8", newline="") as stream:
        kinds = {date.fromisoformat(row["day"]): row["kind"] for row in csv.DictReader(stream)}

    def is_off(day: date) -> bool:
        return kinds[day] == "holiday" if day in kinds else day.weekday() >= 5

    assert {day for day, off in days.items() if off != is_off(day)} == WRONG_IN_THE_CALENDAR
