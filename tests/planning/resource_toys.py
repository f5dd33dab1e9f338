"""Toy economies in which a resource or a link can be worked out on paper.

Each member's output brings a fixed value a unit up to a bound, and each flow of goods brings a fixed gain up to a
bound; nothing else is in the program. So the best plan is a ranking that can be done by hand.
"""

from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

import numpy as np

from haihe.messages import Text
from haihe.planning.assumptions import Assumptions
from haihe.planning.economy import Economy
from haihe.planning.expansions import ExpansionSpec
from haihe.planning.links import CorridorSpec, LinkSpec
from haihe.planning.program import Floats, Program
from haihe.planning.resources import ResourceSpec
from haihe.planning.soft import Soft
from haihe.planning.solver import Session, Solution
from plan_cases import synthetic

NAME = Text("水", "water")


@dataclass
class Toy:
    """A program under construction, and what the families need of it."""

    economy: Economy
    program: Program
    production: Any
    goods: Any
    dims: dict[str, tuple[Any, ...]]

    @property
    def years(self) -> int:
        """Number of milestones."""
        return len(self.economy.assumptions.years)

    def solve(self) -> Solution:
        """Solve by simplex."""
        return Session(self.program).solve(method="simplex")


def assumptions(periods: int = 1, *, growth: float = 0.0, step: int = 1) -> Assumptions:
    """Milestones ``step`` years apart from 2026 on, discount 8 %."""
    last = 2026 + step * (periods - 1)
    return Assumptions(first_year=2026, last_year=last, step=step, growth=growth)


def toy(
    value: Floats,
    most: Floats,
    *,
    flow_gain: float = 0.0,
    shape: tuple[int, int] = (2, 2),
    upgraded_value: float | None = None,
    times: Assumptions | None = None,
) -> Toy:
    """Make a toy.

    Parameters
    ----------
    value, most : ndarray, shape (R, n)
        Welfare per bn yuan of output, and the most that can be made.
    flow_gain : float
        Welfare of each bn yuan of goods above the reference, of every flow, export and outflow; its reference is 100
        and it may at most double.
    upgraded_value : float, optional
        Value of output with the upgraded technology; it cannot be used where not given.
    """
    R, n = shape
    s = times or assumptions()
    T = len(s.years)
    base = synthetic(0, R, n).build().economy
    full = np.full((R, n, T), 100.0)
    flows = np.full((R, R, n, T), 100.0) * (1 - np.eye(R))[:, :, None, None]
    economy = replace(
        base,
        output=np.repeat(np.asarray(most)[..., None], T, axis=-1),
        exports=full[None],
        imports=full[None],
        outflow=full,
        inflow=full,
        flows=flows,
        assumptions=s,
    )
    program = Program()
    dims = {"region": tuple(economy.members), "sector": tuple(economy.sectors), "year": s.years}
    cost = -np.asarray(value)[..., None] * s.weights
    bound = np.repeat(np.asarray(most)[..., None], T, axis=-1)
    kinds = {"technology": tuple(t.name for t in economy.technologies), **dims}
    better = 0.0 if upgraded_value is None else np.inf
    production = SimpleNamespace(
        old=program.columns("output", dims, upper=bound, cost=cost, unit=""),
        upgraded=program.columns(
            "output_upgraded",
            kinds,
            upper=np.minimum(bound, better),
            cost=-(upgraded_value or 0.0) * s.weights,
            unit="",
        ),
    )
    abroad = {"partner": economy.partners, **dims}
    pairs = {"from_region": dims["region"], "to_region": dims["region"], "sector": dims["sector"], "year": dims["year"]}

    def soft(name: str, over: Any, reference: Floats) -> Soft:
        room = reference[..., None]
        gain = np.broadcast_to(flow_gain * s.weights[:, None], room.shape)
        up = program.columns(f"{name}_up", {**over, "segment": (1,)}, upper=room, cost=-gain, unit="")
        down = program.columns(f"{name}_down", {**over, "segment": (1,)}, upper=room, cost=gain, unit="")
        return Soft(name, up, down, reference, room)

    goods = SimpleNamespace(
        exports=soft("exports", abroad, economy.exports),
        imports=soft("imports", abroad, economy.imports),
        outflow=soft("outflow", dims, economy.outflow),
        inflow=soft("inflow", dims, economy.inflow),
        flows=soft("flows", pairs, economy.flows),
    )
    return Toy(economy, program, production, goods, dims)


def resource(toy: Toy, use: Floats, endowment: Floats, **more: Any) -> ResourceSpec:
    """Make a resource: ``use`` has shape (R, n), ``endowment`` (R,), both the same in every year and not detrended."""
    R, T = len(toy.economy.members), toy.years
    trend = toy.economy.assumptions.trend
    have = np.repeat(np.asarray(endowment, dtype=float)[:, None], T, axis=1) / trend
    given = {
        "name": "water",
        "title": NAME,
        "unit": "m3",
        "intensity": np.repeat(np.asarray(use, dtype=float)[..., None], T, axis=-1),
        "upgraded": np.zeros(len(toy.economy.technologies)),
        "endowment": have,
        "transfer_limit": np.zeros((R, 0, T)),
        "transfer_cost": np.zeros((R, 0, T)),
    }
    return ResourceSpec(**(given | more))


def transfers(toy: Toy, **of: tuple[str, float, float]) -> dict[str, Any]:
    """Say who may give: ``M1=("M0", limit, cost)`` lets M0 give to M1; as fields of a resource."""
    members, T = toy.economy.members, toy.years
    givers = tuple(dict.fromkeys(giver for giver, _, _ in of.values()))
    limit, cost = np.zeros((2, len(members), len(givers), T))
    for taker, (giver, most, each) in of.items():
        limit[members.index(taker), givers.index(giver)] = most / toy.economy.assumptions.trend
        cost[members.index(taker), givers.index(giver)] = each
    return {"givers": givers, "transfer_limit": limit, "transfer_cost": cost}


def expansion(toy: Toy, place: str, most: Floats, cost: float, *, lasting: bool, payer: str = "M0") -> ExpansionSpec:
    """Make an expansion; ``most`` has shape (T,)."""
    amounts = np.broadcast_to(np.asarray(most, dtype=float), (toy.years,)) / toy.economy.assumptions.trend
    return ExpansionSpec("E", Text("扩容", "more"), place, payer, amounts, cost, lasting, "illustrative")


def link(toy: Toy, name: str, capacity: float, serves: Any, *, cost: float = 0.0, home: str = "M0") -> LinkSpec:
    """Make a link of a constant capacity."""
    room = np.full(toy.years, capacity) / toy.economy.assumptions.trend
    return LinkSpec(name, Text(name, name), "rail", room, cost, np.array(serves), home, np.nan, "illustrative")


def corridor(toy: Toy, weights: Floats, links: Any, **more: Any) -> CorridorSpec:
    """Make a corridor between the first two members; ``weights`` has shape (n,)."""
    given = {
        "name": "M0-M1:t",
        "title": Text("通道", "corridor"),
        "unit": "t",
        "users": ("M0",),
        "far": "member",
        "other": "M1",
        "weights": np.repeat(np.asarray(weights, dtype=float)[:, None], toy.years, axis=1),
        "factor": 1.0,
        "links": tuple(links),
    }
    return CorridorSpec(**(given | more))
