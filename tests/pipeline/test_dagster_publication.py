"""The end of a run in Dagster: what the audit said, shown as asset checks, and months with gaps."""

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import dagster as dg
import duckdb
import pytest
from dagster._core.event_api import PartitionKeyFilter

from pipelines.definitions import definitions
from pipelines.defs.checks import PUBLICATION, audit_specs, broken_by_month, month_checks, verdict_results
from pipelines.defs.figures import publication_figures
from pipelines.defs.instance import open_instance
from pipelines.defs.models import COVERAGE_MODEL, model_assets
from pipelines.defs.published import publication_asset
from pipelines.defs.session import Accounting, Session
from pipelines.defs.tags import ALERTED, month_range
from pipelines.defs.watching import failed_run_alert
from pipelines.errors import AuditFailed
from pipelines.lake import Lake
from pipelines.model_inputs import Account, Sources
from pipelines.model_runner import BuildContext
from pipelines.models import load_models
from pipelines.publish import audit
from pipelines.publish.manifest import table_path
from pipelines.settings import AlertSettings, Settings
from tests.pipeline.publishing import good_rows, write_models
from tests.pipeline.receivers import web_server

MONTHS = ("2026-01", "2026-02")


def verdict(check: str, passed: bool, severity: str = "critical", **about) -> dict:
    sentence = "" if passed else "It does not hold."
    found = {"check": check, "table": "metrics.park_year", "severity": severity, "passed": passed, "offending": 0}
    return found | {"sentence": sentence, "subject": "", "parks": [], "months": []} | about


def write_audit(folder, *verdicts: dict) -> None:
    folder.mkdir(parents=True)
    (folder / "audit.json").write_text(json.dumps({"held": [], "verdicts": verdicts}))


def write_publication(folder, *verdicts: dict) -> SimpleNamespace:
    """Two parks, one of them held back, as far as Dagster shows of a publication."""
    write_audit(folder, *verdicts)
    held = "(values ('b', 'sql.total_is_sum_of_terms', 'The terms differ.', 'Look at the terms.'))"
    tables = {
        "metrics.park_year": "select * from (values (2026, 'pass', 0.25), (2026, 'undecided', null), "
        "(2025, 'fail', 9)) as t (year, overall_verdict, intensity_tco2_per_tce)",
        "quality.park_month": "select 2026 as year, 8 as intervals_valid, 10 as intervals_expected, "
        "0.1 as estimated_share, 5 as energy_mwh",
        "quality.held_parks": f"select * from {held} as t (park_id, check_name, sentence, remedy)",
    }
    for name, query in tables.items():
        path = table_path(folder, name)
        path.parent.mkdir(exist_ok=True)
        duckdb.sql(query).write_parquet(str(path))
    return SimpleNamespace(publication_id="p", path=folder, tables={"metrics.park_year": 3}, seconds=0.5, reused=False)


@contextmanager
def session_of(home, sql, webhook: str | None = None) -> Iterator[Session]:
    alerts = AlertSettings.model_validate({"alert_webhook": webhook})
    settings = Settings(home=home, duckdb_threads=1, duckdb_memory="200MiB", alerts=alerts)
    session = Session(settings, 2026, announce=webhook is not None)
    sources = Sources(Lake(home), (Account(2026, date(2027, 12, 31), True),), (), {})
    with BuildContext(settings, load_models(sql), sources, MONTHS) as session._context:
        yield session


def write_model(root, name: str, select: str, *fields: str) -> None:
    path = root / f"{name.replace('.', '/')}.sql"
    path.parent.mkdir(parents=True)
    header = "".join(f"-- {line}\n" for line in ("What.", "Grain: month", "Order: month", *fields))
    path.write_text(header + select)


@pytest.fixture
def sql(tmp_path):
    """0 missing intervals in January and 5 in February, and a published table behind them."""
    root = tmp_path / "sql"
    estimates = ("sender_estimated", "alternate", "linear", "like_day", "scaled", "conservative")
    missing = (
        "select month, cast(if(month = '2026-02', 5, 0) as bigint) as intervals_open, 10 as intervals_expected, "
        "10 - intervals_open as intervals_valid, cast(100 as bigint) as energy_wh, "
        + ", ".join(f"cast(2 as bigint) as {name}_wh" for name in estimates)
        + " from run.month"
    )
    write_model(root, COVERAGE_MODEL, missing, "Partition: month")
    write_model(root, "metrics.park_month", f"select month from {COVERAGE_MODEL}")
    return root


@pytest.fixture
def instance():
    with dg.DagsterInstance.ephemeral() as found:
        yield found


def test_every_part_of_the_audit_is_a_check_and_structure_blocks():
    specs = {spec.name: spec for spec in audit_specs()}
    assert {"structure", "database", "expectations"} < set(specs)
    assert [name for name, spec in specs.items() if spec.blocking] == ["structure"]


