"""What follows an award: the ledger, performance targets, reports on them, clawbacks. Money in fen."""

from datetime import date
from decimal import Decimal
from typing import Literal

from ninja import Query
from pydantic import BaseModel, ConfigDict, Field

from haihe.messages import Text
from haihe.workspace.api.calls import Call
from haihe.workspace.api.operations import Section
from haihe.workspace.api.paging import Asked, Paged, paged
from haihe.workspace.api.sections.said import Figure, LongWords, Name, Reason, named, step
from haihe.workspace.rounds import acceptance, clawback, payments
from haihe.workspace.rounds.actions import ACCEPT, APPLY, CHECK, CLAIM, INSIDE, KEEP, PAY, READ, SETTLE
from haihe.workspace.rounds.ledger_models import Acceptance, Claim, Entry, Follow, Goal
from haihe.workspace.rounds.models import Award, Round

SECTION = Section("ledger", Text("资金台账与绩效", "Ledger and performance"))


class LedgerEntryOut(BaseModel):
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


class ReturnIn(BaseModel):
    """What a firm gave back; amount in fen."""

    model_config = ConfigDict(extra="forbid")

    side: Literal["city", "district"]
    amount: int = Field(gt=0, le=2**62)
    day: date
    document: LongWords = ""


class ReleaseIn(BaseModel):
    """What of an instalment is withheld for good; amount in fen."""

    model_config = ConfigDict(extra="forbid")

    side: Literal["city", "district"]
    article: LongWords
    instalment: LongWords = ""
    amount: int = Field(gt=0, le=2**62)
    reason: LongWords


class YearIn(BaseModel):
    """A budget year."""

    model_config = ConfigDict(extra="forbid")

    year: int = Field(ge=1990, le=2100)


class ClaimIn(BaseModel):
    """What is asked back by decision, in fen, and why."""

    model_config = ConfigDict(extra="forbid")

    city: int = Field(0, ge=0, le=2**62)
    district: int = Field(0, ge=0, le=2**62)
    reason: LongWords


class TermsIn(BaseModel):
    """How the awards of a round are paid and followed; ``least`` in percent of the targets."""

    model_config = ConfigDict(extra="forbid")

    document: str = Field("", max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")
    expenditure: str = Field("", max_length=40, pattern=r"^[^\x00-\x1f\x7f]*$")
    in_step: bool = True
    tail_after_acceptance: bool = True
    least: Figure = "100"
    way: Literal["proportional", "whole"] = "proportional"


class TermsOut(BaseModel):
    """How the awards of a round are paid and followed."""

    round: str
    document: str
    expenditure: str
    in_step: bool
    tail_after_acceptance: bool
    least: Decimal
    way: str


class EntriesOut(BaseModel):
    """Entries that were booked."""

    items: list[LedgerEntryOut]


def entry_out(each: Entry) -> LedgerEntryOut:
    """Give what is said of an entry."""
    return LedgerEntryOut(
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


@SECTION.get("/ledger", READ, Text("列出可见的台账记录", "list the entries that I see"), Paged[LedgerEntryOut])
def ledger_entries(request: Call, asked: Query[Asked]) -> Paged[LedgerEntryOut]:
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


@SECTION.post("/awards/{code}/pay", PAY, Text("登记拨付", "book a payment"), LedgerEntryOut, of=Award, scope="approve")
def pay_award(request: Call, thing: Award, given: PaymentIn) -> LedgerEntryOut:
    """Pay an instalment, or a part of it."""
    made = payments.pay(
        request.user, thing, given.side, given.article, given.instalment, given.amount,
        day=given.day, document=given.document[:200], channel="api",
    )  # fmt: skip
    return entry_out(made)


@SECTION.post("/awards/{code}/receive", PAY, Text("登记退回资金", "book a return"), LedgerEntryOut, of=Award)
def receive_award(request: Call, thing: Award, given: ReturnIn) -> LedgerEntryOut:
    """Book what the firm gave back."""
    made = payments.receive(
        request.user, thing, given.side, given.amount, day=given.day, document=given.document, channel="api"
    )
    return entry_out(made)


@SECTION.post(
    "/awards/{code}/release",
    CLAIM,
    Text("核减不再拨付", "withhold for good"),
    LedgerEntryOut,
    of=Award,
    scope="approve",
)
def release_award(request: Call, thing: Award, given: ReleaseIn) -> LedgerEntryOut:
    """Withhold what an instalment owes, with a reason."""
    where = (given.side, given.article, given.instalment)
    return entry_out(payments.release(request.user, thing, *where, given.amount, given.reason, channel="api"))


@SECTION.post("/awards/{code}/carry", PAY, Text("尾款结转下年", "carry the tail over"), EntriesOut, of=Award)
def carry_award(request: Call, thing: Award, given: YearIn) -> EntriesOut:
    """Carry what a budget year still holds, of the sides that the caller handles, to the next year."""
    made = payments.carry(request.user, thing, given.year, channel="api")
    return EntriesOut(items=[entry_out(each) for each in made])


@SECTION.post("/awards/{code}/claim", CLAIM, Text("按决定追回", "ask back by decision"), ClaimOut, of=Award)
def claim_award(request: Call, thing: Award, given: ClaimIn) -> ClaimOut:
    """Prepare what is decided to be asked back; somebody else approves it."""
    made = clawback.by_decision(request.user, thing, given.city, given.district, given.reason, channel="api")
    return claim_out(made)


@SECTION.post("/awards/{code}/claim-by-rule", CLAIM, Text("按规定追回", "ask back by rule"), ClaimOut, of=Award)
def claim_award_by_rule(request: Call, thing: Award) -> ClaimOut:
    """Prepare what the rule asks back; somebody else approves it."""
    return claim_out(clawback.by_rule(request.user, thing, channel="api"))


@SECTION.post("/rounds/{code}/terms", KEEP, Text("设定拨付与追回办法", "set the terms of payment"), TermsOut, of=Round)
def set_round_terms(request: Call, thing: Round, given: TermsIn) -> TermsOut:
    """Say how the awards of a round are paid and followed. Performance targets come in by uploads to ``performance``."""
    said = given.model_dump() | {"least": Decimal(given.least)}
    return terms_out(acceptance.set_terms(request.user, thing, said, channel="api"))


def terms_out(follow: Follow) -> TermsOut:
    """Give what is said of the terms."""
    return TermsOut(
        round=follow.round.code, document=follow.document, expenditure=follow.expenditure, in_step=follow.in_step,
        tail_after_acceptance=follow.tail_after_acceptance, least=follow.least, way=follow.way,
    )  # fmt: skip


step(SECTION, "submit_acceptance", "/acceptances/{code}/submit", APPLY, Text("提交验收材料", "hand a report in"), AcceptanceOut,
     Acceptance, acceptance.submit, acceptance_out)  # fmt: skip
step(SECTION, "return_acceptance", "/acceptances/{code}/return", CHECK, Text("退回验收材料", "send a report back to the firm"),
     AcceptanceOut, Acceptance, acceptance.send_back, acceptance_out, reason=True)  # fmt: skip
step(SECTION, "reopen_acceptance", "/acceptances/{code}/reopen", ACCEPT, Text("撤销验收", "un-accept a report"), AcceptanceOut,
     Acceptance, acceptance.reopen, acceptance_out, reason=True, scope="approve")  # fmt: skip
step(SECTION, "drop_claim", "/claims/{code}/drop", SETTLE, Text("退回追回事项", "turn a clawback down"), ClaimOut, Claim,
     clawback.drop, claim_out, reason=True, scope="approve")  # fmt: skip
