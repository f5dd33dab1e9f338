"""What the room announces: its menu, what waits, its search, what holds papers, uploads, its words in the record."""

from collections.abc import Iterator

from django.urls import reverse

from haihe.messages import Text
from haihe.workspace.frame import failures, wording
from haihe.workspace.frame.finding import matching
from haihe.workspace.frame.register import MENU, SEARCHES, WAITING, Entry, Hit, Waiting, asked_of, due_first
from haihe.workspace.intake import targets
from haihe.workspace.papers.holders import holds
from haihe.workspace.projects import actions, years  # noqa: F401 - years declares its kind of work
from haihe.workspace.projects.boards_target import BoardsTarget
from haihe.workspace.projects.models import Board, Move, Project
from haihe.workspace.projects.target import ProjectsTarget
from haihe.workspace.units.approval import DRAFT, SUBMITTED
from haihe.workspace.units.models import Person

PROJECT, BOARD = Text("项目", "project"), Text("项目看板", "project board")
CONFIRM = Text("核准阶段：{m}", "Confirm a stage: {m}")
AGAIN = Text("阶段申报被退回：{m}", "A stage proposal was sent back: {m}")


@asked_of(actions.CONFIRM, actions.MOVE)
def waiting(person: Person) -> Iterator[Waiting]:
    """Give the proposals to confirm, and those that were sent back to the person's office."""
    there = Move.objects.filter(withdrawn=False).select_related("project", "unit")
    for move in due_first(there.filter(state=SUBMITTED, unit__in=person.units(actions.CONFIRM)), "submitted_at"):
        if person.username not in move.made_by():
            yield Waiting(CONFIRM.format(m=move.name), move.get_absolute_url(), move.submitted_at, unit=move.unit.name)
    own = [post.unit_id for post in person.held()]
    back = there.filter(state=DRAFT, unit__in=person.units(actions.MOVE)).filter(unit__in=own)
    for move in due_first(back, "submitted_at"):
        yield Waiting(AGAIN.format(m=move.name), move.get_absolute_url(), move.submitted_at, unit=move.unit.name)


def found(person: Person, wanted: str) -> Iterator[Hit]:
    """Find projects and boards."""
    for project in matching(Project.objects.visible_to(person), wanted):
        yield Hit(PROJECT, project.name, project.code, project.get_absolute_url())
    for board in matching(Board.objects.visible_to(person), wanted):
        yield Hit(BOARD, board.name, board.code, reverse("projects:board", args=[board.code]))


def register() -> None:
    """Announce the room; called once, when the applications stand."""
    failures.answered(409, "E-PJT-03", "E-PJT-12", "E-PJT-14", "E-PJT-15")
    MENU.append(Entry(Text("项目看板", "Project boards"), "projects:boards", actions.READ, 40, "projects"))
    MENU.append(Entry(Text("项目库", "Projects"), "projects:list", actions.READ, 42, "projects"))
    MENU.append(Entry(Text("阶段申报", "Stage proposals"), "projects:moves", actions.READ, 44, "projects"))
    WAITING.append(waiting)
    SEARCHES.append(found)
    holds(Project, actions.EDIT)
    targets.register(BoardsTarget())
    targets.register(ProjectsTarget())
    wording.KINDS |= {
        "projects.board": BOARD,
        "projects.project": PROJECT,
        "projects.move": Text("阶段申报", "stage proposal"),
    }
    wording.VERBS |= {"stage": Text("变更阶段", "changed the stage"), "share": Text("共享", "shared")}
    wording.FIELDS |= {
        "board": Text("看板", "board"),
        "projects.board.kept": Text("上传前的内容", "what stood before an upload"),
        "sector": Text("行业", "sector"),
        "ownership": Text("所有制", "ownership"),
        "stage": Text("阶段", "stage"),
        "investment": Text("总投资（万元）", "investment (万元)"),
        "output": Text("达产产值（万元）", "output at capacity (万元)"),
        "need": Text("所需支持（万元）", "support needed (万元)"),
        "facts": Text("其他内容", "other facts"),
        "sites": Text("选址", "sites"),
        "needs": Text("要素需求", "needs"),
        "planned": Text("计划日期", "planned days"),
        "reached": Text("到达日期", "days reached"),
        "applications": Text("资金申报", "applications"),
        "shared": Text("共享单位", "shared with"),
        "readers": Text("可查看单位", "readers"),
        "source": Text("来源", "source"),
        "quality": Text("质量", "quality"),
        "project": PROJECT,
        "from_stage": Text("原阶段", "from stage"),
        "to_stage": Text("新阶段", "to stage"),
        "day": Text("日期", "day"),
        "why": Text("理由", "why"),
        "scarce": Text("涉及稀缺要素", "touches what is scarce"),
        "withdrawn": Text("已撤回", "withdrawn"),
        "was": Text("变更前", "before"),
        "upload": Text("上传", "upload"),
    }
