"""Meetings: their agenda, suggestions for it, minutes and decisions."""

from datetime import date
from typing import Any

from ninja import Query
from pydantic import BaseModel, ConfigDict, Field

from haihe.messages import Text
from haihe.workspace.api.calls import Call
from haihe.workspace.api.operations import Section
from haihe.workspace.api.paging import Asked, Paged, paged
from haihe.workspace.api.sections.said import LongWords, Name, Shown, named, step
from haihe.workspace.duties.assigning import owners
from haihe.workspace.intake.rows_target import one_named
from haihe.workspace.meetings import agenda, minutes
from haihe.workspace.meetings.actions import APPROVE, PREPARE, READ
from haihe.workspace.meetings.agenda import items_of
from haihe.workspace.meetings.models import Item, Meeting

SECTION = Section("meetings", Text("会议", "Meetings"))


class ItemOut(BaseModel):
    """An item of an agenda."""

    code: str
    name: Name
    about_kind: str
    about: str
    presents: str | None
    wanted: str
    minutes: str
    decision: str
    owner: str | None
    due: date | None
    duty: str


class MeetingOut(BaseModel):
    """A meeting with its agenda."""

    code: str
    title: str
    unit: str
    day: date
    place: str
    invited: list[str]
    version: str
    state: str
    convened: bool
    issued: bool
    illustrative: bool
    approved_by: str
    items: list[ItemOut]
    edition: int


class SuggestionOut(BaseModel):
    """Something that a room suggests for an agenda; ``take`` names it in a call that takes it."""

    take: str
    source: str
    title: Name
    why: Name
    unit: str | None


class SuggestionsOut(BaseModel):
    """What the rooms suggest."""

    items: list[SuggestionOut]


class TakeIn(BaseModel):
    """Suggestions to be taken."""

    model_config = ConfigDict(extra="forbid")

    take: list[Shown] = Field(max_length=200)


class MinuteIn(BaseModel):
    """What was said of an item, and what was decided: a decision and its owner belong together."""

    model_config = ConfigDict(extra="forbid")

    minutes: LongWords = ""
    decision: LongWords = ""
    owner: Shown = ""
    due: date | None = None


class PlaceIn(BaseModel):
    """Which way an item goes."""

    model_config = ConfigDict(extra="forbid")

    up: bool


def item_out(item: Item) -> ItemOut:
    """Give what is said of an item."""
    same: dict[str, Any] = {
        name: getattr(item, name) for name in ItemOut.model_fields if name not in {"name", "presents", "owner"}
    }
    return ItemOut(
        name=named(item.name),
        presents=item.presents.code if item.presents else None,
        owner=item.owner.code if item.owner else None,
        **same,
    )


def meeting_out(meeting: Meeting) -> MeetingOut:
    """Give what is said of a meeting."""
    return MeetingOut(
        code=meeting.code,
        title=meeting.title,
        unit=meeting.unit.code,
        day=meeting.day,
        place=meeting.place,
        invited=list(meeting.inviting),
        version=meeting.version,
        state=meeting.state,
        convened=meeting.convened is not None,
        issued=meeting.issued is not None,
        illustrative=meeting.illustrative,
        approved_by=meeting.approved_by,
        items=[item_out(item) for item in items_of(meeting)],
        edition=meeting.edition,
    )


@SECTION.get("/meetings", READ, Text("列出可见的会议", "list meetings"), Paged[MeetingOut])
def meetings(request: Call, asked: Query[Asked]) -> Paged[MeetingOut]:
    """List meetings in the order of their codes."""
    return paged(Meeting.objects.visible_to(request.user).select_related("unit"), asked, "code", meeting_out)


@SECTION.get("/meetings/{code}", READ, Text("读取一次会议", "read a meeting"), MeetingOut, of=Meeting)
def meeting(thing: Meeting) -> MeetingOut:
    """Give a meeting with its agenda, minutes and decisions."""
    return meeting_out(thing)


@SECTION.post(
    "/meetings/{code}/approve",
    APPROVE,
    Text("审批会议纪要", "approve minutes"),
    MeetingOut,
    of=Meeting,
    scope="approve",
)
def approve_meeting(request: Call, thing: Meeting) -> MeetingOut:
    """Approve and lock minutes that somebody else handed in."""
    minutes.approve(request.user, thing, channel="api")
    return meeting_out(thing)


