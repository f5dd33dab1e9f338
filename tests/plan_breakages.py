"""Deliberately broken models: each breakage must be caught by the check that it is listed with.

A breakage replaces a function or an attribute of the product for one test. Nothing in the product knows of them.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from haihe.accounts import Accounts
from haihe.planning import caps, edits, leakage, model, prices, results, solver
from haihe.planning.assumptions import Assumptions
from haihe.planning.program import Program
from haihe.planning.solver import Session, Solution
from haihe.planning.wedges import value_path

Patch = pytest.MonkeyPatch
Break = Callable[[Patch], None]


@dataclass(frozen=True)
class Breakage:
    """A way to break the model, and what must notice it."""

    name: str
    check: str
    apply: Break
    says: str
    """What the failure's message must contain (a regular expression)."""
    uneven: bool = False
    """It shows only where milestones are of uneven length."""


def wrapped(module: Any, name: str, change: Callable[..., Any]) -> Break:
    """Replace a function by one that is given the original and the arguments."""
    original = getattr(module, name)
    return lambda patch: patch.setattr(module, name, lambda *args, **more: change(original, *args, **more))


def wedge(change: Callable[[Any, Any], Any]) -> Break:
    """Change the wedges; the change sees the wedges and the economy."""
    return wrapped(model, "wedges", lambda make, e: change(make(e), e))


def _step_forgotten(w: Any, e: Any) -> Any:
    s = e.assumptions
    annuity = s.discount_steps + s.depreciation_steps
    return replace(w, build=np.maximum(0, e.rent)[:, :, None] / annuity - e.kappa[:, :, None])


def _loss_in_capacity(w: Any, e: Any) -> Any:
    """Let capacity bear the loss, as if it could have a negative price."""
    path = value_path(e.rent[:, :, None] + 0 * e.output, e.assumptions)
    build = path[..., 1:] / (1 + e.assumptions.discount_steps) - e.kappa[:, :, None]
    return replace(w, loss=0 * w.loss, build=build, capacity=path[..., -1])


def _as_long_as_the_last(w: Any, e: Any) -> Any:
    """Let every milestone be as long as the last one in the wedge of today's technology."""
    rho = e.assumptions.discount_steps[-1]
    return replace(w, build=w.capacity[:, :, None] / (1 + rho) - e.kappa[:, :, None] + 0 * w.build)


def _into_the_outlook(path: Any, reference: Any, cut: float, s: Any) -> Any:
    """Let the cap reach its cut only in the outlook."""
    way = (np.array(s.years) - s.first_year) / (s.years[-1] - s.first_year)
    return reference * (1 - cut * way)


def _curved(path: Any, reference: Any, cut: float, s: Any) -> Any:
    """Let the cap fall slowly first."""
    way = np.minimum(1.0, (np.array(s.years) - s.first_year) / (s.last_year - s.first_year)) ** 2
    return reference * (1 - cut * way)


def _weights_by_number(patch: Patch) -> None:
    """Discount by the number of milestones, whatever their length."""

    def weights(s: Assumptions) -> Any:
        return s.steps * ((1 + s.growth_steps) / (1 + s.discount_steps)) ** np.arange(s.steps.size)

    patch.setattr(Assumptions, "weights", property(weights))


def _next_length(make: Any, program: Any, e: Any, production: Any) -> Any:
    """Let the stocks move by the length of the milestone that they lead to."""
    s = e.assumptions
    shifted = replace(s)
    object.__setattr__(shifted, "steps", np.append(s.steps[1:], s.steps[-1]))
    return make(program, replace(e, assumptions=shifted), production)


def _swapped_trade(make: Any, program: Any, e: Any, production: Any, goods: Any, dims: Any) -> Any:
    return make(program, e, production, replace(goods, imports=goods.exports, exports=goods.imports), dims)


def _yearly(make: Any, program: Any, e: Any, production: Any) -> Any:
    """Give the stocks one year's growth and depreciation whatever the step."""
    s = e.assumptions
    short = replace(s, step=1, last_year=s.first_year + len(s.years) - 1, outlook_year=0)
    return make(program, replace(e, assumptions=short), production)


def open_segments(patch: Patch) -> None:
    original = Program.columns

    def opened(self: Program, name: str, dims: Any, **more: Any) -> Any:
        if name.endswith(("_up", "_down")):
            room = np.array(more["upper"], dtype=float)
            room[..., -1] = np.where(room[..., 0] > 0, np.inf, 0.0)
            more["upper"] = room
        return original(self, name, dims, **more)

    patch.setattr(Program, "columns", opened)


def _dearest_first(patch: Patch) -> None:
    original = Program.columns

    def turned(self: Program, name: str, dims: Any, **more: Any) -> Any:
        if name.endswith(("_up", "_down")):
            more["cost"] = np.flip(more["cost"], axis=-1)
        return original(self, name, dims, **more)

    patch.setattr(Program, "columns", turned)


