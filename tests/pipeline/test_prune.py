"""`zcp prune`: what goes, what never does, and what a reader and a crash see of it."""

import json
import shutil
from pathlib import Path

import duckdb
import pytest

from pipelines.errors import UserError
from pipelines.lake import Lake, append_lines, write_json
from pipelines.model_runner import output_path, pointer_path
from pipelines.publish import catalog, locks, restatement
from pipelines.publish.history import list_publications
from pipelines.publish.retention import prune
from tests.pipeline.zcp_command import one_sentence, zcp

NAMES = [f"{number:016x}" for number in range(1, 9)]


def publication(lake: Lake, name: str) -> Path:
    """A publication as far as retention looks: a folder with a manifest, a database, and no right to write files."""
    folder = lake.published / name
    folder.mkdir(parents=True)
    write_json(folder / "manifest.json", {"id": name})
    with duckdb.connect(str(folder / "parks.duckdb")) as con:
        con.execute("create table t as select range as n from range(100000)")
    for path in folder.iterdir():
        path.chmod(0o444)
    return folder


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """Eight publications, made current one after the other; the third has the last good figures of a park."""
    lake = Lake(tmp_path / "home")
    for name in NAMES:
        publication(lake, name)
        last_good = {"park-a": NAMES[2]} if name in NAMES[6:] else {}
        catalog.make_current(lake, name, 2026, "2027-12-31", "run", last_good=last_good)
    lake.raw.mkdir()
    (lake.raw / ("ab" * 32)).write_bytes(b"raw")
    for month in (None, "2026-01"):
        for digest in ("old", "new"):
            target = output_path(lake, "metrics.park_year", month, digest)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(digest.encode())
        write_json(pointer_path(lake, "metrics.park_year", month), {"fingerprint": "new"})
    output_path(lake, "gone.model", "2025-01", "old").parent.mkdir(parents=True)
    output_path(lake, "gone.model", "2025-01", "old").write_bytes(b"old")
    return lake


def content(lake: Lake) -> dict[str, bytes]:
    """What stands in the home folder, but for locks."""
    return {
        path.relative_to(lake.home).as_posix(): path.read_bytes()
        for path in lake.home.rglob("*")
        if path.is_file() and "lock" not in path.name
    }


def test_what_others_rest_on_stays_and_the_rest_goes(lake: Lake) -> None:
    before = content(lake)
    planned = prune(lake, keep=2, dry_run=True)
    assert content(lake) == before
    done = prune(lake, keep=2)
    assert done == planned
    assert done.kept == {
        NAMES[2]: ("last_good",),
        NAMES[6]: ("newest",),
        NAMES[7]: ("current", "newest"),
    }
    assert catalog.publication_ids(lake) == sorted(done.kept)
    after = content(lake)
    gone = before.keys() - after.keys()
    assert after == {name: value for name, value in before.items() if name not in gone}
    assert done.bytes == sum(len(before[name]) for name in gone)
    assert {name for name in gone if name.startswith("models/")} == {
        "models/metrics.park_year/old.parquet",
        "models/metrics.park_year/2026-01/old.parquet",
        "models/gone.model/2025-01/old.parquet",
    }
    assert not (lake.models / "gone.model").exists()
    assert {name for name in gone if not name.startswith("models/")} == {
        f"published/{name}/{file}"
        for name in set(NAMES) - done.kept.keys()
        for file in ("manifest.json", "parks.duckdb")
    }
    assert [entry["on_disk"] for entry in list_publications(lake)] == [name in done.kept for name in NAMES]
    assert prune(lake, keep=2).items == ()


def test_locked_years_candidates_and_past_states_are_kept_or_counted(lake: Lake) -> None:
    catalog.note(lake, locks.LOCK, id=NAMES[0], year=2025, reason="r", by=["b"], manifest_sha256=None)
    waits, past, unnamed = "a" * 16, "b" * 16, "c" * 16
    for name in (waits, past, unnamed):
        publication(lake, name)
    # A candidate is noted as ``restatement`` notes it: based on what is current.
    entry = {"id": waits, "year": 2026, "cutoff": "2027-12-31", "based_on": NAMES[7], "locked_years": [2025]}
    catalog.note(lake, restatement.CANDIDATE, **entry, tables={}, effects=[], last_good={}, manifest_sha256=None)
    line = {
        "id": past,
        "created_at": "2099-01-01T00:00:00+00:00",
        "year": 2026,
        "cutoff": "x",
        "as_of": "x",
        "state": "x",
    }
    append_lines(catalog.as_of_path(lake), [line])
    kept = prune(lake, keep=1).kept
    assert kept == {
        NAMES[0]: ("locked_year",),
        NAMES[2]: ("last_good",),
        NAMES[7]: ("current",),
        waits: ("candidate",),
        past: ("newest",),
        unnamed: ("not_in_log",),
    }


def test_a_reader_reads_on_and_a_crash_is_made_good(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    with duckdb.connect(str(lake.published / NAMES[0] / "parks.duckdb"), read_only=True) as con:

        def torn(path: Path) -> None:
            (path / "manifest.json").unlink()
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(shutil, "rmtree", torn)
            with pytest.raises(KeyboardInterrupt):
                prune(lake, keep=2)
        # What was half removed is no publication any more; all others are as they were.
        assert catalog.publication_ids(lake) == NAMES[1:]
        assert all((lake.published / name / "manifest.json").is_file() for name in NAMES[1:])
        items = prune(lake, keep=2).items
        assert [item.path for item in items if item.kind == "leftover"] == [f"published/.pruned-{NAMES[0]}"]
        assert con.execute("select sum(n) from t").fetchone() == (99999 * 50000,)
    assert sorted(path.name for path in lake.published.iterdir()) == sorted([NAMES[2], NAMES[6], NAMES[7], "current"])


def test_leftovers_of_dead_writers_go_and_failed_candidates_stay(lake: Lake) -> None:
    for name in ("published/.candidate-1", "published/.broken-1", "published/.failed-1", "tmp/landing", "tmp/as-of"):
        (lake.home / name).mkdir(parents=True)
        (lake.home / name / "half").write_bytes(b"half")
    (lake.home / "tmp" / "duckdb_temp_storage_DEFAULT-0.tmp").write_bytes(b"a reader's")
    (lake.pointers / ".metrics.json.1.tmp").write_bytes(b"{")
    gone = {item.path for item in prune(lake, keep=9).items if item.kind == "leftover"}
    assert gone == {
        "published/.candidate-1",
        "published/.broken-1",
        "tmp/landing",
        "tmp/as-of",
        "pointers/.metrics.json.1.tmp",
    }
    assert (lake.published / ".failed-1" / "half").exists()
    assert (lake.home / "tmp" / "duckdb_temp_storage_DEFAULT-0.tmp").exists()


def test_the_command_tells_what_went_and_waits_for_no_other_writer(lake: Lake) -> None:
    told = json.loads(zcp("prune", "--keep", "1", "--dry-run", "--json", home=lake.home).stdout)
    assert told["dry_run"]
    assert len([item for item in told["removed"] if item["kind"] == "publication"]) == 6
    assert catalog.publication_ids(lake) == NAMES
    with lake.writing():
        assert "another zcp command is writing" in one_sentence(zcp("prune", home=lake.home), 2)
    with pytest.raises(UserError, match="--keep 0"):
        prune(lake, keep=0)
