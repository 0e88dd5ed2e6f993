"""Which delivered column is what: contract names and their Chinese aliases, and the mapping of ``delivery.yaml``.

The values of the columns are not looked at here.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from pipelines.contracts import Contract, load
from pipelines.ingest.grid import BLANKS, FileUnreadable, is_nameless
from pipelines.ingest.spec import DAILY_FORM, FileSpec

DATE = "date"
"""The day column of the daily form; the table itself has interval_end in its place."""
CAPTURED = "captured_at"
"""When a reading was taken in: it orders the rows of a file that give the same one, and is not kept."""
_POINT = re.compile(r"p(\d{1,4})")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::00)?")


@dataclass(frozen=True)
class Naming:
    """The roles of a grid's columns, by position.

    ``columns``: contract column → position. ``time``: the columns that make the time, to be joined. ``key``: the
    columns that make the meter's name. ``series``: in the wide layouts, the columns with values and what each is
    called: the meter, or the point of the day. ``unknown``: names that nothing is known about.
    """

    columns: Mapping[str, int]
    time: tuple[int, ...]
    key: tuple[int, ...]
    series: tuple[tuple[int, str], ...]
    unknown: tuple[str, ...]
    warnings: tuple[str, ...]


def plain(name: str) -> str:
    """A header for comparison: full-width brackets, letters and digits as ASCII, blanks joined, case ignored."""
    return " ".join(unicodedata.normalize("NFKC", name).strip(BLANKS).split()).casefold()


def is_ignored(name: str, ignore: Iterable[str]) -> bool:
    """Whether a column or meter is left out, by its name or a pattern such as ``total*``."""
    return any(name == entry or plain(name) == plain(entry) or fnmatchcase(name, entry) for entry in ignore)


def time_column(contract: Contract) -> str | None:
    """The column that says when a row of the table happened: the only TIMESTAMP of its key; null if there are two."""
    times = [c.name for c in contract.columns if c.name in contract.key and c.physical_type.startswith("TIMESTAMP")]
    return times[0] if len(times) == 1 else None


def is_of_meters(contract: Contract) -> bool:
    """Whether the rows are readings of meters, of intervals or registers, which may have no value."""
    return {"meter_id", "value", "flag"} <= set(contract.column_names)


def captured_names(contract: Contract) -> set[str]:
    """Headers of the time at which a reading was taken in, in tables of readings that have no such column."""
    if not is_of_meters(contract) or CAPTURED in contract.column_names:
        return set()
    return _names_of(load("inputs")["meter_registers"], CAPTURED)


def _names_of(contract: Contract, name: str) -> set[str]:
    """The names that a column goes by, for comparison."""
    column = next(column for column in contract.columns if column.name == name)
    return {plain(delivered) for delivered in (name, *column.aliases)}


def name_columns(header: tuple[str, ...], spec: FileSpec, contract: Contract) -> Naming:
    """Gives every delivered column its role.

    Raises ``FileUnreadable`` where a column that ``delivery.yaml`` counts on is not in the file, a mapping leads to a
    column that the table does not have, two columns would be the same one, or a wide layout has no columns of values.
    """
    positions = _positions(header)
    mapped = {plain(delivered): target for delivered, target in spec.columns.items()}
    roles = _known_names(spec, contract) | mapped
    time = _time_positions(positions, roles, spec, contract)
    key = tuple(_require(positions, name, "meter_key") for name in spec.meter_key)
    columns: dict[str, int] = {}
    series: list[tuple[int, str]] = []
    unknown: list[str] = []
    for i, name in enumerate(header):
        if is_ignored(name, spec.ignore):
            continue
        target = roles.get(plain(name))
        if (target in contract.column_names or (target == CAPTURED and is_of_meters(contract))) and i not in time:
            if target in columns:
                raise FileUnreadable(f"the columns {header[columns[target]]!r} and {name!r} would both be {target}")
            columns[target] = i
        elif i in time or i in key:
            continue
        elif label := _series_label(name, target, spec):
            series.append((i, label))
        elif target:
            raise FileUnreadable(f"delivery.yaml maps {name!r} to {target!r}, which {contract.table} does not have")
        else:
            unknown.append(name)
    if spec.layout != "long":
        _check_series(series, spec)
    absent = [name for name in spec.columns if plain(name) not in positions]
    warnings = tuple(f"delivery.yaml maps the column {name!r}, which the file does not have" for name in absent)
    return Naming(columns, time, key, tuple(series), tuple(unknown), warnings)


def _positions(header: tuple[str, ...]) -> dict[str, int]:
    found: dict[str, int] = {}
    for i, name in enumerate(header):
        if plain(name) in found:
            raise FileUnreadable(f"the header has two columns {name!r}")
        found[plain(name)] = i
    return found


def _known_names(spec: FileSpec, contract: Contract) -> dict[str, str]:
    """Names that need no mapping. With a column per meter only the time is one: other names may be meters."""
    columns = [c for c in contract.columns if spec.layout != "wide_meters" or c.name == time_column(contract)]
    known = {plain(name): column.name for column in columns for name in (*column.aliases, column.name)}
    if spec.layout == "wide_day":
        known |= dict.fromkeys(_names_of(load("inputs")[DAILY_FORM], DATE), DATE)
    return known | (dict.fromkeys(captured_names(contract), CAPTURED) if spec.layout != "wide_meters" else {})


def _time_positions(
    positions: Mapping[str, int], roles: Mapping[str, str], spec: FileSpec, contract: Contract
) -> tuple[int, ...]:
    if spec.timestamp.column:
        return tuple(_require(positions, name, "timestamp.column") for name in spec.timestamp.column)
    wanted = DATE if spec.layout == "wide_day" else time_column(contract)
    for name, i in positions.items():
        if wanted and roles.get(name) == wanted and not is_ignored(name, spec.ignore):
            return (i,)
    if spec.layout != "long":
        raise FileUnreadable(f"no column of {'days' if wanted == DATE else 'times'}; name it in timestamp.column")
    return ()


def _require(positions: Mapping[str, int], name: str, key: str) -> int:
    if plain(name) not in positions:
        raise FileUnreadable(f"delivery.yaml names the column {name!r} ({key}), which the file does not have")
    return positions[plain(name)]


def _series_label(name: str, target: str | None, spec: FileSpec) -> str | None:
    """What a column of values is called: its meter, or its point of the day (``P7`` or ``07:15``)."""
    if is_nameless(name):
        return None
    if spec.layout == "wide_meters":
        return target or name
    if spec.layout == "wide_day":
        text = plain(target or name)
        if point := _POINT.fullmatch(text):
            return f"P{int(point[1])}"
        if clock := _CLOCK.fullmatch(text):
            return f"{int(clock[1]):02}:{clock[2]}"
    return None


def _check_series(series: list[tuple[int, str]], spec: FileSpec) -> None:
    labels = [label for _, label in series]
    if not labels:
        wanted = "a column per meter" if spec.layout == "wide_meters" else "columns P1 … P96 or 00:15 … 24:00"
        raise FileUnreadable(f"the layout {spec.layout} needs {wanted}, and the file has none")
    if twice := next((label for label in labels if labels.count(label) > 1), None):
        raise FileUnreadable(f"two columns stand for {twice!r}")
