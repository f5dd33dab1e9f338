"""What an update changed: by which step, by how much, from which source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from haihe.accounts.regional import TRADE, Accounts
from haihe.messages import Quality, Text

UPDATE_STEPS: dict[str, Text] = {
    "revision": Text("统计修订（水平系数）", "statistical revision (level factor)"),
    "structure": Text("按全国系数变化调整消耗与增加值系数", "coefficients changed as the nation's did"),
    "levels": Text(
        "按已公布的增加值、总产出与全国增速推算水平", "levels from published figures and the nation's growth"
    ),
    "balance": Text("软约束平衡（全部恒等式严格成立）", "soft balancing (every identity exact)"),
}
"""Steps of `update` in order."""

BLOCKS = ("Z", "final", "added", *TRADE)


@dataclass(frozen=True, eq=False)
class Updated:
    """Accounts of a later year and how they came about; every cell is an estimate.

    Attributes
    ----------
    accounts : Accounts
        The result.
    stages : mapping of str to Accounts
        ``old`` and the table after each step of `UPDATE_STEPS`; only the first and the last balance.
    totals : DataFrame
        One row a known total: name, source, target, achieved, reliability, standard_error, deviation (in standard
        errors), unit.
    revisions : DataFrame
        Declared revisions: region, published, revised, unit, factor, source, text_zh, text_en.
    nation : tuple of int
        Years between which the nation's tables were compared.
    damping, bound, cell_error : float
        As given.
    iterations : int
        Newton steps of the balancing.
    residual : float
        Largest unmet part of an identity or total, relative to the gross sum of its cells.
    """

    accounts: Accounts
    stages: Mapping[str, Accounts]
    totals: pd.DataFrame
    revisions: pd.DataFrame
    nation: tuple[int, int]
    damping: float
    bound: float
    cell_error: float
    iterations: int
    residual: float
    quality: Quality = "estimated"

    def cells(self) -> pd.DataFrame:
        """Give every cell with what each step did to it.

        Returns
        -------
        DataFrame
            Columns region, row, column, old, one column a step of `UPDATE_STEPS` (what it added), value, quality,
            method_zh, method_en. The old value and the steps sum to the value. Flows: `flow_cells`.
        """
        frames = {stage: table.to_frame() for stage, table in self.stages.items()}
        return self._traced(frames, ["region", "row", "column"])

    def flow_cells(self) -> pd.DataFrame:
        """Give every flow between regions likewise: from_region, to_region, sector, then as `cells`."""
        frames = {stage: table.flows_frame() for stage, table in self.stages.items()}
        return self._traced(frames, ["from_region", "to_region", "sector"])

    def _traced(self, frames: Mapping[str, pd.DataFrame], keys: list[str]) -> pd.DataFrame:
        values = np.column_stack([frame["value"].to_numpy(dtype=np.float64) for frame in frames.values()])
        moved = np.diff(values, axis=1)
        table = frames["old"][keys].copy()
        table["old"] = values[:, 0]
        for at, step in enumerate(UPDATE_STEPS):
            table[step] = moved[:, at]
        table["value"], table["quality"] = values[:, -1], self.quality
        steps = np.asarray(list(UPDATE_STEPS), dtype=object)
        size = np.abs(moved)
        main = np.where(size.max(axis=1, initial=0.0) > 0, size.argmax(axis=1), len(steps) - 1)
        for lang in ("zh", "en"):
            words = np.asarray([getattr(UPDATE_STEPS[step], lang) for step in steps], dtype=object)
            table[f"method_{lang}"] = words[main]
        return table

    def changes(self) -> pd.DataFrame:
        """Give how much each step changed: step, text_zh, text_en, region, block, amount, unit, share.

        The amount is the sum of absolute changes of the cells of the block, the share that over the sum of the absolute
        cells before the step (NaN where that is 0).
        """
        stages = list(self.stages.values())
        records = []
        for (step, text), before, after in zip(UPDATE_STEPS.items(), stages, stages[1:], strict=False):
            for block in BLOCKS:
                was, now = getattr(before, block), getattr(after, block)
                axes = tuple(range(1, was.ndim))
                amount, whole = np.abs(now - was).sum(axis=axes), np.abs(was).sum(axis=axes)
                share = np.divide(amount, whole, out=np.full_like(amount, np.nan), where=whole > 0)
                records += [
                    (step, text.zh, text.en, region, block, a, self.accounts.unit, s)
                    for region, a, s in zip(self.accounts.regions, amount, share, strict=True)
                ]
        columns = ["step", "text_zh", "text_en", "region", "block", "amount", "unit", "share"]
        return pd.DataFrame(records, columns=columns)

    def provenance(self) -> pd.DataFrame:
        """Say what is old and what is new: age, what_zh, what_en, source, year."""
        old, (then, now) = self.stages["old"].year, self.nation
        zh = f"全国系数与增长（阻尼 {self.damping:g}，单元格变化限于 {self.bound:g} 倍以内）"
        en = f"national change of coefficients and growth (damping {self.damping:g}, a cell at most × {self.bound:g})"
        fixed = pd.DataFrame(
            {
                "age": ["old", "new"],
                "what_zh": ["基础表：系数、最终使用与贸易的结构", zh],
                "what_en": ["base table: structure of inputs, final use and trade", en],
                "source": "",
                "year": [f"{old}", f"{then}–{now}"],
            }
        )
        renamed = self.revisions.rename(columns={"text_zh": "what_zh", "text_en": "what_en"})
        revised = renamed.assign(age="new", year=f"{old}")
        known = self.totals.assign(
            age="new", what_zh=self.totals["name"], what_en=self.totals["name"], year=f"{self.accounts.year}"
        )
        return pd.concat([fixed, revised[fixed.columns], known[fixed.columns]], ignore_index=True)
