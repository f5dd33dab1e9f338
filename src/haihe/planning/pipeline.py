r"""The pipeline: projects on their way from contact to production, and what each stage holds of what is scarce.

With the stage s(p, y) of a project at the end of a year, its need n_pu of a resource and the share h that a stage holds,

.. math:: \text{held}_{suyk} = \sum_{p \text{ at } s,\ s(p,y) = k} h_{ku}\, n_{pu}

so that the stages add up to what is held and nothing is held twice. What candidates hold counts against what the site has
for new projects; what had been started before the plan holds its land and quotas already and stands beside it
(`haihe.planning.projects`). Public money counts in the year in which it is due, by the stage in which the project is today:
how sure a claim on a future budget is does not depend on where the project will stand then.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from haihe.figures.workbook import Viewed
from haihe.messages import Findings, HaiheError, Quality, worst_quality
from haihe.planning.pipeline_inputs import (
    NAMES,
    STARTED,
    YEAR,
    Holds,
    Months,
    Schedule,
    holds_of,
    schedule_of,
)
from haihe.planning.pipeline_slips import Drawn, Slip, draw, refuse_delay, slipped_schedule
from haihe.planning.pipeline_views import PipelineViews
from haihe.planning.program import Floats, Ints
from haihe.planning.project_inputs import place_of
from haihe.planning.projects import YI, ProjectSpec
from haihe.planning.setup import Setup, setup_of
from haihe.region import Region

if TYPE_CHECKING:
    from haihe.planning.selection import Selection

BESIDE = "beside"
"""Holder of what was started before the plan."""


@dataclass(frozen=True)
class Pipeline(Viewed):
    """Projects on their way.

    Attributes
    ----------
    setup : Setup
        What they were read from.
    schedule : Schedule
        When each reaches its stages.
    holds : Holds
        What a stage holds.
    site : ndarray of int, shape (P,)
        Position of the site each stands at.
    counted : ndarray of bool, shape (P,)
        Projects that count; of a selection those that are built.
    """

    setup: Setup
    schedule: Schedule
    holds: Holds
    site: Ints
    counted: npt.NDArray[np.bool_]
    lost: tuple[str, ...] = field(default=())

    @property
    def spec(self) -> ProjectSpec:
        """The projects; ``E-PLN-93`` where there are none."""
        if self.setup.projects is None:
            raise HaiheError("E-PLN-93", table="projects")
        return self.setup.projects

    @property
    def region(self) -> Region:
        """Where they are."""
        return self.setup.region

    @property
    def quality(self) -> Quality:
        """Worst quality of what the pipeline rests on."""
        marks = {self.spec.quality, self.schedule.quality, self.holds.quality}
        return worst_quality(marks) or "illustrative"

    @property
    def findings(self) -> Findings:
        """What a reader must know of the dates."""
        return self.schedule.findings

    @property
    def years(self) -> tuple[int, ...]:
        """Years that are shown: those of the plan."""
        s = self.setup.assumptions
        return tuple(range(s.first_year, s.last_year + 1))

    @cached_property
    def stages(self) -> pd.DataFrame:
        """How many projects stand in each stage at the end of each year: ``year``, ``stage``, ``projects``, ``investment`` (亿元)."""
        stage = self.schedule.stage_in(self.years)[self.counted]
        cost = self._cost()[self.counted]
        rows = [
            (year, name, int((stage[:, y] == k).sum()), float(cost[stage[:, y] == k].sum()))
            for y, year in enumerate(self.years)
            for k, name in enumerate(NAMES)
        ]
        return pd.DataFrame(rows, columns=["year", "stage", "projects", "investment"])

    @cached_property
    def held(self) -> pd.DataFrame:
        """What is held: ``site``, ``resource``, ``year``, ``stage``, ``holder``, ``amount``, ``unit``, ``quality``.

        ``holder`` is ``new`` for candidates and ``beside`` for what had been started before the plan. Missing where the
        table ``stage_holds`` says nothing of the resource.
        """
        spec, stage = self.spec, self.schedule.stage_in(self.years)
        parts = []
        for u, resource in enumerate(spec.resources):
            amount = self.holds.resources[stage, u] * spec.uses[:, u, None]
            amount = np.where(spec.uses[:, u, None] > 0, amount, 0.0)
            used = self.counted & (spec.uses[:, u] > 0)
            frame = self._long(stage[used], amount[used], used)
            parts.append(frame.assign(resource=resource, unit=spec.units[u]))
        columns = ["site", "resource", "year", "stage", "holder", "amount", "unit"]
        if not parts:
            return pd.DataFrame(columns=[*columns, "quality"])
        found = pd.concat(parts, ignore_index=True)
        keys = [name for name in columns if name != "amount"]
        summed = found.groupby(keys, sort=False)["amount"].agg(lambda v: v.sum(skipna=False)).reset_index()
        return summed[columns].assign(quality=self.quality)

    @cached_property
    def balance(self) -> pd.DataFrame:
        """Held against what sites have for new projects.

        ``site``, ``resource``, ``year``, ``room`` (missing where not stated), one column a stage with what candidates hold
        there, ``held`` (their sum), ``beside``, ``free`` (room less held), ``unit``, ``quality``.
        """
        held = self.held
        keys = ["site", "resource", "unit", "year"]
        new = held[held["holder"] == "new"]
        index = pd.MultiIndex.from_frame(held[keys].drop_duplicates())
        wide = new.pivot_table(index=keys, columns="stage", values="amount", aggfunc=_plain_sum, dropna=False)
        wide = wide.reindex(index=index, columns=list(NAMES)).astype(float)
        seen = new.set_index(keys).index.unique()
        unknown = set(new.loc[new["amount"].isna(), "resource"])
        known = ~pd.Index(index.get_level_values("resource")).isin(unknown)
        wide[known] = wide[known].fillna(0.0)
        wide.loc[~known & ~index.isin(seen)] = 0.0
        other = held[held["holder"] == BESIDE].groupby(keys)["amount"].agg(_plain_sum)
        frame = wide.assign(held=wide.sum(axis=1, skipna=False), beside=other.reindex(index).fillna(0.0).to_numpy())
        frame = frame.reset_index()
        spec = self.spec
        at = [
            pd.Index(known).get_indexer(pd.Index(frame[name]))
            for name, known in (("site", spec.sites), ("resource", spec.resources), ("year", spec.years))
        ]
        room = spec.room[tuple(at)]
        frame["room"] = np.where(np.isfinite(room) & (np.array(at) >= 0).all(axis=0), room, np.nan)
        frame["free"] = frame["room"] - frame["held"]
        columns = ["site", "resource", "year", "room", *NAMES, "held", "beside", "free", "unit"]
        ordered = frame[columns].sort_values(["site", "resource", "year"], kind="stable", ignore_index=True)
        return ordered.assign(quality=self.quality)

    @cached_property
    def money(self) -> pd.DataFrame:
        """Public money held of each budget in the year it is due: ``fund``, ``region``, ``year``, ``budget`` (less what is
        promised to others), one column a stage of today, ``held``, ``free``, ``unit`` (亿元), ``quality``; empty without.
        """
        columns = ["fund", "region", "year", "budget", *NAMES, "held", "free"]
        money, spec = self.setup.money, self.spec
        if money is None:
            return pd.DataFrame(columns=[*columns, "unit", "quality"])
        due = self.schedule.due()
        first = max(money.years[0], self.schedule.as_of.year)
        year = np.clip(due, first, None)
        share = self.holds.money[self.schedule.now]
        rows = []
        option = self._option()
        for payer, part in ((money.city_budget, spec.city), (money.district_budget, spec.district)):
            place = np.where(option >= 0, payer[option], -1)
            mine = self.counted & (part > 0) & (place >= 0) & (year <= money.years[-1])
            rows.append(
                pd.DataFrame(
                    {
                        "budget_at": place[mine],
                        "year": year[mine],
                        "stage": [NAMES[k] for k in self.schedule.now[mine]],
                        "amount": (share * part)[mine],
                    }
                )
            )
        found = pd.concat(rows, ignore_index=True)
        keys = ["budget_at", "year"]
        wide = found.pivot_table(index=keys, columns="stage", values="amount", aggfunc=_plain_sum)
        wide = wide.reindex(columns=list(NAMES)).astype(float)
        wide = wide.fillna(0.0) if np.isfinite(share).all() else wide
        frame = wide.assign(held=wide.sum(axis=1, skipna=False)).reset_index()
        at, y = frame["budget_at"].to_numpy(dtype=np.int64), frame["year"].to_numpy(dtype=np.int64) - money.years[0]
        frame["budget"] = (money.budget - money.promised)[at, y]
        frame["free"] = frame["budget"] - frame["held"]
        frame["fund"] = [money.budgets[b][0] for b in at]
        frame["region"] = [money.budgets[b][1] for b in at]
        quality = worst_quality({self.quality, money.quality}) or "illustrative"
        ordered = frame[columns].sort_values(["fund", "region", "year"], kind="stable", ignore_index=True)
        return ordered.assign(unit="亿元", quality=quality)

    @cached_property
    def course(self) -> pd.DataFrame:
        """What there is year by year: ``year``, ``producing`` (projects, by share of the year), ``output``, ``investment``,
        ``value_added`` (亿元, direct; at capacity), ``jobs``, ``support`` (亿元, due in the year).
        """
        spec, c = self.spec, self.counted
        running = self.schedule.producing_in(self.years)[c]
        building = self.schedule.building_in(self.years)[c]
        output = spec.capacity[c] / YI
        added = output * self.added_share()[c]
        due = self.schedule.due()[c][:, None] == np.asarray(self.years)
        return pd.DataFrame(
            {
                "year": self.years,
                "producing": running.sum(axis=0),
                "output": output @ running,
                "value_added": added @ running,
                "jobs": spec.jobs[c] @ running,
                "investment": self._cost()[c] @ building,
                "support": spec.award[c] @ due,
            }
        )

    def added_share(self) -> Floats:
        """Value added per unit of output of each project: that of its sector in the member where it stands, shape (P,)."""
        share = 1.0 - self.setup.economy.a0.sum(axis=1)
        return np.asarray(share[self._member(), self.spec.sector])

    def slipped(self, months: float | dict[str, float] = 12, *, lost: float = 0.0, seed: int = 0) -> Slip:
        """Let projects be late.

        Parameters
        ----------
        months : number or mapping of stage to number
            How much later the next stage of every project comes, and all after it; by stage: how much longer the way to
            that stage takes, which adds up along the way.
        lost : float
            Share of the projects in contact that never sign; which ones is drawn.
        seed : int
            Of that draw.

        Raises
        ------
        HaiheError
            ``E-PLN-114`` for a delay that cannot be used.
        """
        refuse_delay(months, lost)
        gone = self._gone(lost, np.random.default_rng(seed))
        after = replace(
            self,
            schedule=slipped_schedule(self.schedule, months),
            counted=self.counted & ~gone,
            lost=tuple(self.spec.projects[p] for p in np.flatnonzero(gone)),
        )
        return Slip(self, after)

    def drawn(self, draws: int = 200, *, seed: int = 0) -> Drawn:
        """Draw delays and losses from the table ``stage_delays``, every project for itself.

        Parameters
        ----------
        draws : int
        seed : int

        Raises
        ------
        HaiheError
            ``E-PLN-113`` for a row of the table that is not in order.
        """
        return draw(self, draws, seed)

    @property
    def views(self) -> PipelineViews:
        """Tables and figures with words."""
        return PipelineViews(self)

    @property
    def frames(self) -> dict[str, pd.DataFrame]:
        """Every result as a plain frame, by name."""
        return {name: getattr(self, name) for name in ("stages", "balance", "money", "course")}

    def __repr__(self) -> str:
        now = self.schedule.now[self.counted]
        each = ", ".join(f"{int((now == k).sum())} {name}" for k, name in enumerate(NAMES))
        return f"Pipeline of {int(self.counted.sum())} projects on {self.schedule.as_of}: {each}"

    def _gone(self, lost: float, random: np.random.Generator) -> npt.NDArray[np.bool_]:
        """Projects in contact that never sign: the share asked for, drawn."""
        talks = np.flatnonzero(self.counted & (self.schedule.now == 0))
        gone = np.zeros(self.counted.size, dtype=bool)
        gone[random.permutation(talks)[: round(lost * talks.size)]] = True
        return gone

    def _long(self, stage: Ints, amount: Floats, used: npt.NDArray[np.bool_]) -> pd.DataFrame:
        """Amounts of projects by year as records."""
        count, years = stage.shape
        sites = np.array(self.spec.sites, dtype=object)[self.site[used]]
        holder = np.where(self.spec.committed[used], BESIDE, "new")
        return pd.DataFrame(
            {
                "site": np.repeat(sites, years),
                "year": np.tile(np.asarray(self.years), count),
                "stage": np.array(NAMES, dtype=object)[stage.ravel()],
                "holder": np.repeat(holder, years),
                "amount": amount.ravel(),
            }
        )

    def _option(self) -> Ints:
        """An option of each project at its site, -1 where the plan has none, shape (P,)."""
        spec = self.spec
        option = np.full(len(spec.projects), -1, dtype=np.int64)
        here = np.flatnonzero(spec.site == self.site[spec.project])[::-1]
        option[spec.project[here]] = here
        return option

    def _cost(self) -> Floats:
        """Investment at the site, 亿元; shape (P,)."""
        table = self.region["projects"]["investment"].to_numpy(dtype=float) / 1e4
        option = self._option()
        return np.where(option >= 0, self.spec.investment[option], table)

    def _member(self) -> Ints:
        """Member that each project stands in, shape (P,)."""
        members = [place_of(self.region, site, self.setup.economy) for site in self.spec.sites]
        return np.asarray(members, dtype=np.int64)[self.site]


def pipeline(region: Region, *, selection: "Selection | None" = None, as_of: dt.date | None = None) -> Pipeline:
    """Look at the projects of a region on their way.

    Parameters
    ----------
    region : Region
        With ``projects`` and ``project_sites``, and where present ``pipeline``, ``stage_holds``, ``stage_delays``.
    selection : Selection, optional
        Count only what it builds, at its sites, and started in its years.
    as_of : date, optional
        Day that counts as today; the first day of the plan where not given.

    Returns
    -------
    Pipeline
        Projects by stage, what each holds and how late it is.

    Raises
    ------
    HaiheError
        ``E-PLN-93`` without projects, ``E-PLN-110`` to ``E-PLN-112`` for tables that cannot be used, and as of
        `haihe.planning.setup.setup_of`.
    """
    setup = setup_of(region) if selection is None else selection.task.setup
    spec = setup.projects
    if spec is None:
        raise HaiheError("E-PLN-93", table="projects")
    schedule = schedule_of(region, spec, as_of or dt.date(setup.assumptions.first_year, 1, 1))
    site = _first_sites(region, spec)
    counted = np.ones(len(spec.projects), dtype=bool)
    if selection is not None:
        taken = np.flatnonzero(selection.chosen.choice > 0.5)
        site[spec.project[taken]] = spec.site[taken]
        counted = np.isin(np.arange(len(spec.projects)), spec.project[taken])
        schedule = _started_in(schedule, spec, taken)
    return Pipeline(setup, schedule, holds_of(region, spec.resources), site, counted)


def _first_sites(region: Region, spec: ProjectSpec) -> Ints:
    """Position of the first site of each project, shape (P,)."""
    first = region["project_sites"].drop_duplicates("project").set_index("project")["region"]
    return pd.Index(spec.sites).get_indexer(pd.Index(first.reindex(list(spec.projects)))).astype(np.int64)


def _started_in(schedule: Schedule, spec: ProjectSpec, options: Sequence[int] | Ints) -> Schedule:
    """Move what is not started by whole years, so that it starts in the year of its option."""
    shift: Months = np.zeros(len(spec.projects), dtype=np.int64)
    at = np.asarray(options, dtype=np.int64)
    project = spec.project[at]
    shift[project] = (spec.start[at] - schedule.reach[project, STARTED] // YEAR) * YEAR
    ahead = schedule.now < STARTED
    reach = schedule.reach + np.where(ahead, shift, 0)[:, None] * (np.arange(len(NAMES)) >= STARTED)
    return replace(schedule, reach=np.maximum.accumulate(reach, axis=1))


def _plain_sum(values: "pd.Series[float]") -> float:
    """Sum in which a missing amount makes the whole missing."""
    return float(values.sum(skipna=False))
