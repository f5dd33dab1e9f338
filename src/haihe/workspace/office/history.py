"""The record as people read it: an object's history, the list of all entries, the proof of the chain."""

from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from haihe.messages import Text
from haihe.workspace.audit import chain
from haihe.workspace.audit.models import Entry
from haihe.workspace.frame import telling, wording
from haihe.workspace.frame.access import Request, act, page, signed_in
from haihe.workspace.frame.layout import tell
from haihe.workspace.frame.lists import Choice, Column, Listing, Typed
from haihe.workspace.frame.names import UNITS, Called, who
from haihe.workspace.office.actions import AUDIT_READ
from haihe.workspace.office.seen import audited, hidden, things

PAGE = 50
MOST_CHECKED = 100_000
"""Entries that the page checks; a longer chain is checked from its last so many, and whole by the command line."""
MOST_BREAKS = 50

CHANNELS = {
    "web": Text("网页", "web"),
    "api": Text("接口", "API"),
    "cli": Text("命令行", "command line"),
    "job": Text("后台作业", "background job"),
    "import": Text("导入", "import"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """An entry in words, with what it changed: field, before, after."""

    entry: Entry
    verb: Text
    channel: Text
    changes: list[tuple[Text, Any, Any]]


def _told(entry: Entry, hidden: frozenset[str]) -> Told:
    channel = CHANNELS.get(entry.channel, Text(entry.channel, entry.channel))
    return Told(entry, wording.verb(entry.verb, entry.kind), channel, telling.told(entry, hidden | {"edition"}))


@signed_in()
def history(request: Request, kind: str, code: str) -> HttpResponse:
    """Show an object's history to whoever sees the object; that of anything else to auditors."""
    thing = things(request.user, [(kind, code)]).get((kind, code))
    entries = Entry.objects if thing is not None else audited(request.user)
    shown = Paginator(entries.filter(kind=kind, code=code).order_by("-number"), PAGE).get_page(request.GET.get("page"))
    if thing is None and not shown.paginator.count:
        raise Http404
    name = getattr(thing, "name", None)
    address = getattr(thing, "get_absolute_url", str)()
    trail = [(wording.kind(kind), ""), (name or Text(code, code), address), (Text("历史", "history"), "")]
    context = {
        "kind": wording.kind(kind),
        "code": code,
        "name": name,
        "page": shown,
        "told": [_told(entry, hidden(request.user, thing)) for entry in shown],
        "trail": trail,
    }
    return render(request, "office/history.html", context)


def _object(entry: Entry) -> Text:
    kind = wording.kind(entry.kind)
    return Text(f"{kind.zh} {entry.code}".strip(), f"{kind.en} {entry.code}".strip())


def _address(entry: Entry) -> str:
    return reverse("office:history", args=[entry.kind, entry.code]) if entry.code else ""


AUDIT = Listing(
    title=Text("审计记录", "Audit"),
    columns=(
        Column(Text("序号", "No."), lambda entry: entry.number, sort="number"),
        Column(Text("时间", "time"), lambda entry: entry.at),
        Column(Text("人员", "who"), who("actor")),
        Column(Text("单位", "unit"), Called(UNITS, "unit")),
        Column(Text("办理", "what"), lambda entry: wording.verb(entry.verb, entry.kind)),
        Column(Text("对象", "object"), _object, url=_address),
        Column(Text("渠道", "way"), lambda entry: CHANNELS.get(entry.channel, Text(entry.channel, entry.channel))),
        Column(Text("理由", "reason"), lambda entry: entry.reason),
        Column(Text("校验值", "hash"), lambda entry: entry.hash[:12]),
        Column(Text("用户名", "user name"), lambda entry: entry.actor),
        Column(Text("单位代码", "unit code"), lambda entry: entry.unit),
    ),
    search=("code", "actor", "reason"),
    choices=(
        Choice("verb", Text("办理", "what"), wording.VERBS.items),
        Choice("kind", Text("对象类型", "kind"), wording.KINDS.items),
        Choice("channel", Text("渠道", "way"), CHANNELS.items),
    ),
    typed=(
        Typed("actor", Text("用户名", "user name"), "actor"),
        Typed("unit", Text("单位代码", "unit code"), "unit"),
        Typed("since", Text("自", "from"), "at__date__gte", "date"),
        Typed("until", Text("至", "until"), "at__date__lte", "date"),
    ),
    empty=Text("没有符合条件的记录。可放宽筛选条件。", "No entry fits. Widen the filters."),
    file="audit",
    comes_in=Text("审计记录只由系统追加", "the audit is written by the office alone"),
)


@page(AUDIT_READ)
def audit(request: Request) -> HttpResponse:
    """List every entry that the auditor may read, newest first."""
    return AUDIT.answer(request, audited(request.user).order_by("-number"), "office/audit.html", all=chain.end().number)


@page(AUDIT_READ)
def proof(request: Request) -> HttpResponse:
    """Show the end of the chain, and offer to check it."""
    checks = Entry.objects.filter(kind="audit.chain", verb="verify").order_by("-number")[:10]
    trail = [(AUDIT.title, reverse("office:audit")), (Text("核验", "proof"), "")]
    context = {"end": chain.end(), "checks": checks, "trail": trail, "most": MOST_CHECKED}
    return render(request, "office/proof.html", context)


@act(AUDIT_READ)
def prove(request: Request) -> HttpResponse:
    """Check the chain, and record that it was checked and what was found."""
    end = chain.end()
    since = max(0, end.number - MOST_CHECKED)
    breaks = list(islice(chain.verify(since), MOST_BREAKS))
    found = {"since": since, "until": end.number, "breaks": [[each.number, each.what] for each in breaks]}
    chain.record(request.user.actor(AUDIT_READ), "verify", "audit.chain", "", after=found)
    if breaks:
        for each in breaks:
            tell(request, each.words, "error")
    else:
        tell(request, Text(f"第 {since + 1} 至 {end.number} 条完整。", f"Entries {since + 1} to {end.number} hold."))
    return redirect("office:proof")
