"""The path to the end of the construction period: both ways end at the limit, and what they avoid adds up."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.scenario.trajectory import path_of


def row(intensity: float | None, limit: float | None, left: int | None, energy_tce: float = 300_000) -> dict[str, Any]:
    """A row of ``metrics.trajectory`` as far as a path is made from it."""
    open_path = None not in (intensity, limit, left) and intensity > limit and left > 0
    return {
        "year": 2026,
        "intensity_tco2_per_tce": intensity,
        "limit_tco2_per_tce": limit,
        "energy_tce": energy_tce,
        "build_end": None if left is None else 2026 + left,
        "years_left": left,
        "path_factor": (limit / intensity) ** (1 / left) if open_path else None,
        "path_step_tco2_per_tce": (intensity - limit) / left if open_path else None,
    }


@given(
    intensity=st.floats(0.31, 5), limit=st.sampled_from([0.2, 0.3]), left=st.integers(1, 10), tce=st.floats(2e5, 5e6)
)
def test_both_ways_reach_the_limit_and_avoid_the_same_in_all(
    intensity: float, limit: float, left: int, tce: float
) -> None:
    path = path_of(row(intensity, limit, left, tce), 0.8325)
    assert (path.state, [year.year for year in path.years]) == ("open", list(range(2027, 2027 + left)))
    last = path.years[-1]
    assert last.steps_intensity == pytest.approx(limit)
    assert last.factor_intensity == pytest.approx(limit)
    needed = (intensity - limit) * tce
    assert sum(year.steps_tco2 for year in path.years) == pytest.approx(needed)
    assert sum(year.factor_tco2 for year in path.years) == pytest.approx(needed)
    assert sum(year.factor_mwh for year in path.years) == pytest.approx(needed / 0.8325)
    for earlier, later in pairwise(path.years):
        assert later.steps_tco2 == pytest.approx(earlier.steps_tco2)
        assert later.factor_intensity / earlier.factor_intensity == pytest.approx((limit / intensity) ** (1 / left))
        assert later.factor_tco2 < earlier.factor_tco2  # a constant factor avoids most at first


@pytest.mark.parametrize(
    ("intensity", "limit", "left", "state"),
    [
        (0.5, 0.2, 0, "due"),
        (0.5, 0.2, -1, "past"),
        (0.5, 0.2, None, "unknown"),
        (0.2, 0.2, 3, "reached"),
        (0.1, 0.2, -1, "reached"),
        (0.5, None, 3, "no_limit"),
        (None, None, 3, "no_forecast"),
    ],
)
def test_where_there_is_no_path_it_says_why(
    intensity: float | None, limit: float | None, left: int | None, state: str
) -> None:
    path = path_of(row(intensity, limit, left), 0.8325)
    assert (path.state, path.years) == (state, ())
