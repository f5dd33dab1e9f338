"""A heat map: one measure over two lists of names."""

import numpy as np

from haihe.figures.figure import Figure, Option
from haihe.figures.palette import SOFT
from haihe.figures.parts import (
    GRID,
    block,
    category_axis,
    extremes,
    is_illustrative,
    make_figure,
    pointer_text,
)
from haihe.figures.scale import ColourScale
from haihe.figures.table import Table
from haihe.messages import Lang, Text

LABELLED_CELLS = 200
"""Up to this many cells carry their value."""


def heat(
    table: Table,
    x: str,
    y: str,
    value: str,
    *,
    title: Text | None = None,
    description: Text | None = None,
    height: int | None = None,
) -> Figure:
    """Draw a heat map from a long table.

    Parameters
    ----------
    table : Table
        One record a cell; every combination of ``x`` and ``y`` at most once. Cells without a record stay empty.
    x, y, value : str
        Columns of the names across, of the names down, and of the values. Values on both sides of zero get a
        two-sided scale.
    title, description : Text, optional
        The table's title, and a description by extremes, where not given.
    height : int, optional
        px; fits the number of rows where not given.

    Returns
    -------
    Figure
        Cells that rest on illustrative numbers have a dashed edge.

    Raises
    ------
    HaiheError
        ``E-FIG-01``, ``E-FIG-03``, ``E-FIG-04``.
    """
    data, column = block(table, x, value, y), table.column(value)
    scale = ColourScale.of(data.values)
    labelled = data.values.size <= LABELLED_CELLS

    def option(lang: Lang) -> Option:
        cells = []
        for i, j in zip(*np.nonzero(np.isfinite(data.values)), strict=True):
            number = data.values[i, j]
            style: Option = {"borderColor": "#ffffff", "borderWidth": 1}
            if is_illustrative(data.quality[i, j]):
                style = {"borderColor": SOFT, "borderWidth": 0.8, "borderType": "dashed"}
            cells.append(
                {
                    "value": [int(j), int(i), float(number)],
                    "head": f"{data.group_words[i](lang)} · {data.place_words[j](lang)}",
                    "text": pointer_text(column, number, None, lang, data.quality[i, j]),
                    "itemStyle": style,
                    "label": {
                        "show": labelled,
                        "formatter": column.show(number)(lang),
                        "color": scale.ink(number),
                        "fontSize": 11,
                    },
                }
            )
        longest = max((len(w(lang)) * (13 if lang == "zh" else 7) for w in data.place_words), default=0)
        turn = 45 if longest > 760 / max(len(data.places), 1) else 0
        return {
            "grid": {**GRID, "top": 8, "bottom": 52},
            "tooltip": {"trigger": "item"},
            "visualMap": scale.legend(column, lang, left="center", bottom=6),
            "xAxis": category_axis(data.place_words, lang, axisLabel={"interval": 0, "rotate": turn}),
            "yAxis": category_axis(data.group_words, lang, inverse=True, axisLabel={"interval": 0}),
            "series": [{"type": "heatmap", "data": cells}],
        }

    return make_figure(
        table,
        option,
        unit=column.unit,
        description=description or extremes(Text("热力图", "Heat map"), table, value, [y, x], title),
        height=height or min(max(140 + 26 * len(data.groups), 220), 1400),
        title=title,
    )
