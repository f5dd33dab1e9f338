"""Indicators, the monthly returns of units, and the causes that owners note."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, ClassVar

from django.db import models
from django.urls import reverse

from haihe.messages import QUALITY_NAMES, Text
from haihe.workspace.audit.models import Spoken
from haihe.workspace.duties import lights, periods
from haihe.workspace.frame.names import names_of
from haihe.workspace.months import pace
from haihe.workspace.months.actions import READ
from haihe.workspace.units.approval import APPROVED, MARKS, STATES, Approved
from haihe.workspace.units.models import Named, Owned, Unit

SENSES = {
    lights.AT_LEAST: Text("越高越好", "the higher the better"),
    lights.AT_MOST: Text("越低越好", "the lower the better"),
}
MEASURES = {
    pace.FLOW: Text("当月数，逐月累计", "of the month, adds up over the year"),
    pace.LEVEL: Text("月末数", "at the end of the month"),
    pace.RATE: Text("比率或增速", "a rate or growth"),
}
SCOPES = {
    "region": Text("按地区", "by region"),
    "chain": Text("按产业链", "by chain"),
    "sector": Text("按行业", "by sector"),
}
PACES = {
    pace.LINEAR: Text("均匀进度（每月十二分之一）", "even pace (a twelfth a month)"),
    pace.SEASONAL: Text("季节进度（按去年各月占比）", "seasonal pace (as last year's months)"),
}


class Indicator(Owned, Named):
    """A monthly indicator: what it counts, for which places, who reports it, and how its pace is read.

    ``places`` lists codes joined by ``;``; empty stands for the reporting unit's own region or chain. ``slack`` is what may
    be missing for yellow, in per cent of what is due, where the target says nothing else.
    """

    read_by = READ
    spoken: ClassVar[Spoken] = {
        "sense": SENSES,
        "measure": MEASURES,
        "scope": SCOPES,
        "pace": PACES,
        "reporting": "units",
    }
    parties = ("unit", "reporters")
    unrecorded = Owned.unrecorded | {"pinyin"}

    counted_in = models.CharField(max_length=40)
    sense = models.CharField(max_length=16, default=lights.AT_LEAST)
    measure = models.CharField(max_length=16, default=pace.FLOW)
    scope = models.CharField(max_length=16, default="region")
    pace = models.CharField(max_length=16, default=pace.LINEAR)
    slack = models.DecimalField(max_digits=6, decimal_places=2, default=Decimal(5))
    places = models.TextField(blank=True)
    reporters = models.ManyToManyField(Unit, related_name="+", blank=True)
    reporting = models.JSONField(default=list)
    """Codes of the reporters, for the record."""
    note = models.TextField(blank=True)
    active = models.BooleanField(default=True)

    class Meta:
        """By code."""

        ordering: ClassVar = ["code"]

    def get_absolute_url(self) -> str:
        """Give its page."""
        return reverse("months:indicator", args=[self.code])

    def places_of(self, unit: Unit) -> list[str]:
        """Give the places for which a unit reports it."""
        if self.places.strip():
            return [each.strip() for each in self.places.split(";") if each.strip()]
        own = {"region": unit.region, "chain": unit.chain}.get(self.scope, "")
        return [own] if own else []

    @property
    def scope_name(self) -> Text:
        """Region, chain or sector, in words."""
        return SCOPES[self.scope]

    @property
    def measure_name(self) -> Text:
        """Flow, level or rate, in words."""
        return MEASURES[self.measure]


class Return(Approved):
    """What one unit reports for one month: ``rows`` of indicator, place, value, growth, note, source, quality.

    ``revisions`` keeps the rows of every approval; ``kept`` what stood before each upload, for undoing.
    """

    read_by = READ
    unrecorded = Approved.unrecorded | {"kept", "revisions"}

    month = models.CharField(max_length=7)
    rows = models.JSONField(default=list)
    revisions = models.JSONField(default=list)
    kept = models.JSONField(default=list)

    class Meta:
        """Newest month first; one a unit and month."""

        ordering: ClassVar = ["-month", "unit__path"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["unit", "month"], name="one_return_a_month")]

    def get_absolute_url(self) -> str:
        """Give its page."""
        return reverse("months:return", args=[self.code])

    @property
    def name(self) -> Text:
        """Unit and month."""
        month, unit = periods.words(self.month), self.unit.name
        return Text(f"{unit.zh} {month.zh}", f"{unit.en}, {month.en}")

    @property
    def year(self) -> int:
        """The year."""
        return int(self.month[:4])

    @property
    def number(self) -> int:
        """The month, 1 to 12."""
        return int(self.month[5:])

    @property
    def state_name(self) -> Text:
        """The state in words."""
        return STATES[self.state]

    @property
    def mark(self) -> str:
        """The state as a mark."""
        return MARKS[self.state]

    @property
    def revision(self) -> int:
        """How many times it was approved."""
        return len(self.revisions)

    @property
    def illustrative(self) -> bool:
        """Whether any figure is made up."""
        return any(row.get("quality") == "illustrative" for row in self.rows)


class Cause(Owned):
    """Why an indicator is off in a month, in its owner's words."""

    read_by = READ
    parties = ("unit",)

    of = models.ForeignKey(Return, on_delete=models.PROTECT, related_name="causes")
    indicator = models.CharField(max_length=128)
    place = models.CharField(max_length=64, blank=True)
    words = models.TextField()

    class Meta:
        """Newest first."""

        ordering: ClassVar = ["-created", "-pk"]

    @classmethod
    def narrowed(cls, query: Any, person: Any, units: Any) -> Any:
        """Causes are seen as their return is: of what is not approved, not from above."""
        del units
        own = [post.unit_id for post in person.held()]
        return query.filter(models.Q(unit__in=own) | models.Q(of__state=APPROVED))

    def get_absolute_url(self) -> str:
        """Give the return's page."""
        return self.of.get_absolute_url()

    @property
    def name(self) -> Text:
        """The return that it is about."""
        return self.of.name


def quality_name(code: str) -> Text:
    """Say a quality."""
    return next((text for each, text in QUALITY_NAMES.items() if each == code), Text("—", "—"))


def place_names(codes: Iterable[str]) -> dict[str, Text]:
    """Give names of places (regions, chains, sectors) by their codes; a code that nothing names stands as it is."""
    wanted = set(codes)
    found: dict[str, Text] = {}
    for what in ("regions", "chains", "sectors"):
        left = wanted - found.keys()
        there = names_of(what, left)
        found |= {code: there[code] for code in left if there[code] != Text(code, code)}
    return {code: Text(code, code) for code in wanted} | found
