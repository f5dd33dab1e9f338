"""Reports: entered, handed in, approved in the unit, accepted and locked; given back and un-approved with a reason."""

from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from haihe.messages import HaiheError
from haihe.workspace.audit.chain import Channel, store
from haihe.workspace.duties import lights, periods
from haihe.workspace.duties.actions import ACCEPT, REPORT
from haihe.workspace.duties.models import Duty, Target
from haihe.workspace.duties.reports import ACCEPTED, Report
from haihe.workspace.units.approval import APPROVED
from haihe.workspace.units.models import Person


def report(
    person: Person,
    item: Duty | Target,
    period: str,
    *,
    share: int | None = None,
    value: Decimal | None = None,
    words: str = "",
    edition: int | None = None,
    channel: Channel = "web",
) -> Report:
    """Enter what is reported on a duty or a target for a period; a draft of the same period is changed.

    Parameters
    ----------
    item : Duty or Target
        What is reported on.
    period : str
        ``2026-11``, ``2026-Q4`` or ``2026``.
    share : int, optional
        Percent done, for a duty.
    value : Decimal, optional
        The figure, for a target, in its unit of measure.

    Raises
    ------
    HaiheError
        ``E-DUT-08`` where the person does not report for the unit; ``E-DUT-01`` on a closed duty; ``E-DUT-02`` for a period
        that has not begun; ``E-DUT-06`` without a figure; ``E-WEB-21`` where the report was handed in already.
    """
    if not person.may(REPORT, item.unit):
        raise HaiheError("E-DUT-08", column="unit", value=item.unit.code)
    of_duty = isinstance(item, Duty)
    _still_open(item)
    periods.checked(period, timezone.localdate())
    _figure(share if of_duty else None, None if of_duty else value, of_duty=of_duty)
    about = {"duty": item} if isinstance(item, Duty) else {"target": item}
    with transaction.atomic():
        made = Report.objects.select_related("unit").filter(**about, period=period).first()
        verb = "edit" if made is not None else "create"
        if made is None:
            code = f"{'d' if of_duty else 't'}-{item.code}-{period}"
            made = Report(code=code, unit=item.unit, period=period, created_by=person.username, **about)
        made.edit_allowed()
        made.share, made.value, made.words = (share, None, words) if of_duty else (None, value, words)
        made.entered_by = sorted({*made.entered_by, person.username})
        store(person.actor(REPORT, channel), verb, made, edition=edition)
    return made


def submit(person: Person, made: Report, edition: int | None = None, channel: Channel = "web") -> None:
    """Hand a report in to the unit's approver."""
    _still_open(made.item)
    _figure(made.share, made.value, of_duty=made.duty_id is not None)
    made.since = timezone.now()
    made.submit(person, edition, channel)


def approve(person: Person, made: Report, edition: int | None = None, channel: Channel = "web") -> None:
    """Approve what somebody else of the unit handed in: issuer and helpers see it from now on."""
    made.since = timezone.now()
    made.approve(person, edition, channel)


def send_back(person: Person, made: Report, reason: str, edition: int | None = None, channel: Channel = "web") -> None:
    """Give a report back to the editor, with a reason."""
    made.since = timezone.now()
    made.send_back(person, reason, edition, channel)


def accept(person: Person, made: Report, edition: int | None = None, channel: Channel = "web") -> None:
    """Accept an approved report and lock it; ``E-WEB-22`` where the person entered or approved it."""
    _must_be(made, APPROVED)
    if person.username == made.approved_by or made.own_of(person):
        raise HaiheError("E-WEB-22", value=made.code)
    made.accepted_by, made.accepted_at, made.since = person.username, timezone.now(), timezone.now()
    store(person.actor(ACCEPT, channel), "accept", made, edition=edition)


def return_report(
    person: Person, made: Report, reason: str, edition: int | None = None, channel: Channel = "web"
) -> None:
    """Un-approve a report, accepted or not, as whoever set the duty: with a reason it is a draft again."""
    _must_be(made, APPROVED, ACCEPTED)
    _still_open(made.item)
    made.accepted_by, made.accepted_at, made.since = "", None, timezone.now()
    made.reopen(person, reason, edition, channel)


def reopen(person: Person, made: Report, reason: str, edition: int | None = None, channel: Channel = "web") -> None:
    """Un-approve in the unit what is not accepted yet, with a reason."""
    _must_be(made, APPROVED)
    made.since = timezone.now()
    made.reopen(person, reason, edition, channel)


def _still_open(item: Duty | Target) -> None:
    if isinstance(item, Duty):
        item.must_be_open()


def _figure(share: int | None, value: Decimal | None, *, of_duty: bool) -> None:
    if of_duty and (share is None or not 0 <= share <= lights.WHOLE):
        raise HaiheError("E-DUT-06", column="share")
    if not of_duty and (value is None or not value.is_finite()):
        raise HaiheError("E-DUT-06", column="value")


def _must_be(made: Report, *stages: str) -> None:
    if made.stage not in stages:
        raise HaiheError("E-DUT-04", value=made.code, state=made.stage_name)
