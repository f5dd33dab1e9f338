"""Members as equals: their pages, the shared project library, transfer lists, settlement ledgers, joint targets, consents."""

from datetime import date, datetime
from typing import Any

from ninja import Query
from pydantic import BaseModel

from haihe.messages import Text
from haihe.workspace.api.calls import Call
from haihe.workspace.api.operations import Section
from haihe.workspace.api.paging import Asked, Paged, paged
from haihe.workspace.api.sections.said import LongWords, Name, Shown, named, step
from haihe.workspace.intake.rows_target import one_named
from haihe.workspace.neighbours import agreeing, library
from haihe.workspace.neighbours.actions import CONSENT, INTEREST, OFFER, PROPOSE, READ, REFUSE
from haihe.workspace.neighbours.agreed_models import Agreed
from haihe.workspace.neighbours.models import (
    Consent,
    Interest,
    JointTarget,
    Ledger,
    Offer,
    Profile,
    TransferItem,
    TransferList,
)
from haihe.workspace.units.models import Unit

SECTION = Section("neighbours", Text("区域协同", "Between members"))


class MemberOut(BaseModel):
    """The page of a member; contacts by level."""

    code: str
    name: Name
    about: Name
    contacts: dict[str, dict[str, str]]
    quality: str
    edition: int


class AgreedOut(BaseModel):
    """What members agree on: ``draft``, ``proposed`` (put to them) or ``agreed`` (frozen); the hash of its content."""

    code: str
    name: Name
    unit: str
    members: list[str]
    state: str
    number: int
    supersedes: str | None
    sha256: str
    proposed: datetime | None
    agreed: datetime | None
    returned: str
    note: str
    quality: str
    edition: int


class PaymentOut(BaseModel):
    """A payment in whole fen; ``what_if`` where it is beyond today's rule."""

    year: int
    payer: str
    receiver: str
    fen: int
    firm: str
    what_if: bool


class LedgerOut(AgreedOut):
    """A settlement ledger: every year of its payments adds up to 0 over the members."""

    basis: str
    day: date
    what_if: bool
    study: str | None
    payments: list[PaymentOut]


class TransferItemOut(BaseModel):
    """An item of a transfer list: ``rank`` is industry, platform or project."""

    code: str
    rank: str
    name: Name
    giver: str
    taker: str
    place: str
    chain: str
    step: str
    due: date | None
    contact: str
    note: str


class TransferOut(AgreedOut):
    """A transfer list of two members."""

    items: list[TransferItemOut]


class JointOut(AgreedOut):
    """A joint target; ``shares`` gives the part of each member, figures as text."""

    counted_in: str
    year: int
    value: str
    sense: str
    slack: str
    adds: bool
    shares: dict[str, str]


class ConsentOut(BaseModel):
    """The consent of a member: ``draft`` (to be looked over), ``submitted`` (looked over), ``approved`` (consented)."""

    code: str
    name: Name
    unit: str
    kind: str
    about: str
    sha256: str
    state: str
    refused: bool
    returned: str
    submitted_by: str
    approved_by: str
    edition: int


class FactOut(BaseModel):
    """A fact of a shared project; without a value where it is masked."""

    title: Name
    value: Name | None
    masked: bool


class SharedOut(BaseModel):
    """A project in the shared library, as the caller sees it."""

    code: str
    name: Name
    unit: str
    wanted: str
    state: str
    facts: list[FactOut]
    edition: int


class InterestOut(BaseModel):
    """The interest of a member in a shared project."""

    code: str
    offer: str
    unit: str
    words: str
    state: str
    answer: str
    edition: int


class InterestIn(BaseModel):
    """For which member, and what is offered."""

    unit: Shown = ""
    words: LongWords = ""


def _common(thing: Agreed) -> dict[str, Any]:
    same = ("code", "state", "number", "sha256", "returned", "note", "quality", "edition")
    return {name: getattr(thing, name) for name in same} | {
        "name": named(thing.name),
        "unit": thing.unit.code,
        "members": [unit.code for unit in thing.members.all()],
        "supersedes": thing.supersedes.code if thing.supersedes else None,
        "proposed": thing.proposed_at,
        "agreed": thing.agreed_at,
    }


def ledger_out(thing: Ledger) -> LedgerOut:
    """Give what is said of a ledger."""
    payments = [PaymentOut(**each) for each in thing.payments]
    own: dict[str, Any] = {"basis": thing.basis, "day": thing.day, "what_if": thing.what_if}
    return LedgerOut(**_common(thing), **own, study=thing.study.code if thing.study else None, payments=payments)


def _item(item: TransferItem) -> TransferItemOut:
    same = ("code", "rank", "place", "chain", "step", "due", "contact", "note")
    said = {name: getattr(item, name) for name in same}
    return TransferItemOut(**said, name=named(item.name), giver=item.giver.code, taker=item.taker.code)


