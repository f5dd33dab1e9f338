"""Pages of members, projects in the shared library, interest in them, transfer lists, joint targets; with ledgers and consents."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse

from haihe.messages import Text
from haihe.workspace.audit.models import Spoken
from haihe.workspace.duties.models import FIGURE, SENSES
from haihe.workspace.neighbours.actions import INTEREST, KEEP, OFFER, READ
from haihe.workspace.neighbours.agreed_models import Agreed, Consent
from haihe.workspace.neighbours.ledger_models import Ledger, MovedFirm
from haihe.workspace.projects.models import Project
from haihe.workspace.units.approval import DRAFT
from haihe.workspace.units.models import Named, Owned, Person, Seen, Unit

__all__ = [
    "Consent",
    "Interest",
    "JointTarget",
    "Ledger",
    "MovedFirm",
    "Offer",
    "Profile",
    "TransferItem",
    "TransferList",
]

LEVELS = {
    "leader": Text("领导层级", "leaders"),
    "office": Text("部门层级", "departments"),
    "work": Text("工作层级", "working level"),
}
"""Contact stands at three levels in each of the three places (3+3+3)."""
OPEN, WITHDRAWN = "open", "withdrawn"
OFFERS = {OPEN: Text("征集对接", "open"), WITHDRAWN: Text("已撤回", "withdrawn")}
SAID, ACCEPTED, DECLINED = "said", "accepted", "declined"
INTERESTS = {
    SAID: Text("待回应", "waits for an answer"),
    ACCEPTED: Text("同意对接", "accepted"),
    DECLINED: Text("未接受", "declined"),
    WITHDRAWN: Text("已撤回", "withdrawn"),
}
INTEREST_MARKS = {SAID: "warn", ACCEPTED: "good", DECLINED: "bad", WITHDRAWN: "wait"}
RANKS = {
    "industry": Text("产业", "industry"),
    "platform": Text("承接平台", "receiving platform"),
    "project": Text("项目", "project"),
}
"""The three levels of a transfer list."""
STEPS = {
    "planned": Text("拟转移", "planned"),
    "talks": Text("对接中", "in talks"),
    "landing": Text("落地中", "landing"),
    "done": Text("已落地", "landed"),
    "dropped": Text("已终止", "dropped"),
}


class Profile(Owned, Named):
    """The page of a member: what it says of itself to the others, and whom to turn to at each of the three levels."""

    read_by = READ
    parties: ClassVar[Iterable[str]] = ("unit", "readers")
    unrecorded = Owned.unrecorded | {"pinyin"}

    readers = models.ManyToManyField(Unit, related_name="+", blank=True)
    about_zh = models.TextField(blank=True)
    about_en = models.TextField(blank=True)
    contacts = models.JSONField(default=dict)
    """Who, post, telephone, mail, by level."""
    quality = models.CharField(max_length=16, default="official")

    class Meta:
        """In the order of the units; one a unit."""

        ordering: ClassVar = ["unit__path"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["unit"], name="one_page_a_member")]

    def get_absolute_url(self) -> str:
        """Give its page."""
        return reverse("neighbours:member", args=[self.code])

    @property
    def about(self) -> Text:
        """What it says of itself."""
        return Text(self.about_zh, self.about_en or self.about_zh)


class Offer(Owned):
    """A project that its unit offers to the members: only the facts that were chosen are shown to them."""

    read_by = READ
    parties: ClassVar[Iterable[str]] = ("unit", "readers")
    spoken: ClassVar[Spoken] = {"state": OFFERS}

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="offers")
    readers = models.ManyToManyField(Unit, related_name="+", blank=True)
    """Members to which it is offered."""
    facts = models.JSONField(default=list)
    """Names of the facts that they see."""
    title_zh = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200, blank=True)
    wanted = models.TextField(blank=True)
    """What the unit looks for."""
    state = models.CharField(max_length=16, default=OPEN)

    class Meta:
        """Newest first; a project is offered once at a time."""

        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project"], condition=Q(state=OPEN), name="one_open_offer_a_project")
        ]

    def get_absolute_url(self) -> str:
        """Give its page."""
        return reverse("neighbours:offer", args=[self.code])

    def deciders(self, action: str) -> Iterable[Unit]:
        """The unit withdraws it; the members to which it is offered say interest."""
        return tuple(self.readers.all()) if action == INTEREST else (self.unit,)

    def hidden_from(self, person: Person) -> frozenset[str]:
        """Which project it is, from people who do not see the project."""
        seen = Project.objects.visible_to(person).filter(pk=self.project_id).exists()
        return frozenset() if seen else frozenset({"project"})

    @property
    def name(self) -> Text:
        """What it is called for others, which need not be the project's name."""
        return Text(self.title_zh, self.title_en or self.title_zh)

    @property
    def state_name(self) -> Text:
        """The state in words."""
        return OFFERS[self.state]

    @property
    def state_mark(self) -> str:
        """The state as a mark."""
        return "good" if self.state == OPEN else "wait"


