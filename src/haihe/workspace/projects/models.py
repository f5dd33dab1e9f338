"""Boards, projects on them, and the moves of projects from stage to stage."""

from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from haihe.messages import Text
from haihe.workspace.audit.models import Spoken
from haihe.workspace.data.models import Dataset
from haihe.workspace.projects.actions import EDIT, READ
from haihe.workspace.projects.stages import LEFT, STATES, Days, next_planned
from haihe.workspace.units.approval import APPROVED, DRAFT, SUBMITTED, Approved
from haihe.workspace.units.models import Named, Owned, Unit


class Board(Owned, Named):
    """A pipeline of projects, kept by a unit, over a dataset that says what sites have and what stages hold.

    ``shared`` are the units that open projects of their own on it; ``readers`` see every project on it.
    """

    read_by = READ
    parties = ("unit", "shared", "readers")

    dataset = models.ForeignKey(Dataset, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    shared = models.ManyToManyField(Unit, related_name="+", blank=True)
    readers = models.ManyToManyField(Unit, related_name="+", blank=True)
    kept = models.JSONField(default=list)
    """What uploads replaced, so that they can be undone: upload, unit, hash by table."""

    unrecorded = Owned.unrecorded | {"pinyin"}

    class Meta:
        """By code."""

        ordering: ClassVar = ["code"]

    def get_absolute_url(self) -> str:
        """Give the address of the board."""
        return reverse("projects:board", args=[self.code])

    def deciders(self, action: str) -> Iterable[Unit]:
        """The units that it is shared with open projects; all else is the keeper's."""
        return (self.unit, *self.shared.all()) if action == EDIT else (self.unit,)


class Project(Owned, Named):
    """A project of a unit on a board.

    Amounts are in 万元. ``since`` is the day on which the present stage was reached, ``due`` the first day planned for a
    stage ahead. ``sites`` and ``needs`` are rows of the tables ``project_sites`` and ``project_resources``, ``facts`` the
    other columns of the table ``projects``, all as text. ``planned`` and ``reached`` give a day by stage.
    """

    read_by = READ
    spoken: ClassVar[Spoken] = {"stage": STATES}
    parties = ("unit", "board__unit", "board__readers", "shared")

    board = models.ForeignKey(Board, on_delete=models.PROTECT, related_name="projects")
    region = models.CharField(max_length=64, blank=True)
    chain = models.CharField(max_length=64, blank=True)
    sector = models.CharField(max_length=64, blank=True)
    ownership = models.CharField(max_length=16, blank=True)
    stage = models.CharField(max_length=16, default="contact")
    since = models.DateField()
    due = models.DateField(null=True, blank=True)
    investment = models.DecimalField(max_digits=20, decimal_places=6)
    output = models.DecimalField(max_digits=20, decimal_places=6)
    need = models.DecimalField(max_digits=20, decimal_places=6, null=True, blank=True)
    facts = models.JSONField(default=dict)
    sites = models.JSONField(default=list)
    needs = models.JSONField(default=list)
    planned = models.JSONField(default=dict)
    reached = models.JSONField(default=dict)
    applications = models.JSONField(default=list)
    """Codes of applications for money made for it."""
    shared = models.ManyToManyField(Unit, related_name="+", blank=True)
    source = models.CharField(max_length=64, blank=True)
    quality = models.CharField(max_length=16, default="illustrative")
    note = models.TextField(blank=True)

    unrecorded = Owned.unrecorded | {"pinyin"}

    class Meta:
        """By code; read by board and stage."""

        ordering: ClassVar = ["code"]
        indexes: ClassVar = [
            models.Index(fields=["board", "stage", "since"]),
            models.Index(fields=["board", "region"]),
            models.Index(fields=["unit", "stage"]),
        ]

    def save(self, *args: Any, **more: Any) -> None:
        """Keep the day that is planned next in step with the stages."""
        planned: Days = self.planned
        self.due = next_planned(self.stage, planned)
        super().save(*args, **more)

    def get_absolute_url(self) -> str:
        """Give the address of the project."""
        return reverse("projects:project", args=[self.code])

    @property
    def stage_name(self) -> Text:
        """What the stage is called."""
        return STATES[self.stage]

    def days_in(self, today: date | None = None) -> int:
        """Give for how many days it has been in its stage."""
        return ((today or timezone.localdate()) - self.since).days

    def days_late(self, today: date | None = None) -> int | None:
        """Give by how many days the next planned stage is overdue; none where it is not."""
        late = ((today or timezone.localdate()) - self.due).days if self.due and self.stage != LEFT else 0
        return late if late > 0 else None


class Move(Approved):
    """A project goes from one stage to another on a day, for a reason.

    What takes or releases something scarce is ``scarce``: somebody else confirms it. ``was`` is what the project said
    before, to take the move back.
    """

    read_by = READ
    spoken: ClassVar[Spoken] = {**Approved.spoken, "from_stage": STATES, "to_stage": STATES}
    parties = ("unit", "project__board__unit", "project__board__readers")

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="moves")
    from_stage = models.CharField(max_length=16)
    to_stage = models.CharField(max_length=16)
    day = models.DateField()
    why = models.TextField()
    scarce = models.BooleanField(default=True)
    withdrawn = models.BooleanField(default=False)
    was = models.JSONField(default=dict)
    upload = models.CharField(max_length=128, blank=True)
    """Code of the upload that proposed it."""

    class Meta:
        """Newest first; a project has one proposal at a time."""

        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["project"],
                condition=Q(state__in=[DRAFT, SUBMITTED], withdrawn=False),
                name="one_open_move_a_project",
            )
        ]

    def get_absolute_url(self) -> str:
        """Give the address of the move."""
        return reverse("projects:move", args=[self.code])

    @property
    def name(self) -> Text:
        """Project and stages in words."""
        way = Text("{p}：{a} → {b}", "{p}: {a} → {b}")
        return way.format(p=self.project.name, a=STATES[self.from_stage], b=STATES[self.to_stage])

    @property
    def open(self) -> bool:
        """Whether it is still to be decided."""
        return self.state != APPROVED and not self.withdrawn
