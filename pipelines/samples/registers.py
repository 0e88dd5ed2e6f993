"""What some meters of the example send beside interval readings, or instead of them: registers, bills, and an edit.

``REGISTER_ONLY`` sends the daily reads of its register, ``BILLED`` monthly bills; both send no intervals. ``CHECKED``
sends both intervals and monthly reads; what a person sets at ``EDITED`` has two names and a document.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from pipelines.samples.faults import PlantedFault
from pipelines.samples.formats import Readings, write_rows
from pipelines.samples.masters import Row
from pipelines.samples.meters import Meter
from pipelines.samples.plans import ParkPlan
from pipelines.samples.shapes import Clock, Series

Years = Sequence[tuple[Clock, Series]]
"""Clock and series of one meter for neighbouring years, the earlier one first."""

REGISTER_ONLY = "beijing-etda-use3"
RATIO, MODULUS = 6000, 100_000
FIRST_READ = 1_000.0
"""What the register shows at the start; it passes its highest value in the second year."""
REPLACED_AT = np.datetime64("2026-09-10T10:00")
BILLED = "tianjin-port-ftz-use2"
CHECKED = "baoding-hidz-in2"
CHECKED_FROM = np.datetime64("2026-06-01T00:00")
EDITED = "tianjin-teda-in2"
EDITED_FROM, EDITED_HOURS = np.datetime64("2026-09-12T08:00"), 4
PHASES_LEFT = 2 / 3
"""What a meter still counts when the fuse of one phase has blown."""
REGISTER_HEADERS = {"meter_id": "表计编号", "read_at": "抄表时间", "value": "正向有功总"}
REPLACEMENT_HEADERS = {"meter_id": "表计编号", "at": "换表时间", "old_final": "旧表止码", "new_initial": "新表起码"}


def sends_intervals(meter: Meter) -> bool:
    return meter.meter_id not in (REGISTER_ONLY, BILLED)


def as_declared(meter: Meter) -> Meter:
    """The meter as its master declares it: that of a register or of bills is another than that of its intervals."""
    if meter.meter_id == REGISTER_ONLY:
        return replace(
            meter,
            measure="register",
            multipliers=(("", "", RATIO),),
            register_modulus=str(MODULUS),
            register_step="0.01",
        )
    if meter.meter_id == BILLED:
        return replace(meter, measure="interval_energy", unit="kWh", multipliers=(("", "", 1),))
    if meter.meter_id == CHECKED:
        return replace(meter, register_step=f"{10.0**-meter.decimals:.{meter.decimals}f}")
    return meter


def write_instead(folder: Path, plan: ParkPlan, years_of: Mapping[str, Years]) -> Iterator[PlantedFault]:
    """The files of the park's meters that send no intervals."""
    if REGISTER_ONLY in years_of:
        yield from _write_register(folder, plan, years_of[REGISTER_ONLY])
    if BILLED in years_of:
        yield _write_bills(folder, plan, years_of[BILLED])


def _write_register(folder: Path, plan: ParkPlan, years: Years) -> Iterator[PlantedFault]:
    """Daily reads by year, with the replacement of the meter in the second."""
    ends = np.concatenate([clock.ends for clock, _ in years])
    counted = np.cumsum(np.concatenate([series for _, series in years])) / RATIO
    at_replacement = float(counted[ends == REPLACED_AT][0])
    old_final = (FIRST_READ + at_replacement) % MODULUS
    shown = np.where(ends <= REPLACED_AT, (FIRST_READ + counted) % MODULUS, counted - at_replacement)
    daily = ends == ends.astype("datetime64[D]")
    last_year = years[-1][0].year
    for clock, _ in years:
        ours = daily & np.isin(ends, clock.ends)
        reads = [(ends[0] - (ends[1] - ends[0]), FIRST_READ)] if clock is years[0][0] else []
        reads += list(zip(ends[ours], shown[ours].tolist(), strict=True))
        rows = [_read(REGISTER_ONLY, moment, value, 2) for moment, value in reads]
        write_rows(folder / f"meter_registers_{clock.year}.csv", rows, REGISTER_HEADERS)
    name = f"meter_replacements_{last_year}.csv"
    replacement: Row = {
        "meter_id": REGISTER_ONLY, "at": str(REPLACED_AT), "old_final": f"{old_final:.2f}", "new_initial": "0.00"
    }  # fmt: skip
    write_rows(folder / name, [replacement], REPLACEMENT_HEADERS)
    yield _planted(plan, f"meter_registers_{last_year}.csv", "register_rollover",
                   "只报示值的表计满度归零", "a meter without intervals: its register rolls over")  # fmt: skip
    yield _planted(plan, name, "meter_replaced", "该表计年中更换", "the same meter is replaced during the year")


