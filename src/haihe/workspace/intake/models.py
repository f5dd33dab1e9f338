"""Uploads: a file that came in, what was found in it, what it would change, what became of it."""

from typing import ClassVar

from django.db import models
from django.urls import reverse

from haihe.messages import Text
from haihe.workspace.audit.models import Spoken
from haihe.workspace.intake.actions import CONFIRM, INSPECT, READ
from haihe.workspace.units.models import Owned, Person, Seen, Unit

RECEIVED, REFUSED, EMPTY, PREVIEWED, CONFIRMED, UNDONE = (
    "received",
    "refused",
    "read",
    "previewed",
    "confirmed",
    "undone",
)
STATES = {
    RECEIVED: Text("已收到，正在读取", "received, being read"),
    REFUSED: Text("有错误，请改正后重传", "has errors; mend and upload again"),
    EMPTY: Text("已读取，无任何变化", "read; it changes nothing"),
    PREVIEWED: Text("待确认", "waits for confirmation"),
    CONFIRMED: Text("已确认写入", "confirmed"),
    UNDONE: Text("已撤销", "undone"),
}
MARKS = {RECEIVED: "wait", REFUSED: "bad", EMPTY: "wait", PREVIEWED: "warn", CONFIRMED: "good", UNDONE: "wait"}

ADD, REPLACE = "add", "replace"
WAYS = {
    ADD: Text("新增和修改：文件中没有的行保留不动", "add and change: rows that the file lacks stay"),
    REPLACE: Text(
        "替换本单位的行：所传表中，文件里没有的本单位的行将删除",
        "replace my rows: in the tables sent, rows of this unit that the file lacks will go",
    ),
}


NEEDED: dict[str, str] = {}
"""What a person needs to confirm or undo an upload, by its target; targets say so when they are registered."""


class Upload(Owned):
    """One file sent in for a thing. ``target`` and ``thing`` say what it is for; the file lies under its hash."""

    read_by = READ
    spoken: ClassVar[Spoken] = {"state": STATES, "way": WAYS}
    unrecorded = Owned.unrecorded | {"kept"}

    target = models.CharField(max_length=32)
    thing = models.CharField(max_length=128)
    thing_zh = models.CharField(max_length=200, blank=True)
    thing_en = models.CharField(max_length=200, blank=True)
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    way = models.CharField(max_length=8, default=ADD)
    state = models.CharField(max_length=16, default=RECEIVED)
    errors = models.PositiveIntegerField(default=0)
    warnings = models.PositiveIntegerField(default=0)
    base = models.CharField(max_length=128, blank=True)
    """What the changes were compared with, as the target names it."""
    made = models.CharField(max_length=128, blank=True)
    """Code of what was made by the last confirmation or undoing."""
    kept = models.JSONField(default=list)
    """What stood before in the rows that it changed, where its target keeps that here."""
    reason = models.TextField(blank=True)
    job = models.CharField(max_length=128, blank=True)

    class Meta:
        """Newest first."""

        ordering: ClassVar = ["-created", "-pk"]

    @classmethod
    def narrowed(cls, query: Seen, person: Person, units: "models.QuerySet[Unit]") -> Seen:
        """Uploads are seen in the office that sends them, and by auditors; what they make is seen as its kind is."""
        del units
        own = [post.unit_id for post in person.held()]
        return query.filter(models.Q(unit__in=own) | models.Q(unit__in=person.units(INSPECT)))

    def allows(self, person: Person, action: str) -> bool:
        """Who may confirm or undo is who may do to its target what it does."""
        return super().allows(person, NEEDED.get(self.target, action) if action == CONFIRM else action)

    @property
    def state_name(self) -> Text:
        """The state in words."""
        return STATES[self.state]

    @property
    def mark(self) -> str:
        """How the state is marked."""
        return MARKS[self.state]

    @property
    def thing_name(self) -> Text:
        """What it is for, in words."""
        return Text(self.thing_zh or self.thing, self.thing_en or self.thing_zh or self.thing)

    @property
    def name(self) -> Text:
        """The file, and what it was sent in for."""
        return Text(
            f"{self.thing_zh or self.thing}：{self.file_name}", f"{self.thing_en or self.thing}: {self.file_name}"
        )

    def get_absolute_url(self) -> str:
        """Give the address of its page."""
        return reverse("intake:upload", args=[self.code])


class Reading(models.Model):
    """What the last reading of an upload gave.

    ``findings`` are the first of ``total``; ``tables`` hold the hash of each typed table; ``counts`` and ``preview`` what
    would change.
    """

    upload = models.OneToOneField(Upload, on_delete=models.CASCADE, related_name="reading")
    total = models.PositiveIntegerField(default=0)
    findings = models.JSONField(default=list)
    tables = models.JSONField(default=dict)
    meta = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)
    preview = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.upload} {self.total}"
