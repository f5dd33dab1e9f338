"""Resources, worked out on paper in two regions, and their laws on random ones."""

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
from resource_toys import Toy, assumptions, expansion, resource, toy, transfers

import resource_edits
from haihe.planning import resource_results, resources
from haihe.planning.expansions import building_years, yearly_charge
from haihe.planning.program import Program
from haihe.planning.resource_results import expansions_table, resources_table, transfers_table
from haihe.planning.resources import Resource, ResourceSpec
from haihe.planning.solver import Session, Solution
from resource_edits import lift_resources, set_endowment, set_resource

Break = Callable[[pytest.MonkeyPatch], None]

VALUE = np.array([[3.0, 2.0], [3.0, 2.0]])
USE = np.array([[1.0, 2.0], [1.0, 2.0]])
MOST = np.full((2, 2), 8.0)


def define(t: Toy, spec: ResourceSpec) -> Resource:
    return resources.define_resource(t.program, t.economy, t.production, spec, t.dims)


def solved(t: Toy, spec: ResourceSpec) -> tuple[Resource, Solution]:
    made = define(t, spec)
    return made, t.solve()


def tables(t: Toy, made: Resource, s: Solution) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    named = {made.spec.name: made}
    return (
        resources_table(t.economy, named, s).set_index(["region", "year"]),
        transfers_table(t.economy, named, s).set_index(["from_region", "to_region", "year"]),
        expansions_table(t.economy, named, {}, s).set_index(["expansion", "year"]),
    )


def check_limit() -> None:
    """Sector 0 brings 3 a unit of water, sector 1 brings 1: 8 units go to the first, the last 2 make one of the other.

    M0: 8 x 3 + 1 x 2 = 26; M1 has enough for both sectors (8 + 16): 40. Water is worth 1 (bn yuan) in M0, 0 in M1.
    """
    t = toy(VALUE, MOST)
    made, s = solved(t, resource(t, USE, np.array([10.0, 30.0])))
    assert s.objective == pytest.approx(-66.0)
    table, _, _ = tables(t, made, s)
    assert table["use"].to_numpy() == pytest.approx([10.0, 24.0])
    assert table["endowment"].to_numpy() == pytest.approx([10.0, 30.0])
    assert table["reference"].to_numpy() == pytest.approx([24.0, 24.0])
    assert table["price"].to_numpy() == pytest.approx([1e9, 0.0])
    assert table["price_unit"].tolist() == ["yuan/m3"] * 2


def check_upgraded() -> None:
    """Upgraded output needs half the water: 2 units of sector 0 fit in 1 m3, so it takes it all, 2 x 2.5 = 5 > 3."""
    t = toy(VALUE, MOST, upgraded_value=2.5)
    spec = resource(t, USE, np.array([1.0, 0.0]), upgraded=np.array([-0.5]))
    made, s = solved(t, spec)
    assert s.objective == pytest.approx(-5.0)
    assert s.value(t.production.upgraded)[0, 0, 0, 0] == pytest.approx(2.0)
    assert tables(t, made, s)[0]["use"].to_numpy() == pytest.approx([1.0, 0.0])


def check_transfer() -> None:
    """M0 has 10 too many (34 - 24), M1 has 10. M1's next unit of water brings 1; a transfer costs 0.4 and may be 6.

    M0 40; M1 26 + 6 x (1 - 0.4) = 29.6. One more unit of the limit brings 0.6, of M0's water nothing, of M1's 1.
    """
    t = toy(VALUE, MOST)
    made, s = solved(t, resource(t, USE, np.array([34.0, 10.0]), **transfers(t, M1=("M0", 6.0, 0.4))))
    assert s.objective == pytest.approx(-69.6)
    table, moved, _ = tables(t, made, s)
    assert table["given"].to_numpy() == pytest.approx([6.0, 0.0])
    assert table["received"].to_numpy() == pytest.approx([0.0, 6.0])
    assert table["use"].to_numpy() == pytest.approx([24.0, 16.0])
    assert table["price"].to_numpy() == pytest.approx([0.0, 1e9])
    row = moved.loc[("M0", "M1", 2026)]
    assert (row["amount"], row["limit"], row["cost"]) == pytest.approx((6.0, 6.0, 0.4e9))
    assert row["gain"] == pytest.approx(0.6e9)


