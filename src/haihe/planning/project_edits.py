"""Edits of projects and their money in a solved program, in place: budgets, room, a project forced in or out."""

import numpy as np

from haihe.messages import HaiheError
from haihe.planning.money import Fiscal, Money, MoneySpec
from haihe.planning.program import Floats
from haihe.planning.projects import Projects
from haihe.planning.solver import Session


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
