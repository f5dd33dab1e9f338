"""Late pipelines: every stage so many months later, or as a declared distribution says; projects that never sign.

What a slip changes directly is counted here: what is held and free, what stands in each year, what the projects add to
targets. What the plan would do instead takes a plan: `Slip.region` gives the region with the dates moved, to be planned or
selected from again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from haihe.figures import Table
from haihe.figures.workbook import InSheets
from haihe.messages import HaiheError, Quality, Text
from haihe.planning.measures import Measure
from haihe.planning.pipeline_inputs import NAMES, STAGES, STARTED, YEAR, Months, Schedule, delays_of
from haihe.planning.pipeline_views import drawn_table, slip_tables
from haihe.planning.project_inputs import path_of
from haihe.planning.projects import YI
from haihe.region import Region

if TYPE_CHECKING:
    from haihe.planning.pipeline import Pipeline

COURSE = ("producing", "output", "value_added", "jobs", "investment", "support")
"""What is put side by side year by year."""
QUANTILES = {"low": 0.1, "middle": 0.5, "high": 0.9}


def refuse_delay(months: float | Mapping[str, float], lost: float) -> None:
    """Refuse a delay that cannot be used (``E-PLN-114``)."""
    each = months if isinstance(months, Mapping) else {NAMES[1]: months}
    good = all(stage in NAMES[1:] and np.isfinite(value) and value >= 0 for stage, value in each.items())
    if not good or not 0 <= lost <= 1:
        shown = ", ".join(f"{stage}: {value:g}" for stage, value in each.items())
        stages = Text("、".join(STAGES[name].zh for name in NAMES[1:]), ", ".join(NAMES[1:]))
        raise HaiheError("E-PLN-114", value=f"{shown}; {lost:g}", stages=stages)


def slipped_schedule(schedule: Schedule, months: float | Mapping[str, float]) -> Schedule:
    """Move the stages that are not reached; see `haihe.planning.pipeline.Pipeline.slipped`."""
    later: Months = np.zeros((schedule.now.size, len(NAMES)), dtype=np.int64)
    if isinstance(months, Mapping):
        for stage, value in months.items():
            later[:, NAMES.index(stage)] = round(value)
    else:
        following = np.minimum(schedule.now + 1, len(NAMES) - 1)
        later[np.arange(schedule.now.size), following] = round(months)
    return schedule.late(later)


@dataclass(frozen=True)
class Slip(InSheets):
    """A pipeline and the same one late.

    Attributes
    ----------
    before, after : Pipeline
    """

    before: "Pipeline"
    after: "Pipeline"

    @property
    def lost(self) -> tuple[str, ...]:
        """Projects that never sign."""
        return self.after.lost

    @property
    def quality(self) -> Quality:
        """Worst quality of what it rests on."""
        return self.before.quality

    @cached_property
    def course(self) -> pd.DataFrame:
        """Year by year: ``year``, ``what``, ``planned``, ``late``, ``difference``; money in 亿元."""
        long = [p.course.melt("year", list(COURSE), "what", "value") for p in (self.before, self.after)]
        both = long[0].rename(columns={"value": "planned"}).assign(late=long[1]["value"])
        return both.assign(difference=both["late"] - both["planned"])

    @cached_property
    def freed(self) -> pd.DataFrame:
        """What is held less (or more) because projects are late: ``site``, ``resource``, ``year``, ``planned``, ``late``,
        ``freed``, ``unit``; where nothing changes no row."""
        keys = ["site", "resource", "unit", "year"]
        held = [p.balance.set_index(keys)["held"] for p in (self.before, self.after)]
        both = pd.DataFrame({"planned": held[0], "late": held[1].reindex(held[0].index)})
        both["late"] = both["late"].fillna(0.0).where(both["planned"].notna())
        both["freed"] = both["planned"] - both["late"]
        return both[both["freed"].abs() > 1e-9].reset_index()

    @cached_property
    def targets(self) -> pd.DataFrame:
        """What the projects add directly to what each target counts, in its year: ``target``, ``quantity`` (code of the
        registry), ``year``, ``planned``, ``late``, ``difference``, ``unit``; missing where projects do not state it.

        Amounts are of the quantity, in its unit, whatever the target's: one on growth of GDP shows value added. Only
        targets of a year from the first of the plan on. What others would do instead is not counted.
        """
        table = self.before.region.frame("targets")
        table = table[(table["year"] >= self.before.years[0]) & table["indicator"].notna()]
        rows = []
        for row in table.to_dict("records"):
            measure = Measure.parse(str(row["indicator"]))
            values = [_adds(p, measure, str(row["region"]), int(row["year"])) for p in (self.before, self.after)]
            rows.append((row["target"], measure.indicator, int(row["year"]), *(v for v, _ in values), values[0][1]))
        frame = pd.DataFrame(rows, columns=["target", "quantity", "year", "planned", "late", "unit"])
        return frame.assign(difference=frame["late"] - frame["planned"])

    @property
    def region(self) -> Region:
        """The region with start years moved and lost projects taken out; to be planned or selected from again."""
        return moved(self.before, self.after)

    @property
    def tables(self) -> dict[str, Table]:
        """Tables for reading, by key."""
        return slip_tables(self)


@dataclass(frozen=True)
class Drawn(InSheets):
    """Pipelines late as a distribution says.

    Attributes
    ----------
    pipeline : Pipeline
        As planned.
    courses : DataFrame
        One row a draw and year: ``draw``, ``year`` and what `Pipeline.course` has.
    """

    pipeline: "Pipeline"
    courses: pd.DataFrame

    @cached_property
    def course(self) -> pd.DataFrame:
        """``year``, ``what``, ``planned``, ``low``, ``middle``, ``high`` (a tenth, half and nine tenths of the draws)."""
        long = self.courses.melt(["draw", "year"], list(COURSE), "what", "value")
        groups = long.groupby(["what", "year"], sort=False)["value"]
        spread = pd.DataFrame({name: groups.quantile(q) for name, q in QUANTILES.items()})
        planned = self.pipeline.course.melt("year", list(COURSE), "what", "planned")
        return planned.merge(spread.reset_index(), on=["what", "year"])

    @property
    def tables(self) -> dict[str, Table]:
        """Tables for reading, by key."""
        table = drawn_table(self)
        return {table.key: table}


def draw(pipeline: "Pipeline", draws: int, seed: int) -> Drawn:
    """Draw delays by project and stage, and projects that drop out; see `Pipeline.drawn`."""
    delays, random = delays_of(pipeline.region), np.random.default_rng(seed)
    least, usual, most, lost = (delays[name].to_numpy() for name in ("least", "usual", "most", "lost"))
    spread = most > least
    size = (pipeline.counted.size, len(NAMES))
    courses = []
    for k in range(draws):
        top = np.where(spread, most, least + 1.0)
        months = np.where(spread, random.triangular(least, np.clip(usual, least, top), top, size), least)
        gone = random.random(size) < lost
        ahead = np.arange(len(NAMES)) > pipeline.schedule.now[:, None]
        kept = pipeline.counted & ~(gone & ahead).any(axis=1)
        late = replace(pipeline, schedule=pipeline.schedule.late(np.rint(months).astype(np.int64)), counted=kept)
        courses.append(late.course.assign(draw=k))
    return Drawn(pipeline, pd.concat(courses, ignore_index=True))


def moved(before: "Pipeline", after: "Pipeline") -> Region:
    """Give the region with start years as in a late pipeline; a part of a year counts as a whole one."""
    region = before.region
    months = after.schedule.reach[:, STARTED] - before.schedule.reach[:, STARTED]
    years = -(-months // YEAR)
    table = region["projects"].reset_index(drop=True)
    ahead = after.schedule.now < STARTED
    first = before.setup.assumptions.first_year
    start = table["start"].to_numpy(dtype=np.int64)
    late = np.where(ahead & (years > 0), np.maximum(start, first) + years, start)
    table["start"] = pd.Series(late, index=table.index).astype(table["start"].dtype)
    edited = region.with_table("projects", table)
    for name in ("projects", "project_sites", "project_resources", "pipeline"):
        if after.lost and edited.has(name):
            edited = edited.with_table(name, edited[name][~edited[name]["project"].isin(after.lost)])
    return edited


def _adds(pipeline: "Pipeline", measure: Measure, place: str, year: int) -> tuple[float, str]:
    """What the projects in a place add to an indicator in a year, and its unit; missing where they do not state it."""
    spec, region = pipeline.spec, pipeline.region
    inside = np.array([place in path_of(region, spec.sites[s]) for s in pipeline.site]) | (place == "*")
    mine = pipeline.counted & inside
    running = pipeline.schedule.producing_in([year])[:, 0] * mine
    output = spec.capacity / YI
    base, of = measure.base, measure.of
    if base == "output":
        return float(output @ running), "亿元"
    if base == "value_added":
        return float((output * pipeline.added_share()) @ running), "亿元"
    if base == "manufacturing":
        made = pipeline.setup.data.groups.get(
            "manufacturing", np.zeros(len(pipeline.setup.economy.sectors), dtype=bool)
        )
        return float((output * pipeline.added_share() * made[spec.sector]) @ running), "亿元"
    if base == "chain_output":
        chain = (region["projects"]["chain"] == of).to_numpy(dtype=bool)
        return float((output * chain) @ running), "亿元"
    if base == "jobs":
        return float(spec.jobs @ running), "persons"
    name = of if base == "use" else base
    if name in spec.resources:
        u = spec.resources.index(name)
        return float(spec.uses[:, u] @ running), spec.units[u]
    return float("nan"), ""
