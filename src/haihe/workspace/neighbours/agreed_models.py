"""What several members agree on: a draft of one, put to all, binding and unchangeable once each has consented."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any, ClassVar, Self

from django.apps import apps
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from haihe.messages import HaiheError, Text
from haihe.workspace.audit.models import Spoken
from haihe.workspace.neighbours.actions import READ, RENEW
from haihe.workspace.units.approval import APPROVED, DRAFT, SUBMITTED, Approved
from haihe.workspace.units.models import Named, Owned, Person, Seen, Unit

PROPOSED, AGREED = "proposed", "agreed"
STATES = {
    DRAFT: Text("草稿", "draft"),
    PROPOSED: Text("征求各方同意", "put to the members"),
    AGREED: Text("各方同意，已冻结", "agreed by all and frozen"),
}
MARKS = {DRAFT: "wait", PROPOSED: "warn", AGREED: "good"}
CONSENTS = {
    DRAFT: Text("待初核", "to be looked over"),
    SUBMITTED: Text("已初核，待同意", "looked over, waits for consent"),
    APPROVED: Text("已同意", "consented"),
}
REFUSED = Text("不同意，已退回", "refused")


class Agreed(Owned, Named):
    """Base of what members agree on.

    ``unit`` prepares it, ``members`` are the others whose consent it needs. ``turn`` counts how often it was put to them,
    ``sha256`` is the hash of what they were asked to consent to. Once agreed, triggers of the database refuse every change;
    a later version names it in ``supersedes``.
    """

    read_by = READ
    parties: ClassVar[Iterable[str]] = ("unit", "members")
    spoken: ClassVar[Spoken] = {"state": STATES}
    unrecorded = Owned.unrecorded | {"pinyin"}

    members = models.ManyToManyField(Unit, related_name="+", blank=True)
    state = models.CharField(max_length=16, default=DRAFT)
    turn = models.PositiveSmallIntegerField(default=0)
    number = models.PositiveSmallIntegerField(default=1)
    supersedes = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="later")
    sha256 = models.CharField(max_length=64, blank=True)
    proposed_by = models.CharField(max_length=150, blank=True)
    proposed_at = models.DateTimeField(null=True, blank=True)
    agreed_at = models.DateTimeField(null=True, blank=True)
    returned = models.TextField(blank=True)
    """Why it was last refused or taken back."""
    note = models.TextField(blank=True)
    quality = models.CharField(max_length=16, default="official")

    class Meta:
        """No table of its own; the newest first."""

        abstract = True
        ordering: ClassVar = ["-pk"]

    @classmethod
    def narrowed(cls, query: Seen, person: Person, units: "models.QuerySet[Unit]") -> Seen:
        """No member sees another's drafts."""
        del person
        return query.filter(Q(unit__in=units) | ~Q(state=DRAFT))

    def deciders(self, action: str) -> Iterable[Unit]:
        """Whoever prepares it changes it; every member may begin its next version."""
        return self.concerned() if action == RENEW else (self.unit,)

    def concerned(self) -> list[Unit]:
        """Give every unit whose consent it needs."""
        return [self.unit, *self.members.order_by("path")]

    def says(self) -> dict[str, Any]:
        """Give what members consent to beside names and parties."""
        raise NotImplementedError

    def whole(self) -> bool:
        """Whether there is anything to consent to."""
        raise NotImplementedError

    def get_absolute_url(self) -> str:
        """Give the address of its page."""
        raise NotImplementedError

    def parts(self) -> Iterable[Owned]:
        """Give the rows that belong to it; whoever entered one does not consent to it."""
        return ()

    def content(self) -> dict[str, Any]:
        """Give all that members consent to."""
        return {
            "kind": self.kind(),
            "code": self.code,
            "number": self.number,
            "name": [self.name_zh, self.name_en],
            "members": sorted(unit.code for unit in self.concerned()),
            "note": self.note,
            "quality": self.quality,
            "says": self.says(),
        }

    def hashed(self) -> str:
        """Give the SHA-256 of the content: of its JSON with sorted names, without spaces, in UTF-8."""
        said = json.dumps(self.content(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(said.encode()).hexdigest()

    def must_be(self, state: str) -> None:
        """Raise ``E-WEB-21`` where it is in another state."""
        if self.state != state:
            raise HaiheError("E-WEB-21", value=self.code, state=STATES[self.state])

    def save(self, *args: Any, **more: Any) -> None:
        """Save; ``E-WEB-21`` where it is agreed already, which the database would refuse."""
        if self.pk is not None and type(self)._default_manager.filter(pk=self.pk, state=AGREED).exists():
            raise HaiheError("E-WEB-21", value=self.code, state=STATES[AGREED])
        super().save(*args, **more)

    def successor(self) -> Self | None:
        """Give the version that took its place."""
        every: Any = type(self)._default_manager
        found: Self | None = every.filter(supersedes=self, state=AGREED).first()
        return found

    @property
    def state_name(self) -> Text:
        """The state in words."""
        return STATES[self.state]

    @property
    def state_mark(self) -> str:
        """The state as a mark."""
        return MARKS[self.state]

    @property
    def frozen(self) -> bool:
        """Whether all have consented."""
        return self.state == AGREED


class Consent(Approved, Named):
    """The consent of one member to what was put to it: looked over by one person, given by another.

    Its name is that of the thing; ``turn`` is the time at which it was asked for. What was asked for at an earlier time
    stays as a record.
    """

    read_by = READ
    spoken: ClassVar[Spoken] = {"state": CONSENTS}
    unrecorded = Owned.unrecorded | {"pinyin"}

    about_kind = models.CharField(max_length=64)
    about = models.CharField(max_length=128)
    turn = models.PositiveSmallIntegerField()
    sha256 = models.CharField(max_length=64)
    refused = models.BooleanField(default=False)
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        """Newest first; one a member and time."""

        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["about_kind", "about", "turn", "unit"], name="one_consent_a_member")
        ]

    @classmethod
    def narrowed(cls, query: Seen, person: Person, units: "models.QuerySet[Unit]") -> Seen:
        """All of a member's own."""
        del person, units
        return query

    def entered_in(self) -> Iterable[tuple[str, str]]:
        """Whoever entered something of the thing does not consent to it."""
        thing = self.thing
        return [(self.about_kind, self.about), *((part.kind(), part.code) for part in thing.parts())]

    @property
    def thing(self) -> Agreed:
        """What is consented to."""
        model: Any = apps.get_model(self.about_kind)
        found: Agreed = model.objects.select_related("unit").get(code=self.about)
        return found

    def get_absolute_url(self) -> str:
        """Give the page of the thing."""
        return reverse("neighbours:consent", args=[self.code])

    @property
    def state_name(self) -> Text:
        """How far it is, in words."""
        return REFUSED if self.refused else CONSENTS[self.state]

    @property
    def state_mark(self) -> str:
        """How far it is, as a mark."""
        return "bad" if self.refused else {DRAFT: "wait", SUBMITTED: "warn", APPROVED: "good"}[self.state]
