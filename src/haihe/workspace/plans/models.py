"""Plans: a study's plan with everything that it rests on, frozen once it is published; and what was derived from it."""

from pathlib import Path
from typing import Any, ClassVar, cast

from django.conf import settings as django_settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from haihe.messages import HaiheError, Text
from haihe.workspace.audit.chain import Channel
from haihe.workspace.data.models import Version
from haihe.workspace.plans.actions import READ
from haihe.workspace.studies.models import Study
from haihe.workspace.units.approval import APPROVED, DRAFT, MARKS, STATES, SUBMITTED, Approved
from haihe.workspace.units.models import Named, Person, Seen, Unit

IN_FORCE, SUPERSEDED, WITHDRAWN = "in-force", "superseded", "withdrawn"
STAGES = {
    DRAFT: STATES[DRAFT],
    SUBMITTED: Text("已提交，待发布", "submitted, to be published"),
    IN_FORCE: Text("已发布，现行", "published, in force"),
    SUPERSEDED: Text("已发布，被新方案取代", "published, superseded by a newer plan"),
    WITHDRAWN: Text("已撤回", "withdrawn"),
}
STAGE_MARKS = {DRAFT: "wait", SUBMITTED: "warn", IN_FORCE: "good", SUPERSEDED: "wait", WITHDRAWN: "bad"}
MADE_KINDS = {
    "target": Text("目标", "target"),
    "cap": Text("配额目标与职责", "cap: a target and a duty"),
    "project": Text("项目职责", "duty: a project"),
    "transfer": Text("调剂职责", "duty: a transfer"),
    "problem": Text("重大问题", "problem"),
}


class PlanSeen(Seen):
    """Queries of plans."""

    def visible_to(self, person: Person, action: str = "") -> "PlanSeen":
        """Keep the plans that a person may see."""
        return cast("PlanSeen", super().visible_to(person, action))

    def staged(self) -> "PlanSeen":
        """Note on each plan whether a newer one of its office and dataset is published: reading ``stage`` then asks nothing."""
        newer = Plan.objects.filter(
            unit=OuterRef("unit"),
            version__dataset=OuterRef("version__dataset"),
            state=APPROVED,
            withdrawn_at=None,
            approved_at__gt=OuterRef("approved_at"),
        )
        return cast("PlanSeen", self.annotate(newer=Exists(newer)))

    def counted(self) -> "PlanSeen":
        """Note on each plan how many things were derived from it; newest first."""
        return cast("PlanSeen", self.annotate(derived=models.Count("made", distinct=True)).order_by("-pk"))

    def in_force(self) -> "PlanSeen":
        """Keep the newest published plan of each office and dataset."""
        return self.staged().filter(state=APPROVED, withdrawn_at=None, newer=False)


