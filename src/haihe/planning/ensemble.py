"""Many futures: a plan for each scenario, for each point of a sweep or for each draw, and what they say together.

Every run is a plan of its own, but none is kept: what it says goes as one record into a journal. A run starts from the
solves of the plan of the tables as they stand, which whoever does the runs makes once; so a record does not depend on who
made it, nor on what was made before it.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd

from haihe.figures.workbook import Viewed
from haihe.messages import HaiheError, Lang, Text
from haihe.planning import ensemble_rows as rows
from haihe.planning.again import solve_again
from haihe.planning.control import Control
from haihe.planning.drawing import Method
from haihe.planning.ensemble_views import EnsembleViews
from haihe.planning.futures import (
    DRAWN,
    SET,
    Future,
    Futures,
    Given,
    Sweep,
    draw_futures,
    scenario_futures,
    sweep_futures,
)
from haihe.planning.journal import RUN, Journal
from haihe.planning.marks import mark_of
from haihe.planning.plans import Plan, plan
from haihe.planning.runs import OneRun, run_all
from haihe.region import Region

STOPS = ("E-PLN-60",)
"""Errors that end the list; any other is the error of its run."""
NOT_HERE = ("band", "assumptions", "scenario", "control", "progress")
"""Options of a plan that an ensemble does not take: it has its own, or each run would be the same."""
SAID: Mapping[str, Lang] = {"error": "en", "error_zh": "zh"}
"""Columns that say why there is no plan, and their language."""
ALWAYS = ("seconds", "warm", rows.COST, rows.LIMITS, rows.GAIN, rows.SHARE)
"""Columns that are there even where no future has a plan."""
SOLVES = ("base", "limited", "solution")


@dataclass(frozen=True)
class Ensemble(Viewed):
    """Plans of many futures.

    Attributes
    ----------
    region : Region
    futures : Futures
        In the order of ``table``.
    table : DataFrame
        One record a future: run, error (missing where there is a plan) and error_zh, seconds, warm (how many of its solves
        started warm), ``drawn:<what>`` (place from 0, low, to 1, high) and ``set:<cell>`` (value), cost, limits, gain
        (discounted bn yuan), share (of consumption), ``price:<cap>`` (yuan a unit in the last year, mean of the members),
        ``output:<region>|<sector>`` (relative change against the reference in the last year), ``project:<project>`` (share
        that is built), ``now:<decision>|<record>|<unit>`` (decisions of the first milestone) and
        ``course:<indicator>|<year>`` (members together, relative change against the reference).
    """

    region: Region
    futures: Futures
    table: pd.DataFrame = field(repr=False)

    @property
    def plans(self) -> pd.DataFrame:
        """Futures that have a plan."""
        return self.table[self.table["error"].isna()]

    @property
    def errors(self) -> pd.DataFrame:
        """Futures without a plan: run and error."""
        return self.table.loc[self.table["error"].notna(), ["run", "error"]].reset_index(drop=True)

    @cached_property
    def summary(self) -> pd.DataFrame:
        """One record a quantity: p10, p50, p90, least, most, and how many futures tell it (draws)."""
        return rows.spread(self.plans[rows.quantities_of(self.table)]).rename_axis("quantity").reset_index()

    @cached_property
    def movers(self) -> pd.DataFrame:
        """Change of output by region and sector, see `haihe.planning.ensemble_rows.movers_of`."""
        return rows.movers_of(self.plans)

    @cached_property
    def influence(self) -> pd.DataFrame:
        """What matters most of what was drawn or set, see `haihe.planning.ensemble_rows.influence_of`."""
        drawn = [*rows.columns_of(self.table, DRAWN), *rows.columns_of(self.table, SET)]
        return rows.influence_of(self.plans, drawn, (DRAWN, SET))

    @cached_property
    def projects(self) -> pd.DataFrame:
        """In how many futures each project is built, see `haihe.planning.ensemble_rows.projects_of_runs`."""
        return rows.projects_of_runs(self.plans)

    @cached_property
    def now(self) -> pd.DataFrame:
        """What is decided alike in the first milestone, see `haihe.planning.ensemble_rows.now_of`."""
        return rows.now_of(self.plans)

    @cached_property
    def courses(self) -> pd.DataFrame:
        """Courses over the years, see `haihe.planning.ensemble_rows.courses_of`."""
        return rows.courses_of(self.plans)

    @property
    def frames(self) -> dict[str, pd.DataFrame]:
        """Every result as a plain frame, by name."""
        names = ("table", "summary", "projects", "now", "movers", "influence", "courses", "errors")
        return {name: getattr(self, name) for name in names}

    @cached_property
    def views(self) -> EnsembleViews:
        """Tables and figures with words, see `haihe.planning.ensemble_views`."""
        return EnsembleViews(self)

    def __repr__(self) -> str:
        lost = f", {len(self.errors)} without a plan" if len(self.errors) else ""
        if self.plans.empty:
            return f"Ensemble: 0 plans{lost}"
        cost = self.summary.set_index("quantity").loc[rows.COST]
        middle = f"{cost['p10']:.1f} … {cost['p50']:.1f} … {cost['p90']:.1f}"
        return f"Ensemble: {len(self.plans)} plans{lost}; cost {middle} bn yuan"


@dataclass(frozen=True)
class EnsembleWork:
    """The runs of an ensemble, see `haihe.planning.runs.Work`.

    Parameters
    ----------
    region : Region
    futures : Futures
    options : mapping
        As of `haihe.planning.plans.plan`.
    """

    region: Region
    futures: Futures
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Region, options and version: which futures are asked for may change from one time to the next."""
        return mark_of(self.region, dict(self.options), self.futures.dimensions)

    def open(self, control: Control) -> OneRun:
        """Plan the tables as they stand, from which every run starts; without such a plan every run starts cold."""
        try:
            start = self.cold(self.region, control)
        except HaiheError as error:
            if error.code != "E-PLN-02":
                raise
            start = None
        known = {future.ident: future for future in self.futures.futures}
        return lambda ident: self.one(known[ident], start, control)

    def cold(self, region: Region, control: Control) -> Plan:
        """Plan from nothing."""
        return plan(region, band=False, control=control, **self.options)

    def one(self, future: Future, start: Plan | None, control: Control) -> dict[str, Any]:
        """Plan one future and tell what it says; where it has no plan, its error."""
        began = time.perf_counter()
        try:
            region, tables = future.region(self.region, self.futures.dimensions)
            made = self.cold(region, control) if start is None else solve_again(start, region, tables, control)
        except HaiheError as error:
            if error.code in STOPS:
                raise
            return {name: f"{error.code} {error.findings[-1].text(lang)}" for name, lang in SAID.items()}
        solves = {id(s): s for s in (getattr(made, name) for name in SOLVES)}
        warm = sum(s.method == "simplex" for s in solves.values())
        row = rows.told(made) | rows.decided(made)
        values = {name: value if np.isfinite(value) else None for name, value in row.items()}
        return {**dict.fromkeys(SAID), "seconds": time.perf_counter() - began, "warm": warm, **values}


