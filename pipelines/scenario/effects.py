"""What changes mean for the delivery: which meters read otherwise, which plants, meters and certificates are new.

The arithmetic of the flows is in ``flows``; here they get meters. A meter whose readings change is delivered whole,
every standing value of it, so that the energy of each interval is conserved to the Wh.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar

import numpy as np
import polars as pl

from pipelines import reference_tables
from pipelines.errors import UserError
from pipelines.scenario.base import Base
from pipelines.scenario.certificates import certificate_rows
from pipelines.scenario.changes import Certificates, Change, DirectSupply, Efficiency, Energies, Parameter, Storage
from pipelines.scenario.delivery import Changed, Rows
from pipelines.scenario.flows import Battery, Flows, Gate, Source, flows, scaled_down
from pipelines.scenario.meters import NewMeter, cut, edits_against_rules, new_readings
from pipelines.scenario.profiles import supply

_Kind = TypeVar("_Kind")


@dataclass(frozen=True)
class Effects:
    """What changes do: the changed delivery, and what is worth telling.

    ``profiles``: where the course of each new plant comes from (``profiles.supply``). ``storage_project``: the plant
    that new storage belongs to; '' where it belongs to the grid, so that no green power comes out of it; None without
    storage. ``totals_mwh``: supplied, curtailed, charged, discharged, saved, import_less and export_more over the year.
    """

    changed: Changed
    flows: Flows | None = None
    profiles: tuple[str, ...] = ()
    storage_project: str | None = None
    totals_mwh: dict[str, float] | None = None


def effects_of(base: Base, changes: Sequence[Change]) -> Effects:
    """What the changes do to the delivery of ``base``. Changes of size 0 are none.

    Raises ``UserError`` for an unknown parameter, for two batteries or two savings, for certificates nobody can hold,
    and for new flows in a park that has meters at its gate in a part of the year only.
    """
    known = sorted({version.name for version in reference_tables.parameter_versions(base.lake)})
    for parameter in _of(changes, Parameter):
        parameter.check_known(known)
    rows: Rows = {}
    serial = 1
    for bought in _of(changes, Certificates):
        _add(rows, certificate_rows(base, bought, serial))
        serial += bought.mwh
    reshaping = _Reshaping(base, changes, rows)
    return reshaping.effects() if reshaping.changes_flows else Effects(Changed(rows=rows))


def _of(changes: Sequence[Change], kind: type[_Kind]) -> list[_Kind]:
    return [change for change in changes if isinstance(change, kind)]


def _one(found: list[_Kind], what: str) -> _Kind | None:
    if len(found) > 1:
        raise UserError(f"a scenario has one change of {what}, not {len(found)}; add them up")
    return found[0] if found else None


def _add(rows: Rows, more: Rows) -> None:
    for table, added in more.items():
        rows.setdefault(table, []).extend(added)


class _Reshaping:
    """New flows of one park, and the meters that show them."""

    def __init__(self, base: Base, changes: Sequence[Change], rows: Rows) -> None:
        self.base, self.rows = base, rows
        self.supplies = [s for s in _of(changes, DirectSupply) if s.mw or s.energy_wh is not None]
        self.storage = _one([s for s in _of(changes, Storage) if s.mw and s.mwh], "storage")
        self.saving = _one([e for e in _of(changes, Efficiency) if e.percent], "efficiency")
        others = {p.name: Decimal(p.value) for p in _of(changes, Parameter) if "/" not in p.value}
        self.parameters = {**base.parameters, **others}
        self.project_ids = [f"{base.park_id}-scenario-{s.technology}-{n}" for n, s in enumerate(self.supplies, start=1)]
        self.new_meters: list[tuple[NewMeter, Energies]] = []

    @property
    def intervals(self) -> pl.DataFrame:
        return self.base.intervals

    @property
    def has_gate(self) -> bool:
        return not self.intervals["boundary_from_use"].any()

    @property
    def changes_flows(self) -> bool:
        return bool(self.supplies or self.storage or self.saving)

    def effects(self) -> Effects:
        if self.intervals["boundary_from_use"].n_unique() > 1:
            raise UserError(
                f"{self.base.park_id} has meters at its gate in a part of {self.base.year} only: "
                "new flows through it cannot be told"
            )
        made = [supply(self.base, change) for change in self.supplies]
        share = self.saving.share if self.saving else Fraction(0)
        used = self._use_readings().with_columns(pl.Series("less_wh", scaled_down(self._use_wh(), share)))
        saved = scaled_down(self._wh("load_wh"), share) if self.has_gate else self._by_interval(used, "less_wh")
        sources = [
            Source(available, change.export_surplus) for (available, _), change in zip(made, self.supplies, strict=True)
        ]
        owner, output = self._storage_owner([available for available, _ in made])
        gate = Gate(self._wh("import_wh"), self._wh("export_wh"), self._wh("green_export_wh"))
        try:
            found = flows(gate, sources, saved, self._battery(output))
        except ValueError as error:
            raise UserError(f"the scenario cannot be: {error}") from error
        self._add_projects(found)
        changed = (
            [used.with_columns(energy_wh=pl.col("energy_wh") - pl.col("less_wh")).drop("less_wh")] if share else []
        )
        if self.has_gate:
            changed += self._gate_readings("grid_import", gate.import_wh, found.import_wh)
            changed += self._gate_readings("grid_export", gate.export_wh, found.export_wh)
        if self.storage:
            self._add_meter("storage_charge", owner or None, found.charge_wh)
            self._add_meter("storage_discharge", owner or None, found.discharge_wh)
        return Effects(
            changed=self._changed(changed),
            flows=found,
            profiles=tuple(source for _, source in made),
            storage_project=owner if self.storage else None,
            totals_mwh=_totals(gate, found, saved),
        )

    def _wh(self, column: str) -> Energies:
        return self.intervals[column].to_numpy()

    def _use_readings(self) -> pl.DataFrame:
        return self._of_year().filter(pl.col("role") == "use")

    def _use_wh(self) -> Energies:
        return self._use_readings()["energy_wh"].to_numpy()

    def _of_year(self) -> pl.DataFrame:
        return self.base.readings.filter(pl.col("start").dt.year() == self.base.year)

    def _by_interval(self, readings: pl.DataFrame, column: str) -> Energies:
        """The sum of a column of readings in each row of ``intervals``."""
        sums = readings.group_by(pl.col("balance_start").alias("start")).agg(pl.col(column).sum())
        joined = self.intervals.select("start").join(sums, on="start", how="left", maintain_order="left")
        return joined[column].fill_null(0).to_numpy()

    def _storage_owner(self, available: list[Energies]) -> tuple[str, Energies | None]:
        """The plant that new storage belongs to, and what it gives beside the charge of the storage it has already.

        The first new one on site, else the green one on site that gives most; '' where there is none.
        """
        for project_id, change, energy in zip(self.project_ids, self.supplies, available, strict=True):
            if change.relation == "onsite":
                return project_id, energy
        best, output = "", None
        plants = self._of_year().filter(pl.col("project_id") != "")
        for project in self.base.projects:
            own = plants.filter(pl.col("project_id") == project["project_id"])
            energy = self._by_interval(own.filter(pl.col("role") == "generation"), "energy_wh")
            if project["technology"] in _GREEN and energy.sum() > (0 if output is None else output.sum()):
                charged = self._by_interval(own.filter(pl.col("role") == "storage_charge"), "energy_wh")
                best, output = project["project_id"], np.maximum(energy - charged, 0)
        return best, output

    def _battery(self, output: Energies | None) -> Battery | None:
        if self.storage is None:
            return None
        given = self.storage.charge_wh, self.storage.discharge_wh
        return Battery(
            power_wh=np.floor(self.storage.mw * 1e6 * self._wh("minutes") / 60).astype(np.int64),
            capacity_wh=int(self.storage.mwh * 1e6),
            efficiency=Fraction(str(self.storage.round_trip_efficiency)),
            limit_wh=output,
            schedule=None if given[0] is None or given[1] is None else (given[0], given[1]),
        )

    def _add_projects(self, found: Flows) -> None:
        """The new plants, their meters, and what they could not give by month."""
        for n, (project_id, change) in enumerate(zip(self.project_ids, self.supplies, strict=True)):
            project = {
                "project_id": project_id,
                "park_id": self.base.park_id,
                "technology": change.technology,
                "relation": change.relation,
                "capacity_kw": Decimal(str(change.mw)) * 1000,
                "same_owner": True,
                "interval_traced": True,
                "grid_mode": "surplus",
            }
            self.rows.setdefault("projects", []).append(project)
            point = "generation" if change.relation == "onsite" else "direct_import"
            self._add_meter(point, project_id, found.supplied_wh[n])
            lost = self.intervals.select(pl.col("start").dt.strftime("%Y-%m").alias("month"))
            lost = lost.with_columns(pl.Series("wh", found.curtailed_wh[n])).group_by("month").agg(pl.col("wh").sum())
            self.rows.setdefault("curtailment", []).extend(
                {"project_id": project_id, "month": month, "curtailed_mwh": Decimal(wh) / 1000000}
                for month, wh in sorted(lost.rows())
            )

    def _add_meter(self, point: str, project_id: str | None, energy_wh: Energies) -> None:
        name = f"{self.base.park_id}-scenario-{point.replace('_', '-')}-{len(self.new_meters) + 1}"
        self.new_meters.append((NewMeter(name, self.base.park_id, point, project_id), energy_wh))

    def _gate_readings(self, point: str, before: Energies, after: Energies) -> list[pl.DataFrame]:
        """The readings of the meters at the gate that pass less; what passes more goes through a new one."""
        less, more = np.maximum(before - after, 0), np.maximum(after - before, 0)
        if more.any():
            self._add_meter(point, None, more)
        if not less.any():
            return []
        rows = self._of_year().filter(pl.col("role") == point)
        return [cut(rows, self.intervals.select("start").with_columns(pl.Series("cut_wh", less)))]

    def _changed(self, changed: list[pl.DataFrame]) -> Changed:
        """The delivery: changed meters with all that stands of them, new meters, edits where a rule would misjudge."""
        readings = self.base.readings
        frames: list[pl.DataFrame] = []
        meters: frozenset[str] = frozenset()
        if changed:
            new = pl.concat(changed)
            meters = frozenset(new["meter_id"])
            same = readings.filter(pl.col("meter_id").is_in(sorted(meters)))
            keys = ["meter_id", "role", "start"]
            frames = [new, same.join(new.select(keys), on=keys, how="anti").select(new.columns)]
        frames += [new_readings(meter, self.intervals, energy) for meter, energy in self.new_meters]
        columns = ["meter_id", "point", "start", "minutes", "energy_wh", "is_estimated"]
        everything = pl.concat([frame.select(columns) for frame in frames])
        self.rows.setdefault("meters", []).extend(meter.row(self.intervals) for meter, _ in self.new_meters)
        edits = edits_against_rules(everything, self.parameters, self._solar_capacity_kw())
        if edits:
            self.rows.setdefault("reading_edits", []).extend(edits)
        return Changed(meters=meters, readings=everything, rows=self.rows)

    def _solar_capacity_kw(self) -> dict[str, Decimal]:
        """The capacity behind each new meter of solar generation, which the rule about night reads."""
        solar = {
            project_id: Decimal(str(change.mw)) * 1000
            for project_id, change in zip(self.project_ids, self.supplies, strict=True)
            if change.technology == "solar"
        }
        return {
            meter.meter_id: solar[meter.project_id]
            for meter, _ in self.new_meters
            if meter.point == "generation" and meter.project_id in solar
        }


_GREEN = ("solar", "wind", "hydro", "biomass", "geothermal", "ocean", "nuclear")


def _totals(gate: Gate, found: Flows, saved: Energies) -> dict[str, float]:
    def mwh(parts: Iterator[Energies]) -> float:
        return sum(int(part.sum()) for part in parts) / 1e6

    return {
        "supplied": mwh(iter(found.supplied_wh)),
        "curtailed": mwh(iter(found.curtailed_wh)),
        "charged": mwh(iter([found.charge_wh])),
        "discharged": mwh(iter([found.discharge_wh])),
        "saved": mwh(iter([saved])),
        "import_less": mwh(iter([gate.import_wh - found.import_wh])),
        "export_more": mwh(iter([found.export_wh - gate.export_wh])),
    }
