"""A request for data, and the answers to it: what is asked, of whom, by when, and how far each has come."""

from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar

from django.db import models
from django.urls import reverse
from django.utils import timezone

from haihe.messages import HaiheError, Text
from haihe.region.tables import TABLES
from haihe.workspace.audit.models import Spoken
from haihe.workspace.data.actions import ACCEPT, READ
from haihe.workspace.data.asking import SOURCE, Asked
from haihe.workspace.data.models import Dataset, Version
from haihe.workspace.units.approval import APPROVED, DRAFT, STATES, SUBMITTED, Approved
from haihe.workspace.units.models import Owned, Person, Seen, Unit

OPEN, CLOSED = "open", "closed"
REQUEST_STATES = {
    DRAFT: Text("拟稿", "being prepared"),
    OPEN: Text("收集中", "open"),
    CLOSED: Text("已结束", "closed"),
}
REQUEST_MARKS = {DRAFT: "wait", OPEN: "warn", CLOSED: "good"}
ACCEPTED, MERGED = "accepted", "merged"
STAGES = {
    DRAFT: Text("待填报", "to be filled in"),
    SUBMITTED: STATES[SUBMITTED],
    APPROVED: Text("区内已审批，待接收", "approved there, to be accepted"),
    ACCEPTED: Text("已接收", "accepted"),
    MERGED: Text("已汇总", "merged"),
}
STAGE_CONDITIONS = {
    DRAFT: models.Q(state=DRAFT),
    SUBMITTED: models.Q(state=SUBMITTED),
    APPROVED: models.Q(state=APPROVED, accepted_at=None),
    ACCEPTED: models.Q(accepted_at__isnull=False, merged=None),
    MERGED: models.Q(merged__isnull=False),
}
STAGE_MARKS = {DRAFT: "wait", SUBMITTED: "warn", APPROVED: "warn", ACCEPTED: "good", MERGED: "good"}
WAITS_FOR = {
    DRAFT: Text("填报人员", "editor"),
    SUBMITTED: Text("审批人员", "approver"),
    APPROVED: Text("发起单位", "asking office"),
}


class Request(Owned):
    """A table, or several, asked of some units until a day.

    ``base`` is the version of the dataset at sending: what is known is filled in from it, and what changes in the dataset
    after it is a conflict at merging. ``struck`` lists figures that need not be given, as ``[table, *key, column]``.
    """

    read_by = READ
    spoken: ClassVar[Spoken] = {"state": REQUEST_STATES, "addressees": "units"}
    parties = ("unit", "answers__unit")

    title = models.CharField(max_length=200)
    note = models.TextField(blank=True)
    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="requests")
    base = models.ForeignKey(Version, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    asked = models.JSONField(default=list)
    addressees = models.JSONField(default=list)
    struck = models.JSONField(default=list)
    due = models.DateField()
    remind_days = models.PositiveSmallIntegerField(default=3)
    state = models.CharField(max_length=16, default=DRAFT)
    merges = models.JSONField(default=list)
    """What was merged, in order: version, answers, rows, conflicts decided for the dataset."""
    sent_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Newest first."""

        ordering: ClassVar = ["-created", "-pk"]

    def hidden_from(self, person: Person) -> frozenset[str]:
        """Who else is asked and was merged is the asking office's alone."""
        return frozenset() if person.may(READ, self.unit) else frozenset({"addressees", "merges"})

    @property
    def tables(self) -> list[Asked]:
        """What is asked, table by table."""
        return [Asked.of(each) for each in self.asked if each["table"] in TABLES]

    @property
    def struck_keys(self) -> set[tuple[Any, ...]]:
        """The figures that were struck."""
        return {tuple(each) for each in self.struck}

    @property
    def source(self) -> str:
        """Code, in the dataset's sources, of what is collected."""
        return f"{SOURCE}{self.code}"

    def must_be(self, *states: str) -> None:
        """Raise ``E-DAT-20`` in another state."""
        if self.state not in states:
            raise HaiheError("E-DAT-20", value=self.code, state=REQUEST_STATES[self.state])

    @property
    def name(self) -> Text:
        """Its title, in the words of who asks."""
        return Text(self.title, self.title)

    def get_absolute_url(self) -> str:
        """Give the address of its page."""
        return reverse("data:request", args=[self.code])


class Answer(Approved):
    """What one unit answers to a request.

    Its own office enters, its approver approves, and only then the asking office sees what it says: it accepts the answer
    or returns it with a reason. ``kept`` holds the contents before each upload, for undoing.
    """

    read_by = READ
    parties = ("unit", "request__unit")

    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="answers")
    tables = models.JSONField(default=dict)
    kept = models.JSONField(default=list)
    remark = models.TextField(blank=True)
    since = models.DateTimeField(default=timezone.now)
    accepted_by = models.CharField(max_length=150, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)
    merged = models.ForeignKey(Version, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """In the order of the units; one answer a unit."""

        ordering: ClassVar = ["unit__path"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["request", "unit"], name="one_answer_a_unit")]

    @classmethod
    def narrowed(cls, query: Seen, person: Person, units: "models.QuerySet[Unit]") -> Seen:
        """What was not approved is seen in the offices that make it, not from above."""
        del units
        own = [post.unit_id for post in person.held()]
        return query.filter(models.Q(unit__in=own) | models.Q(state=APPROVED))

    def deciders(self, action: str) -> Iterable[Unit]:
        """The asking office accepts and returns; all else is done where the answer is made."""
        return (self.request.unit,) if action == ACCEPT else (self.unit,)

    @property
    def stage(self) -> str:
        """How far it has come."""
        if self.merged_id is not None:
            return MERGED
        return ACCEPTED if self.accepted_at is not None else self.state

    @property
    def stage_name(self) -> Text:
        """How far it has come, in words."""
        return STAGES[self.stage]

    @property
    def stage_mark(self) -> str:
        """How far it has come, as a mark."""
        return STAGE_MARKS[self.stage]

    @property
    def waits_for(self) -> Text | None:
        """Whose turn it is; None where nothing waits."""
        return WAITS_FOR.get(self.stage) if self.request.state == OPEN else None

    def days_late(self, today: date | None = None) -> int:
        """Give the days after the due day on which it was, or still is not, approved in its unit."""
        done = timezone.localtime(self.approved_at).date() if self.approved_at else today or timezone.localdate()
        return max(0, (done - self.request.due).days)

    @property
    def name(self) -> Text:
        """The request, and the unit that answers."""
        return Text(f"{self.request.title} · {self.unit.name.zh}", f"{self.request.title} · {self.unit.name.en}")

    def get_absolute_url(self) -> str:
        """Give the address of its page."""
        return reverse("data:answer", args=[self.code])
