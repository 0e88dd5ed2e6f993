"""Settings of one process: the home folder, how much of the machine DuckDB may use, when a delivery is late."""

import os
from pathlib import Path

import psutil
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipelines.errors import UserError


def _default_memory() -> str:
    """Two fifths of the machine, at most 2 GiB: a run must stay beside other work, and DuckDB spills beyond it."""
    return f"{min(psutil.virtual_memory().total * 2 // 5, 2 << 30) >> 20}MiB"


class Settings(BaseModel):
    """Frozen settings. ``from_env`` reads the environment once: ``ZCP_`` and the name in capitals.

    ``late_window_days``: readings delivered later than this after the end of their month are announced as late.
    """

    model_config = ConfigDict(frozen=True)

    home: Path = Path("zcp-data")
    duckdb_memory: str = Field(default_factory=_default_memory)
    duckdb_threads: int = Field(default_factory=lambda: os.cpu_count() or 1, ge=1)
    late_window_days: int = Field(default=62, ge=0)

    @classmethod
    def from_env(cls, home: Path | None = None) -> "Settings":
        """Settings from the environment; ``home`` from the command line wins over ``ZCP_HOME``.

        Raises ``UserError`` that names the variable for a value that does not fit.
        """
        values: dict[str, object] = {"home": (home or Path(os.environ.get("ZCP_HOME", "zcp-data"))).absolute()}
        for name in ("duckdb_memory", "duckdb_threads", "late_window_days"):
            if value := os.environ.get(_variable(name)):
                values[name] = value
        try:
            return cls.model_validate(values)
        except ValidationError as wrong:
            first = wrong.errors()[0]
            raise UserError(f"{_variable(str(first['loc'][0]))} is {first['input']!r}: {first['msg']}") from None


def _variable(name: str) -> str:
    """The environment variable of a setting."""
    return f"ZCP_{name.upper()}"
