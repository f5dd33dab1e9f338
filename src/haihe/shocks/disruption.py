"""Dynamic disruption: how a shock runs through a multi-regional economy with stocks of inputs (the ARIO family)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from haihe.accounts.interregional import InterregionalTable
from haihe.accounts.regional import Accounts
from haihe.messages import HaiheError, Text
from haihe.planning.control import EVERY, Control
from haihe.shocks.baseline import DAYS, AtRest
from haihe.shocks.events import CAPITAL_TO_ADDED, Event
from haihe.shocks.fused import fused_pass, installed
from haihe.shocks.inventories import Classes, Inventories, Response
from haihe.shocks.lanes import Lane
from haihe.shocks.losses import Disruption
from haihe.shocks.passing import Pass, Shared, plain_pass
from haihe.shocks.recording import Keep, Recording
from haihe.shocks.schedule import Schedule
from haihe.shocks.stepping import Economy

Engine = Literal["auto", "plain", "fused"]
Precision = Literal["double", "single"]
PASSES: dict[str, Pass] = {"plain": plain_pass, "fused": fused_pass}


def disrupt(
    accounts: Accounts | InterregionalTable | AtRest,
    events: Sequence[Event] = (),
    *,
    lanes: Sequence[Lane] | None = None,
    days: int = 365,
    step: int = 1,
    inventories: Inventories | None = None,
    response: Response | None = None,
    capital: NDArray[np.float64] | None = None,
    precision: Precision = "double",
    engine: Engine = "auto",
    keep: Keep | None = None,
    threads: int = 1,
    control: Control | None = None,
    watch: Callable[[int, Economy], None] | None = None,
) -> Disruption:
    """Run one or many scenarios through the economy, step by step.

    Parameters
    ----------
    accounts : Accounts, InterregionalTable or AtRest
        The economy. Accounts in pooled form tell what is imported by product, a table does not (see `AtRest.of`).
    events : sequence of Event
        What happens, where there is one scenario.
    lanes : sequence of Lane, optional
        Many scenarios at once, in place of `events`; they share the flows, so a pass serves them all.
    days : int
        Days to look at.
    step : int
        Days of a step: 1, up to 7 for weeks.
    inventories, response : Inventories, Response
        Stocks, and how producers respond.
    capital : ndarray, shape (N,), optional
        Capital of every producer, money of the accounts; without it 4 times value added of a year.
    precision : str
        ``double``, or ``single`` for flows and stocks: half the memory, errors about 1e-6 of output.
    engine : str
        ``plain`` (NumPy), ``fused`` (extra ``haihe[fast]``), or ``auto``: fused where numba is installed.
    keep : str, optional
        ``all`` paths of every producer, or ``totals``: paths by region and by sector, sums by producer. Without it all
        for one scenario, totals for many.
    threads : int
        Threads that share every step, by products; the result is the same to the last bit. It needs idle cores and some
        thousand producers to gain anything.
    control : Control, optional
        Cancel and progress.
    watch : callable, optional
        Called after every step with its number and the state, for tests and for those who want more.

    Returns
    -------
    Disruption
        Output and losses by day, region and sector.

    Raises
    ------
    HaiheError
        ``E-SHK-01`` to ``-13`` for events and parameters that make no sense, ``E-SHK-14`` for days or steps,
        ``E-SHK-20`` cancelled, ``E-WORLD-03`` numba asked for but not installed.

    References
    ----------
    Hallegatte, S. (2008), An adaptive regional input-output model and its application to the assessment of the economic
    cost of Katrina, Risk Analysis 28(3), 779-799; Hallegatte, S. (2014), Risk Analysis 34(1), 152-167; Guan, D. et al.
    (2020), Global supply-chain effects of COVID-19 control measures, Nature Human Behaviour 4, 577-587.
    """
    if days < 1 or step < 1 or step > days:
        raise HaiheError("E-SHK-14", days=days, step=step)
    rest = accounts if isinstance(accounts, AtRest) else AtRest.of(accounts)
    inventories, response, control = inventories or Inventories(), response or Response(), control or Control()
    run = list(lanes) if lanes is not None else [Lane("", tuple(events))]
    if not run or (lanes is not None and events):
        raise HaiheError("E-SHK-15")
    classes = Classes.of(response, rest)
    calendar = np.arange(0, days, step, dtype=np.float64)
    owned = (
        CAPITAL_TO_ADDED * DAYS * np.maximum(rest.value_added, 0.0) if capital is None else np.asarray(capital, float)
    )
    if owned.shape != (rest.size,) or not np.isfinite(owned).all():
        raise HaiheError("E-SHK-16", shape=owned.shape, expected=(rest.size,))
    schedule = Schedule.of([lane.events for lane in run], rest, classes, calendar, owned)
    dtype = np.float64 if precision == "double" else np.float32
    book = Recording(rest, len(run), calendar, float(step), keep or ("all" if len(run) == 1 else "totals"), dtype)
    economy = Economy(rest, run, schedule, inventories, response, classes, float(step), dtype)
    said = time.perf_counter()
    with _pass(engine, threads) as move:
        for t, day in enumerate(calendar):
            if control.cancelled:
                raise HaiheError("E-SHK-20", day=int(day), days=days)
            economy.advance(t, float(day), move, book)
            if watch is not None:
                watch(t, economy)
            if control.progress is not None and time.perf_counter() - said >= EVERY:
                said = time.perf_counter()
                control.progress(Text(f"冲击推演：第 {day:.0f}/{days} 天", f"disruption: day {day:.0f} of {days}"))
    return Disruption(rest, run, book)


@contextmanager
def _pass(engine: Engine, threads: int) -> Iterator[Pass]:
    """Give what does a pass, by one thread or by several."""
    move = PASSES[("fused" if installed() else "plain") if engine == "auto" else engine]
    if threads <= 1:
        yield move
        return
    with ThreadPoolExecutor(threads) as pool:
        yield Shared(move, pool, threads)
