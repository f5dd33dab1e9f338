"""What a disruption costs, how long it lasts, and what broke first."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from haihe.messages import HaiheError, Text
from haihe.shocks.baseline import AtRest
from haihe.shocks.lanes import Lane
from haihe.shocks.recording import Recording

Floats = NDArray[np.floating]
RECOVERED = 1e-3
"""Share of output at rest that may be missing for an economy to have recovered."""
COLLAPSED = 0.5
"""Share of output at rest below which an economy that is at its lowest on the last day is said to have collapsed."""
CAUSES = ("demand", "capacity", "inputs")


@dataclass(frozen=True, eq=False)
class Disruption:
    """Paths and losses of one or many scenarios.

    Money is in the unit of the accounts, at their prices; flows are a day, sums over the days looked at.

    Attributes
    ----------
    rest : AtRest
        The economy before.
    lanes : list of Lane
        Scenarios.
    book : Recording
        What was written down.
    """

    rest: AtRest
    lanes: list[Lane]
    book: Recording

    @property
    def days(self) -> NDArray[np.float64]:
        """Day on which each step begins, shape (T,)."""
        return self.book.days

    @property
    def names(self) -> list[str]:
        """Names of the lanes."""
        return [lane.name for lane in self.lanes]

    @property
    def production(self) -> Floats:
        """Output a day, shape (T, N) of one scenario, (L, T, N) of many.

        Raises
        ------
        HaiheError
            ``E-SHK-17`` where only totals were kept.
        """
        return self._kept("production")

    @property
    def unmet(self) -> Floats:
        """Final use a day that was not met, by producer and then partner; shape and errors as `production`."""
        return self._kept("final_unmet")

    @property
    def limiting(self) -> Floats:
        """What limits each producer, see `Recording.limiting`; shape and errors as `production`."""
        return self._kept("limiting")

    def frame(self, lane: int = 0) -> pd.DataFrame:
        """Output of a lane over output at rest: days by (region, sector); NaN where there is none at rest."""
        made = self.book.production
        if made is None:
            raise HaiheError("E-SHK-17", what="production")
        share = np.divide(
            made[lane], self.rest.output, out=np.full(made[lane].shape, np.nan), where=self.rest.output > 0
        )
        return pd.DataFrame(share, index=pd.Index(self.days, name="day"), columns=self.rest.index)

    @property
    def totals(self) -> NDArray[np.float64]:
        """Output over output at rest, of all producers, shape (L, T)."""
        return np.asarray(self.book.output.sum(axis=2) / self.rest.output.sum())

    @cached_property
    def regions(self) -> pd.DataFrame:
        """Output by lane, day and region: lane, day, region, output (a day), share (of rest)."""
        at_rest = self.rest.output.reshape(len(self.rest.regions), -1).sum(axis=1)
        return self._long(self.book.output, at_rest, self.rest.regions, "region")

    @cached_property
    def sectors(self) -> pd.DataFrame:
        """The same by sector, of all regions."""
        at_rest = self.rest.output.reshape(len(self.rest.regions), -1).sum(axis=0)
        return self._long(self.book.output_by_sector, at_rest, self.rest.sectors, "sector")

    @cached_property
    def losses(self) -> pd.DataFrame:
        """What each producer loses over the days looked at.

        lane, region, sector, output (lost; negative: won), value_added (in proportion to output), share (of output at rest
        over the same days), ``demand``, ``capacity``, ``inputs`` (output by what held it back; they sum to output), unmet
        (final use of its product not met), lowest (least share of output at rest), first_day and first_input (when an
        input first held it back, missing where none did).
        """
        rest, book, L = self.rest, self.book, len(self.lanes)
        N, per_day = rest.size, self.book.step * len(self.days)
        keys = rest.index.to_frame(index=False)
        frame = pd.concat([keys] * L, ignore_index=True)
        frame.insert(0, "lane", np.repeat(self.names, N))
        over = np.divide(1.0, rest.output, out=np.full(N, np.nan), where=rest.output > 0)
        added = np.nan_to_num(rest.value_added * over)
        frame["output"] = book.lost.ravel()
        frame["value_added"] = (book.lost * added).ravel()
        frame["share"] = (book.lost * over / per_day).ravel()
        for cause, part in zip(CAUSES, book.causes, strict=True):
            frame[cause] = part.ravel()
        frame["unmet"] = book.unmet[:, :N].ravel()
        frame["lowest"] = np.where(rest.output > 0, book.lowest, np.nan).ravel()
        frame["first_day"] = np.where(np.isinf(book.first_day), np.nan, book.first_day).ravel()
        codes = np.array([*rest.sectors, None], dtype=object)
        frame["first_input"] = codes[book.first_input.ravel()]
        return frame

    @cached_property
    def summary(self) -> pd.DataFrame:
        """One record a lane.

        lane, output (lost), value_added (lost), unmet (final use not met, imports included), lowest (share of output at
        rest), lowest_day, recovered_day (from which on output stays within 0.1 % of rest, or above; missing where it never
        does), collapsed (below half and at its lowest on the last day: the rule of rationing fails, which is no forecast),
        remaining (damage not yet made good at the end), input (that held back most output), input_output (how much),
        first_day, first_region, first_sector, first_input (the first bottleneck; missing where there is none).
        """
        totals, book = self.totals, self.book
        added = self.losses["value_added"].to_numpy().reshape(-1, self.rest.size).sum(axis=1)
        worst = book.held_back.argmax(axis=1)
        held = book.held_back.max(axis=1, initial=0.0)
        first = self.first_bottlenecks
        return pd.DataFrame(
            {
                "lane": self.names,
                "output": book.lost.sum(axis=1),
                "value_added": added,
                "unmet": book.unmet.sum(axis=1),
                "lowest": totals.min(axis=1),
                "lowest_day": self.days[totals.argmin(axis=1)],
                "recovered_day": self.recovered,
                "collapsed": (totals[:, -1] < COLLAPSED) & (totals[:, -1] <= totals.min(axis=1)),
                "remaining": book.remaining[:, -1],
                "input": [self.rest.sectors[i] if most > 0 else None for i, most in zip(worst, held, strict=True)],
                "input_output": held,
                **{f"first_{name}": first[name].to_numpy() for name in ("day", "region", "sector", "input")},
            }
        )

    @cached_property
    def recovered(self) -> NDArray[np.float64]:
        """Day from which on all output stays within 0.1 % of rest, shape (L,); NaN where it does not by the end."""
        below = self.totals < 1.0 - RECOVERED
        last = len(self.days) - 1 - below[:, ::-1].argmax(axis=1)
        day = np.append(self.days, np.nan)[np.where(below.any(axis=1), last + 1, 0)]
        return np.asarray(day)

    @cached_property
    def first_bottlenecks(self) -> pd.DataFrame:
        """First producer of every lane that an input holds back: lane, day, region, sector, input.

        Of those held back on the same day the one that loses most; missing where no input ever held anybody back.
        """
        book, rest = self.book, self.rest
        earliest = book.first_day.min(axis=1)
        same = book.first_day == earliest[:, None]
        who = np.where(same, book.causes[2], -np.inf).argmax(axis=1)
        none = np.isinf(earliest)
        labels = [rest.index[k] for k in who]
        inputs = book.first_input[np.arange(len(who)), who]
        return pd.DataFrame(
            {
                "lane": self.names,
                "day": np.where(none, np.nan, earliest),
                "region": [None if no else label[0] for label, no in zip(labels, none, strict=True)],
                "sector": [None if no else label[1] for label, no in zip(labels, none, strict=True)],
                "input": [None if no else rest.sectors[i] for i, no in zip(inputs, none, strict=True)],
            }
        )

    def words(self, lane: int = 0) -> Text:
        """Say what breaks first in a lane."""
        first = self.first_bottlenecks.iloc[lane]
        if pd.isna(first["day"]):
            return Text("各行业的投入品库存都够用，没有出现断供", "stocks last everywhere: no input holds anybody back")
        known = {
            key: self.rest.names.get(first[key], Text(first[key], first[key])) for key in ("region", "sector", "input")
        }
        own = first["sector"] == first["input"]
        short = known["input"]
        known["input"] = (
            Text("同行业的配套产品", "products of its own sector")
            if own
            else Text(f"“{short.zh}”的产品", f"products of “{short.en}”")
        )
        says = Text(
            "最先断供：第 {day:.0f} 天，{region}的“{sector}”因缺少{input}而减产",
            "first bottleneck: day {day:.0f}, “{sector}” in {region} runs short of {input}",
        )
        return says.format(day=float(first["day"]), **known)

    def _kept(self, name: str) -> Floats:
        found = getattr(self.book, name)
        if found is None:
            raise HaiheError("E-SHK-17", what=name)
        return np.asarray(found[0] if len(self.lanes) == 1 else found)

    def _long(self, values: Floats, at_rest: Floats, labels: list[str], name: str) -> pd.DataFrame:
        L, T, count = values.shape
        share = np.divide(values, at_rest, out=np.full(values.shape, np.nan), where=at_rest > 0)
        return pd.DataFrame(
            {
                "lane": np.repeat(self.names, T * count),
                "day": np.tile(np.repeat(self.days, count), L),
                name: np.tile(labels, L * T),
                "output": values.ravel(),
                "share": share.ravel(),
            }
        )

    def __repr__(self) -> str:
        lost, unit = self.book.lost.sum(axis=1), self.rest.unit
        span = f"{lost.min():.4g}" if len(lost) == 1 else f"{lost.min():.4g} to {lost.max():.4g}"
        return f"Disruption: {len(self.lanes)} lanes, {len(self.days)} steps, output lost {span} {unit}"
