"""What happens to papers: attached, removed with a reason. Each step is one transaction with its entry in the record."""

import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from haihe.messages import HaiheError
from haihe.workspace.audit.chain import Channel, record, store
from haihe.workspace.frame.access import acts_on
from haihe.workspace.intake.arriving import shown_name
from haihe.workspace.intake.uploads import keep_file, place_of
from haihe.workspace.papers.arriving import admitted
from haihe.workspace.papers.holders import HOLDERS, holder_of
from haihe.workspace.papers.models import Paper
from haihe.workspace.units.models import Owned, Person


def of(thing: Owned) -> "QuerySet[Paper]":
    """Give the papers attached to a thing, the newest first."""
    there: QuerySet[Paper] = Paper.objects.filter(about_kind=thing.kind(), about=thing.code, removed=None)
    return there.select_related("unit")


def part(person: Person, thing: Owned) -> dict[str, Any]:
    """Give what ``papers/part.html`` shows of a thing: its papers, and whether the person may attach and remove."""
    return {"papers": list(of(thing)), "attaches": takes(person, thing), "about_kind": thing.kind()}


def takes(person: Person, thing: Owned) -> bool:
    """Whether a person may attach papers to a thing now."""
    holder = HOLDERS.get(thing.kind())
    if holder is None or not acts_on(person, thing, holder.action):
        return False
    try:
        holder.check(thing)
    except HaiheError:
        return False
    return True


def attach(
    person: Person, thing: Owned, file_name: str, data: bytes, title: str = "", channel: Channel = "web"
) -> Paper:
    """Attach a file to a thing.

    Raises
    ------
    HaiheError
        As `arriving.admitted`; ``E-PAP-04`` for a kind that holds no papers; what a locked thing raises.
    PermissionDenied
        Where the person may not change the thing.
    """
    holder = holder_of(thing.kind())
    if not acts_on(person, thing, holder.action):
        raise PermissionDenied
    name, actor = shown_name(file_name), person.actor(holder.action, channel)
    try:
        suffix = admitted(name, data, settings.OFFICE["UPLOAD_MB"] * 1024 * 1024)
    except HaiheError as error:
        said = {"file": name, "size": len(data), "refused": error.code}
        record(actor, "refuse", Paper.kind(), "", after={"about": f"{thing.kind()} {thing.code}", **said})
        raise
    paper = Paper(
        code=f"p{timezone.localtime():%Y%m%d}-{secrets.token_hex(4)}",
        unit=next(unit for unit in thing.deciders(holder.action) if person.may(holder.action, unit)),
        created_by=person.username,
        about_kind=thing.kind(),
        about=thing.code,
        title=title.strip()[:200] or Path(name).stem,
        file_name=name,
        sha256=keep_file(data, suffix),
        size=len(data),
    )
    with transaction.atomic():
        holder.check(_again(thing))
        store(actor, "attach", paper)
    return paper


def remove(person: Person, paper: Paper, reason: str, edition: int | None = None, channel: Channel = "web") -> None:
    """Remove a paper with a reason; file and entries are kept.

    Raises
    ------
    HaiheError
        ``E-PAP-02`` without a reason, ``E-PAP-03`` where it is removed, what a locked thing raises.
    """
    if not reason.strip():
        raise HaiheError("E-PAP-02", value=paper.title)
    live(paper)
    thing = paper.thing
    with transaction.atomic():
        if thing is not None:
            holder_of(paper.about_kind).check(_again(thing))
        paper.removed, paper.removed_by, paper.reason = timezone.now(), person.username, reason.strip()
        store(person.actor(channel=channel), "remove", paper, edition=edition, reason=paper.reason)


def live(paper: Paper) -> None:
    """Raise ``E-PAP-03`` where a paper is removed."""
    if paper.removed is not None:
        raise HaiheError("E-PAP-03", value=paper.title, why=paper.reason)


def content(paper: Paper) -> bytes:
    """Give the file."""
    return place_of(paper.sha256, paper.suffix).read_bytes()


def _again(thing: Owned) -> Owned:
    """Read the thing under a lock, so that it is not locked from changes meanwhile."""
    locked: Owned = type(thing)._default_manager.select_for_update(of=("self",)).get(pk=thing.pk)
    return locked
