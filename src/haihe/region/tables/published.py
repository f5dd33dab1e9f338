"""Tables of what is published after the accounts were made: known totals and statistical revisions."""

from haihe.messages import Text
from haihe.region.spec import TableSpec, both, choice, code, codes, evidence, names, note, number, year

ITEMS = {
    "added": "增加值",
    "output": "总产出",
    "final": "最终使用",
    "exports": "出口",
    "imports": "进口",
    "outflow": "国内流出",
    "inflow": "国内流入",
    "Z": "中间使用",
}
"""Blocks of the accounts of which a sum may be known."""

KNOWN_TOTALS = TableSpec(
    "known_totals",
    Text("已知合计", "known totals"),
    Text(
        "已公布的合计数（如某年地区生产总值），更新核算时据此调平。",
        "Published sums, such as the GDP of a year, that updated accounts must meet.",
    ),
    (
        code("total", "合计代码", "total", ("本表内唯一", "Unique in this table."), key=True),
        *names(),
        choice("item", "项目", "item", ("核算中的哪一部分", "Part of the accounts."), ITEMS, required=True),
        code("region", "地区", "region", ("空为全部地区之和", "Empty: all regions together."), ref="regions.region"),
        codes(
            "sectors",
            "行业",
            "sectors",
            ("行业代码，分号隔开；* 为全部", "Sectors joined by ;, * for all."),
            ref="sectors.sector",
            default="*",
        ),
        codes(
            "kinds",
            "类别",
            "kinds",
            (
                "最终使用或增加值的类别，分号隔开；* 为全部",
                "Kinds of final use or value added joined by ;, * for all.",
            ),
            default="*",
        ),
        year(key=False),
        number("value", "数值", "value", ("公布的合计", "The sum as published."), "@unit", required=True),
        number(
            "reliability",
            "可靠度",
            "reliability",
            (
                "相对标准误；0 表示必须严格满足",
                "Relative standard error; 0: must be met exactly.",
            ),
            "share",
            minimum=0,
            required=True,
        ),
        *evidence(),
        note(),
    ),
    Text("更新核算", "updating accounts"),
)

REVISIONS = TableSpec(
    "revisions",
    Text("统计修订", "statistical revisions"),
    Text(
        "地区某年的水平数（地区生产总值）在公布后的修订；更新核算时全部单元格按同一系数调整。",
        "How the level of a region's figures (GDP) was revised after publication; an update multiplies every cell by it.",
    ),
    (
        code("region", "地区", "region", ("被修订的地区", "Region revised."), ref="regions.region", key=True),
        year(),
        number(
            "published", "原公布数", "published", ("最初公布", "As first published."), "@unit", above=0, required=True
        ),
        number("revised", "修订数", "revised", ("修订之后", "After the revision."), "@unit", above=0, required=True),
        *both("reason", "原因", "reason", ("修订了什么、为何修订", "What was revised and why"), required=True),
        *evidence(),
        note(),
    ),
    Text("更新核算", "updating accounts"),
)
