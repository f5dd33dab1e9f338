"""Bottlenecks in words and as tables, in both languages."""

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from haihe.figures import Column, Figure, Table, bars, lines
from haihe.messages import Text
from haihe.planning.outcome import Outcome
from haihe.planning.reason_words import number
from haihe.planning.trade_views import place_names
from haihe.planning.views import YI, PlanViews
from haihe.region.units import said

if TYPE_CHECKING:
    from haihe.planning.bottlenecks import Bottleneck, Bottlenecks

NOTE = Text(
    "每一步都把该限制各年同放宽一个比例后重新求解。价格“已下降”指再放宽 1% 的价值不到起初的九成。",
    "At every step the limit is loosened by one share in every year and all is solved again. The price has given way where "
    "one per cent more is worth a tenth less than at first.",
)
NEXT_NOTE = Text(
    "下一个瓶颈：放宽至价值减半（或最后一步）时价值上升最多的政策限制；“—”为没有，由经济自身的反应所限。",
    "Next bottleneck: the limit that a policy maker set and whose worth has grown most when half of the price is gone (or at "
    "the last step). “—”: none; the economy's own answer sets the pace.",
)


def where_of(plan: Outcome, place: str) -> Text:
    """Name a place given by one or several labels."""
    names = place_names(plan)
    if place in names:
        return names[place]
    parts = [names.get(part, Text(part, part)) for part in place.split("|") if part]
    return Text("·".join(p.zh for p in parts), ", ".join(p.en for p in parts))


def said_bottleneck(plan: Outcome, item: "Bottleneck") -> Text:
    """Say what a limit is worth, until when, and what binds next, in one sentence."""
    where = where_of(plan, item.place)
    name = Text(f"{item.title.zh}（{where.zh}）", f"{item.title.en} ({where.en})")
    price = _price(item)
    worth = Text(
        "{n}：各年都放宽 1%，福利约增加 {p} 亿元{v}",
        "{n}: one per cent more in every year adds about {p} x 100 m yuan of welfare{v}",
    ).format(n=name, p=number(item.percent), v=price)
    if np.isnan(item.gives):
        held = Text("；放宽 {m} 价格仍大体不变。", "; the price still holds when it is loosened by {m}.")
        return _joined(worth, held.format(m=_share(item.at)))
    until = Text("；放宽 {l}–{h} 之间价格开始下降", "; the price gives way between {l} and {h} more").format(
        l=_share(item.holds), h=_share(item.gives)
    )
    if not item.next_row:
        then = Text(
            "，放宽 {a} 时也没有别的政策限制接着起作用，是经济自身的需求放缓。",
            ", and when it is loosened by {a} no other limit has taken over: demand itself slackens.",
        )
        return _joined(worth, until, then.format(a=_share(item.at)))
    place = where_of(plan, item.next_place)
    after = Text(f"{item.next_title.zh}（{place.zh}）", f"{item.next_title.en} ({place.en})")
    words = (
        Text("，放宽 {s} 时，接着起作用的是{a}。", ", and when it is loosened by {s} {a} has begun to bind.")
        if item.starts
        else Text("，放宽 {s} 时，变得更贵的是{a}。", ", and when it is loosened by {s} {a} has become dearer.")
    )
    return _joined(worth, until, words.format(a=after, s=_share(item.at)))


