"""Tables and figures of shares, in both languages. Money in 亿元 (100 million yuan)."""

from collections.abc import Sequence
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from haihe.coalition.names import BY_VALUE_ADDED, RULES
from haihe.coalition.share_words import (
    DISCOUNTED,
    FLOWS,
    LEAVING,
    OUTSIDE,
    OWEN_MEANS,
    PLACED,
    SHAPLEY_MEANS,
    UNSURE,
    outlook_of,
)
from haihe.figures import Column, Figure, Table, bars, heat
from haihe.messages import Text
from haihe.planning.views import INDICATORS, YI, YI_PER_BN, names_of, table_titles
from haihe.region.units import factor, said

if TYPE_CHECKING:
    from haihe.coalition.share import Shares

SHOWN = ("owen", "shapley", "nucleolus")
NAMED = RULES | {"endowment": BY_VALUE_ADDED}
"""Splits, with what the rule by endowment weighs with here."""
FREE = 1e-6
"""Price, as a share of the dearest year of the same thing, up to which what moves is worth nothing."""
"""Splits that are drawn side by side."""
MAPPED = 6
"""Members up to which every coalition stands on the map of who would leave."""
YES_NO = {True: Text("是", "yes"), False: Text("否", "no"), "built": Text("按构造成立", "by construction")}
STABLE = {True: Text("无人想退出", "nobody would leave"), False: Text("有人想退出", "somebody would leave")}
EACH_ALONE = Text("各自单独", "Each alone")
CO2 = Text("二氧化碳排放", "CO2 emissions")
ENERGY, JOBS = Text("能源消费", "Energy used"), Text("就业", "Jobs")


