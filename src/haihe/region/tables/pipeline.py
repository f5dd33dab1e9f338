"""Tables of projects on their way: stages and their dates, what a stage holds, how late it may be; who gets which tax."""

from haihe.messages import Text
from haihe.region.spec import TableSpec, choice, code, date, evidence, note, number
from haihe.region.tables.money import PROJECTS

STAGE = PROJECTS.column("stage")
STAGES: dict[str, str] = {name: word.zh for name, word in STAGE.word_of.items()}
"""Stages in their order, with their Chinese names: those of the table ``projects``."""
EVERY = "other"
"""Stands for every resource that has no row of its own."""
MONEY = "money"
"""Stands for public money."""

PIPELINE = TableSpec(
    "pipeline",
    Text("项目进度", "pipeline"),
    Text(
        "每个项目到达各阶段的日期：过去的为实际，以后的为计划。未列出的日期由项目表的阶段、开工年份与建设期推出。",
        "When each project reached or is to reach each stage. What is not listed follows from the stage, start and "
        "construction in the table projects.",
    ),
    (
        code("project", "项目", "project", ("项目", "Project."), ref="projects.project", key=True),
        choice("stage", "阶段", "stage", ("到达的阶段", "Stage that is reached."), STAGES, key=True),
        date("date", "日期", "date", ("到达的日期，未来的为计划", "Day; planned where it lies ahead."), required=True),
        *evidence(unit=False),
        note(),
    ),
    Text("项目进度与要素占用", "pipeline of projects"),
)

STAGE_HOLDS = TableSpec(
    "stage_holds",
    Text("阶段占用", "stage holds"),
    Text(
        "项目在每个阶段占用或预留其所需的多大一部分：土地、能源、碳、资金等。",
        "Which share of what a project needs it holds or reserves in each stage: land, energy, carbon, money.",
    ),
    (
        choice("stage", "阶段", "stage", ("阶段", "Stage."), STAGES, key=True),
        code(
            "thing",
            "对象",
            "thing",
            (
                "要素代码；money 为财政支持，other 为未单列的其他要素",
                "Code of a resource; money for public money, other for every resource without a row of its own.",
            ),
            key=True,
        ),
        number(
            "share",
            "占用比例",
            "share held",
            ("占用或预留所需数量的比例", "Share of the need that is held or reserved."),
            "share",
            minimum=0,
            maximum=1,
            required=True,
        ),
        *evidence(unit=False),
        note(),
    ),
    Text("项目进度与要素占用", "pipeline of projects"),
)

STAGE_DELAYS = TableSpec(
    "stage_delays",
    Text("阶段延误", "stage delays"),
    Text(
        "到达每个阶段通常比计划晚多久，以及有多大比例永远到不了。",
        "How much later than planned each stage is usually reached, and which share of projects never reaches it.",
    ),
    (
        choice("stage", "阶段", "stage", ("到达的阶段", "Stage that is reached."), STAGES, key=True),
        number(
            "least", "至少", "least", ("至少晚几个月", "Least delay."), "month", minimum=0, maximum=600, required=True
        ),
        number(
            "usual",
            "通常",
            "usual",
            ("最可能晚几个月", "Likeliest delay."),
            "month",
            minimum=0,
            maximum=600,
            required=True,
        ),
        number(
            "most", "至多", "most", ("至多晚几个月", "Largest delay."), "month", minimum=0, maximum=600, required=True
        ),
        number(
            "lost",
            "流失比例",
            "share lost",
            ("上一阶段的项目中到不了本阶段的比例", "Share of projects in the stage before that never gets here."),
            "share",
            minimum=0,
            maximum=1,
            default=0.0,
        ),
        *evidence(unit=False),
        note(),
    ),
    Text("项目进度的延误情景", "late pipelines"),
)

LEVELS = {"central": "中央", "city": "省市级", "district": "区级"}
"""Levels of government among which tax is shared."""

TAX_SHARES = TableSpec(
    "tax_shares",
    Text("税收分享", "tax shares"),
    Text(
        "生产税净额在中央、省市级与区级之间的分享比例；没有记录的地区不分级计算。",
        "How taxes on production are shared among centre, city and district; where no row stands they are not split.",
    ),
    (
        code(
            "region",
            "地区",
            "region",
            ("适用的地区；其下级未单列时同此", "Region it holds in; parts of it without rows follow it."),
            ref="regions.region",
            key=True,
        ),
        choice("level", "级次", "level", ("中央、省市级或区级", "Centre, city or district."), LEVELS, key=True),
        number(
            "share", "比例", "share", ("分享比例", "Share of the tax."), "share", minimum=0, maximum=1, required=True
        ),
        *evidence(unit=False),
        note(),
    ),
    Text("项目卡片的分级税收", "tax by level on project cards"),
)
