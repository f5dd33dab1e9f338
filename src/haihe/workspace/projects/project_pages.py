"""Pages of projects: the list, a new one, one project as a card, changing and sharing it."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from haihe.messages import Text
from haihe.planning.pipeline_inputs import NAMES, STAGES
from haihe.region.tables.pipeline import MONEY
from haihe.region.units import said
from haihe.workspace.duties.assigning import duties_of
from haihe.workspace.frame import wording
from haihe.workspace.frame.access import Request, acts_on, form, page
from haihe.workspace.frame.layout import tell
from haihe.workspace.papers import services as papers
from haihe.workspace.problems.raising import problems_of
from haihe.workspace.projects import keeping
from haihe.workspace.projects.actions import CONFIRM, EDIT, MOVE, READ, SHARE
from haihe.workspace.projects.cards import card_links
from haihe.workspace.projects.forms import ProjectForm, ShareForm, named
from haihe.workspace.projects.holdings import MONEY_NAME, WAN, Ground, ground_of, needs_of
from haihe.workspace.projects.lists import (
    BOARDS,
    OWNERSHIP,
    PROJECTS,
    QUALITY,
    grounds_for,
    listing,
    move_mark,
    move_state,
)
from haihe.workspace.projects.models import Board, Move, Project
from haihe.workspace.projects.rows import AMOUNTS, FACTS, SPECS
from haihe.workspace.projects.stages import MARKS, slip
from haihe.workspace.units.models import Named, Owned, Person, Unit

NEW = Text("新建项目", "New project")
WAN_SAID = Text("万元", "× 10,000 yuan")
APPLICATION = "rounds.application"


@page(READ)
def projects(request: Request) -> HttpResponse:
    """List the projects that the person sees: the joint library."""
    seen = Project.objects.visible_to(request.user).select_related("unit")
    shown = seen.defer("facts", "sites", "needs", "planned", "reached", "applications", "note")
    return listing(seen, grounds_for(request.user)).answer(request, shown, "projects/list.html")


@form(EDIT, of=Board)
def new(request: Request, thing: Board) -> HttpResponse:
    """Open a project on a board."""
    ground = ground_of(thing)
    form = ProjectForm.of(request, ground=ground)
    units = [unit for unit in thing.deciders(EDIT) if request.user.may(EDIT, unit)]
    named(form.fields["unit"], Unit.objects.filter(pk__in=[unit.pk for unit in units]))

    def make() -> None:
        keeping.open_project(request.user, thing, form.values()["unit"], form.said())

    if form.done(make):
        tell(request, Text("项目已建立", "The project is opened"), "success")
        return redirect("projects:project", form.values()["code"])
    back = thing.get_absolute_url()
    trail = [(BOARDS, reverse("projects:boards")), (thing.name, back), (NEW, "")]
    return form.page(request, NEW, back=back, trail=trail)


@form(EDIT, of=Project)
def edit(request: Request, thing: Project) -> HttpResponse:
    """Change what a project is and what is planned; its stage changes by a proposal alone."""
    ground = ground_of(thing.board)
    needs = needs_of(ground, thing.needs, None)
    initial = {f"need_{name}": value for name, value in needs.items()}
    initial |= {f"day_{stage}": day for stage, day in thing.planned.items()}
    initial |= {name: thing.facts.get(name) for name in ("start", "construction")}
    form = ProjectForm.of(
        request, thing, ground=ground, initial=initial | {"applications": " ".join(thing.applications)}
    )
    for name in ("code", "unit"):
        del form.fields[name]
    back = thing.get_absolute_url()
    if form.done(lambda: keeping.restate(request.user, thing, form.said(thing), form.seen)):
        tell(request, Text("项目已保存", "The project is saved"), "success")
        return redirect(back)
    title = Text("修改项目", "Change the project")
    return form.page(request, title, back=back, trail=[*trail_of(thing), (title, "")])


@form(SHARE, of=Project)
def share(request: Request, thing: Project) -> HttpResponse:
    """Choose the units that see a project."""
    form = ShareForm.of(
        request, initial={"shared": [unit.code for unit in thing.shared.all()], "edition": thing.edition}
    )
    named(form.fields["shared"], Unit.objects.exclude(pk=thing.unit_id).exclude(kind_of="firm"))
    back = thing.get_absolute_url()
    if form.done(lambda: keeping.share_project(request.user, thing, form.values()["shared"], form.seen)):
        tell(request, Text("已保存共享单位", "Saved whom it is shared with"), "success")
        return redirect(back)
    title = Text("共享项目", "Share the project")
    return form.page(request, title, back=back, trail=[*trail_of(thing), (title, "")])


@page(READ, of=Project)
def project(request: Request, thing: Project) -> HttpResponse:
    """Show a project: what it is, where it stands, what it needs and holds, and what is linked to it."""
    person, ground = request.user, ground_of(thing.board)
    moves = Move.objects.visible_to(person).filter(project=thing).select_related("project")
    open_ = Board.objects.visible_to(person).filter(pk=thing.board_id).exists()
    more: dict[str, Any] = {
        "thing": thing,
        "board": thing.board if open_ else None,
        "about": list(about(thing, ground)),
        "amounts": list(amounts(thing)),
        "stages": list(stages(thing)),
        "needs": list(needs(thing, ground)),
        "moves": [(move, move_state(move), move_mark(move)) for move in moves[:20]],
        "shared": thing.shared.all(),
        "quality": QUALITY.get(thing.quality),
        "problems": list(problems_of(person, thing)),
        "duties": list(duties_of(thing, person)),
        "applications": list(applications(person, thing)),
        "edits": acts_on(person, thing, EDIT),
        "moves_it": acts_on(person, thing, MOVE),
        "shares": acts_on(person, thing, SHARE),
        "confirms": acts_on(person, thing, CONFIRM),
        "links": card_links(person, thing),
        "mark": MARKS[thing.stage],
        "late": thing.days_late(),
        "days": thing.days_in(),
        "trail": trail_of(thing, last=True),
        "printed": Text("数据版本 {v}", "data version {v}").format(v=ground.version or "—"),
    }
    return render(request, "projects/project.html", more | papers.part(person, thing))


def about(project: Project, ground: Ground) -> Iterator[tuple[Text, Text | str | None]]:
    """Give what a project is, in words."""
    yield Text("单位", "Unit"), project.unit.name
    yield Text("选址", "Site"), ground.name("regions", project.region)
    yield Text("产业链", "Chain"), ground.name("chains", project.chain)
    yield Text("行业", "Sector"), ground.name("sectors", project.sector)
    yield Text("所有制", "Ownership"), OWNERSHIP.get(project.ownership)
    others = [ground.name("regions", row["region"]) or Text("—", "—") for row in project.sites[1:]]
    if others:
        yield (
            Text("其他候选选址", "Other sites"),
            Text("、".join(o.zh for o in others), ", ".join(o.en for o in others)),
        )


def amounts(project: Project) -> Iterator[tuple[Text, Any, Text | None]]:
    """Give the amounts and facts that the table ``projects`` states: title, value, unit."""
    for name in (*AMOUNTS, *FACTS):
        value = getattr(project, name) if name in AMOUNTS else project.facts.get(name)
        column = SPECS["projects"].column(name)
        if value is not None or name in AMOUNTS:
            unit = WAN_SAID if column.unit == WAN else said(column.unit) if column.unit else None
            yield column.title, float(value) if value is not None and column.kind == "number" else value, unit


def stages(project: Project) -> Iterator[tuple[Text, str | None, str | None, int | None, bool]]:
    """Give each stage: its name, the day planned, the day reached, days late, whether the project is in it."""
    today = timezone.localdate()
    for stage in NAMES:
        planned, reached = project.planned.get(stage), project.reached.get(stage)
        late = slip(stage, project.planned, project.reached, today)
        yield STAGES[stage], planned, reached, late, stage == project.stage


def needs(project: Project, ground: Ground) -> Iterator[dict[str, Any]]:
    """Give what a project needs of each thing, and what its stage holds of it; missing where shares are not stated."""
    for thing, amount in needs_of(ground, project.needs, project.need).items():
        share = ground.share(thing, project.stage)
        yield {
            "name": MONEY_NAME if thing == MONEY else ground.name("resources", thing),
            "unit": said(WAN if thing == MONEY else ground.units[thing]),
            "need": amount,
            "share": None if share is None else 100 * share,
            "held": None if share is None else share * amount,
        }


def applications(person: Person, project: Project) -> Iterator[tuple[Text | str, str]]:
    """Give the applications for money made for a project that a person sees: name and address."""
    model = wording.model_of(APPLICATION)
    if model is None or not issubclass(model, Owned):
        return
    for each in model.objects.visible_to(person).filter(code__in=project.applications):
        name = each.name if isinstance(each, Named) else getattr(each, "title", each.code)
        address = getattr(each, "get_absolute_url", None)
        yield name or each.code, address() if address else ""


def trail_of(project: Project, last: bool = False) -> list[tuple[Text, str]]:
    """Give where a page of a project is."""
    return [(PROJECTS, reverse("projects:list")), (project.name, "" if last else project.get_absolute_url())]
