"""Tables and figures of our reading of chains beside the official labels."""

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from haihe.diagnosis.chain_views import GROWTH, NATION, YI, a_year
from haihe.diagnosis.chains import Chains
from haihe.diagnosis.labels import AGREEMENT, LABELS, LabelRule, agreement
from haihe.diagnosis.places import dated
from haihe.diagnosis.result import Basis, Result
from haihe.figures import Column, Figure, Table, scatter
from haihe.messages import Text


@dataclass(frozen=True, eq=False)
class LabelView(Result):
    """Our reading of each chain as strong, new or short, beside the official label.

    Attributes
    ----------
    labels : DataFrame
        As `haihe.diagnosis.labels.read_labels`.
    chains : Chains
        For names and notes.
    home : str
        Member that was read.
    rule : LabelRule
        How it was read.
    span : (int, int) or None
        Years between which growth was taken.
    basis : Basis
        What it rests on.
    """

    labels: pd.DataFrame
    chains: Chains
    home: str
    rule: LabelRule
    span: tuple[int, int] | None
    basis: Basis

    def shown(self) -> Iterable[Table | Figure]:
        """Where the chains stand, and the comparison."""
        return [self.labels_figure(), self.labels_table()]

    def labels_table(self) -> Table:
        """Set our reading beside the official labels, with how often they agree."""
        found, name = agreement(self.labels), self.basis.name(self.home)
        said = Text(
            f"有官方标签的 {found.compared} 条链中，{found.agree} 条一致；若一律猜最常见的官方标签，可对 {found.commonest} 条。"
            "官方标签依据 2021 年的多方面判断，这里只用核算与示例份额，不一致不等于谁错。",
            f"Of {found.compared} chains with an official label {found.agree} agree; calling all of them by the commonest "
            f"official label would hit {found.commonest}. The official labels rest on a wider judgement of 2021, ours on accounts "
            "and illustrative shares: a difference does not say who is wrong.",
        )
        return self.basis.table(
            "chain-labels",
            Text(
                f"{name.zh}各链：核算读数与 2021 年官方标签",
                f"Chains of {name.en}: our reading and the official labels of 2021",
            ),
            self.labels.assign(
                growth_percent=100 * self.labels["growth"], nation_percent=100 * self.labels["nation_growth"]
            ),
            [
                Column("chain", Text("产业链", "Chain"), labels=self.chains.names),
                Column("value_added", Text("增加值", "Value added"), unit=YI, digits=0),
                Column("quotient", Text("区位商", "Location quotient"), digits=2),
                Column("growth_percent", GROWTH, unit=a_year(self.span), digits=1),
                Column("nation_percent", NATION, unit=a_year(self.span), digits=1),
                Column("ours", Text("核算读数", "Our reading"), labels=LABELS),
                Column("official", Text("官方标签", "Official label"), labels=LABELS),
                Column("agrees", Text("比较", "Compared"), labels=AGREEMENT),
            ],
            self._label_method(),
            said,
            *self.chains.notes,
        )

    def _label_method(self) -> Text:
        r = self.rule
        ahead = Text("不低于全国", "not slower than")
        if r.new != 0:
            ahead = Text(f"比全国至少高 {r.new:.1%}", f"at least {r.new:.1%} a year faster than")
        return Text(
            f"强链：区位商≥{r.strong:g}；新链：区位商较低而名义增速{ahead.zh}；短链：其余",
            f"strong: location quotient from {r.strong:g} on; new: below it, and growing {ahead.en} in the nation (nominal); "
            "short: all others",
        )

    def labels_figure(self) -> Figure:
        """Draw each chain by location quotient and growth against the nation, marked by official label."""
        frame = self.labels.assign(ahead=100 * (self.labels["growth"] - self.labels["nation_growth"]))
        frame["official"] = frame["official"].where(frame["official"].notna(), "none")
        order = {code: k for k, code in enumerate([*LABELS, "none"])}
        frame = frame.sort_values("official", key=lambda codes: codes.map(order), kind="stable")
        name = self.basis.name(self.home)
        table = self.basis.table(
            "chain-labels-map",
            dated(
                Text(f"{name.zh}各链强在哪里、快在哪里", f"Where the chains of {name.en} stand"), self.basis.years[-1]
            ),
            frame,
            [
                Column("chain", Text("产业链", "Chain"), labels=self.chains.names),
                Column(
                    "official",
                    Text("官方标签", "Official label"),
                    labels={**LABELS, "none": Text("无标签", "No label")},
                ),
                Column("quotient", Text("区位商", "Location quotient"), unit=Text("全国=1", "nation = 1"), digits=2),
                Column(
                    "ahead",
                    Text("名义增速比全国高", "Nominal growth above the nation's"),
                    unit=Text("百分点/年", "points a year"),
                    digits=1,
                    signed=True,
                ),
            ],
            self._label_method(),
            *self.chains.notes,
        )
        return scatter(table, "quotient", "ahead", "chain", by="official")
