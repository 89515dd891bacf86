"""A result's chart as a plotly figure. Knows the `Chart` record, not what it is about."""

import html
import math
import textwrap
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from assistant.messages import Cell, Chart, Series

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

# Okabe and Ito's palette, which colour-blind people tell apart; the first one is the page's own accent.
_COLOURS = ("#12827a", "#d55e00", "#4477aa", "#cc79a7", "#b8860b", "#5d8a2b", "#7b5ea7", "#777777")
_GRID = "rgba(128,128,128,0.22)"
_LONG_LABEL = 9
_SMALL = 260  # pixels


def figure(chart: Chart, *, small: bool = False) -> "Figure":
    """Draws the chart: lines with their band, bars (lying down where their names are long), points or ways on a map.

    Args:
        chart: what to draw.
        small: for a card on the board: lower, and without the title that the card has anyway.
    """
    import plotly.graph_objects as go

    lying = chart.kind == "bar" and _lies_down(chart)
    drawn = go.Figure()
    for place, series in enumerate(chart.series):
        colour = _COLOURS[place % len(_COLOURS)]
        if chart.kind == "bar":
            drawn.add_trace(_bars(series, colour, lying))
            continue
        if chart.kind == "routes":
            drawn.add_trace(_way(series, colour))
            continue
        if chart.kind == "line" and _has_band(series):
            drawn.add_traces(_band(series, colour))
        drawn.add_trace(_points(series, colour, chart.kind))
    _lay_out(drawn, chart, lying)
    if chart.kind == "routes":
        _lay_out_map(drawn, chart)
    if small:
        drawn.update_layout(title=None, height=min(drawn.layout.height, _SMALL), margin={"t": 30})
    return drawn


def _points(series: Series, colour: str, kind: str) -> Any:
    import plotly.graph_objects as go

    few = len(series.x) <= 40
    return go.Scatter(
        x=_places(series.x),
        y=list(series.y),
        name=_plain(series.name),
        mode="markers" if kind == "scatter" else "lines+markers" if few else "lines",
        line={"color": colour, "width": 2.5},
        marker={"color": colour, "size": 8 if kind == "scatter" else 5},
        **(_error_bars(series, "y") if kind == "scatter" else {}),
    )


def _way(series: Series, colour: str) -> Any:
    """A round on the map: straight lines from stop to stop, each stop named; the depot is its first and last one."""
    import plotly.graph_objects as go

    inner = len(series.x) - 2
    return go.Scatter(
        x=list(series.x),
        y=list(series.y),
        name=_plain(series.name),
        mode="lines+markers",
        text=[_plain(label) for label in series.labels] or None,
        hovertemplate="%{text}<extra></extra>" if series.labels else None,
        line={"color": colour, "width": 2},
        marker={"color": colour, "size": 9, "symbol": ["square", *["circle"] * inner, "square"] if inner > 0 else None},
    )


def _lay_out_map(drawn: "Figure", chart: Chart) -> None:
    """A degree of longitude is drawn shorter than one of latitude, as it is on the ground."""
    latitudes = [y for series in chart.series for y in series.y if y is not None]
    middle = math.radians(sum(latitudes) / len(latitudes)) if latitudes else 0.0
    drawn.update_layout(height=460, hovermode="closest")
    drawn.update_xaxes(showgrid=True, gridcolor=_GRID)
    drawn.update_yaxes(scaleanchor="x", scaleratio=1 / max(0.05, math.cos(middle)))


def _band(series: Series, colour: str) -> list[Any]:
    """The interval: an unseen lower edge and an upper edge that is filled down to it."""
    import plotly.graph_objects as go

    edge = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False, "connectgaps": False}
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    x, name = _places(series.x), _plain(series.name)
    return [
        go.Scatter(x=x, y=list(series.lower), name=f"{name}: lower", **edge),
        go.Scatter(
            x=x,
            y=list(series.upper),
            name=f"{name}: upper",
            fill="tonexty",
            fillcolor=f"rgba({red},{green},{blue},0.18)",
            **edge,
        ),
    ]


def _bars(series: Series, colour: str, lying: bool) -> Any:
    import plotly.graph_objects as go

    places, heights = _places(series.x), list(series.y)
    return go.Bar(
        x=heights if lying else places,
        y=places if lying else heights,
        orientation="h" if lying else "v",
        name=_plain(series.name),
        marker={"color": colour},
        **_error_bars(series, "x" if lying else "y"),
    )


def _error_bars(series: Series, axis: str) -> dict[str, Any]:
    if not _has_band(series):
        return {}
    above = [None if y is None or up is None else up - y for y, up in zip(series.y, series.upper, strict=True)]
    below = [None if y is None or low is None else y - low for y, low in zip(series.y, series.lower, strict=True)]
    bars = {"type": "data", "array": above, "arrayminus": below, "color": "rgba(128,128,128,0.9)", "thickness": 1.5}
    return {f"error_{axis}": bars}


def _lay_out(drawn: "Figure", chart: Chart, lying: bool) -> None:
    title = "<br>".join(textwrap.wrap(_plain(chart.title), 54))
    many = len(chart.series) > 1
    along = {"title": _axis_title(chart.x_label), "type": _axis_type(chart), "automargin": True, "showgrid": False}
    up = {"title": _axis_title(chart.y_label), "gridcolor": _GRID, "zerolinecolor": _GRID, "automargin": True}
    if lying:
        along["autorange"] = "reversed"  # the first one on top
    drawn.update_layout(
        title={"text": title, "font": {"size": 15}, "x": 0.02, "xanchor": "left", "y": 0.97, "yanchor": "top"},
        xaxis=up if lying else along,
        yaxis=along if lying else up,
        height=max(300, 130 + 24 * _longest(chart) * len(chart.series)) if lying else 340,
        margin={"l": 16, "r": 16, "t": 50 + 20 * title.count("<br>") + 22 * many, "b": 24},
        showlegend=many,
        legend={"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom", "traceorder": "normal"},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"family": "system-ui, sans-serif", "size": 13},
        hovermode="closest" if chart.kind == "scatter" else "y unified" if lying else "x unified",
        bargap=0.25,
        template="none",
    )


def _axis_title(label: str) -> dict[str, Any]:
    return {"text": _plain(label), "font": {"size": 13}}


def _axis_type(chart: Chart) -> str:
    """Dates and numbers have their scale; everything else stands in the order given."""
    places = [place for series in chart.series for place in series.x]
    if places and all(isinstance(place, str) and _is_day(place) for place in places):
        return "date"
    if chart.kind != "bar" and all(isinstance(place, int | float) for place in places):
        return "linear"
    return "category"


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == len("2011-12-09")


def _lies_down(chart: Chart) -> bool:
    places = [str(place) for series in chart.series for place in series.x]
    return _axis_type(chart) == "category" and max(map(len, places), default=0) > _LONG_LABEL


def _has_band(series: Series) -> bool:
    return bool(series.x) and len(series.lower) == len(series.upper) == len(series.x)


def _longest(chart: Chart) -> int:
    return max((len(series.x) for series in chart.series), default=0)


def _places(places: Sequence[Cell]) -> list[Cell]:
    return [_plain(place) if isinstance(place, str) else place for place in places]


def _plain(text: str) -> str:
    """The text as itself: plotly reads tags in its labels."""
    return html.escape(text, quote=False)
