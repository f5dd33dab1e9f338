"""The plan: `plan(region)` gives one feasible plan and what it says."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from haihe.accounts.of_region import accounts_of
from haihe.figures import Figure, Table
from haihe.figures.workbook import write_workbook
from haihe.messages import Lang, Text, default_language
from haihe.planning.assumptions import Assumptions
from haihe.planning.caps import CapSpec
from haihe.planning.inputs import caps_of, economy_of, intensity_of, rests_on
from haihe.planning.leakage import leakage_table
from haihe.planning.model import Model, build_model
from haihe.planning.prices import prices_table
from haihe.planning.results import (
    caps_table,
    flows_table,
    output_of,
    output_table,
    summary_table,
    trade_table,
    welfare_table,
)
from haihe.planning.solver import Session, Solution
from haihe.planning.views import PlanViews
from haihe.region import Region

Progress = Callable[[Text], None]
"""Called with what is being done now; raise in it to stop."""


@dataclass(frozen=True)
class Plan:
    """A solved plan of a region's members, always read as a difference to the reference path.

    Attributes
    ----------
    region : Region
        What was planned.
    model : Model
        The program and its families.
    solution, base : Solution
        The plan, and the optimum of the same economy without caps.
    marks : dict of str to str
        Quality of the tables that the numbers rest on.

    Examples
    --------
    >>> import haihe as hh
    >>> p = hh.plan(hh.example("jing-jin-ji"))          # doctest: +SKIP
    >>> p.prices.query("kind == 'cap' and year == 2025")  # doctest: +SKIP
    """

    region: Region
    model: Model
    solution: Solution
    base: Solution
    marks: dict[str, str]

    @property
    def loss(self) -> float:
        """Welfare lost against the economy without caps, discounted bn yuan at base-year prices."""
        return self.solution.objective - self.base.objective

    @property
    def consumption(self) -> float:
        """Consumption of the members on the reference path, discounted bn yuan: what losses are measured against."""
        e = self.model.economy
        return float(e.households.sum() * e.assumptions.weights.sum())

    @cached_property
    def output(self) -> pd.DataFrame:
        """Output by region, sector and year, see `haihe.planning.results.output_table`."""
        return output_table(self.model, self.solution)

    @cached_property
    def trade(self) -> pd.DataFrame:
        """Trade with the partner and abroad, see `haihe.planning.results.trade_table`."""
        return trade_table(self.model, self.solution)

    @cached_property
    def flows(self) -> pd.DataFrame:
        """Flows between members with their band, see `haihe.planning.results.flows_table`."""
        year = self.model.economy.assumptions.first_year
        known = self.region.frame("flows")
        return flows_table(self.model, self.solution, known[known["year"] == year])

    @cached_property
    def summary(self) -> pd.DataFrame:
        """Totals by region and year, see `haihe.planning.results.summary_table`."""
        return summary_table(self.model, self.solution)

    @cached_property
    def caps(self) -> pd.DataFrame:
        """Caps, use, permits and price by region and year, see `haihe.planning.results.caps_table`."""
        return caps_table(self.model, self.solution)

    @cached_property
    def prices(self) -> pd.DataFrame:
        """Every price with unit, band, quality and what it rests on, see `haihe.planning.prices.prices_table`."""
        return prices_table(self.model, self.solution, self.marks)

    @cached_property
    def welfare(self) -> pd.DataFrame:
        """Welfare by region and part against no caps, see `haihe.planning.results.welfare_table`."""
        return welfare_table(self.model, self.solution, self.base)

    @cached_property
    def leakage(self) -> pd.DataFrame:
        """What reappears outside, for every cap; empty where there is no partner or its uses are not stated."""
        regions = self.region["regions"]
        partners = regions.loc[regions["role"] == "partner", "region"].tolist()
        accounts = accounts_of(self.region, self.model.economy.assumptions.first_year)
        tables = [pd.DataFrame(columns=["limit", "place", "direct", "embodied", "unit"])]
        for name, cap in self.model.caps.items():
            spec = cap.spec
            for partner in [p for p in partners if p in accounts.regions]:
                use, quality = intensity_of(
                    self.region, spec.resource, accounts.year, [partner], accounts.sectors, spec.unit
                )
                if quality is not None:
                    table = leakage_table(self.model, self.solution, name, accounts, partner, use[0])
                    tables.append(table.assign(limit=name))
        return pd.concat(tables[1:] or tables, ignore_index=True)

    @cached_property
    def guards(self) -> pd.DataFrame:
        """Quantities whose last segment is in use: there the guard answers, not the elasticity."""
        goods, parts = self.model.goods, []
        softs = [goods.consumption, goods.exports, goods.imports, goods.outflow, goods.inflow, goods.flows]
        for soft in [*softs, self.model.production.build, self.model.factors.labour]:
            at_end = soft.at_end(self.solution.x)
            names = [dim for dim in soft.up.dims if dim != "segment"]
            index = pd.MultiIndex.from_product([list(soft.up.dims[dim]) for dim in names], names=names)
            parts.append(index[at_end.ravel()].to_frame(index=False).assign(quantity=soft.name))
        return pd.concat(parts, ignore_index=True)

    @property
    def calibration(self) -> float:
        """Output-weighted deviation of the economy without caps from the reference path; should be below 0.001."""
        e = self.model.economy
        moved = np.abs(output_of(self.model, self.base) - e.output[:, :, None]).sum()
        return float(moved / (e.output.sum() * len(e.assumptions.years)))

    @property
    def frames(self) -> dict[str, pd.DataFrame]:
        """Every result as a plain frame, by name."""
        names = ("summary", "output", "trade", "flows", "caps", "prices", "welfare", "leakage", "guards")
        return {name: getattr(self, name) for name in names}

    @cached_property
    def views(self) -> PlanViews:
        """The plan's tables and figures with words, units and sources, see `haihe.planning.views`."""
        return PlanViews(self)

    @property
    def tables(self) -> dict[str, Table]:
        """Tables for reading, by key."""
        return self.views.tables()

    @property
    def figures(self) -> dict[str, Figure]:
        """Figures by key."""
        return self.views.figures()

    def to_excel(self, path: str | Path, lang: Lang | None = None) -> Path:
        """Write every table to a workbook, one sheet each; the file is replaced only when it is complete."""
        return write_workbook(self.tables.values(), path, lang or default_language())

    def __repr__(self) -> str:
        e = self.model.economy
        share = 100 * self.loss / self.consumption
        return (
            f"Plan of {', '.join(e.members)}, {e.assumptions.first_year}-{e.assumptions.last_year}: "
            f"{len(self.model.caps)} caps cost {self.loss:.1f} bn yuan ({share:.2f} % of consumption), "
            f"solved in {self.solution.seconds:.1f} s, check {self.solution.check.worst:.0e}"
        )


