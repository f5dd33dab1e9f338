"""What a solved plan says about projects and their money, as labelled tables. Money in 亿元 of its own year.

A price here is a hint: projects come whole, a price speaks of the last little bit. Whether a project would be taken
with a little more of something is found out by solving again.
"""

import numpy as np
import pandas as pd

from haihe.planning.assumptions import Assumptions
from haihe.planning.money import KINDS, OWED, Money, discount_of
from haihe.planning.program import Block, Floats, Ints, Program
from haihe.planning.projects import YI, Projects, ProjectSpec
from haihe.planning.solver import Solution

CHOSEN = 1e-6
"""A share up to this counts as none."""
WHOLE = 1 - 1e-6
MONEY = "亿元"
TINY = 1e-9
"""bn yuan up to which a worth or a cost is none."""
NOTHING = 1e-9
"""Payments up to this many 亿元 are rounding."""
OWED_SHARE = 0.1
"""A price above this share of `OWED` is that of an order, not of money."""
GAIN = "亿元/亿元, discounted to the first year"
PRICE = "yuan/yuan of that year"


def projects_table(program: Program, projects: Projects, money: Money | None, solution: Solution) -> pd.DataFrame:
    """One row a project: what became of it, where and when, and what holds it back.

    Returns
    -------
    DataFrame
        ``project``, ``status`` (``committed``, ``anyway``, ``chosen``, ``part``, ``not``), ``share`` (of it that is
        built), ``site`` and ``start`` (those with the largest share; of its best option where none is), ``investment``,
        ``support``, ``spared`` (what the rules would give to what is built anyway), ``need`` (亿元), ``jobs``, ``value``
        (about what its capacity is worth at the plan's prices less its investment, 亿元 discounted), ``bound`` (why it is
        not built whole: ``worth``, ``rules``, ``room``, ``budget``, ``matching``, ``credit``, ``other``; empty where it
        is), ``bound_by`` (which one), ``unit`` and ``quality``.
    """
    spec = projects.spec
    z = solution.value(projects.choice)
    share = np.asarray(np.bincount(spec.project, z, len(spec.projects)), dtype=np.float64)
    best = _best(
        spec.project, np.where(z > CHOSEN, 1e6 + z, -solution.reduced[projects.choice.index]), len(spec.projects)
    )
    seen = best >= 0
    option = np.maximum(best, 0)
    own = effects_of(program, projects, solution)[option]
    reasons = [
        _reason(projects, money, solution, int(p), int(option[p]), float(share[p]), float(own[p]))
        if seen[p]
        else ("", "")
        for p in range(len(spec.projects))
    ]
    frame = pd.DataFrame(
        {
            "project": spec.projects,
            "status": _status(projects, share),
            "share": share,
            "site": np.array([*spec.sites, ""], dtype=object)[np.where(seen, spec.site[option], -1)],
            "start": pd.array(np.where(seen, spec.start[option], 0), dtype="Int64"),
            "investment": np.bincount(spec.project, z * spec.investment, len(spec.projects)),
            "support": share * spec.award,
            "spared": np.where(spec.anyway, share * spec.given, 0.0),
            "need": spec.need,
            "jobs": share * spec.jobs,
            "value": np.where(seen, own / YI, np.nan),
            "bound": [reason for reason, _ in reasons],
            "bound_by": [name for _, name in reasons],
            "unit": MONEY,
            "quality": spec.quality,
        }
    )
    frame.loc[~seen, "start"] = pd.NA
    return frame


def effects_of(program: Program, projects: Projects, solution: Solution) -> Floats:
    """Worth of each option's capacity less the goods it takes, at the plan's prices; discounted bn yuan, (O,).

    It is everything in the option's reduced cost but the rows of sites and money: what is left is what the project
    brings to those who would have to make room for it.
    """
    arrays = program.arrays()
    columns = projects.choice.index
    rows = np.zeros(arrays.matrix.shape[0], dtype=bool)
    for name in ("stock", "within_capacity", "balance"):
        if name in program.row_blocks:
            rows[program.row_blocks[name].index.ravel()] = True
    duals = np.where(rows, solution.row_dual, 0.0)
    return np.asarray(arrays.matrix[:, columns].T @ duals - arrays.cost[columns])


