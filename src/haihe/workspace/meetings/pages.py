"""Pages of meetings: the list, one with its agenda and minutes, the pack to be printed and as a Word document."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from haihe.messages import Text
from haihe.workspace.data.models import Dataset
from haihe.workspace.frame.access import Request, act, acts_on, form, page
from haihe.workspace.frame.forms import edition_of
from haihe.workspace.frame.layout import language_of, tell
from haihe.workspace.frame.lists import Choice, Column, Listing, Typed, attachment, heavy
from haihe.workspace.frame.names import who
from haihe.workspace.meetings import agenda, minutes
from haihe.workspace.meetings.actions import APPROVE, PREPARE, READ
from haihe.workspace.meetings.forms import MeetingForm
from haihe.workspace.meetings.models import Meeting
from haihe.workspace.meetings.pack import pack_of, word
from haihe.workspace.papers import services as papers
from haihe.workspace.units.approval import APPROVED, DRAFT, STATES, SUBMITTED
from haihe.workspace.units.models import Person

MEETINGS = Text("会议", "Meetings")
NEW = Text("筹备会议", "Prepare a meeting")
EDIT = Text("修改会议", "Change the meeting")
WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

LIST = Listing(
    MEETINGS,
    (
        Column(Text("日期", "Day"), lambda each: each.day, sort="day"),
        Column(
            Text("会议", "Meeting"), lambda each: each.title, sort="title", url=lambda each: each.get_absolute_url()
        ),
        Column(Text("召集单位", "Called by"), lambda each: each.unit.name, sort="unit__path"),
        Column(Text("地点", "Place"), lambda each: each.place or None, sort="place"),
        Column(Text("状态", "State"), lambda each: each.state_name, sort="state", mark=lambda each: each.state_mark),
        Column(Text("数据版本", "Data version"), lambda each: each.version or None, sort="version"),
        Column(Text("审批人", "Approved by"), who("approved_by"), sort="approved_by"),
        Column(Text("数据", "Facts"), lambda each: Text("示例", "illustrative") if each.illustrative else None),
    ),
    search=("title", "code", "place", "note"),
    choices=(Choice("state", Text("纪要", "Minutes"), tuple(STATES.items())),),
    typed=(
        Typed("since", Text("自", "from"), "day__gte", "date"),
        Typed("until", Text("至", "until"), "day__lte", "date"),
    ),
    empty=Text(
        "还没有会议。规划人员或链长可在此筹备：议题从问题、逾期职责等自动提出。",
        "No meeting yet. A planner or a chief prepares one here; problems and overdue duties are suggested for its agenda.",
    ),
    file="meetings",
    comes_in="meetings",
)


@page(READ)
def meetings(request: Request) -> HttpResponse:
    """List meetings."""
    seen = Meeting.objects.visible_to(request.user).select_related("unit")
    return LIST.answer(request, seen, "meetings/meetings.html", prepares=request.user.may(PREPARE))


def _versions(person: Person) -> list[str]:
    """Give the versions in force that a person sees, the newest first."""
    seen = Dataset.objects.visible_to(person).filter(current__isnull=False).order_by("-current__created")
    return list(seen.values_list("current__code", flat=True)[:20])


@form(PREPARE)
def new(request: Request) -> HttpResponse:
    """Begin to prepare a meeting."""
    asked = MeetingForm.of(request, initial={"day": timezone.localdate()})
    asked.offer(request.user.units(PREPARE).exclude(kind_of="firm"), _versions(request.user))
    made: list[Meeting] = []

    def make() -> None:
        said = asked.values()
        made.append(agenda.new(request.user, said.pop("unit"), said, said.pop("invited")))

    if asked.done(make):
        return redirect(made[0])
    back = reverse("meetings:list")
    return asked.page(request, NEW, back=back, trail=[(MEETINGS, back), (NEW, "")])


@form(PREPARE, of=Meeting)
def edit(request: Request, thing: Meeting) -> HttpResponse:
    """Change a meeting."""
    asked = MeetingForm.of(request, thing)
    asked.offer(request.user.units(PREPARE), _versions(request.user))
    asked.settle(thing)
    said = asked.values if asked.is_bound else dict

    def change() -> None:
        fields = said()
        agenda.change(request.user, thing, fields, fields.pop("invited"), asked.seen)

    if asked.done(change):
        tell(request, Text("已保存", "Saved"))
        return redirect(thing)
    back = thing.get_absolute_url()
    return asked.page(
        request, EDIT, back=back, trail=[(MEETINGS, reverse("meetings:list")), (thing.name, back), (EDIT, "")]
    )


@page(READ, of=Meeting)
def meeting(request: Request, thing: Meeting) -> HttpResponse:
    """Show a meeting: agenda, minutes, decisions, and what may be done."""
    person = request.user
    prepares, draft = acts_on(person, thing, PREPARE), thing.state == DRAFT
    approves = acts_on(person, thing, APPROVE)
    more = {
        "thing": thing,
        "items": agenda.items_of(thing),
        "previous": agenda.previous(person, thing),
        "invited": list(thing.invited.order_by("path")),
        "prepares": prepares and draft,
        "convenes": prepares and draft and thing.convened is None,
        "decides": approves and thing.state == SUBMITTED,
        "own": thing.own_of(person),
        "issues": prepares and thing.state == APPROVED and thing.issued is None,
        "reopens": approves and thing.state == APPROVED and thing.issued is None,
        "trail": [(MEETINGS, reverse("meetings:list")), (thing.name, "")],
    }
    return render(request, "meetings/meeting.html", more | papers.part(person, thing))


@page(READ, of=Meeting)
def pack(request: Request, thing: Meeting) -> HttpResponse:
    """Show the pack, to be printed."""
    made = pack_of(request.user, thing)
    trail = [
        (MEETINGS, reverse("meetings:list")),
        (thing.name, thing.get_absolute_url()),
        (Text("会议材料", "Pack"), ""),
    ]
    return render(request, "meetings/pack.html", {"thing": thing, "pack": made, "printed": made.line, "trail": trail})


@page(READ, of=Meeting)
def document(request: Request, thing: Meeting) -> HttpResponse:
    """Give the pack as a Word document."""
    heavy(request)
    data = word(pack_of(request.user, thing), language_of(request))
    return attachment(data, f"pack-{thing.code}.docx", WORD_TYPE)


@act(PREPARE, of=Meeting)
def convene(request: Request, thing: Meeting) -> HttpResponse:
    """Send the agenda."""
    agenda.convene(request.user, thing, edition_of(request))
    tell(request, Text("议程已发给参会单位", "The agenda was sent to those invited"))
    return redirect(thing)


@act(PREPARE, of=Meeting)
def submit(request: Request, thing: Meeting) -> HttpResponse:
    """Hand the minutes in."""
    minutes.submit(request.user, thing, edition_of(request))
    tell(request, Text("纪要已提交，须由他人审批", "The minutes were handed in; somebody else approves them"))
    return redirect(thing)


@act(APPROVE, of=Meeting)
def approve(request: Request, thing: Meeting) -> HttpResponse:
    """Approve the minutes."""
    minutes.approve(request.user, thing, edition_of(request))
    tell(request, Text("纪要已审批并锁定", "The minutes are approved and locked"))
    return redirect(thing)


@act(APPROVE, of=Meeting)
def send_back(request: Request, thing: Meeting) -> HttpResponse:
    """Send the minutes back."""
    minutes.send_back(request.user, thing, request.POST.get("reason", ""), edition_of(request))
    return redirect(thing)


@act(APPROVE, of=Meeting)
def reopen(request: Request, thing: Meeting) -> HttpResponse:
    """Un-approve the minutes."""
    minutes.reopen(request.user, thing, request.POST.get("reason", ""), edition_of(request))
    return redirect(thing)


@act(PREPARE, of=Meeting)
def issue(request: Request, thing: Meeting) -> HttpResponse:
    """Make duties of the decisions."""
    made = minutes.issue(request.user, thing, edition_of(request))
    tell(request, Text("已交办 {n} 项职责", "{n} duties assigned").format(n=len(made)))
    return redirect(thing)
