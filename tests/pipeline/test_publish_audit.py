"""The audit: each check passes good tables and finds the one thing that is made wrong."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipelines.contracts import load
from pipelines.errors import UserError
from pipelines.publish import audit, checks
from pipelines.publish.candidate import qualified
from pipelines.publish.manifest import STAMP
from pipelines.publish.verdicts import AuditReport, Verdict
from pipelines.reference_tables import identifier
from tests.pipeline.publishing import YEAR, good_rows

OUTPUTS = load("outputs")
PARK = "metrics.park_year set {} where park_id = 'park-a'"

BREAKS = {
    "file_ledger_balances": "update quality.file_ledger set rows_loaded = 1",
    "quarantine_matches_ledger": "delete from quality.quarantine",
    "electricity_split": "update " + PARK.format("residual_grid_mwh = 30.000001"),
    "green_supply_bounds": "update " + PARK.format("uncounted_green_mwh = 40.000001"),
    "green_supply_within_load": "update " + PARK.format("storage_loss_mwh = 60.000001"),
    "total_is_sum_of_terms": "update " + PARK.format("total_tco2 = 25.975002"),
    "intensity_is_ratio": "update " + PARK.format("intensity_tco2_per_tce = 0.00013"),
    "contributions_add_up": "update evidence.contributions set emission_tco2 = 0.4 where source_id like '%:2'",
    "evidence_names_known_files": "update certificates.exclusions set file_id = 'gone'",
    "certificates_within_offtake": "update metrics.enterprise_year set grid_offtake_mwh = 29.999999",
    "certificates_reach_the_park": "update metrics.enterprise_year set gec_counted_mwh = 19",
    "certificate_position_balances": "update certificates.position set count_mwh = 2 where status = 'overlap'",
    "every_certificate_has_one_place": (
        "update certificates.line_balance set delivered_mwh = 11 where kind = 'green_power'"
    ),
    "certificates_counted_once": (
        f"update evidence.contributions set source_id = 'park-b-c1:CODE/{YEAR}-03/19-38' "
        "where park_id = 'park-b' and source_kind = 'certificate'"
    ),
    "claimed_ranges_disjoint": (
        "update certificates.claimed_ranges set serial_from = 24, serial_to = 48 "
        "where park_id = 'park-b' and kind = 'cancelled'"
    ),
    "claimed_ranges_balance": (
        "delete from certificates.claimed_ranges where park_id = 'park-b' and kind = 'green_power'"
    ),
    "enterprise_emissions_add_up": (
        "update metrics.enterprise_year set market_based_tco2 = 24.975001 where park_id = 'park-a'"
    ),
    "park_day_adds_up": "update metrics.park_day set load_mwh_by_hour = green_used_mwh_by_hour",
    "matching_bases_agree": "update metrics.matching set matched_mwh = 51 where basis = 'quarter_hour'",
    "matching_profile_adds_up": (
        "update metrics.matching_profile set matched_mwh = 49, surplus_mwh = 21, deficit_mwh = 1 where hour_of_day = 12"
    ),
    "register_one_state": "update certificates.register set valid_to = valid_to - 1 where state = 'held'",
    "illegal_moves_leave_the_rest": "update certificates.illegal_moves set mwh = 1 where code = 'not_bought'",
    "claims_stand_in_register": "update certificates.register set trade_id = 't' where trade_id = 'park-b-t1'",
    "estimates_add_up": "delete from quality.estimates where method = 'like_day'",
    "every_park_has_a_row": "update metrics.park_year set year = 2025 where park_id = 'park-b'",
    "verdicts_follow_figures": "update " + PARK.format("core_verdict = 'fail'"),
    "forecast_ends_with_the_year": "update metrics.trajectory set total_tco2 = 25.98 where park_id = 'park-a'",
    "interval_follows_sources": "delete from metrics.uncertainty_sources where method = 'linear'",
    "overall_verdict_follows": "update " + PARK.format("overall_verdict = 'undecided'"),
    "reasons_have_sentences": "delete from quality.findings where park_id = 'park-b'",
    "supply_shares_in_range": "update " + PARK.format("direct_line_share = -0.1"),
    "energy_is_conserved": (
        "update metrics.energy_conservation set shared_green_mwh = 37.999999 where park_id = 'park-b'"
    ),
    "energy_by_carrier_adds_up": (
        "update metrics.energy_by_carrier set quantity = 39.999999 where item = 'direct_line' and park_id = 'park-b'"
    ),
    "project_year_adds_up": "update metrics.project_year set self_use_mwh = 41",
    "project_ratios": "update metrics.project_year set curtailed_mwh = 10",
    "windows_add_up": (
        "update metrics.park_month set electricity_use_mwh = 99 where window_kind = 'month' and park_id = 'park-a'"
    ),
}


@pytest.fixture(scope="module")
def tables() -> Iterator[duckdb.DuckDBPyConnection]:
    """The good tables, as the audit reads them back from a candidate."""
    con = duckdb.connect()
    for table, rows in good_rows().items():
        columns = ", ".join(f"{identifier(c.name)} {c.physical_type}" for c in OUTPUTS[table].columns)
        con.execute(f"create schema if not exists {table.partition('.')[0]}")
        con.execute(f"create table {qualified(table)} ({columns})")
        for row in rows:
            stamped = row | dict.fromkeys(STAMP, "x")
            names, marks = ", ".join(map(identifier, stamped)), ", ".join("?" * len(stamped))
            con.execute(f"insert into {qualified(table)} ({names}) values ({marks})", list(stamped.values()))
    con.execute("create schema run")
    con.execute(
        "create table run.publication as select 'x' as publication_id, ? as year, ? as cutoff", [YEAR, date.max]
    )
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
    con.execute(BREAKS[check.name])
    (verdict,) = audit.judge_sql(con, [check])
    assert not verdict.passed
    assert verdict.severity == check.severity
    assert verdict.offending >= len(verdict.examples) >= 1
    assert check.description in verdict.sentence


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
    assert [v.sentence for v in report.warnings] == ["intensity_tco2_per_tce: unexpected: 12.0"]


def test_an_empty_table_of_results_is_not_expected(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("delete from metrics.park_year")
    report = AuditReport(tuple(audit.judge_expectations(con, {"metrics.park_year": OUTPUTS["metrics.park_year"]})))
    assert [v.sentence for v in report.failures] == ["the table: observed: 0"]


def test_a_check_without_a_complete_header_is_named(tmp_path: Path) -> None:
    (tmp_path / "shapeless.sql").write_text("-- Something.\n-- Severity: fatal\nselect 1")
    with pytest.raises(UserError, match=r"shapeless\.sql needs"):
        checks.load_checks(tmp_path)