def ensemble(
    region: Region,
    *,
    draws: int | None = None,
    scenarios: Given | None = None,
    sweep: Sweep | None = None,
    seed: int = 0,
    together: bool = True,
    method: Method = "sobol",
    workers: int = 1,
    dask: str | None = None,
    journal: str | Path | None = None,
    control: Control | None = None,
    **options: Any,
) -> Ensemble:
    """Plan many futures and say what they have in common.

    Parameters
    ----------
    region : Region
        A checked region.
    draws : int, optional
        Draw so many futures from the parameters' low to high and the flows within their band.
    scenarios : sequence of str, or mapping, optional
        Scenarios by name (``as-is`` for the tables as they stand), or names of your own with edits; see
        `haihe.planning.futures.scenario_futures`.
    sweep : mapping, optional
        Values of cells, ``{"limits:CARBON|2030:value": [0.9, 0.85, 0.8]}``: every combination is a future.
    seed : int
        As of `haihe.planning.draws.draws`; for draws only.
    together : bool
        As of `haihe.planning.draws.draws`; for draws only.
    method : {"sobol", "lhs"}
        As of `haihe.planning.draws.draws`; for draws only.
    workers : int
        Processes.
    dask : str, optional
        Address of a Dask scheduler, in place of processes.
    journal : path, optional
        File to which every run is written at once; what stands in it is not made again, also where more futures are asked
        for than before. Without, a temporary file.
    control : Control, optional
        Time limit of one solve, cancel and progress (a `Text` after each run).
    **options
        As of `haihe.planning.plans.plan`: ``path``, ``pooled``, ``upgrades``, ``projects``, ``goals``, ``decided``.

    Returns
    -------
    Ensemble
        Results by future, and what holds in most.

    Raises
    ------
    HaiheError
        ``E-PLN-100`` unless exactly one of draws, scenarios and sweep is given, and for options that would make every run
        the same; as `haihe.planning.futures` and `haihe.planning.runs.run_all`; ``E-PLN-101`` for a journal of other
        data or options; and what is wrong with the tables as they stand.

    Examples
    --------
    >>> import haihe as hh
    >>> e = hh.ensemble(hh.example("jing-jin-ji"), draws=8, workers=2, journal="draws.jsonl")    # doctest: +SKIP
    >>> e.projects.query("robust")                                                                # doctest: +SKIP
    """
    _refuse(options, draws=draws, scenarios=scenarios, sweep=sweep)
    if draws is not None:
        futures = draw_futures(region, draws, seed=seed, together=together, method=method)
    else:
        futures = scenario_futures(region, scenarios) if scenarios is not None else sweep_futures(sweep or {})
    work = EnsembleWork(region, futures, options)
    with TemporaryDirectory() as aside:
        kept = Journal(Path(aside) / "runs.jsonl" if journal is None else journal, work.key)
        run_all(work, [f.ident for f in futures.futures], kept, workers=workers, dask=dask, control=control)
        return Ensemble(region, futures, _table(futures, kept))


