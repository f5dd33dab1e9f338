"""Money from a region's tables: budgets, districts' public finances, who finances what. What is not known is not limited."""

from collections.abc import Mapping
from difflib import get_close_matches

import numpy as np
import pandas as pd

from haihe.messages import Finding, Findings, HaiheError, Quality, Text
from haihe.planning.economy import Economy
from haihe.planning.money import KINDS, MoneySpec
from haihe.planning.program import Floats, Ints
from haihe.planning.project_inputs import district_of, held_over
from haihe.planning.projects import ProjectSpec
from haihe.region import Region
from haihe.region.units import factors

YI_YUAN = "亿元"
SUSPENDED_LIMIT = 0.05
"""Suspended payments outstanding stay within this share of the year's expenditure (as a district's budget report has it)."""

ITEMS: Mapping[str, Text] = {
    "matching_capacity": Text("可用于配套的财力（每年）", "money for matching, a year"),
    "expenditure": Text("一般公共预算支出（每年）", "general public expenditure, a year"),
    "suspended_payments": Text("暂付款余额", "suspended payments outstanding"),
    "debt": Text("政府债务余额", "government debt"),
    "debt_ceiling": Text("政府债务限额", "ceiling of government debt"),
    "credit_ceiling": Text("可用于新项目的信贷额度（规划期合计）", "bank credit for new projects, over the plan"),
}
"""Items of public finances that the plan reads; money, of a district and year. All others are shown only."""
SHOWN: Mapping[str, Text] = {
    "revenue": Text("一般公共预算收入（每年）", "general public revenue, a year"),
    "suspended_payments_cleared": Text("当年消化暂付款", "suspended payments cleared in the year"),
    "land_revenue": Text("政府性基金收入（每年）", "government-fund revenue, a year"),
}
"""Items that are known and shown but bind nothing."""
DEFAULT_OWN = 0.2
"""Least share of own money where the table ``financing`` says nothing: the usual least capital of an industrial project."""
FEES = {"own": 0.0, "bank": 0.005, "private": 0.01}
"""Cost of raising money where the table ``financing`` says nothing, as a share: enough to settle a tie, no more."""


def money_of(region: Region, economy: Economy, projects: ProjectSpec, *, delay: int = 1) -> MoneySpec:
    """Read who can pay for projects.

    Parameters
    ----------
    region : Region
        Tables ``budgets``, ``finances`` and ``financing`` are read where present.
    economy : Economy
    projects : ProjectSpec
    delay : int
        Years by which a payment may come later than the first year in which it is due.

    Raises
    ------
    HaiheError
        ``E-PLN-40`` a fund that has a budget and no article, ``E-PLN-43`` a negative amount, ``E-PLN-44`` shares of
        money that cannot hold, ``E-PLN-46`` more promised than there is.
    """
    findings = Findings()
    _refuse_funds(region)
    # What came due before the plan is paid in its first year.
    last = max(int(projects.done.max(initial=0)), economy.assumptions.first_year, economy.assumptions.last_year)
    years = tuple(range(economy.assumptions.first_year, last + delay + 1))
    where = {site: district_of(region, site, economy.members) for site in projects.sites}
    districts = tuple(dict.fromkeys(where.values()))
    own = np.array([districts.index(where[site]) for site in projects.sites], dtype=np.int64)[projects.site]
    budgets = _budgets(region, projects, economy, districts, years, findings)
    city, district = _payers(budgets, projects, economy, districts, own, findings)
    items = _items(region, districts, years, findings)
    least, most, fee = _financing(region, projects)
    _say_unknown(items, districts, findings)
    debt, outstanding = (
        items.get(name, np.full((len(districts), len(years)), np.nan)) for name in ("debt", "suspended_payments")
    )
    spent = items.get("expenditure", np.full_like(debt, np.nan))
    return MoneySpec(
        years=years,
        budgets=tuple(budgets),
        budget=np.array([b for b, _ in budgets.values()]).reshape(len(budgets), len(years)),
        promised=np.array([p for _, p in budgets.values()]).reshape(len(budgets), len(years)),
        city_budget=city,
        district_budget=district,
        districts=districts,
        district=own,
        matching=_or(items.get("matching_capacity"), np.full(debt.shape, np.inf)),
        advance=_room(SUSPENDED_LIMIT * spent[:, 0] - outstanding[:, 0]),
        borrowing=_room(_or(items.get("debt_ceiling"), np.full(debt.shape, np.nan))[:, 0] - debt[:, 0]),
        credit=_or(items.get("credit_ceiling"), np.full(debt.shape, np.inf))[:, 0],
        least=least,
        most=most,
        fee=fee,
        delay=delay,
        marks=_marks(region),
        findings=findings,
    )


