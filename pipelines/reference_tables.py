"""Reference data: the CSV files of the package and the operator's additions to them, typed; the method's parameters.

Which factor applies to which row is decided in SQL; this module only reads. Columns: those of the CSV file and
``origin`` (``builtin`` or ``operator``), so that SQL can prefer the operator's row where both hold the same key.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

import duckdb

from pipelines.errors import UserError
from pipelines.lake import Lake, sha256_file
from pipelines.resources import REFERENCE

NUMBER = "DECIMAL(18,9)"
PACKAGE_COPY = "reference_package"
"""In a scratch home folder: the package's files of another time, in place of those of today."""
_CANDIDATES = "['BIGINT', 'DECIMAL(18,9)', 'DATE', 'VARCHAR']"


def literal(text: str) -> str:
    """A SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """A quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


@dataclass(frozen=True)
class ReferenceTable:
    """One reference table: the file of the package and, where the operator has one, the file in the home folder."""

    name: str
    builtin: Path
    operator: Path | None

    @property
    def digest(self) -> tuple[str, ...]:
        """Hashes of the bytes of the files it is read from."""
        return tuple(sha256_file(path) for path in (self.builtin, self.operator) if path)

    def query(self, con: duckdb.DuckDBPyConnection) -> str:
        """A SELECT of the typed rows. The package's file alone decides the types, so an addition cannot change them.

        Raises ``UserError`` that names file, line and column of an addition that does not fit.
        """
        types = _types(con, self.builtin)
        text = _selection(self.builtin, types, "builtin")
        if self.operator:
            _check_operator(con, self.operator, types)
            text += f" union all by name {_selection(self.operator, types, 'operator')}"
        return text


def find(lake: Lake, name: str) -> ReferenceTable:
    """The reference table of that name. Raises ``UserError`` if the package has none."""
    builtin, operator = REFERENCE / f"{name}.csv", lake.reference / f"{name}.csv"
    if (copy := lake.home / PACKAGE_COPY / f"{name}.csv").is_file():
        builtin = copy
    if not builtin.is_file():
        raise UserError(f"there is no reference table {name}; the package has {', '.join(names())}")
    return ReferenceTable(name, builtin, operator if operator.is_file() else None)


def names() -> list[str]:
    """The reference tables of the package, sorted."""
    return sorted(path.stem for path in REFERENCE.glob("*.csv"))


def _types(con: duckdb.DuckDBPyConnection, path: Path) -> dict[str, str]:
    """Column types: whole numbers BIGINT, other numbers exact DECIMAL, dates DATE, the rest VARCHAR.

    An empty column says nothing about itself: ``valid_from`` and ``valid_to`` are dates, and what is so much *per*
    something is a number.
    """
    sniffed = con.execute(
        f"select * from read_csv(?, header = true, sample_size = -1, auto_type_candidates = {_CANDIDATES}) limit 0",
        [str(path)],
    ).description
    rows = list(csv.DictReader(path.read_text("utf-8").splitlines()))
    types = {}
    for name, kind, *_ in sniffed or []:
        empty = not any(row[name] for row in rows)
        if name in ("valid_from", "valid_to"):
            types[name] = "DATE"
        else:
            types[name] = NUMBER if empty and "_per_" in name else str(kind)
    return types


def _text_csv(path: Path) -> str:
    return f"read_csv({literal(str(path))}, header = true, delim = ',', quote = '\"', all_varchar = true)"


def _selection(path: Path, types: Mapping[str, str], origin: str) -> str:
    header = _header(path)
    columns = [f"cast({identifier(n)} as {kind}) as {identifier(n)}" for n, kind in types.items() if n in header]
    return f"select {', '.join(columns)}, {literal(origin)} as origin from {_text_csv(path)}"


def _header(path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return next(csv.reader(stream), [])


def _check_operator(con: duckdb.DuckDBPyConnection, path: Path, types: Mapping[str, str]) -> None:
    header = _header(path)
    if unknown := [name for name in header if name not in types]:
        raise UserError(f"{path} has the column {unknown[0]}, which is none of: {', '.join(types)}")
    if not header:
        raise UserError(f"{path} is empty; give it the header {','.join(types)} or remove it")
    for name in header:
        wrong = con.execute(
            f"select row_number() over () + 1, {identifier(name)} from {_text_csv(path)} "
            f"qualify {identifier(name)} is not null and try_cast({identifier(name)} as {types[name]}) is null limit 1"
        ).fetchone()
        if wrong:
            raise UserError(f"{path} line {wrong[0]}: {wrong[1]!r} in the column {name} is not a {types[name]}")


@dataclass(frozen=True)
class ParameterVersion:
    """One version of one parameter of the method, as written: ``0.8325`` or ``44/12``."""

    name: str
    value: str
    valid_from: date
    valid_to: date
    by_operator: bool


def parameter_versions(lake: Lake) -> tuple[ParameterVersion, ...]:
    """Every version of every parameter. Raises ``UserError`` that names file and line of one that is not a number."""
    table = find(lake, "method_parameters")
    paths = [(table.builtin, False), *([(table.operator, True)] if table.operator else [])]
    return tuple(version for path, by_operator in paths for version in _read_versions(path, by_operator))


def _read_versions(path: Path, by_operator: bool) -> Iterator[ParameterVersion]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream)
        for row in reader:
            try:
                for part in row["value"].split("/"):
                    Decimal(part)
                yield ParameterVersion(
                    name=row["parameter"],
                    value=row["value"],
                    valid_from=date.fromisoformat(row.get("valid_from") or "0001-01-01"),
                    valid_to=date.fromisoformat(row.get("valid_to") or "9999-12-31"),
                    by_operator=by_operator,
                )
            except (KeyError, ValueError, InvalidOperation):
                raise UserError(
                    f"{path} line {reader.line_num}: needs parameter, a number as value and ISO dates"
                ) from None


def parameters_of(year: int, versions: Iterable[ParameterVersion]) -> dict[str, str]:
    """The value of every parameter for the account of a year, by column of ``run.params``.

    The version valid on 31 December counts, the operator's before the package's; before the first version the
    earliest, after the last the latest. A fraction becomes two columns, ``_numerator`` and ``_denominator``.
    """
    last_day = date(year, 12, 31)

    def preference(version: ParameterVersion) -> tuple[bool, bool, bool, int]:
        begun = version.valid_from <= last_day
        valid = begun and last_day <= version.valid_to
        days = version.valid_from.toordinal()
        return (valid, version.by_operator, begun, days if begun else -days)

    chosen: dict[str, ParameterVersion] = {}
    for version in versions:
        best = chosen.get(version.name)
        if best is None or preference(version) > preference(best):
            chosen[version.name] = version
    columns: dict[str, str] = {}
    for name, version in sorted(chosen.items()):
        numerator, slash, denominator = version.value.partition("/")
        if slash:
            columns |= {f"{name}_numerator": numerator, f"{name}_denominator": denominator}
        else:
            columns[name] = numerator
    return columns
