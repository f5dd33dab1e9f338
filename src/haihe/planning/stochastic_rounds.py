"""Rounds of the joint model and the economies of its scenarios, until the choice is proved as good as asked.

In every round the joint model chooses under all cuts so far, and each scenario's plan is solved with its choice, which
leaves one more cut a scenario. Rounds with projects in parts come first, because they are cheap. What is reported is the
measure of costs of plans that were solved; the joint model gives only the bound.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from haihe.messages import HaiheError, Progress, Text
from haihe.planning.control import Control
from haihe.planning.program import Floats
from haihe.planning.risk import Risk
from haihe.planning.stochastic import Joint, Scene
from haihe.planning.whole import EXACT

IN_PARTS = 12
"""Rounds with projects in parts at most."""
COLUMNS = ["round", "whole", "bound", "value", "best", "gap", "seconds"]
Flags = np.ndarray[tuple[int], np.dtype[np.bool_]]


@dataclass(frozen=True)
class Found:
    """A choice for several scenarios. Money in discounted bn yuan.

    Attributes
    ----------
    choices : list of ndarray, each of shape (O,)
        Choice of each scenario; the same in what is decided now.
    costs : ndarray, shape (S,)
        Cost of each scenario, of the plan solved with its choice.
    value : float
        Measure of the costs; infinite where no choice is possible. ``bound``: no choice has a smaller one; infinite where
        it is proved that none is possible.
    rounds : DataFrame
        round, whole (or in parts), bound, value (of this round's choice), best, gap, seconds of the joint model.
    """

    choices: list[Floats]
    costs: Floats
    value: float
    bound: float
    rounds: pd.DataFrame

    @property
    def gap(self) -> float:
        """How much smaller the measure could be at most."""
        return max(self.value - self.bound, 0.0)


class StochasticRounds:
    """Rounds over scenarios.

    Parameters
    ----------
    scenes : sequence of Scene
        Each with a cut.
    risk : Risk
    now : ndarray of bool, shape (O,)
    gap : float
        Gap to stop at: share of what projects are worth in the measure.
    fixed : ndarray, shape (O,), optional
        Choice at which what is decided now is held.
    control : Control, optional
    """

    def __init__(
        self,
        scenes: Sequence[Scene],
        risk: Risk,
        now: Flags,
        *,
        gap: float = 0.0,
        fixed: Floats | None = None,
        control: Control | None = None,
    ) -> None:
        self.scenes, self.risk, self.now = list(scenes), risk, now
        self.gap, self.fixed, self.control = gap, fixed, control
        self.nothing = np.inf
        self.best: tuple[float, list[Floats], Floats] | None = None
        self.bound = -np.inf
        self.records: list[tuple[object, ...]] = []

    def run(self, rounds: int, progress: Progress | None = None) -> Found:
        """Run rounds; a choice that is not proved has a gap above the one asked for."""
        if self.fixed is not None and self.now.all():
            return self._tell([self.fixed] * len(self.scenes))
        self.nothing = self.try_choices([scene.reference for scene in self.scenes])
        if not self._in_parts():
            return self._none_left()
        tolerance = self._tolerance()
        for number in range(rounds):
            if progress is not None:
                progress(Text(f"兼顾各情景：第 {number + 1} 轮", f"choosing for all scenarios: round {number + 1}"))
            joint = self._joint()
            answer = joint.solve(gap=tolerance)
            if answer is None:
                return self._none_left()
            self.bound = max(self.bound, answer.bound)
            choices = [np.round(z) for z in joint.choice(answer)]
            known = all(z.tobytes() in scene.known for scene, z in zip(self.scenes, choices, strict=True))
            value = self.try_choices(choices)
            self._note(True, value, answer.seconds)
            if self.reached or (known and tolerance <= EXACT):
                break
            tolerance = max(EXACT, tolerance / 5) if known else self._tolerance()
        return self.found()

    def try_choices(self, choices: Sequence[Floats]) -> float:
        """Solve every scenario with its choice, and keep the choices where they are the best; gives their measure."""
        if self.fixed is not None and any((z != self.fixed)[self.now].any() for z in choices):
            return np.inf
        if any((z != choices[0])[self.now].any() for z in choices):
            return np.inf
        costs = np.array([scene.cost(z) for scene, z in zip(self.scenes, choices, strict=True)])
        value = self.risk.of(costs)
        if np.isfinite(value) and (self.best is None or value < self.best[0]):
            self.best = value, list(choices), costs
        return value

    @property
    def wanted(self) -> float:
        """Gap to stop at, discounted bn yuan; of the measure itself where doing nothing is not possible."""
        return max(self.gap * self.worth, EXACT) if np.isfinite(self.worth) else EXACT

    @property
    def worth(self) -> float:
        """What the best choice so far adds in the measure; the measure itself where doing nothing is not possible."""
        reached = self.bound if self.best is None else self.best[0]
        return self.nothing - reached if np.isfinite(self.nothing) else abs(reached)

    @property
    def reached(self) -> bool:
        """Whether the best choice is proved as good as asked."""
        return self.best is not None and self.best[0] - self.bound <= self.wanted

    def found(self) -> Found:
        """Give the best choice so far; one of infinite value where there is none."""
        rounds = pd.DataFrame(self.records, columns=COLUMNS)
        if self.best is None:
            empty = [scene.reference for scene in self.scenes]
            return Found(empty, np.full(len(self.scenes), np.inf), np.inf, self.bound, rounds)
        value, choices, costs = self.best
        return Found(choices, costs, value, min(self.bound, value), rounds)

    def _none_left(self) -> Found:
        """No other choice satisfies every row: the best so far is the best, or there is none."""
        if self.best is None:
            self.bound = np.inf
        return self.found()

    def _tell(self, choices: list[Floats]) -> Found:
        """Where everything is decided there is nothing to choose: only to see what it costs."""
        value = self.try_choices(choices)
        self.bound = value
        if self.best is None:
            costs = np.array([scene.cost(z) for scene, z in zip(self.scenes, choices, strict=True)])
            return Found(choices, costs, value, value, pd.DataFrame(columns=COLUMNS))
        return self.found()

    def _in_parts(self) -> bool:
        """Let projects be taken in parts until the bound hardly moves; False where even so nothing is possible."""
        before = -np.inf
        for _ in range(IN_PARTS):
            joint = self._joint()
            try:
                s = joint.in_parts()
            except HaiheError as error:
                if error.code != "E-PLN-02":
                    raise
                return False
            self.bound = max(self.bound, s.objective)
            learnt = [scene.learn(z) for scene, z in zip(self.scenes, joint.choice(s), strict=True)]
            self._note(False, np.nan, s.seconds)
            if not np.isfinite(learnt).all() or s.objective - before <= self.wanted:
                break
            before = s.objective
        return True

    def _joint(self) -> Joint:
        return Joint(self.scenes, self.risk, self.now, fixed=self.fixed, control=self.control)

    def _tolerance(self) -> float:
        """Gap of the joint model: a part of what is asked for, and no more than the gap that is left."""
        return max(0.3 * self.wanted, EXACT)

    def _note(self, whole: bool, value: float, seconds: float) -> None:
        best = np.nan if self.best is None else self.best[0]
        self.records.append((len(self.records) + 1, whole, self.bound, value, best, best - self.bound, seconds))
