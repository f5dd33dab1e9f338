"""What the room announces: its menu, its words in the record, the first figures of dashboards."""

from haihe.messages import Text
from haihe.workspace.chains.actions import READ as CHAINS
from haihe.workspace.dashboards import actions, course_figures, money_figures, work_figures
from haihe.workspace.dashboards.shown import Shown, declare
from haihe.workspace.duties.actions import READ as DUTIES
from haihe.workspace.frame import wording
from haihe.workspace.frame.register import MENU, Entry
from haihe.workspace.months.actions import READ as MONTHS
from haihe.workspace.plans.actions import READ as PLANS
from haihe.workspace.problems.actions import READ as PROBLEMS
from haihe.workspace.projects.actions import READ as PROJECTS
from haihe.workspace.rounds.actions import INSIDE

FIGURES = (
    Shown("targets", Text("目标", "Targets"), DUTIES,
          ("planner", "editor", "approver", "chief", "auditor", "viewer"), work_figures.targets, 10, "duties:targets"),
    Shown("duties", Text("职责", "Duties"), DUTIES,
          ("planner", "editor", "approver", "reviewer", "chief", "auditor"), work_figures.duties, 20, "duties:duties"),
    Shown("months-map", Text("月度指标地图", "Map of the month"), MONTHS,
          ("planner", "editor", "approver", "viewer"), course_figures.months_map, 30, "months:lights"),
    Shown("months", Text("月度指标", "Indicators of the month"), MONTHS,
          ("finance", "reviewer"), course_figures.months, 35, "months:lights"),
    Shown("plans", Text("方案与实绩", "Plans and reality"), PLANS,
          ("planner", "chief", "auditor", "viewer"), course_figures.plans, 40, "plans:list"),
    Shown("problems", Text("重大问题", "Problems"), PROBLEMS,
          ("planner", "editor", "reviewer", "chief", "auditor", "viewer"), work_figures.problems, 50, "problems:list"),
    Shown("chains", Text("产业链", "Chains"), CHAINS,
          ("chief", "reviewer", "viewer"), work_figures.chains, 60, "chains:boards"),
    Shown("projects", Text("项目", "Projects"), PROJECTS,
          ("editor", "approver", "finance", "chief", "viewer"), money_figures.projects, 70,
          "projects:list"),
    Shown("applications", Text("申报", "Applications"), INSIDE,
          ("reviewer", "finance", "auditor"), money_figures.applications, 80, "rounds:applications"),
    Shown("money", Text("专项资金", "Money of rounds"), INSIDE,
          ("planner", "approver", "finance", "auditor"), money_figures.money, 90, "rounds:entries"),
)  # fmt: skip
"""The figures that the rooms below give."""


def register() -> None:
    """Announce the room; called once, when the applications stand."""
    for each in FIGURES:
        declare(each)
    MENU.append(Entry(Text("看板", "Dashboard"), "dashboards:dashboard", actions.READ, 2))
    MENU.append(Entry(Text("地图底图", "Map boundaries"), "dashboards:maps", actions.READ, 60, "data"))
    wording.KINDS["dashboards.boundaries"] = Text("底图", "boundaries")
    wording.FIELDS |= {
        f"dashboards.boundaries.{name}": words
        for name, words in {
            "source": Text("来源", "source"),
            "review_number": Text("审图号", "map review number"),
            "crs": Text("坐标系", "coordinate system"),
            "code_property": Text("代码属性", "property of the code"),
            "file_name": Text("文件", "file"),
            "sha256": Text("内容校验值", "hash of the content"),
            "size": Text("大小", "size"),
            "count": Text("图形数", "shapes"),
            "illustrative": Text("虚构示例", "made up"),
            "withdrawn": Text("已停用", "out of use"),
        }.items()
    }
