"""Work in the background: planning on a data version and following the limits that bind; and reading what it found."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.urls import reverse

from haihe.messages import HaiheError, Text
from haihe.region.units import said
from haihe.workspace.data.models import Version
from haihe.workspace.data.versions import region_of
from haihe.workspace.jobs.models import DONE, Job
from haihe.workspace.jobs.queue import enqueue
from haihe.workspace.jobs.tasks import Work, task
from haihe.workspace.problems.actions import RAISE
from haihe.workspace.problems.figure import Figure
from haihe.workspace.problems.raising import Found
from haihe.workspace.units.models import Person, Unit

BOTTLENECKS = "plan.bottlenecks"
TOP = 8
"""Limits that are followed, those worth most first."""
DIGITS = 4
"""Figures of a number that a problem keeps at least; whole numbers are kept whole, as the library says them."""
TABLE = "plan-bottlenecks"
NUMBERS = ("price", "low", "high", "percent")


def _page(job: Job) -> str:
    return reverse("problems:bottlenecks", args=[job.inputs["version"]])


@task(
    BOTTLENECKS,
    name=Text("求解规划并找出瓶颈", "plan and find what binds"),
    action=RAISE,
    seconds=1800,
    pure=True,
    link=_page,
    about=("version", Version),
)
def find_bottlenecks(work: Work, *, version: str, sha256: str) -> dict[str, Any]:
    """Plan on a version and keep the limits that bind, with price, band, worth and place.

    ``sha256`` names the version's content, so that equal content is planned once.
    """
    from haihe.planning import plan  # the planning room takes seconds to load
    from haihe.planning.bottleneck_views import where_of
    from haihe.planning.bottlenecks import bottlenecks

    thing = Version.objects.visible_to(work.person).get(code=version, sha256=sha256)
    work.say(Text("读取版本", "reading the version"))
    region = region_of(thing)
    work.check()
    control = work.control()
    planned = plan(region, band=True, control=control, progress=work.say)
    work.share(0.5)
    found = bottlenecks(planned, top=TOP, finer=0, control=control, progress=work.say)
    rows = [
        _row(vars(item), where_of(planned, item.place), says)
        for item, says in zip(found.items, found.says, strict=True)
    ]
    summary = Text("起作用且最有价值的限制：{n} 个", "limits that bind and are worth most: {n}").format(n=len(rows))
    return {"rows": rows, "summary": summary.to_dict()}


def _row(item: Mapping[str, Any], where: Text, says: Text) -> dict[str, Any]:
    """Write one bottleneck as JSON; numbers as text with the figures that are told."""
    said_so = {name: _figures(item[name]) for name in NUMBERS}
    return said_so | {
        "row": item["row"],
        "place": item["place"],
        "title": item["title"].to_dict(),
        "where": where.to_dict(),
        "says": says.to_dict(),
        "year": "" if item["year"] is None else str(item["year"]),
        "unit": item["unit"],
        "quality": item["quality"],
    }


def _figures(value: float) -> str:
    """Write a number with `DIGITS` figures; empty where it is missing."""
    if value != value:
        return ""
    return f"{value:.0f}" if abs(value) >= 10 ** (DIGITS - 1) else f"{Decimal(f'{value:.{DIGITS}g}'):f}"


@dataclass(frozen=True, slots=True)
class Bound:
    """A limit that binds, as a job found it."""

    job: Job
    place: str
    row: str
    title: Text
    where: Text
    says: Text
    figure: Figure
    worth: Decimal | None

    @property
    def name(self) -> Text:
        """What a problem of it is called."""
        return Text(f"{self.title.zh}（{self.where.zh}）成为瓶颈", f"{self.title.en} ({self.where.en}) is what binds")

    @property
    def code(self) -> str:
        """Names it within its job."""
        return f"{self.row}@{self.place}"

    @property
    def each(self) -> Text:
        """Unit of the price."""
        return said(self.figure.unit)


def bounds_of(job: Job) -> list[Bound]:
    """Give the limits that a finished job found."""
    version = job.inputs["version"]
    return [_bound(job, version, row) for row in (job.result or {}).get("rows", [])]


def _bound(job: Job, version: str, row: Mapping[str, Any]) -> Bound:
    figure = Figure(
        result=job.code,
        table=TABLE,
        row=row["row"],
        place=row["place"],
        value=row["price"],
        low=row["low"],
        high=row["high"],
        unit=row["unit"],
        year=row["year"],
        version=version,
        quality=row["quality"],
    )
    worth = Decimal(row["percent"]) if row["percent"] else None
    return Bound(
        job, row["place"], row["row"], Text(**row["title"]), Text(**row["where"]), Text(**row["says"]), figure, worth
    )


def from_bottleneck(bound: Bound, version: Version) -> Found:
    """Say of a limit that binds what a problem of it would say.

    The key names dataset, limit and place: the same limit of a later version is the same problem.
    """
    parts = bound.place.split("|")
    regions = {row for row in parts if row in _regions(version)}
    kind, _, resource = bound.row.partition(":")
    scarce = resource if kind == "resource" else next((part for part in parts if part not in regions), "")
    return Found(
        name=bound.name,
        evidence=bound.says,
        key=f"bottleneck:{version.dataset.code}:{bound.code}",
        region=next(iter(sorted(regions)), ""),
        resource=scarce if kind in ("resource", "project_room") else "",
        figure=bound.figure,
        worth=bound.worth,
        about_kind=version.dataset.kind(),
        about=version.dataset.code,
        quality=bound.figure.quality,
    )


def _regions(version: Version) -> set[str]:
    return set(region_of(version).tables["regions"]["region"])


def ask_bottlenecks(person: Person, unit: Unit, version: Version) -> Job:
    """Ask for the bottlenecks of a version."""
    title = Text("求解规划、找出瓶颈：{v}", "plan and find what binds: {v}").format(v=version.code)
    return enqueue(person, unit, BOTTLENECKS, title=title, version=version.code, sha256=version.sha256)


def last_bottlenecks(person: Person, version: Version) -> Job | None:
    """Give the last job on a version's content that the person may see; a finished one before others."""
    there = Job.objects.visible_to(person).filter(task=BOTTLENECKS, inputs__sha256=version.sha256).order_by("-pk")
    found: Job | None = there.filter(state=DONE).first() or there.first()
    return found


def bound_of(job: Job, code: str) -> Bound:
    """Give one limit of a job by its code; ``E-PRB-11`` where it has none such."""
    for bound in bounds_of(job):
        if bound.code == code:
            return bound
    raise HaiheError("E-PRB-11", value=code[:100])
