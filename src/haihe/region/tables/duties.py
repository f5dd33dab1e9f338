"""Tables of people and promises: departments, targets, duties, problems, scenarios."""

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
        *evidence(),
        note(),
    ),
    Text("目标", "targets"),
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
    Text("对任意表中某个单元格的具名修改。", "Named overrides of single cells of any table."),
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
