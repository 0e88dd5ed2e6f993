"""A park with two enterprises in two short years, in whose delivery everything restricted carries a marker.

Every name that must not be handed on holds ``MARK``, serial numbers lie above ``SERIAL``, and no day of a meter has a
round value, so that each can be looked for in files. Daily readings, and models without Dagster, take seconds.
"""

from datetime import date, timedelta
from pathlib import Path

from pipelines.ingest.landing import land
from pipelines.lake import Lake
from pipelines.model_runner import run_step
from pipelines.model_scope import open_context
from pipelines.models import plan
from pipelines.publish.publisher import publish
from pipelines.settings import Settings

YEAR, BASE_YEAR = 2026, 2025
PARK = "park-open"
MARK = "qz7xk"
SERIAL = 864_209_753_100
PROJECT_CODE = f"{MARK}0000project"
FIRST, LAST = date(BASE_YEAR, 12, 1), date(YEAR, 2, 28)
"""The park's first and last day: one month of the base year and two of the year."""
METERS = {"gate": 100_000, "line": 60_000, "sun": 20_000, "one": 120_000, "two": 60_000}
GAP = (date(YEAR, 2, 3), date(YEAR, 2, 25))
"""Days on which the meter of the second enterprise sent nothing: too long for an estimate to go unnoticed."""


def wh(meter: str, day: date) -> int:
    """What a meter counts on a day, to the Wh; no two days and meters are alike, and no value ends in a zero."""
    turn = (day - FIRST).days * 7 + list(METERS).index(meter)
    return METERS[meter] * 1000 + turn * 10 + 3


def days() -> list[date]:
    return [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]


def _name(text: str) -> str:
    return f"{MARK}-{text}"


def _readings() -> str:
    rows = [
        f"{_name(meter)},{day.isoformat()}T24:00,{wh(meter, day) / 1000:.3f}"
        for meter in METERS
        for day in days()
        if not (meter == "two" and GAP[0] <= day <= GAP[1])
    ]
    return "\n".join(["meter_id,interval_end,value", *rows, f"{_name('gate')},not a day,{_name('raw text')}", ""])


def _masters() -> dict[str, str]:
    one, two = _name("e1"), _name("e2")
    return {
        "parks": f"park_id,name_zh,province_zh,boundary_type,base_year,valid_from,valid_to\n"
        f"{PARK},开放园区,江苏省,whole_park,{BASE_YEAR},{FIRST},{LAST}\n",
        "enterprises": f"enterprise_id,park_id,name\n{one},{PARK},{_name('甲公司')}\n{two},{PARK},{_name('乙公司')}\n",
        # Ids of projects are public, so these two carry no marker; their certificate code does.
        "projects": (
            "project_id,park_id,technology,relation,owner_enterprise_id,same_owner,interval_traced,gec_project_code\n"
            f"line-1,{PARK},wind,direct_line,{one},true,true,{_name('linecode')}\n"
            f"sun-1,{PARK},solar,onsite,{one},true,true,{_name('suncode')}\n"
        ),
        "meters": (
            "meter_id,park_id,point,measure,unit,enterprise_id,project_id,interval_minutes,accuracy_class\n"
            f"{_name('gate')},{PARK},grid_import,interval_energy,kWh,,,1440,0.5\n"
            f"{_name('line')},{PARK},direct_import,interval_energy,kWh,,line-1,1440,\n"
            f"{_name('sun')},{PARK},generation,interval_energy,kWh,,sun-1,1440,\n"
            f"{_name('one')},{PARK},use,interval_energy,kWh,{one},,1440,\n"
            f"{_name('two')},{PARK},use,interval_energy,kWh,{two},,1440,\n"
        ),
        "expected_inputs": f"park_id,table,key,frequency,enterprise_id\n{PARK},fuel_use,diesel,year,{two}\n",
    }


