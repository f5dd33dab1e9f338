"""Edits of projects and their money in a solved program, in place: budgets, room, a project forced in or out."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from haihe.messages import HaiheError
from haihe.planning.economy import Economy
from haihe.planning.money import Fiscal, Money, MoneySpec
from haihe.planning.program import Floats
from haihe.planning.project_results import budgets_table
from haihe.planning.projects import YI, Projects, gain_of
from haihe.planning.solver import Session
from haihe.planning.wedges import Wedges


def set_money(session: Session, money: Money, spec: MoneySpec) -> None:
    """Set budgets, promises, money for matching, debt, suspended payments and credit as another spec says; in place.

    The spec must know the same budgets and districts as the one that the program was built with, and know of each what
    that one knew.
    """
    fiscal: Fiscal = money.fiscal
    spaces = fiscal.spaces
    session.set_row_bounds(money.budget.index, -np.inf, spec.budget - spec.promised)
    session.set_row_bounds(fiscal.matching.index, -np.inf, spec.matching[spaces])
    session.set_row_bounds(fiscal.debt.index, -np.inf, spec.over_years(spec.borrowing)[spaces])
    session.set_row_bounds(fiscal.limit.index, -np.inf, spec.over_years(spec.advance)[spaces])
    session.set_row_bounds(money.credit.index, -np.inf, spec.credit[money.lent])


def set_room(session: Session, projects: Projects, room: Floats) -> None:
    """Set what sites have for new projects, shape (S, U, Y), for the resources that were limited before; in place."""
    limited = projects.limited
    session.set_row_bounds(projects.room.index, -np.inf, room[limited[:, 0], limited[:, 1]] / projects.scale[:, None])


def force(session: Session, projects: Projects, project: str, built: bool | None) -> None:
    """Force a project in (at some site and start), or out, or leave it to the plan again; in place.

    Raises
    ------
    HaiheError
        ``E-PLN-47`` for a project that there is not.
    """
    spec = projects.spec
    if project not in spec.projects:
        raise HaiheError("E-PLN-47", value=project, near=", ".join(spec.projects[:5]))
    p = spec.projects.index(project)
    free = -np.inf if not spec.committed[p] else 1.0
    low, high = {True: (1.0, 1.0), False: (-np.inf, 0.0), None: (free, 1.0)}[built]
    session.set_row_bounds(projects.once.index[p : p + 1], low, high)


def hold_reference(session: Session, projects: Projects, money: Money | None = None) -> None:
    """Take every candidate out and leave what is in the reference path as it is, with no limit on it; in place.

    The objective then is that of the plan without projects: what projects are worth is measured against it.
    """
    own = projects.spec.reference.astype(np.float64)
    session.set_column_bounds(projects.choice.index, own, own)
    session.set_row_bounds(projects.room.index, -np.inf, np.inf)
    if money is not None:
        for block in (money.budget, money.fiscal.matching, money.fiscal.debt, money.fiscal.limit, money.credit):
            session.set_row_bounds(block.index, -np.inf, np.inf)


def release(session: Session, projects: Projects, money: Money | None = None) -> None:
    """Undo `hold_reference`: the choice is free again within everything that limits it; in place."""
    upper = np.where(projects.spec.short[projects.spec.project], 0.0, 1.0)
    session.set_column_bounds(projects.choice.index, 0.0, upper)
    set_room(session, projects, projects.spec.room)
    if money is not None:
        set_money(session, money, money.spec)


def set_barrier(session: Session, projects: Projects, economy: Economy, wedges: Wedges, barrier: float) -> None:
    """Let projects pay another share of their sector's wedge; in place. Results that read the program's costs do not follow."""
    spec = replace(projects.spec, barrier=barrier)
    gain, cost = gain_of(spec, economy, wedges), session.arrays.cost.copy()
    cost[projects.choice.index] = -gain
    cost[projects.reference.index] = gain[spec.reference].sum()
    session.set_costs(cost)


def budgets_band(
    session: Session, money: Money, economy: Economy, wedges: Wedges, barriers: Sequence[float] = (0.0, 0.5, 1.0)
) -> pd.DataFrame:
    """Budgets with the band of their price over what nobody can know: which share of the wedge projects pay.

    The session is left with the share of the spec.

    Parameters
    ----------
    session : Session
        A session on the program that holds the money, with the limits of the plan in place.
    money : Money
    economy : Economy
    wedges : Wedges
    barriers : sequence of float
        Shares to try; that of the spec is always among them.

    Returns
    -------
    DataFrame
        As `haihe.planning.project_results.budgets_table`, with ``low`` and ``high`` after ``price``.
    """
    projects, found = money.projects, []
    own = projects.spec.barrier
    for barrier in (*(share for share in barriers if share != own), own):
        set_barrier(session, projects, economy, wedges, barrier)
        found.append(budgets_table(economy.assumptions, money, session.solve()))
    frame, prices = found[-1], np.array([table["price"] for table in found])
    at = list(frame.columns).index("price")
    frame.insert(at + 1, "low", np.fmin.reduce(prices))
    frame.insert(at + 2, "high", np.fmax.reduce(prices))
    return frame


def more_budget(
    session: Session, money: Money, fund: str, region: str, amounts: Sequence[float], years: Sequence[int] | None = None
) -> pd.DataFrame:
    """What more of a budget is worth, found by solving again: a price holds for a small change only.

    The session is left with its budgets as they were in ``money.spec``.

    Parameters
    ----------
    session : Session
        A session on the program that holds the money, with the limits of the plan in place.
    money : Money
    fund, region : str
        The budget, by fund and payer.
    amounts : sequence of float
        How much more a year, 亿元; negative for less.
    years : sequence of int, optional
        Years in which; all where not given.

    Returns
    -------
    DataFrame
        ``more`` (a year), ``in_all`` (over the years), ``gain`` (welfare, discounted), ``per_yuan`` (gain over in_all),
        all but the last in 亿元.

    Raises
    ------
    HaiheError
        ``E-PLN-48`` for a budget that the plan does not know.
    """
    spec = money.spec
    if (fund, region) not in spec.budgets:
        raise HaiheError("E-PLN-48", value=f"{fund}, {region}", near="; ".join(spec.payers[:5]))
    place = spec.budgets.index((fund, region))
    when = np.isin(spec.years, spec.years if years is None else years)
    set_money(session, money, spec)
    base, rows = session.solve().objective, []
    for more in amounts:
        budget = spec.budget.copy()
        budget[place] = np.maximum(budget[place] + more * when, spec.promised[place])
        set_money(session, money, replace(spec, budget=budget))
        in_all = float((budget - spec.budget)[place].sum())
        rows.append((more, in_all, (base - session.solve().objective) / YI))
    set_money(session, money, spec)
    frame = pd.DataFrame(rows, columns=["more", "in_all", "gain"])
    return frame.assign(per_yuan=frame["gain"] / frame["in_all"].where(frame["in_all"] != 0), unit="亿元")
