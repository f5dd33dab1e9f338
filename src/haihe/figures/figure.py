"""A figure: a chart with its table, unit, source, quality and a description in words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from haihe.figures.html import figure_frame, figure_page
from haihe.figures.palette import FONT, INK, PALETTE
from haihe.figures.table import Table
from haihe.messages import Lang, Quality, Text

Option = dict[str, Any]


@dataclass(frozen=True)
class Figure:
    """What every result gives to be looked at.

    Parameters
    ----------
    key : str
        Short name, unique in a report.
    title : Text
        What the chart shows.
    option : dict or function of a language
        The chart as an Apache ECharts option: plain JSON, no code. A ``text`` in a data item is what the pointer
        shows for it.
    description : Text
        The chart in words, for those who do not see it.
    table : Table
        The data behind the chart.
    unit : Text, optional
        Unit of the values.
    source : Text
        Publisher and year.
    quality : {"official", "estimated", "illustrative"}
        Worst mark of the inputs.
    notes : tuple of Text
        What a reader must know.
    height : int
        Height of the chart, px.
    maps : mapping of name to GeoJSON
        Shapes the option refers to.
    """

    key: str
    title: Text
    option: Option | Callable[[Lang], Option]
    description: Text
    table: Table
    unit: Text | None
    source: Text
    quality: Quality
    notes: tuple[Text, ...] = ()
    height: int = 360
    maps: Mapping[str, Any] = field(default_factory=dict)

    def options(self, lang: Lang) -> Option:
        """Give the complete ECharts option in one language, description and common style included."""
        own = self.option(lang) if callable(self.option) else self.option
        return {
            "color": list(PALETTE),
            "textStyle": {"fontFamily": FONT, "fontSize": 13, "color": INK},
            "animation": False,
            "aria": {"enabled": True, "label": {"description": self.description(lang)}, "decal": {"show": False}},
            **own,
            "tooltip": {**TOOLTIP, **own.get("tooltip", {})},
        }

    def cite(self) -> Text:
        """Say what to quote beside the figure: its table's title, method, data, years and quality."""
        return self.table.cite()

    def to_html(self, lang: Lang | None = None) -> str:
        """Give one self-contained page that shows this figure, without any network request."""
        return figure_page(self, lang)

    def _repr_html_(self) -> str:
        """Show the figure in a notebook, isolated in a frame."""
        return figure_frame(self)


TOOLTIP: Option = {
    "renderMode": "richText",
    "confine": True,
    "backgroundColor": "#ffffff",
    "borderColor": "#9aa7b2",
    "borderWidth": 1,
    "padding": [8, 10],
    "textStyle": {"color": INK, "fontSize": 13, "lineHeight": 19, "fontFamily": FONT},
}
"""Drawn inside the chart: a tooltip of HTML would break a strict content security policy."""
