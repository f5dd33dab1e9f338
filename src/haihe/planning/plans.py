"""The plan: `plan(region)` gives one feasible plan and what it says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from haihe.figures import Figure, Table
from haihe.figures.workbook import InSheets
from haihe.messages import Finding, Findings, HaiheError, Progress, Text
from haihe.planning.alternatives import WITHIN, Alternatives, alternatives
from haihe.planning.arrays_out import plan_to_xarray
from haihe.planning.assembly import BEFORE_PROJECTS, PROJECTS, Assembly, Grip, assemble
from haihe.planning.assumptions import Assumptions
from haihe.planning.card import Card
from haihe.planning.comparison import Comparison, compare
from haihe.planning.control import Control
from haihe.planning.decided import Decisions
from haihe.planning.gallery import figures_of, tables_of
from haihe.planning.goals import Goals, Reached, solve_goals
from haihe.planning.outcome import Outcome
from haihe.planning.path_inputs import UNIFORM
from haihe.planning.reasons import Reason
from haihe.planning.relax import names_of, solve_or_explain
from haihe.planning.scenarios import scenario as in_force
from haihe.planning.selection import Selection, select
from haihe.planning.setup import setup_of
from haihe.planning.solver import Session, Solution
from haihe.planning.specialisation import check_range, check_specialisation
from haihe.planning.telling import Line, tell
from haihe.planning.views import PlanViews
from haihe.region import Region

BAND = (0.5, 2.0)
"""Factors on every elasticity over which bands are taken."""


@dataclass(frozen=True)
class Asked:
    """What a plan was asked for beside its region and assumptions; see `plan`."""

    goals: Goals = field(default_factory=Goals)
    path: str = UNIFORM
    pooled: bool | None = None
    upgrades: bool = True
    projects: bool = True
    decided: Decisions | None = None
    assumptions: Assumptions | None = None


@dataclass(frozen=True)
class Plan(InSheets, Outcome):
    """A solved plan: its results as frames (see `Outcome`), and as tables and figures to read.

    Parameters
    ----------
    assembly : Assembly
        The program and what it was set up from.
    solution, limited, base : Solution
        The plan; the same without candidate projects; the reference path; see `Outcome`.
    findings : Findings
        What the reader must know about the inputs, such as a limit that was left out.
    goals : DataFrame
        What every goal beside welfare got to; empty without.
    variants : tuple of Outcome
        The same plan with every elasticity halved and doubled, from which bands come; empty where not asked for.
    chosen : Solution, optional
        The plan before its goals beside welfare; None where there are none.
    asked : Asked
        What it was asked for.
    basis : object, optional
        Basis of the last solve, from which plans of the same form are solved again; not kept when a plan is stored.

    Examples
    --------
    >>> import haihe as hh
    >>> p = hh.plan(hh.example("jing-jin-ji"))          # doctest: +SKIP
    >>> p.prices.query("kind == 'cap' and year == 2025")  # doctest: +SKIP
    """

    asked: Asked = field(default_factory=Asked)
    basis: object | None = field(default=None, repr=False, compare=False)

    def __getstate__(self) -> dict[str, Any]:
        return {name: kept for name, kept in self.__dict__.items() if name != "selection"} | {"basis": None}

    @cached_property
    def views(self) -> PlanViews:
        """The plan's tables and figures with words, units and sources, see `haihe.planning.views`."""
        return PlanViews(self)

    @property
    def tables(self) -> dict[str, Table]:
        """Tables for reading, by key."""
        return tables_of(self)

    @property
    def figures(self) -> dict[str, Figure]:
        """Figures by key."""
        return figures_of(self)

    @cached_property
    def lines(self) -> list[Line]:
        """The plan in a few sentences, see `haihe.planning.telling`."""
        return tell(self)

    def compare(self, **others: Outcome) -> Comparison:
        """Put other plans beside this one, by name; see `haihe.planning.comparison.compare`.

        Parameters
        ----------
        **others : Outcome
            Plans by the name they get in the comparison.

        Returns
        -------
        Comparison
            Tables side by side, this plan first.
        """
        return compare({"plan": self, **others})

    def alternatives(self, *, within: float = WITHIN, control: Control | None = None) -> Alternatives:
        """Look at the plans that are almost as good, see `haihe.planning.alternatives.alternatives`.

        Parameters
        ----------
        within : float
            Share of what the limits cost that a plan may lose more.
        control : Control, optional
            Time limit, cancel and progress of every solve.

        Returns
        -------
        Alternatives
            What is settled, what is a toss-up, and a few other plans.
        """
        return alternatives(self, within=within, control=control)

    @cached_property
    def selection(self) -> Selection:
        """Whole projects for the same region and assumptions, chosen once; see `haihe.planning.selection.select`.

        The plan takes projects in parts. What was decided and goals beside welfare are the plan's alone.

        Raises
        ------
        HaiheError
            ``E-PLN-93`` without projects, and as of `haihe.planning.selection.select`.
        """
        asked = self.asked
        return select(
            self.region, assumptions=asked.assumptions, path=asked.path, pooled=asked.pooled, upgrades=asked.upgrades
        )

    def explain(
        self, project: str, *, levers: bool = True, verify: bool = True, control: Control | None = None
    ) -> Reason:
        """Say why a project is built or not when projects come whole.

        The selection is made the first time and kept; arguments and errors as of
        `haihe.planning.selection.Selection.explain`.

        Parameters
        ----------
        project : str
            Code of a project.
        levers : bool
            Look for the smallest changes that would alter the answer, too.
        verify : bool
            Solve again with each change, to show that it does.
        control : Control, optional
            Time limit, cancel and progress of every solve.

        Returns
        -------
        Reason
            The answer in sentences and tables.
        """
        return self.selection.explain(project, levers=levers, verify=verify, control=control)

    def card(self, project: str, *, explain: bool = True, levers: bool = False, control: Control | None = None) -> Card:
        """Make the one-page card of a project, see `haihe.planning.selection.Selection.card`.

        Parameters
        ----------
        project : str
            Code of a project.
        explain : bool
            With the reason why it is built or not.
        levers : bool
            With the smallest changes that would alter that.
        control : Control, optional
            Time limit, cancel and progress of every solve.

        Returns
        -------
        Card
            Facts, years and rivals of the project.
        """
        return self.selection.card(project, explain=explain, levers=levers, control=control)

    def to_xarray(self) -> Any:
        """Give the results as labelled arrays, see `haihe.planning.arrays_out.plan_to_xarray`.

        Returns
        -------
        xarray.Dataset
            Results over region, sector and year, with units as attributes.
        """
        return plan_to_xarray(self)

    def __repr__(self) -> str:
        e, projects = self.model.economy, self.model.projects
        share = 100 * self.loss / self.consumption
        years = e.assumptions.years
        outlook = f", outlook {years[-1]}" if years[-1] > e.assumptions.last_year else ""
        return (
            f"Plan of {', '.join(e.members)}, {e.assumptions.first_year}-{e.assumptions.last_year}{outlook}: "
            f"limits cost {self.loss:.1f} bn yuan ({share:.2f} % of consumption), "
            f"{'' if projects is None else f'projects add {self.brought:.1f}, '}"
            f"{'' if self.goals.empty else f'goals cost {self.given_up:.1f}, '}"
            f"solved in {self.solution.seconds:.1f} s, check {self.solution.check.worst:.0e}"
        )


