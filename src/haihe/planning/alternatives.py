"""Plans that are almost as good: what every one of them does, what they may decide either way, and a few that differ most.

An optimum is one plan of many whose welfare is nearly the same. For every decision the least and the most of it is found
among the plans that lose no more than a declared slack, by editing costs in place. What keeps its sign throughout is
settled; what may go either way is a toss-up. Modelling to generate alternatives: DeCarolis (2011),
doi 10.1016/j.eneco.2010.05.002; ranges among near-optimal plans: Neumann and Brown (2021), doi 10.1016/j.epsr.2020.106690.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from haihe.messages import HaiheError, Progress, Text
from haihe.planning.control import Control
from haihe.planning.decisions import Decision, decisions_of
from haihe.planning.goals import SLACK, define_watches
from haihe.planning.indicator_list import WELFARE
from haihe.planning.measures import Measure
from haihe.planning.outcome import Outcome
from haihe.planning.program import Floats
from haihe.planning.solver import Session

WITHIN = 0.01
"""Slack unless said otherwise, as a share of what limits cost (docs/decisions/0017-near-optimal-slack.md)."""
NOTHING = 1e-3
"""A decision that stays within this share of its size is one that stays."""
FIRM = 0.25
"""A range up to this share of the plan's own change settles the size of a decision, not only its direction."""
HELD = 0.5
"""A program whose best is better than the plan by more than this share of the slack is not the plan's own."""
VERDICTS: Mapping[str, Text] = {
    "settled": Text("确定", "settled"),
    "direction": Text("方向确定，幅度可议", "direction settled, size open"),
    "stays": Text("基本不动", "stays"),
    "open": Text("可议", "toss-up"),
}
"""What a range says of a decision."""


@dataclass(frozen=True)
class Alternatives:
    """Near-optimal plans.

    Attributes
    ----------
    slack : float
        Welfare that a plan may lose against the best, discounted bn yuan.
    within : float
        The same as a share of what the limits cost; missing where they cost nothing.
    decisions : tuple of Decision
        What was looked at.
    ranges : DataFrame
        One row a decision: decision, kind, region, name, unit, reference, plan, low, high, verdict, words_zh, words_en.
    plans : DataFrame
        The optimum (number 0) and the plans that differ most, one row a plan and decision: number, decision, value, loss
        (bn yuan against the optimum).
    solves, seconds : int, float
        What it took, the first cold solve included.
    """

    slack: float
    within: float
    decisions: tuple[Decision, ...]
    ranges: pd.DataFrame
    plans: pd.DataFrame
    solves: int
    seconds: float

    def most_different(self, number: int, *, most: int = 3) -> pd.DataFrame:
        """Decisions in which a plan is farthest from the optimum, measured by their ranges."""
        table = self.plans.pivot_table(index="decision", columns="number", values="value", sort=False)
        width = (self.ranges.set_index("decision")["high"] - self.ranges.set_index("decision")["low"]).clip(lower=1e-12)
        gap = (table[number] - table[0]) / width
        chosen = gap.abs().sort_values(ascending=False).index[:most]
        return pd.DataFrame(
            {"decision": chosen, "optimum": table[0][chosen], "value": table[number][chosen]}
        ).reset_index(drop=True)


