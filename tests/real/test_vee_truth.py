"""Real series with gaps of which the truth is known: every gap has its row, and the published interval holds the truth.

Of a complete half year of a steel plant 3 % of the quarter hours are left out one by one and 2 % in stretches of six
hours to two days. The three meters of ``f1`` are public series with real blanks and a lost day; ``f2`` are registers.
"""

import csv
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

import polars as pl
import pytest

QUARTER = timedelta(minutes=15)
MESSY = "18_messy_derived"
STEEL = "02_steel_korea_15min/steel_2018_H1.csv"
REGION = "15_taidi_region_15min"
GRID_FACTOR, COAL_EQUIVALENT = 0.8325, 0.3
# Days that lie in the files whole: the steel plant's are Korean.
STEEL_DAYS = datetime(2018, 1, 1), datetime(2018, 6, 30)
MARCH = datetime(2018, 3, 1), datetime(2018, 4, 1)
CURVES = ("DB0001", "DB0002", "DB0003")

Quarters = dict[datetime, float]
"""kWh by start of the quarter hour in Asia/Shanghai."""


@dataclass(frozen=True)
class Park:
    """A park all of whose power comes from the grid, most of it covered by certificates, so that the rest decides."""

    park_id: str
    meters: dict[str, Quarters]
    lost: dict[str, set[datetime]]

    @property
    def true_mwh(self) -> float:
        return sum(sum(quarters.values()) for quarters in self.meters.values()) / 1000

    @property
    def certificates(self) -> int:
        return round(self.true_mwh * 0.8)

    @property
    def true_intensity(self) -> float:
        """tCO2/tce of what was really drawn."""
        return GRID_FACTOR * (self.true_mwh - self.certificates) / (COAL_EQUIVALENT * self.true_mwh)

    @property
    def expected_missing(self) -> list[tuple[str, datetime]]:
        return sorted((meter, start) for meter, starts in self.lost.items() for start in starts)


def lost_rows(count: int) -> set[int]:
    """2 % in stretches and 3 % single rows of a file, none within half an hour of another, none at its ends."""
    rng, lost = random.Random(7), set[int]()

    def take(lengths: tuple[int, ...], share: float) -> None:
        wanted = len(lost) + round(count * share)
        while len(lost) < wanted:
            first, length = rng.randrange(10 * 96, count - 10 * 96), rng.choice(lengths)
            if not lost & set(range(first - 2, first + length + 2)):
                lost.update(range(first, first + length))

    take((24, 48, 96, 192), 0.02)
    take((1,), 0.03)
    return lost


def within(quarters: Quarters, span: tuple[datetime, datetime]) -> Quarters:
    return {start: kwh for start, kwh in quarters.items() if span[0] <= start < span[1]}


@pytest.fixture(scope="module")
def steel_quarters(real_data) -> list[tuple[datetime, float]]:
    """By row of the file: row n closes quarter hour n + 1 of 2018 in Korea, an hour before China."""
    table = pl.read_csv(real_data / STEEL, columns=["Usage_kWh"])
    return [(datetime(2017, 12, 31, 23) + QUARTER * n, kwh) for n, kwh in enumerate(table.to_series())]


@pytest.fixture(scope="module")
def steel(steel_quarters) -> Park:
    lost = {steel_quarters[row][0] for row in lost_rows(len(steel_quarters))}
    quarters = within(dict(steel_quarters), STEEL_DAYS)
    return Park("steel", {"steel-gate": quarters}, {"steel-gate": lost & set(quarters)})


