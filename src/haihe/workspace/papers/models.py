"""Papers: one file each, attached to one thing by kind and code."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from haihe.messages import Text
from haihe.workspace.frame.access import acts_on
from haihe.workspace.papers.actions import READ
from haihe.workspace.papers.holders import HOLDERS
from haihe.workspace.units.models import Owned, Person, Seen


class Papers(Seen):
    """Queries of papers."""

    def visible_to(self, person: Person, action: str = "") -> "Papers":
        """Keep the papers of the things that the person sees."""
        del action
        seen = Q(pk__in=[])
        for kind, holder in HOLDERS.items():
            codes = holder.model.objects.visible_to(person).order_by().values("code")
            seen |= Q(about_kind=kind, about__in=codes)
        return self.filter(seen)


class Paper(Owned):
    """A file attached to a thing. It lies under its hash; a removed one is kept for the record, and shown no more."""

    objects: ClassVar[Any] = Papers.as_manager()
    read_by = READ

    about_kind = models.CharField(max_length=64)
    about = models.CharField(max_length=128)
    title = models.CharField(max_length=200)
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    removed = models.DateTimeField(null=True, blank=True)
    removed_by = models.CharField(max_length=150, blank=True)
    reason = models.TextField(blank=True)

    class Meta:
        """Newest first; read by what they are attached to."""

        ordering: ClassVar = ["-created", "-pk"]
        indexes: ClassVar = [models.Index(fields=["about_kind", "about"])]

    @property
    def name(self) -> Text:
        """What it is called."""
        return Text(self.title, self.title)

    @property
    def suffix(self) -> str:
        """Suffix of the file, small letters, with its dot."""
        return f".{self.file_name.rpartition('.')[2].lower()}"

    @property
    def thing(self) -> Owned | None:
        """What it is attached to; ``None`` where that is not there any more."""
        holder = HOLDERS.get(self.about_kind)
        return holder.model.objects.called(self.about) if holder is not None else None

    def allows(self, person: Person, action: str) -> bool:
        """Whoever may change the thing may remove its papers."""
        del action
        thing = self.thing
        return thing is not None and acts_on(person, thing, HOLDERS[self.about_kind].action)
