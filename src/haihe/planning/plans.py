"""The plan: `plan(region)` gives one feasible plan and what it says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from haihe.figures import Figure, Table
from haihe.figures.workbook import InSheets
from haihe.messages import Findings, Progress, Text
from haihe.planning.assembly import BEFORE_PROJECTS, PROJECTS, Grip, assemble
from haihe.planning.assumptions import Assumptions
from haihe.planning.control import Control
from haihe.planning.goals import Goals, solve_goals
from haihe.planning.outcome import Outcome
from haihe.planning.path_inputs import UNIFORM
from haihe.planning.relax import names_of, solve_or_explain
from haihe.planning.setup import setup_of
from haihe.planning.solver import Session
from haihe.planning.views import PlanViews
from haihe.region import Region

BAND = (0.5, 2.0)
"""Factors on every elasticity over which bands are taken."""


@dataclass(frozen=True)
class Plan(InSheets, Outcome):
    """A solved plan: its results as frames (see `Outcome`), and as tables and figures to read.

    Examples
    --------
    >>> import haihe as hh
    >>> p = hh.plan(hh.example("jing-jin-ji"))          # doctest: +SKIP
    >>> p.prices.query("kind == 'cap' and year == 2025")  # doctest: +SKIP
    """

    @cached_property
    def views(self) -> PlanViews:
        """The plan's tables and figures with words, units and sources, see `haihe.planning.views`."""
        return PlanViews(self)

    @property
    def tables(self) -> dict[str, Table]:
        """Tables for reading, by key."""
        return self.views.tables()

    @property
    def figures(self) -> dict[str, Figure]:
        """Figures by key."""
        return self.views.figures()

    def __repr__(self) -> str:
        e, projects = self.model.economy, self.model.projects
        share = 100 * self.loss / self.consumption
        years = e.assumptions.years
        outlook = f", outlook {years[-1]}" if years[-1] > e.assumptions.last_year else ""
        return (
            f"Plan of {', '.join(e.members)}, {e.assumptions.first_year}-{e.assumptions.last_year}{outlook}: "
            f"limits cost {self.loss:.1f} bn yuan ({share:.2f} % of consumption), "
            f"{'' if projects is None else f'projects add {self.gain:.1f}, '}"
            f"solved in {self.solution.seconds:.1f} s, check {self.solution.check.worst:.0e}"
        )


def plan(
    region: Region,
    *,
    goals: Goals | Mapping[str, float] | Sequence[str] | None = None,
    assumptions: Assumptions | None = None,
    path: str = UNIFORM,
    pooled: bool | None = None,
    upgrades: bool = True,
    projects: bool = True,
    band: bool = True,
    control: Control | None = None,
    progress: Progress | None = None,
) -> Plan:
    """Plan the members of a region.

    Parameters
    ----------
    region : Region
        A checked region with accounts; see `haihe.planning.setup.setup_of` for the tables that are read.
    goals : Goals, mapping or sequence, optional
        What to strive for beside welfare: weights by measure, or measures in order; see `haihe.planning.goals.Goals`.
    assumptions : Assumptions, optional
        Those of the table ``parameters`` where not given.
    path : str
        Reference path: ``uniform``, ``shift-share`` or one of the table ``growth_paths``.
    pooled : bool, optional
        Let the members pool every cap (True), or none (False); as the table ``limits`` says where not given.
    upgrades, projects : bool
        Leave the upgraded technologies, or the candidate projects, out when False.
    band : bool
        Solve again with every elasticity halved and doubled, so that prices of limits and the loss carry their band;
        nobody can know the elasticities. Takes about three times as long.
    control : Control, optional
        Time limit, cancel and progress of every solve.
    progress : callable, optional
        Called with a `Text` before each step.

    Returns
    -------
    Plan

    Raises
    ------
    HaiheError
        Where tables cannot be read or the accounts do not balance; ``E-PLN-02`` where the limits cannot all be met, with
        the lists of limits to relax in its findings; ``E-PLN-50`` for goals that make people poor.
    """
    say = progress or (lambda _: None)
    say(Text("校准经济", "calibrating the economy"))
    assumptions = assumptions or Assumptions.of(region)
    setup = setup_of(region, assumptions=assumptions, path=path, pooled=pooled, upgrades=upgrades, projects=projects)
    wanted = Goals.of(goals)
    assembly = assemble(setup, wanted.measures)
    session = Session(assembly.model.program, control)
    grip = Grip(session, assembly)
    say(Text("求解无限制的基准", "solving the economy without limits"))
    grip.lift()
    grip.hold_projects()
    base = session.solve()
    say(Text("求解方案", "solving the plan"))
    trend: dict[object, float] = dict(zip(assumptions.years, assumptions.trend.tolist(), strict=True))
    names = names_of(region)
    solution = limited = base
    if assembly.policies(*BEFORE_PROJECTS):
        grip.restore(*BEFORE_PROJECTS)
        solution = limited = solve_or_explain(session, method="ipx", trend=trend, names=names)
    if setup.projects is not None:
        say(Text("选择项目", "choosing projects"))
        grip.restore(PROJECTS)
        grip.free_projects()
        solution = solve_or_explain(session, trend=trend, names=names)
    reached = solve_goals(session, assembly.indicators, assembly.watches, wanted) if wanted.measures else None
    found = [*setup.findings, *assembly.findings, *session.findings, *base.findings, *solution.findings]
    variants = tuple(
        plan(
            region,
            goals=wanted,
            assumptions=assumptions.scaled(k),
            path=path,
            pooled=pooled,
            upgrades=upgrades,
            projects=projects,
            band=False,
            control=control,
            progress=progress,
        )
        for k in (BAND if band and solution is not base else ())
    )
    more = {} if reached is None else {"goals": reached.table}
    return Plan(
        assembly,
        solution if reached is None else reached.solution,
        limited,
        base,
        Findings(found),
        variants=variants,
        **more,
    )
