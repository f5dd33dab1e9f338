"""A Sankey chart: what goes from where to where."""

from typing import Any

import numpy as np

from haihe.figures.figure import Figure, Option
from haihe.figures.numbers import is_missing
from haihe.figures.palette import HATCH, INK, PALETTE
from haihe.figures.parts import extremes, is_illustrative, make_figure, numbers, pointer_text
from haihe.figures.table import Column, Table
from haihe.messages import HaiheError, Lang, Text


def flows(
    table: Table,
    origin: str,
    destination: str,
    value: str,
    *,
    title: Text | None = None,
    description: Text | None = None,
    height: int | None = None,
) -> Figure:
    """Draw flows from origins on the left to destinations on the right.

    A region that both sends and receives stands on both sides, so flows may run both ways. Flows of zero and missing
    ones are not drawn; they stay in the table.

    Parameters
    ----------
    table : Table
        One record a flow.
    origin, destination, value : str
        Columns of where from, where to, and how much (none negative).
    title, description : Text, optional
        The table's title, and a description by extremes, where not given.
    height : int, optional
        px; fits the number of regions where not given.

    Returns
    -------
    Figure
        Flows that rest on illustrative numbers are hatched.

    Raises
    ------
    HaiheError
        ``E-FIG-01``; ``E-FIG-03`` for a flow that stands twice; ``E-FIG-04`` for negative values or text.
    """
    column, amount, marks = table.column(value), numbers(table, value), table.row_quality()
    if (amount < 0).any():
        raise HaiheError("E-FIG-04", key=table.key, column=value)
    if table.frame.duplicated([origin, destination]).any():
        raise HaiheError("E-FIG-03", key=table.key, value=f"{origin} · {destination}")
    ends = {"from": table.frame[origin], "to": table.frame[destination]}
    order = _distinct(ends)
    colour_of = {code: PALETTE[i % len(PALETTE)] for i, code in enumerate(order)}
    drawn = np.flatnonzero(np.isfinite(amount) & (amount > 0))

    def option(lang: Lang) -> Option:
        nodes = [
            _node(side, code, total, table.column(key), column, colour_of, lang)
            for (side, codes), key in zip(ends.items(), (origin, destination), strict=True)
            for code, total in sorted(_totals(codes, amount, drawn), key=lambda pair: order.index(pair[0]))
        ]
        links = []
        for row in drawn:
            left, right = ends["from"].iloc[row], ends["to"].iloc[row]
            words = (table.column(origin).show(left)(lang), table.column(destination).show(right)(lang))
            pattern = {"decal": HATCH} if is_illustrative(marks[row]) else {}
            links.append(
                {
                    "source": f"from {left}",
                    "target": f"to {right}",
                    "value": float(amount[row]),
                    "head": " → ".join(words),
                    "text": pointer_text(column, amount[row], None, lang, marks[row]),
                    "lineStyle": {"color": colour_of[left], **pattern},
                }
            )
        return sankey(nodes, links)

    return make_figure(
        table,
        option,
        unit=column.unit,
        description=description or extremes(Text("流向图", "Flow chart"), table, value, [origin, destination], title),
        height=height or min(max(90 + 46 * max(e.nunique() for e in ends.values()), 260), 900),
        title=title,
    )


def sankey(nodes: list[Option], links: list[Option]) -> Option:
    """Give the options of a flow chart of these nodes and links, which stay where they are put."""
    return {
        "tooltip": {"trigger": "item"},
        "series": [
            {
                "type": "sankey",
                "left": 150,
                "right": 150,
                "top": 12,
                "bottom": 12,
                "nodeWidth": 14,
                "nodeGap": 14,
                "draggable": False,
                "layoutIterations": 0,
                "emphasis": {"focus": "adjacency"},
                "lineStyle": {"opacity": 0.42, "curveness": 0.5},
                "label": {"color": INK, "fontSize": 13},
                "data": nodes,
                "links": links,
            }
        ],
    }


def _distinct(ends: dict[str, Any]) -> list[Any]:
    """Every region once, in order of appearance."""
    return [code for code in dict.fromkeys([*ends["from"], *ends["to"]]) if not is_missing(code)]


def _totals(codes: Any, amount: np.ndarray, drawn: np.ndarray) -> list[tuple[Any, float]]:
    """What goes out of, or into, each region with a drawn flow, in order of appearance."""
    totals: dict[Any, float] = {}
    for row in drawn:
        totals[codes.iloc[row]] = totals.get(codes.iloc[row], 0.0) + float(amount[row])
    return list(totals.items())


def _node(
    side: str, code: Any, total: float, names: Column, column: Column, colours: dict[Any, str], lang: Lang
) -> Option:
    """One bar of the chart with its name and total beside it."""
    word, shown = names.show(code)(lang), column.show(total)(lang)
    return {
        "name": f"{side} {code}",
        "depth": 0 if side == "from" else 1,
        "head": word,
        "text": column.with_unit(total)(lang),
        "itemStyle": {"color": colours[code]},
        "label": {"position": "left" if side == "from" else "right", "formatter": f"{word}\n{shown}"},
    }
