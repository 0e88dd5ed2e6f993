"""Parts that every chart is made of: colours, texts in two languages, plain Plotly figures. No data of a park.

A figure is a dictionary of Plotly's figure schema in which a text may be ``{"zh": …, "en": …}``; the page's script
puts in the language that is shown. Colours differ in lightness as well as in hue, so that they can be told apart
without colour vision and in print.
"""

import html
from collections.abc import Mapping, Sequence
from typing import Any

Figure = dict[str, Any]
Words = dict[str, str]
"""One text in both languages, keys ``zh`` and ``en``."""

INK, MUTED, GRID, PALE = "#1c2733", "#5b6876", "#e3e8ee", "#eef2f6"
VERDICT_COLOURS = {"pass": "#00795c", "fail": "#b3420f", "undecided": "#8a6a00", "not_applicable": "#5f6b7a"}
VERDICT_SYMBOLS = {"pass": "circle", "fail": "x", "undecided": "diamond-open", "not_applicable": "circle-open"}
SUPPLY_COLOURS = {
    "direct": "#0b5d8f",
    "onsite": "#e3a008",
    "trade": "#2f9e73",
    "gec": "#9ad0b8",
    "residual": "#8d97a5",
    "other": "#5b4a6b",
    "export": "#c77fae",
}
LIMIT_COLOUR = "#c2185b"


def safe(text: str) -> str:
    """A name for a chart: Plotly reads tags such as links in its texts, a name must not become one."""
    return html.escape(text, quote=False)


def words(zh: str, en: str) -> Words:
    return {"zh": zh, "en": en}


def axis(**options: Any) -> dict[str, Any]:
    """An axis that is read, not dragged: thin grid, no zoom, room for its labels."""
    return {
        "fixedrange": True,
        "automargin": True,
        "gridcolor": GRID,
        "zeroline": False,
        "exponentformat": "none",
        "linecolor": GRID,
        "tickfont": {"color": MUTED, "size": 12},
        **options,
    }


def title(text: Words) -> dict[str, Any]:
    """An axis title that stands back behind the figures."""
    return {"text": text, "font": {"size": 12, "color": MUTED}, "standoff": 8}


def figure(
    data: Sequence[Mapping[str, Any]], height: int, narrow: Mapping[str, Any] | None = None, **layout: Any
) -> Figure:
    """A figure of traces with the house's layout; ``height`` in pixels, the width is that of the page.

    ``narrow``: what is other on a phone, by path in the layout (``xaxis.ticktext``).
    """
    base = {
        "height": height,
        "margin": {"l": 8, "r": 12, "t": 10, "b": 8, "pad": 2},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "showlegend": False,
        "dragmode": False,
        "hoverlabel": {"bgcolor": "#ffffff", "bordercolor": MUTED, "font": {"color": INK, "size": 13}, "align": "left"},
    }
    return {"data": list(data), "layout": {**base, **layout}, "narrow": dict(narrow or {})}


def label(text: Words | str, x: float, y: float, **options: Any) -> dict[str, Any]:
    """A value beside its mark, on white, so that a line behind it does not strike it through."""
    return note(text, x, y, bgcolor="rgba(255,255,255,0.88)", borderpad=1, **options)


def note(text: Words | str, x: float, y: float, **options: Any) -> dict[str, Any]:
    """A text inside the chart, in the units of its axes unless ``xref`` or ``yref`` say otherwise."""
    return {"text": text, "x": x, "y": y, "showarrow": False, "font": {"size": 12, "color": INK}, **options}


def across(axis_name: str, at: float, span: str) -> dict[str, Any]:
    """The dashed upright line of a limit; ``span`` the axis domain that it crosses."""
    style = {"line": {"color": LIMIT_COLOUR, "width": 2, "dash": "dash"}}
    return {"type": "line", "xref": axis_name, "yref": span, "x0": at, "x1": at, "y0": 0, "y1": 1, **style}


LEGEND_BELOW = {
    "orientation": "h",
    "x": 0,
    "xanchor": "left",
    "y": -0.14,
    "yanchor": "top",
    "font": {"size": 12},
    "traceorder": "normal",
}
