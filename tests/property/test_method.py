"""The SQL models against the method written a second time: every figure of small random parks, digit by digit.

Figures of the park, its enterprises and its green projects, and where the energy of each month came from and went.

What the models put in the place of readings that do not count, and the interval of the intensity, are taken from them:
``test_vee`` and ``test_uncertainty`` judge those; here the method has to be right with them. The second implementation
is in ``oracle``, the parks in ``parks``, ``values`` and ``papers``; ``branches`` sees to it that they try everything. A
failure names the seed of the park; ``make_parks([seed], …)`` makes it again.
"""

import csv
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from pipelines.resources import REFERENCE
from tests.property import database
from tests.property.branches import ALL, branches
from tests.property.oracle import Account, Estimate, Estimates, Reference, Row, account
from tests.property.oracle.conservation import conservation, is_conserved
from tests.property.papers import MORE_FUELS, add_papers
from tests.property.parks import TABLES, Park, make_park, merged
from tests.property.values import add_readings

YEARS = (2025, 2026)
PARK, ENTERPRISE, PROJECT = "metrics.park_year", "metrics.enterprise_year", "metrics.project_year"
CONSERVATION = "metrics.energy_conservation"
ESTIMATED, METERS = "energy.estimated_interval", "energy.month_meters"
METHOD_CODES = {"size_class_uncertain", "outflow_credit", "fuel_missing"}
ESTIMATE_CODES = {"prolonged_estimate_year", "intensity_uncertain"}

OTHER_PARAMETERS = {
    "residual_electricity_factor": Decimal("0.8273"),
    "electricity_coal_equivalent": Decimal("0.2917"),
    "electricity_coal_equivalent_low": Decimal("0.27"),
    "size_class_floor": Decimal(100_000),
    "intensity_limit_small": Decimal("1.1"),
    "intensity_limit_large": Decimal("1.4"),
    "onsite_counts_as_direct": Decimal(0),
    "nuclear_counts_as_direct": Decimal(1),
    "nuclear_trade_is_green": Decimal(1),
    "feedstock_in_energy": Decimal(1),
    "measured_fuel_factors": Decimal(1),
}
"""Parameters of one of the two years; the other has the package's."""

Parameters = Mapping[int, Mapping[str, Decimal]]


def references(parameters: Parameters) -> dict[int, Reference]:
    columns = ("valid_from", "valid_to", "ncv_gj_per_unit", "tco2_per_unit", "tce_per_unit", "density_kg_per_l")
    fuels = [dict.fromkeys(columns, "") | fuel for fuel in MORE_FUELS]
    return {year: Reference.load(REFERENCE, year, parameters.get(year, {}), fuels) for year in YEARS}


def make_parks(seeds: Sequence[str], provinces: Sequence[str]) -> list[Park]:
    parks = [make_park(seed, provinces) for seed in seeds]
    for park in parks:
        add_readings(park)
        add_papers(park)
    return parks


def write_reference(home: Path, parameters: Parameters) -> None:
    """What an operator adds: parameters and fuels."""
    folder = home / "reference"
    folder.mkdir(parents=True)
    with (folder / "method_parameters.csv").open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["parameter", "value", "valid_from", "valid_to"])
        for year, values in parameters.items():
            writer.writerows([name, f"{value:f}", f"{year}-01-01", f"{year}-12-31"] for name, value in values.items())
    with (folder / "fuels.csv").open("w", newline="") as stream:
        names = sorted({name for fuel in MORE_FUELS for name in fuel})
        writer = csv.DictWriter(stream, [*names, "valid_from", "source"], restval="")
        writer.writeheader()
        writer.writerows(fuel | {"valid_from": "2020-01-01", "source": "test"} for fuel in MORE_FUELS)


def estimates_of(got: Mapping[str, Sequence[Row]]) -> Estimates:
    """What the models put in the place of readings that do not count."""
    meters = {row["slot"]: row["meter_id"] for row in got[METERS]}
    months = {month: datetime.fromisoformat(f"{month}-01") for month in {row["month"] for row in got[ESTIMATED]}}
    return {
        (meters[row["slot"]], months[row["month"]] + timedelta(minutes=row["minute"])): Estimate(
            row["method"], row["energy_wh"]
        )
        for row in got[ESTIMATED]
    }


def bounds_of(got: Row) -> tuple[Fraction, Fraction] | None:
    """The interval of the intensity as it was published."""
    low, high = got["intensity_low"], got["intensity_high"]
    return None if low is None or high is None else (Fraction(low), Fraction(high))


