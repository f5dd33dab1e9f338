"""Tables and figures of firms: stages resolved to firms, single suppliers, anchors. Money in 万元."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from haihe.diagnosis.chains import Chains
from haihe.diagnosis.firms import ANCHOR, Firms
from haihe.diagnosis.result import Basis, Result
from haihe.figures import Column, Figure, Table, bars
from haihe.messages import Text
from haihe.region import TABLES

WAN = Text("万元", "10,000 yuan")
SHOWN = 20
"""Firms drawn at most."""
LISTED = Text(
    "只计表中列出的企业与供货；名录不全时，“唯一”只表示表中唯一。",
    "Only listed firms and deliveries count; where the register is incomplete, “single” means the only one listed.",
)
STAGE_METHOD = Text(
    "按企业表所列环节归集；一家企业属多个环节时在每个环节各计一次；集中度为产出的赫芬达尔指数",
    "firms by the stages they are listed with; a firm in several stages counts in each; concentration is the Herfindahl "
    "index of stated output",
)
SINGLE_METHOD = Text(
    "同一客户的其他供方都不在该供方的任何环节（无环节者按行业），且需求为关键或重要",
    "no other supplier of the customer stands in any stage of this one (sector where it has none), and the need is essential "
    "or important",
)
ANCHOR_METHOD = Text(
    f"依附：对该客户的销售占其所列销售至少 {ANCHOR:.0%}；停摆：沿“唯一且关键”的供货逐级断供最终停下的企业",
    f"leaning: at least {ANCHOR:.0%} of listed sales go to that customer; stopped: firms that stop in the end along deliveries "
    "that are single and essential",
)


@dataclass(frozen=True, eq=False)
class FirmView(Result):
    """Firms of the chains and what rests on them.

    Attributes
    ----------
    firms : Firms
        As read.
    stages, singles, anchors : DataFrame
        As `haihe.diagnosis.firms.stage_firms`, `single_suppliers`, `anchors`; the last two are empty without the table
        ``supplies``, the first one without chains.
    chains : Chains or None
        For names.
    firm_names : mapping of str to Text
        Names of firms.
    basis : Basis
        What it rests on.
    """

    firms: Firms
    stages: pd.DataFrame
    singles: pd.DataFrame
    anchors: pd.DataFrame
    chains: Chains | None
    firm_names: Mapping[object, Text]
    basis: Basis

    def shown(self) -> Iterable[Table | Figure]:
        """Firms by stage, anchors, single suppliers."""
        parts: list[Table | Figure] = [] if self.stages.empty else [self._stages()]
        if len(self.anchors):
            parts += [self._anchors_figure(), self._anchors()]
        return [*parts, self._singles()] if len(self.singles) else parts

    def _firm(self, key: str, title: Text) -> Column:
        return Column(key, title, labels=self.firm_names)

    def _inputs(self, inputs: "pd.Series[str]") -> dict[object, Text]:
        """Names of what suppliers give: stages or sectors."""
        known: dict[str, Text] = {**self.basis.names, **(self.chains.names if self.chains else {})}
        named = {code: [known.get(k, Text(k, k)) for k in code.split(";")] for code in inputs.unique()}
        return {code: Text("；".join(t.zh for t in ts), "; ".join(t.en for t in ts)) for code, ts in named.items()}

    def _stages(self) -> Table:
        names = self.chains.names if self.chains else {}
        return self.basis.table(
            "firms-stages",
            Text("各环节有哪些企业", "Firms of each stage"),
            self.stages,
            [
                Column("chain", Text("产业链", "Chain"), labels=names),
                Column("key", Text("环节", "Stage"), labels=names),
                Column("firms", Text("所列企业", "Firms listed"), digits=0),
                Column("output", Text("所列产出", "Output stated"), unit=WAN, digits=0),
                self._firm("largest", Text("最大企业", "Largest")),
                Column("largest_share", Text("其占比", "its share"), kind="share", digits=0),
                Column("concentration", Text("集中度", "Concentration"), digits=2),
            ],
            STAGE_METHOD,
            LISTED,
        )

    def _anchor_columns(self) -> list[Column]:
        return [
            self._firm("enterprise", Text("企业", "Firm")),
            Column("leaning", Text("依附它的供方", "Suppliers that lean on it"), digits=0),
            Column("leaning_sales", Text("向其采购", "bought from them"), unit=WAN, digits=0),
            Column(
                "waiting", Text("唯一且关键供货的客户", "Customers with an essential input from it alone"), digits=0
            ),
            Column("stopped", Text("断供后停摆的企业", "Firms stopped without it"), digits=0),
            Column("stopped_output", Text("其产出", "their output"), unit=WAN, digits=0),
        ]

    def _anchors(self) -> Table:
        return self.basis.table(
            "firms-anchors",
            Text("谁是支点：依附与断供", "Who others depend on"),
            self.anchors,
            self._anchor_columns(),
            ANCHOR_METHOD,
            LISTED,
        )

    def _anchors_figure(self) -> Figure:
        kinds = {
            "leaning": Text("依附它的供方", "suppliers leaning on it"),
            "stopped": Text("断供后停摆的企业", "firms stopped without it"),
        }
        frame = self.anchors.head(SHOWN).melt("enterprise", list(kinds), var_name="kind", value_name="number")
        table = self.basis.table(
            "firms-anchors-chart",
            Text("谁是支点", "Anchors"),
            frame.assign(number=frame["number"].astype(float)),
            [
                self._firm("enterprise", Text("企业", "Firm")),
                Column("kind", Text("关系", "Relation"), labels=kinds),
                Column("number", Text("企业数", "Firms"), unit=Text("家", "firms"), digits=0),
            ],
            ANCHOR_METHOD,
            LISTED,
        )
        return bars(table, "enterprise", "number", by="kind", horizontal=True)

    def _singles(self) -> Table:
        return self.basis.table(
            "firms-single-suppliers",
            Text("唯一供方", "Single suppliers"),
            self.singles,
            [
                self._firm("customer", Text("客户", "Customer")),
                self._firm("supplier", Text("供方", "Supplier")),
                Column("inputs", Text("供什么", "What"), labels=self._inputs(self.singles["inputs"])),
                Column("need", Text("重要性", "Need"), labels=TABLES["supplies"].column("need").word_of),
                Column("value", Text("供货额", "Deliveries"), unit=WAN, digits=0),
                Column("share", Text("占客户所列采购", "of listed purchases"), kind="share", digits=0),
                Column("alternatives", Text("表中可替代企业", "Listed alternatives"), digits=0),
            ],
            SINGLE_METHOD,
            LISTED,
        )
