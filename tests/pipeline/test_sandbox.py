"""What a user's query may do: what an analyst writes works, everything that does more than read is refused.

Here the statements run in the test's own process, for what refuses them is DuckDB under the settings of the sandbox.
The limits of time, memory and size, and the process itself, are in ``test_publish_query``.
"""

import pickle
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from pipelines import warehouse
from pipelines.publish import sandbox

ALLOWED = [
    "from metrics.park_year;",
    "with a as (select 1) select * from a",
    "describe metrics.park_year",
    "summarize metrics.park_year",
    "show all tables",
    "show tables from metrics",
    "explain select * from views.league_table",
    "explain analyze from views.league_table",
    "select unnest(reasons) from metrics.park_year",
    "select park_id, tco2 - lag(tco2) over (partition by park_id order by year) as change from metrics.park_year",
    "from metrics.park_year select park_id, rank() over (order by tco2) as place qualify place <= 2",
    "pivot metrics.park_year on year using sum(tco2) group by park_id",
    "unpivot (select park_id, year, tco2 from metrics.park_year) on tco2",
    "select evidence ->> 'value' from quality.findings",
    "select json_extract_string(evidence, '$.value') from quality.findings",
    "select list_filter(reasons, lambda r: r like 'a%') from metrics.park_year",
    "select [r for r in reasons if r <> 'a'] from metrics.park_year",
    "select regexp_extract(park_id, '^([a-z]+)', 1) from metrics.park_year",
    "select park_id, string_agg(year::varchar, ', ' order by year) from metrics.park_year group by all order by all",
    "select quantile_cont(tco2, [0.1, 0.5]), mode(park_id), arg_max(park_id, tco2) from metrics.park_year",
    "select columns('^(park_id|tco2)$') from metrics.park_year",
    "select * exclude (reasons) replace (round(tco2) as tco2) from metrics.park_year",
    "with recursive t(i) as (select 1 union all select i + 1 from t where i < 9) select max(i) from t",
    "select a.year from metrics.park_year a asof join metrics.park_year b on a.tco2 >= b.tco2",
    "select strftime(date '2026-03-01', '%Y-%m'), date_trunc('month', timestamp '2026-03-04 05:00')",
    "select * from metrics.park_year using sample 1 rows",
    "from (values (1), (2)) t(i) positional join range(2)",
    "select column_name, comment from duckdb_columns() where table_name = 'park_year'",
    "select name, value from duckdb_settings() where name = 'lock_configuration' and value = 'true'",
    "select struct_pack(a := 1).a, map {'k': 2}['k'], 'x' in ('x'), 7 // 2, 10 ** 2",
]

