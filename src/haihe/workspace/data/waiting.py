"""What waits for a person in the room of data: answers to fill in, to approve, to accept; versions to approve."""

from collections.abc import Iterator
from datetime import UTC, datetime, time

from django.urls import reverse
from django.utils import timezone

from haihe.messages import Text
from haihe.workspace.data.actions import ACCEPT, ANSWER, ASK, VOUCH
from haihe.workspace.data.models import Version
from haihe.workspace.data.requests import OPEN, Answer, Request
from haihe.workspace.frame.register import Waiting, asked_of
from haihe.workspace.units.approval import APPROVED, DRAFT, SUBMITTED
from haihe.workspace.units.models import Person

FILL = Text("填报“{title}”", "Answer “{title}”")
AGAIN = Text("已被退回，请修改：“{title}”", "Returned, please mend: “{title}”")
REMINDED = Text("催办：填报“{title}”", "Reminder: answer “{title}”")
SOON = Text("即将到期：填报“{title}”", "Due soon: answer “{title}”")
VOUCH_FOR = Text("审批本单位对“{title}”的填报", "Approve your unit's answer to “{title}”")
TAKE = Text("接收或退回 {n} 份填报：“{title}”", "Accept or return {n} answers: “{title}”")
LATE = Text("{n} 个单位逾期未报：“{title}”", "{n} units are late: “{title}”")
SEND = Text("数据收集尚未发出：“{title}”", "Request not sent yet: “{title}”")
MERGE = Text("{n} 份填报待汇总：“{title}”", "{n} answers to be merged: “{title}”")
DECIDE = Text("审批数据版本 {code}", "Approve the version {code}")


@asked_of(ANSWER, VOUCH)
def answers(person: Person) -> Iterator[Waiting]:
    """Give the answers that wait for an editor or an approver."""
    there = Answer.objects.select_related("request", "unit").filter(request__state=OPEN)
    for answer in there.filter(state=DRAFT, unit__in=person.turns(ANSWER)):
        yield _waiting(_asked_how(answer), answer)
    for answer in there.filter(state=SUBMITTED, unit__in=person.units(VOUCH)):
        if person.username not in answer.made_by():
            yield _waiting(VOUCH_FOR, answer)


def _asked_how(answer: Answer) -> Text:
    if answer.returned:
        return AGAIN
    if answer.reminded_at is not None and answer.reminded_at > answer.since:
        return REMINDED
    left = (answer.request.due - timezone.localdate()).days
    return SOON if left <= answer.request.remind_days else FILL


def _waiting(words: Text, answer: Answer) -> Waiting:
    request = answer.request
    return Waiting(
        words.format(title=request.title),
        reverse("data:answer", args=[answer.code]),
        answer.since,
        end_of(request),
        answer.unit.name,
    )


def end_of(request: Request) -> datetime:
    """Give the last minute of the due day."""
    return timezone.make_aware(datetime.combine(request.due, time(23, 59)))


@asked_of(ASK)
def requests(person: Person) -> Iterator[Waiting]:
    """Give the requests that wait for the office that asks: to send, to accept, late, to merge."""
    there = Request.objects.select_related("unit").filter(unit__in=person.units(ASK)).prefetch_related("answers")
    accepts = set(person.units(ACCEPT).values_list("pk", flat=True))
    for request in there.filter(state=DRAFT):
        yield Waiting(
            SEND.format(title=request.title), _address(request), request.created, end_of(request), request.unit.name
        )
    today = timezone.localdate()
    for request in there.filter(state=OPEN):
        given = list(request.answers.all())
        approved = [each for each in given if each.stage == APPROVED]
        late = [each for each in given if each.state != APPROVED and request.due < today]
        accepted = [each for each in given if each.accepted_at is not None and each.merged_id is None]
        if approved and request.unit_id in accepts:
            yield _many(TAKE, request, approved)
        if late:
            yield _many(LATE, request, late)
        if accepted and len(accepted) == len([each for each in given if each.merged_id is None]):
            yield _many(MERGE, request, accepted)


def _many(words: Text, request: Request, given: list[Answer]) -> Waiting:
    since = min((each.since for each in given), default=datetime.now(UTC))
    said = words.format(n=len(given), title=request.title)
    return Waiting(said, _address(request), since, end_of(request), request.unit.name)


def _address(request: Request) -> str:
    return reverse("data:request", args=[request.code])


def versions(person: Person) -> Iterator[Waiting]:
    """Give the versions that wait for approval by the person."""
    there = Version.objects.visible_to(person).filter(state=SUBMITTED).select_related("unit", "dataset__unit")
    for version in there:
        if version.waits_for(person):
            address = reverse("data:version", args=[version.code])
            yield Waiting(DECIDE.format(code=version.code), address, version.submitted_at, None, version.unit.name)
