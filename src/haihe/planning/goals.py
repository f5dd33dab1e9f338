"""Goals: what a plan strives for. Welfare by default; with other indicators weighted, in order, or as conditions.

Whatever the goals, welfare is what losses and prices are counted in: the last solve is always the one that gives the
best welfare with every other goal held where it got to.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
import pandas as pd

from haihe.messages import HaiheError, Text
from haihe.planning.bounds import Bounded, Sense, define_bounded, hold
from haihe.planning.indicator_list import FOR_PEOPLE, SPREAD, WELFARE
from haihe.planning.indicators import Indicators
from haihe.planning.measures import Measure
from haihe.planning.program import Floats, Program
from haihe.planning.solver import Session, Solution

TOLERANCE = 0.001
"""What a goal gives up for the later ones, unless said otherwise: 0.1 % of its size."""
LEAST = 0.1
"""Least weight that welfare or consumption must have, so that a plan for other things does not make people poor."""
MOST_GIVEN_UP = 0.1
"""Most that a goal may give up for the later ones, as a share of its size."""
SLACK = 1e-7
"""Room left when a goal is held where it got to, relative to its size, so that rounding makes nothing infeasible."""


@dataclass(frozen=True)
class Condition:
    """A measure held at or above (``floor``), or at or below (``cap``), a value in its unit."""

    measure: Measure
    sense: Sense
    value: float


@dataclass(frozen=True)
class Stage:
    """A goal in an order: its measure, and the share of its size that it gives up for the later ones."""

    measure: Measure
    tolerance: float = TOLERANCE


@dataclass(frozen=True)
class Goals:
    """What a plan strives for; make one with `weighted`, `lexicographic` or `conditions`.

    Parameters
    ----------
    weights : tuple of (Measure, float)
        Discounted welfare in bn yuan that one more unit of a measure counts for, whichever way is better; welfare
        itself counts 1 unless its weight is given.
    order : tuple of Stage
        Goals one after the other.
    conditions : tuple of Condition
        Held throughout (epsilon constraints).

    Examples
    --------
    >>> Goals.lexicographic(["welfare", "jobs@TJ"]).order[1].measure.regions
    ('TJ',)
    """

    weights: tuple[tuple[Measure, float], ...] = ()
    order: tuple[Stage, ...] = ()
    conditions: tuple[Condition, ...] = field(default_factory=tuple)

    @classmethod
    def weighted(cls, weights: Mapping[str, float]) -> Self:
        """Welfare plus weighted measures.

        Parameters
        ----------
        weights : mapping of str to float
            Measures (`Measure.parse`) and what a unit counts for, bn yuan; ``{"welfare": 0}`` leaves welfare out.

        Raises
        ------
        HaiheError
            ``E-PLN-50`` where nothing with a weight is what people get; ``E-PLN-51`` for a measure that cannot be read.
        """
        pairs = tuple((Measure.parse(text), float(weight)) for text, weight in weights.items())
        for measure, weight in pairs:
            if not (np.isfinite(weight) and weight >= 0):
                reason = Text("权重应为不小于0的有限数", "a weight is a finite number of at least 0")
                raise HaiheError("E-PLN-57", value=f"{measure} = {weight:g}", reason=reason)
        known = {measure.base: weight for measure, weight in pairs}
        if known.get(WELFARE, 1.0) < LEAST and known.get("consumption", 0.0) < LEAST:
            raise HaiheError("E-PLN-50", value="、".join(weights))
        return cls(weights=pairs)

    @classmethod
    def lexicographic(cls, order: Sequence[str | Stage], *, tolerance: float = TOLERANCE) -> Self:
        """One goal after the other: each is best among the plans that keep all before it within their tolerance.

        Parameters
        ----------
        order : sequence of str or Stage
            Measures, the first the most important.
        tolerance : float
            Share of a goal's size given up for the later ones, where a stage states none. The size of welfare is
            discounted consumption on the reference path, of other measures their value there.

        Raises
        ------
        HaiheError
            ``E-PLN-50`` where the first goal is not what people get; ``E-PLN-51`` for a measure that cannot be read.
        """
        stages = tuple(s if isinstance(s, Stage) else Stage(Measure.parse(s), tolerance) for s in order)
        for stage in stages:
            if not 0 <= stage.tolerance <= MOST_GIVEN_UP:
                reason = Text(
                    f"让步应在0到{MOST_GIVEN_UP:g}之间", f"what it gives up is a share of 0 to {MOST_GIVEN_UP:g}"
                )
                raise HaiheError("E-PLN-57", value=f"{stage.measure}: {stage.tolerance:g}", reason=reason)
        if stages and stages[0].measure.base not in FOR_PEOPLE:
            raise HaiheError("E-PLN-50", value=str(stages[0].measure))
        return cls(order=stages)

    @classmethod
    def of(cls, goals: "Goals | Mapping[str, float] | Sequence[str] | None") -> "Goals":
        """Read what `haihe.plan` takes: goals, weights, an order, or nothing for welfare alone.

        Parameters
        ----------
        goals : Goals, mapping of str to float, sequence of str, or None
            Goals as they are; weights by measure; measures one after the other; none.

        Returns
        -------
        Goals
            What a plan strives for.
        """
        if goals is None:
            return cls()
        if isinstance(goals, Goals):
            return goals
        return cls.weighted(goals) if isinstance(goals, Mapping) else cls.lexicographic(goals)

    def under(self, *conditions: tuple[str, Sense, float]) -> Self:
        """The same goals under conditions: a measure, ``floor`` or ``cap``, and a value in the measure's unit.

        Parameters
        ----------
        *conditions : tuple of (str, {"cap", "floor"}, float)
            Measure, side and value.

        Returns
        -------
        Goals
            A copy.
        """
        for text, sense, value in conditions:
            if sense not in ("cap", "floor") or not np.isfinite(value):
                reason = Text("条件应为 cap 或 floor 与一个有限数", "a condition is cap or floor, and a finite number")
                raise HaiheError("E-PLN-57", value=f"{text} {sense} {value}", reason=reason)
        more = tuple(Condition(Measure.parse(text), sense, value) for text, sense, value in conditions)
        return replace(self, conditions=(*self.conditions, *more))

    @property
    def measures(self) -> list[Measure]:
        """Every measure that must be watched in the program, each once."""
        all_ = [*(m for m, _ in self.weights), *(s.measure for s in self.order), *(c.measure for c in self.conditions)]
        return list(dict.fromkeys(all_))


@dataclass(frozen=True)
class Watched:
    """A measure that stands in a program as a row free to be bounded, so that nothing is ever built again.

    ``row`` holds the measure over its scale; ``size`` is what shares of it are taken of.
    """

    measure: Measure
    row: Bounded
    better: str
    size: float

    @property
    def sign(self) -> float:
        """1 where more is better, else -1."""
        return 1.0 if self.better == "up" else -1.0

    def value(self, x: Floats) -> float:
        """Value at a solution."""
        return float(self.row.at(x)[0])

    def cost(self, n_columns: int) -> Floats:
        """Cost vector whose minimum is the best of the measure, over its scale; shape (n_columns,)."""
        return -self.sign * self.row.terms[0][0].costs(n_columns) / float(self.row.scales[0])

    def keep(self, session: Session, value: float, *, sense: Sense | None = None) -> None:
        """Hold the measure at least as good as a value, or as ``sense`` says; an infinite value lets it go."""
        hold(session, self.row, value, sense=sense or ("floor" if self.better == "up" else "cap"))


@dataclass(frozen=True)
class Reached:
    """What a solve with goals gave.

    Attributes
    ----------
    solution : Solution
        Best welfare with every goal held where it got to; its objective and duals are those of welfare.
    table : DataFrame
        One row a goal: measure, title_zh, title_en, unit, reference, value, price (bn yuan of discounted welfare that
        giving up one unit would bring; 0 where the goal costs nothing).
    """

    solution: Solution
    table: pd.DataFrame


def define_watches(
    program: Program, indicators: Indicators, measures: Sequence[Measure], *, prefix: str = "watch:"
) -> dict[str, Watched]:
    """Add a free row ``watch:<measure>`` for every measure; welfare is the objective itself.

    Raises
    ------
    HaiheError
        ``E-PLN-54`` for a ratio, which is not linear: put it into a limit or a target instead; otherwise as
        `haihe.planning.indicators.Indicators.terms`.
    """
    watches = {}
    for measure in dict.fromkeys(measures):
        spec = indicators.spec(measure.indicator)
        if spec.is_ratio and measure.base != SPREAD:
            raise HaiheError("E-PLN-54", value=str(measure))
        row = define_bounded(
            program,
            indicators,
            f"{prefix}{measure}",
            [measure],
            [np.inf],
            "cap" if spec.better == "down" else "floor",
            dims=(("measure", (str(measure),)),),
            title=indicators.title(measure),
        )
        watches[str(measure)] = Watched(measure, row, spec.better, _size(indicators, measure))
    return watches


def solve_goals(session: Session, indicators: Indicators, watches: Mapping[str, Watched], goals: Goals) -> Reached:
    """Solve for goals in a session whose program holds their watches; bounds and costs are put back at the end.

    Raises
    ------
    HaiheError
        ``E-PLN-02`` where the conditions cannot be met with the limits.
    """
    own = indicators.model.program.costs()
    constant = session.arrays.constant
    held = [watches[str(measure)] for measure in goals.measures]
    try:
        for condition in goals.conditions:
            watches[str(condition.measure)].keep(session, condition.value, sense=condition.sense)
        kept = _stages(session, own, watches, goals) if goals.order else _weighted(session, own, watches, goals)
        session.set_costs(own, constant)
        for watch, value in kept:
            watch.keep(session, value)
        solution = session.solve()
    finally:
        session.set_costs(own, constant)
        for watch in held:
            watch.keep(session, np.inf)
    return Reached(solution, _reached(indicators, held, solution))


def _stages(session: Session, own: Floats, watches: Mapping[str, Watched], goals: Goals) -> list[tuple[Watched, float]]:
    """Solve the goals in order; gives each with the value it must keep."""
    kept: list[tuple[Watched, float]] = []
    for stage in goals.order:
        watch = watches[str(stage.measure)]
        session.set_costs(own if stage.measure == Measure(WELFARE) else watch.cost(own.size))
        best = watch.value(session.solve().x)
        value = best - watch.sign * (max(stage.tolerance, SLACK) * watch.size)
        if stage is goals.order[-1]:
            value = best - watch.sign * SLACK * watch.size
        for asked in goals.conditions:
            if asked.measure == stage.measure and asked.sense == ("floor" if watch.sign > 0 else "cap"):
                value = watch.sign * max(watch.sign * value, watch.sign * asked.value)
        watch.keep(session, value)
        kept.append((watch, value))
    return kept


def _weighted(
    session: Session, own: Floats, watches: Mapping[str, Watched], goals: Goals
) -> list[tuple[Watched, float]]:
    """Solve the weighted sum; gives each measure but welfare with the value it got to."""
    weighed = [(watches[str(measure)], weight) for measure, weight in goals.weights if measure != Measure(WELFARE)]
    if not weighed:
        return []
    ahead = dict(goals.weights).get(Measure(WELFARE), 1.0)
    cost = ahead * own
    for watch, weight in weighed:
        cost = cost + weight * float(watch.row.scales[0]) * watch.cost(own.size)
    session.set_costs(cost)
    x = session.solve().x
    return [(watch, watch.value(x) - watch.sign * SLACK * watch.size) for watch, _ in weighed]


def _reached(indicators: Indicators, watches: Sequence[Watched], solution: Solution) -> pd.DataFrame:
    rows = []
    for watch in watches:
        title, unit = indicators.title(watch.measure), watch.row.terms[0][0].unit
        price = abs(float(solution.worth(watch.row.rows)[0])) / float(watch.row.scales[0])
        reference = indicators.value(watch.measure, indicators.reference)
        rows.append((str(watch.measure), title.zh, title.en, unit, reference, watch.value(solution.x), price))
    columns = ["measure", "title_zh", "title_en", "unit", "reference", "value", "price"]
    return pd.DataFrame(rows, columns=columns)


def _size(indicators: Indicators, measure: Measure) -> float:
    """What shares of a measure are taken of: its value on the reference path; of welfare, discounted consumption."""
    of = Measure("consumption", measure.regions) if measure.base == WELFARE else measure
    return abs(indicators.value(of, indicators.reference)) or 1.0
