"""A home folder of three small parks over two months, published once: what the tests of scenarios start from.

``sun`` has meters at its gate (hourly energy and half-hourly power), plants, a line metered at both ends, storage, two
enterprises, gaps, a corrected hour, a meter with a ratio in MWh; ``moon`` has none at its gate, and cancelled serials
of ``sun`` once more; ``star`` lost its last days, and only the others show that these have been. All exist from
December of their base year to January.
"""

import math
from datetime import datetime, timedelta
from pathlib import Path

from pipelines.ingest.landing import land
from pipelines.run import run_pipeline
from pipelines.settings import Settings

FIRST, LAST = datetime(2025, 12, 1), datetime(2026, 2, 1)
YEAR = 2026
_MASTERS = {
    "parks": (
        "park_id,name_zh,province_zh,base_year,valid_from,valid_to\n"
        "sun,日园区,江苏省,2025,2025-12-01,2026-01-31\n"
        "moon,月园区,浙江省,2025,2025-12-01,2026-01-31\n"
        "star,星园区,甘肃省,2025,2025-12-01,2026-01-31\n"
    ),
    "enterprises": "enterprise_id,park_id,name\ns1,sun,甲\ns2,sun,乙\nm1,moon,丙\nx1,star,丁\n",
    "projects": (
        "project_id,park_id,technology,relation,capacity_kw,same_owner,gec_project_code\n"
        "roof,sun,solar,onsite,2000,,11111111111111111\n"
        "line,sun,wind,direct_line,1000,,22222222222222222\n"
        "mroof,moon,solar,onsite,500,,33333333333333333\n"
    ),
    "meters": (
        "meter_id,park_id,point,measure,unit,enterprise_id,project_id,multiplier,interval_minutes,accuracy_class\n"
        "in1,sun,grid_import,interval_energy,kWh,,,1,60,0.5S\n"
        "in2,sun,grid_import,mean_power,kW,,,1,30,0.5S\n"
        "out,sun,grid_export,interval_energy,kWh,,,1,60,\n"
        "pv,sun,generation,interval_energy,kWh,,roof,1,60,\n"
        "wind,sun,direct_import,interval_energy,kWh,,line,1,60,\n"
        "far,sun,generation,interval_energy,kWh,,line,1,60,\n"
        "charge,sun,storage_charge,interval_energy,kWh,,roof,1,60,\n"
        "discharge,sun,storage_discharge,interval_energy,kWh,,roof,1,60,\n"
        "use1,sun,use,interval_energy,kWh,s1,,1,60,\n"
        "use2,sun,use,interval_energy,MWh,s2,,10,60,\n"
        "muse,moon,use,interval_energy,kWh,m1,,1,60,\n"
        "mpv,moon,generation,interval_energy,kWh,,mroof,1,60,\n"
        "xin,star,grid_import,interval_energy,kWh,,,1,60,1.0\n"
        "xuse,star,use,interval_energy,kWh,x1,,1,60,\n"
    ),
    "expected_inputs": "park_id,table,key,frequency\nsun,fuel_use,natural_gas,month\n",
    "fuel_use_all": "park_id,month,fuel,activity,quantity,unit,enterprise_id\n"
    + "".join(f"sun,{month},natural_gas,final_use,{n},1000_m3,s1\n" for n, month in ((9, "2025-12"), (11, "2026-01"))),
    "curtailment": "project_id,month,curtailed_mwh\nroof,2026-01,1.5\nmroof,2026-01,0.25\n",
    "gec_trades": (
        "trade_id,trade_date,channel,project_code,technology,generation_month,serial_from,serial_to,buyer_enterprise_id\n"
        "t1,2026-03-01,unbundled,44444444444444444,wind,2026-01,1,200,s1\n"
        "t2,2026-03-01,green_power,55555555555555555,wind,2026-01,1,60,s2\n"
        "t3,2026-03-01,unbundled,44444444444444444,wind,2026-01,201,250,s2\n"
        "t4,2026-03-02,unbundled,44444444444444444,wind,2026-01,251,300,m1\n"
        "t5,2026-03-02,unbundled,11111111111111111,solar,2026-01,1,20,m1\n"
    ),
    "gec_cancellations": (
        "cancellation_id,cancelled_on,project_code,generation_month,serial_from,serial_to,beneficiary_enterprise_id\n"
        "c1,2026-04-01,44444444444444444,2026-01,1,150,s1\n"
        "c2,2026-04-01,44444444444444444,2026-01,201,250,s2\n"
        "c3,2026-04-01,44444444444444444,2026-01,251,300,m1\n"
        "c4,2026-04-01,44444444444444444,2026-01,150,160,m1\n"
    ),
}