class Plan(Approved, Named):
    """A plan that a study found, prepared for publication and frozen by it.

    ``sha256`` is the content of the data version, ``edits`` what the scenario set, ``haihe`` the version of the software
    that solved it; ``index``, ``solved`` and ``figures`` are the hashes of what the study found, of the plan itself and of
    its numbers as they stand in `folder`. What is published stays as it is; a newer plan of the same office and dataset
    supersedes it, and one that shall not stand any more is withdrawn with a reason.
    """

    read_by = READ
    unrecorded = Approved.unrecorded | {"pinyin"}
    basis: ClassVar = (
        "code", "unit_id", "study_id", "version_id", "sha256", "edits", "edits_sha256", "settings", "haihe", "index",
        "solved", "illustrative",
    )  # fmt: skip
    """What never changes, not even while it is a draft."""
    content: ClassVar = (
        "name_zh", "name_en", "about", "figures", "first_year", "last_year", "submitted_by", "submitted_at", "created_by",
    )  # fmt: skip
    """What does not change any more once it was handed in."""

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    edits = models.JSONField(default=list)
    edits_sha256 = models.CharField(max_length=64)
    settings = models.JSONField(default=dict)
    haihe = models.CharField(max_length=32)
    index = models.CharField(max_length=64)
    solved = models.CharField(max_length=64)
    figures = models.CharField(max_length=64, blank=True)
    first_year = models.PositiveSmallIntegerField(null=True, blank=True)
    last_year = models.PositiveSmallIntegerField(null=True, blank=True)
    illustrative = models.BooleanField(default=False)
    about = models.TextField(blank=True)
    job = models.CharField(max_length=128, blank=True)
    """Code of the job that reads its numbers."""
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.CharField(max_length=150, blank=True)
    why_withdrawn = models.TextField(blank=True)

    objects: ClassVar[Any] = PlanSeen.as_manager()

    class Meta:
        """Newest first."""

        ordering: ClassVar = ["-pk"]

    @classmethod
    def narrowed(cls, query: Seen, person: Person, units: "models.QuerySet[Unit]") -> Seen:
        """Drafts are seen in their office; no plan by those who do not see the data that it rests on."""
        versions = Version.objects.visible_to(person).values("pk")
        return super().narrowed(query, person, units).filter(version__in=versions)

    def save(self, *args: Any, **more: Any) -> None:
        """Save; ``E-PUB-01`` where something would change that stands."""
        if self.pk is not None:
            self._as_it_stands()
        super().save(*args, **more)

    def delete(self, *args: Any, **more: Any) -> tuple[int, dict[str, int]]:
        """Delete a draft; ``E-PUB-01`` for what was handed in or published."""
        if self.pk is not None and Plan.objects.filter(pk=self.pk).exclude(state=DRAFT).exists():
            raise HaiheError("E-PUB-01", value=self.name)
        return super().delete(*args, **more)

    def _as_it_stands(self) -> None:
        """Compare what is to be written with what stands: published stays published, withdrawn stays withdrawn."""
        stored = Plan.objects.filter(pk=self.pk).first()
        if stored is None:
            return
        fixed = list(self.basis)
        if stored.state != DRAFT and self.state != DRAFT:
            fixed += self.content
        if stored.state == APPROVED:
            fixed += [*self.content, "state", "approved_by", "approved_at", "returned"]
            if stored.withdrawn_at is not None:
                fixed += ["withdrawn_at", "withdrawn_by", "why_withdrawn"]
        if any(getattr(stored, name) != getattr(self, name) for name in fixed):
            raise HaiheError("E-PUB-01", value=stored.name)

    def reopen(self, person: Person, reason: str, edition: int | None = None, channel: Channel = "web") -> None:
        """Refuse: what was published is withdrawn (`publishing.withdraw`), never a draft again."""
        del person, reason, edition, channel
        raise HaiheError("E-PUB-01", value=self.name)

    def get_absolute_url(self) -> str:
        """Give the address of its page."""
        return reverse("plans:plan", args=[self.code])

    @property
    def published(self) -> bool:
        """Whether it was published; withdrawn and superseded ones stay so."""
        return self.state == APPROVED

    @property
    def stands(self) -> bool:
        """Whether it is published and was not withdrawn."""
        return self.published and self.withdrawn_at is None

    @property
    def stage(self) -> str:
        """How far it has come: a key of `STAGES`."""
        if not self.published:
            return self.state
        if self.withdrawn_at is not None:
            return WITHDRAWN
        return SUPERSEDED if self._superseded() else IN_FORCE

    def _superseded(self) -> bool:
        if not hasattr(self, "newer"):
            self.newer = Plan.objects.filter(pk=self.pk).staged().values_list("newer", flat=True).get()
        return bool(self.newer)

    @property
    def stage_name(self) -> Text:
        """How far it has come, in words."""
        return STAGES[self.stage]

    @property
    def stage_mark(self) -> str:
        """How far it has come, as a mark."""
        return STAGE_MARKS[self.stage]

    @property
    def state_name(self) -> Text:
        """The state of its approval in words."""
        return STATES[self.state]

    @property
    def state_mark(self) -> str:
        """The state of its approval as a mark."""
        return MARKS[self.state]

    @property
    def quality(self) -> str:
        """What comes of a plan on made-up data is made up."""
        return "illustrative" if self.illustrative else "estimated"

    @property
    def folder(self) -> Path:
        """Where what the study found is kept for the plan; the same for plans of equal results."""
        return Path(django_settings.OFFICE.home) / "results" / f"plan-{self.index}"

    @property
    def years(self) -> str:
        """First and last year in words; "" while they are not read."""
        return f"{self.first_year}–{self.last_year}" if self.first_year else ""

    def successor(self) -> "Plan | None":
        """Give the plan that took its place, the next one published."""
        if self.approved_at is None:
            return None
        later = Plan.objects.filter(
            Q(unit=self.unit_id, version__dataset=self.version.dataset_id, state=APPROVED, withdrawn_at=None),
            approved_at__gt=self.approved_at,
        )
        found: Plan | None = later.order_by("approved_at").first()
        return found


class Made(models.Model):
    """Something derived from a plan: the number that it rests on, and what was made of it. Seen through the plan.

    ``key`` names the number within the plan; ``row`` is the number as the plan has it; ``thing_kind`` and ``thing`` what
    was made, ``beside`` the duty that belongs to a target of a cap.
    """

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="made")
    key = models.CharField(max_length=200)
    kind_of = models.CharField(max_length=16)
    row = models.JSONField(default=dict)
    thing_kind = models.CharField(max_length=64)
    thing = models.CharField(max_length=128)
    beside = models.CharField(max_length=128, blank=True)
    made_by = models.CharField(max_length=150)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """In order; one a number of a plan."""

        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["plan", "key"], name="one_thing_a_number")]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.key}"

    @property
    def kind_name(self) -> Text:
        """What it is, in words."""
        return MADE_KINDS[self.kind_of]
