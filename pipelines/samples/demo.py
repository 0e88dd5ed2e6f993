"""Puts the example together: which folder and file holds what, for the whole list of parks or its first few.

The folders are named ``example-…`` so that every table that names a delivery says what its values are.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.samples import activity, defects, faults, formats, masters, registers
from pipelines.samples.balance import ParkYear, park_year
from pipelines.samples.certificates import CertificateLedger, add_park
from pipelines.samples.faults import PlantedFault
from pipelines.samples.formats import Readings
from pipelines.samples.masters import Row
from pipelines.samples.meters import Meter, metered_series
from pipelines.samples.plans import YEARS, ParkPlan, park_plans
from pipelines.samples.shapes import Clock, Series

NOTE = """\
The deliveries in this folder are generated. The parks, their names and provinces are real (first national list of
zero-carbon parks); every enterprise, plant, meter, reading, document and certificate is invented by `zcp demo`,
and says nothing about any park.

本文件夹中的数据均为程序生成。园区名称和省份是真实的（首批国家级零碳园区名单），企业、项目、表计、读数、凭证和绿证全部为虚构，
不代表任何园区的真实情况。
"""
DELIVERED = "2027-03-01T09:00+08:00"
REPEATED = "2027-03-10T09:00+08:00"
CORRECTED = "2027-03-20T09:00+08:00"


@dataclass(frozen=True)
class GeneratedDemo:
    """What ``generate`` wrote: the delivery folders in order, counts, and the faults that are in them."""

    folder: Path
    deliveries: tuple[Path, ...]
    park_ids: tuple[str, ...]
    readings: int
    planted_faults: tuple[PlantedFault, ...]


def _raw(pairs: Iterable[tuple[Meter, Series]], clock: Clock) -> Readings:
    return [(meter, meter.raw_values(series, clock)) for meter, series in pairs]


def _write_readings(folder: Path, plan: ParkPlan, readings: Readings, clock: Clock) -> int:
    """One park and year of readings in the park's own format. Count of readings."""
    year = clock.year
    if plan.layout == "gb18030":
        return formats.write_gb18030(folder / f"meter_readings_{year}.csv", readings, clock)
    if plan.layout == "wide":
        return formats.write_wide(folder / f"power_wide_{year}.csv", readings, clock)
    if plan.layout == "parquet":
        return formats.write_parquet(folder / f"meter_readings_{year}.parquet", readings, clock)
    if plan.layout == "months" and year == YEARS[-1]:
        return sum(
            formats.write_long(folder / f"meter_readings_{year}-{m:02d}.csv", readings, clock, range(m, m + 1))
            for m in range(1, 13)
        )
    if plan.layout == "excel96" and year == YEARS[-1]:
        return formats.write_96_excel(folder / f"meter_readings_96_{year}.xlsx", readings, clock)
    if plan.layout.endswith("96"):
        return formats.write_96_csv(folder / f"meter_readings_96_{year}.csv", readings, clock)
    return formats.write_long(folder / f"meter_readings_{year}.csv", readings, clock)


