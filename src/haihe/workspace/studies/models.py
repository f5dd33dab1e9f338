"""A study: which kind, on which data version, with which scenario and settings; its job says how far it is and what it found."""

from typing import Any, ClassVar

from django.db import models
from django.urls import reverse

from haihe.messages import Text
from haihe.workspace.data.models import Version
from haihe.workspace.jobs.models import DONE, MARKS, PENDING, Job
from haihe.workspace.scenarios.models import Scenario
from haihe.workspace.studies.actions import READ
from haihe.workspace.studies.kinds import KINDS, Kind
from haihe.workspace.units.models import Named, Owned, Person, Seen


class Study(Owned, Named):
    """A run of the library that a unit asked for. What it is run on never changes.

    ``edits`` are what the scenario set when the study was asked for, one list each of table, record, column, value and reason;
    ``sha256`` is the content of the data version; ``job`` the one that gives or gave the result, and another where the study is
    run again. ``rests`` are the studies that it is made of.
    """

    read_by = READ
    unrecorded = Owned.unrecorded | {"pinyin"}

    kind_code = models.CharField(max_length=32, db_index=True)
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64, db_index=True)
    scenario = models.ForeignKey(Scenario, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    edits = models.JSONField(default=list)
    settings = models.JSONField(default=dict)
    job = models.ForeignKey(Job, null=True, on_delete=models.PROTECT, related_name="+")
    rests = models.ManyToManyField("self", symmetrical=False, blank=True, related_name="rested_on")

    class Meta:
        """Newest first."""

        ordering: ClassVar = ["-pk"]

    @classmethod
    def narrowed(cls, query: Seen, person: Person, units: "models.QuerySet[Any]") -> Seen:
        """Who does not see the data version or the scenario does not see what was found on it, nor what rests on that."""
        del units
        versions = Version.objects.visible_to(person).values("pk")
        scenarios = Scenario.objects.visible_to(person).values("pk")
        seen = models.Q(models.Q(scenario=None) | models.Q(scenario__in=scenarios), version__in=versions)
        return query.filter(seen).exclude(rests__in=cls.objects.exclude(seen).values("pk"))

    def get_absolute_url(self) -> str:
        """Give the address of its page."""
        return reverse("studies:study", args=[self.code])

    @property
    def title(self) -> Text:
        """What it is called."""
        return self.name

    @property
    def kind_of(self) -> Kind | None:
        """The kind; ``None`` where this version of haihe knows it no more."""
        return KINDS.get(self.kind_code)

    @property
    def kind_name(self) -> Text:
        """What the kind is called."""
        kind = self.kind_of
        return kind.name if kind else Text(self.kind_code, self.kind_code)

    @property
    def state(self) -> str:
        """How far it is: the state of its job."""
        return self.job.state if self.job else ""

    @property
    def state_name(self) -> Text:
        """The state in words."""
        return self.job.state_name if self.job else Text("—", "—")

    @property
    def state_mark(self) -> str:
        """The state as a mark of lists."""
        return MARKS.get(self.state, "")

    @property
    def done(self) -> bool:
        """Whether it has a result."""
        return self.state == DONE and bool(self.job and self.job.result)

    @property
    def mark(self) -> str:
        """The hash of kind, inputs and version of haihe; equal hashes, one result."""
        return self.job.mark if self.job else ""

    @property
    def made_with(self) -> str:
        """The version of haihe that made the result."""
        return str((self.job.result or {}).get("haihe", "")) if self.job else ""

    @property
    def pending(self) -> bool:
        """Whether it waits or is being done."""
        return self.state in PENDING
