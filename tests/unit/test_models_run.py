"""Building models on a small lake: inputs, reuse, order of bytes, refusals."""

import json
from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipelines.errors import UserError
from pipelines.lake import Lake, sha256_file
from pipelines.model_inputs import Account, ParsedFile, Sources
from pipelines.model_runner import BuildContext, output_path, read_pointer, run_step
from pipelines.models import load_models, plan
from pipelines.settings import Settings

FILE_TYPES = {"file_id": "VARCHAR", "rows_quarantined": "BIGINT", "rank": "BIGINT"}
ACCOUNTS = (Account(2025, date(2026, 12, 31), False), Account(2026, date(2027, 6, 30), True))


class Workshop:
    """A home folder with parsed files and SQL that a test writes."""

    def __init__(self, folder: Path) -> None:
        self.sql, self.lake = folder / "sql", Lake(folder / "home")
        self.files: list[ParsedFile] = []

    def model(self, name: str, text: str, *fields: str) -> None:
        schema, table = name.split(".")
        (self.sql / schema).mkdir(parents=True, exist_ok=True)
        header = ["What it is.", "Grain: k", *fields] + ["Order: k"] * (not any(f.startswith("Order") for f in fields))
        text = "".join(f"-- {line}\n" for line in header) + text
        (self.sql / schema / f"{table}.sql").write_text(text, "utf-8")

    def parsed(self, file_id: str, table: str, query: str, months: tuple[str, ...] = ()) -> None:
        folder = self.lake.parsed / file_id
        folder.mkdir(parents=True)
        duckdb.sql(query).write_parquet(str(folder / f"{table}.parquet"))
        row = {"file_id": file_id, "rows_quarantined": 0, "rank": len(self.files) * 10}
        self.files.append(ParsedFile(file_id, row, frozenset({table}), frozenset(months)))

    def context(self, months: tuple[str, ...] = ("2026-01",), threads: int = 1) -> BuildContext:
        settings = Settings(home=self.lake.home, duckdb_threads=threads, duckdb_memory="400MiB")
        sources = Sources(self.lake, ACCOUNTS, tuple(self.files), FILE_TYPES)
        return BuildContext(settings, load_models(self.sql), sources, months)

    def run(self, months: tuple[str, ...] = ("2026-01",), threads: int = 1) -> dict[str, str]:
        """Runs every step; returns what each output was: built or reused."""
        with self.context(months, threads) as context:
            results = [
                result
                for step in plan(context.models)
                for month in (months if step.partitioned else (None,))
                for result in run_step(step, context, month)
            ]
        return {r.name + (f"@{r.month}" if r.month else ""): "reused" if r.reused else "built" for r in results}

    def rows(self, name: str, month: str | None = None) -> list[tuple]:
        pointer = read_pointer(self.lake, name, month)
        return duckdb.read_parquet(str(output_path(self.lake, name, month, pointer["fingerprint"]))).fetchall()


@pytest.fixture
def shop(tmp_path):
    return Workshop(tmp_path)


def readings(*rows: tuple[str, str, str]) -> str:
    values = ", ".join(f"('{m}', timestamp '{t}', cast({v} as decimal(18, 6)))" for m, t, v in rows)
    return (
        f"select *, 'A' as flag, null::decimal(18, 6) as multiplier, 'f' as file_id from (values {values}) "
        "as t(meter_id, interval_end, value)"
    )


def test_a_month_holds_the_readings_that_end_in_it(shop):
    shop.parsed(
        "a",
        "meter_readings",
        readings(("m", "2026-01-01 00:00", "1"), ("m", "2026-01-01 00:15", "2"), ("m", "2026-02-01 00:00", "3")),
        ("2025-12", "2026-01"),
    )
    shop.model("energy.r", "select value as k from parsed.meter_readings", "Partition: month")
    shop.run(("2025-12", "2026-01"))
    assert [[int(k) for (k,) in shop.rows("energy.r", m)] for m in ("2025-12", "2026-01")] == [[1], [2, 3]]


