"""Tables and figures of goals: both languages, units, missing values, and what is illustrative."""

import pandas as pd
import pytest

from goal_region import CAP, capped_plan, region_with
from haihe.figures import Figure, Table
from haihe.messages import Text
from haihe.planning import goal_views
from haihe.planning.alternatives import alternatives
from haihe.planning.decisions import decisions_of
from haihe.planning.measures import Measure
from haihe.planning.pareto import pareto
from haihe.planning.plans import Plan, plan
from haihe.planning.reachable import reachable

SOURCE = Text("来源", "source")


@pytest.fixture(scope="module")
def full() -> Plan:
    """Give a plan with a limit, targets and roles."""
    floor = CAP | {
        "limit": "JOBS",
        "name_zh": "就业",
        "name_en": "jobs",
        "resource": None,
        "indicator": "jobs",
        "sense": "floor",
        "value": 1.0,
    }
    target = {
        "target": "A",
        "name_zh": "甲",
        "name_en": "a",
        "region": "north",
        "year": 2025,
        "sense": "at_least",
        "value": 5.0,
        "unit": "%",
    }
    targets = [
        target | {"indicator": "value_added", "measure": "growth", "base_year": 2017},
        target
        | {"target": "B", "indicator": "carbon_intensity", "sense": "at_most", "value": 1.0, "unit": "t CO2/亿元"},
        target | {"target": "C"},
    ]
    roles = [
        {
            "role": "R",
            "name_zh": "定位",
            "name_en": "role",
            "region": "north",
            "indicator": "foreign_trade",
            "direction": "up",
        },
        {"role": "S", "name_zh": "无", "name_en": "none", "region": "north", "indicator": "", "direction": "up"},
    ]
    return plan(region_with(CAP, floor, targets=targets, roles=roles), band=False, projects=False)


def read(table: Table) -> list[list[str]]:
    rows = [[cell(lang) for lang in ("zh", "en") for cell in row] for row in table.shown_rows()]
    assert rows
    for column in table.columns:
        assert column.title.zh
        assert column.title.en
    assert not any("nan" in cell.lower() for row in rows for cell in row)
    return rows


def test_tables_say_themselves_in_both_languages(full: Plan) -> None:
    for view in (goal_views.indicator_view, goal_views.targets_view, goal_views.limits_view, goal_views.roles_view):
        table = view(full)
        read(table)
        assert table.quality == "illustrative"
    absent = goal_views.absent_view(full)
    assert absent is not None
    read(absent)


def test_targets_that_cannot_be_expressed_have_a_reason_and_no_numbers(full: Plan) -> None:
    frame = goal_views.targets_view(full).frame
    other = frame[frame["target"] == "C"]
    assert len(other) == 1
    assert other["why"].iloc[0]
    assert other["plan"].isna().all()
    rows = [row for row in read(goal_views.targets_view(full)) if row[0] == "甲" and "没有对应的方案指标" in row]
    assert rows
    assert "—" in rows[0]


def test_what_can_be_reached_is_a_table(full: Plan) -> None:
    table = goal_views.reachable_view(full, reachable(full))
    rows = read(table)
    assert len(rows) == 2
    assert set(table.frame["reachable"]) <= {True, False}


def test_units_are_those_that_planners_read(full: Plan) -> None:
    table = goal_views.indicator_view(full)
    raw = full.assembly.indicators
    row = table.frame[(table.frame["indicator"] == "jobs") & (table.frame["region"] == "*")].iloc[0]
    assert row["unit"] == "万人"
    last = full.model.economy.assumptions.last_year
    assert row["plan"] == pytest.approx(raw.value(Measure("jobs", year=last), full.solution.x) / 1e4)
    money = table.frame[table.frame["indicator"] == "value_added"]
    assert set(money["unit"]) == {"亿元"}


def test_front_and_ranges_become_figures() -> None:
    front = pareto(region_with(), points=4, reach=0.2)
    table = goal_views.pareto_table(front, SOURCE)
    read(table)
    assert list(table.frame["percent"].unique()) == pytest.approx([0, 20 / 3, 40 / 3, 20])
    figure = goal_views.pareto_figure(front, SOURCE)
    assert isinstance(figure, Figure)
    assert figure.options("zh")["series"]
    p = capped_plan()
    found = alternatives(p, within=0.05, decisions=decisions_of(p)[:3], plans=1)
    ranges = goal_views.alternatives_table(found, p)
    read(ranges)
    frame: pd.DataFrame = ranges.frame
    assert (frame["low"] <= frame["plan"] + 1e-9).all()
    assert goal_views.alternatives_figure(found, p).options("en")["series"]


def test_targets_are_read_as_they_are_stated_and_what_is_reached_shows_no_gap(full: Plan) -> None:
    read, raw = goal_views.reckoned(full).set_index(["target", "year"]), full.targets.set_index(["target", "year"])
    mine, spec = read.loc["A"], next(s for s in full.assembly.setup.targets if s.name == "A")
    assert spec.against == "growth"
    assert set(mine["unit"]) == {goal_views.PER_YEAR}
    base, years = spec.base(full.assembly.indicators), spec.year - spec.base_year
    assert mine.loc[2025, "wanted"] == pytest.approx(5.0)
    assert mine.loc[2025, "plan"] == pytest.approx(100 * ((raw.loc[("A", 2025), "plan"] / base) ** (1 / years) - 1))
    assert mine.loc[spec.base_year].drop(labels=mine.columns.difference(["plan", "gap"])).isna().all()
    seen = 0.5 * 10.0 ** -read["digits"]
    assert (read["gap"] >= 0)[read["reached"].astype(bool) & read["gap"].notna()].all()
    assert (read["gap"] <= -seen)[~read["reached"].astype(bool) & read["gap"].notna()].all()


def test_shares_are_in_per_cent_money_in_whole_100_m_yuan_and_marks_no_better_than_the_plan(full: Plan) -> None:
    table = goal_views.indicator_view(full)
    frame = table.frame.assign(shown=[row[2].zh for row in table.shown_rows()])
    assert "share" not in set(frame["unit"])
    assert not frame.loc[frame["unit"] == "亿元", "shown"].str.contains(".", regex=False).any()
    whole = frame.loc[frame["unit"] == "%", "shown"]
    assert len(whole)
    assert whole[whole != "—"].str.fullmatch(r"−?[\d,]+\.\d\d").all()
    assert set(frame["quality"]) == {full.views.quality} == {"illustrative"}


def test_no_title_holds_an_unfilled_place(full: Plan) -> None:
    indicators = full.assembly.indicators
    for code in indicators.codes():
        title = indicators.spec(code).title
        assert "{" not in title.zh + title.en
        assert title.zh[-1] not in "：:"