def transfer_out(thing: TransferList) -> TransferOut:
    """Give what is said of a transfer list."""
    items = [_item(item) for item in thing.items.all()]
    return TransferOut(**_common(thing), items=items)


def joint_out(thing: JointTarget) -> JointOut:
    """Give what is said of a joint target."""
    same = ("counted_in", "year", "sense", "adds", "shares")
    said = {name: getattr(thing, name) for name in same}
    return JointOut(**_common(thing), **said, value=str(thing.value), slack=str(thing.slack))


def consent_out(thing: Consent) -> ConsentOut:
    """Give what is said of a consent."""
    same = ("code", "about", "sha256", "state", "refused", "returned", "submitted_by", "approved_by", "edition")
    said = {name: getattr(thing, name) for name in same}
    return ConsentOut(**said, name=named(thing.name), unit=thing.unit.code, kind=thing.about_kind)


def interest_out(thing: Interest) -> InterestOut:
    """Give what is said of an interest."""
    said = {name: getattr(thing, name) for name in ("code", "words", "state", "answer", "edition")}
    return InterestOut(**said, offer=thing.offer.code, unit=thing.unit.code)


def _shared(thing: Offer, request: Call) -> SharedOut:
    facts = [
        FactOut(title=named(title), value=_value(value), masked=masked)
        for title, value, masked in library.shown(thing, request.user)
    ]
    said = {name: getattr(thing, name) for name in ("code", "wanted", "state", "edition")}
    return SharedOut(**said, name=named(thing.name), unit=thing.unit.code, facts=facts)


def _value(said: Text | str | None) -> Name | None:
    if said is None:
        return None
    return named(said) if isinstance(said, Text) else Name(zh=said, en=said)


@SECTION.get("/members", READ, Text("列出成员概况", "list the pages of members"), Paged[MemberOut])
def members(request: Call, asked: Query[Asked]) -> Paged[MemberOut]:
    """List the members in the order of their codes."""
    return paged(Profile.objects.visible_to(request.user).select_related("unit"), asked, "code", member_out)


@SECTION.get("/members/{code}", READ, Text("读取一个成员的概况", "read the page of a member"), MemberOut, of=Profile)
def member(thing: Profile) -> MemberOut:
    """Give the page of a member."""
    return member_out(thing)


def member_out(thing: Profile) -> MemberOut:
    """Give what is said of a member."""
    said = {name: getattr(thing, name) for name in ("code", "contacts", "quality", "edition")}
    return MemberOut(**said, name=named(thing.name), about=named(thing.about))


@SECTION.get("/ledgers", READ, Text("列出结算台账", "list settlement ledgers"), Paged[LedgerOut])
def settlement_ledgers(request: Call, asked: Query[Asked]) -> Paged[LedgerOut]:
    """List ledgers in the order of their codes."""
    seen = Ledger.objects.visible_to(request.user).select_related("unit", "study", "supersedes")
    return paged(seen.prefetch_related("members"), asked, "code", ledger_out)


@SECTION.get("/ledgers/{code}", READ, Text("读取一个结算台账", "read a settlement ledger"), LedgerOut, of=Ledger)
def settlement_ledger(thing: Ledger) -> LedgerOut:
    """Give a ledger. Its firms come in by uploads to ``moved-firms``."""
    return ledger_out(thing)


@SECTION.get("/transfer-lists", READ, Text("列出转移承接清单", "list transfer lists"), Paged[TransferOut])
def transfer_lists(request: Call, asked: Query[Asked]) -> Paged[TransferOut]:
    """List transfer lists in the order of their codes."""
    seen = TransferList.objects.visible_to(request.user).select_related("unit", "supersedes")
    return paged(seen.prefetch_related("members", "items__giver", "items__taker"), asked, "code", transfer_out)


@SECTION.get(
    "/transfer-lists/{code}", READ, Text("读取一个转移承接清单", "read a transfer list"), TransferOut, of=TransferList
)
def transfer_list(thing: TransferList) -> TransferOut:
    """Give a transfer list. Its items come in by uploads to ``transfer-items``."""
    return transfer_out(thing)


@SECTION.get("/joint-targets", READ, Text("列出共同目标", "list joint targets"), Paged[JointOut])
def joint_targets(request: Call, asked: Query[Asked]) -> Paged[JointOut]:
    """List joint targets in the order of their codes."""
    seen = JointTarget.objects.visible_to(request.user).select_related("unit", "supersedes")
    return paged(seen.prefetch_related("members"), asked, "code", joint_out)


@SECTION.get("/joint-targets/{code}", READ, Text("读取一个共同目标", "read a joint target"), JointOut, of=JointTarget)
def joint_target(thing: JointTarget) -> JointOut:
    """Give a joint target."""
    return joint_out(thing)


