"""How sure is any of it: the plan made again for many draws of what nobody knows.

Each draw is a full plan on other parameters, so it costs as much as a plan. A list of draws is kept as rows of a file
where one is named, and taken up again where it was left. A draw that leaves no plan is a row with its error, not a gap;
wrong data end the list.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pandas as pd

from haihe.figures.workbook import Viewed
from haihe.files import replace_file
from haihe.messages import HaiheError, Progress, Text
from haihe.planning.draw_views import DrawViews
from haihe.planning.drawing import Dimension, Method, dimensions_of, drawn_region, places
from haihe.planning.outcome import Outcome
from haihe.planning.plans import plan
from haihe.region import Region

COST, LIMITS, GAIN, SHARE, SAVING, PRICE = "cost", "limits", "gain", "share", "pooling_saves", "price:"
ROBUST = 0.9
"""Share of the draws that must agree on a sign for it to be robust."""
OUTPUT, DRAWN = "output:", "drawn:"
WITHOUT_PLAN = ("E-PLN-02", "E-PLN-03", "E-PLN-04", "E-PLN-61")
"""Errors that say that a draw has no plan; any other is about the data, or a wish to stop, and ends the list."""
QUANTILES = {"p10": 0.1, "p50": 0.5, "p90": 0.9}


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
        fixed = [name for name in (COST, LIMITS, GAIN, SHARE, SAVING) if name in self.table]
        return [*fixed, *(str(name) for name in self.table if str(name).startswith(PRICE))]

    @cached_property
    def summary(self) -> pd.DataFrame:
        """One record a quantity: p10, p50, p90, least, most, and how many draws tell it."""
        return _spread(self.plans[self.quantities]).rename_axis("quantity").reset_index()

    @cached_property
    def movers(self) -> pd.DataFrame:
        """Change of output by region and sector: p10, p50, p90, and the share of draws in which it has p50's sign.

        Largest change first; a change whose sign is the same in nine of ten draws is robust.
        """
        columns = [name for name in self.table if str(name).startswith(OUTPUT)]
        frame = self.plans[columns]
        table = _spread(frame)
        table["agree"] = (np.sign(frame) == np.sign(table["p50"])).mean().to_numpy()
        names = [str(name).removeprefix(OUTPUT).split("|") for name in table.index]
        table = table.assign(region=[name[0] for name in names], sector=[name[1] for name in names])
        table["robust"] = table["agree"] >= ROBUST
        order = table["p50"].abs().sort_values(ascending=False, kind="stable").index
        return table.loc[order, ["region", "sector", *QUANTILES, "least", "most", "agree", "robust"]].reset_index(
            drop=True
        )

    @cached_property
    def influence(self) -> pd.DataFrame:
        """What matters most: rank correlation of every drawn thing with every quantity.

        quantity, drawn, correlation (Spearman; missing where the quantity never moves), the largest first within a
        quantity. With few draws a correlation below 2 / sqrt(draws) is no sign of anything, see ``noise``.
        """
        drawn = [name for name in self.table if str(name).startswith(DRAWN)]
        ranks = self.plans[[*drawn, *self.quantities]].rank()
        noise = 2.0 / np.sqrt(max(len(ranks), 1))
        rows = []
        for quantity in self.quantities:
            moves = ranks[quantity].max() > ranks[quantity].min()
            correlation = ranks[drawn].corrwith(ranks[quantity]) if moves else pd.Series(np.nan, drawn)
            order = correlation.abs().sort_values(ascending=False, kind="stable").index
            rows += [(quantity, name.removeprefix(DRAWN), float(correlation[name]), noise) for name in order]
        return pd.DataFrame(rows, columns=["quantity", "drawn", "correlation", "noise"])

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
    for row in _made(region, dimensions, at, missing, pooling, options, processes):
        rows[row["draw"]] = row | {"run": mark}
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
        row |= _told(outcome)
        if pooling and outcome.model.caps:
            losses = [plan(changed, band=False, **{**options, "pooled": way}).loss for way in (True, False)]
            row[SAVING] = 1 - losses[0] / losses[1] if losses[1] > 0 else np.nan
    except HaiheError as error:
        if error.code not in WITHOUT_PLAN:
            raise
        row["error"] = f"{error.code} {error.findings[-1].text('en')}"
    return row


def _made(
    region: Region,
    dimensions: Sequence[Dimension],
    at: Any,
    missing: Sequence[int],
    pooling: bool,
    options: dict[str, Any],
    processes: int,
) -> Iterator[dict[str, Any]]:
    if processes < 2:
        yield from (one_draw(region, dimensions, k, at[k].tolist(), pooling, options) for k in missing)
        return
    with ProcessPoolExecutor(processes) as pool:
        work: list[Future[dict[str, Any]]] = [
            pool.submit(one_draw, region, dimensions, k, at[k].tolist(), pooling, options) for k in missing
        ]
        for done in as_completed(work):
            yield done.result()


def _told(plan_: Outcome) -> dict[str, float]:
    """What one plan says, in one row."""
    last = plan_.model.economy.assumptions.last_year
    cost = plan_.loss - plan_.gain
    told = {COST: cost, LIMITS: plan_.loss, GAIN: plan_.gain, SHARE: cost / plan_.consumption}
    prices = plan_.prices
    caps = prices[(prices["kind"] == "cap") & (prices["year"] == last)].groupby("name", sort=False)["price"].mean()
    told |= {f"{PRICE}{name}": float(price) for name, price in caps.items()}
    output = plan_.output[plan_.output["year"] == last]
    rows = zip(output["region"], output["sector"], output["change"], strict=True)
    return told | {f"{OUTPUT}{region}|{sector}": float(change) for region, sector, change in rows}


def _spread(frame: pd.DataFrame) -> pd.DataFrame:
    table = pd.DataFrame({name: frame.quantile(level) for name, level in QUANTILES.items()})
    return table.assign(least=frame.min(), most=frame.max(), draws=frame.notna().sum())


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
