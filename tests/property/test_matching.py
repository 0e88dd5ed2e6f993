"""Matching and the enterprises' emissions of small random parks, against sums over the intervals of the oracle.

The intervals come from the method written a second time (``oracle``); what is done with them here is as plain as the
words: cut the year into stretches, take the smaller of supply and load in each. The published checks run on the same
rows.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb

from pipelines.lake import Lake
from pipelines.model_runner import output_path, read_pointer
from pipelines.resources import SQL
from tests.property import database
from tests.property.oracle import Account, Row, account
from tests.property.oracle.account import micro_signed
from tests.property.oracle.balance import Interval, floor_to
from tests.property.parks import TABLES, merged
from tests.property.test_method import (
    ENTERPRISE,
    ESTIMATED,
    METERS,
    PARK,
    bounds_of,
    estimates_of,
    make_parks,
    references,
    same,
    write_reference,
)

MATCHING, PROFILE, REST = "metrics.matching", "metrics.matching_profile", "metrics.electricity_not_assigned"
CHECKS = ("matching_bases_agree", "matching_profile_adds_up", "enterprise_emissions_add_up")
YEAR = 2026

Stretch = Callable[[datetime], object]
STRETCHES: dict[str, Stretch] = {
    "quarter_hour": lambda start: floor_to(start, 15),
    "hour": lambda start: floor_to(start, 60),
    "month": lambda start: start.month,
    "year": lambda start: start.year,
}
"""Which stretch of a basis an interval belongs to."""


def matched(intervals: Sequence[Interval], stretch: Stretch) -> int:
    """Σ min(green supply, load) over the stretches, in Wh."""
    sums: dict[object, list[int]] = defaultdict(lambda: [0, 0])
    for one in intervals:
        both = sums[stretch(one.start)]
        both[0] += one.green
        both[1] += one.load
    return sum(min(green, load) for green, load in sums.values())


def wh(mwh: Decimal | None) -> int | None:
    """An exact amount of a published column in Wh, or in millionths of a tonne."""
    return None if mwh is None else int(mwh.scaleb(6))


def wrong_bases(want: Account, rows: Mapping[str, Row], minutes: int) -> Iterator[str]:
    """What the four bases of a park say otherwise than its intervals; ``minutes`` is the longest of these."""
    intervals = [one for one in want.parts.intervals if one.start.year == YEAR]
    for basis, stretch in STRETCHES.items():
        length = {"quarter_hour": 15, "hour": 60}.get(basis, 0)
        is_given = bool(intervals) and length % minutes == 0
        expected = matched(intervals, stretch) if is_given else None
        row = rows[basis]
        if wh(row["matched_mwh"]) != expected or (row["not_given"] is None) != is_given:
            yield f"{basis}: {row['matched_mwh']} ({row['not_given']}), expected {expected} Wh"
        share = Fraction(expected, want.parts.terms.use) if expected is not None and want.parts.terms.use else None
        if not same(row["matched_share"], share):
            yield f"{basis}: share {row['matched_share']}, expected {share}"


def wrong_profile(want: Account, rows: Sequence[Row]) -> Iterator[str]:
    """What the profile says otherwise, hour of the day by hour of the day."""
    for row in rows:
        inside = [
            one
            for one in want.parts.intervals
            if f"{one.start:%Y-%m}" == row["month"] and one.start.hour == row["hour_of_day"]
        ]
        expected = matched(inside, STRETCHES["hour"])
        found = [wh(row[f"{name}_mwh"]) for name in ("matched", "surplus", "deficit")]
        if found != [expected, sum(i.green for i in inside) - expected, sum(i.load for i in inside) - expected]:
            yield f"{row['month']} at {row['hour_of_day']}: {found}, expected {expected} Wh matched"


def wrong_emissions(want: Account, rows: Mapping[str, Row]) -> Iterator[str]:
    """What an enterprise's row says otherwise of its part of the uncounted green supply and its emissions."""
    terms = want.parts.terms
    green, uncounted = terms.direct + terms.onsite, terms.uncounted_direct + terms.uncounted_onsite
    factor = terms.parameters["residual_electricity_factor"]
    for enterprise_id, figures in want.enterprises.items():
        row = rows[enterprise_id]
        part = uncounted * figures["direct_share_mwh"] // green if green else 0
        residual = figures["grid_offtake_mwh"] - figures["green_trade_mwh"] - figures["gec_counted_mwh"]
        expected = [part, residual, micro_signed(residual + part, factor)]
        found = [wh(row[name]) for name in ("uncounted_green_mwh", "residual_grid_mwh", "market_based_tco2")]
        if found != expected:
            yield f"{enterprise_id}: {found}, expected {expected}"
        use, share = figures["use_mwh"], row["hourly_green_share"]
        if (row["matching_minutes"] or 1440) > 60 or not use:
            if share is not None:
                yield f"{enterprise_id}: hourly share {share}"
        elif abs(Fraction(share) - Fraction(figures["direct_share_mwh"] - part, use)) > Fraction(1, 10**12):
            yield f"{enterprise_id}: hourly share {share}"


