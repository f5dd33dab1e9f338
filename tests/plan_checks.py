"""The acceptance checks of a plan: each takes a `Case`, builds what it needs and raises where the model is wrong.

Numbers P1 to P11 are those of the issue. Expectations are worked out here from the quantities, in the words of the
formulas, and not with the product's own functions, except where a published table is what is checked.
"""

from collections.abc import Callable

import numpy as np

from haihe.planning import leakage, prices, results
from haihe.planning.model import Model
from haihe.planning.program import Floats
from haihe.planning.soft import Soft
from haihe.planning.solver import Solution
from plan_cases import Built, Case
from plan_formulas import formulas

TINY = 1e-3
"""Cells below this (bn yuan) move by several times without meaning."""


def softs(b: Built) -> list[Soft]:
    """Every soft quantity of a model."""
    g = b.model.goods
    trade = [g.exports, g.imports, g.outflow, g.inflow, g.flows]
    return [g.consumption, *trade, b.model.factors.labour, b.model.production.build]


def output(b: Built, s: Solution) -> Floats:
    """Output of both technologies, shape (R, n, T)."""
    return s.value(b.model.production.old) + s.value(b.model.production.upgraded).sum(axis=0)


def expenditure(model: Model, solution: Solution) -> Floats:
    """Value added by expenditure at base prices, detrended, bn yuan a year; shape (R, T)."""
    goods, e = model.goods, model.economy
    flows = goods.flows.value(solution.x)
    net = flows.sum(axis=(1, 2)) - flows.sum(axis=(0, 2))
    for soft, sign in ((goods.outflow, 1), (goods.inflow, -1)):
        net = net + sign * soft.value(solution.x).sum(axis=1)
    for soft, sign in ((goods.exports, 1), (goods.imports, -1)):
        net = net + sign * soft.value(solution.x).sum(axis=(0, 2))
    home = goods.consumption.value(solution.x).sum(axis=1) + e.fixed.sum(axis=1)
    return np.asarray(home + results.investment_of(model, solution) + net)


def price(b: Built, s: Solution) -> Floats:
    """Published price of the cap, yuan per unit of the cap (Mt CO2), shape (R, T)."""
    table = prices.prices_table(b.model, s, {"accounts": "official"})
    return table.loc[table["kind"] == "cap", "price"].to_numpy().reshape(b.spec.cap.shape)


def p1_reference(case: Case) -> None:
    """P1: with wedges and nothing scarce the reference path is the optimum, in quantities and in prices."""
    b = case.build(upgrades=False)
    s, e = b.free(), b.economy
    big = e.output > TINY
    moved = np.abs(output(b, s)[big] / e.output[big] - 1).max()
    assert moved <= 5e-4, f"output moves by {moved:.2g}"
    totals = e.households.sum(axis=1)
    eaten = np.abs(b.model.goods.consumption.deviation(s.x).sum(axis=1) / totals).max()
    assert eaten <= 1e-4, f"consumption moves by {eaten:.2g}"
    table = prices.prices_table(b.model, s, {"accounts": "official"})
    goods = table[table["kind"] == "good"]["price"].to_numpy().reshape(e.output.shape)[big]
    first = e.assumptions.segments[0] / 2 / e.assumptions.elasticity["consumption"]
    off = np.abs(goods - 1).max()
    assert off <= first + 0.005, f"prices are off by {off:.2g}"
    index = table[table["kind"] != "cap"]
    assert (index["low"] <= 1 + 1e-6).all(), "the band of an index leaves out the reference"
    assert (index["high"] >= 1 - 1e-6).all(), "the band of an index leaves out the reference"


def p1_with_upgrades(case: Case) -> None:
    """P1: hurdles keep the upgraded technology out until something is scarce."""
    b = case.build()
    s, e = b.free(), b.economy
    moved = np.abs(output(b, s) - e.output).sum() / e.output.sum()
    assert moved <= 1e-3, f"weighted output moves by {moved:.2g}"


def p2_balance(case: Case) -> None:
    """P2: what is made and bought equals what is used, product by product."""
    b = case.build()
    s, e, g, p = b.solve(0.2), b.economy, b.model.goods, b.model.production
    x0, x1, i1, u = (s.value(v) for v in (p.old, p.upgraded, p.build_upgraded, p.retrofit))
    flows = g.flows.value(s.x)
    capital, turned = (np.array([getattr(t, n) for t in e.technologies]) for n in ("new_capital", "retrofit"))
    better = np.tensordot(1 + capital, i1, 1) + np.tensordot(turned, u, 1)
    spent = e.kappa[:, :, None] * (p.build.value(s.x) + better)
    supply = x0 + x1.sum(axis=0) + g.imports.value(s.x).sum(axis=0) + g.inflow.value(s.x) + flows.sum(axis=0)
    use = (
        np.einsum("rij,rjt->rit", e.a0, x0)
        + np.einsum("krij,krjt->rit", e.a1, x1)
        + g.consumption.value(s.x)
        + g.exports.value(s.x).sum(axis=0)
        + g.outflow.value(s.x)
        + flows.sum(axis=1)
        + e.mix[:, :, None] * spent.sum(axis=1)[:, None]
        + e.fixed
    )
    reference = e.output + e.imports.sum(axis=0) + e.inflow + e.flows.sum(axis=0)
    left = (np.abs(supply - use) / np.maximum(reference, TINY)).max()
    assert left <= 1e-6, f"supply and use differ by {left:.2g}"


