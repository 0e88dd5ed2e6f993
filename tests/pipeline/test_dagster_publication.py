"""The end of a run in Dagster: what the audit said, shown as asset checks, and months with gaps."""

import json
from datetime import date
from types import SimpleNamespace

import dagster as dg
import pytest
from dagster._core.event_api import PartitionKeyFilter

from pipelines.definitions import definitions
from pipelines.defs.automation import month_range
from pipelines.defs.checks import COVERAGE_MODEL, PUBLICATION, audit_specs, month_checks, verdict_results
from pipelines.defs.instance import open_instance
from pipelines.defs.models import model_assets
from pipelines.defs.published import publication_asset
from pipelines.defs.session import Accounting, Session
from pipelines.errors import AuditFailed
from pipelines.lake import Lake
from pipelines.model_inputs import Account, Sources
from pipelines.model_runner import BuildContext
from pipelines.models import load_models
from pipelines.settings import Settings

MONTHS = ("2026-01", "2026-02")


def verdict(check: str, passed: bool, severity: str = "critical", table: str = "metrics.park_year") -> dict:
    sentence = "" if passed else "It does not hold."
    return {
        "check": check,
        "table": table,
        "severity": severity,
        "passed": passed,
        "offending": 0,
        "sentence": sentence,
    }


def write_audit(folder, *verdicts: dict) -> None:
    folder.mkdir(parents=True)
    (folder / "audit.json").write_text(json.dumps({"verdicts": verdicts}))


def session_of(home, sql, months=MONTHS) -> Session:
    settings = Settings(home=home, duckdb_threads=1, duckdb_memory="200MiB")
    session = Session(settings, 2026)
    sources = Sources(Lake(home), (Account(2026, date(2027, 12, 31), True),), (), {})
    session._context = BuildContext(settings, load_models(sql), sources, months)
    return session


def write_model(root, name: str, select: str, *fields: str) -> None:
    path = root / f"{name.replace('.', '/')}.sql"
    path.parent.mkdir(parents=True)
    header = "".join(f"-- {line}\n" for line in ("What.", "Grain: month", "Order: month", *fields))
    path.write_text(header + select)


@pytest.fixture
def sql(tmp_path):
    """0 missing intervals in January and 5 in February, and a published table behind them."""
    root = tmp_path / "sql"
    missing = "select month, cast(if(month = '2026-02', 5, 0) as bigint) as intervals_open from run.month"
    write_model(root, COVERAGE_MODEL, missing, "Partition: month")
    write_model(root, "metrics.park_month", f"select month from {COVERAGE_MODEL}")
    return root


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


def test_a_failed_audit_shows_its_verdicts_and_ends_the_run_as_itself(tmp_path, sql, monkeypatch):
    def refuse(settings, lake, year, cutoff):
        write_audit(lake.published / ".failed-x", verdict("structure.key", False))
        raise AuditFailed("the audit failed")

    monkeypatch.setattr("pipelines.publish.publisher.publish", refuse)
    session = session_of(tmp_path / "home", sql)
    with open_instance(session.settings) as instance:
        job = dg.Definitions([publication_asset({})], resources={"session": Accounting()})
        with pytest.raises(AuditFailed, match="the audit failed"):
            job.resolve_implicit_global_asset_job_def().execute_in_process(
                instance=instance, resources={"session": session}
            )
        (record,) = instance.event_log_storage.get_asset_check_execution_history(
            dg.AssetCheckKey(PUBLICATION, "structure"), limit=5
        )
        assert record.status.value == "FAILED"


def test_months_with_gaps_are_told_one_by_one(tmp_path, sql, monkeypatch):
    def publish(settings, lake, year, cutoff):
        write_audit(lake.published / "p", verdict("structure.key", True))
        return SimpleNamespace(publication_id="p", path=lake.published / "p", tables={}, seconds=0.0, reused=False)

    monkeypatch.setattr("pipelines.publish.publisher.publish", publish)
    session = session_of(tmp_path / "home", sql)
    with open_instance(session.settings) as instance:
        job = definitions(load_models(sql)).resolve_job_def("account")
        result = job.execute_in_process(
            instance=instance, resources={"session": session}, tags=month_range(MONTHS), raise_on_error=True
        )
        key = dg.AssetCheckKey(dg.AssetKey(["energy", "month_flows"]), "readings_complete")
        history = instance.event_log_storage.get_asset_check_execution_history(key, limit=9)
    assert result.success
    verdicts = {r.event.dagster_event.event_specific_data.partition: r.status.value for r in history if r.event}
    assert verdicts == {"2026-01": "SUCCEEDED", "2026-02": "FAILED", None: "FAILED"}
    assert session.publication.publication_id == "p"


def test_a_month_can_be_told_again(tmp_path, sql):
    for missing in (5, 3):
        path = sql / "energy" / "meter_month.sql"
        path.write_text(path.read_text().replace("5, 0", f"{missing}, 0"))
        session = session_of(tmp_path / "home", sql)
        with open_instance(session.settings) as instance:
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
