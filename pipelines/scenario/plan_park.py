"""A published park as the question of a plan: its intervals, the terms of its account, the certificate rules' draws.

Everything is read from what is built in the home folder. New plants take the place of import. They do not in an
interval in which fossil or recovered power leaves the park, or grid power passes through: there the new power would
leave first (the order of exports), and its use would be none.
"""

from collections.abc import Mapping
from dataclasses import replace
from decimal import ROUND_FLOOR, Decimal
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl

from pipelines.errors import UserError
from pipelines.model_runner import output_path, read_pointer
from pipelines.reference_tables import literal
from pipelines.scenario.base import Base
from pipelines.scenario.changes import DirectSupply
from pipelines.scenario.plan_problem import MWH, Enterprise, Park, Profile, Wh
from pipelines.scenario.profiles import supply

_FIXED = (
    "missing_readings",
    "prolonged_estimate_year",
    "missing_input",
    "conversion_negative",
    "outflow_credit",
    "fuel_missing",
)
"""Reasons for an undecided year that no plan can take away."""
_PROFILE_MW = 1000.0
"""Size for which profiles are asked, so that whole Wh are fine enough."""

Row = Mapping[str, Any]


def park_of(base: Base) -> Park:
    """The park of a base as a plan sees it. Raises ``UserError`` where its year is undecided or longer than hourly."""
    window = _row(base, "energy.park_window")
    account, judged = _row(base, "metrics.park_window"), _row(base, "metrics.judged_year")
    _check(base, judged)
    intervals, parameters = base.intervals, base.parameters
    closed = (intervals["export_wh"] > intervals["green_wh"]).to_numpy()
    imports = np.where(closed, 0, intervals["import_wh"].to_numpy()).astype(np.int64)
    room = np.maximum(intervals["load_wh"].to_numpy() - intervals["used_wh"].to_numpy(), 0)
    sold = sum(int(row["sold_elsewhere_mwh"]) for row in _sold(base)) * MWH
    enterprises, users = _enterprises(base, imports)
    direct = window["direct_used_wh"] - window["uncounted_direct_wh"] + window["onsite_used_wh"]
    if parameters["nuclear_counts_as_direct"] != 1:
        direct -= window["nuclear_counted_wh"]
    limit = judged["limit_tco2_per_tce"]
    return Park(
        minutes=intervals["minutes"].to_numpy().astype(np.int64),
        import_wh=imports,
        room_wh=np.minimum(np.where(closed, 0, room), imports).astype(np.int64),
        users_wh=users,
        use_wh=window["use_wh"],
        inflow_wh=window["inflow_wh"],
        direct_wh=direct,
        uncounted_wh=window["uncounted_direct_wh"],
        sold_wh=max(sold - window["green_export_wh"], 0),
        fossil_export_wh=window["fossil_export_wh"],
        other_tco2=account["total_tco2"] - account["electricity_tco2"],
        energy_tce=account["energy_tce"],
        residual_factor=parameters["residual_electricity_factor"],
        c_eq=parameters["electricity_coal_equivalent"],
        limit=limit,
        minimum_share=parameters["direct_supply_share_min"],
        enterprises=enterprises,
        loss_limit_wh=None if limit is not None else _loss_limit(account, parameters),
    )


def profile_of(base: Base, technology: str, path: Path | None) -> tuple[Profile, str]:
    """What a new plant of a technology gives in each interval, and where that comes from (``profiles.supply``)."""
    plant = DirectSupply(_PROFILE_MW, technology=technology, relation="onsite", profile=path)
    energy, source = supply(base, plant, option=f"--{technology}-profile")
    return Profile(energy.astype(np.int64), int(_PROFILE_MW) * MWH), source


def with_reserve(park: Park, reserve_tco2: Decimal, reserve_wh: int) -> Park:
    """The park with so much to spare in the two tests."""
    return replace(park, reserve_tco2=max(reserve_tco2, Decimal(0)), reserve_wh=max(reserve_wh, 0))


def _check(base: Base, judged: Row) -> None:
    if stuck := [code for code in judged["reasons"] if code in _FIXED]:
        raise UserError(
            f"{base.park_id} {base.year} is undecided ({', '.join(stuck)}), which no plan can change; "
            f"`zcp quality {base.park_id} --year {base.year}` says what to deliver"
        )
    if base.parameters["onsite_counts_as_direct"] != 1:
        raise UserError("a plan builds on site, which onsite_counts_as_direct = 0 does not count as direct supply")
    if base.intervals["minutes"].to_numpy().max() > 60:
        raise UserError(
            f"{base.park_id} has meters with intervals longer than an hour in {base.year}; a plan needs each hour"
        )


