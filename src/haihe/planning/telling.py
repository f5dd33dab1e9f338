"""A plan in words: a few sentences for a reader in a hurry, each with the mark of what it rests on.

Every number of a sentence stands in a frame of the plan and is rounded to two significant digits, because no more is
known. Nothing is said of what does not bind, and where there is no data the sentence says so.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import floor, log10

import numpy as np
import pandas as pd

from haihe.figures import format_number
from haihe.messages import Quality, Text, worst_quality
from haihe.planning.assembly import BEFORE_PROJECTS
from haihe.planning.binding import KINDS, POOL, binding_table
from haihe.planning.fates import Fates
from haihe.planning.goal_views import shown
from haihe.planning.leverage import money_per_support
from haihe.planning.outcome import Outcome
from haihe.planning.resource_views import ResourceViews
from haihe.planning.views import YI_PER_BN, PlanViews, names_of
from haihe.region.units import said

LEAST = 1.0
"""Reference output from which a sector of a region is told as a mover, bn yuan a year."""
MOVED = 0.005
"""Change of output from which it is told."""
POINTS = Text("个百分点", "percentage points")
NOTHING = 1e-9
"""Share of consumption up to which a loss is none."""
MOST = 3
"""Most things that one sentence lists."""
UNIT_WORDS = {
    "t CO2": Text("吨二氧化碳", "t of CO2"),
    "tce": Text("吨标准煤", "tce"),
    "m3": Text("立方米", "m3"),
    "TEU": Text("标准箱", "TEU"),
    "t": Text("吨", "t"),
    "persons": Text("人", "person"),
    "机时": Text("机时", "machine hour"),
    "yuan": Text("元", "yuan"),
}
"""Units of one more, as they are spoken."""


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence, what it is about, and the mark of what it rests on."""

    topic: str
    text: Text
    quality: Quality


def tell(plan: Outcome) -> list[Line]:
    """Say what a plan says, a line a topic: cost, what binds, who moves, leakage, projects, targets."""
    parts: Sequence[Callable[[Outcome], list[Line]]] = (cost, binding, movers, leaks, projects, reached)
    return [line for part in parts for line in part(plan)]


def cost(plan: Outcome) -> list[Line]:
    """What all limits cost over the horizon, with band, and what projects and goals add."""
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
    if plan.model.projects is not None or not plan.goals.empty:
        gain = rough(plan.gain * YI_PER_BN)
        who = Text("候选项目", "candidate projects")
        who = (
            who
            if plan.goals.empty
            else Text("候选项目与福利之外的目标合计", "candidate projects and further goals together")
        )
        more = Text(f"；{who.zh}挽回约 {gain} 亿元", f"; {who.en} bring back about {gain}")
    text = Text(
        f"全部限制的代价约 {loss} 亿元{band.zh}（{s.first_year}–{s.years[-1]} 年贴现累计，占消费 "
        f"{plan.loss / plan.consumption:.2%}）{more.zh}。",
        f"All limits cost about {loss} x 100 m yuan{band.en} (discounted total {s.first_year} to {s.years[-1]}, "
        f"{plan.loss / plan.consumption:.2%} of consumption){more.en}.",
    )
    return [Line("cost", text, views.quality)]


def binding(plan: Outcome) -> list[Line]:
    """What binds: a line for the caps, the resources, the links, other limits, and public money; none where none binds."""
    table, words = binding_table(plan), _Words(plan)
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


def _public_money(table: pd.DataFrame, words: "_Words") -> list[Line]:
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
    words = _Words(plan)
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
        f"{words.views.last} 年产出较基准路径，{'；'.join(p.zh for p in parts)}。",
        f"Output in {words.views.last} against the reference path, {'; '.join(p.en for p in parts)}.",
    )
    return [Line("movers", text, words.views.quality)]


def moved(plan: Outcome) -> pd.DataFrame:
    """Rows of `Outcome.output` in the plan's last year that are told: not tiny, and moved noticeably."""
    last = plan.model.economy.assumptions.last_year
    frame = plan.output[plan.output["year"] == last]
    return frame[(frame["reference"] >= LEAST) & (frame["change"].abs() >= MOVED)]


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
    gain = Text("", "")
    if plan.goals.empty:
        more = rough(plan.gain * YI_PER_BN)
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
    due = plan.targets[plan.targets["due"].astype(bool)] if len(plan.targets) else plan.targets
    if due.empty:
        text = Text(
            f"目标：已列 {len(stated)} 项，没有一项能用方案的指标和年份表达，故无数据。",
            f"Targets: {len(stated)} are listed; none can be expressed by the plan's indicators and years, so there is no "
            "data.",
        )
        return [Line("reached", text, worst_quality(t.quality for t in stated) or "illustrative")]
    titles = {target.name: target.title for target in stated}
    missed = shown(due[~due["reached"].astype(bool)], ["gap"])
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
    words, gap = (POINTS, 100 * gap) if unit == "share" else (said(unit), gap)
    return Text(
        f"{title.zh}（{row['year']} 年差 {rough(gap)} {words.zh}）",
        f"{title.en} ({row['year']}: {rough(gap)} {words.en} short)",
    )


