"""Figures of the library inside pages: chart, table, source and quality together, drawn by scripts of our own host alone.

A page without JavaScript shows the tables. ``frame/drawn_head.html`` goes into the page's head, ``frame/drawn.html`` to
where the figures stand.
"""

from collections.abc import Iterable
from typing import Any

from django.utils.safestring import mark_safe

from haihe.figures import Figure, Table
from haihe.figures.html import figure_html, lone_table_html, safe_json
from haihe.messages import LANGUAGES

Part = dict[str, Any]


def part_of(shown: Figure | Table) -> Part:
    """Give what a page needs of a figure or table, as JSON that can be kept: ``html``, ``key``, ``options``, ``maps``."""
    if isinstance(shown, Table):
        return {"html": lone_table_html(shown)}
    options = {lang: shown.options(lang) for lang in LANGUAGES}
    return {"html": figure_html(shown), "key": shown.key, "options": options, "maps": dict(shown.maps)}


def drawn(parts: Iterable[Part]) -> dict[str, Any]:
    """Give what ``frame/drawn.html`` shows: fragments and the data of their charts.

    The fragments come from `part_of` alone, which escapes every word in them.
    """
    listed = list(parts)
    charts = [each for each in listed if "key" in each]
    maps = {name: shapes for each in charts for name, shapes in each["maps"].items()}
    said = safe_json({"maps": maps, "options": {each["key"]: each["options"] for each in charts}})
    html = [mark_safe(each["html"]) for each in listed]
    return {"drawn": html, "drawn_data": mark_safe(said)}
