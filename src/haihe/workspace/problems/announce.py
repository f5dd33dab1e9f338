"""What the room announces: its menu, what waits, its search, papers, its workbook, its words in the record."""

from collections.abc import Iterator
from datetime import datetime, time

from django.urls import reverse
from django.utils import timezone

from haihe.messages import Text
from haihe.workspace.frame import failures, wording
from haihe.workspace.frame.finding import matching
from haihe.workspace.frame.register import (
    MENU,
    SEARCHES,
    WAITING,
    Entry,
    Hit,
    Link,
    Waiting,
    asked_of,
    due_first,
    link_on,
)
from haihe.workspace.intake import targets
from haihe.workspace.papers.holders import holds
from haihe.workspace.problems import actions, agenda, states
from haihe.workspace.problems.models import Problem
from haihe.workspace.problems.suggestions import DUTIES, PROBLEMS, overdue_duties, problems_to_discuss
from haihe.workspace.problems.workbook import ProblemsTarget
from haihe.workspace.studies.kinds.bottlenecks import CODE as BOTTLENECKS
from haihe.workspace.studies.models import Study
from haihe.workspace.units.models import Person, Unit

NAME = Text("重大问题", "problem")
TAKE_UP = Text("受理问题“{name}”", "Take up the problem “{name}”")
DECIDE = Text("对问题“{name}”作出决定", "Decide on the problem “{name}”")
BEGIN = Text("着手办理问题“{name}”", "Begin to work on the problem “{name}”")
REPORT = Text("办理问题“{name}”并报告结果", "Work on the problem “{name}” and report the result")
CONFIRM = Text("确认问题“{name}”的办理结果", "Confirm the result of the problem “{name}”")
TURNS = {states.RAISED: TAKE_UP, states.ACCEPTED: DECIDE}


def _waiting(words: Text, problem: Problem, unit: Unit) -> Waiting:
    due = timezone.make_aware(datetime.combine(problem.due, time(23, 59))) if problem.due else None
    said = words.format(name=problem.name)
    return Waiting(said, reverse("problems:problem", args=[problem.code]), problem.since, due, unit.name)


@asked_of(actions.STEER)
def to_steer(person: Person) -> Iterator[Waiting]:
    """Give the problems that wait to be taken up or decided."""
    there = Problem.objects.filter(unit__in=person.turns(actions.STEER), state__in=TURNS).select_related("unit")
    for problem in due_first(there):
        yield _waiting(TURNS[problem.state], problem, problem.unit)


@asked_of(actions.WORK)
def to_work_on(person: Person) -> Iterator[Waiting]:
    """Give the problems that the person's office owns and has not reported on."""
    mine = Problem.objects.filter(state__in=(states.DECIDED, states.WORK), reported_at=None)
    for problem in due_first(mine.filter(owner__in=person.turns(actions.WORK)).select_related("owner")):
        yield _waiting(BEGIN if problem.state == states.DECIDED else REPORT, problem, problem.owner)


@asked_of(actions.CLOSE)
def to_close(person: Person) -> Iterator[Waiting]:
    """Give the results that wait to be confirmed by somebody else than who reported them."""
    there = Problem.objects.filter(state=states.WORK, reported_at__isnull=False).exclude(reported_by=person.username)
    for problem in due_first(there.filter(unit__in=person.units(actions.CLOSE)).select_related("unit")):
        yield _waiting(CONFIRM, problem, problem.unit)


def raise_of_study(person: Person, study: Study) -> list[Link]:
    """Give the button that leads from a finished study of bottlenecks to where they become problems."""
    if study.kind_code != BOTTLENECKS or not study.done or not person.may(actions.RAISE):
        return []
    address = reverse("problems:bottlenecks", args=[study.version.code])
    return [Link(Text("登记为问题", "Make problems of them"), f"{address}?study={study.code}", "")]


def found(person: Person, wanted: str) -> Iterator[Hit]:
    """Find problems by name, code or pinyin."""
    for problem in matching(Problem.objects.visible_to(person), wanted):
        yield Hit(NAME, problem.name, problem.code, problem.get_absolute_url())


def must_be_open(problem: Problem) -> None:
    """Refuse papers of a problem that is not open."""
    problem.must_allow("change")


def register() -> None:
    """Announce the room; called once, when the applications stand."""
    failures.answered(403, "E-PRB-08")
    failures.answered(409, "E-PRB-01", "E-PRB-07", "E-PRB-10")
    MENU.append(Entry(Text("重大问题", "Problems"), "problems:list", actions.READ, 10))
    WAITING.extend((to_steer, to_work_on, to_close))
    SEARCHES.append(found)
    link_on(Study.kind(), raise_of_study)
    holds(Problem, actions.RAISE, must_be_open)
    targets.register(ProblemsTarget())
    agenda.SOURCES.append(agenda.Source(PROBLEMS, Text("重大问题", "Problems"), problems_to_discuss))
    agenda.SOURCES.append(agenda.Source(DUTIES, Text("逾期职责", "Overdue duties"), overdue_duties))
    agenda.CHANGES.extend((Problem.kind(), "duties.duty", "duties.report"))
    _words()


def _words() -> None:
    wording.KINDS |= {"problems.problem": NAME, "problems.register": Text("问题登记", "register of problems")}
    wording.VERBS |= {
        "raise": Text("提出问题", "raised"),
        "take-up": Text("受理", "took up"),
        "decide": Text("作出决定", "decided"),
        "start": Text("着手办理", "began"),
        "report": Text("报告结果", "reported"),
        "decline": Text("不予受理", "declined"),
        "help": Text("调整配合单位", "set the helpers"),
    }
    wording.FIELDS |= {
        "owner": Text("责任单位", "owner"),
        "helpers": Text("配合单位", "helpers"),
        "evidence": Text("依据", "evidence"),
        "figure": Text("所依据的数", "figure"),
        "worth": Text("多 1% 的价值（亿元）", "worth of 1 % more, 100 m yuan"),
        "severity": Text("程度", "severity"),
        "decision": Text("决定事项", "decision"),
        "decided_by": Text("决定人", "decided by"),
        "decided_at": Text("决定时间", "decided at"),
        "result": Text("办理结果", "result"),
        "reported_by": Text("报告人", "reported by"),
        "reported_at": Text("报告时间", "reported at"),
        "closed_by": Text("办结确认人", "closed by"),
        "closed_at": Text("办结时间", "closed at"),
        "into": Text("并入", "merged into"),
        "resource": Text("要素", "resource"),
        "quality": Text("质量", "quality"),
        "source": Text("来源", "source"),
        "raised": Text("提出日期", "raised on"),
        "since": Text("自何时", "since"),
        "register": Text("登记", "register"),
        "key": Text("发现标识", "finding"),
    }
