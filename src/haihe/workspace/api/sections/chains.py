"""Chains: boards, items of the three lists, proposals and their decisions."""

from datetime import date

from ninja import Query
from pydantic import BaseModel

from haihe.messages import HaiheError, Text
from haihe.workspace.api.calls import Call
from haihe.workspace.api.operations import Made, Section
from haihe.workspace.api.paging import Asked, Paged, paged
from haihe.workspace.api.sections.jobs import JobOut, job_address, job_out
from haihe.workspace.api.sections.problems import ProblemOut, problem_out
from haihe.workspace.api.sections.said import LongWords, Name, Reason, UnitsIn, named
from haihe.workspace.chains import deciding, items, tasks
from haihe.workspace.chains.actions import DECIDE, READ, SHARE, WORK
from haihe.workspace.chains.models import STATES, Board, Item, Proposal
from haihe.workspace.intake.rows_target import those_named
from haihe.workspace.units.models import Unit

SECTION = Section("chains", Text("产业链", "Chains"))


class ChainOut(BaseModel):
    """A board."""

    code: str
    chain: str
    name: Name
    unit: str
    lead: str | None
    dataset: str | None
    edition: int


class ChainItemOut(BaseModel):
    """An item of one of the three lists; ``age`` in days."""

    code: str
    chain: str
    list: str
    name: Name
    stage: str
    evidence: str
    owner: str | None
    state: str
    words: str
    opened: date
    closed: date | None
    age: int
    source: str
    quality: str
    edition: int


class ProposalOut(BaseModel):
    """What the diagnosis proposes."""

    code: str
    chain: str
    list: str
    stage: str
    name: Name
    reason: Name
    rank: int
    version: str
    quality: str
    state: str
    words: str
    item: str | None
    edition: int


class StateIn(BaseModel):
    """How an item goes."""

    state: str
    words: LongWords = ""


def chain_out(board: Board) -> ChainOut:
    """Give what is said of a board."""
    return ChainOut(
        code=board.code,
        chain=board.chain,
        name=named(board.name),
        unit=board.unit.code,
        lead=board.lead.code if board.lead else None,
        dataset=board.dataset.code if board.dataset else None,
        edition=board.edition,
    )


def item_out(item: Item) -> ChainItemOut:
    """Give what is said of an item."""
    return ChainItemOut(
        code=item.code,
        chain=item.board.chain,
        list=item.kind_of,
        name=named(item.name),
        stage=item.stage,
        evidence=item.evidence,
        owner=item.owner.code if item.owner else None,
        state=item.state,
        words=item.words,
        opened=item.opened,
        closed=item.closed,
        age=item.age(),
        source=item.source,
        quality=item.quality,
        edition=item.edition,
    )


def proposal_out(proposal: Proposal) -> ProposalOut:
    """Give what is said of a proposal."""
    return ProposalOut(
        code=proposal.code,
        chain=proposal.board.chain,
        list=proposal.kind_of,
        stage=proposal.stage,
        name=named(proposal.name),
        reason=named(proposal.reason),
        rank=proposal.rank,
        version=proposal.version.code,
        quality=proposal.quality,
        state=proposal.state,
        words=proposal.words,
        item=proposal.item.code if proposal.item else None,
        edition=proposal.edition,
    )


@SECTION.get("/chains", READ, Text("列出可见的产业链", "list the chains that I see"), Paged[ChainOut])
def chains(request: Call, asked: Query[Asked]) -> Paged[ChainOut]:
    """List boards by code."""
    seen = Board.objects.visible_to(request.user).select_related("unit", "lead", "dataset")
    return paged(seen, asked, "code", chain_out)


@SECTION.get("/chains/{code}", READ, Text("读取一条产业链", "read a chain"), ChainOut, of=Board)
def chain(thing: Board) -> ChainOut:
    """Give a board."""
    return chain_out(thing)


