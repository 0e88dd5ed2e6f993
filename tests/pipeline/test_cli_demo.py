"""The demo, small, through the real command line: what a newcomer sees, and that every planted fault is found."""

import importlib.util
import json
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from zcp_command import ROOT, one_sentence, zcp

from pipelines.commands.demo import next_commands
from pipelines.commands.output import Output
from pipelines.commands.pack import pack
from pipelines.evidence import explanation, figures
from pipelines.evidence.account import Account
from pipelines.lake import Lake
from pipelines.publish import query
from pipelines.settings import Settings

PARKS = ["baoding-hidz", "beijing-etda", "cangzhou-cangdong-edz", "tianjin-port-ftz", "tianjin-teda"]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module", autouse=True)
def demo(home: Path) -> dict[str, Any]:
    """What ``zcp demo`` with five parks prints as JSON."""
    done = zcp("demo", "--parks", "5", "--json", home=home)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_the_demo_names_every_planted_fault(demo: dict[str, Any]) -> None:
    assert len(demo["planted_faults"]) >= 30
    assert [fault for fault in demo["planted_faults"] if not fault["found"]] == []


def test_each_way_to_fill_a_gap_is_shown_at_its_fault(demo: dict[str, Any]) -> None:
    found = " ".join(fault["evidence"] for fault in demo["planted_faults"])
    for method in ("linear 1", "linear 2", "like_day 72", "scaled 96", "spread_mwh"):
        assert method in found


def test_the_commands_that_the_demo_ends_with_work(home: Path, demo: dict[str, Any]) -> None:
    for language, said in (("en", "would close them"), ("zh", "应补报的读数")):
        lines = next_commands(Settings(home=home), "baoding-hidz", Output(language=language))
        ways = {shlex.split(command)[1]: what for what, command in lines}
        assert list(ways) == ["show", "quality", "report", "sql", "ui"]
        assert said in ways["quality"]
    for _, command in lines:
        _, name, *arguments, _, folder = shlex.split(command)
        if name != "ui":
            done = zcp(name, *arguments, home=Path(folder))
            assert done.returncode == 0, done.stderr
    assert "2026-10-12 09:00" in zcp("quality", "baoding-hidz", home=home).stdout


def test_the_demo_says_that_its_values_are_generated(demo: dict[str, Any]) -> None:
    assert "Generated example values" in demo["generated"]


def test_the_demo_has_a_row_for_every_park_and_every_kind_of_verdict(demo: dict[str, Any]) -> None:
    verdicts = {row["park_id"]: row["overall_verdict"] for row in demo["park_year"]}
    assert sorted(verdicts) == PARKS
    assert set(verdicts.values()) == {"pass", "fail", "undecided"}


def test_every_score_of_data_quality_is_what_its_statement_gives(home: Path) -> None:
    lake = Lake(home)
    con = query.open_current(lake)
    scores = con.execute("select score, statement from quality.scores").fetchall()
    for score, statement in scores:
        given = con.execute(statement).fetchall()
        published = con.execute(f"select park_id, month, {score} from quality.park_month").fetchall()
        assert sorted(given) == sorted(published) != [], score


def test_the_page_of_questions_has_the_answers_of_the_demo(home: Path) -> None:
    spec = importlib.util.spec_from_file_location("docs_answers", ROOT / "docs" / "answers.py")
    page = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(page)
    found = page.queries(page.PAGE.read_text(encoding="utf-8"))
    assert len(found) >= 20
    con = query.open_current(Lake(home))
    for statement, shown in found:
        assert page.answer(con, statement) == shown, f"{statement}: run `python docs/answers.py HOME` (see there)"


def test_the_parts_of_the_views_add_up_to_the_figures(home: Path) -> None:
    con = query.open_current(Lake(home))
    sums = {
        "views.supply_mix": ("energy_mwh", "electricity_use_mwh"),
        "views.emission_terms": ("emission_tco2", "total_tco2"),
    }
    terms = [row[0] for row in con.execute("select distinct term from views.figure_origin").fetchall()]
    assert len(terms) > 10
    for term in terms:
        sums[f"(from views.figure_origin where term = '{term}')"] = ("amount", term)
    for view, (part, figure) in sums.items():
        added = f"select park_id, year, sum({part}) from {view} group by all"
        assert con.execute(f"{added} except select park_id, year, {figure} from metrics.park_year").fetchall() == [], (
            view
        )


