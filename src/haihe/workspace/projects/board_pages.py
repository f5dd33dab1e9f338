"""Pages of boards: the list, one board by stage with what is held, a new one, who is on it, the years ahead."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from haihe.messages import Text
from haihe.planning.pipeline_inputs import STAGES
from haihe.workspace.data.models import Dataset
from haihe.workspace.frame.access import Request, act, acts_on, form, page
from haihe.workspace.frame.boards import Card, lanes
from haihe.workspace.frame.layout import tell
from haihe.workspace.jobs.models import Job
from haihe.workspace.projects import keeping, years
from haihe.workspace.projects.actions import EDIT, KEEP, READ
from haihe.workspace.projects.forms import BoardForm, ChangeBoardForm, named
from haihe.workspace.projects.holdings import FIELDS, balance, ground_of, held
from haihe.workspace.projects.lists import BOARD_LIST, BOARDS, list_address, listing
from haihe.workspace.projects.models import Board, Project
from haihe.workspace.projects.stages import LEFT, STATES
from haihe.workspace.units.models import Unit

NEW = Text("新建看板", "New board")
YEARS = Text("逐年推算", "Years ahead")
WAN_PER_YI = 10_000


@page(READ)
def boards(request: Request) -> HttpResponse:
    """List the boards that the person sees."""
    there = Board.objects.visible_to(request.user).select_related("unit", "dataset")
    return BOARD_LIST.answer(request, there, "projects/boards.html", makes=request.user.may(KEEP))


@form(KEEP)
def new(request: Request) -> HttpResponse:
    """Make a board."""
    form = BoardForm.of(request)
    named(form.fields["unit"], request.user.units(KEEP).exclude(kind_of="firm"))
    named(form.fields["dataset"], Dataset.objects.visible_to(request.user))
    made: list[Board] = []

    def make() -> None:
        said = form.values()
        names = said["name_zh"], said["name_en"]
        made.append(keeping.new_board(request.user, said["unit"], said["code"], *names, said["dataset"]))

    if form.done(make):
        tell(
            request,
            Text("看板已建立；请共享给填报单位", "The board stands; share it with the units that open projects"),
        )
        return redirect("projects:board-edit", made[0].code)
    trail = [(BOARDS, reverse("projects:boards")), (NEW, "")]
    return form.page(request, NEW, back=reverse("projects:boards"), trail=trail)


@form(KEEP, of=Board)
def edit(request: Request, thing: Board) -> HttpResponse:
    """Change a board and who is on it."""
    there = {name: [unit.code for unit in getattr(thing, name).all()] for name in ("shared", "readers")}
    form = ChangeBoardForm.of(request, thing, initial=there | {"dataset": thing.dataset and thing.dataset.code})
    for name in ("shared", "readers"):
        named(form.fields[name], Unit.objects.exclude(pk=thing.unit_id).exclude(kind_of="firm"))
    named(form.fields["dataset"], Dataset.objects.visible_to(request.user))

    def change() -> None:
        said = form.values()
        shared, readers = said.pop("shared"), said.pop("readers")
        keeping.change_board(request.user, thing, said, shared, readers, form.seen)

    back = thing.get_absolute_url()
    if form.done(change):
        tell(request, Text("看板已保存", "The board is saved"), "success")
        return redirect(back)
    title = Text("设置看板", "Set up the board")
    return form.page(request, title, back=back, trail=[*_trail(thing), (title, "")])


@page(READ, of=Board)
def board(request: Request, thing: Board) -> HttpResponse:
    """Show a board: columns by stage, and what they hold at the sites of the projects shown."""
    ground = ground_of(thing)
    seen = Project.objects.visible_to(request.user).filter(board=thing)
    shape = listing(seen, {thing.pk: ground})
    chosen = shape.select(request, seen).order_by("since", "pk")
    today = timezone.localdate()

    def card(project: Project) -> Card:
        late, days = project.days_late(today), project.days_in(today)
        site = ground.name("regions", project.region) or Text("—", "—")
        lines = [
            Text("{site} · {n} 亿元", "{site} · {n} × 100 m yuan").format(
                site=site, n=f"{project.investment / WAN_PER_YI:,.2f}"
            ),
            Text("停留 {n} 天", "for {n} days").format(n=days),
        ]
        words = Text("逾期 {n} 天", "{n} days late").format(n=late) if late else None
        return Card(project.name, project.get_absolute_url(), lines, "bad" if late else "", words)

    said = {
        name: request.GET.get(name, "") for name in ("unit", "region", "chain", "sector", "ownership", "stuck", "q")
    }
    sites = set(chosen.order_by().values_list("region", flat=True).distinct())
    there = Project.objects.filter(board=thing).exclude(stage=LEFT).order_by().values_list(*FIELDS)
    frame = held(ground, there)
    rows = balance(ground, frame[frame["site"].isin(sites)])
    more: dict[str, Any] = {
        "thing": thing,
        "listing": shape,
        "filters": shape.filters(request),
        "count": chosen.count(),
        "lanes": lanes(
            chosen.select_related("unit"), "stage", STATES, card, lambda at: list_address(**said | {"stage": at})
        ),
        "held": [row for row in rows if row.room is not None],
        "open": [row for row in rows if row.room is None],
        "stages": list(STAGES.values()),
        "over": sum(row.mark == "bad" for row in rows),
        "edits": acts_on(request.user, thing, EDIT),
        "keeps": acts_on(request.user, thing, KEEP),
        "version": ground.version,
        "illustrative": seen.filter(quality="illustrative").exists(),
        "year": today.year,
        "trail": _trail(thing, last=True),
        "printed": Text("数据版本 {v}", "data version {v}").format(v=ground.version or "—"),
    }
    return render(request, "projects/board.html", more)


@page(READ, of=Board)
def ahead(request: Request, thing: Board) -> HttpResponse:
    """Show the years ahead, as last computed: on every project of the board, so to whom sees every one."""
    job = None
    if years.sees_all(request.user, thing):
        job = Job.objects.filter(task=years.TASK, inputs__board=thing.code).order_by("-pk").first()
    more = {
        "thing": thing,
        "job": job,
        "result": job.result if job is not None and job.state == "done" else None,
        "keeps": acts_on(request.user, thing, KEEP),
        "stages": list(STAGES.items()),
        "trail": [*_trail(thing), (YEARS, "")],
    }
    return render(request, "projects/years.html", more)


@act(KEEP, of=Board)
def compute(request: Request, thing: Board) -> HttpResponse:
    """Have the years ahead computed in the background."""
    years.ask(request.user, thing)
    return redirect("projects:years", thing.code)


def _trail(board: Board, last: bool = False) -> list[tuple[Text, str]]:
    return [(BOARDS, reverse("projects:boards")), (board.name, "" if last else board.get_absolute_url())]
