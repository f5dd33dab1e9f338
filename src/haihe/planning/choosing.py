r"""The small exact model: which projects, where and when, with everything scarce about projects and a floor under the economy.

What a choice z costs the economy, E(z), is the value of a linear program whose right-hand side moves with z. So E is
convex, and every solve of the plan with a choice fixed gives a plane that supports it from below (`Cut`): its height at
that choice, and as slopes the values of the options at that plan's prices. The small model minimises

.. math:: \theta + \text{fees and what is owed}, \qquad \theta \ge E(z_k) + g_k (z - z_k) \quad \text{for every } k

over whole z within sites, budgets, matching, credit and ties. Its optimum is below that of the integrated plan for every
set of cuts, so it certifies how good a choice can be at most; and it is small, so that it can be solved again and again
with a choice forced, which is how reasons are found. This is the cutting plane of Kelley (1960) and Benders (1962).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from haihe.messages import HaiheError, Text
from haihe.planning.assumptions import Assumptions
from haihe.planning.compact import define_compact_money, fill
from haihe.planning.control import Control
from haihe.planning.model import Model
from haihe.planning.money import Money, MoneySpec, define_money
from haihe.planning.program import Block, Floats, Program
from haihe.planning.projects import Projects, ProjectSpec, define_choice
from haihe.planning.solver import Session, Solution
from haihe.planning.ties import Ties, TieSpec, define_ties
from haihe.planning.whole import EXACT, QUICK, WholeAnswer, WholeSession

FAINT = 1e-6
"""Slopes of a cut that add up to less are left out of it, bn yuan: 1,000 yuan."""


@dataclass(frozen=True)
class Cut:
    """What the economy costs at least for every choice: a plane that touches it at one.

    Parameters
    ----------
    cost : float
        What the economy costs at ``at``: minus its welfare, discounted bn yuan.
    slope : ndarray, shape (O,)
        What a unit of each option changes there; minus its value at that plan's prices.
    at : ndarray, shape (O,)
        The choice.
    """

    cost: float
    slope: Floats
    at: Floats

    def of(self, z: Floats) -> float:
        """Height of the plane at a choice."""
        return self.cost + float(self.slope @ (z - self.at))


@dataclass(frozen=True)
class Candidates:
    """What the small model is made of; pure numbers, so that it can be sent to another process.

    Parameters
    ----------
    assumptions : Assumptions
    projects : ProjectSpec
    money : MoneySpec, optional
    ties : TieSpec
    gain : ndarray, shape (O,), optional
        Worth of each option where it is known without an economy (and for what-ifs on top of the cuts); 0 otherwise.
    cuts : tuple of Cut
        Planes under what the economy costs; without any the economy does not count.
    """

    assumptions: Assumptions
    projects: ProjectSpec
    money: MoneySpec | None = None
    ties: TieSpec = field(default_factory=TieSpec)
    gain: Floats | None = None
    cuts: tuple[Cut, ...] = ()

    def model(self, control: Control | None = None, *, accounts: bool = False) -> "Choosing":
        """Build the small model; with ``accounts`` who pays what is in it (`Choosing.money`), and it is slower."""
        return Choosing(self, control, accounts=accounts)

    def plus(self, cuts: Sequence[Cut]) -> "Candidates":
        """The same with more cuts."""
        return replace(self, cuts=(*self.cuts, *cuts))


class Choosing:
    """The small model in a session of its own.

    Parameters
    ----------
    candidates : Candidates
    control : Control, optional
    accounts : bool
        Keep who pays what as columns (`haihe.planning.money`); else the same in few columns
        (`haihe.planning.compact`), which gives the same choices several times as fast.

    Attributes
    ----------
    projects, ties
        Handles of its parts. ``money``: of the accounts, None without them.
    session : WholeSession
    """

    def __init__(self, candidates: Candidates, control: Control | None = None, *, accounts: bool = False) -> None:
        self.candidates = c = candidates
        program, spec = Program(), candidates.projects
        worth = np.zeros(spec.project.size) if c.gain is None else c.gain
        base = c.cuts[-1] if c.cuts else None
        self.fees = np.zeros(spec.project.size)
        filled = None
        if c.money is not None and not accounts:
            filled = fill(spec, c.money, c.assumptions)
            self.fees = filled.fees
        slope = np.zeros(spec.project.size) if base is None else base.slope
        self.projects: Projects = define_choice(program, spec, worth - slope - self.fees)
        program.constant += self._aside(worth - slope - self.fees, base)
        self.money: Money | None = None
        if c.money is not None and filled is None:
            self.money = define_money(program, c.assumptions, self.projects, c.money)
        elif c.money is not None and filled is not None:
            define_compact_money(program, c.assumptions, self.projects, c.money, filled)
        self.ties: Ties = define_ties(program, self.projects, c.ties)
        self.economy = _define_cuts(program, self.projects, c.cuts)
        whole = np.concatenate([self.projects.choice.index.ravel(), self.ties.whole])
        self.session = WholeSession(program, whole, control, QUICK)
        if not accounts:
            self._leave_out_idle_rooms()
        self.built = self.session.arrays

    @property
    def policies(self) -> list[Block]:
        """Rows that a policy maker set."""
        return [block for block in self.session.program.row_blocks.values() if block.policy]

    def solve(self, *, gap: float = EXACT, below: float = np.inf, start: Floats | None = None) -> WholeAnswer | None:
        """Choose; None where no whole choice satisfies every row. See `WholeSession.solve_whole`; ``start`` is a choice."""
        return self.session.solve_whole(gap=gap, below=below, start=start)

    def choice(self, answer: WholeAnswer | Solution) -> Floats:
        """Choice of an answer: 1 for each option taken, else 0; shape (O,)."""
        return np.asarray(np.round(answer.value(self.projects.choice)))

    def force(self, project: int, into: bool) -> None:
        """Force a project in (at whatever site and year) or out; until `free`."""
        own = self.candidates.projects.project == project
        row = self.projects.once.index[project : project + 1]
        if into:
            self.session.set_row_bounds(row, 1.0, 1.0)
        else:
            self.session.set_column_bounds(self.projects.choice.index[own], 0.0, 0.0)

    def hold(self, z: Floats) -> None:
        """Fix the choice; until `free`."""
        self.session.set_column_bounds(self.projects.choice.index, z, z)

    def lift(self, blocks: Sequence[Block] | None = None) -> None:
        """Lift policy rows, all where none are named; until `free`."""
        for block in self.policies if blocks is None else blocks:
            self.session.set_row_bounds(block.index, -np.inf, np.inf)

    def free(self) -> None:
        """Put every bound back as it was built."""
        a = self.built
        self.session.set_column_bounds(np.arange(a.lower.size), a.lower, a.upper)
        self.session.set_row_bounds(np.arange(a.row_lower.size), a.row_lower, a.row_upper)

    def money_cost(self, z: Floats, *, lifted: bool = False) -> float:
        """What a choice costs in fees and in what stays owed, discounted bn yuan.

        Parameters
        ----------
        z : ndarray, shape (O,)
        lifted : bool
            Without the limits that a policy maker set.

        Raises
        ------
        HaiheError
            ``E-PLN-02`` where the money does not suffice for this choice.
        """
        if self.candidates.money is None:
            return 0.0
        self.hold(z)
        if lifted:
            self.lift()
        try:
            x = self.session.solve(method="simplex").x
        finally:
            self.free()
        beside = self.built.cost.copy()
        beside[self.projects.choice.index] = self.fees
        beside[self.projects.reference.index] = 0.0
        if self.economy is not None:
            beside[self.economy.index] = 0.0
        return float(beside @ x)

    def _aside(self, gain: Floats, base: Cut | None) -> float:
        """Constant of the objective: the base cut at no project; the reference column's cost, which is no real one, undone."""
        spec = self.candidates.projects
        worth = self.candidates.gain
        given = 0.0 if worth is None else float(worth[spec.reference].sum())
        height = 0.0 if base is None else base.of(np.zeros_like(base.at))
        return height + given - float(gain[spec.reference].sum())

    def _leave_out_idle_rooms(self) -> None:
        """Lift rows of sites' room that a later year makes idle: what is in use grows, so the least room to come binds."""
        block = self.projects.room
        if not block.size:
            return
        upper = block.of(self.session.arrays.row_upper)
        later = np.minimum.accumulate(upper[:, ::-1], axis=1)[:, ::-1]
        idle = np.zeros(upper.shape, dtype=bool)
        idle[:, :-1] = upper[:, :-1] >= later[:, 1:]
        self.session.set_row_bounds(block.index[idle], -np.inf, np.inf)


