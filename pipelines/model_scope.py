"""What a run covers: the accounts, the months that are built for them, and the parsed files they are built from.

It reads the ledger of the home folder and the parks' base years; building is in ``model_runner``.
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime

import duckdb

from pipelines import warehouse
from pipelines.errors import InputRefused
from pipelines.ingest.ledger import ledger_table
from pipelines.lake import Lake
from pipelines.model_inputs import Account, ParsedFile, Sources, months_of
from pipelines.model_runner import BuildContext
from pipelines.models import all_models
from pipelines.settings import Settings
from pipelines.stretches import STRETCHES, told_months


def open_context(
    settings: Settings, year: int | None = None, cutoff: date | None = None, as_of: datetime | None = None
) -> BuildContext:
    """The context of a run for ``year``, by default the latest year with readings; close it after use.

    ``cutoff`` is the reporting cut-off of that year, by default 31 December of the year after. ``as_of``: built from
    what was known at that moment. Raises ``InputRefused`` if nothing is landed from which a year can be told.
    """
    lake = Lake(settings.home, as_of)
    con = warehouse.connect(settings)
    files, file_types = read_files(lake, con)
    read = sorted({month for file in files for month in file.months} | stretch_months(lake, con, files))
    if year is None:
        if not read:
            raise InputRefused(f"no readings are landed in {lake.home}; name the year with --year, or land a delivery")
        year = int(read[-1][:4])
    others = {*base_years(lake, con, files)}
    if any(month.startswith(f"{year - 1:04d}-") for month in read):
        others.add(year - 1)  # the rolling twelve months of the run year reach into it, certificates included
    accounts = accounts_of(year, cutoff, others)
    sources = Sources(lake, accounts, files, file_types)
    months = months_in_scope(accounts, read)
    return BuildContext(settings, all_models(), sources, months, con)


def read_files(lake: Lake, con: duckdb.DuckDBPyConnection) -> tuple[tuple[ParsedFile, ...], Mapping[str, str]]:
    """The parsed files in order of rank, and the column types of ``lake.files``."""
    ledger_table(lake, con)
    found = con.execute("select * from lake.files order by rank, file_id")
    types = {name: str(kind) for name, kind, *_ in found.description or []}
    rows = [dict(zip(types, row, strict=True)) for row in found.fetchall()]
    ledgers = {entry["file_id"]: entry for entry in lake.ledgers()}
    files = tuple(
        ParsedFile(
            file_id=row["file_id"],
            row=row,
            tables=frozenset(ledgers[row["file_id"]]["tables"]),
            months=frozenset(ledgers[row["file_id"]]["months"]),
        )
        for row in rows
    )
    con.execute("drop schema lake cascade")
    return files, types


def base_years(lake: Lake, con: duckdb.DuckDBPyConnection, files: tuple[ParsedFile, ...]) -> tuple[int, ...]:
    """The base years that the landed parks name, in order."""
    paths = [str(lake.parsed / file.file_id / "parks.parquet") for file in files if "parks" in file.tables]
    if not paths:
        return ()
    rows = con.execute(
        "select distinct cast(base_year as integer) as base_year from read_parquet(?, union_by_name = true) "
        "where base_year is not null order by base_year",
        [paths],
    ).fetchall()
    return tuple(row[0] for row in rows)


def stretch_months(lake: Lake, con: duckdb.DuckDBPyConnection, files: tuple[ParsedFile, ...]) -> set[str]:
    """The months between the first and the last moment of which registers, bills or edits tell, over all files.

    Two reads that come in two files tell of the months between them, in which nothing else may be delivered.
    """
    months: set[str] = set()
    for table in STRETCHES:
        paths = [str(lake.parsed / file.file_id / f"{table}.parquet") for file in files if table in file.tables]
        if paths:
            months |= {*told_months(con, table, "read_parquet(?, union_by_name = true)", [paths])}
    return months


def accounts_of(year: int, cutoff: date | None, others: Collection[int]) -> tuple[Account, ...]:
    """The run year and the other years that are accounted, in order.

    A cut-off that is not given is 31 December of the year after.
    """
    return tuple(
        Account(y, cutoff if cutoff and y == year else date(y + 1, 12, 31), y == year) for y in sorted({year, *others})
    )


def months_in_scope(accounts: tuple[Account, ...], read: list[str]) -> tuple[str, ...]:
    """The months with readings of the accounts and of the year before the run year (for the rolling twelve months).

    Where there is none, the first month of the run year, so that every table has its columns.
    """
    (run_year,) = (account.year for account in accounts if account.is_run_year)
    wanted = {month for y in {run_year - 1, *(account.year for account in accounts)} for month in months_of(y)}
    return tuple(month for month in read if month in wanted) or (months_of(run_year)[0],)
