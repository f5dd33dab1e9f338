"""Table and figure of a front, in both languages. Money in 亿元 (100 million yuan)."""

from collections.abc import Mapping

from haihe.figures import Column, Figure, Table, lines
from haihe.messages import Quality, Text
from haihe.planning.fronts import Front
from haihe.planning.views import DIFFERENCE_NOTE, YI, YI_PER_BN, names_of
from haihe.region import Region
from haihe.region.units import said

WAYS: Mapping[bool, Text] = {True: Text("统筹", "Pooled"), False: Text("各自", "Separate")}


def front_figure(front: Front, source: Text, quality: Quality) -> Figure:
    """The front: welfare lost against the cut, pooled and separate."""
    frame = front.points.assign(percent=front.points["cut"] * 100, amount=front.points["loss"] * YI_PER_BN)
    table = Table(
        frame,
        [
            Column("percent", Text("减排", "Cut"), unit=Text("%", "%"), digits=0),
            Column("pooled", Text("方式", "Way"), labels=WAYS),
            Column("amount", Text("福利损失（贴现累计）", "Welfare lost (discounted total)"), unit=YI, digits=0),
            Column("share", Text("占消费", "Of consumption"), kind="share", digits=2),
        ],
        key="front",
        title=Text("减排的代价：统筹与各自", "What a cut costs: pooled and separate"),
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
            Column("cut", Text("减排", "Cut"), kind="share", digits=0),
            Column("pooled", Text("方式", "Way"), labels=WAYS),
            Column("region", Text("地区", "Region"), labels=names_of(region)),
            Column("price", Text("影子价格", "Price"), unit=unit, digits=0),
            Column("own_cut", Text("自身减排", "Own cut"), kind="share", digits=1),
        ],
        key="front-members",
        title=Text("各地区的价格与自身减排", "Price and own cut of each member"),
        source=source,
        quality=quality,
        notes=[DIFFERENCE_NOTE],
    )
