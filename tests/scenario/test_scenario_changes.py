"""What a scenario may be asked, and the certificates and courses that follow from it; no pipeline is run."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import polars as pl
import pytest

from pipelines.errors import UserError
from pipelines.scenario.base import Base
from pipelines.scenario.certificates import certificate_rows, shares
from pipelines.scenario.changes import Certificates, DirectSupply, Efficiency, Parameter, Storage
from pipelines.scenario.profiles import supply


def enterprise(name: str, draw: str, trade: str = "0", gec: str = "0") -> dict[str, Any]:
    amounts = {"grid_offtake_mwh": draw, "green_trade_mwh": trade, "gec_counted_mwh": gec}
    return {"enterprise_id": name} | {key: Decimal(value) for key, value in amounts.items()}


def park(*enterprises: dict[str, Any], hours: int = 24, **more: object) -> Base:
    """What of a base the tests here need: a park in Jiangsu over the first hours of 2026, without plants."""
    masters = {
        "enterprises": pl.DataFrame({"enterprise_id": ["a"], "park_id": ["p"], "valid_to": [date(2026, 6, 30)]}),
        "parks": pl.DataFrame({"park_id": ["p"], "province_zh": ["江苏省"]}),
    }
    start = pl.datetime_range(datetime(2026, 1, 1), datetime(2026, 12, 31, 23), "1h", eager=True).head(hours)
    base = SimpleNamespace(
        park_id="p",
        year=2026,
        cutoff=date(2027, 12, 31),
        enterprises=enterprises,
        intervals=pl.DataFrame({"start": start, "minutes": [60] * hours}),
        projects=(),
        delivered=masters.__getitem__,
        generation=lambda _technologies: pl.DataFrame(schema={"start": pl.Datetime("us"), "energy_wh": pl.Int64}),
    )
    vars(base).update(more)
    return cast("Base", base)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: DirectSupply(-1), "--add-direct-mw -1 must be a number of at least 0"),
        (lambda: DirectSupply(float("nan")), "--add-direct-mw nan"),
        (lambda: DirectSupply(1e12), "--add-direct-mw 1e+12 must be at most 1000000"),
        (lambda: DirectSupply(1, "coal"), "--technology coal is none of: solar, wind, hydro"),
        (lambda: DirectSupply(1, relation="roof"), "--relation roof is none of"),
        (lambda: DirectSupply(1, full_load_hours=9000), "--full-load-hours 9000"),
        (lambda: Storage(-5, 1), "--storage-mw -5"),
        (lambda: Storage(5, -1), "--storage-mwh -1"),
        (lambda: Storage(5, 1, 0), "--storage-efficiency 0"),
        (lambda: Certificates(-1), "--certificates-mwh -1"),
        (lambda: Certificates(10**20), "--certificates-mwh 1e+20 must be at most 1000000000"),
        (lambda: Efficiency(Decimal(101)), "--efficiency 101"),
        (lambda: Efficiency(Decimal("nan")), "--efficiency NaN"),
        (lambda: Parameter.parse("size_class_floor"), "is not NAME=VALUE"),
        (lambda: Parameter.parse("size_class_floor=-1"), "must be a number of at least 0"),
        (lambda: Parameter.parse("size_class_floor=much"), "'much' is not a number"),
        (lambda: Parameter("size_clas_floor", "1").check_known(["size_class_floor"]), "did you mean size_class_floor"),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence(make: Any, said: str) -> None:
    with pytest.raises(UserError) as found:
        make()
    assert said in str(found.value)
    assert "\n" not in str(found.value)


def test_certificates_go_where_grid_power_is_not_covered_yet() -> None:
    """Open are 300 and 100 MWh: of 10 certificates 7.5 and 2.5; the half goes to the first by name."""
    base = park(enterprise("a", "500", "150", "50"), enterprise("b", "100.5", gec="0.5"), enterprise("c", "40", "40"))
    assert shares(base, Certificates(10)) == {"a": 8, "b": 2, "c": 0}
    assert shares(base, Certificates(7, "c")) == {"c": 7}
    covered = park(enterprise("a", "30", "30"), enterprise("b", "10", gec="10"))
    assert shares(covered, Certificates(4)) == {"a": 3, "b": 1}
    assert shares(park(enterprise("a", "0"), enterprise("b", "0")), Certificates(3)) == {"a": 2, "b": 1}
    with pytest.raises(UserError, match="x is no enterprise of p; there are: a"):
        shares(park(enterprise("a", "0")), Certificates(3, "x"))


def test_certificates_are_bought_and_cancelled_without_a_serial_twice() -> None:
    rows = certificate_rows(park(enterprise("a", "90"), enterprise("b", "10")), Certificates(130), first_serial=5)
    serials = [
        serial for line in rows["gec_cancellations"] for serial in range(line["serial_from"], line["serial_to"] + 1)
    ]
    assert sorted(serials) == list(range(5, 135))
    months = [line["generation_month"] for line in rows["gec_trades"] if line["buyer_enterprise_id"] == "a"]
    assert months == [f"2026-{month:02d}" for month in range(1, 13)]
    # a is an enterprise of the park until the end of June only.
    assert {line["cancelled_on"] for line in rows["gec_cancellations"]} == {date(2026, 6, 30), date(2026, 12, 31)}


def test_a_profile_says_the_share_of_the_capacity(tmp_path: Path) -> None:
    path = tmp_path / "course.csv"
    lines = [f"2026-01-01T{n // 2:02d}:{30 if n % 2 else '00'},{n / 100}" for n in range(1, 48)]
    path.write_text("\n".join(["interval_end,value", *lines, "2026-01-02 00:00,0.5"]) + "\n")
    energy, source = supply(park(), DirectSupply(2, profile=path))
    assert source == "file"
    # The first hour has the half hours that end at 00:30 and 01:00: 2 MW x (0.01 + 0.02) / 2 = 30 kWh.
    assert energy.tolist()[:2] == [30_000, 70_000]
    with pytest.raises(UserError, match="has no value for the interval that ends at 2026-01-02 01:00"):
        supply(park(hours=30), DirectSupply(2, profile=path))
    path.write_text("interval_end,value\n2026-01-01T01:00,1.2\n")
    with pytest.raises(UserError, match=r"1\.2 at 2026-01-01 01:00:00 is no share"):
        supply(park(), DirectSupply(2, profile=path))
    path.write_text("time,power\n1,2\n")
    with pytest.raises(UserError, match="no file with the columns interval_end and value"):
        supply(park(), DirectSupply(2, profile=path))


def test_a_typical_course_is_the_same_every_time_and_has_its_full_load_hours() -> None:
    base = park(hours=8760)
    for technology in ("solar", "wind", "hydro"):
        change = DirectSupply(10, technology, full_load_hours=1000)
        energy, source = supply(base, change)
        assert source == "synthetic"
        assert 0.97 * 10_000 < energy.sum() / 1e6 <= 10_000
        assert energy.max() <= 10_000_000
        np.testing.assert_array_equal(energy, supply(base, change)[0])
    night = supply(base, DirectSupply(10))[0].reshape(365, 24)[:, [0, 1, 2, 23]]
    assert not night.any()


def test_new_plants_follow_the_parks_own_by_their_capacity() -> None:
    own = pl.DataFrame({"start": [datetime(2026, 1, 1, 10), datetime(2026, 1, 1, 11)], "energy_wh": [300_000, 100_000]})
    more = {
        "generation": lambda _technologies: own.with_columns(pl.col("start").cast(pl.Datetime("us"))),
        "projects": ({"technology": "solar", "capacity_kw": Decimal(1000)},),
    }
    energy, source = supply(park(**more), DirectSupply(2))
    assert source == "own_plants"
    assert (energy[10], energy[11], energy.sum()) == (600_000, 200_000, 800_000)
