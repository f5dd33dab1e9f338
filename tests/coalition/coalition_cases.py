"""Small plans to form coalitions in, and the same coalitions built apart: one economy for each group of members."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from haihe.coalition.agreement import TITLES, Agreement, Kind, Thing
from haihe.coalition.values import Coalitions, Question
from haihe.planning.caps import CapSpec, cap_path
from haihe.planning.economy import Economy
from haihe.planning.model import Model, build_model
from haihe.planning.program import Floats
from haihe.planning.solver import Session
from plan_cases import Case, synthetic

WHOLE: tuple[Kind, ...] = ("permits", "trade", "finance")


def agreed(*kinds: Kind, most: float = np.inf) -> Agreement:
    """Give an agreement with one thing of each kind."""
    return Agreement("test", tuple(Thing(kind, TITLES[kind], kind, most=most) for kind in kinds or WHOLE))


def capped(
    members: int = 3, cut: float = 0.3, seed: int = 0, *, case: Case | None = None, trade: str = "pairs", n: int = 3
) -> tuple[Economy, CapSpec, Model]:
    """Give a made-up economy with a cap on CO2 that falls by a cut for every member alike."""
    made = (case or synthetic(seed, members, n)).over(2, 3).build()
    spec = replace(made.spec, cap=cap_path(made.reference, cut, made.economy.assumptions), pooled=True)
    return made.economy, spec, build_model(made.economy, [spec], trade=trade)  # type: ignore[arg-type]


def coalitions_of(
    members: int = 3, cut: float = 0.3, seed: int = 0, agreement: Agreement | None = None, **more: object
) -> Coalitions:
    """Give coalitions of a made-up economy."""
    economy, _, model = capped(members, cut, seed, **more)  # type: ignore[arg-type]
    return Coalitions(Question(model, agreement or agreed(), tuple(economy.members)))


def apart(economy: Economy, spec: CapSpec, group: Sequence[int]) -> tuple[Economy, CapSpec]:
    """Cut a group of members out as an economy of its own; what they trade with the others stays as it is.

    It becomes demand outside the plan: shipments to the others less what comes from them.
    """
    keep, rest = list(group), [r for r in range(len(economy.members)) if r not in group]
    sent = economy.flows[np.ix_(keep, rest)].sum(axis=1)
    came = economy.flows[np.ix_(rest, keep)].sum(axis=0)
    own = ("output", "households", "outflow", "inflow", "capacity", "investment", "a0", "wages", "kappa", "mix")
    cut = replace(
        economy,
        members=[economy.members[r] for r in keep],
        fixed=economy.fixed[keep] + sent - came,
        flows=economy.flows[np.ix_(keep, keep)],
        exports=economy.exports[:, keep],
        imports=economy.imports[:, keep],
        a1=economy.a1[:, keep],
        **{name: getattr(economy, name)[keep] for name in own},
    )
    return cut, replace(spec, intensity=spec.intensity[keep], cap=spec.cap[keep])


def welfare_apart(economy: Economy, spec: CapSpec, group: Sequence[int]) -> float:
    """What a group reaches together in an economy of its own."""
    cut, its = apart(economy, spec, group)
    return -Session(build_model(cut, [its]).program).solve(method="ipx").objective


def gains_apart(economy: Economy, spec: CapSpec) -> Floats:
    """Gain of every coalition, each built apart; shape (2**R,) by mask."""
    n = len(economy.members)
    alone = [welfare_apart(economy, spec, [r]) for r in range(n)]
    values = np.zeros(1 << n)
    for mask in range(1, 1 << n):
        group = [r for r in range(n) if mask >> r & 1]
        if len(group) > 1:
            values[mask] = welfare_apart(economy, spec, group) - sum(alone[r] for r in group)
    return values
