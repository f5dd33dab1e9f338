"""Pages of moves: the list, a proposal with the caps it touches, confirming, sending back, withdrawing, taking back."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from haihe.messages import Text
from haihe.workspace.frame.access import Request, act, acts_on, form, page
from haihe.workspace.frame.forms import edition_of
from haihe.workspace.frame.layout import tell
from haihe.workspace.projects import moving
from haihe.workspace.projects.actions import CONFIRM, MOVE, READ
from haihe.workspace.projects.forms import MoveForm
from haihe.workspace.projects.holdings import caps, ground_of, standing
from haihe.workspace.projects.lists import MOVE_LIST, MOVES, move_mark, move_state
from haihe.workspace.projects.models import Move, Project
from haihe.workspace.projects.project_pages import trail_of
from haihe.workspace.projects.stages import STATES
from haihe.workspace.units.approval import APPROVED, DRAFT, SUBMITTED

PROPOSE = Text("申报阶段变动", "Propose a stage")
DONE = Text("阶段变动已生效", "The stage has changed")
WAITS = Text("已申报，待核准", "Proposed; it waits for confirmation")


@page(READ)
def moves(request: Request) -> HttpResponse:
    """List the moves that the person sees."""
    there = Move.objects.visible_to(request.user).filter(withdrawn=False).select_related("project", "unit")
    return MOVE_LIST.answer(request, there)


@form(MOVE, of=Project)
def propose(request: Request, thing: Project) -> HttpResponse:
    """Propose a stage; what it would take of each resource stands beside."""
    form = MoveForm.of(request, stage=thing.stage, initial={"edition": thing.edition})
    made: list[Move] = []

    def make() -> None:
        said = form.values()
        made.append(moving.propose(request.user, thing, said["to_stage"], said["day"], said["why"], form.seen))

    if form.done(make):
        tell(request, WAITS if made[0].scarce else DONE, "success")
        return redirect(
            "projects:move" if made[0].scarce else "projects:project", (made[0] if made[0].scarce else thing).code
        )
    return _page(request, form, thing)


def _page(request: Request, form: MoveForm, project: Project) -> HttpResponse:
    ground = ground_of(project.board)
    new = standing(ground, project)
    ways = [(name, caps(ground, project, stage, new)) for stage, name in STATES.items() if stage != project.stage]
    trail = [*trail_of(project), (PROPOSE, "")]
    back = project.get_absolute_url()
    more = {"thing": project, "ways": ways, "trail": trail}
    return form.page(request, PROPOSE, "projects/propose.html", PROPOSE, back, **more)


@form(MOVE, of=Move)
def edit(request: Request, thing: Move) -> HttpResponse:
    """Change a proposal that was sent back, and hand it in again."""
    thing.edit_allowed()
    form = MoveForm.of(request, thing, stage=thing.project.stage)

    def change() -> None:
        said = form.values()
        moving.change(request.user, thing, said["to_stage"], said["day"], said["why"], form.seen)

    if form.done(change):
        tell(request, WAITS, "success")
        return redirect("projects:move", thing.code)
    return _page(request, form, thing.project)


@page(READ, of=Move)
def move(request: Request, thing: Move) -> HttpResponse:
    """Show a move, and while it waits what it takes of each resource against what the site has."""
    person = request.user
    waits = thing.state == SUBMITTED and not thing.withdrawn
    confirms = acts_on(person, thing, CONFIRM)
    more = {
        "thing": thing,
        "state": move_state(thing),
        "mark": move_mark(thing),
        "from": STATES[thing.from_stage],
        "to": STATES[thing.to_stage],
        "caps": caps(ground_of(thing.project.board), thing.project, thing.to_stage) if waits else [],
        "waits": waits,
        "confirms": confirms and waits and not thing.own_of(person),
        "returns": confirms and waits,
        "takes_back": confirms and thing.state == APPROVED,
        "edits": thing.state == DRAFT and not thing.withdrawn and acts_on(person, thing, MOVE),
        "withdraws": thing.open and acts_on(person, thing, MOVE),
        "trail": [(MOVES, reverse("projects:moves")), (thing.name, "")],
    }
    return render(request, "projects/move.html", more)


@act(CONFIRM, of=Move)
def confirm(request: Request, thing: Move) -> HttpResponse:
    """Confirm a proposal."""
    moving.confirm(request.user, thing, edition_of(request))
    tell(request, DONE, "success")
    return redirect("projects:move", thing.code)


@act(CONFIRM, of=Move)
def send_back(request: Request, thing: Move) -> HttpResponse:
    """Send a proposal back with a reason."""
    moving.send_back(request.user, thing, request.POST.get("reason", ""), edition_of(request))
    tell(request, Text("已退回填报单位", "Sent back to the unit"))
    return redirect("projects:moves")


@act(MOVE, of=Move)
def withdraw(request: Request, thing: Move) -> HttpResponse:
    """Take a proposal back before it is confirmed."""
    moving.withdraw(request.user, thing, edition_of(request))
    tell(request, Text("申报已撤回", "The proposal is withdrawn"))
    return redirect(thing.project.get_absolute_url())


@act(CONFIRM, of=Move)
def take_back(request: Request, thing: Move) -> HttpResponse:
    """Un-confirm the last move of a project with a reason."""
    moving.take_back(request.user, thing, request.POST.get("reason", ""), edition_of(request))
    tell(request, Text("已撤销，项目回到原阶段", "Taken back; the project is in its former stage"))
    return redirect(thing.project.get_absolute_url())
