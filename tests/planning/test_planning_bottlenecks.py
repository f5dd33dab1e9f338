"""Bottlenecks: gains against plans of edited regions, prices that give way where they are said to, what binds next."""

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

import haihe as hh
from full_region import full_region
from haihe.messages import HaiheError
from haihe.planning import Plan
from haihe.planning.binding import binding_table
from haihe.planning.bottlenecks import HALF, HOLDS, Bottlenecks, bottlenecks
from haihe.region import Region
from small_region import META, small_tables

pytestmark = pytest.mark.slow
LAND = ("resource:land", "north")
DROPPED = {
    "resources", "uses", "endowments", "limits", "projects", "project_sites", "project_resources", "scenarios", "budgets",
    "rules",
}  # fmt: skip


def scarce(land: float, water: float) -> Region:
    """A region in which land and water are short, land first."""
    full = full_region(projects=False)
    tables = {name: frame for name, frame in small_tables().items() if name not in DROPPED}
    tables |= {name: full[name] for name in ("resources", "uses")}
    parameters = full["parameters"]
    tables["parameters"] = parameters[parameters["parameter"] != "growth_guard"]
    tables["endowments"] = pd.DataFrame(
        {
            "region": ["north", "south", "north", "south"],
            "resource": ["land", "land", "water", "water"],
            "year": 2017,
            "value": [land, 1e6, water, 1e6],
            "unit": ["亩", "亩", "万m3", "万m3"],
            "source": "S1",
            "quality": "illustrative",
        }
    )
    return Region(tables, META)


TIGHT, NEXT = 5600.0, 37.0


@cache
def planned(land: float = TIGHT, water: float = NEXT) -> Plan:
    return hh.plan(scarce(land, water), band=False)


@cache
def found() -> Bottlenecks:
    return bottlenecks(planned(), steps=(0.01, 0.03, 0.1, 0.3))


def check_against_plans(result: Bottlenecks, row: str, place: str) -> None:
    """Welfare at every step is that of a plan of a region with so much more of it, made from its tables."""
    base = planned().solution.objective
    steps = result.steps[(result.steps["row"] == row) & (result.steps["place"] == place)]
    assert len(steps) > 3
    for share, gain in zip(steps["share"], steps["gain"], strict=True):
        again = planned(TIGHT * (1 + share), NEXT)
        assert gain == pytest.approx(10 * (base - again.solution.objective), abs=1e-5, rel=1e-5)


def check_concave(result: Bottlenecks) -> None:
    """The slope never rises, and every gain lies between the slopes at its two ends."""
    for _, steps in result.steps.groupby(["row", "place"]):
        slope, gain, share = (steps[name].to_numpy() for name in ("percent", "gain", "share"))
        assert (np.diff(slope) <= 1e-6 + 1e-6 * slope[0]).all()
        rise, width = np.diff(gain), 100 * np.diff(share)
        assert (rise <= slope[:-1] * width + 1e-6).all()
        assert (rise >= slope[1:] * width - 1e-6).all()


def check_gives_way(result: Bottlenecks) -> None:
    """At ``holds`` the price holds, at ``gives`` not; solved again as plans of edited regions."""
    item = result.items[0]
    first = _percent(planned(), item.row, item.place)
    held = planned(TIGHT * (1 + item.holds), NEXT)
    gone = planned(TIGHT * (1 + item.gives), NEXT)
    assert _percent(held, item.row, item.place) * (1 + item.holds) ** -1 >= HOLDS * first - 1e-6
    assert _percent(gone, item.row, item.place) * (1 + item.gives) ** -1 < HOLDS * first
    assert 0 <= item.holds < item.gives


def _percent(plan: Plan, row: str, place: str) -> float:
    """What one per cent more of a limit brings at its prices, 亿元: worth times the limit, row by row."""
    block = plan.model.program.row_blocks[row]
    upper = block.of(plan.model.program.arrays().row_upper)
    whole = upper + (0.0 if block.reference is None else block.reference)
    worth = np.abs(plan.solution.worth(block)) * whole
    at = [k for k, label in enumerate(block.labels()) if place in label]
    return float(worth.ravel()[at].sum() / 10)