@pytest.fixture(scope="module")
def curve(real_data, steel_quarters) -> Park:
    """DB0001 is the steel plant's March, DB0002 and DB0003 are a region's a year later in MW and at 35 % of that."""
    korean = {start + timedelta(hours=1): kwh for start, kwh in steel_quarters}
    table = pl.read_csv(next((real_data / REGION).glob("附件1*.csv")), new_columns=["time", "kw"])
    starts = table["time"].str.to_datetime("%Y-%-m-%-d %-H:%M")
    region = {start.replace(year=2018): kw for start, kw in zip(starts, table["kw"], strict=True) if start.year == 2019}
    scaled = {"DB0002": 1 / 4000, "DB0003": 0.35 / 4000}
    meters = {meter: {start: kw * scale for start, kw in region.items()} for meter, scale in scaled.items()}
    meters = {meter: within(quarters, MARCH) for meter, quarters in ({"DB0001": korean} | meters).items()}
    lost: dict[str, set[datetime]] = {meter: set() for meter in CURVES}
    with (real_data / MESSY / "reference/f1_missing.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            lost[row["meter"]].add(datetime.fromisoformat(row["date"]) + QUARTER * (int(row["point_1_to_96"]) - 1))
    return Park("curve", meters, lost)


def masters(*parks: Park) -> dict[str, str]:
    tables = {
        "parks": ["park_id,name_zh,province_zh", "registers,园区,江苏省"],
        "enterprises": ["enterprise_id,park_id,name"],
        "meters": [
            "meter_id,park_id,point,measure,unit,enterprise_id,interval_minutes,register_modulus,valid_from,valid_to",
            "MP-01,registers,use,register,kWh,,60,10000,2018-03-01,2018-03-31",
        ],
        "gec_trades": [
            "trade_id,trade_date,channel,project_code,technology,generation_month,serial_from,serial_to,"
            "buyer_enterprise_id"
        ],
        "gec_cancellations": [
            "cancellation_id,cancelled_on,project_code,generation_month,serial_from,serial_to,beneficiary_enterprise_id"
        ],
    }
    units = {"steel": ("interval_energy", "kWh"), "curve": ("mean_power", "kW")}
    for park in parks:
        name, owner = park.park_id, f"{park.park_id}-e"
        tables["parks"].append(f"{name},园区,江苏省")
        tables["enterprises"].append(f"{owner},{name},企业")
        for meter, quarters in park.meters.items():
            days = f"{min(quarters):%Y-%m-%d},{max(quarters):%Y-%m-%d}"
            measure, unit = units[name]
            tables["meters"].append(f"{meter},{name},grid_import,{measure},{unit},{owner},15,,{days}")
        certificates = f"{name},2018-03,1,{park.certificates},{owner}"
        tables["gec_trades"].append(f"{name}-t,2018-08-01,unbundled,{name},wind,2018-03,1,{park.certificates},{owner}")
        tables["gec_cancellations"].append(f"{name}-c,2019-02-01,{certificates}")
    return {table: "\n".join(lines) + "\n" for table, lines in tables.items()}


@pytest.fixture(scope="module")
def run(delivery, zcp, real_data, steel, curve):
    folder = delivery("truth", f"{MESSY}/f1_*", f"{MESSY}/f2_*", **masters(steel, curve))
    header, *lines = (real_data / STEEL).read_text(encoding="utf-8-sig").splitlines()
    lost = lost_rows(len(lines))
    kept = [header, *(line for row, line in enumerate(lines) if row not in lost)]
    (folder / "steel_with_gaps.csv").write_text("\n".join(kept) + "\n", encoding="utf-8")
    return zcp(2018, folder)


@pytest.fixture(params=["steel", "curve"])
def park(request) -> Park:
    return request.getfixturevalue(request.param)


def replaced(run, park: Park) -> dict[tuple[str, datetime], Decimal]:
    """Delivered MWh that the rules do not let stand; the plant's own peaks on idle days are such spikes."""
    found = run.published(
        f"""
        select meter_id, interval_start, delivered_mwh from quality.estimates
        where park_id = '{park.park_id}' and replaces not in ('missing', 'no_value')
        """
    )
    return {(meter, start): mwh for meter, start, mwh in found}


def test_every_missing_quarter_hour_has_a_row_with_its_method(run, park):
    found = run.published(
        f"""
        select meter_id, interval_start, method is not null, delivered_mwh from quality.estimates
        where park_id = '{park.park_id}' and replaces in ('missing', 'no_value') order by all
        """
    )
    assert found == [(meter, start, True, None) for meter, start in park.expected_missing]


def test_what_the_rules_replace_is_listed_with_the_value_that_was_delivered(run, park):
    listed = replaced(run, park)
    assert len(listed) <= 0.0002 * sum(map(len, park.meters.values()))
    for (meter, start), mwh in listed.items():
        assert float(mwh) * 1000 == pytest.approx(park.meters[meter][start], abs=0.001)


def test_the_import_is_what_was_measured_and_what_was_estimated(run, park):
    """The points of f1 are rounded to four decimals of a kW before their ratio."""
    measured = sum(sum(quarters.values()) for quarters in park.meters.values())
    measured -= sum(park.meters[meter][start] for meter, start in park.expected_missing)
    measured -= float(sum(replaced(run, park).values())) * 1000
    sql = f"select sum(actual_mwh), sum(energy_mwh) from quality.meter_month where park_id = '{park.park_id}'"
    ((actual_mwh, energy_mwh),) = run.published(sql)
    assert float(actual_mwh) * 1000 == pytest.approx(measured, abs=1e-6 if park.park_id == "steel" else 0.5)
    sql = f"select sum(estimate_mwh) from quality.estimates where park_id = '{park.park_id}'"
    assert actual_mwh + run.published(sql)[0][0] == energy_mwh
    imported = run.published(f"select grid_import_mwh from metrics.park_year where park_id = '{park.park_id}'")
    assert imported == [(energy_mwh,)]


def test_the_published_interval_holds_the_truth(run, park):
    """Where 3 % of single quarter hours are lost hardly a day is whole, so stretches take the least favourable values.

    These are known to lie above the truth; the interval reaches down from them, and is wide.
    """
    columns = "intensity_low, intensity_tco2_per_tce, intensity_high, gec_mwh"
    found = run.published(f"select {columns} from metrics.park_year where park_id = '{park.park_id}'")
    ((low, intensity, high, certificates),) = found
    assert certificates == park.certificates
    assert low <= intensity <= high
    assert low <= park.true_intensity <= high
    assert 0 < high - low < 0.25 * intensity


def test_registers_of_the_month_are_its_energy(run, real_data):
    with (real_data / MESSY / "reference/f2_expected.csv").open(encoding="utf-8", newline="") as stream:
        expected = {row["item"]: row["value"] for row in csv.DictReader(stream)}
    month_mwh = Decimal(expected["month_kwh_from_registers"]) / 1000
    sql = """
        select electricity_use_mwh, intervals_open from metrics.park_month
        where park_id = 'registers' and month = '2018-03' and window_kind = 'month'
    """
    assert run.published(sql) == [(month_mwh, 0)]
    assert run.published("select electricity_use_mwh from metrics.park_year where park_id = 'registers'") == [
        (month_mwh,)
    ]
    sql = "select energy_mwh, actual_mwh + spread_mwh, spread_mwh > 0, intervals_valid from quality.meter_month"
    assert run.published(f"{sql} where meter_id = 'MP-01'") == [(month_mwh, month_mwh, True, 31 * 24)]


def test_what_is_left_out_of_the_registers_is_named(run, real_data):
    """Reads that cannot be, the replacement and the rollover are findings; a read that was captured again is listed."""
    found = run.published("select code from quality.findings where meter_id = 'MP-01' and code like '%register%'")
    assert {code for (code,) in found} == {"register_rollover", "register_read_skipped"}
    with (real_data / MESSY / "reference/f2_expected.csv").open(encoding="utf-8", newline="") as stream:
        conflict = {row["item"]: row["value"] for row in csv.DictReader(stream)}["conflict_at"]
    sql = "select interval_end::text, old_value, new_value from quality.corrections where meter_id = 'MP-01'"
    assert run.published(sql) == [(conflict, 49, 46)]
    reads = [entry for name, entry in run.ledger.items() if name.startswith("f2_小时")]
    assert [entry["rows_read"] for entry in reads] == [738]
