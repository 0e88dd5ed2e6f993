"""A critical failure stops the figures of the parks it is about: the others are published, the last good ones stay."""

import json
import shutil
from collections.abc import Iterator
from datetime import date
from typing import Any

import duckdb
import pytest

from pipelines.commands import published
from pipelines.commands.output import Output
from pipelines.contracts import load
from pipelines.defs.checks import verdict_results
from pipelines.lake import Lake
from pipelines.publish import audit, catalog, held, held_tables, query
from pipelines.publish.audit_page import render
from pipelines.publish.checks import load_checks
from pipelines.publish.manifest import STAMP, Identity, is_intact, read_manifest, table_path
from pipelines.publish.offenders import ParkRows
from pipelines.publish.publisher import PublishResult, publish
from pipelines.publish.verdicts import AuditReport, Verdict
from pipelines.settings import Settings
from tests.pipeline.planted import BREAKS, good_tables
from tests.pipeline.publishing import YEAR, Rows, good_rows, write_models
from tests.pipeline.zcp_command import zcp

PARKS = ("park-a", "park-b", "park-c")
IDENTITY = Identity("m", "f", YEAR, date(YEAR + 1, 12, 31), "duckdb", "c", "s", "k", (), {})
KEPT = {"quality.meter_month", "quality.park_month", "quality.estimates"}


pytestmark = pytest.mark.usefixtures("without_great_expectations")


def set_in(rows: Rows, table: str, park_id: str, **values: Any) -> None:
    for row in rows[table]:
        if row["park_id"] == park_id:
            row.update(values)


def with_fault(table: str, park_id: str, **values: Any) -> Rows:
    rows = good_rows(PARKS)
    set_in(rows, table, park_id, **values)
    return rows


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, Lake, PublishResult]:
    """A home folder with a good publication of three parks."""
    folder = tmp_path_factory.mktemp("home")
    settings, lake = Settings(home=folder, duckdb_memory="512MiB", duckdb_threads=2), Lake(folder)
    write_models(lake, good_rows(PARKS))
    return settings, lake, publish(settings, lake, YEAR)


@pytest.fixture(scope="module")
def stopped(good: tuple[Settings, Lake, PublishResult]) -> PublishResult:
    """The publication after it, in which 1 MWh of grid power of park-b comes from nowhere."""
    settings, lake, _ = good
    write_models(lake, with_fault("metrics.park_year", "park-b", residual_grid_mwh=31))
    return publish(settings, lake, YEAR)


def parks_in(con: duckdb.DuckDBPyConnection, table: str) -> set[str]:
    return {park for (park,) in con.execute(f"select distinct park_id from {table}").fetchall()}


def test_the_other_parks_are_published(good, stopped: PublishResult) -> None:
    _, lake, first = good
    assert catalog.current_id(lake) == stopped.publication_id != first.publication_id
    assert is_intact(stopped.path)
    assert set(stopped.held) == {"park-b"}
    assert "sql.electricity_split" in stopped.held["park-b"]
    with query.open_current(lake) as con, query.open_current(lake, first.publication_id) as before:
        columns = "* exclude (publication_id)"
        same = f"select {columns} from metrics.park_year where park_id <> 'park-b' order by park_id"
        assert con.execute(same).fetchall() == before.execute(same).fetchall()
        for table, contract in load("outputs").items():
            if "park_id" in contract.column_names and table not in {"metrics.project_year", "metrics.sensitivity"}:
                expected = parks_in(before, table) - (set() if kept(table) else {"park-b"})
                assert parks_in(con, table) == expected | ({"park-b"} if table == "quality.held_parks" else set()), (
                    table
                )


def kept(table: str) -> bool:
    return table in {*KEPT, "quality.findings", "reference.parks", "metrics.park_year"}


def test_the_stopped_park_keeps_a_row_without_figures_that_says_why(good, stopped: PublishResult) -> None:
    _, lake, _ = good
    with query.open_current(lake) as con:
        found = con.execute("select * from metrics.park_year where park_id = 'park-b'")
        names = [column[0] for column in found.description]
        row = dict(zip(names, found.fetchone(), strict=True))
        given = {name for name, value in row.items() if value is not None}
        verdicts = {"core_verdict", "direct_supply_verdict", "overall_verdict"}
        assert given == {"park_id", "year", "reasons", *verdicts, "method_version", "factor_release", "publication_id"}
        assert {row[name] for name in verdicts} == {"undecided"}
        assert row["reasons"] == ["held_back"]
        assert list(held.held_parks(con)) == ["park-b"]
        why = con.execute(
            "select severity, offending_rows, remedy, evidence from quality.held_parks "
            "where check_name = 'sql.electricity_split'"
        ).fetchone()
        assert why[:2] == ("critical", 1)
        assert "energy.park_window" in why[2]
        assert json.loads(why[3])[0]["residual_grid_mwh"] == "31.000000"
        codes = con.execute("select distinct code from quality.findings where park_id = 'park-b'").fetchall()
        assert {code for (code,) in codes} == {"held_back", "spike"}, "what compares a figure goes with it"


