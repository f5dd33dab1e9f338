"""Booking money of awards: commitments, instalments, matching, what is withheld, tails carried over, what comes back."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from haihe.messages import HaiheError, Text
from haihe.workspace.audit.chain import Actor, Channel, store, store_all
from haihe.workspace.rounds import ledger
from haihe.workspace.rounds.actions import CLAIM, PAY
from haihe.workspace.rounds.ledger import CARRIED, CITY, COMMITTED, PAID, RELEASED, RETURNED, SIDES, Ledger, Posting
from haihe.workspace.rounds.ledger_models import FINAL, Acceptance, Entry, Follow
from haihe.workspace.rounds.models import Award, Round
from haihe.workspace.units.approval import APPROVED
from haihe.workspace.units.models import Person, Unit

TO_FIRM = (PAID,)
BACK = (RETURNED,)


def terms_of(round_: Round) -> ledger.Terms:
    """Give the terms of payment of a round: the strict ones where none were set."""
    follow = Follow.objects.filter(round=round_).first()
    return follow.terms if follow is not None else ledger.STRICT


def ledger_of(award: Award) -> Ledger:
    """Give the ledger of an award as it stands."""
    postings = [entry.posting for entry in award.entries.all()]
    return Ledger.of(ledger.schedule(award.granted), postings, terms_of(award.round))


def accepted(award: Award) -> bool | None:
    """Whether the last final acceptance was passed; ``None`` where there is none."""
    made = Acceptance.objects.filter(award=award, stage=FINAL, state=APPROVED).order_by("-year", "-pk").first()
    return made.passed if made is not None else None


def payer_of(award: Award, side: str) -> Unit | None:
    """Give the unit that pays a side."""
    return award.round.paid_by if side == CITY else award.district


def finances(person: Person, award: Award) -> list[str]:
    """Give the sides for which a person handles the money of an award."""
    units = {side: payer_of(award, side) for side in SIDES}
    return [side for side, unit in units.items() if unit is not None and person.may(PAY, unit)]


def locked(award: Award, edition: int | None) -> Award:
    """Read the award under a lock; ``E-WEB-20`` where it is not the edition that was seen."""
    query: QuerySet[Award] = Award.objects.select_for_update(of=("self",))
    found = query.select_related("unit", "district", "round__unit", "application").get(pk=award.pk)
    if edition is not None and found.edition != edition:
        raise HaiheError("E-WEB-20", value=award.code, edition=found.edition, seen=edition)
    return found


def commit(actor: Actor, awards: Iterable[Award], day: date | None = None) -> list[Entry]:
    """Book what city and district commit by new awards, in the transaction that makes them."""
    made: list[Entry] = []
    terms: dict[int, ledger.Terms] = {}
    for award in awards:
        if award.round_id not in terms:
            terms[award.round_id] = terms_of(award.round)
        book, number = Ledger.of(ledger.schedule(award.granted), [], terms[award.round_id]), 0
        for side in SIDES:
            amount = sum(share.of(side) for share in book.shares)
            if amount:
                number += 1
                posting = Posting(COMMITTED, side, amount, award.round.year)
                book = book.book(posting)
                made.append(_entry(actor, award, posting, number, day))
    store_all("book", [(actor, each) for each in made])
    return made


@transaction.atomic
def post(
    person: Person,
    award: Award,
    posting: Posting,
    *,
    action: str = PAY,
    day: date | None = None,
    document: str = "",
    note: str = "",
    edition: int | None = None,
    channel: Channel = "web",
) -> Entry:
    """Book one posting under a lock, where the ledger allows it.

    Raises
    ------
    HaiheError
        As `ledger.Ledger.refusal`; ``E-WEB-20`` somebody else booked meanwhile.
    """
    award = locked(award, edition)
    ledger_of(award).book(posting, accepted(award))
    actor = person.actor(action, channel)
    store(actor, posting.kind, award, reason=note)
    entry = _entry(actor, award, posting, award.entries.count() + 1, day, document, note)
    store(actor, "book", entry)
    return entry


def _entry(
    actor: Actor,
    award: Award,
    posting: Posting,
    number: int,
    day: date | None = None,
    document: str = "",
    note: str = "",
) -> Entry:
    """Give the entry of a posting, not kept yet."""
    payer = payer_of(award, posting.side)
    return Entry(
        code=f"{award.code}-{number}",
        unit=award.unit,
        award=award,
        number=number,
        kind_of=posting.kind,
        side=posting.side,
        amount=posting.amount,
        day=day or timezone.localdate(),
        year=posting.year,
        article=posting.article,
        instalment=posting.instalment,
        giver=payer if posting.kind in TO_FIRM else award.unit if posting.kind in BACK else None,
        taker=award.unit if posting.kind in TO_FIRM else payer if posting.kind in BACK else None,
        document=document.strip(),
        note=note.strip(),
        created_by=actor.name,
    )


def pay(
    person: Person,
    award: Award,
    side: str,
    article: str,
    instalment: str,
    amount: int,
    *,
    day: date | None = None,
    document: str = "",
    edition: int | None = None,
    channel: Channel = "web",
) -> Entry:
    """Pay an instalment, or a part of it, out of the budget year of the day.

    Raises
    ------
    HaiheError
        ``E-RND-52`` the person does not handle this side's money, ``E-RND-53`` the person decided the award, and as `post`.
    """
    _handles(person, award, side)
    if person.username == award.decided_by:
        raise HaiheError("E-RND-53", value=award.code)
    year = (day or timezone.localdate()).year
    posting = Posting(PAID, side, amount, year, article, instalment)
    return post(person, award, posting, day=day, document=document, edition=edition, channel=channel)


def receive(
    person: Person,
    award: Award,
    side: str,
    amount: int,
    *,
    day: date | None = None,
    document: str = "",
    edition: int | None = None,
    channel: Channel = "web",
) -> Entry:
    """Book what the firm gave back; raises as `pay`."""
    _handles(person, award, side)
    posting = Posting(RETURNED, side, amount, (day or timezone.localdate()).year)
    return post(person, award, posting, day=day, document=document, edition=edition, channel=channel)


def release(
    person: Person,
    award: Award,
    side: str,
    article: str,
    instalment: str,
    amount: int,
    reason: str,
    *,
    year: int | None = None,
    edition: int | None = None,
    channel: Channel = "web",
) -> Entry:
    """Withhold what an instalment owes for good, with a reason (``E-WEB-26`` without one)."""
    if not reason.strip():
        raise HaiheError("E-WEB-26", value=award.code)
    posting = Posting(RELEASED, side, amount, year or timezone.localdate().year, article, instalment)
    return post(person, award, posting, action=CLAIM, note=reason, edition=edition, channel=channel)


@transaction.atomic
def carry(
    person: Person, award: Award, year: int, *, day: date | None = None, edition: int | None = None,
    channel: Channel = "web",
) -> list[Entry]:  # fmt: skip
    """Carry what a budget year still holds, of the sides that the person handles, to the next year.

    ``E-RND-52`` where the person handles none, ``E-RND-54`` where there is nothing.
    """
    sides = finances(person, award)
    if not sides:
        raise HaiheError("E-RND-52", value=award.round.paid_by.code)
    award = locked(award, edition)
    book = ledger_of(award)
    held = [(side, book.held(side, year)) for side in sides]
    made = [
        post(person, award, Posting(CARRIED, side, amount, year), day=day, channel=channel)
        for side, amount in held
        if amount > 0
    ]
    if not made:
        raise HaiheError("E-RND-54", value=award.code, year=year)
    return made


def carry_all(person: Person, round_: Round, year: int, *, day: date | None = None, channel: Channel = "web") -> int:
    """Carry over what a year holds of every award of a round; gives how many entries were booked."""
    made = 0
    for award in Award.objects.filter(round=round_).order_by("pk"):
        try:
            made += len(carry(person, award, year, day=day, channel=channel))
        except HaiheError as error:
            if error.findings[0].code != "E-RND-54":
                raise
    return made


def _handles(person: Person, award: Award, side: str) -> None:
    if side not in finances(person, award):
        unit = payer_of(award, side)
        raise HaiheError("E-RND-52", value=unit.code if unit is not None else "—")


def unbalanced(awards: Iterable[Award]) -> dict[str, list[Text]]:
    """Give the awards whose ledger does not balance, with what is wrong; empty unless the database was tampered with."""
    found = {award.code: ledger_of(award).faults() for award in awards}
    return {code: faults for code, faults in found.items() if faults}
