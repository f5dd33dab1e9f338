"""Chains as stages over sectors: which share of which sector a stage stands for, and what that makes of the accounts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from haihe.accounts.regional import Accounts, FloatArray
from haihe.messages import Finding, Findings, HaiheError, Quality, Text, worst_quality
from haihe.region import Region
from haihe.region.nearest import suggest

POSITIONS: Mapping[str, Text] = {
    "upstream": Text("上游", "Upstream"),
    "midstream": Text("中游", "Midstream"),
    "downstream": Text("下游", "Downstream"),
}
MADE_UP = Text(
    "环节占行业的份额为示例，只说明形式；以企业名录核定份额之后，本图表才能用于判断。",
    "The shares of stages in sectors are made up and show the form only; nothing may be concluded before they are settled "
    "from the register of firms.",
)
WHOLE = 1.0 + 1e-9
"""Most that the stages of one chain may take of a sector, with room for rounding."""


@dataclass(frozen=True, eq=False)
class Chains:
    """Stages of chains, each a share of one or several sectors.

    A stage's share of a sector is the same in every region: the tables declare one share, so regions differ in a stage
    only as far as their sectors differ. Firms (`haihe.diagnosis.firms`) tell more where they are given.

    Attributes
    ----------
    stages : DataFrame
        One row a stage, ``m`` in all: ``chain``, ``stage``, ``position``, ``sectors`` (codes joined by ``;``), in
        order of chains and, within a chain, from upstream to downstream.
    weight : ndarray, shape (m, n)
        Share of each sector's output that the stage stands for.
    sectors : list of str
        Sectors of the accounts that the columns of `weight` stand for.
    names : mapping of str to Text
        Names of chains (by code) and of stages (by ``chain.stage``).
    labels : mapping of str to str
        Official label by chain, of those that have one.
    leads : mapping of str to Text
        Department in the lead by chain, of those that have one.
    quality : str
        Worst mark of the shares.
    findings : Findings
        What could not be used.
    """

    stages: pd.DataFrame
    weight: FloatArray
    sectors: list[str]
    names: Mapping[str, Text]
    labels: Mapping[str, str]
    leads: Mapping[str, Text]
    quality: Quality
    findings: Findings

    @property
    def codes(self) -> list[str]:
        """Chains that have stages, in the order of the table."""
        return list(dict.fromkeys(self.stages["chain"]))

    @property
    def notes(self) -> tuple[Text, ...]:
        """What must be said beside every figure of a chain."""
        return (MADE_UP,) if self.quality == "illustrative" else ()

    @property
    def keys(self) -> list[str]:
        """``chain.stage`` of every row of `stages`."""
        return list(self.stages["chain"] + "." + self.stages["stage"])

    def rows_of(self, chain: str) -> NDArray[np.intp]:
        """Positions of a chain's stages in `stages`."""
        return np.flatnonzero((self.stages["chain"] == chain).to_numpy())

    def weight_of(self, chain: str) -> FloatArray:
        """Share of each sector that a whole chain stands for, shape (n,)."""
        return np.asarray(self.weight[self.rows_of(chain)].sum(axis=0))

    def select(self, chains: Sequence[str]) -> "Chains":
        """Keep some chains; ``E-DIA-61`` names one that is not there."""
        for chain in chains:
            if chain not in self.codes:
                said = {self.names[code](lang): code for code in self.codes for lang in ("zh", "en")}
                raise HaiheError("E-DIA-61", table="chains", value=chain, near=suggest(chain, self.codes, said))
        kept = self.stages["chain"].isin(chains).to_numpy()
        stages = self.stages[kept].reset_index(drop=True)
        return Chains(
            stages,
            self.weight[kept],
            self.sectors,
            self.names,
            self.labels,
            self.leads,
            self.quality,
            self.findings,
        )


def chains_of(region: Region, accounts: Accounts) -> Chains | None:
    """Read the chains of a region against the sectors of its accounts.

    Parameters
    ----------
    region : Region
        Tables ``chains`` and ``chain_stages``.
    accounts : Accounts
        Sectors that stages lie in.

    Returns
    -------
    Chains or None
        None where one of the two tables is absent. A stage in a sector without accounts is left out with the
        finding ``W-DIA-64``.

    Raises
    ------
    HaiheError
        ``E-DIA-62`` where the stages of one chain take more than the whole of a sector.
    """
    if not region.has("chains", "chain_stages"):
        return None
    chains, table = region["chains"], region["chain_stages"]
    findings = Findings()
    known = table["sector"].isin(accounts.sectors)
    for row in np.flatnonzero(~known.to_numpy()):
        lost = table.iloc[row]
        values = {"value": f"{lost['chain']}.{lost['stage']}", "sector": lost["sector"], "year": accounts.year}
        findings.append(Finding("W-DIA-64", table="chain_stages", row=int(row) + 2, column="sector", values=values))
    table = table[known]
    taken = table.groupby(["chain", "sector"])["share"].sum()
    if (over := taken[taken > WHOLE]).size:
        chain, sector = over.index[0]
        raise HaiheError("E-DIA-62", table="chain_stages", chain=chain, sector=sector, value=f"{over.iloc[0]:.3g}")
    order = {code: k for k, code in enumerate(chains["chain"])}
    places = {code: k for k, code in enumerate(POSITIONS)}
    ranked = table.assign(_c=table["chain"].map(order), _p=table["position"].map(places))
    ranked = ranked.sort_values(["_c", "_p"], kind="stable")
    by_stage = ranked.groupby(["chain", "stage"], sort=False)
    stages = by_stage.agg(position=("position", "first"), sectors=("sector", ";".join)).reset_index()
    weight = np.zeros((len(stages), len(accounts.sectors)))
    at = {sector: i for i, sector in enumerate(accounts.sectors)}
    np.add.at(weight, (by_stage.ngroup().to_numpy(), ranked["sector"].map(at).to_numpy()), ranked["share"].to_numpy())
    marks = set(table["quality"].dropna()) if "quality" in table else set()
    return Chains(
        stages,
        weight,
        list(accounts.sectors),
        _names(chains, ranked),
        _labels(chains),
        _leads(region, chains),
        worst_quality(marks) or "illustrative",
        findings,
    )


def _names(chains: pd.DataFrame, stages: pd.DataFrame) -> dict[str, Text]:
    """Names of chains and of their stages."""
    found = {code: Text(zh, en) for code, zh, en in _rows(chains, "chain", "name_zh", "name_en")}
    rows = _rows(stages, "chain", "stage", "name_zh", "name_en")
    return found | {f"{chain}.{stage}": Text(zh, en) for chain, stage, zh, en in rows}


def _labels(chains: pd.DataFrame) -> dict[str, str]:
    """Official labels, of the chains that have one."""
    given = chains[chains["official_label"].notna()]
    return dict(zip(given["chain"], given["official_label"], strict=True))


def _leads(region: Region, chains: pd.DataFrame) -> dict[str, Text]:
    """Names of the departments in the lead, of the chains that have one."""
    given = chains[chains["lead_department"].notna()]
    if given.empty or not region.has("departments"):
        return {}
    rows = _rows(region["departments"], "department", "name_zh", "name_en")
    said = {code: Text(zh, en) for code, zh, en in rows}
    return {chain: said[lead] for chain, lead in _rows(given, "chain", "lead_department") if lead in said}


def _rows(frame: pd.DataFrame, *columns: str) -> list[tuple[str, ...]]:
    return list(frame[list(columns)].itertuples(index=False, name=None))
