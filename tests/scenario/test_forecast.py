"""The forecast of a year: right by a second writing with scipy, and as good as it says on years whose end is hidden."""

from collections.abc import Iterator

import duckdb
import numpy as np
import pandas as pd
import pytest
from scipy.stats import t as student

from pipelines.samples.plans import park_plans
from tests.scenario.sample_months import FACTOR, forecast, sample_windows, windows

SEEDS = (1, 2)
PLANS = park_plans()


@pytest.fixture(scope="module")
def tables() -> tuple[pd.DataFrame, pd.DataFrame]:
    return sample_windows(PLANS, SEEDS)


@pytest.fixture(scope="module")
def con(tables: tuple[pd.DataFrame, pd.DataFrame]) -> Iterator[duckdb.DuckDBPyConnection]:
    """All parks of the example with two weathers each; 2025 has no year before it, 2026 has 2025."""
    con = forecast(*tables)
    yield con
    con.close()


BACKTEST = """
    with truth as (
        select park_id, year, intensity_tco2_per_tce as i, direct_supply_share as r, energy_tce as c, total_tco2 as e
        from metrics.trajectory
        where pattern = 'closed'
    )
    select
        pattern,
        avg(cast(i between intensity_low and intensity_high as int)) as i_held,
        avg(cast(r between direct_supply_low and direct_supply_high as int)) as r_held,
        avg(cast(c between energy_low_tce and energy_high_tce as int)) as c_held,
        avg(cast(e between total_low_tco2 and total_high_tco2 as int)) as e_held,
        avg(abs(intensity_tco2_per_tce - i)) as i_error,
        avg(abs(direct_supply_share - r)) as r_error,
        avg(abs(energy_tce - c) / c) as c_error,
        median(intensity_high - intensity_low) / 2 as i_width,
        count(*) as forecasts
    from metrics.trajectory
    inner join truth using (park_id, year)
    where pattern <> 'closed' and months_closed between $1 and $2
    group by pattern
"""


def backtest(con: duckdb.DuckDBPyConnection, first: int, last: int) -> dict[str, dict[str, float]]:
    rows = con.execute(BACKTEST, [first, last]).df().to_dict("records")
    return {str(row["pattern"]): row for row in rows}


def test_the_band_holds_the_year_that_was_hidden(con: duckdb.DuckDBPyConnection) -> None:
    found = backtest(con, 3, 11)
    assert found["year_before"]["forecasts"] == found["days"]["forecasts"] == len(PLANS) * len(SEEDS) * 9
    for what in ("i_held", "r_held", "c_held", "e_held"):
        assert found["year_before"][what] >= 0.93, what
        assert found["days"][what] >= 0.90, what


def test_forecasts_are_near_and_come_nearer(con: duckdb.DuckDBPyConnection) -> None:
    early, late = backtest(con, 3, 5), backtest(con, 9, 11)
    assert late["year_before"]["i_error"] < 0.02 < late["year_before"]["i_width"] < 0.06
    assert late["year_before"]["r_error"] < 0.01
    for pattern in ("year_before", "days"):
        for what in ("i_error", "r_error", "c_error"):
            assert late[pattern][what] < early[pattern][what] / 2, (pattern, what)
    # the seasons that the year before tells, and the mean of the months so far does not
    assert early["year_before"]["c_error"] < 0.01 < 0.03 < early["days"]["c_error"]


def test_after_december_the_forecast_is_the_year(con: duckdb.DuckDBPyConnection) -> None:
    rows = con.execute("""
        select t.intensity_tco2_per_tce, t.intensity_low, t.intensity_high, t.residual_grid_mwh, w.*, e.usable_wh
        from metrics.trajectory as t
        inner join metrics.park_window as w using (park_id, year)
        inner join metrics.enterprise_window as e using (park_id, year)
        where t.pattern = 'closed' and w.window_kind = 'year'
    """).df()
    assert len(rows) == 2 * len(PLANS) * len(SEEDS)
    residual_mwh = np.maximum(rows["inflow_wh"] - rows["usable_wh"], 0) / 1e6
    other_tco2 = (rows["total_tco2"] - rows["residual_tco2"]).astype(float)
    intensity = (other_tco2 + FACTOR * residual_mwh) / rows["energy_tce"].astype(float)
    assert rows["residual_grid_mwh"].astype(float).to_numpy() == pytest.approx(residual_mwh, abs=1e-5)
    for column in ("intensity_tco2_per_tce", "intensity_low", "intensity_high"):
        assert rows[column].to_numpy() == pytest.approx(intensity, rel=1e-9)


