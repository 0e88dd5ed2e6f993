"""The charts of one park's year: emissions by term, and where its electricity comes from.

Each function takes published rows and gives a figure of ``drawing``, or None where there is nothing to draw. Values are
those of the publication; only what is drawn is a floating-point number.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from pipelines.reports.amounts import percent, shown
from pipelines.reports.drawing import (
    INK,
    MUTED,
    PALE,
    SUPPLY_COLOURS,
    Figure,
    Words,
    axis,
    figure,
    title,
    words,
)

Row = Mapping[str, Any]

EMISSION_TERMS: tuple[tuple[str, Words], ...] = (
    ("fuel_tco2", words("燃料燃烧", "Fuels")),
    ("conversion_tco2", words("加工转换", "Conversion")),
    ("electricity_tco2", words("电力", "Electricity")),
    ("heat_tco2", words("热力", "Heat")),
    ("process_tco2", words("工业过程", "Process")),
)
_LABELLED_FROM = Decimal("0.05")


def emissions(row: Row) -> Figure | None:
    """The terms of E one after the other, and E; None without a total."""
    if row["total_tco2"] is None:
        return None
    terms = [(label, row[name]) for name, label in EMISSION_TERMS if row[name]]
    names: list[Words] = [*(label for label, _ in terms), words("排放总量", "Total")]
    values = [*(value for _, value in terms), row["total_tco2"]]
    measure = ["relative"] * len(terms) + ["total"]
    trace = {
        "type": "waterfall",
        "x": list(range(len(values))),
        "y": [float(value) for value in values],
        "measure": measure,
        "text": [shown(value) for value in values],
        "textposition": "outside",
        "cliponaxis": False,
        "width": [0.6] * len(values),
        "connector": {"line": {"color": "#9aa5b1", "width": 1}},
        "increasing": {"marker": {"color": "#5c7c99"}},
        "decreasing": {"marker": {"color": SUPPLY_COLOURS["trade"]}},
        "totals": {"marker": {"color": INK}},
        "hoverinfo": "skip",
    }
    top = max([*_running(terms), row["total_tco2"], Decimal(0)])
    bottom = min([*_running(terms), Decimal(0)])
    places = list(range(len(values)))
    return figure(
        [trace],
        320,
        xaxis=axis(tickvals=places, ticktext=names, showgrid=False, tickfont={"size": 13, "color": INK}),
        yaxis=axis(
            title=title(words("吨二氧化碳（tCO₂）", "tCO₂")),
            range=[float(bottom) * 1.15, float(top) * 1.15 or 1],
            tickformat=",.0f",
            zeroline=True,
            zerolinecolor=MUTED,
        ),
    )


def _running(terms: Sequence[tuple[Words, Decimal]]) -> list[Decimal]:
    sums, total = [], Decimal(0)
    for _, value in terms:
        total += value
        sums.append(total)
    return sums


def supply_parts(row: Row) -> list[dict[str, Any]]:
    """Where the electricity used comes from: key, label, mwh, share of the use, colour; the parts add up to the use.

    The rest is what the park's own fossil and recovered generation gives and what storage took or gave.
    """
    use = row["electricity_use_mwh"]
    if not use:
        return []
    known = (
        ("direct", words("绿电直供（专线）", "Direct lines"), row["direct_supply_mwh"]),
        ("onsite", words("园区内非化石自发自用", "On-site non-fossil"), row["onsite_nonfossil_mwh"]),
        ("trade", words("绿电交易", "Green-power trade"), row["green_trade_mwh"]),
        ("gec", words("绿证核销", "Green certificates"), row["gec_mwh"]),
        ("residual", words("其余下网电量", "Other grid power"), row["residual_grid_mwh"]),
    )
    rest = use - sum((value or Decimal(0) for _, _, value in known), Decimal(0))
    parts = [*known, ("other", words("自备其他电源与储能", "Own other power and storage"), rest)]
    return [
        {"key": key, "label": label, "mwh": value, "share": (value or Decimal(0)) / use, "colour": SUPPLY_COLOURS[key]}
        for key, label, value in parts
        if key != "other" or value
    ]


def supply(row: Row) -> Figure | None:
    """One bar of the electricity used by origin, and below it what was exported; None without use."""
    parts = [part for part in supply_parts(row) if (part["mwh"] or 0) > 0]
    if not parts:
        return None
    data = [_bar(part["label"], float(part["mwh"]), 1, part["colour"], _fits(part["share"])) for part in parts]
    export = row["grid_export_mwh"]
    places = [words("用电", "Use")]
    if export:
        data.append(_bar(words("上网", "Export"), float(export), 0, SUPPLY_COLOURS["export"], ""))
        places.append(words("上网", "Export"))
    return figure(
        data,
        170 if export else 118,
        narrow={"xaxis.nticks": 3, "xaxis.tickangle": 0},
        barmode="stack",
        bargap=0.32,
        xaxis=axis(title=title(words("兆瓦时（MWh）", "MWh")), rangemode="tozero", tickformat=",.0f", nticks=6),
        yaxis=axis(
            tickvals=[1, 0][: len(places)], ticktext=places, showgrid=False, tickfont={"size": 13, "color": INK}
        ),
        plot_bgcolor=PALE if export is None else "rgba(0,0,0,0)",
    )


def _fits(share: Decimal) -> str:
    """The share as a text where its piece of the bar is wide enough for it."""
    return percent(share, 0) if share >= _LABELLED_FROM else ""


def _bar(name: Words, value: float, place: int, colour: str, text: str) -> dict[str, Any]:
    return {
        "type": "bar",
        "orientation": "h",
        "name": name,
        "x": [value],
        "y": [place],
        "marker": {"color": colour, "line": {"color": "#ffffff", "width": 1}},
        "text": [text],
        "textposition": "inside",
        "insidetextanchor": "middle",
        "constraintext": "none",
        "textangle": 0,
        "hovertemplate": "%{x:,.0f} MWh<extra></extra>",
    }