def _refuse(options: Mapping[str, Any], **given: object) -> None:
    """Refuse what is no ensemble (``E-PLN-100``)."""
    asked = [name for name, value in given.items() if value is not None]
    wrong = [name for name in options if name in NOT_HERE]
    if len(asked) != 1:
        names = "、".join(given), ", ".join(given)
        reason = Text(f"请在 {names[0]} 中恰好给出一项", f"give exactly one of {names[1]}")
    elif wrong:
        reason = Text(f"这里不能指定 {wrong[0]}", f"{wrong[0]} cannot be given here")
    else:
        return
    raise HaiheError("E-PLN-100", reason=reason)


def _table(futures: Futures, journal: Journal) -> pd.DataFrame:
    """One record a future, in their order; the journal is read twice, so that no more than the table is ever held."""
    asked = {future.ident: k for k, future in enumerate(futures.futures)}
    told = [name for future in futures.futures for name in future.told]
    seen = (name for record in journal.records() if record[RUN] in asked for name in record)
    figures = [name for name in dict.fromkeys([*ALWAYS[:2], *told, *ALWAYS[2:], *seen]) if name not in (RUN, *SAID)]
    at = {name: k for k, name in enumerate(figures)}
    numbers = np.full((len(asked), len(figures)), np.nan)
    words = np.full((len(asked), len(SAID)), None, dtype=object)
    for record in journal.records():
        row = asked.get(record[RUN])
        if row is None:
            continue
        known = {at[name]: value for name, value in record.items() if name in at and value is not None}
        numbers[row, list(known)] = list(known.values())
        words[row] = [record[name] for name in SAID]
    for row, future in enumerate(futures.futures):
        numbers[row, [at[name] for name in future.told]] = list(future.told.values())
    names = pd.DataFrame({RUN: [future.name for future in futures.futures]})
    said = pd.DataFrame(words, columns=list(SAID), dtype=object)
    return pd.concat([names, said, pd.DataFrame(numbers, columns=figures)], axis=1)