def _define_cuts(program: Program, projects: Projects, cuts: Sequence[Cut]) -> Block | None:
    r"""Add how far the economy costs more than the last cut says; the last cut itself stands in the objective.

    .. math:: \theta - \sum_o (g_{ko} - g_{Ko}) z_o \ge E_k - g_k z_k - (E_K - g_K z_K), \qquad \theta \ge 0

    Unit: bn yuan, discounted. Differences of slopes that add up to less than `FAINT` are left out where that lowers the
    plane and moved to its height where it would raise it: it stays below the economy, and the rows are short.
    """
    if len(cuts) < 2:
        return None
    *others, base = cuts
    economy = program.columns(
        "economy", {"part": ("economy",)}, cost=1.0, unit="bn yuan", title=Text("经济", "the economy")
    )
    slopes = np.stack([cut.slope - base.slope for cut in others])
    nowhere = np.zeros_like(base.at)
    heights = np.array([cut.of(nowhere) for cut in others]) - base.of(nowhere)
    order = np.argsort(np.abs(slopes), axis=1)
    faint = np.zeros(slopes.shape, dtype=bool)
    sums = np.cumsum(np.abs(np.take_along_axis(slopes, order, axis=1)), axis=1)
    np.put_along_axis(faint, order, sums <= FAINT, axis=1)
    heights += np.where(faint, np.minimum(slopes, 0.0), 0.0).sum(axis=1)
    rows = program.rows(
        "cut",
        {"cut": tuple(range(len(others)))},
        lower=heights,
        unit="bn yuan",
        title=Text("割平面", "cuts"),
    )
    program.enter(rows.index, economy.index[0], 1.0)
    program.enter(rows.index[:, None], projects.choice.index, np.where(faint, 0.0, -slopes))
    return economy


