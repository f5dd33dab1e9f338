"""Approval from below: draft, submitted, approved and locked; returned or un-approved only with a reason.

The model is DHIS2's data approval: who enters does not approve (four eyes), what is approved is locked until it is
un-approved, and other units see a thing once it was submitted.
"""

from collections.abc import Iterable
from typing import ClassVar

from django.db import models
from django.utils import timezone

from haihe.messages import HaiheError, Text
from haihe.workspace.audit.chain import Channel, store
from haihe.workspace.audit.models import Entry, Spoken
from haihe.workspace.units.models import Owned, Person, Seen, Unit

DRAFT, SUBMITTED, APPROVED = "draft", "submitted", "approved"
STATES = {
    DRAFT: Text("草稿", "draft"),
    SUBMITTED: Text("已提交，待审批", "submitted, waits for approval"),
    APPROVED: Text("已审批，锁定", "approved and locked"),
}
MARKS = {DRAFT: "wait", SUBMITTED: "warn", APPROVED: "good"}
ENTERING = ("create", "edit", "change", "fill", "add", "strike", "minute", "undo")
"""Verbs of entries by which something is entered."""


class Approved(Owned):
    """Base of what is entered by one person and approved by another."""

    state = models.CharField(max_length=16, default=DRAFT)
    submitted_by = models.CharField(max_length=150, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.CharField(max_length=150, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    returned = models.TextField(blank=True)
    """Why it was last sent back or un-approved."""

    spoken: ClassVar[Spoken] = {"state": STATES}

    class Meta:
        """No table of its own."""

        abstract = True

    @classmethod
    def narrowed(cls, query: Seen, person: Person, units: "models.QuerySet[Unit]") -> Seen:
        """Drafts are seen in the offices where they are made, not from above."""
        del units
        own = [post.unit_id for post in person.held()]
        return query.exclude(~models.Q(unit__in=own), state=DRAFT)

    def edit_allowed(self) -> None:
        """Raise ``E-WEB-21`` where the thing is submitted or locked."""
        self._must_be(DRAFT)

    def submit(self, person: Person, edition: int | None = None, channel: Channel = "web") -> None:
        """Hand a draft in."""
        self._must_be(DRAFT)
        self.state, self.submitted_by, self.submitted_at = SUBMITTED, person.username, timezone.now()
        self.returned = ""
        store(person.actor(channel=channel), "submit", self, edition=edition)

    def approve(self, person: Person, edition: int | None = None, channel: Channel = "web") -> None:
        """Approve and lock what somebody else submitted; one's own raises ``E-WEB-22``."""
        self.may_approve(person)
        self.state, self.approved_by, self.approved_at = APPROVED, person.username, timezone.now()
        store(person.actor(channel=channel), "approve", self, edition=edition)

    def send_back(self, person: Person, reason: str, edition: int | None = None, channel: Channel = "web") -> None:
        """Send a submitted thing back to those who entered it, with a reason."""
        self._must_be(SUBMITTED)
        self._draft_again(person, "return", reason, edition, channel)

    def reopen(self, person: Person, reason: str, edition: int | None = None, channel: Channel = "web") -> None:
        """Un-approve: unlock an approved thing, with a reason."""
        self._must_be(APPROVED)
        self._draft_again(person, "unapprove", reason, edition, channel)

    def may_approve(self, person: Person) -> None:
        """Raise ``E-WEB-21`` where it was not submitted, ``E-WEB-22`` where the person made or submitted it."""
        self._must_be(SUBMITTED)
        if self.own_of(person):
            raise HaiheError("E-WEB-22", value=self.code)

    def made_by(self) -> set[str]:
        """Give the people who may not approve it: who submitted it, and who made it."""
        return {self.submitted_by, self.created_by} - {""}

    def own_of(self, person: Person) -> bool:
        """Whether it is a person's own: they made it, or the record says that they entered something, by whatever way.

        Who touched it last stands in ``created_by`` of some kinds and does not take the place of those before.
        """
        if person.username in self.made_by():
            return True
        there = models.Q(kind=self.kind(), code=self.code)
        for kind, code in self.entered_in():
            there |= models.Q(kind=kind, code=code)
        return Entry.objects.filter(there, actor=person.username, verb__in=ENTERING).exists()

    def entered_in(self) -> Iterable[tuple[str, str]]:
        """Give kind and code of the things that are approved with it; by default none."""
        return ()

    def _draft_again(self, person: Person, verb: str, reason: str, edition: int | None, channel: Channel) -> None:
        if not reason.strip():
            raise HaiheError("E-WEB-26", value=self.code)
        self.state, self.returned = DRAFT, reason.strip()
        self.approved_by, self.approved_at = "", None
        store(person.actor(channel=channel), verb, self, edition=edition, reason=reason.strip())

    def _must_be(self, state: str) -> None:
        if self.state != state:
            raise HaiheError("E-WEB-21", value=self.code, state=STATES[self.state])