class ShareViews:
    """Tables and figures of shares."""

    def __init__(self, shares: "Shares") -> None:
        self.shares = shares
        self.names = names_of(shares.region)
        self.quality = shares.quality
        self.title = Text(
            f"协同约定 {shares.agreement.name}，初始分配：{shares.allocation.title.zh}",
            f"Agreement {shares.agreement.name}, permits first by: {shares.allocation.title.en}",
        )
        made_up = table_titles(sorted(name for name, mark in shares.marks.items() if mark == "illustrative"))
        self.source = Text(
            f"haihe 协同测算，据核算与方案{f'；示例输入：{made_up.zh}' if made_up.zh else ''}",
            f"haihe, worked out from the accounts and the plan{f'; illustrative inputs: {made_up.en}' if made_up.en else ''}",
        )

    def tables(self) -> dict[str, Table]:
        """Every table by key; those without rows are left out."""
        made = (
            self.values(), self.things(), self.splits(), self.stability(), self.leaving(), self.members(),
            self.payments(), self.yearly(), self.exchanged(), self.conditions(), self.indicators(),
        )  # fmt: skip
        return {table.key: table for table in made if len(table)}

    def figures(self) -> dict[str, Figure]:
        """Who gains under which split, by what, and which coalition would leave."""
        made = [self.split_figure(), self.thing_figure(), self.map_figure()]
        return {figure.key: figure for figure in made if figure is not None}

    def table(self, key: str, title: Text, frame: pd.DataFrame, columns: list[Column], *notes: Text) -> Table:
        """Make a table with the words that all of them share."""
        s = self.shares.setup.assumptions
        return Table(
            frame.reset_index(drop=True), columns, key=f"share-{key}", title=title, source=self.source,
            quality=self.quality, notes=(self.title, *notes, DISCOUNTED, OUTSIDE, UNSURE), years=(s.first_year, s.last_year),
        )  # fmt: skip

    def values(self) -> Table:
        """What every coalition gains."""
        frame = self.shares.values  # noqa: PD011
        frame = frame[frame["size"] > 1]
        frame = frame.assign(gain=frame["gain"] * YI_PER_BN, coalition=frame["coalition"].map(self._group))
        share = {"share_of_cost": Text("占各自承担的代价", "Of the cost alone")}
        share["share_of_consumption"] = Text("占居民消费", "Of consumption")
        return self.table(
            "values",
            Text("各联盟协同的收益", "What every coalition gains"),
            frame,
            [
                Column("coalition", Text("联盟", "Coalition"), kind="text"),
                _money("gain", Text("收益", "Gain")),
                Column("share_of_cost", share["share_of_cost"], kind="share", digits=1),
                Column("share_of_consumption", share["share_of_consumption"], kind="share", digits=3),
            ],
        )

    def things(self) -> Table:
        """What each shared thing is worth."""
        frame = self.shares.things
        frame = _yi(frame, "alone", "left_out", "shapley").assign(
            title=pd.Series([Text(zh, en) for zh, en in zip(frame["zh"], frame["en"], strict=True)], dtype=object),
            cost=frame["cost"] * YI_PER_BN,
        )
        return self.table(
            "things",
            Text("收益来自共享哪一项", "Which shared thing the gain comes from"),
            frame.sort_values("left_out", ascending=False, kind="stable", na_position="last"),
            [
                Column("title", Text("事项", "Thing"), kind="text"),
                _money("left_out", Text("缺此项的损失", "Lost without it")),
                Column("share", Text("占总收益", "Of the gain"), kind="share", digits=1),
                _money("alone", Text("只共享此项", "This alone")),
                _money("shapley", Text("平均贡献", "On average")),
                _money("cost", Text("达成代价", "Cost of agreeing")),
                Column("quality", Text("质量", "Quality"), kind="quality"),
            ],
            Text(
                "各项互有重叠，三种算法合计不必等于总收益（平均贡献除外，需 --every）；“—”为没有数据或未计算。",
                "Things overlap, so columns need not add up to the gain (averages do; they take --every); — is no data, or not "
                "worked out.",
            ),
        )

    def splits(self) -> Table:
        """Who gets what under every rule."""
        return self.table(
            "splits",
            Text("各种分法下各地所得", "What each gets under every rule"),
            _yi(self.shares.splits, "amount"),
            [
                self._rule(),
                self._member(),
                _money("amount", Text("所得", "Gets"), signed=True),
                Column("share", Text("占总收益", "Of the gain"), kind="share", digits=1),
            ],
            OWEN_MEANS,
            SHAPLEY_MEANS,
        )

    def stability(self) -> Table:
        """Which coalition would rather leave under each rule."""
        frame = _yi(self.shares.stability, "gain")
        who = pd.Series([self._group(names) for names in frame["coalition"]], dtype=object)
        return self.table(
            "stability",
            Text("哪种分法留得住人", "Which rule keeps everybody in"),
            frame.assign(coalition=who, stable=frame["stable"].astype(object)),
            [
                self._rule(),
                Column("stable", Text("结果", "Outcome"), kind="text", labels=STABLE),
                Column("coalition", Text("最想退出的", "Keenest to leave"), kind="text"),
                _money("gain", Text("退出可多得", "Gains by leaving"), signed=True),
                Column("blocking", Text("想退出的联盟数", "Coalitions that would leave"), digits=0),
            ],
            LEAVING,
        )

    def leaving(self) -> Table:
        """What every coalition would gain by leaving under every rule."""
        game = self.shares.game
        most = game.n - 1 if game.n <= MAPPED else 1
        masks = [sum(1 << i for i in c) for k in range(1, most + 1) for c in combinations(range(game.n), k)]
        rows = [
            (rule, self._group(game.coalition(mask)), gain * YI_PER_BN)
            for rule in dict.fromkeys(self.shares.splits["rule"])
            for mask, gain in zip(masks, game.excess(self.shares.split(rule))[masks].tolist(), strict=True)
        ]
        return self.table(
            "leaving",
            Text("谁会在哪种分法下退出", "Who would leave under which rule"),
            pd.DataFrame(rows, columns=["rule", "coalition", "gain"]),
            [
                self._rule(),
                Column("coalition", Text("联盟", "Coalition"), kind="text"),
                _money("gain", Text("退出可多得", "Gains by leaving"), signed=True),
            ],
            LEAVING,
        )

    def members(self) -> Table:
        """What limits cost alone, and what the joint plan gives before payments."""
        return self.table(
            "members",
            Text("各地单独的代价与结算前的得失", "Cost alone, and gains before payments"),
            _yi(self.shares.members, "limits_cost", "unpaid"),
            [
                self._member(),
                _money("limits_cost", Text("单独承担限制的代价", "Cost of the limits alone")),
                _money("unpaid", Text("结算前的得失", "Gain before payments"), signed=True),
            ],
            PLACED,
        )

    def payments(self) -> Table:
        """What members pay and get beside the joint plan under each rule."""
        return self.table(
            "payments",
            Text("为落实分法应收应付", "Payments that make the split"),
            _yi(self.shares.payments, "amount", "unpaid", "payment"),
            [
                self._rule(),
                self._member(),
                _money("amount", Text("应得", "Ends with"), signed=True),
                _money("unpaid", Text("结算前", "Before payments"), signed=True),
                _money("payment", Text("收（负为付）", "Gets (negative: pays)"), signed=True),
            ],
            PLACED,
        )

    def yearly(self) -> Table:
        """Gains before payments by milestone."""
        return self.table(
            "yearly",
            Text("结算前的得失，分年（现值）", "Gains before payments by milestone (present value)"),
            _yi(self.shares.yearly, "unpaid"),
            [
                self._member(),
                Column("year", Text("年份", "Year"), kind="year"),
                _money("unpaid", Text("得失", "Gain"), signed=True),
            ],
            PLACED,
            *outlook_of(self.shares.setup.assumptions),
        )

    def exchanged(self) -> Table:
        """What members hand to each other, at which price."""
        frame = self.shares.exchanged
        large, dear = (
            frame.groupby(["thing", "what"])[name].transform(lambda column: column.abs().max())
            for name in ("received", "price")
        )
        kept = frame[(frame["received"].abs() > 1e-6 * large) & (frame["price"].abs() > FREE * dear)]
        titles = self.shares.things.set_index("thing")
        words = {name: Text(titles.loc[name, "zh"], titles.loc[name, "en"]) for name in titles.index}
        return self.table(
            "exchanged",
            Text("共同方案中的相互调剂", "What members hand to each other in the joint plan"),
            _yi(_in_words(kept, "received"), "money"),
            [
                Column("thing", Text("事项", "Thing"), kind="text", labels=words),
                self._member(),
                Column("year", Text("年份", "Year"), kind="year"),
                Column("received", Text("调入（负为调出）", "Received (negative: given)"), digits=2, signed=True),
                Column("unit", Text("单位", "Unit"), kind="text"),
                Column(
                    "price", Text("价格（元/单位；资金为元/元）", "Price, yuan a unit (of money: a yuan)"), digits=2
                ),
                Column(
                    "money",
                    Text("按价格计的金额", "Worth at the price"),
                    unit=Text(f"{YI.zh}/年", f"{YI.en} a year"),
                    digits=1,
                    signed=True,
                ),
            ],
            FLOWS,
        )

    def conditions(self) -> Table:
        """Conditions of the Owen point, checked in this run."""
        frame = self.shares.conditions
        texts = pd.Series([Text(zh, en) for zh, en in zip(frame["zh"], frame["en"], strict=True)], dtype=object)
        return self.table(
            "conditions",
            Text("欧文点的条件", "Conditions of the Owen point"),
            frame.assign(why=texts, holds=frame["holds"].astype(object).where(frame["checked"], "built")),
            [
                Column("why", Text("条件", "Condition"), kind="text"),
                Column("holds", Text("成立", "Holds"), kind="text", labels=YES_NO),
            ],
            OWEN_MEANS,
        )

    def indicators(self) -> Table:
        """Indicators of every member alone and in the coalitions that were solved."""
        frame = _in_words(self.shares.indicators, "reference", "value")
        words = dict(INDICATORS) | {"use:co2": CO2, "energy": ENERGY, "jobs": JOBS}
        return self.table(
            "indicators",
            Text("各联盟下的指标", "Indicators under every coalition"),
            frame.assign(coalition=frame["coalition"].map(self._group)),
            [
                Column("coalition", Text("联盟", "Coalition"), kind="text"),
                self._member(),
                Column("indicator", Text("指标", "Indicator"), kind="text", labels=words),
                Column("year", Text("年份", "Year"), kind="year"),
                Column("reference", Text("基准", "Reference"), digits=1),
                Column("value", Text("数值", "Value"), digits=1),
                Column("unit", Text("单位", "Unit"), kind="text"),
            ],
            *outlook_of(self.shares.setup.assumptions),
        )

    def split_figure(self) -> Figure:
        """Owen point, Shapley value and nucleolus side by side."""
        frame = self.shares.splits
        table = self.table(
            "split-rules",
            Text("谁得多少：三种分法", "Who gets what: three rules"),
            _yi(frame[frame["rule"].isin(SHOWN)], "amount"),
            [self._rule(), self._member(), _money("amount", Text("所得", "Gets"))],
            OWEN_MEANS,
            SHAPLEY_MEANS,
        )
        return bars(table, "member", "amount", by="rule")

    def thing_figure(self) -> Figure | None:
        """What would be lost without each thing."""
        table = self.things()
        known = table.frame[table.frame["left_out"].notna()]
        if known.empty:
            return None
        short = Table(
            known, table.columns, key="share-things-drawn", title=table.title, source=table.source, quality=table.quality,
            notes=table.notes,
        )  # fmt: skip
        return bars(short, "title", "left_out", horizontal=True)

    def map_figure(self) -> Figure | None:
        """Map of stability: coalitions by rules."""
        table = self.leaving()
        return heat(table, "rule", "coalition", "gain") if len(table) and self.shares.gain > 0 else None

    def _rule(self) -> Column:
        return Column("rule", Text("分法", "Rule"), kind="text", labels=NAMED)

    def _member(self) -> Column:
        return Column("member", Text("地区", "Region"), kind="text", labels=self.names)

    def _group(self, members: str | Sequence[str]) -> Text:
        """Name a coalition; codes hold no plus sign where they stand joined by one."""
        if not members:
            return EACH_ALONE
        words = [self.names[name] for name in (members.split("+") if isinstance(members, str) else members)]
        return Text("、".join(t.zh for t in words), " + ".join(t.en for t in words))