def alternatives(
    plan: Outcome,
    *,
    within: float = WITHIN,
    slack: float | None = None,
    decisions: Sequence[Decision] | None = None,
    plans: int = 3,
    control: Control | None = None,
    progress: Progress | None = None,
) -> Alternatives:
    """Look at the plans that are almost as good as a solved one.

    Parameters
    ----------
    plan : Outcome
        A solved plan; its limits stay in force, and what its goals got to is kept.
    within : float
        Share of what the limits cost (`Outcome.loss`) that a plan may lose more. Welfare itself is mostly a constant, of
        which a share would be meaningless.
    slack : float, optional
        The same in discounted bn yuan; counts instead of ``within``.
    decisions : sequence of Decision, optional
        `haihe.planning.decisions.decisions_of` of the plan where not given.
    plans : int
        How many plans to give beside the optimum.
    control : Control, optional
        Time limit, cancel and progress of every solve.
    progress : callable, optional
        Called with a `Text` before each decision.

    Returns
    -------
    Alternatives
        What is settled, what is a toss-up, and other plans.

    Raises
    ------
    HaiheError
        ``E-PLN-59`` where the limits cost nothing and no slack is given, the slack is not positive, or the plan was made
        with decisions held (a rolling plan), which its program does not show.
    """
    room = within * plan.loss if slack is None else slack
    if not room > 0:
        raise HaiheError(
            "E-PLN-59",
            reason=Text("限制没有代价，容许的损失为零", "the limits cost nothing, so a share of their cost is 0"),
        )
    chosen = tuple(decisions_of(plan) if decisions is None else decisions)
    search = _Search(plan, chosen, room, control)
    say = progress or (lambda _: None)
    for decision in chosen:
        say(Text(f"范围：{decision.title.zh}", f"range: {decision.title.en}"))
        search.ends_of(decision)
    low, high = search.found.min(axis=0), search.found.max(axis=0)
    for k in range(plans):
        say(Text(f"差异最大的方案 {k + 1}", f"plan that differs most, {k + 1}"))
        search.push_away(low, high)
    return Alternatives(
        slack=room,
        within=room / plan.loss if plan.loss > 0 else float("nan"),
        decisions=chosen,
        ranges=ranges_table(chosen, search.found[0], search.found.min(axis=0), search.found.max(axis=0)),
        plans=search.farthest(plans),
        solves=search.solves,
        seconds=search.seconds,
    )


class _Search:
    """One session on a copy of a plan's program, held within the slack of its best welfare."""

    def __init__(self, plan: Outcome, decisions: Sequence[Decision], slack: float, control: Control | None) -> None:
        assembly = plan.assembly
        program = assembly.model.program.copy()
        model = replace(assembly.model, program=program)
        indicators = replace(assembly.indicators, model=model)
        watch = define_watches(program, indicators, [Measure(WELFARE)], prefix="near:")[WELFARE]
        self.session = Session(program, control)
        self.own, self.constant = program.costs(), self.session.arrays.constant
        self.forms = [decision.form for decision in decisions]
        self.decisions = decisions
        self.solves, self.seconds = 0, 0.0
        if not plan.goals.empty:
            for row in plan.goals.itertuples(index=False):
                goal = assembly.watches[str(row.measure)]
                goal.keep(self.session, float(row.value) - goal.sign * SLACK * goal.size)  # type: ignore[arg-type]
        best = self.session.solve(method="ipx")
        self.solves, self.seconds = 1, best.seconds
        if plan.solution.objective - best.objective > HELD * slack:
            reason = Text("方案另外固定了已定的安排", "the plan holds decisions that its program does not show")
            raise HaiheError("E-PLN-59", reason=reason)
        self.welfare = watch
        self.best = watch.value(best.x)
        self.basis = self.session.basis()
        watch.keep(self.session, self.best - slack)
        self.values: list[Floats] = [self.at(best.x)]
        self.losses: list[float] = [0.0]

    @property
    def found(self) -> Floats:
        """Decisions of every plan found, the optimum first; shape (plans, decisions)."""
        return np.stack(self.values)

    def at(self, x: Floats) -> Floats:
        """Decisions at a solution."""
        return np.array([form.at(x) for form in self.forms])

    def ends_of(self, decision: Decision) -> None:
        """Least and most of one decision."""
        cost = decision.form.costs(self.own.size) / max(abs(decision.size), 1e-9)
        for sign in (1.0, -1.0):
            self.solve(sign * cost)

    def push_away(self, low: Floats, high: Floats) -> None:
        """Push every decision away from where the plans found last lie in its range, each by its own width."""
        width = np.where(high > low, high - low, np.inf)
        chosen = self.found[self.order(len(self.values))[:3]]
        middle = ((chosen - low) / width).mean(axis=0)
        cost = np.zeros(self.own.size)
        for form, place, wide in zip(self.forms, middle, width, strict=True):
            if np.isfinite(wide):
                cost += (place - 0.5) / wide * form.costs(self.own.size)
        self.solve(cost)

    def solve(self, cost: Floats) -> None:
        """Solve for a cost from the basis of the optimum and keep what the plan decides.

        All near-optimal plans are near the optimum: from its basis a solve takes half the steps it takes from the last
        end. By simplex without a time budget, because a single decision has many equally good plans, in which crossover
        after an interior point lost itself for a minute (measured, see the decision on the slack). An answer that our
        own check refuses is looked for again by that slower way.
        """
        if self.basis is not None:
            self.session.set_basis(self.basis)
        self.session.set_costs(cost, 0.0)
        try:
            solution = self.session.solve(method="simplex")
        except HaiheError as error:
            if error.code != "E-PLN-04":
                raise
            solution = self.session.solve(method="ipx")
        self.solves, self.seconds = self.solves + 1, self.seconds + solution.seconds
        self.values.append(self.at(solution.x))
        self.losses.append(self.best - self.welfare.value(solution.x))

    def order(self, most: int) -> list[int]:
        """Plans in an order in which each is farthest from all before it, the optimum first."""
        found = self.found
        width = np.ptp(found, axis=0)
        scaled = found[:, width > 0] / width[width > 0]
        chosen = [0]
        far = np.full(len(found), np.inf)
        while len(chosen) < min(most, len(found)):
            far = np.minimum(far, np.abs(scaled - scaled[chosen[-1]]).mean(axis=1))
            chosen.append(int(np.argmax(far)))
        return chosen

    def farthest(self, plans: int) -> pd.DataFrame:
        """The optimum and the plans that differ most from it and from each other."""
        parts = []
        for number, k in enumerate(self.order(plans + 1)):
            values = {"decision": [d.key for d in self.decisions], "value": self.values[k]}
            parts.append(pd.DataFrame(values).assign(number=number, loss=max(0.0, self.losses[k])))
        return pd.concat(parts, ignore_index=True)[["number", "decision", "value", "loss"]]


