"""The example deliveries: repeatable, consistent in energy, in the formats they claim, wrong only where planned."""

import csv
import hashlib
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import yaml

from pipelines.resources import REFERENCE
from pipelines.samples import GeneratedDemo, generate, shapes
from pipelines.samples.balance import INNER_LOSS, park_year
from pipelines.samples.defects import DEFECTS, spoil
from pipelines.samples.meters import Meter, metered_series
from pipelines.samples.plans import ParkPlan, park_plans
from pipelines.samples.shapes import Clock, Series

PLANS = {plan.park_id: plan for plan in park_plans()}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> GeneratedDemo:
    return generate(tmp_path_factory.mktemp("example"), parks=5)


def rows(path: Path, encoding: str = "utf-8", delimiter: str = ",") -> list[dict[str, str]]:
    with path.open(encoding=encoding, newline="") as stream:
        return list(csv.DictReader(stream, delimiter=delimiter))


def digests(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(demo: GeneratedDemo, tmp_path: Path) -> None:
    assert digests(generate(tmp_path / "again", parks=5).folder) == digests(demo.folder)
    assert digests(generate(tmp_path / "other", seed=7, parks=1).folder) != digests(
        generate(tmp_path / "one", parks=1).folder
    )


def test_all_52_listed_parks_have_a_plan_with_their_real_name() -> None:
    listed = rows(REFERENCE / "parks.csv")
    assert [(p.park_id, p.name_zh, p.boundary_type) for p in park_plans()] == [
        (row["park_id"], row["name_zh"], row["boundary_type"]) for row in listed
    ]


def test_every_delivery_says_that_it_is_generated(demo: GeneratedDemo) -> None:
    assert all(folder.name.startswith("example-") for folder in demo.deliveries)
    assert "generated" in (demo.folder / "README-GENERATED.txt").read_text(encoding="utf-8")
    names = [row["name"] for row in rows(demo.deliveries[0] / "enterprises.csv")]
    assert names
    assert all("generated example" in name for name in names)


@pytest.mark.parametrize("park_id", ["datong-etdz", "yibin-lingang-etdz-east", "urumqi-ganquanpu-etdz"])
def test_supply_meets_the_load_in_every_interval(park_id: str) -> None:
    year = park_year(PLANS[park_id], 2026, seed=1)
    supply = year.grid_import + year.direct + sum(year.generation.values()) + year.discharge - year.charge - year.export
    np.testing.assert_allclose(supply, year.load, rtol=1e-9)
    np.testing.assert_allclose(np.sum(year.use, axis=0), year.load * (1 - INNER_LOSS), rtol=1e-9)
    assert year.load.min() > 0
    for series in (year.grid_import, year.export, year.charge, year.discharge, *year.generation.values()):
        assert series.min() >= 0
    assert year.discharge.sum() <= year.charge.sum()
    assert (year.charge <= year.generation["pv"] + 1e-6).all()
    assert not np.logical_and(year.grid_import > 0, year.export > 0).any()


def test_the_sun_does_not_shine_at_night_and_summer_days_are_longer() -> None:
    clock = shapes.Clock(2026, 60)
    sun = shapes.solar(clock, "North", np.random.Generator(np.random.PCG64(1)))
    assert not sun[(clock.hour < 4) | (clock.hour > 22)].any()
    assert sun.mean() == pytest.approx(1)
    lit = (sun > 0).reshape(365, 24).sum(axis=1)
    assert lit[171] > lit[354] + 4


def test_shift_work_rests_at_the_spring_festival() -> None:
    clock = shapes.Clock(2026, 60)
    load = shapes.load(clock, "shift", np.random.Generator(np.random.PCG64(1)))
    assert load[clock.from_festival == 0].mean() < 0.6 * load[clock.month == 6].mean()


def test_a_swapped_transformer_changes_the_raw_values_but_not_the_energy() -> None:
    plan = PLANS["baoding-hidz"]
    year = park_year(plan, 2026, seed=1)
    meter, energy = metered_series(plan, year)[0]
    raw = meter.raw_values(energy, year.clock)
    master = list(meter.master_rows())
    assert [(row["valid_from"], row["valid_to"]) for row in master] == [("", "2026-05-13"), ("2026-05-14", "")]
    before = year.clock.ends <= np.datetime64("2026-05-14")
    assert master[0]["multiplier"] != master[1]["multiplier"]
    for part, row in ((before, master[0]), (~before, master[1])):
        factor = float(str(row["multiplier"]))
        assert (raw[part] * factor).sum() == pytest.approx(energy[part].sum(), rel=1e-4)


def test_each_format_holds_what_its_reader_expects(demo: GeneratedDemo) -> None:
    def folder(park: str) -> Path:
        return next(path for path in demo.deliveries if path.name.endswith(park))

    long = rows(folder("beijing-etda") / "meter_readings_2026.csv")
    assert (long[0]["interval_end"], long[8759]["interval_end"]) == ("2026-01-01T01:00", "2027-01-01T00:00")
    chinese = rows(folder("tianjin-teda") / "meter_readings_2026.csv", "gb18030", ";")
    assert list(chinese[0]) == ["表计编号", "数据时间", "电量"]
    wide = rows(folder("tianjin-port-ftz") / "power_wide_2026.csv")
    assert wide[0]["时间"] == "2026-01-01 00:00"
    instructions = yaml.safe_load((folder("tianjin-port-ftz") / "delivery.yaml").read_text(encoding="utf-8"))
    assert instructions["files"][0]["layout"] == "wide_meters"
    parquet = pl.read_parquet(folder("cangzhou-cangdong-edz") / "meter_readings_2026.parquet")
    assert parquet.schema["value"] == pl.Decimal(18, 0)


def test_only_the_planned_certificates_overlap(demo: GeneratedDemo) -> None:
    trades = rows(demo.folder / "example-04-certificates" / "gec_trades.csv")
    spans: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for row in trades:
        key = row["project_code"], row["generation_month"]
        spans.setdefault(key, []).append((int(row["serial_from"]), int(row["serial_to"])))
    overlaps = [
        key
        for key, ranges in spans.items()
        if any(later[0] <= earlier[1] for earlier, later in zip(sorted(ranges), sorted(ranges)[1:], strict=False))
    ]
    assert overlaps == [("98000000000000008", "2026-06")]
    assert all(first <= last for ranges in spans.values() for first, last in ranges)


def test_a_demo_cut_short_has_the_gaps_of_the_grid_import_in_its_last_park(demo: GeneratedDemo) -> None:
    plan = park_plans(5)[-1]
    frame = pl.read_parquet(next(demo.folder.glob(f"*-{plan.park_id}/meter_readings_2026.parquet")))
    per_meter = dict(frame.group_by("meter_id").len().iter_rows())
    assert per_meter.pop(f"{plan.park_id}-in1") == 8760 - 24 - 40 * 24
    assert set(per_meter.values()) == {8760}
    planted = {(fault.code, fault.text) for fault in demo.planted_faults}
    assert {("missing", f"{plan.park_id}-in1"), ("prolonged_estimate_year", plan.park_id)} <= planted


def raw_readings(plan: ParkPlan, year: int = 2026) -> tuple[list[tuple[Meter, Series]], Clock]:
    balance = park_year(plan, year, seed=2026)
    return [(m, m.raw_values(series, balance.clock)) for m, series in metered_series(plan, balance)], balance.clock


@pytest.mark.parametrize("park_id", sorted({defect.park_id for defect in DEFECTS}))
def test_a_park_has_its_defects_and_no_other_reading_changes(park_id: str) -> None:
    plan = PLANS[park_id]
    readings, clock = raw_readings(plan)
    spoiled, planted = spoil(readings, clock, plan, park_plans())
    wrong = {}
    for (meter, before), (_, after) in zip(readings, spoiled, strict=True):
        places = np.flatnonzero(~((before == after) | (np.isnan(before) & np.isnan(after))))
        if len(places):
            wrong[meter.label] = len(places)
    mine = [defect for defect in DEFECTS if defect.park_id == park_id]
    assert wrong == {defect.label: defect.hours for defect in mine}
    assert [fault.code for fault in planted] == [defect.code for defect in mine]


def test_what_two_persons_set_is_the_mean_of_the_hours_that_the_meter_lost(demo: GeneratedDemo) -> None:
    folder = next(demo.folder.glob("*-tianjin-teda"))
    (edit,) = rows(folder / "reading_edits_2026.csv")
    readings, _ = raw_readings(PLANS["tianjin-teda"])
    true = {meter.meter_id: values for meter, values in readings}["tianjin-teda-in2"]
    delivered = {
        row["数据时间"]: float(row["电量"])
        for row in rows(folder / "meter_readings_2026.csv", "gb18030", ";")
        if row["表计编号"] == "tianjin-teda-in2"
    }
    first = (np.datetime64("2026-09-12") - np.datetime64("2026-01-01")).astype(int) * 24 + 8
    hours = [f"2026-09-12 {hour:02d}:00:00" for hour in range(9, 13)]
    assert [delivered[hour] for hour in hours] == pytest.approx(true[first : first + 4] * 2 / 3, abs=1e-4)
    assert float(edit["value"]) == pytest.approx(true[first : first + 4].mean(), abs=1e-4)
    assert edit["author"] != edit["approver"]
    assert len(edit["document_sha256"]) == 64


def test_registers_and_bills_tell_the_energy_of_the_meters_that_send_no_intervals(demo: GeneratedDemo) -> None:
    folder = next(demo.folder.glob("*-beijing-etda"))
    reads = [float(row["正向有功总"]) for y in (2025, 2026) for row in rows(folder / f"meter_registers_{y}.csv")]
    (swap,) = rows(folder / "meter_replacements_2026.csv")
    steps = np.diff(reads)
    assert len(reads) == 2 * 365 + 1
    assert sorted(np.sort(steps)[:2] < 0) == [True, True]
    total = reads[-1] - float(swap["新表起码"]) + float(swap["旧表止码"]) - reads[0] + 100_000
    energies = [park_year(PLANS["beijing-etda"], year, seed=2026).use[2].sum() for year in (2025, 2026)]
    assert total * 6000 == pytest.approx(sum(energies), rel=1e-6)
    assert not any("beijing-etda-use3" in line for line in (folder / "meter_readings_2026.csv").open(encoding="utf-8"))

    folder = next(demo.folder.glob("*-tianjin-port-ftz"))
    bills = rows(folder / "meter_periods_2026.csv")
    assert {row["kind"] for row in bills} == {"peak", "flat", "valley"}
    assert (bills[-1]["from"], bills[-1]["to"]) == ("2026-12-01", "2026-12-31")
    billed = sum(int(row["energy"]) for row in bills)
    assert billed == pytest.approx(park_year(PLANS["tianjin-port-ftz"], 2026, seed=2026).use[1].sum(), rel=1e-6)


def test_the_register_beside_a_gap_holds_the_energy_that_the_gap_lost(demo: GeneratedDemo) -> None:
    folder = next(demo.folder.glob("*-baoding-hidz"))
    reads = {row["read_at"]: float(row["value"]) for row in rows(folder / "meter_registers_2026.csv")}
    readings, clock = raw_readings(PLANS["baoding-hidz"])
    true = {meter.meter_id: values for meter, values in readings}["baoding-hidz-in2"]
    assert len(reads) == 8
    advance = reads["2026-11-01T00:00"] - reads["2026-10-01T00:00"]
    assert advance == pytest.approx(true[clock.month == 10].sum(), abs=1e-3)
    sent = [row for row in rows(folder / "meter_readings_2026.csv") if row["meter_id"] == "baoding-hidz-in2"]
    assert len(sent) == 8760 - 96


def test_most_parks_state_the_class_of_their_meters_and_no_clean_reading_is_above_a_capacity() -> None:
    classes: dict[str, set[str]] = {}
    stating = set()
    for plan in park_plans(9):
        for year in (2025, 2026):
            balance = park_year(plan, year, seed=2026)
            for meter, kwh in metered_series(plan, balance):
                classes.setdefault(plan.park_id, set()).add(meter.accuracy_class)
                if meter.capacity_kw is not None:
                    stating.add(plan.park_id)
                    assert kwh.max() * 60 / plan.interval_minutes <= meter.capacity_kw
    assert "beijing-etda" in stating
    assert 0 < len(stating) < len(classes)
    stated = [found for found in classes.values() if "" not in found]
    assert set().union(*stated) == {"0.2S", "0.5S", "1", "2"}
    assert [found for found in classes.values() if "" in found] == [{""}, {""}]


def test_every_planted_fault_names_a_file_that_is_there(demo: GeneratedDemo) -> None:
    delivered = {path.name for path in demo.folder.rglob("*")}
    assert {fault.file_name for fault in demo.planted_faults} <= delivered | {""}
    assert len(demo.planted_faults) >= 30
