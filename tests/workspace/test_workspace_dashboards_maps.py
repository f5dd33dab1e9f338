"""Maps: the office's own boundaries with source, review number and coordinates under them; hostile files stay out."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from chain_cases import indicator, month, row
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from samples_dashboards import geojson
from typer.testing import CliRunner

from haihe.cli import app
from haihe.region import Region
from haihe.workspace import start
from haihe.workspace.audit.models import Entry
from haihe.workspace.dashboards import map_pages
from haihe.workspace.dashboards.boundaries import boundaries_for, bring
from haihe.workspace.dashboards.models import Boundaries
from haihe.workspace.dashboards.shown import SHOWN
from haihe.workspace.data.versions import create
from small_region import META, small_tables
from workspace_cases import City

pytestmark = pytest.mark.django_db
SAID = {"source": "某测绘单位", "review_number": "津S(2026)001号", "crs": "CGCS2000", "code_property": "adcode"}
URL = "/dashboards/maps/new"


@pytest.fixture
def lit(city: City) -> City:
    """Two districts that lie side by side in the dataset, with a month's figures."""
    tables = small_tables()
    regions = tables["regions"].copy()
    regions["tile_x"] = [None, 1, 2, None, None, None]
    regions["tile_y"] = [None, 1, 1, None, None, None]
    tables["regions"] = regions
    planner = city.people["planner"]
    create(planner, city.units["TJ"], "facts", "底数", "facts", Region(tables, META))
    indicator(city, "output", "TJ-BH", "TJ-HP", places="north;south")
    month(city, "2026-01", [row(40, place="north")])
    month(city, "2026-01", [row(90, place="south")], unit="hp")
    return city


def said_of(city: City) -> tuple[str, Any]:
    """What stands under the planner's map, and its shapes."""
    figure: Any = SHOWN["months-map"].build(city.people["planner"])
    return " ".join(note.zh for note in figure.notes), figure.maps


def sent(client: Client, data: bytes, **more: Any) -> Any:
    """Send a file by the page."""
    return client.post(URL, SAID | {"file": SimpleUploadedFile("区界.geojson", data)} | more)


def test_without_boundaries_maps_are_own_tiles(lit: City) -> None:
    notes, maps = said_of(lit)
    assert "自绘示意" in notes
    assert "facts-1" in notes  # the data version that says where tiles lie
    assert len(next(iter(maps.values()))["features"]) == 2


def test_boundaries_are_drawn_with_their_review_number(lit: City, signed: Callable[[str], Client]) -> None:
    client = signed("planner")
    answer = sent(client, geojson("010000", "020000", "990000"), unit=lit.units["TJ"].pk)
    assert answer.status_code == 302, answer.content.decode()
    made = Boundaries.objects.get()
    notes, maps = said_of(lit)
    for word in ("某测绘单位", "审图号：津S(2026)001号", "CGCS2000"):
        assert word in notes
        assert word in client.get("/dashboards/").content.decode()
        assert word in client.get(made.get_absolute_url()).content.decode()
    assert "自绘示意" not in notes
    codes = {each["properties"]["code"] for each in next(iter(maps.values()))["features"]}
    assert codes == {"north", "south"}  # what is not on the map is not sent
    assert boundaries_for(lit.people["bh-editor"]) == made
    assert boundaries_for(lit.people["bj-planner"]) is None
    assert Entry.objects.filter(kind=made.kind(), verb="create", code=made.code).exists()


def test_a_place_without_a_shape_keeps_the_tiles_and_is_named(lit: City, signed: Callable[[str], Client]) -> None:
    bring(lit.people["planner"], lit.units["TJ"], "m.geojson", geojson("010000"), **SAID)
    said = signed("planner").get("/dashboards/figures/months-map").content.decode()
    assert "底图没有 南市" in said
    assert "自绘示意" in said


def test_out_of_use_needs_a_reason_and_brings_the_tiles_back(lit: City, signed: Callable[[str], Client]) -> None:
    made = bring(lit.people["planner"], lit.units["TJ"], "m.geojson", geojson("010000", "020000"), **SAID)
    client = signed("planner")
    url = f"/dashboards/maps/{made.code}/withdraw"
    assert client.post(url, {"edition": made.edition}).status_code == 422
    assert client.post(url, {"edition": made.edition, "reason": "审图号过期"}).status_code == 302
    assert "自绘示意" in said_of(lit)[0]
    assert client.post(url, {"edition": made.edition + 1, "reason": "再次"}).status_code == 422


