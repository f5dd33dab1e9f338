"""Rounds and their rules, applications, runs of the rules, reviews, objections, awards.

An applicant sees the open round, the own application, the own objection and the own award, and nothing else: what offices
work with (reviews, runs and their lines) stands in kinds of its own that no applicant may read.
"""

import hashlib
from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from haihe.messages import HaiheError, Text
from haihe.workspace.audit.models import Spoken
from haihe.workspace.data.models import Version
from haihe.workspace.rounds.actions import (
    APPLY,
    INSIDE,
    INSPECT,
    KEEP,
    MONEY,
    OBJECT,
    PAY,
    READ,
    RECOMMEND,
)
from haihe.workspace.rounds.states import (
    APPLICATION_MARKS,
    APPLICATION_STATES,
    CONFLICT,
    DRAFT,
    OPEN,
    REVIEW_STATES,
    REVIEWING,
    ROUND_MARKS,
    ROUND_STATES,
)
from haihe.workspace.units.models import Named, Owned, Person, Seen, Unit


class RuleText(models.Model):
    """The text of a scheme file, kept by its hash for good: no service changes or deletes one."""

    sha256 = models.CharField(max_length=64, unique=True)
    file_name = models.CharField(max_length=200)
    text = models.TextField()
    kept = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.sha256

    @property
    def code(self) -> str:
        """What entries call it: its hash."""
        return self.sha256

    def checked(self) -> str:
        """Give the text; ``E-RND-03`` where it is not what its hash says."""
        if hashlib.sha256(self.text.encode()).hexdigest() != self.sha256:
            raise HaiheError("E-RND-03", value=self.sha256)
        return self.text


class Calls(Seen):
    """Queries of rounds."""

    def visible_to(self, person: Person, action: str = "") -> "Calls":
        """Keep the rounds of the person's reach, and the published ones that the person's units may apply to."""
        own = super().visible_to(person, action).values("pk")
        paths = {post.unit.path for post in person.held() if person.may(action or READ, post.unit)}
        above = {path[: at + 1] for path in paths for at, letter in enumerate(path) if letter == "/"}
        called = Round.open_to.through.objects.filter(unit__path__in=above).values("round")
        return self.filter(Q(pk__in=own) | (~Q(state=DRAFT) & Q(pk__in=called)))