def differences(want: Account, got: Row) -> Iterator[str]:
    """What the published row of a park says otherwise."""
    ascending = [got[name] for name in ("intensity_low", "intensity_tco2_per_tce", "intensity_high")]
    if len({value is None for value in ascending}) > 1 or (None not in ascending and sorted(ascending) != ascending):
        yield f"intensity with its interval: {ascending}"
    for column, value in want.park.items():
        if column == "reasons":
            is_judged = want.park["core_verdict"] in ("pass", "fail")
            codes = METHOD_CODES | ESTIMATE_CODES if is_judged else ESTIMATE_CODES
            if codes & set(got[column]) != codes & value:
                yield f"reasons: {sorted(got[column])}, expected {sorted(value)}"
        elif column in want.unsaid or not (want.has_all_readings or column.endswith("verdict") or column == "coverage"):
            continue
        elif not same(got[column], value):
            yield f"{column}: {got[column]}, expected {shown(value)}"


def same(got: Any, want: Any) -> bool:
    """Amounts agree to the last of their six decimals, ratios to 1e-12."""
    if got is None or want is None or isinstance(want, str):
        return bool(got == want)
    if isinstance(want, int):
        return bool(Fraction(got) * 10**6 == want)
    return abs(Fraction(got) - want) <= max(abs(want), 1) * Fraction(1, 10**12)


def shown(value: Any) -> str:
    if isinstance(value, int):
        return str(Decimal(value).scaleb(-6))
    return str(float(value)) if isinstance(value, Fraction) else str(value)


def compare(home: Path, seeds: Sequence[str], parameters: Parameters) -> tuple[list[str], Counter[str]]:
    """Every difference between the models and the oracle over these parks, and how many years tried which branch."""
    known = references(parameters)
    write_reference(home, parameters)
    made = make_parks(seeds, sorted(known[2026].provinces))
    got = database.run(home, merged(made), 2026, [PARK, ENTERPRISE, PROJECT, CONSERVATION, ESTIMATED, METERS])
    estimates = estimates_of(got)
    parks = {(row["park_id"], row["year"]): row for row in got[PARK]}
    enterprises = {(row["enterprise_id"], row["year"]): row for row in got[ENTERPRISE]}
    projects = {(row["project_id"], row["year"]): row for row in got[PROJECT]}
    conserved = {(row["park_id"], row["month"]): row for row in got[CONSERVATION]}
    found: list[str] = []
    tried: Counter[str] = Counter()
    for park in made:
        delivery = {table: park.rows(table) for table in TABLES}
        for year in YEARS:
            if (park.key, year) not in parks:
                continue
            row = parks[park.key, year]
            want = account(
                delivery, delivery["parks"][0], year, date(year + 1, 12, 31), known, estimates, bounds_of(row)
            )
            if not want.is_possible:
                continue
            tried.update(branches(delivery, want))
            where = f"{park.key} {year}"
            found += [f"{where}: {text}" for text in differences(want, row)]
            for key, figures in want.enterprises.items() if want.has_all_readings else ():
                found += [f"{where}: {text}" for text in row_differences(key, figures, enterprises.get((key, year)))]
            if unexpected := {key for key, of in projects if key.startswith(f"{park.key}-") and of == year} - set(
                want.projects
            ):
                found.append(f"{where}: rows of {sorted(unexpected)}")
            for key, figures in want.projects.items():
                verdicts = {name: value for name, value in figures.items() if name.endswith("verdict")}
                said = figures if want.has_all_readings else verdicts
                found += [f"{where}: {text}" for text in row_differences(key, said, projects.get((key, year)))]
            of_year = [one for one in want.parts.intervals if one.start.year == year]
            for month, sums in conservation(of_year, want.parts.use_minutes).items():
                have = conserved.get((park.key, month))
                nothing_lost = {"intervals_unbalanced": Fraction(0), "largest_imbalance_wh": Fraction(0)}
                assert is_conserved(sums)
                found += [f"{where}: {text}" for text in row_differences(month, sums | nothing_lost, have)]
    return found, tried


def row_differences(key: str, want: Mapping[str, Any], have: Row | None) -> Iterator[str]:
    """What the published row of an enterprise, a project or a month says otherwise."""
    if have is None:
        yield f"no row of {key}"
        return
    for column, value in want.items():
        if not same(have[column], value):
            yield f"{key} {column}: {have[column]}, expected {shown(value)}"


def test_the_models_agree_with_the_method(tmp_path: Path) -> None:
    differing, tried = compare(tmp_path / "home", [f"e-{number}" for number in range(320)], {2025: OTHER_PARAMETERS})
    assert differing == []
    assert {name: tried[name] for name in ALL if tried[name] < 3} == {}, "too few parks try these"
    assert set(tried) <= ALL


@pytest.mark.slow
@pytest.mark.parametrize("batch", range(10))
def test_the_models_agree_with_the_method_on_many_parks(tmp_path: Path, batch: int) -> None:
    seeds = [f"slow-{batch}-{number}" for number in range(300)]
    differing, _ = compare(tmp_path / "home", seeds, {2026 - batch % 2: OTHER_PARAMETERS})
    assert differing == []
