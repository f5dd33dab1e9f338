"""The plan in the report: chapters for what a region has, none for what it has not, each line with its mark."""

from dataclasses import replace

import pandas as pd
import pytest

from haihe.figures import Figure, Table
from haihe.planning import plan
from haihe.planning.fates import fates
from haihe.planning.ladder import ladder
from haihe.planning.telling import told_fates
from haihe.planning.what_ifs import what_ifs
from haihe.region import Region
from haihe.reporting import Chapter, KeyLines, Meta, Report
from haihe.reporting.plan_chapters import (
    NOTHING_SHORT,
    futures_chapter,
    goals_chapter,
    key_lines,
    movement,
    projects_chapter,
    resources_chapter,
    scarcity,
)
from haihe.reporting.regional import compose
from scarce_region import scarce_region
from small_region import EVIDENCE, META, small_tables

NONE = ("limits", "endowments", "transfers", "links", "scenarios", "projects", "project_sites", "project_resources")
CHANGES = {"energy_inputs": -0.12, "other_inputs": -0.015, "labour": -0.05, "co2": -0.15}
COSTS = {"new_capital": 0.2, "retrofit": 0.35, "retrofit_limit": 0.06}


@pytest.fixture(scope="module")
def region() -> Region:
    tables = dict(scarce_region().tables)
    up = {"technology": "up", "name_zh": "升级", "name_en": "upgraded", **CHANGES, **COSTS, **EVIDENCE}
    tables["technologies"] = pd.DataFrame([up])
    return Region(tables, META)


@pytest.fixture(scope="module")
def planned(region):
    return plan(region)


def keys(chapter: Chapter) -> list[str]:
    return [block.key for block in chapter.blocks if isinstance(block, (Table, Figure))]


def test_every_part_of_the_plan_has_its_chapter_and_no_key_stands_twice(region, planned):
    compared = fates(region, "steel", member="north")
    steps, others = ladder(planned), what_ifs(planned)
    chapters = [
        movement(planned),
        scarcity(planned, None, None, steps),
        resources_chapter(planned),
        projects_chapter(planned),
        goals_chapter(planned),
        futures_chapter(others, [compared]),
    ]
    assert [chapter.key for chapter in chapters] == ["plan", "scarcity", "resources", "projects", "goals", "futures"]
    report = Report(META.title, Meta(META.title, META.title, "x", pd.Timestamp("2026-01-05", tz="UTC")), chapters)
    shown = {key for chapter in report.chapters for key in keys(chapter)}
    assert {"plan-ladder", "plan-binding", "plan-caps", "plan-resources", "plan-projects", "plan-indicators"} <= shown
    assert {"plan-partners", "what-ifs", "what-ifs-figure", "fates-north-steel"} <= shown
    for block in report.blocks:
        if isinstance(block, (Table, Figure)):
            lists = ("compare-changes", "plan-indicators-absent")  # they hold no figures
            assert block.quality == (None if block.key in lists else "illustrative"), block.key
            assert block.source.zh
            assert block.source.en


def test_lines_of_the_plan_stand_in_the_chapter_they_are_about(planned):
    told = {line.text.zh: line.topic for line in planned.lines}
    where = {"scarcity": scarcity(planned, None), "resources": resources_chapter(planned)}
    where |= {"projects": projects_chapter(planned)}
    topics = {
        name: {told[line.text.zh] for block in chapter.blocks if isinstance(block, KeyLines) for line in block.lines}
        for name, chapter in where.items()
    }
    assert topics["scarcity"] == {"cost", "caps", "leaks"}
    assert topics["resources"] == {"resources"}
    assert "projects" in topics["projects"]


def test_what_a_region_has_not_has_no_chapter():
    tables = {name: table for name, table in small_tables().items() if name not in NONE}
    bare = plan(Region(tables, META))
    assert resources_chapter(bare) is None
    assert projects_chapter(bare) is None
    assert futures_chapter(None) is None
    assert bare.lines == []
    assert "plan-caps" not in keys(scarcity(bare, None))


def test_where_nothing_is_short_the_chapter_says_so(region):
    tables = dict(scarce_region(land=1e9).tables)
    loose = plan(Region(tables, META), band=False)
    assert NOTHING_SHORT in resources_chapter(loose).blocks


def test_trade_without_data_by_partner_says_so(planned):
    figure = planned.figures["plan-partners"]
    assert any("没有按伙伴国别分列的数据" in note.zh for note in figure.notes)
    total = planned.trade[planned.trade["year"] == planned.views.last]["difference"].sum()
    assert figure.table.frame["difference"].sum() == pytest.approx(10 * total)


def test_the_table_of_what_binds_names_everything(planned):
    frame = planned.tables["plan-binding"].frame
    assert len(frame) >= 2
    shown = [[cell.zh for cell in row] for row in planned.tables["plan-binding"].shown_rows()]
    assert {"碳上限", "土地"} <= {row[1] for row in shown}
    assert {"成员统筹", "北市"} <= {row[2] for row in shown}


def test_fates_are_told_with_the_numbers_of_their_table(region):
    compared = fates(region, "steel", member="north")
    line = told_fates(compared)
    assert "北市钢铁" in line.text.zh
    assert "岗位" not in line.text.zh  # no use of labour is stated
    people = compared.table.assign(jobs_lost=-20000.0, jobs_absorbed=10000.0)
    assert "岗位减 2.0 万、其他行业增 1.0 万" in told_fates(replace(compared, table=people)).text.zh


def test_the_whole_report_opens_with_the_plan(region):
    made = compose(region, region.check(), of=[("north", "steel")])
    opening = made.report.chapters[0]
    first = next(block for block in opening.blocks if isinstance(block, KeyLines))
    assert first.lines == key_lines(made.plan.lines).lines
    assert len(made.what_if) >= 4 + 1  # scenarios and the fate
    assert {"resources", "projects", "goals", "futures"} <= {chapter.key for chapter in made.report.chapters}


def test_no_key_holds_what_a_file_name_may_not(planned):
    forbidden = set(':*?"<>|/\\')
    assert not [key for key in {**planned.tables, **planned.figures} if forbidden & set(key)]


def test_prices_of_all_milestones_stand_beside_each_other(planned):
    table = planned.tables["plan-price-paths"]
    years = planned.model.economy.assumptions.years
    frame = table.frame.set_index(["kind", "name", "region"])
    prices = planned.prices.set_index(["kind", "name", "region", "year"])["price"]
    for kind, name, place in frame.index:
        where = planned.model.economy.members[0] if place == "*" else place
        told = frame.loc[(kind, name, place), [f"at{year}" for year in years]].tolist()
        assert told == [prices[kind, name, where, year] for year in years]
        assert max(told) > 0


def test_a_report_without_fates_promises_none(planned):
    others = what_ifs(planned)
    assert "退出" not in futures_chapter(others).intro.zh
    assert "退出" in futures_chapter(others, [fates(planned.region, "steel", member="north")]).intro.zh


def test_what_is_long_is_one_line_in_python(planned):
    for shown in (what_ifs(planned), ladder(planned, alone=False), fates(planned.region, "steel", member="north")):
        assert "\n" not in repr(shown)
        assert len(repr(shown)) < 400
