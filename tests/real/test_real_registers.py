"""What real registers counted: differences, rollovers, a replaced meter, reads that cannot be.

Built by the project's own models from landed files, up to the intervals; the rest of the account is not looked at here.
"""

import csv
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import duckdb
import pytest

from pipelines.ingest.landing import land
from pipelines.lake import Lake
from pipelines.model_runner import BuildContext, output_path, read_pointer, run_step
from pipelines.model_scope import open_context
from pipelines.models import Model, all_models, plan
from pipelines.settings import Settings

TABLES = (
    "staging.register_reads",
    "staging.register_corrections",
    "staging.skipped_reads",
    "staging.register_advances",
    "staging.known_totals",
    "energy.month_meters",
    "energy.measured_interval",
    "quality.register_findings",
)
PARKS = "park_id,name_zh,province_zh\n{park},示例园区,江苏省\n"


@dataclass(frozen=True)
class Built:
    """A home folder in which the models of ``TABLES`` are built."""

    lake: Lake

    def rows(self, sql: str) -> list[tuple]:
        """Rows of a query in which a table of ``TABLES`` is written with its schema."""
        with duckdb.connect() as con:
            for table in TABLES:
                pointers = [*self.lake.pointers.glob(f"{table}.json"), *self.lake.pointers.glob(f"{table}@*.json")]
                months = [path.stem.partition("@")[2] or None for path in pointers]
                paths = [str(_output(self.lake, table, month)) for month in months]
                con.execute(f"create schema if not exists {table.partition('.')[0]}")
                con.execute(f"create view {table} as from read_parquet({paths})")
            return con.execute(sql).fetchall()


def _output(lake: Lake, table: str, month: str | None) -> Path:
    pointer = read_pointer(lake, table, month)
    assert pointer is not None
    return output_path(lake, table, month, pointer["fingerprint"])


def with_upstream(tables: Iterable[str]) -> dict[str, Model]:
    """The models of these tables and everything they read, every one after its inputs."""
    models, wanted, pending = all_models(), set(), list(tables)
    while pending:
        model = models[pending.pop()]
        wanted.add(model.name)
        pending += [other.name for other in model.upstream(models)]
    return {name: model for name, model in models.items() if name in wanted}


@pytest.fixture(scope="module")
def build(tmp_path_factory) -> Callable[[int, Path], Built]:
    def make(year: int, folder: Path) -> Built:
        settings = Settings(home=tmp_path_factory.mktemp("home"), duckdb_threads=1)
        entries = land([folder], settings)
        assert not [entry.refused_reason for entry in entries if entry.refused_reason]
        with open_context(settings, year) as scope:
            context = BuildContext(settings, with_upstream(TABLES), scope.sources, scope.months)
            with context:
                for step in plan(context.models):
                    for month in context.months if step.partitioned else (None,):
                        run_step(step, context, month)
        return Built(Lake(settings.home))

    return make


@pytest.fixture(scope="module")
def answers(real_data) -> dict[str, str]:
    with (real_data / "18_messy_derived/reference/f2_expected.csv").open(encoding="utf-8", newline="") as stream:
        return {row["item"]: row["value"] for row in csv.DictReader(stream)}


@pytest.fixture(scope="module")
def replaced(build, delivery) -> Built:
    """Hourly reads of March 2018 of one point, of two meters that followed each other."""
    meters = (
        "meter_id,park_id,point,measure,unit,interval_minutes,register_modulus\nMP-01,P,use,register,kWh,60,10000\n"
    )
    folder = delivery("messy_registers", "18_messy_derived/f2_*", meters=meters, parks=PARKS.format(park="P"))
    return build(2018, folder)


def test_the_month_of_a_replaced_meter_is_what_its_registers_say(replaced, answers):
    month_wh = int(Decimal(answers["month_kwh_from_registers"]) * 1000)
    assert replaced.rows(
        "select sum(energy_wh), count(*) filter (status <> 'valid') from staging.register_advances"
    ) == [(month_wh, 0)]
    assert replaced.rows("select sum(energy_wh), count(*), min(minute), max(minute) from energy.measured_interval") == [
        (month_wh, 31 * 24, 0, 31 * 1440 - 60)
    ]