def p2_accounts(case: Case) -> None:
    """P2: value added by production equals value added by expenditure."""
    b = case.build()
    s = b.solve(0.2)
    made = results.value_added_of(b.model, s).sum(axis=1)
    spent = expenditure(b.model, s)
    off = np.abs(made / spent - 1).max()
    assert off <= 1e-6, f"the two differ by {off:.2g}"


def p2_stocks(case: Case) -> None:
    """P2: capacity is what is left of the last milestone's and what was built and turned in its years."""
    b = case.build()
    s, e, p = b.solve(0.2), b.economy, b.model.production
    h = np.diff(e.assumptions.years)
    grows, kept = (1 + e.assumptions.growth) ** h, (1 - e.assumptions.depreciation) ** h
    built, turned, better = p.build.value(s.x), s.value(p.retrofit), s.value(p.build_upgraded)
    old, new = s.value(p.stock_old), s.value(p.stock_upgraded)
    scale, closed = np.maximum(e.output[..., :1], TINY), s.value(p.closed)
    assert np.abs((old - e.output)[..., 0] / scale[..., 0]).max() <= 1e-9, "the first stock is not base output"
    added_old = built - turned.sum(axis=0) - closed
    for name, stock, added in (("old", old, added_old), ("upgraded", new, better + turned)):
        left = grows * stock[..., 1:] - kept * stock[..., :-1] - h * added[..., :-1]
        off = (np.abs(left) / scale).max()
        assert off <= 1e-9, f"the {name} stock is off by {off:.2g}"
    assert ((output(b, s) - old - new.sum(axis=0)) / scale).max() <= 1e-6, "output exceeds capacity"


def p3_duality(case: Case) -> None:
    """P3: objective = sum dual x active row bound + sum reduced cost x active column bound + constant."""
    b = case.build()
    for s in (b.free(), b.solve(0.2), b.solve(0.2, pooled=False)):
        a = b.session.arrays
        dual = a.constant
        for values, lower, upper, rate in (
            (a.matrix @ s.x, a.row_lower, a.row_upper, s.row_dual),
            (s.x, a.lower, a.upper, s.reduced),
        ):
            nearest = np.where(np.abs(values - lower) <= np.abs(upper - values), lower, upper)
            held = np.isfinite(nearest)
            assert np.abs(rate[~held]).max(initial=0.0) <= 1e-7, "a price without a bound"
            dual += float(rate[held] @ nearest[held])
        off = abs(dual - s.objective) / (1 + abs(s.objective))
        assert off <= 1e-8, f"strong duality is off by {off:.2g}"
        assert s.check.gap <= 1e-7


def p3_welfare(case: Case) -> None:
    """P3: the accounts of the regions add up to the difference of the objectives, and to what the formula says."""
    b = case.build()
    base, s = b.free(), b.solve(0.2, pooled=False)
    total = results.welfare_table(b.model, s, base)["welfare"].sum()
    lost = s.objective - base.objective
    assert lost > 0, "a cap costs nothing"
    assert abs(total + lost) <= 1e-7 * (1 + abs(s.objective)), f"regions add up to {total:.6g}, not {-lost:.6g}"
    worth = welfare(b, s) - welfare(b, base)
    assert abs(worth + lost) <= 1e-7 * (1 + abs(s.objective)), f"the formula says {worth:.6g}, not {-lost:.6g}"


