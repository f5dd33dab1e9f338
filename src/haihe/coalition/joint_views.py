"""Tables and figures of joint projects, in both languages. Money in 亿元 (100 million yuan)."""

from typing import TYPE_CHECKING

import pandas as pd

from haihe.coalition.names import BY_NEED, RULES
from haihe.coalition.share_words import LEAVING
from haihe.figures import Column, Figure, Table, bars
from haihe.messages import Text, worst_quality
from haihe.planning.views import YI, YI_PER_BN, names_of

if TYPE_CHECKING:
    from haihe.coalition.joint_projects import JointProjects

NAMED = RULES | {"endowment": BY_NEED}
SHOWN = ("shapley", "nucleolus", "endowment")
USES = {True: Text("是", "yes"), False: Text("否", "no")}
NET = Text(
    "成本和所付为一次性金额；收益为全寿命期折现合计，与成本同口径，不是每年的数；价格年份与数据表一致。“净得”为收益减去所付；"
    "未填收益时为比自己单独建节省的数。付出为负表示得到补偿。",
    "Costs and payments are made once; benefits are discounted totals over the life, counted like the cost and not a year; prices are "
    "those of the tables. Net is the benefit less what is paid; where benefits are not stated, what is saved over an own one. A "
    "negative payment is a compensation.",
)


class JointViews:
    """Tables and figures of joint projects."""

    def __init__(self, joint: "JointProjects") -> None:
        self.joint = joint
        self.names = names_of(joint.region)
        self.titles = {project.code: project.title for project in joint.projects}
        self.quality = worst_quality(project.quality for project in joint.projects) or "illustrative"

    def tables(self) -> dict[str, Table]:
        """Who pays what, and who would rather build its own."""
        return {table.key: table for table in (self.payments(), self.stability())} if self.joint.projects else {}

    def figures(self) -> dict[str, Figure]:
        """What each pays under three rules, project by project."""
        found = {}
        whole = self.payments()
        for code, title in self.titles.items():
            frame = whole.frame[(whole.frame["project"] == code) & whole.frame["rule"].isin(SHOWN)]
            table = Table(
                frame, whole.columns, key=f"joint-{code}", title=Text(f"{title.zh}：谁付多少", f"{title.en}: who pays what"),
                source=whole.source, quality=whole.quality, notes=whole.notes,
            )  # fmt: skip
            found[table.key] = bars(table, "member", "pays", by="rule")
        return found

    def payments(self) -> Table:
        """What each user pays under every rule."""
        frame = self.joint.payments
        money = ("benefit", "alone", "pays", "net")
        columns = [
            self._project(),
            Column("rule", Text("分法", "Rule"), kind="text", labels=NAMED),
            Column("member", Text("用户", "User"), kind="text", labels=self.names),
            Column("uses", Text("使用", "Uses it"), kind="text", labels=USES),
            Column("need", Text("需要量", "Need"), digits=1),
            Column("benefit", Text("收益（全寿命期）", "Benefit (whole life)"), unit=YI, digits=2),
            Column("alone", Text("自己建的成本（一次性）", "Cost of an own one (once)"), unit=YI, digits=2),
            Column("pays", Text("所付（一次性）", "Pays (once)"), unit=YI, digits=2),
            Column("share", Text("占成本", "Of the cost"), kind="share", digits=1),
            Column("net", Text("净得", "Net"), unit=YI, digits=2, signed=True),
        ]
        scaled = {name: frame[name] * YI_PER_BN for name in money}
        made = frame.assign(**scaled, uses=frame["uses"].astype(object))
        return self._table(
            "joint-payments", Text("共建项目：谁付多少", "Joint projects: who pays what"), made, columns, NET
        )

    def stability(self) -> Table:
        """Which users would rather build their own."""
        frame = self.joint.stability
        columns = [
            self._project(),
            Column("rule", Text("分法", "Rule"), kind="text", labels=NAMED),
            Column("coalition", Text("最想自己建的", "Keenest to build their own"), kind="text"),
            Column("gain", Text("自己建可多得", "Gains by that"), unit=YI, digits=2, signed=True),
        ]
        words = [
            Text("、".join(self.names[n].zh for n in who), " + ".join(self.names[n].en for n in who))
            for who in frame["coalition"]
        ]
        made = frame.assign(gain=frame["gain"] * YI_PER_BN, coalition=pd.Series(words, dtype=object))
        title = Text("共建项目：谁会自己建", "Joint projects: who would rather build its own")
        return self._table("joint-stability", title, made, columns, LEAVING)

    def _table(self, key: str, title: Text, frame: pd.DataFrame, columns: list[Column], *notes: Text) -> Table:
        source = Text("共建项目表与用户表，haihe 计算", "tables of joint projects and users, worked out by haihe")
        return Table(frame, columns, key=key, title=title, source=source, quality=self.quality, notes=notes)

    def _project(self) -> Column:
        return Column("project", Text("项目", "Project"), kind="text", labels=self.titles)
