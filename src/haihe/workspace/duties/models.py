"""Plan documents, their targets and duties, and notes on duties."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from haihe.messages import QUALITY_NAMES, HaiheError, Text
from haihe.region.units import typed
from haihe.workspace.audit.models import Spoken
from haihe.workspace.duties import lights
from haihe.workspace.duties.actions import ASSIGN, KEEP, NOTE, READ, REPORT
from haihe.workspace.duties.periods import EVERY
from haihe.workspace.units.models import Named, Owned, Unit

SENSES = {lights.AT_LEAST: Text("不低于", "at least"), lights.AT_MOST: Text("不高于", "at most")}
STATES = {
    lights.OPEN: Text("办理中", "open"),
    lights.DONE: Text("已办结", "closed"),
    lights.DROPPED: Text("已终止", "dropped"),
}
FIGURE: dict[str, Any] = {"max_digits": 20, "decimal_places": 6}


class Sourced(models.Model):
    """Where something comes from, how good that is, and whether it was confirmed."""

    source = models.CharField(max_length=64, blank=True)
    quality = models.CharField(max_length=16, default="official")
    confirmed = models.BooleanField(default=True)
    note = models.TextField(blank=True)

    class Meta:
        """No table of its own."""

        abstract = True

    @property
    def quality_name(self) -> Text:
        """The quality in words; what nobody confirmed says so."""
        name = next((text for code, text in QUALITY_NAMES.items() if code == self.quality), Text("—", "—"))
        return name if self.confirmed else Text(f"{name.zh}，待确认", f"{name.en}, unconfirmed")


class PlanDocument(Owned, Named, Sourced):
    """A document that sets targets and duties: a plan, a decision, an action programme. Kept by the unit that issued it.

    ``kept`` holds what each upload changed, for undoing.
    """

    read_by = READ
    parties = ("unit", "targets__unit", "duties__unit", "duties__helpers")
    unrecorded = Owned.unrecorded | {"pinyin", "kept"}

    number = models.CharField(max_length=100, blank=True)
    issued = models.DateField(null=True, blank=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    link = models.URLField(max_length=500, blank=True)
    kept = models.JSONField(default=list)

    class Meta:
        """The newest first."""

        ordering: ClassVar = ["-issued", "code"]

    def get_absolute_url(self) -> str:
        """Give its page."""
        return reverse("duties:document", args=[self.code])

    def deciders(self, action: str) -> Iterable[Unit]:
        """Whoever owns a duty of it, or reports on a target of it, reports; all else is the issuer's."""
        if action != REPORT:
            return (self.unit,)
        owners, reporters = self.duties.values("unit"), self.targets.values("unit")
        return Unit.objects.filter(Q(pk__in=owners) | Q(pk__in=reporters))


class Target(Owned, Named, Sourced):
    """A figure to reach. ``unit`` reports on it, ``issuer`` set it; ``slack`` is what may be missing for yellow."""

    read_by = READ
    spoken: ClassVar[Spoken] = {"sense": SENSES}
    parties = ("unit", "issuer", "duties__unit", "duties__helpers")
    unrecorded = Owned.unrecorded | {"pinyin"}

    issuer = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    document = models.ForeignKey(PlanDocument, null=True, blank=True, on_delete=models.PROTECT, related_name="targets")
    indicator = models.CharField(max_length=100, blank=True)
    counted_in = models.CharField(max_length=40)
    measure = models.CharField(max_length=16, default="level")
    year = models.PositiveSmallIntegerField()
    value = models.DecimalField(**FIGURE)
    sense = models.CharField(max_length=16, default=lights.AT_LEAST)
    slack = models.DecimalField(**FIGURE, default=Decimal(0))
    base_year = models.PositiveSmallIntegerField(null=True, blank=True)
    base_value = models.DecimalField(**FIGURE, null=True, blank=True)
    region = models.CharField(max_length=64, blank=True)
    chain = models.CharField(max_length=64, blank=True)
    sectors = models.TextField(default="*", blank=True)
    binding = models.CharField(max_length=16, default="watch")
    """How a plan takes it: hard, soft, watch (column ``kind`` of the table ``targets``)."""
    penalty = models.DecimalField(**FIGURE, null=True, blank=True)

    class Meta:
        """By year."""

        ordering: ClassVar = ["year", "code"]

    def get_absolute_url(self) -> str:
        """Give its page."""
        return reverse("duties:target", args=[self.code])

    def deciders(self, action: str) -> Iterable[Unit]:
        """Whoever set it changes it; its unit reports."""
        return (self.issuer,) if action in (KEEP, ASSIGN) else (self.unit,)

    @property
    def base(self) -> tuple[int, Decimal] | None:
        """Base year and value, where both stand and figures are levels."""
        known = self.measure == "level" and self.base_year is not None and self.base_value is not None
        return (self.base_year, self.base_value) if known else None  # type: ignore[return-value]  # both stand

    @property
    def base_figure(self) -> str:
        """The base year's value without superfluous zeros; "" without one."""
        return "" if self.base_value is None else lights.plain(self.base_value)

    def light(self, actual: Decimal | None, day: date | None = None) -> lights.Light:
        """Give the colour for what was reached by a day; without a day, against the target itself."""
        due = self.value if day is None else lights.value_due(self.value, self.year, self.base, day)
        return lights.target_light(self.sense, due, self.slack, actual, self.counted_in)

    @property
    def words(self) -> Text:
        """What is to be reached, in words."""
        said = Text("{year} 年{how} {value} {unit}", "{how} {value} {unit} in {year}")
        unit = typed(self.counted_in)
        return said.format(year=self.year, how=SENSES[self.sense], value=lights.plain(self.value), unit=unit)


