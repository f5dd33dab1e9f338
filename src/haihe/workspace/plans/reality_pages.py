"""Pages of reality beside a plan: where it left it, since when, by which rule; files; planning again from here."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from haihe.messages import HaiheError, Text
from haihe.workspace.frame.access import Request, form, page
from haihe.workspace.frame.drawn import drawn, part_of
from haihe.workspace.frame.layout import tell
from haihe.workspace.frame.table_files import FORMS, table_file
from haihe.workspace.plans import reality, views
from haihe.workspace.plans.actions import DERIVE, READ
from haihe.workspace.plans.forms import AgainForm
from haihe.workspace.plans.models import Plan
from haihe.workspace.plans.numbers import numbers_of
from haihe.workspace.plans.pages import printed, trail_of
from haihe.workspace.plans.replanning import TITLE as AGAIN
from haihe.workspace.plans.replanning import plan_again

TITLE = Text("方案与实际", "Where reality left the plan")


@page(READ, of=Plan)
def left(request: Request, thing: Plan) -> HttpResponse:
    """Show what was planned beside what came, year by year, with the colour, its rule, and since when it is off."""
    person = request.user
    courses, starts = reality.courses(person, thing), reality.starts(person, thing)
    wanted = request.GET.get("course", "")
    shown = next((each for each in courses if each.key == wanted), courses[0] if courses else None)
    figure = views.course_figure(thing, shown) if shown else None
    files = [
        (key, form, reverse("plans:reality-file", args=[thing.code, key, form]))
        for key in (views.COURSES, views.STARTS)
        for form in FORMS
    ]
    more: dict[str, Any] = {
        "thing": thing,
        "title": TITLE,
        "courses": courses,
        "starts": starts,
        "shown": shown,
        "files": files,
        "again": thing.published and thing.allows(person, DERIVE),
        "trail": [*trail_of(thing, link=True), (TITLE, "")],
        "printed": printed(thing),
    }
    return render(request, "plans/reality.html", more | drawn([] if figure is None else [part_of(figure)]))


@page(READ, of=Plan)
def file(request: Request, thing: Plan, key: str, form: str) -> HttpResponse:
    """Give one of the tables as a file."""
    made = {
        views.COURSES: lambda: views.courses_table(thing, reality.courses(request.user, thing)),
        views.STARTS: lambda: views.starts_table(thing, reality.starts(request.user, thing)),
    }.get(key)
    if made is None or form not in FORMS:
        raise HaiheError("E-STU-11", value=key[:100])
    return table_file(request, [made()], f"{thing.code}-{key}", form)


@form(DERIVE, of=Plan)
def again(request: Request, thing: Plan) -> HttpResponse:
    """Plan again from here."""
    if not thing.published:
        raise HaiheError("E-PUB-07", value=thing.name, state=thing.stage_name)
    asked = AgainForm.of(request)
    asked.offer(list(numbers_of(thing).years))
    made: list[Any] = []
    if asked.done(lambda: made.append(plan_again(request.user, thing.unit, thing, asked.values()["until"]))):
        tell(request, Text("已提交，正在后台测算", "Asked for; it is being done in the background"))
        return redirect(made[0])
    back = f"{thing.get_absolute_url()}/reality"
    return asked.page(request, AGAIN, button=AGAIN, back=back, trail=[*trail_of(thing, link=True), (AGAIN, "")])
