"""Tables, figures and sentences on which firms matter, in both languages; made-up firms are called so everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from haihe.figures import Column, Figure, Table, bars
from haihe.messages import Text
from haihe.region.units import said
from haihe.shocks.network import MADE_UP
from haihe.shocks.systemic_views import COUNTED, METHOD

if TYPE_CHECKING:
    from haihe.shocks.which_firms import FirmRisk

SHOWN, LISTED = 15, 200
FROM_ACCOUNTS = Text("由核算生成的虚拟企业", "firms made from the accounts")
BY_SECTOR = Text(
    "企业名录未写明环节的，按所在行业归入产业链：同一行业的企业可同属几条链。",
    "Where no register names its stages, a firm counts to every chain with a stage in its sector: one firm, several chains.",
)
TIMES = Text(
    "“波及倍数”为停产造成的全部销售损失与该企业自身销售之比，1 表示不波及他人。",
    "“Times its size”: all sales lost over its own; 1 where it drags nobody along.",
)


class FirmRiskViews:
    """Tables, figures and words of a `FirmRisk`.

    Parameters
    ----------
    found : FirmRisk
    """

    def __init__(self, found: FirmRisk) -> None:
        self.found, self.network, self.basis = found, found.network, found.network.basis

    def tables(self) -> dict[str, Table]:
        """Firms, districts, chains, sectors."""
        made = [self._firms(LISTED, "firms"), self._groups("region"), self._groups("sector")]
        if len(self.found.chains):
            made.append(self._groups("chain"))
        return {table.key: table for table in made}

    def figures(self) -> dict[str, Figure]:
        """Firms that matter most; the largest of each district and chain."""
        drawn = [bars(self._firms(SHOWN, "firms-chart"), "enterprise", "index", horizontal=True)]
        for key, value in (("region", "index"), ("chain", "mean")):
            table = self._groups(key, SHOWN)
            if len(table):
                drawn.append(bars(table, key, value, horizontal=True))
        return {figure.key: figure for figure in drawn}

    def lines(self) -> list[Text]:
        """What the firms are; which matters most; the chain whose firms matter most on average."""
        frame, n = self.found.frame, len(self.found.frame)
        if self.network.made_up:
            origin = Text(
                f"没有企业名录：以下 {n} 家为由核算生成的虚拟企业，只说明这样的网络哪里脆弱，不指任何真实企业",
                f"there is no register of firms: these {n} are made from the accounts; they show where such a network is weak, "
                "and stand for no real firm",
            )
        else:
            origin = Text(f"企业名录中的 {n} 家企业", f"{n} firms of the register")
        first = frame.iloc[0]
        name = self.basis.name(str(first["enterprise"]))
        top = Text(
            f"最要紧的是{name.zh}：它一停产，全部销售损失 {first['index']:.2%}，为其自身销售的 {first['times']:.1f} 倍",
            f"most hangs on {name.en}: if it stops, {first['index']:.2%} of all sales are lost, {first['times']:.1f} times its own",
        )
        return [origin, top, *self._chains()]

    def _chains(self) -> list[Text]:
        chains = self.found.chains
        if chains.empty:
            return []
        first = chains.iloc[0]
        chain, firm = self._chain(str(first["chain"])), self.basis.name(str(first["largest"]))
        mean = f"{first['mean']:.3%}"
        return [
            Text(
                f"产业链中，企业平均最要紧的是{chain.zh}（平均指数 {mean}），其中首推{firm.zh}",
                f"the chain whose firms matter most on average: {chain.en} (mean index {mean}), first of them {firm.en}",
            )
        ]

    def _chain(self, code: str) -> Text:
        return self.found.chain_names.get(code, Text(code, code))

    def _titled(self, title: Text) -> Text:
        if not self.network.made_up:
            return title
        return Text(f"{title.zh}（{FROM_ACCOUNTS.zh}）", f"{title.en} ({FROM_ACCOUNTS.en})")

    def _table(self, key: str, title: Text, frame: pd.DataFrame, columns: list[Column], *notes: Text) -> Table:
        basis, made_up = self.basis, [MADE_UP] if self.network.made_up else []
        return Table(
            frame, columns, key=f"firm-risk-{key}", title=self._titled(title), source=basis.source,
            quality=self.network.quality, method=METHOD, years=basis.years, notes=[*made_up, COUNTED, *notes, *basis.notes],
        )  # fmt: skip

    def _firms(self, most: int, key: str) -> Table:
        names = self.basis.names
        columns = [
            Column("enterprise", Text("企业", "Firm"), labels=names),
            Column("region", Text("地区", "Region"), labels=names),
            Column("sector", Text("行业", "Sector"), labels=names),
            Column("sales", Text("年销售", "Sales a year"), unit=said(self.network.unit)),
            *_risk_columns(),
        ]
        return self._table(
            key, Text("哪些企业最要紧", "Which firms matter most"), self.found.frame.head(most), columns, TIMES
        )

    def _groups(self, key: str, most: int | None = None) -> Table:
        words = {"region": Text("地区", "District"), "sector": Text("行业", "Sector"), "chain": Text("产业链", "Chain")}
        frame = self.found.chains if key == "chain" else self.found.by("region" if key == "region" else "sector")
        labels = self.found.chain_names if key == "chain" else self.basis.names
        columns = [
            Column(key, words[key], labels=labels),
            Column("firms", Text("企业数", "Firms"), digits=0),
            Column("largest", Text("最要紧的企业", "Matters most"), labels=self.basis.names),
            *_risk_columns(),
            Column("mean", Text("平均指数", "Mean index"), kind="share", digits=4),
        ]
        title = Text(f"各{words[key].zh}中最要紧的企业", f"The firm that matters most, by {words[key].en.lower()}")
        if key == "chain":
            title = Text("各产业链的企业平均有多要紧", "How much firms matter on average, by chain")
        suffix = "" if most is None else "-chart"
        shown = frame.head(most) if most else frame
        return self._table(f"{key}s{suffix}", title, shown, columns, TIMES, *([BY_SECTOR] if key == "chain" else []))


def _risk_columns() -> list[Column]:
    return [
        Column("index", Text("系统性风险指数", "Systemic risk index"), kind="share", digits=3),
        Column("times", Text("波及倍数", "Times its size"), digits=1),
    ]
