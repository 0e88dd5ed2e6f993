"""A park whose every hour is known, delivered whole and with gaps: the published interval holds the truth, and no more.

3 % of the hours of every meter are lost one by one and 2 % in stretches of one to four days. One run takes all parks.
"""

import random
import re
from collections.abc import Callable
from decimal import Decimal
from math import hypot

import pytest

from pipelines.lake import Lake
from pipelines.publish import audit
from pipelines.publish.query import open_current
from pipelines.run import run_pipeline
from tests.pipeline.known_truth import (
    COAL_EQUIVALENT,
    GAS_TCE,
    GRID_FACTOR,
    HOURS,
    METERS,
    YEAR,
    Park,
    long_hours,
    random_hours,
    start_of,
    tables,
    whole_year,
)
from tests.pipeline.small_park import Deliveries

Query = Callable[[str], list[tuple]]
LIMIT = 0.2
# Residual MWh that put the park well below the limit, well above it, and so near that the gaps decide.
GREEN, GREY, NEAR = 10_000, 60_000, 19_100
# Forty days from a Monday in June on; half a day in May.
PROLONGED = set(range(24 * 160, 24 * 200))
EDITED = range(24 * 130 + 6, 24 * 130 + 18)
SHARP, BACKWARD, BLANK = 24 * 40 + 10, range(24 * 60, 24 * 60 + 5), range(24 * 80 + 3, 24 * 80 + 6)


def made_up_parks() -> dict[str, Park]:
    """One year of readings in the states in which the parks deliver it."""
    true, rng = whole_year(1), random.Random(5)
    lost = {meter: random_hours(rng, 0.03) | long_hours(rng, 0.02) for meter in METERS}
    mean_kwh = round(sum(true["gate"][hour] for hour in EDITED) / len(EDITED))
    parks = [
        Park("whole", true, GREEN),
        Park("class", true, GREEN, accuracy_class="0.2S"),
        Park("pass", true, GREEN, lost),
        Park("fail", true, GREY, lost),
        Park("near", true, NEAR, lost),
        Park("metered", true, NEAR, {meter: hours for meter, hours in lost.items() if meter != "gate"}),
        Park("coarse", true, NEAR, {"solar": lost["solar"]}, accuracy_class="0.2S"),
        Park("prolonged", true, GREEN, {"gate": PROLONGED}),
        Park("edited", true, GREEN, {"gate": set(EDITED)}, edits={"gate": (EDITED.start, EDITED.stop, mean_kwh)}),
        Park("faulty", true, GREEN, lost, faults={"use": faults(true["use"], lost["use"])}),
    ]
    return {park.park_id: park for park in parks}


def faults(true: list[int], lost: set[int]) -> dict[int, int | None]:
    """A spike, hours with the sign reversed, hours without a value: none of them among the lost ones."""
    wrong: dict[int, int | None] = {SHARP: 10 * true[SHARP]}
    wrong |= {hour: -true[hour] for hour in BACKWARD} | dict.fromkeys(BLANK, None)
    return {hour: kwh for hour, kwh in wrong.items() if hour not in lost}


