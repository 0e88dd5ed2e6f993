"""The states between two publications: scratch home folders with chosen files and factors, built by today's models.

A scratch folder holds links to what the home folder has parsed and built already, so that only what a state changes is
computed; nothing is written to the home folder. Which states there are, and what they tell, is in ``diff``.
"""

import shutil
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from pipelines import model_runner
from pipelines.errors import UserError
from pipelines.ingest.ledger import Arrival, arrivals_path, delivered, read_arrivals
from pipelines.lake import Lake, append_lines, fingerprint
from pipelines.model_runner import output_path, read_pointer, run_step
from pipelines.model_scope import open_context
from pipelines.models import all_models, plan
from pipelines.publish import catalog, reference_release
from pipelines.publish.candidate import parquet
from pipelines.publish.manifest import factor_release, identify, read_manifest, table_path
from pipelines.scenario.run import needed_for
from pipelines.settings import Settings

PARK_YEAR = "metrics.park_year"
CERTIFICATES = frozenset(
    {"gec_trades", "gec_cancellations", "gec_issuances", "gec_recognition", "green_power_settlements", "offsets"}
)
"""The tables of certificates, green power and offsets; all others tell of activity or how it was measured."""

Report = Callable[[str, int, int | None], None]
Figures = Mapping[str, Mapping[str, Any]]
"""The row of ``metrics.park_year`` of each park, by column: numbers as ``Decimal``, None where there is none."""


@dataclass(frozen=True)
class Inputs:
    """What a state is built from: the arrivals of each file, the factors, and the year that is run with its cut-off."""

    files: Mapping[str, tuple[Arrival, ...]]
    tables: Mapping[str, str | None]
    release: str
    year: int
    cutoff: date

    @property
    def key(self) -> str:
        """A fingerprint: what has the same is the same state."""
        return fingerprint(self.order(self.files), self.release, self.year, self.cutoff)

    def of(self, tables: Collection[str], *, others: bool = False) -> dict[str, tuple[Arrival, ...]]:
        """The files of these tables, or of all others."""
        return {f: found for f, found in self.files.items() if (self.tables[f] in tables) is not others}

    def order(self, files: Collection[str]) -> list[tuple[str, str]]:
        """The files in order of delivery, which decides between two values, each with the time of its delivery."""
        return sorted((delivered(self.files[file_id]), file_id) for file_id in files)


@dataclass(frozen=True)
class State:
    """A publication, or a built state. ``lake``: the scratch folder with its models, None for a publication."""

    figures: Figures
    lake: Lake | None = None


def inputs_of(lake: Lake, publication_id: str) -> tuple[Inputs, bool]:
    """What a publication was made from, and whether the code, SQL, contracts and database of today made it.

    Raises ``UserError`` where there is no such publication on disk.
    """
    manifest = read_manifest(lake.published / publication_id)
    if publication_id not in catalog.publication_ids(lake) or manifest is None:
        known = ", ".join(catalog.publication_ids(lake)) or "none"
        raise UserError(f"there is no publication {publication_id} in {lake.home}; there are: {known}")
    entries = {entry["file_id"]: entry for entry in manifest["inputs"]}
    found = Inputs(
        files=_arrivals(lake, publication_id, entries),
        tables={file_id: entry["table_name"] for file_id, entry in entries.items()},
        release=manifest["factor_release"],
        year=manifest["year"],
        cutoff=date.fromisoformat(manifest["cutoff"]),
    )
    today = identify(lake, found.year, found.cutoff, (), {})
    hashes = {"code": today.code, "sql": today.sql, "contracts": today.contracts}
    made = (manifest["method_version"], manifest["engine"], manifest["hashes"])
    return found, made == (today.method_version, today.engine, hashes)


def _arrivals(lake: Lake, publication_id: str, files: Collection[str]) -> dict[str, tuple[Arrival, ...]]:
    """The arrivals of each file that were known when the publication was made; they decide which delivery is later."""
    lines = [*catalog.events(lake), *catalog.as_of_entries(lake)]
    line = next((line for line in lines if line.get("id") == publication_id), None)
    past = line.get("as_of") if line else None
    known = read_arrivals(Lake(lake.home, datetime.fromisoformat(past)) if past else lake)
    # The catalog tells whole seconds.
    until = datetime.fromisoformat(line["created_at"]) + timedelta(seconds=1) if line else None
    every: dict[str, list[Arrival]] = {}
    for arrival in known:
        every.setdefault(arrival.file_id, []).append(arrival)
    if unknown := set(files) - every.keys():
        raise UserError(f"catalog/arrivals.jsonl does not know the file {min(unknown)} of publication {publication_id}")
    found = {}
    for file_id in files:
        early = [a for a in every[file_id] if until is None or datetime.fromisoformat(a.arrived_at) < until]
        found[file_id] = tuple(early or every[file_id])
    return found


def published_figures(lake: Lake, publication_id: str, year: int) -> Figures:
    """The figures that a publication has of ``year``."""
    return _figures(table_path(lake.published / publication_id, PARK_YEAR), year)


