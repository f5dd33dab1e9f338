"""Fronts: convex, falling, without dominated points; warm as cold; ends; what is refused."""

import math
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goal_region import CAP, region_with
from haihe.messages import HaiheError
from haihe.planning import pareto as room
from haihe.planning.fronts import front
from haihe.planning.pareto import Pareto, not_dominated, pareto
from haihe.planning.solver import Session


@cache
def small(x: str = "co2", y: str = "welfare", **more: object) -> Pareto:
    return pareto(region_with(), x, y, points=6, **more)  # type: ignore[arg-type]


def check_shape(result: Pareto, signs: tuple[float, float]) -> None:
    """More of one costs the other, each step more than the one before, and no point is beaten."""
    for _, rows in result.points.groupby(["way", "level"], dropna=False, sort=False):
        x, y = rows["x"].to_numpy() * signs[0], rows["y"].to_numpy() * signs[1]
        assert (np.diff(x) > 0).all()
        assert (np.diff(y) < 1e-9).all()
        slopes = np.diff(y) / np.diff(x)
        assert (np.diff(slopes) <= 1e-6 * np.abs(slopes).max() + 1e-12).all()
        assert not_dominated(x, y).all()
        assert (np.diff(rows["price"]) >= -1e-6 * rows["price"].max()).all()


def test_front_of_carbon_and_welfare_is_convex_and_apart_costs_more() -> None:
    result = small()
    check_shape(result, (-1.0, 1.0))
    together, apart = (result.points[result.points["way"] == way] for way in ("together", "apart"))
    assert len(together) == len(apart) == 6
    assert (apart["loss"].to_numpy()[1:] >= together["loss"].to_numpy()[1:] - 1e-9).all()
    assert together["x"].iloc[-1] == pytest.approx(0.7 * together["x"].iloc[0], rel=1e-6)
    assert together["loss"].iloc[0] == pytest.approx(0.0, abs=1e-4)


def test_price_is_the_slope_of_the_front() -> None:
    rows = small().points.query("way == 'together'")
    slopes = np.diff(rows["loss"]) / -np.diff(rows["x"])
    price = rows["price"].to_numpy()
    assert (slopes >= price[:-1] - 1e-6 * price.max()).all()
    assert (slopes <= price[1:] + 1e-6 * price.max()).all()


def test_warm_walk_gives_what_cold_solves_give(monkeypatch: pytest.MonkeyPatch) -> None:
    warm = small()
    assert (warm.points["method"] == "simplex").any()
    monkeypatch.setattr(Session, "solve", _cold(Session.solve))
    cold = pareto(region_with(), points=6)
    assert (cold.points["method"] != "simplex").all()
    np.testing.assert_allclose(warm.points["loss"], cold.points["loss"], rtol=1e-6, atol=1e-5)
    np.testing.assert_allclose(warm.points["x"], cold.points["x"], rtol=1e-6)


def _cold(solve: object) -> object:
    return lambda self, method=None: solve(self, method="ipx")  # type: ignore[operator]


def test_one_point_of_the_front_is_the_plan_of_a_limit() -> None:
    """The same share held as a cap on the whole plan's emissions costs the same."""
    rows = small().points.query("way == 'together'")
    r = region_with(CAP | {"value": 1e3})
    again = pareto(r, points=2, reach=float(rows["share"].iloc[2]), ways=("together",))
    assert again.points["loss"].iloc[-1] == pytest.approx(rows["loss"].iloc[2], rel=1e-6)


def test_activity_is_a_front_only_near_the_best_welfare() -> None:
    with pytest.raises(HaiheError) as caught:
        small("co2", "jobs@north/2025")
    assert caught.value.code == "E-PLN-58"
    near = small("co2", "jobs@north/2025", within=0.01, reach=0.05, ways=("together",))
    check_shape(near, (-1.0, 1.0))


def test_welfare_is_what_is_optimised_whichever_place_it_is_named_in() -> None:
    one, two = small(ways=("together",)), small("welfare", "co2", ways=("together",))
    assert str(two.x) == "co2"
    np.testing.assert_allclose(one.points["loss"], two.points["loss"], rtol=1e-6, atol=1e-6)


def test_ends_found_by_solving_for_each() -> None:
    result = small("jobs@north/2025", "welfare", reach=None, ways=("together",))
    check_shape(result, (1.0, 1.0))
    assert result.points["share"].iloc[-1] > 0.01


def test_third_measure_makes_a_front_of_each_level() -> None:
    result = small("co2", "welfare", third="jobs@north/2025", levels=2, reach=0.04, ways=("together",))
    assert result.points["level"].nunique() == 2
    check_shape(result, (-1.0, 1.0))
    level = result.points["level"].unique()
    last = result.points.groupby("level")["loss"].last()
    assert last[level[1]] >= last[level[0]] - 1e-9


def test_a_way_that_no_plan_follows_says_where_it_stopped() -> None:
    result = small(reach=0.999, ways=("together",))
    assert 0 < result.stopped["together"] <= 0.999
    check_shape(result, (-1.0, 1.0))


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"x": "co2", "y": "co2"}, "E-PLN-58"),
        ({"points": 1}, "E-PLN-58"),
        ({"third": "welfare"}, "E-PLN-58"),
        ({"third": "jobs", "levels": 1}, "E-PLN-58"),
        *(({"reach": reach}, "E-PLN-58") for reach in (0.0, -1.0, 1.01, math.nan, math.inf)),
        *(({"within": within}, "E-PLN-58") for within in (-0.1, 2.0, math.nan)),
        ({"x": "carbon_intensity"}, "E-PLN-54"),
        ({"x": "c o 2"}, "E-PLN-51"),
        ({"x": "energy"}, "E-PLN-52"),
    ],
)
def test_what_gives_no_front_says_why(more: dict[str, object], code: str) -> None:
    with pytest.raises(HaiheError) as caught:
        pareto(region_with(), **more)  # type: ignore[arg-type]
    assert caught.value.code == code
    assert caught.value.text("zh")
    assert caught.value.text("en")


@settings(max_examples=60)
@given(points=st.lists(st.tuples(st.integers(-5, 5), st.integers(-5, 5)), min_size=1, max_size=12))
def test_dominated_points_are_those_that_brute_force_finds(points: list[tuple[int, int]]) -> None:
    x, y = (np.array(v, dtype=float) for v in zip(*points, strict=True))
    expected = [not any(a >= p[0] and b >= p[1] and (a > p[0] or b > p[1]) for a, b in points) for p in points]
    assert not_dominated(x, y).tolist() == expected


def test_front_of_a_cap_stays_the_same_question_year_by_year() -> None:
    """`front` moves a cap's path, `pareto` the whole plan's emissions: both fall and are convex."""
    losses = front(region_with(), cuts=(0.1, 0.2)).points.query("pooled")["loss"].to_numpy()
    assert 0 < losses[0] < losses[1]


def test_a_walk_that_holds_nothing_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room.Watched, "keep", lambda *_, **__: None)
    result = pareto(region_with(), points=4, ways=("together",))
    assert len(result.points) < 4 or not np.allclose(result.points["x"], small().points["x"].iloc[:4])
