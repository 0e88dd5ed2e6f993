"""The questions a scenario asks, as values that know what they may be: supply, storage, certificates, use, parameters.

What a change does to each interval is in ``flows``, what becomes of it as files in ``effects``.
"""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipelines.errors import UserError

Energies = NDArray[np.int64]
"""Wh of each row of ``Base.intervals``, in its order."""

TECHNOLOGIES = ("solar", "wind", "hydro")
RELATIONS = ("direct_line", "onsite")
LOCATION_FACTOR = "location_based_factor"
"""A ``Parameter`` by this name is none of the method: it is the grid's factor behind ``location_based_tco2``."""
MOST_MW = 1_000_000
MOST_CERTIFICATES = 1_000_000_000
"""No plant, battery (also in MWh) or purchase is larger; the ledgers and the master of projects hold these exactly."""


@dataclass(frozen=True)
class DirectSupply:
    """A new plant of ``mw`` behind the park's gate (``onsite``) or at the end of a line of its own (``direct_line``).

    ``energy_wh``: its output in each interval, where the caller knows it. Otherwise it follows ``profile`` (a CSV or
    Parquet file with interval_end and value, the share of its capacity from 0 to 1), else the park's own plants of the
    technology, else a typical shape that is generated. ``full_load_hours``: the output of a year per MW; by default
    that of the plants it follows. ``export_surplus``: what the park cannot use leaves through the gate, else it is
    curtailed.
    """

    mw: float
    technology: str = "solar"
    relation: str = "direct_line"
    profile: Path | None = None
    full_load_hours: float | None = None
    export_surplus: bool = True
    energy_wh: Energies | None = None

    def __post_init__(self) -> None:
        """Raises ``UserError`` for a size that cannot be and an unknown technology or relation."""
        _check_size("--add-direct-mw", self.mw, MOST_MW)
        if self.technology not in TECHNOLOGIES:
            raise UserError(f"--technology {self.technology} is none of: {', '.join(TECHNOLOGIES)}")
        if self.relation not in RELATIONS:
            raise UserError(f"--relation {self.relation} is none of: {', '.join(RELATIONS)}")
        if self.full_load_hours is not None and not 0 <= self.full_load_hours <= 8784:
            raise UserError(f"--full-load-hours {self.full_load_hours:g} is not between 0 and 8784")


@dataclass(frozen=True)
class Storage:
    """A new battery: the power of charging and discharging, what it can hold, what it gives back of what it takes.

    It charges from the surplus of green supply and discharges against import; the losses fall on charging.
    ``charge_wh`` and ``discharge_wh``: its schedule by interval, where the caller knows a better one than that rule.
    """

    mw: float
    mwh: float
    round_trip_efficiency: float = 0.88
    charge_wh: Energies | None = None
    discharge_wh: Energies | None = None

    def __post_init__(self) -> None:
        """Raises ``UserError`` for sizes that cannot be and an efficiency outside 0 to 1."""
        _check_size("--storage-mw", self.mw, MOST_MW)
        _check_size("--storage-mwh", self.mwh, MOST_MW)
        if not 0 < self.round_trip_efficiency <= 1:
            raise UserError(f"--storage-efficiency {self.round_trip_efficiency:g} is not above 0 and at most 1")


@dataclass(frozen=True)
class Certificates:
    """So many more certificates bought and cancelled, generated in equal parts in the months of the year.

    For one enterprise, or for all of the park in proportion to the grid power that no certificate covers yet.
    """

    mwh: int
    enterprise_id: str | None = None

    def __post_init__(self) -> None:
        """Raises ``UserError`` for a number that cannot be."""
        _check_size("--certificates-mwh", self.mwh, MOST_CERTIFICATES)


@dataclass(frozen=True)
class Efficiency:
    """So many per cent less electricity in every interval, of every enterprise. Fuels and heat stay as they are."""

    percent: Decimal

    def __post_init__(self) -> None:
        """Raises ``UserError`` for a saving below zero or above all."""
        if not (self.percent.is_finite() and 0 <= self.percent <= 100):
            raise UserError(f"--efficiency {self.percent} is not between 0 and 100 per cent")

    @property
    def share(self) -> Fraction:
        return Fraction(self.percent) / 100


@dataclass(frozen=True)
class Parameter:
    """Another value of a parameter of the method, for every year of the account; or of ``LOCATION_FACTOR`` (kg/kWh)."""

    name: str
    value: str

    def __post_init__(self) -> None:
        """Raises ``UserError`` for a value that is no number of at least 0; a fraction ``44/12`` is one."""
        try:
            parts = [Decimal(part) for part in self.value.split("/", 1)]
        except InvalidOperation:
            raise UserError(f"--set {self.name}={self.value}: {self.value!r} is not a number") from None
        if not all(part.is_finite() and part >= 0 for part in parts):
            raise UserError(f"--set {self.name}={self.value}: the value must be a number of at least 0")

    @classmethod
    def parse(cls, text: str) -> "Parameter":
        """The change that ``NAME=VALUE`` means. Raises ``UserError`` for anything else."""
        name, equals, value = text.partition("=")
        if not (name.strip() and equals and value.strip()):
            raise UserError(f"--set {text} is not NAME=VALUE; write --set residual_electricity_factor=0.8273")
        return cls(name.strip(), value.strip())

    def check_known(self, names: Sequence[str]) -> None:
        """Raises ``UserError`` with the nearest names where the name is not in ``names`` nor ``LOCATION_FACTOR``."""
        if self.name in (*names, LOCATION_FACTOR):
            return
        near = difflib.get_close_matches(self.name, [*names, LOCATION_FACTOR], n=3, cutoff=0.5)
        hint = f"did you mean {', '.join(near)}?" if near else "reference.params lists them"
        raise UserError(f"--set {self.name}: there is no such parameter; {hint}")


Change = DirectSupply | Storage | Certificates | Efficiency | Parameter


def _check_size(option: str, value: float, most: int) -> None:
    if not 0 <= value < float("inf"):
        raise UserError(f"{option} {value:g} must be a number of at least 0")
    if value > most:
        raise UserError(f"{option} {value:g} must be at most {most}")