class Duty(Owned, Named, Sourced):
    """Something that a unit shall do by a day. ``unit`` owns it, ``issuer`` assigned it, ``helpers`` help.

    ``about_kind`` and ``about`` name what it comes from, such as a problem; ``every`` says how often it is reported on.
    """

    read_by = READ
    spoken: ClassVar[Spoken] = {"state": STATES, "every": EVERY}
    parties = ("unit", "issuer", "helpers")
    unrecorded = Owned.unrecorded | {"pinyin"}

    issuer = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    helpers = models.ManyToManyField(Unit, related_name="+", blank=True)
    document = models.ForeignKey(PlanDocument, null=True, blank=True, on_delete=models.PROTECT, related_name="duties")
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    target = models.ForeignKey(Target, null=True, blank=True, on_delete=models.PROTECT, related_name="duties")
    due = models.DateField(null=True, blank=True)
    evidence = models.TextField(blank=True)
    every = models.CharField(max_length=8, blank=True)
    about_kind = models.CharField(max_length=64, blank=True)
    about = models.CharField(max_length=128, blank=True)
    state = models.CharField(max_length=16, default=lights.OPEN)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.CharField(max_length=150, blank=True)
    outcome = models.TextField(blank=True)
    """Why it was closed or dropped."""
    helping = models.JSONField(default=list)
    """Codes of the helpers, for the record."""

    class Meta:
        """What is due first; read by what they come from."""

        ordering: ClassVar = [models.F("due").asc(nulls_last=True), "code"]
        indexes: ClassVar = [models.Index(fields=["about_kind", "about"]), models.Index(fields=["state", "due"])]

    def get_absolute_url(self) -> str:
        """Give its page."""
        return reverse("duties:duty", args=[self.code])

    def deciders(self, action: str) -> Iterable[Unit]:
        """Whoever assigned it changes it; its unit reports; owner, helpers and issuer add notes."""
        if action in (ASSIGN, KEEP):
            return (self.issuer,)
        return (self.unit, self.issuer, *self.helpers.all()) if action == NOTE else (self.unit,)

    def must_be_open(self) -> None:
        """Raise ``E-DUT-01`` where it is closed or dropped."""
        if self.state != lights.OPEN:
            raise HaiheError("E-DUT-01", value=self.code, state=STATES[self.state])

    def overdue(self, today: date | None = None) -> bool:
        """Whether it is open and its day is past."""
        return lights.overdue(self.state, self.due, today or timezone.localdate())

    @property
    def state_name(self) -> Text:
        """The state in words."""
        return STATES[self.state]


class Note(Owned):
    """What an owner, helper or issuer says on a duty."""

    read_by = READ
    parties = ("unit", "duty__unit", "duty__issuer", "duty__helpers")

    duty = models.ForeignKey(Duty, on_delete=models.PROTECT, related_name="notes")
    words = models.TextField()

    class Meta:
        """In order."""

        ordering: ClassVar = ["created", "pk"]

    def get_absolute_url(self) -> str:
        """Give the duty's page."""
        return self.duty.get_absolute_url()

    @property
    def name(self) -> Text:
        """The duty that it is about."""
        return self.duty.name


PERCENT = (MinValueValidator(0), MaxValueValidator(100))
