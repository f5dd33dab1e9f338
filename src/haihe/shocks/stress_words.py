"""Sentences of a shock and of the best answer to it, in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from haihe.messages import Text
from haihe.region.units import factor, said
from haihe.shocks.baseline import ABROAD, ELSEWHERE
from haihe.shocks.coordinated import Coordinated

if TYPE_CHECKING:
    from haihe.shocks.stress import Stress

PARTNERS = {ABROAD: Text("境外", "abroad"), ELSEWHERE: Text("国内其他地区", "elsewhere in the country")}
CAUSES = {
    "demand": Text("订单减少", "fewer orders"),
    "capacity": Text("产能不足", "too little capacity"),
    "inputs": Text("投入品断供", "inputs that ran short"),
}
HELPS = {
    "stock": Text("“{input}”的库存加倍", "twice the stock of “{input}”"),
    "supplier": Text("“{input}”可以完全改换供应商", "suppliers of “{input}” that can be changed wholly"),
    "capacity": Text("备用产能多一成", "a tenth more spare capacity"),
    "outside": Text("外来供应再多一成", "a tenth more from partners outside"),
}
ENGLISH = "bn yuan"
NAMED = 3
"""Transfers and producers that are named."""
SLIGHT, NEARLY = 0.05, 0.95
"""Parts of a loss below which a remedy helps little, above which it helps against nearly all."""
NOTICED = 1e-4
"""Part of all final use from which on a change of it is worth a sentence."""


def money(value: float) -> str:
    """Write an amount with three figures, never as a power of ten."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def amount(value: float, unit: str) -> Text:
    """Write money in the unit of the accounts in Chinese, in bn yuan in English."""
    return Text(f"{money(value)} {said(unit).zh}", f"{money(value * factor(unit, ENGLISH))} {ENGLISH}")


def shock_lines(found: Stress) -> list[Text]:
    """A line each on what happens, the loss, its causes, what breaks first, recovery, who loses, what helps, prices."""
    name = found.shock.name
    made = [Text(f"情景：{name.zh}", f"shock: {name.en}")]
    if found.run is not None:
        made += [_loss(found), *_causes(found), found.run.words(0), _recovery(found), _worst(found), _helps(found)]
    if found.coordinated is not None:
        made += answer_lines(found, found.coordinated)
    if len(found.prices):
        made.append(_dearer(found))
    return made


def _loss(found: Stress) -> Text:
    assert found.spread is not None
    losses = found.spread.losses
    row = losses[losses["quantity"] == "value_added"][["stated", "p10", "p90"]].to_numpy(dtype=float)[0]
    stated, low, high = (amount(float(value), found.rest.unit) for value in row)
    zh = f"增加值损失约 {stated.zh}；抽样中十次有八次在 {low.zh}至 {high.zh}之间"
    en = f"value added lost: about {stated.en}; eight draws in ten lie between {low.en} and {high.en}"
    return Text(zh, en) if row.min() >= 0 else Text(f"{zh}（负数为不减反增）", f"{en} (negative: a gain)")


def _causes(found: Stress) -> list[Text]:
    """Why output is lost, the largest cause first; more orders stand apart."""
    sums = found.losses[list(CAUSES)].sum().sort_values(ascending=False, kind="stable")
    least = 0.001 * float(sums.abs().max())
    less, more = sums[sums > least], -sums[sums < -least]
    if less.empty:
        return []
    unit = found.rest.unit
    parts = [(CAUSES[str(cause)], amount(float(value), unit)) for cause, value in less.items()]
    zh = "、".join(f"{cause.zh} {value.zh}" for cause, value in parts)
    en = ", ".join(f"{cause.en} {value.en}" for cause, value in parts)
    extra = Text("", "")
    if len(more):
        gain = amount(float(more.sum()), unit)
        extra = Text(
            f"；同时替代与重建的订单使别处增产 {gain.zh}", f"; orders that move or rebuild add {gain.en} elsewhere"
        )
    return [Text(f"减产的原因（按产出计）：{zh}{extra.zh}", f"why output falls: {en}{extra.en}")]


