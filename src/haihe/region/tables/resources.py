"""Tables of what is scarce: resources, endowments, uses, transfers, expansions, limits."""

from haihe.messages import Text
from haihe.region.spec import (
    Column,
    TableSpec,
    choice,
    code,
    codes,
    evidence,
    flag,
    names,
    note,
    number,
    unit,
    year,
)

RESOURCES = TableSpec(
    "resources",
    Text("要素", "resources"),
    Text(
        "一切可计量的稀缺之物：土地、能源、碳、水、劳动力、实验室机时、港口吞吐。",
        "Anything scarce that is counted: land, energy, carbon, water, labour, lab hours, port throughput.",
    ),
    (
        code("resource", "要素代码", "resource", ("本表内唯一", "Unique in this table."), key=True),
        *names(),
        choice(
            "kind",
            "性质",
            "kind",
            ("流量按年计，存量可长期占用", "A flow is counted by the year; a stock is held."),
            {"flow": "流量", "stock": "存量"},
            required=True,
        ),
        unit("单位", "unit", ("计量单位", "Unit it is counted in.")),
        flag(
            "permit",
            "许可",
            "permit",
            ("是否以指标或许可分配（可调剂）", "Handed out as quota or permit, so it can be pooled."),
            default=False,
        ),
        note(),
    ),
    Text("方案", "plan"),
)

ENDOWMENTS = TableSpec(
    "endowments",
    Text("要素禀赋", "endowments"),
    Text("地区某年拥有多少要素。", "How much of a resource a region has in a year."),
    (
        code("region", "地区", "region", ("地区", "Region."), ref="regions.region", key=True),
        code("resource", "要素", "resource", ("要素", "Resource."), ref="resources.resource", key=True),
        year(),
        number("value", "数量", "value", ("拥有量", "Amount held."), "@unit", required=True, minimum=0),
        choice(
            "purpose",
            "用途",
            "purpose",
            (
                "economy：该地区全部经济可用的量，方案据此约束生产；projects：只留给新项目的余量，不与全部经济的使用相比",
                "economy: what the whole economy of the region may use, which bounds its production; projects: what is "
                "left over for new projects only, never set against the use of the whole economy.",
            ),
            {"economy": "全部经济", "projects": "新项目"},
            default="economy",
        ),
        *evidence(),
        note(),
    ),
    Text("方案", "plan"),
)

USES = TableSpec(
    "uses",
    Text("要素使用强度", "uses"),
    Text("每亿元产出使用多少要素。", "Use of a resource per 亿元 of output."),
    (
        code("region", "地区", "region", ("地区", "Region."), ref="regions.region", key=True),
        code("sector", "行业", "sector", ("行业", "Sector."), ref="sectors.sector", key=True),
        code("resource", "要素", "resource", ("要素", "Resource."), ref="resources.resource", key=True),
        year(),
        number(
            "value", "强度", "value", ("每亿元产出的用量", "Use per 亿元 of output."), "@unit", required=True, minimum=0
        ),
        *evidence(),
        note(),
    ),
    Text("方案", "plan"),
)

TRANSFERS = TableSpec(
    "transfers",
    Text("要素调剂", "transfers"),
    Text("地区之间可以调剂多少要素、成本多少。", "How much of a resource may move between regions, and at what cost."),
    (
        code("resource", "要素", "resource", ("要素", "Resource."), ref="resources.resource", key=True),
        code("from_region", "调出地", "from", ("调出地区", "Region that gives."), ref="regions.region", key=True),
        code("to_region", "调入地", "to", ("调入地区", "Region that gets."), ref="regions.region", key=True),
        year(),
        number("limit", "上限", "limit", ("每年上限", "Most a year."), "@unit", minimum=0),
        number("cost", "成本", "cost", ("每单位成本（万元）", "Cost per unit, 万元."), "万元", minimum=0, default=0.0),
        *evidence(),
        note(),
    ),
    Text("方案", "plan"),
)

