"""Making and changing settlement ledgers while they are drafts: names, members, firms, the study they rest on."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from haihe.messages import HaiheError
from haihe.workspace.audit.chain import Channel, record, store
from haihe.workspace.neighbours import agreeing, settling
from haihe.workspace.neighbours.actions import KEEP
from haihe.workspace.neighbours.ledger_models import AFTER, BEFORE, MOVED, SHARE, Ledger, MovedFirm
from haihe.workspace.studies import asking
from haihe.workspace.studies.models import Study
from haihe.workspace.units.approval import DRAFT
from haihe.workspace.units.models import Person, Unit

FIRM = ("name_zh", "name_en", "moved", "led_by", "fits_layout", "listed_by_origin", "listed_by_destination",
        "registered", "producing", *BEFORE, *AFTER)  # fmt: skip
"""Fields of a firm beside its places."""


def new(
    person: Person,
    unit: Unit,
    others: Sequence[Unit],
    fields: Mapping[str, Any],
    study: Study | None = None,
    channel: Channel = "web",
) -> Ledger:
    """Begin a ledger: of moved firms, or from a finished share study; raises as `settling.payments_of` does.

    Parameters
    ----------
    person, unit : Person and Unit
        Who begins it, and for which member.
    others : sequence of Unit
        Other members that it concerns.
    fields : mapping
        ``name_zh``, ``day`` and, where they are said, ``name_en``, ``what_if``, ``note``, ``quality``.
    study : Study, optional
        Where it rests on one; its split becomes the payments.
    """
    ledger = Ledger(
        code=agreeing.code_of("L"), unit=unit, study=study, basis=MOVED if study is None else SHARE, **fields
    )
    if study is not None and study.done and asking_is_illustrative(study):
        ledger.quality = "illustrative"
    with transaction.atomic():
        ledger.terms = settling.terms_of(ledger)
        agreeing.begin(person, ledger, list(others), channel)
        if study is not None:
            _settle(person, ledger, channel)
    return ledger


def asking_is_illustrative(study: Study) -> bool:
    """Whether a study rests on illustrative data."""
    return bool(asking.kept_of(study).illustrative)


def change(
    person: Person,
    ledger: Ledger,
    others: Sequence[Unit],
    fields: Mapping[str, Any],
    edition: int | None = None,
    channel: Channel = "web",
) -> None:
    """Change a draft, and settle it again; ``E-NBR-09`` where a firm's place is no member any more."""
    with transaction.atomic():
        agreeing.locked(ledger).must_be(DRAFT)
        for name, value in fields.items():
            setattr(ledger, name, value)
        agreeing.set_members(ledger, list(others))
        for firm in ledger.firms.select_related("origin", "destination"):
            _places(ledger, firm)
        _settle(person, ledger, channel, edition)


def put_firm(
    person: Person,
    ledger: Ledger,
    firm: MovedFirm | None,
    code: str,
    said: Mapping[str, Any],
    edition: int | None = None,
    channel: Channel = "web",
) -> MovedFirm:
    """Add a firm to a draft or change it, and settle again.

    Raises
    ------
    HaiheError
        ``E-NBR-09`` for a place that is no member of the ledger, ``E-NBR-10`` where both are one, ``E-NBR-21`` for a ledger
        that rests on a study.
    """
    with transaction.atomic():
        there = agreeing.locked(ledger)
        there.must_be(DRAFT)
        if there.basis != MOVED:
            raise HaiheError("E-NBR-21", value=ledger.name)
        each = firm or MovedFirm(code=code, unit=there.unit, ledger=there, created_by=person.username)
        for name, value in said.items():
            setattr(each, name, value)
        _places(there, each)
        store(person.actor(KEEP, channel), "create" if firm is None else "edit", each, edition=edition)
        _settle(person, there, channel)
        ledger.edition, ledger.terms, ledger.payments = there.edition, there.terms, there.payments
    return each


def take_out(person: Person, firm: MovedFirm, channel: Channel = "web", reason: str = "") -> None:
    """Take a firm out of a draft, and settle again."""
    with transaction.atomic():
        ledger = agreeing.locked(firm.ledger)
        ledger.must_be(DRAFT)
        actor = person.actor(KEEP, channel, firm.unit)
        record(actor, "delete", firm.kind(), firm.code, before=firm.snapshot(), reason=reason)
        firm.delete()
        _settle(person, ledger, channel)


def renew(person: Person, ledger: Ledger, channel: Channel = "web") -> Ledger:
    """Begin the next version of an agreed ledger, with its firms, prepared by the person's member."""
    with transaction.atomic():
        unit = agreeing.may_renew(person, agreeing.locked(ledger))
        fresh = Ledger(code=agreeing.code_of("L"), unit=unit, basis=ledger.basis, day=ledger.day,
                       what_if=ledger.what_if, study=ledger.study)  # fmt: skip
        fresh.terms = settling.terms_of(fresh)
        agreeing.next_of(person, ledger, fresh, unit, channel)
        for at, firm in enumerate(ledger.firms.select_related("origin", "destination"), 1):
            said = {name: getattr(firm, name) for name in FIRM}
            said |= {"origin": firm.origin, "destination": firm.destination}
            made = MovedFirm(code=f"{fresh.code}-{at}", unit=unit, ledger=fresh, created_by=person.username, **said)
            store(person.actor(KEEP, channel, unit), "create", made)
        _settle(person, fresh, channel)
    return fresh


def firm_code(ledger: Ledger) -> str:
    """Give a free code for a firm of a ledger."""
    taken = set(ledger.firms.values_list("code", flat=True))
    return next(code for at in range(1, len(taken) + 2) if (code := f"{ledger.code}-{at}") not in taken)


def _places(ledger: Ledger, firm: MovedFirm) -> None:
    among = {unit.pk for unit in ledger.concerned()}
    for name in ("origin", "destination"):
        if getattr(firm, name).pk not in among:
            raise HaiheError("E-NBR-09", column=name, value=getattr(firm, name).name)
    if firm.origin_id == firm.destination_id:
        raise HaiheError("E-NBR-10", column="destination", value=firm.destination.name)


def _settle(person: Person, ledger: Ledger, channel: Channel, edition: int | None = None) -> None:
    """Compute the payments and store them with the ledger."""
    ledger.terms = settling.terms_of(ledger)
    ledger.payments = settling.payments_of(ledger)
    store(person.actor(KEEP, channel, ledger.unit), "edit", ledger, edition=edition)
