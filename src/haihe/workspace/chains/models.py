"""A chain's board, the items of its three lists, and the proposals of the diagnosis."""

from collections.abc import Iterable
from datetime import date
from typing import ClassVar

from django.db import models
from django.urls import reverse
from django.utils import timezone

from haihe.diagnosis.weak_links import LISTS
from haihe.messages import QUALITY_NAMES, HaiheError, Text
from haihe.workspace.audit.models import Spoken
from haihe.workspace.chains.actions import READ, WORK
from haihe.workspace.data.models import Dataset, Version
from haihe.workspace.frame.names import name_of
from haihe.workspace.units.models import Named, Owned, Person, Unit

OPEN, WORKED, SOLVED, DROPPED = "open", "work", "solved", "dropped"
STATES = {
    OPEN: Text("待处理", "open"),
    WORKED: Text("处理中", "being worked on"),
    SOLVED: Text("已解决", "solved"),
    DROPPED: Text("已移出", "taken off the list"),
}
MARKS = {OPEN: "warn", WORKED: "warn", SOLVED: "good", DROPPED: "wait"}
LIVE = (OPEN, WORKED)
KINDS = dict(LISTS)
"""The three lists: research, recruit, strengthen, as the diagnosis names them."""
TAKEN, DECLINED = "taken", "declined"
DECISIONS = {
    OPEN: Text("待决定", "to be decided"),
    TAKEN: Text("已采纳", "taken over"),
    DECLINED: Text("不采纳", "declined"),
}
DECISION_MARKS = {OPEN: "warn", TAKEN: "good", DECLINED: "wait"}


class Board(Owned, Named):
    """An industrial chain: its task force (``unit``), its chief, the department in the lead, the data it is looked at with."""

    read_by = READ
    parties = ("unit", "lead")
    unrecorded = Owned.unrecorded | {"pinyin", "kept"}

    chain = models.CharField(max_length=64, unique=True)
    chief = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    lead = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    dataset = models.ForeignKey(Dataset, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    home = models.CharField(max_length=64, blank=True)
    """Region that the diagnosis looks from; that of the data where empty."""
    note = models.TextField(blank=True)
    kept = models.JSONField(default=list)
    """What each upload changed, for undoing."""

    class Meta:
        """By code."""

        ordering: ClassVar = ["code"]

    def get_absolute_url(self) -> str:
        """Give its page."""
        return reverse("chains:board", args=[self.code])


class Picture(models.Model):
    """The map of a chain as the last diagnosis drew it; made anew from its version at any time."""

    board = models.OneToOneField(Board, on_delete=models.CASCADE, related_name="picture")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="+")
    parts = models.JSONField(default=list)
    stages = models.JSONField(default=dict)
    """Names of the chain's stages by code: ``{"zh", "en"}``."""
    made = models.DateTimeField(default=timezone.now)


