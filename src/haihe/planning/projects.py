r"""Projects: candidate investments with sites and start years, chosen in the same plan as everything else.

An option is a project at a site with a start year; z of it in [0, 1] says how much of it is chosen. What a project
changes is a difference to the reference path, like everything in the plan:

- Its capacity q enters the stock of its sector and member when it is complete, part of a milestone counting in
  proportion, and wears like the sector's own capacity. It is worth what the capacity earns at the plan's prices.
- Its own investment, and not the sector's capital per output, is bought on the product market over the years of
  construction and there crowds out what else would be bought.
- It does not pay the sector's wedge tau. tau stands for what an *average* unit of the sector's capacity costs beyond
  its capital; a listed project has its own costs listed. `barrier` charges a share of tau for those who want to see it.
- What is built anyway, and what has been started, is already part of the reference path: there z counts as a deviation
  from 1, so that no capacity counts twice. That the owner builds it without help shows that it pays for the owner;
  where the sector's rent says otherwise, a hurdle of the project's own makes up the difference, so that the reference
  stays the optimum (as the wedges do for sectors).

See docs/explanation/money.md and docs/decisions on projects and wedges.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from haihe.messages import Findings, Quality, Text, worst_quality
from haihe.planning.assumptions import Assumptions
from haihe.planning.economy import Economy
from haihe.planning.program import Block, Floats, Ints, Program
from haihe.planning.wedges import Wedges

YI = 0.1
"""bn yuan in one 亿元; the money of projects is counted in 亿元."""
LEAST_GAIN = 0.05
"""What a project built anyway is worth to its owner at least, and loses by being built otherwise; share of its cost."""

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class ProjectSpec:
    """Candidate projects as arrays: P projects, O options, S sites, U resources, Y calendar years.

    Parameters
    ----------
    projects, sites, resources : tuple of str
        Codes. ``titles`` names the projects, ``units`` the unit of each resource.
    sector : ndarray of int, shape (P,)
        Position of the sector in the economy.
    capacity : ndarray, shape (P,)
        Output a year at capacity, bn yuan.
    jobs : ndarray, shape (P,)
        Persons.
    ownership : tuple of str
        ``state``, ``private``, ``foreign``, ``mixed`` or empty.
    committed, anyway : ndarray of bool, shape (P,)
        Started already, so not chosen; built without support.
    given, award, city, district, need : ndarray, shape (P,)
        Support that the rules give, what of it is paid where the project is built (nothing where it is built anyway),
        the two parts of that, and the least support without which it is not built; 亿元.
    fund : tuple of str
        Fund that the city's part comes from.
    project, site, member, start, done : ndarray of int, shape (O,)
        What an option is: positions of project, site and the member the site lies in, year of start, first year after
        construction.
    investment : ndarray, shape (O,)
        Cost of building there, 亿元.
    reference : ndarray of bool, shape (O,)
        The option that the reference path contains, for committed and anyway projects.
    uses : ndarray, shape (P, U)
        Need of each resource.
    held : ndarray of bool, shape (U,)
        Held from the start of construction (a stock), else used once complete (a flow).
    room : ndarray, shape (S, U, Y)
        What a site has for new projects; ``inf`` where nothing is stated.
    years : tuple of int
        Calendar years in which the resources of sites are counted.
    barrier : float
        Share of the sector's wedge that a project pays; 0 by default, see the module.
    marks : mapping of str to Quality
        Worst quality of each table read.
    findings : Findings
        What was found while reading.
    """

    projects: tuple[str, ...]
    titles: tuple[Text, ...]
    sites: tuple[str, ...]
    resources: tuple[str, ...]
    units: tuple[str, ...]
    sector: Ints
    capacity: Floats
    jobs: Floats
    ownership: tuple[str, ...]
    committed: Flags
    anyway: Flags
    given: Floats
    award: Floats
    city: Floats
    district: Floats
    need: Floats
    fund: tuple[str, ...]
    project: Ints
    site: Ints
    member: Ints
    start: Ints
    done: Ints
    investment: Floats
    reference: Flags
    uses: Floats
    held: Flags
    room: Floats
    years: tuple[int, ...]
    barrier: float = 0.0
    marks: Mapping[str, Quality] = field(default_factory=dict)
    findings: Findings = field(default_factory=Findings)

    @property
    def quality(self) -> Quality:
        """Worst quality of what the projects rest on."""
        return worst_quality(self.marks.values()) or "illustrative"

    @property
    def short(self) -> Flags:
        """Projects that need more support than they can get, and are not started: they are not built; shape (P,)."""
        return np.asarray((self.need > 0) & (self.award <= 0) & ~self.committed)

    @cached_property
    def options(self) -> tuple[str, ...]:
        """Name of each option: project|site|start."""
        parts = zip(self.project, self.site, self.start, strict=True)
        return tuple(f"{self.projects[p]}|{self.sites[s]}|{y}" for p, s, y in parts)


@dataclass(frozen=True, slots=True)
class Projects:
    """Projects in a program.

    ``choice`` holds z of every option and is the only block that is whole where projects are whole; ``reference`` is
    one column fixed at 1 that takes out what the reference path already contains; ``once`` has a row a project, ``room``
    a row a site and resource that is limited, and year; ``limited`` lists them (site, resource) and ``scale`` is what a
    row's activity of 1 stands for in the resource's unit.
    """

    spec: ProjectSpec
    choice: Block
    reference: Block
    once: Block
    room: Block
    limited: Ints
    scale: Floats


@dataclass(frozen=True, slots=True)
class Course:
    """What an option does over the milestones, per unit of capacity and of investment; all (O, T).

    ``added``: capacity that is there from the next milestone on, worn since completion. ``part``: share of the milestone
    in which capacity that was completed within it produces. ``spend``: share of the investment spent a year.
    """

    added: Floats
    part: Floats
    spend: Floats


def course_of(spec: ProjectSpec, assumptions: Assumptions) -> Course:
    r"""Place construction and completion of every option in the milestones.

    With milestone t from y_t to y_{t+1} and completion at d,

    .. math:: \text{added}_t = (1-\delta)^{y_{t+1}-d}\ [y_t < d \le y_{t+1}], \qquad
              \text{part}_t = \frac{y_{t+1}-d}{h_t}\ [y_t < d < y_{t+1}]

    and spend_t is the share of the construction years that fall into the milestone, over h_t.
    """
    h = assumptions.steps
    begin = np.asarray(assumptions.years, dtype=np.float64)
    end = begin + h
    start, done = spec.start[:, None].astype(np.float64), spec.done[:, None].astype(np.float64)
    within = (begin < done) & (done <= end)
    age = np.where(within, end - done, 0.0)
    overlap = np.clip(np.minimum(end, done) - np.maximum(begin, start), 0.0, None)
    return Course(
        added=np.where(within, (1 - assumptions.depreciation) ** age, 0.0),
        part=age / h,
        spend=overlap / (done - start) / h,
    )


def value_of(spec: ProjectSpec, economy: Economy, wedges: Wedges) -> tuple[Floats, Floats, Floats]:
    r"""What each option is worth at the prices of the reference path, discounted bn yuan; three arrays (O,).

    .. math:: v = \sum_t \frac{D_t}{\theta_t} \Bigl(q\,\pi^+_t\, \text{part}_t
              + q\,\frac{\tau_t+\kappa}{h_t}\,\text{added}_t - I\,\text{spend}_t\Bigr)

    theta_t is the trend, by which the project's own amounts are detrended; (tau + kappa) D_t / h_t is the worth of a unit
    of capacity that stands from the next milestone on (see `haihe.planning.wedges`).

    Returns
    -------
    earned : ndarray
        Worth of the capacity.
    spent : ndarray
        Worth of the goods bought.
    after : ndarray
        Part of ``earned`` that lies after the last milestone.
    """
    course, r, j, q = *_where(spec, economy), spec.capacity[spec.project]
    s = economy.assumptions
    weight = s.weights / s.trend
    stock = (wedges.build + economy.kappa[:, :, None])[r, j] / s.steps
    standing = weight * stock * course.added * q[:, None]
    rent = (economy.rent[:, :, None] - wedges.loss)[r, j]
    earned = standing.sum(axis=1) + (weight * rent * course.part).sum(axis=1) * q
    spent = (weight * course.spend).sum(axis=1) * spec.investment * YI
    return earned, spent, standing[:, -1]


def hurdles(spec: ProjectSpec, value: Floats) -> Floats:
    """What is added to the worth of options of projects in the reference path, so that the reference is their best.

    The option of the reference is worth at least `LEAST_GAIN`, and every other option of that project less by as much:
    a price that moves by a per cent does not make an owner give up what pays without help.

    Parameters
    ----------
    spec : ProjectSpec
    value : ndarray, shape (O,)
        Worth at reference prices.

    Returns
    -------
    ndarray, shape (O,)
        0 for projects outside the reference path.
    """
    margin = LEAST_GAIN * spec.investment * YI
    best = np.full(len(spec.projects), np.inf)
    own = spec.reference
    best[spec.project[own]] = np.maximum(value[own], margin[own])
    top = best[spec.project]
    wanted = np.where(own, top, np.minimum(value, top - margin))
    return np.where(np.isfinite(top), wanted - value, 0.0)


def gain_of(spec: ProjectSpec, economy: Economy, wedges: Wedges) -> Floats:
    """What each option adds to the objective beside its effects on rows, discounted bn yuan, shape (O,).

    Its capacity after the last milestone, less the share of the wedge that it pays, and its hurdle where it is in the
    reference path.
    """
    course, r, j = _where(spec, economy)
    earned, spent, after = value_of(spec, economy, wedges)
    s = economy.assumptions
    tau = (s.weights / s.trend * wedges.build[r, j] / s.steps * course.added).sum(axis=1) * spec.capacity[spec.project]
    paid = spec.barrier * tau
    return np.asarray(after - paid + hurdles(spec, earned - spent - paid))


def define_projects(program: Program, economy: Economy, wedges: Wedges, spec: ProjectSpec) -> Projects:
    """Add projects to a plan's program: the choice, what it does to the economy, and the sites' resources.

    The blocks ``stock``, ``within_capacity`` and ``balance`` must be there. Stage by stage, see `define_choice` and
    `enter_effects`; the value of an option at reference prices is that of `value_of`.
    """
    projects = define_choice(program, spec, gain_of(spec, economy, wedges))
    enter_effects(program, economy, projects)
    return projects


def define_choice(program: Program, spec: ProjectSpec, gain: Floats) -> Projects:
    r"""Add the choice: every project at most once, within what each site has for new projects.

    .. math:: \sum_{o \in p} z_o \le 1, \qquad \sum_{o \in s,\ \text{in use in } y} n_{pu} z_o \le \text{room}_{suy}

    A project that has been started is built (= 1) and holds its land and quotas already, so that it does not count
    against what is set aside for new ones. One that needs more support than it can get is not built. A stock is held
    from the start of construction, a flow used from completion. Both are limits that a policy maker set. Unit of the
    second: share of the most that the site has, or that any project needs where that is more.

    Parameters
    ----------
    program : Program
    spec : ProjectSpec
    gain : ndarray, shape (O,)
        What an option adds to welfare beside its effects on other rows, discounted bn yuan.
    """
    committed = spec.committed[spec.project]
    choice = program.columns(
        "project",
        {"option": spec.options},
        upper=np.where(spec.short[spec.project], 0.0, 1.0),
        cost=-gain,
        unit="share",
        title=Text("项目", "projects"),
    )
    reference = program.columns(
        "project_reference",
        {"part": ("reference",)},
        lower=1.0,
        upper=1.0,
        cost=float(gain[spec.reference].sum()),
        unit="share",
        title=Text("基准路径中的项目", "projects in the reference path"),
    )
    once = program.rows(
        "project_once",
        {"project": spec.projects},
        lower=np.where(spec.committed, 1.0, -np.inf),
        upper=1.0,
        unit="share",
        title=Text("每个项目至多一次", "each project at most once"),
    )
    program.enter(once.index[spec.project], choice.index, 1.0)
    limited = np.argwhere(np.isfinite(spec.room).any(axis=2) & _asked(spec, ~committed))
    room = spec.room[limited[:, 0], limited[:, 1]]
    most = np.where(np.isfinite(room), room, 0.0).max(axis=1, initial=0.0)
    scale = np.maximum(most, spec.uses.max(axis=0, initial=0.0)[limited[:, 1]])
    rows = program.rows(
        "project_room",
        {"site_resource": tuple(f"{spec.sites[a]}|{spec.resources[u]}" for a, u in limited), "year": spec.years},
        upper=room / scale[:, None],
        unit="share",
        title=Text("区内要素", "resources of a site"),
        policy=True,
    )
    option, row = np.nonzero(
        (spec.site[:, None] == limited[None, :, 0])
        & ~committed[:, None]
        & (spec.uses[spec.project][:, limited[:, 1]] > 0)
    )
    resource = limited[row, 1]
    since = np.where(spec.held[resource], spec.start[option], spec.done[option])
    amount = spec.uses[spec.project[option], resource] / scale[row]
    using = since[:, None] <= np.asarray(spec.years)
    program.enter(rows.index[row], choice.index[option][:, None], amount[:, None] * using)
    return Projects(spec, choice, reference, once, rows, limited, scale)


def enter_effects(program: Program, economy: Economy, projects: Projects) -> None:
    r"""Enter what projects do to capacity and to the product market, as a deviation from the reference path.

    .. math::

        (1+g_t) k^0_{t+1} = \dots + \sum_o q\,\frac{\text{added}_t}{\theta_t} (z_o - \bar z_o), \qquad
        x^0_t \le k^0_t + \sum_o q\,\frac{\text{part}_t}{\theta_t} (z_o - \bar z_o)

    and the balance of product i bears b_i I spend_t / theta_t (z - z_ref), b being the region's mix of investment goods.
    Capacity that comes after the last milestone stands in the objective instead.
    """
    spec = projects.spec
    course, r, j = _where(spec, economy)
    trend = economy.assumptions.trend
    stock, within, balance = (program.row_blocks[name].index for name in ("stock", "within_capacity", "balance"))
    q = spec.capacity[spec.project][:, None] / trend
    goods = economy.mix[r][:, :, None] * (spec.investment[:, None] * YI * course.spend / trend)[:, None, :]
    own, fixed = spec.reference, projects.reference.index[0]
    for rows, values in (
        (stock[r, j], -(q * course.added)[:, :-1]),
        (within[r, j], -q * course.part),
        (balance[r].reshape(r.size, -1), -goods.reshape(r.size, -1)),
    ):
        program.enter(rows, projects.choice.index[:, None], values)
        program.enter(rows[own], np.full((1, 1), fixed), -values[own])


def _where(spec: ProjectSpec, economy: Economy) -> tuple[Course, Ints, Ints]:
    """The course, member and sector of every option."""
    return course_of(spec, economy.assumptions), spec.member, spec.sector[spec.project]


def _asked(spec: ProjectSpec, chosen: Flags) -> Flags:
    """Which resource is needed by some option at which site, (S, U)."""
    asked = np.zeros((len(spec.sites), len(spec.resources)), dtype=bool)
    np.logical_or.at(asked, spec.site[chosen], spec.uses[spec.project[chosen]] > 0)
    return asked
