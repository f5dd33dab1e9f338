"""The robust choice: `robust(region, scenarios)` says which projects to decide on now, so that it is good in most futures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from haihe.figures.workbook import Viewed
from haihe.messages import Finding, Findings, HaiheError, Progress, Quality, Text, worst_quality
from haihe.planning.control import Control
from haihe.planning.futures import AS_IS, Futures, scenario_futures
from haihe.planning.program import Floats
from haihe.planning.projects import YI, ProjectSpec
from haihe.planning.risk import KINDS, Kind
from haihe.planning.robust_views import RobustViews
from haihe.planning.selection import task_of
from haihe.planning.staged import GAP, ROUNDS, Task
from haihe.planning.stochastic import Scene, scene_of
from haihe.planning.stochastic_choice import Alone, Decided, decide_for_all
from haihe.planning.whole import EXACT
from haihe.region import Region

ALPHA = 0.9
ROBUST = "robust"
"""Names the choice for all scenarios among the choices."""


@dataclass(frozen=True)
class Robust(Viewed):
    """A choice of projects for several scenarios.

    Attributes
    ----------
    region : Region
    tasks : dict of str to Task
        What is chosen from, by scenario.
    decided : Decided
        The choice, the costs of every scenario, and each scenario's own choice.
    titles : dict of str to Text
        What the scenarios are called.
    until : int or None
        Last year of start that is decided now; None where every start is.
    gap : float
        Share of what projects are worth that was asked for.

    Examples
    --------
    >>> import haihe as hh
    >>> r = hh.robust(hh.example("jing-jin-ji"), {"as-is": 2, "cap-20": 1}, measure="regret")     # doctest: +SKIP
    >>> r.worth                                                                                  # doctest: +SKIP
    """

    region: Region
    tasks: dict[str, Task] = field(repr=False)
    decided: Decided = field(repr=False)
    titles: dict[str, Text]
    until: int | None = None
    gap: float = GAP

    @property
    def spec(self) -> ProjectSpec:
        """The candidate projects, of the first scenario."""
        return next(iter(self.tasks.values())).projects

    @property
    def quality(self) -> Quality:
        """Worst quality of what the choice rests on."""
        marks = [mark for task in self.tasks.values() for mark in task.setup.marks.values()]
        return worst_quality(marks) or "illustrative"

    @property
    def measure(self) -> Kind:
        """The measure that was made as small as possible."""
        return self.decided.risk.kind

    @cached_property
    def worth(self) -> pd.DataFrame:
        """What the choice is worth: ``what``, ``value``, and between what it lies (``low``, ``high``); discounted bn yuan.

        ``measure`` of the choice (no choice has a smaller one than ``low``); ``perfect`` (the measure, were the future known
        beforehand) and ``evpi`` (what knowing it is worth); ``central`` (the measure of planning for one future only;
        infinite where that choice is not possible in all scenarios) and ``vss`` (what planning for all of them is worth).
        """
        rows = [(what, *three) for what, three in self.decided.ranges.items()]
        return pd.DataFrame(rows, columns=["what", "value", "low", "high"])

    @cached_property
    def choices(self) -> pd.DataFrame:
        """Every choice in every scenario.

        choice (``robust``, a scenario's name, or ``as-is`` for the tables as they stand), scenario, weight, cost (of limits
        less what projects add, discounted bn yuan; infinite where the choice is not possible there), regret (against the
        scenario's own best choice).
        """
        d = self.decided
        rows = [(ROBUST, d.found.costs), *((each.name, each.costs) for each in self._alone)]
        frames = [
            pd.DataFrame(
                {"choice": name, "scenario": d.names, "weight": d.weights, "cost": costs, "regret": d.regrets(costs)}
            )
            for name, costs in rows
        ]
        return pd.concat(frames, ignore_index=True)

    @cached_property
    def comparison(self) -> pd.DataFrame:
        """One record a choice: choice, expected, cvar (cost, discounted bn yuan), regret (the largest), gap."""
        d = self.decided
        rows = [(ROBUST, d.found.costs, d.found.gap), *((each.name, each.costs, each.gap) for each in self._alone)]
        return pd.DataFrame(
            [{"choice": name, **{k: d.measure(k, costs) for k in KINDS}, "gap": gap} for name, costs, gap in rows]
        )

    @cached_property
    def projects(self) -> pd.DataFrame:
        """One record a project.

        ``project``; ``status``: ``committed`` and ``anyway`` as in a selection, ``now`` (decided now: build), ``later``
        (in some scenarios, not decided now), ``not``; ``site`` and ``start`` of the option taken now; ``investment``
        (亿元); ``later`` and ``alone``: weight of the scenarios in which it is built in this choice, and in their own.
        """
        spec, d = self.spec, self.decided
        now = np.where(d.now, d.found.choices[0], 0.0)
        taken = _built(spec, now) > 0
        final = d.weights @ np.stack([_built(spec, z) for z in d.found.choices])
        own = d.weights @ np.stack([_built(spec, each.choice) for each in d.alone])
        option = np.zeros(len(spec.projects), dtype=np.int64)
        option[spec.project[now > 0]] = np.flatnonzero(now > 0)
        free = np.where(taken, np.where(spec.anyway, "anyway", "now"), np.where(final > EXACT, "later", "not"))
        cost = np.zeros(len(spec.projects))
        np.maximum.at(cost, spec.project, spec.investment)
        frame = pd.DataFrame(
            {
                "project": spec.projects,
                "status": np.where(spec.committed, "committed", free),
                "site": np.where(taken, np.array(spec.sites, dtype=object)[spec.site[option]], ""),
                "start": pd.array(np.where(taken, spec.start[option], 0), dtype="Int64"),
                "investment": np.where(taken, spec.investment[option], cost),
                "later": final,
                "alone": own,
            }
        )
        frame.loc[~taken, "start"] = pd.NA
        return frame

    @property
    def rounds(self) -> pd.DataFrame:
        """The rounds of the choice for all scenarios."""
        return self.decided.found.rounds

    @property
    def findings(self) -> Findings:
        """``W-PLN-108`` where the choice is not proved as far as asked, ``N-PLN-109`` for choices not possible elsewhere."""
        d = self.decided
        wanted = max(self.gap * d.worth, EXACT)
        found = []
        if d.found.gap > wanted * (1 + 1e-9):
            found.append(
                Finding("W-PLN-108", values={"gap": f"{d.found.gap / YI:.3g}", "wanted": f"{wanted / YI:.3g}"})
            )
        for each in self._alone:
            lost = [name for name, cost in zip(d.names, each.costs, strict=True) if not np.isfinite(cost)]
            found += [Finding("N-PLN-109", values={"value": each.name, "other": name}) for name in lost]
        return Findings(found)

    @property
    def frames(self) -> dict[str, pd.DataFrame]:
        """Every result as a plain frame, by name."""
        return {name: getattr(self, name) for name in ("worth", "comparison", "choices", "projects", "rounds")}

    @cached_property
    def views(self) -> RobustViews:
        """Tables and figures with words, see `haihe.planning.robust_views`."""
        return RobustViews(self)

    @property
    def _alone(self) -> list[Alone]:
        """Choices for one scenario each, that of the one future that is looked at without scenarios last."""
        d = self.decided
        return [*d.alone, *([] if any(each is d.central for each in d.alone) else [d.central])]

    def __repr__(self) -> str:
        status = self.projects["status"].value_counts()
        v = self.worth.set_index("what")["value"]
        return (
            f"Robust choice for {', '.join(self.decided.names)} ({self.measure}): {int(status.get('now', 0))} projects to "
            f"decide on now; {v['measure']:.3f} bn yuan, at most {self.decided.found.gap:.2g} from the best; knowing the "
            f"future is worth {v['evpi']:.3g}, planning for all of them {v['vss']:.3g}"
        )


def robust(
    region: Region,
    scenarios: Mapping[str, float] | Sequence[str],
    *,
    measure: Kind = "expected",
    alpha: float = ALPHA,
    until: int | None = None,
    central: str = AS_IS,
    gap: float = GAP,
    rounds: int = ROUNDS,
    control: Control | None = None,
    progress: Progress | None = None,
    **options: Any,
) -> Robust:
    """Choose projects once for several scenarios.

    Parameters
    ----------
    region : Region
        A checked region with accounts, ``projects`` and ``project_sites``.
    scenarios : mapping of str to float, or sequence of str
        Scenarios of the table ``scenarios`` (``as-is`` for the tables as they stand) with their weights; of equal weight
        where only named. They must have the same projects and sites.
    measure : "expected", "cvar" or "regret"
        What is made as small as possible: mean cost, mean cost of the worst 1 - ``alpha`` of the weight, or the largest
        regret. The worst cases of ``cvar`` are those in which limits cost most against the scenario's own economy without
        limits and chosen projects, and not those of the least welfare.
    alpha : float
        From 0 to below 1.
    until : int, optional
        Projects that start up to this year are decided now, later ones when the future is known; all now where not given.
    central : str
        The one future that is looked at by who plans without scenarios; the value of planning for all is measured
        against it.
    gap : float
        How much better another choice may be at most, as a share of what projects are worth.
    rounds : int
        Whole choices tried at most, for each scenario and for all.
    control : Control, optional
        Time limit of one solve, cancel and progress.
    progress : callable, optional
        Called with a `Text` before each step.
    **options
        As of `haihe.planning.selection.select`: ``assumptions``, ``path``, ``pooled``, ``upgrades``.

    Returns
    -------
    Robust
        The choice, its worth by scenario and the gap.

    Raises
    ------
    HaiheError
        ``E-PLN-103`` for weights, a measure or an alpha that cannot be, ``E-PLN-68`` for an unknown scenario,
        ``E-PLN-106`` for scenarios with different projects, ``E-PLN-107`` for one without a possible choice, and as
        `haihe.planning.selection.select`.
    """
    given = dict(scenarios) if isinstance(scenarios, Mapping) else dict.fromkeys(scenarios, 1.0)
    _refuse(given, measure, alpha)
    futures = scenario_futures(region, [*given, *([] if central in given else [central])])
    tasks: dict[str, Task] = {}
    scenes: dict[str, Scene] = {}
    for future in futures.futures:
        if progress is not None:
            progress(Text(f"情景：{future.title.zh}", f"scenario: {future.title.en}"))
        task = task_of(future.region(region)[0], **options)
        _refuse_other(tasks, future.name, task)
        tasks[future.name], scenes[future.name] = task, scene_of(future.name, task, control)
    spec = next(iter(tasks.values())).projects
    decided = decide_for_all(
        [scenes[name] for name in given],
        np.array(list(given.values()), dtype=np.float64),
        kind=measure,
        alpha=alpha,
        now=None if until is None else spec.start <= until,
        central=scenes[central],
        gap=gap,
        rounds=rounds,
        control=control,
        progress=progress,
    )
    return Robust(region, tasks, decided, _titles(futures), until, gap)


def _titles(futures: Futures) -> dict[str, Text]:
    return {future.name: future.title for future in futures.futures}


def _built(spec: ProjectSpec, z: Floats) -> Floats:
    """How much of each project is built, shape (P,)."""
    return np.asarray(np.bincount(spec.project, z, len(spec.projects)), dtype=np.float64)


def _refuse(given: Mapping[str, float], measure: str, alpha: float) -> None:
    """Refuse what gives no choice (``E-PLN-103``)."""
    weights = np.array(list(given.values()), dtype=np.float64)
    if not given:
        reason = Text("没有情景", "there is no scenario")
    elif not (np.isfinite(weights).all() and (weights > 0).all()):
        reason = Text("权重须为正数", "weights must be positive")
    elif measure not in KINDS:
        reason = Text(f"没有“{measure}”这种度量", f"there is no measure “{measure}”")
    elif not 0 <= alpha < 1:
        reason = Text("alpha 须在 0 与 1 之间（可为 0）", "alpha must lie from 0 to below 1")
    else:
        return
    raise HaiheError("E-PLN-103", reason=reason)


def _refuse_other(tasks: Mapping[str, Task], name: str, task: Task) -> None:
    """Refuse scenarios that do not share their options (``E-PLN-106``)."""
    for other in tasks.values():
        if other.projects.options != task.projects.options:
            raise HaiheError("E-PLN-106", value=name)