def test_verdicts_are_gathered_by_check(tmp_path):
    write_audit(
        tmp_path / "p",
        verdict("structure.columns", True),
        verdict("structure.key", False),
        verdict("database.content", True),
        verdict("expectations.expect_x", False, "warning"),
    )
    results = {result.check_name: result for result in verdict_results(tmp_path / "p")}
    assert (results["structure"].passed, results["structure"].severity) == (False, dg.AssetCheckSeverity.ERROR)
    assert results["structure"].description == "metrics.park_year: It does not hold."
    assert results["database"].passed
    assert (results["expectations"].passed, results["expectations"].severity) == (False, dg.AssetCheckSeverity.WARN)
    unjudged = next(r for name, r in results.items() if name not in ("structure", "database", "expectations"))
    assert (unjudged.passed, unjudged.description) == (False, "Not judged, because the structure is wrong.")


def publish_alone(session: Session, instance: dg.DagsterInstance) -> dg.DagsterRun:
    """The gate by itself, with what ``publish`` was replaced by; the run as Dagster has it afterwards."""
    job = dg.Definitions([publication_asset({})], resources={"session": Accounting()})
    with suppress(AuditFailed):
        job.resolve_implicit_global_asset_job_def().execute_in_process(
            instance=instance, resources={"session": session}
        )
    return instance.get_runs(limit=1)[0]


def test_a_failed_audit_shows_its_verdicts_and_is_told_once(tmp_path, sql, instance, monkeypatch):
    def refuse(settings, lake, year, cutoff):
        write_audit(lake.published / ".failed-x", verdict("structure.key", False))
        raise AuditFailed("the audit failed: metrics.park_year")

    monkeypatch.setattr("pipelines.publish.publisher.publish", refuse)
    with web_server() as (url, posted), session_of(tmp_path / "home", sql, webhook=url) as session:
        run = publish_alone(session, instance)
        (record,) = instance.event_log_storage.get_asset_check_execution_history(
            dg.AssetCheckKey(PUBLICATION, "structure"), limit=5
        )
        assert record.status.value == "FAILED"
        assert run.status == dg.DagsterRunStatus.FAILURE
        assert run.tags[ALERTED] == "audit_failed"
        # The sensor for failed runs leaves to the gate what the gate has told.
        assert "audit_failed was told" in str(told_by_sensor(instance, run))
    (alert,) = posted
    assert alert["details"] == ["the audit failed: metrics.park_year"]
    assert alert["facts"] == {"home": str(session.lake.home), "year": "2026", "run": run.run_id}


def told_by_sensor(instance: dg.DagsterInstance, run: dg.DagsterRun) -> object:
    failure = next(
        record.event_log_entry.dagster_event
        for record in instance.get_records_for_run(run.run_id, of_type=dg.DagsterEventType.RUN_FAILURE).records
    )
    context = dg.build_run_status_sensor_context("failed_run_alert", failure, instance, run)
    return failed_run_alert(context.for_run_failure())


def test_held_parks_and_a_waiting_correction_are_told_a_publication_of_before_is_not(
    tmp_path, sql, instance, monkeypatch
):
    def publish(settings, lake, year, cutoff):
        (lake.published / "locked").mkdir(parents=True)
        (lake.published / "current").symlink_to("locked")
        return write_publication(lake.published / "p", verdict("structure.key", True))

    monkeypatch.setattr("pipelines.publish.publisher.publish", publish)
    with web_server() as (url, posted), session_of(tmp_path / "home", sql, webhook=url) as session:
        run = publish_alone(session, instance)
        again = replace(session, tagged=False, publication=None)
        found = SimpleNamespace(**{**vars(session.publication), "reused": True})
        (session.lake.published / "current").unlink()
        (session.lake.published / "current").symlink_to("p")
        monkeypatch.setattr("pipelines.publish.publisher.publish", lambda *_: found)
        publish_alone(again, instance)
    assert run.tags[ALERTED] == "candidate"
    assert [alert["event"] for alert in posted] == ["parks_held", "candidate"]
    assert posted[0]["details"] == ["b: sql.total_is_sum_of_terms: The terms differ. Look at the terms."]
    assert "`zcp approve p`" in posted[1]["details"][0]


