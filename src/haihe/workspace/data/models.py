"""Datasets and their immutable versions."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db import models
from django.urls import reverse

from haihe.messages import HaiheError, Text
from haihe.workspace.data.actions import APPROVE, READ, SUBMIT
from haihe.workspace.units.approval import APPROVED, SUBMITTED, Approved
from haihe.workspace.units.models import Named, Owned, Person, Post, Seen, Unit
from haihe.workspace.units.roles import ALLOWED


class Dataset(Owned, Named):
    """The facts of a region, kept by a unit; other units that it is shared with see it and may send in their rows.

    ``current`` is the version in force; ``number`` the number last given to a version.
    """

    read_by = READ
    parties = ("unit", "shared")

    shared = models.ManyToManyField(Unit, related_name="+", blank=True)
    current = models.ForeignKey("Version", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField(default=0)

    class Meta:
        """By code."""

        ordering: ClassVar = ["code"]

    def deciders(self, action: str) -> Iterable[Unit]:
        """The units that it is shared with may send in rows; all else is the keeper's."""
        return (self.unit, *self.shared.all()) if action == SUBMIT else (self.unit,)

    def get_absolute_url(self) -> str:
        """Give the address of its page."""
        return reverse("data:dataset", args=[self.code])


class Version(Approved):
    """One state of a dataset. Its content never changes once it was made.

    ``tables`` gives hash and number of rows by table; ``parent`` is the version that it was made from.
    """

    read_by = READ
    parties = ("unit", "dataset__unit", "dataset__shared")
    unrecorded = Approved.unrecorded | {"changed"}
    content: ClassVar = ("dataset_id", "number", "sha256", "tables", "meta", "parent_id", "unit_id")

    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64, db_index=True)
    tables = models.JSONField(default=dict)
    meta = models.JSONField(default=dict)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    note = models.TextField(blank=True)
    upload = models.CharField(max_length=128, blank=True)
    """Code of the upload that it came by."""
    changed = models.JSONField(null=True, blank=True)
    """How many rows are new, changed and gone against its parent, by table; counted when it was made."""
    vouched_by = models.CharField(max_length=150, blank=True)
    """Who approved it in the unit that made it, before the keeper decides."""
    vouched_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Newest first; a number stands once."""

        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["dataset", "number"], name="one_version_a_number")]

    @classmethod
    def narrowed(cls, query: Seen, person: Person, units: "models.QuerySet[Unit]") -> Seen:
        """Drafts are seen where they are made; what is submitted, from above and by the keeper; approved, by all parties."""
        own = [post.unit_id for post in person.held()]
        waiting = models.Q(unit__in=units) | models.Q(dataset__unit__in=units)
        return query.filter(models.Q(unit__in=own) | models.Q(state=APPROVED) | models.Q(state=SUBMITTED) & waiting)

    def deciders(self, action: str) -> Iterable[Unit]:
        """Its unit approves what its editors made; the keeper of the dataset decides what comes into force."""
        return (self.unit, self.dataset.unit) if action == APPROVE else (self.unit,)

    def decided_by(self, person: Person) -> bool:
        """Whether a person may put it in force, and take it out: in the office that keeps the dataset."""
        return person.may(APPROVE, self.dataset.unit)

    @property
    def to_be_vouched(self) -> bool:
        """Whether the unit that made it must approve it first: where another keeps the dataset and the unit has an approver."""
        if self.vouched_by or self.unit_id == self.dataset.unit_id:
            return False
        roles = [role for role, actions in ALLOWED.items() if APPROVE in actions]
        return Post.objects.filter(unit=self.unit_id, role__in=roles, active=True, person__is_active=True).exists()

    def waits_for(self, person: Person) -> bool:
        """Whether a person is the next to approve it."""
        if self.state != SUBMITTED or self.own_of(person) or not self.allows(person, APPROVE):
            return False
        return not self.to_be_vouched if self.decided_by(person) else self.to_be_vouched

    def save(self, *args: Any, **more: Any) -> None:
        """Save; ``E-DAT-03`` where the content would change."""
        if self.pk is not None:
            stored = Version.objects.filter(pk=self.pk).values_list(*self.content).first()
            if stored is not None and stored != tuple(getattr(self, name) for name in self.content):
                raise HaiheError("E-DAT-03", value=self.code)
        super().save(*args, **more)

    @property
    def base(self) -> "Version | None":
        """The approved version on which it and the drafts before it stand; none for a first version."""
        found = None if self.parent_id is None else Line.of(self.dataset_id).base(self.pk)
        return None if found is None else Version.objects.select_related("unit").get(pk=found)

    @property
    def rows(self) -> int:
        """Number of records in all tables."""
        return sum(int(table["rows"]) for table in self.tables.values())

    @property
    def name(self) -> Text:
        """The dataset and the number."""
        name = self.dataset.name
        return Text(f"{name.zh} · 第 {self.number} 版", f"{name.en}, version {self.number}")

    def get_absolute_url(self) -> str:
        """Give the address of its page."""
        return reverse("data:version", args=[self.code])


@dataclass(frozen=True, slots=True)
class Line:
    """How the versions of a dataset stand on each other, read at once: parent and state of each, the newest first."""

    parents: dict[int, int | None]
    states: dict[int, str]
    units: dict[int, int]

    @classmethod
    def of(cls, dataset: int) -> "Line":
        """Read the versions of a dataset."""
        every = Version.objects.filter(dataset=dataset).order_by("-number")
        said = list(every.values_list("pk", "parent", "state", "unit"))
        return cls(
            {pk: parent for pk, parent, _, _ in said},
            {pk: state for pk, _, state, _ in said},
            {pk: unit for pk, _, _, unit in said},
        )

    def base(self, version: int) -> int | None:
        """Give the approved version on which one and the drafts before it stand."""
        below = self.parents[version]
        while below is not None and self.states[below] != APPROVED:
            below = self.parents[below]
        return below

    def newest(self, unit: int, base: int | None) -> int | None:
        """Give a unit's newest draft that stands on a version."""
        drafts = (pk for pk, of in self.units.items() if of == unit and self.states[pk] != APPROVED)
        return next((pk for pk in drafts if self.base(pk) == base), None)
