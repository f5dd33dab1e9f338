"""A plan's region, changed a little, planned again: the plan's own solves serve where nothing that they rest on changed.

Where a change touches nothing that the reference path rests on, the plan's solve without limits serves it too, and where
its program has the same form, it is solved from the plan's basis.
"""

from collections.abc import Mapping

from haihe.messages import HaiheError
from haihe.planning.assembly import PROJECTS, Assembly, Grip, assemble
from haihe.planning.assumptions import Assumptions
from haihe.planning.control import Control
from haihe.planning.goals import solve_goals
from haihe.planning.plans import Plan, finished
from haihe.planning.program import Block
from haihe.planning.setup import setup_of
from haihe.planning.solver import Session, Solution
from haihe.region import Region

POLICY = ("limits", "endowments", "links", "transfers", "expansions", "budgets", "finances", "targets")
"""Tables on which the reference path does not rest: where only these change, it stays."""
PATIENCE = 1.5
"""Time that a solve from the plan's basis may take, in times of its cold solve."""


def solve_again(plan: Plan, region: Region, tables: set[str], control: Control | None = None) -> Plan:
    """Plan a changed region as its plan was asked for, from the plan's basis.

    Parameters
    ----------
    plan : Plan
        A solved plan with its basis; the start is the same for every region, so that results do not depend on the order
        in which they are asked for.
    region : Region
        The plan's region, changed.
    tables : set of str
        Tables that changed. Where the reference path does not rest on them, the plan's solve without limits serves.
    control : Control, optional
        Progress and cancel of every solve, and the time limit of those that start cold.

    Raises
    ------
    HaiheError
        ``E-PLN-02`` where there is no feasible plan (what to relax is not looked for), and as
        `haihe.planning.setup.setup_of`.
    """
    asked = plan.asked
    own = plan.model.economy.assumptions
    setup = setup_of(
        region,
        assumptions=Assumptions.of(region) if "parameters" in tables else own,
        path=asked.path,
        pooled=asked.pooled,
        upgrades=asked.upgrades,
        projects=asked.projects,
    )
    assembly = assemble(setup, asked.goals.measures)
    session = Session(assembly.model.program, control)
    grip = Grip(session, assembly)
    near = _same_base(plan, assembly, tables)
    base = plan.base if near else _free(session, grip)
    limited = None
    if setup.projects is not None:
        limited = _without_projects(plan, session, grip, near=near)
        grip.restore(PROJECTS)
        grip.free_projects()
    if asked.decided is not None:
        asked.decided.hold(session, assembly.model, projects=setup.projects is not None)
    solution = session.solve() if limited is not None else _warm(plan, session, near=near)
    reached = solve_goals(session, assembly.indicators, assembly.watches, asked.goals) if asked.goals.measures else None
    limited = solution if setup.projects is None else limited
    return finished(assembly, session, asked, base=base, limited=limited, chosen=solution, reached=reached)


def _same_base(plan: Plan, assembly: Assembly, tables: set[str]) -> bool:
    """Tell whether the plan's solve without limits is the scenario's too: one reference path, and the same columns."""
    mine, other = (p.column_blocks for p in (plan.model.program, assembly.model.program))
    return tables <= set(POLICY) and _places(mine) == _places(other)


def _places(blocks: Mapping[str, Block]) -> list[tuple[object, ...]]:
    """Name, labels and start of every family of columns."""
    return [(name, {dim: tuple(labels) for dim, labels in b.dims.items()}, b.start) for name, b in blocks.items()]


def _without_projects(plan: Plan, session: Session, grip: Grip, *, near: bool) -> Solution | None:
    """Solve the stage before projects; None where the limits can only be met with projects."""
    grip.lift(PROJECTS)
    grip.hold_projects()
    if plan.asked.decided is not None:
        plan.asked.decided.hold(session, grip.assembly.model, projects=False)
    try:
        return _warm(plan, session, near=near)
    except HaiheError as error:
        if error.code != "E-PLN-02":
            raise
        return None


def _free(session: Session, grip: Grip) -> Solution:
    """Solve without limits and put everything back."""
    grip.lift()
    grip.hold_projects()
    base = session.solve()
    grip.restore()
    grip.free_projects()
    return base


def _warm(plan: Plan, session: Session, *, near: bool) -> Solution:
    """Solve from the plan's basis where the program is near and has its form, else cold.

    On other parameters the way from the plan's basis is longer than a cold solve (measured: 1.5 to 1.8 times).
    """
    if not near or plan.basis is None or session.arrays.matrix.shape != plan.model.program.arrays().matrix.shape:
        return session.solve(method="ipx")
    session.set_basis(plan.basis, budget=PATIENCE * plan.limited.seconds)
    return session.solve()
