"""Tables of the economy: sectors, accounts, flows, technologies, parameters, chains, firms."""

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
    ownership,
    text,
    year,
)

GROUPS = {
    "agriculture": "农业",
    "mining": "采矿业",
    "manufacturing": "制造业",
    "utilities": "电热气水",
    "construction": "建筑业",
    "services": "服务业",
}

SECTORS = TableSpec(
    "sectors",
    Text("行业", "sectors"),
    Text("核算与方案使用的行业。", "The sectors that accounts and plan use."),
    (
        code("sector", "行业代码", "sector", ("本表内唯一", "Unique in this table."), key=True),
        *names(),
        text("gbt4754", "国标行业代码", "GB/T 4754", ("GB/T 4754-2017 大类代码", "Division codes of GB/T 4754-2017.")),
        choice("group", "大类", "group", ("所属大类", "Group of the sector."), GROUPS, required=True),
        flag(
            "energy",
            "能源产品",
            "energy product",
            ("产品是能源（升级技术少用）", "Its product is energy, which upgraded technology saves."),
            default=False,
        ),
        flag(
            "local",
            "本地服务",
            "local supply",
            (
                "电、热、水与本地服务：对外贸易的护栏更窄",
                "Electricity, heat, water, local services: a narrower trade guard.",
            ),
            default=False,
        ),
        flag("upgrade", "可升级", "can upgrade", ("可采用升级技术", "May use upgraded technology."), default=False),
        choice(
            "official_kind",
            "官方类型",
            "official type",
            ("政策文件中的类型：新兴、优势、传统", "Type named in policy: emerging, leading, traditional."),
            {"emerging": "新兴", "leading": "优势", "traditional": "传统"},
        ),
        text("made_of", "合并自", "made of", ("由哪些公布行业合并而成", "Published sectors it was merged from.")),
        note(),
    ),
    Text("诊断、方案", "diagnosis and plan"),
    required=True,
)

VALUE_ADDED = ("labour", "taxes", "depreciation", "surplus")
"""Rows of an account below the sectors."""

FINAL_USES = ("household_rural", "household_urban", "government", "investment", "inventories")
"""Columns of final use."""

USES_BESIDES = ("export", "outflow", "residual")
"""Other columns that add to the use of a row; ``residual`` is what the publisher could not explain."""

SUPPLIES_BESIDES = ("import", "inflow")
"""Columns of supply from elsewhere, positive numbers."""

OUTPUT = "output"
"""Column of output."""

ACCOUNTS = TableSpec(
    "accounts",
    Text("投入产出核算", "accounts"),
    Text(
        "长表：某年某地区，行（行业或增加值构成）对列（行业、最终使用、贸易、误差、总产出）的金额。",
        "Long form: in a year and region, the amount in a row (sector or kind of value added) and a column "
        "(sector, final use, trade, residual or output).",
    ),
    (
        year(),
        code("region", "地区", "region", ("核算所属地区", "Region of the account."), ref="regions.region", key=True),
        code(
            "row",
            "行",
            "row",
            ("行业代码，或 labour、taxes、depreciation、surplus", "Sector, or labour, taxes, depreciation, surplus."),
            key=True,
        ),
        code(
            "column",
            "列",
            "column",
            (
                "行业代码，或 household_rural、household_urban、government、investment、inventories、export、import、"
                "outflow、inflow、residual、output；outflow 与 inflow 只含 flows 表未列出的国内贸易",
                "Sector, or household_rural, household_urban, government, investment, inventories, export, import, "
                "outflow, inflow, residual, output; outflow and inflow hold the domestic trade that table flows does "
                "not list.",
            ),
            key=True,
        ),
        number(
            "value",
            "数值",
            "value",
            ("金额；进口与流入为正数", "Amount; imports and inflows are positive."),
            "@unit",
            required=True,
        ),
        Column(
            "price_year",
            "year",
            Text("价格年份", "price year"),
            Text("不变价所用的年份；空为当年价", "Year whose constant prices these are; empty: current prices."),
            minimum=1900,
            maximum=2100,
        ),
        *evidence(),
    ),
    Text("诊断、方案", "diagnosis and plan"),
)

