"""Readings of meters as values, whatever format they are then written in (``format_writers``)."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Reading:
    """One interval of a meter. ``value`` null with flag N; ``end`` aware, Asia/Shanghai."""

    meter: str
    end: datetime
    value: Decimal | None
    flag: str

    @property
    def text(self) -> str:
        """The value as plain digits, blank for none."""
        return "" if self.value is None else f"{self.value:f}"


@dataclass(frozen=True)
class Readings:
    """Readings in whole local days of ``zone``, every meter on the same ones. ``multiplier``: null for no column."""

    rows: tuple[Reading, ...] = field(repr=False)
    minutes: int
    zone: str
    multiplier: Decimal | None

    @property
    def meters(self) -> list[str]:
        """Names of the meters, in order."""
        return list(dict.fromkeys(row.meter for row in self.rows))

    @property
    def has_flags(self) -> bool:
        """Whether some reading is estimated, which layouts without a column for it cannot say."""
        return any(row.flag == "E" for row in self.rows)

    @property
    def has_nulls(self) -> bool:
        """Whether some reading has no value."""
        return any(row.value is None for row in self.rows)

    def local(self, row: Reading, *, start: bool = False) -> datetime:
        """The naive wall time in the readings' zone at which an interval ends or starts."""
        moment = row.end.astimezone(ZoneInfo("UTC")) - timedelta(minutes=self.minutes * start)
        return moment.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)


@dataclass(frozen=True)
class Delivered:
    """A written file. ``said``: its entry in ``delivery.yaml``, null where it needs none."""

    file_name: str
    content: bytes
    said: dict[str, Any] | None = None