class SecondWriting:
    """The forecast of one park, year and month written again, from the windows, with scipy's Student."""

    def __init__(self, parks: pd.DataFrame, enterprises: pd.DataFrame, park_id: str, year: int, known: int) -> None:
        self.year, self.known = year, known
        self.before = self._series(parks, park_id, year - 1)
        self.now = self._series(parks, park_id, year)
        own = enterprises[(enterprises.park_id == park_id) & (enterprises.year == year)]
        self.standing = float(own["usable_wh"].iloc[0]) / 1e6
        self.share = float(own["grid_offtake_wh"].iloc[0]) / 1e6 / (self.now["use"] - self.now["supply"]).sum()

    def _series(self, parks: pd.DataFrame, park_id: str, year: int) -> dict[str, np.ndarray] | None:
        months = parks[(parks.park_id == park_id) & (parks.year == year) & (parks.window_kind == "month")]
        if months.empty:
            return None
        return {
            "use": months["use_wh"].to_numpy() / 1e6,
            "supply": (months["use_wh"] - months["inflow_wh"]).to_numpy() / 1e6,
            "direct": (months["direct_used_wh"] + months["onsite_used_wh"]).to_numpy() / 1e6,
            "other": (months["total_tco2"] - months["residual_tco2"]).to_numpy(),
            "energy": months["energy_tce"].to_numpy(),
        }

    def _grown(self, name: str) -> tuple[float, np.ndarray]:
        """The year's amount, and what each known month contributes to its error."""
        amounts, t = self.now[name], self.known
        days = pd.date_range(f"{self.year}-01-01", periods=12, freq="MS").days_in_month.to_numpy().astype(float)
        seasonal = self.before is not None and (self.before[name] > 0).all()
        pattern = self.before[name] if seasonal else days
        so_far, rest = pattern[:t].sum(), pattern[t:].sum()
        rate = amounts[:t].sum() / so_far
        spread = rest + rest**2 / so_far if seasonal else rest * (12 - t) + rest**2 / so_far * t
        deviations = (amounts[:t] - rate * pattern[:t]) * np.sqrt(spread / pattern[:t])
        return amounts[:t].sum() + rate * rest, deviations

    def values(self) -> dict[str, float]:
        use, use_error = self._grown("use")
        supply, supply_error = self._grown("supply")
        direct, direct_error = self._grown("direct")
        other, other_error = self._grown("other")
        energy, energy_error = self._grown("energy")
        inflow, error = max(use - supply, 0.0), use_error - supply_error

        def width(deviations: np.ndarray) -> float:
            return float(student.ppf(0.975, self.known - 1) * np.sqrt((deviations**2).sum() / (self.known - 1)))

        def residual(draw: float) -> float:
            return draw - min(self.standing, self.share * draw)

        reach = width(error)
        above = (residual(inflow + reach) - residual(inflow)) / reach
        below = (residual(inflow) - residual(max(inflow - reach, 0.0))) / min(reach, inflow)
        total = other + FACTOR * residual(inflow)
        intensity, share = total / energy, direct / use
        return {
            "intensity_tco2_per_tce": intensity,
            "intensity_low": intensity
            - width(other_error + FACTOR * below * error - intensity * energy_error) / energy,
            "intensity_high": intensity
            + width(other_error + FACTOR * above * error - intensity * energy_error) / energy,
            "total_tco2": total,
            "total_low_tco2": total - width(other_error + FACTOR * below * error),
            "total_high_tco2": total + width(other_error + FACTOR * above * error),
            "energy_tce": energy,
            "energy_low_tce": energy - width(energy_error),
            "energy_high_tce": energy + width(energy_error),
            "direct_supply_share": share,
            "direct_supply_low": share - width(direct_error - share * use_error) / use,
            "direct_supply_high": share + width(direct_error - share * use_error) / use,
        }


