"""What starts runs by itself: the inbox, what is landed but not published, the calendar."""

import json
import os
import socket
from datetime import UTC, datetime

import dagster as dg
import pytest

from pipelines.defs.automation import inbox_sensor, landed_sensor, monthly_schedule
from pipelines.defs.instance import instance_folder, instance_settings, url_with_driver
from pipelines.errors import UserError
from pipelines.settings import Settings


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ZCP_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def instance():
    with dg.DagsterInstance.ephemeral() as found:
        yield found


def requests(sensor, instance) -> list[dg.RunRequest]:
    return sensor.evaluate_tick(dg.build_sensor_context(instance)).run_requests


def test_the_inbox_asks_once_for_each_state_of_a_delivery_that_is_complete(home, instance):
    looks: list[list[dg.RunRequest]] = []
    cursor = None

    def look() -> list[str]:
        nonlocal cursor
        tick = inbox_sensor.evaluate_tick(dg.build_sensor_context(instance, cursor=cursor))
        cursor = tick.cursor
        looks.append(tick.run_requests)
        return [request.run_key for request in tick.run_requests]

    assert look() == []
    delivery = home / "inbox" / "february"
    delivery.mkdir(parents=True)
    (delivery / "parks.csv").write_text("park_id\n")
    assert look() == []  # it may still be on its way
    (first,) = look()
    assert looks[-1][0].run_config["ops"]["raw__deliveries"]["config"]["paths"] == [str(delivery)]
    assert look() == [first]
    (delivery / "parks.csv").write_text("park_id\np\n")
    assert look() == []
    (second,) = look()
    assert second != first


def landed(home, file_id: str, *months: str) -> None:
    folder = home / "parsed" / file_id
    folder.mkdir(parents=True)
    (folder / "ledger.json").write_text(json.dumps({"file_id": file_id, "months": months}))


def published(home, *file_ids: str) -> None:
    folder = home / "published" / "current"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(json.dumps({"inputs": [{"file_id": file_id} for file_id in file_ids]}))


def test_what_is_landed_but_not_published_asks_for_its_months(home, instance):
    landed(home, "a", "2026-01")
    landed(home, "b", "2026-05", "2026-03")
    landed(home, "c", "2026-02")
    published(home, "a")
    (request,) = requests(landed_sensor, instance)
    assert (request.tags["dagster/asset_partition_range_start"], request.tags["dagster/asset_partition_range_end"]) == (
        "2026-02",
        "2026-05",
    )


def test_master_data_asks_for_the_latest_month(home, instance):
    landed(home, "a", "2026-01", "2026-04")
    landed(home, "parks")
    published(home, "a")
    (request,) = requests(landed_sensor, instance)
    assert request.tags["dagster/asset_partition_range_start"] == "2026-04"


def test_nothing_is_asked_for_when_all_is_published(home, instance):
    landed(home, "a", "2026-01")
    published(home, "a")
    assert requests(landed_sensor, instance) == []


def test_nothing_is_asked_for_while_a_run_is_under_way(home, instance):
    landed(home, "a", "2026-01")
    run = dg.DagsterRun("account", status=dg.DagsterRunStatus.STARTED)
    instance.add_run(run)
    assert requests(landed_sensor, instance) == []
    instance.report_run_failed(run)
    assert len(requests(landed_sensor, instance)) == 1


def test_the_schedule_asks_for_the_month_before(home):
    tick = dg.build_schedule_context(scheduled_execution_time=datetime(2026, 3, 4, 22, tzinfo=UTC))
    assert monthly_schedule.evaluate_tick(tick).run_requests == []
    landed(home, "a", "2026-01")
    (request,) = monthly_schedule.evaluate_tick(tick).run_requests
    assert request.tags["dagster/asset_partition_range_start"] == "2026-02"


def test_dagster_yaml_is_written_and_an_operators_own_is_kept(home, monkeypatch):
    monkeypatch.delenv("ZCP_POSTGRES_URL", raising=False)
    settings = Settings(home=home)
    target = instance_folder(settings) / "dagster.yaml"
    assert "OpenSqliteEventLogStorage" in target.read_text()
    target.write_text("telemetry:\n  enabled: false\n")
    instance_folder(settings)
    assert target.read_text() == "telemetry:\n  enabled: false\n"


def test_postgres_takes_its_url_from_the_environment(home, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda _: object())
    text = json.dumps(instance_settings(home, "postgresql://user:secret@db/zcp"))
    assert "ZCP_POSTGRES_URL" in text
    assert "secret" not in text


def test_postgres_without_its_package_is_a_clear_mistake(home, monkeypatch):
    monkeypatch.setenv("ZCP_POSTGRES_URL", "postgresql://db/zcp")
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(UserError, match="dagster-postgres is missing"):
        instance_folder(Settings(home=home))
    assert os.environ["ZCP_POSTGRES_URL"]


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg2"])
def test_a_postgres_url_is_completed_with_the_driver_that_is_installed(scheme):
    completed = url_with_driver(f"{scheme}://user:p%40ss@db:5433/zcp?sslmode=require")
    assert completed == "postgresql+psycopg2://user:p%40ss@db:5433/zcp?sslmode=require"


@pytest.mark.parametrize(
    "url", ["secret", "sqlite:///secret", "postgresql://u:secret@db:port/zcp", "postgresql+pg8000://"]
)
def test_what_is_no_postgres_url_is_told_without_repeating_it(url):
    with pytest.raises(UserError, match="must be a PostgreSQL URL such as") as told:
        url_with_driver(url)
    assert "secret" not in str(told.value)


def test_a_postgres_server_that_does_not_answer_is_one_sentence(home, monkeypatch):
    pytest.importorskip("dagster_postgres", reason="the postgres extra is not installed")
    with socket.socket() as taken:  # bound and not listening, so connections are refused
        taken.bind(("127.0.0.1", 0))
        monkeypatch.setenv("ZCP_POSTGRES_URL", f"postgresql://u:secret@127.0.0.1:{taken.getsockname()[1]}/zcp")
        with pytest.raises(UserError, match=r"ZCP_POSTGRES_URL cannot be opened: .*refused") as told:
            instance_folder(Settings(home=home))
    assert "\n" not in str(told.value)
    assert "secret" not in str(told.value)
