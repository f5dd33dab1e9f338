"""What a region might do next, and how well such suggestions did in the past.

A sector is a *candidate* where the region's RCA is below `absent`; it has *entered* by a later year where its RCA is at
least `present`. Candidates are ranked by density (how much of what surrounds the sector the region already has), by
their own RCA ("grow what you have"), or by both. `haihe.diagnosis.backtest` says how often each ranking was right.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from haihe.accounts.labels import nearest
from haihe.accounts.regional import BoolArray, FloatArray
from haihe.diagnosis.complexity import Complexity, complexity
from haihe.diagnosis.grid import Source, grid_of
from haihe.diagnosis.result import GIVEN, Basis, Result
from haihe.figures import Column, Figure, Table
from haihe.messages import HaiheError, Text

RANKINGS: Mapping[str, Text] = {
    "quotient": Text("壮大已有基础（按现有 RCA）", "Grow what you have (by present RCA)"),
    "density": Text("关联密度", "Relatedness density"),
    "both": Text("两者名次平均", "Mean rank of both"),
}
METHOD = Text(
    "候选为 RCA 低于门槛的行业；关联密度＝Σ已有相邻行业的邻近度÷Σ全部邻近度（Hidalgo 等 2007）",
    "candidates are sectors with RCA below the threshold; density: proximity to what the region has over all proximity "
    "(Hidalgo et al. 2007)",
)


@dataclass(frozen=True)
class Entry:
    """What counts as absent and as entered.

    Attributes
    ----------
    absent : float
        A candidate has an RCA below this in the first year.
    present : float
        It has entered with an RCA of at least this in the second year.
    """

    absent: float = 1.0
    present: float = 1.0

    def __post_init__(self) -> None:
        if not 0 < self.absent <= self.present < np.inf:
            raise HaiheError("E-DIA-37", value="absent, present", reason=f"0 < {self.absent:g} <= {self.present:g}")


def scores_of(found: Complexity, candidates: BoolArray) -> dict[str, FloatArray]:
    """Give the score of every ranking, each of shape (R, n): the higher, the sooner suggested.

    Parameters
    ----------
    found : Complexity
        Of the year in which suggestions are made.
    candidates : ndarray of bool, shape (R, n)
        The rank mean of ``both`` is taken over the candidates of each region.
    """
    ranks = [
        pd.DataFrame(np.where(candidates, score, np.nan)).rank(axis=1, pct=True).to_numpy()
        for score in (found.density, found.rca)
    ]
    return {"quotient": found.rca, "density": found.density, "both": np.asarray(sum(ranks) / 2.0)}


@dataclass(frozen=True)
class Suggestions(Result):
    """Sectors that a region might enter.

    Attributes
    ----------
    frame : DataFrame
        rank, sector, rca, density, pci, cog, rank_quotient, rank_density; the first ones first.
    region, by : str
        For whom, and the ranking.
    basis : Basis
        What it rests on.
    """

    frame: pd.DataFrame
    region: str
    by: str
    basis: Basis

    def shown(self) -> Iterable[Table | Figure]:
        """The list."""
        name, how = self.basis.name(self.region), RANKINGS[self.by]
        yield self.basis.table(
            "structure-entry",
            Text(f"{name.zh}可考虑进入的行业", f"Sectors that {name.en} might enter"),
            self.frame,
            [
                Column("rank", Text("名次", "Rank"), digits=0),
                self.basis.place("sector"),
                Column("rca", Text("现有 RCA", "RCA today"), digits=2),
                Column("density", Text("关联密度", "Density"), digits=2),
                Column("pci", Text("复杂度", "Complexity"), digits=2, signed=True),
                Column("cog", Text("前景增益", "Outlook gain"), digits=2, signed=True),
                Column("rank_quotient", Text("按 RCA 名次", "Rank by RCA"), digits=0),
                Column("rank_density", Text("按密度名次", "Rank by density"), digits=0),
            ],
            METHOD,
            Text(f"排序：{how.zh}。", f"Ranked by: {how.en.lower()}."),
            Text(
                "这是统计关联，不是可行性研究；回测精度见“进入建议的回测”。",
                "This is statistical relatedness, no feasibility study; how often it was right stands in the back-test.",
            ),
        )


def suggest(
    data: Source,
    region: str,
    *,
    by: str = "quotient",
    most: int = 10,
    entry: Entry | None = None,
    measure: str = "output",
    basis: Basis = GIVEN,
) -> Suggestions:
    """Suggest sectors that a region does not have yet.

    Parameters
    ----------
    data : Accounts, Grid or DataFrame
        Regions × sectors, see `grid_of`. Relatedness is learnt from all regions, so give many (all provinces).
    region : str
        For whom.
    by : {"quotient", "density", "both"}
        Ranking. The default is the one that did best in the back-test on provinces; the others' ranks stand beside.
    most : int
        Length of the list.
    entry : Entry, optional
        What counts as absent.
    measure, basis
        As in `grid_of` and `specialisation`.

    Returns
    -------
    Suggestions

    Raises
    ------
    HaiheError
        ``E-DIA-39`` for an unknown ranking, ``E-DIA-33`` for an unknown region, and what `complexity` raises.
    """
    if by not in RANKINGS:
        raise HaiheError("E-DIA-39", value=by, near=nearest(by, RANKINGS))
    grid = grid_of(data, measure=measure)
    grid.select([region])
    found = complexity(grid)
    candidates = (found.rca < (entry or Entry()).absent) & (found.ubiquity > 0)
    r = grid.regions.get_loc(region)
    at = np.flatnonzero(candidates[r])
    frame = pd.DataFrame(
        {
            "sector": grid.sectors[at],
            "rca": found.rca[r, at],
            "density": found.density[r, at],
            "pci": found.pci[at],
            "cog": found.cog[r, at],
        }
    )
    for name, column in (("rank_quotient", "rca"), ("rank_density", "density")):
        frame[name] = frame[column].rank(ascending=False, method="min").astype(int)
    score = scores_of(found, candidates)[by][r, at]
    frame = frame.iloc[np.argsort(-score, kind="stable")[:most]].reset_index(drop=True)
    frame.insert(0, "rank", np.arange(1, len(frame) + 1))
    return Suggestions(frame, region, by, basis)
