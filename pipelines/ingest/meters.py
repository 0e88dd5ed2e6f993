"""Meters as a delivery names them: their ids, signed series as two meters, and the master rows that it creates."""

from collections.abc import Mapping

import polars as pl

from pipelines.ingest.grid import FileUnreadable
from pipelines.ingest.headers import is_ignored
from pipelines.ingest.spec import FileSpec, MeterMaster

# The meter's name before the prefix and the split, by which delivery.yaml may call it.
BARE = "(bare)"
_FROM_METER = "from_meter"


def name_meters(rows: pl.DataFrame, spec: FileSpec) -> tuple[pl.DataFrame, int]:
    """Prefixes ``meter_id`` (bare name in ``(bare)``), leaves ignored meters out; also how many rows those had."""
    bare = pl.col("meter_id")
    rows = rows.with_columns(bare.alias(BARE), (pl.lit(spec.meter_prefix) + bare).alias("meter_id"))
    if not spec.ignore:
        return rows, 0
    names = rows.select(BARE, "meter_id").unique().drop_nulls().rows()
    ignored = [full for bare_name, full in names if any(is_ignored(n, spec.ignore) for n in (bare_name, full))]
    if not ignored:
        return rows, 0
    kept = rows.filter(~pl.col("meter_id").is_in(ignored) | pl.col("meter_id").is_null())
    return kept, rows.height - kept.height


def split_signs(rows: pl.DataFrame, spec: FileSpec) -> pl.DataFrame:
    """Two rows for each: the positive meter has the value or 0, the negative one its absolute value or 0.

    A row without a value has none on either meter, a text that is no number stays on both. Raises
    ``FileUnreadable`` where two meters would become one.
    """
    if spec.split_sign is None:
        return rows
    names = {"positive": spec.split_sign.positive, "negative": spec.split_sign.negative}
    several = rows["meter_id"].n_unique() > 1
    if fixed := next((name for name in names.values() if several and "{meter}" not in name), None):
        raise FileUnreadable(f"split_sign: the file has several meters, so {fixed!r} needs {{meter}} in it")
    value = pl.col("value")
    negative, positive = value.str.contains(r"^-\.?\d"), value.str.contains(r"^\+?\.?\d")
    parts = {
        "positive": pl.when(negative).then(pl.lit("0")).otherwise(value),
        "negative": pl.when(negative)
        .then(value.str.strip_prefix("-"))
        .when(positive)
        .then(pl.lit("0"))
        .otherwise(value),
    }
    return pl.concat(
        rows.with_columns(
            part.alias("value"),
            _named(names[side]).alias("meter_id"),
        )
        for side, part in parts.items()
    )


def _named(template: str) -> pl.Expr:
    """The name of a split meter, with its own name in place of ``{meter}``."""
    first, *rest = template.split("{meter}")
    return pl.concat_str(pl.lit(first), *(part for text in rest for part in (pl.col("meter_id"), pl.lit(text))))


def create_masters(rows: pl.DataFrame, spec: FileSpec) -> tuple[Mapping[str, pl.DataFrame], tuple[str, ...]]:
    """The rows of ``meters`` and ``enterprises`` that the delivery creates, and a warning for meters left without one.

    ``line`` is the first line on which the meter stands, ``raw`` what the row was made from.
    """
    if not spec.meters:
        return {}, ()
    found = rows.drop_nulls("meter_id").group_by("meter_id", BARE).agg(pl.col("line").min()).sort("meter_id")
    meters, enterprises, without = [], [], []
    for meter_id, bare, line in found.rows():
        master = spec.master(meter_id, bare)
        if master is None:
            without.append(meter_id)
            continue
        origin = {"line": line, "raw": f"delivery.yaml: meters, {meter_id}"}
        meters.append(_meter_row(meter_id, master) | origin)
        if master.enterprise == _FROM_METER:
            enterprises.append(_enterprise_row(meter_id, master) | origin)
    sentence = f"delivery.yaml does not describe the meters {', '.join(without[:5])} ({len(without)} in all)"
    tables = {"meters": _table(meters), "enterprises": _table(enterprises)}
    return {name: table for name, table in tables.items() if table.height}, (sentence,) if without else ()


def _meter_row(meter_id: str, master: MeterMaster) -> dict[str, object]:
    values = {key: str(value) for key, value in master.model_dump(exclude_none=True).items()}
    enterprise = values.pop("enterprise", None)
    if enterprise:
        values["enterprise_id"] = meter_id if enterprise == _FROM_METER else enterprise
    return {"meter_id": meter_id, **values}


def _enterprise_row(meter_id: str, master: MeterMaster) -> dict[str, object]:
    values = {"enterprise_id": meter_id, "park_id": master.park_id, "name": meter_id}
    return values | master.model_dump(include={"valid_from", "valid_to"}, exclude_none=True)


def _table(rows: list[dict[str, object]]) -> pl.DataFrame:
    names = dict.fromkeys(key for row in rows for key in row if key not in ("line", "raw"))
    schema = {**dict.fromkeys(names, pl.String), "line": pl.UInt32, "raw": pl.String}
    return pl.DataFrame(rows, schema=schema)
