"""Settings of one process: the home folder, how much of the machine DuckDB may use, when a delivery is late, alerts."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

import psutil
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError, field_validator

from pipelines.errors import UserError


def _default_memory() -> str:
    """Two fifths of the machine, at most 2 GiB: a run must stay beside other work, and DuckDB spills beyond it."""
    return f"{min(psutil.virtual_memory().total * 2 // 5, 2 << 30) >> 20}MiB"


def _addresses(value: object) -> object:
    """Addresses from a text with commas between them."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


class AlertSettings(BaseModel):
    """Where alerts go beside the log; nowhere by default. Secrets do not show in a representation.

    ``alert_webhook``: a URL that takes a POST; ``alert_webhook_format`` the JSON that its receiver understands.
    ``smtp_security``: ``starttls`` (port 587), ``tls`` from the first byte (port 465), ``none`` for a local relay.
    """

    model_config = ConfigDict(frozen=True)

    alert_webhook: SecretStr | None = None
    alert_webhook_format: Literal["json", "feishu", "dingtalk", "wecom"] = "json"
    alert_email_to: Annotated[tuple[str, ...], BeforeValidator(_addresses)] = ()
    alert_email_from: str = "zcp@localhost"
    smtp_host: str = "localhost"
    smtp_port: int = Field(default=25, ge=1, le=65535)
    smtp_user: str | None = None
    smtp_password: SecretStr | None = None
    smtp_security: Literal["none", "starttls", "tls"] = "none"

    @field_validator("alert_webhook")
    @classmethod
    def _is_http(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None:
            parts = urlsplit(url.get_secret_value())
            if parts.scheme not in ("http", "https") or not parts.hostname:
                raise ValueError("it must be a URL that begins with https:// or http://")
        return url


class Settings(BaseModel):
    """Frozen settings. ``from_env`` reads the environment once: ``ZCP_`` and the name in capitals.

    ``late_window_days``: readings delivered later than this after the end of their month are announced as late.
    """

    model_config = ConfigDict(frozen=True)

    home: Path = Path("zcp-data")
    duckdb_memory: str = Field(default_factory=_default_memory)
    duckdb_threads: int = Field(default_factory=lambda: os.cpu_count() or 1, ge=1)
    late_window_days: int = Field(default=62, ge=0)
    alerts: AlertSettings = AlertSettings()

    @classmethod
    def from_env(cls, home: Path | None = None) -> "Settings":
        """Settings from the environment; ``home`` from the command line wins over ``ZCP_HOME``.

        Raises ``UserError`` that names the variable for a value that does not fit.
        """
        names = ("duckdb_memory", "duckdb_threads", "late_window_days")
        values: dict[str, object] = {"home": (home or Path(os.environ.get("ZCP_HOME", "zcp-data"))).absolute()}
        values |= _from_env(names) | {"alerts": _from_env(AlertSettings.model_fields)}
        try:
            return cls.model_validate(values)
        except ValidationError as wrong:
            first = wrong.errors()[0]
            name = next(str(part) for part in first["loc"] if part != "alerts")
            # What was given is not repeated where it may be a secret.
            given = "" if name in AlertSettings.model_fields else f" is {first['input']!r}"
            raise UserError(f"{_variable(name)}{given}: {first['msg']}") from None


def _from_env(names: Iterable[str]) -> dict[str, object]:
    """The settings of these names that the environment has, blank ones left out."""
    return {name: value for name in names if (value := os.environ.get(_variable(name)))}


def _variable(name: str) -> str:
    """The environment variable of a setting."""
    return f"ZCP_{name.upper()}"
