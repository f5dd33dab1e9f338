"""Tables of people and promises: departments, targets, roles, duties, problems, scenarios."""

from haihe.messages import Text
from haihe.region.spec import Column, TableSpec, choice, code, codes, date, evidence, names, note, number, text, year

DEPARTMENTS = TableSpec(
    "departments",
    Text("部门", "departments"),
    Text("负有职责的部门。", "Departments with duties."),
    (
        code("department", "部门代码", "department", ("本表内唯一", "Unique in this table."), key=True),
        *names(),
        code("region", "地区", "region", ("所属地区", "Region it belongs to."), ref="regions.region"),
        note(),
    ),
    Text("职责", "duties"),
)

TARGETS = TableSpec(
    "targets",
    Text("目标", "targets"),
    Text("计划文件中的目标。", "Targets of plan documents."),
    (
        code("target", "目标代码", "target", ("本表内唯一", "Unique in this table."), key=True),
        *names(),
        code("region", "地区", "region", ("地区", "Region."), ref="regions.region", required=True),
        code("chain", "产业链", "chain", ("产业链", "Chain."), ref="chains.chain"),
        year(key=False),
        choice(
            "sense",
            "方向",
            "sense",
            ("至少或至多", "At least or at most."),
            {"at_least": "至少", "at_most": "至多"},
            required=True,
        ),
        number("value", "数值", "value", ("目标值", "Value to reach."), "@unit", required=True),
        code(
            "indicator",
            "方案指标",
            "indicator",
            (
                "方案中对应的指标，如 value_added；留空表示方案无法表达此目标",
                "Indicator of the plan that stands for it, e.g. value_added; empty where the plan has none.",
            ),
        ),
        codes(
            "sectors",
            "行业",
            "sectors",
            ("指标所及的行业，分号隔开；* 为全部", "Sectors the indicator is taken over, joined by ;, * for all."),
            ref="sectors.sector",
            default="*",
        ),
        choice(
            "measure",
            "口径",
            "measure",
            (
                "level 水平；growth 自基年以来的年均增速；change 较基年的变化",
                "level; growth: average growth a year since the base year; change: relative change since it.",
            ),
            {"level": "水平", "growth": "年均增速", "change": "较基年变化"},
            default="level",
        ),
        Column(
            "base_year",
            "year",
            Text("基年", "base year"),
            Text(
                "增速与变化所比的年份；留空为上一年", "Year that growth or change is against; empty: the year before."
            ),
            minimum=1900,
            maximum=2100,
        ),
        choice(
            "kind",
            "约束方式",
            "kind",
            (
                "hard 必须达到；soft 未达到按罚值计；watch 只对照",
                "hard: must be reached; soft: what is missing costs the penalty; watch: only compared.",
            ),
            {"hard": "必须", "soft": "尽量", "watch": "对照"},
            default="watch",
        ),
        number(
            "penalty",
            "罚值",
            "penalty",
            (
                "soft 目标每差一个单位（目标单位）值多少",
                "What each missing unit (of the target's own unit) of a soft target is worth.",
            ),
            "亿元",
            minimum=0,
            maximum=1e9,
        ),
        *evidence(),
        note(),
    ),
    Text("目标、方案", "targets and plan"),
)

ROLES = TableSpec(
    "roles",
    Text("功能定位", "roles"),
    Text(
        "各地区的功能定位（如“一基地三区”）由哪项指标反映、朝哪个方向为好。",
        "The functional roles of each region (such as one base and three zones), which indicator speaks for each, and "
        "which way is better.",
    ),
    (
        code("role", "定位代码", "role", ("本表内唯一", "Unique in this table."), key=True),
        *names(),
        code("region", "地区", "region", ("地区", "Region."), ref="regions.region", required=True),
        code(
            "indicator",
            "指标",
            "indicator",
            (
                "反映该定位的指标；留空表示尚无数据",
                "Indicator that speaks for the role; empty where there is no data for any.",
            ),
        ),
        codes(
            "sectors",
            "行业",
            "sectors",
            ("指标所及的行业，分号隔开；* 为全部", "Sectors the indicator is taken over, joined by ;, * for all."),
            ref="sectors.sector",
            default="*",
        ),
        choice(
            "direction",
            "方向",
            "direction",
            ("哪个方向为好", "Which way is better."),
            {"up": "越高越好", "down": "越低越好"},
            default="up",
        ),
        *evidence(unit=False),
        note(),
    ),
    Text("方案", "plan"),
)

DUTIES = TableSpec(
    "duties",
    Text("职责", "duties"),
    Text("谁在何时之前做什么。", "Who does what by when."),
    (
        code("duty", "职责代码", "duty", ("本表内唯一", "Unique in this table."), key=True),
        *names(),
        code(
            "owner",
            "责任部门",
            "owner",
            ("责任部门", "Department that answers."),
            ref="departments.department",
            required=True,
        ),
        codes(
            "helpers",
            "配合部门",
            "helpers",
            ("配合部门，分号隔开", "Departments that help, joined by ;."),
            ref="departments.department",
        ),
        code("target", "目标", "target", ("所服务的目标", "Target it serves."), ref="targets.target"),
        date("due", "期限", "due", ("YYYY-MM-DD", "YYYY-MM-DD.")),
        *evidence(unit=False),
        note(),
    ),
    Text("职责", "duties"),
)

PROBLEMS = TableSpec(
    "problems",
    Text("重大问题", "problems"),
    Text("重大问题登记。", "The register of major problems."),
    (
        code("problem", "问题代码", "problem", ("本表内唯一", "Unique in this table."), key=True),
        *names(),
        code("region", "地区", "region", ("地区", "Region."), ref="regions.region"),
        code("chain", "产业链", "chain", ("产业链", "Chain."), ref="chains.chain"),
        code("owner", "责任部门", "owner", ("责任部门", "Department that answers."), ref="departments.department"),
        choice(
            "status",
            "状态",
            "status",
            ("状态", "Status."),
            {"raised": "已提出", "decided": "已决定", "closed": "已办结"},
            default="raised",
        ),
        date("due", "期限", "due", ("YYYY-MM-DD", "YYYY-MM-DD.")),
        *evidence(unit=False),
        note(),
    ),
    Text("重大问题", "problems"),
)

SCENARIOS = TableSpec(
    "scenarios",
    Text("情景", "scenarios"),
    Text(
        "对任意表中某个单元格的具名修改；表中没有的记录，在给齐其全部必填列时由情景新增。",
        "Named overrides of single cells of any table; a record that is not there is added where the scenario gives all "
        "its required columns.",
    ),
    (
        code("scenario", "情景", "scenario", ("情景代码", "Code of the scenario."), key=True),
        code("table", "表", "table", ("被修改的表", "Table that is changed."), key=True),
        text("record", "记录", "record", ("主键值，以 | 相连", "Key values joined by |."), key=True),
        code("column", "列", "column", ("被修改的列", "Column that is changed."), key=True),
        text("value", "新值", "new value", ("新值", "New value."), required=True),
        Column("reason", "text", Text("理由", "reason"), Text("为何如此设定", "Why.")),
    ),
    Text("情景", "scenarios"),
)
