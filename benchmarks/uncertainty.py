"""How often the interval of the intensity holds the truth: ``python -m benchmarks.uncertainty [--groups 200]``.

Made-up park-years (``park_years``) go through the pipeline's own models, from parsed readings to
``metrics.intensity_interval``; the truth is what their complete readings give. Two figures are judged: the share of
intervals that hold the truth, and their mean width against that of the best interval that knows the pattern of the
gaps: 1.96 standard deviations of the errors of that park and pattern on either side of their mean.
"""

import argparse
import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from rich.console import Console

from benchmarks.park_years import PATTERNS, YEAR, ParkYears, make
from benchmarks.report import Coverage, print_coverage
from pipelines.ingest.ledger import ledger_table
from pipelines.lake import Lake
from pipelines.model_inputs import ParsedFile, Sources, parsed_types
from pipelines.model_runner import BuildContext, output_path, read_pointer, run_step
from pipelines.model_scope import accounts_of
from pipelines.models import Model, all_models, plan
from pipelines.reference_tables import identifier, literal, parameter_versions, parameters_of
from pipelines.settings import Settings

INTERVALS = "metrics.intensity_interval"
SEED = 910
Reals = NDArray[np.float64]


@dataclass(frozen=True)
class Found:
    """What came out for some park-years, one entry each: the interval, the intensity between, and the truth."""

    low: Reals
    high: Reals
    intensity: Reals
    truth: Reals
    pattern: NDArray[np.int64]
    group: NDArray[np.int64]

    def only(self, rows: NDArray[np.bool_]) -> "Found":
        """Some of the park-years."""
        return Found(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})


def judge(found: Found, pattern: str = "all") -> Coverage:
    """The two figures. The best interval knows the mean error of its group, and the spread of the realisations."""
    _, group = np.unique(found.group, return_inverse=True)
    error = found.intensity - found.truth
    realisations = np.bincount(group)
    mean = np.bincount(group, error) / realisations
    spread = np.sqrt(np.bincount(group, (error - mean[group]) ** 2) / np.maximum(realisations - 1, 1))
    best = 2 * 1.96 * spread
    inside = (found.low <= found.truth) & (found.truth <= found.high)
    width_ratio = (found.high - found.low).mean() / best[group].mean()
    return Coverage(pattern, len(inside), float(inside.mean()), float(width_ratio))


def run(years: ParkYears, home: Path, threads: int = 2) -> Found:
    """Builds the models for all park-years in one home folder."""
    lake = Lake(home)
    files = _deliver(years, lake)
    months = tuple(sorted(files[-1].months))
    models = _with_upstream(INTERVALS)
    settings = Settings(home=home, duckdb_threads=threads, duckdb_memory="2GiB")
    sources = Sources(lake, accounts_of(YEAR, None, ()), files, _file_types(lake))
    with BuildContext(settings, models, sources, months) as context:
        for step in plan(models):
            for month in months if step.partitioned else (None,):
                run_step(step, context, month)
    pointer = read_pointer(lake, INTERVALS)
    assert pointer is not None
    path = output_path(lake, INTERVALS, None, pointer["fingerprint"])
    query = "select intensity_low, intensity_high, intensity_tco2_per_tce from read_parquet(?) order by park_id"
    with duckdb.connect() as con:
        low, high, intensity = con.execute(query, [str(path)]).fetchnumpy().values()
    return Found(low, high, intensity, _truth(years, lake), years.pattern, years.group)


def _truth(years: ParkYears, lake: Lake) -> Reals:
    """The intensity that complete readings give: all import at the residual factor, all electricity at c_eq."""
    parameters = parameters_of(YEAR, parameter_versions(lake))
    factor, c_eq = (float(parameters[n]) for n in ("residual_electricity_factor", "electricity_coal_equivalent"))
    imported, solar = years.import_wh.sum(axis=1), years.solar_wh.sum(axis=1)
    truth: Reals = factor * imported / (c_eq * (imported + solar))
    return truth


def _with_upstream(name: str) -> Mapping[str, Model]:
    """A model and everything it reads, every one after its inputs."""
    models, wanted, pending = all_models(), set(), [name]
    while pending:
        model = models[pending.pop()]
        if model.name not in wanted:
            wanted.add(model.name)
            pending += [other.name for other in model.upstream(models)]
    return {name: model for name, model in models.items() if name in wanted}


def _file_types(lake: Lake) -> Mapping[str, str]:
    with duckdb.connect() as con:
        ledger_table(lake, con)
        return {name: kind for name, kind, *_ in con.execute("describe lake.files").fetchall()}