def check_giver_is_short() -> None:
    """M0 has 20, M1 10, unlimited transfer at 0.4: the giver would lose 1 a unit for a gain of 0.6, so nothing moves.

    With M1 without any water its first units bring 3: it takes 8 at 3 - 0.4, of which M0 loses 1 each.
    """
    t = toy(VALUE, MOST)
    made, s = solved(t, resource(t, USE, np.array([20.0, 10.0]), **transfers(t, M1=("M0", np.inf, 0.4))))
    assert made.moved(s.x).max() == pytest.approx(0.0)
    t = toy(VALUE, MOST)
    made, s = solved(t, resource(t, USE, np.array([20.0, 0.0]), **transfers(t, M1=("M0", np.inf, 0.4))))
    assert made.moved(s.x)[1, 0, 0] == pytest.approx(8.0)
    assert s.objective == pytest.approx(-(24.0 + 4.0 + 8 * 2.6))
    assert tables(t, made, s)[0]["price"].to_numpy() == pytest.approx([1e9, 1.4e9])


def check_outside_gives() -> None:
    """An outside region may give too; its own stock is not modelled."""
    t = toy(VALUE, MOST)
    made, s = solved(t, resource(t, USE, np.array([0.0, 30.0]), **transfers(t, M0=("REST", 5.0, 2.5))))
    assert s.objective == pytest.approx(-(40.0 + 5 * 0.5))
    assert made.given(s.x).max() == 0.0


def check_shared_laboratory() -> None:
    """Only M0 has hours: 24 for itself and 26 to lend, of which at most 20 to M1, free of cost.

    Without sharing M1 makes nothing; with it 8 x 3 + 6 x 2 = 36: that is what sharing brings.
    """
    alone, shared = toy(VALUE, MOST), toy(VALUE, MOST)
    hours = np.array([50.0, 0.0])
    _, apart = solved(alone, resource(alone, USE, hours))
    made, s = solved(shared, resource(shared, USE, hours, **transfers(shared, M1=("M0", 20.0, 0.0))))
    assert apart.objective - s.objective == pytest.approx(36.0)
    moved = tables(shared, made, s)[1]
    assert moved.index.tolist() == [("M0", "M1", 2026)]
    assert moved["amount"].to_numpy() == pytest.approx([20.0])


def check_bought() -> None:
    """Sea water at 0.7 a unit, at most 4 a year from 2027 on: worth buying where water brings 1; the trend is 10 %.

    In 2026: 26 (see `check_limit`). In 2027 everything stands detrended: 10 and 4 units are 10/1.1 and 4/1.1, so
    8 x 3 + (14/1.1 - 8) x 1 - 0.7 x 4/1.1.
    """
    t = toy(VALUE, MOST, times=assumptions(2, growth=0.1))
    more = expansion(t, "M0", np.array([0.0, 4.0]), 0.7, lasting=False)
    made, s = solved(t, resource(t, USE, np.array([10.0, 100.0]), expansions=(more,)))
    d = t.economy.assumptions.weights
    m0 = np.array([26.0, 24.0 + (14 / 1.1 - 8.0) - 0.7 * 4 / 1.1])
    assert s.objective == pytest.approx(-float(d @ (m0 + 40.0)))
    table, _, built = tables(t, made, s)
    assert built["amount"].to_numpy() == pytest.approx([0.0, 4.0])
    assert table.loc["M0", "expanded"].to_numpy() == pytest.approx([0.0, 4.0])
    assert table.loc["M0", "use"].to_numpy() == pytest.approx([10.0, 14.0])
    assert table.loc["M0", "endowment"].to_numpy() == pytest.approx([10.0, 10.0])