FLOWS = TableSpec(
    "flows",
    Text("地区间流动", "flows"),
    Text("地区之间的产品流动，附假设区间。", "Goods shipped between regions, with the band over what cannot be known."),
    (
        year(),
        code("from_region", "流出地", "from", ("流出地区", "Region that ships."), ref="regions.region", key=True),
        code("to_region", "流入地", "to", ("流入地区", "Region that receives."), ref="regions.region", key=True),
        code("sector", "产品", "sector", ("产品所属行业", "Sector of the product."), ref="sectors.sector", key=True),
        number(
            "value",
            "数值",
            "value",
            ("默认假设下的金额", "Amount under the default assumption."),
            "@unit",
            required=True,
            minimum=0,
        ),
        number("low", "下限", "low", ("区间下限", "Lower end of the band."), "@unit", minimum=0),
        number("high", "上限", "high", ("区间上限", "Upper end of the band."), "@unit", minimum=0),
        *evidence(),
    ),
    Text("方案、分享、压力测试", "plan, share, stress"),
)

TECHNOLOGIES = TableSpec(
    "technologies",
    Text("技术", "technologies"),
    Text("升级技术相对现有技术的差别。", "How an upgraded technology differs from today's."),
    (
        code("technology", "技术代码", "technology", ("本表内唯一", "Unique in this table."), key=True),
        *names(),
        codes(
            "sectors",
            "行业",
            "sectors",
            (
                "可采用的行业，分号隔开；* 为全部可升级的行业",
                "Sectors that may take it up, joined by ;, * for all that may upgrade.",
            ),
            ref="sectors.sector",
            default="*",
        ),
        number(
            "energy_inputs",
            "能源投入变化",
            "change of energy inputs",
            ("相对现有技术", "Relative to today's."),
            "share",
            minimum=-1,
            required=True,
        ),
        number(
            "other_inputs",
            "其他投入变化",
            "change of other inputs",
            ("相对现有技术", "Relative to today's."),
            "share",
            minimum=-1,
            required=True,
        ),
        number(
            "labour",
            "劳动变化",
            "change of labour",
            ("相对现有技术", "Relative to today's."),
            "share",
            minimum=-1,
            required=True,
        ),
        number(
            "co2",
            "碳排放变化",
            "change of CO2",
            ("相对现有技术", "Relative to today's."),
            "share",
            minimum=-1,
            required=True,
        ),
        number(
            "new_capital",
            "新建资本增加",
            "extra capital when new",
            ("新增产能的额外资本", "Extra capital of new capacity."),
            "share",
            minimum=0,
            required=True,
        ),
        number(
            "retrofit",
            "改造成本",
            "cost of retrofit",
            ("占原资本的比例", "Share of the old capital."),
            "share",
            minimum=0,
            required=True,
        ),
        number(
            "retrofit_limit",
            "年改造上限",
            "retrofit a year at most",
            ("每年可改造的产能比例", "Share of capacity that may be retrofitted a year."),
            "share",
            minimum=0,
            maximum=1,
            required=True,
        ),
        *evidence(unit=False),
        note(),
    ),
    Text("方案", "plan"),
)

PARAMETERS = TableSpec(
    "parameters",
    Text("参数", "parameters"),
    Text(
        "方案的假设：增长、贴现、折旧、弹性等，均可修改。",
        "Assumptions of the plan, all visible and editable: growth, discount, depreciation, elasticities.",
    ),
    (
        code("parameter", "参数", "parameter", ("参数代码", "Code of the parameter."), key=True),
        *names(),
        number("value", "数值", "value", ("默认值", "Value used."), "@unit", required=True),
        number("low", "下限", "low", ("敏感性下限", "Low end for sensitivity."), "@unit"),
        number("high", "上限", "high", ("敏感性上限", "High end for sensitivity."), "@unit"),
        *evidence(),
        note(),
    ),
    Text("方案", "plan"),
)

