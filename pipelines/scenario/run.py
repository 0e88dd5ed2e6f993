"""Runs a scenario: its delivery is landed and built in a folder of its own by the models of the pipeline, then read.

What changes is decided in ``changes`` and ``flows``; here is only how a changed delivery becomes figures.
"""

import csv
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import polars as pl

from pipelines.errors import UserError
from pipelines.ingest.landing import land
from pipelines.lake import Lake
from pipelines.model_runner import BuildContext, output_path, read_pointer, run_step
from pipelines.model_scope import open_context
from pipelines.models import Model, all_models, plan
from pipelines.reference_tables import literal
from pipelines.resources import REFERENCE
from pipelines.scenario.base import Base, query_rows
from pipelines.scenario.changes import LOCATION_FACTOR, Change, Parameter
from pipelines.scenario.delivery import write_delivery
from pipelines.scenario.effects import Effects, effects_of

Report = Callable[[str, int, int | None], None]
"""Called with what is done now, how much is done, and how much there is."""

WANTED = ("metrics.park_year", "metrics.enterprise_year")
"""The models that a scenario is built for, with all that stands before them."""


@dataclass(frozen=True)
class Outcome:
    """What a scenario gave.

    ``park_year``: the row of ``metrics.park_year`` of the park and year, by column, without the stamp of a publication;
    ``enterprise_years``: those of ``metrics.enterprise_year``, by id. ``effects``: what the changes did to the flows
    and the delivery. ``lake``: the folder it was run in, gone unless it is kept. ``seconds``: of the whole.
    """

    park_year: Mapping[str, Any]
    enterprise_years: tuple[Mapping[str, Any], ...]
    effects: Effects
    lake: Lake
    seconds: float


def silent(_what: str, _done: int, _total: int | None) -> None:
    """A report to nobody."""


def evaluate(
    base: Base, changes: Sequence[Change], report: Report = silent, *, models: Path | None = None
) -> dict[str, Any]:
    """The row of ``metrics.park_year`` that the changes would give, by column; without changes the published figures.

    ``models``: a folder that several evaluations of one base share, so that what does not change is built once. Raises
    ``UserError`` for changes that the park cannot have, each in one sentence.
    """
    return dict(run_scenario(base, changes, report, models=models).park_year)


def run_scenario(
    base: Base,
    changes: Sequence[Change],
    report: Report = silent,
    *,
    keep: Path | None = None,
    models: Path | None = None,
) -> Outcome:
    """Applies the changes to the base, lands and builds it, and reads the figures.

    ``keep``: an empty or new folder that holds the delivery (``delivery/``) and the home folder (``home/``) afterwards;
    otherwise both are temporary. ``models`` as in ``evaluate``. Raises ``UserError`` as ``evaluate``, and for a folder
    to keep that is not empty.
    """
    started = time.monotonic()
    with _folder(keep) as folder:
        report("flows", 0, None)
        effects = effects_of(base, changes)
        delivery = write_delivery(base, effects.changed, folder / "delivery")
        settings = base.settings.model_copy(update={"home": folder / "home"})
        lake = Lake(settings.home)
        _share_models(lake, models)
        _write_reference(base, lake, [change for change in changes if isinstance(change, Parameter)])
        for entry in land([delivery], settings, report):
            if entry.refused_reason or entry.rows_quarantined:
                raise RuntimeError(
                    f"the scenario wrote {entry.delivery}/{entry.file_name}, which cannot be read: {entry}"
                )
        with open_context(settings, base.run_year, base.cutoff) as context:
            _build(context, report)
        tables = {name: _rows_of(lake, name, base) for name in WANTED}
        return Outcome(
            park_year=tables["metrics.park_year"][0],
            enterprise_years=tuple(tables["metrics.enterprise_year"]),
            effects=effects,
            lake=lake,
            seconds=time.monotonic() - started,
        )


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is None:
        with TemporaryDirectory(prefix="zcp-scenario-") as folder:
            yield Path(folder)
        return
    check_keep(keep)
    yield keep


