"""Certificate ledgers of millions of lines: how long their checks take, against DuckDB sorting the same lines.

``python -m benchmarks.ledgers [--lines 10000000]`` makes a trade and a cancellation ledger in random order with planted
overlaps of one certificate, sorts both (the floor), builds the models that check them with the pipeline's own text, and
fails unless rule 1 names exactly the planted lines. What comes after the register (accounts, positions) is not here: it
is made of the lines of park enterprises alone.
"""

import argparse
import json
import shutil
import time
from pathlib import Path

import duckdb

from pipelines.models import Model
from pipelines.resources import SQL

PROJECTS, MONTHS = 2000, 12
SERIES = PROJECTS * MONTHS
LENGTH = 1000
"""Certificates of a trade line; the next line of the series begins right behind it."""
CANCELLED = 900
"""Certificates of a cancellation line, from the first one of a trade on."""
OVERLAP_EVERY = 1000
"""One line of so many reaches one certificate into the next one of its series."""

RULE_1 = ("trade_lines", "cancellation_lines")
AFTER = ("trade_claims", "cancellation_claims", "touching", "issued_ranges", "register_pieces", "register_moves")
TOLD = ("register", "overlapping_lines", "illegal_moves")

LINES = f"""
    select i, concat('P', lpad(cast(i % {PROJECTS} as varchar), 16, '0')) as project_code,
           concat('2026-', lpad(cast(1 + i // {PROJECTS} % {MONTHS} as varchar), 2, '0')) as generation_month,
           cast(i // {SERIES} * {LENGTH} + 1 as decimal(38, 0)) as serial_from,
           hash(i) % {OVERLAP_EVERY} = 0 and i + {SERIES} < $lines as is_planted,
           concat('E', lpad(cast(hash(i, 'who') % 5000 as varchar), 6, '0')) as enterprise_id
    from range($lines) as r (i)"""


def fill(con: duckdb.DuckDBPyConnection, lines: int) -> None:
    """The inputs of the models, at the step where each line stands once: three trades to two cancellations."""
    trades = lines * 3 // 5
    con.execute("create schema staging; create schema run; create schema certificates")
    con.execute(
        f"""create table staging.gec_trades as
            select concat('T', i) as trade_id, date '2026-02-01' + cast(hash(i, 'day') % 200 as int) as trade_date,
                   case when hash(i, 'channel') % 10 < 7 then 'unbundled' else 'green_power' end as channel,
                   project_code, 'wind' as technology, generation_month, 2026 as generation_year, serial_from,
                   serial_from + {LENGTH - 1} + cast(is_planted as int) as serial_to,
                   enterprise_id as buyer_enterprise_id, null::varchar as province_zh, true as tradable,
                   'trades' as file_id, cast(i + 2 as int) as line
            from ({LINES}) order by hash(i, 'order')""",
        {"lines": trades},
    )
    con.execute(
        f"""create table staging.gec_cancellations as
            select concat('C', i) as cancellation_id,
                   date '2026-12-01' + cast(hash(i, 'day') % 200 as int) as cancelled_on,
                   project_code, generation_month, 2026 as generation_year, serial_from,
                   serial_from + case when is_planted then {LENGTH} else {CANCELLED - 1} end as serial_to,
                   enterprise_id as beneficiary_enterprise_id, null::varchar as use_park_id,
                   'cancellations' as file_id, cast(i + 2 as int) as line
            from ({LINES}) order by hash(i, 'order')""",
        {"lines": lines - trades},
    )
    con.execute(
        """create table staging.gec_issuances as
           select project_code, generation_month, cast(1 as decimal(38, 0)) as serial_from, max(serial_to) as serial_to,
                  date '2026-02-01' as issued_on
           from staging.gec_trades group by project_code, generation_month"""
    )
    con.execute("create table staging.green_power_settlements (trade_id varchar, month varchar)")
    con.execute("create table run.years as select 2026 as year, true as is_run_year")
    con.execute("create table run.params as select 2026 as year, 24 as gec_validity_months")


def made(con: duckdb.DuckDBPyConnection, name: str, query: str) -> float:
    """Seconds to make a table of a query."""
    started = time.perf_counter()
    con.execute(f"create or replace table {name} as {query}")
    return time.perf_counter() - started


