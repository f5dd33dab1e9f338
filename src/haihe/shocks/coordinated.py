"""What coordination is worth in a crisis: by itself, as planned, and the plan as it comes out when played."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from haihe.planning.control import Control
from haihe.shocks.baseline import AtRest
from haihe.shocks.events import Event
from haihe.shocks.inventories import Inventories
from haihe.shocks.played import Played, play
from haihe.shocks.response import Weekly, best, by_weeks, program
from haihe.shocks.unplanned import WEEK, Flows, unplanned

MOST_WEEKS = 18
"""Weeks that a response looks ahead."""


@dataclass(frozen=True, eq=False)
class Coordinated:
    """A shock met alone, met by plan, and the plan as it was carried out.

    Attributes
    ----------
    rest : AtRest
    flows : Flows
        What happens by itself, over whole weeks.
    plan : Weekly
        The best answer.
    planned : float
        Value added of the plan, money over the weeks looked at.
    played : Played
        What came of the plan day by day.
    """

    rest: AtRest
    flows: Flows
    plan: Weekly
    planned: float
    played: Played

    @property
    def weeks(self) -> int:
        """Weeks looked at."""
        return len(self.plan.made)

    @property
    def worth(self) -> dict[str, float]:
        """Value added: usual, alone, planned, played; and final use served alone and played."""
        usual = float((self.flows.added * self.flows.normal).sum()) * WEEK * self.weeks
        return {
            "usual": usual,
            "alone": self.flows.value,
            "planned": self.planned,
            "played": self.played.value,
            "served_alone": self.flows.served,
            "served_played": float(self.played.final.sum()),
        }

    @cached_property
    def output(self) -> pd.DataFrame:
        """Output of every producer over all weeks: region, sector, alone, played, change, value_added (of the change)."""
        alone, played = (values.sum(axis=0).T.ravel() for values in (self.flows.made, self.played.made))
        frame = self.rest.index.to_frame(index=False).assign(alone=alone, played=played, change=played - alone)
        frame["value_added"] = frame["change"] * self.flows.added.T.ravel()
        return frame.sort_values("value_added", ascending=False, kind="stable").reset_index(drop=True)

    @cached_property
    def deliveries(self) -> pd.DataFrame:
        """Deliveries of inputs over all weeks: product, source (region or partner), region, alone, planned, change."""
        alone = by_weeks(self.flows).sent.sum(axis=0)
        planned = self.plan.sent.sum(axis=0)
        sources = [*self.rest.regions, *self.rest.partners]
        index = pd.MultiIndex.from_product(
            [self.rest.sectors, sources, self.rest.regions], names=["product", "source", "region"]
        )
        frame = pd.DataFrame({"alone": alone.ravel(), "planned": planned.ravel()}, index=index).reset_index()
        frame["change"] = frame["planned"] - frame["alone"]
        order = frame["change"].abs().sort_values(ascending=False, kind="stable").index
        return frame.loc[order].reset_index(drop=True)


def coordinate(
    rest: AtRest,
    events: Sequence[Event],
    days: int,
    inventories: Inventories,
    *,
    control: Control | None = None,
    **options: Any,
) -> Coordinated | None:
    """Meet a shock alone and by plan, and play the plan.

    Parameters
    ----------
    rest, events, inventories, **options
        As for `disrupt`.
    days : int
        Days to look at; whole weeks of them count, 18 at most.
    control : Control, optional
        Cancel, progress and time limit of the run and of the solve.

    Returns
    -------
    Coordinated or None
        None for less than a week.

    Raises
    ------
    HaiheError
        As `disrupt` and `haihe.shocks.response.best`.
    """
    weeks = min(days // WEEK, MOST_WEEKS)
    if not weeks:
        return None
    flows = unplanned(rest, events, weeks * WEEK, inventories, control=control, **options)
    plan, planned = best(program(flows), control)
    return Coordinated(rest, flows, plan, planned, play(plan, flows))
