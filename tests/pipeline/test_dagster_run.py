"""Models as Dagster assets: one run over months and whole tables, what it records, how it fails."""

import subprocess
import sys
from datetime import date
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from pipelines.defs.instance import open_instance
from pipelines.defs.models import asset_key, model_assets
from pipelines.defs.session import Accounting, Session
from pipelines.defs.tags import month_range
from pipelines.errors import UserError
from pipelines.lake import Lake
from pipelines.model_inputs import Account, ParsedFile, Sources
from pipelines.model_runner import BuildContext
from pipelines.models import load_models
from pipelines.settings import Settings

MONTHS = ("2026-01", "2026-02")
FLOWS, BALANCE = dg.AssetKey(["energy", "month_flows"]), dg.AssetKey(["energy", "month_balance"])
SQL = {
    "staging.s": "select 1::bigint as k",
    "energy.r": "select count(*) as k from parsed.meter_readings, staging.s -- Partition: month",
    "energy.h": "select sum(k)::bigint as k from energy.r -- Partition: month -- History: energy.r",
    "metrics.y": "select k from energy.h",
    "metrics.z": "select sum(k)::bigint as k from metrics.y",
}


class Home:
    """A home folder with one reading in January and February 2026, and a few models."""

    def __init__(self, folder: Path) -> None:
        self.sql, self.lake = folder / "sql", Lake(folder / "home")
        self.settings = Settings(home=self.lake.home, duckdb_threads=1, duckdb_memory="300MiB")
        for name, text in SQL.items():
            self.write(name, text)
        self.files: list[ParsedFile] = []
        for number, month in enumerate(MONTHS):
            self.deliver(f"f{number}", month)

    def write(self, name: str, text: str) -> None:
        """``text`` is the SELECT, then further header fields after ``--``."""
        select, *fields = text.split(" -- ")
        path = self.sql / f"{name.replace('.', '/')}.sql"
        path.parent.mkdir(parents=True, exist_ok=True)
        header = ["What it is.", "Grain: k", "Order: k", *fields]
        path.write_text("".join(f"-- {line}\n" for line in header) + select, "utf-8")

    def deliver(self, file_id: str, month: str) -> None:
        folder = self.lake.parsed / file_id
        folder.mkdir(parents=True)
        duckdb.sql(f"select 'm' as meter_id, timestamp '{month}-02' as interval_end, 1 as value").write_parquet(
            str(folder / "meter_readings.parquet")
        )
        row = {"file_id": file_id, "rows_quarantined": 0, "rank": len(self.files)}
        self.files.append(ParsedFile(file_id, row, frozenset({"meter_readings"}), frozenset({month})))

    def run(
        self, instance: dg.DagsterInstance, asked: tuple[str, ...] = MONTHS, only: tuple[str, ...] | None = None
    ) -> tuple[Session, dg.ExecuteInProcessResult]:
        models = load_models(self.sql)
        types = {"file_id": "VARCHAR", "rows_quarantined": "BIGINT", "rank": "BIGINT"}
        sources = Sources(self.lake, (Account(2026, date(2027, 12, 31), True),), tuple(self.files), types)
        session = Session(self.settings, 2026, None, only)
        with BuildContext(self.settings, models, sources, MONTHS) as session._context:
            job = dg.define_asset_job("everything", selection=dg.AssetSelection.all())
            defs = dg.Definitions(model_assets(models), resources={"session": Accounting()}, jobs=[job])
            result = defs.resolve_job_def("everything").execute_in_process(
                instance=instance, resources={"session": session}, tags=month_range(asked)
            )
        return session, result


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path)


@pytest.fixture
def instance(home):
    with open_instance(home.settings) as found:
        yield found


def built(session: Session) -> list[str]:
    return [r.name + (f"@{r.month}" if r.month else "") for r in session.results if not r.reused]


