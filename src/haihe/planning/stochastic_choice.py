"""What to decide now that is good in most futures: the choice for all scenarios, each one's own, and what knowing is worth."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from haihe.messages import HaiheError, Progress, Text
from haihe.planning.control import Control
from haihe.planning.program import Floats
from haihe.planning.risk import Kind, Risk
from haihe.planning.stochastic import Scene
from haihe.planning.stochastic_rounds import Flags, Found, StochasticRounds

NOWHERE = Text("没有任何选择在所有情景中都可行", "no choice is possible in all scenarios")
AGAIN = 4
"""Times that choices are compared anew where one made for others turns out better for a scenario than its own."""


@dataclass(frozen=True)
class Alone:
    """A choice made for one scenario, carried into all of them.

    Attributes
    ----------
    name : str
        Scenario that it was made for.
    choice : ndarray, shape (O,)
        What is decided now counts; in the other scenarios the rest is chosen again.
    cost : float
        What it costs in its own scenario, discounted bn yuan.
    choices : list of ndarray
        Choice in each scenario.
    costs : ndarray, shape (S,)
        Cost in each scenario, discounted bn yuan; infinite where the choice is not possible there.
    bounds : ndarray, shape (S,)
        What the choice cannot fall below there, however well the rest is chosen; the cost itself where everything is
        decided now.
    gap : float
        How much less it could cost in its own scenario at most.
    """

    name: str
    choice: Floats
    cost: float
    choices: list[Floats]
    costs: Floats
    bounds: Floats
    gap: float


@dataclass(frozen=True)
class Decided:
    """The choice for all scenarios, and what it is compared with. Costs in discounted bn yuan.

    Attributes
    ----------
    names : tuple of str
        Scenarios. ``weights``, shape (S,), add up to 1.
    risk : Risk
        The measure; ``own`` holds the least cost of each scenario.
    now : ndarray of bool, shape (O,)
        Options that are decided now.
    found : Found
        The choice for all scenarios.
    own, own_bound : ndarray, shape (S,)
        Least cost found in each scenario, and what no choice there falls below.
    alone : tuple of Alone
        Choices made for one scenario each.
    central : Alone
        The choice of who plans for one future only.
    worth : float
        What the choice adds in the measure to building only what the reference path contains; the cost itself where that
        is not possible.
    """

    names: tuple[str, ...]
    weights: Floats
    risk: Risk
    now: Flags
    found: Found
    own: Floats
    own_bound: Floats
    alone: tuple[Alone, ...]
    central: Alone
    worth: float

    def measure(self, kind: Kind, costs: Floats) -> float:
        """Measure costs, shape (S,), with the weights and alpha at hand."""
        return Risk(kind, self.weights, self.risk.alpha, self.own).of(costs)

    @property
    def evpi(self) -> float:
        """What knowing the future beforehand is worth: the measure, less that of each scenario's own best choice."""
        return self.found.value - self.risk.of(self.own)

    @property
    def vss(self) -> float:
        """What planning for all scenarios is worth: the measure of the central choice, less that of the one found.

        Infinite where the central choice is not possible in some scenario.
        """
        return self.risk.of(self.central.costs) - self.found.value

    @property
    def ranges(self) -> dict[str, tuple[float, float, float]]:
        """Value of each result, and between what it lies, gaps taken into account; see `haihe.planning.robust.Robust`."""
        value, bound = self.found.value, self.found.bound
        sure = Risk(self.risk.kind, self.weights, self.risk.alpha, self.own_bound)
        most = sure.of(self.found.costs)
        perfect, lowest = self.risk.of(self.own), self.risk.of(self.own_bound)
        if self.risk.kind == "regret":
            perfect, lowest, bound = 0.0, 0.0, max(bound, 0.0)
        centre, least = self.risk.of(self.central.costs), self.risk.of(self.central.bounds)
        worst = sure.of(self.central.costs)
        return {
            "measure": (value, bound, most),
            "perfect": (perfect, lowest, perfect),
            "evpi": (value - perfect, max(bound - perfect, 0.0), most - lowest),
            "central": (centre, least, worst),
            "vss": (self.vss, max(least - most, 0.0), worst - bound),
        }

    def regrets(self, costs: Floats) -> Floats:
        """What is lost in each scenario against its own best choice; shape (S,)."""
        return costs - self.own


