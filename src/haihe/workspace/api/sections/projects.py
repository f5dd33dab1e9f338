"""Projects on their way: boards, projects, and their moves from stage to stage."""

from datetime import date, datetime
from typing import Annotated

from django.utils import timezone
from ninja import Query
from pydantic import BaseModel, StringConstraints

from haihe.messages import Text
from haihe.workspace.api.calls import Call
from haihe.workspace.api.operations import Made, Section
from haihe.workspace.api.paging import Asked, Paged, paged
from haihe.workspace.api.sections.jobs import JobOut, job_address, job_out
from haihe.workspace.api.sections.said import Name, Reason, UnitsIn, named
from haihe.workspace.intake.rows_target import those_named
from haihe.workspace.projects import keeping, moving, years
from haihe.workspace.projects.actions import CONFIRM, KEEP, MOVE, READ, SHARE
from haihe.workspace.projects.models import Board, Move, Project
from haihe.workspace.units.models import Unit

SECTION = Section("projects", Text("项目进度", "Projects on their way"))
Why = Annotated[str, StringConstraints(max_length=2000)]
Stage = Annotated[str, StringConstraints(max_length=16)]


class BoardOut(BaseModel):
    """A board."""

    code: str
    name: Name
    unit: str
    dataset: str | None
    edition: int


class ProjectOut(BaseModel):
    """A project. Amounts are texts in 万元; ``planned`` and ``reached`` give a day by stage."""

    code: str
    name: Name
    unit: str
    board: str
    region: str
    chain: str
    sector: str
    ownership: str
    stage: str
    since: date
    due: date | None
    late: int | None
    investment: str
    output: str
    need: str | None
    planned: dict[str, date]
    reached: dict[str, date]
    source: str
    quality: str
    edition: int


class MoveOut(BaseModel):
    """A move of a project; ``scarce`` where somebody else confirms it."""

    code: str
    project: str
    unit: str
    from_stage: str
    to_stage: str
    day: date
    why: str
    scarce: bool
    state: str
    withdrawn: bool
    returned: str
    created: datetime
    created_by: str
    approved_by: str
    edition: int


class MoveIn(BaseModel):
    """A stage, the day on which it was reached, and why."""

    to_stage: Stage = "contact"
    day: date | None = None
    why: Why = ""


def board_out(board: Board) -> BoardOut:
    """Give what is said of a board."""
    dataset = board.dataset.code if board.dataset else None
    return BoardOut(
        code=board.code, name=named(board.name), unit=board.unit.code, dataset=dataset, edition=board.edition
    )


def project_out(project: Project) -> ProjectOut:
    """Give what is said of a project."""
    same = ("code", "region", "chain", "sector", "ownership", "stage", "since", "due", "planned", "reached", "source")
    return ProjectOut(
        **{name: getattr(project, name) for name in (*same, "quality", "edition")},
        name=named(project.name),
        unit=project.unit.code,
        board=project.board.code,
        late=project.days_late(),
        investment=str(project.investment),
        output=str(project.output),
        need=None if project.need is None else str(project.need),
    )


def move_out(move: Move) -> MoveOut:
    """Give what is said of a move."""
    same = ("code", "from_stage", "to_stage", "day", "why", "scarce", "state", "withdrawn", "returned", "created")
    return MoveOut(
        **{name: getattr(move, name) for name in (*same, "created_by", "approved_by", "edition")},
        project=move.project.code,
        unit=move.unit.code,
    )


@SECTION.get("/project-boards", READ, Text("列出可见的项目看板", "list the boards that I see"), Paged[BoardOut])
def project_boards(request: Call, asked: Query[Asked]) -> Paged[BoardOut]:
    """List boards in the order of their codes."""
    seen = Board.objects.visible_to(request.user).select_related("unit", "dataset")
    return paged(seen, asked, "code", board_out)


@SECTION.get("/project-boards/{code}", READ, Text("读取一个看板", "read a board"), BoardOut, of=Board)
def project_board(thing: Board) -> BoardOut:
    """Give a board."""
    return board_out(thing)


@SECTION.get("/projects", READ, Text("列出可见的项目", "list the projects that I see"), Paged[ProjectOut])
def projects(request: Call, asked: Query[Asked]) -> Paged[ProjectOut]:
    """List projects in the order of their codes."""
    seen = Project.objects.visible_to(request.user).select_related("unit", "board")
    return paged(seen, asked, "code", project_out)


