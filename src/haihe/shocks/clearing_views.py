"""Tables, figures and sentences of clearing and of losses of equity, in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from haihe.figures import Column, Figure, Table, bars
from haihe.messages import Text
from haihe.region.units import said

if TYPE_CHECKING:
    from haihe.shocks.clearing import Clearing
    from haihe.shocks.debtrank import DebtRank
    from haihe.shocks.fire_sales import Sales

METHOD = Text(
    "最大清偿向量（Eisenberg 与 Noe，2001；破产成本按 Rogers 与 Veraart，2013）：付不出的按债务比例清偿",
    "greatest clearing payments (Eisenberg and Noe 2001; bankruptcy costs by Rogers and Veraart 2013): who cannot pay all "
    "pays in proportion",
)
SOLD = Text(
    "抛售模型（Cifuentes、Ferrucci 与 Shin，2005；按持有比例卖出：Greenwood 等，2015）：现金不足者卖出共同持有的资产，价格随卖出量"
    "按指数下跌，未卖出的也按新价计",
    "fire sales (Cifuentes, Ferrucci and Shin 2005; kinds in proportion to holdings: Greenwood et al. 2015): who lacks cash sells "
    "what members hold in common, the price falls exponentially in what is sold, and what is kept is marked at the new price",
)
MARKED = Text(
    "价格对卖出的反应为给定的假设；买方在表外，卖方只卖到够还债为止。",
    "How far prices follow sales is given, not measured; buyers stand outside the table, sellers sell no more than they owe.",
)
RANKED = Text(
    "DebtRank（Battiston 等，2012；Bardoscia 等，2015）：债务人损失的资本份额按债权与资本之比传给债权人",
    "DebtRank (Battiston et al. 2012; Bardoscia et al. 2015): the share of equity a debtor loses passes to creditors by claim "
    "over equity",
)
MEMBER = Text("主体", "Member")
KINDS = {
    "land": Text("土地", "land"), "housing": Text("房产", "housing"), "shares": Text("股权", "shares"),
    "bonds": Text("债券", "bonds"), "other": Text("其他资产", "other assets"),
}  # fmt: skip
"""Names of usual kinds of assets; others are shown by their code."""
WHEN = Text("违约轮次", "Default in round")


class ClearingViews:
    """Tables, figures and words of a clearing."""

    def __init__(self, found: Clearing) -> None:
        self.found = found
        self.basis = found.obligations.basis

    def tables(self) -> dict[str, Table]:
        """What each member owes, pays and keeps."""
        unit = said(self.found.obligations.unit)
        notes = [
            Text(
                f"破产后剩余：自有资产 {self.found.alpha:.0%}，债权 {self.found.beta:.0%}；轮次 0 为自身资不抵债，其后为受传染。",
                f"Left by a bankruptcy: {self.found.alpha:.0%} of assets, {self.found.beta:.0%} of claims; round 0: by "
                "itself, later: by contagion.",
            )
        ]
        columns = [
            Column("member", MEMBER, labels=self.basis.names),
            Column("assets", Text("资产", "Assets"), unit=unit),
            Column("debts", Text("应付（含代偿）", "Owes (calls included)"), unit=unit),
            Column("received", Text("收回债权", "Receives"), unit=unit),
            Column("paid", Text("实际清偿", "Pays"), unit=unit),
            Column("unpaid", Text("未清偿", "Unpaid"), unit=unit),
            Column("recovery", Text("清偿率", "Recovery"), kind="share", digits=1),
            Column("called", Text("代偿", "Guarantees called"), unit=unit),
            Column("equity", Text("剩余权益", "Equity left"), unit=unit),
            Column("wave", WHEN, digits=0),
        ]
        title = Text("谁付得出、谁付不出", "Who pays and who does not")
        made = [self.basis.table("clearing", title, self.found.frame, columns, METHOD, *notes)]
        if self.found.sales is not None:
            made.append(self._sales(self.found.sales))
        return {table.key: table for table in made}

    def _sales(self, sales: Sales) -> Table:
        unit = said(self.found.obligations.unit)
        columns = [
            Column("kind", Text("资产类别", "Kind of asset"), labels=KINDS),
            Column("held", Text("持有", "Held"), unit=unit),
            Column("sold", Text("被迫卖出", "Sold under pressure"), unit=unit),
            Column("share", Text("卖出比例", "Share sold"), kind="share", digits=1),
            Column("price", Text("价格，为抛售前的", "Price, of that before"), kind="share", digits=1),
            Column("lost", Text("持有人合计缩水", "Lost by all holders"), unit=unit),
        ]
        title = Text("抛售与价格", "Sales under pressure, and prices")
        return self.basis.table("clearing-sales", title, sales.frame(), columns, SOLD, MARKED)

    def figures(self) -> dict[str, Figure]:
        """Unpaid debts as bars; none where all is paid."""
        table = self.tables()["clearing"]
        unpaid = self.found.frame.query("unpaid > 0").sort_values("unpaid", ascending=False)
        if unpaid.empty:
            return {}
        title = Text("未清偿债务", "Debts unpaid")
        drawn = self.basis.table("clearing-chart", title, unpaid, list(table.columns), METHOD)
        figure = bars(drawn, "member", "unpaid", horizontal=True)
        return {figure.key: figure}

    @property
    def words(self) -> Text:
        """Who fails first and how far it spreads, and what sales do to prices."""
        spread, sales = self._defaults(), self.found.sales
        if sales is None or not (sales.prices < 1).any():
            return spread
        worst = sales.frame().sort_values("price", kind="stable").iloc[0]
        fall, code = 1.0 - float(worst["price"]), str(worst["kind"])
        kind = KINDS.get(code, Text(code, code))
        return Text(
            f"{spread.zh}；被迫抛售使“{kind.zh}”价格再跌 {fall:.1%}",
            f"{spread.en}; sales under pressure lower the price of “{kind.en}” by another {fall:.1%}",
        )

    def _defaults(self) -> Text:
        found = self.found
        if not found.defaults.any():
            return Text("所有主体都能足额清偿", "everybody pays in full")
        first = [
            m
            for m, w in zip(found.obligations.members, found.wave, strict=True)
            if w == found.wave[found.defaults].min()
        ]
        names = [self.basis.name(m) for m in first]
        unpaid = float((found.debts - found.paid).sum())
        later = int(found.defaults.sum()) - len(first)
        unit = said(found.obligations.unit)
        zh, en = "、".join(n.zh for n in names), ", ".join(n.en for n in names)
        return Text(
            f"{zh}最先付不出，随后又有 {later} 家受波及违约，共 {unpaid:.4g} {unit.zh}未清偿",
            f"{en} cannot pay first, {later} more default after that; {unpaid:.4g} {unit.en} stay unpaid",
        )


class DebtRankViews:
    """Tables, figures and words of losses of equity."""

    def __init__(self, found: DebtRank) -> None:
        self.found = found
        self.basis = found.obligations.basis

    def tables(self) -> dict[str, Table]:
        """What each member loses."""
        unit = said(self.found.obligations.unit)
        columns = [
            Column("member", MEMBER, labels=self.basis.names),
            Column("equity", Text("权益", "Equity"), unit=unit),
            Column("shock", Text("冲击本身", "Shock itself"), kind="share", digits=1),
            Column("loss", Text("最终损失", "Loss in the end"), kind="share", digits=1),
            Column("lost", Text("损失的权益", "Equity lost"), unit=unit),
        ]
        title = Text("权益损失的传导", "How losses of equity spread")
        return {"debtrank": self.basis.table("debtrank", title, self.found.frame, columns, RANKED)}

    def figures(self) -> dict[str, Figure]:
        """Losses as bars."""
        figure = bars(self.tables()["debtrank"], "member", "lost", horizontal=True)
        return {figure.key: figure}

    @property
    def words(self) -> Text:
        """How much is lost beyond the shock."""
        return Text(
            f"冲击之外又损失全部权益的 {self.found.rank:.2%}",
            f"{self.found.rank:.2%} of all equity is lost beyond the shock",
        )
