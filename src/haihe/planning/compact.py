r"""The money of whole projects in few columns: the same limits and the same cost as `haihe.planning.money`.

Reasons take hundreds of solves with projects whole, and what a firm raises makes up most of the columns. None of it is
needed one by one: the support of a project is known, so is what the firm must raise, and without a ceiling on credit it
takes the cheapest money first. With shares l and u of the investment that each kind must and may bear,

.. math:: f_{om} = I_o z_o\, \phi_{om}, \qquad \sum_m \phi_{om} = 1 - \frac{a_p}{I_o}, \quad \ell \le \phi \le u

filled in the order of the fees, so that fees are a cost of z. Only where a district's credit can run short columns say
what is raised at a dearer price instead of at the bank. Support that is paid in the first year allowed needs no column
either: it is what is not paid later. Projects that were started keep theirs, since what is owed to them counts.

The optimum and the choice are those of the whole money, which tests show; who pays what is read from that one.
"""

from dataclasses import dataclass

import numpy as np

from haihe.messages import Text
from haihe.planning.assumptions import Assumptions
from haihe.planning.money import (
    KINDS,
    OWED,
    Fiscal,
    MoneySpec,
    credit_rows,
    define_budgets,
    define_fiscal_space,
    discount_of,
)
from haihe.planning.program import Block, Floats, Ints, Program
from haihe.planning.projects import YI, Flags, Projects, ProjectSpec

BANK = KINDS.index("bank")
ROUNDING = 1e-9
"""Share of an investment up to which money that is missing is rounding."""


@dataclass(frozen=True, slots=True)
class Filled:
    """Money of the firm where it takes the cheapest first, as shares of the investment.

    ``share`` and ``slack`` (what each kind could bear more), shape (O, 3); ``possible``, shape (O,), is False where the
    kinds that it may use do not suffice or those that it must use are too much; ``fees``, shape (O,), is what raising it
    costs, discounted bn yuan.
    """

    share: Floats
    slack: Floats
    possible: Flags
    fees: Floats


@dataclass(frozen=True, slots=True)
class Paid:
    """Which columns pay what, see `haihe.planning.money.Paying`."""

    option: Ints
    year: Ints
    column: Ints
    city: Floats
    district: Floats


@dataclass(frozen=True, slots=True)
class CompactMoney:
    """Money in a program in few columns; ``credit`` (over ``lent``, positions of districts) only where it can run short."""

    spec: MoneySpec
    payments: Paid
    budget: Block
    fiscal: Fiscal
    credit: Block
    lent: Ints


def fill(spec: ProjectSpec, money: MoneySpec, assumptions: Assumptions) -> Filled:
    """Fill what the firm must raise with the cheapest money first; kinds of one price in the order of `KINDS`."""
    size = np.where(spec.investment > 0, spec.investment, 1.0)
    rest = 1.0 - spec.award[spec.project] / size - money.least.sum(axis=1)
    share, left = money.least.copy(), np.clip(rest, 0.0, None)
    order = np.argsort(_order(money), axis=1)
    every = np.arange(share.shape[0])
    for rank in range(len(KINDS)):
        kind = order[:, rank]
        more = np.minimum(left, np.clip(money.most - money.least, 0.0, None)[every, kind])
        share[every, kind] += more
        left -= more
    possible = (rest >= -ROUNDING) & (left <= ROUNDING) & (money.least <= money.most + ROUNDING).all(axis=1)
    weight = discount_of(assumptions, spec.start)
    fees = (money.fee * share).sum(axis=1) * spec.investment * YI * weight
    return Filled(share, np.clip(money.most - share, 0.0, None), np.asarray(possible), fees)


