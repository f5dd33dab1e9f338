"""Tables and figures of a robust choice, in both languages. Money in 亿元 (100 million yuan)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from haihe.figures import Column, Figure, Table, bars, heat
from haihe.messages import Text
from haihe.planning.risk import Kind
from haihe.planning.selection_views import STATUS
from haihe.planning.views import YI, YI_PER_BN, names_of

if TYPE_CHECKING:
    from haihe.planning.robust import Robust

MEASURES: Mapping[Kind, Text] = {
    "expected": Text("期望代价", "Expected cost"),
    "cvar": Text("最坏情形的平均代价", "Mean cost of the worst cases"),
    "regret": Text("最大后悔值", "Largest regret"),
}
WHAT: Mapping[str, Text] = {
    "measure": Text("所选度量：本选择", "The measure of this choice"),
    "perfect": Text("若事先知道未来", "Were the future known beforehand"),
    "evpi": Text("完全信息的价值", "Value of perfect information"),
    "central": Text("只为一个未来作的选择", "The choice made for one future only"),
    "vss": Text("兼顾各种未来的价值", "Value of planning for all futures"),
}
VERDICTS: Mapping[str, Text] = {
    **{code: STATUS[code] for code in ("committed", "anyway", "not")},
    "now": Text("现在决定建设", "decide now: build"),
    "later": Text("看未来再定", "decide when the future is known"),
}
OWN = Text("只为“{a}”", "for “{a}” only")
ROBUST_NAME = Text("兼顾各情景", "for all scenarios")
COST_NOTE = Text(
    "代价＝限制的代价减去项目所增，与各情景自己的无限制、无新项目的经济相比；负数表示项目所增超过限制的代价。",
    "Cost: that of limits less what projects add, against each scenario's own economy without limits and new projects; below "
    "0 where projects add more than limits cost.",
)
PROVED = Text(
    "“至少”与“至多”由求解证明：相差小于两者之差的，不能断定。",
    "At least and at most are proved by the solves: what is smaller than their difference cannot be told.",
)
NOT_POSSIBLE = Text("缺失：该选择在某个情景中不可行。", "Missing: the choice is not possible in some scenario.")


class RobustViews:
    """Tables and figures of a robust choice."""

    def __init__(self, robust: "Robust") -> None:
        self.robust = robust
        self.names = names_of(robust.region) | dict(zip(robust.spec.projects, robust.spec.titles, strict=True))
        self.choices: dict[object, Text] = {
            name: Text(OWN.zh.format(a=title.zh), OWN.en.format(a=title.en)) for name, title in robust.titles.items()
        }
        self.choices["robust"] = ROBUST_NAME
        weights = "，".join(f"{robust.titles[n].zh} {w:.0%}" for n, w in self._weights())
        said = ", ".join(f"{robust.titles[n].en} {w:.0%}" for n, w in self._weights())
        self.note = Text(f"权重：{weights}；权重是使用者的判断。", f"Weights: {said}; they are the user's judgement.")
        title = robust.region.meta.title_zh, robust.region.meta.title_en or robust.region.meta.title_zh
        self.source = Text(f"haihe 稳健选择，{title[0]}", f"haihe robust choice, {title[1]}")

    def tables(self) -> dict[str, Table]:
        """Every table by key; those without rows are left out."""
        made = (self.worth(), self.comparison(), self.regrets(), self.projects())
        return {table.key: table for table in made if len(table)}

    def figures(self) -> dict[str, Figure]:
        """Every figure by key."""
        regrets = self.regrets()
        made = [heat(regrets, "scenario", "choice", "regret")]
        comparison = self.comparison()
        if comparison.frame["expected"].notna().any():
            made.append(bars(comparison, "choice", "expected", horizontal=True))
        return {figure.key: figure for figure in made}

    def worth(self) -> Table:
        """What the choice costs in its measure, what knowing the future is worth, and what planning for all is worth."""
        measure = MEASURES[self.robust.measure]
        return self._table(
            "robust-worth",
            Text(f"稳健选择：{measure.zh}", f"Robust choice: {measure.en.lower()}"),
            self._yi(self.robust.worth, "value", "low", "high"),
            [
                Column("what", Text("内容", "What"), labels=WHAT),
                _money("value", Text("贴现累计", "Discounted total")),
                _money("low", Text("至少", "At least")),
                _money("high", Text("至多", "At most")),
            ],
            COST_NOTE,
            PROVED,
            NOT_POSSIBLE,
        )

    def comparison(self) -> Table:
        """Every choice by every measure."""
        columns = [_money(kind, title) for kind, title in MEASURES.items()]
        return self._table(
            "robust-choices",
            Text("各种选择的比较", "The choices compared"),
            self._yi(self.robust.comparison, *MEASURES),
            [Column("choice", Text("选择", "Choice"), labels=self.choices), *columns],
            COST_NOTE,
            NOT_POSSIBLE,
        )

    def regrets(self) -> Table:
        """What every choice loses in every scenario against the scenario's own best choice."""
        return self._table(
            "robust-regrets",
            Text("后悔值：每种选择在每个情景中少得多少", "Regret: what every choice loses in every scenario"),
            self._yi(self.robust.choices, "cost", "regret"),
            [
                Column("choice", Text("选择", "Choice"), labels=self.choices),
                Column("scenario", Text("情景", "Scenario"), labels=self.robust.titles),
                _money("cost", Text("代价", "Cost")),
                _money("regret", Text("后悔值", "Regret")),
            ],
            COST_NOTE,
            NOT_POSSIBLE,
        )

    def projects(self) -> Table:
        """What to decide now."""
        frame = self.robust.projects
        return self._table(
            "robust-projects",
            Text("现在决定什么", "What to decide now"),
            frame[(frame["status"] != "not") | (frame["alone"] > 0)],
            [
                Column("project", Text("项目", "Project"), labels=self.names),
                Column("status", Text("决定", "Decision"), labels=VERDICTS),
                Column("site", Text("选址", "Site"), labels=self.names),
                Column("start", Text("开工", "Start"), kind="year"),
                Column("investment", Text("投资", "Investment"), unit=YI, digits=2),
                Column("later", Text("建设的情景权重", "Weight of scenarios with it"), kind="share", digits=0),
                Column("alone", Text("各情景自己的选择中", "In the scenarios' own choices"), kind="share", digits=0),
            ],
        )

    def _weights(self) -> list[tuple[str, float]]:
        d = self.robust.decided
        return [(name, float(weight)) for name, weight in zip(d.names, d.weights, strict=True)]

    @staticmethod
    def _yi(frame: pd.DataFrame, *names: str) -> pd.DataFrame:
        """Money in 亿元; what is not possible is missing."""
        return frame.assign(**{name: (frame[name] * YI_PER_BN).replace([np.inf, -np.inf], np.nan) for name in names})

    def _table(self, key: str, title: Text, frame: pd.DataFrame, columns: list[Column], *notes: Text) -> Table:
        return Table(
            frame.reset_index(drop=True), columns, key=key, title=title, source=self.source,
            quality=self.robust.quality, notes=[*notes, self.note],
        )  # fmt: skip


def _money(name: str, title: Text) -> Column:
    return Column(name, title, unit=YI, digits=2)
