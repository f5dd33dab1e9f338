"""Tables and figures of accounts: how large the regions are, what they are made of, what they ship to whom."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from haihe.accounts.regional import Accounts
from haihe.figures import Column, Figure, Table, bars, flows, heat
from haihe.messages import Quality, Text

YI = Text("亿元", "100 m yuan")
UNEXPLAINED = Text(
    "未能解释：供给与使用之间公布时的误差，或地区间对账后剩下的差额（绝对值）。",
    "Unexplained: the published error between supply and use, or what reconciling regions left over (absolute values).",
)
NOMINAL = Text("按当年价格。", "At the prices of the year.")


def size_table(years: Sequence[Accounts], source: Text, quality: Quality, notes: Sequence[Text] = ()) -> Table:
    """Value added, output and trade of every region in each year.

    Parameters
    ----------
    years : sequence of Accounts
        Accounts of one or more years.
    source : Text
        Publisher and method.
    quality : Quality
        Worst mark of the inputs.
    notes : sequence of Text
        What the sources say about the figures, such as a later revision.
    """
    parts = []
    for accounts in years:
        a = accounts.to_unit("亿元")
        sold = a.exports + a.outflow + a.flows_out
        bought = a.imports + a.inflow + a.flows_in
        parts.append(
            pd.DataFrame(
                {
                    "year": a.year,
                    "region": a.regions,
                    "value_added": a.value_added.sum(axis=1),
                    "output": a.output.sum(axis=1),
                    "sold": sold.sum(axis=1),
                    "bought": bought.sum(axis=1),
                    "exports": a.exports.sum(axis=1),
                    "unexplained": np.abs(a.residual).sum(axis=1) / a.output.sum(axis=1),
                }
            )
        )
    names = years[0].names
    return Table(
        pd.concat(parts, ignore_index=True),
        [
            Column("year", Text("年份", "Year"), kind="year"),
            Column("region", Text("地区", "Region"), labels=names),
            Column("value_added", Text("增加值", "Value added"), unit=YI, digits=0),
            Column("output", Text("总产出", "Gross output"), unit=YI, digits=0),
            Column("sold", Text("售往区外", "Sold outside"), unit=YI, digits=0),
            Column("exports", Text("其中出口", "of which exports"), unit=YI, digits=0),
            Column("bought", Text("购自区外", "Bought outside"), unit=YI, digits=0),
            Column("unexplained", Text("未能解释（占产出）", "Unexplained, of output"), kind="share", digits=1),
        ],
        key="size",
        title=Text("各地区的规模", "Size of the regions"),
        source=source,
        quality=quality,
        notes=[NOMINAL, UNEXPLAINED, *notes],
    )


def structure_figure(
    accounts: Accounts, sectors: Sequence[str], groups: Mapping[str, Text], source: Text, quality: Quality
) -> Figure:
    """Share of each group of sectors in the value added of every region, stacked.

    Parameters
    ----------
    accounts : Accounts
    sectors : sequence of str
        Group of each sector, in the order of the accounts.
    groups : mapping of str to Text
        Names of the groups, in the order in which they are stacked.
    """
    share = accounts.value_added / accounts.value_added.sum(axis=1, keepdims=True)
    membership = np.array([[group == own for own in sectors] for group in groups], dtype=float)
    frame = pd.DataFrame(
        {
            "region": np.repeat(accounts.regions, len(groups)),
            "group": np.tile(list(groups), len(accounts.regions)),
            "percent": (share @ membership.T).ravel() * 100,
        }
    )
    table = Table(
        frame,
        [
            Column("region", Text("地区", "Region"), labels=accounts.names),
            Column("group", Text("大类", "Group"), labels=groups),
            Column("percent", Text("占增加值", "Share of value added"), unit=Text("%", "%"), digits=1),
        ],
        key="structure",
        title=Text(f"增加值构成，{accounts.year} 年", f"What value added is made of, {accounts.year}"),
        source=source,
        quality=quality,
    )
    return bars(table, "region", "percent", by="group", stacked=True, horizontal=True)


def concentration_figure(
    accounts: Accounts, chosen: Sequence[str], source: Text, quality: Quality, title: Text | None = None
) -> Figure:
    """Location quotient of sectors: share in the region's output over the share in all regions' output.

    Parameters
    ----------
    accounts : Accounts
    chosen : sequence of str
        Sectors to show.
    """
    share = accounts.output / accounts.output.sum(axis=1, keepdims=True)
    whole = accounts.output.sum(axis=0) / accounts.output.sum()
    quotient = np.divide(share, whole, out=np.full_like(share, np.nan), where=whole > 0)
    which = [accounts.sectors.index(sector) for sector in chosen]
    frame = pd.DataFrame(
        {
            "sector": np.repeat(np.array(chosen, dtype=object), len(accounts.regions)),
            "region": np.tile(accounts.regions, len(which)),
            "quotient": quotient[:, which].T.ravel(),
            "output": accounts.to_unit("亿元").output[:, which].T.ravel(),
        }
    )
    table = Table(
        frame,
        [
            Column("sector", Text("行业", "Sector"), labels=accounts.names),
            Column("region", Text("地区", "Region"), labels=accounts.names),
            Column("quotient", Text("区位商", "Location quotient"), unit=Text("全国=1", "nation = 1"), digits=2),
            Column("output", Text("总产出", "Gross output"), unit=YI, digits=0),
        ],
        key="concentration",
        title=title
        or Text(f"各地区专长（区位商），{accounts.year} 年", f"What each region is strong in, {accounts.year}"),
        source=source,
        quality=quality,
    )
    return heat(table, "region", "sector", "quotient", height=620)


def flows_figure(frame: pd.DataFrame, names: Mapping[str, Text], source: Text, quality: Quality) -> Figure:
    """Goods shipped between regions, with the band over what the tables cannot tell.

    Parameters
    ----------
    frame : DataFrame
        Columns from_region, to_region, value, low, high (亿元); summed over sectors here. Low and high are sums of the
        cells' bands and so the outer band.
    """
    total = frame.groupby(["from_region", "to_region"], sort=False)[["value", "low", "high"]].sum().reset_index()
    table = Table(
        total,
        [
            Column("from_region", Text("流出地", "From"), labels=names),
            Column("to_region", Text("流入地", "To"), labels=names),
            Column("value", Text("金额", "Amount"), unit=YI, digits=0),
            Column("low", Text("下限", "Low"), unit=YI, digits=0),
            Column("high", Text("上限", "High"), unit=YI, digits=0),
        ],
        key="flows",
        title=Text("地区之间的产品流动", "Goods shipped between regions"),
        source=source,
        quality=quality,
        notes=[
            Text(
                "公布的表没有伙伴地区；区间来自距离指数与距离定义的不同取法。",
                "Published tables name no partner; the band covers distance exponents and definitions of distance.",
            )
        ],
    )
    return flows(table, "from_region", "to_region", "value")
