"""What follows an award: the terms of its round, performance targets, entries of the ledger, acceptances, clawbacks."""

from collections.abc import Iterable
from fractions import Fraction
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse

from haihe.messages import HaiheError, Text
from haihe.workspace.rounds import ledger
from haihe.workspace.rounds.actions import INSIDE, READ
from haihe.workspace.rounds.models import Award, Case, Round
from haihe.workspace.units.approval import APPROVED, DRAFT, STATES, SUBMITTED, Approved
from haihe.workspace.units.models import Named, Owned, Unit

PROPORTIONAL, WHOLE = "proportional", "whole"
WAYS = {
    PROPORTIONAL: Text("按未完成比例追回已拨资金", "the missed part of what was paid"),
    WHOLE: Text("追回全部已拨资金", "all that was paid"),
}
AT_LEAST, AT_MOST = "at_least", "at_most"
SENSES = {AT_LEAST: Text("不低于", "at least"), AT_MOST: Text("不高于", "at most")}
INTERIM, FINAL = "interim", "final"
STAGES = {INTERIM: Text("中期检查", "interim check"), FINAL: Text("竣工验收", "final acceptance")}
CHECKED = "checked"
STEPS = STATES | {CHECKED: Text("已核查，待验收", "checked, waits for acceptance")}
STEP_MARKS = {DRAFT: "wait", SUBMITTED: "warn", CHECKED: "warn", APPROVED: "good"}
FIGURE: dict[str, Any] = {"max_digits": 24, "decimal_places": 6}
OF_AWARD = ("unit", "award__district", "award__round__unit", "award__round__payer")


def instalment_code(award: Award, article: str, instalment: str) -> str:
    """Give what an instalment of an award is named by (`rules.instalments_called`): its round, article and own code."""
    return f"{award.round_id}|{article}|{instalment}" if instalment else ""


class Follow(Owned):
    """How the awards of a round are paid and followed: from the scheme's text or, where that is silent, from the call.

    ``least`` is the part of the performance targets, in percent, from which nothing is asked back and the tail is paid.
    """

    read_by = READ
    parties = ("unit", "round__payer")

    round = models.OneToOneField(Round, on_delete=models.PROTECT, related_name="follow")
    document = models.CharField(max_length=200, blank=True)
    """Document and article that say so."""
    expenditure = models.CharField(max_length=40, blank=True)
    """Code of the expenditure in the budget's classification."""
    in_step = models.BooleanField(default=True)
    tail_after_acceptance = models.BooleanField(default=True)
    least = models.DecimalField(max_digits=5, decimal_places=2, default=100)
    way = models.CharField(max_length=16, default=PROPORTIONAL)

    def get_absolute_url(self) -> str:
        """Give the page of the round's money."""
        return reverse("rounds:money", args=[self.round.code])

    @property
    def terms(self) -> ledger.Terms:
        """The terms of payment."""
        return ledger.Terms(self.in_step, self.tail_after_acceptance)

    @property
    def least_part(self) -> Fraction:
        """The least part of the targets."""
        return Fraction(self.least) / 100

    @property
    def way_name(self) -> Text:
        """How much is asked back, in words."""
        return WAYS[self.way]

    @property
    def name(self) -> Text:
        """The round that it is about."""
        return self.round.name


class OfAward(Case):
    """Base of what belongs to one award: seen by its firm, its district, the round's office and its payer."""

    parties = OF_AWARD

    class Meta:
        """No table of its own."""

        abstract = True

    award: Any

    def deciders(self, action: str) -> Iterable[Unit]:
        """As on the award itself."""
        decided: Iterable[Unit] = self.award.deciders(action)
        return decided

    def get_absolute_url(self) -> str:
        """Give the award's page."""
        address: str = self.award.get_absolute_url()
        return address


class Goal(OfAward, Named):
    """A performance target of an award: an indicator, its value, the year by which it is reached."""

    award = models.ForeignKey(Award, on_delete=models.PROTECT, related_name="goals")
    key = models.CharField(max_length=40)
    """What workbooks call it: unique within the award."""
    indicator = models.CharField(max_length=64, blank=True)
    counted_in = models.CharField(max_length=40)
    year = models.PositiveSmallIntegerField()
    value = models.DecimalField(**FIGURE)
    sense = models.CharField(max_length=16, default=AT_LEAST)
    note = models.TextField(blank=True)
    dropped = models.BooleanField(default=False)
    """Whether the upload that set it was undone."""
    came = models.JSONField(default=dict, blank=True)
    """The upload that set it last, what it said before, and the edition that the upload made."""

    class Meta:
        """In the order of years; a key once an award."""

        ordering: ClassVar = ["award", "year", "key"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["award", "key"], name="one_goal_a_key"),
            models.CheckConstraint(condition=Q(value__gt=0), name="goals_above_nothing"),
        ]

    @property
    def sense_name(self) -> Text:
        """Whether at least or at most, in words."""
        return SENSES[self.sense]


