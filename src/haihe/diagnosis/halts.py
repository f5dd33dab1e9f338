"""What a halt costs: a chain, or a stage, taken out of the coupled system of the members.

The share of each sector that the chain stands for stops delivering; whoever bought from it finds another supplier
outside, at the same price, and the chain's own suppliers, and theirs, lose the sales (hypothetical extraction; trade with
the outside of the members stays as it was). So the figures are what is lost upstream and in the chain itself. What
buyers downstream would have to replace is given beside it, and is not added.
"""

import numpy as np
import pandas as pd

from haihe.accounts.interregional import InterregionalTable
from haihe.accounts.regional import FloatArray
from haihe.diagnosis.chains import Chains
from haihe.diagnosis.extraction import extract_sets
from haihe.diagnosis.leontief import Leontief, input_coefficients
from haihe.diagnosis.trade import Trade, with_flows

UNKNOWN = "output of sectors that state no jobs"
TOGETHER = "*"
"""Stands for all members at once."""


class Halts:
    """The members' coupled system, factored once, and what stops in it.

    Parameters
    ----------
    trade : Trade
        Accounts and members.
    jobs : ndarray, shape (R, n), optional
        Persons employed, by the accounts' regions and sectors.
    """

    def __init__(self, trade: Trade, jobs: FloatArray | None = None) -> None:
        self.members = list(trade.places.members)
        self.accounts = with_flows(trade.accounts.select(self.members))
        self.table = InterregionalTable.from_accounts(self.accounts)
        self.system = Leontief.of(self.table)
        amounts = {"value_added": self.accounts.value_added.ravel()}
        if jobs is not None:
            own = jobs[[trade.accounts.position(code) for code in self.members]].ravel()
            unknown = ~np.isfinite(own) & (self.table.output != 0)
            amounts |= {"jobs": np.nan_to_num(own), UNKNOWN: np.where(unknown, self.table.output, 0.0)}
        rates = input_coefficients(np.stack(list(amounts.values())), self.table.output)
        self.measures = pd.DataFrame(rates, index=list(amounts), columns=self.system.labels)

    def of(self, weights: dict[str, FloatArray], where: str = TOGETHER) -> pd.DataFrame:
        """Say what several halts cost each member, each halt alone.

        Parameters
        ----------
        weights : mapping of str to ndarray, shape (n,)
            Share of every sector that stops, by name of the halt.
        where : str
            Member in which it stops; `TOGETHER` for all of them.

        Returns
        -------
        DataFrame
            One row a halt and member: ``halt``, ``where``, ``region`` (who loses), ``output``, ``value_added`` (money),
            ``jobs`` (NaN where a sector that loses output states none), ``share`` (of the region's value added), ``own``
            (value added of what stops itself, in that region), ``deliveries`` (what the region's producers bought from it,
            and must find elsewhere).

        Raises
        ------
        HaiheError
            ``E-ACC-07`` where `where` is no member.
        """
        stopped = self.members if where == TOGETHER else [self.members[self.accounts.position(where)]]
        n, regions = len(self.accounts.sectors), self.system.labels.get_level_values("region")
        inside = np.isin(np.asarray(regions), stopped)
        stacked = {name: np.where(inside, np.tile(w, len(self.members)), 0.0) for name, w in weights.items()}
        sets = {name: pd.Series(w, index=self.system.labels)[w > 0] for name, w in stacked.items()}
        lost = extract_sets(self.system, sets, measures=self.measures, by="region")
        regions_of = {code: lost.xs(code, axis=1, level="region") for code in self.members}
        shares = np.stack(list(stacked.values()))
        added = self.accounts.value_added.ravel()
        own = (shares * added).reshape(-1, len(self.members), n).sum(axis=2)
        bought = (shares @ self.table.Z).reshape(-1, len(self.members), n).sum(axis=2)
        whole = self.accounts.value_added.sum(axis=1)
        keys = pd.MultiIndex.from_product([list(weights), self.members], names=["halt", "region"])
        parts = pd.concat(regions_of, names=["region", "halt"]).swaplevel().reindex(keys).reset_index()
        parts["where"], parts["own"], parts["deliveries"] = where, own.ravel(), bought.ravel()
        if UNKNOWN in parts:
            parts["jobs"] = parts["jobs"].mask(parts[UNKNOWN] > 0)
        parts["share"] = parts["value_added"] / np.tile(whole, len(weights))
        columns = ["halt", "where", "region", "output", "value_added", "jobs", "share", "own", "deliveries"]
        return parts.reindex(columns=columns).rename_axis(columns=None)


def chain_halts(halts: Halts, chains: Chains, home: str) -> pd.DataFrame:
    """Say what a halt of each chain costs the members: in `home` alone, and in all of them at once.

    Returns
    -------
    DataFrame
        As `Halts.of`, with ``chain`` in place of ``halt``.
    """
    weights = {chain: chains.weight_of(chain) for chain in chains.codes}
    places = [home, TOGETHER] if len(halts.members) > 1 else [home]
    parts = [halts.of(weights, where) for where in places]
    return pd.concat(parts, ignore_index=True).rename(columns={"halt": "chain"})


def stage_losses(halts: Halts, chains: Chains, home: str) -> pd.DataFrame:
    """Say what a halt of each stage in `home` costs.

    Returns
    -------
    DataFrame
        One row a stage, in the order of `Chains.stages`: ``key``, ``loss`` and ``loss_jobs`` (value added and jobs lost in
        all members), ``loss_home`` (value added, in `home`), ``loss_near`` (in the others), ``deliveries``.
    """
    weights = dict(zip(chains.keys, chains.weight, strict=True))
    lost = halts.of(weights, home)
    by = lost.groupby("halt", sort=False)
    at_home = lost[lost["region"] == home].set_index("halt")["value_added"]
    total = by["value_added"].sum()
    frame = pd.DataFrame(
        {
            "loss": total,
            "loss_home": at_home,
            "loss_near": total - at_home,
            "loss_jobs": by["jobs"].sum(skipna=False),
            "deliveries": by["deliveries"].sum(),
        }
    )
    return frame.reindex(chains.keys).rename_axis("key").reset_index()
