"""Selections to make in tests: projects worth something given, or projects in a made-up economy."""

from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np

import haihe as hh
from haihe.planning import choosing, staged
from haihe.planning.choosing import Candidates
from haihe.planning.model import Model, build_model
from haihe.planning.money import MoneySpec
from haihe.planning.program import Floats
from haihe.planning.projects import ProjectSpec
from haihe.planning.staged import Chosen
from haihe.planning.ties import TieSpec
from money_cases import FIRST, TIMES, economy_case, money_of, spec_of
from plan_cases import Built

SITES = 3


def with_columns(**columns: dict[str, str]) -> hh.Region:
    """Give the example with columns of its projects as told: a code by project, empty for the others."""
    region = hh.example("jing-jin-ji")
    table = region["projects"].copy()
    for name, cells in columns.items():
        table[name] = table["project"].map(cells)
    return region.with_table("projects", table)


def drawn(seed: int, n: int = 8, starts: int = 1, scale: float = 1.0) -> tuple[ProjectSpec, MoneySpec, Floats]:
    """Draw projects with support, land and energy, three districts, budgets, matching; money is paid in the year due.

    The third is a worth of each option, bn yuan, in which projects differ.
    """
    rng = np.random.default_rng(seed)
    cost = rng.uniform(0.5, 3.0, n) * scale
    award = cost * rng.uniform(0.05, 0.15, n) * (rng.random(n) < 0.8)
    spec = spec_of(
        n,
        sites=[sorted(rng.permutation(SITES)[: rng.integers(1, 3)]) for _ in range(n)],
        starts=starts,
        members=(0, 0, 1),
        investment=cost,
        capacity=cost * rng.uniform(0.05, 0.3, n),
        sector=rng.integers(0, 3, n),
        award=award,
        city=0.5,
        uses=rng.uniform(1.0, 10.0, (n, 2)) * np.array([1.0, 100.0]),
        room=rng.uniform(8.0, 16.0, (SITES, 2)) * np.array([1.0, 100.0]),
        held=(True, False),
    )
    years = int(spec.done.max()) - FIRST + 1
    funds = money_of(
        spec,
        city=rng.uniform(0.1, 0.3, years) * scale,
        district=rng.uniform(0.1, 0.3, (SITES, years)) * scale,
        matching=rng.uniform(0.1, 0.3, (SITES, years)) * scale,
        fee=(0.0, 0.0, 0.0),
    )
    worth = rng.uniform(0.01, 0.1, n)[spec.project] * 0.97 ** (spec.start - FIRST) * spec.investment
    return spec, funds, worth * rng.uniform(0.9, 1.1, worth.size)


def tied(spec: ProjectSpec, **ties: Any) -> TieSpec:
    """Ties of projects; each site is a district, chains take turns over the projects."""
    chains = 3
    most = ties.pop("most", np.full(SITES, np.inf))
    return TieSpec(
        districts=spec.sites,
        chains=tuple(f"K{c}" for c in range(chains)),
        district=spec.site,
        chain=spec.project % chains,
        most=np.asarray(most, dtype=float),
        leading=ties.pop("leading", np.zeros((SITES, chains), dtype=bool)),
        **ties,
    )


def keeps(spec: ProjectSpec, funds: MoneySpec, ties: TieSpec, z: Floats) -> bool:
    """Say whether a whole choice keeps every limit, counted one by one; support is paid in the year of completion."""
    taken = np.flatnonzero(z > 0.5)
    for p in range(len(spec.projects)):
        if (spec.project[taken] == p).sum() > 1:
            return False
    for s, u, y in product(range(len(spec.sites)), range(len(spec.resources)), range(len(spec.years))):
        used = 0.0
        for o in taken:
            since = spec.start[o] if spec.held[u] else spec.done[o]
            if spec.site[o] == s and since <= spec.years[y]:
                used += spec.uses[spec.project[o], u]
        if used > spec.room[s, u, y] + 1e-9:
            return False
    for b, y in product(range(len(funds.budgets)), range(len(funds.years))):
        paid = 0.0
        for o in taken:
            p = spec.project[o]
            if spec.done[o] == funds.years[y]:
                paid += spec.city[p] * (funds.city_budget[o] == b) + spec.district[p] * (funds.district_budget[o] == b)
        if paid > funds.budget[b, y] - funds.promised[b, y] + 1e-9:
            return False
    for n, y in product(range(len(funds.districts)), range(len(funds.years))):
        due = sum(
            spec.district[spec.project[o]] for o in taken if funds.district[o] == n and spec.done[o] == funds.years[y]
        )
        if due > funds.matching[n, y] + 1e-9:
            return False
    return _ties_hold(spec, ties, taken)


