"""Scenarios on a published home folder: unchanged they give its figures, changed they follow the flows to the Wh."""

import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from pipelines.errors import UserError
from pipelines.ingest.landing import land
from pipelines.lake import Lake
from pipelines.scenario.base import Base, load_base
from pipelines.scenario.changes import Certificates, Change, DirectSupply, Efficiency, Parameter, Storage
from pipelines.scenario.run import Outcome, evaluate, run_scenario
from pipelines.settings import Settings


@pytest.fixture(scope="module")
def sun(home: Settings) -> Base:
    return load_base(home, Lake(home.home), "sun")


@pytest.fixture(scope="module")
def moon(home: Settings) -> Base:
    return load_base(home, Lake(home.home), "moon")


def tree(folder: Path) -> Iterator[tuple[str, str]]:
    """Every file of a folder with the hash of its bytes."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield path.relative_to(folder).as_posix(), hashlib.sha256(path.read_bytes()).hexdigest()


def built(base: Base, outcome: Outcome) -> Base:
    """The park as the scenario built it."""
    settings = base.settings.model_copy(update={"home": outcome.lake.home})
    return replace(base, settings=settings, lake=outcome.lake, _frames={})


def run(base: Base, changes: list[Change], keep: Path, models: Path) -> tuple[Outcome, Base]:
    outcome = run_scenario(base, changes, keep=keep, models=models)
    return outcome, built(base, outcome)


def mwh(wh: np.ndarray) -> Decimal:
    return Decimal(int(wh.sum())) / 1_000_000


@pytest.mark.parametrize(("park", "year"), [("sun", 2026), ("sun", 2025), ("moon", 2026), ("star", 2026)])
def test_unchanged_it_gives_the_published_figures(home: Settings, models: Path, park: str, year: int) -> None:
    before = dict(tree(home.home))
    base = load_base(home, Lake(home.home), park, year)
    found = run_scenario(base, [], models=models)
    differing = {name for name, value in found.park_year.items() if base.published[name] != value}
    # How well a gap is filled is told from the meters of all parks, in a scenario from those of the park.
    assert differing <= ({"intensity_low", "intensity_high"} if base.published["estimated_share"] else set())
    assert len(found.park_year) > 40
    assert [dict(row) for row in found.enterprise_years] == [
        {name: row[name] for name in found.enterprise_years[0]} for row in base.enterprises
    ]
    assert dict(tree(home.home)) == before


def test_the_base_tells_flows_readings_and_masters(sun: Base) -> None:
    flows = sun.intervals
    assert (flows.height, flows["start"][0], flows["minutes"].unique().to_list()) == (
        31 * 24,
        datetime(2026, 1, 1),
        [60],
    )
    balance = sum(
        (flows[name] for name in ("import_wh", "direct_wh", "generation_wh", "discharge_wh")), pl.Series([0] * 744)
    )
    assert (balance - flows["charge_wh"] - flows["export_wh"] == flows["load_wh"]).all()
    estimated = sun.readings.filter("is_estimated")
    assert estimated["meter_id"].unique().to_list() == ["in1"]
    assert estimated.height == 24 + 2 + 2
    assert mwh(flows["import_wh"].to_numpy()) == sun.published["grid_import_mwh"]
    assert {project["project_id"] for project in sun.projects} == {"roof", "line"}


@pytest.mark.parametrize("export", [True, False])
def test_plant_and_storage_conserve_the_energy_of_every_interval(
    sun: Base, models: Path, tmp_path: Path, export: bool
) -> None:
    plant = DirectSupply(1.5, "wind", "onsite", full_load_hours=3000, export_surplus=export)
    outcome, park = run(sun, [plant, Storage(0.2, 0.6)], tmp_path / "kept", models)
    flows = outcome.effects.flows
    assert flows is not None
    now, then = park.intervals, sun.intervals
    assert (now["import_wh"].to_numpy() == flows.import_wh).all()
    assert (now["export_wh"].to_numpy() == flows.export_wh).all()
    assert (now["load_wh"] == then["load_wh"]).all()
    assert (now["generation_wh"] - then["generation_wh"]).to_list() == flows.supplied_wh[0].tolist()
    assert (now["charge_wh"] - then["charge_wh"]).to_list() == flows.charge_wh.tolist()
    assert (now["discharge_wh"] - then["discharge_wh"]).to_list() == flows.discharge_wh.tolist()
    assert flows.charge_wh.any()
    assert flows.discharge_wh.any()
    year = outcome.park_year
    assert year["grid_import_mwh"] == mwh(flows.import_wh)
    assert year["curtailed_mwh"] - sun.published["curtailed_mwh"] == mwh(flows.curtailed_wh[0])
    assert bool(flows.curtailed_wh[0].any()) is not export
    assert year["baseline_base_year_tco2_per_tce"] == sun.published["baseline_base_year_tco2_per_tce"]
    # What the storage of the plant took from it comes back as green power: nothing of it is lost but losses.
    green = year["direct_supply_mwh"] + year["onsite_nonfossil_mwh"]
    more = green - sun.published["direct_supply_mwh"] - sun.published["onsite_nonfossil_mwh"]
    assert 0 <= sun.published["grid_import_mwh"] - year["grid_import_mwh"] - more < Decimal("0.001")


def test_a_line_displaces_import_through_its_own_meter(sun: Base, models: Path, tmp_path: Path) -> None:
    outcome, park = run(sun, [DirectSupply(1.0, "solar", full_load_hours=1100)], tmp_path / "kept", models)
    flows = outcome.effects.flows
    assert flows is not None
    assert outcome.effects.profiles == ("own_plants",)
    assert (park.intervals["direct_wh"] - sun.intervals["direct_wh"]).to_list() == flows.supplied_wh[0].tolist()
    # 1.0 MW x 1100 h, of which 31 of 365 days; the course is that of the roof, as each interval is rounded down.
    given = mwh(flows.supplied_wh[0])
    assert Decimal(1100 * 31) / 365 - Decimal("0.001") < given <= Decimal(1100 * 31) / 365
    roof = sun.generation(("solar",))["energy_wh"].to_numpy()
    np.testing.assert_allclose(flows.supplied_wh[0], roof * (float(given) * 1e6 / roof.sum()), atol=2)
    assert outcome.park_year["direct_line_share"] > sun.published["direct_line_share"]


def test_without_a_gate_import_follows_from_use(moon: Base, models: Path, tmp_path: Path) -> None:
    changes: list[Change] = [DirectSupply(0.3, "wind"), Storage(0.05, 0.2), Efficiency(Decimal("2.5"))]
    outcome, park = run(moon, changes, tmp_path / "kept", models)
    flows = outcome.effects.flows
    assert flows is not None
    assert outcome.effects.profiles == ("synthetic",)
    assert park.intervals["boundary_from_use"].all()
    assert park.intervals["import_wh"].to_list() == flows.import_wh.tolist()
    assert park.intervals["export_wh"].to_list() == flows.export_wh.tolist()
    assert outcome.effects.storage_project == "mroof"
    saved = (moon.intervals["load_wh"] - park.intervals["load_wh"]).to_list()
    use = moon.readings.filter((pl.col("point") == "use") & (pl.col("start").dt.year() == 2026))["energy_wh"]
    assert saved == [value * 25 // 1000 for value in use]


def test_savings_take_their_share_off_use_and_import(sun: Base, models: Path, tmp_path: Path) -> None:
    outcome, park = run(sun, [Efficiency(Decimal(10))], tmp_path / "kept", models)
    before = sun.readings.filter((pl.col("role") == "use") & (pl.col("start").dt.year() == 2026))
    after = park.readings.filter((pl.col("role") == "use") & (pl.col("start").dt.year() == 2026))
    assert after["energy_wh"].to_list() == [value - value // 10 for value in before["energy_wh"]]
    assert park.intervals["load_wh"].to_list() == [value - value // 10 for value in sun.intervals["load_wh"]]
    unchanged = park.readings.filter(pl.col("start").dt.year() == 2025)
    assert (
        unchanged["energy_wh"].to_list()
        == sun.readings.filter(pl.col("start").dt.year() == 2025)["energy_wh"].to_list()
    )
    assert {row["use_mwh"] for row in outcome.enterprise_years} != {row["use_mwh"] for row in sun.enterprises}


def test_certificates_cover_what_is_open_and_no_more(sun: Base, models: Path) -> None:
    open_mwh = sum(
        (row["grid_offtake_mwh"] - row["green_trade_mwh"] - row["gec_counted_mwh"]) for row in sun.enterprises
    )
    before = sun.published["gec_mwh"]
    assert evaluate(sun, [Certificates(40)], models=models)["gec_mwh"] == before + 40
    many = run_scenario(sun, [Certificates(5000), Certificates(5000, "s2")], models=models)
    assert many.park_year["gec_mwh"] == before + open_mwh
    assert many.park_year["residual_grid_mwh"] == 0
    assert sum(row["gec_usable_mwh"] - row["gec_counted_mwh"] for row in many.enterprise_years) == before + 10000 - (
        before + open_mwh
    )


def test_parameters_count_for_every_year_of_the_account(sun: Base, models: Path) -> None:
    changes = [Parameter("residual_electricity_factor", "0.4"), Parameter("size_class_floor", "0")]
    found = evaluate(sun, [*changes, Parameter("location_based_factor", "0.5")], models=models)
    assert found["electricity_tco2"] == round(found["residual_grid_mwh"] * Decimal("0.4"), 6)
    assert found["limit_tco2_per_tce"] == 0.2
    assert found["baseline_base_year_tco2_per_tce"] < sun.published["baseline_base_year_tco2_per_tce"]
    other = found["total_tco2"] - found["electricity_tco2"]
    assert found["location_based_tco2"] == other + round(found["grid_import_mwh"] / 2, 6)


def test_what_is_kept_is_a_delivery_that_gives_the_same(sun: Base, models: Path, tmp_path: Path) -> None:
    """Of a changed meter nothing of the first delivery is left; of the others every row; ledgers are those of all."""
    outcome, _ = run(sun, [DirectSupply(0.5), Certificates(7, "s1")], tmp_path / "kept", models)
    frames = {path: pl.read_parquet(path) for path in (tmp_path / "kept/delivery").rglob("*.parquet")}
    readings = {path: frame for path, frame in frames.items() if path.stem.startswith("meter_readings")}
    in1 = [path.parent.name for path, frame in readings.items() if "in1" in frame["meter_id"]]
    assert set(in1) == {"scenario"}
    assert {"t4", "t5"} <= {line for p, f in frames.items() if p.stem == "gec_trades" for line in f["trade_id"]}
    meters = pl.concat([f for p, f in frames.items() if p.stem == "meters"], how="diagonal_relaxed")
    assert "muse" not in meters["meter_id"]
    again = Settings(home=tmp_path / "again", duckdb_memory="500MiB", duckdb_threads=2)
    entries = land([tmp_path / "kept/delivery"], again)
    assert not [entry for entry in entries if entry.refused_reason or entry.rows_quarantined]
    assert outcome.park_year["gec_mwh"] == sun.published["gec_mwh"] + 7


def test_days_that_only_another_park_was_read_on_are_missing_not_to_come(home: Settings) -> None:
    """The figures of ``star`` are exact above because one reading of another park says how far January was read."""
    base = load_base(home, Lake(home.home), "star")
    assert base.last_elsewhere.select("meter_id", "start").rows() == [("in2", datetime(2026, 1, 31, 23, 30))]
    assert base.published["estimated_share"] > 0.1


def test_what_came_since_is_published_first(home: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "late"
    folder.mkdir()
    (folder / "curtailment.csv").write_text("project_id,month,curtailed_mwh\nroof,2026-01,2\n")
    copy = Settings(home=tmp_path / "copy")
    shutil.copytree(home.home, copy.home, symlinks=True)
    (copy.home / "reference").mkdir()
    parameter = "parameter,value,valid_from,valid_to,source\nsize_class_floor,0,2025-01-01,,test\n"
    (copy.home / "reference" / "method_parameters.csv").write_text(parameter)
    with pytest.raises(UserError, match="published with other reference data"):
        load_base(copy, Lake(copy.home), "sun")
    land([folder], copy)
    with pytest.raises(UserError, match="since it was published; use `zcp run`"):
        load_base(copy, Lake(copy.home), "sun")
    with pytest.raises(UserError, match="no figures of nowhere"):
        load_base(home, Lake(home.home), "nowhere")
