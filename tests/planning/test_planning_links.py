"""Ports and links, worked out on paper in two regions, and their laws on random ones."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import linopy
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from resource_toys import Toy, assumptions, corridor, expansion, link, toy

from haihe.planning import links
from haihe.planning.links import Corridor, CorridorSpec
from haihe.planning.program import Program
from haihe.planning.resource_results import expansions_table, links_table
from haihe.planning.solver import Session, Solution
from resource_edits import lift_corridors, set_capacity, set_corridor

Break = Callable[[pytest.MonkeyPatch], None]
NOTHING = np.zeros((2, 2))
HEAVY = np.array([2.0, 1.0])
"""Tonnes per bn yuan of the two sectors."""
BOTH = [[True, True]]
OUT = [[True, False]]


def trading(**more: Any) -> Toy:
    """Two members that would double all their trade: 1 a unit of goods, reference 100 of each of two sectors."""
    return toy(NOTHING, NOTHING, flow_gain=1.0, **more)


def solved(t: Toy, spec: CorridorSpec) -> tuple[Corridor, Solution]:
    made = links.define_corridor(t.program, t.economy, t.goods, spec, t.dims)
    return made, t.solve()


def table(t: Toy, made: Corridor, s: Solution) -> pd.DataFrame:
    return links_table(t.economy, {made.spec.name: made}, s).set_index(["link", "year"])


def free(t: Toy) -> float:
    """Objective without any corridor."""
    return t.solve().objective


def check_one_way() -> None:
    """Only what M0 ships to M1 goes by this link, 350 t of the 600 that it would like (the reference is 300).

    A tonne of light goods brings 1, of heavy ones 0.5: 200 light goods take 200 t, 75 heavy ones the other 150. 125 of
    400 goods are lost, and one more tonne brings 0.5.
    """
    t = trading()
    before = free(t)
    made, s = solved(t, corridor(t, HEAVY, [link(t, "RAIL", 350.0, OUT)]))
    assert s.objective - before == pytest.approx(125.0)
    row = table(t, made, s).loc[("RAIL", 2026)]
    assert (row["reference"], row["freight"], row["carried"]) == pytest.approx((300.0, 350.0, 350.0))
    assert row["price"] == pytest.approx(0.5e9)
    assert row["price_unit"] == "yuan/t"
    assert t.goods.flows.value(s.x)[1, 0].min() == pytest.approx(200.0)


def check_two_ways() -> None:
    """Both directions share 700 t: 400 light goods and 150 heavy ones of 800 goods."""
    t = trading()
    before = free(t)
    made, s = solved(t, corridor(t, HEAVY, [link(t, "RAIL", 700.0, BOTH)]))
    assert s.objective - before == pytest.approx(250.0)
    row = table(t, made, s).loc[("RAIL", 2026)]
    assert (row["reference"], row["carried"]) == pytest.approx((600.0, 700.0))
    assert made.need(s.x).sum() == pytest.approx(700.0)


def check_below_reference() -> None:
    """A link that carries less than the reference asks, 220 t: 200 light goods and 10 heavy ones of 400."""
    t = trading()
    before = free(t)
    made, s = solved(t, corridor(t, HEAVY, [link(t, "RAIL", 220.0, OUT)]))
    assert s.objective - before == pytest.approx(190.0)
    assert table(t, made, s).loc[("RAIL", 2026), "price"] == pytest.approx(0.5e9)


def check_parallel() -> None:
    """Rail takes 320 t, the road 60 at 0.3 a tonne more, which leaves a heavy good 0.2 a tonne: both are filled.

    200 light goods and 90 heavy ones of 400, and 18 for the road. Rail is worth 0.5 a tonne, the road 0.2.
    """
    t = trading()
    before = free(t)
    made, s = solved(t, corridor(t, HEAVY, [link(t, "RAIL", 320.0, OUT), link(t, "ROAD", 60.0, OUT, cost=0.3)]))
    assert s.objective - before == pytest.approx(110.0 + 18.0)
    rows = table(t, made, s).xs(2026, level="year")
    assert rows["carried"].to_dict() == pytest.approx({"RAIL": 320.0, "ROAD": 60.0})
    assert rows["price"].to_dict() == pytest.approx({"RAIL": 0.5e9, "ROAD": 0.2e9})
    assert rows["freight"].to_numpy() == pytest.approx([380.0, 380.0])


def check_one_direction_of_two() -> None:
    """Rail, 150 t, runs both ways, the road, 400 t, only out. So rail brings in 150 light goods, and the road takes out
    200 light and 100 heavy ones: 450 of 800. (Could the road be used both ways, it were 475.)
    """
    t = trading()
    before = free(t)
    made, s = solved(t, corridor(t, HEAVY, [link(t, "RAIL", 150.0, BOTH), link(t, "ROAD", 400.0, OUT)]))
    rows = table(t, made, s).xs(2026, level="year")
    assert rows["carried"].to_dict() == pytest.approx({"RAIL": 150.0, "ROAD": 400.0})
    assert s.objective - before == pytest.approx(350.0)


def check_port() -> None:
    """Both members export and import through one port of 1,300 boxes: reference 2 x 2 x 300 = 1,200.

    4 x 200 light goods and 250 heavy ones of 1,600 goods; a box is worth 0.5.
    """
    t = trading()
    before = free(t)
    port = link(t, "PORT", 1300.0, [[True, True], [True, True]])
    spec = corridor(t, HEAVY, [port], name="M0+M1-AB:TEU", unit="TEU", users=("M0", "M1"), far="abroad", other="AB")
    made, s = solved(t, spec)
    assert s.objective - before == pytest.approx(550.0)
    row = table(t, made, s).loc[("PORT", 2026)]
    assert (row["reference"], row["carried"], row["price"]) == pytest.approx((1200.0, 1300.0, 0.5e9))
    assert row["price_unit"] == "yuan/TEU"
    moved = made.need(s.x)
    assert moved.shape == (2, 2, 1)
    assert moved.sum() == pytest.approx(1300.0)


def check_two_ports() -> None:
    """M1 may use both ports, M0 only port A of 300 boxes: 300 light goods of M0. M1 fills port B, 700 boxes, with 400
    light goods and 150 heavy ones: 850 of 1,600. (Were B open to M0, it were 900.)
    """
    t = trading()
    before = free(t)
    a, b = link(t, "A", 300.0, [[True, True], [True, True]]), link(t, "B", 700.0, [[False] * 2, [True] * 2])
    spec = corridor(t, HEAVY, [a, b], name="M0+M1-AB:t", users=("M0", "M1"), far="abroad", other="AB")
    made, s = solved(t, spec)
    assert s.objective - before == pytest.approx(750.0)
    assert table(t, made, s)["carried"].to_numpy() == pytest.approx([300.0, 700.0])


def check_partner() -> None:
    """Trade with the rest of the nation: outflow and inflow of M1 by one road of 640 t: 400 light goods, 120 heavy ones.

    Trade with abroad and of M0 doubles as if there were no road.
    """
    t = trading()
    before = free(t)
    spec = corridor(
        t, HEAVY, [link(t, "ROAD", 640.0, BOTH)], name="M1-REST:t", users=("M1",), far="partner", other="REST"
    )
    made, s = solved(t, spec)
    assert s.objective - before == pytest.approx(280.0)
    assert table(t, made, s)["freight"].to_numpy() == pytest.approx([640.0])
    assert t.goods.exports.value(s.x).min() == pytest.approx(200.0)
    assert t.goods.outflow.value(s.x)[0].min() == pytest.approx(200.0)


def check_growth_and_berth() -> None:
    """Freight grows with the trend, the port does not; a berth of at most 90 a year at 0.3 a unit and year helps.

    M0's exports and imports; the trend is 10 % a year. 2026: 660 + 90 boxes, 400 light and 175 heavy goods of 800. In
    2027 everything stands detrended: (660 + 180)/1.1 boxes, 400 of them light goods, the others heavy ones at half.
    """
    t = trading(times=assumptions(2, growth=0.1))
    before, d = free(t), t.economy.assumptions.weights
    berth = expansion(t, "PORT", np.array([90.0, 90.0]), 0.3, lasting=True)
    port = link(t, "PORT", 660.0, BOTH)
    spec = corridor(t, HEAVY, [port], users=("M0",), far="abroad", other="AB", expansions=(berth,))
    made, s = solved(t, spec)
    goods = 400.0 + (np.array([750.0, 840 / 1.1]) - 400.0) / 2
    assert s.objective - before == pytest.approx(float(d @ (800.0 - goods + 0.3 * np.array([90.0, 180 / 1.1]))))
    rows = table(t, made, s).loc["PORT"]
    assert rows["reference"].to_numpy() == pytest.approx([600.0, 660.0])
    assert rows["capacity"].to_numpy() == pytest.approx([660.0, 660.0])
    assert rows["expanded"].to_numpy() == pytest.approx([90.0, 180.0])
    built = expansions_table(t.economy, {}, {"x": made}, s)
    assert built["amount"].to_numpy() == pytest.approx([90.0, 180.0])
    assert built["place"].tolist() == ["PORT", "PORT"]


HAND = [
    check_one_way, check_two_ways, check_below_reference, check_parallel, check_one_direction_of_two, check_port,
    check_two_ports, check_partner, check_growth_and_berth,
]  # fmt: skip


@pytest.mark.parametrize("check", HAND, ids=lambda f: f.__name__)
def test_worked_out_on_paper(check: Callable[[], None]) -> None:
    check()


def draw(seed: int) -> tuple[Toy, CorridorSpec]:
    """Three members, two of which trade by three links, one of them one-way, over three milestones."""
    rng = np.random.default_rng(seed)
    t = toy(
        np.zeros((3, 2)),
        np.zeros((3, 2)),
        flow_gain=rng.uniform(0.5, 2),
        shape=(3, 2),
        times=assumptions(3, growth=0.03),
    )
    ways = [BOTH, OUT, [[False, True]]]
    made = [
        replace(link(t, f"L{k}", rng.uniform(100, 400), ways[k], cost=rng.uniform(0, 0.5)), quality="estimated")
        for k in range(3)
    ]
    more = expansion(t, "L1", rng.uniform(0, 40, 3), rng.uniform(0, 1), lasting=bool(seed % 2))
    far = ("member", "partner", "abroad")[seed % 3]
    spec = corridor(t, rng.uniform(0, 2, 2), made, users=("M1",), other="M2", far=far, expansions=(more,))
    return t, spec


def check_laws(seed: int) -> None:
    """Every link within capacity and expansion, all freight carried, prices not negative, more never hurts."""
    t, spec = draw(seed)
    made = links.define_corridor(t.program, t.economy, t.goods, spec, t.dims)
    session = Session(t.program)
    s = session.solve(method="simplex")
    rows = table(t, made, s)
    assert (rows["carried"] <= rows["capacity"] + rows["expanded"] + 1e-6).all()
    carried = made.carried.of(s.x).sum(axis=2) * made.scale
    assert made.need(s.x) == pytest.approx(carried, abs=1e-6)
    assert (rows["price"] >= -1.0).all()
    e, k, step = t.economy, seed % 3, 1e-4
    d, trend = e.assumptions.weights, e.assumptions.trend
    have = spec.links[k].capacity * trend
    set_capacity(session, made, e, f"L{k}", have + step * (np.arange(3) == 1))
    after = session.solve(method="simplex")
    gain = (s.objective - after.objective) / step
    ends = [links_table(e, {"x": made}, each).set_index(["link", "year"]) for each in (s, after)]
    ends = [end.loc[(f"L{k}", e.assumptions.years[1]), "price"] / 1e9 * d[1] / trend[1] for end in ends]
    assert min(ends) - 1e-5 <= gain <= max(ends) + 1e-5
    assert gain >= -1e-6
    lift_corridors(session, [made])
    assert session.solve(method="simplex").objective <= after.objective + 1e-9
    set_corridor(session, made, spec)
    assert session.solve(method="simplex").objective == pytest.approx(s.objective, abs=1e-7)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_laws_of_any_corridor(seed: int) -> None:
    check_laws(seed)


def peer(t: Toy, spec: CorridorSpec, gain: float) -> float:
    """The corridor from its formula: gain of trade above the reference less what dearer links and expansions cost."""
    a, e = t.economy.assumptions, t.economy
    T = t.years
    m = linopy.Model(force_dim_names=True)
    coords = {"w": ["out", "in"], "i": range(2), "t": range(T), "l": list(spec.names)}

    def array(values: object, dims: str) -> xr.DataArray:
        shape = [len(coords[d]) for d in dims]
        return xr.DataArray(
            np.broadcast_to(np.asarray(values, float), shape), dims=list(dims), coords={d: coords[d] for d in dims}
        )

    v = m.add_variables(lower=array(0, "wit"), upper=array(200, "wit"), name="v")
    y = m.add_variables(lower=array(0, "wlt"), name="y")
    b = m.add_variables(lower=array(0, "t"), name="b")
    may = array(spec.serves[0][..., None], "wlt")
    m.add_constraints((array(spec.weights, "it") * v).sum("i") - (may * y).sum("l") == 0, name="freight")
    more, room = spec.expansions[0], np.array([each.capacity for each in spec.links])
    there = array([[float(name == more.place)] * T for name in spec.names], "lt")
    m.add_constraints((may * y).sum("w") - there * b <= array(room, "lt"), name="room")
    for k in range(T):
        now, before = b.isel(t=k, drop=True), b.isel(t=max(k - 1, 0), drop=True)
        if not k or not more.lasting:
            m.add_constraints(now <= float(more.most[k]), name=f"most{k}")
        else:
            new = now - a.trend[k - 1] / a.trend[k] * before
            m.add_constraints(new <= float(more.most[k]), name=f"most{k}")
            m.add_constraints(new >= 0, name=f"kept{k}")
    cost = array([[link.cost * w for w in a.weights] for link in spec.links], "lt")
    m.add_objective(
        (cost * may * y).sum()
        + (array(more.cost * a.weights, "t") * b).sum()
        - (gain * array(a.weights, "t") * v).sum()
    )
    m.solve(solver_name="highs", io_api="direct", progress=False, output_flag=False, threads=1)
    assert e.members
    return float(m.objective.value) + float(gain * a.weights.sum() * 400.0)


def check_peer(seed: int) -> None:
    """linopy, from the formula: the same optimum, up to the trade that no link touches."""
    t, spec = draw(seed)
    gain = float(-t.program.arrays().cost[t.goods.exports.up.index].ravel()[0] / t.economy.assumptions.weights[0])
    untouched = free(t)
    touched = 2 * 2 * 100.0 * gain * t.economy.assumptions.weights.sum()
    _, s = solved(t, spec)
    assert s.objective == pytest.approx(untouched + touched + peer(t, spec, gain), abs=1e-5)


@pytest.mark.parametrize("seed", range(3))
def test_linopy_agrees(seed: int) -> None:
    check_peer(seed)


def family(kind: str, prefix: str, **change: Any) -> Break:
    original = getattr(Program, kind)

    def made(self: Program, name: str, dims: Any, **more: Any) -> Any:
        return original(self, name, dims, **(more | change if name.startswith(prefix) else more))

    return lambda patch: patch.setattr(Program, kind, made)


def spec_changed(change: Callable[[CorridorSpec], CorridorSpec]) -> Break:
    original = links.define_corridor

    def made(program: Any, economy: Any, goods: Any, spec: CorridorSpec, dims: Any) -> Any:
        return replace(original(program, economy, goods, change(spec), dims), spec=spec)

    return lambda patch: patch.setattr(links, "define_corridor", made)


def swapped(spec: CorridorSpec, goods: Any, members: Any) -> Any:
    parts = list(ORIGINAL(spec, goods, members))
    return tuple(parts[::-1])


ORIGINAL = links.moved_by
BROKEN: dict[str, tuple[Break, Callable[[], None]]] = {
    "no capacity": (family("rows", "link:", upper=np.inf), check_one_way),
    "freight need not be carried": (family("rows", "freight:", lower=-np.inf, upper=np.inf), check_one_way),
    "reference forgotten": (family("rows", "freight:", lower=0.0, upper=0.0), check_port),
    "dear road for nothing": (family("columns", "carried:", cost=0.0), check_parallel),
    "one-way link used both ways": (family("columns", "carried:", upper=np.inf), check_one_direction_of_two),
    "port open to all": (family("columns", "carried:", upper=np.inf), check_two_ports),
    "every sector weighs the same": (spec_changed(lambda s: replace(s, weights=0 * s.weights + 1.5)), check_one_way),
    "out and in mixed up": (lambda p: p.setattr(links, "moved_by", swapped), check_one_way),
    "berth for nothing": (family("columns", "expansion:", cost=0.0), check_growth_and_berth),
    "berth without limit": (family("rows", "expansion_limit:", upper=np.inf), check_growth_and_berth),
    "dual sign flipped": (lambda p: p.setattr(Solution, "worth", lambda self, rows: rows.of(self.row_dual)), check_port),
    "partner as abroad": (spec_changed(lambda s: replace(s, far="abroad")), check_partner),
    "costs of another size": (
        spec_changed(lambda s: replace(s, links=tuple(replace(x, cost=1.1 * x.cost) for x in s.links))),
        lambda: [check_peer(seed) for seed in range(6)] and None,
    ),
    "edit lost": (lambda p: p.setattr(Session, "set_row_bounds", lambda *_: None), lambda: [check_laws(k) for k in range(4)] and None),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_corridor_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    how, check = BROKEN[name]
    how(monkeypatch)
    with pytest.raises(AssertionError):
        check()


def check_order(seed: int) -> None:
    """Links in another order and under other names: the same optimum and the same throughput of each."""
    t, spec = draw(seed)
    made, s = solved(t, spec)
    order, names = [2, 0, 1], {f"L{k}": f"线{k}" for k in range(3)}
    other, _ = draw(seed)
    moved = replace(
        spec,
        links=tuple(replace(spec.links[k], name=names[f"L{k}"]) for k in order),
        expansions=tuple(replace(more, place=names[more.place]) for more in spec.expansions),
    )
    again, answer = solved(other, moved)
    assert answer.objective == pytest.approx(s.objective, abs=1e-7)
    assert made.throughput(s.x).sum(axis=0) == pytest.approx(again.throughput(answer.x).sum(axis=0), abs=1e-6)


@pytest.mark.parametrize("seed", range(4))
def test_order_and_names_do_not_matter(seed: int) -> None:
    check_order(seed)


def test_costs_by_position_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def by_position(spec: CorridorSpec) -> CorridorSpec:
        return replace(spec, links=tuple(replace(x, cost=0.2 * k) for k, x in enumerate(spec.links)))

    spec_changed(by_position)(monkeypatch)
    with pytest.raises(AssertionError):
        print([check_order(seed) for seed in range(4)])
