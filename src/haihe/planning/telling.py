"""A plan in words: a few sentences for a reader in a hurry, each with the mark of what it rests on.

Every number of a sentence stands in a frame of the plan and is rounded to two significant digits, because no more is
known. Nothing is said of what does not bind, and where there is no data the sentence says so.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from haihe.figures import format_number
from haihe.messages import Quality, Text, worst_quality
from haihe.planning.assembly import BEFORE_PROJECTS
from haihe.planning.binding import YUAN, binding_table
from haihe.planning.economy import BN_YUAN
from haihe.planning.fates import Fates
from haihe.planning.goal_views import PER_YEAR, reckoned, shown
from haihe.planning.indicator_list import WELFARE
from haihe.planning.leverage import money_per_support
from haihe.planning.measures import Measure
from haihe.planning.outcome import Outcome
from haihe.planning.telling_words import POINTS, UNIT_WORDS, Words, rough, said_yuan
from haihe.planning.views import YI_PER_BN, PlanViews, names_of
from haihe.region.units import said

LEAST = 1.0
"""Reference output from which a sector of a region is told as a mover, bn yuan a year."""
MOVED = 0.005
"""Change of output from which it is told."""
SMALL = 0.01
"""Share of its region's output below which a sector is not told as a mover."""
NOTHING = 1e-9
"""Share of consumption up to which a loss is none."""
MOST = 3
"""Most things that one sentence lists."""


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence, what it is about, and the mark of what it rests on."""

    topic: str
    text: Text
    quality: Quality


def tell(plan: Outcome) -> list[Line]:
    """Say what a plan says, a line a topic: cost, goals, what binds, who moves, leakage, projects, targets."""
    parts: Sequence[Callable[[Outcome], list[Line]]] = (cost, goals, binding, movers, leaks, projects, reached)
    return [line for part in parts for line in part(plan)]


def cost(plan: Outcome) -> list[Line]:
    """What all limits cost over the horizon, with band, and what projects bring back."""
    views, s = PlanViews(plan), plan.model.economy.assumptions
    if not plan.assembly.policies(*BEFORE_PROJECTS):
        return []
    if plan.loss <= NOTHING * plan.consumption:
        text = Text("全部限制都不起作用，没有代价。", "No limit binds, so limits cost nothing.")
        return [Line("cost", text, views.quality)]
    loss, low, high = (rough(v * YI_PER_BN) for v in (plan.loss, *plan.loss_band))
    band = Text("", "")
    if plan.variants:
        band = Text(f"（弹性减半或加倍时 {low}–{high}）", f" ({low} to {high} with elasticities halved or doubled)")
    more = Text("", "")
    if plan.model.projects is not None:
        gain = rough(plan.brought * YI_PER_BN)
        more = Text(f"；候选项目挽回约 {gain} 亿元", f"; candidate projects bring back about {gain}")
    text = Text(
        f"全部限制的代价约 {loss} 亿元{band.zh}（{s.first_year}–{s.years[-1]} 年贴现累计，占消费 "
        f"{plan.loss / plan.consumption:.2%}）{more.zh}。",
        f"All limits cost about {loss} x 100 m yuan{band.en} (discounted total {s.first_year} to {s.years[-1]}, "
        f"{plan.loss / plan.consumption:.2%} of consumption){more.en}.",
    )
    return [Line("cost", text, views.quality)]


def goals(plan: Outcome) -> list[Line]:
    """What the goals beside welfare cost together; then for each what it got to, and what one unit of it costs."""
    if plan.goals.empty:
        return []
    quality = PlanViews(plan).quality
    rows = plan.goals[plan.goals["measure"] != WELFARE]
    lost = rough(plan.given_up * YI_PER_BN)
    text = Text(
        f"福利之外的目标另付出约 {lost} 亿元（贴现累计）。",
        f"Goals beside welfare cost about {lost} x 100 m yuan more.",
    )
    if plan.given_up <= NOTHING * plan.consumption:
        text = Text("福利之外的目标没有代价。", "Goals beside welfare cost nothing.")
    texts = [text, *(_goal(plan, row) for row in rows.to_dict("records"))]
    return [Line("goals", each, quality) for each in texts]


def _goal(plan: Outcome, row: dict[object, object]) -> Text:
    """What one goal got to against the reference path, and what giving up one unit of it would bring."""
    measure, price = Measure.parse(str(row["measure"])), float(str(row["price"])) * YUAN
    better = plan.assembly.indicators.spec(measure.indicator).better
    less = Text("少", "less") if better == "up" else Text("多", "more")
    known = shown(pd.DataFrame([row]), ["reference", "value"]).iloc[0]
    small, large = str(row["unit"]).partition(",")[0].removesuffix("/year"), str(known["unit"])
    words = said(large)
    if large == "%":
        price = price / 100
    elif small == BN_YUAN:
        small, price = "yuan", price / YUAN
    one = POINTS if large == "%" else UNIT_WORDS.get(small, said(small))
    value, reference = (format_number(float(known[name]), 2) for name in ("value", "reference"))
    each = Text("没有代价", "costs nothing")
    if price > NOTHING:
        worth = said_yuan(price)
        each = Text(
            f"每{less.zh} 1 {one.zh}约增加福利 {worth.zh}（贴现）",
            f"1 {one.en} {less.en} adds about {worth.en} of welfare",
        )
    return Text(
        f"目标“{row['title_zh']}”：方案达到 {value} {words.zh}，基准路径为 {reference}；{each.zh}。",
        f"Goal “{row['title_en']}”: the plan reaches {value} {words.en}, the reference path {reference}; {each.en}.",
    )


def binding(plan: Outcome) -> list[Line]:
    """What binds: a line for the caps, the resources, the links, other limits, and public money; none where none binds."""
    table, words = binding_table(plan), Words(plan)
    groups = (
        ("caps", "cap:", Text("上限", "Caps")),
        ("resources", "resource:", Text("紧缺要素", "Scarce resources")),
        ("links", "link:", Text("港口与通道", "Ports and links")),
        ("limits", ("limit:", "target:"), Text("其他限制", "Other limits")),
    )
    lines = []
    for topic, prefix, head in groups:
        rows = table[table["row"].str.startswith(prefix)]
        if len(rows):
            parts = [words.scarce(row) for row in rows.to_dict("records")]
            own = worst_quality(rows["quality"])
            made_up = Text("（限额为示例）", " (the limits are made up)") if own == "illustrative" else Text("", "")
            if topic == "caps":
                parts += [words.own_cut(name) for name in plan.model.caps if f"cap:{name}" in set(rows["row"])]
            text = Text(
                f"{head.zh}{made_up.zh}：{'；'.join(p.zh for p in parts)}。",
                f"{head.en}{made_up.en}: {'; '.join(p.en for p in parts)}.",
            )
            lines.append(Line(topic, text, words.views.quality))
    return [*lines, *_public_money(table, words)]


def _public_money(table: pd.DataFrame, words: "Words") -> list[Line]:
    """Funds that are used up, and districts whose money for matching is."""
    funds, districts = (table[table["row"] == name] for name in ("fund_budget", "matching"))
    own = [row for row in funds.to_dict("records") if row["place"].partition("|")[2] in words.members]
    parts = [words.fund(row) for row in own]
    short = list(dict.fromkeys([*districts["place"], *(p.partition("|")[2] for p in funds["place"])]))
    short = [code for code in short if code not in words.members]
    if short:
        named = words.listed([words.name(code) for code in short[:MOST]])
        zh, en = ("等", " and others") if len(short) > MOST else ("", "")
        parts.append(
            Text(
                f"{len(short)} 个区的配套财力在部分年份用尽（{named.zh}{zh}）",
                f"{len(short)} districts run out of money for matching in some years ({named.en}{en})",
            )
        )
    if not parts:
        return []
    text = Text(f"财政资金：{'；'.join(p.zh for p in parts)}。", f"Public money: {'; '.join(p.en for p in parts)}.")
    return [Line("money", text, words.views.quality)]


def movers(plan: Outcome) -> list[Line]:
    """Who cuts and who grows most in the plan's last year against the reference path; tiny sectors are left out."""
    words = Words(plan)
    frame = moved(plan)
    parts = []
    for way, rows in (
        (Text("减得最多", "most cut"), frame[frame["difference"] < 0].nsmallest(MOST, "difference")),
        (Text("增得最多", "most grown"), frame[frame["difference"] > 0].nlargest(MOST, "difference")),
    ):
        if len(rows):
            named = words.listed([words.mover(row) for row in rows.to_dict("records")])
            parts.append(Text(f"{way.zh}：{named.zh}", f"{way.en}: {named.en}"))
    if not parts:
        return []
    text = Text(
        f"{words.views.last} 年产出较基准路径，{'；'.join(p.zh for p in parts)}（不足本地产出 {SMALL:.0%} 的行业不列；"
        "百分比往往落在弹性分段的端点上，只知道到这一档）。",
        f"Output in {words.views.last} against the reference path, {'; '.join(p.en for p in parts)} (sectors below "
        f"{SMALL:.0%} of their region's output left out; shares snap to the ends of the elastic answer's pieces).",
    )
    return [Line("movers", text, words.views.quality)]


