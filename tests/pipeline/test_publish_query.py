"""Reading publications: SQL that a user wrote reads, and does nothing else; what is published is listed."""

import pickle
import time
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

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


HOGS = {
    # What DuckDB can stop by itself …
    "select count(*) from range(10000000000) a, range(1000000) b where a.range % 7 = b.range": r"longer than 0\.4 s",
    "with recursive t(i) as (select 1 union all select i + 1 from t) select count(*) from t": r"longer than 0\.4 s",
    "select count(distinct i || repeat('x', 1000)) from range(3000000) t(i)": "Out of Memory",
    "select list(i) from range(1000000000) t(i)": "Out of Memory",
    "from range(100001)": "more than 100000 rows",
    "from generate_series(1, 1000000000000)": "more than 100000 rows",
    "select repeat('x', 1000000) from range(90)": "more than 67108864 bytes",
    # … and what no interrupt and no memory limit of it reaches: one call of a function.
    "select max(levenshtein(repeat('a', 60000), repeat('b', 60000)))": r"longer than 0\.4 s",
    "select repeat('x', 1000000000)": r"longer than 0\.4 s|more memory|more than",
    "select lpad('x', 2000000000, 'y')": r"longer than 0\.4 s|more memory|more than",
    "select list_sum(range(1000000000))": "more memory|Out of Memory|longer than",
}


@pytest.mark.parametrize("text", HOGS)
def test_a_query_that_takes_too_much_is_stopped_alone(lake: Lake, text: str) -> None:
    limit_seconds = 0.4 if "longer than 0" in HOGS[text] else 20
    began = time.monotonic()
    with pytest.raises(UserError, match=HOGS[text]) as caught:
        query.run_sql(lake, text, timeout_seconds=limit_seconds)
    assert "\n" not in str(caught.value)
    assert time.monotonic() - began < limit_seconds + 10


def test_values_of_every_type_come_back(lake: Lake) -> None:
    text = """
        select 1::hugeint, 1.5::decimal(38, 6), 0.5::double, true, null, 'a\u00e9\u56ed', date '2026-01-01',
            timestamp '2026-01-01 24:00:00', timestamptz '2026-01-01 00:00:00+00', interval 3 days, uuid(), 'x'::blob,
            [1, 2], {'a': 1}, map {'a': 1}, '101'::bit
    """
    ((*values,),) = query.run_sql(lake, text)[1]
    assert values[:3] == [1, Decimal("1.5"), 0.5]
    assert values[5:8] == ["aé园", date(2026, 1, 1), datetime(2026, 1, 2)]
    assert values[8].timestamp() == 1767225600
    assert values[12:] == [[1, 2], {"a": 1}, {"a": 1}, "101"]


def test_an_answer_that_is_no_value_is_an_error() -> None:
    with pytest.raises(pickle.UnpicklingError, match=r"posix\.system is no value"):
        list(query._parts(b"cposix\nsystem\n(S'true'\ntR."))


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
