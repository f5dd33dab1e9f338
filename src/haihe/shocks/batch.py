"""How sure is a loss: one disruption for many draws of what nobody knows, run together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats.qmc import LatinHypercube

from haihe.accounts.interregional import InterregionalTable
from haihe.accounts.regional import Accounts
from haihe.messages import HaiheError, Text
from haihe.planning.control import Control
from haihe.planning.marks import mark_of
from haihe.planning.runs import OneRun, run_each
from haihe.shocks.baseline import AtRest
from haihe.shocks.disruption import disrupt
from haihe.shocks.events import Event
from haihe.shocks.lanes import Lane
from haihe.shocks.losses import Disruption

QUANTILES = {"p10": 0.1, "p50": 0.5, "p90": 0.9}
MEMORY = 400e6
"""Bytes that stocks and orders of the lanes run together may take."""
MOST = 64
"""Lanes run together at most: more gain nothing."""
SENT = 16
"""Lanes run together at most where groups are shared out."""


@dataclass(frozen=True)
class Ranges:
    """Between what a draw lies, as factors of what is stated (even spread); equal ends keep it as stated.

    Parameters
    ----------
    size : (float, float)
        Of the loss; a share stays at most 1.
    recovery : (float, float)
        Of recovery and rebuilding times.
    stocks : (float, float)
        Of the stocks wanted and held.
    overproduction : (float, float)
        Of the capacity that can be called up beyond that at rest (0: none).

    Raises
    ------
    HaiheError
        ``E-SHK-18`` for a range that is negative or upside down.
    """

    size: tuple[float, float] = (0.7, 1.3)
    recovery: tuple[float, float] = (0.5, 2.0)
    stocks: tuple[float, float] = (0.5, 1.5)
    overproduction: tuple[float, float] = (0.5, 1.5)

    def __post_init__(self) -> None:
        for place, name in enumerate(self.names):
            low, high = getattr(self, name)
            if not 0 <= low <= high < np.inf or (name == "recovery" and not low > 0):
                raise HaiheError("E-SHK-18", what=name, value=place + 1)

    @property
    def names(self) -> list[str]:
        """What is drawn."""
        return [one.name for one in fields(self)]

    def draw(self, count: int, seed: int) -> pd.DataFrame:
        """Draw factors, one record a draw: a Latin hypercube, so few draws cover every range evenly."""
        places = LatinHypercube(len(self.names), rng=np.random.default_rng(seed)).random(count)
        low, high = np.array([getattr(self, name) for name in self.names]).T
        return pd.DataFrame(low + places * (high - low), columns=self.names)


@dataclass(frozen=True, eq=False)
class Spread:
    """A disruption as stated, and many draws around it.

    Attributes
    ----------
    rest : AtRest
    days : ndarray, shape (T,)
    drawn : DataFrame
        Factors of each draw; the first record is what is stated (all 1).
    summary : DataFrame
        `Disruption.summary` of each, in the same order.
    output : ndarray, shape (1 + draws, T, R)
        Output a day by region.
    """

    rest: AtRest
    days: NDArray[np.float64]
    drawn: pd.DataFrame
    summary: pd.DataFrame
    output: NDArray[np.float64]

    @cached_property
    def bands(self) -> pd.DataFrame:
        """Output over output at rest on every day: day, region (``""`` for all), stated, p10, p50, p90."""
        at_rest = self.rest.output.reshape(len(self.rest.regions), -1).sum(axis=1)
        whole = self.output.sum(axis=2, keepdims=True) / at_rest.sum()
        parts = np.divide(self.output, at_rest, out=np.full(self.output.shape, np.nan), where=at_rest > 0)
        shares = np.concatenate([whole, parts], axis=2)
        labels = ["", *self.rest.regions]
        frame = pd.DataFrame({"day": np.repeat(self.days, len(labels)), "region": labels * len(self.days)})
        frame["stated"] = shares[0].ravel()
        drawn = shares[1:] if len(shares) > 1 else shares
        for name, quantile in QUANTILES.items():
            frame[name] = np.quantile(drawn, quantile, axis=0).ravel()
        return frame

    @cached_property
    def losses(self) -> pd.DataFrame:
        """Spread of what comes out: quantity, stated, p10, p50, p90, least, most (missing days stay missing)."""
        columns = ["output", "value_added", "unmet", "lowest", "recovered_day"]
        drawn = self.summary[columns].iloc[1:] if len(self.summary) > 1 else self.summary[columns]
        table = drawn.quantile(list(QUANTILES.values())).T.set_axis(list(QUANTILES), axis=1)
        table = table.assign(least=drawn.min(), most=drawn.max())
        table.insert(0, "stated", self.summary[columns].iloc[0].astype(float))
        return table.rename_axis("quantity").reset_index()

    @cached_property
    def influence(self) -> pd.DataFrame:
        """What matters most for the output lost: drawn, correlation of ranks, noise (twice its error by chance)."""
        ranks = pd.concat([self.drawn, self.summary[["output"]].set_axis(self.drawn.index)], axis=1).iloc[1:].rank()
        moving = [name for name in self.drawn if ranks[name].max() > ranks[name].min()]
        correlation = ranks[moving].corrwith(ranks["output"])
        order = correlation.abs().sort_values(ascending=False, kind="stable").index
        noise = 2.0 / np.sqrt(max(len(ranks), 1))
        return pd.DataFrame({"drawn": list(order), "correlation": correlation[order].to_numpy(), "noise": noise})


def monte_carlo(
    accounts: Accounts | InterregionalTable | AtRest,
    events: Sequence[Event],
    ranges: Ranges | None = None,
    *,
    draws: int = 64,
    seed: int = 0,
    workers: int = 1,
    dask: str | None = None,
    control: Control | None = None,
    **options: Any,
) -> Spread:
    """Run a scenario as stated, and for many draws of its size, its recovery, the stocks and spare capacity.

    Parameters
    ----------
    accounts, events
        As for `disrupt`.
    ranges : Ranges, optional
        What is drawn between.
    draws : int
        How many.
    seed : int
        The same seed draws the same.
    workers : int
        Processes; lanes run together in each. With 1 all is done here.
    dask : str, optional
        Address of a Dask scheduler, in place of processes; see `haihe.planning.runs.run_all` for what its workers need.
    control : Control, optional
        Cancel and progress, between groups of lanes and within each where all is done here.
    **options
        Further parameters of `disrupt`: days, step, inventories, response, capital, precision, engine, threads.

    Returns
    -------
    Spread

    Raises
    ------
    HaiheError
        As `disrupt`; ``E-SHK-18`` fewer than one draw; where groups are shared out, ``E-PLN-60`` cancelled, ``E-PLN-104``
        a process that was lost again and again, ``E-PLN-105`` and ``E-WORLD-03`` for Dask.
    """
    if draws < 1:
        raise HaiheError("E-SHK-18", what="draws", value=draws)
    rest = accounts if isinstance(accounts, AtRest) else AtRest.of(accounts)
    drawn = (ranges or Ranges()).draw(draws, seed)
    drawn = pd.concat([pd.DataFrame(1.0, index=[0], columns=drawn.columns), drawn], ignore_index=True)
    response = options.get("response")
    spare = (response.overproduction if response is not None else 1.25) - 1.0
    lanes = [
        Lane(
            str(k), [e.scaled(d["size"], d["recovery"]) for e in events], d["stocks"], 1.0 + spare * d["overproduction"]
        )
        for k, d in enumerate(drawn.to_dict("records"))
    ]
    shared = workers > 1 or dask is not None
    groups = list(grouped(lanes, rest, options, SENT if shared else MOST))
    work = _Groups(rest, groups, options)
    control = control or Control()
    parts = list(_told(work.shared(workers, dask, control) if shared else work.here(control), len(groups), control))
    parts.sort(key=lambda part: part.number)
    return Spread(
        rest=rest,
        days=parts[0].days,
        drawn=drawn,
        summary=pd.concat([part.summary for part in parts], ignore_index=True),
        output=np.concatenate([part.output for part in parts]),
    )


def grouped(lanes: Sequence[Lane], rest: AtRest, options: Mapping[str, Any], most: int = MOST) -> Iterator[list[Lane]]:
    """Split lanes into groups that fit into memory together."""
    wide = 4 if options.get("precision") == "single" else 8
    together = int(np.clip(MEMORY // (2 * wide * len(rest.sectors) * rest.size), 1, most))
    for first in range(0, len(lanes), together):
        yield list(lanes[first : first + together])


@dataclass(frozen=True)
class _Part:
    """What is kept of a group of lanes."""

    number: int
    days: NDArray[np.float64]
    summary: pd.DataFrame
    output: NDArray[np.float64]

    @classmethod
    def of(cls, number: int, found: Disruption) -> _Part:
        return cls(number, found.days, found.summary, found.book.output)

    @classmethod
    def read(cls, number: int, record: Mapping[str, Any]) -> _Part:
        """Take a record of `_Groups.open` back; numbers are written so that they come back to the last bit."""
        summary = pd.DataFrame(record["summary"]).astype(record["types"])
        return cls(number, np.array(record["days"]), summary, np.array(record["output"]))


@dataclass(frozen=True)
class _Groups:
    """Groups of lanes as work, see `haihe.planning.runs.Work`; a group is named by its number."""

    rest: AtRest
    groups: list[list[Lane]]
    options: Mapping[str, Any]

    @property
    def key(self) -> str:
        """What the groups depend on."""
        return mark_of(self.rest, self.groups, dict(self.options))

    def here(self, control: Control) -> Iterator[_Part]:
        """Run one group after the other."""
        for number in range(len(self.groups)):
            yield _Part.of(number, self._run(number, control))

    def shared(self, workers: int, dask: str | None, control: Control) -> Iterator[_Part]:
        """Run the groups elsewhere; they come as they are done."""
        names = [str(number) for number in range(len(self.groups))]
        for name, record in run_each(self, names, workers=workers, dask=dask, control=control):
            yield _Part.read(int(name), record)

    def open(self, control: Control) -> OneRun:
        """Give what runs a group: there is nothing to set up but the economy, which is sent along."""

        def one(name: str) -> dict[str, Any]:
            part = _Part.of(int(name), self._run(int(name), control))
            told = part.summary.astype(object).where(part.summary.notna(), None)
            types = {column: str(kind) for column, kind in part.summary.dtypes.items()}
            return {
                "summary": told.to_dict("list"), "types": types, "days": part.days.tolist(), "output": part.output.tolist()
            }  # fmt: skip

        return one

    def _run(self, number: int, control: Control) -> Disruption:
        return disrupt(self.rest, lanes=self.groups[number], keep="totals", control=control, **self.options)


def _told(parts: Iterator[_Part], count: int, control: Control) -> Iterator[_Part]:
    """Pass results on, tell progress, and stop where somebody wants it."""
    for done, part in enumerate(parts, start=1):
        if control.cancelled:
            raise HaiheError("E-SHK-20", day=done, days=count)
        if control.progress is not None:
            control.progress(Text(f"冲击抽样：第 {done}/{count} 组", f"draws: group {done} of {count}"))
        yield part
