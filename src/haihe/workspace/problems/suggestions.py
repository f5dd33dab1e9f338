"""The problems and duties that a leading group might deal with, and why now."""

from collections.abc import Iterator
from datetime import date

from django.utils import timezone

from haihe.messages import Text
from haihe.workspace.duties.models import Duty
from haihe.workspace.problems import states
from haihe.workspace.problems.agenda import Suggestion
from haihe.workspace.problems.models import Problem
from haihe.workspace.problems.severity import MAJOR
from haihe.workspace.units.models import Person, Unit

PROBLEMS, DUTIES = "problems", "duties"
OVERDUE = Text("已逾期，原定 {due}", "overdue since {due}")
TO_DECIDE = Text("已受理，需要决定", "taken up, needs a decision")
TO_TAKE_UP = Text("重大问题，尚未受理", "major, and not taken up yet")
TO_CONFIRM = Text("已报告结果，需要确认", "its result was reported and needs confirming")


def problems_to_discuss(person: Person, unit: Unit, since: date | None) -> Iterator[Suggestion]:
    """Give the open problems that need a decision, are overdue, major and not taken up, or reported; what is due first."""
    del unit, since
    there = Problem.objects.visible_to(person).filter(state__in=states.OPEN).select_related("owner", "unit")
    for problem in there.order_by("due", "raised"):
        if (why := _why(problem)) is not None:
            presents = problem.owner or problem.unit
            yield Suggestion(
                PROBLEMS, problem.name, why, problem.kind(), problem.code, presents, problem.get_absolute_url()
            )


def _why(problem: Problem) -> Text | None:
    if problem.overdue():
        return OVERDUE.format(due=problem.due.isoformat() if problem.due else "—")
    if problem.state == states.ACCEPTED:
        return TO_DECIDE
    if problem.state == states.RAISED:
        return TO_TAKE_UP if problem.severity == MAJOR else None
    return TO_CONFIRM if problem.reported_at is not None else None


def overdue_duties(person: Person, unit: Unit, since: date | None) -> Iterator[Suggestion]:
    """Give the duties that are overdue, the latest first."""
    del unit, since
    there = Duty.objects.visible_to(person).filter(state="open", due__lt=timezone.localdate())
    for duty in there.select_related("unit").order_by("due"):
        why = OVERDUE.format(due=duty.due.isoformat())
        yield Suggestion(DUTIES, duty.name, why, duty.kind(), duty.code, duty.unit, duty.get_absolute_url())