def check_built() -> None:
    """A dam adds at most 2 since the milestone before, stays, and costs 0.5 a unit and year: 2, 4, 6 over three years.

    Each unit of water brings 1, so all are built: 26 + (1 - 0.5) x (2, 4, 6). A dam that brings nothing in the last
    year (water of M0 is plenty then) still stands and costs: with 100 units then nothing more is built before it than
    pays, which here is 2 and 2 more, since 0.5 D_0 + 0.5 D_1 - 0.5 D_2 > 0 and 0.5 D_1 - 0.5 D_2 > 0.
    """
    t = toy(VALUE, MOST, times=assumptions(3))
    more = expansion(t, "M0", np.array([2.0, 2.0, 2.0]), 0.5, lasting=True)
    made, s = solved(t, resource(t, USE, np.array([10.0, 100.0]), expansions=(more,)))
    d = t.economy.assumptions.weights
    assert s.objective == pytest.approx(-float(d @ (np.array([27.0, 28.0, 29.0]) + 40.0)))
    assert made.added(s.x)[0] == pytest.approx([2.0, 4.0, 6.0])
    t = toy(VALUE, MOST, times=assumptions(3))
    spec = resource(t, USE, np.array([10.0, 100.0]), expansions=(more,))
    spec.endowment[0, 2] = 100.0
    made, s = solved(t, spec)
    assert made.added(s.x)[0] == pytest.approx([2.0, 4.0, 4.0])
    assert s.objective == pytest.approx(-float(d @ (np.array([27.0, 28.0, 40.0 - 2.0]) + 40.0)))


HAND = [
    check_limit, check_upgraded, check_transfer, check_giver_is_short, check_outside_gives, check_shared_laboratory,
    check_bought, check_built,
]  # fmt: skip


@pytest.mark.parametrize("check", HAND, ids=lambda f: f.__name__)
def test_worked_out_on_paper(check: Callable[[], None]) -> None:
    check()


def test_building_years_and_yearly_charge() -> None:
    years = (2026, 2028, 2030, 2035)
    assert building_years(years, 2020).tolist() == [1.0, 2.0, 2.0, 5.0]
    assert building_years(years, 2029).tolist() == [0.0, 0.0, 2.0, 5.0]
    assert building_years(years, 2036).tolist() == [0.0] * 4
    charge = yearly_charge(100.0, 20.0, 0.08)
    assert sum(charge / 1.08**k for k in range(1, 21)) == pytest.approx(100.0)


def draw(seed: int) -> tuple[Toy, ResourceSpec]:
    """Draw a toy of three members and a resource with transfers between all of them and two expansions."""
    rng = np.random.default_rng(seed)
    R, n, times = 3, 2, assumptions(3, growth=0.04, step=2)
    t = toy(rng.uniform(1, 5, (R, n)), rng.uniform(2, 9, (R, n)), shape=(R, n), times=times)
    T, members = t.years, t.economy.members
    limit = rng.uniform(0, 6, (R, R, T)) * (1 - np.eye(R))[..., None]
    more = tuple(
        expansion(t, members[r], rng.uniform(0, 3, T), rng.uniform(0, 2), lasting=bool(r), payer=members[r])
        for r in (0, 1)
    )
    more = (more[0], replace(more[1], name="E2"))
    return t, resource(
        t,
        rng.uniform(0.2, 3, (R, n)),
        rng.uniform(0, 20, R),
        givers=tuple(members),
        transfer_limit=limit,
        transfer_cost=rng.uniform(0, 1, (R, R, T)),
        expansions=more,
    )


def check_laws(seed: int) -> None:
    """Transfers conserve; use stays within endowment + net transfers + expansion; amounts stay within their limits."""
    t, spec = draw(seed)
    made, s = solved(t, spec)
    table, moved, built = tables(t, made, s)
    by_year = table.groupby("year")
    assert by_year["given"].sum().to_numpy() == pytest.approx(by_year["received"].sum().to_numpy())
    output = s.value(t.production.old) + s.value(t.production.upgraded).sum(axis=0)
    use = (spec.intensity * output).sum(axis=1) * t.economy.assumptions.trend
    assert table["use"].to_numpy() == pytest.approx(use.ravel(), abs=1e-6)
    room = table["endowment"] + table["received"] - table["given"] + table["expanded"]
    assert (table["use"] <= room + 1e-6).all()
    assert (moved["amount"] <= moved["limit"] + 1e-6).all()
    assert (table["price"] >= -1.0).all()
    lasting = built.loc["E2", "amount"].to_numpy()
    assert (np.diff(lasting) >= -1e-6).all()


