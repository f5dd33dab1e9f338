"""Pages: the list of problems, the board by state, raising one, the register's workbook."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from haihe.messages import QUALITY_NAMES, Text
from haihe.workspace.frame.access import Request, act, form, page
from haihe.workspace.frame.layout import tell
from haihe.workspace.frame.lists import Choice, Column, Listing
from haihe.workspace.frame.names import Called
from haihe.workspace.problems import raising
from haihe.workspace.problems.actions import RAISE, READ
from haihe.workspace.problems.forms import ProblemForm
from haihe.workspace.problems.models import Problem
from haihe.workspace.problems.registers import register_of
from haihe.workspace.problems.severity import LEVELS, RULE
from haihe.workspace.problems.states import OPEN, STATES

PROBLEMS = Text("重大问题", "Problems")
NEW = Text("提出问题", "Raise a problem")
BOARD = Text("问题看板", "Board of problems")
A_COLUMN = 30
"""Cards that a column of the board shows; the list has all."""


@dataclass(frozen=True, slots=True)
class Late(Choice):
    """Whether it is overdue."""

    def where(self, said: str) -> Q | None:
        """Give the condition: open after its due day, or not."""
        late = Q(state__in=OPEN, due__lt=timezone.localdate())
        return late if said == "yes" else Q(state__in=OPEN) & ~late if said == "no" else None


def quality_of(problem: Problem) -> Text | None:
    """Say the quality of what a problem rests on."""
    return next((text for code, text in QUALITY_NAMES.items() if code == problem.quality), None)


LIST = Listing(
    PROBLEMS,
    (
        Column(Text("编号", "Number"), lambda each: each.code, sort="code"),
        Column(
            Text("重大问题", "Problem"),
            lambda each: each.name,
            sort="name_zh",
            url=lambda each: each.get_absolute_url(),
        ),
        Column(
            Text("程度", "Severity"),
            lambda each: each.severity_name,
            sort="severity",
            mark=lambda each: each.severity_mark,
        ),
        Column(Text("状态", "State"), lambda each: each.state_name, sort="state", mark=lambda each: each.state_mark),
        Column(Text("地区", "Region"), Called("regions", "region"), sort="region"),
        Column(Text("产业链", "Chain"), Called("chains", "chain"), sort="chain"),
        Column(Text("要素", "Resource"), Called("resources", "resource"), sort="resource"),
        Column(Text("提出单位", "Raised by"), lambda each: each.unit.name, sort="unit__path"),
        Column(Text("责任单位", "Owner"), lambda each: each.owner.name if each.owner else None, sort="owner__path"),
        Column(Text("提出日期", "Raised"), lambda each: each.raised, sort="raised"),
        Column(Text("期限", "Due"), lambda each: each.due, sort="due"),
        Column(
            Text("逾期", "Overdue"),
            lambda each: Text("逾期", "overdue") if each.overdue() else None,
            mark=lambda each: "bad" if each.overdue() else "",
        ),
        Column(Text("依据质量", "Quality"), quality_of, sort="quality"),
    ),
    search=("name_zh", "name_en", "code", "pinyin", "evidence"),
    choices=(
        Choice("state", Text("状态", "State"), tuple(STATES.items())),
        Choice("severity", Text("程度", "Severity"), tuple(LEVELS.items())),
        Late("overdue", Text("逾期", "Overdue"), (("yes", Text("是", "yes")), ("no", Text("否", "no")))),
    ),
    empty=Text(
        "还没有问题。可在此提出，也可在数据集的“瓶颈”页把起作用的限制一键转为问题。",
        "No problem yet. Raise one here, or turn a limit that binds into one on a dataset's page of bottlenecks.",
    ),
    file="problems",
    comes_in="problems",
)


def seen_by(person: Any) -> "QuerySet[Problem]":
    """Give the problems that a person sees, with what lists show."""
    there: QuerySet[Problem] = Problem.objects.visible_to(person).select_related("unit", "owner")
    return there


@page(READ)
def problems(request: Request) -> HttpResponse:
    """List the problems."""
    raises = request.user.may(RAISE)
    return LIST.answer(request, seen_by(request.user), "problems/problems.html", raises=raises, rule=RULE)


@page(READ)
def board(request: Request) -> HttpResponse:
    """Show the open problems by state, what is overdue first."""
    there = seen_by(request.user)
    columns = []
    for state in OPEN:
        cards = there.filter(state=state).order_by("due", "-raised")
        shown = list(cards[: A_COLUMN + 1])
        columns.append((state, STATES[state], shown[:A_COLUMN], len(shown) > A_COLUMN))
    trail = [(PROBLEMS, reverse("problems:list")), (BOARD, "")]
    return render(request, "problems/board.html", {"columns": columns, "title": BOARD, "trail": trail, "rule": RULE})


@form(RAISE)
def new(request: Request) -> HttpResponse:
    """Raise a problem."""
    asked = ProblemForm.of(request)
    asked.offer(raising.offices(request.user))
    made: list[Problem] = []

    def raise_it() -> None:
        said = asked.values()
        made.append(raising.raise_problem(request.user, said.pop("unit"), said))

    if asked.done(raise_it):
        tell(request, Text("已登记，等待受理", "On the register; it waits to be taken up"))
        return redirect(made[0])
    back = reverse("problems:list")
    return asked.page(request, NEW, back=back, button=NEW, trail=[(PROBLEMS, back), (NEW, "")])


@act(RAISE)
def workbook(request: Request) -> HttpResponse:
    """Open the register of the person's office, where it has none, and lead to its workbook."""
    unit = raising.offices(request.user).order_by("path").first()
    assert unit is not None  # the guard asked for the action
    register = register_of(request.user, unit)
    return redirect("intake:new", "problems", register.code)
