"""Execution of a fund's budget: by year and batch, this year's awards and the tails of earlier ones kept apart."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import pandas as pd

from haihe.figures import Column, Table
from haihe.messages import Finding, Findings, HaiheError, Quality, Text
from haihe.rules.money import summed, whole_fen
from haihe.rules.tabled import Tabled, in_wan, money

BUDGET_COLUMNS = ("fund", "year", "batch", "budget")
PAID_COLUMNS = ("fund", "year", "batch", "application", "award_year", "region", "amount")
AWARD_COLUMNS = ("application", "fund", "award_year", "region", "approved")
WORDS = {
    "budget": Text("预算", "budget"),
    "paid": Text("已拨付", "paid"),
    "new": Text("其中当年立项", "of it awards of the year"),
    "tails": Text("其中以前年度尾款", "of it tails of earlier years"),
    "left": Text("结余", "left"),
    "approved": Text("核定支持额", "approved"),
    "open": Text("待付尾款", "open tails"),
}


@dataclass(frozen=True)
class Execution(Tabled):
    """Execution of budgets.

    Attributes
    ----------
    batches : DataFrame
        By fund, year and batch: budget, paid, new (awards of the year), tails (of earlier years), left (all fen; budget
        and left missing where no budget was declared), rate = paid over budget.
    open : DataFrame
        By fund, award_year and region: approved, paid, open (fen): what is still owed of earlier awards.
    """

    batches: pd.DataFrame
    open: pd.DataFrame
    source: Text
    quality: Quality
    names: dict[str, Text] = field(default_factory=dict)

    def findings(self) -> Findings:
        """Name batches paid beyond their budget (``W-RUL-85``) and awards paid beyond approval (``W-RUL-86``)."""
        over = self.batches[(self.batches["left"] < 0).fillna(False)]
        found = Findings(
            Finding("W-RUL-85", table="payments", values={"fund": str(f), "year": int(y), "batch": str(b)})
            for f, y, b in zip(over["fund"], over["year"], over["batch"], strict=True)
        )
        more = self.open[(self.open["open"] < 0).fillna(False)]
        found.extend(
            Finding("W-RUL-86", table="payments", values={"fund": str(f), "year": int(y), "region": str(r)})
            for f, y, r in zip(more["fund"], more["award_year"], more["region"], strict=True)
        )
        return found

    def shown(self) -> Iterable[Table]:
        """Give the execution by batch and the open tails."""
        fund = Column("fund", Text("专项资金", "fund"), labels=self.names)
        batches = in_wan(self.batches, ("budget", "paid", "new", "tails", "left"))
        columns = [
            fund,
            Column("year", Text("预算年度", "budget year"), kind="year"),
            Column("batch", Text("批次", "batch")),
        ]
        columns += [money(batches, key, WORDS[key]) for key in ("budget", "paid", "new", "tails", "left")]
        columns += [Column("rate", Text("执行率", "rate of execution"), kind="share", digits=1)]
        yield self._table(batches, columns, "execution", Text("预算执行", "execution of the budget"))
        rest = in_wan(self.open, ("approved", "paid", "open"))
        columns = [fund, Column("award_year", Text("立项年度", "award year"), kind="year")]
        columns += [Column("region", Text("地区", "region"), labels=self.names)]
        columns += [money(rest, key, WORDS[key]) for key in ("approved", "paid", "open")]
        yield self._table(rest, columns, "tails", Text("以前年度尾款", "tails of earlier years"))

    def _table(self, frame: pd.DataFrame, columns: list[Column], key: str, title: Text) -> Table:
        return Table(frame, columns, key=key, title=title, source=self.source, quality=self.quality)


def budget_execution(
    budgets: pd.DataFrame,
    payments: pd.DataFrame,
    awards: pd.DataFrame,
    source: Text,
    quality: Quality,
    names: dict[str, Text] | None = None,
) -> Execution:
    """Compare what was paid with budgets and with awards.

    Parameters
    ----------
    budgets : DataFrame
        ``fund``, ``year``, ``batch``, ``budget`` (fen).
    payments : DataFrame
        ``fund``, ``year`` and ``batch`` of the budget that pays, ``application``, ``award_year``, ``region``,
        ``amount`` (fen).
    awards : DataFrame
        ``application``, ``fund``, ``award_year``, ``region``, ``approved`` (fen).
    source : Text
    quality : {"official", "estimated", "illustrative"}
    names : dict, optional
        Names of funds and regions.

    Returns
    -------
    Execution

    Raises
    ------
    HaiheError
        ``E-RUL-77`` for missing columns, ``E-RUL-79`` for an amount that is no whole fen.
    """
    given = (
        (budgets, BUDGET_COLUMNS, "budgets"),
        (payments, PAID_COLUMNS, "payments"),
        (awards, AWARD_COLUMNS, "awards"),
    )
    for frame, needed, table in given:
        lacking = [name for name in needed if name not in frame]
        if lacking:
            raise HaiheError("E-RUL-77", table=table, value=", ".join(lacking))
        if not whole_fen(frame[needed[-1]]):
            raise HaiheError("E-RUL-79", table=table, column=needed[-1])
    return Execution(_batches(budgets, payments), _open(payments, awards), source, quality, names or {})


def _batches(budgets: pd.DataFrame, payments: pd.DataFrame) -> pd.DataFrame:
    """Budget against payments; a batch with a budget and no payment has paid 0, one without a budget has none."""
    key = ["fund", "year", "batch"]
    tail = payments["award_year"] < payments["year"]
    amount = payments["amount"].astype("Int64")
    flows = payments[key].assign(paid=amount, new=amount.where(~tail, 0), tails=amount.where(tail, 0))
    paid = summed(flows, key, ["paid", "new", "tails"]).reset_index()
    budget = summed(budgets, key, ["budget"]).reset_index()
    frame = budget.merge(paid, on=key, how="outer").sort_values(key, ignore_index=True)
    frame = frame.fillna({"paid": 0, "new": 0, "tails": 0})
    rate = frame["paid"].astype("Float64") / frame["budget"].mask(frame["budget"] == 0).astype("Float64")
    left = frame["budget"] - frame["paid"]
    return pd.DataFrame(frame.assign(left=left, rate=rate.astype("float64")))


def _open(payments: pd.DataFrame, awards: pd.DataFrame) -> pd.DataFrame:
    """What is still owed of awards, by year of the award and region."""
    paid = summed(payments, ["application", "fund"], ["amount"])["amount"].rename("paid")
    own = awards.astype({"approved": "Int64"}).merge(paid.reset_index(), on=["application", "fund"], how="left")
    own = own.fillna({"paid": 0}).assign(open=lambda f: f["approved"] - f["paid"])
    return summed(own, ["fund", "award_year", "region"], ["approved", "paid", "open"]).reset_index()
