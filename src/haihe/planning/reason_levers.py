"""Levers: what of a project, or of the money for it, can be changed, and what the choice is made from then.

A lever of the project's own (what it asks for, what it needs, what it is worth) changes nothing for any choice without
the project; a budget serves others, too. The smallest change that alters the outcome is found in
`haihe.planning.reason_borders`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from haihe.messages import Text
from haihe.planning.choosing import Candidates
from haihe.planning.projects import YI

LEVERS: Mapping[str, Text] = {
    "support": Text("减少所要的支持", "less support asked"),
    "own": Text("增加自有资金", "more own money"),
    "use": Text("减少要素需求", "less need of a resource"),
    "budget": Text("增加资金预算（每年）", "more budget of its fund, each year"),
    "value": Text("提高价值", "more worth"),
}

Apply = Callable[[Candidates, float], Candidates]


@dataclass(frozen=True)
class Lever:
    """One lever of one project.

    Attributes
    ----------
    name, of, unit
        As in `haihe.planning.reasons.Change`.
    now, most : float
        What it is, and by how much it may change.
    apply : callable
        Gives candidates with the lever changed by an amount.
    shared : bool
        Whether it changes choices without the project, too.
    """

    name: str
    of: str
    unit: str
    now: float
    most: float
    apply: Apply
    shared: bool = False


def levers_of(candidates: Candidates, p: int) -> list[Lever]:
    """Give the levers of a project that is not built; without its worth, whose border is the loss itself."""
    spec, found = candidates.projects, []
    if spec.award[p] > 0:
        found.append(
            Lever(
                "support",
                spec.fund[p],
                "亿元",
                float(spec.award[p]),
                float(spec.award[p]),
                lambda given, x: asked_less(given, p, x),
            )
        )
    money, own = candidates.money, spec.project == p
    if money is not None and own.any():
        must, may = money.least[own, 1:].sum(axis=1), money.most[own, 0]
        outside = float((np.maximum(must, 1.0 - may) * spec.investment[own]).min())
        if outside > 0:
            now = float((may * spec.investment[own]).min())
            found.append(Lever("own", "", "亿元", now, outside, lambda given, x: own_more(given, p, x / outside)))
    for u, name in enumerate(spec.resources):
        need = float(spec.uses[p, u])
        if need > 0 and np.isfinite(spec.room[spec.site[own], u]).any():
            found.append(Lever("use", name, spec.units[u], need, need, _needing_less(p, u)))
    if money is not None and spec.award[p] > 0 and (money.city_budget[own] >= 0).any():
        b = int(money.city_budget[own].max())
        most = 2 * float(spec.city[p])
        now = float((money.budget[b] - money.promised[b]).min())
        found.append(
            Lever("budget", money.payers[b], "亿元", now, most, lambda given, x: richer(given, b, x), shared=True)
        )
    return found


def needs_nothing(candidates: Candidates, p: int) -> Candidates:
    """A project that asks for no support, needs nothing that is scarce and is tied to nothing."""
    spec = candidates.projects
    uses = spec.uses.copy()
    uses[p] = 0.0
    free = untied(replace(candidates, projects=replace(spec, uses=uses)), p)
    free = asked_less(free, p, float(spec.award[p]))
    return own_more(free, p, 1.0)


def asked_less(candidates: Candidates, p: int, amount: float) -> Candidates:
    """A project that asks for so much less support, 亿元; the firm bears it instead."""
    spec = candidates.projects
    left = 1.0 - amount / spec.award[p] if spec.award[p] > 0 else 0.0
    scaled = {name: getattr(spec, name).copy() for name in ("given", "award", "city", "district", "need")}
    for values in scaled.values():
        values[p] *= left if left > 1e-12 else 0.0
    return replace(candidates, projects=replace(spec, **scaled))


def own_more(candidates: Candidates, p: int, share: float) -> Candidates:
    """A project whose firm replaces a share of the bank credit and other capital it must raise by own money."""
    money = candidates.money
    if money is None:
        return candidates
    own = candidates.projects.project == p
    least, most = money.least.copy(), money.most.copy()
    least[own, 1:] *= 1.0 - share
    most[own, 0] += share * (1.0 - most[own, 0])
    return replace(candidates, money=replace(money, least=least, most=most))


def richer(candidates: Candidates, b: int, amount: float) -> Candidates:
    """A budget with so much more each year, 亿元."""
    money = candidates.money
    if money is None:
        return candidates
    budget = money.budget.copy()
    budget[b] += amount
    return replace(candidates, money=replace(money, budget=budget))


def worth_more(candidates: Candidates, p: int, amount: float) -> Candidates:
    """A project worth so much more, 亿元 discounted (less where negative)."""
    spec = candidates.projects
    gain = np.zeros(spec.project.size) if candidates.gain is None else candidates.gain.copy()
    gain[spec.project == p] += amount * YI
    return replace(candidates, gain=gain)


def _needing_less(p: int, u: int) -> Apply:
    def apply(candidates: Candidates, amount: float) -> Candidates:
        uses = candidates.projects.uses.copy()
        uses[p, u] = max(uses[p, u] - amount, 0.0)
        return replace(candidates, projects=replace(candidates.projects, uses=uses))

    return apply


def untied(candidates: Candidates, p: int) -> Candidates:
    """A project without its ties; its chain no longer counts among leading industries."""
    ties = candidates.ties
    kept = [tuple(pair for pair in pairs if p not in pair) for pairs in (ties.requires, ties.phases, ties.excludes)]
    chain = ties.chain.copy()
    chain[candidates.projects.project[: chain.size] == p] = -1
    left = replace(ties, requires=kept[0], phases=kept[1], excludes=kept[2], chain=chain)
    return replace(candidates, ties=left)