def _band(price: str, low: str, high: str) -> Text:
    """Say a band; that there is none where elasticities do not matter."""
    if price == low == high:
        return Text("（与弹性无关）", " (whatever the elasticities)")
    return Text(f"（{low}–{high}）", f" ({low} to {high})")


class _Words:
    """What things are called in a plan's sentences."""

    def __init__(self, plan: Outcome) -> None:
        self.plan, self.views = plan, PlanViews(plan)
        self.members = plan.model.economy.members
        resources = ResourceViews(self.views)
        limits: dict[object, Text] = {limit.spec.name: limit.spec.title for limit in plan.assembly.limits}
        limits |= {target.spec.name: target.spec.title for target in plan.assembly.targets}
        self.titles: dict[object, Text] = {**resources.titles, **resources.links, **limits}
        self.titles |= self.views.limits.items()
        funds = plan.region.frame("funds")
        self.funds = {
            code: Text(zh, en) for code, zh, en in zip(funds["fund"], funds["name_zh"], funds["name_en"], strict=True)
        }

    def name(self, code: str) -> Text:
        """Name of a region or sector."""
        return self.views.names.get(code, Text(code, code))

    def listed(self, names: Sequence[Text]) -> Text:
        """Names, joined."""
        return Text("、".join(n.zh for n in names), ", ".join(n.en for n in names))

    def what(self, row: dict[object, object]) -> Text:
        """What is scarce, and where."""
        name, place = str(row["row"]).partition(":")[2], str(row["place"])
        if str(row["row"]).startswith("link:"):
            return self.titles.get(place, Text(place, place))
        title = self.titles.get(name, Text(name, name))
        if place in (POOL, "", name):
            return title
        where = self.name(place)
        return Text(f"{where.zh}{title.zh}", f"{title.en} in {where.en}")

    def scarce(self, row: dict[object, object]) -> Text:
        """Since when something binds, and what one more unit is worth, with its band."""
        what, unit = self.what(row), str(row["unit"]).partition("/")[2]
        one = UNIT_WORDS.get(unit, said(unit))
        amount = str(row["row"]).startswith(tuple(KINDS))
        price, low, high = (float(str(row[name])) for name in ("price", "low", "high"))
        band = _band(rough(price), rough(low), rough(high)) if np.isfinite(low + high) else Text("", "")
        zh, en = (
            (f"多 1 {one.zh}", f"1 {one.en} more") if amount else (f"放宽 1 {one.zh}", f"relaxing it by 1 {one.en}")
        )
        until = Text("", "")
        if row["until"] < self.views.last:  # type: ignore[operator]
            until = Text(f"至 {row['until']} 年", f" to {row['until']}")
        return Text(
            f"{what.zh}自 {row['since']} 年起{until.zh}不够，{row['year']} 年{zh}约值 {rough(price)} 元{band.zh}",
            f"{what.en}: short from {row['since']}{until.en}; in {row['year']} {en} is worth about {rough(price)} yuan"
            f"{band.en}",
        )

    def own_cut(self, cap: str) -> Text:
        """How much less every member uses in the last year than on the reference path."""
        frame = self.plan.caps
        frame = frame[(frame["limit"] == cap) & (frame["year"] == self.views.last)]
        cuts = zip(frame["region"], frame["use"] / frame["reference"] - 1, strict=True)
        named = [(self.name(str(region)), format_number(cut, 1, share=True, signed=True)) for region, cut in cuts]
        return Text(
            f"{self.views.last} 年比基准路径：{'、'.join(f'{n.zh} {cut}' for n, cut in named)}",
            f"against the reference path in {self.views.last}: {', '.join(f'{n.en} {cut}' for n, cut in named)}",
        )

    def fund(self, row: dict[object, object]) -> Text:
        """In which years a fund is used up, and what one more yuan would bring."""
        code = str(row["place"]).partition("|")[0]
        fund, price = self.funds.get(code, Text(code, code)), rough(float(str(row["price"])))
        span = str(row["since"]) if row["since"] == row["until"] else f"{row['since']}–{row['until']}"
        return Text(
            f"{fund.zh}在 {span} 年用尽，{row['year']} 年多 1 元预算约增加福利 {price} 元（只对小的变动成立）",
            f"{fund.en} is used up in {span}; in {row['year']} one more yuan adds about {price} yuan of welfare (for a small "
            "change)",
        )

    def mover(self, row: dict[object, object]) -> Text:
        """One sector of one region with its change."""
        region, sector = self.name(str(row["region"])), self.name(str(row["sector"]))
        amount = rough(float(str(row["difference"])) * YI_PER_BN)
        change = format_number(float(str(row["change"])), 1, share=True, signed=True)
        return Text(
            f"{region.zh}{sector.zh}（{amount} 亿元，{change}）",
            f"{region.en} {sector.en} ({amount} x 100 m yuan, {change})",
        )


def rough(value: float) -> str:
    """Write a number to two significant digits, with separators: no more is known.

    Examples
    --------
    >>> rough(1234.0), rough(0.0456), rough(5.25), rough(0.0)
    ('1,200', '0.046', '5.3', '0')
    """
    short = float(f"{value:.1e}") if np.isfinite(value) else value
    digits = 0 if short == 0 or not np.isfinite(short) else max(0, 1 - floor(log10(abs(short))))
    return format_number(short, digits)
