"""Projects and money to plan in tests, made by hand: no table is read."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from haihe.messages import Text
from haihe.planning import money, projects
from haihe.planning.assumptions import Assumptions
from haihe.planning.model import Model
from haihe.planning.money import Money, MoneySpec
from haihe.planning.program import Floats, Program
from haihe.planning.projects import Projects, ProjectSpec
from haihe.planning.solver import Session, Solution
from plan_cases import Built, Case, synthetic

FIRST, LAST = 2026, 2030
TIMES = Assumptions(first_year=FIRST, last_year=LAST, step=2)


def spec_of(
    n: int = 2,
    *,
    sites: Sequence[Sequence[int]] | None = None,
    starts: int = 1,
    investment: Sequence[float] | float = 1.0,
    capacity: Sequence[float] | float = 0.01,
    sector: Sequence[int] | int = 0,
    build: int = 2,
    award: Sequence[float] | float = 0.0,
    city: float = 0.5,
    need: Sequence[float] | float | None = None,
    committed: Sequence[int] = (),
    anyway: Sequence[int] = (),
    uses: Floats | None = None,
    room: Floats | None = None,
    held: Sequence[bool] | None = None,
    members: Sequence[int] = (0, 0),
    **more: Any,
) -> ProjectSpec:
    """Projects P0, P1, …; site k lies in member ``members[k]``; money in 亿元, capacity in bn yuan."""
    sites = sites or [[0]] * n
    rows = [(p, s, FIRST + k) for p in range(n) for s in sites[p] for k in range(starts)]
    project, site, start = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    cost = np.broadcast_to(np.asarray(investment, dtype=float), n)
    given = np.broadcast_to(np.asarray(award, dtype=float), n).copy()
    flags = np.arange(n)
    known = np.isin(flags, committed), np.isin(flags, anyway)
    entitled = given.copy()
    given[known[1]] = 0.0
    years = tuple(range(FIRST, int(start.max()) + build + 1))
    uses = np.zeros((n, 0)) if uses is None else uses
    shape = (len(members), uses.shape[1], len(years))
    room = np.full(shape, np.inf) if room is None else np.broadcast_to(room[:, :, None], shape).copy()
    first = ~np.array([False, *(project[1:] == project[:-1])])
    return ProjectSpec(
        projects=tuple(f"P{p}" for p in range(n)),
        titles=tuple(Text(f"项目{p}", f"project {p}") for p in range(n)),
        sites=tuple(f"D{s}" for s in range(len(members))),
        resources=tuple(f"R{u}" for u in range(uses.shape[1])),
        units=("亩",) * uses.shape[1],
        sector=np.broadcast_to(np.asarray(sector, dtype=np.int64), n).copy(),
        capacity=np.broadcast_to(np.asarray(capacity, dtype=float), n).copy(),
        jobs=np.full(n, 100.0),
        ownership=("private",) * n,
        committed=known[0],
        anyway=known[1],
        given=entitled,
        award=given,
        city=city * given,
        district=(1 - city) * given,
        need=given if need is None else np.broadcast_to(np.asarray(need, dtype=float), n).copy(),
        fund=("F",) * n,
        project=project,
        site=site,
        member=np.asarray(members, dtype=np.int64)[site],
        start=start,
        done=start + build,
        investment=cost[project].copy(),
        reference=first & (known[0] | known[1])[project],
        uses=uses,
        held=np.ones(uses.shape[1], dtype=bool) if held is None else np.asarray(held, dtype=bool),
        room=room,
        years=years,
        **more,
    )


def money_of(
    spec: ProjectSpec,
    *,
    city: Floats | float = np.inf,
    district: Floats | float = np.inf,
    matching: Floats | float = np.inf,
    advance: float = 0.0,
    borrowing: float = 0.0,
    credit: float = np.inf,
    least: tuple[float, float, float] = (0.2, 0.0, 0.0),
    most: tuple[float, float, float] = (1.0, 1.0, 1.0),
    fee: tuple[float, float, float] = (0.0, 0.005, 0.01),
    delay: int = 0,
) -> MoneySpec:
    """Money for projects: one fund F, paid by C (the city) and by each district D0, D1, …; 亿元 a year."""
    years = tuple(range(FIRST, int(spec.done.max()) + delay + 1))
    districts = spec.sites
    shape = (len(districts), len(years))
    budget = np.vstack([np.broadcast_to(city, (1, len(years))), np.broadcast_to(district, shape)])
    o = spec.project.size
    return MoneySpec(
        years=years,
        budgets=(("F", "C"), *(("F", name) for name in districts)),
        budget=budget,
        promised=np.zeros_like(budget),
        city_budget=np.zeros(o, dtype=np.int64),
        district_budget=spec.site + 1,
        districts=districts,
        district=spec.site,
        matching=np.broadcast_to(np.asarray(matching, dtype=float), shape).copy(),
        advance=np.full(len(districts), advance),
        borrowing=np.full(len(districts), borrowing),
        credit=np.full(len(districts), credit),
        least=np.tile(least, (o, 1)),
        most=np.tile(most, (o, 1)),
        fee=np.tile(fee, (o, 1)),
        delay=delay,
    )


@dataclass(frozen=True)
class Paid:
    """Projects that are worth something given, and the money for them; no economy."""

    projects: Projects
    money: Money
    session: Session

    def solve(self) -> Solution:
        """Solve; simplex, since these programs are tiny."""
        return self.session.solve(method="simplex")

    def chosen(self, s: Solution) -> Floats:
        """Share of each option that is chosen."""
        return s.value(self.projects.choice)


def paid(spec: ProjectSpec, funds: MoneySpec, worth: Sequence[float]) -> Paid:
    """Put projects worth something given (bn yuan an option) and their money into a program of their own."""
    program = Program()
    chosen = projects.define_choice(program, spec, np.asarray(worth, dtype=float))
    found = money.define_money(program, TIMES, chosen, funds)
    return Paid(chosen, found, Session(program))


@dataclass(frozen=True)
class Planned:
    """Projects in an economy."""

    model: Model
    projects: Projects
    money: Money | None
    session: Session

    def solve(self) -> Solution:
        return self.session.solve(method="ipx")


def economy_case(members: int = 2, step: int = 2, seed: int = 0) -> Case:
    """A made-up economy planned from 2026 to 2030."""
    case = synthetic(seed, members=members)
    return replace(case, assumptions=replace(TIMES, step=step, outlook_year=LAST + 4, outlook_step=2))


def planned(built: Built, spec: ProjectSpec, funds: MoneySpec | None = None) -> Planned:
    """Put projects (and their money) into the model of a case."""
    model = built.model
    program = model.program.copy()
    chosen = projects.define_projects(program, model.economy, model.wedges, spec)
    found = None if funds is None else money.define_money(program, model.economy.assumptions, chosen, funds)
    return Planned(model, chosen, found, Session(program))
