"""What guidance funds hold: concentration, the same target held twice, idle money, leverage in its four meanings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import pandas as pd

from haihe.diagnosis.result import Basis, Result, basis_of
from haihe.figures import Column, Figure, Table, bars
from haihe.messages import HaiheError, Quality, Text
from haihe.planning.leverage import MEANINGS, leverage_table
from haihe.region import Region
from haihe.region.units import factors, said
from haihe.shocks.obligations import YI

KEYS = ("target", "chain", "region")
UNIT = said(YI)
FUND = Text("基金", "Fund")


@dataclass(frozen=True, eq=False)
class Portfolios(Result):
    """What funds hold. Money in 亿元.

    Attributes
    ----------
    concentration : DataFrame
        fund, year, value, holdings, and ``<key>_hhi`` (sum of squared shares, 0 to 1) with ``<key>_largest`` and
        ``<key>_share`` by target, chain and region; of what names the key, missing where nothing does.
    duplicates : DataFrame
        target, year, funds (how many), names (of the funds, joined by ;), value, share of all held in the year: exposures
        that more than one fund has.
    idle : DataFrame
        fund, part, year, committed, paid_in, invested, not_called (committed less paid in), idle (paid in less invested),
        idle_share of what is paid in; missing where either is not reported, never 0.
    leverage : DataFrame
        As `haihe.planning.leverage.leverage_table`: committed, paid in, invested and landed, apart.
    basis : Basis
    """

    concentration: pd.DataFrame
    duplicates: pd.DataFrame
    idle: pd.DataFrame
    leverage: pd.DataFrame
    basis: Basis

    @property
    def quality(self) -> Quality:
        """Worst mark of the tables."""
        return self.basis.quality

    def shown(self) -> Iterable[Table | Figure]:
        """Concentration, duplicates, idle money, leverage; those that have records."""
        made = [self._concentration(), self._duplicates(), self._idle(), self._leverage()]
        parts: list[Table | Figure] = [table for table in made if len(table.frame)]
        if len(self.concentration):
            last = self.concentration[self.concentration["year"] == self.concentration["year"].max()]
            table = self.basis.table(
                "funds-concentration-chart",
                Text("产业链集中度", "Concentration by chain"),
                last,
                self._columns(),
                METHOD,
            )
            parts.insert(0, bars(table, "fund", "chain_hhi", horizontal=True))
        return parts

    def _columns(self) -> list[Column]:
        words = {"target": Text("对象", "target"), "chain": Text("产业链", "chain"), "region": Text("地区", "region")}
        columns = [
            Column("fund", FUND, labels=self.basis.names),
            Column("year", Text("年份", "Year"), kind="year"),
            Column("value", Text("投资余额", "Invested"), unit=UNIT),
            Column("holdings", Text("笔数", "Holdings"), digits=0),
        ]
        for key, word in words.items():
            columns += [
                Column(f"{key}_hhi", Text(f"{word.zh}集中度", f"HHI by {word.en}"), kind="number", digits=2),
                Column(
                    f"{key}_largest", Text(f"最大{word.zh}", f"largest {word.en}"), kind="text", labels=self.basis.names
                ),
                Column(f"{key}_share", Text("其占比", "its share"), kind="share", digits=0),
            ]
        return columns

    def _concentration(self) -> Table:
        title = Text("基金投资集中度", "Concentration of funds")
        return self.basis.table("funds-concentration", title, self.concentration, self._columns(), METHOD)

    def _duplicates(self) -> Table:
        columns = [
            Column("target", Text("被投对象", "Target")),
            Column("year", Text("年份", "Year"), kind="year"),
            Column("funds", Text("基金数", "Funds"), digits=0),
            Column("names", Text("哪些基金", "Which funds")),
            Column("value", Text("合计投资", "Invested together"), unit=UNIT),
            Column("share", Text("占全部投资", "Of all invested"), kind="share", digits=1),
        ]
        title = Text("重复敞口", "Duplicate exposures")
        return self.basis.table("funds-duplicates", title, self.duplicates, columns, METHOD)

    def _idle(self) -> Table:
        columns = [
            Column("fund", FUND, labels=self.basis.names),
            Column("part", Text("范围", "Part")),
            Column("year", Text("年份", "Year"), kind="year"),
            Column("committed", MEANINGS["committed"], unit=UNIT),
            Column("paid_in", MEANINGS["paid_in"], unit=UNIT),
            Column("invested", MEANINGS["invested"], unit=UNIT),
            Column("not_called", Text("认缴未缴", "Not called"), unit=UNIT),
            Column("idle", Text("实缴未投", "Idle"), unit=UNIT),
            Column("idle_share", Text("闲置占实缴", "Idle of paid in"), kind="share", digits=0),
        ]
        return self.basis.table("funds-idle", Text("闲置资金", "Idle money"), self.idle, columns, METHOD)

    def _leverage(self) -> Table:
        columns = [
            Column("fund", FUND, labels=self.basis.names),
            Column("part", Text("范围", "Part")),
            Column("year", Text("年份", "Year"), kind="year"),
            Column("public", Text("财政出资", "Public money"), unit=UNIT),
            *(
                Column(f"{m}_times", Text(f"{t.zh}倍数", f"{t.en}, times"), kind="number", digits=2)
                for m, t in MEANINGS.items()
            ),
        ]
        title = Text("杠杆的四种口径", "Leverage in its four meanings")
        return self.basis.table("funds-leverage", title, self.leverage, columns, METHOD)


METHOD = Text(
    "集中度为投资额占比的平方和；闲置为实缴减投资；四种杠杆口径各自除以财政出资，互不替代",
    "concentration is the sum of squared shares; idle is paid in less invested; four meanings of leverage, each over public "
    "money, none for another",
)


def portfolios(region: Region) -> Portfolios:
    """Look into the funds of a region.

    Parameters
    ----------
    region : Region
        Tables ``fund_holdings`` and ``fund_money``; either may be absent.

    Returns
    -------
    Portfolios

    Raises
    ------
    HaiheError
        ``E-SHK-46`` where both are absent, ``E-UNIT-02`` for a unit that is not money.
    """
    if not region.has("fund_holdings") and not region.has("fund_money"):
        raise HaiheError("E-SHK-46")
    held = region.frame("fund_holdings")
    held = held.assign(value=held["value"] * factors(held["unit"], YI))
    money = leverage_table(region)
    basis = basis_of(region, "fund_holdings", "fund_money")
    named = dict(basis.names)
    for table, key in (("chains", "chain"), ("funds", "fund")):
        rows = region.frame(table)
        named |= zip(rows[key].astype(str), map(Text, rows["name_zh"], rows["name_en"]), strict=True)
    names = replace(basis, names=named)
    return Portfolios(_concentration(held), _duplicates(held), idle_money(money), money, names)


def _concentration(held: pd.DataFrame) -> pd.DataFrame:
    by = held.groupby(["fund", "year"])
    frame = by["value"].agg(value="sum", holdings="size")
    for key in KEYS:
        sums = held.dropna(subset=[key]).groupby(["fund", "year", key])["value"].sum()
        share = sums / sums.groupby(level=[0, 1]).transform("sum").where(lambda total: total > 0)
        share = share.dropna()
        first = share.sort_values(ascending=False, kind="stable").reset_index().drop_duplicates(["fund", "year"])
        first = first.set_index(["fund", "year"])
        frame[f"{key}_hhi"] = (share**2).groupby(level=[0, 1]).sum()
        frame[f"{key}_largest"], frame[f"{key}_share"] = first[key], first["value"]
    return frame.reset_index().assign(unit=YI)


def _duplicates(held: pd.DataFrame) -> pd.DataFrame:
    by = held.groupby(["target", "year"])
    frame = by.agg(
        funds=("fund", "nunique"), names=("fund", lambda codes: ";".join(sorted(set(codes)))), value=("value", "sum")
    )
    frame = frame.reset_index()
    frame["share"] = frame["value"] / frame["year"].map(held.groupby("year")["value"].sum())
    shared = frame[frame["funds"] > 1].sort_values("value", ascending=False, kind="stable")
    return shared.assign(unit=YI).reset_index(drop=True)


def idle_money(money: pd.DataFrame) -> pd.DataFrame:
    """Money committed but not called, and paid in but not invested; missing where either is not reported."""
    frame = money[["fund", "part", "year", "committed", "paid_in", "invested", "unit", "quality"]].copy()
    frame["not_called"] = frame["committed"] - frame["paid_in"]
    frame["idle"] = frame["paid_in"] - frame["invested"]
    frame["idle_share"] = frame["idle"] / frame["paid_in"].where(frame["paid_in"] > 0)
    return frame
