"""The same plan built with linopy, from the formulas: an independent second build.

It takes the calibrated economy and nothing else of the product; wedges come from `plan_formulas`.
"""

from dataclasses import dataclass

import linopy
import numpy as np
import xarray as xr

from haihe.planning.caps import CapSpec
from haihe.planning.economy import Economy
from haihe.planning.program import Floats
from plan_formulas import Formulas, formulas

Expression = linopy.LinearExpression


@dataclass
class Peer:
    """A linopy model and the constant of its objective."""

    model: linopy.Model
    constant: float

    def optimum(self) -> float:
        """Solve and give the minimised objective."""
        status = self.model.solve(
            solver_name="highs", io_api="direct", progress=False, output_flag=False, threads=1, solver="ipx"
        )
        if status != ("ok", "optimal"):
            raise RuntimeError(str(status))
        return float(self.model.objective.value) + self.constant

    def size(self) -> dict[str, int]:
        """Columns, rows and nonzeros."""
        matrix = self.model.matrices.A
        return {
            "columns": matrix.shape[1],
            "rows": matrix.shape[0],
            "nonzeros": int(np.count_nonzero(matrix.data)),
        }


class _Builder:
    """Labels and soft quantities of one model.

    Dims: r, s regions, i product or sector, q technology, p foreign partners, t milestone, k segment.
    """

    def __init__(self, e: Economy, w: Formulas, sparse: bool) -> None:
        self.e, self.w = e, w
        self.m = linopy.Model(force_dim_names=True, **({"sparse": True} if sparse else {}))
        a = e.assumptions
        self.coords = {
            "r": e.members,
            "s": e.members,
            "i": e.sectors,
            "q": [t.name for t in e.technologies],
            "p": list(e.partners),
            "t": list(a.years),
            "k": list(range(1, len(a.segments) + 1)),
        }
        self.ends = np.asarray(a.segments)
        self.starts = np.concatenate([[0.0], self.ends[:-1]])
        self.weights = self.array(w.weights, "t")
        self.objective: list[Expression] = []
        self.constant = 0.0

    def array(self, values: Floats, dims: str) -> xr.DataArray:
        return xr.DataArray(values, dims=list(dims), coords={d: self.coords[d] for d in dims})

    def over_time(self, values: Floats, dims: str = "rit") -> xr.DataArray:
        """Repeat an array without t over the milestones."""
        return self.array(np.repeat(values[..., None], self.w.weights.size, axis=-1), dims)

    def plain(self, name: str, dims: str, lower: object = 0.0, upper: object = np.inf) -> linopy.Variable:
        shape = [len(self.coords[d]) for d in dims]
        bounds = [self.array(np.broadcast_to(np.asarray(b, float), shape), dims) for b in (lower, upper)]
        return self.m.add_variables(lower=bounds[0], upper=bounds[1], name=name)

    def soft(
        self,
        name: str,
        reference: Floats,
        dims: str,
        gain: xr.DataArray,
        guard: Floats | float = 1.0,
        elasticity: str = "",
    ) -> Expression:
        """Add a soft quantity; gives its deviation."""
        ref = reference
        limit = np.broadcast_to(np.asarray(guard, float), ref.shape)[..., None]
        room = np.maximum(0.0, np.minimum(self.ends, limit) - self.starts) * ref[..., None]
        up, down = (self.plain(f"{name}_{way}", f"{dims}k", upper=room) for way in ("up", "down"))
        middle = (self.starts + self.ends) / 2 / self.e.assumptions.elasticity[elasticity or name]
        cost = self.array(self.w.weights[:, None] * middle, "tk")
        self.objective += [((cost - gain) * up).sum(), ((cost + gain) * down).sum()]
        self.constant -= float((gain * self.array(ref, dims)).sum())
        return up.sum("k") - down.sum("k")


