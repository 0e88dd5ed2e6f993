"""Builds models on the lake: fingerprints, reuse of what is current, atomic writes, pointers.

The order of the steps is in ``models``; Dagster calls this from ``defs``. An output is stored under the fingerprint of
its SQL and its inputs, and the hash of its bytes is the input of the models behind it: where a rebuild gives the same
bytes, nothing behind it is built again.
"""

import json
import resource
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

import duckdb

from pipelines import warehouse
from pipelines.errors import UserError
from pipelines.lake import Lake, atomic_path, fingerprint, sha256_file, write_json
from pipelines.model_inputs import Sources, month_number
from pipelines.models import Model, Step
from pipelines.reference_tables import identifier, literal
from pipelines.settings import Settings

STORAGE = "format parquet, compression snappy, row_group_size 122880"
"""How outputs are written. The same rows in the same order give the same bytes at any number of threads."""


class NotBuilt(UserError):
    """A model was asked for that has no output yet."""


@dataclass(frozen=True)
class ModelResult:
    """What happened to one output. ``seconds`` is 0 where it was current; ``peak_memory_bytes`` is the process's."""

    name: str
    month: str | None
    rows: int
    seconds: float
    fingerprint: str
    sha256: str
    reused: bool
    peak_memory_bytes: int


@dataclass
class BuildContext:
    """Everything a step needs: models, inputs and months of one run, and the connection that its steps share.

    ``months`` are the months in scope that are built, in order. Use as a context manager, or ``close`` it.
    """

    settings: Settings
    models: Mapping[str, Model]
    sources: Sources
    months: tuple[str, ...]
    _connection: duckdb.DuckDBPyConnection | None = field(default=None, repr=False)
    _defined: dict[str, str] = field(default_factory=dict, repr=False)
    _exact: set[str] = field(default_factory=set, repr=False)

    @property
    def lake(self) -> Lake:
        return self.sources.lake

    def connection(self) -> duckdb.DuckDBPyConnection:
        """The private connection of this run, opened when the first model needs it."""
        if self._connection is None:
            self._connection = warehouse.connect(self.settings)
        return self._connection

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
            self._defined.clear()

    def define(self, name: str, kind: str, query: str) -> None:
        """Makes ``name`` a view or table of the connection; a view that is there already costs nothing."""
        if kind == "view" and self._defined.get(name) == query:
            return
        self.connection().execute(f"create schema if not exists {identifier(name.partition('.')[0])}")
        self.connection().execute(f"create or replace {kind} {_qualified(name)} as\n{query}")
        self._defined[name] = query

    def drop_table(self, name: str) -> None:
        del self._defined[name]
        self.connection().execute(f"drop table {_qualified(name)}")

    def refuse_inexact(self, model: Model) -> None:
        """Raises ``UserError`` for a HUGEINT column: Parquet would store it as DOUBLE and lose digits silently."""
        if model.name in self._exact:
            return
        for name, kind, *_ in self.connection().execute(f"describe {model.sql}").fetchall():
            if "HUGEINT" in kind:
                raise UserError(
                    f"{model.path}: the column {name} is {kind}, which Parquet cannot hold exactly; "
                    "cast it to BIGINT or DECIMAL(38, 0)"
                )
        self._exact.add(model.name)

    def __enter__(self) -> "BuildContext":
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.close()

    def upstream(self, model: Model, name: str) -> Model | None:
        """The model behind an input, or None if it is a source."""
        return next((other for other in model.upstream(self.models) if other.name == name), None)

    def read_months(self, model: Model, name: str, month: str | None) -> tuple[str | None, ...]:
        """The months of the upstream model ``name`` that ``model`` reads when it is built for ``month``."""
        if not self.models[name].partitioned:
            return (None,)
        if month is None:
            return self.months
        if name in model.around:
            before, after = model.around[name]
            first, last = month_number(month) - before, month_number(month) + after
            return tuple(m for m in self.months if first <= month_number(m) <= last)
        return tuple(m for m in self.months if m <= month) if name in model.history else (month,)

    def pointer(self, name: str, month: str | None) -> dict[str, Any]:
        """The current output of a model. Raises ``NotBuilt`` if it has none."""
        found = read_pointer(self.lake, name, month)
        if found is None:
            raise NotBuilt(f"{name}{f' of {month}' if month else ''} has not been built yet; use `zcp run`")
        return found

    def paths(self, model: Model, name: str, month: str | None) -> list[Path]:
        """The Parquet files of the upstream model ``name`` that ``model`` reads."""
        months = self.read_months(model, name, month)
        return [output_path(self.lake, name, m, self.pointer(name, m)["fingerprint"]) for m in months]

    def is_built(self, month: str) -> bool:
        """Whether every kept model by month has an output for it, current or not."""
        return all(read_pointer(self.lake, model.name, month) for model in self._by_month())

    def is_stale(self, month: str) -> bool:
        """Whether a model by month would be built again, as far as can be told before what is upstream is rebuilt."""
        try:
            return any(
                self.pointer(model.name, month)["fingerprint"] != self.fingerprint(model, month)
                for model in self._by_month()
            )
        except NotBuilt:
            return True

    def _by_month(self) -> Iterator[Model]:
        return (model for model in self.models.values() if model.partitioned and model.kept)

    def fingerprint(self, model: Model, month: str | None) -> str:
        """The fingerprint of a model's output, from its text and what it reads now; nothing is read but pointers."""
        inputs = {name: self._digest(model, name, month) for name in model.inputs}
        return fingerprint(model.sql, model.order, STORAGE, duckdb.__version__, month, inputs)

    def _digest(self, model: Model, name: str, month: str | None) -> object:
        upstream = self.upstream(model, name)
        if upstream is None:
            return self.sources.relation(name, month, model.inputs).digest
        if not upstream.kept:
            return self.fingerprint(upstream, month)
        return [(m, self.pointer(name, m)["sha256"]) for m in self.read_months(model, name, month)]