def check_edit(seed: int) -> None:
    """More of it never hurts, the price is what one more unit brings, an edit in place is a new build."""
    t, spec = draw(seed)
    made = define(t, spec)
    session = Session(t.program)
    base = session.solve(method="simplex")
    trend, d = t.economy.assumptions.trend, t.economy.assumptions.weights
    member, year, step = t.economy.members[seed % 3], seed % t.years, 1e-4
    have = (spec.endowment * trend)[seed % 3]
    table = resources_table(t.economy, {"water": made}, base).set_index(["region", "year"])
    price = table.loc[(member, t.economy.assumptions.years[year]), "price"] / 1e9
    more = have + step * (np.arange(t.years) == year)
    set_endowment(session, made, t.economy, member, more)
    after = session.solve(method="simplex")
    gain = (base.objective - after.objective) / step
    table = resources_table(t.economy, {"water": made}, after).set_index(["region", "year"])
    later = table.loc[(member, t.economy.assumptions.years[year]), "price"] / 1e9
    money = d[year] / trend[year]
    assert gain >= -1e-6
    assert min(price, later) * money - 1e-5 <= gain <= max(price, later) * money + 1e-5
    lift_resources(session, [made])
    free = session.solve(method="simplex")
    assert free.objective <= after.objective + 1e-9
    set_resource(session, made, spec)
    assert session.solve(method="simplex").objective == pytest.approx(base.objective, abs=1e-7)


def check_peer(seed: int) -> None:
    """linopy, from the formula: the same optimum."""
    t, spec = draw(seed)
    _, s = solved(t, spec)
    assert s.objective == pytest.approx(peer(t, spec), abs=1e-6)


def peer(t: Toy, spec: ResourceSpec) -> float:
    e, a = t.economy, t.economy.assumptions
    R, n, T, E = len(e.members), len(e.sectors), t.years, len(spec.expansions)
    m = linopy.Model(force_dim_names=True)
    coords = {"r": range(R), "g": range(R), "i": range(n), "t": range(T), "e": range(E)}

    def array(values: object, dims: str) -> xr.DataArray:
        shape = [len(coords[d]) for d in dims]
        return xr.DataArray(
            np.broadcast_to(np.asarray(values, dtype=float), shape),
            dims=list(dims),
            coords={d: coords[d] for d in dims},
        )

    arrays = t.program.arrays()
    bound, cost = (t.production.old.of(v) for v in (arrays.upper, arrays.cost))
    x = m.add_variables(lower=array(0, "rit"), upper=array(bound, "rit"), name="x")
    y = m.add_variables(lower=array(0, "rgt"), upper=array(spec.transfer_limit, "rgt"), name="y")
    b = m.add_variables(lower=array(0, "et"), name="b")
    use = (array(spec.intensity, "rit") * x).sum("i")
    sent = y.sum("r").rename({"g": "r"})
    where = array([[[float(z.place == r)] * T for z in spec.expansions] for r in e.members], "ret")
    m.add_constraints(use - y.sum("g") + sent - (where * b).sum("e") <= array(spec.endowment, "rt"), name="have")
    for k, z in enumerate(spec.expansions):
        for year in range(T):
            now, before = b.isel(e=k, t=year, drop=True), b.isel(e=k, t=max(year - 1, 0), drop=True)
            if not z.lasting or not year:
                m.add_constraints(now <= float(z.most[year]), name=f"most{k}.{year}")
            else:
                new = now - a.trend[year - 1] / a.trend[year] * before
                m.add_constraints(new <= float(z.most[year]), name=f"most{k}.{year}")
                m.add_constraints(new >= 0, name=f"kept{k}.{year}")
    total = (array(cost, "rit") * x).sum() + (array(spec.transfer_cost * a.weights, "rgt") * y).sum()
    charges = array([[z.cost * w for w in a.weights] for z in spec.expansions], "et")
    m.add_objective(total + (charges * b).sum())
    m.solve(solver_name="highs", io_api="direct", progress=False, output_flag=False, threads=1)
    return float(m.objective.value)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_laws_of_any_resource(seed: int) -> None:
    check_laws(seed)
    check_edit(seed)


@pytest.mark.parametrize("seed", range(3))
def test_linopy_agrees(seed: int) -> None:
    check_peer(seed)


