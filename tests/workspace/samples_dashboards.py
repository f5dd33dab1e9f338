"""Samples of dashboards: the boundaries of an office."""

import json
from typing import Any

from sample_kinds import Sample, sample

from haihe.workspace.audit.chain import Actor
from haihe.workspace.dashboards import boundaries
from haihe.workspace.dashboards.models import Boundaries
from workspace_cases import City


def geojson(*codes: str, **more: Any) -> bytes:
    """Unit squares side by side, one for each code."""
    features = [
        {
            "type": "Feature",
            "properties": {"adcode": code, "name": f"形状 {code}"},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[117 + at, 39], [118 + at, 39], [118 + at, 40], [117 + at, 40], [117 + at, 39]]],
            },
        }
        for at, code in enumerate(codes)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features} | more).encode()


@sample(Boundaries)
def _boundaries(city: City, unit: str) -> Sample:
    """Boundaries of the unit. Their source is no secret: it is printed under the maps of everybody below, too."""
    made = boundaries.put(
        Actor("planner", unit), city.units[unit], "map.geojson", geojson("120116"), source=f"样本底图来源（{unit}）", crs="CGCS2000",
        review_number="津S(2026)000", illustrative=True,
    )  # fmt: skip
    return Sample(made, (), unit)
