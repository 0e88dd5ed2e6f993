"""Dagster on a real PostgreSQL server: tables are made, months are told again, a restart in between costs nothing.

The server is started for the tests from Debian's binaries; without these there is nothing to test with.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
import yaml
from dagster._core.workspace.load_target import WorkspaceFileTarget

from pipelines.defs.instance import POSTGRES_URL, instance_settings, open_instance
from pipelines.errors import UserError
from pipelines.settings import Settings
from tests.pipeline.test_dagster_run import FLOWS, MONTHS, Home

ROOT = Path(__file__).resolve().parents[2]


def binary(name: str) -> str | None:
    """Debian keeps the server's programs out of the path."""
    installed = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return shutil.which(name) or (str(installed[-1]) if installed else None)


class Server:
    """A server with one database, reachable over a socket in its folder; PostgreSQL refuses to run as root."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.user = "nobody" if os.geteuid() == 0 else None
        if self.user:
            shutil.chown(folder, self.user)
        self.run("initdb", "--pgdata", "data", "--username", "dagster", "--auth", "trust", "--no-sync")

    @property
    def url(self) -> str:
        return f"postgresql://dagster@/postgres?host={self.folder}"

    def run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [str(binary(program)), *arguments],
            cwd=self.folder,
            user=self.user,
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def start(self) -> None:
        options = f"-c listen_addresses='' -c unix_socket_directories={self.folder} -c fsync=off"
        self.run("pg_ctl", "--pgdata", "data", "--log", "log", "--wait", "--options", options, "start")

    def stop(self) -> None:
        self.run("pg_ctl", "--pgdata", "data", "--wait", "--mode", "fast", "stop")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    pytest.importorskip("dagster_postgres", reason="the postgres extra is not installed")
    if not (binary("initdb") and binary("pg_ctl")):
        pytest.skip("PostgreSQL is not installed (Debian's package postgresql)")
    with tempfile.TemporaryDirectory(prefix="zcp-pg-") as folder:  # pytest's own is closed to other users
        found = Server(Path(folder))
        found.start()
        try:
            yield found
        finally:
            found.stop()


def test_runs_and_verdicts_of_months_survive_a_restart(server, tmp_path, monkeypatch):
    monkeypatch.setenv(POSTGRES_URL, server.url)
    home = Home(tmp_path)
    with open_instance(home.settings) as instance:
        assert "Postgres" in type(instance.event_log_storage).__name__
        home.run(instance)
        server.stop()
        server.start()
        home.deliver("late", MONTHS[0])
        home.run(instance)
    with open_instance(home.settings) as instance:
        january = dg.AssetRecordsFilter(asset_key=FLOWS, asset_partitions=[MONTHS[0]])
        assert len(instance.fetch_materializations(january, limit=5).records) == 2
        assert [run.status for run in instance.get_runs()] == [dg.DagsterRunStatus.SUCCESS] * 2
    assert server.url not in (home.lake.home / "dagster" / "dagster.yaml").read_text()


def test_the_teams_dagster_yaml_is_what_zcp_writes(tmp_path):
    pytest.importorskip("dagster_postgres", reason="the postgres extra is not installed")
    written = yaml.safe_load((ROOT / "deploy" / "dagster.yaml").read_text(encoding="utf-8"))
    assert written == instance_settings(tmp_path, "postgresql://db/zcp")


def test_the_containers_run_the_commands_of_the_page():
    """The compose file was never run; the page's commands were."""
    compose = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text(encoding="utf-8"))
    page = (ROOT / "docs" / "team.md").read_text(encoding="utf-8")
    commands = [service["command"] for service in compose["services"].values() if "command" in service]
    assert len(commands) == 3
    for command in commands:
        assert command.replace("0.0.0.0", "127.0.0.1") in page
    environment = (ROOT / "deploy" / "team.env").read_text(encoding="utf-8")
    for name in compose["x-zcp"]["environment"]:
        assert f"{name}=" in environment


def test_the_workspace_names_one_code_server(monkeypatch):
    monkeypatch.setenv("ZCP_CODE_HOST", "code")
    (origin,) = WorkspaceFileTarget([str(ROOT / "deploy" / "workspace.yaml")]).create_origins()
    assert (origin.host, origin.port, origin.location_name) == ("code", 4266, "zero_carbon_parks")


def test_a_home_folder_of_a_team_without_its_url_is_one_sentence(tmp_path, monkeypatch):
    monkeypatch.delenv(POSTGRES_URL, raising=False)
    target = tmp_path / "dagster" / "dagster.yaml"
    target.parent.mkdir()
    shutil.copyfile(ROOT / "deploy" / "dagster.yaml", target)
    told = pytest.raises(UserError, match=r"dagster\.yaml keeps runs in PostgreSQL: set ZCP_POSTGRES_URL")
    with told, open_instance(Settings(home=tmp_path)):
        pass
