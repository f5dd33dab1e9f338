"""What was reached of targets, and where a plan leads: from approved reports, and from the rooms that know more.

A room above adds a source to `SOURCES` in its application's ``ready``: monthly indicators, a published plan's path.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from haihe.messages import Text
from haihe.workspace.duties import periods
from haihe.workspace.duties.lights import Light, plain
from haihe.workspace.duties.models import Target
from haihe.workspace.duties.reports import Report
from haihe.workspace.units.approval import APPROVED
from haihe.workspace.units.models import Person

ACTUAL: Literal["actual"] = "actual"
PATH: Literal["path"] = "path"


@dataclass(frozen=True, slots=True)
class Point:
    """One figure of a target: what was reached (``actual``) or where a plan leads (``path``), for a period."""

    kind: Literal["actual", "path"]
    period: str
    value: Decimal
    name: Text
    url: str = ""

    @property
    def day(self) -> date:
        """Last day of the period."""
        return periods.last_day(self.period)

    @property
    def figure(self) -> str:
        """The value without superfluous zeros."""
        return plain(self.value)

    @property
    def period_name(self) -> Text:
        """The period in words."""
        return periods.words(self.period)


Source = Callable[[Person, Sequence[Target]], Iterable[tuple[int, Point]]]
"""Gives points with the primary key of the target they belong to, for the targets that a person sees."""


def approved_reports(person: Person, targets: Sequence[Target]) -> Iterator[tuple[int, Point]]:
    """Give what units reported and approved."""
    seen = Report.objects.visible_to(person).filter(target__in=targets, state=APPROVED, value__isnull=False)
    for report in seen.select_related("unit"):
        name = Text("报告（{stage}）", "report ({stage})").format(stage=report.stage_name)
        yield report.target_id, Point(ACTUAL, report.period, report.value, name, report.get_absolute_url())


SOURCES: list[Source] = [approved_reports]
"""Where points come from; of two for one period, the later source's is taken for the colour."""


def points_of(person: Person, targets: Sequence[Target]) -> dict[int, list[Point]]:
    """Give every point of some targets, by primary key, in order of time."""
    found: dict[int, list[Point]] = defaultdict(list)
    for source in SOURCES:
        for target, point in source(person, targets):
            found[target].append(point)
    return {target: sorted(points, key=lambda each: each.day) for target, points in found.items()}


def latest(points: Iterable[Point]) -> Point | None:
    """Give what was reached last."""
    return max((point for point in points if point.kind == ACTUAL), key=lambda each: each.day, default=None)


def light_of(target: Target, points: Iterable[Point]) -> Light:
    """Give the colour of a target by what was reached last, against what should stand then."""
    last = latest(points)
    return target.light(None) if last is None else target.light(last.value, last.day)