class Interest(Owned):
    """The interest of a member in a project that is offered: seen by these two alone."""

    read_by = READ
    parties: ClassVar[Iterable[str]] = ("unit", "offer__unit")
    spoken: ClassVar[Spoken] = {"state": INTERESTS}

    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="interests")
    words = models.TextField()
    state = models.CharField(max_length=16, default=SAID)
    answer = models.TextField(blank=True)
    answered_by = models.CharField(max_length=150, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Newest first; one a member at a time."""

        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["offer", "unit"], condition=Q(state__in=[SAID, ACCEPTED]), name="one_interest_a_member"
            )
        ]

    def get_absolute_url(self) -> str:
        """Give the offer's page."""
        return self.offer.get_absolute_url()

    def deciders(self, action: str) -> Iterable[Unit]:
        """The unit that offers answers; whoever said it withdraws it."""
        return (self.offer.unit,) if action == OFFER else (self.unit,)

    @property
    def name(self) -> Text:
        """Who is interested in what."""
        return Text("{u}：{o}", "{u}: {o}").format(u=self.unit.name, o=self.offer.name)

    @property
    def state_name(self) -> Text:
        """The state in words."""
        return INTERESTS[self.state]

    @property
    def state_mark(self) -> str:
        """The state as a mark."""
        return INTEREST_MARKS[self.state]


class TransferList(Agreed):
    """The three-level list of two members: industries, receiving platforms, projects."""

    def get_absolute_url(self) -> str:
        """Give its page."""
        return reverse("neighbours:transfer", args=[self.code])

    def says(self) -> dict[str, Any]:
        """Its items."""
        return {"items": [item.says() for item in self.items.order_by("code")] if self.pk else []}

    def whole(self) -> bool:
        """Whether there is an item."""
        return bool(self.items.exists())

    def parts(self) -> Iterable[Owned]:
        """Its items."""
        return self.items.all()


class TransferItem(Owned, Named):
    """A line of a transfer list: what goes from one member to the other, to which place, and how far it is."""

    read_by = READ
    parties: ClassVar[Iterable[str]] = ("unit", "list__members")
    spoken: ClassVar[Spoken] = {"rank": RANKS, "step": STEPS}
    unrecorded = Owned.unrecorded | {"pinyin"}

    list = models.ForeignKey(TransferList, on_delete=models.PROTECT, related_name="items")
    rank = models.CharField(max_length=16)
    giver = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    taker = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    place = models.CharField(max_length=200, blank=True)
    chain = models.CharField(max_length=64, blank=True)
    step = models.CharField(max_length=16, default="planned")
    due = models.DateField(null=True, blank=True)
    contact = models.CharField(max_length=200, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        """By code."""

        ordering: ClassVar = ["code"]

    @classmethod
    def narrowed(cls, query: Seen, person: Person, units: "models.QuerySet[Unit]") -> Seen:
        """With the list: no member sees another's drafts."""
        del person
        return query.filter(Q(unit__in=units) | ~Q(list__state=DRAFT))

    def get_absolute_url(self) -> str:
        """Give the list's page."""
        return self.list.get_absolute_url()

    def deciders(self, action: str) -> Iterable[Unit]:
        """Whoever prepares the list."""
        assert action in (KEEP, READ), action
        return (self.unit,)

    def says(self) -> dict[str, Any]:
        """Give what is said of it, in plain text."""
        plain = ("code", "name_zh", "name_en", "rank", "place", "chain", "step", "contact", "note")
        said: dict[str, Any] = {name: getattr(self, name) for name in plain}
        said |= {"giver": self.giver.code, "taker": self.taker.code}
        return said | {"due": str(self.due) if self.due else ""}


class JointTarget(Agreed):
    """A figure that members reach together. ``adds``: their parts add up to it; otherwise each reaches its own part.

    ``shares`` gives the part of each member by code of unit, as text. Once agreed, each part is a target of the member
    (room duties), on which it reports.
    """

    counted_in = models.CharField(max_length=40)
    year = models.PositiveSmallIntegerField()
    value = models.DecimalField(**FIGURE)
    sense = models.CharField(max_length=16, default="at_least")
    slack = models.DecimalField(**FIGURE, default=Decimal(0))
    adds = models.BooleanField(default=True)
    shares = models.JSONField(default=dict)

    spoken: ClassVar[Spoken] = {**Agreed.spoken, "sense": SENSES}

    def get_absolute_url(self) -> str:
        """Give its page."""
        return reverse("neighbours:joint", args=[self.code])

    def says(self) -> dict[str, Any]:
        """Figures and parts."""
        figures = {name: f"{Decimal(getattr(self, name)).normalize():f}" for name in ("value", "slack")}
        said = {name: getattr(self, name) for name in ("counted_in", "year", "sense", "adds", "shares")}
        return said | figures

    def whole(self) -> bool:
        """Whether every member has a part."""
        return all(self.shares.get(unit.code) for unit in self.concerned())