def decide_for_all(
    scenes: Sequence[Scene],
    weights: Floats,
    *,
    kind: Kind = "expected",
    alpha: float = 0.9,
    now: Flags | None = None,
    central: Scene | None = None,
    gap: float = 0.0,
    rounds: int = 25,
    control: Control | None = None,
    progress: Progress | None = None,
) -> Decided:
    """Choose for all scenarios.

    Parameters
    ----------
    scenes : sequence of Scene
        With the same options.
    weights : ndarray, shape (S,)
        Positive; they are made to add up to 1.
    kind, alpha
        As of `haihe.planning.risk.Risk`.
    now : ndarray of bool, shape (O,), optional
        Options that are decided now; all where not given.
    central : Scene, optional
        The one future that a plan without scenarios looks at; the scenario of the greatest weight where not given.
    gap : float
        Gap to stop at, as a share of what projects are worth.
    rounds : int
        Whole choices tried at most, for each scenario and for all.
    control, progress
        As of `haihe.planning.staged.choose_in_stages`.

    Raises
    ------
    HaiheError
        ``E-PLN-107`` for a scenario without any possible choice, ``E-PLN-103`` where each has some and all together none,
        and as of every solve.
    """
    say = progress or (lambda _: None)
    share = weights / weights.sum()
    flags = np.ones(len(scenes[0].options), dtype=bool) if now is None else now
    looked = [*scenes, *([] if central is None or central in scenes else [central])]
    mean = Risk("expected", np.ones(1))
    best = []
    for scene in looked:
        say(Text(f"情景 {scene.name} 自己的最优选择", f"the best choice of scenario {scene.name}"))
        scene.begin()
        best.append(StochasticRounds([scene], mean, flags, gap=gap, control=control).run(rounds, say))
        if not np.isfinite(best[-1].value):
            raise HaiheError("E-PLN-107", value=scene.name)
    kept: list[list[Floats]] = []
    for _ in range(AGAIN):
        alone = [
            _carried(scene, found_, scenes, flags, gap, rounds, control)
            for scene, found_ in zip(looked, best, strict=True)
        ]
        own = np.array([scene.least[0] for scene in scenes])
        turns = StochasticRounds(scenes, Risk(kind, share, alpha, own), flags, gap=gap, control=control)
        for choices in [*(each.choices for each in alone), *kept]:
            turns.try_choices(choices)
        found = turns.run(rounds, say)
        kept = [found.choices]
        if all(each.cost <= scene.least[0] for each, scene in zip(alone, looked, strict=True)):
            break
    if not np.isfinite(found.value):
        raise HaiheError("E-PLN-103", reason=NOWHERE)
    own = np.array([scene.least[0] for scene in scenes])
    last = _measured_anew(turns, Risk(kind, share, alpha, own), [found.choices, *(each.choices for each in alone)])
    found = replace(last.found(), bound=min(found.bound, last.found().value), rounds=found.rounds)
    at = looked.index(central) if central is not None else int(np.argmax(share))
    bounds = np.array([each.bound for each in best[: len(scenes)]])
    names = tuple(scene.name for scene in scenes)
    return Decided(
        names,
        share,
        last.risk,
        flags,
        found,
        own,
        np.minimum(bounds, own),
        tuple(alone[: len(scenes)]),
        alone[at],
        last.worth,
    )


def _measured_anew(turns: StochasticRounds, risk: Risk, choices: Sequence[list[Floats]]) -> StochasticRounds:
    """Measure choices that were all solved with what is known at the end of the least costs; nothing is solved again.

    A regret only grows where a least cost falls, so the bound of the rounds stays one.
    """
    last = StochasticRounds(turns.scenes, risk, turns.now, gap=turns.gap, control=turns.control)
    last.nothing = last.try_choices([scene.reference for scene in turns.scenes])
    for each in choices:
        last.try_choices(each)
    return last


def _carried(
    scene: Scene,
    found: Found,
    scenes: Sequence[Scene],
    now: Flags,
    gap: float,
    rounds: int,
    control: Control | None,
) -> Alone:
    """Carry the best choice known for a scenario into all of them; what is not decided now is chosen again there."""
    cost, choice = scene.least
    mean = Risk("expected", np.ones(1))
    choices, costs, bounds = [], [], []
    for other in scenes:
        if other is scene:
            choices.append(choice)
            costs.append(cost)
            bounds.append(cost if now.all() else min(found.bound, cost))
            continue
        own = StochasticRounds([other], mean, now, gap=gap, fixed=choice, control=control).run(rounds)
        choices.append(own.choices[0])
        costs.append(own.costs[0])
        bounds.append(own.bound)
    return Alone(scene.name, choice, cost, choices, np.array(costs), np.array(bounds), max(cost - found.bound, 0.0))
