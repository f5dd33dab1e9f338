"""Borders: the smallest change of a lever that alters whether a project is built, found by forced solves and replayed.

A lever of the project's own changes nothing for any choice without the project. So the best choice without it stays what
it is, and the project comes in as soon as the best choice with it is better: one forced solve a step, which may stop at
the first choice that is better, and only one border. A known choice tells, by linear programs, how little of the lever
it needs; so the border comes down in jumps instead of halvings. A budget serves others too: everything is chosen again
at every step, and the border found need not be the only one (the words say so).

Where the economy is given, a choice counts only after the plan was solved with it. Every border is replayed on both sides
by choosing again with nothing forced.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from haihe.messages import HaiheError
from haihe.planning.choosing import Candidates, Choosing, Valuer
from haihe.planning.control import Control
from haihe.planning.program import Floats
from haihe.planning.projects import YI
from haihe.planning.reason_levers import Lever, levers_of, needs_nothing, untied, worth_more
from haihe.planning.reasons import SURE, Basis, Change, Examined, Reason
from haihe.planning.whole import WholeAnswer

FINENESS = 256
"""A border is known to this part of the lever's range."""
STEPS = 5
"""Halvings of the range of a budget: its border is known to 1/32."""
MARGIN = SURE
"""bn yuan by which a choice must be better to count."""
LEAST_STEP = 5e-4
"""亿元 to either side of the border of a project's worth at which it is replayed, at least."""
PLANS = 20
"""Plans solved at most until plan and small model agree about one question."""

Changed = Callable[[Candidates], Candidates]


def with_levers(found: Examined, *, valuer: Valuer | None = None, control: Control | None = None) -> Reason:
    """Add the cause and the smallest changes to a reason.

    For a project that is built there is only its worth; for one that was started, or is held back by the rules, nothing.

    Parameters
    ----------
    found : Examined
    valuer : Valuer, optional
        The economy; the small model's word is taken without.
    control : Control, optional
    """
    reason = found.reason
    if reason.verdict in ("committed", "rules"):
        return reason
    search = Search(found.basis, found.basis.place(reason.project), valuer, control)
    if reason.built:
        return replace(reason, changes=_worth(search, found))
    cause, of, changes = _cause(search)
    return replace(reason, cause=cause, of=of, changes=(*changes, *_worth(search, found)))


class Search:
    """Choices made again for one project with something changed, each checked by the plan where the economy is given.

    Parameters
    ----------
    basis : Basis
    p : int
        Position of the project.
    valuer : Valuer, optional
    control : Control, optional
    """

    def __init__(self, basis: Basis, p: int, valuer: Valuer | None = None, control: Control | None = None) -> None:
        self.basis, self.p, self.valuer, self.control = basis, p, valuer, control
        self.candidates = basis.candidates
        self.target = basis.bound - MARGIN
        self.known = {cut.at.tobytes() for cut in basis.candidates.cuts}

    def better(self, changed: Changed) -> Floats | None:
        """Give some choice with the project that is better than all without it; None where there is none.

        Only for changes that leave choices without the project as they are.
        """
        for _ in range(PLANS):
            small = changed(self.candidates).model(self.control)
            small.force(self.p, into=True)
            answer = small.solve(gap=MARGIN, below=self.target)
            if answer is None or answer.objective >= self.target:
                return None
            z = small.choice(answer)
            if answer.objective + self._rise(z) < self.target:
                return z
        return None

    def free(self, changed: Changed, start: Floats) -> Floats:
        """Choose again with nothing forced, from a choice to start from."""
        z = start
        for _ in range(PLANS):
            small = changed(self.candidates).model(self.control)
            answer: WholeAnswer | None = small.solve(gap=0.1 * SURE, start=z)
            if answer is None:
                return np.zeros_like(start)
            z = small.choice(answer)
            if self._rise(z) <= SURE:
                break
        return z

    def within(self, z: Floats) -> bool:
        """Whether the project is part of a choice."""
        return bool(z[self.candidates.projects.project == self.p].sum() > 0.5)

    def _rise(self, z: Floats) -> float:
        """How much more the economy costs with a choice than the cuts say; its cut is kept."""
        if self.valuer is None or z.tobytes() in self.known:
            return 0.0
        said = max(cut.of(z) for cut in self.candidates.cuts)
        cut = self.valuer.cut(z)
        self.known.add(z.tobytes())
        if cut.cost - said <= 0.1 * SURE:
            return 0.0
        self.candidates = self.candidates.plus([cut])
        return cut.cost - said


