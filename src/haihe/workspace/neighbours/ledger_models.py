"""Settlement ledgers between members, and the moved firms whose tax they share."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse

from haihe.messages import Text
from haihe.workspace.audit.models import Spoken
from haihe.workspace.neighbours.actions import KEEP, READ
from haihe.workspace.neighbours.agreed_models import Agreed
from haihe.workspace.studies.models import Study
from haihe.workspace.units.approval import DRAFT
from haihe.workspace.units.models import Named, Owned, Person, Seen, Unit

MOVED, SHARE = "moved", "share"
BASES = {
    MOVED: Text("迁移企业税收分享", "shared tax of moved firms"),
    SHARE: Text("协同收益分配测算", "a split of the gain of acting together"),
}
LED = {"government": Text("政府主导", "the government"), "market": Text("市场主导", "the market")}
WAN: dict[str, Any] = {"max_digits": 20, "decimal_places": 6, "null": True, "blank": True}
"""Amounts in 万元, to the fen."""
BEFORE = ("before3", "before2", "before1")
AFTER = ("year1", "year2", "year3", "year4", "year5")


class Ledger(Agreed):
    """Who pays whom in which year, in fen: payments of a year add up to 0 over the members.

    ``payments`` are rows of year, payer, receiver, fen, firm, what_if; ``terms`` say what they rest on: the scheme and its
    article, or the study with the hash of its data.
    """

    basis = models.CharField(max_length=8, default=MOVED)
    day = models.DateField()
    """The law of this day is applied."""
    what_if = models.BooleanField(default=False)
    study = models.ForeignKey(Study, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    terms = models.JSONField(default=dict)
    payments = models.JSONField(default=list)

    spoken: ClassVar[Spoken] = {**Agreed.spoken, "basis": BASES}

    def get_absolute_url(self) -> str:
        """Give its page."""
        return reverse("neighbours:ledger", args=[self.code])

    def says(self) -> dict[str, Any]:
        """Basis, terms, firms and payments."""
        firms = [firm.says() for firm in self.firms.order_by("code")] if self.pk else []
        said = {"basis": self.basis, "day": self.day.isoformat(), "what_if": self.what_if, "terms": self.terms}
        return said | {"payments": self.payments, "firms": firms, "study": self.study.code if self.study else ""}

    def whole(self) -> bool:
        """Whether there is a payment."""
        return bool(self.payments)

    def parts(self) -> Iterable[Owned]:
        """Its firms."""
        return self.firms.all()


class MovedFirm(Owned, Named):
    """A firm that moved between members, with its net tax of the three years before and of the shared years, in 万元."""

    read_by = READ
    parties: ClassVar[Iterable[str]] = ("unit", "ledger__members")
    spoken: ClassVar[Spoken] = {"led_by": LED}
    unrecorded = Owned.unrecorded | {"pinyin"}

    ledger = models.ForeignKey(Ledger, on_delete=models.PROTECT, related_name="firms")
    origin = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    destination = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    moved = models.PositiveSmallIntegerField()
    led_by = models.CharField(max_length=16, default="government")
    fits_layout = models.BooleanField(default=True)
    listed_by_origin = models.BooleanField(default=True)
    listed_by_destination = models.BooleanField(default=True)
    registered = models.DateField(null=True, blank=True)
    producing = models.DateField(null=True, blank=True)
    before3 = models.DecimalField(**WAN)
    before2 = models.DecimalField(**WAN)
    before1 = models.DecimalField(**WAN)
    year1 = models.DecimalField(**WAN)
    year2 = models.DecimalField(**WAN)
    year3 = models.DecimalField(**WAN)
    year4 = models.DecimalField(**WAN)
    year5 = models.DecimalField(**WAN)

    class Meta:
        """By code."""

        ordering: ClassVar = ["code"]

    @classmethod
    def narrowed(cls, query: Seen, person: Person, units: "models.QuerySet[Unit]") -> Seen:
        """With the ledger: no member sees another's drafts."""
        del person
        return query.filter(Q(unit__in=units) | ~Q(ledger__state=DRAFT))

    def get_absolute_url(self) -> str:
        """Give the ledger's page."""
        return self.ledger.get_absolute_url()

    def says(self) -> dict[str, Any]:
        """Give what is said of it, in plain text."""
        plain = ("code", "name_zh", "name_en", "moved", "led_by", "fits_layout", "listed_by_origin")
        said: dict[str, Any] = {name: getattr(self, name) for name in (*plain, "listed_by_destination")}
        said |= {"origin": self.origin.code, "destination": self.destination.code}
        said |= {name: str(day) if (day := getattr(self, name)) else "" for name in ("registered", "producing")}
        return said | {name: written(getattr(self, name)) for name in (*BEFORE, *AFTER)}

    @property
    def led_name(self) -> Text:
        """Who led the move."""
        return LED[self.led_by]

    def deciders(self, action: str) -> Iterable[Unit]:
        """Whoever prepares the ledger."""
        assert action in (KEEP, READ), action
        return (self.unit,)


def written(value: Decimal | None) -> str:
    """Write an amount without superfluous zeros; "" for a missing one."""
    return "" if value is None else f"{Decimal(value).normalize():f}"
