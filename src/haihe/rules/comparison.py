"""A round by rank and by an optimal set, side by side: same data, same limits."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from haihe.figures import Column, Table
from haihe.messages import Text
from haihe.rules.decision import AMOUNTS, HEADS, HOW, Decision, select, valuation
from haihe.rules.rounds import Objective, Round
from haihe.rules.tabled import Tabled, in_wan, money

FUNDED = {True: Text("立项", "funded"), False: Text("未立项", "not funded")}


@dataclass(frozen=True)
class Comparison(Tabled):
    """Both ways of deciding one round.

    Attributes
    ----------
    ranked, optimal : Decision
    objective : Objective
        What the optimal set maximises.
    """

    ranked: Decision
    optimal: Decision
    objective: Objective

    @cached_property
    def frame(self) -> pd.DataFrame:
        """Applications that the two decide differently, in the order of the ranking.

        Columns: place, application, enterprise, region, score (points), support, city, district (fen), ranked, optimal
        (funded or not).
        """
        one, other = self.ranked.frame, self.optimal.frame
        both = one.assign(ranked=one["decision"] == "funded", optimal=other["decision"] == "funded")
        return both[both["ranked"] != both["optimal"]].drop(columns="decision").reset_index(drop=True)

    @cached_property
    def totals(self) -> pd.DataFrame:
        """What each way reaches: how, projects, support, city, district (fen), worth (whole units of the objective)."""
        worth = valuation(self.ranked.round, self.objective).of(self.ranked.slate)
        rows = []
        for decision in (self.ranked, self.optimal):
            entries = [decision.slate.entries[i] for i in decision.funded]
            sums = [sum(getattr(entry, name) for entry in entries) for name in AMOUNTS]
            rows.append((decision.how, len(entries), *sums, sum(worth[i] for i in decision.funded)))
        return pd.DataFrame(rows, columns=["how", "projects", *AMOUNTS, "worth"])

    @property
    def gain(self) -> int:
        """By how much the optimal set is better under its own objective, in its whole units; never negative."""
        return int(self.totals["worth"].iloc[1] - self.totals["worth"].iloc[0])

    def shown(self) -> Iterable[Table]:
        """Give what each way reaches and where they differ."""
        decimals = self.ranked.round.decimals if self.objective.merit == "score" else 0
        totals = in_wan(self.totals, AMOUNTS)
        totals["shown_worth"] = totals["worth"] / 10**decimals
        said = Text("优化目标：{o}。", "What optimal maximises: {o}.").format(o=self.objective.said)
        name = self.ranked.round.name
        columns = [Column("how", Text("方式", "way"), labels=HOW), Column("projects", Text("项目数", "projects"))]
        columns += [money(totals, key, HEADS[key]) for key in AMOUNTS]
        columns += [Column("shown_worth", Text("目标值", "value of the objective"), digits=decimals)]
        title = Text("{n}：两种方式的结果", "{n}: what each way reaches").format(n=name)
        yield self.ranked.table(totals, columns, "ways", title, [said])
        frame = in_wan(self.frame, AMOUNTS)
        columns = [*self.ranked.name_columns(), self.ranked.score_column(), money(frame, "support", HEADS["support"])]
        columns += [Column(how, HOW[how], kind="text", labels=FUNDED) for how in ("ranked", "optimal")]
        title = Text("{n}：两种方式决定不同的申报", "{n}: applications decided differently").format(n=name)
        yield self.ranked.table(frame, columns, "differences", title, [said])


def compare_ways(round_: Round, objective: Objective, *, seconds: float = 60.0) -> Comparison:
    """Decide a round both ways and show the difference.

    Parameters
    ----------
    round_ : Round
    objective : Objective
        What the optimal set maximises.
    seconds : float
        Time for one solve.

    Raises
    ------
    HaiheError
        As `haihe.rules.decision.select`.
    """
    ranked = select(round_, "ranked")
    return Comparison(ranked, select(round_, "optimal", objective, seconds=seconds), objective)
