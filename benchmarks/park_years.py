"""Made-up park-years whose truth is known, with gaps: a load and a solar plant behind one import meter.

Each pattern of gaps is worn by several realisations of the same park, so that the error of the best interval that knows
the pattern can be told from the realisations. Nothing here runs the pipeline; that is in ``uncertainty``.
"""

import csv
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from pipelines.resources import REFERENCE

YEAR = 2025
DAYS = 365
PATTERNS = ("singles", "hours", "days", "weeks", "mixed")
"""Lost intervals here and there; runs of hours; of days; of weeks; 3 % of all intervals and 2 % in long runs."""
_DAY_OF_WEEK = ("monday", *["tuesday_to_thursday"] * 3, "friday", "saturday", "sunday")

Amounts = NDArray[np.int64]
Gaps = NDArray[np.bool_]
Reals = NDArray[np.float64]


@dataclass(frozen=True)
class ParkYears:
    """One row for each park-year, one column for each interval from the start of the year.

    ``import_wh`` and ``solar_wh`` are the truth; where ``*_gap`` is set nothing was delivered. ``pattern`` is the index
    in ``PATTERNS``; park-years of one ``group`` are realisations of one park with one pattern.
    """

    interval_minutes: int
    import_wh: Amounts
    solar_wh: Amounts
    import_gap: Gaps
    solar_gap: Gaps
    pattern: NDArray[np.int64]
    group: NDArray[np.int64]


def make(seed: int, groups: int, realisations: int, days: int = DAYS, interval_minutes: int = 60) -> ParkYears:
    """``groups`` × ``realisations`` park-years of the first ``days`` days of the year; the same seed gives the same."""
    rng = np.random.default_rng(seed)
    steps = 60 // interval_minutes
    intervals = days * 24 * steps
    parks = _Parks(rng, groups)
    pattern = np.arange(groups) % len(PATTERNS)
    import_gap = np.stack([_gaps(rng, PATTERNS[kind], intervals, steps) for kind in pattern])
    together = rng.random(groups) < 0.3
    solar_gap = np.stack(
        [
            import_gap[park] if together[park] else _gaps(rng, PATTERNS[kind], intervals, steps)
            for park, kind in enumerate(pattern)
        ]
    )
    drawn = [parks.realise(rng, days, steps) for _ in range(realisations)]
    return ParkYears(
        interval_minutes=interval_minutes,
        import_wh=np.concatenate([flow for flow, _ in drawn]),
        solar_wh=np.concatenate([flow for _, flow in drawn]),
        import_gap=np.tile(import_gap, (realisations, 1)),
        solar_gap=np.tile(solar_gap, (realisations, 1)),
        pattern=np.tile(pattern, realisations),
        group=np.tile(np.arange(groups), realisations),
    )