def _or(known: Floats | None, default: Floats) -> Floats:
    """A table of figures with a default where nothing is known."""
    return default if known is None else np.where(np.isnan(known), default, known)


def _room(values: Floats) -> Floats:
    """What is left below a limit: 0 where it is used up, and 0 where the figures for it are not known."""
    return np.clip(np.nan_to_num(values, nan=0.0), 0.0, None)


def _refuse_funds(region: Region) -> None:
    """Refuse budgets of funds that no article pays out of; guidance funds invest and need none."""
    budgets, funds = region.frame("budgets"), region.frame("funds")
    ruled = set(region.frame("rules")["fund"]) | set(funds.loc[funds["kind"] == "guidance", "fund"])
    lost = budgets[~budgets["fund"].isin(ruled)].drop_duplicates("fund")
    if len(lost):
        raise HaiheError(
            "E-PLN-40", table="budgets", row=int(lost.index[0]) + 2, column="fund", value=lost["fund"].iloc[0]
        )


def _budgets(
    region: Region,
    projects: ProjectSpec,
    economy: Economy,
    districts: tuple[str, ...],
    years: tuple[int, ...],
    findings: Findings,
) -> dict[tuple[str, str], tuple[Floats, Floats]]:
    """Budget and promises of every fund and payer that projects may be paid from, 亿元 by year.

    A year without a row has the budget and the promises of the last year before it, said one by one within the plan
    (``W-PLN-44``) and once for the years after it (``N-PLN-49``); before the first row that row counts.
    """
    table = region.frame("budgets").reset_index(drop=True)
    wanted = {fund for fund in projects.fund if fund}
    table = table[table["fund"].isin(wanted) & table["region"].isin([*economy.members, *districts])]
    found, later = {}, 0
    for (fund, payer), rows in table.groupby(["fund", "region"], sort=False):
        times = factors(rows["unit"], YI_YUAN)
        value = (rows["value"] * times).to_numpy(dtype=float)
        promised = (rows["promised"].fillna(0.0) * times).to_numpy(dtype=float)
        _refuse_amounts(rows, value, promised, str(fund), str(payer))
        known = rows["year"].to_numpy(dtype=np.int64)
        gaps = [year for year in years if year not in known and year <= economy.assumptions.last_year]
        if gaps:
            span = str(gaps[0]) if len(gaps) == 1 else f"{gaps[0]}–{gaps[-1]}"
            last = f"{value[np.argmax(known)]:.6g}"
            said = {"fund": fund, "region": payer, "years": span, "value": last}
            findings.append(
                Finding("W-PLN-44", table="budgets", row=int(rows.index[-1]) + 2, column="year", values=said)
            )
        later += known.max() < years[-1]
        found[str(fund), str(payer)] = (held_over(known, value, years), held_over(known, promised, years))
    if later:
        beyond = {"count": later, "years": f"{economy.assumptions.last_year + 1}–{years[-1]}"}
        findings.append(Finding("N-PLN-49", table="budgets", column="year", values=beyond))
    return found


def _refuse_amounts(rows: pd.DataFrame, value: Floats, promised: Floats, fund: str, payer: str) -> None:
    """Refuse negative budgets, and promises above them."""
    for code, bad in (("E-PLN-43", (value < 0) | (promised < 0)), ("E-PLN-46", promised > value * (1 + 1e-9))):
        at = np.flatnonzero(bad)
        if at.size:
            row = rows.iloc[at[0]]
            raise HaiheError(
                code, table="budgets", row=int(rows.index[at[0]]) + 2, column="value", project=fund, fund=fund,
                region=payer, year=int(row["year"]), value=f"{value[at[0]]:.6g}", promised=f"{promised[at[0]]:.6g}",
            )  # fmt: skip