def _recovery(found: Stress) -> Text:
    assert found.run is not None
    assert found.spread is not None
    row = found.run.summary.iloc[0]
    lowest = f"{100 * row['lowest']:.1f}%"
    zh, en = f"最低时产出为平时的 {lowest}", f"at the worst output is {lowest} of usual"
    if pd.isna(row["recovered_day"]):
        days = len(found.run.days)
        return Text(f"{zh}；{days} 天内未恢复", f"{en}; not back to usual within {days} days")
    back = f"{row['recovered_day']:.0f}"
    days_back = found.spread.losses.set_index("quantity")["p90"].astype(float)
    late = float(days_back["recovered_day"])
    if not np.isfinite(late):
        return Text(
            f"{zh}；第 {back} 天恢复正常（抽样中有超过一成到期末仍未恢复）",
            f"{en}; back to usual on day {back} (more than one draw in ten is not back by the end)",
        )
    return Text(
        f"{zh}；第 {back} 天恢复正常（抽样中九成在第 {late:.0f} 天前恢复）",
        f"{en}; back to usual on day {back} (nine draws in ten by day {late:.0f})",
    )


def _worst(found: Stress) -> Text:
    top = found.losses.iloc[0]
    place, sector = found.basis.name(str(top["region"])), found.basis.name(str(top["sector"]))
    if not top["value_added"] > 0:
        return Text("没有行业减产", "no sector produces less")
    lost = amount(float(top["value_added"]), found.rest.unit)
    return Text(
        f"损失最大的是{place.zh}的“{sector.zh}”：增加值少 {lost.zh}",
        f"most is lost by “{sector.en}” in {place.en}: {lost.en} of value added",
    )


def _helps(found: Stress) -> Text:
    assert found.run is not None
    whole = float(found.run.summary["value_added"].iloc[0])
    best = found.remedies[found.remedies["saved_value_added"] > 0.001 * abs(whole)]
    if best.empty:
        return Text(
            "库存、改换供应商与备用产能都几乎救不回来：损失在受冲击的行业自身或其需求",
            "neither stocks nor other suppliers nor spare capacity save much: the loss lies in what is hit or in demand",
        )
    row = best.iloc[0]
    value = float(row["saved_value_added"])
    about = Text("", "") if pd.isna(row["input"]) else found.basis.name(str(row["input"]))
    what = HELPS[str(row["remedy"])].format(input=about)
    saved, part = amount(value, found.rest.unit), value / whole
    if part >= NEARLY:
        return Text(
            f"最有用的准备：{what.zh}，损失几乎全免", f"what helps most: {what.en}: nearly all of the loss is averted"
        )
    if part < SLIGHT:
        return Text(
            f"事先准备作用有限：最有用的一项（{what.zh}）也只少损失 {saved.zh}（{part:.1%}）",
            f"preparing helps little: the best of it, {what.en}, saves {saved.en} ({part:.1%} of the loss)",
        )
    return Text(
        f"最有用的准备：{what.zh}，少损失增加值 {saved.zh}（{part:.0%}）",
        f"what helps most: {what.en}, which saves {saved.en} of value added ({part:.0%} of the loss)",
    )


def _dearer(found: Stress) -> Text:
    others = found.prices[~found.prices.index.isin(found.shock.prices.index)]
    at, rise = int(others.to_numpy().argmax()), 100 * float(others.max())
    place, name = (found.basis.name(str(code)) for code in others.index[at])
    return Text(
        f"涨价传导最多的是{place.zh}的“{name.zh}”：价格上升 {rise:.2f}%",
        f"prices rise most for “{name.en}” in {place.en}: {rise:.2f}%",
    )