def plan(
    region: Region,
    *,
    scenario: str | Sequence[str] = (),
    goals: Goals | Mapping[str, float] | Sequence[str] | None = None,
    assumptions: Assumptions | None = None,
    path: str = UNIFORM,
    pooled: bool | None = None,
    upgrades: bool = True,
    projects: bool = True,
    band: bool = True,
    decided: Decisions | None = None,
    control: Control | None = None,
    progress: Progress | None = None,
) -> Plan:
    """Plan the members of a region.

    Parameters
    ----------
    region : Region
        A checked region with accounts; see `haihe.planning.setup.setup_of` for the tables that are read.
    scenario : str or sequence of str
        Scenarios of the table ``scenarios`` to put into force first; see `haihe.planning.scenarios.scenario`.
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
    decided : Decisions, optional
        Decisions to hold, see `haihe.planning.rolling.replan`.
    control : Control, optional
        Time limit, cancel and progress of every solve.
    progress : callable, optional
        Called with a `Text` before each step.

    Returns
    -------
    Plan
        Results as frames, tables and figures.

    Raises
    ------
    HaiheError
        Where tables cannot be read or the accounts do not balance; ``E-PLN-02`` where the limits cannot all be met, with
        the lists of limits to relax in its findings; ``E-PLN-50`` for goals that make people poor.
    """
    say = progress or (lambda _: None)
    if scenario:
        region = in_force(region, scenario)
    asked = Asked(Goals.of(goals), path, pooled, upgrades, projects, decided, assumptions)
    assumptions = assumptions or Assumptions.of(region)
    middle = _solved(region, assumptions, asked, None, control, say)
    if not band or middle.solution is middle.base:
        return middle
    others = tuple(_solved(region, assumptions.scaled(k), asked, middle.base, control, say) for k in BAND)
    return replace(middle, variants=others)


