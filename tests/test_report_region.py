"""The report on a region: what it tells, what it rests on, and that it says so."""

import json
from zipfile import ZipFile

import pytest

import haihe as hh
from haihe.figures import Table
from haihe.messages import HaiheError
from haihe.planning import Assumptions, Front, band
from haihe.planning.scenarios import scenarios_of
from haihe.reporting import regional
from haihe.reporting.chapters import TILES_NOTE, projects_map, sources_line
from haihe.reporting.maps import read_shapes
from haihe.reporting.telling import rough, telling_lines

FEW = {"CUTS": (0.05, 0.10), "BOTTLENECKS": 1, "FINER": 0}
"""Points of the cost curve, limits that are followed, and how finely."""
SCENARIOS = ("cap-20", "larger-port")


@pytest.fixture(scope="module")
def example():
    return hh.example("jing-jin-ji")


@pytest.fixture(scope="module", params=["short", pytest.param("whole", marks=pytest.mark.endure)])
def whole(request):
    """Whether the report asks all that it asks of a region; `docs/start.md`, which is run as well, has that one written."""
    return request.param == "whole"


@pytest.fixture(scope="module")
def region(whole, example):
    """The example; for the short report with two of its scenarios and two of its shocks."""
    if whole:
        return example
    scenarios, shocks, events = (example[name] for name in ("scenarios", "shocks", "shock_events"))
    few = shocks[:2]
    return (
        example.with_table("scenarios", scenarios[scenarios["scenario"].isin(SCENARIOS)])
        .with_table("shocks", few)
        .with_table("shock_events", events[events["shock"].isin(few["shock"])])
    )


@pytest.fixture(scope="module")
def heard():
    """What is said while the report is made: the English of each step, and the parts whose lines are told."""
    return []


@pytest.fixture(scope="module")
def fronts():
    """The fronts by elasticity that the report makes."""
    return {}


@pytest.fixture(scope="module")
def made(whole, region, tmp_path_factory, heard, fronts):
    """Its report."""
    heard.clear()
    fronts.clear()

    def remembered(*asked, **settings):
        fronts.update(band(*asked, **settings))
        return fronts

    told = {"progress": lambda text: heard.append(text.en), "tell": lambda *part: heard.append(part)}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in () if whole else FEW.items():
            patch.setattr(regional, name, value)
        patch.setattr(regional, "band", remembered)
        return hh.report(region, tmp_path_factory.mktemp("report"), fates=[("TJ", "TEX")], lang="zh", **told)