def test_rollover_replacement_and_missing_reads_are_counted(replaced, answers):
    assert replaced.rows("select count(*) from staging.register_advances where is_rollover") == [
        (int(answers["rollovers"]),)
    ]
    assert replaced.rows("select count(distinct segment) - 1 from staging.register_reads") == [
        (int(answers["meter_changes"]),)
    ]
    read = "select count(distinct read_at) from staging.register_reads"
    assert replaced.rows(read) == [(31 * 24 + 1 - int(answers["missing_hourly_reads"]),)]
    assert replaced.rows(
        "select to_at::text, to_value::double from staging.register_advances where segment = 1 limit 1"
    ) == [("2018-03-21 02:00:00", 12.76)]


def test_reads_that_cannot_be_are_left_out_and_said(replaced, answers):
    assert replaced.rows("select read_at::text, reason from staging.skipped_reads order by 1") == [
        (answers["back_at"], "fell"),
        (answers["zero_at"], "zero"),
    ]
    assert replaced.rows("select read_at::text, old_value, new_value from staging.register_corrections") == [
        (answers["conflict_at"], 49, 46)
    ]
    assert replaced.rows("select code, severity from quality.register_findings order by all") == [
        ("meter_replaced", "info"),
        ("register_read_skipped", "warn"),
        ("register_rollover", "info"),
    ]


def test_hours_come_from_their_reads_and_only_gaps_are_spread(replaced, real_data):
    """Registers show 10 Wh x 60 = 0.6 kWh, so an hour of the reference lies within one such step of its own."""
    with (real_data / "18_messy_derived/reference/f2_true_hourly_kwh.csv").open(encoding="utf-8", newline="") as stream:
        true = {row["hour_start"]: float(row["kwh"]) for row in csv.DictReader(stream)}
    found = replaced.rows(
        """
        select strftime(timestamp '2018-03-01' + to_minutes(minute), '%Y-%m-%d %H:%M:%S'), energy_wh / 1000, source
        from energy.measured_interval order by minute
        """
    )
    measured = {hour: kwh for hour, kwh, source in found if source == "register"}
    # 14 reads are missing and 2 left out; each gap has one hour more than reads.
    assert len(found) - len(measured) == 32
    assert max(abs(kwh - true[hour]) for hour, kwh in measured.items()) <= 0.6 + 1e-9


@pytest.fixture(scope="module")
def heat(build, delivery) -> Built:
    parks = PARKS.format(park="aalborg")
    return build(
        2019, delivery("danish_heat_register", "08_danish_heat_register/heat_meter_660_2018_2019.csv", parks=parks)
    )


def heat_reads(real_data) -> dict[datetime, Decimal]:
    """The register in Asia/Shanghai, twelve decimals as it is kept."""
    path = real_data / "08_danish_heat_register/heat_meter_660_2018_2019.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        return {
            datetime.fromisoformat(row["time_rounded"].rstrip("Z")) + timedelta(hours=8): Decimal(
                row["energy_heat_kwh"]
            ).quantize(Decimal("1e-12"), ROUND_HALF_UP)
            for row in csv.DictReader(stream)
        }


def test_months_of_a_heat_register_are_the_differences_of_its_boundaries(heat, real_data):
    reads = heat_reads(real_data)
    months = heat.rows(
        """
        select
            strftime(from_at, '%Y-%m'), sum(to_value - from_value), sum(energy_wh), count(*), min(from_at), max(to_at)
        from staging.register_advances where from_at < timestamp '2020-01-01' group by 1 order by 1
        """
    )
    assert len(months) == 24
    for month, kwh, wh, hours, first, last in months:
        assert kwh == reads[last] - reads[first], month
        # Every hour is rounded for itself, so their sum may be off by half a Wh for each.
        assert abs(wh - kwh * 1000) <= Decimal(hours) / 2, month
    whole = {month: (first, last) for month, _, _, _, first, last in months}
    assert whole["2019-02"] == (datetime(2019, 2, 1), datetime(2019, 3, 1))


