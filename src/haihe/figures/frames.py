"""Bars that play over time: one frame a moment, with a slider and a button to play; on paper the frame that is shown."""

import numpy as np

from haihe.figures.figure import Figure, Option
from haihe.figures.palette import INK, SOFT
from haihe.figures.parts import (
    GRID,
    Block,
    block,
    category_axis,
    extremes,
    item,
    legend,
    make_figure,
    pointer_text,
    value_axis,
)
from haihe.figures.table import Column, Table
from haihe.messages import Lang, Text

PAUSE = 700
"""Milliseconds of a frame while it plays."""


def frames(
    table: Table,
    when: str,
    place: str,
    value: str,
    *,
    by: str | None = None,
    start: int = 0,
    title: Text | None = None,
    description: Text | None = None,
    height: int | None = None,
) -> Figure:
    """Draw lying bars whose lengths change over time.

    Parameters
    ----------
    table : Table
        One record a bar and moment; every combination of ``when``, ``place`` and ``by`` at most once, all of them in the
        first moment. Every moment shows the same places and series.
    when, place, value, by : str
        Columns of the moments, of the names down, of the lengths, and of the series.
    start : int
        Moment that is shown first, and in print: say the worst one.
    title, description : Text, optional
        The table's title, and a description by extremes, where not given.
    height : int, optional
        px; fits the number of bars where not given.

    Returns
    -------
    Figure
        All moments share one axis, so that lengths compare. It plays only when asked to, once, and stops at the last moment;
        buttons play it and step through it. On paper stands the moment last shown.

    Raises
    ------
    HaiheError
        ``E-FIG-01``, ``E-FIG-03``, ``E-FIG-04``.
    """
    column, moments = table.column(value), list(dict.fromkeys(table.frame[when]))
    parts = [block(_at(table, when, moment), place, value, by) for moment in moments]
    every = np.concatenate([part.values.ravel() for part in parts]) if parts else np.zeros(1)
    low, high = float(min(np.nanmin(every), 0.0)), float(max(np.nanmax(every), 0.0))
    words = [table.column(when).show(moment) for moment in moments]

    def option(lang: Lang) -> Option:
        first = parts[start]
        return {
            "timeline": {
                "data": [word(lang) for word in words],
                "axisType": "category",
                "currentIndex": start,
                "autoPlay": False,
                "playInterval": PAUSE,
                "loop": False,
                "controlStyle": {"show": False},
                "haihe": {"title": table.column(when).title(lang)},
                "left": 16,
                "right": 16,
                "bottom": 0,
                "label": {"color": INK, "fontSize": 12},
                "lineStyle": {"color": SOFT},
            },
            "grid": {**GRID, "bottom": 64, "top": 46 if by else 16, "right": 40},
            "legend": legend(first.group_words, lang),
            "tooltip": {"trigger": "axis", "axisPointer": {"type": "shadow"}},
            "xAxis": value_axis(column, min=low, max=high),
            "yAxis": category_axis(first.place_words, lang, inverse=True, axisLabel={"interval": 0}),
            "series": _series(first, column, lang),
            "options": [{"series": _series(part, column, lang)} for part in parts],
        }

    rows = len(parts[0].places) * max(1, len(parts[0].groups) * 0.6) if parts else 1
    return make_figure(
        table,
        option,
        unit=column.unit,
        description=description
        or extremes(
            Text("随时间变化的条形图", "Bars over time"), table, value, [k for k in (when, by, place) if k], title
        ),
        height=height or int(min(max(150 + rows * 22, 260), 1400)),
        title=title,
    )


def _at(table: Table, when: str, moment: object) -> Table:
    """The records of one moment."""
    return Table(
        table.frame[table.frame[when] == moment],
        table.columns,
        key=table.key,
        title=table.title,
        source=table.source,
        quality=table.quality,
        quality_column=table.quality_column,
    )


def _series(data: Block, column: Column, lang: Lang) -> list[Option]:
    """Series of one moment."""
    named: list[Text | None] = [*data.group_words] or [None]
    return [
        {
            "type": "bar",
            "name": "" if word is None else word(lang),
            "data": [item(v, pointer_text(column, v, word, lang, mark)) for v, mark in zip(values, marks, strict=True)],
        }
        for word, values, marks in zip(named, data.values, data.quality, strict=True)
    ]
