"""What the overview shows: sums and counts over the parks, the tiles of the provinces, the league table."""

import csv
import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from pipelines.commands import chinese
from pipelines.reports.amounts import INTENSITY_DIGITS, deciding_digits
from pipelines.reports.drawing import Figure, Words, words
from pipelines.reports.overview_chart import intensities
from pipelines.reports.park import Stale, names

Row = Mapping[str, Any]

VERDICTS = ("pass", "undecided", "fail", "not_applicable")
SIZES = ("large", "standard", "below_floor")
_TILES = Path(__file__).with_name("province_tiles.csv")


@cache
def tiles() -> tuple[Mapping[str, str], ...]:
    """The places of the provinces: province_zh, tile_zh, tile_en, abbreviation, column, row (1 = west, 1 = north)."""
    with _TILES.open(encoding="utf-8", newline="") as stream:
        return tuple(csv.DictReader(stream))


def page(
    rows: Sequence[Row], stale: Mapping[str, Stale], links: Mapping[str, str]
) -> tuple[dict[str, Any], dict[str, Figure]]:
    """The template's values for all parks, and the chart.

    ``rows``: a row of metrics.park_year for each park with its names, of the last good publication where the new
    figures are held back; ``links``: the file of each park's page.
    """
    league = [_line(number, row, stale, links) for number, row in enumerate(_ranked(rows), start=1)]
    known = [row["intensity_tco2_per_tce"] for row in rows if row["intensity_tco2_per_tce"] is not None]
    context = {
        "league": league,
        "stale": stale,
        "counts": Counter(row["overall_verdict"] for row in rows),
        "verdict_order": VERDICTS,
        "sizes": SIZES,
        "sums": {name: _sum(rows, name) for name in ("total_tco2", "energy_tce", "electricity_use_mwh")},
        "green_share": _green_share(rows),
        "median": statistics.median(known) if known else None,
        "median_count": len(known),
        "tiles": _placed(league),
        "reasons": _reasons(rows),
        "provinces": _provinces(league),
    }
    chart = intensities(league)
    return context, {"intensities": chart} if chart else {}


def _ranked(rows: Sequence[Row]) -> list[Row]:
    """From the lowest intensity to the highest; parks without one last."""
    missing = [row for row in rows if row["intensity_tco2_per_tce"] is None]
    known = [row for row in rows if row["intensity_tco2_per_tce"] is not None]
    return [*sorted(known, key=lambda row: (row["intensity_tco2_per_tce"], row["park_id"])), *missing]


def _line(number: int, row: Row, stale: Mapping[str, Stale], links: Mapping[str, str]) -> dict[str, Any]:
    limit, value = row["limit_tco2_per_tce"], row["intensity_tco2_per_tce"]
    return {
        "rank": number,
        "row": row,
        "names": names(row),
        "province": province(row),
        "link": links[row["park_id"]],
        "stale": row["park_id"] in stale and row["intensity_tco2_per_tce"] is not None,
        "digits": deciding_digits(value, limit, INTENSITY_DIGITS),
    }


def province(row: Row) -> Words:
    """The short name of the park's province; the delivered name where it is on no tile."""
    given = row.get("province_zh") or ""
    found = next((tile for tile in tiles() if tile["province_zh"] == given), None)
    return words(found["tile_zh"], found["tile_en"]) if found else words(given, given)


def _sum(rows: Sequence[Row], column: str) -> dict[str, Any]:
    values = [row[column] for row in rows if row[column] is not None]
    return {"value": sum(values, Decimal(0)), "count": len(values)}


def _green_share(rows: Sequence[Row]) -> Decimal | None:
    """Green power that counts as a share of all use, over the parks that have both."""
    green, use = Decimal(0), Decimal(0)
    for row in rows:
        parts = [row[name] for name in ("direct_supply_mwh", "onsite_nonfossil_mwh", "green_trade_mwh", "gec_mwh")]
        if row["electricity_use_mwh"] is not None and None not in parts:
            green += sum(parts, Decimal(0)) - (row["uncounted_green_mwh"] or 0)
            use += row["electricity_use_mwh"]
    return green / use if use else None


def _placed(league: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Every tile with its parks, in the order of reading; ``level``: how many of its parks pass, of 0, some, all."""
    places: dict[tuple[int, int], dict[str, Any]] = {}
    for tile in tiles():
        place = (int(tile["row"]), int(tile["column"]))
        found = places.setdefault(
            place,
            {
                "row": place[0],
                "column": place[1],
                "names": words(tile["tile_zh"], tile["tile_en"]),
                "abbreviation": tile["abbreviation"],
                "parks": [],
            },
        )
        found["parks"] += [line for line in league if line["row"].get("province_zh") == tile["province_zh"]]
    for tile_shown in places.values():
        counts = Counter(line["row"]["overall_verdict"] for line in tile_shown["parks"])
        passing = counts["pass"]
        parks = len(tile_shown["parks"])
        tile_shown["level"] = _level(passing, parks)
        tile_shown["label"] = words(
            f"{tile_shown['names']['zh']}：{parks} 个园区，{passing} 个达标",
            f"{tile_shown['names']['en']}: {passing} of {parks} parks pass",
        )
    return [places[place] for place in sorted(places)]


def _level(passing: int, parks: int) -> str:
    if not parks:
        return "empty"
    return "all" if passing == parks else "some" if passing else "none"


def _provinces(league: Sequence[Mapping[str, Any]]) -> list[Words]:
    """The provinces that have a park, in the order of their Chinese names."""
    found = {line["province"]["zh"]: line["province"] for line in league if line["province"]["zh"]}
    return [found[name] for name in sorted(found)]


def _reasons(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """How many parks have each reason, the most frequent first, with its sentence."""
    counts = Counter(code for row in rows for code in row["reasons"] or ())
    most = max(counts.values(), default=1)
    return [
        {
            "code": code,
            "count": count,
            "width": count / most,
            "said": words(chinese.standard_sentence(code, "zh") or code, chinese.standard_sentence(code, "en") or code),
        }
        for code, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]
