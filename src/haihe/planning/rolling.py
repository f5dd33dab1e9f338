"""Rolling: what was decided stays, what happened is put in, and the rest is planned again."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from haihe.figures import Table
from haihe.figures.workbook import InSheets
from haihe.messages import Findings, HaiheError, Progress
from haihe.planning.comparison import Comparison, compare
from haihe.planning.decided import Decisions, decide
from haihe.planning.differences import table_differences
from haihe.planning.outcome import Outcome
from haihe.planning.plans import Plan, plan
from haihe.region import Region

RECKONED = ["target", "indicator", "region", "year", "unit"]


@dataclass(frozen=True)
class Replan(InSheets):
    """A plan made again after some years.

    Attributes
    ----------
    previous : Outcome
        The plan that was decided on.
    plan : Plan
        The new plan; its decisions up to ``decisions.until`` are held.
    decisions : Decisions
        What is held.
    steps : dict of str to Outcome
        Plans in between, each with one more cause of change put in: ``previous``, ``actuals`` (what was done is not what
        was planned), ``updates`` (the tables changed). The last one is the new plan.
    """

    previous: Outcome
    plan: Plan
    decisions: Decisions
    steps: dict[str, Outcome]

    @cached_property
    def changes(self) -> pd.DataFrame:
        """Cells of the tables that changed since the previous plan, see `table_differences`."""
        return table_differences(self.previous.region, self.plan.region)

    @cached_property
    def causes(self) -> pd.DataFrame:
        """Why the cost changed: by cause, the cost after it (bn yuan, discounted) and what it added."""
        costs = {name: step.loss - step.gain for name, step in self.steps.items()}
        frame = pd.DataFrame({"cause": list(costs), "cost": list(costs.values())})
        return frame.assign(added=frame["cost"].diff(), unit="bn yuan, discounted")

    @cached_property
    def comparison(self) -> Comparison:
        """The new plan beside the previous one, table by table."""
        return compare({"previous": self.previous, "replanned": self.plan})

    @cached_property
    def reckoning(self) -> pd.DataFrame:
        """Targets year by year: planned before and now, the gap then and now, reached then and now."""
        parts = []
        for outcome, name in ((self.previous, "before"), (self.plan, "now")):
            frame = outcome.targets
            names = {figure: f"{figure}_{name}" for figure in ("plan", "gap", "reached")}
            parts.append(frame[[*RECKONED, "wanted", *names]].rename(columns={**names, "wanted": f"wanted_{name}"}))
        return parts[0].merge(parts[1], on=RECKONED, how="outer", sort=False)

    @property
    def findings(self) -> Findings:
        """What the reader must know, decisions that have no place in the new plan among it."""
        return Findings([*self.decisions.unmatched(self.plan.model), *self.comparison.findings, *self.plan.findings])

    @property
    def tables(self) -> dict[str, Table]:
        """Tables of the comparison with the previous plan, for reading."""
        return self.comparison.tables

    @property
    def frames(self) -> dict[str, pd.DataFrame]:
        """Every result as a plain frame."""
        held = self.decisions.table
        return {"changes": self.changes, "causes": self.causes, "reckoning": self.reckoning, "decided": held}

    def __repr__(self) -> str:
        added = np.nan_to_num(self.causes["added"].to_numpy(dtype=np.float64)).sum()
        return f"Replan with everything up to {self.decisions.until} decided: cost {added:+.1f} bn yuan against the plan before"


def replan(
    region: Region,
    previous: Plan,
    *,
    decided_until: int,
    happened: Mapping[str, pd.DataFrame] | None = None,
    actuals: pd.DataFrame | None = None,
    progress: Progress | None = None,
    **options: Any,
) -> Replan:
    """Plan again: decisions up to a year are held, tables are updated, the rest is chosen anew.

    Investment, upgrades, retrofit, early closure, expansions and projects of milestones up to the year are fixed at what
    the previous plan says, or at what was really done. Output, trade and consumption stay free: they are the economy's
    answer. Where nothing changed the new plan is the previous one.

    Parameters
    ----------
    region : Region
        The region, with its updated tables.
    previous : Outcome
        The plan that was decided on.
    decided_until : int
        Last year that is decided.
    happened : mapping of DataFrame, optional
        Further tables that replace those of the region.
    actuals : DataFrame, optional
        What was really done, as `haihe.planning.decided.decisions_table` tells it.
    progress : callable, optional
        Called with a `Text` before each step.
    **options
        As of `haihe.planning.plan`; what the previous plan was asked for where not given.

    Returns
    -------
    Replan
        The rest of the plan, with what was decided held.

    Raises
    ------
    HaiheError
        As `haihe.planning.decided.decide`; ``E-PLN-02`` with lists to relax where what was decided leaves no feasible
        plan; ``E-PLN-87`` where the region plans no milestone of the previous plan.
    """
    for name, frame in (happened or {}).items():
        region = region.with_table(name, frame)
    decisions = decide(previous, decided_until, actuals)
    options = _asked(previous) | options
    steps: dict[str, Outcome] = {"previous": previous}
    changed = not table_differences(previous.region, region).empty
    if actuals is not None and changed:
        steps |= _in_between(previous, decisions, progress, options)
    new = plan(region, decided=decisions, progress=progress, **options)
    if not set(new.model.economy.assumptions.years) & set(previous.model.economy.assumptions.years):
        raise HaiheError("E-PLN-87", value=decided_until)
    steps["updates" if changed or actuals is None else "actuals"] = new
    return Replan(previous, new, decisions, steps)


def _asked(previous: Plan) -> dict[str, Any]:
    """Options of the previous plan."""
    asked = previous.asked
    kept = {name: getattr(asked, name) for name in ("goals", "path", "pooled", "upgrades", "projects", "assumptions")}
    return kept | {"band": bool(previous.variants)}


def _in_between(
    previous: Plan, decisions: Decisions, progress: Progress | None, options: Mapping[str, Any]
) -> dict[str, Outcome]:
    """The old tables with what was really done; nothing where they leave no feasible plan."""
    try:
        return {"actuals": plan(previous.region, decided=decisions, progress=progress, **options)}
    except HaiheError as error:
        if error.code != "E-PLN-02":
            raise
        return {}