CHAINS = TableSpec(
    "chains",
    Text("产业链", "chains"),
    Text("重点产业链。", "Key industrial chains."),
    (
        code("chain", "产业链代码", "chain", ("本表内唯一", "Unique in this table."), key=True),
        *names(),
        choice(
            "official_label",
            "官方诊断",
            "official label",
            ("2021年官方诊断：强链、新链、短链", "Official diagnosis of 2021: strong, new, short."),
            {"strong": "强链", "new": "新链", "short": "短链"},
        ),
        code(
            "lead_department",
            "牵头部门",
            "lead department",
            ("牵头部门", "Department in the lead."),
            ref="departments.department",
        ),
        *evidence(unit=False),
        note(),
    ),
    Text("诊断", "diagnosis"),
)

CHAIN_STAGES = TableSpec(
    "chain_stages",
    Text("产业链环节", "chain stages"),
    Text(
        "每条链由哪些环节组成，对应哪些行业的多大份额。",
        "The stages of each chain and the share of a sector each stands for.",
    ),
    (
        code("chain", "产业链", "chain", ("所属产业链", "Chain it belongs to."), ref="chains.chain", key=True),
        code("stage", "环节", "stage", ("链内唯一的环节代码", "Code, unique within the chain."), key=True),
        *names(),
        choice(
            "position",
            "位置",
            "position",
            ("上游、中游、下游", "Upstream, midstream, downstream."),
            {"upstream": "上游", "midstream": "中游", "downstream": "下游"},
            required=True,
        ),
        code("sector", "行业", "sector", ("对应行业", "Sector the stage lies in."), ref="sectors.sector", key=True),
        number(
            "share",
            "份额",
            "share",
            ("该环节占行业产出的份额", "Share of the sector's output that the stage stands for."),
            "share",
            minimum=0,
            maximum=1,
            required=True,
        ),
        *evidence(unit=False),
        note(),
    ),
    Text("诊断", "diagnosis"),
)

ENTERPRISES = TableSpec(
    "enterprises",
    Text("企业", "enterprises"),
    Text("可选：链上企业。", "Optional: firms of the chains."),
    (
        code(
            "enterprise",
            "企业代码",
            "enterprise",
            ("统一社会信用代码或内部代码", "Credit code or an own code."),
            key=True,
        ),
        *names(),
        code("region", "地区", "region", ("所在地区", "Where it is."), ref="regions.region", required=True),
        code("sector", "行业", "sector", ("所属行业", "Its sector."), ref="sectors.sector", required=True),
        codes(
            "stages",
            "环节",
            "stages",
            ("所在环节，写作 链.环节", "Stages, as chain.stage."),
        ),
        number("output", "产出", "output", ("年产出", "Output a year."), "@unit", minimum=0),
        ownership(),
        year(key=False, required=False),
        *evidence(),
        note(),
    ),
    Text("企业网络", "firm networks"),
)

SUPPLIES = TableSpec(
    "supplies",
    Text("供应关系", "supplies"),
    Text("可选：企业间供货。", "Optional: deliveries between firms."),
    (
        code("supplier", "供方", "supplier", ("供货企业", "Firm that sells."), ref="enterprises.enterprise", key=True),
        code("customer", "需方", "customer", ("购货企业", "Firm that buys."), ref="enterprises.enterprise", key=True),
        number("value", "金额", "value", ("年供货额", "Deliveries a year."), "@unit", minimum=0, required=True),
        choice(
            "need",
            "重要性",
            "need",
            ("对需方是否关键", "How much the buyer needs it."),
            {"essential": "关键", "important": "重要", "replaceable": "可替代"},
            default="important",
        ),
        *evidence(),
    ),
    Text("企业网络", "firm networks"),
)