def _read(meter_id: str, moment: np.datetime64, value: float, decimals: int) -> Row:
    return {"meter_id": meter_id, "read_at": _stamp(moment), "value": f"{value:.{decimals}f}"}


def _stamp(moment: np.datetime64) -> str:
    return str(moment.astype("datetime64[m]"))


def _write_bills(folder: Path, plan: ParkPlan, years: Years) -> PlantedFault:
    """Monthly bills by year, with the tariff periods peak, flat and valley."""
    for clock, series in years:
        hour = clock.hour
        peak = ((hour > 8) & (hour < 12)) | ((hour > 17) & (hour < 21))
        valley = (hour < 7) | (hour > 23)
        rows: list[Row] = []
        for month in range(1, 13):
            first = np.datetime64(f"{clock.year}-{month:02d}")
            span = {"from": str(first.astype("datetime64[D]")), "to": str((first + 1).astype("datetime64[D]") - 1)}
            for kind, part in (("peak", peak), ("flat", ~peak & ~valley), ("valley", valley)):
                energy = series[part & (clock.month == month)].sum()
                rows.append({"meter_id": BILLED, **span, "energy": f"{energy:.0f}", "kind": kind})
        write_rows(folder / f"meter_periods_{clock.year}.csv", rows)
    return PlantedFault(
        "quality.meter_month", f"meter_periods_{years[-1][0].year}.csv", "period_spread", BILLED, 1,
        f"{plan.name_zh}：一家企业只有月度账单", f"{plan.name_en}: an enterprise with monthly bills and no intervals",
    )  # fmt: skip


def write_checks(folder: Path, readings: Readings, clock: Clock) -> None:
    """Reads of the register of ``CHECKED``, where the park has it, on the first of each month."""
    found = next((pair for pair in readings if pair[0].meter_id == CHECKED), None)
    if found is None:
        return
    meter, values = found
    counted = np.cumsum(np.where(clock.ends > CHECKED_FROM, values, 0.0))
    firsts = (clock.ends >= CHECKED_FROM) & (clock.ends == clock.ends.astype("datetime64[M]"))
    rows = [
        _read(CHECKED, moment, 2345.6789 + value, meter.decimals)
        for moment, value in zip(clock.ends[firsts], counted[firsts], strict=True)
    ]
    write_rows(folder / f"meter_registers_{clock.year}.csv", rows)


def write_edit(folder: Path, plan: ParkPlan, readings: Readings, clock: Clock) -> tuple[Readings, list[PlantedFault]]:
    """The readings with too little at ``EDITED`` for some hours, and the edit that puts the true mean there."""
    place = next((place for place, (meter, _) in enumerate(readings) if meter.meter_id == EDITED), None)
    if place is None:
        return readings, []
    meter, values = readings[place]
    until = EDITED_FROM + np.timedelta64(EDITED_HOURS, "h")
    hours = (clock.ends > EDITED_FROM) & (clock.ends <= until)
    edit: Row = {
        "meter_id": EDITED,
        "from": _stamp(EDITED_FROM),
        "to": _stamp(until),
        "value": f"{values[hours].mean():.{meter.decimals}f}",
        "reason": "电压互感器一相熔断器熔断 fuse of one voltage transformer blown",
        "document_sha256": hashlib.sha256(b"generated example: report on the voltage transformer").hexdigest(),
        "author": "example-author",
        "approver": "example-approver",
    }
    name = f"reading_edits_{clock.year}.csv"
    write_rows(folder / name, [edit])
    sent = list(readings)
    sent[place] = meter, np.where(hours, np.round(values * PHASES_LEFT, meter.decimals), values)
    return sent, [
        PlantedFault(
            "quality.corrections", name, "edit", EDITED, EDITED_HOURS,
            f"{plan.name_zh}：四小时读数由两人签署修改", f"{plan.name_en}: four hours of readings set by two persons",
        )
    ]  # fmt: skip


def _planted(plan: ParkPlan, file_name: str, code: str, what_zh: str, what_en: str) -> PlantedFault:
    return PlantedFault(
        "quality.findings", file_name, code, REGISTER_ONLY, 1,
        f"{plan.name_zh}：{what_zh}", f"{plan.name_en}: {what_en}",
    )  # fmt: skip
