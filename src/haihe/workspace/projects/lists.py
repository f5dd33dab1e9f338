"""Lists of projects, of their moves, of boards: columns, filters and downloads."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from haihe.messages import Text
from haihe.region.tables.money import PROJECTS as TABLE
from haihe.workspace.frame.lists import Choice, Column, Listing
from haihe.workspace.frame.names import who
from haihe.workspace.projects.holdings import EMPTY, Ground, ground_of
from haihe.workspace.projects.models import Board, Move, Project
from haihe.workspace.projects.stages import LEFT, MARKS, STATES
from haihe.workspace.units.approval import APPROVED, DRAFT, SUBMITTED
from haihe.workspace.units.models import Person, Unit

PROJECTS = Text("项目库", "Projects")
BOARDS = Text("项目看板", "Project boards")
MOVES = Text("阶段申报", "Stage proposals")
OWNERSHIP = TABLE.column("ownership").word_of
STUCK = (90, 180, 365)
MOVING = ("contact", "signed", "started", "built")
"""Stages in which a project can be stuck."""
Grounds = Mapping[int, Ground]


@dataclass(frozen=True, slots=True)
class Stuck(Choice):
    """Projects that have not left their stage for so many days."""

    def where(self, said: str) -> Q | None:
        """Give the condition of a number of days."""
        if said not in {code for code, _ in self.offered}:
            return None
        return Q(since__lte=timezone.localdate() - timedelta(days=int(said)), stage__in=MOVING)


@dataclass(frozen=True, slots=True)
class Late(Choice):
    """Projects whose next planned day is past."""

    def where(self, said: str) -> Q | None:
        """Give the condition."""
        return Q(due__lt=timezone.localdate()) & ~Q(stage=LEFT) if said == "late" else None


STUCK_CHOICE = Stuck(
    "stuck",
    Text("停留", "Stuck"),
    tuple((str(n), Text(f"超过 {n} 天", f"for {n} days and more")) for n in STUCK),
)
LATE_CHOICE = Late("late", Text("进度", "Progress"), (("late", Text("已逾期", "overdue")),))


def grounds_for(person: Person) -> dict[int, Ground]:
    """Give what the datasets of the boards that a person sees projects of say, by board."""
    seen = Project.objects.visible_to(person).order_by().values("board")
    boards = Board.objects.filter(pk__in=seen).select_related("dataset__current")
    return {board.pk: ground_of(board) for board in boards}


def listing(query: "QuerySet[Any]", grounds: Grounds) -> Listing:
    """Give the list of projects that a person may see, with the filters that make sense for them."""

    def named(table: str, field: str) -> Any:
        return lambda each: grounds.get(each.board_id, EMPTY).name(table, getattr(each, field))

    def offered(table: str, field: str) -> tuple[tuple[str, Text], ...]:
        codes = sorted(code for code in query.order_by().values_list(field, flat=True).distinct() if code)
        names = {code: name for each in grounds.values() for code, name in each.names.get(table, {}).items()}
        return tuple((code, names.get(code, Text(code, code))) for code in codes)

    units = Unit.objects.filter(pk__in=query.order_by().values("unit")).order_by("path")
    return Listing(
        PROJECTS,
        (
            Column(Text("项目", "Project"), lambda each: each.name, "name_zh", lambda each: each.get_absolute_url()),
            Column(Text("代码", "Code"), lambda each: each.code, "code"),
            Column(Text("阶段", "Stage"), lambda each: each.stage_name, "stage", mark=lambda each: MARKS[each.stage]),
            Column(Text("停留天数", "Days in stage"), lambda each: each.days_in(), "-since"),
            Column(Text("下一计划日", "Next planned"), lambda each: each.due, "due"),
            Column(Text("逾期天数", "Days late"), lambda each: each.days_late()),
            Column(Text("单位", "Unit"), lambda each: each.unit.name, "unit__path"),
            Column(Text("选址", "Site"), named("regions", "region"), "region"),
            Column(Text("产业链", "Chain"), named("chains", "chain"), "chain"),
            Column(Text("行业", "Sector"), named("sectors", "sector"), "sector"),
            Column(Text("所有制", "Ownership"), lambda each: OWNERSHIP.get(each.ownership), "ownership"),
            Column(Text("总投资", "Investment"), lambda each: float(each.investment), "investment", unit="万元"),
            Column(Text("质量", "Quality"), lambda each: QUALITY.get(each.quality), "quality"),
        ),
        search=("name_zh", "name_en", "code", "pinyin"),
        choices=(
            Choice("stage", Text("阶段", "Stage"), tuple(STATES.items())),
            Choice("unit", Text("单位", "Unit"), tuple((unit.code, unit.name) for unit in units), "unit__code"),
            Choice("region", Text("选址", "Site"), offered("regions", "region")),
            Choice("chain", Text("产业链", "Chain"), offered("chains", "chain")),
            Choice("sector", Text("行业", "Sector"), offered("sectors", "sector")),
            Choice("ownership", Text("所有制", "Ownership"), tuple(OWNERSHIP.items())),
            STUCK_CHOICE,
            LATE_CHOICE,
        ),
        empty=Text(
            "还没有您可查看的项目。请在项目看板上新建，或上传工作簿。",
            "No project that is yours to see. Open one on a board, or upload a workbook.",
        ),
        file="projects",
        comes_in="projects",
    )


QUALITY = TABLE.column("quality").word_of

BOARD_LIST = Listing(
    BOARDS,
    (
        Column(Text("看板", "Board"), lambda each: each.name, "name_zh", lambda each: each.get_absolute_url()),
        Column(Text("代码", "Code"), lambda each: each.code, "code"),
        Column(Text("维护单位", "Kept by"), lambda each: each.unit.name, "unit__path"),
        Column(Text("数据集", "Dataset"), lambda each: each.dataset.name if each.dataset else None, "dataset__name_zh"),
    ),
    search=("name_zh", "name_en", "code", "pinyin"),
    empty=Text(
        "还没有项目看板。规划人员可新建看板，选定数据集并共享给各区。",
        "No board yet. A planner makes one, chooses its dataset and shares it with districts.",
    ),
    file="boards",
    comes_in="boards",
)


def move_state(move: Move) -> Text:
    """Say how a move stands."""
    if move.withdrawn:
        return Text("已撤回", "withdrawn")
    words = {DRAFT: Text("已退回", "sent back"), SUBMITTED: Text("待核准", "waits"), APPROVED: Text("已生效", "done")}
    return words[move.state]


def move_mark(move: Move) -> str:
    """Give the mark of how a move stands."""
    return "wait" if move.withdrawn else {DRAFT: "bad", SUBMITTED: "warn", APPROVED: "good"}[move.state]


def _day(move: Move) -> date:
    return move.day


MOVE_LIST = Listing(
    MOVES,
    (
        Column(
            Text("项目", "Project"),
            lambda each: each.project.name,
            "project__name_zh",
            lambda each: each.get_absolute_url(),
        ),
        Column(Text("由", "From"), lambda each: STATES[each.from_stage], "from_stage"),
        Column(Text("到", "To"), lambda each: STATES[each.to_stage], "to_stage"),
        Column(Text("日期", "Day"), _day, "day"),
        Column(Text("状态", "State"), move_state, "state", mark=move_mark),
        Column(Text("单位", "Unit"), lambda each: each.unit.name, "unit__path"),
        Column(Text("申报人", "Proposed by"), who("created_by"), "created_by"),
        Column(Text("核准人", "Confirmed by"), who("approved_by"), "approved_by"),
        Column(Text("理由", "Reason"), lambda each: each.why),
    ),
    search=("code", "project__name_zh", "project__code", "why"),
    choices=(
        Choice(
            "state", Text("状态", "State"), ((SUBMITTED, Text("待核准", "waits")), (APPROVED, Text("已生效", "done")))
        ),
        Choice("to_stage", Text("到", "To"), tuple(STATES.items())),
    ),
    empty=Text("还没有阶段申报。请在项目页上申报。", "No proposal yet. Propose a stage on a project's page."),
    file="moves",
    comes_in="projects",
)


def list_address(**query: str) -> str:
    """Give the address of the list of projects with filters."""
    said = "&".join(f"{name}={value}" for name, value in query.items() if value)
    return f"{reverse('projects:list')}?{said}" if said else reverse("projects:list")
