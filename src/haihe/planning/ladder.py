"""What each group of limits costs: the plan solved again in steps, one group of limits more at each.

The order of the steps is declared (`haihe.planning.assembly.GROUPS`), and it matters: two limits on the same thing share
their cost, and the first one is charged with it. So each step stands beside what the plan would gain if this group alone
were lifted from it; where the two differ, limits work together or stand in for each other.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from haihe.figures import Column, Figure, Table, bars
from haihe.figures.workbook import InSheets
from haihe.messages import Progress, Text
from haihe.planning.assembly import GROUPS, PROJECTS, Grip
from haihe.planning.control import Control
from haihe.planning.outcome import Outcome
from haihe.planning.solver import Session, Solution
from haihe.planning.views import YI, YI_PER_BN, PlanViews

GOALS = "goals"
STEPS: Mapping[object, Text] = {
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
    plan : Outcome
        The plan at the top of the ladder.
    steps : DataFrame
        One row a group that the plan has: group, rows (how many limits), added (welfare lost by adding it to all before,
        discounted bn yuan), cost (lost so far), alone (welfare that lifting it alone from the whole plan brings back, less
        where projects are taken away; missing where not asked for), method, seconds. ``added`` adds up to what the limits
        cost less what projects and goals bring.
    """

    plan: Outcome
    steps: pd.DataFrame

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
    plan: Outcome, *, alone: bool = True, control: Control | None = None, progress: Progress | None = None
) -> Ladder:
    """Solve a plan again in steps, one group of limits more at each.

    One program, its bounds lifted and put back in place; each step starts from the basis of the one before.

    Parameters
    ----------
    plan : Outcome
        A solved plan.
    alone : bool
        Lift each group alone from the whole plan, too: one more solve a group.
    control : Control, optional
        Time limit, cancel and progress of every solve.
    progress : callable, optional
        Called with a `Text` before each solve.

    Returns
    -------
    Ladder

    Raises
    ------
    HaiheError
        As `haihe.planning.solver.Session.solve`.
    """
    climb = _Climb(plan, control, progress)
    groups = [group for group in GROUPS if climb.rows(group) or (group == PROJECTS and plan.model.projects)]
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

    def __init__(self, plan: Outcome, control: Control | None, progress: Progress | None) -> None:
        self.plan, self.say = plan, progress or (lambda _: None)
        self.session = Session(plan.model.program, control)
        self.grip = Grip(self.session, plan.assembly)

    def rows(self, group: str) -> int:
        """Number of limits in a group."""
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
        self.grip.lift(group)
        if group == PROJECTS:
            self.grip.hold_projects()
        found = self.session.solve()
        self._put(group)
        if basis is not None:
            self.session.set_basis(basis)
        return full.objective - found.objective

    def _put(self, group: str) -> None:
        self.grip.restore(group)
        if group == PROJECTS:
            self.grip.free_projects()