class Round(Owned, Named):
    """One call of a fund, under one text of rules and one day.

    Amounts are fen. ``articles`` are full codes ``scheme/article``; ``criteria`` what experts mark, each
    ``{"key", "zh", "en", "weight", "full"}`` with weight and full mark as decimal text; ``ties`` ``{"column", "first"}``;
    ``quotas`` ``{"column", "most"}``; ``objective`` ``{"merit", "per"}`` of an optimal selection.
    """

    read_by = READ
    spoken: ClassVar[Spoken] = {"state": ROUND_STATES}
    objects: ClassVar[Any] = Calls.as_manager()

    rules = models.ForeignKey(RuleText, on_delete=models.PROTECT, related_name="rounds")
    day = models.DateField()
    fund = models.CharField(max_length=64, blank=True)
    articles = models.JSONField(default=list)
    year = models.PositiveSmallIntegerField()
    budget = models.BigIntegerField()
    tails = models.BigIntegerField(default=0)
    how = models.CharField(max_length=16, default="ranked")
    objective = models.JSONField(default=dict, blank=True)
    when_short = models.CharField(max_length=8, default="stop")
    ties = models.JSONField(default=list, blank=True)
    quotas = models.JSONField(default=list, blank=True)
    pass_score = models.DecimalField(max_digits=9, decimal_places=2, null=True, blank=True)
    reserves = models.PositiveSmallIntegerField(default=0)
    criteria = models.JSONField(default=list)
    combine = models.CharField(max_length=16, default="mean")
    least_reviews = models.PositiveSmallIntegerField(default=1)
    needs_promise = models.BooleanField(default=False)
    """Whether an application needs a matching promise of its district of at least the district's part."""
    figures = models.ForeignKey(Version, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    """The version of a dataset whose table ``budgets`` says what each district can match."""
    open_to = models.ManyToManyField(Unit, related_name="+", blank=True)
    """Units whose firms, at any depth below, may apply."""
    payer = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    """The unit that pays the city's part; the round's own where none is named."""
    opens = models.DateField()
    closes = models.DateField()
    publicity_days = models.PositiveSmallIntegerField(default=5)
    listed_on = models.DateField(null=True, blank=True)
    objections_until = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=16, default=DRAFT)
    ranking = models.ForeignKey("Run", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    """The run that stands: its list is published and awarded."""
    decided_by = models.CharField(max_length=150, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    illustrative = models.BooleanField(default=False)
    note = models.TextField(blank=True)

    parties = ("unit", "payer")

    class Meta:
        """Newest first."""

        ordering: ClassVar = ["-created", "-pk"]

    @classmethod
    def narrowed(cls, query: Seen, person: Person, units: "models.QuerySet[Unit]") -> Seen:
        """A round in preparation is seen in the office that makes it."""
        del units
        own = [post.unit_id for post in person.held()]
        return query.exclude(~Q(unit__in=own), state=DRAFT)

    def get_absolute_url(self) -> str:
        """Give the address of its page."""
        return reverse("rounds:round", args=[self.code])

    @property
    def state_name(self) -> Text:
        """The state in words."""
        return ROUND_STATES[self.state]

    @property
    def mark(self) -> str:
        """The state as a mark."""
        return ROUND_MARKS[self.state]

    @property
    def paid_by(self) -> Unit:
        """The unit that pays the city's part."""
        return self.payer or self.unit

    def allows(self, person: Person, action: str) -> bool:
        """Applicants act for a firm below a unit that the round is open to, districts for the applications that they are asked
        about, the payer reads the money; all else is done in the office of the round."""
        if action in (APPLY, OBJECT):
            return bool(self.firms(person, action))
        if action == RECOMMEND:
            asked = self.applications.exclude(state=DRAFT)
            return bool(asked.filter(district__in=person.units(RECOMMEND)).exists())
        if action == MONEY:
            return any(person.may(action, unit) for unit in (self.unit, self.paid_by))
        return person.may(action, self.unit)

    def firms(self, person: Person, action: str = APPLY) -> list[Unit]:
        """Give the units for which a person may apply or object."""
        open_to = list(self.open_to.values_list("path", flat=True))
        units = person.units(action)
        return [unit for unit in units if any(unit.path.startswith(path) for path in open_to)]

    def takes(self, today: date | None = None) -> bool:
        """Whether applications may be handed in on a day."""
        return self.state == OPEN and self.opens <= (today or timezone.localdate()) <= self.closes

    def hidden_from(self, person: Person) -> frozenset[str]:
        """Who the experts are is known to those who run the round and to auditors; who decided, and the run, to offices."""
        if person.may(KEEP, self.unit) or person.may(INSPECT, self.unit):
            return frozenset()
        inside = person.may(INSIDE, self.unit)
        return frozenset({"experts"} if inside else {"experts", "reviews", "ranking", "decided_by"})

    def must_be(self, *states: str) -> None:
        """Raise ``E-RND-01`` in another state."""
        if self.state not in states:
            raise HaiheError("E-RND-01", value=self.code, state=ROUND_STATES[self.state])


class Cases(Seen):
    """Queries of what belongs to applicants: applications, objections, awards."""

    def visible_to(self, person: Person, action: str = "") -> "Cases":
        """Keep what offices see in their reach, what applicants see in exactly their own firm, and what experts review."""
        if action not in ("", READ):
            return super().visible_to(person, action)  # type: ignore[return-value]
        where = Q(unit__in=[post.unit_id for post in person.held() if post.role == "applicant"])
        if self.model is Application:
            theirs = Application.reviews.field.model._base_manager.filter(
                expert=person, state__in=REVIEW_STATES.keys() - {CONFLICT}
            )
            where |= Q(pk__in=theirs.values("application"))
        return super().visible_to(person, INSIDE) | self.filter(where)  # type: ignore[return-value]


class Case(Owned):
    """Base of what belongs to an applicant: people who are applicants alone see it in exactly their own firm."""

    read_by = READ
    objects: ClassVar[Any] = Cases.as_manager()

    class Meta:
        """No table of its own."""

        abstract = True


class Application(Case):
    """What a firm asks for in a round.

    ``fields`` holds the declared columns as the form gives them, numbers as decimal text; ``wanted`` the articles asked
    for, full codes. ``number`` counts the times it was handed in and ``sha256`` is the hash of what was handed in last.
    Score and place are told here when the list is published, not before.
    """

    parties = ("unit", "district", "round__unit")
    spoken: ClassVar[Spoken] = {"state": APPLICATION_STATES}

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="applications")
    title = models.CharField(max_length=200)
    district = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    region = models.CharField(max_length=64, blank=True)
    wanted = models.JSONField(default=list)
    fields = models.JSONField(default=dict)
    state = models.CharField(max_length=20, default=DRAFT)
    own_code = models.CharField(max_length=64, blank=True)
    """The firm's own code of the row, where it came by workbook; ``came`` says by which upload and what stood before."""
    came = models.JSONField(default=dict, blank=True)
    number = models.PositiveSmallIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    submitted_by = models.CharField(max_length=150, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    recommended = models.BooleanField(null=True, blank=True)
    district_rank = models.PositiveIntegerField(null=True, blank=True)
    district_words = models.TextField(blank=True)
    promise = models.BigIntegerField(null=True, blank=True)
    recommended_by = models.CharField(max_length=150, blank=True)
    recommended_at = models.DateTimeField(null=True, blank=True)
    support = models.BigIntegerField(null=True, blank=True)
    score = models.DecimalField(max_digits=9, decimal_places=2, null=True, blank=True)
    place = models.PositiveIntegerField(null=True, blank=True)
    reason = models.JSONField(default=list, blank=True)
    """Why it came out as it did, and the smallest change that would have altered it: ``[{"zh", "en"}]``."""

    class Meta:
        """Newest first; read by round and state."""

        ordering: ClassVar = ["-pk"]
        indexes: ClassVar = [
            models.Index(fields=["round", "state"]),
            models.Index(fields=["round", "district", "district_rank"]),
        ]

    @classmethod
    def narrowed(cls, query: Seen, person: Person, units: "models.QuerySet[Unit]") -> Seen:
        """What was not handed in is seen in the firm alone."""
        del units
        own = [post.unit_id for post in person.held()]
        return query.exclude(~Q(unit__in=own), state=DRAFT)

    def deciders(self, action: str) -> Iterable[Unit]:
        """The firm applies and withdraws, the district recommends, the office of the round does all else."""
        if action in (APPLY, OBJECT):
            return (self.unit,)
        if action == RECOMMEND:
            return (self.district,) if self.district else ()
        return (self.round.unit,)

    def get_absolute_url(self) -> str:
        """Give the address of its page."""
        return reverse("rounds:application", args=[self.code])

    @property
    def name(self) -> Text:
        """What is asked for."""
        return Text(self.title, self.title)

    @property
    def state_name(self) -> Text:
        """The state in words."""
        return APPLICATION_STATES[self.state]

    @property
    def mark(self) -> str:
        """The state as a mark."""
        return APPLICATION_MARKS[self.state]

    @property
    def reasons(self) -> list[Text]:
        """Why it came out as it did, in words."""
        return [Text(each["zh"], each["en"]) for each in self.reason]

    def own_of(self, person: Person) -> bool:
        """Whether it is a person's own case: they entered it, handed it in, or hold a post in its firm."""
        posts = {post.unit_id for post in person.held()}
        return self.unit_id in posts or person.username in {self.created_by, self.submitted_by}

    def must_be(self, *states: str) -> None:
        """Raise ``E-RND-02`` in another state."""
        if self.state not in states:
            raise HaiheError("E-RND-02", value=self.code, state=APPLICATION_STATES[self.state])


class Run(Owned):
    """The rules applied to a round: eligibility of every application (``check``) or the whole decision (``rank``).

    ``inputs`` is the SHA-256 of everything that decides (text of the rules, day, terms of the round, what was handed in,
    promises, scores, what districts can match) and ``outputs`` that of the lines, so that a run can be done again and compared.
    """

    read_by = INSIDE
    parties = ("unit",)

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="runs")
    purpose = models.CharField(max_length=8)
    number = models.PositiveIntegerField()
    inputs = models.CharField(max_length=64)
    outputs = models.CharField(max_length=64)
    version = models.CharField(max_length=32)
    """Version of haihe that computed it."""
    summary = models.JSONField(default=dict)

    class Meta:
        """Newest first; numbered within the round."""

        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["round", "number"], name="one_run_a_number")]

    @classmethod
    def narrowed(cls, query: Seen, person: Person, units: "models.QuerySet[Unit]") -> Seen:
        """While experts can still mark, they see no run of the round: an earlier one tells what others marked."""
        del units
        reviewed = Round.objects.filter(reviews__expert=person, state=REVIEWING)
        return query.exclude(round__in=reviewed.values("pk"))

    def get_absolute_url(self) -> str:
        """Give the address of its page."""
        return reverse("rounds:run", args=[self.code])

    @property
    def name(self) -> Text:
        """The run in words."""
        what = Text("资格审核", "eligibility check") if self.purpose == "check" else Text("排序", "ranking")
        return Text(
            f"{self.round.name_zh} {what.zh} 第{self.number}次", f"{self.round.name.en}, {what.en} no. {self.number}"
        )


