"""The starting point of a scenario: a park's year as it is landed, built and published. Reading only, no changes.

Everything comes from one state of the home folder: the files of the current publication, the models built from them,
and the figures published of them.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import polars as pl

from pipelines import reference_tables, warehouse
from pipelines.errors import UserError
from pipelines.lake import Lake
from pipelines.model_inputs import ParsedFile
from pipelines.model_runner import output_path, read_pointer
from pipelines.model_scope import read_files
from pipelines.models import Model
from pipelines.publish import query
from pipelines.publish.manifest import factor_release, hash_files, read_manifest
from pipelines.reference_tables import literal
from pipelines.resources import SQL
from pipelines.settings import Settings

_KEPT = ("energy.month_meters", "energy.measured_interval", "energy.estimated_interval", "energy.interval_balance")
_READINGS = """
    select
        k.meter_id, k.point, k.role, k.project_id, k.enterprise_id,
        timestamp '{month}-01' + to_minutes(c.minute) as start,
        k.interval_minutes as minutes,
        timestamp '{month}-01' + to_minutes(c.balance_minute) as balance_start,
        c.energy_wh,
        e.slot is not null or m.source not in ('reading', 'register', 'edit') as is_estimated
    from ({interval_energy}) as c
    inner join energy.month_meters as k on c.slot = k.slot
    left join energy.measured_interval as m on c.slot = m.slot and c.minute = m.minute
    left join energy.estimated_interval as e on c.slot = e.slot and c.minute = e.minute and e.energy_wh is not null
    where k.park_id = $1 and c.energy_wh is not null
    order by k.meter_id, start
"""

_BALANCE = """
    select
        interval_start as start, balance_minutes as minutes, boundary_from_use,
        import_wh, export_wh, direct_wh, generation_wh, recovered_wh, fossil_wh, charge_wh, discharge_wh,
        load_wh, green_wh, green_export_wh, pass_through_wh, used_wh, direct_used_wh
    from energy.interval_balance
    where park_id = $1
    order by start
"""

_LAST = """
    select
        '{month}' as month, bool_or(k.park_id = $1) over () as is_read_here,
        k.meter_id, timestamp '{month}-01' + to_minutes(i.minute) as start, k.interval_minutes as minutes,
        i.energy_wh, false as is_estimated
    from energy.measured_interval as i
    inner join energy.month_meters as k on i.slot = k.slot
    where i.status = 'valid' and k.point not in ('heat_import', 'heat_export')
    qualify row_number() over (order by i.minute desc, k.park_id = $1 desc, k.meter_id) = 1 and k.park_id <> $1
