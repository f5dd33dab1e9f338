"""What a plan shows of resources and links: tables, figures and sentences in both languages, on a small region."""

from functools import cache

import pytest
from test_planning_resource_inputs import FREIGHT, changed, more

import haihe as hh
from haihe.messages import LANGUAGES
from haihe.planning.assumptions import Assumptions
from haihe.planning.plans import Plan
from haihe.planning.resource_views import ResourceViews
from haihe.region import Region
from small_region import small_region

TIMES = Assumptions(first_year=2019, last_year=2021, step=2, growth=0.05)
EVIDENCE = {"source": "S1", "quality": "illustrative"}


def scarce_region() -> Region:
    """The small region with land that is short in the south, land that the north may lend, and a full port."""
    region = small_region().with_table("freight", FREIGHT)
    region = changed(region, "links", 0, capacity=252.0)
    uses, frame = region["uses"], region["endowments"]
    land = (uses["region"] == "south") & (uses["resource"] == "land") & (uses["year"] == 2019)
    need = uses.loc[land, "value"] * [80.0, 50.0, 70.0]
    south = (frame["region"] == "south") & (frame["resource"] == "land")
    frame.loc[south, "value"] = need.sum() * 0.8
    frame.loc[~south & (frame["resource"] == "land"), "value"] = 1e6
    region = region.with_table("endowments", frame)
    move = {"resource": "land", "from_region": "north", "to_region": "south", "year": 2019, "limit": 20.0, "cost": 1.0}
    region = more(region, "transfers", {**move, "unit": "亩"})
    berth = {
        "expansion": "B",
        "name_zh": "泊位",
        "name_en": "berth",
        "link": "port",
        "first_year": 2020,
        "unit": "万TEU",
    }
    return more(region, "expansions", {**berth, "most": 1.0, "cost": 1.0, "life": 20.0})


@cache
def plan(*, band: bool = False) -> Plan:
    return hh.plan(scarce_region(), assumptions=TIMES, band=band, projects=False)


def test_every_table_and_figure_can_be_shown_in_both_languages() -> None:
    views = ResourceViews(plan().views)
    tables, figures = views.tables(), views.figures()
    assert {"plan-resources", "plan-transfers", "plan-links", "plan-expansions", "plan-scarcity"} <= set(tables)
    assert set(figures) == {"plan-scarcity", "plan-freight-south-world-TEU"}
    for table in tables.values():
        assert len(table)
        for lang in LANGUAGES:
            assert table.records(lang)
            assert all(column.heading(lang) for column in table.columns)
    for figure in figures.values():
        for lang in LANGUAGES:
            assert figure.option(lang)["series"]


def test_numbers_shown_are_those_of_the_plan() -> None:
    p = plan()
    shown = ResourceViews(p.views).tables()
    row = p.resources.query("resource == 'land' and region == 'south' and year == 2021").iloc[0]
    assert row["price"] > 0
    assert row["use"] == pytest.approx(row["endowment"] + row["received"])
    assert row["received"] == pytest.approx(20.0)
    frame = shown["plan-resources"].frame
    seen = frame[(frame["resource"] == "land") & (frame["region"] == "south")].iloc[0]
    assert seen["price"] == pytest.approx(row["price"])
    assert seen["net"] == pytest.approx(20.0)
    link = p.links.query("link == 'port' and year == 2021").iloc[0]
    seen = shown["plan-links"].frame.iloc[0]
    assert seen["unit"] == "万TEU"
    assert seen["carried"] == pytest.approx(link["carried"] / 1e4)
    assert seen["full"] == pytest.approx(link["carried"] / (link["capacity"] + link["expanded"]))
    assert shown["plan-transfers"].frame["amount"].max() == pytest.approx(20.0)
    series = shown["plan-freight-south-world-TEU"].frame.set_index(["series", "year"])["amount"]
    assert series["reference", 2021] > series["freight", 2021]
    assert series["room", 2021] == pytest.approx((link["capacity"] + link["expanded"]) / 1e4)


def test_sentences_say_who_is_short_and_what_a_step_is_worth() -> None:
    p = plan()
    said = ResourceViews(p.views).sentences()
    land = next(text for text in said if "土地" in text.zh)
    row = p.resources.query("resource == 'land' and region == 'south' and year == 2021").iloc[0]
    assert "南市" in land.zh
    assert "South" in land.en
    assert "至" not in land.zh
    step = float(land.en.split("scarce; ")[1].split(" ")[0].replace(",", ""))
    assert 0.003 < step / row["endowment"] < 0.04
    worth = float(land.en.split("about ")[1].split(" m yuan")[0].replace(",", ""))
    assert worth == pytest.approx(step * row["price"] / 1e6, rel=0.06)
    assert any("港口" in text.zh for text in said)


def test_sentences_carry_the_band_where_there_is_one() -> None:
    p = plan(band=True)
    (land,) = [text for text in ResourceViews(p.views).sentences() if "土地" in text.zh]
    assert "至" in land.zh
    frame = ResourceViews(p.views).resources().frame
    row = frame[(frame["resource"] == "land") & (frame["region"] == "south")].iloc[0]
    assert row["low"] <= row["price"] <= row["high"]
    assert row["low"] < row["high"]


def test_a_region_without_resources_shows_nothing() -> None:
    region = scarce_region()
    for name in ("endowments", "links", "expansions", "scenarios"):
        region = region.with_table(name, region[name].iloc[:0])
    views = ResourceViews(hh.plan(region, assumptions=TIMES, band=False, projects=False).views)
    assert views.tables() == {}
    assert views.sentences() == []
