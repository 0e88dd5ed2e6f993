"""How load, sun, wind and rivers move through a year, as arrays of positive numbers with mean 1.

Pure functions of the interval starts and a random generator. Sizes (MW, GWh) and the balance do not belong here.
"""

from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

Series = NDArray[np.float64]

SPRING_FESTIVAL = {2025: date(2025, 1, 29), 2026: date(2026, 2, 17)}
"""Lunar new year's day, around which industry stops."""

LATITUDE_AND_NOON = {
    "North": (39.0, 12.2),
    "Northeast": (44.5, 11.5),
    "East": (31.0, 12.0),
    "Central": (30.0, 12.4),
    "South": (24.0, 12.6),
    "Southwest": (29.5, 13.1),
    "Northwest": (39.0, 13.6),
}
"""Latitude in degrees and hour of the solar noon (one time zone spans China) by grid region."""


class Clock:
    """The intervals of one year: hour of the day at mid-interval, day index, weekday, days from the spring festival."""

    def __init__(self, year: int, interval_minutes: int) -> None:
        self.year = year
        self.interval_minutes = interval_minutes
        self.per_day = 1440 // interval_minutes
        start = datetime(year, 1, 1)  # noqa: DTZ001  (wall time of Asia/Shanghai throughout)
        self.days = (datetime(year + 1, 1, 1) - start).days  # noqa: DTZ001
        self.count = self.days * self.per_day
        slots = np.arange(self.count)
        self.day = slots // self.per_day
        self.hour = (slots % self.per_day + 0.5) * interval_minutes / 60
        self.weekday = (self.day + start.weekday()) % 7
        self.from_festival = self.day - (SPRING_FESTIVAL[year] - start.date()).days
        self.ends = np.datetime64(start, "us") + (slots + 1) * np.timedelta64(timedelta(minutes=interval_minutes))
        self.month = (self.ends - np.timedelta64(1, "us")).astype("datetime64[M]").astype(int) % 12 + 1


def _unit_mean(series: Series) -> Series:
    unit: Series = series / series.mean()
    return unit


def weather(clock: Clock, random: np.random.Generator, hours: float) -> Series:
    """A smooth standard-normal signal whose memory is about ``hours`` long."""
    knots = np.arange(-1, int(clock.days * 24 / hours) + 3) * hours
    positions = clock.day * 24 + clock.hour
    return np.interp(positions, knots, random.standard_normal(len(knots)))


def _season(clock: Clock, peak_day: int, swing: float) -> Series:
    return 1 + swing * np.cos(2 * np.pi * (clock.day - peak_day) / clock.days)


def _holiday(clock: Clock, depth: float) -> Series:
    """1 on ordinary days, ``1 - depth`` from six days before the festival to eight after it, with shoulders."""
    distance = np.abs(clock.from_festival - 1.0)
    factor: Series = 1 - depth * np.clip((10.0 - distance) / 3.0, 0.0, 1.0)
    return factor


def load(clock: Clock, kind: str, random: np.random.Generator) -> Series:
    """Industrial use with mean 1: ``continuous`` furnaces, ``shift`` work, or a ``data`` centre."""
    noise = 1 + 0.02 * weather(clock, random, 3) + 0.015 * weather(clock, random, 72)
    summer = _season(clock, 205, 0.05)
    if kind == "continuous":
        return _unit_mean(noise * summer * _holiday(clock, 0.15))
    if kind == "data":
        afternoon = 1 + 0.04 * np.cos(2 * np.pi * (clock.hour - 15) / 24)
        return _unit_mean(noise * afternoon * _season(clock, 205, 0.09))
    working = 0.62 + 0.38 / (1 + np.exp(-1.6 * (clock.hour - 7.5))) - 0.25 / (1 + np.exp(-1.4 * (clock.hour - 21)))
    lunch = 1 - 0.08 * np.exp(-(((clock.hour - 12.3) / 0.7) ** 2))
    weekend = np.where(clock.weekday == 6, 0.62, np.where(clock.weekday == 5, 0.85, 1.0))
    return _unit_mean(noise * summer * working * lunch * weekend * _holiday(clock, 0.6))


def solar(clock: Clock, grid_region: str, random: np.random.Generator) -> Series:
    """Photovoltaic output with mean 1: sun's height at the region's latitude, cloudy spells, zero at night."""
    latitude, noon = LATITUDE_AND_NOON[grid_region.split(" ", maxsplit=1)[0]]
    declination = np.radians(23.45) * np.sin(2 * np.pi * (clock.day - 80) / 365)
    angle = np.radians(latitude)
    hour_angle = np.radians(15 * (clock.hour - noon))
    height = np.sin(angle) * np.sin(declination) + np.cos(angle) * np.cos(declination) * np.cos(hour_angle)
    clouds = np.clip(0.78 + 0.25 * weather(clock, random, 24) + 0.08 * weather(clock, random, 2), 0.12, 1.0)
    return _unit_mean(np.maximum(height, 0.0) ** 1.15 * clouds)


def wind(clock: Clock, random: np.random.Generator) -> Series:
    """Wind-farm output with mean 1: weather fronts of a day and a half, windier springs and nights, a rated limit."""
    speed = 7.6 * _season(clock, 75, 0.10) * (1 + 0.04 * np.cos(2 * np.pi * (clock.hour - 2) / 24))
    speed = np.maximum(speed + 2.4 * weather(clock, random, 36) + 0.7 * weather(clock, random, 2), 0.0)
    power = np.clip((speed**3 - 27.0) / (11.5**3 - 27.0), 0.0, 1.0)
    return _unit_mean(np.where(speed > 24.0, 0.0, power))


def hydro(clock: Clock, random: np.random.Generator) -> Series:
    """River power with mean 1: high in the rains from June to October, steady within the day."""
    return _unit_mean(np.maximum(_season(clock, 225, 0.22) + 0.05 * weather(clock, random, 240), 0.2))


def steady(clock: Clock, random: np.random.Generator) -> Series:
    """Plant that follows a process (heat-led co-generation, waste heat, nuclear): winter high, small swings."""
    return _unit_mean(_season(clock, 15, 0.06) * (1 + 0.03 * weather(clock, random, 12)))
