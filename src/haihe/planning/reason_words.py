"""The words of reasons: what a planner reads beside a project."""

from collections.abc import Mapping, Sequence

import numpy as np

from haihe.messages import Text
from haihe.planning.reason_levers import LEVERS
from haihe.planning.reasons import VERDICTS, Change, Reason
from haihe.region.units import said

Names = Mapping[object, Text]

CAUSES: Mapping[str, Text] = {
    "": Text("", ""),
    "worth": Text(
        "即使不占用任何要素和资金，其产能也不值其投资",
        "even if it needed nothing scarce, its capacity is not worth its investment",
    ),
    "rules": Text("按办法可得的支持少于其所需", "the rules give it less support than it needs"),
    "support": Text("所要的财政支持挤占了更有价值的项目", "the support it asks for is worth more elsewhere"),
    "own": Text(
        "银行或社会资本不足，自有资金太少", "bank or private capital is short for it, and its own money too little"
    ),
    "use": Text("要素紧缺", "a resource is scarce"),
    "ties": Text(
        "与其他项目互斥、须有前置项目，或所在区主导产业已满",
        "it is tied to other projects, or its district has no room for its industry",
    ),
    "several": Text(
        "几项限制共同所致，单独放宽哪一项都不够", "several limits together; none of them alone would change it"
    ),
    "years": Text("规划期内不能建成", "it cannot be complete within the plan"),
}
"""Causes by key, see `haihe.planning.reasons.Reason`."""
NONE = Text("没有", "none")
BUILT, NOT_BUILT = Text("入选。", "chosen. "), Text("未入选。", "not chosen. ")
WITHOUT, FORCED_IN = Text("若不建，", "Without it "), Text("若必须建，", "Forced in, ")
SOLVED = Text("福利减少 {l} 亿元（重新求解确认）", "welfare falls by {l} x 100 m yuan (the plan solved again)")
CERTAIN = Text(
    "福利至少减少 {l} 亿元（只算已能确定的部分，方案没有重新求解）",
    "welfare falls by at least {l} x 100 m yuan (what is certain; the plan was not solved again)",
)
UNPROVED = Text(
    "福利是否减少尚不能确定（方案没有重新求解）", "it is not certain that welfare falls (the plan was not solved again)"
)


def called(code: str, names: Names) -> Text:
    """A project by its code and its name; by its code alone where it has none."""
    name = names.get(code)
    return Text(code, code) if name is None else Text(f"{code} {name.zh}", f"{code} {name.en}")


def listed(codes: Sequence[str], names: Names) -> Text:
    """Several projects by code and name."""
    each = [called(code, names) for code in codes]
    return Text("、".join(text.zh for text in each), ", ".join(text.en for text in each))


def said_reason(reason: Reason, names: Names | None = None) -> Text:
    """Say why a project is built or not, in one or two sentences.

    Parameters
    ----------
    reason : Reason
    names : mapping, optional
        Names of projects, resources, funds and regions by code.
    """
    names = names or {}
    head = Text("{p}：", "{p}: ").format(p=called(reason.project, names))
    return _joined(head, _body(reason, names))


def said_change(change: Change, reason: Reason, names: Names | None = None) -> Text:
    """Say the smallest change of one lever, or that none alone alters the outcome."""
    names = names or {}
    title = LEVERS[change.lever] if not (reason.built and change.lever == "value") else Text("降低价值", "less worth")
    of = _named(change.of, names)
    title = Text(title.zh + (f"（{of.zh}）" if change.of else ""), title.en + (f" ({of.en})" if change.of else ""))
    if not change.found:
        return Text("{t}：单独调整不能改变结果", "{t}: alters nothing by itself").format(t=title)
    unit = said(change.unit)
    words = Text(
        "{t}：改变 {b} {u} 仍不变，{a} {u} 即改变{c}", "{t}: {b} {u} is not enough, {a} {u} alters the outcome{c}"
    )
    doubt = Text("（未能复核）", " (the replay did not confirm it)") if change.held is False else Text("", "")
    return words.format(t=title, b=number(change.below), a=number(change.at), u=unit, c=doubt)


