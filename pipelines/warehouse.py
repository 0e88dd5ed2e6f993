"""Every DuckDB connection of the project: private and in memory for work, or a published file read-only."""

from pathlib import Path

import duckdb

from pipelines.settings import Settings


def connect(settings: Settings, threads: int | None = None) -> duckdb.DuckDBPyConnection:
    """A private in-memory database with the process's limits; it spills to the home folder, never to the cwd.

    ``preserve_insertion_order`` is off: every write names its own order, so the bytes do not depend on threads.
    """
    spill = settings.home / "tmp"
    spill.mkdir(parents=True, exist_ok=True)
    con = duckdb.connect(
        ":memory:",
        config={
            "memory_limit": settings.duckdb_memory,
            "threads": str(threads or settings.duckdb_threads),
            "temp_directory": str(spill),
            "preserve_insertion_order": "false",
            "autoinstall_known_extensions": "false",
        },
    )
    con.execute("set timezone = 'Asia/Shanghai'")
    return con


def published_config(memory: str = "1GiB") -> dict[str, str]:
    """The settings under which a published file is read: shut off from files, network and the caller's variables.

    A query has at most ``memory`` and spills nothing: there is nowhere to write.
    """
    return {
        "enable_external_access": "false",
        "autoload_known_extensions": "false",
        "autoinstall_known_extensions": "false",
        "python_enable_replacements": "false",
        "memory_limit": memory,
        "temp_directory": "",
        # As an option and not as a statement: connections of one process share the database that is open already.
        "lock_configuration": "true",
    }


def open_published(path: Path, memory: str = "1GiB") -> duckdb.DuckDBPyConnection:
    """A published ``parks.duckdb``, read-only and under ``published_config``, which nothing can change any more.

    Raises ``duckdb.IOException`` if the file is missing or not a database.
    """
    return duckdb.connect(str(path), read_only=True, config=dict(published_config(memory)))