def define_compact_money(
    program: Program, assumptions: Assumptions, projects: Projects, spec: MoneySpec, filled: Filled
) -> CompactMoney:
    r"""Add the money of projects in few columns; the choice bears the fees (`Filled.fees`) already.

    With the first year d in which an option may be paid, l what of its support is paid later, and b what a firm raises at
    a dearer price instead of at the bank,

    .. math::

        s_{od} = a_p z_o - \sum_{y > d} l_{oy} \ge 0, \qquad
        \sum_{o \in n} \phi_{o,\text{bank}} I_o z_o - \sum b_{om} \le \text{credit}_n, \qquad
        b_{om} \le (u_{om} - \phi_{om}) I_o z_o, \quad \sum_m b_{om} \le (\phi_{o,\text{bank}} - \ell_{o,\text{bank}}) I_o z_o

    Budgets and districts' fiscal space are those of `define_budgets` and `define_fiscal_space`. Unit: 亿元. Used where
    projects are chosen whole; the plan itself keeps every payment apart.
    """
    payments = _define_payments(program, projects, spec)
    _refuse_impossible(program, projects, filled)
    budget = define_budgets(program, spec, payments)
    fiscal = define_fiscal_space(program, spec, payments)
    credit, lent = _define_credit(program, assumptions, projects, spec, filled)
    return CompactMoney(spec, payments, budget, fiscal, credit, lent)


def _order(money: MoneySpec) -> Floats:
    """Fees, in which the bank comes last among kinds of one price, so that nothing as cheap could replace it."""
    rank = np.where(np.arange(len(KINDS)) == BANK, 1.0, 0.0)
    return np.asarray(np.lexsort((np.broadcast_to(rank, money.fee.shape), money.fee), axis=1).argsort(axis=1), float)


def _define_payments(program: Program, projects: Projects, spec: MoneySpec) -> Paid:
    """Payments: the first of a new project is its award less what is paid later; started projects have theirs in full."""
    own = projects.spec
    paid = np.flatnonzero(own.award[own.project] > 0)
    started = own.committed[own.project[paid]]
    first = np.maximum(own.done[paid], spec.years[0]) - spec.years[0]
    late = np.where(started, len(spec.years) - first, spec.delay * _limited(projects, spec)[paid])
    row = np.repeat(np.arange(paid.size), late)
    turn = np.arange(row.size) - np.repeat(np.cumsum(late) - late, late)
    year = first[row] + turn + ~started[row]
    options = tuple(own.options[o] for o in paid)
    amount = program.columns(
        "support_late",
        {"payment": tuple(f"{options[k]}|{spec.years[y]}" for k, y in zip(row, year, strict=True))},
        unit="亿元",
        title=Text("财政支持", "public support"),
    )
    names = tuple(name for name, old in zip(options, started, strict=True) if old)
    owed = program.columns(
        "owed", {"option": names}, cost=OWED * YI, unit="亿元", title=Text("拖欠的支持", "support owed")
    )
    due = program.rows(
        "support_due",
        {"option": options},
        lower=np.where(started, 0.0, -np.inf),
        upper=0.0,
        unit="亿元",
        title=Text("应付支持", "support due"),
    )
    program.enter(due.index[row], amount.index, 1.0)
    program.enter(due.index[started], owed.index, 1.0)
    choice, project = projects.choice.index[paid], own.project[paid]
    program.enter(due.index, choice, -own.award[project])
    city, district = (part[project] / own.award[project] for part in (own.city, own.district))
    new, back = ~started, ~started[row]
    return Paid(
        option=np.concatenate([paid[new], paid[row], paid[row][back]]),
        year=np.concatenate([first[new], year, first[row][back]]),
        column=np.concatenate([choice[new], amount.index, amount.index[back]]),
        city=np.concatenate([own.city[project][new], city[row], -city[row][back]]),
        district=np.concatenate([own.district[project][new], district[row], -district[row][back]]),
    )


def _limited(projects: Projects, spec: MoneySpec) -> Flags:
    """Options whose support some budget or district limits, so that it may matter when it is paid; shape (O,)."""
    known = np.asarray(np.isfinite(spec.matching).all(axis=1))
    matched = known[spec.district] & (projects.spec.district[projects.spec.project] > 0)
    return np.asarray((spec.city_budget >= 0) | (spec.district_budget >= 0) | matched)