def check_keep(keep: Path) -> None:
    """Makes the folder of ``--keep``. Raises ``UserError`` where it holds something or cannot be made."""
    if keep.exists() and (not keep.is_dir() or any(keep.iterdir())):
        raise UserError(f"--keep {keep} is not an empty folder; name a new one")
    try:
        keep.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"--keep {keep} cannot be made: {error.strerror}; name a folder elsewhere") from error


def _share_models(lake: Lake, models: Path | None) -> None:
    """Lets the outputs of models lie in a folder that other scenarios use too; they are found by their fingerprint."""
    lake.home.mkdir(parents=True)
    if models is not None:
        models.mkdir(parents=True, exist_ok=True)
        lake.models.symlink_to(models.absolute(), target_is_directory=True)


def _build(context: BuildContext, report: Report) -> None:
    """Builds the wanted models and all before them, in the order of a run, without Dagster's record of it."""
    wanted = needed_for(WANTED, all_models())
    context = replace(context, models=wanted)
    steps = [(step, month) for step in plan(wanted) for month in (context.months if step.partitioned else (None,))]
    for done, (step, month) in enumerate(steps):
        report(f"{step.name} {month or ''}".strip(), done, len(steps))
        run_step(step, context, month)


def needed_for(names: Sequence[str], models: Mapping[str, Model]) -> dict[str, Model]:
    """The models of these names and all that they are built from, in the order of ``models``."""
    needed: set[str] = set()
    pending = list(names)
    while pending:
        model = models[pending.pop()]
        if model.name not in needed:
            needed.add(model.name)
            pending += [other.name for other in model.upstream(models)]
    return {name: model for name, model in models.items() if name in needed}


def _rows_of(lake: Lake, name: str, base: Base) -> list[dict[str, Any]]:
    pointer = read_pointer(lake, name)
    if pointer is None:
        raise RuntimeError(f"{name} was not built")
    path = output_path(lake, name, None, pointer["fingerprint"])
    with duckdb.connect() as con:
        query = f"select * from read_parquet({literal(str(path))}) where park_id = $1 and year = $2 order by all"
        return query_rows(con, query, [base.park_id, base.year])


def _write_reference(base: Base, lake: Lake, parameters: Sequence[Parameter]) -> None:
    """The operator's reference data, with what is changed in place of his own."""
    if base.lake.reference.is_dir():
        shutil.copytree(base.lake.reference, lake.reference)
    methods = {change.name: change.value for change in parameters if change.name != LOCATION_FACTOR}
    if methods:
        rows = [{"parameter": name, "value": value, "source": "scenario"} for name, value in methods.items()]
        _replace_rows(lake, "method_parameters", lambda row: row["parameter"] in methods, rows)
    factors = [change.value for change in parameters if change.name == LOCATION_FACTOR]
    if factors:
        row = {"scope": "provincial", "region": _factor_region(base), "year": str(base.year), "source": "scenario"}
        same = ("scope", "region", "year")
        _replace_rows(
            lake,
            "electricity_factors",
            lambda old: all(old[name] == row[name] for name in same),
            [row | {"kg_co2_per_kwh": factors[-1]}],
        )


def _replace_rows(
    lake: Lake, table: str, is_replaced: Callable[[dict[str, str]], bool], rows: list[dict[str, str]]
) -> None:
    """Adds rows to the operator's file of a reference table, and takes out those that they replace."""
    with (REFERENCE / f"{table}.csv").open(encoding="utf-8", newline="") as stream:
        names = next(csv.reader(stream))
    path, kept = lake.reference / f"{table}.csv", []
    if path.exists():
        with path.open(encoding="utf-8-sig", newline="") as stream:
            kept = [row for row in csv.DictReader(stream) if not is_replaced(row)]
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, names, restval="")
        writer.writeheader()
        writer.writerows([*kept, *rows])


def _factor_region(base: Base) -> str:
    """The region whose grid factor the park's province takes."""
    province = base.delivered("parks").filter(pl.col("park_id") == base.park_id)["province_zh"][-1]
    with (REFERENCE / "provinces.csv").open(encoding="utf-8", newline="") as stream:
        regions = [row["factor_region"] for row in csv.DictReader(stream)]
    found = next((region for region in regions if province.startswith(region)), None)
    if found is None:
        raise UserError(f"--set {LOCATION_FACTOR}: no grid factor belongs to the province {province} of {base.park_id}")
    return found
