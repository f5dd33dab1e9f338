"""District fiscal space when revenue falls short: which promises break first, by year and declared order of payment.

Money comes in by kind (general revenue, transfers from above, land revenue), each as a share of its budget. It pays
promises in their order; promises of the same order share what is left in proportion. What stays unpaid is an arrear and
stands, in its order, beside the promises of the next year; what is left over is not kept. All money is in 亿元.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from haihe.diagnosis.result import Basis, basis_of
from haihe.figures.workbook import Viewed
from haihe.messages import HaiheError, Quality, Text
from haihe.region import Region
from haihe.region.nearest import suggest
from haihe.region.units import factors
from haihe.shocks.fiscal_views import FiscalViews
from haihe.shocks.obligations import YI

ITEMS = ("revenue", "transfers", "land_revenue")
"""Kinds of income, as in the tables ``finances`` and ``fiscal_paths``."""
BUDGET = "budget"
"""Path on which all income comes in as budgeted."""
PAID = 1e-9
"""Part of a promise that may be missing for it to count as kept."""


@dataclass(frozen=True, eq=False)
class FiscalStress(Viewed):
    """Promises of districts under revenue paths. Money in 亿元.

    Attributes
    ----------
    income : DataFrame
        path, region, year, item, budget, share, value: what comes in.
    payments : DataFrame
        path, region, year, promise, name_zh, name_en, kind, fund, order, due (this year's), arrears (of earlier years),
        paid, unpaid, unit: what becomes of each promise.
    missing : list of str
        Regions with promises of which no income is known: nothing is said of them.
    basis : Basis
    """

    income: pd.DataFrame
    payments: pd.DataFrame
    missing: list[str]
    basis: Basis

    @cached_property
    def broken(self) -> pd.DataFrame:
        """First year in which each promise is not fully paid on each path: path, region, kind, promise, order, year, unpaid.

        The earliest first, then the order of payment from behind, then the largest sum.
        """
        short = self.payments[
            self.payments["unpaid"] > PAID * (self.payments["due"] + self.payments["arrears"]).clip(lower=1)
        ]
        first = short.sort_values("year", kind="stable").drop_duplicates(["path", "region", "promise"])
        first = first.sort_values(
            ["path", "year", "order", "unpaid"], ascending=[True, True, False, False], kind="stable"
        )
        columns = ["path", "region", "kind", "promise", "name_zh", "name_en", "fund", "order", "year", "unpaid", "unit"]
        return first[columns].reset_index(drop=True)

    @cached_property
    def space(self) -> pd.DataFrame:
        """Fiscal space: path, region, year, income, due, paid, unpaid, left (income not needed), matching_due, matching_paid.

        ``left`` is what could pay for more promises; it is 0 where anything stays unpaid.
        """
        keys = ["path", "region", "year"]
        sums = self.payments.groupby(keys)[["due", "arrears", "paid", "unpaid"]].sum()
        of_funds = self.payments[self.payments["kind"] == "matching"].groupby(keys)[["due", "paid"]].sum()
        frame = sums.join(self.income.groupby(keys)["value"].sum().rename("income"))
        frame["left"] = (frame["income"] - frame["paid"]).clip(lower=0.0)
        for name in ("due", "paid"):
            frame[f"matching_{name}"] = of_funds[name].reindex(frame.index)
        columns = ["income", "due", "arrears", "paid", "unpaid", "left", "matching_due", "matching_paid"]
        return frame[columns].reset_index().assign(unit=YI)

    @property
    def quality(self) -> Quality:
        """Worst mark of the tables."""
        return self.basis.quality

    @cached_property
    def views(self) -> FiscalViews:
        """Tables and figures with words."""
        return FiscalViews(self)

    @property
    def words(self) -> Text:
        """Which promises break first, in one sentence."""
        return self.views.words

    def __repr__(self) -> str:
        paths = ", ".join(self.payments["path"].unique())
        return f"FiscalStress: {self.payments['region'].nunique()} regions, paths {paths}; {len(self.broken)} promises broken"


def fiscal_stress(
    region: Region,
    paths: Mapping[str, Mapping[str, float]] | None = None,
    *,
    arrears: bool = True,
) -> FiscalStress:
    """Pay every promise from what comes in, on the budget and on every stressed path.

    Parameters
    ----------
    region : Region
        Tables ``promises`` and ``finances`` (items ``revenue``, ``transfers``, ``land_revenue``; the last year given holds
        on) and, for stressed paths, ``fiscal_paths``.
    paths : mapping, optional
        Further paths by name: share of the budget by kind of income, for all regions and years, such as
        ``{"land at 43 %": {"land_revenue": 0.43}}``.
    arrears : bool
        Carry what stays unpaid into the next year.

    Returns
    -------
    FiscalStress
        Promises by district and year, and which break.

    Raises
    ------
    HaiheError
        ``E-TAB-01`` without promises, ``E-SHK-44`` where no region with promises has income, ``E-SHK-45`` an unknown kind
        of income, ``E-SHK-34`` a negative share, ``E-UNIT-02`` for a unit that is not money.
    """
    given = {name: dict(shares) for name, shares in (paths or {}).items()}
    for shares in given.values():
        for item, share in shares.items():
            if item not in ITEMS:
                raise HaiheError("E-SHK-45", value=item, near=suggest(item, ITEMS))
            if not share >= 0:
                raise HaiheError("E-SHK-34", what=item, value=share)
    promises = region["promises"]
    promises = promises.assign(value=promises["value"] * factors(promises["unit"], YI))
    years = sorted(int(y) for y in promises["year"].unique())
    budget = _budget(region, years)
    regions = list(promises["region"].unique())
    known = [code for code in regions if code in set(budget["region"])]
    if not known:
        raise HaiheError("E-SHK-44", value=", ".join(regions[:5]))
    income = _income(region, budget[budget["region"].isin(known)], given)
    promises = promises[promises["region"].isin(known)]
    basis = basis_of(region, "promises", "finances", "fiscal_paths")
    return FiscalStress(
        income, _pay(promises, income, years, arrears), [code for code in regions if code not in known], basis
    )


def _budget(region: Region, years: list[int]) -> pd.DataFrame:
    """Income budgeted: region, item, year, budget; the last year given holds on."""
    table = region.frame("finances")
    table = table[table["item"].isin(ITEMS)]
    table = table.assign(budget=table["value"] * factors(table["unit"], YI))
    wide = table.pivot_table(index="year", columns=["region", "item"], values="budget", aggfunc="last")
    every = wide.index.union(years).astype(int)
    filled = wide.reindex(every).ffill().loc[years]
    return (
        filled.rename_axis("year").melt(ignore_index=False, value_name="budget").reset_index().dropna(subset="budget")
    )


def _income(region: Region, budget: pd.DataFrame, given: Mapping[str, Mapping[str, float]]) -> pd.DataFrame:
    """What comes in on every path: the budget times the share said for the region, or for the one above it."""
    table = region.frame("fiscal_paths")
    names = list(dict.fromkeys([BUDGET, *table["path"], *given]))
    frame = budget.merge(pd.DataFrame({"path": names}), how="cross")
    keys = ["path", "item", "year"]
    above = region["regions"].set_index("region")["parent"]
    said = table[["region", *keys, "share"]]
    frame = frame.merge(said, on=["region", *keys], how="left")
    level = frame["region"]
    for _ in range(len(above)):
        level = level.map(above)
        if level.isna().all():
            break
        upper = frame[keys].assign(region=level).merge(said, on=["region", *keys], how="left")["share"]
        frame["share"] = frame["share"].fillna(pd.Series(upper.to_numpy(), index=frame.index))
    for name, shares in given.items():
        for item, share in shares.items():
            frame.loc[(frame["path"] == name) & (frame["item"] == item), "share"] = share
    frame["share"] = frame["share"].astype(float).fillna(1.0)
    frame["value"] = frame["budget"] * frame["share"]
    order = ["path", "region", "year", "item", "budget", "share", "value"]
    return frame[order].assign(unit=YI)


def _pay(promises: pd.DataFrame, income: pd.DataFrame, years: list[int], arrears: bool) -> pd.DataFrame:
    """Pay promises year by year, all regions and paths at once."""
    about = (
        promises.sort_values("year").drop_duplicates(["region", "promise"], keep="last").drop(columns=["value", "year"])
    )
    about = about[["region", "promise", "name_zh", "name_en", "kind", "fund", "order"]]
    paths = pd.DataFrame({"path": income["path"].unique()})
    lines = about.merge(paths, how="cross")
    comes = income.groupby(["path", "region", "year"])["value"].sum()
    due = promises.set_index(["region", "promise", "year"])["value"]
    owed = np.zeros(len(lines))
    made = []
    for year in years:
        own = due.reindex(pd.MultiIndex.from_arrays([lines["region"], lines["promise"], np.full(len(lines), year)]))
        frame = lines.assign(year=year, due=own.fillna(0.0).to_numpy(), arrears=owed)
        money = comes.reindex(pd.MultiIndex.from_arrays([frame["path"], frame["region"], frame["year"]])).fillna(0.0)
        frame["paid"] = in_order(frame, money.to_numpy())
        frame["unpaid"] = (frame["due"] + frame["arrears"] - frame["paid"]).clip(lower=0.0)
        owed = frame["unpaid"].to_numpy() if arrears else np.zeros(len(lines))
        made.append(frame)
    return pd.concat(made, ignore_index=True).assign(unit=YI)


def in_order(frame: pd.DataFrame, money: np.ndarray) -> np.ndarray:
    """Pay lines of each path and region from its money, the lowest order first, the same order in proportion.

    Parameters
    ----------
    frame : DataFrame
        ``path``, ``region``, ``order``, ``due``, ``arrears``; one record a promise.
    money : ndarray
        Money of the path and region of each record.

    Returns
    -------
    ndarray
        What each is paid.
    """
    wanted = frame["due"] + frame["arrears"]
    group = wanted.groupby([frame["path"], frame["region"], frame["order"]]).sum().sort_index()
    before = group.groupby(level=[0, 1]).cumsum() - group
    key = pd.MultiIndex.from_frame(frame[["path", "region", "order"]])
    whole, ahead = group.reindex(key).to_numpy(), before.reindex(key).to_numpy()
    part = np.clip(np.divide(money - ahead, whole, out=np.ones(len(frame)), where=whole > 0), 0.0, 1.0)
    return np.asarray(wanted.to_numpy() * part)
