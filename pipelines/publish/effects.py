"""What one publication changes against another: the figures of each park before and after, and the rows of each table.

Why a figure changed is in ``diff``.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from pipelines.contracts import load
from pipelines.lake import Lake
from pipelines.publish.candidate import parquet
from pipelines.publish.manifest import STAMP, read_manifest, table_path
from pipelines.reference_tables import identifier

FIGURES = (
    "intensity_tco2_per_tce",
    "total_tco2",
    "energy_tce",
    "electricity_use_mwh",
    "residual_grid_mwh",
    "direct_supply_share",
    "green_share",
    "reduction_from_base_year",
)
"""The main figures of ``metrics.park_year``."""
VERDICTS = ("core_verdict", "direct_supply_verdict", "overall_verdict")

_FIGURES_SCHEMA, _LEDGERS_SCHEMA = "metrics", "certificates"
_MONTHS = ("month", "generation_month")


@dataclass(frozen=True)
class Effect:
    """What changes for a park and year: column to (before, after), numbers as they print, None where there is none."""

    park_id: str
    year: int
    changed: Mapping[str, tuple[str | None, str | None]]

    def as_json(self) -> dict[str, Any]:
        changed = {name: list(values) for name, values in self.changed.items()}
        return {"park_id": self.park_id, "year": self.year, "changed": changed}

    @classmethod
    def from_json(cls, source: Mapping[str, Any]) -> "Effect":
        changed = {name: (before, after) for name, (before, after) in source["changed"].items()}
        return cls(source["park_id"], source["year"], changed)


def effects(lake: Lake, before: str, after: str, years: Collection[int] | None = None) -> tuple[Effect, ...]:
    """The parks and years whose main figures or verdicts differ between two publications on disk, by park and year.

    ``years``: these only, and then also parks that one of the two does not have; without it those that both have.
    """
    rows = [_park_years(lake, publication_id) for publication_id in (before, after)]
    keys = rows[0].keys() & rows[1].keys() if years is None else {k for r in rows for k in r if k[1] in years}
    none = dict.fromkeys((*FIGURES, *VERDICTS))
    found = []
    for key in sorted(keys):
        old, new = (each.get(key, none) for each in rows)
        changed = {name: (old[name], new[name]) for name in none if old[name] != new[name]}
        if changed:
            found.append(Effect(*key, changed))
    return tuple(found)


def _park_years(lake: Lake, publication_id: str) -> dict[tuple[str, int], dict[str, str | None]]:
    """The main figures and verdicts of each park and year as text."""
    names = (*FIGURES, *VERDICTS)
    columns = ", ".join(f"cast({name} as varchar)" for name in names)
    source = parquet(table_path(lake.published / publication_id, "metrics.park_year"))
    with duckdb.connect() as con:
        rows = con.execute(f"select park_id, year, {columns} from {source}").fetchall()
    return {(park, year): dict(zip(names, values, strict=True)) for park, year, *values in rows}


def changed_tables(lake: Lake, before: str, after: str, year: int, held: Collection[str] = ()) -> dict[str, int]:
    """The tables of figures of ``year`` that differ, and how many rows are only in one of the two publications.

    Compared are the columns that both have, without the stamp; a table that is new changes nothing that was published,
    and a publication without figures of that year none at all. A run of another year says of the ledgers what its own
    account leaves out, so the tables of certificates are compared only between runs of ``year``. ``held``: parks whose
    figures the newer one holds back, so that their last good ones stay; they are left out.
    """
    folders = [lake.published / publication_id for publication_id in (before, after)]
    found: dict[str, int] = {}
    with duckdb.connect() as con:
        con.execute("create table held as select unnest(cast(? as varchar[])) as park_id", [sorted(held)])
        park_years = parquet(table_path(folders[0], "metrics.enterprise_year"))
        con.execute(
            "create table held_enterprises as select enterprise_id from held "
            f"inner join {park_years} using (park_id) where year = ?",
            [year],
        )
        if not _of_year(con, parquet(table_path(folders[1], "metrics.park_year")), year):
            return {}
        same, schemas = _same_rows(folders), _schemas(folders, year)
        for table in load("outputs"):
            paths = [table_path(folder, table) for folder in folders]
            if table.partition(".")[0] in schemas and table not in same and paths[0].is_file():
                after_source = parquet(paths[1]) if paths[1].is_file() else None
                if rows := _differing_rows(con, parquet(paths[0]), after_source, year):
                    found[table] = rows
    return found


def _same_rows(folders: Sequence[Path]) -> set[str]:
    """The tables that hold the same rows by the hashes in both manifests, which cost no reading."""
    old, new = ((read_manifest(folder) or {}).get("tables", {}) for folder in folders)
    return {table for table in old if table in new and old[table]["content"] == new[table]["content"]}


def _schemas(folders: Sequence[Path], year: int) -> tuple[str, ...]:
    """What is compared of ``year``: the ledgers too where both publications are of a run of it."""
    runs = {(read_manifest(folder) or {}).get("year") for folder in folders}
    return (_FIGURES_SCHEMA, _LEDGERS_SCHEMA) if runs == {year} else (_FIGURES_SCHEMA,)


def _of_year(con: duckdb.DuckDBPyConnection, source: str, year: int) -> bool:
    return con.execute(f"select 1 from {source} where year = ? limit 1", [year]).fetchone() is not None


def _differing_rows(con: duckdb.DuckDBPyConnection, before: str, after: str | None, year: int) -> int:
    """Rows of ``year`` that only one of the two has, as often as it has them more."""
    kept = _columns(con, after or before)
    names = [name for name in _columns(con, before) if name in kept and name not in STAMP]
    selected = ", ".join(identifier(name) for name in names)
    condition = " and ".join(_conditions(names, year))
    sides = [f"select {selected} from {source} where {condition}" for source in (before, after) if source]
    if after is None:
        return _count(con, sides[0])
    return sum(_count(con, f"({one}) except all ({other})") for one, other in (sides, reversed(sides)))


def _conditions(names: Collection[str], year: int) -> Iterator[str]:
    """What rows are compared: those of the year, and of no park that is held back."""
    if "year" in names:
        yield f"year = {year}"
    else:
        month = next((name for name in _MONTHS if name in names), None)
        yield f"left(cast({month} as varchar), 4) = '{year:04d}'" if month else "true"
    if "park_id" in names:
        yield "(park_id is null or park_id not in (select park_id from held))"
    elif "enterprise_id" in names:
        yield "(enterprise_id is null or enterprise_id not in (select enterprise_id from held_enterprises))"


def _columns(con: duckdb.DuckDBPyConnection, source: str) -> list[str]:
    return [row[0] for row in con.execute(f"describe select * from {source}").fetchall()]


def _count(con: duckdb.DuckDBPyConnection, query: str) -> int:
    row = con.execute(f"select count(*) from ({query})").fetchone()
    return int(row[0]) if row else 0