@SECTION.get(
    "/consents",
    READ,
    Text("列出征求本单位同意的事项", "list what my members were asked to consent to"),
    Paged[ConsentOut],
)
def consents(request: Call, asked: Query[Asked]) -> Paged[ConsentOut]:
    """List consents in the order of their codes."""
    return paged(Consent.objects.visible_to(request.user).select_related("unit"), asked, "code", consent_out)


@SECTION.get("/consents/{code}", READ, Text("读取一项同意", "read a consent"), ConsentOut, of=Consent)
def consent(thing: Consent) -> ConsentOut:
    """Give a consent."""
    return consent_out(thing)


@SECTION.get("/shared-projects", READ, Text("列出共享项目", "list shared projects"), Paged[SharedOut])
def shared_projects(request: Call, asked: Query[Asked]) -> Paged[SharedOut]:
    """List shared projects in the order of their codes, with the facts that the caller sees."""
    seen = Offer.objects.visible_to(request.user).select_related("unit", "project__unit")
    return paged(seen, asked, "code", lambda thing: _shared(thing, request))


@SECTION.get("/shared-projects/{code}", READ, Text("读取一个共享项目", "read a shared project"), SharedOut, of=Offer)
def shared_project(request: Call, thing: Offer) -> SharedOut:
    """Give a shared project, with the facts that the caller sees."""
    return _shared(thing, request)


@SECTION.post(
    "/shared-projects/{code}/withdraw", OFFER, Text("撤回共享项目", "withdraw a shared project"), SharedOut, of=Offer
)
def withdraw_shared_project(request: Call, thing: Offer) -> SharedOut:
    """Take a project out of the library."""
    library.withdraw(request.user, thing, channel="api")
    return _shared(thing, request)


@SECTION.post(
    "/shared-projects/{code}/interest",
    INTEREST,
    Text("表达对接意向", "say interest in a project"),
    InterestOut,
    of=Offer,
)
def say_interest(request: Call, thing: Offer, sent: InterestIn) -> InterestOut:
    """Say a member's interest in a shared project."""
    unit = one_named(sent.unit, Unit.objects.all(), "unit") or thing.unit
    return interest_out(library.say_interest(request.user, thing, unit, sent.words, "api"))


@SECTION.get("/interests", READ, Text("列出对接意向", "list interest in projects"), Paged[InterestOut])
def interests(request: Call, asked: Query[Asked]) -> Paged[InterestOut]:
    """List interest in the order of its codes."""
    return paged(Interest.objects.visible_to(request.user).select_related("unit", "offer"), asked, "code", interest_out)


for _kind, _path, _name, _out, _show, _zh, _en in (
    (Ledger, "ledgers", "settlement_ledger", LedgerOut, ledger_out, "结算台账", "a settlement ledger"),
    (TransferList, "transfer-lists", "transfer_list", TransferOut, transfer_out, "转移承接清单", "a transfer list"),
    (JointTarget, "joint-targets", "joint_target", JointOut, joint_out, "共同目标", "a joint target"),
):
    step(SECTION, f"propose_{_name}", f"/{_path}/{{code}}/propose", PROPOSE,
         Text(f"把{_zh}提请各方同意", f"put {_en} to the members"), _out, _kind, agreeing.propose, _show)  # fmt: skip
    step(SECTION, f"withdraw_{_name}", f"/{_path}/{{code}}/withdraw", PROPOSE,
         Text(f"收回{_zh}", f"take {_en} back from the members"), _out, _kind, agreeing.withdraw, _show)  # fmt: skip
step(SECTION, "support_consent", "/consents/{code}/support", PROPOSE, Text("初核通过", "say that it was looked over"),
     ConsentOut, Consent, agreeing.support, consent_out)  # fmt: skip
step(SECTION, "give_consent", "/consents/{code}/give", CONSENT, Text("代表本地区同意", "consent for a member"),
     ConsentOut, Consent, agreeing.give, consent_out, scope="approve")  # fmt: skip
step(SECTION, "refuse_consent", "/consents/{code}/refuse", REFUSE, Text("不同意并退回", "refuse, with a reason"),
     ConsentOut, Consent, agreeing.refuse, consent_out, reason=True, scope="approve")  # fmt: skip
step(SECTION, "accept_interest", "/interests/{code}/accept", OFFER, Text("同意对接", "accept an interest"),
     InterestOut, Interest, library.accept, interest_out)  # fmt: skip
step(SECTION, "decline_interest", "/interests/{code}/decline", OFFER, Text("不接受对接", "decline an interest"),
     InterestOut, Interest, library.decline, interest_out, reason=True)  # fmt: skip
step(SECTION, "withdraw_interest", "/interests/{code}/withdraw", INTEREST, Text("撤回意向", "take an interest back"),
     InterestOut, Interest, library.drop, interest_out)  # fmt: skip
