"""Pages: uploads, a new one, and one upload from its findings to its confirmation."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from haihe.messages import Text
from haihe.region.workbook import said_of
from haihe.workspace.frame.access import Request, act, acts_on, find, form, page
from haihe.workspace.frame.forms import edition_of
from haihe.workspace.frame.layout import language_of, tell
from haihe.workspace.frame.lists import Choice, Column, Listing
from haihe.workspace.frame.names import who
from haihe.workspace.intake import uploads as services
from haihe.workspace.intake.actions import CONFIRM, READ, UPLOAD
from haihe.workspace.intake.forms import BUTTON, UploadForm
from haihe.workspace.intake.marked import SEVERITIES
from haihe.workspace.intake.models import (
    CONFIRMED,
    EMPTY,
    PREVIEWED,
    RECEIVED,
    REFUSED,
    STATES,
    UNDONE,
    WAYS,
    Upload,
)
from haihe.workspace.intake.preview import MARKS, WHATS
from haihe.workspace.intake.targets import TARGETS, Target, target_of
from haihe.workspace.jobs.models import Job
from haihe.workspace.units.models import Owned, Person

SHOWN = 200
"""Findings on a page; all are counted."""
LIST = Text("上传", "Uploads")

LISTING = Listing(
    LIST,
    (
        Column(
            Text("文件", "file"), lambda u: u.file_name, "file_name", lambda u: reverse("intake:upload", args=[u.code])
        ),
        Column(Text("用于", "for"), lambda u: u.thing_name, "thing"),
        Column(Text("单位", "unit"), lambda u: u.unit.name, "unit__path"),
        Column(Text("上传人", "by"), who("created_by"), "created_by"),
        Column(Text("时间", "time"), lambda u: u.created, "created"),
        Column(Text("错误", "errors"), lambda u: u.errors, "errors"),
        Column(Text("状态", "state"), lambda u: u.state_name, "state", mark=lambda u: u.mark),
    ),
    search=("file_name", "code", "thing", "thing_zh", "thing_en", "created_by"),
    choices=(Choice("state", Text("状态", "state"), tuple(STATES.items())),),
    empty=Text(
        "还没有上传。请在上方选择要填报的数据集，下载模板，填好后上传。",
        "No uploads yet. Choose above what to fill in, download its template, and upload it when filled.",
    ),
    file="uploads",
    comes_in=Text("上传件就是工作簿本身", "uploads are the workbooks themselves"),
)


@page(READ)
def uploads(request: Request) -> HttpResponse:
    """List the uploads of the person's offices, and what files may be sent in for."""
    query = Upload.objects.visible_to(request.user).select_related("unit")
    wanted = request.GET.get("for", "")
    return LISTING.answer(
        request,
        query,
        "intake/list.html",
        offers=_offers(request.user, wanted),
        only=TARGETS[wanted].name if wanted in TARGETS else None,
    )


def _offers(person: Person, wanted: str = "") -> list[tuple[Text, str, str]]:
    """Give what a person may send files in for, of one target where it is named: name, code, address."""
    return [
        (target.title(thing), thing.code, reverse("intake:new", args=[target.code, thing.code]))
        for target in TARGETS.values()
        if wanted in ("", target.code) and person.may(target.upload_action)
        for thing in target.things(person)
        if target.units(person, thing)
    ]


def sent_for(request: HttpRequest, target: str, code: str) -> tuple[Target, Owned]:
    """Give the target and the thing that an address names: 404 where it is not seen, 403 where nothing may be sent in."""
    person = request.user
    assert isinstance(person, Person)
    wanted = target_of(target)
    thing = find(person, wanted.kind, code, wanted.upload_action)
    if not wanted.units(person, thing):
        raise PermissionDenied
    return wanted, thing


def _most() -> int:
    """Give the bytes that a file may have."""
    return int(settings.OFFICE["UPLOAD_MB"]) * 1024 * 1024


@form(UPLOAD)
def new(request: Request, target: str, code: str) -> HttpResponse:
    """Take a file in."""
    wanted, thing = sent_for(request, target, code)
    units = wanted.units(request.user, thing)
    asked = UploadForm.of(
        request,
        units=units,
        replaces=wanted.replaces,
        most_mb=settings.OFFICE["UPLOAD_MB"],
        initial={"unit": units[0].code},
    )
    made: list[Upload] = []

    def receive() -> None:
        sent = asked.cleaned_data["file"]
        made.append(
            services.receive(
                request.user,
                asked.chosen(),
                wanted,
                thing,
                sent.name or "",
                sent.read(_most() + 1),
                asked.cleaned_data["way"],
            )
        )

    if asked.done(receive):
        return redirect("intake:upload", made[0].code)
    return asked.page(
        request,
        Text("上传到“{name}”", "Upload to “{name}”").format(name=wanted.title(thing)),
        "intake/new.html",
        BUTTON,
        reverse("intake:list"),
        trail=[(LIST, reverse("intake:list")), (wanted.title(thing), "")],
        specs=list(wanted.specs(thing).values()),
        template_url=reverse("intake:template", args=[wanted.code, thing.code]),
        units=units,
    )


