"""`zcp verify`: whatever is altered in a publication is named, and nothing is where nothing was altered."""

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.commands import verify as command
from pipelines.commands.output import Output
from pipelines.errors import AuditFailed
from pipelines.lake import Lake, sha256_file
from pipelines.publish import audit, chain, publisher, verification
from pipelines.publish.manifest import (
    MANIFEST,
    Identity,
    content_hash,
    identify,
    identity_of,
    read_manifest,
    table_path,
)
from pipelines.publish.verdicts import Verdict
from pipelines.publish.verify import check_catalog, verify
from pipelines.publish.verify_files import check_manifest_text
from pipelines.settings import Settings
from tests.pipeline.altering import edit, flip, found, identity_faults, rewrite, set_entry, stated_by
from tests.pipeline.publishing import YEAR, home
from tests.pipeline.test_prove import TRADES, with_ledger
from tests.pipeline.zcp_command import one_sentence, zcp

PARK_YEAR = "metrics.park_year"


pytestmark = pytest.mark.usefixtures("without_great_expectations")


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, Lake, Path]:
    """A home folder with one good publication of made-up rows and the ledger file behind its certificates."""
    settings, lake = home(tmp_path_factory.mktemp("home"), with_ledger)
    lake.raw.mkdir(parents=True)
    (lake.raw / ("ab" * 32)).write_bytes(TRADES)
    return settings, lake, publisher.publish(settings, lake, YEAR).path


@pytest.fixture
def copy(published: tuple[Settings, Lake, Path], tmp_path: Path) -> Path:
    """A copy of the publication that anybody may write to, in a folder whose name DuckDB would take for a pattern."""
    target = tmp_path / "copy [1]*"
    shutil.copytree(published[2], target)
    for path in target.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return target