def _cause(search: Search) -> tuple[str, str, tuple[Change, ...]]:
    """Take away what a project needs, all at once and one by one, and find the borders of what turns the outcome."""
    p = search.p
    if search.better(lambda given: needs_nothing(given, p)) is None:
        return "worth", "", ()
    changes = tuple(_change(search, lever) for lever in levers_of(search.candidates, p))
    turning = [change for change in changes if change.found and change.lever != "budget"]
    if turning:
        first = min(turning, key=lambda change: change.at / change.most)
        return first.lever, first.of, changes
    tied = search.better(lambda given: untied(given, p)) is not None
    return ("ties" if tied else "several"), "", changes


def _change(search: Search, lever: Lever) -> Change:
    """The border of one lever, replayed; without one where all of it does not alter the outcome."""
    change = Change(lever.name, lever.of, lever.unit, lever.now, lever.most)
    if lever.shared:
        low, high = _halved(search, lever)
        return change if not np.isfinite(high) else replace(change, below=low, at=high, held=True)
    choice = search.better(_at(lever, lever.most))
    if choice is None:
        return change
    low, high, choice = _border(search, lever, choice)
    stays = not search.within(search.free(_at(lever, low), search.basis.choice))
    turns = search.within(search.free(_at(lever, high), choice))
    return replace(change, below=low, at=high, held=stays and turns)


def _at(lever: Lever, amount: float) -> Changed:
    return lambda given: lever.apply(given, amount)


def _border(search: Search, lever: Lever, choice: Floats) -> tuple[float, float, Floats]:
    """Find the border of a lever: the least that a choice needs, then whether another choice needs still less.

    Each step ends with what a known choice needs, found with that choice fixed; so few choices have to be made.
    """
    grain = lever.most / FINENESS
    high = _least(search, lever, choice, lever.most)
    while True:
        low = max(high - grain, 0.0)
        found = search.better(_at(lever, low))
        if found is None or low == 0.0:
            return low, high, choice
        choice, high = found, _least(search, lever, found, low)


def _least(search: Search, lever: Lever, choice: Floats, most: float) -> float:
    """The least amount of a lever at which a fixed choice is possible and still better; rounded up to its grain / 8."""
    low, high = 0.0, most
    while high - low > lever.most / (8 * FINENESS):
        middle = 0.5 * (low + high)
        small = lever.apply(search.candidates, middle).model(search.control)
        better = _held(small, choice) < search.target
        low, high = (low, middle) if better else (middle, high)
    return high


def _held(small: Choosing, choice: Floats) -> float:
    """Objective with a choice fixed; infinite where it is not possible."""
    small.hold(choice)
    try:
        return small.session.solve(method="simplex").objective
    except HaiheError as error:
        if error.code != "E-PLN-02":
            raise
        return np.inf


def _halved(search: Search, lever: Lever) -> tuple[float, float]:
    """Halve the range of a lever that serves others, too, choosing again with nothing forced; infinite without border."""
    last = search.free(_at(lever, lever.most), search.basis.choice)
    if not search.within(last):
        return np.nan, np.inf
    low, high = 0.0, lever.most
    for _ in range(STEPS):
        middle = 0.5 * (low + high)
        z = search.free(_at(lever, middle), last)
        low, high, last = (low, middle, z) if search.within(z) else (middle, high, last)
    return low, high


def _worth(search: Search, found: Examined) -> tuple[Change, ...]:
    """The border of a project's worth is what is lost by forcing it; replayed a little below and above."""
    reason = found.reason
    if found.choice is None or not np.isfinite(reason.loss):
        return ()
    step = max(1e-3 * abs(reason.loss), LEAST_STEP)
    below, at = max(reason.low - search.basis.gap / YI - step, 0.0), max(reason.loss, 0.0) + step
    sign = -1.0 if reason.built else 1.0
    stays = search.free(lambda given: worth_more(given, search.p, sign * below), search.basis.choice)
    turns = search.free(lambda given: worth_more(given, search.p, sign * at), found.choice)
    held = search.within(stays) == reason.built and search.within(turns) != reason.built
    return (Change("value", "", "亿元", reason.hint, at, below, at, held),)
