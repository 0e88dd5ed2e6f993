"""The charts of the intensity: against limit and baselines with its interval, and under other values of parameters.

Each function takes published rows and gives a figure of ``drawing``, or None where there is nothing to draw.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pipelines.reports.amounts import INTENSITY_DIGITS, deciding_digits, shown
from pipelines.reports.drawing import (
    GRID,
    INK,
    LIMIT_COLOUR,
    MUTED,
    VERDICT_COLOURS,
    Figure,
    Words,
    across,
    axis,
    figure,
    label,
    note,
    title,
    words,
)

Row = Mapping[str, Any]

_UNIT = words("吨二氧化碳/吨标准煤（tCO₂/tce）", "tCO₂ per tce")


def intensity(row: Row) -> Figure | None:
    """I with its 95 % interval: above beside the baselines, below enlarged at the limit; None without I."""
    value, limit = row["intensity_tco2_per_tce"], row["limit_tco2_per_tce"]
    if value is None:
        return None
    colour = VERDICT_COLOURS[row["core_verdict"]]
    bars = [
        bar
        for bar in (
            (words("本年", "This year"), value, colour),
            (words("基准年", "Base year"), row["baseline_base_year_tco2_per_tce"], "#8d99a6"),
            (words("全国平均", "National average"), row["baseline_average_tco2_per_tce"], "#bcc6d0"),
        )
        if bar[1] is not None
    ]
    places = list(range(len(bars)))[::-1]
    reach = max(value, row["intensity_high"] or 0, (limit or 0) * 1.25, 0.05) * 1.12
    full = max([bar[1] for bar in bars] + [limit or 0]) * 1.22
    return figure(
        [_bars(bars, places), _mark(row, colour)],
        310,
        shapes=[] if limit is None else _limit_lines(limit),
        annotations=_labels(row, bars, places, reach),
        xaxis=axis(range=[0, full], anchor="y", showticklabels=False, showgrid=False),
        yaxis=axis(
            domain=[0.52, 1],
            tickvals=places,
            ticktext=[bar[0] for bar in bars],
            showgrid=False,
            tickfont={"size": 13, "color": INK},
        ),
        xaxis2=axis(range=[0, reach], anchor="y2", title=title(_UNIT)),
        yaxis2=axis(domain=[0, 0.36], range=[-1, 1.5], showticklabels=False, showgrid=False),
    )


_Bar = tuple[Words, float, str]


def _bars(bars: Sequence[_Bar], places: Sequence[int]) -> dict[str, Any]:
    return {
        "type": "bar",
        "orientation": "h",
        "x": [bar[1] for bar in bars],
        "y": places,
        "width": 0.6,
        "marker": {"color": [bar[2] for bar in bars]},
        "hoverinfo": "skip",
    }


def _mark(row: Row, colour: str) -> dict[str, Any]:
    """The intensity and its interval on the enlarged axis."""
    value, low, high = row["intensity_tco2_per_tce"], row["intensity_low"], row["intensity_high"]
    whisker: dict[str, Any] = {"visible": False}
    if low is not None and high is not None:
        arms = {"array": [high - value], "arrayminus": [value - low], "symmetric": False}
        whisker = {"type": "data", **arms, "color": colour, "thickness": 3, "width": 9}
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [value],
        "y": [0],
        "xaxis": "x2",
        "yaxis": "y2",
        "marker": {"color": colour, "size": 13, "symbol": "diamond"},
        "error_x": whisker,
        "hoverinfo": "skip",
    }


def _limit_lines(limit: float) -> list[dict[str, Any]]:
    """The limit on both axes, and what lies below it shaded on the enlarged one."""
    kept = {"type": "rect", "xref": "x2", "yref": "y2 domain", "x0": 0, "x1": limit, "y0": 0, "y1": 1}
    shade = {**kept, "fillcolor": "rgba(0,121,92,0.08)", "line": {"width": 0}, "layer": "below"}
    return [shade, across("x", limit, "y domain"), across("x2", limit, "y2 domain")]


def _labels(row: Row, bars: Sequence[_Bar], places: Sequence[int], reach: float) -> list[dict[str, Any]]:
    value, limit = row["intensity_tco2_per_tce"], row["limit_tco2_per_tce"]
    digits = deciding_digits(value, limit, INTENSITY_DIGITS)
    colour = VERDICT_COLOURS[row["core_verdict"]]
    labels = [
        label(
            shown(bar[1], digits if place == places[0] else INTENSITY_DIGITS), bar[1], place, xanchor="left", xshift=5
        )
        for bar, place in zip(bars, places, strict=True)
    ]
    here = {"xref": "x2", "yref": "y2", "yshift": 20, "font": {"size": 15, "color": colour}}
    labels.append(label(shown(value, digits), value, 0, **here))
    heading = {"xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "bottom"}
    told = words("95% 区间与限值（放大）", "95 % interval and limit, enlarged")
    labels.append(note(told, 0, 0.38, **heading, font={"size": 12, "color": MUTED}))
    if limit is not None:
        side = {"xanchor": "left", "xshift": 6} if limit < reach * 0.85 else {"xanchor": "right", "xshift": -6}
        place = {"xref": "x2", "yref": "y2 domain", "yanchor": "top", "font": {"size": 12, "color": LIMIT_COLOUR}}
        labels.append(note(words(f"限值 {shown(limit, 1)}", f"limit {shown(limit, 1)}"), limit, 1, **side, **place))
    return labels


def sensitivity(rows: Sequence[Row], row: Row, labels: Sequence[Words]) -> Figure | None:
    """The intensity under each other value of an open parameter, beside the published one and the limit."""
    values = [found["intensity_tco2_per_tce"] for found in rows]
    if row["intensity_tco2_per_tce"] is None or not any(value is not None for value in values):
        return None
    places = list(range(len(rows)))[::-1]
    dots = {
        "type": "scatter",
        "mode": "markers",
        "x": values,
        "y": places,
        "marker": {"color": [VERDICT_COLOURS[found["core_verdict"]] for found in rows], "size": 11},
        "hoverinfo": "skip",
    }
    published = row["intensity_tco2_per_tce"]
    limit = row["limit_tco2_per_tce"]
    known = [value for value in [*values, published, limit] if value is not None]
    span = max(known) - min(known) or max(known) or 1
    shapes = [{**across("x", published, "y domain"), "line": {"color": MUTED, "width": 1}}]
    if limit is not None:
        shapes.append(across("x", limit, "y domain"))
    return figure(
        [dots],
        70 + 44 * len(rows),
        narrow={"height": 80 + 66 * len(rows)},
        shapes=shapes,
        annotations=[
            label(shown(value, INTENSITY_DIGITS), value, place, yshift=16)
            for value, place in zip(values, places, strict=True)
            if value is not None
        ],
        xaxis=axis(title=title(_UNIT), range=[max(0, min(known) - span * 0.15), max(known) + span * 0.15]),
        yaxis=axis(
            tickvals=places, ticktext=list(labels), gridcolor=GRID, range=[-0.6, len(rows) - 0.3], zeroline=False
        ),
    )
