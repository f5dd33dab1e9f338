"""Lines over years or over any measure, with a band where there is one."""

import numpy as np

from haihe.figures.figure import Figure, Option
from haihe.figures.palette import INK, PALETTE, SYMBOLS
from haihe.figures.parts import (
    GRID,
    Block,
    block,
    category_axis,
    extremes,
    is_illustrative,
    legend,
    make_figure,
    pointer_text,
    value_axis,
)
from haihe.figures.table import Column, Table
from haihe.messages import Lang, Text

INSIDE: Option = {"alignMaxLabel": "right"}
"""The last label ends where the axis does: a long one is not cut off."""
NAMED_POINT: Option = {
    "show": True,
    "position": "top",
    "color": INK,
    "backgroundColor": "rgba(255,255,255,0.86)",
    "padding": [2, 4],
    "borderRadius": 3,
}


def lines(
    table: Table,
    x: str,
    y: str,
    *,
    by: str | None = None,
    low: str | None = None,
    high: str | None = None,
    label: str | None = None,
    title: Text | None = None,
    description: Text | None = None,
    height: int = 380,
) -> Figure:
    """Draw lines from a long table; over a column of numbers this draws a front, over years or names a course.

    Parameters
    ----------
    table : Table
        One record a point; every combination of ``x`` and ``by`` once. A missing ``y`` is a gap.
    x, y, by : str
        Columns along, of the height, and of the series. Where ``x`` holds numbers (say the cut of carbon, with the
        loss of welfare as ``y`` and pooled or separate as ``by``) both axes are named and points sorted along ``x``.
    low, high : str, optional
        Columns of a band around ``y``; both or none.
    label : str, optional
        Column of words written at a point (the knee, the present choice); empty elsewhere.
    title, description : Text, optional
        The table's title, and a description by extremes, where not given.
    height : int
        px.

    Returns
    -------
    Figure
        Series that rest on illustrative numbers are dashed; each series has its own marker.

    Raises
    ------
    HaiheError
        ``E-FIG-01``, ``E-FIG-03``, ``E-FIG-04``.
    """
    data, column, along = block(table, x, y, by), table.column(y), table.column(x)
    measured = along.kind in ("number", "share")
    order = np.argsort(np.asarray(data.places, dtype=float)) if measured else np.arange(len(data.places))
    band = (block(table, x, low, by).values, block(table, x, high, by).values) if low and high else None
    words = _words(table, x, by, label)

    def option(lang: Lang) -> Option:
        drawn = [
            one for i in range(len(data.groups)) for one in _series(data, i, column, lang, order, measured, band, words)
        ]
        if measured:
            horizontal = value_axis(
                along, along.heading(lang), nameLocation="middle", nameGap=30, scale=True, axisLine={"show": True}
            )
        else:
            horizontal = category_axis([data.place_words[i] for i in order], lang, boundaryGap=False, axisLabel=INSIDE)
        upright = value_axis(column, column.heading(lang) if measured else None, scale=measured)
        if measured:
            upright |= {"nameLocation": "end", "nameGap": 14}
            upright["nameTextStyle"] = {**upright["nameTextStyle"], "align": "left"}
        top = (46 if by else 16) + (22 if measured else 0)
        return {
            "grid": {**GRID, "top": top, "bottom": 34 if measured else 12, "left": 16},
            "legend": legend(data.group_words, lang),
            "tooltip": {"trigger": "item" if measured else "axis"},
            "xAxis": horizontal,
            "yAxis": upright,
            "series": drawn,
        }

    return make_figure(
        table,
        option,
        unit=column.unit,
        description=description or extremes(Text("折线图", "Line chart"), table, y, [k for k in (by, x) if k], title),
        height=height,
        title=title,
    )


def _words(table: Table, x: str, by: str | None, label: str | None) -> dict[tuple[object, object], Text]:
    """Words written at points, by (series, place)."""
    if label is None:
        return {}
    column, groups = table.column(label), table.frame[by] if by else [None] * len(table)
    found = zip(groups, table.frame[x], table.frame[label], strict=True)
    return {(g, p): column.show(v) for g, p, v in found if isinstance(v, Text) or (isinstance(v, str) and v)}


def _series(
    data: Block,
    i: int,
    column: Column,
    lang: Lang,
    order: np.ndarray,
    measured: bool,
    band: tuple[np.ndarray, np.ndarray] | None,
    words: dict[tuple[object, object], Text],
) -> list[Option]:
    """One line, and two unseen ones under it that carry its band."""
    group = data.group_words[i] if data.group_words else None
    named: Option = {} if group is None else {"name": group(lang)}
    colour = PALETTE[i % len(PALETTE)]
    seen = np.isfinite(data.values[i]) | (not measured)
    order = order[seen[order]]
    items, marks = [], []
    for j in order:
        value, mark = data.values[i, j], data.quality[i, j]
        marks.append(mark)
        spread = ""
        if band is not None and np.isfinite(band[0][i, j]) and np.isfinite(band[1][i, j]):
            spread = f" [{column.show(band[0][i, j])(lang)} … {column.show(band[1][i, j])(lang)}]"
        text = pointer_text(column, value, group, lang, mark, spread)
        point: Option = {"value": _at(data.places[j], value, measured), "text": text}
        if measured:
            point["head"] = data.place_words[j](lang)
        if (data.groups[i], data.places[j]) in words:
            written = words[data.groups[i], data.places[j]](lang)
            point["label"] = {**NAMED_POINT, "formatter": written}
            point["symbolSize"] = 13
        items.append(point)
    dashed = "dashed" if any(map(is_illustrative, marks)) else "solid"
    main: Option = {
        "type": "line",
        **named,
        "data": items,
        "symbol": SYMBOLS[i % len(SYMBOLS)],
        "symbolSize": 8,
        "showSymbol": len(items) <= 60,
        "lineStyle": {"width": 2.2, "type": dashed, "color": colour},
        "itemStyle": {"color": colour},
        "z": 3,
    }
    if band is None:
        return [main]
    low, high = band[0][i, order], band[1][i, order]
    places = [data.places[j] for j in order]
    unseen: Option = {
        "type": "line",
        **named,
        "stack": f"band {i}",
        "stackStrategy": "all",
        "silent": True,
        "symbol": "none",
        "lineStyle": {"opacity": 0},
        "itemStyle": {"color": colour},
    }
    under = [_at(p, v, measured) for p, v in zip(places, low, strict=True)]
    over = [_at(p, v, measured) for p, v in zip(places, high - low, strict=True)]
    return [main, {**unseen, "data": under}, {**unseen, "data": over, "areaStyle": {"color": colour, "opacity": 0.16}}]


def _at(place: object, value: float, measured: bool) -> object:
    """Data of one point: a value on an axis of names, a pair on an axis of numbers; null where missing."""
    height = float(value) if np.isfinite(value) else None
    return [float(place), height] if measured else height  # type: ignore[arg-type]
