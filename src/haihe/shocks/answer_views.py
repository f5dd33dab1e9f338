"""Tables of the best answer to a shock, in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from haihe.figures import Column, Table
from haihe.messages import Text
from haihe.shocks.coordinated import Coordinated
from haihe.shocks.stress_words import PARTNERS

if TYPE_CHECKING:
    from haihe.shocks.stress_views import StressViews

MOST = 12
METHOD = Text(
    "短期线性规划（逐周，资本不变，产能、库存与运输同推演）：自发的流量是其可行解；求得的方案再逐日放回同样的产能与库存中执行",
    "linear program of weeks (capital fixed; capacity, stocks and transport as in the run): what happens by itself is one of "
    "its choices; its plan is then played day by day against the same capacity and stocks",
)
POOLED = Text(
    "方案里同一地区的企业可互借库存、可改换供应商，最终需求的满足不低于自发状态，产出不超过平时；因此无冲击时统筹的作用为零。",
    "In the plan firms of a region lend each other stocks and change suppliers, final use is served no less than alone, and nobody "
    "makes more than usually; so without a shock coordination is worth nothing here.",
)
CASES = {
    "usual": Text("平时", "Usual"),
    "alone": Text("各自应对", "Each alone"),
    "planned": Text("统筹方案", "As planned"),
    "played": Text("方案逐日执行", "Plan as played"),
}


def answer_tables(views: StressViews, answer: Coordinated) -> list[Table]:
    """What each case is worth, who makes more or less, which deliveries change."""
    names = dict(views.basis.names) | PARTNERS
    frame = pd.DataFrame([(case, answer.worth[case]) for case in CASES], columns=["case", "value_added"])
    frame["more"] = frame["value_added"] - answer.worth["alone"]
    notes = POOLED
    region, sector = Text("地区", "Region"), Text("行业", "Sector")
    return [
        views.table(
            f"{views.key}-answer",
            Text(f"统筹应对的作用（{answer.weeks} 周）", f"what coordination is worth ({answer.weeks} weeks)"),
            frame,
            [
                Column("case", Text("情形", "Case"), labels=CASES),
                Column("value_added", Text("增加值", "Value added"), unit=views.unit, digits=1),
                Column("more", Text("比各自应对多", "More than alone"), unit=views.unit, digits=1, signed=True),
            ],
            notes,
            method=METHOD,
        ),
        views.table(
            f"{views.key}-answer-output",
            Text("统筹后谁多产、谁少产", "who makes more, and who less, by plan"),
            pd.concat([answer.output.head(MOST), answer.output.tail(MOST // 2)]).drop_duplicates(["region", "sector"]),
            [
                Column("region", region, labels=names),
                Column("sector", sector, labels=names),
                Column("alone", Text("各自应对的产出", "Output alone"), unit=views.unit, digits=2),
                Column("change", Text("执行方案后变化", "Change as played"), unit=views.unit, digits=2, signed=True),
            ],
            notes,
            method=METHOD,
        ),
        views.table(
            f"{views.key}-answer-deliveries",
            Text("调剂：供货的变化", "transfers: how deliveries change"),
            answer.deliveries.head(MOST),
            [
                Column("product", Text("投入品", "Product"), labels=names),
                Column("source", Text("供方", "From"), labels=names),
                Column("region", Text("收货地区", "To"), labels=names),
                Column("alone", Text("各自应对", "Alone"), unit=views.unit, digits=2),
                Column("change", Text("方案中变化", "Change by plan"), unit=views.unit, digits=2, signed=True),
            ],
            notes,
            method=METHOD,
        ),
    ]
