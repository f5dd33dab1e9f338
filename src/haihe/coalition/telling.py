"""What coordination is worth in a few sentences, honest where the gain is small or a rule does not hold together."""

import numpy as np
import pandas as pd

from haihe.coalition.bands import Bands
from haihe.coalition.share import OWEN, Shares
from haihe.coalition.share_views import NAMED
from haihe.coalition.share_words import OUTSIDE
from haihe.messages import Quality, Text
from haihe.planning.telling import Line
from haihe.planning.telling_words import rough
from haihe.planning.views import YI_PER_BN, names_of

MOST = 3
"""Most things that one sentence lists."""
JUST = 0.01
"""Share of the gain under which what a coalition loses by leaving is called little."""


def tell_shares(shares: Shares, bands: Bands | None = None) -> list[Line]:
    """Say what coordination is worth, by which thing, what the two splits mean, who would leave, and what it rests on.

    Parameters
    ----------
    shares : Shares
    bands : Bands, optional
        For the band of the gain.

    Returns
    -------
    list of Line
        Each with the mark of what it rests on.
    """
    mark: Quality = shares.quality
    texts = [("gain", _gain(shares, bands))]
    if shares.small:
        texts.append(("small", _small(shares)))
    else:
        texts += [("things", text) for text in _things(shares)]
        texts += [("splits", text) for text in _splits(shares)]
        texts += [("stability", _stability(shares)), ("payments", _payments(shares))]
    texts += [("allocation", _allocation(shares)), ("outside", OUTSIDE)]
    return [Line(topic, text, mark) for topic, text in texts]


def _gain(shares: Shares, bands: Bands | None) -> Text:
    amount, part = rough(shares.gain * YI_PER_BN), f"{shares.share_of_cost:.0%}"
    zh, en = "", ""
    if bands is not None and not bands.overall.empty:
        rows = bands.overall[bands.overall["quantity"].isin(("gain", "share_of_cost"))]
        lows, highs = (rows[side].to_numpy(dtype=np.float64) for side in ("low", "high"))
        low, high = rough(lows[0] * YI_PER_BN), rough(highs[0] * YI_PER_BN)
        least, most = f"{lows[1]:.0%}", f"{highs[1]:.0%}"
        zh = f"（弹性、流量与初始分配各取区间时 {low}–{high} 亿元，{least}–{most}）"
        en = f" ({low} to {high}, {least} to {most}, over elasticities, flows and allocations)"
    return Text(
        f"协同共值约 {amount} 亿元，相当于各自单独承担限制的代价的 {part}{zh}。",
        f"Coordination is worth about {amount} x 100 m yuan, {part} of what the limits cost everybody alone{en}.",
    )


def _small(shares: Shares) -> Text:
    part = f"{shares.gain / shares.consumption:.3%}"
    return Text(
        f"这只有居民消费的 {part}，很小：不宜据此安排结算。",
        f"That is only {part} of consumption, which is small: arrange no payments on it.",
    )


def _things(shares: Shares) -> list[Text]:
    """The things that matter most, and the cheapest package."""
    known = shares.things.dropna(subset=["left_out"]).sort_values("left_out", ascending=False, kind="stable")
    known = known[known["left_out"] > 0].head(MOST)
    texts = []
    if len(known):
        zh = "、".join(f"{row['zh']}约 {rough(row['left_out'] * YI_PER_BN)}" for _, row in known.iterrows())
        en = ", ".join(f"{row['en']} about {rough(row['left_out'] * YI_PER_BN)}" for _, row in known.iterrows())
        texts.append(Text(f"缺了它就少的（亿元）：{zh}。", f"What would be lost without it (100 m yuan): {en}."))
    package = shares.package
    if package is not None and package.things:
        words = shares.things.set_index("thing").loc[list(package.things)]
        how = Text("件数最少", "fewest things") if package.counted else Text("代价最低", "cheapest")
        texts.append(
            Text(
                f"{how.zh}的组合是{'、'.join(words['zh'])}，带来全部收益的 {package.share:.0%}。",
                f"The {how.en} package is {', '.join(words['en'])}: it brings {package.share:.0%} of the gain.",
            )
        )
    return texts