def _ties_hold(spec: ProjectSpec, ties: TieSpec, taken: Any) -> bool:
    at = {int(spec.project[o]): int(o) for o in taken}
    for p, q in ties.requires:
        if p in at and (q not in at or spec.start[at[q]] > spec.start[at[p]]):
            return False
    for p, q in ties.phases:
        if p in at:
            if q not in at:
                return False
            o, before = at[p], at[q]
            if spec.site[o] != spec.site[before] or spec.done[before] > spec.start[o]:
                return False
    if any(p in at and q in at for p, q in ties.excludes):
        return False
    for n, most in enumerate(ties.most):
        leads = {int(ties.chain[o]) for o in taken if ties.district[o] == n} | set(np.flatnonzero(ties.leading[n]))
        if len(leads) > most:
            return False
    return True


def brute(
    spec: ProjectSpec, funds: MoneySpec, ties: TieSpec, worth: Floats, fixed: dict[int, bool] | None = None
) -> float:
    """Give the greatest worth of a choice that keeps every limit, by trying them all; -inf where none does."""
    own = [[None, *np.flatnonzero(spec.project == p)] for p in range(len(spec.projects))]
    for p, into in (fixed or {}).items():
        own[p] = own[p][1:] if into else [None]
    sets = sorted(
        (tuple(o for o in pick if o is not None) for pick in product(*own)),
        key=lambda options: -sum(worth[o] for o in options),
    )
    for options in sets:
        z = np.zeros(spec.project.size)
        z[list(options)] = 1.0
        if keeps(spec, funds, ties, z):
            return float(sum(worth[o] for o in options))
    return -np.inf


def given(spec: ProjectSpec, funds: MoneySpec, worth: Floats, ties: TieSpec | None = None) -> Candidates:
    """Candidates worth something given, without an economy."""
    return Candidates(TIMES, spec, funds, ties or TieSpec(), gain=worth)


@dataclass(frozen=True)
class Grown:
    """Projects in a made-up economy."""

    built: Built
    spec: ProjectSpec
    funds: MoneySpec
    ties: TieSpec

    def model(self, *, money: bool) -> Model:
        """The plan with projects, and their money where asked for."""
        return build_model(self.built.economy, projects=self.spec, money=self.funds if money else None)

    @property
    def candidates(self) -> Candidates:
        return Candidates(self.built.economy.assumptions, self.spec, self.funds, self.ties)

    def rounds(self, gap: float = 0.01) -> "staged.Rounds":
        """Run the rounds."""
        turns = staged.Rounds(self.candidates, choosing.Valuer(self.model(money=False)), gap=gap)
        turns.in_parts()
        turns.whole()
        return turns

    def chosen(self, gap: float = 0.01) -> Chosen:
        return self.rounds(gap).chosen()


def grown(seed: int, n: int = 8, built: Built | None = None) -> Grown:
    """Draw projects in a made-up economy, large enough to move its prices."""
    built = built or economy_case().build()
    spec, funds, _ = drawn(seed, n, starts=2)
    size = np.random.default_rng(seed + 1).uniform(0.5, 1.5, n)
    largest = built.economy.output.max()
    spec = replace(spec, capacity=0.02 * largest * size)
    return Grown(built, spec, funds, tied(spec, excludes=((0, 1),), requires=((2, 3),)))