def test_what_nobody_altered_holds_in_its_home_and_as_a_copy(
    published: tuple[Settings, Lake, Path], copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings, lake, folder = published
    before = {path: path.stat().st_mtime_ns for path in lake.home.rglob("*")}
    command.verify(settings, None, head=chain.head(lake), every=True, output=Output("en", as_json=True))
    told = json.loads(capsys.readouterr().out)
    (at_home,) = told["publications"]
    assert (told["holds"], at_home["publication_id"]) == (True, folder.name)
    assert {check["state"] for check in (*at_home["checks"], told["log"])} == {"ok"}
    assert sum(check["examined"] for check in at_home["checks"]) > 200
    assert {path: path.stat().st_mtime_ns for path in lake.home.rglob("*")} == before
    alone = verify(copy, settings)
    assert alone.holds
    assert [problem.code for check in alone.checks for problem in check.problems] == ["root_needs_home"]
    (cut,) = check_catalog(lake, "0" * 64).problems
    assert "does not hold the line" in str(cut.values["sentence"])


def test_files_that_are_altered_missing_linked_or_too_many(
    published: tuple[Settings, Lake, Path], copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    flip(table_path(copy, "quality.scores"), 0)
    flip(table_path(copy, "metrics.matching"), 0.5)
    flip(table_path(copy, "metrics.sensitivity"), 1)
    flip(copy / "audit.html", 0.5)
    table_path(copy, "quality.corrections").unlink()
    checker = copy / "check_certificates.py"
    checker.rename(copy.parent / "elsewhere.py")
    checker.symlink_to(copy.parent / "elsewhere.py")
    (copy / "metrics" / "extra.parquet").write_bytes(b"PAR1")
    (copy / "parks.duckdb.wal").write_bytes(b"")
    with pytest.raises(
        AuditFailed, match=r"\d\d things do not hold; the first: quality/corrections.parquet is in the man"
    ):
        command.verify(published[0], str(copy), head=None, every=False, output=Output("en", as_json=True))
    told = json.loads(capsys.readouterr().out)
    checks = {check["check"]: check["problems"] for check in told["publications"][0]["checks"]}
    assert {(problem["code"], problem["subject"]) for problem in checks["files"]} == {
        ("file_changed", "quality/scores.parquet"),
        ("file_changed", "metrics/matching.parquet"),
        ("file_changed", "metrics/sensitivity.parquet"),
        ("file_changed", "audit.html"),
        ("file_missing", "quality/corrections.parquet"),
        ("file_link", "check_certificates.py"),
        ("file_extra", "metrics/extra.parquet"),
        ("file_extra", "parks.duckdb.wal"),
    }
    sentences = [problem["sentence"] for problem in checks["content"] if problem["code"] == "table_unreadable"]
    assert any(sentence.startswith("metrics.sensitivity: its Parquet file cannot be read") for sentence in sentences)


def test_rows_that_are_changed_dropped_or_doubled_with_hashes_to_match(
    published: tuple[Settings, Lake, Path], copy: Path
) -> None:
    rewrite(copy, PARK_YEAR, "select * replace (total_tco2 + 1 as total_tco2) from t")
    rewrite(copy, "metrics.matching", "select * from t limit 7")
    rewrite(copy, "metrics.enterprise_year", "select * from t union all select * from t")
    rewrite(copy, "reference.parks", "select * replace ('0000000000000000' as publication_id) from t")
    verified = verify(copy, published[0])
    assert found(verified) >= {
        ("content_differs", PARK_YEAR),
        ("check_broken", "sql.total_is_sum_of_terms"),
        ("check_broken", "sql.contributions_add_up"),
        ("content_differs", "metrics.matching"),
        ("rows_differ", "metrics.matching"),
        ("content_differs", "metrics.enterprise_year"),
        ("contract_broken", "metrics.enterprise_year"),
        ("stamp_differs", "reference.parks"),
        ("database_rows", PARK_YEAR),
        ("database_rows", "metrics.matching"),
        ("database_rows", "reference.parks"),
    }
    assert ("content_differs", "reference.parks") not in found(verified)
    assert not [p for p in found(verified) if p[0].startswith(("file_", "id_"))]


def test_a_table_that_was_forged_with_its_hashes_no_longer_has_its_id(
    published: tuple[Settings, Lake, Path], copy: Path
) -> None:
    rewrite(copy, "quality.corrections", "select * from t where false")
    rewrite(copy, "metrics.guiding_indicators", "select * replace (0.9 as minimum) from t")
    with duckdb.connect() as con:
        con.execute(
            "create table t as select * from read_parquet($1)", [[str(table_path(copy, "metrics.guiding_indicators"))]]
        )
        content = content_hash(con, "(select * exclude (method_version, factor_release, publication_id) from t)")
    edit(copy / MANIFEST, lambda m: m["tables"]["metrics.guiding_indicators"].update(content=content))
    assert identity_faults(copy) == {("id_differs", MANIFEST)}
    manifest = read_manifest(copy) or {}
    edit(copy / MANIFEST, lambda m: m.update(id=identity_of(manifest).publication_id))
    # With the id forged too, every other table gives it away.
    stamped = {subject for code, subject in found(verify(copy, published[0])) if code == "stamp_differs"}
    assert len(stamped) > 30


def test_entries_of_the_manifest_that_the_files_do_not_give(published: tuple[Settings, Lake, Path], copy: Path) -> None:
    (copy / "readme.txt").write_text("as well")
    for change in (
        set_entry("files", "readme.txt", value=sha256_file(copy / "readme.txt")),
        set_entry("tables", PARK_YEAR, "note", value="checked"),
        set_entry("tables", PARK_YEAR, "rows", value=3),
        set_entry("tables", PARK_YEAR, "contract", value="0.0.1"),
        set_entry("inputs", 0, "rows_read", value=5),
        set_entry("factors", 0, "value", value="0.1"),
        set_entry("certificates", "counted_wh", 0, 3, value=1),
        set_entry("certificates", "ranges", value=5),
        set_entry("audit", "warnings", value=["something"]),
        set_entry("parks", "park-a", value="0" * 64),
        set_entry("approved", value=True),
    ):
        edit(copy / MANIFEST, change)
    verified = verify(copy, published[0])
    entries = {p.values["entry"] for p in verified.failures if p.code == "manifest_differs"}
    assert entries == {
        "files.readme.txt",
        f"tables.{PARK_YEAR}.note",
        "inputs[1].rows_read",
        "factors[1].value",
        "certificates.counted_wh[1][4]",
        "certificates.ranges",
        "audit.warnings",
        "parks.park-a",
        "approved",
    }
    assert found(verified) >= {
        ("rows_differ", PARK_YEAR),
        ("contract_version", PARK_YEAR),
        ("audit_summary", "audit.json"),
    }


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (lambda text: text[:-3], "manifest_unreadable"),
        (lambda text: "[]", "manifest_form"),
        (lambda text: text.replace('"cutoff": "2027-12-31"', '"cutoff": "2027-02-30"'), "manifest_form"),
        (lambda text: text.replace('"metrics.park_year": {', '"../metrics.park_year": {'), "manifest_form"),
        (lambda text: text.replace('"audit.html"', '"../audit.html"'), "manifest_form"),
        (lambda text: text.replace('"year": 2026', '"year": "2026"'), "manifest_form"),
        (lambda text: text.replace('"year": 2026', '"year": 2026000'), "manifest_form"),
        (lambda text: "[" * 100_000, "manifest_unreadable"),
        (None, "no_manifest"),
    ],
    ids=["torn", "list", "day", "table", "file", "type", "year", "deep", "missing"],
)
def test_a_manifest_that_says_nothing_is_one_fault(
    published: tuple[Settings, Lake, Path], copy: Path, text: Callable[[str], str] | None, code: str
) -> None:
    before = (copy / MANIFEST).read_text(encoding="utf-8")
    (copy / MANIFEST).unlink()
    if text:
        assert text(before) != before
        (copy / MANIFEST).write_text(text(before), encoding="utf-8")
    assert found(verify(copy, published[0])) == {(code, MANIFEST)}


