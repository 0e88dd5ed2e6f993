"""The candidate: the published tables as sorted Parquet, and ``parks.duckdb`` made from exactly those files.

Judging the candidate is in ``audit``, moving it into place in ``publisher``.
"""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from pipelines.contracts import Column, Contract, comment_of
from pipelines.errors import UserError
from pipelines.lake import Lake
from pipelines.model_runner import output_path, read_pointer
from pipelines.publish.manifest import DATABASE, STAMP, Identity, table_path
from pipelines.publish.views import create_views
from pipelines.reference_tables import identifier, literal

STORAGE = "format parquet, compression zstd, row_group_size 122880"
"""How published tables are written; the same rows give the same bytes."""

DATABASE_STORAGE_VERSION = "v1.5.0"
"""The oldest DuckDB that opens ``parks.duckdb``."""


def qualified(table: str) -> str:
    """``schema.table`` as a quoted SQL name."""
    return ".".join(identifier(part) for part in table.split(".", 1))


def parquet(path: Path) -> str:
    """A table function that reads one Parquet file."""
    return f"read_parquet({literal(str(path))})"


def model_outputs(lake: Lake, contracts: Mapping[str, Contract]) -> dict[str, Path]:
    """The current model output behind every published table. Raises ``UserError`` naming those not built yet."""
    pointers = {table: read_pointer(lake, table) for table in contracts}
    if missing := sorted(table for table, pointer in pointers.items() if pointer is None):
        raise UserError(f"not built yet, so nothing can be published: {', '.join(missing)}; use `zcp run`")
    return {
        table: output_path(lake, table, None, pointer["fingerprint"]) for table, pointer in pointers.items() if pointer
    }


def published_query(con: duckdb.DuckDBPyConnection, source: Path, contract: Contract) -> str:
    """What is published of a model's output: the contract's columns in its order, without the stamp.

    A model computes in the width that its arithmetic needs; whole numbers and decimals take the contract's type where
    no digit can get lost (an overflow raises). Every other difference is left for the audit to refuse.
    """
    found = {row[0]: row[1] for row in con.execute(f"describe select * from {parquet(source)}").fetchall()}
    columns = [column for column in contract.columns if column.name in found]
    selected = ", ".join(_typed(column, found[column.name]) for column in columns)
    order = order_of(contract, [column.name for column in columns])
    return f"select {selected} from {parquet(source)} order by {order}"


def order_of(contract: Contract, names: Sequence[str]) -> str:
    """The order of a published table's rows: its key, then every other column, so that no two orders are possible."""
    key = [name for name in contract.key if name in names]
    return ", ".join(identifier(name) for name in dict.fromkeys([*key, *names]))


def _typed(column: Column, found: str) -> str:
    name = identifier(column.name)
    have, want = _scale(found), _scale(column.physical_type)
    if found == column.physical_type or have is None or want is None or have > want:
        return name
    return f"cast({name} as {column.physical_type}) as {name}"


def _scale(kind: str) -> int | None:
    """Decimals of an exact numeric type; None for any other type."""
    if kind in ("TINYINT", "SMALLINT", "INTEGER", "BIGINT"):
        return 0
    decimals = re.fullmatch(r"DECIMAL\(\d+,(\d+)\)", kind)
    return int(decimals[1]) if decimals else None


def storage(contract: Contract) -> str:
    """How a table is written, with the contract's words in the Parquet file.

    The file's key-value metadata has ``table``, ``contract_version``, ``description`` and ``columns``, a JSON object of
    description, unit and values by column; pandas finds the same in ``DataFrame.attrs``.
    """
    words = {
        "table": contract.table,
        "contract_version": contract.version,
        "description": contract.description,
        "columns": {column.name: _words(column) for column in contract.columns},
    }
    pairs = {name: value if isinstance(value, str) else _json(value) for name, value in words.items()}
    pairs["PANDAS_ATTRS"] = _json(words)
    metadata = ", ".join(f"{identifier(name)}: {literal(value)}" for name, value in pairs.items())
    return f"{STORAGE}, kv_metadata {{{metadata}}}"


def _words(column: Column) -> dict[str, str | list[str]]:
    values = {"values": list(column.enum)} if column.enum else {}
    return {"description": column.description} | ({"unit": column.unit} if column.unit else {}) | values


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def write_tables(
    con: duckdb.DuckDBPyConnection,
    queries: Mapping[str, str],
    contracts: Mapping[str, Contract],
    identity: Identity,
    folder: Path,
) -> dict[str, int]:
    """Writes the rows of each table's query, in its order, with the stamp; returns rows by table."""
    values = (identity.method_version, identity.factor_release, identity.publication_id)
    stamp = ", ".join(f"{literal(value)} as {name}" for name, value in zip(STAMP, values, strict=True))
    rows = {}
    for table, query in queries.items():
        target = table_path(folder, table)
        target.parent.mkdir(parents=True, exist_ok=True)
        copied = con.execute(
            f"copy (select *, {stamp} from ({query})) to {literal(str(target))} ({storage(contracts[table])})"
        ).fetchone()
        rows[table] = int(copied[0]) if copied else 0
    return rows


def write_database(con: duckdb.DuckDBPyConnection, contracts: Mapping[str, Contract], folder: Path) -> None:
    """Writes ``parks.duckdb``: every table with its comments, and the views of ``sql/views``.

    Raises ``duckdb.Error`` if a view does not fit the tables; the connection is then good for nothing but closing.
    """
    path = folder / DATABASE
    con.execute(f"attach {literal(str(path))} as product (storage_version {literal(DATABASE_STORAGE_VERSION)})")
    con.execute("use product")
    # One transaction: each of the hundreds of comments would else wait for the disk.
    con.execute("begin")
    for table, contract in contracts.items():
        con.execute(f"create schema if not exists {identifier(table.partition('.')[0])}")
        con.execute(f"create table {qualified(table)} as select * from {parquet(table_path(folder, table))}")
        _comment(con, contract)
    create_views(con, contracts)
    con.execute("commit")
    con.execute("use memory")
    con.execute("detach product")


def _comment(con: duckdb.DuckDBPyConnection, contract: Contract) -> None:
    """Puts the contract's words on the table and on the columns that are there."""
    name = qualified(contract.table)
    con.execute(f"comment on table {name} is {literal(contract.description)}")
    there = {row[0] for row in con.execute(f"describe {name}").fetchall()}
    for column in contract.columns:
        if column.name in there:
            con.execute(f"comment on column {name}.{identifier(column.name)} is {literal(comment_of(column))}")
