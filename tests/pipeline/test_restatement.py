"""Locked years: what would change them waits as a candidate until two persons agree; everything else passes."""

import json
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.commands import published
from pipelines.commands import restatement as commands
from pipelines.commands.output import Output
from pipelines.commands.run import say_published
from pipelines.errors import AuditFailed, UserError
from pipelines.lake import Lake, sha256_file
from pipelines.publish import audit, catalog, reference_release, restatement
from pipelines.publish.chain import broken_links
from pipelines.publish.locks import lock, locks
from pipelines.publish.manifest import factor_release, read_manifest, table_path
from pipelines.publish.publisher import publish
from pipelines.publish.restatement import Candidate, approve, candidates
from pipelines.settings import Settings
from tests.pipeline.publishing import YEAR, good_rows, home, write_models
from tests.pipeline.zcp_command import one_sentence, zcp


@pytest.fixture(autouse=True)
def without_great_expectations(monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes seconds to load, and what it judges is not in question here."""
    monkeypatch.setattr(audit, "judge_expectations", lambda con, contracts: [])


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A home folder with one publication."""
    path = tmp_path_factory.mktemp("restatement") / "home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(audit, "judge_expectations", lambda con, contracts: [])
        settings, lake = home(path)
        return path, publish(settings, lake, YEAR).publication_id


class World:
    """A copy of that home folder with its year locked."""

    def __init__(self, path: Path, first: str) -> None:
        self.settings = Settings(home=path, duckdb_memory="512MiB", duckdb_threads=2)
        self.lake, self.first = Lake(path), first
        lock(self.lake, YEAR, "submitted to the ministry", "Li Wei")

    def make(self, name: str, table: str, columns: str, run_year: int = YEAR) -> None:
        """A publication like the first, but for some columns of a table, of a run of ``run_year``."""
        folder = self.lake.published / name
        if folder.exists():
            return
        shutil.copytree(self.lake.published / self.first, folder)
        for path in (folder / "manifest.json", table_path(folder, table)):
            path.chmod(0o644)
        manifest = json.loads((folder / "manifest.json").read_text())
        rows = duckdb.sql(f"select * replace ({columns}) from '{table_path(folder, table)}'")
        rows.write_parquet(str(table_path(folder, table)))
        manifest["tables"][table] |= {"content": name, "sha256": sha256_file(table_path(folder, table))}
        (folder / "manifest.json").write_text(json.dumps(manifest | {"id": name, "year": run_year}))

    def switch(self, name: str, **options: Any) -> Candidate | None:
        """What happens when a run has built that publication."""
        return restatement.switch(self.lake, name, YEAR, f"{YEAR + 1}-12-31", "run", **options)

    def correction(self, name: str = "corrected", green_share: float = 0.75) -> Candidate | None:
        share = f"case park_id when 'park-a' then {green_share} end as green_share"
        self.make(name, "metrics.park_year", share)
        return self.switch(name)


@pytest.fixture
def world(prepared: tuple[Path, str], tmp_path: Path) -> World:
    path, first = prepared
    return World(Path(shutil.copytree(path, tmp_path / "home", symlinks=True)), first)


def test_a_late_correction_of_a_locked_year_waits_with_its_effect(world):
    first, *others = good_rows()["metrics.park_year"]
    write_models(world.lake, {"metrics.park_year": [first | {"green_share": 0.75}, *others]})
    corrected = publish(world.settings, world.lake, YEAR)
    assert catalog.current_id(world.lake) == world.first != corrected.publication_id
    (waiting,) = candidates(world.lake)
    assert (waiting.publication_id, waiting.based_on, waiting.state) == (corrected.publication_id, world.first, "open")
    assert waiting.tables == {"metrics.park_year": 2}
    change = {"green_share": (None, "0.75")}
    assert [(e.park_id, e.year, e.changed) for e in waiting.effects] == [("park-a", YEAR, change)]
    assert world.switch(corrected.publication_id) == waiting
    assert [line["event"] for line in catalog.events(world.lake)] == ["published", "lock", "candidate"]


def test_what_leaves_the_figures_of_the_year_as_they_are_is_current_at_once(world):
    world.make("told", "quality.findings", "'40 % of 50 % due.' as sentence")
    assert world.switch("told") is None
    assert catalog.current_id(world.lake) == "told"
    assert candidates(world.lake) == []
    assert locks(world.lake)[YEAR].publication_id == world.first


def test_a_publication_of_another_year_leaves_a_locked_one_alone(world):
    world.make("other", "metrics.park_year", f"{YEAR + 1}::integer as year")
    assert world.switch("other") is None
    assert catalog.current_id(world.lake) == "other"


def test_the_run_of_the_year_after_says_of_the_ledgers_what_its_own_account_leaves_out(world):
    world.make("next", "certificates.exclusions", "0 as mwh", run_year=YEAR + 1)
    assert world.switch("next") is None
    assert catalog.current_id(world.lake) == "next"
    world.make("restated", "metrics.park_year", "0.75 as green_share", run_year=YEAR + 1)
    assert world.switch("restated").tables.keys() == {"metrics.park_year"}
    assert catalog.current_id(world.lake) == "next"


def test_a_park_that_is_held_back_changes_nothing_in_a_locked_year(world):
    assert world.correction() is not None
    held = {"park-a": world.first}
    assert world.switch("corrected", last_good=held) is None
    assert catalog.entries(world.lake)[-1]["last_good"] == held


def test_approving_publishes_and_locks_at_the_new_figures(world):
    world.correction()
    approve(world.lake, "corrected", "meter 7 was read twice", ["Li Wei", "Wang Fang"])
    assert catalog.current_id(world.lake) == "corrected"
    line = catalog.entries(world.lake)[-1]
    assert (line["supersedes"], line["reason"], line["approved_by"]) == (
        world.first,
        "meter 7 was read twice",
        ["Li Wei", "Wang Fang"],
    )
    assert line["changes"] == [{"park_id": "park-a", "year": YEAR, "changed": {"green_share": [None, "0.75"]}}]
    assert locks(world.lake)[YEAR].publication_id == "corrected"
    assert candidates(world.lake) == []
    assert world.correction() is None
    # The first figures are another restatement now.
    assert world.switch(world.first) is not None
    assert catalog.current_id(world.lake) == "corrected"
    assert broken_links(world.lake) == []


@pytest.mark.parametrize(
    ("reason", "by", "said"),
    [
        (" ", ["A", "B"], "--reason is blank"),
        ("r", ["A"], "needs two persons"),
        ("r", ["Li  Wei", " ｌi wei"], "needs two persons"),
        ("r", ["Li Wei", "Li-Wei."], "needs two persons"),
        ("r", ["A", "\u200b"], "--by is blank"),
        ("r", ["A", "\u3164"], "is no name"),
    ],
)
def test_without_reason_and_two_names_nothing_is_approved(world, reason, by, said):
    world.correction()
    with pytest.raises(UserError, match=said):
        approve(world.lake, "corrected", reason, by)
    assert catalog.current_id(world.lake) == world.first


def test_only_a_candidate_of_the_current_publication_is_approved(world):
    with pytest.raises(UserError, match="there is no candidate x; none waits"):
        approve(world.lake, "x", "r", ["A", "B"])
    for name, share in (("one", 0.7), ("two", 0.8)):
        world.correction(name, share)
    approve(world.lake, "two", "r", ["A", "B"])
    with pytest.raises(UserError, match="before another publication became current"):
        approve(world.lake, "one", "r", ["A", "B"])
    again = world.correction("one", 0.7)
    assert again is not None
    assert again.based_on == "two"
    shutil.rmtree(world.lake.published / "one")
    with pytest.raises(UserError, match="not on disk"):
        approve(world.lake, "one", "r", ["A", "B"])
    assert [c.state for c in candidates(world.lake)] == ["pruned"]


@pytest.mark.parametrize("link", [None, "corrected"])
def test_a_link_that_was_taken_away_or_set_by_hand_lets_nothing_through(world, link):
    world.correction()
    (world.lake.published / "current").unlink()
    if link:
        catalog.point(world.lake, link)
        with pytest.raises(UserError, match="names corrected, which the catalog does not"):
            lock(world.lake, YEAR + 1, "r", "A")
    waiting = world.correction()
    assert waiting is not None
    assert (waiting.state, waiting.based_on) == ("open", world.first)
    assert catalog.current_id(world.lake) == world.first


def test_a_year_that_is_locked_meanwhile_needs_another_candidate(world):
    world.correction()
    catalog.note(world.lake, "lock", id=world.first, year=YEAR - 1, reason="r", by=["A"])
    with pytest.raises(UserError, match="another year was locked"):
        approve(world.lake, "corrected", "r", ["A", "B"])
    assert world.correction().state == "open"
    approve(world.lake, "corrected", "r", ["A", "B"])


@pytest.mark.parametrize("file", ["manifest.json", "metrics/park_year.parquet"])
def test_what_was_altered_since_its_effect_was_told_is_not_approved(world, file):
    world.correction()
    with (world.lake.published / "corrected" / file).open("ab") as stream:
        stream.write(b"\n")
    with pytest.raises(UserError, match="was altered on disk"):
        approve(world.lake, "corrected", "r", ["A", "B"])
    assert catalog.current_id(world.lake) == world.first


@pytest.mark.parametrize("place", ["symlink_to", "fsync_path"])
def test_an_approval_cut_off_takes_effect_with_the_next_run(world, monkeypatch, place):
    """Cut off before the link is moved, and between the link and its line."""
    world.correction()

    def broken(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(*((Path, place) if place == "symlink_to" else (catalog, place)), broken)
        with pytest.raises(KeyboardInterrupt):
            approve(world.lake, "corrected", "meter 7", ["A", "B"])
    assert world.correction() is None
    assert catalog.current_id(world.lake) == "corrected"
    assert catalog.entries(world.lake)[-1]["approved_by"] == ["A", "B"]
    assert broken_links(world.lake) == []


def test_a_year_is_locked_once_and_only_where_it_is_published(world):
    with pytest.raises(UserError, match="has been locked since"):
        lock(world.lake, YEAR, "again", "A")
    with pytest.raises(UserError, match=f"no figures of {YEAR - 1}, only of {YEAR}"):
        lock(world.lake, YEAR - 1, "r", "A")


def test_a_publication_left_by_a_run_that_was_cut_off_is_noted(world):
    shutil.copytree(world.lake.published / world.first, world.lake.published / "left")
    assert "published/left is named by no line" in broken_links(world.lake)[0]
    world.switch(world.first)
    assert catalog.events(world.lake)[-1]["event"] == "unfinished"
    assert broken_links(world.lake) == []


def test_the_reference_data_of_a_publication_are_kept(world):
    release = read_manifest(world.lake.published / world.first)["factor_release"]
    kept = reference_release.folder(world.lake, release)
    assert release == factor_release(world.lake)
    assert (kept / "package" / "method_parameters.csv").is_file()
    world.lake.reference.mkdir()
    (world.lake.reference / "fuels.csv").write_bytes((kept / "package" / "fuels.csv").read_bytes().splitlines(True)[0])
    again = reference_release.store(world.lake)
    assert again != kept
    scratch = Lake(world.lake.home / "scratch")
    for folder in (kept, again):
        shutil.rmtree(scratch.home, ignore_errors=True)
        reference_release.use(scratch, folder)
        assert factor_release(scratch) == folder.name
    (again / "operator" / "fuels.csv").write_bytes((again / "package" / "fuels.csv").read_bytes())
    shutil.rmtree(scratch.home)
    with pytest.raises(AuditFailed, match="was changed"):
        reference_release.use(scratch, again)
    assert reference_release.folder(world.lake, "unknown") is None


def test_the_commands(world, capsys):
    world.correction()
    home = world.lake.home
    refused = zcp("lock", str(YEAR), "--reason", "r", "--by", "甲", home=home)
    assert "has been locked since" in one_sentence(refused, 2)
    shown = zcp("candidates", home=home).stdout
    assert "park-a" in shown
    assert "0.75" in shown
    commands.candidates(world.settings, Output("en", as_json=True))
    assert json.loads(capsys.readouterr().out)[0]["publication_id"] == "corrected"
    approved = zcp("approve", "corrected", "--reason", "r", "--by", "甲", "--by", "乙", home=home)
    assert approved.returncode == 0
    published.publications(world.settings, Output("en"))
    assert "甲, 乙" in capsys.readouterr().out


def test_a_run_says_that_its_publication_waits(world, capsys):
    world.correction()
    say_published(world.lake, "corrected", Output("en"))
    said = " ".join(capsys.readouterr().out.split())
    assert f"{YEAR} is locked and publication corrected would change its figures" in said
    assert f"{world.first} stays current" in said
