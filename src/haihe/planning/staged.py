"""Choosing whole projects: in stages, plan and choice taking turns with a certificate, or the whole program at once.

In stages: the plan is solved with a choice fixed, which gives the values of the options at its prices; the small exact
model chooses under everything that is scarce; the plan is solved again with that choice, and so on. Two or three such
rounds are common practice. Here each plan also leaves a cut behind (`haihe.planning.choosing`), so that the small model
knows all plans solved so far and not only the last: its optimum is a bound that no choice can beat, and the rounds end
when the best choice is proved good enough. A few rounds with projects in parts come first, because they are cheap.

Nothing that was predicted is reported as a result: the objective of a choice is that of the plan solved with it.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from haihe.messages import HaiheError, Progress, Text
from haihe.planning.assembly import Assembly, assemble
from haihe.planning.choosing import Candidates, Choosing, Cut, Valuer, refuse_none
from haihe.planning.control import Control
from haihe.planning.model import Model
from haihe.planning.program import Floats
from haihe.planning.projects import ProjectSpec
from haihe.planning.setup import Setup
from haihe.planning.solver import Solution
from haihe.planning.ties import TieSpec, define_ties
from haihe.planning.whole import EXACT, WholeAnswer, WholeSession

GAP = 0.001
"""Gap asked for: share of what projects are worth. A hundredth is often enough to decide; reasons need a finer one."""
ROUNDS = 25
"""Whole choices tried at most."""
IN_PARTS = 8
"""Rounds with projects in parts at most, before the first whole one."""
COLUMNS = [
    "round",
    "whole",
    "bound",
    "predicted",
    "objective",
    "best",
    "gap",
    "projects",
    "seconds_choice",
    "seconds_plan",
]


@dataclass(frozen=True)
class Task:
    """What is chosen from, and what it is worth in.

    Parameters
    ----------
    setup : Setup
        With projects.
    """

    setup: Setup

    @property
    def ties(self) -> TieSpec:
        """Ties among the projects."""
        return self.setup.ties

    @property
    def projects(self) -> ProjectSpec:
        """The candidate projects; ``E-PLN-93`` where there are none."""
        if self.setup.projects is None:
            raise HaiheError("E-PLN-93", table="projects")
        return self.setup.projects

    @property
    def candidates(self) -> Candidates:
        """The small model without cuts."""
        return Candidates(self.setup.assumptions, self.projects, self.setup.money, self.ties)

    def assembly(self, *, money: bool) -> Assembly:
        """Put the plan's program together without ties, with or without the money of projects.

        Ties limit which choice is possible and not what the economy does with it; the small model holds them.
        """
        free = replace(self.setup, ties=TieSpec())
        return assemble(free if money else replace(free, money=None))


@dataclass(frozen=True)
class Chosen:
    """A whole choice, what it is worth, and how good it can be at most. Money in discounted bn yuan.

    Attributes
    ----------
    choice : ndarray, shape (O,)
        1 for each option taken.
    objective : float
        What the plan with this choice costs, money included: minus welfare. ``nothing``: the same with what the
        reference path contains and no other project.
    bound : float
        No whole choice costs less.
    rounds : DataFrame
        One row a round: round, whole (or in parts), bound, predicted (by the small model) and objective (of the plan
        solved with it; missing in parts), best, gap, projects, seconds of the choice and of the plan.
    candidates : Candidates
        The small model with every cut.
    solution : Solution
        The plan solved with this choice (without the money of projects, which stands in the small model).
    first : Cut
        The cut of the plan without chosen projects; its slopes are the values at the prices before.
    cut : Cut
        The cut at this choice; its slopes are the values at the prices of the plan with it.
    possible : bool
        Whether the plan without chosen projects keeps the limits on projects.
    """

    choice: Floats
    objective: float
    nothing: float
    bound: float
    rounds: pd.DataFrame
    candidates: Candidates
    solution: Solution
    first: Cut
    cut: Cut
    possible: bool = True

    @property
    def worth(self) -> float:
        """What the chosen projects add to welfare."""
        return self.nothing - self.objective

    @property
    def gap(self) -> float:
        """How much more another choice could add at most."""
        return max(self.objective - self.bound, 0.0)

    @property
    def share(self) -> float:
        """The gap as a share of what projects are worth; infinite where they are worth nothing."""
        return self.gap / self.worth if self.worth > 0 else (0.0 if self.gap <= EXACT else np.inf)

    @property
    def predicted(self) -> float:
        """What the values at the prices before the choice promised it would add."""
        return -float(self.first.slope @ (self.choice - self.first.at))


class Rounds:
    """Rounds of plan and choice.

    Parameters
    ----------
    candidates : Candidates
    valuer : Valuer
    gap : float
        Share of what projects are worth, at which to stop.
    control : Control, optional
    """

    def __init__(
        self, candidates: Candidates, valuer: Valuer, *, gap: float = GAP, control: Control | None = None
    ) -> None:
        self.candidates, self.valuer, self.wanted, self.control = candidates, valuer, gap, control
        self.records: list[dict[str, object]] = []
        self.best: tuple[float, Floats, Solution, Cut] | None = None
        self.bound = -np.inf
        self.tried: dict[bytes, float] = {}
        reference = candidates.projects.reference.astype(np.float64)
        self.first = self._plan(reference)
        small = self.candidates.model(control)
        self.possible = True
        try:
            aside = small.money_cost(reference)
        except HaiheError as error:
            if error.code != "E-PLN-02":
                raise
            aside, self.possible = small.money_cost(reference, lifted=True), False
        self.nothing = self.first.cost + aside

    def in_parts(self, most: int = IN_PARTS) -> None:
        """Let projects be taken in parts until the bound hardly moves; each round leaves a cut."""
        before = -np.inf
        for _ in range(most):
            small = self.candidates.model(self.control)
            s = small.session.solve(method="simplex")
            self.bound = max(self.bound, s.objective)
            z = np.clip(s.value(small.projects.choice), 0.0, 1.0)
            self._plan(z)
            self._note(False, s.objective, s.objective, np.nan, z, s.seconds)
            if s.objective - before <= max(0.2 * self.wanted * (self.nothing - s.objective), EXACT):
                return
            before = s.objective

    def whole(self, most: int = ROUNDS, progress: Progress | None = None) -> None:
        """Choose whole projects until the best choice is proved as good as asked, or the rounds are over."""
        tolerance = self._tolerance()
        for number in range(most):
            if progress is not None:
                progress(Text(f"选择项目：第 {number + 1} 轮", f"choosing projects: round {number + 1}"))
            small = self.candidates.model(self.control)
            answer = refuse_none(small.solve(gap=tolerance))
            self.bound = max(self.bound, answer.bound)
            z = small.choice(answer)
            known = z.tobytes() in self.tried
            if not known:
                self._try(z, small)
            self._note(True, answer.bound, answer.objective, self.tried[z.tobytes()], z, answer.seconds)
            if self.reached or (known and tolerance <= EXACT):
                return
            tolerance = max(EXACT, tolerance / 5) if known else self._tolerance()

    @property
    def reached(self) -> bool:
        """Whether the best choice is proved as good as asked."""
        return self.best is not None and self.best[0] - self.bound <= max(
            self.wanted * (self.nothing - self.best[0]), EXACT
        )

    def chosen(self) -> Chosen:
        """Give the best choice so far."""
        if self.best is None:
            raise HaiheError("E-PLN-02")
        objective, z, solution, cut = self.best
        rounds = pd.DataFrame(self.records, columns=COLUMNS)
        return Chosen(
            z, objective, self.nothing, min(self.bound, objective), rounds, self.candidates, solution, self.first, cut,
            self.possible,
        )  # fmt: skip

    def _tolerance(self) -> float:
        """Gap of the small model: a small part of what is asked for."""
        worth = self.nothing - (self.bound if self.best is None else self.best[0])
        return max(0.3 * self.wanted * worth, EXACT)

    def _plan(self, z: Floats) -> Cut:
        cut = self.valuer.cut(z)
        self.candidates = self.candidates.plus([cut])
        return cut

    def _try(self, z: Floats, small: Choosing) -> None:
        """Solve the plan with a whole choice, and keep it where it is the best."""
        cut = self._plan(z)
        objective = cut.cost + small.money_cost(z)
        self.tried[z.tobytes()] = objective
        if (self.best is None or objective < self.best[0]) and self.valuer.solution is not None:
            self.best = objective, z, self.valuer.solution, cut

    def _note(self, whole: bool, bound: float, predicted: float, objective: float, z: Floats, seconds: float) -> None:
        best = np.nan if self.best is None else self.best[0]
        plan = self.valuer.solution.seconds if self.valuer.solution is not None else np.nan
        values = (
            len(self.records) + 1, whole, bound, predicted, objective, best, best - self.bound, float(z.sum()), seconds, plan,
        )  # fmt: skip
        self.records.append(dict(zip(COLUMNS, values, strict=True)))


def choose_in_stages(
    task: Task,
    *,
    gap: float = GAP,
    rounds: int = ROUNDS,
    control: Control | None = None,
    progress: Progress | None = None,
) -> tuple[Chosen, Valuer]:
    """Choose in stages.

    Parameters
    ----------
    task : Task
    gap : float
        Share of what projects are worth, at which to stop.
    rounds : int
        Whole choices tried at most.
    control, progress
        As of `haihe.planning.plans.plan`; the time limit is that of one solve.

    Returns
    -------
    (Chosen, Valuer)
        The choice, and the economy that valued it, with which to value others.

    Raises
    ------
    HaiheError
        ``E-PLN-93`` without projects, ``E-PLN-02`` where no whole choice is possible, and as of every solve.
    """
    say = progress or (lambda _: None)
    say(Text("求解不选项目的方案", "solving the plan without chosen projects"))
    valuer = Valuer(task.assembly(money=False).model, control)
    turns = Rounds(task.candidates, valuer, gap=gap, control=control)
    say(Text("估计项目的价值", "valuing projects"))
    turns.in_parts()
    turns.whole(rounds, say)
    return turns.chosen(), valuer


def choose_at_once(
    model: Model, ties: TieSpec, nothing: float, *, gap: float, control: Control | None = None
) -> tuple[WholeAnswer, Floats] | None:
    """Choose in the whole program: the economy, projects and their money at once.

    Parameters
    ----------
    model : Model
        A plan's program with projects and money, not yet handed over; the ties are added to it.
    ties : TieSpec
    nothing : float
        Objective of the plan without chosen projects; the constant is moved there, so that gaps are those of projects.
    gap : float
        Gap to stop at, discounted bn yuan.
    control : Control, optional
        Its time limit is honoured: the answer then has the bound that was reached.

    Returns
    -------
    (WholeAnswer, ndarray) or None
        The answer, objective and bound in full, and the choice; None where no choice is possible.
    """
    if model.projects is None:
        raise HaiheError("E-PLN-93", table="projects")
    tied = define_ties(model.program, model.projects, ties)
    model.program.constant -= nothing
    columns = np.concatenate([model.projects.choice.index.ravel(), tied.whole])
    answer = WholeSession(model.program, columns, control).solve_whole(gap=gap)
    if answer is None:
        return None
    full = replace(answer, objective=answer.objective + nothing, bound=answer.bound + nothing)
    return full, np.round(answer.value(model.projects.choice))