def model(con: duckdb.DuckDBPyConnection, name: str) -> float:
    return made(con, f"certificates.{name}", Model.load(SQL / "certificates" / f"{name}.sql").sql)


def sort_seconds(con: duckdb.DuckDBPyConnection) -> float:
    """The floor: both ledgers sorted by project, month and serial, once, into a table."""
    seconds = 0.0
    for table, key in (("gec_trades", "trade_id"), ("gec_cancellations", "cancellation_id")):
        query = f"from staging.{table} order by project_code, generation_month, serial_from, {key}"
        seconds += made(con, "sorted_ledger", query)
        con.execute("drop table sorted_ledger")
    return seconds


def check_planted(con: duckdb.DuckDBPyConnection, lines: int) -> int:
    """How many lines rule 1 has to name: each planted one and the one it reaches into. Fails if it names others."""
    total = 0
    for table, key, sign, count in (
        ("trade_lines", "trade_id", "T", lines * 3 // 5),
        ("cancellation_lines", "cancellation_id", "C", lines - lines * 3 // 5),
    ):
        planted = f"select i from ({LINES}) where is_planted"
        named = f"select {key} as id from certificates.{table} where broken_rule = 'overlap'"
        due = (
            f"select concat('{sign}', i + step) as id from ({planted}) cross join (values (0), ({SERIES})) as s (step)"
        )
        differing, expected = con.execute(
            f"""with named as ({named}), due as (select distinct id from ({due}))
                select count(*) filter (named.id is null or due.id is null), count(due.id)
                from named full join due on named.id = due.id""",
            {"lines": count},
        ).fetchall()[0]
        if differing:
            raise RuntimeError(f"{table}: {differing} lines are named and not planted, or planted and not named")
        total += int(expected)
    told = con.execute(
        "select count(*) from certificates.illegal_moves where code in ('sold_twice', 'cancelled_twice')"
    ).fetchall()[0][0]
    if told != total:
        raise RuntimeError(f"illegal_moves tells {told} of {total} lines that share serials")
    return total


def measure(con: duckdb.DuckDBPyConnection, lines: int) -> dict[str, float]:
    """Seconds of the floor and of every model, and the planted lines found."""
    print("making the ledgers …", flush=True)
    fill(con, lines)
    seconds = {"sort": sort_seconds(con)}
    for name in (*RULE_1, *AFTER, *TOLD):
        seconds[name] = model(con, name)
        print(f"{name:24} {seconds[name]:8.2f} s {seconds[name] / seconds['sort']:6.2f}", flush=True)
    return seconds | {"planted": check_planted(con, lines)}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ledgers", description=__doc__)
    parser.add_argument("--lines", type=int, default=2_000_000, help="lines of both ledgers together")
    parser.add_argument("--memory", default="4GiB", help="DuckDB's memory limit; what is above goes to disk")
    parser.add_argument("--out", type=Path, default=Path("bench-data") / "ledgers", help="folder for the database")
    arguments = parser.parse_args()
    shutil.rmtree(arguments.out, ignore_errors=True)
    arguments.out.mkdir(parents=True)
    # The same settings for the floor and for the models.
    with duckdb.connect(arguments.out / "ledgers.duckdb", config={"memory_limit": arguments.memory}) as con:
        con.execute("set preserve_insertion_order = false; set enable_progress_bar = false")
        seconds = measure(con, arguments.lines)
    rule_1 = sum(seconds[name] for name in RULE_1)
    whole = rule_1 + sum(seconds[name] for name in (*AFTER, *TOLD))
    print(f"{'sort (floor)':24} {seconds['sort']:8.2f} s")
    print(f"{'rule 1 over both ledgers':24} {rule_1:8.2f} s {rule_1 / seconds['sort']:6.2f} of the sort")
    print(f"{'with pairs and register':24} {whole:8.2f} s {whole / seconds['sort']:6.2f} of the sort")
    print(f"{seconds['planted']} planted lines, all found")
    result = seconds | {
        "lines": arguments.lines,
        "rule_1_ratio": rule_1 / seconds["sort"],
        "ratio": whole / seconds["sort"],
    }
    (arguments.out / "result.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    (arguments.out / "ledgers.duckdb").unlink()


if __name__ == "__main__":
    main()
