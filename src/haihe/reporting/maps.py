"""The user's own boundaries, with what must stand on every map."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast, get_args

from haihe.messages import HaiheError, Text

Crs = Literal["WGS84", "CGCS2000", "GCJ-02"]
LARGEST = 20_000_000
"""Largest file read, bytes."""
TOO_LARGE = "> 20 MB"
LEAST_POINTS = 4
"""Points of the smallest closed ring."""


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
    path: str | Path, *, source: str, crs: str, review_number: str = "", code_property: str = "adcode"
) -> Shapes:
    """Read a GeoJSON file of boundaries.

    Parameters
    ----------
    path : path
        GeoJSON file, at most 20 MB.
    source : str
        Who made the boundaries; required, since it is printed on every map.
    crs : {"WGS84", "CGCS2000", "GCJ-02"}
        Coordinate system, as its source declares it; never guessed.
    review_number : str
        Map review number; ``—`` is printed where there is none.
    code_property : str
        Property that holds the six-digit code.

    Returns
    -------
    Shapes

    Raises
    ------
    HaiheError
        ``E-MAP-01`` for a file that is missing, too large or no GeoJSON of polygons with codes; ``E-MAP-02`` without
        a source; ``E-MAP-03`` for a coordinate system that is none of the three.
    """
    path = Path(path)
    _declared(path.name, source, crs)  # before anything is read
    try:
        if path.stat().st_size > LARGEST:
            raise ValueError(TOO_LARGE)
        data = path.read_bytes()
    except (OSError, ValueError) as error:
        raise HaiheError("E-MAP-01", file=path.name, value=str(error)[:200], property=code_property) from error
    return shapes_of(data, path.name, source=source, crs=crs, review_number=review_number, code_property=code_property)


def shapes_of(
    data: bytes,
    name: str,
    *,
    source: str,
    crs: str,
    review_number: str = "",
    code_property: str = "adcode",
) -> Shapes:
    """Read boundaries from the content of a file; as `read_shapes`, which says what the parameters are and what is raised.

    Every ring is looked at: closed, of pairs of finite numbers that are a longitude and a latitude.
    """
    _declared(name, source, crs)
    try:
        if len(data) > LARGEST:
            raise ValueError(TOO_LARGE)
        geojson = json.loads(data.decode("utf-8-sig"), parse_constant=_no_number)
        features = geojson["features"]
        if geojson["type"] != "FeatureCollection" or not isinstance(features, list) or not features:
            raise ValueError("FeatureCollection of polygons")
        for feature in features:
            _look_at(feature["geometry"])
        codes = [feature["properties"].get(code_property) for feature in features]
        if all(code is None for code in codes) or not all(isinstance(code, str | int | None) for code in codes):
            raise ValueError(f"properties.{code_property}")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise HaiheError("E-MAP-01", file=name, value=str(error)[:200], property=code_property) from error
    return Shapes(geojson, code_property, source.strip(), review_number.strip(), cast("Crs", crs))


def _declared(name: str, source: str, crs: str) -> None:
    """Refuse a map whose source or coordinate system is not said."""
    if not source.strip():
        raise HaiheError("E-MAP-02", file=name)
    if crs not in get_args(Crs):
        raise HaiheError("E-MAP-03", file=name, value=crs or "—", available=", ".join(get_args(Crs)))


def _no_number(said: str) -> float:
    raise ValueError(said)


def _look_at(geometry: Mapping[str, Any]) -> None:
    """Raise ``ValueError`` or ``TypeError`` for what is no polygon on the earth."""
    kind, given = geometry["type"], geometry["coordinates"]
    if kind not in ("Polygon", "MultiPolygon") or not given:
        raise ValueError("FeatureCollection of polygons")
    for polygon in [given] if kind == "Polygon" else given:
        for ring in polygon:
            if len(ring) < LEAST_POINTS or ring[0] != ring[-1]:
                raise ValueError("a ring that is not closed")
            for x, y, *_ in ring:
                if not (-180 <= x <= 180 and -90 <= y <= 90):
                    raise ValueError(f"{x}, {y}: longitude, latitude")