@SECTION.get("/projects/{code}", READ, Text("读取一个项目", "read a project"), ProjectOut, of=Project)
def project(thing: Project) -> ProjectOut:
    """Give a project."""
    return project_out(thing)


@SECTION.post("/projects/{code}/move", MOVE, Text("申报项目阶段", "propose a stage"), MoveOut, of=Project)
def propose_move(request: Call, thing: Project, sent: MoveIn) -> MoveOut:
    """Propose a stage; what takes and gives back nothing scarce is done at once."""
    day = sent.day or timezone.localdate()
    return move_out(moving.propose(request.user, thing, sent.to_stage, day, sent.why, channel="api"))


@SECTION.get("/moves", READ, Text("列出可见的阶段申报", "list the moves that I see"), Paged[MoveOut])
def moves(request: Call, asked: Query[Asked]) -> Paged[MoveOut]:
    """List moves, in the order of their codes."""
    seen = Move.objects.visible_to(request.user).select_related("unit", "project")
    return paged(seen, asked, "-code", move_out)


@SECTION.get("/moves/{code}", READ, Text("读取一个阶段申报", "read a move"), MoveOut, of=Move)
def move(thing: Move) -> MoveOut:
    """Give a move."""
    return move_out(thing)


@SECTION.post(
    "/moves/{code}/confirm", CONFIRM, Text("核准阶段申报", "confirm a move"), MoveOut, of=Move, scope="approve"
)
def confirm_move(request: Call, thing: Move) -> MoveOut:
    """Confirm what somebody else proposed: the project goes to the stage."""
    moving.confirm(request.user, thing, channel="api")
    return move_out(thing)


@SECTION.post(
    "/moves/{code}/return", CONFIRM, Text("退回阶段申报", "send a move back"), MoveOut, of=Move, scope="approve"
)
def return_move(request: Call, thing: Move, sent: Reason) -> MoveOut:
    """Send a proposal back with a reason."""
    moving.send_back(request.user, thing, sent.reason, channel="api")
    return move_out(thing)


@SECTION.post("/moves/{code}/withdraw", MOVE, Text("撤回阶段申报", "withdraw a move"), MoveOut, of=Move)
def withdraw_move(request: Call, thing: Move) -> MoveOut:
    """Take a proposal back before it is confirmed."""
    moving.withdraw(request.user, thing, channel="api")
    return move_out(thing)


@SECTION.post(
    "/moves/{code}/take-back", CONFIRM, Text("撤销阶段核准", "take a move back"), MoveOut, of=Move, scope="approve"
)
def take_back_move(request: Call, thing: Move, sent: Reason) -> MoveOut:
    """Un-confirm the last move of a project, with a reason."""
    moving.take_back(request.user, thing, sent.reason, channel="api")
    return move_out(thing)


@SECTION.post("/moves/{code}/change", MOVE, Text("修改阶段申报", "change a move"), MoveOut, of=Move)
def change_move(request: Call, thing: Move, sent: MoveIn) -> MoveOut:
    """Change a proposal that was sent back, and hand it in again."""
    thing.edit_allowed()
    moving.change(request.user, thing, sent.to_stage, sent.day or timezone.localdate(), sent.why, channel="api")
    return move_out(thing)


@SECTION.post("/projects/{code}/share", SHARE, Text("共享项目", "share a project"), ProjectOut, of=Project)
def share_project(request: Call, thing: Project, sent: UnitsIn) -> ProjectOut:
    """Share a project with exactly these units. Projects come in by uploads to ``projects``, boards by uploads to ``boards``."""
    offices = Unit.objects.exclude(pk=thing.unit_id).exclude(kind_of="firm")
    keeping.share_project(request.user, thing, those_named(";".join(sent.units), offices, "units"), channel="api")
    return project_out(thing)


@SECTION.post(
    "/project-boards/{code}/years", KEEP, Text("推算以后各年", "compute the years ahead"), JobOut, of=Board, status=202
)
def compute_years(request: Call, thing: Board) -> Made:
    """Have the years ahead of a board computed; Location names the job."""
    job = years.ask(request.user, thing, "api")
    return Made(job_out(job, True), job_address(job.code))
