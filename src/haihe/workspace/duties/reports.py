"""Reports from below on a duty or a target: entered, approved in the unit, accepted and locked by whoever set it."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from haihe.messages import HaiheError, Text
from haihe.workspace.duties import periods
from haihe.workspace.duties.actions import ACCEPT, READ
from haihe.workspace.duties.lights import plain
from haihe.workspace.duties.models import FIGURE, PERCENT, Duty, Target
from haihe.workspace.units.approval import APPROVED, DRAFT, STATES, SUBMITTED, Approved
from haihe.workspace.units.models import Person, Seen, Unit

ACCEPTED = "accepted"
STAGES = {
    DRAFT: Text("草稿", "draft"),
    SUBMITTED: STATES[SUBMITTED],
    APPROVED: Text("本单位已审批，待接收", "approved there, to be accepted"),
    ACCEPTED: Text("已接收，锁定", "accepted and locked"),
}
STAGE_CONDITIONS = {
    DRAFT: Q(state=DRAFT),
    SUBMITTED: Q(state=SUBMITTED),
    APPROVED: Q(state=APPROVED, accepted_at=None),
    ACCEPTED: Q(state=APPROVED, accepted_at__isnull=False),
}
STAGE_MARKS = {DRAFT: "wait", SUBMITTED: "warn", APPROVED: "warn", ACCEPTED: "good"}


class Report(Approved):
    """Progress in one period: percent done of a duty, or the figure of a target; words; papers are attached to it."""

    read_by = READ
    parties = ("unit", "duty__issuer", "target__issuer", "duty__helpers")
    content: ClassVar = ("unit_id", "duty_id", "target_id", "period", "share", "value", "words")
    """What never changes while it is approved."""

    duty = models.ForeignKey(Duty, null=True, blank=True, on_delete=models.PROTECT, related_name="reports")
    target = models.ForeignKey(Target, null=True, blank=True, on_delete=models.PROTECT, related_name="reports")
    period = models.CharField(max_length=8)
    ends = models.DateField(editable=False)
    share = models.PositiveSmallIntegerField(null=True, blank=True, validators=PERCENT)
    value = models.DecimalField(**FIGURE, null=True, blank=True)
    words = models.TextField(blank=True)
    entered_by = models.JSONField(default=list)
    since = models.DateTimeField(default=timezone.now)
    accepted_by = models.CharField(max_length=150, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Newest period first; one report a period, on a duty or on a target."""

        ordering: ClassVar = ["-ends", "code"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["duty", "period"], name="one_report_of_a_duty"),
            models.UniqueConstraint(fields=["target", "period"], name="one_report_of_a_target"),
            models.CheckConstraint(condition=Q(duty=None) ^ Q(target=None), name="of_a_duty_or_a_target"),
        ]

    @classmethod
    def narrowed(cls, query: Seen, person: Person, units: "models.QuerySet[Unit]") -> Seen:
        """What was not approved in its unit is seen there alone."""
        del units
        own = [post.unit_id for post in person.held()]
        return query.filter(Q(unit__in=own) | Q(state=APPROVED))

    def save(self, *args: Any, **more: Any) -> None:
        """Save; ``E-DUT-03`` where what is approved would change."""
        self.ends = periods.last_day(self.period)
        if self.pk is not None:
            stored = Report.objects.filter(pk=self.pk, state=APPROVED).values_list(*self.content).first()
            if stored is not None and stored != tuple(getattr(self, name) for name in self.content):
                raise HaiheError("E-DUT-03", value=self.code)
        super().save(*args, **more)

    def get_absolute_url(self) -> str:
        """Give its page."""
        return reverse("duties:report", args=[self.code])

    @property
    def item(self) -> Duty | Target:
        """What it is on."""
        item = self.duty or self.target
        assert item is not None
        return item

    @property
    def name(self) -> Text:
        """What it is called."""
        said = periods.words(self.period)
        return Text(f"{self.item.name.zh}：{said.zh}", f"{self.item.name.en}: {said.en}")

    def deciders(self, action: str) -> Iterable[Unit]:
        """Whoever set the duty or target accepts and returns; all else is done where the report is made."""
        return (self.item.issuer,) if action == ACCEPT else (self.unit,)

    def made_by(self) -> set[str]:
        """Everybody who entered something may not approve it."""
        return super().made_by() | set(self.entered_by)

    @property
    def stage(self) -> str:
        """How far it has come."""
        return ACCEPTED if self.state == APPROVED and self.accepted_at is not None else self.state

    @property
    def stage_name(self) -> Text:
        """How far it has come, in words."""
        return STAGES[self.stage]

    @property
    def stage_mark(self) -> str:
        """How far it has come, as a mark."""
        return STAGE_MARKS[self.stage]

    @property
    def figure(self) -> str:
        """The value without superfluous zeros; "" without one."""
        return "" if self.value is None else plain(self.value)

    @property
    def period_name(self) -> Text:
        """The period in words."""
        return periods.words(self.period)
