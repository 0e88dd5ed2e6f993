"""The statement and certificates commands on a made-up publication, as a user runs them."""

import csv
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from zcp_command import one_sentence, zcp

from pipelines.commands.statement import not_covered
from pipelines.ingest.ledger import SHANGHAI
from pipelines.publish import audit
from pipelines.publish.publisher import publish
from tests.pipeline.publishing import YEAR, Rows, home

ENTERPRISE = "park-a-e"


def _not_measured(rows: Rows) -> None:
    """The enterprise of park-b has import meters of its own and no meter of its use."""
    (row,) = [row for row in rows["metrics.enterprise_year"] if row["park_id"] == "park-b"]
    row |= {"offtake_case": "import", "use_mwh": 0, "direct_share_mwh": 0, "hourly_green_share": None}


def _bought(rows: Rows) -> None:
    """Each enterprise bought ten certificates on 1 April that may be cancelled for two years."""
    for number, park in enumerate(("park-a", "park-b")):
        buyer = {"holder_enterprise_id": f"{park}-e", "trade_id": f"{park}-t2"}
        lives = [
            ("issued", f"{YEAR}-03-01", f"{YEAR}-03-31", {}),
            ("held", f"{YEAR}-04-01", f"{YEAR + 2}-02-29", buyer),
            ("expired", f"{YEAR + 2}-03-01", "9999-12-31", buyer),
        ]
        first = 100 * number + 50
        rows["certificates.register"] += [
            {"project_code": "CODE", "generation_month": f"{YEAR}-03", "serial_from": first, "serial_to": first + 9}
            | {"mwh": 10, "state": state, "valid_from": begin, "valid_to": end}
            | moved
            for state, begin, end, moved in lives
        ]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder with one publication of two parks with one enterprise each; see ``publishing``."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(audit, "judge_expectations", lambda con, contracts: [])
        settings, lake = home(tmp_path_factory.mktemp("home"), _not_measured, _bought)
        publish(settings, lake, YEAR)
    return settings.home


def as_json(published: Path, *arguments: str) -> dict[str, Any]:
    done = zcp(*arguments, "--json", home=published)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_a_statement_says_what_the_publication_knows(published: Path) -> None:
    found = as_json(published, "statement", ENTERPRISE)
    assert (found["enterprise_id"], found["year"], found["is_generated_example"]) == (ENTERPRISE, YEAR, False)
    assert len(found["publication_id"]) == 16
    (part,) = found["parks"]
    figures = part["figures"]
    assert (figures["use_mwh"], figures["grid_offtake_mwh"], figures["residual_grid_mwh"]) == (100, 60, 30)
    assert (figures["hourly_green_share"], figures["market_based_tco2"], figures["location_based_tco2"]) == (
        0.4,
        24.975,
        36,
    )
    assert (figures["market_based_tco2_per_mwh"], figures["location_based_tco2_per_mwh"]) == (0.24975, 0.36)
    assert figures["residual_factor_tco2_per_mwh"] == 0.8325
    assert [(r["kind"], r["serial_from"], r["serial_to"], r["ledger_id"]) for r in part["certificates"]] == [
        ("cancelled", 0, 24, "park-a-c1"),
        ("green_power", 30, 39, "park-a-t1"),
    ]
    assert [told["code"] for told in part["not_covered"]] == ["only_electricity", "no_hour", "surplus", "excluded"]


def test_what_is_not_measured_is_not_zero(published: Path) -> None:
    figures = as_json(published, "statement", "park-b-e")["parks"][0]["figures"]
    assert figures["use_mwh"] is figures["direct_share_mwh"] is figures["market_based_tco2_per_mwh"] is None
    assert figures["market_based_tco2"] == 24.975
    said = zcp("statement", "park-b-e", home=published).stdout
    assert "no meters of its use" in said


def test_a_statement_for_people_in_both_languages(published: Path) -> None:
    said = zcp("statement", ENTERPRISE, home=published).stdout
    for wanted in ("24.975", "0.3600", "40.0%", "park-a-c1", "0-24", "Electricity only", "5.000 MWh of certificates"):
        assert wanted in said, wanted
    chinese = zcp("statement", ENTERPRISE, "--lang", "zh", home=published).stdout
    for wanted in ("用电声明", "逐时绿电占比", "基于市场", "只涵盖用电", "24.975"):
        assert wanted in chinese, wanted


def test_files_hold_the_same(published: Path, tmp_path: Path) -> None:
    for name in ("statement.json", "statement.csv"):
        done = zcp("statement", ENTERPRISE, "--out", str(tmp_path / name), home=published)
        assert (done.returncode, name in done.stdout) == (0, True), done.stderr
    shown = as_json(published, "statement", ENTERPRISE)
    assert json.loads((tmp_path / "statement.json").read_text(encoding="utf-8")) == shown
    with (tmp_path / "statement.csv").open(encoding="utf-8", newline="") as stream:
        lines = list(csv.DictReader(stream))
    figures = {line["item"]: line["value"] for line in lines if line["section"] == "figure"}
    wanted = shown["parks"][0]["figures"]
    assert {name: float(value) if value else None for name, value in figures.items()} == wanted
    assert [line["serial_to"] for line in lines if line["section"] == "certificate"] == ["24", "39"]
    told = {line["item"]: line["value"] for line in lines if line["section"] == "statement"}
    assert (told["publication_id"], told["is_generated_example"]) == (shown["publication_id"], "False")


