"""Money of a guidance fund at its four stages, kept apart; leverage in each of its four meanings; idle cash.

Committed, paid in, invested and landed are different sums, and "leverage" is reported of each of them. Nothing is mixed
here: every ratio stands with its numerator and its denominator, and a stage without data is missing, never 0.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from haihe.figures import Column, Table
from haihe.messages import Finding, Findings, HaiheError, Quality, Text
from haihe.rules.money import added, cumulated, summed, whole_fen
from haihe.rules.tabled import Tabled, in_wan, money

Stage = Literal["committed", "paid_in", "invested", "landed", "fee"]
STAGES: dict[Stage, Text] = {
    "committed": Text("认缴", "committed"),
    "paid_in": Text("实缴", "paid in"),
    "invested": Text("已投资", "invested"),
    "landed": Text("项目落地投资", "landed"),
    "fee": Text("管理费等支出", "fees and costs"),
}
PAYERS = ("government", "other")
STAGE_COLUMNS = ("fund", "year", "stage", "payer", "amount")
MEANINGS: dict[str, tuple[str, str, Text]] = {
    "committed": (
        "committed_all",
        "committed_government",
        Text("认缴放大：全部认缴 ÷ 政府认缴", "of commitments: all committed ÷ committed by government"),
    ),
    "paid_in": (
        "paid_in_all",
        "paid_in_government",
        Text("实缴放大：全部实缴 ÷ 政府实缴", "of money paid in: all paid in ÷ paid in by government"),
    ),
    "invested": (
        "invested_all",
        "invested_government",
        Text("投资放大：项目获得的全部投资 ÷ 其中政府资金", "of investment: all invested ÷ government money in it"),
    ),
    "landed": (
        "landed_all",
        "invested_government",
        Text("落地放大：本地落地投资 ÷ 政府已投资金", "of landing: investment landed here ÷ government money invested"),
    ),
}
"""What each meaning of leverage divides by what, and its words."""


@dataclass(frozen=True)
class FundStages(Tabled):
    """Stages of one or more funds up to a year.

    Attributes
    ----------
    year : int
        Last year counted.
    frame : DataFrame
        By fund: fund and, for each stage, ``<stage>_government`` and ``<stage>_all`` in fen, summed up to the year;
        missing where nothing was reported.
    leverage : DataFrame
        By fund and meaning: fund, meaning, numerator, denominator (fen), ratio (missing where either is missing or the
        denominator is 0).
    idle : DataFrame
        By fund and year: fund, year, paid_in, invested, fee (sums up to the year, fen; missing where the fund never
        reported it), idle = paid_in - invested - fee (missing where nothing invested was ever reported), share of the
        money paid in, oldest (year in which the oldest idle money was paid in, first in first out).
    """

    year: int
    frame: pd.DataFrame
    leverage: pd.DataFrame
    idle: pd.DataFrame
    source: Text
    quality: Quality
    names: dict[str, Text]

    def findings(self) -> Findings:
        """Name the funds that invested more than was paid in (``W-RUL-82``) and those reporting no fees (``N-RUL-83``)."""
        found = Findings()
        over = self.idle[self.idle["idle"].lt(0).fillna(False)]
        for fund, year in zip(over["fund"], over["year"], strict=True):
            found.append(Finding("W-RUL-82", table="stages", values={"fund": str(fund), "year": int(year)}))
        none = self.frame.loc[self.frame["fee_all"].isna() & self.frame["paid_in_all"].notna(), "fund"]
        found.extend(Finding("N-RUL-83", table="stages", values={"fund": str(fund)}) for fund in none)
        return found

    def shown(self) -> Iterable[Table]:
        """Give the stages, leverage in each meaning, and idle cash."""
        fund = Column("fund", Text("基金", "fund"), labels=self.names)
        who = {"government": Text("其中政府出资", "of it government"), "all": Text("合计", "all")}
        shown = {f"{stage}_{p}": (stage, p) for stage in STAGES for p in ("all", "government")}
        shown = {key: pair for key, pair in shown.items() if key not in ("landed_government", "fee_government")}
        stages = in_wan(self.frame, list(shown))
        words = Text("{s}（{w}）", "{s} ({w})")
        columns = [fund]
        columns += [money(stages, k, words.format(s=STAGES[stage], w=who[p])) for k, (stage, p) in shown.items()]
        until = Text(f"截至{self.year}年底", f"up to the end of {self.year}")
        yield self._table(stages, columns, "stages", Text("基金各阶段资金，{u}", "stages of the funds, {u}"), until)
        leverage = in_wan(self.leverage, ("numerator", "denominator"))
        columns = [
            fund,
            Column("meaning", Text("放大倍数的口径", "meaning"), labels={k: m[2] for k, m in MEANINGS.items()}),
        ]
        columns += [money(leverage, "numerator", Text("分子", "numerator"))]
        columns += [money(leverage, "denominator", Text("分母", "denominator"))]
        columns += [Column("ratio", Text("倍数", "ratio"), unit=Text("倍", "times"), kind="number", digits=2)]
        yield self._table(leverage, columns, "leverage", Text("放大倍数，{u}", "leverage, {u}"), until)
        idle = in_wan(self.idle, ("paid_in", "invested", "fee", "idle"))
        columns = [fund, Column("year", Text("年份", "year"), kind="year")]
        columns += [money(idle, key, STAGES[key]) for key in ("paid_in", "invested", "fee")]
        columns += [money(idle, "idle", Text("闲置资金", "idle cash"))]
        columns += [Column("share", Text("占实缴", "share of paid in"), kind="share", digits=1)]
        columns += [Column("oldest", Text("最早闲置资金到位年份", "oldest idle money paid in"), kind="year")]
        yield self._table(idle, columns, "idle", Text("闲置资金，{u}", "idle cash, {u}"), until)

    def _table(self, frame: pd.DataFrame, columns: Sequence[Column], key: str, title: Text, until: Text) -> Table:
        title = title.format(u=until)
        return Table(frame, columns, key=key, title=title, source=self.source, quality=self.quality)


def fund_stages(
    stages: pd.DataFrame, year: int, source: Text, quality: Quality, names: dict[str, Text] | None = None
) -> FundStages:
    """Add up the stages of funds and compare them.

    Parameters
    ----------
    stages : DataFrame
        ``fund``, ``year``, ``stage`` (key of `STAGES`), ``payer`` (``government`` or ``other``) and ``amount`` in fen:
        what was added in that year. Landed investment may have any payer; only its sum is used.
    year : int
        Last year counted.
    source : Text
    quality : {"official", "estimated", "illustrative"}
    names : dict, optional
        Names of funds.

    Returns
    -------
    FundStages

    Raises
    ------
    HaiheError
        ``E-RUL-77`` for missing columns, ``E-RUL-79`` for an amount that is no whole fen, ``E-RUL-84`` for an unknown
        stage or payer.
    """
    lacking = [name for name in STAGE_COLUMNS if name not in stages]
    if lacking:
        raise HaiheError("E-RUL-77", table="stages", value=", ".join(lacking))
    unknown = sorted((set(stages["stage"]) - set(STAGES)) | (set(stages["payer"]) - set(PAYERS)), key=str)
    if unknown:
        raise HaiheError("E-RUL-84", table="stages", value=", ".join(map(str, unknown)))
    if not whole_fen(stages["amount"]):
        raise HaiheError("E-RUL-79", table="stages", column="amount")
    counted = stages[stages["year"] <= year].assign(amount=lambda f: f["amount"].astype("Int64"))
    frame = _by_fund(counted)
    return FundStages(year, frame, _leverage(frame), _idle(counted), source, quality, names or {})


def _by_fund(stages: pd.DataFrame) -> pd.DataFrame:
    """Sum by fund, stage and payer; a sum of which no part was reported is missing."""
    by_payer = summed(stages, ["fund", "stage", "payer"], ["amount"])["amount"]
    by_stage = summed(stages, ["fund", "stage"], ["amount"])["amount"]
    funds = pd.Index(stages["fund"].unique(), name="fund")
    frame = pd.DataFrame(index=funds)
    for stage in STAGES:
        for name, sums, at in (("government", by_payer, (stage, "government")), ("all", by_stage, (stage,))):
            wanted = pd.MultiIndex.from_tuples([(fund, *at) for fund in funds], names=sums.index.names)
            frame[f"{stage}_{name}"] = sums.reindex(wanted).array
    return frame.reset_index()


def _leverage(frame: pd.DataFrame) -> pd.DataFrame:
    """Leverage of every fund in every meaning."""
    parts = []
    for meaning, (numerator, denominator, _) in MEANINGS.items():
        below = frame[denominator].astype("Float64")
        ratio = frame[numerator].astype("Float64") / below.mask(below == 0)
        pair = frame[["fund", numerator, denominator]].set_axis(["fund", "numerator", "denominator"], axis=1)
        parts.append(pair.assign(meaning=meaning, ratio=ratio.astype("float64")))
    return pd.concat(parts, ignore_index=True).sort_values("fund", kind="stable", ignore_index=True)


def _idle(stages: pd.DataFrame) -> pd.DataFrame:
    """Idle cash year by year, and how old its oldest part is."""
    flows = ["paid_in", "invested", "fee"]
    kept = stages[stages["stage"].isin(flows)]
    added_up = summed(kept, ["fund", "year", "stage"], ["amount"])["amount"]
    sums = added_up.unstack("stage").reindex(columns=flows)  # noqa: PD010 - each cell is there once, and is a whole number
    known = sums.notna().groupby(level="fund").transform("any")
    funds = [sums.index.get_level_values("fund")]
    running = cumulated(sums.fillna(0), funds, flows).where(known)[known["paid_in"]]
    spent = added(*(running[name].fillna(0).to_numpy(dtype=np.int64) for name in ("invested", "fee")))
    frame = running.assign(idle=(running["paid_in"] - spent).mask(running["invested"].isna()))
    share = frame["idle"].astype("Float64") / frame["paid_in"].mask(frame["paid_in"] == 0).astype("Float64")
    oldest = pd.Series(_oldest(frame), index=frame.index, dtype="Int64")
    return frame.assign(share=share.astype("float64"), oldest=oldest).reset_index()


def _oldest(frame: pd.DataFrame) -> list[object]:
    """Year in which the oldest money still idle was paid in, where what came first is spent first."""
    found: list[object] = []
    for _, fund in frame.groupby(level="fund", sort=False):
        years = fund.index.get_level_values("year").to_numpy()
        if fund["idle"].isna().all():
            found += [pd.NA] * len(fund)
            continue
        paid = fund["paid_in"].to_numpy(dtype=np.int64)
        at = np.searchsorted(paid, paid - fund["idle"].to_numpy(dtype=np.int64), side="right")
        found += [int(years[k]) if k <= now else pd.NA for now, k in enumerate(at)]
    return found
