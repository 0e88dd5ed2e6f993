"""The quality command on a made-up publication, as a user runs it; and every score's statement on what is published."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from zcp_command import one_sentence, zcp

from pipelines.commands.output import Output
from pipelines.commands.quality import coverage_cell, month_of
from pipelines.errors import UserError
from pipelines.lake import Lake
from pipelines.publish import audit, query
from pipelines.publish.publisher import publish
from tests.pipeline.publishing import YEAR, home


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder with one publication of two parks; see ``publishing._quality`` for what is known of them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(audit, "judge_expectations", lambda con, contracts: [])
        settings, lake = home(tmp_path_factory.mktemp("home"))
        publish(settings, lake, YEAR)
    return settings.home


def as_json(published: Path, *arguments: str) -> Mapping[str, Any]:
    done = zcp("quality", *arguments, "--json", home=published)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_every_statement_gives_the_published_score(published: Path) -> None:
    lake = Lake(published)
    con = query.open_current(lake)
    scores = con.execute("select score, statement from quality.scores").fetchall()
    assert len(scores) >= 18
    for score, statement in scores:
        given = con.execute(statement).fetchall()
        wanted = con.execute(f"select park_id, month, {score} from quality.park_month").fetchall()
        assert sorted(given) == sorted(wanted) != [], score


def test_all_parks_with_what_was_set_aside(published: Path) -> None:
    found = as_json(published)
    assert (found["year"], found["month"], "scores" in found) == (YEAR, None, False)
    assert [row["park_id"] for row in found["parks"]] == ["park-a", "park-b"]
    first = found["parks"][0]
    assert (first["coverage"], first["estimated_share"], first["intervals_open"]) == (94 / 97, 0.1, 1)
    assert (first["findings_fail"], first["days_late_latest"]) == (2, 40)
    assert [row["reason"] for row in found["set_aside"]["by_reason"]] == ["bad_number"]


def test_one_month_counts_the_findings_of_that_month_only(published: Path) -> None:
    assert as_json(published, "--month", f"{YEAR}-12")["parks"][0]["findings_fail"] == 1
    assert as_json(published, "--year", str(YEAR), "--month", "3")["parks"] == []


def test_one_park_with_its_meters_and_what_to_deliver(published: Path) -> None:
    found = as_json(published, "park-a", "--sql")
    assert [row["month"] for row in found["months"]] == [f"{YEAR}-12"]
    (meter,) = found["meters"]
    assert (meter["meter_id"], meter["intervals_open"], meter["methods"]) == (
        "park-a-m",
        1,
        "like_day 1, linear 1, open 1",
    )
    assert {row["code"] for row in found["findings"]} == {"direct_supply_below_minimum", "spike"}
    assert [(row["state"], row["from_at"][11:16], row["intervals"], row["reasons"]) for row in found["to_deliver"]] == [
        ("open", "03:00", 1, "no_value"),
        ("estimated", "01:00", 1, "missing"),
        ("estimated", "02:00", 1, "spike"),
    ]
    assert {"coverage", "estimated_share"} <= {row["score"] for row in found["scores"]}


def test_what_makes_the_intensity_uncertain_the_widest_first(published: Path) -> None:
    sources = as_json(published, "park-a")["uncertainty_sources"]
    assert [(row["method"], row["half_width_tco2_per_tce"]) for row in sources] == [
        ("accuracy_class", 0.00004),
        ("linear", 0.00003),
        ("sender_estimate", None),
    ]
    assert [row["variance_share"] for row in sources[:2]] == pytest.approx([16 / 25, 9 / 25])
    said = zcp("quality", "park-a", home=published).stdout
    assert "64.0%" in said
    assert "sender_estimate" not in said
    assert as_json(published, "park-a", "--month", f"{YEAR}-12")["uncertainty_sources"] == []


def test_tables_for_people_in_both_languages(published: Path) -> None:
    said = zcp("quality", "park-a", "--sql", home=published).stdout
    assert "96.90%" in said
    assert "open: the year is undecided" in said
    assert "select park_id, month, cast(sum(intervals_valid)" in said
    chinese = zcp("quality", "--lang", "zh", home=published).stdout
    assert "覆盖率" in chinese
    assert "bad_number" in chinese


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("park-x",), "park-x"),
        (("--year", "2019"), "2019"),
        (("--month", "2026-13"), "--month 2026-13"),
        (("--month", "12"), "--month 12"),
        (("--year", str(YEAR), "--month", f"{YEAR - 1}-12"), f"--month {YEAR - 1}-12"),
    ],
)
def test_a_mistake_is_one_sentence(published: Path, arguments: tuple[str, ...], named: str) -> None:
    assert named in one_sentence(zcp("quality", *arguments, home=published), 2)


def test_nothing_published_yet(tmp_path: Path) -> None:
    assert "zcp demo" in one_sentence(zcp("quality", home=tmp_path), 2)


def test_a_month_is_a_number_beside_its_year_or_complete() -> None:
    output = Output("en")
    assert month_of("3", 2026, output) == month_of("03", 2026, output) == month_of("2026-03", None, output)
    assert month_of("2026-3", 2026, output) == (2026, "2026-03")
    with pytest.raises(UserError):
        month_of("2026-00", None, output)


def test_what_is_not_whole_never_reads_a_hundred_per_cent() -> None:
    assert [coverage_cell(value) for value in (1.0, 0.99999, 0.5, 0.0, None)] == [
        "100.00%",
        "99.99%",
        "50.00%",
        "0.00%",
        "–",
    ]
