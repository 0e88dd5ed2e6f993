"""A fault of each kind, planted in a copy of good published tables: what the audit must catch, and what that stops.

``BREAKS`` has one for each SQL check; the table in docs/gate.md is made from them by planting each (``fault_table``).
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from pipelines.contracts import Contract, load
from pipelines.publish import audit, checks
from pipelines.publish.candidate import qualified
from pipelines.publish.manifest import DATABASE, STAMP
from pipelines.publish.verdicts import Verdict
from pipelines.reference_tables import identifier
from tests.pipeline.publishing import YEAR, good_rows

OUTPUTS = load("outputs")


@dataclass(frozen=True)
class Fault:
    """What is planted, in words and as a statement; ``table`` is the one whose contract is broken."""

    words: str
    statement: str
    table: str = "metrics.park_year"


def _park_a(words: str, assignment: str) -> Fault:
    return Fault(words, f"update metrics.park_year set {assignment} where park_id = 'park-a'")


BREAKS = {
    "file_ledger_balances": Fault("a row of a file is lost", "update quality.file_ledger set rows_loaded = 1"),
    "quarantine_matches_ledger": Fault("a quarantined row is not listed", "delete from quality.quarantine"),
    "electricity_split": _park_a("1 Wh of grid power too much", "residual_grid_mwh = 30.000001"),
    "green_supply_bounds": _park_a("more green power left out than there is", "uncounted_green_mwh = 40.000001"),
    "green_supply_within_load": _park_a("more green power used than load", "storage_loss_mwh = 60.000001"),
    "total_is_sum_of_terms": _park_a("1 g of CO2 more in the total", "total_tco2 = 25.975002"),
    "intensity_is_ratio": _park_a("an intensity that was rounded", "intensity_tco2_per_tce = 0.00013"),
    "contributions_add_up": Fault(
        "1 g of CO2 less in the evidence",
        "update evidence.contributions set emission_tco2 = 0.4 where source_id like '%:2' and park_id = 'park-a'",
    ),
    "evidence_names_known_files": Fault(
        "an excluded certificate from a file that is not there",
        "update certificates.exclusions set file_id = 'gone' where park_id = 'park-a'",
    ),
    "certificates_within_offtake": Fault(
        "certificates for 1 Wh more than the enterprise drew",
        "update metrics.enterprise_year set grid_offtake_mwh = 29.999999 where park_id = 'park-a'",
    ),
    "certificates_reach_the_park": Fault(
        "a certificate that the enterprise has and its park has not",
        "update metrics.enterprise_year set gec_counted_mwh = 19, gec_surplus_mwh = 6 where park_id = 'park-a'",
    ),
    "certificate_position_balances": Fault(
        "a disputed certificate has disappeared",
        "update certificates.position set count_mwh = 2 where status = 'overlap' and enterprise_id = 'park-a-e'",
    ),
    "every_certificate_has_one_place": Fault(
        "a delivered certificate without a place",
        "update certificates.line_balance set delivered_mwh = 11 "
        "where kind = 'green_power' and enterprise_id = 'park-a-e'",
    ),
    "certificates_counted_once": Fault(
        "one certificate in the evidence of two parks",
        f"update evidence.contributions set source_id = 'park-b-c1:CODE/{YEAR}-03/19-38' "
        "where park_id = 'park-b' and source_kind = 'certificate'",
    ),
    "claimed_ranges_disjoint": Fault(
        "one certificate claimed by two parks",
        "update certificates.claimed_ranges set serial_from = 24, serial_to = 48 "
        "where park_id = 'park-b' and kind = 'cancelled'",
    ),
    "claimed_ranges_balance": Fault(
        "a claimed range is lost",
        "delete from certificates.claimed_ranges where park_id = 'park-b' and kind = 'green_power'",
    ),
    "enterprise_emissions_add_up": Fault(
        "1 g of CO2 borne by nobody",
        "update metrics.enterprise_year set market_based_tco2 = 24.975001 where park_id = 'park-a'",
    ),
    "park_day_adds_up": Fault(
        "a day of the heat map with another load",
        "update metrics.park_day set load_mwh_by_hour = green_used_mwh_by_hour where park_id = 'park-a'",
    ),
    "matching_bases_agree": Fault(
        "more matched in quarter hours than in hours",
        "update metrics.matching set matched_mwh = 51 where basis = 'quarter_hour' and park_id = 'park-a'",
    ),
    "matching_profile_adds_up": Fault(
        "an hour of the profile with less matched energy",
        "update metrics.matching_profile set matched_mwh = 49, surplus_mwh = 21, deficit_mwh = 1 "
        "where hour_of_day = 12 and park_id = 'park-a'",
    ),
    "register_one_state": Fault(
        "a day on which a certificate has no state",
        "update certificates.register set valid_to = valid_to - 1 where state = 'held'",
    ),
    "illegal_moves_leave_the_rest": Fault(
        "a certificate that neither moved nor was refused",
        "update certificates.illegal_moves set mwh = 1 where code = 'not_bought' and ledger_id = 'park-a-c1'",
    ),
    "claims_stand_in_register": Fault(
        "a claim whose trade the register does not know",
        "update certificates.register set trade_id = 't' where trade_id = 'park-b-t1'",
    ),
    "estimates_add_up": Fault(
        "an estimate without its row",
        "delete from quality.estimates where method = 'like_day' and park_id = 'park-a'",
    ),
    "every_park_has_a_row": Fault(
        "a park without a row", "update metrics.park_year set year = 2025 where park_id = 'park-b'"
    ),
    "verdicts_follow_figures": _park_a("a verdict that its figure does not bear out", "core_verdict = 'fail'"),
    "forecast_ends_with_the_year": Fault(
        "a forecast for December that is not the year",
        "update metrics.trajectory set total_tco2 = 25.98 where park_id = 'park-a'",
    ),
    "interval_follows_sources": Fault(
        "a source of uncertainty is lost",
        "delete from metrics.uncertainty_sources where method = 'linear' and park_id = 'park-a'",
    ),
    "overall_verdict_follows": _park_a("a failed park called undecided", "overall_verdict = 'undecided'"),
    "reasons_have_sentences": Fault(
        "a reason without a sentence", "delete from quality.findings where park_id = 'park-b'"
    ),
    "supply_shares_in_range": _park_a("a negative share", "direct_line_share = -0.1"),
    "energy_is_conserved": Fault(
        "1 Wh of shared green power is lost",
        "update metrics.energy_conservation set shared_green_mwh = 37.999999 where park_id = 'park-b'",
    ),
    "energy_by_carrier_adds_up": Fault(
        "1 Wh of the direct line in no carrier",
        "update metrics.energy_by_carrier set quantity = 39.999999 where item = 'direct_line' and park_id = 'park-b'",
    ),
    "project_year_adds_up": Fault(
        "a project that uses more than it generates", "update metrics.project_year set self_use_mwh = 41"
    ),
    "project_ratios": Fault(
        "curtailment that a ratio leaves out",
        "update metrics.project_year set curtailed_mwh = 10, available_mwh = 60",
    ),
    "windows_add_up": Fault(
        "a month that is not in the year",
        "update metrics.park_month set electricity_use_mwh = 99 where window_kind = 'month' and park_id = 'park-a'",
    ),
}
"""By SQL check."""

STRUCTURE = {
    "structure.columns": Fault("a column of another type", "alter table metrics.park_year alter coverage type float"),
    "structure.values": Fault("a verdict that is none", "update metrics.park_year set overall_verdict = 'maybe'"),
    "structure.key": Fault("a row twice", "insert into metrics.park_year select * from metrics.park_year"),
}
DATABASE_LACKS_A_ROW = Fault("a row that parks.duckdb has not", "select 1")
EXPECTATIONS = (
    ("expectations.expect_column_values_to_be_between", _park_a("a coverage of 125 %", "coverage = 1.25")),
    ("expectations.expect_table_row_count_to_be_between", Fault("no park at all", "delete from metrics.park_year")),
    (
        "expectations.expect_column_values_to_be_between",
        Fault(
            "a month of which more than half is estimated",
            "update quality.park_month set estimated_share = 0.6 where park_id = 'park-a'",
            "quality.park_month",
        ),
    ),
)
"""By rule of Great Expectations, on published figures and on a profile of the readings."""


def good_tables(parks: Iterable[str] = ("park-a", "park-b")) -> duckdb.DuckDBPyConnection:
    """The good tables, as the audit reads them back from a candidate; close the connection after use."""
    con = duckdb.connect()
    for table, rows in good_rows(parks).items():
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
    return con


@contextmanager
def planted(con: duckdb.DuckDBPyConnection, fault: Fault) -> Iterator[None]:
    """The tables with a fault, which goes again."""
    con.execute("begin")
    con.execute(fault.statement)
    try:
        yield
    finally:
        con.execute("rollback")


def judged(con: duckdb.DuckDBPyConnection, check: str, table: str) -> list[Verdict]:
    """The verdicts of one check, on the table that its fault is planted in."""
    contracts = {table: OUTPUTS[table]}
    match check.partition(".")[0]:
        case "structure":
            return audit.judge_structure(con, contracts)
        case "database":
            return _judged_database(con, contracts)
        case "expectations":
            return audit.judge_expectations(con, contracts)
    return audit.judge_sql(con, [c for c in checks.load_checks() if f"sql.{c.name}" == check])


def _judged_database(con: duckdb.DuckDBPyConnection, contracts: Mapping[str, Contract]) -> list[Verdict]:
    """The verdict on a database that holds the first row of the table alone, outside the transaction."""
    con.execute("rollback")
    with TemporaryDirectory() as folder:
        con.execute(f"attach '{folder}/{DATABASE}' as copied")
        for table in contracts:
            con.execute(f"create schema copied.{table.partition('.')[0]}")
            con.execute(f"create table copied.{table} as select * from {table} order by all limit 1")
        con.execute("detach copied")
        verdicts = audit.judge_database(con, contracts, Path(folder))
    con.execute("begin")
    return verdicts


def stops(verdict: Verdict) -> str:
    """What a verdict stops, in words."""
    if verdict.severity == "warning":
        return "nothing, it is shown"
    return "everything" if verdict.stops_everything else ", ".join(verdict.parks)


def fault_rows() -> list[tuple[str, str, str, str]]:
    """Each fault planted by itself: what, which check caught it, the check's severity, and what that stops."""
    faults = [(f"sql.{check}", fault) for check, fault in sorted(BREAKS.items())]
    faults += [*STRUCTURE.items(), ("database.content", DATABASE_LACKS_A_ROW), *EXPECTATIONS]
    rows = []
    con = good_tables()
    for check, fault in faults:
        with planted(con, fault):
            (verdict,) = (v for v in judged(con, check, fault.table) if v.check == check and not v.passed)
        rows.append((fault.words, f"`{check.removeprefix('sql.')}`", verdict.severity, stops(verdict)))
    con.close()
    return rows