def peer_model(
    e: Economy,
    spec: CapSpec,
    cap: Floats,
    *,
    pooled: bool = True,
    pooled_finance: bool = True,
    sparse: bool = False,
    trade: str = "pairs",
) -> Peer:
    """Build the plan with one cap, shape (R, T), in the cap's own unit; ``sparse`` is linopy's mode of that name.

    Minimises minus welfare. Every row follows the formula of the plan; the reference stands on the right-hand side.
    """
    w = formulas(e)
    b = _Builder(e, w, sparse)
    m, array, t = b.m, b.array, w.weights.size
    last = array((np.arange(t) == t - 1).astype(float), "t")
    zero = array(np.zeros(t), "t")
    x_ref, first = e.output[..., :1], np.arange(t) == 0
    upgradable = np.array([tech.can if tech.can.size else np.ones(len(e.sectors), bool) for tech in e.technologies])
    upgradable = upgradable.reshape(-1, len(e.sectors))[:, None, :, None]
    can = np.where(upgradable, np.inf, 0.0)

    def of_tech(name: str) -> xr.DataArray:
        return array(np.array([getattr(tech, name) for tech in e.technologies], dtype=float), "q")

    x0, x1 = b.plain("x0", "rit"), b.plain("x1", "qrit", upper=can)
    k0 = b.plain("k0", "rit", lower=np.where(first, x_ref, 0.0), upper=np.where(first, x_ref, np.inf))
    k1 = b.plain("k1", "qrit", upper=np.where(first, 0.0, can))
    i1 = b.plain("i1", "qrit", upper=can)
    turned = of_tech("retrofit_limit").values.reshape(-1, 1, 1, 1) * x_ref
    u = b.plain("u", "qrit", upper=np.where(upgradable, turned, 0.0))
    c = b.plain("c", "rit")
    stock, more = b.over_time(w.stock), b.over_time(w.more, "qrit")
    tau, tau_1, tau_u = array(w.tau, "rit"), array(w.tau_1, "qrit"), array(w.tau_u, "qrit")
    loss = array(w.loss, "rit")
    h, delta = array(w.h, "t"), array(w.delta, "t")
    built, kept = w.f * w.h[-1], w.f * (1 - w.delta[-1])
    i0 = b.soft("investment", w.built, "rit", built * stock * last - tau * b.weights)
    guard = np.where(e.local, e.assumptions.local_guard, 1.0)[:, None]
    consumption = b.soft("consumption", e.households, "rit", b.weights)
    outflow, inflow = (b.soft(name, getattr(e, name), "rit", zero, guard) for name in ("outflow", "inflow"))
    exports, imports = (b.soft(name, getattr(e, name), "prit", zero, guard).sum("p") for name in ("exports", "imports"))
    wage_bill = (e.wages[:, :, None] * e.output).sum(axis=1)
    labour = b.soft("labour", wage_bill, "rt", -b.weights)
    free, trading = np.inf if pooled_finance else 0.0, np.inf if pooled else 0.0
    finance = b.plain("f", "rt", lower=-free, upper=free)
    permits = b.plain("p", "rt", lower=-trading, upper=trading)

    def inputs(coefficients: Floats, x: linopy.Variable) -> Expression:
        """Sum over sectors j (and technologies) of a_ij x_j, labelled by product i."""
        dims = ["q", "r", "product", "i"][-coefficients.ndim :]
        a = xr.DataArray(coefficients, dims=dims, coords={d: b.coords["i" if d == "product" else d] for d in dims})
        return (a * x).sum("i").rename({"product": "i"})

    if trade == "pairs":
        flows = b.soft("flows", e.flows, "rsit", zero, guard)
        shipped, received = flows.sum("s"), flows.sum("r").rename({"s": "r"})
    else:
        shipped = b.soft("sent", e.flows.sum(axis=1), "rit", zero, guard, "flows")
        received = b.soft("received", e.flows.sum(axis=0), "rit", zero, guard, "flows")
        m.add_constraints(shipped.sum("r") - received.sum("r") == 0, name="trade_pool")
    kappa, mix = array(e.kappa, "ri"), array(e.mix, "ri")
    spent = (
        (kappa * i0).sum("i")
        + ((1 + of_tech("new_capital")) * kappa * i1).sum(["i", "q"])
        + (of_tech("retrofit") * kappa * u).sum(["i", "q"])
    )
    net_output = array(e.output - np.einsum("rij,rjt->rit", e.a0, e.output), "rit")
    m.add_constraints(
        x0 + x1.sum("q") + imports + inflow + received - inputs(e.a0, x0) - inputs(e.a1, x1).sum("q")
        - consumption - exports - outflow - shipped - mix * spent
        == net_output,
        name="balance",
    )  # fmt: skip
    m.add_constraints(x0 - k0 <= 0, name="capacity")
    m.add_constraints(x1 - k1 <= 0, name="capacity_upgraded")
    if t > 1:
        later = b.coords["t"][1:]
        for name, k, added, right in (
            ("stock", k0, i0 - u.sum("q") - c, array(w.h * w.built, "rit")),
            ("stock_upgraded", k1, i1 + u, array(np.zeros(t), "t")),
        ):
            kept_and_added = (1 - delta) * k + h * added
            before = kept_and_added.isel(t=slice(None, -1)).assign_coords(t=later)
            grown = array(1 + np.roll(w.g, 1), "t")  # of the milestone before
            now = (grown * k).isel(t=slice(1, None))
            m.add_constraints(now - before == right.isel(t=slice(None, -1)).assign_coords(t=later), name=name)
    spare = (e.assumptions.investment_limit - 1) * w.built
    m.add_constraints(i0 + i1.sum("q") <= array(spare, "rit"), name="build_limit")
    wages = array(e.wages, "ri")
    need = (wages * x0).sum("i") + ((1 + of_tech("labour")) * wages * x1).sum(["i", "q"]) - labour
    m.add_constraints(need <= array(wage_bill, "rt"), name="labour")
    abroad = (exports + outflow - imports - inflow + shipped - received).sum("i")
    m.add_constraints(abroad + finance >= 0, name="external")
    m.add_constraints(finance.sum("r") == 0, name="finance_pool")
    gamma = array(np.broadcast_to(spec.per_output, e.output.shape), "rit")
    use = (gamma * x0).sum("i") + ((1 + of_tech("co2")) * gamma * x1).sum(["i", "q"])
    m.add_constraints(use - permits <= array(cap, "rt"), name="cap")
    m.add_constraints(permits.sum("r") == 0, name="permit_pool")

    total = (loss * b.weights * x0).sum() + (loss * b.weights * x1).sum()
    total = total - (kept * stock * last * k0).sum() - (kept * (stock + more) * last * k1).sum()
    total = total + ((tau_1 * b.weights - built * (stock + more) * last) * i1).sum()
    total = total + ((tau_u * b.weights - built * more * last) * u).sum()
    total = total + (((e.assumptions.closure_cost + 0.001) * b.weights + built * stock * last) * c).sum()
    for part in b.objective:
        total = total + part
    m.add_objective(total)
    return Peer(m, b.constant)