@SECTION.post(
    "/meetings/{code}/issue", PREPARE, Text("交办会议决定", "issue decisions"), MeetingOut, of=Meeting, scope="approve"
)
def issue_meeting(request: Call, thing: Meeting) -> MeetingOut:
    """Make a duty of every decision of approved minutes."""
    minutes.issue(request.user, thing, channel="api")
    return meeting_out(thing)


@SECTION.get(
    "/meetings/{code}/suggestions", PREPARE, Text("读取可列入议程的事项", "read what could stand on the agenda"),
    SuggestionsOut, of=Meeting,
)  # fmt: skip
def meeting_suggestions(request: Call, thing: Meeting) -> SuggestionsOut:
    """Give what the rooms suggest, without what stands on the agenda."""
    found = [
        SuggestionOut(
            take=f"{each.about_kind}:{each.about}",
            source=offer.code,
            title=named(each.title),
            why=named(each.why),
            unit=each.unit.code if each.unit else None,
        )
        for offer in agenda.offers(request.user, thing)
        for each in offer.suggestions
    ]
    return SuggestionsOut(items=found)


@SECTION.post(
    "/meetings/{code}/take", PREPARE, Text("将事项列入议程", "put suggestions on the agenda"), MeetingOut, of=Meeting
)
def take_suggestions(request: Call, thing: Meeting, sent: TakeIn) -> MeetingOut:
    """Put suggestions on the agenda; what is not suggested any more is left out.

    Items of one's own and changes of items come in by an upload to the target ``agenda``.
    """
    agenda.take(request.user, thing, sent.take, channel="api")
    return meeting_out(thing)


@SECTION.get("/agenda-items/{code}", READ, Text("读取一个议题", "read an item"), ItemOut, of=Item)
def agenda_item(thing: Item) -> ItemOut:
    """Give an item with what was said and decided of it."""
    return item_out(thing)


@SECTION.post("/agenda-items/{code}/minute", PREPARE, Text("记录议题", "minute an item"), ItemOut, of=Item)
def minute_item(request: Call, thing: Item, sent: MinuteIn) -> ItemOut:
    """Write what was said of an item, and what was decided, by whom to be done, until when."""
    said: dict[str, Any] = sent.model_dump()
    said["owner"] = one_named(sent.owner, owners(thing.meeting.unit), "owner")
    minutes.minute(request.user, thing, said, channel="api")
    return item_out(thing)


@SECTION.post("/agenda-items/{code}/place", PREPARE, Text("调整议题次序", "order the agenda"), ItemOut, of=Item)
def place_item(request: Call, thing: Item, sent: PlaceIn) -> ItemOut:
    """Exchange an item with the one before or after it."""
    agenda.move(request.user, thing, sent.up, channel="api")
    return item_out(thing)


step(SECTION, "strike_item", "/agenda-items/{code}/strike", PREPARE, Text("撤下议题", "take an item off the agenda"), ItemOut,
     Item, agenda.strike, item_out)  # fmt: skip
step(SECTION, "convene_meeting", "/meetings/{code}/convene", PREPARE, Text("发出议程", "send the agenda"), MeetingOut,
     Meeting, agenda.convene, meeting_out)  # fmt: skip
step(SECTION, "submit_meeting", "/meetings/{code}/submit", PREPARE, Text("提交会议纪要", "hand the minutes in"), MeetingOut,
     Meeting, minutes.submit, meeting_out)  # fmt: skip
step(SECTION, "return_meeting", "/meetings/{code}/return", APPROVE, Text("退回会议纪要", "send the minutes back"), MeetingOut,
     Meeting, minutes.send_back, meeting_out, reason=True, scope="approve")  # fmt: skip
step(SECTION, "reopen_meeting", "/meetings/{code}/reopen", APPROVE, Text("撤销纪要审批", "un-approve the minutes"), MeetingOut,
     Meeting, minutes.reopen, meeting_out, reason=True, scope="approve")  # fmt: skip
