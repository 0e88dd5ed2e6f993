"""Readings of a parsed file found again in the raw file: the line and the text that the evidence of a row needs.

Canonical readings do not carry them, since hardly any row is ever asked for.
"""

import json

import polars as pl

from pipelines import contracts, warehouse
from pipelines.ingest.casts import moment
from pipelines.ingest.ledger import LedgerEntry
from pipelines.ingest.parsing import under_its_name
from pipelines.ingest.pieces import pieces
from pipelines.ingest.sources import read_table
from pipelines.ingest.spec import FileSpec
from pipelines.ingest.store import READINGS
from pipelines.lake import Lake
from pipelines.settings import Settings

_COLUMNS = "k.meter_id, k.interval_end, cast(r.line as integer) as line, r.raw, r.value"


def locate(lake: Lake, file_id: str, keys: pl.DataFrame) -> pl.DataFrame:
    """The lines on which readings of a parsed file stand, in order of line.

    ``keys``: meter_id String, interval_end Datetime (naive Asia/Shanghai). Returns meter_id, interval_end, line Int32,
    raw String (the delivered row) and value String (as delivered); several rows for an interval that the file repeats.
    """
    ledger = lake.parsed / file_id / "ledger.json"
    entry = LedgerEntry.from_json(json.loads(ledger.read_text(encoding="utf-8")))
    spec = FileSpec.model_validate(entry.instructions)
    contract = contracts.load("inputs")[READINGS]
    found: list[pl.DataFrame] = []
    with (
        under_its_name(lake.raw / entry.sha256, entry.file_name) as path,
        warehouse.connect(Settings(home=lake.home), threads=1) as con,
    ):
        con.register("keys", keys)
        for piece, lines_before in pieces(path, spec):
            rows = read_table(piece, spec, contract).frame
            con.register("delivered", rows.with_columns(pl.col("line") + lines_before))
            found.append(
                con.sql(
                    f"select {_COLUMNS} from delivered as r inner join keys as k"
                    f" on trim(r.meter_id) = k.meter_id and {moment('trim(r.interval_end)')} = k.interval_end"
                    " order by line"
                ).pl()
            )
    return pl.concat(found)