def _deliver(years: ParkYears, lake: Lake) -> tuple[ParsedFile, ...]:
    """Canonical files as the parsers leave them: parks, solar projects, two meters for each park, their readings."""
    parks = f"from range({len(years.import_wh)}) as r (park)"
    moment = f"(timestamp '{YEAR}-01-01' + to_minutes(cast({{}} * {years.interval_minutes} as integer)))"
    project = {"park_id": _name("park"), "technology": "'solar'", "relation": "'onsite'"}
    readings = {
        "meter_id": f"case when is_solar then {_name('sun')} else {_name('import')} end",
        "interval_end": moment.format("(step + 1)"),
        "value": "energy_wh * cast(0.001 as decimal(4, 3))",
    }
    by_month = f"from given order by date_trunc('month', {moment.format('step')}), meter_id, interval_end"
    with duckdb.connect() as con:
        con.register("given", _readings(years))
        _write(con, lake, "parks", {"park_id": _name("park")}, parks)
        _write(con, lake, "projects", {"project_id": _name("solar"), **project}, parks)
        _write(con, lake, "meters", _meter(years), f"{parks} cross join (values (true), (false)) as s (is_solar)")
        _write(con, lake, "meter_readings", readings, by_month)
        found = con.execute(f"select distinct strftime({moment.format('step')}, '%Y-%m') from given").fetchall()
    months = frozenset(month for (month,) in found)
    tables = ("parks", "projects", "meters", "meter_readings")
    return tuple(
        ParsedFile(table, {"file_id": table, "table_name": table, "rows_quarantined": 0}, frozenset({table}), months)
        for table in tables
    )


def _name(kind: str) -> str:
    return f"printf('{kind}-%05d', park)"


def _meter(years: ParkYears) -> dict[str, str]:
    return {
        "meter_id": f"case when is_solar then {_name('sun')} else {_name('import')} end",
        "park_id": _name("park"),
        "point": "case when is_solar then 'generation' else 'grid_import' end",
        "measure": "'interval_energy'",
        "unit": "'kWh'",
        "interval_minutes": str(years.interval_minutes),
        "project_id": f"case when is_solar then {_name('solar')} end",
    }


def _readings(years: ParkYears) -> pa.Table:
    """Columns park, step (interval of the year), energy_wh, is_solar of all readings that were delivered."""
    parts = []
    for is_solar, energy_wh, gap in (
        (False, years.import_wh, years.import_gap),
        (True, years.solar_wh, years.solar_gap),
    ):
        park, step = np.nonzero(~gap)
        columns = {"park": park, "step": step, "energy_wh": energy_wh[~gap], "is_solar": np.full(park.size, is_solar)}
        parts.append(pa.table(columns))
    return pa.concat_tables(parts)


def _write(con: duckdb.DuckDBPyConnection, lake: Lake, table: str, columns: dict[str, str], source: str) -> None:
    """One canonical file, named after its table; ``columns`` are SQL expressions on ``source``, the others are null."""
    folder = lake.parsed / table
    folder.mkdir(parents=True)
    given = {"file_id": literal(table), "line": "row_number() over ()", "raw": "''"} | columns
    # The place of a row is told by who reads the file, not written in it.
    types = {name: kind for name, kind in parsed_types(table).items() if name != "file_row_number"}
    selected = ", ".join(f"cast({given.get(n, 'null')} as {kind}) as {identifier(n)}" for n, kind in types.items())
    con.execute(f"copy (select {selected} {source}) to {literal(str(folder / f'{table}.parquet'))}")


def by_pattern(found: Found) -> list[Coverage]:
    """The figures of each pattern, and of all together."""
    parts = {name: found.only(found.pattern == number) for number, name in enumerate(PATTERNS)}
    return [judge(part, name) for name, part in parts.items() if len(part.truth)] + [judge(found)]


def together(parts: Sequence[Found]) -> Found:
    """Several runs as one; their groups stay apart."""
    groups = [part.group + 1_000_000 * number for number, part in enumerate(parts)]
    columns = {f.name: np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Found)}
    return Found(**(columns | {"group": np.concatenate(groups)}))


def measure(groups: int, realisations: int, chunk: int, interval_minutes: int, out: Path) -> list[Coverage]:
    """Makes and runs the park-years, ``chunk`` parks in one home folder."""
    parts: list[Found] = []
    for first in range(0, groups, chunk):
        home = out / "home"
        shutil.rmtree(home, ignore_errors=True)
        years = make(SEED + first, min(chunk, groups - first), realisations, interval_minutes=interval_minutes)
        parts.append(run(years, home))
        print(f"{sum(len(part.truth) for part in parts)} park-years", file=sys.stderr, flush=True)
    shutil.rmtree(home)
    return by_pattern(together(parts))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.uncertainty", description=__doc__)
    parser.add_argument("--groups", type=int, default=200, help="parks, each with a pattern of gaps")
    parser.add_argument("--realisations", type=int, default=10, help="years of each of them")
    parser.add_argument("--chunk", type=int, default=25, help="parks in one home folder")
    parser.add_argument("--interval-minutes", type=int, default=60)
    parser.add_argument("--out", type=Path, default=Path("bench-data") / "uncertainty", help="folder for the homes")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    given = parser.parse_args()
    found = measure(given.groups, given.realisations, given.chunk, given.interval_minutes, given.out)
    if given.json:
        print(json.dumps([asdict(one) for one in found]))
    else:
        print_coverage(Console(width=120), found)


if __name__ == "__main__":
    main()
