"""Pages of bottlenecks: what binds in the plan of a data version, and the click that makes a problem of it."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from haihe.messages import HaiheError, Text
from haihe.workspace.data.actions import READ as DATA_READ
from haihe.workspace.data.models import Version
from haihe.workspace.frame.access import Request, act, find, page
from haihe.workspace.frame.layout import tell
from haihe.workspace.problems import raising, tasks
from haihe.workspace.problems.actions import RAISE, READ
from haihe.workspace.problems.models import Problem
from haihe.workspace.problems.pages import PROBLEMS
from haihe.workspace.units.models import Person, Unit

TITLE = Text("规划中的瓶颈", "What binds in the plan")


def office_for(person: Person, version: Version) -> Unit | None:
    """Give the office in which a problem of a version is raised: the dataset's where the person may, else their own."""
    return version.dataset.unit if person.may(RAISE, version.dataset.unit) else raising.offices(person).first()


@page(READ)
def choose(request: Request) -> HttpResponse:
    """Lead to the version in force of the datasets that the person sees."""
    seen = Version.objects.visible_to(request.user).filter(dataset__current__isnull=False)
    current = [each for each in seen.select_related("dataset") if each.dataset.current_id == each.pk]
    trail = [(PROBLEMS, reverse("problems:list")), (TITLE, "")]
    return render(request, "problems/versions.html", {"versions": current, "title": TITLE, "trail": trail})


@page(DATA_READ, of=Version)
def bottlenecks(request: Request, thing: Version) -> HttpResponse:
    """Show the limits that bind in the plan of a version, with what is on the register already."""
    person = request.user
    job = tasks.last_bottlenecks(person, thing)
    unit = office_for(person, thing)
    rows = []
    if job is not None and job.result:
        bounds = tasks.bounds_of(job)
        found = [tasks.from_bottleneck(bound, thing) for bound in bounds]
        there = Problem.objects.visible_to(person).filter(key__in=[each.key for each in found]).order_by("pk")
        known = {each.key: each for each in there.select_related("unit") if each.open}
        rows = [(bound, known.get(each.key)) for bound, each in zip(bounds, found, strict=True)]
    more = {
        "thing": thing,
        "job": job,
        "rows": rows,
        "raises": unit is not None,
        "unit": unit,
        "title": TITLE,
        "illustrative": any(bound.figure.quality == "illustrative" for bound, _ in rows),
        "trail": [(PROBLEMS, reverse("problems:list")), (TITLE, reverse("problems:choose")), (thing.dataset.name, "")],
        "printed": Text(f"数据版本 {thing.code}", f"data version {thing.code}"),
    }
    return render(request, "problems/bottlenecks.html", more)


@act(RAISE)
def ask(request: Request, code: str) -> HttpResponse:
    """Ask for the bottlenecks of a version that the person sees."""
    thing: Version = find(request.user, Version, code, DATA_READ)
    unit = office_for(request.user, thing)
    assert unit is not None  # the guard asked for the action
    tasks.ask_bottlenecks(request.user, unit, thing)
    return redirect("problems:bottlenecks", thing.code)


@act(RAISE)
def raise_it(request: Request, code: str) -> HttpResponse:
    """Make a problem of one limit in the plan of a version that the person sees."""
    thing: Version = find(request.user, Version, code, DATA_READ)
    job = tasks.last_bottlenecks(request.user, thing)
    unit = office_for(request.user, thing)
    wanted = request.POST.get("bound", "")
    if job is None or unit is None:
        raise HaiheError("E-PRB-11", value=wanted[:100])
    found = tasks.from_bottleneck(tasks.bound_of(job, wanted), thing)
    there = raising.standing(unit, found.key)
    made = raising.raise_from(request.user, unit, found)
    said = (
        Text("已在登记中", "It is on the register already")
        if there
        else Text("已登记为问题", "It is a problem on the register now")
    )
    tell(request, said, "info" if there else "success")
    return redirect(made)
