"""The few sentences that tell most of a diagnosis, each with the mark of what it rests on."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from haihe.diagnosis.diagnosis import Diagnosis
from haihe.diagnosis.similarity import ALL
from haihe.diagnosis.weak_links import amount
from haihe.messages import Quality, Text

MANUFACTURING = "manufacturing"
CHAINS = 4
"""Chains named by their weakest link."""
STRENGTHS = 3
"""Sectors named as strengths."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One factual sentence and the mark of the numbers it rests on."""

    text: Text
    quality: Quality


def statements(diagnosis: Diagnosis) -> list[Statement]:
    """Say in three to five sentences what the diagnosis found; what the data do not allow is left out.

    Parameters
    ----------
    diagnosis : Diagnosis

    Returns
    -------
    list of Statement
        Strengths and how they moved, likeness to the other members, whose value added stands in uses and exports, the
        chains with the weakest links, what a halt costs.
    """
    makers: list[Callable[[Diagnosis], Statement | None]] = [strengths, likeness, content, weak_links, halt]
    return [said for said in (make(diagnosis) for make in makers) if said is not None]


def strengths(diagnosis: Diagnosis) -> Statement | None:
    """Name the sectors that the region is most specialised in, and what their quotients were."""
    found = diagnosis.structure.specialisation
    first, last = diagnosis.years[0], diagnosis.years[-1]
    top = found.moved(diagnosis.places.home).head(STRENGTHS)
    if top.empty:
        return None
    zh, en = [], []
    for row in top.to_dict("records"):
        name, now, then = found.basis.name(row["sector"]), row[f"quotient {last}"], row[f"quotient {first}"]
        moved = first != last and np.isfinite(then)
        zh.append(f"{name.zh} {now:.1f}" + (f"（{first} 年 {then:.1f}）" if moved else ""))
        en.append(f"{name.en} {now:.1f}" + (f" ({then:.1f} in {first})" if moved else ""))
    home = diagnosis.places.names[diagnosis.places.home]
    return Statement(
        Text(
            f"{last} 年{home.zh}最突出的行业（区位商）：{'、'.join(zh)}。",
            f"What {home.en} was most specialised in, {last} (location quotient): {', '.join(en)}.",
        ),
        found.basis.quality,
    )


def likeness(diagnosis: Diagnosis) -> Statement | None:
    """Say how alike the structures of the region and its neighbours are, and how that moved."""
    found, home = diagnosis.structure.similarity, diagnosis.places.home
    first, last = diagnosis.years[0], diagnosis.years[-1]
    if found.pairs.empty:
        return None
    scope = MANUFACTURING if MANUFACTURING in set(found.pairs["scope"]) else ALL
    pairs = found.moved()
    pairs = pairs[(pairs["scope"] == scope) & ((pairs["region"] == home) | (pairs["other"] == home))]
    zh, en = [], []
    for row in pairs.sort_values(f"cosine {last}", ascending=False).to_dict("records"):
        other = found.basis.name(row["other"] if row["region"] == home else row["region"])
        now, then = row[f"cosine {last}"], row[f"cosine {first}"]
        zh.append(f"与{other.zh} {now:.2f}" + (f"（{first} 年 {then:.2f}）" if first != last else ""))
        en.append(f"with {other.en} {now:.2f}" + (f" ({then:.2f} in {first})" if first != last else ""))
    if not zh:
        return None
    name = diagnosis.places.names[home]
    of = Text("制造业", "manufacturing ") if scope == MANUFACTURING else Text("产业", "")
    return Statement(
        Text(
            f"{last} 年{name.zh}{of.zh}结构的相似系数（1 为相同）：{'、'.join(zh)}。",
            f"Likeness of {name.en}'s {of.en}structure, {last} (1 is the same): {', '.join(en)}.",
        ),
        found.basis.quality,
    )


def content(diagnosis: Diagnosis) -> Statement | None:
    """Say whose value added stands in what the region exports and consumes."""
    view, year = diagnosis.trade, diagnosis.years[-1]
    exports, used = view.content_of("exports"), view.content_of("consumption")
    name = diagnosis.places.names[diagnosis.places.home]
    if not np.isfinite([exports.get("home", np.nan), used.get("home", np.nan)]).all():
        return None
    return Statement(
        Text(
            f"{year} 年{name.zh}出口中本地增加值占 {exports['home']:.0%}、境外占 {exports['abroad']:.0%}；消费中本地占 "
            f"{used['home']:.0%}、区域内其他成员占 {used['neighbours']:.0%}（含供应链上游）。",
            f"Of what {name.en} exported in {year}, {exports['home']:.0%} is its own value added and {exports['abroad']:.0%} comes "
            f"from abroad; of what it consumed, {used['home']:.0%} is its own and {used['neighbours']:.0%} the other members' "
            "(supply chains included).",
        ),
        view.basis.quality,
    )


def weak_links(diagnosis: Diagnosis) -> Statement | None:
    """Name the chains whose weakest link is weakest, with that link."""
    view = diagnosis.chains
    if view is None:
        return None
    weakest = {chain: view.weakest(chain, 1).iloc[0] for chain in view.chains.codes}
    worst = sorted(weakest, key=lambda chain: -weakest[chain]["score"])[:CHAINS]
    zh, en = [], []
    for chain in worst:
        row, name = weakest[chain], view.name(chain)
        zh.append(f"{name.zh}——{row['name'].zh}（{row['score']:.2f}）")
        en.append(f"{name.en} – {row['name'].en} ({row['score']:.2f})")
    count = len(weakest)
    lead = (
        Text(
            f"{count} 条链中最弱环节得分最高的 {len(worst)} 条",
            f"Of {count} chains, the {len(worst)} with the weakest link",
        )
        if count > 1
        else Text("最弱的环节", "The weakest link")
    )
    return Statement(
        Text(f"{lead.zh}：{'；'.join(zh)}。", f"{lead.en}: {'; '.join(en)}."),
        view.basis.quality,
    )


def halt(diagnosis: Diagnosis) -> Statement | None:
    """Name the chain whose halt in the region costs most, and what it costs whom."""
    if diagnosis.halts is None:
        return None
    frame, home = diagnosis.halts.halts, diagnosis.places.home
    own = frame[frame["where"] == home]
    total = own.groupby("chain", sort=False)["value_added"].sum()
    chain = str(total.idxmax())
    lost = own[own["chain"] == chain].set_index("region")["value_added"]
    places, chains = diagnosis.places, diagnosis.halts.chains
    several = len(total) > 1
    first = Text("停产代价最大的链是", "The costliest halt is that of ") if several else Text("", "")
    zh = "、".join(f"{places.names[str(r)].zh} {amount(v)} 亿元" for r, v in lost.items())
    en = ", ".join(f"{places.names[str(r)].en} {amount(v / 10)}" for r, v in lost.items())
    return Statement(
        Text(
            f"{first.zh}{chains.names[chain].zh}：若在{places.names[home].zh}停产一年，增加值损失{zh}。",
            f"{first.en}{chains.names[chain].en}: a year's halt in {places.names[home].en} loses value added, bn yuan: {en}.",
        ),
        diagnosis.halts.basis.quality,
    )
