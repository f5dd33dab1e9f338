"""Why a figure is what it is, as data that can be said in both languages: see `haihe.rules.tracing`."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from haihe.messages import Lang, Text
from haihe.rules.awards import Source
from haihe.rules.blocks import STATES
from haihe.rules.money import said_money


@dataclass(frozen=True, slots=True)
class Seen:
    """A value that was looked at: field or parameter, its name for people, and the value as it is said."""

    name: str
    label: Text
    value: Text


@dataclass(frozen=True, slots=True)
class ConditionTrace:
    """A condition: what it asks, whether it holds (None: cannot be decided), what was seen."""

    id: str
    text: Text
    expression: str
    holds: bool | None
    seen: tuple[Seen, ...]
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class LimitTrace:
    """A cap or floor: its value, and whether it decided."""

    id: str
    text: Text
    value: Text
    binds: bool


@dataclass(frozen=True, slots=True)
class Trace:
    """How one application came out under one article.

    Amounts are whole numbers of `unit` (fen for money); `None` where the state is undecided.
    """

    application: str
    article: str
    title: Text
    scheme: Text
    source: Source | None
    valid_from: str
    valid_to: str
    draft: bool
    state: str
    conditions: tuple[ConditionTrace, ...] = ()
    missing: tuple[Text, ...] = ()
    outcome: Text | None = None
    reckoning: Text | None = None
    seen: tuple[Seen, ...] = ()
    limits: tuple[LimitTrace, ...] = ()
    raw: int | None = None
    entitled: int | None = None
    removed: int | None = None
    stacked_by: str = ""
    stacking_text: Text | None = None
    support: int | None = None
    split: Mapping[str, int] = field(default_factory=dict)
    instalments: Mapping[str, int] = field(default_factory=dict)
    unit: str = "分"

    def to_dict(self) -> dict[str, Any]:
        """Give the trace as JSON-ready data; words in both languages."""
        data: dict[str, Any] = _plain(asdict(self))
        return data

    def text(self, lang: Lang = "zh") -> str:
        """Give the trace in words, a line each."""
        return "\n".join(line(lang) for line in lines_of(self))


def _plain(value: Any) -> Any:
    """Make data JSON-ready."""
    if isinstance(value, Source):
        return value.model_dump(mode="json")
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


def lines_of(trace: Trace) -> list[Text]:
    """Say a trace line by line, in both languages."""
    lines = [_head(trace), _cited(trace), *(_condition(condition) for condition in trace.conditions)]
    if trace.missing:
        zh, en = "、".join(name.zh for name in trace.missing), ", ".join(name.en for name in trace.missing)
        lines.append(Text(f"无法判定：缺少{zh}", f"cannot be decided: missing {en}"))
    if trace.reckoning is not None and trace.raw is not None:
        lines += _reckoned(trace)
    return lines


def _head(trace: Trace) -> Text:
    state = STATES[trace.state]
    draft = Text("（征求意见稿）", " (draft)") if trace.draft else Text("", "")
    return Text(
        f"{trace.application}｜{trace.scheme.zh}{draft.zh}｜{trace.title.zh}：{state.zh}",
        f"{trace.application} | {trace.scheme.en}{draft.en} | {trace.title.en}: {state.en}",
    )


def _cited(trace: Trace) -> Text:
    if trace.source is None:
        return Text("当日没有有效的条款", "no version of the article is in force on the day")
    article = trace.source.article or ""
    until = trace.valid_to or "…"
    return Text(
        f"依据：{trace.source.document}{article}（{trace.valid_from} 至 {until}）",
        f"under {trace.source.document} {article}".rstrip() + f" ({trace.valid_from} to {until})",
    )


_HOLDS = {True: Text("符合", "holds"), False: Text("不符合", "fails"), None: Text("无法判定", "undecided")}


def _condition(condition: ConditionTrace) -> Text:
    holds = _HOLDS[condition.holds]
    zh = "，".join(f"{seen.label.zh}为 {seen.value.zh}" for seen in condition.seen)
    en = ", ".join(f"{seen.label.en} is {seen.value.en}" for seen in condition.seen)
    return Text(f"- {holds.zh}：{condition.text.zh}（{zh}）", f"- {holds.en}: {condition.text.en} ({en})")


def _reckoned(trace: Trace) -> list[Text]:
    lines = [trace.reckoning or Text("", "")]
    if trace.outcome is not None:
        lines.append(trace.outcome)
    for limit in trace.limits:
        binds = Text("，起限制作用", ", binds") if limit.binds else Text("，未触及", ", does not bind")
        lines.append(
            Text(f"- {limit.text.zh}：{limit.value.zh}{binds.zh}", f"- {limit.text.en}: {limit.value.en}{binds.en}")
        )
    if trace.unit != "分":
        return lines
    if trace.removed:
        taken, rule = said_money(trace.removed), trace.stacking_text or Text(trace.stacked_by, trace.stacked_by)
        lines.append(Text(f"叠加规则扣减 {taken.zh}：{rule.zh}", f"stacking takes {taken.en}: {rule.en}"))
    given = said_money(trace.support or 0)
    parts = [(payer, said_money(part)) for payer, part in trace.split.items()]
    zh = "，".join(f"{PAYERS.get(payer, Text(payer, payer)).zh} {part.zh}" for payer, part in parts)
    en = ", ".join(f"{PAYERS.get(payer, Text(payer, payer)).en} {part.en}" for payer, part in parts)
    lines.append(Text(f"支持额 {given.zh}（{zh}）", f"support {given.en} ({en})"))
    return lines


PAYERS: dict[str, Text] = {
    "nation": Text("中央", "nation"),
    "city": Text("市级", "city"),
    "district": Text("区级", "district"),
    "zone": Text("功能区", "zone"),
    "unsplit": Text("未规定分担", "no split declared"),
}
"""Names of the usual payers; others go by their code."""
