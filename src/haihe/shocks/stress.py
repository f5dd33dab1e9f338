"""What if it goes wrong: a shock through the members' economy, with bands, what breaks first, and what helps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from haihe.diagnosis.result import Basis, basis_of, source_line
from haihe.figures.workbook import Viewed
from haihe.messages import HaiheError, Progress, Text, worst_quality
from haihe.planning.control import Control
from haihe.region import Region
from haihe.shocks.baseline import DAYS, AtRest
from haihe.shocks.batch import Ranges, Spread, monte_carlo
from haihe.shocks.coordinated import Coordinated, coordinate
from haihe.shocks.disruption import disrupt
from haihe.shocks.events import Event
from haihe.shocks.inventories import Inventories, Response
from haihe.shocks.library import economy_of, response_of, stocks_of, with_shock
from haihe.shocks.losses import Disruption
from haihe.shocks.prices_push import pushed
from haihe.shocks.remedies import what_pays
from haihe.shocks.shock_places import located
from haihe.shocks.shock_tables import Shock, shock_of
from haihe.shocks.stress_views import StressViews

DRAWS = 32
LEAST_DAYS, MOST_DAYS = 120, 730
TABLES_USED = ("accounts", "flows")
OUTSIDE = "outside"
"""Remedy: partners outside can deliver more."""
MORE_OUTSIDE = 0.1


@dataclass(frozen=True, eq=False)
class Stress(Viewed):
    """A shock and what comes of it.

    Money is in the unit of the accounts, over the days looked at.

    Attributes
    ----------
    shock : Shock
        What happens.
    rest : AtRest
        The members' economy before.
    inventories, response : Inventories, Response
        What is assumed.
    run : Disruption or None
        The shock as stated; None where only prices jump.
    spread : Spread or None
        The shock as stated and many draws around it.
    remedies : DataFrame
        See `haihe.shocks.remedies.what_pays`; with the remedy ``outside``: partners can deliver a tenth more.
    prices : Series, index (region, sector)
        Relative rise of every price; empty where no price jumps.
    coordinated : Coordinated or None
        The best answer to the shock, and what comes of it; None where it was not asked for.
    basis : Basis
        Source and quality.
    """

    shock: Shock
    rest: AtRest
    inventories: Inventories
    response: Response
    run: Disruption | None
    spread: Spread | None
    remedies: pd.DataFrame
    prices: pd.Series
    coordinated: Coordinated | None
    basis: Basis

    def __repr__(self) -> str:
        told = self.words[0].en if self.words else "no words"
        return f"Stress by {self.shock.code}: {told}"

    @cached_property
    def losses(self) -> pd.DataFrame:
        """What every producer loses, most value added first: region, sector, output, value_added, share, direct, indirect,
        unmet, lowest, first_day, first_input. ``direct`` is output that lost capacity held back, ``indirect`` all else
        (orders that do not come, inputs that run short); money."""
        if self.run is None:
            return pd.DataFrame(columns=["region", "sector", "output", "value_added", "share", "direct", "indirect"])
        frame = self.run.losses.drop(columns="lane")
        frame = frame.assign(direct=frame["capacity"], indirect=frame["output"] - frame["capacity"])
        return frame.sort_values("value_added", ascending=False, kind="stable").reset_index(drop=True)

    @cached_property
    def by_region(self) -> pd.DataFrame:
        """Sums of `losses` by region: region, output, value_added, direct, indirect, unmet, share (of value added)."""
        return self._sums("region")

    @cached_property
    def by_sector(self) -> pd.DataFrame:
        """Sums of `losses` by sector, as `by_region`."""
        return self._sums("sector")

    def _sums(self, key: str) -> pd.DataFrame:
        if self.run is None:
            return pd.DataFrame(columns=[key, "output", "value_added", "direct", "indirect", "unmet", "share"])
        money = self.losses.groupby(key, sort=False)[["output", "value_added", "direct", "indirect", "unmet"]].sum()
        added = pd.Series(self.rest.value_added, index=self.rest.index).groupby(level=key).sum()
        span = self.run.book.step * len(self.run.days)
        money["share"] = money["value_added"] / (added.reindex(money.index) * span).where(lambda whole: whole > 0)
        return money.sort_values("value_added", ascending=False, kind="stable").reset_index()

    @cached_property
    def weeks(self) -> pd.DataFrame:
        """Output of every sector over output at rest, mean of a week: week (1 the first), sector, share."""
        if self.run is None:
            return pd.DataFrame(columns=["week", "sector", "share"])
        frame = self.run.sectors.assign(week=lambda f: (f["day"] // 7).astype(int) + 1)
        return frame.groupby(["week", "sector"], sort=False)["share"].mean().reset_index()

    @property
    def words(self) -> list[Text]:
        """What happens, what breaks first, how long it lasts, what helps: a line each."""
        return self.views.lines()

    @property
    def summary(self) -> Mapping[str, Any]:
        """Figures of the shock as stated (`Disruption.summary`), and the spread of the draws (``p10`` to ``p90``)."""
        if self.run is None or self.spread is None:
            return {"shock": self.shock.code}
        stated = {str(k): v for k, v in self.run.summary.iloc[0].drop("lane").items()}
        spread = self.spread.losses.set_index("quantity")[["p10", "p50", "p90"]].to_dict("index")
        found = {"shock": self.shock.code, "unit": self.rest.unit, **stated, "spread": spread}
        return found if self.coordinated is None else found | {"coordinated": self.coordinated.worth}

    @property
    def quality(self) -> str:
        """Worst mark of the data."""
        return self.basis.quality

    @cached_property
    def views(self) -> StressViews:
        """Tables, figures and words."""
        return StressViews(self)


def stress(
    region: Region,
    shock: str | Path | pd.DataFrame,
    *,
    lanes: int = DRAWS,
    days: int | None = None,
    seed: int = 0,
    year: int | None = None,
    ranges: Ranges | None = None,
    inventories: Inventories | None = None,
    response: Response | None = None,
    coordinated: bool = True,
    workers: int = 1,
    dask: str | None = None,
    control: Control | None = None,
    progress: Progress | None = None,
) -> Stress:
    """Run a shock through the members' economy, day by day.

    Parameters
    ----------
    region : Region
        With ``accounts``; ``shocks`` and ``shock_events`` where the shock is given by name.
    shock : str, path or DataFrame
        Name of a scenario (code, Chinese or English), a file (CSV, or a workbook with the sheet ``shock_events``), or a
        frame, in the form of that table; headers and choices in Chinese or English.
    lanes : int
        Draws of the shock's size, recovery, stocks and spare capacity, for the bands.
    days : int, optional
        Days to look at; without it the shock's length and as much again, from 120 to 730.
    seed : int
        Of the draws.
    year : int, optional
        Year of the accounts; the base year where not given.
    ranges : Ranges, optional
        What is drawn between.
    inventories, response : Inventories, Response, optional
        Stocks and how producers respond; assumed where not given (`haihe.shocks.library`).
    coordinated : bool
        Find the best answer, too, and play it.
    workers : int
        Processes for the draws; with 1 all is done here.
    dask : str, optional
        Address of a Dask scheduler for the draws, in place of processes.
    control : Control, optional
        Cancel and progress.
    progress : callable, optional
        Called with a `Text` before each step.

    Returns
    -------
    Stress
        Losses, remedies and what a joint answer wins back.

    Raises
    ------
    HaiheError
        ``E-SHK-60`` to ``-68`` for shocks that do not hold, with file, row and column; what reading and the check of tables
        find; ``E-SHK-70`` the answer not found, ``E-PLN-60`` cancelled while it was sought; ``E-SHK-01`` to ``-20`` of
        `disrupt`.
    """
    for what, value, least in (("lanes", lanes, 1), ("seed", seed, 0)):
        if value < least:
            raise HaiheError("E-SHK-10", what=what, value=value, low=least, high="∞")
    tell = progress or (lambda _: None)
    known, code = with_shock(region, shock)
    rest = economy_of(region, year)
    found = shock_of(known, rest, code)
    stocks, usual = inventories or stocks_of(region), response or response_of()
    events = list(found.events)
    options: dict[str, Any] = {
        "days": horizon(events) if days is None else days,
        "inventories": stocks,
        "response": usual,
        "control": control,
    }
    run = spread = answer = None
    remedies = pd.DataFrame(columns=["remedy", "input", "saved_output", "saved_value_added", "saved_unmet", "cost"])
    if events:
        tell(Text(f"推演：{found.name.zh}", f"running: {found.name.en}"))
        try:
            run = disrupt(rest, events, **options)
        except HaiheError as error:
            raise located(known, found.rows, error) from error
        tell(Text("抽样", "drawing"))
        spread = monte_carlo(rest, events, ranges, draws=lanes, seed=seed, workers=workers, dask=dask, **options)
        tell(Text("什么有用", "what helps"))
        remedies = _remedies(rest, events, run, options)
        if coordinated:
            tell(Text("求最好的应对", "finding the best answer"))
            answer = coordinate(rest, events, **options)
    return Stress(
        found, rest, stocks, usual, run, spread, remedies, _prices(found, rest), answer, _basis(region, known, found)
    )


def horizon(events: list[Event]) -> int:
    """Days to look at: until the last event has ended, and as much again."""
    ends = [e.end if np.isfinite(e.end) else e.start + e.duration + 3 * _fading(e) for e in events]
    return int(np.clip(2 * max(ends, default=0.0), LEAST_DAYS, MOST_DAYS))


def _fading(event: Event) -> float:
    return event.rebuild.days if event.rebuild is not None else event.recovery_days


def _remedies(rest: AtRest, events: list[Event], run: Disruption, options: dict[str, Any]) -> pd.DataFrame:
    """What stocks doubled, other suppliers, spare capacity and more from outside would save."""
    found = what_pays(rest, events, more=1.0, **options)
    usual: Response = options["response"]
    if usual.headroom is None or not rest.partners:
        return found
    wider = replace(usual, headroom=usual.headroom + MORE_OUTSIDE)
    after = disrupt(rest, events, **options | {"response": wider, "keep": "totals"}).summary.iloc[0]
    before = run.summary.iloc[0]
    saved = {f"saved_{name}": before[name] - after[name] for name in ("output", "value_added", "unmet")}
    more = pd.DataFrame([{"remedy": OUTSIDE, "input": None, **saved, "cost": np.nan, "per_cost": np.nan}])
    whole = pd.concat([found.astype({"per_cost": float}), more.astype(found.dtypes.to_dict() | {"per_cost": float})])
    return whole.sort_values("saved_value_added", ascending=False, kind="stable").reset_index(drop=True)


def _prices(shock: Shock, rest: AtRest) -> pd.Series:
    """Rise of every price where some jump."""
    if shock.prices.empty:
        return pd.Series(dtype=float, index=rest.index[:0])
    yearly = rest.output * DAYS
    A = np.divide(rest.yearly, yearly, out=np.zeros_like(rest.yearly), where=yearly > 0)
    return pushed(A, rest.index, shock.prices, shock.pass_through)


def _basis(region: Region, known: Region, shock: Shock) -> Basis:
    """Source and quality: the accounts of the base year, and the rows of this shock only."""
    years = [int(region.meta.base_year)]
    accounts = basis_of(region, *TABLES_USED, years=years)
    own = [str(code) for code in shock.rows["source"].dropna().unique()]
    said, more = accounts.source, source_line(known, own)
    source = said if more.zh in said.zh else Text(f"{more.zh}；{said.zh}", f"{more.en}; {said.en}")
    marks = {accounts.quality, *shock.rows["quality"].dropna()}
    return replace(accounts, source=source, quality=worst_quality(marks) or "illustrative")
