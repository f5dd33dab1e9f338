"""The front of two indicators (or three): what more of one costs of the other, in one call on one program.

Every point is the best of one measure with the other held at a value (an epsilon constraint). The program is built once;
the value moves in small steps and each point is solved from the basis of the one before.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from haihe.messages import HaiheError, Progress, Quality, Text, worst_quality
from haihe.planning.assembly import Assembly, assemble
from haihe.planning.assumptions import Assumptions
from haihe.planning.control import Control
from haihe.planning.goals import SLACK, Watched
from haihe.planning.indicator_list import FOR_PEOPLE, WELFARE
from haihe.planning.limits import OF_RESOURCE
from haihe.planning.measures import ALL, Measure
from haihe.planning.path_inputs import UNIFORM
from haihe.planning.program import Floats
from haihe.planning.setup import Setup, setup_of
from haihe.planning.solver import Session, Solution
from haihe.region import Region

Each = Callable[[str, float, float, Assembly, Solution], None]
"""Hears of a point: way, level, share, the program and its optimum there."""
POINTS = 11
REACH = 0.3
"""How far a front goes unless said otherwise: 30 % from where the first measure is at the best of the second."""
COLUMNS = [
    "way", "level", "x", "y", "share", "loss", "loss_share", "price", "method", "iterations", "seconds",
]  # fmt: skip


@dataclass(frozen=True)
class Pareto:
    """A front.

    Attributes
    ----------
    x, y : Measure
        What is held and what is best; welfare, where it is one of the two, is always ``y``.
    titles, units : tuple of Text, tuple of str
        Of x and y.
    points : DataFrame
        One row a point, the dominated ones left out: way (``together``: the members may share the burden;
        ``apart``: each bears the same share), level (of the third measure; missing without one), x, y, share (by which
        x is better than at the start), loss (of y against its best), loss_share (of discounted consumption for welfare,
        of y's own reference otherwise), price (of y for one more unit of x), method, iterations, seconds.
    quality : Quality
        Worst mark of what the front rests on.
    cold, cold_seconds : int, float
        Cold solves it took, and how long the first took.
    stopped : dict of str to float
        Ways that no plan follows to the end, with the last share that one could follow.
    """

    x: Measure
    y: Measure
    titles: tuple[Text, Text]
    units: tuple[str, str]
    points: pd.DataFrame
    quality: Quality
    cold: int
    cold_seconds: float
    stopped: dict[str, float] = field(default_factory=dict)

    @property
    def seconds(self) -> float:
        """Time of all solves."""
        return float(self.points["seconds"].sum())


def pareto(
    region: Region,
    x: str = "co2",
    y: str = WELFARE,
    *,
    third: str | None = None,
    levels: int = 3,
    points: int = POINTS,
    reach: float | None = REACH,
    within: float | None = None,
    ways: Sequence[str] = ("together", "apart"),
    path: str = UNIFORM,
    upgrades: bool = True,
    assumptions: Assumptions | None = None,
    control: Control | None = None,
    progress: Progress | None = None,
    at: Each | None = None,
) -> Pareto:
    """Draw the front of two measures.

    Limits stay in force, except those on what ``x`` counts: that is what the front moves.

    Parameters
    ----------
    region : Region
        A checked region with accounts.
    x, y : str
        Measures (`haihe.planning.measures.Measure.parse`), each better its own way. Ratios are not linear and refused.
    third : str, optional
        A third measure, held at ``levels`` values from where it is at the start to ``reach`` better; a front for each.
    levels, points : int
        Values of the third measure; points of a front, both ends counted.
    reach : float, optional
        How much better x becomes, as a share of its value at the start: above 0, at most 1. None goes to its own best, found by solving for
        x and then for y; for an activity that is a plan nobody wants.
    within : float, optional
        Share of discounted consumption by which welfare may fall below its best; needed where neither x nor y is
        welfare, because no indicator of activity may lead alone.
    ways : sequence of str
        ``together`` and ``apart``; the second needs more than one member in x.
    path : str
        As of `haihe.plan`.
    upgrades : bool
        As of `haihe.plan`.
    assumptions : Assumptions, optional
        As of `haihe.plan`.
    control : Control, optional
        As of `haihe.plan`.
    progress : callable, optional
        Called with a `Text` before each point.
    at : callable, optional
        Called after each point, so that what the plan does there can be read (`Each`).

    Returns
    -------
    Pareto
        Points of the front, with what each gives up.

    Raises
    ------
    HaiheError
        ``E-PLN-51`` to ``E-PLN-54`` for measures that do not hold; ``E-PLN-58`` for two of the same, too few points, a
        ``reach`` or ``within`` out of bounds, or no welfare and no ``within``.
    """
    first, second = _ordered(Measure.parse(x), Measure.parse(y))
    other = Measure.parse(third) if third else None
    welfare = Measure(WELFARE)
    _refuse(first, second, other, points=points, levels=levels, reach=reach, within=within)
    setup = _freed(setup_of(region, assumptions=assumptions, path=path, upgrades=upgrades, projects=False), first)
    named = setup.economy.members if first.regions == ALL else list(first.regions)
    each = [replace(first, regions=(code,)) for code in named] if len(named) > 1 and "apart" in ways else []
    measures = [first, second, *([other] if other else []), welfare, *each]
    assembly = assemble(setup, measures)
    walk = _Walk(assembly, Session(assembly.model.program, control), first, second, progress, at)
    walk.begin(within)
    held = walk.levels(other, levels, REACH if reach is None else reach)
    for level in held:
        if other is not None:
            walk.watch(other).keep(walk.session, level)
        walk.along("together" if "together" in ways else "", [first], points, reach, level)
        walk.along("apart" if each else "", each, points, reach, level)
    return walk.result()


class _Walk:
    """One session walked along a front."""

    def __init__(
        self,
        assembly: Assembly,
        session: Session,
        x: Measure,
        y: Measure,
        progress: Progress | None,
        each: Each | None = None,
    ) -> None:
        self.assembly, self.session, self.x, self.y, self.progress = assembly, session, x, y, progress
        self.each = each
        self.own = assembly.model.program.costs()
        self.constant = session.arrays.constant
        self.rows: list[tuple[object, ...]] = []
        self.stopped: dict[str, float] = {}
        self.cold, self.cold_seconds = 0, 0.0
        self.best = np.nan
        self.start: tuple[Solution, object | None] | None = None

    def watch(self, measure: Measure) -> Watched:
        """The row of a measure."""
        return self.assembly.watches[str(measure)]

    def begin(self, within: float | None) -> None:
        """Solve for the best of y, and then for the best of x among the plans that have it: the first end.

        The best welfare is left as it is: elastic answers make it one point but for ties worth nothing (measured), and the
        second solve would cost as much as a fifth of the whole front.
        """
        best = self.solve()
        if self.y.base != WELFARE:
            welfare = self.watch(Measure(WELFARE))
            if within is not None:
                welfare.keep(self.session, welfare.value(best.x) - within * welfare.size)
            self.session.set_costs(self.cost(self.y))
            best = self.solve()
        self.best = self.watch(self.y).value(best.x)
        basis = self.session.basis()  # of y's best: from there the first points are a few pivots away
        self.start = (best if self.y.base == WELFARE else self.end_of(self.y, self.x, best), basis)

    def end_of(self, first: Measure, second: Measure, best: Solution) -> Solution:
        """Best of the second measure among the plans that are best in the first, and put the costs of y back."""
        watch = self.watch(first)
        watch.keep(self.session, watch.value(best.x) - watch.sign * SLACK * watch.size)
        self.session.set_costs(self.cost(second))
        end = self.session.solve(method="simplex")  # cold, the crossover of so flat a face takes a minute (measured)
        watch.keep(self.session, np.inf)
        self.session.set_costs(self.cost(self.y), self.constant)
        return end

    def cost(self, measure: Measure) -> Floats:
        """Cost whose minimum is the best of a measure; of welfare, the program's own."""
        return self.own if measure == Measure(WELFARE) else self.watch(measure).cost(self.own.size)

    def levels(self, other: Measure | None, levels: int, reach: float) -> list[float]:
        """Values at which the third measure is held, from its value at the start; one missing value without it."""
        if other is None:
            return [np.nan]
        assert self.start is not None
        watch = self.watch(other)
        now = watch.value(self.start[0].x)
        return [now + watch.sign * abs(now) * reach * k / (levels - 1) for k in range(levels)]

    def along(self, way: str, held: Sequence[Measure], points: int, reach: float | None, level: float) -> None:
        """Walk one way from the start to the reach, holding one measure or each of several at the same share."""
        if not way:
            return
        assert self.start is not None
        solution, basis = self.start
        watches = [self.watch(measure) for measure in held]
        from_ = np.array([watch.value(solution.x) for watch in watches])
        sign = watches[0].sign
        end = reach if reach is not None else self.furthest(watches, from_)
        if basis is not None:
            self.session.set_basis(basis)
        self.session.set_costs(self.cost(self.y), self.constant)
        for share in np.linspace(0.0, end, points):
            if self.progress:
                said = Text("共同承担", "together") if way == "together" else Text("各自承担", "apart")
                self.progress(Text(f"前沿点 {share:.1%}，{said.zh}", f"point {share:.1%}, {said.en}"))
            for watch, value in zip(watches, from_, strict=True):
                watch.keep(self.session, value + sign * (share * abs(value) - SLACK * abs(value)))
            try:
                found = self.solve()
            except HaiheError as error:
                if error.code != "E-PLN-02":
                    raise
                self.stopped[way] = share
                break
            self.rows.append((way, level, *self.point(found, watches, share)))
            if self.each:
                self.each(way, level, float(share), self.assembly, found)
        for watch in watches:
            watch.keep(self.session, np.inf)

    def furthest(self, watches: Sequence[Watched], from_: Floats) -> float:
        """Share by which the first of some measures is better at its own best."""
        self.session.set_costs(self.cost(watches[0].measure))
        best = self.solve()
        end = abs(watches[0].value(best.x) - from_[0]) / abs(from_[0])
        return float(end * (1.0 - 10.0 * SLACK))

    def point(self, found: Solution, watches: Sequence[Watched], share: float) -> tuple[object, ...]:
        """What a point says; losses are against the best of y."""
        top, second = self.watch(self.x), self.watch(self.y)
        loss = max(0.0, (self.best - second.value(found.x)) * second.sign)
        to_y = 1.0 if self.y == Measure(WELFARE) else float(second.row.scales[0])
        price = sum(abs(float(found.worth(w.row.rows)[0])) / float(w.row.scales[0]) * to_y for w in watches) / len(
            watches
        )
        return (
            top.value(found.x), second.value(found.x), share, loss, loss / second.size, price, found.method,
            found.iterations, found.seconds,
        )  # fmt: skip

    def solve(self) -> Solution:
        """Solve from the last basis, counting the cold ones."""
        found = self.session.solve()
        if found.method != "simplex":
            self.cold += 1
            self.cold_seconds = self.cold_seconds or found.seconds
        return found

    def result(self) -> Pareto:
        """The front, without points that another one of the same way and level dominates."""
        frame = pd.DataFrame(self.rows, columns=COLUMNS)
        signs = self.watch(self.x).sign, self.watch(self.y).sign
        kept = [
            rows[not_dominated(rows["x"].to_numpy() * signs[0], rows["y"].to_numpy() * signs[1])]
            for _, rows in frame.groupby(["way", "level"], sort=False, dropna=False)
        ]
        i = self.assembly.indicators
        marks = [
            *self.assembly.setup.marks.values(),
            *(i.quality(m.indicator) for m in (self.x, self.y) if m.base != WELFARE),
        ]
        return Pareto(
            self.x,
            self.y,
            (i.title(self.x), i.title(self.y)),
            (self.watch(self.x).row.terms[0][0].unit, self.watch(self.y).row.terms[0][0].unit),
            pd.concat(kept, ignore_index=True) if kept else frame,
            worst_quality(marks) or "illustrative",
            self.cold,
            self.cold_seconds,
            self.stopped,
        )


def not_dominated(x: Floats, y: Floats, *, tolerance: float = 1e-9) -> np.ndarray:
    """Flag the points that no other point is at least as good as in both, and better in one; more is better.

    Parameters
    ----------
    x, y : ndarray, shape (N,)
        Values of the points, turned so that more is better.
    tolerance : float
        Differences up to this share of the range are none.

    Returns
    -------
    ndarray of bool, shape (N,)
    """
    room = [tolerance * max(float(np.ptp(v)), 1e-12) if v.size else 0.0 for v in (x, y)]
    as_good = (x[:, None] >= x[None] - room[0]) & (y[:, None] >= y[None] - room[1])
    better = (x[:, None] > x[None] + room[0]) | (y[:, None] > y[None] + room[1])
    return np.asarray(~(as_good & better).any(axis=0))


def _ordered(x: Measure, y: Measure) -> tuple[Measure, Measure]:
    """Put welfare, or else what people get, in the second place: that is what is optimised."""
    for code in reversed(FOR_PEOPLE):
        if x.base == code and y.base != WELFARE:
            x, y = y, x
    return (y, x) if x.base == WELFARE else (x, y)


def _freed(setup: Setup, x: Measure) -> Setup:
    """The same without the limits on what x counts."""
    resource = {code: name for name, code in OF_RESOURCE.items()}.get(x.base, x.of if x.base == "use" else "")
    return replace(
        setup,
        caps=tuple(cap for cap in setup.caps if cap.resource != resource),
        limits=tuple(limit for limit in setup.limits if limit.measure.indicator != x.indicator),
    )


def _refuse(
    x: Measure,
    y: Measure,
    other: Measure | None,
    *,
    points: int,
    levels: int,
    reach: float | None,
    within: float | None,
) -> None:
    reason = None
    if x == y or other in (x, y):
        reason = Text("两个指标相同", "the measures are the same")
    elif points < 2 or (other is not None and levels < 2):
        reason = Text("至少要两个点", "a front has two points or more")
    elif reach is not None and not 0 < reach <= 1:
        reason = Text(f"reach 应大于 0、不大于 1，而不是 {reach:g}", f"reach is above 0 and at most 1, not {reach:g}")
    elif within is not None and not 0 <= within <= 1:
        reason = Text(f"within 应在 0 与 1 之间，而不是 {within:g}", f"within lies between 0 and 1, not {within:g}")
    elif y.base != WELFARE and y.base not in FOR_PEOPLE and within is None:
        reason = Text("两者都不是福利，须写明 within", "neither is welfare, so within must be given")
    if reason is not None:
        raise HaiheError("E-PLN-58", reason=reason)