def _payers(
    budgets: Mapping[tuple[str, str], object],
    projects: ProjectSpec,
    economy: Economy,
    districts: tuple[str, ...],
    own: Ints,
    findings: Findings,
) -> tuple[Ints, Ints]:
    """Positions of the city's and the district's budget of every option, -1 where it has none; those are named."""
    place = {pair: k for k, pair in enumerate(budgets)}
    city, district = np.full((2, projects.project.size), -1, dtype=np.int64)
    unknown: set[str] = set()
    for o, p in enumerate(projects.project):
        if projects.award[p] <= 0:
            continue
        fund = projects.fund[p]
        pairs = (fund, economy.members[projects.member[o]]), (fund, districts[own[o]])
        city[o], district[o] = (place.get(pair, -1) for pair in pairs)
        shares = projects.city[p], projects.district[p]
        unknown |= {
            "|".join(pair) for pair, share in zip(pairs, shares, strict=True) if share > 0 and pair not in place
        }
    if unknown:
        what = {"what": Text("资金预算", "budgets of funds"), "names": ", ".join(sorted(unknown))}
        findings.append(Finding("N-PLN-45", table="budgets", values=what))
    return city, district


def _items(region: Region, districts: tuple[str, ...], years: tuple[int, ...], findings: Findings) -> dict[str, Floats]:
    """Items of public finances by district and year, 亿元, NaN where a district has none; unknown items are named."""
    table = region.frame("finances").reset_index(drop=True)
    known = [*ITEMS, *SHOWN]
    for row, item in zip(table.index, table["item"], strict=True):
        if item not in known:
            near = (get_close_matches(str(item), known, 1, 0.0) or known)[0]
            findings.append(
                Finding(
                    "W-PLN-48", table="finances", row=int(row) + 2, column="item", values={"value": item, "near": near}
                )
            )
    table = table[table["item"].isin(ITEMS) & table["region"].isin(districts)]
    value = table["value"] * factors(table["unit"], YI_YUAN)
    if (value < 0).any():
        row = int(value.index[value < 0][0])
        raise HaiheError(
            "E-PLN-43", table="finances", row=row + 2, column="value", project=table.loc[row, "region"],
            value=f"{value[row]:.6g}",
        )  # fmt: skip
    found: dict[str, Floats] = {}
    for (item, district), rows in table.assign(value=value).groupby(["item", "region"], sort=False):
        whole = found.setdefault(str(item), np.full((len(districts), len(years)), np.nan))
        whole[districts.index(str(district))] = held_over(
            rows["year"].to_numpy(dtype=np.int64), rows["value"].to_numpy(dtype=float), years
        )
    return found


def _say_unknown(items: Mapping[str, Floats], districts: tuple[str, ...], findings: Findings) -> None:
    """Name the districts whose money for matching or credit is not known, so that nothing limits it."""
    for item in ("matching_capacity", "credit_ceiling"):
        known = items.get(item)
        lost = [name for n, name in enumerate(districts) if known is None or np.isnan(known[n]).all()]
        if lost:
            findings.append(
                Finding("N-PLN-45", table="finances", values={"what": ITEMS[item], "names": ", ".join(lost)})
            )


def _financing(region: Region, projects: ProjectSpec) -> tuple[Floats, Floats, Floats]:
    """Least and most share and fee of own money, bank credit and private capital, (O, 3), by ownership."""
    table = region.frame("financing")
    least, most, fee = np.zeros((3, len(projects.projects), len(KINDS)))
    most[:] = 1.0
    for k, kind in enumerate(KINDS):
        fee[:, k] = FEES[kind]
        least[:, k] = DEFAULT_OWN if kind == "own" else 0.0
    ownership = np.array(projects.ownership, dtype=object)
    for record in table.to_dict("records"):
        rows, k = ownership == record["ownership"], KINDS.index(str(record["money"]))
        least[rows, k], most[rows, k], fee[rows, k] = record["least"], record["most"], record["fee"]
    for kind in dict.fromkeys(projects.ownership):
        first = int(np.flatnonzero(ownership == kind)[0])
        low, high = float(least[first].sum()), float(most[first].sum())
        if low > 1 + 1e-9 or high < 1 - 1e-9 or (least[first] > most[first]).any():
            raise HaiheError("E-PLN-44", table="financing", value=kind or "—", least=f"{low:.4g}", most=f"{high:.4g}")
    return least[projects.project], most[projects.project], fee[projects.project]


def _marks(region: Region) -> dict[str, Quality]:
    names = ("budgets", "finances", "financing", "funds")
    marks = {name: region.worst_quality(name) for name in names if region.has(name)}
    return {name: mark for name, mark in marks.items() if mark is not None}
