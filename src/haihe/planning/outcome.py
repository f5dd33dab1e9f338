"""What a solved plan holds: the program, its optimum, and every result as a frame."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from haihe.accounts import accounts_of
from haihe.messages import Findings, Quality
from haihe.planning.assembly import Assembly
from haihe.planning.indicators import indicator_table
from haihe.planning.inputs import intensity_paths
from haihe.planning.leakage import leakage_table
from haihe.planning.limits import limits_table
from haihe.planning.model import Model
from haihe.planning.prices import prices_table
from haihe.planning.project_results import budgets_table, fiscal_table, funding_table, projects_table, room_table
from haihe.planning.resource_results import expansions_table, links_table, resources_table, transfers_table
from haihe.planning.results import (
    caps_table,
    flows_table,
    output_of,
    output_table,
    summary_table,
    trade_table,
    welfare_table,
)
from haihe.planning.solver import Solution
from haihe.planning.targets import targets_table
from haihe.region import Region

RESOLVED = ("cap", "resource", "link")
"""Prices whose band comes from solving again."""
BINDS = 1e-7
"""Worth of a guard's row above which it counts as binding, bn yuan of welfare per bn yuan."""


@dataclass(frozen=True)
class Outcome:
    """A solved plan of a region's members, always read as a difference to the reference path.

    Attributes
    ----------
    assembly : Assembly
        The program and what it was set up from.
    solution, limited, base : Solution
        The plan; the same without candidate projects (the plan itself where the limits can only be met with projects,
        see ``N-PLN-83``); and the optimum of the same economy without any limit or project, which is the reference path.
    findings : Findings
        What the reader must know about the inputs, such as a limit that was left out.
    goals : DataFrame
        What every goal beside welfare got to; empty without.
    chosen : Solution, optional
        The plan before its goals beside welfare; the solution itself where there are none.
    variants : tuple of Outcome
        The same plan with every elasticity halved and doubled, from which bands come; empty where not asked for.
    """

    assembly: Assembly
    solution: Solution
    limited: Solution
    base: Solution
    findings: Findings
    goals: pd.DataFrame = field(default_factory=pd.DataFrame)
    variants: tuple["Outcome", ...] = ()
    chosen: Solution | None = None

    @property
    def region(self) -> Region:
        """What was planned."""
        return self.assembly.setup.region

    @property
    def model(self) -> Model:
        """The program and its families."""
        return self.assembly.model

    @property
    def marks(self) -> dict[str, Quality]:
        """Worst quality of every table that the numbers rest on."""
        return self.assembly.setup.marks

    @property
    def loss(self) -> float:
        """Welfare that the limits cost, discounted bn yuan at base-year prices; goals and projects not counted."""
        return self.limited.objective - self.base.objective

    @property
    def gain(self) -> float:
        """What projects add less what goals cost (`brought` less `given_up`), discounted bn yuan."""
        return self.limited.objective - self.solution.objective

    @property
    def brought(self) -> float:
        """Welfare that candidate projects add, goals beside welfare not counted; discounted bn yuan."""
        return self.gain + self.given_up

    @property
    def given_up(self) -> float:
        """Welfare that goals beside welfare cost, discounted bn yuan; 0 without."""
        return 0.0 if self.chosen is None else self.solution.objective - self.chosen.objective

    @property
    def loss_band(self) -> tuple[float, float]:
        """Least and most loss over elasticities halved, as given and doubled; missing without `variants`."""
        losses = [outcome.loss for outcome in (self, *self.variants)]
        return (min(losses), max(losses)) if self.variants else (np.nan, np.nan)

    @property
    def consumption(self) -> float:
        """Consumption of the members on the reference path, discounted bn yuan: what losses are measured against."""
        e = self.model.economy
        return float(e.households.sum(axis=(0, 1)) @ e.assumptions.weights)

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
        known = self.region.frame("flows")
        return flows_table(self.model, self.solution, known[known["year"] == self.model.economy.year])

    @cached_property
    def summary(self) -> pd.DataFrame:
        """Totals by region and year, see `haihe.planning.results.summary_table`."""
        return summary_table(self.model, self.solution)

    @cached_property
    def caps(self) -> pd.DataFrame:
        """Caps, use, permits and price by region and year, see `haihe.planning.results.caps_table`."""
        return caps_table(self.model, self.solution)

    @cached_property
    def resources(self) -> pd.DataFrame:
        """Use, endowment and price of every resource, see `haihe.planning.resource_results.resources_table`."""
        return resources_table(self.model.economy, self.model.resources, self.solution)

    @cached_property
    def transfers(self) -> pd.DataFrame:
        """Who uses whose resource, see `haihe.planning.resource_results.transfers_table`."""
        return transfers_table(self.model.economy, self.model.resources, self.solution)

    @cached_property
    def links(self) -> pd.DataFrame:
        """Freight, capacity and price of every link, see `haihe.planning.resource_results.links_table`."""
        return links_table(self.model.economy, self.model.corridors, self.solution)

    @cached_property
    def expansions(self) -> pd.DataFrame:
        """What is built or bought, see `haihe.planning.resource_results.expansions_table`."""
        return expansions_table(self.model.economy, self.model.resources, self.model.corridors, self.solution)

    @cached_property
    def projects(self) -> pd.DataFrame:
        """What became of every candidate, see `haihe.planning.project_results.projects_table`; empty without any."""
        projects = self.model.projects
        if projects is None:
            return pd.DataFrame()
        return projects_table(self.model.program, projects, self.model.money, self.solution)

    @cached_property
    def funding(self) -> pd.DataFrame:
        """Who pays for what, see `haihe.planning.project_results.funding_table`; empty without money."""
        money = self.model.money
        return pd.DataFrame() if money is None else funding_table(money.projects, money, self.solution)

    @cached_property
    def budgets(self) -> pd.DataFrame:
        """Budgets and their price, see `haihe.planning.project_results.budgets_table`; empty without money."""
        money = self.model.money
        return pd.DataFrame() if money is None else budgets_table(self.model.economy.assumptions, money, self.solution)

    @cached_property
    def districts(self) -> pd.DataFrame:
        """Fiscal space of districts, see `haihe.planning.project_results.fiscal_table`; empty without money."""
        money = self.model.money
        return pd.DataFrame() if money is None else fiscal_table(self.model.economy.assumptions, money, self.solution)

    @cached_property
    def rooms(self) -> pd.DataFrame:
        """What sites set aside for projects, see `haihe.planning.project_results.room_table`; empty without projects."""
        projects = self.model.projects
        return pd.DataFrame() if projects is None else room_table(projects, self.solution)

    @cached_property
    def indicators(self) -> pd.DataFrame:
        """Every indicator by member, see `haihe.planning.indicators.indicator_table`."""
        return indicator_table(self.assembly.indicators, self.solution.x)

    @cached_property
    def targets(self) -> pd.DataFrame:
        """The reckoning of targets, see `haihe.planning.targets.targets_table`."""
        specs = [target.spec for target in self.assembly.targets]
        return targets_table(self.assembly.indicators, specs, self.solution)

    @cached_property
    def limits(self) -> pd.DataFrame:
        """Limits on indicators and their price, see `haihe.planning.limits.limits_table`."""
        return limits_table(self.assembly.indicators, self.assembly.limits, self.solution)

    @cached_property
    def prices(self) -> pd.DataFrame:
        """Every price with unit, band, quality and what it rests on, see `haihe.planning.prices.prices_table`.

        The band of the price of what a policy maker set (``cap``, ``resource``, ``link``) runs over elasticities
        halved, as given and doubled.
        """
        table = prices_table(self.model, self.solution, self.marks)
        if self.variants:
            prices = np.stack([table["price"], *(variant.prices["price"] for variant in self.variants)])
            capped = table["kind"].isin(RESOLVED)
            table.loc[capped, "low"] = prices.min(axis=0)[capped]
            table.loc[capped, "high"] = prices.max(axis=0)[capped]
        return table

    @cached_property
    def welfare(self) -> pd.DataFrame:
        """Welfare by region and part against no caps, see `haihe.planning.results.welfare_table`."""
        return welfare_table(self.model, self.solution, self.base)

    @cached_property
    def leakage(self) -> pd.DataFrame:
        """What reappears outside, for every cap; empty where there is no partner or its uses are not stated."""
        regions = self.region["regions"]
        partners = regions.loc[regions["role"] == "partner", "region"].tolist()
        accounts = accounts_of(self.region, self.model.economy.year)
        tables = [pd.DataFrame(columns=["limit", "place", "direct", "embodied", "unit"])]
        for name, cap in self.model.caps.items():
            spec = cap.spec
            for partner in [p for p in partners if p in accounts.regions]:
                last = self.model.economy.assumptions.last_year
                use, quality = intensity_paths(
                    self.region, spec.resource, spec.unit, [partner], accounts.sectors, [last]
                )
                if quality is not None:
                    table = leakage_table(self.model, self.solution, name, accounts, partner, use[0, :, 0])
                    tables.append(table.assign(limit=name))
        return pd.concat(tables[1:] or tables, ignore_index=True)

    @cached_property
    def guards(self) -> pd.DataFrame:
        """Quantities whose last segment is in use, and outputs at their growth guard: there a guard answers.

        Columns are the labels of the quantity and ``quantity``: the name of the soft quantity or of the guard.
        """
        goods, parts = self.model.goods, []
        softs = [goods.consumption, goods.exports, goods.imports, goods.outflow, goods.inflow, *goods.between]
        for soft in [*softs, self.model.production.build, self.model.factors.labour]:
            at_end = soft.at_end(self.solution.x)
            names = [dim for dim in soft.up.dims if dim != "segment"]
            index = pd.MultiIndex.from_product([list(soft.up.dims[dim]) for dim in names], names=names)
            parts.append(index[at_end.ravel()].to_frame(index=False).assign(quantity=soft.name))
        for name, block in self.model.program.row_blocks.items():
            if name.startswith("growth_guard"):
                binds = np.abs(self.solution.worth(block)) > BINDS
                parts.append(block.labels()[binds.ravel()].to_frame(index=False).assign(quantity=name))
        return pd.concat(parts, ignore_index=True)

    @property
    def calibration(self) -> float:
        """Output-weighted deviation of the economy without caps from the reference path; should be below 0.001."""
        e = self.model.economy
        moved = np.abs(output_of(self.model, self.base) - e.output).sum()
        return float(moved / e.output.sum())

    @property
    def frames(self) -> dict[str, pd.DataFrame]:
        """Every result as a plain frame, by name."""
        names = (
            "summary", "output", "trade", "flows", "caps", "resources", "transfers", "links", "expansions", "projects",
            "funding", "budgets", "districts", "rooms", "limits", "targets", "indicators", "prices", "welfare", "leakage",
            "guards",
        )  # fmt: skip
        return {name: getattr(self, name) for name in names}