def _rows(prefix: str, **bounds: Any) -> Break:
    """Give rows of a family other bounds."""
    original = Program.rows

    def rows(self: Program, name: str, dims: Any, **more: Any) -> Any:
        return original(self, name, dims, **(more | bounds if name.startswith(prefix) else more))

    return lambda patch: patch.setattr(Program, "rows", rows)


def _flipped_dual(patch: Patch) -> None:
    patch.setattr(Solution, "worth", lambda self, rows: rows.of(self.row_dual))


def _answer(**change: Callable[[Solution], Any]) -> Break:
    """Change parts of every solution after it was checked."""
    original = Session.solve

    def solve(self: Session, **more: Any) -> Solution:
        s = original(self, **more)
        return replace(s, **{name: part(s) for name, part in change.items()})

    return lambda patch: patch.setattr(Session, "solve", solve)


def _equation(make: Any, session: Session, m: Any, specs: Any) -> None:
    make(session, m, specs)
    for spec in specs:
        cap = m.caps[spec.name]
        session.set_row_bounds(cap.rows.index, spec.cap / cap.scale, spec.cap / cap.scale)


def _lost_family(make: Any, *args: Any, **more: Any) -> Any:
    built = make(*args, **more)
    del built.program.column_blocks["labour_down"]
    return built


def _no_cap(original: Any, session: Session, m: Any, specs: Any) -> None:
    original(session, m, [replace(spec, cap=spec.cap + 1e9) for spec in specs])


def _early_stop(patch: Patch) -> None:
    loose = solver.OPTIONS | {"dual_feasibility_tolerance": 1e-2, "presolve": "off"}
    patch.setattr(solver, "OPTIONS", loose)
    patch.setattr(solver, "TOLERANCE", np.inf)


def _edit_lost(patch: Patch) -> None:
    """Edit the solver in place, but only while it has no basis."""
    original = Session.set_row_bounds

    def edit(self: Session, *args: Any) -> None:
        if not self._has_basis:
            original(self, *args)

    patch.setattr(Session, "set_row_bounds", edit)


def _saving_forgotten(_: Any, m: Any, s: Any, name: str) -> Any:
    return (m.caps[name].spec.per_output * results.output_of(m, s)).sum(axis=1)


def _swapped_partner(make: Any, m: Any, *args: Any) -> Any:
    g = m.goods
    return make(replace(m, goods=replace(g, inflow=g.outflow, outflow=g.inflow)), *args)


def _without_abroad(make: Any, *args: Any) -> Any:
    table = make(*args).set_index("place")
    table.loc["total", ["direct", "embodied"]] -= table.loc["abroad", ["direct", "embodied"]]
    return table.reset_index()


def _old_inputs(make: Any, m: Any, s: Any) -> Any:
    return make(replace(m, economy=replace(m.economy, a1=np.broadcast_to(m.economy.a0, m.economy.a1.shape))), s)


def _positions(w: Any, _: Any) -> Any:
    return replace(w, build=np.sort(w.build, axis=1))


