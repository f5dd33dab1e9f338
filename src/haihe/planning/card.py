r"""The card of one project: what it is, what it brings, what it takes, who pays, and what the plan says of it.

Everything stands for one option of the project: the one that is built, else the one it would take when forced in, else its
most valuable one. What is produced, bought and taxed is at capacity, not worn, at today's coefficients of the accounts.
Payback is the public money over the yearly tax that city and district keep,

.. math:: \text{payback} = \frac{s_{\text{city}} + s_{\text{district}}}{(\sigma_{\text{city}} + \sigma_{\text{district}})\, \theta_{rj}\, q}

years from full production on, not discounted; theta is tax per unit of output, sigma the shares of `haihe.planning.tax_levels`.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from haihe.figures import Figure, Table
from haihe.figures.workbook import InSheets
from haihe.messages import Quality, Text, worst_quality
from haihe.planning.card_facts import Ask, Fact, Sources, facts_of, years_of
from haihe.planning.card_rivals import rivals_of
from haihe.planning.card_views import card_tables
from haihe.planning.project_support import traced
from haihe.planning.projects import YI
from haihe.planning.reasons import Reason, known_project
from haihe.planning.setup import Setup, rules_of
from haihe.planning.suppliers import Suppliers
from haihe.planning.tax_levels import TaxShares, tax_shares_of
from haihe.region import Region
from haihe.region.tables.money import PROJECTS
from haihe.rules.book import Rulebook
from haihe.rules.traces import Trace

if TYPE_CHECKING:
    from haihe.planning.selection import Selection


@dataclass(frozen=True)
class Card(InSheets):
    """The card of a project.

    Attributes
    ----------
    project, title : str and Text
    status : str
        ``committed``, ``anyway``, ``chosen`` or ``not``, as of the selection.
    site, start, done : str and int
        Where and when it is built, or would be.
    about : mapping of Text to Text
        Chain, sector, ownership, stage, as the tables say.
    facts : sequence of Fact
        Every number with unit, year, source and quality.
    years : DataFrame
        ``item``, ``year``, ``value`` (亿元), ``source``, ``quality``: investment, public money by payer, tax by level.
    trace : Trace, optional
        The article it applies under, condition by condition.
    rivals : DataFrame
        What it competes for, see `haihe.planning.card_rivals.rivals_of`.
    reason : Reason, optional
        Why it is built or not, by a forced solve.
    hint : float
        About what the card's option is worth by the plan's prices, 亿元 discounted; missing where the plan has none.
    sources : Sources
    shares : TaxShares
        How tax is shared at its site.
    quality : Quality
        Worst mark of everything on the card.
    """

    region: Region
    project: str
    title: Text
    status: str
    site: str
    start: int
    done: int
    about: Mapping[Text, Text]
    facts: tuple[Fact, ...]
    years: pd.DataFrame
    trace: Trace | None
    rivals: pd.DataFrame
    reason: Reason | None
    hint: float
    sources: Sources
    shares: TaxShares
    names: Mapping[object, Text]
    quality: Quality

    def fact(self, key: str) -> Fact:
        """Give one number by its key; `KeyError` where there is none."""
        for each in self.facts:
            if each.key == key:
                return each
        raise KeyError(key)

    @cached_property
    def tables(self) -> dict[str, Table]:
        """Tables for reading, by key."""
        return card_tables(self)

    @property
    def figures(self) -> dict[str, Figure]:
        """A card is a page of tables: it has no figure."""
        return {}

    def __repr__(self) -> str:
        return f"Card of {self.project} ({self.status}): {self.site} from {self.start}"


@dataclass(frozen=True)
class Cards:
    """What all cards of a selection share; made once.

    Parameters
    ----------
    selection : Selection
    """

    selection: "Selection"

    @property
    def setup(self) -> Setup:
        """What the selection was made from."""
        return self.selection.task.setup

    @cached_property
    def suppliers(self) -> Suppliers:
        """The coupled accounts of the members."""
        return Suppliers.of(self.setup.region, self.setup.economy)

    @cached_property
    def projects(self) -> pd.DataFrame:
        """The selection's projects by code."""
        return self.selection.projects.set_index("project")

    @cached_property
    def book(self) -> Rulebook | None:
        """The rules that projects apply under."""
        return rules_of(self.setup.region)

    @cached_property
    def funding(self) -> pd.DataFrame:
        """Who pays for what is built."""
        return self.selection.funding

    @cached_property
    def names(self) -> Mapping[object, Text]:
        """Names of whatever cards speak of, by code."""
        return self.selection.views.names

    def card(self, project: str, reason: Reason | None = None) -> Card:
        """Make the card of a project.

        Parameters
        ----------
        project : str
            Its code.
        reason : Reason, optional
            Why it is built or not; without one the card shows the plan's prices as a hint only.

        Raises
        ------
        HaiheError
            ``E-PLN-94`` where there is no such project.
        """
        spec = self.selection.task.projects
        p = known_project(spec.projects, project)
        ask = self._ask(p, reason)
        sources = Sources.of(self.setup, project)
        facts = facts_of(ask, sources)
        years = years_of(ask, sources)
        row = self.projects.loc[project]
        marks = {fact.quality for fact in facts} | set(years["quality"]) | {self.selection.quality}
        option = np.array([ask.option] if ask.option >= 0 else [], dtype=np.int64)
        worth = -self.selection.chosen.cut.slope[option] / YI
        day = dt.date(self.setup.assumptions.first_year, 1, 1)
        return Card(
            region=self.setup.region,
            project=project,
            title=spec.titles[p],
            status=str(row["status"]),
            site=spec.sites[ask.site],
            start=ask.start,
            done=ask.done,
            about=_about(self.setup.region, project),
            facts=facts,
            years=years,
            trace=None if self.book is None else traced(self.setup.region, self.book, day, project),
            rivals=rivals_of(self.selection, option),
            reason=reason,
            hint=float(worth[0]) if worth.size else float("nan"),
            sources=sources,
            shares=ask.shares,
            names=self.names,
            quality=worst_quality(marks) or "illustrative",
        )

    def _ask(self, p: int, reason: Reason | None) -> Ask:
        """The option that a card stands for, and what it takes."""
        spec, z = self.selection.task.projects, self.selection.chosen.choice
        project = spec.projects[p]
        own = np.flatnonzero(spec.project == p)
        taken = own[z[own] > 0.5] if own.size else own
        if not taken.size and reason is not None and reason.start is not None and reason.site in spec.sites:
            taken = own[(spec.site[own] == spec.sites.index(reason.site)) & (spec.start[own] == reason.start)]
        if not taken.size and own.size:
            taken = own[[int(np.argmin(self.selection.chosen.cut.slope[own]))]]
        shares, place = None, 0
        if taken.size:
            place = int(spec.site[taken[0]])
        else:
            sites = self.setup.region["project_sites"]
            place = spec.sites.index(str(sites.loc[sites["project"] == project, "region"].iloc[0]))
        shares = tax_shares_of(self.setup.region, spec.sites[place])
        return Ask(
            setup=self.setup,
            p=p,
            option=int(taken[0]) if taken.size else -1,
            site=place,
            built=bool(own.size and z[own].sum() > 0.5),
            funding=self.funding[self.funding["project"] == project],
            suppliers=self.suppliers,
            shares=shares,
        )