def funding_table(projects: Projects, money: Money, solution: Solution) -> pd.DataFrame:
    """Who pays for what is built, by year.

    Returns
    -------
    DataFrame
        ``project``, ``site``, ``start``, ``year``, ``payer`` (``city``, ``district``, ``own``, ``bank``, ``private``,
        ``carried``), ``fund``, ``region`` (of a public payer), ``amount`` (亿元), ``unit``. ``carried`` is what the firm
        lays out until its support is paid: positive while it builds, negative when it is paid, 0 in all. A project's
        amounts add up to its investment times its share.
    """
    spec, parts = projects.spec, []
    z = solution.value(projects.choice)
    pay = money.payments
    support = solution.value(pay.amount)
    years = np.asarray(money.spec.years)[pay.year]
    public = np.bincount(pay.option, support, z.size)
    payers = np.array([*(name for _, name in money.spec.budgets), ""], dtype=object)
    districts = np.array(money.spec.districts, dtype=object)[money.spec.district[pay.option]]
    members = payers[money.spec.city_budget[pay.option]]
    for payer, part, names in (("city", pay.city, members), ("district", pay.district, districts)):
        parts.append(_rows(spec, pay.option, years, support * part, payer, names))
    own = np.arange(z.size)
    span = np.arange(int((spec.done - spec.start).max(initial=1)))
    building = spec.start[:, None] + span
    even = (building < spec.done[:, None]) / (spec.done - spec.start)[:, None]
    firm = solution.value(money.firm)
    owed = np.zeros(z.size)
    owed[pay.paid[spec.committed[spec.project[pay.paid]]]] = solution.value(pay.owed)
    for k, payer in enumerate(KINDS):
        parts.append(_rows(spec, own, building, firm[:, k][:, None] * even, payer))
    parts.append(_rows(spec, own, building, (public + owed)[:, None] * even, "carried"))
    parts.append(_rows(spec, pay.option, years, -support, "carried"))
    frame = pd.concat(parts, ignore_index=True)
    keys = ["project", "site", "start", "year", "payer", "fund", "region"]
    return frame.groupby(keys, sort=False)["amount"].sum().reset_index().assign(unit=MONEY)


def budgets_table(assumptions: Assumptions, money: Money, solution: Solution) -> pd.DataFrame:
    """Budgets by fund, payer and year: what there is, what is promised, what is used, and what one more would bring.

    ``gain`` is welfare discounted to the first year per yuan of budget, ``price`` the same in money of the budget's own
    year; both hold for a small change. 0: there is enough; missing: it would pay what is owed to projects started before.
    """
    spec = money.spec
    index = pd.MultiIndex.from_product([range(len(spec.budgets)), spec.years], names=["budget", "year"]).to_frame(
        index=False
    )
    used = solution.activity[money.budget.index]
    gain = _worth(solution, money.budget) / YI
    return pd.DataFrame(
        {
            "fund": [spec.budgets[b][0] for b in index["budget"]],
            "region": [spec.budgets[b][1] for b in index["budget"]],
            "year": index["year"],
            "budget": spec.budget.ravel(),
            "promised": spec.promised.ravel(),
            "used": used.ravel(),
            "left": (spec.budget - spec.promised - used).ravel(),
            "unit": MONEY,
            "gain": gain.ravel(),
            "gain_unit": GAIN,
            "price": (gain / discount_of(assumptions, np.asarray(spec.years))).ravel(),
            "price_unit": PRICE,
            "quality": spec.quality,
        }
    )


