"""Master data of the example: parks, enterprises, projects, expected inputs, declared baselines. No readings."""

import math

from pipelines.samples.balance import ParkYear
from pipelines.samples.meters import enterprise_ids
from pipelines.samples.plans import YEARS, ParkPlan

Row = dict[str, object]
GENERATED = "示例·生成数据 generated example"
"""Stands in every invented name, so that no reader takes an invented value for a park's own."""
TECHNOLOGIES = {"pv": "solar", "wind": "wind", "whr": "waste_heat"}


def project_code(plan: ParkPlan, serial: int) -> str:
    """A 17-digit green-certificate project code; codes that start with 99 are not in official use."""
    return f"99{plan.number:05d}{serial:010d}"


def parks_rows(plans: list[ParkPlan]) -> list[Row]:
    return [
        {
            "park_id": plan.park_id,
            "name_zh": plan.name_zh,
            "province_zh": plan.province_zh,
            "name_en": plan.name_en,
            "boundary_type": plan.boundary_type,
            "base_year": 2025,
        }
        for plan in plans
    ]


def enterprises_rows(plan: ParkPlan) -> list[Row]:
    return [
        {"enterprise_id": enterprise, "park_id": plan.park_id, "name": f"企业{k} ({GENERATED})"}
        for k, enterprise in enumerate(enterprise_ids(plan), start=1)
    ]


def projects_rows(plan: ParkPlan, balance: ParkYear) -> list[Row]:
    """One row for each plant; its capacity is its highest interval of the year, rounded up to 0.1 MW."""
    per_hour = 60 / plan.interval_minutes

    def row(suffix: str, technology: str, peak_kwh: float, serial: int, same_owner: str = "") -> Row:
        return {
            "project_id": f"{plan.park_id}-p-{suffix}",
            "park_id": plan.park_id,
            "technology": technology,
            "relation": "direct_line" if suffix == "line" else "onsite",
            "capacity_kw": math.ceil(peak_kwh * per_hour / 100) * 100,
            "owner_enterprise_id": enterprise_ids(plan)[0] if same_owner != "false" else "",
            "same_owner": same_owner,
            "interval_traced": "",
            "grid_mode": "",
            "gec_project_code": project_code(plan, serial) if technology not in {"gas", "coal", "waste_heat"} else "",
            "province_zh": plan.province_zh,
        }

    rows = []
    for serial, (suffix, series) in enumerate(balance.generation.items(), start=1):
        if series.any():
            fossil = "coal" if plan.kind.cogeneration_fuel == "bituminous" else "gas"
            rows.append(row(suffix, TECHNOLOGIES.get(suffix, fossil), float(series.max()), serial))
    if plan.kind.direct:
        same_owner = "true" if plan.line_owner_is_user else "false"
        peak = float(balance.direct_sent.max())
        rows.append(row("line", plan.kind.direct_technology, peak, 9, same_owner))
    return rows


def expected_rows(plan: ParkPlan) -> list[Row]:
    """What each park has to hand in: the monthly documents of its fuels and heat."""
    kind = plan.kind
    due = [("fuel_use", kind.fuel_name)]
    if kind.cogeneration and kind.cogeneration_fuel != kind.fuel_name:
        due.append(("fuel_use", kind.cogeneration_fuel))
    if kind.fossil_heat:
        due.append(("heat_flows", "fossil"))
    return [
        {"park_id": plan.park_id, "table": table, "key": key, "frequency": "month", "valid_from": f"{YEARS[0]}-01-01"}
        for table, key in due
    ]


def baselines_rows(plans: list[ParkPlan]) -> list[Row]:
    """Declared base-year intensities of every tenth park."""
    return [
        {"park_id": plan.park_id, "year": 2025, "tco2_per_tce": f"{1.9 + 0.01 * plan.number:.2f}", "source": GENERATED}
        for plan in plans
        if plan.number % 10 == 1
    ]