@dataclass
class _Example:
    """The example while it is being written; what one delivery adds, the later ones build on."""

    target: Path
    seed: int
    plans: list[ParkPlan]
    deliveries: list[Path] = field(default_factory=list)
    balances: dict[int, list[tuple[ParkPlan, ParkYear]]] = field(default_factory=lambda: {year: [] for year in YEARS})
    meters: list[Meter] = field(default_factory=list)
    projects: list[Row] = field(default_factory=list)
    certificates: CertificateLedger = field(default_factory=CertificateLedger)
    planted: list[PlantedFault] = field(default_factory=list)
    readings: int = 0

    def delivery(self, name: str, delivered_at: str = DELIVERED, instructions: str = "") -> Path:
        """An empty delivery folder with a ``delivery.yaml`` that says when it was sent and that it is generated."""
        folder = self.target / f"example-{name}"
        folder.mkdir(parents=True, exist_ok=True)
        text = f"# Generated example values, see ../README-GENERATED.txt\ndelivered_at: {delivered_at}\n{instructions}"
        (folder / "delivery.yaml").write_text(text, encoding="utf-8")
        self.deliveries.append(folder)
        return folder

    def add_readings(self, plan: ParkPlan) -> None:
        """Both years of one park's readings, and the certificates that go with them."""
        wide = formats.wide_instructions(f"{plan.park_id}-", plan.interval_minutes) if plan.layout == "wide" else ""
        folder = self.delivery(f"02-readings-{plan.number:02d}-{plan.park_id}", instructions=wide)
        without_intervals: dict[str, list[tuple[Clock, Series]]] = {}
        for year in YEARS:
            balance = park_year(plan, year, self.seed)
            self.balances[year].append((plan, balance))
            pairs = metered_series(plan, balance)
            readings = _raw((pair for pair in pairs if registers.sends_intervals(pair[0])), balance.clock)
            for meter, series in pairs:
                if not registers.sends_intervals(meter):
                    without_intervals.setdefault(meter.meter_id, []).append((balance.clock, series))
            if year == YEARS[-1]:
                self.meters += [registers.as_declared(meter) for meter, _ in pairs]
                self.projects += masters.projects_rows(plan, balance)
                readings = self._spoil(folder, plan, readings, balance.clock)
            self.readings += _write_readings(folder, plan, readings, balance.clock)
            add_park(self.certificates, plan, balance)
        self.planted += registers.write_instead(folder, plan, without_intervals)

    def _spoil(self, folder: Path, plan: ParkPlan, readings: Readings, clock: Clock) -> Readings:
        """The readings with everything that is wrong in them, and the files that tell more about them."""
        registers.write_checks(folder, readings, clock)
        readings, edited = registers.write_edit(folder, plan, readings, clock)
        readings, spoiled = defects.spoil(readings, clock, plan, self.plans)
        self.planted += [*edited, *spoiled]
        return readings

    def add_masters(self) -> None:
        folder, plans = self.delivery("01-master-data"), self.plans
        formats.write_rows(folder / "parks.csv", masters.parks_rows(plans))
        formats.write_rows(folder / "enterprises.csv", (row for p in plans for row in masters.enterprises_rows(p)))
        formats.write_rows(folder / "projects.csv", self.projects)
        formats.write_rows(folder / "meters.csv", (row for meter in self.meters for row in meter.master_rows()))
        formats.write_rows(folder / "expected_inputs.csv", (row for p in plans for row in masters.expected_rows(p)))
        formats.write_rows(folder / "baselines.csv", masters.baselines_rows(plans))

    def add_documents(self, year: int) -> None:
        """Fuel, heat, process, curtailment and indicators of one year; the base year's fuels in Chinese."""
        folder, parts = self.delivery(f"03-documents-{year}"), self.balances[year]
        fuels = [row for plan, balance in parts for row in activity.fuel_rows(plan, balance, self.seed)]
        if year == YEARS[0]:
            formats.write_rows(folder / f"fuel_use_{year}.csv", fuels, formats.CHINESE_FUEL, ";", "gb18030")
        else:
            fuels, owed = faults.without_document(fuels, self.plans)
            self.planted += owed
            formats.write_rows(folder / f"fuel_use_{year}.csv", fuels)
        for table, rows in (
            ("heat_flows", [row for plan, balance in parts for row in activity.heat_rows(plan, balance)]),
            ("process_outputs", [row for plan, balance in parts for row in activity.process_rows(plan, balance)]),
            ("curtailment", [row for plan, balance in parts for row in activity.curtailment_rows(plan, balance)]),
            ("indicators", [row for plan, _ in parts for row in activity.indicator_rows(plan, year)]),
        ):
            formats.write_rows(folder / f"{table}_{year}.csv", rows)

    def add_certificates(self) -> None:
        self.planted += faults.certificates(self.certificates, self.plans)
        folder = self.delivery("04-certificates")
        formats.write_rows(folder / "gec_trades.csv", self.certificates.trades)
        formats.write_rows(folder / "gec_cancellations.csv", self.certificates.cancellations)
        formats.write_rows(folder / "gec_issuances.csv", self.certificates.issuances())
        formats.write_rows(folder / "green_power_settlements.csv", self.certificates.settlements)
        formats.write_rows(folder / "gec_recognition.csv", self.certificates.recognised)

    def add_faults(self) -> None:
        """A delivery with files and rows that cannot be used, and one that corrects a day; both of the first park."""
        plan, balance = self.balances[YEARS[-1]][0]
        readings = _raw(metered_series(plan, balance), balance.clock)
        folder = self.delivery("05-with-faults", REPEATED)
        self.planted += faults.refused_files(folder, plan)
        self.planted += faults.bad_rows(folder, plan, readings, balance.clock)
        folder = self.delivery("06-correction", CORRECTED)
        self.planted.append(faults.correction(folder, readings, balance.clock))


def generate(
    target: Path,
    seed: int = 2026,
    parks: int | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> GeneratedDemo:
    """Writes the deliveries of the first ``parks`` listed parks (all 52 if None) for 2025 and 2026 under ``target``.

    The same seed and number of parks give the same bytes. ``progress(park_id, done, total)`` is called for each park.
    """
    plans = park_plans(parks)
    example = _Example(target, seed, plans)
    target.mkdir(parents=True, exist_ok=True)
    (target / "README-GENERATED.txt").write_text(NOTE, encoding="utf-8")
    for done, plan in enumerate(plans):
        if progress:
            progress(plan.park_id, done, len(plans))
        example.add_readings(plan)
    example.add_masters()
    for year in YEARS:
        example.add_documents(year)
    example.add_certificates()
    example.add_faults()
    return GeneratedDemo(
        folder=target,
        deliveries=tuple(sorted(example.deliveries)),
        park_ids=tuple(plan.park_id for plan in plans),
        readings=example.readings,
        planted_faults=tuple(example.planted),
    )
