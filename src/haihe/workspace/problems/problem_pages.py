"""Pages of one problem: what it is, and every step."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from haihe.messages import Text
from haihe.workspace.audit.models import Entry
from haihe.workspace.duties.actions import ASSIGN
from haihe.workspace.duties.assigning import duties_of
from haihe.workspace.duties.duty_pages import comes_from
from haihe.workspace.frame import wording
from haihe.workspace.frame.access import Request, act, acts_on, form, page
from haihe.workspace.frame.forms import OfficeForm, edition_of
from haihe.workspace.frame.layout import tell
from haihe.workspace.papers import services as papers
from haihe.workspace.problems import steering
from haihe.workspace.problems.actions import CLOSE, RAISE, READ, STEER, WORK
from haihe.workspace.problems.forms import AcceptForm, DecideForm, MergeForm, ProblemForm, ResultForm
from haihe.workspace.problems.models import Problem
from haihe.workspace.problems.pages import PROBLEMS, quality_of
from haihe.workspace.problems.severity import RULE
from haihe.workspace.problems.severity import severity as severity_of
from haihe.workspace.problems.states import can

OFFERED = {
    "change": RAISE,
    "accept": STEER,
    "decide": STEER,
    "merge": STEER,
    "decline": STEER,
    "reopen": STEER,
    "start": WORK,
    "report": WORK,
    "close": CLOSE,
    "return": CLOSE,
}
"""The action that each step asks for."""


def steps_of(request: Request, problem: Problem) -> dict[str, bool]:
    """Say which steps the person may take now."""
    offered = {step: can(problem.state, step) and acts_on(request.user, problem, OFFERED[step]) for step in OFFERED}
    reported = problem.reported_at is not None
    for step in ("close", "return"):
        offered[step] = offered[step] and reported
    offered["report"] = offered["report"] and not reported
    return offered


@page(READ, of=Problem)
def problem(request: Request, thing: Problem) -> HttpResponse:
    """Show a problem: evidence, decision, duties, timeline."""
    person = request.user
    duties = list(duties_of(thing, person))
    helpers = list(thing.helpers.all())
    entries = Entry.objects.filter(kind=thing.kind(), code=thing.code) | Entry.objects.filter(
        kind="duties.duty", code__in=[duty.code for duty in duties]
    )
    more: dict[str, Any] = {
        "thing": thing,
        "helpers": helpers,
        "source": comes_from(person, thing),
        "steps": steps_of(request, thing),
        "own": person.username == thing.reported_by,
        "duties": duties,
        "assigns": thing.open and person.may(ASSIGN),
        "severity": severity_of(thing.worth, 1 + len(helpers)),
        "rule": RULE,
        "quality": quality_of(thing),
        "told": [
            (each, wording.verb(each.verb, each.kind), wording.kind(each.kind)) for each in entries.order_by("-number")
        ],
        "merged": Problem.objects.visible_to(person).filter(into=thing),
        "trail": [(PROBLEMS, reverse("problems:list")), (thing.name, "")],
        "printed": Text(f"{thing.code} · {thing.state_name.zh}", f"{thing.code} · {thing.state_name.en}"),
    }
    return render(request, "problems/problem.html", more | papers.part(person, thing))


def _form(
    request: Request, thing: Problem, asked: OfficeForm, title: Text, service: Callable[[], Any], said: Text
) -> HttpResponse:
    """Answer with a form about a problem, or take it."""
    if asked.done(service):
        tell(request, said)
        return redirect(thing)
    back = thing.get_absolute_url()
    trail = [(PROBLEMS, reverse("problems:list")), (thing.name, back), (title, "")]
    return asked.page(request, title, back=back, button=title, trail=trail)


def _must_allow(thing: Problem, step: str, request: Request) -> None:
    if request.method != "POST":
        thing.must_allow(step)


@form(RAISE, of=Problem)
def edit(request: Request, thing: Problem) -> HttpResponse:
    """Change what is said of a problem."""
    _must_allow(thing, "change", request)
    asked = ProblemForm.of(request, thing)
    asked.settled()
    return _form(
        request,
        thing,
        asked,
        Text("修改问题", "Change the problem"),
        lambda: steering.change(request.user, thing, asked.values(), asked.seen),
        Text("已保存", "Saved"),
    )


@form(STEER, of=Problem)
def accept(request: Request, thing: Problem) -> HttpResponse:
    """Take a problem up."""
    _must_allow(thing, "accept", request)
    asked = AcceptForm.of(request, thing)
    asked.offer(thing)
    return _form(
        request,
        thing,
        asked,
        Text("受理问题", "Take the problem up"),
        lambda: steering.accept(request.user, thing, edition=asked.seen, **asked.values()),
        Text("已受理", "Taken up"),
    )


@form(STEER, of=Problem)
def decide(request: Request, thing: Problem) -> HttpResponse:
    """Decide what is to be done."""
    _must_allow(thing, "decide", request)
    asked = DecideForm.of(request, thing)
    asked.offer(thing)
    return _form(
        request,
        thing,
        asked,
        Text("作出决定", "Decide"),
        lambda: steering.decide(request.user, thing, edition=asked.seen, **asked.values()),
        Text("决定已记录", "The decision is recorded"),
    )


@form(WORK, of=Problem)
def report(request: Request, thing: Problem) -> HttpResponse:
    """Report the result."""
    _must_allow(thing, "report", request)
    asked = ResultForm.of(request, thing)
    return _form(
        request,
        thing,
        asked,
        Text("报告结果", "Report the result"),
        lambda: steering.report(request.user, thing, asked.values()["result"], asked.seen),
        Text("已报告，等待他人确认", "Reported; somebody else confirms it"),
    )


@form(STEER, of=Problem)
def merge(request: Request, thing: Problem) -> HttpResponse:
    """Merge a problem into another."""
    _must_allow(thing, "merge", request)
    asked = MergeForm.of(request, thing, initial={"reason": ""})
    asked.offer(request.user, thing)
    return _form(
        request,
        thing,
        asked,
        Text("并入另一问题", "Merge into another problem"),
        lambda: steering.merge(request.user, thing, edition=asked.seen, **asked.values()),
        Text("已并入", "Merged"),
    )


@act(WORK, of=Problem)
def start(request: Request, thing: Problem) -> HttpResponse:
    """Begin to work on it."""
    steering.start(request.user, thing, edition_of(request))
    return redirect(thing)


@act(CLOSE, of=Problem)
def close(request: Request, thing: Problem) -> HttpResponse:
    """Confirm the result and close."""
    steering.close(request.user, thing, edition_of(request))
    tell(request, Text("已办结", "Closed"))
    return redirect(thing)


@act(CLOSE, of=Problem)
def send_back(request: Request, thing: Problem) -> HttpResponse:
    """Send the result back."""
    steering.send_back(request.user, thing, request.POST.get("reason", ""), edition_of(request))
    return redirect(thing)


@act(STEER, of=Problem)
def decline(request: Request, thing: Problem) -> HttpResponse:
    """Decline a problem."""
    steering.decline(request.user, thing, request.POST.get("reason", ""), edition_of(request))
    return redirect(thing)


@act(STEER, of=Problem)
def reopen(request: Request, thing: Problem) -> HttpResponse:
    """Open a problem again."""
    steering.reopen(request.user, thing, request.POST.get("reason", ""), edition_of(request))
    return redirect(thing)
