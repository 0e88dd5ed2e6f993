"""What new supply, storage and savings do to the flows of an interval, and to the meters that show them."""

from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from pipelines.scenario.flows import Battery, Flows, Gate, Source, flows, scaled_down
from pipelines.scenario.meters import NewMeter, cut, edits_against_rules, new_readings

RULES = {
    "spike_excess_factor": Decimal("1.8"),
    "night_start_minute": Decimal(1320),
    "night_end_minute": Decimal(240),
    "night_generation_share": Decimal("0.005"),
}
START = datetime(2026, 1, 1)


def wh(*values: int) -> NDArray[np.int64]:
    return np.array(values, dtype=np.int64)


def after(gate: Gate, sources: list[Source], saved: NDArray[np.int64], battery: Battery | None) -> Flows:
    """The flows, after checking that each interval conserves its energy and that nothing is below zero."""
    found = flows(gate, sources, saved, battery)
    supplied = sum(found.supplied_wh, wh(*[0] * len(saved)))
    balance = found.import_wh + supplied + found.discharge_wh - found.charge_wh - found.export_wh
    np.testing.assert_array_equal(balance, gate.import_wh - gate.export_wh - saved)
    for values in (found.import_wh, found.export_wh, found.charge_wh, found.discharge_wh, *found.supplied_wh):
        assert (values >= 0).all()
    assert not (found.charge_wh * found.discharge_wh).any()
    return found


def test_supply_displaces_import_and_the_rest_leaves() -> None:
    gate = Gate(wh(100, 100, 0), wh(0, 0, 7), wh(0, 0, 7))
    found = after(gate, [Source(wh(30, 150, 20), export_surplus=True)], wh(0, 0, 0), None)
    assert found.import_wh.tolist() == [70, 0, 0]
    assert found.export_wh.tolist() == [0, 50, 27]
    assert found.supplied_wh[0].tolist() == [30, 150, 20]


def test_curtailed_supply_gives_what_is_used() -> None:
    """Of two plants only the one without export loses power, in proportion to what both give."""
    gate = Gate(wh(100), wh(0), wh(0))
    sources = [Source(wh(90), export_surplus=False), Source(wh(60), export_surplus=True)]
    found = after(gate, sources, wh(0), None)
    assert [part.tolist() for part in found.supplied_wh] == [[60], [60]]
    assert [part.tolist() for part in found.curtailed_wh] == [[30], [0]]
    assert found.export_wh.tolist() == [20]


def test_battery_takes_surplus_and_gives_it_back_with_its_loss() -> None:
    """Room 40 at 80 %: 50 would fill it. It takes 30 of the surplus, then 20, holds 40, and gives 25 + 15."""
    gate = Gate(wh(10, 0, 25, 90), wh(0, 0, 0, 0), wh(0, 0, 0, 0))
    battery = Battery(wh(30, 30, 30, 30), 40, Fraction(4, 5))
    found = after(gate, [Source(wh(50, 60, 0, 0), export_surplus=True)], wh(0, 0, 0, 0), battery)
    assert found.charge_wh.tolist() == [30, 20, 0, 0]
    assert found.discharge_wh.tolist() == [0, 0, 25, 15]
    assert found.import_wh.tolist() == [0, 0, 0, 75]
    assert found.export_wh.tolist() == [10, 40, 0, 0]


def test_battery_takes_green_power_that_left_the_park_but_not_what_passed_through() -> None:
    gate = Gate(wh(0, 50), wh(40, 0), wh(15, 0))
    found = after(gate, [], wh(0, 0), Battery(wh(30, 30), 100, Fraction(1)))
    assert found.charge_wh.tolist() == [15, 0]
    assert found.export_wh.tolist() == [25, 0]
    assert found.import_wh.tolist() == [0, 35]


def test_savings_beyond_import_leave_through_the_gate_even_where_supply_is_curtailed() -> None:
    gate = Gate(wh(10), wh(0), wh(0))
    found = after(gate, [Source(wh(5), export_surplus=False)], wh(30), None)
    assert (found.import_wh.tolist(), found.export_wh.tolist(), found.curtailed_wh[0].tolist()) == ([0], [20], [5])


def test_a_schedule_may_charge_from_the_grid_but_not_give_more_than_is_imported() -> None:
    gate = Gate(wh(10, 40), wh(0, 0), wh(0, 0))
    found = after(gate, [], wh(0, 0), Battery(wh(99, 99), 99, Fraction(1), schedule=(wh(25, 0), wh(0, 20))))
    assert found.import_wh.tolist() == [35, 20]
    with pytest.raises(ValueError, match="discharges more"):
        flows(gate, [], wh(0, 0), Battery(wh(99, 99), 99, Fraction(1), schedule=(wh(0, 0), wh(0, 41))))


ENERGY = st.integers(0, 10**13)


