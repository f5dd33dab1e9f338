"""Tables, figures and sentences of fiscal stress, in both languages. Money in 亿元."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from haihe.figures import Column, Figure, Table, heat
from haihe.messages import Text
from haihe.region.units import said

if TYPE_CHECKING:
    from haihe.shocks.fiscal import FiscalStress

METHOD = Text(
    "收入按情景比例到位，按声明的支付次序付款，同次序按比例；未付的转入下年",
    "income comes in by the shares of the path and pays promises in the declared order, the same order in proportion; what is "
    "unpaid goes into the next year",
)
NO_FORECAST = Text(
    "情景不是预测；结余不留到下年，也不假设新增借款。",
    "Paths are no forecasts; nothing left is kept and nothing is borrowed.",
)
KINDS: dict[object, Text] = {
    "basic": Text("三保", "Basic duties"),
    "interest": Text("付息", "Interest"),
    "principal": Text("还本", "Repayment of debt"),
    "suspended": Text("消化暂付款", "Clearing suspended payments"),
    "matching": Text("资金配套", "Matching of funds"),
    "fund": Text("基金出资", "Capital of guidance funds"),
    "other": Text("其他", "Other"),
}
"""Kinds of promises, as in the table."""
ITEM_NAMES: dict[object, Text] = {
    "revenue": Text("一般公共预算收入", "General revenue"),
    "transfers": Text("上级转移支付", "Transfers from above"),
    "land_revenue": Text("土地出让收入", "Land revenue"),
}
PATH = Text("情景", "Path")
SHORT = Text("各区应付未付的比例：{path}", "Of what districts owe, unpaid: {path}")
OTHER_PATH = Text("收入情景 {path}", "income path {path}")
PATHS = {"budget": Text("收入按预算到位", "income as budgeted")}
"""Names of the paths that are ours; one of a region's table is called by its code."""
UNIT = said("亿元")


class FiscalViews:
    """Tables, figures and words."""

    def __init__(self, found: FiscalStress) -> None:
        self.found = found
        self.basis = found.basis

    def tables(self) -> dict[str, Table]:
        """Promises that break, fiscal space, income."""
        tables = [self._broken(), self._space(), self._income()]
        return {table.key: table for table in tables}

    def figures(self) -> dict[str, Figure]:
        """One map of unpaid shares a path that breaks promises."""
        drawn = [self._heat(path) for path in self.found.broken["path"].unique()]
        return {figure.key: figure for figure in drawn}

    def _table(self, key: str, title: Text, frame: pd.DataFrame, columns: list[Column]) -> Table:
        notes = [NO_FORECAST]
        if self.found.missing:
            lost = [self.basis.name(code) for code in self.found.missing]
            zh, en = "、".join(n.zh for n in lost), ", ".join(n.en for n in lost)
            notes.append(Text(f"没有收入数、未计算：{zh}。", f"Without income, left out: {en}."))
        return self.basis.table(key, title, frame, columns, METHOD, *notes)

    def _broken(self) -> Table:
        frame = self.found.broken
        keys = list(zip(frame["region"], frame["promise"], strict=True))
        titles = map(Text, frame["name_zh"].astype(str), frame["name_en"].astype(str))
        names: dict[object, Text] = dict(zip(keys, titles, strict=True))
        frame = frame.assign(what=pd.Series(keys, dtype=object))
        return self._table(
            "fiscal-broken",
            Text("哪些承诺先断", "Which promises break first"),
            frame,
            [
                Column("path", PATH),
                Column("year", Text("首次断付年份", "First year short"), kind="year"),
                self.basis.place(),
                Column("what", Text("承诺", "Promise"), kind="text", labels=names),
                Column("kind", Text("类别", "Kind"), labels=KINDS),
                Column("order", Text("支付次序", "Order"), digits=0),
                Column("unpaid", Text("当年未付", "Unpaid that year"), unit=UNIT),
            ],
        )

    def _space(self) -> Table:
        return self._table(
            "fiscal-space",
            Text("财政空间", "Fiscal space"),
            self.found.space,
            [
                Column("path", PATH),
                self.basis.place(),
                Column("year", Text("年份", "Year"), kind="year"),
                Column("income", Text("到位收入", "Income"), unit=UNIT),
                Column("due", Text("当年应付", "Due"), unit=UNIT),
                Column("arrears", Text("以前年度未付", "Arrears"), unit=UNIT),
                Column("paid", Text("已付", "Paid"), unit=UNIT),
                Column("unpaid", Text("未付", "Unpaid"), unit=UNIT),
                Column("left", Text("结余", "Left"), unit=UNIT),
                Column("matching_due", Text("应配套", "Matching due"), unit=UNIT),
                Column("matching_paid", Text("已配套", "Matching paid"), unit=UNIT),
            ],
        )

    def _income(self) -> Table:
        return self._table(
            "fiscal-income",
            Text("各情景收入", "Income by path"),
            self.found.income,
            [
                Column("path", PATH),
                self.basis.place(),
                Column("year", Text("年份", "Year"), kind="year"),
                Column("item", Text("类别", "Kind"), labels=ITEM_NAMES),
                Column("budget", Text("预算", "Budget"), unit=UNIT),
                Column("share", Text("到位比例", "Share that comes in"), kind="share", digits=1),
                Column("value", Text("到位", "Comes in"), unit=UNIT),
            ],
        )

    def _heat(self, path: str) -> Figure:
        sums = self.found.payments.query("path == @path").groupby(["region", "kind"])[["due", "paid", "unpaid"]]
        frame = sums.agg({"due": "sum", "paid": "sum"}).reset_index()
        frame["short"] = (1 - frame["paid"] / frame["due"].where(frame["due"] > 0)).clip(lower=0.0)
        table = self._table(
            f"fiscal-short-{path}",
            SHORT.format(path=PATHS.get(path, OTHER_PATH.format(path=path))),
            frame,
            [
                self.basis.place(),
                Column("kind", Text("类别", "Kind"), labels=KINDS),
                Column("short", Text("未付占应付", "Of what was due, unpaid"), kind="share", digits=0),
            ],
        )
        return heat(table, "kind", "region", "short")

    @property
    def words(self) -> Text:
        """Which promises break first on the worst path."""
        if self.found.broken.empty:
            return Text("各情景下承诺都付得出", "all promises are kept on every path")
        worst = self.found.space.groupby("path")["unpaid"].sum().idxmax()
        short = self.found.broken.query("path == @worst")
        first = short[short["year"] == short["year"].min()]
        kind = KINDS[first.groupby("kind")["unpaid"].sum().idxmax()]
        names = [self.basis.name(code) for code in dict.fromkeys(first["region"])]
        zh, en = "、".join(n.zh for n in names[:5]), ", ".join(n.en for n in names[:5])
        year = int(short["year"].min())
        return Text(
            f"情景“{worst}”下，{year} 年起 {len(names)} 个地区有承诺付不出（{zh}{'等' if len(names) > 5 else ''}），"
            f"缺口最大的是{kind.zh}",
            f"on path “{worst}”, {len(names)} regions cannot keep promises from {year} on ({en}{', …' if len(names) > 5 else ''}); "
            f"the largest gap is in {kind.en.lower()}",
        )
