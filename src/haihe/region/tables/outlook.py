"""Tables of what is expected and asked of the economy: growth paths, foreign partners, capacity replacement."""

from haihe.messages import Text
from haihe.region.spec import TableSpec, both, code, codes, evidence, note, number, year

_REGIONS = codes(
    "regions",
    "地区",
    "regions",
    ("地区代码，分号隔开；* 为全部成员", "Regions joined by ;, * for all members."),
    ref="regions.region",
    key=True,
)
_SECTORS = codes(
    "sectors",
    "行业",
    "sectors",
    ("行业代码，分号隔开；* 为全部", "Sectors joined by ;, * for all."),
    ref="sectors.sector",
    key=True,
)

GROWTH_PATHS = TableSpec(
    "growth_paths",
    Text("增长路径", "growth paths"),
    Text(
        "基准路径：各地区、各行业到某年为止的年均增长率，来自目标或预测。后面的行覆盖前面的行；未写明的按趋势增长。",
        "Reference paths: growth a year until a year, by region and sector, from targets or forecasts. Later rows "
        "override earlier ones; what no row names grows by the trend.",
    ),
    (
        code("path", "路径代码", "path", ("同一路径的行用同一代码", "The same for all rows of a path."), key=True),
        *both("title", "标题", "title", ("路径的名称", "Name of the path")),
        _REGIONS,
        _SECTORS,
        year(),
        number(
            "value",
            "年均增长率",
            "growth a year",
            (
                "自上一写明年份（或核算年）至本年的年均增长率",
                "A year, from the year stated before (or of the accounts).",
            ),
            "@unit",
            required=True,
            minimum=-0.5,
            maximum=100,
        ),
        *evidence(),
        note(),
    ),
    Text("方案", "plan"),
)

FOREIGN_PARTNERS = TableSpec(
    "foreign_partners",
    Text("贸易伙伴", "foreign partners"),
    Text(
        "出口与进口按境外伙伴组的构成。写明的份额之和小于1时，其余归“其他”。",
        "How exports and imports divide between groups of foreign partners. What the shares leave goes to “others”.",
    ),
    (
        code("partner", "伙伴组", "partner", ("伙伴组代码", "Code of the group."), key=True),
        *both("title", "标题", "title", ("伙伴组的名称", "Name of the group")),
        _REGIONS,
        _SECTORS,
        number("exports", "出口份额", "share of exports", ("占出口", "Of exports."), "share", minimum=0, maximum=1),
        number("imports", "进口份额", "share of imports", ("占进口", "Of imports."), "share", minimum=0, maximum=1),
        *evidence(unit=False),
        note(),
    ),
    Text("方案、压力测试", "plan and stress"),
)

REPLACEMENTS = TableSpec(
    "replacements",
    Text("产能置换", "capacity replacement"),
    Text(
        "先退后进：每新建一单位产能须先退出若干单位（含正常报废）。",
        "Out before in: capacity that has to leave (wear and tear included) for each unit that is built.",
    ),
    (
        code("sector", "行业", "sector", ("适用行业", "Sector."), ref="sectors.sector", key=True),
        _REGIONS,
        number(
            "ratio",
            "置换比例",
            "ratio",
            ("退出量与新建量之比，如1.5", "What leaves over what is built, such as 1.5."),
            "ratio",
            minimum=0,
            maximum=100,
            required=True,
        ),
        *evidence(unit=False),
        note(),
    ),
    Text("方案", "plan"),
)
