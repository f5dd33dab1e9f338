"""What waits for a person in the room of duties, and what is found by search."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from haihe.messages import Text
from haihe.workspace.duties import lights, turns
from haihe.workspace.duties.actions import ACCEPT, ASSIGN, REPORT, VOUCH
from haihe.workspace.duties.models import Duty, PlanDocument, Target
from haihe.workspace.duties.reports import Report
from haihe.workspace.frame.finding import matching
from haihe.workspace.frame.register import MOST_A_SOURCE, Hit, Waiting, asked_of, due_first
from haihe.workspace.units.approval import APPROVED, DRAFT, SUBMITTED
from haihe.workspace.units.models import Person

LATE = Text("职责逾期，请报告：“{name}”", "Duty overdue, please report: “{name}”")
ENTER = Text("报告进展：“{name}”", "Report on “{name}”")
SOON = Text("职责即将到期：“{name}”", "Duty due soon: “{name}”")
AGAIN = Text("报告已被退回，请修改：“{name}”", "Report returned, please mend: “{name}”")
HAND_IN = Text("报告尚未提交：“{name}”", "Report not handed in yet: “{name}”")
VOUCH_FOR = Text("审批报告“{name}”", "Approve the report “{name}”")
TAKE = Text("接收或退回报告“{name}”", "Accept or return the report “{name}”")
CLOSE = Text("职责已完成，请办结：“{name}”", "Duty complete, close it: “{name}”")


def end_of(day: date | None) -> datetime | None:
    """Give the last minute of a day."""
    if day is None:
        return None
    return timezone.make_aware(datetime.combine(day, time(23, 59))).astimezone(UTC)


@asked_of(REPORT)
def to_enter(person: Person) -> Iterator[Waiting]:
    """Give the duties on which the person's units have to report, that are due soon, and reports that are drafts."""
    units, today = person.turns(REPORT), timezone.localdate()
    drafts = Report.objects.filter(state=DRAFT, unit__in=units).exclude(duty__state__in=(lights.DONE, lights.DROPPED))
    for report in due_first(drafts.select_related("unit", "duty", "target"), "duty__due"):
        what = (AGAIN if report.returned else HAND_IN).format(name=report.name)
        yield Waiting(what, report.get_absolute_url(), report.since, end_of(_due(report)), report.unit.name)
    mine = turns.shown(Duty.objects.filter(unit__in=units, state=lights.OPEN))
    for duty in mine.iterator(
        chunk_size=MOST_A_SOURCE
    ):  # in the order of their days; whose turn it is, is not a column
        if any(each.state == DRAFT for each in turns.reports_of(duty)):
            continue
        turn = turns.turn_of(duty, today)
        soon = duty.due is not None and today <= duty.due <= today + lights.SOON
        if turn is not None and turn.who == turns.EDITOR:
            yield _waiting(LATE if duty.overdue(today) else ENTER, duty, turn.since)
        elif turn is None and soon and turns.share_of(duty) != lights.WHOLE:
            yield _waiting(SOON, duty, duty.created)


def _waiting(said: Text, duty: Duty, since: datetime) -> Waiting:
    return Waiting(said.format(name=duty.name), duty.get_absolute_url(), since, end_of(duty.due), duty.unit.name)


def _due(report: Report) -> date | None:
    return report.duty.due if report.duty is not None else None


@asked_of(VOUCH)
def to_approve(person: Person) -> Iterator[Waiting]:
    """Give the reports of the person's units that wait for approval by somebody else than who entered them."""
    there = Report.objects.filter(state=SUBMITTED, unit__in=person.units(VOUCH))
    for report in due_first(there.select_related("unit", "duty", "target"), "duty__due"):
        if person.username not in report.made_by():
            what = VOUCH_FOR.format(name=report.name)
            yield Waiting(what, report.get_absolute_url(), report.since, end_of(_due(report)), report.unit.name)


@asked_of(ACCEPT)
def to_accept(person: Person) -> Iterator[Waiting]:
    """Give the approved reports that wait for whoever set the duty or target."""
    units = person.units(ACCEPT)
    there = Report.objects.filter(state=APPROVED, accepted_at=None).select_related("unit", "duty", "target")
    for report in due_first(there.filter(Q(duty__issuer__in=units) | Q(target__issuer__in=units)), "duty__due"):
        if person.username not in report.made_by() | {report.approved_by}:
            what = TAKE.format(name=report.name)
            yield Waiting(what, report.get_absolute_url(), report.since, end_of(_due(report)), report.unit.name)


@asked_of(ASSIGN)
def to_close(person: Person) -> Iterator[Waiting]:
    """Give the open duties that an accepted report calls complete."""
    done = Report.objects.filter(share=lights.WHOLE, state=APPROVED, accepted_at__isnull=False)
    there = Duty.objects.filter(state=lights.OPEN, issuer__in=person.units(ASSIGN), pk__in=done.values("duty"))
    for duty in due_first(there.select_related("unit")):
        yield _waiting(CLOSE, duty, duty.created)


def found(person: Person, wanted: str) -> Iterator[Hit]:
    """Find documents, targets and duties by code, name or pinyin."""
    kinds = (
        (PlanDocument, "document", Text("计划文件", "plan document")),
        (Target, "target", Text("目标", "target")),
        (Duty, "duty", Text("职责", "duty")),
    )
    for model, address, kind in kinds:
        for thing in matching(model.objects.visible_to(person), wanted):
            yield Hit(kind, thing.name, thing.code, reverse(f"duties:{address}", args=[thing.code]))
