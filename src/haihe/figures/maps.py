"""Maps: our own tiles, or shapes that the user brings."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from haihe.figures.figure import Figure, Option
from haihe.figures.palette import INK
from haihe.figures.parts import extremes, is_illustrative, make_figure, numbers, pointer_text
from haihe.figures.scale import ColourScale
from haihe.figures.table import Table
from haihe.messages import HaiheError, Lang, Text

GAP = 0.04
"""Half the space between two tiles, in tiles."""
ASPECT = 0.77
"""Width of a degree of longitude over one of latitude at 39.5 degrees north, where the Hai River runs."""


def tile_map(
    table: Table,
    region: str,
    value: str,
    *,
    tile_x: str = "tile_x",
    tile_y: str = "tile_y",
    title: Text | None = None,
    description: Text | None = None,
    height: int | None = None,
) -> Figure:
    """Draw a schematic map of equal tiles, one a region: no boundary is claimed and small districts stay readable.

    Parameters
    ----------
    table : Table
        One record a region.
    region, value : str
        Columns of the region (its code; names through the column's labels) and of what the colour shows.
    tile_x, tile_y : str
        Columns of the frame with each tile's place: columns from the west and rows from the north, whole numbers.
    title, description : Text, optional
        The table's title, and a description by extremes, where not given.
    height : int, optional
        px; fits the number of rows of tiles where not given.

    Returns
    -------
    Figure
        Tiles that rest on illustrative numbers have a dashed edge.

    Raises
    ------
    HaiheError
        ``E-FIG-01``; ``E-FIG-03`` for two regions on one tile or a region twice; ``E-FIG-04``.
    """
    for key in (tile_x, tile_y):
        if key not in table.frame:
            raise HaiheError("E-FIG-01", key=table.key, column=key, available=", ".join(map(str, table.frame.columns)))
    places = table.frame[[tile_x, tile_y]].to_numpy(dtype=float)
    twice = table.frame.duplicated([tile_x, tile_y])
    if twice.any():
        raise HaiheError("E-FIG-03", key=table.key, value=tuple(places[int(np.flatnonzero(twice)[0])]))
    shapes = {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"code": str(code)},
                "geometry": {"type": "Polygon", "coordinates": [_square(x, -y)]},
            }
            for code, (x, y) in zip(table.frame[region], places, strict=True)
        ],
    }
    rows = np.ptp(places[:, 1]) + 1 if len(places) else 1
    columns = np.ptp(places[:, 0]) + 1 if len(places) else 1
    side = min(86.0, 820 / columns)
    fitted = int(min(max(rows * side + 70, 220), 900))
    kind = Text("方格地图", "Tile map")
    room: Option = {"width": side * (1 - 2 * GAP) - 6, "overflow": "break"}
    return _map(table, region, value, shapes, 1.0, room, kind, title, description, height or fitted)


def shape_map(
    table: Table,
    region: str,
    value: str,
    shapes: Mapping[str, Any],
    *,
    code_property: str = "adcode",
    title: Text | None = None,
    description: Text | None = None,
    height: int = 520,
) -> Figure:
    """Draw a map of the user's own boundaries; say their source and map review number in the table's notes.

    Parameters
    ----------
    table : Table
        One record a region.
    region, value : str
        Columns of the region's code and of what the colour shows.
    shapes : mapping
        GeoJSON ``FeatureCollection`` in longitude and latitude.
    code_property : str
        Property of each feature that holds the region's code; regions are never joined by name.
    title, description : Text, optional
        The table's title, and a description by extremes, where not given.
    height : int
        px.

    Raises
    ------
    HaiheError
        ``E-FIG-05`` for a region that has no shape; ``E-FIG-01``, ``E-FIG-03``, ``E-FIG-04``.
    """
    features = [
        {**feature, "properties": {"code": str(feature["properties"].get(code_property))}}
        for feature in shapes["features"]
    ]
    known = {feature["properties"]["code"] for feature in features}
    lacking = [str(code) for code in table.frame[region] if str(code) not in known]
    if lacking:
        raise HaiheError("E-FIG-05", key=table.key, value=", ".join(lacking), property=code_property)
    kept = {"type": "FeatureCollection", "features": features}
    return _map(table, region, value, kept, ASPECT, {}, Text("地图", "Map"), title, description, height)


def _map(
    table: Table,
    region: str,
    value: str,
    shapes: dict[str, Any],
    aspect: float,
    room: Option,
    kind: Text,
    title: Text | None,
    description: Text | None,
    height: int,
) -> Figure:
    """Colour shapes by a value and write name and value on each."""
    column, names, values, marks = table.column(value), table.column(region), numbers(table, value), table.row_quality()
    twice = table.frame[region].duplicated()
    if twice.any():
        raise HaiheError("E-FIG-03", key=table.key, value=table.frame[region][twice].iloc[0])
    scale = ColourScale.of(values)
    ident = "shapes-" + hashlib.sha256(json.dumps(shapes, sort_keys=True).encode()).hexdigest()[:12]

    def option(lang: Lang) -> Option:
        items = []
        for code, number, mark in zip(table.frame[region], values, marks, strict=True):
            word, edge = names.show(code)(lang), is_illustrative(mark)
            items.append(
                {
                    "name": str(code),
                    "value": float(number) if np.isfinite(number) else None,
                    "head": word,
                    "text": pointer_text(column, number, None, lang, mark),
                    "itemStyle": {
                        "areaColor": scale.colour(number),
                        "borderColor": INK if edge else "#8a97a3",
                        "borderType": "dashed" if edge else "solid",
                        "borderWidth": 1.5 if edge else 0.8,
                    },
                    "label": {
                        "formatter": f"{word}\n{column.show(number)(lang)}",
                        "color": scale.ink(number),
                        "fontSize": 12,
                        "lineHeight": 16,
                        **room,
                    },
                }
            )
        return {
            "tooltip": {"trigger": "item"},
            "visualMap": {**scale.legend(column, lang, left="center", bottom=6), "seriesIndex": []},
            "series": [
                {
                    "type": "map",
                    "map": ident,
                    "nameProperty": "code",
                    "aspectScale": aspect,
                    "top": 8,
                    "bottom": 56,
                    "selectedMode": False,
                    "roam": False,
                    "label": {"show": True},
                    "emphasis": {"itemStyle": {"areaColor": "inherit"}, "label": {"show": True}},
                    "data": items,
                }
            ],
        }

    return make_figure(
        table,
        option,
        unit=column.unit,
        description=description or extremes(kind, table, value, [region], title),
        height=height,
        title=title,
        maps={ident: shapes},
    )


def _square(x: float, y: float) -> list[list[float]]:
    """Corners of a tile around its place."""
    near, far = -0.5 + GAP, 0.5 - GAP
    return [[x + a, y + b] for a, b in ((near, near), (far, near), (far, far), (near, far), (near, near))]
