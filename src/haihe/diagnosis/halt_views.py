"""Tables and figures of what a halt of each chain costs the members. Money in 亿元."""

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from haihe.diagnosis.chain_views import HALT_METHOD, YI
from haihe.diagnosis.chains import Chains
from haihe.diagnosis.halts import TOGETHER
from haihe.diagnosis.places import dated
from haihe.diagnosis.result import Basis, Result
from haihe.figures import Column, Figure, Table, bars
from haihe.messages import Text


@dataclass(frozen=True, eq=False)
class HaltView(Result):
    """What a halt of each chain costs the members.

    Attributes
    ----------
    halts : DataFrame
        As `haihe.diagnosis.halts.chain_halts`.
    chains : Chains
        For names and notes.
    home : str
        Member in which chains halt alone.
    basis : Basis
        What it rests on.
    jobs_note : Text, optional
        Where jobs come from; None where they are not known.
    """

    halts: pd.DataFrame
    chains: Chains
    home: str
    basis: Basis
    jobs_note: Text | None = None

    def shown(self) -> Iterable[Table | Figure]:
        """Who loses what, drawn and in numbers."""
        return [self.halts_figure(), self.summary_table(), self.detail_table()]

    def summary_table(self) -> Table:
        """What a halt of each chain costs each member, a row a chain: halted at home, and in all members."""
        frame, columns = self.halts[["chain"]].drop_duplicates(), [self._chain()]
        for where in self.halts["where"].unique():
            own = self.halts[self.halts["where"] == where]
            wide = own.pivot_table(index="chain", columns="region", values="value_added", sort=False)
            others = [self.basis.name(code) for code in wide.columns]
            at = self._where(str(where))
            wide.columns = pd.Index([f"{where} {code}" for code in wide.columns])
            columns += [
                Column(key, Text(f"{at.zh}停产：{who.zh}损失", f"halts in {at.en}: {who.en} loses"), unit=YI, digits=0)
                for key, who in zip(wide.columns, others, strict=True)
            ]
            frame = frame.merge(wide, left_on="chain", right_index=True)
        at_home = self.halts[(self.halts["where"] == self.home) & (self.halts["region"] == self.home)]
        share = at_home.set_index("chain")["share"]
        columns.insert(2, Column("share", Text("占其增加值", "of its value added"), kind="share", digits=1))
        return self.basis.table(
            "chain-halts",
            self._dated(Text("各链停产一年，各地损失多少增加值", "Value added that a year's halt of each chain loses")),
            frame.assign(share=frame["chain"].map(share)),
            columns[:1] + self._home_first(columns[1:]),
            HALT_METHOD,
            *self._halt_notes(jobs=False),
        )

    def _home_first(self, columns: list[Column]) -> list[Column]:
        """Put what home loses, and its share, before what the others lose."""
        first = [c for c in columns if c.key in (f"{self.home} {self.home}", "share")]
        return [*sorted(first, key=lambda c: c.key == "share"), *(c for c in columns if c not in first)]

    def _chain(self) -> Column:
        return Column("chain", Text("产业链", "Chain"), labels=self.chains.names)

    def _dated(self, title: Text) -> Text:
        return dated(title, self.basis.years[-1])

    def _where(self, where: str) -> Text:
        return Text("全部成员", "all members") if where == TOGETHER else self.basis.name(where)

    def detail_table(self) -> Table:
        """Every figure of every halt: who loses how much value added, output, jobs and deliveries."""
        places = {where: self._where(where) for where in self.halts["where"].unique()}
        jobs = [Column("jobs", Text("就业", "Jobs"), unit=Text("人", "persons"), digits=0)] if self.jobs_note else []
        return self.basis.table(
            "chain-halts-detail",
            self._dated(Text("各链停产的代价：明细", "What a halt of each chain costs: all figures")),
            self.halts,
            [
                self._chain(),
                Column("where", Text("停产地", "Halts in"), labels=places),
                self.basis.place("region", Text("损失地", "Who loses")),
                Column("value_added", Text("增加值损失", "Value added lost"), unit=YI, digits=0),
                Column("share", Text("占当地增加值", "of its value added"), kind="share", digits=2),
                Column("own", Text("其中链内", "of it in the chain"), unit=YI, digits=0),
                Column("output", Text("产出损失", "Output lost"), unit=YI, digits=0),
                *jobs,
                Column("deliveries", Text("下游须另找的供货", "Deliveries buyers must replace"), unit=YI, digits=0),
            ],
            HALT_METHOD,
            *self._halt_notes(),
        )

    def halts_figure(self) -> Figure:
        """Draw what a halt of each chain at home costs each member."""
        frame = self.halts[self.halts["where"] == self.home].copy()
        total = frame.groupby("chain")["value_added"].transform("sum")
        frame = frame.assign(total=total, beside=frame["region"] != self.home)
        frame = frame.sort_values(["total", "beside"], ascending=[False, True], kind="stable")
        name = self.basis.name(self.home)
        table = self.basis.table(
            "chain-halts-home",
            self._dated(
                Text(f"{name.zh}各链停产使各地损失的增加值", f"Value added lost if a chain halts in {name.en}")
            ),
            frame,
            [
                Column("chain", Text("产业链", "Chain"), labels=self.chains.names),
                self.basis.place("region", Text("损失地", "Who loses")),
                Column("value_added", Text("增加值损失", "Value added lost"), unit=YI, digits=0),
            ],
            HALT_METHOD,
            *self._halt_notes(jobs=False),
        )
        return bars(table, "chain", "value_added", by="region", stacked=True, horizontal=True)

    def _halt_notes(self, jobs: bool = True) -> list[Text]:
        return [
            Text(
                "按一年计，不含价格变化、存货与下游停工；下游须另找的供货单列，不相加。各链共用行业，不能相加。",
                "Over one year, without price changes, stocks or standstill downstream; deliveries to be replaced stand apart and "
                "are not added. Chains share sectors and must not be added up.",
            ),
            *([self.jobs_note] if self.jobs_note and jobs else []),
            *self.chains.notes,
        ]
