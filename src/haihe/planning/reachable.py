"""Which targets can be reached under the limits: what each would cost, or how near to it any plan can come."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from haihe.messages import HaiheError, Progress, Text
from haihe.planning.control import Control
from haihe.planning.indicators import Indicators
from haihe.planning.outcome import Outcome
from haihe.planning.program import Block, Floats, Program
from haihe.planning.solver import Session
from haihe.planning.targets import REACHED, Target, TargetSpec, define_target

ROUNDS = 12
"""Most steps towards the best of a ratio; each at least squares what is missing, so that a few are enough."""


def reachable(plan: Outcome, *, control: Control | None = None, progress: Progress | None = None) -> pd.DataFrame:
    """Ask of every target that the plan can express whether it can be reached with the limits in force, each on its own.

    Parameters
    ----------
    plan : Outcome
        A solved plan; its limits, and its hard targets, stay in force.
    control : Control, optional
        Time limit, cancel and progress of every solve.
    progress : callable, optional
        Called with a `Text` before each target.

    Returns
    -------
    DataFrame
        Columns target, indicator, region, year, sense, plan, wanted, best (nearest that any plan comes to it, looked for
        where it cannot be reached), reachable, cost (discounted bn yuan that reaching it costs against the plan; missing
        where it cannot be reached), unit, quality.

    Raises
    ------
    HaiheError
        As `haihe.planning.solver.Session.solve`, but for targets that cannot be reached.
    """
    assembly = plan.assembly
    program = assembly.model.program.copy()
    indicators = replace(assembly.indicators, model=replace(assembly.model, program=program))
    asked = [spec for spec in assembly.setup.targets if spec.why_not(indicators) is None]
    held = {spec.name: _held(program, indicators, spec) for spec in asked}
    session = Session(program, control)
    search = _Search(session, indicators, program.costs(), session.arrays.constant)
    base = session.solve(method="ipx")
    rows = []
    for spec in asked:
        if progress:
            progress(Text(f"目标：{spec.title.zh}", f"target: {spec.title.en}"))
        target, short = held[spec.name]
        now = indicators.value(spec.measure, base.x)
        best, cost = now, 0.0
        if spec.missing(now, target.level) < -REACHED * abs(target.level):
            found = search.reach(short)
            cost = np.nan if found is None else max(0.0, found - base.objective)
            best = search.nearest(spec, target, now) if found is None else target.level
        unit = indicators.spec(spec.measure.indicator).unit
        rows.append(
            (
                spec.name, spec.measure.indicator, spec.measure.regions[0], spec.year, spec.sense, now, target.level, best,
                bool(np.isfinite(cost)), cost, unit, spec.quality,
            )
        )  # fmt: skip
    columns = [
        "target", "indicator", "region", "year", "sense", "plan", "wanted", "best", "reachable", "cost", "unit", "quality",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


@dataclass(frozen=True)
class _Search:
    """A session that asks one target after the other and is left as it was."""

    session: Session
    indicators: Indicators
    own: Floats
    constant: float

    def reach(self, short: Block) -> float | None:
        """Objective of the best plan that reaches a target; None where no plan does."""
        with self._closed(short):
            try:
                return self.session.solve().objective
            except HaiheError as error:
                if error.code != "E-PLN-02":
                    raise
                return None

    def nearest(self, spec: TargetSpec, target: Target, now: float) -> float:
        """Nearest value to a target; of a ratio f / g by Dinkelbach's steps: the best of f - v g at the last v."""
        top, below = target.bounded.terms[0]
        sign, value = (1.0 if spec.sense == "floor" else -1.0), now
        try:
            for _ in range(ROUNDS):
                form = top if below is None else top - (below * value).called(top.unit, top.title)
                self.session.set_costs(-sign * form.costs(self.own.size) / float(target.bounded.scales[0]), 0.0)
                x = self.session.solve().x
                last, value = value, self.indicators.value(spec.measure, x)
                if below is None or abs(value - last) <= REACHED * abs(value):
                    break
        finally:
            self.session.set_costs(self.own, self.constant)
        return value

    @contextmanager
    def _closed(self, short: Block) -> Iterator[None]:
        """Allow no shortfall of a target for a while."""
        self.session.set_column_bounds(short.index, 0.0, 0.0)
        try:
            yield
        finally:
            self.session.set_column_bounds(short.index, 0.0, np.inf)


def _held(program: Program, indicators: Indicators, spec: TargetSpec) -> tuple[Target, Block]:
    """A target as a row whose shortfall is free of cost, so that it changes nothing until it is closed."""
    free = replace(spec, name=f"reach:{spec.name}", kind="soft", penalty=0.0)
    target = define_target(program, indicators, free)
    assert target.shortfall is not None
    return target, target.shortfall