class Entry(OfAward):
    """One line of the ledger. It is written once; nothing changes or deletes it, here or in the database."""

    award = models.ForeignKey(Award, on_delete=models.PROTECT, related_name="entries")
    number = models.PositiveIntegerField()
    kind_of = models.CharField(max_length=16)
    side = models.CharField(max_length=8)
    amount = models.BigIntegerField()
    day = models.DateField()
    year = models.PositiveSmallIntegerField()
    """Budget year that it is booked to."""
    article = models.CharField(max_length=200, blank=True)
    instalment = models.CharField(max_length=64, blank=True)
    giver = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    taker = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    document = models.CharField(max_length=200, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        """In the order of booking; numbered within the award."""

        ordering: ClassVar = ["award", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["award", "number"], name="one_entry_a_number"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="entries_above_nothing"),
        ]
        indexes: ClassVar = [models.Index(fields=["kind_of", "side", "year"])]

    def save(self, *args: Any, **more: Any) -> None:
        """Write it once; ``E-RND-51`` the second time."""
        if self.pk is not None:
            raise HaiheError("E-RND-51", value=self.code)
        super().save(*args, **more)

    def delete(self, *args: Any, **more: Any) -> Any:
        """Never: ``E-RND-51``."""
        del args, more
        raise HaiheError("E-RND-51", value=self.code)

    @property
    def instalment_code(self) -> str:
        """What its instalment is named by; "" where it belongs to none."""
        return instalment_code(self.award, self.article, self.instalment)

    @property
    def posting(self) -> ledger.Posting:
        """What it adds to the ledger."""
        return ledger.Posting(self.kind_of, self.side, self.amount, self.year, self.article, self.instalment)

    @property
    def name(self) -> Text:
        """What it is."""
        return ledger.KINDS[self.kind_of, self.side]


class Acceptance(OfAward, Approved):
    """A firm's report on its targets: drafted and handed in by the firm, checked in the department, accepted by another there.

    ``figures`` says by key of the target what was reached, as decimal text; papers are attached as evidence.
    """

    award = models.ForeignKey(Award, on_delete=models.PROTECT, related_name="acceptances")
    stage = models.CharField(max_length=8, default=FINAL)
    year = models.PositiveSmallIntegerField()
    figures = models.JSONField(default=dict)
    words = models.TextField(blank=True)
    checked_by = models.CharField(max_length=150, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    check_words = models.TextField(blank=True)
    attained = models.CharField(max_length=40, blank=True)
    """Part of the targets reached when it was accepted, an exact fraction as text."""
    passed = models.BooleanField(null=True, blank=True)

    class Meta:
        """Newest first; one a stage and year."""

        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["award", "stage", "year"], name="one_acceptance_a_stage")
        ]

    def get_absolute_url(self) -> str:
        """Give the address of its page."""
        return reverse("rounds:acceptance", args=[self.code])

    @property
    def name(self) -> Text:
        """What it is called."""
        stage = STAGES[self.stage]
        return Text(f"{self.award.name.zh}：{self.year} 年{stage.zh}", f"{self.award.name.en}: {stage.en} {self.year}")

    @property
    def step(self) -> str:
        """How far it has come."""
        return CHECKED if self.state == SUBMITTED and self.checked_by else self.state

    @property
    def step_name(self) -> Text:
        """How far it has come, in words."""
        return STEPS[self.step]

    @property
    def step_mark(self) -> str:
        """How far it has come, as a mark."""
        return STEP_MARKS[self.step]

    def made_by(self) -> set[str]:
        """Whoever entered or checked it does not accept it."""
        return (super().made_by() | {self.checked_by}) - {""}


class Claim(Approved):
    """Support to be asked back: prepared in the round's office, by its rule or by decision, and approved by another there.

    ``city`` and ``district`` are fen. Only when it is approved is it booked, and seen by the firm as entries of the ledger.
    """

    read_by = INSIDE
    parties = ("unit", "award__district", "award__round__payer")

    award = models.ForeignKey(Award, on_delete=models.PROTECT, related_name="claims")
    by_rule = models.BooleanField()
    city = models.BigIntegerField(default=0)
    district = models.BigIntegerField(default=0)
    reason = models.TextField()

    class Meta:
        """Newest first."""

        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(city__gte=0, district__gte=0), name="claims_not_negative")
        ]

    def get_absolute_url(self) -> str:
        """Give the award's page."""
        return self.award.get_absolute_url()

    @property
    def name(self) -> Text:
        """What it is."""
        return Text(f"追回：{self.award.name.zh}", f"clawback: {self.award.name.en}")

    @property
    def state_name(self) -> Text:
        """The state in words."""
        return STATES[self.state]
