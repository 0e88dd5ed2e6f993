"""What a user would write in an afternoon with Polars for the same annual totals: no checks, no corrections.

``python -m benchmarks.plain_polars DELIVERIES`` prints one JSON object: park → [use_mwh, import_mwh, intensity].
"""

import json
import sys
from pathlib import Path

import polars as pl

POINTS = ("grid_import", "grid_export", "generation")
root = Path(sys.argv[1])
readings = pl.scan_csv(root / "20*" / "meter_readings_*.csv", schema_overrides={"value": pl.Float64})
meters = pl.scan_csv(root / "master" / "meters.csv").select("meter_id", "park_id", "point")
energy = (
    readings.group_by("meter_id")
    .agg(pl.col("value").sum() / 1000)
    .join(meters, on="meter_id")
    .group_by("park_id")
    .agg(pl.col("value").filter(pl.col("point") == point).sum().alias(point) for point in POINTS)
)
fuel = pl.scan_csv(root / "master" / "fuel_use.csv").group_by("park_id").agg(pl.col("quantity").sum())
totals = (
    energy.join(fuel, on="park_id")
    .with_columns(use_mwh=pl.col("grid_import") + pl.col("generation") - pl.col("grid_export"))
    .with_columns(
        emissions=pl.col("quantity") * 38.931 * 0.0153 * 0.99 * 44 / 12 + 0.8325 * pl.col("grid_import"),
        energy=pl.col("quantity") * 38.931 / 29.3076 + 0.3 * pl.col("use_mwh"),
    )
    .with_columns(intensity=pl.col("emissions") / pl.col("energy"))
    .collect(engine="streaming")
)
print(json.dumps({row["park_id"]: [row["use_mwh"], row["grid_import"], row["intensity"]] for row in totals.to_dicts()}))