def _solved(
    region: Region,
    assumptions: Assumptions,
    asked: Asked,
    base: Solution | None,
    control: Control | None,
    say: Progress,
) -> Plan:
    """Solve a plan in stages: free, under limits, with projects, for its goals.

    Without limits the optimum is the reference path, whatever the elasticities; so one solve without limits (``base``)
    serves all of them.
    """
    say(Text("校准经济", "calibrating the economy"))
    setup = setup_of(
        region,
        assumptions=assumptions,
        path=asked.path,
        pooled=asked.pooled,
        upgrades=asked.upgrades,
        projects=asked.projects,
    )
    wanted, decided = asked.goals, asked.decided
    assembly = assemble(setup, wanted.measures)
    session = Session(assembly.model.program, control)
    grip = Grip(session, assembly)
    grip.lift()
    grip.hold_projects()
    if base is None:
        say(Text("求解无限制的基准", "solving the economy without limits"))
        base = session.solve()
    say(Text("求解方案", "solving the plan"))
    trend: dict[object, float] = dict(zip(assumptions.years, assumptions.trend.tolist(), strict=True))
    names = names_of(region)
    solution: Solution = base
    limited: Solution | None = base
    if assembly.policies(*BEFORE_PROJECTS) or decided is not None:
        grip.restore(*BEFORE_PROJECTS)
        if decided is not None:
            decided.hold(session, assembly.model, projects=False)
        limited = _without_projects(session) if setup.projects is not None else None
        if setup.projects is None:
            solution = limited = solve_or_explain(session, method="ipx", trend=trend, names=names)
    if setup.projects is not None:
        say(Text("选择项目", "choosing projects"))
        grip.restore(PROJECTS)
        grip.free_projects()
        if decided is not None:
            decided.hold(session, assembly.model, projects=True)
        solution = solve_or_explain(session, method=None if limited else "ipx", trend=trend, names=names)
    reached = solve_goals(session, assembly.indicators, assembly.watches, wanted) if wanted.measures else None
    return finished(assembly, session, asked, base=base, limited=limited, chosen=solution, reached=reached)


def finished(
    assembly: Assembly,
    session: Session,
    asked: Asked,
    *,
    base: Solution,
    limited: Solution | None,
    chosen: Solution,
    reached: Reached | None,
) -> Plan:
    """Make the plan of what its stages gave, with everything that the reader must know about it.

    Parameters
    ----------
    assembly : Assembly
    session : Session
        The session they were solved in.
    asked : Asked
    base, chosen : Solution
        Without any limit, and with limits and projects.
    limited : Solution, optional
        With limits and without projects; None where there is no such plan (``N-PLN-83``).
    reached : Reached, optional
        What the goals beside welfare gave.
    """
    found = [*assembly.setup.findings, *assembly.findings, *session.findings, *base.findings, *chosen.findings]
    if limited is None:
        limited = chosen
        found.append(Finding("N-PLN-83"))
    more: dict[str, Any] = {} if reached is None else {"goals": reached.table, "chosen": chosen}
    solution = chosen if reached is None else reached.solution
    loss = limited.objective - base.objective
    found += [*check_specialisation(assembly.model, solution), *check_range(assembly.model, solution, loss)]
    return Plan(
        assembly, solution, limited, base, Findings(found), asked=asked, basis=session.basis(), **more
    )  # fmt: skip


def _without_projects(session: Session) -> Solution | None:
    """Solve the stage before projects; None where the limits can only be met with projects."""
    try:
        return session.solve(method="ipx")
    except HaiheError as error:
        if error.code != "E-PLN-02":
            raise
        return None
