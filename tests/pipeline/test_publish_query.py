"""Reading publications: SQL that a user wrote reads, and does nothing else; what is published is listed."""

from pathlib import Path

import duckdb
import pytest

from pipelines.errors import UserError
from pipelines.lake import Lake
from pipelines.publish import audit, history, query
from pipelines.publish.publisher import publish
from tests.pipeline.publishing import YEAR, good_rows, home, write_models


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """A home folder with two publications; the second says ``second`` in its findings."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(audit, "judge_expectations", lambda con, contracts: [])
        settings, lake = home(tmp_path_factory.mktemp("home"))
        publish(settings, lake, YEAR)
        rows = good_rows()
        for finding in rows["quality.findings"]:
            finding["sentence"] = "second"
        write_models(lake, rows)
        publish(settings, lake, YEAR, reason="correction")
    return lake


def test_columns_and_rows(lake: Lake) -> None:
    names, rows = query.run_sql(lake, "select park_id, overall_verdict as v from metrics.park_year order by 1")
    assert (names, rows) == (["park_id", "v"], [("park-a", "fail"), ("park-b", "fail")])


@pytest.mark.parametrize(
    "text",
    [
        "from metrics.park_year;",
        "with a as (select 1) select * from a",
        "describe metrics.park_year",
        "summarize metrics.park_year",
        "show all tables",
        "explain select * from views.league_table",
        "select unnest(reasons) from metrics.park_year",
        "select evidence ->> 'x' from quality.findings",
    ],
)
def test_everything_that_reads_is_allowed(lake: Lake, text: str) -> None:
    assert query.run_sql(lake, text)[1]


@pytest.mark.parametrize(
    "text",
    [
        "delete from metrics.park_year",
        "create table t as select 1",
        "create temp table t as select 1",
        "copy (select 1) to 'out.csv'",
        "attach 'other.duckdb'",
        "set memory_limit = '64GB'",
        "pragma threads = 8",
        "install httpfs",
        "load httpfs",
        "call enable_logging()",
        "export database 'out'",
        "select 1; select 2",
        "",
        "select * from read_csv('/etc/passwd')",
        "select * from read_text('/etc/hostname')",
        "select * from glob('/*')",
        "select * from 'https://example.org/x.parquet'",
        "select * from metrics.park_yea",
        "selec 1",
    ],
)
def test_everything_else_is_refused_in_a_sentence(lake: Lake, text: str, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match=r"a query is one SELECT|the query failed") as caught:
        query.run_sql(lake, text)
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_variables_of_the_program_are_not_tables(lake: Lake) -> None:
    secret = duckdb.sql("select 1 as secret").arrow()
    with pytest.raises(UserError, match="secret"):
        query.run_sql(lake, "select * from secret")
    assert secret is not None


def test_a_query_that_takes_too_long_is_stopped(lake: Lake) -> None:
    endless = "select count(*) from range(10000000000) a, range(1000000) b where a.range * b.range % 7 = 3"
    with pytest.raises(UserError, match=r"longer than 0\.2 s"):
        query.run_sql(lake, endless, timeout_seconds=0.2)


def test_a_query_that_gives_too_much_is_refused(lake: Lake) -> None:
    with pytest.raises(UserError, match="more than 100000 rows"):
        query.run_sql(lake, "from range(100001)")


def test_a_query_that_needs_too_much_memory_fails_alone(lake: Lake) -> None:
    with pytest.raises(UserError, match="Out of Memory"):
        query.run_sql(lake, "select count(distinct i || repeat('x', 1000)) from range(3000000) t(i)")
    assert query.run_sql(lake, "select 1")[1] == [(1,)]


def test_an_older_publication_can_be_asked(lake: Lake) -> None:
    first, second = (entry["id"] for entry in history.list_publications(lake))
    sentence = "select distinct sentence from quality.findings"
    assert query.run_sql(lake, sentence, first)[1] == [("40 % of 50 %.",)]
    assert query.run_sql(lake, sentence)[1] == query.run_sql(lake, sentence, second)[1] == [("second",)]


@pytest.mark.parametrize("wanted", ["0000000000000000", "../raw", ".", "current"])
def test_an_unknown_publication_is_refused_with_those_there_are(lake: Lake, wanted: str) -> None:
    known = history.list_publications(lake)[0]["id"]
    with pytest.raises(UserError, match=rf"no publication .*{known}"):
        query.open_current(lake, wanted)


def test_list_says_which_is_current_and_why(lake: Lake) -> None:
    first, second = history.list_publications(lake)
    assert (first["current"], second["current"]) == (False, True)
    assert (first["reason"], second["reason"]) == ("run", "correction")
    assert (first["supersedes"], second["supersedes"]) == (None, first["id"])
    assert first["on_disk"] is second["on_disk"] is True
    assert first["created_at"] <= second["created_at"]


def test_nothing_published_yet(tmp_path: Path) -> None:
    assert history.list_publications(Lake(tmp_path)) == []
    with pytest.raises(UserError, match=r"nothing is published in .* yet; run `zcp run"):
        query.run_sql(Lake(tmp_path), "select 1")