def moved(plan: Outcome) -> pd.DataFrame:
    """Rows of `Outcome.output` in the plan's last year that are told: not tiny, and moved noticeably."""
    last = plan.model.economy.assumptions.last_year
    frame = plan.output[plan.output["year"] == last]
    large = frame["reference"] >= SMALL * frame.groupby("region")["reference"].transform("sum")
    return frame[large & (frame["reference"] >= LEAST) & (frame["change"].abs() >= MOVED)]


def leaks(plan: Outcome) -> list[Line]:
    """How much of what the members cut reappears outside, for every cap; that there is no data where there is none."""
    views = PlanViews(plan)
    caps = plan.model.caps
    if not caps:
        return []
    if plan.leakage.empty:
        text = Text(
            "泄漏：没有区外使用强度的数据，无法计算。",
            "Leakage: no data on the use of outside regions, so it cannot be computed.",
        )
        return [Line("leaks", text, views.quality)]
    lines = []
    for name, rate in views.leakage_rates().items():
        if np.isfinite(rate):
            title = caps[name].spec.title
            guard = plan.model.economy.assumptions.local_guard
            text = Text(
                f"泄漏：{title.zh}之下，{views.last} 年成员减少量约有 {rate:.0%} 在区外重新出现（含供应链）；"
                f"前提是电、热等的对外贸易最多偏离 {guard:.0%}，放宽则更多。",
                f"Leakage: under {title.en}, about {rate:.0%} of what the members cut in {views.last} reappears outside "
                f"(with supply chains), if trade in electricity and heat stays within {guard:.0%}; else more.",
            )
            lines.append(Line("leaks", text, views.quality))
    return lines


