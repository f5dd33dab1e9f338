"""Levers: the smallest change of one thing that alters whether a project is built, found by forced solves and replayed.

A lever of the project's own (what it asks for, what it needs, what it is worth) changes nothing for any choice without
the project. So the best choice without it stays what it is, and the project comes in as soon as the best choice with it
is better: one forced solve a step, and only one border. A budget serves others too: both sides are solved at every step,
and the border found need not be the only one (`Change` says so in the words).

Every border is replayed on both sides by solving again with nothing forced.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from haihe.messages import HaiheError, Text
from haihe.planning.choosing import Candidates
from haihe.planning.control import Control
from haihe.planning.program import Floats
from haihe.planning.projects import YI
from haihe.planning.reasons import SURE, Basis, Change, Reason, answer_of

LEVERS: Mapping[str, Text] = {
    "support": Text("减少所要的支持", "less support asked"),
    "own": Text("增加自有资金", "more own money"),
    "use": Text("减少要素需求", "less need of a resource"),
    "budget": Text("增加资金预算（每年）", "more budget of its fund, each year"),
    "value": Text("提高价值", "more worth"),
}
FINENESS = 256
"""A border is known to this part of the lever's range."""
STEPS = 5
"""Halvings of the range of a budget: its border is known to 1/32."""
MARGIN = SURE
"""bn yuan by which a choice must be better to count."""
LEAST_STEP = 5e-4
"""亿元 to either side of the border of a project's worth at which it is replayed, at least."""

Apply = Callable[[float], Candidates]


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
        Gives the candidates with the lever changed by an amount.
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
                lambda x: asked_less(candidates, p, x),
            )
        )
    money, own = candidates.money, spec.project == p
    if money is not None and own.any():
        outside = float((money.least[own, 1:].sum(axis=1) * spec.investment[own]).min())
        if outside > 0:
            now = float((money.least[own, 0] * spec.investment[own]).min())
            found.append(Lever("own", "", "亿元", now, outside, lambda x: own_more(candidates, p, x / outside)))
    for u, name in enumerate(spec.resources):
        need = float(spec.uses[p, u])
        if need > 0 and np.isfinite(spec.room[spec.site[own], u]).any():
            found.append(Lever("use", name, spec.units[u], need, need, _needing_less(candidates, p, u)))
    if money is not None and spec.award[p] > 0 and (money.city_budget[own] >= 0).any():
        b = int(money.city_budget[own].max())
        most = 2 * float(spec.city[p])
        now = float((money.budget[b] - money.promised[b]).min())
        found.append(
            Lever("budget", money.payers[b], "亿元", now, most, lambda x: richer(candidates, b, x), shared=True)
        )
    return found


def with_levers(basis: Basis, reason: Reason, *, control: Control | None = None) -> Reason:
    """Add the cause and the smallest changes to a reason.

    For a project that is built, or started, or held back by the rules, there is only its worth.
    """
    p = basis.place(reason.project)
    if reason.verdict in ("committed", "rules"):
        return reason
    if reason.built:
        return replace(reason, changes=_worth(basis, reason, p, None, control))
    without = _without(basis.candidates, p, control)
    cause, of, changes = _cause(basis.candidates, p, without, control)
    return replace(reason, cause=cause, of=of, changes=(*changes, *_worth(basis, reason, p, without, control)))


def chosen_with(candidates: Candidates, p: int, control: Control | None = None) -> bool:
    """Choose again with nothing forced; says whether a project is part of the choice."""
    small = candidates.model(control)
    return answer_of(small, small.solve(gap=0.1 * SURE), p)


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


def _needing_less(candidates: Candidates, p: int, u: int) -> Apply:
    def apply(amount: float) -> Candidates:
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


def _better(candidates: Candidates, p: int, objective: float, control: Control | None) -> Floats | None:
    """Give some choice with a project that is better than an objective; None where there is none."""
    small = candidates.model(control)
    small.force(p, into=True)
    answer = small.solve(gap=MARGIN, below=objective - MARGIN)
    return small.choice(answer) if answer is not None and answer.objective < objective - MARGIN else None


