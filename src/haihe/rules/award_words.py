"""One sentence for every award and refusal: the arithmetic, the cap that binds, the condition that fails."""

from collections.abc import Iterable

from haihe.messages import Text
from haihe.rules.money import said_money
from haihe.rules.traces import ConditionTrace, LimitTrace, Trace

NOT_IN_FORCE = Text("受理日期没有有效的条款", "no version of the article is in force on the day")
CHECKED = Text("各项条件均符合", "every condition holds")


def reason(trace: Trace) -> Text:
    """Say in one sentence why an application came out as it did.

    Parameters
    ----------
    trace : Trace

    Returns
    -------
    Text
        For an award the arithmetic, with the caps that bind, what stacking took and the outcome; for a refusal every
        condition that fails with the values seen; for what is open the values that are missing.
    """
    if trace.source is None:
        return NOT_IN_FORCE
    if trace.state == "ineligible":
        return _joined(_failed(trace))
    if trace.state == "undecided":
        names = Text("、".join(n.zh for n in trace.missing), ", ".join(n.en for n in trace.missing))
        return Text("缺少数据：{n}", "missing: {n}").format(n=names)
    return _joined(_given(trace))


def _joined(parts: Iterable[Text]) -> Text:
    listed = list(parts) or [CHECKED]
    return Text("；".join(part.zh for part in listed), "; ".join(part.en for part in listed))


def _failed(trace: Trace) -> Iterable[Text]:
    failing = [condition for condition in trace.conditions if condition.holds is False]
    if not failing:
        yield Text("不属于条款所列的任何一种情形", "none of the article's cases applies")
    for condition in failing:
        yield Text("未满足“{t}”（{s}）", "“{t}” does not hold ({s})").format(t=condition.text, s=_seen(condition))


def _seen(condition: ConditionTrace) -> Text:
    zh = "，".join(f"{seen.label.zh}为{seen.value.zh}" for seen in condition.seen)
    return Text(zh, ", ".join(f"{seen.label.en} is {seen.value.en}" for seen in condition.seen))


def _given(trace: Trace) -> Iterable[Text]:
    if trace.outcome is not None:
        yield trace.outcome
    if trace.reckoning is not None and (trace.raw or trace.outcome is None):
        yield trace.reckoning
    for limit in trace.limits:
        if limit.binds:
            yield _binding(limit)
    if trace.removed:
        rule = trace.stacking_text or Text(trace.stacked_by, trace.stacked_by)
        taken = said_money(trace.removed)
        yield Text("叠加扣减 {a}（{r}）", "stacking takes {a} ({r})").format(a=taken, r=rule)


def _binding(limit: LimitTrace) -> Text:
    return Text("受“{t}”限制，为 {v}", "held to {v} by “{t}”").format(t=limit.text, v=limit.value)
