"""Pages of one version: its tables, its check, downloads, and its way to being in force."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from haihe.files import file_name
from haihe.messages import Text
from haihe.region.tables import TABLES
from haihe.workspace.data import tasks, versions
from haihe.workspace.data.actions import APPROVE, READ, SUBMIT
from haihe.workspace.data.dataset_pages import DATASETS
from haihe.workspace.data.differences import counts, in_words
from haihe.workspace.data.downloads import DIRECT, FORMS, file_of
from haihe.workspace.data.models import Version
from haihe.workspace.frame.access import Request, act, acts_on, page
from haihe.workspace.frame.forms import edition_of
from haihe.workspace.frame.layout import language_of, tell
from haihe.workspace.frame.lists import attachment, heavy
from haihe.workspace.frame.register import links_on
from haihe.workspace.jobs.files import given
from haihe.workspace.units.approval import APPROVED, DRAFT, MARKS, STATES, SUBMITTED
from haihe.workspace.units.models import Person, Unit

SHOWN = 200


def trail_of(version: Version, *more: tuple[Text, str]) -> list[tuple[Text, str]]:
    """Give the way to a version's page."""
    dataset = version.dataset
    address = reverse("data:version", args=[version.code]) if more else ""
    return [
        (DATASETS, reverse("data:datasets")),
        (dataset.name, reverse("data:dataset", args=[dataset.code])),
        (Text(f"第 {version.number} 版", f"version {version.number}"), address),
        *more,
    ]


def printed(version: Version) -> Text:
    """Give the line that paper bears: dataset, version, content hash, state."""
    state = STATES[version.state]
    return Text(
        f"{version.dataset.name.zh} · 版本 {version.code} · {version.sha256[:12]} · {state.zh}",
        f"{version.dataset.name.en} · version {version.code} · {version.sha256[:12]} · {state.en}",
    )


@page(READ, of=Version)
def version(request: Request, thing: Version) -> HttpResponse:
    """Show a version."""
    changed = counts(thing.parent, thing) if thing.parent is not None else {}
    tables = [
        {"spec": TABLES[name], "rows": kept["rows"], "changed": changed.get(name)}
        for name, kept in thing.tables.items()
        if name in TABLES
    ]
    job = tasks.last_check(request.user, thing)
    findings = tasks.findings_of(job) if job is not None else []
    total = (job.result or {}).get("total", 0) if job is not None else 0
    in_force = thing.dataset.current_id == thing.pk
    decides = acts_on(request.user, thing, APPROVE)
    more = {
        "thing": thing,
        "links": links_on(request.user, thing),
        "state": STATES[thing.state],
        "mark": MARKS[thing.state],
        "tables": tables,
        "changed": in_words(changed),
        "in_force": in_force,
        "behind": thing.state != APPROVED and thing.base != thing.dataset.current,
        "job": job,
        "findings": findings[:SHOWN],
        "total": total,
        "others": Version.objects.visible_to(request.user).filter(dataset=thing.dataset).exclude(pk=thing.pk)[:SHOWN],
        "submits": thing.state == DRAFT and acts_on(request.user, thing, SUBMIT),
        "decides": thing.state == SUBMITTED and decides,
        "approves": thing.waits_for(request.user),
        "own": thing.own_of(request.user),
        "reopens": in_force and thing.base is not None and thing.decided_by(request.user),
        "trail": trail_of(thing),
        "printed": printed(thing),
    }
    return render(request, "data/version.html", more)


@page(READ, of=Version)
def download(request: Request, thing: Version) -> HttpResponse:
    """Give a version as workbook or bundle, named with its number and hash."""
    form = request.GET.get("as", "xlsx")
    if form not in FORMS:
        raise Http404
    heavy(request)
    ending, media = FORMS[form]
    name = f"{file_name(thing.dataset.code)}-v{thing.number}-{thing.sha256[:12]}.{ending}"
    lang = language_of(request)
    if thing.rows <= DIRECT:
        return attachment(file_of(thing, form, lang), name, media)
    title = Text("下载 {v}", "download {v}").format(v=thing.code)
    inputs = {"version": thing.code, "sha256": thing.sha256, "form": form, "lang": lang}
    unit = reading_unit(request.user)
    return given(request.user, unit, tasks.FILE, title=title, name=name, media=media, **inputs)


def reading_unit(person: Person) -> Unit:
    """Give the office for which a person reads."""
    return next(post.unit for post in person.held() if person.may(READ, post.unit))


@act(READ, of=Version)
def check(request: Request, thing: Version) -> HttpResponse:
    """Check a version's facts in the background; equal content is checked once."""
    tasks.ask_check(request.user, reading_unit(request.user), thing)
    return redirect("data:version", thing.code)


def _done(request: Request, thing: Version, said: Text) -> HttpResponse:
    tell(request, said, "success")
    return redirect("data:version", thing.code)


@act(SUBMIT, of=Version)
def submit(request: Request, thing: Version) -> HttpResponse:
    """Hand a version in."""
    versions.submit(request.user, thing, edition_of(request))
    return _done(request, thing, Text("已提交，等待审批", "Handed in; it waits for approval"))


@act(APPROVE, of=Version)
def approve(request: Request, thing: Version) -> HttpResponse:
    """Approve a version: in its unit, or as the keeper of the dataset, so that it is in force."""
    versions.approve(request.user, thing, edition_of(request))
    if thing.state == APPROVED:
        return _done(request, thing, Text("已审批，现为生效版本", "Approved; it is in force"))
    keeper = thing.dataset.unit.name
    said = Text("本单位已审批，待{keeper}审批后生效", "Approved here; it is in force once {keeper} approves it")
    return _done(request, thing, said.format(keeper=keeper))


@act(APPROVE, of=Version)
def send_back(request: Request, thing: Version) -> HttpResponse:
    """Send a version back, with a reason."""
    versions.send_back(request.user, thing, _reason(request), edition_of(request))
    return _done(request, thing, Text("已退回", "Sent back"))


@act(APPROVE, of=Version)
def reopen(request: Request, thing: Version) -> HttpResponse:
    """Un-approve the version in force, with a reason."""
    versions.reopen(request.user, thing, _reason(request), edition_of(request))
    return _done(
        request, thing, Text("已撤销审批，恢复为此前的版本", "Un-approved; the version before is in force again")
    )


@act(SUBMIT, of=Version)
def carry_over(request: Request, thing: Version) -> HttpResponse:
    """Make the same changes on what is in force now."""
    made: Any = versions.carry_over(request.user, thing)
    return _done(request, made, Text("已按现行版本重做修改", "The same changes now stand on the version in force"))


def _reason(request: Request) -> str:
    return request.POST.get("reason", "")
