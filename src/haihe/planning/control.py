"""How long a solve may take, who may stop it, and how far it was when it was stopped."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from haihe.messages import Progress, Text

Poll = Callable[[], bool]
IPX_LINE = re.compile(r"^\s*(\d+)\*?\s+([-+.\deE]+)\s+([-+.\deE]+)\s+([-+.\deE]+)\s+([-+.\deE]+)\s+([-+.\deE]+)\s")
SIMPLEX_LINE = re.compile(r"^\s*(\d+)\s+([-+.\deE]+)\s+(?:Pr|Ph1):")
EVERY = 1.0
"""Seconds between two words of progress."""


class Event(Protocol):
    """Anything with ``is_set``, such as `threading.Event`."""

    def is_set(self) -> bool:
        """Tell whether it was set."""
        ...


@dataclass(frozen=True, slots=True)
class Control:
    """What a long solve listens to.

    Parameters
    ----------
    time_limit : float
        Seconds one solve may take; a solve that takes longer gives no result but an error that says how far it was.
    cancel : threading.Event or callable, optional
        Asked many times a second during a solve; the solve stops once it is set (or answers True).
    progress : callable, optional
        Called about once a second with a `Text` that names steps and time.
    """

    time_limit: float = np.inf
    cancel: Event | Poll | None = None
    progress: Progress | None = None

    def __post_init__(self) -> None:
        if not self.time_limit > 0:
            raise ValueError("a time limit must be positive")

    @property
    def cancelled(self) -> bool:
        """Tell whether somebody wants the work to stop."""
        if self.cancel is None:
            return False
        return bool(self.cancel() if callable(self.cancel) else self.cancel.is_set())

    @property
    def listens(self) -> bool:
        """True where anything is to be heeded."""
        return np.isfinite(self.time_limit) or self.cancel is not None or self.progress is not None


class Watch:
    """What is seen of a running solve: steps, and the two objective values that close in on the optimum."""

    def __init__(self, control: Control) -> None:
        self.control = control
        self.began = time.perf_counter()
        self.method = ""
        self.steps = 0
        self.primal = self.dual = np.nan
        self.fault: BaseException | None = None
        self.cancelled = False
        self._said = self.began

    @property
    def seconds(self) -> float:
        """Seconds since the work began."""
        return time.perf_counter() - self.began

    @property
    def remaining(self) -> float:
        """Seconds left of the time limit."""
        return self.control.time_limit - self.seconds

    @property
    def gap(self) -> float:
        """|primal - dual| over 1 + |primal| of the last step; missing before the first."""
        return abs(self.primal - self.dual) / (1.0 + abs(self.primal))

    @property
    def how_far(self) -> Text:
        """The state of the work in words."""
        if not self.steps:
            return Text("尚未完成第一步", "the first step was not done")
        zh, en = f"{self.method} 第 {self.steps} 步", f"{self.method}, step {self.steps}"
        if np.isfinite(self.gap):
            between = f"{self.dual:.6g} … {self.primal:.6g}"
            return Text(
                f"{zh}，目标值在 {between} 之间，相对差 {self.gap:.1e}",
                f"{en}, objective within {between}, gap {self.gap:.1e}",
            )
        return Text(zh, en)

    def listen(self, event: Any) -> None:
        """Answer the solver's question whether to go on; whatever the user's callables raise stops it, too."""
        try:
            self.cancelled = self.cancelled or self.control.cancelled
            self._say(event.data_out.simplex_iteration_count)
        except BaseException as fault:
            self.fault = fault
        # The flag of the last answer stays with the solver, so it is written each time.
        event.interrupt(self.cancelled or self.fault is not None)

    def read(self, event: Any) -> None:
        """Read a line of the solver's log."""
        line = str(event.message)
        if found := IPX_LINE.match(line):
            self.steps, self.primal, self.dual = int(found[1]), float(found[2]), float(found[3])
        elif found := SIMPLEX_LINE.match(line):
            self.steps = int(found[1])

    def _say(self, simplex_steps: int) -> None:
        if self.method == "simplex":
            self.steps = max(self.steps, simplex_steps)
        now = time.perf_counter()
        if self.control.progress and now - self._said >= EVERY:
            self._said = now
            far = self.how_far
            self.control.progress(Text(f"{far.zh}，{self.seconds:.0f} 秒", f"{far.en}, {self.seconds:.0f} s"))


@contextmanager
def watching(solver: Any, control: Control) -> Iterator[Watch]:
    """Listen to a solver while it runs; nothing is attached where nothing is to be heeded."""
    watch = Watch(control)
    if not control.listens:
        yield watch
        return
    solver.setOptionValue("log_to_console", False)
    solver.setOptionValue("output_flag", True)
    heard = (solver.cbIpmInterrupt, solver.cbSimplexInterrupt)
    for callback in heard:
        callback.subscribe(watch.listen)
    solver.cbLogging.subscribe(watch.read)
    try:
        yield watch
    finally:
        for callback in heard:
            callback.unsubscribe(watch.listen)
        solver.cbLogging.unsubscribe(watch.read)
        solver.setOptionValue("output_flag", False)