def test_a_second_run_of_the_same_deliveries_gives_the_same_publication(home: Path, demo: dict[str, Any]) -> None:
    delivery = home / "example-deliveries" / "example-05-with-faults"
    done = zcp("run", "--input", str(delivery), "--year", "2026", home=home)
    assert done.returncode == 0, done.stderr
    assert demo["publication_id"] in done.stdout
    assert "meter_readings_screenshot.csv" in done.stdout
    assert "3 refused" in done.stdout
    assert "Emission intensity of the parks in 2026" in done.stdout


def test_the_end_of_a_run_says_what_the_publication_set_aside(home: Path, demo: dict[str, Any]) -> None:
    """Two rows could not be read; that a meter, a fuel or an interval is unknown is found by later stages."""
    done = zcp("run", "--year", "2026", home=home)
    assert done.returncode == 0, done.stderr
    said = demo["set_aside"]
    assert said["read"] == said["loaded"] + said["duplicate"] + said["quarantined"]
    assert (
        f"{said['loaded']:,} loaded + 24 duplicate + {said['quarantined']} quarantined; 3 files refused" in done.stdout
    )
    reasons = {row["reason"]: row["rows"] for row in said["by_reason"]}
    assert sum(reasons.values()) == said["quarantined"]
    assert {"unknown_meter", "unknown_fuel", "off_grid", "not_a_number", "bad_timestamp"} <= reasons.keys()
    (command,) = (line for line in done.stdout.splitlines() if "from quality.quarantine" in line)
    _, _, query, _, folder = shlex.split(command)
    assert len(json.loads(zcp("sql", query, "--json", home=Path(folder)).stdout)) == said["quarantined"]


def test_landing_shows_the_rows_it_quarantined(home: Path) -> None:
    delivery = home / "example-deliveries" / "example-05-with-faults" / "meter_readings_bad_rows.csv"
    done, as_json = zcp("land", str(delivery), home=home), zcp("land", str(delivery), "--json", home=home)
    assert "value is not a number: 停电" in done.stdout
    (entry,) = json.loads(as_json.stdout)
    assert [row["reason"] for row in entry["quarantined"]] == ["not_a_number", "bad_timestamp"]
    lines = delivery.read_text(encoding="utf-8").splitlines()
    assert [lines[row["line"] - 1] for row in entry["quarantined"]] == [row["raw"] for row in entry["quarantined"]]


def test_one_park_is_shown_in_chinese(home: Path) -> None:
    done = zcp("show", "tianjin-teda", "--lang", "zh", home=home)
    assert "单位能耗碳排放高于限值。" in done.stdout
    assert "排放总量 total_tco2" in done.stdout
    assert "The emission intensity is above the limit" not in done.stdout
    assert "单位能耗碳排放高于限值。" in zcp("show", "--lang", "zh", home=home).stdout


def test_a_run_of_months_or_a_year_without_anything_to_do_says_so(home: Path, demo: dict[str, Any]) -> None:
    assert "2025, 2026" in one_sentence(zcp("run", "--year", "2026", "--months", "2024-01..2024-02", home=home), 2)
    assert "2014" in one_sentence(zcp("run", "--year", "2014", home=home), 3)
    listed = json.loads(zcp("publications", "--json", home=home).stdout)
    assert [entry["id"] for entry in listed] == [demo["publication_id"]]


def test_the_league_table_names_parks_in_both_languages(home: Path) -> None:
    english, chinese = zcp("show", home=home), zcp("show", "--lang", "zh", home=home)
    assert english.returncode == chinese.returncode == 0
    assert "Tianjin Economic-Technological Development Area" in english.stdout
    assert "天津经济技术开发区" in chinese.stdout
    assert "不达标" in chinese.stdout
    assert "Generated example values" in english.stderr


def test_one_park_is_shown_by_id_and_by_name_with_margins_and_reasons(home: Path) -> None:
    for name in ("tianjin-teda", "天津经济技术开发区"):
        done = zcp("show", name, home=home)
        assert done.returncode == 0, done.stderr
        assert "intensity_above_limit" in done.stdout
        assert "total_tco2" in done.stdout