def plan(
    region: Region,
    *,
    assumptions: Assumptions | None = None,
    pooled: bool | None = None,
    upgrades: bool = True,
    progress: Progress | None = None,
) -> Plan:
    """Plan the members of a region.

    Parameters
    ----------
    region : Region
        A checked region with accounts; see `economy_of` and `caps_of` for the tables that are read.
    assumptions : Assumptions, optional
        Those of the table ``parameters`` where not given.
    pooled : bool, optional
        Let the members pool every cap (True), or none (False); as the table ``limits`` says where not given.
    upgrades : bool
        Leave the upgraded technology out when False.
    progress : callable, optional
        Called with a `Text` before each step.

    Returns
    -------
    Plan

    Raises
    ------
    HaiheError
        Where the accounts are missing or do not balance, and ``E-PLN-02`` where the caps cannot be met.
    """
    say = progress or (lambda _: None)
    say(Text("校准经济", "calibrating the economy"))
    assumptions = assumptions or Assumptions.of(region)
    economy = economy_of(region, assumptions, upgrades=upgrades)
    caps = caps_of(region, economy)
    if pooled is not None:
        caps = [replace(cap, pooled=pooled) for cap in caps]
    say(Text("求解无限制的基准", "solving the economy without caps"))
    model = build_model(economy, caps)
    session = Session(model.program)
    lift_caps(session, model)
    base = session.solve()
    say(Text("求解方案", "solving the plan"))
    set_caps(session, model, caps)
    solution = session.solve(method="ipx") if caps else base
    return Plan(region, model, solution, base, rests_on(region, caps, upgrades=bool(economy.upgradable.any())))


def lift_caps(session: Session, model: Model) -> None:
    """Lift every cap of a session, in place."""
    for cap in model.caps.values():
        session.set_row_bounds(cap.rows.index, -np.inf, np.inf)


def set_caps(session: Session, model: Model, specs: Sequence[CapSpec]) -> None:
    """Set the caps of a session as the specs say: amounts, and whether permits may move; in place."""
    for spec in specs:
        cap = model.caps[spec.name]
        session.set_row_bounds(cap.rows.index, -np.inf, spec.cap / cap.scale)
        session.set_column_bounds(cap.permits.index, -spec.permit_bound, spec.permit_bound)