def _splits(shares: Shares) -> list[Text]:
    """Both splits, and what each means."""
    owen, shapley = (_amounts(shares, rule) for rule in (OWEN, "shapley"))
    sure = shares.owen.assured
    owen_zh = "条件核对成立，没有人退出更合算" if sure else "条件不全成立，不保证没有人想退出"
    owen_en = (
        "its conditions hold, so nobody does better by leaving"
        if sure
        else "not all of its conditions hold, so it may not last"
    )
    return [
        Text(
            f"按影子价格（欧文点，亿元）：{owen.zh}。各地按所提供的东西的边际价得到；{owen_zh}。成本与市价相近的大卖方所得很少。",
            f"By shadow prices (Owen point, 100 m yuan): {owen.en}. Each is paid the marginal price of what it brings; {owen_en}. A "
            "large seller whose cost is near the price gets little.",
        ),
        Text(
            f"按平均贡献（沙普利值，亿元）：{shapley.zh}。各地得到它以各种先后加入时平均带来的；看重的是少了谁不行。",
            f"By average contribution (Shapley value, 100 m yuan): {shapley.en}. Each gets what it brings on average over all orders "
            "of joining: it counts who is needed.",
        ),
    ]


def _amounts(shares: Shares, rule: str) -> Text:
    words = names_of(shares.region)
    told = [
        (words[name], rough(amount * YI_PER_BN))
        for name, amount in zip(shares.game.members, shares.split(rule).tolist(), strict=True)
    ]
    return Text("、".join(f"{t.zh} {n}" for t, n in told), ", ".join(f"{t.en} {n}" for t, n in told))


def _stability(shares: Shares) -> Text:
    table = shares.stability
    left = table[~table["stable"]]
    if left.empty:
        narrow = table[table["gain"] > -JUST * shares.gain]
        zh = "所列各种分法都没有联盟想退出"
        en = "no coalition would leave under any of the splits"
        if len(narrow):
            rules = narrow["rule"].map(lambda rule: NAMED[str(rule)])
            zh += f"，但{'、'.join(t.zh for t in rules)}只差一点"
            en += f", though only just under {', '.join(t.en for t in rules)}"
        return Text(f"{zh}。", f"{en[0].upper()}{en[1:]}.")
    parts = [_leaver(shares, row) for _, row in left.iterrows()]
    return Text("；".join(t.zh for t in parts) + "。", "; ".join(t.en for t in parts) + ".")


def _leaver(shares: Shares, row: "pd.Series") -> Text:
    rule, amount = NAMED[str(row["rule"])], rough(float(row["gain"]) * YI_PER_BN)
    words = names_of(shares.region)
    who = [words[name] for name in row["coalition"]]
    return Text(
        f"“{rule.zh}”不稳：{'、'.join(t.zh for t in who)}退出自己干可多得约 {amount} 亿元",
        f"“{rule.en}” would not last: {' and '.join(t.en for t in who)} would gain about {amount} x 100 m yuan by leaving",
    )


def _payments(shares: Shares) -> Text:
    """Who pays and who gets under the two splits, beside the joint plan."""
    parts, words = [], names_of(shares.region)
    for rule in (OWEN, "shapley"):
        rows = shares.payments[shares.payments["rule"] == rule].set_index("member")["payment"]
        moved = rows[np.abs(rows) > JUST * shares.gain]
        zh = "、".join(f"{words[m].zh}{'得' if v > 0 else '付'} {rough(abs(v) * YI_PER_BN)}" for m, v in moved.items())
        en = ", ".join(
            f"{words[m].en} {'gets' if v > 0 else 'pays'} {rough(abs(v) * YI_PER_BN)}" for m, v in moved.items()
        )
        parts.append(Text(f"{NAMED[rule].zh}：{zh or '无需支付'}", f"{NAMED[rule].en}: {en or 'nothing to pay'}"))
    zh, en = "；".join(t.zh for t in parts), "; ".join(t.en for t in parts)
    return Text(
        f"共同方案之外的结算（亿元，贴现）——{zh}。同样好的共同方案不止一个，这里取各方相互调剂之和最小的；另取一个，谁付谁会变，各方最后得到多少不变。",
        f"Payments beside the joint plan (100 m yuan, discounted): {en}. More than one joint plan is equally good; this is the one "
        "that moves least between members. With another one who pays would change; what members end with would not.",
    )


def _allocation(shares: Shares) -> Text:
    title = shares.allocation.title
    return Text(
        f"指标的初始分配为“{title.zh}”；换一种分配，各地所得会大变，分配本身就是一半的结果。谈判与执行的代价未计入。",
        f"Permits are first handed out by “{title.en}”; another allocation changes what each gets a great deal, and is half "
        "the result. What bargaining and running it cost is not counted.",
    )
