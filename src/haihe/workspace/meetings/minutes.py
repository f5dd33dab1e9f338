"""Minutes: what was said and decided of each item; handed in, approved by somebody else, then issued as duties."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from haihe.messages import HaiheError
from haihe.workspace.audit.chain import Channel, store
from haihe.workspace.duties.assigning import assign
from haihe.workspace.duties.models import Duty
from haihe.workspace.meetings.actions import PREPARE
from haihe.workspace.meetings.agenda import items_of
from haihe.workspace.meetings.models import Item, Meeting
from haihe.workspace.problems import states, steering
from haihe.workspace.problems.actions import STEER
from haihe.workspace.problems.models import Problem
from haihe.workspace.units.approval import APPROVED, STATES
from haihe.workspace.units.models import Person

MINUTED = ("minutes", "decision", "owner", "due")
LONGEST = 200


def minute(
    person: Person, item: Item, fields: Mapping[str, Any], edition: int | None = None, channel: Channel = "web"
) -> None:
    """Write what was said of an item, and what was decided, by whom to be done, until when.

    Raises
    ------
    HaiheError
        ``E-MTG-03`` where a decision names nobody, or an owner has no decision.
    """
    item.must_be_open()
    for name in MINUTED:
        if name in fields:
            setattr(item, name, fields[name])
    if bool(item.decision.strip()) != (item.owner is not None):
        raise HaiheError("E-MTG-03", column="decision" if item.owner else "owner", value=item.title_zh)
    store(person.actor(PREPARE, channel), "minute", item, edition=edition)


def submit(person: Person, meeting: Meeting, edition: int | None = None, channel: Channel = "web") -> None:
    """Hand the minutes in; ``E-MTG-02`` without an item, ``E-MTG-04`` where nothing was minuted."""
    there = items_of(meeting)
    if not there:
        raise HaiheError("E-MTG-02", value=meeting.title)
    if not any(item.minutes.strip() or item.decision.strip() for item in there):
        raise HaiheError("E-MTG-04", value=meeting.title)
    meeting.submit(person, edition, channel)


def approve(person: Person, meeting: Meeting, edition: int | None = None, channel: Channel = "web") -> None:
    """Approve and lock the minutes that somebody else handed in."""
    meeting.approve(person, edition, channel)


def send_back(
    person: Person, meeting: Meeting, reason: str, edition: int | None = None, channel: Channel = "web"
) -> None:
    """Send the minutes back, with a reason."""
    meeting.send_back(person, reason, edition, channel)


def reopen(person: Person, meeting: Meeting, reason: str, edition: int | None = None, channel: Channel = "web") -> None:
    """Un-approve the minutes; ``E-MTG-05`` once their decisions were issued."""
    if meeting.issued is not None:
        raise HaiheError("E-MTG-05", value=meeting.title)
    meeting.reopen(person, reason, edition, channel)


def issue(person: Person, meeting: Meeting, edition: int | None = None, channel: Channel = "web") -> list[Duty]:
    """Make a duty of every decision of approved minutes, and decide the problems that they deal with; all or nothing.

    Raises
    ------
    HaiheError
        ``E-WEB-21`` before approval, ``E-MTG-05`` the second time; what assigning a duty raises.
    """
    if meeting.state != APPROVED:
        raise HaiheError("E-WEB-21", value=meeting.code, state=STATES[meeting.state])
    if meeting.issued is not None:
        raise HaiheError("E-MTG-05", value=meeting.title)
    with transaction.atomic():
        meeting.issued = timezone.now()
        store(person.actor(PREPARE, channel), "issue", meeting, edition=edition)
        return [_issued(person, item, channel) for item in items_of(meeting) if item.decision.strip() and item.owner]


def _issued(person: Person, item: Item, channel: Channel) -> Duty:
    assert item.owner is not None
    problem = problem_of(item)
    if problem is not None and problem.open and person.may(STEER, problem.unit):
        _decide(person, problem, item, channel)
    first = item.decision.strip().splitlines()[0]
    duty = assign(
        person,
        item.unit,
        item.owner,
        name_zh=first[:LONGEST],
        due=item.due,
        evidence=item.decision.strip(),
        about=problem or item,
        quality="illustrative" if item.meeting.illustrative or (problem and problem.illustrative) else "official",
        channel=channel,
    )
    item.duty = duty.code
    store(person.actor(PREPARE, channel), "issue", item)
    return duty


def _decide(person: Person, problem: Problem, item: Item, channel: Channel) -> None:
    """Record on a problem what the meeting decided; one that nobody has taken up yet is taken up."""
    if problem.state == states.RAISED:
        steering.accept(person, problem, item.owner or problem.unit, due=item.due, channel=channel)
    steering.decide(person, problem, item.decision, item.owner, due=item.due, channel=channel)


def problem_of(item: Item) -> Problem | None:
    """Give the problem that an item deals with."""
    if item.about_kind != Problem.kind():
        return None
    found: Problem | None = Problem.objects.filter(code=item.about).select_related("unit", "owner").first()
    return found
