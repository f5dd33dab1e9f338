"""What each group of limits costs: the plan solved again in steps, one group of limits more at each.

The order of the steps is declared (`haihe.planning.assembly.GROUPS`): decisions that the plan holds come first, and
projects last, or first where the limits can only be met with them. It matters: two limits on the same thing share
their cost, and the first one is charged with it. So each step stands beside what the plan would gain if this group alone
were lifted from it; where the two differ, limits work together or stand in for each other.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from haihe.figures import Column, Figure, Table, bars
from haihe.figures.workbook import InSheets
from haihe.messages import HaiheError, Progress, Text
from haihe.planning.assembly import GROUPS, PROJECTS, Grip
from haihe.planning.control import Control
from haihe.planning.plans import Plan
from haihe.planning.solver import Session, Solution
from haihe.planning.views import YI, YI_PER_BN, PlanViews

DECIDED, GOALS = "decided", "goals"
ONLY_WITH_PROJECTS = "N-PLN-83"
STEPS: Mapping[object, Text] = {
    DECIDED: Text("已经决定、不再改动的事", "Decisions that are held"),
    "caps": Text("上限（碳等）", "Caps (carbon and others)"),
    "resources": Text("要素拥有量", "Endowments of resources"),
    "links": Text("港口与通道能力", "Capacity of ports and links"),
    "conduct": Text("产能置换与增速护栏", "Capacity replacement and growth guard"),
    "limits": Text("对指标的限制与目标", "Limits on indicators, and targets"),
    PROJECTS: Text("候选项目及其资金", "Candidate projects and their money"),
    GOALS: Text("福利之外的目标", "Goals beside welfare"),
}
"""What each step adds; projects bring something, so their cost is negative."""
WAYS: Mapping[str, Text] = {
    "added": Text("逐步加上时的代价", "Cost when added step by step"),
    "alone": Text("只去掉这一组可挽回", "Saved by lifting it alone"),
}
ORDER_NOTE = Text(
    "次序是约定的：先加上的一组承担与后面各组共有的代价；“只去掉这一组”不受次序影响。负数表示增加福利。",
    "The order is a convention: a group added first bears what it shares with later ones; lifting a group alone depends on "
    "no order. A negative cost adds to welfare.",
)


@dataclass(frozen=True)
class Ladder(InSheets):
    """The steps from an economy without limits to a plan.

    Attributes
    ----------
    plan : Plan
        The plan at the top of the ladder.
    steps : DataFrame
        One row a group that the plan has: group, rows (how many limits, decisions or goals), added (welfare lost by adding
        it to all before, discounted bn yuan), cost (lost so far), alone (welfare that lifting it alone from the whole plan
        brings back, less where projects are taken away; missing where not asked for, and where nothing is feasible then),
        method, seconds. ``added`` adds up to what the limits
        cost less what projects and goals bring.
    """

    plan: Plan
    steps: pd.DataFrame

    def __repr__(self) -> str:
        each = ", ".join(f"{row.group} {row.added:+.1f}" for row in self.steps.itertuples())
        return f"Ladder: {each} bn yuan of discounted welfare lost"

    @property
    def table(self) -> Table:
        """The steps as a table."""
        money = {name: self.steps[name] * YI_PER_BN for name in ("added", "cost", "alone")}
        amount = [Column(name, title, unit=YI, digits=1, signed=True) for name, title in WAYS.items()]
        columns = [
            Column("group", Text("加上哪一组", "Group added"), labels=STEPS),
            Column("rows", Text("限制条数", "Limits"), digits=0),
            amount[0],
            Column("cost", Text("至此累计", "So far"), unit=YI, digits=1),
            amount[1],
        ]
        title = Text("限制的阶梯：每一组值多少", "The ladder of limits: what each group costs")
        return PlanViews(self.plan).table("plan-ladder", title, self.steps.assign(**money), columns, ORDER_NOTE)

    @property
    def tables(self) -> dict[str, Table]:
        """Tables for reading, by key."""
        return {"plan-ladder": self.table}

    @property
    def figures(self) -> dict[str, Figure]:
        """Figures by key: both costs of every group."""
        ways = [way for way in WAYS if self.steps[way].notna().any()]
        long = self.steps.melt("group", ways, "way", "welfare").assign(amount=lambda f: f["welfare"] * YI_PER_BN)
        table = PlanViews(self.plan).table(
            "plan-ladder-figure",
            Text("每一组限制值多少（贴现累计）", "What each group of limits costs (discounted total)"),
            long,
            [
                Column("group", Text("限制", "Limits"), labels=STEPS),
                Column("way", Text("算法", "Way"), labels=WAYS),
                Column("amount", Text("代价", "Cost"), unit=YI, digits=1, signed=True),
            ],
            ORDER_NOTE,
        )
        return {"plan-ladder-figure": bars(table, "group", "amount", by="way")}


def ladder(
    plan: Plan, *, alone: bool = True, control: Control | None = None, progress: Progress | None = None
) -> Ladder:
    """Solve a plan again in steps, one group of limits more at each.

    One program, its bounds lifted and put back in place; each step starts from the basis of the one before.

    Parameters
    ----------
    plan : Plan
        A solved plan; the decisions that it holds are a step of their own.
    alone : bool
        Lift each group alone from the whole plan, too: one more solve a group.
    control : Control, optional
        Time limit, cancel and progress of every solve.
    progress : callable, optional
        Called with a `Text` before each solve.

    Returns
    -------
    Ladder
        What each group of limits costs.

    Raises
    ------
    HaiheError
        As `haihe.planning.solver.Session.solve`.
    """
    climb = _Climb(plan, control, progress)
    groups = climb.groups()
    before = climb.free()
    rows, steps = [], list[Solution]()
    for group in groups:
        steps.append(climb.add(group))
        rows.append((group, climb.rows(group), steps[-1].objective - before.objective, steps[-1].method))
        before = steps[-1]
    top = climb.session.basis()
    saved = [climb.without(group, before, top) if alone else float("nan") for group in groups]
    frame = pd.DataFrame(rows, columns=["group", "rows", "added", "method"])
    frame = frame.assign(alone=saved, seconds=[step.seconds for step in steps])
    if not plan.goals.empty:
        left = plan.solution.objective - before.objective
        goal = {"group": GOALS, "rows": len(plan.goals), "added": left, "method": plan.solution.method}
        frame = pd.concat([frame, pd.DataFrame([goal])], ignore_index=True)
    frame = frame.assign(cost=frame["added"].cumsum())
    return Ladder(plan, frame[["group", "rows", "added", "cost", "alone", "method", "seconds"]])


class _Climb:
    """One session on a plan's program, whose groups of limits are put in and taken out."""

    def __init__(self, plan: Plan, control: Control | None, progress: Progress | None) -> None:
        self.plan, self.decided, self.say = plan, plan.asked.decided, progress or (lambda _: None)
        self.session = Session(plan.model.program, control)
        self.grip = Grip(self.session, plan.assembly)
        self.held: set[str] = set()

    def groups(self) -> list[str]:
        """Groups that the plan has, in the order of the steps; every step is less than the plan and has a solution."""
        groups = [group for group in GROUPS if self.rows(group) or (group == PROJECTS and self.plan.model.projects)]
        first = [] if self.decided is None else [DECIDED]
        if PROJECTS in groups and any(f.code == ONLY_WITH_PROJECTS for f in self.plan.findings):
            return [PROJECTS, *first, *(group for group in groups if group != PROJECTS)]
        return [*first, *groups]

    def rows(self, group: str) -> int:
        """Number of limits in a group, or of decisions that are held."""
        if group == DECIDED:
            return 0 if self.decided is None else len(self.decided.table)
        return sum(block.size for block in self.plan.assembly.policies(group))

    def free(self) -> Solution:
        """Solve without limits, with no project but those of the reference path."""
        self.say(Text("阶梯：无限制", "ladder: without limits"))
        self.grip.lift()
        self.grip.hold_projects()
        return self.session.solve()

    def add(self, group: str) -> Solution:
        """Put a group in and solve."""
        self.say(Text(f"阶梯：加上{STEPS[group].zh}", f"ladder: adding {STEPS[group].en}"))
        self._put(group)
        return self.session.solve()

    def without(self, group: str, full: Solution, basis: object | None) -> float:
        """Welfare that lifting one group alone brings, discounted bn yuan; everything is put back."""
        self.say(Text(f"阶梯：只去掉{STEPS[group].zh}", f"ladder: without {STEPS[group].en}"))
        self._take(group)
        try:
            objective = self.session.solve().objective
        except HaiheError as error:
            if error.code != "E-PLN-02":
                raise
            objective = np.nan
        self._put(group)
        if basis is not None:
            self.session.set_basis(basis)
        return full.objective - objective

    def _put(self, group: str) -> None:
        self.held.add(group)
        self.grip.restore(group)
        if group == PROJECTS:
            self.grip.free_projects()
        self._decide()

    def _take(self, group: str) -> None:
        self.held.discard(group)
        self.grip.lift(group)
        if group == DECIDED:
            self._free_columns()
        if group == PROJECTS:
            self.grip.hold_projects()
        self._decide()

    def _free_columns(self) -> None:
        """Put the bounds of every column back as they were built."""
        built = self.grip.built
        self.session.set_column_bounds(np.arange(built.lower.size), built.lower, built.upper)
        if PROJECTS not in self.held:
            self.grip.hold_projects()

    def _decide(self) -> None:
        """Hold what was decided: as it was with projects where projects are in, else as it was without them."""
        if self.decided is not None and DECIDED in self.held:
            self.decided.hold(self.session, self.plan.model, projects=PROJECTS in self.held)
