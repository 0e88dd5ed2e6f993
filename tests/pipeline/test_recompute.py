"""`zcp recompute`: the same bytes from the raw files, whatever the threads and the order in which deliveries came."""

import json
import random
import shutil
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.commands import recompute as command
from pipelines.commands.output import Output
from pipelines.errors import AuditFailed
from pipelines.ingest.landing import land
from pipelines.ingest.withdrawing import withdraw
from pipelines.lake import Lake
from pipelines.model_runner import run_step
from pipelines.model_scope import open_context
from pipelines.models import plan
from pipelines.publish import catalog
from pipelines.publish.comparing import compare
from pipelines.publish.manifest import MANIFEST, table_path
from pipelines.publish.publisher import publish
from pipelines.publish.recompute import Recomputation, recompute
from pipelines.samples import generate
from pipelines.settings import Settings
from tests.pipeline.altering import rewrite
from tests.pipeline.small_park import MASTERS, YEAR, Deliveries, one_day, readings
from tests.pipeline.zcp_command import one_sentence, zcp

FIRST, CORRECTED, LATER = f"{YEAR}-03-03T09:00", f"{YEAR}-03-20T09:00", f"{YEAR}-04-20T09:00"


pytestmark = pytest.mark.usefixtures("without_great_expectations")


def build(settings: Settings, year: int) -> str:
    """Builds and publishes what is landed, as a run does, without Dagster; the id of the publication."""
    with open_context(settings, year) as context:
        for step in plan(context.models):
            for month in context.months if step.partitioned else (None,):
                run_step(step, context, month)
    return publish(settings, Lake(settings.home), year).publication_id


def deliver(world: Deliveries) -> list[Path]:
    """January of a small park in two deliveries, a correction, and the same day in both."""
    return [
        world.write("first", FIRST, **MASTERS, meter_readings_a=readings(1, range(16, 32))),
        world.write("second", FIRST, meter_readings_b=readings(1, range(1, 15))),
        world.write("corrected", CORRECTED, meter_readings_fixed=one_day(1, 15, value=5000)),
    ]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> tuple[Deliveries, str]:
    """Landed in order, one delivery after the other, and published with two threads."""
    world = Deliveries(tmp_path_factory.mktemp("recompute"))
    world.take_in(*deliver(world))
    return world, build(world.settings, YEAR)


