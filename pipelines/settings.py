"""Settings of one process: where the home folder is and how much of the machine DuckDB may use."""

import os
from pathlib import Path

import psutil
from pydantic import BaseModel, ConfigDict, Field


def _default_memory() -> str:
    """Two fifths of the machine, at most 2 GiB: a run must stay beside other work, and DuckDB spills beyond it."""
    return f"{min(psutil.virtual_memory().total * 2 // 5, 2 << 30) >> 20}MiB"


class Settings(BaseModel):
    """Frozen settings. ``from_env`` reads ``ZCP_HOME``, ``ZCP_DUCKDB_MEMORY`` and ``ZCP_DUCKDB_THREADS`` once."""

    model_config = ConfigDict(frozen=True)

    home: Path = Path("zcp-data")
    duckdb_memory: str = Field(default_factory=_default_memory)
    duckdb_threads: int = Field(default_factory=lambda: os.cpu_count() or 1, ge=1)

    @classmethod
    def from_env(cls, home: Path | None = None) -> "Settings":
        """Settings from the environment; ``home`` from the command line wins over ``ZCP_HOME``."""
        values: dict[str, object] = {"home": (home or Path(os.environ.get("ZCP_HOME", "zcp-data"))).absolute()}
        if memory := os.environ.get("ZCP_DUCKDB_MEMORY"):
            values["duckdb_memory"] = memory
        if threads := os.environ.get("ZCP_DUCKDB_THREADS"):
            values["duckdb_threads"] = threads
        return cls.model_validate(values)