EXPANSIONS = TableSpec(
    "expansions",
    Text("扩容", "expansions"),
    Text(
        "某地区的要素或某条通道可以增加多少、代价多少：海水淡化、新泊位、新铁路线。",
        "How much more of a resource or of a link's capacity can be had, and at what cost: desalination, a berth, a "
        "railway.",
    ),
    (
        code("expansion", "扩容代码", "expansion", ("本表内唯一", "Unique in this table."), key=True),
        *names(),
        code(
            "resource",
            "要素",
            "resource",
            ("增加的要素；要素与通道只填一项", "Resource that grows; either this or a link."),
            ref="resources.resource",
        ),
        code("region", "地区", "region", ("要素所在地区", "Region whose resource grows."), ref="regions.region"),
        code("link", "通道", "link", ("增加能力的通道", "Link whose capacity grows."), ref="links.link"),
        Column(
            "first_year",
            "year",
            Text("起始年份", "first year"),
            Text("最早可用的年份", "First year in which it can be used."),
            required=True,
            minimum=1900,
            maximum=2100,
        ),
        number(
            "most",
            "每年最多",
            "most a year",
            (
                "有使用年限的：每年最多新建多少；没有的：每年最多买多少",
                "With a life: most that can be added a year; without: most that can be had in a year.",
            ),
            "@unit",
            required=True,
            minimum=0,
        ),
        number(
            "cost",
            "单位成本",
            "cost",
            (
                "每单位成本（万元）；有使用年限的是一次投资，没有的是当年费用",
                "Cost per unit, 万元: an investment where there is a life, else the price of a year.",
            ),
            "万元",
            required=True,
            minimum=0,
        ),
        number(
            "life",
            "使用年限",
            "life",
            ("建成后可用多少年；留空表示逐年购买", "Years that what is built lasts; empty: bought year by year."),
            "year",
            minimum=1,
        ),
        *evidence(),
        note(),
    ),
    Text("方案", "plan"),
)

LIMITS = TableSpec(
    "limits",
    Text("限制", "limits"),
    Text(
        "对任意地区、行业、年份集合上某量的上限或下限；碳配额、生态红线、债务上限都在这里。",
        "A cap or floor on something over any set of regions, sectors and years: carbon caps, ecology lines, debt "
        "ceilings.",
    ),
    (
        code("limit", "限制代码", "limit", ("本表内唯一", "Unique in this table."), key=True),
        *names(),
        code(
            "resource",
            "要素",
            "resource",
            ("限制的要素；与指标只填一项", "Resource that is limited; give either it or an indicator."),
            ref="resources.resource",
        ),
        code(
            "indicator",
            "指标",
            "indicator",
            (
                "限制的指标，如 jobs、value_added、import_dependence:IC；与要素只填一项",
                "Indicator that is limited, e.g. jobs, value_added, import_dependence:IC; give either it or a resource.",
            ),
        ),
        codes(
            "regions",
            "地区",
            "regions",
            ("地区代码，分号隔开；* 为全部成员", "Regions joined by ;, * for all members."),
            ref="regions.region",
            default="*",
        ),
        codes(
            "sectors",
            "行业",
            "sectors",
            ("行业代码，分号隔开；* 为全部", "Sectors joined by ;, * for all."),
            ref="sectors.sector",
            default="*",
        ),
        choice(
            "sense", "方向", "sense", ("上限或下限", "Cap or floor."), {"cap": "上限", "floor": "下限"}, required=True
        ),
        year(key=True),
        number(
            "value",
            "数值",
            "value",
            (
                "绝对量，或相对基准路径的比例（单位写 share of reference）",
                "Amount, or share of the reference path (unit: share of reference).",
            ),
            "@unit",
            required=True,
            minimum=0,
            maximum=1e15,
        ),
        flag(
            "pooled",
            "可统筹",
            "pooled",
            ("集合内各地区可相互调剂", "Regions of the set may trade it among themselves."),
            default=True,
        ),
        *evidence(),
        note(),
    ),
    Text("方案", "plan"),
)
