"""The path of a park to the end of its construction period: what each year must bring to reach the limit.

Pure arithmetic on one row of ``metrics.trajectory``. The forecast itself and its band are SQL
(``sql/metrics/trajectory.sql``); printing is in ``commands.trajectory``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

PathState = Literal["open", "reached", "due", "past", "unknown", "no_limit", "no_forecast"]


@dataclass(frozen=True)
class PathYear:
    """One year of the path: the intensity it must reach, in equal steps and by a constant factor.

    Intensities are in tCO2/tce. ``steps_*`` and ``factor_*`` are what that year must avoid more than the year before,
    with C as in the forecast: in tCO2, and in MWh of residual power replaced by green power.
    """

    year: int
    steps_intensity: float
    steps_tco2: float
    steps_mwh: float
    factor_intensity: float
    factor_tco2: float
    factor_mwh: float


@dataclass(frozen=True)
class Path:
    """Whether there is a path from ``from_year`` to ``build_end``, and its years.

    ``state``: ``open`` has years; ``reached``: the intensity is at or below the limit already; ``due``: the
    construction period ends with the forecast year; ``past``: it ended before; ``unknown``: no list says when;
    ``no_limit``: the park is below the floor; ``no_forecast``: there is no intensity to start from.
    """

    state: PathState
    from_year: int
    build_end: int | None
    years: tuple[PathYear, ...]


def path_of(row: Mapping[str, Any], residual_factor: float) -> Path:
    """The path that a row of ``metrics.trajectory`` begins; ``residual_factor`` in tCO2/MWh.

    Equal steps: I - k x (I - L) / n. Constant factor: I x (L / I)^(k / n). Both end at the limit L in ``build_end``,
    n years after the forecast year. Avoided in year k at constant C: (I of year k - 1, less I of year k) x C.
    """
    state = _state(row)
    if state != "open":
        return Path(state, row["year"], row["build_end"], ())
    start, step, factor = row["intensity_tco2_per_tce"], row["path_step_tco2_per_tce"], row["path_factor"]
    energy_tce = float(row["energy_tce"])
    years = []
    for number in range(1, row["years_left"] + 1):
        steps_tco2 = step * energy_tce
        reached = start * factor**number
        factor_tco2 = (start * factor ** (number - 1) - reached) * energy_tce
        years.append(
            PathYear(
                year=row["year"] + number,
                steps_intensity=start - number * step,
                steps_tco2=steps_tco2,
                steps_mwh=steps_tco2 / residual_factor,
                factor_intensity=reached,
                factor_tco2=factor_tco2,
                factor_mwh=factor_tco2 / residual_factor,
            )
        )
    return Path("open", row["year"], row["build_end"], tuple(years))


def _state(row: Mapping[str, Any]) -> PathState:
    intensity, limit, left = row["intensity_tco2_per_tce"], row["limit_tco2_per_tce"], row["years_left"]
    if intensity is None:
        return "no_forecast"
    if limit is None:
        return "no_limit"
    if intensity <= limit:
        return "reached"
    if left is None:
        return "unknown"
    if left < 0:
        return "past"
    return "due" if left == 0 else "open"
