"""Datasets and their immutable versions."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.db import models

from haihe.messages import HaiheError
from haihe.workspace.data.actions import APPROVE, READ
from haihe.workspace.intake.actions import UPLOAD
from haihe.workspace.units.approval import APPROVED, SUBMITTED, Approved
from haihe.workspace.units.models import Named, Owned, Person, Seen, Unit


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
        return (self.unit, *self.shared.all()) if action == UPLOAD else (self.unit,)


class Version(Approved):
    """One state of a dataset. Its content never changes once it was made.

    ``tables`` gives hash and number of rows by table; ``parent`` is the version that it was made from.
    """

    read_by = READ
    parties = ("unit", "dataset__unit", "dataset__shared")
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
        """The keeper of the dataset, too, may approve."""
        return (self.unit, self.dataset.unit) if action == APPROVE else (self.unit,)

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
        below = self.parent
        while below is not None and below.state != APPROVED:
            below = below.parent
        return below

    @property
    def rows(self) -> int:
        """Number of records in all tables."""
        return sum(int(table["rows"]) for table in self.tables.values())