def test_the_audit_says_what_held_the_park_back_and_the_published_tables_pass_it_whole(stopped: PublishResult) -> None:
    said = json.loads((stopped.path / "audit.json").read_text(encoding="utf-8"))
    assert said["summary"]["failures"] == 0
    assert said["summary"]["held_parks"] == ["park-b"]
    assert all(verdict["passed"] for verdict in said["verdicts"])
    assert {park for verdict in said["held"] for park in verdict["parks"]} == {"park-b"}
    page = (stopped.path / "audit.html").read_text(encoding="utf-8")
    assert page.index("sql.electricity_split") < page.index("every_park_has_a_row")
    assert "http" not in page
    assert read_manifest(stopped.path)["files"].keys() == {"audit.html", "check_certificates.py"}


def test_dagster_shows_the_check_as_failed_though_the_tables_without_the_park_pass_it(stopped: PublishResult) -> None:
    results = {result.check_name: result for result in verdict_results(stopped.path)}
    assert not results["electricity_split"].passed
    assert results["electricity_split"].severity.value == "ERROR"
    assert results["energy_is_conserved"].passed


def test_the_same_inputs_stop_the_same_park_in_the_same_publication(good, stopped: PublishResult) -> None:
    settings, lake, _ = good
    again = publish(settings, lake, YEAR)
    assert (again.publication_id, again.reused, again.held) == (stopped.publication_id, True, stopped.held)


def test_the_catalog_and_show_lead_to_the_last_good_figures(good, stopped: PublishResult, capsys) -> None:
    settings, lake, first = good
    assert stopped.last_good == {"park-b": first.publication_id}
    assert held.last_good(lake, stopped.publication_id) == stopped.last_good
    published.show(settings, None, YEAR, Output("en", as_json=True))
    printed = capsys.readouterr()
    rows = {row["park_id"]: row for row in json.loads(printed.out)}
    stale = rows["park-b"]
    assert (stale["stale"], stale["last_good_publication_id"]) == (True, first.publication_id)
    assert (stale["total_tco2"], stale["overall_verdict"]) == (25.975001, "fail")
    assert stale["reasons"] == ["held_back", "direct_supply_below_minimum"]
    assert (rows["park-a"]["stale"], rows["park-a"]["last_good_publication_id"]) == (False, None)
    assert printed.err.count("Held back: park park-b failed the audit") == 1


def test_show_says_in_chinese_that_a_park_is_stale_and_why(good, stopped: PublishResult) -> None:
    _, lake, first = good
    shown = zcp("show", "park-b", "--lang", "zh", home=lake.home)
    assert shown.returncode == 0, shown.stderr
    assert f"以下为发布 {first.publication_id} 的旧值" in shown.stdout
    assert "核对 metrics.enterprise_window（上限）" in shown.stdout
    assert "25.975" in shown.stdout


@pytest.fixture(scope="module")
def tables() -> Iterator[duckdb.DuckDBPyConnection]:
    con = good_tables(PARKS)
    yield con
    con.close()


class Gate:
    """The gate on tables with a fault: which parks it stops, and the rows of each table without them."""

    def __init__(self, con: duckdb.DuckDBPyConnection, statement: str) -> None:
        con.execute(statement)
        verdicts = held.stopped(con, AuditReport(tuple(audit.judge_sql(con, load_checks()))), ())
        assert verdicts is not None
        stamp = ", ".join(STAMP)
        queries = {table: f"select * exclude ({stamp}) from {table}" for table in load("outputs")}
        self.checks = {park: held.checks_of(verdicts, park) for park in held.parks_of(verdicts)}
        self._con, self._queries = con, held_tables.without(queries, load("outputs"), verdicts, YEAR)

    def rows(self, table: str, columns: str) -> list[tuple[Any, ...]]:
        return self._con.execute(f"select distinct {columns} from ({self._queries[table]}) order by all").fetchall()