class Item(Owned, Named):
    """Something on one of a chain's three lists. ``unit`` is the task force; units in ``shared`` see it, and nothing else.

    ``kind_of`` is the list: research (stuck points), recruit (blocked points to fill), strengthen (key firms).
    """

    read_by = READ
    spoken: ClassVar[Spoken] = {"kind_of": KINDS, "state": STATES}
    parties = ("unit", "owner", "shared")
    unrecorded = Owned.unrecorded | {"pinyin"}

    board = models.ForeignKey(Board, on_delete=models.PROTECT, related_name="items")
    kind_of = models.CharField(max_length=16)
    number = models.CharField(max_length=64)
    """What the workbook calls it; unique on the board."""
    stage = models.CharField(max_length=64, blank=True)
    evidence = models.TextField(blank=True)
    owner = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=16, default=OPEN)
    words = models.TextField(blank=True)
    """What was last said of its state."""
    opened = models.DateField(default=timezone.localdate)
    closed = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=64, blank=True)
    quality = models.CharField(max_length=16, default="official")
    shared = models.ManyToManyField(Unit, related_name="+", blank=True)
    withdrawn = models.BooleanField(default=False)
    """Taken away by undoing the upload that brought it; shown no more, kept for the record."""

    class Meta:
        """The oldest first; a number stands once on a board."""

        ordering: ClassVar = ["opened", "code"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["board", "number"], name="one_item_a_number")]

    def get_absolute_url(self) -> str:
        """Give its page."""
        return reverse("chains:item", args=[self.code])

    def deciders(self, action: str) -> Iterable[Unit]:
        """The task force keeps it; its owner, too, says how it goes."""
        return (self.unit, self.owner) if action == WORK and self.owner is not None else (self.unit,)

    @property
    def live(self) -> bool:
        """Whether it is still to be dealt with."""
        return self.state in LIVE

    @property
    def kind_name(self) -> Text:
        """What the list is called."""
        return KINDS[self.kind_of]

    @property
    def state_name(self) -> Text:
        """The state in words."""
        return STATES[self.state]

    @property
    def mark(self) -> str:
        """The state as a mark."""
        return MARKS[self.state]

    @property
    def quality_name(self) -> Text:
        """The quality of its evidence in words."""
        return next((text for code, text in QUALITY_NAMES.items() if code == self.quality), Text("—", "—"))

    @property
    def stage_name(self) -> Text | None:
        """The stage as the datasets that the reader sees call it; else its code."""
        code = f"{self.board.chain}/{self.stage}" if self.stage else ""
        name = name_of("chain_stages", code)
        return Text(self.stage, self.stage) if name == Text(code, code) else name

    def age(self, today: date | None = None) -> int:
        """Give the days since it was opened, up to its end where it has one."""
        return ((self.closed or today or timezone.localdate()) - self.opened).days


class Proposal(Owned):
    """What the diagnosis of a data version proposes for a list; nothing comes of it unless somebody takes it over."""

    read_by = READ
    spoken: ClassVar[Spoken] = {"kind_of": KINDS, "state": DECISIONS}

    board = models.ForeignKey(Board, on_delete=models.PROTECT, related_name="proposals")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="+")
    kind_of = models.CharField(max_length=16)
    stage = models.CharField(max_length=64)
    name_zh = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200)
    reason_zh = models.TextField()
    reason_en = models.TextField()
    rank = models.PositiveSmallIntegerField()
    score = models.CharField(max_length=16)
    year = models.PositiveSmallIntegerField()
    quality = models.CharField(max_length=16)
    state = models.CharField(max_length=16, default=OPEN)
    words = models.TextField(blank=True)
    """Why it was declined."""
    decided_by = models.CharField(max_length=150, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    item = models.ForeignKey(Item, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """The weakest first; a version proposes a stage for a list once."""

        ordering: ClassVar = ["kind_of", "rank", "stage"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["board", "version", "kind_of", "stage"], name="one_proposal_a_stage")
        ]

    def get_absolute_url(self) -> str:
        """Give the board's page of proposals."""
        return reverse("chains:proposals", args=[self.board.code])

    def must_be_open(self) -> None:
        """Raise ``E-CHN-03`` where it was decided."""
        if self.state != OPEN:
            raise HaiheError("E-CHN-03", value=self.name_zh, state=DECISIONS[self.state], by=self.decided_by)

    @property
    def name(self) -> Text:
        """The stage in words."""
        return Text(self.name_zh, self.name_en)

    @property
    def reason(self) -> Text:
        """Why it is proposed."""
        return Text(self.reason_zh, self.reason_en)

    @property
    def kind_name(self) -> Text:
        """What the list is called."""
        return KINDS[self.kind_of]

    @property
    def state_name(self) -> Text:
        """The state in words."""
        return DECISIONS[self.state]

    @property
    def mark(self) -> str:
        """The state as a mark."""
        return DECISION_MARKS[self.state]

    @property
    def quality_name(self) -> Text:
        """The quality of the data behind it."""
        return next((text for code, text in QUALITY_NAMES.items() if code == self.quality), Text("—", "—"))