FILES = [
    "select * from read_csv('/etc/passwd')",
    "select * from read_csv_auto('/etc/passwd')",
    "select * from sniff_csv('/etc/passwd')",
    "select * from read_text('/etc/hostname')",
    "select * from read_blob('/etc/passwd')",
    "select * from read_json('/etc/passwd')",
    "select * from read_ndjson_objects('/etc/passwd')",
    "select * from read_parquet('*.parquet')",
    "select * from parquet_metadata('a.parquet')",
    "select * from parquet_schema('a.parquet')",
    "select * from parquet_kv_metadata('a.parquet')",
    "select * from glob('/*')",
    "select * from glob('**')",
    "select * from '/etc/passwd'",
    "select * from 'other.csv'",
    "from 'other.duckdb'",
    "select * from 'https://example.org/x.parquet'",
    "select * from read_csv('s3://bucket/x.csv')",
    "from duckdb_secrets()",
    "from query('select * from read_text(''/etc/hostname'')')",
    "from query_table('/etc/passwd')",
    "select (select content from read_text('/etc/hostname'))",
    "select * from metrics.park_year where exists (from read_csv('/etc/passwd'))",
    "explain analyze select * from read_csv('/etc/passwd')",
    "describe select * from read_csv('/etc/passwd')",
    "summarize 'other.csv'",
]
OTHERS = [
    "delete from metrics.park_year",
    "update metrics.park_year set year = 1",
    "insert into metrics.park_year (park_id) values ('x')",
    "merge into metrics.park_year using (select 1) s on false when not matched then insert default values",
    "truncate metrics.park_year",
    "alter table metrics.park_year add column x int",
    "drop view views.league_table",
    "create table t as select 1",
    "create temp table t as select 1",
    "create macro f() as 1",
    "create secret s (type s3)",
    "comment on table metrics.park_year is 'x'",
    "copy (select 1) to 'out.csv'",
    "copy metrics.park_year from 'other.csv'",
    "copy (select 1) to '/dev/stdout'",
    "export database 'out'",
    "import database 'out'",
    "attach 'other.duckdb'",
    "attach ':memory:' as m",
    "detach memory",
    "use memory",
    "set memory_limit = '64GB'",
    "set enable_external_access = true",
    "reset memory_limit",
    "set variable x = 1",
    "pragma threads = 8",
    "pragma enable_external_access",
    "pragma database_list",
    "install httpfs",
    "load httpfs",
    "load '/tmp/x.duckdb_extension'",
    "call enable_logging()",
    "call pragma_version()",
    "checkpoint",
    "force checkpoint",
    "vacuum",
    "prepare p as select 1",
    "begin transaction",
    "select 1; select 2",
    "select 1; attach 'other.duckdb'",
    "pivot metrics.park_year on year using sum(tco2); drop view views.league_table",
    "",
    "-- nothing",
]
WRONG = [
    "select getenv('HOME')",
    "select * from metrics.park_yea",
    "selec 1",
    "select " + "(" * 2000 + "1" + ")" * 2000,
    "select lo_import('/etc/passwd')",
    "select pg_read_file('/etc/passwd')",
]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with what the statements name, in a folder that holds other files too."""
    folder = tmp_path_factory.mktemp("published")
    with duckdb.connect(str(folder / "parks.duckdb")) as con:
        for schema in ("metrics", "views", "quality"):
            con.execute(f"create schema {schema}")
        con.execute(
            "create table metrics.park_year as "
            "from (values ('a', 2025, 1.5, ['a', 'b']), ('b', 2026, 2.5, ['c'])) t(park_id, year, tco2, reasons)"
        )
        con.execute("""create table quality.findings as select '{"value": 3}' as evidence""")
        con.execute("create view views.league_table as from metrics.park_year")
        con.execute(f"copy (select 1 as x) to '{folder / 'other.csv'}'")
        con.execute(f"copy (select 1 as x) to '{folder / 'a.parquet'}'")
    with duckdb.connect(str(folder / "other.duckdb")) as con:
        con.execute("create table t as select 1 as x")
    return folder


def rows_of(database: Path, text: str) -> list[tuple[Any, ...]]:
    request = {"path": str(database / "parks.duckdb"), "config": warehouse.published_config(), "text": text}
    _, *chunks = sandbox.answer(request | {"rows": 1000, "result_bytes": 1 << 20})
    return [row for chunk in chunks for row in pickle.loads(chunk)]


@pytest.mark.parametrize("text", ALLOWED)
def test_what_an_analyst_writes_works(database: Path, text: str) -> None:
    assert rows_of(database, text)


@pytest.mark.parametrize("text", [*FILES, *OTHERS, *WRONG], ids=lambda text: text[:60] or "empty")
def test_everything_else_is_refused_in_a_sentence(database: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(database)
    before = {path.name: path.stat().st_mtime_ns for path in database.iterdir()}
    with pytest.raises(sandbox.Refused, match=r"a query is one SELECT|the query failed") as caught:
        rows_of(database, text)
    assert "\n" not in str(caught.value)
    assert "root:" not in str(caught.value)
    assert (text in OTHERS) == ("one SELECT" in str(caught.value))
    assert {path.name: path.stat().st_mtime_ns for path in database.iterdir()} == before


def test_variables_of_the_program_are_not_tables(database: Path) -> None:
    secret = pl.DataFrame({"secret": [1]})
    with pytest.raises(sandbox.Refused, match="Table with name secret does not exist"):
        rows_of(database, "select * from secret")
    assert secret.height
