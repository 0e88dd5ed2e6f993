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
from pipelines.samples.meters import metered_series
from pipelines.samples.plans import park_plans

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


def test_the_planned_day_is_missing_and_nothing_else(demo: GeneratedDemo) -> None:
    plan = park_plans(5)[-1]
    frame = pl.read_parquet(next(demo.folder.glob(f"*-{plan.park_id}/meter_readings_2026.parquet")))
    per_meter = dict(frame.group_by("meter_id").len().iter_rows())
    assert per_meter.pop(f"{plan.park_id}-in1") == 8760 - 24
    assert set(per_meter.values()) == {8760}
    assert any(fault.code == "missing" and fault.text == plan.park_id for fault in demo.planted_faults)


def test_every_planted_fault_names_a_file_that_is_there(demo: GeneratedDemo) -> None:
    delivered = {path.name for path in demo.folder.rglob("*")}
    assert {fault.file_name for fault in demo.planted_faults} <= delivered | {""}
    assert len(demo.planted_faults) >= 12