@SECTION.get("/chain-items", READ, Text("列出可见的清单事项", "list the items that I see"), Paged[ChainItemOut])
def chain_items(request: Call, asked: Query[Asked]) -> Paged[ChainItemOut]:
    """List items, with those that other places share."""
    seen = Item.objects.visible_to(request.user).filter(withdrawn=False).select_related("unit", "owner", "board")
    return paged(seen, asked, "code", item_out)


@SECTION.get("/chain-items/{code}", READ, Text("读取一个清单事项", "read an item"), ChainItemOut, of=Item)
def chain_item(thing: Item) -> ChainItemOut:
    """Give an item."""
    return item_out(thing)


@SECTION.post("/chain-items/{code}/state", WORK, Text("更新事项进展", "say how an item goes"), ChainItemOut, of=Item)
def chain_item_state(request: Call, thing: Item, sent: StateIn) -> ChainItemOut:
    """Say how an item goes: open, work, solved, dropped."""
    if sent.state not in STATES:
        raise HaiheError("E-CHN-11", column="state", value=sent.state[:20])
    items.report(request.user, thing, sent.state, sent.words, channel="api")
    return item_out(thing)


@SECTION.get("/chain-proposals", READ, Text("列出可见的诊断建议", "list the proposals that I see"), Paged[ProposalOut])
def chain_proposals(request: Call, asked: Query[Asked]) -> Paged[ProposalOut]:
    """List proposals."""
    seen = Proposal.objects.visible_to(request.user).select_related("unit", "board", "version", "item")
    return paged(seen, asked, "code", proposal_out)


@SECTION.get("/chain-proposals/{code}", READ, Text("读取一条诊断建议", "read a proposal"), ProposalOut, of=Proposal)
def chain_proposal(thing: Proposal) -> ProposalOut:
    """Give a proposal."""
    return proposal_out(thing)


@SECTION.post(
    "/chain-proposals/{code}/take",
    DECIDE,
    Text("采纳诊断建议", "take a proposal over"),
    ChainItemOut,
    of=Proposal,
    scope="approve",
)
def take_proposal(request: Call, thing: Proposal) -> ChainItemOut:
    """Take a proposal over as an item of its list."""
    return item_out(deciding.take(request.user, thing, channel="api"))


@SECTION.post(
    "/chain-proposals/{code}/decline",
    DECIDE,
    Text("不采纳诊断建议", "decline a proposal"),
    ProposalOut,
    of=Proposal,
    scope="approve",
)
def decline_proposal(request: Call, thing: Proposal, sent: Reason) -> ProposalOut:
    """Decline a proposal with a reason."""
    deciding.decline(request.user, thing, sent.reason, channel="api")
    return proposal_out(thing)


@SECTION.post("/chain-items/{code}/share", SHARE, Text("共享事项", "share an item"), ChainItemOut, of=Item)
def share_chain_item(request: Call, thing: Item, sent: UnitsIn) -> ChainItemOut:
    """Share an item with exactly these units. Items come in by uploads to ``chain-items``, boards by uploads to ``chains``."""
    units = those_named(";".join(sent.units), Unit.objects.exclude(kind_of="firm"), "units")
    items.share(request.user, thing, units, channel="api")
    return item_out(thing)


@SECTION.post(
    "/chain-items/{code}/problem", WORK, Text("将事项转为问题", "make a problem of an item"), ProblemOut, of=Item
)
def chain_item_problem(request: Call, thing: Item) -> ProblemOut:
    """Make a problem of an item; the same item gives the same open problem."""
    return problem_out(items.to_problem(request.user, thing, items.office_of(request.user, thing), channel="api"))


@SECTION.post(
    "/chains/{code}/diagnose", DECIDE, Text("运行产业链诊断", "run the diagnosis"), JobOut, of=Board, status=202
)
def diagnose_chain(request: Call, thing: Board) -> Made:
    """Ask for the diagnosis of a chain on the version in force; Location names the job."""
    job = tasks.ask(request.user, thing, "api")
    return Made(job_out(job, True), job_address(job.code))
