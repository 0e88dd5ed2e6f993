"""What new supply, storage and less use do to the energy of each interval: whole Wh, nothing lost, nothing made.

Arrays in, arrays out, one value for each row of ``Base.intervals``. Where the new supply's output comes from is in
``profiles``, which meters show the new flows in ``effects``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from pipelines.scenario.changes import Energies


@dataclass(frozen=True)
class Gate:
    """The flows of a park before a change, in Wh: what comes in and goes out, what it uses, what it sends out green."""

    import_wh: Energies
    export_wh: Energies
    green_export_wh: Energies


@dataclass(frozen=True)
class Source:
    """New supply: what it could give, and whether what is left over may leave the park."""

    available_wh: Energies
    export_surplus: bool


@dataclass(frozen=True)
class Battery:
    """New storage. ``limit_wh``: the most it may charge in an interval beside its power (the output of its own plant).

    ``schedule``: charge and discharge that are given; otherwise they follow from the surplus and the import.
    """

    power_wh: Energies
    capacity_wh: int
    efficiency: Fraction
    limit_wh: Energies | None = None
    schedule: tuple[Energies, Energies] | None = None


@dataclass(frozen=True)
class Flows:
    """The flows of the park after a change, in Wh.

    ``supplied_wh``: what each new source gave; ``curtailed_wh``: what it could not. In every interval
    import + Σ supplied + discharge − charge − export is what it was, less what is saved.
    """

    import_wh: Energies
    export_wh: Energies
    supplied_wh: tuple[Energies, ...]
    curtailed_wh: tuple[Energies, ...]
    charge_wh: Energies
    discharge_wh: Energies


def flows(gate: Gate, sources: Sequence[Source], saved_wh: Energies, battery: Battery | None) -> Flows:
    """New supply and savings displace import; what they leave over charges the battery; then it leaves or is curtailed.

    Savings beyond the import leave through the gate: the plants that fed them run on. The battery charges from what is
    left over and from green power that left the park before; it discharges against import. With a schedule, what it
    charges beyond that is imported. Raises ``ValueError`` for a schedule that discharges more than is imported.
    """
    available = _sum([source.available_wh for source in sources], gate.import_wh)
    freed = available + saved_wh
    import_wh = np.maximum(gate.import_wh - freed, 0)
    surplus = freed - (gate.import_wh - import_wh)
    charge, discharge = _battery_flows(battery, surplus + gate.green_export_wh, import_wh)
    left = np.maximum(surplus - charge, 0)
    from_export = np.minimum(charge - (surplus - left), gate.green_export_wh)
    bought = charge - (surplus - left) - from_export
    if np.any(discharge > import_wh + bought):
        raise ValueError("the schedule discharges more than the park imports")
    leftovers = _shares(np.minimum(left, available), [source.available_wh for source in sources])
    curtailed = tuple(
        np.zeros_like(rest) if source.export_surplus else rest for source, rest in zip(sources, leftovers, strict=True)
    )
    return Flows(
        import_wh=import_wh - discharge + bought,
        export_wh=gate.export_wh - from_export + left - _sum(curtailed, left),
        supplied_wh=tuple(s.available_wh - c for s, c in zip(sources, curtailed, strict=True)),
        curtailed_wh=curtailed,
        charge_wh=charge,
        discharge_wh=discharge,
    )


def _battery_flows(battery: Battery | None, chargeable: Energies, import_wh: Energies) -> tuple[Energies, Energies]:
    """Charge and discharge of each interval, as scheduled or by the rule: never both at once, and empty at first."""
    if battery is None:
        return np.zeros_like(import_wh), np.zeros_like(import_wh)
    if battery.schedule is not None:
        return battery.schedule
    limit = chargeable if battery.limit_wh is None else np.minimum(chargeable, battery.limit_wh)
    gain, loss = battery.efficiency.numerator, battery.efficiency.denominator
    charge, discharge, held = [], [], 0
    for most, wanted, power in zip(limit.tolist(), import_wh.tolist(), battery.power_wh.tolist(), strict=True):
        taken = min(most, power, (battery.capacity_wh - held) * loss // gain)
        given = 0 if taken > 0 else min(wanted, power, held)
        held += taken * gain // loss - given
        charge.append(taken)
        discharge.append(given)
    return np.array(charge, dtype=np.int64), np.array(discharge, dtype=np.int64)


def scaled_down(energy_wh: Energies, share: Fraction) -> Energies:
    """The whole Wh that a saving of ``share`` takes off each value, rounded down."""
    return np.array([value * share.numerator // share.denominator for value in energy_wh.tolist()], dtype=np.int64)


def _shares(total: Energies, weights: Sequence[Energies]) -> list[Energies]:
    """``total`` divided by ``weights``: differences of the rounded-down running sum, so that the parts add up."""
    parts = []
    running = np.zeros(len(total), dtype=object)
    whole = sum((weight.astype(object) for weight in weights), running)
    divisor = np.where(whole == 0, 1, whole)
    before = running
    for weight in weights:
        running = running + weight.astype(object)
        upto = total.astype(object) * running // divisor
        parts.append((upto - before).astype(np.int64))
        before = upto
    return parts


def _sum(parts: Sequence[Energies], like: Energies) -> Energies:
    total = np.zeros_like(like)
    for part in parts:
        total = total + part
    return total