def test_shuffled_deliveries_on_one_thread_give_the_same_bytes(
    world: tuple[Deliveries, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Landed in one call, the last first. What was withdrawn since counts, what came since does not."""
    ordered, publication_id = world
    shuffled = Deliveries(tmp_path)
    land(list(reversed(deliver(shuffled))), shuffled.settings)
    lake = Lake(shuffled.settings.home)
    # The arrivals are of this very second, in which the line of the catalog would stand.
    time.sleep(1)
    shutil.copytree(Lake(ordered.settings.home).published / publication_id, lake.published / publication_id)
    catalog.make_current(lake, publication_id, YEAR, f"{YEAR + 1}-12-31", "run")
    withdraw(lake, "meter_readings_fixed.csv", "wrong", "b")
    again = {"meter_readings_a": readings(1, range(16, 32)), "meter_readings_new": one_day(1, 3, 7)}
    shuffled.take_in(shuffled.write("again", LATER, **again))
    before = {path: path.stat().st_mtime_ns for path in lake.home.rglob("*") if "tmp" not in path.parts}

    command.recompute(shuffled.settings, publication_id, threads=1, keep=None, output=Output("en", as_json=True))
    told = json.loads(capsys.readouterr().out)
    assert told["holds"]
    assert (told["computed_id"], told["threads"], told["differing"]) == (publication_id, 1, [])
    assert {file["state"] for file in told["files"]} == {"same"}
    assert {"manifest.json", "audit.json", "audit.html"} < {file["file"] for file in told["files"]}
    assert list((lake.home / "tmp" / "recompute").iterdir()) == []
    after = {path: path.stat().st_mtime_ns for path in lake.home.rglob("*") if "tmp" not in path.parts}
    assert after == before


def test_the_first_row_that_differs_is_told_and_other_bytes_of_the_same_rows_are_no_other_figures(
    world: tuple[Deliveries, str], tmp_path: Path
) -> None:
    ordered, publication_id = world
    whole, altered = Lake(ordered.settings.home).published / publication_id, tmp_path / "altered"
    shutil.copytree(whole, altered)
    for path in altered.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    rewrite(altered, "reference.parks", "select * replace ('0' as publication_id) from t")
    settings = ordered.settings
    figures = compare(settings, altered, whole)
    assert {f.table or f.name: f.state for f in figures.files if f.state != "same"} == {
        MANIFEST: "different",
        "reference.parks": "figures",
    }
    assert (figures.same_bytes, figures.same_figures) == (False, True)
    assert not Recomputation(publication_id, figures, (), 1, 0).holds
    assert Recomputation(publication_id, figures, ("sql",), 1, 0).holds
    rewrite(altered, "metrics.park_year", "select * replace (estimated_share + 0.5 as estimated_share) from t")
    rewrite(altered, "quality.scores", "select * from t order by all limit 17")
    table_path(altered, "metrics.matching").unlink()
    other = compare(settings, altered, whole)
    assert not Recomputation(publication_id, other, ("sql",), 1, 0).holds
    found = {f.table: f for f in other.files if f.table and f.state == "different"}
    assert found["metrics.park_year"].first == f"park_id=p, year={YEAR}: estimated_share 0.5 → 0.0"
    assert found["quality.scores"].first.endswith(": only computed")
    assert found["metrics.matching"].published is None


def test_raw_files_that_are_missing_or_altered_are_one_sentence(world: tuple[Deliveries, str], tmp_path: Path) -> None:
    ordered, publication_id = world
    home = tmp_path / "home"
    shutil.copytree(ordered.settings.home, home, symlinks=True)
    entry = json.loads((home / "published" / publication_id / MANIFEST).read_text())["inputs"][0]
    raw = home / "raw" / entry["sha256"]
    raw.write_bytes(raw.read_bytes() + b"\n")
    message = one_sentence(zcp("recompute", publication_id, home=home), 4)
    assert f"the bytes of {entry['delivery']}/{entry['file_name']}, was altered" in message
    raw.unlink()
    settings = ordered.settings.model_copy(update={"home": home})
    with pytest.raises(AuditFailed, match=f"{raw}, the bytes of .* is missing"):
        recompute(settings, Lake(home), publication_id)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["0" * 16], "there is no publication 0000000000000000"),
        (["--keep", str(Path(__file__).parent)], "is not an empty folder"),
    ],
)
def test_mistakes_are_one_sentence(world: tuple[Deliveries, str], arguments: list[str], words: str) -> None:
    home = str(world[0].settings.home)
    done = CliRunner().invoke(app, ["recompute", *arguments, "--home", home, "--lang", "en"])
    assert words in str(done.exception)
    assert getattr(done.exception, "exit_code", None) == 2


@pytest.mark.slow
def test_generated_parks_are_the_same_at_any_number_of_threads_and_in_any_order(tmp_path: Path) -> None:
    """Two parks of the demo with all its faults: landed shuffled in single calls, published, made again three times."""
    example = generate(tmp_path / "deliveries", parks=2)
    order = list(example.deliveries)
    random.Random(5).shuffle(order)
    seen = set()
    for home, calls in (("one", [list(example.deliveries)]), ("single", [[delivery] for delivery in order])):
        settings = Settings(home=tmp_path / home, duckdb_memory="1GiB", duckdb_threads=2)
        for call in calls:
            land(call, settings)
        publication_id = build(settings, 2026)
        manifest = Lake(settings.home).published / publication_id / MANIFEST
        seen.add((publication_id, manifest.read_bytes()))
        for threads in (1, 2, 4):
            with_threads = settings.model_copy(update={"duckdb_threads": threads})
            found = recompute(with_threads, Lake(settings.home), publication_id)
            assert found.comparison.same_bytes, [f for f in found.comparison.files if f.state != "same"]
            assert found.holds
    assert len(seen) == 1