def number(value: float) -> str:
    """Write a number with four significant digits, without powers of ten."""
    if not np.isfinite(value):
        return "—"
    digits = max(0, 3 - int(np.floor(np.log10(abs(value)))) if value else 0)
    return f"{value:,.{min(digits, 6)}f}".rstrip("0").rstrip(".") if digits else f"{value:,.0f}"


def at_least(value: float) -> str:
    """Write what something is at least: two significant digits, rounded down."""
    if not np.isfinite(value) or value <= 0:
        return "—" if np.isnan(value) else "0"
    step = 10.0 ** (np.floor(np.log10(value)) - 1)
    return number(float(np.floor(value / step + 1e-9) * step))


def _body(reason: Reason, names: Names) -> Text:
    if reason.verdict in ("committed", "rules"):
        return VERDICTS[reason.verdict]
    cause = _cause(reason, names)
    if reason.verdict == "impossible":
        if reason.built:
            return Text("没有它就没有可行的选择", "without it no choice is possible")
        words = Text(
            "现有限制下不可能建设{c}；至少须放宽：{l}", "impossible within the limits{c}; at least to relax: {l}"
        )
        lifts = [_lift(lift, names) for lift in reason.lifts]
        listed = Text("；".join(x.zh for x in lifts), "; ".join(x.en for x in lifts)) if lifts else NONE
        return words.format(c=Text(f"（{cause.zh}）", f" ({cause.en})") if cause.zh else cause, l=listed)
    body = _joined(*((BUILT, WITHOUT) if reason.built else (NOT_BUILT, FORCED_IN)), _loss(reason))
    if reason.verdict == "undecided":
        body = _joined(
            body,
            Text(
                "，在差距之内，两种选择无法区分", ", which is within the gap: it cannot be told apart from the choice"
            ),
        )
    if cause.zh:
        body = _joined(body, Text(f"；原因：{cause.zh}", f"; cause: {cause.en}"))
    return _joined(body, _moves(reason, names))


def _loss(reason: Reason) -> Text:
    """What welfare loses: by the plan where it was solved again, else what is certain to be lost."""
    if reason.verified:
        return SOLVED.format(l=number(reason.loss))
    return CERTAIN.format(l=at_least(reason.low)) if reason.low > 0 else UNPROVED


def _cause(reason: Reason, names: Names) -> Text:
    words = CAUSES[reason.cause]
    if not reason.of or not words.zh:
        return words
    of = _named(reason.of, names)
    return Text(f"{words.zh}（{of.zh}）", f"{words.en} ({of.en})")


def _moves(reason: Reason, names: Names) -> Text:
    """Who leaves, moves and comes."""
    parts = []
    for codes, zh, en in (
        (reason.displaced, "放弃", "giving up"),
        (reason.moved, "改址或改期", "moving"),
        (reason.added, "增补入选", "building instead"),
    ):
        if codes:
            each = listed(codes, names)
            parts.append(Text(f"{zh} {each.zh}", f"{en} {each.en}"))
    if not parts:
        return Text("", "")
    return Text("；须" + "，".join(part.zh for part in parts), "; by " + ", ".join(part.en for part in parts))


def _lift(lift: Mapping[str, object], names: Names) -> Text:
    title, amount = lift["title"], lift["amount"]
    words = Text(title["zh"], title["en"]) if isinstance(title, Mapping) else Text(str(title), str(title))
    place = _named(str(lift["place"]).replace(" ", "|"), names)
    size = number(float(str(amount))) if amount is not None else "—"
    unit = said(str(lift["unit"]))
    return Text(f"{words.zh} {place.zh} +{size} {unit.zh}", f"{words.en} {place.en} +{size} {unit.en}")


def _named(codes: str, names: Names) -> Text:
    """Say codes joined by bars."""
    parts: Sequence[Text] = [names.get(code, Text(code, code)) for code in codes.split("|") if code]
    return Text("·".join(part.zh for part in parts), ", ".join(part.en for part in parts))


def _joined(*parts: Text) -> Text:
    return Text("".join(part.zh for part in parts), "".join(part.en for part in parts))