def _money(key: str, title: Text, *, signed: bool = False) -> Column:
    return Column(key, title, unit=YI, digits=1, signed=signed)


def _in_words(frame: pd.DataFrame, *amounts: str) -> pd.DataFrame:
    """Tell money in 亿元, every unit by its name, and the price of money in yuan for a yuan."""
    heads = frame["unit"].map(lambda unit: str(unit).partition("/"))
    large = heads.map(lambda parts: "亿元" if parts[0] == "bn yuan" else parts[0])
    times = pd.Series([factor(h[0], u) for h, u in zip(heads, large, strict=True)], frame.index, dtype="float64")
    units = [said(f"{u}{h[1]}{h[2]}") for h, u in zip(heads, large, strict=True)]
    made = frame.assign(unit=pd.Series(units, frame.index, dtype=object))
    made = made.assign(**{name: made[name].astype("float64") * times for name in amounts})
    if "price" not in made:
        return made
    money = heads.map(lambda parts: parts[0] == "bn yuan")
    return made.assign(price=made["price"].where(~money, made["price"] / 1e9))


def _yi(frame: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """Turn bn yuan into 亿元; numbers that are rounding become 0."""
    scaled = {name: frame[name].astype("float64") * YI_PER_BN for name in columns}
    return frame.assign(**{name: values.mask(np.abs(values) < 1e-9, 0.0) for name, values in scaled.items()})