class Valuer:
    """The economy with the choice of projects fixed: what a choice costs, and the values of options at its prices.

    Parameters
    ----------
    model : Model
        A plan's program with projects and without their money: money limits which choice is possible and not what the
        economy does with it.
    control : Control, optional

    Attributes
    ----------
    solution : Solution or None
        The last plan solved.
    solved : int
        Number of plans solved. ``seconds``: time for them.
    """

    def __init__(self, model: Model, control: Control | None = None) -> None:
        projects = model.projects
        if projects is None or model.money is not None:
            raise ValueError("a model with projects and without money is needed")
        self.model, self.projects = model, projects
        self.session = Session(model.program, control)
        for block in (projects.once, projects.room):
            self.session.set_row_bounds(block.index, -np.inf, np.inf)
        self.solution: Solution | None = None
        self.solved, self.seconds = 0, 0.0

    def cut(self, z: Floats) -> Cut:
        """Solve the plan with a choice fixed and give the plane that touches it there.

        Raises
        ------
        HaiheError
            As `haihe.planning.solver.Session.solve`; ``E-PLN-02`` where the economy cannot bear this choice.
        """
        at = self.projects.choice.index
        self.session.set_column_bounds(at, z, z)
        self.solution = s = self.session.solve()
        self.solved, self.seconds = self.solved + 1, self.seconds + s.seconds
        return Cut(s.objective, s.reduced[at].copy(), z.copy())


def refuse_none(answer: WholeAnswer | None) -> WholeAnswer:
    """Give an answer; ``E-PLN-02`` where there is none."""
    if answer is None:
        raise HaiheError("E-PLN-02")
    return answer
