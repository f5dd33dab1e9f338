"""Tables and figures of a selection of projects, in both languages."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from haihe.figures import Column, Figure, Table, bars
from haihe.messages import Text
from haihe.planning.money_views import OWNERS, PAID, PAID_NOTE, paid_by_year, paid_columns
from haihe.planning.projects import YI as YI_PER_BN
from haihe.planning.reason_words import called
from haihe.planning.views import YI, names_of

if TYPE_CHECKING:
    from haihe.planning.selection import Selection

STATUS: Mapping[str, Text] = {
    "committed": Text("已开工", "started before"),
    "anyway": Text("无需支持也会建", "built without support"),
    "chosen": Text("入选", "chosen"),
    "not": Text("未入选", "not chosen"),
}
VALUES = Text(
    "项目约值按价格计算，只说明最后一点的价值；一个项目究竟增加多少，是去掉它之后重新求解的损失（见“原因”）。",
    "Values go by prices and speak of the last bit; what a project really adds is the loss when it is forced out and all "
    "is solved again (see the reasons).",
)
PROVED = Text(
    "“任何选择最多还能多出”是由求解证明的界限，不是估计。",
    "“Short at most” is a bound that no choice can beat; it is proved by the solves, not estimated.",
)


class SelectionViews:
    """Tables and figures of a selection."""

    def __init__(self, selection: "Selection") -> None:
        self.selection = selection
        spec = selection.task.projects
        self.names = names_of(selection.region) | dict(zip(spec.projects, spec.titles, strict=True))
        self.called = {code: called(code, self.names) for code in spec.projects}
        for name, key in (("resources", "resource"), ("funds", "fund")):
            rows = selection.region.frame(name)[[key, "name_zh", "name_en"]].itertuples(index=False, name=None)
            self.names |= {code: Text(zh, en) for code, zh, en in rows}
        year, prices = selection.task.setup.economy.year, selection.region.meta.price_year
        self.source = Text(
            f"haihe 项目选择，据 {year} 年核算与项目表计算，金额按 {prices} 年价格",
            f"haihe selection, from the accounts of {year} and the projects, in prices of {prices}",
        )

    def tables(self) -> dict[str, Table]:
        """Every table by key; those without rows are left out."""
        made = (self.summary(), self.chosen(), self.left(), self.payers(), self.districts(), self.rounds())
        return {table.key: table for table in made if len(table)}

    def figures(self) -> dict[str, Figure]:
        """Every figure by key."""
        made = (self.district_figure(), self.value_figure(), self.payer_figure())
        return {figure.key: figure for figure in made if figure is not None}

    def table(self, key: str, title: Text, frame: pd.DataFrame, columns: list[Column], *notes: Text) -> Table:
        """Make a table with the words that all of them share."""
        years = self.selection.task.setup.assumptions.years
        return Table(
            frame.reset_index(drop=True), columns, key=key, title=title, source=self.source,
            quality=self.selection.quality, notes=notes, years=(years[0], years[-1]),
        )  # fmt: skip

    def summary(self) -> Table:
        """What the selection is worth, what was predicted, and how good any choice can be."""
        c = self.selection.chosen
        lines = [
            (Text("入选项目增加的福利（按重新求解的方案）", "Welfare added, by the plan solved again"), c.worth),
            (Text("按选择之前的价格所预测", "Predicted by the prices before the choice"), c.predicted),
            (Text("任何选择最多还能多出", "Short at most of the best choice"), c.gap),
        ]
        frame = pd.DataFrame({"what": [text for text, _ in lines], "value": [v / YI_PER_BN for _, v in lines]})
        return self.table(
            "selection-summary",
            Text("项目选择：价值与差距", "Selection: worth and gap"),
            frame,
            [
                Column("what", Text("内容", "What")),
                Column("value", Text("贴现累计", "Discounted total"), unit=YI, digits=2),
            ],
            PROVED,
        )

    def _columns(self) -> list[Column]:
        return [
            Column("project", Text("项目", "Project"), labels=self.called),
            Column("status", Text("结果", "Outcome"), labels=STATUS),
            Column("site", Text("选址", "Site"), labels=self.names),
            Column("start", Text("开工", "Start"), kind="year"),
            Column("ownership", Text("所有制", "Ownership"), labels=OWNERS),
            Column("investment", Text("投资", "Investment"), unit=YI, digits=2),
            Column("need", Text("所需支持", "Support needed"), unit=YI, digits=3),
            Column("support", Text("财政支持", "Support"), unit=YI, digits=3),
            Column("jobs", Text("就业", "Jobs"), unit=Text("人", "persons"), digits=0),
            Column("predicted", Text("约值：选择之前", "Value before, about"), unit=YI, digits=2, signed=True),
            Column("recomputed", Text("约值：选择之后", "Value after, about"), unit=YI, digits=2, signed=True),
        ]

    def _projects(self) -> pd.DataFrame:
        frame = self.selection.projects
        stated = frame["ownership"].astype(object).where(frame["ownership"] != "", None)
        return frame.assign(start=frame["start"].astype("float64"), ownership=stated)

    def chosen(self) -> Table:
        """What is built."""
        frame = self._projects()
        title = Text("建设的项目", "Projects that are built")
        return self.table("selection-chosen", title, frame[frame["status"] != "not"], self._columns(), VALUES)

    def left(self) -> Table:
        """What is not built."""
        frame = self._projects()
        title = Text("未入选的项目", "Projects that are not chosen")
        columns = [column for column in self._columns() if column.key not in ("status", "support")]
        frame = frame[frame["status"] == "not"].sort_values("recomputed", ascending=False)
        return self.table("selection-left", title, frame, columns, VALUES)

    def payers(self) -> Table:
        """Who pays, by year."""
        return self.table("selection-funding", PAID, paid_by_year(self.selection.funding), paid_columns(), PAID_NOTE)

    def districts(self) -> Table:
        """What stands where."""
        return self.table(
            "selection-districts",
            Text("按选址：建设的项目", "What is built, by site"),
            self.selection.districts,
            [
                Column("site", Text("选址", "Site"), labels=self.names),
                Column("projects", Text("项目数", "Projects"), digits=0),
                Column("investment", Text("投资", "Investment"), unit=YI, digits=2),
                Column("jobs", Text("就业", "Jobs"), unit=Text("人", "persons"), digits=0),
                Column("support", Text("财政支持", "Support"), unit=YI, digits=3),
            ],
        )

    def rounds(self) -> Table:
        """The rounds: what was promised, what the plan made of it, and what is proved."""
        c = self.selection.chosen
        frame = self.selection.rounds.assign(
            kind=lambda f: f["whole"].map({True: Text("整个", "whole"), False: Text("可分", "in parts")}),
            most=lambda f: (c.nothing - f["bound"]) / YI_PER_BN,
            predicted=lambda f: (c.nothing - f["predicted"]) / YI_PER_BN,
            real=lambda f: (c.nothing - f["objective"]) / YI_PER_BN,
            gap=lambda f: f["gap"] / YI_PER_BN,
            seconds=lambda f: f["seconds_choice"] + f["seconds_plan"],
        )
        return self.table(
            "selection-rounds",
            Text("各轮：预测、重算与上界", "Rounds: predicted, recomputed, proved"),
            frame,
            [
                Column("round", Text("轮次", "Round"), digits=0),
                Column("kind", Text("项目", "Projects")),
                Column("most", Text("至多", "At most"), unit=YI, digits=2),
                Column("predicted", Text("预测", "Predicted"), unit=YI, digits=2),
                Column("real", Text("重新求解", "Solved again"), unit=YI, digits=2),
                Column("gap", Text("任何选择最多还能多出", "Short at most"), unit=YI, digits=3),
                Column("seconds", Text("用时", "Time"), unit=Text("秒", "s"), digits=1),
            ],
            PROVED,
        )

    def district_figure(self) -> Figure | None:
        """Investment by site."""
        table = self.districts()
        return bars(table, "site", "investment", horizontal=True) if len(table) else None

    def value_figure(self) -> Figure | None:
        """Predicted against recomputed values of the projects chosen."""
        frame = self.selection.projects
        frame = frame[frame["status"] == "chosen"].sort_values("recomputed", ascending=False).head(20)
        if frame.empty:
            return None
        kinds = {
            "predicted": Text("选择之前的价格", "prices before"),
            "recomputed": Text("选择之后的价格", "prices after"),
        }
        long = frame.melt(id_vars=["project"], value_vars=list(kinds), var_name="prices", value_name="value")
        table = self.table(
            "selection-values",
            Text(
                "入选项目的约值：选择之前与之后（最高的二十个）",
                "Values of chosen projects before and after, the highest twenty",
            ),
            long,
            [
                Column("project", Text("项目", "Project")),
                Column("prices", Text("价格", "Prices"), labels=kinds),
                Column("value", Text("约值", "Value, about"), unit=YI, digits=2),
            ],
            VALUES,
        )
        return bars(table, "project", "value", by="prices", horizontal=True)

    def payer_figure(self) -> Figure | None:
        """Who pays, by year."""
        table = self.payers()
        return bars(table, "year", "amount", by="payer", stacked=True) if len(table) else None
