"""Changes of plan documents and targets, each on the record."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from haihe.messages import HaiheError
from haihe.workspace.audit.chain import Channel, store
from haihe.workspace.duties.actions import KEEP
from haihe.workspace.duties.models import Duty, PlanDocument, Target
from haihe.workspace.units import codes
from haihe.workspace.units.models import Owned, Person, Unit

SLACK = Decimal("0.05")
"""What may be missing for yellow where nobody says: this part of the target."""
RESERVED = frozenset({"matrix", "overdue", "changes", "documents", "targets", "reports"})
"""Words that addresses use in the place of a duty's code."""


def free(code: str, kind: type[Owned]) -> str:
    """Give a new code back; ``E-DUT-09`` where it is taken, ``E-WEB-31`` where it is none."""
    reserved = kind is Duty and code.lower() in RESERVED
    if reserved or kind.objects.filter(code=codes.checked(code)).exists():
        raise HaiheError("E-DUT-09", column="code", value=code)
    return code


def may_in(person: Person, action: str, unit: Unit) -> None:
    """Raise ``E-DUT-08`` where a person may not do something in the name of a unit."""
    if not person.may(action, unit):
        raise HaiheError("E-DUT-08", column="unit", value=unit.code)


def new_document(
    person: Person, unit: Unit, code: str, fields: Mapping[str, Any], channel: Channel = "web"
) -> PlanDocument:
    """Make a plan document in a unit's name."""
    may_in(person, KEEP, unit)
    _published(fields)
    document = PlanDocument(code=free(code, PlanDocument), unit=unit, created_by=person.username, **fields)
    store(person.actor(KEEP, channel), "create", document)
    return document


def new_target(
    person: Person, issuer: Unit, unit: Unit, code: str, fields: Mapping[str, Any], channel: Channel = "web"
) -> Target:
    """Set a target, on which a unit reports; without ``slack`` yellow reaches to `SLACK` of the value."""
    may_in(person, KEEP, issuer)
    _of_the_issuer(fields, issuer)
    said = dict(fields)
    if said.get("slack") is None:
        said["slack"] = (abs(said["value"]) * SLACK).quantize(Decimal("0.000001"))
    target = Target(code=free(code, Target), unit=unit, issuer=issuer, created_by=person.username, **said)
    store(person.actor(KEEP, channel), "create", target)
    return target


def change(
    person: Person,
    thing: PlanDocument | Target,
    fields: Mapping[str, Any],
    edition: int | None = None,
    channel: Channel = "web",
) -> None:
    """Change a document or a target."""
    issuer = thing.issuer if isinstance(thing, Target) else thing.unit
    _of_the_issuer(fields, issuer)
    _published(fields)
    for name, value in fields.items():
        setattr(thing, name, value)
    store(person.actor(KEEP, channel), "edit", thing, edition=edition)


def _published(fields: Mapping[str, Any]) -> None:
    """Refuse a link that is no address of the web (``E-DUT-11``): a page shows it to be followed."""
    link = fields.get("link")
    if link:
        try:
            URLValidator(schemes=("http", "https"))(link)
        except ValidationError as error:
            raise HaiheError("E-DUT-11", column="link", value=str(link)[:100]) from error


def _of_the_issuer(fields: Mapping[str, Any], issuer: Unit) -> None:
    """Refuse to put something into the document of another office."""
    document: PlanDocument | None = fields.get("document")
    if document is not None and document.unit_id != issuer.pk:
        raise HaiheError("E-DUT-08", column="document", value=issuer.code)


def branches(document: PlanDocument, person: Person) -> tuple[list[tuple[Target, list[Duty]]], list[Duty]]:
    """Give the tree of a document that a person sees: its targets with the duties that serve them, and the other duties.

    Duties carry ``below``: the duties that stand under them.
    """
    seen = Duty.objects.visible_to(person).filter(document=document).select_related("unit", "issuer")
    duties = list(seen.prefetch_related("reports"))
    by_code = {duty.pk: duty for duty in duties}
    for duty in duties:
        duty.below = []
    for duty in duties:
        if duty.parent_id in by_code:
            by_code[duty.parent_id].below.append(duty)
    tops = [duty for duty in duties if duty.parent_id not in by_code]
    targets = list(Target.objects.visible_to(person).filter(document=document).select_related("unit", "issuer"))
    served = {target.pk: [duty for duty in tops if duty.target_id == target.pk] for target in targets}
    rest = [duty for duty in tops if duty.target_id not in served]
    return [(target, served[target.pk]) for target in targets], rest