def test_land_is_the_bottleneck_and_water_the_next() -> None:
    item = found().items[0]
    assert (item.row, item.place) == LAND
    assert item.next_row == "resource:water"
    assert item.next_place == "north"


def test_the_next_one_binds_when_planned_so() -> None:
    """A plan with so much more land says the same: land is cheaper, water is scarce or dearer than before."""
    item = found().items[0]
    after = planned(TIGHT * (1 + item.at), NEXT)
    assert _percent(after, item.next_row, item.next_place) == pytest.approx(item.next_percent, rel=1e-4)
    assert item.next_percent > _percent(planned(), item.next_row, item.next_place)
    if item.starts:
        assert _percent(planned(), item.next_row, item.next_place) == pytest.approx(0.0, abs=1e-6)


def test_gains_are_those_of_plans() -> None:
    check_against_plans(found(), *LAND)


def test_gains_of_another_limit_are_noticed() -> None:
    wrong = replace(found(), steps=found().steps.assign(gain=found().steps["gain"] * 1.01 + 0.001))
    with pytest.raises(AssertionError):
        check_against_plans(wrong, *LAND)


def test_slopes_never_rise() -> None:
    check_concave(found())


def test_a_slope_that_rises_is_noticed() -> None:
    with pytest.raises(AssertionError):
        check_concave(replace(found(), steps=found().steps.assign(percent=found().steps["share"])))


def test_the_price_gives_way_where_it_is_said() -> None:
    check_gives_way(found())


def test_a_wrong_border_is_noticed() -> None:
    item = found().items[0]
    wrong = replace(item, holds=0.3, gives=0.4)
    with pytest.raises(AssertionError):
        check_gives_way(replace(found(), items=(wrong,)))


def test_a_limit_of_its_own_can_be_asked_for() -> None:
    only = bottlenecks(planned(), rows=[LAND], steps=(0.05,), finer=0)
    assert [(item.row, item.place) for item in only.items] == [LAND]
    with pytest.raises(HaiheError, match="E-PLN-117"):
        bottlenecks(planned(), rows=[("resource:land", "nowhere")])


def test_more_than_enough_has_no_bottleneck() -> None:
    calm = planned(1e6, 1e6)
    assert binding_table(calm).empty
    result = bottlenecks(calm)
    assert result.items == ()
    assert result.tables == {}


def test_words_and_tables_are_there_in_both_languages(tmp_path: Any) -> None:
    for line in found().says:
        assert line.zh.endswith("。")
        assert line.en.endswith(".")
    assert "约" in found().says[0].zh
    assert "about" in found().says[0].en
    found().to_excel(tmp_path / "b.xlsx", "zh")
    assert set(found().tables) == {"plan-bottlenecks", "plan-bottleneck-steps"}
    assert HALF < HOLDS


def test_what_is_said_is_loosened_by_and_not_to() -> None:
    for text in found().says:
        assert "放宽" in text.zh
        assert "放宽到" not in text.zh
    headings = [column.title.zh for table in found().tables.values() for column in table.columns]
    assert not [title for title in headings if "放宽到" in title]


@pytest.mark.endure
def test_the_top_five_of_the_example_are_proved_by_new_sessions() -> None:
    """Each of the five: its gain at ``gives`` and what binds next, by a plan's program solved cold with the bounds moved."""
    plan = hh.plan(hh.example("jing-jin-ji"), band=False)
    result = bottlenecks(plan)
    assert len(result.items) == 5
    check_concave(result)
    for item in result.items:
        only = bottlenecks(replace(plan, basis=None), rows=[(item.row, item.place)], steps=(item.at,), finer=0)
        again, one = only.items[0], only.steps
        same = result.steps[(result.steps["row"] == item.row) & (result.steps["place"] == item.place)]
        at = same[same["share"] == item.at]["gain"].iloc[0]
        assert one["gain"].iloc[-1] == pytest.approx(at, rel=1e-4)
        assert again.percent == pytest.approx(item.percent, rel=1e-3)
        if np.isfinite(item.gives):
            assert (again.next_row, again.next_place) == (item.next_row, item.next_place)