def test_a_key_that_stands_twice_in_the_manifest_is_seen(copy: Path) -> None:
    text = (copy / MANIFEST).read_text(encoding="utf-8")
    (copy / MANIFEST).write_text(text.replace('"year": 2026', '"year": 2025,\n "year": 2026'), encoding="utf-8")
    assert [p.code for p in check_manifest_text(stated_by(copy))] == ["manifest_rewritten"]


def test_a_pipe_in_place_of_a_file_is_not_read(published: tuple[Settings, Lake, Path], copy: Path) -> None:
    (copy / "audit.html").unlink()
    os.mkfifo(copy / "audit.html")
    assert found(verify(copy, published[0])) == {("file_link", "audit.html")}


def test_audit_checker_and_root_are_altered_with_their_hashes(
    published: tuple[Settings, Lake, Path], copy: Path
) -> None:
    settings, lake, folder = published

    def of_the_split(told: Any) -> Any:
        return next(v for v in told["verdicts"] if v["check"] == "sql.electricity_split")

    edit(copy / "audit.json", lambda told: of_the_split(told).update(demand="Nothing."))
    page = copy / "audit.html"
    page.write_text(page.read_text(encoding="utf-8") + "<p>All is well.</p>\n", encoding="utf-8")
    (copy / "check_certificates.py").write_text("print('all is well')\n")

    def hashes(manifest: Any) -> None:
        manifest["audit"]["sha256"] = sha256_file(copy / "audit.json")
        manifest["files"] = {name: sha256_file(copy / name) for name in manifest["files"]}

    edit(copy / MANIFEST, hashes)
    edit(copy / MANIFEST, set_entry("certificates", "root", value="0" * 64))
    verified = verify(copy.rename(copy.with_name(folder.name)), settings, lake)
    assert found(verified) == {
        ("root_differs", MANIFEST),
        ("audit_differs", "audit.json"),
        ("page_other", "audit.html"),
        ("checker_other", "check_certificates.py"),
    }
    assert [p.values["check"] for p in verified.failures if p.code == "audit_differs"] == ["sql.electricity_split"]


def test_what_another_version_made_is_not_held_against_rules_of_today(
    published: tuple[Settings, Lake, Path], copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def of_tomorrow(*given: Any) -> Identity:
        return replace(identify(*given), sql="0" * 16, contracts="1" * 16)

    monkeypatch.setattr(verification, "identify", of_tomorrow)
    broken = Verdict("sql.tomorrow", "", "critical", False, demand="New.", sentence="New.")
    monkeypatch.setattr(audit, "judge_sql", lambda con, checks: [broken])
    verified = verify(copy, published[0])
    assert verified.holds
    notes = {(p.code, p.subject) for check in verified.checks for p in check.problems}
    assert notes >= {("made_by_other", "sql"), ("made_by_other", "contracts"), ("check_broken", "sql.tomorrow")}
    # What does not depend on rules is a fault in every version.
    edit(copy / MANIFEST, set_entry("inputs", 0, "file_name", value="forged.csv"))
    edit(copy / MANIFEST, lambda m: m["tables"].update({"information_schema.t": m["tables"]["quality.scores"]}))
    shutil.copytree(copy / "quality", copy / "information_schema")
    (copy / "information_schema" / "scores.parquet").rename(copy / "information_schema" / "t.parquet")
    assert found(verify(copy, published[0])) >= {
        ("manifest_differs", MANIFEST),
        ("table_unreadable", "information_schema.t"),
    }
    edit(copy / MANIFEST, lambda m: m["hashes"].update(sql="0" * 16))
    assert identity_faults(copy) == {("id_differs", MANIFEST)}


def test_the_command_shows_a_table_and_ends_with_4(copy: Path) -> None:
    (copy / MANIFEST).write_text("{}", encoding="utf-8")
    done = zcp("verify", str(copy))
    assert "1 thing does not hold; the first: manifest.json: id has another form" in one_sentence(done, 4)
    assert "entries of the manifest follow from the files" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["0" * 16], "there is no publication 0000000000000000"),
        (["--all", "x"], "--all goes without"),
        (["--head", "beef"], "--head beef is no hash"),
        (["/nowhere/at/all"], "is no folder of a publication"),
        ([str(Path(__file__).parent), "--head", "0" * 64], "which a copied folder has not"),
    ],
)
def test_mistakes_are_one_sentence(published: tuple[Settings, Lake, Path], arguments: list[str], words: str) -> None:
    done = CliRunner().invoke(app, ["verify", *arguments, "--home", str(published[1].home), "--lang", "en"])
    assert words in str(done.exception)
    assert getattr(done.exception, "exit_code", None) == 2