def _turned(p: int, lever: Lever, amount: float, without: float, control: Control | None) -> Floats | None:
    """Give the choice that a lever changed by an amount brings; ``without`` is the best objective without the project."""
    changed = lever.apply(amount)
    if lever.shared:
        without = _without(changed, p, control)
    return _better(changed, p, without, control)


def _without(candidates: Candidates, p: int, control: Control | None) -> float:
    """Best objective without a project; infinite where nothing is possible without it."""
    small = candidates.model(control)
    small.force(p, into=False)
    answer = small.solve(gap=0.1 * SURE)
    return np.inf if answer is None else answer.objective


def _cause(
    candidates: Candidates, p: int, without: float, control: Control | None
) -> tuple[str, str, tuple[Change, ...]]:
    """Take away what a project needs, all at once and one by one, and find the borders of what turns the outcome."""
    if _better(needs_nothing(candidates, p), p, without, control) is None:
        return "worth", "", ()
    changes = []
    for lever in levers_of(candidates, p):
        change = Change(lever.name, lever.of, lever.unit, lever.now, lever.most)
        choice = _turned(p, lever, lever.most, without, control)
        if choice is not None:
            low, high = _halved(p, lever, control) if lever.shared else _border(p, lever, choice, without, control)
            held = not chosen_with(lever.apply(low), p, control) and chosen_with(lever.apply(high), p, control)
            change = replace(change, below=low, at=high, held=held)
        changes.append(change)
    turning = [c for c in changes if c.found and c.lever != "budget"]
    if turning:
        first = min(turning, key=lambda c: c.at / c.most)
        return first.lever, first.of, tuple(changes)
    tied = _better(untied(candidates, p), p, without, control) is not None
    return ("ties" if tied else "several"), "", tuple(changes)


def _border(p: int, lever: Lever, choice: Floats, without: float, control: Control | None) -> tuple[float, float]:
    """Find the border of a lever: the least that a choice needs, then whether another choice needs still less.

    Each step ends with what a known choice needs, found with that choice fixed; so few choices have to be made.
    """
    grain = lever.most / FINENESS
    high = _least(lever, choice, lever.most, without, control)
    while True:
        low = max(high - grain, 0.0)
        found = _better(lever.apply(low), p, without, control)
        if found is None or low == 0.0:
            return low, high
        high = _least(lever, found, low, without, control)


def _least(lever: Lever, choice: Floats, most: float, without: float, control: Control | None) -> float:
    """The least amount of a lever at which a fixed choice is possible and still better; rounded up to its grain / 8."""
    low, high = 0.0, most
    while high - low > lever.most / (8 * FINENESS):
        middle = 0.5 * (low + high)
        small = lever.apply(middle).model(control)
        small.hold(choice)
        try:
            better = small.session.solve(method="simplex").objective < without - MARGIN
        except HaiheError as error:
            if error.code != "E-PLN-02":
                raise
            better = False
        low, high = (low, middle) if better else (middle, high)
    return high


def _halved(p: int, lever: Lever, control: Control | None) -> tuple[float, float]:
    """Halve the range of a lever that serves others, too, until a border is known."""
    low, high = 0.0, lever.most
    for _ in range(STEPS):
        middle = 0.5 * (low + high)
        if _turned(p, lever, middle, np.inf, control) is not None:
            high = middle
        else:
            low = middle
    return low, high


def _worth(basis: Basis, reason: Reason, p: int, without: float | None, control: Control | None) -> tuple[Change, ...]:
    """The border of a project's worth is what is lost by forcing it; replayed a little below and above.

    ``without`` is the best objective without the project, where it is known.
    """
    if not np.isfinite(reason.loss):
        return ()
    candidates = basis.candidates
    other = basis.objective + reason.low * YI
    if without is None:
        answer = candidates.model(control).solve(gap=0.1 * SURE)
        without = np.inf if answer is None else answer.objective
    loss = (other - without) / YI
    step = max(1e-3 * abs(loss), LEAST_STEP)
    below, at = max(loss - step, 0.0), loss + step
    sign = -1.0 if reason.built else 1.0
    stays = chosen_with(worth_more(candidates, p, sign * below), p, control) == reason.built
    turns = chosen_with(worth_more(candidates, p, sign * at), p, control) != reason.built
    return (Change("value", "", "亿元", reason.hint, at, below, at, stays and turns),)
