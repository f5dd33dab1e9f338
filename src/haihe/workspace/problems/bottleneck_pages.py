"""Pages of bottlenecks: what binds in the plan of a data version, and the click that makes a problem of it."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from haihe.messages import HaiheError, Text
from haihe.workspace.data.actions import READ as DATA_READ
from haihe.workspace.data.models import Version
from haihe.workspace.frame.access import Request, act, find, page
from haihe.workspace.frame.layout import tell
from haihe.workspace.problems import bounds, raising
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
    """Show the limits that bind in the plan of a version, with what is on the register already.

    ``study`` in the address names the study, such as one with a scenario; without it, the last of the version as it is.
    """
    person, named = request.user, request.GET.get("study", "")
    study = bounds.study_for(person, thing, named)
    unit = office_for(person, thing)
    there = bounds.bounds_of(study) if study else []
    found = [bounds.from_bottleneck(bound, thing) for bound in there]
    open_ = Problem.objects.visible_to(person).filter(key__in=[each.key for each in found]).order_by("pk")
    known = {each.key: each for each in open_.select_related("unit") if each.open}
    rows = [(bound, known.get(each.key)) for bound, each in zip(there, found, strict=True)]
    more = {
        "thing": thing,
        "study": study,
        "job": study.job if study else None,
        "named": named if study else "",
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
    bounds.ask_bottlenecks(request.user, unit, thing)
    return redirect("problems:bottlenecks", thing.code)


@act(RAISE)
def raise_it(request: Request, code: str) -> HttpResponse:
    """Make a problem of one limit in the plan of a version that the person sees."""
    thing: Version = find(request.user, Version, code, DATA_READ)
    study = bounds.study_for(request.user, thing, request.POST.get("study", ""))
    unit = office_for(request.user, thing)
    wanted = request.POST.get("bound", "")
    if study is None or unit is None:
        raise HaiheError("E-PRB-11", value=wanted[:100])
    found = bounds.from_bottleneck(bounds.bound_of(study, wanted), thing)
    there = raising.standing(unit, found.key)
    made = raising.raise_from(request.user, unit, found)
    said = (
        Text("已在登记中", "It is on the register already")
        if there
        else Text("已登记为问题", "It is a problem on the register now")
    )
    tell(request, said, "info" if there else "success")
    return redirect(made)
