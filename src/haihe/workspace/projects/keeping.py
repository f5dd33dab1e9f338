"""Making and changing boards and projects. Each step is one transaction with its entries in the record."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from haihe.messages import HaiheError
from haihe.workspace.audit.chain import Channel, record, store
from haihe.workspace.data.models import Dataset
from haihe.workspace.projects.actions import EDIT, KEEP, SHARE
from haihe.workspace.projects.holdings import ground_of, taken
from haihe.workspace.projects.models import Board, Move, Project
from haihe.workspace.projects.moving import propose
from haihe.workspace.projects.rows import Said, split
from haihe.workspace.projects.stages import LEFT, Days, following
from haihe.workspace.units.approval import APPROVED
from haihe.workspace.units.codes import SLUG
from haihe.workspace.units.models import Person, Unit

MOST = 64
RESERVED = frozenset({"new", "boards", "moves"})
FIRST = "contact"
BY_BOOK = "工作簿填报 / stated in a workbook"


def code_of(said: str) -> str:
    """Give a code back that can stand in addresses; ``E-PJT-01`` for any other."""
    if not SLUG.fullmatch(said) or len(said) > MOST or said.lower() in RESERVED:
        raise HaiheError("E-PJT-01", column="code", value=said[:MOST], most=MOST)
    return said


def new_board(
    person: Person,
    unit: Unit,
    code: str,
    name_zh: str,
    name_en: str = "",
    dataset: Dataset | None = None,
    channel: Channel = "web",
) -> Board:
    """Make a board; ``E-PJT-01`` for a code that is none, ``E-PJT-02`` for one that is taken."""
    if Board.objects.filter(code=code_of(code)).exists():
        raise HaiheError("E-PJT-02", column="code", value=code)
    board = Board(code=code, unit=unit, name_zh=name_zh, name_en=name_en, dataset=dataset, created_by=person.username)
    store(person.actor(KEEP, channel), "create", board)
    return board


def change_board(
    person: Person,
    board: Board,
    fields: Mapping[str, Any],
    shared: Iterable[Unit] = (),
    readers: Iterable[Unit] = (),
    edition: int | None = None,
    channel: Channel = "web",
) -> None:
    """Change a board, and which units open projects on it and read it."""
    with transaction.atomic():
        for name, value in fields.items():
            setattr(board, name, value)
        store(person.actor(KEEP, channel), "edit", board, edition=edition)
        for name, units in (("shared", shared), ("readers", readers)):
            _let(person, board, name, units, KEEP, channel)


def _let(
    person: Person, thing: Board | Project, name: str, units: Iterable[Unit], action: str, channel: Channel
) -> None:
    """Let exactly these units see a thing, on the record."""
    kept = getattr(thing, name)
    wanted = {unit.code: unit for unit in units}
    before = sorted(kept.values_list("code", flat=True))
    if before != sorted(wanted):
        kept.set(wanted.values())
        said = {name: before}, {name: sorted(wanted)}
        record(person.actor(action, channel), "share", thing.kind(), thing.code, *said)


def open_project(
    person: Person,
    board: Board,
    unit: Unit,
    said: Said,
    stage: str = FIRST,
    channel: Channel = "web",
) -> Project:
    """Open a project of a unit; ``E-PJT-01`` and ``E-PJT-02`` for its code. It begins in contact, or where ``stage`` says."""
    if Project.objects.filter(code=code_of(said.code)).exists():
        raise HaiheError("E-PJT-02", column="code", value=said.code)
    if unit not in board.deciders(EDIT):
        raise PermissionDenied
    today = timezone.localdate()
    planned, reached = split(said.days, stage, today)
    since = date.fromisoformat(reached[stage]) if stage in reached else today
    project = Project(
        code=said.code,
        unit=unit,
        board=board,
        created_by=person.username,
        since=since,
        planned=planned,
        reached=reached,
        region=said.region,
        sites=said.sites,
        needs=said.needs,
        **said.fields | {"stage": stage},
    )
    store(person.actor(EDIT, channel), "create", project)
    return project


def restate(
    person: Person, project: Project, said: Said, edition: int | None = None, channel: Channel = "web", reason: str = ""
) -> None:
    """Change what a project is, and what is planned; its stage stays. What a stage already holds cannot grow so.

    Raises
    ------
    HaiheError
        ``E-PJT-03`` where that would change what the project holds by a stage that was confirmed; the board's keeper may.
    """
    before = _holding(project)
    for name, value in said.fields.items():
        if name != "stage":
            setattr(project, name, value)
    project.region, project.sites, project.needs = said.region, said.sites, said.needs
    project.planned = planned_of(project, said.days)
    if _holding(project) != before and not person.may(KEEP, project.board.unit):
        raise HaiheError("E-PJT-03", value=project.code, stage=project.stage_name)
    store(person.actor(EDIT, channel), "edit", project, edition=edition, reason=reason)


def _holding(project: Project) -> tuple[str, dict[str, float]]:
    """Give where a project holds what by its stage; nowhere where it holds nothing."""
    found = taken(ground_of(project.board), project, LEFT, project.stage)
    return (project.region if found else ""), found


def planned_of(project: Project, days: Days) -> Days:
    """Give the days planned: as said for the stages ahead, as they were for those behind."""
    ahead = following(project.stage)
    return {stage: day for stage, day in project.planned.items() if stage not in ahead} | {
        stage: day for stage, day in days.items() if stage in ahead
    }


def share_project(
    person: Person, project: Project, units: Iterable[Unit], edition: int | None = None, channel: Channel = "web"
) -> None:
    """Share a project with exactly these units: they see it in the joint library."""
    with transaction.atomic():
        store(person.actor(SHARE, channel), "edit", project, edition=edition)
        _let(person, project, "shared", units, SHARE, channel)


def put_stage(person: Person, project: Project, said: Said, upload: str, direct: bool) -> None:
    """Bring a project to the stage that a table states: at once by the board's keeper, else as a proposal.

    A proposal of the same stage that waits already is left as it is.
    """
    stage, today = said.fields["stage"] or FIRST, timezone.localdate()
    if stage == project.stage:
        return
    stated = date.fromisoformat(said.days[stage]) if stage in said.days else today
    day = min(max(stated, project.since) if stage in following(project.stage) else stated, today)
    if direct:
        project.planned, project.reached = split(project.planned | project.reached | said.days, stage, today)
        project.stage, project.since = stage, day
        store(person.actor(KEEP, "import"), "stage", project, reason=BY_BOOK)
        return
    waiting = Move.objects.filter(project=project, withdrawn=False).exclude(state=APPROVED).first()
    if waiting is None or waiting.to_stage != stage:
        propose(person, project, stage, day, BY_BOOK, channel="import", upload=upload)