def fiscal_table(assumptions: Assumptions, money: Money, solution: Solution) -> pd.DataFrame:
    """Districts' money by year: matching due, the money for it, what is borrowed and paid ahead, and what binds.

    ``capacity``, ``headroom`` (of debt), ``ahead_limit`` are missing where they are not known; ``price`` is what one more
    yuan for matching is worth in money of that year.
    """
    spec, n, y = money.spec, len(money.spec.districts), len(money.spec.years)
    due = np.zeros((n, y))
    pay, fiscal = money.payments, money.fiscal
    np.add.at(due, (spec.district[pay.option], pay.year), solution.value(pay.amount) * pay.district)

    def full(block: Block, values: Floats) -> Floats:
        whole = np.full((n, y), np.nan)
        whole[fiscal.spaces] = values.reshape(block.shape)
        return whole

    price = _worth(solution, fiscal.matching) / YI / discount_of(assumptions, np.asarray(spec.years))
    known = np.isfinite(spec.matching).all(axis=1, keepdims=True)
    index = pd.MultiIndex.from_product([spec.districts, spec.years], names=["district", "year"])
    values = {
        "due": due,
        "capacity": np.where(known, spec.matching, np.nan),
        "borrowed": full(fiscal.borrowed, solution.value(fiscal.borrowed)),
        "borrowed_in_all": full(fiscal.debt, solution.activity[fiscal.debt.index]),
        "headroom": np.where(known, spec.borrowing[:, None], np.nan),
        "ahead": full(fiscal.ahead, solution.value(fiscal.ahead)),
        "ahead_limit": np.where(known, spec.advance[:, None], np.nan),
        "price": full(fiscal.matching, price),
    }
    frame = pd.DataFrame({name: np.broadcast_to(v, (n, y)).ravel() for name, v in values.items()}, index=index)
    return frame.reset_index().assign(unit=MONEY, price_unit=PRICE, quality=spec.quality)


def room_table(projects: Projects, solution: Solution) -> pd.DataFrame:
    """Resources that sites set aside for new projects, by year: room, use, left, and what one more unit is worth.

    ``price`` is yuan a unit, discounted to the first year; a stock is held from the start of construction on, so that
    its price in a year is that of having more from then on.
    """
    spec = projects.spec
    site, resource = projects.limited[:, 0], projects.limited[:, 1]
    room = spec.room[site, resource]
    used = solution.activity[projects.room.index] * projects.scale[:, None]
    price = np.maximum(solution.worth(projects.room), 0.0) / projects.scale[:, None] * 1e9
    y = len(spec.years)
    return pd.DataFrame(
        {
            "site": np.repeat(np.array(spec.sites, dtype=object)[site], y),
            "resource": np.repeat(np.array(spec.resources, dtype=object)[resource], y),
            "year": np.tile(spec.years, site.size),
            "room": room.ravel(),
            "used": used.ravel(),
            "left": (room - used).ravel(),
            "unit": np.repeat(np.array(spec.units, dtype=object)[resource], y),
            "price": price.ravel(),
            "price_unit": "yuan/unit, discounted to the first year",
            "quality": spec.quality,
        }
    )


def ownership_table(projects: Projects, money: Money, solution: Solution) -> pd.DataFrame:
    """Projects by ownership: how many there are and are built, and whose money they take.

    Returns
    -------
    DataFrame
        ``ownership`` (empty where not stated), ``candidates``, ``built`` (sum of shares), ``investment``, ``support``,
        ``own``, ``bank``, ``private`` (亿元), ``support_share`` (support over investment), ``unit``.
    """
    spec = projects.spec
    z = solution.value(projects.choice)
    owner = pd.Series(spec.ownership, dtype=object)
    option = owner.to_numpy()[spec.project]
    firm = solution.value(money.firm)
    paid = np.bincount(money.payments.option, solution.value(money.payments.amount), z.size)
    values = {"built": z, "investment": z * spec.investment, "support": paid, **dict(zip(KINDS, firm.T, strict=True))}
    total = pd.DataFrame(values).groupby(option).sum()
    frame = total.reindex(owner.value_counts().index, fill_value=0.0).rename_axis("ownership").reset_index()
    frame.insert(1, "candidates", owner.value_counts().to_numpy())
    frame["support_share"] = frame["support"] / frame["investment"].where(frame["investment"] > CHOSEN)
    return frame.assign(unit=MONEY)


def _worth(solution: Solution, rows: Block) -> Floats:
    """Worth of limits on money, bn yuan a unit; missing where one more unit would only go to what is owed."""
    worth = np.maximum(solution.worth(rows), 0.0)
    return np.where(worth > OWED_SHARE * OWED * YI, np.nan, worth)


