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
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Spent:
    """Wall time and CPU time of all threads; the second tells more on a machine that others use too."""

    seconds: float
    cpu_seconds: float

    def __add__(self, other: "Spent") -> "Spent":
        return Spent(self.seconds + other.seconds, self.cpu_seconds + other.cpu_seconds)


NOTHING = Spent(0.0, 0.0)


def made(con: duckdb.DuckDBPyConnection, name: str, query: str) -> Spent:
    """What it takes to make a table of a query."""
    started, used = time.perf_counter(), time.process_time()
    con.execute(f"create or replace table {name} as {query}")
    return Spent(time.perf_counter() - started, time.process_time() - used)


def model(con: duckdb.DuckDBPyConnection, name: str) -> Spent:
    """What a model takes, with the text that the pipeline runs."""
    return made(con, f"certificates.{name}", Model.load(SQL / "certificates" / f"{name}.sql").sql)


def sorting(con: duckdb.DuckDBPyConnection) -> Spent:
    """The floor: both ledgers sorted by project, month and serial, once, into a table."""
    spent = NOTHING
    for table, key in (("gec_trades", "trade_id"), ("gec_cancellations", "cancellation_id")):
        query = f"from staging.{table} order by project_code, generation_month, serial_from, {key}"
        spent += made(con, "sorted_ledger", query)
        con.execute("drop table sorted_ledger")
    return spent


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


def measure(con: duckdb.DuckDBPyConnection, lines: int) -> tuple[dict[str, Spent], int]:
    """What the floor (``sort``) and every model take, and how many planted lines were found."""
    print("making the ledgers …", flush=True)
    fill(con, lines)
    spent = {"sort": sorting(con)}
    told("sort (floor)", spent["sort"], spent["sort"])
    for name in (*RULE_1, *AFTER, *TOLD):
        spent[name] = model(con, name)
        told(name, spent[name], spent["sort"])
    return spent, check_planted(con, lines)


def told(name: str, spent: Spent, floor: Spent) -> dict[str, float]:
    """Prints and returns what something took, and its ratios to the floor."""
    ratio, cpu_ratio = spent.seconds / floor.seconds, spent.cpu_seconds / floor.cpu_seconds
    print(
        f"{name:26} {spent.seconds:8.2f} s {ratio:6.2f}    CPU {spent.cpu_seconds:8.2f} s {cpu_ratio:6.2f}", flush=True
    )
    return {"seconds": spent.seconds, "cpu_seconds": spent.cpu_seconds, "ratio": ratio, "cpu_ratio": cpu_ratio}


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
        spent, planted = measure(con, arguments.lines)
    (arguments.out / "ledgers.duckdb").unlink()
    groups = {"rule 1 over both ledgers": RULE_1, "with pairs and register": (*RULE_1, *AFTER, *TOLD)}
    result = {
        name: told(name, sum((spent[one] for one in models), NOTHING), spent["sort"]) for name, models in groups.items()
    }
    print(f"{planted} planted lines, all found")
    models = {name: {"seconds": one.seconds, "cpu_seconds": one.cpu_seconds} for name, one in spent.items()}
    whole = {"lines": arguments.lines, "planted": planted, "models": models, **result}
    (arguments.out / "result.json").write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
