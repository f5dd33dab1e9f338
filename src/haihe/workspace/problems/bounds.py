"""Limits that bind in the plan of a data version, as a study of bottlenecks found them, and the problems they can become."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from haihe.messages import HaiheError, Text
from haihe.region.units import said
from haihe.workspace.data.models import Version
from haihe.workspace.data.versions import region_of
from haihe.workspace.jobs.models import DONE
from haihe.workspace.problems.figure import Figure
from haihe.workspace.problems.raising import Found
from haihe.workspace.studies.asking import ask, kept_of
from haihe.workspace.studies.kinds.bottlenecks import CODE, TABLE
from haihe.workspace.studies.models import Study
from haihe.workspace.units.models import Person, Unit

SETTINGS = {"top": 8, "band": True, "finer": False}
"""What a study of bottlenecks is asked when it is asked for here: prices with their band."""


@dataclass(frozen=True, slots=True)
class Bound:
    """A limit that binds, as a study found it."""

    study: Study
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
        """Names it within its study."""
        return f"{self.row}@{self.place}"

    @property
    def each(self) -> Text:
        """Unit of the price."""
        return said(self.figure.unit)


def bounds_of(study: Study) -> list[Bound]:
    """Give the limits that a finished study found; none of one that is not done. Raises as `kept_of`."""
    return [_bound(study, row) for row in kept_of(study).numbers["rows"]] if study.done else []


def _bound(study: Study, row: Mapping[str, Any]) -> Bound:
    assert study.job is not None
    figure = Figure(
        result=study.job.code,
        table=TABLE,
        row=row["row"],
        place=row["place"],
        value=row["price"],
        low=row["low"],
        high=row["high"],
        unit=row["unit"],
        year=row["year"],
        version=study.version.code,
        quality=row["quality"],
    )
    worth = Decimal(row["percent"]) if row["percent"] else None
    title, where, says = (Text(**row[name]) for name in ("title", "where", "says"))
    return Bound(study, row["place"], row["row"], title, where, says, figure, worth)


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


def ask_bottlenecks(person: Person, unit: Unit, version: Version) -> Study:
    """Ask for the bottlenecks of a version."""
    return ask(person, unit, version, CODE, settings=SETTINGS)


def last_bottlenecks(person: Person, version: Version) -> Study | None:
    """Give the last study of a version's content as it is, without a scenario; a finished one before others."""
    there = Study.objects.visible_to(person).filter(kind_code=CODE, sha256=version.sha256)
    own = [each for each in there.select_related("job", "version__dataset")[:100] if not each.edits]
    return next((each for each in own if each.job and each.job.state == DONE), own[0] if own else None)


def study_for(person: Person, version: Version, code: str) -> Study | None:
    """Give the study of bottlenecks of that code where the person sees it, else the last one of the version."""
    if code:
        found: Study | None = (
            Study.objects.visible_to(person)
            .filter(code=code, kind_code=CODE, sha256=version.sha256)
            .select_related("job", "version__dataset")
            .first()
        )
        return found
    return last_bottlenecks(person, version)


def bound_of(study: Study, code: str) -> Bound:
    """Give one limit of a study by its code; ``E-PRB-11`` where it has none such."""
    for bound in bounds_of(study):
        if bound.code == code:
            return bound
    raise HaiheError("E-PRB-11", value=code[:100])