def test_nothing_is_computed_twice_and_a_change_reaches_only_what_it_changes(shop):
    shop.parsed("a", "meter_readings", readings(("m", "2026-01-01 00:15", "2")), ("2026-01",))
    shop.parsed("b", "meter_readings", readings(("m", "2026-02-01 00:15", "2")), ("2026-02",))
    shop.model("energy.r", "select value as k from parsed.meter_readings", "Partition: month")
    shop.model("energy.n", "select count(*) as k from energy.r", "Partition: month")
    shop.model("metrics.y", "select sum(k)::bigint as k from energy.n")
    months = ("2026-01", "2026-02")
    first = shop.run(months)
    assert set(first.values()) == {"built"}
    assert set(shop.run(months).values()) == {"reused"}

    shop.parsed("c", "meter_readings", readings(("m", "2026-02-01 00:15", "7")), ("2026-02",))
    assert shop.run(months) == {
        "energy.r@2026-01": "reused",
        "energy.n@2026-01": "reused",
        "energy.r@2026-02": "built",
        "energy.n@2026-02": "built",
        "metrics.y": "built",
    }
    assert shop.rows("metrics.y") == [(3,)]


def test_an_upstream_that_rebuilds_to_the_same_bytes_stops_there(shop):
    shop.model("staging.a", "select 1 as k")
    shop.model("metrics.b", "select k + 1 as k from staging.a")
    shop.run()
    shop.model("staging.a", "select 2 - 1 as k")
    assert shop.run() == {"staging.a": "built", "metrics.b": "reused"}


def test_going_back_takes_the_stored_output_again(shop):
    shop.model("staging.a", "select 1 as k")
    shop.run()
    shop.model("staging.a", "select 2 as k")
    shop.run()
    shop.model("staging.a", "select 1 as k")
    assert shop.run() == {"staging.a": "reused"}
    assert shop.rows("staging.a") == [(1,)]
    pointer = read_pointer(shop.lake, "staging.a")
    assert pointer["sha256"] == sha256_file(output_path(shop.lake, "staging.a", None, pointer["fingerprint"]))
    assert pointer["rows"] == 1


def test_history_reads_all_months_up_to_its_own(shop):
    for number, month in enumerate(("2026-01", "2026-02", "2026-03"), start=1):
        shop.parsed(str(number), "meter_readings", readings(("m", f"{month}-02 00:00", str(number))), (month,))
    shop.model("energy.r", "select value::integer as k from parsed.meter_readings", "Partition: month")
    shop.model("energy.h", "select sum(k)::integer as k from energy.r", "Partition: month", "History: energy.r")
    months = ("2026-01", "2026-02", "2026-03")
    shop.run(months)
    assert [shop.rows("energy.h", month) for month in months] == [[(1,)], [(3,)], [(6,)]]


def test_models_in_memory_are_not_written(shop):
    shop.model("staging.a", "select 1 as k union all select 2", "Kept: no")
    shop.model("metrics.b", "select k from staging.a where k > 1")
    assert shop.run() == {"metrics.b": "built"}
    assert shop.rows("metrics.b") == [(2,)]
    assert [path.name for path in shop.lake.models.iterdir()] == ["metrics.b"]
    shop.model("staging.a", "select 3 as k", "Kept: no")
    assert shop.run() == {"metrics.b": "built"}


def test_files_are_ranked_within_what_the_model_reads(shop):
    query = "select 'x' as k, 1 as line"
    for file_id, table in (("c", "parks"), ("a", "enterprises"), ("b", "parks")):
        shop.parsed(file_id, table, query)
    text = "select f.file_id as k, f.rank from lake.files as f where exists (select 1 from parsed.parks)"
    shop.model("staging.parks", text)
    shop.model("quality.all_files", "select file_id as k, rank from lake.files")
    shop.run()
    assert shop.rows("staging.parks") == [("b", 2), ("c", 1)]
    assert shop.rows("quality.all_files") == [("a", 2), ("b", 3), ("c", 1)]

    shop.parsed("d", "enterprises", query)
    assert shop.run() == {"staging.parks": "reused", "quality.all_files": "built"}


def test_a_model_in_memory_does_not_change_the_files_its_reader_sees(shop):
    shop.parsed("a", "parks", "select 'x' as k")
    shop.parsed("b", "enterprises", "select 'x' as k")
    shop.model(
        "staging.p", "select f.file_id as k from lake.files as f cross join (select 1 from parsed.parks)", "Kept: no"
    )
    shop.model("staging.both", "select k from staging.p union all select file_id from lake.files")
    shop.run()
    assert shop.rows("staging.both") == [("a",), ("a",), ("b",)]