def bottleneck_tables(found: "Bottlenecks") -> dict[str, Table]:
    """The bottlenecks and every step, by key; those without rows are left out."""
    plan = found.plan
    views, frame, steps = PlanViews(plan), found.frame, found.steps
    titles = {item.row: item.title for item in found.items}
    made = []
    if len(frame):
        made.append(
            views.table(
                "plan-bottlenecks",
                Text("瓶颈：值多少、到何时为止、下一个是什么", "Bottlenecks: worth, until when, what binds next"),
                frame.assign(
                    where=_column([where_of(plan, place) for place in frame["place"]]),
                    each=_column([_unit(item) for item in found.items]),
                    after=_column([_next(plan, item) for item in found.items]),
                ),
                [
                    Column("title", Text("限制", "Limit")),
                    Column("where", Text("地区或对象", "Where")),
                    Column("percent", Text("各年放宽 1% 的价值", "One per cent more"), unit=YI, digits=2),
                    Column("price", Text("多一单位的价值", "One more unit"), kind="number", digits=2),
                    Column("low", Text("下限", "Low"), kind="number", digits=2),
                    Column("high", Text("上限", "High"), kind="number", digits=2),
                    Column("each", Text("单位、年份", "Unit, year")),
                    Column(
                        "holds", Text("放宽此比例价格仍有效", "Price holds when loosened by"), kind="share", digits=2
                    ),
                    Column("gives", Text("放宽此比例价格已下降", "Gives way when loosened by"), kind="share", digits=2),
                    Column("at", Text("放宽", "Loosened by"), kind="share", digits=0),
                    Column("after", Text("此时的下一个瓶颈", "Next bottleneck there")),
                ],
                NOTE,
                NEXT_NOTE,
            )
        )
    if len(steps):
        made.append(
            views.table(
                "plan-bottleneck-steps",
                Text("瓶颈：逐步放宽", "Bottlenecks, loosened step by step"),
                steps.assign(
                    title=_column([titles[row] for row in steps["row"]]),
                    where=_column([where_of(plan, place) for place in steps["place"]]),
                ),
                [
                    Column("title", Text("限制", "Limit")),
                    Column("where", Text("地区或对象", "Where")),
                    Column("share", Text("放宽", "Loosened by"), kind="share", digits=2),
                    Column("gain", Text("福利增加（贴现累计）", "Welfare gained (discounted)"), unit=YI, digits=2),
                    Column("percent", Text("再放宽 1% 的价值", "One per cent more"), unit=YI, digits=3),
                ],
                NOTE,
            )
        )
    return {table.key: table for table in made}


def bottleneck_figures(found: "Bottlenecks") -> dict[str, Figure]:
    """What one per cent more of each limit is worth, and how that falls as it is loosened; none without rows."""
    if not found.items:
        return {}
    views = PlanViews(found.plan)
    called = {
        (item.row, item.place): Text(f"{item.title.zh}（{where.zh}）", f"{item.title.en} ({where.en})")
        for item in found.items
        for where in [where_of(found.plan, item.place)]
    }
    limit = Column("limit", Text("限制", "Limit"), labels={"@".join(key): name for key, name in called.items()})
    worth = Column("percent", Text("再放宽 1% 的价值", "One per cent more"), unit=YI, digits=2)
    steps = found.steps.assign(limit=found.steps["row"] + "@" + found.steps["place"], wider=found.steps["share"] * 100)
    first = views.table(
        "plan-bottleneck-worth",
        Text("各限制再放宽 1% 值多少", "What one per cent more of each limit is worth"),
        steps[steps["share"] == 0.0],
        [limit, worth],
    )
    course = views.table(
        "plan-bottleneck-course",
        Text("放宽越多，再放宽 1% 的价值怎样下降", "How the worth of one per cent more falls as a limit is loosened"),
        steps,
        [limit, Column("wider", Text("放宽", "Loosened by"), unit=Text("%", "%"), digits=1), worth],
        NOTE,
    )
    made = (bars(first, "limit", "percent", horizontal=True), lines(course, "wider", "percent", by="limit"))
    return {figure.key: figure for figure in made}


def _next(plan: Outcome, item: "Bottleneck") -> Text | None:
    """What binds next and how; None where nothing does."""
    if not item.next_row:
        return None
    place = where_of(plan, item.next_place)
    how = Text("开始起作用", "begins to bind") if item.starts else Text("变得更贵", "becomes dearer")
    return Text(f"{item.next_title.zh}（{place.zh}），{how.zh}", f"{item.next_title.en} ({place.en}), {how.en}")


def _unit(item: "Bottleneck") -> Text | None:
    """Unit and year of the price of one more unit; None where there is none."""
    if not np.isfinite(item.price):
        return None
    unit, year = said(item.unit), "" if item.year is None else f", {item.year}"
    return Text(f"{unit.zh}{year}", f"{unit.en}{year}")


def _price(item: "Bottleneck") -> Text:
    """Price of one more unit in its year with its band, in brackets; nothing where there is none."""
    if not np.isfinite(item.price):
        return Text("", "")
    unit = said(item.unit)
    band = f" [{number(item.low)}–{number(item.high)}]" if np.isfinite(item.low) else ""
    year = Text("", "") if item.year is None else Text(f"{item.year} 年", f", {item.year}")
    return Text(
        f"（{year.zh}每单位 {number(item.price)}{band} {unit.zh}）",
        f" (about {number(item.price)}{band} {unit.en}{year.en})",
    )


def _share(value: float) -> str:
    return f"{100 * value:.3g}%"


def _column(texts: "list[Text] | list[Text | None]") -> "pd.Series[Any]":
    return pd.Series(texts, dtype=object)


def _joined(*parts: Text) -> Text:
    return Text("".join(p.zh for p in parts), "".join(p.en for p in parts))