def ranges_table(decisions: Sequence[Decision], plan: Floats, low: Floats, high: Floats) -> pd.DataFrame:
    """What the ranges say of every decision; see `Alternatives.ranges`."""
    rows = []
    for decision, value, least, most in zip(decisions, plan, low, high, strict=True):
        verdict = verdict_of(decision, value, least, most)
        words = said(decision, verdict, least, most)
        rows.append(
            (
                decision.key, decision.kind, decision.region, decision.name, decision.form.unit, decision.reference, value,
                least, most, verdict, words.zh, words.en,
            )
        )  # fmt: skip
    columns = [
        "decision", "kind", "region", "name", "unit", "reference", "plan", "low", "high", "verdict", "words_zh", "words_en",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def verdict_of(decision: Decision, value: float, low: float, high: float) -> str:
    """Settled, direction settled, stays, or open (`VERDICTS`)."""
    least, most, still = low - decision.reference, high - decision.reference, NOTHING * decision.size
    if least >= -still and most <= still:
        return "stays"
    if (least < -still and most > still) or (least * most < 0 and min(abs(least), abs(most)) > still):
        return "open"
    if min(abs(least), abs(most)) <= still:
        return "open"
    return "settled" if high - low <= FIRM * abs(value - decision.reference) else "direction"


def said(decision: Decision, verdict: str, low: float, high: float) -> Text:
    """Say a verdict with its range, against the reference path."""
    title, words = decision.title, VERDICTS[verdict]
    least, most = ((v - decision.reference) / decision.size for v in (low, high))
    span = f"{least:+.1%} … {most:+.1%}"
    return Text(f"{title.zh}：{words.zh}（{span}）", f"{title.en}: {words.en} ({span})")