class _Parks:
    """What stays the same in all realisations of a park: its size, its week, how restless load and clouds are."""

    def __init__(self, rng: np.random.Generator, parks: int) -> None:
        def between(low: float, high: float) -> Reals:
            return rng.uniform(low, high, (parks, 1))

        self.base_kw = np.exp(rng.normal(8, 1, (parks, 1)))
        self.saturday = between(0.6, 1.0)
        self.sunday = self.saturday * between(0.8, 1.0)
        self.working_hours = between(0.1, 1.0)
        self.season = between(-0.1, 0.2)
        self.day_memory, self.day_noise = between(0.3, 0.9), between(0.02, 0.08)
        self.hour_memory, self.hour_noise = between(0.5, 0.95), between(0.02, 0.08)
        self.noise = between(0.002, 0.02)
        self.solar = between(0.1, 0.6)
        self.cloud_memory = between(0.2, 0.7)

    def realise(self, rng: np.random.Generator, days: int, steps: int) -> tuple[Amounts, Amounts]:
        """Import and solar generation in Wh of each interval, ``steps`` of them in an hour."""
        intervals = days * 24 * steps
        hour = np.arange(intervals) / steps % 24
        day = np.arange(intervals) // (24 * steps)
        load = self._load(rng, hour, day, days, steps)
        solar = self._solar(rng, hour, day, days, steps)
        imported = np.maximum(load - solar, 0.01 * self.base_kw)
        return np.round(imported * 1000 / steps).astype(np.int64), np.round(solar * 1000 / steps).astype(np.int64)

    def _load(self, rng: np.random.Generator, hour: Reals, day: Amounts, days: int, steps: int) -> Reals:
        levels = {"saturday": self.saturday, "sunday": self.sunday, "monday": 0.97 + 0 * self.sunday}
        week = np.concatenate([levels.get(kind, 1 + 0 * self.sunday) for kind in _day_types(days)], axis=1)
        shape = 1 + self.working_hours * np.exp(-(((hour - 13.5) / 4.5) ** 2))
        season = 1 + self.season * np.cos(2 * np.pi * (day - 200) / DAYS)
        daily = _remembering(rng, days, self.day_memory) * self.day_noise
        hourly = _remembering(rng, hour.size, self.hour_memory ** (1 / steps)) * self.hour_noise
        restless = 1 + daily[:, day] + hourly + self.noise * rng.standard_normal((len(week), hour.size))
        load: Reals = np.maximum(self.base_kw * week[:, day] * shape * season * restless, 0.2 * self.base_kw)
        return load

    def _solar(self, rng: np.random.Generator, hour: Reals, day: Amounts, days: int, steps: int) -> Reals:
        summer = np.cos(2 * np.pi * (day - 172) / DAYS)
        height = np.cos(np.pi * (hour + 0.5 / steps - 12) / (12 + 2.5 * summer))
        clear = np.maximum(height, 0) ** 1.2 * (np.abs(hour - 12) < 8) * (0.85 + 0.15 * summer)
        sky = 0.25 + 0.75 / (1 + np.exp(-1.5 * _remembering(rng, days, self.cloud_memory) - 0.8))
        passing = _remembering(rng, hour.size, np.full_like(self.solar, 0.7 ** (1 / steps)))
        clouds = sky[:, day] + passing * 0.15 * (1.05 - sky[:, day])
        solar: Reals = self.solar * self.base_kw * clear * np.clip(clouds, 0.03, 1.05)
        return solar


def _remembering(rng: np.random.Generator, length: int, memory: Reals) -> Reals:
    """Noise of variance 1 for each park, in which each value remembers the one before."""
    noise = rng.standard_normal((len(memory), length))
    fresh = np.sqrt(1 - memory[:, 0] ** 2)
    for at in range(1, length):
        noise[:, at] = memory[:, 0] * noise[:, at - 1] + fresh * noise[:, at]
    return noise


def _day_types(days: int) -> list[str]:
    """The type of each day, holidays and working weekends as the notices have them."""
    with (REFERENCE / "holidays.csv").open(encoding="utf-8", newline="") as stream:
        special = {row["day"]: row["counts_as"] for row in csv.DictReader(stream)}
    dates = [date(YEAR, 1, 1) + timedelta(days=number) for number in range(days)]
    return [special.get(day.isoformat(), _DAY_OF_WEEK[day.weekday()]) for day in dates]


def _gaps(rng: np.random.Generator, pattern: str, intervals: int, steps: int) -> Gaps:
    """Which intervals of a meter are missing. ``steps`` intervals make an hour."""
    gaps = np.zeros(intervals, dtype=bool)
    if pattern == "singles":
        gaps |= rng.random(intervals) < rng.uniform(0.005, 0.05)
    elif pattern == "hours":
        _runs(rng, gaps, rng.uniform(0.005, 0.03), 3 * steps, 14 * steps)
    elif pattern == "days":
        _runs(rng, gaps, rng.uniform(0.005, 0.03), 20 * steps, 80 * steps)
    elif pattern == "weeks":
        _runs(rng, gaps, rng.uniform(0.01, 0.03), 96 * steps, 300 * steps)
    else:
        _runs(rng, gaps, 0.02, 24 * steps, 240 * steps)
        gaps |= rng.random(intervals) < 0.03
    return gaps


def _runs(rng: np.random.Generator, gaps: Gaps, share: float, shortest: int, longest: int) -> None:
    """Sets runs of ``shortest`` to ``longest`` intervals until ``share`` of all is missing."""
    while gaps.sum() < share * gaps.size:
        length = int(rng.integers(shortest, longest + 1))
        start = int(rng.integers(0, gaps.size - length))
        gaps[start : start + length] = True