def _flows(at: datetime) -> dict[str, float]:
    """What the meters of ``sun`` measure in the hour that begins at ``at``, in kWh."""
    day, hour = (at - FIRST).days, at.hour
    load = 900 + 40 * (day % 7) + 25 * ((hour * 7 + day) % 11)
    sun = max(math.sin(math.pi * (hour - 6) / 12), 0) if 6 < hour < 18 else 0
    solar = round(1700 * sun * (0.4 + 0.06 * (day * 3 % 10)))
    wind = 60 * ((hour // 3 + day * 5) % 11)
    charge = 90 if 11 <= hour <= 13 else 0
    discharge = 70 if 19 <= hour <= 21 else 0
    need = load + charge - discharge - solar - wind
    inflow, outflow = max(need, 0), max(-need, 0)
    first_gate = inflow * 3 // 5
    return {
        "in1": first_gate, "in2": inflow - first_gate, "out": outflow, "pv": solar, "wind": wind, "far": wind + 3,
        "charge": charge, "discharge": discharge, "use1": load * 2 // 3, "use2": (load - load * 2 // 3) / 10000,
        "muse": 200 + 10 * ((hour + day) % 9), "mpv": solar // 5,
        "xin": 300 + 10 * ((hour * day) % 13), "xuse": 290 + 10 * ((hour * day) % 13),
    }  # fmt: skip


def _is_lost(meter: str, at: datetime) -> bool:
    """Two hours, and a day, of one meter at a gate; the last days of the meters of ``star``."""
    if meter == "in1":
        return (at.month, at.day) == (1, 14) or (at.day == 8 and at.hour in {4, 5})
    return meter.startswith("x") and at >= datetime(2026, 1, 27, 9)


def write_deliveries(root: Path) -> list[Path]:
    """The delivery folders: masters and documents, readings, and a correction of an hour that came later."""
    lines = []
    for n in range(int((LAST - FIRST).total_seconds() // 3600)):
        at = FIRST + timedelta(hours=n)
        for meter, value in _flows(at).items():
            if _is_lost(meter, at):
                continue
            if meter == "in2":
                lines += [f"in2,{(at + timedelta(minutes=minutes)).isoformat()},{value:g}" for minutes in (30, 60)]
            else:
                lines.append(f"{meter},{(at + timedelta(hours=1)).isoformat()},{value:g}")
    header = "meter_id,interval_end,value\n"
    readings = {"meter_readings": header + "\n".join(lines) + "\n"}
    correction = {"meter_readings_again": header + "pv,2026-01-05T12:00,777\n"}
    folders = []
    for day, (name, files) in enumerate((("masters", _MASTERS), ("readings", readings), ("correction", correction)), 1):
        folder = root / name
        folder.mkdir(parents=True)
        (folder / "delivery.yaml").write_text(f"delivered_at: 2026-02-0{day}T09:00+08:00\n", encoding="utf-8")
        for file, text in files.items():
            (folder / f"{file}.csv").write_text(text, encoding="utf-8")
        folders.append(folder)
    return folders


def published_home(root: Path) -> Settings:
    """The settings of a home folder below ``root`` in which the parks are published."""
    settings = Settings(home=root / "home", duckdb_memory="500MiB", duckdb_threads=2)
    land(write_deliveries(root / "deliveries"), settings)
    run_pipeline(settings, YEAR)
    return settings
