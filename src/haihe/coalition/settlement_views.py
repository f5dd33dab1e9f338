"""Tables and figures of a settlement, in both languages. Money in 亿元 (100 million yuan) a year."""

import pandas as pd

from haihe.coalition.ledger import WAYS
from haihe.coalition.settlement import ShareSettlement, TaxCarriage
from haihe.coalition.share_views import NAMED
from haihe.coalition.share_words import FLOWS, PLACED, outlook_of
from haihe.figures import Column, Figure, Table, bars
from haihe.messages import Text
from haihe.planning.views import YI, YI_PER_BN

A_YEAR = Text(f"{YI.zh}/年", f"{YI.en} a year")
PLANNED, OUTLOOK = Text("规划期", "plan"), Text("展望", "outlook")
SPAN = Text(
    "一期代表从该年到下一期前的几年，每年付同样的数；金额按基年价格。每年收付合计为零，贴现后等于分法要求的收付；付款笔数最少。",
    "A milestone stands for the years up to the next one, with the same amount in each; base-year prices. Every year adds up to 0, "
    "the present value is what the split asks for, and payments are as few as can be.",
)
TAX = Text(
    "现行办法只分享政府主导、年均纳税达到门槛的迁移企业的税收，有比例、总额与年限；“办法应分”为“—”：该办法下没有对应的企业；“以税收支付”也为“—”：该年没有税额数据，无从得知。",
    "Today's scheme shares the tax of firms whose move the government led and that paid enough, with a share, a cap and an end. Due "
    "under the scheme —: no firm falls under it; by shared tax — as well: no taxes are known for that year.",
)


class SettlementViews:
    """Tables and figures of a settlement and of what shared tax carries of it."""

    def __init__(self, settlement: ShareSettlement, carriage: TaxCarriage | None = None) -> None:
        self.settlement, self.carriage = settlement, carriage
        self.views = settlement.shares.views

    def tables(self) -> dict[str, Table]:
        """Ledger, balances, what tax carries and what it owes besides; those without rows are left out."""
        made = [self.ledger(), self.balances()]
        if self.carriage is not None:
            made += [self.through_tax(self.carriage), self.unused(self.carriage)]
        return {table.key: table for table in made if len(table)}

    def figures(self) -> dict[str, Figure]:
        """What each gets and pays year by year."""
        table = self.balances()
        drawn = table.frame.assign(year=table.frame["year"].astype(int).astype(str))
        columns = [Column("year", Text("年份", "Year"), kind="text"), *table.columns[:1], table.columns[3]]
        made = self._table("balances-drawn", table.title, drawn, columns)
        return {"share-balances-drawn": bars(made, "year", "payment", by="member", stacked=True)}

    def ledger(self) -> Table:
        """Who pays whom in which year."""
        frame = self.settlement.ledger
        return self._table(
            "ledger",
            Text("结算台账：谁付给谁", "Ledger: who pays whom"),
            frame.assign(amount=frame["amount"] * YI_PER_BN, present=frame["present"] * YI_PER_BN, phase=frame["year"]),
            [
                self._year(),
                Column("years", Text("代表年数", "Years"), digits=0),
                self._who("payer", Text("付款方", "Pays")),
                self._who("receiver", Text("收款方", "Gets")),
                Column("amount", Text("金额", "Amount"), unit=A_YEAR, digits=2),
                Column("present", Text("现值", "Present value"), unit=YI, digits=2),
                *self._phase(),
            ],
        )

    def balances(self) -> Table:
        """What each gets (negative: pays) in every year."""
        frame = self.settlement.balances
        return self._table(
            "balances",
            Text("各地逐年收付", "What each gets and pays by year"),
            frame.assign(
                payment=frame["payment"] * YI_PER_BN, present=frame["present"] * YI_PER_BN, phase=frame["year"]
            ),
            [
                self._who("member", Text("地区", "Region")),
                self._year(),
                Column("years", Text("代表年数", "Years"), digits=0),
                Column("payment", Text("收（负为付）", "Gets (negative: pays)"), unit=A_YEAR, digits=2, signed=True),
                Column("present", Text("现值", "Present value"), unit=YI, digits=2, signed=True),
                *self._phase(),
            ],
        )

    def through_tax(self, carriage: TaxCarriage) -> Table:
        """What today's sharing of tax could carry, and the rest."""
        frame = carriage.table
        money = ("wanted", "tax", "lawful", "by_tax", "rest")
        return self._table(
            "through-tax",
            Text("现行税收分享能承载多少", "What today's sharing of tax can carry"),
            frame.assign(**{name: frame[name] * YI_PER_BN for name in money}),
            [
                self._who("payer", Text("付款方（迁入地）", "Pays (destination)")),
                self._who("receiver", Text("收款方（迁出地）", "Gets (origin)")),
                self._year(),
                Column("wanted", Text("应付", "To be paid"), unit=A_YEAR, digits=4),
                Column("lawful", Text("办法应分", "Due under the scheme"), unit=A_YEAR, digits=4),
                Column("by_tax", Text("以税收支付", "By shared tax"), unit=A_YEAR, digits=4),
                Column("rest", Text("另付资金", "In money"), unit=A_YEAR, digits=4),
                Column(
                    "needed", Text("全部以税支付所需比例", "Share of that tax it would take"), kind="share", digits=0
                ),
            ],
            TAX,
        )

    def unused(self, carriage: TaxCarriage) -> Table:
        """What the scheme owes though the split does not ask for it."""
        frame = carriage.unused
        return self._table(
            "unused-tax",
            Text("办法应分而分法未要求的", "Due under the scheme, not asked for by the split"),
            frame.assign(lawful=frame["lawful"] * YI_PER_BN),
            [
                self._who("payer", Text("迁入地", "Destination")),
                self._who("receiver", Text("迁出地", "Origin")),
                self._year(),
                Column("lawful", Text("金额", "Amount"), unit=A_YEAR, digits=4),
            ],
            TAX,
        )

    def _table(self, key: str, title: Text, frame: pd.DataFrame, columns: list[Column], *notes: Text) -> Table:
        rule, way = NAMED[self.settlement.rule], WAYS[self.settlement.way]
        named = Text(f"{title.zh}（{rule.zh}）", f"{title.en} ({rule.en})")
        outlook = outlook_of(self.settlement.shares.setup.assumptions)
        return self.views.table(key, named, frame, columns, way, SPAN, PLACED, FLOWS, *outlook, *self._losses(), *notes)

    def _phase(self) -> list[Column]:
        """Mark the years of the outlook, where there is one."""
        s = self.settlement.shares.setup.assumptions
        labels = {year: OUTLOOK if year > s.last_year else PLANNED for year in s.years}
        return [Column("phase", Text("时段", "Phase"), kind="text", labels=labels)] if outlook_of(s) else []

    def _losses(self) -> list[Text]:
        """Say in which years all together lose."""
        said = self.settlement.losses_said
        if self.settlement.losses.empty:
            return []
        return [
            Text(
                f"结算前各方合计为亏的年份：{said.zh}；随收益支付时，这些年分的是亏损。",
                f"All together lose before payments: {said.en}; paid as gains accrue, it is a loss that is shared out there.",
            )
        ]

    def _who(self, key: str, title: Text) -> Column:
        return Column(key, title, kind="text", labels=self.views.names)

    def _year(self) -> Column:
        return Column("year", Text("年份", "Year"), kind="year")
