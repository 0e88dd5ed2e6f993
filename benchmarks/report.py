"""What the benchmark found, as a value, as JSON and as a table with the targets. Measuring is in ``run``."""

import dataclasses
from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Table

PEAK_LIMIT_GIB = ((20_000_000, 3.0), (80_000_000, 4.0))
RECALL_AT_LEAST, FALSE_ALARMS_AT_MOST = 0.95, 0.01
COVERAGE, WIDTH_AT_MOST = (0.94, 0.97), 1.5


@dataclass(frozen=True)
class Row:
    """One measurement: seconds on the wall and of CPU, peak resident MiB, what it is. None: part of another line."""

    name: str
    seconds: float
    cpu_seconds: float | None
    peak_mib: int | None
    note: str


@dataclass(frozen=True)
class Target:
    """A ratio or amount with what it may be at most."""

    name: str
    reached: float
    limit: float
    unit: str = ""

    @property
    def met(self) -> bool:
        return self.reached <= self.limit


@dataclass(frozen=True)
class Score:
    """One rule of validation: of ``planted`` places ``found``, and of ``clean`` ones ``false_alarms``.

    ``unit`` says what a place is: an interval, a row, or a month of a meter or park.
    """

    rule: str
    unit: str
    planted: int
    found: int
    clean: int
    false_alarms: int

    @property
    def recall(self) -> float:
        return self.found / self.planted if self.planted else 1.0

    @property
    def false_share(self) -> float:
        return self.false_alarms / self.clean if self.clean else 0.0

    @property
    def met(self) -> bool:
        return self.recall >= RECALL_AT_LEAST and self.false_share <= FALSE_ALARMS_AT_MOST


@dataclass(frozen=True)
class Coverage:
    """The interval of the intensity over made-up park-years with one pattern of gaps, or ``all``.

    ``coverage`` is the share of intervals that hold the truth, ``width_ratio`` their mean width by that of the best
    interval that knows the pattern.
    """

    pattern: str
    park_years: int
    coverage: float
    width_ratio: float

    @property
    def met(self) -> bool:
        return COVERAGE[0] <= self.coverage <= COVERAGE[1] and self.width_ratio <= WIDTH_AT_MOST


@dataclass(frozen=True)
class Result:
    """One go. ``stages``: seconds by step of some runs; ``imports``: ms of self time by package; ``faults``: rules;
    ``intervals``: patterns of gaps."""

    scale: float
    readings: int
    files: int
    csv_mib: float
    lake_mib: float
    machine: dict[str, object]
    floor_a: float
    floor_b: float
    rows: list[Row]
    stages: dict[str, dict[str, float]] = field(default_factory=dict)
    imports: dict[str, float] = field(default_factory=dict)
    faults: list[Score] = field(default_factory=list)
    intervals: list[Coverage] = field(default_factory=list)

    def seconds(self, name: str) -> float:
        return next(row.seconds for row in self.rows if row.name == name)

    def targets(self) -> list[Target]:
        """The targets of the benchmark against what was reached."""
        start, whole = self.seconds("start-up"), self.seconds("whole run")
        month = self.seconds("one month changed")
        publishing = self.stages["recompute from the lake"].get("publication", 0.0)
        peak_gib = max(row.peak_mib or 0 for row in self.rows if "run" in row.name or "changed" in row.name) / 1024
        limit = next((gib for readings, gib in PEAK_LIMIT_GIB if self.readings <= readings), PEAK_LIMIT_GIB[-1][1])
        return [
            Target("(whole run − start-up) / floor A", (whole - start) / self.floor_a, 2.0),
            Target(
                "(recompute − start-up − publishing) / floor B",
                (self.seconds("recompute from the lake") - start - publishing) / self.floor_b,
                3.0,
            ),
            Target("(one month changed − start-up) / whole run", (month - start) / whole, 0.15),
            Target("peak memory of the pipeline", peak_gib, limit, "GiB"),
        ]

    def as_json(self) -> dict[str, object]:
        targets = [dataclasses.asdict(target) | {"met": target.met} for target in self.targets()]
        return dataclasses.asdict(self) | {"targets": targets}


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", box=None)
    for number, column in enumerate(columns):
        table.add_column(column, justify="left" if number == 0 or column == "what" else "right", no_wrap=number == 0)
    return table


def print_scores(console: Console, scores: list[Score]) -> None:
    """What validation found of the planted faults."""
    table = _table("\nPlanted faults", "", "planted", "found", "recall", "false alarms", "of clean", "share", "")
    for one in scores:
        counts = (f"{one.planted:,} {one.unit}", f"{one.found:,}", f"{one.recall:.1%}")
        alarms = (f"{one.false_alarms:,}", f"{one.clean:,}", f"{one.false_share:.2%}")
        table.add_row(one.rule, *counts, *alarms, "met" if one.met else "missed")
    console.print(table)


def print_coverage(console: Console, found: list[Coverage]) -> None:
    """How often the interval of the intensity held the truth; the target is for all patterns together."""
    table = _table("\n95 % interval of the intensity", "", "park-years", "coverage", "width × best", "")
    for one in found:
        verdict = ("met" if one.met else "missed") if one.pattern == "all" else ""
        table.add_row(one.pattern, f"{one.park_years:,}", f"{one.coverage:.1%}", f"{one.width_ratio:.2f}", verdict)
    console.print(table)


def print_result(result: Result) -> None:
    """The tables of one go."""
    console = Console(width=120)
    machine = ", ".join(f"{name} {value}" for name, value in result.machine.items())
    console.print(
        f"\n{result.readings:,} readings in {result.files} files, {result.csv_mib:,.0f} MiB of CSV; "
        f"lake {result.lake_mib:,.0f} MiB; {machine}\n"
    )
    lines = _table("Measured", "", "seconds", "× floor A", "CPU s", "peak MiB", "what")
    for row in result.rows:
        cpu, peak = ("" if value is None else f"{value:.0f}" for value in (row.cpu_seconds, row.peak_mib))
        lines.add_row(row.name, f"{row.seconds:.2f}", f"{row.seconds / result.floor_a:.2f}", cpu, peak, row.note)
    console.print(lines)
    names = dict.fromkeys(step for steps in result.stages.values() for step in steps)
    stages = _table("\nStages, seconds", "", *result.stages)
    for name in names:
        stages.add_row(name, *(f"{steps[name]:.2f}" if name in steps else "" for steps in result.stages.values()))
    console.print(stages)
    imports = _table("\nImports at start-up, self time", "", "ms")
    for package, milliseconds in list(result.imports.items())[:12]:
        imports.add_row(package, f"{milliseconds:.0f}")
    imports.add_row("all", f"{sum(result.imports.values()):.0f}")
    console.print(imports)
    if result.faults:
        print_scores(console, result.faults)
    if result.intervals:
        print_coverage(console, result.intervals)
    targets = _table("\nTargets", "", "reached", "at most", "")
    for target in result.targets():
        reached, limit = (f"{value:.2f} {target.unit}".strip() for value in (target.reached, target.limit))
        targets.add_row(target.name, reached, limit, "met" if target.met else "missed")
    console.print(targets)
