"""Meetings and the items of their agenda."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.db import models
from django.urls import reverse

from haihe.messages import HaiheError, Text
from haihe.workspace.meetings.actions import READ
from haihe.workspace.units.approval import APPROVED, DRAFT, STATES, Approved
from haihe.workspace.units.models import Owned, Person, Seen, Unit

OTHER = "other"


class Meeting(Approved):
    """A session of a leading group. What is approved, and then locked, is its minutes.

    ``convened`` is when the agenda was sent to ``invited``: from then on they see it. ``issued`` is when its decisions
    became duties; ``version`` the code of the data version that the session rests on.
    """

    read_by = READ
    parties = ("unit", "invited")

    title = models.CharField(max_length=200)
    day = models.DateField()
    place = models.CharField(max_length=200, blank=True)
    invited = models.ManyToManyField(Unit, related_name="+", blank=True)
    inviting = models.JSONField(default=list)
    """Codes of the units invited, for the record."""
    version = models.CharField(max_length=128, blank=True)
    note = models.TextField(blank=True)
    illustrative = models.BooleanField(default=False)
    convened = models.DateTimeField(null=True, blank=True)
    issued = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Newest first."""

        ordering: ClassVar = ["-day", "-pk"]

    @classmethod
    def narrowed(cls, query: Seen, person: Person, units: "models.QuerySet[Unit]") -> Seen:
        """A draft is seen where it is prepared and above; by those invited once the agenda was sent."""
        del person
        return query.exclude(~models.Q(unit__in=units), state=DRAFT, convened=None)

    def get_absolute_url(self) -> str:
        """Address of its page."""
        return reverse("meetings:meeting", args=[self.code])

    @property
    def name(self) -> Text:
        """What it is called."""
        return Text(self.title, self.title)

    @property
    def state_name(self) -> Text:
        """How far it has come, in words."""
        if self.state == DRAFT:
            return (
                Text("已发议程，纪要未定稿", "agenda sent, minutes open")
                if self.convened
                else Text("筹备中", "in preparation")
            )
        if self.state == APPROVED:
            return (
                Text("纪要已审批，决定已交办", "minutes approved, decisions issued")
                if self.issued
                else Text("纪要已审批，决定待交办", "minutes approved, decisions to be issued")
            )
        return STATES[self.state]

    @property
    def state_mark(self) -> str:
        """How far it has come, as a mark."""
        return "good" if self.issued else "wait" if self.state == DRAFT and not self.convened else "warn"

    def entered_in(self) -> Iterable[tuple[str, str]]:
        """Its minutes stand with the items of the agenda."""
        return [(Item.kind(), code) for code in self.items.values_list("code", flat=True)]

    @property
    def draft(self) -> bool:
        """Whether nobody has approved it yet."""
        return self.state != APPROVED


class Item(Owned):
    """One item of an agenda. ``unit`` is the meeting's; ``presents`` brings it forward; ``about`` is what it deals with.

    ``wanted`` is the decision wanted; ``decision``, ``owner`` and ``due`` what was decided; ``duty`` the code of the duty
    that came of it.
    """

    read_by = READ
    parties = ("unit", "meeting__invited")

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="items")
    place = models.PositiveIntegerField()
    kind_of = models.CharField(max_length=16, default=OTHER)
    about_kind = models.CharField(max_length=64, blank=True)
    about = models.CharField(max_length=128, blank=True)
    title_zh = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200, blank=True)
    why_zh = models.CharField(max_length=500, blank=True)
    why_en = models.CharField(max_length=500, blank=True)
    presents = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    wanted = models.TextField(blank=True)
    minutes = models.TextField(blank=True)
    decision = models.TextField(blank=True)
    owner = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    due = models.DateField(null=True, blank=True)
    duty = models.CharField(max_length=128, blank=True)
    struck = models.BooleanField(default=False)
    """Whether it was taken off the agenda; what was recorded stays."""

    class Meta:
        """In the order of the agenda."""

        ordering: ClassVar = ["place", "pk"]

    @classmethod
    def narrowed(cls, query: Seen, person: Person, units: "models.QuerySet[Unit]") -> Seen:
        """What the meeting's readers see."""
        del person
        return query.exclude(~models.Q(unit__in=units), meeting__state=DRAFT, meeting__convened=None)

    def get_absolute_url(self) -> str:
        """Address of the meeting's page, at the item."""
        return f"{self.meeting.get_absolute_url()}#{self.code}"

    @property
    def name(self) -> Text:
        """What it is called."""
        return Text(self.title_zh, self.title_en or self.title_zh)

    @property
    def why(self) -> Text:
        """Why it is dealt with."""
        return Text(self.why_zh, self.why_en or self.why_zh)

    content: ClassVar = (
        "place", "title_zh", "title_en", "why_zh", "why_en", "presents_id", "wanted", "minutes", "decision", "owner_id",
        "due", "struck",
    )  # fmt: skip
    """What is approved with the minutes."""

    def save(self, *args: Any, **more: Any) -> None:
        """Save; ``E-WEB-21`` where what was handed in or approved would change, also by somebody who looked before."""
        meeting = Meeting.objects.select_for_update(of=("self",)).get(pk=self.meeting_id)
        stored = Item.objects.filter(pk=self.pk).values_list(*self.content).first()
        if stored != tuple(getattr(self, name) for name in self.content):
            meeting.edit_allowed()
        super().save(*args, **more)

    def must_be_open(self) -> None:
        """Raise ``E-WEB-21`` where the minutes were handed in, ``E-MTG-01`` where it was taken off the agenda."""
        self.meeting.edit_allowed()
        if self.struck:
            raise HaiheError("E-MTG-01", value=self.title_zh)