"""


@dataclass(frozen=True)
class Base:
    """A park's published year, and where its files and built models lie.

    ``year`` is the year asked about, ``run_year`` and ``cutoff`` those of the publication; both years are the same
    unless a base year is asked about. ``published``: the row of ``metrics.park_year``, by column. ``enterprises``: the
    rows of ``metrics.enterprise_year`` of the park and year, by id. ``months``: the rows of ``metrics.park_month`` of
    the park and year. ``files``: the parsed files that count, in order of delivery.
    """

    settings: Settings
    lake: Lake
    park_id: str
    year: int
    run_year: int
    cutoff: date
    publication_id: str
    published: Mapping[str, Any]
    enterprises: tuple[Mapping[str, Any], ...]
    months: pl.DataFrame
    files: tuple[ParsedFile, ...]
    _frames: dict[str, pl.DataFrame] = field(default_factory=dict, repr=False)

    @cached_property
    def intervals(self) -> pl.DataFrame:
        """The electricity balance of every interval of ``year`` that has one (``energy.interval_balance``), by time.

        Columns: start (naive Asia/Shanghai), minutes (length), boundary_from_use, and in Wh: import_wh, export_wh,
        direct_wh, generation_wh, recovered_wh, fossil_wh, charge_wh, discharge_wh, load_wh, green_wh (all green
        supply), green_export_wh, pass_through_wh, used_wh (green supply used), direct_used_wh (the part from lines).
        For each: load = max(import + direct + generation + discharge - charge - export, 0).
        """
        return self._read(_BALANCE, [str(self.year)]).sort("start")

    @cached_property
    def readings(self) -> pl.DataFrame:
        """The standing energy of every meter and interval of all months built, measured or estimated.

        Columns: meter_id, point, role, project_id ('' where none), enterprise_id, start, minutes (the meter's own
        interval), balance_start (start of the interval of ``intervals`` it lies in), energy_wh (kJ for heat),
        is_estimated. An open interval (neither measured nor estimated) has no row.
        """
        model = Model.load(SQL / "energy" / "interval_energy.sql")
        return self._read(_READINGS, None, interval_energy=model.sql).sort("meter_id", "start")

    @cached_property
    def last_elsewhere(self) -> pl.DataFrame:
        """The last reading of other parks in months that the park alone would not show to have been read, or so far.

        Columns as in ``readings``. It says what is missing and what is yet to come: after the last interval that any
        meter was read nothing is missing, unless one was read in the month after.
        """
        found = self._read(_LAST, None)
        following = pl.col("month").str.to_date("%Y-%m").dt.offset_by("1mo").dt.strftime("%Y-%m")
        return found.filter(~pl.col("is_read_here") | ~following.is_in(self._built_months()))

    def generation(self, technologies: tuple[str, ...]) -> pl.DataFrame:
        """What the park's plants and lines of these technologies gave in ``year``: start, energy_wh, by interval.

        Of a line metered at both ends the park's end counts.
        """
        projects = {row["project_id"] for row in self.projects if row["technology"] in technologies}
        return (
            self.readings.filter(
                pl.col("project_id").is_in(sorted(projects))
                & pl.col("role").is_in(["generation", "direct_import"])
                & (pl.col("start").dt.year() == self.year)
            )
            .group_by(pl.col("balance_start").alias("start"))
            .agg(pl.col("energy_wh").sum())
            .sort("start")
        )

    @cached_property
    def projects(self) -> tuple[Mapping[str, Any], ...]:
        """The park's projects as delivered, the latest row of each: project_id, technology, relation, capacity_kw, …"""
        rows: dict[str, Mapping[str, Any]] = {}
        for row in self.delivered("projects").iter_rows(named=True):
            if row["park_id"] == self.park_id:
                rows[row["project_id"]] = row
        return tuple(rows.values())

    @cached_property
    def meter_ids(self) -> tuple[str, ...]:
        """The meters that some row of the master gives to the park, sorted."""
        meters = self.delivered("meters")
        return tuple(sorted(meters.filter(pl.col("park_id") == self.park_id)["meter_id"].unique()))

    @cached_property
    def parameters(self) -> Mapping[str, Decimal]:
        """The parameters of the method for ``year``, as in ``run.params``."""
        found = reference_tables.parameters_of(self.year, reference_tables.parameter_versions(self.lake))
        return {name: Decimal(value) for name, value in found.items()}

    def delivered(self, table: str) -> pl.DataFrame:
        """All canonical rows of an input table in order of delivery, of every park; the last row of a key stands.

        An input nobody delivered has no rows and no columns.
        """
        if table not in self._frames:
            paths = [
                self.lake.parsed / file.file_id / f"{table}.parquet" for file in self.files if table in file.tables
            ]
            frames = [pl.read_parquet(path) for path in paths]
            self._frames[table] = pl.concat(frames, how="diagonal_relaxed") if frames else pl.DataFrame()
        return self._frames[table]

    def _read(self, statement: str, years: list[str] | None, **values: str) -> pl.DataFrame:
        """The result of ``statement`` on the models of each month, one after the other."""
        frames = []
        with _connection(self.settings) as con:
            for month in self._built_months():
                if years is not None and month[:4] not in years:
                    continue
                for model in _KEPT:
                    _define(con, self.lake, model, month)
                frames.append(con.sql(statement.format(month=month, **values), params=[self.park_id]).pl())
        if not frames:
            raise UserError(f"no interval of {self.park_id} is built for {self.year}; use `zcp run`")
        found: pl.DataFrame = pl.concat(frames)
        return found

    def _built_months(self) -> tuple[str, ...]:
        read = {month for file in self.files for month in file.months}
        built = {path.stem.partition("@")[2] for path in self.lake.pointers.glob("energy.interval_balance@*.json")}
        return tuple(sorted(built & read if built & read else built))


