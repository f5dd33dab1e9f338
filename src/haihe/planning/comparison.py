"""Plans side by side: what one scenario changes against another, table by table.

The first plan is what the others are compared with. Every difference is that of two optima of the same calibrated
economy, so it speaks of the change that was made and of nothing else; where two plans do not start from the same
reference path, totals of welfare cannot be compared, and this is said.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from haihe.figures.workbook import Viewed
from haihe.messages import Finding, Findings, HaiheError
from haihe.planning.comparison_views import ComparisonViews
from haihe.planning.differences import COLUMNS, table_differences
from haihe.planning.outcome import Outcome

KEYS: Mapping[str, tuple[list[str], list[str]]] = {
    "totals": (["indicator", "region", "year", "unit"], ["plan"]),
    "output": (["region", "sector", "year", "unit"], ["plan"]),
    "trade": (["kind", "partner", "region", "sector", "year", "unit"], ["plan"]),
    "prices": (["kind", "name", "region", "sector", "year", "unit"], ["price"]),
    "caps": (["limit", "region", "year", "unit"], ["use", "permits"]),
    "resources": (["resource", "region", "year", "unit"], ["use", "expanded"]),
    "links": (["link", "year", "unit"], ["carried", "expanded"]),
    "targets": (["target", "region", "year", "unit"], ["plan", "gap"]),
    "indicators": (["indicator", "region", "year", "unit"], ["plan"]),
}
"""Frames of a plan that are compared: what names a record, and which figures are compared."""
FRAME = {"totals": "summary"}
SAME = 1e-6
"""Relative difference up to which two reference paths are the same."""


@dataclass(frozen=True)
class Comparison(Viewed):
    """Plans side by side; the first is what the others are compared with.

    Attributes
    ----------
    plans : dict of str to Outcome
        Plans by name of the scenario, in order.
    """

    plans: dict[str, Outcome]

    @property
    def first(self) -> str:
        """Name of the plan that the others are compared with."""
        return next(iter(self.plans))

    @cached_property
    def summary(self) -> pd.DataFrame:
        """One record a scenario, discounted bn yuan.

        ``cost`` (of all limits, less what projects and goals add) with ``low`` and ``high`` over elasticities halved and
        doubled; ``limits`` and ``gain``, its two parts; ``share`` of discounted consumption; ``difference`` of the cost
        from the first plan's with ``difference_low`` and ``difference_high``, taken elasticity by elasticity, which is
        narrower than the difference of two bands. Bands are missing where a plan has none.
        """
        first = np.array(_costs(self.plans[self.first]))
        rows = []
        for name, plan in self.plans.items():
            costs = np.array(_costs(plan))
            gaps = costs - first if costs.shape == first.shape else np.array([costs[0] - first[0]])
            banded = len(costs) > 1
            rows.append(
                {
                    "scenario": name,
                    "cost": costs[0],
                    "low": costs.min() if banded else np.nan,
                    "high": costs.max() if banded else np.nan,
                    "limits": plan.loss,
                    "gain": plan.gain,
                    "share": costs[0] / plan.consumption,
                    "difference": gaps[0],
                    "difference_low": gaps.min() if len(gaps) > 1 else np.nan,
                    "difference_high": gaps.max() if len(gaps) > 1 else np.nan,
                    "unit": "bn yuan, discounted",
                }
            )
        return pd.DataFrame(rows)

    @cached_property
    def changes(self) -> pd.DataFrame:
        """What was changed: the cells in which each scenario's tables differ from the first's, by scenario."""
        region = self.plans[self.first].region
        parts = [
            table_differences(region, plan.region).assign(scenario=name)
            for name, plan in list(self.plans.items())[1:]
            if plan.region is not region
        ]
        none = table_differences(region, region).assign(scenario="")
        found: pd.DataFrame = pd.concat(parts, ignore_index=True) if parts else none
        return found[["scenario", *COLUMNS]]

    def frame(self, name: str) -> pd.DataFrame:
        """One kind of result by scenario (`KEYS`).

        Returns
        -------
        DataFrame
            scenario, what names a record, and each figure with its ``<figure>_difference`` from the first scenario; a
            figure that a plan does not have is missing, never 0.
        """
        keys, figures = KEYS[name]
        parts = {who: getattr(plan, FRAME.get(name, name)) for who, plan in self.plans.items()}
        kept = [key for key in keys if all(key in part for part in parts.values())]
        base = parts[self.first][[*kept, *figures]]
        base = base.rename(columns={figure: f"{figure}_first" for figure in figures})
        rows = []
        for who, part in parts.items():
            both = base.merge(part[[*kept, *figures]], on=kept, how="outer", sort=False)
            gaps = {f"{figure}_difference": both[figure] - both[f"{figure}_first"] for figure in figures}
            rows.append(both.assign(scenario=who, **gaps))
        ordered = ["scenario", *kept, *(each for figure in figures for each in (figure, f"{figure}_difference"))]
        found: pd.DataFrame = pd.concat(rows, ignore_index=True)
        return found.reindex(columns=ordered)

    @property
    def frames(self) -> dict[str, pd.DataFrame]:
        """Every comparison as a plain frame, by name."""
        return {"summary": self.summary, "changes": self.changes} | {name: self.frame(name) for name in KEYS}

    @cached_property
    def findings(self) -> Findings:
        """``W-PLN-69`` for each scenario that starts from another reference path than the first."""
        first = self.plans[self.first]
        return Findings(
            Finding("W-PLN-69", values={"value": name, "other": self.first})
            for name, plan in self.plans.items()
            if not same_reference(first, plan)
        )

    @cached_property
    def views(self) -> ComparisonViews:
        """Tables and figures with words, see `haihe.planning.comparison_views`."""
        return ComparisonViews(self.plans, self.summary, self.changes, {name: self.frame(name) for name in KEYS})

    def __repr__(self) -> str:
        gaps = ", ".join(f"{row.scenario} {row.difference:+.1f}" for row in self.summary.iloc[1:].itertuples())
        return f"Comparison with {self.first}: {gaps} bn yuan of discounted cost"


def compare(plans: Mapping[str, Outcome]) -> Comparison:
    """Put plans side by side.

    Parameters
    ----------
    plans : mapping of str to Outcome
        Plans by the name of their scenario; the first is what the others are compared with.

    Returns
    -------
    Comparison
        What differs, table by table.

    Raises
    ------
    HaiheError
        ``E-PLN-63`` with fewer than two plans.
    """
    if len(plans) < 2:
        raise HaiheError("E-PLN-63", value=len(plans))
    return Comparison(dict(plans))


def same_reference(one: Outcome, other: Outcome) -> bool:
    """Tell whether two plans speak of the same economy: members, sectors, years and reference output."""
    a, b = one.model.economy, other.model.economy
    alike = (a.members, a.sectors, a.assumptions.years) == (b.members, b.sectors, b.assumptions.years)
    return (
        alike
        and bool(np.allclose(a.output, b.output, rtol=SAME, atol=0.0))
        and _close(one.consumption, other.consumption)
    )


def _close(one: float, other: float) -> bool:
    return abs(one - other) <= SAME * (1.0 + abs(one))


def _costs(plan: Outcome) -> list[float]:
    """Cost of a plan, then of the same with other elasticities."""
    return [each.loss - each.gain for each in (plan, *plan.variants)]
