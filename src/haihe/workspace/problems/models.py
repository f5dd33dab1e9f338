"""Problems, and the registers that number them."""

from collections.abc import Iterable
from datetime import date
from typing import ClassVar

from django.db import models
from django.urls import reverse
from django.utils import timezone

from haihe.messages import HaiheError, Text
from haihe.workspace.audit.models import Spoken
from haihe.workspace.problems import states
from haihe.workspace.problems.actions import READ, WORK
from haihe.workspace.problems.figure import Figure
from haihe.workspace.problems.severity import LEVELS, MARKS, ORDINARY
from haihe.workspace.units.models import Named, Owned, Unit


class Register(Owned):
    """The register of problems of an office: what numbers its problems, and what a workbook of problems is sent in to.

    ``number`` is the last number given. ``kept`` holds, upload by upload, what its rows said before and after.
    """

    read_by = READ
    unrecorded = Owned.unrecorded | {"number", "kept"}

    number = models.PositiveIntegerField(default=0)
    kept = models.JSONField(default=list)

    class Meta:
        """In the order of the units; one an office."""

        ordering: ClassVar = ["unit__path"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["unit"], name="one_problem_register_a_unit")]

    @property
    def name(self) -> Text:
        """What it is called."""
        unit = self.unit.name
        return Text(f"{unit.zh}重大问题登记", f"Problems of {unit.en}")


class Problem(Owned, Named):
    """A problem that more than one office has to solve together.

    ``unit`` raised it; ``owner`` answers for it and reports the result, ``helpers`` do their part. ``figure`` is the number
    that it rests on, as `Figure` writes it; ``worth`` what one per cent more of the scarce thing brings, in 亿元; ``key`` names
    the finding that it came from, so that one finding is one open problem; ``about_kind`` and ``about`` the thing.
    """

    read_by = READ
    spoken: ClassVar[Spoken] = {"state": states.STATES, "severity": LEVELS}
    parties = ("unit", "owner", "helpers")
    unrecorded = Owned.unrecorded | {"pinyin"}

    register = models.ForeignKey(Register, on_delete=models.PROTECT, related_name="problems")
    number = models.PositiveIntegerField()
    raised = models.DateField(default=timezone.localdate)
    region = models.CharField(max_length=64, blank=True)
    chain = models.CharField(max_length=64, blank=True)
    resource = models.CharField(max_length=64, blank=True)
    evidence = models.TextField(blank=True)
    figure = models.JSONField(default=dict, blank=True)
    worth = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    key = models.CharField(max_length=300, blank=True, db_index=True)
    about_kind = models.CharField(max_length=64, blank=True)
    about = models.CharField(max_length=128, blank=True)
    severity = models.CharField(max_length=16, default=ORDINARY)
    owner = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    helpers = models.ManyToManyField(Unit, related_name="+", blank=True)
    due = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=16, default=states.RAISED)
    since = models.DateTimeField(default=timezone.now)
    """When it came into its state."""
    decision = models.TextField(blank=True)
    decided_by = models.CharField(max_length=150, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    result = models.TextField(blank=True)
    reported_by = models.CharField(max_length=150, blank=True)
    reported_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.CharField(max_length=150, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged")
    reason = models.TextField(blank=True)
    """Why it was declined, merged, sent back or opened again, the last of these."""
    quality = models.CharField(max_length=16, blank=True)
    source = models.CharField(max_length=64, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        """Newest first; read by state and due day."""

        ordering: ClassVar = ["-raised", "-pk"]
        indexes: ClassVar = [models.Index(fields=["state", "due"]), models.Index(fields=["about_kind", "about"])]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["register", "number"], name="one_problem_a_number"),
            models.UniqueConstraint(
                fields=["key", "unit"],
                condition=models.Q(state__in=states.OPEN) & ~models.Q(key=""),
                name="one_open_problem_a_finding",
            ),
        ]

    def deciders(self, action: str) -> Iterable[Unit]:
        """The owner works on it and reports; all else is decided where it was raised, or above."""
        return (self.owner or self.unit,) if action == WORK else (self.unit,)

    def get_absolute_url(self) -> str:
        """Address of its page."""
        return reverse("problems:problem", args=[self.code])

    @property
    def open(self) -> bool:
        """Whether something is still to be done."""
        return self.state in states.OPEN

    @property
    def said(self) -> Figure | None:
        """The number that it rests on; ``None`` where it rests on words alone."""
        return Figure(**self.figure) if self.figure else None

    @property
    def state_name(self) -> Text:
        """The state in words."""
        if self.state == states.WORK and self.reported_at is not None:
            return Text("已报结果，待确认", "result reported, to be confirmed")
        return states.STATES[self.state]

    @property
    def state_mark(self) -> str:
        """The state as a mark."""
        return "bad" if self.overdue() else states.MARKS[self.state]

    @property
    def severity_name(self) -> Text:
        """How severe, in words."""
        return LEVELS[self.severity]

    @property
    def severity_mark(self) -> str:
        """How severe, as a mark."""
        return MARKS[self.severity]

    @property
    def illustrative(self) -> bool:
        """Whether it is made up, or rests on a number that is."""
        return self.quality == "illustrative"

    def overdue(self, today: date | None = None) -> bool:
        """Whether it is open after its due day."""
        return self.open and self.due is not None and self.due < (today or timezone.localdate())

    def must_allow(self, step: str) -> None:
        """Raise ``E-PRB-01`` where a step may not be taken in the present state."""
        if not states.can(self.state, step):
            raise HaiheError("E-PRB-01", value=self.code, state=self.state_name)
