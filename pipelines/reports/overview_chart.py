"""The chart of the overview: the intensity of every park against its limit and its base year."""

from collections.abc import Mapping, Sequence
from typing import Any

from pipelines.reports.amounts import shown
from pipelines.reports.drawing import (
    INK,
    LIMIT_COLOUR,
    MUTED,
    VERDICT_COLOURS,
    VERDICT_SYMBOLS,
    Figure,
    Words,
    axis,
    figure,
    note,
    safe,
    title,
    words,
)
from pipelines.reports.texts import TEXTS

Line = Mapping[str, Any]
"""A line of the league table: rank, row, names, link, digits (see ``overview``)."""

_FULL = words("全部（tCO₂/tce）", "All, tCO₂ per tce")
_NEAR = words("限值附近（放大）", "Near the limits, enlarged")


def intensities(league: Sequence[Line]) -> Figure | None:
    """Every park's intensity by rank, above in full with its base year, below enlarged around the limits."""
    lines = [line for line in league if line["row"]["intensity_tco2_per_tce"] is not None]
    if not lines:
        return None
    limits = [line["row"]["limit_tco2_per_tce"] for line in lines]
    reach = max([limit for limit in limits if limit is not None] or [0.3]) * 1.6
    data = [_base_years(lines)]
    for verdict in VERDICT_COLOURS:
        chosen = [line for line in lines if line["row"]["core_verdict"] == verdict]
        if chosen:
            data += [_dots(chosen, verdict, "x", "y"), _dots(chosen, verdict, "x2", "y2")]
    data.append(_limits([line for line in lines if line["row"]["limit_tco2_per_tce"] is not None]))
    span = [0, len(lines) + 1]
    ranks = [line["rank"] for line in lines]
    return figure(
        data,
        520,
        showlegend=True,
        legend={"orientation": "h", "x": 0, "xanchor": "left", "y": 1.02, "yanchor": "bottom", "font": {"size": 12}},
        margin={"l": 8, "r": 12, "t": 40, "b": 8, "pad": 2},
        annotations=[_heading(_FULL, 1.0), _heading(_NEAR, 0.47)],
        xaxis=axis(range=span, anchor="y", showgrid=False, showticklabels=False, zeroline=False),
        yaxis=axis(domain=[0.56, 0.95], zeroline=True, zerolinecolor=MUTED, rangemode="tozero", nticks=5),
        xaxis2=axis(
            range=span, anchor="y2", showgrid=False, zeroline=False, title=title(TEXTS["o_rank"]),
            tickvals=[rank for rank in ranks if rank == 1 or rank % 5 == 0],
        ),
        yaxis2=axis(domain=[0, 0.43], zeroline=True, zerolinecolor=MUTED, range=[0, reach], nticks=6),
    )  # fmt: skip


def _heading(text: Words, y: float) -> dict[str, Any]:
    places = {"xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "bottom" if y < 1 else "top"}
    return note(text, 0, y, **places, font={"size": 13, "color": INK})


def _dots(lines: Sequence[Line], verdict: str, across: str, up: str) -> dict[str, Any]:
    """The parks of one verdict as dots with their intervals; the page opens when one is chosen."""
    values = [line["row"]["intensity_tco2_per_tce"] for line in lines]
    lows = [line["row"]["intensity_low"] for line in lines]
    highs = [line["row"]["intensity_high"] for line in lines]
    arms = {
        "array": [(high - value) if high is not None else 0 for value, high in zip(values, highs, strict=True)],
        "arrayminus": [(value - low) if low is not None else 0 for value, low in zip(values, lows, strict=True)],
    }
    return {
        "type": "scatter",
        "mode": "markers",
        "name": TEXTS[verdict],
        "x": [line["rank"] for line in lines],
        "y": values,
        "xaxis": across,
        "yaxis": up,
        "showlegend": up == "y",
        "marker": {
            "color": VERDICT_COLOURS[verdict],
            "symbol": VERDICT_SYMBOLS[verdict],
            "size": 9,
            "line": {"width": 2, "color": VERDICT_COLOURS[verdict]},
        },
        "error_y": {
            "type": "data",
            "symmetric": False,
            "thickness": 1.5,
            "width": 3,
            "color": VERDICT_COLOURS[verdict],
            **arms,
        },
        "customdata": [[line["link"], _hover(line)] for line in lines],
        "hovertemplate": "%{customdata[1]}<extra></extra>",
    }


def _hover(line: Line) -> Words:
    value = shown(line["row"]["intensity_tco2_per_tce"], line["digits"])
    return {language: f"{line['rank']} {safe(name)}<br>{value} tCO₂/tce" for language, name in line["names"].items()}


def _base_years(lines: Sequence[Line]) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": words("基准年", "base year"),
        "x": [line["rank"] for line in lines],
        "y": [line["row"]["baseline_base_year_tco2_per_tce"] for line in lines],
        "marker": {"color": "#9aa5b1", "symbol": "circle-open", "size": 7, "line": {"width": 1.5}},
        "hovertemplate": "%{y:.4f} tCO₂/tce<extra></extra>",
    }


def _limits(lines: Sequence[Line]) -> dict[str, Any]:
    """Each park's own limit as a short bar on the enlarged picture."""
    return {
        "type": "scatter",
        "mode": "markers",
        "name": TEXTS["limit"],
        "x": [line["rank"] for line in lines],
        "y": [line["row"]["limit_tco2_per_tce"] for line in lines],
        "xaxis": "x2",
        "yaxis": "y2",
        "marker": {"symbol": "line-ew", "size": 11, "line": {"width": 2, "color": LIMIT_COLOUR}, "color": MUTED},
        "hovertemplate": "%{y:.1f} tCO₂/tce<extra></extra>",
    }