BREAKAGES = [
    Breakage("wedge off", "p1_reference", wedge(lambda w, e: replace(w, build=0 * w.build)), "output moves"),
    Breakage("step forgotten in wedges", "p1_reference", wedge(_step_forgotten), "output moves"),
    Breakage(
        "step forgotten in terminal value",
        "p1_reference",
        wedge(lambda w, e: replace(w, capacity=w.capacity / e.assumptions.steps[-1])),
        "output moves",
    ),
    Breakage(
        "no terminal value", "p1_reference", wedge(lambda w, e: replace(w, capacity=0 * w.capacity)), "output moves"
    ),
    Breakage("capacity bears losses", "p1_reference", wedge(_loss_in_capacity), "moves"),
    Breakage("growth and depreciation of one year", "p1_reference", wrapped(model, "define_stocks", _yearly), "moves"),
    Breakage("lengths of the last", "p1_reference", wedge(_as_long_as_the_last), "output moves", uneven=True),
    Breakage("weights by number", "p1_reference", _weights_by_number, "moves", uneven=True),
    Breakage("dual sign flipped", "p1_reference", _flipped_dual, "prices are off"),
    Breakage(
        "band of trade alone",
        "p1_reference",
        wrapped(prices, "prices_table", lambda make, *a: make(*a).eval("low = price - 0.005\nhigh = price + 0.005")),
        "band",
    ),
    Breakage(
        "no hurdles",
        "p1_with_upgrades",
        wedge(lambda w, e: replace(w, retrofit=0 * w.retrofit, upgrade=w.build)),
        "weighted output moves",
    ),
    Breakage("wedge off", "p1_with_upgrades", wedge(lambda w, e: replace(w, build=0 * w.build)), "weighted output"),
    Breakage("trade sign error", "p2_balance", wrapped(model, "define_balance", _swapped_trade), "supply and use"),
    Breakage("balance may be short", "p2_balance", _rows("balance", lower=-np.inf), "supply and use"),
    Breakage("upgraded inputs as today's", "p2_accounts", wrapped(results, "value_added_of", _old_inputs), "differ"),
    Breakage("trade sign error", "p2_accounts", wrapped(model, "define_balance", _swapped_trade), "differ"),
    Breakage("step forgotten in stocks", "p2_stocks", wrapped(model, "define_stocks", _yearly), "stock is off"),
    Breakage("length of the next", "p2_stocks", wrapped(model, "define_stocks", _next_length), "is off", uneven=True),
    Breakage("weights by number", "p3_welfare", _weights_by_number, "formula|costs nothing", uneven=True),
    Breakage("renewal forgotten", "p2_stocks", _rows("stock", lower=0.0, upper=0.0), "old stock is off"),
    Breakage("capacity forgotten", "p2_stocks", _rows("within_capacity", upper=np.inf), "exceeds capacity"),
    Breakage("dual sign flipped", "p3_duality", _answer(row_dual=lambda s: -s.row_dual), "strong duality|without"),
    Breakage("no reduced costs", "p3_duality", _answer(reduced=lambda s: 0 * s.reduced), "strong duality"),
    Breakage("objective without its constant", "p3_duality", _answer(objective=lambda s: s.objective - 1), "strong"),
    Breakage("a family left out of the regions", "p3_welfare", wrapped(model, "build_model", _lost_family), "add up"),
    Breakage("wedge off", "p3_welfare", wedge(lambda w, e: replace(w, build=0 * w.build)), "formula|costs nothing"),
    Breakage("step forgotten in wedges", "p3_welfare", wedge(_step_forgotten), "the formula says"),
    Breakage("dual sign flipped", "p4_front", _flipped_dual, "no price"),
    Breakage("slack cap as an equation", "p4_front", wrapped(edits, "set_caps", _equation), "a slack cap costs"),
    Breakage("permits out of nothing", "p4_front", _rows("pool:", lower=-np.inf, upper=np.inf), "exceeded"),
    Breakage("cap not set", "p4_front", wrapped(edits, "set_caps", _no_cap), "exceeded"),
    Breakage(
        "cap path the wrong way",
        "p4_front",
        wrapped(caps, "cap_path", lambda path, r, cut, s: path(r, -cut, s)),
        "a slack cap costs",
    ),
    Breakage("cap in the outlook", "p4_front", wrapped(caps, "cap_path", _into_the_outlook), "exceed", uneven=True),
    Breakage("cap in a curve", "p4_front", wrapped(caps, "cap_path", _curved), "exceeded"),
    Breakage(
        "pooled and separate mixed up",
        "p4_front",
        wrapped(
            edits, "set_caps", lambda put, s, m, specs: put(s, m, [replace(c, pooled=not c.pooled) for c in specs])
        ),
        "exceeded|pooling costs|is not used",
    ),
    Breakage(
        "unit forgotten", "p5_units", wrapped(Accounts, "to_unit", lambda _, a, unit: replace(a, unit=unit)), "off"
    ),
    Breakage("position instead of label", "p5_order", wedge(_positions), "the objective is off"),
    Breakage("dearest segment first", "p7_closed", _dearest_first, "out of order"),
    Breakage("last segment open", "p7_closed", open_segments, "leaves its range"),
    Breakage(
        "guard forgotten",
        "p7_closed",
        wrapped(
            model,
            "define_goods",
            lambda make, p, e, *more, **way: make(p, replace(e, local=0 * e.local > 0), *more, **way),
        ),
        "leaves its range",
    ),
    Breakage("dual sign flipped", "p8_differences", _flipped_dual, "priced"),
    Breakage(
        "price not of its milestone",
        "p8_differences",
        wrapped(prices, "prices_table", lambda make, m, s, marks: make(m, s, marks).eval("price = price * 1.01")),
        "priced",
    ),
    Breakage("loose stop", "p9_methods", _early_stop, "objectives differ"),
    Breakage("edit in place lost", "p9_methods", _edit_lost, "objectives differ"),
    Breakage("saving of upgrades forgotten", "p11_leakage", wrapped(leakage, "own_use", _saving_forgotten), "are off"),
    Breakage("inflow and outflow swapped", "p11_leakage", wrapped(leakage, "leakage_table", _swapped_partner), "REST"),
    Breakage("abroad left out", "p11_leakage", wrapped(leakage, "leakage_table", _without_abroad), "total"),
]
"""What is broken, which check must notice, and what it must say."""
