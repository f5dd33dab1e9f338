"""Projects in a made-up economy under several scenarios, and the answer by trying every choice."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product

import numpy as np
from selection_cases import Grown, grown, keeps

from haihe.messages import HaiheError
from haihe.planning import stochastic
from haihe.planning.caps import CapSpec, cap_path
from haihe.planning.choosing import Candidates, Valuer
from haihe.planning.model import build_model
from haihe.planning.program import Floats
from haihe.planning.solver import Session
from haihe.planning.stochastic import Scene
from money_cases import economy_case

SCENARIOS = {"easy": (0.0, 1.0, 1.0), "middle": (0.15, 1.0, 1.0), "tight": (0.3, 1.5, 0.8)}
"""Cut of the cap, size of projects and of budgets, each times what is given."""
WEIGHTS = np.array([0.5, 0.3, 0.2])


@dataclass(frozen=True)
class Futures:
    """Projects under every scenario."""

    grown: Grown
    scenarios: dict[str, tuple[float, float, float]]

    def candidates(self, name: str) -> Candidates:
        _, size, money = self.scenarios[name]
        g = self.grown
        spec = replace(g.spec, capacity=g.spec.capacity * size)
        funds = replace(g.funds, budget=g.funds.budget * money)
        return Candidates(g.built.economy.assumptions, spec, funds, g.ties)

    def caps(self, name: str) -> list[CapSpec]:
        built = self.grown.built
        cut = self.scenarios[name][0]
        path = cap_path(built.reference, cut, built.economy.assumptions)
        return [replace(built.spec, cap=path)] if cut else []

    def scene(self, name: str) -> Scene:
        candidates = self.candidates(name)
        model = build_model(self.grown.built.economy, self.caps(name), projects=candidates.projects)
        return stochastic.Scene(name, candidates, Valuer(model))

    def scenes(self) -> list[Scene]:
        return [self.scene(name) for name in self.scenarios]

    @cached_property
    def choices(self) -> list[Floats]:
        """Every choice that takes each project at most once."""
        spec = self.grown.spec
        own = [[-1, *np.flatnonzero(spec.project == p)] for p in range(len(spec.projects))]
        found = []
        for pick in product(*own):
            z = np.zeros(spec.project.size)
            z[[o for o in pick if o >= 0]] = 1.0
            found.append(z)
        return found

    @cached_property
    def costs(self) -> Floats:
        """Cost of every choice in every scenario, shape (choices, S): limits counted one by one, then the whole plan solved.

        The plan holds the economy, the projects and their money at once.
        """
        table = np.full((len(self.choices), len(self.scenarios)), np.inf)
        for s, name in enumerate(self.scenarios):
            c = self.candidates(name)
            model = build_model(self.grown.built.economy, self.caps(name), projects=c.projects, money=c.money)
            assert model.projects is not None
            assert c.money is not None
            session = Session(model.program)
            for k, z in enumerate(self.choices):
                if not keeps(c.projects, c.money, c.ties, z):
                    continue
                session.set_column_bounds(model.projects.choice.index, z, z)
                with suppress(HaiheError):  # a choice that the economy cannot bear has no cost
                    table[k, s] = session.solve().objective
        return table

    def least(self, now: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> Floats:
        """Least cost in every scenario for every way to decide now, shape (ways, S); the rest is chosen when known."""
        if now.all():
            return self.costs
        ways: dict[bytes, Floats] = {}
        for z, cost in zip(self.choices, self.costs, strict=True):
            key = z[now].tobytes()
            ways[key] = np.minimum(ways[key], cost) if key in ways else cost
        return np.array(list(ways.values()))


def futures(seed: int, n: int = 4, scenarios: Sequence[str] = tuple(SCENARIOS)) -> Futures:
    """Draw projects under scenarios."""
    return Futures(grown(seed, n, economy_case().build()), {name: SCENARIOS[name] for name in scenarios})