@pytest.fixture
def con(tables: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """The good tables of three parks; what a test does to them is undone."""
    tables.execute("begin")
    yield tables
    tables.execute("rollback")


def test_parks_with_a_common_enterprise_stop_together(con) -> None:
    amounts = ("use", "direct_share", "grid_offtake", "green_trade", "green_trade_surplus", "gec_usable", "gec_counted")
    nothing = ", ".join(f"0 as {name}_mwh" for name in (*amounts, "gec_surplus", "uncounted_green", "residual_grid"))
    con.execute(
        f"insert into metrics.enterprise_year select * replace ('park-c' as park_id, {nothing}, "
        "0 as market_based_tco2, 0 as location_based_tco2) from metrics.enterprise_year where park_id = 'park-b'"
    )
    gate = Gate(con, "update metrics.energy_conservation set shared_green_mwh = 37.999999 where park_id = 'park-b'")
    assert gate.checks == {"park-b": ("sql.energy_is_conserved",), "park-c": ("held.shared_enterprise",)}
    assert gate.rows("certificates.position", "enterprise_id") == [("park-a-e",)]
    assert gate.rows("certificates.claimed_ranges", "park_id") == [("park-a",)]


def test_both_parks_that_claim_a_certificate_stop(con) -> None:
    gate = Gate(con, BREAKS["claimed_ranges_disjoint"].statement)
    assert gate.checks == dict.fromkeys(("park-a", "park-b"), ("sql.claimed_ranges_disjoint",))


def test_a_park_without_a_row_gets_one_that_says_so(con) -> None:
    gate = Gate(con, "delete from metrics.park_year where park_id = 'park-b'")
    assert "sql.every_park_has_a_row" in gate.checks["park-b"]
    assert ("park-b", YEAR, "undecided", ["held_back"]) in gate.rows(
        "metrics.park_year", "park_id, year, overall_verdict, reasons"
    )


def test_a_park_that_is_not_in_the_master_goes_altogether(con) -> None:
    gate = Gate(con, "delete from reference.parks where park_id = 'park-b'")
    assert gate.checks == {"park-b": ("sql.every_park_has_a_row",)}
    assert gate.rows("metrics.park_year", "park_id") == [("park-a",), ("park-c",)]


def test_a_profile_that_the_failed_check_read_goes_too(con) -> None:
    gate = Gate(con, "delete from quality.estimates where method = 'like_day' and park_id = 'park-b'")
    assert gate.checks == {"park-b": ("sql.estimates_add_up",)}
    assert gate.rows("quality.estimates", "park_id") == [("park-a",), ("park-c",)]
    assert gate.rows("quality.meter_month", "park_id") == [("park-a",), ("park-c",)]
    assert gate.rows("quality.park_month", "park_id") == [(park,) for park in PARKS]


def test_what_fails_again_though_it_is_held_back_stops_everything(con) -> None:
    con.execute(BREAKS["electricity_split"].statement)
    report = AuditReport(tuple(audit.judge_sql(con, load_checks())))
    first = held.stopped(con, report, ())
    assert first
    assert held.parks_of(first) == ("park-a",)
    assert held.stopped(con, report, first) is None


@pytest.mark.parametrize(
    "statement",
    [
        "update metrics.park_year set residual_grid_mwh = 31",
        BREAKS["register_one_state"].statement,
        BREAKS["file_ledger_balances"].statement,
    ],
    ids=["every park", "a certificate of nobody", "a file"],
)
def test_what_no_park_can_be_held_back_for_stops_everything(con, statement: str) -> None:
    con.execute(statement)
    con.execute("update metrics.park_year set fossil_export_mwh = 1 where park_id = 'park-b'")
    report = AuditReport(tuple(audit.judge_sql(con, load_checks())))
    assert held.stopped(con, report, ()) is None
    assert "未发布任何新数据" in render(report, IDENTITY, {}, refused=True)


def test_figures_that_count_a_certificate_of_another_park_by_now_are_good_no_longer(good, stopped) -> None:
    settings, lake, first = good
    target = table_path(lake.published / "later", "certificates.claimed_ranges")
    target.parent.mkdir(parents=True)
    claims = f"from '{table_path(stopped.path, 'certificates.claimed_ranges')}' where park_id = 'park-c'"
    taken = f"from '{table_path(first.path, 'certificates.claimed_ranges')}' where park_id = 'park-b'"
    found = {}
    for name, statement in {
        "its own": f"select * {claims}",
        "those of park-b": f"select * {claims} union all select * replace ('park-c' as park_id) {taken}",
    }.items():
        duckdb.sql(f"copy ({statement}) to '{target}' (format parquet)")
        found[name] = held.find_last_good(settings, lake, "later", YEAR, ("park-b",))
    shutil.rmtree(lake.published / "later")
    assert found == {"its own": {"park-b": first.publication_id}, "those of park-b": {}}


def test_names_and_values_cannot_become_markup() -> None:
    hostile = "<script>alert(1)</script>"
    example = {"park_id": hostile, hostile: "<img src=x onerror=alert(2)>"}
    verdict = Verdict(
        "sql.electricity_split", "", "critical", False, 1, (example,), "In = T + G + N", hostile, hostile,
        by_park=(ParkRows(hostile, 1, (example,)),), months=(hostile,),
    )  # fmt: skip
    page = render(AuditReport((), held=(verdict,)), IDENTITY, {hostile: (hostile, hostile)})
    assert page.count("<script>") == 1
    assert "<img" not in page


def test_the_page_is_the_same_each_time_and_has_both_languages() -> None:
    report = AuditReport((Verdict("structure.key", "metrics.park_year", "critical", True, demand="is unique."),))
    page = render(report, IDENTITY, {})
    assert page == render(report, IDENTITY, {})
    assert "主键唯一" in page
    assert "is unique." in page
