"""What changed between two publications: five causes planted at once, each found in its own part, summing exactly."""

import json
import shutil
from decimal import Decimal

import duckdb
import pytest

from pipelines.commands import diff as commands
from pipelines.commands.output import Output
from pipelines.errors import UserError
from pipelines.lake import Lake
from pipelines.model_runner import run_step
from pipelines.model_scope import open_context
from pipelines.models import plan
from pipelines.publish import audit, catalog
from pipelines.publish.diff import PARTS, Change, Difference, compare
from pipelines.publish.diff_states import PARK_YEAR
from pipelines.publish.manifest import table_path
from pipelines.publish.publisher import publish
from tests.pipeline.small_park import MASTERS, YEAR, Deliveries, kwh, readings
from tests.pipeline.zcp_command import zcp

FACTOR, OTHER_FACTOR = Decimal("0.8325"), Decimal("0.9")
GAP, WRONG = 14, 20
"""The day of January without readings at first, and the one whose readings are corrected by 500 kWh later."""
CERTIFICATES = 5
LEDGER = {
    "gec_trades": (
        "trade_id,trade_date,channel,project_code,technology,generation_month,serial_from,serial_to,buyer_enterprise_id\n"
        f"t1,{YEAR}-03-01,unbundled,44444444444444444,wind,{YEAR}-01,1,200,e\n"
    ),
    "gec_cancellations": (
        "cancellation_id,cancelled_on,project_code,generation_month,serial_from,serial_to,beneficiary_enterprise_id\n"
        f"c1,{YEAR}-04-01,44444444444444444,{YEAR}-01,1,{CERTIFICATES},e\n"
    ),
}
LATE = "meter_id,interval_end,value\n" + "".join(
    f"{meter},{YEAR}-01-{day:02d}T24:00,{kwh(1, day) + more}\n"
    for meter in ("in", "use")
    for day, more in ((GAP, 0), (WRONG, 500))
)


def built(world: Deliveries) -> str:
    """Builds and publishes what is landed, as a run does, but without Dagster's record of it."""
    with open_context(world.settings, YEAR) as context:
        for step in plan(context.models):
            for month in context.months if step.partitioned else (None,):
                run_step(step, context, month)
    return publish(world.settings, Lake(world.settings.home), YEAR).publication_id


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> tuple[Deliveries, str, str]:
    """A month with a gap; then the gap is filled, a day corrected, certificates cancelled and a factor changed."""
    world = Deliveries(tmp_path_factory.mktemp("diff"))
    with pytest.MonkeyPatch.context() as patch:
        for judge in ("judge_expectations", "judge_sql", "judge_database"):
            patch.setattr(audit, judge, lambda *_: [])
        world.take_in(world.write("one", f"{YEAR}-02-03T09:00", **MASTERS, meter_readings=readings(1, without=[GAP])))
        first = built(world)
        world.take_in(world.write("late", f"{YEAR}-06-03T09:00", meter_readings=LATE, **LEDGER))
        reference = Lake(world.settings.home).reference
        reference.mkdir()
        (reference / "method_parameters.csv").write_text(
            f"parameter,value,source\nresidual_electricity_factor,{OTHER_FACTOR},notice\n"
        )
        return world, first, built(world)


@pytest.fixture(scope="module")
def found(world: tuple[Deliveries, str, str]) -> Difference:
    deliveries, first, second = world
    return compare(deliveries.settings, Lake(deliveries.settings.home), first, second)


def part(found: Difference, column: str) -> dict[str, Decimal]:
    (change,) = (change for change in found.changes if change.column == column)
    assert change.parts is not None
    return {name: value for name, value in change.parts.items() if value}


def test_every_split_sums_to_the_published_change(found):
    split = [change for change in found.changes if change.parts is not None]
    assert {"total_tco2", "energy_tce", "intensity_tco2_per_tce", "residual_grid_mwh"} <= {c.column for c in split}
    assert all(sum(change.parts.values()) == change.after - change.before for change in split)
    assert all(tuple(change.parts) == PARTS and not change.unclear for change in split)