@pytest.mark.parametrize("known", [3, 4, 7, 11])
def test_a_second_writing_with_scipy_agrees(
    con: duckdb.DuckDBPyConnection, tables: tuple[pd.DataFrame, pd.DataFrame], known: int
) -> None:
    # The quantile is a series in 1 / (months - 1): within a hundredth for three months, a thousandth from four on.
    tolerance = 0.01 if known == 3 else 0.002
    for plan in PLANS[::7]:
        for year in (2025, 2026):
            park_id = f"{plan.park_id}-1"
            row = con.execute(
                "select * from metrics.trajectory where park_id = ? and month = ?", [park_id, f"{year}-{known:02d}"]
            ).df()
            wanted = SecondWriting(*tables, park_id, year, known).values()
            for name, value in wanted.items():
                kind = name.split("_")[0]
                width = next(v for n, v in wanted.items() if n.startswith(kind) and "_high" in n)
                width -= next(v for n, v in wanted.items() if n.startswith(kind) and "_low" in n)
                bounded = min(max(value, 0.0), 1.0) if kind == "direct" else max(value, 0.0)
                got = float(row[name].iloc[0])
                assert got == pytest.approx(bounded, abs=tolerance * width + 1e-5), (park_id, year, name)


def small_year(**amounts: float) -> pd.DataFrame:
    """Twelve equal months."""
    usual = {
        "use_wh": 100e9,
        "inflow_wh": 60e9,
        "direct_used_wh": 30e9,
        "onsite_used_wh": 10e9,
        "residual_tco2": 49950.0,
    }
    usual |= {"total_tco2": 50950.0, "electricity_tce": 30000.0, "electricity_low_tce": 28500.0, "other_tce": 400.0}
    usual |= {"electricity_high_tce": 31500.0, "energy_tce": 30400.0}
    return pd.DataFrame({name: [value] * 12 for name, value in (usual | amounts).items()})


def of_small_park(
    closed: int = 12,
    before: pd.DataFrame | None = None,
    closed_before: int = 12,
    missing: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The forecasts of 2026 where only its first months are closed, after an equal 2025 or the one ``before``."""
    earlier = small_year() if before is None else before
    parks = pd.concat([windows("p", 2025, earlier, closed_before), windows("p", 2026, small_year(), closed)])
    draws = pd.DataFrame({"enterprise_id": ["e"], "park_id": ["p"], "year": [2026], "window_kind": ["year"]})
    draws = draws.assign(trade_wh=0, usable_wh=900e9, grid_offtake_wh=720e9)
    con = forecast(parks, draws, **({} if missing is None else {"metrics__missing_inputs": missing}))
    found = con.execute("select * from metrics.trajectory where year = 2026 order by month").df()
    con.close()
    return found


def test_a_forecast_stands_after_each_closed_month_and_no_other() -> None:
    found = of_small_park(closed=8)
    assert found["month"].tolist() == [f"2026-{month:02d}" for month in range(1, 9)]
    assert found["pattern"].unique().tolist() == ["year_before"]
    assert found["intensity_low"].isna().tolist() == [True, True, *[False] * 6]
    # equal months, certificates for more than the draw: 12 000 tCO2 of documents are left, and nothing to doubt
    assert found["certificates_surplus_mwh"].astype(float).tolist() == pytest.approx([180_000] * 8)
    assert found["intensity_high"].tolist()[2:] == pytest.approx([12_000 / 364_800] * 6)


def test_a_document_that_is_due_keeps_its_month_open() -> None:
    owed = pd.DataFrame({"park_id": ["p"], "year": [2026], "month": ["2026-05"], "frequency": ["month"]})
    assert of_small_park(missing=owed)["month"].max() == "2026-04"
    assert of_small_park(missing=owed.assign(month="2026-12", frequency="year"))["month"].max() == "2026-12"


def test_a_month_without_any_of_it_makes_no_pattern() -> None:
    before = small_year()
    before.loc[0, ["direct_used_wh", "onsite_used_wh"]] = 0
    found = of_small_park(closed=6, before=before)
    assert found["pattern"].unique().tolist() == ["mixed"]
    # 40 000 MWh a month: 181 days known, 184 to come
    assert found["direct_supply_share"].iloc[-1] == pytest.approx(240_000 * 365 / 181 / 1_200_000)


def test_a_year_before_that_lacks_a_month_is_no_pattern() -> None:
    assert of_small_park(closed=6, closed_before=11)["pattern"].unique().tolist() == ["days"]
