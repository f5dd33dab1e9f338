r"""Money: who pays for which project in which year, within budgets, districts' fiscal space, debt and credit.

Amounts are 亿元 at the price level of the region's tables, in calendar years; nothing here is detrended, since choices
are shares and every amount is of its own year. Support is paid after completion, city and district together in the
proportion that the rules say. Until it is paid, the firm carries it.

Guidance, not replacement: what is built anyway gets nothing. The award of a project is data (see
`haihe.planning.project_inputs`), so that this holds by construction and is tested.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from haihe.messages import Findings, Quality, Text, worst_quality
from haihe.planning.assumptions import Assumptions
from haihe.planning.program import Block, Floats, Ints, Program
from haihe.planning.projects import YI, Projects

KINDS = ("own", "bank", "private")
"""Money of the firm: own money, bank credit, other private capital."""
LAST_RESORT = 0.001
"""Welfare lost per yuan borrowed, or per yuan and year paid ahead: neither is done where there is money, no more."""
OWED = 1000.0
"""Welfare lost per yuan that stays owed to a project that was started; no price of money, but an order: promises first."""


@dataclass(frozen=True)
class MoneySpec:
    """Who can pay what: B budgets, N districts, Y calendar years; money in 亿元.

    Parameters
    ----------
    years : tuple of int
        Calendar years, the first of the plan to the last in which support may be paid.
    budgets : tuple of (str, str)
        Fund and region that pays. ``budget`` and ``promised``, shape (B, Y): the budget, and what is promised from it to
        others than the candidates.
    city_budget, district_budget : ndarray of int, shape (O,)
        Position of the budgets an option's support comes from; -1 where no budget is known, so that nothing limits it.
    districts : tuple of str
        Districts in which projects may stand; ``district`` gives that of each option, shape (O,).
    matching : ndarray, shape (N, Y)
        Money a district has for matching, all funds together; ``inf`` where not known.
    advance : ndarray, shape (N,)
        How much it may still pay out ahead of its budget (suspended payments): limit less what stands out.
    borrowing : ndarray, shape (N,)
        Debt ceiling less debt.
    credit : ndarray, shape (N,)
        Most bank credit to new projects in the district over the plan; ``inf`` where not known.
    least, most, fee : ndarray, shape (O, 3)
        Shares of the investment that own money, bank credit and private capital must and may bear, and what raising
        them costs.
    delay : int
        Years by which support may be paid after the first year in which the project is complete.
    marks, findings
        As in `haihe.planning.projects.ProjectSpec`.
    """

    years: tuple[int, ...]
    budgets: tuple[tuple[str, str], ...]
    budget: Floats
    promised: Floats
    city_budget: Ints
    district_budget: Ints
    districts: tuple[str, ...]
    district: Ints
    matching: Floats
    advance: Floats
    borrowing: Floats
    credit: Floats
    least: Floats
    most: Floats
    fee: Floats
    delay: int = 1
    marks: Mapping[str, Quality] = field(default_factory=dict)
    findings: Findings = field(default_factory=Findings)

    @property
    def quality(self) -> Quality:
        """Worst quality of what the money rests on."""
        return worst_quality(self.marks.values()) or "illustrative"

    def over_years(self, values: Floats) -> Floats:
        """The same figure of a district in every year, (N, Y)."""
        return np.repeat(values[:, None], len(self.years), axis=1)

    @property
    def payers(self) -> tuple[str, ...]:
        """Name of each budget: fund|region."""
        return tuple("|".join(pair) for pair in self.budgets)


@dataclass(frozen=True, slots=True)
class Payments:
    """Payments of support in a program: one column a payment, that is an option and a year.

    ``option`` and ``year`` are positions, shape (M,); ``paid`` the options that get any, with a row of ``due`` each;
    ``owed`` has a column for each of them that has been started: what stays unpaid in the whole plan.
    ``city`` and ``district`` are the parts of both in a payment, shape (M,).
    """

    option: Ints
    year: Ints
    paid: Ints
    city: Floats
    district: Floats
    amount: Block
    due: Block
    owed: Block

    @property
    def column(self) -> Ints:
        """Position of the column of each payment, shape (M,)."""
        return self.amount.index


class Paying(Protocol):
    """Anything that says which columns pay what: `Payments`, or the fewer columns of `haihe.planning.compact`.

    ``column`` pays in the year ``year`` for the option ``option``; a unit of it costs the city ``city`` and the district
    ``district``, 亿元. All of shape (M,).
    """

    @property
    def option(self) -> Ints:
        """Position of the option paid for."""
        ...

    @property
    def year(self) -> Ints:
        """Position of the year."""
        ...

    @property
    def column(self) -> Ints:
        """Position of the column."""
        ...

    @property
    def city(self) -> Floats:
        """What a unit of the column costs the city, 亿元."""
        ...

    @property
    def district(self) -> Floats:
        """What a unit of the column costs the district, 亿元."""
        ...


@dataclass(frozen=True, slots=True)
class Fiscal:
    """Fiscal space of districts in a program: blocks of dims (district, year) over ``spaces``, positions of districts."""

    spaces: Ints
    matching: Block
    borrowed: Block
    ahead: Block
    debt: Block
    limit: Block


@dataclass(frozen=True, slots=True)
class Money:
    """Money in a program.

    ``firm`` (option, money) is what the firm raises, ``sources`` the rows in which all money makes up the investment;
    ``budget`` (budget, year) and ``credit`` (district, over ``lent``, positions of districts) are limits.
    """

    spec: MoneySpec
    projects: Projects
    payments: Payments
    firm: Block
    sources: Block
    budget: Block
    fiscal: Fiscal
    credit: Block
    lent: Ints


def define_money(program: Program, assumptions: Assumptions, projects: Projects, spec: MoneySpec) -> Money:
    """Add money to a program that holds projects: support, its budgets, districts' fiscal space, the firms' money."""
    payments = define_payments(program, projects, spec)
    firm, sources = define_sources(program, assumptions, projects, spec, payments)
    budget = define_budgets(program, spec, payments)
    fiscal = define_fiscal_space(program, spec, payments)
    credit, lent = define_credit(program, projects, spec, firm)
    return Money(spec, projects, payments, firm, sources, budget, fiscal, credit, lent)


def define_payments(program: Program, projects: Projects, spec: MoneySpec) -> Payments:
    r"""Support of every option that gets any, paid in full within the years allowed after completion.

    .. math:: \sum_{y = d_o}^{d_o + K} s_{oy} = a_p\, z_o

    Unit: 亿元. City and district pay their parts of it in the same year. An option whose project is built anyway, or to
    which the rules give too little, has award 0 and no column: it cannot be paid. What was promised to projects that
    have been started goes first: it may be paid in any year from when it is due, and what cannot be paid at all stays
    owed, at `OWED` yuan of welfare a yuan, which is more than any new project brings.
    """
    own = projects.spec
    paid = np.flatnonzero(own.award[own.project] > 0)
    started = own.committed[own.project[paid]]
    first = np.maximum(own.done[paid], spec.years[0]) - spec.years[0]
    count = np.where(started, len(spec.years) - first, spec.delay + 1)
    row = np.repeat(np.arange(paid.size), count)
    year = first[row] + np.arange(row.size) - np.repeat(np.cumsum(count) - count, count)
    options = tuple(own.options[o] for o in paid)
    amount = program.columns(
        "support",
        {"payment": tuple(f"{options[k]}|{spec.years[y]}" for k, y in zip(row, year, strict=True))},
        unit="亿元",
        title=Text("财政支持", "public support"),
    )
    owed = program.columns(
        "owed",
        {"option": tuple(name for name, old in zip(options, started, strict=True) if old)},
        cost=OWED * YI,
        unit="亿元",
        title=Text("拖欠的支持", "support owed"),
    )
    due = program.rows(
        "support_due",
        {"option": options},
        lower=0.0,
        upper=0.0,
        unit="亿元",
        title=Text("应付支持", "support due"),
    )
    program.enter(due.index[row], amount.index, 1.0)
    program.enter(due.index[started], owed.index, 1.0)
    project = own.project[paid]
    program.enter(due.index, projects.choice.index[paid], -own.award[project])
    city = (own.city[project] / own.award[project])[row]
    district = (own.district[project] / own.award[project])[row]
    return Payments(paid[row], year, paid, city, district, amount, due, owed)


def define_sources(
    program: Program, assumptions: Assumptions, projects: Projects, spec: MoneySpec, payments: Payments
) -> tuple[Block, Block]:
    r"""Own money, bank credit and private capital make up the investment together with the support.

    .. math:: \sum_y s_{oy} + \sum_m f_{om} = I_o z_o, \qquad \ell_{om} I_o z_o \le f_{om} \le u_{om} I_o z_o

    Unit: bn yuan, the money itself in 亿元. What is owed counts as support: the firm carries it. Raising money costs its fee in welfare, in the year
    of the start: the only reason for the plan to prefer one kind to another where none is short.
    """
    own = projects.spec
    dims = {"option": own.options, "money": KINDS}
    weight = discount_of(assumptions, own.start)
    firm = program.columns(
        "money", dims, cost=spec.fee * YI * weight[:, None], unit="亿元", title=Text("企业资金", "money of the firm")
    )
    sources = program.rows(
        "sources",
        {"option": own.options},
        lower=0.0,
        upper=0.0,
        unit="bn yuan",
        title=Text("资金来源合计等于投资", "sources add up to the investment"),
    )
    choice = projects.choice.index
    program.enter(sources.index[:, None], firm.index, YI)
    program.enter(sources.index[payments.option], payments.amount.index, YI)
    started = payments.paid[own.committed[own.project[payments.paid]]]
    program.enter(sources.index[started], payments.owed.index, YI)
    program.enter(sources.index, choice, -YI * own.investment)
    for name, share, sign in (("money_least", spec.least, -YI), ("money_most", spec.most, YI)):
        bounds = share > 0 if sign < 0 else share < 1
        rows = program.rows(name, dims, upper=0.0, unit="bn yuan", title=Text("资金构成", "share of the money"))
        program.enter(rows.index, firm.index, sign * bounds)
        program.enter(rows.index, choice[:, None], -sign * share * own.investment[:, None] * bounds)
    return firm, sources


def define_budgets(program: Program, spec: MoneySpec, payments: Paying) -> Block:
    r"""Payments of a fund stay within what is left of its budget, each payer and year.

    .. math:: \sum_o c_{bo} s_{oy} \le B_{by} - \text{promised}_{by}

    c is the part of the support that this payer bears. Unit: 亿元. The worth of a row is what one more 亿元 of budget adds
    to welfare, discounted bn yuan.
    """
    rows = program.rows(
        "fund_budget",
        {"budget": spec.payers, "year": spec.years},
        upper=spec.budget - spec.promised,
        unit="亿元",
        title=Text("专项资金预算", "fund budgets"),
        policy=True,
    )
    for payer, part in ((spec.city_budget, payments.city), (spec.district_budget, payments.district)):
        place = payer[payments.option]
        known = place >= 0
        program.enter(rows.index[place[known], payments.year[known]], payments.column[known], part[known])
    return rows


def define_fiscal_space(program: Program, spec: MoneySpec, payments: Paying) -> Fiscal:
    r"""A district matches out of its money, what it may borrow, and what it may pay ahead of its budget.

    .. math:: \sum d_{oy} - b_{ny} - (v_{ny} - v_{n,y-1}) \le M_{ny}, \qquad
              \sum_{y' \le y} b_{ny'} \le \text{ceiling} - \text{debt}, \qquad
              v_{ny} \le 0.05\,\text{expenditure} - \text{outstanding}

    v is what stands out as paid ahead at the end of a year; in the last year all of it is cleared. Unit: 亿元. Rows stand
    only for districts whose money for matching is known.
    """
    spaces = np.flatnonzero(np.isfinite(spec.matching).all(axis=1))
    dims = {"district": tuple(spec.districts[n] for n in spaces), "year": spec.years}

    def rows(name: str, zh: str, en: str, upper: Floats) -> Block:
        return program.rows(name, dims, upper=upper, unit="亿元", title=Text(zh, en), policy=True)

    def columns(name: str, zh: str, en: str, upper: Floats | float) -> Block:
        return program.columns(name, dims, upper=upper, cost=LAST_RESORT * YI, unit="亿元", title=Text(zh, en))

    last = np.arange(len(spec.years)) == len(spec.years) - 1
    borrowed = columns("borrowed", "当年举借", "borrowed in the year", np.inf)
    ahead = columns("paid_ahead", "暂付款余额", "paid ahead, standing out", np.where(last, 0.0, np.inf))
    matching = rows("matching", "区级配套", "matching by districts", spec.matching[spaces])
    debt = rows("debt_ceiling", "债务限额", "debt ceiling", spec.over_years(spec.borrowing)[spaces])
    limit = rows(
        "suspended_payments", "暂付款限额", "limit of suspended payments", spec.over_years(spec.advance)[spaces]
    )
    place = np.full(len(spec.districts), -1)
    place[spaces] = np.arange(spaces.size)
    own = place[spec.district[payments.option]]
    known = own >= 0
    program.enter(matching.index[own[known], payments.year[known]], payments.column[known], payments.district[known])
    program.enter(matching.index, borrowed.index, -1.0)
    program.enter(matching.index, ahead.index, -1.0)
    program.enter(matching.index[:, 1:], ahead.index[:, :-1], 1.0)
    before = np.tril(np.ones((len(spec.years), len(spec.years))))
    program.enter(debt.index[:, :, None], borrowed.index[:, None, :], before)
    program.enter(limit.index, ahead.index, 1.0)
    return Fiscal(spaces, matching, borrowed, ahead, debt, limit)


def define_credit(program: Program, projects: Projects, spec: MoneySpec, firm: Block) -> tuple[Block, Ints]:
    r"""Bank credit to new projects in a district stays within what banks set aside for it.

    .. math:: \sum_{o \in n} f_{o,\text{bank}} \le \text{credit}_n

    Unit: 亿元 over the whole plan. What was started before has its credit already.
    """
    lent = np.flatnonzero(np.isfinite(spec.credit))
    rows, own = credit_rows(program, spec, lent)
    new = (own >= 0) & ~projects.spec.committed[projects.spec.project]
    program.enter(rows.index[own[new]], firm.index[new, KINDS.index("bank")], 1.0)
    return rows, lent


def credit_rows(program: Program, spec: MoneySpec, lent: Ints) -> tuple[Block, Ints]:
    """Rows that hold the credit of districts ``lent`` within its ceiling, and which of them each option is in, else -1."""
    rows = program.rows(
        "credit_ceiling",
        {"district": tuple(spec.districts[n] for n in lent)},
        upper=spec.credit[lent],
        unit="亿元",
        title=Text("信贷额度", "credit ceiling"),
        policy=True,
    )
    place = np.full(len(spec.districts), -1)
    place[lent] = np.arange(lent.size)
    return rows, place[spec.district]


def discount_of(assumptions: Assumptions, year: Ints) -> Floats:
    """Discount factor of a calendar year as the plan has it: the weight of its milestone, a year, undone the trend."""
    t = np.clip(np.searchsorted(np.asarray(assumptions.years), year, side="right") - 1, 0, None)
    return np.asarray((assumptions.weights / assumptions.steps / assumptions.trend)[t])
