"""The audit: each check passes good tables and finds the one thing that is made wrong."""

import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from pipelines.errors import UserError
from pipelines.publish import audit, checks
from pipelines.publish.verdicts import AuditReport, Verdict
from tests.pipeline.planted import BREAKS, OUTPUTS, good_tables


@pytest.fixture(scope="module")
def tables() -> Iterator[duckdb.DuckDBPyConnection]:
    con = good_tables()
    yield con
    con.close()


@pytest.fixture
def con(tables: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """The good tables; what a test does to them is undone."""
    tables.execute("begin")
    yield tables
    tables.execute("rollback")


def failing(verdicts: list[Verdict]) -> dict[str, Verdict]:
    return {verdict.check: verdict for verdict in verdicts if not verdict.passed}


def test_good_tables_pass_every_check(con: duckdb.DuckDBPyConnection) -> None:
    assert failing(audit.judge_structure(con, OUTPUTS)) == {}
    assert failing(audit.judge_sql(con, checks.load_checks())) == {}


def test_every_sql_check_is_broken_below() -> None:
    assert {check.name for check in checks.load_checks()} == set(BREAKS)


@pytest.mark.parametrize("check", checks.load_checks(), ids=lambda check: check.name)
def test_sql_check_finds_what_is_wrong(con: duckdb.DuckDBPyConnection, check: checks.SqlCheck) -> None:
    con.execute(BREAKS[check.name].statement)
    (verdict,) = audit.judge_sql(con, [check])
    assert not verdict.passed
    assert verdict.severity == check.severity
    assert verdict.offending >= len(verdict.examples) >= 1
    assert (verdict.demand, verdict.remedy) == (check.description, check.remedy)


@pytest.mark.parametrize("check", checks.load_checks(), ids=lambda check: check.name)
def test_every_sql_check_is_said_in_chinese(check: checks.SqlCheck) -> None:
    assert re.search("[\u4e00-\u9fff]", check.description_zh)
    assert re.search("[\u4e00-\u9fff]", check.remedy_zh)


@pytest.mark.parametrize(
    ("check", "statement"),
    [
        ("certificates_counted_once", "insert into evidence.contributions select * from evidence.contributions"),
        ("certificates_counted_once", "update evidence.contributions set source_id = 'c1' where term = 'gec_mwh'"),
        ("contributions_add_up", "delete from evidence.contributions where term = 'energy_tce'"),
        ("contributions_add_up", "update evidence.contributions set energy_mwh = 21 where term = 'gec_mwh'"),
        ("enterprise_emissions_add_up", "update metrics.electricity_not_assigned set energy_mwh = 1"),
        (
            "enterprise_emissions_add_up",
            "update metrics.electricity_not_assigned set market_based_tco2 = case item when 'rounding' then 1 "
            "when 'grid_draw' then -1 else 0 end",
        ),
        ("matching_bases_agree", "update metrics.matching set matched_mwh = 39 where basis = 'quarter_hour'"),
        ("matching_bases_agree", "update metrics.matching set matched_mwh = 71 where basis = 'year'"),
        ("matching_bases_agree", "update metrics.matching set matched_mwh = null where basis = 'hour'"),
        ("matching_bases_agree", "update metrics.matching set claimed_green_mwh = 71"),
        ("matching_bases_agree", "update metrics.matching set claim_left_mwh = 61 where basis = 'hour'"),
        ("matching_profile_adds_up", "update metrics.matching_profile set deficit_mwh = 1 where hour_of_day = 12"),
        ("matching_profile_adds_up", "delete from metrics.matching_profile"),
        ("park_day_adds_up", "delete from metrics.park_day where park_id = 'park-b'"),
        ("park_day_adds_up", "update metrics.park_day set green_used_mwh_by_hour = list_value(40)"),
        ("park_day_adds_up", "update metrics.park_day set load_mwh_by_hour = list_value(100)"),
        ("estimates_add_up", "update quality.estimates set estimate_mwh = 2.000001 where method = 'linear'"),
        ("estimates_add_up", "update quality.meter_month set intervals_open = 0"),
        ("every_park_has_a_row", "delete from reference.parks where park_id = 'park-b'"),
        ("forecast_ends_with_the_year", "update metrics.trajectory set core_outlook = 'undecided'"),
        ("interval_follows_sources", "update metrics.park_year set intensity_high = null where park_id = 'park-a'"),
        ("interval_follows_sources", "update metrics.uncertainty_sources set bias_tco2_per_tce = 1e-8"),
        ("register_one_state", "insert into certificates.register select * from certificates.register"),
        ("register_one_state", "update certificates.register set serial_to = 129 where serial_from = 30"),
        ("register_one_state", "delete from certificates.register where state = 'expired'"),
        ("illegal_moves_leave_the_rest", "delete from certificates.register where state = 'cancelled'"),
        ("claims_stand_in_register", "update certificates.register set serial_from = 1 where state = 'cancelled'"),
        ("reasons_have_sentences", "update metrics.park_year set reasons = ['b', 'a']"),
        ("total_is_sum_of_terms", "update metrics.park_year set conversion_tco2 = null"),
        ("verdicts_follow_figures", "update metrics.park_year set direct_supply_verdict = 'pass'"),
        ("verdicts_follow_figures", "update metrics.park_year set core_verdict = 'not_applicable'"),
        ("windows_add_up", "update metrics.park_month set grid_import_mwh = 61"),
    ],
)
def test_sql_check_finds_the_other_ways_to_be_wrong(con: duckdb.DuckDBPyConnection, check: str, statement: str) -> None:
    con.execute(statement)
    assert f"sql.{check}" in failing(audit.judge_sql(con, checks.load_checks()))


@pytest.mark.parametrize(
    ("check", "parks"),
    [
        ("electricity_split", ("park-a",)),  # the row names its park
        ("certificate_position_balances", ("park-a",)),  # by its enterprise
        ("estimates_add_up", ("park-a",)),  # by its meter
        ("claimed_ranges_disjoint", ("park-a", "park-b")),  # which of the two is wrong cannot be known
        ("certificates_counted_once", ("park-a", "park-b")),
        ("register_one_state", ()),  # a certificate that nobody holds is in no park
    ],
)
def test_rows_lead_to_the_parks_they_are_about(
    con: duckdb.DuckDBPyConnection, check: str, parks: tuple[str, ...]
) -> None:
    con.execute(BREAKS[check].statement)
    verdict = failing(audit.judge_sql(con, checks.load_checks()))[f"sql.{check}"]
    assert verdict.parks == parks
    assert verdict.stops_everything == (not parks)
    assert sum(park.rows for park in verdict.by_park) == (verdict.offending if parks else 0)
    assert all(park.examples for park in verdict.by_park)


def test_a_row_that_is_nobodys_stops_everything_though_another_is_somebodys(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("update quality.estimates set meter_id = 'gone' where method = 'like_day' and park_id = 'park-a'")
    verdict = failing(audit.judge_sql(con, checks.load_checks()))["sql.estimates_add_up"]
    assert (verdict.parks, verdict.offending, verdict.unplaced) == (("park-a",), 2, 1)
    assert verdict.stops_everything
    assert verdict.months == ("2026-12",)


@pytest.mark.parametrize(
    ("statement", "check", "words"),
    [
        (
            "alter table metrics.park_year rename gec_mwh to gec",
            "columns",
            "is gec DECIMAL(38,6), the contract says gec_mwh",
        ),
        ("alter table metrics.park_year alter coverage type float", "columns", "coverage FLOAT, the contract says"),
        ("alter table metrics.park_year add column more int", "columns", "more INTEGER is not in the contract"),
        (
            "alter table metrics.park_year drop column publication_id",
            "columns",
            "publication_id VARCHAR of the contract is",
        ),
        (
            "update metrics.park_year set overall_verdict = 'maybe'",
            "values",
            "overall_verdict is empty or an unknown value",
        ),
        ("update metrics.park_year set reasons = null", "values", "reasons is empty"),
        ("insert into metrics.park_year select * from metrics.park_year", "key", "park_id, year must be unique"),
    ],
)
def test_structure(con: duckdb.DuckDBPyConnection, statement: str, check: str, words: str) -> None:
    con.execute(statement)
    verdict = failing(audit.judge_structure(con, OUTPUTS))[f"structure.{check}"]
    assert (verdict.table, verdict.severity) == ("metrics.park_year", "critical")
    assert words in verdict.sentence


def test_expectations_carry_severity_and_the_values_they_did_not_expect(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("update metrics.park_year set coverage = 1.25, intensity_tco2_per_tce = 12 where park_id = 'park-b'")
    report = AuditReport(tuple(audit.judge_expectations(con, OUTPUTS)))
    assert [(v.table, v.sentence, v.offending) for v in report.failures] == [
        ("metrics.park_year", "coverage: unexpected: 1.25", 1)
    ]
    assert [v.parks for v in report.failures] == [("park-b",)]
    assert report.failures[0].examples == ({"park_id": "park-b", "year": "2026", "coverage": "1.25"},)
    assert [v.sentence for v in report.warnings] == ["intensity_tco2_per_tce: unexpected: 12.0"]


def test_an_empty_table_of_results_is_not_expected(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("delete from metrics.park_year")
    report = AuditReport(tuple(audit.judge_expectations(con, {"metrics.park_year": OUTPUTS["metrics.park_year"]})))
    assert [v.sentence for v in report.failures] == ["the table: observed: 0"]


def test_a_check_without_a_complete_header_is_named(tmp_path: Path) -> None:
    (tmp_path / "shapeless.sql").write_text("-- Something.\n-- Severity: fatal\nselect 1")
    with pytest.raises(UserError, match=r"shapeless\.sql needs"):
        checks.load_checks(tmp_path)