def ring(*points: Any) -> bytes:
    """A file with one ring of such points."""
    geometry = {"type": "Polygon", "coordinates": [list(points)]}
    feature = {"type": "Feature", "properties": {"adcode": "010000"}, "geometry": geometry}
    return json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()


HOSTILE = {
    "empty object": b"{}",
    "no json": b"<script>alert(1)</script>",
    "a list": b"[1, 2]",
    "deep": b'{"type":"FeatureCollection","features":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "NaN": ring([117, 39], [118, float("nan")], [118, 40], [117, 39]),
    "far out": ring([117, 39], [1180, 39], [118, 40], [117, 39]),
    "metres": ring([500000, 4300000], [500100, 4300000], [500100, 4300100], [500000, 4300000]),
    "open ring": ring([117, 39], [118, 39], [118, 40], [117, 40]),
    "words": ring(["117", "39"], ["118", "39"], ["118", "40"], ["117", "39"]),
    "points": b'{"type":"FeatureCollection","features":[{"properties":{"adcode":"1"},"geometry":{"type":"Point","coordinates":[1,2]}}]}',
    "no codes": geojson("010000").replace(b"adcode", b"other"),
    "code is a list": geojson("010000").replace(b'"010000"', b'["010000"]'),
    "not utf-8": "\ud800".encode("utf-16", "surrogatepass"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_and_recorded(city: City, signed: Callable[[str], Client], name: str) -> None:
    answer = sent(signed("planner"), HOSTILE[name], unit=city.units["TJ"].pk)
    assert answer.status_code == 422, name
    assert "GeoJSON" in answer.content.decode()
    assert not Boundaries.objects.exists()
    assert Entry.objects.filter(verb="refuse", kind=Boundaries.kind()).count() == 1


def test_a_file_that_is_too_large_is_refused_unread(
    city: City, signed: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(map_pages, "LARGEST", 100)
    answer = sent(signed("planner"), geojson("010000"), unit=city.units["TJ"].pk)
    assert answer.status_code == 422
    assert "大于" in answer.content.decode()


def test_only_the_offices_planner_brings_boundaries_in(city: City, signed: Callable[[str], Client]) -> None:
    assert sent(signed("bh-editor"), geojson("010000"), unit=city.units["TJ-BH"].pk).status_code == 403
    assert sent(signed("bj-planner"), geojson("010000"), unit=city.units["TJ"].pk).status_code == 422
    assert not Boundaries.objects.exists()


def geo(*arguments: str) -> Any:
    return CliRunner().invoke(app, ["geo", *arguments, "--json"])


def test_the_command_line_brings_boundaries_in_as_declared(
    city: City, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(start, "prepare", lambda _home: None)  # the test's own database
    file = tmp_path / "区界.geojson"
    file.write_bytes(geojson("120116", "120112"))
    said = ["import", str(tmp_path), str(file), "--unit", "TJ", "--source", "某测绘单位"]
    assert geo(*said).exit_code == 2  # no coordinate system is guessed
    refused = geo(*said, "--crs", "BD-09")
    assert refused.exit_code == 1
    assert "E-MAP-03" in refused.output
    assert not Boundaries.objects.exists()
    absent = geo("import", str(tmp_path), str(tmp_path / "nothing"), *said[3:], "--crs", "WGS84")
    assert absent.exit_code == 1
    assert "E-MAP-01" in absent.output
    made = geo(*said, "--crs", "CGCS2000", "--number", "津S(2026)001号")
    assert made.exit_code == 0, made.output
    assert json.loads(made.stdout)["shapes"] == 2
    kept = Boundaries.objects.get()
    assert (kept.unit, kept.crs, kept.review_number) == (city.units["TJ"], "CGCS2000", "津S(2026)001号")
    [listed] = json.loads(geo("list", str(tmp_path)).stdout)
    assert (listed["unit"], listed["crs"], listed["in_use"]) == ("TJ", "CGCS2000", True)
    assert Entry.objects.filter(kind=Boundaries.kind(), channel="cli").exists()