def welfare(b: Built, s: Solution) -> float:
    """Welfare, discounted bn yuan, in the words of the formula."""
    e, p, m, w = b.economy, b.model.production, b.model, formulas(b.economy)
    k0, k1, i1, u = (s.value(v) for v in (p.stock_old, p.stock_upgraded, p.build_upgraded, p.retrofit))
    i0 = p.build.value(s.x)
    flow = m.goods.consumption.value(s.x).sum(axis=(0, 1)) - m.factors.labour.value(s.x).sum(axis=0)
    closing = np.asarray(e.assumptions.closure_cost + 0.001)
    closed = s.value(p.closed)
    for rate, spent in ((w.loss, output(b, s)), (w.tau, i0), (w.tau_1, i1), (w.tau_u, u), (closing, closed)):
        flow = flow - (rate * spent).reshape(-1, w.weights.size).sum(axis=0)
    ends = np.asarray(e.assumptions.segments)
    for soft in softs(b):
        middle = (ends + np.concatenate([[0.0], ends[:-1]])) / 2 / e.assumptions.elasticity[soft.name]
        used = (soft.up.of(s.x) + soft.down.of(s.x)) @ middle
        flow = flow - used.reshape(-1, w.weights.size).sum(axis=0)
    better = w.stock + w.more
    last = w.stock * k0[..., -1] + (better * k1[..., -1]).sum(axis=0)
    built = w.stock * (i0 - closed)[..., -1] + (better * i1[..., -1] + w.more * u[..., -1]).sum(axis=0)
    return float(w.weights @ flow + w.f * ((1 - w.delta[-1]) * last + w.h[-1] * built).sum())


def p4_front(case: Case, cuts: tuple[float, ...] = (0.05, 0.1, 0.2, 0.3)) -> None:
    """P4: cost and price rise with the cut, pooling never costs, a slack cap has no price, no cap is broken.

    The cap falls in a straight line over the years and then stays; where it has a price it is used to the full.
    """
    b = case.build()
    base = b.free()
    a = b.economy.assumptions
    span = a.last_year - a.first_year
    passed = np.array([(y - a.first_year) / span if y < a.last_year else 1.0 for y in a.years])
    size = 1e-6 * abs(base.objective)
    for pooled in (True, False):
        slack = b.solve(-0.05, pooled=pooled)
        assert abs(slack.objective - base.objective) <= size, "a slack cap costs"
        assert np.abs(price(b, slack)).max() <= 1e-3, "a slack cap has a price"
    lost: dict[bool, Floats] = {}
    for pooled in (True, False):
        points = []
        for cut in cuts:
            s = b.solve(cut, pooled=pooled)
            used, room, paid = _use(b, s), b.reference * (1 - cut * passed), price(b, s)
            if pooled:
                used, room, paid = (v.sum(axis=0, keepdims=True) for v in (used, room, paid))
            over = (used / room - 1).max()
            assert over <= 1e-6, f"the cap of {cut:.0%} is exceeded by {over:.2g}"
            idle = np.where(paid > 1e-6 * paid.max(), 1 - used / room, 0.0).max()
            assert idle <= 1e-6, f"{idle:.2g} of a cap of {cut:.0%} with a price is not used"
            points.append((s.objective - base.objective, price(b, s)[:, -1]))
        lost[pooled] = np.array([p[0] for p in points])
        steps = np.diff(lost[pooled], prepend=0.0)
        assert (steps > -size).all(), f"cost falls: {lost[pooled]}"
        assert lost[pooled][-1] > size, "a binding cap costs nothing"
        rising = np.array([p[1] for p in points])
        assert (rising[-1] > 0).all(), f"no price: {rising}"
        # apart, a member's price may fall by a segment step when its neighbour's cap bites
        step = (1e-6 if pooled else 0.02) * rising.max()
        assert (np.diff(rising, axis=0) >= -step).all(), f"the price falls: {rising}"
    assert (lost[True] <= lost[False] + size).all(), "pooling costs"


def _use(b: Built, s: Solution) -> Floats:
    """CO2 of each member, Mt a year, shape (R, T)."""
    p, saved = b.model.production, np.array([t.co2 for t in b.economy.technologies])
    made = s.value(p.old) + np.tensordot(1 + saved, s.value(p.upgraded), 1)
    return np.einsum("rj,rjt->rt", b.case.intensity, made)


def p5_units(case: Case) -> None:
    """P5: the unit of money of the accounts changes nothing."""
    reference = None
    for unit in ("bn yuan", "亿元", "万元"):
        b = case.in_unit(unit).build()
        s = b.solve(0.2)
        reference = reference or (s.objective, output(b, s))
        off = abs(s.objective / reference[0] - 1)
        assert off <= 1e-7, f"in {unit} the objective is off by {off:.2g}"
        _same_quantities(b, output(b, s), reference[1], unit)


def p5_order(case: Case) -> None:
    """P5: the order of regions and sectors changes nothing."""
    b = case.build()
    s = b.solve(0.2)
    moved, members, order = case.permuted()
    c = moved.build()
    t = c.solve(0.2)
    off = abs(t.objective / s.objective - 1)
    assert off <= 1e-7, f"the objective is off by {off:.2g}"
    _same_quantities(b, output(c, t), output(b, s)[members][:, order], "another order")


