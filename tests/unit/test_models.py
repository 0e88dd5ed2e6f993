"""Reading SQL files as models, and the order in which they are built."""

from pathlib import Path

import pytest

from pipelines.errors import UserError
from pipelines.models import load_models, plan


@pytest.fixture
def sql(tmp_path: Path):
    """Writes sql/<schema>/<model>.sql; text without a header gets one."""

    def write(name: str, text: str, header: str = "-- What it is.\n-- Grain: k\n-- Order: k\n") -> None:
        schema, table = name.split(".")
        (tmp_path / schema).mkdir(exist_ok=True)
        (tmp_path / schema / f"{table}.sql").write_text(header + text, "utf-8")

    write.root = tmp_path
    return write


MONTHLY = "-- What it is.\n-- Grain: k\n-- Order: k\n-- Partition: month\n"


def test_header_and_inputs(sql):
    sql(
        "staging.meters",
        "with parks as (select 1 as k) select m.k from parsed.meters as m, parks "
        "where exists (select 1 from reference.fuels as f where f.fuel = m.k)",
        "-- The meters of the master,\n-- one row each.\n-- Grain: meter_id\n-- Order: meter_id, valid_from\n",
    )
    (model,) = load_models(sql.root).values()
    assert model.name == "staging.meters"
    assert model.description == "The meters of the master, one row each."
    assert model.grain == "meter_id"
    assert model.order == ("meter_id", "valid_from")
    assert model.inputs == ("parsed.meters", "reference.fuels")
    assert (model.partitioned, model.kept, model.history) == (False, True, ())


def test_models_follow_their_inputs(sql):
    sql("energy.a", "select k from staging.z")
    sql("metrics.m", "select k from energy.a")
    sql("staging.z", "select 1 as k")
    assert list(load_models(sql.root)) == ["staging.z", "energy.a", "metrics.m"]


@pytest.mark.parametrize(
    ("text", "header", "sentence"),
    [
        ("select k from energy.nothing", None, "a.sql reads energy.nothing, but there is no such model"),
        ("select k from energy.a", None, "in a circle"),
        ("selekt k frm x", None, "a.sql is not one SELECT"),
        ("select 1 as k", "-- What.\n-- Grain: k\n", "a.sql lacks in its header: Order"),
        ("select 1 as k", "-- What.\n-- Grain: k\n-- Order: k\n-- Partition: day\n", "Partition can only be month"),
        ("select 1 as k", "-- What.\n-- Grain: k\n-- Order: k\n-- Kept: perhaps\n", "Kept is yes or no"),
        ("select 1 as k", MONTHLY + "-- History: energy.b\n", "its header names energy.b, which it does not read"),
        ("select month as k from run.month", None, "has no `-- Partition: month`"),
    ],
)
def test_mistakes_name_the_file(sql, text, header, sentence):
    sql("energy.a", text, **({"header": header} if header else {}))
    with pytest.raises(UserError, match=r"a\.sql") as caught:
        load_models(sql.root)
    assert sentence in str(caught.value)


def test_months_of_a_model_in_memory_cannot_be_read_together(sql):
    sql("energy.a", "select 1 as k", MONTHLY + "-- Kept: no\n")
    sql("metrics.b", "select k from energy.a")
    with pytest.raises(UserError, match=r"b\.sql reads energy\.a over all months, but energy\.a is not kept"):
        load_models(sql.root)


def test_plan_groups_the_months_and_splits_them_only_where_it_must(sql):
    sql("staging.s", "select 1 as k")
    sql("energy.a", "select k from staging.s", MONTHLY + "-- Kept: no\n")
    sql("energy.b", "select k from energy.a", MONTHLY)
    sql("energy.c", "select k from energy.b", MONTHLY + "-- History: energy.b\n")
    sql("metrics.whole", "select k from energy.c")
    sql("energy.d", "select k from metrics.whole join energy.b using (k)", MONTHLY)
    sql("metrics.last", "select k from energy.d")
    steps = plan(load_models(sql.root))
    assert [(step.name, step.partitioned, [m.name for m in step.models]) for step in steps] == [
        ("staging/s", False, ["staging.s"]),
        ("energy/month", True, ["energy.a", "energy.b", "energy.c"]),
        ("metrics/whole", False, ["metrics.whole"]),
        ("energy/month_2", True, ["energy.d"]),
        ("metrics/last", False, ["metrics.last"]),
    ]


def test_a_model_in_memory_belongs_to_each_step_that_reads_it(sql):
    sql("staging.s", "select 1 as k", "-- What.\n-- Grain: k\n-- Kept: no\n")
    sql("metrics.a", "select k from staging.s")
    sql("metrics.b", "select k from staging.s")
    assert [[m.name for m in step.models] for step in plan(load_models(sql.root))] == [
        ["staging.s", "metrics.a"],
        ["staging.s", "metrics.b"],
    ]


def test_a_model_that_reads_later_months_waits_for_all_of_them(sql):
    sql("energy.a", "select month as k from run.month", MONTHLY)
    sql("energy.b", "select k from energy.a", MONTHLY + "-- Around: energy.a -1 +2\n")
    models = load_models(sql.root)
    assert models["energy.b"].around == {"energy.a": (1, 2)}
    assert [(step.name, [m.name for m in step.models]) for step in plan(models)] == [
        ("energy/month", ["energy.a"]),
        ("energy/month_2", ["energy.b"]),
    ]


def test_the_months_around_are_written_as_numbers(sql):
    sql("energy.a", "select month as k from run.month", MONTHLY)
    sql("energy.b", "select k from energy.a", MONTHLY + "-- Around: energy.a 1 2\n")
    with pytest.raises(UserError, match=r"b\.sql: Around is written as `schema\.model -1 \+1`"):
        load_models(sql.root)
