"""The diagnosis of a chain in the background: the map, and proposals for the three lists. People decide about them."""

import secrets
from typing import Any

import pandas as pd
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from haihe.diagnosis import diagnose
from haihe.diagnosis.chain_views import ChainView
from haihe.messages import HaiheError, Text
from haihe.workspace.audit.chain import Actor, Channel, store
from haihe.workspace.chains.actions import DECIDE
from haihe.workspace.chains.models import DECLINED, LIVE, Board, Item, Picture, Proposal
from haihe.workspace.data.models import Version
from haihe.workspace.data.versions import region_of
from haihe.workspace.frame.drawn import part_of
from haihe.workspace.jobs.models import Job
from haihe.workspace.jobs.queue import enqueue
from haihe.workspace.jobs.tasks import Work, task
from haihe.workspace.units.models import Person

DIAGNOSE = "chains.diagnose"


def _page(job: Job) -> str:
    return reverse("chains:proposals", args=[job.inputs["board"]])


@task(
    DIAGNOSE,
    name=Text("诊断产业链", "diagnose a chain"),
    action=DECIDE,
    seconds=1200,
    link=_page,
    about=("board", Board),
)
def run(work: Work, *, board: str, version: str) -> dict[str, Any]:
    """Diagnose a chain on a version of the data; done twice, it proposes once."""
    thing = Board.objects.visible_to(work.person).get(code=board)
    facts = Version.objects.visible_to(work.person).get(code=version)
    work.say(Text("读取版本", "reading the version"))
    region = region_of(facts)
    work.check()
    work.say(Text("诊断", "diagnosing"))
    if thing.chain not in set(region.tables.get("chains", pd.DataFrame({"chain": []}))["chain"]):
        raise HaiheError("E-CHN-01", value=thing.chain, version=facts.code)
    view = diagnose(region, thing.chain, home=thing.home or None).chains
    if view is None:
        raise HaiheError("E-CHN-01", value=thing.chain, version=facts.code)
    work.check()
    made = propose(work.actor, thing, facts, view)
    said = Text("新建议 {n} 条", "{n} new proposals").format(n=made)
    return {"proposed": made, "summary": said.to_dict()}


def propose(actor: Actor, board: Board, version: Version, view: ChainView) -> int:
    """Keep map and proposals of a diagnosis; gives how many are new.

    Left out: stages that stand on the list already, and what was declined for the very same reasons.
    """
    table = view.lists_table().frame
    names = {
        key.partition(".")[2]: text for key, text in view.chains.names.items() if key.startswith(f"{board.chain}.")
    }
    drawn = {
        "version": version,
        "parts": [part_of(each) for each in view.brief(board.chain)],
        "stages": {stage: text.to_dict() for stage, text in names.items()},
        "made": timezone.now(),
    }
    with transaction.atomic():
        Board.objects.select_for_update().get(pk=board.pk)
        standing = set(
            Item.objects.filter(board=board, state__in=LIVE, withdrawn=False).values_list("kind_of", "stage")
        )
        proposed = set(Proposal.objects.filter(board=board, version=version).values_list("kind_of", "stage"))
        refused = set(Proposal.objects.filter(board=board, state=DECLINED).values_list("kind_of", "stage", "reason_zh"))
        made = 0
        for row in table.to_dict("records"):
            place, reason = (row["list"], row["stage"]), row["reason"]
            if place in standing or place in proposed or (*place, reason.zh) in refused:
                continue
            name = names[row["stage"]]
            proposal = Proposal(
                code=f"pr{timezone.localtime():%Y%m%d}-{secrets.token_hex(4)}",
                unit=board.unit,
                created_by=actor.name,
                board=board,
                version=version,
                kind_of=row["list"],
                stage=row["stage"],
                name_zh=name.zh,
                name_en=name.en,
                reason_zh=reason.zh,
                reason_en=reason.en,
                rank=int(row["rank"]),
                score=f"{row['score']:.2f}",
                year=int(row["year"]),
                quality=view.basis.quality,
            )
            store(actor, "propose", proposal)
            made += 1
        Picture.objects.update_or_create(board=board, defaults=drawn)
    return made


def ask(person: Person, board: Board, channel: Channel = "web") -> Job:
    """Ask for the diagnosis of a chain on the version in force; ``E-CHN-06`` where the board names no data."""
    version = board.dataset.current if board.dataset is not None else None
    if version is None:
        raise HaiheError("E-CHN-06", value=board.code)
    title = Text("诊断产业链 {name}", "diagnose the chain {name}").format(name=board.code)
    return enqueue(person, board.unit, DIAGNOSE, title=title, channel=channel, board=board.code, version=version.code)