@page(READ, of=Upload)
def upload(request: Request, thing: Upload) -> HttpResponse:
    """Show an upload: what is found, what would change, what may be done."""
    reading = getattr(thing, "reading", None)
    target = TARGETS.get(thing.target)
    may = acts_on(request.user, thing, CONFIRM)
    shown: dict[str, Any] = {
        "thing": thing,
        "steps": _steps(thing),
        "way": WAYS[thing.way],
        "trail": [(LIST, reverse("intake:list")), (Text(thing.file_name, thing.file_name), "")],
        "job": Job.objects.filter(code=thing.job).first() if thing.state == RECEIVED else None,
        "target": target,
        "may_confirm": may and thing.state == PREVIEWED,
        "may_read_again": may and thing.state in (PREVIEWED, REFUSED, EMPTY),
        "may_undo": may and thing.state in (CONFIRMED, UNDONE),
        "undone": thing.state == UNDONE,
        "again_url": reverse("intake:new", args=[thing.target, thing.thing]) if may and target else "",
    }
    if reading is not None and thing.state != RECEIVED:
        shown |= _findings(request, reading.findings, reading.total) | {"tables": _tables(thing, reading)}
    return render(request, "intake/upload.html", shown)


def _steps(thing: Upload) -> list[tuple[Text, str]]:
    """Give the five steps and how far the upload is: done, now, or nothing."""
    names = (
        Text("上传", "upload"),
        Text("检查", "findings"),
        Text("预览", "preview"),
        Text("确认", "confirm"),
    )
    at = {RECEIVED: 1, REFUSED: 1, EMPTY: 2, PREVIEWED: 2, CONFIRMED: 4, UNDONE: 4}[thing.state]
    return [(name, "done" if number < at else "now" if number == at else "") for number, name in enumerate(names)]


def _findings(request: Request, findings: list[dict[str, Any]], total: int) -> dict[str, Any]:
    """Give the first findings that pass the address's filters, and the choices of the filters."""
    wanted = {name: request.GET.get(name, "") for name in ("table", "code", "severity")}
    passed = [
        each for each in findings if all(not value or (each[name] or "") == value for name, value in wanted.items())
    ]
    choices = {name: sorted({each[name] or "" for each in findings} - {""}) for name in wanted}
    lang = language_of(request)
    rows = [
        each | {"words": each["says"][lang], "how": each["mend"][lang], "level": SEVERITIES[each["severity"]]}
        for each in passed[:SHOWN]
    ]
    return {
        "findings": rows,
        "passed": len(passed),
        "total": total,
        "wanted": wanted,
        "choices": choices,
        "most": SHOWN,
    }


def _tables(thing: Upload, reading: Any) -> list[dict[str, Any]]:
    """Give the preview of each table: its counts and first rows, with the words of its columns."""
    target = target_of(thing.target)
    every: Any = target.kind.objects
    things = every.called(thing.thing)
    specs = target.specs(things) if things is not None else {}
    tables = []
    for name, counts in reading.counts.items():
        said, spec = reading.preview[name], specs.get(name)
        columns = [spec.column(each).title if spec else each for each in said["columns"]]
        words = [said_of(spec.column(each)) if spec else {} for each in said["columns"]]
        rows = [
            {"what": WHATS[row["what"]], "mark": MARKS[row["what"]], "kind": row["what"], "cells": _cells(row, words)}
            for row in said["rows"]
        ]
        tables.append(
            {
                "name": name,
                "title": spec.title if spec else name,
                "counts": [(WHATS[what], counts[what], MARKS[what]) for what in WHATS],
                "columns": columns,
                "rows": rows,
                "total": said["total"],
            }
        )
    return tables


def _cells(row: dict[str, Any], words: list[Mapping[Any, Text]]) -> list[dict[str, Any]]:
    """Give the kept cells of a row, choices as they are called; a changed one with its old value."""
    cells = zip(row["cells"], row.get("differs", [False] * len(row["cells"])), words, strict=True)
    return [
        {"old": names.get(old, old), "new": names.get(new, new), "differs": differs, "numeric": _is_number(new)}
        for (old, new), differs, names in cells
    ]


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


@act(CONFIRM, of=Upload)
def confirm(request: Request, thing: Upload) -> HttpResponse:
    """Write what the preview showed."""
    services.confirm(request.user, thing, edition_of(request))
    said = Text("已写入：{made}", "written: {made}").format(made=thing.made)
    tell(request, said, "success")
    return redirect("intake:upload", thing.code)


@act(CONFIRM, of=Upload)
def undo(request: Request, thing: Upload) -> HttpResponse:
    """Take the upload back, or do it again."""
    services.undo(request.user, thing, request.POST.get("reason", ""), edition_of(request))
    said = Text("已撤销", "undone") if thing.state == UNDONE else Text("已恢复", "done again")
    tell(request, Text(f"{said.zh}：{thing.made}", f"{said.en}: {thing.made}"), "success")
    return redirect("intake:upload", thing.code)


@act(CONFIRM, of=Upload)
def again(request: Request, thing: Upload) -> HttpResponse:
    """Read the file again, against what stands now."""
    services.again(request.user, thing, edition_of(request))
    return redirect("intake:upload", thing.code)
