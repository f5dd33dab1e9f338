"""Pages of the money of awards: the part of an award's page, paying, withholding, carrying over, returns, clawbacks."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from haihe.messages import Text
from haihe.rules.money import said_money
from haihe.workspace.frame.access import Request, act, acts_on, form, page
from haihe.workspace.frame.forms import edition_of
from haihe.workspace.frame.layout import tell
from haihe.workspace.frame.lists import Choice, Column, Listing
from haihe.workspace.frame.names import Called
from haihe.workspace.papers import services as papers
from haihe.workspace.rounds import clawback, payments
from haihe.workspace.rounds.acceptance import follow_of, goals_of
from haihe.workspace.rounds.actions import APPLY, CLAIM, INSIDE, KEEP, MONEY, PAY, READ, SETTLE
from haihe.workspace.rounds.follow import SIDE, seen, wan
from haihe.workspace.rounds.forms import in_fen
from haihe.workspace.rounds.ledger import KINDS, PAID, RELEASED, SIDES
from haihe.workspace.rounds.ledger_forms import CarryForm, ClaimForm, ReceiveForm, ReleaseForm, ShareForm
from haihe.workspace.rounds.ledger_models import Acceptance, Claim, Entry, instalment_code
from haihe.workspace.rounds.models import Award
from haihe.workspace.rounds.rules import instalments_of
from haihe.workspace.units.approval import MARKS, STATES
from haihe.workspace.units.models import Person

LEDGER, CLAIMS = Text("资金台账", "Ledger"), Text("追回", "Clawbacks")
BY = {True: Text("按规定", "by rule"), False: Text("按决定", "by decision")}
KIND_CHOICES = tuple(
    {kind: Text(name.zh[2:], name.en) for (kind, side), name in KINDS.items() if side == "city"}.items()
)
ENTRIES = Listing(
    LEDGER,
    (
        Column(Text("日期", "day"), lambda e: e.day, "day"),
        Column(Text("项目", "project"), lambda e: e.award.application.title, "award__application__title",
               lambda e: e.get_absolute_url()),
        Column(Text("申报单位", "firm"), lambda e: e.unit.name, "unit__name_zh"),
        Column(Text("事项", "what"), lambda e: e.name, "kind_of"),
        Column(Text("分期", "instalment"), Called("instalments", "instalment_code"), "instalment"),
        Column(Text("金额", "amount"), lambda e: wan(e.amount), "amount", unit="万元"),
        Column(Text("预算年度", "budget year"), lambda e: str(e.year), "year"),
        Column(Text("付款方", "from"), lambda e: e.giver.name if e.giver else None, "giver__path"),
        Column(Text("收款方", "to"), lambda e: e.taker.name if e.taker else None, "taker__path"),
        Column(Text("凭证", "document"), lambda e: e.document or None),
    ),
    search=("award__application__title", "unit__name_zh", "document", "code"),
    choices=(
        Choice("side", Text("市区", "side"), tuple(SIDE.items())),
        Choice("kind", Text("事项", "what"), KIND_CHOICES, "kind_of"),
    ),
    empty=Text("台账还没有记录：立项后自动登记承诺。", "Nothing is booked yet: awarding books the commitments."),
    file="ledger",
    comes_in=Text("台账逐笔凭证登记，入账后不改不撤", "each entry is booked once with its voucher and never taken back"),
)  # fmt: skip
CLAIM_LIST = Listing(
    CLAIMS,
    (
        Column(Text("编号", "code"), lambda c: c.code, "code", lambda c: c.get_absolute_url()),
        Column(Text("项目", "project"), lambda c: c.award.application.title, "award__application__title"),
        Column(Text("方式", "how"), lambda c: BY[c.by_rule], "by_rule"),
        Column(Text("市级", "city"), lambda c: wan(c.city), "city", unit="万元"),
        Column(Text("区级", "district part"), lambda c: wan(c.district), "district", unit="万元"),
        Column(Text("状态", "state"), lambda c: c.state_name, "state", mark=lambda c: MARKS[c.state]),
        Column(Text("理由", "reason"), lambda c: c.reason),
    ),
    search=("code", "award__application__title", "reason"),
    choices=(Choice("state", Text("状态", "state"), tuple(STATES.items())),),
    empty=Text(
        "没有追回事项。验收未通过时，由规划人员在立项页面提出。",
        "Nothing is asked back. Where an acceptance failed, a planner begins it on the page of the award.",
    ),
    file="clawbacks",
    comes_in=Text(
        "追回由规则算出或逐项决定，须两人办理", "a clawback is computed or decided one by one, by two people"
    ),
)


def part(person: Person, award: Award) -> dict[str, Any]:
    """Give what ``rounds/award_ledger.html`` shows of an award."""
    book, sides = payments.ledger_of(award), payments.finances(person, award)
    claims = acts_on(person, award, CLAIM)
    inside = acts_on(person, award, MONEY)
    due = clawback.due(award)
    rows = [
        {
            "share": share,
            "instalment": instalment_code(award, share.article, share.instalment),
            "side": SIDE[side],
            "amount": said_money(share.of(side)),
            "paid": said_money(book.settled[PAID, side, share.key]),
            "released": said_money(book.settled[RELEASED, side, share.key]),
            "open": said_money(book.owed(share, side)),
        }
        for share in book.shares
        for side in SIDES
        if share.of(side)
    ]
    return {
        "rows": rows,
        "entries": [(each, said_money(each.amount)) for each in award.entries.select_related("giver", "taker")],
        "goals": goals_of(award),
        "acceptances": list(Acceptance.objects.visible_to(person).filter(award=award)),
        "claim_list": [
            (each, clawback.said({"city": each.city, "district": each.district}), person.username not in each.made_by())
            for each in Claim.objects.visible_to(person).filter(award=award)
        ],
        "follow": follow_of(award.round),
        "faults": book.faults(),
        "outstanding": said_money(book.outstanding()) if book.outstanding() else None,
        "due": clawback.said(due) if any(due.values()) and claims else None,
        "grounds": clawback.grounds(award) if any(due.values()) and claims else None,
        "pays": bool(sides) and bool(book.open()),
        "receives": bool(sides) and bool(book.outstanding()),
        "claims": claims,
        "settles": acts_on(person, award, SETTLE),
        "sets": acts_on(person, award, KEEP),
        "reports": acts_on(person, award, APPLY),
        "inside": inside,
        **papers.part(person, award),
    }


def way(award: Award, *more: tuple[Text, str]) -> list[tuple[Text, str]]:
    """Give where a page of an award stands."""
    return [(Text("立项", "Awards"), reverse("rounds:awards")), (award.name, award.get_absolute_url()), *more]


@page(READ)
def entries(request: Request) -> HttpResponse:
    """List the entries that the person sees."""
    query = (
        seen(request.user, Entry).select_related("giver", "taker", "unit", "award__application").order_by("-day", "-pk")
    )
    return ENTRIES.answer(request, query)


@page(INSIDE)
def claims(request: Request) -> HttpResponse:
    """List the clawbacks that the person sees."""
    return CLAIM_LIST.answer(request, seen(request.user, Claim))


@form(PAY, of=Award)
def pay(request: Request, thing: Award) -> HttpResponse:
    """Pay an instalment."""
    asked, book = ShareForm.of(request, thing), payments.ledger_of(thing)
    asked.offer(book, payments.finances(request.user, thing), instalments_of(thing.round))

    def service() -> None:
        side, article, instalment, amount = asked.chosen(book)
        said = asked.cleaned_data
        payments.pay(
            request.user, thing, side, article, instalment, amount,
            day=said["day"], document=said["document"], edition=asked.seen,
        )  # fmt: skip

    if asked.done(service):
        return _done(request, thing, Text("已登记拨付", "The payment is booked"))
    return _page(request, asked, thing, Text("登记拨付", "Book a payment"))


@form(CLAIM, of=Award)
def release(request: Request, thing: Award) -> HttpResponse:
    """Withhold what an instalment owes."""
    asked, book = ReleaseForm.of(request, thing), payments.ledger_of(thing)
    asked.offer(book, list(SIDES), instalments_of(thing.round))

    def service() -> None:
        side, article, instalment, amount = asked.chosen(book)
        payments.release(
            request.user, thing, side, article, instalment, amount, asked.cleaned_data["reason"], edition=asked.seen
        )

    if asked.done(service):
        return _done(request, thing, Text("已核减", "Withheld"))
    return _page(request, asked, thing, Text("核减不再拨付", "Withhold for good"))


@form(PAY, of=Award)
def receive(request: Request, thing: Award) -> HttpResponse:
    """Book what came back."""
    asked = ReceiveForm.of(request, thing, initial={"day": timezone.localdate()})

    def service() -> None:
        said = asked.cleaned_data
        amount = in_fen(said["amount"]) or 0
        payments.receive(
            request.user, thing, said["side"], amount, day=said["day"], document=said["document"], edition=asked.seen
        )

    if asked.done(service):
        return _done(request, thing, Text("已登记退回", "The return is booked"))
    return _page(request, asked, thing, Text("登记退回资金", "Book a return"))


@form(PAY, of=Award)
def carry(request: Request, thing: Award) -> HttpResponse:
    """Carry the rest of a budget year over."""
    asked = CarryForm.of(request, thing, initial={"year": thing.round.year})
    if asked.done(lambda: payments.carry(request.user, thing, asked.cleaned_data["year"], edition=asked.seen)):
        return _done(request, thing, Text("已结转下年", "Carried over"))
    return _page(request, asked, thing, Text("尾款结转下年", "Carry the tail over"))


@act(CLAIM, of=Award)
def claim_by_rule(request: Request, thing: Award) -> HttpResponse:
    """Prepare what the rule asks back."""
    clawback.by_rule(request.user, thing)
    return _done(request, thing, Text("已拟定追回，待他人批准", "Prepared; somebody else approves it"))


@form(CLAIM, of=Award)
def claim(request: Request, thing: Award) -> HttpResponse:
    """Prepare a clawback by decision."""
    asked = ClaimForm.of(request, thing, initial={"district": None})  # the award's own is a unit

    def service() -> None:
        said = asked.cleaned_data
        city, district = in_fen(said["city"]) or 0, in_fen(said["district"]) or 0
        clawback.by_decision(request.user, thing, city, district, said["reason"])

    if asked.done(service):
        return _done(request, thing, Text("已拟定追回，待他人批准", "Prepared; somebody else approves it"))
    return _page(request, asked, thing, Text("按决定追回", "Ask back by decision"))


@act(SETTLE, of=Claim)
def settle(request: Request, thing: Claim) -> HttpResponse:
    """Approve a clawback."""
    clawback.settle(request.user, thing, edition_of(request))
    return _done(request, thing.award, Text("已批准追回并入账", "Approved and booked"))


@act(SETTLE, of=Claim)
def drop(request: Request, thing: Claim) -> HttpResponse:
    """Turn a clawback down."""
    clawback.drop(request.user, thing, request.POST.get("reason", ""), edition_of(request))
    return _done(request, thing.award, Text("已退回，不入账", "Turned down; nothing is booked"))


def _done(request: Request, thing: Award, said: Text) -> HttpResponse:
    tell(request, said, "success")
    return redirect(thing.get_absolute_url())


def _page(request: Request, asked: Any, thing: Award, title: Text) -> HttpResponse:
    answer: HttpResponse = asked.page(
        request, title, back=thing.get_absolute_url(), button=title, trail=way(thing, (title, ""))
    )
    return answer
