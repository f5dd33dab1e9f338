"""What the room announces: its menu, what waits, its search, papers, its words in the record, the last meeting."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils import timezone

from haihe.messages import Text
from haihe.workspace.frame import failures, wording
from haihe.workspace.frame.finding import matching
from haihe.workspace.frame.register import MENU, SEARCHES, WAITING, Entry, Hit, Waiting, asked_of
from haihe.workspace.intake import targets
from haihe.workspace.meetings import actions
from haihe.workspace.meetings.agenda import last_day
from haihe.workspace.meetings.agenda_target import AgendaTarget
from haihe.workspace.meetings.meetings_target import MeetingsTarget
from haihe.workspace.meetings.models import Meeting
from haihe.workspace.papers.holders import holds
from haihe.workspace.problems.agenda import LAST
from haihe.workspace.units.approval import APPROVED, DRAFT, SUBMITTED
from haihe.workspace.units.models import Person

NAME = Text("会议", "meeting")
SEND = Text("发出“{title}”的议程", "Send the agenda of “{title}”")
MINUTES = Text("整理并提交“{title}”的纪要", "Finish and hand in the minutes of “{title}”")
DECIDE = Text("审批“{title}”的纪要", "Approve the minutes of “{title}”")
ISSUE = Text("交办“{title}”的决定", "Issue the decisions of “{title}”")


def _waiting(words: Text, meeting: Meeting) -> Waiting:
    url = reverse("meetings:meeting", args=[meeting.code])
    since = meeting.submitted_at or meeting.convened or meeting.created
    return Waiting(words.format(title=meeting.title), url, since, None, meeting.unit.name)


@asked_of(actions.PREPARE)
def to_prepare(person: Person) -> Iterator[Waiting]:
    """Give the meetings whose agenda, minutes or decisions wait for the person's office."""
    there = Meeting.objects.filter(unit__in=person.units(actions.PREPARE)).select_related("unit")
    today = timezone.localdate()
    for meeting in there.filter(state=DRAFT):
        if meeting.convened is None:
            yield _waiting(SEND, meeting)
        elif meeting.day <= today:
            yield _waiting(MINUTES, meeting)
    for meeting in there.filter(state=APPROVED, issued=None):
        yield _waiting(ISSUE, meeting)


@asked_of(actions.APPROVE)
def to_approve(person: Person) -> Iterator[Waiting]:
    """Give the minutes that wait for the person's approval."""
    there = Meeting.objects.filter(unit__in=person.units(actions.APPROVE), state=SUBMITTED).select_related("unit")
    for meeting in there:
        if person.username not in meeting.made_by():
            yield _waiting(DECIDE, meeting)


def found(person: Person, wanted: str) -> Iterator[Hit]:
    """Find meetings by title or code."""
    for meeting in matching(Meeting.objects.visible_to(person), wanted, names=("title",), pinyin=""):
        yield Hit(NAME, meeting.name, meeting.code, meeting.get_absolute_url())


def register() -> None:
    """Announce the room; called once, when the applications stand."""
    failures.answered(409, "E-MTG-01", "E-MTG-05")
    MENU.append(Entry(Text("会议", "Meetings"), "meetings:list", actions.READ, 12))
    WAITING.extend((to_prepare, to_approve))
    SEARCHES.append(found)
    targets.register(MeetingsTarget())
    targets.register(AgendaTarget())
    holds(Meeting, actions.PREPARE)
    LAST.append(last_day)
    wording.KINDS |= {"meetings.meeting": NAME, "meetings.item": Text("议题", "item of an agenda")}
    wording.VERBS |= {
        "convene": Text("发出议程", "sent the agenda"),
        "add": Text("列入议程", "put on the agenda"),
        "order": Text("调整次序", "ordered"),
        "minute": Text("记录", "minuted"),
        "issue": Text("交办", "issued"),
    }
    wording.FIELDS |= {
        "day": Text("日期", "day"),
        "meetings.meeting.place": Text("地点", "place"),
        "meetings.item.place": Text("次序", "order"),
        "inviting": Text("参会单位", "invited"),
        "version": Text("数据版本", "data version"),
        "convened": Text("议程发出时间", "agenda sent at"),
        "meetings.meeting.issued": Text("交办时间", "issued at"),
        "meetings.item.wanted": Text("请会议决定", "decision wanted"),
        "minutes": Text("会议记录", "minutes"),
        "presents": Text("汇报单位", "presented by"),
        "duty": Text("职责", "duty"),
        "struck": Text("已撤下", "taken off"),
        "meeting": NAME,
    }