class Line(models.Model):
    """What a run says of one application: seen through the run by offices, never by applicants.

    ``parts`` lists the articles under which support is due: ``{"article", "support", "city", "district", "instalments"}`` with
    instalments ``[[name, fen]]`` in the order of payment. Amounts are fen, missing where undecided.
    """

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="lines")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="lines")
    edition = models.PositiveIntegerField()
    state = models.CharField(max_length=12)
    article = models.CharField(max_length=400, blank=True)
    support = models.BigIntegerField(null=True)
    city = models.BigIntegerField(null=True)
    district = models.BigIntegerField(null=True)
    score = models.DecimalField(max_digits=9, decimal_places=2, null=True)
    place = models.PositiveIntegerField(null=True)
    decision = models.CharField(max_length=12, blank=True)
    parts = models.JSONField(default=list)
    trace = models.JSONField(default=list)
    """The reckoning line by line, ``[{"zh", "en"}]``."""
    reason = models.JSONField(default=list)

    class Meta:
        """In the order of the ranking; one line an application."""

        ordering: ClassVar = ["place", "pk"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["run", "application"], name="one_line_an_application")]

    def __str__(self) -> str:
        return f"{self.run.code}/{self.application.code}"


class Objection(Case):
    """What an applicant objects to during publicity, and the answer with its decision.

    ``effect``: ``kept`` (nothing changes), ``struck`` (the application objected to is taken off the list), ``again`` (the round
    is ranked again).
    """

    parties = ("unit", "round__unit")

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="objections")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="objections")
    words = models.TextField()
    answer = models.TextField(blank=True)
    effect = models.CharField(max_length=8, blank=True)
    answered_by = models.CharField(max_length=150, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Newest first."""

        ordering: ClassVar = ["-pk"]

    def deciders(self, action: str) -> Iterable[Unit]:
        """The firm objects, the office of the round answers."""
        return (self.unit,) if action == OBJECT else (self.round.unit,)

    def get_absolute_url(self) -> str:
        """Give the address of its page."""
        return reverse("rounds:objection", args=[self.code])

    @property
    def name(self) -> Text:
        """The application that it is about."""
        return self.application.name


class Award(Case):
    """Support that was granted to one application; what follows it stands in the ledger.

    ``unit`` is the firm. ``parts`` are those of the line: articles with their amounts and instalments in fen.
    """

    parties = ("unit", "district", "round__unit", "round__payer")

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="awards")
    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="award")
    line = models.OneToOneField(Line, on_delete=models.PROTECT, related_name="award")
    district = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    support = models.BigIntegerField()
    city = models.BigIntegerField()
    district_part = models.BigIntegerField()
    granted = models.JSONField(default=list)
    decided_by = models.CharField(max_length=150)
    decided_at = models.DateTimeField(default=timezone.now)

    class Meta:
        """Newest first."""

        ordering: ClassVar = ["-pk"]

    def deciders(self, action: str) -> Iterable[Unit]:
        """The payer of the round pays and reads the money, the firm reports, the district pays its part, the office of the
        round does all else."""
        if action in (APPLY, OBJECT):
            return (self.unit,)
        if action == PAY:
            return (self.round.paid_by, *([self.district] if self.district else []))
        if action == MONEY:
            return (self.round.unit, self.round.paid_by)
        if action == RECOMMEND:
            return (self.district,) if self.district else ()
        return (self.round.unit,)

    def get_absolute_url(self) -> str:
        """Give the address of its page."""
        return reverse("rounds:award", args=[self.code])

    @property
    def name(self) -> Text:
        """What was granted for."""
        return self.application.name
