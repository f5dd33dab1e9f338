"""Each kind of chart: plain JSON in both languages, honest about what is missing and what is made up."""

import hashlib
import json
from importlib import resources
from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from haihe.figures import Column, bars, flows, heat, lines, ranges, shape_map, tile_map
from haihe.figures.palette import DIVERGING, PALETTE, SEQUENTIAL, contrast, readable_on, rgb, shade
from haihe.figures.scale import ColourScale
from haihe.messages import HaiheError, Text
from reporting_sample import (
    HOSTILE,
    REGION,
    course_table,
    flow_table,
    front_table,
    heat_table,
    make,
    output_table,
    price_table,
    sample_figures,
    single_table,
    tile_table,
)

FIGURES = {figure.key: figure for figure in sample_figures()}
# Machado, Oliveira and Fernandes (2009), severity 1.0, on linear RGB.
BLINDNESS = {
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    "none": np.eye(3),
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def lab(colour: str, kind: str) -> np.ndarray:
    """CIE L*a*b* of a colour as eyes of one kind see it."""
    part = np.array(rgb(colour)) / 255
    linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    xyz = TO_XYZ @ np.clip(np.array(BLINDNESS[kind]) @ linear, 0, 1) / np.array([0.9505, 1.0, 1.089])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("key", FIGURES)
def test_every_chart_is_plain_json_with_its_own_description(key, lang):
    option = FIGURES[key].options(lang)
    assert json.loads(json.dumps(option, allow_nan=False)) == option
    assert option["tooltip"]["renderMode"] == "richText"
    assert option["aria"]["label"]["description"] == FIGURES[key].description(lang)
    assert FIGURES[key].title(lang) in FIGURES[key].description(lang)


@pytest.mark.parametrize("key", FIGURES)
def test_every_chart_speaks_both_languages(key):
    assert FIGURES[key].options("zh")["series"] != FIGURES[key].options("en")["series"]


def test_a_missing_bar_is_null_and_a_made_up_one_is_hatched():
    option = bars(output_table(), "sector", "output", by="region").options("en")
    tianjin = option["series"][1]
    assert tianjin["name"] == "Tianjin"
    assert tianjin["data"][1]["value"] is None
    assert tianjin["data"][1]["text"] == "Tianjin: —"
    hatched = [["itemStyle" in item for item in series["data"]] for series in option["series"]]
    assert hatched == [[sector == 6 for sector in range(8)]] * 3


def test_pointer_words_name_unit_and_mark():
    item = bars(single_table(), "sector", "change").options("en")["series"][0]["data"][0]
    assert item["text"] == "−121 × 100 million yuan  ◐ estimated"


def test_lines_keep_order_and_carry_their_band():
    series = lines(course_table(), "year", "gdp", by="region", low="low", high="high").options("zh")["series"]
    assert len(series) == 9
    main, under, over = series[:3]
    assert [s["name"] for s in (main, under, over)] == ["北京"] * 3
    frame = course_table().frame.query("region == 'BJ'")
    np.testing.assert_allclose(under["data"], frame["low"])
    np.testing.assert_allclose(np.add(under["data"], over["data"]), frame["high"])
    assert "[" in main["data"][3]["text"]
    assert main["lineStyle"]["type"] == "solid"


def test_a_front_is_sorted_dashed_where_illustrative_and_marks_the_choice():
    table = front_table()
    table.frame = table.frame.sample(frac=1, random_state=3).reset_index(drop=True)
    figure = lines(table, "cut", "loss", by="mode", label="mark")
    main = next(s for s in figure.options("en")["series"] if s["name"] == "Pooled cap")
    along = [item["value"][0] for item in main["data"]]
    assert along == sorted(along)
    assert main["lineStyle"]["type"] == "dashed"
    assert [item["label"]["formatter"] for item in main["data"] if "label" in item] == ["Present choice"]
    assert figure.options("en")["xAxis"]["haihe"] == {"share": True}


def test_flows_run_both_ways_and_totals_add_up():
    option = flows(flow_table(), "origin", "destination", "flow").options("en")["series"][0]
    assert len(option["links"]) == 12
    assert {n["name"] for n in option["data"]} == {f"{s} {r}" for s in ("from", "to") for r in ("BJ", "TJ", "HE", "RC")}
    sides = [[n["name"].split()[1] for n in option["data"] if n["depth"] == d] for d in (0, 1)]
    assert sides[0] == sides[1]  # one order on both sides
    total = flow_table().frame.query("origin == 'TJ'")["flow"].sum()
    node = next(n for n in option["data"] if n["name"] == "from TJ")
    assert node["text"] == f"{total:,.0f} × 100 million yuan"


def test_negative_flows_are_refused():
    table = flow_table()
    table.frame.loc[0, "flow"] = -1.0
    with pytest.raises(HaiheError, match="E-FIG-04"):
        flows(table, "origin", "destination", "flow")


def test_tiles_take_their_places_and_keep_missing_ones():
    figure = tile_map(tile_table(), "code", "value")
    (shapes,) = figure.maps.values()
    assert len(shapes["features"]) == 16
    corners = {
        f["properties"]["code"]: np.mean(f["geometry"]["coordinates"][0][:4], axis=0) for f in shapes["features"]
    }
    assert corners["120119"][1] > corners["120118"][1]  # Jizhou lies north of Jinghai
    data = {item["name"]: item for item in figure.options("zh")["series"][0]["data"]}
    assert data["120113"]["value"] is None
    assert data["120113"]["label"]["formatter"] == "北辰\n—"
    assert data["120119"]["itemStyle"]["borderType"] == "dashed"


def test_two_regions_on_one_tile_are_refused():
    table = tile_table()
    table.frame.loc[1, ["tile_x", "tile_y"]] = table.frame.loc[0, ["tile_x", "tile_y"]].to_numpy()
    with pytest.raises(HaiheError, match="E-FIG-03"):
        tile_map(table, "code", "value")


def test_own_shapes_join_on_the_code_and_name_what_they_lack():
    square = [[[0, 0], [1, 0], [1, 1], [0, 0]]]
    shapes = {"features": [{"type": "Feature", "properties": {"adcode": 120101, "name": "和平区"},
                            "geometry": {"type": "Polygon", "coordinates": square}}]}  # fmt: skip
    table = tile_table()
    with pytest.raises(HaiheError) as error:
        shape_map(table, "code", "value", shapes)
    assert error.value.code == "E-FIG-05"
    assert "120119" in error.value.text("zh")
    table.frame = table.frame.query("code == '120101'").reset_index(drop=True)
    (kept,) = shape_map(table, "code", "value", shapes).maps.values()
    assert kept["features"][0]["properties"] == {"code": "120101"}


def test_a_place_that_stands_twice_is_refused():
    table = output_table()
    table.frame.loc[1, "region"] = "BJ"
    with pytest.raises(HaiheError, match="E-FIG-03"):
        bars(table, "sector", "output", by="region")


def test_a_heat_map_is_two_sided_where_values_are():
    visual = heat(heat_table(), "region", "sector", "advantage").options("zh")["visualMap"]
    assert visual["min"] == -visual["max"]
    assert tuple(visual["inRange"]["color"]) == DIVERGING


def test_ranges_draw_a_band_only_where_there_is_one():
    series = ranges(price_table(), "region", "price", "low", "high").options("zh")["series"][0]
    assert [span[0]["coord"] for span in series["markLine"]["data"]] == [[350.0, 0], [300.2, 1]]
    assert "[" not in series["data"][2]["text"]
    assert series["data"][2]["itemStyle"]["borderType"] == "dashed"


def test_an_empty_table_gives_an_empty_chart_that_says_so():
    frame = pd.DataFrame({"region": pd.Series([], dtype=str), "value": pd.Series([], dtype=float)})
    table = make(frame, [REGION, Column("value", Text("值", "Value"))], "none", "无", "None")
    figure = bars(table, "region", "value")
    assert figure.description.en == "Bar chart: None. No values."
    assert json.dumps(figure.options("zh"), allow_nan=False)


def test_a_hostile_name_stays_words():
    names = {"x": Text(HOSTILE, HOSTILE)}
    frame = pd.DataFrame({"code": ["x"], "value": [1.0]})
    columns = [Column("code", Text("名称", "Name"), labels=names), Column("value", Text("值", "Value"))]
    figure = bars(make(frame, columns, "h", HOSTILE, HOSTILE), "code", "value")
    for text in (figure.to_html("zh"), figure._repr_html_()):
        assert "<img src=x" not in text
    assert figure._repr_html_().startswith("<iframe srcdoc=")


def test_colours_stand_out_from_white_and_from_each_other():
    for colour in PALETTE:
        assert contrast(colour, "#ffffff") >= 3.0, colour
    for kind in BLINDNESS:
        for first, second in combinations(PALETTE, 2):
            assert np.linalg.norm(lab(first, kind) - lab(second, kind)) >= 17, (kind, first, second)


def test_two_colours_that_blind_eyes_confuse_would_be_caught():
    assert np.linalg.norm(lab("#d9621e", "deuteranopia") - lab("#b8860b", "deuteranopia")) < 5
    assert np.linalg.norm(lab("#d9621e", "none") - lab("#b8860b", "none")) > 30


@pytest.mark.parametrize("colours", [SEQUENTIAL, DIVERGING])
def test_words_on_every_shade_are_readable(colours):
    for position in np.linspace(0, 1, 101):
        colour = shade(position, colours)
        assert contrast(readable_on(colour), colour) >= 3.9, (position, colour)


def test_a_scale_of_equal_values_has_a_colour():
    scale = ColourScale.of(np.array([5.0, 5.0]))
    assert scale.colour(5.0) == SEQUENTIAL[-1]
    assert ColourScale.of(np.array([np.nan])).colour(np.nan).startswith("#")


def test_the_vendored_chart_library_is_the_one_in_its_manifest():
    folder = resources.files("haihe.figures").joinpath("static", "vendor")
    manifest = json.loads(folder.joinpath("manifest.json").read_text(encoding="utf-8"))
    assert manifest["version"].startswith("6.")
    assert {f.name for f in folder.iterdir()} == {*manifest["sha256"], "manifest.json"}
    for name, digest in manifest["sha256"].items():
        assert hashlib.sha256(folder.joinpath(name).read_bytes()).hexdigest() == digest, name


@pytest.mark.parametrize(
    ("unit", "shown"), [("%", "7.0%"), ("100 t", "7.0 × 100 t"), ("nation = 1", "7.0 (nation = 1)"), ("t", "7.0 t")]
)
def test_a_unit_is_not_misread_behind_its_number(unit, shown):
    column = Column("a", Text("甲", "A"), Text(unit, unit), kind="number", digits=1)
    assert column.with_unit(7).en == shown
    assert column.with_unit(float("nan")).en == "—"


def test_parts_of_a_whole_end_at_the_whole():
    frame = pd.DataFrame({"region": ["BJ"] * 3 + ["TJ"] * 3, "part": list("abc") * 2, "share": [0.1, 0.2, 0.7] * 2})
    columns = [REGION, Column("part", Text("部分", "Part")), Column("share", Text("比重", "Share"), kind="share")]
    option = bars(make(frame, columns, "w", "整", "Whole"), "region", "share", by="part", stacked=True).options("zh")
    assert option["yAxis"]["max"] == 1.0
    frame.loc[0, "share"] = 0.4
    option = bars(make(frame, columns, "w", "整", "Whole"), "region", "share", by="part", stacked=True).options("zh")
    assert "max" not in option["yAxis"]
