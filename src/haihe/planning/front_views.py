"""Table and figure of a front, in both languages. Money in 亿元 (100 million yuan)."""

from collections.abc import Mapping

import pandas as pd

from haihe.figures import Column, Figure, Table, lines
from haihe.messages import Quality, Text
from haihe.planning.fronts import Front
from haihe.planning.views import DIFFERENCE_NOTE, YI, YI_PER_BN, names_of
from haihe.region import Region
from haihe.region.units import said

CUT = Text("末年比基准路径减少", "Cut below the reference in the last year")
WAYS: Mapping[bool, Text] = {True: Text("统筹", "Pooled"), False: Text("各自", "Separate")}


def fronts_table(fronts: Mapping[float, Front], source: Text, quality: Quality) -> Table:
    """One cut under other elasticities: cost pooled and separate, and what pooling saves."""
    rows = []
    for by, front in fronts.items():
        loss = front.points.set_index("pooled")["loss"] * YI_PER_BN
        price = float(front.members.loc[front.members["pooled"], "price"].iloc[0])
        cut = float(front.points["cut"].iloc[0])
        rows.append((by, cut, loss[True], loss[False], front.saving(cut), price))
    some = next(iter(fronts.values()))
    return Table(
        pd.DataFrame(rows, columns=["factor", "cut", "pooled", "separate", "saving", "price"]),
        [
            Column("factor", Text("弹性为默认值的倍数", "Elasticities, times the default"), digits=1),
            Column("cut", CUT, kind="share", digits=0),
            Column("pooled", Text("统筹完成的代价", "Cost pooled"), unit=YI, digits=0),
            Column("separate", Text("各自完成的代价", "Cost separate"), unit=YI, digits=0),
            Column("saving", Text("统筹节省", "Saved by pooling"), kind="share", digits=0),
            Column("price", Text("统筹时的价格", "Price when pooled"), unit=said(f"yuan/{some.unit}"), digits=0),
        ],
        key="front-band",
        title=Text("不用升级技术时的代价与弹性的影响", "Cost without upgrades, and what the elasticities do to it"),
        source=source,
        quality=quality,
        notes=[DIFFERENCE_NOTE],
    )


def front_figure(front: Front, source: Text, quality: Quality) -> Figure:
    """The front: welfare lost against the cut, pooled and separate."""
    frame = front.points.assign(percent=front.points["cut"] * 100, amount=front.points["loss"] * YI_PER_BN)
    table = Table(
        frame,
        [
            Column("percent", CUT, unit=Text("%", "%"), digits=0),
            Column("pooled", Text("方式", "Way"), labels=WAYS),
            Column("amount", Text("福利损失（贴现累计）", "Welfare lost (discounted total)"), unit=YI, digits=0),
            Column("share", Text("占消费", "Of consumption"), kind="share", digits=2),
        ],
        key="front",
        title=Text(f"每收紧一步的代价：{front.title.zh}", f"What each further cut costs: {front.title.en}"),
        source=source,
        quality=quality,
        notes=[DIFFERENCE_NOTE],
    )
    return lines(table, "percent", "amount", by="pooled")


def front_members(front: Front, region: Region, source: Text, quality: Quality) -> Table:
    """Price and own cut of every member along the front."""
    unit = said(f"yuan/{front.unit}")
    return Table(
        front.members,
        [
            Column("cut", Text("减少", "Cut"), kind="share", digits=0),
            Column("pooled", Text("方式", "Way"), labels=WAYS),
            Column("region", Text("地区", "Region"), labels=names_of(region)),
            Column("price", Text("影子价格", "Price"), unit=unit, digits=0),
            Column("own_cut", Text("自身减少", "Own cut"), kind="share", digits=1),
        ],
        key="front-members",
        title=Text("各地区的价格与自身减少", "Price and own cut of each member"),
        source=source,
        quality=quality,
        notes=[DIFFERENCE_NOTE],
    )