@pytest.fixture(scope="module", autouse=True)
def without_great_expectations():
    """It takes seconds to load, and what it judges is not in question here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(audit, "judge_expectations", lambda con, contracts: [])
        yield


@pytest.fixture(scope="module")
def parks() -> dict[str, Park]:
    return made_up_parks()


@pytest.fixture(scope="module")
def query(tmp_path_factory: pytest.TempPathFactory, parks: dict[str, Park]) -> Query:
    world = Deliveries(tmp_path_factory.mktemp("known"))
    world.take_in(world.write("all", f"{YEAR + 1}-02-10T09:00", **tables(parks.values())))
    run_pipeline(world.settings, YEAR)
    con = open_current(Lake(world.settings.home))
    return lambda sql: con.execute(sql).fetchall()


@pytest.fixture(scope="module")
def years(query: Query) -> dict[str, tuple]:
    """Verdict, reasons, intensity and its interval by park."""
    found = query(
        """
        select park_id, core_verdict, reasons, intensity_tco2_per_tce, intensity_low, intensity_high
        from metrics.park_year
        """
    )
    return {park: row for park, *row in found}


def test_a_whole_year_has_its_true_intensity_and_no_interval(years, parks):
    verdict, _, intensity, low, high = years["whole"]
    assert verdict == "pass"
    assert low == intensity == high
    assert intensity == pytest.approx(parks["whole"].true_intensity, rel=1e-7)


def test_the_class_of_the_meters_gives_the_interval_that_their_errors_make(years, parks):
    """Class 0.2S: each meter may be off by 0.2 %. A MWh more of import is residual, one of sun only raises the use."""
    _, _, intensity, low, high = years["class"]
    true = parks["class"].true
    tce = GAS_TCE + COAL_EQUIVALENT * sum(true["use"]) / 1000
    gate = 0.002 * sum(true["gate"]) / 1000 * (GRID_FACTOR - intensity * COAL_EQUIVALENT) / tce
    solar = 0.002 * sum(true["solar"]) / 1000 * intensity * COAL_EQUIVALENT / tce
    assert (high - low) / 2 == pytest.approx(hypot(gate, solar), rel=1e-3)
    assert (low + high) / 2 == pytest.approx(intensity)


@pytest.mark.parametrize(("park", "verdict"), [("pass", "pass"), ("fail", "fail"), ("faulty", "pass")])
def test_a_year_with_gaps_gets_a_verdict_and_an_interval_that_holds_the_truth(years, parks, park, verdict):
    found, reasons, intensity, low, high = years[park]
    assert found == verdict, reasons
    assert low < intensity < high
    assert low <= parks[park].true_intensity <= high
    # 5 % of the import are estimated, to within some per cent: an interval far wider would decorate, not tell.
    assert high - low < 0.04 * intensity


def test_a_limit_inside_the_interval_leaves_the_year_undecided(years, parks):
    verdict, reasons, _, low, high = years["near"]
    assert (verdict, "intensity_uncertain" in reasons) == ("undecided", True)
    assert low <= LIMIT < high
    assert low <= parks["near"].true_intensity <= high


def test_it_says_how_much_metering_would_decide_and_that_metering_decides(years, query):
    found = "select sentence from quality.findings where code = 'intensity_uncertain' and park_id = 'near'"
    ((sentence,),) = query(found)
    (told,) = re.findall(r"Metered values for ([\d.]+) MWh that are estimated now \(near-gate\)", sentence)
    estimated = query("select sum(estimate_mwh) from quality.estimates where meter_id = 'near-gate'")
    assert Decimal(told) == round(estimated[0][0], 3) > 0
    verdict, reasons, _, low, high = years["metered"]
    assert verdict == "pass", reasons
    assert low < high < LIMIT


def test_where_only_better_meters_decide_it_says_so(years, query):
    verdict, reasons, *_ = years["coarse"]
    assert (verdict, "intensity_uncertain" in reasons) == ("undecided", True)
    found = "select sentence from quality.findings where code = 'intensity_uncertain' and park_id = 'coarse'"
    ((sentence,),) = query(found)
    assert sentence.endswith("No missing metering decides it; meters of a better accuracy class would.")


def test_forty_days_of_estimates_leave_the_year_undecided(years, query):
    verdict, reasons, *_ = years["prolonged"]
    assert (verdict, "prolonged_estimate_year" in reasons) == ("undecided", True)
    assert query("select sentence from quality.findings where code = 'prolonged_estimate'") == [
        (
            "More than a week in a row is estimated. Meter prolonged-gate: 40.0 days "
            f"from {start_of(min(PROLONGED)):%Y-%m-%d %H:%M} to {start_of(max(PROLONGED) + 1):%Y-%m-%d %H:%M}.",
        )
    ]


def test_an_edit_by_two_persons_closes_the_gap_and_is_listed(years, parks, query):
    (first, after, kwh), true = parks["edited"].edits["gate"], parks["edited"].true["gate"]
    assert query("select * from quality.estimates where park_id = 'edited'") == []
    listed = query(
        """
        select interval_end, old_value, new_value, reason, author, approver from quality.corrections
        where meter_id = 'edited-gate' order by interval_end
        """
    )
    told = (None, kwh, "meter tested", "Li Wei", "Zhang Min")
    assert listed == [(start_of(hour + 1), *told) for hour in range(first, after)]
    expected = sum(true) - sum(true[first:after]) + kwh * (after - first)
    months = "select sum(edited_mwh), sum(energy_mwh) from quality.meter_month where meter_id = 'edited-gate'"
    assert query(months) == [(Decimal(kwh * (after - first)) / 1000, Decimal(expected) / 1000)]
    verdict, _, intensity, low, high = years["edited"]
    assert (verdict, low, high) == ("pass", intensity, intensity)


def test_every_lost_hour_has_a_row_that_says_what_stands_there(parks, query):
    for park in ("pass", "faulty"):
        for meter in METERS:
            found = query(
                f"""
                select interval_start, replaces, delivered_mwh * 1000, method is not null, estimate_mwh > 0
                from quality.estimates where meter_id = '{park}-{meter}' order by interval_start
                """
            )
            expected = [(start_of(hour), *_replaced(parks[park], meter, hour)) for hour in range(HOURS)]
            expected = [row for row in expected if row[1]]
            assert [row[:4] for row in found] == [(*row, True) for row in expected]
            assert all(positive for *_, positive in found) or meter == "solar"


def _replaced(park: Park, meter: str, hour: int) -> tuple[str | None, int | None]:
    """Why an hour cannot stand and what was delivered in its place; None where it stands."""
    if hour in park.lost.get(meter, ()):
        return "missing", None
    kwh = park.faults.get(meter, {}).get(hour, 0)
    return {True: ("no_value", None)}.get(kwh is None) or (
        ("negative", kwh) if kwh < 0 else ("spike", kwh) if kwh else (None, None)
    )


def test_what_was_delivered_is_what_counts_and_what_was_replaced(parks, query):
    """Over all meters: no row and no kWh is lost or invented without saying so."""
    months = query(
        """
        select meter_id, sum(intervals_expected), sum(intervals_valid), sum(intervals_estimated), sum(intervals_open),
            sum(actual_mwh + edited_mwh), sum(energy_mwh) from quality.meter_month group by all
        """
    )
    replaced = {
        meter: row
        for meter, *row in query(
            """
            select meter_id, count(delivered_mwh) + count(*) filter (where replaces = 'no_value'),
                coalesce(sum(delivered_mwh), 0), sum(estimate_mwh)
            from quality.estimates group by all
            """
        )
    }
    delivered = {park.name(meter): park.delivered(meter) for park in parks.values() for meter in METERS}
    assert {meter for meter, *_ in months} == set(delivered)
    for meter, expected, valid, estimated, still_open, actual_mwh, energy_mwh in months:
        rows, delivered_mwh, estimate_mwh = replaced.get(meter, (0, Decimal(0), Decimal(0)))
        values = delivered[meter]
        set_by_persons = len(EDITED) if meter == "edited-gate" else 0
        assert (expected, valid + estimated, still_open) == (HOURS, HOURS, 0), meter
        assert len(values) == valid - set_by_persons + rows, meter
        assert actual_mwh + estimate_mwh == energy_mwh, meter
        kwh = sum(value or 0 for value in values.values())
        edited_kwh = sum(kwh * (after - first) for first, after, kwh in _edits(parks, meter))
        assert (actual_mwh + delivered_mwh) * 1000 == kwh + edited_kwh, meter


def _edits(parks: dict[str, Park], meter: str) -> list[tuple[int, int, int]]:
    park, _, place = meter.partition("-")
    return [edit for name, edit in parks[park].edits.items() if name == place]


def test_every_row_of_the_delivery_is_loaded(parks, query):
    rows = sum(len(park.delivered(meter)) for park in parks.values() for meter in METERS)
    ledger = query("select rows_read, rows_loaded, rows_duplicate, rows_quarantined from quality.file_ledger "
                   "where file_name = 'meter_readings.csv'")  # fmt: skip
    assert ledger == [(rows, rows, 0, 0)]
