"""A SQL file as a value: what it says, what it reads, at which grain; and the order in which models are built.

Running a model is in ``model_runner``, what ``parsed.*``, ``reference.*``, ``lake.*`` and ``run.*`` stand for in
``model_inputs``. Nothing here opens a database.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from pipelines.errors import UserError
from pipelines.resources import SQL

LAYERS = ("staging", "energy", "certificates", "emissions", "metrics", "quality", "evidence", "reference")
"""The folders of ``sql/`` whose files are models; ``checks`` and ``views`` are read by others."""

SOURCES = ("parsed", "reference", "lake", "run")
"""Schemas that are not models."""

_HEADER = re.compile(r"(Grain|Order|Partition|Kept|History|Around):\s*(.*)")
_AROUND = re.compile(r"(\S+) -(\d+) \+(\d+)")


@dataclass(frozen=True)
class Model:
    """One SELECT.

    ``name`` is ``schema.table``; ``order`` the columns that sort the output and are unique in it; ``inputs`` the
    schema-qualified tables of the text. ``partitioned``: built month by month. ``kept``: written to the lake; else it
    lives in memory while a step runs. ``history``: partitioned inputs of which all months up to its own are read;
    ``around``: those of which so many months before and after its own are read too.
    """

    name: str
    path: Path
    sql: str
    description: str
    grain: str
    order: tuple[str, ...]
    inputs: tuple[str, ...]
    partitioned: bool = False
    kept: bool = True
    history: tuple[str, ...] = ()
    around: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def schema(self) -> str:
        return self.name.partition(".")[0]

    @property
    def table(self) -> str:
        return self.name.partition(".")[2]

    def upstream(self, models: Mapping[str, "Model"]) -> tuple["Model", ...]:
        """The models among the inputs. The model reference.parks reads the source of that name, everybody else it."""
        return tuple(
            models[name] for name in self.inputs if name in models and (name != self.name or self.schema not in SOURCES)
        )

    @classmethod
    def load(cls, path: Path, root: Path = SQL) -> "Model":
        """Reads ``root/<schema>/<table>.sql``. Raises ``UserError`` naming the file if it is not one SELECT."""
        text = path.read_text(encoding="utf-8")
        name = f"{path.parent.relative_to(root)}.{path.stem}"
        header = _header(text)
        model = cls(
            name=name,
            path=path,
            sql=text.strip().rstrip(";"),
            description=header.get("Description", ""),
            grain=header.get("Grain", ""),
            order=_names(header.get("Order", "")),
            inputs=_inputs(text, path),
            partitioned="Partition" in header,
            kept=header.get("Kept", "yes") != "no",
            history=_names(header.get("History", "")),
            around=_spans(header.get("Around", ""), path),
        )
        _check_header(model, header)
        return model


@dataclass(frozen=True)
class Step:
    """Models that run on one connection, in order; a partitioned step runs once for each month, oldest first."""

    name: str
    models: tuple[Model, ...]
    partitioned: bool

    @property
    def kept(self) -> tuple[Model, ...]:
        return tuple(model for model in self.models if model.kept)


def _header(text: str) -> dict[str, str]:
    """The fields of the comment a file opens with; lines before the first field are the description."""
    fields: dict[str, str] = {}
    key = "Description"
    for line in text.lstrip().splitlines():
        if not line.startswith("--"):
            break
        content = line.removeprefix("--").strip()
        if match := _HEADER.fullmatch(content):
            key, content = match.groups()
        fields[key] = f"{fields.get(key, '')} {content}".strip()
    return fields


def _names(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _spans(text: str, path: Path) -> dict[str, tuple[int, int]]:
    """Months before and after, by input: ``energy.measured_interval -3 +2``. Raises ``UserError`` for another form."""
    found = {part: _AROUND.fullmatch(part) for part in _names(text)}
    if strange := [part for part, match in found.items() if not match]:
        raise UserError(f"{path}: Around is written as `schema.model -1 +1`, not {strange[0]!r}")
    return {match[1]: (int(match[2]), int(match[3])) for match in found.values() if match}


def _inputs(text: str, path: Path) -> tuple[str, ...]:
    """The schema-qualified tables of one SELECT, sorted."""
    try:
        tree = sqlglot.parse_one(text, read="duckdb")
    except SqlglotError as error:
        raise UserError(f"{path} is not one SELECT that can be read: {str(error).splitlines()[0]}") from error
    return tuple(sorted({f"{table.db}.{table.name}" for table in tree.find_all(exp.Table) if table.db}))


def _check_header(model: Model, header: Mapping[str, str]) -> None:
    """Raises ``UserError`` for a header that leaves out what the runner needs or contradicts itself."""
    missing = [field for field in ("Description", "Grain") if not header.get(field)]
    if model.kept and not model.order:
        missing.append("Order")
    if missing:
        raise UserError(f"{model.path} lacks in its header: {', '.join(missing)}")
    if header.get("Partition", "month") != "month":
        raise UserError(f"{model.path}: Partition can only be month")
    if header.get("Kept", "yes") not in ("yes", "no"):
        raise UserError(f"{model.path}: Kept is yes or no")
    if strange := {*model.history, *model.around} - set(model.inputs):
        raise UserError(f"{model.path}: its header names {', '.join(sorted(strange))}, which it does not read")
    if (model.history or model.around) and not model.partitioned:
        raise UserError(f"{model.path}: only models with Partition: month need History or Around")


@cache
def all_models() -> Mapping[str, Model]:
    """The project's models, read once by a process."""
    return load_models(SQL)


