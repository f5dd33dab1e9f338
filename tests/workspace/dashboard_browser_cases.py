"""A small office with something on each dashboard, for the browser."""

from chain_cases import indicator, month, row
from samples import SAMPLES
from samples_dashboards import geojson
from samples_work import ChainItem, Problem, Project

from haihe.region import Region
from haihe.workspace.audit.chain import Actor
from haihe.workspace.dashboards.boundaries import put
from haihe.workspace.data.versions import create
from haihe.workspace.duties.models import Duty, Target
from small_region import META, small_tables
from workspace_cases import small_city


def seed() -> None:
    """Make it."""
    city = small_city()
    for kind in (Duty, Target, Problem, Project, ChainItem):
        for unit in ("TJ-BH", "TJ-HP", "TJ"):
            SAMPLES[kind](city, unit)
    tables = small_tables()
    tables["regions"] = tables["regions"].assign(
        tile_x=[None, 1, 2, None, None, None], tile_y=[None, 1, 1, None, None, None]
    )
    planner = city.people["planner"]
    create(planner, city.units["TJ"], "facts", "底数", "facts", Region(tables, META))
    indicator(city, "output", "TJ-BH", "TJ-HP", places="north;south")
    month(city, "2026-01", [row(40, place="north")])
    month(city, "2026-01", [row(90, place="south")], unit="hp")


def bring() -> str:
    """Bring boundaries in for the city."""
    from haihe.workspace.units.models import Unit

    said = {"source": "某测绘单位", "review_number": "津S(2026)001号", "crs": "CGCS2000", "illustrative": True}
    unit = Unit.objects.get(code="TJ")
    return put(Actor("planner", "TJ"), unit, "m.geojson", geojson("010000", "020000"), **said).code  # type: ignore[arg-type]
