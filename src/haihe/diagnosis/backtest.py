"""How often suggestions of what to enter were right: fit on one year, counted on a later one, against chance."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from haihe.accounts.regional import BoolArray, FloatArray
from haihe.diagnosis.complexity import complexity
from haihe.diagnosis.entry import METHOD, RANKINGS, Entry, scores_of
from haihe.diagnosis.grid import Source, grid_of
from haihe.diagnosis.result import GIVEN, Basis, Result
from haihe.figures import Column, Figure, Table, bars
from haihe.messages import HaiheError, Text

IntArray = NDArray[np.integer[Any]]
CHANCE = "chance"
DRAWS = 2000
"""Resamples of regions behind every band."""


@dataclass(frozen=True)
class BackTest(Result):
    """How often suggestions of one year were right by another.

    Attributes
    ----------
    precision : DataFrame
        ranking, k, listed (suggestions made), hits, precision (hits over listed), low, high (95 % band over resampled
        regions), chance (precision of lists drawn at random from each region's candidates, exact), lift (precision
        over chance), against (precision less that of ``quotient``), against_low, against_high (its 95 % band).
    auc : DataFrame
        ranking, auc: probability that a candidate that entered stood above one that did not, over all regions.
    candidates, entered : int
        Cells that could be entered, and that were.
    then, now : int
        The two years.
    entry : Entry
        What counted as absent and entered.
    basis : Basis
        What it rests on.
    """

    precision: pd.DataFrame
    auc: pd.DataFrame
    candidates: int
    entered: int
    then: int
    now: int
    entry: Entry
    basis: Basis

    def shown(self) -> Iterable[Table | Figure]:
        """Precision of every ranking beside chance."""
        yield self._figure()
        yield self.basis.table(
            "structure-backtest",
            self._title(Text("进入建议的回测", "Back-test of entry suggestions")),
            self.precision,
            [
                Column("ranking", Text("排序", "Ranking"), labels=RANKINGS),
                Column("k", Text("每地区前 k 名", "First k a region"), digits=0),
                Column("listed", Text("建议数", "Suggestions"), digits=0),
                Column("hits", Text("命中", "Hits"), digits=0),
                Column("precision", Text("精度", "Precision"), kind="share", digits=1),
                Column("low", Text("下限", "Low"), kind="share", digits=1),
                Column("high", Text("上限", "High"), kind="share", digits=1),
                Column("chance", Text("随机", "Chance"), kind="share", digits=1),
                Column("against", Text("较按 RCA", "Against RCA"), kind="share", digits=1, signed=True),
            ],
            METHOD,
            *self._notes,
        )

    @property
    def _notes(self) -> tuple[Text, ...]:
        e = self.entry
        rule = Text(
            f"候选：RCA<{e.absent:g}（{self.candidates} 个，其中 {self.entered} 个到 {self.now} 年 RCA≥{e.present:g}）。",
            f"Candidates: RCA < {e.absent:g} ({self.candidates}; {self.entered} of them had RCA >= {e.present:g} by "
            f"{self.now}).",
        )
        band = Text(
            f"区间：对地区重抽样 {DRAWS} 次的 95% 区间。", f"Bands: 95 % over {DRAWS} resamples of the regions."
        )
        return rule, band

    def _title(self, title: Text) -> Text:
        return Text(f"{title.zh}，{self.then}→{self.now} 年", f"{title.en}, {self.then} to {self.now}")

    def _figure(self) -> Figure:
        first = self.precision.drop_duplicates("k")
        chance = first.assign(ranking=CHANCE, precision=first["chance"])
        table = self.basis.table(
            "structure-backtest-precision",
            self._title(Text("进入建议命中的比例", "Share of entry suggestions that came true")),
            pd.concat([self.precision, chance], ignore_index=True),
            [
                Column("k", Text("每地区前 k 名", "First k a region"), labels={k: _first(k) for k in first["k"]}),
                Column("ranking", Text("排序", "Ranking"), labels={**RANKINGS, CHANCE: Text("随机", "Chance")}),
                Column("precision", Text("精度", "Precision"), kind="share", digits=0),
            ],
            METHOD,
            *self._notes,
        )
        return bars(table, "k", "precision", by="ranking")


def _first(k: int) -> Text:
    return Text(f"前 {k} 名", f"first {k}")


def backtest(
    then: Source,
    now: Source,
    years: tuple[int, int],
    *,
    entry: Entry | None = None,
    ks: Sequence[int] = (1, 3, 5, 10),
    measure: str = "output",
    seed: int = 0,
    basis: Basis = GIVEN,
) -> BackTest:
    """Rank by what was known in the first year only, and count what had entered by the second.

    Parameters
    ----------
    then, now : Accounts, Grid or DataFrame
        Regions × sectors of two years, with the same labels.
    years : (int, int)
        The two years.
    entry : Entry, optional
        What counts as absent and as entered.
    ks : sequence of int
        Lengths of the list of each region; a region with fewer candidates lists what it has.
    measure : {"output", "value_added"}
        What to take from accounts.
    seed : int
        Of the resampling.
    basis : Basis
        What it rests on.

    Returns
    -------
    BackTest

    Raises
    ------
    HaiheError
        ``E-DIA-33`` where labels differ, ``E-DIA-34`` where there is no candidate, and what `complexity` raises.

    Notes
    -----
    Nothing of the second year is used to rank, and no parameter is fitted. A tie keeps the order of the sectors.
    """
    rule = entry or Entry()
    first = grid_of(then, measure=measure)
    known = complexity(first)
    later = complexity(grid_of(now, measure=measure).like(first))
    candidates = (known.rca < rule.absent) & (known.ubiquity > 0)
    if not candidates.any():
        raise HaiheError("E-DIA-34", what=Text("候选行业", "candidates"), least=1, value=0)
    entered = candidates & (later.rca >= rule.present)
    scores = scores_of(known, candidates)
    draws = np.random.default_rng(seed).integers(0, len(first.regions), (DRAWS, len(first.regions)))
    rows = [row for k in ks for row in _precision(scores, candidates, entered, k, draws)]
    auc = [(name, _auc(score[candidates], entered[candidates])) for name, score in scores.items()]
    return BackTest(
        pd.DataFrame(rows),
        pd.DataFrame(auc, columns=["ranking", "auc"]),
        int(candidates.sum()),
        int(entered.sum()),
        *years,
        rule,
        basis,
    )


def _precision(
    scores: Mapping[str, FloatArray], candidates: BoolArray, entered: BoolArray, k: int, draws: IntArray
) -> list[dict[str, object]]:
    """One record a ranking for lists of length k."""
    listed = np.minimum(candidates.sum(axis=1), k)
    rate = np.divide(entered.sum(axis=1), candidates.sum(axis=1), out=np.zeros(len(listed)), where=listed > 0)
    chance = float((rate * listed).sum() / listed.sum())
    hits = {name: _hits(score, candidates, entered, k) for name, score in scores.items()}
    drawn = listed[draws].sum(axis=1)
    spread = {name: own[draws].sum(axis=1) / drawn for name, own in hits.items()}
    rows = []
    for name, own in hits.items():
        low, high = np.quantile(spread[name], [0.025, 0.975])
        against_low, against_high = np.quantile(spread[name] - spread["quotient"], [0.025, 0.975])
        precision = float(own.sum() / listed.sum())
        rows.append(
            {
                "ranking": name,
                "k": k,
                "listed": int(listed.sum()),
                "hits": int(own.sum()),
                "precision": precision,
                "low": float(low),
                "high": float(high),
                "chance": chance,
                "lift": precision / chance if chance > 0 else float("nan"),
                "against": float((own.sum() - hits["quotient"].sum()) / listed.sum()),
                "against_low": float(against_low),
                "against_high": float(against_high),
            }
        )
    return rows


def _hits(score: FloatArray, candidates: BoolArray, entered: BoolArray, k: int) -> FloatArray:
    """Entries among the k best candidates of each region, shape (R,)."""
    ranked = np.argsort(np.where(candidates, -score, np.inf), axis=1, kind="stable")[:, :k]
    return np.asarray((np.take_along_axis(entered & candidates, ranked, axis=1)).sum(axis=1), dtype=np.float64)


def _auc(score: FloatArray, entered: BoolArray) -> float:
    """Area under the curve of hits against misses, ties counted half (Mann and Whitney 1947); NaN without both."""
    hits = int(entered.sum())
    misses = len(entered) - hits
    if not hits or not misses:
        return float("nan")
    ranks = pd.Series(score).rank().to_numpy()
    return float((ranks[entered].sum() - hits * (hits + 1) / 2.0) / (hits * misses))