def output_path(lake: Lake, name: str, month: str | None, digest: str) -> Path:
    """Where the output of a model lies."""
    return lake.models / name / (month or "") / f"{digest}.parquet"


def pointer_path(lake: Lake, name: str, month: str | None) -> Path:
    return lake.pointers / (f"{name}@{month}.json" if month else f"{name}.json")


def read_pointer(lake: Lake, name: str, month: str | None = None) -> dict[str, Any] | None:
    """The pointer of a model's current output (fingerprint, sha256, rows, seconds); None if there is none."""
    try:
        found: dict[str, Any] = json.loads(pointer_path(lake, name, month).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return found if output_path(lake, name, month, found["fingerprint"]).exists() else None


def run_step(step: Step, context: BuildContext, month: str | None = None) -> list[ModelResult]:
    """Brings the kept models of a step up to date, for one month if the step is partitioned.

    Where all are current nothing is read but pointers. Raises ``UserError`` naming the SQL file for text that DuckDB
    refuses, and for an output column that Parquet cannot hold exactly.
    """
    with _unkept(context) as in_memory:
        return [_build(model, context, month, in_memory) for model in step.kept]


@contextmanager
def _unkept(context: BuildContext) -> Iterator[set[str]]:
    """The names of the models held in memory; they are dropped when the step ends."""
    names: set[str] = set()
    try:
        yield names
    finally:
        for name in names:
            context.drop_table(name)


def _build(model: Model, context: BuildContext, month: str | None, in_memory: set[str]) -> ModelResult:
    digest = context.fingerprint(model, month)
    target = output_path(context.lake, model.name, month, digest)
    pointer = read_pointer(context.lake, model.name, month)
    reused = target.exists()
    if not reused:
        started = time.perf_counter()
        rows = _write(model, context, month, in_memory, target)
        pointer = {"sha256": sha256_file(target), "rows": rows, "seconds": round(time.perf_counter() - started, 4)}
    elif pointer is None or pointer["fingerprint"] != digest:
        pointer = {"sha256": sha256_file(target), "rows": _count(context, target), "seconds": 0.0}
    if pointer.get("fingerprint") != digest:
        pointer |= {"fingerprint": digest}
        write_json(pointer_path(context.lake, model.name, month), pointer)
    return ModelResult(
        name=model.name,
        month=month,
        rows=pointer["rows"],
        seconds=0.0 if reused else pointer["seconds"],
        fingerprint=digest,
        sha256=pointer["sha256"],
        reused=reused,
        peak_memory_bytes=peak_memory_bytes(),
    )


def _write(model: Model, context: BuildContext, month: str | None, in_memory: set[str], target: Path) -> int:
    """Runs the model and writes its rows in their order; returns how many there are."""
    order = ", ".join(identifier(name) for name in model.order)
    _define_inputs(model, context, month, in_memory)
    with _naming(model):
        context.refuse_inexact(model)
    with _naming(model), atomic_path(target) as temporary:
        copied = (
            context.connection()
            .execute(
                f"copy (select * from (\n{model.sql}\n) order by {order}) to {literal(str(temporary))} ({STORAGE})"
            )
            .fetchone()
        )
    return int(copied[0]) if copied else 0


def _define_inputs(model: Model, context: BuildContext, month: str | None, in_memory: set[str]) -> None:
    """Makes every input of the model readable under its name; models that are not kept are computed here, once."""
    for other in model.upstream(context.models):
        if not other.kept and other.name not in in_memory:
            _define_inputs(other, context, month, in_memory)
            with _naming(other):
                context.define(other.name, "table", other.sql)
            in_memory.add(other.name)
    # Views last: lake.files differs from model to model, and computing an unkept model above has redefined it.
    with _naming(model):
        for name in model.inputs:
            upstream = context.upstream(model, name)
            if upstream is None:
                relation = context.sources.relation(name, month, model.inputs)
                context.define(name, "view", relation.query(context.connection()))
            elif upstream.kept:
                paths = ", ".join(literal(str(path)) for path in context.paths(model, name, month))
                context.define(name, "view", f"select * from read_parquet([{paths}])")


@contextmanager
def _naming(model: Model) -> Iterator[None]:
    """Turns what DuckDB refuses into one error that names the SQL file."""
    try:
        yield
    except duckdb.Error as error:
        raise UserError(f"{model.path}: {str(error).strip()}") from error


def _qualified(name: str) -> str:
    return ".".join(identifier(part) for part in name.split(".", 1))


def _count(context: BuildContext, path: Path) -> int:
    row = context.connection().execute("select count(*) from read_parquet(?)", [str(path)]).fetchone()
    return int(row[0]) if row else 0


def peak_memory_bytes() -> int:
    """The most memory this process has held so far."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
