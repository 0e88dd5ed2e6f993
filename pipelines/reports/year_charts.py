"""The charts along a year: months of supply and use, the intensity so far, 8 760 hours, the quality of each month."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from pipelines.reports.drawing import (
    INK,
    LEGEND_BELOW,
    LIMIT_COLOUR,
    MUTED,
    SUPPLY_COLOURS,
    Figure,
    Words,
    axis,
    figure,
    note,
    words,
)
from pipelines.reports.texts import TEXTS

Row = Mapping[str, Any]

_SOURCES: tuple[tuple[str, str, Words], ...] = (
    ("direct_supply_mwh", "direct", words("绿电直供", "Direct lines")),
    ("onsite_nonfossil_mwh", "onsite", words("园区内非化石", "On-site")),
    ("green_trade_mwh", "trade", words("绿电交易", "Green trade")),
    ("gec_mwh", "gec", words("绿证", "Certificates")),
    ("residual_grid_mwh", "residual", words("其余下网", "Other grid")),
)
MEASURED = ("actual_mwh", words("实测", "measured"), "#0b5d8f")
ESTIMATES: tuple[tuple[str, Words, str], ...] = (
    ("edited_mwh", words("人工修正（有凭证）", "edited with document"), "#5c9ec4"),
    ("alternate_mwh", words("备用表计", "alternate meter"), "#9ad0b8"),
    ("spread_mwh", words("按示值分摊", "spread from registers"), "#c9d6df"),
    ("linear_mwh", words("线性内插", "linear"), "#f2d7a0"),
    ("like_day_mwh", words("相似日", "like days"), "#e3a008"),
    ("scaled_mwh", words("按示值校准", "scaled to register"), "#c7791a"),
    ("sender_estimated_mwh", words("报送方估算", "sender's estimate"), "#b59ac4"),
    ("conservative_mwh", words("保守取值", "conservative"), "#b3420f"),
    ("open_mwh", words("缺口", "open"), "#1c2733"),
)
"""How energy came to be known when it was not measured, from the surest to the least sure."""

_SIGNS = {"complete": "circle", "undecided": "circle-open"}
_HOURS = ["00:00", "06:00", "12:00", "18:00", "24:00"]
_LOAD_SCALE = [[0, "#f3f6f9"], [0.25, "#bcd3e4"], [0.5, "#6fa3c7"], [0.75, "#2b6c9b"], [1, "#0a2e4d"]]
_GREEN_SCALE = [[0, "#fbf3e4"], [0.25, "#cfe3c4"], [0.5, "#86c29b"], [0.75, "#2f9e73"], [1, "#064d3b"]]


def month_ticks(months: Sequence[str]) -> dict[str, Any]:
    """Labels of months: 1 … 12 with the Chinese word for month, or the English short name."""
    names = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    numbers = [int(month[5:7]) for month in months]
    ticks = [words(f"{number}月", names[number - 1]) for number in numbers]
    return {"tickvals": list(range(len(months))), "ticktext": ticks}


def _numbers(labels: Mapping[str, Any]) -> list[str]:
    """The months as bare numbers, for a phone."""
    return [text["zh"].removesuffix("月") for text in labels["ticktext"]]


def months(rows: Sequence[Row], limit: float | None) -> Figure | None:
    """Above: supply by origin, stacked, and use, by month. Below: the intensity of the year up to each month."""
    alone = [row for row in rows if row["window_kind"] == "month"]
    so_far = [row for row in rows if row["window_kind"] == "year_to_date"]
    if not any(row["electricity_use_mwh"] for row in alone):
        return None
    places = list(range(len(alone)))
    data: list[dict[str, Any]] = [
        {
            "type": "bar",
            "name": label,
            "x": places,
            "y": [float(row[column] or 0) for row in alone],
            "marker": {"color": SUPPLY_COLOURS[key]},
            "hovertemplate": "%{y:,.0f} MWh<extra></extra>",
        }
        for column, key, label in _SOURCES
        if any(row[column] for row in alone)
    ]
    rest = [_rest(row) for row in alone]
    if any(rest):
        data.append(
            {
                "type": "bar",
                "name": words("自备其他电源与储能", "Own other power and storage"),
                "x": places,
                "y": [float(value) for value in rest],
                "marker": {"color": SUPPLY_COLOURS["other"]},
                "hovertemplate": "%{y:,.0f} MWh<extra></extra>",
            }
        )
    if any(row["missing_energy_mwh"] for row in alone):
        data.append(
            {
                "type": "bar",
                "name": TEXTS["open_month"],
                "x": places,
                "y": [float(row["missing_energy_mwh"] or 0) for row in alone],
                "marker": {"color": "#ffffff", "pattern": {"shape": "/", "fgcolor": LIMIT_COLOUR, "size": 6}},
                "hovertemplate": "%{y:,.0f} MWh<extra></extra>",
            }
        )
    data.append(
        {
            "type": "scatter",
            "mode": "lines+markers",
            "name": words("用电量", "Use"),
            "x": places,
            "y": [
                float(row["electricity_use_mwh"] or 0) if row["completeness"] == "complete" else None for row in alone
            ],
            "line": {"color": INK, "width": 2},
            "marker": {"size": 6},
            "hovertemplate": "%{y:,.0f} MWh<extra></extra>",
        }
    )
    data.append(
        {
            "type": "scatter",
            "mode": "lines+markers",
            "x": places[: len(so_far)],
            "y": [row["intensity_tco2_per_tce"] for row in so_far],
            "xaxis": "x2",
            "yaxis": "y2",
            "line": {"color": "#5c7c99", "width": 3},
            "marker": {"size": 7, "symbol": [_SIGNS[row["completeness"]] for row in so_far]},
            "showlegend": False,
            "hovertemplate": "%{y:.4f} tCO₂/tce<extra></extra>",
        }
    )
    shapes, notes = [], [_heading(words("各月电量（MWh）", "Electricity by month, MWh"), 1)]
    notes.append(_heading(words("本年累计强度（tCO₂/tce）", "Intensity so far, tCO₂/tce"), 0.36))
    if limit is not None:
        line = {"line": {"color": LIMIT_COLOUR, "width": 2, "dash": "dash"}, "type": "line"}
        shapes = [{**line, "xref": "x2 domain", "yref": "y2", "x0": 0, "x1": 1, "y0": limit, "y1": limit}]
    labels = month_ticks([row["month"] for row in alone])
    short = {f"{name}.ticktext": _numbers(labels) for name in ("xaxis", "xaxis2")}
    span = [-0.6, len(alone) - 0.4]
    return figure(
        data,
        500,
        narrow=short | {"height": 600},
        barmode="stack",
        bargap=0.28,
        showlegend=True,
        legend=LEGEND_BELOW | {"y": -0.1},
        shapes=shapes,
        annotations=notes,
        xaxis=axis(**labels, domain=[0, 1], range=span, anchor="y", showgrid=False),
        yaxis=axis(
            domain=[0.5, 0.94], zeroline=True, zerolinecolor=MUTED, rangemode="tozero", tickformat=",.0f", nticks=5
        ),
        xaxis2=axis(**labels, domain=[0, 1], range=span, anchor="y2", showgrid=False),
        yaxis2=axis(domain=[0, 0.3], zeroline=True, zerolinecolor=MUTED, rangemode="tozero", anchor="x2", nticks=5),
    )


def _rest(row: Row) -> Decimal:
    """What of a month's use none of the origins gave: own fossil and recovered generation, and what storage lost.

    Zero where storage gave more than it took: a bar has no place for that.
    """
    if row["completeness"] != "complete" or row["electricity_use_mwh"] is None:
        return Decimal(0)
    known = sum((row[column] or Decimal(0) for column, _, _ in _SOURCES), Decimal(0))
    rest: Decimal = row["electricity_use_mwh"] - known
    return max(rest, Decimal(0))


def _heading(text: Words, y: float) -> dict[str, Any]:
    places = {"xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "top"}
    return note(text, 0, y, **places, font={"size": 13, "color": INK})


def hours(days: Sequence[Row], year: int) -> tuple[Figure, Figure] | None:
    """The heat maps of a year, a column a day and a row an hour: the load, and the share of it that is green.

    An hour without an interval stays empty; None where the publication has no days of the park.
    """
    if not days:
        return None
    first = date(year, 1, 1)
    columns = (date(year + 1, 1, 1) - first).days
    load: _Cells = [[None] * columns for _ in range(24)]
    share: _Cells = [[None] * columns for _ in range(24)]
    for row in days:
        column = (row["day"] - first).days
        for hour, (used, green) in enumerate(zip(row["load_mwh"], row["green_mwh"], strict=True)):
            if used is None:
                continue
            load[hour][column] = float(f"{used:.4g}")
            share[hour][column] = round(100 * green / used, 1) if used and green is not None else None
    return _heat(load, first, _LOAD_SCALE, "MWh", {}), _heat(share, first, _GREEN_SCALE, "%", {"zmin": 0, "zmax": 100})


_Cells = list[list[float | None]]
"""Hour by hour, day by day."""


def _heat(cells: _Cells, first: date, scale: Sequence[Any], unit: str, bounds: Mapping[str, float]) -> Figure:
    dates = [f"{first + timedelta(days=day):%m-%d}" for day in range(len(cells[0]))]
    labels = month_ticks([f"{first.year}-{month:02d}" for month in range(1, 13)])
    labels["tickvals"] = [f"{month:02d}-15" for month in range(1, 13)]
    heading = {"text": unit, "side": "top", "font": {"size": 12}}
    trace = {
        "type": "heatmap",
        "x": dates,
        "z": cells,
        "colorscale": scale,
        "hoverongaps": False,
        "hovertemplate": "%{x} %{y}:00 · %{z:,.4~g} " + unit + "<extra></extra>",
        "colorbar": {
            "title": heading, "thickness": 12, "len": 1.0, "outlinewidth": 0, "nticks": 5,
            "tickfont": {"size": 11, "color": MUTED},
        },
        **bounds,
    }  # fmt: skip
    return figure(
        [trace],
        250,
        narrow={"xaxis.ticktext": _numbers(labels), "xaxis.tickangle": 0},
        plot_bgcolor="#d9dde2",
        xaxis=axis(**labels, type="category", showgrid=False),
        yaxis=axis(tickvals=[-0.5, 5.5, 11.5, 17.5, 23.5], ticktext=_HOURS, range=[23.5, -0.5], showgrid=False),
    )


def quality(rows: Sequence[Row]) -> Figure | None:
    """How the energy of each month came to be known, as shares of it; None without months."""
    months_shown = [row for row in rows if row["energy_mwh"]]
    if not months_shown:
        return None
    places = list(range(len(months_shown)))
    totals = [float(row["energy_mwh"]) + float(row["open_mwh"] or 0) for row in months_shown]
    data = [
        {
            "type": "bar",
            "name": label,
            "x": places,
            "y": [100 * float(row[column] or 0) / total for row, total in zip(months_shown, totals, strict=True)],
            "marker": {"color": colour},
            "hovertemplate": "%{y:.1f} %<extra></extra>",
        }
        for column, label, colour in (MEASURED, *ESTIMATES)
        if column == MEASURED[0] or any(row[column] for row in months_shown)
    ]
    labels = month_ticks([row["month"] for row in months_shown])
    return figure(
        data,
        260,
        narrow={"xaxis.ticktext": _numbers(labels), "height": 330},
        barmode="stack",
        bargap=0.2,
        showlegend=True,
        legend=LEGEND_BELOW,
        xaxis=axis(**labels, showgrid=False),
        yaxis=axis(range=[0, 100], ticksuffix=" %", nticks=5),
    )
