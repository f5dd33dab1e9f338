"""Tables and figures of an exchange: how the gap closed round by round, what was settled, at which prices."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from haihe.figures import Column, Figure, Table, lines
from haihe.messages import Text, worst_quality
from haihe.planning.views import YI, YI_PER_BN

if TYPE_CHECKING:
    from haihe.coalition.exchange import Exchange

SOURCE = Text(
    "haihe 交换：各成员在自己的数据上求解，只交换价格与数量",
    "haihe exchange: members solve on their own data and share prices and amounts only",
)
BOUNDS = Text(
    "“至少”是已经能够得到的收益，“至多”是任何交换都不能超过的上界；两者之差占收益的比例即差距。贴现累计值。",
    "At least is what is surely gained, at most is what no exchange can exceed; the gap is their difference as a share of the gain. "
    "Discounted totals.",
)
SIDES = {"gain": Text("至少", "At least"), "bound": Text("至多", "At most")}


class ExchangeViews:
    """Tables and figures of an exchange; codes stand as the members wrote them."""

    def __init__(self, exchange: "Exchange") -> None:
        self.exchange = exchange
        self.quality = worst_quality(exchange.marks.values()) or "illustrative"

    def tables(self) -> dict[str, Table]:
        """Rounds, settled amounts and prices; those without rows are left out."""
        return {table.key: table for table in (self.rounds(), self.settled(), self.prices()) if len(table)}

    def figures(self) -> dict[str, Figure]:
        """The gain known after each round, and prices by year."""
        return {figure.key: figure for figure in (self.round_figure(), self.price_figure()) if figure is not None}

    def rounds(self) -> Table:
        """Gain surely reached, gain at most, and gap after each round."""
        frame = self.exchange.rounds
        known = frame[["bound", "gain", "gap"]].astype("float64").replace([np.inf, -np.inf], np.nan)
        known[["bound", "gain"]] *= YI_PER_BN
        return self._table(
            "exchange-rounds",
            Text("逐轮的收益与差距", "Gain and gap round by round"),
            frame.assign(**known),
            [
                Column("round", Text("轮次", "Round"), kind="number", digits=0),
                Column("gain", SIDES["gain"], unit=YI, digits=2),
                Column("bound", SIDES["bound"], unit=YI, digits=2),
                Column("gap", Text("差距", "Gap"), kind="share", digits=2),
            ],
            BOUNDS,
        )

    def settled(self) -> Table:
        """What members receive and pay."""
        frame = self.exchange.settled
        return self._table(
            "exchange-settled",
            Text("结算：谁调入多少、付多少", "Settled: who receives and pays how much"),
            frame.assign(payment=frame["payment"] * YI_PER_BN),
            [
                Column("member", Text("成员", "Member"), kind="text"),
                Column("thing", Text("事项", "Thing"), kind="text"),
                Column("year", Text("年份", "Year"), kind="year"),
                Column("amount", Text("每年调入（负为调出）", "Received a year (negative: given)"), signed=True),
                Column("unit", Text("单位", "Unit"), kind="text"),
                Column("price", Text("价格（元/单位）", "Price, yuan a unit"), digits=1),
                Column("payment", Text("付款（负为收款）", "Pays (negative: is paid)"), unit=YI, digits=2, signed=True),
            ],
        )

    def prices(self) -> Table:
        """One price for all members, by thing and year."""
        frame = self.exchange.settled.drop_duplicates(["thing", "year"])
        words = [Text(f"{t}（元/{u}）", f"{t}, yuan a {u}") for t, u in zip(frame["thing"], frame["unit"], strict=True)]
        return self._table(
            "exchange-prices",
            Text("调剂价格，各成员相同", "Prices, the same for all members"),
            frame.assign(title=pd.Series(words, index=frame.index, dtype=object), year=frame["year"].astype(str)),
            [
                Column("title", Text("事项", "Thing"), kind="text"),
                Column("year", Text("年份", "Year"), kind="text"),
                Column("price", Text("价格", "Price"), digits=1),
            ],
        )

    def round_figure(self) -> Figure | None:
        """The gain surely reached and the gain at most, closing in."""
        frame = self.rounds().frame.melt(
            id_vars="round", value_vars=["gain", "bound"], var_name="side", value_name="value"
        )
        if frame["value"].notna().sum() == 0:
            return None
        table = self._table(
            "exchange-closing",
            Text("逐轮逼近", "Closing in, round by round"),
            frame.assign(round=frame["round"].astype(int).astype(str)),
            [
                Column("round", Text("轮次", "Round"), kind="text"),
                Column("side", Text("收益", "Gain"), kind="text", labels=SIDES),
                Column("value", Text("收益", "Gain"), unit=YI, digits=2),
            ],
            BOUNDS,
        )
        return lines(table, "round", "value", by="side")

    def price_figure(self) -> Figure | None:
        """Prices by year; things of several units are told by the table only."""
        table = self.prices()
        return lines(table, "year", "price", by="title") if len(set(table.frame["thing"])) == 1 else None

    def _table(self, key: str, title: Text, frame: pd.DataFrame, columns: list[Column], *notes: Text) -> Table:
        return Table(frame, columns, key=key, title=title, source=SOURCE, quality=self.quality, notes=notes)
