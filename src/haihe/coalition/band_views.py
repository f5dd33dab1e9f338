"""Tables and figures of how sure shares are: bands over elasticities, flows and first allocations."""

import pandas as pd

from haihe.coalition.bands import VARIANTS, Bands
from haihe.coalition.share import Shares
from haihe.coalition.share_views import NAMED
from haihe.coalition.share_words import BANDED, OUTSIDE
from haihe.figures import Column, Figure, Table, ranges
from haihe.messages import Text
from haihe.planning.views import YI, YI_PER_BN

WHOLE = {
    "gain": Text("协同收益", "Gain of coordination"),
    "cost_alone": Text("各自承担限制的代价", "Cost of the limits alone"),
    "owen_slack": Text("欧文点下退出至少损失", "Least lost by leaving the Owen point"),
}
SHARE = "share_of_cost"
ENDS = {"given": Text("按给定取值", "As given"), "low": Text("最低", "Least"), "high": Text("最高", "Most")}


class BandViews:
    """Tables and figures of bands, beside the shares of the central case."""

    def __init__(self, bands: Bands, shares: Shares) -> None:
        self.bands, self.shares = bands, shares
        things = shares.things.set_index("thing")
        self.names = shares.views.names | {
            name: Text(things.loc[name, "zh"], things.loc[name, "en"]) for name in things.index
        }
        titles = shares.region.frame("allocations")[["allocation", "name_zh", "name_en"]].itertuples(
            index=False, name=None
        )
        self.allocations = {code: Text(zh, en) for code, zh, en in titles}

    def tables(self) -> dict[str, Table]:
        """Amounts with bands, shares of the cost with bands, every case, and cases without a plan."""
        made = (self.amounts(), self.parts(), self.cases(), self.errors())
        return {table.key: table for table in made if len(table)}

    def figures(self) -> dict[str, Figure]:
        """The gain under each first allocation, and each member's part under both splits."""
        made = (self._figure("gain", ("gain",)), self._figure("splits", ("owen", "shapley")))
        return {figure.key: figure for figure in made if figure is not None}

    def amounts(self) -> Table:
        """Every amount by first allocation: as given, least and most."""
        frame = self.bands.summary
        return self._summary(
            "amounts", Text("金额及其区间", "Amounts and their bands"), frame[frame["quantity"] != SHARE]
        )

    def parts(self) -> Table:
        """The gain as a share of what limits cost alone."""
        frame = self.bands.summary
        return self._table(
            "parts",
            Text("协同收益占各自代价的比例及其区间", "The gain as a share of the cost alone, and its band"),
            frame[frame["quantity"] == SHARE],
            [self._allocation(), *(Column(key, title, kind="share", digits=1) for key, title in ENDS.items())],
        )

    def cases(self) -> Table:
        """The gain of every case."""
        frame = self.bands.table
        frame = frame[frame["quantity"] == "gain"]
        return self._table(
            "cases",
            Text("逐一重新求解的各种取值", "Every case that was solved again"),
            frame.assign(value=frame["value"] * YI_PER_BN),
            [
                self._allocation(),
                Column("variant", Text("取值", "Case"), kind="text", labels=VARIANTS),
                Column("value", WHOLE["gain"], unit=YI, digits=1),
            ],
        )

    def errors(self) -> Table:
        """Cases without a plan."""
        return self._table(
            "errors",
            Text("没有可行方案的取值", "Cases without a plan"),
            self.bands.errors,
            [
                self._allocation(),
                Column("variant", Text("取值", "Case"), kind="text", labels=VARIANTS),
                Column("error", Text("原因", "Why"), kind="text"),
            ],
        )

    def _figure(self, key: str, quantities: tuple[str, ...]) -> Figure | None:
        frame = self.bands.summary
        frame = frame[frame["quantity"].isin(quantities)]
        if frame.empty:
            return None
        title = (
            Text("协同收益的区间", "Band of the gain")
            if key == "gain"
            else Text("各地所得的区间", "Bands of each part")
        )
        table = self._summary(f"{key}-drawn", title, frame)
        whole = [
            Text(f"{what.zh}（{handed.zh}）", f"{what.en} ({handed.en})")
            for what, handed in zip(table.frame["what"], table.frame["allocation"].map(self._named), strict=True)
        ]
        named = Table(
            table.frame.assign(what=pd.Series(whole, dtype=object)), table.columns, key=table.key, title=table.title,
            source=table.source, quality=table.quality, notes=table.notes,
        )  # fmt: skip
        return ranges(named, "what", "given", "low", "high")

    def _summary(self, key: str, title: Text, frame: pd.DataFrame) -> Table:
        what = [self._what(quantity, of) for quantity, of in zip(frame["quantity"], frame["of"], strict=True)]
        scaled = {name: frame[name] * YI_PER_BN for name in ENDS}
        return self._table(
            key,
            title,
            frame.assign(what=pd.Series(what, index=frame.index, dtype=object), **scaled),
            [
                self._allocation(),
                Column("what", Text("内容", "What"), kind="text"),
                *(Column(name, words, unit=YI, digits=1) for name, words in ENDS.items()),
                Column("cases", Text("求解数", "Cases"), digits=0),
            ],
        )

    def _table(self, key: str, title: Text, frame: pd.DataFrame, columns: list[Column]) -> Table:
        views = self.shares.views
        notes = (BANDED, OUTSIDE)
        return Table(
            frame,
            columns,
            key=f"share-bands-{key}",
            title=title,
            source=views.source,
            quality=views.quality,
            notes=notes,
        )

    def _what(self, quantity: str, of: str) -> Text:
        if quantity in WHOLE:
            return WHOLE[quantity]
        own = self.names.get(of, Text(of, of))
        if quantity in NAMED:
            rule = NAMED[quantity]
            return Text(f"{own.zh}，{rule.zh}", f"{own.en}, {rule.en}")
        if quantity == "thing":
            return Text(f"缺“{own.zh}”的损失", f"Lost without {own.en}")
        return Text(f"只共享“{own.zh}”", f"{own.en} alone")

    def _named(self, code: str) -> Text:
        return self.allocations.get(code, Text(code, code))

    def _allocation(self) -> Column:
        return Column("allocation", Text("初始分配", "First allocation"), kind="text", labels=self.allocations)
