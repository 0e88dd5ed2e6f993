"""A plan goes back through the pipeline: there both tests pass, with the very figures that the plan gave."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from pipelines.errors import UserError
from pipelines.ingest.landing import land
from pipelines.lake import Lake
from pipelines.run import run_pipeline
from pipelines.scenario.base import Base, load_base
from pipelines.scenario.plan import solve
from pipelines.scenario.plan_check import Proven, passes, proven_plan
from pipelines.scenario.plan_costs import cost_rows, costs_of, parse_cost
from pipelines.scenario.plan_park import park_of, profile_of
from pipelines.scenario.plan_problem import Costs, Limits, Question
from pipelines.settings import Settings
from tests.pipeline.zcp_command import one_sentence, zcp

YEAR, FIRST, DAYS = 2026, datetime(2026, 1, 1), 3
_PARAMETERS = """parameter,value,unit,valid_from,valid_to,source
size_class_floor,1,tce/a,2025-01-01,,a floor that small parks of a test reach
"""
_FILES = {
    "parks": "park_id,name_zh,province_zh,valid_from,valid_to\n"
    "shared,共享园区,江苏省,2026-01-01,2026-01-03\nsingle,单一园区,江苏省,2026-01-01,2026-01-03\n"
    "burning,燃煤园区,江苏省,2026-01-01,2026-01-03\n",
    "enterprises": "enterprise_id,park_id,name\na,shared,甲\nb,shared,乙\nc,single,丙\nd,burning,丁\n",
    "projects": "project_id,park_id,technology,relation,capacity_kw\n"
    "roof,shared,solar,onsite,4000\nline,shared,wind,direct_line,1000\n",
    "meters": "meter_id,park_id,point,measure,unit,enterprise_id,project_id,interval_minutes,accuracy_class\n"
    "in,shared,grid_import,interval_energy,kWh,,,60,0.5S\n"
    "out,shared,grid_export,interval_energy,kWh,,,60,\n"
    "pv,shared,generation,interval_energy,kWh,,roof,60,0.5S\n"
    "wind,shared,direct_import,interval_energy,kWh,,line,60,\n"
    "use-a,shared,use,interval_energy,kWh,a,,60,\n"
    "use-b,shared,use,interval_energy,kWh,b,,60,\n"
    "in-c,single,grid_import,interval_energy,kWh,,,15,\n"
    "in-d,burning,grid_import,interval_energy,kWh,d,,60,\n",
    "fuel_use": "park_id,month,fuel,activity,quantity,unit,enterprise_id\n"
    "shared,2026-01,natural_gas,final_use,0.5,1000_m3,a\n"
    "burning,2026-01,bituminous,final_use,400,t,d\n",
    "gec_trades": "trade_id,trade_date,channel,project_code,technology,generation_month,serial_from,serial_to,"
    "buyer_enterprise_id\n"
    "t1,2026-03-01,unbundled,44444444444444444,wind,2026-01,1,20,a\n"
    "t2,2026-03-01,green_power,55555555555555555,wind,2026-01,1,9,b\n",
    "gec_cancellations": "cancellation_id,cancelled_on,project_code,generation_month,serial_from,serial_to,"
    "beneficiary_enterprise_id\nc1,2026-04-01,44444444444444444,2026-01,1,20,a\n",
}  # fmt: skip


def _readings() -> str:
    """Three days of the three parks: sun by day, a line with wind, use that is highest in the evening."""
    lines = ["meter_id,interval_end,value"]
    for hour in range(24 * DAYS):
        at, end = FIRST + timedelta(hours=hour), FIRST + timedelta(hours=hour + 1)
        solar = max(0, 3000 - 700 * abs(at.hour - 12)) * (4 + at.day) // 7
        wind, use = 100 * ((hour * 5) % 7), 1500 + 35 * ((at.hour * 3) % 17)
        need = use - solar - wind
        values = {"in": max(need, 0), "out": max(-need, 0), "pv": solar, "wind": wind}
        values |= {"use-a": use * 2 // 3, "use-b": use - use * 2 // 3, "in-d": 500 + 9 * at.hour}
        lines += [f"{meter},{end:%Y-%m-%dT%H:%M},{value}" for meter, value in values.items()]
        lines += [f"in-c,{at + timedelta(minutes=15 * k):%Y-%m-%dT%H:%M},{90 + 10 * k + at.hour}" for k in range(1, 5)]
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    root = tmp_path_factory.mktemp("plan")
    folder = root / "delivery"
    folder.mkdir()
    for name, text in (_FILES | {"meter_readings": _readings()}).items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    settings = Settings(home=root / "home", duckdb_memory="500MiB", duckdb_threads=2)
    (settings.home / "reference").mkdir(parents=True)
    (settings.home / "reference" / "method_parameters.csv").write_text(_PARAMETERS, encoding="utf-8")
    assert not any(entry.refused_reason or entry.rows_quarantined for entry in land([folder], settings))
    run_pipeline(settings, YEAR)
    return settings


def base_of(settings: Settings, park: str) -> Base:
    return load_base(settings, Lake(settings.home), park, YEAR)


def asked_of(base: Base, limits: Limits | None = None, **given: str) -> Question:
    """A question about a park with its own, or typical, sun and wind; a year's investment counts for the three days."""
    rows = cost_rows(base.lake, YEAR, {name: Decimal(value) for name, value in given.items()})
    costs = costs_of(rows)
    share = Decimal(DAYS) / 365
    costs = replace(costs, **{name: getattr(costs, name) * share for name in Costs.names() if "investment" in name})
    solar, wind = (profile_of(base, technology, None)[0] for technology in ("solar", "wind"))
    return Question(park_of(base), solar, wind, costs, limits or Limits())


