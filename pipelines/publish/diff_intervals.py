"""The part of data quality: the intervals of one state with those of another wherever one of the two had estimated.

Everything else of a state stays as it is, so that building it on shows what better (or worse) data alone change.
"""

import duckdb

from pipelines.lake import Lake, fingerprint, sha256_file, write_json
from pipelines.model_runner import STORAGE, output_path, pointer_path, read_pointer
from pipelines.publish.candidate import parquet
from pipelines.publish.diff_states import model_path
from pipelines.reference_tables import literal

METERS = "energy.month_meters"
MEASURED, ESTIMATED = "energy.measured_interval", "energy.estimated_interval"
INTERVALS = (MEASURED, ESTIMATED)
"""The models that are replaced: what stands of each interval, and what stands in for it."""

_COMPARED = {
    MEASURED: "slot, minute, energy_wh, status, source",
    ESTIMATED: "slot, minute, energy_wh, replaces, method",
}

_TOUCHED = """
    create or replace temp table touched as
    with pairs as (
        select a.slot, b.slot as other_slot
        from {meters} as a
        inner join {other_meters} as b using (meter_id, point, interval_minutes, first_day, last_day)
    ),
    estimated as (
        select p.slot, p.other_slot, e.minute from {estimated} as e inner join pairs as p on e.slot = p.slot
        union
        select p.slot, p.other_slot, e.minute from {other_estimated} as e inner join pairs as p on e.slot = p.other_slot
    ),
    stood_in as (
        select p.slot, p.other_slot, m.minute from {measured} as m inner join pairs as p on m.slot = p.slot
        where m.source not in ('reading', 'register', 'edit')
        union
        select p.slot, p.other_slot, m.minute from {other_measured} as m inner join pairs as p on m.slot = p.other_slot
        where m.source not in ('reading', 'register', 'edit')
    )
    select * from estimated union select * from stood_in
"""
"""The intervals of meters that both states have which one of them estimated, or had from the sender's estimate or the
even spread of a register or bill."""

_MIXED = """
    select a.* from {one} as a
    left join touched as t on a.slot = t.slot and a.minute = t.minute
    where t.slot is null
    union all by name
    select b.* replace (t.slot as slot) from {other} as b
    inner join touched as t on b.slot = t.other_slot and b.minute = t.minute
    order by slot, minute
"""


def put_intervals(target: Lake, other: Lake) -> bool:
    """Puts the intervals of ``other`` into the models of ``target`` where one of the two had estimated.

    ``target`` is a scratch folder with pointers of its own. Returns whether any interval is another now.
    """
    built = {path.stem.partition("@")[2] for path in target.pointers.glob(f"{MEASURED}@*.json")}
    months = sorted(month for month in built if read_pointer(other, MEASURED, month))
    with duckdb.connect() as con:
        changed = [_put_month(con, target, other, month) for month in months]
    return any(changed)


def _put_month(con: duckdb.DuckDBPyConnection, target: Lake, other: Lake, month: str) -> bool:
    one = {name: model_path(target, name, month) for name in (METERS, *INTERVALS)}
    two = {name: model_path(other, name, month) for name in (METERS, *INTERVALS)}
    outputs = [path.name for path in (*one.values(), *two.values())]
    if outputs[: len(one)] == outputs[len(one) :]:
        return False
    con.execute(
        _TOUCHED.format(
            meters=parquet(one[METERS]),
            other_meters=parquet(two[METERS]),
            measured=parquet(one[MEASURED]),
            other_measured=parquet(two[MEASURED]),
            estimated=parquet(one[ESTIMATED]),
            other_estimated=parquet(two[ESTIMATED]),
        )
    )
    changed = False
    for name, columns in _COMPARED.items():
        mixed = _MIXED.format(one=parquet(one[name]), other=parquet(two[name]))
        sides = (f"select {columns} from {parquet(one[name])}", f"select {columns} from ({mixed})")
        if any(con.execute(f"({a}) except all ({b}) limit 1").fetchone() for a, b in (sides, sides[::-1])):
            digest = fingerprint("mixed", outputs)
            path = output_path(target, name, month, digest)
            con.execute(f"copy ({mixed}) to {literal(str(path))} ({STORAGE})")
            pointer = {"fingerprint": digest, "sha256": sha256_file(path), "rows": 0}
            write_json(pointer_path(target, name, month), pointer)
            changed = True
    return changed
