"""Tables of money and law: funds, rules, budgets, finances, projects, their sites and who pays for them."""

from dataclasses import replace

from haihe.messages import Text
from haihe.region.spec import (
    Column,
    TableSpec,
    both,
    choice,
    code,
    codes,
    date,
    evidence,
    names,
    note,
    number,
    ownership,
    text,
    year,
)

FUNDS = TableSpec(
    "funds",
    Text("专项资金", "funds"),
    Text("专项资金与引导基金。", "Special funds and guidance funds."),
    (
        code("fund", "资金代码", "fund", ("本表内唯一", "Unique in this table."), key=True),
        *names(),
        choice(
            "kind",
            "性质",
            "kind",
            ("补助、引导基金、奖励、代金券", "Grant, guidance fund, award or voucher."),
            {"grant": "补助", "guidance": "引导基金", "award": "奖励", "voucher": "代金券"},
            required=True,
        ),
        code(
            "department", "主管部门", "department", ("主管部门", "Department in charge."), ref="departments.department"
        ),
        number(
            "city_share",
            "市级承担",
            "city share",
            ("市级承担比例", "Share that the city pays."),
            "share",
            minimum=0,
            maximum=1,
        ),
        *evidence(unit=False),
        note(),
    ),
    Text("办法、方案", "rules and plan"),
)

RULES = TableSpec(
    "rules",
    Text("办法条款", "rules"),
    Text(
        "资金办法的条款：对象、比例、上限、有效期与文号。",
        "Articles of the fund rules: what, rate, cap, dates and document.",
    ),
    (
        code("article", "条款代码", "article", ("本表内唯一", "Unique in this table."), key=True),
        *names(),
        code("fund", "资金", "fund", ("所属资金", "Fund it belongs to."), ref="funds.fund", required=True),
        text("document", "文件", "document", ("文号或文件名", "Document number or name."), required=True),
        date("valid_from", "生效日", "valid from", ("YYYY-MM-DD", "YYYY-MM-DD.")),
        date("valid_to", "失效日", "valid to", ("YYYY-MM-DD", "YYYY-MM-DD.")),
        number("threshold", "门槛", "threshold", ("最低总投资", "Least total investment."), "万元", minimum=0),
        number(
            "rate",
            "比例",
            "rate",
            ("支持额占基数的比例", "Support as a share of its base."),
            "share",
            minimum=0,
            maximum=1,
        ),
        text("base", "基数", "base", ("比例所乘的基数", "What the rate is applied to.")),
        number("cap", "上限", "cap", ("单个项目支持上限", "Most support for one project."), "万元", minimum=0),
        number("amount", "定额", "amount", ("定额奖励", "Fixed award."), "万元", minimum=0),
        text(
            "clause",
            "规则条款",
            "clause",
            (
                "办法文件（rules 文件夹）中的条款代码；空缺时取本表条款代码的小写",
                "Article of the rule files (folder rules); where empty, this table's code in small letters.",
            ),
        ),
        text(
            "facts",
            "申报事实",
            "facts",
            (
                "按本条款申报的项目另外满足的字段，如 fills_gap=true，分号隔开",
                "What a project that applies under it states besides, such as fills_gap=true, joined by ;.",
            ),
        ),
        *evidence(unit=False),
        note(),
    ),
    Text("办法", "rules"),
)

BUDGETS = TableSpec(
    "budgets",
    Text("预算", "budgets"),
    Text("资金某年某地区的预算。", "Budget of a fund in a year and region."),
    (
        code("fund", "资金", "fund", ("资金", "Fund."), ref="funds.fund", key=True),
        code("region", "地区", "region", ("出资地区", "Region that pays."), ref="regions.region", key=True),
        year(),
        number("value", "金额", "value", ("预算金额", "Budget."), "@unit", minimum=0, required=True),
        number(
            "promised",
            "其中已承诺",
            "promised already",
            (
                "其中已承诺给候选项目以外的部分（以前批次的尾款、其他奖补）",
                "Part of it that is promised to others than the candidate projects: tails of earlier rounds, other awards.",
            ),
            "@unit",
            minimum=0,
            default=0.0,
        ),
        *evidence(),
        note(),
    ),
    Text("方案、批次", "plan and rounds"),
)

