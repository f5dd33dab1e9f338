"""A job: one piece of work in the background, from its place in the queue to its result."""

from typing import Any, ClassVar

from django.db import models
from django.urls import reverse

from haihe.messages import Text
from haihe.workspace.audit.models import Spoken
from haihe.workspace.jobs.actions import READ
from haihe.workspace.jobs.tasks import TASKS, Task
from haihe.workspace.units.models import Owned

QUEUED, RUNNING, DONE, FAILED, CANCELLED = "queued", "running", "done", "failed", "cancelled"
STATES = {
    QUEUED: Text("排队中", "queued"),
    RUNNING: Text("进行中", "running"),
    DONE: Text("已完成", "done"),
    FAILED: Text("未完成", "failed"),
    CANCELLED: Text("已取消", "cancelled"),
}
MARKS = {QUEUED: "wait", RUNNING: "warn", DONE: "good", FAILED: "bad", CANCELLED: "wait"}
PENDING = (QUEUED, RUNNING)


class Job(Owned):
    """Work that was asked for in a unit.

    ``mark`` is the hash of kind, inputs and version of haihe. ``holder`` names the worker that does it, ``beat`` is when
    that worker was last heard of, ``tries`` how often it was begun. Words and share of progress are not recorded in the
    audit. The queue moves it on without new editions.
    """

    editions = False

    task = models.CharField(max_length=64)
    title_zh = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200)
    inputs = models.JSONField(default=dict)
    mark = models.CharField(max_length=64)
    state = models.CharField(max_length=16, default=QUEUED)
    cancel_asked = models.BooleanField(default=False)
    share = models.FloatField(null=True)
    words_zh = models.CharField(max_length=300, blank=True)
    words_en = models.CharField(max_length=300, blank=True)
    result = models.JSONField(null=True)
    error = models.JSONField(default=list)
    same_as = models.CharField(max_length=128, blank=True)
    """Code of the job whose result this one took over."""
    started = models.DateTimeField(null=True)
    ended = models.DateTimeField(null=True)
    beat = models.DateTimeField(null=True)
    holder = models.CharField(max_length=64, blank=True)
    host = models.CharField(max_length=64, blank=True)
    pid = models.PositiveIntegerField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)

    read_by = READ
    spoken: ClassVar[Spoken] = {"state": STATES}
    unrecorded: ClassVar[frozenset[str]] = Owned.unrecorded | {
        *(
            "share",
            "words_zh",
            "words_en",
            "result",
            "started",
            "ended",
            "beat",
            "holder",
            "host",
            "pid",
            "cancel_asked",
        ),
    }

    class Meta:
        """Newest first; of equal work in a unit only one is pending."""

        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["state", "unit"]),
            models.Index(fields=["mark", "state"]),
            models.Index(fields=["created_by", "state"]),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["unit", "mark"],
                condition=models.Q(state__in=PENDING, cancel_asked=False),
                name="one_pending_job_a_mark",
            )
        ]

    @property
    def title(self) -> Text:
        """What the job is called."""
        return Text(self.title_zh, self.title_en)

    @property
    def words(self) -> Text:
        """What was done when it was last heard of."""
        return Text(self.words_zh, self.words_en)

    @property
    def over(self) -> bool:
        """Whether nothing more will happen."""
        return self.state not in PENDING

    @property
    def state_name(self) -> Text:
        """The state in words."""
        if self.cancel_asked and not self.over:
            return Text("正在取消", "being cancelled")
        return STATES[self.state]

    @property
    def state_mark(self) -> str:
        """The state as a mark of lists."""
        return MARKS[self.state]

    @property
    def kind_of_work(self) -> Task | None:
        """The kind of work; ``None`` where this version of haihe knows it no more."""
        return TASKS.get(self.task)

    @property
    def kind_name(self) -> Text:
        """What the kind is called."""
        found = self.kind_of_work
        return found.name if found else Text(self.task, self.task)

    @property
    def link(self) -> str:
        """Address of the page on which the result stands; "" where there is none."""
        found = self.kind_of_work
        return found.link(self) if self.state == DONE and found and found.link else ""

    @property
    def summary(self) -> Text | None:
        """What the result says of itself."""
        said: Any = (self.result or {}).get("summary")
        return Text(said["zh"], said["en"]) if isinstance(said, dict) and {"zh", "en"} <= said.keys() else None

    @property
    def failures(self) -> list[Text]:
        """Why it failed, a line for each finding."""
        return [Text(line["zh"], line["en"]) for line in self.error]

    @property
    def name(self) -> Text:
        """What it was asked to do."""
        return Text(self.title_zh, self.title_en)

    def get_absolute_url(self) -> str:
        """Give the address of its page."""
        return reverse("jobs:job", args=[self.code])
