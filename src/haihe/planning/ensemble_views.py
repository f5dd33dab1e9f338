"""Tables and figures of an ensemble, in both languages. Money in 亿元 (100 million yuan)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from haihe.figures import Column, Figure, Table, bars, lines, scatter
from haihe.messages import Text
from haihe.planning.draw_views import DrawViews
from haihe.planning.ensemble_rows import COST
from haihe.planning.futures import SET, cell_of, cell_said
from haihe.planning.views import YI, YI_PER_BN

if TYPE_CHECKING:
    from haihe.planning.ensemble import Ensemble

MOST = 40
DECISIONS: Mapping[str, Text] = {
    "investment": Text("新增产能", "New capacity"),
    "investment_upgraded": Text("新增升级产能", "New upgraded capacity"),
    "retrofit": Text("改造", "Retrofit"),
    "closure": Text("提前退出", "Early closure"),
}
INDICATORS: Mapping[str, Text] = {
    "value_added": Text("增加值", "Value added"),
    "output": Text("总产出", "Output"),
    "consumption": Text("消费", "Consumption"),
    "investment": Text("投资", "Investment"),
}
POINTS: Mapping[str, Text] = {
    "p10": Text("10% 分位", "10 %"),
    "p50": Text("中位数", "Median"),
    "p90": Text("90% 分位", "90 %"),
}
VERDICTS: Mapping[str, Text] = {
    "yes": Text("建", "build"),
    "no": Text("不建", "do not build"),
    "open": Text("看未来而定", "depends on what comes"),
}
EXPANSION = "expansion:"
LIKE_NOW = Text(
    "“一致”指与中位数相差不到 5%；九成以上的未来一致，才算无论怎样都可以现在就定。",
    "Alike: within 5 per cent of the median. Alike in nine of ten futures: it can be decided now, whatever comes.",
)
IN_PARTS = Text(
    "方案允许项目只建一部分；过半即算建。整项的、兼顾各种未来的选择见稳健选择。",
    "A plan may build a project in part; more than half counts as built. For whole projects chosen for all futures at once, "
    "see the robust choice.",
)


class EnsembleViews(DrawViews):
    """The tables and figures of an ensemble: those of draws, and projects, decisions, courses and every run."""

    counted, alike = Text("未来数", "Futures"), Text("方向一致的未来", "Futures of the same sign")

    def __init__(self, ensemble: "Ensemble") -> None:
        plans, errors = len(ensemble.plans), len(ensemble.errors)
        super().__init__(ensemble.region, plans, errors, ensemble.summary, ensemble.movers, ensemble.influence)
        self.ensemble = ensemble
        frame = ensemble.region.frame("projects")[["project", "name_zh", "name_en"]]
        self.projects_named = {p: Text(zh, en) for p, zh, en in frame.itertuples(index=False, name=None)}
        cells = {name.removeprefix(SET) for f in ensemble.futures.futures for name in f.told if name.startswith(SET)}
        self.drawn |= {cell: cell_said(*cell_of(cell)) for cell in cells}
        self.titles = {future.name: future.title for future in ensemble.futures.futures}
        lost = Text(f"；{errors} 个无可行方案", f"; {errors} without a plan") if errors else Text("", "")
        self.note = Text(
            f"{plans} 个未来各有一份方案{lost.zh}；各个未来没有轻重之分，分位数不是概率。",
            f"A plan for each of {plans} futures{lost.en}; no future weighs more than another, so the points are no odds.",
        )

    def tables(self) -> dict[str, Table]:
        """Every table by key; those without rows are left out."""
        made = (self.summary(), self.projects(), self.now(), self.movers(), self.influence(), self.runs())
        return {table.key: table for table in made if len(table)}

    def figures(self) -> dict[str, Figure]:
        """Every figure by key; none without a plan."""
        if self.ensemble.plans.empty:
            return {}
        made = [self.fan(), self.strip(), self.robust()]
        if self.influence_frame["correlation"].notna().any():
            made.append(self.matters())
        if len(self.ensemble.projects):
            made.append(self.built())
        return {figure.key: figure for figure in made}

    def projects(self) -> Table:
        """In how many futures each project is built."""
        frame = self.ensemble.projects
        way = np.where(frame["robust"], np.where(frame["wholly"] >= 0.5, "yes", "no"), "open")
        return self._table(
            "ensemble-projects",
            Text("各项目在多少未来中建设", "In how many futures each project is built"),
            frame.assign(verdict=way),
            [
                Column("project", Text("项目", "Project"), labels=self.projects_named),
                Column("wholly", Text("建设的未来占比", "Share of futures"), kind="share", digits=0),
                Column("share", Text("平均建设份额", "Part built, mean"), kind="share", digits=0),
                Column("least", Text("最少", "Least"), kind="share", digits=0),
                Column("most", Text("最多", "Most"), kind="share", digits=0),
                Column("verdict", Text("可否现在就定", "Can be decided now"), labels=VERDICTS),
            ],
            IN_PARTS,
        )

    def now(self) -> Table:
        """Decisions of the first milestone, and whether the futures agree."""
        frame = self.ensemble.now
        return self._table(
            "ensemble-now",
            Text("现在的决定有多一致", "How alike the decisions of now are"),
            frame.head(MOST).assign(
                decision=self._named(frame["decision"].head(MOST)), record=self._named(frame["record"].head(MOST))
            ),
            [
                Column("decision", Text("决定", "Decision")),
                Column("record", Text("对象", "Of what")),
                Column("unit", Text("单位", "Unit")),
                *(Column(name, title, digits=2) for name, title in POINTS.items()),
                Column("agree", Text("一致的未来", "Futures alike"), kind="share", digits=0),
            ],
            LIKE_NOW,
        )

    def runs(self) -> Table:
        """Every future: what it costs, or why it has no plan."""
        frame = self.ensemble.table[["run", "error", "error_zh", COST]]
        why = [
            Text(zh, en) if isinstance(en, str) else None
            for en, zh in zip(frame["error"], frame["error_zh"], strict=True)
        ]
        frame = frame.assign(
            error=pd.Series(why, index=frame.index, dtype=object),
            title=self._titles(frame["run"]),
            **{COST: frame[COST] * YI_PER_BN},
        )
        return self._table(
            "ensemble-runs",
            Text("各个未来", "Every future"),
            frame,
            [
                Column("title", Text("未来", "Future")),
                Column(COST, Text("净代价（贴现累计）", "Net cost (discounted total)"), unit=YI, digits=1),
                Column("error", Text("没有方案的原因", "Why there is no plan")),
            ],
        )

    def fan(self) -> Figure:
        """Courses of the main indicators against the reference, 10 to 90 per cent of the futures."""
        frame = self.ensemble.courses
        frame = frame[frame["indicator"].isin(INDICATORS)]
        frame = frame.assign(**{name: 100 * frame[name] for name in POINTS})
        columns = [
            Column("year", Text("年份", "Year"), kind="year"),
            Column("indicator", Text("指标", "Indicator"), labels=INDICATORS),
            *(Column(name, title, unit=Text("%", "%"), digits=2, signed=True) for name, title in POINTS.items()),
        ]
        title = Text("与基准路径相比（成员合计）", "Against the reference path (members together)")
        table = self._table("ensemble-fan", title, frame, columns)
        return lines(table, "year", "p50", by="indicator", low="p10", high="p90")

    def strip(self) -> Figure:
        """Every future as a point: what its limits cost, and what projects and goals add."""
        frame = self.ensemble.plans[["run", "limits", "gain"]]
        frame = frame.assign(
            title=self._titles(frame["run"]),
            **{name: frame[name] * YI_PER_BN for name in ("limits", "gain")},
        )
        table = self._table(
            "ensemble-strip",
            Text("每个未来一个点", "Every future a point"),
            frame,
            [
                Column("title", Text("未来", "Future")),
                Column("limits", Text("限制的代价", "Cost of limits"), unit=YI, digits=1),
                Column("gain", Text("项目与目标所增", "Added by projects and goals"), unit=YI, digits=1),
            ],
        )
        return scatter(table, "limits", "gain", "title")

    def built(self) -> Figure:
        """Share of futures in which each project is built, of those on which futures differ and the surest."""
        table = self.projects()
        frame = table.frame.assign(doubt=(table.frame["wholly"] - 0.5).abs())
        frame = frame.sort_values("doubt", kind="stable").head(MOST // 2).sort_values("wholly", ascending=False)
        shown = self._table("ensemble-projects", table.title, frame, list(table.columns[:2]))
        return bars(shown, "project", "wholly", horizontal=True)

    def _table(self, key: str, title: Text, frame: pd.DataFrame, columns: list[Column], *notes: Text) -> Table:
        words = [*notes, self.note]
        return Table(frame, columns, key=key, title=title, source=self.source, quality=self.quality, notes=words)

    def _titles(self, runs: "pd.Series[str]") -> pd.Series:
        return pd.Series([self.titles[name] for name in runs], index=runs.index, dtype=object)

    def _named(self, codes: "pd.Series[str]") -> pd.Series:
        """Name codes, joined by ``|``, in words."""
        known: dict[object, Text] = self.names | dict(DECISIONS)

        def said(code: str) -> Text:
            words = [known.get(part, Text(part, part)) for part in code.removeprefix(EXPANSION).split("|")]
            return Text("·".join(w.zh for w in words), ": ".join(w.en for w in words))

        return pd.Series([said(code) for code in codes], index=codes.index, dtype=object)
