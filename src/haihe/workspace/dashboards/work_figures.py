"""Figures of targets, duties, problems and chains."""

from collections import Counter

from haihe.figures import Column, Figure, Table
from haihe.messages import Text
from haihe.workspace.chains.models import KINDS as LISTS
from haihe.workspace.chains.models import LIVE
from haihe.workspace.chains.models import Item as ChainItem
from haihe.workspace.dashboards.counting import ITEMS, counted, quality_of
from haihe.workspace.duties import turns
from haihe.workspace.duties.figures import light_of, points_of
from haihe.workspace.duties.lights import BAD, DUTY_RULE, GOOD, OPEN, WAIT, WARN
from haihe.workspace.duties.models import Duty, Target
from haihe.workspace.frame import names
from haihe.workspace.problems.models import Problem
from haihe.workspace.problems.severity import LEVELS, RULE
from haihe.workspace.problems.states import OPEN as PROBLEM_OPEN
from haihe.workspace.problems.states import STATES as PROBLEM_STATES
from haihe.workspace.units.models import Person

UNIT = Text("单位", "Unit")
COUNT = Column("n", Text("数量", "Number"), unit=ITEMS, kind="number", digits=0)
TARGET_LIGHTS = {
    BAD: Text("差距超过容许", "more missing than allowed"),
    WARN: Text("差距在容许内", "missing within the slack"),
    GOOD: Text("已达到", "reached"),
    WAIT: Text("尚无实绩", "no actual figure yet"),
}
DUTY_LIGHTS = {
    BAD: Text("逾期", "overdue"),
    WARN: Text("30 天内到期", "due within 30 days"),
    GOOD: Text("按期推进或已完成", "on its way or complete"),
    WAIT: Text("尚无已审批的报告", "no approved report yet"),
}


def targets(person: Person) -> Figure | Table:
    """Count targets by reporting unit and light."""
    seen = list(Target.objects.visible_to(person).select_related("unit", "issuer"))
    points = points_of(person, seen)
    counts = Counter((each.unit.code, light_of(each, points.get(each.pk, ())).mark) for each in seen)
    return counted(
        "targets",
        Text("目标：各单位按灯", "Targets: units by light"),
        counts,
        (UNIT, names.units(each.unit.code for each in seen)),
        (Text("灯", "Light"), TARGET_LIGHTS),
        COUNT,
        Text("工作区·目标清单", "workspace, list of targets"),
        quality_of(each.quality for each in seen),
        [Text("每个目标的评灯规则见其页面", "the rule of each light stands on the target's page")],
    )


def duties(person: Person) -> Figure | Table:
    """Count open duties by unit and light."""
    seen = list(turns.shown(Duty.objects.visible_to(person).filter(state=OPEN)))
    counts = Counter((each.unit.code, turns.light_of(each).mark) for each in seen)
    return counted(
        "duties",
        Text("在办职责：各单位按进度", "Open duties: units by progress"),
        counts,
        (UNIT, names.units(each.unit.code for each in seen)),
        (Text("进度", "Progress"), DUTY_LIGHTS),
        COUNT,
        Text("工作区·职责清单", "workspace, list of duties"),
        quality_of(each.quality for each in seen),
        [DUTY_RULE],
    )


def problems(person: Person) -> Figure | Table:
    """Count open problems by severity and state."""
    seen = list(Problem.objects.visible_to(person).filter(state__in=PROBLEM_OPEN))
    return counted(
        "problems",
        Text("未办结的重大问题：按程度与状态", "Open problems: by severity and state"),
        Counter((each.severity, each.state) for each in seen),
        (Text("程度", "Severity"), LEVELS),
        (Text("状态", "State"), PROBLEM_STATES),
        COUNT,
        Text("工作区·问题登记", "workspace, register of problems"),
        quality_of(each.quality for each in seen),
        [RULE],
    )


def chains(person: Person) -> Figure | Table:
    """Count what stands on the lists of chains, by chain and list."""
    seen = ChainItem.objects.visible_to(person).filter(withdrawn=False, state__in=LIVE).select_related("board")
    listed = list(seen)
    return counted(
        "chains",
        Text("产业链清单在办事项", "Live items on the lists of chains"),
        Counter((each.board.code, each.kind_of) for each in listed),
        (Text("产业链", "Chain"), {each.board.code: each.board.name for each in listed}),
        (Text("清单", "List"), LISTS),
        COUNT,
        Text("工作区·产业链看板", "workspace, boards of chains"),
        quality_of(each.quality for each in listed),
    )