def _same_quantities(b: Built, one: Floats, other: Floats, what: str) -> None:
    off = np.abs(one - other).max() / b.economy.output.max()
    assert off <= 1e-4, f"in {what} output is off by {off:.2g}"


def p7_closed(case: Case) -> None:
    """P7: no soft quantity leaves its closed range, however tight the cap, and locally supplied trade its guard."""
    b = case.build()
    s, e = b.solve(0.7), b.economy
    for soft in softs(b):
        guard = np.ones(soft.reference.shape)
        if soft.name in ("exports", "imports", "outflow", "inflow", "flows"):
            guard[..., e.local, :] = e.assumptions.local_guard
        over = (np.abs(soft.deviation(s.x)) - guard * soft.reference).max()
        assert over <= 1e-6, f"{soft.name} leaves its range by {over:.2g}"
        used = soft.up.of(s.x) + soft.down.of(s.x)
        late = (used[..., 1:] > 1e-6) & (used[..., :-1] < soft.room[..., :-1] - 1e-6)
        assert not late.any(), f"{soft.name} fills its segments out of order"


def p8_differences(case: Case, step: float = 1e-3) -> None:
    """P8: raising the last cap by 0.1 % of base saves what its price says."""
    for pooled in (True, False):
        b = case.build()
        more = step * b.reference[0, -1]
        here, there = b.solve(0.2, pooled=pooled), b.solve(0.2, pooled=pooled, more=more)
        weight = b.economy.assumptions.weights[-1]
        low, high = sorted(weight * more / 1e9 * price(b, s)[0, -1] for s in (here, there))
        saved = here.objective - there.objective
        room = 1e-6 * abs(high) + 1e-9 * abs(here.objective)
        assert saved > 0, "more room costs"
        assert low - room <= saved <= high + room, f"saved {saved:.9g}, priced {low:.9g} to {high:.9g}"


def p9_methods(case: Case) -> None:
    """P9: interior point with crossover and simplex find the same objective, cold and after an edit in place."""
    b = case.build()
    tight = b.solve(0.2, method="ipx")
    again = b.solve(0.2, method="simplex")
    eased = b.solve(0.05, method="ipx")
    warm = b.solve(0.2, method=None)
    for one, other in (
        (tight, again),
        (tight, warm),
        (tight, case.build().solve(0.2, method="simplex")),
        (eased, case.build().solve(0.05, method="simplex")),
    ):
        off = abs(other.objective - one.objective) / (1 + abs(one.objective))
        assert off <= 1e-8, f"the objectives differ by {off:.2g}"


def p11_leakage(case: Case) -> None:
    """P11: own change, the partner's and that abroad add up to the modelled total, each worked out from quantities."""
    b = case.build()
    s = b.solve(0.2)
    table = leakage.leakage_table(b.model, s, "CARBON", case.accounts, case.partner, case.partner_intensity)
    table = table.set_index("place")
    when = b.economy.assumptions
    trade = results.trade_table(b.model, s).query("year == @when.last_year")
    grown = (1 + when.growth) ** (when.last_year - when.first_year)
    moved = trade.groupby(["kind", "sector"])["difference"].sum() / grown
    by_kind = {kind: moved[kind].reindex(b.economy.sectors).to_numpy() for kind in moved.index.unique("kind")}
    own = _use(b, s)[:, when.years.index(when.last_year)] - b.reference[:, when.years.index(when.last_year)]
    a = case.accounts
    r = a.regions.index(case.partner)
    inputs = np.divide(a.Z[r], a.output[r], out=np.zeros_like(a.Z[r]), where=a.output[r] > 0)
    chain = case.partner_intensity @ np.linalg.inv(np.eye(len(inputs)) - inputs)
    scale = np.abs(b.reference).sum()
    for column, per_unit in (("direct", case.partner_intensity), ("embodied", chain)):
        expected = {
            **dict(zip(b.economy.members, own, strict=True)),
            case.partner: per_unit @ (by_kind["inflow"] - by_kind["outflow"]),
            "abroad": per_unit @ (by_kind["imports"] - by_kind["exports"]),
        }
        expected["total"] = sum(expected.values())
        for place, value in expected.items():
            off = abs(table.loc[place, column] - value) / scale
            assert off <= 1e-9, f"{column} emissions of {place} are off by {off:.2g}"
    assert own.sum() < 0, "a binding cap cuts nothing"


CHECKS: dict[str, Callable[[Case], None]] = {
    check.__name__: check
    for check in (
        p1_reference,
        p1_with_upgrades,
        p2_balance,
        p2_accounts,
        p2_stocks,
        p3_duality,
        p3_welfare,
        p4_front,
        p5_units,
        p5_order,
        p7_closed,
        p8_differences,
        p9_methods,
        p11_leakage,
    )
}
"""Every check by name."""