def test_a_table_that_nobody_delivered_is_empty_and_typed(shop):
    shop.model("staging.f", "select park_id as k, month, quantity, file_id, line, raw from parsed.fuel_use")
    shop.model("energy.r", "select meter_id as k, value, multiplier from parsed.meter_readings", "Partition: month")
    shop.run()
    assert (shop.rows("staging.f"), shop.rows("energy.r", "2026-01")) == ([], [])


def test_years_month_and_parameters(shop):
    shop.model("staging.y", "select year as k, cutoff, is_run_year, first_day, last_day from run.years")
    shop.model(
        "staging.p",
        "select year as k, residual_electricity_factor, carbon_to_co2_numerator / carbon_to_co2_denominator as c "
        "from run.params",
    )
    shop.model("energy.m", "select m.month as k, m.last_day, m.start, m.end from run.month as m", "Partition: month")
    shop.run(("2026-02",))
    assert shop.rows("staging.y") == [
        (2025, date(2026, 12, 31), False, date(2025, 1, 1), date(2025, 12, 31)),
        (2026, date(2027, 6, 30), True, date(2026, 1, 1), date(2026, 12, 31)),
    ]
    assert [(k, str(f), round(c, 4)) for k, f, c in shop.rows("staging.p")] == [
        (2025, "0.832500000", 3.6667),
        (2026, "0.832500000", 3.6667),
    ]
    ((month, last_day, start, end),) = shop.rows("energy.m", "2026-02")
    assert (month, last_day) == ("2026-02", date(2026, 2, 28))
    assert (str(start), str(end)) == ("2026-02-01 00:00:00", "2026-03-01 00:00:00")


def test_bytes_do_not_depend_on_threads_or_order_of_arrival(shop):
    # Several row groups, groups that threads finish in any order, and ties that only the Order columns break.
    shop.model(
        "staging.big",
        "select i % 400000 as k, sum(i)::bigint as s, cast(sum(i) as decimal(38, 6)) / 7 as d, min('t' || i) as t "
        "from range(800000) as r(i) group by all",
    )
    hashes = set()
    for threads in (1, 2, 4):
        shop.run(threads=threads)
        path = next((shop.lake.models / "staging.big").iterdir())
        hashes.add(sha256_file(path))
        path.unlink()
    assert len(hashes) == 1


def test_hugeint_is_refused_before_it_becomes_a_double(shop):
    shop.model("staging.a", "select sum(i) as k from range(3) as r(i)")
    with pytest.raises(UserError, match=r"a\.sql: the column k is HUGEINT.*BIGINT or DECIMAL"):
        shop.run()
    assert not list(shop.lake.models.rglob("*.*"))


def test_sql_that_duckdb_refuses_names_its_file(shop):
    shop.model("staging.a", "select nothing as k from lake.files")
    with pytest.raises(UserError, match=r"a\.sql.*nothing"):
        shop.run()


def test_a_missing_output_is_named(shop):
    shop.model("staging.a", "select 1 as k")
    shop.model("metrics.b", "select k from staging.a")
    with shop.context() as context, pytest.raises(UserError, match=r"staging\.a has not been built yet"):
        run_step(plan(context.models)[1], context)


def test_pointer_says_what_is_current(shop):
    shop.model("staging.a", "select * from range(5) as r(k)")
    shop.run()
    pointer = json.loads((shop.lake.pointers / "staging.a.json").read_text())
    assert set(pointer) == {"fingerprint", "sha256", "rows", "seconds"}
    assert pointer["rows"] == 5


def test_the_months_around_are_read_as_far_as_the_scope_goes(shop):
    shop.model("energy.a", "select month as k from run.month", "Partition: month")
    shop.model("energy.b", "select k from energy.a", "Partition: month", "Around: energy.a -1 +1")
    shop.run(("2025-12", "2026-01", "2026-03"))
    assert shop.rows("energy.b", "2025-12") == [("2025-12",), ("2026-01",)]
    assert shop.rows("energy.b", "2026-01") == [("2025-12",), ("2026-01",)]
    assert shop.rows("energy.b", "2026-03") == [("2026-03",)]