def answer_lines(found: Stress, answer: Coordinated) -> list[Text]:
    """What coordination is worth, as planned and as played, also where it is worse; at what price; what it does."""
    worth, unit = answer.worth, found.rest.unit
    lost, planned, played = (
        worth[a] - worth[b] for a, b in (("usual", "alone"), ("planned", "alone"), ("played", "alone"))
    )
    alone, plan, done = (amount(value, unit) for value in (lost, planned, played))
    part = f"（{played / lost:.0%}）" if lost > 0 else ""
    share = f" ({played / lost:.0%})" if lost > 0 else ""
    first = Text(
        f"各自应对，{answer.weeks} 周内增加值比平时少 {alone.zh}；统筹方案（同一地区企业互借库存、调换供应商、先保产值高的）"
        f"可挽回 {plan.zh}，逐日执行后实际挽回 {done.zh}{part}",
        f"each alone loses {alone.en} of value added within {answer.weeks} weeks; a joint plan (firms of a region lend each other "
        f"stocks, suppliers are changed, what is worth most comes first) wins back {plan.en}, and {done.en}{share} as played "
        "day by day",
    )
    if played < 0:
        return [
            first,
            Text(
                "执行后反而不如各自应对：此情景下不宜照搬方案",
                "as played it is worse than alone: do not follow the plan here",
            ),
        ]
    return [first, *_served(answer, unit), *_first(found, answer), *_moved(found, answer)]


def _served(answer: Coordinated, unit: str) -> list[Text]:
    """Final use served by the plan as played against alone, where it differs."""
    change = answer.worth["served_played"] - answer.worth["served_alone"]
    if abs(change) < NOTICED * answer.worth["served_alone"]:
        return []
    much = amount(abs(change), unit)
    if change < 0:
        return [
            Text(
                f"代价：执行中最终需求比各自应对少满足 {much.zh}",
                f"its price: as played, final users get {much.en} less than alone",
            )
        ]
    return [
        Text(f"最终需求也比各自应对多满足 {much.zh}", f"final users, too, get {much.en} more than alone"),
    ]


def _first(found: Stress, answer: Coordinated) -> list[Text]:
    """Who makes more by plan than alone."""
    top = answer.output[answer.output["value_added"] > 0].head(NAMED)
    if top.empty:
        return []
    name = found.basis.name
    values = (amount(float(value), found.rest.unit) for value in top["value_added"].to_numpy(dtype=float))
    parts = list(zip(map(name, top["region"]), map(name, top["sector"]), values, strict=True))
    zh = "、".join(f"{place.zh}的“{sector.zh}”（{value.zh}）" for place, sector, value in parts)
    en = ", ".join(f"“{sector.en}” in {place.en} ({value.en})" for place, sector, value in parts)
    return [Text(f"统筹后增加值挽回最多的：{zh}", f"most value added is won back by {en}")]


def _moved(found: Stress, answer: Coordinated) -> list[Text]:
    """Which deliveries from one place to another grow most."""
    all_ = answer.deliveries
    more = all_[(all_["change"] > 0) & (all_["source"] != all_["region"])].head(NAMED)
    if more.empty:
        return []
    names = dict(found.basis.names) | PARTNERS

    def name(code: object) -> Text:
        return names.get(str(code), Text(str(code), str(code)))

    values = (amount(float(value), found.rest.unit) for value in more["change"].to_numpy(dtype=float))
    whole = zip(map(name, more["product"]), map(name, more["source"]), map(name, more["region"]), values, strict=True)
    parts = list(whole)
    zh = "；".join(f"{source.zh}多供{region.zh}“{what.zh}” {value.zh}" for what, source, region, value in parts)
    en = "; ".join(
        f"“{what.en}” from {source.en} to {region.en}, {value.en} more" for what, source, region, value in parts
    )
    return [
        Text(
            f"跨地区的主要调剂（同样好的方案中改动最小的）：{zh}",
            f"main transfers between places (of plans as good, the one that changes least): {en}",
        )
    ]