@settings(max_examples=150, deadline=None)
@given(st.data(), st.integers(1, 12), st.booleans(), st.booleans())
def test_energy_is_conserved_whatever_the_flows(
    data: st.DataObject, count: int, export_first: bool, export_second: bool
) -> None:
    def series(most: int = 10**13) -> NDArray[np.int64]:
        return wh(*data.draw(st.lists(st.integers(0, most), min_size=count, max_size=count)))

    export = series()
    gate = Gate(series(), export, np.minimum(export, series()))
    sources = [Source(series(), export_first), Source(series(), export_second)]
    battery = Battery(series(10**12), data.draw(ENERGY), Fraction(data.draw(st.integers(1, 100)), 100), series())
    found = after(gate, sources, series(10**12), data.draw(st.sampled_from([battery, None])))
    held = 0
    for charge, discharge in zip(found.charge_wh.tolist(), found.discharge_wh.tolist(), strict=True):
        held += charge * battery.efficiency.numerator // battery.efficiency.denominator - discharge
        assert 0 <= held <= battery.capacity_wh


def readings(meters: dict[str, list[int]], minutes: int, balance: int = 60) -> pl.DataFrame:
    """Readings of meters from ``START``, with the columns of ``Base.readings`` that count here."""
    rows = [
        (meter, START + timedelta(minutes=minutes * n), minutes, value)
        for meter, values in meters.items()
        for n, value in enumerate(values)
    ]
    return pl.DataFrame(rows, schema=["meter_id", "start", "minutes", "energy_wh"], orient="row").with_columns(
        pl.col("start").cast(pl.Datetime("us")),
        balance_start=pl.col("start").cast(pl.Datetime("us")).dt.truncate(f"{balance}m"),
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(ENERGY, min_size=4, max_size=4), min_size=1, max_size=3), st.fractions(0, 1))
def test_a_cut_is_shared_to_the_wh_and_takes_no_more_than_there_is(values: list[list[int]], share: Fraction) -> None:
    rows = readings({f"m{n}": part for n, part in enumerate(values)}, 30)
    sums = rows.group_by("balance_start").agg(pl.col("energy_wh").sum())
    cuts = sums.select(
        pl.col("balance_start").alias("start"),
        pl.Series("cut_wh", scaled_down(sums["energy_wh"].to_numpy(), share)),
    )
    left = cut(rows, cuts)
    taken = rows.join(left, on=["meter_id", "start"]).with_columns(less=pl.col("energy_wh") - pl.col("energy_wh_right"))
    assert taken.filter((pl.col("less") < 0) | (pl.col("energy_wh_right") < 0)).is_empty()
    found = taken.group_by("balance_start").agg(pl.col("less").sum()).sort("balance_start")
    assert found["less"].to_list() == cuts.sort("start")["cut_wh"].to_list()


def test_new_meters_read_whole_days_in_steps_that_every_month_can_add_up() -> None:
    intervals = pl.DataFrame(
        {"start": [START, START + timedelta(hours=1), START + timedelta(hours=30)], "minutes": [60, 15, 60]}
    ).with_columns(pl.col("start").cast(pl.Datetime("us")))
    found = new_readings(NewMeter("n", "p", "generation", None), intervals, wh(103, 9, 7))
    assert found.height == 2 * 96
    assert found["energy_wh"].to_list()[:6] == [25, 26, 26, 26, 9, 0]
    assert found["energy_wh"].sum() == 119
    assert found.filter(pl.col("start") >= START + timedelta(hours=30))["energy_wh"].to_list()[:4] == [1, 2, 2, 2]


def test_values_that_a_rule_would_reject_are_set_by_edits() -> None:
    """A day with one hour of power is a spike to the rule; so is every hour of the same height, and sun at 23:00."""
    curtailed = [1] * 20 + [500, 1, 500, 1]
    plain = [100] * 24
    rows = readings({"a": curtailed, "b": plain}, 60)
    found = edits_against_rules(rows, RULES, {"b": Decimal(1)})
    assert [(row["meter_id"], row["from"][11:16], row["value"]) for row in found] == [
        *((("a"), at, Decimal("0.5")) for at in ("20:00", "22:00")),
        *(("b", at, Decimal("0.1")) for at in ("00:00", "01:00", "02:00", "03:00", "22:00", "23:00")),
    ]


@settings(max_examples=80, deadline=None)
@given(st.lists(st.lists(st.integers(0, 30), min_size=2, max_size=24), min_size=1, max_size=4))
def test_every_spike_is_set_and_nothing_else(days: list[list[int]]) -> None:
    """The rule of validation in plain words: p3 > 0 and p1 - p3 > 1.8 x p3 reject all values equal to p1."""
    rows = readings({f"m{n}": day for n, day in enumerate(days)}, 60)
    expected = set()
    for n, day in enumerate(days):
        first, _, third = (*sorted(day, reverse=True), 0)[:3]
        if third > 0 and 5 * (first - third) > 9 * third:
            expected |= {(f"m{n}", hour) for hour, value in enumerate(day) if value == first}
    found = edits_against_rules(rows, RULES, {})
    assert {(row["meter_id"], int(row["from"][11:13])) for row in found} == expected
    assert len(found) == len(expected)
