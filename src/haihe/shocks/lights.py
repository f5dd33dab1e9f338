"""Early-warning lights: a colour for each region and indicator, and always the rule that gives it.

A rule compares one indicator with thresholds; the colour is that of the worst threshold reached. Thresholds without a
document are the project's own and say so; a user gives others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from haihe.diagnosis.result import Basis, Result, basis_of
from haihe.figures import Column, Figure, Table
from haihe.figures.numbers import format_number
from haihe.messages import HaiheError, Quality, Text
from haihe.region import Region
from haihe.region.units import factors
from haihe.shocks.fiscal import BUDGET, FiscalStress
from haihe.shocks.obligations import YI

COLOURS = ("green", "yellow", "orange", "red")
COLOUR_NAMES: dict[object, Text] = {
    "green": Text("绿", "green"), "yellow": Text("黄", "yellow"), "orange": Text("橙", "orange"), "red": Text("红", "red"),
    "unknown": Text("无数据", "no data"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rule:
    """Thresholds of an indicator.

    Parameters
    ----------
    indicator : str
        One of the columns of `indicators`.
    title : Text
    steps : tuple of float
        From which value on it is yellow, orange, red; not falling where `rising`, else not rising.
    rising : bool
        High values are bad.
    ground : Text
        Where the thresholds come from.

    Raises
    ------
    HaiheError
        ``E-SHK-47`` for thresholds that are not three in order.
    """

    indicator: str
    title: Text
    steps: tuple[float, float, float]
    rising: bool
    ground: Text

    def __post_init__(self) -> None:
        steps = np.asarray(self.steps, dtype=float) * (1 if self.rising else -1)
        if steps.shape != (3,) or not np.isfinite(steps).all() or (np.diff(steps) < 0).any():
            raise HaiheError("E-SHK-47", value=self.indicator, steps=str(self.steps))

    def colour(self, values: pd.Series[float]) -> pd.Series[Any]:
        """Colour of each value; ``unknown`` where it is missing."""
        sign = 1 if self.rising else -1
        reached = np.searchsorted(np.asarray(self.steps) * sign, values.to_numpy(dtype=float) * sign, side="right")
        found = np.array(COLOURS, dtype=object)[np.minimum(reached, 3)]
        return pd.Series(np.where(values.isna(), "unknown", found), index=values.index, dtype=object)

    def words(self, colour: str, value: float) -> Text:
        """Say why a value has its colour."""
        if colour == "unknown":
            return Text(f"{self.title.zh}：没有数据", f"{self.title.en}: no data")
        says = "≥" if self.rising else "≤"
        shown = format_number(value, 1, share=True)
        at = COLOURS.index(colour)
        limit = format_number(self.steps[max(at, 1) - 1], 1, share=True)
        if at == 0:
            return Text(
                f"{self.title.zh} {shown}，未到黄线（{says}{limit}）",
                f"{self.title.en} {shown}, not {says} {limit} (yellow)",
            )
        name = COLOUR_NAMES[colour]
        return Text(
            f"{self.title.zh} {shown} {says} {limit}：{name.zh}", f"{self.title.en} {shown} {says} {limit}: {name.en}"
        )


OWN = Text("本项目设定的示例界线，不是任何文件的规定", "thresholds set by this project as an example, no document's")
RULES: tuple[Rule, ...] = (
    Rule("debt_used", Text("债务占限额", "Debt of its ceiling"), (0.9, 0.97, 1.0), True, OWN),
    Rule(
        "suspended",
        Text("暂付款占支出", "Suspended payments of expenditure"),
        (0.04, 0.045, 0.05),
        True,
        Text(
            "红线 5% 见公布的预算报告；黄、橙为本项目设定",
            "red at 5 % as published budget reports say; yellow and orange are ours",
        ),
    ),
    Rule("service", Text("还本付息占收入", "Debt service of income"), (0.15, 0.25, 0.35), True, OWN),
    Rule("land", Text("土地收入占收入", "Land revenue of income"), (0.25, 0.4, 0.55), True, OWN),
    Rule("kept", Text("压力下付得出的承诺", "Promises kept under stress"), (0.99, 0.95, 0.9), False, OWN),
    Rule("matched", Text("压力下付得出的配套", "Matching kept under stress"), (0.95, 0.8, 0.5), False, OWN),
)


@dataclass(frozen=True, eq=False)
class Lights(Result):
    """Colours.

    Attributes
    ----------
    frame : DataFrame
        region, indicator, value, colour, why_zh, why_en, ground_zh, ground_en: one record a region and rule.
    rules : tuple of Rule
    basis : Basis
    """

    frame: pd.DataFrame
    rules: tuple[Rule, ...]
    basis: Basis

    @property
    def quality(self) -> Quality:
        """Worst mark of the tables."""
        return self.basis.quality

    @property
    def worst(self) -> pd.DataFrame:
        """Worst light of each region: region, colour, indicator, why_zh, why_en; the worst first."""
        rank = self.frame["colour"].map({c: k for k, c in enumerate(["unknown", *COLOURS])})
        order = self.frame.assign(rank=rank).sort_values("rank", ascending=False, kind="stable")
        return order.drop_duplicates("region")[["region", "colour", "indicator", "why_zh", "why_en"]].reset_index(
            drop=True
        )

    def shown(self) -> Iterable[Table | Figure]:
        """All lights with the rule that gives each."""
        titles = {rule.indicator: rule.title for rule in self.rules}
        keys = zip(self.frame["region"], self.frame["indicator"], strict=True)
        why: dict[object, Text] = dict(zip(keys, map(Text, self.frame["why_zh"], self.frame["why_en"]), strict=True))
        grounds = {rule.indicator: rule.ground for rule in self.rules}
        frame = self.frame.assign(
            why=pd.Series(list(why), dtype=object, index=self.frame.index), ground=self.frame["indicator"]
        )
        yield self.basis.table(
            "lights",
            Text("预警灯", "Early-warning lights"),
            frame,
            [
                self.basis.place(),
                Column("indicator", Text("指标", "Indicator"), labels=titles),
                Column("value", Text("数值", "Value"), kind="share", digits=1),
                Column("colour", Text("颜色", "Colour"), labels=COLOUR_NAMES),
                Column("why", Text("为何是这个颜色", "Why this colour"), kind="text", labels=why),
                Column("ground", Text("界线依据", "Ground of the thresholds"), labels=grounds),
            ],
            Text(
                "每个指标与三条界线比较，取达到的最重一级",
                "each indicator against three thresholds; the worst one reached counts",
            ),
        )

    @property
    def words(self) -> Text:
        """How many regions are red, and for what."""
        red = self.worst[self.worst["colour"] == "red"]
        if red.empty:
            return Text("没有地区亮红灯", "no region is red")
        names = [self.basis.name(code) for code in red["region"]]
        zh, en = "、".join(n.zh for n in names[:5]), ", ".join(n.en for n in names[:5])
        return Text(
            f"{len(names)} 个地区亮红灯：{zh}{'等' if len(names) > 5 else ''}；例如 {red['why_zh'].iloc[0]}",
            f"{len(names)} regions are red: {en}{', …' if len(names) > 5 else ''}; e.g. {red['why_en'].iloc[0]}",
        )


def indicators(region: Region, stress: FiscalStress | None = None, path: str | None = None) -> pd.DataFrame:
    """Work out what the rules look at, by region; missing where a figure is missing.

    Parameters
    ----------
    region : Region
        Table ``finances``: debt, debt_ceiling, suspended_payments, expenditure.
    stress : FiscalStress, optional
        For debt service, land revenue and promises.
    path : str, optional
        Path of the promises kept; the one with most unpaid where not given.

    Returns
    -------
    DataFrame
        Indexed by region: debt_used, suspended, service, land, kept, matched; shares.
    """
    table = region.frame("finances")
    table = table.assign(value=table["value"] * factors(table["unit"], YI)).sort_values("year", kind="stable")
    last = table.pivot_table(index="region", columns="item", values="value", aggfunc="last")
    last = last.reindex(columns=["debt", "debt_ceiling", "suspended_payments", "expenditure"])
    frame = pd.DataFrame(
        {
            "debt_used": last["debt"] / last["debt_ceiling"].where(last["debt_ceiling"] > 0),
            "suspended": last["suspended_payments"] / last["expenditure"].where(last["expenditure"] > 0),
        }
    )
    if stress is None:
        return frame.reindex(columns=[rule.indicator for rule in RULES])
    worst = path or stress.space.groupby("path")["unpaid"].sum().idxmax()
    first = stress.payments["year"].min()
    plain = stress.income[(stress.income["path"] == BUDGET) & (stress.income["year"] == first)]
    income = plain.groupby("region")["value"].sum()
    income = income.where(income > 0)
    rows = stress.payments
    service = rows["kind"].isin(["interest", "principal"])
    owed = rows[(rows["path"] == BUDGET) & (rows["year"] == first) & service]
    paid = rows[rows["path"] == worst]
    sums = paid.groupby("region")[["due", "paid"]].sum()
    match = paid[paid["kind"] == "matching"].groupby("region")[["due", "paid"]].sum()
    more = pd.DataFrame(
        {
            "service": owed.groupby("region")["due"].sum() / income,
            "land": plain[plain["item"] == "land_revenue"].groupby("region")["value"].sum() / income,
            "kept": sums["paid"] / sums["due"].where(sums["due"] > 0),
            "matched": match["paid"] / match["due"].where(match["due"] > 0),
        }
    )
    return frame.join(more, how="outer")


def lights(
    region: Region, stress: FiscalStress | None = None, rules: Sequence[Rule] = RULES, path: str | None = None
) -> Lights:
    """Give every region its lights.

    Parameters
    ----------
    region, stress, path
        As `indicators`.
    rules : sequence of Rule

    Returns
    -------
    Lights

    Raises
    ------
    HaiheError
        ``E-SHK-47`` for a rule on an indicator that there is not.
    """
    values = indicators(region, stress, path).dropna(how="all")
    unknown = [rule for rule in rules if rule.indicator not in values]
    if unknown:
        raise HaiheError("E-SHK-47", value=unknown[0].indicator, steps=str(unknown[0].steps))
    parts = []
    for rule in rules:
        value = values[rule.indicator].astype(float)
        colour = rule.colour(value)
        why = [rule.words(c, v) for c, v in zip(colour, value, strict=True)]
        parts.append(
            pd.DataFrame(
                {
                    "region": values.index, "indicator": rule.indicator, "value": value.to_numpy(), "colour": colour.to_numpy(),
                    "why_zh": [t.zh for t in why], "why_en": [t.en for t in why], "ground_zh": rule.ground.zh,
                    "ground_en": rule.ground.en,
                }
            )
        )  # fmt: skip
    frame = pd.concat(parts, ignore_index=True).sort_values("region", kind="stable").reset_index(drop=True)
    return Lights(frame, tuple(rules), basis_of(region, "finances", "promises", "fiscal_paths"))
