"""Tables and figures of chains: maps, stages, weak links, the three lists. Money in 亿元."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from haihe.diagnosis.chain_map import chain_map
from haihe.diagnosis.chains import POSITIONS, Chains
from haihe.diagnosis.origins import ORIGINS
from haihe.diagnosis.places import dated
from haihe.diagnosis.result import Basis, Result
from haihe.diagnosis.stages import CONTENT, ratio
from haihe.diagnosis.trade import Trade
from haihe.diagnosis.trade_views import CONTENT_METHOD
from haihe.diagnosis.weak_links import LISTED_FOR, LISTS, TERMS, Bounds, Weights, reasons
from haihe.figures import Column, Figure, Table, bars, heat
from haihe.messages import Text

YI = Text("亿元", "100 m yuan")
BESIDE = ("home", "neighbours", "rest", "content_rest", "concentration", "loss_near")
"""Measures that the sheet of all stages has, and the narrower table of one chain leaves out."""
GROWTH, NATION = Text("名义增速", "Growth"), Text("全国", "Nation")
WEAKEST = 5
"""Stages of a chain shown as its weakest links."""
SAME_SECTOR = Text(
    "同属一个行业的环节，来源、增长、区位商都相同，只有规模不同；它们之间的先后只反映规模。",
    "Stages of one sector share origins, growth and location quotient and differ in size only; the order among them says "
    "no more than size.",
)
QUOTIENT_METHOD = Text(
    "区位商＝环节占本地产出的比重÷占全部地区产出的比重",
    "location quotient: share of the stage in the region's output over its share in the output of all regions",
)
HALT_METHOD = Text(
    "假想抽取（Dietzenbacher、van der Linden、Steenge 1993；按份额抽取，封闭式求解）：环节停止供货，买方改从区外购买，"
    "损失为环节自身与其上游，成员之间的联系计入",
    "hypothetical extraction (Dietzenbacher, van der Linden and Steenge 1993; by share, in closed form): what stops delivers "
    "no more, buyers buy outside, and what is lost is the stage and its suppliers, across the members",
)
SCORE_METHOD = Text(
    "得分＝各项（0–1）按申报权重的加权平均：境外供给、国内区外供给、区位商低于 1 的部分、区外供方集中度、本地外销补不上的部分、"
    "名义增速落后全国的部分、停产损失；逐项列出",
    "score: weighted mean of terms from 0 to 1, each shown: share from abroad, share from the rest of the country, location "
    "quotient below 1, concentration of suppliers outside, purchases outside that own sales there cannot replace, nominal "
    "growth behind the nation, loss if it halts",
)


@dataclass(frozen=True, eq=False)
class ChainView(Result):
    """Chains of the region: how their stages stand and where they are weak.

    Attributes
    ----------
    chains : Chains
        Stages over sectors.
    stages : DataFrame
        Every stage in `home`, ranked within its chain; see `haihe.diagnosis.stages.profile`,
        `haihe.diagnosis.halts.stage_losses` and `haihe.diagnosis.weak_links.rank`.
    members : DataFrame
        ``chain``, ``stage``, ``region``, ``output``, ``quotient`` of every stage in every member.
    weights, bounds
        What score and lists were made with.
    problems : mapping of str to Text
        Registered problems by chain.
    span : (int, int) or None
        Years between which growth was taken.
    basis, level : Basis
        What it rests on: with the years of growth, and without.
    jobs_note : Text, optional
        Where jobs come from.
    """

    trade: Trade
    chains: Chains
    stages: pd.DataFrame
    members: pd.DataFrame
    weights: Weights
    bounds: Bounds
    problems: dict[str, Text]
    span: tuple[int, int] | None
    basis: Basis
    level: Basis
    jobs_note: Text | None = None

    @property
    def home(self) -> str:
        """Region that the figures look from."""
        return self.trade.places.home

    def name(self, chain: str) -> Text:
        """Name of a chain."""
        return self.chains.names[chain]

    def weakest(self, chain: str, most: int = WEAKEST) -> pd.DataFrame:
        """Give the weakest stages of a chain with ``name`` and ``reason`` in words, the weakest first."""
        own = self.stages[self.stages["chain"] == chain].head(most)
        named = {**self.basis.names, "abroad": ORIGINS["abroad"], "rest": ORIGINS["rest"]}
        said = [reasons(_plain(row), named, years=self.years_of_growth) for row in own.to_dict("records")]
        titles = [self.chains.names[key] for key in own["key"]]
        return own.assign(name=texts_of(titles, own), reason=texts_of(said, own), lists=texts_of(_lists(own), own))

    def shown(self) -> Iterable[Table | Figure]:
        """What is said over all chains, then weak links, map and stages of each chain."""
        each = [part for chain in self.chains.codes for part in self.chain(chain)]
        return [self.dependence_figure(), self.lists_table(), self.stages_table(), *each]

    def overview(self) -> list[Table]:
        """Give the tables over all chains: on whom they depend, the three lists, every measure of every stage."""
        return [self.dependence_figure().table, self.lists_table(), self.stages_table()]

    def chain(self, chain: str) -> list[Table | Figure]:
        """Give weak links, map and stages of one chain."""
        beside = [self.members_figure(chain)] if len(self.trade.places.members) > 1 else []
        return [*self.brief(chain), *beside, self.dependence_table(chain)]

    def brief(self, chain: str) -> list[Table | Figure]:
        """Give weak links with what their scores are made of, and the map, of one chain."""
        drawn = chain_map(self.trade, self.chains, chain, self.home, self.level, *self.chains.notes)
        return [self.weak_table(chain), self.weak_figure(chain), drawn]

    def dated(self, title: Text) -> Text:
        """Add the year of the accounts to a title."""
        return dated(title, self.trade.accounts.year)

    def table(
        self, key: str, title: Text, frame: pd.DataFrame, columns: Sequence[Column], method: Text, *notes: Text
    ) -> Table:
        """Make a table with the notes that every figure of a chain needs."""
        return self.basis.table(key, self.dated(title), frame, columns, method, *notes, *self.chains.notes)

    def stage_column(self, key: str = "name") -> Column:
        """A column that names stages."""
        return Column(key, Text("环节", "Stage"), labels=self.chains.names)

    def dependence_figure(self) -> Figure:
        """Show whose value added, and what from abroad, stands in the products of each chain at home."""
        made = self.stages.assign(**{CONTENT[o]: self.stages[CONTENT[o]] * self.stages["output"] for o in ORIGINS})
        total = made.groupby("chain", sort=False)[["output", *CONTENT.values()]].sum()
        share = total[list(CONTENT.values())].div(total["output"].where(total["output"] > 0), axis="index")
        share.columns = pd.Index(ORIGINS)
        long = (100 * share).reset_index().melt("chain", list(ORIGINS), var_name="origin", value_name="percent")
        name = self.basis.name(self.home)
        table = self.level.table(
            "chain-dependence",
            self.dated(
                Text(f"{name.zh}各链的产品靠谁：完全含量", f"On whom the chains of {name.en} depend: total content")
            ),
            long,
            [
                Column("chain", Text("产业链", "Chain"), labels=self.chains.names),
                Column("origin", Text("来源", "Origin"), labels=ORIGINS),
                Column("percent", Text("占产品价值", "Share of the product"), unit=Text("%", "%"), digits=1),
            ],
            CONTENT_METHOD,
            *self.chains.notes,
        )
        return bars(table, "chain", "percent", by="origin", stacked=True, horizontal=True)

    @property
    def years_of_growth(self) -> Text | None:
        """Years between which growth was taken, as they stand in a reason."""
        if self.span is None:
            return None
        return Text(f"{self.span[0]}–{self.span[1]} 年", f" ({self.span[0]} to {self.span[1]})")

    def weak_figure(self, chain: str) -> Figure:
        """Show what the score of the weakest stages is made of."""
        own, name = self.weakest(chain), self.name(chain)
        parts = own.melt(id_vars=["name", "score"], value_vars=[f"part_{t}" for t in TERMS], value_name="part")
        parts["term"] = parts["variable"].str.removeprefix("part_")
        table = self.table(
            f"chain-weak-parts-{chain}",
            Text(f"{name.zh}：最弱环节的得分构成", f"{name.en}: what makes the weakest links weak"),
            parts,
            [
                self.stage_column(),
                Column("term", Text("分项", "Term"), labels=TERMS),
                Column("part", Text("对得分的贡献", "Part of the score"), digits=3),
            ],
            SCORE_METHOD,
        )
        return bars(table, "name", "part", by="term", stacked=True, horizontal=True)

    def weak_table(self, chain: str) -> Table:
        """List the weakest stages with reasons, lists and how sure their place is."""
        own, name = self.weakest(chain), self.name(chain)
        band = [f"{low:.0f}–{high:.0f}" for low, high in zip(own["rank_low"], own["rank_high"], strict=True)]
        return self.table(
            f"chain-weak-{chain}",
            Text(f"{name.zh}：最弱的 {len(own)} 个环节及原因", f"{name.en}: the {len(own)} weakest links and why"),
            own.assign(band=band),
            [
                Column("rank", Text("名次", "Rank"), digits=0),
                self.stage_column(),
                Column("position", Text("位置", "Position"), labels=POSITIONS),
                Column("score", Text("得分", "Score"), digits=2),
                Column("band", Text("换权重后的名次", "Rank under other weights")),
                Column("reason", Text("原因", "Reasons")),
                Column("lists", Text("列入", "Lists")),
            ],
            SCORE_METHOD,
            self.weights_note(),
            SAME_SECTOR,
        )

    def weights_note(self) -> Text:
        """Say which weights were used, and that they are a choice."""
        values = self.weights.array()
        if len(set(values)) == 1:
            return Text(
                "各项等权，是中性的起点而不是结论；“换权重后的名次”为 1000 组随机权重下名次的中间 90%。",
                "All terms weigh the same: a neutral start, not a finding; “rank under other weights” is the middle 90 % "
                "of the ranks under 1,000 random weightings.",
            )
        pairs = list(zip(TERMS.values(), values / values.sum(), strict=True))
        zh = "、".join(f"{term.zh} {w:.0%}" for term, w in pairs)
        return Text(f"权重：{zh}。", f"Weights: {', '.join(f'{term.en} {w:.0%}' for term, w in pairs)}.")

    def members_figure(self, chain: str) -> Figure:
        """Show how strong each member is in each stage: where substitutes may be found."""
        own, name = self.members[self.members["chain"] == chain], self.name(chain)
        named = texts_of([self.chains.names[f"{chain}.{stage}"] for stage in own["stage"]], own)
        table = self.level.table(
            f"chain-members-{chain}",
            self.dated(
                Text(f"{name.zh}：各环节在各成员的区位商", f"{name.en}: location quotient of each stage in each member")
            ),
            own.assign(name=named),
            [
                self.stage_column(),
                self.basis.place(),
                Column("quotient", Text("区位商", "Location quotient"), unit=Text("全国=1", "nation = 1"), digits=2),
                Column("output", Text("产出", "Output"), unit=YI, digits=0),
            ],
            QUOTIENT_METHOD,
            *self.chains.notes,
        )
        return heat(table, "region", "name", "quotient")

    def dependence_table(self, chain: str) -> Table:
        """Show size, growth, supply, dependence and substitutes of each stage of a chain."""
        own, name = self.stages[self.stages["chain"] == chain], self.name(chain)
        order = list(self.chains.stages.loc[self.chains.stages["chain"] == chain, "stage"])
        own = own.set_index("stage").loc[order].reset_index()
        return self.table(
            f"chain-stages-{chain}",
            Text(f"{name.zh}：各环节的规模、供给与替代", f"{name.en}: its stages"),
            own.assign(growth_percent=100 * own["growth"], nation_percent=100 * own["nation_growth"]),
            [
                self.stage_column("key"),
                *[column for column in self._measures() if column.key not in BESIDE],
            ],
            HALT_METHOD,
            *self._measure_notes(),
        )

    def stages_table(self) -> Table:
        """Every measure of every stage of every chain: the sheet to work on."""
        frame = self.stages.assign(
            growth_percent=100 * self.stages["growth"], nation_percent=100 * self.stages["nation_growth"]
        )
        parts = [
            Column(f"part_{term}", Text(f"得分：{said.zh}", f"score: {said.en.lower()}"), digits=3)
            for term, said in TERMS.items()
        ]
        return self.table(
            "chain-stages",
            Text("全部产业链的全部环节", "All stages of all chains"),
            frame,
            [
                Column("chain", Text("产业链", "Chain"), labels=self.chains.names),
                self.stage_column("key"),
                Column("position", Text("位置", "Position"), labels=POSITIONS),
                Column("sectors", Text("行业", "Sectors"), labels=self._sector_names(frame["sectors"])),
                Column("rank", Text("弱项名次", "Rank (weakest 1)"), digits=0),
                Column("score", Text("弱项得分", "Score"), digits=3),
                *parts,
                *self._measures(),
            ],
            SCORE_METHOD,
            self.weights_note(),
            *self._measure_notes(),
        )

    def _sector_names(self, codes: "pd.Series[str]") -> dict[object, Text]:
        named = {code: [self.basis.name(s) for s in code.split(";")] for code in codes.unique()}
        return {
            code: Text("；".join(t.zh for t in texts), "; ".join(t.en for t in texts)) for code, texts in named.items()
        }

    def _measures(self) -> list[Column]:
        """Columns of what a stage measures."""
        jobs = [Column("jobs", Text("就业", "Jobs"), unit=Text("人", "persons"), digits=0)] if self.jobs_note else []
        more = {"neighbours": ORIGINS["neighbours"], "rest": ORIGINS["rest"], "abroad": ORIGINS["abroad"]}
        return [
            Column("output", Text("产出", "Output"), unit=YI, digits=0),
            Column("value_added", Text("增加值", "Value added"), unit=YI, digits=0),
            *jobs,
            Column("growth_percent", GROWTH, unit=a_year(self.span), digits=1),
            Column("nation_percent", NATION, unit=a_year(self.span), digits=1),
            Column("quotient", Text("区位商", "Location quotient"), digits=2),
            Column("home", Text("使用中本地", "Of use: own"), kind="share", digits=0),
            *(
                Column(key, Text(f"使用中{t.zh}", f"of use: {t.en.lower()}"), kind="share", digits=0)
                for key, t in more.items()
            ),
            Column("content_rest", Text("产品含国内区外价值", "Content from rest of country"), kind="share", digits=0),
            Column("content_abroad", Text("产品含境外价值", "Content from abroad"), kind="share", digits=0),
            Column("concentration", Text("区外供方集中度", "Concentration of suppliers"), digits=2),
            Column("spare_home", Text("本地可替代", "Own substitutes"), unit=Text("倍", "times"), digits=1),
            Column("spare_near", Text("邻区可替代", "Near substitutes"), unit=Text("倍", "times"), digits=1),
            Column("loss", Text("停产损失", "Loss if it halts"), unit=YI, digits=0),
            Column("loss_near", Text("其中其他成员", "of it other members"), unit=YI, digits=1),
        ]

    def _measure_notes(self) -> list[Text]:
        return [
            Text(
                "增速为名义值；“可替代”为本地（邻区）销往区外的同类产品与本地外购之比，行业较粗，是上限；停产损失为全部成员的增加值。",
                "Growth is nominal. Substitutes: what the region (the other members) sells outside of the same products, over "
                "what it buys there; sectors are broad, so at most that. Loss: value added in all members.",
            ),
            SAME_SECTOR,
            *([self.jobs_note] if self.jobs_note else []),
        ]

    def lists_table(self) -> Table:
        """Give the three lists that travel: what is to be researched, recruited and strengthened, with lead and evidence."""
        parts = []
        for code in LISTS:
            own = self.stages[self.stages[code]].assign(list=code)
            parts.append(own.sort_values(["score"], ascending=False, kind="stable"))
        frame = pd.concat(parts, ignore_index=True)
        named = {**self.basis.names, "abroad": ORIGINS["abroad"], "rest": ORIGINS["rest"]}
        said = [
            reasons(_plain(row), named, years=self.years_of_growth, first=LISTED_FOR[row["list"]])
            for row in frame.to_dict("records")
        ]
        frame["reason"] = texts_of(said, frame)
        frame["lead"] = texts_of([self.chains.leads.get(chain) for chain in frame["chain"]], frame)
        frame["problem"] = texts_of([self.problems.get(chain) for chain in frame["chain"]], frame)
        frame["year"] = self.trade.accounts.year
        b = self.bounds
        return self.table(
            "chain-lists",
            Text("三张清单：攻关、招引、强链", "Three lists: to research, to recruit, to strengthen"),
            frame,
            [
                Column("list", Text("清单", "List"), labels=LISTS),
                Column("chain", Text("产业链", "Chain"), labels=self.chains.names),
                self.stage_column("key"),
                Column("reason", Text("依据", "Evidence")),
                Column("year", Text("核算年份", "Year of the accounts"), kind="year"),
                Column("lead", Text("牵头部门", "Lead")),
                Column("problem", Text("该链已登记问题", "Problems registered for the chain")),
            ],
            Text(
                f"攻关：境外供给≥{b.abroad:.0%}；招引：区位商<{b.quotient:g} 或区外供给≥{b.outside:.0%}；强链：区位商≥{b.strong:g}；"
                "一个环节可列入多张，也可不列入",
                f"research: at least {b.abroad:.0%} of use from abroad; recruit: location quotient below {b.quotient:g} or at "
                f"least {b.outside:.0%} from outside the members; strengthen: location quotient from {b.strong:g} on; a stage may "
                "stand on several lists or none",
            ),
        )


def a_year(span: tuple[int, int] | None) -> Text:
    """Give the unit of growth, with the years between which it was taken."""
    if span is None:
        return Text("%/年", "% a year")
    return Text(f"%/年，{span[0]}–{span[1]}", f"% a year, {span[0]}–{span[1]}")


def texts_of(values: Sequence[Text | None], frame: pd.DataFrame) -> "pd.Series[Any]":
    """Make a column of texts, in the rows of a frame."""
    return pd.Series(list(values), index=frame.index, dtype=object)


def _plain(row: dict[Any, Any]) -> dict[str, Any]:
    return {str(name): value for name, value in row.items()}


def _lists(stages: pd.DataFrame) -> list[Text | None]:
    """Short names of the lists that each stage stands on."""
    short = {code: Text(said.zh.partition("（")[0], said.en.partition(" (")[0]) for code, said in LISTS.items()}
    marks = stages[list(LISTS)].to_numpy()
    found = [[short[code] for code, on in zip(LISTS, row, strict=True) if on] for row in marks]
    return [Text("、".join(t.zh for t in on), "; ".join(t.en for t in on)) if on else None for on in found]


def member_stages(trade: Trade, chains: Chains) -> pd.DataFrame:
    """Output and location quotient of every stage in every member."""
    a = trade.accounts
    nation = chains.weight @ a.output.sum(axis=0)
    parts = []
    for region in trade.places.members:
        own = a.output[a.position(region)]
        output = chains.weight @ own
        quotient = ratio(output, nation) / (own.sum() / a.output.sum())
        parts.append(chains.stages[["chain", "stage"]].assign(region=region, output=output, quotient=quotient))
    return pd.concat(parts, ignore_index=True)
