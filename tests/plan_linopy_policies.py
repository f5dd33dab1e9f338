"""Policies added to the plan that was built with linopy: conduct, resources, links, limits and targets, from the formulas.

`add_policies` takes the peer of `plan_linopy.peer_model` and the specs, and nothing else of the product. Rows on
indicators are given as plain linear ones: coefficients of output, or of a soft quantity's deviation.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import linopy
import numpy as np
import xarray as xr

from haihe.planning.economy import Economy
from haihe.planning.expansions import ExpansionSpec
from haihe.planning.links import CorridorSpec
from haihe.planning.program import Floats
from haihe.planning.resources import ResourceSpec
from plan_linopy import Expression, Peer


@dataclass(frozen=True)
class Line:
    """A linear row a year: coefficient ``old`` (R, n) of today's output and ``upgraded`` (K, R, n), ``soft`` names a
    quantity whose deviation over all regions and sectors counts once. ``least`` has shape (T,), NaN for no row.

    With a ``penalty`` (bn yuan a unit that is missing) the row is soft.
    """

    name: str
    least: Floats
    old: Floats | None = None
    upgraded: Floats | None = None
    soft: str = ""
    penalty: float = np.inf


@dataclass(frozen=True)
class Policies:
    """What is added: the ratio of replacement (R, n), the guard's pace, resources, corridors, and rows of indicators."""

    ratio: Floats | None = None
    pace: float = 0.0
    resources: Sequence[ResourceSpec] = ()
    corridors: Sequence[CorridorSpec] = ()
    lines: Sequence[Line] = field(default_factory=tuple)


def add_policies(peer: Peer, e: Economy, policies: Policies) -> Peer:
    """Add every policy to the peer, in place."""
    adder = _Adder(peer.model, e)
    if policies.ratio is not None:
        adder.replacement(policies.ratio)
    if policies.pace:
        adder.guard(policies.pace)
    for resource in policies.resources:
        adder.resource(resource)
    for corridor in policies.corridors:
        adder.corridor(corridor)
    for line in policies.lines:
        adder.line(line)
    objective = peer.model.objective.expression
    for cost in adder.costs:
        objective = objective + cost
    peer.model.add_objective(objective, overwrite=True)
    return peer


