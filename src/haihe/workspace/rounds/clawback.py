"""Asking support back: what the round's rule says after an acceptance, or what is decided with a reason; four eyes."""

import secrets
from fractions import Fraction

from django.db import transaction
from django.utils import timezone

from haihe.messages import HaiheError, Text
from haihe.rules.money import exactly, said_money
from haihe.workspace.audit.chain import Channel, store
from haihe.workspace.rounds import ledger
from haihe.workspace.rounds.acceptance import follow_of
from haihe.workspace.rounds.actions import CLAIM, SETTLE
from haihe.workspace.rounds.ledger import CITY, CLAIMED, DISTRICT, SIDES, Posting
from haihe.workspace.rounds.ledger_models import WHOLE, Acceptance, Claim, Entry
from haihe.workspace.rounds.models import Award
from haihe.workspace.rounds.payments import ledger_of, locked, post
from haihe.workspace.units.approval import APPROVED
from haihe.workspace.units.models import Person


def last_accepted(award: Award) -> Acceptance | None:
    """Give the last accepted report of an award."""
    found: Acceptance | None = (
        Acceptance.objects.filter(award=award, state=APPROVED).order_by("-year", "stage", "-pk").first()
    )
    return found


def due(award: Award) -> dict[str, int]:
    """Give what the round's rule asks back now, by side in fen; 0 where nothing was accepted yet."""
    made, follow = last_accepted(award), follow_of(award.round)
    if made is None or not made.attained:
        return dict.fromkeys(SIDES, 0)
    return ledger.clawback(ledger_of(award), Fraction(made.attained), follow.least_part, follow.way == WHOLE)


def grounds(award: Award) -> Text:
    """Say why the rule asks back: what was reached, what was wanted, and the rule."""
    made, follow = last_accepted(award), follow_of(award.round)
    reached = Fraction(made.attained) if made is not None and made.attained else None
    part = "—" if reached is None else exactly(round(reached * 100, 2), 2)
    words = Text(
        "绩效目标完成 {part}%，低于 {least}%；按“{way}”",
        "{part} % of the targets was reached, less than {least} %; rule: {way}",
    ).format(part=part, least=exactly(follow.least_part * 100, 2), way=follow.way_name)
    if not follow.document:
        return words
    return Text(f"{words.zh}（{follow.document}）", f"{words.en} ({follow.document})")


def by_rule(person: Person, award: Award, channel: Channel = "web") -> Claim:
    """Prepare what the rule asks back; ``E-RND-60`` where it asks nothing."""
    amounts = due(award)
    if not any(amounts.values()):
        raise HaiheError("E-RND-60", value=award.code)
    return _prepared(person, award, amounts[CITY], amounts[DISTRICT], grounds(award).zh, True, channel)


def by_decision(person: Person, award: Award, city: int, district: int, reason: str, channel: Channel = "web") -> Claim:
    """Prepare what is decided, with a reason (``E-WEB-26`` without one; ``E-RND-40``, ``E-RND-48`` as the ledger says)."""
    if not reason.strip():
        raise HaiheError("E-WEB-26", value=award.code)
    if not city and not district:
        raise HaiheError("E-RND-40", column="city", value="0")
    return _prepared(person, award, city, district, reason.strip(), False, channel)


@transaction.atomic
def _prepared(
    person: Person, award: Award, city: int, district: int, reason: str, by_rule: bool, channel: Channel
) -> Claim:
    claim = Claim(
        code=f"c{timezone.localdate():%Y%m%d}-{secrets.token_hex(4)}",
        unit=award.round.unit,
        award=award,
        by_rule=by_rule,
        city=city,
        district=district,
        reason=reason,
        created_by=person.username,
    )
    _fits(claim)
    store(person.actor(CLAIM, channel), "create", claim)
    claim.submit(person, channel=channel)
    return claim


def _fits(claim: Claim) -> None:
    """Raise what the ledger refuses of a claim as it stands."""
    book = ledger_of(claim.award)
    for posting in postings(claim):
        book = book.book(posting)


def postings(claim: Claim) -> list[Posting]:
    """Give what a claim books, in the year of today."""
    year = timezone.localdate().year
    amounts = {CITY: claim.city, DISTRICT: claim.district}
    return [Posting(CLAIMED, side, amount, year) for side, amount in amounts.items() if amount]


@transaction.atomic
def settle(person: Person, claim: Claim, edition: int | None = None, channel: Channel = "web") -> list[Entry]:
    """Approve a claim that somebody else prepared, and book it: from now on the firm owes it.

    Raises
    ------
    HaiheError
        ``E-WEB-22`` for who prepared it, ``E-WEB-20`` and ``E-WEB-21`` for a claim that moved on, ``E-RND-48`` where less stands
        paid by now.
    """
    award = locked(claim.award, None)
    claim.approve(person, edition, channel)
    return [
        post(person, award, posting, action=SETTLE, document=claim.code, note=claim.reason, channel=channel)
        for posting in postings(claim)
    ]


def drop(person: Person, claim: Claim, reason: str, edition: int | None = None, channel: Channel = "web") -> None:
    """Turn a claim down, with a reason: nothing is booked."""
    claim.send_back(person, reason, edition, channel)


def said(amounts: dict[str, int]) -> Text:
    """Give amounts by side in words."""
    city, district = said_money(amounts[CITY]), said_money(amounts[DISTRICT])
    return Text(f"市级 {city.zh}，区级 {district.zh}", f"city {city.en}, district {district.en}")
