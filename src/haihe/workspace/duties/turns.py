"""Whose turn it is on a duty, since when; and what a list of duties shows of its reports."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone

from haihe.messages import Text
from haihe.workspace.duties import lights, periods
from haihe.workspace.duties.models import Duty
from haihe.workspace.duties.reports import ACCEPTED, Report
from haihe.workspace.units.approval import APPROVED, DRAFT, SUBMITTED

EDITOR, APPROVER, ISSUER = "editor", "approver", "issuer"
WHO = {
    EDITOR: Text("填报人员", "editor"),
    APPROVER: Text("审批人员", "approver"),
    ISSUER: Text("交办单位", "issuing office"),
}
_TURN_OF = {DRAFT: EDITOR, SUBMITTED: APPROVER, APPROVED: ISSUER}


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose turn it is: a key of `WHO`, the unit's name, and since when."""

    who: str
    unit: Text
    since: datetime

    @property
    def words(self) -> Text:
        """Whose turn it is, in words."""
        who = WHO[self.who]
        return Text(f"{self.unit.zh}{who.zh}", f"{who.en}, {self.unit.en}")


def reports_of(duty: Duty) -> list[Report]:
    """Give the reports of a duty, the newest period first: as they were fetched with the duty (`shown`), else read now."""
    if not hasattr(duty, "known"):
        return sorted(duty.reports.all(), key=lambda each: each.ends, reverse=True)
    return list(duty.known)


def share_of(duty: Duty) -> int | None:
    """Give the percent done by the last report that the unit approved."""
    return next((each.share for each in reports_of(duty) if each.state == APPROVED), None)


def light_of(duty: Duty, today: date | None = None) -> lights.Light:
    """Give the colour of a duty."""
    return lights.duty_light(duty.state, duty.due, share_of(duty), today or timezone.localdate())


def turn_of(duty: Duty, today: date | None = None) -> Turn | None:
    """Give whose turn it is; nobody's where nothing is asked for now.

    A report that was entered waits for its editor, approver or issuer. Otherwise it is the editor's turn where the last
    complete period has no report, or the duty is overdue and not complete; and the issuer's where it is complete.
    """
    today = today or timezone.localdate()
    if duty.state != lights.OPEN:
        return None
    reports = reports_of(duty)
    last = reports[0] if reports else None
    if last is not None and last.stage != ACCEPTED:
        who = _TURN_OF[last.stage]
        return Turn(who, (duty.issuer if who == ISSUER else duty.unit).name, last.since)
    if last is not None and last.share == lights.WHOLE:
        return Turn(ISSUER, duty.issuer.name, last.since)
    asked = asked_from(duty, last.ends if last is not None else None, today)
    return Turn(EDITOR, duty.unit.name, _morning(asked)) if asked is not None else None


def asked_from(duty: Duty, reported: date | None, today: date) -> date | None:
    """Give the day since which a report is asked for; nothing where none is."""
    begun = timezone.localtime(duty.created).date() if duty.created else today
    if duty.every:
        over = periods.last_day(periods.last_complete(duty.every, today))
        if over >= begun and (reported is None or reported < over):
            return over + timedelta(days=1)
    return duty.due + timedelta(days=1) if duty.due is not None and duty.due < today else None


def _morning(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def needing(duties: "QuerySet[Duty]", today: date) -> "QuerySet[Duty]":
    """Keep the open duties that are overdue, or on which it is somebody's turn."""
    there = Report.objects.filter(duty=OuterRef("pk"))
    waits: Any = Q(due__lt=today) | Exists(there.filter(accepted_at=None)) | Exists(there.filter(share=lights.WHOLE))
    for every in (periods.MONTH, periods.QUARTER):
        over = periods.last_day(periods.last_complete(every, today))
        waits |= Q(every=every, created__date__lte=over) & ~Exists(there.filter(ends__gte=over))
    return duties.filter(waits, state=lights.OPEN)


def shown(duties: "QuerySet[Duty]") -> "QuerySet[Duty]":
    """Fetch with duties what lists show of them."""
    return duties.select_related("unit", "issuer", "target", "document").prefetch_related(
        "helpers", Prefetch("reports", Report.objects.order_by("-ends"), to_attr="known")
    )


def late(duties: Iterable[Duty], today: date | None = None) -> list[Duty]:
    """Keep the overdue ones."""
    return [duty for duty in duties if duty.overdue(today)]