def load_models(root: Path) -> dict[str, Model]:
    """All models by name, every one after its inputs.

    Raises ``UserError`` that names the file and the input for an unknown input, a cycle, or an input whose months
    cannot be known.
    """
    found = [Model.load(path, root) for layer in LAYERS for path in sorted((root / layer).glob("*.sql"))]
    models = {model.name: model for model in found}
    for model in found:
        _check_inputs(model, models)
    graph = {model.name: [other.name for other in model.upstream(models)] for model in found}
    try:
        return {name: models[name] for name in TopologicalSorter(graph).static_order()}
    except CycleError as error:
        circle = " ← ".join(str(models[name].path) for name in error.args[1])
        raise UserError(f"these models read each other in a circle: {circle}") from error


def _check_inputs(model: Model, models: Mapping[str, Model]) -> None:
    for name in model.inputs:
        if name not in models and name.partition(".")[0] not in SOURCES:
            raise UserError(f"{model.path} reads {name}, but there is no such model")
    for other in model.upstream(models):
        if other.partitioned and not other.kept and not model.partitioned:
            raise UserError(f"{model.path} reads {other.name} over all months, but {other.name} is not kept")
        if other.name in {*model.history, *model.around} and not (other.partitioned and other.kept):
            raise UserError(f"{model.path} asks for other months of {other.name}, which is not a kept model by month")
    if not model.partitioned and "run.month" in model.inputs:
        raise UserError(f"{model.path} reads run.month, but has no `-- Partition: month`")


def plan(models: Mapping[str, Model]) -> tuple[Step, ...]:
    """The steps in the order they run.

    Every kept model without partition is a step of its own. The partitioned ones share a step, unless a model without
    partition stands between them: ``energy/month``, then ``energy/month_2``. A model that is not kept belongs to
    each step that needs it.
    """
    levels = _levels(models)
    steps: list[Step] = []
    for level in range(max(levels.values(), default=0) + 1):
        at_level = [model for model in models.values() if levels[model.name] == level]
        by_month = [model for model in at_level if model.partitioned and model.kept]
        # A model without partition on this level may be needed by the months, or need them: its own inputs decide.
        after = {model.name for model in at_level if not model.partitioned and _sees_months(model, models)}
        steps += [_single(m, models) for m in at_level if m.kept and not m.partitioned and m.name not in after]
        if by_month:
            name = "energy/month" if level == 0 else f"energy/month_{level + 1}"
            steps.append(Step(name, _with_unkept(by_month, models), partitioned=True))
        steps += [_single(m, models) for m in at_level if m.kept and m.name in after]
    return tuple(steps)


def _single(model: Model, models: Mapping[str, Model]) -> Step:
    return Step(model.name.replace(".", "/"), _with_unkept([model], models), partitioned=False)


def _with_unkept(wanted: Iterable[Model], models: Mapping[str, Model]) -> tuple[Model, ...]:
    """The models and, before them, those in memory that they need, in the order of ``models``."""
    needed: set[str] = set()
    pending = list(wanted)
    while pending:
        model = pending.pop()
        needed.add(model.name)
        pending += [other for other in model.upstream(models) if not other.kept]
    return tuple(model for model in models.values() if model.name in needed)


def _sees_months(model: Model, models: Mapping[str, Model]) -> bool:
    """Whether a model by month stands anywhere before this one."""
    return any(other.partitioned or _sees_months(other, models) for other in model.upstream(models))


def _levels(models: Mapping[str, Model]) -> dict[str, int]:
    """How often, at most, the path to a model goes from months to the whole and back, or to the months around."""
    levels: dict[str, int] = {}
    for model in models.values():
        level = 0
        for other in model.upstream(models):
            back = model.partitioned and not other.partitioned and _sees_months(other, models)
            level = max(level, levels[other.name] + (back or other.name in model.around))
        levels[model.name] = level
    return levels