def load_base(settings: Settings, lake: Lake, park_id: str, year: int | None = None) -> Base:
    """The base of a scenario from the current publication; ``year``: by default the one the publication was run for.

    Raises ``UserError`` where nothing is published, for a park or year the publication does not have, and where files,
    reference data or the models have changed since it was made: a scenario would then show these changes too.
    """
    with query.open_current(lake) as con:
        manifest = _manifest(lake)
        wanted = manifest["year"] if year is None else year
        rows = query_rows(con, "select * from metrics.park_year where park_id = $1 and year = $2", [park_id, wanted])
        if not rows:
            raise UserError(f"the publication has no figures of {park_id} for {wanted}; see `zcp show --year {wanted}`")
        of_park = [park_id, wanted]
        enterprises = query_rows(
            con,
            "select * from metrics.enterprise_year where park_id = $1 and year = $2 order by enterprise_id",
            of_park,
        )
        months = con.sql(
            "select * from metrics.park_month where park_id = $1 and year = $2 order by month, window_kind",
            params=of_park,
        ).pl()
    with _connection(settings) as con:
        files, _ = read_files(lake, con)
    if {file.file_id for file in files} != {entry["file_id"] for entry in manifest["inputs"]}:
        raise UserError(f"files were landed or withdrawn in {lake.home} since it was published; use `zcp run` first")
    if (factor_release(lake), hash_files(SQL, "*.sql")) != (manifest["factor_release"], manifest["hashes"]["sql"]):
        raise UserError(
            f"{lake.home} was published with other reference data or by another version; use `zcp run` first"
        )
    return Base(
        settings=settings,
        lake=lake,
        park_id=park_id,
        year=wanted,
        run_year=manifest["year"],
        cutoff=date.fromisoformat(manifest["cutoff"]),
        publication_id=manifest["id"],
        published=rows[0],
        enterprises=tuple(enterprises),
        months=months,
        files=files,
    )


def _manifest(lake: Lake) -> dict[str, Any]:
    manifest = read_manifest(lake.published / "current")
    if manifest is None:
        raise UserError(f"the current publication in {lake.home} has no manifest; use `zcp run`")
    return manifest


def query_rows(con: duckdb.DuckDBPyConnection, statement: str, values: list[object]) -> list[dict[str, Any]]:
    """The result of a query as dictionaries."""
    found = con.execute(statement, values)
    names = [column[0] for column in found.description or []]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


@contextmanager
def _connection(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """A private connection that spills elsewhere than into the home folder, which is only read."""
    with TemporaryDirectory(prefix="zcp-") as spill:
        con = warehouse.connect(settings.model_copy(update={"home": Path(spill)}))
        try:
            yield con
        finally:
            con.close()


def _define(con: duckdb.DuckDBPyConnection, lake: Lake, model: str, month: str) -> None:
    pointer = read_pointer(lake, model, month)
    if pointer is None:
        raise UserError(f"{model} of {month} is not built in {lake.home}; use `zcp run`")
    path = output_path(lake, model, month, pointer["fingerprint"])
    con.execute("create schema if not exists energy")
    con.execute(f"create or replace view {model} as select * from read_parquet({literal(str(path))})")
