"""Projects go from stage to stage: proposed by the unit, confirmed by somebody else where something scarce is taken or given back."""

import secrets
from datetime import date

from django.db import transaction
from django.utils import timezone

from haihe.messages import HaiheError, Text
from haihe.workspace.audit.chain import Channel, store
from haihe.workspace.projects.actions import CONFIRM, MOVE
from haihe.workspace.projects.holdings import EMPTY, ground_of, taken
from haihe.workspace.projects.models import Move, Project
from haihe.workspace.projects.stages import LEFT, STATES, following
from haihe.workspace.units.approval import APPROVED, DRAFT, SUBMITTED
from haihe.workspace.units.models import Person

LEAVES = Text("已撤回", "withdrawn")


def propose(
    person: Person,
    project: Project,
    to_stage: str,
    day: date,
    why: str,
    edition: int | None = None,
    channel: Channel = "web",
    upload: str = "",
) -> Move:
    """Propose that a project goes to a stage; what takes and releases nothing scarce is done at once.

    Raises
    ------
    HaiheError
        ``E-PJT-10`` for the stage it is in already, ``E-PJT-11`` for a day ahead or before the present stage was reached,
        ``E-PJT-12`` while another proposal waits, ``E-PJT-13`` without a reason.
    """
    with transaction.atomic():
        project = _locked(project)
        _check(project, to_stage, day, why)
        if edition is not None and edition != project.edition:
            raise HaiheError("E-WEB-20", value=project.code, edition=project.edition, seen=edition)
        waiting = Move.objects.filter(project=project, withdrawn=False).exclude(state=APPROVED).first()
        if waiting is not None:
            raise HaiheError("E-PJT-12", value=project.code, move=waiting.code)
        ground = ground_of(project.board)
        scarce = ground is EMPTY or bool(taken(ground, project, project.stage, to_stage))
        move = Move(
            code=f"m{timezone.localtime():%Y%m%d}-{secrets.token_hex(4)}",
            unit=project.unit,
            created_by=person.username,
            project=project,
            from_stage=project.stage,
            to_stage=to_stage,
            day=day,
            why=why.strip(),
            scarce=scarce,
            upload=upload,
            state=SUBMITTED if scarce else APPROVED,
            submitted_by=person.username,
            submitted_at=timezone.now(),
        )
        if not scarce:
            _go(person, project, move, MOVE, channel)
        store(person.actor(MOVE, channel), "submit" if scarce else "create", move)
    return move


def change(
    person: Person,
    move: Move,
    to_stage: str,
    day: date,
    why: str,
    edition: int | None = None,
    channel: Channel = "web",
) -> None:
    """Change a proposal that was sent back, and hand it in again."""
    with transaction.atomic():
        project = _locked(move.project)
        _live(move)
        move.edit_allowed()
        _check(project, to_stage, day, why)
        move.from_stage, move.to_stage, move.day, move.why = project.stage, to_stage, day, why.strip()
        ground = ground_of(project.board)
        move.scarce = ground is EMPTY or bool(taken(ground, project, project.stage, to_stage))
        move.created_by = person.username
        move.submit(person, edition, channel)


def confirm(person: Person, move: Move, edition: int | None = None, channel: Channel = "web") -> None:
    """Confirm what somebody else proposed: the project goes to the stage. ``E-PJT-14`` where it moved meanwhile."""
    with transaction.atomic():
        project = _locked(move.project)
        _as_seen(move)
        _live(move)
        if move.state == SUBMITTED and project.stage != move.from_stage:
            raise HaiheError("E-PJT-14", value=project.code, stage=project.stage_name)
        if move.state == SUBMITTED and not move.own_of(person):
            _go(person, project, move, CONFIRM, channel)
        move.approve(person, edition, channel)


def send_back(person: Person, move: Move, reason: str, edition: int | None = None, channel: Channel = "web") -> None:
    """Send a proposal back with a reason."""
    _live(move)
    move.send_back(person, reason, edition, channel)


def withdraw(person: Person, move: Move, edition: int | None = None, channel: Channel = "web") -> None:
    """Take a proposal back that is not confirmed yet."""
    _live(move)
    if move.state == APPROVED:
        raise HaiheError("E-WEB-21", value=move.code, state=Text("已核准", "confirmed"))
    move.withdrawn, move.state = True, DRAFT
    store(person.actor(MOVE, channel), "cancel", move, edition=edition)


def take_back(person: Person, move: Move, reason: str, edition: int | None = None, channel: Channel = "web") -> None:
    """Un-confirm the last move of a project, with a reason: it is where it was before. ``E-PJT-15`` for any other move."""
    with transaction.atomic():
        project = _locked(move.project)
        _as_seen(move)
        last = Move.objects.filter(project=project, state=APPROVED).first()
        waiting = Move.objects.filter(project=project, withdrawn=False).exclude(state=APPROVED).exists()
        if move.state == APPROVED and (last is None or last.pk != move.pk or project.stage != move.to_stage or waiting):
            raise HaiheError("E-PJT-15", value=move.code)
        if move.state == APPROVED and reason.strip():
            project.stage, project.since = move.from_stage, date.fromisoformat(move.was["since"])
            project.reached = move.was["reached"]
            store(person.actor(CONFIRM, channel), "undo", project, reason=reason.strip())
        move.reopen(person, reason, edition, channel)


def _locked(project: Project) -> Project:
    """Read a project under a lock: of two moves at once, one goes first and the other sees it."""
    query = Project.objects.select_for_update(of=("self",)).select_related("unit", "board__dataset__current")
    locked: Project = query.get(pk=project.pk)
    return locked


def _as_seen(move: Move) -> None:
    """Raise ``E-WEB-20`` where somebody else decided while this one waited for the lock."""
    stored = Move.objects.values_list("edition", flat=True).get(pk=move.pk)
    if stored != move.edition:
        raise HaiheError("E-WEB-20", value=move.code, edition=stored, seen=move.edition)


def _live(move: Move) -> None:
    if move.withdrawn:
        raise HaiheError("E-WEB-21", value=move.code, state=LEAVES)


def _check(project: Project, to_stage: str, day: date, why: str) -> None:
    """Refuse a move that cannot be."""
    if to_stage not in STATES or to_stage == project.stage:
        raise HaiheError("E-PJT-10", column="to_stage", value=STATES.get(to_stage, Text(to_stage, to_stage)))
    if day > timezone.localdate() or (to_stage in following(project.stage) and day < project.since):
        raise HaiheError("E-PJT-11", column="day", value=day.isoformat(), since=project.since.isoformat())
    if not why.strip():
        raise HaiheError("E-PJT-13", column="why", value=project.code)


def _go(person: Person, project: Project, move: Move, action: str, channel: Channel) -> None:
    """Put a project into the stage of a move, keeping what it said before."""
    move.was = {"since": project.since.isoformat(), "reached": dict(project.reached)}
    ahead = set(following(move.to_stage)) if move.to_stage != LEFT else set()
    kept = {stage: day for stage, day in project.reached.items() if stage not in ahead}
    project.reached = kept if move.to_stage == LEFT else kept | {move.to_stage: move.day.isoformat()}
    project.stage, project.since = move.to_stage, move.day
    store(person.actor(action, channel), "stage", project, reason=move.why)
