"""What follows an award: the ledger, performance targets, reports on them, clawbacks. Money in fen."""

from datetime import date
from decimal import Decimal

from ninja import Query
from pydantic import BaseModel, Field

from haihe.messages import Text
from haihe.workspace.api.calls import Call
from haihe.workspace.api.operations import Section
from haihe.workspace.api.paging import Asked, Paged, paged
from haihe.workspace.api.sections.said import LongWords, Name, Reason, named
from haihe.workspace.rounds import acceptance, clawback, payments
from haihe.workspace.rounds.actions import ACCEPT, CHECK, INSIDE, PAY, READ, SETTLE
from haihe.workspace.rounds.ledger_models import Acceptance, Claim, Entry, Goal
from haihe.workspace.rounds.models import Award

SECTION = Section("ledger", Text("资金台账与绩效", "Ledger and performance"))


class EntryOut(BaseModel):
    """One line of the ledger."""

    code: str
    award: str
    number: int
    kind: str
    side: str
    amount: int
    day: date
    year: int
    article: str
    instalment: str
    payer: str | None
    payee: str | None
    document: str
    note: str


class GoalOut(BaseModel):
    """A performance target."""

    code: str
    award: str
    key: str
    name: Name
    sense: str
    value: Decimal
    counted_in: str
    year: int
    edition: int


class AcceptanceOut(BaseModel):
    """A report on the targets; ``figures`` as decimal text by key."""

    code: str
    award: str
    stage: str
    year: int
    step: str
    figures: dict[str, str | None]
    attained: str
    passed: bool | None
    edition: int


class ClaimOut(BaseModel):
    """Support to be asked back."""

    code: str
    award: str
    by_rule: bool
    city: int
    district: int
    state: str
    reason: str
    edition: int


class PaymentIn(BaseModel):
    """A payment of an instalment; amount in fen, ``side`` city or district."""

    side: LongWords
    article: LongWords
    instalment: LongWords = ""
    amount: int = Field(gt=0, le=2**62)
    day: date
    document: LongWords = ""


def entry_out(each: Entry) -> EntryOut:
    """Give what is said of an entry."""
    return EntryOut(
        code=each.code, award=each.award.code, number=each.number, kind=each.kind_of, side=each.side, amount=each.amount,
        day=each.day, year=each.year, article=each.article, instalment=each.instalment,
        payer=each.giver.code if each.giver else None, payee=each.taker.code if each.taker else None,
        document=each.document, note=each.note,
    )  # fmt: skip


def goal_out(each: Goal) -> GoalOut:
    """Give what is said of a target."""
    return GoalOut(
        code=each.code, award=each.award.code, key=each.key, name=named(each.name), sense=each.sense, value=each.value,
        counted_in=each.counted_in, year=each.year, edition=each.edition,
    )  # fmt: skip


def acceptance_out(each: Acceptance) -> AcceptanceOut:
    """Give what is said of a report."""
    return AcceptanceOut(
        code=each.code, award=each.award.code, stage=each.stage, year=each.year, step=each.step, figures=each.figures,
        attained=each.attained, passed=each.passed, edition=each.edition,
    )  # fmt: skip


def claim_out(each: Claim) -> ClaimOut:
    """Give what is said of a clawback."""
    return ClaimOut(
        code=each.code, award=each.award.code, by_rule=each.by_rule, city=each.city, district=each.district,
        state=each.state, reason=each.reason, edition=each.edition,
    )  # fmt: skip


@SECTION.get("/ledger", READ, Text("列出可见的台账记录", "list the entries that I see"), Paged[EntryOut])
def ledger_entries(request: Call, asked: Query[Asked]) -> Paged[EntryOut]:
    """List entries, the newest first."""
    seen = Entry.objects.visible_to(request.user).select_related("award", "giver", "taker")
    return paged(seen, asked, "-id", entry_out)


@SECTION.get("/performance-targets", READ, Text("列出可见的绩效目标", "list the targets that I see"), Paged[GoalOut])
def performance_targets(request: Call, asked: Query[Asked]) -> Paged[GoalOut]:
    """List performance targets, the newest first."""
    seen = Goal.objects.visible_to(request.user).filter(dropped=False).select_related("award")
    return paged(seen, asked, "-id", goal_out)


@SECTION.get("/acceptances", READ, Text("列出可见的验收材料", "list the reports that I see"), Paged[AcceptanceOut])
def acceptances(request: Call, asked: Query[Asked]) -> Paged[AcceptanceOut]:
    """List reports, the newest first."""
    return paged(Acceptance.objects.visible_to(request.user).select_related("award"), asked, "-id", acceptance_out)


@SECTION.get("/acceptances/{code}", READ, Text("读取一份验收材料", "read a report"), AcceptanceOut, of=Acceptance)
def read_acceptance(thing: Acceptance) -> AcceptanceOut:
    """Give a report."""
    return acceptance_out(thing)


@SECTION.post("/acceptances/{code}/check", CHECK, Text("核查", "check a report"), AcceptanceOut, of=Acceptance)
def check_acceptance(request: Call, thing: Acceptance, given: Reason) -> AcceptanceOut:
    """Note what the check found."""
    acceptance.check(request.user, thing, given.reason, channel="api")
    return acceptance_out(thing)


@SECTION.post(
    "/acceptances/{code}/accept", ACCEPT, Text("验收", "accept a report"), AcceptanceOut, of=Acceptance, scope="approve"
)
def accept_acceptance(request: Call, thing: Acceptance) -> AcceptanceOut:
    """Accept a checked report."""
    acceptance.accept(request.user, thing, channel="api")
    return acceptance_out(thing)


@SECTION.get("/claims", INSIDE, Text("列出可见的追回", "list the clawbacks that I see"), Paged[ClaimOut])
def claims(request: Call, asked: Query[Asked]) -> Paged[ClaimOut]:
    """List clawbacks, the newest first."""
    return paged(Claim.objects.visible_to(request.user).select_related("award"), asked, "-id", claim_out)


@SECTION.post(
    "/claims/{code}/settle", SETTLE, Text("批准追回", "approve a clawback"), ClaimOut, of=Claim, scope="approve"
)
def settle_claim(request: Call, thing: Claim) -> ClaimOut:
    """Approve a clawback and book it."""
    clawback.settle(request.user, thing, channel="api")
    return claim_out(thing)


@SECTION.post("/awards/{code}/pay", PAY, Text("登记拨付", "book a payment"), EntryOut, of=Award)
def pay_award(request: Call, thing: Award, given: PaymentIn) -> EntryOut:
    """Pay an instalment, or a part of it."""
    made = payments.pay(
        request.user, thing, given.side, given.article, given.instalment, given.amount,
        day=given.day, document=given.document[:200], channel="api",
    )  # fmt: skip
    return entry_out(made)