def _figures(path: Path, year: int) -> Figures:
    with duckdb.connect() as con:
        found = con.execute(f"select * from {parquet(path)} where year = ?", [year])
        names = [str(column[0]) for column in found.description or []]
        rows = [dict(zip(names, map(_exact, row), strict=True)) for row in found.fetchall()]
    return {str(row["park_id"]): row for row in rows}


def _exact(value: object) -> object:
    """A ratio as the number that it prints, so that differences of figures add up to the last digit."""
    return Decimal(repr(value)) if isinstance(value, float) else value


class Workshop:
    """Builds states of one year in a scratch folder; the same state is built once."""

    def __init__(self, settings: Settings, lake: Lake, year: int, scratch: Path, report: Report) -> None:
        self._settings, self._lake, self._year, self._scratch = settings, lake, year, scratch
        self._report = report
        self._built: dict[str, State] = {}
        self.models = needed_for([PARK_YEAR], all_models())

    def build(self, inputs: Inputs) -> State:
        """The state of these inputs by today's code."""
        if inputs.key not in self._built:
            lake = self._folder(inputs)
            self._run(lake, inputs, frozenset())
            self._built[inputs.key] = self._state(lake)
        return self._built[inputs.key]

    def build_on(
        self, inputs: Inputs, base: Lake, put: Callable[[Lake], bool], replaced: Collection[str]
    ) -> State | None:
        """A state built on the outputs of ``base`` after ``put`` has replaced some of those of the models ``replaced``.

        ``put`` gets the scratch folder and says whether it replaced any; None where it did not.
        """
        lake = self._folder(inputs)
        shutil.copytree(base.pointers, lake.pointers)
        if not put(lake):
            return None
        self._run(lake, inputs, frozenset(replaced))
        return self._state(lake)

    def _state(self, lake: Lake) -> State:
        return State(_figures(model_path(lake, PARK_YEAR), self._year), lake)

    def check(self, *inputs: Inputs) -> None:
        """Raises ``UserError`` for a file or factors that are gone, before anything is computed."""
        for each in inputs:
            for file_id in each.files:
                if not (self._lake.parsed / file_id).is_dir():
                    raise UserError(
                        f"the parsed file {file_id} of an older publication is no longer in {self._lake.home}; land "
                        "its delivery again, then compare"
                    )
            if not reference_release.folder(self._lake, each.release) and factor_release(self._lake) != each.release:
                raise UserError(
                    f"the factors {each.release} of an older publication were not kept in {self._lake.home}, so their "
                    "effect cannot be computed; publications made from now on keep theirs"
                )

    def _folder(self, inputs: Inputs) -> Lake:
        """A home folder with these files and factors and nothing else."""
        lake = Lake(self._scratch / f"state-{sum(1 for _ in self._scratch.glob('state-*')) + 1}")
        lake.parsed.mkdir(parents=True)
        shared = self._scratch / "models"
        if not shared.exists():
            _link_models(self._lake.models, shared)
        lake.models.symlink_to(shared, target_is_directory=True)
        for file_id in inputs.files:
            parsed = (self._lake.parsed / file_id).absolute()
            (lake.parsed / file_id).symlink_to(parsed, target_is_directory=True)
        arrivals = sorted((a for found in inputs.files.values() for a in found), key=lambda a: a.sequence)
        append_lines(arrivals_path(lake), map(asdict, arrivals))
        if kept := reference_release.folder(self._lake, inputs.release):
            reference_release.use(lake, kept)
        elif self._lake.reference.is_dir():
            shutil.copytree(self._lake.reference, lake.reference)
        return lake

    def _run(self, lake: Lake, inputs: Inputs, replaced: Collection[str]) -> None:
        """Builds the figures and all before them; ``replaced`` models keep the output that they have."""
        settings = self._settings.model_copy(update={"home": lake.home})
        with open_context(settings, inputs.year, inputs.cutoff) as opened:
            context = replace(opened, models=self.models)
            steps = [(s, month) for s in plan(self.models) for month in (context.months if s.partitioned else (None,))]
            for done, (step, month) in enumerate(steps):
                self._report(f"{step.name} {month or ''}".strip(), done, len(steps))
                wanted = tuple(model for model in step.models if model.name not in replaced)
                run_step(replace(step, models=wanted), context, month)


def model_path(lake: Lake, name: str, month: str | None = None) -> Path:
    """The current output of a model. Raises ``NotBuilt`` if it has none."""
    pointer = read_pointer(lake, name, month)
    if pointer is None:
        raise model_runner.NotBuilt(f"{name} was not built")
    return output_path(lake, name, month, pointer["fingerprint"])


def _link_models(source: Path, target: Path) -> None:
    """Links to the outputs of models in the home folder: found by their fingerprint, they are not computed again."""
    target.mkdir()
    for path in source.rglob("*.parquet"):
        link = target / path.relative_to(source)
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(path.absolute())
