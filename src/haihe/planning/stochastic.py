r"""One choice of projects for several scenarios: the small exact model with the economy of every scenario under it.

Each scenario s has an economy of its own, whose cost E_s(z) is convex in the choice z; every plan solved leaves a cut under
it (`haihe.planning.choosing`). The model below holds the projects, sites, money and ties of every scenario exactly, a
column theta_s for its economy, and one row a cut:

.. math:: c_s = \theta_s + \text{fees and what is owed}_s, \qquad \theta_s \ge E_s(z_k) + g_{sk} (z_s - z_k)

and minimises a measure of the c_s (`haihe.planning.risk`). Options that are decided now have the same z in all scenarios;
later ones may differ. Whatever has been solved so far, its optimum is a bound that no choice can beat: this is the L-shaped
method of Van Slyke and Wets (1969) with a cut for every scenario (Birge and Louveaux 1988), and whole first stages.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from haihe.messages import HaiheError, Text
from haihe.planning.assembly import Grip
from haihe.planning.choosing import Candidates, Choosing, Cut, Valuer
from haihe.planning.control import Control
from haihe.planning.marks import mark_of
from haihe.planning.program import Block, Floats, Ints, Program
from haihe.planning.risk import Risk, define_risk
from haihe.planning.solver import Solution
from haihe.planning.staged import Task
from haihe.planning.whole import EXACT, QUICK, WholeAnswer, WholeSession

NONE = "E-PLN-02"
SAID = ("marks", "findings", "titles", "title", "quality")
"""Fields that say something about the numbers beside them."""


@dataclass(eq=False)
class Scene:
    """One scenario: its small model, its economy, and what has been learnt about it.

    Costs are those of limits less what projects add, discounted bn yuan: what the plan costs more than the scenario's own
    economy without limits and without chosen projects.

    Attributes
    ----------
    name : str
    candidates : Candidates
        Without cuts.
    valuer : Valuer
    level : float
        Objective of the economy without limits.
    cuts : list of Cut
    known : dict
        Cost of every whole choice that was tried, infinite for one that is not possible.
    barred : list of ndarray
        Choices that the economy cannot bear.
    """

    name: str
    candidates: Candidates
    valuer: Valuer
    level: float = 0.0
    cuts: list[Cut] = field(default_factory=list)
    known: dict[bytes, float] = field(default_factory=dict)
    barred: list[Floats] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.small: Choosing = replace(self.candidates, cuts=()).model(self.valuer.session.control)
        c = self.candidates
        self.mark = mark_of(c.assumptions, c.projects, c.money, c.ties, but=SAID)

    @property
    def options(self) -> tuple[str, ...]:
        """Labels of the options."""
        return tuple(self.candidates.projects.options)

    @property
    def reference(self) -> Floats:
        """The choice that the reference path contains."""
        return self.candidates.projects.reference.astype(np.float64)

    @property
    def least(self) -> tuple[float, Floats]:
        """The least cost among the whole choices tried, and the choice; infinite where none is possible."""
        key = min(self.known, key=self.known.__getitem__)
        return self.known[key], np.frombuffer(key)

    def learn(self, z: Floats) -> float:
        """Solve the economy with a choice, which may be in parts, and keep its cut; infinite where it cannot bear it."""
        try:
            cut = self.valuer.cut(z)
        except HaiheError as error:
            if error.code != NONE:
                raise
            return np.inf
        self.cuts.append(cut)
        return cut.cost - self.level

    def cost(self, z: Floats) -> float:
        """Cost of a whole choice, money included; infinite where it is not possible."""
        key = z.tobytes()
        if key not in self.known:
            self.known[key] = self._cost(z)
        return self.known[key]

    def _cost(self, z: Floats) -> float:
        small = self.small
        small.hold(z)
        try:
            money = small.session.solve(method="simplex").objective
        except HaiheError as error:
            if error.code != NONE:
                raise
            return np.inf
        finally:
            small.free()
        cost = self.learn(z)
        if not np.isfinite(cost):
            self.barred.append(z)
        return cost + money

    def begin(self) -> None:
        """Learn a first cut: at the reference choice, or where the economy cannot bear it at one in parts.

        Raises
        ------
        HaiheError
            ``E-PLN-107`` where there is none.
        """
        if self.cuts or np.isfinite(self.learn(self.reference)):
            return
        choice = self.valuer.projects.choice
        upper = np.where(self.candidates.projects.short[self.candidates.projects.project], 0.0, 1.0)
        self.valuer.session.set_column_bounds(choice.index, 0.0, upper)
        try:
            z = np.clip(self.valuer.session.solve(method="ipx").value(choice), 0.0, upper)
        except HaiheError as error:
            if error.code != NONE:
                raise
            raise HaiheError("E-PLN-107", value=self.name) from error
        if not np.isfinite(self.learn(z)):
            raise HaiheError("E-PLN-107", value=self.name)


def scene_of(name: str, task: Task, control: Control | None = None) -> Scene:
    """Set up a scenario, and solve its economy without limits.

    Raises
    ------
    HaiheError
        ``E-PLN-93`` without projects, and as of every solve.
    """
    assembly = task.assembly(money=False)
    valuer = Valuer(assembly.model, control)
    grip = Grip(valuer.session, assembly)
    grip.lift()
    grip.hold_projects()
    level = valuer.session.solve().objective
    grip.restore()
    return Scene(name, task.candidates, valuer, level)


class Joint:
    """The small models of several scenarios in one program, with the options that are decided now tied together.

    Parameters
    ----------
    scenes : sequence of Scene
        Each with at least one cut.
    risk : Risk
    now : ndarray of bool, shape (O,)
        Options that are decided now: the same in all scenarios.
    fixed : ndarray, shape (O,), optional
        Choice at which the options that are decided now are held.
    control : Control, optional
    """

    def __init__(
        self,
        scenes: Sequence[Scene],
        risk: Risk,
        now: "np.ndarray[tuple[int], np.dtype[np.bool_]]",
        *,
        fixed: Floats | None = None,
        control: Control | None = None,
    ) -> None:
        self.scenes, self.program = list(scenes), Program()
        self.part = _parts(scenes, now)
        self.choices: list[Ints] = []
        whole: list[Ints] = []
        money = []
        for at in range(max(self.part) + 1):
            small = scenes[self.part.index(at)].small
            columns, cost = _enter_small(self.program, f"part{at}", small)
            self.choices.append(columns[small.projects.choice.index])
            whole.append(columns[small.session.whole])
            money.append(cost)
        names = tuple(scene.name for scene in scenes)
        costs = self._define_costs(names, money)
        self._define_cuts(names)
        self._bar()
        self._tie(now)
        define_risk(self.program, risk, costs, names)
        self.session = WholeSession(self.program, np.concatenate(whole), control, QUICK)
        if fixed is not None:
            held = self.choices[0][now]
            self.session.set_column_bounds(held, fixed[now], fixed[now])

    def solve(self, gap: float = EXACT) -> WholeAnswer | None:
        """Choose; None where no whole choice satisfies every row."""
        return self.session.solve_whole(gap=gap)

    def in_parts(self) -> Solution:
        """Choose with projects in parts."""
        return self.session.solve(method="simplex")

    def choice(self, answer: WholeAnswer | Solution) -> list[Floats]:
        """Choice of every scenario, each of shape (O,)."""
        return [np.clip(answer.x[self.choices[part]], 0.0, 1.0) for part in self.part]

    def _define_costs(self, names: tuple[str, ...], money: list[Block]) -> Block:
        """c_s = theta_s + money, relative to the scenario's level."""
        program = self.program
        dims = {"scenario": names}
        free = {"lower": -np.inf, "unit": "bn yuan"}
        costs = program.columns("cost", dims, title=Text("代价", "cost"), **free)  # type: ignore[arg-type]
        self.economy = program.columns("economy", dims, title=Text("经济", "the economy"), **free)  # type: ignore[arg-type]
        rows = program.rows("cost", dims, lower=0.0, upper=0.0, unit="bn yuan", title=Text("代价", "cost"))
        for columns, value in ((costs.index, 1.0), (self.economy.index, -1.0)):
            program.enter(rows.index, columns, value)
        program.enter(rows.index, np.array([money[part].index[0] for part in self.part]), -1.0)
        return costs

    def _define_cuts(self, names: tuple[str, ...]) -> None:
        r"""\theta_s - g z >= E_k - g z_k - level, one row a cut."""
        for at, scene in enumerate(self.scenes):
            slopes = np.stack([cut.slope for cut in scene.cuts])
            heights = np.array([cut.of(np.zeros_like(cut.at)) for cut in scene.cuts]) - scene.level
            rows = self.program.rows(
                f"cut|{names[at]}",
                {"cut": tuple(range(len(heights)))},
                lower=heights,
                unit="bn yuan",
                title=Text("割平面", "cuts"),
            )
            self.program.enter(rows.index, self.economy.index[at], 1.0)
            self.program.enter(rows.index[:, None], self.choices[self.part[at]], -slopes)

    def _bar(self) -> None:
        """Leave out choices that an economy cannot bear, one by one."""
        for at, scene in enumerate(self.scenes):
            if not scene.barred:
                continue
            z = np.stack(scene.barred)
            rows = self.program.rows(
                f"barred|{scene.name}",
                {"choice": tuple(range(len(z)))},
                upper=z.sum(axis=1) - 1.0,
                unit="share",
                title=Text("不可行的选择", "choices that are not possible"),
            )
            self.program.enter(rows.index[:, None], self.choices[self.part[at]], 2.0 * z - 1.0)

    def _tie(self, now: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> None:
        """Make what is decided now the same in all parts."""
        first, own = self.choices[0][now], np.flatnonzero(now)
        for at, other in enumerate(self.choices[1:], start=1):
            rows = self.program.rows(
                f"same|{at}",
                {"option": tuple(own.tolist())},
                lower=0.0,
                upper=0.0,
                unit="share",
                title=Text("共同的决定", "decided alike"),
            )
            self.program.enter(rows.index, first, 1.0)
            self.program.enter(rows.index, other[now], -1.0)


def _parts(scenes: Sequence[Scene], now: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> list[int]:
    """Which copy of the small model each scenario has: one for all that have the same where everything is decided now."""
    if not now.all():
        return list(range(len(scenes)))
    marks = list(dict.fromkeys(scene.mark for scene in scenes))
    return [marks.index(scene.mark) for scene in scenes]


def _enter_small(program: Program, name: str, small: Choosing) -> tuple[Ints, Block]:
    """Copy a small model into a program; gives its columns, and one column that holds what its money costs."""
    built = small.built
    columns = program.columns(
        name, {"column": tuple(range(built.cost.size))}, lower=built.lower, upper=built.upper, unit="as built"
    )
    rows = program.rows(
        name, {"row": tuple(range(built.row_lower.size))}, lower=built.row_lower, upper=built.row_upper, unit="as built"
    )
    cells = built.matrix.tocoo()
    program.enter(rows.index[cells.row], columns.index[cells.col], cells.data)
    cost = program.columns(
        f"{name}|money", {"part": ("money",)}, lower=-np.inf, unit="bn yuan", title=Text("资金代价", "cost of money")
    )
    row = program.rows(
        f"{name}|money",
        {"part": ("money",)},
        lower=built.constant,
        upper=built.constant,
        unit="bn yuan",
        title=Text("资金代价", "cost of money"),
    )
    program.enter(row.index, cost.index, 1.0)
    program.enter(np.broadcast_to(row.index, built.cost.shape), columns.index, -built.cost)
    return columns.index, cost