def _rows(
    spec: ProjectSpec, options: Ints, years: Ints, amount: Floats, payer: str, names: np.ndarray | None = None
) -> pd.DataFrame:
    """Payments of options in years, both of shape (M,) or (M, years), as records, without those of nothing."""
    width = 1 if years.ndim == 1 else years.shape[1]
    years, amount = years.reshape(options.size, width), amount.reshape(options.size, width)
    from_ = np.full(options.size, "", dtype=object) if names is None else names
    row, column = np.nonzero(np.abs(amount) > NOTHING)
    option = options[row]
    p = spec.project[option]
    return pd.DataFrame(
        {
            "project": np.array(spec.projects, dtype=object)[p],
            "site": np.array(spec.sites, dtype=object)[spec.site[option]],
            "start": spec.start[option],
            "year": years[row, column],
            "payer": payer,
            "fund": np.array(spec.fund, dtype=object)[p] if names is not None else "",
            "region": from_[row],
            "amount": amount[row, column],
        }
    )


def _best(group: Ints, score: Floats, size: int) -> Ints:
    """Position of the highest score in each group; -1 where a group has none."""
    order = np.lexsort((-np.arange(score.size), score, group))
    best = np.full(size, -1, dtype=np.int64)
    best[group[order]] = order
    return best


def _status(projects: Projects, share: Floats) -> np.ndarray:
    spec = projects.spec
    chosen = np.where(share >= WHOLE, "chosen", np.where(share > CHOSEN, "part", "not"))
    return np.where(spec.committed, "committed", np.where(spec.anyway & (share >= WHOLE), "anyway", chosen))


def _reason(
    projects: Projects, money: Money | None, solution: Solution, p: int, option: int, share: float, worth: float
) -> tuple[str, str]:
    """What holds a project back, about: its own worth, or the dearest of what it would use up; see the module."""
    spec = projects.spec
    if spec.committed[p] or share >= WHOLE:
        return "", ""
    if spec.short[p]:
        return "rules", spec.fund[p]
    if worth <= TINY:
        return "worth", ""
    costs = {**_room_costs(projects, solution, option), **_money_costs(projects, money, solution, option)}
    dearest = max(costs, key=lambda name: costs[name], default=("", ""))
    return dearest if dearest[0] and costs[dearest] > TINY else ("other", "")


def _room_costs(projects: Projects, solution: Solution, option: int) -> dict[tuple[str, str], float]:
    """What an option's use of each limited resource at its site costs, discounted bn yuan."""
    spec = projects.spec
    worth = solution.worth(projects.room)
    found = {}
    for k in np.flatnonzero(projects.limited[:, 0] == spec.site[option]):
        resource = int(projects.limited[k, 1])
        since = spec.start[option] if spec.held[resource] else spec.done[option]
        amount = spec.uses[spec.project[option], resource] / projects.scale[k]
        key = ("room", f"{spec.resources[resource]}|{spec.sites[spec.site[option]]}")
        found[key] = float(amount * worth[k, np.asarray(spec.years) >= since].sum())
    return found


def _money_costs(
    projects: Projects, money: Money | None, solution: Solution, option: int
) -> dict[tuple[str, str], float]:
    """What an option's support costs each budget in the cheapest year, and its credit; discounted bn yuan."""
    if money is None:
        return {}
    spec, own = money.spec, projects.spec
    p, found = own.project[option], {}
    if own.award[p] > 0:
        first = int(own.done[option]) - spec.years[0]
        years = np.arange(first, first + spec.delay + 1)
        budget, matching = solution.worth(money.budget), solution.worth(money.fiscal.matching)
        n, pays = spec.district[option], {}
        for place, part in ((spec.city_budget[option], own.city[p]), (spec.district_budget[option], own.district[p])):
            if place >= 0 and part > 0:
                pays["budget", spec.payers[place]] = part * budget[place, years]
        if n in money.fiscal.spaces:
            row = np.flatnonzero(money.fiscal.spaces == n)[0]
            pays["matching", spec.districts[n]] = own.district[p] * matching[row, years]
        if pays:
            cheapest = int(np.argmin(sum(pays.values())))
            found = {key: float(cost[cheapest]) for key, cost in pays.items()}
    n = spec.district[option]
    if n in money.lent:
        bank = spec.least[option, KINDS.index("bank")] * own.investment[option]
        worth = solution.worth(money.credit)[np.flatnonzero(money.lent == n)[0]]
        found["credit", spec.districts[n]] = float(bank * worth)
    return found