def card(selection: "Selection", project: str, *, reason: Reason | None = None) -> Card:
    """Make the card of one project of a selection; see `Cards` for many.

    Parameters
    ----------
    selection : Selection
        Of which the project was a candidate.
    project : str
        Code of the project.
    reason : Reason, optional
        As `Selection.explain` gives it.

    Returns
    -------
    Card
        Facts, years, rivals and, where given, the reason.

    Raises
    ------
    HaiheError
        ``E-PLN-94`` where there is no such project.
    """
    return selection.cards.card(project, reason)


def _about(region: Region, project: str) -> dict[Text, Text]:
    """Chain, sector, ownership and stage of a project in words."""
    table = region["projects"].set_index("project").loc[project]
    found: dict[Text, Text] = {}
    for column, other, key in (("chain", "chains", "chain"), ("sector", "sectors", "sector")):
        rows = region.frame(other).set_index(key)
        if table[column] in rows.index:
            row = rows.loc[table[column]]
            found[WORDS[column]] = Text(str(row["name_zh"]), str(row["name_en"]))
    for column in ("ownership", "stage"):
        words = PROJECTS.column(column).word_of
        if str(table[column]) in words:
            found[WORDS[column]] = words[str(table[column])]
    return found


WORDS: Mapping[str, Text] = {
    "chain": Text("产业链", "Chain"),
    "sector": Text("行业", "Sector"),
    "ownership": Text("所有制", "Ownership"),
    "stage": Text("阶段", "Stage"),
}
