"""Pages of one answer: what is asked, the workbook, what was given, and its way to the asking office."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from haihe.files import file_name
from haihe.messages import Text
from haihe.region.tables import TABLES
from haihe.workspace.data import answers, vocabulary
from haihe.workspace.data.actions import ACCEPT, ANSWER, READ, VOUCH
from haihe.workspace.data.asking import asked_columns
from haihe.workspace.data.differences import shown
from haihe.workspace.data.request_pages import REQUESTS
from haihe.workspace.data.requests import OPEN, Answer
from haihe.workspace.data.sending import facts, sheets
from haihe.workspace.frame.access import Request, act, acts_on, form, page
from haihe.workspace.frame.forms import OfficeForm, edition_of
from haihe.workspace.frame.layout import language_of, tell
from haihe.workspace.frame.lists import XLSX, attachment, heavy
from haihe.workspace.frame.words import words
from haihe.workspace.units.approval import APPROVED, DRAFT, SUBMITTED

ROWS = 200


class SubmitForm(OfficeForm):
    """Handing an answer in."""

    remark = forms.CharField(
        label=words("说明", "Remark"),
        help_text=words("有未填的数时必须写明原因", "needed where figures are missing: say why"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def trail_of(answer: Answer, *more: tuple[Text, str]) -> list[tuple[Text, str]]:
    """Give the way to an answer's page."""
    request = answer.request
    address = reverse("data:answer", args=[answer.code]) if more else ""
    return [
        (REQUESTS, reverse("data:requests")),
        (Text(request.title, request.title), reverse("data:request", args=[request.code])),
        (answer.unit.name, address),
        *more,
    ]


@page(READ, of=Answer)
def answer(request: Request, thing: Answer) -> HttpResponse:
    """Show an answer."""
    asked = sheets(thing.request, thing.unit, facts(thing.request))
    given, _marks = answers.rows_to_fill(thing, asked, answers.contents(thing, asked))
    missing = answers.unanswered(thing)
    is_open = thing.request.state == OPEN
    edits = is_open and thing.state == DRAFT and acts_on(request.user, thing, ANSWER)
    vouches = is_open and acts_on(request.user, thing, VOUCH)
    accepts = is_open and acts_on(request.user, thing, ACCEPT)
    more = {
        "thing": thing,
        "tables": [_table(name, given[name], missing[name], thing) for name in given],
        "missing": sum(missing.values()),
        "late": thing.days_late(),
        "edits": edits,
        "vouches": vouches and thing.state == SUBMITTED,
        "own": thing.own_of(request.user),
        "reopens": vouches and thing.stage == APPROVED,
        "accepts": accepts and thing.stage == APPROVED,
        "returns": accepts and thing.state == APPROVED and thing.merged_id is None,
        "trail": trail_of(thing),
        "printed": Text(
            f"{thing.request.title} · {thing.unit.name.zh} · {thing.stage_name.zh}",
            f"{thing.request.title} · {thing.unit.name.en} · {thing.stage_name.en}",
        ),
    }
    return render(request, "data/answer.html", more)


def _table(name: str, frame: Any, missing: int, thing: Answer) -> dict[str, Any]:
    spec = answers.specs_of(thing)[name]
    asked = next(each for each in thing.request.tables if each.table == name)
    plain = frame.astype(object).where(frame.notna(), None)
    rows = [
        [
            (vocabulary.beside(column, value) or shown(column, value), column.kind in ("number", "integer"))
            for column, value in zip(spec.columns, row, strict=True)
        ]
        for row in plain.head(ROWS).itertuples(index=False)
    ]
    marked = set(asked_columns(TABLES[name], asked.columns))
    heads = [(column.title, column.name in marked) for column in spec.columns]
    return {"spec": spec, "heads": heads, "rows": rows, "count": len(frame), "missing": missing}


@page(READ, of=Answer)
def workbook(request: Request, thing: Answer) -> HttpResponse:
    """Give the workbook to fill in."""
    heavy(request)
    name = f"{file_name(thing.code)}.xlsx"
    return attachment(answers.workbook(thing, language_of(request)), name, XLSX)


@form(ANSWER, of=Answer)
def submit(request: Request, thing: Answer) -> HttpResponse:
    """Hand an answer in."""
    form = SubmitForm.of(request, thing)
    back = reverse("data:answer", args=[thing.code])
    if form.done(lambda: answers.submit(request.user, thing, form.values()["remark"], form.seen)):
        return _done(request, thing, Text("已提交，等待本单位审批", "Handed in; it waits for your unit's approver"))
    title = Text("提交填报", "Hand the answer in")
    missing = sum(answers.unanswered(thing).values())
    trail = trail_of(thing, (title, ""))
    return form.page(request, title, "data/submit.html", button=title, back=back, trail=trail, missing=missing)


def _done(request: Request, thing: Answer, said: Text, to: str = "data:answer") -> HttpResponse:
    tell(request, said, "success")
    return redirect(to, thing.code if to == "data:answer" else thing.request.code)


def _reason(request: Request) -> str:
    return request.POST.get("reason", "")


@act(VOUCH, of=Answer)
def approve(request: Request, thing: Answer) -> HttpResponse:
    """Approve the answer of one's unit."""
    answers.approve(request.user, thing, edition_of(request))
    return _done(request, thing, Text("已审批，发起单位现可查看", "Approved; the asking office sees it now"))


@act(VOUCH, of=Answer)
def send_back(request: Request, thing: Answer) -> HttpResponse:
    """Give it back to the editor."""
    answers.send_back(request.user, thing, _reason(request), edition_of(request))
    return _done(request, thing, Text("已退回填报人员", "Given back to the editor"))


@act(VOUCH, of=Answer)
def reopen(request: Request, thing: Answer) -> HttpResponse:
    """Un-approve in the unit."""
    answers.reopen(request.user, thing, _reason(request), edition_of(request))
    return _done(request, thing, Text("已撤销审批", "Un-approved"))


@act(ACCEPT, of=Answer)
def accept(request: Request, thing: Answer) -> HttpResponse:
    """Accept an answer."""
    answers.accept(request.user, thing, edition_of(request))
    return _done(request, thing, Text("已接收", "Accepted"), "data:request")


@act(ACCEPT, of=Answer)
def return_answer(request: Request, thing: Answer) -> HttpResponse:
    """Return an answer to its unit."""
    answers.return_answer(request.user, thing, _reason(request), edition_of(request))
    return _done(request, thing, Text("已退回填报单位", "Returned to the unit"), "data:request")
