"""How sure is any of it: the plan made again for many draws of what nobody knows.

Each draw is a full plan on other parameters, so it costs as much as a plan. A list of draws is kept as rows of a file
where one is named, and taken up again where it was left. A draw that leaves no plan is a row with its error, not a gap;
wrong data end the list.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pandas as pd

from haihe.figures.workbook import Viewed
from haihe.files import replace_file
from haihe.messages import HaiheError, Progress, Text
from haihe.planning.control import Control
from haihe.planning.draw_views import DrawViews
from haihe.planning.drawing import Dimension, Method, dimensions_of, drawn_region, places
from haihe.planning.ensemble_rows import (
    COST,
    SAVING,
    columns_of,
    influence_of,
    movers_of,
    quantities_of,
    spread,
    told,
)
from haihe.planning.futures import DRAWN
from haihe.planning.plans import plan
from haihe.planning.program import Floats
from haihe.planning.runs import OneRun, run_each
from haihe.region import Region

WITHOUT_PLAN = ("E-PLN-02", "E-PLN-03", "E-PLN-04", "E-PLN-61")
"""Errors that say that a draw has no plan; any other is about the data, or a wish to stop, and ends the list."""


@dataclass(frozen=True)
class Draws(Viewed):
    """Plans under many draws.

    Attributes
    ----------
    region : Region
    table : DataFrame
        One record a draw: draw, error (missing where there is a plan), ``drawn:<what>`` (place from 0, low, to 1, high),
        cost, limits, gain (discounted bn yuan), share (of consumption), pooling_saves (share of the cost of the limits,
        where asked for), ``price:<cap>`` (yuan a unit in the last year, mean of the members), and
        ``output:<region>|<sector>`` (relative change against the reference in the last year).
    dimensions : list of Dimension
        What was drawn.
    """

    region: Region
    table: pd.DataFrame
    dimensions: list[Dimension]

    @property
    def plans(self) -> pd.DataFrame:
        """Draws that have a plan."""
        return self.table[self.table["error"].isna()]

    @property
    def errors(self) -> pd.DataFrame:
        """Draws without a plan: draw and error."""
        return self.table.loc[self.table["error"].notna(), ["draw", "error"]].reset_index(drop=True)

    @property
    def quantities(self) -> list[str]:
        """Columns that say what came out, sectors aside."""
        return quantities_of(self.table)

    @cached_property
    def summary(self) -> pd.DataFrame:
        """One record a quantity: p10, p50, p90, least, most, and how many draws tell it."""
        return spread(self.plans[self.quantities]).rename_axis("quantity").reset_index()

    @cached_property
    def movers(self) -> pd.DataFrame:
        """Change of output by region and sector: p10, p50, p90, and the share of draws in which it has p50's sign.

        Largest change first; a change whose sign is the same in nine of ten draws is robust.
        """
        return movers_of(self.plans)

    @cached_property
    def influence(self) -> pd.DataFrame:
        """What matters most: rank correlation of every drawn thing with every quantity.

        quantity, drawn, correlation (Spearman; missing where the quantity never moves), the largest first within a
        quantity. With few draws a correlation below 2 / sqrt(draws) is no sign of anything, see ``noise``.
        """
        return influence_of(self.plans, columns_of(self.table, DRAWN), (DRAWN,))

    @cached_property
    def views(self) -> DrawViews:
        """Tables and figures with words, see `haihe.planning.draw_views`."""
        return DrawViews(self.region, len(self.plans), len(self.errors), self.summary, self.movers, self.influence)

    @property
    def frames(self) -> dict[str, pd.DataFrame]:
        """Every result as a plain frame, by name."""
        return {"draws": self.table, "summary": self.summary, "movers": self.movers, "influence": self.influence}

    def __repr__(self) -> str:
        lost = f", {len(self.errors)} without a plan" if len(self.errors) else ""
        if self.plans.empty:
            return f"Draws: 0 plans{lost}"
        cost = self.summary.set_index("quantity").loc[COST]
        return f"Draws: {len(self.plans)} plans{lost}; cost {cost['p10']:.1f} … {cost['p50']:.1f} … {cost['p90']:.1f} bn yuan"


def draws(
    region: Region,
    n: int = 16,
    *,
    seed: int = 0,
    together: bool = True,
    method: Method = "sobol",
    pooling: bool = False,
    file: str | Path | None = None,
    processes: int = 1,
    progress: Progress | None = None,
    **options: Any,
) -> Draws:
    """Plan again for many draws of the parameters between low and high, and of the flows within their band.

    Parameters
    ----------
    region : Region
        A region whose table ``parameters`` states low and high.
    n : int
        Number of draws; a power of two spreads a Sobol sequence most evenly.
    seed : int
        Seed of the sequence.
    together : bool
        Draw all elasticities together; else each on its own.
    method : "sobol" or "lhs"
        Sobol draws can be added to later (a larger n begins with the same draws).
    pooling : bool
        Plan each draw pooled and separate, too, for what pooling saves: three times as long.
    file : path, optional
        CSV file that keeps the draws; those that stand in it are not made again.
    processes : int
        Plans made at a time.
    progress : callable, optional
        Called with a `Text` after each draw.
    **options
        As of `haihe.planning.plan`, ``path`` (the reference path) among them; not ``band``, which is off, and not
        ``assumptions``, which are what is drawn.

    Returns
    -------
    Draws
        Every plan drawn, and what moves them.

    Raises
    ------
    HaiheError
        As `haihe.planning.drawing.dimensions_of`; ``E-PLN-96`` for fewer than one draw, an unknown method, and for
        ``assumptions`` or ``band`` among the options; ``E-PLN-99`` where the file is no list of draws, or one of another
        region or other options.
    """
    _refuse(n, method, options)
    dimensions = dimensions_of(region, together=together)
    at = places(len(dimensions), n, seed, method)
    kept = {"seed": seed, "together": together, "method": method, "pooling": pooling} | (
        {"n": n} if method == "lhs" else {}
    )
    mark = _mark(region, kept, options)
    rows = _known(file, mark)
    missing = [number for number in range(n) if number not in rows]
    say = progress or (lambda _: None)
    control = options.pop("control", None) or Control()
    work = DrawWork(region, dimensions, at, pooling, options, mark)
    for number, row in run_each(work, [str(k) for k in missing], workers=processes, control=control):
        rows[int(number)] = {**row, "run": mark}
        if file is not None:
            _keep(file, rows)
        say(Text(f"已算 {len(rows)}/{n} 个抽样", f"{len(rows)} of {n} draws made"))
    table = pd.DataFrame([rows[number] for number in range(n)]).drop(columns="run")
    return Draws(region, table, dimensions)


def one_draw(
    region: Region,
    dimensions: Sequence[Dimension],
    number: int,
    place: Sequence[float],
    pooling: bool,
    options: dict[str, Any],
) -> dict[str, Any]:
    """Make one draw: its row of the table, with its error where it leaves no plan."""
    row: dict[str, Any] = {"draw": number, "error": None}
    row |= {f"{DRAWN}{d.name}": float(at) for d, at in zip(dimensions, place, strict=True)}
    try:
        changed, _ = drawn_region(region, dimensions, place)
        outcome = plan(changed, band=False, **options)
        row |= told(outcome)
        if pooling and outcome.model.caps:
            losses = [plan(changed, band=False, **{**options, "pooled": way}).loss for way in (True, False)]
            row[SAVING] = 1 - losses[0] / losses[1] if losses[1] > 0 else np.nan
    except HaiheError as error:
        if error.code not in WITHOUT_PLAN:
            raise
        row["error"] = f"{error.code} {error.findings[-1].text('en')}"
    return row


@dataclass(frozen=True)
class DrawWork:
    """The runs of a list of draws, see `haihe.planning.runs.Work`; a run is named by its number."""

    region: Region
    dimensions: Sequence[Dimension]
    at: Floats
    pooling: bool
    options: dict[str, Any]
    key: str

    def open(self, control: Control) -> OneRun:
        """Every draw is planned from nothing, so that there is nothing to set up."""
        options = self.options | {"control": control}

        def one(name: str) -> dict[str, Any]:
            number = int(name)
            return one_draw(self.region, self.dimensions, number, self.at[number].tolist(), self.pooling, options)

        return one


def _mark(region: Region, kept: dict[str, Any], options: dict[str, Any]) -> str:
    """Name of a run: what its draws depend on."""
    plain = {name: repr(value) for name, value in options.items() if name not in ("control", "progress")}
    text = json.dumps([region.hash, kept, plain], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _refuse(n: int, method: str, options: dict[str, Any]) -> None:
    """Refuse what would draw nothing, or the same plan each time (``E-PLN-96``)."""
    reason = None
    if n < 1:
        reason = Text(f"抽样数 {n} 小于 1", f"{n} draws are fewer than one")
    elif method not in get_args(Method):
        names = " / ".join(get_args(Method))
        reason = Text(f"没有“{method}”这种抽样方法（{names}）", f"there is no method “{method}” ({names})")
    elif options.get("assumptions") is not None:
        reason = Text(
            "给定 assumptions 后每个抽样都相同；请把取值与上下限写入参数表",
            "with assumptions given every draw is the same; state values, low and high in the table parameters",
        )
    elif "band" in options:
        reason = Text("抽样不另算区间（band）", "draws take no band")
    if reason is not None:
        raise HaiheError("E-PLN-96", reason=reason)


def _known(file: str | Path | None, mark: str) -> dict[int, dict[str, Any]]:
    """Rows that stand in the file, by number; ``E-PLN-99`` where it is not of this run."""
    if file is None or not Path(file).is_file():
        return {}
    try:
        table = pd.read_csv(file, dtype={"run": str, "error": str, "draw": np.int64})
    except (ValueError, OSError) as error:
        raise HaiheError("E-PLN-99", file=Path(file).name) from error
    if not {"run", "error", "draw"} <= set(table) or set(table["run"]) - {mark}:
        raise HaiheError("E-PLN-99", file=Path(file).name)
    records = table.astype(object).where(table.notna(), None).to_dict("records")
    return {int(row["draw"]): {str(k): v for k, v in row.items()} for row in records}


def _keep(file: str | Path, rows: dict[int, dict[str, Any]]) -> None:
    """Write the rows; the file is replaced only when it is complete."""
    table = pd.DataFrame([rows[number] for number in sorted(rows)])
    replace_file(file, lambda place: table.to_csv(place, index=False))