def check_order(seed: int) -> None:
    """Regions in another order and with other names: the same objective, and amounts that move with the names."""
    t, spec = draw(seed)
    _, s = solved(t, spec)
    order = [2, 0, 1]
    names = [f"区{k}" for k in order]
    rename = {t.economy.members[k]: name for k, name in zip(order, names, strict=True)}
    arrays = t.program.arrays()
    value = -t.production.old.of(arrays.cost)[..., 0] / t.economy.assumptions.weights[0]
    most = t.production.old.of(arrays.upper)[..., 0]
    other = toy(value[order], most[order], shape=(3, 2), times=t.economy.assumptions)
    other.economy = replace(other.economy, members=names)
    other.dims = {**other.dims, "region": tuple(names)}
    moved = replace(
        spec,
        intensity=spec.intensity[order],
        endowment=spec.endowment[order],
        givers=tuple(rename[g] for g in spec.givers),
        transfer_limit=spec.transfer_limit[order],
        transfer_cost=spec.transfer_cost[order],
        expansions=tuple(replace(z, place=rename[z.place], payer=rename[z.payer]) for z in spec.expansions),
    )
    _, again = solved(other, moved)
    assert again.objective == pytest.approx(s.objective, abs=1e-7)


@pytest.mark.parametrize("seed", range(4))
def test_order_and_names_do_not_matter(seed: int) -> None:
    check_order(seed)


def family(kind: str, prefix: str, **change: Any) -> Break:
    """Give a family of rows or columns other bounds or another cost."""
    original = getattr(Program, kind)

    def made(self: Program, name: str, dims: Any, **more: Any) -> Any:
        return original(self, name, dims, **(more | change if name.startswith(prefix) else more))

    return lambda patch: patch.setattr(Program, kind, made)


def spec_changed(**change: Callable[[ResourceSpec], Any]) -> Break:
    original = resources.define_resource

    def made(program: Any, economy: Any, production: Any, spec: ResourceSpec, dims: Any) -> Any:
        new = replace(spec, **{name: value(spec) for name, value in change.items()})
        return replace(original(program, economy, production, new, dims), spec=spec)

    return lambda patch: patch.setattr(resources, "define_resource", made)


def no_trend(patch: pytest.MonkeyPatch) -> None:
    original = resource_edits.set_endowment
    patch.setitem(globals(), "set_endowment", lambda s, r, e, m, v: original(s, r, e, m, v * e.assumptions.trend))


BROKEN = {
    "no limit": (family("rows", "resource:", upper=np.inf), check_limit),
    "the giver keeps what it gives": (
        lambda p: p.setattr(resources, "gives", lambda spec, members: np.zeros((len(spec.givers), len(members)))),
        check_giver_is_short,
    ),
    "given out of nothing": (
        lambda p: p.setattr(resources, "gives", lambda spec, members: np.zeros((len(spec.givers), len(members)))),
        lambda: check_laws(1),
    ),
    "transfers for nothing": (family("columns", "transfer:", cost=0.0), check_transfer),
    "transfers without limit": (family("columns", "transfer:", upper=np.inf), check_transfer),
    "no sharing": (family("columns", "transfer:", upper=0.0), check_shared_laboratory),
    "outside cannot give": (family("columns", "transfer:", upper=0.0), check_outside_gives),
    "upgraded like today's": (spec_changed(upgraded=lambda s: 0 * s.upgraded), check_upgraded),
    "bought without limit": (family("rows", "expansion_limit:", upper=np.inf), check_bought),
    "bought for nothing": (family("columns", "expansion:", cost=0.0), check_bought),
    "torn down when not needed": (family("rows", "expansion_kept:", lower=-np.inf), check_built),
    "built all at once": (family("rows", "expansion_limit:", upper=np.inf), check_built),
    "dual sign flipped": (
        lambda p: p.setattr(Solution, "worth", lambda self, rows: rows.of(self.row_dual)),
        check_limit,
    ),
    "price of another unit": (
        lambda p: p.setattr(resource_results, "YUAN", 1e8),
        check_transfer,
    ),
    "edit without the trend": (no_trend, lambda: check_edit(1)),
    "intensities of another year": (
        spec_changed(intensity=lambda s: s.intensity * [1.0, 1.0, 1.1]),
        lambda: [check_peer(seed) for seed in range(3)],
    ),
    "by position": (spec_changed(intensity=lambda s: np.sort(s.intensity, axis=0)), lambda: check_order(0)),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_resource_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    how, check = BROKEN[name]
    how(monkeypatch)
    with pytest.raises(AssertionError):
        check()
