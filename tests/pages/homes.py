"""Publications for the tests of the pages: made-up rows with parks held back, and a delivery of hostile names."""

import csv
import io
from decimal import Decimal
from pathlib import Path
from typing import Any

from pipelines.lake import Lake
from pipelines.publish.publisher import publish
from pipelines.settings import Settings
from tests.pipeline.publishing import YEAR, Rows, good_rows, write_models

PARKS = ("park-a", "park-b", "park-c", "park-d")
NAMES = {
    "park-a": ("江苏甲园区", "Alpha Park", "江苏省"),
    "park-b": ("新疆乙园区", "Beta Park", "新疆生产建设兵团"),
    "park-c": ("江苏丙园区", "Gamma Park", "江苏省"),
    "park-d": ("甘肃丁园区", "Delta Park", "甘肃省"),
}


def four_parks() -> Rows:
    """Four parks: two fail, the third passes; the fourth has no figures beside its other rows, and is held back."""
    rows = good_rows(PARKS)
    for park in rows["reference.parks"]:
        park["name_zh"], park["name_en"], park["province_zh"] = NAMES[park["park_id"]]
    _change(rows, "park-c", overall_verdict="pass", direct_supply_verdict="pass", direct_supply_share=0.5, reasons=[])
    missing = {"core_verdict": "undecided", "direct_supply_verdict": "undecided", "overall_verdict": "undecided"}
    known = {"park_id", "year", "reasons", *missing}
    figures = dict.fromkeys(set(rows["metrics.park_year"][0]) - known)
    _change(rows, "park-d", **figures, **missing, reasons=["missing_readings"])
    rows["metrics.sensitivity"][0]["intensity_tco2_per_tce"] = 0.0001
    for row in rows["quality.findings"]:
        if row["park_id"] == "park-d" and row["code"] == "direct_supply_below_minimum":
            row["code"] = "missing_readings"
    return rows


def _change(rows: Rows, park_id: str, **values: Any) -> None:
    for row in rows["metrics.park_year"]:
        if row["park_id"] == park_id:
            row.update(values)


def with_a_held_park(folder: Path) -> Lake:
    """A home folder with two publications: park-d is held back in both, park-b only in the second."""
    settings, lake = Settings(home=folder, duckdb_memory="512MiB", duckdb_threads=2), Lake(folder)
    write_models(lake, four_parks())
    publish(settings, lake, YEAR)
    rows = four_parks()
    _change(rows, "park-b", residual_grid_mwh=Decimal(31))
    write_models(lake, rows)
    publish(settings, lake, YEAR)
    return lake


HOSTILE_PARK = '../p"><b>'
HOSTILE_NAMES = ("</script><img src=x onerror=alert(1)>", "<svg onload=alert(2)>\u2028&amp;{{7*7}}")
HOSTILE_METER = "in<img src=x onerror=alert(3)>"
HOSTILE_PROJECT = '<a href="javascript:alert(4)">pv</a>'


def hostile_files(year: int) -> dict[str, str]:
    """A delivery of a park in which every name is an attack; of January, the rest of the year is missing."""
    days = [day for day in range(1, 32) if day != 7]
    readings = [[meter, f"{year}-01-{day:02d}T24:00", 1000 + day] for meter in (HOSTILE_METER, "pv") for day in days]
    return {
        "parks": _csv("park_id,name_zh,name_en,province_zh", [HOSTILE_PARK, *HOSTILE_NAMES, "江苏省<i>"]),
        "projects": _csv(
            "project_id,park_id,technology,relation,grid_mode",
            [HOSTILE_PROJECT, HOSTILE_PARK, "solar", "onsite", "surplus"],
        ),
        "meters": _csv(
            "meter_id,park_id,point,measure,unit,project_id,interval_minutes",
            [HOSTILE_METER, HOSTILE_PARK, "grid_import", "interval_energy", "kWh", "", 1440],
            ["pv", HOSTILE_PARK, "generation", "interval_energy", "kWh", HOSTILE_PROJECT, 1440],
        ),
        "meter_readings_01": _csv("meter_id,interval_end,value", *readings),
    }


def _csv(header: str, *rows: list[Any]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header.split(","))
    writer.writerows(rows)
    return text.getvalue()