def _loss_limit(account: Row, parameters: Mapping[str, Decimal]) -> int:
    """What storage may lose before the park is no longer surely below the floor of the limits, in Wh."""
    highest = account["electricity_high_tce"] + account["other_tce"]
    if parameters["feedstock_in_energy"] != 1:
        highest += account["feedstock_tce"]
    room = (parameters["size_class_floor"] - highest) / parameters["electricity_coal_equivalent_high"] * MWH
    return int(room.to_integral_value(ROUND_FLOOR)) - 1


def _enterprises(base: Base, imports: Wh) -> tuple[tuple[Enterprise, ...], Wh | None]:
    """The enterprises with their shares of the draw, by the rule of notice 622 that holds for the park (F)."""
    rows = _rows(base, "metrics.enterprise_window", "window_kind = 'year'")
    case = rows[0]["offtake_case"] if rows else "none"
    users, weights = None, {row["enterprise_id"]: np.zeros_like(imports) for row in rows}
    if case == "single":
        weights = {row["enterprise_id"]: imports for row in rows}
    elif case == "import":
        weights |= _by_interval(base, "grid_import", base.intervals["start"])
    elif case == "share":
        step = _use_minutes(base)
        starts = base.intervals["start"].dt.truncate(f"{step}m")
        weights |= _by_interval(base, "use", starts)
        if step <= base.intervals["minutes"].to_numpy().min():
            users = np.sum(list(weights.values()), axis=0).astype(np.int64)
    terms = {row["enterprise_id"]: row for row in rows}
    nothing = {"grid_offtake_wh": 0, "trade_wh": 0, "usable_wh": 0}
    found = []
    for name, weight in sorted(weights.items()):
        term = terms.get(name, nothing)
        draw, trade, usable = (int(term[column]) for column in nothing)
        found.append(Enterprise(name, draw, trade, usable, weight.astype(np.int64)))
    return tuple(found), users


def _use_minutes(base: Base) -> int:
    """The interval in which use is shared: the longest of the balance and of the use meters."""
    of_use = base.readings.filter(pl.col("role") == "use")["minutes"].to_numpy()
    return int(max(base.intervals["minutes"].to_numpy().max(), of_use.max(initial=0)))


def _by_interval(base: Base, role: str, starts: pl.Series) -> dict[str, Wh]:
    """The energy of an enterprise's meters of a role, for each interval that of the span which begins at ``starts``."""
    spans = starts.unique().sort().to_frame("span")
    readings = base.readings.filter((pl.col("role") == role) & (pl.col("start").dt.year() == base.year)).sort("start")
    sums = (
        readings.join_asof(spans, left_on="start", right_on="span", strategy="backward")
        .with_columns(pl.col("enterprise_id").fill_null(""))
        .group_by("enterprise_id", "span")
        .agg(pl.col("energy_wh").sum())
    )
    found = {}
    for name in sums["enterprise_id"].unique().sort():
        of_one = sums.filter(pl.col("enterprise_id") == name)
        joined = starts.to_frame("span").join(of_one, on="span", how="left", maintain_order="left")
        found[str(name)] = joined["energy_wh"].fill_null(0).to_numpy()
    return found


def _sold(base: Base) -> list[dict[str, Any]]:
    return _rows(base, "certificates.sold_elsewhere", f"generation_month like '{base.year:04d}-%'", by_year=False)


def _row(base: Base, model: str) -> Row:
    where = "true" if model == "metrics.judged_year" else "window_kind = 'year'"
    return _rows(base, model, where)[0]


def _rows(base: Base, model: str, where: str, *, by_year: bool = True) -> list[dict[str, Any]]:
    """The rows of a built model of the park. Raises ``UserError`` where it is not built."""
    pointer = read_pointer(base.lake, model)
    if pointer is None:
        raise UserError(f"{model} is not built in {base.lake.home}; use `zcp run`")
    path = output_path(base.lake, model, None, pointer["fingerprint"])
    year = f" and year = {base.year}" if by_year else ""
    with duckdb.connect() as con:
        found = con.execute(
            f"select * from read_parquet({literal(str(path))}) where park_id = $1{year} and {where} order by all",
            [base.park_id],
        )
        names = [column[0] for column in found.description or []]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