FINANCES = TableSpec(
    "finances",
    Text("财政", "finances"),
    Text("地区财政：收入、债务、风险敞口。", "Public money of a region: revenue, debt, exposure."),
    (
        code("region", "地区", "region", ("地区", "Region."), ref="regions.region", key=True),
        code(
            "item",
            "项目",
            "item",
            (
                "方案识别 matching_capacity、expenditure、suspended_payments、debt、debt_ceiling；其余只展示",
                "The plan reads matching_capacity, expenditure, suspended_payments, debt, debt_ceiling; others are "
                "shown only.",
            ),
            key=True,
        ),
        year(),
        number("value", "金额", "value", ("金额", "Amount."), "@unit", required=True),
        *evidence(),
        note(),
    ),
    Text("财政空间", "fiscal space"),
)

PROJECTS = TableSpec(
    "projects",
    Text("项目", "projects"),
    Text("候选投资项目。", "Candidate investments."),
    (
        code("project", "项目代码", "project", ("本表内唯一", "Unique in this table."), key=True),
        *names(),
        code("chain", "产业链", "chain", ("所属产业链", "Chain it belongs to."), ref="chains.chain"),
        code("sector", "行业", "sector", ("所属行业", "Its sector."), ref="sectors.sector", required=True),
        code(
            "article", "申请条款", "article", ("申请支持所依据的条款", "Article it applies under."), ref="rules.article"
        ),
        number("investment", "总投资", "investment", ("总投资", "Total investment."), "万元", minimum=0, required=True),
        number(
            "equipment",
            "设备投资",
            "equipment",
            ("其中设备与软件", "Of which equipment and software."),
            "万元",
            minimum=0,
        ),
        number(
            "output",
            "达产产值",
            "output at capacity",
            ("达产后年产值", "Output a year at capacity."),
            "万元",
            minimum=0,
            required=True,
        ),
        number("jobs", "就业", "jobs", ("达产后就业", "Jobs at capacity."), "persons", minimum=0),
        number(
            "saving",
            "年节能量",
            "energy saved",
            ("建成后每年节约的能源", "Energy saved a year once built."),
            "tce",
            minimum=0,
        ),
        number(
            "need",
            "所需支持",
            "support needed",
            (
                "少于这一财政支持就不会建设；0 表示没有支持也会建设；空缺时按办法可得的支持",
                "Least public support without which it is not built; 0: it is built anyway; where empty, what the "
                "rules give it.",
            ),
            "万元",
            minimum=0,
        ),
        number(
            "construction",
            "建设期",
            "construction",
            ("从开工到建成的年数", "Years from start to completion."),
            "year",
            minimum=1,
            maximum=20,
            default=2.0,
        ),
        Column(
            "start",
            "year",
            Text("开工年份", "start year"),
            Text("计划开工年份", "Planned start."),
            minimum=1900,
            maximum=2100,
        ),
        ownership(),
        choice(
            "stage",
            "阶段",
            "pipeline stage",
            ("储备、签约、开工、建成、投产", "Contact, signed, started, built, producing."),
            {"contact": "储备", "signed": "签约", "started": "开工", "built": "建成", "producing": "投产"},
            default="contact",
        ),
        codes(
            "requires",
            "前置项目",
            "requires",
            (
                "须不晚于本项目开工的其他项目，分号隔开",
                "Other projects that must be started no later than this one, joined by ;.",
            ),
            ref="projects.project",
        ),
        codes(
            "excludes",
            "互斥项目",
            "excludes",
            ("不能与本项目同时建设的项目，分号隔开", "Projects that cannot be built beside this one, joined by ;."),
            ref="projects.project",
        ),
        code(
            "phase_of",
            "上一期项目",
            "phase of",
            (
                "本项目是哪个项目的下一期：同一选址，上一期建成后才能开工",
                "Project whose next phase this is: on the same site, started once that one is complete.",
            ),
            ref="projects.project",
        ),
        code(
            "moves_from",
            "迁出地区",
            "moves from",
            (
                "企业由此地区迁来：本项目建成时，该地区同行业同等产能退出",
                "Region the firm moves from: as much capacity of the sector closes there when this is complete.",
            ),
            ref="regions.region",
        ),
        *evidence(unit=False),
        note(),
    ),
    Text("项目选择", "project selection"),
)

