"""The demo, small, through the real command line: what a newcomer sees, and that every planted fault is found."""

import json
from pathlib import Path

import pytest
from zcp_command import one_sentence, zcp

from pipelines.samples import generate

PARKS = ["beijing-etda", "tianjin-teda", "tianjin-port-ftz", "baoding-hidz"]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder in which ``zcp run`` has published the deliveries of a demo of four parks."""
    folder = tmp_path_factory.mktemp("run")
    example = generate(folder / "example", parks=4)
    inputs = [part for delivery in example.deliveries for part in ("--input", str(delivery))]
    done = zcp("run", *inputs, home=folder / "home")
    assert done.returncode == 0, done.stderr
    assert "Took" in done.stdout
    return folder / "home"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """What ``zcp demo --parks 4 --json`` prints."""
    done = zcp("demo", "--parks", "4", "--json", home=tmp_path_factory.mktemp("demo"))
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found


def test_the_demo_names_every_planted_fault(demo: dict[str, object]) -> None:
    faults = demo["planted_faults"]
    assert isinstance(faults, list)
    assert len(faults) >= 12
    assert [fault for fault in faults if not fault["found"]] == []


def test_the_demo_says_that_its_values_are_generated(demo: dict[str, object]) -> None:
    assert "Generated example values" in str(demo["generated"])


def test_the_demo_has_a_row_for_every_park_and_more_than_one_verdict(demo: dict[str, object]) -> None:
    rows = demo["park_year"]
    assert isinstance(rows, list)
    assert {row["park_id"] for row in rows if row["year"] == 2026} == set(PARKS)
    assert len({row["core_verdict"] for row in rows}) > 1


def test_the_league_table_names_parks_in_both_languages(home: Path) -> None:
    english, chinese = zcp("show", home=home), zcp("show", "--lang", "zh", home=home)
    assert english.returncode == chinese.returncode == 0
    assert "Tianjin Economic-Technological Development Area" in " ".join(english.stdout.split())
    assert "天津经济技术开发区" in chinese.stdout
    assert "Generated example values" in english.stderr


def test_one_park_is_shown_by_id_and_by_name_with_margins_and_reasons(home: Path) -> None:
    for name in ("tianjin-teda", "天津经济技术开发区"):
        done = zcp("show", name, home=home)
        assert done.returncode == 0, done.stderr
        assert "Verdicts" in done.stdout
        assert "total_tco2" in done.stdout
    detail = json.loads(zcp("show", "tianjin-teda", "--json", home=home).stdout)
    assert detail["metrics"]["park_id"] == "tianjin-teda"
    assert {row["status"] for row in detail["certificates"]} >= {"counted"}


def test_an_unknown_park_or_year_is_one_sentence(home: Path) -> None:
    assert "tianjin-teda" in one_sentence(zcp("show", "tianjin-tada", home=home), 2)
    assert "2019" in one_sentence(zcp("show", "--year", "2019", home=home), 2).splitlines()[-1]


def test_sql_gives_tables_and_json_and_refuses_to_write(home: Path) -> None:
    query = "select park_id, total_tco2 from metrics.park_year where year = 2026 order by park_id"
    assert "baoding-hidz" in zcp("sql", query, home=home).stdout
    rows = json.loads(zcp("sql", query, "--json", home=home).stdout)
    assert [row["park_id"] for row in rows] == sorted(PARKS)
    assert zcp("sql", "drop table metrics.park_year", home=home).returncode == 2
    assert zcp("sql", "select * from metrics.no_such_table", home=home).returncode == 2


def test_the_publication_is_listed_as_current(home: Path) -> None:
    found = json.loads(zcp("publications", "--json", home=home).stdout)
    assert [entry["current"] for entry in found] == [True]


def test_landing_the_same_again_changes_nothing(home: Path) -> None:
    delivery = home.parent / "example" / "example-04-certificates"
    first, second = (json.loads(zcp("land", str(delivery), "--json", home=home).stdout) for _ in range(2))
    assert first == second
    assert all(
        entry["rows_read"] == entry["rows_loaded"] + entry["rows_duplicate"] + entry["rows_quarantined"]
        for entry in first
    )
