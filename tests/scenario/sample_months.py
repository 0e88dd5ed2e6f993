"""Months of the example's parks as the models before the forecast would give them, and the forecast made from them.

Electricity and fuel come from ``pipelines.samples``; what the accounting rules would change of them is left out, since
only the course of the months matters here. Nothing is judged here.
"""

from collections.abc import Iterable, Sequence

import duckdb
import numpy as np
import pandas as pd

from pipelines.samples import activity
from pipelines.samples.balance import ParkYear, park_year
from pipelines.samples.plans import YEARS, ParkPlan
from tests.sql.harness import Case, find_model

FACTOR = 0.8325
TCE_PER_MWH = 0.3
TCO2_PER_TCE_OF_FUEL = 2.2
MODELS = ("metrics.trajectory_months", "metrics.trajectory")


def _monthly_wh(balance: ParkYear, series: np.ndarray) -> np.ndarray:
    return np.rint(np.bincount(balance.clock.month, weights=series, minlength=13)[1:] * 1000)


def _amounts(plan: ParkPlan, year: int, seed: int) -> pd.DataFrame:
    """One row for each month with its own amounts, named as in ``metrics.park_window``."""
    balance = park_year(plan, year, seed)
    green = _monthly_wh(balance, balance.generation["pv"] + balance.generation["wind"])
    other = _monthly_wh(balance, balance.generation["chp"] + balance.generation["whr"])
    export, direct = _monthly_wh(balance, balance.export), _monthly_wh(balance, balance.direct)
    inflow = _monthly_wh(balance, balance.grid_import)
    use = inflow + direct + green + other - export
    fuel = np.zeros(12)
    for row in activity.fuel_rows(plan, balance, seed):
        fuel[int(str(row["month"])[5:]) - 1] += float(str(row["quantity"])) * activity.TCE_PER_UNIT[str(row["fuel"])]
    electricity = (use - other) / 1e6 * TCE_PER_MWH
    return pd.DataFrame(
        {
            "use_wh": use,
            "inflow_wh": inflow,
            "direct_used_wh": direct,
            "onsite_used_wh": np.maximum(green - export, 0),
            "residual_tco2": inflow / 1e6 * FACTOR,
            "total_tco2": inflow / 1e6 * FACTOR + fuel * TCO2_PER_TCE_OF_FUEL,
            "electricity_tce": electricity,
            "electricity_low_tce": electricity * 0.95,
            "electricity_high_tce": electricity * 1.05,
            "other_tce": fuel,
            "energy_tce": electricity + fuel,
        }
    )


def windows(park_id: str, year: int, months: pd.DataFrame, closed: int = 12) -> pd.DataFrame:
    """Rows of ``metrics.park_window`` (month, year to date, year); months after ``closed`` have an open interval."""
    names = [f"{year}-{month:02d}" for month in range(1, 13)]
    found = [months.assign(window_kind="month"), months.cumsum().assign(window_kind="year_to_date")]
    table = pd.concat([frame.assign(month=names, month_no=range(1, 13)) for frame in found])
    table = pd.concat([table, table.iloc[[-1]].assign(window_kind="year")])
    zero = dict.fromkeys(("uncounted_direct_wh", "sold_onsite_wh", "nuclear_counted_wh", "feedstock_tce"), 0)
    opened = (table.month_no > closed).astype(int)
    return table.assign(park_id=park_id, year=year, intervals_expected=744, intervals_open=opened, **zero).drop(
        columns="month_no"
    )


def sample_windows(plans: Iterable[ParkPlan], seeds: Sequence[int]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """``metrics.park_window`` and ``metrics.enterprise_window`` of both years, a park for each plan and seed."""
    parks, enterprises = [], []
    for plan in plans:
        for seed in seeds:
            park_id = f"{plan.park_id}-{seed}"
            for year in YEARS:
                months = _amounts(plan, year, seed)
                parks.append(windows(park_id, year, months))
                draw = months["inflow_wh"].sum()
                enterprises.append(
                    {"enterprise_id": park_id, "park_id": park_id, "year": year, "window_kind": "year"}
                    | {"trade_wh": 0, "usable_wh": round(draw * plan.kind.certificates), "grid_offtake_wh": draw}
                )
    return pd.concat(parks), pd.DataFrame(enterprises)


def forecast(parks: pd.DataFrame, enterprises: pd.DataFrame, **more: pd.DataFrame) -> duckdb.DuckDBPyConnection:
    """A database in which the two models of the forecast are built on these tables; ``more`` by ``schema__table``."""
    case = Case({"run.years": (["year"], [[str(year)] for year in YEARS])})
    case.build(MODELS[-1])
    keys = parks[["park_id", "year"]].drop_duplicates()
    tables = {
        "metrics.park_window": parks,
        "metrics.enterprise_window": enterprises,
        "metrics.accounts": keys.assign(cutoff="2027-12-31"),
        "metrics.judged_year": keys.assign(core_verdict="undecided", direct_supply_verdict="undecided"),
    } | {name.replace("__", "."): frame for name, frame in more.items()}
    for name, frame in tables.items():
        case.con.register("given", frame)
        case.con.execute(f"insert into {name} by name select * from given")
    for name in MODELS:
        model = find_model(name)
        assert model
        case.con.execute(f"create or replace table {name} as {model.sql}")
    return case.con
