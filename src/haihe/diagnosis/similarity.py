"""How alike the structures of regions are, which sectors make them so, and how the division of labour moved."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from haihe.accounts.regional import FloatArray
from haihe.diagnosis.grid import Grid, Source, grids_of
from haihe.diagnosis.result import GIVEN, Basis, Result
from haihe.diagnosis.specialisation import krugman
from haihe.figures import Column, Figure, Table, bars, heat
from haihe.messages import Text

ALL = "all"
SCOPES: Mapping[str, Text] = {
    ALL: Text("全部行业", "All sectors"),
    "manufacturing": Text("制造业内部", "Manufacturing only"),
}
"""Names of scopes; others are shown by their key."""
MOST = 12
"""Sectors shown of one pair."""
METHOD = Text(
    "结构相似系数为两地行业比重向量的夹角余弦（联合国工业发展组织 1979）；重合度为Σmin(s, t)（Finger、Kreinin 1979）；"
    "分工指数为Σ|s−t|（Krugman 1991），等于 2×(1−重合度)",
    "similarity: cosine of the two vectors of sector shares (UNIDO 1979); overlap: Σ min(s, t) (Finger and Kreinin "
    "1979); division of labour: Σ |s - t| (Krugman 1991), which is 2 × (1 - overlap)",
)
COARSE = Text(
    "行业越粗，地区看起来越相似；同一行业内的产品分工在此看不到。",
    "The coarser the sectors, the more alike regions look; a division of labour by product within a sector cannot be "
    "seen here.",
)


def cosine(shares: FloatArray) -> FloatArray:
    """Cosine of every pair of rows, shape (R, R); NaN with a row of nothing.

    References
    ----------
    UNIDO (1979), World Industry since 1960: Progress and Prospects (coefficient of structural similarity).
    """
    length = np.sqrt((shares**2).sum(axis=1))
    product = shares @ shares.T
    both = np.multiply.outer(length, length)
    return np.asarray(np.divide(product, both, out=np.full(product.shape, np.nan), where=both > 0))


def overlap(shares: FloatArray) -> FloatArray:
    """Finger–Kreinin overlap ``Σ_i min(s_i, t_i)`` of every pair of rows, shape (R, R): 1 for the same structure.

    A row of nothing has NaN.

    References
    ----------
    Finger, J. M. and Kreinin, M. E. (1979), Economic Journal 89, 905-912.
    """
    pairs = np.minimum(shares[:, None, :], shares[None, :, :]).sum(axis=2)
    empty = ~(shares > 0).any(axis=1)
    pairs[empty] = np.nan
    pairs[:, empty] = np.nan
    return np.asarray(pairs)


@dataclass(frozen=True)
class Similarity(Result):
    """Similarity of every pair of regions, by scope and year.

    Attributes
    ----------
    pairs : DataFrame
        scope, year, region, other, cosine, overlap, division (Krugman's distance); each pair once.
    sectors : DataFrame
        scope, year, region, other, sector, share, other_share, overlap: how much of the overlap each sector makes.
    home : str
        Region that figures look from.
    basis : Basis
        What it rests on.
    """

    pairs: pd.DataFrame
    sectors: pd.DataFrame
    home: str
    basis: Basis

    @property
    def years(self) -> list[int]:
        """Years in order."""
        return sorted(int(year) for year in self.pairs["year"].unique())

    def moved(self) -> pd.DataFrame:
        """Give every pair with ``cosine YEAR``, ``overlap YEAR``, ``division YEAR`` and, with two years, the changes.

        Returns
        -------
        DataFrame
            scope, region, other, the columns named; ``cosine change`` and ``division change`` from the first to the
            last year. A falling similarity and a rising division say that the two went separate ways.
        """
        names = ["cosine", "overlap", "division"]
        wide = self.pairs.pivot_table(index=["scope", "region", "other"], columns="year", values=names, sort=False)
        frame = pd.DataFrame({f"{name} {year}": wide[name][year] for name in names for year in self.years})
        if len(self.years) > 1:
            for name in ("cosine", "division"):
                frame[f"{name} change"] = frame[f"{name} {self.years[-1]}"] - frame[f"{name} {self.years[0]}"]
        return frame.reset_index()

    def closest(self, other: str, scope: str = ALL) -> pd.DataFrame:
        """Give the sectors that make `home` and another region alike, most first (last year): sector, shares, overlap."""
        own = self.sectors[(self.sectors["scope"] == scope) & (self.sectors["year"] == self.years[-1])]
        pair = own[(own["region"] == self.home) & (own["other"] == other)]
        turned = own[(own["region"] == other) & (own["other"] == self.home)]
        turned = turned.rename(columns={"share": "other_share", "other_share": "share"})
        found = pd.concat([pair, turned])[["sector", "share", "other_share", "overlap"]]
        return found.sort_values("overlap", ascending=False).reset_index(drop=True)

    def most_alike(self, scope: str = ALL) -> str:
        """Give the region most like `home` in the last year."""
        last = self.pairs[(self.pairs["scope"] == scope) & (self.pairs["year"] == self.years[-1])]
        last = last[(last["region"] == self.home) | (last["other"] == self.home)]
        best = last.sort_values("cosine", ascending=False).iloc[0]
        return str(best["other"] if best["region"] == self.home else best["region"])

    def shown(self) -> Iterable[Table | Figure]:
        """The pairs and how they moved, a matrix, and the sectors behind the most similar pair."""
        if self.pairs.empty:
            return []
        return [self._pairs_figure(), self._pairs_table(), self._matrix(), self._sectors_figure()]

    def _pair(self, frame: pd.DataFrame) -> "pd.Series[Any]":
        """Name each pair, by scope where there are several."""
        scoped = len(set(self.pairs["scope"])) > 1
        texts = []
        for scope, one, other in zip(frame["scope"], frame["region"], frame["other"], strict=True):
            a, b = self.basis.name(one), self.basis.name(other)
            end = _scope(scope) if scoped else Text("", "")
            texts.append(
                Text(
                    f"{a.zh}—{b.zh}" + (f"（{end.zh}）" if scoped else ""),
                    f"{a.en} – {b.en}" + (f" ({end.en.lower()})" if scoped else ""),
                )
            )
        return pd.Series(texts, index=frame.index, dtype=object)

    def _pairs_table(self) -> Table:
        frame = self.moved()
        columns = [
            Column("scope", Text("范围", "Scope"), labels={scope: _scope(scope) for scope in frame["scope"].unique()}),
            self.basis.place(),
            self.basis.place("other", Text("与", "and")),
        ]
        words = {
            "cosine": Text("相似系数", "Similarity"),
            "overlap": Text("重合度", "Overlap"),
            "division": Text("分工指数", "Division of labour"),
        }
        for name, said in words.items():
            columns += [
                Column(f"{name} {year}", Text(f"{year} 年{said.zh}", f"{said.en} {year}"), digits=3)
                for year in self.years
            ]
            if f"{name} change" in frame:
                columns.append(
                    Column(f"{name} change", Text(f"{said.zh}变化", f"{said.en}, change"), digits=3, signed=True)
                )
        return self.basis.table(
            "structure-similarity",
            Text("地区产业结构有多相似", "How alike the regions' structures are"),
            frame,
            columns,
            METHOD,
            COARSE,
        )

    def _pairs_figure(self) -> Figure:
        table = self.basis.table(
            "structure-similarity-pairs",
            Text("产业结构相似系数及其变动", "Similarity of structures, and how it moved"),
            self.pairs.assign(pair=self._pair(self.pairs)),
            [
                Column("pair", Text("地区对", "Pair")),
                Column("year", Text("年份", "Year"), kind="year"),
                Column("cosine", Text("相似系数", "Similarity"), unit=Text("相同=1", "same = 1"), digits=2),
                Column("division", Text("分工指数", "Division of labour"), digits=2),
            ],
            METHOD,
            COARSE,
        )
        return bars(table, "pair", "cosine", by="year", horizontal=True)

    def _matrix(self) -> Figure:
        last = self.pairs[(self.pairs["year"] == self.years[-1]) & (self.pairs["scope"] == self.pairs["scope"].iloc[0])]
        turned = last.rename(columns={"region": "other", "other": "region"})
        codes = list(dict.fromkeys([*last["region"], *last["other"]]))
        itself = pd.DataFrame({"region": codes, "other": codes, "cosine": np.nan})
        both = pd.concat([last, turned, itself]).set_index(["region", "other"])
        order = [(a, b) for a in codes for b in codes]
        table = self.basis.table(
            "structure-similarity-matrix",
            Text(f"产业结构相似系数，{self.years[-1]} 年", f"Similarity of structures, {self.years[-1]}"),
            both.loc[order].reset_index(),
            [
                self.basis.place(),
                self.basis.place("other", Text("与", "and")),
                Column("cosine", Text("相似系数", "Similarity"), unit=Text("相同=1", "same = 1"), digits=2),
            ],
            METHOD,
            COARSE,
        )
        return heat(table, "other", "region", "cosine")

    def _sectors_figure(self) -> Figure:
        scope = "manufacturing" if "manufacturing" in set(self.pairs["scope"]) else str(self.pairs["scope"].iloc[0])
        other = self.most_alike(scope)
        frame = self.closest(other, scope).head(MOST)
        one, two, said = self.basis.name(self.home), self.basis.name(other), _scope(scope)
        long = frame.melt("sector", ["share", "other_share"], var_name="region", value_name="share_of")
        table = self.basis.table(
            "structure-similarity-sectors",
            Text(
                f"{one.zh}与{two.zh}最相似之处（{said.zh}，{self.years[-1]} 年）",
                f"Where {one.en} and {two.en} are most alike ({said.en.lower()}, {self.years[-1]})",
            ),
            long,
            [
                self.basis.place("sector"),
                Column("region", Text("地区", "Region"), labels={"share": one, "other_share": two}),
                Column("share_of", Text("占产出", "Share of output"), kind="share", digits=1),
            ],
            METHOD,
            Text(
                "按两地比重中较小者排序，即对重合度的贡献。",
                "Ordered by the smaller of the two shares: what the sector adds to the overlap.",
            ),
        )
        return bars(table, "sector", "share_of", by="region", horizontal=True)


def similarity(
    tables: Mapping[int, Source],
    *,
    regions: Sequence[str] | None = None,
    scopes: Mapping[str, Sequence[str]] | None = None,
    home: str | None = None,
    measure: str = "output",
    basis: Basis = GIVEN,
) -> Similarity:
    """Measure how alike the structures of regions are.

    Parameters
    ----------
    tables : mapping of year to Accounts, Grid or DataFrame
        Regions × sectors of one or more years.
    regions : sequence of str, optional
        Compare these; all where not given. A single region has nobody to be compared with and gives empty frames.
    scopes : mapping of str to sequence of str, optional
        Sectors to compare over, by name, e.g. ``{"all": [...], "manufacturing": [...]}``; all sectors where not given.
    home : str, optional
        Region to look from; the first one where not given.
    measure, basis
        As in `specialisation`.

    Returns
    -------
    Similarity

    Raises
    ------
    HaiheError
        What `grids_of` raises; ``E-DIA-33`` for a region or sector that is absent.
    """
    grids = grids_of(tables, measure)
    last = grids[max(grids)]
    chosen = [str(code) for code in (last.regions if regions is None else regions)]
    wanted = {ALL: [str(code) for code in last.sectors]} if scopes is None else dict(scopes)
    found = [
        _compared(scope, year, grid.select(chosen).only(sectors))
        for scope, sectors in wanted.items()
        for year, grid in grids.items()
    ]
    pairs, sectors = (pd.concat(part, ignore_index=True) for part in zip(*found, strict=True))
    home = chosen[0] if home is None else home
    last.select([home])
    return Similarity(pairs, sectors, home, basis)


def _compared(scope: str, year: int, grid: Grid) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Pairs of one scope and year, and what each sector adds."""
    shares, n = grid.shares, len(grid.sectors)
    one, other = np.triu_indices(len(grid.regions), 1)
    named = {"scope": scope, "year": year, "region": grid.regions.take(one), "other": grid.regions.take(other)}
    cosines, overlaps = cosine(shares), overlap(shares)
    division = np.where(np.isnan(overlaps[one, other]), np.nan, krugman(shares[one], shares[other]))
    pairs = pd.DataFrame(
        {**named, "cosine": cosines[one, other], "overlap": overlaps[one, other], "division": division}
    )
    labels = {name: np.repeat(value, n) if isinstance(value, pd.Index) else value for name, value in named.items()}
    sectors = pd.DataFrame(
        {
            **labels,
            "sector": grid.sectors.take(np.tile(np.arange(n), len(one))),
            "share": shares[one].ravel(),
            "other_share": shares[other].ravel(),
            "overlap": np.minimum(shares[one], shares[other]).ravel(),
        }
    )
    return pairs, sectors


def _scope(key: str) -> Text:
    return SCOPES.get(key, Text(key, key))
