"""The interval of the intensity over made-up park-years whose truth is known, run through the models themselves.

A hundred park-years of four months; two thousand whole ones are in ``benchmarks.uncertainty``.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.park_years import ParkYears, make
from benchmarks.uncertainty import Found, judge, run

DAYS = 120


@pytest.fixture(scope="module")
def years() -> ParkYears:
    return make(seed=3, groups=20, realisations=5, days=DAYS)


@pytest.fixture(scope="module")
def found(years: ParkYears, tmp_path_factory: pytest.TempPathFactory) -> Found:
    return run(years, tmp_path_factory.mktemp("uncertainty"))


def test_the_interval_holds_the_truth_as_often_as_it_says(found: Found) -> None:
    # Of a hundred intervals at 95 %, fewer than 88 hold it once in two thousand times.
    assert judge(found).coverage >= 0.88


def test_the_interval_is_not_decorative(found: Found) -> None:
    assert judge(found).width_ratio <= 1.5


def test_the_interval_holds_the_published_intensity(found: Found) -> None:
    assert (found.low <= found.intensity).all()
    assert (found.intensity <= found.high).all()
    assert (found.low < found.high).all()


def test_complete_readings_leave_nothing_uncertain(tmp_path: Path) -> None:
    years = make(seed=4, groups=5, realisations=1, days=31)
    whole = replace(years, import_gap=np.zeros_like(years.import_gap), solar_gap=np.zeros_like(years.solar_gap))
    found = run(whole, tmp_path)
    assert (found.low == found.intensity).all()
    assert (found.high == found.intensity).all()
    assert found.intensity == pytest.approx(found.truth, rel=1e-6)


def test_threads_do_not_change_a_digit(tmp_path: Path) -> None:
    years = make(seed=5, groups=10, realisations=1, days=59)
    one, several = (run(years, tmp_path / str(threads), threads) for threads in (1, 3))
    assert one.low.tobytes() == several.low.tobytes()
    assert one.high.tobytes() == several.high.tobytes()