def test_one_run_builds_months_and_whole_tables(home, instance):
    session, result = home.run(instance)
    assert built(session) == [
        "staging.s",
        "energy.r@2026-01",
        "energy.h@2026-01",
        "energy.r@2026-02",
        "energy.h@2026-02",
        "metrics.y",
        "metrics.z",
    ]
    events = result.get_asset_materialization_events()
    assert [(e.asset_key.to_user_string(), e.partition) for e in events] == [
        ("staging/s", None),
        ("energy/month_flows", "2026-01"),
        ("energy/month_flows", "2026-02"),
        ("energy/month_balance", "2026-01"),
        ("energy/month_balance", "2026-02"),
        ("metrics/y", None),
        ("metrics/z", None),
    ]
    metadata = {(e.asset_key, e.partition): e.materialization.metadata for e in events}
    assert metadata[FLOWS, "2026-02"]["dagster/row_count"].value == 1
    assert metadata[FLOWS, "2026-02"]["reused"].value is False
    assert set(metadata[BALANCE, "2026-01"]["outputs"].value) == {"energy.h"}
    assert metadata[dg.AssetKey(["metrics", "z"]), None]["peak_memory_mib"].value > 10


def test_a_late_month_is_rebuilt_and_recorded_although_nobody_asked_for_it(home, instance):
    home.run(instance)
    home.deliver("late", "2026-01")
    session, result = home.run(instance, asked=("2026-02",))
    assert built(session) == ["energy.r@2026-01", "energy.h@2026-01", "energy.h@2026-02", "metrics.y", "metrics.z"]
    assert [e.partition for e in result.get_asset_materialization_events() if e.asset_key == FLOWS] == ["2026-02"]
    records = instance.fetch_materializations(
        dg.AssetRecordsFilter(asset_key=FLOWS, asset_partitions=["2026-01"]), limit=5
    ).records
    assert len(records) == 2


def test_months_narrow_the_rebuild_but_never_leave_one_missing(home, instance):
    first, _ = home.run(instance, only=("2026-02",))
    assert "energy.r@2026-01" in built(first)
    home.deliver("a", "2026-01")
    home.deliver("b", "2026-02")
    second, _ = home.run(instance, only=("2026-02",))
    assert built(second) == ["energy.r@2026-02", "energy.h@2026-02", "metrics.y", "metrics.z"]


def test_a_mistake_comes_out_as_itself(home, instance):
    home.write("metrics.y", "select nothing as k from energy.h")
    with pytest.raises(UserError, match=r"y\.sql.*nothing"):
        home.run(instance)


def test_assets_follow_what_the_sql_reads(home):
    home.write("energy.hidden", "select k from energy.r -- Partition: month -- Kept: no")
    home.write("energy.h", "select sum(k)::bigint as k from energy.hidden -- Partition: month")
    home.write("metrics.z", "select y.k from metrics.y as y, lake.files, run.params, reference.fuels")
    models = load_models(home.sql)
    graph = dg.Definitions(model_assets(models), resources={"session": Accounting()}).resolve_asset_graph()
    parents = {
        key.to_user_string(): {p.to_user_string() for p in graph.get(key).parent_keys}
        for key in graph.materializable_asset_keys
    }
    assert parents["energy/month_flows"] == {"parsed/meter_readings", "staging/s"}
    assert parents["metrics/z"] == {
        "metrics/y",
        "raw/deliveries",
        "reference/method_parameters",
        "reference/fuels",
    }
    assert asset_key(models["energy.h"], models) == FLOWS


def test_events_are_readable_by_dagsters_own_storage(home, instance):
    home.run(instance)
    from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage

    storage = SqliteEventLogStorage(str(home.lake.home / "dagster" / "events"))
    assert FLOWS in storage.all_asset_keys()


def test_definitions_import_nothing_heavy():
    heavy = "great_expectations", "pandas", "polars", "pyarrow", "numpy"
    code = f"import pipelines.definitions, sys; print([m for m in {heavy!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