def test_months_with_gaps_are_told_one_by_one(tmp_path, sql, monkeypatch):
    def publish(settings, lake, year, cutoff):
        found = verdict("sql.total_is_sum_of_terms", False, parks=["b"], months=["2026-01"])
        return write_publication(lake.published / "p", verdict("structure.key", True), found)

    monkeypatch.setattr("pipelines.publish.publisher.publish", publish)
    with session_of(tmp_path / "home", sql) as session, open_instance(session.settings) as instance:
        job = definitions(load_models(sql)).resolve_job_def("account")
        result = job.execute_in_process(
            instance=instance, resources={"session": session}, tags=month_range(MONTHS), raise_on_error=True
        )
        assert verdicts_by_month(instance, "readings_complete") == {
            "2026-01": "SUCCEEDED",
            "2026-02": "FAILED",
            None: "FAILED",
        }
        assert verdicts_by_month(instance, "audit") == {"2026-01": "FAILED", "2026-02": "SUCCEEDED", None: "FAILED"}
        assert told_of_month(instance, "audit", "2026-01") == "2026-01: metrics.park_year: It does not hold."
        assert told_of_month(instance, "readings_complete", "2026-02") == "2026-02: 5 intervals are missing."
        tags = instance.get_run_by_id(result.run_id).tags
    shown = {(m.asset_key.to_user_string(), m.partition): numbers(m) for m in result.get_asset_materialization_events()}
    february = shown["energy/month_flows", "2026-02"]
    assert (february["coverage"], february["estimated_share"], february["intervals_open"]) == (0.5, 0.12, 5)
    publication = shown["published/current", None]
    assert {name: publication[name] for name in ("parks", "parks_pass", "parks_undecided", "parks_held")} == {
        "parks": 2,
        "parks_pass": 1,
        "parks_undecided": 1,
        "parks_held": 1,
    }
    assert (publication["coverage"], publication["intensity_median_tco2_per_tce"]) == (0.8, 0.25)
    assert (publication["checks_failed"], publication["dagster/row_count"]) == (1, 3)
    assert {name: tags[f"zcp/{name}"] for name in ("year", "cutoff", "months", "publication")} == {
        "year": "2026",
        "cutoff": "2027-12-31",
        "months": "2026-01..2026-02",
        "publication": "p",
    }
    assert "zcp/alerted" not in tags  # nobody asked for alerts


def verdicts_by_month(instance: dg.DagsterInstance, check: str) -> dict[str | None, str]:
    key = dg.AssetCheckKey(dg.AssetKey(["energy", "month_flows"]), check)
    history = instance.event_log_storage.get_asset_check_execution_history(key, limit=9)
    return {r.event.dagster_event.event_specific_data.partition: r.status.value for r in history if r.event}


def told_of_month(instance: dg.DagsterInstance, check: str, month: str) -> str:
    key = dg.AssetCheckKey(dg.AssetKey(["energy", "month_flows"]), check)
    (latest,) = instance.event_log_storage.get_asset_check_execution_history(
        key, limit=1, partition_filter=PartitionKeyFilter(key=month)
    )
    return latest.event.dagster_event.event_specific_data.description


def numbers(event: dg.DagsterEvent) -> dict[str, object]:
    """What an asset's page plots over time."""
    return {name: value.value for name, value in event.materialization.metadata.items()}


def test_a_month_can_be_told_again(tmp_path, sql):
    for missing in (5, 3):
        path = sql / "energy" / "meter_month.sql"
        path.write_text(path.read_text().replace("5, 0", f"{missing}, 0"))
        with session_of(tmp_path / "home", sql) as session, open_instance(session.settings) as instance:
            models = load_models(sql)
            defs = dg.Definitions(
                model_assets(models), asset_checks=month_checks(models), resources={"session": Accounting()}
            )
            job = defs.resolve_implicit_global_asset_job_def()
            job.execute_in_process(instance=instance, resources={"session": session}, tags=month_range(MONTHS))
            key = dg.AssetCheckKey(dg.AssetKey(["energy", "month_flows"]), "readings_complete")
            latest = instance.event_log_storage.get_asset_check_execution_history(
                key, limit=1, partition_filter=PartitionKeyFilter(key="2026-02")
            )
        evaluation = latest[0].event.dagster_event.event_specific_data
        assert evaluation.metadata["missing_intervals"].value == missing


def test_what_dagster_shows_is_what_the_gate_writes(tmp_path, sql, instance, monkeypatch):
    """A real publication: a month of one park that does not conserve energy holds that park back."""
    monkeypatch.setattr(audit, "judge_expectations", lambda con, contracts: [])
    rows = good_rows()
    for row in rows["metrics.energy_conservation"]:
        if row["park_id"] == "park-a":
            row["intervals_unbalanced"] = 1
    with web_server() as (url, posted), session_of(tmp_path / "home", sql, webhook=url) as session:
        write_models(session.lake, rows)
        publish_alone(session, instance)
        folder = session.publication.path
        assert {month: [v["check"] for v in found] for month, found in broken_by_month(folder).items()} == {
            "2026-12": ["sql.energy_is_conserved"]
        }
        numbers = publication_figures(session.context.connection(), folder, 2026)
    assert {name: numbers[name] for name in ("parks", "parks_held", "parks_undecided", "checks_failed")} == {
        "parks": 2,
        "parks_held": 1,
        "parks_undecided": 1,
        "checks_failed": 1,
    }
    (alert,) = posted
    assert alert["event"] == "parks_held"
    assert alert["details"][0].startswith("park-a: sql.energy_is_conserved: Energy is conserved in every interval")
    results = {result.check_name: result for result in verdict_results(folder)}
    assert not results["energy_is_conserved"].passed
    assert results["energy_is_conserved"].metadata["parks_at_fault"].value == 1