PROJECT_SITES = TableSpec(
    "project_sites",
    Text("项目选址", "project sites"),
    Text("项目可以落在哪些地区。", "Where a project may go."),
    (
        code("project", "项目", "project", ("项目", "Project."), ref="projects.project", key=True),
        code("region", "地区", "region", ("可选地区", "Region it may go to."), ref="regions.region", key=True),
        number(
            "extra_cost",
            "额外成本",
            "extra cost",
            ("落在此地的额外投资", "Extra investment here."),
            "万元",
            default=0.0,
        ),
        *evidence(unit=False),
        note(),
    ),
    Text("项目选择", "project selection"),
)

PROJECT_RESOURCES = TableSpec(
    "project_resources",
    Text("项目要素需求", "project resources"),
    Text("项目占用多少要素。", "What a project needs of each resource."),
    (
        code("project", "项目", "project", ("项目", "Project."), ref="projects.project", key=True),
        code("resource", "要素", "resource", ("要素", "Resource."), ref="resources.resource", key=True),
        number("value", "数量", "value", ("达产后用量", "Use at capacity."), "@unit", minimum=0, required=True),
        *evidence(),
        note(),
    ),
    Text("项目选择", "project selection"),
)

FINANCING = TableSpec(
    "financing",
    Text("资金构成", "financing"),
    Text(
        "各类所有制的项目由谁出资：自有资金、银行贷款、社会资本各占总投资的上下限。",
        "Who pays for projects of each ownership: least and most share of own money, bank credit and other private "
        "capital in the investment.",
    ),
    (
        replace(ownership(), key=True),
        choice(
            "money",
            "资金来源",
            "money",
            ("自有资金、银行贷款或社会资本", "Own money, bank credit or other private capital."),
            {"own": "自有资金", "bank": "银行贷款", "private": "社会资本"},
            key=True,
        ),
        number(
            "least",
            "至少",
            "least",
            ("占总投资的最低比例", "Least share of the investment."),
            "share",
            minimum=0,
            maximum=1,
            default=0.0,
        ),
        number(
            "most",
            "至多",
            "most",
            ("占总投资的最高比例", "Most share of the investment."),
            "share",
            minimum=0,
            maximum=1,
            default=1.0,
        ),
        number(
            "fee",
            "费用率",
            "fee",
            ("筹资本身耗费的资源，占金额的比例", "Resources that raising the money takes, as a share of it."),
            "share",
            minimum=0,
            maximum=1,
            default=0.0,
        ),
        *evidence(unit=False),
        note(),
    ),
    Text("项目资金", "money of projects"),
)

LEADING_INDUSTRIES = TableSpec(
    "leading_industries",
    Text("主导产业", "leading industries"),
    Text(
        "各区现有的主导产业与个数上限；新项目使其产业成为所在区的主导产业。",
        "Industries that lead in a district already, and how many may; a new project makes its chain lead where it stands.",
    ),
    (
        code("region", "地区", "region", ("区或功能区", "District or zone."), ref="regions.region", key=True),
        codes(
            "chains",
            "现有主导产业",
            "leading chains",
            ("现有主导产业的产业链，分号隔开", "Chains that lead there already, joined by ;."),
            ref="chains.chain",
        ),
        number("most", "至多", "most", ("主导产业最多几个", "Most leading industries."), "1", minimum=0, default=4.0),
        *evidence(unit=False),
        note(),
    ),
    Text("项目选择", "project selection"),
)

FUND_MONEY = TableSpec(
    "fund_money",
    Text("基金运作", "fund money"),
    Text(
        "引导基金的出资、认缴、实缴、投资与落地，四种口径分列。",
        "Public money in a guidance fund, and what was committed, paid in, invested and landed: four meanings, apart.",
    ),
    (
        code("fund", "资金", "fund", ("资金", "Fund."), ref="funds.fund", key=True),
        code("part", "范围", "part", ("所指的部分，全部为 all", "The part meant; all for the whole."), key=True),
        *both("covers", "范围名称", "name of the part", ("这一部分叫什么", "What the part is called")),
        choice(
            "item",
            "项目",
            "item",
            (
                "财政出资、目标、认缴、实缴、投资、落地",
                "Public money, aim, committed, paid in, invested, landed.",
            ),
            {
                "public": "财政出资",
                "aim": "目标撬动",
                "committed": "认缴",
                "paid_in": "实缴",
                "invested": "投资",
                "landed": "落地",
            },
            key=True,
        ),
        year(),
        number("value", "金额", "value", ("金额", "Amount."), "@unit", minimum=0, required=True),
        *evidence(),
        note(),
    ),
    Text("杠杆", "leverage"),
)