def test_one_park_as_json_has_metrics_certificates_and_findings(home: Path) -> None:
    detail = json.loads(zcp("show", "tianjin-teda", "--json", home=home).stdout)
    assert detail["metrics"]["park_id"] == "tianjin-teda"
    assert {row["status"] for row in detail["certificates"]} >= {"counted", "overlap"}
    assert {row["reason"] for row in detail["exclusions"]} >= {"overlap", "not_held"}
    assert "intensity_above_limit" in {row["code"] for row in detail["findings"]}


def test_an_unknown_park_or_year_is_one_sentence(home: Path) -> None:
    assert "tianjin-teda" in one_sentence(zcp("show", "tianjin-tada", home=home), 2)
    assert "2019" in one_sentence(zcp("show", "--year", "2019", home=home), 2)


def test_sql_gives_tables_and_json_and_refuses_to_write(home: Path) -> None:
    query = "select park_id, total_tco2 from metrics.park_year where year = 2026 order by park_id"
    assert "baoding-hidz" in zcp("sql", query, home=home).stdout
    assert [row["park_id"] for row in json.loads(zcp("sql", query, "--json", home=home).stdout)] == PARKS
    assert "read-only" in one_sentence(zcp("sql", "drop table metrics.park_year", home=home), 2)
    assert "no_such_table" in one_sentence(zcp("sql", "select * from metrics.no_such_table", home=home), 2)


def test_the_publication_is_listed_as_current(home: Path, demo: dict[str, Any]) -> None:
    found = json.loads(zcp("publications", "--json", home=home).stdout)
    assert [entry["id"] for entry in found if entry["current"]] == [demo["publication_id"]]
    assert demo["publication_id"] in zcp("publications", home=home).stdout


def test_the_doctor_sees_the_publication(home: Path, demo: dict[str, Any]) -> None:
    done = zcp("doctor", home=home)
    assert done.returncode == 0, done.stderr
    assert demo["publication_id"] in done.stdout


def test_the_ledger_of_landing_again_is_the_same_and_balances(home: Path) -> None:
    delivery = home / "example-deliveries" / "example-04-certificates"
    first, second = (json.loads(zcp("land", str(delivery), "--json", home=home).stdout) for _ in range(2))
    assert first == second
    for entry in first:
        assert entry["rows_read"] == entry["rows_loaded"] + entry["rows_duplicate"] + entry["rows_quarantined"] > 0


def test_every_figure_of_every_park_is_explained_to_the_last_digit(home: Path, tmp_path: Path) -> None:
    with query.open_current(Lake(home)) as con:
        accounts = con.execute("select park_id, year from metrics.park_year order by all").fetchall()
        assert len(accounts) == 2 * len(PARKS)
        for park, year in accounts:
            account = Account(con, park)
            found = figures.explain(account, year, *figures.columns(account))
            assert [key for key, figure in found.items() if figure.agreement != "exact"] == []
            checked = [explanation.check_of(found, key) for key in found]
            assert len([check for check in checked if check]) >= 30
    pack(Settings(home=home), "tianjin-teda", 2026, out=tmp_path / "p.zip", publication=None, output=Output("zh"))
    shutil.unpack_archive(tmp_path / "p.zip", tmp_path / "p")
    command = [sys.executable, tmp_path / "p" / "verify.py", "--manifest", home / "published/current/manifest.json"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.stdout.strip().endswith("tables/*.csv as published"), done.stderr


def test_a_correction_changes_the_publication_and_is_listed(home: Path, demo: dict[str, Any], tmp_path: Path) -> None:
    delivery = tmp_path / "late"
    delivery.mkdir()
    (delivery / "delivery.yaml").write_text("delivered_at: 2027-04-01T09:00+08:00\n", encoding="utf-8")
    rows = "meter_id,interval_end,value\ntianjin-teda-in1,2026-03-05T09:00,9.9999\n"
    (delivery / "meter_readings_late.csv").write_text(rows, encoding="utf-8")
    done = zcp("run", "--input", str(delivery), "--year", "2026", "--json", home=home)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["publication_id"] != demo["publication_id"]
    query = "select new_value from quality.corrections where meter_id = 'tianjin-teda-in1'"
    assert json.loads(zcp("sql", query, "--json", home=home).stdout) == [{"new_value": 9.9999}]
