"""The words of reasons: what a planner reads beside every application that was not funded."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import pandas as pd

from haihe.messages import Text
from haihe.rules.limits import Limit
from haihe.rules.money import said_money
from haihe.rules.rounds import Objective

CAUSES: dict[str, Text] = {
    "ineligible": Text("不符合申报条件", "not eligible"),
    "undecided": Text("资料不全，不能判定是否符合条件", "cannot be decided: a value is missing"),
    "nothing_due": Text("按办法计算，应给予的支持额为零", "nothing is due under the scheme"),
    "unscored": Text("没有评审得分", "has no score"),
    "below_pass": Text("低于合格分", "below the pass mark"),
    "line": Text("排在入围线之下", "below the cut line"),
    "exclusion": Text("与已立项项目冲突", "in conflict with a funded project"),
    "matching": Text("区级配套能力不足", "the district cannot match it"),
    "quota": Text("限额已满", "a quota is full"),
    "budget": Text("本批次预算不足", "the batch budget does not cover it"),
}
LEVERS: dict[str, Text] = {
    "amount": Text("申请支持额", "support asked"),
    "score": Text("评分", "score"),
    "budget": Text("批次预算", "batch budget"),
    "matching": Text("区级配套", "district matching"),
    "quota": Text("限额", "quota"),
}
SENSES: dict[str, Text] = {">=": Text("不低于", "at least"), "<=": Text("不高于", "at most")}


def said_failed(row: Mapping[Any, Any], decimals: int) -> Text:
    """Say one condition that is not met, or not decided, with the value seen."""
    article, text = str(row["article"]), Text(str(row["text_zh"]), str(row["text_en"]))
    seen, bound, unit = row["seen"], row["bound"], str(row["unit"])
    shown = Text("未填报", "missing") if pd.isna(seen) else said_in(seen, unit, decimals)
    head = Text("{a}：{t}", "{a}: {t}").format(a=article, t=text)
    if row["sense"] == "" and pd.isna(seen):
        return head
    if row["sense"] in SENSES and not pd.isna(bound):
        words = Text("{a}：未满足“{t}{sense}{b}”（填报{s}）", "{a}: “{t} {sense} {b}” does not hold (seen {s})")
        return words.format(a=article, t=text, s=shown, sense=SENSES[row["sense"]], b=said_in(bound, unit, decimals))
    return Text("{h}（填报{s}）", "{h} (seen {s})").format(h=head, s=shown)


def said_in(value: Any, unit: str, decimals: int) -> Text:
    """Write a value in its unit; a word stays a word."""
    if isinstance(value, str):
        return Text(value, value)
    if unit == "fen":
        return said_money(int(value))
    if unit == "points":
        shown = f"{Decimal(int(value)).scaleb(-decimals)}"
        return Text(f"{shown}分", f"{shown} points")
    return Text(f"{int(value):,} {unit}".rstrip(), f"{int(value):,} {unit}".rstrip())


def said_pass(own: Decimal, passed: Decimal) -> Text:
    """Say how far a score is below the pass mark."""
    words = Text("评分{o}分，低于合格分{p}分，差{d}分", "score {o} is {d} below the pass mark of {p}")
    return words.format(o=own, p=passed, d=passed - own)


def said_line(own: Decimal | None, line: Decimal | None) -> Text:
    """Say how far a score is below the cut line, or that a declared tie decided."""
    if line is None or own is None:
        return Text("排在预算用完之处以下", "below the place where the budget ends")
    if own == line:
        return Text(
            f"与入围线{line}分同分，按同分规则排在其后",
            f"equal to the cut line of {line}; the declared tie puts it behind",
        )
    if own > line:
        words = Text(
            "评分{o}分，前面的申报已使本批次预算不足", "score {o}; an application before it exhausts the budget"
        )
        return words.format(o=own)
    words = Text("评分{o}分，入围线{l}分，差{d}分", "score {o} is {d} below the cut line of {l}")
    return words.format(o=own, l=line, d=line - own)


def said_conflict(title: Text, rivals: Sequence[str]) -> Text:
    """Say with which funded project an application is in conflict."""
    words = Text("{t}：已立项{r}", "{t}: {r} is funded")
    return words.format(t=title, r=Text("、".join(rivals), ", ".join(rivals)))


def said_short(limit: Limit, room: int, need: int) -> Text:
    """Say by how much a limit is short."""
    if limit.measure == "count":
        words = Text("{t}为{c}个，已满", "{t} of {c} is full")
        return words.format(t=limit.title, c=limit.cap)
    words = Text("{t}剩余{r}，本项目需{n}，差{d}", "{t}: {r} left, {n} needed, {d} short")
    return words.format(t=limit.title, r=said_money(room), n=said_money(need), d=said_money(need - room))


def said_forced(
    cause: Text, displaced: Sequence[str], added: Sequence[str], loss: Decimal | int, objective: Objective | None
) -> Text:
    """Say what a forced selection would displace and lose."""
    out = Text("、".join(displaced), ", ".join(displaced)) if displaced else Text("无", "none")
    goal = objective.said if objective is not None else Text("", "")
    words = Text(
        "{c}；若立项须放弃{o}，目标（{g}）减少{l}",
        "{c}; funding it would displace {o} and lower the objective ({g}) by {l}",
    )
    said = words.format(c=cause, o=out, g=goal, l=f"{loss:,}")
    if not added:
        return said
    joined = Text("，并改为立项{a}", " and bring in {a}").format(a=Text("、".join(added), ", ".join(added)))
    return Text(said.zh + joined.zh, said.en + joined.en)
