"""`zcp verify`: a database that says other things than the tables, parks held back, sentences of all problems."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from pipelines.lake import Lake
from pipelines.publish import publisher
from pipelines.publish.verify import verify
from pipelines.publish.verify_audit import check_audit
from pipelines.publish.verify_copies import check_database
from pipelines.publish.verify_tables import load_tables
from pipelines.settings import Settings
from pipelines.texts.verify import VERIFY_TEXTS
from tests.pipeline.altering import edit, found, stated_by
from tests.pipeline.publishing import YEAR, home

PARK_YEAR = "metrics.park_year"


pytestmark = pytest.mark.usefixtures("without_great_expectations")


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, Lake, Path]:
    """A home folder with one good publication of made-up rows."""
    settings, lake = home(tmp_path_factory.mktemp("home"))
    return settings, lake, publisher.publish(settings, lake, YEAR).path


@pytest.fixture
def copy(published: tuple[Settings, Lake, Path], tmp_path: Path) -> Path:
    """A copy of the publication that anybody may write to."""
    target = tmp_path / "copy"
    shutil.copytree(published[2], target)
    for path in target.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return target


@pytest.fixture(scope="module")
def tables(published: tuple[Settings, Lake, Path]) -> Iterator[duckdb.DuckDBPyConnection]:
    """The tables of the publication, as verifying reads them."""
    with duckdb.connect() as con:
        assert load_tables(con, stated_by(published[2]), published[2]) == ()
        yield con


def database_faults(tables: duckdb.DuckDBPyConnection, folder: Path) -> set[tuple[str, str]]:
    return {(p.code, p.subject) for p in check_database(tables, stated_by(folder)).problems if p.fails}


def test_the_database_is_altered(tables: duckdb.DuckDBPyConnection, copy: Path) -> None:
    assert database_faults(tables, copy) == set()
    with duckdb.connect(str(copy / "parks.duckdb")) as con:
        con.execute("update metrics.park_year set total_tco2 = 1 where park_id = 'park-a'")
        con.execute("delete from quality.scores")
        con.execute("create table metrics.extra as select 1 as one")
        con.execute("create or replace view views.league_table as select 'park-b' as winner")
        con.execute("comment on column metrics.park_year.total_tco2 is 'kg'")
        con.execute("create macro metrics.limit_of(x) as 1")
        con.execute("drop table reference.params cascade")
        con.execute("create view reference.params as select 2026 as year")
    faults = database_faults(tables, copy)
    assert faults >= {
        ("database_rows", PARK_YEAR),
        ("database_rows", "quality.scores"),
        ("database_extra", "metrics.extra"),
        ("database_defines", "views.league_table"),
        ("database_defines", "metrics.park_year.total_tco2"),
        ("database_defines", "metrics.limit_of"),
        ("database_lacks", "reference.params"),
    }
    assert {subject for code, subject in faults if code == "database_rows"} == {PARK_YEAR, "quality.scores"}


@pytest.mark.parametrize("place", [0.0, 0.001, 0.6])
def test_a_bit_of_the_database_is_flipped_where_it_says_something(
    tables: duckdb.DuckDBPyConnection, copy: Path, place: float
) -> None:
    path = copy / "parks.duckdb"
    content = bytearray(path.read_bytes())
    # From the place on to the next bytes that are not empty: space between blocks says nothing.
    start = next(n for n in range(round(place * len(content)), len(content)) if content[n : n + 16].count(0) == 0)
    content[start + 8] ^= 1
    path.write_bytes(content)
    assert {code for code, _ in database_faults(tables, copy)} & {"database_unreadable", "database_rows"}


def test_a_publication_that_holds_a_park_back_holds_too(tmp_path: Path) -> None:
    """What its audit says of the figures taken out is compared with ``quality.held_parks``, and shown by its page."""
    settings, lake = home(tmp_path, lambda rows: rows[PARK_YEAR][1].update(residual_grid_mwh=31))
    folder = publisher.publish(settings, lake, YEAR).path
    assert json.loads((folder / "audit.json").read_text())["summary"]["held_parks"] == ["park-b"]
    assert found(verify(folder, settings, lake)) == set()
    (folder / "audit.json").chmod(0o644)
    edit(folder / "audit.json", lambda told: told["held"][0]["by_park"][0].update(rows=7))
    with duckdb.connect() as con:
        assert load_tables(con, stated_by(folder), folder) == ()
        audited = check_audit(con, stated_by(folder), ())
    assert {problem.code for problem in audited.problems} >= {"held_differs", "page_other"}


def test_every_problem_has_its_sentence_in_both_languages() -> None:
    sources = Path(publisher.__file__).parent.glob("verif*.py")
    named = r'(?:Problem\(|_broken\(verdicts, )"([a-z_]+)"'
    codes = {code for path in sources for code in re.findall(named, path.read_text(encoding="utf-8"))}
    assert len(codes) > 30
    assert codes - {name.removeprefix("v_") for name in VERIFY_TEXTS} == set()
