"""Points: two measures against each other, and values with their bands."""

import numpy as np

from haihe.figures.figure import Figure, Option
from haihe.figures.palette import INK, PALETTE, SYMBOLS
from haihe.figures.parts import (
    GRID,
    category_axis,
    extremes,
    is_illustrative,
    item,
    legend,
    make_figure,
    numbers,
    pointer_text,
    value_axis,
)
from haihe.figures.table import Table
from haihe.messages import Lang, Quality, Text

LABELLED_POINTS = 40
"""Up to this many points carry their name."""
ROOM = ["6%", "8%"]
"""Free space at both ends of an axis."""


def scatter(
    table: Table,
    x: str,
    y: str,
    name: str,
    *,
    by: str | None = None,
    title: Text | None = None,
    description: Text | None = None,
    height: int = 460,
) -> Figure:
    """Draw one point a record, named, over two measures.

    Parameters
    ----------
    table : Table
        One record a point; records without both measures are not drawn.
    x, y, name, by : str
        Columns of the two measures, of the point's name, and of the group that gives marker and colour.
    title, description : Text, optional
        The table's title, and a description by extremes, where not given.
    height : int
        px.

    Returns
    -------
    Figure
        Points that rest on illustrative numbers are hollow.

    Raises
    ------
    HaiheError
        ``E-FIG-01``, ``E-FIG-04``.
    """
    along, up, names = table.column(x), table.column(y), table.column(name)
    at_x, at_y, marks = numbers(table, x), numbers(table, y), table.row_quality()
    groups = list(dict.fromkeys(table.frame[by])) if by else [None]
    of_group = list(table.frame[by]) if by else [None] * len(table)
    group_words = [table.column(by).show(g) for g in groups] if by else []
    drawn = np.isfinite(at_x) & np.isfinite(at_y)
    middle = (at_x[drawn].min() + at_x[drawn].max()) / 2 if drawn.any() else 0.0

    def option(lang: Lang) -> Option:
        series = []
        for i, group in enumerate(groups):
            colour = PALETTE[i % len(PALETTE)]
            items = []
            for row in (r for r in np.flatnonzero(drawn) if of_group[r] == group):
                text = "\n".join(
                    f"{column.title(lang)}{'：' if lang == 'zh' else ': '}{column.with_unit(value)(lang)}"
                    for column, value in ((along, at_x[row]), (up, at_y[row]))
                )
                label = names.show(table.frame[name].iloc[row])(lang)
                point: Option = {"value": [at_x[row], at_y[row]], "text": text, "head": label, "name": label}
                if at_x[row] > middle:
                    point["label"] = {"position": "left"}
                if is_illustrative(marks[row]):
                    point["itemStyle"] = _hollow(colour)
                items.append(point)
            series.append(
                {
                    "type": "scatter",
                    **({"name": group_words[i](lang)} if by else {}),
                    "symbol": SYMBOLS[i % 4],
                    "symbolSize": 11,
                    "itemStyle": {"color": colour, "borderColor": "#ffffff", "borderWidth": 1, "opacity": 1},
                    "label": {
                        "show": len(table) <= LABELLED_POINTS,
                        "formatter": "{b}",
                        "position": "right",
                        "color": INK,
                    },
                    "labelLayout": {"hideOverlap": True},
                    "data": items,
                }
            )
        upright = value_axis(up, up.heading(lang), scale=True, boundaryGap=ROOM, nameLocation="end", nameGap=14)
        upright["nameTextStyle"] = {**upright["nameTextStyle"], "align": "left"}
        return {
            "grid": {**GRID, "top": 68 if by else 40, "bottom": 34, "right": 80, "left": 16},
            "legend": legend(group_words, lang),
            "tooltip": {"trigger": "item"},
            "xAxis": value_axis(
                along, along.heading(lang), nameLocation="middle", nameGap=30, scale=True, boundaryGap=ROOM
            ),
            "yAxis": upright,
            "series": series,
        }

    return make_figure(
        table,
        option,
        unit=up.unit,
        description=description or extremes(Text("散点图", "Scatter chart"), table, y, [name], title),
        height=height,
        title=title,
    )


def ranges(
    table: Table,
    name: str,
    value: str,
    low: str,
    high: str,
    *,
    title: Text | None = None,
    description: Text | None = None,
    height: int | None = None,
) -> Figure:
    """Draw a dot with its band for every record, lying one under another: prices, gains, any figure with a spread.

    Parameters
    ----------
    table : Table
        One record a line; all in one unit.
    name, value, low, high : str
        Columns of the name, the central figure and the ends of its band (a record may lack a band).
    title, description : Text, optional
        The table's title, and a description by extremes, where not given.
    height : int, optional
        px; fits the number of records where not given.

    Returns
    -------
    Figure
        Dots that rest on illustrative numbers are hollow, their band dashed.

    Raises
    ------
    HaiheError
        ``E-FIG-01``, ``E-FIG-04``.
    """
    column, names, marks = table.column(value), table.column(name), table.row_quality()
    centre, bottom, top = numbers(table, value), numbers(table, low), numbers(table, high)
    words = [names.show(v) for v in table.frame[name]]
    banded = np.isfinite(bottom) & np.isfinite(top)
    colour = PALETTE[0]

    def option(lang: Lang) -> Option:
        items, spans = [], []
        for row, mark in enumerate(marks):
            spread = f"\n[{column.show(bottom[row])(lang)} … {column.show(top[row])(lang)}]" if banded[row] else ""
            text = pointer_text(column, centre[row], None, lang, mark, spread)
            style = _hollow(colour) if is_illustrative(mark) else {"color": colour, "opacity": 1}
            shown = {"show": True, "formatter": column.show(centre[row])(lang), "position": "top", "color": INK}
            items.append(item(centre[row], text, itemStyle=style, label=shown))
            if banded[row]:
                line = {"type": _line_type(mark), "width": 3, "color": colour, "opacity": 0.55}
                spans.append([{"coord": [bottom[row], row], "lineStyle": line}, {"coord": [top[row], row]}])
        return {
            "grid": {**GRID, "top": 12, "right": 40},
            "tooltip": {"trigger": "axis", "axisPointer": {"type": "shadow"}},
            "xAxis": value_axis(column, scale=True, boundaryGap=ROOM),
            "yAxis": category_axis(words, lang, inverse=True, axisLabel={"interval": 0}),
            "series": [
                {
                    "type": "scatter",
                    "symbolSize": 13,
                    "data": items,
                    "z": 4,
                    "markLine": {
                        "silent": True,
                        "symbol": ["none", "none"],
                        "label": {"show": False},
                        "data": spans,
                        "z": 2,
                    },
                }
            ],
        }

    return make_figure(
        table,
        option,
        unit=column.unit,
        description=description or extremes(Text("区间图", "Values with bands"), table, value, [name], title),
        height=height or min(max(70 + 40 * len(table), 170), 1200),
        title=title,
    )


def _hollow(colour: str) -> Option:
    return {"color": "#ffffff", "borderColor": colour, "borderWidth": 2, "borderType": "dashed", "opacity": 1}


def _line_type(mark: Quality) -> str:
    return "dashed" if is_illustrative(mark) else "solid"
