"""The pipeline of projects from a region's tables: when each stage is reached, and what a stage holds of what is needed."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from haihe.messages import Finding, Findings, HaiheError, Quality, Text, worst_quality
from haihe.planning.program import Floats, Ints
from haihe.planning.projects import ProjectSpec
from haihe.region import Region
from haihe.region.tables.pipeline import EVERY, MONEY, STAGE

Months = npt.NDArray[np.int64]
STAGES: Mapping[str, Text] = STAGE.word_of
"""Stages in their order and their names."""
NAMES = tuple(STAGES)
STARTED = NAMES.index("started")
BUILT = NAMES.index("built")
PRODUCING = NAMES.index("producing")
YEAR = 12
ORDER = Text("、".join(word.zh for word in STAGES.values()), ", ".join(NAMES))
"""Stages in their order, in words."""


def month_of(day: dt.date) -> int:
    """Months since the year 0: what dates are counted in here."""
    return day.year * YEAR + day.month - 1


@dataclass(frozen=True)
class Schedule:
    """When P projects reach their stages.

    Parameters
    ----------
    reach : ndarray of int, shape (P, 5)
        Month in which each stage is reached, see `month_of`; never falls from a stage to the next.
    now : ndarray of int, shape (P,)
        Stage on the day that the pipeline is looked at.
    as_of : date
        That day.
    derived : int
        Projects of which some date was derived from start and construction.
    findings : Findings
    quality : Quality
        Worst mark of the dates.
    """

    reach: Months
    now: Ints
    as_of: dt.date
    derived: int = 0
    findings: Findings = field(default_factory=Findings)
    quality: Quality = "illustrative"

    def stage_in(self, years: Sequence[int]) -> Ints:
        """Stage at the end of each year, shape (P, Y); that of `as_of` in years before it."""
        end = np.asarray(years, dtype=np.int64) * YEAR + YEAR - 1
        reached = (self.reach[:, :, None] <= end).sum(axis=1) - 1
        return np.asarray(np.maximum(reached, self.now[:, None]), dtype=np.int64)

    def producing_in(self, years: Sequence[int]) -> Floats:
        """Share of each year in which a project produces, shape (P, Y)."""
        end = np.asarray(years, dtype=np.float64) * YEAR + YEAR
        return np.asarray(np.clip(end - self.reach[:, PRODUCING, None], 0.0, YEAR) / YEAR)

    def building_in(self, years: Sequence[int]) -> Floats:
        """Share of a project's construction that falls into each year, shape (P, Y)."""
        begin = np.asarray(years, dtype=np.float64) * YEAR
        start, done = (self.reach[:, stage, None].astype(np.float64) for stage in (STARTED, BUILT))
        span = np.maximum(done - start, 1.0)
        overlap = np.minimum(begin + YEAR, start + span) - np.maximum(begin, start)
        return np.asarray(np.clip(overlap, 0.0, None) / span)

    def due(self) -> Ints:
        """Year in which support is due: the first that begins with the project built, shape (P,)."""
        return np.asarray(-(-self.reach[:, BUILT] // YEAR))

    def late(self, months: Months) -> "Schedule":
        """The same with stages that are not reached so many months later, shape (P, 5) or broadcast; delays add up."""
        ahead = np.arange(len(NAMES)) > self.now[:, None]
        later = np.cumsum(np.where(ahead, months, 0), axis=1)
        return replace(self, reach=self.reach + later)


@dataclass(frozen=True)
class Holds:
    """What a stage holds of what a project needs.

    Parameters
    ----------
    resources : ndarray, shape (5, U)
        Share by stage and resource; missing where the table says nothing.
    money : ndarray, shape (5,)
        Share of the public money.
    quality : Quality
    """

    resources: Floats
    money: Floats
    quality: Quality


def schedule_of(region: Region, spec: ProjectSpec, as_of: dt.date) -> Schedule:
    """Read when each project reaches each stage.

    Dates of the table ``pipeline`` come first. What it does not say follows from the table ``projects``: stages up to the
    project's own lie behind; it starts in January of its start year (or of the first year that the plan can start it),
    is built so many years later and produces then; signing falls on the start.

    Parameters
    ----------
    region : Region
    spec : ProjectSpec
    as_of : date
        Day that counts as today.

    Raises
    ------
    HaiheError
        ``E-PLN-110`` for a stage dated before one that comes earlier.
    """
    table = region["projects"].reset_index(drop=True)
    now = pd.Index(NAMES).get_indexer(pd.Index(table["stage"])).astype(np.int64)
    today = month_of(as_of)
    start = table["start"].to_numpy(dtype=np.int64) * YEAR
    begun = np.where(now >= STARTED, start, np.maximum(start, today))
    done = begun + (table["construction"].to_numpy(dtype=np.float64) * YEAR).round().astype(np.int64)
    derived = np.stack([np.minimum(begun, today), begun, begun, done, done], axis=1)
    behind = np.arange(len(NAMES)) <= now[:, None]
    derived = np.where(behind, np.minimum(derived, today), derived)
    stated = _stated(region, spec)
    _refuse_disorder(region, stated, spec)
    known = stated >= 0
    overdue = known & ~behind & (stated < today)
    reach = np.where(known, stated, derived)
    reach = np.where(overdue, today, reach)
    found = Findings(_at_odds(spec, table, stated, now, as_of))
    if overdue.any():
        names = [spec.projects[p] for p in np.flatnonzero(overdue.any(axis=1))]
        values = {"count": len(names), "names": ", ".join(names[:6]), "day": as_of.isoformat()}
        found.append(Finding("W-PLN-110", table="pipeline", column="date", values=values))
    partly = int((~known).any(axis=1).sum())
    if partly:
        found.append(Finding("N-PLN-110", table="pipeline", values={"count": partly}))
    mark = region.worst_quality("pipeline") if region.has("pipeline") else None
    quality = worst_quality({mark or spec.quality, spec.marks.get("projects", "illustrative")}) or "illustrative"
    return Schedule(np.maximum.accumulate(reach, axis=1), now, as_of, partly, found, quality)


def _at_odds(spec: ProjectSpec, table: pd.DataFrame, stated: Months, now: Ints, as_of: dt.date) -> list[Finding]:
    """Say where the years of the two tables differ (``W-PLN-111``), and what is started before its start (``W-PLN-112``).

    The plan goes by the table ``projects``, the pipeline by its dates: where these differ, support is due in different years.
    """
    start, begun = table["start"].to_numpy(dtype=np.int64), now >= STARTED
    planned = np.where(begun, start, np.maximum(start, as_of.year))
    done = planned + table["construction"].to_numpy(dtype=np.float64).round().astype(np.int64)
    odd = (stated[:, STARTED] >= 0) & (stated[:, STARTED] // YEAR != planned)
    odd |= (stated[:, BUILT] >= 0) & (-(-stated[:, BUILT] // YEAR) != done)
    found = []
    for code, which in (("W-PLN-111", odd), ("W-PLN-112", begun & (start > as_of.year))):
        names = [spec.projects[p] for p in np.flatnonzero(which)]
        if names:
            values = {"count": len(names), "names": ", ".join(names[:6]), "day": as_of.isoformat()}
            found.append(Finding(code, table="projects", column="start", values=values))
    return found


def _stated(region: Region, spec: ProjectSpec) -> Months:
    """Months of the table ``pipeline``, -1 where it says nothing; shape (P, 5)."""
    table = region.frame("pipeline")
    stated = np.full((len(spec.projects), len(NAMES)), -1, dtype=np.int64)
    project = pd.Index(spec.projects).get_indexer(pd.Index(table["project"]))
    stage = pd.Index(NAMES).get_indexer(pd.Index(table["stage"]))
    day = pd.to_datetime(table["date"])
    known = project >= 0
    stated[project[known], stage[known]] = (day.dt.year * YEAR + day.dt.month - 1).to_numpy(dtype=np.int64)[known]
    return stated


def _refuse_disorder(region: Region, stated: Months, spec: ProjectSpec) -> None:
    """Refuse a stage dated before an earlier one (``E-PLN-110``), every one at once."""
    before = np.maximum.accumulate(stated, axis=1)
    wrong = Findings()
    table = region.frame("pipeline").reset_index(drop=True)
    for p, k in np.argwhere((stated >= 0) & (stated < before)):
        row = table.index[(table["project"] == spec.projects[p]) & (table["stage"] == NAMES[k])][0]
        values = {
            "project": spec.projects[p],
            "stage": STAGES[NAMES[k]],
            "value": table["date"].iloc[row],
            "order": ORDER,
        }
        wrong.append(Finding("E-PLN-110", table="pipeline", row=int(row) + 2, column="date", values=values))
    wrong.raise_errors()


def holds_of(region: Region, resources: Sequence[str]) -> Holds:
    """Read what each stage holds.

    Parameters
    ----------
    region : Region
    resources : sequence of str
        Resources that projects need.

    Raises
    ------
    HaiheError
        ``E-PLN-111`` for a thing whose share is stated for some stages and not for all, ``E-PLN-112`` for a thing that
        is neither a resource nor public money.
    """
    table = region.frame("stage_holds").reset_index(drop=True)
    known = [*region.frame("resources")["resource"], MONEY, EVERY]
    for row, thing in table["thing"].items():
        if thing not in known:
            raise HaiheError(
                "E-PLN-112", table="stage_holds", row=int(str(row)) + 2, column="thing", value=thing,
                near=", ".join(map(str, known)),
            )  # fmt: skip
    wide = table.pivot_table(index="stage", columns="thing", values="share", aggfunc="last").reindex(list(NAMES))
    for thing in wide:
        missing = [STAGES[str(stage)] for stage in wide.index[wide[thing].isna()]]
        if missing:
            said = Text("、".join(m.zh for m in missing), ", ".join(m.en for m in missing))
            raise HaiheError("E-PLN-111", table="stage_holds", column="stage", value=thing, stages=said)
    rest = wide[EVERY].to_numpy(dtype=float) if EVERY in wide else np.full(len(NAMES), np.nan)
    each = [wide[name].to_numpy(dtype=float) if name in wide else rest for name in resources]
    money = wide[MONEY].to_numpy(dtype=float) if MONEY in wide else np.full(len(NAMES), np.nan)
    shares = np.stack(each, axis=1) if each else np.zeros((len(NAMES), 0))
    return Holds(shares, money, worst_quality(set(table["quality"])) or "illustrative")


def delays_of(region: Region) -> pd.DataFrame:
    """Delays by stage: least, usual, most (months) and lost, for the stages after the first; 0 where not stated.

    Raises
    ------
    HaiheError
        ``E-PLN-113`` where least, usual and most are not in this order.
    """
    table = region.frame("stage_delays").reset_index(drop=True)
    wrong = ~((table["least"] <= table["usual"]) & (table["usual"] <= table["most"]))
    for row in np.flatnonzero(wrong):
        shown = "/".join(f"{table[name].iloc[row]:g}" for name in ("least", "usual", "most"))
        raise HaiheError("E-PLN-113", table="stage_delays", row=int(row) + 2, column="usual", value=shown)
    numbers = table.set_index("stage")[["least", "usual", "most", "lost"]].astype(float)
    return numbers.reindex(list(NAMES)).fillna(0.0)
