"""Scenarios: named overrides of a data version."""

import hashlib
import json
from typing import Any, ClassVar

from django.db import models
from django.urls import reverse

from haihe.planning.scenarios import Edit
from haihe.workspace.data.models import Dataset, Version
from haihe.workspace.scenarios.actions import READ
from haihe.workspace.units.models import Named, Owned, Person, Seen


class Scenario(Owned, Named):
    """Cells of a data version that a unit sets otherwise, and records that it adds.

    ``edits`` holds one list each of table, record (key values joined by ``|``), column, value and reason, all text. A cell
    stands once. A draft is seen by its unit alone; what is ``shared``, by all who see the dataset.
    """

    read_by = READ
    parties = ("unit", "dataset__unit", "dataset__shared")
    unrecorded = Owned.unrecorded | {"pinyin", "changed"}

    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="+")
    edits = models.JSONField(default=list)
    about = models.TextField(blank=True)
    shared = models.BooleanField(default=False)
    changed = models.DateTimeField(auto_now=True)

    class Meta:
        """What was changed last comes first."""

        ordering: ClassVar = ["-changed", "code"]

    @classmethod
    def narrowed(cls, query: Seen, person: Person, units: "models.QuerySet[Any]") -> Seen:
        """Drafts are seen in their own unit; nothing is seen of a dataset that one does not see."""
        del units
        own = [post.unit_id for post in person.held()]
        seen = Dataset.objects.visible_to(person).values("pk")
        return query.filter(models.Q(unit__in=own) | models.Q(shared=True), dataset__in=seen)

    def get_absolute_url(self) -> str:
        """Give the address of its page."""
        return reverse("scenarios:scenario", args=[self.code])

    @property
    def sha256(self) -> str:
        """SHA-256 of what is set, without the reasons: equal hashes, equal results on the same version."""
        return edits_hash(self.edits)

    @property
    def count(self) -> int:
        """How many cells are set."""
        return len(self.edits)

    def edits_of(self) -> tuple[Edit, ...]:
        """Give the edits as the library takes them."""
        return tuple(Edit(*edit) for edit in self.edits)


def edits_hash(edits: list[list[str]]) -> str:
    """Give the SHA-256 of what edits set, in their order, without the reasons."""
    said = json.dumps([edit[:4] for edit in edits], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(said.encode()).hexdigest()
