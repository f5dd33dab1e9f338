"""Bars: grouped or stacked, upright or lying."""

from typing import Any

import numpy as np

from haihe.figures.figure import Figure, Option
from haihe.figures.palette import HATCH, INK, PALETTE
from haihe.figures.parts import (
    GRID,
    Block,
    block,
    category_axis,
    extremes,
    is_illustrative,
    item,
    legend,
    make_figure,
    pointer_text,
    value_axis,
)
from haihe.figures.table import Column, Table
from haihe.messages import Lang, Text

LABELLED_BARS = 30
"""Up to this many bars of a single series carry their value."""


def bars(
    table: Table,
    x: str,
    y: str,
    *,
    by: str | None = None,
    stacked: bool = False,
    horizontal: bool = False,
    title: Text | None = None,
    description: Text | None = None,
    height: int | None = None,
) -> Figure:
    """Draw bars from a long table.

    Parameters
    ----------
    table : Table
        One record a bar; every combination of ``x`` and ``by`` once.
    x, y, by : str
        Columns of the names along the axis, of the lengths, and of the series.
    stacked : bool
        Put the series on top of each other (positive and negative parts apart) rather than side by side.
    horizontal : bool
        Lay the bars down: better for long names. The first record stands on top.
    title, description : Text, optional
        The table's title, and a description by extremes, where not given.
    height : int, optional
        px; fits the number of bars where not given.

    Returns
    -------
    Figure
        Bars that rest on illustrative numbers are hatched.

    Raises
    ------
    HaiheError
        ``E-FIG-01``, ``E-FIG-03``, ``E-FIG-04``.
    """
    data, column = block(table, x, y, by), table.column(y)
    whole = _whole(data, column) if stacked else {}

    def option(lang: Lang) -> Option:
        names = category_axis(
            data.place_words,
            lang,
            inverse=horizontal,
            axisLabel={"interval": 0, **({} if horizontal else _turned(data, lang))},
        )
        lengths = value_axis(column, **whole)
        return {
            "grid": {**GRID, "top": 46 if by else 16, "right": 64 if horizontal else 24},
            "legend": legend(data.group_words, lang),
            "tooltip": {"trigger": "axis", "axisPointer": {"type": "shadow"}},
            "xAxis": lengths if horizontal else names,
            "yAxis": names if horizontal else lengths,
            "series": [_series(data, i, column, lang, stacked, horizontal) for i in range(len(data.groups))],
        }

    rows = len(data.places) * (1 if stacked else max(1, len(data.groups) * 0.6))
    fitted = int(min(max(90 + rows * 24, 200), 1400)) if horizontal else 360
    return make_figure(
        table,
        option,
        unit=column.unit,
        description=description or extremes(Text("条形图", "Bar chart"), table, y, [k for k in (by, x) if k], title),
        height=height or fitted,
        title=title,
    )


def _whole(data: Block, column: Column) -> Option:
    """End the axis at the whole where the parts of every bar make it up (rounding would else add a step)."""
    whole = 1.0 if column.kind == "share" else 100.0
    percent = column.kind == "share" or (column.unit is not None and column.unit.en == "%")
    made_up = percent and data.values.size and np.allclose(np.nansum(data.values, axis=0), whole)
    return {"max": whole} if made_up and np.nanmin(data.values) >= 0 else {}


def _turned(data: Block, lang: Lang) -> Option:
    """Wrap, and where there are many turn, names that would not fit side by side."""
    room = 820 / max(len(data.places), 1)
    sign = 13 if lang == "zh" else 7
    names = [word(lang) for word in data.place_words]
    longest = sign * max(map(len, names), default=0)
    unbroken = sign * max((len(part) for name in names for part in name.split()), default=0) if lang == "en" else sign
    if longest <= room:
        return {}
    if longest <= 4 * room and unbroken <= room - 8:
        return {"width": int(room) - 8, "overflow": "break", "lineHeight": 15}
    return {"rotate": 40, "width": 150, "overflow": "truncate"}


def _series(data: Block, i: int, column: Column, lang: Lang, stacked: bool, horizontal: bool) -> Option:
    """One series of bars."""
    single = not data.group_words
    group = None if single else data.group_words[i]
    labelled = single and len(data.places) <= LABELLED_BARS
    items = []
    for value, mark in zip(data.values[i], data.quality[i], strict=True):
        more: dict[str, Any] = {}
        if is_illustrative(mark):
            more["itemStyle"] = {"decal": HATCH}
        if labelled and np.isfinite(value):
            up, down = ("right", "left") if horizontal else ("top", "bottom")
            shown = column.show(value)(lang)
            more["label"] = {"show": True, "formatter": shown, "position": up if value >= 0 else down, "color": INK}
        items.append(item(value, pointer_text(column, value, group, lang, mark), **more))
    named = {} if group is None else {"name": group(lang)}
    return {
        "type": "bar",
        **named,
        **({"stack": "all"} if stacked else {}),
        "barMaxWidth": 34,
        "barGap": "8%",
        "itemStyle": {"color": PALETTE[i % len(PALETTE)], "borderColor": "#ffffff", "borderWidth": 0.5},
        "data": items,
    }
