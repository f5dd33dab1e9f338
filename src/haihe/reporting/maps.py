"""The user's own boundaries, with what must stand on every map."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from haihe.messages import HaiheError, Text

Crs = Literal["WGS84", "CGCS2000", "GCJ-02"]
LARGEST = 20_000_000
"""Largest file read, bytes."""


@dataclass(frozen=True)
class Shapes:
    """Boundaries given by the user.

    Parameters
    ----------
    geojson : mapping
        A ``FeatureCollection`` of polygons.
    code_property : str
        Property that holds the six-digit code (GB/T 2260); shapes are joined by code, never by name.
    source : str
        Who made the boundaries.
    review_number : str
        Map review number (审图号); maps shown to the public in China need one.
    crs : {"WGS84", "CGCS2000", "GCJ-02"}
        Coordinate system as declared; never guessed.
    """

    geojson: Mapping[str, Any]
    code_property: str
    source: str
    review_number: str
    crs: Crs

    @property
    def note(self) -> Text:
        """The line that stands under every map drawn with these shapes."""
        number = self.review_number or "—"
        return Text(
            f"底图：{self.source}；审图号：{number}；坐标系：{self.crs}。",
            f"Boundaries: {self.source}; map review number: {number}; coordinates: {self.crs}.",
        )

    @property
    def codes(self) -> set[str]:
        """Codes that have a shape."""
        return {str(feature["properties"].get(self.code_property)) for feature in self.geojson["features"]}


def read_shapes(
    path: str | Path, *, source: str, review_number: str = "", crs: Crs = "WGS84", code_property: str = "adcode"
) -> Shapes:
    """Read a GeoJSON file of boundaries.

    Parameters
    ----------
    path : path
        GeoJSON file, at most 20 MB.
    source : str
        Who made the boundaries; required, since it is printed on every map.
    review_number : str
        Map review number; ``—`` is printed where there is none.
    crs : {"WGS84", "CGCS2000", "GCJ-02"}
        Coordinate system of the file.
    code_property : str
        Property that holds the six-digit code.

    Returns
    -------
    Shapes

    Raises
    ------
    HaiheError
        ``E-MAP-01`` for a file that is missing, too large or no GeoJSON of polygons with codes; ``E-MAP-02`` without
        a source.
    """
    path = Path(path)
    if not source.strip():
        raise HaiheError("E-MAP-02", file=path.name)
    try:
        if path.stat().st_size > LARGEST:
            raise ValueError("> 20 MB")
        geojson = json.loads(path.read_text(encoding="utf-8"))
        features = geojson["features"]
        kinds = {feature["geometry"]["type"] for feature in features}
        if geojson["type"] != "FeatureCollection" or not features or not kinds <= {"Polygon", "MultiPolygon"}:
            raise ValueError("FeatureCollection of polygons")
        if all(feature["properties"].get(code_property) is None for feature in features):
            raise ValueError(f"properties.{code_property}")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise HaiheError("E-MAP-01", file=path.name, value=str(error)[:200], property=code_property) from error
    return Shapes(geojson, code_property, source.strip(), review_number.strip(), crs)