@pytest.mark.slow
def test_the_report_has_its_chapters_in_both_files(made):
    assert [c.key for c in made.report.chapters] == [
        "telling",
        "standing",
        "diagnosis",
        "plan",
        "scarcity",
        "resources",
        "projects",
        "single-projects",
        "sharing",
        "goals",
        "futures",
        "stress",
        "quality",
        "accounts-quality",
        "sources",
    ]
    page = made.html.read_text(encoding="utf-8")
    assert "京津冀" in page
    assert "Beijing-Tianjin-Hebei" in page
    with ZipFile(made.workbook) as book:
        sheets = [name for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
    tables = {b.key if isinstance(b, Table) else b.table.key for b in made.report.blocks if hasattr(b, "key")}
    assert len(sheets) == len(tables) + 1  # and the contents


@pytest.mark.slow
def test_lines_are_told_as_soon_as_they_are_known(made, heard):
    """Facts before anything is solved, what the plan says before anything else is; and the same as in the report."""
    parts = [said for said in heard if isinstance(said, tuple)]
    assert parts == [("lines", made.lines), ("told", made.told), ("what_if", made.what_if)]
    assert heard.index(parts[0]) == 0
    steps = heard[1 : heard.index(parts[1])]
    assert "solving the plan" in steps
    assert len(steps) <= 3 * 4  # the plan and its band
    assert len(heard) - heard.index(parts[1]) > len(steps)


@pytest.mark.slow
def test_every_figure_has_unit_or_units_source_quality_and_description(made):
    assert len(made.report.figures) >= 10
    for figure in made.report.figures:
        assert figure.description.zh
        assert figure.description.en
        assert figure.source.zh
        assert figure.quality in ("official", "estimated", "illustrative")
        assert json.dumps(figure.options("zh"), ensure_ascii=False)


@pytest.mark.slow
def test_five_telling_lines_rest_on_nothing_made_up(region, made):
    assert len(made.lines) == 5
    assert len(made.what_if) == 2 + len(scenarios_of(region)) + 1  # cut pooled and separate, scenarios, textiles
    assert {line.quality for line in made.what_if} == {"illustrative"}  # elasticities and growth are assumptions
    assert {line.quality for line in made.lines} <= {"official", "estimated"}


@pytest.mark.slow
def test_what_rests_on_made_up_inputs_says_so_where_it_stands(made):
    """The plan uses an illustrative cap and technology, so each of its prices names them in its own row."""
    caps = made.plan.tables["plan-caps"]
    assert caps.quality == "illustrative"
    assert caps.frame["rests_on"].nunique() == 1
    assert {"limits", "parameters", "technologies"} <= set(caps.frame["rests_on"].iloc[0].split(", "))
    assert (caps.frame["low"] <= caps.frame["price"]).all()
    assert (caps.frame["price"] <= caps.frame["high"]).all()
    assert (caps.frame["low"] < caps.frame["high"]).all()
    made_up = caps.source.zh.partition("示例输入：")[2].split("、")
    assert {"限制", "参数", "技术"} <= set(made_up)
    assert made.plan.figures["plan-good-prices"].table.frame["rests_on"].str.contains("limits").all()


def test_a_line_that_would_rest_on_made_up_accounts_is_left_out(example):
    accounts = example["accounts"].assign(quality="illustrative")
    spoiled = example.with_table("accounts", accounts)
    assert telling_lines(spoiled) == []
    assert len(telling_lines(example)) == 5


@pytest.mark.slow
def test_the_line_on_cost_equals_the_fronts_it_is_made_of(example, made, fronts):
    assert len(fronts) == 3
    assert all(isinstance(front, Front) for front in fronts.values())
    losses = {by: front.points.set_index("pooled")["loss"] * 10 for by, front in fronts.items()}
    text = made.what_if[0].text.en
    together = [loss[True] for loss in losses.values()]
    assert f"about {rough(losses[1.0][True])} x 100 m yuan together" in text
    assert f"({rough(min(together))} to {rough(max(together))})" in text
    assert f"saves about {1 - losses[1.0][True] / losses[1.0][False]:.0%}" in text
    s = Assumptions.of(example)
    level = (1 + s.growth) ** (s.last_year - s.first_year) * 0.9 - 1
    assert f"less in {s.last_year} than" in text
    assert f"{level:.0%} above {s.first_year}" in text


def test_size_line_gives_the_published_value_added(example):
    text = telling_lines(example)[0].text.zh
    for published in ("43,761", "16,737", "43,944"):
        assert published in text


def test_sources_are_publishers(example):
    line = sources_line(example, "accounts")
    assert "统计" in line.zh
    assert "Statistics" in line.en or "statistics" in line.en


def test_without_boundaries_the_map_is_our_own_tiles(example):
    figure = projects_map(example)
    assert TILES_NOTE in figure.notes
    assert figure.quality == "illustrative"


def test_own_boundaries_carry_source_and_review_number(example, reference):
    file = reference / "bth_boundaries" / "bth_units.geojson"
    shapes = read_shapes(file, source="某测绘单位", review_number="GS(2026)0号", crs="GCJ-02")
    figure = projects_map(example, shapes)
    assert "某测绘单位" in figure.notes[0].zh
    assert "GS(2026)0号" in figure.notes[0].zh
    assert "GCJ-02" in figure.notes[0].en
    assert figure.maps


@pytest.mark.parametrize(
    "content",
    ["{}", "[1]", "not json", '{"type":"FeatureCollection","features":[]}',
     '{"type":"FeatureCollection","features":[{"type":"Feature","geometry":{"type":"Point","coordinates":[1,2]},"properties":{"adcode":"1"}}]}',
     '{"type":"FeatureCollection","features":[{"type":"Feature","geometry":{"type":"Polygon","coordinates":[]},"properties":{}}]}'],
)  # fmt: skip
def test_what_is_no_map_is_refused(tmp_path, content):
    file = tmp_path / "map.geojson"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(HaiheError) as error:
        read_shapes(file, source="x", crs="WGS84")
    assert error.value.code == "E-MAP-01"


@pytest.mark.parametrize("pair", [("TJ", "NOPE"), ("TJ-HP", "TEX")])
def test_a_fate_that_no_plan_knows_is_refused_before_anything_is_solved(example, tmp_path, pair):
    with pytest.raises(HaiheError) as error:
        hh.report(example, tmp_path / "out", fates=[pair], progress=lambda said: pytest.fail(said.en))
    assert error.value.code == "E-PLN-80"
    assert not (tmp_path / "out").exists()


def test_a_report_with_errors_is_not_begun(example, tmp_path):
    links = example["links"].copy()
    links.loc[0, "from_region"] = "NOWHERE"
    spoiled = example.with_table("links", links)
    with pytest.raises(HaiheError):
        hh.report(spoiled, tmp_path / "out")
    assert not (tmp_path / "out").exists()