def test_each_cause_is_in_its_own_part(found):
    """A gap filled with the value that was estimated would change nothing: the estimate is the mean of like days."""
    use = part(found, "electricity_use_mwh")
    assert use == {"activity": Decimal("0.5"), "data_quality": use["data_quality"]}
    assert use["data_quality"] != 0
    assert part(found, "gec_mwh") == {"certificates": CERTIFICATES}
    (residual,) = (change for change in found.changes if change.column == "residual_grid_mwh")
    assert part(found, "residual_grid_mwh") == use | {"certificates": Decimal(-CERTIFICATES)}
    assert part(found, "electricity_tco2") == pytest.approx(
        {
            "factor": residual.before * (OTHER_FACTOR - FACTOR),
            "certificates": -CERTIFICATES * OTHER_FACTOR,
            "data_quality": use["data_quality"] * OTHER_FACTOR,
            "activity": Decimal("0.5") * OTHER_FACTOR,
        },
        abs=Decimal("0.000001"),
    )
    assert found.computed == dict.fromkeys(PARTS, True) | {"method": False}


def test_where_nothing_changed_nothing_is_computed(world):
    deliveries, first, _ = world
    lake = Lake(deliveries.settings.home)
    same = compare(deliveries.settings, lake, first, first)
    assert same.changes == same.verdicts == ()
    assert not any(same.computed.values())


def test_what_other_code_made_is_method(world, capsys):
    """The first publication as if older code had made it, with another figure: no other inputs, so all is method."""
    deliveries, first, _ = world
    lake = Lake(deliveries.settings.home)
    older = shutil.copytree(lake.published / first, lake.published / "older")
    for path in (older / "manifest.json", table_path(older, PARK_YEAR)):
        path.chmod(0o644)
    manifest = json.loads((older / "manifest.json").read_text())
    manifest["hashes"]["code"] = "older"
    (older / "manifest.json").write_text(json.dumps(manifest))
    rows = duckdb.sql(
        f"select * replace (total_tco2 + 7 as total_tco2) from '{table_path(lake.published / first, PARK_YEAR)}'"
    )
    rows.write_parquet(str(table_path(older, PARK_YEAR)))
    there, back = (compare(deliveries.settings, lake, *ids) for ids in (("older", first), (first, "older")))
    assert part(there, "total_tco2") == {"method": Decimal(-7)}
    assert part(back, "total_tco2") == {"method": Decimal(7)}
    shown = zcp("diff", "older", first, "p", "--lang", "zh", home=lake.home).stdout
    assert "方法" in shown
    assert "-7.000" in shown
    commands.diff(deliveries.settings, "older", first, park=None, year=None, output=Output("en", as_json=True))
    (change,) = json.loads(capsys.readouterr().out)["changes"]
    assert (change["column"], change["change"], change["parts"]["method"]) == ("total_tco2", "-7.000000", "-7.000000")
    shutil.rmtree(older)


def test_what_is_gone_is_named(world, tmp_path):
    deliveries, first, second = world
    lake = Lake(deliveries.settings.home)
    with pytest.raises(UserError, match=f"there is no publication x in .*{first}"):
        compare(deliveries.settings, lake, "x", second)
    with pytest.raises(UserError, match="do not both have figures of that year; both have: 2025"):
        compare(deliveries.settings, lake, first, "current", year=2030)
    with pytest.raises(UserError, match="do not both have figures of q for 2025"):
        compare(deliveries.settings, lake, first, second, park_id="q")
    kept = next(path for path in (lake.home / "reference_releases").iterdir() if not any((path / "operator").iterdir()))
    kept.rename(tmp_path / "kept")
    with pytest.raises(UserError, match="were not kept"):
        compare(deliveries.settings, lake, second, first)
    (tmp_path / "kept").rename(kept)
    assert catalog.current_id(lake) == second


def test_figures_that_one_side_lacks_are_not_split():
    assert Change("p", "gec_mwh", None, Decimal(1), None).total is None
