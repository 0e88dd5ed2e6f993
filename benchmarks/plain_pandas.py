"""What a user would write in an afternoon with pandas for the same annual totals: no checks, no corrections.

``python -m benchmarks.plain_pandas DELIVERIES`` prints one JSON object: park → [use_mwh, import_mwh, intensity].
"""

import json
import sys
from pathlib import Path

import pandas as pd

root = Path(sys.argv[1])
files = sorted(root.glob("20*/meter_readings_*.csv"))
readings = pd.concat(pd.read_csv(path).groupby("meter_id")["value"].sum() / 1000 for path in files)
meters = pd.read_csv(root / "master" / "meters.csv").set_index("meter_id")
energy = readings.groupby("meter_id").sum().to_frame("mwh").join(meters[["park_id", "point"]])
park = energy.pivot_table(index="park_id", columns="point", values="mwh", aggfunc="sum")
fuel = pd.read_csv(root / "master" / "fuel_use.csv").groupby("park_id")["quantity"].sum()
use = park["grid_import"] + park["generation"] - park["grid_export"]
emissions = fuel * 38.931 * 0.0153 * 0.99 * 44 / 12 + 0.8325 * park["grid_import"]
intensity = emissions / (fuel * 38.931 / 29.3076 + 0.3 * use)
print(json.dumps({p: [float(use[p]), float(park["grid_import"][p]), float(intensity[p])] for p in park.index}))
