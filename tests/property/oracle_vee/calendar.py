"""The type of a day in China: Mon, Tue-Thu, Fri, Sat, Sun; public holidays and working weekends move it."""

from collections.abc import Iterable, Mapping
from datetime import date

WEEKDAYS = ("monday", *["tuesday_to_thursday"] * 3, "friday", "saturday", "sunday")


def day_types(moments: Iterable[date], counts_as: Mapping[date, str]) -> dict[date, str]:
    """The type of each day; ``counts_as`` names it for the days that the holiday notices move."""
    return {moment: counts_as.get(moment, WEEKDAYS[moment.weekday()]) for moment in moments}