def projects(plan: Outcome) -> list[Line]:
    """What becomes of the candidate projects, who pays and what they bring."""
    frame, money = plan.projects, plan.model.money
    if frame.empty:
        return []
    count = frame["status"].value_counts()
    n = {status: int(count.get(status, 0)) for status in ("committed", "anyway", "chosen", "part", "not")}
    invested, support = frame["investment"].sum(), frame["support"].sum()
    more = rough(plan.brought * YI_PER_BN)
    gain = Text(f"；共增加福利约 {more} 亿元（贴现）", f"; together they add about {more} to welfare (discounted)")
    beside = Text("", "")
    if money is not None and support > 0:
        other = money_per_support(money.projects, money, plan.solution)
        each = (other["bank"] + other["private"]).sum() / other["support"].sum()
        beside = Text(
            f"，每 1 元支持旁有银行与社会资本 {rough(each)} 元",
            f", with {rough(each)} yuan of bank and private money beside each",
        )
    text = Text(
        f"项目：{len(frame)} 个候选中，已开工 {n['committed']} 个，无需支持也会建 {n['anyway']} 个，靠支持建成 "
        f"{n['chosen']} 个，只建一部分 {n['part']} 个，不建 {n['not']} 个；投资约 {rough(invested)} 亿元，其中财政支持 "
        f"{rough(support)} 亿元{beside.zh}{gain.zh}。",
        f"Projects: of {len(frame)} candidates {n['committed']} were started before, {n['anyway']} are built without "
        f"support, {n['chosen']} with support, {n['part']} in part, {n['not']} not; they invest about {rough(invested)} x "
        f"100 m yuan, of which support {rough(support)}{beside.en}{gain.en}.",
    )
    return [Line("projects", text, worst_quality({*frame["quality"], PlanViews(plan).quality}) or "illustrative")]


