"""The data contracts: what every table in and out of the pipeline must look like.

One Open Data Contract Standard YAML per table in ``data_contracts/inputs`` and ``data_contracts/outputs``. Here they
are read into small values; judging data against them is in ``ingest`` (rows that come in) and ``publish.audit``
(tables that go out).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import yaml

from pipelines.errors import UserError
from pipelines.resources import CONTRACTS

LEVELS = ("public", "restricted")
"""Who may have a published table: anybody, or only those who may see an enterprise, a meter, a file."""

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The safe loader, in C where it is built in: 20 ms instead of 170 ms for all contracts."""


@dataclass(frozen=True)
class Column:
    """One column of a contract.

    ``physical_type`` is a DuckDB type, or ``MONTH``: text ``YYYY-MM``. ``enum`` the allowed values, empty for any;
    ``synonyms`` other spellings of them; ``aliases`` other header names (the Chinese ones); ``refuses_file`` marks
    columns whose unknown value refuses the whole file (units); ``default`` is what a blank means; ``divides`` a number
    that the value must divide; ``rounds`` that digits beyond the type are rounded, not refused; ``date_includes_day``
    that a date without a time means the end of that day; ``is_code`` that spellings of one code are one value. The
    bounds hold the values of the type, as text. ``level``: ``restricted`` where the public set leaves it out.
    """

    name: str
    physical_type: str
    description: str
    required: bool = False
    unit: str | None = None
    enum: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    refuses_file: bool = False
    default: str | None = None
    synonyms: Mapping[str, str] = field(default_factory=dict)
    minimum: str | None = None
    exclusive_minimum: str | None = None
    maximum: str | None = None
    divides: int | None = None
    rounds: bool = False
    date_includes_day: bool = False
    is_code: bool = False
    level: str = "public"


@dataclass(frozen=True)
class Contract:
    """One table: its name (``meter_readings`` or ``metrics.park_year``), key, columns and Great Expectations rules.

    ``expectations`` are those that key and columns state, then those written in ``quality``.
    ``alternatives``: groups of columns of which every row needs one group complete; empty where ``required`` says all.
    ``level``: one of ``LEVELS``; what is delivered is always restricted.
    """

    table: str
    version: str
    description: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    expectations: tuple[Mapping[str, Any], ...] = field(default=())
    alternatives: tuple[tuple[str, ...], ...] = ()
    level: str = "restricted"

    @property
    def column_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)


def comment_of(column: Column) -> str:
    """What a column's comment says in the published database and in Parquet: the description and the unit."""
    return f"{column.description} [{column.unit}]" if column.unit else column.description


def _custom(properties: list[dict[str, Any]] | None) -> dict[str, Any]:
    return {entry["property"]: entry["value"] for entry in properties or []}


def _column(source: Mapping[str, Any]) -> Column:
    custom = _custom(source.get("customProperties"))
    bounds = {name: str(value) for name, value in source.get("logicalTypeOptions", {}).items()}
    return Column(
        name=source["name"],
        physical_type=source["physicalType"],
        description=source["description"],
        required=bool(source.get("required", False)),
        unit=custom.get("unit"),
        enum=tuple(custom.get("enum", ())),
        aliases=tuple(custom.get("aliases", ())),
        refuses_file=bool(custom.get("refusesFile", False)),
        default=custom.get("default"),
        synonyms=custom.get("synonyms", {}),
        minimum=bounds.get("minimum"),
        exclusive_minimum=bounds.get("exclusiveMinimum"),
        maximum=bounds.get("maximum"),
        divides=custom.get("divides"),
        rounds=bool(custom.get("roundsExcessDigits", False)),
        date_includes_day=bool(custom.get("dateIncludesDay", False)),
        is_code=bool(custom.get("code", False)),
        level=custom.get("level", "public"),
    )


def level_of(source: Mapping[str, Any]) -> str:
    """The level of a contract's table; a published one has to state it, for a wrong guess would give data away.

    Raises ``UserError`` if it does not, or if it or a column states something that is no level.
    """
    schema = source["schema"][0]
    delivered = str(source["id"]).startswith("zcp.inputs.")
    level = _custom(schema.get("customProperties")).get("level", "restricted" if delivered else None)
    columns = [_custom(p.get("customProperties")).get("level", "public") for p in schema["properties"]]
    if wrong := [given for given in (level, *columns) if given not in LEVELS]:
        raise UserError(
            f"the contract of {schema['name']} has the level {wrong[0]}; write `customProperties: [{{property: level, "
            "value: public}]` (or restricted) below its table's description"
        )
    return str(level)


def expectations_of(key: Sequence[str], columns: Sequence[Column]) -> list[Mapping[str, Any]]:
    """The rules for Great Expectations that key and columns state already: the key is unique, an enum is kept."""
    rules: list[Mapping[str, Any]] = []
    if len(key) == 1:
        rules.append({"type": "expect_column_values_to_be_unique", "kwargs": {"column": key[0]}})
    elif key:
        rules.append({"type": "expect_compound_columns_to_be_unique", "kwargs": {"column_list": list(key)}})
    for column in columns:
        if column.enum:
            values = {"column": column.name, "value_set": list(column.enum)}
            rules.append({"type": "expect_column_values_to_be_in_set", "kwargs": values})
    return rules


def written_rules(schema: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The rules for Great Expectations that a contract's table states in ``quality``."""
    rules = schema.get("quality", [])
    return [rule["implementation"] for rule in rules if rule.get("engine") == "greatExpectations"]


def read_contract(source: Mapping[str, Any]) -> Contract:
    """The one table of an ODCS document (``schema[0]``). Raises ``UserError`` for what is no level."""
    schema = source["schema"][0]
    properties = schema["properties"]
    custom = _custom(schema.get("customProperties"))
    keyed = sorted((p["primaryKeyPosition"], p["name"]) for p in properties if p.get("primaryKey"))
    key = tuple(name for _, name in keyed)
    columns = tuple(_column(p) for p in properties)
    return Contract(
        table=schema["name"],
        version=source["version"],
        description=schema["description"],
        key=key,
        columns=columns,
        expectations=(*expectations_of(key, columns), *written_rules(schema)),
        alternatives=tuple(tuple(group) for group in custom.get("requiredAlternatives", ())),
        level=level_of(source),
    )


@cache
def load(folder: str) -> Mapping[str, Contract]:
    """All contracts of ``inputs`` or ``outputs``, by table name."""
    paths = sorted((CONTRACTS / folder).glob("*.yaml"))
    found = (read_contract(yaml.load(path.read_text("utf-8"), Loader=LOADER)) for path in paths)
    return {contract.table: contract for contract in found}
