"""``lake.located_readings``: where the readings that were set aside stand in the files they came from.

The canonical rows of readings carry no line numbers; for the few that no meter accounts for they are found again in the
raw files. How a file is searched is in ``locate``.
"""

import json

import duckdb

from pipelines.lake import Lake, fingerprint

_MODEL = "energy.set_aside_readings"
_KEYS = ["file_id", "meter_id", "interval_end"]
_NOTHING = (
    "select null::varchar as file_id, null::varchar as meter_id, null::timestamp as interval_end, "
    "null::integer as line, null::varchar as raw where false"
)


def _outputs(lake: Lake) -> list[tuple[str, str]]:
    """Month and fingerprint of the current outputs of the model that sets readings aside."""
    pointers = sorted(lake.pointers.glob(f"{_MODEL}@*.json"))
    return [
        (path.stem.partition("@")[2], json.loads(path.read_text(encoding="utf-8"))["fingerprint"]) for path in pointers
    ]


def digest(lake: Lake) -> str:
    """Changes whenever the readings set aside may have."""
    return fingerprint(_outputs(lake))


def query(lake: Lake, con: duckdb.DuckDBPyConnection) -> str:
    """Registers file_id, meter_id, interval_end, line and raw of every reading set aside, the first line of each.

    Returns the SELECT that reads them on ``con``.
    """
    files = [str(lake.models / _MODEL / month / f"{name}.parquet") for month, name in _outputs(lake)]
    if not files or not con.execute("select 1 from read_parquet(?) limit 1", [files]).fetchall():
        return _NOTHING
    # Polars and the readers of raw files are loaded only by a run that sets readings aside: a third of a second.
    import polars as pl

    from pipelines.ingest.locate import locate

    aside = con.sql("select distinct file_id, meter_id, interval_end from read_parquet(?)", params=[files]).pl()
    found = [
        locate(lake, str(file_id), keys.select("meter_id", "interval_end")).with_columns(file_id=pl.lit(file_id))
        for (file_id,), keys in aside.sort("file_id").group_by("file_id", maintain_order=True)
    ]
    lines = pl.concat(found).select(*_KEYS, "line", "raw").sort(*_KEYS, "line")
    con.register("located_readings", lines.unique(_KEYS, keep="first", maintain_order=True).to_arrow())
    return "select * from located_readings"