def check_equal(proven: Proven) -> None:
    """The pipeline gives the plan's account, to the digit."""
    account, found = proven.plan.account, proven.outcome
    assert passes(found)
    assert found["overall_verdict"] == "pass"
    assert found["reasons"] == [] or found["reasons"] == ["size_class_uncertain"]
    assert found["total_tco2"] == account.total_tco2
    assert found["energy_tce"] == account.energy_tce
    assert found["electricity_use_mwh"] * 1_000_000 == account.use_wh
    assert found["residual_grid_mwh"] * 1_000_000 == account.residual_wh
    assert found["storage_loss_mwh"] * 1_000_000 == proven.plan.dispatch.loss_wh
    assert found["direct_supply_share"] == pytest.approx(account.direct_wh / account.use_wh, abs=1e-12)
    assert found["intensity_tco2_per_tce"] <= found["limit_tco2_per_tce"]
    assert found["intensity_high"] is None or found["intensity_high"] <= found["limit_tco2_per_tce"]


def test_the_pipeline_passes_the_plan_with_the_same_figures(small: Settings, tmp_path: Path) -> None:
    """Two enterprises that share by use, own plants, trade, certificates in hand; no new wind, so storage is built."""
    base = base_of(small, "shared")
    assert base.published["overall_verdict"] == "fail"
    asked = asked_of(base, Limits(wind_w=0, solar_w=9_000_000))
    proven = proven_plan(base, asked, keep=tmp_path / "kept")
    check_equal(proven)
    assert proven.plan.storage_wh > 0
    assert sum(proven.plan.certificates.values()) > 0
    assert proven.question.park.reserve_tco2 > 0
    assert proven.plan.gap < 1e-3
    flows = pl.read_parquet(tmp_path / "kept" / "plan.parquet")
    assert flows.height == 24 * DAYS
    assert flows["supply_wh"].sum() == int(proven.plan.dispatch.supply_wh.sum())
    assert (tmp_path / "kept" / "home").is_dir()


def test_a_park_of_quarter_hours_with_one_enterprise(small: Settings) -> None:
    base = base_of(small, "single")
    proven = proven_plan(base, asked_of(base))
    check_equal(proven)
    assert len(proven.plan.dispatch.supply_wh) == 96 * DAYS


def test_dear_certificates_are_replaced_by_supply(small: Settings) -> None:
    base = base_of(small, "shared")
    cheap = solve(asked_of(base, certificate_price="1"))
    dear = proven_plan(base, asked_of(base, certificate_price="5000"))
    check_equal(dear)
    assert sum(dear.plan.certificates.values()) < sum(cheap.certificates.values())
    assert dear.plan.dispatch.supply_wh.sum() > cheap.dispatch.supply_wh.sum()


def test_the_command_prints_the_plan_and_its_proof(small: Settings) -> None:
    arguments = ["plan", "shared", "--year", str(YEAR), "--certificate-price", "6.5", "--json"]
    done = zcp(*arguments, home=small.home)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["park_year"]["overall_verdict"] == "pass"
    assert found["cost_cny"]["total"] == pytest.approx(
        sum(value for name, value in found["cost_cny"].items() if name != "total")
    )
    assert found["optimality"]["bound_cny"] <= found["optimality"]["primal_cny"] + 0.01
    assert {row["cost"]: row["value"] for row in found["costs"]}["certificate_price"] == 6.5
    assert all(row["source"] for row in found["costs"])
    shown = zcp(*arguments[:-1], home=small.home)
    assert "relative gap" in shown.stdout
    assert "Shadow prices" in shown.stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nowhere"], "nowhere"),
        (["burning"], "fuel, heat and process emissions alone are"),
        (["shared", "--solar-max-mw", "0", "--wind-max-mw", "0"], "direct supply reaches at most"),
        (["shared", "--solar-max-mw", "-1"], "--solar-max-mw -1 must be a number from 0 to 1000000000"),
        (["shared", "--certificate-price", "much"], "--certificate-price much is not a number"),
        (["shared", "--cost", "sun_price=3"], "there is no such cost"),
        (["shared", "--cost", "discharge_efficiency=1.2"], "must be above 0 and at most 1"),
        (["shared", "--wind-profile", "none.csv"], "none.csv"),
    ],
)
def test_mistakes_are_one_sentence(small: Settings, arguments: list[str], sentence: str) -> None:
    done = zcp("plan", *arguments, "--year", str(YEAR), home=small.home)
    assert sentence in one_sentence(done, 2)


def test_the_operators_costs_go_before_the_packages(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.reference.mkdir(parents=True)
    (lake.reference / "plan_costs.csv").write_text(
        "cost,value,unit,valid_from,valid_to,confidence,source\n"
        "certificate_price,4.2,CNY/certificate,2026-01-01,,seen,our own contract\n"
        "wind_investment,3900,CNY/kW,2030-01-01,,seen,an offer for later\n",
        encoding="utf-8",
    )
    rows = {row.cost: row for row in cost_rows(lake, 2026, {"solar_lifetime": Decimal(20)})}
    assert (rows["certificate_price"].value, rows["certificate_price"].source) == (Decimal("4.2"), "our own contract")
    assert rows["wind_investment"].value == 4200
    assert rows["solar_lifetime"].value == 20
    assert {row.cost: row.value for row in cost_rows(lake, 2025, {})}["certificate_price"] == Decimal("5.15")
    with pytest.raises(UserError, match="--cost x is not NAME=VALUE"):
        parse_cost("x")
    (lake.reference / "plan_costs.csv").write_text("cost,value\nsun,4\n", encoding="utf-8")
    with pytest.raises(UserError, match="has the cost sun, which is none of"):
        cost_rows(lake, 2026, {})
