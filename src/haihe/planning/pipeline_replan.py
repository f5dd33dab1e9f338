"""A late pipeline planned again: what the plan has instead, and which targets move."""

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from haihe.figures import Column, Table
from haihe.figures.workbook import InSheets
from haihe.messages import Progress, Text
from haihe.planning.control import Control
from haihe.planning.goal_views import reckoned
from haihe.planning.pipeline_slips import Slip
from haihe.planning.plans import Plan, plan
from haihe.planning.views import DIFFERENCE_NOTE, YI_PER_BN
from haihe.region.units import said


@dataclass(frozen=True)
class Replanned(InSheets):
    """The plan on time and the plan with the late dates.

    Attributes
    ----------
    slip : Slip
    on_time, late : Plan
    """

    slip: Slip
    on_time: Plan
    late: Plan

    @property
    def lost(self) -> float:
        """Welfare that being late costs, 亿元 discounted."""
        return (self.late.solution.objective - self.on_time.solution.objective) * YI_PER_BN

    @cached_property
    def targets(self) -> pd.DataFrame:
        """``target``, ``year``, ``planned``, ``late``, ``difference``, ``unit``: what both plans reach when it is due."""
        tables = [reckoned(p) for p in (self.on_time, self.late)]
        due, late = (table[table["due"]].set_index(["target", "year"]) for table in tables)
        both = due[["plan", "unit", "digits"]].rename(columns={"plan": "planned"})
        both = both.assign(late=late["plan"].reindex(both.index)).reset_index()
        return both.assign(difference=both["late"] - both["planned"])

    @property
    def tables(self) -> dict[str, Table]:
        """Tables for reading, by key."""
        views = self.slip.before.views
        frame = self.targets
        note = Text(
            f"延误使福利（含未达目标的代价）减少 {self.lost:.1f} 亿元（贴现累计）。",
            f"Being late costs {self.lost:.1f} x 100 m yuan of welfare, missed targets included (discounted total).",
        )
        table = views.table(
            "pipeline-replanned",
            Text("重新规划之后的目标：如期与延误", "Targets when planned again: on time and late"),
            frame,
            [
                Column("target", Text("目标", "Target"), labels=views.names),
                Column("year", Text("年份", "Year"), kind="year"),
                Column("planned", Text("如期", "On time"), kind="number", digits_by="digits"),
                Column("late", Text("延误", "Late"), kind="number", digits_by="digits"),
                Column("difference", Text("差额", "Difference"), kind="number", digits_by="digits", signed=True),
                Column("unit", Text("单位", "Unit"), labels={u: said(u) for u in frame["unit"].unique()}),
            ],
            note,
            DIFFERENCE_NOTE,
        )
        return {table.key: table} if len(table) else {}


def replanned(slip: Slip, *, control: Control | None = None, progress: Progress | None = None) -> Replanned:
    """Plan twice, on time and with the late dates, without bands.

    Parameters
    ----------
    slip : Slip
    control : Control, optional
    progress : callable, optional

    Raises
    ------
    HaiheError
        As `haihe.planning.plans.plan`.
    """
    on_time, late = (
        plan(region, band=False, control=control, progress=progress) for region in (slip.before.region, slip.region)
    )
    return Replanned(slip, on_time, late)
