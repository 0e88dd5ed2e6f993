"""``delivery.yaml``: what an operator says about the files of a delivery, checked before any file is opened.

Reading files by these instructions is in ``sources`` and the modules it uses.
"""

import os
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args
from zoneinfo import ZoneInfo

import yaml
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from pipelines.errors import InputRefused
from pipelines.ingest.timestamps import LOCAL_ZONE, check_zone, format_pattern

FILE_NAME = "delivery.yaml"
# Instructions are written by hand; anything larger is not one.
MAX_BYTES = 1 << 20
EVERY_METER = "*"
DAILY_FORM = "meter_readings_96"
"""The table that is one row per meter and day of another, meter_readings."""


def _as_list(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def _iso_date(value: str) -> str:
    return date.fromisoformat(value).isoformat()


def _decimal(value: str) -> str:
    try:
        Decimal(value)
    except InvalidOperation:
        raise ValueError(f"{value!r} is not a number") from None
    return value


def _format(value: str) -> str:
    format_pattern(value)
    return value


def _shanghai_time(value: str) -> str:
    """ISO text in +08:00, so that texts compare as moments do; without an offset it is Asia/Shanghai time."""
    moment = datetime.fromisoformat(value)
    zone = ZoneInfo(LOCAL_ZONE)
    return (moment.replace(tzinfo=zone) if moment.tzinfo is None else moment.astimezone(zone)).isoformat()


Texts = Annotated[tuple[str, ...], BeforeValidator(_as_list)]
IsoDate = Annotated[str, AfterValidator(_iso_date)]
DecimalText = Annotated[str, AfterValidator(_decimal)]
Unit = Literal["kWh", "MWh", "万kWh", "kW", "MW", "GJ", "MJ"]


class _Instructions(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Timestamp(_Instructions):
    """Where the time of a row stands and what it marks.

    ``column``: one delivered column, or several that are joined by a space (date and clock). ``date``: the day of all
    rows where the column holds a time of day only. ``midnight: end_of_day``: the label 0:00 closes the day it names.
    ``interval_minutes``: needed where the label marks the start and no meter master gives the length.
    """

    column: Texts = ()
    format: Annotated[str, AfterValidator(_format)] | None = None
    marks: Literal["start", "end"] = "end"
    timezone: Annotated[str, AfterValidator(check_zone)] = LOCAL_ZONE
    midnight: Literal["start_of_day", "end_of_day"] = "start_of_day"
    interval_minutes: Annotated[int, Field(gt=0)] | None = None
    date: IsoDate | None = None


class MeterMaster(_Instructions):
    """Master data for the meters that a file names, as in table ``meters``.

    ``enterprise``: an enterprise_id, or ``from_meter``: every meter is an enterprise of its own, with a master row.
    """

    park_id: str | None = None
    point: (
        Literal[
            "grid_import",
            "grid_export",
            "direct_import",
            "generation",
            "storage_charge",
            "storage_discharge",
            "use",
            "auxiliary",
            "resale",
            "curtailment",
            "heat_import",
            "heat_export",
        ]
        | None
    ) = None
    measure: Literal["interval_energy", "mean_power", "register"] | None = None
    unit: Unit | None = None
    enterprise: str | None = None
    project_id: str | None = None
    parent_meter_id: str | None = None
    multiplier: DecimalText | None = None
    interval_minutes: Annotated[int, Field(gt=0)] | None = None
    register_modulus: DecimalText | None = None
    register_step: DecimalText | None = None
    capacity_kw: DecimalText | None = None
    accuracy_class: str | None = None
    valid_from: IsoDate | None = None
    valid_to: IsoDate | None = None

    def missing(self) -> list[str]:
        """The fields without which the table ``meters`` has no row."""
        return [key for key in ("park_id", "point", "measure", "unit") if getattr(self, key) is None]


class SplitSign(_Instructions):
    """The meters that take the positive and the negative values of a signed series; ``{meter}`` is its own name."""

    positive: str
    negative: str


def _per_meter(value: object) -> object:
    """Fields for every meter, or a mapping of meter to fields in which ``*`` holds what all of them share."""
    if isinstance(value, Mapping) and not any(isinstance(entry, Mapping) for entry in value.values()):
        return {EVERY_METER: value}
    return value


class FileSpec(_Instructions):
    """The instructions for one file; all but ``table`` are optional. See docs for each key."""

    match: str = "*"
    table: str = ""
    layout: Literal["long", "wide_meters", "wide_day"] = "long"
    timestamp: Timestamp = Timestamp()
    columns: dict[str, str] = Field(default_factory=dict)
    constants: dict[str, str] = Field(default_factory=dict)
    words: dict[str, dict[str, str]] = Field(default_factory=dict)
    meter_key: Texts = ()
    meter_prefix: str = ""
    meters: Annotated[dict[str, MeterMaster], BeforeValidator(_per_meter)] = Field(default_factory=dict)
    split_sign: SplitSign | None = None
    values: Literal["primary", "secondary"] = "secondary"
    unit: str | None = None
    nulls: Texts = ()
    ignore: Texts = ()
    encoding: str | None = None
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    decimal: Literal[".", ","] | None = None
    skip_rows: Annotated[int, Field(ge=0)] = 0
    header_rows: Annotated[int, Field(ge=1, le=20)] = 1
    sheet: str | None = None

    @model_validator(mode="after")
    def _complete_masters(self) -> Self:
        """Every meter's master has what the table ``meters`` requires, its unit possibly from ``unit``."""
        if self.meters and self.unit not in (None, *get_args(Unit)):
            raise ValueError(f"unit: {self.unit!r} is not known; known are {', '.join(get_args(Unit))}")
        for name in self.meters:
            missing = self._merged(name).missing()
            if missing and (name != EVERY_METER or len(self.meters) == 1):
                raise ValueError(f"meters: {', '.join(missing)} missing for {name!r}")
        return self

    @property
    def is_plain(self) -> bool:
        """Whether nothing is said but the table, so that the file can be read as it is."""
        return self == FileSpec(match=self.match, table=self.table)

    def master(self, *names: str) -> MeterMaster | None:
        """The master of a meter, by the first of its names that has an entry, else what all meters share; or null."""
        name = next((name for name in names if name in self.meters), EVERY_METER)
        master = self._merged(name)
        return None if master.missing() else master

    def _merged(self, name: str) -> MeterMaster:
        values: dict[str, Any] = {}
        for part in (EVERY_METER, name):
            values |= self.meters[part].model_dump(exclude_none=True) if part in self.meters else {}
        return MeterMaster.model_validate(values | ({"unit": self.unit} if self.unit else {}))


class DeliverySpec(_Instructions):
    """A whole ``delivery.yaml``. ``delivered_at`` is ISO text in +08:00, or null where the arrival decides."""

    delivered_at: Annotated[str, AfterValidator(_shanghai_time)] | None = None
    files: tuple[FileSpec, ...] = ()


def load_delivery(folder_or_file: Path) -> DeliverySpec:
    """The ``delivery.yaml`` of a delivery folder, or beside a delivered file; the empty one where there is none.

    Raises ``InputRefused`` for a broken one, with the line and the key.
    """
    folder = folder_or_file if folder_or_file.is_dir() else folder_or_file.parent
    path = folder / FILE_NAME
    if not path.is_file():
        if os.path.lexists(path):
            raise InputRefused(f"{path} is not a file that can be read; save the instructions as a file")
        return DeliverySpec()
    if path.stat().st_size > MAX_BYTES:
        raise InputRefused(f"{path} is larger than 1 MiB; it holds instructions, not data")
    return parse_delivery(path.read_bytes(), str(path))


def parse_delivery(content: bytes, name: str) -> DeliverySpec:
    """A ``delivery.yaml`` from its bytes; every scalar is text, so that 007, 24:00 and no stay what they are.

    Raises ``InputRefused`` naming ``name``, the line and the key.
    """
    try:
        text = content.decode("utf-8-sig")
        tree = yaml.compose(text, Loader=yaml.BaseLoader)
        values = yaml.load(text, Loader=yaml.BaseLoader)
    except UnicodeDecodeError as error:
        raise InputRefused(f"{name} is not UTF-8 text (byte {error.start + 1}); save it as UTF-8") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        raise InputRefused(f"{name}{line}: not valid YAML: {getattr(error, 'problem', None) or error}") from None
    if not values:
        return DeliverySpec()
    if not isinstance(values, dict):
        raise InputRefused(f"{name}: expected keys such as delivered_at: and files:")
    try:
        return DeliverySpec.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        raise InputRefused(f"{name}, line {_line(tree, first['loc'])}: {key}: {_problem(first)}") from None


def _problem(error: Any) -> str:
    if error["type"] == "extra_forbidden":
        return "no such key; see the keys of delivery.yaml"
    return str(error["msg"]).removeprefix("Value error, ")


def _line(tree: yaml.Node | None, location: tuple[int | str, ...]) -> int:
    """The line of the innermost node on the way to an error."""
    line, node = 1, tree
    for part in location:
        if isinstance(node, yaml.MappingNode):
            found = next(((k, v) for k, v in node.value if k.value == part), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            found = (node.value[part], node.value[part])
        else:
            continue
        if found is None:
            continue
        line, node = found[0].start_mark.line + 1, found[1]
    return line


def unused_matches(delivery: DeliverySpec, paths: Iterable[Path]) -> list[str]:
    """The ``match`` of every entry that fits none of the files; they may have been meant for some of them."""
    paths = list(paths)
    return [entry.match for entry in delivery.files if not any(_fits(entry, path) for path in paths)]


def _fits(entry: FileSpec, path: Path) -> bool:
    return path.name == entry.match or fnmatchcase(path.name, entry.match)


def spec_for(
    delivery: DeliverySpec, path: Path, known_tables: Collection[str], by_content: str | None = None
) -> FileSpec | None:
    """The instructions for one file: the first entry that matches its name, with the table filled in.

    The table is the entry's, else the one that the file's content tells (``by_content``), else the longest known one
    that the file's name begins with; null where there is none.
    Raises ``InputRefused`` for an entry that names a table which does not exist.
    """
    tables = {*known_tables, DAILY_FORM}
    entry = next((e for e in delivery.files if _fits(e, path)), FileSpec())
    if entry.table and entry.table not in tables:
        raise InputRefused(
            f"delivery.yaml: table {entry.table!r} of {path.name} does not exist; known: {', '.join(sorted(tables))}"
        )
    by_name = max((t for t in tables if path.name.startswith(t)), key=len, default="")
    table = entry.table or by_content or by_name
    if not table:
        return None
    if table == DAILY_FORM:
        return entry.model_copy(update={"table": "meter_readings", "layout": "wide_day"})
    return entry.model_copy(update={"table": table})