def test_every_hour_of_the_heat_register_is_an_interval(heat, real_data):
    found = heat.rows(
        """
        select k.month, count(*), sum(i.energy_wh), count(*) filter (i.source = 'register')
        from energy.measured_interval as i inner join energy.month_meters as k on i.slot = k.slot
        where k.month >= '2019-01' and k.month < '2020-01' group by 1 order by 1
        """
    )
    advances = heat.rows(
        """
        select strftime(from_at, '%Y-%m'), count(*), sum(energy_wh), count(*) from staging.register_advances
        where from_at >= timestamp '2019-01-01' and to_at <= timestamp '2020-01-01' group by 1 order by 1
        """
    )
    assert found == advances
    assert len(found) == 12


def vectors(real_data) -> list[dict[str, str]]:
    with (real_data / "10_nem12_nem13/register_vectors_nem13.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


# The provider's quantity is no difference of the two reads, whatever the digits: the earlier read of MET5678 lacks one
# (it fits 9950), and the quantity of 11002 fits nothing that its register can have counted between them.
ODD = {"MET5678", "11002"}
BACKWARD = "13048"
# A register of 12 digits turns over at 10^12, and numbers of a file are below that: its master cannot say so.
TOO_LONG = 12


@pytest.fixture(scope="module")
def published(build, delivery, real_data) -> Callable[[], dict[int, tuple]]:
    """The advance of every row of the vectors, each a meter of its own, its modulus that of its digits."""
    meters = ["meter_id,park_id,point,measure,unit,interval_minutes,register_modulus"]
    registers = ["meter_id,read_at,value"]
    for number, row in enumerate(vectors(real_data)):
        digits = int(row["digits_before_point"])
        meters.append(f"R{number:02d},P,use,register,kWh,15,{10**digits if digits < TOO_LONG else ''}")
        for side in ("previous", "current"):
            moment = datetime.strptime(row[f"{side}_time"], "%Y%m%d%H%M%S").isoformat()
            registers.append(f"R{number:02d},{moment},{row[f'{side}_read']}")
    tables = {"meters": "\n".join(meters), "meter_registers": "\n".join(registers)}
    built = build(2005, delivery(parks=PARKS.format(park="P"), **tables))
    sql = "select meter_id, energy_wh, status, is_rollover, backward_wh from staging.register_advances"
    return {int(meter[1:]): found for meter, *found in built.rows(sql)}


def test_published_quantities_of_rollovers_and_differences(published, real_data):
    kinds = set()
    for number, row in enumerate(vectors(real_data)):
        if row["meter_serial"] in ODD or row["meter_serial"] == BACKWARD:
            continue
        wh = int(abs(Decimal(row["published_quantity"])) * 1000)
        energy_wh, status, is_rollover, _ = published[number]
        if int(row["digits_before_point"]) >= TOO_LONG:
            assert (row["kind"], energy_wh, status) == ("rollover", None, "register_reset")
            continue
        assert status == "valid", row
        if row["meter_serial"] == "15088":
            # The provider's read has lost its decimals; its quantity has them.
            assert abs(energy_wh - wh) < 1000, row
        else:
            assert energy_wh == wh, row
        assert is_rollover == (row["kind"] == "rollover"), row
        kinds.add(row["kind"])
    assert kinds == {"plain", "rollover", "negative_quantity"}


def test_a_register_that_runs_backward_through_zero_is_no_energy(published, real_data):
    (number,) = (n for n, row in enumerate(vectors(real_data)) if row["meter_serial"] == BACKWARD)
    energy_wh, status, _, backward_wh = published[number]
    assert (energy_wh, status) == (None, "register_backward")
    assert backward_wh == Decimal(vectors(real_data)[number]["published_quantity"]) * 1000


def test_what_the_provider_wrote_beside_the_register_is_not_reproduced(published, real_data):
    odd = {
        row["meter_serial"]: (published[number][0], Decimal(row["published_quantity"]) * 1000)
        for number, row in enumerate(vectors(real_data))
        if row["meter_serial"] in ODD
    }
    assert odd == {"MET5678": (9_065_000, 65_000), "11002": (172_000, 31_000)}
