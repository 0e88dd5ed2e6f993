"""Publishing when something goes wrong: a bad figure, a full disk, a crash between two steps."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipelines import lake as lake_module
from pipelines.errors import AuditFailed
from pipelines.lake import Lake
from pipelines.publish import audit, candidate, catalog, linked_log, publisher
from pipelines.publish.manifest import is_intact, table_path
from pipelines.publish.publisher import publish
from pipelines.settings import Settings
from tests.pipeline.publishing import YEAR, Rows, good_rows, home, write_models


@pytest.fixture(scope="module", autouse=True)
def _without_great_expectations() -> Iterator[None]:
    """These tests are about files and links; the expectations are judged in ``tests/pipeline``."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(audit, "judge_expectations", lambda con, contracts: [])
        yield


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory, _without_great_expectations: None) -> Path:
    """A home folder whose good tables are published; the models have other findings by now."""
    settings, lake = home(tmp_path_factory.mktemp("home"))
    publish(settings, lake, YEAR)
    write_models(lake, changed_findings("changed"))
    return lake.home


@pytest.fixture
def published(template: Path, tmp_path: Path) -> tuple[Settings, Lake, str]:
    """A copy of that home folder, and the id of what is current in it."""
    lake = Lake(tmp_path / "home")
    shutil.copytree(template, lake.home, symlinks=True)
    return Settings(home=lake.home, duckdb_memory="512MiB", duckdb_threads=2), lake, catalog.current_id(lake) or ""


def changed_findings(sentence: str) -> Rows:
    return {"quality.findings": [row | {"sentence": sentence} for row in good_rows()["quality.findings"]]}


def hidden(lake: Lake) -> list[str]:
    return sorted(path.name for path in lake.published.iterdir() if path.name.startswith("."))


def stateless(last_day: str) -> Rows:
    """A certificate that nobody holds from ``last_day`` to the end of July: no single park can be stopped for it."""
    rows = good_rows()["certificates.register"]
    return {"certificates.register": [r | {"valid_to": last_day} if r["state"] == "held" else r for r in rows]}


def test_a_fault_of_no_park_stops_the_publication_and_says_which(published: tuple[Settings, Lake, str]) -> None:
    settings, lake, first = published
    write_models(lake, stateless(f"{YEAR}-07-30"))
    with pytest.raises(AuditFailed) as caught:
        publish(settings, lake, YEAR)
    sentence = str(caught.value)
    assert caught.value.exit_code == 4
    assert "sql.register_one_state (2 rows)" in sentence
    assert "state=cancelled" in sentence
    assert "the last good publication stays current" in sentence
    assert catalog.current_id(lake) == first
    assert len(catalog.entries(lake)) == 1
    (kept,) = hidden(lake)
    verdicts = json.loads((lake.published / kept / "audit.json").read_text())["verdicts"]
    failed = {v["check"] for v in verdicts if not v["passed"] and v["severity"] == "critical"}
    assert failed == {"sql.register_one_state"}
    assert str(lake.published / kept) in sentence


def test_only_the_latest_failure_is_kept_and_a_good_run_removes_it(published: tuple[Settings, Lake, str]) -> None:
    settings, lake, _ = published
    seen = set()
    for last_day in (f"{YEAR}-07-30", f"{YEAR}-07-29"):
        write_models(lake, stateless(last_day))
        with pytest.raises(AuditFailed):
            publish(settings, lake, YEAR)
        (kept,) = hidden(lake)
        seen.add(kept)
    assert len(seen) == 2
    write_models(lake, good_rows())
    publish(settings, lake, YEAR)
    assert hidden(lake) == []


def test_a_wrong_type_is_refused_before_anything_else_is_judged(published: tuple[Settings, Lake, str]) -> None:
    settings, lake, first = published
    park_year = {"metrics.park_year": good_rows()["metrics.park_year"]}
    write_models(lake, park_year, {"total_tco2": "DOUBLE"})
    with pytest.raises(AuditFailed, match=r"structure\.columns on metrics\.park_year: column \d+ is total_tco2 DOUBLE"):
        publish(settings, lake, YEAR)
    assert catalog.current_id(lake) == first


@pytest.mark.parametrize(
    ("place", "name"),
    [
        (candidate, "write_database"),
        (audit, "judge_sql"),
        (publisher, "manifest_of"),
        (publisher, "fsync_path"),
        (linked_log, "append_line"),
        (lake_module, "fsync_path"),
    ],
)
@pytest.mark.parametrize("fault", [OSError(28, "No space left on device"), KeyboardInterrupt()], ids=["disk", "stop"])
def test_an_interrupted_run_leaves_a_whole_publication_and_can_be_repeated(
    published: tuple[Settings, Lake, str], monkeypatch: pytest.MonkeyPatch, place: Any, name: str, fault: BaseException
) -> None:
    settings, lake, first = published

    def broken(*_: Any, **__: Any) -> None:
        raise fault

    with monkeypatch.context() as patch:
        patch.setattr(place, name, broken)
        with pytest.raises(type(fault)):
            publish(settings, lake, YEAR)
    current = catalog.current_id(lake)
    assert current
    assert is_intact(lake.published / current)
    repeated = publish(settings, lake, YEAR)
    assert catalog.current_id(lake) == repeated.publication_id != first
    assert [entry["id"] for entry in catalog.entries(lake)] == [first, repeated.publication_id]
    assert catalog.entries(lake)[-1]["supersedes"] == first
    assert hidden(lake) == []


def test_leftovers_of_a_killed_process_are_cleared(published: tuple[Settings, Lake, str]) -> None:
    settings, lake, _ = published
    (lake.published / ".candidate-0000").mkdir()
    (lake.published / ".candidate-0000" / "half.parquet").write_bytes(b"PAR1")
    publish(settings, lake, YEAR)
    assert hidden(lake) == []


@pytest.mark.parametrize("damage", ["truncate", "remove", "database"])
def test_a_damaged_publication_is_made_again(published: tuple[Settings, Lake, str], damage: str) -> None:
    settings, lake, _ = published
    first = publish(settings, lake, YEAR)
    target = first.path / "parks.duckdb" if damage == "database" else table_path(first.path, "metrics.park_year")
    whole = target.read_bytes()
    target.unlink()
    if damage == "truncate":
        target.write_bytes(whole[:100])
    again = publish(settings, lake, YEAR)
    assert not again.reused
    assert is_intact(again.path)
    assert damage == "database" or target.read_bytes() == whole