def _activity() -> dict[str, str]:
    one = _name("e1")
    fuel, heat, process = [], [], []
    for at in (f"{BASE_YEAR}-12", f"{YEAR}-01", f"{YEAR}-02"):
        month, paper = int(at[5:]), _name(f"paper-{at}")
        fuel += [
            f"{PARK},{at},natural_gas,final_use,1.25,10000_m3,{one},{paper}",
            f"{PARK},{at},coke,conversion_output,{month}.5,t,{one},{paper}",
            f"{PARK},{at},washed_coal,conversion_input,{month * 2}.125,t,{one},{paper}",
            f"{PARK},{at},naphtha,feedstock,3.75,t,{one},{paper}",
            f"{PARK},{at},blast_furnace_gas,recovered_energy,7,1000_m3,{one},{paper}",
        ]
        heat += [f"{PARK},{at},in,fossil,150.5,0.105,{paper}", f"{PARK},{at},in,nonfossil,20,,{paper}"]
        heat += [f"{PARK},{at},out,fossil,10.25,,{paper}"]
        process += [f"{PARK},{at},lime,30.5,0.683,{one},{paper}"]
    fuel.append(f"{PARK},{YEAR}-02,diesel,final_use,125,L,{one},{_name('paper-diesel')}")
    fuel.append(f"{PARK},{YEAR}-02,{_name('unknown fuel')},final_use,1,t,{one},{_name('paper-unknown')}")
    return {
        "fuel_use": "park_id,month,fuel,activity,quantity,unit,enterprise_id,document_id\n" + "\n".join(fuel),
        "heat_flows": "park_id,month,direction,kind,quantity_gj,factor_tco2_per_gj,document_id\n" + "\n".join(heat),
        "process_outputs": "park_id,month,product,quantity_t,factor_tco2_per_t,enterprise_id,document_id\n"
        + "\n".join(process),
        "indicators": "park_id,year,indicator,value,document_id\n"
        f"{PARK},{YEAR},water_reuse,0.815,{_name('paper-water')}\n",
        "reading_edits": "meter_id,from,to,value,reason,document_sha256,author,approver\n"
        f"{_name('one')},{YEAR}-02-01T00:00,{YEAR}-02-02T00:00,123456.789,{_name('why')},{'ab' * 32},"
        f"{_name('author')},{_name('approver')}\n",
    }


def _certificates() -> dict[str, str]:
    one, two = _name("e1"), _name("e2")
    month = f"{YEAR}-01"
    trades = [
        f"{_name('t1')},{YEAR}-04-10,unbundled,{PROJECT_CODE},wind,{month},{SERIAL},{SERIAL + 2999},{one}",
        f"{_name('t2')},{YEAR}-04-11,green_power,{PROJECT_CODE},wind,{month},{SERIAL + 5000},{SERIAL + 6999},{two}",
    ]
    cancelled = [
        f"{_name('c1')},{YEAR}-06-01,{PROJECT_CODE},{month},{SERIAL},{SERIAL + 2499},{one}",
        f"{_name('c2')},{YEAR}-06-02,{PROJECT_CODE},{month},{SERIAL + 9000},{SERIAL + 9099},{two}",
    ]
    return {
        "gec_trades": "trade_id,trade_date,channel,project_code,technology,generation_month,serial_from,serial_to,"
        "buyer_enterprise_id\n" + "\n".join(trades),
        "gec_cancellations": "cancellation_id,cancelled_on,project_code,generation_month,serial_from,serial_to,"
        "beneficiary_enterprise_id\n" + "\n".join(cancelled),
    }


def published_home(root: Path) -> Settings:
    """A home folder in which the park is published for ``YEAR``, with its base year."""
    settings = Settings(home=root / "home", duckdb_memory="512MiB", duckdb_threads=2)
    folder = root / _name("delivery")
    folder.mkdir(parents=True)
    (folder / "delivery.yaml").write_text(f"delivered_at: {YEAR + 1}-01-31T09:00\n", encoding="utf-8")
    tables = {"meter_readings": _readings(), **_masters(), **_activity(), **_certificates()}
    for table, text in tables.items():
        (folder / f"{table}_{MARK}.csv").write_text(text, encoding="utf-8")
    late = root / _name("late")
    late.mkdir()
    (late / "delivery.yaml").write_text(f"delivered_at: {YEAR + 1}-02-15T09:00\n", encoding="utf-8")
    day = date(YEAR, 1, 6)
    (late / f"meter_readings_{MARK}_late.csv").write_text(
        f"meter_id,interval_end,value\n{_name('one')},{day.isoformat()}T24:00,{wh('one', day) / 1000 + 1:.3f}\n",
        encoding="utf-8",
    )
    land([folder], settings)
    land([late], settings)
    with open_context(settings, YEAR) as context:
        for step in plan(context.models):
            for each in context.months if step.partitioned else (None,):
                run_step(step, context, each)
    publish(settings, Lake(settings.home), YEAR)
    return settings