def _refuse_impossible(program: Program, projects: Projects, filled: Filled) -> None:
    """What cannot be paid for by the kinds of money that it may use is not built."""
    names = tuple(name for name, fine in zip(projects.spec.options, filled.possible, strict=True) if not fine)
    rows = program.rows(
        "money_possible",
        {"option": names},
        upper=0.0,
        unit="share",
        title=Text("资金来源不足", "money does not suffice"),
    )
    program.enter(rows.index, projects.choice.index[~filled.possible], 1.0)


def _define_credit(
    program: Program, assumptions: Assumptions, projects: Projects, spec: MoneySpec, filled: Filled
) -> tuple[Block, Ints]:
    """Credit where all that could be lent in a district is more than its ceiling; what is dearer makes up for the rest."""
    own = projects.spec
    new = ~own.committed[own.project]
    lent_each = filled.share[:, BANK] * own.investment * new
    most = np.zeros((len(spec.districts), len(own.projects)))
    np.maximum.at(most, (spec.district, own.project), lent_each)
    lent: Ints = np.flatnonzero(np.isfinite(spec.credit) & (most.sum(axis=1) > spec.credit))
    rows, within = credit_rows(program, spec, lent)
    short = np.flatnonzero((within >= 0) & new & (lent_each > 0))
    program.enter(rows.index[within[short]], projects.choice.index[short], lent_each[short])
    _define_instead(program, assumptions, projects, spec, filled, rows, within, short)
    return rows, lent


def _define_instead(
    program: Program,
    assumptions: Assumptions,
    projects: Projects,
    spec: MoneySpec,
    filled: Filled,
    credit: Block,
    within: Ints,
    short: Ints,
) -> None:
    """Dearer money in place of the bank's, for the options ``short`` of districts ``within`` whose credit can run short.

    Options of a project in a district that differ in nothing but the year, and not in the year's discount, share a column.
    """
    own, ranks = projects.spec, _order(spec)[short]
    room = (filled.share - spec.least)[short, BANK]
    slack = np.where(ranks > ranks[:, BANK][:, None], np.minimum(filled.slack[short], room[:, None]), 0.0)
    weight = discount_of(assumptions, own.start[short])
    dearer = spec.fee[short] - spec.fee[short, BANK][:, None]
    keys = np.column_stack([within[short], own.project[short], weight, dearer])
    shared, group = np.unique(keys, axis=0, return_inverse=True)
    amount = np.column_stack([slack, np.minimum(slack.sum(axis=1), room)]) * own.investment[short][:, None]
    kinds = tuple(kind for kind in KINDS if kind != KINDS[BANK])
    title, dims = Text("替代银行贷款", "in place of bank credit"), {"part": tuple(range(len(shared)))}
    columns = [k for k in range(len(KINDS)) if k != BANK]
    used = np.zeros((len(shared), len(KINDS)), dtype=bool)
    np.logical_or.at(used, group.ravel(), slack > ROUNDING)
    instead = program.columns(
        "instead_of_bank",
        {**dims, "money": kinds},
        upper=np.where(used[:, columns], np.inf, 0.0),
        cost=(shared[:, 3:] * shared[:, 2:3])[:, columns] * YI,
        unit="亿元",
        title=title,
    )
    program.enter(credit.index[shared[:, 0].astype(np.int64)][:, None], instead.index, -1.0)
    choice = projects.choice.index[short]
    for name, members, most in (
        *((f"instead_{KINDS[k]}", instead.index[:, [n]], amount[:, k]) for n, k in enumerate(columns)),
        ("instead_all", instead.index, amount[:, -1]),
    ):
        bound = np.bincount(group.ravel(), most, len(shared))
        limit = program.rows(name, dims, upper=np.where(bound > 0, 0.0, np.inf), unit="亿元", title=title)
        program.enter(limit.index[:, None], members, 1.0)
        program.enter(limit.index[group.ravel()], choice, -most)
