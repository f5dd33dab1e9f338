"""Which firms matter, by district and chain: the systemic risk index on a region's own firms, or on made-up ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from haihe.accounts.of_region import accounts_of
from haihe.diagnosis.places import places_of
from haihe.figures.workbook import Viewed
from haihe.messages import Progress, Quality, Text
from haihe.planning.control import Control
from haihe.region import Region
from haihe.shocks.firm_generator import Recipe, network_of
from haihe.shocks.network import FirmNetwork
from haihe.shocks.screening import largest
from haihe.shocks.systemic import TOLERANCE, SystemicRisk, systemic_risk
from haihe.shocks.which_firms_views import FirmRiskViews

FIRMS, EACH, LINKS = 2000, 3, 9
"""Firms made where there is no register: so many, and three a producer at least; with nine links each."""
MOST = 20_000
"""Firms up to which each is worked out; of more, those with the largest bounds (`haihe.shocks.largest`)."""


@dataclass(frozen=True, eq=False)
class FirmRisk(Viewed):
    """Index of a region's firms, and what the chains hang on.

    Attributes
    ----------
    risk : SystemicRisk
        Firms looked at, the largest index first.
    membership : DataFrame
        enterprise, chain, weight: the chains of each firm; the weight is the share of its sector that the chain's stages
        stand for, 1 where the register of firms names the stages.
    chain_names : mapping of str to Text
    """

    risk: SystemicRisk
    membership: pd.DataFrame
    chain_names: Mapping[str, Text]

    @property
    def network(self) -> FirmNetwork:
        """The network."""
        return self.risk.network

    @cached_property
    def frame(self) -> pd.DataFrame:
        """`SystemicRisk.frame` with ``times``: all sales lost over the firm's own; 1 where it drags nobody along."""
        whole = self.network.output.sum()
        own = self.risk.frame["sales"] / whole
        return self.risk.frame.assign(times=self.risk.frame["index"] / own.where(own > 0))

    def by(self, key: Literal["region", "sector"]) -> pd.DataFrame:
        """The firm that matters most in each district or sector: code, firms, largest, index, times, mean (index)."""
        return _by(self.frame.assign(weight=1.0), key)

    @cached_property
    def chains(self) -> pd.DataFrame:
        """The same by chain, the largest ``mean`` first, which is weighted by `membership`."""
        found = _by(self.frame.merge(self.membership, on="enterprise"), "chain")
        return found.sort_values("mean", ascending=False, kind="stable").reset_index(drop=True)

    @property
    def quality(self) -> Quality:
        """Mark of the network; illustrative where it is made up."""
        return self.network.quality

    @cached_property
    def views(self) -> FirmRiskViews:
        """Tables and figures with words."""
        return FirmRiskViews(self)

    @property
    def words(self) -> list[Text]:
        """What the firms are, which of them matters most, where and in which chain."""
        return self.views.lines()


def firm_risk(
    region: Region,
    recipe: Recipe | None = None,
    *,
    tolerance: float = TOLERANCE,
    control: Control | None = None,
    progress: Progress | None = None,
) -> FirmRisk:
    """Work out which firms of the members matter.

    Parameters
    ----------
    region : Region
        With ``enterprises`` and ``supplies``; where either is absent, firms are made from ``accounts``, and every table and
        figure says so. ``chains`` and ``chain_stages`` for the chains.
    recipe : Recipe, optional
        Of the firms that are made; some two thousand where not given, three a producer at least.
    tolerance : float
        As `haihe.shocks.systemic_risk`.
    control : Control, optional
        Cancel.
    progress : callable, optional
        Called with a `Text` before each step.

    Returns
    -------
    FirmRisk
        Losses by firm, district and chain.

    Raises
    ------
    HaiheError
        Those of `haihe.shocks.network_of` and `haihe.shocks.systemic_risk`.
    """
    tell = progress or (lambda _: None)
    tell(Text("企业网络", "network of firms"))
    network = network_of(region, recipe or _recipe(region))
    inside = _members(region) if network.made_up else ()
    if network.made_up:
        network = replace(network, basis=replace(network.basis, names=_named(network)))
    tell(Text("逐家企业停产推演", "every firm stops in turn"))
    risk = _risk(network, _chosen(network, inside), tolerance, control)
    chains = region.frame("chains")
    names = dict(zip(chains["chain"].astype(str), map(Text, chains["name_zh"], chains["name_en"]), strict=True))
    return FirmRisk(risk, _membership(region, risk.frame, network.made_up), names)