def reached(plan: Outcome) -> list[Line]:
    """Which targets are reached in their year and which are not; that none can be expressed where none can."""
    stated = plan.assembly.setup.targets
    if not stated:
        return []
    due = reckoned(plan) if len(plan.targets) else plan.targets
    due = due[due["due"].astype(bool)]
    if due.empty:
        text = Text(
            f"目标：已列 {len(stated)} 项，没有一项能用方案的指标和年份表达，故无数据。",
            f"Targets: {len(stated)} are listed; none can be expressed by the plan's indicators and years, so there is no "
            "data.",
        )
        return [Line("reached", text, worst_quality(t.quality for t in stated) or "illustrative")]
    titles = {target.name: target.title for target in stated}
    missed = due[~due["reached"].astype(bool)]
    named = [_missed(titles[str(row["target"])], row) for row in missed.head(MOST).to_dict("records")]
    more = len(missed) - len(named)
    tail_zh = f"：{'；'.join(t.zh for t in named)}{f'；另 {more} 项' if more else ''}" if named else ""
    tail_en = f": {'; '.join(t.en for t in named)}{f'; and {more} more' if more else ''}" if named else ""
    text = Text(
        f"目标：方案能表达 {len(due)} 项（共列 {len(stated)} 项），达到 {len(due) - len(missed)} 项，未达到 {len(missed)} 项"
        f"{tail_zh}。",
        f"Targets: {len(due)} of {len(stated)} can be expressed, {len(due) - len(missed)} are reached, {len(missed)} are "
        f"not{tail_en}.",
    )
    return [Line("reached", text, worst_quality({*due["quality"], PlanViews(plan).quality}) or "illustrative")]


def told_fates(fates: Fates) -> Line:
    """Upgrade, keep or exit: what each is worth against keeping, and what becomes of jobs where they are known."""
    table, region = fates.table.set_index("fate"), fates.region
    names = names_of(region)
    who, what = names[fates.member], names[fates.sector]
    parts = []
    for fate, name in (("upgrade", Text("改造", "upgrading it")), ("exit", Text("退出", "closing it"))):
        welfare, jobs_lost, absorbed = (float(table[key][fate]) for key in ("welfare", "jobs_lost", "jobs_absorbed"))
        gain = rough(welfare * YI_PER_BN)
        zh, en = f"{name.zh}的福利变化 {gain} 亿元", f"{name.en} changes welfare by {gain} x 100 m yuan"
        if np.isfinite(jobs_lost):
            lost, kept = rough(jobs_lost / 1e4), rough(absorbed / 1e4)
            zh += f"（岗位减 {lost.lstrip('−')} 万、其他行业增 {kept} 万）"
            en += f" ({lost.lstrip('−')} x 10,000 jobs lost, {kept} added elsewhere)"
        parts.append(Text(zh, en))
    text = Text(
        f"{who.zh}{what.zh}：与维持相比，{'；'.join(p.zh for p in parts)}（福利为贴现累计）。",
        f"{what.en} in {who.en}: against keeping it, {'; '.join(p.en for p in parts)} (welfare is a discounted total).",
    )
    return Line("fates", text, fates.quality)


def _missed(title: Text, row: dict[object, object]) -> Text:
    """A target that is not reached, by how much, in the unit in which it is read."""
    unit, gap = str(row["unit"]), abs(float(str(row["gap"])))
    words = POINTS if unit in ("%", PER_YEAR) else said(unit)
    pace = Text("年均增速", ", a year,") if unit == PER_YEAR else Text("", "")
    return Text(
        f"{title.zh}（{row['year']} 年{pace.zh}差 {rough(gap)} {words.zh}）",
        f"{title.en} ({row['year']}: {rough(gap)} {words.en}{pace.en} short)",
    )