def failing_checks(home: Path, tables: Sequence[str]) -> Iterator[tuple[str, Any]]:
    """The check and the row, park_id and year first, for every fault that the published checks find."""
    with duckdb.connect() as con:
        for table in tables:
            pointer = read_pointer(Lake(home), table)
            assert pointer
            con.execute(f"create schema if not exists {table.partition('.')[0]}")
            path = output_path(Lake(home), table, None, pointer["fingerprint"])
            con.execute(f"create view {table} as select * from '{path}'")
        for check in CHECKS:
            text = (SQL / "checks" / f"{check}.sql").read_text(encoding="utf-8")
            yield from ((check, row) for row in con.execute(text).fetchall())


def longest_interval(meters: Sequence[Row], park_id: str) -> int:
    """The longest interval of a park's balance in the year; a whole day where it has none."""
    of_park = [row for row in meters if row["park_id"] == park_id and row["month"].startswith(str(YEAR))]
    return max((row["balance_minutes"] for row in of_park), default=1440)


def test_matching_and_emissions_agree_with_the_intervals(tmp_path: Path) -> None:
    known, home = references({}), tmp_path / "home"
    write_reference(home, {})
    made = make_parks([f"m-{number}" for number in range(60)], sorted(known[YEAR].provinces))
    published = [PARK, ENTERPRISE, MATCHING, PROFILE, REST]
    got = database.run(home, merged(made), YEAR, [*published, ESTIMATED, METERS])
    estimates = estimates_of(got)
    wrong: list[str] = []
    tried: Counter[str] = Counter()
    judged = set()
    for park in made:
        of_park = {
            table: [row for row in got[table] if (row["park_id"], row["year"]) == (park.key, YEAR)]
            for table in published
        }
        delivery = {table: park.rows(table) for table in TABLES}
        bounds, cutoff = bounds_of(of_park[PARK][0]), date(YEAR + 1, 12, 31)
        want = account(delivery, delivery["parks"][0], YEAR, cutoff, known, estimates, bounds)
        if not (want.is_possible and want.has_all_readings):
            continue
        judged.add((park.key, YEAR))
        found = [
            *wrong_bases(
                want, {row["basis"]: row for row in of_park[MATCHING]}, longest_interval(got[METERS], park.key)
            ),
            *wrong_profile(want, of_park[PROFILE]),
            *wrong_emissions(want, {row["enterprise_id"]: row for row in of_park[ENTERPRISE]}),
        ]
        wrong += [f"{park.key}: {text}" for text in found]
        tried.update(_kinds(want, of_park[MATCHING]))
    assert wrong == []
    # A park whose meters contradict each other so far that a draw is negative fails its own checks.
    assert [(check, row) for check, row in failing_checks(home, published) if row[:2] in judged] == []
    assert min(tried[kind] for kind in ("15", "60", "1440", "differs", "enterprises", "uncounted")) >= 3, tried


def _kinds(want: Account, rows: Sequence[Row]) -> Iterator[str]:
    """What a park tries: its interval, bases that differ, enterprises that bear something."""
    yield str(rows[0]["balance_minutes"])
    if len({row["matched_mwh"] for row in rows if row["matched_mwh"] is not None}) > 1:
        yield "differs"
    if want.enterprises:
        yield "enterprises"
        if want.parts.terms.uncounted_direct + want.parts.terms.uncounted_onsite:
            yield "uncounted"
