"""What the exchange formats (NEM12, NEM13, Green Button) share: their tables, and what ``delivery.yaml`` may add.

These files name their own columns, units and lengths of interval, so instructions about such things are refused rather
than left aside. Reading the formats is in ``nem`` and ``espi``; which format a file has is in ``encodings``.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path

import polars as pl

from pipelines.ingest.encodings import ESPI, NEM12, NEM13, exchange_format
from pipelines.ingest.grid import FileUnreadable
from pipelines.ingest.spec import EVERY_METER, FileSpec, MeterMaster, Timestamp
from pipelines.ingest.timestamps import LOCAL_ZONE

# The tables that a format can be read as; the first is meant where delivery.yaml names none.
_TABLES: Mapping[str, tuple[str, ...]] = {
    NEM12: ("meter_readings",),
    NEM13: ("meter_registers",),
    ESPI: ("meter_readings", "meter_registers"),
}
_CALLED = {NEM12: "NEM12", NEM13: "NEM13", ESPI: "Green Button XML"}
_MEASURES = {"meter_readings": "interval_energy", "meter_registers": "register"}
UNIT = "kWh"
"""Unit of all values of these formats, whatever unit a channel has in the file."""
_NAMED = 5
# A power of ten beyond this is no quantity of energy; written out it would only be long.
_MOST_PLACES = 60


def table_of(path: Path) -> str | None:
    """The table of a file in one of these formats, by its content; null for every other file."""
    kind = exchange_format(path)
    return _TABLES[kind][0] if kind else None


def check_instructions(spec: FileSpec, kind: str) -> None:
    """Raises ``FileUnreadable`` for instructions that a format has no use for, and for masters of another unit."""
    tables = _TABLES[kind]
    if spec.table not in tables:
        raise FileUnreadable(
            f"the file is {_CALLED[kind]}, which is read as {' or '.join(tables)}, not as {spec.table}"
        )
    fresh = FileSpec()
    fixed = ("layout", "meter_key", "delimiter", "decimal", "skip_rows", "header_rows", "sheet")
    used = [name for name in fixed if getattr(spec, name) != getattr(fresh, name)]
    zone = LOCAL_ZONE if kind == ESPI else spec.timestamp.timezone
    if spec.timestamp != Timestamp(timezone=zone):
        used.append("timestamp")
    if kind == ESPI and spec.encoding:
        used.append("encoding")
    if used:
        raise FileUnreadable(
            f"delivery.yaml: {used[0]} does not apply to {_CALLED[kind]}, which says itself how it is read"
        )
    for name in spec.meters:
        master = spec.master(name)
        if master and (master.unit != UNIT or master.measure != _MEASURES[spec.table]):
            raise FileUnreadable(
                f"delivery.yaml: meters: values of {_CALLED[kind]} are loaded as {_MEASURES[spec.table]} in {UNIT}, "
                f"not as {master.measure} in {master.unit}"
            )


def stated_minutes(spec: FileSpec, meter: str) -> int | None:
    """The length of the interval that ``delivery.yaml`` gives a meter, by its name before the prefix; null if none."""
    master = _master(spec, meter)
    return master.interval_minutes if master else None


def creates_master(spec: FileSpec, meter: str) -> bool:
    """Whether ``delivery.yaml`` describes the meter, so that the file brings its master row."""
    return _master(spec, meter) is not None


def _master(spec: FileSpec, meter: str) -> MeterMaster | None:
    return spec.master(spec.meter_prefix + meter, meter)


def with_minutes(spec: FileSpec, minutes: Mapping[str, int]) -> FileSpec:
    """The instructions with the lengths of interval that a file states itself, where ``delivery.yaml`` states none.

    ``minutes``: by meter, its name before the prefix.
    """
    if not spec.meters:
        return spec
    described = dict(spec.meters)
    if len(set(minutes.values())) == 1:
        shared = described.get(EVERY_METER, MeterMaster())
        if shared.interval_minutes is None:
            length = next(iter(minutes.values()))
            described[EVERY_METER] = shared.model_copy(update={"interval_minutes": length})
        return spec.model_copy(update={"meters": described})
    for meter, length in minutes.items():
        master = _master(spec, meter)
        if master is None or master.interval_minutes is not None:
            continue
        names = {spec.meter_prefix + meter, meter, *_split_names(spec, spec.meter_prefix + meter)}
        for name in (names & spec.meters.keys()) | {meter}:
            entry = described.get(name, MeterMaster())
            described[name] = entry.model_copy(update={"interval_minutes": entry.interval_minutes or length})
    return spec.model_copy(update={"meters": described})


def _split_names(spec: FileSpec, meter: str) -> tuple[str, ...]:
    if spec.split_sign is None:
        return ()
    return tuple(name.replace("{meter}", meter) for name in (spec.split_sign.positive, spec.split_sign.negative))


def in_kwh(values: pl.Series, exponents: pl.Series) -> pl.Series:
    """Texts of numbers moved by a power of ten, exactly; a text that is no number stays for the contract to judge.

    ``exponents``: the power of ten that makes the unit of each value a kWh.
    """
    pairs = pl.DataFrame({"text": values, "exponent": exponents})
    distinct = pairs.filter(pl.col("exponent") != 0, pl.col("text").is_not_null()).unique()
    moved = [_moved(text, exponent) for text, exponent in distinct.rows()]
    known = distinct.with_columns(moved=pl.Series(moved, dtype=pl.String))
    joined = pairs.join(known, on=["text", "exponent"], how="left", maintain_order="left")
    return joined.select(pl.coalesce("moved", "text").alias(values.name)).to_series()


def _moved(text: str, exponent: int) -> str:
    try:
        sign, digits, place = Decimal(text).as_tuple()
    except InvalidOperation:
        return text
    if not isinstance(place, int) or abs(place) > _MOST_PLACES:
        return text
    return f"{Decimal((sign, digits, place + exponent)):f}"


def listed(names: Iterable[str]) -> str:
    """The first names and how many there are."""
    distinct = list(dict.fromkeys(names))
    return ", ".join(distinct[:_NAMED]) + (f", … ({len(distinct)} in all)" if len(distinct) > _NAMED else "")


def counted(number: int, one: str, several: str) -> str:
    """``1 record was``, ``2 records were``."""
    return f"1 {one} was" if number == 1 else f"{number} {several} were"