def test_certificates_that_expire_and_trades_not_cancelled(published: Path) -> None:
    # In publishing.py, 25 are held in July and cancelled in August, 10 are assigned (t1) and expire with the year.
    found = as_json(published, "certificates", "--on", f"{YEAR + 1}-12-01")
    assert [(row["trade_id"], row["state"]) for row in found["expiring"]] == [
        ("park-a-t2", "held"),
        ("park-b-t2", "held"),
    ]
    assert {row["expires_on"] for row in found["expiring"]} == {f"{YEAR + 2}-02-29"}
    assert found["expired_mwh"] == 20
    early = as_json(published, "certificates", "park-a", "--on", f"{YEAR + 1}-12-01", "--within", "89")
    assert (early["expiring"], early["until"]) == ([], f"{YEAR + 2}-02-28")
    assert [(row["trade_id"], row["mwh"], row["ranges"]) for row in early["not_cancelled"]] == [("park-a-t2", 10, 1)]
    assert {row["status"]: row["count_mwh"] for row in early["position"]}["counted"] == 30
    last = as_json(published, "certificates", "--on", f"{YEAR + 2}-02-29", "--within", "0")
    assert len(last["expiring"]) == 2
    after = as_json(published, "certificates", "park-b", "--on", f"{YEAR + 2}-03-01")
    assert (after["expiring"], after["not_cancelled"], after["expired_mwh"]) == ([], [], 20)


def test_the_state_is_that_of_the_day(published: Path) -> None:
    def trades(day: str) -> list[tuple[str, str]]:
        rows = as_json(published, "certificates", "park-a", "--on", f"{YEAR}-{day}")["not_cancelled"]
        return [(row["trade_id"], row["state"]) for row in rows]

    assert trades("03-31") == [("park-a-t1", "assigned")]
    assert trades("04-01") == trades("07-15") == [("park-a-t1", "assigned"), ("park-a-t2", "held")]


def test_certificates_for_people_in_both_languages(published: Path) -> None:
    said = zcp("certificates", "--on", f"{YEAR + 1}-12-01", home=published).stdout
    for wanted in ("park-a-t2", "50-59", "20 MWh", f"{YEAR + 2}-02-29", "held", "counted"):
        assert wanted in said, wanted
    chinese = zcp("certificates", "park-a", "--on", f"{YEAR + 3}-01-01", "--lang", "zh", home=published).stdout
    for wanted in ("绿证去向", "富余", "没有记录", "20 MWh 绿证过期"):
        assert wanted in chinese, wanted
    before = datetime.now(SHANGHAI).date()
    today = as_json(published, "certificates")["on"]
    assert today in (f"{before}", f"{datetime.now(SHANGHAI).date()}")


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("statement", "park-a-x"), "park-a-e"),
        (("statement", ENTERPRISE, "--year", "2019"), "2019"),
        (("statement", ENTERPRISE, "--out", "statement.xls"), "statement.xls"),
        (("statement", ENTERPRISE, "--out", "no/such/folder/statement.csv"), "no/such/folder"),
        (("statement", ENTERPRISE, "--out", f"{'long' * 80}.csv"), "cannot be written"),
        (("certificates", "park-x"), "park-x"),
        (("certificates", "--on", "2027-13-01"), "--on 2027-13-01"),
    ],
)
def test_a_mistake_is_one_sentence(published: Path, arguments: tuple[str, ...], named: str) -> None:
    assert named in one_sentence(zcp(*arguments, home=published), 2)


def test_the_last_day_of_the_calendar_is_a_day(published: Path) -> None:
    assert as_json(published, "certificates", "--on", "9999-12-31")["until"] == "9999-12-31"


def test_a_statement_says_why_there_is_no_hourly_share() -> None:
    row: dict[str, Any] = dict.fromkeys(
        (
            "green_trade_mwh",
            "gec_counted_mwh",
            "green_trade_surplus_mwh",
            "gec_surplus_mwh",
            "not_assigned_mwh",
            "spread_share",
            "not_recognised_mwh",
        ),
        0,
    )
    row |= {"use_mwh": 5, "offtake_case": "share", "matching_minutes": 1440, "overall_verdict": "undecided"}
    row |= {"reasons": ["missing_readings"], "grid_offtake_mwh": 3, "direct_share_mwh": 2}
    codes = [code for code, _ in not_covered(row, [])]
    assert codes == ["only_electricity", "interval_too_long", "provisional"]
    spread = dict(not_covered(row | {"spread_share": 0.125}, []))["spread"]
    assert spread == {"share": "12.5%"}
    assert dict(not_covered(row | {"grid_offtake_mwh": 4}, []))["draw_shared"] == {"mwh": "6.000"}
    codes = [code for code, _ in not_covered(row | {"use_mwh": 0, "offtake_case": "none"}, [])]
    assert codes == ["only_electricity", "use_unknown", "draw_unknown", "provisional"]