class _Adder:
    """The model's variables by name, and what to add to the objective."""

    def __init__(self, model: linopy.Model, e: Economy) -> None:
        self.m, self.e, self.costs = model, e, list[Expression]()
        a = e.assumptions
        self.years = list(a.years)
        self.h = np.array([*np.diff(a.years), *(np.diff(a.years)[-1:] if len(a.years) > 1 else [a.step])], dtype=float)
        passed = np.array(a.years) - a.first_year
        self.trend = (1 + a.growth) ** passed
        self.weights = self.h * ((1 + a.growth) / (1 + a.discount)) ** passed
        self.worn = (1 - (1 - a.depreciation) ** self.h) / self.h
        self.coords = {"r": e.members, "s": e.members, "i": e.sectors, "t": self.years}
        self.coords |= {"q": [t.name for t in e.technologies], "p": list(e.partners)}

    def array(self, values: object, dims: str, **coords: object) -> xr.DataArray:
        known = self.coords | coords
        shape = [len(known[d]) for d in dims]  # type: ignore[arg-type]
        full = np.broadcast_to(np.asarray(values, dtype=float), shape)
        return xr.DataArray(full, dims=list(dims), coords={d: known[d] for d in dims})

    def columns(self, name: str, dims: str, upper: object, **coords: object) -> linopy.Variable:
        return self.m.add_variables(
            lower=self.array(0.0, dims, **coords), upper=self.array(upper, dims, **coords), name=name
        )

    def deviation(self, name: str) -> Expression:
        v = self.m.variables
        return v[f"{name}_up"].sum("k") - v[f"{name}_down"].sum("k")

    def replacement(self, ratio: Floats) -> None:
        v, e = self.m.variables, self.e
        for r, i in np.argwhere(ratio > 0):
            at = {"r": e.members[r], "i": e.sectors[i]}
            built = self.deviation("investment").sel(at, drop=True) + v["i1"].sel(at, drop=True).sum("q")
            stock = v["k0"].sel(at, drop=True) + v["k1"].sel(at, drop=True).sum("q")
            leaves = self.array(self.worn, "t") * stock + v["c"].sel(at, drop=True)
            right = self.array(-ratio[r, i] * e.investment[r, i], "t")
            self.m.add_constraints(ratio[r, i] * built - leaves <= right, name=f"replacement_{r}_{i}")

    def guard(self, pace: float) -> None:
        x = self.m.variables["x0"] + self.m.variables["x1"].sum("q")
        ref, later = self.e.output, self.years[1:]
        now, before = x.isel(t=slice(1, None)), x.isel(t=slice(None, -1)).assign_coords(t=later)
        for name, sign in (("up", 1.0), ("down", -1.0)):
            most = ref[..., 1:] / ref[..., :-1] * np.maximum(0.0, 1 + sign * pace * self.h[:-1])
            allowed = self.array(most, "rit", t=later) * before
            self.m.add_constraints(sign * now - sign * allowed <= 0, name=f"guard_{name}")

    def resource(self, spec: ResourceSpec) -> None:
        e, v, givers = self.e, self.m.variables, list(spec.givers)
        use = self.array(spec.intensity, "rit")
        change = self.array(1 + spec.upgraded, "q")
        left = (use * v["x0"]).sum("i") + (change * use * v["x1"]).sum(["i", "q"])
        if givers:
            moved = self.columns(f"moved_{spec.name}", "rgt", spec.transfer_limit, g=givers)
            self.costs.append((self.array(spec.transfer_cost * self.weights, "rgt", g=givers) * moved).sum())
            is_giver = self.array([[float(g == r) for r in e.members] for g in givers], "gr", g=givers)
            lent = (is_giver.rename({"r": "lender"}) * moved).sum(["r", "g"]).rename({"lender": "r"})
            left = left - moved.sum("g") + lent
        added = self.expanded(spec.name, spec.expansions, e.members)
        if added is not None:
            left = left - added.rename({"place": "r"})
        have = self.array(np.where(np.isfinite(spec.endowment), spec.endowment, np.inf), "rt")
        self.m.add_constraints(left <= have, name=f"resource_{spec.name}")

    def corridor(self, spec: CorridorSpec) -> None:
        links, ways, places = list(spec.names), ["out", "in"], list(spec.users)
        coords = {"u": places, "w": ways, "l": links}
        may = np.where(spec.serves, np.inf, 0.0)[..., None]
        carried = self.columns(f"carried_{spec.name}", "uwlt", may, **coords)
        dearer = np.array([link.cost for link in spec.links])[:, None] * self.weights
        self.costs.append((self.array(dearer, "lt", **coords) * carried).sum())
        weights = self.array(spec.weights, "it")
        for user in places:
            for way in ways:
                moved, reference = self.freight(spec, user, way == "out")
                here = carried.sel(u=user, w=way, drop=True)
                asked = -(np.asarray(reference) * spec.weights).sum(axis=0)
                row = (weights * moved).sum("i") - here.sum("l")
                self.m.add_constraints(row == self.array(asked, "t"), name=f"freight_{spec.name}_{user}_{way}")
        total = carried.sum(["u", "w"])
        added = self.expanded(spec.name, spec.expansions, links)
        if added is not None:
            total = total - added.rename({"place": "l"})
        room = self.array(np.array([link.capacity for link in spec.links]), "lt", **coords)
        self.m.add_constraints(total <= room, name=f"link_{spec.name}")

    def freight(self, spec: CorridorSpec, user: str, out: bool) -> tuple[Expression, Floats]:
        """Deviation of the goods that a member moves in one direction (over i and t), and their reference."""
        e, r = self.e, self.e.members.index(user)
        if spec.far == "member":
            s = e.members.index(spec.other)
            pair = (user, spec.other) if out else (spec.other, user)
            at = (r, s) if out else (s, r)
            return self.deviation("flows").sel(r=pair[0], s=pair[1], drop=True), e.flows[at]
        if spec.far == "partner":
            name = "outflow" if out else "inflow"
            return self.deviation(name).sel(r=user, drop=True), getattr(e, name)[r]
        name = "exports" if out else "imports"
        return self.deviation(name).sel(r=user, drop=True).sum("p"), getattr(e, name)[:, r].sum(axis=0)

    def expanded(self, name: str, specs: Sequence[ExpansionSpec], places: Sequence[str]) -> Expression | None:
        """Add expansions, all paid by one; gives what they add by place and year."""
        if not specs:
            return None
        if len({spec.payer for spec in specs}) > 1:
            raise ValueError("the peer knows one payer for each thing")
        coords = {"e": [spec.name for spec in specs], "place": list(places)}
        amount = self.columns(f"added_{name}", "et", np.inf, **coords)
        cost = np.array([spec.cost for spec in specs])[:, None] * self.weights
        self.costs.append((self.array(cost, "et", **coords) * amount).sum())
        for spec in specs:
            own = amount.sel(e=spec.name, drop=True)
            for t, year in enumerate(self.years):
                now = own.sel(t=year, drop=True)
                if spec.lasting and t:
                    new = now - self.trend[t - 1] / self.trend[t] * own.sel(t=self.years[t - 1], drop=True)
                    self.m.add_constraints(new >= 0, name=f"kept_{name}_{spec.name}_{year}")
                    now = new
                self.m.add_constraints(now <= float(spec.most[t]), name=f"most_{name}_{spec.name}_{year}")
        there = [[float(spec.place == place) for spec in specs] for place in places]
        return (xr.DataArray(there, dims=["place", "e"], coords=coords) * amount).sum("e")

    def line(self, line: Line) -> None:
        v, e = self.m.variables, self.e
        if line.soft:
            dims = [d for d in v[f"{line.soft}_up"].dims if d not in ("k", "t")]
            amount, known = self.deviation(line.soft).sum(dims), getattr(e, _REFERENCE[line.soft])
            reference = known.reshape(-1, len(self.years)).sum(axis=0)
        else:
            old, new = self.array(line.old, "ri"), self.array(line.upgraded, "qri")
            amount, reference = (old * v["x0"]).sum(["r", "i"]) + (new * v["x1"]).sum(["q", "r", "i"]), 0.0
        for t, year in enumerate(self.years):
            if np.isnan(line.least[t]):
                continue
            row = amount.sel(t=year, drop=True)
            if np.isfinite(line.penalty):
                short = self.m.add_variables(lower=0.0, name=f"short_{line.name}_{year}")
                self.costs.append(line.penalty * self.weights[t] * short)
                row = row + short
            least = float(line.least[t] - np.broadcast_to(reference, len(self.years))[t])
            self.m.add_constraints(row >= least, name=f"line_{line.name}_{year}")


_REFERENCE = {"consumption": "households", "exports": "exports", "imports": "imports", "outflow": "outflow"}
"""Attribute of the economy that a soft quantity starts from."""