def _recipe(region: Region) -> Recipe:
    if region.has("enterprises", "supplies"):
        return Recipe()
    firms = max(FIRMS, EACH * int(np.count_nonzero(accounts_of(region).output)))
    return Recipe(firms=firms, links=LINKS * firms)


def _risk(network: FirmNetwork, chosen: NDArray[np.int64], tolerance: float, control: Control | None) -> SystemicRisk:
    if len(chosen) > MOST:
        return largest(network, MOST, tolerance=tolerance, control=control)
    return systemic_risk(network, chosen, tolerance=tolerance, engine="plain", control=control)


def _members(region: Region) -> tuple[str, ...]:
    """The members and everything inside them."""
    found = list(places_of(region, accounts_of(region)).members)
    parents = region["regions"].set_index("region")["parent"]
    while more := [str(code) for code, parent in parents.items() if parent in found and code not in found]:
        found += more
    return tuple(found)


def _chosen(network: FirmNetwork, inside: Iterable[str]) -> NDArray[np.int64]:
    """Firms that stand inside; all where nothing is named."""
    codes = set(inside)
    here = np.array([not codes or place in codes for place in network.regions])
    return np.flatnonzero(here[network.region]).astype(np.int64)


def _named(network: FirmNetwork) -> dict[str, Text]:
    """Call made-up firms what they are."""
    name = network.basis.name
    places, sectors = [name(code) for code in network.regions], [name(code) for code in network.sectors]
    spots = zip(network.firms, network.region, network.sector, strict=True)
    made = {
        code: Text(
            f"虚拟企业 {k}（{places[p].zh}·{sectors[s].zh}）", f"made-up firm {k} ({sectors[s].en}, {places[p].en})"
        )
        for k, (code, p, s) in enumerate(spots, 1)
    }
    return {**network.basis.names, **made}


def _membership(region: Region, firms: pd.DataFrame, made_up: bool) -> pd.DataFrame:
    """Chains of each firm: as the register says, else those that have a stage in its sector."""
    stages = region.frame("chain_stages")
    shares = (
        stages.groupby(["chain", "sector"], sort=False)["share"].sum().clip(upper=1.0).rename("weight").reset_index()
    )
    columns = ["enterprise", "chain", "weight"]
    said = pd.DataFrame(columns=columns)
    if not made_up:
        register = region["enterprises"].set_index("enterprise")["stages"].dropna()
        named = register[register != ""].str.split(";").explode()
        chain = named.str.split(".").str[0]
        said = chain.rename("chain").reset_index().drop_duplicates().assign(weight=1.0)
    others = firms[~firms["enterprise"].isin(said["enterprise"])]
    guessed = others.merge(shares, on="sector")[columns]
    return pd.concat([said[columns], guessed], ignore_index=True) if len(said) else guessed


def _by(frame: pd.DataFrame, key: str) -> pd.DataFrame:
    """Largest index and mean of each group, the largest first."""
    ordered = frame.sort_values("index", ascending=False, kind="stable")
    first = ordered.drop_duplicates(key).set_index(key)
    groups = ordered.assign(part=ordered["index"] * ordered["weight"]).groupby(key)
    weight = groups["weight"].sum()
    found = pd.DataFrame(
        {
            "firms": groups.size(),
            "largest": first["enterprise"],
            "index": first["index"],
            "times": first["times"],
            "mean": groups["part"].sum() / weight.where(weight > 0),
        }
    )
    return found.sort_values("index", ascending=False, kind="stable").rename_axis(key).reset_index()
