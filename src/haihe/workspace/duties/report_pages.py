"""Pages of reports: entering one, one with its way to whoever set the duty."""

from collections.abc import Callable

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from haihe.messages import Text
from haihe.workspace.duties import reporting
from haihe.workspace.duties.actions import ACCEPT, READ, REPORT, VOUCH
from haihe.workspace.duties.forms import ReportForm
from haihe.workspace.duties.lists import DUTIES
from haihe.workspace.duties.models import Duty, Target
from haihe.workspace.duties.reports import ACCEPTED, Report
from haihe.workspace.frame.access import Request, act, acts_on, find, form, page
from haihe.workspace.frame.forms import edition_of
from haihe.workspace.frame.layout import tell
from haihe.workspace.papers import services as papers
from haihe.workspace.units.approval import APPROVED, DRAFT, SUBMITTED

NEW = Text("报告进展", "Report progress")
EDIT = Text("修改报告", "Edit the report")
KINDS: dict[str, type[Duty] | type[Target]] = {"duty": Duty, "target": Target}


def trail(item: Duty | Target, *more: tuple[Text, str]) -> list[tuple[Text, str]]:
    """Give the way to a report."""
    return [
        (DUTIES.title if isinstance(item, Duty) else Text("目标", "Targets"), ""),
        (item.name, item.get_absolute_url()),
        *more,
    ]


@form(REPORT)
def new(request: Request, kind: str, code: str) -> HttpResponse:
    """Enter a report on a duty or target."""
    if kind not in KINDS:
        raise Http404
    item: Duty | Target = find(request.user, KINDS[kind], code, REPORT)
    if isinstance(item, Duty):
        item.must_be_open()
    form = ReportForm.of(request)
    form.fit(item)
    made: list[Report] = []
    if form.done(lambda: made.append(reporting.report(request.user, item, **form.values()))):
        tell(request, Text("已保存为草稿：附上佐证后请提交", "Kept as a draft: attach the evidence, then hand it in"))
        return redirect(made[0])
    return form.page(request, NEW, back=item.get_absolute_url(), trail=trail(item, (NEW, "")))


@form(REPORT, of=Report)
def edit(request: Request, thing: Report) -> HttpResponse:
    """Change a draft."""
    thing.edit_allowed()
    form = ReportForm.of(request, thing)
    form.fit(thing.item, thing.period)
    if form.done(lambda: reporting.report(request.user, thing.item, edition=form.seen, **form.values())):
        tell(request, Text("已保存", "Saved"))
        return redirect(thing)
    back = thing.get_absolute_url()
    return form.page(request, EDIT, back=back, trail=trail(thing.item, (thing.period_name, back), (EDIT, "")))


@page(READ, of=Report)
def report(request: Request, thing: Report) -> HttpResponse:
    """Show a report."""
    person = request.user
    vouches, accepts = acts_on(person, thing, VOUCH), acts_on(person, thing, ACCEPT)
    more = {
        "thing": thing,
        "item": thing.item,
        "edits": thing.state == DRAFT and acts_on(person, thing, REPORT),
        "vouches": vouches and thing.state == SUBMITTED,
        "own": thing.own_of(person),
        "reopens": vouches and thing.stage == APPROVED,
        "accepts": accepts and thing.stage == APPROVED,
        "involved": person.username == thing.approved_by or thing.own_of(person),
        "returns": accepts and thing.stage in (APPROVED, ACCEPTED),
        "trail": trail(thing.item, (thing.period_name, "")),
        "printed": Text(f"{thing.name.zh} · {thing.stage_name.zh}", f"{thing.name.en} · {thing.stage_name.en}"),
    }
    return render(request, "duties/report.html", more | papers.part(person, thing))


def _done(request: Request, thing: Report, said: Text) -> HttpResponse:
    tell(request, said)
    seen = Report.objects.visible_to(request.user).filter(pk=thing.pk).exists()  # what is sent back is a draft again
    return redirect(thing if seen else thing.item)


def _with_reason(request: Request, thing: Report, service: Callable[..., None], said: Text) -> HttpResponse:
    service(request.user, thing, request.POST.get("reason", ""), edition_of(request))
    return _done(request, thing, said)


@act(REPORT, of=Report)
def submit(request: Request, thing: Report) -> HttpResponse:
    """Hand a report in."""
    reporting.submit(request.user, thing, edition_of(request))
    return _done(request, thing, Text("已提交，等待本单位审批", "Handed in; it waits for your unit's approver"))


@act(VOUCH, of=Report)
def approve(request: Request, thing: Report) -> HttpResponse:
    """Approve the report of one's unit."""
    reporting.approve(request.user, thing, edition_of(request))
    return _done(request, thing, Text("已审批，交办单位现可查看", "Approved; the issuing office sees it now"))


@act(VOUCH, of=Report)
def send_back(request: Request, thing: Report) -> HttpResponse:
    """Give it back to the editor."""
    return _with_reason(request, thing, reporting.send_back, Text("已退回填报人员", "Given back to the editor"))


@act(VOUCH, of=Report)
def reopen(request: Request, thing: Report) -> HttpResponse:
    """Un-approve in the unit."""
    return _with_reason(request, thing, reporting.reopen, Text("已撤销审批", "Un-approved"))


@act(ACCEPT, of=Report)
def accept(request: Request, thing: Report) -> HttpResponse:
    """Accept and lock a report."""
    reporting.accept(request.user, thing, edition_of(request))
    return _done(request, thing, Text("已接收并锁定", "Accepted and locked"))


@act(ACCEPT, of=Report)
def return_report(request: Request, thing: Report) -> HttpResponse:
    """Un-approve a report as whoever set the duty."""
    said = Text("已撤销审批，退回责任单位", "Un-approved and returned to the owner")
    return _with_reason(request, thing, reporting.return_report, said)
